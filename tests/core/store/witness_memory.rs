//! The memory of a signing key: one at a time, whole or not at all, and never taken for empty. With a witness on top:
//! whatever step fails and whoever races, no two cosignatures vouch for two histories.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ledger_core::domain::Digest;
use ledger_core::ledger::checkpoint::Checkpoint;
use ledger_core::ledger::tree::{self, FromEmpty, Leaves};
use ledger_core::ledger::witness::{MemoryLost, Request, Witness};
use ledger_core::store::steps::Step;
use ledger_core::store::witness_memory::{MAX_BYTES, Memory};
use ledger_core::store::{Holder, StoreError};

use super::support::{FailAt, Record};
use crate::evidence::policy::{ORIGIN, log_key, signed, signer, witness_key};
use crate::evidence::witness::{checkpoint_of, leaves};

const STEPS: [Step; 4] = [Step::WriteFile, Step::SyncFile, Step::RenameFile, Step::SyncNames];

#[test]
fn remembers_what_it_was_told_last() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EE.last");
    let mut memory = Memory::open(&path, Duration::ZERO).unwrap();
    assert_eq!(memory.latest(), None);
    for bytes in [&b"one"[..], b"two", b""] {
        memory.remember(bytes).unwrap();
        assert_eq!(memory.latest(), Some(bytes));
        drop(memory);
        memory = Memory::open(&path, Duration::ZERO).unwrap();
        assert_eq!(memory.latest(), Some(bytes), "also nothing is something that was said");
    }
    // What a killed process left beside it is not read.
    fs::write(folder.path().join("EE.last.new"), "three").unwrap();
    drop(memory);
    let mut memory = Memory::open(&path, Duration::ZERO).unwrap();
    assert_eq!(memory.latest(), Some(&b""[..]));
    memory.remember(b"four").unwrap();
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["EE.last", "EE.last.lock"]);
}

#[test]
fn is_held_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EE.last");
    let memory = Memory::open(&path, Duration::ZERO).unwrap();
    let Err(StoreError::MemoryInUse { path: named, holder }) = Memory::open(&path, Duration::ZERO) else {
        panic!("opened twice")
    };
    assert_eq!((named, holder), (path.clone(), Holder::Writer(Some(std::process::id()))));
    assert!(Memory::open(&folder.path().join("LV.last"), Duration::ZERO).is_ok(), "another key's");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| Memory::open(&path, Duration::from_secs(20)).map(|_| ()));
        std::thread::sleep(Duration::from_millis(50));
        drop(memory);
        assert!(waiting.join().unwrap().is_ok());
    });
}

#[test]
fn what_is_no_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let refused =
        |name: &str| matches!(Memory::open(&at(name), Duration::ZERO), Err(StoreError::Memory { .. }));
    fs::create_dir(at("folder")).unwrap();
    assert!(refused("folder"));
    fs::write(at("file"), "x").unwrap();
    std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
    assert!(refused("link"));
    std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
    assert!(refused("dangling"), "not taken for none");
    fs::write(at("long"), vec![b'x'; MAX_BYTES + 1]).unwrap();
    assert!(refused("long"));
    std::os::unix::fs::symlink(at("file"), at("other.lock")).unwrap();
    assert!(refused("other"));
    assert!(matches!(Memory::open(&at("no folder/x"), Duration::ZERO), Err(StoreError::Io { .. })));

    let mut memory = Memory::open(&at("new"), Duration::ZERO).unwrap();
    memory.remember(&[b'x'; MAX_BYTES]).unwrap();
    assert!(matches!(memory.remember(&[b'x'; MAX_BYTES + 1]), Err(StoreError::Memory { .. })));
    assert!(memory.remember(b"short").is_ok(), "nothing was written, so it goes on");
}

#[test]
fn every_step_to_durable_is_taken_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let record = Record::default();
    let path = folder.path().join("EE.last");
    let mut memory = Memory::open_with(&path, Duration::ZERO, Box::new(record.clone())).unwrap();
    memory.remember(b"one").unwrap();
    assert_eq!(record.take_all(), STEPS);
}

/// Every way in which one `remember` fails.
fn failures() -> impl Iterator<Item = (Step, fn(Step) -> FailAt)> {
    STEPS.into_iter().flat_map(|step| [(step, FailAt::before as fn(Step) -> FailAt), (step, FailAt::after)])
}

