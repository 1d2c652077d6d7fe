//! What goes ahead without a host's word: notices, on what its consent rests at the start, and how it stops what it let
//! go.
//!
//! A notice is information: it says that a standing authorisation or a crisis of the host stands in for its word. It
//! counts from when it was recorded. Whatever a consent rests on, a host stops a movement at once.

use serde::Serialize;

use super::permission::{Ground, Hosting, host_signs};
use super::{Movement, Plan, subjects_of};
use crate::domain::codes::Party;
use crate::domain::consent::{Basis, Demand, Family, Load, Signer};
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::MovementId;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

events! {
    /// Notify foreign states on the route of a movement for which their standing authorisation or crisis stands in
    MovementNotified {
        /// Number of the movement
        movement: MovementId,
        /// The states that are notified, in the order of their codes
        hosts: Vec<Party>,
    }

    /// Acknowledge that the notice has come; a receipt, no consent
    MovementAcknowledged {
        /// Number of the movement
        movement: MovementId,
        /// The state that was notified
        host: Party,
    }

    /// Stop a movement, as a host; no border is crossed until it is released
    MovementHalted {
        /// Number of the movement
        movement: MovementId,
        /// The state that stops it
        host: Party,
        /// On which ground
        ground: Ground,
        /// Why
        reason: Text,
    }

    /// Let a movement go on that one has stopped
    MovementReleased {
        /// Number of the movement
        movement: MovementId,
        /// The state that has stopped it
        host: Party,
    }
}

/// That a host was notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The entry that notified it.
    pub entry: u64,
    /// When it was recorded: before that nobody could read it.
    pub at: Timestamp,
    /// Of what it was notified.
    pub plan: Plan,
    /// The entry that acknowledged it.
    pub acknowledged_in: Option<u64>,
}

/// That a host has stopped a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Halt {
    /// The entry that stopped it.
    pub entry: u64,
    /// When it was stopped, as the host says.
    pub since: Timestamp,
    /// On which ground.
    pub ground: Ground,
}

impl Movement {
    /// The notice that tells `host` of the movement as it is planned.
    pub(super) fn notice_of(&self, host: Party) -> Option<&Notice> {
        let notice = self.hosts.get(&host)?.notice.as_ref()?;
        self.plan.exceeds(&notice.plan, host).is_none().then_some(notice)
    }

    /// How long before it enters `host` something happened, in milliseconds.
    fn lead(&self, host: Party, moment: Timestamp) -> u64 {
        self.plan.legs_into(host).next().map_or(0, |leg| leg.etd.since(moment))
    }

    /// What the movement asks of a host that learned of it `lead` milliseconds before it enters.
    pub(super) fn demand(&self, host: Party, lead: u64, occurred_at: Timestamp, act: &RecordedAct) -> Demand {
        let plan = &self.plan;
        Demand {
            family: Family::Move,
            of: host,
            by: self.terms.sending,
            occurred_at,
            recorded_at: act.recorded_at,
            load: Load {
                persons: plan.persons,
                vehicles: plan.vehicle_count(),
                load_class: plan.load_class,
                oversize: plan.oversize,
                armed: plan.armed,
                neq_g: plan.neq_g(),
                hazards: plan.dangerous_goods.iter().map(|line| line.hazard).collect(),
                crossing_points: plan.points_of(host).cloned().collect(),
                purpose: Some(self.terms.purpose),
                mode: Some(self.terms.mode),
                movement: Some(self.terms.movement.clone()),
                notice_ms: Some(lead),
                ..Load::default()
            },
            what: format!("movement {}", self.terms.movement),
        }
    }

    /// Refuses to go over a host's own no.
    fn require_no_refusal(&self, host: Party) -> Result<(), Rejection> {
        let last = self.hosts.get(&host).and_then(Hosting::permission);
        let refused = last.filter(|last| last.refuses(&self.plan)).and_then(|last| last.answer.as_ref());
        let Some(answer) = refused else { return Ok(()) };
        let id = &self.terms.movement;
        Err(Rejection::new(Rule::M01, format!("{host} has refused movement {id} in entry {}", answer.entry))
            .remedy("amend the movement, or ask again"))
    }
}

