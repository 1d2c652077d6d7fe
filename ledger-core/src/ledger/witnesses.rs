//! Who signs checkpoints: the keys that the ledger itself names, as keys of signed notes, and what their signatures
//! under a checkpoint count for.
//!
//! A log operator's key signs under the ledger's name (`baltic.example/ledger`, type 0x01), a witness's cosigns under
//! the party beside it (`baltic.example/EE`, type 0x04). Parties are counted, not keys: a ministry
//! with two witnesses is one voice.
//!
//! A signature that holds does not always count:
//!
//! | the key | what it signed |
//! |---|---|
//! | active | counts, of a cosignature until the key's `valid_until` |
//! | rotated | counts: its holder vouched for the next key, nobody doubts this one |
//! | revoked | counts under checkpoints that do not yet contain the revocation |
//! | compromised | never counts, whatever time it names: who has the key chooses the time |

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::domain::party::{KeyRecord, KeyStatus};
use crate::domain::{Origin, Party, Role, State};

use super::checkpoint::SignedCheckpoint;
use super::note::{Algorithm, KeyName, NoteError, Verified, VerifierKey};

/// The keys under a ledger's checkpoints, as the ledger says at some size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointKeys {
    origin: Origin,
    keys: BTreeMap<VerifierKey, KeyRecord>,
}

/// Who signed a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Judged {
    /// True when a log operator's key signed, and its signature counts.
    pub log: bool,
    /// True when a log operator's key signed whose signature does not count.
    pub log_doubtful: bool,
    /// The parties whose witness cosigned, and when: in seconds since 1970 (POSIX), the earliest of each.
    pub cosigned: BTreeMap<Party, u64>,
    /// The cosignatures that hold and do not count, with the time that they name.
    pub doubtful: Vec<(Party, u64)>,
    /// Number of lines of keys that the ledger does not name.
    pub unknown: usize,
}

/// Why a checkpoint says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// It is another ledger's.
    #[error(
        "it is a checkpoint of {found:?}, this ledger is {expected}; take it to the ledger that it names"
    )]
    OtherLedger {
        /// The origin in the checkpoint.
        found: String,
        /// The origin of the ledger.
        expected: Origin,
    },
    /// A signature is false, or nobody signed whose key the ledger names.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl CheckpointKeys {
    /// The keys that `state`, of the ledger `origin`, names.
    pub fn of(state: &State, origin: &Origin) -> Self {
        let keys = state.checkpoint_keys().map(|(key, record)| {
            let (name, algorithm) = match record.role {
                Role::LogOperator => (KeyName::of_log(origin), Algorithm::Ed25519),
                _ => (KeyName::of_witness(origin, record.party), Algorithm::CosignatureV1),
            };
            (VerifierKey { name, algorithm, key: *key }, record.clone())
        });
        Self { origin: origin.clone(), keys: keys.collect() }
    }

    /// The ledger's name.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// All of them, whatever became of them: what they signed must hold.
    pub fn keys(&self) -> Vec<VerifierKey> {
        self.keys.keys().cloned().collect()
    }

    /// What the ledger says of a key.
    pub fn record_of(&self, key: &VerifierKey) -> Option<&KeyRecord> {
        self.keys.get(key)
    }

    /// The party that a key serves.
    pub fn party_of(&self, key: &VerifierKey) -> Option<Party> {
        self.record_of(key).map(|record| record.party)
    }

    /// The parties with at least one witness's key that is in use or was replaced.
    pub fn parties(&self) -> BTreeSet<Party> {
        let trusted = self.keys.values().filter(|record| {
            record.role == Role::Witness
                && matches!(record.status, KeyStatus::Active | KeyStatus::Rotated { .. })
        });
        trusted.map(|record| record.party).collect()
    }

    /// True when a signature that holds, under a checkpoint of this size, does not count: see the table above. Also
    /// when the ledger does not name the key.
    pub fn is_doubtful(&self, signature: &Verified, size: u64) -> bool {
        let Some(record) = self.record_of(&signature.key) else { return true };
        let ended = match record.status {
            KeyStatus::Active | KeyStatus::Rotated { .. } => false,
            // Entry n stands in the trees of more than n entries.
            KeyStatus::Revoked { entry } => size > entry,
            KeyStatus::Compromised { .. } => true,
        };
        ended || expired(record, signature.time)
    }

    /// Verifies the signatures under a checkpoint and says who signed, and what of it counts.
    ///
    /// # Errors
    /// It is another ledger's checkpoint; a named key's signature does not hold; no named key signed.
    pub fn judge(&self, signed: &SignedCheckpoint) -> Result<Judged, JudgeError> {
        let checkpoint = signed.checkpoint();
        if checkpoint.origin != self.origin.as_str() {
            let (found, expected) = (checkpoint.origin.clone(), self.origin.clone());
            return Err(JudgeError::OtherLedger { found, expected });
        }
        let opened = signed.note().open(&self.keys())?;
        let mut judged = Judged { unknown: opened.unknown, ..Judged::default() };
        for signature in &opened.by {
            let doubtful = self.is_doubtful(signature, checkpoint.size);
            let Some(party) = self.party_of(&signature.key) else { continue };
            match signature.time {
                None if doubtful => judged.log_doubtful = true,
                None => judged.log = true,
                Some(time) if doubtful => judged.doubtful.push((party, time)),
                Some(time) => {
                    let earliest = judged.cosigned.entry(party).or_insert(time);
                    *earliest = time.min(*earliest);
                }
            }
        }
        Ok(judged)
    }
}

/// True when a key had expired at the time, in seconds since 1970, that its cosignature names.
fn expired(record: &KeyRecord, time: Option<u64>) -> bool {
    let milliseconds = time.map(|seconds| seconds.saturating_mul(1_000));
    matches!((record.valid_until, milliseconds), (Some(until), Some(time)) if time >= until.as_millis())
}
