//! Keys without the ledger: what a few entries prove to whoever knows the charter's fingerprint and nothing else.
//!
//! The entries are the founding, and those from which the keys follow ([`KeyHistory`](super::key_history::KeyHistory)):
//! enrolments, their countersignatures, the enrolments of those who signed them. Each is opened as at the gate, with its
//! signature; then the rules of the ledger are asked, in order, as if these entries were all there is.
//!
//! What it shows: two ministries named each key, each by a registrar whom two ministries had named, up to the root keys
//! that all founders signed. Nobody else can have written it.
//!
//! What it cannot show: what was left out. A key of this ring may have been revoked, replaced or compromised by an entry
//! that is not here, and so may the key of a registrar who enrolled it; two registrars' keys that were stolen and
//! revoked can still enrol here. Nor that these entries stand in the ledger: for that there are proofs of inclusion. Who
//! must know the latest asks the ledger, or the ministries.

use std::collections::BTreeSet;

use crate::domain::{ActId, Digest, Event, Officer, Origin, PublicKey, State, Timestamp};

use super::entry::{Body, OpenedEntry, RawEntry, Signatures, Unopenable, VerifiedEntry};
use super::finding::{Finding, Flaw};
use super::key_history::is_about_keys;
use super::tip::{broken_rule, genesis_flaw, unsigned_accessions, unsound_keys};
use super::witnesses::CheckpointKeys;

/// Most entries that are taken as evidence of keys.
pub const MAX_EVIDENCE: usize = 4_096;

/// Why entries prove no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// There is no entry.
    #[error(
        "there are no entries that prove the keys; ask for a proof that brings them, or give the keys yourself"
    )]
    Empty,
    /// There are more than anybody needs.
    #[error(
        "{0} entries are to prove the keys, at most {MAX_EVIDENCE} are read; ask for the ones that are needed"
    )]
    TooMany(usize),
    /// One is no entry that its author signed.
    #[error("number {number} of the entries that prove the keys cannot be opened: {flaw}")]
    Unopenable {
        /// Its place among them, from 1.
        number: usize,
        /// What is wrong with it.
        flaw: Unopenable,
    },
    /// One does not belong where it stands, or the rules of the ledger refuse it.
    #[error("the entries do not prove the keys: {0}")]
    Flawed(#[from] Finding),
    /// One is about something else.
    #[error("entry {entry} records a {event}, which says nothing of keys; leave it out")]
    Foreign {
        /// The entry.
        entry: u64,
        /// The kind of event.
        event: &'static str,
    },
}

/// The keys that entries prove.
#[derive(Debug, Clone)]
pub struct Keyring {
    origin: Origin,
    state: State,
    acts: BTreeSet<ActId>,
    last: Last,
}

/// The entry that was taken last.
#[derive(Debug, Clone, Copy)]
struct Last {
    seq: u64,
    link: Digest,
    recorded_at: Timestamp,
}

impl Last {
    fn of(entry: &OpenedEntry) -> Self {
        Self { seq: entry.body.seq, link: entry.link, recorded_at: entry.body.recorded_at }
    }
}

impl Keyring {
    /// Takes entries as evidence of keys: the founding of the ledger whose charter has this fingerprint, then, in the
    /// order of their positions, others about keys.
    ///
    /// # Errors
    /// The first that is not what it must be.
    pub fn from_evidence(entries: &[Vec<u8>], charter: Digest) -> Result<Self, KeyringError> {
        if entries.len() > MAX_EVIDENCE {
            return Err(KeyringError::TooMany(entries.len()));
        }
        let mut entries = (1..).zip(entries);
        let Some((number, founding)) = entries.next() else { return Err(KeyringError::Empty) };
        let mut ring = Self::founded(open(number, founding)?, charter)?;
        for (number, bytes) in entries {
            ring.take(open(number, bytes)?)?;
        }
        Ok(ring)
    }

    /// The ledger's name.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The keys under checkpoints that are proven.
    pub fn checkpoint_keys(&self) -> CheckpointKeys {
        CheckpointKeys::of(&self.state, &self.origin)
    }

