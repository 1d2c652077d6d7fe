//! `checkpoint cosign`: a ministry's witness vouches for a checkpoint, with its own copy of the ledger or without one.

use std::path::Path;

use ledger_core::domain::{Digest, Role};
use ledger_core::journal::{self, Against};
use ledger_core::ledger::Expectations;
use ledger_core::ledger::audit::Report;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::note::{Algorithm, KeyName, SignatureLine, Verified, VerifierKey};
use ledger_core::ledger::shown::{Lineup, Shown};
use ledger_core::ledger::witness::{MAX_REQUEST_BYTES, Refusal, Request, Witness};
use ledger_core::ledger::witnesses::CheckpointKeys;
use ledger_core::store::bundle::{BundleStore, CHECKPOINT_NAME};
use ledger_core::store::witness_memory::Memory;
use ledger_core::store::{Store, head_file, lock};
use serde_json::json;

use super::pen::{self, Pen};
use super::{make, not_judged, read};
use crate::cli::CheckpointCosignArgs;
use crate::commands::check;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;
use crate::{hashes, kept};

/// So many findings of a copy that does not hold are named; `verify` lists all.
const NAMED_FINDINGS: usize = 5;

pub(super) fn run(args: &CheckpointCosignArgs, context: &Context) -> Result<Answer, CommandError> {
    if !context.has_ledger() {
        return with_request(args, context);
    }
    if !args.logs.is_empty() || args.name.is_some() {
        return Err(CommandError::usage("--log and --name are for a witness without a ledger")
            .hint("leave them out: the ledger names its log and this witness; or leave out --ledger"));
    }
    with_ledger(args, context)
}

/// Cosigns after verifying the ministry's own copy, which must have the root that the checkpoint says.
fn with_ledger(args: &CheckpointCosignArgs, context: &Context) -> Result<Answer, CommandError> {
    let folder = context.ledger()?;
    let pen = Pen::open(&args.key, &args.memory)?;
    let signed = read(&args.file)?;
    let what = args.file.display().to_string();
    let copy = MyCopy::open(folder, context)?;
    let size = signed.checkpoint().size;
    let entries = copy.store().anchor().size;
    if size > entries {
        return Err(CommandError::new(
            Answer::Unknown,
            format!("not cosigned: the checkpoint is of {size} entries, this copy has {entries}"),
        )
        .hint("bring this copy up to date first; when others have no more than you, do not cosign"));
    }
    let report = copy.audit(&signed, &what, context)?;
    let state = &report.state;
    let Some(origin) = &report.head.origin else {
        return Err(CommandError::new(Answer::No, "the ledger has no entry"));
    };
    let keys = CheckpointKeys::of(state, origin);
    keys.judge(&signed).map_err(|error| not_judged(&what, &error))?;
    let party = pen.party(state, Role::Witness, context.now()?)?;
    let own = pen::own_keys(&keys, pen.key());
    let mut memory = pen.memory(context)?;
    let mut witness = Witness::resume(origin.to_string(), logs_of(&keys, size), &own, memory.latest())
        .map_err(|error| pen.lost(&error))?;
    for found in kept::checkpoints(folder)?.iter().chain([&signed]) {
        witness.compare(&own, found).map_err(|error| pen.lost(&error))?;
    }
    let proof = copy.extension(&witness, &signed, folder, context)?;
    let old = witness.latest.map_or(0, |(size, _)| size);
    let request = Request { old, proof, checkpoint: signed };
    let name = KeyName::of_witness(origin, party);
    let line = cosign(&mut witness, &request, &name, &pen, &mut memory, context)?;
    let mut merged = request.checkpoint;
    merged.add(line.clone());
    tell(&line, &merged, context)?;
    match copy {
        MyCopy::Bundle(_) => Ok(()),
        MyCopy::Folder(_) => keep(folder, &merged, context),
    }?;
    Ok(Answer::Done)
}

