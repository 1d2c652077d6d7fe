//! The tip: a head, and the state that the entries up to it give. The one gate of the ledger.
//!
//! A clerk's append, a job's replay and an auditor's verification all go through the same middle:
//! check → admit → advance.

use std::collections::BTreeMap;

use crate::domain::{ActId, Admitted, Date, Digest, Event, Rejection, State, Timestamp};

use super::accession;
use super::charter::{fingerprint, unsigned_founder};
use super::day_ends::{DayEnds, false_secrets};
use super::entry::{Body, OpenedEntry, VerifiedEntry};
use super::finding::{Code, Finding, Flaw};
use super::head::Head;
use super::key_history::KeyHistory;
use super::keys::require_sound;

/// Where a ledger ends, and what it says.
#[derive(Debug, Clone)]
pub struct Tip {
    head: Head,
    state: State,
    /// Every act so far and its position, so that none is taken twice.
    acts: BTreeMap<ActId, u64>,
    /// How keys came to be known, for proofs that bring their own keys.
    keys: KeyHistory,
    /// What the ledger was at the end of each day.
    days: DayEnds,
}

/// What the one who checks knows from elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectations {
    /// The fingerprint of the charter, if he pins it.
    pub charter: Option<Digest>,
    /// His clock, if he trusts it: no entry may be further ahead of it than the tolerated skew.
    pub now: Option<Timestamp>,
}

/// Why an entry does not pass the gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first}")]
pub struct Flawed {
    /// The gravest flaw.
    pub first: Finding,
    /// What else is wrong with the entry.
    pub others: Vec<Finding>,
}

impl Default for Tip {
    fn default() -> Self {
        Self {
            head: Head::EMPTY,
            state: State::new(),
            acts: BTreeMap::new(),
            keys: KeyHistory::new(),
            days: DayEnds::default(),
        }
    }
}

impl Tip {
    /// The tip of a ledger that has no entry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the ledger ends.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// What the ledger says.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// How the keys came to be known.
    pub const fn key_history(&self) -> &KeyHistory {
        &self.keys
    }

    /// Size and root that the ledger had at the end of a day that is over, in UTC: what a cut-off or a population of
    /// that day names. Nothing was recorded until then: size 0.
    pub fn at_end_of(&self, day: Date) -> (u64, Digest) {
        self.days.at_end_of(day, &self.head)
    }

    /// The position of an act.
    pub fn position_of(&self, act: &ActId) -> Option<u64> {
        self.acts.get(act).copied()
    }

    /// The gate: says whether an entry belongs here, and makes it readable if it does.
    ///
    /// # Errors
    /// Every flaw that it has, in the order of their codes; the first is the gravest.
    pub fn check(&self, entry: OpenedEntry, expected: Expectations) -> Result<VerifiedEntry, Flawed> {
        let mut findings = self.findings(&entry, expected).into_iter();
        match findings.next() {
            None => Ok(VerifiedEntry::at(self.head.size, entry)),
            Some(first) => Err(Flawed { first, others: findings.collect() }),
        }
    }

    /// As [`check`](Self::check), for the auditor alone, who goes on behind a flawed entry: he takes it as
    /// standing where it stands, so that a false number in it does not shift all that follows.
    pub(super) fn judge(&self, entry: OpenedEntry, expected: Expectations) -> (Vec<Finding>, VerifiedEntry) {
        let findings = self.findings(&entry, expected);
        (findings, VerifiedEntry::at(self.head.size, entry))
    }

