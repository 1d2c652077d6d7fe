//! Breaks: differences with a number, a party that has to act, and a life (domain.md section 6).
//!
//! ```text
//! OPEN → EXPLAINED → { CORRECTED | ACCEPTED (reason, limit, last day) } → CLOSED
//! ```
//!
//! An acceptance and a correction explain themselves, so neither needs an explanation before it. A break is closed when
//! an entry corrected it, or when a later complete run of its scope found it no more; an explanation alone closes
//! nothing. What a later run finds again after a correction, or beyond what was accepted, is open again by that alone.

use serde::Serialize;

use super::difference::{Difference, MoreIn};
use super::run::Scope;
use super::{answers_for, both_of, require_two_persons, service_of};
use crate::domain::codes::Party;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{BreakId, RunId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::reconcile::{BreakClass, RunKind};
use crate::domain::regime::days;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::status::{Matter, MatterKind};
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::{Date, Timestamp};

events! {
    /// Post a break that a run found and that is not known, or was closed before; the reconciliation service of the
    /// run's party signs
    BreakOpened {
        /// Number of the break: the same difference has the same number in every run
        break_id: BreakId,
        /// The run that found it
        run: RunId,
        /// What kind of difference it is
        class: BreakClass,
        /// What differs, in words
        subject: Text,
        /// By how much, where it is goods
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quantity: Option<Quantity>,
        /// By how much, where it is money
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
        /// Which side has more, where it can be said
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more_in: Option<MoreIn>,
        /// Since when it ages: the day on which it occurred
        since: Date,
        /// The party that has to act
        party: Party,
    }

    /// Post a known break that a later run found again; the reconciliation service of the run's party signs
    BreakFoundAgain {
        /// Number of the break
        break_id: BreakId,
        /// The run that found it again
        run: RunId,
        /// By how much it differs now, where it is goods
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quantity: Option<Quantity>,
        /// By how much it differs now, where it is money
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
        /// Which side has more, where it can be said
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more_in: Option<MoreIn>,
    }

    /// Explain a break; the property-book officer or the payment authoriser of its party signs
    BreakExplained {
        /// Number of the break
        break_id: BreakId,
        /// Why the two sides differ
        reason: Text,
        /// The day by which it will have resolved itself, where it will
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resolved_by: Option<Date>,
    }

    /// Accept a break within a limit until a day; the property-book officer and the payment authoriser of its party
    /// sign
    BreakAccepted {
        /// Number of the break
        break_id: BreakId,
        /// Why it is accepted
        reason: Text,
        /// Up to which difference, where it is goods
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_quantity: Option<Quantity>,
        /// Up to which difference, where it is money
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_amount: Option<Money>,
        /// The last day on which it is accepted
        until: Date,
    }

    /// Name the entry that corrects a break in the ledger; the property-book officer or the payment authoriser of its
    /// party signs
    BreakCorrected {
        /// Number of the break
        break_id: BreakId,
        /// Position of the entry that corrects it
        entry: u64,
    }

    /// Close a break that an entry corrected or that a later run found no more; the property-book officer and the
    /// payment authoriser of its party sign
    BreakClosed {
        /// Number of the break
        break_id: BreakId,
        /// A remark
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Text>,
    }
}

code_list! {
    /// Why a break could be closed.
    ClosingGround: "a ground for closing a break" {
        /// An entry corrected it.
        1 Corrected "CORRECTED";
        /// A later run found it no more.
        2 NotFound "NOT_FOUND";
    }
}

/// Where a break is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum BreakStatus {
    /// Nobody has said anything of it.
    Open,
    /// Its party has said why.
    Explained {
        /// The entry that explains it.
        entry: u64,
        /// Why.
        reason: Text,
        /// The day by which it will have resolved itself.
        resolved_by: Option<Date>,
    },
    /// Its party lives with it, within a limit and for a time.
    Accepted {
        /// The entry that accepts it.
        entry: u64,
        /// Why.
        reason: Text,
        /// Up to which difference; none where it has no measure.
        limit: Option<Difference>,
        /// The last day.
        until: Date,
    },
    /// An entry of the ledger corrects it.
    Corrected {
        /// The entry that says so.
        entry: u64,
        /// The entry that corrects it.
        by: u64,
    },
    /// It is over.
    Closed {
        /// The entry that closed it.
        entry: u64,
        /// Why it could be closed.
        ground: ClosingGround,
    },
}

/// A break and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownBreak {
    /// What it was when it was opened.
    pub terms: BreakOpened,
    /// The scope of the runs that find it.
    pub scope: Scope,
    /// The entry that opened it.
    pub opened_in: u64,
    /// By how much the two sides differed when it was found last.
    pub difference: Option<Difference>,
    /// Which side had more then.
    pub more_in: Option<MoreIn>,
    /// The run that found it last.
    pub found_in: RunId,
    /// How many entries the ledger had at that run.
    pub found_at: u64,
    /// Where it is in its life.
    #[serde(flatten)]
    pub status: BreakStatus,
    /// The entries that opened it before, each time after it had been closed.
    pub earlier: Vec<u64>,
}

