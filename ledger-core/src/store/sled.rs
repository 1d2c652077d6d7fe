//! The ledger's folder: entries in sled 0.34.7, made durable by our own fsync, under our own lock and head
//! file. The only file that names sled.
//!
//! ```text
//! DIR/LOCK        one writer at a time (see lock.rs)
//! DIR/HEAD        how much was acknowledged (see head_file.rs); its first writing ends the creation
//! DIR/entries/    sled: db, conf, blobs/, snap.*; key = position (u64, big endian), value = entry bytes
//! DIR/IN-DOUBT    a write failed; see below
//! DIR/set-aside/  files of sled that stood in the way of opening; evidence, never deleted
//! ```
//!
//! Folders are fsynced and files are locked as on Linux, the system that all of this was measured on.
//!
//! # The eight rules
//!
//! What sled does and does not promise was measured; each rule closes one hole. Every one has its test.
//!
//! 1. **An entry is acknowledged only after `flush()` and then an fsync of `entries/db` succeeded.** sled's
//!    `flush` ends in `sync_file_range`, which survives no power cut.
//! 2. **The descriptor for that fsync is opened before sled opens the file and is never opened again.** Linux
//!    reports a failed write-back once to each open descriptor; a new one may miss it.
//! 3. **Any error of a write, flush or fsync ends the right to acknowledge for good**
//!    ([`StoreError::MustReopen`]). The `Db` is then never dropped, because dropping would write and can
//!    panic, and the lock is never released, because sled's threads may still write. Only the end of the
//!    process, through `process::exit`, frees the folder.
//! 4. **Creation fsyncs `conf`, `blobs/`, `db`, every folder and the parent, and then writes `HEAD`.** sled
//!    syncs none of the former. A folder with `entries/` and without `HEAD` is an unfinished creation.
//! 5. **Left-over `snap.*.generating` are set aside under the lock, before sled opens**: sled would take one
//!    for its newest snapshot and refuse to open.
//! 6. **`HEAD` is replaced after the entries are durable and before they are acknowledged.** When opening,
//!    the store may be ahead of it by one commit, never behind.
//! 7. **Looking changes nothing**: [`SledStore::inspect`] opens a private copy.
//! 8. **Panics of sled are caught** and become [`StoreError::Corrupt`].
//!
//! # What a crash means, step by step
//!
//! | the process or the power fails | found when opening |
//! |---|---|
//! | while entries are handed to sled, flushed, fsynced | the old head; none, some or all of the entries as a tail |
//! | while `HEAD.new` is written, before its rename | the old head, all of the entries as a tail |
//! | after the rename, before the folder is fsynced | the old head and the tail, or the new head |
//! | after that | the new head |
//! | during creation, before `HEAD` is there | [`StoreError::UnfinishedCreation`]; nothing was acknowledged |
//! | while a tail is adopted | as if it had not been tried, or done |
//!
//! A tail is a run of entries from the first of the commit on, because sled's log is recovered as a prefix.
//!
//! # A failed fsync, and the next process
//!
//! After a failed fsync Linux may go on to serve the lost bytes from memory as if they were on the disk, to
//! the next process too; that process would adopt a tail that the disk does not hold. So the failing process
//! leaves a file `IN-DOUBT`. It needs no fsync: it lives in the same memory as the bytes that are in doubt, and
//! a reboot that loses it has lost them as well. Who opens a folder in doubt first writes `db` and the blobs
//! over themselves, which makes every page dirty again, fsyncs them, writes `HEAD` again, and only then takes
//! the file away.
//!
//! # Holes that we know
//!
//! - Opening for writing lets sled cut a damaged end off before we can compare with `HEAD`. The comparison
//!   says what is missing; the damaged bytes are changed. Look first ([`SledStore::inspect`]) when in doubt.
//! - sled reuses the space of replaced tree nodes by its own idea of durable, which is weaker than ours. With
//!   our fsync after every flush of at most [`MAX_COMMIT_ENTRIES`](super::MAX_COMMIT_ENTRIES) entries no
//!   simulated power cut found a loss.
//! - A panic in one of sled's own threads is not told to whoever waits for that thread: a flush could then
//!   wait for ever. Opening and reading 12,036 damaged stores (bytes
//!   flipped, overwritten, cut off) never came to that.
//! - A panic prints through the process's panic hook before it is caught. A library has no business with that
//!   global; the program that wants quiet installs a hook that asks [`panic_is_caught`].

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::sled::{Config, Db};

