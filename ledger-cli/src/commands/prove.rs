//! `prove`: that an entry stands in the ledger, for whoever has none.

use std::ops::ControlFlow;

use ledger_core::journal::{self, JournalError, Until};
use ledger_core::ledger::proof::Proof;
use ledger_core::store::Store;
use ledger_core::store::checkpoints::CheckpointFiles;
use ledger_core::store::durable;
use ledger_core::store::nodes::NodeFiles;
use serde_json::json;

use crate::cli::ProveArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::render::human;

pub(crate) fn run(args: &ProveArgs, context: &Context) -> Result<Answer, CommandError> {
    let folder = context.ledger()?;
    let store = context.look()?;
    let checkpoint = match args.size {
        None => kept::best_for(folder, args.entry)?,
        Some(size) => {
            let bytes = CheckpointFiles::open(folder).read(size)?.ok_or_else(|| {
                CommandError::usage(format!("no checkpoint of {size} entries is kept with this ledger"))
                    .hint("`jointledger checkpoint list` names those that are")
            })?;
            kept::parse(&bytes, &format!("the kept checkpoint of {size} entries"))?
        }
    };
    let mut bar = context.progress("hashing");
    let progress = &mut |done, total| bar.at(done, total);
    let kept_hashes = NodeFiles::open(folder, false)?;
    let hashes = journal::hashes(&store, &kept_hashes, progress)?;
    let proof = match journal::prove(&store, &hashes, args.entry, &checkpoint) {
        // The kept hashes are believed by nobody: before the ledger is blamed, all of them are made anew.
        Err(JournalError::Evidence(_)) => {
            journal::prove(&store, &journal::fresh_hashes(&store, progress)?, args.entry, &checkpoint)
        }
        proof => proof,
    }?;
    drop(bar);
    let proof = if args.bare { bare(proof)? } else { with_keys(&store, proof, context)? };
    tell(args, &proof, context)
}

/// Without what somebody who has a policy and the entry does not need.
fn bare(mut proof: Proof) -> Result<Proof, CommandError> {
    let origin = proof.checkpoint.checkpoint().origin.clone();
    proof.extra = None;
    proof.checkpoint = proof.checkpoint.retaining(|line| line.name.as_str() != origin);
    if proof.checkpoint.note().signatures().is_empty() {
        return Err(CommandError::new(Answer::No, "nobody but the log signed the checkpoint")
            .hint("have witnesses cosign it, or leave out --bare"));
    }
    Ok(proof)
}

/// With the entries that prove the keys under its checkpoint.
fn with_keys(store: &dyn Store, proof: Proof, context: &Context) -> Result<Proof, CommandError> {
    let mut bar = context.progress("reading");
    let progress = &mut |done, total| bar.at(done, total);
    let tip = journal::replay(store, Until::End, progress, |_| ControlFlow::Continue(()))?;
    Ok(journal::with_keys(store, &tip, proof)?)
}

fn tell(args: &ProveArgs, proof: &Proof, context: &Context) -> Result<Answer, CommandError> {
    let text = proof.to_string();
    let size = proof.checkpoint.checkpoint().size;
    if let Some(file) = &args.output {
        durable::replace(file, text.as_bytes())?;
    }
    if context.json {
        let line = json!({
            "entry": args.entry,
            "size": size,
            "bytes": text.len(),
            "hashes": proof.path.len(),
            "file": args.output,
            "proof": args.output.is_none().then_some(text),
        });
        context.emit("proof", line)?;
    } else if let Some(file) = &args.output {
        context.say(format_args!(
            "entry {} under the checkpoint of {}: {}",
            args.entry,
            human::count(size, "entry", "entries"),
            file.display()
        ))?;
    } else {
        context.write(text.as_bytes())?;
    }
    Ok(Answer::Done)
}