impl KnownBreak {
    /// Which kind of run finds it.
    pub const fn kind(&self) -> RunKind {
        self.scope.kind
    }

    /// What kind of difference it is.
    pub const fn class(&self) -> BreakClass {
        self.terms.class
    }

    /// The party that has to act.
    pub const fn party(&self) -> Party {
        self.terms.party
    }

    /// Since when it ages.
    pub const fn since(&self) -> Date {
        self.terms.since
    }

    /// True when it is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self.status, BreakStatus::Closed { .. })
    }

    /// True when it is accepted and the acceptance covers this difference at this day: it is within the limit, and its
    /// last day is not over. `None` is a difference that has no measure.
    pub fn covers(&self, difference: Option<Difference>, day: Date) -> bool {
        let BreakStatus::Accepted { limit, until, .. } = &self.status else { return false };
        let within = match (difference, *limit) {
            (Some(difference), Some(limit)) => difference.at_most(limit),
            (None, None) => true,
            _ => false,
        };
        within && day <= *until
    }

    /// True when its party has to say something at `day`: it is open, or what it accepted is no longer covered.
    pub fn is_unanswered(&self, day: Date) -> bool {
        match self.status {
            BreakStatus::Open => true,
            BreakStatus::Accepted { .. } => !self.covers(self.difference, day),
            BreakStatus::Explained { .. } | BreakStatus::Corrected { .. } | BreakStatus::Closed { .. } => {
                false
            }
        }
    }
}

impl State {
    /// All breaks that were ever opened.
    pub fn known_breaks(&self) -> impl Iterator<Item = (&BreakId, &KnownBreak)> {
        self.books.breaks.iter()
    }

    /// One break.
    pub fn known_break(&self, id: &BreakId) -> Option<&KnownBreak> {
        self.books.breaks.get(id)
    }

    /// Why a break may be closed now, if it may.
    pub fn closing_ground(&self, id: &BreakId) -> Option<ClosingGround> {
        let known = self.books.breaks.get(id)?;
        if matches!(known.status, BreakStatus::Corrected { .. }) {
            return Some(ClosingGround::Corrected);
        }
        let newest = self.newest_run(&known.scope)?;
        let gone = newest.terms.run != known.found_in && newest.is_complete();
        (gone && !known.is_closed()).then_some(ClosingGround::NotFound)
    }

    /// A break that is not over.
    fn live_break(&self, id: &BreakId) -> Result<&KnownBreak, Rejection> {
        let known = self.books.breaks.get(id).ok_or_else(|| Rejection::unknown("break", id))?;
        match known.status {
            BreakStatus::Closed { entry, .. } => {
                Err(Rejection::new(Rule::S03, format!("break {id} was closed in entry {entry}")))
            }
            _ => Ok(known),
        }
    }

    /// Breaks that are not over, and runs that a side has not signed off.
    pub(crate) fn matters_of_books(&self, now: Timestamp, matters: &mut Vec<Matter>) {
        for (id, known) in self.known_breaks().filter(|(_, known)| !known.is_closed()) {
            let (what, due) = self.next_step(id, known, now);
            let words =
                format!("{what}: {} {} ({})", known.kind(), known.terms.subject, known.class().meaning());
            let matter = Matter::new(MatterKind::Break, id, known.party(), words).since(dawn(known.since()));
            matters.push(matter.due(due.map(Date::end)));
        }
        for (id, run) in self.reconciliation_runs() {
            for party in run.sides().filter(|party| run.signed_off_by(*party).is_none()) {
                let what = format!("sign off run {id} ({}, {})", run.terms.kind, run.terms.kind.word());
                matters.push(Matter::new(MatterKind::SignOff, id, party, what).since(run.since));
            }
        }
    }

    /// What has to be done about a break, and by when.
    fn next_step(&self, id: &BreakId, known: &KnownBreak, now: Timestamp) -> (&'static str, Option<Date>) {
        match &known.status {
            _ if self.closing_ground(id).is_some() => ("close", None),
            BreakStatus::Accepted { until, .. } if !known.is_unanswered(now.date()) => {
                ("accepted", Some(*until))
            }
            BreakStatus::Accepted { until, .. } => ("accept anew, correct or explain", Some(*until)),
            BreakStatus::Explained { resolved_by, .. } => ("watch", *resolved_by),
            _ => ("explain, accept or correct", None),
        }
    }

    fn break_party(&self, id: &BreakId) -> Result<Party, Rejection> {
        let known = self.books.breaks.get(id).ok_or_else(|| Rejection::unknown("break", id))?;
        Ok(known.party())
    }