#[test]
fn after_a_failure_it_is_the_old_or_the_new_and_nothing_is_remembered_any_more() {
    for (step, fail) in failures() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("EE.last");
        Memory::open(&path, Duration::ZERO).unwrap().remember(b"old").unwrap();
        let mut memory = Memory::open_with(&path, Duration::ZERO, Box::new(fail(step))).unwrap();
        for _ in 0..2 {
            assert!(matches!(memory.remember(b"new"), Err(StoreError::MustReopen { .. })), "{step:?}");
        }
        assert_eq!(memory.latest(), Some(&b"old"[..]));
        drop(memory);
        let memory = Memory::open(&path, Duration::ZERO).unwrap();
        let latest = memory.latest().unwrap();
        assert!(latest == b"old" || latest == b"new", "{step:?}: {latest:?}");
        assert_eq!(latest == b"new", fs::read(&path).unwrap() == b"new");
    }
}

fn request(leaves: &[Digest], old: u64) -> Option<Request> {
    let proof = tree::consistency(&Leaves(leaves), old, leaves.len() as u64).ok()?;
    Some(Request { old, proof, checkpoint: signed(&checkpoint_of(leaves), "log", &[]) })
}

fn resume(memory: &Memory) -> Result<Witness, MemoryLost> {
    Witness::resume(ORIGIN, vec![log_key()], &[witness_key("EE1")], memory.latest())
}

/// Asks for a cosignature over these leaves, from where the witness stands.
fn ask(memory: &mut Memory, leaves: &[Digest]) -> Option<Checkpoint> {
    let mut witness = resume(memory).unwrap();
    let request = request(leaves, witness.latest.map_or(0, |(size, _)| size))?;
    let name = witness_key("EE1").name;
    witness.cosign(&request, &name, 100, &signer("EE1"), |bytes| memory.remember(bytes)).ok()?;
    Some(checkpoint_of(leaves))
}

/// That of any two of `given` one extends the other, in one of the histories.
fn assert_one_history(given: &[Checkpoint], histories: &[&[Digest]]) {
    for one in given {
        for two in given.iter().filter(|two| two.size >= one.size) {
            let held = histories.iter().any(|history| {
                let proof = tree::consistency(&Leaves(history), one.size, two.size).unwrap();
                let accepted = FromEmpty::Accepted;
                tree::verify_consistency(one.size, two.size, &proof, &one.root, &two.root, accepted).is_ok()
            });
            assert!(held, "cosigned {one} and {two}");
        }
    }
}

#[test]
fn whichever_step_fails_a_witness_never_vouches_for_two_histories() {
    let (main, other) = (leaves("", 0, 12), leaves("other", 5, 12));
    for (step, fail) in failures() {
        for occasion in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("EE.last");
            let steps = Box::new(fail(step).skip(occasion));
            let mut given = Vec::new();
            let mut memory = Memory::open_with(&path, Duration::ZERO, steps).unwrap();
            given.extend(
                [&main[..4], &main[..8], &other[..9], &main[..9]]
                    .iter()
                    .filter_map(|at| ask(&mut memory, at)),
            );
            drop(memory);
            // The process is gone; another one goes on, first asked for the other history.
            let mut memory = Memory::open(&path, Duration::ZERO).unwrap();
            given.extend(
                [&other[..10], &other[..11], &main[..10], &main[..12]]
                    .iter()
                    .filter_map(|at| ask(&mut memory, at)),
            );
            assert!(given.len() >= 2, "{step:?} {occasion}: {} given", given.len());
            assert_one_history(&given, &[&main, &other]);
        }
    }
}

#[test]
fn whoever_races_the_witness_never_goes_back() {
    const SIZE: u64 = 60;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EE.last");
    let (main, other) = (leaves("", 0, SIZE), leaves("other", 1, SIZE));
    let (given, next) = (Mutex::new(Vec::new()), AtomicU64::new(1));
    std::thread::scope(|scope| {
        for history in [&main, &other, &main, &other] {
            let (given, next, path) = (&given, &next, &path);
            scope.spawn(move || {
                loop {
                    let size = next.fetch_add(1, Ordering::Relaxed);
                    if size > SIZE {
                        return;
                    }
                    let mut memory = Memory::open(path, Duration::from_secs(60)).unwrap();
                    let cosigned = ask(&mut memory, &history[..size as usize]);
                    given.lock().unwrap().extend(cosigned);
                }
            });
        }
    });
    let given = given.into_inner().unwrap();
    assert!(given.len() > 1, "{} given", given.len());
    assert_one_history(&given, &[&main, &other]);
    let last = given.iter().max_by_key(|checkpoint| checkpoint.size).unwrap();
    let witness = resume(&Memory::open(&path, Duration::ZERO).unwrap()).unwrap();
    assert_eq!(witness.latest, Some((last.size, last.root)));
}
