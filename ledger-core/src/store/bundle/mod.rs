//! A ledger as a folder of plain files (C2SP tlog-tiles), which any verifier can read: what is exported, carried
//! away, audited and imported.
//!
//! ```text
//! checkpoint                  the signed checkpoint; its size is the bundle's; written last
//! tile/<L>/<N>[.p/<W>]        hashes (see ledger/tile.rs)
//! tile/entries/<N>[.p/<W>]    entries, each behind its length: two bytes, big-endian
//! documents                   ours: a line for each document that an entry names, in the order of entries
//! checkpoints/<size>          ours: every signed checkpoint that the exporter has
//! ```
//!
//! # What an interrupted export means
//!
//! Until `checkpoint` is in its place, the bundle is the old one (or none). All else that is there by then belongs
//! to a larger tree and is not looked at: tiles of other names, lines of `documents` behind the last entry of the
//! bundle, larger signed checkpoints, files under the name `….new`. That is called [leftover](StrayKind::Leftover);
//! the next export uses it or removes it. After that the bundle is the new one, and partial tiles of the old one may
//! be left over.

pub mod reader;
pub mod writer;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use reader::BundleStore;
pub use writer::BundleWriter;

use super::durable::{self, NEW_SUFFIX};
use super::{StoreError, checkpoints};
use crate::ledger::tile::{EntryTile, Tile, has_entry_tile, has_tile};

/// Name of the file that makes the bundle.
pub const CHECKPOINT_NAME: &str = "checkpoint";
/// Name of the index of documents.
pub const DOCUMENTS_NAME: &str = "documents";
/// Most bytes of a line of the index, its end included. A media type is text of up to 2,000 characters of four bytes.
pub const MAX_DOCUMENT_LINE: usize = 8_192;

/// The deepest file of a bundle: `tile`, a level, seven groups of digits, a width; and one below, to be found.
const MAX_DEPTH: usize = 11;

/// Something in a bundle's folder that the bundle of this size does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// The file, its parts divided by `/`.
    pub file: String,
    /// What it is.
    pub kind: StrayKind,
}

/// What a stray file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StrayKind {
    /// A file of a bundle, but not of this size: an export was interrupted. It says nothing, and the next export
    /// mends it.
    Leftover,
    /// No file of a bundle, or something that is no regular file.
    Foreign,
}

/// A file of a bundle, by its name.
enum Named {
    Checkpoint,
    Documents,
    Signed(u64),
    Hashes(Tile),
    Entries(EntryTile),
    /// Not yet in its place.
    New,
}

impl Named {
    /// What the name says; each file has one name.
    fn parse(file: &str) -> Option<Self> {
        if let Some(placed) = file.strip_suffix(NEW_SUFFIX) {
            return Self::parse(placed).filter(|named| !matches!(named, Self::New)).map(|_| Self::New);
        }
        match file {
            CHECKPOINT_NAME => return Some(Self::Checkpoint),
            DOCUMENTS_NAME => return Some(Self::Documents),
            _ => {}
        }
        let signed =
            || file.strip_prefix(checkpoints::NAME)?.strip_prefix('/').and_then(checkpoints::size_of);
        Tile::parse(file)
            .map(Self::Hashes)
            .or_else(|| EntryTile::parse(file).map(Self::Entries))
            .or_else(|| signed().map(Self::Signed))
    }

    /// Whether a bundle of `size` entries has it.
    fn belongs(&self, size: u64) -> bool {
        match self {
            Self::Checkpoint | Self::Documents => true,
            Self::Signed(of) => *of <= size,
            Self::Hashes(tile) => has_tile(size, tile),
            Self::Entries(tile) => has_entry_tile(size, tile),
            Self::New => false,
        }
    }
}

/// Everything below `within` in `folder` that is no folder, by its path from `folder`, with whether it is a regular
/// file. A folder that is too deep is given as one thing.
fn walk(folder: &Path, within: &str) -> Result<Vec<(String, bool)>, StoreError> {
    let mut found = Vec::new();
    let mut folders = vec![(within.to_owned(), 0_usize)];
    while let Some((inside, depth)) = folders.pop() {
        let path = folder.join(&inside);
        let items = match fs::read_dir(&path) {
            Ok(items) => items,
            Err(absent) if absent.kind() == ErrorKind::NotFound => continue,
            Err(source) => return Err(StoreError::Io { what: "list", path, source }),
        };
        for item in items {
            let item = item.map_err(StoreError::io("list", &path))?;
            let kind = item.file_type().map_err(StoreError::io("look at", item.path()))?;
            // A name that is no text is none of ours, and stays so when it is shown.
            let name = item.file_name().to_string_lossy().into_owned();
            let file = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((file, depth.saturating_add(1)));
            } else {
                found.push((file, kind.is_file()));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// What stands at `file` below `folder`: no part of the way may be a link to elsewhere. `None` when it, or a part of
/// the way, is not there.
fn inside(folder: &Path, file: &str) -> Result<Option<PathBuf>, StoreError> {
    let mut path = folder.to_owned();
    let mut parts = file.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        match path.symlink_metadata() {
            Ok(kind) if parts.peek().is_none() || kind.is_dir() => {}
            Ok(_) => return Err(StoreError::File { path, reason: "it is not a folder" }),
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { what: "look at", path, source }),
        }
    }
    Ok(Some(path))
}

/// The bytes of a file of a bundle; `None` when it is not there.
fn read_file(folder: &Path, file: &str, max: usize) -> Result<Option<Vec<u8>>, StoreError> {
    match inside(folder, file)? {
        Some(path) => durable::read_bounded(&path, max),
        None => Ok(None),
    }
}

/// The size that a signed checkpoint states in its second line. The rest of it is for the layers above to judge.
fn stated_size(checkpoint: &[u8]) -> Option<u64> {
    let line = checkpoint.split(|byte| *byte == b'\n').nth(1)?;
    checkpoints::size_of(std::str::from_utf8(line).ok()?)
}

/// The entry that a line of the index of documents begins with.
fn entry_of_line(line: &[u8]) -> Option<u64> {
    let number = line.split(|byte| *byte == b' ').next()?;
    checkpoints::size_of(std::str::from_utf8(number).ok()?)
}
