//! Audit engagements: what an auditor examines, what he drew, what he found, and what the ministry answered (domain.md
//! sections 5.5 and 11.3).
//!
//! **Nobody shapes a sample.** An engagement begins with the digest of a secret that the auditor keeps. A population is
//! fixed later: the ledger at the end of a day, which includes that commitment. Only with the sample is the secret told.
//! Seed and choice follow from root and secret, so the ministries could not shape the population knowing the seed, and
//! the auditor could not choose the secret knowing the population. A secret that was told is good for no later
//! population; that takes another engagement. That size and root are those of the day and that the secret is the one
//! committed to, the gate of the ledger says (flaws E27 and E28).

use serde::Serialize;

use super::codes::Party;
use super::consent::Signer;
use super::digest::Digest;
use super::event::{RecordedAct, Rules, events};
use super::ids::{AuditFindingId, EngagementId, PeriodId, Reference, SampleId};
use super::money::Currency;
use super::party::{AUDITOR, MANAGEMENT};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::status::{Matter, MatterKind};
use super::subject::Subject;
use super::table::tables;
use super::text::{Text, code_list};
use super::time::{Date, Timestamp};

code_list! {
    /// How a sample is drawn.
    SampleMethod: "a method of sampling" {
        /// Each unit has the same chance.
        1 Random "RANDOM";
        /// Each unit of money has the same chance, so large amounts have more.
        2 MonetaryUnit "MONETARY_UNIT";
        /// Everything.
        3 All "ALL";
    }
}

code_list! {
    /// How grave a finding is.
    Severity: "a severity" {
        /// To be mended in its time.
        1 Low "LOW";
        /// To be mended soon.
        2 Medium "MEDIUM";
        /// To be mended now.
        3 High "HIGH";
    }
}

events! {
    /// Open an audit engagement, and commit oneself to a secret from which samples will be drawn; the auditor signs
    AuditEngagementOpened {
        /// Number of the engagement
        engagement: EngagementId,
        /// The period that is examined; without it a span of days
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<PeriodId>,
        /// The first day that is examined, where it is no period
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// The last day that is examined, where it is no period
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
        /// What is examined
        scope: Text,
        /// SHA-256 of the auditor's secret, which is 32 bytes
        commitment: Digest,
    }

    /// Draw a sample, and tell the secret; an auditor of the engagement's party signs
    SampleDrawn {
        /// Number of the sample
        sample: SampleId,
        /// The engagement it is for
        engagement: EngagementId,
        /// The day at whose end the population was fixed, in UTC
        day: Date,
        /// How many entries the ledger had then
        size: u64,
        /// The root of the ledger at that size
        root: Digest,
        /// What of it is the population: a word that the tool that draws knows
        population: Reference,
        /// How the sample is drawn
        method: SampleMethod,
        /// Whose units are drawn, where they are units of money; otherwise left out
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency: Option<Currency>,
        /// The secret of the engagement
        secret: Digest,
        /// How many units the population has
        units: u32,
        /// How many units were drawn
        drawn: u32,
        /// The positions of the entries with drawn units, rising, each once; may be left to the list
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        positions: Vec<u64>,
        /// SHA-256 of the list of what was drawn, where one is kept beside the ledger
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<Digest>,
    }

    /// Issue the bundle of evidence for an act of a sample; an auditor of the engagement's party signs
    EvidenceBundleIssued {
        /// Number of the sample
        sample: SampleId,
        /// Position of the act
        entry: u64,
        /// SHA-256 of the bundle
        bundle: Digest,
    }

    /// Raise a finding that a ministry has to answer; an auditor of the engagement's party signs
    FindingRaised {
        /// Number of the finding
        finding: AuditFindingId,
        /// The engagement it comes of
        engagement: EngagementId,
        /// The ministry that has to answer
        party: Party,
        /// How grave it is
        severity: Severity,
        /// The entries that it is about, rising, each once
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<u64>,
        /// What else it is about: a contract, a depot, a serial number
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        subjects: Vec<Text>,
        /// What was found
        text: Text,
        /// The day by which the ministry answers
        answer_by: Date,
    }

    /// Answer a finding; the minister or the armaments director of the ministry signs
    ManagementReplied {
        /// Number of the finding
        finding: AuditFindingId,
        /// What the ministry says
        reply: Text,
        /// Whether it accepts the finding
        accepted: bool,
        /// The day by which it will have mended what was found; left out where it does not accept it
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    }

    /// Close a finding that was answered; an auditor of the engagement's party signs
    FindingClosed {
        /// Number of the finding
        finding: AuditFindingId,
        /// What came of it
        conclusion: Text,
    }
}

