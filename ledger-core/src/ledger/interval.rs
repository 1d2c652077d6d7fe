//! When an entry came to be, as far as that can be proven.
//!
//! The time in an entry is what its author says. A cosignature under a checkpoint says more: *at this time this was the
//! largest tree of this ledger that this ministry had seen.* So of an entry, each ministry proves two things:
//!
//! - the **earliest** time at which it had seen a tree that contains the entry: the entry existed then;
//! - the **latest** time at which it had seen only trees without it: it did not know the entry then.
//!
//! **Not after.** A ministry may lie, or its clock be wrong. When at most `liars` do, then of any `liars + 1` ministries
//! one tells the truth, so at the `liars + 1`-th of the earliest times an honest ministry had seen the entry. That is
//! proof: the entry existed.
//!
//! **Not before.** Ministries look at different times, and one that was cut off cosigns an old tree late; that it did not
//! know an entry says nothing of the others. So the bound is the least of the latest times, over all ministries that
//! cosign: until then none of them had seen it, its author's own ministry included. Liars can only lower it. It
//! proves what was not *known*, not what did not *exist*: an entry that claims an earlier time was written later than
//! it says, or kept back; which of the two, only its author knows.
//!
//! While at most `liars` lie, the first bound is never later than the second.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::domain::{Party, Timestamp};

/// Milliseconds in a second. Cosignatures count seconds, entries milliseconds.
const SECOND: u64 = 1_000;

/// What ministries have seen of a ledger, and when.
#[derive(Debug, Clone, Default)]
pub struct Sightings {
    parties: Vec<Sighted>,
}

/// One ministry's cosignatures, by the size of the tree.
#[derive(Debug, Clone)]
struct Sighted {
    /// Sizes, rising, each once.
    sizes: Vec<u64>,
    /// Of each size: the earliest time of a cosignature of this size or a larger one.
    earliest: Vec<u64>,
    /// Of each size: the latest time of a cosignature of this size or a smaller one.
    latest: Vec<u64>,
}

/// The proven time of an entry, in seconds since 1970 (POSIX). A bound that nobody proves is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Until this time no ministry had seen the entry, as they all say.
    pub not_before: Option<u64>,
    /// At this time an honest ministry had seen the entry: it existed.
    pub not_after: Option<u64>,
}

/// That the time in an entry is not the one at which it came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradiction {
    /// It claims a time at which nobody had seen it, nor for long after: written later than it says, or kept back.
    ShownLate {
        /// What the entry says.
        claimed: Timestamp,
        /// When still nobody had seen it.
        not_before: Timestamp,
    },
    /// It claims a time at which it had already been seen. That is false.
    SeenBefore {
        /// What the entry says.
        claimed: Timestamp,
        /// When it had been seen.
        not_after: Timestamp,
    },
}

impl Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Contradiction::ShownLate { claimed, not_before } => write!(
                f,
                "it says that it was recorded at {claimed}, but at {not_before} no ministry had seen it yet, its \
                 author's included: it was written later than it says, or kept back"
            ),
            Contradiction::SeenBefore { claimed, not_after } => write!(
                f,
                "it says that it was recorded at {claimed}, but ministries had cosigned it by {not_after} already: \
                 the time is false"
            ),
        }
    }
}

impl Sightings {
    /// Takes cosignatures: the size of the tree, whose it is, and its time in seconds since 1970 (POSIX). In any order.
    /// That they hold, and that the checkpoints are of one history, is the caller's to check.
    pub fn new(cosignatures: impl IntoIterator<Item = (u64, Party, u64)>) -> Self {
        // Of each party and size: the earliest time and the latest.
        let mut parties: BTreeMap<Party, BTreeMap<u64, (u64, u64)>> = BTreeMap::new();
        for (size, party, time) in cosignatures {
            let times = parties.entry(party).or_default().entry(size).or_insert((time, time));
            *times = (times.0.min(time), times.1.max(time));
        }
        Self { parties: parties.into_values().map(Sighted::new).collect() }
    }

    /// The proven time of an entry, when at most `liars` ministries lie about theirs. Takes
    /// O(ministries · log checkpoints) steps.
    pub fn interval(&self, entry: u64, liars: usize) -> Interval {
        let mut seen: Vec<u64> = self.parties.iter().filter_map(|party| party.seen(entry)).collect();
        seen.sort_unstable();
        // `None` is the least: of a ministry that only cosigned trees with the entry nobody knows since when it knew.
        let not_before = self.parties.iter().map(|party| party.unseen(entry)).min().flatten();
        Interval { not_before, not_after: seen.get(liars).copied() }
    }
}

impl Sighted {
    fn new(times: BTreeMap<u64, (u64, u64)>) -> Self {
        let mut latest: Vec<u64> = times.values().map(|(_, latest)| *latest).collect();
        let mut earliest: Vec<u64> = times.values().map(|(earliest, _)| *earliest).collect();
        let mut so_far = 0;
        for time in &mut latest {
            so_far = (*time).max(so_far);
            *time = so_far;
        }
        let mut so_far = u64::MAX;
        for time in earliest.iter_mut().rev() {
            so_far = (*time).min(so_far);
            *time = so_far;
        }
        Self { sizes: times.into_keys().collect(), earliest, latest }
    }

    /// When it had seen the entry, at the earliest: a tree of a larger size than the entry's position contains it.
    fn seen(&self, entry: u64) -> Option<u64> {
        self.earliest.get(self.without(entry)).copied()
    }

    /// When it had not seen the entry, at the latest.
    fn unseen(&self, entry: u64) -> Option<u64> {
        self.without(entry).checked_sub(1).and_then(|last| self.latest.get(last)).copied()
    }

    /// How many of the sizes are trees without the entry.
    fn without(&self, entry: u64) -> usize {
        self.sizes.partition_point(|size| *size <= entry)
    }
}

impl Interval {
    /// Whether a claimed time lies outside, by more than the tolerated skew in milliseconds.
    ///
    /// A cosignature's second has not ended when it was made, so the entry is given all of it.
    pub fn contradicts(&self, claimed: Timestamp, skew_ms: u64) -> Option<Contradiction> {
        let claim = claimed.as_millis();
        let moment = |second: u64| {
            // Behind the last moment there is none; a liar may claim any second.
            let millis = second.saturating_mul(SECOND);
            Timestamp::from_millis(millis).unwrap_or_else(|_| claimed.later_by(u64::MAX))
        };
        if let Some(second) = self.not_after {
            let end = second.saturating_mul(SECOND).saturating_add(SECOND.saturating_sub(1));
            if claim > end.saturating_add(skew_ms) {
                return Some(Contradiction::SeenBefore { claimed, not_after: moment(second) });
            }
        }
        let second = self.not_before?;
        let late = claim.saturating_add(skew_ms) < second.saturating_mul(SECOND);
        late.then(|| Contradiction::ShownLate { claimed, not_before: moment(second) })
    }
}
