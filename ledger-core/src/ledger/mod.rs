//! How the history is made evident. Pure: bytes, digests, signatures.
//!
//! An act becomes an [`entry`] in canonical [bytes](codec), signed by its [author](signer) and linked to
//! the entry before it. The [`tip`] is the one gate that every entry passes, whether a clerk appends it, a
//! job replays it or an [auditor](audit) verifies it.
//!
//! Over all entries stands a [Merkle tree](tree), whose size and root a [checkpoint] says in three lines. The log and
//! the ministries' [witnesses] sign it as a [note]; a [proof] leads from one entry to it, and a [keyring] from the
//! charter to the keys under it.

pub mod accession;
pub mod audit;
pub mod charter;
pub mod checkpoint;
pub mod codec;
mod day_ends;
pub mod digest;
pub mod entry;
pub mod finding;
pub mod fork;
pub mod head;
pub mod interval;
pub mod key_history;
pub mod keyring;
pub mod keys;
pub mod note;
pub mod policy;
pub mod proof;
pub mod shown;
pub mod signer;
pub mod state_digest;
pub mod tile;
pub mod tip;
pub mod tree;
pub mod witness;
pub mod witnesses;

pub use audit::{Auditor, Report};
pub use entry::{RawEntry, Signatures, VerifiedEntry};
pub use finding::{Code, Finding, Flaw};
pub use head::Head;
pub use signer::{SeedSigner, Signer, SignerError};
pub use tip::{Expectations, Tip};
