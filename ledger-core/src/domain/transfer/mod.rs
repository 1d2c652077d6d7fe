//! Transfers between parties: who proposes, who agrees, on what terms; loans and their due dates; title.
//!
//! What moves, and what is missing when it arrives, is in [`crate::domain::consignment`].

mod life;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::{Family, Signer};
use crate::domain::consignment::Consignment;
use crate::domain::discrepancy::Discrepancy;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ConsignmentId, DiscrepancyId, TransferId};
use crate::domain::item::{Item, ItemId};
use crate::domain::licence::Licences;
use crate::domain::money::Money;
use crate::domain::party::{BOOK, BOOK_OR_DUTY, MINISTER, PAYER};
use crate::domain::quantity::Quantity;
use crate::domain::register::{Position, Standing, check_list};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::table::tables;
use crate::domain::text::{Text, code_list};
use crate::domain::time::Date;

pub use life::TransferStatus;

code_list! {
    /// What a transfer changes.
    TransferKind: "a kind of transfer" {
        /// Holder changes, with a duty to return.
        1 Loan "LOAN";
        /// Holder and owner change, free of charge.
        2 Donation "DONATION";
        /// Holder and owner change, for a price.
        3 Sale "SALE";
        /// Holder changes; the owner stays.
        4 Custody "CUSTODY";
    }
}

code_list! {
    /// When the risk of loss passes from the giver to the receiver.
    RiskPoint: "a point at which risk passes" {
        /// When the goods leave.
        1 Dispatch "DISPATCH";
        /// When the goods cross the border.
        2 Border "BORDER";
        /// When the goods are received.
        3 Receipt "RECEIPT";
    }
}

impl TransferKind {
    /// True when the transfer passes title.
    pub const fn passes_title(self) -> bool {
        matches!(self, TransferKind::Donation | TransferKind::Sale)
    }
}

/// The terms of a loan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoanTerms {
    /// The first day of the loan
    pub start: Date,
    /// The day on which the goods are back
    pub due: Date,
    /// Care, insurance and damage terms
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Text>,
}

events! {
    /// Propose a loan, donation, sale or custody to another party; when a custodian passes goods on to a third
    /// party, the owner signs too
    TransferProposed {
        /// Number of the transfer
        transfer: TransferId,
        /// What it changes
        kind: TransferKind,
        /// The party that gives
        from: Party,
        /// The party that receives
        to: Party,
        /// The party that has title; the giver itself, except for custody
        owner: Party,
        /// What, and how much of it
        items: Vec<Item>,
        /// What for
        purpose: Text,
        /// The price of a sale
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Money>,
        /// The terms of a loan
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loan: Option<LoanTerms>,
        /// When the risk passes
        risk_passes_at: RiskPoint,
    }

    /// Approve a proposed transfer, as the receiving party
    TransferApproved {
        /// Number of the transfer
        transfer: TransferId,
    }

    /// Refuse a proposed transfer, as the receiving party
    TransferRefused {
        /// Number of the transfer
        transfer: TransferId,
        /// Why
        reason: Text,
    }

    /// Cancel a transfer, or what of it was not dispatched, as the giving party
    TransferCancelled {
        /// Number of the transfer
        transfer: TransferId,
        /// Why
        reason: Text,
    }

    /// Pass title to what was received under a sale or a donation; both sides sign
    TitlePassed {
        /// Number of the transfer
        transfer: TransferId,
        /// The price of a sale, as proposed
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Money>,
    }

    /// Extend a loan to a later day; both sides sign
    LoanExtended {
        /// Number of the loan
        transfer: TransferId,
        /// The new day on which the goods are back
        new_due: Date,
    }

    /// Call a loan back before it is due
    LoanRecalled {
        /// Number of the loan
        transfer: TransferId,
        /// The new, earlier day on which the goods are back
        new_due: Date,
        /// Why
        reason: Text,
    }
}

