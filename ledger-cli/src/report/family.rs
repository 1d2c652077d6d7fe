//! Families of acts, for the timeline: the ranges of the numbers of events (format.md, section 5).

use std::fmt;

use ledger_core::domain::Event;

/// What an act is about, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// Parties, keys, consent, crises.
    Governance,
    /// What there is.
    Register,
    /// Transfers and mutual support.
    Transfer,
    /// Movements.
    Movement,
    /// Procurement and money.
    Procurement,
    /// Books compared, periods closed, audits.
    Audit,
}

impl Family {
    /// All of them, as they are stacked.
    pub(super) const ALL: [Self; 6] =
        [Self::Governance, Self::Register, Self::Transfer, Self::Movement, Self::Procurement, Self::Audit];

    /// The family of an event.
    pub(super) fn of(event: &Event) -> Self {
        let number =
            Event::CATALOGUE.iter().find(|(_, name)| *name == event.name()).map(|(number, _)| *number);
        match number.map(|number| number >> 8) {
            Some(0) => Self::Governance,
            Some(1) => Self::Register,
            Some(2) => Self::Transfer,
            Some(3) => Self::Movement,
            Some(4) => Self::Procurement,
            _ => Self::Audit,
        }
    }

    /// Its colour class.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Governance => "f0",
            Self::Register => "f1",
            Self::Transfer => "f2",
            Self::Movement => "f3",
            Self::Procurement => "f4",
            Self::Audit => "f5",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Governance => "Parties, keys and consent",
            Self::Register => "Items and stocks",
            Self::Transfer => "Transfers and support",
            Self::Movement => "Movements",
            Self::Procurement => "Procurement and money",
            Self::Audit => "Reconciliation and audit",
        })
    }
}
