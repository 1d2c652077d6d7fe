//! Delegation: an officer lets another of his party sign in his place, for a time and for some kinds of act
//! (domain.md section 5.4).
//!
//! A delegation hands on no more than the officer has himself, and only his own role: what he has on loan he does
//! not lend on. No key may hold roles by it that would be in conflict on two ([`Rule::G05`]).

use serde::Serialize;

use super::codes::Party;
use super::consent::Signer;
use super::event::{Event, EventKind, RecordedAct, Rules, events};
use super::ids::{DelegationId, PublicKey};
use super::party::{ANY_ROLE, Officer, REGISTRARS, Role};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::time::Timestamp;

events! {
    /// Let another officer of one's party sign in one's place until a moment; signed by the officer himself
    RoleDelegated {
        /// Number of the delegation
        delegation: DelegationId,
        /// The key of the officer who delegates
        from: PublicKey,
        /// The key of the officer who may sign in his place
        to: PublicKey,
        /// The moment from which he no longer may
        until: Timestamp,
        /// For which kinds of event, in the order of their numbers; without any for all that the role signs. A
        /// countersignature counts as the kinds of the act that waits
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scope: Vec<EventKind>,
    }

    /// End a delegation before its time; the officer who delegated or a registrar of the party signs
    DelegationEnded {
        /// Number of the delegation
        delegation: DelegationId,
    }
}

/// A delegation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delegation {
    /// What was delegated.
    pub terms: RoleDelegated,
    /// The party of both officers.
    pub party: Party,
    /// The role of the one who delegates.
    pub role: Role,
    /// The entry that delegated it.
    pub delegated_in: u64,
    /// The entry that ended it, or one of the two keys.
    pub ended_in: Option<u64>,
}

tables! {
    /// All delegations.
    pub(crate) struct Delegations {
        delegations: DelegationId => Delegation,
        /// The delegations to a key, in the order in which they were made.
        lent: PublicKey => Vec<DelegationId>,
    }
}

impl Delegation {
    /// True when it was neither ended nor over for an act that was recorded at that position and moment.
    fn holds_for(&self, act: &RecordedAct) -> bool {
        let ended = self.ended_in.is_some_and(|entry| entry <= act.seq);
        self.delegated_in < act.seq && !ended && act.recorded_at < self.terms.until
    }

    /// True when acts of these kinds are within its scope.
    fn reaches(&self, kinds: &[EventKind]) -> bool {
        let scope = &self.terms.scope;
        scope.is_empty() || kinds.iter().all(|kind| scope.contains(kind))
    }
}

/// True when no other role may be on the same key: to keep keys, to look, to reconcile, to sign checkpoints.
const fn stands_alone(role: Role) -> bool {
    matches!(role, Role::Root | Role::Registrar) || role.only_looks() || role.signs_checkpoints()
}

/// True when two roles may not be on one key (domain.md G05).
const fn conflict(one: Role, other: Role) -> bool {
    let buys_and_pays = matches!(
        (one, other),
        (Role::ContractingOfficer, Role::PaymentAuthoriser)
            | (Role::PaymentAuthoriser, Role::ContractingOfficer)
    );
    buys_and_pays || stands_alone(one) || stands_alone(other)
}

impl State {
    /// All delegations, also those that are over.
    pub fn delegations(&self) -> impl Iterator<Item = (&DelegationId, &Delegation)> {
        self.delegations.delegations.iter()
    }

    /// One delegation.
    pub fn delegation(&self, id: &DelegationId) -> Option<&Delegation> {
        self.delegations.delegations.get(id)
    }

    /// The delegations to a key.
    fn lent_to(&self, key: &PublicKey) -> impl Iterator<Item = &Delegation> {
        let ids = self.delegations.lent.get(key).into_iter().flatten();
        ids.filter_map(|id| self.delegations.delegations.get(id))
    }

    /// In which capacities the author of an act signs an event of it: as what he is, then as those in whose place he
    /// may sign.
    pub(crate) fn capacities(&self, author: Officer, act: &RecordedAct, event: &Event) -> Vec<Officer> {
        let waiting = match event {
            Event::ActCountersigned(event) => Some(event.entry),
            Event::ActRefused(event) => Some(event.entry),
            _ => None,
        };
        match waiting.and_then(|entry| self.pending.get(&entry)) {
            Some(pending) => self.capacities_for(author, act, &pending.act.act.kinds()),
            None => self.capacities_for(author, act, &[event.kind()]),
        }
    }

