//! Movements: units that cross borders, whose consent their route takes, and where they are (domain.md 5.3).
//!
//! A movement changes where a unit is, never who owns or holds what it carries (domain.md M09): nothing here touches
//! the register. The states on the way follow from the legs; each that is not the sending one must have consented
//! before the start: by its own word (`permission`), by a standing authorisation or by a crisis of its own. On what
//! a consent rests is fixed at the start: what is revoked later does not strand a convoy.

mod customs;
mod journey;
mod matters;
mod notice;
mod permission;
mod plan;
mod report;

pub use customs::{CustomsCovered, Form302};
pub use journey::{BorderCrossed, Crossing, LegCompleted, MovementCompleted, MovementStarted, Start};
pub use notice::{Halt, MovementAcknowledged, MovementHalted, MovementNotified, MovementReleased, Notice};
pub use permission::{
    Answer, Ground, Hosting, Permission, PermissionExtended, PermissionGranted, PermissionRefused,
    PermissionRequested, Verdict, Window,
};
pub use plan::{
    CrossingPoint, CrossingPointListed, DangerousGoods, Leg, MovementAmended, MovementCancelled,
    MovementPlanned, Plan, VehicleClass, VehicleCount,
};
pub use report::{
    Deviation, DeviationKind, DeviationReported, Incident, IncidentKind, IncidentReported, ReturnCompleted,
    Stay, StayRegistered,
};

use std::collections::BTreeMap;

use serde::Serialize;

use super::codes::{Form302Serial, MovementNumber, Party};
use super::consent::Family;
use super::event::RecordedAct;
use super::ids::{CrossingPointId, IncidentId, MovementId, TransferId};
use super::party::Role;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::time::{Date, Timestamp};
use super::transfer::TransferKind;

tables! {
    /// Where borders may be crossed, who crosses them, and the papers of it.
    pub(crate) struct Movements {
        crossing_points: CrossingPointId => CrossingPoint,
        movements: MovementId => Movement,
        /// Movement numbers, with the day on which the movement was to start when it was planned: no two are alike.
        movement_numbers: (Date, MovementNumber) => MovementId,
        forms_302: Form302Serial => Form302,
        incidents: IncidentId => Incident,
    }
}

/// A movement and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Movement {
    /// What was planned, in the beginning.
    pub terms: MovementPlanned,
    /// What is planned by now.
    pub plan: Plan,
    /// The entry that planned it.
    pub planned_in: u64,
    /// The entry that amended it last.
    pub amended_in: Option<u64>,
    /// The entry that cancelled it.
    pub cancelled_in: Option<u64>,
    /// What the foreign states said to it, and on what their consent rests.
    pub hosts: BTreeMap<Party, Hosting>,
    /// Its start.
    pub started: Option<Start>,
    /// The borders that it crossed, in order.
    pub crossings: Vec<Crossing>,
    /// How many legs are completed.
    pub legs_completed: u32,
    /// Persons that travel with it by now.
    pub persons: u32,
    /// Vehicles that travel with it by now.
    pub vehicles: u32,
    /// What did not go as permitted.
    pub deviations: Vec<Deviation>,
    /// The forms 302 that cover its goods.
    pub forms: Vec<Form302Serial>,
    /// When a form 302 that may follow is overdue.
    pub customs_due: Option<Timestamp>,
    /// The entry that completed it.
    pub completed_in: Option<u64>,
}

/// Where a movement is in its life (domain.md section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementStatus {
    /// Planned; some foreign state was neither asked nor notified.
    Planned,
    /// Some foreign state has not answered.
    Requested,
    /// Some foreign state has refused it as it is planned.
    Refused,
    /// Every foreign state has permitted it.
    Granted,
    /// Every foreign state has permitted it or was notified.
    Notified,
    /// On its way, in the sending state.
    Started,
    /// On its way, some border crossed.
    Crossed,
    /// On its way, stopped by a host.
    Halted,
    /// Arrived.
    Completed,
    /// Cancelled before it started.
    Cancelled,
}

impl Movement {
    /// The foreign states on its route, in the order in which it enters them first.
    pub fn foreign_states(&self) -> Vec<Party> {
        let mut states: Vec<Party> = Vec::new();
        for leg in &self.plan.legs {
            if leg.to != self.terms.sending && !states.contains(&leg.to) {
                states.push(leg.to);
            }
        }
        states
    }

    /// The state it is in.
    pub fn whereabouts(&self) -> Party {
        let leg = self.crossings.len().checked_sub(1).and_then(|last| self.plan.legs.get(last));
        leg.map_or(self.terms.sending, |leg| leg.to)
    }

