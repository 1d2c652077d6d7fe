//! Restored backups, broken and missing files: each is refused in words that say what to do, never by a
//! panic, and nothing is recorded on top.

use std::fs;

use serde_json::Value;

use super::support::{FOUNDED, Random, World, copy_all, fuel, run, used};

/// Commands that need the whole ledger.
const NEEDING: [&str; 6] =
    ["log", "state", "replay", "pending", "show entry 0", "countersign 1 --key lv-root"];

/// The findings of `verify --json`: entry and code.
fn findings(world: &World) -> Vec<(u64, String)> {
    let ran = world.line("verify --json").code(4);
    let lines = ran.json();
    let finding = |line: &Value| (line["entry"].as_u64().unwrap(), line["code"].as_str().unwrap().to_owned());
    lines.iter().filter(|line| line["kind"] == "finding").map(finding).collect()
}

/// A ledger with three fuels whose entries are those of an older backup, and whose head is not.
fn restored() -> World {
    let world = World::founded();
    let (entries, backup) = (world.ledger().join("entries"), world.path().join("backup"));
    copy_all(&entries, &backup);
    world.append("ee-pbo", &[fuel(1), fuel(2), fuel(3)]).done();
    fs::remove_dir_all(&entries).unwrap();
    copy_all(&backup, &entries);
    world
}

#[test]
fn a_restored_backup_is_refused_with_what_is_missing_and_the_ways_back() {
    let world = restored();
    for command in NEEDING.into_iter().chain(["append --key ee-pbo"]) {
        world.line(command).code(4).says(&[
            "acknowledged entries are missing",
            "the store has 7",
            "the head file says 10",
            "3 are gone",
            "hint: do not append",
            "fetch entries 7 to 9 from a replica or a bundle",
        ]);
    }
    assert_eq!(findings(&world), [(FOUNDED, "E13".to_owned())]);
    world.line("verify").code(4);

    // Nothing was made worse: with the head of the backup's time it is the ledger of that time again.
    let older = World::founded();
    fs::copy(older.ledger().join("HEAD"), world.ledger().join("HEAD")).unwrap();
    assert_eq!(world.verify(), FOUNDED);
}

#[test]
fn a_store_that_was_emptied_or_cut_is_refused() {
    for keep in [0, 1, 5, 9] {
        let world = World::founded();
        let db = world.ledger().join("entries/db");
        let bytes = fs::read(&db).unwrap();
        let keep = used(&bytes) * keep / 10;
        fs::write(&db, &bytes[..keep]).unwrap();
        for command in NEEDING.into_iter().chain(["verify"]) {
            let ran = world.line(command);
            assert!(matches!(ran.code, Some(3 | 4)), "{keep} bytes, {command}: {ran:?}");
            let code = ran.code.unwrap();
            ran.code(code);
        }
    }
    let world = World::founded();
    fs::remove_dir_all(world.ledger().join("entries")).unwrap();
    for command in NEEDING {
        world.line(command).code(4).says(&["acknowledged entries are missing", "the store has 0"]);
    }
}

#[test]
fn a_missing_head_file_is_an_unfinished_creation_or_worse_and_both_are_said() {
    let world = World::founded();
    fs::remove_file(world.ledger().join("HEAD")).unwrap();
    for command in NEEDING.into_iter().chain(["verify", "append --key ee-pbo"]) {
        world.line(command).code(3).says(&[
            "E16",
            "no HEAD file",
            "its creation did not finish, or HEAD was removed",
            "bring HEAD back from a copy",
        ]);
    }
    world.line("found charter.json --key ee-root").code(3);
    let bare = World::chartered();
    fs::create_dir_all(bare.ledger().join("entries")).unwrap();
    bare.line("found charter.json --key ee-root").code(3).says(&["move the folder away"]);
}

#[test]
fn a_head_file_that_says_something_else_is_refused() {
    let world = World::founded();
    let head = world.ledger().join("HEAD");
    let text = fs::read_to_string(&head).unwrap();
    for garbage in [
        "",
        "\n",
        "size 7",
        "jointledger head v2\nsize 7\n",
        &text.replace("size 7", "size -7"),
        &format!("{text}\n"),
    ] {
        fs::write(&head, garbage).unwrap();
        for command in NEEDING.into_iter().chain(["verify"]) {
            world.line(command).code(4).says(&[
                "the head file",
                "is damaged",
                "hint: bring it back from a copy",
            ]);
        }
    }
    // Another link: the ledger itself is as it was, but it is not what was acknowledged.
    let (front, link) = text.trim_end().rsplit_once(' ').unwrap();
    let other = if link.starts_with('0') { link.replacen('0', "1", 1) } else { format!("0{}", &link[1..]) };
    fs::write(&head, format!("{front} {other}\n")).unwrap();
    world.line("log").code(4).says(&["E14", "entry 6", "hint: do not append"]);
    assert_eq!(findings(&world), [(FOUNDED - 1, "E14".to_owned())]);
    world.append("ee-pbo", &[fuel(1)]).code(4);
    fs::write(&head, text).unwrap();
    assert_eq!(world.verify(), FOUNDED);
}

