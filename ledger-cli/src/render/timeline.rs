//! The life of a thing, for people: a line down the page, one knot an entry.
//!
//! Each knot says when it was done and, where it matters, when it was recorded; what happened; who signed; on whose
//! consent it rests; which papers it binds; where the item went; and what became of it.

use ledger_core::domain::correction::Correction;
use ledger_core::domain::ratification::RatificationStatus;
use ledger_core::domain::register::Position;
use ledger_core::domain::station::{Fact, Shift};
use ledger_core::domain::{Event, Timestamp};
use ledger_core::journal::Signed;

use super::human;
use super::json::{Entry, Status};
use super::since::{Answered, Doubted, Since};

/// What was recorded so much later than it occurred is said to be.
const NOTABLY_LATER_MS: u64 = 60 * 60 * 1_000;

/// How wide the lines are where no terminal says it, and at most.
const WIDTH: (usize, usize) = (100, 110);

/// How many events of an act are listed, and how many digits of a document's digest.
const LISTED: (usize, usize) = (5, 12);

/// An entry as a knot, for a list whose last position has so many digits.
pub(crate) fn knot(entry: &Entry, since: &Since<'_>, digits: usize) -> String {
    let width = human::terminal_width().map_or(WIDTH.0, |width| width.clamp(60, WIDTH.1));
    let mut lines = vec![format!("  {:>digits$} \u{25cf} {}", entry.entry, times(entry))];
    let lead = format!("  {:>digits$} \u{2502} ", "");
    for (label, words) in facts(entry, since) {
        let lead = format!("{lead}{label}");
        let below = "\n".to_owned() + &format!("  {:>digits$} \u{2502}", "");
        // What goes on below keeps the line down the page.
        let blank = "\n".to_owned() + &" ".repeat(digits.saturating_add(4));
        lines.push(human::wrapped(&lead, &words, width).replace(&blank, &below));
    }
    lines.join("\n")
}

fn times(entry: &Entry) -> String {
    let recorded = &entry.recorded_at;
    match entry.occurred_at {
        Some(occurred) if entry.recorded_later_ms > NOTABLY_LATER_MS => {
            format!("{occurred}, recorded {recorded} ({} later)", length(entry.recorded_later_ms))
        }
        Some(occurred) => occurred.to_string(),
        None => recorded.clone(),
    }
}

/// A length of time, in its two coarsest units.
fn length(milliseconds: u64) -> String {
    let minutes = milliseconds.wrapping_div(60_000);
    let (hours, days) = (minutes.wrapping_div(60), minutes.wrapping_div(60 * 24));
    match (days, hours) {
        (0, hours) => format!("{hours} h {} min", minutes.wrapping_rem(60)),
        (1..=13, hours) => format!("{} {} h", human::count(days, "day", "days"), hours.wrapping_rem(24)),
        _ => format!("{days} days"),
    }
}

/// What is said of an entry, each with its label.
fn facts(entry: &Entry, since: &Since<'_>) -> Vec<(&'static str, String)> {
    let mut facts: Vec<(&str, String)> = Vec::new();
    let first = |event: &Event| entry.occurred_at == Some(event.occurred_at());
    let about: Vec<&Event> = entry.about.iter().filter_map(|index| entry.events.get(*index)).collect();
    let told = if about.is_empty() { entry.events.iter().collect() } else { about };
    for event in told.iter().take(LISTED.0) {
        let at = if first(event) { String::new() } else { format!(" ({})", event.occurred_at()) };
        facts.push(("", human::strong(human::happened(event)) + &at));
    }
    if let Some(more @ 1..) = entry.events.len().checked_sub(told.len().min(LISTED.0)) {
        facts.push(("", format!("and {more} more in the same act")));
    }
    facts
        .push(("signed by  ", entry.signers.iter().map(|s| signer(s, entry)).collect::<Vec<_>>().join(", ")));
    facts.extend(since.rests_on.iter().map(|reliance| ("rests on   ", human::reliance(reliance))));
    for Answered { party, ratification } in &since.ratifications {
        facts.push(("ratified   ", answer(*party, &ratification.status, ratification.due)));
    }
    for document in &entry.documents {
        let digest: String = document.sha256.to_string().chars().take(LISTED.1).collect();
        facts.push(("document   ", format!("{} {digest}, {}", document.kind, document.marking)));
    }
    facts.extend(entry.moved.iter().map(|shift| ("station    ", station(shift))));
    facts.extend(became(entry, since.corrected));
    for Doubted { key, doubt } in &since.doubts {
        let cleared = doubt.cleared_in.map_or_else(String::new, |by| format!(", cleared in entry {by}"));
        let words = format!("key {}, since entry {}{cleared}", key.short(), doubt.declared_in);
        facts.push(("in doubt   ", words));
    }
    facts
}

