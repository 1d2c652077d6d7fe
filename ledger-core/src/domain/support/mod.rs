//! Mutual support: one ally supplies another at once and is repaid later, in cash, in kind or in equal value
//! (domain.md 5.2 and T13; STANAG 3381 is the paper form).
//!
//! The order is one fact that both sides sign, unless an authorisation or a crisis of the supplier stands in for his
//! word. Each delivery is handed over at once: owner and holder change together, and with the receipt a debt begins,
//! due by the clock that holds then. Debts are met in the order in which they began.

mod goods;
mod order;
mod payment;

use std::collections::BTreeMap;

use serde::Serialize;

pub use goods::{SupportDelivered, SupportReciprocated};
pub use order::{SupportCancelled, SupportOrdered};
pub use payment::{SupportInvoiced, SupportPaid};

use super::codes::{Niin, Party};
use super::event::RecordedAct;
use super::ids::{Reference, SupportOrderId};
use super::item::{Item, ItemId};
use super::money::Money;
use super::quantity::Quantity;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::{pairs, tables};
use super::text::code_list;
use super::time::Timestamp;

code_list! {
    /// How mutual support is repaid.
    Repayment: "a way of repayment" {
        /// By payment.
        1 Cash "CASH";
        /// By the same item in the same quantity.
        2 InKind "IN_KIND";
        /// By goods of the same value.
        3 EqualValue "EQUAL_VALUE";
    }
}

/// Quantities by item identification number: what a thing is, whichever class it is filed under and whichever batch
/// it is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ByKind {
    /// By the last nine digits of the stock number.
    #[serde(serialize_with = "pairs")]
    pub quantities: BTreeMap<Niin, Quantity>,
}

impl ByKind {
    /// Adds a quantity; `None` when it is in another unit, or too much to be counted.
    fn add(&mut self, niin: Niin, quantity: Quantity) -> Option<()> {
        let so_far = self.quantities.entry(niin).or_insert(quantity.none());
        *so_far = so_far.plus(quantity)?;
        Some(())
    }

    /// True when this is no more than `other`, in each kind.
    fn within(&self, other: &ByKind) -> bool {
        self.quantities
            .iter()
            .all(|(niin, quantity)| other.quantities.get(niin).is_some_and(|most| quantity.at_most(*most)))
    }
}

/// Goods that were handed over under an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupportDelivery {
    /// The entry that recorded it.
    pub delivered_in: u64,
    /// What was handed over.
    pub items: Vec<Item>,
    /// The same by kind, for what is repaid in kind.
    pub kinds: ByKind,
    /// What it is worth.
    pub value: Money,
    /// When the receiver had it, and so since when he owes it.
    pub since: Timestamp,
    /// When what he owes is overdue.
    pub due: Timestamp,
}

/// An order of mutual support, and what was given for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupportOrder {
    /// What was ordered.
    pub terms: SupportOrdered,
    /// The entry that ordered it.
    pub ordered_in: u64,
    /// The entry after which nothing more is delivered.
    pub ended_in: Option<u64>,
    /// What was delivered, in the order of delivery.
    pub deliveries: Vec<SupportDelivery>,
    /// What was replaced in kind.
    pub replaced: ByKind,
    /// What the supplier has invoiced.
    pub invoiced: Money,
    /// What was paid, or given back in equal value.
    pub repaid: Money,
}

/// Where an order of mutual support is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportStatus {
    /// Nothing was delivered yet.
    Ordered,
    /// Ended before anything was delivered.
    Cancelled,
    /// Something was delivered and is not repaid.
    Owed,
    /// What was delivered is repaid, and more is to come.
    PartlyDelivered,
    /// Nothing is to come, and nothing is owed.
    Settled,
}

impl SupportOrder {
    /// The value of all that was delivered.
    pub fn delivered_value(&self) -> Money {
        self.sum(self.deliveries.iter())
    }

