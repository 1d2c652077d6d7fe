//! The demo: what the README promises of it, and what anybody can do afterwards with the ledger that it leaves.

use super::support::{Ran, World, fixtures};

fn played() -> (World, Ran) {
    let world = World::bare();
    let told = world.line("demo baltic").done();
    (world, told)
}

#[test]
fn the_demo_ends_as_the_readme_says_and_leaves_a_ledger_to_look_at() {
    let (world, told) = played();
    let end: Vec<&str> = told.stdout.lines().filter(|line| !line.starts_with("Look around")).collect();
    let end = end[end.len() - 4..].join("\n");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    assert!(readme.contains(&end), "the README does not say:\n{end}");
    assert!(
        told.stdout.contains("refused, T09:") && told.stdout.contains("refused, P07:"),
        "{}",
        told.stdout
    );

    assert!(world.verify() >= 200);
    for line in readme.lines().filter(|line| line.starts_with("jointledger ")) {
        let line =
            line.trim_start_matches("jointledger ").replace("fixtures/", fixtures("").to_str().unwrap());
        let expected = if line.starts_with("reconcile") { 1 } else { 0 };
        assert!(!world.line(&line).code(expected).stdout.is_empty(), "{line}");
    }
}

#[test]
fn the_planted_differences_are_found_in_each_book_and_nothing_else() {
    let (world, _) = played();
    let planted = std::fs::read_to_string(fixtures("scenarios/baltic/expected-breaks.json")).unwrap();
    let planted: serde_json::Value = serde_json::from_str(&planted).unwrap();
    for party in ["EE", "LV", "LT"] {
        let book = fixtures(&format!("scenarios/baltic/books-{}.csv", party.to_lowercase()));
        let found =
            world.run(["reconcile", book.to_str().unwrap(), "--party", party, "--json"]).code(1).json();
        let mut found: Vec<String> = found
            .iter()
            .filter(|line| line["kind"] == "break")
            .map(|found| format!("{} {}", found["class"], found["subject"]))
            .collect();
        let mut expected: Vec<String> = planted
            .as_array()
            .unwrap()
            .iter()
            .filter(|planted| planted["ministry"] == party)
            .map(|planted| format!("{} {}", planted["class"], planted["item"]))
            .collect();
        found.sort();
        expected.sort();
        assert!(!found.is_empty());
        assert_eq!(found, expected, "{party}");

        let own = world.run(["books", "--party", party]).done().stdout;
        let agreed = world.run_with(["reconcile", "-", "--party", party], own.as_bytes()).done();
        assert!(agreed.stdout.starts_with("agreed"), "{agreed:?}");
    }
}

#[test]
fn the_demo_is_not_played_over_anything() {
    let (world, _) = played();
    let before = world.verify();
    world.line("demo baltic").code(2).says(&["not empty"]);
    assert_eq!(world.verify(), before);
}

#[test]
fn a_generated_ledger_is_sound_and_the_same_for_the_same_seed() {
    let world = World::bare();
    let first = world.line("generate one --acts 300 --seed 7").done().stdout;
    assert_eq!(first, world.line("generate two --acts 300 --seed 7").done().stdout);
    assert_ne!(first, world.line("generate three --acts 300 --seed 8").done().stdout);
    world.line("verify --ledger one").done();
}

#[test]
fn the_story_of_regimes_ends_with_the_signatures_that_it_took() {
    let world = World::bare();
    let told = world.line("demo regimes --scenario regimes").done().stdout;
    let counted = world.line("signatures --ledger regimes").done().stdout;
    assert!(told.contains(counted.trim_end()), "{told}");
    for (loan, circumstances, signatures) in
        [("LN-PEACE", "peace", "4"), ("LN-STANDING", "standing", "1"), ("LN-CRISIS", "crisis", "1")]
    {
        let row = counted.lines().find(|line| line.contains(loan)).unwrap_or_else(|| panic!("{counted}"));
        let cells: Vec<&str> = row.split_whitespace().collect();
        let found = cells.windows(2).any(|pair| pair == [circumstances, signatures]);
        assert!(found, "{row}");
    }
    world.line("verify --ledger regimes").done();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let table = world.line("signatures --ledger regimes").done().stdout;
    assert!(readme.contains(table.trim_end()), "the README does not have this table:\n{table}");
    // Programs read the same.
    let lines = world.line("demo again --scenario regimes --json").done().json();
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
    assert!(of("undertaking") >= 15 && of("signatures") > 20 && of("demo") == 1);
}

#[test]
fn all_nine_findings_of_the_audit_are_answered_by_the_ledger() {
    let world = World::bare();
    let told = world.line("demo findings --scenario findings").done().stdout;
    for number in 1..=9 {
        assert!(told.lines().any(|line| line.starts_with(&format!("{number}. "))), "{number}: {told}");
    }
    let answers = [
        "refused P06",
        "refused P07",
        "status ADVANCE",
        "refused P08",
        "refused P11",
        "refused S01",
        "verify E0",
        "refused I04",
        "bound",
        "refused T05",
        "status VARIANCE",
        "reconcile B03",
        "refused P12",
        "refused P05",
        "status RESERVATION",
        "refused P04",
        "status DELIVERY",
        "status ACCEPTANCE",
        "status COUNT",
        "refused SOD-3",
    ];
    for answer in answers {
        assert!(told.lines().any(|line| line.trim_start().starts_with(answer)), "{answer}: {told}");
    }
    assert!(told.contains("9 of 9 findings"), "{told}");
    // The commands say the same of the folder.
    let matters = world.line("status --ledger findings --party EE --as-of 2025-09-03T00:00:00Z").done();
    assert!(matters.stdout.contains("ADV-2018-01"), "{matters:?}");
    let book = fixtures("scenarios/findings/books-ee.csv");
    let broken =
        world.run(["reconcile", book.to_str().unwrap(), "--party", "EE", "--ledger", "findings"]).code(1);
    assert!(broken.stdout.contains("1 break"), "{broken:?}");

    let lines = world.line("demo again --scenario findings --json").done().json();
    let findings: Vec<_> = lines.iter().filter(|line| line["kind"] == "finding").collect();
    assert_eq!(findings.len(), 9);
    for finding in findings {
        assert!(!finding["answers"].as_array().unwrap().is_empty(), "{finding}");
    }
}
