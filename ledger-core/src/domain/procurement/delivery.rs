//! Deliveries: what the supplier sent, what was counted, and what was accepted into the register.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Certified, Contract, Progress, Reservation};
use crate::domain::codes::{Condition, DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, DeliveryId, Place};
use crate::domain::item::{Item, ItemId};
use crate::domain::party::{BOOK, BUYER, QUALITY};
use crate::domain::quantity::Quantity;
use crate::domain::register::{Master, Position, Standing, check_list};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::table::pairs;
use crate::domain::text::Text;
use crate::domain::time::{Date, Timestamp};

/// Goods of a delivery, with the contract line that they fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveredItem {
    /// Number of the contract line
    pub line: u32,
    /// What, and how much of it
    pub item: Item,
    /// The day from which it is not issued any more
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Date>,
}

events! {
    /// Record that the supplier dispatched a delivery to a party
    DeliveryDispatched {
        /// Number of the delivery
        delivery: DeliveryId,
        /// Number of the contract
        contract: ContractId,
        /// The party that receives it
        consignee: Party,
        /// What, and how much of it
        items: Vec<DeliveredItem>,
    }

    /// Receive a delivery: what was counted
    DeliveryReceived {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What was counted
        items: Vec<DeliveredItem>,
        /// A remark on what is missing or damaged
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Text>,
    }

    /// Accept received goods into the register of the party that receives them; quality and property book sign
    DeliveryAccepted {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What is accepted, with the data of the delivery
        items: Vec<DeliveredItem>,
        /// Condition code
        condition: Condition,
        /// The place it is stored at
        location: Place,
    }
}

/// A delivery and what became of it, item by item.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// What was dispatched.
    pub terms: DeliveryDispatched,
    /// The entry that received it.
    pub received_in: Option<u64>,
    /// When it was received, as the receiver says.
    pub received_at: Option<Timestamp>,
    /// Received, and neither accepted nor rejected yet.
    #[serde(serialize_with = "pairs")]
    pub waiting: BTreeMap<(u32, ItemId), Quantity>,
    /// Rejected, and not yet returned to the supplier.
    #[serde(serialize_with = "pairs")]
    pub rejected: BTreeMap<(u32, ItemId), Quantity>,
    /// The reservations under which goods of it were accepted.
    pub reservations: Vec<Reservation>,
    /// What was certified of it.
    pub certified: Vec<Certified>,
}

impl Delivery {
    /// True when nothing more is to be done about it: it is received, what it brought is accepted or sent back, and
    /// no reservation is open.
    pub fn is_settled(&self) -> bool {
        let left = self.waiting.values().chain(self.rejected.values()).any(|quantity| !quantity.is_zero());
        self.received_in.is_some() && !left && self.open_reservation().is_none()
    }

    /// Refuses goods that are not among those received that wait for acceptance or rejection.
    pub(super) fn admit_waiting(&self, items: &[DeliveredItem]) -> Result<(), Rejection> {
        require(self.received_in.is_some(), Rule::S03, || {
            format!("delivery {} is not received yet", self.terms.delivery)
        })?;
        check_delivered(items)?;
        for named in items {
            let key = (named.line, named.item.id().clone());
            let sent = self.terms.items.iter().find(|sent| sent.line == key.0 && *sent.item.id() == key.1);
            require(sent.is_none_or(|sent| sent.expiry == named.expiry), Rule::S05, || {
                format!("{} has another expiry in delivery {}", named.item.id(), self.terms.delivery)
            })?;
            let waiting = self.waiting.get(&key).copied();
            require(
                waiting.is_some_and(|waiting| named.item.quantity().at_most(waiting)),
                Rule::P04,
                || format!("{} is more than was received and waits for acceptance", named.item),
            )?;
        }
        Ok(())
    }

    /// Takes goods out of those that wait.
    pub(super) fn take_waiting(&mut self, items: &[DeliveredItem]) {
        for named in items {
            if let Some(waiting) = self.waiting.get_mut(&(named.line, named.item.id().clone())) {
                *waiting = waiting.minus(named.item.quantity()).unwrap_or(waiting.none());
            }
        }
    }
}

