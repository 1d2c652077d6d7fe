//! What is wrong with what the ledger recorded, whatever the book says: late, without basis, overdue.

use std::collections::BTreeMap;

use super::{Facts, Flaw, Note, Terms};
use crate::domain::codes::Party;
use crate::domain::ratification::RatificationStatus;
use crate::domain::reconcile::BreakClass;
use crate::domain::regime::DAY_MS;
use crate::domain::state::State;
use crate::domain::status::MatterKind;
use crate::domain::time::Timestamp;

/// What is known of entries and open matters, looked up once for a run.
pub(super) struct Known<'a> {
    terms: &'a Terms,
    facts: &'a Facts,
    /// By entry: who has to act, and why its basis is in question.
    baseless: BTreeMap<u64, Flaw>,
}

impl<'a> Known<'a> {
    pub(super) fn new(state: &State, facts: &'a Facts, terms: &'a Terms) -> Self {
        let mut baseless = BTreeMap::new();
        for ((entry, key), doubt) in state.doubts().filter(|(_, doubt)| doubt.cleared_in.is_none()) {
            let by = state.officer(key).map_or(terms.party, |officer| officer.party);
            let words = format!("entry {entry} was signed with key {}, which is in doubt", key.short());
            let flaw = Flaw { class: BreakClass::Authority, by, since: Some(doubt.signed_at), words };
            baseless.entry(*entry).or_insert(flaw);
        }
        for ((entry, party), debt) in state.ratifications() {
            if let RatificationStatus::Refused { entry: refused } = debt.status {
                let words = format!("{party} refused in entry {refused} to ratify entry {entry}");
                let flaw = Flaw { class: BreakClass::Authority, by: debt.by, since: Some(debt.since), words };
                baseless.entry(*entry).or_insert(flaw);
            }
        }
        Self { terms, facts, baseless }
    }

    /// Who recorded it without a valid basis, if somebody did.
    pub(super) fn baseless(&self, entry: u64) -> Option<Flaw> {
        self.baseless.get(&entry).cloned()
    }

    /// That it was recorded late, if it was (domain.md 11.2, B13).
    fn late(&self, entry: u64, occurred_at: Timestamp) -> Option<Flaw> {
        let recorded = self.facts.recorded(entry)?;
        let most = u64::from(self.terms.tolerances.late_recording_days).saturating_mul(DAY_MS);
        let days = recorded.since(occurred_at).checked_div(DAY_MS).unwrap_or(0);
        (recorded.since(occurred_at) > most).then(|| Flaw {
            class: BreakClass::LateRecording,
            by: self.terms.party,
            since: Some(occurred_at),
            words: format!("entry {entry} recorded it {days} days after it occurred"),
        })
    }

    /// What is known of something that one entry recorded.
    pub(super) fn note(&self, entry: u64, occurred_at: Timestamp) -> Note {
        let mut flaws = Vec::new();
        flaws.extend(self.baseless(entry));
        flaws.extend(self.late(entry, occurred_at));
        Note { since: Some(occurred_at), flaws, ..Note::default() }
    }

    /// Why something is not on the ledger's side: its act waits.
    pub(super) fn waiting(&self, entry: u64, occurred_at: Timestamp) -> Note {
        let words = format!("entry {entry} says so and waits for signatures");
        let by = self.terms.party;
        let flaw = Flaw { class: BreakClass::Timing, by, since: Some(occurred_at), words };
        Note { since: Some(occurred_at), shadow: Some(flaw), ..Note::default() }
    }
}

/// What is overdue at the end of what is compared, and concerns the ministry: by what it is about.
pub(super) fn overdue(state: &State, terms: &Terms, kinds: &[MatterKind]) -> Vec<(String, Flaw)> {
    let now = terms.now();
    let matters = state.matters(now).into_iter().filter(|matter| {
        kinds.contains(&matter.kind)
            && matter.is_overdue(now)
            && matter.concerns(terms.party)
            && terms.with.is_none_or(|with| matter.concerns(with))
    });
    matters
        .map(|matter| {
            let days = matter.days_overdue(now);
            let flaw = Flaw {
                class: BreakClass::Overdue,
                by: matter.by,
                since: matter.since.or(matter.due),
                words: format!("overdue for {days} days: {} has to {}", matter.by, matter.what),
            };
            (matter.subject, flaw)
        })
        .collect()
}

impl Note {
    /// The note with one more thing that is wrong.
    pub(super) fn with(mut self, flaw: Option<Flaw>) -> Self {
        self.flaws.extend(flaw);
        self
    }
}

/// That something is overdue, for whom to act.
pub(super) fn overdue_by(by: Party, since: Option<Timestamp>, words: String) -> Flaw {
    Flaw { class: BreakClass::Overdue, by, since, words }
}
