//! `compare`: whether one copy of a ledger continues the other, or they are two histories.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use ledger_core::domain::Digest;
use ledger_core::journal::{self, JournalError, Until};
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::fork::{ForkProof, Forked, first_difference};
use ledger_core::ledger::note::VerifierKey;
use ledger_core::ledger::tree::{self, Nodes as _};
use ledger_core::ledger::witnesses::CheckpointKeys;
use ledger_core::store::Store as _;
use ledger_core::store::nodes::MemoryNodes;
use serde::Serialize;
use serde_json::json;

use super::check;
use crate::cli::CompareArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::looked::Looked;
use crate::render::human;

pub(crate) fn run(args: &CompareArgs, context: &Context) -> Result<Answer, CommandError> {
    let left = Side::open(&args.left, context)?;
    let right = Side::open(&args.right, context)?;
    if let (Some(one), Some(other)) = (&left.origin, &right.origin)
        && one != other
    {
        let words = format!("they are two ledgers: {} is {one}, {} is {other}", left.place, right.place);
        return Err(CommandError::new(Answer::No, words));
    }
    match relation(&left, &right)? {
        Relation::Forked => {
            let mut fork = Fork::of(&left, &right, context)?;
            let mut written = None;
            if let (Ok(proven), Some(file)) = (&fork.proof, args.fork_proof.as_deref()) {
                match fs::write(file, proven.proof.render()) {
                    Ok(()) => written = Some(file),
                    Err(error) => fork.proof = Err(format!("could not write {}: {error}", file.display())),
                }
            }
            CommandError::after(tell_fork(&left, &right, &fork, written, context), Answer::Unsound)
        }
        relation => {
            if args.fork_proof.is_some() {
                context.talk("they are not forked: there is no proof to write");
            }
            tell(relation, &left, &right, context)?;
            Ok(Answer::Done)
        }
    }
}

/// What the left one is to the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Relation {
    Same,
    Ahead,
    Behind,
    Forked,
}

/// One of the two.
struct Side {
    /// What the caller named.
    place: String,
    origin: Option<String>,
    size: u64,
    root: Digest,
    /// The entries and the hashes over them; a checkpoint has none.
    history: Option<(Looked, MemoryNodes)>,
    /// The signed checkpoints of this history, by size.
    signed: Vec<SignedCheckpoint>,
}

impl Side {
    fn open(path: &Path, context: &Context) -> Result<Self, CommandError> {
        let place = path.display().to_string();
        if !path.is_dir() {
            let signed = kept::parse(&check::read(path, kept::MAX_BYTES)?, &place)?;
            let checkpoint = signed.checkpoint().clone();
            let (origin, size, root) = (Some(checkpoint.origin), checkpoint.size, checkpoint.root);
            return Ok(Self { place, origin, size, root, history: None, signed: vec![signed] });
        }
        let looked = Looked::open(path, context.wait())?;
        let mut bar = context.progress("hashing");
        // From the entries: the hashes that are kept with them are believed by nobody.
        let hashes = journal::fresh_hashes(&looked, &mut |done, total| bar.at(done, total))?;
        drop(bar);
        let anchor = looked.anchor();
        let root = root_of(&hashes, anchor.size)?;
        let signed = match &looked {
            Looked::Bundle(bundle) => {
                let stated = kept::parse(bundle.checkpoint(), &place)?;
                if stated.checkpoint().root != root {
                    let words = "its entries do not have the root of its checkpoint";
                    return Err(unsound(&place, Flaw::Forked, words));
                }
                kept::of_bundle(bundle)?.into_values().collect()
            }
            Looked::Folder(copy) => {
                let last = anchor.size.checked_sub(1).map(|last| hashes.node(0, last));
                if last.is_some_and(|last| last != Ok(anchor.link)) {
                    return Err(unsound(
                        &place,
                        Flaw::Head,
                        "its last entry is not the one in its head file",
                    ));
                }
                let (shown, _) = journal::kept(copy.folder())?;
                shown.into_iter().map(|shown| shown.signed).collect::<Vec<_>>()
            }
        };
        let origin = journal::origin(&looked)?.map(|origin| origin.to_string());
        let mut side =
            Self { place, origin, size: anchor.size, root, history: Some((looked, hashes)), signed };
        let own = std::mem::take(&mut side.signed).into_iter().filter(|signed| {
            let checkpoint = signed.checkpoint();
            side.root_at(checkpoint.size) == Some(checkpoint.root)
        });
        side.signed = own.collect();
        Ok(side)
    }

