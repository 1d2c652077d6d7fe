//! Consignments: what was dispatched under a transfer, what was received of it, and what became of the rest.
//!
//! Every hand-over is two signatures at two times (domain.md section 3, rule 2). Between them the goods are in
//! transit; the holder stays the sender until the receiver has counted them. What the receiver did not count
//! is missing, and stays so until both sides agree what became of it. A loan comes back by the same two acts
//! in the other direction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Condition, MlCategory, Party};
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{ConsignmentId, DiscrepancyId, LicenceId, LossId, Place, Reference, TransferId};
use super::item::{Item, ItemId};
use super::licence::Passage;
use super::party::{BOOK, HANDS, Role};
use super::quantity::Quantity;
use super::register::{Loss, Master, Position, Standing, check_list};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::{Text, code_list};
use super::time::Timestamp;
use super::transfer::{Transfer, TransferKind, subjects_of};

/// Milliseconds of an hour.
const HOUR_MS: u64 = 3_600_000;
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * HOUR_MS;

code_list! {
    /// What a receiver found wrong.
    DiscrepancyKind: "a kind of discrepancy" {
        /// Less than was dispatched.
        1 Shortage "SHORTAGE";
        /// More than was dispatched.
        2 Overage "OVERAGE";
        /// Another item.
        3 WrongItem "WRONG_ITEM";
        /// Damaged.
        4 Damage "DAMAGE";
        /// Papers missing or wrong.
        5 Documents "DOCS";
    }
}

code_list! {
    /// Who answers for a discrepancy.
    Liability: "who is liable" {
        /// The party that gave.
        1 Giver "GIVER";
        /// The party that received.
        2 Receiver "RECEIVER";
        /// The carrier.
        3 Carrier "CARRIER";
        /// Nobody.
        4 Nobody "NONE";
    }
}

code_list! {
    /// What becomes of the goods of a discrepancy.
    Outcome: "an outcome" {
        /// They turned up at the receiver, who holds them now.
        1 ReceivedLate "RECEIVED_LATE";
        /// They never left, or came back: the sender holds them.
        2 ReturnedToSender "RETURNED_TO_SENDER";
        /// They are lost; the owner decides about them.
        3 Lost "LOST";
        /// More was sent than written; the receiver holds it now.
        4 OverageAccepted "OVERAGE_ACCEPTED";
        /// Nothing moves.
        5 NoAdjustment "NO_ADJUSTMENT";
    }
}

/// What a receiver counted of an item, and its condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// What was counted, and how much of it
    pub item: Item,
    /// Condition code
    pub condition: Condition,
}

events! {
    /// Set goods aside for an approved transfer
    ItemsReserved {
        /// Number of the transfer
        transfer: TransferId,
        /// What, and how much of it
        items: Vec<Item>,
        /// Where it is kept
        location: Place,
    }

    /// Dispatch goods under an approved transfer
    ConsignmentDispatched {
        /// Number of the consignment
        consignment: ConsignmentId,
        /// Number of the transfer
        transfer: TransferId,
        /// What, and how much of it
        items: Vec<Item>,
        /// The place it leaves from
        from_location: Place,
        /// The licence or exemption that covers the passage, for items of the military list
        #[serde(default, skip_serializing_if = "Option::is_none")]
        licence: Option<LicenceId>,
        /// Numbers of the seals
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seals: Vec<Reference>,
        /// Who carries it
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carrier: Option<Text>,
    }

    /// Receive a consignment: what was counted, and in which condition
    ConsignmentReceived {
        /// Number of the consignment
        consignment: ConsignmentId,
        /// What was counted
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        counted: Vec<Counted>,
        /// The place it is at now
        location: Place,
        /// Whether the seals were intact
        seals_intact: bool,
    }

    /// Dispatch goods of a loan back to their owner
    ReturnDispatched {
        /// Number of the consignment
        consignment: ConsignmentId,
        /// Number of the loan
        transfer: TransferId,
        /// What, and how much of it
        items: Vec<Item>,
        /// The place it leaves from
        from_location: Place,
        /// The licence or exemption that covers the passage, for items of the military list
        #[serde(default, skip_serializing_if = "Option::is_none")]
        licence: Option<LicenceId>,
        /// Numbers of the seals
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seals: Vec<Reference>,
    }

    /// Receive goods of a loan back: what was counted, and in which condition
    ReturnReceived {
        /// Number of the consignment
        consignment: ConsignmentId,
        /// What was counted
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        counted: Vec<Counted>,
        /// The place it is at now
        location: Place,
        /// Whether the seals were intact
        seals_intact: bool,
    }

    /// Report that a received consignment is not what was dispatched
    DiscrepancyReported {
        /// Number of the discrepancy
        discrepancy: DiscrepancyId,
        /// Number of the consignment
        consignment: ConsignmentId,
        /// What is wrong
        kind: DiscrepancyKind,
        /// What it concerns, and how much of it
        items: Vec<Item>,
        /// What the receiver found
        finding: Text,
    }

    /// Settle a discrepancy; both sides sign
    DiscrepancyResolved {
        /// Number of the discrepancy
        discrepancy: DiscrepancyId,
        /// What became of the goods
        outcome: Outcome,
        /// What was found
        finding: Text,
        /// Who is liable
        liable: Liability,
        /// Where the goods are now, unless they are lost or nothing moves
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<Place>,
        /// Number of the loss, when they are lost
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loss: Option<LossId>,
    }
}

