//! Writes a bundle, or makes one longer.
//!
//! Entries come one by one; each full tile is written when it is full, the partial ones of the last size at the end.
//! What is written once is never written over: a file that is there already must have the same bytes. Every file is
//! fsynced before it gets its name, every folder before `checkpoint` is put in place, and only then is removed what
//! is superseded. What is found after a kill is in the words of [the module above](super).

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{
    BundleStore, CHECKPOINT_NAME, DOCUMENTS_NAME, MAX_DOCUMENT_LINE, Named, entry_of_line, read_file,
    stated_size, walk,
};
use crate::domain::Digest;
use crate::ledger::entry::MAX_ENTRY_BYTES;
use crate::ledger::tile::{Edges, EntryTile, WIDTH, entry_tiles_of};
use crate::store::checkpoints::{self, MAX_CHECKPOINT_BYTES};
use crate::store::durable::{self, NEW_SUFFIX};
use crate::store::steps::{RealSteps, Step, Steps};
use crate::store::{Holder, Store, StoreError};

/// A bundle that is being written. Dropped before [`finish`](Self::finish), it leaves the old bundle, or none.
pub struct BundleWriter {
    folder: PathBuf,
    /// Locked for as long as it is open.
    folder_file: File,
    /// What is there: the size that `checkpoint` states.
    old: u64,
    edges: Edges,
    /// The entry tile that is not full yet, as it will be written.
    entries: Vec<u8>,
    documents: Option<BufWriter<File>>,
    /// Folders with names that are not durable yet.
    unsynced: BTreeSet<PathBuf>,
    steps: Box<dyn Steps>,
}

