//! Bundles: `export`, `verify` and looking at one, `import`.

use std::fs;
use std::path::Path;

use ledger_core::exchange::scenario::Actor;
use ledger_core::ledger::checkpoint::Checkpoint;
use serde_json::Value;

use super::looking::picture;
use super::seals::{self, SEALED, checkpoint, clock, files, keep, put_key, seal, sealed, seed, verification};
use super::support::{FOUNDED, World, copy_all, fuel, now};

/// A sealed ledger with a checkpoint of all its entries, exported into `bundle`.
fn exported() -> World {
    let world = sealed();
    seal(&world, "baltic");
    world.line("export bundle").done();
    world
}

fn codes(world: &World, folder: &str) -> Vec<String> {
    let lines = world.line(&format!("--ledger {folder} verify --json")).code(4).json();
    let findings = lines.iter().filter(|line| line["kind"] == "finding");
    findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// Changes one bit in the middle of a file.
fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_bundle_is_looked_at_as_the_ledger_is() {
    let world = exported();
    let (ledger, bundle) = (picture(&world.ledger()), picture(&world.path().join("bundle")));
    for line in [
        "log",
        "log --json",
        "state --json",
        "replay",
        "show entry 3",
        "show party EE --json",
        "key list",
        "pending",
        "status --party EE --at 3 --as-of 2026-01-30T09:00:00Z",
        "signatures",
        "books --party EE",
        "prove 3",
    ] {
        let of_ledger = world.line(line).done().stdout;
        let of_bundle = world.line(&format!("--ledger bundle {line}")).done();
        assert_eq!(of_bundle.stdout, of_ledger, "{line}");
        assert!(of_bundle.stderr.contains("bundle is a bundle"), "{line}: {of_bundle:?}");
    }
    for line in ["verify", "--ledger bundle verify", "compare baltic bundle", "export bundle --json"] {
        world.line(line).done();
    }
    assert_eq!(picture(&world.ledger()), ledger);
    world.line("--ledger bundle export again").done();
    world.line("--ledger copy import bundle").done();
    let same = picture(&world.path().join("bundle"));
    // The export with nothing new put the same checkpoint in place again.
    let but_times = |picture: &std::collections::BTreeMap<_, String>| {
        let digest = |facts: &String| facts.split(" size ").nth(1).unwrap().to_owned();
        picture
            .iter()
            .map(|(path, facts): (&std::path::PathBuf, _)| (path.clone(), digest(facts)))
            .collect::<Vec<_>>()
    };
    assert_eq!(but_times(&same), but_times(&bundle));
}

#[test]
fn looking_at_a_bundle_changes_nothing_in_it() {
    let world = exported();
    let before = picture(&world.path().join("bundle"));
    for line in ["log", "verify", "show entry 3", "export other", "import bundle --ledger new"] {
        world.line(&format!("--ledger bundle {line}"));
        assert_eq!(picture(&world.path().join("bundle")), before, "{line}");
    }
    world.line("compare bundle baltic").done();
    assert_eq!(picture(&world.path().join("bundle")), before);
}

#[test]
fn nothing_is_recorded_in_a_bundle() {
    let world = exported();
    let before = picture(&world.path().join("bundle"));
    for line in [
        "append --key ee-pbo",
        "countersign 3 --key lv-root",
        "key enrol ee-pbo.pub --party EE --role FIN --key ee-root",
    ] {
        world.line(&format!("--ledger bundle {line}")).code(2).says(&[
            "bundle is a bundle, and nothing is recorded in one",
            "hint: make a ledger of it",
            "import bundle",
        ]);
    }
    assert_eq!(picture(&world.path().join("bundle")), before);
}

#[test]
fn an_export_signs_a_checkpoint_in_the_same_call() {
    let world = sealed();
    put_key(&world, "log", seed("log"));
    world.append("ee-pbo", &[fuel(1)]).done();
    let told = world.line("export bundle --log-key log --json").done().json();
    let kinds: Vec<_> = told.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["checkpoint", "export"]);
    assert_eq!((&told[0]["size"], &told[1]["entries"]), (&14.into(), &14.into()));
    assert_eq!(verification(&world, "bundle")["sound"], true);
    // With a key that is not the log's nothing is signed, and nothing written.
    world.line("export other --log-key ee-pbo").code(1).says(&["LOG"]);
    assert!(!world.path().join("other").exists());
}

