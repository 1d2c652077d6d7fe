//! What a key that signs checkpoints signed last, kept so that it never signs two histories.
//!
//! One file: the signed checkpoint, as bytes; what they mean is the ledger layer's business
//! ([`Witness::resume`](crate::ledger::witness::Witness::resume)). Beside it `<name>.lock`, which a [`Memory`] holds
//! exclusively from before it reads the file until it is dropped: between the look at the last checkpoint and the
//! writing of the next one there is nobody else, so looking and keeping are one (C2SP tlog-witness).
//!
//! The file is put in its place as a whole ([`durable`]). Killed before the rename, the old checkpoint stands;
//! after it, the new one; either way nobody has a signature that is not remembered, if signatures are given out only
//! after [`remember`](Memory::remember) returned `Ok`.
//!
//! Only a file that is not there means "nothing signed yet". A file that is empty, cut or damaged never does: whatever
//! is in it is handed on, and refused above. That the file was removed, or an old copy brought back, this module cannot
//! see; the checkpoints that the ledger keeps can tell
//! ([`Witness::compare`](crate::ledger::witness::Witness::compare)).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::lock::{self, WriteLock};
use super::steps::{RealSteps, Steps};
use super::{StoreError, durable};

/// What the name of the lock ends in.
pub const LOCK_SUFFIX: &str = ".lock";
/// Longest memory, in bytes: a short checkpoint and a signature.
pub const MAX_BYTES: usize = 100_000;

/// The memory of one signing key, held alone.
pub struct Memory {
    path: PathBuf,
    latest: Option<Vec<u8>>,
    steps: Box<dyn Steps>,
    stopped: Option<Arc<StoreError>>,
    /// Let go of when the memory is dropped.
    _lock: WriteLock,
}

impl Memory {
    /// Opens the memory at `path`, in a folder that is there; waits up to `wait` for whoever has it.
    ///
    /// # Errors
    /// [`StoreError::MemoryInUse`], [`StoreError::Memory`] when it is not a file as it must be, [`StoreError::Io`].
    pub fn open(path: &Path, wait: Duration) -> Result<Self, StoreError> {
        Self::open_with(path, wait, Box::new(RealSteps))
    }

    /// As [`open`](Self::open), with every step of [`remember`](Self::remember) taken through `steps`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: &Path, wait: Duration, steps: Box<dyn Steps>) -> Result<Self, StoreError> {
        let path = in_a_folder(path);
        let mut lock_path: OsString = path.as_os_str().to_owned();
        lock_path.push(LOCK_SUFFIX);
        let lock = lock::file(Path::new(&lock_path), wait).map_err(|error| match error {
            StoreError::InUse { holder, .. } => StoreError::MemoryInUse { path: path.clone(), holder },
            StoreError::Corrupt { .. } => {
                StoreError::Memory { path: path.clone(), reason: "its lock is not a regular file" }
            }
            other => other,
        })?;
        let latest = durable::read_bounded(&path, MAX_BYTES).map_err(of_memory)?;
        Ok(Self { path, latest, steps, stopped: None, _lock: lock })
    }

    /// What was remembered last; `None` before the first time.
    pub fn latest(&self) -> Option<&[u8]> {
        self.latest.as_deref()
    }

    /// Remembers `bytes` in the place of what was remembered before, durably when it returns.
    ///
    /// # Errors
    /// [`StoreError::MustReopen`] for good after the first failure: which of the two is on the disk is then unknown,
    /// and nothing may be signed until the memory was opened again. [`StoreError::Memory`] when the bytes are more
    /// than a memory can have: then nothing was written.
    pub fn remember(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        if let Some(cause) = &self.stopped {
            return Err(StoreError::MustReopen { cause: Arc::clone(cause) });
        }
        if bytes.len() > MAX_BYTES {
            let reason = "what it is to remember is longer than 100,000 bytes";
            return Err(StoreError::Memory { path: self.path.clone(), reason });
        }
        match durable::replace_with(&self.path, bytes, self.steps.as_mut()) {
            Ok(()) => {
                self.latest = Some(bytes.to_vec());
                Ok(())
            }
            Err(error) => {
                let cause = Arc::new(error);
                self.stopped = Some(Arc::clone(&cause));
                Err(StoreError::MustReopen { cause })
            }
        }
    }
}

/// The path with its folder: that of a bare name could not be opened to be synced.
fn in_a_folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new(".").join(path),
        _ => path.to_owned(),
    }
}

/// Other files are moved away when they are damaged; this one must not be.
fn of_memory(error: StoreError) -> StoreError {
    match error {
        StoreError::File { path, reason } => StoreError::Memory { path, reason },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_one_of_this_folder() {
        assert_eq!(in_a_folder(Path::new("memory")), Path::new("./memory"));
        assert_eq!(in_a_folder(Path::new("keys/memory")), Path::new("keys/memory"));
        assert_eq!(in_a_folder(Path::new("/memory")), Path::new("/memory"));
    }
}