/// Puts the cosigned checkpoint beside the entries. The cosignature is out already.
fn keep(folder: &Path, merged: &SignedCheckpoint, context: &Context) -> Result<(), CommandError> {
    let kept = lock::write(folder, context.wait())
        .map_err(CommandError::from)
        .and_then(|_lock| kept::keep(folder, merged));
    kept.map(drop).map_err(|error| CommandError {
        message: format!("not kept with the ledger: {}", error.message),
        so_far: Some("the checkpoint is cosigned, and the cosignature was said".into()),
        ..error
    })
}

/// Cosigns what a request proves to extend the checkpoint before (C2SP tlog-witness).
fn with_request(args: &CheckpointCosignArgs, context: &Context) -> Result<Answer, CommandError> {
    if args.logs.is_empty() {
        return Err(CommandError::usage("nothing says whose checkpoints this witness cosigns")
            .hint("give --ledger DIR, to cosign what this ministry's own copy says; or --log VKEY"));
    }
    let Some(name) = &args.name else {
        return Err(CommandError::usage("nothing says under which name this witness cosigns")
            .hint("give --name, such as baltic.example/LV"));
    };
    let name: KeyName = name.parse().map_err(|why| CommandError::usage(format!("--name {name:?}: {why}")))?;
    let pen = Pen::open(&args.key, &args.memory)?;
    let bytes = check::read(&args.file, MAX_REQUEST_BYTES)?;
    let request = Request::parse(&bytes).or_else(|refusal| refused(&refusal, context))?;
    let origin = &request.checkpoint.checkpoint().origin;
    let logs: Vec<VerifierKey> =
        args.logs.iter().filter(|log| log.name.as_str() == origin).cloned().collect();
    if logs.is_empty() {
        return refused(&Refusal::UnknownOrigin, context);
    }
    let own = [VerifierKey { name: name.clone(), algorithm: Algorithm::CosignatureV1, key: pen.key() }];
    let mut memory = pen.memory(context)?;
    let mut witness =
        Witness::resume(origin.clone(), logs, &own, memory.latest()).map_err(|error| pen.lost(&error))?;
    witness.compare(&own, &request.checkpoint).map_err(|error| pen.lost(&error))?;
    let line = cosign(&mut witness, &request, &name, &pen, &mut memory, context)?;
    tell(&line, &request.checkpoint, context)?;
    Ok(Answer::Done)
}

/// Decides, signs, remembers; only then there is a line.
fn cosign(
    witness: &mut Witness,
    request: &Request,
    name: &KeyName,
    pen: &Pen,
    memory: &mut Memory,
    context: &Context,
) -> Result<SignatureLine, CommandError> {
    let time = context.now()?.as_millis() / 1_000;
    let mut told = Ok(());
    let line = witness.cosign(request, name, time, pen.signer.as_ref(), |bytes| memory.remember(bytes));
    let line = line.map_err(|error| {
        pen::unsigned(error, |refusal| {
            told = tell_refusal(refusal, context);
            refusal_error(refusal)
        })
    });
    told?;
    line
}

/// A refusal, told and made an error.
fn refused<T>(refusal: &Refusal, context: &Context) -> Result<T, CommandError> {
    tell_refusal(refusal, context)?;
    Err(refusal_error(refusal))
}

/// To programs a refusal is the answer that a witness gives.
fn tell_refusal(refusal: &Refusal, context: &Context) -> Result<(), CommandError> {
    if context.json {
        context.emit("cosignature", json!({ "status": refusal.status(), "body": refusal.body() }))?;
    }
    Ok(())
}

fn refusal_error(refusal: &Refusal) -> CommandError {
    pen::told(Answer::No, &format!("not cosigned ({}): ", refusal.status()), &refusal.to_string())
}

fn tell(line: &SignatureLine, signed: &SignedCheckpoint, context: &Context) -> Result<(), CommandError> {
    let checkpoint = signed.checkpoint();
    if context.json {
        let answer = json!({
            "status": 200,
            "body": format!("{line}\n"),
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root,
        });
        return context.emit("cosignature", answer);
    }
    context.say(line)?;
    let size = human::count(checkpoint.size, "entry", "entries");
    context.talk(format_args!("{} cosigned {size} of {}", line.name, checkpoint.origin));
    Ok(())
}

