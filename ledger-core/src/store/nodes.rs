//! The hashes of the tree, kept so that a proof need not hash every entry again.
//!
//! ```text
//! DIR/tree/<L>      hash i of tile level L at byte 32·i: the root of entries i·256^L … (i+1)·256^L − 1
//! ```
//!
//! Only complete subtrees are there, so nothing is ever changed, only appended. All of it is derived: whoever
//! removes the folder loses time and nothing else. Hence plain writes, no fsync. After a power cut a file may be cut
//! or hold anything; lengths that do not fit together are mended when the folder is opened for writing, but **a
//! wrong hash is not seen here**. Whoever makes a proof from these files checks it against a root that does not come
//! from them (the ledger's frontier); when it does not hold he calls [`NodeFiles::clear`] and fills them anew. So too
//! when a commit died and the files reach behind the ledger's end: [`NodeFiles::truncate`] before anything is appended.
//!
//! The files of the upper levels are written before those of the lower: who reads while another appends takes the
//! length of level 0 first, and so finds everything above it.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StoreError;
use super::durable;
use crate::domain::Digest;
use crate::ledger::tile::{Edges, HASH_BYTES, MAX_TILE_BYTES, WIDTH, hashes_at, subtree};
use crate::ledger::tree::{NoSuchNode, Nodes};

/// Name of the folder in the ledger's folder.
pub const NAME: &str = "tree";
/// Levels of tiles that a tree of less than 2^64 leaves can have.
const LEVELS: u8 = 8;
/// Tiles that are kept in memory: 8 KiB each. A proof touches at most two of a level.
const CACHED: usize = 16;
/// How many links one round of [`NodeFiles::extend`] takes, to bound what it holds in memory.
const ROUND: usize = 65_536;
/// Bytes of a hash, as files count.
const HASH: u64 = 32;
const SHORT: &str = "is shorter than it was";

/// The hashes of a tree in the folder `tree/` of a ledger.
///
/// One process appends (the owner of the ledger's lock); others may read at the same time, and see a prefix.
#[derive(Debug)]
pub struct NodeFiles {
    folder: PathBuf,
    writable: bool,
    /// By level; a level without hashes may have no file.
    files: Vec<File>,
    size: u64,
    /// What the next hashes above are made of. `None` when the files are to be looked at again first.
    edges: Option<Edges>,
    cache: TileCache,
}

impl NodeFiles {
    /// Opens those in `folder`, the folder of a ledger. For writing, the folder `tree/` is made when it is not
    /// there, a half-written hash is cut off, and upper levels that are too long or too short are cut or made again
    /// from the level below. For reading nothing is changed, and [`size`](Self::size) is as far as all levels
    /// reach.
    ///
    /// # Errors
    /// [`StoreError::File`] when something else is in the place of a file; [`StoreError::Io`].
    pub fn open(folder: &Path, writable: bool) -> Result<Self, StoreError> {
        let folder = folder.join(NAME);
        if writable {
            durable::ensure_folder(&folder)?;
        }
        let cache = TileCache::default();
        let mut nodes = Self { folder, writable, files: Vec::new(), size: 0, edges: None, cache };
        for level in 0..LEVELS {
            match nodes.open_level(level, false)? {
                Some(file) => nodes.files.push(file),
                None => break,
            }
        }
        if writable {
            nodes.mend()?
        } else {
            nodes.size = nodes.common_size()?
        }
        Ok(nodes)
    }