use super::lock::{self, WriteLock};
use super::steps::{RealSteps, Step, Steps};
use super::{Anchor, Holder, Store, StoreError, check_adopt, check_commit, check_size, head_file};

/// Name of the folder that belongs to sled.
pub const ENTRIES_NAME: &str = "entries";
/// Name of the folder for files that stood in the way of opening.
pub const SET_ASIDE_NAME: &str = "set-aside";

/// Name of the file that says that a write failed.
pub const IN_DOUBT_NAME: &str = "IN-DOUBT";

/// Bytes of sled's page cache. Bounded, because sled's default of 1 GiB is more than a clerk's machine should
/// give; a replay reads every entry once and in order, so a larger cache buys little.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How sled says that it could not lock its file; it has no kind of error for it.
const LOCK_REFUSED: &str = "could not acquire lock";
/// sled's lock is tried again for a while. Under our own lock nobody else can have it, but a process that
/// another thread has just forked keeps what we closed until it runs its program.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// A ledger's folder.
///
/// Opened for writing it holds the folder's lock until it is dropped; after [`StoreError::MustReopen`] until
/// the process ends.
pub struct SledStore {
    // Dropped in this order: sled before the lock and before the copy that it works on.
    log: Log,
    access: Access,
}

/// What can be read, and how far it counts.
struct Log {
    folder: PathBuf,
    anchor: Anchor,
    len: u64,
    entries: Entries,
}

/// What the store may do.
enum Access {
    Write(Box<Writer>),
    /// Holds the private copy, which is deleted with it.
    Inspect(#[expect(dead_code, reason = "kept for as long as the store works on it")] tempfile::TempDir),
}

/// What only a writer needs.
struct Writer {
    /// fsync of this is what makes entries durable (rule 2).
    db_file: File,
    folder_file: File,
    entries_folder_file: File,
    blobs_folder_file: File,
    /// Blobs that were fsynced. A blob is written once, under a name that is never used again.
    blobs_synced: BTreeSet<OsString>,
    steps: Box<dyn Steps>,
    lock: Option<WriteLock>,
}

impl SledStore {
    /// Makes a ledger without entries in `dir`, which must be new or empty; its parent must be there. When
    /// this returns, the ledger is there after a power cut too.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], [`StoreError::UnfinishedCreation`], [`StoreError::InUse`],
    /// [`StoreError::Io`]; [`StoreError::MustReopen`] when one of the last steps failed. What a failed creation
    /// leaves behind is never taken for a ledger with entries.
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        Self::create_with(dir, Box::new(RealSteps))
    }

    /// As [`create`](Self::create), with every step taken through `steps`.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_with(dir: &Path, steps: Box<dyn Steps>) -> Result<Self, StoreError> {
        match fs::create_dir(dir) {
            Ok(()) => {}
            Err(exists) if exists.kind() == io::ErrorKind::AlreadyExists => refuse_occupied(dir)?,
            Err(source) => return Err(StoreError::Io { what: "create", path: dir.to_owned(), source }),
        }
        let folder = dir.canonicalize().map_err(StoreError::io("find", dir))?;
        let lock = lock::write(&folder, Duration::ZERO)?;
        // Once more under the lock: somebody may have been faster.
        refuse_occupied(&folder)?;

        let entries_folder = folder.join(ENTRIES_NAME);
        let blobs_folder = entries_folder.join("blobs");
        fs::create_dir(&entries_folder).map_err(StoreError::io("create", &entries_folder))?;
        fs::create_dir(&blobs_folder).map_err(StoreError::io("create", &blobs_folder))?;
        // An empty file of ours, so that our descriptor is older than sled's first write.
        let db_path = entries_folder.join("db");
        File::create_new(&db_path).map_err(StoreError::io("create", &db_path))?;
        let writer = Writer::new(&folder, lock, steps)?;
        let conf_path = entries_folder.join("conf");
        let parent = folder.parent().unwrap_or(&folder).to_owned();
        let parent_file = open_file(&parent)?;