    /// The officer whose key this is, if that is proven. Whether the key still signs is not.
    pub fn officer(&self, key: &PublicKey) -> Option<Officer> {
        self.state.officer(key)
    }

    fn founded(entry: OpenedEntry, charter: Digest) -> Result<Self, KeyringError> {
        let body = &entry.body;
        let flaw = |flaw, reason: String| Err(Finding::flaw(body.seq, flaw, reason));
        if body.seq != 0 || body.previous != Digest::ZERO {
            flaw(Flaw::Sequence, "the first entry is not entry 0, the founding of the ledger".into())?;
        }
        if let Some(reason) = genesis_flaw(&entry, Some(charter)) {
            flaw(Flaw::Genesis, reason)?;
        }
        let mut ring = Self {
            origin: body.origin.clone(),
            state: State::new(),
            acts: BTreeSet::new(),
            last: Last::of(&entry),
        };
        ring.enter(entry)?;
        Ok(ring)
    }

    /// Takes the next entry, if it can follow behind the last one.
    fn take(&mut self, entry: OpenedEntry) -> Result<(), KeyringError> {
        let (body, last) = (&entry.body, self.last);
        let flaw = |flaw, reason: String| Err(Finding::flaw(body.seq, flaw, reason));
        if body.origin != self.origin {
            flaw(Flaw::Origin, format!("it belongs to ledger {}, this is {}", body.origin, self.origin))?;
        }
        if body.seq <= last.seq {
            flaw(Flaw::Sequence, format!("it stands behind entry {}", last.seq))?;
        }
        let neighbours = body.seq == last.seq.saturating_add(1);
        if neighbours && body.previous != last.link {
            let (previous, link) = (body.previous, last.link);
            flaw(Flaw::Link, format!("it follows an entry with link {previous}, not {link}"))?;
        }
        if body.recorded_at < last.recorded_at {
            let (at, before) = (body.recorded_at, last.recorded_at);
            flaw(Flaw::TimeBack, format!("recorded at {at}, an entry before at {before}"))?;
        }
        self.last = Last::of(&entry);
        self.enter(entry)
    }

    /// Asks the rules, and takes the entry in.
    fn enter(&mut self, entry: OpenedEntry) -> Result<(), KeyringError> {
        let seq = entry.body.seq;
        require_intact(&entry.body)?;
        if !self.acts.insert(entry.body.act.id) {
            let reason = format!("act {} stands twice", entry.body.act.id);
            return Err(Finding::flaw(seq, Flaw::Repeated, reason).into());
        }
        let entry = VerifiedEntry::at(seq, entry);
        // Not `admit`: when an event occurred, as its author says, is measured by a tolerance that the ministries may have
        // agreed on in an entry that is not here. No key hangs on it.
        let admitted =
            self.state.admit_events(entry.act()).map_err(|rejection| broken_rule(seq, &rejection))?;
        self.state.apply(entry.act(), admitted);
        Ok(())
    }
}

fn open(number: usize, bytes: &[u8]) -> Result<OpenedEntry, KeyringError> {
    let opened = RawEntry::new(bytes.to_vec()).open(Signatures::Verify);
    opened.map_err(|flaw| KeyringError::Unopenable { number, flaw })
}

/// Refuses an entry that is wrong by itself, or about something else.
fn require_intact(body: &Body) -> Result<(), KeyringError> {
    let entry = body.seq;
    if let Some(event) = body.act.events.iter().find(|event| !is_about_keys(event)).map(Event::name) {
        return Err(KeyringError::Foreign { entry, event });
    }
    let first = |reasons: Vec<String>| reasons.into_iter().next();
    let unsound = first(unsound_keys(body)).map(|reason| Finding::flaw(entry, Flaw::UnsoundKey, reason));
    let unsigned =
        first(unsigned_accessions(body)).map(|reason| Finding::flaw(entry, Flaw::Accession, reason));
    match unsound.or(unsigned) {
        Some(finding) => Err(finding.into()),
        None => Ok(()),
    }
}