    /// The root that it had at a size; `None` when that cannot be told.
    fn root_at(&self, size: u64) -> Option<Digest> {
        if size == self.size {
            return Some(self.root);
        }
        let (_, hashes) = self.history.as_ref().filter(|_| size < self.size)?;
        tree::root(hashes, size).ok()
    }

    /// The newest signed checkpoint of at least a size.
    fn newest(&self, at_least: u64) -> Option<&SignedCheckpoint> {
        self.signed.last().filter(|signed| signed.checkpoint().size >= at_least)
    }

    fn words(&self) -> String {
        format!("{} has {}", self.place, human::count(self.size, "entry", "entries"))
    }
}

fn root_of(hashes: &MemoryNodes, size: u64) -> Result<Digest, CommandError> {
    Ok(tree::root(hashes, size).map_err(JournalError::from)?)
}

fn unsound(place: &str, flaw: Flaw, words: &str) -> CommandError {
    let error = CommandError::new(Answer::Unsound, format!("{place} does not hold: {words}"));
    CommandError { code: Some(flaw.to_string()), ..error }
        .hint(format!("run `jointledger --ledger {place} verify` to see all findings"))
}

fn relation(left: &Side, right: &Side) -> Result<Relation, CommandError> {
    let common = left.size.min(right.size);
    let (Some(one), Some(other)) = (left.root_at(common), right.root_at(common)) else {
        let (larger, smaller) = if left.size > right.size { (left, right) } else { (right, left) };
        let words = format!(
            "it cannot be told: {} is a checkpoint of {} entries without the entries, and whether it continues the {} \
             of {} does not follow from it",
            larger.place, larger.size, smaller.size, smaller.place
        );
        let hint = format!("compare with a folder or a bundle that has {} entries", larger.size);
        return Err(CommandError::new(Answer::Unknown, words).hint(hint));
    };
    Ok(match left.size.cmp(&right.size) {
        _ if one != other => Relation::Forked,
        std::cmp::Ordering::Equal => Relation::Same,
        std::cmp::Ordering::Greater => Relation::Ahead,
        std::cmp::Ordering::Less => Relation::Behind,
    })
}

/// What is known of a fork.
struct Fork {
    /// The first entry that is not the same, when both sides have the entries.
    first_difference: Option<u64>,
    /// The proof for others, or why there is none.
    proof: Result<Proven, String>,
}

struct Proven {
    proof: ForkProof,
    /// Who is accused; `None` when neither side has the entries that name the keys.
    forked: Option<Forked>,
}

impl Fork {
    fn of(left: &Side, right: &Side, context: &Context) -> Result<Self, CommandError> {
        let common = left.size.min(right.size);
        let first_difference = match (&left.history, &right.history) {
            (Some((_, one)), Some((_, other))) => {
                first_difference(one, other, common).map_err(JournalError::from)?
            }
            _ => None,
        };
        // A checkpoint shows the difference when the first entry that differs is under it. Where only a checkpoint is
        // known of one side, the other must have one that is not smaller.
        let at_least = first_difference.map_or(common, |entry| entry.saturating_add(1));
        let proof = prove(left, right, at_least, &mut |side| keys_of(side, context));
        Ok(Self { first_difference, proof })
    }
}

/// Makes the proof, and holds it against the keys that the sides name.
fn prove(
    left: &Side,
    right: &Side,
    at_least: u64,
    keys_of: &mut dyn FnMut(&Side) -> Vec<VerifierKey>,
) -> Result<Proven, String> {
    let signed = |side: &Side| {
        side.newest(at_least).cloned().ok_or_else(|| {
            let place = &side.place;
            format!(
                "{place} has no signed checkpoint of {at_least} entries or more: make one with \
                 `jointledger --ledger {place} checkpoint make`, and compare again"
            )
        })
    };
    let (one, other) = (signed(left)?, signed(right)?);
    let in_order = one.checkpoint().size >= other.checkpoint().size;
    let ((large, larger), (small, smaller)) =
        if in_order { ((one, left), (other, right)) } else { ((other, right), (one, left)) };
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let proof = match &larger.history {
        Some((_, hashes)) => ForkProof::new(large, small, hashes).map_err(|error| words(&error))?,
        // Two checkpoints of one size speak for themselves.
        None => {
            let old_root = large.checkpoint().root;
            ForkProof { left: large, right: small, old_root, consistency: Vec::new(), first_difference: None }
        }
    };
    let proof = match (&larger.history, &smaller.history) {
        (Some((_, one)), Some((_, other))) => proof.locate(one, other).map_err(|error| words(&error))?,
        _ => proof,
    };
    if left.history.is_none() && right.history.is_none() {
        return Ok(Proven { proof, forked: None });
    }
    let keys: BTreeSet<VerifierKey> = keys_of(left).into_iter().chain(keys_of(right)).collect();
    let forked = proof.verify(&keys.into_iter().collect::<Vec<_>>()).map_err(|error| words(&error))?;
    Ok(Proven { proof, forked: Some(forked) })
}

