//! The eight rules that follow from what sled does and does not do (ledger-core/src/store/sled.rs). Each
//! test was seen to fail with its rule taken out.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ledger_core::store::conformance::{anchor, entry};
use ledger_core::store::sled::{SledStore, panic_is_caught};
use ledger_core::store::steps::Step;
use ledger_core::store::{Anchor, Holder, Store, StoreError, head_file};

use super::support::{
    FailAt, Picture, Record, append, check_sound, copy_folder, ledger, open, picture, without_snapshots,
};

/// Rules 1 and 6: flush, then fsync of `db`, then the head: written, fsynced, renamed, its folder fsynced;
/// and only then the acknowledgement.
#[test]
fn rule_1_and_6_an_acknowledgement_is_the_last_step() {
    use Step::*;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    let record = Record::default();
    let mut store = SledStore::create_with(&folder, Box::new(record.clone())).unwrap();
    record.take_all();
    let head = [WriteHead, SyncHead, RenameHead, SyncFolder];

    append(&mut store, 1, 500);
    assert_eq!(record.take_all(), [&[WriteEntry, Flush, SyncDb], &head[..]].concat());

    let entries: Vec<_> = (1..4).map(|position| entry(position, 500)).collect();
    store.commit(anchor(1), &entries, anchor(4)).unwrap();
    assert_eq!(
        record.take_all(),
        [&[WriteEntry, WriteEntry, WriteEntry, Flush, SyncDb], &head[..]].concat(),
        "one fsync serves the whole commit"
    );

    // A refusal takes no step at all.
    store.commit(anchor(1), &entries, anchor(4)).unwrap_err();
    assert_eq!(record.take_all(), []);
    drop(store);

    // What sled wrote while opening is made durable before anything is acknowledged.
    let store = SledStore::open_with(&folder, Duration::ZERO, Box::new(record.clone())).unwrap();
    assert_eq!(record.take_all(), [Flush, SyncDb, SyncEntriesFolder, SyncFolder]);
    drop(store);

    // A tail may never have been fsynced by whoever wrote it: adopting it does.
    let steps = Box::new(FailAt::before(WriteHead));
    let mut failing = SledStore::open_with(&folder, Duration::ZERO, steps).unwrap();
    failing.commit(anchor(4), &[entry(4, 500)], anchor(5)).unwrap_err();
    let copy = root.path().join("copy");
    copy_folder(&folder, &copy);
    let mut store = SledStore::open_with(&copy, Duration::ZERO, Box::new(record.clone())).unwrap();
    record.take_all();
    store.adopt_tail(anchor(4), anchor(5)).unwrap();
    assert_eq!(record.take_all(), [&[Flush, SyncDb], &head[..]].concat());
}

/// Rule 1, for what sled keeps outside `db`: leaves of more than 128 KiB become files in `blobs/`, and these
/// are fsynced before what points to them is written out.
#[test]
fn rule_1_blobs_are_synced_before_the_log() {
    let root = tempfile::tempdir().unwrap();
    let record = Record::default();
    let folder = root.path().join("ledger");
    let mut store = SledStore::create_with(&folder, Box::new(record.clone())).unwrap();
    let mut synced = 0;
    for _ in 0..30 {
        record.take_all();
        append(&mut store, 1, 65_000);
        let steps = record.take_all();
        let at = |step| steps.iter().rposition(|taken| *taken == step);
        if let Some(blob) = at(Step::SyncBlob) {
            assert!(at(Step::WriteEntry).unwrap() < blob, "{steps:?}");
            assert!(blob < at(Step::SyncBlobsFolder).unwrap(), "{steps:?}");
            assert!(at(Step::SyncBlobsFolder).unwrap() < at(Step::Flush).unwrap(), "{steps:?}");
            synced += steps.iter().filter(|step| **step == Step::SyncBlob).count();
        }
    }
    let blobs = fs::read_dir(folder.join("entries/blobs")).unwrap().count();
    assert!(blobs > 0, "entries of 65,000 bytes no longer make blobs: this test tests nothing");
    assert!(synced >= blobs, "{synced} of {blobs} blobs were fsynced");
    drop(store);
    check_sound(&open(&folder).unwrap(), 30, 65_000);
}

