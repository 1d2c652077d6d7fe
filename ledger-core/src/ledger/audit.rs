//! The streaming auditor: everything that can be checked, entry by entry, with nothing derived.
//!
//! Entries come in order, in runs. Of each run the entries are opened (decoding and signature) on all cores;
//! then each passes the gate and the rules in its turn. The audit goes on after a finding: a flawed entry is
//! counted as being there, so that the entries behind it are judged by what they are, and an entry whose
//! signature or place is wrong is still taken into the state when the rules allow it, so that one forged entry
//! does not make every later act look unlawful.

use rayon::prelude::*;

use crate::domain::event::Document;
use crate::domain::{Digest, Origin, State};

use super::entry::{OpenedEntry, RawEntry, Signatures, Unopenable};
use super::finding::{Code, Finding, Flaw};
use super::head::Head;
use super::shown::{Comparison, Lineup, Verdict};
use super::state_digest::{StateClaim, state_digest};
use super::tip::{Expectations, Tip, broken_rule};

/// Entries that are worth opening together.
pub const RUN: usize = 2_048;
/// Findings that are kept with their words; the rest are counted.
pub const MAX_FINDINGS: usize = 10_000;

/// An audit under way.
#[derive(Debug)]
pub struct Auditor {
    expected: Expectations,
    tip: Tip,
    entries: u64,
    findings: Vec<Finding>,
    found: u64,
    /// The link of the entry at the position that the outside head names as last.
    acknowledged: Option<(u64, Digest)>,
    link_there: Option<Digest>,
    /// What somebody says that the state is.
    claim: Option<StateClaim>,
    /// Checkpoints that it is shown.
    comparison: Comparison,
    /// More entries are there, perhaps, and cannot be read.
    unreadable: bool,
    /// Which ledger it is: the first entry that could be read says so, since a later one may be another ledger's.
    origin: Option<Origin>,
}

/// What an audit tells of each entry, for whoever keeps something that follows from it.
#[derive(Debug, Clone, Copy)]
pub struct Passed<'a> {
    /// Its position.
    pub entry: u64,
    /// Its link: the leaf of the tree.
    pub link: Digest,
    /// The papers that it names; none when its bytes are no entry.
    pub documents: &'a [Document],
}

/// What an audit says.
#[derive(Debug)]
pub struct Report {
    /// How many entries were there.
    pub entries: u64,
    /// What was found, in the order of the entries; at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub found: u64,
    /// Where the ledger ends.
    pub head: Head,
    /// What the ledger says.
    pub state: State,
    /// What it says of the checkpoints that it was shown.
    pub checkpoints: Vec<Verdict>,
}

impl Report {
    /// True when nothing was found.
    pub const fn is_sound(&self) -> bool {
        self.found == 0
    }
}

impl Auditor {
    /// Begins an audit. `acknowledged` is the size and last link that were kept outside the store.
    pub fn new(expected: Expectations, acknowledged: Option<(u64, Digest)>) -> Self {
        Self {
            expected,
            tip: Tip::new(),
            entries: 0,
            findings: Vec::new(),
            found: 0,
            acknowledged,
            link_there: None,
            claim: None,
            comparison: Comparison::default(),
            unreadable: false,
            origin: None,
        }
    }

    /// Compares the state that the entries give with the one that somebody claims.
    #[must_use]
    pub const fn against(mut self, claim: Option<StateClaim>) -> Self {
        self.claim = claim;
        self
    }

    /// Holds checkpoints from elsewhere against the entries.
    #[must_use]
    pub fn shown(mut self, lineup: Lineup) -> Self {
        self.comparison = Comparison::with(lineup);
        self
    }

