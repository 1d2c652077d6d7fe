//! What a ledger hands out so that it can be held to it: checkpoints, proofs, bundles; and how a ledger is made again
//! from a bundle.
//!
//! The hashes inside the tree come from wherever they are kept, and are not believed: whatever is made from them is
//! held against the root of a checkpoint before it is handed out.

use crate::domain::{Digest, Origin, PublicKey};
use crate::ledger::audit::RUN;
use crate::ledger::checkpoint::SignedCheckpoint;
use crate::ledger::entry::{RawEntry, Signatures};
use crate::ledger::finding::{Finding, Flaw};
use crate::ledger::proof::{Proof, join_entries};
use crate::ledger::tip::Tip;
use crate::ledger::tree::{self, Nodes, ProveError};
use crate::store::bundle::BundleWriter;
use crate::store::nodes::{MemoryNodes, NodeFiles, Overlay};
use crate::store::{Anchor, MAX_COMMIT_BYTES, MAX_COMMIT_ENTRIES, Store, StoreError};

use super::audit::document_line;
use super::replay::Progress;
use super::{JournalError, unopened};

/// The links of entries `from` and following, up to and without `to`, in runs.
fn links<S: Store + ?Sized>(
    store: &S,
    from: u64,
    to: u64,
    progress: Progress<'_>,
    take: &mut dyn FnMut(&[Digest]) -> Result<(), StoreError>,
) -> Result<(), JournalError> {
    each_run(store, from, to, progress, &mut |_, run| {
        let links: Vec<_> = run.into_iter().map(|bytes| RawEntry::new(bytes).link()).collect();
        Ok(take(&links)?)
    })
}

/// The entries `from` and following, up to and without `to`, in runs with the position of the first.
fn each_run<S: Store + ?Sized>(
    store: &S,
    from: u64,
    to: u64,
    progress: Progress<'_>,
    take: &mut dyn FnMut(u64, Vec<Vec<u8>>) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let mut at = from;
    while at < to {
        let wanted = usize::try_from(to.saturating_sub(at)).map_or(RUN, |left| left.min(RUN));
        let run = store.read(at, wanted)?;
        if run.is_empty() {
            return Err(StoreError::MissingEntries { have: at, acknowledged: to }.into());
        }
        let next = at.saturating_add(u64::try_from(run.len()).unwrap_or(u64::MAX));
        take(at, run)?;
        at = next;
        progress(at, to);
    }
    Ok(())
}

/// Makes the kept hashes reach as far as the acknowledged entries.
///
/// # Errors
/// The store or the hashes cannot be read, or the hashes not be written.
pub fn keep_up<S: Store + ?Sized>(
    store: &S,
    kept: &mut NodeFiles,
    progress: Progress<'_>,
) -> Result<(), JournalError> {
    let size = store.anchor().size;
    kept.truncate(size)?;
    links(store, kept.size(), size, progress, &mut |links| kept.extend(links))
}

/// The hashes of the tree over the acknowledged entries: those that are kept, and the rest from the entries.
///
/// # Errors
/// The store or the hashes cannot be read.
pub fn hashes<'a, S: Store + ?Sized>(
    store: &S,
    kept: &'a NodeFiles,
    progress: Progress<'_>,
) -> Result<Overlay<'a, NodeFiles>, JournalError> {
    let size = store.anchor().size;
    let from = kept.size().min(size);
    let mut hashes = Overlay::new(kept, from)?;
    links(store, from, size, progress, &mut |links| {
        hashes.extend(links);
        Ok(())
    })?;
    Ok(hashes)
}

/// The hashes of the tree over the acknowledged entries, all from the entries: takes as long as reading them.
///
/// # Errors
/// The store cannot be read.
pub fn fresh_hashes<S: Store + ?Sized>(
    store: &S,
    progress: Progress<'_>,
) -> Result<MemoryNodes, JournalError> {
    let mut hashes = MemoryNodes::default();
    links(store, 0, store.anchor().size, progress, &mut |links| {
        hashes.extend(links);
        Ok(())
    })?;
    Ok(hashes)
}

