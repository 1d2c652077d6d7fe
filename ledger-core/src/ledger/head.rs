//! The head: all that one needs to extend the ledger, to check its next entry, or to make a checkpoint of it.

use serde::{Serialize, Serializer};

use crate::domain::{Digest, Origin, Timestamp};

use super::checkpoint::Checkpoint;
use super::tree::Frontier;

/// Size, last link, last time and tree of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The ledger's name; `None` before entry 0.
    pub origin: Option<Origin>,
    /// Number of entries, and so the position of the next one.
    pub size: u64,
    /// Link of the last entry; [`Digest::ZERO`] before entry 0.
    pub link: Digest,
    /// When the last entry was recorded.
    pub recorded_at: Option<Timestamp>,
    /// The right edge of the Merkle tree whose leaves are the links; shown as its root.
    #[serde(rename = "root", serialize_with = "as_root")]
    pub frontier: Frontier,
}

fn as_root<S: Serializer>(frontier: &Frontier, out: S) -> Result<S::Ok, S::Error> {
    frontier.root().serialize(out)
}

impl Head {
    /// The head of a ledger that has no entry.
    pub const EMPTY: Head =
        Head { origin: None, size: 0, link: Digest::ZERO, recorded_at: None, frontier: Frontier::EMPTY };

    /// Moves behind the next entry, whatever it is.
    pub fn advance(&mut self, link: Digest) {
        self.size = self.size.saturating_add(1);
        self.link = link;
        self.frontier.push(link);
    }

    /// The checkpoint that pins the ledger as it is here; `None` before entry 0.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let origin = self.origin.as_ref()?;
        Some(Checkpoint::new(origin.to_string(), self.size, self.frontier.root()))
    }
}
