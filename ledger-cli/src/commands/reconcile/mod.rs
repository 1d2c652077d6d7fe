//! `reconcile` and `books`: the ledger against a ministry's own books, and what the ledger expects in them.

mod record;
mod tell;

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

use ledger_core::domain::ids::Reference;
use ledger_core::domain::reconcile::run::{
    Ages, Facts, Record, RunReport, Shape, Span, Terms, expected_rows, reconcile_run, shape_of,
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
    /// How many entries the ledger had that was compared.
    size: u64,
}

impl Outcome {
    /// True when every row could be read and nothing differs.
    fn is_clean(&self) -> bool {
        self.bad_rows.is_empty() && self.report.is_clean()
    }
}

pub(crate) fn run(args: &ReconcileArgs, context: &Context) -> Result<Answer, CommandError> {
    if args.record {
        record::check(args)?;
    }
    if args.with.is_some() && !is_of_two(args.run) {
        return Err(CommandError::usage(format!("a run {} is about one ministry", args.run.word()))
            .hint("--with is for the runs intergovernmental and loans"));
    }
    let mut outcome = match shape_of(args.run) {
        None => compare_inventory(args, context)?,
        Some(shape) => compare(args, shape, context)?,
    };
    mark(&mut outcome, context)?;
    let answer = if outcome.is_clean() { Answer::Done } else { Answer::No };
    let told = if args.csv { tell::csv(&outcome, context) } else { tell(&outcome, context) };
    if args.record {
        let recorded = record::run(args, &outcome, context);
        told.and(recorded)?;
        return Ok(answer);
    }
    CommandError::after(told, answer)
}

/// True for the runs in which two parties' books meet.
const fn is_of_two(run: RunKind) -> bool {
    matches!(run, RunKind::Intergovernmental | RunKind::Loans)
}

/// Marks what the ministry has said of the breaks, by the newest entry: it may have been said after the day of the book.
fn mark(outcome: &mut Outcome, context: &Context) -> Result<(), CommandError> {
    if outcome.report.breaks.is_empty() {
        return Ok(());
    }
    let tip = super::end_of(context)?;
    let day = tip.head().recorded_at.map(Timestamp::date);
    if let Some(day) = day.max(outcome.report.as_of) {
        outcome.report.mark_known(tip.state(), day);
    }
    Ok(())
}

/// Where the book comes from.
fn source(args: &ReconcileArgs) -> Result<Reference, CommandError> {
    args.source.clone().map_or_else(|| rows::usual_source(args.run).map_err(CommandError::usage), Ok)
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
    let report = found.in_words(tip.state(), &facts, &terms, &source(args)?);
    Ok(Outcome { report, bad_rows: found.bad_rows, size: tip.head().size })
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
    let (rows, others) = between(args.with, shape, book.rows);
    let mut report = reconcile_run(tip.state(), &facts, &terms, shape, rows);
    report.rows_of_others = book.rows_of_others.saturating_add(others);
    rows::number(&mut report, &source(args)?);
    Ok(Outcome { report, bad_rows: book.bad_rows, size: tip.head().size })
}

/// The rows that are between the ministry and this one, and how many are not.
fn between(with: Option<Party>, shape: &Shape, rows: Vec<Record>) -> (Vec<Record>, u64) {
    let Some(with) = with else { return (rows, 0) };
    let (ours, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| shape.concerns(&row.values, with));
    (ours, u64::try_from(others.len()).unwrap_or(u64::MAX))
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
    Terms { rates: args.rates.clone(), with: args.with, ..agreed(state, args.party, span, tolerances) }
}

/// The terms of a run by what the parties agreed on.
fn agreed(state: &State, party: Party, span: Span, tolerances: Tolerances) -> Terms {
    Terms { party, with: None, span, tolerances, rates: Vec::new(), ages: Ages::agreed(state) }
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
pub(crate) fn inventory(book: &Books, state: &State, day: Date) -> Result<Outcome, CommandError> {
    let tolerances = Tolerances::default();
    let found = book.reconcile(state, tolerances);
    let span = Span { from: None, to: book.as_of.unwrap_or(day) };
    let terms = agreed(state, book.ministry, span, tolerances);
    let facts = Facts::new(RunKind::Inventory);
    let source = rows::usual_source(RunKind::Inventory).map_err(CommandError::usage)?;
    let report = found.in_words(state, &facts, &terms, &source);
    Ok(Outcome { report, bad_rows: found.bad_rows, size: 0 })
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