impl State {
    /// On what the consent of `host` to a movement that starts now rests, and the demand that it answers.
    pub(super) fn host_consent(
        &self,
        movement: &Movement,
        host: Party,
        occurred_at: Timestamp,
        act: &RecordedAct,
    ) -> Result<(Demand, Basis), Rejection> {
        movement.require_no_refusal(host)?;
        let granted = movement.granted_by(host);
        let notice = movement.notice_of(host);
        let lead = notice.map_or(0, |notice| movement.lead(host, notice.at));
        let demand = movement.demand(host, lead, occurred_at, act);
        let basis = self.consent(granted.as_ref().ok().copied(), &demand).map_err(|mut no| {
            if let Err(Some(words)) = granted {
                no.why.push_str("; ");
                no.why.push_str(&words);
            }
            no
        })?;
        if notice.is_some() || !matches!(basis, Basis::Standing { .. }) {
            return Ok((demand, basis));
        }
        // Who relies on an authorisation tells its grantor; in a crisis the start itself tells him.
        match self.crisis_of(host, Family::Move, occurred_at, act.recorded_at) {
            Some(crisis) => Ok((demand, Basis::Crisis { crisis: crisis.terms.crisis.clone() })),
            None => Err(Rejection::new(
                Rule::M05,
                format!("{host} was not notified of movement {} as it is planned", movement.terms.movement),
            )
            .remedy("record MovementNotified; it can go in the same act")),
        }
    }
}

impl Rules for MovementNotified {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.planner_signs(&self.movement, self.occurred_at, act)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let sending = state.movement(&self.movement).map(|movement| movement.terms.sending);
        self.hosts.iter().copied().chain(sending).collect()
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        movement.require_not_started()?;
        let rising = self.hosts.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        require(rising && !self.hosts.is_empty(), Rule::S05, || {
            "name the states that are notified, in the order of their codes, each once".into()
        })?;
        for host in &self.hosts {
            movement.require_host(*host)?;
            movement.require_no_refusal(*host)?;
            require(movement.granted_by(*host).is_err(), Rule::S03, || {
                format!("{host} has permitted movement {} and needs no notice", self.movement)
            })?;
            let lead = movement.lead(*host, act.recorded_at);
            state.consent(None, &movement.demand(*host, lead, self.occurred_at, act))?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(movement) = state.movements.movements.get_mut(&self.movement) else { return };
        let plan = movement.plan.clone();
        for host in &self.hosts {
            let notice =
                Notice { entry: act.seq, at: act.recorded_at, plan: plan.clone(), acknowledged_in: None };
            movement.host_mut(*host).notice = Some(notice);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for MovementAcknowledged {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let hosting = state.known_movement(&self.movement)?.hosts.get(&self.host);
        let notice = hosting.and_then(|hosting| hosting.notice.as_ref());
        require(notice.is_some_and(|notice| notice.acknowledged_in.is_none()), Rule::S03, || {
            format!("no notice of movement {} waits for a receipt of {}", self.movement, self.host)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let movement = state.movements.movements.get_mut(&self.movement);
        if let Some(notice) = movement.and_then(|movement| movement.host_mut(self.host).notice.as_mut()) {
            notice.acknowledged_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for MovementHalted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        movement.require_open()?;
        movement.require_host(self.host)?;
        let ahead = movement.plan.legs.iter().skip(movement.crossings.len());
        let reaches =
            movement.whereabouts() == self.host || ahead.map(|leg| leg.to).any(|to| to == self.host);
        require(reaches, Rule::S03, || format!("movement {} has left {}", self.movement, self.host))?;
        let halted = movement.hosts.get(&self.host).is_some_and(|hosting| hosting.halt.is_some());
        require(!halted, Rule::S03, || {
            format!("{} has stopped movement {} already", self.host, self.movement)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            let halt = Halt { entry: act.seq, since: self.occurred_at, ground: self.ground };
            movement.host_mut(self.host).halt = Some(halt);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for MovementReleased {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        host_signs(state, &self.movement, self.host)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let hosting = state.known_movement(&self.movement)?.hosts.get(&self.host);
        require(hosting.is_some_and(|hosting| hosting.halt.is_some()), Rule::S03, || {
            format!("{} has not stopped movement {}", self.host, self.movement)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            movement.host_mut(self.host).halt = None;
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}
