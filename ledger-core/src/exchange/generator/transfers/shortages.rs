//! What arrives short: counted, reported, settled by both sides.

use super::super::losses::Loss;
use super::super::stock::{Class, Taken};
use super::super::{DAY, Deed, Fault, Flow, Generator, Then, made, words};
use super::{Stage, Transfer, put};
use crate::domain::Event;
use crate::domain::codes::Condition;
use crate::domain::consignment::Counted;
use crate::domain::discrepancy::{
    DiscrepancyKind, DiscrepancyReported, DiscrepancyResolved, Liability, Outcome,
};
use crate::domain::ids::{DiscrepancyId, LossId};
use crate::domain::transfer::TransferKind;

impl Generator {
    /// What the receiver counts: all, or in four of a hundred cases not all.
    pub(super) fn count(&mut self, transfer: &mut Transfer) -> Result<Vec<Counted>, Fault> {
        let mut goods = std::mem::take(&mut transfer.under_way);
        if !transfer.was_short && self.chance.percent(if transfer.back { 1 } else { 4 }) {
            transfer.was_short = true;
            transfer.missing = match goods.pop() {
                Some(Taken::Lot(lot, amount)) if amount > 10 => {
                    let short = self.chance.between(1, 9);
                    goods.push(Taken::Lot(lot, amount.saturating_sub(short)));
                    Some(Taken::Lot(lot, short))
                }
                other => other,
            };
        }
        let mut counted = Vec::new();
        for taken in &goods {
            let worn = self.chance.percent(3);
            let condition = if worn { Condition::Repairable } else { Condition::Issuable };
            counted.push(Counted { item: self.stock.item(*taken)?, condition });
        }
        goods.into_iter().for_each(|taken| put(&mut transfer.arrived, taken));
        Ok(counted)
    }

    pub(super) fn shortage(&mut self, transfer: &mut Transfer) -> Result<Event, Fault> {
        let number = self.number();
        let discrepancy: DiscrepancyId = made(format!("DIS-{number:07}"))?;
        transfer.discrepancy = Some(discrepancy.clone());
        let items = self.items(transfer.missing.as_slice())?;
        let event = DiscrepancyReported {
            occurred_at: self.now,
            discrepancy,
            consignment: transfer.consignment()?,
            kind: DiscrepancyKind::Shortage,
            items,
            finding: words("Counted twice by two persons; less than the voucher says")?,
        };
        Ok(event.into())
    }

    pub(super) fn resolve(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let missing =
            transfer.missing.take().ok_or_else(|| Fault(format!("nothing of {} is missing", transfer.id)))?;
        let class = self.class_of(&[missing])?;
        let (sender, receiver) =
            if transfer.back { (transfer.to, transfer.owner) } else { (transfer.from, transfer.to) };
        let may_be_lost = class == Class::Serial && transfer.kind == TransferKind::Loan;
        let outcome = match self.chance.below(10) {
            0..=3 => Outcome::ReceivedLate,
            4..=6 if may_be_lost => Outcome::Lost,
            _ => Outcome::ReturnedToSender,
        };
        let number = self.number();
        let loss: Option<LossId> =
            if outcome == Outcome::Lost { Some(made(format!("LOSS-{number:07}"))?) } else { None };
        let location = match outcome {
            Outcome::ReceivedLate => Some(Self::place(receiver, class)?),
            Outcome::ReturnedToSender => Some(Self::place(sender, class)?),
            _ => None,
        };
        let event = DiscrepancyResolved {
            occurred_at: self.now,
            discrepancy: transfer.discrepancy()?,
            outcome,
            finding: words("Both stores were searched and the loading list compared")?,
            liable: Liability::Giver,
            location,
            loss: loss.clone(),
        };
        let (by, second) = (self.book_keeper(sender), self.book_keeper(receiver));
        let loan = transfer.back.then(|| transfer.id.clone());
        match (outcome, loss, missing) {
            (_, Some(loss), Taken::Thing(thing)) => {
                self.begin_part(transfer.number);
                let lost = Loss::new(loss, thing, transfer.owner, sender, loan, Some(transfer.number));
                self.later(3 * DAY, 20 * DAY, Flow::Loss(Box::new(lost)));
            }
            (Outcome::ReceivedLate, ..) => put(&mut transfer.arrived, missing),
            _ => transfer.to_send.push(missing),
        }
        let then = self.settled(transfer);
        self.await_signatures([second], then);
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    /// What follows a settled shortage, when it has its signatures.
    fn settled(&mut self, mut transfer: Transfer) -> Then {
        let nothing_here = transfer.arrived.is_empty();
        transfer.stage = match (transfer.back, transfer.to_send.is_empty(), transfer.kind) {
            (false, false, _) => Stage::Dispatch,
            (true, false, _) => Stage::SendBack,
            (true, true, _) => return Then::End(transfer.number, transfer.owner, transfer.arrived),
            (false, true, _) if nothing_here => {
                return Then::End(transfer.number, transfer.owner, Vec::new());
            }
            (false, true, TransferKind::Donation | TransferKind::Sale) => Stage::PassTitle,
            (false, true, TransferKind::Loan) => Stage::Run,
            (false, true, TransferKind::Custody) if transfer.owner == transfer.to => {
                return Then::End(transfer.number, transfer.owner, transfer.arrived);
            }
            (false, true, TransferKind::Custody) => {
                self.end_part(transfer.number, transfer.owner, Vec::new());
                Stage::Keep
            }
        };
        Then::Go(Flow::Transfer(Box::new(transfer)))
    }
}
