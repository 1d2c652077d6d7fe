//! Every field of every kind of event, and of every structure in one, stands in a frozen vector, and so that no two of
//! them can be mistaken for one another.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::Event;
use serde_json::{Map, Value};

use super::vectors::frozen;

/// The JSON schema of an event: what its structures are called, and which fields they have.
struct Schema(Value);

/// A structure and its fields, as the schema or a value has them.
type Fields = Map<String, Value>;

impl Schema {
    fn of_events() -> Self {
        Self(schemars::schema_for!(Event).to_value())
    }

    /// Every structure with its fields. A kind of event is a structure.
    fn structures(&self) -> BTreeMap<&str, &Fields> {
        let definitions = self.0["$defs"].as_object().unwrap().iter();
        definitions.filter_map(|(name, it)| Some((name.as_str(), it["properties"].as_object()?))).collect()
    }

    /// Shows each structure in a value of this schema: its name and its fields.
    fn visit<'a>(&self, schema: &Value, value: &'a Value, see: &mut impl FnMut(&str, &'a Fields)) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            let definition = &self.0["$defs"][name];
            if let (Some(_), Some(fields)) = (definition.get("properties"), value.as_object()) {
                see(name, fields);
            }
            self.visit(definition, value, see);
        }
        for choices in [&schema["anyOf"], &schema["oneOf"]] {
            choices.as_array().into_iter().flatten().for_each(|choice| self.visit(choice, value, see));
        }
        for part in value.as_array().into_iter().flatten() {
            self.visit(&schema["items"], part, see);
        }
        for (field, part) in value.as_object().into_iter().flatten() {
            self.visit(&schema["properties"][field], part, see);
        }
    }

    /// Shows each structure in the vectors.
    fn visit_vectors(&self, mut see: impl FnMut(&str, &Fields)) {
        for vector in frozen() {
            for event in vector.act["events"].as_array().unwrap() {
                self.visit(&self.0, event, &mut see);
            }
        }
    }
}

/// The type of a field, without what it means.
fn type_of(field: &Value) -> Value {
    let mut bare = field.clone();
    bare.as_object_mut().unwrap().remove("description");
    bare
}

#[test]
fn every_field_of_every_event_stands_in_a_vector() {
    let schema = Schema::of_events();
    let mut missing: BTreeSet<(String, String)> = BTreeSet::new();
    for (name, fields) in schema.structures() {
        missing.extend(fields.keys().map(|field| (name.to_owned(), field.clone())));
    }
    assert!(missing.len() > 500, "{} fields", missing.len());
    schema.visit_vectors(|name, fields| {
        for field in fields.keys() {
            missing.remove(&(name.to_owned(), field.clone()));
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
}

/// Two fields of one type that were equal in all vectors could change places in the bytes, and nobody would see.
#[test]
fn fields_of_one_type_differ_in_a_vector() {
    let schema = Schema::of_events();
    let mut alike = BTreeSet::new();
    for (name, fields) in schema.structures() {
        for (at, (one, its_type)) in fields.iter().enumerate() {
            let later = fields.iter().skip(at + 1);
            let others = later.filter(|(_, other)| type_of(other) == type_of(its_type));
            alike.extend(others.map(|(other, _)| (name.to_owned(), one.clone(), other.clone())));
        }
    }
    assert!(alike.len() > 100, "{} pairs", alike.len());
    schema.visit_vectors(|name, fields| {
        alike.retain(|(structure, one, other)| structure != name || fields.get(one) == fields.get(other));
    });
    assert!(alike.is_empty(), "{alike:#?}");
}