        let entries = Entries::open(&folder, &entries_folder)?;
        let mut store = Self {
            log: Log { folder, anchor: Anchor::EMPTY, len: 0, entries },
            access: Access::Write(Box::new(writer)),
        };
        store.attempt(|log, writer| {
            let conf_file = open_file(&conf_path)?;
            let sync_conf = &mut || conf_file.sync_all().map_err(StoreError::io("fsync", &conf_path));
            writer.steps.take(Step::SyncConf, sync_conf)?;
            writer.sync_blobs_folder(&log.folder)?;
            log.settle(writer)?;
            let sync_parent = &mut || parent_file.sync_all().map_err(StoreError::io("fsync", &parent));
            writer.steps.take(Step::SyncParent, sync_parent)?;
            // Until here this is an unfinished creation.
            head_file::replace(&log.folder, &writer.folder_file, &Anchor::EMPTY, &mut *writer.steps)
        })?;
        Ok(store)
    }

    /// Opens the ledger in `dir` for writing; waits up to `wait` for another process that has it.
    ///
    /// The caller looks at [`len`](Store::len): entries behind the anchor are to be checked and adopted before
    /// anything is committed.
    ///
    /// # Errors
    /// [`StoreError::NotALedger`], [`StoreError::UnfinishedCreation`], [`StoreError::InUse`],
    /// [`StoreError::HeadFile`], [`StoreError::MissingEntries`], [`StoreError::TailTooLong`],
    /// [`StoreError::Corrupt`], [`StoreError::Io`]; [`StoreError::MustReopen`] when what sled wrote while it
    /// opened could not be made durable.
    pub fn open(dir: &Path, wait: Duration) -> Result<Self, StoreError> {
        Self::open_with(dir, wait, Box::new(RealSteps))
    }

    /// As [`open`](Self::open), with every step taken through `steps`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(dir: &Path, wait: Duration, steps: Box<dyn Steps>) -> Result<Self, StoreError> {
        // Looked at before the lock, so that no lock file is left in a folder that is not ours, and after it,
        // because another writer may have gone on in between.
        require_head(dir)?;
        let folder = dir.canonicalize().map_err(StoreError::io("find", dir))?;
        let lock = lock::write(&folder, wait)?;
        let anchor = require_head(&folder)?;
        let entries_folder = require_entries(&folder, &anchor)?;
        set_aside(&folder, &entries_folder)?;

        let mut writer = Writer::new(&folder, lock, steps)?;
        let in_doubt = look(&folder.join(IN_DOUBT_NAME))?.is_some();
        if in_doubt {
            writer.rewrite(&folder).map_err(|cause| StoreError::MustReopen { cause: Arc::new(cause) })?;
        }
        let entries = Entries::open(&folder, &entries_folder)?;
        let len = entries.count()?;
        let log = Log { folder, anchor, len, entries };
        log.check_tail()?;
        let mut store = Self { log, access: Access::Write(Box::new(writer)) };
        store.attempt(|log, writer| {
            // What sled wrote while it opened must not be in doubt when the first entry is acknowledged, and
            // the head that was read may come from a process that was killed before it synced its name.
            log.settle(writer)?;
            if in_doubt {
                head_file::replace(&log.folder, &writer.folder_file, &log.anchor, &mut *writer.steps)?;
                let path = log.folder.join(IN_DOUBT_NAME);
                return fs::remove_file(&path).map_err(StoreError::io("remove", &path));
            }
            let sync = &mut || writer.folder_file.sync_all().map_err(StoreError::io("fsync", &log.folder));
            writer.steps.take(Step::SyncFolder, sync)
        })?;
        Ok(store)
    }

    /// Looks at the ledger in `dir` without changing a byte of it: copies it into a private folder below
    /// `scratch`, where there must be room for it, and opens the copy. A writer is waited for up to `wait`;
    /// writers wait only while the copy is made. Commits are refused. The copy is deleted when the store is
    /// dropped.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn inspect(dir: &Path, scratch: &Path, wait: Duration) -> Result<Self, StoreError> {
        let store = Self::salvage(dir, scratch, wait)?;
        store.log.check_tail()?;
        Ok(store)
    }

    /// As [`inspect`](Self::inspect), for a ledger of which acknowledged entries are missing: gives what is
    /// left, so that it can be checked and completed. [`anchor`](Store::anchor) is what the head file says and
    /// may be ahead of, or far behind, [`len`](Store::len).
    ///
    /// # Errors
    /// As [`open`](Self::open), without [`StoreError::MissingEntries`] and [`StoreError::TailTooLong`].
    pub fn salvage(dir: &Path, scratch: &Path, wait: Duration) -> Result<Self, StoreError> {
        require_head(dir)?;
        let lock = lock::read(dir, wait)?;
        let anchor = require_head(dir)?;
        let from = require_entries(dir, &anchor)?;
        let copy = private_folder(scratch)?;
        let to = copy.path().canonicalize().map_err(StoreError::io("find", copy.path()))?.join(ENTRIES_NAME);
        copy_entries(dir, &from, &to)?;
        drop(lock);

        let entries = Entries::open(dir, &to)?;
        let len = entries.count()?;
        let log = Log { folder: dir.to_owned(), anchor, len, entries };
        Ok(Self { log, access: Access::Inspect(copy) })
    }

    /// The ledger's folder.
    pub fn folder(&self) -> &Path {
        &self.log.folder
    }

    /// Takes steps of which any failure is the end (rule 3).
    fn attempt(
        &mut self,
        act: impl FnOnce(&Log, &mut Writer) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Access::Write(writer) = &mut self.access else { return Err(StoreError::ReadOnly) };
        act(&self.log, writer).map_err(|cause| {
            // Where even this cannot be written there is nothing left to try.
            let _ = File::create(self.log.folder.join(IN_DOUBT_NAME));
            self.log.entries.end(cause)
        })
    }

    fn writable(&self) -> Result<(), StoreError> {
        self.log.entries.alive()?;
        match self.access {
            Access::Write(_) => Ok(()),
            Access::Inspect(_) => Err(StoreError::ReadOnly),
        }
    }
}