/// A consignment and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consignment {
    /// The transfer it belongs to.
    pub transfer: TransferId,
    /// True on the way back from a loan.
    pub is_return: bool,
    /// Who sent it.
    pub sender: Party,
    /// Who receives it.
    pub receiver: Party,
    /// What was dispatched.
    pub items: Vec<Item>,
    /// The place it left from.
    pub from_location: Place,
    /// The entry that dispatched it.
    pub dispatched_in: u64,
    /// When it left.
    pub dispatched_at: Timestamp,
    /// The entry that received it.
    pub received_in: Option<u64>,
}

/// A discrepancy and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discrepancy {
    /// The consignment it concerns.
    pub consignment: ConsignmentId,
    /// What is wrong.
    pub kind: DiscrepancyKind,
    /// What it concerns.
    pub items: Vec<Item>,
    /// The entry that reported it.
    pub reported_in: u64,
    /// The moment by which the sender has answered.
    pub answer_due: Timestamp,
    /// The entry that settled it.
    pub resolved_in: Option<u64>,
}

/// What a consignment of `transfer` becomes in the receiver's hands.
fn received_standing(transfer: &Transfer, is_return: bool) -> Standing {
    let id = &transfer.terms.transfer;
    match transfer.terms.kind {
        _ if is_return => Standing::InService,
        TransferKind::Loan => Standing::OnLoan(id.clone()),
        TransferKind::Donation | TransferKind::Sale => Standing::AwaitingTitle(id.clone()),
        TransferKind::Custody => Standing::InService,
    }
}

/// What goods were in the sender's hands before they were dispatched.
fn sent_standing(transfer: &Transfer, is_return: bool) -> Standing {
    if is_return { Standing::OnLoan(transfer.terms.transfer.clone()) } else { Standing::InService }
}

impl State {
    /// One consignment.
    pub fn consignment(&self, id: &ConsignmentId) -> Option<&Consignment> {
        self.transfers.consignments.get(id)
    }

    /// All discrepancies.
    pub fn discrepancies(&self) -> impl Iterator<Item = (&DiscrepancyId, &Discrepancy)> {
        self.transfers.discrepancies.iter()
    }

    fn known_consignment(&self, id: &ConsignmentId) -> Result<&Consignment, Rejection> {
        self.transfers.consignments.get(id).ok_or_else(|| Rejection::unknown("consignment", id))
    }

