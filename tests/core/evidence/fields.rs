//! Every field of every kind of event, and of every structure in one, stands in a frozen vector.

use std::collections::BTreeSet;

use ledger_core::domain::Event;
use serde_json::Value;

use super::vectors::frozen;

/// The JSON schema of an event: what its structures are called, and which fields they have.
struct Schema(Value);

impl Schema {
    fn of_events() -> Self {
        Self(schemars::schema_for!(Event).to_value())
    }

    /// Structure and field, all that there are. A kind of event is a structure.
    fn fields(&self) -> BTreeSet<(String, String)> {
        let fields_of = |(name, definition): (&String, &Value)| -> Vec<(String, String)> {
            let fields = definition["properties"].as_object();
            fields
                .into_iter()
                .flat_map(|fields| fields.keys().map(|field| (name.clone(), field.clone())))
                .collect()
        };
        self.0["$defs"].as_object().unwrap().iter().flat_map(fields_of).collect()
    }

    /// Notes the structures and fields of a value of this schema.
    fn note(&self, schema: &Value, value: &Value, seen: &mut BTreeSet<(String, String)>) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            let definition = &self.0["$defs"][name];
            if let (Some(_), Some(fields)) = (definition.get("properties"), value.as_object()) {
                seen.extend(fields.keys().map(|field| (name.to_owned(), field.clone())));
            }
            self.note(definition, value, seen);
        }
        for choices in [&schema["anyOf"], &schema["oneOf"]] {
            choices.as_array().into_iter().flatten().for_each(|choice| self.note(choice, value, seen));
        }
        for part in value.as_array().into_iter().flatten() {
            self.note(&schema["items"], part, seen);
        }
        for (field, part) in value.as_object().into_iter().flatten() {
            self.note(&schema["properties"][field], part, seen);
        }
    }
}

#[test]
fn every_field_of_every_event_stands_in_a_vector() {
    let schema = Schema::of_events();
    let mut seen = BTreeSet::new();
    for vector in frozen() {
        for event in vector.act["events"].as_array().unwrap() {
            schema.note(&schema.0, event, &mut seen);
        }
    }
    let all = schema.fields();
    assert!(all.len() > 500, "{} fields", all.len());
    let missing: Vec<_> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
