//! Consignments: what was dispatched under a transfer, what was received of it, and what became of the rest.
//!
//! Every hand-over is two signatures at two times (domain.md section 3, rule 2). Between them the goods are in
//! transit; the holder stays the sender until the receiver has counted them. What the receiver did not count
//! is missing, and stays so until both sides agree what became of it. A loan comes back by the same two acts
//! in the other direction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Condition, MlCategory, Party};
use super::consent::{Basis, Demand, Load, Signer};
use super::event::{RecordedAct, Rules, events};
use super::ids::{ConsignmentId, LicenceId, Place, Reference, TransferId};
use super::item::{Item, ItemId};
use super::licence::Passage;
use super::party::{BOOK, HANDS, HANDS_OR_DUTY, Role};
use super::quantity::Quantity;
use super::regime::hours;
use super::register::{Master, Position, Standing, check_list};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::Text;
use super::time::Timestamp;
use super::transfer::{Transfer, TransferKind, subjects_of};

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
    /// The licence or exemption that covers its passage.
    pub licence: Option<LicenceId>,
    /// The entry that dispatched it.
    pub dispatched_in: u64,
    /// When it left.
    pub dispatched_at: Timestamp,
    /// When it is in transit too long, by the limit that held when it left.
    pub overdue_after: Timestamp,
    /// The entry that received it.
    pub received_in: Option<u64>,
}

impl Consignment {
    pub(crate) fn passage(&self) -> Passage<'_> {
        Passage {
            from: self.sender,
            to: self.receiver,
            on: self.dispatched_at.date(),
            is_return: self.is_return,
            licence: self.licence.as_ref(),
        }
    }
}

/// What a consignment of `transfer` becomes in the receiver's hands.
pub(crate) fn received_standing(transfer: &Transfer, is_return: bool) -> Standing {
    let id = &transfer.terms.transfer;
    match transfer.terms.kind {
        _ if is_return => Standing::InService,
        TransferKind::Loan => Standing::OnLoan(id.clone()),
        TransferKind::Donation | TransferKind::Sale => Standing::AwaitingTitle(id.clone()),
        TransferKind::Custody => Standing::InService,
    }
}

/// What goods were in the sender's hands before they were dispatched.
pub(crate) fn sent_standing(transfer: &Transfer, is_return: bool) -> Standing {
    if is_return { Standing::OnLoan(transfer.terms.transfer.clone()) } else { Standing::InService }
}

impl State {
    /// One consignment.
    pub fn consignment(&self, id: &ConsignmentId) -> Option<&Consignment> {
        self.transfers.consignments.get(id)
    }

    pub(crate) fn known_consignment(&self, id: &ConsignmentId) -> Result<&Consignment, Rejection> {
        self.transfers.consignments.get(id).ok_or_else(|| Rejection::unknown("consignment", id))
    }

    pub(crate) fn with_masters<'a>(
        &'a self,
        items: &'a [Item],
    ) -> Result<Vec<(&'a Item, &'a Master)>, Rejection> {
        items.iter().map(|item| Ok((item, &self.register.stock(item.id())?.master))).collect()
    }

    /// The items with their categories of the military list.
    pub(crate) fn with_categories(&self, items: &[Item]) -> Vec<(Item, Option<MlCategory>)> {
        let category = |item: &Item| self.register.stocks.get(item.id()).and_then(|stock| stock.master.ml);
        items.iter().map(|item| (item.clone(), category(item))).collect()
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
        for id in &transfer.consignments {
            let Some(earlier) = self.transfers.consignments.get(id) else { continue };
            let overdue = earlier.received_in.is_none() && now > earlier.overdue_after;
            if overdue {
                return Err(Rejection::new(
                    Rule::T08,
                    format!(
                        "consignment {id} is in transit since {}; its time was over at {}",
                        earlier.dispatched_at, earlier.overdue_after
                    ),
                )
                .remedy("record what was received of it before more is sent"));
            }
        }
        Ok(())
    }

    /// Puts goods in transit. What is not fit for use does not go out on loan.
    fn send(&mut self, id: &ConsignmentId, consignment: Consignment, wanted: &[Standing], owner: Party) {
        let transfer = self.transfers.transfers.get(&consignment.transfer);
        let lent = !consignment.is_return && transfer.is_some_and(|t| t.terms.kind == TransferKind::Loan);
        for item in &consignment.items {
            let mut left = item.quantity();
            for standing in wanted {
                let there = |position: &Position| {
                    held(owner, consignment.sender, &consignment.from_location, standing)(position)
                        && (!lent || position.condition.is_fit())
                };
                let Some(stock) = self.register.stocks.get_mut(item.id()) else { continue };
                let amount = stock.amount(there);
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
        self.end_parted(&consignment.items);
    }
}

/// The positions of `holder`'s goods owned by `owner` in `location` that are `standing`, and out on no hand receipt.
pub(crate) fn held(
    owner: Party,
    holder: Party,
    location: &Place,
    standing: &Standing,
) -> impl Fn(&Position) -> bool {
    move |position| {
        position.owner == owner
            && position.holder == holder
            && position.location == *location
            && position.standing == *standing
            && position.receipt.is_none()
    }
}

/// A transfer with its items' data and the demand that dispatching or reserving `items` puts to the receiver.
struct Undertaking<'a> {
    transfer: &'a Transfer,
    demand: Option<Demand>,
}

