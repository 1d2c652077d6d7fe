//! Discrepancies: what a receiver found wrong with a consignment, and what both sides agree became of it.

use serde::Serialize;

use super::codes::Party;
use super::consent::Signer;
use super::consignment::{
    Consignment, held, received_standing, receiver_signs, release_surplus, sent_standing,
    subjects_of_consignment,
};
use super::event::{RecordedAct, Rules, events};
use super::ids::{ConsignmentId, DiscrepancyId, LossId, Place, TransferId};
use super::item::{Item, ItemId};
use super::loss::Loss;
use super::party::BOOK;
use super::quantity::Quantity;
use super::register::{Position, Standing, check_list};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::{Text, code_list};
use super::time::Timestamp;
use super::transfer::Transfer;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 3_600_000;

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

events! {
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
    /// All discrepancies.
    pub fn discrepancies(&self) -> impl Iterator<Item = (&DiscrepancyId, &Discrepancy)> {
        self.transfers.discrepancies.iter()
    }

    /// One discrepancy.
    pub fn discrepancy(&self, id: &DiscrepancyId) -> Option<&Discrepancy> {
        self.transfers.discrepancies.get(id)
    }

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
                // Title passes once, at one price, to what was received by then.
                require(transfer.title_passed_in.is_none(), Rule::S03, || {
                    format!("title has passed under {}", transfer.terms.transfer)
                })
                .map_err(|rejection| rejection.remedy("give the overage under a transfer of its own"))?;
                let source = overage_source(transfer, consignment);
                known.items.iter().try_for_each(|item| {
                    let place =
                        || format!("in {}'s books at {}", consignment.sender, consignment.from_location);
                    state.register.require_there(item, Rule::T05, place, &source)
                })?;
                // The goods crossed with the consignment, so its licence must cover them too.
                let items = state.with_masters(&known.items)?;
                state.transfers.licences.require_licence(&consignment.passage(), &items)
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
        if self.outcome == Outcome::OverageAccepted {
            let items = state.with_categories(&known.items);
            state.transfers.licences.use_up(&consignment.passage(), &items);
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
                    if !consignment.is_return {
                        count_as_sent(state, &consignment.transfer, item);
                    }
                }
                _ => {}
            }
        }
        state.end_parted(&known.items);
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

/// Goods that were sent without being written down are no longer left to send.
fn count_as_sent(state: &mut State, id: &TransferId, item: &Item) {
    let Some(transfer) = state.transfers.transfers.get_mut(id) else { return };
    let sent = transfer.dispatched.entry(item.id().clone()).or_insert(item.quantity().none());
    *sent = sent.plus(item.quantity()).unwrap_or(*sent);
    let transfer = transfer.clone();
    release_surplus(state, &transfer, item.id());
}

/// Goods that never left may be sent again.
fn give_back(state: &mut State, transfer: &TransferId, item: &Item) {
    let Some(transfer) = state.transfers.transfers.get_mut(transfer) else { return };
    if let Some(sent) = transfer.dispatched.get_mut(item.id()) {
        *sent = sent.minus(item.quantity()).unwrap_or(sent.none());
    }
}
