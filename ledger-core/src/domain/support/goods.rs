//! Goods that go over for support, and goods that come back for it.
//!
//! Both are handed over at once, and both sides sign; what holds of every passage of goods holds of them.

use crate::domain::codes::{Condition, DocumentKind, Party};
use crate::domain::consent::{Family, Signer};
use crate::domain::consignment::held;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{LicenceId, Place, SupportOrderId};
use crate::domain::item::Item;
use crate::domain::licence::Passage;
use crate::domain::money::Money;
use crate::domain::party::{HANDS, HANDS_OR_DUTY};
use crate::domain::regime::days;
use crate::domain::register::{Position, Standing, check_list};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Timestamp;

use super::{ByKind, Repayment, SupportDelivery};

events! {
    /// Hand over what was ordered as mutual support; supplier and receiver sign, and the receiver owns it from then
    /// on
    SupportDelivered {
        /// Number of the order
        order: SupportOrderId,
        /// What, and how much of it
        items: Vec<Item>,
        /// What it is worth
        value: Money,
        /// Where it was kept
        from_location: Place,
        /// Where it is now
        location: Place,
        /// Condition code, as both sides found it
        condition: Condition,
        /// The licence or exemption that covers the passage, for items of the military list
        #[serde(default, skip_serializing_if = "Option::is_none")]
        licence: Option<LicenceId>,
    }

    /// Give goods back for mutual support, of the same kind or of the same value; both sides sign, and the supplier
    /// owns them from then on
    SupportReciprocated {
        /// Number of the order
        order: SupportOrderId,
        /// What, and how much of it
        items: Vec<Item>,
        /// What it is worth, when it is given for its value
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Money>,
        /// Where it was kept
        from_location: Place,
        /// Where it is now
        location: Place,
        /// Condition code, as both sides found it
        condition: Condition,
        /// The licence or exemption that covers the passage, for items of the military list
        #[serde(default, skip_serializing_if = "Option::is_none")]
        licence: Option<LicenceId>,
    }
}

/// Goods that go from one party to another at once, with title.
struct HandOver<'a> {
    from: Party,
    to: Party,
    items: &'a [Item],
    from_location: &'a Place,
    location: &'a Place,
    condition: Condition,
    licence: Option<&'a LicenceId>,
    at: Timestamp,
}

impl HandOver<'_> {
    fn passage(&self) -> Passage<'_> {
        Passage { from: self.from, to: self.to, on: self.at.date(), is_return: false, licence: self.licence }
    }

    /// True for what the giver may hand over: his own, in his hand there, free.
    fn offers(&self, position: &Position) -> bool {
        held(self.from, self.from, self.from_location, &Standing::InService)(position)
    }

    /// Who of both sides signs; the officer on duty too, where his party is in a crisis.
    fn signers(&self, state: &State, act: &RecordedAct) -> Vec<Signer> {
        let side = |party: Party| {
            let crisis = state.crisis_of(party, Family::MutualSupport, self.at, act.recorded_at).is_some();
            Signer::of(party, if crisis { HANDS_OR_DUTY } else { HANDS })
        };
        vec![side(self.from), side(self.to)]
    }

    /// What must hold of every passage of goods (domain.md T02, T05, T06, T09, T10, T16, T18).
    fn admit(&self, state: &State) -> Result<(), Rejection> {
        check_list(self.items)?;
        for item in self.items {
            let id = item.id();
            if let Some(claim) = state.transfers.claims.get(id) {
                require(!state.transfer_is_open(claim), Rule::T06, || {
                    format!("{id} is in transfer {claim}, which is open")
                })?;
            }
            let there = state.register.stock(id)?.amount(|position| self.offers(position));
            require(!there.is_zero(), Rule::T02, || {
                format!("{} has no {id} of its own that is free at {}", self.from, self.from_location)
            })?;
            require(item.quantity().at_most(there), Rule::T05, || {
                format!("{} of {id} were named, {there} are free at {}", item.quantity(), self.from_location)
            })?;
            state.register.require_fit(item, |position| self.offers(position))?;
            state.register.require_fresh(item, self.at.date())?;
        }
        state.associations.require_whole(self.items)?;
        let (items, passage) = (state.with_masters(self.items)?, self.passage());
        state.transfers.licences.require_consent(&passage, &items)?;
        state.transfers.licences.require_licence(&passage, &items)
    }

    fn apply(&self, state: &mut State) {
        let items = state.with_categories(self.items);
        state.transfers.licences.use_up(&self.passage(), &items);
        for item in self.items {
            state.register.shift(
                item,
                |position| self.offers(position) && position.condition.is_fit(),
                |position| Position {
                    owner: self.to,
                    holder: self.to,
                    location: self.location.clone(),
                    condition: self.condition,
                    ..position.clone()
                },
            );
        }
    }
}

