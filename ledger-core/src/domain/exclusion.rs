//! National exclusions: a party takes a kind of consent out of what authorisations and crises can stand in for
//! (domain.md section 5.4).
//!
//! While an exclusion lasts, that party consents by its own word alone. It touches nothing that was begun before.

use serde::Serialize;

use super::codes::Party;
use super::consent::{Demand, Family, Signer};
use super::event::{RecordedAct, Rules, events};
use super::ids::ExclusionId;
use super::party::MINISTER;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::text::Text;
use super::time::{Date, Timestamp};

events! {
    /// Declare, for one's own party, that it gives a kind of consent by its own word alone: no authorisation and no
    /// crisis stands in for it
    NationalExclusionDeclared {
        /// Number of the exclusion
        exclusion: ExclusionId,
        /// The party that declares it, for itself
        party: Party,
        /// The kind of consent
        family: Family,
        /// Why
        ground: Text,
        /// The last day it lasts; without it until ended
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    }

    /// End a national exclusion before its time
    NationalExclusionEnded {
        /// Number of the exclusion
        exclusion: ExclusionId,
    }
}

/// An exclusion and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// What was declared.
    pub terms: NationalExclusionDeclared,
    /// The entry that declared it.
    pub declared_in: u64,
    /// When it began.
    pub since: Timestamp,
    /// When it ends by itself or was ended.
    pub ends: Option<Timestamp>,
    /// The entry that ended it.
    pub ended_in: Option<u64>,
}

tables! {
    /// All exclusions.
    pub(crate) struct Exclusions {
        exclusions: ExclusionId => Exclusion,
    }
}

impl Exclusion {
    /// True when it lasts at `moment`.
    pub fn lasts_at(&self, moment: Timestamp) -> bool {
        self.since <= moment && self.ends.is_none_or(|end| moment < end)
    }
}

impl State {
    /// All exclusions, also those that are over.
    pub fn exclusions(&self) -> impl Iterator<Item = (&ExclusionId, &Exclusion)> {
        self.exclusions.exclusions.iter()
    }

    /// The exclusion that keeps authorisations and crises from standing in for a consent. It is enough that it lasts
    /// either when the act is done or when it is recorded: a party says no at once, and late recording is no way
    /// around it.
    pub(crate) fn exclusion_of(&self, demand: &Demand) -> Option<&Exclusion> {
        self.exclusions().map(|(_, exclusion)| exclusion).find(|exclusion| {
            exclusion.terms.party == demand.of
                && exclusion.terms.family == demand.family
                && (exclusion.lasts_at(demand.recorded_at) || exclusion.lasts_at(demand.occurred_at))
        })
    }

    fn known_exclusion(&self, id: &ExclusionId) -> Result<&Exclusion, Rejection> {
        self.exclusions.exclusions.get(id).ok_or_else(|| Rejection::unknown("exclusion", id))
    }
}

impl Rules for NationalExclusionDeclared {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        Ok(vec![Signer::of(self.party, MINISTER)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.exclusions.exclusions.contains(&self.exclusion) {
            return Err(Rejection::taken("exclusion", &self.exclusion));
        }
        require(self.until.is_none_or(|until| act.recorded_at < until.end()), Rule::S05, || {
            "the exclusion would be over before it is recorded".into()
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let exclusion = Exclusion {
            terms: self.clone(),
            declared_in: act.seq,
            since: act.recorded_at,
            ends: self.until.map(Date::end),
            ended_in: None,
        };
        state.exclusions.exclusions.insert(self.exclusion.clone(), exclusion);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.party)]
    }
}

impl Rules for NationalExclusionEnded {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.known_exclusion(&self.exclusion)?.terms.party, MINISTER)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let lasts = state.known_exclusion(&self.exclusion)?.lasts_at(act.recorded_at);
        require(lasts, Rule::S03, || format!("exclusion {} is over already", self.exclusion))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(exclusion) = state.exclusions.exclusions.get_mut(&self.exclusion) {
            exclusion.ends = Some(act.recorded_at);
            exclusion.ended_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let party = state.exclusions.exclusions.get(&self.exclusion).map(|known| known.terms.party);
        party.map(Subject::Party).into_iter().collect()
    }
}
