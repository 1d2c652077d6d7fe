//! Which entries prove a key: those from which it follows, beginning at the charter, that the ledger named it.
//!
//! Who holds these entries and the charter's fingerprint needs nothing else to know the key
//! ([`Keyring`](super::keyring::Keyring)): of a ledger of a million entries perhaps twenty.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Event, PublicKey, RecordedAct, Role, State};

/// The acts by which keys came and went, and who signed them. Kept by whoever replays the ledger.
#[derive(Debug, Clone, Default)]
pub struct KeyHistory {
    acts: BTreeMap<u64, KeyAct>,
}

/// One act about keys.
#[derive(Debug, Clone)]
struct KeyAct {
    /// Positions and keys of those who signed it, the author first.
    signers: Vec<(u64, PublicKey)>,
    /// The keys that it brings into use.
    brings: Vec<PublicKey>,
    /// The keys that it ends in a way that a reader must know: revoked, compromised.
    ends: Vec<PublicKey>,
    /// The keys to which it lends a role.
    lends_to: Vec<PublicKey>,
    /// True when it changes who the members are, and so whom such an act takes.
    membership: bool,
    /// The first kind of event in it that is no key's business.
    foreign: Option<&'static str>,
}

/// Why a key cannot be proven by entries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unprovable {
    /// No act that took effect brought it into use.
    #[error("key {} was never brought into use; name a key that the ledger lists", .0.short())]
    Unknown(PublicKey),
    /// The act that brings it into use does other business too, which cannot be judged apart from the whole ledger.
    #[error(
        "entry {entry} is about keys and records a {event} too, so it is judged with the whole ledger alone; \
         hand over the keys with the bundle"
    )]
    Mixed {
        /// The entry.
        entry: u64,
        /// The kind of event.
        event: &'static str,
    },
}

/// True for the events that decide whose key is whose, and that a [`Keyring`](super::keyring::Keyring) takes.
pub(super) const fn is_about_keys(event: &Event) -> bool {
    matches!(
        event,
        Event::LedgerConstituted(_)
            | Event::KeyEnrolled(_)
            | Event::KeyRotated(_)
            | Event::KeyRevoked(_)
            | Event::KeyCompromised(_)
            | Event::RoleDelegated(_)
            | Event::ActCountersigned(_)
            | Event::ActRefused(_)
    ) || is_membership(event)
}

/// True for the events that change who the members are.
const fn is_membership(event: &Event) -> bool {
    matches!(
        event,
        Event::MinistryAdmitted(_)
            | Event::MinistrySuspended(_)
            | Event::MinistryReinstated(_)
            | Event::MinistryWithdrew(_)
    )
}

impl KeyHistory {
    /// The history of a ledger that has no entry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next act. Every act is to be shown, in order; most leave no trace.
    pub fn note(&mut self, act: &RecordedAct) {
        match act.act.events.as_slice() {
            [Event::ActCountersigned(event)] => {
                if let Some(waiting) = self.acts.get_mut(&event.entry) {
                    waiting.signers.push((act.seq, act.author));
                }
            }
            [Event::ActRefused(event)] => drop(self.acts.remove(&event.entry)),
            events if events.iter().any(is_about_keys) => drop(self.acts.insert(act.seq, KeyAct::of(act))),
            _ => {}
        }
    }

    /// The positions of the entries that prove these keys, the founding among them. Also those that say that one of
    /// them was revoked or compromised.
    ///
    /// `state` is the state behind the last act that was noted.
    ///
    /// # Errors
    /// A key was never brought into use, or by an act that cannot be judged apart.
    pub fn evidence(
        &self,
        state: &State,
        keys: impl IntoIterator<Item = PublicKey>,
    ) -> Result<BTreeSet<u64>, Unprovable> {
        let mut gathering =
            Gathering { acts: self.in_effect(state), state, entries: [0].into(), keys: Vec::new() };
        for key in keys {
            gathering.keys.push(key);
            let ends = gathering.acts.iter().filter(|(_, act)| act.ends.contains(&key));
            for entry in ends.map(|(entry, _)| *entry).collect::<Vec<_>>() {
                gathering.take(entry)?;
            }
        }
        let mut known = BTreeSet::new();
        while let Some(key) = gathering.keys.pop() {
            if known.insert(key) {
                let brought = gathering.acts.iter().find(|(_, act)| act.brings.contains(&key));
                let entry = brought.map(|(entry, _)| *entry).ok_or(Unprovable::Unknown(key))?;
                gathering.take(entry)?;
            }
        }
        Ok(gathering.entries)
    }

    /// The acts that have all their signatures.
    fn in_effect(&self, state: &State) -> BTreeMap<u64, &KeyAct> {
        let waiting: BTreeSet<u64> = state.pending().map(|(entry, _)| *entry).collect();
        let acts = self.acts.iter().filter(|(entry, _)| !waiting.contains(*entry));
        acts.map(|(entry, act)| (*entry, act)).collect()
    }
}

impl KeyAct {
    fn of(act: &RecordedAct) -> Self {
        let events = &act.act.events;
        let ended = |event: &Event| match event {
            Event::KeyRevoked(event) => Some(event.key),
            Event::KeyCompromised(event) => Some(event.key),
            _ => None,
        };
        let borrower = |event: &Event| match event {
            Event::RoleDelegated(event) => Some(event.to),
            _ => None,
        };
        Self {
            signers: vec![(act.seq, act.author)],
            brings: events.iter().flat_map(Event::new_keys).collect(),
            ends: events.iter().filter_map(ended).collect(),
            lends_to: events.iter().filter_map(borrower).collect(),
            membership: events.iter().any(is_membership),
            foreign: events.iter().find(|event| !is_about_keys(event)).map(Event::name),
        }
    }
}

/// The evidence under way.
struct Gathering<'a> {
    acts: BTreeMap<u64, &'a KeyAct>,
    state: &'a State,
    entries: BTreeSet<u64>,
    /// Keys that are still to be proven.
    keys: Vec<PublicKey>,
}

impl Gathering<'_> {
    /// Takes an act with all its signatures, and what it rests on.
    fn take(&mut self, entry: u64) -> Result<(), Unprovable> {
        let mut entries = vec![entry];
        while let Some(entry) = entries.pop() {
            let Some(act) = self.acts.get(&entry).copied() else { continue };
            // Entry 0 rests on the charter's fingerprint.
            if !self.entries.insert(entry) {
                continue;
            }
            if let Some(event) = act.foreign {
                return Err(Unprovable::Mixed { entry, event });
            }
            for (position, key) in &act.signers {
                self.entries.insert(*position);
                self.keys.push(*key);
            }
            if act.membership {
                entries.extend(self.behind_membership(entry, act));
            }
        }
        Ok(())
    }

    /// What an act about members rests on besides its signatures: who was a member, and who signed in a minister's
    /// place.
    fn behind_membership(&self, entry: u64, act: &KeyAct) -> Vec<u64> {
        let last = act.signers.iter().map(|(position, _)| *position).max().unwrap_or(entry);
        let minister =
            |key: &PublicKey| self.state.officer(key).is_some_and(|officer| officer.role == Role::Minister);
        let stands_in =
            |key: &PublicKey| act.signers.iter().any(|(_, signer)| signer == key) && !minister(key);
        let before = self.acts.range(..last);
        let needed = before.filter(|(_, known)| known.membership || known.lends_to.iter().any(stands_in));
        needed.map(|(position, _)| *position).collect()
    }
}