#[test]
fn an_export_ends_at_a_checkpoint() {
    let world = sealed();
    world.line("export bundle").code(1).says(&[
        "no checkpoint is kept with this ledger of 13 entries",
        "hint: sign one in the same call with --log-key, or make one with `jointledger checkpoint make`",
    ]);
    assert!(!world.path().join("bundle").exists());
    seal(&world, "baltic");
    world.append("ee-pbo", &[fuel(1), fuel(2)]).done();
    world.line("export bundle").code(1).says(&[
        "the newest checkpoint is of 13 entries, the ledger has 15",
        "--to-checkpoint",
        "`jointledger checkpoint make`",
    ]);
    assert!(!world.path().join("bundle").exists());
    let told = world.line("export bundle --to-checkpoint --json").done().json();
    let line = &told[0];
    assert_eq!((line["kind"].as_str(), line["entries"].as_u64()), (Some("export"), Some(SEALED)));
    assert_eq!((&line["new_entries"], &line["folder"]), (&SEALED.into(), &"bundle".into()));
    assert_eq!(line["root"], verification(&world, "bundle")["head"]["root"]);
    assert_eq!(verification(&world, "bundle")["entries"], SEALED);
    // The bundle is longer than an older checkpoint.
    seal(&world, "baltic");
    world.line("export bundle").done();
    fs::remove_file(world.ledger().join("checkpoints/15")).unwrap();
    world.line("export bundle --to-checkpoint").code(1).says(&["15 entries already", "is of 13"]);
}

#[test]
fn only_what_is_new_is_written_and_it_is_the_same_as_all_at_once() {
    let world = exported();
    let again = world.line("export bundle --json").done().json();
    assert_eq!(again[0]["new_entries"], 0);
    // Past a full tile, with papers and with signatures that came later.
    world.append("ee-pbo", &(1..=300).map(fuel).collect::<Vec<_>>()).done();
    let first = fs::read(world.path().join("bundle/tile/entries/000.p/13")).unwrap();
    seal(&world, "baltic");
    let told = world.line("export bundle --json").done().json();
    assert_eq!((&told[0]["entries"], &told[0]["new_entries"]), (&(SEALED + 300).into(), &300.into()));
    assert!(!world.path().join("bundle/tile/entries/000.p").exists(), "what is superseded goes");
    assert!(fs::read(world.path().join("bundle/tile/entries/000")).unwrap().starts_with(&first));
    world.line("export whole").done();
    assert_eq!(files(&world.path().join("bundle")), files(&world.path().join("whole")));
    world.line("--ledger bundle export third").done();
    assert_eq!(files(&world.path().join("bundle")), files(&world.path().join("third")));
    let said = world.line("export bundle").done().stdout;
    assert!(
        said.contains("313 entries, 0 of them new, in bundle") && said.contains("2 checkpoints"),
        "{said}"
    );
}

#[test]
fn the_demo_is_exported_and_then_what_came_after_it() {
    let world = World::bare();
    world.line("demo baltic").done();
    for party in ["EE", "LV", "LT"] {
        let root: Actor = format!("{party}/ROOT").parse().unwrap();
        put_key(&world, &format!("demo-{}", party.to_lowercase()), root.seed());
    }
    let demo = world.verify();
    // Nobody has a key yet that may sign a checkpoint.
    keep(&world, "baltic", &checkpoint(&world, "baltic", &[]));
    assert!(world.line("verify").code(4).stdout.contains("E22"));
    seals::enrol(&world, |party| format!("demo-{party}"));
    seal(&world, "baltic");
    assert_eq!(world.verify(), demo + 6, "the older one is signed by a key that came later");
    world.line("export bundle --to-checkpoint").done();
    assert_eq!(verification(&world, "bundle")["sound"], true);
    assert!(fs::read_to_string(world.path().join("bundle/documents")).unwrap().lines().count() > 100);
    world.line("--ledger imported import bundle").done();
    world.line("--ledger imported export again").done();
    assert_eq!(files(&world.path().join("bundle")), files(&world.path().join("again")));
}