/// What `items` under a transfer ask of the receiver. Title has no family: there the demand is met by the receiver's
/// own word alone.
fn undertaking<'a>(
    state: &'a State,
    id: &TransferId,
    items: &[Item],
    occurred_at: Timestamp,
    act: &RecordedAct,
) -> Result<Undertaking<'a>, Rejection> {
    let transfer = state.transfers.transfer(id)?;
    let terms = &transfer.terms;
    let demand = match terms.family() {
        Some(family) => Some(Demand {
            family,
            of: terms.to,
            by: terms.from,
            occurred_at,
            recorded_at: act.recorded_at,
            load: Load { value: terms.price, ..Load::of_goods(&state.with_masters(items)?) },
            what: format!("transfer {id}"),
        }),
        None => None,
    };
    Ok(Undertaking { transfer, demand })
}

impl Undertaking<'_> {
    /// On what the receiver's consent rests.
    fn basis(&self, state: &State) -> Result<Basis, Rejection> {
        let (terms, approved_in) = (&self.transfer.terms, self.transfer.approved_in);
        match (&self.demand, approved_in) {
            (_, Some(entry)) => Ok(Basis::Explicit { entry }),
            (Some(demand), None) => state.consent(None, demand),
            (None, None) => {
                let what = format!("transfer {}", terms.transfer);
                Err(Rejection::new(Rule::S04, format!("{} has not consented to {what}", terms.to)).remedy(
                    format!(
                        "the shortest lawful way: a PBO of {} approves {what}; title never passes without it",
                        terms.to
                    ),
                ))
            }
        }
    }
}

