//! Transfers from the offer to the end: loans, gifts, sales, custody; extensions and recalls.

mod shortages;

use super::losses::Loss;
use super::stock::{Class, Taken};
use super::{DAY, Deed, Fault, Flow, Generator, HOUR, Nation, Then, made, words};
use crate::domain::codes::DocumentKind;
use crate::domain::consignment::{
    ConsignmentDispatched, ConsignmentReceived, ItemsReserved, ReturnDispatched, ReturnReceived,
};
use crate::domain::ids::{ConsignmentId, DiscrepancyId, LicenceId, LossId, TransferId};
use crate::domain::loss::LossReported;
use crate::domain::money::{Currency, Money};
use crate::domain::transfer::{
    LoanExtended, LoanRecalled, LoanTerms, RiskPoint, TitlePassed, TransferApproved, TransferCancelled,
    TransferKind, TransferProposed, TransferRefused,
};
use crate::domain::{Date, Event, Role};

/// What comes next in a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Propose,
    Answer,
    Cancel,
    Reserve,
    Dispatch,
    Receive,
    Report,
    Resolve,
    PassTitle,
    Keep,
    Run,
    SendBack,
    ReceiveBack,
}

/// A transfer under way.
#[derive(Debug)]
pub(super) struct Transfer {
    number: u64,
    id: TransferId,
    kind: TransferKind,
    owner: Nation,
    from: Nation,
    to: Nation,
    stage: Stage,
    reserved: bool,
    /// True once anything came short: it happens once.
    was_short: bool,
    /// To be sent.
    to_send: Vec<Taken>,
    /// Under way, out or back.
    under_way: Vec<Taken>,
    /// In the receiver's hands; on the way back, at the owner's.
    arrived: Vec<Taken>,
    missing: Option<Taken>,
    consignment: Option<ConsignmentId>,
    discrepancy: Option<DiscrepancyId>,
    /// On the way back from a loan.
    back: bool,
    price: Option<Money>,
    due: Option<Date>,
}

impl Transfer {
    fn new(number: u64, kind: TransferKind, owner: Nation, from: Nation, to: Nation) -> Result<Self, Fault> {
        Ok(Self {
            number,
            id: made(format!("{kind}-{number:07}"))?,
            kind,
            owner,
            from,
            to,
            stage: Stage::Propose,
            reserved: false,
            was_short: false,
            to_send: Vec::new(),
            under_way: Vec::new(),
            arrived: Vec::new(),
            missing: None,
            consignment: None,
            discrepancy: None,
            back: false,
            price: None,
            due: None,
        })
    }

    fn consignment(&self) -> Result<ConsignmentId, Fault> {
        self.consignment.clone().ok_or_else(|| Fault(format!("{} has no consignment", self.id)))
    }

    fn discrepancy(&self) -> Result<DiscrepancyId, Fault> {
        self.discrepancy.clone().ok_or_else(|| Fault(format!("{} has no discrepancy", self.id)))
    }
}

/// Adds goods to a list in which each lot stands once.
fn put(list: &mut Vec<Taken>, taken: Taken) {
    if let Taken::Lot(lot, amount) = taken {
        for known in list.iter_mut() {
            match known {
                Taken::Lot(same, sum) if *same == lot => {
                    *sum = sum.saturating_add(amount);
                    return;
                }
                _ => {}
            }
        }
    }
    list.push(taken);
}

impl Generator {
    pub(super) fn begin_transfer(&mut self, from: Nation) -> Result<Deed, Fault> {
        let kind = match self.chance.below(100) {
            0..=59 => TransferKind::Loan,
            60..=74 => TransferKind::Donation,
            75..=84 => TransferKind::Sale,
            _ => TransferKind::Custody,
        };
        let many = self.chance.between(1, 8);
        let goods =
            if self.chance.percent(65) { self.take_things(from, many) } else { self.take_lots(from, many) };
        if goods.is_empty() {
            return self.register(from);
        }
        let (number, to) = (self.number(), self.chance.other_than(from));
        let mut transfer = Transfer::new(number, kind, from, from, to)?;
        transfer.to_send = goods;
        self.step_transfer(transfer)
    }