    fn with_masters<'a>(&'a self, items: &'a [Item]) -> Result<Vec<(&'a Item, &'a Master)>, Rejection> {
        items.iter().map(|item| Ok((item, &self.register.stock(item.id())?.master))).collect()
    }

    /// What must hold of every dispatch, out or back.
    fn admit_dispatch(&self, consignment: &ConsignmentId, items: &[Item]) -> Result<(), Rejection> {
        if self.transfers.consignments.contains(consignment) {
            return Err(Rejection::taken("consignment", consignment));
        }
        check_list(items)
    }

    /// Refuses to send more while an earlier consignment is overdue and unreported (domain.md T08).
    fn require_nothing_overdue(&self, transfer: &Transfer, now: Timestamp) -> Result<(), Rejection> {
        let limit_h = self.directory.parameters.in_transit_limit_h;
        let limit = u64::from(limit_h).saturating_mul(HOUR_MS);
        for id in &transfer.consignments {
            let Some(earlier) = self.transfers.consignments.get(id) else { continue };
            let overdue = earlier.received_in.is_none() && now.since(earlier.dispatched_at) > limit;
            if overdue {
                return Err(Rejection::new(
                    Rule::T08,
                    format!(
                        "consignment {id} is in transit since {}, more than {limit_h} hours",
                        earlier.dispatched_at
                    ),
                )
                .remedy("record what was received of it before more is sent"));
            }
        }
        Ok(())
    }

    /// Puts goods in transit.
    fn send(&mut self, id: &ConsignmentId, consignment: Consignment, wanted: &[Standing], owner: Party) {
        for item in &consignment.items {
            let mut left = item.quantity();
            for standing in wanted {
                let there = held(owner, consignment.sender, &consignment.from_location, standing);
                let Some(stock) = self.register.stocks.get_mut(item.id()) else { continue };
                let amount = stock.amount(&there);
                let amount = if left.at_most(amount) { left } else { amount };
                stock.shift(amount, there, |position| Position {
                    standing: Standing::InTransit(id.clone()),
                    ..position.clone()
                });
                left = left.minus(amount).unwrap_or(left.none());
            }
        }
        if let Some(transfer) = self.transfers.transfers.get_mut(&consignment.transfer) {
            transfer.consignments.push(id.clone());
        }
        self.transfers.consignments.insert(id.clone(), consignment);
    }

    /// Refuses a count that is not of one dispatch, or counts more than was dispatched (domain.md T07).
    fn admit_receipt(
        &self,
        id: &ConsignmentId,
        counted: &[Counted],
        is_return: bool,
    ) -> Result<(), Rejection> {
        let consignment = self.known_consignment(id)?;
        let way = if is_return { "a return" } else { "a dispatch to the receiver" };
        require(consignment.is_return == is_return, Rule::T07, || format!("consignment {id} is not {way}"))?;
        require(consignment.received_in.is_none(), Rule::T07, || {
            format!("consignment {id} was received already: one receipt for one dispatch")
        })?;
        for (index, line) in counted.iter().enumerate() {
            let item = line.item.id();
            let sent = consignment.items.iter().find(|sent| sent.id() == item);
            let Some(sent) = sent else {
                return Err(Rejection::new(
                    Rule::T07,
                    format!("{item} was not dispatched in consignment {id}"),
                )
                .remedy("leave it out of the count and report the discrepancy"));
            };
            let total = Quantity::sum(
                counted
                    .iter()
                    .take(index.saturating_add(1))
                    .filter(|c| c.item.id() == item)
                    .map(|c| c.item.quantity()),
            );
            require(total.is_some_and(|total| total.at_most(sent.quantity())), Rule::T07, || {
                format!("more of {item} is counted than the {} dispatched in {id}", sent.quantity())
            })?;
        }
        Ok(())
    }

    /// Puts what was counted in the receiver's hands, and calls the rest missing.
    fn receive(&mut self, id: &ConsignmentId, counted: &[Counted], location: &Place, seq: u64) {
        let Some(consignment) = self.transfers.consignments.get_mut(id) else { return };
        consignment.received_in = Some(seq);
        let consignment = consignment.clone();
        let Some(transfer) = self.transfers.transfers.get(&consignment.transfer) else { return };
        let arrived = received_standing(transfer, consignment.is_return);
        let in_transit = Standing::InTransit(id.clone());
        let underway = |position: &Position| position.standing == in_transit;
        for line in counted {
            self.register.shift(&line.item, underway, |position| Position {
                holder: consignment.receiver,
                location: location.clone(),
                standing: arrived.clone(),
                condition: line.condition,
                ..position.clone()
            });
        }
        for item in &consignment.items {
            self.register.shift(item, underway, |position| Position {
                standing: Standing::Missing(id.clone()),
                ..position.clone()
            });
        }
    }
}