#[test]
fn signatures_from_both_sides_come_together() {
    let world = sealed();
    let at = clock();
    keep(&world, "baltic", &checkpoint(&world, "baltic", &[("ee", at)]));
    world.line("export bundle").done();
    keep(&world, "baltic", &checkpoint(&world, "baltic", &[("lv", at)]));
    world.line("export bundle").done();
    for file in ["bundle/checkpoint", "bundle/checkpoints/13"] {
        let text = fs::read_to_string(world.path().join(file)).unwrap();
        assert_eq!(text.matches('\u{2014}').count(), 3, "{text}");
    }
    let said = world.line("--ledger bundle verify --quorum 2").done().stdout;
    assert!(
        said.contains("checkpoint 13: holds; signed by the log; cosigned by EE (") && said.contains("LV ("),
        "{said}"
    );
    world.line("--ledger bundle verify --quorum 3").code(4);
}

#[test]
fn a_bundle_that_is_no_beginning_of_the_ledger_is_left_as_it_is() {
    let world = exported();
    let before = files(&world.path().join("bundle"));
    let unchanged = || assert_eq!(files(&world.path().join("bundle")), before);
    // A copy that went another way.
    copy_all(&world.ledger(), &world.path().join("other"));
    world.append("ee-pbo", &[fuel(1)]).done();
    world.line("--ledger other append --key ee-pbo").done();
    let two = fuel(2) + "\n";
    world.run_with(["--ledger", "other", "append", "--key", "ee-pbo"], two.as_bytes()).done();
    seal(&world, "baltic");
    seal(&world, "other");
    world.line("--ledger other export fork").done();
    let fork = files(&world.path().join("fork"));
    world.line("export fork").code(4).says(&[
        "E21",
        "forked",
        "the bundle's checkpoint of 14 entries",
        "`jointledger compare`",
    ]);
    assert_eq!(files(&world.path().join("fork")), fork);

    // The bundle has more than the ledger.
    let older = sealed();
    seal(&older, "baltic");
    copy_all(&world.path().join("fork"), &older.path().join("fork"));
    let ahead = older.line("export fork").code(4);
    assert!(ahead.stderr.contains("E20") || ahead.stderr.contains("E21"), "{ahead:?}");

    // Another ledger, no bundle at all, the ledger itself.
    let other = Checkpoint {
        origin: "nordic.example/ledger".into(),
        ..checkpoint(&world, "bundle", &[]).checkpoint().clone()
    };
    copy_all(&world.path().join("bundle"), &world.path().join("nordic"));
    fs::write(world.path().join("nordic/checkpoint"), seals::signed(other, &[]).to_string()).unwrap();
    world.line("export nordic").code(1).says(&["is one of nordic.example/ledger"]);
    world.line("export other").code(2).says(&["other is not a bundle"]);
    world.line("export baltic").code(2).says(&["is inside the folder that is exported"]);
    world.line("export baltic/entries/bundle").code(2).says(&["is inside"]);
    world.line("export baltic/../baltic/x").code(2).says(&["is inside"]);
    unchanged();

    // A tile at the edge that is damaged would be built upon.
    for file in ["bundle/tile/0/000.p/13", "bundle/tile/entries/000.p/13"] {
        let file = world.path().join(file);
        let whole = fs::read(&file).unwrap();
        flip(&file);
        let damaged = files(&world.path().join("bundle"));
        world.line("export bundle").code(4).says(&["export into a new folder"]);
        assert_eq!(files(&world.path().join("bundle")), damaged);
        fs::write(&file, whole).unwrap();
    }
    world.line("export bundle").done();
}