/// An engagement and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Engagement {
    /// What was opened.
    pub terms: AuditEngagementOpened,
    /// The party whose auditors examine.
    pub auditor: Party,
    /// The entry that opened it.
    pub opened_in: u64,
    /// When it was opened.
    pub since: Timestamp,
    /// The entry that told its secret.
    pub told_in: Option<u64>,
    /// Its samples, in the order in which they were drawn.
    pub samples: Vec<SampleId>,
    /// Its findings, in the order in which they were raised.
    pub findings: Vec<AuditFindingId>,
}

/// A sample and the evidence that was issued for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// What was drawn.
    pub terms: SampleDrawn,
    /// The entry that says so.
    pub drawn_in: u64,
    /// The bundles that were issued.
    pub bundles: Vec<IssuedBundle>,
}

/// A bundle of evidence for an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedBundle {
    /// Position of the act.
    pub entry: u64,
    /// SHA-256 of the bundle.
    pub bundle: Digest,
    /// The entry that issued it.
    pub issued_in: u64,
}

/// A ministry's answer to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// What it says.
    pub terms: ManagementReplied,
    /// The entry that says it.
    pub entry: u64,
}

/// A finding of an auditor and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditFinding {
    /// What was found.
    pub terms: FindingRaised,
    /// The party whose auditors found it.
    pub auditor: Party,
    /// The entry that raised it.
    pub raised_in: u64,
    /// When it was raised.
    pub since: Timestamp,
    /// The ministry's answers; the last one holds.
    pub replies: Vec<Reply>,
    /// The entry that closed it.
    pub closed_in: Option<u64>,
    /// What came of it.
    pub conclusion: Option<Text>,
}

tables! {
    /// What auditors examine and find.
    pub(crate) struct Engagements {
        engagements: EngagementId => Engagement,
        samples: SampleId => Sample,
        audit_findings: AuditFindingId => AuditFinding,
    }
}

impl State {
    /// All engagements.
    pub fn engagements(&self) -> impl Iterator<Item = (&EngagementId, &Engagement)> {
        self.engagements.engagements.iter()
    }

    /// One engagement.
    pub fn engagement(&self, id: &EngagementId) -> Option<&Engagement> {
        self.engagements.engagements.get(id)
    }

    /// All samples.
    pub fn samples(&self) -> impl Iterator<Item = (&SampleId, &Sample)> {
        self.engagements.samples.iter()
    }

    /// One sample.
    pub fn sample(&self, id: &SampleId) -> Option<&Sample> {
        self.engagements.samples.get(id)
    }

    /// All findings of auditors.
    pub fn audit_findings(&self) -> impl Iterator<Item = (&AuditFindingId, &AuditFinding)> {
        self.engagements.audit_findings.iter()
    }

    /// One finding of an auditor.
    pub fn audit_finding(&self, id: &AuditFindingId) -> Option<&AuditFinding> {
        self.engagements.audit_findings.get(id)
    }

    fn known_engagement(&self, id: &EngagementId) -> Result<&Engagement, Rejection> {
        self.engagement(id).ok_or_else(|| Rejection::unknown("engagement", id))
    }

    fn known_sample(&self, id: &SampleId) -> Result<&Sample, Rejection> {
        self.sample(id).ok_or_else(|| Rejection::unknown("sample", id))
    }

