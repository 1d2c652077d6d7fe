//! What an entry did, in one line that the page can make again from the bytes: `page/words.js` has the same rules, and
//! the check in the browser compares the two.

use ledger_core::domain::{Event, Party, Role};
use serde_json::{Value, json};

use super::layout;

/// So many events are told; of the others the number.
const TOLD: usize = 3;
/// Digits of a key, an act, a link that are shown.
pub(super) const DIGITS: usize = 16;
/// A line that is longer is cut, in characters.
const LONGEST: usize = 240;

/// What the events of an act say.
pub(super) fn what(events: &[Event]) -> String {
    let mut told: Vec<_> = events.iter().take(TOLD).map(event).collect();
    if let Some(more @ 1..) = events.len().checked_sub(TOLD) {
        told.push(format!("and {more} more"));
    }
    cut(&told.join("; "))
}

fn event(event: &Event) -> String {
    let body = json!(event);
    let fields = body.get(event.name()).unwrap_or(&Value::Null);
    let told: Vec<_> = layout::fields(event.name())
        .iter()
        .filter(|(field, kind)| layout::is_told(field, kind))
        .filter_map(|(field, kind)| {
            let value = match fields.get(*field)? {
                Value::String(key) if *kind == "PublicKey" => key.chars().take(DIGITS).collect(),
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some(format!("{} {value}", field.replace('_', " ")))
        })
        .collect();
    if told.is_empty() { event.name().to_owned() } else { format!("{}: {}", event.name(), told.join(", ")) }
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let kept: String = line.chars().take(LONGEST).collect();
    format!("{kept}…")
}

/// Who signed an entry: `EE PBO`, or `?` for a key that the ledger does not know.
pub(super) fn by(officer: Option<(Party, Role)>) -> String {
    officer.map_or_else(|| "?".to_owned(), |(party, role)| format!("{party} {role}"))
}
