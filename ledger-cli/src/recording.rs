//! What every command that records does around it: a ledger that is open for writing; afterwards the hashes of its tree,
//! and, when asked for, a checkpoint and the proofs of what was recorded.

use std::fs;
use std::path::{Path, PathBuf};

use ledger_core::journal::{self, Journal};
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::proof::Proof;
use ledger_core::store::durable;
use ledger_core::store::sled::SledStore;
use serde_json::json;

use crate::cli::ReceiptArgs;
use crate::commands::checkpoint::make::LogOperator;
use crate::commands::checkpoint::{Pen, tell_made};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::hashes;
use crate::keyfile::KeyArgs;
use crate::render::human;

/// A ledger that is open for recording.
pub(crate) struct Recording<'a> {
    pub(crate) journal: Journal<SledStore>,
    operator: Option<LogOperator>,
    /// Where the proofs go.
    receipts: Option<&'a Path>,
    context: &'a Context,
}

impl<'a> Recording<'a> {
    /// Opens the ledger. What the receipts will need is looked at first, so that nothing is recorded when it is wrong.
    pub(crate) fn open(
        receipt: &'a ReceiptArgs,
        key: &KeyArgs,
        context: &'a Context,
    ) -> Result<Self, CommandError> {
        let nothing = |error| CommandError { so_far: Some("nothing was recorded".into()), ..error };
        let receipts = receipt.receipts.as_deref().filter(|folder| !folder.as_os_str().is_empty());
        let pen = Pen::of_log(&receipt.log, key.source().agent_socket.as_ref()).map_err(nothing)?;
        if let Some(folder) = receipts {
            if pen.is_none() {
                return Err(CommandError::usage(
                    "a receipt stands under a checkpoint, and no key of the log was named",
                )
                .hint("give --log-key FILE, or set JOINTLEDGER_LOG_KEY"));
            }
            let make = format!("make the folder {}", folder.display());
            fs::create_dir_all(folder).map_err(CommandError::io(make)).map_err(nothing)?;
        }
        let journal = context.open()?;
        let operator =
            pen.map(|pen| LogOperator::ready(pen, &journal, context)).transpose().map_err(nothing)?;
        Ok(Self { journal, operator, receipts, context })
    }

    /// Does what is to be done after these entries were recorded and acknowledged.
    ///
    /// # Errors
    /// There is no checkpoint, or not all proofs are there. The entries stand; the error says so.
    pub(crate) fn finish(mut self, entries: &[u64]) -> Result<(), CommandError> {
        let context = self.context;
        hashes::keep_up(&self.journal, context.ledger()?, context);
        let (Some(operator), [first, ..]) = (&mut self.operator, entries) else { return Ok(()) };
        let signed = operator.sign(&self.journal, context);
        signed.and_then(|signed| self.hand_out(entries, &signed)).map_err(|error| {
            if error.is_gone {
                return error;
            }
            let what = if self.receipts.is_some() { "the receipts were not all written" } else { "no checkpoint was signed" };
            let stands = match entries {
                [entry] => format!("entry {entry} is recorded and stays"),
                _ => format!("{} are recorded and stay", human::count(count(entries), "entry", "entries")),
            };
            let why = error.hint.map_or_else(String::new, |hint| format!("{hint}; "));
            CommandError {
                code: error.code,
                so_far: Some(stands),
                ..CommandError::new(Answer::Unknown, format!("{what}: {}", error.message))
            }
            .hint(format!(
                "{why}do not record it again; later, `jointledger checkpoint make` and then `jointledger prove {first}` give the proof"
            ))
        })
    }

    fn hand_out(&self, entries: &[u64], signed: &SignedCheckpoint) -> Result<(), CommandError> {
        let mut told = tell_made(signed, self.context);
        let Some(receipts) = self.receipts else { return told };
        let folder = self.context.ledger()?;
        let store = self.journal.store();
        for entry in entries {
            let proof = hashes::ask(store, folder, self.context, |hashes| {
                Ok(journal::prove(store, hashes, *entry, signed)?)
            })?;
            let proof = journal::with_keys(store, self.journal.tip(), proof)?;
            let file = receipts.join(format!("{entry}.tlog-proof"));
            durable::replace(&file, proof.to_string().as_bytes())?;
            // Also when nobody reads of it.
            told = told.and_then(|()| self.tell(&proof, &file));
        }
        told
    }

    fn tell(&self, proof: &Proof, file: &PathBuf) -> Result<(), CommandError> {
        let size = proof.checkpoint.checkpoint().size;
        if !self.context.json {
            return self.context.say(format_args!("receipt: entry {}  {}", proof.index, file.display()));
        }
        let line = json!({
            "entry": proof.index,
            "size": size,
            "bytes": proof.to_string().len(),
            "hashes": proof.path.len(),
            "file": file,
        });
        self.context.emit("proof", line)
    }
}

fn count(entries: &[u64]) -> u64 {
    u64::try_from(entries.len()).unwrap_or(u64::MAX)
}
