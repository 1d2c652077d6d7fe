//! The signed checkpoints beside a ledger: bytes by size.

use std::fs;

use ledger_core::store::StoreError;
use ledger_core::store::checkpoints::{CheckpointFiles, MAX_CHECKPOINT_BYTES};
use ledger_core::store::steps::Step;

use super::support::{FailAt, Record};

#[test]
fn bytes_are_kept_by_size() {
    let folder = tempfile::tempdir().unwrap();
    let files = CheckpointFiles::open(folder.path());
    assert_eq!(
        (files.sizes().unwrap(), files.latest().unwrap(), files.read(3).unwrap()),
        (vec![], None, None)
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "looking makes nothing");
    for size in [9, 10, 0, 100, u64::MAX] {
        files.write(size, format!("of {size}").as_bytes()).unwrap();
    }
    // More signatures have come.
    files.write(10, b"of 10 and more").unwrap();
    assert_eq!(files.sizes().unwrap(), [0, 9, 10, 100, u64::MAX]);
    assert_eq!(files.read(10).unwrap().unwrap(), b"of 10 and more");
    assert_eq!(files.read(11).unwrap(), None);
    assert_eq!(files.latest().unwrap().unwrap(), (u64::MAX, b"of 18446744073709551615".to_vec()));
    assert_eq!(fs::read_dir(folder.path().join("checkpoints")).unwrap().count(), 5, "nothing is left over");
}

#[test]
fn a_strange_name_is_named() {
    for name in ["01", "+1", "-1", "1.txt", "one", "18446744073709551616", " 1", "x.new", ".new", "01.new"] {
        let folder = tempfile::tempdir().unwrap();
        let files = CheckpointFiles::open(folder.path());
        files.write(1, b"good").unwrap();
        fs::write(folder.path().join("checkpoints").join(name), "").unwrap();
        let refused = files.sizes().unwrap_err();
        assert!(matches!(&refused, StoreError::File { path, .. } if path.ends_with(name)), "{refused:?}");
        assert!(refused.to_string().contains(name), "{refused}");
        assert_eq!(files.read(1).unwrap().unwrap(), b"good");
    }
}

#[test]
fn what_cannot_be_a_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = CheckpointFiles::open(folder.path());
    let most = vec![b'x'; MAX_CHECKPOINT_BYTES];
    files.write(1, &most).unwrap();
    assert_eq!(files.read(1).unwrap().unwrap(), most);
    let more = vec![b'x'; MAX_CHECKPOINT_BYTES + 1];
    assert!(matches!(files.write(2, &more), Err(StoreError::File { .. })));
    assert_eq!(files.sizes().unwrap(), [1]);

    let path = |name| folder.path().join("checkpoints").join(name);
    fs::write(path("2"), &more).unwrap();
    std::os::unix::fs::symlink(path("1"), path("3")).unwrap();
    fs::create_dir(path("4")).unwrap();
    for size in [2, 3, 4] {
        let refused = files.read(size);
        assert!(matches!(refused, Err(StoreError::File { .. })), "{size}: {refused:?}");
    }
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("checkpoints"), "").unwrap();
    let files = CheckpointFiles::open(other.path());
    assert!(matches!(files.sizes(), Err(StoreError::File { .. })));
    assert!(matches!(files.write(1, b"x"), Err(StoreError::File { .. })));
}

#[test]
fn a_checkpoint_is_durable_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let files = CheckpointFiles::open(folder.path());
    let mut record = Record::default();
    files.write_with(7, b"seven", &mut record).unwrap();
    use Step::*;
    assert_eq!(record.take_all(), [WriteFile, SyncFile, RenameFile, SyncNames, SyncNames]);
}

#[test]
fn a_write_that_failed_leaves_the_old_one_or_the_new_one() {
    for step in [Step::WriteFile, Step::SyncFile, Step::RenameFile, Step::SyncNames] {
        for mut steps in [FailAt::before(step), FailAt::after(step)] {
            let folder = tempfile::tempdir().unwrap();
            let files = CheckpointFiles::open(folder.path());
            files.write(7, b"old").unwrap();
            files.write_with(7, b"new", &mut steps).unwrap_err();
            let kept = files.read(7).unwrap().unwrap();
            assert!(kept == b"old" || kept == b"new", "{step:?}");
            assert_eq!(files.sizes().unwrap(), [7], "{step:?}");
            files.write(7, b"newer").unwrap();
            assert_eq!(files.latest().unwrap().unwrap(), (7, b"newer".to_vec()));
        }
    }
}
