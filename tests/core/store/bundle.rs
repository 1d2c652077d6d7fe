//! Bundles: what is written is read, an increment equals one export, the tiles are those of other hands, and a
//! killed export leaves the old bundle or the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use ledger_core::domain::Digest;
use ledger_core::ledger::digest::link;
use ledger_core::ledger::tile::{EntryTile, Tile, tiles_of};
use ledger_core::ledger::tree;
use ledger_core::store::bundle::{BundleStore, BundleWriter, Stray, StrayKind};
use ledger_core::store::conformance::check_reading;
use ledger_core::store::nodes::MemoryNodes;
use ledger_core::store::steps::{Step, Steps};
use ledger_core::store::{Anchor, Store, StoreError};

use super::support::{Record, copy_folder};

fn entry(position: u64) -> Vec<u8> {
    format!("entry {position}").into_bytes()
}

fn entries(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(entry).collect()
}

fn checkpoint(size: u64) -> Vec<u8> {
    format!("example.com/test\n{size}\nroot\n\n— signed\n").into_bytes()
}

/// Every tenth entry names a document or two.
fn document_lines(position: u64) -> Vec<String> {
    let count = if position.is_multiple_of(10) { 1 + position / 10 % 2 } else { 0 };
    (0..count).map(|n| format!("{position} contract {:064x} {n} application/pdf", position)).collect()
}

/// Makes the bundle in `dir` as long as `size`, through `steps`.
fn export_with(dir: &Path, size: u64, steps: Box<dyn Steps>) -> Result<(), StoreError> {
    let mut writer = BundleWriter::open_with(dir, steps)?;
    for position in writer.published()..size {
        writer.append(&entry(position), link(&entry(position)))?;
        for line in document_lines(position) {
            writer.document(&line)?;
        }
    }
    for earlier in [1, 5, 300].into_iter().filter(|earlier| *earlier < size) {
        writer.keep_checkpoint(earlier, &checkpoint(earlier))?;
    }
    writer.finish(&checkpoint(size))
}

fn export(dir: &Path, size: u64) -> Result<(), StoreError> {
    export_with(dir, size, Box::new(Unsynced))
}

/// Takes every step but those that only a power cut would miss: thousands of exports are quick so.
struct Unsynced;

impl Steps for Unsynced {
    fn take(
        &mut self,
        step: Step,
        act: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if matches!(step, Step::SyncFile | Step::SyncNames) { Ok(()) } else { act() }
    }
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for item in fs::read_dir(folder).unwrap().map(|item| item.unwrap()) {
        let name = item.file_name().into_string().unwrap();
        if item.file_type().unwrap().is_dir() {
            found.extend(
                files(&item.path()).into_iter().map(|(file, bytes)| (format!("{name}/{file}"), bytes)),
            );
        } else {
            found.insert(name, fs::read(item.path()).unwrap());
        }
    }
    found
}

fn documents(bundle: &BundleStore) -> String {
    let mut text = String::new();
    bundle.documents().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The bundle is whole, and says what `size` entries say. Leftovers are the caller's to judge.
fn holds(dir: &Path, size: u64) -> Vec<Stray> {
    let bundle = BundleStore::open(dir).unwrap();
    let last = size.checked_sub(1).map_or(Digest::ZERO, |last| link(&entry(last)));
    assert_eq!(bundle.anchor(), Anchor { size, link: last });
    assert_eq!(bundle.checkpoint(), checkpoint(size));
    assert!(bundle.read(0, usize::MAX).unwrap() == entries(size));
    let lines: String = (0..size).flat_map(document_lines).map(|line| line + "\n").collect();
    assert_eq!(documents(&bundle), lines);
    assert_eq!(bundle.missing_files(9).unwrap(), Vec::<String>::new());

    let mut nodes = MemoryNodes::default();
    nodes.extend(&entries(size).iter().map(|entry| link(entry)).collect::<Vec<_>>());
    let root = tree::root(&nodes, size).unwrap();
    assert_eq!(tree::root(&bundle, size).unwrap(), root);
    for tile in tiles_of(size) {
        let expected: Vec<u8> = tile
            .hashes()
            .flat_map(|index| *tree::Nodes::node(&nodes, 8 * tile.level(), index).unwrap().as_bytes())
            .collect();
        assert!(bundle.tile(&tile).unwrap() == expected, "{tile}");
    }
    let mut signed: Vec<u64> = [1, 5, 300].into_iter().filter(|earlier| *earlier < size).collect();
    signed.push(size);
    for of in &signed {
        assert_eq!(bundle.signed_checkpoint(*of).unwrap(), checkpoint(*of));
    }
    assert!(signed.iter().all(|of| bundle.checkpoints().unwrap().contains(of)));
    bundle.stray_files().unwrap()
}

/// One bundle in a new folder.
fn new_bundle(size: u64) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    export(&root.path().join("bundle"), size).unwrap();
    root
}

