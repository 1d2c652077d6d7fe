//! What the tests of the store share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ledger_core::store::conformance::{anchor, entry};
use ledger_core::store::sled::SledStore;
use ledger_core::store::steps::{Step, Steps};
use ledger_core::store::{Store, StoreError};

/// Records every step that was taken.
#[derive(Clone, Default)]
pub(super) struct Record(Arc<Mutex<Vec<Step>>>);

impl Record {
    pub(super) fn take_all(&self) -> Vec<Step> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Steps for Record {
    fn take(
        &mut self,
        step: Step,
        act: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        act()?;
        self.0.lock().unwrap().push(step);
        Ok(())
    }
}

/// Fails at an occasion of a step, and records what was tried after that.
pub(super) struct FailAt {
    step: Step,
    act_first: bool,
    skip: usize,
    /// Until this is true every step is taken.
    pub(super) armed: Arc<AtomicBool>,
    pub(super) after: Record,
    failed: bool,
}

impl FailAt {
    /// The step is not taken.
    pub(super) fn before(step: Step) -> Self {
        Self {
            step,
            act_first: false,
            skip: 0,
            armed: Arc::new(AtomicBool::new(true)),
            after: Record::default(),
            failed: false,
        }
    }

    /// The step is taken, and still fails.
    pub(super) fn after(step: Step) -> Self {
        Self { act_first: true, ..Self::before(step) }
    }

    /// Waits until it is armed.
    pub(super) fn sleeping(self) -> Self {
        self.armed.store(false, Ordering::Relaxed);
        self
    }

    /// Fails at the occasion after `skip` others.
    pub(super) fn skip(self, skip: usize) -> Self {
        Self { skip, ..self }
    }
}

impl Steps for FailAt {
    fn take(
        &mut self,
        step: Step,
        act: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.failed {
            self.after.0.lock().unwrap().push(step);
            return act();
        }
        if step != self.step || !self.armed.load(Ordering::Relaxed) {
            return act();
        }
        if self.skip > 0 {
            self.skip -= 1;
            return act();
        }
        if self.act_first {
            act()?;
        }
        self.failed = true;
        Err(StoreError::Io {
            what: "survive",
            path: PathBuf::from(format!("{step:?}")),
            source: std::io::Error::from_raw_os_error(5),
        })
    }
}

/// What a power cut or a kill leaves: the bytes as they are.
pub(super) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy_folder(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

/// Path, bytes and time of change of everything in a folder, folders too.
pub(super) type Picture = BTreeMap<PathBuf, (Option<Vec<u8>>, SystemTime)>;

pub(super) fn picture(folder: &Path) -> Picture {
    let mut picture = Picture::new();
    let changed = std::fs::symlink_metadata(folder).unwrap().modified().unwrap();
    picture.insert(folder.to_owned(), (None, changed));
    for item in std::fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_dir() {
            picture.extend(self::picture(&item.path()));
        } else {
            let changed = item.metadata().unwrap().modified().unwrap();
            picture.insert(item.path(), (Some(std::fs::read(item.path()).unwrap()), changed));
        }
    }
    picture
}

/// Commits `count` entries of `len` bytes, one by one.
pub(super) fn append(store: &mut dyn Store, count: u64, len: usize) {
    for _ in 0..count {
        let size = store.anchor().size;
        store.commit(anchor(size), &[entry(size, len)], anchor(size + 1)).unwrap();
    }
}

/// A closed ledger of `count` entries of `len` bytes.
pub(super) fn ledger(folder: &Path, count: u64, len: usize) {
    append(&mut SledStore::create(folder).unwrap(), count, len);
}

/// Takes sled's snapshots away, so that it must read its whole log when it opens.
pub(super) fn without_snapshots(folder: &Path) {
    for item in std::fs::read_dir(folder.join("entries")).unwrap().map(|item| item.unwrap().path()) {
        if item.file_name().unwrap().to_str().unwrap().starts_with("snap.") {
            std::fs::remove_file(item).unwrap();
        }
    }
}

pub(super) fn open(folder: &Path) -> Result<SledStore, StoreError> {
    SledStore::open(folder, Duration::ZERO)
}

/// The store holds `size` entries of the suite, acknowledged, with at most one commit behind them.
pub(super) fn check_sound(store: &dyn Store, size: u64, len: usize) {
    assert_eq!(store.anchor(), anchor(store.anchor().size));
    assert!(store.anchor().size >= size, "acknowledged entries are gone: {} of {size}", store.anchor().size);
    assert!(store.len() >= store.anchor().size);
    let read = store.read(0, usize::MAX).unwrap();
    assert_eq!(read.len() as u64, store.len());
    for (position, bytes) in (0..).zip(&read) {
        assert_eq!(*bytes, entry(position, len), "entry {position}");
    }
}
