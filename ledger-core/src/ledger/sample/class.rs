//! The targeted classes of domain.md 11.3: what an auditor looks at because of what it is, not by chance. Each is a rule
//! that is computed from the ledger and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::event::EventKind;
use crate::domain::{Event, RecordedAct, Timestamp};

/// A targeted class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Class {
    /// Acts that went ahead because a crisis stood in for another party's consent.
    Crisis {},
    /// Acts by which an ordinary control was set aside, or what the ledger said was changed: see [`OVERRIDES`].
    Overrides {},
    /// Acts with an event that was recorded more than so many hours after it occurred.
    Late {
        /// How many hours are not late.
        over_hours: u32,
    },
    /// Payments whose amount is a multiple of so many whole units of its currency.
    Round {
        /// The unit: 1000 for thousands of euros.
        to: u64,
    },
    /// Payments of which one payer made two or more on one value date to one payee in one currency.
    SameDay {},
    /// Acts that were recorded on a Saturday or a Sunday, in UTC.
    Weekend {},
    /// Goods whose count is never left out: ammunition, explosives, and what is on the military list.
    Sensitive {},
    /// What is overdue when the last entry was recorded.
    Overdue {},
}

/// The kinds of events that set an ordinary control aside, or change what the ledger said.
pub const OVERRIDES: &[&str] = &[
    "CorrectionRecorded",
    "CountVarianceResolved",
    "DeliveryAcceptedWithReservation",
    "DoubtCleared",
    "InvoiceDisputeResolved",
    "NationalExclusionDeclared",
    "RatificationRefused",
    "RegimeParametersSet",
    "WriteOffApproved",
];

/// The hours that are not late, when nobody says how many.
pub const USUAL_HOURS: u32 = 72;
/// To what amounts are round, when nobody says.
pub const USUAL_UNIT: u64 = 1_000;

impl Class {
    /// The word for it where only a word is recorded.
    pub const fn word(self) -> &'static str {
        match self {
            Class::Crisis {} => "class-crisis",
            Class::Overrides {} => "class-overrides",
            Class::Late { .. } => "class-late",
            Class::Round { .. } => "class-round",
            Class::SameDay {} => "class-same-day",
            Class::Weekend {} => "class-weekend",
            Class::Sensitive {} => "class-sensitive",
            Class::Overdue {} => "class-overdue",
        }
    }
}

/// For people.
impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Class::Crisis {} => f.write_str("acts in a crisis"),
            Class::Overrides {} => f.write_str("overrides"),
            Class::Late { over_hours } => {
                write!(f, "acts recorded more than {over_hours} hours after they occurred")
            }
            Class::Round { to } => write!(f, "payments of round amounts (multiples of {to})"),
            Class::SameDay {} => f.write_str("payments to one payee on one day"),
            Class::Weekend {} => f.write_str("acts recorded at a weekend"),
            Class::Sensitive {} => f.write_str("sensitive goods"),
            Class::Overdue {} => f.write_str("what is overdue"),
        }
    }
}

/// How many whole hours after its earliest event an act was recorded.
pub(super) fn hours_late(act: &RecordedAct) -> u64 {
    let earliest = act.act.events.iter().map(Event::occurred_at).min();
    let late = earliest.map_or(0, |earliest| act.recorded_at.since(earliest));
    late.checked_div(3_600_000).unwrap_or(0)
}

/// True when an event of the act was recorded more than so many hours, to the millisecond, after it occurred.
pub(super) fn is_late(act: &RecordedAct, over_hours: u32) -> bool {
    let limit = u64::from(over_hours).saturating_mul(3_600_000);
    act.act.events.iter().any(|event| act.recorded_at.since(event.occurred_at()) > limit)
}

/// The weekend day on which a moment lies, in UTC.
pub(super) fn weekend(at: Timestamp) -> Option<&'static str> {
    // 1970-01-01 was a Thursday.
    match at.as_millis().checked_div(86_400_000)?.checked_add(4)?.checked_rem(7)? {
        6 => Some("Saturday"),
        0 => Some("Sunday"),
        _ => None,
    }
}

/// True for the kinds in [`OVERRIDES`].
pub(super) fn is_override(kind: EventKind) -> bool {
    OVERRIDES.contains(&kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_override_is_a_kind_of_event() {
        for name in OVERRIDES {
            assert!(name.parse::<EventKind>().is_ok(), "{name}");
        }
        assert!(OVERRIDES.is_sorted());
    }

    #[test]
    fn the_days_of_the_weekend_are_those_of_the_calendar() {
        let day = |text: &str| weekend(text.parse().unwrap());
        assert_eq!(day("1970-01-01T00:00:00Z"), None);
        assert_eq!(day("2026-01-30T23:59:59.999Z"), None);
        assert_eq!(day("2026-01-31T00:00:00Z"), Some("Saturday"));
        assert_eq!(day("2026-02-01T23:59:59.999Z"), Some("Sunday"));
        assert_eq!(day("2026-02-02T00:00:00Z"), None);
    }
}