    /// The leg whose border it crosses next.
    pub fn next_leg(&self) -> Option<&Leg> {
        self.plan.legs.get(self.crossings.len())
    }

    /// True from its start until its end.
    pub const fn is_under_way(&self) -> bool {
        self.started.is_some() && self.completed_in.is_none()
    }

    /// Where it is in its life.
    pub fn status(&self) -> MovementStatus {
        if self.cancelled_in.is_some() {
            MovementStatus::Cancelled
        } else if self.completed_in.is_some() {
            MovementStatus::Completed
        } else if self.started.is_none() {
            self.status_before_start()
        } else if self.halted_by().is_some() {
            MovementStatus::Halted
        } else if self.crossings.is_empty() {
            MovementStatus::Started
        } else {
            MovementStatus::Crossed
        }
    }

    fn status_before_start(&self) -> MovementStatus {
        let hosts = self.foreign_states();
        let last = |host: &Party| self.hosts.get(host).and_then(Hosting::permission);
        let granted = |host: &Party| self.granted_by(*host).is_ok();
        let notified = |host: &Party| self.notice_of(*host).is_some();
        if hosts.iter().filter_map(last).any(|last| last.refuses(&self.plan)) {
            MovementStatus::Refused
        } else if hosts.iter().filter_map(last).any(|last| last.answer.is_none()) {
            MovementStatus::Requested
        } else if hosts.iter().all(granted) {
            MovementStatus::Granted
        } else if hosts.iter().all(|host| granted(host) || notified(host)) {
            MovementStatus::Notified
        } else {
            MovementStatus::Planned
        }
    }

    /// A host that has stopped it.
    pub(crate) fn halted_by(&self) -> Option<Party> {
        self.hosts.iter().find(|(_, hosting)| hosting.halt.is_some()).map(|(host, _)| *host)
    }

    /// What `host` said to it, to be changed.
    fn host_mut(&mut self, host: Party) -> &mut Hosting {
        self.hosts.entry(host).or_default()
    }

    /// Refuses a state that is no host of the movement.
    fn require_host(&self, host: Party) -> Result<(), Rejection> {
        require(self.foreign_states().contains(&host), Rule::S05, || {
            format!("{host} is no foreign state on the route of movement {}", self.terms.movement)
        })
    }

    fn require_not_started(&self) -> Result<(), Rejection> {
        let id = &self.terms.movement;
        require(self.cancelled_in.is_none(), Rule::S03, || format!("movement {id} was cancelled"))?;
        require(self.started.is_none(), Rule::S03, || format!("movement {id} has started"))
    }

    fn require_under_way(&self) -> Result<(), Rejection> {
        let id = &self.terms.movement;
        require(self.started.is_some(), Rule::S03, || format!("movement {id} has not started"))?;
        require(self.completed_in.is_none(), Rule::S03, || format!("movement {id} has arrived"))
    }

    /// Refuses a movement that is over.
    fn require_open(&self) -> Result<(), Rejection> {
        let over = self.cancelled_in.is_some() || self.completed_in.is_some();
        require(!over, Rule::S03, || format!("movement {} is over", self.terms.movement))
    }

    fn require_not_halted(&self) -> Result<(), Rejection> {
        match self.halted_by() {
            None => Ok(()),
            Some(host) => {
                let id = &self.terms.movement;
                Err(Rejection::new(Rule::S03, format!("{host} has stopped movement {id}"))
                    .remedy(format!("a NMC of {host} releases it")))
            }
        }
    }
}

impl State {
    /// All movements.
    pub fn movements(&self) -> impl Iterator<Item = (&MovementId, &Movement)> {
        self.movements.movements.iter()
    }

    /// One movement.
    pub fn movement(&self, id: &MovementId) -> Option<&Movement> {
        self.movements.movements.get(id)
    }

    /// Where a movement is in its life.
    pub fn movement_status(&self, id: &MovementId) -> Option<MovementStatus> {
        self.movement(id).map(Movement::status)
    }

    /// All listed crossing points.
    pub fn crossing_points(&self) -> impl Iterator<Item = (&CrossingPointId, &CrossingPoint)> {
        self.movements.crossing_points.iter()
    }

    /// All incidents on movements.
    pub fn incidents(&self) -> impl Iterator<Item = (&IncidentId, &Incident)> {
        self.movements.incidents.iter()
    }

    /// The movement and the entry of a form 302.
    pub fn form_302(&self, serial: &Form302Serial) -> Option<&Form302> {
        self.movements.forms_302.get(serial)
    }

