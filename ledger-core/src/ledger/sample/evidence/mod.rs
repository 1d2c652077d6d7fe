//! The bundle of evidence for a sample: one folder that holds without the ledger (domain.md 11.3, docs/sampling.md).
//!
//! ```text
//! manifest.json                      what is here, file by file with its SHA-256; its own digest names the bundle
//! sample.json                        the sample
//! population.txt                     the list of its population
//! consistency                        that the population's root leads to the root of the checkpoint; base64, a line a hash
//! <entry>/entry                      bytes of an act that was drawn
//! <entry>/entry.json                 the same, to be read
//! <entry>/proof.tlog-proof           that it stands under the checkpoint, with the keys from which that follows
//! <entry>/documents/<sha256>         documents that it binds
//! <entry>/external.csv               rows of other books that name it
//! linked/<entry>/…                   entry, entry.json and proof.tlog-proof of acts before and after
//! ```
//!
//! Nothing else is in the folder. Whether the population is the one that the rule gives, only the ledger says: that is
//! asked of `sample check`.

pub mod manifest;
pub mod readable;
pub mod verify;

use crate::domain::Digest;

use super::super::checkpoint::encode_hash;

pub use manifest::{BundledAct, BundledDocument, Found, Link, ListedFile, Manifest, Relation};
pub use readable::readable;
pub use verify::{Fault, Folder, Held, verify};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The sample's name.
pub const SAMPLE: &str = "sample.json";
/// The name of the population's list.
pub const POPULATION: &str = "population.txt";
/// The name of the proof from the population's root to the checkpoint's.
pub const CONSISTENCY: &str = "consistency";

/// The text of the proof from the population's root to the checkpoint's.
pub fn consistency_text(hashes: &[Digest]) -> String {
    hashes.iter().map(|hash| format!("{}\n", encode_hash(hash))).collect()
}

/// Where an act's files stand.
pub fn folder_of(entry: u64, drawn: bool) -> String {
    if drawn { entry.to_string() } else { format!("linked/{entry}") }
}
