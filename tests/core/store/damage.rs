//! Damaged files: whatever was done to them, opening and reading gives the entries or an error; never a
//! panic, an abort, a hang, or other bytes.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use ledger_core::store::conformance::{anchor, entry};
use ledger_core::store::sled::SledStore;
use ledger_core::store::{Store, StoreError};

use super::child::Running;
use super::support::{append, copy_folder, ledger, without_snapshots};

const LEN: usize = 500;

/// The child's part: one damage after the other, each announced before it is tried.
pub(super) fn try_all(folder: &Path, kinds: &[&str]) {
    let [count, from, step] = kinds else { panic!("{kinds:?}") };
    let (count, from, step): (u64, usize, usize) =
        (count.parse().unwrap(), from.parse().unwrap(), step.parse().unwrap());
    let good = fs::read(folder.join("entries/db")).unwrap();
    let work = folder.with_extension("damaged");
    let mut at = from;
    while at < good.len() {
        for kind in ["flip", "cut", "hole", "big"] {
            println!("JOB {kind} at {at}");
            let mut bad = good.clone();
            match kind {
                "flip" => bad[at] ^= 0x10,
                "cut" => bad.truncate(at),
                "hole" => bad.iter_mut().skip(at).take(512).for_each(|byte| *byte = 0),
                _ => bad.iter_mut().skip(at).take(9).for_each(|byte| *byte = 0xff),
            }
            let _ = fs::remove_dir_all(&work);
            copy_folder(folder, &work);
            fs::write(work.join("entries/db"), bad).unwrap();
            let opened = SledStore::inspect(&work, folder.parent().unwrap(), Duration::ZERO);
            let told = match opened.and_then(|store| Ok((store.read(0, usize::MAX)?, store.len()))) {
                Ok((read, len)) => {
                    let whole = len == count
                        && read.len() as u64 == count
                        && (0..).zip(&read).all(|(position, bytes)| *bytes == entry(position, LEN));
                    if whole { "whole" } else { "silent" }
                }
                Err(StoreError::Corrupt { reason, .. }) if reason.starts_with("sled panicked") => "panic",
                Err(StoreError::Corrupt { .. }) => "corrupt",
                Err(StoreError::MissingEntries { .. }) => "missing",
                Err(StoreError::Io { .. }) => "io",
                Err(_) => "other",
            };
            println!("JOB {told}");
        }
        at += step;
    }
}

/// Runs a child over `folder`; gives how often each answer came. Fails when a damage makes the child hang or
/// die, and names it.
fn run(folder: &Path, count: u64, from: usize, step: usize) -> std::collections::BTreeMap<String, u64> {
    let mut answers = std::collections::BTreeMap::new();
    let (send, receive) = mpsc::channel();
    let mut child = Running::start(&format!("try {count} {from} {step}"), folder);
    let pid = child.pid();
    let reader = std::thread::spawn(move || {
        while let Some(line) = child.line() {
            let _ = send.send(line);
        }
        child.finish().1
    });
    let mut last = String::new();
    loop {
        match receive.recv_timeout(Duration::from_secs(60)) {
            Ok(line) if line.contains(" at ") => last = line,
            Ok(line) => {
                assert!(!matches!(&*line, "silent" | "other"), "{last}: {line}");
                *answers.entry(line).or_default() += 1;
                last = format!("after {last}");
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = std::process::Command::new("kill").arg(pid.to_string()).status();
                panic!("{last}: sled hangs");
            }
        }
    }
    let status = reader.join().unwrap();
    assert!(status.success(), "{last}: the process died: {status}");
    answers
}

/// A ledger written in one life, of `count` entries.
fn fresh(folder: &Path, count: u64) {
    ledger(folder, count, LEN);
}

/// A ledger opened again and again: with snapshots, and more than one segment.
fn aged(folder: &Path, count: u64) {
    ledger(folder, 1, LEN);
    for _ in 0..4 {
        let mut store = SledStore::open(folder, Duration::ZERO).unwrap();
        append(&mut store, (count - 1) / 4, LEN);
    }
}

#[test]
fn damage_is_an_error_never_a_panic() {
    let root = tempfile::tempdir().unwrap();
    for (name, count, make, snapshots) in [
        ("small", 41, fresh as fn(&Path, u64), true),
        ("aged", 1_201, aged, true),
        ("bare", 1_201, aged, false),
    ] {
        let folder = root.path().join(name);
        make(&folder, count);
        if !snapshots {
            without_snapshots(&folder);
        }
        let size = usize::try_from(fs::metadata(folder.join("entries/db")).unwrap().len()).unwrap();
        let answers = run(&folder, count, 3, (size / 25).max(1));
        println!("{name}, {size} bytes: {answers:?}");
        assert!(answers.keys().any(|told| told != "whole"), "no damage was found: this test tested nothing");
    }
}

#[test]
#[ignore = "takes minutes; .ci/run runs it"]
fn much_damage_is_an_error_never_a_panic() {
    let root = tempfile::tempdir().unwrap();
    for (name, count, make, snapshots) in [
        ("small", 41, fresh as fn(&Path, u64), true),
        ("tiny", 5, fresh, false),
        ("aged", 1_201, aged, true),
        ("bare", 1_201, aged, false),
    ] {
        let folder = root.path().join(name);
        make(&folder, count);
        if !snapshots {
            without_snapshots(&folder);
        }
        let size = usize::try_from(fs::metadata(folder.join("entries/db")).unwrap().len()).unwrap();
        let answers = run(&folder, count, 1, (size / 700).max(1));
        println!("{name}, {size} bytes: {answers:?}");
    }
}

/// An entry taken out of the middle is an absent position, not a shorter history.
#[test]
fn a_gap_is_found_when_it_is_read() {
    // sled's own verbs, since the store has none to delete with.
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 10, LEN);
    let db = sled::open(folder.join("entries")).unwrap();
    db.remove(4_u64.to_be_bytes()).unwrap();
    drop(db);
    let store = SledStore::open(&folder, Duration::ZERO).unwrap();
    assert_eq!((store.anchor(), store.len()), (anchor(10), 10));
    assert_eq!(store.read(0, 4).unwrap().len(), 4);
    assert_eq!(store.read(5, 9).unwrap().len(), 5);
    for (from, max) in [(0, 5), (4, 1), (0, usize::MAX)] {
        match store.read(from, max) {
            Err(StoreError::Corrupt { reason, .. }) => assert_eq!(reason, "entry 4 is absent"),
            other => panic!("{other:?}"),
        }
    }
    drop(store);

    // A key that is no position, between two that are, and as the last one.
    for key in [&[0, 0, 0, 0, 0, 0, 0, 6, 1][..], b"zebra", &[0xff; 8]] {
        let folder = root.path().join(key.len().to_string());
        ledger(&folder, 10, LEN);
        let db = sled::open(folder.join("entries")).unwrap();
        db.insert(key, b"rubbish").unwrap();
        drop(db);
        let read = SledStore::open(&folder, Duration::ZERO).and_then(|store| store.read(0, usize::MAX));
        assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{key:?}: {read:?}");
    }
}
