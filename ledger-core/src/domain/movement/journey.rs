//! On the way: start, borders, legs, arrival.
//!
//! At the start every foreign state on the route has consented, and on what is fixed. At each border the order of the
//! states, the window and the counts are held against the plan: who went out comes in, or is reported.

use serde::Serialize;

use super::permission::Window;
use super::plan::Leg;
use super::{Hosting, Movement, leaders, subjects_of};
use crate::domain::codes::Party;
use crate::domain::consent::{Basis, Signer};
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{CrossingPointId, MovementId, Place};
use crate::domain::regime::{MINUTE_MS, hours};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Timestamp;

events! {
    /// Start a movement: every foreign state on its route has consented
    MovementStarted {
        /// Number of the movement
        movement: MovementId,
        /// Where it is
        place: Place,
        /// Persons that travel
        persons: u32,
        /// Vehicles that travel
        vehicles: u32,
    }

    /// Cross a border, the next one of the route
    BorderCrossed {
        /// Number of the movement
        movement: MovementId,
        /// Where it crossed
        point: CrossingPointId,
        /// Persons that crossed
        persons: u32,
        /// Vehicles that crossed
        vehicles: u32,
    }

    /// Complete a leg, after its border
    LegCompleted {
        /// Number of the movement
        movement: MovementId,
        /// Where it is
        place: Place,
        /// Persons that arrived
        persons: u32,
        /// Vehicles that arrived
        vehicles: u32,
    }

    /// Complete a movement: all borders are crossed, and who went out has come in or is reported
    MovementCompleted {
        /// Number of the movement
        movement: MovementId,
        /// Where it is
        place: Place,
        /// Persons that arrived
        persons: u32,
        /// Vehicles that arrived
        vehicles: u32,
    }
}

/// The start of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Start {
    /// The entry that says so.
    pub entry: u64,
    /// When it started, as its leader says.
    pub at: Timestamp,
    /// Where.
    pub place: Place,
    /// How far from its window it may cross a border, in milliseconds, by the tolerance that held at the start.
    pub tolerance_ms: u64,
}

/// A border that was crossed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// The entry that says so.
    pub entry: u64,
    /// When, as the leader says.
    pub at: Timestamp,
    /// Where.
    pub point: CrossingPointId,
    /// The state that it entered.
    pub into: Party,
    /// Persons that crossed.
    pub persons: u32,
    /// Vehicles that crossed.
    pub vehicles: u32,
}

impl Movement {
    /// Refuses a count that is not that of those who travel by now (domain.md M04).
    fn require_count(&self, persons: u32, vehicles: u32) -> Result<(), Rejection> {
        require((persons, vehicles) == (self.persons, self.vehicles), Rule::M04, || {
            format!(
                "{persons} persons and {vehicles} vehicles are counted, {} and {} travel with movement {}",
                self.persons, self.vehicles, self.terms.movement
            )
        })
        .map_err(|no| no.remedy("report what happened to the others first: IncidentReported"))
    }

    /// Refuses what happened before what happened last.
    fn require_after_last(&self, moment: Timestamp) -> Result<(), Rejection> {
        let last = self.crossings.last().map(|crossing| crossing.at);
        let last = last.or(self.started.as_ref().map(|start| start.at));
        require(last.is_none_or(|last| last <= moment), Rule::S05, || {
            format!("movement {} was elsewhere at {moment}", self.terms.movement)
        })
    }

    /// When the border into the state of `leg` may be crossed: in the host's window, or as planned where none was
    /// given.
    fn windows(&self, leg: &Leg) -> impl Iterator<Item = Window> {
        let hosting = self.hosts.get(&leg.to);
        let explicit = hosting.filter(|host| matches!(host.basis, Some(Basis::Explicit { .. })));
        let planned = Window { from: leg.etd, to: leg.eta };
        let first = explicit.and_then(Hosting::granted_window).unwrap_or(planned);
        std::iter::once(first).chain(hosting.and_then(|hosting| hosting.extension))
    }
}

impl State {
    fn leader_signs(
        &self,
        id: &MovementId,
        occurred_at: Timestamp,
        act: &RecordedAct,
    ) -> Result<Vec<Signer>, Rejection> {
        let movement = self.known_movement(id)?;
        let sending = movement.terms.sending;
        let crisis = self.in_haste(sending, occurred_at, act);
        Ok(vec![Signer::of(sending, leaders(!movement.plan.transfers.is_empty(), crisis))])
    }

    /// The movement, if it goes on.
    fn moving(&self, id: &MovementId) -> Result<&Movement, Rejection> {
        let movement = self.known_movement(id)?;
        movement.require_under_way()?;
        movement.require_not_halted()?;
        Ok(movement)
    }