    /// A finding that is not closed.
    fn open_finding(&self, id: &AuditFindingId) -> Result<&AuditFinding, Rejection> {
        let known = self.audit_finding(id).ok_or_else(|| Rejection::unknown("finding", id))?;
        match known.closed_in {
            Some(entry) => {
                Err(Rejection::new(Rule::S03, format!("finding {id} was closed in entry {entry}")))
            }
            None => Ok(known),
        }
    }

    /// Findings that wait for an answer, for what was promised, or for the auditor to close them.
    pub(super) fn matters_of_engagements(&self, matters: &mut Vec<Matter>) {
        for (id, known) in self.audit_findings().filter(|(_, known)| known.closed_in.is_none()) {
            let (auditor, party) = (known.auditor, known.terms.party);
            let (by, to, what, due) = match known.replies.last().map(|reply| &reply.terms) {
                None => (party, auditor, "answer", Some(known.terms.answer_by)),
                Some(ManagementReplied { accepted: true, due, .. }) => {
                    (party, auditor, "mend what it promised for", *due)
                }
                Some(_) => (auditor, party, "look at the answer to", None),
            };
            let words = format!("{what} finding {id} ({})", known.terms.severity);
            let matter = Matter::new(MatterKind::Finding, id, by, words).to(to).since(known.since);
            matters.push(matter.due(due.map(Date::end)));
        }
    }
}

/// Auditors of the engagement's party.
fn auditors_of(engagement: &Engagement) -> Vec<Signer> {
    vec![Signer::of(engagement.auditor, AUDITOR)]
}

/// The threads of a finding: itself, its engagement, the ministry that answers, and the entries that it is about.
fn threads(id: &AuditFindingId, state: &State) -> Vec<Subject> {
    let mut subjects = vec![Subject::AuditFinding(id.clone())];
    if let Some(known) = state.audit_finding(id) {
        subjects.push(Subject::Engagement(known.terms.engagement.clone()));
        subjects.push(Subject::Party(known.terms.party));
    }
    subjects
}

impl AuditEngagementOpened {
    /// A period, or a first and a last day.
    fn require_span(&self, state: &State) -> Result<(), Rejection> {
        match (&self.period, self.from, self.until) {
            (Some(period), None, None) => match state.period(period) {
                Some(_) => Ok(()),
                None => {
                    Err(Rejection::unknown("period", period).remedy("name a span of days, or fix it first"))
                }
            },
            (None, Some(from), Some(until)) => {
                require(from <= until, Rule::S05, || format!("nothing lies between {from} and {until}"))
            }
            _ => Err(Rejection::new(
                Rule::S05,
                "an engagement examines a period, or the days from one to another",
            )),
        }
    }
}

impl Rules for AuditEngagementOpened {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        // Whoever opens it: the auditors of which party examine is said by the signature.
        let author = state.directory.officer(&act.author);
        Ok(author.map(|officer| Signer::of(officer.party, AUDITOR)).into_iter().collect())
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.engagements.engagements.contains(&self.engagement) {
            return Err(Rejection::taken("engagement", &self.engagement));
        }
        let twice = state.engagements().find(|(_, known)| known.terms.commitment == self.commitment);
        require(twice.is_none(), Rule::A01, || {
            let other = twice.map_or_else(String::new, |(id, _)| id.to_string());
            format!("engagement {other} is committed to the same secret")
        })
        .map_err(|rejection| rejection.remedy("each engagement has a fresh secret"))?;
        self.require_span(state)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(officer) = state.directory.officer(&act.author) else { return };
        let engagement = Engagement {
            terms: self.clone(),
            auditor: officer.party,
            opened_in: act.seq,
            since: act.recorded_at,
            told_in: None,
            samples: Vec::new(),
            findings: Vec::new(),
        };
        state.engagements.engagements.insert(self.engagement.clone(), engagement);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        let period = self.period.clone().map(Subject::Period);
        std::iter::once(Subject::Engagement(self.engagement.clone())).chain(period).collect()
    }
}

