//! A host's own word: asked for, given or refused, extended.
//!
//! A permission is asked for and answered once (domain.md M07); silence is none. It goes as far as what was asked. A
//! refusal stands as long as the plan that was refused: no authorisation goes over it.

use serde::Serialize;

use super::plan::Leg;
use super::{Halt, Movement, Notice, Plan, Stay, subjects_of};
use crate::domain::codes::Party;
use crate::domain::consent::{Basis, Signer};
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{MovementId, Reference};
use crate::domain::party::MOVEMENTS;
use crate::domain::regime::hours;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::Timestamp;

code_list! {
    /// Why a host refuses or stops a movement.
    Ground: "a ground of a refusal or a stop" {
        /// Life and limb.
        1 Safety "SAFETY";
        /// The host's own decision, which needs no other reason.
        2 Sovereign "SOVEREIGN";
        /// The road, bridge or line does not bear it.
        3 Infrastructure "INFRASTRUCTURE";
    }
}

events! {
    /// Ask a foreign state on the route for its permission
    PermissionRequested {
        /// Number of the movement
        movement: MovementId,
        /// The state that is asked
        host: Party,
    }

    /// Permit a movement through one's own state within a window of time
    PermissionGranted {
        /// Number of the movement
        movement: MovementId,
        /// The state that permits it
        host: Party,
        /// The first moment at which its border may be crossed
        window_from: Timestamp,
        /// The last moment
        window_to: Timestamp,
        /// Number of the movement credit
        credit: Reference,
        /// Whether the host escorts it
        escort: bool,
        /// Routes and other conditions
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conditions: Option<Text>,
    }

    /// Refuse a movement as it was planned when it was asked for
    PermissionRefused {
        /// Number of the movement
        movement: MovementId,
        /// The state that refuses it
        host: Party,
        /// On which ground
        ground: Ground,
        /// Why
        reason: Text,
    }

    /// Give a movement another window of time besides the one it has, as the host
    PermissionExtended {
        /// Number of the movement
        movement: MovementId,
        /// The state that gives it
        host: Party,
        /// The first moment at which its border may be crossed
        window_from: Timestamp,
        /// The last moment
        window_to: Timestamp,
        /// Why
        reason: Text,
    }
}

/// A span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The last moment.
    pub to: Timestamp,
}

impl Window {
    /// True when `moment` is inside, or outside by `tolerance` milliseconds at most.
    pub(super) fn holds(self, moment: Timestamp, tolerance: u64) -> bool {
        self.from <= moment.later_by(tolerance) && moment <= self.to.later_by(tolerance)
    }

    fn has_room_for(self, leg: &Leg) -> bool {
        self.from <= leg.etd && leg.eta <= self.to
    }
}

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It permits the movement, within a window.
    Granted {
        /// When its border may be crossed.
        window: Window,
        /// Number of the movement credit.
        credit: Reference,
    },
    /// It refuses.
    Refused {
        /// On which ground.
        ground: Ground,
    },
}

/// A host's answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The entry in which it answered.
    pub entry: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Whether it came after its time (domain.md M07).
    pub late: bool,
    /// What it said.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// A request to move, and the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// The entry that asked.
    pub requested_in: u64,
    /// When it was recorded.
    pub since: Timestamp,
    /// When the answer is overdue, by the clock that held when it was asked.
    pub answer_due: Timestamp,
    /// What was asked.
    pub asked: Plan,
    /// The answer.
    pub answer: Option<Answer>,
}

/// What a foreign state on the route said to a movement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Hosting {
    /// The requests, in order; the last one counts.
    pub permissions: Vec<Permission>,
    /// The last notice.
    pub notice: Option<Notice>,
    /// Another window that the host gave.
    pub extension: Option<Window>,
    /// That it has stopped the movement.
    pub halt: Option<Halt>,
    /// On what its consent rests, fixed at the start.
    pub basis: Option<Basis>,
    /// The entry in which it refused to ratify the movement: nothing more enters it.
    pub barred_in: Option<u64>,
    /// A stay beyond the movement.
    pub stay: Option<Stay>,
}

impl Hosting {
    /// The last request.
    pub fn permission(&self) -> Option<&Permission> {
        self.permissions.last()
    }

    /// The window of its last permission.
    pub(super) fn granted_window(&self) -> Option<Window> {
        match &self.permission()?.answer.as_ref()?.verdict {
            Verdict::Granted { window, .. } => Some(*window),
            Verdict::Refused { .. } => None,
        }
    }
}

impl Permission {
    /// True when the host refused this very plan.
    pub(super) fn refuses(&self, plan: &Plan) -> bool {
        let refused =
            self.answer.as_ref().is_some_and(|answer| matches!(answer.verdict, Verdict::Refused { .. }));
        refused && self.asked == *plan
    }
}

