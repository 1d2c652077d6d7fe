//! The head: all that one needs to extend the ledger or to check its next entry.

use serde::Serialize;

use crate::domain::{Digest, Origin, Timestamp};

/// Size, last link and last time of a ledger.
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
}

impl Head {
    /// The head of a ledger that has no entry.
    pub const EMPTY: Head = Head { origin: None, size: 0, link: Digest::ZERO, recorded_at: None };
}