/// The keys of the log whose signature counts under a checkpoint of this size.
fn logs_of(keys: &CheckpointKeys, size: u64) -> Vec<VerifierKey> {
    let logs = keys.keys().into_iter().filter(|key| key.algorithm == Algorithm::Ed25519);
    logs.filter(|key| !keys.is_doubtful(&Verified { key: key.clone(), time: None }, size)).collect()
}

/// The ministry's own copy of the ledger.
enum MyCopy {
    Folder(Box<dyn Store>),
    Bundle(BundleStore),
}

impl MyCopy {
    fn open(folder: &Path, context: &Context) -> Result<Self, CommandError> {
        if folder.join(CHECKPOINT_NAME).is_file() && !folder.join(head_file::NAME).exists() {
            return Ok(Self::Bundle(BundleStore::open(folder)?));
        }
        Ok(Self::Folder(Box::new(context.look()?)))
    }

    fn store(&self) -> &dyn Store {
        match self {
            Self::Folder(store) => &**store,
            Self::Bundle(bundle) => bundle,
        }
    }

    /// Verifies all of it, the checkpoint and the kept ones with it; nothing less than sound is cosigned.
    fn audit(
        &self,
        signed: &SignedCheckpoint,
        what: &str,
        context: &Context,
    ) -> Result<Report, CommandError> {
        let mut lineup = Lineup::default();
        lineup.shown.push(Shown { place: what.to_owned(), kept: false, signed: signed.clone() });
        let expected = Expectations { charter: None, now: Some(context.now()?) };
        let mut bar = context.progress("verifying");
        let progress = &mut |done, total| bar.at(done, total);
        let report = match self {
            Self::Folder(store) => {
                for kept in kept::checkpoints(context.ledger()?)? {
                    let place = format!("kept checkpoint of {} entries", kept.checkpoint().size);
                    lineup.shown.push(Shown { place, kept: true, signed: kept });
                }
                let against = Against { expected, lineup, ..Against::default() };
                journal::audit(store, against, progress)?
            }
            Self::Bundle(bundle) => {
                let against = Against { expected, lineup, ..Against::default() };
                journal::audit_bundle(bundle, against, progress)?
            }
        };
        let Some(first) = report.findings.first() else { return Ok(report) };
        let found = human::count(report.found, "finding", "findings");
        let named = report.findings.iter().take(NAMED_FINDINGS).map(ToString::to_string);
        Err(CommandError {
            code: Some(first.code.to_string()),
            so_far: Some(named.collect::<Vec<_>>().join("\n")),
            ..CommandError::new(Answer::Unsound, format!("not cosigned: this copy does not hold: {found}"))
        }
        .hint("`jointledger verify --checkpoint FILE` lists all; do not cosign, and ask the other ministries what they have"))
    }

    /// The proof that the checkpoint extends what the witness signed last.
    fn extension(
        &self,
        witness: &Witness,
        signed: &SignedCheckpoint,
        folder: &Path,
        context: &Context,
    ) -> Result<Vec<Digest>, CommandError> {
        let next = signed.checkpoint();
        if let Some((old, _)) = witness.latest.filter(|(size, _)| *size > next.size) {
            let refusal = Refusal::OldAboveNew { old, new: next.size };
            tell_refusal(&refusal, context)?;
            let (status, new) = (refusal.status(), next.size);
            return Err(CommandError::new(
                Answer::No,
                format!(
                    "not cosigned ({status}): this witness has cosigned {old} entries, and the checkpoint is of {new}"
                ),
            )
            .hint("cosign the newest checkpoint; a cosignature of this one that is lost stays lost"));
        }
        let mut last = Vec::new();
        let checked = hashes::ask(self.store(), folder, context, |hashes| {
            last = make::extension(hashes, witness, next)?;
            witness.extends(next, &last).map_err(|refusal| refusal_error(&refusal))
        });
        // When it does not extend it, the witness says so too.
        match checked {
            Err(error) if error.answer != Answer::No => Err(error),
            _ => Ok(last),
        }
    }
}
