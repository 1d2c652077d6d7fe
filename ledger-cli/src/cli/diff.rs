//! Arguments of `diff`.

use clap::Args;
use ledger_core::domain::{Party, Subject};

use super::moment::Point;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The first state: after so many entries, or after all that were recorded by a day or a time
    #[arg(value_name = "FROM")]
    pub(crate) from: Point,
    /// The second state; without it, the one at the end
    #[arg(value_name = "TO")]
    pub(crate) to: Option<Point>,
    /// Only rows that name this party
    #[arg(long, value_name = "PARTY")]
    pub(crate) party: Option<Party>,
    /// Only rows that name this thing, written as for `log --about`
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) about: Option<Subject>,
    /// Only rows of this table of the state document; may be given several times
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Vec<String>,
}