/// The positions of `holder`'s goods owned by `owner` in `location` that are `standing`.
fn held(owner: Party, holder: Party, location: &Place, standing: &Standing) -> impl Fn(&Position) -> bool {
    move |position| {
        position.owner == owner
            && position.holder == holder
            && position.location == *location
            && position.standing == *standing
    }
}

/// The transfer, if the receiving party's consent has a basis and it has not ended.
fn agreed<'a>(state: &'a State, id: &TransferId) -> Result<&'a Transfer, Rejection> {
    let transfer = state.transfers.transfer(id)?;
    let ended = transfer.refused_in.is_some() || transfer.cancelled_in.is_some();
    require(!ended, Rule::S03, || format!("transfer {id} was refused or cancelled"))?;
    transfer.consent()?;
    Ok(transfer)
}

/// Refuses more than the transfer has left to send.
fn require_rest(transfer: &Transfer, item: &Item) -> Result<(), Rejection> {
    let id = &transfer.terms.transfer;
    let Some(rest) = transfer.rest_of(item.id()) else {
        return Err(Rejection::new(Rule::T02, format!("{} is not part of transfer {id}", item.id())));
    };
    require(item.quantity().at_most(rest), Rule::T05, || {
        format!("{} of {} were named, {rest} are left to send under {id}", item.quantity(), item.id())
    })
}