/// That an entry stands under a checkpoint, for whoever has no ledger; the entry comes with it.
///
/// # Errors
/// The entry is not under the checkpoint; the checkpoint is not this ledger's, or the hashes are not
/// ([`JournalError::Evidence`]); something cannot be read.
pub fn prove<S, N>(
    store: &S,
    hashes: &N,
    entry: u64,
    checkpoint: &SignedCheckpoint,
) -> Result<Proof, JournalError>
where
    S: Store + ?Sized,
    N: Nodes + ?Sized,
    JournalError: From<N::Error>,
{
    let size = checkpoint.checkpoint().size;
    if entry >= size {
        return Err(JournalError::NotUnder { entry, size });
    }
    let bytes = entry_bytes(store, entry)?;
    let path = tree::inclusion(hashes, entry, size).map_err(|error| match error {
        ProveError::OutOfRange { .. } => JournalError::NotUnder { entry, size },
        ProveError::Nodes(error) => error.into(),
    })?;
    let extra = Some(join_entries([bytes.as_slice()]).map_err(|_| too_long(entry))?);
    let proof = Proof { extra, index: entry, path, checkpoint: checkpoint.clone() };
    let leaf = RawEntry::new(bytes).link();
    proof.verify_leaf(&leaf).map_err(|error| {
        let words = format!("it does not stand under the checkpoint of {size} entries: {error}");
        Finding::flaw(entry, Flaw::Forked, words)
    })?;
    Ok(proof)
}

/// Puts into a proof the entries by which the keys under its checkpoint are known, so that it can be checked with the
/// charter's fingerprint alone. `tip` is the ledger's, at or behind the checkpoint.
///
/// # Errors
/// A key cannot be proven by entries of its own; something cannot be read.
pub fn with_keys<S: Store + ?Sized>(store: &S, tip: &Tip, proof: Proof) -> Result<Proof, JournalError> {
    with_keys_and(store, tip, proof, &[])
}

/// As [`with_keys`], with the entries that prove these keys too: the author's, whose history an auditor asks for.
///
/// # Errors
/// As [`with_keys`].
pub fn with_keys_and<S: Store + ?Sized>(
    store: &S,
    tip: &Tip,
    mut proof: Proof,
    also: &[PublicKey],
) -> Result<Proof, JournalError> {
    let keys: Vec<PublicKey> = match &tip.head().origin {
        None => Vec::new(),
        Some(origin) => {
            let known = crate::ledger::witnesses::CheckpointKeys::of(tip.state(), origin).keys();
            let opened = proof.checkpoint.note().open(&known).map_err(|error| {
                let last = proof.checkpoint.checkpoint().size.saturating_sub(1);
                Finding::flaw(last, Flaw::Checkpoint, error.to_string())
            })?;
            opened.by.into_iter().map(|signature| signature.key.key).collect()
        }
    };
    let evidence = tip.key_history().evidence(tip.state(), keys.into_iter().chain(also.iter().copied()))?;
    let mut entries = vec![entry_bytes(store, proof.index)?];
    for entry in evidence {
        entries.push(entry_bytes(store, entry)?);
    }
    let joined = join_entries(entries.iter().map(Vec::as_slice));
    proof.extra = Some(joined.map_err(|_| too_long(proof.index))?);
    Ok(proof)
}

/// The bytes of one acknowledged entry.
///
/// # Errors
/// It is not there, or cannot be read.
pub fn entry_bytes<S: Store + ?Sized>(store: &S, entry: u64) -> Result<Vec<u8>, JournalError> {
    let missing = StoreError::MissingEntries { have: entry, acknowledged: entry.saturating_add(1) };
    store.read(entry, 1)?.into_iter().next().ok_or(missing.into())
}

