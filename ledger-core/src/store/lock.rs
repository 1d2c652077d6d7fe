//! The lock file: one writer at a time, and a good word for the second.
//!
//! sled locks its own file too, but answers "could not acquire lock" without a kind or a holder. So `LOCK`
//! in the ledger's folder comes first: writers hold it exclusively and leave their process id in it, those
//! who copy the folder to look at it hold it shared. The operating system lets go of it when the process
//! ends, however it ends; the file stays, and is no sign of anything.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use super::{Holder, StoreError};

/// Name of the lock file in the ledger's folder.
pub const NAME: &str = "LOCK";
/// How long a waiting process sleeps between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// The right to write to a folder; ends when it is dropped.
#[derive(Debug)]
pub struct WriteLock(File);

/// The right to copy a folder: while it is held nobody writes. Ends when it is dropped.
#[derive(Debug)]
pub struct ReadLock(File);

/// Takes the folder for writing; waits up to `wait` for whoever has it.
///
/// # Errors
/// [`StoreError::InUse`] when it is not free in time; [`StoreError::Io`].
pub fn write(folder: &Path, wait: Duration) -> Result<WriteLock, StoreError> {
    take(folder, &folder.join(NAME), wait)
}

/// Takes the lock file at `path`, wherever it is; waits up to `wait` for whoever has it. For what is not a ledger's
/// folder: errors name the file.
pub(super) fn file(path: &Path, wait: Duration) -> Result<WriteLock, StoreError> {
    take(path, path, wait)
}

fn take(folder: &Path, path: &Path, wait: Duration) -> Result<WriteLock, StoreError> {
    is_there(folder, path)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(StoreError::io("open", path))?;
    acquire(folder, path, &file, wait, File::try_lock)?;
    // The id only makes the message better: a disk too full to take it is no reason to stop here.
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| {
        let pid = std::process::id();
        file.write_all(format!("{pid}\n").as_bytes())
    });
    Ok(WriteLock(file))
}

/// Takes the folder for copying and changes nothing in it; waits up to `wait` for a writer. `None` when the
/// folder has no lock file: a copy on a read-only disk has no writer either.
///
/// # Errors
/// [`StoreError::InUse`] when a writer has it and does not end in time; [`StoreError::Io`].
pub fn read(folder: &Path, wait: Duration) -> Result<Option<ReadLock>, StoreError> {
    let path = folder.join(NAME);
    if !is_there(folder, &path)? {
        return Ok(None);
    }
    let file = File::open(&path).map_err(StoreError::io("open", &path))?;
    acquire(folder, &path, &file, wait, File::try_lock_shared)?;
    Ok(Some(ReadLock(file)))
}

// Both let go in so many words. Closing alone is not enough: a process that another thread has just forked
// still has our descriptor, until it runs its program.
impl Drop for WriteLock {
    fn drop(&mut self) {
        // An id that is no longer true would only mislead; that it stays after a crash is harmless.
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

impl Drop for ReadLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Whether there is a lock file; something else in its place, a link to elsewhere say, is refused.
fn is_there(folder: &Path, path: &Path) -> Result<bool, StoreError> {
    match path.symlink_metadata() {
        Ok(kind) if kind.is_file() => Ok(true),
        Ok(_) => {
            let reason = "its lock file is not a regular file".to_owned();
            Err(StoreError::Corrupt { folder: folder.to_owned(), reason })
        }
        Err(absent) if absent.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Io { what: "look at", path: path.to_owned(), source }),
    }
}

fn acquire(
    folder: &Path,
    path: &Path,
    file: &File,
    wait: Duration,
    try_lock: fn(&File) -> Result<(), TryLockError>,
) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        match try_lock(file) {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(source)) => {
                return Err(StoreError::Io { what: "lock", path: path.to_owned(), source });
            }
            Err(TryLockError::WouldBlock) if waited < wait => {
                std::thread::sleep(PAUSE);
                waited = waited.saturating_add(PAUSE);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { folder: folder.to_owned(), holder: holder(file) });
            }
        }
    }
}

/// Who stands in the way, as well as can be told: the answer may be old when it arrives.
fn holder(file: &File) -> Holder {
    if file.try_lock_shared().is_ok() {
        return Holder::Reader;
    }
    let mut text = String::new();
    let mut file = file;
    let read = file.rewind().and_then(|()| file.take(16).read_to_string(&mut text));
    Holder::Writer(read.ok().and_then(|_| text.strip_suffix('\n')?.parse().ok()))
}
