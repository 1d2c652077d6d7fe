//! How what came of a run is told: a table, lines of JSON, or lines of CSV.

use ledger_core::domain::reconcile::BreakClass;
use ledger_core::domain::reconcile::run::{Ageing, RunBreak, RunReport};
use serde::Serialize;

use super::Outcome;
use crate::context::Context;
use crate::error::CommandError;
use crate::render::human;

/// The columns of `--csv`. New ones come at the end.
const CSV: [&str; 16] = [
    "id",
    "run",
    "class",
    "subject",
    "rows",
    "fields",
    "ledger",
    "book",
    "delta",
    "candidate",
    "hint",
    "since",
    "days",
    "age",
    "by",
    "known",
];

/// The last line in JSON.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    report: &'a RunReport,
    bad_rows: usize,
}

/// Says what came of a run.
pub(crate) fn tell(outcome: &Outcome, context: &Context) -> Result<(), CommandError> {
    let Outcome { report, bad_rows, .. } = outcome;
    if context.json {
        for bad in bad_rows {
            context.emit("bad_row", bad)?;
        }
        for found in &report.breaks {
            context.emit("break", found)?;
        }
        return context.emit("reconciliation", Line { report, bad_rows: bad_rows.len() });
    }
    for bad in bad_rows {
        context.say(format_args!("  not read: {bad}"))?;
    }
    let (open, accepted): (Vec<&RunBreak>, Vec<&RunBreak>) =
        report.breaks.iter().partition(|found| found.counts());
    if !open.is_empty() {
        context.say(breaks(&open))?;
    }
    if !accepted.is_empty() {
        context.say("  known and accepted:")?;
        context.say(breaks(&accepted))?;
    }
    if !report.breaks.is_empty() {
        context.say(ageing(report))?;
    }
    context.say(summary(outcome))
}

/// The last line.
fn summary(outcome: &Outcome) -> String {
    let Outcome { report, bad_rows, .. } = outcome;
    let of = report.as_of.map_or_else(String::new, |day| format!(" of {day}"));
    let sides = format!(
        "{} lines of the ledger, {} rows of {}'s book{of}",
        report.ledger_lines, report.book_rows, report.party
    );
    if outcome.is_clean() {
        let known = match report.breaks.len() {
            0 => String::new(),
            count => format!("; {} known and accepted", human::count(count as u64, "break", "breaks")),
        };
        return format!("{}: {sides}{known}", human::good("agreed"));
    }
    let counts: Vec<_> =
        report.broken.iter().map(|(class, count)| format!("{count} {class} {}", class.meaning())).collect();
    let unread = match bad_rows.len() {
        0 => String::new(),
        count => format!("; {count} rows could not be read"),
    };
    let broken = human::bad(human::count(report.breaks.len() as u64, "break", "breaks"));
    format!("{broken}: {sides}: {}{unread}", counts.join(", "))
}

/// The table of breaks.
fn breaks(breaks: &[&RunBreak]) -> String {
    let rows = breaks.iter().map(|found| {
        let id = found.id.as_ref().map_or_else(String::new, ToString::to_string);
        let (class, by) = (found.class.to_string(), found.by.to_string());
        vec![id, class, found.subject.clone(), numbers(found), by, what(found)]
    });
    human::indented(&human::table(&["ID", "CLASS", "SUBJECT", "LINE", "BY", "WHAT DIFFERS"], rows))
}

/// The table of ages: by class and who has to act, how many breaks are how many days old.
fn ageing(report: &RunReport) -> String {
    let head: Vec<&str> = ["CLASS", "BY"].into_iter().chain(report.ages.iter().map(String::as_str)).collect();
    let rows = report.ageing.iter().map(|Ageing { class, by, counts }| {
        let counts = counts.iter().map(|count| if *count == 0 { "-".into() } else { count.to_string() });
        [class.to_string(), by.to_string()].into_iter().chain(counts).collect()
    });
    format!("  days old:\n{}", human::indented(&human::table(&head, rows)))
}

fn numbers(found: &RunBreak) -> String {
    found.rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// A break in words.
pub(crate) fn what(found: &RunBreak) -> String {
    let mut words = Vec::new();
    for difference in &found.differences {
        words.push(format!("{}: ledger {}, book {}", difference.field, difference.ledger, difference.book));
    }
    let known = matches!(
        found.class,
        BreakClass::Overdue
            | BreakClass::LateRecording
            | BreakClass::MissingDocument
            | BreakClass::Authority
            | BreakClass::CountVariance
    );
    if found.differences.is_empty() && known && found.hint.is_some() {
        words.push(found.class.meaning().to_owned());
    } else if found.differences.is_empty() {
        let side = found.ledger.as_ref().or(found.book.as_ref());
        let more = side.map_or_else(String::new, |side| match side.get("location") {
            "" => format!(": {}", side.in_words()),
            location => format!(": {} {} at {location}", side.get("qty"), side.get("uom")),
        });
        words.push(format!("{}{more}", found.class.meaning()));
    }
    words.extend(found.hint.clone());
    words.extend(found.known.as_ref().map(|known| known.why.clone()));
    words.join("; ")
}

/// The breaks as CSV, one a line.
pub(super) fn csv(outcome: &Outcome, context: &Context) -> Result<(), CommandError> {
    let mut table = csv_line(CSV.map(str::to_owned));
    for found in &outcome.report.breaks {
        let fields: Vec<&str> = found.differences.iter().map(|difference| difference.field).collect();
        let side = |side: &Option<_>| {
            side.as_ref().map_or_else(String::new, ledger_core::domain::reconcile::run::Side::in_words)
        };
        let candidate = found.candidate.as_ref().map(|nearest| {
            let row = nearest.row.map_or_else(String::new, |row| format!("line {row}: "));
            format!("{row}{}", nearest.side.in_words())
        });
        table.push_str(&csv_line([
            found.id.as_ref().map_or_else(String::new, ToString::to_string),
            found.run.to_string(),
            found.class.to_string(),
            found.subject.clone(),
            numbers(found),
            fields.join(" "),
            side(&found.ledger),
            side(&found.book),
            found.delta.clone().unwrap_or_default(),
            candidate.unwrap_or_default(),
            found.hint.clone().unwrap_or_default(),
            found.since.to_string(),
            found.days.to_string(),
            found.age.clone(),
            found.by.to_string(),
            found.known.as_ref().map_or_else(String::new, |known| known.status.to_owned()),
        ]));
    }
    for bad in &outcome.bad_rows {
        context.talk(format_args!("not read: {bad}"));
    }
    context.write(table.as_bytes())?;
    context.talk(summary(outcome));
    Ok(())
}

/// One line of CSV (RFC 4180).
fn csv_line<const N: usize>(values: [String; N]) -> String {
    let quoted = values.map(|value| {
        let plain = !value.contains([',', '"', '\n', '\r']);
        if plain { value } else { format!("\"{}\"", value.replace('"', "\"\"")) }
    });
    format!("{}\r\n", quoted.join(","))
}