/// The keys that a side names; none when it has no entries, or they do not hold.
fn keys_of(side: &Side, context: &Context) -> Vec<VerifierKey> {
    let Some((looked, _)) = &side.history else { return Vec::new() };
    let mut bar = context.progress("reading");
    let progress = &mut |done, total| bar.at(done, total);
    let tip = match journal::replay(looked, Until::End, progress, |_| ControlFlow::Continue(())) {
        Ok(tip) => tip,
        Err(error) => {
            context.talk(format_args!("{}: {error}", side.place));
            return Vec::new();
        }
    };
    let origin = tip.head().origin.as_ref();
    origin.map_or_else(Vec::new, |origin| CheckpointKeys::of(tip.state(), origin).keys())
}

/// The line for programs.
fn line(relation: Relation, left: &Side, right: &Side) -> serde_json::Value {
    json!({
        "relation": relation,
        "origin": left.origin.as_ref().or(right.origin.as_ref()),
        "left_size": left.size,
        "left_root": left.root,
        "right_size": right.size,
        "right_root": right.root,
        "first_difference": null,
        "both_signed_by": null,
        "fork_proof": null,
        "no_proof": null,
    })
}

fn tell(relation: Relation, left: &Side, right: &Side, context: &Context) -> Result<(), CommandError> {
    if context.json {
        return context.emit("comparison", line(relation, left, right));
    }
    let both = match relation {
        Relation::Same => "and the same root",
        _ => "and the larger continues the smaller",
    };
    let relation = match relation {
        Relation::Same => "same",
        Relation::Ahead => "ahead",
        Relation::Behind => "behind",
        Relation::Forked => "forked",
    };
    context.say(format_args!("{}: {}, {}, {both}", human::good(relation), left.words(), right.words()))
}

fn tell_fork(
    left: &Side,
    right: &Side,
    fork: &Fork,
    written: Option<&Path>,
    context: &Context,
) -> Result<(), CommandError> {
    let forked = fork.proof.as_ref().ok().and_then(|proven| proven.forked.as_ref());
    let both = forked.map(|forked| forked.both.iter().map(ToString::to_string).collect::<Vec<_>>());
    if context.json {
        let mut line = line(Relation::Forked, left, right);
        if let Some(fields) = line.as_object_mut() {
            fields.insert("first_difference".into(), json!(fork.first_difference));
            fields.insert("both_signed_by".into(), json!(both));
            fields.insert("fork_proof".into(), json!(written));
            fields.insert("no_proof".into(), json!(fork.proof.as_ref().err()));
        }
        return context.emit("comparison", line);
    }
    context.say(format_args!(
        "{}: {}, {}, and they are two histories",
        human::bad("forked"),
        left.words(),
        right.words()
    ))?;
    match fork.first_difference {
        Some(entry) => context.say(format_args!("  the first entry that differs is entry {entry}"))?,
        None => {
            let last = left.size.min(right.size).saturating_sub(1);
            context.say(format_args!("  they differ at entry {last} or before"))?;
        }
    }
    match (&fork.proof, both) {
        (Err(why), _) => context.say(format_args!("  no proof for others: {why}"))?,
        (Ok(_), None) => {
            context.say("  whose signatures these are says `jointledger check` with a policy")?
        }
        (Ok(_), Some(both)) if both.is_empty() => context.say("  nobody signed both")?,
        (Ok(_), Some(both)) => context.say(format_args!("  both are signed by  {}", both.join(", ")))?,
    }
    match written {
        None => Ok(()),
        Some(file) => context.say(format_args!("  the proof is in     {}", file.display())),
    }
}
