//! The journal, read by hledger itself: it is sound, its assertions hold, and every balance is what the state says.

use std::fs;
use std::path::Path;
use std::process::Command;

use ledger_core::store::memory::MemoryStore;

use super::super::ledgers::{generated, story, vectors};
use super::expected::{Expected, decimal};
use super::journal;

fn hledger(file: &Path, args: &[&str]) -> (bool, String) {
    let ran = Command::new("hledger").arg("-f").arg(file).args(args).env("LC_ALL", "C.UTF-8").output();
    let ran = ran.expect("hledger is not installed: apt-get install hledger");
    let said = if ran.status.success() { ran.stdout } else { ran.stderr };
    (ran.status.success(), String::from_utf8(said).unwrap())
}

/// All balances as hledger has them.
fn balances(file: &Path) -> Expected {
    let (done, text) = hledger(file, &["balance", "-N", "--flat", "-O", "csv", "--layout=bare"]);
    assert!(done, "{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        ((row[0].to_owned(), row[1].trim_matches('"').to_owned()), decimal(&row[2]))
    });
    rows.filter(|(_, number)| *number != 0).collect()
}

fn holds(name: &str, store: &MemoryStore) {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("ledger.journal");
    let (text, state, facts) = journal(store, None);
    fs::write(&file, &text).unwrap();
    let (done, said) = hledger(&file, &["check", "--strict", "ordereddates"]);
    assert!(done, "{name}: {said}");
    let (theirs, ours) = (balances(&file), facts.expected(&state));
    for key in theirs.keys().chain(ours.keys()) {
        assert_eq!(theirs.get(key), ours.get(key), "{name}: {key:?}");
    }
    // That it can say no: a cent, or a millionth of a piece, more than the state has.
    let last = text.rfind(" = ").unwrap();
    let wrong = format!("{} = 7{}", &text[..last], &text[last + 3..]);
    fs::write(&file, wrong).unwrap();
    assert!(!hledger(&file, &["check"]).0, "{name}: an assertion that is wrong is taken");
}

#[test]
#[ignore = "needs hledger"]
fn hledger_finds_the_balances_of_the_state_in_the_stories() {
    for name in ["baltic", "regimes", "findings"] {
        holds(name, &story(name));
    }
}

#[test]
#[ignore = "needs hledger"]
fn hledger_finds_the_balances_of_the_state_with_every_kind_of_event() {
    holds("vectors", &vectors());
}

#[test]
#[ignore = "needs hledger"]
fn hledger_finds_the_balances_of_the_state_in_a_generated_ledger() {
    holds("generated", &generated(11, 4_000));
}

#[test]
#[ignore = "needs hledger"]
fn hledger_reads_the_journal_of_one_ministry() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("lv.journal");
    let (text, ..) = journal(&story("baltic"), Some("LV".parse().unwrap()));
    fs::write(&file, text).unwrap();
    let (done, said) = hledger(&file, &["check", "--strict"]);
    assert!(done, "{said}");
}