impl Store for SledStore {
    fn anchor(&self) -> Anchor {
        self.log.anchor
    }

    fn len(&self) -> u64 {
        self.log.len
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.log.read(from, max)
    }

    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError> {
        self.writable()?;
        check_commit(self.log.anchor, self.log.len, expected, entries, next)?;
        if entries.is_empty() {
            return Ok(());
        }
        self.attempt(|log, writer| {
            for (position, bytes) in (log.len..).zip(entries) {
                writer.steps.take(Step::WriteEntry, &mut || log.entries.insert(position, bytes))?;
            }
            log.flush_and_sync(writer)?;
            head_file::replace(&log.folder, &writer.folder_file, &next, &mut *writer.steps)
        })?;
        self.log.anchor = next;
        self.log.len = next.size;
        Ok(())
    }

    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError> {
        self.writable()?;
        check_adopt(self.log.anchor, self.log.len, expected, next)?;
        if next == expected {
            return Ok(());
        }
        self.attempt(|log, writer| {
            // The tail was read, but whoever wrote it may never have come to its fsync.
            log.flush_and_sync(writer)?;
            head_file::replace(&log.folder, &writer.folder_file, &next, &mut *writer.steps)
        })?;
        self.log.anchor = next;
        Ok(())
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        // Rule 3: what sled's threads may still write to is not handed to anybody else.
        if let (Err(_), Access::Write(writer)) = (self.log.entries.alive(), &mut self.access) {
            std::mem::forget(writer.lock.take());
        }
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore")
            .field("folder", &self.log.folder)
            .field("anchor", &self.log.anchor)
            .field("len", &self.log.len)
            .finish_non_exhaustive()
    }
}

