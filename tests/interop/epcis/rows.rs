//! Which kind of act becomes what: the table of the standard's words, on real events.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::exchange::epcis::rows::{Row, row, table};
use ledger_core::exchange::kinds::Kind;
use serde_json::Value;

use super::events;
use crate::stories::{STORIES, file};

type Words = (String, String, Option<String>, Option<String>);

fn words(event: &Value) -> Words {
    let optional = |name: &str| event.get(name).map(|word| word.as_str().unwrap().to_owned());
    let word = |name: &str| optional(name).unwrap();
    (word("type"), word("action"), optional("bizStep"), optional("disposition"))
}

/// All events of all stories, by the kind of act that they tell of.
fn by_kind() -> BTreeMap<String, Vec<Value>> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for story in STORIES {
        for event in events(story) {
            all.entry(event["jl:kind"].as_str().unwrap().to_owned()).or_default().push(event);
        }
    }
    all
}

#[test]
fn every_kind_that_is_told_is_shown_and_has_the_words_of_its_row() {
    let all = by_kind();
    let mut missing = Vec::new();
    for kind in Kind::ALL {
        let shown = all.get(kind.name()).map_or(&[][..], Vec::as_slice);
        match row(*kind) {
            Row::Silent(_) => assert!(shown.is_empty(), "{} is told", kind.name()),
            Row::Told(shapes, _) => {
                let allowed: BTreeSet<Words> = shapes
                    .iter()
                    .map(|shape| {
                        let step = shape.step.map(|step| step.word().to_owned());
                        let disposition = shape.disposition.map(|word| word.word().to_owned());
                        (shape.kind.word().to_owned(), shape.action.word().to_owned(), step, disposition)
                    })
                    .collect();
                for event in shown {
                    assert!(allowed.contains(&words(event)), "{}: {:?}", kind.name(), words(event));
                }
                if shown.is_empty() {
                    missing.push(kind.name());
                }
            }
        }
    }
    assert!(missing.is_empty(), "no story shows {missing:?}");
}

/// The rows of domain.md 9.2: which kind of act shows them, and with which words.
#[test]
fn every_row_of_the_mapping_is_shown_on_a_real_event() {
    let all = by_kind();
    let shown = |kind: &str, kind_of: &str, action: &str, step: Option<&str>, disposition: Option<&str>| {
        let wanted =
            (kind_of.to_owned(), action.to_owned(), step.map(str::to_owned), disposition.map(str::to_owned));
        let found = all[kind].iter().find(|event| words(event) == wanted);
        found.unwrap_or_else(|| panic!("{kind}: {wanted:?}")).clone()
    };
    let object = |kind: &str, action: &str, step: &str, disposition: &str| {
        shown(kind, "ObjectEvent", action, Some(step), Some(disposition))
    };
    object("DeliveryAccepted", "ADD", "accepting", "conformant");
    object("ItemRegistered", "ADD", "commissioning", "active");
    object("DeliveryRejected", "OBSERVE", "inspecting", "non_conformant");
    object("ItemsReserved", "OBSERVE", "reserving", "reserved");
    let sent = object("ConsignmentDispatched", "OBSERVE", "shipping", "in_transit");
    object("MovementStarted", "OBSERVE", "departing", "in_transit");
    object("BorderCrossed", "OBSERVE", "transporting", "in_transit");
    object("MovementCompleted", "OBSERVE", "arriving", "in_transit");
    let received = object("ConsignmentReceived", "OBSERVE", "receiving", "active");
    object("ConsignmentReceived", "OBSERVE", "receiving", "mismatch_quantity");
    object("ReturnReceived", "OBSERVE", "receiving", "returned");
    object("ReturnReceived", "OBSERVE", "receiving", "damaged");
    object("ConsumptionReported", "DELETE", "destroying", "destroyed");
    object("WriteOffApproved", "DELETE", "decommissioning", "inactive");
    object("LossReported", "OBSERVE", "other", "unknown");
    shown("PhysicalCountRecorded", "ObjectEvent", "OBSERVE", Some("stock_taking"), None);
    shown("PhysicalCountRecorded", "ObjectEvent", "OBSERVE", Some("cycle_counting"), None);
    let title = shown("TitlePassed", "TransactionEvent", "ADD", Some("accepting"), Some("active"));
    shown("ItemInstalled", "AssociationEvent", "ADD", Some("installing"), Some("active"));
    shown("ItemRemoved", "AssociationEvent", "DELETE", Some("removing"), Some("active"));
    shown("MovementStarted", "AggregationEvent", "ADD", Some("loading"), Some("in_progress"));
    shown("MovementCompleted", "AggregationEvent", "DELETE", Some("unloading"), Some("in_progress"));
    let receipt = shown("SubCustodyIssued", "TransactionEvent", "ADD", None, None);
    shown("SubCustodyReturned", "TransactionEvent", "DELETE", None, None);
    shown("TransferProposed", "TransactionEvent", "ADD", None, None);
    shown("TransferCancelled", "TransactionEvent", "DELETE", None, None);

    // Owner and holder at both ends: a consignment changes the holder, title the owner.
    let end = |event: &Value, list: &str, field: &str, side: &str| {
        let ends = event[list].as_array().unwrap();
        ends.iter().find(|end| end["type"] == side).map(|end| end[field].clone())
    };
    let ends = |event: &Value, side: &str| {
        (end(event, "sourceList", "source", side), end(event, "destinationList", "destination", side))
    };
    for event in [&sent, &received] {
        let ((owner, owner_after), (holder, holder_after)) =
            (ends(event, "owning_party"), ends(event, "possessing_party"));
        assert!(owner.is_some() && owner == owner_after && holder != holder_after, "{event}");
    }
    assert_eq!((ends(&sent, "location").0.is_some(), ends(&sent, "location").1), (true, None));
    let (from, to) = ends(&received, "location");
    assert!(from.is_some() && to.is_some() && from != to, "{received}");
    let (owner, owner_after) = ends(&title, "owning_party");
    assert!(owner.is_some() && owner != owner_after, "{title}");

    let types = |event: &Value| -> Vec<String> {
        let papers = event["bizTransactionList"].as_array().unwrap();
        papers.iter().map(|paper| paper["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(&received), ["po", "desadv", "recadv"]);
    assert_eq!(types(&receipt), ["cert"]);
    assert_eq!(types(&all["SupportInvoiced"][0]), ["po", "inv"]);
    assert_eq!(types(&all["WarrantyClaimed"][0]), ["rma", "po"]);
}

#[test]
fn the_table_in_the_manual_is_the_one_of_the_program() {
    let manual = file("ledger-core/docs/exports-goods.md");
    let table = table();
    let found = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("epcis-table.md");
    std::fs::write(&found, &table).unwrap();
    assert!(
        manual.contains(&table),
        "put the table in {} into ledger-core/docs/exports-goods.md",
        found.display()
    );
}