    fn findings(&self, entry: &OpenedEntry, expected: Expectations) -> Vec<Finding> {
        let (body, head) = (&entry.body, &self.head);
        let mut findings = Vec::new();
        let mut note = |flaw, reason: String| findings.push(Finding::flaw(head.size, flaw, reason));
        if let Some(origin) = head.origin.as_ref().filter(|origin| **origin != body.origin) {
            note(Flaw::Origin, format!("it belongs to ledger {}, this is {origin}", body.origin));
        }
        if body.seq != head.size {
            note(Flaw::Sequence, format!("it is numbered {}, the next entry is {}", body.seq, head.size));
        }
        if body.previous != head.link {
            note(Flaw::Link, format!("it follows an entry with link {}, not {}", body.previous, head.link));
        }
        if let Some(before) = head.recorded_at.filter(|before| body.recorded_at < *before) {
            note(Flaw::TimeBack, format!("recorded at {}, the entry before at {before}", body.recorded_at));
        }
        if let Some(now) = expected.now {
            let skew = self.skew(entry);
            if body.recorded_at > now.later_by(skew) {
                note(Flaw::TimeAhead, format!("recorded at {}, it is {now} here", body.recorded_at));
            }
        }
        unsound_keys(body).into_iter().for_each(|reason| note(Flaw::UnsoundKey, reason));
        if head.size == 0
            && let Some(reason) = genesis_flaw(entry, expected.charter)
        {
            note(Flaw::Genesis, reason);
        }
        if let Some(first) = self.acts.get(&body.act.id) {
            note(Flaw::Repeated, format!("act {} stands in entry {first} already", body.act.id));
        }
        unsigned_accessions(body).into_iter().for_each(|reason| note(Flaw::Accession, reason));
        self.days.false_claims(body, head).into_iter().for_each(|reason| note(Flaw::DayEnd, reason));
        false_secrets(body, &self.state).into_iter().for_each(|reason| note(Flaw::Secret, reason));
        findings
    }

    /// The tolerated skew: the charter's own for entry 0.
    fn skew(&self, entry: &OpenedEntry) -> u64 {
        match entry.body.act.events.first() {
            Some(Event::LedgerConstituted(founding)) if self.head.size == 0 => {
                founding.charter.parameters.clock_skew_ms
            }
            _ => self.state.parameters().clock_skew_ms,
        }
    }

    /// Says whether the rules allow the entry.
    ///
    /// # Errors
    /// The rule that says no.
    pub fn admit(&self, entry: &VerifiedEntry) -> Result<Admitted, Rejection> {
        self.state.admit(entry.act())
    }

    /// Takes an admitted entry in.
    pub fn advance(&mut self, entry: &VerifiedEntry, admitted: Admitted) {
        self.state.apply(entry.act(), admitted);
        self.keys.note(entry.act());
        self.pass(entry);
    }

    /// Moves the head behind an entry without taking it in: it was found wanting, and the audit goes on.
    pub(super) fn pass(&mut self, entry: &VerifiedEntry) {
        self.days.note(entry.act().recorded_at, &self.head);
        self.acts.entry(entry.act().act.id).or_insert(entry.act().seq);
        self.head.advance(entry.link());
        self.head.origin = Some(entry.origin().clone());
        self.head.recorded_at = Some(entry.act().recorded_at);
    }

    /// Moves the head behind bytes that are no entry.
    pub(super) fn pass_unopened(&mut self, link: Digest) {
        self.head.advance(link);
    }
}

/// A broken rule as a finding at an entry.
pub(super) fn broken_rule(entry: u64, rejection: &Rejection) -> Finding {
    Finding { entry, code: Code::Rule(rejection.rule), reason: rejection.why.clone() }
}

/// The keys that an entry brings into use and that are not fit to sign.
pub(super) fn unsound_keys(body: &Body) -> Vec<String> {
    let keys = body.act.events.iter().flat_map(Event::new_keys);
    keys.filter_map(|key| Some(format!("key {}: {}", key.short(), require_sound(&key).err()?))).collect()
}

/// The ministries that an entry admits without their own signature.
pub(super) fn unsigned_accessions(body: &Body) -> Vec<String> {
    let admitted = body.act.events.iter().filter_map(|event| match event {
        Event::MinistryAdmitted(admitted) => Some(admitted),
        _ => None,
    });
    admitted.filter_map(|admitted| accession::unsigned(admitted, &body.origin)).collect()
}

/// What is wrong with the first entry of a ledger.
pub(super) fn genesis_flaw(entry: &OpenedEntry, pinned: Option<Digest>) -> Option<String> {
    let [Event::LedgerConstituted(founding)] = entry.body.act.events.as_slice() else {
        return Some("the first entry is not the founding of a ledger".into());
    };
    if founding.charter.origin != entry.body.origin {
        return Some(format!("the charter is for ledger {}", founding.charter.origin));
    }
    let print = fingerprint(&founding.charter).ok();
    if let Some(pinned) = pinned.filter(|pinned| print != Some(*pinned)) {
        let print = print.map_or_else(|| "none".into(), |print| print.to_string());
        return Some(format!("the charter's fingerprint is {print}, expected is {pinned}"));
    }
    unsigned_founder(founding)
}
