//! `compare`: same, ahead, behind, forked; and the proof of a fork.

use std::fs;

use serde_json::Value;

use super::seals::{SEALED, checkpoint, clock, keep, policy, seal, sealed};
use super::support::{Ran, World, copy_all, fuel};

fn append(world: &World, folder: &str, number: u64) {
    let line = fuel(number) + "\n";
    world.run_with(["--ledger", folder, "append", "--key", "ee-pbo"], line.as_bytes()).done();
}

fn compare(world: &World, args: &str) -> Ran {
    world.line(&format!("compare {args} --json"))
}

fn relation(world: &World, args: &str) -> String {
    let ran = compare(world, args);
    let line = ran.json().pop().unwrap();
    assert_eq!(line["kind"], "comparison", "{ran:?}");
    assert_eq!(ran.code, Some(if line["relation"] == "forked" { 4 } else { 0 }), "{ran:?}");
    line["relation"].as_str().unwrap().to_owned()
}

/// `baltic`, and copies of it: `same`; `older`, one entry shorter; `bundle`; the checkpoint `seen.txt`.
fn copies() -> World {
    let world = sealed();
    copy_all(&world.ledger(), &world.path().join("older"));
    append(&world, "baltic", 1);
    let signed = seal(&world, "baltic");
    fs::write(world.path().join("seen.txt"), signed.to_string()).unwrap();
    copy_all(&world.ledger(), &world.path().join("same"));
    world.line("export bundle").done();
    world
}

#[test]
fn one_copy_is_the_same_as_another_or_continues_it() {
    let world = copies();
    let longest = ["baltic", "same", "bundle", "seen.txt"];
    for one in longest {
        for other in longest {
            assert_eq!(relation(&world, &format!("{one} {other}")), "same", "{one} {other}");
        }
    }
    for longer in ["baltic", "bundle"] {
        assert_eq!(relation(&world, &format!("{longer} older")), "ahead");
        assert_eq!(relation(&world, &format!("older {longer}")), "behind");
    }
    append(&world, "baltic", 2);
    assert_eq!(relation(&world, "baltic seen.txt"), "ahead");
    assert_eq!(relation(&world, "bundle baltic"), "behind");
    let said = world.line("compare bundle baltic").done().stdout;
    assert_eq!(
        said,
        "behind: bundle has 14 entries, baltic has 15 entries, and the larger continues the smaller\n"
    );
    let told = compare(&world, "baltic older --fork-proof f.json").done();
    assert!(told.stderr.contains("not forked") && !world.path().join("f.json").exists(), "{told:?}");
    let line = told.json().pop().unwrap();
    assert_eq!((&line["left_size"], &line["right_size"]), (&15.into(), &SEALED.into()));
    assert_eq!(line["first_difference"], Value::Null);
}

#[test]
fn what_cannot_be_told_is_said_with_what_is_needed() {
    let world = copies();
    let older = checkpoint(&world, "older", &[]);
    fs::write(world.path().join("before.txt"), older.to_string()).unwrap();
    for args in ["seen.txt before.txt", "before.txt seen.txt", "older seen.txt"] {
        compare(&world, args).code(3).says(&[
            "it cannot be told: seen.txt is a checkpoint of 14 entries without the entries",
            "hint: compare with a folder or a bundle that has 14 entries",
        ]);
    }
    assert_eq!(relation(&world, "baltic before.txt"), "ahead");
    compare(&world, "baltic nowhere").code(3).says(&["nowhere"]);
    compare(&world, "baltic policy.txt").code(3);
    fs::write(world.path().join("words.txt"), "words").unwrap();
    compare(&world, "baltic words.txt").code(4).says(&["E22", "words.txt"]);
    world.line("compare baltic").code(2);
}

#[test]
fn two_ledgers_are_not_compared() {
    let world = copies();
    let text = fs::read_to_string(world.path().join("seen.txt")).unwrap();
    let nordic = text.replace("baltic.example/ledger\n", "nordic.example/ledger\n");
    assert_ne!(text, nordic);
    fs::write(world.path().join("nordic.txt"), nordic).unwrap();
    compare(&world, "baltic nordic.txt").code(1).says(&[
        "they are two ledgers: baltic is baltic.example/ledger, nordic.txt is nordic.example/ledger",
    ]);
}

/// Two copies that went different ways, `baltic` and `other`, each under checkpoints of its own.
fn forked() -> World {
    let world = sealed();
    seal(&world, "baltic");
    copy_all(&world.ledger(), &world.path().join("other"));
    append(&world, "baltic", 1);
    append(&world, "other", 2);
    append(&world, "other", 3);
    let at = clock();
    keep(&world, "baltic", &checkpoint(&world, "baltic", &[("ee", at), ("lv", at)]));
    keep(&world, "other", &checkpoint(&world, "other", &[("ee", at), ("lt", at)]));
    world
}