#[test]
fn what_is_written_is_read() {
    for size in [0, 1, 255, 256, 257, 600] {
        let root = new_bundle(size);
        let dir = root.path().join("bundle");
        assert_eq!(holds(&dir, size), []);
        check_reading(&BundleStore::open(&dir).unwrap(), &entries(size)).unwrap();
    }
}

#[test]
fn a_bundle_takes_no_entries() {
    let root = new_bundle(3);
    let mut bundle = BundleStore::open(&root.path().join("bundle")).unwrap();
    let anchor = bundle.anchor();
    let next = Anchor { size: 4, ..anchor };
    assert!(matches!(bundle.commit(anchor, &[entry(3)], next), Err(StoreError::ReadOnly)));
    assert!(matches!(bundle.commit(Anchor::EMPTY, &[], Anchor::EMPTY), Err(StoreError::ReadOnly)));
    assert!(matches!(bundle.adopt_tail(anchor, anchor), Err(StoreError::ReadOnly)));
}

#[test]
fn increments_equal_one_export() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("grown");
    for size in [0, 13, 300, 300, 512, 70_000] {
        export(&dir, size).unwrap();
        assert_eq!(holds(&dir, size), []);
        let once = root.path().join(format!("once-{size}"));
        export(&once, size).unwrap();
        let (mut grown, mut once) = (files(&dir), files(&once));
        // What was signed on the way stays.
        for files in [&mut grown, &mut once] {
            files.retain(|file, _| !file.starts_with("checkpoints/"));
        }
        assert!(grown == once, "{:?}", grown.keys().collect::<Vec<_>>());
    }
    let signed = BundleStore::open(&dir).unwrap().checkpoints().unwrap();
    assert_eq!(signed, [0, 1, 5, 13, 300, 512, 70_000]);
    assert!(!dir.join("tile/0/000.p").exists(), "no empty folder stays");
}

#[test]
fn the_names_of_a_bundle_are_those_of_the_specification() {
    let root = new_bundle(257);
    let names: Vec<_> = files(&root.path().join("bundle")).into_keys().collect();
    let expected = [
        "checkpoint",
        "checkpoints/1",
        "checkpoints/257",
        "checkpoints/5",
        "documents",
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
    ];
    assert_eq!(names, expected);
}

