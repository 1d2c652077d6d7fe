//! A bundle of evidence on disk ([`ledger::sample::evidence`](crate::ledger::sample::evidence)): how it is read when
//! somebody else made it, and how it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::domain::Digest;
use crate::ledger::digest::{of_document, sha256};
use crate::ledger::sample::evidence::{Folder, ListedFile};

use super::durable::{self, open_regular, read_bounded};
use super::steps::RealSteps;
use super::{StoreError, durable::sync_folder};

/// Most files of a bundle, and most that are looked through for documents.
pub const MAX_FILES: usize = 1_000_000;
/// How deep folders stand in a bundle: `linked/<entry>/…`, `<entry>/documents/…`.
const MAX_DEPTH: usize = 3;
/// How deep documents are looked for.
const MAX_SEARCH_DEPTH: usize = 32;
/// Longest path below a bundle, in bytes.
const MAX_PATH_BYTES: usize = 200;

/// A bundle that is read. Whoever made it is not trusted: links, pipes and strange names are refused, and every length is
/// bounded.
#[derive(Debug)]
pub struct EvidenceFolder {
    folder: PathBuf,
    files: BTreeMap<String, u64>,
}

impl EvidenceFolder {
    /// Looks at every name in the folder.
    ///
    /// # Errors
    /// [`StoreError::File`] when something in it cannot be of a bundle, [`StoreError::Io`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let kind = folder.symlink_metadata().map_err(StoreError::io("look at", folder))?;
        if !kind.is_dir() {
            return Err(refused(folder, "it is not a folder"));
        }
        let mut opened = Self { folder: folder.to_owned(), files: BTreeMap::new() };
        opened.walk(folder, "", 1)?;
        Ok(opened)
    }

    fn walk(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), StoreError> {
        for item in fs::read_dir(folder).map_err(StoreError::io("list", folder))? {
            let item = item.map_err(StoreError::io("list", folder))?;
            let path = item.path();
            let name = item.file_name().into_string();
            let name = name.map_err(|_| refused(&path, "its name is not of a bundle of evidence"))?;
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
            if name.starts_with('.') || !name.bytes().all(plain) {
                return Err(refused(&path, "its name is not of a bundle of evidence"));
            }
            let named = if below.is_empty() { name } else { format!("{below}/{name}") };
            // Not through a link, wherever it leads.
            let kind = path.symlink_metadata().map_err(StoreError::io("look at", &path))?;
            if kind.is_file() {
                if self.files.len() >= MAX_FILES || named.len() > MAX_PATH_BYTES {
                    return Err(refused(
                        &path,
                        "a bundle of evidence has not so many files, nor so long names",
                    ));
                }
                self.files.insert(named, kind.len());
            } else if kind.is_dir() && depth < MAX_DEPTH {
                self.walk(&path, &named, depth.saturating_add(1))?;
            } else {
                return Err(refused(&path, "it is neither a file nor a folder of a bundle of evidence"));
            }
        }
        Ok(())
    }
}

impl Folder for EvidenceFolder {
    fn files(&self) -> &BTreeMap<String, u64> {
        &self.files
    }

    fn read(&self, path: &str, max: usize) -> Result<Vec<u8>, String> {
        if !self.files.contains_key(path) {
            return Err("it is not there".into());
        }
        let read = read_bounded(&self.folder.join(path), max).map_err(|error| error.to_string())?;
        read.ok_or_else(|| "it is not there".into())
    }

    fn digest(&self, path: &str) -> Result<(Digest, u64), String> {
        let Some(bytes) = self.files.get(path) else { return Err("it is not there".into()) };
        let opened = open_regular(&self.folder.join(path)).map_err(|error| error.to_string())?;
        let file = opened.ok_or_else(|| "it is not there".to_owned())?;
        // It had so many bytes when it was looked at; what grows while it is read is not read for ever.
        of_document(file.take(bytes.saturating_add(1))).map_err(|error| format!("it cannot be read: {error}"))
    }
}

fn refused(path: &Path, reason: &'static str) -> StoreError {
    StoreError::File { path: path.to_owned(), reason }
}

/// A bundle that is written.
#[derive(Debug)]
pub struct EvidenceWriter {
    folder: PathBuf,
    files: BTreeMap<String, ListedFile>,
}