/// The name of the ledger, as its first entry says; `None` when there is none.
///
/// # Errors
/// The first entry cannot be read, or is none.
pub fn origin<S: Store + ?Sized>(store: &S) -> Result<Option<Origin>, JournalError> {
    if store.anchor().size == 0 {
        return Ok(None);
    }
    let opened = RawEntry::new(entry_bytes(store, 0)?).open(Signatures::VerifiedBefore);
    Ok(Some(opened.map_err(|flaw| unopened(0, flaw))?.origin().clone()))
}

fn too_long(entry: u64) -> JournalError {
    Finding::flaw(entry, Flaw::Size, "it is longer than an entry can be").into()
}

/// Writes what a bundle does not have yet, up to a checkpoint, and the checkpoint.
///
/// `checkpoints` are all signed checkpoints that go with it, by size.
///
/// # Errors
/// The entries do not lead to the checkpoint's root: nothing of it is then put into the bundle's place. Something cannot
/// be read or written.
pub fn export<S, N>(
    store: &S,
    hashes: &N,
    checkpoint: &SignedCheckpoint,
    checkpoints: &[(u64, Vec<u8>)],
    mut writer: BundleWriter,
    progress: Progress<'_>,
) -> Result<(), JournalError>
where
    S: Store + ?Sized,
    N: Nodes + ?Sized,
    JournalError: From<N::Error>,
{
    let (from, size) = (writer.size(), checkpoint.checkpoint().size);
    let mut grown = Overlay::new(hashes, from)?;
    each_run(store, from, size, progress, &mut |first, run| {
        for (entry, bytes) in (first..).zip(run) {
            let raw = RawEntry::new(bytes);
            let opened = raw.open(Signatures::VerifiedBefore).map_err(|flaw| unopened(entry, flaw))?;
            grown.extend(&[opened.link()]);
            writer.append(raw.as_bytes(), opened.link())?;
            for document in &opened.act().documents {
                writer.document(&document_line(entry, document))?;
            }
        }
        Ok(())
    })?;
    if tree::root(&grown, size)? != checkpoint.checkpoint().root {
        let words = format!("the first {size} entries do not have the root of the checkpoint");
        return Err(Finding::flaw(size.saturating_sub(1), Flaw::Forked, words).into());
    }
    for (size, bytes) in checkpoints {
        writer.keep_checkpoint(*size, bytes)?;
    }
    writer.finish(checkpoint.to_string().as_bytes())?;
    Ok(())
}

/// Fills an empty store with the entries of another, as they are. What they are worth is for an audit to say, before or
/// after.
///
/// # Errors
/// The one cannot be read or the other not be written.
pub fn copy<S, T>(from: &S, to: &mut T, progress: Progress<'_>) -> Result<(), JournalError>
where
    S: Store + ?Sized,
    T: Store + ?Sized,
{
    let size = from.anchor().size;
    each_run(from, to.anchor().size, size, progress, &mut |_, run| {
        let mut batch = Vec::new();
        let mut bytes = 0_usize;
        for entry in run {
            let full =
                batch.len() >= MAX_COMMIT_ENTRIES || bytes.saturating_add(entry.len()) > MAX_COMMIT_BYTES;
            if full && !batch.is_empty() {
                commit(to, &batch)?;
                batch.clear();
                bytes = 0;
            }
            bytes = bytes.saturating_add(entry.len());
            batch.push(entry);
        }
        commit(to, &batch)
    })
}

fn commit<T: Store + ?Sized>(to: &mut T, batch: &[Vec<u8>]) -> Result<(), JournalError> {
    let Some(last) = batch.last() else { return Ok(()) };
    let expected = to.anchor();
    let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
    let next = Anchor { size: expected.size.saturating_add(count), link: RawEntry::new(last.clone()).link() };
    Ok(to.commit(expected, batch, next)?)
}
