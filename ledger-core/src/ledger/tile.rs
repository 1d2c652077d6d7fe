//! Which files a tree is cut into, and what they are called (C2SP tlog-tiles).
//!
//! A hash tile holds up to 256 hashes: hash `i` of tile `n` at level `l` is the root of the
//! `256^l` entries from `(n * 256 + i) * 256^l` on (`MTH` of RFC 6962 §2.1). An entry tile (the
//! specification says "entry bundle") holds up to 256 entries. Both are written once: what grows is the
//! partial tile at the right edge, and each of its widths is a file of its own.
//!
//! Pure names and numbers; who reads and writes files is the store's business.

use std::fmt;
use std::ops::Range;

use crate::domain::Digest;

use super::entry::MAX_ENTRY_BYTES;
use super::tree::{Frontier, Nodes};

/// Hashes, or entries, of a full tile.
pub const WIDTH: u16 = 256;
/// Bytes of one hash.
pub const HASH_BYTES: usize = 32;
/// Bytes of a full hash tile, and so the most that one can have.
pub const MAX_TILE_BYTES: usize = 8_192;
/// Most bytes of an entry tile: 256 entries of the largest size, each behind its two bytes of length.
pub const MAX_ENTRY_TILE_BYTES: usize = 256 * (2 + MAX_ENTRY_BYTES);
/// The highest level that a name may carry. A tree of less than 2^64 entries has none above 7.
pub const MAX_LEVEL: u8 = 63;

/// Binary levels of the tree in one level of tiles: 256 = 2^8.
const BITS: u32 = 8;

/// One file of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile number `index` at `level` with its first `width` hashes; `None` when no tile is so: a level
    /// above [`MAX_LEVEL`], a width that is not 1 to 256.
    pub const fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        if level > MAX_LEVEL || width == 0 || width > WIDTH {
            return None;
        }
        Some(Self { level, index, width })
    }

    /// The level: 0 holds the leaf hashes.
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// The number within the level, from 0.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it holds: 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// True when it can still grow, which makes it another file.
    pub const fn is_partial(&self) -> bool {
        self.width < WIDTH
    }

    /// Bytes of the file: 32 for each hash.
    pub fn bytes(&self) -> usize {
        usize::from(self.width).saturating_mul(HASH_BYTES)
    }

    /// Which hashes of the level it holds.
    pub fn hashes(&self) -> Range<u64> {
        places(self.index, self.width)
    }

    /// The first entry that it is a hash of.
    pub fn first_entry(&self) -> u64 {
        let first = self.hashes().start;
        first.saturating_mul(256_u64.saturating_pow(self.level.into()))
    }

    /// The name of the file in a bundle, its parts divided by `/`: `tile/0/x001/067` or
    /// `tile/0/x001/067.p/5`.
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The tile of that name. Each tile has one name, and only that is read.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = parse_place(place)?;
        let tile = Self::new(level.parse().ok()?, index, width)?;
        (tile.to_string() == path).then_some(tile)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(f, self.index, self.width)
    }
}

/// One file of entries, each behind its length (two bytes, big-endian).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryTile {
    index: u64,
    width: u16,
}

impl EntryTile {
    /// The entry tile number `index` with its first `width` entries; `None` when `width` is not 1 to 256.
    pub const fn new(index: u64, width: u16) -> Option<Self> {
        if width == 0 || width > WIDTH {
            return None;
        }
        Some(Self { index, width })
    }

    /// The number, from 0.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many entries it holds: 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// True when it can still grow, which makes it another file.
    pub const fn is_partial(&self) -> bool {
        self.width < WIDTH
    }

    /// Most bytes that the file can have.
    pub fn max_bytes(&self) -> usize {
        usize::from(self.width).saturating_mul(MAX_ENTRY_BYTES.saturating_add(2))
    }

    /// Which entries it holds.
    pub fn entries(&self) -> Range<u64> {
        places(self.index, self.width)
    }

