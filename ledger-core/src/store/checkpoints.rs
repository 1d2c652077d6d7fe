//! The folder `checkpoints/` of a ledger: what was signed of its tree, each file named by the size of the tree.
//!
//! ```text
//! DIR/checkpoints/0 … DIR/checkpoints/1042      signed notes (C2SP tlog-checkpoint)
//! ```
//!
//! Evidence, not derived: nothing can make such a file again. This moves bytes; whether they are a checkpoint, of
//! this ledger, of this size and signed by whom, is for the layers above to say. A file is replaced when more
//! signatures have come to it, never removed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::durable::{self, NEW_SUFFIX};
use super::steps::{RealSteps, Steps};

/// Name of the folder in the ledger's folder, and in a bundle.
pub const NAME: &str = "checkpoints";
/// Most bytes of a signed checkpoint.
pub const MAX_CHECKPOINT_BYTES: usize = 1_000_000;

/// The signed checkpoints beside a ledger. The owner of the ledger's lock is the only one who writes.
#[derive(Debug, Clone)]
pub struct CheckpointFiles {
    folder: PathBuf,
}

impl CheckpointFiles {
    /// Those in the folder of a ledger or of a bundle. There need not be any, and opening makes nothing.
    pub fn open(folder: &Path) -> Self {
        Self { folder: folder.join(NAME) }
    }

    /// The sizes of which there is a signed checkpoint, ascending.
    ///
    /// # Errors
    /// [`StoreError::File`] names a file that does not belong here; [`StoreError::Io`].
    pub fn sizes(&self) -> Result<Vec<u64>, StoreError> {
        let unfit = |path, reason| StoreError::File { path, reason };
        match self.folder.symlink_metadata() {
            Ok(kind) if kind.is_dir() => {}
            Ok(_) => return Err(unfit(self.folder.clone(), "it is not a folder")),
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(StoreError::Io { what: "look at", path: self.folder.clone(), source }),
        }
        let mut sizes = Vec::new();
        for item in fs::read_dir(&self.folder).map_err(StoreError::io("list", &self.folder))? {
            let item = item.map_err(StoreError::io("list", &self.folder))?;
            let name = item.file_name();
            match (name.to_str(), name.to_str().and_then(size_of)) {
                (_, Some(size)) => sizes.push(size),
                // What a write that died has left. The next one of that size overwrites it.
                (Some(name), None) if name.strip_suffix(NEW_SUFFIX).and_then(size_of).is_some() => {}
                _ => return Err(unfit(item.path(), "its name is not the size of a checkpoint")),
            }
        }
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// The bytes of the signed checkpoint of that size; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::File`] when it is too long or no regular file; [`StoreError::Io`].
    pub fn read(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        durable::read_bounded(&self.path(size), MAX_CHECKPOINT_BYTES)
    }

    /// The signed checkpoint of the largest size, and the size.
    ///
    /// # Errors
    /// As [`sizes`](Self::sizes) and [`read`](Self::read).
    pub fn latest(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let Some(size) = self.sizes()?.pop() else { return Ok(None) };
        Ok(self.read(size)?.map(|bytes| (size, bytes)))
    }

    /// Keeps `bytes` as the signed checkpoint of that size, in place of what was there. Durable when it returns,
    /// the folder too. The ledger's folder must be there.
    ///
    /// # Errors
    /// [`StoreError::File`] when it is too long, or something else than the folder is in its place;
    /// [`StoreError::Io`].
    pub fn write(&self, size: u64, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_with(size, bytes, &mut RealSteps)
    }

    /// As [`write`](Self::write), with every step taken through `steps`.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_with(&self, size: u64, bytes: &[u8], steps: &mut dyn Steps) -> Result<(), StoreError> {
        let path = self.path(size);
        if bytes.len() > MAX_CHECKPOINT_BYTES {
            return Err(StoreError::File { path, reason: "a signed checkpoint has at most 1,000,000 bytes" });
        }
        durable::ensure_folder(&self.folder)?;
        durable::replace_with(&path, bytes, steps)?;
        // Always: whoever made the folder may have died before this.
        durable::sync_folder(self.folder.parent().unwrap_or(&self.folder), steps)
    }

    fn path(&self, size: u64) -> PathBuf {
        self.folder.join(size.to_string())
    }
}

/// The size that a name says: decimal, without leading zeros.
pub(super) fn size_of(name: &str) -> Option<u64> {
    name.parse().ok().filter(|size: &u64| size.to_string() == name)
}
