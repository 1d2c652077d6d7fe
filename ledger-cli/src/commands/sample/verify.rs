//! `sample verify`: a bundle of evidence, offline.

use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::sample::evidence::{self, Fault, Found, Held};
use ledger_core::store::StoreError;
use ledger_core::store::evidence::EvidenceFolder;
use serde_json::json;

use crate::cli::SampleVerifyArgs;
use crate::commands::check::{Trusted, by_whom, trusted};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

pub(crate) fn run(args: &SampleVerifyArgs, context: &Context) -> Result<Answer, CommandError> {
    if args.charter.is_none() && args.trust.policy.is_none() {
        return Err(CommandError::usage("nothing says whose signatures count")
            .hint("give --charter FINGERPRINT or --policy FILE"));
    }
    let folder = EvidenceFolder::open(&args.folder).map_err(|error| match error {
        StoreError::File { path, reason } => {
            CommandError::new(Answer::Unsound, format!("{}: {reason}", path.display()))
        }
        error => error.into(),
    })?;
    // A wrong policy is a wrong call, and no fault of the evidence.
    if let Some(file) = &args.trust.policy {
        crate::commands::check::policy(file)?;
    }
    let mut signers: Option<Trusted> = None;
    let mut trust = |signed: &SignedCheckpoint, evidence: &[&[u8]]| match trusted(
        signed,
        evidence,
        args.charter,
        &args.trust,
    ) {
        Ok(trusted) => {
            signers = Some(trusted);
            Ok(())
        }
        Err(error) => Err(error.message),
    };
    let (held, faults) = evidence::verify(&folder, args.charter, &mut trust);
    let told = match (&held, context.json) {
        (_, true) => emit(held.as_ref(), &faults, signers.as_ref(), context),
        (Some(held), false) if faults.is_empty() => tell(held, signers.as_ref(), context),
        _ => tell_faults(&faults, context),
    };
    CommandError::after(told, if faults.is_empty() { Answer::Done } else { Answer::Unsound })
}

fn emit(
    held: Option<&Held>,
    faults: &[Fault],
    signers: Option<&Trusted>,
    context: &Context,
) -> Result<(), CommandError> {
    let line = json!({
        "holds": faults.is_empty(),
        "digest": held.map(|held| held.digest),
        "ledger": held.map(|held| &held.manifest.ledger),
        "size": held.map(|held| held.manifest.size),
        "acts": held.map(|held| held.manifest.acts.len()),
        "linked": held.map(|held| held.manifest.linked.len()),
        "missing": held.map(|held| count(held, Found::Missing)),
        "restricted": held.map(|held| count(held, Found::Restricted)),
        "signed_by": signers,
        "faults": faults
            .iter()
            .map(|fault| json!({ "file": fault.path, "what": fault.what }))
            .collect::<Vec<_>>(),
    });
    context.emit("evidence_check", line)
}

fn tell_faults(faults: &[Fault], context: &Context) -> Result<(), CommandError> {
    context.say(format_args!("{}: this is no sound evidence", human::bad("does not hold")))?;
    faults.iter().try_for_each(|Fault { path, what }| context.say(format_args!("  {path}: {what}")))
}

fn tell(held: &Held, signers: Option<&Trusted>, context: &Context) -> Result<(), CommandError> {
    let manifest = &held.manifest;
    context.say(format_args!(
        "{}: {} of {} with {} before and after, under the checkpoint of {}",
        human::good("holds"),
        human::count(manifest.acts.len() as u64, "act", "acts"),
        manifest.ledger,
        manifest.linked.len(),
        human::count(manifest.size, "entry", "entries")
    ))?;
    if let Some(signers) = signers {
        context.say(format_args!("  {}", by_whom(signers)))?;
    }
    for act in &manifest.acts {
        let author = held.proven.get(&act.entry).copied().flatten().map_or_else(
            || "its author's key is not proven here".to_owned(),
            |officer| format!("signed by {} of {}", officer.role, officer.party),
        );
        let missing = act.documents.iter().filter(|document| document.found != Found::Here).count() as u64;
        let documents = if missing == 0 {
            String::new()
        } else {
            format!("; {} not here", human::count(missing, "document", "documents"))
        };
        context.say(format_args!("  entry {}: {author}{documents}", act.entry))?;
    }
    context.say(format_args!("digest {}", held.digest))?;
    context.talk(
        "that the population is the one that the rule gives, only the ledger says: `jointledger sample check`",
    );
    Ok(())
}

fn count(held: &Held, wanted: Found) -> usize {
    let documents = held.manifest.acts.iter().flat_map(|act| &act.documents);
    documents.filter(|document| document.found == wanted).count()
}