/// Rule 2: the descriptor that is fsynced is the one that was there from the start. Shown by taking the name
/// away: a descriptor opened later would be of another file, or none. (The strace tests see the number of the
/// descriptor and that it is opened before the first write.)
#[test]
fn rule_2_the_descriptor_is_held_from_the_start() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    let mut store = SledStore::create(&folder).unwrap();
    append(&mut store, 3, 500);
    fs::rename(folder.join("entries/db"), folder.join("entries/away")).unwrap();
    append(&mut store, 3, 500);
    drop(store);
    fs::rename(folder.join("entries/away"), folder.join("entries/db")).unwrap();
    check_sound(&open(&folder).unwrap(), 6, 500);
}

/// Rule 3: whichever step fails, before it was taken or after, the right to acknowledge is gone for good, no
/// step is taken any more, the folder stays locked, and what a later process finds is the old log, with or
/// without a tail, or the new one.
#[test]
fn rule_3_any_failure_is_the_end() {
    use Step::*;
    for step in [WriteEntry, Flush, SyncDb, WriteHead, SyncHead, RenameHead, SyncFolder] {
        for (when, fail) in [("before", FailAt::before as fn(Step) -> FailAt), ("after", FailAt::after)] {
            for count in [1_u64, 3] {
                let context = format!("{count} entries, failing {when} {step:?}");
                let root = tempfile::tempdir().unwrap();
                let folder = root.path().join("ledger");
                ledger(&folder, 5, 500);
                let last = if step == WriteEntry { count as usize - 1 } else { 0 };
                let steps = Box::new(fail(step).skip(last).sleeping());
                let (after, armed) = (steps.after.clone(), steps.armed.clone());
                let mut store = SledStore::open_with(&folder, Duration::ZERO, steps).unwrap();
                armed.store(true, Ordering::Relaxed);
                let entries: Vec<_> = (5..5 + count).map(|position| entry(position, 500)).collect();

                let first = store.commit(anchor(5), &entries, anchor(5 + count)).unwrap_err();
                assert!(matches!(first, StoreError::MustReopen { .. }), "{context}: {first:?}");
                assert!(first.to_string().contains(&format!("{step:?}")), "{context}: {first}");
                for _ in 0..2 {
                    let again = store.commit(anchor(5), &entries, anchor(5 + count)).unwrap_err();
                    assert!(matches!(again, StoreError::MustReopen { .. }), "{context}: {again:?}");
                }
                let adopt = store.adopt_tail(anchor(5), anchor(5 + count)).unwrap_err();
                assert!(matches!(adopt, StoreError::MustReopen { .. }), "{context}: {adopt:?}");
                let read = store.read(0, 1).unwrap_err();
                assert!(matches!(read, StoreError::MustReopen { .. }), "{context}: {read:?}");
                assert_eq!(store.anchor(), anchor(5), "{context}");

                let before_drop = picture(&folder);
                drop(store);
                assert_eq!(picture(&folder), before_drop, "{context}: dropping wrote");
                assert_eq!(after.take_all(), [], "{context}: steps after the failure");
                let refused = open(&folder).unwrap_err();
                assert!(
                    matches!(refused, StoreError::InUse { holder: Holder::Writer(Some(_)), .. }),
                    "{context}: sled was never closed, yet the folder was free: {refused:?}"
                );

                let copy = root.path().join("copy");
                copy_folder(&folder, &copy);
                let store = open(&copy).unwrap();
                check_sound(&store, 5, 500);
                let found = (store.anchor().size, store.len());
                let all = 5 + count;
                let expected = match (step, when) {
                    (RenameHead, "after") | (SyncFolder, _) => (all, all),
                    (WriteEntry, _) | (Flush, "before") => (5, found.1),
                    _ => (5, all),
                };
                assert_eq!(found, expected, "{context}");
                assert!(found.1 <= all, "{context}");
            }
        }
    }
}

/// Rule 3 during the adoption of a tail.
#[test]
fn rule_3_a_failed_adoption_is_the_end_too() {
    use Step::*;
    for step in [Flush, SyncDb, WriteHead, SyncHead, RenameHead, SyncFolder] {
        let root = tempfile::tempdir().unwrap();
        let (folder, tailed, copy) =
            (root.path().join("ledger"), root.path().join("tailed"), root.path().join("copy"));
        ledger(&folder, 5, 500);
        let mut store =
            SledStore::open_with(&folder, Duration::ZERO, Box::new(FailAt::before(WriteHead))).unwrap();
        store.commit(anchor(5), &[entry(5, 500)], anchor(6)).unwrap_err();
        copy_folder(&folder, &tailed);

        let steps = Box::new(FailAt::before(step).sleeping());
        let armed = steps.armed.clone();
        let mut store = SledStore::open_with(&tailed, Duration::ZERO, steps).unwrap();
        armed.store(true, Ordering::Relaxed);
        assert_eq!((store.anchor(), store.len()), (anchor(5), 6));
        for _ in 0..2 {
            let failed = store.adopt_tail(anchor(5), anchor(6)).unwrap_err();
            assert!(matches!(failed, StoreError::MustReopen { .. }), "{step:?}: {failed:?}");
        }
        assert_eq!(store.anchor(), anchor(5), "{step:?}");
        copy_folder(&tailed, &copy);
        let store = open(&copy).unwrap();
        check_sound(&store, 5, 500);
        assert_eq!(store.len(), 6, "{step:?}");
    }
}

