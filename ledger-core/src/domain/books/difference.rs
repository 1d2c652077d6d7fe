//! By how much two sides differ, where that can be measured.

use std::fmt;

use serde::Serialize;

use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule};
use crate::domain::text::code_list;

code_list! {
    /// Which side has more.
    MoreIn: "a side of a comparison" {
        /// The ledger has more than the book.
        1 Ledger "LEDGER";
        /// The book has more than the ledger.
        2 Book "BOOK";
    }
}

/// How much it is about: goods or money. A place or a condition that differs has no measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// So much of something.
    Quantity(Quantity),
    /// So much money.
    Amount(Money),
}

impl Difference {
    /// From the two fields of an event, of which at most one is given.
    ///
    /// # Errors
    /// [`Rule::S05`] when both are.
    pub(crate) fn read(
        what: &str,
        quantity: Option<Quantity>,
        amount: Option<Money>,
    ) -> Result<Option<Self>, Rejection> {
        match (quantity, amount) {
            (None, None) => Ok(None),
            (Some(quantity), None) => Ok(Some(Difference::Quantity(quantity))),
            (None, Some(amount)) => Ok(Some(Difference::Amount(amount))),
            (Some(_), Some(_)) => {
                Err(Rejection::new(Rule::S05, format!("{what} is a quantity or an amount, not both")))
            }
        }
    }

    /// True for a difference of nothing.
    pub const fn is_zero(self) -> bool {
        match self {
            Difference::Quantity(quantity) => quantity.is_zero(),
            Difference::Amount(amount) => amount.is_zero(),
        }
    }

    /// True when it is of the same unit or currency as `limit` and not more.
    pub fn at_most(self, limit: Difference) -> bool {
        match (self, limit) {
            (Difference::Quantity(here), Difference::Quantity(limit)) => here.at_most(limit),
            (Difference::Amount(here), Difference::Amount(limit)) => here.at_most(limit),
            _ => false,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Quantity(quantity) => quantity.fmt(f),
            Difference::Amount(amount) => amount.fmt(f),
        }
    }
}