/// The transfer, if it has not ended and the receiving party's consent has a basis.
fn agreed<'a>(
    state: &'a State,
    id: &TransferId,
    items: &[Item],
    occurred_at: Timestamp,
    act: &RecordedAct,
) -> Result<&'a Transfer, Rejection> {
    let transfer = state.transfers.transfer(id)?;
    require(!transfer.has_ended(), Rule::S03, || format!("transfer {id} was refused or cancelled"))?;
    let undertaking = undertaking(state, id, items, occurred_at, act)?;
    undertaking.basis(state)?;
    Ok(undertaking.transfer)
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

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        check_list(&self.items)?;
        let transfer = agreed(state, &self.transfer, &self.items, self.occurred_at, act)?;
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
        })?;
        state.associations.require_whole(&self.items)
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
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let terms = &state.transfers.transfer(&self.transfer)?.terms;
        let crisis = terms.family().is_some_and(|family| {
            state.crisis_of(terms.from, family, self.occurred_at, act.recorded_at).is_some()
        });
        Ok(vec![Signer::of(terms.from, if crisis { HANDS_OR_DUTY } else { HANDS })])
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let transfer = state.transfers.transfers.get(&self.transfer);
        transfer.map_or_else(Vec::new, |transfer| vec![transfer.terms.from, transfer.terms.to])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let transfer = state.transfers.transfer(&self.transfer)?;
        state.admit_dispatch(&self.consignment, &self.items)?;
        agreed(state, &self.transfer, &self.items, self.occurred_at, act)?;
        let (owner, from) = (transfer.terms.owner, transfer.terms.from);
        let reserved = Standing::Reserved(self.transfer.clone());
        let there = |position: &Position| {
            held(owner, from, &self.from_location, &Standing::InService)(position)
                || held(owner, from, &self.from_location, &reserved)(position)
        };
        for item in &self.items {
            require_rest(transfer, item)?;
            let place = || format!("free or reserved at {}", self.from_location);
            state.register.require_there(item, Rule::T05, place, there)?;
            if transfer.terms.kind == TransferKind::Loan {
                state.register.require_fit(item, there)?;
            }
        }
        state.associations.require_whole(&self.items)?;
        state.require_nothing_overdue(transfer, self.occurred_at)?;
        let items = state.with_masters(&self.items)?;
        let passage = self.passage(transfer);
        state.transfers.licences.require_consent(&passage, &items)?;
        state.transfers.licences.require_licence(&passage, &items)?;
        self.items.iter().try_for_each(|item| state.register.require_fresh(item, passage.on))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let undertaking = undertaking(state, &self.transfer, &self.items, self.occurred_at, act);
        let relied = undertaking.ok().and_then(|asked| Some((asked.basis(state).ok()?, asked.demand?)));
        if let Some((basis, demand)) = relied {
            state.rely(act, &demand, &basis, Subject::Transfer(self.transfer.clone()));
        }
        let Some(transfer) = state.transfers.transfers.get_mut(&self.transfer) else { return };
        for item in &self.items {
            let sent = transfer.dispatched.entry(item.id().clone()).or_insert(item.quantity().none());
            *sent = sent.plus(item.quantity()).unwrap_or(*sent);
        }
        let transfer = transfer.clone();
        let items = state.with_categories(&self.items);
        state.transfers.licences.use_up(&self.passage(&transfer), &items);
        let consignment = Consignment {
            transfer: self.transfer.clone(),
            is_return: false,
            sender: transfer.terms.from,
            receiver: transfer.terms.to,
            items: self.items.clone(),
            from_location: self.from_location.clone(),
            licence: self.licence.clone(),
            dispatched_in: act.seq,
            dispatched_at: self.occurred_at,
            overdue_after: self.occurred_at.later_by(hours(state.directory.parameters.in_transit_limit_h)),
            received_in: None,
        };
        let wanted = [Standing::Reserved(self.transfer.clone()), Standing::InService];
        state.send(&self.consignment, consignment, &wanted, transfer.terms.owner);
        for item in &self.items {
            release_surplus(state, &transfer, item.id());
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.transfer)
    }
}

/// Frees what is reserved for a transfer beyond what it has left to send.
pub(crate) fn release_surplus(state: &mut State, transfer: &Transfer, id: &ItemId) {
    let reserved = Standing::Reserved(transfer.terms.transfer.clone());
    let is_reserved = |position: &Position| position.standing == reserved;
    let (Some(rest), Some(stock)) = (transfer.rest_of(id), state.register.stocks.get_mut(id)) else { return };
    if let Some(surplus) = stock.amount(is_reserved).minus(rest) {
        stock.shift(surplus, is_reserved, |position| Position {
            standing: Standing::InService,
            ..position.clone()
        });
    }
}

pub(crate) fn subjects_of_consignment(state: &State, id: &ConsignmentId) -> Vec<Subject> {
    let Some(consignment) = state.transfers.consignments.get(id) else { return Vec::new() };
    subjects_of(state, &consignment.transfer)
}

pub(crate) fn receiver_signs(
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

impl ReturnDispatched {
    fn passage(&self, holder: Party, owner: Party) -> Passage<'_> {
        Passage {
            from: holder,
            to: owner,
            on: self.occurred_at.date(),
            is_return: true,
            licence: self.licence.as_ref(),
        }
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
        state.associations.require_whole(&self.items)?;
        state.require_nothing_overdue(transfer, self.occurred_at)?;
        let items = state.with_masters(&self.items)?;
        state.transfers.licences.require_licence(&self.passage(holder, owner), &items)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(transfer) = state.transfers.transfers.get(&self.transfer) else { return };
        let (owner, holder) = (transfer.terms.owner, transfer.terms.to);
        let items = state.with_categories(&self.items);
        state.transfers.licences.use_up(&self.passage(holder, owner), &items);
        let consignment = Consignment {
            transfer: self.transfer.clone(),
            is_return: true,
            sender: holder,
            receiver: owner,
            items: self.items.clone(),
            from_location: self.from_location.clone(),
            licence: self.licence.clone(),
            dispatched_in: act.seq,
            dispatched_at: self.occurred_at,
            overdue_after: self.occurred_at.later_by(hours(state.directory.parameters.in_transit_limit_h)),
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
