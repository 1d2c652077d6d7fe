//! The reference store: a vector. What it does is what the words in [`Store`] mean.

use super::{Anchor, Store, StoreError, check_adopt, check_commit, check_size};

/// Keeps entries in memory. Cloning it is the copy of a folder.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    anchor: Anchor,
    entries: Vec<Vec<u8>>,
}

impl MemoryStore {
    /// A store without entries.
    pub fn new() -> Self {
        Self { anchor: Anchor::EMPTY, entries: Vec::new() }
    }

    /// A store as it would be found on disk: `entries`, of which `anchor` acknowledges the first
    /// `anchor.size`.
    ///
    /// # Errors
    /// [`StoreError::MissingEntries`] and [`StoreError::TailTooLong`], as when a folder is opened.
    pub fn from_parts(entries: Vec<Vec<u8>>, anchor: Anchor) -> Result<Self, StoreError> {
        check_size(anchor.size, u64::try_from(entries.len()).unwrap_or(u64::MAX))?;
        Ok(Self { anchor, entries })
    }

    /// The entries, acknowledged or not, and the anchor.
    pub fn into_parts(self) -> (Vec<Vec<u8>>, Anchor) {
        (self.entries, self.anchor)
    }

    /// Leaves `entries` as the tail of a commit that was never acknowledged, as a crash would.
    pub fn leave_tail(&mut self, entries: &[Vec<u8>]) {
        self.entries.extend_from_slice(entries);
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn anchor(&self) -> Anchor {
        self.anchor
    }

    fn len(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(self.entries.iter().skip(from).take(max).cloned().collect())
    }

    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError> {
        check_commit(self.anchor, self.len(), expected, entries, next)?;
        self.entries.extend_from_slice(entries);
        self.anchor = next;
        Ok(())
    }

    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError> {
        check_adopt(self.anchor, self.len(), expected, next)?;
        self.anchor = next;
        Ok(())
    }
}
