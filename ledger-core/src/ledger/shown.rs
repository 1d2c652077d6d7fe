//! Checkpoints that an audit is shown, held against the entries: what no single copy of a ledger can tell about itself.
//!
//! A ledger that was cut off, rewritten or forked may be sound in itself. It is found out by a checkpoint from elsewhere:
//! the ledger must reach its size, and have its root there. Who signed the checkpoint is asked of the ledger itself, which
//! names the keys of its log and its witnesses; from the cosignatures that hold follows when entries were there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::domain::{Digest, Origin, Party, State, Timestamp};

use super::checkpoint::SignedCheckpoint;
use super::finding::{Finding, Flaw};
use super::interval::{Contradiction, Interval, Sightings};
use super::note::NoteError;
use super::tree::empty_root;
use super::witnesses::{CheckpointKeys, JudgeError, Judged};

/// How late an entry may be shown to witnesses before it is asked why, in milliseconds: seven days.
pub const LATE_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// A checkpoint from somewhere.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Where it comes from, for people: a file.
    pub place: String,
    /// True when it is kept with the ledger, false when the auditor brings it.
    pub kept: bool,
    /// The checkpoint.
    pub signed: SignedCheckpoint,
}

/// Checkpoints, and what is asked of them.
#[derive(Debug, Clone)]
pub struct Lineup {
    /// The checkpoints.
    pub shown: Vec<Shown>,
    /// How many ministries must have cosigned each, when the auditor asks for a number. Under older checkpoints that are
    /// kept with the ledger, the signatures of keys count that were declared compromised since.
    pub quorum: Option<usize>,
    /// How late an entry may be shown to witnesses, in milliseconds.
    pub late_ms: u64,
}

impl Default for Lineup {
    fn default() -> Self {
        Self { shown: Vec::new(), quorum: None, late_ms: LATE_MS }
    }
}

/// What the audit says of a checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Where it comes from.
    pub place: String,
    /// True when it is kept with the ledger, false when the auditor brings it.
    pub kept: bool,
    /// Its size.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// True when the ledger has this root at this size.
    pub holds: bool,
    /// Who signed it; `None` when that cannot be said.
    pub signed_by: Option<Judged>,
}

/// What cosignatures under a ledger's checkpoints prove of the times of its entries.
#[derive(Debug)]
pub struct Proven {
    seen: Sightings,
    /// How many ministries may lie.
    liars: usize,
}

impl Proven {
    /// Takes the checkpoints whose root is the ledger's, as `root_at` knows of a size, and of these the cosignatures that
    /// count.
    pub fn of<'a>(
        checkpoints: impl IntoIterator<Item = &'a SignedCheckpoint>,
        keys: &CheckpointKeys,
        root_at: impl Fn(u64) -> Option<Digest>,
    ) -> Self {
        let mut cosignatures = Vec::new();
        for signed in checkpoints {
            let checkpoint = signed.checkpoint();
            if root_at(checkpoint.size) != Some(checkpoint.root) {
                continue;
            }
            if let Ok(by) = keys.judge(signed) {
                cosignatures
                    .extend(by.cosigned.into_iter().map(|(party, time)| (checkpoint.size, party, time)));
            }
        }
        Self::new(cosignatures, keys)
    }

    fn new(cosignatures: Vec<(u64, Party, u64)>, keys: &CheckpointKeys) -> Self {
        // More than half of those who cosign are taken to be honest.
        let liars = keys.parties().len().saturating_sub(1) / 2;
        Self { seen: Sightings::new(cosignatures), liars }
    }

    /// The proven time of an entry.
    pub fn interval(&self, entry: u64) -> Interval {
        self.seen.interval(entry, self.liars)
    }
}

/// The checkpoints, and what the entries say to them so far.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    lineup: Lineup,
    /// The root at each size that a checkpoint names, once it is reached.
    roots: BTreeMap<u64, Option<Digest>>,
    /// The time that each entry claims, by position, when there is something to hold it against.
    claimed: Vec<Option<Timestamp>>,
}

impl Comparison {
    pub(super) fn with(lineup: Lineup) -> Self {
        let root = |size| (size == 0).then(empty_root);
        let sizes = lineup.shown.iter().map(|shown| shown.signed.checkpoint().size);
        let roots = sizes.map(|size| (size, root(size))).collect();
        Self { lineup, roots, claimed: Vec::new() }
    }

    /// Takes note of the tree behind an entry, and of the time that the entry claims.
    pub(super) fn reach(&mut self, size: u64, claimed: Option<Timestamp>, root: impl FnOnce() -> Digest) {
        if let Some(slot) = self.roots.get_mut(&size) {
            *slot = Some(root());
        }
        if !self.roots.is_empty() {
            self.claimed.push(claimed);
        }
    }