#[test]
fn the_ledger_behind_its_own_checkpoint_is_not_exported() {
    let world = sealed();
    copy_all(&world.ledger(), &world.path().join("older"));
    world.append("ee-pbo", &[fuel(1)]).done();
    let newest = seal(&world, "baltic");
    keep(&world, "older", &newest);
    world.line("--ledger older export bundle").code(4).says(&[
        "E20",
        "a checkpoint of 14 entries",
        "has only 13",
    ]);
    // Nor one whose checkpoint is of another history.
    let mut false_root = newest.checkpoint().clone();
    false_root.size = 13;
    fs::remove_file(world.path().join("older/checkpoints/14")).unwrap();
    keep(&world, "older", &seals::signed(false_root, &[]));
    world
        .line("--ledger older export bundle")
        .code(4)
        .says(&["E21", "the ledger's own checkpoint of 13 entries"]);
    assert!(!world.path().join("bundle").exists());
}

#[test]
fn an_imported_ledger_is_the_same_to_the_last_byte() {
    let world = exported();
    world.append("ee-pbo", &(1..=260).map(fuel).collect::<Vec<_>>()).done();
    seal(&world, "baltic");
    world.line("export bundle").done();
    let told = world.line("--ledger new import bundle --json").done().json();
    let (line, entries) = (&told[0], SEALED + 260);
    assert_eq!((line["kind"].as_str(), line["entries"].as_u64()), (Some("import"), Some(entries)));
    assert_eq!((&line["checkpoints"], &line["folder"]), (&2.into(), &"new".into()));
    assert_eq!(line["head"], verification(&world, "baltic")["head"]);
    assert!(!world.path().join("new.importing").exists());

    assert_eq!(verification(&world, "new"), verification(&world, "baltic"));
    assert_eq!(world.line("--ledger new log --json").done().stdout, world.line("log --json").done().stdout);
    world.line("--ledger new export again").done();
    assert_eq!(files(&world.path().join("again")), files(&world.path().join("bundle")));
    // It is a ledger like any other.
    let next = fuel(999) + "\n";
    world.run_with(["--ledger", "new", "append", "--key", "ee-pbo"], next.as_bytes()).done();
    assert_eq!(verification(&world, "new")["entries"], entries + 1);
    // An empty folder will do, the path may end in a slash, and a pinned charter must be the right one.
    let charter = world.line("charter show charter.json --json");
    drop(charter);
    fs::create_dir(world.path().join("empty")).unwrap();
    world.line("--ledger empty/ import bundle --quorum 3").done();
    assert_eq!(verification(&world, "empty")["entries"], entries);
}

#[test]
fn a_bundle_that_does_not_hold_is_not_imported() {
    let world = exported();
    let bundle = world.path().join("bundle");
    let cases: [(&str, &[&str]); 5] = [
        ("tile/0/000.p/13", &["E24"]),
        ("tile/entries/000.p/13", &["E09", "E03", "E02", "E24"]),
        ("checkpoint", &["E22"]),
        ("checkpoints/13", &["E22"]),
        ("documents", &["E26"]),
    ];
    for (file, expected) in cases {
        let path = bundle.join(file);
        let whole = fs::read(&path).unwrap();
        match file {
            "documents" => fs::write(&path, "3 deed 00 1 text/plain\n").unwrap(),
            _ => flip(&path),
        }
        let found = codes(&world, "bundle");
        assert!(found.iter().any(|code| expected.contains(&code.as_str())), "{file}: {found:?}");
        let told = world.line("--ledger new import bundle --json").code(4).json();
        let of_import: Vec<Value> = told.iter().filter(|line| line["kind"] == "finding").cloned().collect();
        assert_eq!(of_import.len(), found.len(), "{file}");
        assert_eq!(told.last().unwrap()["sound"], false);
        assert!(world.line("--ledger new import bundle").code(4).stdout.contains("not sound"), "{file}");
        fs::write(&path, whole).unwrap();
    }
    for file in ["tile/0/000.p/13", "tile/entries/000.p/13", "documents", "checkpoints/13"] {
        fs::rename(bundle.join(file), world.path().join("away")).unwrap();
        assert!(codes(&world, "bundle").contains(&"E25".to_owned()) || file == "documents", "{file}");
        world.line("--ledger new import bundle").code(4);
        fs::rename(world.path().join("away"), bundle.join(file)).unwrap();
    }
    let zero = "0".repeat(64);
    world.line(&format!("--ledger new import bundle --charter {zero}")).code(4);
    world.line("--ledger new import bundle --quorum 4").code(4);
    fs::write(bundle.join("notes.txt"), "mine").unwrap();
    assert_eq!(codes(&world, "bundle"), ["E25"]);
    fs::remove_file(bundle.join("notes.txt")).unwrap();
    for name in ["new", "new.importing"] {
        assert!(!world.path().join(name).exists(), "{name}");
    }
    world.line("--ledger new import bundle").done();
}

