//! Where a transfer is in its life (domain.md section 6): derived from where its goods stand, never recorded.

use serde::Serialize;

use super::{Transfer, TransferKind};
use crate::domain::event::RecordedAct;
use crate::domain::ids::TransferId;
use crate::domain::register::{Position, Standing};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::status::{Matter, MatterKind};
use crate::domain::time::Date;

/// Where a transfer is in its life (domain.md section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatus {
    /// Waits for the receiving party.
    Proposed,
    /// Refused by the receiving party.
    Refused,
    /// Agreed, nothing dispatched.
    Approved,
    /// Cancelled before anything was dispatched.
    Cancelled,
    /// Something is in transit to the receiver.
    Dispatched,
    /// Something was dispatched and did not arrive; its fate is open.
    Discrepant,
    /// Received; title has not passed.
    AwaitingTitle,
    /// A loan in the hands of the borrower.
    Running,
    /// Something is in transit back to the owner.
    Returning,
    /// Part of what was agreed has not been dispatched.
    PartlyDone,
    /// Done: title passed, custody taken, or the loan is back.
    Complete,
}

impl State {
    /// Ends a transfer that the receiving party refused to ratify: nothing more is sent, and a loan is due at once.
    pub(crate) fn unwind_transfer(&mut self, id: &TransferId, act: &RecordedAct) {
        let Some(transfer) = self.transfers.transfers.get_mut(id) else { return };
        if !transfer.has_ended() {
            transfer.refused_in = Some(act.seq);
        }
        if transfer.due.is_some() {
            let today = act.recorded_at.date();
            transfer.due = transfer.due.map(|due| due.min(today));
            transfer.recalled_in = Some(act.seq);
        }
        self.release_reserved(id);
    }

    /// Frees what is set aside for a transfer that ended.
    pub(super) fn release_reserved(&mut self, id: &TransferId) {
        let Some(transfer) = self.transfers.transfers.get(id) else { return };
        let (items, reserved) = (transfer.terms.items.clone(), Standing::Reserved(id.clone()));
        for item in &items {
            self.register.shift(
                item,
                |position| position.standing == reserved,
                |position| Position { standing: Standing::InService, ..position.clone() },
            );
        }
    }
}

/// How much of a transfer stands how.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    out: bool,
    back: bool,
    missing: bool,
    on_loan: bool,
    awaiting_title: bool,
    lost: bool,
}

impl Tally {
    /// Something is between the parties, or its fate is open.
    pub(super) fn underway(self) -> bool {
        self.out || self.back || self.missing
    }
}

impl State {
    /// Where a transfer is in its life.
    pub fn transfer_status(&self, id: &TransferId) -> Option<TransferStatus> {
        let transfer = self.transfers.transfers.get(id)?;
        Some(self.status_of(id, transfer))
    }

    /// True when a transfer still binds its items.
    pub fn transfer_is_open(&self, id: &TransferId) -> bool {
        use TransferStatus::{Cancelled, Complete, Refused};
        self.transfer_status(id).is_some_and(|status| !matches!(status, Refused | Cancelled | Complete))
    }

    pub(super) fn status_of(&self, id: &TransferId, transfer: &Transfer) -> TransferStatus {
        if transfer.consignments.is_empty() {
            return if transfer.refused_in.is_some() {
                TransferStatus::Refused
            } else if transfer.cancelled_in.is_some() {
                TransferStatus::Cancelled
            } else if transfer.approved_in.is_some() {
                TransferStatus::Approved
            } else {
                TransferStatus::Proposed
            };
        }
        let tally = self.tally(id, transfer);
        if tally.missing {
            TransferStatus::Discrepant
        } else if tally.out {
            TransferStatus::Dispatched
        } else if tally.back {
            TransferStatus::Returning
        } else if tally.on_loan || tally.lost {
            TransferStatus::Running
        } else if !transfer.has_ended() && transfer.has_rest() {
            TransferStatus::PartlyDone
        } else if tally.awaiting_title {
            TransferStatus::AwaitingTitle
        } else {
            TransferStatus::Complete
        }
    }

