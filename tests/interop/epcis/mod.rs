//! Goods as EPCIS 2.0.

mod balance;
mod official;
mod redaction;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::Event;
use ledger_core::exchange::epcis::{Publication, Summary};
use ledger_core::exchange::withheld::Readers;
use serde_json::Value;

use crate::stories::{STORIES, played, told};

/// A story as a document: its text, and what the export says of it.
pub(crate) fn written(story: &str, readers: Readers) -> (String, Summary) {
    let journal = played(story);
    let mut out = Vec::new();
    let mut publication = Publication::new(&mut out, readers);
    told(&journal, |visit| publication.take(visit).unwrap());
    let summary = publication.close().unwrap();
    (String::from_utf8(out).unwrap(), summary)
}

/// All events of a story that is shown whole.
pub(crate) fn events(story: &str) -> Vec<Value> {
    events_of(&written(story, Readers::Restricted).0)
}

pub(crate) fn events_of(document: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(document).unwrap();
    document["epcisBody"]["eventList"].as_array().unwrap().clone()
}

/// The events that stand for something: not those that are declared wrong, and no declarations.
pub(crate) fn standing(events: &[Value]) -> Vec<&Value> {
    let is_declaration = |event: &&Value| event.get("errorDeclaration").is_some();
    let wrong: BTreeSet<&str> = events.iter().filter(is_declaration).map(id).collect();
    events.iter().filter(|event| !wrong.contains(id(event))).collect()
}

pub(crate) fn id(event: &Value) -> &str {
    event["eventID"].as_str().unwrap()
}

#[test]
fn the_same_entries_give_the_same_bytes() {
    assert_eq!(written("stores", Readers::Restricted), written("stores", Readers::Restricted));
}

#[test]
fn an_identity_stands_once_and_again_only_under_an_error_declaration() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for story in STORIES.iter().filter(|story| !["regimes", "findings"].contains(story)) {
        for event in events(story) {
            if event.get("errorDeclaration").is_none() {
                *seen.entry(id(&event).to_owned()).or_default() += 1;
            }
        }
    }
    assert!(seen.len() > 500 && seen.values().all(|times| *times == 1), "{}", seen.len());
}

#[test]
fn a_correction_repeats_the_wrong_event_and_names_the_better_one() {
    let all = events("stores");
    let declared: Vec<&Value> = all.iter().filter(|event| event.get("errorDeclaration").is_some()).collect();
    assert_eq!(declared.len(), 2);
    for declaration in &declared {
        let first = all.iter().find(|event| id(event) == id(declaration)).unwrap();
        let (mut first, mut again) = (first.clone(), (*declaration).clone());
        for event in [&mut first, &mut again] {
            event.as_object_mut().unwrap().remove("recordTime").unwrap();
        }
        let said = again.as_object_mut().unwrap().remove("errorDeclaration").unwrap();
        assert_eq!(first, again);
        assert!(said["declarationTime"].as_str().unwrap() > first["eventTime"].as_str().unwrap());
    }
    let reasons: Vec<_> = declared.iter().map(|event| event["errorDeclaration"]["reason"].clone()).collect();
    assert_eq!(reasons, ["incorrect_data", "did_not_occur"]);
    let better = declared[0]["errorDeclaration"]["correctiveEventIDs"].as_array().unwrap();
    let better = all.iter().find(|event| Some(id(event)) == better[0].as_str()).unwrap();
    assert_eq!(better["epcList"], serde_json::json!(["urn:epc:id:adi:7Z0H1.RL-6.EE-98"]));
    assert!(declared[1]["errorDeclaration"].get("correctiveEventIDs").is_none());
}

#[test]
fn an_act_that_waits_is_told_with_its_last_signature() {
    let journal = played("stores");
    let mut due: BTreeMap<u64, (u64, String)> = BTreeMap::new();
    told(&journal, |visit| {
        if let Some(Event::ActCountersigned(given)) = visit.entry.act().act.events.first()
            && !visit.state.pending().any(|(entry, _)| *entry == given.entry)
        {
            due.insert(given.entry, (visit.entry.act().seq, visit.entry.act().recorded_at.to_string()));
        }
    });
    let mut shown = 0;
    for event in events("stores").iter().filter(|event| event.get("errorDeclaration").is_none()) {
        if let Some((entry, at)) = due.get(&event["jl:entry"].as_u64().unwrap()) {
            assert_eq!(event["jl:effectiveIn"], *entry);
            assert_eq!(event["recordTime"], at.as_str());
            assert_eq!(event["jl:countersigners"].as_array().unwrap().len(), 1);
            shown += 1;
        } else {
            assert!(event.get("jl:effectiveIn").is_none());
        }
    }
    assert!(shown >= 6, "{shown}");
    // The story of the demo ends with an act that waits: nothing is told of it.
    let (_, summary) = written("baltic", Readers::Restricted);
    assert_eq!(summary.waiting, 1);
}

#[test]
fn quantities_are_exact_numbers() {
    let (document, _) = written("roads", Readers::Restricted);
    assert!(document.contains(r#""quantity":3000.25,"uom":"LTR"}"#), "delivered");
    assert!(document.contains(r#""quantity":2000.25,"uom":"LTR"}"#), "cancelled, what was left");
}