impl BundleWriter {
    /// Opens `dir` to export into it: a new or empty folder, a bundle that is to grow, or what an interrupted first
    /// export has left. What a bundle has is taken as it is; whether it is this ledger's is for the caller to check.
    ///
    /// # Errors
    /// [`StoreError::NotABundle`] when something else is in the folder; [`StoreError::InUse`] while another process
    /// writes to it; [`StoreError::Bundle`] when the right edge of the bundle is not whole; [`StoreError::Io`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Box::new(RealSteps))
    }

    /// As [`open`](Self::open), with every step taken through `steps`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(dir: &Path, steps: Box<dyn Steps>) -> Result<Self, StoreError> {
        match fs::create_dir(dir) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(StoreError::Io { what: "create", path: dir.to_owned(), source: error });
            }
            _ => {}
        }
        let folder = dir.canonicalize().map_err(StoreError::io("find", dir))?;
        let folder_file = File::open(&folder).map_err(StoreError::io("open", &folder))?;
        folder_file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                StoreError::InUse { folder: folder.clone(), holder: Holder::Writer(None) }
            }
            TryLockError::Error(source) => StoreError::Io { what: "lock", path: folder.clone(), source },
        })?;
        let (old, edges, entries) = match BundleStore::open(&folder) {
            Ok(bundle) => {
                let size = bundle.anchor().size;
                (size, Edges::of(&bundle, size)?, edge_entries(&bundle)?)
            }
            Err(StoreError::NotABundle { .. }) => {
                if walk(&folder, "")?.iter().any(|(file, regular)| !regular || Named::parse(file).is_none()) {
                    return Err(StoreError::NotABundle { folder: dir.to_owned() });
                }
                (0, Edges::default(), Vec::new())
            }
            Err(other) => return Err(other),
        };
        // The folder itself may be new.
        let unsynced = folder.parent().map(Path::to_owned).into_iter().collect();
        Ok(Self { folder, folder_file, old, edges, entries, documents: None, unsynced, steps })
    }

    /// The size of the bundle that was found; 0 when there was none.
    pub const fn published(&self) -> u64 {
        self.old
    }

    /// Number of entries so far, and so the position of the next one to append.
    pub const fn size(&self) -> u64 {
        self.edges.size()
    }

    /// Appends the next entry; `link` is its leaf hash.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`]; [`StoreError::Bundle`] when a file of the same name has other bytes;
    /// [`StoreError::Io`].
    pub fn append(&mut self, entry: &[u8], link: Digest) -> Result<(), StoreError> {
        let bytes = entry.len();
        let length = u16::try_from(bytes)
            .ok()
            .filter(|_| bytes <= MAX_ENTRY_BYTES)
            .ok_or(StoreError::TooLarge { entries: 1, bytes, largest: bytes })?;
        self.entries.extend_from_slice(&length.to_be_bytes());
        self.entries.extend_from_slice(entry);
        let mut full = Vec::new();
        self.edges.push(link, |tile, hashes| {
            if !tile.is_partial() {
                full.push((tile, bytes_of(hashes)));
            }
        });
        for (tile, hashes) in full {
            if tile.level() == 0
                && let Some(entries) = EntryTile::new(tile.index(), WIDTH)
            {
                let bytes = std::mem::take(&mut self.entries);
                self.keep(&entries.path(), entries.entries().start, &bytes)?;
            }
            self.keep(&tile.path(), tile.first_entry(), &hashes)?;
        }
        Ok(())
    }

    /// Adds a line, without its end, to the index of documents. Lines come in the order of entries, and only of
    /// those that were appended now: the others are there.
    ///
    /// # Errors
    /// [`StoreError::Bundle`] when the line is not of such an entry, is too long or has an end inside;
    /// [`StoreError::Io`].
    pub fn document(&mut self, line: &str) -> Result<(), StoreError> {
        let entry = entry_of_line(line.as_bytes());
        let appended = entry.is_some_and(|entry| entry >= self.old && entry < self.size());
        if !appended || line.len() >= MAX_DOCUMENT_LINE || line.contains('\n') {
            let reason = format!("would get the line {line:?}, which is not one of an appended entry");
            return Err(self.unsound(entry.unwrap_or(self.old), DOCUMENTS_NAME, reason));
        }
        let path = self.documents_path();
        let documents = self.open_documents()?;
        documents
            .write_all(line.as_bytes())
            .and_then(|()| documents.write_all(b"\n"))
            .map_err(StoreError::io("write", path))
    }

    /// Keeps the bytes of a signed checkpoint under `checkpoints/`, in place of what is there: signatures may have
    /// come to it.
    ///
    /// # Errors
    /// [`StoreError::File`] when it is too long, [`StoreError::Io`].
    pub fn keep_checkpoint(&mut self, size: u64, checkpoint: &[u8]) -> Result<(), StoreError> {
        let file = format!("{}/{size}", checkpoints::NAME);
        let path = self.make_way(&file)?;
        if checkpoint.len() > MAX_CHECKPOINT_BYTES {
            return Err(StoreError::File { path, reason: "a signed checkpoint has at most 1,000,000 bytes" });
        }
        if read_file(&self.folder, &file, MAX_CHECKPOINT_BYTES)?.as_deref() == Some(checkpoint) {
            return Ok(());
        }
        durable::place(&path, checkpoint, &mut *self.steps)
    }

    /// Writes what is left, makes everything durable, puts `checkpoint` in its place, which makes the bundle what
    /// it now is, and removes what is superseded or left over.
    ///
    /// # Errors
    /// [`StoreError::Bundle`] when `checkpoint` states another size than was appended, or a file of the same name
    /// has other bytes; [`StoreError::Io`]: the bundle is then the old one, or the new one with leftovers.
    pub fn finish(mut self, checkpoint: &[u8]) -> Result<(), StoreError> {
        let size = self.size();
        if stated_size(checkpoint) != Some(size) {
            let reason = format!("would not be of the {size} entries that are here");
            return Err(self.unsound(size, CHECKPOINT_NAME, reason));
        }
        if let Some(tile) = entry_tiles_of(size).last().filter(EntryTile::is_partial) {
            let bytes = std::mem::take(&mut self.entries);
            self.keep(&tile.path(), tile.entries().start, &bytes)?;
        }
        let partial: Vec<_> = self.edges.partial().map(|(tile, hashes)| (tile, bytes_of(hashes))).collect();
        for (tile, hashes) in partial {
            self.keep(&tile.path(), tile.first_entry(), &hashes)?;
        }
        self.settle_documents()?;
        self.keep_checkpoint(size, checkpoint)?;
        self.unsynced.insert(self.folder.clone());
        for folder in std::mem::take(&mut self.unsynced) {
            durable::sync_folder(&folder, &mut *self.steps)?;
        }
        durable::replace_with(&self.folder.join(CHECKPOINT_NAME), checkpoint, &mut *self.steps)?;
        self.tidy()
    }

    /// Removes files of a bundle that this one does not have. What is not ours stays, and so does every signed
    /// checkpoint, which nobody can make again.
    fn tidy(&mut self) -> Result<(), StoreError> {
        for (file, regular) in walk(&self.folder, "")? {
            let remove = match Named::parse(&file) {
                None | Some(Named::Signed(_)) => false,
                Some(named) => regular && !named.belongs(self.edges.size()),
            };
            if !remove {
                continue;
            }
            let path = self.folder.join(&file);
            self.steps.take(Step::RemoveFile, &mut || {
                fs::remove_file(&path).map_err(StoreError::io("remove", &path))
            })?;
            // `000.p/` is gone with its last width; when it is not empty the system says no.
            if let Some(widths) =
                path.parent().filter(|parent| parent.extension().is_some_and(|end| end == "p"))
            {
                let _ = fs::remove_dir(widths);
            }
        }
        Ok(())
    }

    /// Writes a file that never changes.
    fn keep(&mut self, file: &str, entry: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.make_way(file)?;
        let there = match read_file(&self.folder, file, bytes.len()) {
            Err(StoreError::File { .. }) => Some(None),
            there => there?.map(Some),
        };
        match there {
            None => durable::place(&path, bytes, &mut *self.steps),
            Some(there) if there.as_deref() == Some(bytes) => Ok(()),
            Some(_) => {
                let reason = "is there already, with other bytes than the ledger gives".into();
                Err(self.unsound(entry, file, reason))
            }
        }
    }

    /// Makes the folders on the way to `file`, and remembers to sync them.
    fn make_way(&mut self, file: &str) -> Result<PathBuf, StoreError> {
        let mut path = self.folder.clone();
        let mut parts = file.split('/').peekable();
        while let Some(part) = parts.next() {
            // Also when nothing was made: an export that died may have made it.
            self.unsynced.insert(path.clone());
            path.push(part);
            if parts.peek().is_some() {
                durable::ensure_folder(&path)?;
            }
        }
        Ok(path)
    }

    fn documents_path(&self) -> PathBuf {
        self.folder.join(format!("{DOCUMENTS_NAME}{NEW_SUFFIX}"))
    }

    /// The next index, which begins with all lines of the old one.
    fn open_documents(&mut self) -> Result<&mut BufWriter<File>, StoreError> {
        if self.documents.is_none() {
            let path = self.documents_path();
            let mut file = BufWriter::new(File::create(&path).map_err(StoreError::io("create", &path))?);
            if self.old > 0 {
                let mut old = BundleStore::open(&self.folder)?.documents()?;
                io::copy(&mut old, &mut file).map_err(StoreError::io("write", &path))?;
            }
            self.documents = Some(file);
        }
        self.documents.as_mut().ok_or(StoreError::ReadOnly)
    }

    /// Puts the index in place; it stays as it is when no entry was appended.
    fn settle_documents(&mut self) -> Result<(), StoreError> {
        let path = self.folder.join(DOCUMENTS_NAME);
        if self.size() == self.old && path.exists() {
            return Ok(());
        }
        self.open_documents()?;
        let Some(documents) = self.documents.take() else { return Ok(()) };
        let mut documents = Some(documents);
        let mut file = None;
        self.steps.take(Step::WriteFile, &mut || {
            if let Some(documents) = documents.take() {
                let written = documents.into_inner().map_err(io::IntoInnerError::into_error);
                file = Some(written.map_err(StoreError::io("write", &path))?);
            }
            Ok(())
        })?;
        match file {
            Some(file) => durable::settle(&file, &path, &mut *self.steps),
            None => Ok(()),
        }
    }

    fn unsound(&self, entry: u64, file: &str, reason: String) -> StoreError {
        StoreError::Bundle { folder: self.folder.clone(), entry, file: file.into(), reason }
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        // In so many words, as for the lock of a ledger.
        let _ = self.folder_file.unlock();
    }
}

impl fmt::Debug for BundleWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BundleWriter")
            .field("folder", &self.folder)
            .field("published", &self.old)
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// The bytes of the entry tile that is not full, so that it can grow.
fn edge_entries(bundle: &BundleStore) -> Result<Vec<u8>, StoreError> {
    let size = bundle.anchor().size;
    let Some(tile) = EntryTile::new(size >> 8, u16::try_from(size & 0xff).unwrap_or(0)) else {
        return Ok(Vec::new());
    };
    // Read once as entries, so that nothing is appended behind bytes that are none.
    bundle.read(tile.entries().start, usize::from(tile.width()))?;
    bundle.entry_tile(&tile)
}

fn bytes_of(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.as_bytes()).copied().collect()
}