/// Rule 3 while opening: what sled wrote there could not be made durable, so nothing may follow.
#[test]
fn rule_3_a_failure_while_opening_is_the_end_too() {
    for step in [Step::Flush, Step::SyncDb, Step::SyncEntriesFolder, Step::SyncFolder] {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("ledger");
        ledger(&folder, 5, 500);
        let steps = Box::new(FailAt::before(step));
        let failed = SledStore::open_with(&folder, Duration::ZERO, steps).unwrap_err();
        assert!(matches!(failed, StoreError::MustReopen { .. }), "{step:?}: {failed:?}");
        assert!(matches!(open(&folder), Err(StoreError::InUse { .. })), "{step:?}");
    }
}

/// Rule 3 and the next process: what a failed write leaves in memory is not taken for what is on the disk. It
/// is written again and synced before anything else, whatever fails on the way, until it has succeeded once.
#[test]
fn rule_3_a_folder_in_doubt_is_written_again() {
    use Step::*;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 30, 65_000);
    assert!(!folder.join("IN-DOUBT").exists());
    let steps = Box::new(FailAt::before(SyncDb).sleeping());
    let armed = steps.armed.clone();
    let mut store = SledStore::open_with(&folder, Duration::ZERO, steps).unwrap();
    armed.store(true, Ordering::Relaxed);
    store.commit(anchor(30), &[entry(30, 65_000)], anchor(31)).unwrap_err();
    assert!(folder.join("IN-DOUBT").exists());

    let mut number = 0;
    let mut copy = |from: &std::path::Path| {
        number += 1;
        let copy = root.path().join(number.to_string());
        copy_folder(from, &copy);
        copy
    };
    let mut current = copy(&folder);
    for step in
        [Rewrite, SyncBlob, SyncDb, Flush, SyncEntriesFolder, WriteHead, SyncHead, RenameHead, SyncFolder]
    {
        let steps = Box::new(FailAt::before(step));
        let failed = SledStore::open_with(&current, Duration::ZERO, steps).unwrap_err();
        assert!(matches!(failed, StoreError::MustReopen { .. }), "{step:?}: {failed:?}");
        assert!(current.join("IN-DOUBT").exists(), "{step:?}");
        current = copy(&current);
    }
    let bytes = |folder: &std::path::Path| fs::read(folder.join("entries/db")).unwrap();
    let before = bytes(&current);
    let record = Record::default();
    let mut store = SledStore::open_with(&current, Duration::ZERO, Box::new(record.clone())).unwrap();
    let taken: Vec<_> = record.take_all().into_iter().filter(|step| *step != SyncBlob).collect();
    assert_eq!(taken[..3], [Rewrite, SyncBlobsFolder, SyncDb]);
    assert_eq!(taken[3..], [Flush, SyncDb, SyncEntriesFolder, WriteHead, SyncHead, RenameHead, SyncFolder]);
    assert!(!current.join("IN-DOUBT").exists());
    assert!(bytes(&current).starts_with(&before), "written over itself, nothing else");
    check_sound(&store, 30, 65_000);
    assert_eq!(store.len(), 31);
    store.adopt_tail(anchor(30), anchor(31)).unwrap();
    drop(store);
    let store = SledStore::open_with(&current, Duration::ZERO, Box::new(record.clone())).unwrap();
    assert!(!record.take_all().contains(&Rewrite), "once is enough");
    check_sound(&store, 31, 65_000);
}

