//! `checkpoint merge`: brings the signatures of several copies of one checkpoint together.

use std::path::Path;

use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::Flaw;
use ledger_core::store::Store as _;

use super::{compare_root, keys_of, not_judged, read, words};
use crate::cli::CheckpointMergeArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept::unsound;
use crate::{hashes, kept};

pub(super) fn run(args: &CheckpointMergeArgs, context: &Context) -> Result<Answer, CommandError> {
    let copies: Vec<_> = args
        .files
        .iter()
        .map(|file| Ok((file.as_path(), read(file)?)))
        .collect::<Result<_, CommandError>>()?;
    let merged = merge(&copies)?;
    if !context.has_ledger() {
        words::tell(&merged, None, context)?;
        return Ok(Answer::Done);
    }
    let folder = context.ledger()?;
    let journal = context.open()?;
    let keys = keys_of(journal.tip())?;
    // Each by itself, so that a false signature has a name.
    for (file, copy) in &copies {
        keys.judge(copy).map_err(|error| not_judged(&file.display().to_string(), &error))?;
    }
    let judged = keys.judge(&merged).map_err(|error| not_judged("the merged checkpoint", &error))?;
    if !judged.log && !judged.log_doubtful {
        return Err(CommandError::new(Answer::No, "not kept: the log has not signed this checkpoint")
            .hint("merge the copy that `jointledger checkpoint make` printed with them"));
    }
    hashes::ask(journal.store(), folder, context, |hashes| {
        compare_root(hashes, journal.store().anchor().size, &merged, "not kept")
    })?;
    let all = kept::keep(folder, &merged)?;
    let judged = keys.judge(&all).map_err(|error| not_judged("the kept checkpoint", &error))?;
    words::tell(&all, Some(&judged), context)?;
    Ok(Answer::Done)
}

/// All signatures under one text.
fn merge(copies: &[(&Path, SignedCheckpoint)]) -> Result<SignedCheckpoint, CommandError> {
    let Some(((first, merged), others)) = copies.split_first() else {
        return Err(CommandError::usage("no checkpoint was named"));
    };
    let mut merged = merged.clone();
    for (file, other) in others {
        let (one, another) = (merged.checkpoint(), other.checkpoint());
        let names = format!("{} and {}", first.display(), file.display());
        if (&one.origin, one.size) == (&another.origin, another.size) && one.root != another.root {
            return Err(unsound(
                Flaw::Forked,
                format!("{names} are checkpoints of {} entries with different roots", one.size),
            )
            .hint("there are two histories: keep both files, and run `jointledger compare`"));
        }
        merged.merge(other).map_err(|_| {
            CommandError::usage(format!("{names} are different checkpoints"))
                .hint("merge copies of one checkpoint: of one ledger and one size")
        })?;
    }
    Ok(merged)
}