    /// The name of the file in a bundle: `tile/entries/x001/067` or `tile/entries/x001/067.p/5`.
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The entry tile of that name. Each has one name, and only that is read.
    pub fn parse(path: &str) -> Option<Self> {
        let (index, width) = parse_place(path.strip_prefix("tile/entries/")?)?;
        let tile = Self::new(index, width)?;
        (tile.to_string() == path).then_some(tile)
    }
}

impl fmt::Display for EntryTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_place(f, self.index, self.width)
    }
}

/// The hash tiles of a tree of `size` entries, level by level, each level from the left. The last of a level
/// may be partial; a level has `size / 256^level` hashes, and none is hashed upward before its tile is full.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    new_tiles(0, size)
}

/// The hash tiles of a tree of `new` entries that a tree of `old` entries does not have.
pub fn new_tiles(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    levels(new).flat_map(move |level| {
        let grown = tiles_between(hashes_at(level, old), hashes_at(level, new));
        grown.map(move |(index, width)| Tile { level, index, width })
    })
}

/// The entry tiles of a tree of `size` entries, from the left. The last may be partial.
pub fn entry_tiles_of(size: u64) -> impl Iterator<Item = EntryTile> {
    new_entry_tiles(0, size)
}

/// The entry tiles of a tree of `new` entries that a tree of `old` entries does not have.
pub fn new_entry_tiles(old: u64, new: u64) -> impl Iterator<Item = EntryTile> {
    tiles_between(old, new).map(|(index, width)| EntryTile { index, width })
}

/// The partial tile at the right edge of each level of a tree of `size` entries, from level 0 up; levels whose
/// last tile is full have none.
pub fn edges_of(size: u64) -> impl Iterator<Item = Tile> {
    levels(size).filter_map(move |level| {
        let hashes = hashes_at(level, size);
        Tile::new(level, hashes >> BITS, over(hashes))
    })
}

/// True when a tree of `size` entries has this hash tile, in this width.
pub fn has_tile(size: u64, tile: &Tile) -> bool {
    has_place(hashes_at(tile.level, size), tile.index, tile.width)
}

/// True when a tree of `size` entries has this entry tile, in this width.
pub fn has_entry_tile(size: u64, tile: &EntryTile) -> bool {
    has_place(size, tile.index, tile.width)
}

/// The hashes of the partial tiles at the right edge of a tree, level by level: all that one needs in order to write
/// the next tiles, at most 255 hashes for each of 8 levels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    size: u64,
    levels: Vec<Vec<Digest>>,
}

impl Edges {
    /// The edges of the tree over the first `size` leaves.
    ///
    /// # Errors
    /// A hash is not there.
    pub fn of<N: Nodes + ?Sized>(nodes: &N, size: u64) -> Result<Self, N::Error> {
        let mut found = Self { size, levels: Vec::new() };
        for level in levels(size) {
            let binary = level.saturating_mul(8);
            let end = hashes_at(level, size);
            let start = end.saturating_sub(over(end).into());
            found.levels.push((start..end).map(|index| nodes.node(binary, index)).collect::<Result<_, _>>()?);
        }
        Ok(found)
    }

    /// Number of leaves of the tree.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next leaf in. `grown` sees each tile that it made or made longer, from level 0 up, with all its
    /// hashes; the last of them is the new one.
    pub fn push(&mut self, leaf: Digest, mut grown: impl FnMut(Tile, &[Digest])) {
        self.size = self.size.saturating_add(1);
        let mut hash = leaf;
        for level in 0..=MAX_LEVEL {
            let place = usize::from(level);
            if self.levels.len() <= place {
                self.levels.push(Vec::new());
            }
            let Some(edge) = self.levels.get_mut(place) else { return };
            edge.push(hash);
            let index = hashes_at(level, self.size).saturating_sub(1) >> BITS;
            let width = u16::try_from(edge.len()).unwrap_or(WIDTH);
            grown(Tile { level, index, width }, edge);
            if width < WIDTH {
                return;
            }
            hash = subtree(edge);
            edge.clear();
        }
    }

    /// The partial tiles, from level 0 up.
    pub fn partial(&self) -> impl Iterator<Item = (Tile, &[Digest])> {
        (0..).zip(&self.levels).filter_map(|(level, hashes)| {
            let width = u16::try_from(hashes.len()).unwrap_or(WIDTH);
            let tile = Tile::new(level, hashes_at(level, self.size) >> BITS, width)?;
            Some((tile, hashes.as_slice()))
        })
    }
}