impl Rules for ItemsReserved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.transfers.transfer(&self.transfer)?.terms.from, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let transfer = agreed(state, &self.transfer)?;
        check_list(&self.items)?;
        let (owner, from) = (transfer.terms.owner, transfer.terms.from);
        let reserved = Standing::Reserved(self.transfer.clone());
        self.items.iter().try_for_each(|item| {
            require_rest(transfer, item)?;
            let already = state.register.stock(item.id())?.amount(|position| position.standing == reserved);
            let total = already.plus(item.quantity());
            let rest = transfer.rest_of(item.id());
            let fits = total.zip(rest).is_some_and(|(total, rest)| total.at_most(rest));
            require(fits, Rule::T05, || format!("{already} of {} are reserved already", item.id()))?;
            let place = || format!("free at {}", self.location);
            let free = held(owner, from, &self.location, &Standing::InService);
            state.register.require_there(item, Rule::T05, place, free)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(transfer) = state.transfers.transfers.get(&self.transfer) else { return };
        let (owner, from) = (transfer.terms.owner, transfer.terms.from);
        for item in &self.items {
            let free = held(owner, from, &self.location, &Standing::InService);
            state.register.shift(item, free, |position| Position {
                standing: Standing::Reserved(self.transfer.clone()),
                ..position.clone()
            });
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl ConsignmentDispatched {
    fn passage(&self, transfer: &Transfer) -> Passage<'_> {
        Passage {
            from: transfer.terms.from,
            to: transfer.terms.to,
            on: self.occurred_at.date(),
            is_return: false,
            licence: self.licence.as_ref(),
        }
    }
}

impl Rules for ConsignmentDispatched {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.transfers.transfer(&self.transfer)?.terms.from, HANDS)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let transfer = agreed(state, &self.transfer)?;
        state.admit_dispatch(&self.consignment, &self.items)?;
        let (owner, from) = (transfer.terms.owner, transfer.terms.from);
        let reserved = Standing::Reserved(self.transfer.clone());
        for item in &self.items {
            require_rest(transfer, item)?;
            let place = || format!("free or reserved at {}", self.from_location);
            state.register.require_there(item, Rule::T05, place, |position| {
                held(owner, from, &self.from_location, &Standing::InService)(position)
                    || held(owner, from, &self.from_location, &reserved)(position)
            })?;
        }
        state.require_nothing_overdue(transfer, self.occurred_at)?;
        let items = state.with_masters(&self.items)?;
        let passage = self.passage(transfer);
        state.transfers.licences.require_consent(&passage, &items)?;
        state.transfers.licences.require_licence(&passage, &items)?;
        for (item, master) in &items {
            let Some(expiry) = master.expiry else { continue };
            require(passage.on < expiry, Rule::T18, || format!("{} expired on {expiry}", item.id()))?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) else { return };
        for item in &self.items {
            let sent = transfer.dispatched.entry(item.id().clone()).or_insert(item.quantity().none());
            *sent = sent.plus(item.quantity()).unwrap_or(*sent);
        }
        let transfer = transfer.clone();
        let items: Vec<(Item, Option<MlCategory>)> = self
            .items
            .iter()
            .map(|item| {
                (item.clone(), state.register.stocks.get(item.id()).and_then(|stock| stock.master.ml))
            })
            .collect();
        state.transfers.licences.use_up(&self.passage(&transfer), &items);
        let consignment = Consignment {
            transfer: self.transfer.clone(),
            is_return: false,
            sender: transfer.terms.from,
            receiver: transfer.terms.to,
            items: self.items.clone(),
            from_location: self.from_location.clone(),
            dispatched_in: act.seq,
            dispatched_at: self.occurred_at,
            received_in: None,
        };
        let wanted = [Standing::Reserved(self.transfer.clone()), Standing::InService];
        state.send(&self.consignment, consignment, &wanted, transfer.terms.owner);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

fn subjects_of_consignment(state: &State, id: &ConsignmentId) -> Vec<Subject> {
    let Some(consignment) = state.transfers.consignments.get(id) else { return Vec::new() };
    subjects_of(state, &consignment.transfer)
}

fn receiver_signs(
    state: &State,
    id: &ConsignmentId,
    roles: &'static [Role],
) -> Result<Vec<Signer>, Rejection> {
    Ok(vec![Signer::of(state.known_consignment(id)?.receiver, roles)])
}

impl Rules for ConsignmentReceived {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        receiver_signs(state, &self.consignment, HANDS)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.admit_receipt(&self.consignment, &self.counted, false)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.receive(&self.consignment, &self.counted, &self.location, act.seq);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_consignment(state, &self.consignment)
    }
}

impl Rules for ReturnDispatched {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.transfers.transfer(&self.transfer)?.terms.to, HANDS)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let transfer = state.transfers.transfer(&self.transfer)?;
        require(transfer.terms.kind == TransferKind::Loan, Rule::T03, || {
            format!("transfer {} is not a loan: nothing of it is returned", self.transfer)
        })?;
        state.admit_dispatch(&self.consignment, &self.items)?;
        let (owner, holder) = (transfer.terms.owner, transfer.terms.to);
        let on_loan = Standing::OnLoan(self.transfer.clone());
        for item in &self.items {
            let place = || format!("on loan {} at {}", self.transfer, self.from_location);
            let there = held(owner, holder, &self.from_location, &on_loan);
            state.register.require_there(item, Rule::T05, place, there)?;
        }
        state.require_nothing_overdue(transfer, self.occurred_at)?;
        let items = state.with_masters(&self.items)?;
        let passage = Passage {
            from: holder,
            to: owner,
            on: self.occurred_at.date(),
            is_return: true,
            licence: self.licence.as_ref(),
        };
        state.transfers.licences.require_licence(&passage, &items)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(transfer) = state.transfers.transfers.get(&self.transfer) else { return };
        let owner = transfer.terms.owner;
        let consignment = Consignment {
            transfer: self.transfer.clone(),
            is_return: true,
            sender: transfer.terms.to,
            receiver: owner,
            items: self.items.clone(),
            from_location: self.from_location.clone(),
            dispatched_in: act.seq,
            dispatched_at: self.occurred_at,
            received_in: None,
        };
        let wanted = [Standing::OnLoan(self.transfer.clone())];
        state.send(&self.consignment, consignment, &wanted, owner);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl Rules for ReturnReceived {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        receiver_signs(state, &self.consignment, HANDS)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.admit_receipt(&self.consignment, &self.counted, true)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.receive(&self.consignment, &self.counted, &self.location, act.seq);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_consignment(state, &self.consignment)
    }
}