impl EvidenceWriter {
    /// Begins a bundle in a new or empty folder.
    ///
    /// # Errors
    /// [`StoreError::File`] when something is in it, [`StoreError::Io`].
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        match fs::create_dir(folder) {
            Ok(()) => {}
            Err(exists) if exists.kind() == ErrorKind::AlreadyExists => {
                let mut there = fs::read_dir(folder).map_err(StoreError::io("list", folder))?;
                if there.next().is_some() {
                    return Err(refused(folder, "it is not empty; name a new folder"));
                }
            }
            Err(source) => return Err(StoreError::Io { what: "create", path: folder.to_owned(), source }),
        }
        Ok(Self { folder: folder.to_owned(), files: BTreeMap::new() })
    }

    /// Puts a file.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let (place, mut file) = self.make(path)?;
        file.write_all(bytes).map_err(StoreError::io("write", &place))?;
        self.list(path, bytes.len() as u64, sha256(&[bytes]));
        Ok(())
    }

    /// Copies a document; false when it is not the one that is wanted, and then it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::File`].
    pub fn copy(&mut self, path: &str, from: &Path, wanted: (Digest, u64)) -> Result<bool, StoreError> {
        let Some(source) = open_regular(from)? else { return Ok(false) };
        let (place, mut file) = self.make(path)?;
        std::io::copy(&mut source.take(wanted.1.saturating_add(1)), &mut file)
            .map_err(StoreError::io("copy", &place))?;
        drop(file);
        let copied = File::open(&place).map_err(StoreError::io("open", &place))?;
        if of_document(copied).map_err(StoreError::io("read", &place))? != wanted {
            fs::remove_file(&place).map_err(StoreError::io("remove", &place))?;
            return Ok(false);
        }
        self.list(path, wanted.1, wanted.0);
        Ok(true)
    }

    /// The files so far, in the order of their paths.
    pub fn files(&self) -> Vec<ListedFile> {
        self.files.values().cloned().collect()
    }

    /// Puts the manifest, last: without it there is no bundle.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn finish(self, name: &str, manifest: &[u8]) -> Result<(), StoreError> {
        durable::replace(&self.folder.join(name), manifest)?;
        sync_folder(&self.folder, &mut RealSteps)
    }

    fn make(&self, path: &str) -> Result<(PathBuf, File), StoreError> {
        let place = self.folder.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&place);
        Ok((place.clone(), file.map_err(StoreError::io("create", &place))?))
    }

    fn list(&mut self, path: &str, bytes: u64, sha256: Digest) {
        self.files.insert(path.to_owned(), ListedFile { path: path.to_owned(), bytes, sha256 });
    }
}

/// Where documents lie, of those that are wanted by digest and size. Only files of a wanted size are read; links are not
/// followed.
///
/// # Errors
/// [`StoreError::File`] when there are too many files or too deep folders, [`StoreError::Io`].
pub fn find_documents(
    folders: &[PathBuf],
    wanted: &BTreeSet<(Digest, u64)>,
) -> Result<BTreeMap<(Digest, u64), PathBuf>, StoreError> {
    let sizes: BTreeSet<u64> = wanted.iter().map(|(_, bytes)| *bytes).collect();
    let mut found = BTreeMap::new();
    let mut seen: usize = 0;
    let mut left: Vec<(PathBuf, usize)> = folders.iter().rev().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = left.pop() {
        if depth > MAX_SEARCH_DEPTH {
            return Err(refused(&folder, "it stands too deep to be looked through for documents"));
        }
        for item in fs::read_dir(&folder).map_err(StoreError::io("list", &folder))? {
            let path = item.map_err(StoreError::io("list", &folder))?.path();
            seen = seen.saturating_add(1);
            if seen > MAX_FILES {
                return Err(refused(&folder, "there are too many files to be looked through for documents"));
            }
            let kind = path.symlink_metadata().map_err(StoreError::io("look at", &path))?;
            if kind.is_dir() {
                left.push((path, depth.saturating_add(1)));
            } else if kind.is_file() && sizes.contains(&kind.len()) {
                let Some(file) = open_regular(&path)? else { continue };
                let limit = kind.len().saturating_add(1);
                let what = of_document(file.take(limit)).map_err(StoreError::io("read", &path))?;
                if wanted.contains(&what) {
                    found.entry(what).or_insert(path);
                }
            }
        }
    }
    Ok(found)
}