/// Rule 4: at creation everything is fsynced, then the head is written, then its folder is fsynced.
#[test]
fn rule_4_creation_is_durable_and_the_head_comes_last() {
    use Step::*;
    let root = tempfile::tempdir().unwrap();
    let record = Record::default();
    SledStore::create_with(&root.path().join("ledger"), Box::new(record.clone())).unwrap();
    assert_eq!(
        record.take_all(),
        [
            SyncConf,
            SyncBlobsFolder,
            Flush,
            SyncDb,
            SyncEntriesFolder,
            SyncParent,
            WriteHead,
            SyncHead,
            RenameHead,
            SyncFolder
        ]
    );
}

/// Rule 4: a creation that failed at any step is refused with a clear word by everybody, and never half a
/// ledger.
#[test]
fn rule_4_an_unfinished_creation_is_refused() {
    use Step::*;
    for step in [
        SyncConf,
        SyncBlobsFolder,
        Flush,
        SyncDb,
        SyncEntriesFolder,
        SyncParent,
        WriteHead,
        SyncHead,
        RenameHead,
    ] {
        let root = tempfile::tempdir().unwrap();
        let (folder, copy) = (root.path().join("ledger"), root.path().join("copy"));
        let steps = Box::new(FailAt::before(step));
        let failed = SledStore::create_with(&folder, steps).unwrap_err();
        assert!(matches!(failed, StoreError::MustReopen { .. }), "{step:?}: {failed:?}");
        copy_folder(&folder, &copy);
        let before = picture(&copy);
        for refused in [
            open(&copy).unwrap_err(),
            SledStore::create(&copy).unwrap_err(),
            SledStore::inspect(&copy, root.path(), Duration::ZERO).unwrap_err(),
        ] {
            assert!(matches!(refused, StoreError::UnfinishedCreation { .. }), "{step:?}: {refused:?}");
            assert!(refused.to_string().contains("move the folder away"), "{refused}");
        }
        assert_eq!(picture(&copy), before, "{step:?}: a refusal changed the folder");
    }
    // After the rename the creation is whole: whether it is known does not matter.
    let root = tempfile::tempdir().unwrap();
    let (folder, copy) = (root.path().join("ledger"), root.path().join("copy"));
    SledStore::create_with(&folder, Box::new(FailAt::before(SyncFolder))).unwrap_err();
    copy_folder(&folder, &copy);
    check_sound(&open(&copy).unwrap(), 0, 0);
}

/// Rule 5: a left-over snapshot does not stop the ledger from opening, and is kept as evidence.
#[test]
fn rule_5_left_over_snapshots_are_set_aside() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 20, 500);
    for round in 0..3 {
        for (name, rubbish) in
            [("snap.FFFFFFFFFFFFFFFF.generating", &b"rubbish"[..]), ("snap.0.generating", b"")]
        {
            fs::write(folder.join("entries").join(name), rubbish).unwrap();
        }
        let store = open(&folder).unwrap();
        check_sound(&store, 20, 500);
        drop(store);
        let entries: Vec<_> = fs::read_dir(folder.join("entries"))
            .unwrap()
            .map(|item| item.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(!entries.iter().any(|name| name.ends_with(".generating")), "{entries:?}");
        let aside = fs::read_dir(folder.join("set-aside")).unwrap().count();
        assert_eq!(aside, 2 * (round + 1), "evidence is never overwritten");
    }
    assert_eq!(fs::read(folder.join("set-aside/snap.FFFFFFFFFFFFFFFF.generating.2")).unwrap(), b"rubbish");

    // Looking leaves it where it is, and is not stopped by it either.
    fs::write(folder.join("entries/snap.FFFFFFFFFFFFFFFF.generating"), b"rubbish").unwrap();
    let before = picture(&folder);
    check_sound(&SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap(), 20, 500);
    assert_eq!(picture(&folder), before);
}

/// Rule 5 is needed: without it this is what sled does. When this fails, sled has changed and the rule may
/// go.
#[test]
fn rule_5_sled_alone_would_not_open() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 20, 500);
    let foreign = folder.join("entries/snap.FFFFFFFFFFFFFFFF");
    fs::write(foreign, b"rubbish, of more than twelve bytes").unwrap();
    let refused = open(&folder).unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused:?}");
}

