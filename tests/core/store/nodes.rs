//! The hashes of the tree on disk: the same as in memory, after any cut, and for whoever reads beside an appender.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use ledger_core::domain::Digest;
use ledger_core::ledger::digest::link;
use ledger_core::ledger::tile::hashes_at;
use ledger_core::ledger::tree::{self, Frontier, Leaves, Nodes};
use ledger_core::store::StoreError;
use ledger_core::store::nodes::{MemoryNodes, NodeFiles, Overlay};

fn links(from: u64, to: u64) -> Vec<Digest> {
    (from..to).map(|i| link(format!("entry {i}").as_bytes())).collect()
}

fn files_with(folder: &Path, size: u64) -> NodeFiles {
    let mut nodes = NodeFiles::open(folder, true).unwrap();
    nodes.extend(&links(0, size)).unwrap();
    nodes
}

fn frontier(size: u64) -> Frontier {
    let mut frontier = Frontier::EMPTY;
    links(0, size).into_iter().for_each(|link| frontier.push(link));
    frontier
}

/// The root at every edge up to `size`, and proofs from there.
fn holds<N: Nodes>(nodes: &N, size: u64)
where
    N::Error: std::fmt::Debug,
{
    let root = frontier(size).root();
    assert_eq!(tree::root(nodes, size).unwrap(), root, "root of {size}");
    let leaves = links(0, size);
    for index in [0, 1, size / 3, size / 2, size.saturating_sub(2), size.saturating_sub(1)] {
        let Some(leaf) = leaves.get(index as usize) else { continue };
        let path = tree::inclusion(nodes, index, size).unwrap();
        tree::verify_inclusion(index, size, leaf, &path, &root).unwrap();
    }
}

/// Every file of the folder, by name.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder.join("tree"))
        .unwrap()
        .map(|item| item.unwrap())
        .map(|item| (item.file_name().into_string().unwrap(), fs::read(item.path()).unwrap()))
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect();
    files.sort();
    files
}

#[test]
fn roots_are_those_of_the_vectors() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = files_with(folder.path(), 70_000);
    let mut memory = MemoryNodes::default();
    memory.extend(&links(0, 70_000));
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/vectors/c2sp/merkle.json");
    let vectors: serde_json::Value = serde_json::from_slice(&fs::read(vectors).unwrap()).unwrap();
    let roots = vectors["roots"].as_object().unwrap();
    assert!(roots.len() > 20 && roots.contains_key("70000"));
    for (size, root) in roots {
        let size = size.parse().unwrap();
        assert_eq!(tree::root(&nodes, size).unwrap().to_string(), root.as_str().unwrap(), "{size}");
        assert_eq!(tree::root(&memory, size).unwrap().to_string(), root.as_str().unwrap(), "{size}");
    }
    for (level, file) in bytes(folder.path()) {
        let count = hashes_at(level.parse().unwrap(), 70_000);
        assert_eq!(file.len() as u64, 32 * count, "level {level}");
    }
    assert_eq!(bytes(folder.path()).len(), 3);
}

#[test]
fn every_node_of_a_small_tree_is_the_hash_of_its_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let size = 1_100;
    let nodes = files_with(folder.path(), size);
    let leaves = links(0, size);
    for level in 0..64_u8 {
        let count = size.checked_shr(level.into()).unwrap_or(0);
        for index in 0..count {
            let expected = Leaves(&leaves).node(level, index).unwrap();
            assert_eq!(nodes.node(level, index).unwrap(), expected, "{level}/{index}");
        }
        // The next one is not complete.
        for index in [count, count + 1, u64::MAX] {
            assert!(matches!(nodes.node(level, index), Err(StoreError::Derived { .. })), "{level}/{index}");
        }
    }
    assert!(nodes.node(u8::MAX, 0).is_err());
}

#[test]
fn it_does_not_matter_in_what_pieces_it_grew() {
    let at_once = tempfile::tempdir().unwrap();
    drop(files_with(at_once.path(), 66_000));
    let pieces = tempfile::tempdir().unwrap();
    let mut from = 0;
    for to in [1, 2, 255, 256, 257, 511, 513, 1_000, 65_535, 65_537, 66_000] {
        let mut nodes = NodeFiles::open(pieces.path(), true).unwrap();
        assert_eq!(nodes.size(), from);
        nodes.extend(&[]).unwrap();
        nodes.extend(&links(from, to)).unwrap();
        holds(&nodes, to);
        from = to;
    }
    assert!(bytes(at_once.path()) == bytes(pieces.path()));
}