#[test]
fn a_ledger_is_imported_where_nothing_is() {
    let world = exported();
    world.line("import bundle").code(2).says(&["baltic is not empty"]);
    assert_eq!(world.verify(), SEALED);
    world.line("--ledger new import baltic").code(2).says(&["baltic is a ledger's folder, not a bundle"]);
    world.line("--ledger new import nowhere").code(2).says(&["nowhere"]);
    world.line("--ledger no/where import bundle").code(3).says(&["could not create"]);
    // What an import left that was killed.
    fs::create_dir(world.path().join("new.importing")).unwrap();
    world.line("--ledger new import bundle").code(3).says(&[
        "new.importing is there: an import is under way, or one was interrupted and left it",
        "hint: if no import is under way, remove it and import again",
    ]);
    assert!(world.path().join("new.importing").exists() && !world.path().join("new").exists());
    fs::remove_dir(world.path().join("new.importing")).unwrap();
    world.line("--ledger new import bundle").done();
}

#[test]
fn a_checkpoint_from_elsewhere_finds_a_ledger_that_was_cut_or_forked() {
    let world = sealed();
    copy_all(&world.ledger(), &world.path().join("older"));
    copy_all(&world.ledger(), &world.path().join("other"));
    world.append("ee-pbo", &[fuel(1)]).done();
    let two = fuel(2) + "\n";
    world.run_with(["--ledger", "other", "append", "--key", "ee-pbo"], two.as_bytes()).done();
    let signed = checkpoint(&world, "baltic", &[("ee", clock())]);
    fs::write(world.path().join("seen.txt"), signed.to_string()).unwrap();

    let said = world.line("verify --checkpoint seen.txt").done().stdout;
    assert!(said.contains("checkpoint 14 (seen.txt): holds; signed by the log; cosigned by EE ("), "{said}");
    let lines = world.line("verify --checkpoint seen.txt --json").done().json();
    let line = &lines[0];
    assert_eq!((line["kind"].as_str(), line["holds"].as_bool()), (Some("checkpoint"), Some(true)));
    assert_eq!(
        (&line["place"], &line["size"], &line["kept"]),
        (&"seen.txt".into(), &14.into(), &false.into())
    );
    assert_eq!(line["signed_by"]["cosigned"].as_object().unwrap().len(), 1);
    assert_eq!(lines.last().unwrap()["head"]["root"], line["root"]);

    for (folder, code, words) in [
        ("older", "E20", "the ledger had 14 entries when it was signed, 1 more than are here"),
        ("other", "E21", "had the root"),
    ] {
        let said = world.line(&format!("--ledger {folder} verify --checkpoint seen.txt")).code(4).stdout;
        assert!(said.contains(code) && said.contains(words), "{said}");
        assert!(said.contains("checkpoint 14 (seen.txt): does not hold"), "{said}");
        // Kept with the ledger, it is found without being named.
        keep(&world, folder, &signed);
        assert_eq!(codes(&world, folder), [code]);
    }
    world.line("verify --checkpoint seen.txt --quorum 1").done();
    world.line("verify --checkpoint seen.txt --quorum 2").code(4);
    world.line("verify --checkpoint baltic/HEAD").code(4).says(&["E22", "baltic/HEAD"]);
    world.line("verify --checkpoint nowhere.txt").code(3).says(&["nowhere.txt"]);
}