    fn set_break(&mut self, id: &BreakId, status: BreakStatus) {
        if let Some(known) = self.books.breaks.get_mut(id) {
            known.status = status;
        }
    }

    fn note_found(&mut self, run: &RunId, id: &BreakId) {
        if let Some(run) = self.books.runs.get_mut(run) {
            run.found.push(id.clone());
        }
    }
}

/// Checks what two fields and a side say of a difference.
fn measured(
    id: &BreakId,
    quantity: Option<Quantity>,
    amount: Option<Money>,
    more_in: Option<MoreIn>,
) -> Result<Option<Difference>, Rejection> {
    let difference = Difference::read(&format!("the difference of break {id}"), quantity, amount)?;
    require(difference.is_none_or(|difference| !difference.is_zero()), Rule::S05, || {
        format!("break {id} is a difference of nothing")
    })?;
    require(more_in.is_none() || difference.is_some(), Rule::S05, || {
        format!("break {id} says which side has more, and not how much")
    })?;
    Ok(difference)
}

/// The thread of a break and that of the run that found it last.
fn threads(id: &BreakId, state: &State) -> Vec<Subject> {
    let known = state.books.breaks.get(id);
    let rest = known.map(|known| [Subject::Run(known.found_in.clone()), Subject::Party(known.party())]);
    std::iter::once(Subject::Break(id.clone())).chain(rest.into_iter().flatten()).collect()
}

impl Rules for BreakOpened {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(service_of(state.run_of(&self.run)?.terms.party))
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let run = state.run_of(&self.run)?;
        let id = &self.break_id;
        if let Some(known) = state.books.breaks.get(id).filter(|known| !known.is_closed()) {
            let why = format!("break {id} was opened in entry {} and is not closed", known.opened_in);
            return Err(Rejection::new(Rule::C01, why).remedy("post it with BreakFoundAgain"));
        }
        run.require_room_for(id)?;
        require(run.sides().any(|side| side == self.party), Rule::S05, || {
            format!("{} is no side of run {}: it does not answer for break {id}", self.party, self.run)
        })?;
        measured(id, self.quantity, self.amount, self.more_in)?;
        require(self.since <= act.recorded_at.date(), Rule::S05, || {
            format!("break {id} ages from {}, which has not come yet", self.since)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(run) = state.books.runs.get(&self.run) else { return };
        let before = state.books.breaks.get(&self.break_id);
        let earlier = before.map(|known| {
            let mut earlier = known.earlier.clone();
            earlier.push(known.opened_in);
            earlier
        });
        let known = KnownBreak {
            scope: run.scope.clone(),
            opened_in: act.seq,
            difference: Difference::read("", self.quantity, self.amount).ok().flatten(),
            more_in: self.more_in,
            found_in: self.run.clone(),
            found_at: run.terms.size,
            status: BreakStatus::Open,
            earlier: earlier.unwrap_or_default(),
            terms: self.clone(),
        };
        state.books.breaks.insert(self.break_id.clone(), known);
        state.note_found(&self.run, &self.break_id);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![
            Subject::Break(self.break_id.clone()),
            Subject::Run(self.run.clone()),
            Subject::Party(self.party),
        ]
    }
}

impl Rules for BreakFoundAgain {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(service_of(state.run_of(&self.run)?.terms.party))
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let run = state.run_of(&self.run)?;
        let id = &self.break_id;
        let known = state.live_break(id).map_err(|rejection| match rejection.rule {
            Rule::S03 => rejection.remedy("post it with BreakOpened: it is there again"),
            _ => rejection,
        })?;
        require(known.scope == run.scope, Rule::S05, || {
            format!("break {id} is of other books than run {}", self.run)
        })?;
        run.require_room_for(id)?;
        measured(id, self.quantity, self.amount, self.more_in).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(size) = state.books.runs.get(&self.run).map(|run| run.terms.size) else { return };
        let difference = Difference::read("", self.quantity, self.amount).ok().flatten();
        if let Some(known) = state.books.breaks.get_mut(&self.break_id) {
            known.difference = difference;
            known.more_in = self.more_in;
            known.found_in = self.run.clone();
            known.found_at = size;
            let open = match known.status {
                // The run saw the correction, and the difference is still there.
                BreakStatus::Corrected { by, .. } => by < size,
                BreakStatus::Accepted { .. } => !known.covers(difference, act.recorded_at.date()),
                _ => false,
            };
            if open {
                known.status = BreakStatus::Open;
            }
        }
        state.note_found(&self.run, &self.break_id);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        threads(&self.break_id, state)
    }
}

