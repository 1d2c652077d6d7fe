//! `check`: what holds without a ledger: proofs, checkpoints, the proofs of forks.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ledger_core::domain::Digest;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::fork::{ForkProof, Forked};
use ledger_core::ledger::keyring::Keyring;
use ledger_core::ledger::note::Verified;
use ledger_core::ledger::policy::Policy;
use ledger_core::ledger::proof::{MAX_PROOF_BYTES, Proof, Proven};
use serde::Serialize;
use serde_json::json;

use crate::cli::{CheckArgs, TrustArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::render::human;

/// Longest file that is read: a proof with its entries, or the proof of a fork, which has two checkpoints.
const MAX_FILE_BYTES: usize = 2 * MAX_PROOF_BYTES;

pub(crate) fn run(args: &CheckArgs, context: &Context) -> Result<Answer, CommandError> {
    let bytes = read(&args.file, MAX_FILE_BYTES)?;
    let what = args.file.display().to_string();
    if bytes.starts_with(b"c2sp.org/tlog-proof@v1") {
        let proof = Proof::parse(&bytes).map_err(|error| unsound(format!("{what}: {error}")))?;
        check_proof(&proof, args, context)
    } else if bytes.starts_with(b"{") {
        let fork = ForkProof::parse(&bytes).map_err(|error| unsound(format!("{what}: {error}")))?;
        check_fork(&fork, args, context)
    } else {
        let signed = kept::parse(&bytes, &what)?;
        let trusted = trust(&signed, &[], args)?;
        tell_checkpoint(&signed, &trusted, context)
    }
}

/// Reads a file, or standard input for `-`; no more than `max` bytes.
pub(crate) fn read(file: &Path, max: usize) -> Result<Vec<u8>, CommandError> {
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|opened| opened.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(CommandError::io(format_args!("read {}", file.display())))?;
    if bytes.len() > max {
        return Err(CommandError::usage(format!("{} is longer than {max} bytes", file.display())));
    }
    Ok(bytes)
}

/// Reads a policy.
pub(crate) fn policy(file: &Path) -> Result<Policy, CommandError> {
    let bytes = read(file, 1_000_000)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CommandError::usage(format!("the policy {} is not UTF-8", file.display())))?;
    text.parse().map_err(|error| CommandError::usage(format!("the policy {}: {error}", file.display())))
}

fn unsound(words: String) -> CommandError {
    CommandError::new(Answer::Unsound, words)
}

/// Who signed a checkpoint, and counts.
#[derive(Debug, Serialize)]
pub(crate) struct Trusted {
    /// True when the log signed.
    log: bool,
    /// Who cosigned, and when, in seconds since 1970.
    cosigned: Vec<(String, u64)>,
}

/// Says who signed, when that is enough.
fn trust(signed: &SignedCheckpoint, evidence: &[&[u8]], args: &CheckArgs) -> Result<Trusted, CommandError> {
    trusted(signed, evidence, args.charter, &args.trust)
}

/// Says who signed, when that is enough for whoever pins the charter's fingerprint, or has a policy.
pub(crate) fn trusted(
    signed: &SignedCheckpoint,
    evidence: &[&[u8]],
    charter: Option<Digest>,
    asked: &TrustArgs,
) -> Result<Trusted, CommandError> {
    if let Some(file) = &asked.policy {
        let trusted = policy(file)?.check_origin(signed, &signed.checkpoint().origin);
        let trusted =
            trusted.map_err(|error| unsound(format!("the checkpoint is not to be trusted: {error}")))?;
        let cosigned = trusted.cosigned.into_iter().map(|by| (by.witness.to_string(), by.time)).collect();
        return Ok(Trusted { log: trusted.log.is_some(), cosigned });
    }
    let Some(charter) = charter else {
        return Err(CommandError::usage("nothing says whose signatures count")
            .hint("give --charter FINGERPRINT or --policy FILE"));
    };
    let entries: Vec<_> = evidence.iter().map(|entry| entry.to_vec()).collect();
    let ring = Keyring::from_evidence(&entries, charter)
        .map_err(|error| unsound(format!("the keys under the checkpoint are not proven: {error}")))?;
    let judged = ring
        .checkpoint_keys()
        .judge(signed)
        .map_err(|error| unsound(format!("the checkpoint is not to be trusted: {error}")))?;
    let cosigned: Vec<_> = judged.cosigned.iter().map(|(party, time)| (party.to_string(), *time)).collect();
    let asked = asked.quorum.unwrap_or(0);
    if cosigned.len() < asked || (cosigned.is_empty() && !judged.log) {
        let by = human::count(cosigned.len() as u64, "ministry has", "ministries have");
        return Err(unsound(format!(
            "the checkpoint is not to be trusted: {by} cosigned it, {asked} are asked for"
        ))
        .hint("merge the cosignatures of more witnesses into it"));
    }
    Ok(Trusted { log: judged.log, cosigned })
}

