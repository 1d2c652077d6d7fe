//! What is overdue and stands in no row of either side (domain.md 11.2, B17).
//!
//! An advance, a net amount, a line of a schedule is one record, and that it is overdue is a flaw of the record. A loan
//! may be many records, a discrepancy or an answer none: what is overdue of them is one break by itself.

use super::flaws::overdue;
use super::{RunBreak, Terms};
use crate::domain::reconcile::{BreakClass, RunKind};
use crate::domain::state::State;
use crate::domain::status::MatterKind;
use crate::domain::subject::Subject;

/// The open matters whose time is over and of which no record of the run speaks: discrepancies for the run of goods
/// received, answers for that of movements, and ratifications for the run of what went ahead without them.
pub(super) fn breaks(state: &State, terms: &Terms, run: RunKind, said: &[RunBreak]) -> Vec<RunBreak> {
    let kinds: &[MatterKind] = match run {
        RunKind::GoodsIn => &[MatterKind::Discrepancy],
        RunKind::Advances => &[MatterKind::Advance],
        RunKind::Loans => &[MatterKind::Loan, MatterKind::Ratification],
        RunKind::Movements => &[MatterKind::Permission, MatterKind::Ratification],
        RunKind::Registers => &[MatterKind::Ratification],
        _ => return Vec::new(),
    };
    let mine = |subject: &str| {
        let entry = subject.strip_prefix("entry ").and_then(|entry| entry.parse::<u64>().ok());
        let Some(entry) = entry else { return true };
        let debts = state.ratifications().filter(|((at, _), _)| *at == entry);
        debts.into_iter().any(|(_, debt)| run_of(&debt.subject) == run)
    };
    let breaks = overdue(state, terms, kinds).into_iter().filter(|(subject, _)| mine(subject));
    breaks
        .filter(|(_, flaw)| {
            // One difference is one break: what a record of the run has in its hint already is not said again.
            !said.iter().any(|found| found.hint.as_deref().is_some_and(|hint| hint.contains(&flaw.words)))
        })
        .map(|(subject, flaw)| {
            let mark = flaw.by.to_string();
            let found = terms.aged(run, BreakClass::Overdue, subject, mark, flaw.since);
            RunBreak { hint: Some(flaw.words), by: flaw.by, ..found }
        })
        .collect()
}

/// In which run an act stands that went ahead without a consent.
const fn run_of(subject: &Subject) -> RunKind {
    match subject {
        Subject::Movement(_) => RunKind::Movements,
        Subject::Transfer(_) | Subject::Item(_) => RunKind::Loans,
        _ => RunKind::Registers,
    }
}