/// The root of a complete subtree from the hashes of its complete subtrees: 1, 2, 4 … 256 of them.
pub fn subtree(hashes: &[Digest]) -> Digest {
    let mut frontier = Frontier::EMPTY;
    hashes.iter().for_each(|hash| frontier.push(*hash));
    frontier.root()
}

/// How many hashes a level has in a tree of `size` entries: `size / 256^level`.
pub fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(BITS.saturating_mul(level.into())).unwrap_or(0)
}

/// The levels that have at least one hash.
fn levels(size: u64) -> impl Iterator<Item = u8> {
    (0..=MAX_LEVEL).take_while(move |level| hashes_at(*level, size) > 0)
}

/// Index and width of the tiles of `new` things in a row that are not tiles of `old` things.
fn tiles_between(old: u64, new: u64) -> impl Iterator<Item = (u64, u16)> {
    let full = (old >> BITS)..(new >> BITS);
    let edge = (old < new && over(new) > 0).then(|| (new >> BITS, over(new)));
    full.map(|index| (index, WIDTH)).chain(edge)
}

fn has_place(count: u64, index: u64, width: u16) -> bool {
    match width {
        WIDTH => index < count >> BITS,
        width => index == count >> BITS && width == over(count),
    }
}

/// What stands over the last full tile: 0 to 255.
fn over(count: u64) -> u16 {
    u16::try_from(count & 0xff).unwrap_or(0)
}

fn places(index: u64, width: u16) -> Range<u64> {
    let first = index.saturating_mul(WIDTH.into());
    first..first.saturating_add(width.into())
}

/// `1234067` as `x001/x234/067`, and the width behind it unless it is full.
fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let digits = index.to_string();
    let padded = format!("{:0>1$}", digits, digits.len().next_multiple_of(3));
    let mut groups = padded.as_bytes().chunks(3).map(String::from_utf8_lossy).peekable();
    while let Some(group) = groups.next() {
        match groups.peek() {
            Some(_) => write!(f, "x{group}/")?,
            None => f.write_str(&group)?,
        }
    }
    if width == WIDTH { Ok(()) } else { write!(f, ".p/{width}") }
}

/// What [`write_place`] wrote. Reads more than that too; the caller writes it again and compares.
fn parse_place(text: &str) -> Option<(u64, u16)> {
    let (index, width) = match text.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok().filter(|width| *width < WIDTH)?),
        None => (text, WIDTH),
    };
    // 20 digits are 7 groups; nothing longer is worth looking at.
    if index.len() > 7 * 5 {
        return None;
    }
    let digits: String = index.split('/').map(|group| group.strip_prefix('x').unwrap_or(group)).collect();
    Some((digits.parse().ok()?, width))
}

#[cfg(test)]
mod tests {
    use super::super::tree::Leaves;
    use super::*;
    use proptest::prelude::*;

    fn names(size: u64) -> Vec<String> {
        tiles_of(size).map(|tile| tile.path()).collect()
    }

    #[test]
    fn names_are_those_of_the_specification() {
        assert_eq!(Tile::new(0, 1_234_067, 256).unwrap().path(), "tile/0/x001/x234/067");
        assert_eq!(Tile::new(0, 1_234_067, 5).unwrap().path(), "tile/0/x001/x234/067.p/5");
        assert_eq!(Tile::new(63, 0, 1).unwrap().path(), "tile/63/000.p/1");
        assert_eq!(EntryTile::new(999, 256).unwrap().path(), "tile/entries/999");
        assert_eq!(EntryTile::new(1_000, 255).unwrap().path(), "tile/entries/x001/000.p/255");
        let last = "tile/0/x018/x446/x744/x073/x709/x551/615.p/1";
        assert_eq!(Tile::new(0, u64::MAX, 1).unwrap().path(), last);
        assert_eq!(Tile::parse(last), Tile::new(0, u64::MAX, 1));
    }