    /// Number of leaves whose hashes are there, and of all complete subtrees over them.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hashes of the next leaves, and those of the subtrees that they complete.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`]; [`StoreError::Io`], [`StoreError::Derived`]: [`size`](Self::size) says how many were
    /// taken in.
    pub fn extend(&mut self, links: &[Digest]) -> Result<(), StoreError> {
        self.require_writable()?;
        for round in links.chunks(ROUND) {
            // Until all of it is written the edges are ahead of the files.
            let mut edges = self.take_edges()?;
            let mut added = vec![Vec::new(); LEVELS.into()];
            for link in round {
                edges.push(*link, |tile, hashes| {
                    if let (Some(level), Some(last)) =
                        (added.get_mut(usize::from(tile.level())), hashes.last())
                    {
                        level.extend_from_slice(last.as_bytes());
                    }
                });
            }
            for (level, bytes) in (0..LEVELS).zip(&added).rev().filter(|(_, bytes)| !bytes.is_empty()) {
                self.write(level, hashes_at(level, self.size), bytes)?;
            }
            self.size = edges.size();
            self.edges = Some(edges);
        }
        Ok(())
    }

    /// The edges of the files at `size`; after a write that failed, what it left behind is cut off first.
    fn take_edges(&mut self) -> Result<Edges, StoreError> {
        if let Some(edges) = self.edges.take() {
            return Ok(edges);
        }
        let size = self.size;
        self.mend()?;
        self.truncate(size)?;
        let short = StoreError::Derived { path: self.path(0), reason: SHORT };
        self.edges.take().filter(|edges| edges.size() == size).ok_or(short)
    }

    /// Forgets the leaves from `size` on, and what is above them.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Io`].
    pub fn truncate(&mut self, size: u64) -> Result<(), StoreError> {
        self.require_writable()?;
        if size >= self.size {
            return Ok(());
        }
        self.edges = None;
        // From the bottom, so that no reader finds level 0 longer than what is above it.
        for level in 0..LEVELS {
            self.cut(level, hashes_at(level, size))?;
        }
        self.mend()
    }

    /// Forgets everything: the hashes are to be made again from the entries.
    ///
    /// # Errors
    /// As [`truncate`](Self::truncate).
    pub fn clear(&mut self) -> Result<(), StoreError> {
        self.truncate(0)
    }

    /// Makes the lengths fit together, from the bottom up, and learns the edges.
    fn mend(&mut self) -> Result<(), StoreError> {
        self.cache.clear();
        self.size = self.count(0)?;
        for level in 0..LEVELS {
            let want = hashes_at(level, self.size);
            // Of level 0, and of whole hashes that stand, this cuts nothing but a half-written one.
            self.cut(level, want)?;
            let mut have = self.count(level)?;
            while have < want {
                let below = self.read_hashes(level.saturating_sub(1), have << 8, WIDTH)?;
                self.write(level, have, subtree(&below).as_bytes())?;
                have = have.saturating_add(1);
            }
        }
        self.edges = Some(Edges::of(self, self.size)?);
        Ok(())
    }

    /// The largest size for which every level has what it needs.
    fn common_size(&self) -> Result<u64, StoreError> {
        let mut size = self.count(0)?;
        for level in 1..LEVELS {
            // A level of n hashes is enough until another of its subtrees is complete.
            let span = 1_u128 << (8 * u32::from(level));
            let enough = (u128::from(self.count(level)?) + 1).saturating_mul(span).saturating_sub(1);
            size = size.min(u64::try_from(enough).unwrap_or(u64::MAX));
        }
        Ok(size)
    }

    /// Whole hashes in the file of a level.
    fn count(&self, level: u8) -> Result<u64, StoreError> {
        let Some(file) = self.files.get(usize::from(level)) else { return Ok(0) };
        let bytes = file.metadata().map_err(StoreError::io("look at", self.path(level)))?.len();
        Ok(bytes / HASH)
    }

    /// Cuts the file of a level to at most `count` hashes.
    fn cut(&self, level: u8, count: u64) -> Result<(), StoreError> {
        let Some(file) = self.files.get(usize::from(level)) else { return Ok(()) };
        let length = count.saturating_mul(HASH);
        let path = self.path(level);
        if file.metadata().map_err(StoreError::io("look at", &path))?.len() > length {
            file.set_len(length).map_err(StoreError::io("cut", &path))?;
        }
        Ok(())
    }

