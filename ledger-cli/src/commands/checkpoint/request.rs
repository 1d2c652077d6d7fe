//! `checkpoint request`: asks a witness that has no ledger (C2SP tlog-witness).

use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::tree::{self, FromEmpty, ProveError};
use ledger_core::ledger::witness::Request;
use ledger_core::store::Store as _;
use serde_json::json;

use super::{compare_root, kept_of};
use crate::cli::CheckpointRequestArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::hashes;
use crate::kept::unsound;

pub(super) fn run(args: &CheckpointRequestArgs, context: &Context) -> Result<Answer, CommandError> {
    let folder = context.ledger()?;
    let store = context.look()?;
    let signed = kept_of(folder, args.size)?;
    let (old, next) = (args.since, signed.checkpoint().clone());
    if old > next.size {
        return Err(CommandError::new(
            Answer::No,
            format!("the checkpoint is of {} entries, and the witness signed one of {old}", next.size),
        )
        .hint("make a checkpoint now, with `jointledger checkpoint make`, or name a later one with --size"));
    }
    let what = format!("the kept checkpoint of {} entries", next.size);
    let proof = hashes::ask(&store, folder, context, |hashes| {
        compare_root(hashes, store.anchor().size, &signed, &what)?;
        let proof = tree::consistency(hashes, old, next.size).map_err(|error| match error {
            ProveError::Nodes(error) => CommandError::from(error),
            ProveError::OutOfRange { .. } => CommandError::new(Answer::No, error.to_string()),
        })?;
        let old_root = tree::root(hashes, old)?;
        tree::verify_consistency(old, next.size, &proof, &old_root, &next.root, FromEmpty::Accepted)
            .map_err(|error| unsound(Flaw::Forked, format!("{what}: {error}")))?;
        Ok(proof)
    })?;
    let request = Request { old, proof, checkpoint: signed };
    if context.json {
        let text = request.to_string();
        let line = json!({ "old": old, "size": next.size, "hashes": request.proof.len(), "request": text });
        context.emit("request", line)?;
    } else {
        context.write(request.to_string().as_bytes())?;
    }
    Ok(Answer::Done)
}