    /// Refuses to enter a state whose consent no longer holds: its crisis is over (domain.md M08), or it refused to
    /// ratify.
    fn admit_entry(
        &self,
        movement: &Movement,
        leg: &Leg,
        moment: Timestamp,
        act: &RecordedAct,
    ) -> Result<(), Rejection> {
        let (id, host) = (&movement.terms.movement, leg.to);
        let Some(hosting) = movement.hosts.get(&host) else { return Ok(()) };
        if let Some(entry) = hosting.barred_in {
            return Err(Rejection::new(
                Rule::M01,
                format!(
                    "{host} has refused in entry {entry} to ratify movement {id}: nothing more enters it"
                ),
            ));
        }
        let Some(start) = &movement.started else { return Ok(()) };
        let extended = hosting.extension.is_some_and(|window| window.holds(moment, start.tolerance_ms));
        if let Some(Basis::Crisis { crisis }) = &hosting.basis {
            let late = self.directory.regime.as_ref().map_or(0, |regime| hours(regime.late_recording_h));
            let live = self.crisis(crisis, host).is_some_and(|c| c.covers(moment, act.recorded_at, late));
            require(live || extended, Rule::M08, || {
                format!("movement {id} enters {host} by its crisis {crisis}, which does not hold at {moment}")
            })
            .map_err(|no| no.remedy(format!("a NMC of {host} gives it a window: PermissionExtended")))?;
        }
        let inside = movement.windows(leg).any(|window| window.holds(moment, start.tolerance_ms));
        require(inside, Rule::M02, || {
            let windows: Vec<String> = movement
                .windows(leg)
                .map(|window| format!("from {} to {}", window.from, window.to))
                .collect();
            format!("movement {id} may enter {host} {}, not at {moment}", windows.join(" or "))
        })
        .map_err(|no| no.remedy(format!("a NMC of {host} gives it another window: PermissionExtended")))
    }
}

impl Rules for MovementStarted {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.leader_signs(&self.movement, self.occurred_at, act)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let Some(movement) = state.movement(&self.movement) else { return Vec::new() };
        std::iter::once(movement.terms.sending).chain(movement.foreign_states()).collect()
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        movement.require_not_started()?;
        movement.require_not_halted()?;
        let (persons, vehicles) = (movement.plan.persons, movement.plan.vehicle_count());
        require(self.persons <= persons && self.vehicles <= vehicles, Rule::M05, || {
            format!("{persons} persons and {vehicles} vehicles are planned, more would start")
        })
        .map_err(|no| no.remedy("amend the movement first"))?;
        for host in movement.foreign_states() {
            state.host_consent(movement, host, self.occurred_at, act)?;
        }
        state.admit_goods(movement, self.occurred_at, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(movement) = state.movement(&self.movement) else { return };
        let consents: Vec<_> = movement
            .foreign_states()
            .into_iter()
            .filter_map(|host| Some((host, state.host_consent(movement, host, self.occurred_at, act).ok()?)))
            .collect();
        let customs_due = (!movement.is_covered())
            .then(|| state.due_by(act.recorded_at, |regime| hours(regime.ratification_h)))
            .flatten();
        for (_, (demand, basis)) in &consents {
            state.rely(act, demand, basis, Subject::Movement(self.movement.clone()));
            if let Basis::Standing { authorisation } = basis
                && let Some(authorisation) = state.authority.authorisations.get_mut(authorisation)
            {
                authorisation.under_way.insert(self.movement.clone());
            }
        }
        let regime = state.directory.regime.as_ref();
        let tolerance_ms =
            regime.map_or(0, |regime| u64::from(regime.crossing_tolerance_min).saturating_mul(MINUTE_MS));
        let Some(movement) = state.movements.movements.get_mut(&self.movement) else { return };
        for (host, (_, basis)) in consents {
            movement.host_mut(host).basis = Some(basis);
        }
        movement.started =
            Some(Start { entry: act.seq, at: self.occurred_at, place: self.place.clone(), tolerance_ms });
        (movement.persons, movement.vehicles) = (self.persons, self.vehicles);
        movement.customs_due = customs_due;
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for BorderCrossed {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.leader_signs(&self.movement, self.occurred_at, act)
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.moving(&self.movement)?;
        let leg = movement.next_leg().ok_or_else(|| {
            Rejection::new(Rule::M03, format!("movement {} has crossed all its borders", self.movement))
        })?;
        require(leg.point == self.point, Rule::M03, || {
            format!(
                "movement {} crosses from {} to {} over {}, not over {}",
                self.movement, leg.from, leg.to, leg.point, self.point
            )
        })?;
        movement.require_after_last(self.occurred_at)?;
        state.admit_entry(movement, leg, self.occurred_at, act)?;
        movement.require_count(self.persons, self.vehicles)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(movement) = state.movements.movements.get_mut(&self.movement) else { return };
        let Some(into) = movement.next_leg().map(|leg| leg.to) else { return };
        movement.crossings.push(Crossing {
            entry: act.seq,
            at: self.occurred_at,
            point: self.point.clone(),
            into,
            persons: self.persons,
            vehicles: self.vehicles,
        });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for LegCompleted {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.leader_signs(&self.movement, self.occurred_at, act)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.moving(&self.movement)?;
        let crossed = u32::try_from(movement.crossings.len()).unwrap_or(u32::MAX);
        require(movement.legs_completed < crossed, Rule::M03, || {
            format!("movement {} has crossed no border since its last leg", self.movement)
        })?;
        movement.require_after_last(self.occurred_at)?;
        movement.require_count(self.persons, self.vehicles)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            movement.legs_completed = u32::try_from(movement.crossings.len()).unwrap_or(u32::MAX);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for MovementCompleted {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.leader_signs(&self.movement, self.occurred_at, act)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.moving(&self.movement)?;
        if let Some(leg) = movement.next_leg() {
            return Err(Rejection::new(
                Rule::M03,
                format!("movement {} has still to cross {} into {}", self.movement, leg.point, leg.to),
            ));
        }
        movement.require_after_last(self.occurred_at)?;
        movement.require_count(self.persons, self.vehicles)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(movement) = state.movements.movements.get_mut(&self.movement) else { return };
        movement.completed_in = Some(act.seq);
        for hosting in movement.hosts.values() {
            if let Some(Basis::Standing { authorisation }) = &hosting.basis
                && let Some(authorisation) = state.authority.authorisations.get_mut(authorisation)
            {
                authorisation.under_way.remove(&self.movement);
            }
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}
