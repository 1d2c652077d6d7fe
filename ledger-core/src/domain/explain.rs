//! Before anyone signs: may this act be done now, on which basis, whose signature is missing, and what would be the
//! shortest lawful way.
//!
//! Nothing here decides anything. It asks [`State::admit`], as the journal does, and says what came out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::codes::Party;
use super::consent::Signer;
use super::event::{Event, RecordedAct};
use super::party::Officer;
use super::ratification::{Ratification, Reliance};
use super::rejection::Rejection;
use super::state::State;

/// What would come of an act if this officer recorded it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Who would sign, when the ledger knows the key.
    pub officer: Option<Officer>,
    /// Whether it may be done.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// A ratification that an act would owe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// The party that would owe it.
    pub party: Party,
    /// What it would owe.
    #[serde(flatten)]
    pub ratification: Ratification,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It takes effect at once.
    Lawful {
        /// On which consents of other parties it goes ahead.
        bases: Vec<Reliance>,
        /// Which ratifications it would owe afterwards.
        owes: Vec<Owed>,
    },
    /// It may be recorded, and waits without effect.
    Waits {
        /// For whose signatures.
        #[serde(serialize_with = "in_words")]
        missing: Vec<Signer>,
    },
    /// It may not be recorded.
    Refused {
        /// The rule, why, and the shortest lawful way where there is one.
        #[serde(flatten)]
        rejection: Rejection,
    },
}

fn in_words<S: serde::Serializer>(missing: &[Signer], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(missing.iter().map(ToString::to_string))
}

impl Verdict {
    /// How far it is from taking effect: the nearer the smaller.
    fn distance(&self) -> (u8, usize) {
        match self {
            Verdict::Lawful { .. } => (0, 0),
            Verdict::Waits { missing } => (1, missing.len()),
            Verdict::Refused { rejection } if rejection.at_author => (3, 0),
            Verdict::Refused { .. } => (2, 0),
        }
    }
}

impl State {
    /// Says what would come of an act, recorded by whichever officer brings it furthest.
    ///
    /// `None` when nobody's key signs.
    pub fn explain_for_anyone(&self, act: &RecordedAct) -> Option<Explanation> {
        let mut offices = BTreeMap::new();
        for (key, _) in self.keys() {
            if let Ok(officer) = self.signing_officer(key, act.recorded_at) {
                offices.entry((officer.party, officer.role)).or_insert(*key);
            }
        }
        let each = offices
            .into_values()
            .map(|author| self.explain(&Arc::new(RecordedAct { author, ..act.clone() })));
        // The first of those that come equally far: offices stand in a fixed order.
        each.min_by_key(|explanation| explanation.verdict.distance())
    }

    /// Says what would come of an act at this place, without doing it.
    pub fn explain(&self, act: &Arc<RecordedAct>) -> Explanation {
        let officer = self.officer(&act.author);
        let verdict = match self.admit(act) {
            Err(rejection) => Verdict::Refused { rejection },
            Ok(admitted) if !admitted.missing().is_empty() => {
                Verdict::Waits { missing: admitted.missing().to_vec() }
            }
            Ok(admitted) => {
                let mut trial = self.fork();
                trial.apply(act, admitted);
                // The last signature gives effect to the act that waited for it.
                let given = act.act.events.iter().find_map(|event| match event {
                    Event::ActCountersigned(countersigned) => Some(countersigned.entry),
                    _ => None,
                });
                let entry = given.unwrap_or(act.seq);
                let owed = trial.ratifications().filter(|((owed, _), _)| *owed == entry);
                Verdict::Lawful {
                    bases: trial.reliances(entry).to_vec(),
                    owes: owed
                        .map(|((_, party), owed)| Owed { party: *party, ratification: owed.clone() })
                        .collect(),
                }
            }
        };
        Explanation { officer, verdict }
    }
}
