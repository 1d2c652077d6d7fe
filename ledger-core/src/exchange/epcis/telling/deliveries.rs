//! Deliveries: what a supplier sends, what is counted, accepted or rejected of it, and what goes back.

use super::super::event::{Draft, goods};
use super::super::rows;
use super::super::vocabulary::{Disposition, Shape, Side, TransactionType};
use super::transfers::mismatch;
use super::{Scene, short};
use crate::domain::codes::Condition;
use crate::domain::ids::{DeliveryId, Place, WarrantyId};
use crate::domain::item::Item;
use crate::domain::procurement::{
    ConformityCertified, Contract, DeliveredItem, Delivery, DeliveryAccepted,
    DeliveryAcceptedWithReservation, DeliveryDispatched, DeliveryReceived, DeliveryRejected,
    DeliveryReturned, ReservationCleared, WarrantyClaimed, WarrantyResolved,
};
use crate::exchange::json::Json;

fn items_of(lines: &[DeliveredItem]) -> impl Iterator<Item = &Item> + Clone {
    lines.iter().map(|line| &line.item)
}

impl Scene<'_> {
    fn of_delivery(&self, id: &DeliveryId) -> Option<(&Delivery, &Contract)> {
        let delivery = self.state.delivery(id)?;
        Some((delivery, self.state.contract(&delivery.terms.contract)?))
    }

    /// An event about goods of a delivery.
    fn of(self, shape: Shape, id: &DeliveryId, lines: &[DeliveredItem]) -> Draft {
        let draft = Draft::new(shape, goods(items_of(lines)));
        let contract = self.state.delivery(id).map(|delivery| self.names.contract(&delivery.terms.contract));
        let draft = match contract {
            Some(contract) => draft.under(TransactionType::Order, contract),
            None => draft,
        };
        draft.under(TransactionType::DespatchAdvice, self.names.delivery(id))
    }

    /// From the supplier to the party that receives the delivery, on these sides; or back.
    fn between(self, mut draft: Draft, id: &DeliveryId, sides: &[Side], back: bool) -> Draft {
        let Some((delivery, contract)) = self.of_delivery(id) else { return draft };
        let supplier = self.names.supplier(contract.terms.supplier);
        let consignee = self.names.party(delivery.terms.consignee);
        let (from, to) = if back { (consignee, supplier) } else { (supplier, consignee) };
        for side in sides {
            draft = draft.from(*side, from.clone()).to(*side, to.clone());
        }
        draft
    }

    pub(super) fn delivery_dispatched(self, event: &DeliveryDispatched) -> Draft {
        let draft = self.of(rows::SHIPPED, &event.delivery, &event.items);
        self.between(draft, &event.delivery, &[Side::Owner, Side::Holder], false)
    }

    pub(super) fn delivery_received(self, event: &DeliveryReceived) -> Vec<Draft> {
        let Some(delivery) = self.state.delivery(&event.delivery) else { return Vec::new() };
        let sent: Vec<Item> = items_of(&delivery.terms.items).cloned().collect();
        let missing = short(&sent, items_of(&event.items));
        let shape = rows::RECEIVED.with(mismatch(&missing).unwrap_or(Disposition::InProgress));
        let lacks = Json::texts(missing.iter().map(|item| self.amount(item)));
        let draft = self
            .of(shape, &event.delivery, &event.items)
            .under(TransactionType::ReceivingAdvice, self.names.delivery_receipt(&event.delivery))
            .own_if("missing", (!missing.is_empty()).then_some(lacks));
        vec![self.between(draft, &event.delivery, &[Side::Holder], false)]
    }

    fn accepted(
        self,
        shape: Shape,
        (id, lines): (&DeliveryId, &[DeliveredItem]),
        (condition, location): (Condition, &Place),
    ) -> Option<Draft> {
        let (delivery, _) = self.of_delivery(id)?;
        let consignee = self.names.party(delivery.terms.consignee);
        let draft = self
            .of(shape, id, lines)
            .kept_at(self.names.place(location))
            .under(TransactionType::ReceivingAdvice, self.names.delivery_receipt(id))
            .own("owner", Json::text(&consignee))
            .own("holder", Json::text(consignee))
            .own("condition", Json::text(condition));
        Some(self.between(draft, id, &[Side::Owner], false))
    }

    pub(super) fn delivery_accepted(self, event: &DeliveryAccepted) -> Vec<Draft> {
        let lines = (&event.delivery, event.items.as_slice());
        self.accepted(rows::ACCEPTED, lines, (event.condition, &event.location)).into_iter().collect()
    }

    pub(super) fn accepted_with_reservation(self, event: &DeliveryAcceptedWithReservation) -> Vec<Draft> {
        let lines = (&event.delivery, event.items.as_slice());
        let draft = self.accepted(rows::ACCEPTED_SO_FAR, lines, (event.condition, &event.location));
        draft.map(|draft| draft.own("clearedBy", Json::text(event.cleared_by))).into_iter().collect()
    }

    pub(super) fn reservation_cleared(self, event: &ReservationCleared) -> Vec<Draft> {
        let Some(delivery) = self.state.delivery(&event.delivery) else { return Vec::new() };
        let cleared = delivery.reservations.iter().filter(|known| known.cleared_in == Some(self.act.seq));
        let lines: Vec<DeliveredItem> = cleared.flat_map(|known| known.items.iter().cloned()).collect();
        vec![self.of(rows::CLEARED, &event.delivery, &lines)]
    }

    pub(super) fn delivery_rejected(self, event: &DeliveryRejected) -> Vec<Draft> {
        vec![self.of(rows::REJECTED, &event.delivery, &event.items)]
    }

    pub(super) fn delivery_returned(self, event: &DeliveryReturned) -> Vec<Draft> {
        let draft = self.of(rows::SENT_BACK, &event.delivery, &event.items);
        vec![self.between(draft, &event.delivery, &[Side::Holder], true)]
    }

    pub(super) fn certified(self, event: &ConformityCertified) -> Draft {
        let contract = self.state.delivery(&event.delivery).map(|known| known.terms.contract.clone());
        let draft = Draft::new(rows::OPENED, goods(&event.items))
            .under(TransactionType::Certificate, self.names.certificate(&self.act.act.id));
        let draft = match contract {
            Some(contract) => draft.under(TransactionType::Order, self.names.contract(&contract)),
            None => draft,
        };
        draft.under(TransactionType::DespatchAdvice, self.names.delivery(&event.delivery))
    }

    fn claim(self, shape: Shape, id: &WarrantyId, terms: &WarrantyClaimed) -> Draft {
        Draft::new(shape, goods([&terms.item]))
            .under(TransactionType::ReturnAuthorisation, self.names.claim(id))
            .under(TransactionType::Order, self.names.contract(&terms.contract))
            .own("owner", Json::text(self.names.party(terms.owner)))
    }

    pub(super) fn claimed(self, event: &WarrantyClaimed) -> Draft {
        self.claim(rows::OPENED, &event.claim, event).own("deadline", Json::text(event.deadline))
    }

    pub(super) fn claim_resolved(self, event: &WarrantyResolved) -> Vec<Draft> {
        let claim = self.state.warranty_claim(&event.claim);
        let draft = claim.map(|claim| self.claim(rows::CLOSED, &event.claim, &claim.terms));
        draft.map(|draft| draft.own("result", Json::text(event.result))).into_iter().collect()
    }
}
