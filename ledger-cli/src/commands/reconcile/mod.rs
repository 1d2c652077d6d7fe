//! `reconcile` and `books`: the ledger against a ministry's own books, and what the ledger expects in them.

mod tell;

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

use ledger_core::domain::reconcile::run::{
    Ages, Facts, RunReport, Shape, Span, Terms, expected_rows, reconcile_run, shape_of,
};
use ledger_core::domain::reconcile::{RunKind, Tolerances, books_of};
use ledger_core::domain::{Date, Party, State, Timestamp};
use ledger_core::exchange::books::{self, BadRow, Books};
use ledger_core::exchange::rows::{self, RunBook};
use ledger_core::journal::{self, Until};
use ledger_core::ledger::Tip;
use serde_json::json;

use crate::cli::{BooksArgs, ReconcileArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
pub(crate) use tell::{tell, what};

/// What came of a run, and what of the book could not be read.
pub(crate) struct Outcome {
    pub(crate) report: RunReport,
    pub(crate) bad_rows: Vec<BadRow>,
}

impl Outcome {
    /// True when every row could be read and nothing differs.
    fn is_clean(&self) -> bool {
        self.bad_rows.is_empty() && self.report.breaks.is_empty()
    }
}

pub(crate) fn run(args: &ReconcileArgs, context: &Context) -> Result<Answer, CommandError> {
    let outcome = match shape_of(args.run) {
        None => compare_inventory(args, context)?,
        Some(shape) => compare(args, shape, context)?,
    };
    let answer = if outcome.is_clean() { Answer::Done } else { Answer::No };
    let told = if args.csv { tell::csv(&outcome, context) } else { tell(&outcome, context) };
    CommandError::after(told, answer)
}

fn open(args: &ReconcileArgs) -> Result<Box<dyn Read>, CommandError> {
    if args.books.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let name = args.books.display();
    Ok(Box::new(File::open(&args.books).map_err(CommandError::io(format_args!("open {name}")))?))
}

fn unread(args: &ReconcileArgs) -> impl FnOnce(books::BooksError) -> CommandError {
    let (name, run) = (args.books.display().to_string(), args.run.word());
    move |error| {
        let hint = format!("`jointledger books --party … --run {run}` writes such a book");
        CommandError::usage(format!("{name}: {error}")).hint(hint)
    }
}

fn compare_inventory(args: &ReconcileArgs, context: &Context) -> Result<Outcome, CommandError> {
    if args.from.is_some() || args.as_of.is_some() {
        return Err(of_a_day(args.run));
    }
    let book = Books::read(open(args)?, args.party).map_err(unread(args))?;
    let (tip, facts) = gather(context, until(args, book.as_of), RunKind::Inventory)?;
    let terms = terms(args, tip.state(), Span { from: None, to: last_day(book.as_of, &tip)? });
    let found = book.reconcile(tip.state(), terms.tolerances);
    let report = found.in_words(tip.state(), &facts, &terms);
    Ok(Outcome { report, bad_rows: found.bad_rows })
}

fn compare(args: &ReconcileArgs, shape: &Shape, context: &Context) -> Result<Outcome, CommandError> {
    let is_of_a_day = shape.is_of_a_day();
    if is_of_a_day && (args.from.is_some() || args.as_of.is_some()) {
        return Err(of_a_day(args.run));
    }
    let book = RunBook::read(open(args)?, shape, args.party).map_err(unread(args))?;
    let day = if is_of_a_day { book.as_of } else { None };
    let (tip, facts) = gather(context, until(args, day), args.run)?;
    let to = last_day(args.as_of.or(book.as_of), &tip)?;
    let terms = terms(args, tip.state(), Span { from: args.from, to });
    let mut report = reconcile_run(tip.state(), &facts, &terms, shape, book.rows);
    report.rows_of_others = book.rows_of_others;
    rows::number(&mut report);
    Ok(Outcome { report, bad_rows: book.bad_rows })
}

fn of_a_day(run: RunKind) -> CommandError {
    CommandError::usage(format!("a book for the run {} says itself which day it describes", run.word()))
        .hint("leave --from and --as-of away; the column as_of counts")
}

/// A book that describes a day is compared with the ledger as it was at the end of that day.
fn until(args: &ReconcileArgs, day: Option<Date>) -> Until {
    match (Until::from(&args.at), day) {
        (Until::End, Some(day)) => Until::Time(day.end()),
        (until, _) => until,
    }
}

fn last_day(day: Option<Date>, tip: &Tip) -> Result<Date, CommandError> {
    let day = day.or(tip.head().recorded_at.map(Timestamp::date));
    day.ok_or_else(|| CommandError::usage("the ledger has no entries at that time"))
}

fn terms(args: &ReconcileArgs, state: &State, span: Span) -> Terms {
    let mut tolerances = Tolerances::agreed(state);
    tolerances.fuel_bp = args.fuel_tolerance.unwrap_or(tolerances.fuel_bp);
    Terms { rates: args.rates.clone(), ..agreed(state, args.party, span, tolerances) }
}

/// The terms of a run by what the parties agreed on.
fn agreed(state: &State, party: Party, span: Span, tolerances: Tolerances) -> Terms {
    Terms { party, span, tolerances, rates: Vec::new(), ages: Ages::agreed(state) }
}

/// Replays the ledger and keeps what the run needs of its entries.
fn gather(context: &Context, until: Until, run: RunKind) -> Result<(Tip, Facts), CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let mut facts = Facts::new(run);
    let tip = journal::replay(&store, until, &mut |done, total| bar.at(done, total), |visit| {
        facts.take(visit.entry.act());
        ControlFlow::Continue(())
    })?;
    if let Until::Size(size) = until
        && tip.head().size < size
    {
        return Err(CommandError::usage(format!("the ledger has {} entries, not {size}", tip.head().size)));
    }
    context.talk(format_args!("compared with the ledger after {} entries", tip.head().size));
    Ok((tip, facts))
}