fn check_proof(proof: &Proof, args: &CheckArgs, context: &Context) -> Result<Answer, CommandError> {
    let brought = proof
        .entries()
        .ok_or_else(|| unsound("what the proof brings with it are not whole entries".into()))?;
    let (first, evidence) = match brought.split_first() {
        Some((first, evidence)) => (Some(*first), evidence),
        None => (None, &[][..]),
    };
    let trusted = trust(&proof.checkpoint, evidence, args)?;
    let not_proven = |error: String| unsound(format!("the proof does not hold: {error}"));
    let given = match &args.entry {
        Some(file) => Some(read(file, usize::from(u16::MAX))?),
        None => None,
    };
    if let Some(link) = args.link {
        proof.verify_leaf(&link).map_err(|error| not_proven(error.to_string()))?;
        return tell_proof(proof, &link, None, &trusted, context);
    }
    let entry = given.as_deref().or(first).ok_or_else(|| {
        CommandError::usage("the proof does not bring the entry").hint("give --entry FILE or --link LINK")
    })?;
    let proven = proof.verify_entry(entry).map_err(|error| not_proven(error.to_string()))?;
    tell_proof(proof, &proven.link, Some(&proven), &trusted, context)
}

fn tell_proof(
    proof: &Proof,
    link: &Digest,
    proven: Option<&Proven>,
    trusted: &Trusted,
    context: &Context,
) -> Result<Answer, CommandError> {
    let checkpoint = proof.checkpoint.checkpoint();
    if context.json {
        let line = json!({
            "holds": true,
            "origin": checkpoint.origin,
            "entry": proof.index,
            "link": link,
            "size": checkpoint.size,
            "root": checkpoint.root,
            "signed_by": trusted,
            "recorded_at": proven.map(|proven| proven.recorded_at),
            "author": proven.map(|proven| proven.author),
            "act": proven.map(|proven| proven.act.id),
            "events": proven.map(|proven| &proven.act.events),
        });
        context.emit("proof", line)?;
        return Ok(Answer::Done);
    }
    let size = human::count(checkpoint.size, "entry", "entries");
    context.say(format_args!(
        "{}: entry {} of {} stands under the checkpoint of {size}",
        human::good("holds"),
        proof.index,
        checkpoint.origin
    ))?;
    if let Some(proven) = proven {
        context.say(format_args!("  {}", human::events(&proven.act.events)))?;
        let key = proven.author.short();
        context.say(format_args!("  recorded {} as its author says, with key {key}", proven.recorded_at))?;
    }
    context.say(format_args!("  {}", by_whom(trusted)))?;
    Ok(Answer::Done)
}

fn tell_checkpoint(
    signed: &SignedCheckpoint,
    trusted: &Trusted,
    context: &Context,
) -> Result<Answer, CommandError> {
    let checkpoint = signed.checkpoint();
    if context.json {
        let line = json!({
            "holds": true,
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root,
            "signed_by": trusted,
        });
        context.emit("checkpoint", line)?;
    } else {
        let size = human::count(checkpoint.size, "entry", "entries");
        context.say(format_args!(
            "{}: {} had {size}, root {}",
            human::good("holds"),
            checkpoint.origin,
            checkpoint.root
        ))?;
        context.say(format_args!("  {}", by_whom(trusted)))?;
    }
    Ok(Answer::Done)
}

pub(crate) fn by_whom(trusted: &Trusted) -> String {
    let log = if trusted.log { "signed by the log" } else { "not signed by the log" };
    let cosigned: Vec<_> =
        trusted.cosigned.iter().map(|(who, time)| format!("{who} ({})", human::seconds(*time))).collect();
    if cosigned.is_empty() {
        format!("{log}; no ministry has cosigned it: it is the log's word alone")
    } else {
        format!("{log}; cosigned by {}", cosigned.join(", "))
    }
}

fn check_fork(fork: &ForkProof, args: &CheckArgs, context: &Context) -> Result<Answer, CommandError> {
    let Some(file) = &args.trust.policy else {
        return Err(CommandError::usage("nothing says whose signatures count").hint("give --policy FILE"));
    };
    let forked = fork
        .verify(&policy(file)?.keys())
        .map_err(|error| unsound(format!("it does not prove a fork: {error}")))?;
    tell_fork(&forked, context)?;
    Ok(Answer::Done)
}

/// Says what a proven fork is.
pub(crate) fn tell_fork(forked: &Forked, context: &Context) -> Result<(), CommandError> {
    let names = |by: &[Verified]| by.iter().map(|by| by.key.name.to_string()).collect::<Vec<_>>();
    let both: Vec<_> = forked.both.iter().map(ToString::to_string).collect();
    if context.json {
        let line = json!({
            "proven": true,
            "origin": forked.origin,
            "size": forked.size,
            "first_difference": forked.first_difference,
            "left_signed_by": names(&forked.left),
            "right_signed_by": names(&forked.right),
            "both_signed_by": both,
        });
        return context.emit("fork", line);
    }
    context.say(format_args!("{}: there are two histories of {}", human::bad("forked"), forked.origin))?;
    match forked.first_difference {
        Some(entry) => context.say(format_args!("  the first entry that differs is entry {entry}"))?,
        None => context.say(format_args!("  they differ within the first {} entries", forked.size))?,
    }
    context.say(format_args!("  one is signed by    {}", names(&forked.left).join(", ")))?;
    context.say(format_args!("  the other by        {}", names(&forked.right).join(", ")))?;
    match both.as_slice() {
        [] => context.say("  nobody signed both"),
        both => context.say(format_args!("  both are signed by  {}", both.join(", "))),
    }
}