    /// Audits the next entries, and tells `passed` of each.
    pub fn feed(&mut self, run: Vec<Vec<u8>>, passed: &mut dyn FnMut(Passed<'_>)) {
        let opened: Vec<_> = run
            .into_par_iter()
            .map(|bytes| {
                let raw = RawEntry::new(bytes);
                match raw.open(Signatures::Verify) {
                    // A false signature does not hide what else is wrong: the entry is read all the same.
                    Err(flaw) if flaw.flaw == Flaw::Signature => {
                        (raw.link(), Some(flaw), raw.open(Signatures::VerifiedBefore).ok())
                    }
                    Err(flaw) => (raw.link(), Some(flaw), None),
                    Ok(entry) => (raw.link(), None, Some(entry)),
                }
            })
            .collect();
        for (link, flaw, entry) in opened {
            let documents = entry.as_ref().map_or(&[][..], |entry| &entry.act().documents);
            passed(Passed { entry: self.entries, link, documents });
            self.take(link, flaw, entry);
        }
    }

    fn take(&mut self, link: Digest, flaw: Option<Unopenable>, entry: Option<OpenedEntry>) {
        let position = self.tip.head().size;
        let claimed = entry.as_ref().map(OpenedEntry::recorded_at);
        if let Some(flaw) = flaw {
            self.note(Finding::flaw(position, flaw.flaw, flaw.reason));
        }
        match entry {
            None => self.tip.pass_unopened(link),
            Some(entry) => {
                let (findings, entry) = self.tip.judge(entry, self.expected);
                findings.into_iter().for_each(|finding| self.note(finding));
                match self.tip.admit(&entry) {
                    Ok(admitted) => self.tip.advance(&entry, admitted),
                    Err(rejection) => {
                        self.note(broken_rule(position, &rejection));
                        self.tip.pass(&entry);
                    }
                }
            }
        }
        if self.origin.is_none() {
            self.origin.clone_from(&self.tip.head().origin);
        }
        self.entries = self.entries.saturating_add(1);
        self.comparison.reach(self.entries, claimed, || self.tip.head().frontier.root());
        self.compare_state(self.claim.filter(|claim| claim.entries == Some(self.entries)));
        if self.acknowledged.is_some_and(|(size, _)| size == self.entries) {
            self.link_there = Some(link);
        }
    }

    /// Notes a state that is not the claimed one.
    fn compare_state(&mut self, claim: Option<StateClaim>) {
        let Some(claim) = claim else { return };
        let words = match state_digest(self.tip.state()) {
            Ok(digest) if digest == claim.digest => return,
            Ok(digest) => format!("the state has the digest {digest}, {} was claimed", claim.digest),
            Err(error) => format!("the state has no digest: {error}"),
        };
        self.note_flaw(self.entries.saturating_sub(1), Flaw::State, words);
    }

    fn note(&mut self, finding: Finding) {
        self.found = self.found.saturating_add(1);
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Notes something that was found outside the entries.
    pub fn note_flaw(&mut self, entry: u64, flaw: Flaw, reason: impl Into<String>) {
        self.note(Finding::flaw(entry, flaw, reason));
    }

    /// As [`note_flaw`](Self::note_flaw), of a finding that is there already.
    pub fn note_finding(&mut self, finding: Finding) {
        self.note(finding);
    }

    /// Notes that the entries from here on cannot be read: what they are, and whether they are there, is not known.
    pub fn note_unreadable(&mut self, flaw: Flaw, reason: impl Into<String>) {
        self.unreadable = true;
        self.note_flaw(self.entries, flaw, reason);
    }

    /// How many entries were audited so far.
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Ends the audit: compares what was there with what was acknowledged. `tail` is the most entries that may
    /// follow behind the acknowledged ones.
    pub fn finish(mut self, tail: u64) -> Report {
        if let Some((size, link)) = self.acknowledged {
            let entries = self.entries;
            if entries < size {
                let missing = size.saturating_sub(entries);
                self.note_flaw(
                    entries,
                    Flaw::Missing,
                    format!("{missing} acknowledged entries are missing: {entries} are there, {size} were acknowledged"),
                );
            }
            if self.link_there.is_some_and(|there| there != link) {
                let last = size.saturating_sub(1);
                self.note_flaw(
                    last,
                    Flaw::Head,
                    format!("the head file names {link} as the link of entry {last}"),
                );
            }
            if entries.saturating_sub(size) > tail {
                self.note_flaw(
                    size,
                    Flaw::Tail,
                    format!("{entries} entries are there, {size} were acknowledged"),
                );
            }
        }
        match self.claim.and_then(|claim| claim.entries) {
            None => self.compare_state(self.claim),
            // It was compared when it was reached.
            Some(claimed) if claimed <= self.entries && claimed > 0 => {}
            Some(0) => {
                self.note_flaw(self.entries, Flaw::State, "nothing is the state of no entry");
            }
            Some(claimed) => {
                let words =
                    format!("a state after {claimed} entries was claimed, {} are there", self.entries);
                self.note_flaw(self.entries, Flaw::State, words);
            }
        }
        if self.entries == 0
            && !self.unreadable
            && let Some(pinned) = self.expected.charter
        {
            self.note_flaw(0, Flaw::Genesis, format!("there is no entry, and so no charter {pinned}"));
        }
        let (differences, checkpoints) =
            std::mem::take(&mut self.comparison).end(self.tip.state(), self.origin.as_ref(), self.entries);
        // That entries are missing is not known when they cannot be read.
        let known = |finding: &Finding| !self.unreadable || finding.code != Code::Flaw(Flaw::Behind);
        let differences: Vec<_> = differences.into_iter().filter(known).collect();
        differences.into_iter().for_each(|finding| self.note(finding));
        // What was found outside the entries belongs to their order too; within one entry the order stays.
        self.findings.sort_by_key(|finding| finding.entry);
        Report {
            entries: self.entries,
            findings: self.findings,
            found: self.found,
            head: self.tip.head().clone(),
            state: self.tip.state().clone(),
            checkpoints,
        }
    }
}
