//! `diff`: what changed between two states.

mod rows;

use std::collections::BTreeSet;

use ledger_core::domain::{State, Subject};
use ledger_core::journal::{self, Moment, Until};
use ledger_core::ledger::difference::{Change, Difference, DifferenceError, differences, value};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::DiffArgs;
use crate::cli::moment::Point;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

pub(crate) fn run(args: &DiffArgs, context: &Context) -> Result<Answer, CommandError> {
    let (from, to) = moments(args, context)?;
    if let Some(party) = args.party {
        // A party that is in neither state cannot be named in a row.
        super::log::require_party(&from.state, party)
            .or_else(|_| super::log::require_party(&to.state, party))?;
    }
    require_tables(args)?;
    let mut counts = Counts::default();
    let mut found: Vec<Difference> = Vec::new();
    let walked = differences(&from.state, &to.state, &mut |difference| {
        if !concerns(&difference, args) {
            return Ok(());
        }
        counts.note(&difference);
        if context.json {
            return context.emit("difference", row(&difference));
        }
        found.push(difference);
        Ok(())
    });
    walked.map_err(|error| match error {
        DifferenceError::Told(error) => error,
        DifferenceError::Row(error) => {
            CommandError::new(Answer::Unknown, format!("could not compare the states: {error}"))
        }
    })?;
    if context.json {
        let counts = json!({ "from": from.head, "to": to.head, "counts": counts });
        context.emit("differences", counts)?;
        return Ok(Answer::Done);
    }
    context.say(format_args!("from {} to {}", place(&from), place(&to)))?;
    rows::tell(&found, args, (&from, &to), context)?;
    context.say(counts.words())?;
    Ok(Answer::Done)
}

fn place(moment: &Moment) -> String {
    let at = moment.head.recorded_at.map_or_else(String::new, |time| format!(" ({time})"));
    human::count(moment.head.size, "entry", "entries") + &at
}

/// The two states, in the order in which they were asked for.
fn moments(args: &DiffArgs, context: &Context) -> Result<(Moment, Moment), CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let until = (args.from.into(), args.to.map_or(Until::End, Until::from));
    let (from, to) = journal::moments(&store, until, &mut |done, total| bar.at(done, total))?;
    for (asked, found) in [(Some(args.from), &from), (args.to, &to)] {
        if let Some(Point::Size(size)) = asked
            && found.head.size < size
        {
            return Err(CommandError::usage(format!(
                "the ledger has {} entries, not {size}",
                found.head.size
            )));
        }
    }
    Ok((from, to))
}

/// Refuses a table that the state does not have.
fn require_tables(args: &DiffArgs) -> Result<(), CommandError> {
    let known = State::tables();
    match args.table.iter().find(|table| !known.contains(&table.as_str())) {
        None => Ok(()),
        Some(table) => Err(CommandError::usage(format!("the state has no table {table}"))
            .hint(format!("its tables are: {}", known.join(", ")))),
    }
}

/// True when the row is asked for.
fn concerns(difference: &Difference, args: &DiffArgs) -> bool {
    let wanted = args.about.iter().cloned().chain(args.party.map(Subject::Party));
    (args.table.is_empty() || args.table.iter().any(|table| table == difference.row.table))
        && wanted.into_iter().all(|subject| names(difference, &subject))
}

/// True when a row names the thing, in its key or in what it was or is.
fn names(difference: &Difference, subject: &Subject) -> bool {
    let written = subject.written();
    let id = written.split_once(':').map_or("", |(_, id)| id);
    let key = value(&difference.row.key);
    if let Subject::Entry(position) = subject {
        let is = |number: &Value| number.as_u64() == Some(*position);
        return is(&key) || key.as_array().is_some_and(|parts| parts.iter().any(is));
    }
    let rows = difference.before.iter().chain(&difference.after).map(|row| value(row));
    let spoken = subject.to_string();
    std::iter::once(key).chain(rows).any(|value| mentions(&value, id, &spoken))
}

/// True when one of the texts in `value` is the thing: its name, so much of it, or the words for it.
fn mentions(value: &Value, id: &str, spoken: &str) -> bool {
    match value {
        Value::String(text) => {
            text == id || text == spoken || text.strip_prefix(id).is_some_and(|rest| rest.starts_with('='))
        }
        Value::Array(values) => values.iter().any(|value| mentions(value, id, spoken)),
        Value::Object(fields) => fields.iter().any(|(name, value)| name == id || mentions(value, id, spoken)),
        _ => false,
    }
}

/// A difference as programs read it.
fn row(difference: &Difference) -> Value {
    let parsed = |row: &Option<String>| row.as_deref().map_or(Value::Null, value);
    json!({
        "table": difference.row.table,
        "key": value(&difference.row.key),
        "change": difference.change(),
        "before": parsed(&difference.before),
        "after": parsed(&difference.after),
        "fields": difference.fields(),
        "behind": difference.behind.as_ref().map(|row| json!({ "table": row.table, "key": value(&row.key) })),
    })
}

/// How many rows are not the same.
#[derive(Debug, Default, Serialize)]
struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
    tables: BTreeSet<&'static str>,
}

impl Counts {
    fn note(&mut self, difference: &Difference) {
        let count = match difference.change() {
            Change::Added => &mut self.added,
            Change::Removed => &mut self.removed,
            Change::Changed => &mut self.changed,
        };
        *count = count.saturating_add(1);
        self.tables.insert(difference.row.table);
    }

    fn words(&self) -> String {
        let rows = self.added.saturating_add(self.removed).saturating_add(self.changed);
        if rows == 0 {
            return "no row differs".into();
        }
        let tables = human::count(self.tables.len() as u64, "table", "tables");
        format!("{} added, {} changed, {} removed, in {tables}", self.added, self.changed, self.removed)
    }
}
