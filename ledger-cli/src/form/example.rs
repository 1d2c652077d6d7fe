//! Examples in the help: a call that an officer can start from.

use ledger_core::domain::Event;
use serde_json::Value;

use super::shape::{Shape, fields, is_required, part};
use super::{NOW, definitions, flag, kebab, read_event};
use crate::error::CommandError;

/// What an example gives besides the needed fields, because a rule asks for it.
const ALSO: &[(&str, &str, &str)] = &[
    ("ItemRegistered", "ml", "ML4"),
    ("ItemRegistered", "hazard", "1.1D"),
    ("ItemRegistered", "neq_g_per_unit", "1000"),
    ("TransferProposed", "loan", "start=2026-02-01; due=2026-04-30"),
    ("ConsignmentReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("ReturnReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("DiscrepancyResolved", "location", "ADAZI"),
];

/// An example of a text: by the name of its field, or after what its title says.
pub(super) fn example_text(field: &str, title: &str) -> String {
    let known = match field {
        "to" | "consignee" | "recipients" => "LV",
        "consenting_state" => "US",
        "expiry" | "new_due" => "2026-12-31",
        "ml" => "ML3",
        "nsn" | "nsns" => "1376-38-123-4567",
        "role" => "PBO",
        "location" | "from_location" => "TAPA",
        "purpose" => "exercise Spring Storm",
        "activity" => "SPRING-STORM-26",
        "reason" => "the count is wrong",
        "finding" => "20 were left in the depot",
        "title" => "Explosive charges 2026",
        "capability" => "mobility and counter-mobility",
        "description" => "charge, demolition, 1 kg",
        "decision_rule" => "by consensus",
        "withdrawal_terms" => "with six months' notice, own liabilities stay",
        "payment_terms" => "30 days after acceptance",
        "legal_ground" => "2009/43/EC Art. 4(2)(a): armed forces",
        "period" => "first half of 2026",
        "circumstances" => "not found at the yearly count",
        "vat" => "0.00 EUR",
        _ => "",
    };
    if !known.is_empty() {
        return known.into();
    }
    if let Some((_, example)) = title.split_once("such as ") {
        return example.split(" or ").next().unwrap_or(example).to_owned();
    }
    if title.starts_with("an item") {
        let batch = "batch:1376-38-123-4567:EA-22-07";
        return if title.contains('=') { format!("{batch}=500 EA") } else { batch.to_owned() };
    }
    if title.starts_with("text") {
        return "in words".into();
    }
    if let Some(digits) = title.split_ascii_whitespace().find_map(|word| word.parse::<usize>().ok())
        && title.contains("hexadecimal")
    {
        return "3f".repeat(digits / 2);
    }
    format!("{}-1", field.to_ascii_uppercase().replace('_', "-"))
}

/// A value that could stand in a field.
fn value_of(shape: &Shape<'_>, field: &str) -> Value {
    match shape {
        Shape::Text(schema) => {
            let words = part(schema, "enum").as_array().map_or(&[][..], Vec::as_slice);
            // From one to another: not to itself.
            let word = if field == "to" { words.get(1) } else { words.first() };
            let text = || example_text(field, part(schema, "title").as_str().unwrap_or_default()).into();
            word.cloned().unwrap_or_else(text)
        }
        Shape::Number => 1.into(),
        Shape::Flag => true.into(),
        Shape::List(element) => Value::Array(vec![value_of(element, field)]),
        Shape::Structure(schema, definitions) => fields(schema)
            .filter(|(name, _)| is_required(schema, name))
            .map(|(name, property)| (name.to_owned(), value_of(&Shape::of(property, definitions), name)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The fields of an event of this kind with a value for each: all that are needed, and those that [`ALSO`] gives.
fn given(name: &str) -> Vec<(&str, String)> {
    let schema = part(definitions(), name);
    let own: Vec<_> = ALSO.iter().filter(|(event, ..)| *event == name).collect();
    let mut given = Vec::new();
    for (field, property) in fields(schema).filter(|(field, _)| *field != NOW) {
        let values = own.iter().filter(|(_, known, _)| *known == field).map(|(.., value)| *value);
        let before = given.len();
        given.extend(values.map(|value| (field, value.to_owned())));
        if given.len() == before && is_required(schema, field) {
            let shape = match Shape::of(property, definitions()) {
                Shape::List(element) => *element,
                shape => shape,
            };
            given.push((field, shape.write(&value_of(&shape, field))));
        }
    }
    given
}

/// The event of the example.
fn event(name: &str, given: &[(&str, String)]) -> Result<Event, CommandError> {
    read_event(name, |field| {
        let moment = (field == NOW).then(|| "2026-01-30T09:00:00Z".to_owned());
        let texts = given.iter().filter(|(known, _)| *known == field).map(|(_, text)| text.clone());
        moment.into_iter().chain(texts).collect()
    })
}

/// A call of a verb that an officer can start from, with the papers that such an act must bind; it ends with
/// `last`.
pub(super) fn example(verb: &str, name: &str, last: &str) -> String {
    let given = given(name);
    let papers = event(name, &given).map_or(&[][..], |event| event.documents());
    let mut line = format!("Example:\n  jointledger --ledger DIR {verb} {}", kebab(name));
    for (field, value) in &given {
        line.push_str(&format!(" \\\n      --{} {}", flag(field), quoted(value)));
    }
    for paper in papers.iter().map(ToString::to_string) {
        line.push_str(&format!(" \\\n      --document {paper}:{paper}.pdf"));
    }
    format!("{line} \\\n      {last}")
}

/// A word of a shell's command line.
fn quoted(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "-./:_=".contains(c));
    if plain {
        value.to_owned()
    } else if value.contains('\'') {
        format!("\"{value}\"")
    } else {
        format!("'{value}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_every_kind_is_an_event_of_this_kind() {
        let wrong: Vec<_> = super::super::kinds()
            .filter_map(|name| Some((name, event(name, &given(name)).err()?.message)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