impl Rules for DiscrepancyReported {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        receiver_signs(state, &self.consignment, BOOK)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.transfers.discrepancies.contains(&self.discrepancy) {
            return Err(Rejection::taken("discrepancy", &self.discrepancy));
        }
        let consignment = state.known_consignment(&self.consignment)?;
        require(consignment.received_in.is_some(), Rule::T07, || {
            format!("consignment {} is not received yet: count it first", self.consignment)
        })?;
        check_list(&self.items)?;
        for item in &self.items {
            match self.kind {
                DiscrepancyKind::Shortage => {
                    let unreported = state.unreported(&self.consignment, item.id())?;
                    require(item.quantity().at_most(unreported), Rule::T04, || {
                        format!(
                            "{} of {} are reported short, {unreported} are missing and not yet reported",
                            item.quantity(),
                            item.id()
                        )
                    })?;
                }
                DiscrepancyKind::WrongItem => {
                    state.register.stock(item.id())?;
                }
                DiscrepancyKind::Overage | DiscrepancyKind::Damage | DiscrepancyKind::Documents => {
                    let sent = consignment.items.iter().any(|sent| sent.id() == item.id());
                    require(sent, Rule::T07, || {
                        format!("{} was not dispatched in consignment {}", item.id(), self.consignment)
                    })?;
                }
            }
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let days = u64::from(state.directory.parameters.discrepancy_answer_days);
        let discrepancy = Discrepancy {
            consignment: self.consignment.clone(),
            kind: self.kind,
            items: self.items.clone(),
            reported_in: act.seq,
            answer_due: act.recorded_at.later_by(days.saturating_mul(DAY_MS)),
            resolved_in: None,
        };
        state.transfers.discrepancies.insert(self.discrepancy.clone(), discrepancy);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_consignment(state, &self.consignment)
    }
}

impl State {
    /// How much of an item is missing from a consignment and stands in no open shortage report.
    fn unreported(&self, consignment: &ConsignmentId, id: &ItemId) -> Result<Quantity, Rejection> {
        let missing = Standing::Missing(consignment.clone());
        let missing = self.register.stock(id)?.amount(|position| position.standing == missing);
        let reported = self
            .transfers
            .discrepancies
            .iter()
            .filter(|(_, known)| known.consignment == *consignment && known.resolved_in.is_none())
            .filter(|(_, known)| known.kind == DiscrepancyKind::Shortage)
            .flat_map(|(_, known)| known.items.iter())
            .filter(|item| item.id() == id)
            .map(Item::quantity);
        Ok(Quantity::sum(reported)
            .map_or(missing, |reported| missing.minus(reported).unwrap_or(missing.none())))
    }

    fn open_discrepancy(
        &self,
        id: &DiscrepancyId,
    ) -> Result<(&Discrepancy, &Consignment, &Transfer), Rejection> {
        let known =
            self.transfers.discrepancies.get(id).ok_or_else(|| Rejection::unknown("discrepancy", id))?;
        require(known.resolved_in.is_none(), Rule::S03, || format!("discrepancy {id} is settled already"))?;
        let consignment = self.known_consignment(&known.consignment)?;
        let transfer = self.transfers.transfer(&consignment.transfer)?;
        Ok((known, consignment, transfer))
    }
}

