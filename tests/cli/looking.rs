//! Looking changes nothing: no byte, no time, no mode of any file in the ledger's folder; nor does it leave
//! anything where the copies are made.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ledger_core::ledger::digest::sha256;

use super::support::{FOUNDED, World, fuel, fuel_id, used};

/// Every file and folder with its mode, times and digest.
pub(crate) fn picture(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        let mut facts = format!(
            "mode {:o} inode {} modified {}.{:09} changed {}.{:09} size {}",
            meta.mode(),
            meta.ino(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec(),
            meta.len()
        );
        if meta.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()));
        } else {
            facts.push_str(&format!(" digest {}", sha256(&[&fs::read(&path).unwrap()])));
        }
        found.insert(path, facts);
    }
    found
}

/// Every command that only reads.
fn reading() -> Vec<String> {
    let mut commands: Vec<String> = [
        "verify",
        "verify --quorum 1 --late 3",
        "compare baltic baltic",
        "verify --charter 0000000000000000000000000000000000000000000000000000000000000000",
        "replay",
        "replay --until 3",
        "log",
        "log --limit 2 --party EE",
        "state",
        "state --at 2",
        "state --at-time 2026-01-01T00:00:00Z",
        "pending",
        "key list",
        "key list --all",
        "books --party EE",
        "reconcile book.csv --party EE",
        "report report.html",
        "show entry 3",
        "export - --as ocds",
        "export - --as ocds --compiled --at 3",
        "export - --as accounts",
        "show entry 99",
        "show transfer L-1",
        "show programme P-1",
        "show contract K-1",
        "show framework F-1",
        "show movement M-1",
        "show support S-1",
        "show authorisation SA-1",
        "show crisis CR-1",
        "show party EE",
        "status --party EE",
        "status --party EE --at 3",
        "signatures",
        "replay --document",
        "explain key-revoked --public-key 3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f --reason x",
    ]
    .map(str::to_owned)
    .into();
    commands.push(format!("show item {}", fuel_id(1)));
    let json: Vec<String> = commands.iter().map(|command| format!("--json {command}")).collect();
    commands.extend(json);
    commands
}

fn look_at(world: &World) {
    let scratch = world.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    fs::write(world.path().join("book.csv"), world.line("books --party EE").done().stdout).unwrap();
    let before = picture(&world.ledger());
    for line in reading() {
        let mut command = world.command(line.split_ascii_whitespace());
        let ran = super::support::run(command.env("TMPDIR", &scratch), b"");
        assert!(matches!(ran.code, Some(0 | 1 | 4)), "{line}: {ran:?}");
        assert_eq!(picture(&world.ledger()), before, "{line}");
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0, "{line} left its copy behind");
    }
}

#[test]
fn reading_commands_change_nothing_in_the_folder() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    look_at(&world);
}

#[test]
fn a_copy_without_a_lock_file_and_without_write_permission_is_read_and_left_as_it_is() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    fs::remove_file(world.ledger().join("LOCK")).unwrap();
    // To root modes mean nothing; what counts then is that nothing changes.
    let folders = ["entries/blobs", "entries", ""].map(|name| world.ledger().join(name));
    let files = ["entries/db", "entries/conf", "HEAD"].map(|name| world.ledger().join(name));
    files.iter().for_each(|file| fs::set_permissions(file, Permissions::from_mode(0o444)).unwrap());
    folders.iter().for_each(|folder| fs::set_permissions(folder, Permissions::from_mode(0o555)).unwrap());
    look_at(&world);
    folders.iter().for_each(|folder| fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap());
}

#[test]
fn a_tail_that_nobody_acknowledged_is_not_touched_by_looking() {
    let world = World::founded();
    let head = fs::read(world.ledger().join("HEAD")).unwrap();
    world.append("ee-pbo", &[fuel(1)]).done();
    // As after a kill between the entries and the head file.
    fs::write(world.ledger().join("HEAD"), head).unwrap();
    look_at(&world);
    assert_eq!(world.log().len() as u64, FOUNDED, "what was not acknowledged is not shown");
    world.append("ee-pbo", &[fuel(2)]).done();
    assert_eq!(world.verify(), FOUNDED + 2, "the tail was taken in before the next act");
}

#[test]
fn a_damaged_ledger_is_looked_at_and_left_as_it_is() {
    let world = World::founded();
    let db = world.ledger().join("entries/db");
    fs::write(world.path().join("book.csv"), world.line("books --party EE").done().stdout).unwrap();
    let mut bytes = fs::read(&db).unwrap();
    let middle = used(&bytes) / 2;
    bytes.truncate(middle);
    fs::write(&db, bytes).unwrap();
    let before = picture(&world.ledger());
    for line in reading() {
        let ran = world.run(line.split_ascii_whitespace());
        assert!(matches!(ran.code, Some(3 | 4)), "{line}: {ran:?}");
        assert_eq!(picture(&world.ledger()), before, "{line}");
    }
}

#[test]
fn without_room_for_the_copy_the_answer_says_how_to_name_another_place() {
    let world = World::founded();
    for command in ["log", "verify", "state"] {
        let mut command = world.command([command]);
        let ran = super::support::run(command.env("TMPDIR", "/nowhere/at/all"), b"");
        ran.code(3).says(&["/nowhere/at/all", "hint: reading works on a copy", "TMPDIR"]);
    }
}