/// A transfer and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Transfer {
    /// What was proposed.
    pub terms: TransferProposed,
    /// The entry that proposed it.
    pub proposed_in: u64,
    /// The entry in which the receiving party approved it.
    pub approved_in: Option<u64>,
    /// The entry in which the receiving party refused it.
    pub refused_in: Option<u64>,
    /// The entry in which the giving party cancelled it or its rest.
    pub cancelled_in: Option<u64>,
    /// The entry that passed title.
    pub title_passed_in: Option<u64>,
    /// The day on which a loan is due, after extension or recall.
    pub due: Option<Date>,
    /// The entry that called the loan back.
    pub recalled_in: Option<u64>,
    /// How much of each item was dispatched to the receiver.
    pub dispatched: BTreeMap<ItemId, Quantity>,
    /// Its consignments, out and back, in the order of dispatch.
    pub consignments: Vec<ConsignmentId>,
}

tables! {
    /// All transfers, their consignments and discrepancies, and what states allow.
    pub(crate) struct Transfers {
        transfers: TransferId => Transfer,
        consignments: ConsignmentId => Consignment,
        discrepancies: DiscrepancyId => Discrepancy,
        /// The last transfer that named a serial item: it is the only one that can be open.
        claims: ItemId => TransferId,
    }
    parts {
        licences: Licences,
    }
}

impl Transfers {
    pub(crate) fn transfer(&self, id: &TransferId) -> Result<&Transfer, Rejection> {
        self.transfers.get(id).ok_or_else(|| Rejection::unknown("transfer", id))
    }
}

impl Transfer {
    /// How much of `item` may still be dispatched.
    pub(crate) fn rest_of(&self, id: &ItemId) -> Option<Quantity> {
        let agreed = self.terms.items.iter().find(|item| item.id() == id)?.quantity();
        let gone = self.dispatched.get(id).copied().unwrap_or(agreed.none());
        Some(agreed.minus(gone).unwrap_or(agreed.none()))
    }

    /// True when nothing more is sent under it, because it was refused or cancelled.
    pub(crate) const fn has_ended(&self) -> bool {
        self.refused_in.is_some() || self.cancelled_in.is_some()
    }

    fn has_rest(&self) -> bool {
        self.terms.items.iter().any(|item| self.rest_of(item.id()).is_some_and(|rest| !rest.is_zero()))
    }

    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let items = self.terms.items.iter().map(|item| Subject::Item(item.id().clone()));
        std::iter::once(Subject::Transfer(self.terms.transfer.clone())).chain(items).collect()
    }
}

pub(crate) fn subjects_of(state: &State, id: &TransferId) -> Vec<Subject> {
    state.transfers.transfers.get(id).map_or_else(|| vec![Subject::Transfer(id.clone())], Transfer::subjects)
}

