//! A bundle as a [`Store`] to read from.
//!
//! Nothing in a bundle is believed: every file is bounded before it is read, no link leads out of the folder, and
//! whether entries, tiles and checkpoints agree is for the auditor to say, who gets all of them as they are.

use std::io::{BufRead, BufReader, Read, Seek, Take};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{
    CHECKPOINT_NAME, DOCUMENTS_NAME, MAX_DOCUMENT_LINE, Named, Stray, StrayKind, entry_of_line, inside,
    read_file, stated_size, walk,
};
use crate::domain::Digest;
use crate::ledger::tile::{EntryTile, Tile, WIDTH, entry_tiles_of, hashes_at, tiles_of};
use crate::ledger::tree::Nodes;
use crate::store::checkpoints::{self, MAX_CHECKPOINT_BYTES};
use crate::store::durable;
use crate::store::nodes::{Place, TileCache, digests};
use crate::store::{Anchor, Store, StoreError};

/// A bundle, opened to be read. Its anchor is the size of `checkpoint` and the last hash of tile level 0.
#[derive(Debug)]
pub struct BundleStore {
    folder: PathBuf,
    checkpoint: Vec<u8>,
    anchor: Anchor,
    /// The entry tile that was read last.
    last_read: Mutex<Option<ReadTile>>,
    tiles: TileCache,
}