    /// The same, for acts of these kinds.
    pub(crate) fn capacities_for(
        &self,
        author: Officer,
        act: &RecordedAct,
        kinds: &[EventKind],
    ) -> Vec<Officer> {
        let lent = self.lent_to(&author.key).filter(|known| known.holds_for(act) && known.reaches(kinds));
        let lent = lent.map(|known| Officer { key: author.key, party: known.party, role: known.role });
        std::iter::once(author).chain(lent).collect()
    }

    /// Ends the delegations from and to a key that has ended.
    pub(crate) fn end_delegations(&mut self, key: &PublicKey, entry: u64) {
        let all = self.delegations.delegations.iter();
        let concerned = all.filter(|(_, known)| {
            known.ended_in.is_none() && (known.terms.from == *key || known.terms.to == *key)
        });
        let concerned: Vec<DelegationId> = concerned.map(|(id, _)| id.clone()).collect();
        for id in concerned {
            if let Some(known) = self.delegations.delegations.get_mut(&id) {
                known.ended_in = Some(entry);
            }
        }
    }

    fn known_delegation(&self, id: &DelegationId) -> Result<&Delegation, Rejection> {
        self.delegation(id).ok_or_else(|| Rejection::unknown("delegation", id))
    }
}

impl Rules for RoleDelegated {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let from = state.directory.key(&self.from)?;
        require(act.author == self.from, Rule::I03, || {
            format!("key {} ({} of {}) delegates for itself alone", self.from.short(), from.role, from.party)
        })
        .map_err(|rejection| rejection.remedy("the officer signs himself; what is lent is not lent on"))?;
        Ok(vec![Signer::of(from.party, ANY_ROLE)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.delegation(&self.delegation).is_some() {
            return Err(Rejection::taken("delegation", &self.delegation));
        }
        require(act.act.events.len() == 1, Rule::S05, || {
            "a delegation is the only event of its act: nobody is lent a role by an act that waits".into()
        })?;
        state.directory.require_active(&self.to)?;
        let (from, to) = (state.directory.key(&self.from)?, state.directory.key(&self.to)?);
        require(self.from != self.to && from.party == to.party, Rule::S05, || {
            format!("an officer of {} delegates to another officer of {}", from.party, from.party)
        })?;
        require(self.until > act.recorded_at, Rule::S05, || {
            format!("the delegation would be over at {}, before it is recorded", self.until)
        })?;
        if let Some(end) = from.valid_until {
            require(self.until <= end, Rule::S05, || {
                format!("the officer's own key signs until {end}: he lends it no longer than that")
            })?;
        }
        require(self.scope.is_sorted_by(|a, b| a < b), Rule::S05, || {
            "the kinds of the scope stand in the order of their numbers, each once".into()
        })?;
        let live = state.lent_to(&self.to).filter(|known| known.holds_for(act));
        let mut held = std::iter::once(to.role).chain(live.map(|known| known.role));
        match held.find(|held| conflict(from.role, *held)) {
            None => Ok(()),
            Some(held) => Err(Rejection::new(
                Rule::G05,
                format!("{} and {held} are not held by one officer (key {})", from.role, self.to.short()),
            )
            .remedy("delegate to an officer whose role is not in conflict")),
        }
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Ok(from) = state.directory.key(&self.from) else { return };
        let delegation = Delegation {
            terms: self.clone(),
            party: from.party,
            role: from.role,
            delegated_in: act.seq,
            ended_in: None,
        };
        state.delegations.delegations.insert(self.delegation.clone(), delegation);
        state.delegations.lent.get_or_insert(self.to, Vec::new).push(self.delegation.clone());
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Key(self.from), Subject::Key(self.to)]
    }
}

impl Rules for DelegationEnded {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let delegation = state.known_delegation(&self.delegation)?;
        let himself = act.author == delegation.terms.from;
        Ok(vec![Signer::of(delegation.party, if himself { ANY_ROLE } else { REGISTRARS })])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let delegation = state.known_delegation(&self.delegation)?;
        let over = delegation.ended_in.is_some() || delegation.terms.until <= act.recorded_at;
        require(!over, Rule::S03, || format!("delegation {} is over already", self.delegation))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(delegation) = state.delegations.delegations.get_mut(&self.delegation) {
            delegation.ended_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let keys = state.delegation(&self.delegation).map(|known| [known.terms.from, known.terms.to]);
        keys.into_iter().flatten().map(Subject::Key).collect()
    }
}