impl Rules for TransferProposed {
    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.from, self.to]
    }

    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let crisis = self.family().is_some_and(|family| {
            state.crisis_of(self.from, family, self.occurred_at, act.recorded_at).is_some()
        });
        let mut signers = vec![Signer::of(self.from, if crisis { BOOK_OR_DUTY } else { BOOK })];
        // A price above the limit takes the minister's word.
        let regime = state.directory.regime.as_ref();
        if self.price.is_some_and(|price| regime.is_some_and(|regime| regime.needs_minister(price))) {
            signers.push(Signer::of(self.from, MINISTER));
        }
        // A custodian gives back alone; to a third party he gives with the owner's consent.
        if self.owner != self.from && self.owner != self.to && state.directory.parties.contains(&self.owner) {
            signers.push(Signer::of(self.owner, BOOK));
        }
        Ok(signers)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.transfers.transfers.contains(&self.transfer) {
            return Err(Rejection::taken("transfer", &self.transfer));
        }
        if !state.directory.parties.contains(&self.to) {
            return Err(Rejection::unknown("party", self.to));
        }
        require(self.from != self.to, Rule::S05, || "giver and receiver are the same party".into())?;
        check_list(&self.items)?;
        let sale = self.kind == TransferKind::Sale;
        require(self.price.is_some() == sale, Rule::S05, || {
            "a sale has a price, and only a sale has one".into()
        })?;
        let loan = self.kind == TransferKind::Loan;
        match &self.loan {
            Some(terms) if loan => require(terms.start <= terms.due, Rule::T03, || {
                format!("the loan is due on {}, before it starts on {}", terms.due, terms.start)
            })?,
            Some(_) => return Err(Rejection::new(Rule::T03, format!("a {} has no loan terms", self.kind))),
            None if loan => {
                return Err(Rejection::new(Rule::T03, "a loan has a due date")
                    .remedy("give the terms of the loan: start and due"));
            }
            None => {}
        }
        require(self.kind == TransferKind::Custody || self.owner == self.from, Rule::T02, || {
            format!(
                "{} cannot give what {} owns: a {} is made by the owner",
                self.from, self.owner, self.kind
            )
        })?;
        self.items.iter().try_for_each(|item| self.admit_item(state, item))?;
        state.associations.require_whole(&self.items)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        for item in self.items.iter().filter(|item| item.id().is_serial()) {
            state.transfers.claims.insert(item.id().clone(), self.transfer.clone());
        }
        let transfer = Transfer {
            terms: self.clone(),
            proposed_in: act.seq,
            approved_in: None,
            refused_in: None,
            cancelled_in: None,
            title_passed_in: None,
            due: self.loan.as_ref().map(|loan| loan.due),
            recalled_in: None,
            dispatched: BTreeMap::new(),
            consignments: Vec::new(),
        };
        state.transfers.transfers.insert(self.transfer.clone(), transfer);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl TransferProposed {
    /// The kind of consent that the receiver gives, for which an authorisation or a crisis can stand in. Title goes
    /// by both sides' own word alone.
    pub(crate) const fn family(&self) -> Option<Family> {
        match self.kind {
            TransferKind::Loan => Some(Family::Loan),
            TransferKind::Custody => Some(Family::Custody),
            TransferKind::Donation | TransferKind::Sale => None,
        }
    }

    fn admit_item(&self, state: &State, item: &Item) -> Result<(), Rejection> {
        let stock = state.register.stock(item.id())?;
        if let Some(claim) = state.transfers.claims.get(item.id()) {
            require(!state.transfer_is_open(claim), Rule::T06, || {
                format!("{} is in transfer {claim}, which is open", item.id())
            })?;
        }
        let (from, owner) = (self.from, self.owner);
        let there = stock.amount(|position| {
            position.owner == owner
                && position.holder == from
                && position.standing == Standing::InService
                && position.receipt.is_none()
        });
        require(!there.is_zero(), Rule::T02, || {
            format!("{from} holds no {} owned by {owner} that is free to be transferred", item.id())
        })?;
        require(item.quantity().at_most(there), Rule::T05, || {
            format!("{} of {} were named, {there} are free at {from}", item.quantity(), item.id())
        })
    }
}

/// A transfer that the receiver has not answered and nobody has cancelled. Part of it may be on its way under a standing
/// authorisation or in a crisis; the answer is then about the rest.
fn unanswered<'a>(state: &'a State, id: &TransferId) -> Result<&'a Transfer, Rejection> {
    let transfer = state.transfers.transfer(id)?;
    let open = transfer.approved_in.is_none() && !transfer.has_ended() && transfer.has_rest();
    require(open, Rule::S03, || format!("transfer {id} does not wait for an answer"))?;
    Ok(transfer)
}

fn receiver_signs(state: &State, id: &TransferId) -> Result<Vec<Signer>, Rejection> {
    Ok(vec![Signer::of(state.transfers.transfer(id)?.terms.to, BOOK)])
}

fn giver_signs(state: &State, id: &TransferId) -> Result<Vec<Signer>, Rejection> {
    Ok(vec![Signer::of(state.transfers.transfer(id)?.terms.from, BOOK)])
}

fn both_sign(state: &State, id: &TransferId) -> Result<Vec<Signer>, Rejection> {
    let terms = &state.transfers.transfer(id)?.terms;
    Ok(vec![Signer::of(terms.from, BOOK), Signer::of(terms.to, BOOK)])
}

