//! The checkpoints that are kept beside the entries, in a ledger's folder as in a bundle.

use std::collections::BTreeMap;
use std::path::Path;

use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::Flaw;
use ledger_core::store::bundle::BundleStore;
use ledger_core::store::checkpoints::{CheckpointFiles, MAX_CHECKPOINT_BYTES};

use crate::error::{Answer, CommandError};
use crate::looked::Looked;

/// Longest signed checkpoint that is read, in bytes.
pub(crate) const MAX_BYTES: usize = MAX_CHECKPOINT_BYTES;

/// The kept checkpoints, the smallest first.
pub(crate) fn checkpoints(folder: &Path) -> Result<Vec<SignedCheckpoint>, CommandError> {
    let files = CheckpointFiles::open(folder);
    let mut kept = Vec::new();
    for size in files.sizes()? {
        if let Some(bytes) = files.read(size)? {
            kept.push(parse(&bytes, &format!("the kept checkpoint of {size} entries"))?);
        }
    }
    Ok(kept)
}

/// The checkpoints that are kept with what is looked at, by size; of a bundle also the one that makes it.
pub(crate) fn of(looked: &Looked) -> Result<BTreeMap<u64, SignedCheckpoint>, CommandError> {
    match looked {
        Looked::Folder(copy) => {
            let mut kept = BTreeMap::new();
            checkpoints(copy.folder())?.into_iter().try_for_each(|signed| merge(&mut kept, signed))?;
            Ok(kept)
        }
        Looked::Bundle(bundle) => of_bundle(bundle),
    }
}

/// The checkpoints in a bundle, by size.
pub(crate) fn of_bundle(bundle: &BundleStore) -> Result<BTreeMap<u64, SignedCheckpoint>, CommandError> {
    let mut kept = BTreeMap::new();
    for size in bundle.checkpoints()? {
        let bytes = bundle.signed_checkpoint(size)?;
        merge(&mut kept, parse(&bytes, &format!("the checkpoint of {size} entries in the bundle"))?)?;
    }
    merge(&mut kept, parse(bundle.checkpoint(), "the checkpoint of the bundle")?)?;
    Ok(kept)
}

/// Takes a checkpoint in; of one that is there, its signatures.
pub(crate) fn merge(
    kept: &mut BTreeMap<u64, SignedCheckpoint>,
    signed: SignedCheckpoint,
) -> Result<(), CommandError> {
    let size = signed.checkpoint().size;
    let Some(there) = kept.get_mut(&size) else {
        kept.insert(size, signed);
        return Ok(());
    };
    there.merge(&signed).map_err(|_| CommandError {
        code: Some("E21".into()),
        ..CommandError::new(Answer::Unsound, format!("there are two different checkpoints of {size} entries"))
            .hint("keep both: together they may prove a fork; `jointledger compare` says")
    })
}

/// Reads a signed checkpoint; `what` names it in the error.
pub(crate) fn parse(bytes: &[u8], what: &str) -> Result<SignedCheckpoint, CommandError> {
    SignedCheckpoint::parse(bytes).map_err(|error| unsound(Flaw::Checkpoint, format!("{what}: {error}")))
}

/// Keeps a checkpoint beside the entries, with the signatures that stand under it there already, durably; gives what
/// then is kept. Whoever calls has the ledger's lock.
pub(crate) fn keep(folder: &Path, signed: &SignedCheckpoint) -> Result<SignedCheckpoint, CommandError> {
    let files = CheckpointFiles::open(folder);
    let size = signed.checkpoint().size;
    let mut all = signed.clone();
    if let Some(bytes) = files.read(size)? {
        let what = format!("the kept checkpoint of {size} entries");
        let mut kept = parse(&bytes, &what)?;
        kept.merge(signed).map_err(|_| {
            unsound(Flaw::Forked, format!("{what} is another than this one")).hint(
                "the ledger has two histories, or its folder two ledgers: keep both checkpoints and compare them",
            )
        })?;
        all = kept;
    }
    let bytes = all.to_string().into_bytes();
    if files.read(size)?.as_deref() != Some(bytes.as_slice()) {
        // What cannot be read again would be worse than nothing.
        parse(&bytes, "the checkpoint with all its signatures")?;
        files.write(size, &bytes)?;
    }
    Ok(all)
}

/// A checkpoint and a ledger do not agree, or a checkpoint is not what it must be.
pub(crate) fn unsound(flaw: Flaw, words: impl Into<String>) -> CommandError {
    CommandError { code: Some(flaw.to_string()), ..CommandError::new(Answer::Unsound, words) }
}

/// The kept checkpoint under which an entry is best proven: the one with the most signatures, and of those the newest.
pub(crate) fn best_for(folder: &Path, entry: u64) -> Result<SignedCheckpoint, CommandError> {
    let kept = checkpoints(folder)?;
    let newest = kept.last().map(|signed| signed.checkpoint().size);
    let covering = kept.into_iter().filter(|signed| signed.checkpoint().size > entry);
    let best = covering.max_by_key(|signed| (signed.note().signatures().len(), signed.checkpoint().size));
    best.ok_or_else(|| {
        let words = match newest {
            None => "no checkpoint is kept with this ledger".to_owned(),
            Some(size) => format!("entry {entry} is not under a checkpoint: the newest is of {size} entries"),
        };
        CommandError::new(Answer::No, words).hint("make one with `jointledger checkpoint make`")
    })
}
