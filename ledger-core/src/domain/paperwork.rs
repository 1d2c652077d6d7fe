//! The measure of less paper: how many signatures each kind of act took, and how many an undertaking took before it
//! might lawfully start, in peace, under standing authorisations and in a crisis (domain.md section 8).
//!
//! Counted from the entries alone, one after the other, beside the state that they give. A signature is an officer's
//! under an act: its author's, and one for each countersignature. An act that was refused or still waits counts as
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::consent::Basis;
use super::event::{Event, RecordedAct};
use super::state::State;
use super::subject::Subject;
use super::time::Timestamp;

/// On what the consent of others rested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Circumstances {
    /// On their own word, or none was needed.
    Peace,
    /// On a standing authorisation, for at least one of them.
    Standing,
    /// On a crisis, for at least one of them.
    Crisis,
}

impl Circumstances {
    /// All of them, in the order in which paper becomes less.
    pub const ALL: [Circumstances; 3] =
        [Circumstances::Peace, Circumstances::Standing, Circumstances::Crisis];
}

/// How many acts of a kind there were, and what they took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Acts that took effect.
    pub acts: u64,
    /// The fewest signatures that one took.
    pub fewest: u64,
    /// The most.
    pub most: u64,
}

impl Tally {
    fn add(&mut self, signatures: u64) {
        self.fewest = if self.acts == 0 { signatures } else { self.fewest.min(signatures) };
        self.most = self.most.max(signatures);
        self.acts = self.acts.saturating_add(1);
    }
}

/// Something that several acts bring to its start: a loan, a movement, a call-off, a support order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undertaking {
    /// What it is.
    pub subject: Subject,
    /// Under which circumstances it started.
    pub circumstances: Circumstances,
    /// Signatures under all acts that came before its start; those of the starting act when it came alone.
    pub signatures: u64,
    /// Signatures that a crisis only put off: under ratifications, their refusals and what unwound it.
    pub afterwards: u64,
    /// When the first of these acts was recorded.
    pub intended_at: Timestamp,
    /// When the last of these signatures was recorded: from then on it might lawfully start.
    pub lawful_at: Timestamp,
    /// The entry that started it.
    pub started_in: u64,
}

impl Undertaking {
    /// Whole minutes from the intent to the lawful start.
    pub fn minutes(&self) -> u64 {
        self.lawful_at.since(self.intended_at).checked_div(super::regime::MINUTE_MS).unwrap_or(0)
    }
}

/// An act and its signatures so far.
#[derive(Debug, Clone)]
struct Signed {
    kinds: Vec<&'static str>,
    subjects: BTreeSet<Subject>,
    starts: Vec<Subject>,
    signatures: u64,
    recorded_at: Timestamp,
    last_signed_at: Timestamp,
    has_effect: bool,
}

/// The count so far.
#[derive(Debug, Clone, Default)]
pub struct Paperwork {
    acts: BTreeMap<u64, Signed>,
    /// Movements that carry the goods of a transfer: what they take, it takes.
    carried_by: BTreeMap<Subject, BTreeSet<Subject>>,
}

/// The kinds of events by which a party answers afterwards for what went ahead in a crisis.
const ANSWERS: [&str; 3] = ["ActRatified", "RatificationRefused", "UnwindingClosed"];

/// What an event starts.
fn starts(event: &Event, subjects: &[Subject]) -> Vec<Subject> {
    let of = |wanted: fn(&Subject) -> bool| subjects.iter().filter(|s| wanted(s)).cloned().collect();
    match event.name() {
        "ConsignmentDispatched" => of(|subject| matches!(subject, Subject::Transfer(_))),
        "MovementStarted" => of(|subject| matches!(subject, Subject::Movement(_) | Subject::Transfer(_))),
        "CallOffOrdered" => of(|subject| matches!(subject, Subject::Contract(_))),
        "SupportDelivered" => of(|subject| matches!(subject, Subject::Support(_))),
        _ => Vec::new(),
    }
}

impl Paperwork {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts an act that was recorded; `state` is the state after it.
    pub fn note(&mut self, act: &RecordedAct, state: &State) {
        for event in &act.act.events {
            match event {
                Event::ActCountersigned(given) => {
                    let waits = state.pending().any(|(entry, _)| *entry == given.entry);
                    if let Some(signed) = self.acts.get_mut(&given.entry) {
                        signed.signatures = signed.signatures.saturating_add(1);
                        signed.last_signed_at = act.recorded_at;
                        signed.has_effect = !waits;
                    }
                    return;
                }
                Event::ActRefused(_) => return,
                _ => {}
            }
        }
        let mut signed = Signed {
            kinds: Vec::new(),
            subjects: BTreeSet::new(),
            starts: Vec::new(),
            signatures: 1,
            recorded_at: act.recorded_at,
            last_signed_at: act.recorded_at,
            has_effect: state.pending().all(|(entry, _)| *entry != act.seq),
        };
        for event in &act.act.events {
            if let Event::LedgerConstituted(founding) = event {
                signed.signatures = u64::try_from(founding.signatures.len()).unwrap_or(u64::MAX);
            }
            let subjects = event.subjects(state);
            signed.kinds.push(event.name());
            for started in starts(event, &subjects) {
                if !signed.starts.contains(&started) {
                    signed.starts.push(started);
                }
            }
            for movement in subjects.iter().filter(|subject| matches!(subject, Subject::Movement(_))) {
                for transfer in subjects.iter().filter(|subject| matches!(subject, Subject::Transfer(_))) {
                    self.carried_by.entry(transfer.clone()).or_default().insert(movement.clone());
                }
            }
            signed.subjects.extend(subjects);
        }
        self.acts.insert(act.seq, signed);
    }