impl Log {
    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let end = from.saturating_add(u64::try_from(max).unwrap_or(u64::MAX)).min(self.len);
        if from >= end {
            self.entries.alive()?;
            return Ok(Vec::new());
        }
        self.entries.range(from, end)
    }

    /// Compares with the head, and reads the tail if there is one: it must be what one commit can leave.
    fn check_tail(&self) -> Result<(), StoreError> {
        check_size(self.anchor.size, self.len)?;
        let tail = self.read(self.anchor.size, super::MAX_COMMIT_ENTRIES)?;
        let bytes = tail.iter().fold(0_usize, |sum, entry| sum.saturating_add(entry.len()));
        if tail.len() > 1 && bytes > super::MAX_COMMIT_BYTES {
            return Err(StoreError::TailTooLong { have: self.len, acknowledged: self.anchor.size });
        }
        Ok(())
    }

    /// Makes durable what sled holds (rules 1 and 2).
    fn flush_and_sync(&self, writer: &mut Writer) -> Result<(), StoreError> {
        // Blobs first: they are written at once, and what points to them goes out with the flush.
        writer.sync_blobs(&self.folder)?;
        writer.steps.take(Step::Flush, &mut || self.entries.flush())?;
        let path = self.folder.join(ENTRIES_NAME).join("db");
        let sync_db = &mut || writer.db_file.sync_all().map_err(StoreError::io("fsync", &path));
        writer.steps.take(Step::SyncDb, sync_db)
    }

    /// As [`flush_and_sync`](Self::flush_and_sync), and the names in `entries/`: sled renames its snapshots
    /// there, when it opens.
    fn settle(&self, writer: &mut Writer) -> Result<(), StoreError> {
        self.flush_and_sync(writer)?;
        let path = self.folder.join(ENTRIES_NAME);
        let sync = &mut || writer.entries_folder_file.sync_all().map_err(StoreError::io("fsync", &path));
        writer.steps.take(Step::SyncEntriesFolder, sync)
    }
}

impl Writer {
    /// Opens the descriptors that are held for as long as the store is open. Called before sled opens.
    fn new(folder: &Path, lock: WriteLock, steps: Box<dyn Steps>) -> Result<Self, StoreError> {
        let entries = folder.join(ENTRIES_NAME);
        Ok(Self {
            db_file: open_file(&entries.join("db"))?,
            folder_file: open_file(folder)?,
            entries_folder_file: open_file(&entries)?,
            blobs_folder_file: open_file(&entries.join("blobs"))?,
            blobs_synced: BTreeSet::new(),
            steps,
            lock: Some(lock),
        })
    }

    /// Writes what is in doubt over itself, and fsyncs it. Before sled opens.
    fn rewrite(&mut self, folder: &Path) -> Result<(), StoreError> {
        let entries = folder.join(ENTRIES_NAME);
        let blobs = entries.join("blobs");
        let mut paths = vec![entries.join("db")];
        for blob in fs::read_dir(&blobs).map_err(StoreError::io("list", &blobs))? {
            paths.push(blob.map_err(StoreError::io("list", &blobs))?.path());
        }
        self.steps.take(Step::Rewrite, &mut || paths.iter().try_for_each(|path| rewrite_file(path)))?;
        self.sync_blobs(folder)?;
        let sync_db = &mut || self.db_file.sync_all().map_err(StoreError::io("fsync", &entries));
        self.steps.take(Step::SyncDb, sync_db)
    }

    /// fsyncs the blobs that were not there the last time. sled keeps a tree leaf of more than 128 KiB as a
    /// file of its own; with entries of a few KB there are none, and this is one look into an empty folder.
    fn sync_blobs(&mut self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(ENTRIES_NAME).join("blobs");
        let mut found = BTreeSet::new();
        for blob in fs::read_dir(&path).map_err(StoreError::io("list", &path))? {
            found.insert(blob.map_err(StoreError::io("list", &path))?.file_name());
        }
        let mut is_new = false;
        for name in found.difference(&self.blobs_synced) {
            let blob = path.join(name);
            is_new = true;
            self.steps.take(Step::SyncBlob, &mut || match File::open(&blob) {
                Ok(file) => file.sync_all().map_err(StoreError::io("fsync", &blob)),
                // sled removed it meanwhile, because nothing points to it any more.
                Err(gone) if gone.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(source) => Err(StoreError::Io { what: "open", path: blob.clone(), source }),
            })?;
        }
        self.blobs_synced = found;
        if is_new { self.sync_blobs_folder(folder) } else { Ok(()) }
    }

    fn sync_blobs_folder(&mut self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(ENTRIES_NAME).join("blobs");
        let sync = &mut || self.blobs_folder_file.sync_all().map_err(StoreError::io("fsync", &path));
        self.steps.take(Step::SyncBlobsFolder, sync)
    }
}

/// sled, with its panics caught (rule 8) and never dropped after a failure (rule 3).
struct Entries {
    /// The ledger's folder, for messages.
    folder: PathBuf,
    db: Option<Db>,
    ended: OnceLock<Arc<StoreError>>,
}