/// Rule 6: a restored backup under a head that knows better is refused, by writers and by those who look;
/// what is left can still be got out.
#[test]
fn rule_6_a_restored_backup_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 7, 500);
    copy_folder(&folder.join("entries"), &root.path().join("backup"));
    append(&mut open(&folder).unwrap(), 3, 500);
    fs::remove_dir_all(folder.join("entries")).unwrap();
    copy_folder(&root.path().join("backup"), &folder.join("entries"));

    for refused in
        [open(&folder).unwrap_err(), SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap_err()]
    {
        assert!(matches!(refused, StoreError::MissingEntries { have: 7, acknowledged: 10 }), "{refused:?}");
        let text = refused.to_string();
        assert!(
            text.contains("has 7") && text.contains("says 10") && text.contains("entries 7 to 9"),
            "{text}"
        );
    }
    let mut rest = SledStore::salvage(&folder, root.path(), Duration::ZERO).unwrap();
    assert_eq!((rest.anchor(), rest.len()), (anchor(10), 7));
    assert_eq!(rest.read(0, usize::MAX).unwrap().len(), 7);
    assert!(matches!(rest.commit(anchor(10), &[], anchor(10)), Err(StoreError::ReadOnly)));

    // Lost altogether.
    fs::remove_dir_all(folder.join("entries")).unwrap();
    let refused = open(&folder).unwrap_err();
    assert!(matches!(refused, StoreError::MissingEntries { have: 0, acknowledged: 10 }), "{refused:?}");
}

/// Rule 6, the other way: the store may be ahead by one commit, not by more, and not by other entries than
/// one commit can carry.
#[test]
fn rule_6_the_store_is_ahead_by_one_commit_at_most() {
    let root = tempfile::tempdir().unwrap();
    let set_head = |folder: &std::path::Path, size| {
        fs::write(folder.join("HEAD"), head_file::render(&anchor(size))).unwrap();
    };
    let many = root.path().join("many");
    ledger(&many, 301, 100);
    set_head(&many, 101);
    let store = open(&many).unwrap();
    assert_eq!((store.anchor(), store.len()), (anchor(101), 301));
    drop(store);
    set_head(&many, 100);
    for refused in
        [open(&many).unwrap_err(), SledStore::inspect(&many, root.path(), Duration::ZERO).unwrap_err()]
    {
        assert!(matches!(refused, StoreError::TailTooLong { have: 301, acknowledged: 100 }), "{refused:?}");
    }

    let heavy = root.path().join("heavy");
    ledger(&heavy, 9, 40_000);
    set_head(&heavy, 6);
    assert_eq!(open(&heavy).unwrap().len(), 9);
    set_head(&heavy, 5);
    assert!(matches!(open(&heavy), Err(StoreError::TailTooLong { have: 9, acknowledged: 5 })));
}

/// Rule 6: a damaged head is an error of its own, never "no ledger" and never an empty one.
#[test]
fn rule_6_a_damaged_head_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 3, 100);
    let good = head_file::render(&anchor(3));
    for bad in [String::new(), good.replace('3', "03"), format!("{good}\n"), good.repeat(1000)] {
        fs::write(folder.join("HEAD"), &bad).unwrap();
        let before = picture(&folder);
        for refused in [
            open(&folder).unwrap_err(),
            SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap_err(),
        ] {
            assert!(matches!(refused, StoreError::HeadFile { .. }), "{refused:?}");
        }
        assert_eq!(picture(&folder), before);
    }
    // What a crash can leave beside it is never read.
    fs::write(folder.join("HEAD"), &good).unwrap();
    fs::write(folder.join("HEAD.new"), "rubbish").unwrap();
    append(&mut open(&folder).unwrap(), 1, 100);
    assert_eq!(head_file::read(&folder).unwrap(), Some(anchor(4)));
    assert!(!folder.join("HEAD.new").exists());
    #[cfg(unix)]
    {
        fs::rename(folder.join("HEAD"), folder.join("HEAD.copy")).unwrap();
        std::os::unix::fs::symlink("HEAD.copy", folder.join("HEAD")).unwrap();
        assert!(matches!(open(&folder), Err(StoreError::HeadFile { .. })));
    }
}

/// Rule 7: looking changes no byte and no time of change, makes no file, refuses commits, and cleans up.
#[test]
fn rule_7_looking_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let (folder, scratch) = (root.path().join("ledger"), root.path().join("scratch"));
    fs::create_dir(&scratch).unwrap();
    ledger(&folder, 40, 5_000);
    // A tail is shown, and stays.
    fs::write(folder.join("HEAD"), head_file::render(&anchor(39))).unwrap();
    // A lock file is not needed: a copy on a read-only disk may come without it.
    for with_lock in [true, false] {
        if !with_lock {
            fs::remove_file(folder.join("LOCK")).unwrap();
        }
        let before: Picture = picture(&folder);
        let mut store = SledStore::inspect(&folder, &scratch, Duration::ZERO).unwrap();
        check_sound(&store, 39, 5_000);
        assert_eq!((store.anchor(), store.len()), (anchor(39), 40));
        for refused in [
            store.commit(anchor(39), &[entry(39, 9)], anchor(40)),
            store.adopt_tail(anchor(39), anchor(40)),
            store.commit(Anchor::EMPTY, &[], Anchor::EMPTY),
        ] {
            assert!(matches!(refused, Err(StoreError::ReadOnly)), "{refused:?}");
        }
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 1);
        drop(store);
        assert_eq!(picture(&folder), before);
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0, "the copy is deleted");
    }
}