/// Tiles that another program made of the same entries.
#[test]
fn tiles_are_those_of_the_vectors() {
    let vector =
        |name| fs::read(format!("{}/../fixtures/vectors/c2sp/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let root = new_bundle(257);
    let bundle = files(&root.path().join("bundle"));
    assert!(bundle["tile/0/000"] == vector("tile-0-000"));
    assert!(bundle["tile/0/001.p/1"] == vector("tile-0-001.p-1"));
    assert!(bundle["tile/1/000.p/1"] == vector("tile-1-000.p-1"));
    let root = new_bundle(13);
    assert!(files(&root.path().join("bundle"))["tile/entries/000.p/13"] == vector("entries-000.p-13"));
}

#[test]
fn entries_of_every_length_are_framed() {
    let root = tempfile::tempdir().unwrap();
    let lengths = [0, 1, 255, 256, 65_535, 0, 0];
    let all: Vec<_> = lengths.iter().map(|length| vec![0xa5; *length]).collect();
    let mut writer = BundleWriter::open(root.path()).unwrap();
    for entry in &all {
        writer.append(entry, link(entry)).unwrap();
    }
    let large = vec![0; 65_536];
    assert!(matches!(writer.append(&large, link(&large)), Err(StoreError::TooLarge { largest: 65_536, .. })));
    writer.finish(&checkpoint(7)).unwrap();
    check_reading(&BundleStore::open(root.path()).unwrap(), &all).unwrap();
}

/// The error of a read, as entry and file.
fn unsound(result: Result<impl std::fmt::Debug, StoreError>) -> (u64, String) {
    match result.unwrap_err() {
        StoreError::Bundle { entry, file, .. } => (entry, file),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entry_tile_that_does_not_hold_is_found_at_its_entry() {
    let root = new_bundle(600);
    let dir = root.path().join("bundle");
    let (name, path) = ("tile/entries/001", dir.join("tile/entries/001"));
    let good = fs::read(&path).unwrap();
    let frame = 2 + "entry 256".len();
    let mut longer = good.clone();
    longer.extend_from_slice(&[0, 0]);
    let mut lying = good.clone();
    lying[frame * 255] = 0xff;
    for (bytes, at) in [
        (good[..good.len() - 1].to_vec(), 511),
        (good[..frame * 10 + 1].to_vec(), 266),
        (good[..frame * 10].to_vec(), 266),
        (Vec::new(), 256),
        (longer, 511),
        (lying, 511),
        (vec![0xff; 256 * 65_537 + 1], 256),
    ] {
        fs::write(&path, bytes).unwrap();
        let bundle = BundleStore::open(&dir).unwrap();
        assert_eq!(unsound(bundle.read(0, 600)), (at, name.to_owned()));
        // What stands before it and behind it is there.
        assert_eq!(bundle.read(0, 256).unwrap(), entries(256));
        assert_eq!(bundle.read(512, 1).unwrap(), [entry(512)]);
    }
    fs::remove_file(&path).unwrap();
    let bundle = BundleStore::open(&dir).unwrap();
    assert_eq!(unsound(bundle.read(300, 1)), (256, name.to_owned()));
    assert_eq!(bundle.missing_files(9).unwrap(), [name]);
}

#[test]
fn a_tile_of_another_length_is_no_tile() {
    let root = new_bundle(600);
    let dir = root.path().join("bundle");
    let tile = Tile::parse("tile/0/001").unwrap();
    for length in [0, 31, 8_191, 8_193, 100_000] {
        fs::write(dir.join("tile/0/001"), vec![0; length]).unwrap();
        let bundle = BundleStore::open(&dir).unwrap();
        assert_eq!(unsound(bundle.tile(&tile)), (256, "tile/0/001".to_owned()));
    }
    // The tile with the last link: there is no anchor without it, but the rest can be looked at.
    let last = "tile/0/002.p/88";
    fs::write(dir.join(last), [0; 5]).unwrap();
    assert_eq!(unsound(BundleStore::open(&dir)), (512, last.to_owned()));
    fs::remove_file(dir.join(last)).unwrap();
    assert_eq!(unsound(BundleStore::open(&dir)), (512, last.to_owned()));
    let bundle = BundleStore::salvage(&dir).unwrap();
    assert_eq!(bundle.anchor(), Anchor { size: 600, link: Digest::ZERO });
    assert_eq!(bundle.read(0, usize::MAX).unwrap(), entries(600));
    assert_eq!(bundle.missing_files(9).unwrap(), [last]);
}

#[test]
fn a_checkpoint_that_states_no_size_is_refused() {
    let root = new_bundle(3);
    let dir = root.path().join("bundle");
    for text in ["", "\n", "a\n", "a\n03\nb\n", "a\n+3\n", "a\n3 \n", "a\n-3\n", "a\nthree\n", "a\r\n3\r\n"] {
        fs::write(dir.join("checkpoint"), text).unwrap();
        assert_eq!(unsound(BundleStore::open(&dir)), (0, "checkpoint".to_owned()), "{text:?}");
    }
    fs::write(dir.join("checkpoint"), vec![b'\n'; 1_000_001]).unwrap();
    assert_eq!(unsound(BundleStore::open(&dir)), (0, "checkpoint".to_owned()));
    // A size beyond everything costs nothing.
    fs::write(dir.join("checkpoint"), format!("a\n{}\n", u64::MAX)).unwrap();
    let bundle = BundleStore::salvage(&dir).unwrap();
    assert_eq!(bundle.missing_files(2).unwrap(), ["tile/entries/000", "tile/entries/001"]);
    assert!(bundle.read(u64::MAX - 1, usize::MAX).is_err());
    fs::remove_file(dir.join("checkpoint")).unwrap();
    assert!(matches!(BundleStore::open(&dir), Err(StoreError::NotABundle { .. })));
    assert!(matches!(BundleStore::open(&dir.join("absent")), Err(StoreError::Io { .. })));
}

#[test]
fn no_link_leads_out_of_a_bundle() {
    for (link, at) in [
        ("tile/entries/000.p/3", 0),
        ("tile/entries/000.p", 0),
        ("tile/entries", 0),
        ("documents", 0),
        ("checkpoints/3", 2),
        ("checkpoints", 2),
    ] {
        let root = new_bundle(3);
        let dir = root.path().join("bundle");
        fs::rename(dir.join(link), root.path().join("outside")).unwrap();
        std::os::unix::fs::symlink(root.path().join("outside"), dir.join(link)).unwrap();
        let bundle = BundleStore::open(&dir).unwrap();
        let refused = match link.split('/').next().unwrap() {
            "tile" => unsound(bundle.read(0, 1)),
            "documents" => unsound(bundle.documents()),
            _ => unsound(bundle.signed_checkpoint(3)),
        };
        assert_eq!(refused.0, at, "{link}");
        let strays = bundle.stray_files().unwrap();
        assert_eq!(strays, [Stray { file: link.into(), kind: StrayKind::Foreign }]);
        // That one is not looked at when the bundle grows.
        assert!(link == "checkpoints/3" || export(&dir, 4).is_err(), "{link}");
    }
    for link in ["checkpoint", "tile/0", "tile"] {
        let root = new_bundle(3);
        let dir = root.path().join("bundle");
        fs::rename(dir.join(link), root.path().join("outside")).unwrap();
        std::os::unix::fs::symlink(root.path().join("outside"), dir.join(link)).unwrap();
        unsound(BundleStore::open(&dir));
        unsound(BundleWriter::open(&dir));
    }
}

#[test]
fn what_does_not_belong_is_told_from_what_is_left_over() {
    let root = new_bundle(300);
    let dir = root.path().join("bundle");
    let foreign = [
        "README",
        "checkpoint.txt",
        "tile/README",
        "tile/0/0000",
        "tile/64/000",
        "tile/entries/1",
        "checkpoints/01",
        "checkpoints/1/2",
        "x/y",
        "checkpoint.new.new",
        "a/b/c/d/e/f/g/h/i/j/k/l",
    ];
    let leftover = [
        "checkpoint.new",
        "documents.new",
        "checkpoints/301",
        "checkpoints/7.new",
        "tile/0/002",
        "tile/0/001.p/43",
        "tile/0/001.p/45",
        "tile/1/001.p/1",
        "tile/2/000.p/1",
        "tile/entries/000.p/13",
        "tile/entries/001",
        "tile/entries/001.new",
    ];
    for file in foreign.iter().filter(|file| !file.starts_with("a/")).chain(&leftover) {
        let path = dir.join(file);
        // One of the names is a folder where a file is.
        let _ = fs::remove_file(path.parent().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    fs::create_dir_all(dir.join("a/b/c/d/e/f/g/h/i/j/k/l/m/n")).unwrap();
    let strays = BundleStore::open(&dir).unwrap().stray_files().unwrap();
    let of = |kind| strays.iter().filter(move |stray| stray.kind == kind).map(|stray| stray.file.clone());
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(of(StrayKind::Foreign).collect::<Vec<_>>(), sorted(&foreign));
    assert_eq!(of(StrayKind::Leftover).collect::<Vec<_>>(), sorted(&leftover));
}

#[test]
fn the_index_of_documents_ends_with_the_bundle() {
    let root = new_bundle(100);
    let dir = root.path().join("bundle");
    let path = dir.join("documents");
    let good = fs::read_to_string(&path).unwrap();
    let read = |text: &str| {
        fs::write(&path, text).unwrap();
        documents(&BundleStore::open(&dir).unwrap())
    };
    assert_eq!(read(&good), good);
    assert_eq!(read(&format!("{good}100 late\n101 later\n")), good);
    assert_eq!(read(""), "");
    // Whether a line makes sense is not for the reader to say.
    for strange in ["99 x", "0099 x\n", "\n", "x\n", "99 x\n\n"] {
        let text = format!("{good}{strange}");
        assert_eq!(read(&text), text);
    }
    let longest = format!("99 {}\n", "x".repeat(8_188));
    assert_eq!(read(&longest), longest);
    let too_long = format!("98 x\n99 {}\n", "x".repeat(8_189));
    fs::write(&path, &too_long).unwrap();
    let bundle = BundleStore::open(&dir).unwrap();
    assert_eq!(unsound(bundle.documents()), (99, "documents".to_owned()));
    let mut cut = String::new();
    bundle.documents_as_they_are().unwrap().read_to_string(&mut cut).unwrap();
    assert_eq!(cut, too_long[..5 + 8_192]);
    fs::remove_file(&path).unwrap();
    assert_eq!(unsound(BundleStore::open(&dir).unwrap().documents()), (0, "documents".to_owned()));
}

#[test]
fn only_documents_of_appended_entries_are_taken() {
    let root = new_bundle(11);
    let mut writer = BundleWriter::open(&root.path().join("bundle")).unwrap();
    writer.append(b"x", link(b"x")).unwrap();
    for bad in ["", "x", "10 x", "12 x", "011 x", "11 x\n", &format!("11 {}", "x".repeat(8_189))] {
        assert!(matches!(writer.document(bad), Err(StoreError::Bundle { .. })), "{bad:?}");
    }
    writer.document(&format!("11 {}", "x".repeat(8_188))).unwrap();
    writer.finish(&checkpoint(12)).unwrap();
}

#[test]
fn an_export_goes_only_where_it_belongs() {
    let root = tempfile::tempdir().unwrap();
    let empty = root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    export(&empty, 5).unwrap();
    assert_eq!(holds(&empty, 5), []);
    let other = root.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("notes.txt"), "mine").unwrap();
    assert!(matches!(export(&other, 5), Err(StoreError::NotABundle { .. })));
    assert_eq!(files(&other).len(), 1);
    assert!(matches!(export(&root.path().join("no/parent"), 5), Err(StoreError::Io { .. })));
    // What somebody put beside a bundle stays.
    fs::write(empty.join("notes.txt"), "mine").unwrap();
    export(&empty, 300).unwrap();
    assert_eq!(holds(&empty, 300), [Stray { file: "notes.txt".into(), kind: StrayKind::Foreign }]);

    let first = BundleWriter::open(&empty).unwrap();
    assert!(matches!(BundleWriter::open(&empty), Err(StoreError::InUse { .. })));
    drop(first);
    drop(BundleWriter::open(&empty).unwrap());
}

#[test]
fn a_checkpoint_of_another_size_ends_nothing() {
    let root = new_bundle(5);
    let dir = root.path().join("bundle");
    let before = files(&dir);
    for wrong in [checkpoint(4), checkpoint(6), b"nothing".to_vec()] {
        let writer = BundleWriter::open(&dir).unwrap();
        assert_eq!(unsound(writer.finish(&wrong)).1, "checkpoint");
    }
    assert!(files(&dir) == before);
}

/// What was written once is never written over.
#[test]
fn a_file_that_never_changes_must_be_the_same() {
    for file in
        ["tile/0/000", "tile/entries/000", "tile/1/000.p/1", "tile/0/001.p/44", "tile/entries/001.p/44"]
    {
        let root = new_bundle(13);
        let dir = root.path().join("bundle");
        let other = new_bundle(300);
        let good = fs::read(other.path().join("bundle").join(file)).unwrap();
        let path = dir.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for bad in [&good[1..], &[&good[..], b"x"].concat(), &[&[!good[0]], &good[1..]].concat(), b""] {
            fs::write(&path, bad).unwrap();
            assert_eq!(unsound(export(&dir, 300)).1, file);
            assert_eq!(fs::read(&path).unwrap(), bad, "{file} was written over");
            let strays = holds(&dir, 13);
            assert!(strays.iter().all(|stray| stray.kind == StrayKind::Leftover));
        }
        fs::write(&path, &good).unwrap();
        export(&dir, 300).unwrap();
        assert_eq!(holds(&dir, 300), []);
    }
}

#[test]
fn more_signatures_take_the_place_of_fewer() {
    let root = new_bundle(300);
    let dir = root.path().join("bundle");
    let signed = [&checkpoint(300)[..], b"more\n"].concat();
    let mut writer = BundleWriter::open(&dir).unwrap();
    writer.keep_checkpoint(5, b"more of 5").unwrap();
    assert!(matches!(writer.keep_checkpoint(6, &vec![0; 1_000_001]), Err(StoreError::File { .. })));
    writer.finish(&signed).unwrap();
    let bundle = BundleStore::open(&dir).unwrap();
    assert_eq!(bundle.checkpoint(), signed);
    assert_eq!(bundle.signed_checkpoint(300).unwrap(), signed);
    assert_eq!(bundle.signed_checkpoint(5).unwrap(), b"more of 5");
    assert_eq!(bundle.stray_files().unwrap(), []);
}

/// The order of steps: the checkpoint behind everything, removals behind the checkpoint.
#[test]
fn the_checkpoint_is_put_in_place_behind_all_else() {
    let root = new_bundle(13);
    let record = Record::default();
    export_with(&root.path().join("bundle"), 300, Box::new(record.clone())).unwrap();
    let steps = record.take_all();
    use Step::*;
    let last_rename = steps.iter().rposition(|step| *step == RenameFile).unwrap();
    // Everything has its name, then the names are made durable, then the checkpoint comes.
    let before = steps[..last_rename].iter().rposition(|step| *step == RenameFile).unwrap();
    let (synced, placed) = steps[before + 1..=last_rename].split_at(last_rename - before - 3);
    assert!(synced.len() > 5 && synced.iter().all(|step| *step == SyncNames), "{steps:?}");
    assert_eq!(placed, [WriteFile, SyncFile, RenameFile]);
    let (named, removed) = steps[last_rename + 1..].split_at(1);
    assert_eq!(named, [SyncNames]);
    assert_eq!(removed, [RemoveFile, RemoveFile], "the partial tile and the partial entry tile of 13");
    // No file gets its name before its bytes are on the disk.
    assert!(steps.windows(2).all(|pair| pair[1] != RenameFile || pair[0] == SyncFile));
}

/// Dies at one step: before or after it.
struct Dies {
    at: usize,
    act_first: bool,
    done: usize,
}

impl Steps for Dies {
    fn take(
        &mut self,
        step: Step,
        act: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.done += 1;
        if self.done <= self.at {
            return Unsynced.take(step, act);
        }
        if self.act_first && self.done == self.at + 1 {
            act()?;
        }
        let source = std::io::Error::other("killed on purpose");
        Err(StoreError::Io { what: "survive", path: "here".into(), source })
    }
}

#[test]
fn an_export_killed_at_any_step_leaves_the_old_bundle_or_the_new_one() {
    for (old, new) in
        [(None, 3), (Some(0), 1), (Some(13), 258), (Some(255), 256), (Some(256), 530), (Some(300), 300)]
    {
        let goal = new_bundle(new);
        let mut goal = files(&goal.path().join("bundle"));
        let before = old.map(new_bundle);
        let mut outcomes = [0, 0];
        for (at, act_first) in (0..).flat_map(|at| [(at, false), (at, true)]) {
            let root = tempfile::tempdir().unwrap();
            let dir = root.path().join("bundle");
            if let Some(before) = &before {
                copy_folder(&before.path().join("bundle"), &dir);
            }
            let killed = export_with(&dir, new, Box::new(Dies { at, act_first, done: 0 }));
            if killed.is_ok() {
                assert!(at > 5);
                break;
            }
            match (BundleStore::open(&dir), old) {
                (Err(StoreError::NotABundle { .. }), None) => outcomes[0] += 1,
                (Err(other), _) => panic!("step {at} to {new}: {other:?}"),
                (Ok(bundle), _) => {
                    let size = bundle.anchor().size;
                    assert!(size == new || Some(size) == old, "step {at}: {size}");
                    let strays = holds(&dir, size);
                    assert!(strays.iter().all(|stray| stray.kind == StrayKind::Leftover), "{strays:?}");
                    outcomes[usize::from(size == new)] += 1;
                }
            }
            // The next export mends it.
            export(&dir, new).unwrap();
            assert_eq!(holds(&dir, new), []);
            let mut mended = files(&dir);
            for files in [&mut goal, &mut mended] {
                files.remove(&format!("checkpoints/{}", old.unwrap_or(new)));
            }
            assert!(mended == goal, "step {at} to {new}");
        }
        assert!(outcomes[1] > 0 && (outcomes[0] > 0 || old == Some(new)), "{outcomes:?}");
    }
}

/// An export that died on its way to a larger size than the next one reaches.
#[test]
fn leftovers_of_a_longer_export_are_removed() {
    let root = new_bundle(13);
    let dir = root.path().join("bundle");
    let died = export_with(&dir, 600, Box::new(Dies { at: 25, act_first: false, done: 0 }));
    died.unwrap_err();
    fs::write(dir.join("tile/0/000.new"), "torn").unwrap();
    assert!(!holds(&dir, 13).is_empty());
    export(&dir, 300).unwrap();
    let strays = holds(&dir, 300);
    assert!(strays.iter().all(|stray| stray.file.starts_with("checkpoints/")), "{strays:?}");
    assert_eq!(EntryTile::parse("tile/entries/001.p/44").unwrap().entries(), 256..300);
}
