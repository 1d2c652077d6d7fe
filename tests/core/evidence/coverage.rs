//! `docs/invariants.md` names a test for every invariant, and every test that it names exists and runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const LIST: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/invariants.md"));

/// The numbers of domain.md sections 4.3 and 7, and those of closing the books and of audit: how many there are of each
/// letter.
const NUMBERED: &[(&str, usize)] = &[("P", 17), ("T", 18), ("M", 9), ("G", 8), ("I", 7), ("C", 10), ("A", 4)];

fn numbers() -> BTreeSet<String> {
    let lettered = NUMBERED
        .iter()
        .flat_map(|(letter, count)| (1..=*count).map(move |number| format!("{letter}{number:02}")));
    lettered.chain((1..=6).map(|number| format!("SOD-{number}"))).collect()
}

/// The rows of the tables: number, how it is kept, tests.
fn rows() -> Vec<(String, String, Vec<String>)> {
    let lines = LIST.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| no."));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [number, _, how, tests] = cells.as_slice() else { panic!("{line}") };
            let tests = tests.split(", ").map(|test| test.trim_matches('`').to_owned()).collect();
            ((*number).to_owned(), (*how).to_owned(), tests)
        })
        .collect()
}

/// The text of all tests, file by file.
fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_invariant_is_listed_once_in_order() {
    let listed: Vec<String> = rows().into_iter().map(|(number, ..)| number).collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "an invariant is listed twice");
    assert_eq!(once, numbers());
}

#[test]
fn every_test_that_the_list_names_exists() {
    let mut text = String::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/core")), &mut text);
    for (number, how, tests) in rows() {
        assert!(!tests.is_empty(), "{number}");
        let known = ["refused", "finding", "listed", "by form"].iter().any(|word| how.starts_with(word));
        assert!(known, "{number}: {how}");
        for test in tests {
            // A function, a scenario on one line or on several.
            let forms = [format!("fn {test}("), format!("scenario!({test},"), format!("    {test},\n    [")];
            assert!(forms.iter().any(|form| text.contains(form)), "{number}: there is no test {test}");
        }
    }
}

#[test]
fn what_is_said_to_be_refused_has_a_rule_of_that_number() {
    for (number, how, _) in rows().iter().filter(|(_, how, _)| how.starts_with("refused")) {
        let rule = how.split('[').nth(1).map_or(number.as_str(), |other| other.trim_end_matches(']'));
        assert!(rule.parse::<ledger_core::domain::Rule>().is_ok(), "{number} names rule {rule}");
    }
}
