//! A key that signs checkpoints, with the memory of what it signed last, and what its holder may do.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use ledger_core::domain::party::KeyStatus;
use ledger_core::domain::{Party, PublicKey, Role, State, Timestamp};
use ledger_core::ledger::Signer;
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::note::VerifierKey;
use ledger_core::ledger::signer::SignerError;
use ledger_core::ledger::witness::{CosignError, MemoryLost, Refusal};
use ledger_core::ledger::witnesses::CheckpointKeys;
use ledger_core::store::StoreError;
use ledger_core::store::witness_memory::Memory;

use crate::cli::{LogKeyArgs, MemoryArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept::unsound;
use crate::keyfile::{KeyArgs, memory_beside, open_signer};

/// A key that signs checkpoints, ready to sign.
pub(crate) struct Pen {
    pub(super) signer: Box<dyn Signer>,
    memory: PathBuf,
}

impl Pen {
    /// Opens the key, and asks for its passphrase when it needs one.
    pub(super) fn open(key: &KeyArgs, memory: &MemoryArgs) -> Result<Self, CommandError> {
        let source = key.source();
        let named = memory.memory.clone().filter(|file| !file.as_os_str().is_empty());
        let memory = match named {
            Some(file) => file,
            None => memory_beside(&source)?.ok_or_else(|| {
                CommandError::usage("nothing says where this key remembers what it signed last")
                    .hint("it has no file of its own here: give --memory FILE, the same one each time")
            })?,
        };
        Ok(Self { signer: open_signer(&source, &mut *key.passphrase())?, memory })
    }

    /// Opens the key of the log, when one is named; `socket` is where ssh-agent listens, when somebody said so.
    pub(crate) fn of_log(log: &LogKeyArgs, socket: Option<&PathBuf>) -> Result<Option<Self>, CommandError> {
        let is_named = |key: &OsString| !key.is_empty();
        if !log.log_key.as_ref().is_some_and(is_named) {
            return Ok(None);
        }
        let key = KeyArgs {
            key: log.log_key.clone(),
            agent_socket: socket.cloned().or_else(|| env::var_os("SSH_AUTH_SOCK").map(PathBuf::from)),
            passphrase_file: log.log_passphrase_file.clone(),
        };
        let memory = MemoryArgs { memory: log.log_memory.clone() };
        let pen = Self::open(&key, &memory).map_err(|error| {
            // The same words as for --key; here it is another flag.
            let hint = error.hint.map(|hint| {
                hint.replace("--memory", "--log-memory").replace("--passphrase-file", "--log-passphrase-file")
            });
            CommandError { hint, ..error }
        })?;
        Ok(Some(pen))
    }

    /// The key.
    pub(super) fn key(&self) -> PublicKey {
        PublicKey::new(self.signer.public_key())
    }

    /// What it signed last, held alone until it is dropped.
    pub(super) fn memory(&self, context: &Context) -> Result<Memory, CommandError> {
        Ok(Memory::open(&self.memory, context.wait())?)
    }

    /// A memory that cannot be relied on.
    pub(super) fn lost(&self, error: &MemoryLost) -> CommandError {
        match error {
            MemoryLost::Behind { remembered: 0, signed } => CommandError::new(
                Answer::Unknown,
                format!(
                    "not signed: this key signed a checkpoint of {signed} entries, and {} remembers nothing of it",
                    self.memory.display()
                ),
            )
            .hint("name the right file with --memory, or bring it back; never begin a new one"),
            MemoryLost::Contradicted(_) => told(Answer::Unsound, "not signed: ", &error.to_string()),
            _ => told(Answer::Unknown, "not signed: ", &error.to_string()),
        }
    }

    /// The party for which the key signs checkpoints now in this role.
    pub(super) fn party(&self, state: &State, role: Role, now: Timestamp) -> Result<Party, CommandError> {
        let key = self.key();
        let officer = state.signing_officer(&key, now).map_err(|rejection| CommandError {
            code: Some(rejection.rule.to_string()),
            hint: rejection.remedy,
            ..CommandError::new(Answer::No, format!("not signed: {}", rejection.why))
        })?;
        if officer.role != role {
            let (short, found, party) = (key.short(), officer.role, officer.party);
            return Err(CommandError::new(
                Answer::No,
                format!("not signed: key {short} is a {found} of {party}, this takes a {role}"),
            )
            .hint(format!(
                "have a key of its own enrolled: `jointledger key enrol FILE --party {party} --role {role}`"
            )));
        }
        Ok(officer.party)
    }
}

/// A key and those that it replaced: under what they signed its holder stands too.
pub(super) fn own_keys(keys: &CheckpointKeys, key: PublicKey) -> Vec<VerifierKey> {
    let all = keys.keys();
    let mut own: Vec<PublicKey> = vec![key];
    let mut at = 0;
    while let Some(by) = own.get(at).copied() {
        let replaced = all.iter().filter(|known| match keys.record_of(known).map(|record| record.status) {
            Some(KeyStatus::Rotated { by: next, .. }) => next == by,
            _ => false,
        });
        let replaced: Vec<_> = replaced.map(|known| known.key).filter(|known| !own.contains(known)).collect();
        own.extend(replaced);
        at = at.saturating_add(1);
    }
    all.into_iter().filter(|known| own.contains(&known.key)).collect()
}

/// Why there is no signature.
pub(super) fn unsigned(
    error: CosignError<StoreError>,
    refused: impl FnOnce(&Refusal) -> CommandError,
) -> CommandError {
    match error {
        CosignError::Refused(refusal) => refused(&refusal),
        CosignError::Signer(error) => signer(&error),
        CosignError::Memory(error) => {
            let error = CommandError::from(error);
            CommandError {
                message: format!("not signed, because it could not be remembered: {}", error.message),
                ..error
            }
        }
    }
}

fn signer(error: &SignerError) -> CommandError {
    told(Answer::Unknown, "not signed: ", &error.to_string())
}

/// A ledger that does not extend what its log signed.
pub(super) fn not_extended(refusal: &Refusal) -> CommandError {
    let hint = "somebody brought an old copy back, or rewrote the history: append nothing, keep the folder as it is, and \
                compare it with the other ministries' copies";
    match refusal {
        Refusal::OldAboveNew { old, new } => unsound(
            Flaw::Behind,
            format!("not signed: this key signed a checkpoint of {old} entries, and the ledger has {new}"),
        )
        .hint(hint),
        Refusal::Inconsistent { old, .. } => unsound(
            Flaw::Forked,
            format!("not signed: the ledger does not extend the {old} entries that this key signed last"),
        )
        .hint(hint),
        other => told(Answer::Unknown, "not signed: ", &other.to_string()),
    }
}

/// What happened stands before the first semicolon, what to do behind it.
pub(super) fn told(answer: Answer, before: &str, text: &str) -> CommandError {
    match text.split_once("; ") {
        Some((message, hint)) => CommandError::new(answer, format!("{before}{message}")).hint(hint),
        None => CommandError::new(answer, format!("{before}{text}")),
    }
}