impl Movement {
    /// The entry in which `host` permitted the movement as it is planned, or why there is none.
    pub(super) fn granted_by(&self, host: Party) -> Result<u64, Option<String>> {
        let hosting = self.hosts.get(&host).ok_or(None)?;
        let last = hosting.permission().ok_or(None)?;
        let Some(answer) = &last.answer else {
            return Err(Some(format!(
                "the request of entry {} waits for an answer until {}",
                last.requested_in, last.answer_due
            )));
        };
        let entry = answer.entry;
        let Verdict::Granted { window, .. } = answer.verdict else {
            return Err(Some(format!("{host} has refused an earlier plan in entry {entry}")));
        };
        if let Some(beyond) = self.plan.exceeds(&last.asked, host) {
            return Err(Some(format!("the permission of entry {entry} does not go so far: {beyond}")));
        }
        let windows = || std::iter::once(window).chain(hosting.extension);
        match self.plan.legs_into(host).find(|leg| !windows().any(|window| window.has_room_for(leg))) {
            None => Ok(entry),
            Some(leg) => Err(Some(format!(
                "the permission of entry {entry} holds from {} to {}, the leg over {} is planned from {} to {}",
                window.from, window.to, leg.point, leg.etd, leg.eta
            ))),
        }
    }
}

impl State {
    /// True while `party` is in a crisis of its own, whichever consents it gave up.
    fn in_crisis(&self, party: Party, moment: Timestamp) -> bool {
        self.crises().any(|crisis| crisis.terms.party == party && crisis.holds_at(moment))
    }

    /// The request that `host` has to answer (domain.md M07).
    fn open_request(&self, id: &MovementId, host: Party) -> Result<&Permission, Rejection> {
        let movement = self.known_movement(id)?;
        movement.require_open()?;
        let last = movement.hosts.get(&host).and_then(Hosting::permission);
        let last = last.ok_or_else(|| {
            Rejection::new(Rule::M07, format!("{host} was not asked for its permission to movement {id}"))
        })?;
        match &last.answer {
            None => Ok(last),
            Some(answer) => Err(Rejection::new(
                Rule::M07,
                format!("{host} has answered for movement {id} in entry {}", answer.entry),
            )
            .remedy("a host gives another window with PermissionExtended, and stops with MovementHalted")),
        }
    }

    fn answer(&mut self, id: &MovementId, host: Party, act: &RecordedAct, verdict: Verdict) {
        let movement = self.movements.movements.get_mut(id);
        let last = movement.and_then(|movement| movement.host_mut(host).permissions.last_mut());
        if let Some(last) = last {
            let late = act.recorded_at > last.answer_due;
            last.answer = Some(Answer { entry: act.seq, at: act.recorded_at, late, verdict });
        }
    }
}

/// The movement centre of the host alone speaks for it.
pub(super) fn host_signs(state: &State, id: &MovementId, host: Party) -> Result<Vec<Signer>, Rejection> {
    state.known_movement(id)?;
    state.directory.require_party(host)?;
    Ok(vec![Signer::of(host, MOVEMENTS)])
}

fn require_window(from: Timestamp, to: Timestamp) -> Result<(), Rejection> {
    require(from < to, Rule::S05, || format!("the window ends at {to}, before it begins at {from}"))
}

impl Rules for PermissionRequested {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.planner_signs(&self.movement, self.occurred_at, act)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        state.movement(&self.movement).map(|movement| movement.terms.sending).into_iter().collect()
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (id, host) = (&self.movement, self.host);
        let movement = state.known_movement(id)?;
        movement.require_not_started()?;
        movement.require_host(host)?;
        state.regime("a request to move")?;
        let last = movement.hosts.get(&host).and_then(Hosting::permission);
        let waits = last
            .is_some_and(|last| last.answer.is_none() && movement.plan.exceeds(&last.asked, host).is_none());
        require(!waits, Rule::S03, || format!("{host} was asked for movement {id} and has not answered"))?;
        require(movement.granted_by(host).is_err(), Rule::S03, || {
            format!("{host} has permitted movement {id} as it is planned")
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let crisis = state.in_crisis(self.host, act.recorded_at);
        let answer_due = state.due_by(act.recorded_at, |regime| {
            hours(if crisis { regime.crisis_permission_answer_h } else { regime.permission_answer_h })
        });
        let Some(movement) = state.movements.movements.get_mut(&self.movement) else { return };
        let request = Permission {
            requested_in: act.seq,
            since: act.recorded_at,
            answer_due: answer_due.unwrap_or(act.recorded_at),
            asked: movement.plan.clone(),
            answer: None,
        };
        movement.host_mut(self.host).permissions.push(request);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for PermissionGranted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::M07
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.host]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.open_request(&self.movement, self.host)?;
        require_window(self.window_from, self.window_to)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let window = Window { from: self.window_from, to: self.window_to };
        let verdict = Verdict::Granted { window, credit: self.credit.clone() };
        state.answer(&self.movement, self.host, act, verdict);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for PermissionRefused {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::M07
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.open_request(&self.movement, self.host).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.answer(&self.movement, self.host, act, Verdict::Refused { ground: self.ground });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for PermissionExtended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::M07
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.host]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        movement.require_open()?;
        let hosting = movement.hosts.get(&self.host);
        let consents = hosting.is_some_and(|host| host.granted_window().is_some() || host.basis.is_some());
        require(consents, Rule::M07, || {
            format!("{} has not consented to movement {}: it has nothing to extend", self.host, self.movement)
        })?;
        require_window(self.window_from, self.window_to)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            let window = Window { from: self.window_from, to: self.window_to };
            movement.host_mut(self.host).extension = Some(window);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}