    fn sum<'a>(&self, deliveries: impl Iterator<Item = &'a SupportDelivery>) -> Money {
        let none = Money::zero(self.terms.value.currency());
        deliveries.fold(none, |sum, delivery| sum.plus(delivery.value).unwrap_or(sum))
    }

    fn delivered_kinds(&self) -> ByKind {
        let mut kinds = ByKind::default();
        for delivery in &self.deliveries {
            for (niin, quantity) in &delivery.kinds.quantities {
                kinds.add(*niin, *quantity);
            }
        }
        kinds
    }

    /// How much of an item is ordered and not delivered.
    fn rest_of(&self, id: &ItemId) -> Option<Quantity> {
        let ordered = self.terms.items.iter().find(|item| item.id() == id)?.quantity();
        let delivered = self.deliveries.iter().flat_map(|delivery| &delivery.items);
        let delivered = Quantity::sum(delivered.filter(|item| item.id() == id).map(Item::quantity));
        Some(delivered.map_or(ordered, |delivered| ordered.minus(delivered).unwrap_or(ordered.none())))
    }

    fn has_rest(&self) -> bool {
        self.terms.items.iter().any(|item| self.rest_of(item.id()).is_some_and(|rest| !rest.is_zero()))
    }

    /// The oldest delivery that is not repaid.
    pub fn owed(&self) -> Option<&SupportDelivery> {
        let (mut value, mut kinds) = (Money::zero(self.terms.value.currency()), ByKind::default());
        self.deliveries.iter().find(|delivery| match self.terms.repay {
            Repayment::Cash | Repayment::EqualValue => {
                value = value.plus(delivery.value).unwrap_or(value);
                value > self.repaid
            }
            Repayment::InKind => {
                for (niin, quantity) in &delivery.kinds.quantities {
                    kinds.add(*niin, *quantity);
                }
                !kinds.within(&self.replaced)
            }
        })
    }

    /// Where it is in its life.
    pub fn status(&self) -> SupportStatus {
        match (self.deliveries.is_empty(), self.ended_in) {
            (true, None) => SupportStatus::Ordered,
            (true, Some(_)) => SupportStatus::Cancelled,
            _ if self.owed().is_some() => SupportStatus::Owed,
            (false, None) if self.has_rest() => SupportStatus::PartlyDelivered,
            _ => SupportStatus::Settled,
        }
    }
}

tables! {
    /// Orders of mutual support, and the numbers of their papers.
    pub(crate) struct Support {
        support_orders: SupportOrderId => SupportOrder,
        /// The suppliers' invoices, by supplier and number.
        support_invoices: (Party, Reference) => SupportOrderId,
    }
}

impl State {
    /// All orders of mutual support.
    pub fn support_orders(&self) -> impl Iterator<Item = (&SupportOrderId, &SupportOrder)> {
        self.support.support_orders.iter()
    }

    /// One order of mutual support.
    pub fn support_order(&self, id: &SupportOrderId) -> Option<&SupportOrder> {
        self.support.support_orders.get(id)
    }

    /// What receivers owe suppliers: each order with the oldest delivery that is not repaid.
    pub fn support_debts(&self) -> impl Iterator<Item = (&SupportOrderId, &SupportOrder, &SupportDelivery)> {
        self.support_orders().filter_map(|(id, order)| Some((id, order, order.owed()?)))
    }

    fn known_support(&self, id: &SupportOrderId) -> Result<&SupportOrder, Rejection> {
        self.support_order(id).ok_or_else(|| Rejection::unknown("support order", id))
    }

    /// Ends an order that the supplier refused to ratify: nothing more is delivered, and what was is owed at once.
    pub(crate) fn unwind_support(&mut self, id: &SupportOrderId, act: &RecordedAct) {
        let Some(order) = self.support.support_orders.get_mut(id) else { return };
        order.ended_in = order.ended_in.or(Some(act.seq));
        for delivery in &mut order.deliveries {
            delivery.due = delivery.due.min(act.recorded_at);
        }
    }

    /// The goods by kind.
    ///
    /// # Errors
    /// [`Rule::T13`]: some have no stock number, or one kind is counted in two units.
    fn kinds(&self, items: &[Item]) -> Result<ByKind, Rejection> {
        let mut kinds = ByKind::default();
        for item in items {
            let nsn = self.register.stock(item.id())?.master.nsn;
            let added = nsn.and_then(|nsn| kinds.add(nsn.niin(), item.quantity()));
            require(added.is_some(), Rule::T13, || {
                format!("{} cannot be replaced in kind: it has no stock number, or another unit", item.id())
            })?;
        }
        Ok(kinds)
    }

    fn subjects_of_support(&self, id: &SupportOrderId, items: &[Item]) -> Vec<Subject> {
        let ordered = self.support_order(id).map_or(&[][..], |order| order.terms.items.as_slice());
        let mut subjects = vec![Subject::Support(id.clone())];
        for item in ordered.iter().chain(items) {
            let subject = Subject::Item(item.id().clone());
            if !subjects.contains(&subject) {
                subjects.push(subject);
            }
        }
        subjects
    }
}
