//! Movements: what is loaded, where it is seen on the way, what is unloaded.
//!
//! A movement changes nobody's owner, holder or place in the book (domain.md M09): its events have a `readPoint`
//! where it was seen, and no `bizLocation`.

use super::super::event::{Draft, Goods, goods};
use super::super::rows;
use super::super::vocabulary::{Shape, Side, TransactionType};
use super::{Memory, Scene};
use crate::domain::ids::MovementId;
use crate::domain::item::ItemId;
use crate::domain::movement::{
    BorderCrossed, IncidentReported, LegCompleted, MovementCompleted, MovementStarted,
};
use crate::exchange::json::Json;

impl Scene<'_> {
    /// What a movement takes along: the items of its plan, and what of its transfers is under way.
    fn load(self, id: &MovementId) -> Goods {
        let Some(movement) = self.state.movement(id) else { return Goods::new() };
        let carried = movement.plan.transfers.iter().filter_map(|transfer| self.state.transfer(transfer));
        let consignments = carried.flat_map(|transfer| &transfer.consignments);
        let under_way = consignments.filter_map(|consignment| self.state.consignment(consignment));
        let under_way = under_way.filter(|consignment| consignment.received_in.is_none());
        let mut load = goods(under_way.flat_map(|consignment| &consignment.items));
        let named = |load: &Goods, id: &ItemId| load.iter().any(|(other, _)| other == id);
        for item in &movement.plan.items {
            if !named(&load, item) {
                load.push((item.clone(), None));
            }
        }
        load
    }

    /// The movement is seen with all that it carries.
    fn passes(self, shape: Shape, id: &MovementId, load: Goods, (persons, vehicles): (u32, u32)) -> Draft {
        let draft = Draft { others: vec![self.names.movement(id)], ..Draft::new(shape, load) };
        self.papers(draft, id).own("persons", Json::whole(persons)).own("vehicles", Json::whole(vehicles))
    }

    /// The transfers whose goods it carries, and the forms 302 that cover them by then.
    fn papers(self, mut draft: Draft, id: &MovementId) -> Draft {
        let Some(movement) = self.state.movement(id) else { return draft };
        for transfer in &movement.plan.transfers {
            draft = draft.under(TransactionType::Order, self.names.transfer(transfer));
        }
        for form in &movement.forms {
            draft = draft.under(TransactionType::Certificate, self.names.form_302(form));
        }
        draft.own("movementNumber", Json::text(&movement.terms.number))
    }

    fn carries(self, shape: Shape, id: &MovementId, load: Goods) -> Draft {
        Draft { parent: Some(self.names.movement(id)), ..Draft::new(shape, load) }
    }

    pub(super) fn started(self, event: &MovementStarted, memory: &mut Memory) -> Vec<Draft> {
        let load = self.load(&event.movement);
        let place = self.names.place(&event.place);
        let mut drafts = Vec::new();
        if !load.is_empty() {
            let loaded = self.carries(rows::LOADED, &event.movement, load.clone()).seen_at(place.clone());
            drafts.push(self.papers(loaded, &event.movement));
            memory.loads.insert(event.movement.clone(), load.clone());
        }
        let counts = (event.persons, event.vehicles);
        let departed = self.passes(rows::DEPARTED, &event.movement, load, counts);
        drafts.push(departed.seen_at(place.clone()).from(Side::Place, place));
        drafts
    }

    pub(super) fn crossed(self, event: &BorderCrossed, memory: &Memory) -> Draft {
        let load = memory.loads.get(&event.movement).cloned().unwrap_or_default();
        self.passes(rows::CROSSED, &event.movement, load, (event.persons, event.vehicles))
            .seen_at(self.names.crossing_point(&event.point))
    }

    pub(super) fn leg_completed(self, event: &LegCompleted, memory: &Memory) -> Draft {
        let load = memory.loads.get(&event.movement).cloned().unwrap_or_default();
        self.passes(rows::ARRIVED, &event.movement, load, (event.persons, event.vehicles))
            .seen_at(self.names.place(&event.place))
    }

    pub(super) fn completed(self, event: &MovementCompleted, memory: &mut Memory) -> Vec<Draft> {
        let load = memory.loads.remove(&event.movement).unwrap_or_default();
        let place = self.names.place(&event.place);
        let counts = (event.persons, event.vehicles);
        let arrived = self.passes(rows::ARRIVED, &event.movement, load.clone(), counts);
        let mut drafts = vec![arrived.seen_at(place.clone()).to(Side::Place, place.clone())];
        if !load.is_empty() {
            let unloaded = self.carries(rows::UNLOADED, &event.movement, load).seen_at(place);
            drafts.push(self.papers(unloaded, &event.movement));
        }
        drafts
    }

    pub(super) fn incident(self, event: &IncidentReported) -> Vec<Draft> {
        if event.items.is_empty() {
            return Vec::new();
        }
        let items = event.items.iter().map(|id| (id.clone(), None)).collect();
        let draft = Draft::new(rows::INCIDENT, items)
            .own("movement", Json::text(self.names.movement(&event.movement)))
            .own("incident", Json::text(&event.incident))
            .own("incidentKind", Json::text(event.kind));
        vec![draft]
    }
}
