//! Joint purchases: contracts, deliveries in tranches, acceptance, invoices, payments, shared cost.

use super::stock::{Class, Taken};
use super::{DAY, Deed, Fault, Flow, Generator, HOUR, Nation, Then, made, words};
use crate::domain::Role;
use crate::domain::codes::{Condition, DocumentKind};
use crate::domain::ids::{ContractId, DeliveryId, InvoiceId, ProgrammeId};
use crate::domain::money::{Currency, Money, Share, common_weights};
use crate::domain::procurement::{
    ContractLine, ContractSigned, CostBasis, CostShareAssessed, DeliveredItem, DeliveryAccepted,
    DeliveryDispatched, DeliveryReceived, InvoiceApproved, InvoiceLine, InvoiceRegistered, PartyAmount,
    PartyQuantity, PaymentExecuted,
};
use crate::domain::quantity::Quantity;

/// A programme and its shares.
#[derive(Debug, Clone)]
pub(super) struct Programme {
    pub(super) id: ProgrammeId,
    pub(super) lead: Nation,
    pub(super) shares: [(Nation, Share); 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Dispatch,
    Receive,
    Accept,
    Invoice,
    Approve,
    Pay,
}

/// A tranche for one nation, from the supplier's gate to the last payment.
#[derive(Debug)]
pub(super) struct Delivery {
    contract: ContractId,
    lead: Nation,
    consignee: Nation,
    class: Class,
    /// What it brings: contract line, goods, price of one in cents.
    goods: Vec<(u32, Taken, u64)>,
    id: Option<DeliveryId>,
    invoice: Option<InvoiceId>,
    unpaid_cents: u64,
    stage: Stage,
}

impl Delivery {
    fn id(&self) -> Result<DeliveryId, Fault> {
        self.id.clone().ok_or_else(|| Fault("the delivery has no number".into()))
    }

    fn invoice(&self) -> Result<InvoiceId, Fault> {
        self.invoice.clone().ok_or_else(|| Fault("the delivery has no invoice".into()))
    }
}

fn euros(cents: u64) -> Result<Money, Fault> {
    Ok(Money::new(cents, Currency::EUR)?)
}

impl Generator {
    fn programme(&mut self) -> Result<Programme, Fault> {
        let index = self.chance.index(self.programmes.len());
        self.programmes.get(index).cloned().ok_or_else(|| Fault("there is no programme".into()))
    }

    /// A contract of one to three lines of one class, and the tranches that will come of it.
    pub(super) fn begin_contract(&mut self) -> Result<Deed, Fault> {
        let Programme { id, lead, .. } = self.programme()?;
        let number = self.number();
        let contract: ContractId = made(format!("CO-{number:07}"))?;
        let class = match self.chance.below(10) {
            0 => Class::Serial,
            1..=7 => Class::Ammunition,
            _ => Class::Bulk,
        };
        let sorts: Vec<usize> = (0_usize..)
            .zip(&self.stock.sorts)
            .filter(|(_, sort)| sort.class == class)
            .map(|(i, _)| i)
            .collect();
        let mut lines = Vec::new();
        let mut tranches: Vec<Delivery> = Vec::new();
        let halves: u64 = if class == Class::Serial { 1 } else { 2 };
        for nation in Nation::ALL {
            for _ in 0..halves {
                tranches.push(Delivery {
                    contract: contract.clone(),
                    lead,
                    consignee: nation,
                    class,
                    goods: Vec::new(),
                    id: None,
                    invoice: None,
                    unpaid_cents: 0,
                    stage: Stage::Dispatch,
                });
            }
        }
        let many = self.chance.between(1, 3);
        for (line, sort) in (1_u32..).zip(self.some_of(&sorts, many)) {
            let number = self.number();
            let lot = if class == Class::Serial { 0 } else { self.stock.new_lot(sort, number)? };
            let known = self.stock.sort(sort)?;
            let (pack, unit, price) = (known.pack, known.unit, known.price_cents);
            let (description, nsn) = (known.words.clone(), known.nsn);
            let (ml, hazard, neq_g_per_unit) = (known.ml, known.hazard, known.neq);
            let mut per_party: Vec<PartyQuantity> = Vec::new();
            let mut sum: u64 = 0;
            for nation in Nation::ALL {
                let mut part: u64 = 0;
                for tranche in tranches.iter_mut().filter(|tranche| tranche.consignee == nation) {
                    if class == Class::Serial {
                        for _ in 0..self.chance.between(1, 3) {
                            self.count = self.count.saturating_add(1);
                            let thing = self.stock.new_thing(sort, self.count)?;
                            tranche.goods.push((line, thing, price));
                            part = part.saturating_add(1);
                        }
                    } else {
                        let amount = pack.saturating_mul(self.chance.between(4, 12));
                        tranche.goods.push((line, Taken::Lot(lot, amount), price));
                        part = part.saturating_add(amount);
                    }
                }
                let quantity = Quantity::whole(part, unit);
                per_party.push(PartyQuantity { party: self.party(nation), quantity });
                sum = sum.saturating_add(part);
            }
            lines.push(ContractLine {
                line,
                description,
                nsn: Some(nsn),
                ml,
                hazard,
                neq_g_per_unit,
                restricted_by: None,
                quantity: Quantity::whole(sum, unit),
                unit_price: euros(price)?,
                per_party,
            });
        }
        for tranche in tranches {
            self.later(10 * DAY, 60 * DAY, Flow::Delivery(Box::new(tranche)));
        }
        let event = ContractSigned {
            occurred_at: self.now,
            contract,
            programme: id,
            supplier: made("7Z0E1")?,
            buyer: self.party(lead),
            lines,
            payment_terms: words("30 days after acceptance, each nation pays its own goods")?,
        };
        let documents = vec![self.paper(DocumentKind::Contract)];
        let by = self.officer(lead, Role::ContractingOfficer);
        Ok(Deed { by, events: vec![event.into()], documents })
    }

