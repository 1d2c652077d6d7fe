//! What a field takes on the command line, after its schema: how it is described, read and written.

use serde_json::{Map, Value};

/// A member of a schema; null where there is none.
pub(super) fn part<'a>(schema: &'a Value, name: &str) -> &'a Value {
    schema.get(name).unwrap_or(&Value::Null)
}

/// The fields of a structure, in its order.
pub(super) fn fields(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    part(schema, "properties")
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, property)| (name.as_str(), property))
}

pub(super) fn is_required(schema: &Value, field: &str) -> bool {
    part(schema, "required").as_array().is_some_and(|required| required.iter().any(|name| name == field))
}

/// Most words of a list that the help shows; of a longer one it gives the title.
const MAX_WORDS: usize = 30;

/// The words of which a text is one, when they are few enough to be read.
pub(super) fn words(schema: &Value) -> Option<&Vec<Value>> {
    part(schema, "enum").as_array().filter(|words| words.len() <= MAX_WORDS)
}

/// A value that is longer than this stands on several lines in the help.
const LINE: usize = 72;

/// What a field takes, as far as the command line is concerned.
pub(super) enum Shape<'a> {
    Text(&'a Value),
    Number,
    Flag,
    List(Box<Shape<'a>>),
    Structure(&'a Value, &'a Value),
}

impl<'a> Shape<'a> {
    pub(super) fn of(property: &'a Value, definitions: &'a Value) -> Self {
        if let Some(name) = part(property, "$ref").as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            let definition = part(definitions, name);
            return match part(definition, "type").as_str() {
                Some("object") => Shape::Structure(definition, definitions),
                _ => Shape::of(definition, definitions),
            };
        }
        if let Some(choices) = part(property, "anyOf").as_array()
            && let Some(some) = choices.iter().find(|choice| part(choice, "type") != "null")
        {
            return Shape::of(some, definitions);
        }
        let is = |kind: &str| {
            let found = part(property, "type");
            found == kind || found.as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind))
        };
        if is("array") {
            Shape::List(Box::new(Shape::of(part(property, "items"), definitions)))
        } else if is("boolean") {
            Shape::Flag
        } else if is("integer") {
            Shape::Number
        } else {
            Shape::Text(property)
        }
    }

    /// What is written, for the help.
    pub(super) fn form(&self) -> Option<String> {
        match self {
            Shape::Text(schema) => match words(schema) {
                Some(words) => Some(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
                None => part(schema, "title").as_str().map(str::to_owned),
            },
            Shape::Number => Some("a whole number".into()),
            Shape::Flag => Some("true or false".into()),
            Shape::List(element) => element.form().map(|form| format!("{form}; once for each")),
            Shape::Structure(schema, _) => {
                let names: Vec<_> = fields(schema)
                    .map(
                        |(name, _)| {
                            if is_required(schema, name) { name.to_owned() } else { format!("{name}?") }
                        },
                    )
                    .collect();
                Some(names.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// The JSON of what somebody wrote.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        match self {
            Shape::Text(_) => Ok(Value::String(text.to_owned())),
            Shape::Number => {
                text.parse::<u64>().map(Value::from).map_err(|_| format!("{text:?} is no whole number"))
            }
            Shape::Flag => {
                text.parse::<bool>().map(Value::from).map_err(|_| format!("{text:?} is not true or false"))
            }
            Shape::List(element) => {
                let elements = text.split(',').map(|text| element.read_inside(text.trim()));
                elements.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            Shape::Structure(..) if text.trim_start().starts_with('{') => {
                serde_json::from_str(text).map_err(|error| format!("{text:?} is not JSON: {error}"))
            }
            Shape::Structure(schema, definitions) => {
                let mut structure = Map::new();
                for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
                    let Some((name, value)) = part.split_once('=') else {
                        return Err(format!("{part:?} is not field=value"));
                    };
                    let Some((_, property)) = fields(schema).find(|(known, _)| *known == name) else {
                        let known: Vec<_> = fields(schema).map(|(name, _)| name).collect();
                        return Err(format!("there is no field {name:?}; there are {}", known.join(", ")));
                    };
                    if structure
                        .insert(name.to_owned(), Shape::of(property, definitions).read(value)?)
                        .is_some()
                    {
                        return Err(format!("{name} is given twice"));
                    }
                }
                Ok(Value::Object(structure))
            }
        }
    }

    /// The JSON of an element of a list inside a structure: a structure is written as its needed fields with
    /// colons between, `EE:200 EA`.
    pub(super) fn read_inside(&self, text: &str) -> Result<Value, String> {
        let Shape::Structure(schema, definitions) = self else { return self.read(text) };
        let needed: Vec<_> = fields(schema).filter(|(name, _)| is_required(schema, name)).collect();
        let parts: Vec<&str> = text.splitn(needed.len(), ':').collect();
        if parts.len() != needed.len() {
            let names: Vec<_> = needed.iter().map(|(name, _)| *name).collect();
            return Err(format!("{text:?} is not {}", names.join(":")));
        }
        let values = needed.iter().zip(parts).map(|((name, property), part)| {
            Ok(((*name).to_owned(), Shape::of(property, definitions).read(part.trim())?))
        });
        values.collect::<Result<Map<_, _>, String>>().map(Value::Object)
    }

    /// How a value is written so that [`Self::read`] gives it again: in the short form, or as JSON where the short
    /// form cannot say it.
    pub(super) fn write(&self, value: &Value) -> String {
        let short = self.short(value);
        if self.read(&short).as_ref() == Ok(value) {
            short
        } else {
            format!("{value:#}").replace('\n', "\n      ")
        }
    }

    fn short(&self, value: &Value) -> String {
        match (self, value) {
            (_, Value::String(text)) => text.clone(),
            (Shape::List(element), Value::Array(elements)) => {
                elements.iter().map(|value| element.short_inside(value)).collect::<Vec<_>>().join(", ")
            }
            (Shape::Structure(schema, definitions), Value::Object(structure)) => {
                let known = fields(schema)
                    .filter_map(|(name, property)| Some((name, property, structure.get(name)?)));
                let written: Vec<_> = known
                    .map(|(name, property, value)| {
                        format!("{name}={}", Shape::of(property, definitions).short(value))
                    })
                    .collect();
                let line = written.join("; ");
                // A line each when it is long: help that wraps inside a value could not be copied.
                if line.len() > LINE { written.join(";\n          ") } else { line }
            }
            (_, other) => other.to_string(),
        }
    }

    /// The short form of an element of a list inside a structure, as [`Self::read_inside`] reads it.
    fn short_inside(&self, value: &Value) -> String {
        let (Shape::Structure(schema, definitions), Value::Object(structure)) = (self, value) else {
            return self.short(value);
        };
        fields(schema)
            .filter(|(name, _)| is_required(schema, name))
            .filter_map(|(name, property)| Some(Shape::of(property, definitions).short(structure.get(name)?)))
            .collect::<Vec<_>>()
            .join(":")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_reads_as_it_was_also_where_only_json_can_say_it() {
        let text = json!({ "type": "string" });
        let definitions = json!({
            "Part": {
                "type": "object",
                "properties": { "party": text, "share": { "type": "integer" }, "note": text },
                "required": ["party", "share"],
            },
            "Whole": {
                "type": "object",
                "properties": {
                    "name": text,
                    "parts": { "type": "array", "items": { "$ref": "#/$defs/Part" } },
                    "main": { "anyOf": [{ "$ref": "#/$defs/Part" }, { "type": "null" }] },
                },
                "required": ["name", "parts"],
            },
        });
        let shape = Shape::Structure(part(&definitions, "Whole"), &definitions);
        let plain =
            json!({ "name": "a", "parts": [{ "party": "EE", "share": 1 }, { "party": "LV", "share": 2 }] });
        assert_eq!(shape.write(&plain), "name=a; parts=EE:1, LV:2");
        for whole in [
            plain,
            json!({ "name": "a; b", "parts": [{ "party": "EE", "share": 1 }] }),
            json!({ "name": "a", "parts": [{ "party": "EE", "share": 1, "note": "x" }] }),
            json!({ "name": "a", "parts": [], "main": { "party": "EE", "share": 1 } }),
        ] {
            assert_eq!(shape.read(&shape.write(&whole)), Ok(whole));
        }
        assert!(shape.read("name=a; parts=EE").unwrap_err().contains("party:share"));
        assert!(shape.read("name=a; name=b").unwrap_err().contains("twice"));
        assert!(shape.read("colour=a").unwrap_err().contains("there are name, parts, main"));
    }
}
