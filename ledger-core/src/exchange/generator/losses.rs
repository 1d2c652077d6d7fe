//! Losses: reported, investigated, written off, and now and then found again.

use super::stock::{Class, Taken};
use super::{DAY, Deed, Fault, Flow, Generator, HOUR, Nation, Then, made, words};
use crate::domain::Role;
use crate::domain::codes::{Condition, DocumentKind};
use crate::domain::consignment::{Counted, ReturnReceived};
use crate::domain::ids::{ConsignmentId, LossId, TransferId};
use crate::domain::loss::{ItemFound, LossInvestigated, LossReported, WriteOffApproved};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Investigate,
    WriteOff,
    Find,
    SendHome,
    ReceiveHome,
}

/// A lost thing.
#[derive(Debug)]
pub(super) struct Loss {
    id: LossId,
    thing: usize,
    owner: Nation,
    holder: Nation,
    /// The loan under which it was held.
    loan: Option<TransferId>,
    /// The number of the transfer of which this is a part.
    part_of: Option<u64>,
    consignment: Option<ConsignmentId>,
    stage: Stage,
}

impl Loss {
    pub(super) const fn new(
        id: LossId,
        thing: usize,
        owner: Nation,
        holder: Nation,
        loan: Option<TransferId>,
        part_of: Option<u64>,
    ) -> Self {
        Self { id, thing, owner, holder, loan, part_of, consignment: None, stage: Stage::Investigate }
    }

    fn consignment(&self) -> Result<ConsignmentId, Fault> {
        self.consignment.clone().ok_or_else(|| Fault(format!("{} was not sent", self.id)))
    }
}

impl Generator {
    /// A thing is missed at home.
    pub(super) fn begin_loss(&mut self, nation: Nation) -> Result<Deed, Fault> {
        let Some(Taken::Thing(thing)) = self.take_things(nation, 1).pop() else {
            return self.register(nation);
        };
        let number = self.number();
        let id: LossId = made(format!("LOSS-{number:07}"))?;
        let event = LossReported {
            occurred_at: self.a_while_ago(),
            loss: id.clone(),
            items: self.items(&[Taken::Thing(thing)])?,
            owner: self.party(nation),
            holder: self.party(nation),
            location: Self::place(nation, Class::Serial)?,
            loan: None,
            circumstances: words("Not in its place at the monthly check")?,
            noticed_on: self.now.date(),
        };
        let by = self.hand(nation);
        let loss = Loss::new(id, thing, nation, nation, None, None);
        self.later(2 * DAY, 15 * DAY, Flow::Loss(Box::new(loss)));
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    pub(super) fn step_loss(&mut self, mut loss: Loss) -> Result<Deed, Fault> {
        let occurred_at = self.now;
        match loss.stage {
            Stage::Investigate => {
                let liable = loss.loan.is_some().then(|| self.party(loss.holder));
                let finding = words("Two searches without result; the crew acted as ordered")?;
                let event = LossInvestigated { occurred_at, loss: loss.id.clone(), finding, liable };
                loss.stage = if self.chance.percent(75) { Stage::Find } else { Stage::WriteOff };
                let by = self.book_keeper(loss.owner);
                let minister = self.officer(loss.owner, Role::Minister);
                let documents = vec![self.paper(DocumentKind::InvestigationReport)];
                self.await_signatures([minister], Then::Go(Flow::Loss(Box::new(loss))));
                Ok(Deed { by, events: vec![event.into()], documents })
            }
            Stage::WriteOff => {
                let reason = words("Not found; the report is closed")?;
                let event = WriteOffApproved { occurred_at, loss: loss.id.clone(), reason };
                let by = self.book_keeper(loss.owner);
                let minister = self.officer(loss.owner, Role::Minister);
                let then = if self.chance.percent(30) {
                    loss.stage = Stage::Find;
                    Then::Go(Flow::Loss(Box::new(loss)))
                } else {
                    loss.part_of.map_or(Then::Nothing, |part| Then::End(part, loss.owner, Vec::new()))
                };
                self.await_signatures([minister], then);
                Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
            }
            Stage::Find => {
                let event = ItemFound {
                    occurred_at: self.a_while_ago(),
                    loss: loss.id.clone(),
                    items: self.items(&[Taken::Thing(loss.thing)])?,
                    location: Self::place(loss.holder, Class::Serial)?,
                };
                let by = self.book_keeper(loss.holder);
                if loss.loan.is_some() {
                    loss.stage = Stage::SendHome;
                    self.later(DAY, 6 * DAY, Flow::Loss(Box::new(loss)));
                } else {
                    self.is_home(&loss);
                }
                Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
            }
            Stage::SendHome => {
                let loan = loss.loan.clone().ok_or_else(|| Fault(format!("{} is on no loan", loss.id)))?;
                let number = self.number();
                let consignment: ConsignmentId = made(format!("CON-{number:07}"))?;
                let goods = [Taken::Thing(loss.thing)];
                let event =
                    self.return_dispatched(consignment.clone(), &loan, loss.holder, loss.owner, &goods)?;
                let by = self.hand(loss.holder);
                loss.consignment = Some(consignment);
                loss.stage = Stage::ReceiveHome;
                self.later(3 * HOUR, 40 * HOUR, Flow::Loss(Box::new(loss)));
                Ok(Deed { by, events: vec![event], documents: Vec::new() })
            }
            Stage::ReceiveHome => {
                let item = self.stock.item(Taken::Thing(loss.thing))?;
                let event = ReturnReceived {
                    occurred_at: self.a_while_ago(),
                    consignment: loss.consignment()?,
                    counted: vec![Counted { item, condition: Condition::Repairable }],
                    location: Self::place(loss.owner, Class::Serial)?,
                    seals_intact: true,
                };
                let by = self.hand(loss.owner);
                self.is_home(&loss);
                Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
            }
        }
    }

    fn is_home(&mut self, loss: &Loss) {
        let taken = Taken::Thing(loss.thing);
        match loss.part_of {
            Some(part) => self.end_part(part, loss.owner, vec![taken]),
            None => self.stock.release(loss.owner, taken),
        }
    }
}
