//! Every store is held to the same words.

use std::time::Duration;

use ledger_core::store::conformance::{Harness, anchor, check};
use ledger_core::store::faulty::{Faulty, Kept};
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::sled::SledStore;
use ledger_core::store::steps::Step;
use ledger_core::store::{Store, StoreError};

use super::support::{FailAt, copy_folder};

/// Memory: reopening is a copy of what is there.
struct Memory;

impl Harness for Memory {
    fn fresh(&mut self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(MemoryStore::new()))
    }

    fn reopen(&mut self, store: Box<dyn Store>) -> Result<Box<dyn Store>, StoreError> {
        let entries = store.read(0, usize::MAX)?;
        Ok(Box::new(MemoryStore::from_parts(entries, store.anchor())?))
    }

    fn with_tail(
        &mut self,
        acknowledged: &[Vec<u8>],
        tail: &[Vec<u8>],
    ) -> Result<Box<dyn Store>, StoreError> {
        let all = [acknowledged, tail].concat();
        Ok(Box::new(MemoryStore::from_parts(all, anchor(acknowledged.len() as u64))?))
    }
}

/// Folders: the tail comes from a commit whose head was never written.
struct Folders {
    root: tempfile::TempDir,
    count: usize,
}

impl Folders {
    fn next(&mut self) -> std::path::PathBuf {
        self.count += 1;
        self.root.path().join(self.count.to_string())
    }

    fn current(&self) -> std::path::PathBuf {
        self.root.path().join(self.count.to_string())
    }
}

impl Harness for Folders {
    fn fresh(&mut self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(SledStore::create(&self.next())?))
    }

    fn reopen(&mut self, store: Box<dyn Store>) -> Result<Box<dyn Store>, StoreError> {
        drop(store);
        Ok(Box::new(SledStore::open(&self.current(), Duration::ZERO)?))
    }

    fn with_tail(
        &mut self,
        acknowledged: &[Vec<u8>],
        tail: &[Vec<u8>],
    ) -> Result<Box<dyn Store>, StoreError> {
        let folder = self.next();
        let mut store = SledStore::create(&folder)?;
        for (position, entry) in (0..).zip(acknowledged) {
            store.commit(anchor(position), std::slice::from_ref(entry), anchor(position + 1))?;
        }
        drop(store);
        let size = acknowledged.len() as u64;
        let steps = Box::new(FailAt::before(Step::WriteHead));
        let mut store = SledStore::open_with(&folder, Duration::ZERO, steps)?;
        let failed = store.commit(anchor(size), tail, anchor(size + tail.len() as u64));
        assert!(matches!(failed, Err(StoreError::MustReopen { .. })), "{failed:?}");
        // The failed store keeps its folder until the process ends: go on in a copy, as after a crash.
        let copy = self.next();
        copy_folder(&folder, &copy);
        Ok(Box::new(SledStore::open(&copy, Duration::ZERO)?))
    }
}

#[test]
fn memory_keeps_the_promises() {
    check(&mut Memory).unwrap();
}

#[test]
fn sled_keeps_the_promises() {
    check(&mut Folders { root: tempfile::tempdir().unwrap(), count: 0 }).unwrap();
}

/// The wrapper that fails on purpose is a store like others until it fails.
#[test]
fn faulty_keeps_the_promises_until_it_fails() {
    struct Wrapped;
    impl Harness for Wrapped {
        fn fresh(&mut self) -> Result<Box<dyn Store>, StoreError> {
            let leave = MemoryStore::leave_tail;
            Ok(Box::new(Faulty::new(MemoryStore::new(), u64::MAX, Kept::Nothing, leave)))
        }

        fn reopen(&mut self, store: Box<dyn Store>) -> Result<Box<dyn Store>, StoreError> {
            Memory.reopen(store)
        }

        fn with_tail(&mut self, all: &[Vec<u8>], tail: &[Vec<u8>]) -> Result<Box<dyn Store>, StoreError> {
            Memory.with_tail(all, tail)
        }
    }
    check(&mut Wrapped).unwrap();
}

/// A commit that failed left nothing, some or all; the caller is told the same each time, and for good.
#[test]
fn faulty_leaves_what_it_was_told_to_leave() {
    let entries = vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()];
    for (kept, len, size) in [
        (Kept::Nothing, 1, 1),
        (Kept::Tail(0), 1, 1),
        (Kept::Tail(2), 3, 1),
        (Kept::Tail(9), 4, 1),
        (Kept::Everything, 4, 4),
    ] {
        let mut store = Faulty::new(MemoryStore::new(), 2, kept, MemoryStore::leave_tail);
        store.commit(anchor(0), &[b"0".to_vec()], anchor(1)).unwrap();
        store.read(0, 1).unwrap();
        for _ in 0..2 {
            let failed = store.commit(anchor(1), &entries, anchor(4));
            assert!(matches!(failed, Err(StoreError::MustReopen { .. })), "{failed:?}");
            assert_eq!((store.len(), store.anchor()), (1, anchor(1)), "the caller learns nothing");
        }
        assert!(store.has_failed());
        assert!(matches!(store.read(0, 1), Err(StoreError::MustReopen { .. })));
        let inner = store.into_inner();
        assert_eq!((inner.len(), inner.anchor()), (len, anchor(size)), "{kept:?}");
    }
}