impl Rules for TransferApproved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let terms = &state.transfers.transfer(&self.transfer)?.terms;
        let mut signers = vec![Signer::of(terms.to, BOOK)];
        let regime = state.directory.regime.as_ref();
        if terms.price.is_some_and(|price| regime.is_some_and(|regime| regime.needs_minister(price))) {
            signers.push(Signer::of(terms.to, MINISTER));
        }
        Ok(signers)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let transfer = state.transfers.transfers.get(&self.transfer);
        transfer.map_or_else(Vec::new, |transfer| vec![transfer.terms.from, transfer.terms.to])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        unanswered(state, &self.transfer).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) {
            transfer.approved_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl Rules for TransferRefused {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        receiver_signs(state, &self.transfer)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        unanswered(state, &self.transfer).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) {
            transfer.refused_in = Some(act.seq);
        }
        state.release_reserved(&self.transfer);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl Rules for TransferCancelled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        giver_signs(state, &self.transfer)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let transfer = state.transfers.transfer(&self.transfer)?;
        require(!transfer.has_ended() && transfer.has_rest(), Rule::S03, || {
            format!("nothing of transfer {} is left to cancel", self.transfer)
        })?;
        require(!state.tally(&self.transfer, transfer).underway(), Rule::S03, || {
            format!("goods of transfer {} are on their way or missing: settle those first", self.transfer)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) else { return };
        transfer.cancelled_in = Some(act.seq);
        state.release_reserved(&self.transfer);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl Rules for TitlePassed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let terms = &state.transfers.transfer(&self.transfer)?.terms;
        let mut signers = both_sign(state, &self.transfer)?;
        if terms.kind == TransferKind::Sale {
            signers.push(Signer::of(terms.to, PAYER));
        }
        Ok(signers)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::T12
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::TitleDeed]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let transfer = state.transfers.transfer(&self.transfer)?;
        let kind = transfer.terms.kind;
        require(kind.passes_title(), Rule::T12, || {
            format!("transfer {} is a {kind}: its goods keep their owner", self.transfer)
        })?;
        require(transfer.approved_in.is_some(), Rule::T12, || {
            format!("{} has not agreed to transfer {}", transfer.terms.to, self.transfer)
        })?;
        require(self.price == transfer.terms.price, Rule::T12, || {
            "the price is not the one that both sides agreed on".into()
        })?;
        let status = state.status_of(&self.transfer, transfer);
        require(status == TransferStatus::AwaitingTitle, Rule::S03, || {
            format!("the goods of transfer {} have not all been received, or title has passed", self.transfer)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) else { return };
        transfer.title_passed_in = Some(act.seq);
        let (terms, awaiting) = (transfer.terms.clone(), Standing::AwaitingTitle(self.transfer.clone()));
        for item in &terms.items {
            let received = |position: &Position| position.standing == awaiting;
            let Some(amount) = state.register.stocks.get(item.id()).map(|stock| stock.amount(received))
            else {
                continue;
            };
            if let Some(stock) = state.register.stocks.get_mut(item.id()) {
                stock.shift(amount, received, |position| Position {
                    owner: terms.to,
                    standing: Standing::InService,
                    ..position.clone()
                });
            }
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl Rules for LoanExtended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        both_sign(state, &self.transfer)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let transfer = state.transfer(&self.transfer);
        transfer.map_or_else(Vec::new, |transfer| vec![transfer.terms.from, transfer.terms.to])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let due = state.open_loan(&self.transfer)?.due;
        let in_time = due.is_some_and(|due| act.recorded_at.date() <= due);
        require(in_time, Rule::T03, || format!("loan {} is past its due date: return it", self.transfer))?;
        require(due.is_some_and(|due| self.new_due > due), Rule::T03, || {
            format!("the new due date {} is not later than the old one", self.new_due)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) {
            transfer.due = Some(self.new_due);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

impl Rules for LoanRecalled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        giver_signs(state, &self.transfer)
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let due = state.open_loan(&self.transfer)?.due;
        require(due.is_some_and(|due| self.new_due < due), Rule::T03, || {
            format!("the new due date {} is not earlier than the old one", self.new_due)
        })?;
        require(self.new_due >= act.recorded_at.date(), Rule::T03, || {
            format!("the new due date {} is past", self.new_due)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) {
            transfer.due = Some(self.new_due);
            transfer.recalled_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}
