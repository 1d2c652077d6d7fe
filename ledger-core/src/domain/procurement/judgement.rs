//! What becomes of received goods besides plain acceptance: accepted with a reservation, or rejected and returned
//! (domain.md section 6, delivery line).

use serde::Serialize;

use super::delivery::{Acceptance, check_delivered, judges};
use super::{Contract, DeliveredItem, Delivery};
use crate::domain::codes::{Condition, DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{DeliveryId, Place};
use crate::domain::party::BOOK;
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::Date;

events! {
    /// Accept received goods into the register with a reservation; they are not charged before it is cleared
    DeliveryAcceptedWithReservation {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What is accepted, with the data of the delivery
        items: Vec<DeliveredItem>,
        /// Condition code
        condition: Condition,
        /// The place it is stored at
        location: Place,
        /// What the supplier still has to put right
        reservation: Text,
        /// The day by which it is to be cleared
        cleared_by: Date,
    }

    /// Clear the reservation under which goods of a delivery were accepted
    ReservationCleared {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What was found
        finding: Text,
    }

    /// Reject received goods that do not meet the contract; the supplier may deliver others for them
    DeliveryRejected {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What is rejected, with the data of the delivery
        items: Vec<DeliveredItem>,
        /// Why
        reason: Text,
    }

    /// Return rejected goods to the supplier
    DeliveryReturned {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What goes back, with the data of the delivery
        items: Vec<DeliveredItem>,
    }
}

/// A reservation under which goods were accepted.
#[derive(Debug, Clone, Serialize)]
pub struct Reservation {
    /// What was accepted under it.
    pub items: Vec<DeliveredItem>,
    /// What the supplier still has to put right.
    pub words: Text,
    /// The entry that made it.
    pub since: u64,
    /// The day by which it is to be cleared.
    pub due: Date,
    /// The entry that cleared it.
    pub cleared_in: Option<u64>,
}

impl Delivery {
    /// The reservation that waits to be cleared.
    pub fn open_reservation(&self) -> Option<&Reservation> {
        self.reservations.iter().find(|reservation| reservation.cleared_in.is_none())
    }
}

impl State {
    /// The reservations that wait to be cleared, by delivery.
    pub fn open_reservations(&self) -> impl Iterator<Item = (&DeliveryId, &Reservation)> {
        let all = self.procurement.deliveries.iter();
        all.filter_map(|(id, delivery)| Some((id, delivery.open_reservation()?)))
    }

    /// The deliveries with rejected goods that were not sent back yet.
    pub fn unreturned_deliveries(&self) -> impl Iterator<Item = (&DeliveryId, &Delivery)> {
        let all = self.procurement.deliveries.iter();
        all.filter(|(_, delivery)| delivery.rejected.values().any(|quantity| !quantity.is_zero()))
    }
}

impl Contract {
    /// Puts a quantity of a line under reservation.
    fn reserve(&mut self, items: &[DeliveredItem]) {
        for item in items {
            let quantity = item.item.quantity();
            let sum = self.dossier.reserved.entry(item.line).or_insert(quantity.none());
            *sum = sum.plus(quantity).unwrap_or(*sum);
        }
    }

    /// Frees it.
    fn release(&mut self, items: &[DeliveredItem]) {
        for item in items {
            if let Some(sum) = self.dossier.reserved.get_mut(&item.line) {
                *sum = sum.minus(item.item.quantity()).unwrap_or(sum.none());
            }
        }
    }

    /// What was rejected counts as neither dispatched nor received: it may be delivered again.
    fn undo_delivery(&mut self, party: Party, items: &[DeliveredItem]) {
        for item in items {
            let Some(progress) = self.progress.get_mut(&(item.line, party)) else { continue };
            let less = |sum: Quantity| sum.minus(item.item.quantity()).unwrap_or(sum.none());
            progress.dispatched = less(progress.dispatched);
            progress.received = less(progress.received);
        }
    }
}

impl DeliveryAcceptedWithReservation {
    fn acceptance(&self) -> Acceptance<'_> {
        Acceptance {
            delivery: &self.delivery,
            items: &self.items,
            condition: self.condition,
            location: &self.location,
        }
    }
}

impl Rules for DeliveryAcceptedWithReservation {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        judges(state, &self.delivery)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::ConformityCertificate]
    }

    fn document_rule(&self) -> Rule {
        Rule::P12
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let delivery = state.procurement.delivery(&self.delivery)?;
        require(delivery.open_reservation().is_none(), Rule::S03, || {
            format!("a reservation of delivery {} is open already", self.delivery)
        })
        .map_err(|rejection| rejection.remedy("clear it first, or name all goods in one reservation"))?;
        require(self.cleared_by >= act.recorded_at.date(), Rule::S05, || {
            format!("the reservation would have been cleared by {}, before it is made", self.cleared_by)
        })?;
        self.acceptance().admit(state)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        self.acceptance().apply(state, act);
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        delivery.reservations.push(Reservation {
            items: self.items.clone(),
            words: self.reservation.clone(),
            since: act.seq,
            due: self.cleared_by,
            cleared_in: None,
        });
        let id = delivery.terms.contract.clone();
        if let Some(contract) = state.procurement.contracts.get_mut(&id) {
            contract.reserve(&self.items);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        self.acceptance().subjects(state)
    }
}

impl Rules for ReservationCleared {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        judges(state, &self.delivery)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let delivery = state.procurement.delivery(&self.delivery)?;
        require(delivery.open_reservation().is_some(), Rule::S03, || {
            format!("no reservation of delivery {} is open", self.delivery)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        let open = delivery.reservations.iter_mut().find(|reservation| reservation.cleared_in.is_none());
        let Some(reservation) = open else { return };
        reservation.cleared_in = Some(act.seq);
        let (id, items) = (delivery.terms.contract.clone(), reservation.items.clone());
        if let Some(contract) = state.procurement.contracts.get_mut(&id) {
            contract.release(&items);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_delivery(&self.delivery)
    }
}

impl Rules for DeliveryRejected {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        judges(state, &self.delivery)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.procurement.delivery(&self.delivery)?.admit_waiting(&self.items)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        delivery.take_waiting(&self.items);
        for rejected in &self.items {
            let quantity = rejected.item.quantity();
            let key = (rejected.line, rejected.item.id().clone());
            let sum = delivery.rejected.entry(key).or_insert(quantity.none());
            *sum = sum.plus(quantity).unwrap_or(*sum);
        }
        let (id, consignee) = (delivery.terms.contract.clone(), delivery.terms.consignee);
        if let Some(contract) = state.procurement.contracts.get_mut(&id) {
            contract.undo_delivery(consignee, &self.items);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_delivery(&self.delivery)
    }
}

impl Rules for DeliveryReturned {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.delivery(&self.delivery)?.terms.consignee, BOOK)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Voucher]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let delivery = state.procurement.delivery(&self.delivery)?;
        check_delivered(&self.items)?;
        for returned in &self.items {
            let rejected = delivery.rejected.get(&(returned.line, returned.item.id().clone()));
            let within = rejected.is_some_and(|rejected| returned.item.quantity().at_most(*rejected));
            require(within, Rule::P04, || {
                format!("{} is more than was rejected of delivery {}", returned.item, self.delivery)
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        for returned in &self.items {
            let key = (returned.line, returned.item.id().clone());
            if let Some(rejected) = delivery.rejected.get_mut(&key) {
                *rejected = rejected.minus(returned.item.quantity()).unwrap_or(rejected.none());
            }
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_delivery(&self.delivery)
    }
}
