//! External statements: the file that a ministry's books were compared from, bound by its digest.

use serde::Serialize;

use super::service_of;
use crate::domain::codes::Party;
use crate::domain::consent::Signer;
use crate::domain::digest::Digest;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{Reference, StatementId};
use crate::domain::reconcile::RunKind;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Date;

events! {
    /// Take in a statement from outside the ledger, to compare it with what is recorded; the party's reconciliation
    /// service signs
    ExternalStatementIngested {
        /// Number of the statement
        statement: StatementId,
        /// With which kind of run it is compared
        kind: RunKind,
        /// The party whose books it is from
        party: Party,
        /// Where it comes from: the account, the depot, the supplier. Statements of one source follow one another
        source: Reference,
        /// The day at whose end it stands
        as_of: Date,
        /// SHA-256 of the file
        sha256: Digest,
        /// How many rows it has
        rows: u32,
    }
}

/// A statement that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What is said of it.
    pub terms: ExternalStatementIngested,
    /// The entry that took it in.
    pub ingested_in: u64,
}

impl State {
    /// All statements.
    pub fn statements(&self) -> impl Iterator<Item = (&StatementId, &Statement)> {
        self.books.statements.iter()
    }

    /// One statement.
    pub fn statement(&self, id: &StatementId) -> Option<&Statement> {
        self.books.statements.get(id)
    }
}

impl Rules for ExternalStatementIngested {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        Ok(service_of(self.party))
    }

    fn attests(&self) -> bool {
        true
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.books.statements.contains(&self.statement) {
            return Err(Rejection::taken("statement", &self.statement));
        }
        require(self.as_of <= act.recorded_at.date(), Rule::S05, || {
            format!("the statement is of {}, which has not come yet", self.as_of)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let statement = Statement { terms: self.clone(), ingested_in: act.seq };
        state.books.statements.insert(self.statement.clone(), statement);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Statement(self.statement.clone()), Subject::Party(self.party)]
    }
}
