//! Schemas of acts: a line is read exactly if the schema of an act accepts it, but for what `act_schema` lists.

use std::collections::BTreeMap;

use jsonschema::Validator;
use ledger_core::exchange::acts::{Draft, MAX_LINE, act_schema};
use proptest::prelude::any;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::law;
use super::schemas::{slip, validator};
use super::values::samples;

/// The schema of an act, and the reader of a line.
struct Acts(Validator);

impl Acts {
    fn new() -> Self {
        Self(validator(&act_schema()))
    }

    fn agree_on(&self, act: &Value) -> bool {
        let read = Draft::parse(&act.to_string());
        let valid = self.0.is_valid(act);
        assert_eq!(valid, read.is_ok(), "the schema says {valid}, the reader {:?}: {act}", read.err());
        valid
    }
}

/// Every value within a value, by its path.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| places(field, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| places(item, &format!("{path}/{at}"), found));
        }
        _ => {}
    }
}

/// Acts of one event each, with a paper and an id.
fn acts() -> Vec<Value> {
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    let paper = json!({
        "kind": "voucher", "sha256": "5".repeat(64), "bytes": 5_120, "media_type": "application/pdf",
        "marking": "unclassified",
    });
    let act = |event| json!({ "act": "5".repeat(32), "documents": [paper.clone()], "events": [event] });
    samples().iter().map(|draft| act(serde_json::to_value(draft.event(now)).unwrap())).collect()
}

/// What could stand where something else belongs.
fn intruders() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(7),
        json!(1.5),
        json!(65_535),
        json!(65_536),
        json!(u32::MAX),
        json!(u64::from(u32::MAX) + 1),
        json!(u64::MAX),
        json!(1e300),
        json!(i64::MIN),
        json!(""),
        json!("EE"),
        json!("LOAN-1"),
        json!("2026-01-30"),
        json!("2026-01-30T09:00:00Z"),
        json!("5 EA"),
        json!("5.00 EUR"),
        json!("0"),
        json!([]),
        json!([[]]),
        json!(["EE"]),
        json!({}),
        json!({ "party": "EE" }),
    ]
}

#[test]
fn every_act_with_something_else_in_a_place_is_read_if_the_schema_accepts_it() {
    let forms = Acts::new();
    let intruders = intruders();
    for act in acts() {
        assert!(forms.agree_on(&act), "{act}");
        let mut found = Vec::new();
        places(&act, "", &mut found);
        for path in found {
            for intruder in &intruders {
                let mut changed = act.clone();
                *changed.pointer_mut(&path).unwrap() = intruder.clone();
                forms.agree_on(&changed);
            }
            for changed in rebuilt(&act, &path) {
                forms.agree_on(&changed);
            }
        }
    }
}

/// The act with each field of an object missing, one more, renamed, or as a list; with a list longer and shorter.
fn rebuilt(act: &Value, path: &str) -> Vec<Value> {
    let at = |change: &dyn Fn(&mut Value)| {
        let mut changed = act.clone();
        change(changed.pointer_mut(path).unwrap());
        changed
    };
    match act.pointer(path).unwrap() {
        Value::Object(fields) => {
            let mut acts: Vec<Value> = Vec::new();
            for (name, field) in fields {
                acts.push(at(&|value| drop(value.as_object_mut().unwrap().shift_remove(name))));
                let renamed = |value: &mut Value| {
                    value.as_object_mut().unwrap().shift_remove(name);
                    value[name.to_uppercase()] = field.clone();
                };
                acts.push(at(&renamed));
            }
            acts.push(at(&|value| value["surplus"] = json!(1)));
            // Derived readers take the fields' values in their order; the schema does not, nor must a line.
            acts.push(at(&|value| *value = fields.values().cloned().collect()));
            acts
        }
        Value::Array(items) => {
            let more = |count: usize| items.iter().cycle().take(count).cloned().collect::<Value>();
            vec![at(&|value| *value = more(items.len() + 1)), at(&|value| *value = json!([items]))]
        }
        _ => Vec::new(),
    }
}

#[test]
fn several_things_wrong_at_once_are_no_more_right() {
    let (forms, acts, intruders) = (Acts::new(), acts(), intruders());
    let change = (any::<Index>(), any::<Index>(), any::<bool>(), slip());
    law(4_000, (any::<Index>(), proptest::collection::vec(change, 1..4)), |(which, changes)| {
        let mut act = which.get(&acts).clone();
        for (place, what, slips, slip) in changes {
            let mut found = Vec::new();
            places(&act, "", &mut found);
            let path: &String = place.get(&found);
            let target = act.pointer_mut(path).unwrap();
            match target {
                // Of prose, what the schema cannot say is tried apart.
                Value::String(text) if slips && text.is_ascii() => {
                    let slipped = slip.made_in(text);
                    if slipped.is_ascii() && !text.contains('/') {
                        *text = slipped;
                    }
                }
                _ => *target = what.get(&intruders).clone(),
            }
        }
        forms.agree_on(&act);
    });
}

#[test]
fn a_list_is_as_long_as_its_count_can_say() {
    let forms = Acts::new();
    let most = usize::from(u16::MAX);
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    let mut tried = 0;
    for draft in samples() {
        let written = json!({ "events": [draft.event(now)] });
        let mut found = Vec::new();
        places(&written, "", &mut found);
        for path in found {
            let Some([Value::String(word), ..]) =
                written.pointer(&path).unwrap().as_array().map(Vec::as_slice)
            else {
                continue;
            };
            for (length, taken) in [(most, true), (most + 1, false)] {
                let mut longer = written.clone();
                *longer.pointer_mut(&path).unwrap() = json!(vec![word; length]);
                if longer.to_string().len() < MAX_LINE {
                    assert_eq!(forms.agree_on(&longer), taken, "{path}, {length} elements");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 2, "no list of short words was tried");
}

#[test]
fn numbers_are_bounded_by_their_kind() {
    let mut bounds: BTreeMap<String, Value> = BTreeMap::new();
    fn numbers(value: &Value, bounds: &mut BTreeMap<String, Value>) {
        if let Some(format) = value["format"].as_str() {
            assert_eq!(value["minimum"], 0);
            bounds.insert(format.to_owned(), value["maximum"].clone());
        }
        match value {
            Value::Object(fields) => fields.values().for_each(|field| numbers(field, bounds)),
            Value::Array(items) => items.iter().for_each(|item| numbers(item, bounds)),
            _ => {}
        }
    }
    numbers(&act_schema(), &mut bounds);
    assert_eq!(bounds["uint16"], u16::MAX);
    assert_eq!(bounds["uint32"], u32::MAX);
    assert_eq!(bounds["uint64"], u64::MAX);
}

// What a schema cannot say of numbers and objects (`act_schema`): held here, so that the list stays true.
#[test]
fn what_a_schema_cannot_say_of_an_act_is_refused_by_the_reader() {
    let schema = validator(&act_schema());
    let sign = |entry: &str| {
        format!(
            r#"{{"events":[{{"ActCountersigned":{{"occurred_at":"2026-01-30T09:00:00Z","entry":{entry}}}}}]}}"#
        )
    };
    assert!(Draft::parse(&sign("5")).is_ok());
    for line in
        [sign("5.0"), sign("5e0"), sign("-0"), sign("-0.0"), r#"{"events":[],"events":[]}"#.to_owned()]
    {
        assert!(Draft::parse(&line).is_err(), "{line}");
        assert!(schema.is_valid(&serde_json::from_str(&line).unwrap()), "{line}");
    }
}
