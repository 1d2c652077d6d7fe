//! `checkpoint check`: whether a checkpoint is to be relied on, by a policy or by the ledger itself.

use std::ops::ControlFlow;

use ledger_core::journal::{self, Until};
use ledger_core::ledger::finding::Flaw;
use ledger_core::store::Store as _;
use serde_json::json;

use super::{compare_root, keys_of, not_judged, read, words};
use crate::cli::{CheckArgs, CheckpointCheckArgs, TrustArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::hashes;
use crate::kept::unsound;
use crate::render::human;

pub(super) fn run(args: &CheckpointCheckArgs, context: &Context) -> Result<Answer, CommandError> {
    if args.trust.policy.is_some() {
        let trust = TrustArgs { policy: args.trust.policy.clone(), quorum: None };
        let file = args.file.clone();
        return crate::commands::check::run(
            &CheckArgs { file, charter: None, trust, entry: None, link: None },
            context,
        );
    }
    if !context.has_ledger() {
        return Err(CommandError::usage("nothing says whose signatures count")
            .hint("give --policy FILE, or --ledger DIR"));
    }
    with_ledger(args, context)
}

fn with_ledger(args: &CheckpointCheckArgs, context: &Context) -> Result<Answer, CommandError> {
    let folder = context.ledger()?;
    let signed = read(&args.file)?;
    let what = args.file.display().to_string();
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let progress = &mut |done, total| bar.at(done, total);
    let tip = journal::replay(&store, Until::End, progress, |_| ControlFlow::Continue(()))?;
    drop(bar);
    let keys = keys_of(&tip)?;
    let judged = keys.judge(&signed).map_err(|error| not_judged(&what, &error))?;
    let asked = args.trust.quorum.unwrap_or_else(|| keys.parties().len());
    let cosigned = judged.cosigned.len();
    if !judged.log {
        return Err(unsound(
            Flaw::Checkpoint,
            format!("{what}: no key of the log signed it whose signature counts"),
        ));
    }
    if cosigned < asked {
        let by = human::count(u64::try_from(cosigned).unwrap_or(u64::MAX), "ministry has", "ministries have");
        return Err(unsound(Flaw::Checkpoint, format!("{what}: {by} cosigned it, {asked} are asked for"))
            .hint("merge the cosignatures of more witnesses into it"));
    }
    hashes::ask(&store, folder, context, |hashes| compare_root(hashes, store.anchor().size, &signed, &what))?;
    let checkpoint = signed.checkpoint();
    if context.json {
        let line = json!({
            "holds": true,
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root,
            "signed_by": judged,
            "quorum": asked,
        });
        context.emit("checkpoint", line)?;
    } else {
        let size = human::count(checkpoint.size, "entry", "entries");
        context.say(format_args!(
            "{}: the first {size} of this ledger have the root {}",
            human::good("holds"),
            checkpoint.root
        ))?;
        context.say(format_args!("  {}", words::by_whom(&judged)))?;
    }
    Ok(Answer::Done)
}