    pub(super) fn tally(&self, id: &TransferId, transfer: &Transfer) -> Tally {
        let mut tally = Tally::default();
        for item in &transfer.terms.items {
            let Some(stock) = self.register.stocks.get(item.id()) else { continue };
            for position in stock.positions.keys() {
                match &position.standing {
                    Standing::OnLoan(of) => tally.on_loan |= of == id,
                    Standing::AwaitingTitle(of) => tally.awaiting_title |= of == id,
                    Standing::Missing(of) => tally.missing |= transfer.consignments.contains(of),
                    Standing::InTransit(of) if transfer.consignments.contains(of) => {
                        let back = self.transfers.consignments.get(of).is_some_and(|c| c.is_return);
                        tally.back |= back;
                        tally.out |= !back;
                    }
                    Standing::Lost(of) => {
                        let loan = self.register.losses.get(of).and_then(|loss| loss.loan.as_ref());
                        tally.lost |= loan == Some(id);
                    }
                    Standing::InTransit(_)
                    | Standing::InService
                    | Standing::Reserved(_)
                    | Standing::Consumed
                    | Standing::WrittenOff(_) => {}
                }
            }
        }
        tally
    }

    /// The loan, if it is one and it is open.
    pub(super) fn open_loan(&self, id: &TransferId) -> Result<&Transfer, Rejection> {
        let transfer = self.transfers.transfer(id)?;
        require(transfer.terms.kind == TransferKind::Loan, Rule::T03, || {
            format!("transfer {id} is not a loan")
        })?;
        let begun = transfer.approved_in.is_some() || !transfer.consignments.is_empty();
        require(begun && self.transfer_is_open(id), Rule::S03, || format!("loan {id} is not running"))?;
        Ok(transfer)
    }
}

/// What is open of transfers.
impl State {
    pub(crate) fn matters_of_transfers(&self, matters: &mut Vec<Matter>) {
        for (id, transfer) in self.transfers() {
            let terms = &transfer.terms;
            let status = self.status_of(id, transfer);
            let sent = transfer.consignments.first().and_then(|first| self.consignment(first));
            let since = sent.map(|consignment| consignment.dispatched_at);
            let loan = terms.kind == TransferKind::Loan && self.transfer_is_open(id) && sent.is_some();
            if loan {
                let back = Matter::new(MatterKind::Loan, id, terms.to, format!("return loan {id}"));
                let back = back.to(terms.owner).due(transfer.due.map(Date::end));
                matters.push(Matter { since, ..back });
            }
            if status == TransferStatus::AwaitingTitle {
                let title = Matter::new(MatterKind::Title, id, terms.from, format!("pass title of {id}"));
                matters.push(Matter { since, ..title.to(terms.to) });
            }
        }
        for (id, consignment) in self.transfers.consignments.iter() {
            if consignment.received_in.is_none() {
                let what = format!("receive {id} of {}", consignment.transfer);
                matters.push(
                    Matter::new(MatterKind::Transit, id, consignment.receiver, what)
                        .to(consignment.sender)
                        .since(consignment.dispatched_at)
                        .due(consignment.overdue_after),
                );
            }
        }
        for (id, discrepancy) in self.transfers.discrepancies.iter() {
            let Some(consignment) = self.consignment(&discrepancy.consignment) else { continue };
            if discrepancy.resolved_in.is_none() {
                let what = format!("answer {} in {}", discrepancy.kind, discrepancy.consignment);
                matters.push(
                    Matter::new(MatterKind::Discrepancy, id, consignment.sender, what)
                        .to(consignment.receiver)
                        .due(discrepancy.answer_due),
                );
            }
        }
        for (id, loss) in self.register.losses.iter() {
            if loss.investigated_in.is_none() {
                let what = format!("investigate loss {id}, reported in entry {}", loss.reported_in);
                matters.push(Matter::new(MatterKind::Loss, id, loss.owner, what).to(loss.holder));
            }
        }
    }
}
