//! Where the entries are kept: bytes in, bytes out, durable and in order.
//!
//! A store moves bytes and knows no rule: it never decodes an entry, never hashes one, and has no verb to
//! change or delete. What it promises is about order, races and durability only; that is written at each
//! method and proved for every store by [`conformance`].
//!
//! - [`sled::SledStore`] keeps a ledger in a folder and is the one in use; no other file names sled.
//! - [`memory::MemoryStore`] is the reference: what it does is what the words below mean.
//! - [`head_file`] and [`lock`] are what stands beside sled in the folder; [`steps`] names every step to durable.
//! - [`bundle`] reads and writes a ledger as a folder of tiles, for whoever has no such program; [`nodes`] keeps
//!   the tree's hashes, [`checkpoints`] what was signed of them, [`durable`] is how such files are put in place.
//! - [`witness_memory`] remembers what a key that signs checkpoints signed last.
//! - [`faulty::Faulty`] fails on purpose, so that the layers above can be tested against crashes.

pub mod bundle;
pub mod checkpoints;
pub mod conformance;
pub mod durable;
pub mod evidence;
pub mod faulty;
pub mod head_file;
pub mod lock;
pub mod memory;
pub mod nodes;
pub mod sled;
pub mod steps;
pub mod witness_memory;

use std::path::PathBuf;
use std::sync::Arc;
use std::{fmt, io};

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
/// Most bytes of one entry: the format's own limit, so that no store is ever handed a value that it keeps by
/// other means than the rest.
pub use crate::ledger::entry::MAX_ENTRY_BYTES;

/// Keeps entries.
///
/// One process writes at a time. The owner of a `Store` is its only writer; who shares it puts a lock
/// around it.
pub trait Store {
    /// The acknowledged end of the log. Never goes back, not even when the process or the power fails after
    /// a [`commit`](Store::commit) returned `Ok`.
    fn anchor(&self) -> Anchor;

    /// How many entries are there to read. At most one commit more than the anchor says: the tail of a commit
    /// whose acknowledgement never reached anybody.
    fn len(&self) -> u64;

    /// True when this program alone writes the anchor, after it verified every entry up to it: who then follows the links
    /// to it need not verify their signatures again. False for what comes from elsewhere, such as a bundle.
    fn is_vouched(&self) -> bool {
        true
    }

    /// True when no entry is there to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of the entries from position `from` on, in order and without gaps: `max` of them, or as many
    /// as there are; empty when `from` is at or behind the end.
    ///
    /// # Errors
    /// The disk could not be read, or a position in between is absent: then no bytes at all come back.
    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Appends `entries` behind `expected` and makes `next` the anchor: compare-and-swap on the end of the
    /// log. All of it is durable, through a power cut too, when `Ok` comes back; until then none of it is
    /// acknowledged. One commit carries at most [`MAX_COMMIT_ENTRIES`] entries and [`MAX_COMMIT_BYTES`], and
    /// no entry is above [`MAX_ENTRY_BYTES`]. A commit of nothing from an anchor to itself does nothing.
    ///
    /// When the process or the power fails on the way, the log afterwards ends at `expected` with none, some
    /// (from the first on) or all of `entries` behind it as a tail, or at `next`; nothing else.
    ///
    /// # Errors
    /// In this order. [`StoreError::MustReopen`] for good after any write, flush or fsync failed: what reached
    /// the disk is then unknown until the store is opened again. [`StoreError::ReadOnly`].
    /// [`StoreError::Conflict`] when the log does not end at `expected`, [`StoreError::TailPending`] when a
    /// tail has to be adopted first, [`StoreError::WrongSize`], [`StoreError::TooLarge`]: with these four
    /// nothing was written and the store goes on.
    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError>;

    /// Takes the tail behind the anchor into the log: its entries were checked by the caller, and `next` is
    /// the anchor that they give. Takes all of the tail. Durable when it returns. Without a tail, from an
    /// anchor to itself, it does nothing.
    ///
    /// # Errors
    /// As [`commit`](Store::commit), without [`StoreError::TailPending`].
    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError>;
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn anchor(&self) -> Anchor {
        (**self).anchor()
    }

    fn len(&self) -> u64 {
        (**self).len()
    }

    fn is_vouched(&self) -> bool {
        (**self).is_vouched()
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        (**self).read(from, max)
    }

    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError> {
        (**self).commit(expected, entries, next)
    }

    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError> {
        (**self).adopt_tail(expected, next)
    }
}

