//! What is looked at: a ledger's folder, by way of a copy, or a bundle as it is. No byte of either changes.

use std::path::Path;
use std::time::Duration;

use ledger_core::store::bundle::{BundleStore, CHECKPOINT_NAME};
use ledger_core::store::head_file;
use ledger_core::store::sled::{ENTRIES_NAME, SledStore};
use ledger_core::store::{Anchor, Store, StoreError};

use crate::error::CommandError;

/// A ledger that is opened to be read.
pub(crate) enum Looked {
    /// A copy of a ledger's folder.
    Folder(SledStore),
    /// A bundle.
    Bundle(BundleStore),
}

/// True when the folder is a bundle, whole or not, and no ledger's.
pub(crate) fn is_bundle(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    (has(CHECKPOINT_NAME) || has("tile")) && !has(head_file::NAME) && !has(ENTRIES_NAME)
}

impl Looked {
    /// Opens what is in `folder`.
    pub(crate) fn open(folder: &Path, wait: Duration) -> Result<Self, CommandError> {
        if is_bundle(folder) {
            return Ok(Self::Bundle(BundleStore::open(folder)?));
        }
        let scratch = std::env::temp_dir();
        let copy = SledStore::inspect(folder, &scratch, wait);
        copy.map(Self::Folder).map_err(|error| copying(error, &scratch))
    }

    /// As [`open`](Self::open), also when a part of it is missing.
    pub(crate) fn salvage(folder: &Path, wait: Duration) -> Result<Self, CommandError> {
        if is_bundle(folder) {
            return Ok(Self::Bundle(BundleStore::salvage(folder)?));
        }
        let scratch = std::env::temp_dir();
        let copy = SledStore::salvage(folder, &scratch, wait);
        copy.map(Self::Folder).map_err(|error| copying(error, &scratch))
    }

    fn store(&self) -> &dyn Store {
        match self {
            Self::Folder(store) => store,
            Self::Bundle(store) => store,
        }
    }
}

/// Reading works on a copy; where it is made is not what the caller asked about.
fn copying(error: StoreError, scratch: &Path) -> CommandError {
    match &error {
        StoreError::Io { path, .. } if path.starts_with(scratch) => CommandError::from(error)
            .hint("reading works on a copy of the ledger; set TMPDIR to a folder that has room for it"),
        _ => error.into(),
    }
}

impl Store for Looked {
    fn anchor(&self) -> Anchor {
        self.store().anchor()
    }

    fn len(&self) -> u64 {
        self.store().len()
    }

    fn is_vouched(&self) -> bool {
        self.store().is_vouched()
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store().read(from, max)
    }

    fn commit(&mut self, _: Anchor, _: &[Vec<u8>], _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn adopt_tail(&mut self, _: Anchor, _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }
}
