//! Runs: that the ledger was compared with a statement, at which size, and how many breaks came out.
//!
//! A run is put on record before its breaks: it says how many there are, and each is then posted by an event of its own,
//! as opened or as found again. Only when all are posted is the run *complete*: then a break of its scope that it did not
//! post is gone, and the sides may sign it off.

use serde::Serialize;

use super::service_of;
use crate::domain::codes::Party;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{BreakId, Reference, RunId, StatementId};
use crate::domain::reconcile::RunKind;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::{Date, Timestamp};

events! {
    /// Record that a statement was compared with the ledger; the reconciliation service of the party signs, and posts
    /// the breaks afterwards
    ReconciliationRun {
        /// Number of the run
        run: RunId,
        /// What was compared
        kind: RunKind,
        /// The party whose books were compared
        party: Party,
        /// The other party, where two parties' books meet (R6, R7); otherwise left out
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counterparty: Option<Party>,
        /// The statement that it was compared with
        statement: StatementId,
        /// How many entries the ledger had when it was compared
        size: u64,
        /// The version of the rules by which records were matched
        rules_version: u32,
        /// How many records of both sides belong together
        matched: u32,
        /// How many breaks came out; as many are posted
        broken: u32,
    }
}

/// What runs are about that follow one another: a break that one of them finds, the next one finds again or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Scope {
    /// What is compared.
    pub kind: RunKind,
    /// Whose books.
    pub party: Party,
    /// The other party, where two parties' books meet.
    pub counterparty: Option<Party>,
    /// Where the statements come from.
    pub source: Reference,
}

/// A run and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What it says of itself.
    pub terms: ReconciliationRun,
    /// The scope in which it follows others.
    pub scope: Scope,
    /// The day at whose end the statement stands.
    pub as_of: Date,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// When it was recorded.
    pub since: Timestamp,
    /// The breaks that were posted for it, in that order.
    pub found: Vec<BreakId>,
    /// The sides that have signed it off, and the entries in which they did.
    pub signed_off: Vec<(Party, u64)>,
}

impl Run {
    /// The parties that sign it off, each its own half.
    pub fn sides(&self) -> impl Iterator<Item = Party> + use<> {
        std::iter::once(self.terms.party).chain(self.terms.counterparty)
    }

    /// True when all its breaks are posted.
    pub fn is_complete(&self) -> bool {
        u64::try_from(self.found.len()) == Ok(u64::from(self.terms.broken))
    }

    /// The entry in which a side signed it off.
    pub fn signed_off_by(&self, party: Party) -> Option<u64> {
        self.signed_off.iter().find(|(side, _)| *side == party).map(|(_, entry)| *entry)
    }

    /// Takes one more break in, as its event says.
    ///
    /// # Errors
    /// [`Rule::C02`]: it was posted for this run already, or the run has no more.
    pub(super) fn require_room_for(&self, id: &BreakId) -> Result<(), Rejection> {
        require(!self.found.contains(id), Rule::C02, || {
            format!("break {id} is posted for run {} already", self.terms.run)
        })?;
        require(!self.is_complete(), Rule::C02, || {
            format!("run {} counted {} breaks, and all are posted", self.terms.run, self.terms.broken)
        })
    }
}

impl State {
    /// All runs.
    pub fn reconciliation_runs(&self) -> impl Iterator<Item = (&RunId, &Run)> {
        self.books.runs.iter()
    }

    /// One run.
    pub fn reconciliation_run(&self, id: &RunId) -> Option<&Run> {
        self.books.runs.get(id)
    }

    /// The newest run of a scope.
    pub fn newest_run(&self, scope: &Scope) -> Option<&Run> {
        self.books.newest_runs.get(scope).and_then(|id| self.books.runs.get(id))
    }

    pub(super) fn run_of(&self, id: &RunId) -> Result<&Run, Rejection> {
        self.books.runs.get(id).ok_or_else(|| Rejection::unknown("run", id))
    }
}

impl ReconciliationRun {
    fn scope(&self, state: &State) -> Result<(Scope, Date), Rejection> {
        let statement = state
            .books
            .statements
            .get(&self.statement)
            .ok_or_else(|| Rejection::unknown("statement", &self.statement))?;
        let (kind, party, counterparty) = (self.kind, self.party, self.counterparty);
        let scope = Scope { kind, party, counterparty, source: statement.terms.source.clone() };
        let of = statement.terms.party;
        require(
            statement.terms.kind == kind && (of == party || Some(of) == counterparty),
            Rule::S05,
            || {
                format!(
                    "statement {} is for a run {} with the books of {of}, not for {kind} of {party}",
                    self.statement, statement.terms.kind
                )
            },
        )?;
        Ok((scope, statement.terms.as_of))
    }
}

impl Rules for ReconciliationRun {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        Ok(service_of(self.party))
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.books.runs.contains(&self.run) {
            return Err(Rejection::taken("run", &self.run));
        }
        let two = matches!(self.kind, RunKind::Intergovernmental | RunKind::Loans);
        require(two == self.counterparty.is_some(), Rule::S05, || {
            let needs = if two { "names the other party" } else { "is about one party's books" };
            format!("a run {} {needs}", self.kind)
        })?;
        if let Some(other) = self.counterparty {
            state.directory.require_party(other)?;
            require(other != self.party, Rule::S05, || format!("{other} is not compared with itself"))?;
        }
        state.tolerances_for("runs of a reconciliation")?;
        let (scope, as_of) = self.scope(state)?;
        require(self.size > 0 && self.size <= act.seq, Rule::S05, || {
            format!("the ledger never had {} entries before this one", self.size)
        })?;
        let Some(last) = state.newest_run(&scope) else { return Ok(()) };
        require(last.terms.size <= self.size && last.as_of <= as_of, Rule::C03, || {
            format!(
                "run {} of the same books was at {} entries and a statement of {}: this one goes back",
                last.terms.run, last.terms.size, last.as_of
            )
        })?;
        require(last.is_complete(), Rule::C03, || {
            let (posted, counted) = (last.found.len(), last.terms.broken);
            format!("run {} of the same books has posted {posted} of {counted} breaks", last.terms.run)
        })
        .map_err(|rejection| rejection.remedy("post its other breaks first"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Ok((scope, as_of)) = self.scope(state) else { return };
        state.books.newest_runs.insert(scope.clone(), self.run.clone());
        let run = Run {
            terms: self.clone(),
            scope,
            as_of,
            recorded_in: act.seq,
            since: act.recorded_at,
            found: Vec::new(),
            signed_off: Vec::new(),
        };
        state.books.runs.insert(self.run.clone(), run);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        let mut subjects = vec![Subject::Run(self.run.clone()), Subject::Statement(self.statement.clone())];
        subjects.extend(std::iter::once(self.party).chain(self.counterparty).map(Subject::Party));
        subjects
    }
}
