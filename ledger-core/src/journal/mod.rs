//! The conductor: it opens a store, replays it, appends to it, verifies it, and tells its history. It is the
//! only place where entries, rules and disk meet.
//!
//! ```text
//! append:  act ─ admit ─ seal ─ open ─ check ─ admit ─▶ store.commit ─▶ acknowledged
//! replay:  store.read ─ open ─ check ─ admit ─ advance ─▶ tip
//! verify:  store.read ─ open ─ check ─ admit ─ advance ─▶ report, and on after a finding
//! ```
//!
//! Time and keys come in as a [`Stamp`]; nothing here has a clock or a key of its own.

mod audit;
mod evidence;
mod history;
mod recorder;
mod replay;
mod sampling;

pub use audit::{Against, audit, audit_bundle, flaw_of_store, kept, verify};
pub use evidence::{
    copy, entry_bytes, export, fresh_hashes, hashes, keep_up, origin, prove, with_keys, with_keys_and,
};
pub use history::{Signed, Signing, Signings, Thread};
pub use recorder::Journal;
pub use replay::{Moment, Progress, Until, Visit, moments, replay};
pub use sampling::{Linked, Taken, linked, population};

use crate::domain::consent::Signer as MissingSignature;
use crate::domain::{ActId, Digest, Rejection, Timestamp};
use crate::ledger::Head;
use crate::ledger::entry::{SealError, Unopenable};
use crate::ledger::finding::Finding;
use crate::ledger::key_history::Unprovable;
use crate::ledger::signer::Signer;
use crate::ledger::tree::NoSuchNode;
use crate::store::{Anchor, StoreError};

/// Who signs, and what the time is: the only things of an append that do not come from the ledger or the act.
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    /// The officer's key.
    pub signer: &'a dyn Signer,
    /// The clock of the machine.
    pub now: Timestamp,
}

/// That an act was recorded, durably.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its position.
    pub entry: u64,
    /// Its link.
    pub link: Digest,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The author's own name for it.
    pub act: ActId,
    /// The signatures for which it waits; it has no effect before they are there.
    pub missing: Vec<MissingSignature>,
    /// True when it had been recorded before, and this is its first receipt again.
    pub repeated: bool,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the domain said no. Nothing was recorded.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What is in the store is not what was acknowledged.
    #[error("the ledger does not hold: {0}; verify it to see all findings")]
    Evidence(#[from] Finding),
    /// The entry that the act would make is one that no auditor would let pass. Nothing was recorded.
    #[error("nothing was recorded, because the entry would not hold: {0}")]
    Unfit(Finding),
    /// The act could not be made into an entry.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The machine's clock is behind the ledger.
    #[error(
        "the clock says {now}, but the last entry was recorded at {last}; set the clock right: \
         time in the ledger never goes back"
    )]
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// When the last entry was recorded.
        last: Timestamp,
    },
    /// Another act has this id.
    #[error("act {act} was recorded in entry {entry} with other content; give this act an id of its own")]
    ActIdTaken {
        /// The id.
        act: ActId,
        /// Where it stands.
        entry: u64,
    },
    /// An entry came after the checkpoint that is to prove it.
    #[error(
        "entry {entry} is not under the checkpoint of {size} entries; make a checkpoint now, or name a later one"
    )]
    NotUnder {
        /// The entry.
        entry: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The keys under a checkpoint cannot be proven by a few entries.
    #[error(transparent)]
    Unprovable(#[from] Unprovable),
    /// A hash of the tree is not there.
    #[error("the hashes of the tree end too early: {0}")]
    Node(#[from] NoSuchNode),
    /// A commit failed before, so nobody knows what the store holds.
    #[error(
        "the journal stopped after a failed commit; open the ledger again and look before you repeat the act"
    )]
    MustReopen,
}

fn anchor_of(head: &Head) -> Anchor {
    Anchor { size: head.size, link: head.link }
}

/// What is wrong with bytes that cannot be opened, at their position.
fn unopened(entry: u64, flaw: Unopenable) -> Finding {
    Finding { entry, code: flaw.code(), reason: flaw.reason }
}