impl Rules for BreakExplained {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(answers_for(state.break_party(&self.break_id)?))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let known = state.live_break(&self.break_id)?;
        let day = act.recorded_at.date();
        let answered = !matches!(known.status, BreakStatus::Explained { .. }) && !known.is_unanswered(day);
        require(!answered, Rule::S03, || {
            format!("break {} is accepted or corrected already", self.break_id)
        })?;
        require(self.resolved_by.is_none_or(|by| by >= day), Rule::S05, || {
            format!("break {} would have resolved itself by now", self.break_id)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let (reason, resolved_by) = (self.reason.clone(), self.resolved_by);
        state.set_break(&self.break_id, BreakStatus::Explained { entry: act.seq, reason, resolved_by });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        threads(&self.break_id, state)
    }
}

impl BreakAccepted {
    fn limit(&self) -> Result<Option<Difference>, Rejection> {
        let what = format!("the limit for break {}", self.break_id);
        Difference::read(&what, self.limit_quantity, self.limit_amount)
    }

    /// The limit is of the kind of the difference, and not below it.
    fn require_fitting(&self, known: &KnownBreak) -> Result<(), Rejection> {
        let id = &self.break_id;
        match (known.difference, self.limit()?) {
            (Some(difference), Some(limit)) => require(difference.at_most(limit), Rule::C04, || {
                format!("break {id} differs by {difference}: a limit of {limit} does not cover it")
            }),
            (Some(difference), None) => {
                Err(Rejection::new(Rule::C04, format!("break {id} is accepted without a limit"))
                    .remedy(format!("it differs by {difference}: say up to how much it is accepted")))
            }
            (None, Some(limit)) => Err(Rejection::new(
                Rule::C04,
                format!("break {id} has no measure, so a limit of {limit} says nothing"),
            )),
            (None, None) => Ok(()),
        }
    }
}

impl Rules for BreakAccepted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(both_of(state.break_party(&self.break_id)?))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let known = state.live_break(&self.break_id)?;
        let agreed = state.tolerances_for("accepting breaks")?;
        self.require_fitting(known)?;
        require(self.until.end() > act.recorded_at, Rule::C04, || {
            format!("the acceptance would be over on {}, before it is recorded", self.until)
        })?;
        let last = act.recorded_at.later_by(days(agreed.acceptance_days)).date();
        require(self.until <= last, Rule::C04, || {
            format!("a break is accepted until {last} at most, {} days from now", agreed.acceptance_days)
        })?;
        require_two_persons(state, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let status = BreakStatus::Accepted {
            entry: act.seq,
            reason: self.reason.clone(),
            limit: self.limit().ok().flatten(),
            until: self.until,
        };
        state.set_break(&self.break_id, status);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        threads(&self.break_id, state)
    }
}

impl Rules for BreakCorrected {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(answers_for(state.break_party(&self.break_id)?))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let known = state.live_break(&self.break_id)?;
        let (id, entry) = (&self.break_id, self.entry);
        require(entry < act.seq, Rule::S01, || format!("there is no entry {entry} before this one"))?;
        require(!state.pending.contains(&entry), Rule::S03, || {
            format!("entry {entry} waits for signatures and has no effect yet")
        })?;
        if let Some(correction) = state.correction(entry) {
            let why = format!("entry {entry} was itself taken back in entry {}", correction.by);
            return Err(Rejection::new(Rule::S03, why).remedy("name the entry that stands"));
        }
        require(entry >= known.found_at, Rule::C05, || {
            format!(
                "run {} saw entry {entry} and found break {id} all the same: it looked at {} entries",
                known.found_in, known.found_at
            )
        })
        .map_err(|rejection| rejection.remedy("name the entry that was recorded since and corrects it"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.set_break(&self.break_id, BreakStatus::Corrected { entry: act.seq, by: self.entry });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let mut subjects = threads(&self.break_id, state);
        subjects.push(Subject::Entry(self.entry));
        subjects
    }
}

impl Rules for BreakClosed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(both_of(state.break_party(&self.break_id)?))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.live_break(&self.break_id)?;
        require(state.closing_ground(&self.break_id).is_some(), Rule::C06, || {
            format!(
                "break {} is neither corrected nor gone: no later run of its books is without it",
                self.break_id
            )
        })
        .map_err(|rejection| {
            rejection.remedy("name the entry that corrects it, or compare again once it has resolved itself")
        })?;
        require_two_persons(state, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(ground) = state.closing_ground(&self.break_id) else { return };
        state.set_break(&self.break_id, BreakStatus::Closed { entry: act.seq, ground });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        threads(&self.break_id, state)
    }
}

/// The first moment of a day: since when a break is open.
fn dawn(day: Date) -> Timestamp {
    let end = day.end().as_millis();
    Timestamp::from_millis(end.saturating_sub(crate::domain::regime::DAY_MS.saturating_sub(1)))
        .unwrap_or_else(|_| day.end())
}