    /// Some of these, each at most once, in their order.
    fn some_of(&mut self, all: &[usize], many: u64) -> Vec<usize> {
        let first = self.chance.index(all.len());
        let mut some: Vec<usize> = all
            .iter()
            .cycle()
            .skip(first)
            .take(all.len().min(usize::try_from(many).unwrap_or(1)))
            .copied()
            .collect();
        some.sort_unstable();
        some
    }

    fn delivered(&self, delivery: &Delivery) -> Result<Vec<DeliveredItem>, Fault> {
        let row = |(line, taken, _): &(u32, Taken, u64)| {
            let expiry = self.stock.expiry(self.stock.sort_of(*taken)?);
            Ok(DeliveredItem { line: *line, item: self.stock.item(*taken)?, expiry })
        };
        delivery.goods.iter().map(row).collect()
    }

    pub(super) fn step_delivery(&mut self, mut delivery: Delivery) -> Result<Deed, Fault> {
        match delivery.stage {
            Stage::Dispatch => {
                let number = self.number();
                let id: DeliveryId = made(format!("DEL-{number:07}"))?;
                let event = DeliveryDispatched {
                    occurred_at: self.a_while_ago(),
                    delivery: id.clone(),
                    contract: delivery.contract.clone(),
                    consignee: self.party(delivery.consignee),
                    items: self.delivered(&delivery)?,
                };
                delivery.id = Some(id);
                let by = self.officer(delivery.lead, Role::ContractingOfficer);
                let documents = vec![self.paper(DocumentKind::DespatchAdvice)];
                self.go_on_delivering(delivery, Stage::Receive, 8 * HOUR, 4 * DAY);
                Ok(Deed { by, events: vec![event.into()], documents })
            }
            Stage::Receive => {
                let event = DeliveryReceived {
                    occurred_at: self.a_while_ago(),
                    delivery: delivery.id()?,
                    items: self.delivered(&delivery)?,
                    remark: None,
                };
                let by = self.book_keeper(delivery.consignee);
                self.go_on_delivering(delivery, Stage::Accept, DAY, 5 * DAY);
                let documents = vec![self.paper(DocumentKind::Photograph)];
                Ok(Deed { by, events: vec![event.into()], documents })
            }
            Stage::Accept => {
                let event = DeliveryAccepted {
                    occurred_at: self.now,
                    delivery: delivery.id()?,
                    items: self.delivered(&delivery)?,
                    condition: Condition::Issuable,
                    location: Self::place(delivery.consignee, delivery.class)?,
                };
                let by = self.officer(delivery.consignee, Role::QualityRepresentative);
                let second = self.book_keeper(delivery.consignee);
                let documents = vec![self.paper(DocumentKind::ConformityCertificate)];
                delivery.stage = Stage::Invoice;
                self.await_signatures([second], Then::Go(Flow::Delivery(Box::new(delivery))));
                Ok(Deed { by, events: vec![event.into()], documents })
            }
            Stage::Invoice => self.register_invoice(delivery),
            Stage::Approve => {
                let amount = euros(delivery.unpaid_cents)?;
                let event = InvoiceApproved { occurred_at: self.now, invoice: delivery.invoice()?, amount };
                let by = self.officer(delivery.lead, Role::PaymentAuthoriser);
                self.go_on_delivering(delivery, Stage::Pay, DAY, 20 * DAY);
                Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
            }
            Stage::Pay => self.pay(delivery),
        }
    }

