//! The state digest: the same on every machine, different for every other state, compared by the auditor.

use ledger_core::domain::{Digest, State};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::state_digest::{StateClaim, state_digest, write_document};
use ledger_core::ledger::{Auditor, Code, Expectations, Flaw};

use super::vectors::frozen_bytes;

/// The state after the first `entries` of the vectors.
fn state_after(entries: usize) -> State {
    let mut auditor = Auditor::new(Expectations::default(), None);
    auditor.feed(frozen_bytes().into_iter().take(entries).collect());
    let report = auditor.finish(0);
    assert!(report.is_sound(), "{:?}", report.findings);
    report.state
}

fn digest_after(entries: usize) -> Digest {
    state_digest(&state_after(entries)).unwrap()
}

/// What an audit of the vectors finds when this is claimed.
fn codes(claim: &str) -> Vec<(u64, Code)> {
    let claim: StateClaim = claim.parse().unwrap();
    let mut auditor = Auditor::new(Expectations::default(), None).against(Some(claim));
    auditor.feed(frozen_bytes());
    auditor.finish(0).findings.into_iter().map(|finding| (finding.entry, finding.code)).collect()
}

#[test]
fn a_state_that_is_not_the_claimed_one_is_a_finding() {
    let all = frozen_bytes().len();
    let (end, early) = (digest_after(all), digest_after(20));
    for sound in [format!("{end}"), format!("{all}:{end}"), format!("20:{early}")] {
        assert_eq!(codes(&sound), [], "{sound}");
    }
    let state = Code::Flaw(Flaw::State);
    let last = all as u64 - 1;
    assert_eq!(codes(&format!("{early}")), [(last, state)]);
    assert_eq!(codes(&format!("{all}:{early}")), [(last, state)]);
    assert_eq!(codes(&format!("20:{end}")), [(19, state)]);
    assert_eq!(codes(&format!("21:{early}")), [(20, state)]);
    assert_eq!(codes(&format!("{}:{end}", all + 1)), [(last + 1, state)]);
    assert_eq!(codes(&format!("0:{end}")), [(all as u64, state)], "nothing is the state of no entry");
}

#[test]
fn a_claim_is_written_as_it_is_read() {
    let digest = "0d".repeat(32);
    for text in [digest.clone(), format!("120:{digest}")] {
        assert_eq!(text.parse::<StateClaim>().unwrap().to_string(), text);
    }
    for wrong in ["", "120:", ":", "x:0d", "-1:0d", &digest[1..], &format!("1 :{digest}")] {
        assert!(wrong.parse::<StateClaim>().is_err(), "{wrong}");
    }
}

#[test]
fn the_digest_is_that_of_the_document_and_every_entry_changes_it() {
    let mut before = None;
    for entries in 0..=frozen_bytes().len() {
        let state = state_after(entries);
        let mut document = Vec::new();
        write_document(&state, &mut document).unwrap();
        let digest = state_digest(&state).unwrap();
        assert_eq!(sha256(&[&document]), digest);
        assert_ne!(before, Some(digest), "entry {entries} changed nothing");
        before = Some(digest);
    }
}

#[test]
fn the_document_is_one_line_a_row_in_order() {
    let mut document = Vec::new();
    write_document(&state_after(frozen_bytes().len()), &mut document).unwrap();
    let text = String::from_utf8(document).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("jointledger/state/v1"));
    let mut tables: Vec<String> = Vec::new();
    for line in lines {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let table = row["table"].as_str().unwrap().to_owned();
        if tables.last() != Some(&table) {
            assert!(!tables.contains(&table), "the rows of {table} do not stand together");
            tables.push(table);
        }
    }
    assert!(text.ends_with('\n') && tables.len() > 10, "{tables:?}");
}
