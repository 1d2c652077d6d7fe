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
            .map(|found| format!("{} {}", found["class"], found["item"]))
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