    /// Writes hashes into the file of a level, behind the `at` that are there.
    fn write(&mut self, level: u8, at: u64, hashes: &[u8]) -> Result<(), StoreError> {
        for missing in self.files.len()..=usize::from(level) {
            let missing = u8::try_from(missing).unwrap_or(LEVELS);
            if let Some(file) = self.open_level(missing, true)? {
                self.files.push(file);
            }
        }
        let path = self.path(level);
        let Some(file) = self.files.get(usize::from(level)) else { return Ok(()) };
        let offset = at.saturating_mul(HASH);
        file.write_all_at(hashes, offset).map_err(StoreError::io("write", path))
    }

    /// `count` hashes of a level, from number `first` on.
    fn read_hashes(&self, level: u8, first: u64, count: u16) -> Result<Vec<Digest>, StoreError> {
        let path = self.path(level);
        let short = StoreError::Derived { path: path.clone(), reason: SHORT };
        let Some(file) = self.files.get(usize::from(level)) else { return Err(short) };
        let mut bytes = [0; MAX_TILE_BYTES];
        let wanted = usize::from(count).saturating_mul(HASH_BYTES);
        let bytes = bytes.get_mut(..wanted).unwrap_or_default();
        match file.read_exact_at(bytes, first.saturating_mul(HASH)) {
            Ok(()) => Ok(digests(bytes)),
            Err(end) if end.kind() == ErrorKind::UnexpectedEof => Err(short),
            Err(source) => Err(StoreError::Io { what: "read", path, source }),
        }
    }

    fn open_level(&self, level: u8, create: bool) -> Result<Option<File>, StoreError> {
        let path = self.path(level);
        match path.symlink_metadata() {
            Ok(kind) if kind.is_file() => {}
            Ok(_) => return Err(StoreError::File { path, reason: "it is not a regular file" }),
            Err(absent) if absent.kind() == ErrorKind::NotFound && create => {}
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { what: "look at", path, source }),
        }
        let mut options = OpenOptions::new();
        options.read(true).write(self.writable).create(create);
        options.open(&path).map(Some).map_err(StoreError::io("open", path))
    }

    fn path(&self, level: u8) -> PathBuf {
        self.folder.join(level.to_string())
    }

    const fn require_writable(&self) -> Result<(), StoreError> {
        if self.writable { Ok(()) } else { Err(StoreError::ReadOnly) }
    }
}

impl Nodes for NodeFiles {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<Digest, StoreError> {
        let place = Place::of(level, index);
        let there = hashes_at(place.level, self.size);
        let Some(place) = place.within(there) else {
            let reason = "has no such hash: it does not reach so far";
            return Err(StoreError::Derived { path: self.path(level / 8), reason });
        };
        self.cache.node(place, there, |first, width| self.read_hashes(place.level, first, width))
    }
}

/// The tiles that were used last, the last one first.
#[derive(Debug, Default)]
pub(super) struct TileCache(Mutex<Vec<Cached>>);

/// The beginning of one tile.
#[derive(Debug)]
struct Cached {
    level: u8,
    tile: u64,
    hashes: Vec<Digest>,
}

impl TileCache {
    /// The hash of the node at `place`, of a level that has `there` hashes; `load` gives so many hashes of that
    /// level from a number on, when its tile is not known.
    pub(super) fn node<E>(
        &self,
        place: Place,
        there: u64,
        load: impl FnOnce(u64, u16) -> Result<Vec<Digest>, E>,
    ) -> Result<Digest, E> {
        let (tile, range) = (place.first >> 8, place.in_tile());
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache.iter().position(|cached| (cached.level, cached.tile) == (place.level, tile));
        let cached = match known.map(|at| cache.remove(at)) {
            Some(cached) if cached.hashes.len() >= range.end => cached,
            _ => {
                let first = tile << 8;
                let width = u16::try_from(there.saturating_sub(first)).unwrap_or(WIDTH).min(WIDTH);
                Cached { level: place.level, tile, hashes: load(first, width)? }
            }
        };
        let hash = cached.hashes.get(range).map_or(Digest::ZERO, subtree);
        cache.truncate(CACHED.saturating_sub(1));
        cache.insert(0, cached);
        Ok(hash)
    }

