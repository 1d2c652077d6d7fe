//! `checkpoint`: one file an intention.
//!
//! A checkpoint on stdout is its exact text, so that it can be put into a file and sent; who signed it, in words, goes to
//! stderr.

mod check;
mod cosign;
mod list;
pub(crate) mod make;
mod merge;
mod pen;
mod policy;
mod request;
mod show;
mod words;

use std::path::Path;

use ledger_core::domain::Origin;
use ledger_core::ledger::Tip;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::note::MAX_NOTE_BYTES;
use ledger_core::ledger::tree;
use ledger_core::ledger::witnesses::{CheckpointKeys, JudgeError};
use ledger_core::store::checkpoints::CheckpointFiles;

use crate::cli::CheckpointCommand;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::hashes::Hashes;
use crate::kept::{self, unsound};
use crate::render::human;

pub(crate) use pen::Pen;
pub(crate) use words::tell_made;

pub(crate) fn run(command: CheckpointCommand, context: &Context) -> Result<Answer, CommandError> {
    match command {
        CheckpointCommand::Make(args) => make::run(&args, context),
        CheckpointCommand::Cosign(args) => cosign::run(&args, context),
        CheckpointCommand::Request(args) => request::run(&args, context),
        CheckpointCommand::Merge(args) => merge::run(&args, context),
        CheckpointCommand::Show(args) => show::run(&args, context),
        CheckpointCommand::List => list::run(context),
        CheckpointCommand::Check(args) => check::run(&args, context),
        CheckpointCommand::Policy(args) => policy::run(&args, context),
    }
}

/// Reads a checkpoint from a file, or from standard input for `-`.
fn read(file: &Path) -> Result<SignedCheckpoint, CommandError> {
    let bytes = super::check::read(file, MAX_NOTE_BYTES)?;
    kept::parse(&bytes, &file.display().to_string())
}

/// The kept checkpoint of a size, or the newest.
fn kept_of(folder: &Path, size: Option<u64>) -> Result<SignedCheckpoint, CommandError> {
    let files = CheckpointFiles::open(folder);
    let found = match size {
        Some(size) => files.read(size)?.map(|bytes| (size, bytes)),
        None => files.latest()?,
    };
    match (found, size) {
        (Some((size, bytes)), _) => kept::parse(&bytes, &format!("the kept checkpoint of {size} entries")),
        (None, Some(size)) => Err(CommandError::new(
            Answer::No,
            format!("no checkpoint of {size} entries is kept with this ledger"),
        )
        .hint("`jointledger checkpoint list` names those that are")),
        (None, None) => Err(CommandError::new(Answer::No, "no checkpoint is kept with this ledger")
            .hint("make one with `jointledger checkpoint make`")),
    }
}

/// The ledger's name.
fn origin_of(tip: &Tip) -> Result<&Origin, CommandError> {
    let origin = tip.head().origin.as_ref();
    origin.ok_or_else(|| CommandError::new(Answer::No, "the ledger has no entry").hint("found it first"))
}

/// The keys under the ledger's checkpoints.
fn keys_of(tip: &Tip) -> Result<CheckpointKeys, CommandError> {
    Ok(CheckpointKeys::of(tip.state(), origin_of(tip)?))
}

/// A checkpoint that says nothing, in the words of an audit.
fn not_judged(what: &str, error: &JudgeError) -> CommandError {
    let text = format!("{what}: {error}");
    match text.split_once("; ") {
        Some((words, hint)) => unsound(Flaw::Checkpoint, words).hint(hint),
        None => unsound(Flaw::Checkpoint, text),
    }
}

/// Whether the ledger has the root that a checkpoint says, when it has so many entries.
fn compare_root(
    hashes: &Hashes<'_>,
    entries: u64,
    signed: &SignedCheckpoint,
    what: &str,
) -> Result<(), CommandError> {
    let (size, root) = (signed.checkpoint().size, signed.checkpoint().root);
    if size > entries {
        let missing = human::count(size.saturating_sub(entries), "entry", "entries");
        return Err(unsound(
            Flaw::Behind,
            format!("{what}: the ledger had {size} entries when it was signed, {missing} more than are here"),
        )
        .hint(
            "bring this copy up to date; if it is the only one, entries were lost: run `jointledger verify`",
        ));
    }
    let there = tree::root(hashes, size)?;
    if there != root {
        return Err(unsound(
            Flaw::Forked,
            format!("{what}: the first {size} entries had the root {root}, here they have {there}"),
        )
        .hint("there are two histories: append nothing, keep the checkpoint, and compare the copies"));
    }
    Ok(())
}