#[test]
fn a_kept_checkpoint_that_cannot_be_read_is_a_finding() {
    let world = sealed();
    let signed = seal(&world, "baltic");
    let kept = world.ledger().join("checkpoints");
    fs::write(kept.join("3"), "nothing").unwrap();
    assert_eq!(codes(&world, "baltic"), ["E22"]);
    fs::write(kept.join("3"), signed.to_string()).unwrap();
    assert!(world.line("verify").code(4).stdout.contains("it is of 13 entries, its name says 3"));
    fs::remove_file(kept.join("3")).unwrap();
    world.line("verify").done();
    fs::write(kept.join("notes"), "mine").unwrap();
    assert_eq!(codes(&world, "baltic"), ["E22"]);
    // An entry is shown all the same, and what was not read is said.
    world.line("show entry 3").done().says(&["E22"]);
}

#[test]
fn the_newest_checkpoints_are_listed_and_the_others_counted() {
    let world = sealed();
    for number in 1..=7 {
        seal(&world, "baltic");
        world.append("ee-pbo", &[fuel(number)]).done();
    }
    let said = world.line("verify").done().stdout;
    let lines: Vec<_> = said.lines().filter(|line| line.starts_with("checkpoint ")).collect();
    let sizes: Vec<_> = lines.iter().map(|line| line.split([' ', ':']).nth(1).unwrap()).collect();
    assert_eq!(sizes, ["19", "18", "17", "16", "15"]);
    assert!(said.contains("and 2 older checkpoints: all hold"), "{said}");
}

#[test]
fn between_which_times_an_entry_was_recorded_is_shown() {
    let world = sealed();
    let before = clock();
    keep(
        &world,
        "baltic",
        &checkpoint(&world, "baltic", &[("ee", before), ("lv", before + 1), ("lt", before + 2)]),
    );
    world.append("ee-pbo", &[fuel(1)]).done();
    let at = |seconds: u64| ledger_core::domain::Timestamp::from_millis(seconds * 1_000).unwrap().to_string();
    let said = world.line("show entry 13").done().stdout;
    assert!(said.contains(&format!("as claimed; proven: not before {}\n", at(before))), "{said}");
    keep(
        &world,
        "baltic",
        &checkpoint(&world, "baltic", &[("ee", before + 10), ("lv", before + 20), ("lt", before + 30)]),
    );
    let said = world.line("show entry 13").done().stdout;
    // Of three one may lie: the second voice counts for what was seen, the first for what was not.
    let words = format!("as claimed; proven: not before {}, not after {}", at(before), at(before + 20));
    assert!(said.contains(&words), "no {words} in {said}");
    let json = world.line("show entry 13 --json").done().json();
    assert_eq!(json[0]["proven"]["not_before"], at(before));
    assert_eq!(json[0]["proven"]["not_after"], at(before + 20));
    // A checkpoint of another history proves nothing.
    let mut other = checkpoint(&world, "baltic", &[]).checkpoint().clone();
    other.root = ledger_core::ledger::digest::sha256(&[b"other"]);
    keep(&world, "baltic", &seals::signed(other, &[("ee", 5), ("lv", 5), ("lt", 5)]));
    let said = world.line("show entry 13").done().stdout;
    assert!(said.contains(&at(before)) && !said.contains("not after"), "{said}");
}

#[test]
fn what_a_compromised_key_signed_is_in_doubt_and_no_finding() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    let key = world.line("key show ee-pbo --json").done().json()[0]["key"].clone();
    let act = serde_json::json!({ "events": [{ "KeyCompromised": {
        "occurred_at": now(), "key": key, "since": now(), "reason": "lost with a laptop",
    }}]});
    world.append("ee-reg", &[act.to_string()]).done();
    world.line("countersign 8 --key lv-reg").done();
    let ran = world.line("verify").done();
    let doubt = "in doubt: entry 7, signed by key ";
    let line = ran.stdout.lines().find(|line| line.starts_with(doubt)).unwrap_or_else(|| panic!("{ran:?}"));
    assert!(line.contains("(PBO of EE), declared compromised in entry"), "{line}");
    let json = world.line("verify --json").done().json();
    assert_eq!(
        (&json[0]["kind"], &json[0]["entry"], &json[0]["role"]),
        (&"doubt".into(), &FOUNDED.into(), &"PBO".into())
    );
    assert_eq!((&json[1]["doubts"], &json[1]["sound"]), (&1.into(), &true.into()));
}
