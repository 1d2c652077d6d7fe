//! Acts as JSON: one line, one act, one entry.
//!
//! ```json
//! {"act":"0123456789abcdef0123456789abcdef",
//!  "documents":[{"kind":"voucher","sha256":"…","bytes":5120,"media_type":"application/pdf","marking":"unclassified"}],
//!  "events":[{"TransferApproved":{"occurred_at":"2026-01-30T09:00:00Z","transfer":"LOAN-1"}}]}
//! ```
//!
//! `act` and `documents` may be left out: an act without an id gets one, and then it is not protected against
//! being sent twice. Unknown fields are refused, and a field never stands twice. An optional field may also be
//! given as `null`, which says the same as leaving it out.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::strict::{MAX_LIST, Strict};
use crate::domain::{Act, ActId, Document, Event};

/// Longest line, in bytes: the JSON form of the largest entry is well below it.
pub const MAX_LINE: usize = 1024 * 1024;

/// An act as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The author's own name for it: sending the same act twice records it once
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<ActId>,
    /// The papers it rests on
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// What was done: one event or more
    pub events: Vec<Event>,
}

/// The JSON Schema (draft 2020-12) of an act, with a definition for every kind of event under `$defs`.
///
/// A line is in the form of an act, so that [`Draft::parse`] reads it, exactly if its JSON is valid by this schema
/// and none of what follows holds, which a schema cannot say (or not so that every program reads it alike):
///
/// - a share is not reduced, or above one (`2/4`, `3/2`);
/// - a text is not in Unicode NFC, or has a character that Unicode 18.0.0 does not assign, or one above U+FFFF that
///   is invisible or for private use;
/// - a whole number is written with a point, an exponent or a minus sign (`5.0`, `5e0`, `-0`);
/// - a field stands twice in an object;
/// - the line is longer than [`MAX_LINE`], is not in UTF-8, or is more than one JSON value.
///
/// What is in the form may still be against the rules (domain.md section 8), or too large for an entry.
pub fn act_schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(bounded));
    settings.into_generator().into_root_schema_for::<Draft>().to_value()
}

/// Adds the bounds of numbers and lists that the schemas of their types leave out.
fn bounded(schema: &mut Schema) {
    let most = match schema.get("format").and_then(serde_json::Value::as_str) {
        Some("uint32") => Some(u64::from(u32::MAX)),
        Some("uint64") => Some(u64::MAX),
        _ => None,
    };
    if let Some(most) = most {
        schema.insert("maximum".into(), most.into());
    }
    if schema.get("type").is_some_and(|kind| kind == "array") {
        schema.insert("maxItems".into(), MAX_LIST.into());
    }
}

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}{}: {reason}", .path.as_ref().map_or_else(String::new, |path| format!(", {path}")))]
pub struct BadLine {
    /// Column, counted in bytes from 1.
    pub column: usize,
    /// The field, such as `events[0].ItemRegistered.item`.
    pub path: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

impl Draft {
    /// Reads one line.
    ///
    /// # Errors
    /// The place and the reason.
    pub fn parse(line: &str) -> Result<Self, BadLine> {
        parse_line(line)
    }

    /// The act, with `fresh` as its id when it names none.
    pub fn into_act(self, fresh: ActId) -> Act {
        Act { id: self.act.unwrap_or(fresh), documents: self.documents, events: self.events }
    }
}

/// Reads one line of JSON strictly, and says where it is wrong.
pub(crate) fn parse_line<T: DeserializeOwned>(line: &str) -> Result<T, BadLine> {
    if line.len() > MAX_LINE {
        let reason = format!("the line has {} bytes, at most {MAX_LINE} are read", line.len());
        return Err(BadLine { column: MAX_LINE, path: None, reason });
    }
    let mut input = serde_json::Deserializer::from_str(line);
    let value = serde_path_to_error::deserialize(Strict(&mut input)).map_err(|error| {
        let path = error.path().to_string();
        bad_line(error.inner(), Some(path).filter(|path| path != "."))
    })?;
    input.end().map_err(|error| bad_line(&error, None))?;
    Ok(value)
}

/// What serde_json says, without the line that it counts itself.
pub(crate) fn bad_line(error: &serde_json::Error, path: Option<String>) -> BadLine {
    let words = error.to_string();
    // serde_json says "… at line 1 column 7"; the caller knows the line better.
    let reason = words.rsplit_once(" at line ").map_or(words.as_str(), |(reason, _)| reason).to_owned();
    BadLine { column: error.column().max(1), path, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_field_is_named_with_its_place() {
        let line = r#"{"events":[{"TransferApproved":{"occurred_at":"2026-01-30","transfer":"LOAN-1"}}]}"#;
        let bad = Draft::parse(line).unwrap_err();
        assert_eq!(bad.path.as_deref(), Some("events[0].TransferApproved.occurred_at"));
        assert!(bad.reason.contains("2026-01-30"), "{bad}");
        assert_eq!(bad.column, 58, "{bad}");
    }

    #[test]
    fn what_is_not_asked_for_is_refused() {
        for line in [
            r#"{"events":[],"extra":1}"#,
            r#"{"events":[{"TransferApproved":{"occurred_at":"2026-01-30T09:00:00Z","transfer":"L","x":1}}]}"#,
            r#"{"events":[]} {"events":[]}"#,
            r#"{"events":[],"events":[]}"#,
            r#"{"events":[{"NoSuchEvent":{}}]}"#,
            "",
            "[",
        ] {
            assert!(Draft::parse(line).is_err(), "{line}");
        }
    }
}
