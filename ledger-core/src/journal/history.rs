//! Telling the history: which entries belong to a thing, and who signed each in the end.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::domain::consent::Signer as MissingSignature;
use crate::domain::station::{Positions, Shift, shifts};
use crate::domain::subject::relied_on;
use crate::domain::{Event, Officer, Party, PublicKey, Role, Subject};

use super::Visit;

/// Picks the entries of one thing's history: those about it, those that went ahead on it, those that countersign or
/// refuse them, and of an item every entry after which it stands elsewhere.
#[derive(Debug)]
pub struct Thread {
    subject: Subject,
    entries: BTreeSet<u64>,
    /// Where the item stood after the last entry, if it is one.
    stood: Positions,
    moved: Vec<Shift>,
}

impl Thread {
    /// The history of `subject`.
    pub const fn of(subject: Subject) -> Self {
        Self { subject, entries: BTreeSet::new(), stood: Positions::new(), moved: Vec::new() }
    }

    /// True when the entry belongs to the history. Every entry is to be shown, in order.
    pub fn takes(&mut self, visit: &Visit<'_>) -> bool {
        let position = visit.entry.act().seq;
        self.moved = self.shifts(visit);
        let subjects = visit.subjects();
        let about = !self.moved.is_empty()
            || self.subject == Subject::Entry(position)
            || subjects.contains(&self.subject)
            || self.is_relied_on(position, visit, &subjects)
            || subjects
                .iter()
                .any(|subject| matches!(subject, Subject::Entry(seq) if self.entries.contains(seq)));
        if about {
            self.entries.insert(position);
        }
        about
    }

    /// What the last entry that was shown changed of where the item stands.
    pub fn moved(&self) -> &[Shift] {
        &self.moved
    }

    fn shifts(&mut self, visit: &Visit<'_>) -> Vec<Shift> {
        let Subject::Item(id) = &self.subject else { return Vec::new() };
        let nothing = Positions::new();
        let stands = visit.state.item(id).map_or(&nothing, |stock| &stock.positions);
        if *stands == self.stood {
            return Vec::new();
        }
        let moved = shifts(&self.stood, stands);
        self.stood.clone_from(stands);
        moved
    }

    /// True when the entry, or the act that it gives its effect, went ahead on this authorisation or crisis.
    fn is_relied_on(&self, position: u64, visit: &Visit<'_>, subjects: &BTreeSet<Subject>) -> bool {
        if !matches!(self.subject, Subject::Authorisation(_) | Subject::Crisis(_)) {
            return false;
        }
        let acts = subjects.iter().filter_map(|subject| match subject {
            Subject::Entry(seq) => Some(*seq),
            _ => None,
        });
        std::iter::once(position)
            .chain(acts)
            .any(|act| relied_on(visit.state, act).any(|subject| subject == self.subject))
    }
}

/// A signature, by an entry of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The entry.
    pub entry: u64,
    /// The officer's party.
    pub party: Option<Party>,
    /// The officer's role.
    pub role: Option<Role>,
    /// The officer's key.
    pub key: PublicKey,
}

impl Signed {
    /// The signature of the author of an entry.
    pub fn author(visit: &Visit<'_>) -> Self {
        let (act, officer): (_, Option<Officer>) = (visit.entry.act(), visit.officer());
        Self {
            entry: act.seq,
            party: officer.map(|officer| officer.party),
            role: officer.map(|officer| officer.role),
            key: act.author,
        }
    }
}

/// What became of an act that waited for signatures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signing {
    /// The signatures for which it waited when it was recorded.
    pub asked: Vec<MissingSignature>,
    /// Those that were given, in their order.
    pub countersigned: Vec<Signed>,
    /// Who refused it, or withdrew it.
    pub refused: Option<Signed>,
    /// The entry whose signature gave it its effect.
    pub in_effect_since: Option<u64>,
}

/// Who signed what in the end: of the acts that had to wait for a signature, and of them alone. An act that never waited
/// costs nothing here.
#[derive(Debug, Default)]
pub struct Signings {
    acts: BTreeMap<u64, Signing>,
}

impl Signings {
    /// Takes an entry in. Every entry is to be shown, in order.
    pub fn note(&mut self, visit: &Visit<'_>) {
        let act = visit.entry.act();
        if !visit.missing.is_empty() {
            let waits = Signing { asked: visit.missing.to_vec(), ..Signing::default() };
            self.acts.insert(act.seq, waits);
            return;
        }
        match act.act.events.as_slice() {
            [Event::ActCountersigned(event)] => {
                if let Some(signing) = self.acts.get_mut(&event.entry) {
                    signing.countersigned.push(Signed::author(visit));
                    // The last signature takes the act from those that wait.
                    let waits = visit.state.waiting(event.entry).is_some();
                    signing.in_effect_since = (!waits).then_some(act.seq);
                }
            }
            [Event::ActRefused(event)] => {
                if let Some(signing) = self.acts.get_mut(&event.entry) {
                    signing.refused = Some(Signed::author(visit));
                }
            }
            _ => {}
        }
    }

    /// What became of the act at `entry`, if it ever waited.
    pub fn of(&self, entry: u64) -> Option<&Signing> {
        self.acts.get(&entry)
    }
}
