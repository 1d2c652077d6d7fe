//! The evidence: bytes, entries, the gate, the auditor and the journal, and what attackers do to them.

mod attacks;
mod c2sp;
mod codec;
mod coverage;
mod crash;
mod ed25519;
mod fields;
mod fixtures;
mod fork;
mod format_doc;
mod gate;
mod interval;
mod journal;
mod keyring;
mod layering;
mod model;
mod notes;
pub(crate) mod policy;
mod replay;
mod small;
mod state_digest;
mod story;
mod tree;
mod vectors;
pub(crate) mod witness;
mod witnesses;
mod world;