impl SampleDrawn {
    /// The population was fixed after the auditor had committed himself, and before his secret was known.
    fn require_fair(&self, engagement: &Engagement, act: &RecordedAct) -> Result<(), Rejection> {
        require(self.day < act.recorded_at.date(), Rule::A01, || {
            format!("{} is not over: its population can be drawn from on the day after", self.day)
        })?;
        require(self.size > engagement.opened_in, Rule::A01, || {
            format!(
                "a population of {} entries was fixed before the secret was committed to, in entry {}",
                self.size, engagement.opened_in
            )
        })
        .map_err(|rejection| rejection.remedy("take a day that ended after the engagement was opened"))?;
        if let Some(told) = engagement.told_in.filter(|told| self.size > *told) {
            let why = format!("the secret was told in entry {told}, before this population was fixed");
            return Err(Rejection::new(Rule::A01, why)
                .remedy("open another engagement with a fresh secret for later populations"));
        }
        require(self.size <= act.seq, Rule::S05, || {
            format!("the ledger never had {} entries before this one", self.size)
        })
    }

    /// The numbers fit one another.
    fn require_complete(&self) -> Result<(), Rejection> {
        let by_money = self.method == SampleMethod::MonetaryUnit;
        require(by_money == self.currency.is_some(), Rule::S05, || {
            let needs = if by_money { "names the currency" } else { "has no currency" };
            format!("a sample drawn by {} {needs}", self.method)
        })?;
        require(self.drawn <= self.units, Rule::A02, || {
            format!("{} units were drawn of a population of {}", self.drawn, self.units)
        })?;
        require(self.method != SampleMethod::All || self.drawn == self.units, Rule::A02, || {
            format!("all of {} units are the sample, not {}", self.units, self.drawn)
        })?;
        require(self.positions.is_sorted_by(|a, b| a < b), Rule::S05, || {
            "the positions rise, each once".into()
        })?;
        let beyond = self.positions.iter().find(|position| **position >= self.size);
        require(beyond.is_none(), Rule::A02, || {
            let beyond = beyond.copied().unwrap_or_default();
            format!("entry {beyond} is not in a population of {} entries", self.size)
        })?;
        let distinct = u64::try_from(self.positions.len()).unwrap_or(u64::MAX);
        require(distinct <= u64::from(self.drawn), Rule::A02, || {
            format!("{distinct} entries stand for {} drawn units", self.drawn)
        })?;
        let said = self.drawn == 0 || !self.positions.is_empty() || self.list.is_some();
        require(said, Rule::S05, || "what was drawn stands neither here nor in a list".into())
    }
}

impl Rules for SampleDrawn {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.known_engagement(&self.engagement).map(auditors_of)
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.engagements.samples.contains(&self.sample) {
            return Err(Rejection::taken("sample", &self.sample));
        }
        self.require_fair(state.known_engagement(&self.engagement)?, act)?;
        self.require_complete()
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(engagement) = state.engagements.engagements.get_mut(&self.engagement) {
            engagement.told_in.get_or_insert(act.seq);
            engagement.samples.push(self.sample.clone());
        }
        let sample = Sample { terms: self.clone(), drawn_in: act.seq, bundles: Vec::new() };
        state.engagements.samples.insert(self.sample.clone(), sample);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Engagement(self.engagement.clone())]
    }
}

