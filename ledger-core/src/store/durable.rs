//! Small files that are there whole or not at all, and the reading of files that somebody else may have made.
//!
//! A file is put in its place in four steps ([`replace`]): written beside it under the name `<name>.new`, fsynced,
//! renamed, and the folder fsynced. A crash before the rename leaves the old file, or none, and a `.new` that is
//! never read and that the next try overwrites; after it the new file is there, for good once the folder is synced.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::steps::{RealSteps, Step, Steps};

/// What the name of a file ends in before it takes its place.
pub const NEW_SUFFIX: &str = ".new";

/// Makes `bytes` the content of the file at `path`, durably: the old file or the new one is there at every moment.
/// Its folder must be there. One process at a time.
///
/// # Errors
/// [`StoreError::Io`] at the step that failed; which of the two is on the disk is then unknown.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace_with(path, bytes, &mut RealSteps)
}

/// As [`replace`], with every step taken through `steps`.
///
/// # Errors
/// As [`replace`].
pub fn replace_with(path: &Path, bytes: &[u8], steps: &mut dyn Steps) -> Result<(), StoreError> {
    place(path, bytes, steps)?;
    sync_folder(folder_of(path), steps)
}

/// The first three steps of [`replace`]: whoever puts many files into a folder syncs it once, with
/// [`sync_folder`].
pub(super) fn place(path: &Path, bytes: &[u8], steps: &mut dyn Steps) -> Result<(), StoreError> {
    let new = new_path(path);
    let mut file = None;
    steps.take(Step::WriteFile, &mut || {
        let mut opened = File::create(&new).map_err(StoreError::io("create", &new))?;
        opened.write_all(bytes).map_err(StoreError::io("write", &new))?;
        file = Some(opened);
        Ok(())
    })?;
    if let Some(file) = file {
        settle(&file, path, steps)?;
    }
    Ok(())
}

/// A file that is written piece by piece beside its place, and takes it when it is whole. Dropped before, it leaves the
/// old file, or none.
#[derive(Debug)]
pub struct NewFile {
    file: BufWriter<File>,
    path: PathBuf,
    placed: bool,
}

impl NewFile {
    /// Begins a file that is to be at `path`. Its folder must be there. One process at a time.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn begin(path: &Path) -> Result<Self, StoreError> {
        let new = new_path(path);
        let file = File::create(&new).map_err(StoreError::io("create", &new))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned(), placed: false })
    }

    /// Gives the file its place, durably.
    ///
    /// # Errors
    /// [`StoreError::Io`] at the step that failed.
    pub fn place(mut self) -> Result<(), StoreError> {
        self.file.flush().map_err(StoreError::io("write", &new_path(&self.path)))?;
        settle(self.file.get_ref(), &self.path, &mut RealSteps)?;
        self.placed = true;
        sync_folder(folder_of(&self.path), &mut RealSteps)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.placed {
            // Where it cannot be removed, the next try overwrites it.
            let _ = fs::remove_file(new_path(&self.path));
        }
    }
}

/// The folder in which a file stands: for a bare name the one in which the program runs.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Gives `file`, which was written under the [`new_path`] of `path`, its place.
pub(super) fn settle(file: &File, path: &Path, steps: &mut dyn Steps) -> Result<(), StoreError> {
    let new = new_path(path);
    steps.take(Step::SyncFile, &mut || file.sync_all().map_err(StoreError::io("fsync", &new)))?;
    steps.take(Step::RenameFile, &mut || fs::rename(&new, path).map_err(StoreError::io("replace", path)))
}

/// Makes the names in `folder` durable.
pub(super) fn sync_folder(folder: &Path, steps: &mut dyn Steps) -> Result<(), StoreError> {
    steps.take(Step::SyncNames, &mut || {
        let opened = File::open(folder).map_err(StoreError::io("open", folder))?;
        opened.sync_all().map_err(StoreError::io("fsync", folder))
    })
}

/// Where a file is written before it takes the place of `path`.
pub(super) fn new_path(path: &Path) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(NEW_SUFFIX);
    name.into()
}

/// The bytes of the file at `path`, at most `max` of them; `None` when there is none.
///
/// # Errors
/// [`StoreError::File`] when it is longer, or is no regular file: a pipe would never end, and a link may lead
/// anywhere. [`StoreError::Io`].
pub fn read_bounded(path: &Path, max: usize) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(file) = open_regular(path)? else { return Ok(None) };
    let limit = u64::try_from(max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(StoreError::io("read", path))?;
    if bytes.len() > max {
        return Err(StoreError::File {
            path: path.to_owned(),
            reason: "it is longer than such a file can be",
        });
    }
    Ok(Some(bytes))
}

/// The file at `path`, to be read; `None` when there is none.
///
/// # Errors
/// [`StoreError::File`] when it is no regular file, [`StoreError::Io`].
pub(super) fn open_regular(path: &Path) -> Result<Option<File>, StoreError> {
    match path.symlink_metadata() {
        Ok(kind) if !kind.is_file() => {
            Err(StoreError::File { path: path.to_owned(), reason: "it is not a regular file" })
        }
        Ok(_) => File::open(path).map(Some).map_err(StoreError::io("open", path)),
        Err(absent) if absent.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Io { what: "look at", path: path.to_owned(), source }),
    }
}

/// Makes the folder at `path` if it is not there; true when it was made now, so that its parent is to be synced.
///
/// # Errors
/// [`StoreError::File`] when something else is there, [`StoreError::Io`].
pub(super) fn ensure_folder(path: &Path) -> Result<bool, StoreError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(true),
        Err(exists) if exists.kind() == ErrorKind::AlreadyExists => {
            let kind = path.symlink_metadata().map_err(StoreError::io("look at", path))?;
            if kind.is_dir() {
                return Ok(false);
            }
            Err(StoreError::File { path: path.to_owned(), reason: "it is not a folder" })
        }
        Err(source) => Err(StoreError::Io { what: "create", path: path.to_owned(), source }),
    }
}
