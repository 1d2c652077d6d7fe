//! Keys that fell into wrong hands (domain.md section 5.4).
//!
//! Two parties declare a compromise, and from when on the key was not its officer's alone. The key ends; what it
//! signed since then stands, for nothing is edited, but it is listed as doubtful until both sides' ministers have
//! looked at it and cleared it ([`Rule::G08`]).

use serde::Serialize;

use super::consent::Signer;
use super::event::{Event, RecordedAct, Rules, events};
use super::ids::PublicKey;
use super::party::{KeyStatus, MINISTER, REGISTRARS, Role, keepers_of};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::status::{Matter, MatterKind};
use super::subject::Subject;
use super::table::tables;
use super::text::Text;
use super::time::Timestamp;

events! {
    /// Declare that a key fell into wrong hands, and since when, together with a registrar of another party; what it
    /// signed since then stands and is listed as doubtful
    KeyCompromised {
        /// The key, whether it still signs or was replaced or revoked at once
        key: PublicKey,
        /// The moment from which what it signed is in doubt
        since: Timestamp,
        /// Why
        reason: Text,
    }

    /// Clear an act of the doubt that a compromised key signed it; the minister of the key's party and one of another
    /// sign
    DoubtCleared {
        /// Position of the act
        entry: u64,
        /// The compromised key that signed it
        key: PublicKey,
        /// What was found
        finding: Text,
    }
}

/// One signature of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The act that it signed, as author or countersigner.
    pub entry: u64,
    /// When the signature was recorded.
    pub at: Timestamp,
}

/// An act that a compromised key signed in the time that is in doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// When the signature was recorded.
    pub signed_at: Timestamp,
    /// The entry that declared the compromise.
    pub declared_in: u64,
    /// When that was: from then on somebody owes a look at the act.
    pub since: Timestamp,
    /// The entry that cleared it.
    pub cleared_in: Option<u64>,
}

tables! {
    /// Who signed what, and what of it is in doubt.
    pub(crate) struct Doubts {
        /// What each key signed, in the order of recording.
        signed: PublicKey => Vec<Signed>,
        /// By the act, and the compromised key that signed it.
        doubtful: (u64, PublicKey) => Doubt,
    }
}

impl State {
    /// The acts that a compromised key signed in the time that is in doubt: by the act's position, and the key. Also
    /// those that were cleared.
    pub fn doubts(&self) -> impl Iterator<Item = (&(u64, PublicKey), &Doubt)> {
        self.doubts.doubtful.iter()
    }

    /// What a key signed, in the order of recording.
    pub fn signed_by(&self, key: &PublicKey) -> &[Signed] {
        self.doubts.signed.get(key).map_or(&[], Vec::as_slice)
    }

    /// Notes who signed what: of a countersignature, the act that waited for it.
    pub(crate) fn note_signature(&mut self, act: &RecordedAct) {
        let entry = match act.act.events.as_slice() {
            [Event::ActCountersigned(event)] => event.entry,
            _ => act.seq,
        };
        let signed = Signed { entry, at: act.recorded_at };
        self.doubts.signed.get_or_insert(act.author, Vec::new).push(signed);
    }

    /// True when the key has given one of the signatures of an act that waits.
    pub(crate) fn has_signed(&self, key: &PublicKey, act: &RecordedAct) -> bool {
        let since = self.signed_by(key).iter().rev().take_while(|signed| signed.at >= act.recorded_at);
        since.into_iter().any(|signed| signed.entry == act.seq)
    }

    /// What nobody has cleared yet: for the key's party, whose minister begins.
    pub(crate) fn matters_of_doubt(&self, matters: &mut Vec<Matter>) {
        for ((entry, key), doubt) in self.doubts().filter(|(_, doubt)| doubt.cleared_in.is_none()) {
            let Some(officer) = self.directory.officer(key) else { continue };
            let what = format!("look at what key {} ({}) signed, and clear it", key.short(), officer.role);
            let subject = format!("entry {entry}");
            matters.push(Matter::new(MatterKind::Doubt, subject, officer.party, what).since(doubt.since));
        }
    }

    fn doubt(&self, entry: u64, key: &PublicKey) -> Result<&Doubt, Rejection> {
        self.doubts.doubtful.get(&(entry, *key)).ok_or_else(|| {
            Rejection::new(Rule::S01, format!("entry {entry} is not in doubt for key {}", key.short()))
                .remedy("list what is in doubt with status")
        })
    }
}

impl Rules for KeyCompromised {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let record = state.directory.key(&self.key)?;
        Ok(vec![
            Signer::of(record.party, keepers_of(record.role)),
            Signer::other_than(record.party, REGISTRARS),
        ])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G08
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let record = state.directory.key(&self.key)?;
        let serving = record.role == Role::Root && record.status == KeyStatus::Active;
        require(!serving, Rule::S03, || "a root key is replaced, never ended".into())
            .map_err(|rejection| rejection.remedy("rotate it, then declare the old one compromised"))?;
        require(self.since <= act.recorded_at, Rule::G08, || {
            format!("the doubt would begin at {}, after it is recorded", self.since)
        })?;
        if let KeyStatus::Compromised { entry, since } = record.status {
            require(self.since < since, Rule::S03, || {
                format!("key {} is compromised since {since} already, by entry {entry}", self.key.short())
            })
            .map_err(|rejection| rejection.remedy("a later finding can only move the moment back"))?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(record) = state.directory.keys.get_mut(&self.key) {
            record.status = KeyStatus::Compromised { entry: act.seq, since: self.since };
        }
        state.end_delegations(&self.key, act.seq);
        let inside = state.signed_by(&self.key).iter().filter(|signed| signed.at >= self.since);
        let inside: Vec<Signed> = inside.copied().collect();
        for signed in inside {
            state.doubts.doubtful.get_or_insert((signed.entry, self.key), || Doubt {
                signed_at: signed.at,
                declared_in: act.seq,
                since: act.recorded_at,
                cleared_in: None,
            });
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Key(self.key)]
    }
}

impl Rules for DoubtCleared {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let party = state.directory.key(&self.key)?.party;
        Ok(vec![Signer::of(party, MINISTER), Signer::other_than(party, MINISTER)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G08
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let doubt = state.doubt(self.entry, &self.key)?;
        match doubt.cleared_in {
            None => Ok(()),
            Some(entry) => Err(Rejection::new(
                Rule::S03,
                format!("entry {} was cleared in entry {entry} already", self.entry),
            )),
        }
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(doubt) = state.doubts.doubtful.get_mut(&(self.entry, self.key)) {
            doubt.cleared_in = Some(act.seq);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Entry(self.entry), Subject::Key(self.key)]
    }
}