    pub(super) fn step_transfer(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        match transfer.stage {
            Stage::Propose => self.propose(transfer),
            Stage::Answer => self.answer(transfer),
            Stage::Cancel => self.cancel(transfer),
            Stage::Reserve => {
                let deed = Deed {
                    by: self.book_keeper(transfer.from),
                    events: vec![self.reservation(&transfer)?],
                    documents: vec![self.paper(DocumentKind::Voucher)],
                };
                transfer.reserved = true;
                self.go_on_with(transfer, Stage::Dispatch, HOUR, 2 * DAY);
                Ok(deed)
            }
            Stage::Dispatch => self.dispatch(transfer),
            Stage::Receive => self.receive(transfer),
            Stage::Report => {
                let by = self.book_keeper(if transfer.back { transfer.owner } else { transfer.to });
                let events = vec![self.shortage(&mut transfer)?];
                self.go_on_with(transfer, Stage::Resolve, DAY, 9 * DAY);
                Ok(Deed { by, events, documents: vec![self.paper(DocumentKind::Photograph)] })
            }
            Stage::Resolve => self.resolve(transfer),
            Stage::PassTitle => self.pass_title(transfer),
            Stage::Keep => {
                // Back to the owner, by a custody transfer in the other direction.
                let number = self.number();
                let mut home = Transfer::new(
                    number,
                    TransferKind::Custody,
                    transfer.owner,
                    transfer.to,
                    transfer.owner,
                )?;
                home.to_send = transfer.arrived;
                home.was_short = true;
                self.propose(home)
            }
            Stage::Run => self.run(transfer),
            Stage::SendBack => self.send_back(transfer),
            Stage::ReceiveBack => self.receive_back(transfer),
        }
    }

    fn go_on_with(&mut self, mut transfer: Transfer, stage: Stage, least: u64, most: u64) {
        transfer.stage = stage;
        self.later(least, most, Flow::Transfer(Box::new(transfer)));
    }

    /// One part of a transfer has ended, with these goods at `nation`. They are free when all parts have ended.
    pub(super) fn end_part(&mut self, number: u64, nation: Nation, goods: Vec<Taken>) {
        let Some((open, ended)) = self.parts.get_mut(&number) else { return };
        ended.extend(goods.into_iter().map(|taken| (nation, taken)));
        *open = open.saturating_sub(1);
        if *open == 0 {
            for (nation, taken) in self.parts.remove(&number).map(|(_, ended)| ended).unwrap_or_default() {
                self.stock.release(nation, taken);
            }
        }
    }

    fn begin_part(&mut self, number: u64) {
        let part = self.parts.entry(number).or_default();
        part.0 = part.0.saturating_add(1);
    }

    fn propose(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        self.begin_part(transfer.number);
        let items = self.items(&transfer.to_send)?;
        let is_loan = transfer.kind == TransferKind::Loan;
        let loan = if is_loan {
            let care = Some(words("Kept and guarded as the owner's own; used at exercises only")?);
            Some(LoanTerms { start: self.in_days(2), due: self.in_days(150), care })
        } else {
            None
        };
        transfer.due = loan.as_ref().map(|loan| loan.due);
        if transfer.kind == TransferKind::Sale {
            let cents = self.chance.between(100_000, 90_000_000);
            transfer.price = Some(Money::new(cents, Currency::EUR)?);
        }
        let purpose = match transfer.kind {
            TransferKind::Loan => {
                "Spare equipment for the joint brigade's exercise while its own is in repair"
            }
            TransferKind::Donation => "More than the establishment needs",
            TransferKind::Sale => "Change to another family of equipment",
            TransferKind::Custody => "Room in the depot while a store is rebuilt",
        };
        let event = TransferProposed {
            occurred_at: self.now,
            transfer: transfer.id.clone(),
            kind: transfer.kind,
            from: self.party(transfer.from),
            to: self.party(transfer.to),
            owner: self.party(transfer.owner),
            items,
            purpose: words(purpose)?,
            price: transfer.price,
            loan,
            risk_passes_at: RiskPoint::Receipt,
        };
        let by = self.book_keeper(transfer.from);
        let documents = vec![self.paper(DocumentKind::Voucher)];
        self.go_on_with(transfer, Stage::Answer, HOUR, 2 * DAY);
        Ok(Deed { by, events: vec![event.into()], documents })
    }