impl BundleStore {
    /// Opens the bundle in `dir`.
    ///
    /// # Errors
    /// [`StoreError::NotABundle`] when it has no `checkpoint`; [`StoreError::Bundle`] when that states no size, or
    /// the tile with the last link is not there or not whole; [`StoreError::Io`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let mut bundle = Self::salvage(dir)?;
        bundle.anchor.link = bundle.last_link()?;
        Ok(bundle)
    }

    /// As [`open`](Self::open), for a bundle whose last link cannot be read: [`anchor`](Store::anchor) then has
    /// [`Digest::ZERO`] in its place. Gives what can be read, so that an audit can go on.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for that tile.
    pub fn salvage(dir: &Path) -> Result<Self, StoreError> {
        let folder = dir.canonicalize().map_err(StoreError::io("find", dir))?;
        let damaged = |reason: String| StoreError::Bundle {
            folder: folder.clone(),
            entry: 0,
            file: CHECKPOINT_NAME.into(),
            reason,
        };
        let checkpoint = match read_file(&folder, CHECKPOINT_NAME, MAX_CHECKPOINT_BYTES) {
            Ok(Some(checkpoint)) => checkpoint,
            Ok(None) => return Err(StoreError::NotABundle { folder: dir.to_owned() }),
            Err(StoreError::File { reason, .. }) => return Err(damaged(told(reason))),
            Err(other) => return Err(other),
        };
        let size =
            stated_size(&checkpoint).ok_or_else(|| damaged("states no size in its second line".into()))?;
        let anchor = Anchor { size, link: Digest::ZERO };
        let mut bundle =
            Self { folder, checkpoint, anchor, last_read: Mutex::default(), tiles: TileCache::default() };
        match bundle.last_link() {
            Ok(link) => bundle.anchor.link = link,
            Err(StoreError::Bundle { .. }) => {}
            Err(other) => return Err(other),
        }
        Ok(bundle)
    }

    /// The bundle's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bytes of `checkpoint`, as they were when the bundle was opened.
    pub fn checkpoint(&self) -> &[u8] {
        &self.checkpoint
    }

    /// The sizes of the signed checkpoints in `checkpoints/`, ascending; none above the size of the bundle. The
    /// last may carry other signatures than [`checkpoint`](Self::checkpoint) when an export was interrupted.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        let within = inside(&self.folder, checkpoints::NAME)?;
        if !within.is_some_and(|path| path.symlink_metadata().is_ok_and(|kind| kind.is_dir())) {
            return Ok(Vec::new());
        }
        let mut sizes = Vec::new();
        for (file, _) in walk(&self.folder, checkpoints::NAME)? {
            match Named::parse(&file) {
                Some(named @ Named::Signed(size)) if named.belongs(self.anchor.size) => sizes.push(size),
                _ => {}
            }
        }
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// The bytes of the signed checkpoint of that size.
    ///
    /// # Errors
    /// [`StoreError::Bundle`] when it is not there, too long or no regular file; [`StoreError::Io`].
    pub fn signed_checkpoint(&self, size: u64) -> Result<Vec<u8>, StoreError> {
        self.file(&format!("{}/{size}", checkpoints::NAME), size.saturating_sub(1), MAX_CHECKPOINT_BYTES)
    }

    /// The bytes of a hash tile: 32 for each of its hashes.
    ///
    /// # Errors
    /// [`StoreError::Bundle`] when it is not there or has another length; [`StoreError::Io`].
    pub fn tile(&self, tile: &Tile) -> Result<Vec<u8>, StoreError> {
        let bytes = self.file(&tile.path(), tile.first_entry(), tile.bytes())?;
        if bytes.len() != tile.bytes() {
            let reason = format!("has {} bytes and should have {}", bytes.len(), tile.bytes());
            return Err(self.unsound(tile.first_entry(), tile.path(), reason));
        }
        Ok(bytes)
    }

    /// The bytes of an entry tile, whose framing is not looked at.
    ///
    /// # Errors
    /// [`StoreError::Bundle`] when it is not there or too long; [`StoreError::Io`].
    pub fn entry_tile(&self, tile: &EntryTile) -> Result<Vec<u8>, StoreError> {
        self.file(&tile.path(), tile.entries().start, tile.max_bytes())
    }

    /// The index of documents, from its beginning up to and without the first line that names an entry which the
    /// bundle does not have: that and what follows is left over.
    ///
    /// # Errors
    /// [`StoreError::Bundle`] when it is not there, or has a line above [`MAX_DOCUMENT_LINE`] bytes;
    /// [`StoreError::Io`].
    pub fn documents(&self) -> Result<BufReader<Take<std::fs::File>>, StoreError> {
        self.read_documents(|last| {
            let reason = format!("has a line of more than {MAX_DOCUMENT_LINE} bytes");
            Err(self.unsound(last, DOCUMENTS_NAME.into(), reason))
        })
    }

    /// As [`documents`](Self::documents), for an audit: a line that is too long is the last, and cut.
    ///
    /// # Errors
    /// As [`documents`](Self::documents), but for such a line.
    pub fn documents_as_they_are(&self) -> Result<BufReader<Take<std::fs::File>>, StoreError> {
        self.read_documents(|_| Ok(()))
    }

    /// The index of documents; `too_long` is asked about a line that is, and given the entry that was named last.
    fn read_documents(
        &self,
        too_long: impl FnOnce(u64) -> Result<(), StoreError>,
    ) -> Result<BufReader<Take<std::fs::File>>, StoreError> {
        let absent = || self.unsound(0, DOCUMENTS_NAME.into(), "is missing".into());
        let path = inside(&self.folder, DOCUMENTS_NAME)?.ok_or_else(absent)?;
        let file = durable::open_regular(&path).map_err(|error| self.of_bundle(error, DOCUMENTS_NAME, 0))?;
        let mut file = file.ok_or_else(absent)?;
        let mut lines = BufReader::new(&file);
        let (mut line, mut last, mut length) = (Vec::new(), 0, 0_u64);
        loop {
            line.clear();
            let limit = u64::try_from(MAX_DOCUMENT_LINE).unwrap_or(u64::MAX);
            let read = lines.by_ref().take(limit).read_until(b'\n', &mut line);
            let read = read.map_err(StoreError::io("read", &path))?;
            let entry = entry_of_line(&line);
            if read == 0 || entry.is_some_and(|entry| entry >= self.anchor.size) {
                break;
            }
            last = entry.unwrap_or(last);
            length = length.saturating_add(u64::try_from(read).unwrap_or(0));
            if read == MAX_DOCUMENT_LINE && !line.ends_with(b"\n") {
                too_long(last)?;
                break;
            }
        }
        file.rewind().map_err(StoreError::io("read", &path))?;
        Ok(BufReader::new(file.take(length)))
    }

    /// What is in the folder and does not belong to this bundle, in order of names. Looks at every file.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn stray_files(&self) -> Result<Vec<Stray>, StoreError> {
        let files = walk(&self.folder, "")?.into_iter();
        let strays = files.filter_map(|(file, regular)| match Named::parse(&file) {
            Some(named) if regular && named.belongs(self.anchor.size) => None,
            Some(_) if regular => Some(Stray { file, kind: StrayKind::Leftover }),
            _ => Some(Stray { file, kind: StrayKind::Foreign }),
        });
        Ok(strays.collect())
    }

    /// The first `max` files that the bundle should have and has not, the entries' first.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn missing_files(&self, max: usize) -> Result<Vec<String>, StoreError> {
        let size = self.anchor.size;
        let signed = format!("{}/{size}", checkpoints::NAME);
        let names = entry_tiles_of(size)
            .map(|tile| tile.path())
            .chain(tiles_of(size).map(|tile| tile.path()))
            .chain([DOCUMENTS_NAME.to_owned(), signed]);
        let mut missing = Vec::new();
        for name in names {
            if missing.len() >= max {
                break;
            }
            match inside(&self.folder, &name) {
                Ok(Some(_)) => {}
                Ok(None) | Err(StoreError::File { .. }) => missing.push(name),
                Err(other) => return Err(other),
            }
        }
        Ok(missing)
    }

    fn last_link(&self) -> Result<Digest, StoreError> {
        match self.anchor.size.checked_sub(1) {
            Some(last) => self.node(0, last),
            None => Ok(Digest::ZERO),
        }
    }

    /// The entries of an entry tile, as far as they hold.
    fn entries(&self, tile: EntryTile) -> Result<ReadTile, StoreError> {
        let bytes = self.entry_tile(&tile)?;
        let (entries, flaw) = unframe(&bytes, tile.width());
        Ok(ReadTile { tile, entries, flaw })
    }

    fn file(&self, file: &str, entry: u64, max: usize) -> Result<Vec<u8>, StoreError> {
        match read_file(&self.folder, file, max) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(self.unsound(entry, file.into(), "is missing".into())),
            Err(error) => Err(self.of_bundle(error, file, entry)),
        }
    }

    /// What is wrong with a file is wrong with the bundle.
    fn of_bundle(&self, error: StoreError, file: &str, entry: u64) -> StoreError {
        match error {
            StoreError::File { reason, .. } => self.unsound(entry, file.into(), told(reason)),
            other => other,
        }
    }

    fn unsound(&self, entry: u64, file: String, reason: String) -> StoreError {
        StoreError::Bundle { folder: self.folder.clone(), entry, file, reason }
    }
}

