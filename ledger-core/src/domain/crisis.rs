//! Crises: each state declares its own, for a limited time, and binds nobody but itself (domain.md section 8).

use serde::Serialize;

use super::codes::Party;
use super::consent::{Family, Signer};
use super::event::{RecordedAct, Rules, events};
use super::ids::{CrisisId, PublicKey};
use super::party::{MINISTER, MINISTER_OR_DUTY};
use super::regime::hours;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::{Text, code_list};
use super::time::Timestamp;

code_list! {
    /// How far a crisis reaches.
    CrisisScope: "a scope of a crisis" {
        /// One state's own.
        1 National "NATIONAL";
        /// Shared: every state concerned declares it under the same number.
        2 Joint "JOINT";
    }
}

events! {
    /// Declare a crisis for one's own state: what needs this state's consent goes ahead, and is ratified afterwards
    CrisisDeclared {
        /// Number of the crisis; the states that share one use the same
        crisis: CrisisId,
        /// The state that declares it, for itself
        party: Party,
        /// How far it reaches
        scope: CrisisScope,
        /// For which kinds of consent it stands in
        families: Vec<Family>,
        /// When it begins
        starts_at: Timestamp,
        /// When it ends by itself
        expires_at: Timestamp,
        /// Why
        ground: Text,
    }

    /// Prolong a crisis that has not ended, for one's own state
    CrisisExtended {
        /// Number of the crisis
        crisis: CrisisId,
        /// The state that prolongs it, for itself
        party: Party,
        /// When it ends by itself now
        expires_at: Timestamp,
        /// Why
        ground: Text,
    }

    /// End a crisis before its time, for one's own state
    CrisisEnded {
        /// Number of the crisis
        crisis: CrisisId,
        /// The state that ends it, for itself
        party: Party,
        /// Why
        reason: Text,
    }
}

/// A state's declaration of a crisis, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Crisis {
    /// What was declared; `expires_at` as it is by now.
    pub terms: CrisisDeclared,
    /// The entry that declared it.
    pub declared_in: u64,
    /// Who declared or prolonged it: they do not ratify what was done under it (domain.md SOD-6).
    pub declared_by: Vec<PublicKey>,
    /// The entry that ended it.
    pub ended_in: Option<u64>,
}

impl Crisis {
    /// True when the crisis holds at `moment`.
    pub fn holds_at(&self, moment: Timestamp) -> bool {
        self.terms.starts_at <= moment && moment < self.terms.expires_at
    }

    /// True when what occurred at one moment and was recorded at another was done in the crisis: a late record is
    /// one of `late` milliseconds after its end at most.
    pub(crate) fn covers(&self, occurred_at: Timestamp, recorded_at: Timestamp, late: u64) -> bool {
        self.holds_at(occurred_at) && recorded_at < self.terms.expires_at.later_by(late)
    }
}

impl State {
    /// A state's declaration of a crisis.
    pub fn crisis(&self, crisis: &CrisisId, party: Party) -> Option<&Crisis> {
        self.authority.crises.get(&(crisis.clone(), party))
    }

    /// All declarations.
    pub fn crises(&self) -> impl Iterator<Item = &Crisis> {
        self.authority.crises.iter().map(|(_, crisis)| crisis)
    }

    /// The crisis of `party` under which an act of `family` at that time falls, if there is one.
    pub(crate) fn crisis_of(
        &self,
        party: Party,
        family: Family,
        occurred_at: Timestamp,
        recorded_at: Timestamp,
    ) -> Option<&Crisis> {
        let late = self.directory.regime.as_ref().map_or(0, |regime| hours(regime.late_recording_h));
        self.authority.crises.iter().map(|(_, crisis)| crisis).find(|crisis| {
            crisis.terms.party == party
                && crisis.terms.families.contains(&family)
                && crisis.covers(occurred_at, recorded_at, late)
        })
    }

    fn declared(&self, crisis: &CrisisId, party: Party) -> Result<&Crisis, Rejection> {
        self.crisis(crisis, party)
            .ok_or_else(|| Rejection::unknown("crisis", format!("{crisis} declared by {party}")))
    }

    /// The declaration, if it has not ended.
    fn live(&self, crisis: &CrisisId, party: Party, now: Timestamp) -> Result<&Crisis, Rejection> {
        let declared = self.declared(crisis, party)?;
        let over = declared.ended_in.is_some() || now >= declared.terms.expires_at;
        if over {
            return Err(Rejection::new(Rule::G04, format!("crisis {crisis} of {party} has ended"))
                .remedy("declare it anew, under another number"));
        }
        Ok(declared)
    }
}

impl Rules for CrisisDeclared {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        Ok(vec![Signer::of(self.party, MINISTER_OR_DUTY)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G04
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.party]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.crisis(&self.crisis, self.party).is_some() {
            return Err(Rejection::taken("crisis", format!("{} of {}", self.crisis, self.party)));
        }
        require(!self.families.is_empty(), Rule::S05, || {
            "a crisis names the kinds of consent for which it stands in".into()
        })?;
        require(self.starts_at < self.expires_at, Rule::G04, || "a crisis ends after it begins".into())?;
        let regime = state.regime("a crisis")?;
        let skew = regime.clock_skew_ms;
        require(self.starts_at.later_by(skew) >= act.recorded_at, Rule::G04, || {
            format!(
                "the crisis would have begun at {}, before it was declared at {}: it legalises nothing that was \
                 done already",
                self.starts_at, act.recorded_at
            )
        })?;
        let most = regime.crisis_first_h;
        require(self.expires_at.since(self.starts_at) <= hours(most), Rule::G04, || {
            format!("a crisis is first declared for {most} hours at most")
        })
        .map_err(|rejection| rejection.remedy("declare it for that time and prolong it before it ends"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let crisis = Crisis {
            terms: self.clone(),
            declared_in: act.seq,
            declared_by: vec![act.author],
            ended_in: None,
        };
        state.authority.crises.insert((self.crisis.clone(), self.party), crisis);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Crisis(self.crisis.clone())]
    }
}

impl Rules for CrisisExtended {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.party, MINISTER)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G04
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.party]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let crisis = state.live(&self.crisis, self.party, act.recorded_at)?;
        let old = crisis.terms.expires_at;
        require(self.expires_at > old, Rule::G04, || format!("the crisis holds until {old} already"))?;
        let most = state.regime("a crisis")?.crisis_extension_h;
        require(self.expires_at.since(old) <= hours(most), Rule::G04, || {
            format!("one extension prolongs a crisis by {most} hours at most")
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(crisis) = state.authority.crises.get_mut(&(self.crisis.clone(), self.party)) {
            crisis.terms.expires_at = self.expires_at;
            if !crisis.declared_by.contains(&act.author) {
                crisis.declared_by.push(act.author);
            }
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Crisis(self.crisis.clone())]
    }
}

impl Rules for CrisisEnded {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.party, MINISTER)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G04
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.live(&self.crisis, self.party, act.recorded_at).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(crisis) = state.authority.crises.get_mut(&(self.crisis.clone(), self.party)) {
            crisis.ended_in = Some(act.seq);
            crisis.terms.expires_at = crisis.terms.expires_at.min(act.recorded_at);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Crisis(self.crisis.clone())]
    }
}