    fn answer(&mut self, transfer: Transfer) -> Result<Deed, Fault> {
        let by = self.book_keeper(transfer.to);
        let (occurred_at, id) = (self.now, transfer.id.clone());
        // A custody that ends must go home.
        let going_home = transfer.owner == transfer.to;
        if !going_home && self.chance.percent(4) {
            self.end_part(transfer.number, transfer.from, transfer.to_send);
            let reason = words("No room in the depot before the end of the quarter")?;
            let event = TransferRefused { occurred_at, transfer: id, reason };
            return Ok(Deed { by, events: vec![event.into()], documents: Vec::new() });
        }
        let (stage, most) = match self.chance.below(100) {
            0..=2 if !going_home => (Stage::Cancel, 3 * DAY),
            3..=39 => (Stage::Reserve, DAY),
            _ => (Stage::Dispatch, 4 * DAY),
        };
        self.go_on_with(transfer, stage, HOUR, most);
        let event = TransferApproved { occurred_at, transfer: id };
        let documents = vec![self.paper(DocumentKind::Voucher)];
        Ok(Deed { by, events: vec![event.into()], documents })
    }

    fn cancel(&mut self, transfer: Transfer) -> Result<Deed, Fault> {
        let reason = words("Needed at home")?;
        let event = TransferCancelled { occurred_at: self.now, transfer: transfer.id, reason };
        let by = self.book_keeper(transfer.from);
        self.end_part(transfer.number, transfer.from, transfer.to_send);
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    fn reservation(&mut self, transfer: &Transfer) -> Result<Event, Fault> {
        let location = Self::place(transfer.from, self.class_of(&transfer.to_send)?)?;
        let items = self.items(&transfer.to_send)?;
        let (occurred_at, transfer) = (self.now, transfer.id.clone());
        Ok(ItemsReserved { occurred_at, transfer, items, location }.into())
    }

    pub(super) fn licence(&self, from: Nation, to: Nation, goods: &[Taken]) -> Option<LicenceId> {
        self.licences.get(&(from, to)).filter(|_| self.is_listed(goods)).cloned()
    }

    fn dispatch(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let mut events = Vec::new();
        // The book keeper may do both in one act.
        let at_once = !transfer.reserved && self.chance.percent(25);
        if at_once {
            events.push(self.reservation(&transfer)?);
        }
        let by = if at_once { self.book_keeper(transfer.from) } else { self.hand(transfer.from) };
        transfer.reserved = true;
        let number = self.number();
        let consignment: ConsignmentId = made(format!("CON-{number:07}"))?;
        let seals = if self.chance.percent(60) { vec![made(format!("S{number:07}"))?] } else { Vec::new() };
        let event = ConsignmentDispatched {
            occurred_at: self.a_while_ago(),
            consignment: consignment.clone(),
            transfer: transfer.id.clone(),
            items: self.items(&transfer.to_send)?,
            from_location: Self::place(transfer.from, self.class_of(&transfer.to_send)?)?,
            licence: self.licence(transfer.from, transfer.to, &transfer.to_send),
            seals,
            carrier: Some(words("Own drivers")?),
        };
        events.push(event.into());
        transfer.consignment = Some(consignment);
        transfer.under_way = std::mem::take(&mut transfer.to_send);
        let documents = vec![self.paper(DocumentKind::Voucher), self.paper(DocumentKind::Other)];
        self.go_on_with(transfer, Stage::Receive, 3 * HOUR, 40 * HOUR);
        Ok(Deed { by, events, documents })
    }

    fn receive(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let class = self.class_of(&transfer.under_way)?;
        let counted = self.count(&mut transfer)?;
        let event = ConsignmentReceived {
            occurred_at: self.a_while_ago(),
            consignment: transfer.consignment()?,
            counted,
            location: Self::place(transfer.to, class)?,
            seals_intact: transfer.missing.is_none(),
        };
        let mut events = vec![event.into()];
        if transfer.missing.is_none() {
            let by = self.hand(transfer.to);
            let documents = vec![self.paper(DocumentKind::Voucher), self.paper(DocumentKind::Photograph)];
            self.received(transfer);
            return Ok(Deed { by, events, documents });
        }
        let by = self.book_keeper(transfer.to);
        if self.chance.percent(50) {
            events.push(self.shortage(&mut transfer)?);
            self.go_on_with(transfer, Stage::Resolve, DAY, 9 * DAY);
        } else {
            self.go_on_with(transfer, Stage::Report, 10, 5 * HOUR);
        }
        Ok(Deed { by, events, documents: vec![self.paper(DocumentKind::Photograph)] })
    }

    /// What follows when all that was sent is settled.
    fn received(&mut self, transfer: Transfer) {
        if transfer.arrived.is_empty() {
            self.end_part(transfer.number, transfer.from, Vec::new());
            return;
        }
        match transfer.kind {
            TransferKind::Donation | TransferKind::Sale => {
                self.go_on_with(transfer, Stage::PassTitle, HOUR, 12 * DAY);
            }
            TransferKind::Loan => self.go_on_with(transfer, Stage::Run, 4 * DAY, 50 * DAY),
            TransferKind::Custody if transfer.owner == transfer.to => {
                self.end_part(transfer.number, transfer.owner, transfer.arrived);
            }
            TransferKind::Custody => {
                self.end_part(transfer.number, transfer.owner, Vec::new());
                self.go_on_with(transfer, Stage::Keep, 10 * DAY, 40 * DAY);
            }
        }
    }

    fn pass_title(&mut self, transfer: Transfer) -> Result<Deed, Fault> {
        let event =
            TitlePassed { occurred_at: self.now, transfer: transfer.id.clone(), price: transfer.price };
        let by = self.book_keeper(transfer.from);
        let mut signers = vec![self.book_keeper(transfer.to)];
        if transfer.kind == TransferKind::Sale {
            signers.push(self.officer(transfer.to, Role::PaymentAuthoriser));
        }
        let documents = vec![self.paper(DocumentKind::TitleDeed)];
        self.await_signatures(signers, Then::End(transfer.number, transfer.to, transfer.arrived));
        Ok(Deed { by, events: vec![event.into()], documents })
    }

    /// A loan in the borrower's hands: something may happen before it goes home.
    fn run(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let lots = self.class_of(&transfer.arrived)? != Class::Serial;
        match self.chance.below(100) {
            0..=12 => self.extend(transfer),
            13..=16 => {
                let event = LoanRecalled {
                    occurred_at: self.now,
                    transfer: transfer.id.clone(),
                    new_due: self.in_days(20),
                    reason: words("Needed at home earlier than planned")?,
                };
                let by = self.book_keeper(transfer.owner);
                self.go_on_with(transfer, Stage::SendBack, DAY, 10 * DAY);
                Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
            }
            17..=60 if lots => {
                let goods: Vec<Taken> = transfer.arrived.drain(..1).collect();
                let mut used = Vec::new();
                for taken in goods {
                    if let Taken::Lot(lot, amount) = taken {
                        let part = self.chance.between(1, amount);
                        used.push(Taken::Lot(lot, part));
                        if part < amount {
                            transfer.arrived.push(Taken::Lot(lot, amount.saturating_sub(part)));
                        }
                    }
                }
                let id = transfer.id.clone();
                let events = self.consumption(transfer.owner, transfer.to, Some(&id), &used)?;
                let by = self.book_keeper(transfer.to);
                if transfer.arrived.is_empty() {
                    self.end_part(transfer.number, transfer.owner, Vec::new());
                } else {
                    self.go_on_with(transfer, Stage::SendBack, DAY, 10 * DAY);
                }
                Ok(Deed { by, events, documents: Vec::new() })
            }
            17..=18 => self.lose_on_loan(transfer),
            _ => self.send_back(transfer),
        }
    }

    fn extend(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let new_due = self.in_days(200);
        let event = LoanExtended { occurred_at: self.now, transfer: transfer.id.clone(), new_due };
        let by = self.book_keeper(transfer.owner);
        let second = self.book_keeper(transfer.to);
        transfer.stage = Stage::SendBack;
        let then = Flow::Transfer(Box::new(transfer));
        if self.chance.percent(30) {
            self.await_refusal(second, then);
        } else {
            self.await_signatures([second], Then::Go(then));
        }
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    fn lose_on_loan(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let lost = transfer.arrived.pop().ok_or_else(|| Fault(format!("{} has nothing", transfer.id)))?;
        let Taken::Thing(thing) = lost else { return Err(Fault("only things get lost".into())) };
        let number = self.number();
        let loss: LossId = made(format!("LOSS-{number:07}"))?;
        let event = LossReported {
            occurred_at: self.a_while_ago(),
            loss: loss.clone(),
            items: self.items(&[lost])?,
            owner: self.party(transfer.owner),
            holder: self.party(transfer.to),
            location: Self::place(transfer.to, Class::Serial)?,
            loan: Some(transfer.id.clone()),
            circumstances: words("Not in its vehicle after a night march; two searches found nothing")?,
            noticed_on: self.now.date(),
        };
        let by = self.hand(transfer.to);
        self.begin_part(transfer.number);
        let flow = Loss::new(
            loss,
            thing,
            transfer.owner,
            transfer.to,
            Some(transfer.id.clone()),
            Some(transfer.number),
        );
        self.later(3 * DAY, 20 * DAY, Flow::Loss(Box::new(flow)));
        if transfer.arrived.is_empty() {
            self.end_part(transfer.number, transfer.owner, Vec::new());
        } else {
            self.go_on_with(transfer, Stage::SendBack, DAY, 10 * DAY);
        }
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    fn send_back(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        // The first time all that is there; after a shortage on the way back, what had not left.
        if transfer.back {
            transfer.under_way = std::mem::take(&mut transfer.to_send);
        } else {
            transfer.under_way = std::mem::take(&mut transfer.arrived);
        }
        transfer.back = true;
        let number = self.number();
        let consignment: ConsignmentId = made(format!("CON-{number:07}"))?;
        transfer.consignment = Some(consignment.clone());
        let event = self.return_dispatched(
            consignment,
            &transfer.id,
            transfer.to,
            transfer.owner,
            &transfer.under_way,
        )?;
        let by = self.hand(transfer.to);
        let documents = vec![self.paper(DocumentKind::Voucher), self.paper(DocumentKind::Other)];
        self.go_on_with(transfer, Stage::ReceiveBack, 3 * HOUR, 40 * HOUR);
        Ok(Deed { by, events: vec![event], documents })
    }

    /// Goods of a loan go home.
    pub(super) fn return_dispatched(
        &mut self,
        consignment: ConsignmentId,
        loan: &TransferId,
        from: Nation,
        to: Nation,
        goods: &[Taken],
    ) -> Result<Event, Fault> {
        let event = ReturnDispatched {
            occurred_at: self.a_while_ago(),
            consignment,
            transfer: loan.clone(),
            items: self.items(goods)?,
            from_location: Self::place(from, self.class_of(goods)?)?,
            licence: self.licence(from, to, goods),
            seals: Vec::new(),
        };
        Ok(event.into())
    }

    fn receive_back(&mut self, mut transfer: Transfer) -> Result<Deed, Fault> {
        let class = self.class_of(&transfer.under_way)?;
        let counted = self.count(&mut transfer)?;
        let event = ReturnReceived {
            occurred_at: self.a_while_ago(),
            consignment: transfer.consignment()?,
            counted,
            location: Self::place(transfer.owner, class)?,
            seals_intact: true,
        };
        let by = self.hand(transfer.owner);
        if transfer.missing.is_some() {
            self.go_on_with(transfer, Stage::Report, 10, 5 * HOUR);
        } else {
            self.end_part(transfer.number, transfer.owner, transfer.arrived);
        }
        let documents = vec![self.paper(DocumentKind::Voucher), self.paper(DocumentKind::Photograph)];
        Ok(Deed { by, events: vec![event.into()], documents })
    }
}