    /// The requests to move that wait for an answer: the movement, the host, and since when and until when
    /// (domain.md M07). Of a movement that is over none waits.
    pub fn unanswered_permissions(&self) -> impl Iterator<Item = (&MovementId, Party, &Permission)> {
        let open = self
            .movements()
            .filter(|(_, movement)| movement.cancelled_in.is_none() && movement.completed_in.is_none());
        open.flat_map(|(id, movement)| {
            let waiting =
                movement.hosts.iter().filter_map(|(host, hosting)| Some((*host, hosting.permission()?)));
            waiting.filter(|(_, last)| last.answer.is_none()).map(move |(host, last)| (id, host, last))
        })
    }

    /// The movements whose form 302 follows and has not come, and when it is due (domain.md M06).
    pub fn customs_owed(&self) -> impl Iterator<Item = (&MovementId, Timestamp)> {
        self.movements().filter_map(|(id, movement)| Some((id, movement.customs_due?)))
    }

    /// The stays beyond a movement that have not ended: the movement, the host, until when.
    pub fn open_stays(&self) -> impl Iterator<Item = (&MovementId, Party, &Stay)> {
        self.movements().flat_map(|(id, movement)| {
            let stays =
                movement.hosts.iter().filter_map(|(host, hosting)| Some((*host, hosting.stay.as_ref()?)));
            stays.filter(|(_, stay)| stay.returned_in.is_none()).map(move |(host, stay)| (id, host, stay))
        })
    }

    /// True while a movement, or the unit that it brought, is in `party`'s state.
    pub(crate) fn movement_is_in(&self, id: &MovementId, party: Party) -> bool {
        self.movement(id).is_some_and(|movement| {
            let stay = movement.hosts.get(&party).and_then(|hosting| hosting.stay.as_ref());
            movement.whereabouts() == party && stay.is_none_or(|stay| stay.returned_in.is_none())
        })
    }

    fn known_movement(&self, id: &MovementId) -> Result<&Movement, Rejection> {
        self.movement(id).ok_or_else(|| Rejection::unknown("movement", id))
    }

    /// Lets a movement go nowhere into a state that refused to ratify it.
    pub(crate) fn unwind_movement(&mut self, id: &MovementId, party: Party, act: &RecordedAct) {
        if let Some(movement) = self.movements.movements.get_mut(id) {
            movement.host_mut(party).barred_in = Some(act.seq);
        }
    }

    /// True when `party` gives the goods of a transfer, or gives them back.
    fn gives(&self, party: Party, transfer: &TransferId) -> bool {
        self.transfer(transfer).is_some_and(|transfer| {
            let terms = &transfer.terms;
            terms.from == party || (terms.kind == TransferKind::Loan && terms.to == party)
        })
    }

    /// True while `party` is itself in a crisis in which its movements cannot wait.
    fn in_haste(&self, party: Party, occurred_at: Timestamp, act: &RecordedAct) -> bool {
        self.crisis_of(party, Family::Move, occurred_at, act.recorded_at).is_some()
    }
}

/// Who plans a movement: the movement centre; the property-book officer when goods of a transfer go with it, so that
/// one officer sends goods and plans their carriage; the duty officer in a crisis of the sending state.
const fn planners(goods: bool, crisis: bool) -> &'static [Role] {
    match (goods, crisis) {
        (false, false) => &[Role::MovementCentre],
        (true, false) => &[Role::MovementCentre, Role::PropertyBookOfficer],
        (false, true) => &[Role::MovementCentre, Role::DutyOfficer],
        (true, true) => &[Role::MovementCentre, Role::PropertyBookOfficer, Role::DutyOfficer],
    }
}

/// Who leads a movement: the march commander or the movement centre; who answers for the goods of a transfer that go
/// with it; the duty officer in a crisis of the sending state.
const fn leaders(goods: bool, crisis: bool) -> &'static [Role] {
    match (goods, crisis) {
        (false, false) => &[Role::ConvoyCommander, Role::MovementCentre],
        (true, false) => {
            &[Role::ConvoyCommander, Role::MovementCentre, Role::PropertyBookOfficer, Role::HandReceiptHolder]
        }
        (false, true) => &[Role::ConvoyCommander, Role::MovementCentre, Role::DutyOfficer],
        (true, true) => &[
            Role::ConvoyCommander,
            Role::MovementCentre,
            Role::PropertyBookOfficer,
            Role::HandReceiptHolder,
            Role::DutyOfficer,
        ],
    }
}

/// A movement with the transfers whose goods it carries.
fn subjects_of(state: &State, id: &MovementId) -> Vec<Subject> {
    let transfers = state.movement(id).map_or(&[][..], |movement| movement.plan.transfers.as_slice());
    let transfers = transfers.iter().cloned().map(Subject::Transfer);
    std::iter::once(Subject::Movement(id.clone())).chain(transfers).collect()
}
