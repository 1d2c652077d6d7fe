//! `reconcile --record`: the statement, the run and its breaks on record.

use std::fs::File;

use ledger_core::exchange::posting::{self, Statement};
use ledger_core::ledger::digest;
use serde_json::json;

use super::{Outcome, is_of_two, source};
use crate::cli::ReconcileArgs;
use crate::context::Context;
use crate::error::CommandError;
use crate::keyfile::open_signer;
use crate::recording::Recording;
use crate::render::{human, json as views};

/// Refuses what cannot be put on record, before anything is compared.
pub(super) fn check(args: &ReconcileArgs) -> Result<(), CommandError> {
    if args.books.as_os_str() == "-" {
        return Err(CommandError::usage(
            "a run on record binds its file by a digest, and standard input is none",
        )
        .hint("save the book in a file"));
    }
    if is_of_two(args.run) && args.with.is_none() {
        return Err(CommandError::usage(format!("a run {} is between two ministries", args.run.word()))
            .hint("name the other one: --with LV"));
    }
    Ok(())
}

/// Records what is not on record yet.
pub(super) fn run(args: &ReconcileArgs, outcome: &Outcome, context: &Context) -> Result<(), CommandError> {
    if let Some(bad) = outcome.bad_rows.first() {
        return Err(CommandError::usage(format!("nothing was recorded: a row could not be read: {bad}"))
            .hint("mend the rows first, so that the run says all that the book says"));
    }
    let report = &outcome.report;
    let file = File::open(&args.books).map_err(CommandError::io("open the book"))?;
    let (sha256, _) = digest::of_document(file).map_err(CommandError::io("read the book"))?;
    let rows = report.book_rows.saturating_add(report.rows_of_others);
    let statement = Statement {
        source: source(args)?,
        as_of: report.as_of.ok_or_else(|| CommandError::usage("the book has no rows"))?,
        sha256,
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
    };
    let signer = open_signer(&args.key.source(), &mut *args.key.passphrase())?;
    let mut recording = Recording::open(&args.receipt, &args.key, context)?;
    let now = context.now()?;
    let state = recording.journal.state();
    let posting = posting::acts(report, &statement, args.with, outcome.size, state, now);
    let posting = posting.map_err(CommandError::usage)?;
    if posting.acts.is_empty() {
        context.talk(format_args!("run {} is on record; nothing new", posting.run));
        return Ok(());
    }
    let mut entries = Vec::new();
    for act in posting.acts {
        let receipt = recording.journal.append(act, context.stamp(signer.as_ref())?)?;
        entries.push(receipt.entry);
        if context.json {
            context.emit("receipt", views::receipt(&receipt))?;
        }
    }
    if context.json {
        context.emit("recorded_run", json!({ "run": posting.run, "entries": entries }))?;
    } else if !args.csv {
        let acts = human::count(entries.len() as u64, "entry", "entries");
        let last = entries.last().copied().unwrap_or_default();
        context.say(format_args!("recorded: run {} in {acts}, the last is {last}", posting.run))?;
    }
    recording.finish(&entries)
}
