//! From an event of the ledger to the EPCIS events that tell of it, a file a subject.

mod deliveries;
mod journeys;
mod register;
mod transfers;

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Draft, Goods};
use super::names::Names;
use crate::domain::ids::{LossId, MovementId, TransferId};
use crate::domain::item::{Item, ItemId};
use crate::domain::quantity::Quantity;
use crate::domain::{Event, RecordedAct, State};

/// What the export remembers between acts, because the state does not say it any more when it is needed. It holds
/// what is under way, and the numbers of what was written off.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// What travels with each movement.
    loads: BTreeMap<MovementId, Goods>,
    /// What was received under each transfer and waits for title.
    titles: BTreeMap<TransferId, BTreeMap<ItemId, Quantity>>,
    /// Losses that were written off.
    written_off: BTreeSet<LossId>,
}

/// An act that has taken effect, and the state after it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) names: &'a Names,
    pub(super) state: &'a State,
    pub(super) act: &'a RecordedAct,
}

impl Scene<'_> {
    /// The events that tell of one event, in their order; none for a kind of which the table says so.
    pub(super) fn tell(self, event: &Event, memory: &mut Memory) -> Vec<Draft> {
        match event {
            Event::ItemRegistered(event) => vec![self.registered(event)],
            Event::ConsumptionReported(event) => vec![self.consumed(event)],
            Event::LossReported(event) => vec![self.lost(event)],
            Event::WriteOffApproved(event) => self.written_off(event, memory),
            Event::ItemFound(event) => vec![self.found(event, memory)],
            Event::ItemInstalled(event) => vec![self.installed(event)],
            Event::ItemRemoved(event) => vec![self.removed(event)],
            Event::SubCustodyIssued(event) => vec![self.issued(event)],
            Event::SubCustodyReturned(event) => vec![self.handed_back(event)],
            Event::ConditionChanged(event) => vec![self.condition_changed(event)],
            Event::PhysicalCountRecorded(event) => vec![self.counted(event)],

            Event::TransferProposed(event) => vec![self.proposed(event)],
            Event::TransferRefused(event) => self.ended(&event.transfer),
            Event::TransferCancelled(event) => self.ended(&event.transfer),
            Event::ItemsReserved(event) => vec![self.reserved(event)],
            Event::ConsignmentDispatched(event) => self.dispatched(event),
            Event::ConsignmentReceived(event) => {
                self.received(&event.consignment, &event.counted, &event.location, event.seals_intact, memory)
            }
            Event::ReturnDispatched(event) => self.sent_back(event),
            Event::ReturnReceived(event) => {
                self.received(&event.consignment, &event.counted, &event.location, event.seals_intact, memory)
            }
            Event::DiscrepancyReported(event) => self.discrepancy(event),
            Event::DiscrepancyResolved(event) => self.resolved(event, memory),
            Event::TitlePassed(event) => self.title(event, memory),
            Event::SupportOrdered(event) => vec![self.support_ordered(event)],
            Event::SupportDelivered(event) => self.support_delivered(event),
            Event::SupportReciprocated(event) => self.support_reciprocated(event),
            Event::SupportInvoiced(event) => self.support_invoiced(event),
            Event::SupportCancelled(event) => self.support_cancelled(event),

            Event::MovementStarted(event) => self.started(event, memory),
            Event::BorderCrossed(event) => vec![self.crossed(event, memory)],
            Event::LegCompleted(event) => vec![self.leg_completed(event, memory)],
            Event::MovementCompleted(event) => self.completed(event, memory),
            Event::IncidentReported(event) => self.incident(event),

            Event::DeliveryDispatched(event) => vec![self.delivery_dispatched(event)],
            Event::DeliveryReceived(event) => self.delivery_received(event),
            Event::DeliveryAccepted(event) => self.delivery_accepted(event),
            Event::DeliveryAcceptedWithReservation(event) => self.accepted_with_reservation(event),
            Event::ReservationCleared(event) => self.reservation_cleared(event),
            Event::DeliveryRejected(event) => self.delivery_rejected(event),
            Event::DeliveryReturned(event) => self.delivery_returned(event),
            Event::ConformityCertified(event) => vec![self.certified(event)],
            Event::WarrantyClaimed(event) => vec![self.claimed(event)],
            Event::WarrantyResolved(event) => self.claim_resolved(event),
            // What is silent, the table in `rows` says kind by kind; a test holds both against one another.
            _ => Vec::new(),
        }
    }
}

/// How much of `sent` is not among `came`.
fn short<'a>(sent: &[Item], came: impl Iterator<Item = &'a Item> + Clone) -> Vec<Item> {
    let missing = |item: &Item| {
        let counted = came.clone().filter(|other| other.id() == item.id()).map(Item::quantity);
        let rest = match Quantity::sum(counted) {
            Some(counted) => item.quantity().minus(counted)?,
            None => item.quantity(),
        };
        // Nothing of it is no item.
        Item::new(item.id().clone(), rest).ok()
    };
    sent.iter().filter_map(missing).collect()
}
