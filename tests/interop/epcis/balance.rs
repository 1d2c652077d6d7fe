//! The document alone gives the register back.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::State;
use ledger_core::domain::item::ItemId;
use ledger_core::domain::quantity::Quantity;
use ledger_core::domain::register::Standing;
use serde_json::Value;

use super::{events, standing};
use crate::stories::{STORIES, played};

/// What stands in no book any more.
fn is_gone(standing: &Standing) -> bool {
    matches!(standing, Standing::Consumed | Standing::WrittenOff(_))
}

/// An item's serial number in the end of its name: the stories number each thing once.
fn serial(id: &ItemId) -> Option<String> {
    match id {
        ItemId::Serial { ncage, part, serial } => {
            let escaped = |words: &str| words.replace('/', "%2F");
            let (part, serial) = (escaped(part.as_str()), escaped(serial.as_str()));
            Some(format!("urn:epc:id:adi:{ncage}.{part}.{serial}"))
        }
        _ => None,
    }
}

fn list<'a>(event: &'a Value, name: &str) -> &'a [Value] {
    event.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[test]
fn what_was_added_and_not_deleted_is_what_the_register_has() {
    for story in STORIES {
        let (journal, all) = (played(story), events(story));
        let mut there: BTreeSet<String> = BTreeSet::new();
        let mut sums: BTreeMap<String, Quantity> = BTreeMap::new();
        for event in standing(&all).into_iter().filter(|event| event["type"] == "ObjectEvent") {
            let adds = match event["action"].as_str().unwrap() {
                "ADD" => true,
                "DELETE" => false,
                _ => continue,
            };
            for name in list(event, "epcList") {
                let name = name.as_str().unwrap().to_owned();
                let changed = if adds { there.insert(name.clone()) } else { there.remove(&name) };
                assert!(changed, "{story}: {name} is added twice, or deleted before it was there");
            }
            for element in list(event, "quantityList") {
                let class = element["epcClass"].as_str().unwrap().to_owned();
                let quantity = format!("{} {}", element["quantity"], element["uom"].as_str().unwrap());
                let quantity: Quantity = quantity.trim_end().replace(".0 ", " ").parse().unwrap();
                let sum = sums.entry(class).or_insert(quantity.none());
                *sum = if adds { sum.plus(quantity) } else { sum.minus(quantity) }.unwrap();
            }
        }
        let left =
            |id: &ItemId| journal.state().item(id).unwrap().amount(|position| !is_gone(&position.standing));
        let serials: BTreeSet<String> = journal
            .state()
            .items()
            .filter(|(id, _)| !left(id).is_zero())
            .filter_map(|(id, _)| serial(id))
            .collect();
        assert_eq!(there, serials, "{story}");
        assert!(!there.is_empty());
        for (id, _) in journal.state().items().filter(|(id, _)| !id.is_serial()) {
            let sum = sums.iter().find(|(class, _)| class.ends_with(&format!("/id/{id}"))).unwrap().1;
            assert_eq!(*sum, left(id), "{story}: {id}");
        }
    }
}

/// Owner, holder and place of each serial item, as the last event about it says.
fn facts(all: &[Value]) -> BTreeMap<String, BTreeMap<&'static str, String>> {
    let mut known: BTreeMap<String, BTreeMap<&'static str, String>> = BTreeMap::new();
    for event in standing(all) {
        let mut said: BTreeMap<&'static str, String> = BTreeMap::new();
        let mut say = |fact: &'static str, name: Option<&str>| {
            said.extend(name.map(|name| (fact, name.rsplit(':').next().unwrap().to_owned())));
        };
        say("owner", event.get("jl:owner").and_then(Value::as_str));
        say("holder", event.get("jl:holder").and_then(Value::as_str));
        say("place", event.pointer("/bizLocation/id").and_then(Value::as_str));
        for end in list(event, "destinationList") {
            let name = end["destination"].as_str();
            match end["type"].as_str().unwrap() {
                "owning_party" => say("owner", name),
                // While goods are under way the sender answers for them.
                "possessing_party" if event["bizStep"] != "shipping" => say("holder", name),
                _ => {}
            }
        }
        let proposes = event["type"] == "TransactionEvent" && event.get("destinationList").is_none();
        if !proposes {
            for name in list(event, "epcList") {
                known.entry(name.as_str().unwrap().to_owned()).or_default().extend(said.clone());
            }
        }
    }
    known
}

fn check_facts(story: &str, state: &State) {
    let facts = facts(&events(story));
    let mut checked = 0;
    for (id, stock) in state.items() {
        let (Some(name), Some(position)) = (serial(id), stock.positions.keys().next()) else { continue };
        if matches!(position.standing, Standing::WrittenOff(_)) {
            continue;
        }
        let known = &facts[&name];
        let expected = BTreeMap::from([
            ("owner", position.owner.to_string()),
            ("holder", position.holder.to_string()),
            ("place", position.location.to_string()),
        ]);
        assert_eq!(*known, expected, "{story}: {id}");
        checked += 1;
    }
    assert!(checked > 0, "{story}");
}

#[test]
fn the_last_word_on_each_item_is_owner_holder_and_place_of_the_register() {
    for story in STORIES {
        check_facts(story, played(story).state());
    }
}