/// "it is longer …", said so that it follows on the name of the file.
fn told(reason: &str) -> String {
    reason.strip_prefix("it ").unwrap_or(reason).into()
}

/// An entry tile that was read.
#[derive(Debug)]
struct ReadTile {
    tile: EntryTile,
    /// Its entries, those before the flaw.
    entries: Vec<Vec<u8>>,
    /// Why it does not hold from there on.
    flaw: Option<&'static str>,
}

/// The `width` entries in the bytes of an entry tile, each behind its length (C2SP tlog-tiles): nothing may be
/// over. Otherwise the entries before the one from which on it does not hold, and why.
fn unframe(bytes: &[u8], width: u16) -> (Vec<Vec<u8>>, Option<&'static str>) {
    let mut rest = bytes;
    let mut entries = Vec::with_capacity(width.into());
    for _ in 0..width {
        let framed = rest.split_first_chunk::<2>().and_then(|(length, behind)| {
            let (entry, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into())?;
            Some((entry.to_vec(), behind))
        });
        let Some((entry, behind)) = framed else {
            return (entries, Some("is cut off inside an entry, or has too few"));
        };
        entries.push(entry);
        rest = behind;
    }
    if rest.is_empty() {
        return (entries, None);
    }
    entries.pop();
    (entries, Some("has bytes behind its last entry"))
}

impl Store for BundleStore {
    fn anchor(&self) -> Anchor {
        self.anchor
    }

    fn len(&self) -> u64 {
        self.anchor.size
    }

    fn is_vouched(&self) -> bool {
        false
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let end = from.saturating_add(u64::try_from(max).unwrap_or(u64::MAX)).min(self.anchor.size);
        let mut entries = Vec::new();
        let mut at = from;
        let mut last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        while at < end {
            let index = at >> 8;
            let left = self.anchor.size.saturating_sub(index << 8);
            let width = u16::try_from(left).unwrap_or(WIDTH).min(WIDTH);
            let Some(tile) = EntryTile::new(index, width) else { break };
            let known = match last_read.take().filter(|known| known.tile == tile) {
                Some(known) => known,
                None => self.entries(tile)?,
            };
            let inside = tile.entries();
            let stop = end.min(inside.end);
            let skip = usize::try_from(at.saturating_sub(inside.start)).unwrap_or(usize::MAX);
            let take = usize::try_from(stop.saturating_sub(at)).unwrap_or(usize::MAX);
            let sound = inside.start.saturating_add(u64::try_from(known.entries.len()).unwrap_or(u64::MAX));
            let flaw = known.flaw.filter(|_| sound < stop);
            entries.extend(known.entries.iter().skip(skip).take(take).cloned());
            *last_read = Some(known);
            if let Some(reason) = flaw {
                return Err(self.unsound(sound, tile.path(), reason.into()));
            }
            at = stop;
        }
        Ok(entries)
    }

    fn commit(&mut self, _: Anchor, _: &[Vec<u8>], _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn adopt_tail(&mut self, _: Anchor, _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }
}

/// The hashes as the tiles say them. Whoever makes a proof of them checks it.
impl Nodes for BundleStore {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<Digest, StoreError> {
        let place = Place::of(level, index);
        let there = hashes_at(place.level, self.anchor.size);
        let beyond = || {
            let reason =
                format!("has no subtree {index} of 2^{level} entries: the bundle does not reach so far");
            self.unsound(self.anchor.size, CHECKPOINT_NAME.into(), reason)
        };
        let place = place.within(there).ok_or_else(beyond)?;
        self.tiles.node(place, there, |first, width| {
            let tile = Tile::new(place.level, first >> 8, width).ok_or_else(beyond)?;
            Ok(digests(&self.tile(&tile)?))
        })
    }
}
