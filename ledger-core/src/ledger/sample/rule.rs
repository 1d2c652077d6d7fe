//! Which populations there are. A rule and its parameters stand in the sample; the ledger at a size gives the rest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::event::EventKind;
use crate::domain::money::Currency;

use super::class::Class;

/// Of what a sample is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// Every entry; or those in which one of these kinds of events stands.
    Acts {
        /// The kinds, in the order of their numbers; all, when there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kinds: Vec<EventKind>,
    },
    /// Every payment, with its amount: each event that says that a party paid; or those in one currency.
    Payments {
        /// The currency; all, when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency: Option<Currency>,
    },
    /// Every place at which goods of the register stand, but what is used up or written off.
    Items {},
    /// Every contract and call-off, with its value as it is at that size.
    Contracts {},
    /// Every movement that was planned.
    Movements {},
    /// A targeted class.
    Class(Class),
}

impl Rule {
    /// Every entry in which one of these kinds of events stands; every entry, when there are none.
    pub fn acts(mut kinds: Vec<EventKind>) -> Self {
        kinds.sort_unstable();
        kinds.dedup();
        Rule::Acts { kinds }
    }

    /// The word for it where only a word is recorded.
    pub const fn word(&self) -> &'static str {
        match self {
            Rule::Acts { .. } => "acts",
            Rule::Payments { .. } => "payments",
            Rule::Items {} => "items",
            Rule::Contracts {} => "contracts",
            Rule::Movements {} => "movements",
            Rule::Class(class) => class.word(),
        }
    }

    /// True when it is written in its one form.
    pub(super) fn is_canonical(&self) -> bool {
        match self {
            Rule::Acts { kinds } => kinds.is_sorted_by(|a, b| a < b),
            _ => true,
        }
    }
}

/// For people.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Acts { kinds } if kinds.is_empty() => f.write_str("all acts"),
            Rule::Acts { kinds } => {
                let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                write!(f, "acts with {}", kinds.join(" or "))
            }
            Rule::Payments { currency: None } => f.write_str("payments"),
            Rule::Payments { currency: Some(currency) } => write!(f, "payments in {currency}"),
            Rule::Items {} => f.write_str("goods of the register"),
            Rule::Contracts {} => f.write_str("contracts"),
            Rule::Movements {} => f.write_str("movements"),
            Rule::Class(class) => write!(f, "{class}"),
        }
    }
}