#[test]
fn what_was_forgotten_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = files_with(folder.path(), 1_000);
    for size in [2_000, 1_000, 999, 513, 512, 511, 256, 1, 0] {
        nodes.truncate(size).unwrap();
        assert_eq!(nodes.size(), size.min(1_000));
        // Others in the place of those that were forgotten: nothing remembers the old ones.
        let others: Vec<_> = (nodes.size()..1_000).map(|i| link(&i.to_be_bytes())).collect();
        let all = [links(0, nodes.size()), others.clone()].concat();
        nodes.extend(&others).unwrap();
        assert_eq!(tree::root(&nodes, 1_000).unwrap(), tree::root(&Leaves(&all), 1_000).unwrap());
        nodes.truncate(size).unwrap();
        nodes.extend(&links(nodes.size(), 1_000)).unwrap();
        holds(&nodes, 1_000);
    }
    nodes.clear().unwrap();
    assert_eq!((nodes.size(), bytes(folder.path()).len()), (0, 0));
}

#[test]
fn torn_files_are_mended_from_the_level_below() {
    let size = 66_300;
    let sound = tempfile::tempdir().unwrap();
    drop(files_with(sound.path(), size));
    let expected = bytes(sound.path());
    // Level, and to which length: cut inside a hash, cut by some, by all; and longer than it should be.
    for (level, length) in [
        (0, 32 * 66_300 - 1),
        (0, 32 * 66_300 + 5),
        (0, 32 * 66_000),
        (0, 32 * 256 + 17),
        (0, 0),
        (1, 32 * 258 - 3),
        (1, 32 * 200),
        (1, 0),
        (1, 32 * 300),
        (1, 32 * 300 + 9),
        (2, 0),
        (2, 31),
        (2, 64),
    ] {
        let folder = tempfile::tempdir().unwrap();
        drop(files_with(folder.path(), size));
        let path = folder.path().join("tree").join(level.to_string());
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(length).unwrap();

        let before = bytes(folder.path());
        let reader = NodeFiles::open(folder.path(), false).unwrap();
        holds(&reader, reader.size());
        assert!(before == bytes(folder.path()), "looking changed level {level} of length {length}");

        let mut nodes = NodeFiles::open(folder.path(), true).unwrap();
        let kept = if level == 0 { (length / 32).min(size) } else { size };
        assert_eq!(nodes.size(), kept);
        holds(&nodes, kept);
        nodes.extend(&links(kept, size)).unwrap();
        assert!(bytes(folder.path()) == expected, "level {level} of length {length}");
    }
}

#[test]
fn a_level_that_is_not_there_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    drop(files_with(folder.path(), 66_300));
    let expected = bytes(folder.path());
    for level in ["1", "2"] {
        fs::remove_file(folder.path().join("tree").join(level)).unwrap();
        let reader = NodeFiles::open(folder.path(), false).unwrap();
        assert_eq!(reader.size(), if level == "1" { 255 } else { 65_535 });
        holds(&reader, reader.size());
        assert_eq!(NodeFiles::open(folder.path(), true).unwrap().size(), 66_300);
        assert!(bytes(folder.path()) == expected);
    }
}

#[test]
fn whoever_only_looks_changes_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = NodeFiles::open(folder.path(), false).unwrap();
    assert_eq!(nodes.size(), 0);
    assert_eq!(tree::root(&nodes, 0).unwrap(), tree::empty_root());
    assert!(matches!(nodes.extend(&links(0, 1)), Err(StoreError::ReadOnly)));
    assert!(matches!(nodes.truncate(0), Err(StoreError::ReadOnly)));
    assert!(matches!(nodes.clear(), Err(StoreError::ReadOnly)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(files_with(folder.path(), 300));
    let (path, away) = (folder.path().join("tree/1"), folder.path().join("elsewhere"));
    fs::rename(&path, &away).unwrap();
    std::os::unix::fs::symlink(&away, &path).unwrap();
    for writable in [false, true] {
        let refused = NodeFiles::open(folder.path(), writable);
        assert!(matches!(refused, Err(StoreError::File { .. })), "{refused:?}");
    }
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("tree"), "").unwrap();
    assert!(matches!(NodeFiles::open(other.path(), true), Err(StoreError::File { .. })));
}

/// A level that could not be written is no reason to lose count.
#[test]
fn after_a_failed_extension_it_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = files_with(folder.path(), 200);
    let in_the_way = folder.path().join("tree/1");
    fs::create_dir(&in_the_way).unwrap();
    for _ in 0..2 {
        nodes.extend(&links(200, 300)).unwrap_err();
        assert_eq!(nodes.size(), 200);
        // And what a write would leave that came half way.
        let mut level_0 = OpenOptions::new().append(true).open(folder.path().join("tree/0")).unwrap();
        level_0.write_all(&[7; 3 * 32 + 5]).unwrap();
    }
    fs::remove_dir(&in_the_way).unwrap();
    nodes.extend(&links(200, 300)).unwrap();
    holds(&nodes, 300);
    drop(nodes);
    holds(&NodeFiles::open(folder.path(), true).unwrap(), 300);
}

