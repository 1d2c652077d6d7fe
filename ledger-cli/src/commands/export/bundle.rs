//! `export`: the ledger as a bundle of plain files, which any verifier can read.

use std::collections::BTreeMap;
use std::path::Path;

use ledger_core::journal::{self, JournalError};
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::tree;
use ledger_core::store::bundle::{BundleStore, BundleWriter};
use ledger_core::store::nodes::MemoryNodes;
use ledger_core::store::{Store as _, StoreError};
use serde_json::json;

use crate::cli::ExportArgs;
use crate::commands::checkpoint::{Pen, make, tell_made};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::looked::Looked;
use crate::render::human;

pub(crate) fn run(args: &ExportArgs, context: &Context) -> Result<Answer, CommandError> {
    let folder = context.ledger()?;
    super::refuse_inside(&args.to, folder)?;
    if let Some(pen) = Pen::of_log(&args.log, None)? {
        // Made and kept by the open ledger, which is closed again before a copy of it is looked at.
        let (signed, journal) = make::now(pen, context)?;
        drop(journal);
        tell_made(&signed, context)?;
    }
    let looked = Looked::open(folder, context.wait())?;
    let mut signed = kept::of(&looked)?;
    let target = target(&signed, &looked, args.to_checkpoint)?;
    signed.retain(|size, _| *size <= target.size);

    let mut bar = context.progress("hashing");
    // Not those that are kept: they are believed by nobody, and the copy was read to its end already.
    let hashes = journal::fresh_hashes(&looked, &mut |done, total| bar.at(done, total))?;
    drop(bar);
    for signed in signed.values() {
        require_root(&hashes, signed.checkpoint(), "the ledger's own checkpoint")?;
    }
    let published = continued(&args.to, &looked, &hashes, &target, &mut signed)?;

    let writer = BundleWriter::open(&args.to)?;
    if writer.published() != published {
        return Err(CommandError::new(Answer::Unknown, "another export wrote into the bundle meanwhile")
            .hint("try again when it is done"));
    }
    let checkpoint = signed.get(&target.size).ok_or_else(|| none(&looked))?;
    let files: Vec<_> =
        signed.iter().map(|(size, signed)| (*size, signed.to_string().into_bytes())).collect();
    let mut bar = context.progress("exporting");
    journal::export(&looked, &hashes, checkpoint, &files, writer, &mut |done, total| bar.at(done, total))?;
    drop(bar);
    tell(args, &target, target.size.saturating_sub(published), files.len(), context)?;
    Ok(Answer::Done)
}

/// The checkpoint at which the bundle ends.
fn target(
    signed: &BTreeMap<u64, SignedCheckpoint>,
    looked: &Looked,
    to_checkpoint: bool,
) -> Result<Checkpoint, CommandError> {
    let entries = looked.anchor().size;
    let (_, newest) = signed.last_key_value().ok_or_else(|| none(looked))?;
    let newest = newest.checkpoint();
    let size = newest.size;
    if size > entries {
        let words =
            format!("a checkpoint of {size} entries is kept with this ledger, which has only {entries}");
        return Err(
            flaw(Flaw::Behind, words).hint("do not append; run `jointledger verify` to see all findings")
        );
    }
    if size < entries && !to_checkpoint {
        let words = format!("the newest checkpoint is of {size} entries, the ledger has {entries}");
        return Err(CommandError::new(Answer::No, words).hint(
            "sign one in the same call with --log-key, make one with `jointledger checkpoint make`, or end there \
             with --to-checkpoint",
        ));
    }
    Ok(newest.clone())
}

fn none(looked: &Looked) -> CommandError {
    let entries = human::count(looked.anchor().size, "entry", "entries");
    CommandError::new(Answer::No, format!("no checkpoint is kept with this ledger of {entries}"))
        .hint("sign one in the same call with --log-key, or make one with `jointledger checkpoint make`")
}

