//! `checkpoint make`: the log signs the ledger as it is.

use std::path::PathBuf;

use ledger_core::domain::{Digest, Role};
use ledger_core::journal::Journal;
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::tree::{self, ProveError};
use ledger_core::ledger::witness::{Refusal, Witness};
use ledger_core::store::Store;
use ledger_core::store::checkpoints::CheckpointFiles;
use ledger_core::store::sled::SledStore;
use ledger_core::store::witness_memory::Memory;

use super::pen::{self, Pen};
use super::{compare_root, keys_of, origin_of, words};
use crate::cli::CheckpointMakeArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::{hashes, kept};

pub(super) fn run(args: &CheckpointMakeArgs, context: &Context) -> Result<Answer, CommandError> {
    context.ledger()?;
    let pen = Pen::open(&args.key, &args.memory)?;
    let (signed, journal) = now(pen, context)?;
    let judged = keys_of(journal.tip())?.judge(&signed);
    words::tell(&signed, judged.ok().as_ref(), context)?;
    Ok(Answer::Done)
}

/// A checkpoint of the ledger as it is, signed and kept with it, for any command that needs one. The ledger is free
/// again when what comes back is dropped.
pub(crate) fn now(
    pen: Pen,
    context: &Context,
) -> Result<(SignedCheckpoint, Journal<SledStore>), CommandError> {
    let journal = context.open()?;
    hashes::keep_up(&journal, context.ledger()?, context);
    let mut operator = LogOperator::ready(pen, &journal, context)?;
    let signed = operator.sign(&journal, context)?;
    Ok((signed, journal))
}

/// The log's key at work, on a ledger that is open for writing.
pub(crate) struct LogOperator {
    pen: Pen,
    memory: Memory,
    witness: Witness,
    folder: PathBuf,
}

impl LogOperator {
    /// Looks whether this key may sign checkpoints of this ledger and knows what it signed last; signs nothing yet.
    pub(crate) fn ready(
        pen: Pen,
        journal: &Journal<SledStore>,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let folder = context.ledger()?.to_owned();
        pen.party(journal.state(), Role::LogOperator, context.now()?)?;
        let keys = keys_of(journal.tip())?;
        let own = pen::own_keys(&keys, pen.key());
        let memory = pen.memory(context)?;
        let origin = origin_of(journal.tip())?.to_string();
        let witness =
            Witness::resume(origin, Vec::new(), &own, memory.latest()).map_err(|error| pen.lost(&error))?;
        let files = CheckpointFiles::open(&folder);
        let signed_last = witness.latest.map_or(0, |(size, _)| size);
        let mut newest = None;
        for size in files.sizes()? {
            let Some(bytes) = files.read(size)?.filter(|_| size >= signed_last) else { continue };
            let found = kept::parse(&bytes, &format!("the kept checkpoint of {size} entries"))?;
            witness.compare(&own, &found).map_err(|error| pen.lost(&error))?;
            newest = Some(found);
        }
        if let Some(newest) = newest {
            // Another key of the log may have signed it: the log as a whole shows one history.
            let size = newest.checkpoint().size;
            let what = format!("not signed: the kept checkpoint of {size} entries");
            let entries = journal.store().anchor().size;
            hashes::ask(journal.store(), &folder, context, |hashes| {
                compare_root(hashes, entries, &newest, &what)
            })?;
        }
        Ok(Self { pen, memory, witness, folder })
    }

    /// Signs the ledger as it is, and keeps the checkpoint with it.
    pub(crate) fn sign(
        &mut self,
        journal: &Journal<SledStore>,
        context: &Context,
    ) -> Result<SignedCheckpoint, CommandError> {
        // The act that was just recorded may have ended the key.
        self.pen.party(journal.state(), Role::LogOperator, context.now()?)?;
        let Some(next) = journal.head().checkpoint() else {
            return Err(CommandError::new(Answer::No, "the ledger has no entry").hint("found it first"));
        };
        let (head, durable) = (journal.head(), journal.store().anchor());
        if (durable.size, durable.link) != (head.size, head.link) {
            let words =
                format!("not signed: the ledger was {} entries, {} of them durable", head.size, durable.size);
            return Err(CommandError::new(Answer::Unknown, words).hint("open the ledger again, and look"));
        }
        let witness = &self.witness;
        let proof = hashes::ask(journal.store(), &self.folder, context, |hashes| {
            let proof = extension(hashes, witness, &next)?;
            witness.extends(&next, &proof).map_err(|refusal| pen::not_extended(&refusal))?;
            Ok(proof)
        })?;
        let memory = &mut self.memory;
        let line = self
            .witness
            .sign(&next, &proof, self.pen.signer.as_ref(), |bytes| memory.remember(bytes))
            .map_err(|error| pen::unsigned(error, pen::not_extended))?;
        let signed = SignedCheckpoint::new(next, line)
            .map_err(|error| CommandError::new(Answer::Unknown, error.to_string()))?;
        kept::keep(&self.folder, &signed)
    }
}

/// The proof that a checkpoint extends what was signed last.
pub(super) fn extension(
    hashes: &hashes::Hashes<'_>,
    witness: &Witness,
    next: &Checkpoint,
) -> Result<Vec<Digest>, CommandError> {
    let old = witness.latest.map_or(0, |(size, _)| size);
    tree::consistency(hashes, old, next.size).map_err(|error| match error {
        ProveError::OutOfRange { .. } => pen::not_extended(&Refusal::OldAboveNew { old, new: next.size }),
        ProveError::Nodes(error) => error.into(),
    })
}
