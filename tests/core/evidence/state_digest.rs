//! The state digest: the same on every machine, different for every other state, compared by the auditor.

use std::path::PathBuf;
use std::sync::Arc;

use ledger_core::domain::{Digest, RecordedAct, State};
use ledger_core::ledger::codec::decode_body;
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::state_digest::{StateClaim, state_digest, write_document};
use ledger_core::ledger::{Auditor, Code, Expectations, Flaw};
use serde::{Deserialize, Serialize};

use super::vectors::{folder, frozen_bytes};
use super::world::body;

/// The state after the first `entries` of the vectors.
fn state_after(entries: usize) -> State {
    let mut auditor = Auditor::new(Expectations::default(), None);
    auditor.feed(frozen_bytes().into_iter().take(entries).collect(), &mut |_| ());
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
    auditor.feed(frozen_bytes(), &mut |_| ());
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

/// Shows the state after each entry of the vectors to `look`, with the number of entries; nothing first.
fn walk(mut look: impl FnMut(usize, &State)) {
    let mut state = State::new();
    look(0, &state);
    for (seq, bytes) in frozen_bytes().iter().enumerate() {
        let entry = decode_body(body(bytes)).unwrap();
        let act = Arc::new(RecordedAct {
            seq: entry.seq,
            recorded_at: entry.recorded_at,
            author: entry.author,
            act: entry.act,
            countersigned_by: Vec::new(),
        });
        let admitted = state.admit(&act).unwrap();
        state.apply(&act, admitted);
        look(seq + 1, &state);
    }
}

#[test]
fn the_digest_is_that_of_the_document_and_every_entry_changes_it() {
    let mut before = None;
    walk(|entries, state| {
        let mut document = Vec::new();
        write_document(state, &mut document).unwrap();
        let digest = state_digest(state).unwrap();
        assert_eq!(sha256(&[&document]), digest);
        assert_ne!(before, Some(digest), "entry {entries} changed nothing");
        before = Some(digest);
    });
    assert_eq!(before, Some(digest_after(frozen_bytes().len())), "the auditor comes to another state");
}

/// The state digest after so many entries of the vectors.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateVector {
    entries: usize,
    state: Digest,
}

/// What the vectors lead to today.
fn states() -> Vec<StateVector> {
    let mut states = Vec::new();
    walk(|entries, state| states.push(StateVector { entries, state: state_digest(state).unwrap() }));
    states
}

fn frozen_states() -> PathBuf {
    folder().join("state.json")
}

/// Unlike the bytes of the entries the state is ours to change: whoever gives a row another field or a part another
/// table changes these digests on purpose, and then writes them anew with the test below. Whoever did not mean to
/// change the state has found a fault.
#[test]
fn the_vectors_lead_to_their_frozen_states() {
    let frozen: Vec<StateVector> =
        serde_json::from_str(&std::fs::read_to_string(frozen_states()).unwrap()).unwrap();
    let today = states();
    let first = frozen.iter().zip(&today).find(|(then, now)| then != now);
    assert_eq!(first, None, "the state after these entries is another than it was");
    assert_eq!(frozen.len(), today.len());
}

#[test]
#[ignore = "writes fixtures/vectors/state.json"]
fn write_the_states_of_the_vectors() {
    let text = format!("{}\n", serde_json::to_string_pretty(&states()).unwrap());
    std::fs::write(frozen_states(), text).unwrap();
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