/// The refusals of [`Store::commit`] that need no disk, in their order of precedence: one place, so that all
/// stores say the same. `actual` is the store's anchor, `len` what it can read.
fn check_commit(
    actual: Anchor,
    len: u64,
    expected: Anchor,
    entries: &[Vec<u8>],
    next: Anchor,
) -> Result<(), StoreError> {
    if expected != actual {
        return Err(StoreError::Conflict { expected, actual });
    }
    if len != actual.size {
        return Err(StoreError::TailPending { acknowledged: actual.size, have: len });
    }
    let count = u64::try_from(entries.len()).ok();
    let size = count.and_then(|count| actual.size.checked_add(count));
    if size != Some(next.size) || (entries.is_empty() && next != actual) {
        return Err(StoreError::WrongSize { size: size.unwrap_or(u64::MAX), next: next.size });
    }
    let bytes = entries.iter().fold(0_usize, |sum, entry| sum.saturating_add(entry.len()));
    let largest = entries.iter().map(Vec::len).max().unwrap_or(0);
    if entries.len() > MAX_COMMIT_ENTRIES
        || largest > MAX_ENTRY_BYTES
        || (entries.len() > 1 && bytes > MAX_COMMIT_BYTES)
    {
        return Err(StoreError::TooLarge { entries: entries.len(), bytes, largest });
    }
    Ok(())
}

/// The refusals of [`Store::adopt_tail`] that need no disk.
fn check_adopt(actual: Anchor, len: u64, expected: Anchor, next: Anchor) -> Result<(), StoreError> {
    if expected != actual {
        return Err(StoreError::Conflict { expected, actual });
    }
    if next.size != len || (len == actual.size && next != actual) {
        return Err(StoreError::WrongSize { size: len, next: next.size });
    }
    Ok(())
}

/// What opening compares: the acknowledged size with the number of entries that are there.
fn check_size(acknowledged: u64, have: u64) -> Result<(), StoreError> {
    let one_commit = u64::try_from(MAX_COMMIT_ENTRIES).unwrap_or(u64::MAX);
    match have.checked_sub(acknowledged) {
        None => Err(StoreError::MissingEntries { have, acknowledged }),
        Some(tail) if tail > one_commit => Err(StoreError::TailTooLong { have, acknowledged }),
        Some(_) => Ok(()),
    }
}

/// Who holds the folder that somebody else wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A process that writes; its id, when it left one in the lock file.
    Writer(Option<u32>),
    /// Somebody who copies the folder to look at it. That does not last long.
    Reader,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Writer(Some(pid)) => write!(f, "process {pid}"),
            Holder::Writer(None) => f.write_str("another process"),
            Holder::Reader => f.write_str("somebody who is copying it to look at it"),
        }
    }
}

