//! Where a ledger may be made and opened, and who has it.

use std::fs;
use std::time::Duration;

use ledger_core::store::sled::SledStore;
use ledger_core::store::{Holder, StoreError, lock};

use super::child::Running;
use super::support::{append, check_sound, ledger, open, picture};

#[test]
fn a_ledger_is_only_created_where_nothing_is() {
    let root = tempfile::tempdir().unwrap();
    let empty = root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    drop(SledStore::create(&empty).unwrap());
    check_sound(&open(&empty).unwrap(), 0, 0);
    assert!(matches!(SledStore::create(&empty), Err(StoreError::AlreadyExists { .. })));

    let other = root.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "not ours").unwrap();
    let before = picture(&other);
    assert!(matches!(SledStore::create(&other), Err(StoreError::AlreadyExists { .. })));
    assert!(matches!(open(&other), Err(StoreError::NotALedger { .. })));
    assert!(matches!(
        SledStore::inspect(&other, root.path(), Duration::ZERO),
        Err(StoreError::NotALedger { .. })
    ));
    assert_eq!(picture(&other), before, "a refusal leaves no lock file behind");

    let absent = root.path().join("absent");
    assert!(matches!(open(&absent), Err(StoreError::NotALedger { .. })));
    assert!(!absent.exists());
    let no_parent = absent.join("ledger");
    assert!(matches!(SledStore::create(&no_parent), Err(StoreError::Io { .. })));

    // A creation that died right after it took the lock left nothing: the next one goes on.
    let begun = root.path().join("begun");
    fs::create_dir(&begun).unwrap();
    fs::write(begun.join("LOCK"), "4711\n").unwrap();
    drop(SledStore::create(&begun).unwrap());
}

#[test]
fn a_second_process_is_told_who_has_the_ledger() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 3, 100);
    let mut holder = Running::start("hold", &folder);
    assert_eq!(holder.line().as_deref(), Some("holding"));
    let in_use = |result: Result<SledStore, StoreError>| match result {
        Err(error @ StoreError::InUse { holder: Holder::Writer(pid), .. }) => (pid, error.to_string()),
        other => panic!("{other:?}"),
    };
    let (pid, text) = in_use(open(&folder));
    assert_eq!(pid, Some(holder.pid()));
    assert!(
        text.contains(&format!("in use by process {}", holder.pid())) && text.contains("try again"),
        "{text}"
    );
    // Those who look wait for a writer too: a folder that is being written to has no one state to copy.
    in_use(SledStore::inspect(&folder, root.path(), Duration::ZERO));
    // A bounded wait is bounded.
    in_use(SledStore::open(&folder, Duration::from_millis(100)));

    // And a wait is rewarded when the holder goes.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| SledStore::open(&folder, Duration::from_secs(30)).map(drop));
        std::thread::sleep(Duration::from_millis(50));
        let (_, status) = holder.finish();
        assert!(status.success());
        waiting.join().unwrap().unwrap();
    });
    check_sound(&open(&folder).unwrap(), 3, 100);
}

/// The operating system frees the lock of a process that was killed; its id, still in the file, misleads
/// nobody.
#[test]
fn a_killed_process_leaves_no_lock() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 3, 100);
    let mut holder = Running::start("hold", &folder);
    holder.line().unwrap();
    holder.kill();
    assert_eq!(fs::read_to_string(folder.join("LOCK")).unwrap(), format!("{}\n", holder.pid()));
    let reader = lock::read(&folder, Duration::ZERO).unwrap();
    assert!(reader.is_some());
    // Whoever copies the folder is not taken for the dead writer.
    match open(&folder) {
        Err(StoreError::InUse { holder: Holder::Reader, .. }) => {}
        other => panic!("{other:?}"),
    }
    drop(reader);
    append(&mut open(&folder).unwrap(), 1, 100);
}

/// A store that is closed frees its folder at once, and leaves no id.
#[test]
fn a_closed_store_frees_its_folder() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 1, 100);
    for _ in 0..5 {
        append(&mut open(&folder).unwrap(), 1, 100);
        assert_eq!(fs::read(folder.join("LOCK")).unwrap(), b"");
    }
}

/// A store can be shared by the threads of a program, and moved between them.
#[test]
fn stores_and_their_errors_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<SledStore>();
    crosses::<StoreError>();
}

/// The text says what happened, where, and what to do.
#[test]
fn refusals_name_the_folder_and_the_way_on() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    let absent = open(&folder).unwrap_err().to_string();
    assert_eq!(
        absent,
        format!("there is no ledger in {}; check the path, or create a ledger there", folder.display())
    );
    ledger(&folder, 1, 10);
    let exists = SledStore::create(&folder).unwrap_err().to_string();
    assert!(exists.contains(&folder.display().to_string()) && exists.contains("choose another"), "{exists}");
    fs::remove_file(folder.join("HEAD")).unwrap();
    let unfinished = open(&folder).unwrap_err().to_string();
    assert!(unfinished.contains("bring HEAD back from a copy"), "{unfinished}");
}