impl SupportDelivered {
    fn hand_over(&self, state: &State) -> Result<HandOver<'_>, Rejection> {
        let terms = &state.known_support(&self.order)?.terms;
        Ok(HandOver {
            from: terms.supplier,
            to: terms.receiver,
            items: &self.items,
            from_location: &self.from_location,
            location: &self.location,
            condition: self.condition,
            licence: self.licence.as_ref(),
            at: self.occurred_at,
        })
    }
}

impl Rules for SupportDelivered {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(self.hand_over(state)?.signers(state, act))
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let order = state.support_order(&self.order);
        order.map_or_else(Vec::new, |order| vec![order.terms.supplier, order.terms.receiver])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::SupportForm]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let order = state.known_support(&self.order)?;
        require(order.ended_in.is_none(), Rule::S03, || {
            format!("support order {} has ended: nothing more is delivered under it", self.order)
        })?;
        self.hand_over(state)?.admit(state)?;
        for item in &self.items {
            let rest = order.rest_of(item.id());
            require(rest.is_some_and(|rest| item.quantity().at_most(rest)), Rule::T13, || {
                let rest = rest.map_or_else(|| "none".into(), |rest| rest.to_string());
                format!("{rest} of {} is left to deliver under {}", item.id(), self.order)
            })?;
        }
        require(!self.value.is_zero(), Rule::S05, || "what is delivered has a value".into())?;
        let total = order.delivered_value().plus(self.value);
        require(total.is_some_and(|total| total <= order.terms.value), Rule::T13, || {
            format!("with {} more would be delivered than the {} ordered", self.value, order.terms.value)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Ok(hand_over) = self.hand_over(state) else { return };
        hand_over.apply(state);
        let Some(order) = state.support_order(&self.order) else { return };
        let in_kind = order.terms.repay == Repayment::InKind;
        let cash = order.terms.repay == Repayment::Cash;
        let kinds = if in_kind { state.kinds(&self.items).unwrap_or_default() } else { ByKind::default() };
        let clock =
            state.directory.regime.as_ref().map_or(0, |regime| {
                if cash { regime.support_cash_days } else { regime.support_in_kind_days }
            });
        let delivery = SupportDelivery {
            delivered_in: act.seq,
            items: self.items.clone(),
            kinds,
            value: self.value,
            since: self.occurred_at,
            due: self.occurred_at.later_by(days(clock)),
        };
        if let Some(order) = state.support.support_orders.get_mut(&self.order) {
            order.deliveries.push(delivery);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_support(&self.order, &self.items)
    }
}

impl SupportReciprocated {
    fn hand_over(&self, state: &State) -> Result<HandOver<'_>, Rejection> {
        let terms = &state.known_support(&self.order)?.terms;
        Ok(HandOver {
            from: terms.receiver,
            to: terms.supplier,
            items: &self.items,
            from_location: &self.from_location,
            location: &self.location,
            condition: self.condition,
            licence: self.licence.as_ref(),
            at: self.occurred_at,
        })
    }

    /// All that is replaced in kind with this.
    fn replaced(&self, state: &State, so_far: &ByKind) -> Result<ByKind, Rejection> {
        let mut total = so_far.clone();
        for (niin, quantity) in state.kinds(&self.items)?.quantities {
            require(total.add(niin, quantity).is_some(), Rule::T13, || {
                format!("{quantity} is not in the unit of what was delivered")
            })?;
        }
        Ok(total)
    }
}

impl Rules for SupportReciprocated {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(self.hand_over(state)?.signers(state, act))
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::SupportForm]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let order = state.known_support(&self.order)?;
        self.hand_over(state)?.admit(state)?;
        match (order.terms.repay, self.value) {
            (Repayment::InKind, None) => {
                let total = self.replaced(state, &order.replaced)?;
                require(total.within(&order.delivered_kinds()), Rule::T13, || {
                    format!("more or something else is given back than was delivered under {}", self.order)
                })
            }
            (Repayment::EqualValue, Some(value)) => {
                let delivered = order.delivered_value();
                let total = order.repaid.plus(value).filter(|total| *total <= delivered);
                require(total.is_some() && !value.is_zero(), Rule::T13, || {
                    format!(
                        "{value} is not what is owed: {delivered} were delivered, {} repaid",
                        order.repaid
                    )
                })
            }
            (repay, _) => Err(Rejection::new(
                Rule::T13,
                format!("support order {} is repaid {repay}, not so", self.order),
            )
            .remedy("a value is named for what is repaid in equal value, and for nothing else")),
        }
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Ok(hand_over) = self.hand_over(state) else { return };
        hand_over.apply(state);
        let Some(order) = state.support_order(&self.order) else { return };
        let replaced = match order.terms.repay {
            Repayment::InKind => self.replaced(state, &order.replaced).ok(),
            Repayment::Cash | Repayment::EqualValue => None,
        };
        let Some(order) = state.support.support_orders.get_mut(&self.order) else { return };
        if let Some(replaced) = replaced {
            order.replaced = replaced;
        }
        if let Some(value) = self.value {
            order.repaid = order.repaid.plus(value).unwrap_or(order.repaid);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_support(&self.order, &self.items)
    }
}
