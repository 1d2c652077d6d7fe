//! The schemas that the program prints: an implementation that is not ours accepts every event that `log
//! --json` prints for the tutorial's ledgers, and refuses it with a field more or one less.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::Event;
use serde_json::{Value, json};

use super::support::World;
use super::transcripts::play;

/// The kinds of events of the tutorial, with what `log --json` prints of them.
fn events_of_the_tutorial() -> BTreeMap<String, Vec<Value>> {
    let mut events: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for chapter in ["02-loan", "03-title", "04-procurement", "05-append", "09-consent", "10-movement"] {
        let world = play(chapter);
        for event in world.log().iter().flat_map(|entry| entry["events"].as_array().unwrap().clone()) {
            let (name, fields) = event.as_object().unwrap().iter().next().unwrap();
            events.entry(name.clone()).or_default().push(fields.clone());
        }
    }
    events
}

fn validator(world: &World, call: &str) -> jsonschema::Validator {
    let printed: Value = serde_json::from_str(&world.line(call).done().stdout).unwrap();
    assert_eq!(printed["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::validator_for(&printed).unwrap()
}

#[test]
fn what_log_prints_is_what_the_schemas_say() {
    let world = World::bare();
    let events = events_of_the_tutorial();
    assert!(events.len() >= 36, "{:?}", events.keys());
    let act = validator(&world, "schema");
    for (name, bodies) in events {
        let event = validator(&world, &format!("schema {name}"));
        for body in bodies {
            assert!(event.is_valid(&body), "{name}: {body}: {:?}", event.iter_errors(&body).next());
            assert!(act.is_valid(&json!({ "events": [{ name.as_str(): body }] })), "{name}: {body}");

            let mut more = body.clone();
            more["colour"] = "green".into();
            assert!(!event.is_valid(&more), "{name} takes a field that there is not");
            let mut less = body.clone();
            less.as_object_mut().unwrap().remove("occurred_at");
            assert!(!event.is_valid(&less), "{name} does not need its moment");
            let mut other = body.clone();
            other["occurred_at"] = "30.01.2026".into();
            assert!(!event.is_valid(&other), "{name} takes any text as a moment");
        }
    }
    assert!(!act.is_valid(&json!({ "events": [], "comment": "x" })));
    assert!(!act.is_valid(&json!({ "events": [{ "TransferAproved": {} }] })));
}

#[test]
fn there_is_a_schema_for_every_kind_of_event_and_it_carries_all_it_refers_to() {
    let world = World::bare();
    let whole: Value = serde_json::from_str(&world.line("schema").done().stdout).unwrap();
    let names: BTreeSet<&String> = whole["$defs"].as_object().unwrap().keys().collect();
    let mut kinds = 0;
    for name in names {
        let ran = world.line(&format!("schema {name}"));
        if ran.code == Some(0) {
            validator(&world, &format!("schema {name}"));
            kinds += 1;
        } else {
            ran.code(2).says(&["there is no kind of event"]);
        }
    }
    assert_eq!(kinds, Event::CATALOGUE.len());
}