    fn go_on_delivering(&mut self, mut delivery: Delivery, stage: Stage, least: u64, most: u64) {
        delivery.stage = stage;
        self.later(least, most, Flow::Delivery(Box::new(delivery)));
    }

    fn register_invoice(&mut self, mut delivery: Delivery) -> Result<Deed, Fault> {
        // The goods are accepted by now.
        for (_, taken, _) in &delivery.goods {
            self.stock.release(delivery.consignee, *taken);
        }
        let mut lines: Vec<InvoiceLine> = Vec::new();
        for (line, taken, price) in &delivery.goods {
            let item = self.stock.item(*taken)?;
            let quantity = item.quantity();
            delivery.unpaid_cents =
                delivery.unpaid_cents.saturating_add(quantity.number().saturating_mul(*price));
            match lines.last_mut().filter(|last| last.line == *line) {
                Some(last) => last.quantity = last.quantity.plus(quantity).unwrap_or(quantity),
                None => lines.push(InvoiceLine { line: *line, quantity }),
            }
        }
        let number = self.number();
        let invoice: InvoiceId = made(format!("INV-{number:07}"))?;
        let event = InvoiceRegistered {
            occurred_at: self.now,
            invoice: invoice.clone(),
            contract: delivery.contract.clone(),
            supplier_invoice_no: made(format!("EAN-{number:08}"))?,
            lines,
            net: euros(delivery.unpaid_cents)?,
            vat: Money::zero(Currency::EUR),
        };
        delivery.invoice = Some(invoice);
        let by = self.officer(delivery.lead, Role::PaymentAuthoriser);
        let documents = vec![self.paper(DocumentKind::Invoice)];
        self.go_on_delivering(delivery, Stage::Approve, HOUR, 3 * DAY);
        Ok(Deed { by, events: vec![event.into()], documents })
    }

    fn pay(&mut self, mut delivery: Delivery) -> Result<Deed, Fault> {
        // One payment, or two.
        let part = if delivery.unpaid_cents > 1_000 && self.chance.percent(20) {
            self.chance.between(1, delivery.unpaid_cents)
        } else {
            delivery.unpaid_cents
        };
        let number = self.number();
        let event = PaymentExecuted {
            occurred_at: self.a_while_ago(),
            payment: made(format!("PAY-{number:07}"))?,
            invoice: delivery.invoice()?,
            payer: self.party(delivery.consignee),
            amount: euros(part)?,
            value_date: self.now.date(),
            bank_ref: made(format!(
                "{}{:08}{number:07}",
                delivery.consignee.code(),
                self.now.date().number()
            ))?,
        };
        let by = self.officer(delivery.consignee, Role::PaymentAuthoriser);
        delivery.unpaid_cents = delivery.unpaid_cents.saturating_sub(part);
        if delivery.unpaid_cents > 0 {
            self.go_on_delivering(delivery, Stage::Pay, DAY, 10 * DAY);
        }
        let documents = vec![self.paper(DocumentKind::Other)];
        Ok(Deed { by, events: vec![event.into()], documents })
    }

    /// A cost of all is shared out.
    pub(super) fn assess_pool(&mut self) -> Result<Deed, Fault> {
        let Programme { id, lead, mut shares } = self.programme()?;
        shares.sort_unstable_by_key(|(nation, _)| *nation);
        let total = euros(self.chance.between(10_000, 20_000_000))?;
        let fractions = shares.map(|(_, share)| share);
        let parts = common_weights(&fractions).and_then(|(weights, _)| total.allocate(&weights));
        let parts = parts.ok_or_else(|| Fault("the shares do not divide the pool".into()))?;
        let number = self.number();
        let parts = shares
            .iter()
            .zip(parts)
            .map(|((nation, _), amount)| PartyAmount { party: self.party(*nation), amount });
        let event = CostShareAssessed {
            occurred_at: self.now,
            pool: made(format!("POOL-{number:07}"))?,
            programme: id,
            period: words(&self.now.date().number().wrapping_div(100).to_string())?,
            basis: CostBasis::CommonCost,
            total,
            parts: parts.collect(),
        };
        let by = self.officer(lead, Role::PaymentAuthoriser);
        let documents = vec![self.paper(DocumentKind::Other)];
        Ok(Deed { by, events: vec![event.into()], documents })
    }
}
