//! `checkpoint policy`: whose cosignatures are asked for, and what that tolerates.

use std::collections::BTreeMap;
use std::path::Path;

use ledger_core::domain::Party;
use ledger_core::domain::party::KeyStatus;
use ledger_core::ledger::note::{Algorithm, VerifierKey};
use ledger_core::ledger::policy::{Policy, Tolerance};
use serde_json::json;

use super::keys_of;
use crate::cli::CheckpointPolicyArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(super) fn run(args: &CheckpointPolicyArgs, context: &Context) -> Result<Answer, CommandError> {
    match &args.file {
        Some(file) => of_file(file, context),
        None => of_ledger(args, context),
    }
}

fn of_file(file: &Path, context: &Context) -> Result<Answer, CommandError> {
    let policy = crate::commands::check::policy(file)?;
    let tolerance = policy.tolerance();
    if context.json {
        context.emit("policy", line(&policy, None, &tolerance))?;
    } else {
        context.say(format_args!("{}\n{tolerance}", in_short(&tolerance)))?;
    }
    Ok(Answer::Done)
}

fn of_ledger(args: &CheckpointPolicyArgs, context: &Context) -> Result<Answer, CommandError> {
    let keys = keys_of(&crate::commands::end_of(context)?)?;
    let (mut logs, mut parties) = (Vec::new(), BTreeMap::<Party, Vec<VerifierKey>>::new());
    // A signature of a key that was replaced counts: older checkpoints have it.
    for key in keys.keys() {
        let Some(record) = keys.record_of(&key) else { continue };
        match (&record.status, key.algorithm) {
            (KeyStatus::Revoked { .. } | KeyStatus::Compromised { .. }, _) => {}
            (_, Algorithm::Ed25519) => logs.push(key),
            (_, Algorithm::CosignatureV1) => parties.entry(record.party).or_default().push(key),
        }
    }
    let no_such = |what: &str, role: &str| {
        CommandError::new(Answer::No, format!("there is no policy yet: this ledger names no {what}"))
            .hint(format!("have one enrolled: `jointledger key enrol FILE --party EE --role {role}`"))
    };
    if logs.is_empty() {
        return Err(no_such("key of a log", "LOG"));
    }
    if parties.is_empty() {
        return Err(no_such("witness", "WIT"));
    }
    let enough = args.quorum.unwrap_or(parties.len());
    let policy = Policy::of_parties(keys.origin(), &logs, &parties, enough)
        .map_err(|error| CommandError::usage(error.to_string()))?;
    let tolerance = policy.tolerance();
    if context.json {
        context.emit("policy", line(&policy, Some((enough, parties.len())), &tolerance))?;
    } else {
        context.write(policy.to_string().as_bytes())?;
        let all = parties.len();
        context.talk(format_args!("{enough} of {all} ministries must cosign: {}", in_short(&tolerance)));
        context.talk(tolerance);
    }
    Ok(Answer::Done)
}

/// How many may lie, and how many be away.
fn in_short(tolerance: &Tolerance) -> String {
    let liars = match tolerance.faulty {
        None => "not safe: the log alone can show two histories".to_owned(),
        Some(1) => "survives 1 that lies with the log".to_owned(),
        Some(liars) => format!("survives {liars} that lie with the log"),
    };
    format!("{liars}, {} may be offline", tolerance.offline)
}

fn line(policy: &Policy, parties: Option<(usize, usize)>, tolerance: &Tolerance) -> serde_json::Value {
    json!({
        "policy": policy.to_string(),
        "quorum": parties.map(|(enough, _)| enough),
        "ministries": parties.map(|(_, all)| all),
        "intersect": tolerance.intersect,
        "faulty": tolerance.faulty,
        "offline": tolerance.offline,
        "words": format!("{}; {tolerance}", in_short(tolerance)),
    })
}