#[test]
fn a_fork_is_located_and_proven_and_names_who_signed_both() {
    let world = forked();
    let accused = serde_json::json!(["baltic.example/EE", "baltic.example/ledger"]);
    let checked = |file: &str, entry: Value| {
        let policy = policy(&world);
        let checked = world.line(&format!("check {file} --policy {} --json", policy.display())).done().json();
        assert_eq!((&checked[0]["kind"], &checked[0]["first_difference"]), (&"fork".into(), &entry));
        assert_eq!(checked[0]["both_signed_by"], accused);
    };
    for (number, args) in ["baltic other", "other baltic"].iter().enumerate() {
        let file = format!("fork-{number}.json");
        let line = compare(&world, &format!("{args} --fork-proof {file}")).code(4).json().pop().unwrap();
        assert_eq!(line["first_difference"], SEALED);
        assert_eq!((&line["both_signed_by"], &line["fork_proof"]), (&accused, &file.as_str().into()));
        checked(&file, SEALED.into());
    }
    // The same with bundles, and with a checkpoint of one side alone.
    for folder in ["baltic", "other"] {
        world.line(&format!("--ledger {folder} export {folder}-bundle")).done();
    }
    assert_eq!(
        compare(&world, "baltic-bundle other-bundle --fork-proof b.json").code(4).json()[0]["first_difference"],
        SEALED
    );
    checked("b.json", SEALED.into());
    let line =
        compare(&world, "other baltic/checkpoints/14 --fork-proof c.json").code(4).json().pop().unwrap();
    assert_eq!((&line["first_difference"], &line["both_signed_by"]), (&Value::Null, &accused));
    checked("c.json", Value::Null);
    let said = world.line("compare other baltic/checkpoints/14").code(4).stdout;
    assert!(said.contains("forked: other has 15 entries, baltic/checkpoints/14 has 14 entries"), "{said}");
    assert!(said.contains("they differ at entry 13 or before"), "{said}");
    let said = world.line("compare baltic other --fork-proof d.json").code(4).stdout;
    assert!(said.contains("the first entry that differs is entry 13"), "{said}");
    assert!(said.contains("both are signed by  baltic.example/EE, baltic.example/ledger"), "{said}");
    assert!(said.contains("the proof is in     d.json"), "{said}");
    // The ledger that is named has nothing to do with it.
    world.line("--ledger nowhere compare baltic other").code(4);
}

#[test]
fn a_fork_that_nobody_signed_is_told_without_a_proof() {
    let world = forked();
    fs::remove_file(world.ledger().join("checkpoints/14")).unwrap();
    let ran = compare(&world, "baltic other --fork-proof f.json").code(4);
    let line = ran.json().pop().unwrap();
    assert_eq!((&line["first_difference"], &line["fork_proof"]), (&SEALED.into(), &Value::Null));
    let why = line["no_proof"].as_str().unwrap();
    assert!(why.contains("baltic has no signed checkpoint of 14 entries or more"), "{why}");
    assert!(why.contains("`jointledger --ledger baltic checkpoint make`"), "{why}");
    assert!(!world.path().join("f.json").exists());
    let said = world.line("compare baltic other").code(4).stdout;
    assert!(said.contains("no proof for others: baltic has no signed checkpoint"), "{said}");

    // Anybody can write a checkpoint; one that nobody signed accuses nobody.
    let text = fs::read_to_string(world.path().join("other/checkpoints/13")).unwrap();
    let root = text.lines().nth(2).unwrap();
    fs::write(world.path().join("false.txt"), text.replace(root, &format!("B{}", &root[1..]))).unwrap();
    let line = compare(&world, "other false.txt --fork-proof f.json").code(4).json().pop().unwrap();
    assert!(line["no_proof"].as_str().unwrap().contains("the right checkpoint accuses nobody"), "{line}");
    assert!(!world.path().join("f.json").exists());
}

#[test]
fn two_checkpoints_of_one_size_prove_a_fork_alone() {
    let world = forked();
    append(&world, "baltic", 7);
    seal(&world, "baltic");
    let args = "baltic/checkpoints/15 other/checkpoints/15 --fork-proof f.json";
    let line = compare(&world, args).code(4).json().pop().unwrap();
    assert_eq!((&line["both_signed_by"], &line["fork_proof"]), (&Value::Null, &"f.json".into()));
    world.line(&format!("check f.json --policy {}", policy(&world).display())).done();
    let said = world.line("compare baltic/checkpoints/15 other/checkpoints/15").code(4).stdout;
    assert!(said.contains("`jointledger check` with a policy"), "{said}");
}

#[test]
fn a_copy_that_does_not_hold_is_said_to_be_that() {
    let world = copies();
    let head = world.path().join("same/HEAD");
    let text = fs::read_to_string(&head).unwrap();
    let (front, link) = text.trim_end().rsplit_once(' ').unwrap();
    let other = if link.starts_with('0') { link.replacen('0', "1", 1) } else { format!("0{}", &link[1..]) };
    fs::write(&head, format!("{front} {other}\n")).unwrap();
    compare(&world, "baltic same").code(4).says(&["E14", "same does not hold", "--ledger same verify"]);
    // A bundle whose entries are not those of its checkpoint.
    let entries = world.path().join("bundle/tile/entries/000.p/14");
    let mut bytes = fs::read(&entries).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&entries, bytes).unwrap();
    compare(&world, "baltic bundle").code(4).says(&["E21", "bundle does not hold"]);
    // Hashes that are kept are not believed: neither for sameness nor for a fork.
    fs::create_dir_all(world.ledger().join("tree")).unwrap();
    fs::write(world.ledger().join("tree/0"), [7; 32 * 5]).unwrap();
    assert_eq!(relation(&world, "baltic older"), "ahead");
    world.line("export fresh").done();
    world.line("--ledger fresh verify").done();
}
