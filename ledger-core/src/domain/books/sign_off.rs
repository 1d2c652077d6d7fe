//! Signing off: a side says that it answers for its half of a run (domain.md section 11.2).

use super::breaks::KnownBreak;
use super::{both_of, require_two_persons};
use crate::domain::codes::Party;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::RunId;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Date;

events! {
    /// Sign off one's own half of a run, when none of one's breaks in it is open and unexplained; the property-book
    /// officer and the payment authoriser sign
    ReconciliationSignedOff {
        /// Number of the run
        run: RunId,
        /// The side that signs it off
        party: Party,
    }
}

impl State {
    /// The breaks of a run on which a side still has to act before it may sign the run off at `day`.
    pub fn unanswered_breaks(
        &self,
        run: &RunId,
        party: Party,
        day: Date,
    ) -> impl Iterator<Item = &KnownBreak> {
        let found = self.books.runs.get(run).into_iter().flat_map(|run| &run.found);
        let known = found.filter_map(|id| self.books.breaks.get(id));
        known.filter(move |known| known.party() == party && known.is_unanswered(day))
    }
}

impl Rules for ReconciliationSignedOff {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.run_of(&self.run)?;
        Ok(both_of(self.party))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let run = state.run_of(&self.run)?;
        require(run.sides().any(|side| side == self.party), Rule::S05, || {
            format!("{} is no side of run {}", self.party, self.run)
        })?;
        if let Some(entry) = run.signed_off_by(self.party) {
            let why = format!("{} signed run {} off in entry {entry} already", self.party, self.run);
            return Err(Rejection::new(Rule::S03, why));
        }
        require(run.is_complete(), Rule::C02, || {
            let (posted, counted) = (run.found.len(), run.terms.broken);
            format!("run {} counted {counted} breaks, and {posted} are posted", self.run)
        })?;
        let mut open = state.unanswered_breaks(&self.run, self.party, act.recorded_at.date());
        if let Some(first) = open.next() {
            let more = open.count();
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let why = format!(
                "break {}{more} of {} in run {} is open and unexplained",
                first.terms.break_id, self.party, self.run
            );
            return Err(Rejection::new(Rule::C07, why)
                .remedy("explain it, accept it with a limit, or name the entry that corrects it"));
        }
        require_two_persons(state, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(run) = state.books.runs.get_mut(&self.run) {
            run.signed_off.push((self.party, act.seq));
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Run(self.run.clone()), Subject::Party(self.party)]
    }
}
