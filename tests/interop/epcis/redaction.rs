//! What is left out for readers who may not see everything.

use ledger_core::exchange::withheld::Readers;
use serde_json::Value;

use super::{events_of, id, written};

/// Places, points, numbers and papers of movements in the stories `roads`, and what is nowhere else in it.
const OF_MOVEMENTS: &[&str] = &[
    "EE-ROUTE-START",
    "LV-ROUTE-HALT",
    "LT-ROUTE-HALT",
    "LT-ROUTE-END",
    "crossing-point",
    "IKLA",
    "GRENCTALE",
    "MV-ROAD",
    "06-EENMC-77",
    "2026-10-06",
];

#[test]
fn without_leave_nothing_tells_where_a_movement_went_when_or_with_what() {
    let (whole, all) = written("roads", Readers::Restricted);
    let (open, shown) = written("roads", Readers::Anybody);
    for word in OF_MOVEMENTS {
        assert!(whole.contains(word), "the story has no {word}");
        // The document says when its last entry was recorded: of that day it is silent elsewhere.
        let said = open.replacen("\"creationDate\":\"2026-10-06", "", 1);
        assert!(!said.contains(word), "{word} is told");
    }
    assert_eq!((all.withheld_events, shown.events + shown.withheld_events), (0, all.events));
    assert!(shown.withheld_events >= 50, "{}", shown.withheld_events);
    let document: Value = serde_json::from_str(&open).unwrap();
    assert_eq!(document["jl:withheldEvents"], shown.withheld_events);
    assert_eq!(document["jl:restricted"], false);
    let hidden =
        ["MovementStarted", "BorderCrossed", "LegCompleted", "MovementCompleted", "IncidentReported"];
    assert!(hidden.iter().all(|kind| !open.contains(kind) && whole.contains(kind)));
}

#[test]
fn what_is_shown_is_the_same_for_all_readers() {
    let (whole, open) = (written("roads", Readers::Restricted).0, written("roads", Readers::Anybody).0);
    let (whole, open) = (events_of(&whole), events_of(&open));
    for event in &open {
        assert_eq!(whole.iter().find(|other| id(other) == id(event)), Some(event));
    }
}

#[test]
fn a_document_that_is_marked_restricted_is_left_out_and_counted() {
    let digest = "cd".repeat(32);
    let (whole, _) = written("stores", Readers::Restricted);
    let (open, summary) = written("stores", Readers::Anybody);
    assert!(whole.contains(&digest) && !open.contains(&digest));
    assert_eq!(summary.withheld_documents, 1);
    // The hand receipt itself is told.
    assert!(open.contains("hand-receipt:HR-1"));
}