impl Rules for EvidenceBundleIssued {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let sample = state.known_sample(&self.sample)?;
        state.known_engagement(&sample.terms.engagement).map(auditors_of)
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let sample = state.known_sample(&self.sample)?;
        let terms = &sample.terms;
        // What a list beside the ledger names, the ledger does not know.
        let named =
            terms.positions.contains(&self.entry) || (terms.list.is_some() && terms.positions.is_empty());
        require(named && self.entry < terms.size, Rule::A03, || {
            format!("entry {} is not in sample {}", self.entry, self.sample)
        })?;
        let twice =
            sample.bundles.iter().find(|known| known.entry == self.entry && known.bundle == self.bundle);
        require(twice.is_none(), Rule::S02, || {
            let before = twice.map_or(0, |known| known.issued_in);
            format!("this bundle for entry {} was issued in entry {before} already", self.entry)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(sample) = state.engagements.samples.get_mut(&self.sample) {
            let (entry, bundle) = (self.entry, self.bundle);
            sample.bundles.push(IssuedBundle { entry, bundle, issued_in: act.seq });
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let engagement = state.sample(&self.sample).map(|sample| sample.terms.engagement.clone());
        engagement.map(Subject::Engagement).into_iter().chain([Subject::Entry(self.entry)]).collect()
    }
}

impl Rules for FindingRaised {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.known_engagement(&self.engagement).map(auditors_of)
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.engagements.audit_findings.contains(&self.finding) {
            return Err(Rejection::taken("finding", &self.finding));
        }
        state.directory.require_party(self.party)?;
        require(!self.entries.is_empty() || !self.subjects.is_empty(), Rule::S05, || {
            format!("finding {} is about nothing: name entries or subjects", self.finding)
        })?;
        require(self.entries.is_sorted_by(|a, b| a < b), Rule::S05, || "the entries rise, each once".into())?;
        let last = self.entries.last().copied();
        require(last.is_none_or(|last| last < act.seq), Rule::S01, || {
            format!("there is no entry {} before this one", last.unwrap_or_default())
        })?;
        require(self.answer_by.end() > act.recorded_at, Rule::S05, || {
            format!("nobody can answer by {}: that day is over", self.answer_by)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(engagement) = state.engagements.engagements.get_mut(&self.engagement) else { return };
        engagement.findings.push(self.finding.clone());
        let finding = AuditFinding {
            terms: self.clone(),
            auditor: engagement.auditor,
            raised_in: act.seq,
            since: act.recorded_at,
            replies: Vec::new(),
            closed_in: None,
            conclusion: None,
        };
        state.engagements.audit_findings.insert(self.finding.clone(), finding);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let mut subjects = threads(&self.finding, state);
        subjects.extend(self.entries.iter().map(|entry| Subject::Entry(*entry)));
        subjects
    }
}

impl Rules for ManagementReplied {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let known = state.audit_finding(&self.finding);
        let known = known.ok_or_else(|| Rejection::unknown("finding", &self.finding))?;
        Ok(vec![Signer::of(known.terms.party, MANAGEMENT)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.open_finding(&self.finding)?;
        require(self.accepted == self.due.is_some(), Rule::S05, || {
            let needs = if self.accepted { "says by when it is mended" } else { "promises nothing" };
            format!(
                "an answer that {} finding {} {needs}",
                if self.accepted { "accepts" } else { "does not accept" },
                self.finding
            )
        })?;
        require(self.due.is_none_or(|due| due.end() > act.recorded_at), Rule::S05, || {
            "what is promised would have been mended before it is recorded".into()
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(known) = state.engagements.audit_findings.get_mut(&self.finding) {
            known.replies.push(Reply { terms: self.clone(), entry: act.seq });
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        threads(&self.finding, state)
    }
}

impl Rules for FindingClosed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let known = state.audit_finding(&self.finding);
        let known = known.ok_or_else(|| Rejection::unknown("finding", &self.finding))?;
        Ok(vec![Signer::of(known.auditor, AUDITOR)])
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let known = state.open_finding(&self.finding)?;
        require(!known.replies.is_empty(), Rule::A04, || {
            format!("{} has not answered finding {}", known.terms.party, self.finding)
        })
        .map_err(|rejection| rejection.remedy("a finding is closed when both sides have been heard"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(known) = state.engagements.audit_findings.get_mut(&self.finding) {
            known.closed_in = Some(act.seq);
            known.conclusion = Some(self.conclusion.clone());
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        threads(&self.finding, state)
    }
}
