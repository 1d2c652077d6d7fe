//! Where the entries are kept: bytes in, bytes out, durable and in order.
//!
//! A store moves bytes and knows no rule: it never decodes an entry, never hashes one, and has no verb to
//! change or delete. What it promises is about order, races and durability only; that is written at each
//! method and proved for every store by [`conformance`].

pub mod conformance;

use crate::domain::Digest;

/// The end of the log as the store was told it: how many entries, and the link of the last one.
///
/// For an empty log: size 0 and [`Digest::ZERO`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Number of entries that were acknowledged.
    pub size: u64,
    /// Link of entry `size - 1`.
    pub link: Digest,
}

impl Anchor {
    /// The anchor of a log without entries.
    pub const EMPTY: Anchor = Anchor { size: 0, link: Digest::ZERO };
}

/// Most entries that one commit may carry. sled with our fsync was sound in every simulated power cut up to
/// this size and not beyond it.
pub const MAX_COMMIT_ENTRIES: usize = 200;
/// Most bytes of entries that one commit may carry, unless it carries one entry alone.
pub const MAX_COMMIT_BYTES: usize = 128 * 1024;

/// Keeps entries.
pub trait Store {
    /// The acknowledged end of the log. Never goes back, not even when the process or the power fails after
    /// a [`commit`](Store::commit) returned `Ok`.
    fn anchor(&self) -> Anchor;

    /// How many entries are there to read. At most one commit more than the anchor says: the tail of a commit
    /// whose acknowledgement never reached anybody.
    fn len(&self) -> u64;

    /// True when no entry is there to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of at most `max` entries from position `from` on, in order and without gaps; empty when
    /// `from` is at or behind the end.
    ///
    /// # Errors
    /// The disk could not be read, or a position in between is absent.
    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Appends `entries` behind `expected` and makes `next` the anchor: compare-and-swap on the end of the
    /// log. All of it is durable, through a power cut too, when `Ok` comes back; until then none of it is
    /// acknowledged. One commit carries at most [`MAX_COMMIT_ENTRIES`] entries and [`MAX_COMMIT_BYTES`].
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the log does not end at `expected`: nothing was written.
    /// [`StoreError::MustReopen`] for good after any write, flush or fsync failed: what reached the disk is
    /// then unknown until the store is opened again.
    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError>;

    /// Takes the tail behind the anchor into the log: its entries were checked by the caller, and `next` is
    /// the anchor that they give. Durable when it returns.
    ///
    /// # Errors
    /// As [`commit`](Store::commit).
    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError>;
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else's entries came first, or the caller's picture is old.
    #[error("the log ends at {} entries, not at {} as expected", .actual.size, .expected.size)]
    Conflict {
        /// What the caller believed.
        expected: Anchor,
        /// What is so.
        actual: Anchor,
    },
}
