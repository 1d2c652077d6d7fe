//! On what an act rests, and what became of it, as the state at the end knows.

use ledger_core::domain::compromise::Doubt;
use ledger_core::domain::correction::Correction;
use ledger_core::domain::ratification::{Ratification, RatificationStatus, Reliance};
use ledger_core::domain::{Party, PublicKey, State};
use serde::Serialize;

use super::human;

/// On what an act rests, and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Since<'a> {
    /// The consents of others that it took.
    pub(crate) rests_on: &'a [Reliance],
    /// What was owed or said afterwards, where a crisis stood in for a consent.
    pub(crate) ratifications: Vec<Answered<'a>>,
    /// The act that corrected it.
    pub(crate) corrected: Option<&'a Correction>,
    /// Signatures on it that may not have been their officer's.
    pub(crate) doubts: Vec<Doubted<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Answered<'a> {
    pub(crate) party: Party,
    #[serde(flatten)]
    pub(crate) ratification: &'a Ratification,
}

#[derive(Debug, Serialize)]
pub(crate) struct Doubted<'a> {
    pub(crate) key: PublicKey,
    #[serde(flatten)]
    pub(crate) doubt: &'a Doubt,
}

impl<'a> Since<'a> {
    pub(crate) fn of(state: &'a State, entry: u64) -> Self {
        let owed = state.ratifications().filter(|((act, _), _)| *act == entry);
        let doubts = state.doubts().filter(|((act, _), _)| *act == entry);
        Self {
            rests_on: state.reliances(entry),
            ratifications: owed
                .map(|((_, party), ratification)| Answered { party: *party, ratification })
                .collect(),
            corrected: state.correction(entry),
            doubts: doubts.map(|((_, key), doubt)| Doubted { key: *key, doubt }).collect(),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let rests =
            self.rests_on.iter().map(|reliance| format!("  rests on     {}", human::reliance(reliance)));
        let mut lines: Vec<String> = rests.collect();
        for Answered { party, ratification } in &self.ratifications {
            let became = match ratification.status {
                RatificationStatus::Owed => format!("owed by {party} until {}", ratification.due),
                RatificationStatus::Ratified { entry } => format!("by {party} in entry {entry}"),
                RatificationStatus::Refused { entry } => format!("refused by {party} in entry {entry}"),
                RatificationStatus::Unwound { entry } => {
                    format!("refused by {party}, undone in entry {entry}")
                }
            };
            lines.push(format!("  ratification {became}"));
        }
        lines.extend(
            self.corrected.map(|correction| {
                format!("  corrected    by entry {}: {}", correction.by, correction.reason)
            }),
        );
        for Doubted { key, doubt } in &self.doubts {
            let cleared =
                doubt.cleared_in.map_or_else(String::new, |entry| format!(", cleared in entry {entry}"));
            lines.push(format!(
                "  in doubt     key {}, since entry {}{cleared}",
                key.short(),
                doubt.declared_in
            ));
        }
        lines
    }
}