impl Entries {
    /// Opens the sled folder `path` of the ledger in `folder`.
    fn open(folder: &Path, path: &Path) -> Result<Self, StoreError> {
        // No flushing thread of sled's own: it swallows the error of an fsync, writes at times that are not
        // ours, and waits for ever to be joined after a panic. sled collects garbage only in that thread, but
        // a log that only grows leaves it little to collect. Bytes on disk over bytes of entries, without and
        // with the thread (every 500 ms): 20,000 commits of 1 entry of 600 bytes 2.04 and 2.04; of 3,000 bytes
        // 1.85 and 1.85; 500 commits of 200 entries of 600 bytes 1.89 and 1.90.
        let config = Config::new().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(None);
        let mut tries = 0..LOCK_TRIES;
        let db = loop {
            match guard(folder, "open", || config.open()).map_err(Failure::into_error) {
                Err(StoreError::Io { source, .. }) if source.to_string().starts_with(LOCK_REFUSED) => {
                    if tries.next().is_none() {
                        let holder = Holder::Writer(None);
                        return Err(StoreError::InUse { folder: folder.to_owned(), holder });
                    }
                    std::thread::sleep(LOCK_PAUSE);
                }
                opened => break opened?,
            }
        };
        Ok(Self { folder: folder.to_owned(), db: Some(db), ended: OnceLock::new() })
    }

    /// One more than the last position; 0 when there is none.
    fn count(&self) -> Result<u64, StoreError> {
        match self.call("read", |db| db.iter().next_back().transpose())? {
            None => Ok(0),
            Some((key, _)) => position(&key)
                .and_then(|last| last.checked_add(1))
                .ok_or_else(|| self.corrupt("its last key is not a position".to_owned())),
        }
    }

    /// The entries from `from` to before `end`, each at its place.
    fn range(&self, from: u64, end: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut entries = Vec::new();
        let mut expected = from;
        let found = self.call("read", |db| {
            for item in db.range(from.to_be_bytes()..end.to_be_bytes()) {
                let (key, value) = item?;
                if position(&key) != Some(expected) {
                    break;
                }
                entries.push(value.to_vec());
                expected = expected.saturating_add(1);
            }
            Ok(expected)
        })?;
        if found == end { Ok(entries) } else { Err(self.corrupt(format!("entry {found} is absent"))) }
    }

    fn insert(&self, position: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let swap = |db: &Db| db.compare_and_swap(position.to_be_bytes(), None::<&[u8]>, Some(bytes.to_vec()));
        self.call("write to", swap)?
            .map_err(|_| self.corrupt(format!("something stands at position {position}")))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.call("flush", |db| db.flush()).map(drop)
    }

    /// Calls sled. After a panic its locks and pages are in doubt, so there is no second call.
    fn call<T>(
        &self,
        what: &'static str,
        act: impl FnOnce(&Db) -> ::sled::Result<T>,
    ) -> Result<T, StoreError> {
        self.alive()?;
        let Some(db) = &self.db else { return Err(self.corrupt("it is closed".to_owned())) };
        match guard(&self.folder, what, || act(db)) {
            Ok(value) => Ok(value),
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Panic(StoreError::Corrupt { folder, reason })) => {
                self.end(StoreError::Corrupt { folder: folder.clone(), reason: reason.clone() });
                Err(StoreError::Corrupt { folder, reason })
            }
            Err(Failure::Panic(error)) => Err(self.end(error)),
        }
    }

    fn alive(&self) -> Result<(), StoreError> {
        match self.ended.get() {
            None => Ok(()),
            Some(cause) => Err(StoreError::MustReopen { cause: Arc::clone(cause) }),
        }
    }

    /// Remembers the first failure, for good.
    fn end(&self, cause: StoreError) -> StoreError {
        match cause {
            StoreError::MustReopen { cause } => {
                let cause = Arc::clone(self.ended.get_or_init(|| cause));
                StoreError::MustReopen { cause }
            }
            cause => StoreError::MustReopen { cause: Arc::clone(self.ended.get_or_init(|| Arc::new(cause))) },
        }
    }

    fn corrupt(&self, reason: String) -> StoreError {
        StoreError::Corrupt { folder: self.folder.clone(), reason }
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        let db = self.db.take();
        if self.ended.get().is_some() {
            std::mem::forget(db);
        } else {
            // All that was acknowledged is on the disk already, so nothing is lost when this fails.
            let _ = guard(&self.folder, "close", || {
                drop(db);
                Ok(())
            });
        }
    }
}

