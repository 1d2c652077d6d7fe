//! What did not go as planned: incidents, deviations, and stays beyond a movement.
//!
//! A report permits nothing. An incident accounts for those who no longer travel (domain.md M04); goods that are lost
//! with it are reported lost in the register, by their holder. A deviation says what was not as permitted; only the
//! host gives another window.

use serde::Serialize;

use super::plan::require_items;
use super::{Movement, subjects_of};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{IncidentId, MovementId};
use crate::domain::item::ItemId;
use crate::domain::party::{MOVEMENTS, Role};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::{Date, Timestamp};

code_list! {
    /// What happened on the way.
    IncidentKind: "a kind of incident" {
        /// Accident.
        1 Accident "ACCIDENT";
        /// Breakdown of a vehicle.
        2 Breakdown "BREAKDOWN";
        /// Illness or other absence of persons.
        3 Absence "ABSENCE";
        /// Theft or loss of goods.
        4 Loss "LOSS";
        /// Hostile act.
        5 Hostile "HOSTILE";
        /// Damage to the host's roads, property or environment.
        6 Damage "DAMAGE";
        /// Anything else.
        7 Other "OTHER";
    }
}

code_list! {
    /// What was not as permitted.
    DeviationKind: "a kind of deviation" {
        /// The time.
        1 Late "LATE";
        /// The route.
        2 Route "ROUTE";
        /// The size.
        3 Size "SIZE";
    }
}

events! {
    /// Report an incident on a movement, and who and what no longer travels with it
    IncidentReported {
        /// Number of the movement
        movement: MovementId,
        /// Number of the incident
        incident: IncidentId,
        /// What it was
        kind: IncidentKind,
        /// Persons that no longer travel with it
        persons_lost: u32,
        /// Vehicles that no longer travel with it
        vehicles_lost: u32,
        /// Registered items concerned, in the order of their names
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<ItemId>,
        /// What happened
        finding: Text,
    }

    /// Report that a movement does not go as permitted; permits nothing
    DeviationReported {
        /// Number of the movement
        movement: MovementId,
        /// What is not as permitted
        kind: DeviationKind,
        /// What it is instead
        actual: Text,
    }

    /// Register that a unit stays in one's own state beyond its movement
    StayRegistered {
        /// Number of the movement that brought it
        movement: MovementId,
        /// The state it stays in
        host: Party,
        /// The first day
        from: Date,
        /// The last day
        until: Date,
    }

    /// Record that a unit that stayed has gone back
    ReturnCompleted {
        /// Number of the movement that brought it
        movement: MovementId,
        /// The state it stayed in
        host: Party,
    }
}

/// An incident on a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// What was reported.
    pub terms: IncidentReported,
    /// The entry that reported it.
    pub entry: u64,
}

/// What was not as permitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The entry that reported it.
    pub entry: u64,
    /// When, as the leader says.
    pub at: Timestamp,
    /// What it was.
    pub kind: DeviationKind,
}

/// A stay beyond a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// The entry that registered it.
    pub registered_in: u64,
    /// The first day.
    pub from: Date,
    /// The last day; it is overdue after it.
    pub until: Date,
    /// The entry that says that it has ended.
    pub returned_in: Option<u64>,
}

/// Who reports from a movement.
const REPORTERS: &[Role] = &[Role::ConvoyCommander, Role::MovementCentre];

fn reporter_signs(state: &State, id: &MovementId) -> Result<Vec<Signer>, Rejection> {
    Ok(vec![Signer::of(state.known_movement(id)?.terms.sending, REPORTERS)])
}

fn host_signs(state: &State, id: &MovementId, host: Party) -> Result<Vec<Signer>, Rejection> {
    state.known_movement(id)?.require_host(host)?;
    Ok(vec![Signer::of(host, MOVEMENTS)])
}

impl Movement {
    /// A stay in `host` that has not ended.
    fn open_stay(&self, host: Party) -> Option<&Stay> {
        self.hosts.get(&host)?.stay.as_ref().filter(|stay| stay.returned_in.is_none())
    }
}

impl Rules for IncidentReported {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        reporter_signs(state, &self.movement)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::IncidentReport]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        movement.require_under_way()?;
        if state.movements.incidents.contains(&self.incident) {
            return Err(Rejection::taken("incident", &self.incident));
        }
        let there = self.persons_lost <= movement.persons && self.vehicles_lost <= movement.vehicles;
        require(there, Rule::M04, || {
            format!(
                "{} persons and {} vehicles travel with movement {}, no more can be lost",
                movement.persons, movement.vehicles, self.movement
            )
        })?;
        require_items(&self.items)?;
        self.items.iter().try_for_each(|item| state.register.stock(item).map(drop))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let incident = Incident { terms: self.clone(), entry: act.seq };
        state.movements.incidents.insert(self.incident.clone(), incident);
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            movement.persons = movement.persons.saturating_sub(self.persons_lost);
            movement.vehicles = movement.vehicles.saturating_sub(self.vehicles_lost);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let items = self.items.iter().cloned().map(Subject::Item);
        subjects_of(state, &self.movement).into_iter().chain(items).collect()
    }
}

impl Rules for DeviationReported {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        reporter_signs(state, &self.movement)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.known_movement(&self.movement)?.require_under_way()
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            let deviation = Deviation { entry: act.seq, at: self.occurred_at, kind: self.kind };
            movement.deviations.push(deviation);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for StayRegistered {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.host]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        let (id, host) = (&self.movement, self.host);
        require(movement.whereabouts() == host, Rule::S03, || format!("movement {id} is not in {host}"))?;
        require(self.from <= self.until, Rule::S05, || "the stay ends before it begins".into())?;
        let later = movement.open_stay(host).is_none_or(|stay| self.until > stay.until);
        require(later, Rule::S03, || format!("a stay of movement {id} in {host} is registered"))
            .map_err(|no| no.remedy("register a later end, or record the return"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            let stay = Stay { registered_in: act.seq, from: self.from, until: self.until, returned_in: None };
            movement.host_mut(self.host).stay = Some(stay);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for ReturnCompleted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let stay = state.known_movement(&self.movement)?.open_stay(self.host);
        require(stay.is_some(), Rule::S03, || {
            format!("no stay of movement {} in {} is open", self.movement, self.host)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let movement = state.movements.movements.get_mut(&self.movement);
        if let Some(stay) = movement.and_then(|movement| movement.host_mut(self.host).stay.as_mut()) {
            stay.returned_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}