    /// The circumstances of an act.
    fn circumstances(entry: u64, state: &State) -> Circumstances {
        let each = state.reliances(entry).iter().map(|reliance| match reliance.basis {
            Basis::Explicit { .. } => Circumstances::Peace,
            Basis::Standing { .. } => Circumstances::Standing,
            Basis::Crisis { .. } => Circumstances::Crisis,
        });
        each.max().unwrap_or(Circumstances::Peace)
    }

    /// For each kind of event and each of the circumstances, the acts that took effect and what they took. `state` is
    /// the state after all that was counted.
    ///
    /// An act that rests on no consent of its own, such as a notice before the start or a border crossed after it, is
    /// counted under the circumstances of the movement it is about, or else of what else it is about.
    pub fn kinds(&self, state: &State) -> BTreeMap<&'static str, BTreeMap<Circumstances, Tally>> {
        let by_subject = self.circumstances_of_subjects(state);
        let mut kinds: BTreeMap<&'static str, BTreeMap<Circumstances, Tally>> = BTreeMap::new();
        for (entry, signed) in self.acts.iter().filter(|(_, signed)| signed.has_effect) {
            let of = |movements: bool| {
                let about = signed.subjects.iter().filter(|s| matches!(s, Subject::Movement(_)) == movements);
                about.filter_map(|subject| by_subject.get(subject)).copied().max()
            };
            let own = (!state.reliances(*entry).is_empty()).then(|| Self::circumstances(*entry, state));
            let circumstances =
                own.or_else(|| of(true)).or_else(|| of(false)).unwrap_or(Circumstances::Peace);
            for kind in &signed.kinds {
                kinds.entry(kind).or_default().entry(circumstances).or_default().add(signed.signatures);
            }
        }
        kinds
    }

    /// Under which circumstances each undertaking began: those of the first act about it that rests on a consent.
    fn circumstances_of_subjects(&self, state: &State) -> BTreeMap<&Subject, Circumstances> {
        use Subject::{Contract, Movement, Support, Transfer};
        let mut by_subject = BTreeMap::new();
        let relying =
            |(entry, signed): &(&u64, &Signed)| signed.has_effect && !state.reliances(**entry).is_empty();
        for (entry, signed) in self.acts.iter().filter(relying) {
            let undertakings = signed
                .subjects
                .iter()
                .filter(|subject| matches!(subject, Contract(_) | Movement(_) | Support(_) | Transfer(_)));
            for subject in undertakings {
                by_subject.entry(subject).or_insert_with(|| Self::circumstances(*entry, state));
            }
        }
        by_subject
    }

    /// What was started, in the order of the starts. `state` is the state after all that was counted.
    pub fn undertakings(&self, state: &State) -> Vec<Undertaking> {
        let mut seen = BTreeSet::new();
        let mut undertakings = Vec::new();
        for (started_in, start) in self.acts.iter().filter(|(_, signed)| signed.has_effect) {
            for subject in &start.starts {
                // A movement that carries a transfer is counted as part of it.
                let carries = self.carried_by.values().any(|movements| movements.contains(subject));
                if carries || !seen.insert(subject.clone()) {
                    continue;
                }
                undertakings.push(self.undertaking(subject, *started_in, start, state));
            }
        }
        undertakings
    }

    fn undertaking(&self, subject: &Subject, started_in: u64, start: &Signed, state: &State) -> Undertaking {
        let movements = self.carried_by.get(subject);
        let concerns = |signed: &Signed| {
            signed.subjects.contains(subject)
                || movements.is_some_and(|movements| !movements.is_disjoint(&signed.subjects))
        };
        let before: Vec<&Signed> = self
            .acts
            .range(..started_in)
            .map(|(_, signed)| signed)
            .filter(|signed| signed.has_effect && concerns(signed))
            .collect();
        let counted = if before.is_empty() { vec![start] } else { before };
        // Its circumstances are those of the acts that brought it to its start, and of all its starting acts: the
        // goods' and the movement's. The consent to a support order is in the order, not in the delivery.
        let circumstances = self
            .acts
            .iter()
            .filter(|(entry, signed)| {
                let brought = **entry <= started_in || !signed.starts.is_empty();
                signed.has_effect && brought && concerns(signed)
            })
            .map(|(entry, _)| Self::circumstances(*entry, state))
            .max();
        let answers = self.acts.range(started_in..).map(|(_, signed)| signed).filter(|signed| {
            let answers = signed.kinds.iter().any(|kind| ANSWERS.contains(kind));
            signed.has_effect && answers && concerns(signed)
        });
        let afterwards = answers.map(|signed| signed.signatures).fold(0, u64::saturating_add);
        Undertaking {
            subject: subject.clone(),
            circumstances: circumstances.unwrap_or(Circumstances::Peace),
            afterwards,
            signatures: counted.iter().map(|signed| signed.signatures).fold(0, u64::saturating_add),
            intended_at: counted.iter().map(|signed| signed.recorded_at).min().unwrap_or(start.recorded_at),
            lawful_at: counted.iter().map(|signed| signed.last_signed_at).max().unwrap_or(start.recorded_at),
            started_in,
        }
    }
}