    /// Compares, when the ledger has ended.
    pub(super) fn end(
        self,
        state: &State,
        origin: Option<&Origin>,
        entries: u64,
    ) -> (Vec<Finding>, Vec<Verdict>) {
        let (mut findings, mut verdicts) = (Vec::new(), Vec::new());
        let keys = origin.map(|origin| CheckpointKeys::of(state, origin));
        let mut cosignatures = Vec::new();
        for shown in &self.lineup.shown {
            let checkpoint = shown.signed.checkpoint();
            let (size, place) = (checkpoint.size, &shown.place);
            let judged = self.judge(shown, keys.as_ref()).unwrap_or_else(|unsigned| {
                // Where it goes beyond the entries, keys may be missing with them: so it does not stand before that.
                let last = size.saturating_sub(1).min(entries);
                findings.push(Finding::flaw(last, Flaw::Checkpoint, format!("{place}: {}", unsigned.words)));
                Signed { comparable: unsigned.comparable, by: unsigned.by }
            });
            let there = self.roots.get(&size).copied().flatten();
            let holds = judged.comparable && there == Some(checkpoint.root);
            if judged.comparable && !holds {
                findings.push(difference(shown, there, entries));
            }
            if let Some(by) = judged.by.as_ref().filter(|_| holds) {
                cosignatures.extend(by.cosigned.iter().map(|(party, time)| (size, *party, *time)));
            }
            let root = checkpoint.root;
            verdicts.push(Verdict {
                place: place.clone(),
                kept: shown.kept,
                size,
                root,
                holds,
                signed_by: judged.by,
            });
        }
        if let Some(keys) = keys.filter(|_| !cosignatures.is_empty()) {
            self.hold_times(&Proven::new(cosignatures, &keys), state, &mut findings);
        }
        (findings, verdicts)
    }

    /// Who signed, when that is enough.
    fn judge(&self, shown: &Shown, keys: Option<&CheckpointKeys>) -> Result<Signed, Unsigned> {
        let Some(keys) = keys else {
            return Err(Unsigned::comparable("the ledger has no charter that names who may sign it"));
        };
        let by = keys.judge(&shown.signed).map_err(|error| match error {
            // Whose key it is may stand in the part of the ledger that is not there.
            JudgeError::Note(NoteError::NobodyKnown) => {
                Unsigned::comparable("nobody signed it whose key this ledger names")
            }
            error => Unsigned { words: error.to_string(), comparable: false, by: None },
        })?;
        let newest = self.lineup.shown.iter().map(|shown| shown.signed.checkpoint().size).max();
        let old = shown.kept && newest > Some(shown.signed.checkpoint().size);
        let mut parties: BTreeSet<Party> = by.cosigned.keys().copied().collect();
        if old {
            // It counted when it was made: that a key was compromised since takes no signature off it, and what an older
            // checkpoint no longer proves, the newest does.
            parties.extend(by.doubtful.iter().map(|(party, _)| *party));
        }
        let missing = match self.lineup.quorum {
            Some(quorum) if parties.len() < quorum => {
                Some(format!("{} ministries cosigned it, {quorum} are asked for", parties.len()))
            }
            // What a ledger keeps its own program made, and that begins with the log.
            _ if shown.kept && !by.log && !by.log_doubtful => Some("the log has not signed it".to_owned()),
            _ if !old && parties.is_empty() && !by.log => Some("no signature under it counts".to_owned()),
            _ => None,
        };
        match missing {
            None => Ok(Signed { comparable: true, by: Some(by) }),
            Some(words) => Err(Unsigned { words, comparable: true, by: Some(by) }),
        }
    }

    /// Holds the times that entries claim against those that are proven.
    fn hold_times(&self, proven: &Proven, state: &State, findings: &mut Vec<Finding>) {
        let skew = state.parameters().clock_skew_ms;
        for (entry, claimed) in (0_u64..).zip(&self.claimed) {
            let Some(claimed) = *claimed else { continue };
            let interval = proven.interval(entry);
            let contradiction = match interval.contradicts(claimed, skew) {
                Some(Contradiction::ShownLate { .. }) => {
                    interval.contradicts(claimed, self.lineup.late_ms.max(skew))
                }
                other => other,
            };
            if let Some(contradiction) = contradiction {
                findings.push(Finding::flaw(entry, Flaw::ClockFalse, contradiction.to_string()));
            }
        }
    }
}

/// A checkpoint whose signatures are enough.
struct Signed {
    comparable: bool,
    by: Option<Judged>,
}

/// A checkpoint whose signatures are not enough, and why.
struct Unsigned {
    words: String,
    /// Whether it may still be this ledger's, so that its root is worth a look.
    comparable: bool,
    by: Option<Judged>,
}

impl Unsigned {
    fn comparable(words: &str) -> Self {
        Self { words: words.into(), comparable: true, by: None }
    }
}

/// How a ledger does not agree with a checkpoint.
fn difference(shown: &Shown, there: Option<Digest>, entries: u64) -> Finding {
    let (place, checkpoint) = (&shown.place, shown.signed.checkpoint());
    let (size, root) = (checkpoint.size, checkpoint.root);
    match there {
        None => {
            let missing = size.saturating_sub(entries);
            let words = format!(
                "{place}: the ledger had {size} entries when it was signed, {missing} more than are here"
            );
            Finding::flaw(entries, Flaw::Behind, words)
        }
        Some(there) => {
            let words =
                format!("{place}: the first {size} entries had the root {root}, here they have {there}");
            Finding::flaw(size.saturating_sub(1), Flaw::Forked, words)
        }
    }
}