    fn clear(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Hashes of a tile level that make up a node: a power of two of them, all in one tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) level: u8,
    first: u64,
    count: u64,
}

impl Place {
    /// Those of the complete subtree `index` of 2^`level` leaves. What is beyond every tree saturates.
    pub(super) fn of(level: u8, index: u64) -> Self {
        let count = 1_u64 << (level % 8);
        Self { level: level / 8, first: index.saturating_mul(count), count }
    }

    /// This, when the level has so many hashes that it is there.
    pub(super) fn within(self, there: u64) -> Option<Self> {
        (self.first.checked_add(self.count)? <= there).then_some(self)
    }

    /// Which hashes of the tile.
    fn in_tile(&self) -> std::ops::Range<usize> {
        let start = usize::try_from(self.first & 0xff).unwrap_or(0);
        start..start.saturating_add(usize::try_from(self.count).unwrap_or(usize::MAX))
    }
}

/// The hashes that stand in `bytes`.
pub(super) fn digests(bytes: &[u8]) -> Vec<Digest> {
    bytes.as_chunks::<HASH_BYTES>().0.iter().map(|hash| Digest::new(*hash)).collect()
}

/// The hashes behind `size` leaves that `below` has, in memory: for a reader whose files are behind the ledger.
#[derive(Debug, Clone)]
pub struct Overlay<'a, N: ?Sized> {
    below: &'a N,
    from: u64,
    /// By tile level; the first is number [`hashes_at`]`(level, from)`.
    above: Vec<Vec<Digest>>,
    edges: Edges,
}

/// A tree in memory.
pub type MemoryNodes = Overlay<'static, Nothing>;

/// What is below a tree in memory.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Nodes for Nothing {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Digest, NoSuchNode> {
        Err(NoSuchNode { level, index })
    }
}

impl Default for MemoryNodes {
    fn default() -> Self {
        Self { below: &Nothing, from: 0, above: Vec::new(), edges: Edges::default() }
    }
}

impl<'a, N: Nodes + ?Sized> Overlay<'a, N> {
    /// Begins behind the first `size` leaves, all of which `below` must have.
    ///
    /// # Errors
    /// It does not have them.
    pub fn new(below: &'a N, size: u64) -> Result<Self, N::Error> {
        Ok(Self { below, from: size, above: Vec::new(), edges: Edges::of(below, size)? })
    }

    /// Number of leaves, those below included.
    pub const fn size(&self) -> u64 {
        self.edges.size()
    }

    /// Takes the next leaves in.
    pub fn extend(&mut self, links: &[Digest]) {
        let above = &mut self.above;
        for link in links {
            self.edges.push(*link, |tile, hashes| {
                let level = usize::from(tile.level());
                if above.len() <= level {
                    above.resize(level.saturating_add(1), Vec::new());
                }
                if let Some(level) = above.get_mut(level) {
                    level.extend(hashes.last());
                }
            });
        }
    }
}

impl<N: Nodes + ?Sized> Nodes for Overlay<'_, N> {
    type Error = N::Error;

    fn node(&self, level: u8, index: u64) -> Result<Digest, N::Error> {
        let place = Place::of(level, index);
        let from = hashes_at(place.level, self.from);
        // What is not there is for the tree below to refuse.
        let Some(place) = place.within(hashes_at(place.level, self.size())) else {
            return self.below.node(level, index);
        };
        let end = place.first.saturating_add(place.count);
        if end <= from {
            return self.below.node(level, index);
        }
        let above = self.above.get(usize::from(place.level)).map_or(&[][..], Vec::as_slice);
        let hashes = (place.first..end).map(|at| match at.checked_sub(from) {
            Some(at) => Ok(usize::try_from(at).ok().and_then(|at| above.get(at)).copied()),
            None => self.below.node(place.level.saturating_mul(8), at).map(Some),
        });
        let hashes: Vec<Digest> = hashes.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        Ok(subtree(&hashes))
    }
}