#[test]
fn the_head_file_of_another_ledger_is_refused() {
    let (world, other) = (World::founded(), World::chartered());
    other.line("found charter.json --key ee-root").done();
    other.append("ee-root", &[super::support::officers_of(other.path(), "ee")]).done();
    fs::copy(other.ledger().join("HEAD"), world.ledger().join("HEAD")).unwrap();
    world.line("log").code(4).says(&["E14"]);
    // Seven entries, two acknowledged: one commit can leave five behind, so they are looked at; the head's
    // link is what does not hold.
    assert!(findings(&world).contains(&(1, "E14".to_owned())));
    world.append("ee-pbo", &[fuel(1)]).code(4);
}

#[test]
fn bytes_flipped_in_the_store_are_found_or_do_not_matter() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1), fuel(2)]).done();
    let db = world.ledger().join("entries/db");
    let whole = fs::read(&db).unwrap();
    let used = used(&whole) as u64;
    let mut random = Random(3);
    let (mut found, mut harmless) = (0, 0);
    for flip in 0..40 {
        let mut bytes = whole.clone();
        let at = random.below(used) as usize;
        bytes[at] ^= 1 << random.below(8);
        fs::write(&db, &bytes).unwrap();
        let ran = world.line("verify --json");
        match ran.code {
            // What is read back is then exactly what was written.
            Some(0) => harmless += 1,
            Some(3 | 4) => found += 1,
            _ => panic!("flip {flip} at {at}: {ran:?}"),
        }
        let code = ran.code.unwrap();
        ran.code(code);
        let log = world.line("log --json");
        assert!(matches!(log.code, Some(0 | 3 | 4)), "flip {flip} at {at}: {log:?}");
        assert!(!log.stderr.contains("panic") && !log.stderr.contains("a fault in the program"), "{log:?}");
    }
    fs::write(&db, &whole).unwrap();
    assert_eq!(world.verify(), FOUNDED + 2);
    assert!(found > harmless, "{found} found, {harmless} harmless");
}

#[test]
fn what_is_no_ledger_is_not_made_into_one() {
    let world = World::founded();
    fs::create_dir(world.path().join("empty")).unwrap();
    fs::write(world.path().join("file"), "text").unwrap();
    for name in ["nowhere", "empty", "file", "file/inside"] {
        for command in ["log", "verify", "append --key ee-pbo"] {
            let ran = world.line(&format!("--ledger {name} {command}"));
            assert!(matches!(ran.code, Some(2 | 3)), "{name} {command}: {ran:?}");
            let code = ran.code.unwrap();
            ran.code(code).says(&[name]);
        }
    }
    assert_eq!(fs::read_dir(world.path().join("empty")).unwrap().count(), 0);
    assert!(!world.path().join("nowhere").exists());
    // A ledger is founded where nothing is.
    let chartered = World::chartered();
    copy_all(&chartered.path().join("."), &world.path().join("c"));
    for name in ["baltic", "file"] {
        let ran = world.line(&format!("--ledger {name} found c/charter.json --key ee-root"));
        assert!(matches!(ran.code, Some(2 | 3)), "{name}: {ran:?}");
        let code = ran.code.unwrap();
        ran.code(code).says(&[name]);
    }
    assert_eq!(world.verify(), FOUNDED);
}

#[test]
fn a_disk_that_takes_no_more_stops_the_run_and_nothing_acknowledged_is_lost() {
    let world = World::founded();
    // A limit on the size of files is a full disk that needs no disk: writes behind it fail.
    let program = env!("CARGO_BIN_EXE_jointledger");
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(world.path()).env("JOINTLEDGER_DIR", "baltic");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" append --json --key ee-pbo", program]);
    let lines: String = (1..=6_000).map(|number| fuel(number) + "\n").collect();
    let ran = run(&mut shell, lines.as_bytes()).code(3).says(&[
        "the store has stopped",
        "acts were recorded, the last is entry",
        "hint: nothing is acknowledged any more",
        "open the ledger again and look before you repeat the act",
    ]);
    let receipts: Vec<Value> = ran.json().into_iter().filter(|line| line["kind"] == "receipt").collect();
    assert!(!receipts.is_empty());

    let look = |when: &str| {
        let log = world.log();
        for receipt in &receipts {
            let entry = receipt["entry"].as_u64().unwrap() as usize;
            assert_eq!(log[entry]["link"], receipt["link"], "{when}");
        }
    };
    look("before the ledger is opened again");
    // The feeder sends all of it again: nothing is recorded twice.
    let again: Vec<String> = (1..=receipts.len() as u64 + 300).map(fuel).collect();
    world.append("ee-pbo", &again).done();
    look("after it");
    assert_eq!(world.verify(), FOUNDED + again.len() as u64);
}