    #[test]
    fn only_the_one_name_of_a_tile_is_read() {
        for good in ["tile/0/x001/x234/067", "tile/0/x001/x234/067.p/5", "tile/63/000.p/255", "tile/10/001"] {
            assert_eq!(Tile::parse(good).unwrap().path(), good);
        }
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/0/x000/001",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/0/x001/x002",
            "tile/0/xx01/002",
            "tile/0/X001/002",
            "tile/0/x001//002",
            "tile/0/+01",
            "tile/0/-01",
            "tile/0/ 01",
            "tile/0/00a",
            "tile/0/000/",
            "/tile/0/000",
            "./tile/0/000",
            "tile/../tile/0/000",
            "tile/00/000",
            "tile/+0/000",
            "tile/64/000",
            "tile/255/000",
            "tile/256/000",
            "tile/entries/000",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/05",
            "tile/0/000.p/+5",
            "tile/0/000.p/256",
            "tile/0/000.p/65536",
            "tile/0/000.p/5/",
            "tile/0/000.p/5.p/5",
            "tile/0/000.new",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
            "tile\\0\\000",
            "tile/0/\u{0660}\u{0660}\u{0660}",
        ] {
            assert_eq!(Tile::parse(bad), None, "{bad:?}");
            let entries = bad.replacen("tile/0", "tile/entries", 1);
            assert_eq!(
                EntryTile::parse(&entries).filter(|_| entries != "tile/entries/000"),
                None,
                "{entries:?}"
            );
        }
        assert_eq!(EntryTile::parse("tile/entries/000.p/13"), EntryTile::new(0, 13));
        assert_eq!(EntryTile::parse("tile/0/000.p/13"), None);
    }

    #[test]
    fn nothing_is_a_tile_that_cannot_be_one() {
        assert_eq!([0, 257, u16::MAX].map(|width| Tile::new(0, 0, width)), [None; 3]);
        assert_eq!([0, 257, u16::MAX].map(|width| EntryTile::new(0, width)), [None; 3]);
        assert_eq!(Tile::new(64, 0, 1), None);
    }

    #[test]
    fn sizes_that_the_specification_counts_out() {
        assert_eq!(names(0), Vec::<String>::new());
        assert_eq!(names(1), ["tile/0/000.p/1"]);
        assert_eq!(names(255), ["tile/0/000.p/255"]);
        assert_eq!(names(256), ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(names(257), ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);

        let at = |level| tiles_of(70_000).filter(move |tile| tile.level() == level);
        assert_eq!((at(0).filter(|tile| !tile.is_partial()).count(), at(0).count()), (273, 274));
        assert_eq!(at(0).last().unwrap().path(), "tile/0/273.p/112");
        assert_eq!(at(1).map(|tile| tile.path()).collect::<Vec<_>>(), ["tile/1/000", "tile/1/001.p/17"]);
        assert_eq!(at(2).map(|tile| tile.path()).collect::<Vec<_>>(), ["tile/2/000.p/1"]);
        assert_eq!(at(3).count(), 0);
        assert_eq!(entry_tiles_of(70_000).count(), 274);
        assert_eq!(entry_tiles_of(70_000).last().unwrap().path(), "tile/entries/273.p/112");
    }

    #[test]
    fn the_largest_tree_has_eight_levels() {
        let edges: Vec<_> = edges_of(u64::MAX).collect();
        assert_eq!(edges.len(), 8);
        assert!(edges.iter().zip(0..).all(|(edge, level)| edge.level() == level && edge.width() == 255));
        assert_eq!(edges[0].hashes().end, u64::MAX);
        assert_eq!(edges[7].first_entry(), 0);
        assert_eq!(Tile::new(63, u64::MAX, 256).unwrap().first_entry(), u64::MAX);
        assert_eq!(Tile::new(1, 1, 17).unwrap().first_entry(), 65_536);
        assert_eq!(tiles_of(u64::MAX).next(), Tile::new(0, 0, 256));
    }

    #[test]
    fn edges_grow_as_the_tree_does() {
        let leaves: Vec<_> = (0..700_u32).map(|i| super::super::digest::link(&i.to_be_bytes())).collect();
        let mut edges = Edges::default();
        let mut full = Vec::new();
        for (size, leaf) in (1..).zip(&leaves) {
            edges.push(*leaf, |tile, hashes| {
                assert_eq!(hashes.len(), usize::from(tile.width()));
                if !tile.is_partial() {
                    full.push((tile, hashes.to_vec()));
                }
            });
            let partial: Vec<_> = edges.partial().map(|(tile, _)| tile).collect();
            assert_eq!(partial, edges_of(size).collect::<Vec<_>>());
        }
        assert_eq!(edges, Edges::of(&Leaves(&leaves), 700).unwrap());
        assert_eq!(Edges::default(), Edges::of(&Leaves(&[]), 0).unwrap());
        let (tiles, hashes): (Vec<_>, Vec<_>) = full.into_iter().unzip();
        assert_eq!(tiles.iter().map(Tile::path).collect::<Vec<_>>(), ["tile/0/000", "tile/0/001"]);
        assert_eq!(hashes.concat(), leaves[..512]);
        let level_1: Vec<_> = (0..2).map(|index| Leaves(&leaves).node(8, index).unwrap()).collect();
        assert_eq!(edges.partial().last().unwrap(), (Tile::new(1, 0, 2).unwrap(), &level_1[..]));
    }

    fn sizes() -> impl Strategy<Value = u64> {
        prop_oneof![0..1_500_u64, 65_000..66_500_u64, 130_000..132_000_u64]
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_what_it_names(level in 0..=MAX_LEVEL, index: u64, width in 1..=WIDTH) {
            let tile = Tile::new(level, index, width).unwrap();
            prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
            let entries = EntryTile::new(index, width).unwrap();
            prop_assert_eq!(EntryTile::parse(&entries.path()), Some(entries));
        }

        #[test]
        fn what_is_read_has_that_name(path in "tile/([0-9]{1,2}|entries)/(x?[0-9]{3}/){0,2}[0-9]{3}(\\.p/[0-9]{1,3})?") {
            if let Some(tile) = Tile::parse(&path) {
                prop_assert_eq!(tile.path(), path.clone());
            }
            if let Some(tile) = EntryTile::parse(&path) {
                prop_assert_eq!(tile.path(), path);
            }
        }

        /// Every hash of every level stands in one tile, and nothing else does.
        #[test]
        fn tiles_divide_a_tree(size in sizes()) {
            for level in 0..8 {
                let mut next = 0;
                for tile in tiles_of(size).filter(|tile| tile.level() == level) {
                    prop_assert_eq!(tile.hashes().start, next);
                    prop_assert!(has_tile(size, &tile));
                    next = tile.hashes().end;
                }
                prop_assert_eq!(next, size / 256_u64.pow(level.into()));
            }
            let entries: Vec<_> = entry_tiles_of(size).flat_map(|tile| tile.entries()).collect();
            prop_assert_eq!(entries, (0..size).collect::<Vec<_>>());
        }

        /// What an increment writes is what the new tree has and the old one has not.
        #[test]
        fn increments_are_differences(a in sizes(), b in sizes()) {
            let (old, new) = (a.min(b), a.max(b));
            let had: std::collections::BTreeSet<_> = tiles_of(old).collect();
            let expected: Vec<_> = tiles_of(new).filter(|tile| !had.contains(tile)).collect();
            prop_assert_eq!(new_tiles(old, new).collect::<Vec<_>>(), expected);
            for tile in tiles_of(old) {
                // Only a partial tile is ever superseded.
                prop_assert!(has_tile(new, &tile) || tile.is_partial());
            }
            let had: std::collections::BTreeSet<_> = entry_tiles_of(old).collect();
            let expected: Vec<_> = entry_tiles_of(new).filter(|tile| !had.contains(tile)).collect();
            prop_assert_eq!(new_entry_tiles(old, new).collect::<Vec<_>>(), expected);
            prop_assert!(entry_tiles_of(old).all(|tile| has_entry_tile(old, &tile)));
            let edges: Vec<_> = tiles_of(new).filter(Tile::is_partial).collect();
            prop_assert_eq!(edges_of(new).collect::<Vec<_>>(), edges);
        }
    }
}