fn signer(signed: &Signed, entry: &Entry) -> String {
    let officer = match (signed.party, signed.role) {
        (Some(party), Some(role)) => format!("{role} of {party}"),
        _ => "?".into(),
    };
    let own = signed.entry == entry.entry;
    let place = if own { String::new() } else { format!(" in entry {}", signed.entry) };
    format!("{officer}{place} ({})", signed.key.short())
}

fn answer(party: ledger_core::domain::Party, status: &RatificationStatus, due: Timestamp) -> String {
    match status {
        RatificationStatus::Owed => format!("not yet: owed by {party} until {due}"),
        RatificationStatus::Ratified { entry } => format!("by {party} in entry {entry}"),
        RatificationStatus::Refused { entry } => format!("no: refused by {party} in entry {entry}"),
        RatificationStatus::Unwound { entry } => format!("no: refused by {party}, undone in entry {entry}"),
    }
}

/// What became of an act, where it is not simply in effect.
fn became(entry: &Entry, corrected: Option<&Correction>) -> Option<(&'static str, String)> {
    match (entry.status, corrected) {
        (Status::Corrected, Some(correction)) => {
            Some(("corrected  ", human::bad(format!("by entry {}: {}", correction.by, correction.reason))))
        }
        (Status::Refused, _) => {
            let refused = entry.refused_by.as_ref();
            let words = refused.map_or_else(String::new, |refused| format!("by {}", signer(refused, entry)));
            Some(("refused    ", human::bad(words + "; it never took effect")))
        }
        (Status::Waits, _) => {
            Some(("pending    ", human::strong(format!("waits for {}", entry.waits_for.join("; ")))))
        }
        _ => entry
            .in_effect_since
            .filter(|since| *since != entry.entry)
            .map(|since| ("in effect  ", format!("since entry {since}"))),
    }
}

/// Where a quantity went: the facts that changed, or all of them when it came or was taken out.
pub(crate) fn station(shift: &Shift) -> String {
    let quantity = shift.quantity.to_string();
    let amount = if quantity == "1 EA" { String::new() } else { format!("{quantity}: ") };
    let words = match (&shift.from, &shift.to) {
        (Some(from), Some(to)) => {
            let change =
                |fact: &Fact| format!("{} {} \u{2192} {}", name(*fact), of(from, *fact), of(to, *fact));
            shift.changed().iter().map(change).collect::<Vec<_>>().join(" \u{b7} ")
        }
        (None, Some(to)) => format!("enters: {}", all(to)),
        (Some(from), None) => format!("taken out: {}", all(from)),
        (None, None) => String::new(),
    };
    amount + &words
}

/// All facts of a position.
pub(crate) fn all(position: &Position) -> String {
    let facts = [Fact::Owner, Fact::Holder, Fact::Location, Fact::Condition, Fact::Standing];
    facts.map(|fact| format!("{} {}", name(fact), of(position, fact))).join(" \u{b7} ")
}

const fn name(fact: Fact) -> &'static str {
    match fact {
        Fact::Owner => "owner",
        Fact::Holder => "holder",
        Fact::Location => "location",
        Fact::Condition => "condition",
        Fact::Standing => "standing",
        Fact::Receipt => "hand receipt",
    }
}

fn of(position: &Position, fact: Fact) -> String {
    match fact {
        Fact::Owner => position.owner.to_string(),
        Fact::Holder => position.holder.to_string(),
        Fact::Location => position.location.to_string(),
        Fact::Condition => position.condition.to_string(),
        Fact::Standing => human::standing(&position.standing),
        Fact::Receipt => position.receipt.as_ref().map_or_else(|| "none".into(), ToString::to_string),
    }
}