/// How a call into sled failed.
enum Failure {
    Error(StoreError),
    Panic(StoreError),
}

impl Failure {
    fn into_error(self) -> StoreError {
        match self {
            Failure::Error(error) | Failure::Panic(error) => error,
        }
    }
}

thread_local! {
    static IN_SLED: Cell<bool> = const { Cell::new(false) };
}

/// True when a panic of the current thread is one of sled's, which this module catches and turns into an
/// error: asked by a panic hook that does not want to print it.
///
/// sled's own threads are told by their names; who waits for one that panicked is not told by sled.
pub fn panic_is_caught() -> bool {
    IN_SLED.get() || std::thread::current().name().is_some_and(|name| name.starts_with("sled-io-"))
}

/// Calls sled and catches its panics (rule 8).
fn guard<T>(
    folder: &Path,
    what: &'static str,
    act: impl FnOnce() -> ::sled::Result<T>,
) -> Result<T, Failure> {
    let outer = IN_SLED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(act));
    IN_SLED.set(outer);
    match done {
        Ok(Ok(value)) => Ok(value),
        // A file that ends early, or is not there, is damage; a full disk is not.
        Ok(Err(::sled::Error::Io(source)))
            if !matches!(source.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound) =>
        {
            Err(Failure::Error(StoreError::Io { what, path: folder.join(ENTRIES_NAME), source }))
        }
        Ok(Err(error)) => {
            Err(Failure::Error(StoreError::Corrupt { folder: folder.to_owned(), reason: error.to_string() }))
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word");
            let reason = format!("sled panicked: {text}");
            Err(Failure::Panic(StoreError::Corrupt { folder: folder.to_owned(), reason }))
        }
    }
}

fn position(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

fn open_file(path: &Path) -> Result<File, StoreError> {
    File::open(path).map_err(StoreError::io("open", path))
}

/// Writes the bytes of a file over themselves.
fn rewrite_file(path: &Path) -> Result<(), StoreError> {
    let mut file = File::options().read(true).write(true).open(path).map_err(StoreError::io("open", path))?;
    let mut piece = vec![0; 1024 * 1024];
    let mut at = 0_u64;
    loop {
        file.seek(io::SeekFrom::Start(at)).map_err(StoreError::io("read", path))?;
        let count = file.read(&mut piece).map_err(StoreError::io("read", path))?;
        let bytes = piece.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        file.seek(io::SeekFrom::Start(at)).map_err(StoreError::io("write", path))?;
        file.write_all(bytes).map_err(StoreError::io("write", path))?;
        at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// What is at `path`, links not followed; `None` when nothing is.
fn look(path: &Path) -> Result<Option<fs::FileType>, StoreError> {
    match path.symlink_metadata() {
        Ok(found) => Ok(Some(found.file_type())),
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Io { what: "look at", path: path.to_owned(), source }),
    }
}

/// Refuses to create a ledger over something. A lock file alone is nothing: it is the first thing that a
/// creation makes.
fn refuse_occupied(folder: &Path) -> Result<(), StoreError> {
    let mut occupied = false;
    for entry in fs::read_dir(folder).map_err(StoreError::io("list", folder))? {
        let entry = entry.map_err(StoreError::io("list", folder))?;
        occupied |= entry.file_name() != lock::NAME;
    }
    let has_head = look(&folder.join(head_file::NAME))?.is_some();
    let has_entries = look(&folder.join(ENTRIES_NAME))?.is_some();
    match (occupied, has_entries && !has_head) {
        (_, true) => Err(StoreError::UnfinishedCreation { folder: folder.to_owned() }),
        (true, false) => Err(StoreError::AlreadyExists { folder: folder.to_owned() }),
        (false, false) => Ok(()),
    }
}

/// The head of the ledger in `folder`, or why there is none.
fn require_head(folder: &Path) -> Result<Anchor, StoreError> {
    if let Some(anchor) = head_file::read(folder)? {
        return Ok(anchor);
    }
    match look(&folder.join(ENTRIES_NAME))? {
        Some(_) => Err(StoreError::UnfinishedCreation { folder: folder.to_owned() }),
        None => Err(StoreError::NotALedger { folder: folder.to_owned() }),
    }
}

/// The path of `entries/`, when it is a folder with sled's file in it: sled would make what is missing, and
/// an empty store in place of a lost one.
fn require_entries(folder: &Path, anchor: &Anchor) -> Result<PathBuf, StoreError> {
    let path = folder.join(ENTRIES_NAME);
    let db = look(&path.join("db"))?;
    match (look(&path)?, db, look(&path.join("blobs"))?) {
        (Some(entries), Some(db), Some(blobs)) if entries.is_dir() && db.is_file() && blobs.is_dir() => {
            Ok(path)
        }
        (_, None, _) if anchor.size > 0 => {
            Err(StoreError::MissingEntries { have: 0, acknowledged: anchor.size })
        }
        _ => {
            let reason = "entries/, entries/db or entries/blobs/ is missing or of the wrong kind".to_owned();
            Err(StoreError::Corrupt { folder: folder.to_owned(), reason })
        }
    }
}

/// True for a snapshot that sled had not finished (rule 5).
fn is_left_over(name: &OsString) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("snap.") && name.ends_with(".generating"))
}