/// Adds up delivered items by contract line.
fn by_line(items: &[DeliveredItem]) -> Result<BTreeMap<u32, Quantity>, Rejection> {
    let mut sums: BTreeMap<u32, Quantity> = BTreeMap::new();
    for delivered in items {
        let quantity = delivered.item.quantity();
        let sum = sums.entry(delivered.line).or_insert(quantity.none());
        *sum = sum.plus(quantity).ok_or_else(|| {
            Rejection::new(
                Rule::S05,
                format!("the quantities of line {} have different units", delivered.line),
            )
        })?;
    }
    Ok(sums)
}

/// The list of a delivery without its lines, to check that nothing stands in it twice.
pub(super) fn check_delivered(items: &[DeliveredItem]) -> Result<(), Rejection> {
    let plain: Vec<Item> = items.iter().map(|delivered| delivered.item.clone()).collect();
    check_list(&plain)
}

impl Contract {
    fn advance(
        &mut self,
        party: Party,
        items: &[DeliveredItem],
        pick: impl Fn(&mut Progress) -> &mut Quantity,
    ) {
        for delivered in items {
            if let Some(progress) = self.progress.get_mut(&(delivered.line, party)) {
                let sum = pick(progress);
                *sum = sum.plus(delivered.item.quantity()).unwrap_or(*sum);
            }
        }
    }

    /// What a delivery did not bring may be dispatched again.
    fn release_short(&mut self, sent: &DeliveryDispatched, counted: &[DeliveredItem]) {
        for line in &sent.items {
            let sent_now = line.item.quantity();
            let here = counted.iter().find(|item| item.line == line.line && item.item.id() == line.item.id());
            let came = here.map_or(sent_now.none(), |item| item.item.quantity());
            let (Some(short), Some(progress)) =
                (sent_now.minus(came), self.progress.get_mut(&(line.line, sent.consignee)))
            else {
                continue;
            };
            progress.dispatched = progress.dispatched.minus(short).unwrap_or(progress.dispatched);
        }
    }
}