/// Holds what is in the bundle's folder against the ledger, and takes over the signatures that it has. Gives the size of
/// the bundle that is there; 0 when there is none.
fn continued(
    dir: &Path,
    looked: &Looked,
    hashes: &MemoryNodes,
    target: &Checkpoint,
    signed: &mut BTreeMap<u64, SignedCheckpoint>,
) -> Result<u64, CommandError> {
    let bundle = match BundleStore::open(dir) {
        Ok(bundle) => bundle,
        // Whether anything may be exported there, the writer says.
        Err(StoreError::NotABundle { .. } | StoreError::Io { what: "find", .. }) => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    let there = kept::parse(bundle.checkpoint(), "the checkpoint of the bundle")?;
    let there = there.checkpoint();
    let (size, entries) = (there.size, looked.anchor().size);
    if there.origin != target.origin {
        let words = format!("the bundle is one of {}, this ledger is {}", there.origin, target.origin);
        return Err(CommandError::new(Answer::No, words).hint("export into another folder"));
    }
    if size > entries {
        let words = format!("the bundle has {size} entries, this ledger only {entries}");
        return Err(flaw(Flaw::Behind, words).hint(
            "find out where the other entries are before anything is recorded; `jointledger import` makes a ledger \
             of the bundle",
        ));
    }
    if size > target.size {
        let words = format!("the bundle has {size} entries already, the checkpoint is of {}", target.size);
        return Err(CommandError::new(Answer::No, words).hint("make a newer checkpoint"));
    }
    require_root(hashes, there, "the bundle's checkpoint")?;
    // What is written now continues the right edge of what is there.
    if tree::root(&bundle, size)? != there.root {
        let words = "the tiles of the bundle do not have the root of its checkpoint".to_owned();
        return Err(flaw(Flaw::Tile, words).hint("keep it as it is, and export into a new folder"));
    }
    let edge = size & !0xff;
    if bundle.read(edge, 256)? != looked.read(edge, usize::try_from(size & 0xff).unwrap_or(0))? {
        let words = format!("the entries from {edge} on are others in the bundle than in this ledger");
        return Err(flaw(Flaw::Bundle, words).hint("keep it as it is, and export into a new folder"));
    }
    for (_, theirs) in kept::of_bundle(&bundle)? {
        require_root(hashes, theirs.checkpoint(), "a checkpoint in the bundle")?;
        kept::merge(signed, theirs)?;
    }
    Ok(size)
}

/// The ledger has the root that a checkpoint says.
fn require_root(hashes: &MemoryNodes, checkpoint: &Checkpoint, what: &str) -> Result<(), CommandError> {
    let Checkpoint { size, root, .. } = checkpoint;
    let here = tree::root(hashes, *size).map_err(JournalError::from)?;
    if here == *root {
        return Ok(());
    }
    let words = format!("forked: {what} of {size} entries says the root {root}, this ledger has {here}");
    Err(flaw(Flaw::Forked, words)
        .hint("nothing was written; keep both, and find the entry with `jointledger compare`"))
}

fn flaw(flaw: Flaw, words: String) -> CommandError {
    CommandError { code: Some(flaw.to_string()), ..CommandError::new(Answer::Unsound, words) }
}

fn tell(
    args: &ExportArgs,
    target: &Checkpoint,
    new: u64,
    checkpoints: usize,
    context: &Context,
) -> Result<(), CommandError> {
    if context.json {
        let line = json!({
            "origin": target.origin,
            "entries": target.size,
            "new_entries": new,
            "root": target.root,
            "checkpoints": checkpoints,
            "folder": args.to,
        });
        return context.emit("export", line);
    }
    let entries = human::count(target.size, "entry", "entries");
    let folder = args.to.display();
    context.say(format_args!("{}: {entries}, {new} of them new, in {folder}", human::good("exported")))?;
    let checkpoints = human::count(checkpoints as u64, "checkpoint", "checkpoints");
    context.say(format_args!("root {} {}; {checkpoints}", target.size, target.root))
}