/// Why a store did not do what it was asked: one variant a culprit. The text says what happened, then what
/// to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else's entries came first, or the caller's picture is old.
    #[error(
        "the log ends at {} entries, not at {} as expected; look at the new entries, then try again",
        .actual.size, .expected.size
    )]
    Conflict {
        /// What the caller believed.
        expected: Anchor,
        /// What is so.
        actual: Anchor,
    },

    /// The caller's sizes do not add up.
    #[error(
        "the log would end at {size} entries, but the new anchor says {next} or another link; nothing was written"
    )]
    WrongSize {
        /// The size that the log would have.
        size: u64,
        /// The size that the caller gave.
        next: u64,
    },

    /// More than one commit may carry.
    #[error(
        "one commit carries at most {MAX_COMMIT_ENTRIES} entries and {MAX_COMMIT_BYTES} bytes, and one entry at \
         most {MAX_ENTRY_BYTES} bytes; this one has {entries} entries, {bytes} bytes, the largest {largest}; \
         nothing was written; commit it in smaller parts"
    )]
    TooLarge {
        /// Number of entries.
        entries: usize,
        /// Bytes of all of them.
        bytes: usize,
        /// Bytes of the largest.
        largest: usize,
    },

    /// Entries of an unacknowledged commit stand behind the anchor.
    #[error(
        "{acknowledged} entries are acknowledged and {have} are there; check the tail and adopt it before \
         anything is appended"
    )]
    TailPending {
        /// The anchor's size.
        acknowledged: u64,
        /// The entries that are there.
        have: u64,
    },

    /// The store was opened to look at.
    #[error("this store was opened to be looked at and takes no entries; open the ledger for writing")]
    ReadOnly,

    /// A write, flush or fsync failed, or sled panicked, so nobody knows what reached the disk.
    #[error(
        "the store has stopped: {cause}; nothing is acknowledged any more, and whether the last entry was kept \
         is unknown; find out what is wrong with the disk, end this process, then open the ledger again and look \
         before you repeat the act"
    )]
    MustReopen {
        /// The first failure.
        #[source]
        cause: Arc<StoreError>,
    },

    /// Another process has the folder.
    #[error("the ledger in {} is in use by {holder}; try again when it is done, or wait for it", .folder.display())]
    InUse {
        /// The ledger's folder.
        folder: PathBuf,
        /// Who has it.
        holder: Holder,
    },

    /// There is no ledger.
    #[error("there is no ledger in {}; check the path, or create a ledger there", .folder.display())]
    NotALedger {
        /// The folder that was named.
        folder: PathBuf,
    },

    /// The head file, which is written last, is not there.
    #[error(
        "{} has parts of a ledger but no HEAD file: its creation did not finish, or HEAD was removed; if no \
         entry was ever acknowledged here, move the folder away and create the ledger again; otherwise bring \
         HEAD back from a copy, or rebuild the ledger from a replica or a bundle",
        .folder.display()
    )]
    UnfinishedCreation {
        /// The ledger's folder.
        folder: PathBuf,
    },

    /// A ledger is only created where nothing is.
    #[error("{} is not empty: a ledger is only created in a new or empty folder; choose another one", .folder.display())]
    AlreadyExists {
        /// The folder that was named.
        folder: PathBuf,
    },

    /// The store is behind the head file: a restored backup, or a damage that cut the log.
    #[error(
        "acknowledged entries are missing: the store has {have}, the head file says {acknowledged}, so {} are \
         gone; do not append; this is a restored backup or a damaged disk: fetch entries {have} to {} from a \
         replica or a bundle, check them, and rebuild the ledger from them",
        .acknowledged.saturating_sub(*.have), .acknowledged.saturating_sub(1)
    )]
    MissingEntries {
        /// The entries that are there.
        have: u64,
        /// The entries that were acknowledged.
        acknowledged: u64,
    },

    /// The store is ahead of the head file by more than one commit can explain.
    #[error(
        "the head file says {acknowledged} entries, but the store has {have}: more than one unfinished commit \
         can leave behind; HEAD is old or not of this ledger; do not append; bring the right HEAD back from a \
         copy, or rebuild the ledger from a replica or a bundle"
    )]
    TailTooLong {
        /// The entries that are there.
        have: u64,
        /// The entries that were acknowledged.
        acknowledged: u64,
    },

    /// The head file cannot be understood.
    #[error(
        "the head file {} is damaged: {reason}; bring it back from a copy, or rebuild the ledger from a replica \
         or a bundle", .path.display()
    )]
    HeadFile {
        /// The head file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A file beside the entries is not what such a file can be.
    #[error("{} cannot be used: {reason}; bring it back from a copy, or move it away", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// Another process signs with the key.
    #[error(
        "{}, which remembers what a key signed last, is in use by {holder}; try again when it is done, or wait for \
         it", .path.display()
    )]
    MemoryInUse {
        /// The file.
        path: PathBuf,
        /// Who has it.
        holder: Holder,
    },

    /// What a key signed last cannot be known.
    #[error(
        "{}, which remembers what a key signed last, cannot be used: {reason}; sign nothing with the key until the \
         file itself is back, not an older copy of it; else have the key revoked and another one enrolled",
        .path.display()
    )]
    Memory {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A derived file does not have what was asked of it.
    #[error(
        "the derived file {} {reason}; it says nothing that the entries do not say: remove the folder that it is \
         in, and it is made again from them", .path.display()
    )]
    Derived {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// There is no bundle.
    #[error(
        "{} is not a bundle: it has no file `checkpoint`; to read, check the path; to export, name a new or empty \
         folder, or a bundle; an export that was interrupted is done again", .folder.display()
    )]
    NotABundle {
        /// The folder that was named.
        folder: PathBuf,
    },

    /// A bundle is not whole, or not what a bundle is.
    #[error(
        "the bundle in {} does not hold: {file} {reason} (from entry {entry} on); keep it as it is, and get another \
         copy, or export it again into a new folder", .folder.display()
    )]
    Bundle {
        /// The bundle's folder.
        folder: PathBuf,
        /// The first entry that it is about.
        entry: u64,
        /// The file in the folder, its parts divided by `/`.
        file: String,
        /// What is wrong with it, so that it can follow on its name.
        reason: String,
    },

    /// The disk or the file system said no.
    #[error("could not {what} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb: "read", "fsync".
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },

    /// The files of the store are damaged.
    #[error(
        "the store in {} is damaged ({reason}); do not append and keep the folder as it is; rebuild the ledger \
         from a replica, a bundle or a copy, which checks every entry", .folder.display()
    )]
    Corrupt {
        /// The ledger's folder.
        folder: PathBuf,
        /// What was found.
        reason: String,
    },
}

impl StoreError {
    /// For `map_err` after a call to the file system.
    fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.into();
        move |source| StoreError::Io { what, path, source }
    }
}