/// A wrong hash is not seen in the files; a proof from them does not hold, and filling them anew mends it.
#[test]
fn a_wrong_hash_is_seen_by_whoever_checks_the_proof() {
    use std::os::unix::fs::FileExt;
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = files_with(folder.path(), 1_000);
    let root = frontier(1_000).root();
    let file = OpenOptions::new().write(true).open(folder.path().join("tree/1")).unwrap();
    file.write_all_at(&[7], 40).unwrap();
    let path = tree::inclusion(&nodes, 5, 1_000).unwrap();
    assert!(tree::verify_inclusion(5, 1_000, &links(5, 6)[0], &path, &root).is_err());
    nodes.clear().unwrap();
    nodes.extend(&links(0, 1_000)).unwrap();
    holds(&nodes, 1_000);
}

#[test]
fn an_overlay_goes_on_in_memory_where_files_end() {
    let folder = tempfile::tempdir().unwrap();
    for (below, size) in [(0, 0), (0, 700), (1, 2), (255, 257), (256, 256), (300, 1_000), (1_000, 66_000)] {
        let mut nodes = NodeFiles::open(folder.path(), true).unwrap();
        nodes.clear().unwrap();
        nodes.extend(&links(0, below)).unwrap();
        let mut overlay = Overlay::new(&nodes, below).unwrap();
        let middle = below.midpoint(size);
        overlay.extend(&links(below, middle));
        holds(&overlay, middle);
        overlay.extend(&links(middle, size));
        assert_eq!(overlay.size(), size);
        holds(&overlay, size);
        holds(&overlay, below);
        assert!(overlay.node(0, size).is_err());
    }
    assert!(Overlay::new(&NodeFiles::open(folder.path(), false).unwrap(), 70_000).is_err());
}

/// Readers beside an appender see a prefix, whole.
#[test]
fn readers_beside_an_appender_see_a_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let all = links(0, 30_000);
    let mut memory = MemoryNodes::default();
    memory.extend(&all);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut nodes = NodeFiles::open(folder.path(), true).unwrap();
            all.chunks(37).for_each(|piece| nodes.extend(piece).unwrap());
            done.store(true, Ordering::Release);
        });
        let mut last = 0;
        loop {
            let end = done.load(Ordering::Acquire);
            let reader = NodeFiles::open(folder.path(), false).unwrap();
            assert!(reader.size() >= last);
            last = reader.size();
            assert_eq!(tree::root(&reader, last).unwrap(), tree::root(&memory, last).unwrap(), "at {last}");
            if end {
                assert_eq!(last, 30_000);
                break;
            }
        }
    });
}

/// Prints what proofs cost: `cargo test --release -p ledger-core --test core -- --ignored --nocapture measure_proofs`.
#[test]
#[ignore = "prints times"]
fn measure_proofs() {
    let folder = tempfile::tempdir().unwrap();
    let size = 1_000_000;
    let all = links(0, size);
    let start = Instant::now();
    let mut nodes = NodeFiles::open(folder.path(), true).unwrap();
    nodes.extend(&all).unwrap();
    println!("extend by {size} links: {:?}", start.elapsed());
    let start = Instant::now();
    drop(nodes);
    let nodes = NodeFiles::open(folder.path(), true).unwrap();
    println!("open: {:?}", start.elapsed());
    let mut frontier = Frontier::EMPTY;
    all.iter().for_each(|link| frontier.push(*link));
    let root = frontier.root();
    let mut at = 0_u64;
    let mut slowest = std::time::Duration::ZERO;
    let start = Instant::now();
    for _ in 0..1_000 {
        at = (at + 618_033) % size;
        let begun = Instant::now();
        let path = tree::inclusion(&nodes, at, size).unwrap();
        slowest = slowest.max(begun.elapsed());
        tree::verify_inclusion(at, size, &all[at as usize], &path, &root).unwrap();
    }
    println!(
        "inclusion, scattered: {:?} each with its check, the slowest {slowest:?}",
        start.elapsed() / 1_000
    );
    let start = Instant::now();
    for _ in 0..1_000 {
        at = (at + 618_033) % size;
        tree::consistency(&nodes, at, size).unwrap();
    }
    println!("consistency, scattered: {:?} each", start.elapsed() / 1_000);
}
