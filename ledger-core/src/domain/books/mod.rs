//! What comes of comparing: statements, runs, the differences that they find, and who answers for them (domain.md
//! sections 5.5 and 11).
//!
//! The comparison itself is [`reconcile`](super::reconcile), which knows no ledger. Here is what is put on record of it:
//! a reconciliation service attests what it compared and what it found; the officers of the party concerned explain,
//! accept, correct and close, two of them where something is let go; and each side signs off its own half of a run.

mod breaks;
mod difference;
mod run;
mod sign_off;
mod statement;
mod tolerances;

use super::codes::Party;
use super::consent::Signer;
use super::event::RecordedAct;
use super::ids::{BreakId, RunId, StatementId};
use super::party::{BOOK, BOOK_OR_PAYER, PAYER, RECONCILER};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::table::tables;

pub use breaks::{
    BreakAccepted, BreakClosed, BreakCorrected, BreakExplained, BreakFoundAgain, BreakOpened, BreakStatus,
    ClosingGround, KnownBreak,
};
pub use difference::{Difference, MoreIn};
pub use run::{ReconciliationRun, Run, Scope};
pub use sign_off::ReconciliationSignedOff;
pub use statement::{ExternalStatementIngested, Statement};
pub use tolerances::{ReconciliationTolerances, ReconciliationTolerancesSet};

tables! {
    /// What was compared and what came of it.
    pub(crate) struct Books {
        /// What the parties agreed on, in the order in which it took effect; the last one holds.
        tolerances: u64 => ReconciliationTolerances,
        statements: StatementId => Statement,
        runs: RunId => Run,
        /// The newest run of each scope.
        newest_runs: Scope => RunId,
        breaks: BreakId => KnownBreak,
    }
}

/// The reconciliation service of a party.
fn service_of(party: Party) -> Vec<Signer> {
    vec![Signer::of(party, RECONCILER)]
}

/// One who answers for a party's books.
fn answers_for(party: Party) -> Vec<Signer> {
    vec![Signer::of(party, BOOK_OR_PAYER)]
}

/// Two who answer for a party's books: who prepares does not approve (domain.md section 11.2).
pub(super) fn both_of(party: Party) -> Vec<Signer> {
    vec![Signer::of(party, BOOK), Signer::of(party, PAYER)]
}

/// Refuses an act that one person signed twice, with two keys.
pub(super) fn require_two_persons(state: &State, act: &RecordedAct) -> Result<(), Rejection> {
    let signers = act.signed_by();
    let twice = signers.iter().enumerate().find_map(|(index, one)| {
        let mut others = signers.iter().skip(index.saturating_add(1));
        others.find(|other| state.directory.same_person(one, other))
    });
    require(twice.is_none(), Rule::C08, || {
        let key = twice.map_or_else(String::new, super::ids::PublicKey::short);
        format!(
            "the officer of key {key} has signed already, with another key: who prepares does not approve"
        )
    })
    .map_err(|rejection| rejection.remedy("another officer gives the second signature").at_author())
}
