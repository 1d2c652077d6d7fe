//! A store that fails on purpose: for tests of what the layers above do when it is unknown whether a write
//! was kept.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Anchor, Store, StoreError};

/// What is on the disk after the operation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing of it.
    Nothing,
    /// All of it, the anchor too: only the answer was lost.
    Everything,
    /// The first so many entries, as a tail that the anchor does not count. When the operation is not a
    /// commit this is the same as [`Kept::Nothing`].
    Tail(usize),
}

/// Wraps a store, counts its operations (reads, commits and adoptions, from 0) and fails at one of them.
///
/// From then on every operation says [`StoreError::MustReopen`], as after a failed fsync. The test then
/// "reopens": [`into_inner`](Faulty::into_inner) gives back what is on the disk.
pub struct Faulty<S> {
    inner: S,
    fail_at: u64,
    kept: Kept,
    leave_tail: fn(&mut S, &[Vec<u8>]),
    done: AtomicU64,
    /// What the caller could know before the failure, and all that it is told after it.
    known: Option<(Anchor, u64)>,
}

impl<S: Store> Faulty<S> {
    /// Fails at operation `fail_at`, after which `kept` is on the disk. `leave_tail` puts entries behind the
    /// anchor of an `S`; it is only needed for [`Kept::Tail`] (see
    /// [`MemoryStore::leave_tail`](super::memory::MemoryStore::leave_tail)).
    pub fn new(inner: S, fail_at: u64, kept: Kept, leave_tail: fn(&mut S, &[Vec<u8>])) -> Self {
        Self { inner, fail_at, kept, leave_tail, done: AtomicU64::new(0), known: None }
    }

    /// Operations so far, the failing one and those after it included.
    pub fn operations(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// True when the failure has happened.
    pub fn has_failed(&self) -> bool {
        self.operations() > self.fail_at
    }

    /// What is on the disk.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Counts one operation. `None`: go on. `Some(true)`: this is the one that fails. `Some(false)`: it failed
    /// before.
    fn turn(&self) -> Option<bool> {
        let turn = self.done.fetch_add(1, Ordering::Relaxed);
        (turn >= self.fail_at).then_some(turn == self.fail_at)
    }

    fn failure(&self) -> StoreError {
        let source = io::Error::other("failure on purpose");
        let cause = StoreError::Io { what: "use", path: "the faulty store".into(), source };
        StoreError::MustReopen { cause: Arc::new(cause) }
    }
}

impl<S: Store> Store for Faulty<S> {
    fn anchor(&self) -> Anchor {
        self.known.map_or_else(|| self.inner.anchor(), |(anchor, _)| anchor)
    }

    fn len(&self) -> u64 {
        self.known.map_or_else(|| self.inner.len(), |(_, len)| len)
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        match self.turn() {
            None => self.inner.read(from, max),
            Some(_) => Err(self.failure()),
        }
    }

    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError> {
        let turn = self.turn();
        self.known = turn.map(|_| (self.anchor(), self.len()));
        match (turn, self.kept) {
            (None, _) => return self.inner.commit(expected, entries, next),
            // A refused commit leaves nothing behind, whatever was wanted.
            (Some(true), Kept::Everything) => drop(self.inner.commit(expected, entries, next)),
            (Some(true), Kept::Tail(count)) if expected == self.inner.anchor() => {
                (self.leave_tail)(&mut self.inner, entries.get(..count).unwrap_or(entries));
            }
            (Some(_), _) => {}
        }
        Err(self.failure())
    }

    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError> {
        let turn = self.turn();
        self.known = turn.map(|_| (self.anchor(), self.len()));
        match (turn, self.kept) {
            (None, _) => return self.inner.adopt_tail(expected, next),
            (Some(true), Kept::Everything) => drop(self.inner.adopt_tail(expected, next)),
            (Some(_), _) => {}
        }
        Err(self.failure())
    }
}
