//! Membership: ministries join, are suspended, come back and leave (domain.md section 5.4).
//!
//! Members decide about one another with one voice, and nobody can be held. Who is suspended or gone takes on
//! nothing new ([`Rule::S06`]); what it took on before survives, and it keeps its keys to fulfil it.

use serde::Serialize;

use super::codes::{DocumentKind, Party};
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{PublicKey, Signature};
use super::party::{MINISTER, require_new_key};
use super::regime::every_minister;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::Text;

events! {
    /// Admit a ministry; the minister of every member signs. Its root key then enrols its officers as a founder's does
    MinistryAdmitted {
        /// Country code of the new party
        party: Party,
        /// Name of the ministry
        name: Text,
        /// The new party's root key
        root_key: PublicKey,
        /// The new party's consent: its root key's signature, made with `charter accession`
        accession: Signature,
    }

    /// Suspend a party; the minister of every other member signs. Its obligations stay
    MinistrySuspended {
        /// The party that is suspended
        party: Party,
        /// Why
        reason: Text,
    }

    /// Let a party that was suspended or has withdrawn take part again; the minister of every other member signs, and
    /// of one that has withdrawn its own minister
    MinistryReinstated {
        /// The party that takes part again
        party: Party,
    }

    /// Leave the ledger; the party's own minister signs alone, and its obligations survive
    MinistryWithdrew {
        /// The party that leaves
        party: Party,
        /// Why
        reason: Text,
    }
}

/// Whether a party takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Membership {
    /// A member in good standing.
    Member,
    /// Suspended by the others: it takes on nothing new.
    Suspended {
        /// The entry that says so.
        entry: u64,
    },
    /// Gone by its own will: it takes on nothing new.
    Withdrawn {
        /// The entry that says so.
        entry: u64,
    },
}

/// The papers of an act about membership.
const PAPERS: &[DocumentKind] = &[DocumentKind::MembershipAct];

/// The minister of every member but `party` signs.
fn others_sign(state: &State, party: Party) -> Result<Vec<Signer>, Rejection> {
    state.directory.require_party(party)?;
    let others = state.directory.active_parties().filter(|other| *other != party);
    let signers: Vec<Signer> = others.map(|other| Signer::of(other, MINISTER)).collect();
    require(!signers.is_empty(), Rule::S03, || {
        format!("besides {party} there is no member in good standing to decide")
    })?;
    Ok(signers)
}

fn set_membership(state: &mut State, party: Party, membership: Membership) {
    if let Some(record) = state.directory.parties.get_mut(&party) {
        record.membership = membership;
    }
}

impl Rules for MinistryAdmitted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(every_minister(state))
    }

    fn documents(&self) -> &'static [DocumentKind] {
        PAPERS
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.directory.parties.contains(&self.party) {
            return Err(Rejection::new(Rule::S02, format!("{} is or was a member", self.party))
                .remedy("one that was suspended or has withdrawn is reinstated"));
        }
        require_new_key(state, &self.root_key)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.directory.take_in(self.party, &self.name, self.root_key, act.seq);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.party), Subject::Key(self.root_key)]
    }
}

impl Rules for MinistrySuspended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        others_sign(state, self.party)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        PAPERS
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let membership = state.directory.party(self.party)?.membership;
        require(membership == Membership::Member, Rule::S03, || {
            format!("{} is no member in good standing already", self.party)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        set_membership(state, self.party, Membership::Suspended { entry: act.seq });
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.party)]
    }
}

impl Rules for MinistryReinstated {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let mut signers = others_sign(state, self.party)?;
        // Who left by its own will comes back by its own will.
        if matches!(state.directory.party(self.party)?.membership, Membership::Withdrawn { .. }) {
            signers.push(Signer::of(self.party, MINISTER));
        }
        Ok(signers)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        PAPERS
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let membership = state.directory.party(self.party)?.membership;
        require(membership != Membership::Member, Rule::S03, || {
            format!("{} is a member in good standing", self.party)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        set_membership(state, self.party, Membership::Member);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.party)]
    }
}

impl Rules for MinistryWithdrew {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        Ok(vec![Signer::of(self.party, MINISTER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        PAPERS
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let membership = state.directory.party(self.party)?.membership;
        require(!matches!(membership, Membership::Withdrawn { .. }), Rule::S03, || {
            format!("{} has withdrawn already", self.party)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        set_membership(state, self.party, Membership::Withdrawn { entry: act.seq });
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.party)]
    }
}