/// Moves unfinished snapshots out of sled's way (rule 5). Under the lock, before sled opens.
fn set_aside(folder: &Path, entries_folder: &Path) -> Result<(), StoreError> {
    let mut moved = false;
    for entry in fs::read_dir(entries_folder).map_err(StoreError::io("list", entries_folder))? {
        let name = entry.map_err(StoreError::io("list", entries_folder))?.file_name();
        if !is_left_over(&name) {
            continue;
        }
        let aside = folder.join(SET_ASIDE_NAME);
        fs::create_dir_all(&aside).map_err(StoreError::io("create", &aside))?;
        let from = entries_folder.join(&name);
        fs::rename(&from, free_name(&aside, &name)?).map_err(StoreError::io("set aside", &from))?;
        moved = true;
    }
    if moved {
        // So that after a power cut the file is in one place, and not in both or none.
        for path in [&folder.join(SET_ASIDE_NAME), entries_folder, folder] {
            open_file(path)?.sync_all().map_err(StoreError::io("fsync", path))?;
        }
    }
    Ok(())
}

/// A path in `folder` that nothing has: `name`, `name.1`, `name.2`, …
fn free_name(folder: &Path, name: &OsString) -> Result<PathBuf, StoreError> {
    let mut path = folder.join(name);
    let mut number = 0_u64;
    while look(&path)?.is_some() {
        number = number.saturating_add(1);
        let mut name = name.clone();
        name.push(format!(".{number}"));
        path = folder.join(name);
    }
    Ok(path)
}

/// A folder below `scratch` that nobody else can look into; deleted when dropped.
fn private_folder(scratch: &Path) -> Result<tempfile::TempDir, StoreError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("jointledger-");
    #[cfg(unix)]
    let only_ours = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    #[cfg(unix)]
    builder.permissions(only_ours);
    builder.tempdir_in(scratch).map_err(StoreError::io("create a folder in", scratch))
}

/// Copies sled's folder `from` of the ledger in `folder` to `to`, without unfinished snapshots (rules 5 and
/// 7). Reads regular files only: a pipe would never end, and a link may lead anywhere.
fn copy_entries(folder: &Path, from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir(to).map_err(StoreError::io("create", to))?;
    for entry in fs::read_dir(from).map_err(StoreError::io("list", from))? {
        let entry = entry.map_err(StoreError::io("list", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(StoreError::io("look at", &source))?;
        if is_left_over(&entry.file_name()) {
            continue;
        } else if kind.is_dir() && entry.file_name() == "blobs" {
            copy_entries(folder, &source, &target)?;
        } else if kind.is_file() {
            // Not fs::copy: the copy of a read-only file must be writable.
            let mut input = open_file(&source)?;
            let mut output = File::create_new(&target).map_err(StoreError::io("create", &target))?;
            io::copy(&mut input, &mut output).map_err(StoreError::io("copy", &source))?;
        } else {
            let reason = format!("{} is not a regular file", source.display());
            return Err(StoreError::Corrupt { folder: folder.to_owned(), reason });
        }
    }
    Ok(())
}