impl Rules for DeliveryDispatched {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.contract(&self.contract)?.terms.buyer, BUYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::DespatchAdvice]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.deliveries.contains(&self.delivery) {
            return Err(Rejection::taken("delivery", &self.delivery));
        }
        let contract = state.procurement.open_contract(&self.contract)?;
        check_delivered(&self.items)?;
        for delivered in &self.items {
            let line = contract.known_line(delivered.line)?;
            let nsn = delivered.item.id().nsn();
            require(nsn.is_none() || nsn == line.nsn, Rule::S05, || {
                format!("{} is not the item of line {}", delivered.item.id(), delivered.line)
            })?;
        }
        for (line, quantity) in by_line(&self.items)? {
            let progress = contract.progress.get(&(line, self.consignee));
            let Some(progress) = progress else {
                return Err(Rejection::new(
                    Rule::P04,
                    format!("line {line} buys nothing for {}", self.consignee),
                ));
            };
            let total = progress.dispatched.plus(quantity);
            require(total.is_some_and(|total| total.at_most(progress.contracted)), Rule::P04, || {
                format!(
                    "line {line}: {quantity} more for {} would exceed the contracted {}; {} are dispatched",
                    self.consignee, progress.contracted, progress.dispatched
                )
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.deliveries.push(self.delivery.clone());
            contract.advance(self.consignee, &self.items, |progress| &mut progress.dispatched);
        }
        let delivery = Delivery {
            terms: self.clone(),
            received_in: None,
            received_at: None,
            waiting: BTreeMap::new(),
            rejected: BTreeMap::new(),
            reservations: Vec::new(),
            certified: Vec::new(),
        };
        state.procurement.deliveries.insert(self.delivery.clone(), delivery);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for DeliveryReceived {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.delivery(&self.delivery)?.terms.consignee, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let delivery = state.procurement.delivery(&self.delivery)?;
        require(delivery.received_in.is_none(), Rule::S03, || {
            format!("delivery {} is received already", self.delivery)
        })?;
        // Nothing may have come.
        if !self.items.is_empty() {
            check_delivered(&self.items)?;
        }
        for counted in &self.items {
            let sent = delivery.terms.items.iter().find(|sent| {
                sent.line == counted.line
                    && sent.item.id() == counted.item.id()
                    && sent.expiry == counted.expiry
            });
            let within = sent.is_some_and(|sent| counted.item.quantity().at_most(sent.item.quantity()));
            require(within, Rule::P04, || {
                format!(
                    "{} of line {} is more than delivery {} brought",
                    counted.item, counted.line, self.delivery
                )
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        delivery.received_in = Some(act.seq);
        delivery.received_at = Some(self.occurred_at);
        for counted in &self.items {
            let key = (counted.line, counted.item.id().clone());
            delivery.waiting.insert(key, counted.item.quantity());
        }
        let terms = delivery.terms.clone();
        if let Some(contract) = state.procurement.contracts.get_mut(&terms.contract) {
            contract.advance(terms.consignee, &self.items, |progress| &mut progress.received);
            contract.release_short(&terms, &self.items);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_delivery(&self.delivery)
    }
}

/// Goods that are taken into the register, plainly or with a reservation.
pub(super) struct Acceptance<'a> {
    pub(super) delivery: &'a DeliveryId,
    pub(super) items: &'a [DeliveredItem],
    pub(super) condition: Condition,
    pub(super) location: &'a Place,
}

/// What the register says of an accepted item.
fn master(contract: &Contract, delivered: &DeliveredItem) -> Result<Master, Rejection> {
    let line = contract.known_line(delivered.line)?;
    Ok(Master {
        description: line.description.clone(),
        nsn: line.nsn.or(delivered.item.id().nsn()),
        ml: line.ml,
        hazard: line.hazard,
        neq_g_per_unit: line.neq_g_per_unit,
        expiry: delivered.expiry,
        restricted_by: line.restricted_by,
    })
}

/// Quality and property book of the party that receives a delivery: both say what becomes of its goods.
pub(super) fn judges(state: &State, delivery: &DeliveryId) -> Result<Vec<Signer>, Rejection> {
    let consignee = state.procurement.delivery(delivery)?.terms.consignee;
    Ok(vec![Signer::of(consignee, QUALITY), Signer::of(consignee, BOOK)])
}

impl Acceptance<'_> {
    pub(super) fn admit(&self, state: &State) -> Result<(), Rejection> {
        let (contract, delivery) = state.procurement.of_delivery(self.delivery)?;
        delivery.admit_waiting(self.items)?;
        state.procurement.require_assured(contract)?;
        self.items
            .iter()
            .try_for_each(|accepted| state.register.admit_new(&accepted.item, &master(contract, accepted)?))
    }

    pub(super) fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(self.delivery) else { return };
        delivery.take_waiting(self.items);
        let (id, consignee) = (delivery.terms.contract.clone(), delivery.terms.consignee);
        let Some(contract) = state.procurement.contracts.get_mut(&id) else { return };
        contract.advance(consignee, self.items, |progress| &mut progress.accepted);
        for accepted in self.items {
            let Ok(master) = master(contract, accepted) else { continue };
            let position = Position {
                owner: consignee,
                holder: consignee,
                location: self.location.clone(),
                standing: Standing::InService,
                condition: self.condition,
                receipt: None,
            };
            state.register.enter(&accepted.item, &master, position);
            let key = (id.clone(), accepted.item.id().clone());
            state.procurement.accepted_on.insert(key, act.recorded_at.date());
        }
    }

    pub(super) fn subjects(&self, state: &State) -> Vec<Subject> {
        let items = self.items.iter().map(|accepted| Subject::Item(accepted.item.id().clone()));
        items.chain(state.subjects_of_delivery(self.delivery)).collect()
    }
}

impl DeliveryAccepted {
    fn acceptance(&self) -> Acceptance<'_> {
        Acceptance {
            delivery: &self.delivery,
            items: &self.items,
            condition: self.condition,
            location: &self.location,
        }
    }
}

impl Rules for DeliveryAccepted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        judges(state, &self.delivery)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::ConformityCertificate]
    }

    fn document_rule(&self) -> Rule {
        Rule::P12
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        self.acceptance().admit(state)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        self.acceptance().apply(state, act);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        self.acceptance().subjects(state)
    }
}