/// Rule 7: files and folders without the right to write can be looked at, and so can two at a time. (As root
/// the bits bind nobody; that nothing is written is what the test before shows.)
#[cfg(unix)]
#[test]
fn rule_7_a_read_only_folder_can_be_looked_at() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 10, 65_000);
    fn set(path: &std::path::Path, file: u32, dir: u32) {
        let is_dir = path.is_dir();
        if is_dir {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
            fs::read_dir(path).unwrap().for_each(|item| set(&item.unwrap().path(), file, dir));
        }
        fs::set_permissions(path, fs::Permissions::from_mode(if is_dir { dir } else { file })).unwrap();
    }
    set(&folder, 0o444, 0o555);
    let first = SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap();
    let second = SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap();
    check_sound(&first, 10, 65_000);
    check_sound(&second, 10, 65_000);
    for copy in fs::read_dir(root.path()).unwrap().map(|item| item.unwrap()) {
        if copy.path() != folder {
            let mode = fs::metadata(copy.path().join("entries/db")).unwrap().permissions().mode();
            assert!(
                mode & 0o200 != 0,
                "the copy of a read-only file must be writable for its owner: {mode:o}"
            );
            let mode = fs::metadata(copy.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o77, 0, "the copy is private: {mode:o}");
        }
    }
    set(&folder, 0o644, 0o755);
}

/// Rule 7: what is no regular file is not followed out of the folder, and not waited for.
#[cfg(unix)]
#[test]
fn rule_7_looking_reads_regular_files_only() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let (folder, outside) = (root.path().join("ledger"), root.path().join("outside"));
    fs::write(&outside, "not of this ledger").unwrap();
    ledger(&folder, 3, 100);
    let refused = || match SledStore::inspect(&folder, root.path(), Duration::ZERO) {
        Err(StoreError::Corrupt { .. }) => {}
        other => panic!("{other:?}"),
    };
    for name in ["entries/snap.0000000000000000", "entries/stray"] {
        symlink(&outside, folder.join(name)).unwrap();
        refused();
        fs::remove_file(folder.join(name)).unwrap();
    }
    let socket = std::os::unix::net::UnixListener::bind(folder.join("entries/stray")).unwrap();
    refused();
    drop(socket);
    fs::remove_file(folder.join("entries/stray")).unwrap();
    for (name, target) in [
        ("LOCK", &*outside),
        ("entries/db", &folder.join("away")),
        ("entries/blobs", &folder.join("away")),
        ("entries", &folder.join("away")),
    ] {
        fs::rename(folder.join(name), folder.join("away")).unwrap();
        symlink(target, folder.join(name)).unwrap();
        refused();
        assert!(matches!(open(&folder), Err(StoreError::Corrupt { .. })), "{name}");
        fs::remove_file(folder.join(name)).unwrap();
        fs::rename(folder.join("away"), folder.join(name)).unwrap();
    }
    check_sound(&SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap(), 3, 100);
}

/// Rule 8: a panic of sled is an error that names the folder and the way back. (Many more damages, in another
/// process, in damage.rs.)
#[test]
fn rule_8_panics_become_errors() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 1, 500);
    for _ in 0..4 {
        append(&mut open(&folder).unwrap(), 300, 500);
    }
    without_snapshots(&folder);
    let db = fs::File::options().write(true).open(folder.join("entries/db")).unwrap();
    db.set_len(1_150_000).unwrap();
    let error = SledStore::inspect(&folder, root.path(), Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("rebuild the ledger from a replica"), "{error}");
    match error {
        StoreError::Corrupt { folder: named, reason } => {
            assert_eq!(named, folder);
            // When this fails, the damage no longer makes sled panic: find another one.
            assert!(reason.starts_with("sled panicked: "), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!panic_is_caught(), "a panic of our own is printed as ever");
}