impl Rules for DiscrepancyResolved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let (_, consignment, _) = state.open_discrepancy(&self.discrepancy)?;
        Ok(vec![Signer::of(consignment.sender, BOOK), Signer::of(consignment.receiver, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (known, consignment, transfer) = state.open_discrepancy(&self.discrepancy)?;
        let lost = self.outcome == Outcome::Lost;
        require(self.loss.is_some() == lost, Rule::S05, || {
            "a loss number goes with the outcome LOST".into()
        })?;
        let placed = matches!(
            self.outcome,
            Outcome::ReceivedLate | Outcome::ReturnedToSender | Outcome::OverageAccepted
        );
        require(self.location.is_some() == placed, Rule::S05, || {
            "a location goes with goods that are somewhere again".into()
        })?;
        if let Some(loss) = &self.loss
            && state.register.losses.contains(loss)
        {
            return Err(Rejection::taken("loss", loss));
        }
        let shortage = known.kind == DiscrepancyKind::Shortage;
        match self.outcome {
            Outcome::ReceivedLate | Outcome::ReturnedToSender | Outcome::Lost => {
                require(shortage, Rule::S05, || format!("a {} has no missing goods to place", known.kind))?;
                let missing = Standing::Missing(known.consignment.clone());
                known.items.iter().try_for_each(|item| {
                    let place = || format!("missing from {}", known.consignment);
                    state.register.require_there(item, Rule::T04, place, |p| p.standing == missing)
                })
            }
            Outcome::OverageAccepted => {
                require(known.kind == DiscrepancyKind::Overage, Rule::S05, || {
                    format!("a {} is no overage to accept", known.kind)
                })?;
                let source = overage_source(transfer, consignment);
                known.items.iter().try_for_each(|item| {
                    let place =
                        || format!("in {}'s books at {}", consignment.sender, consignment.from_location);
                    state.register.require_there(item, Rule::T05, place, &source)
                })
            }
            Outcome::NoAdjustment => require(!shortage, Rule::T04, || {
                "goods that are missing are placed or called lost; they do not vanish".into()
            }),
        }
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Ok((known, consignment, transfer)) = state.open_discrepancy(&self.discrepancy) else { return };
        let (known, consignment, transfer) = (known.clone(), consignment.clone(), transfer.clone());
        if let Some(open) = state.transfers.discrepancies.get_mut(&self.discrepancy) {
            open.resolved_in = Some(act.seq);
        }
        let missing = Standing::Missing(known.consignment.clone());
        let is_missing = |position: &Position| position.standing == missing;
        for item in &known.items {
            match (self.outcome, &self.location, &self.loss) {
                (Outcome::ReceivedLate, Some(location), _) => {
                    let standing = received_standing(&transfer, consignment.is_return);
                    state.register.shift(
                        item,
                        is_missing,
                        arrival(consignment.receiver, location, &standing),
                    );
                }
                (Outcome::ReturnedToSender, Some(location), _) => {
                    let standing = sent_standing(&transfer, consignment.is_return);
                    state.register.shift(item, is_missing, arrival(consignment.sender, location, &standing));
                    if !consignment.is_return {
                        give_back(state, &consignment.transfer, item);
                    }
                }
                (Outcome::Lost, _, Some(loss)) => {
                    state.register.shift(item, is_missing, |position| Position {
                        standing: Standing::Lost(loss.clone()),
                        ..position.clone()
                    });
                }
                (Outcome::OverageAccepted, Some(location), _) => {
                    let standing = received_standing(&transfer, consignment.is_return);
                    let source = overage_source(&transfer, &consignment);
                    state.register.shift(item, source, arrival(consignment.receiver, location, &standing));
                }
                _ => {}
            }
        }
        if let Some(id) = &self.loss {
            let loss = Loss {
                items: known.items,
                owner: transfer.terms.owner,
                holder: consignment.sender,
                loan: consignment.is_return.then(|| transfer.terms.transfer.clone()),
                reported_in: act.seq,
                investigated_in: None,
                written_off_in: None,
            };
            state.register.losses.insert(id.clone(), loss);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let known = state.transfers.discrepancies.get(&self.discrepancy);
        known.map_or_else(Vec::new, |known| subjects_of_consignment(state, &known.consignment))
    }
}

/// Goods in `holder`'s hands at `location`.
fn arrival<'a>(
    holder: Party,
    location: &'a Place,
    standing: &'a Standing,
) -> impl Fn(&Position) -> Position + 'a {
    move |position| Position {
        holder,
        location: location.clone(),
        standing: standing.clone(),
        ..position.clone()
    }
}

/// Where goods that were sent without being written down came from.
fn overage_source(transfer: &Transfer, consignment: &Consignment) -> impl Fn(&Position) -> bool {
    let standing = sent_standing(transfer, consignment.is_return);
    let (owner, sender, location) =
        (transfer.terms.owner, consignment.sender, consignment.from_location.clone());
    move |position| held(owner, sender, &location, &standing)(position)
}

/// Goods that never left may be sent again.
fn give_back(state: &mut State, transfer: &TransferId, item: &Item) {
    let Some(transfer) = state.transfers.transfers.get_mut(transfer) else { return };
    if let Some(sent) = transfer.dispatched.get_mut(item.id()) {
        *sent = sent.minus(item.quantity()).unwrap_or(sent.none());
    }
}
