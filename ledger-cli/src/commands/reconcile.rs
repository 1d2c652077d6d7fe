//! `reconcile` and `books`: the ledger against a ministry's own inventory.

use std::fs::File;
use std::io::{self, Read};

use ledger_core::domain::Timestamp;
use ledger_core::domain::reconcile::{Break, Tolerances, books_of};
use ledger_core::exchange::books::{self, Books, BooksReport};
use ledger_core::journal::Until;
use serde_json::json;

use crate::cli::{BooksArgs, ReconcileArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

pub(crate) fn run(args: &ReconcileArgs, context: &Context) -> Result<Answer, CommandError> {
    let name = args.books.display();
    let input: Box<dyn Read> = if args.books.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(&args.books).map_err(CommandError::io(format_args!("open {name}")))?)
    };
    let books =
        Books::read(input, args.party).map_err(|error| CommandError::usage(format!("{name}: {error}")))?;
    // A book describes a day; it is compared with the ledger as it was at the end of that day.
    let until = match (Until::from(&args.at), books.as_of) {
        (Until::End, Some(day)) => Until::Time(day.end()),
        (until, _) => until,
    };
    let tip = super::state_at(context, until)?;
    context.talk(format_args!("compared with the ledger after {} entries", tip.head().size));
    let agreed = Tolerances::agreed(tip.state());
    let tolerances = args.fuel_tolerance.map_or(agreed, |fuel_bp| Tolerances { fuel_bp });
    let report = books.reconcile(tip.state(), tolerances);
    let answer = if report.is_clean() { Answer::Done } else { Answer::No };
    CommandError::after(tell(&report, context), answer)
}

/// Says what came of a reconciliation.
pub(crate) fn tell(report: &BooksReport, context: &Context) -> Result<(), CommandError> {
    let result = &report.reconciliation;
    if context.json {
        for bad in &report.bad_rows {
            context.emit("bad_row", bad)?;
        }
        for found in &result.breaks {
            context.emit("break", found)?;
        }
        let line = json!({
            "party": result.ministry,
            "as_of": report.as_of,
            "tolerances": result.tolerances,
            "ledger_lines": result.ledger_lines,
            "book_rows": result.book_rows,
            "rows_of_others": result.rows_of_others,
            "bad_rows": report.bad_rows.len(),
            "matched": result.matched,
            "broken": result.broken,
        });
        return context.emit("reconciliation", line);
    }
    for bad in &report.bad_rows {
        context.say(format_args!("  not read: {bad}"))?;
    }
    if !result.breaks.is_empty() {
        context.say(breaks(&result.breaks))?;
    }
    let of = report.as_of.map_or_else(String::new, |day| format!(" of {day}"));
    let sides = format!(
        "{} lines of the ledger, {} rows of {}'s book{of}",
        result.ledger_lines, result.book_rows, result.ministry
    );
    if report.is_clean() {
        context.say(format_args!("{}: {sides}", human::good("agreed")))
    } else {
        let counts: Vec<_> = result
            .broken
            .iter()
            .map(|(class, count)| format!("{count} {class} {}", class.meaning()))
            .collect();
        let unread = match report.bad_rows.len() {
            0 => String::new(),
            count => format!("; {count} rows could not be read"),
        };
        let broken = human::bad(human::count(result.breaks.len() as u64, "break", "breaks"));
        context.say(format_args!("{broken}: {sides}: {}{unread}", counts.join(", ")))
    }
}

/// The table of breaks.
pub(crate) fn breaks(breaks: &[Break]) -> String {
    let rows = breaks.iter().map(|found| {
        let rows: Vec<_> = found.rows.iter().map(ToString::to_string).collect();
        vec![found.class.to_string(), found.item.to_string(), rows.join(" "), what(found)]
    });
    human::indented(&human::table(&["CLASS", "ITEM", "LINE", "WHAT DIFFERS"], rows))
}

/// A break in words.
pub(crate) fn what(found: &Break) -> String {
    let mut words = Vec::new();
    for difference in &found.differences {
        words.push(format!("{}: ledger {}, book {}", difference.field, difference.ledger, difference.book));
    }
    if found.differences.is_empty() {
        let holding = found.ledger.as_ref().or(found.book.as_ref());
        let amount = holding
            .map_or_else(String::new, |holding| format!(": {} at {}", holding.quantity, holding.location));
        words.push(format!("{}{amount}", found.class.meaning()));
    }
    words.extend(found.hint.clone());
    words.join("; ")
}

pub(crate) fn export(args: &BooksArgs, context: &Context) -> Result<Answer, CommandError> {
    let tip = super::state_at(context, Until::from(&args.at))?;
    let day = tip.head().recorded_at.map(Timestamp::date);
    let day = day.ok_or_else(|| CommandError::usage("the ledger has no entries at that time"))?;
    let rows = books_of(tip.state(), args.party);
    if context.json {
        for row in &rows {
            context.emit("book_row", row)?;
        }
        context.emit("book", json!({ "party": args.party, "as_of": day, "rows": rows.len() }))?;
        return Ok(Answer::Done);
    }
    let mut table = Vec::new();
    books::write(&mut table, day, &rows).map_err(CommandError::io("write the book"))?;
    context.write(&table)?;
    Ok(Answer::Done)
}