/// An inventory against a state, on the terms that hold without any agreement.
pub(crate) fn inventory(book: &Books, state: &State, day: Date) -> Outcome {
    let tolerances = Tolerances::default();
    let found = book.reconcile(state, tolerances);
    let span = Span { from: None, to: book.as_of.unwrap_or(day) };
    let terms = agreed(state, book.ministry, span, tolerances);
    let report = found.in_words(state, &Facts::new(RunKind::Inventory), &terms);
    Outcome { report, bad_rows: found.bad_rows }
}

pub(crate) fn export(args: &BooksArgs, context: &Context) -> Result<Answer, CommandError> {
    let (tip, facts) = gather(context, Until::from(&args.at), args.run)?;
    let day = last_day(None, &tip)?;
    let Some(shape) = shape_of(args.run) else {
        return export_inventory(args, tip.state(), day, context);
    };
    if shape.is_of_a_day() && args.from.is_some() {
        return Err(of_a_day(args.run));
    }
    let span = Span { from: args.from, to: day };
    let terms = agreed(tip.state(), args.party, span, Tolerances::agreed(tip.state()));
    let rows = expected_rows(tip.state(), &facts, &terms, shape);
    if context.json {
        for row in &rows {
            context.emit("book_row", rows::in_columns(shape, row))?;
        }
        let (party, run) = (args.party, args.run);
        context.emit("book", json!({ "party": party, "run": run, "as_of": day, "rows": rows.len() }))?;
        return Ok(Answer::Done);
    }
    let mut table = Vec::new();
    rows::write(&mut table, shape, &rows).map_err(CommandError::io("write the book"))?;
    context.write(&table)?;
    Ok(Answer::Done)
}

fn export_inventory(
    args: &BooksArgs,
    state: &State,
    day: Date,
    context: &Context,
) -> Result<Answer, CommandError> {
    let rows = books_of(state, args.party);
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
