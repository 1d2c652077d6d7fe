//! Arguments of closing a period.

use clap::{Args, Subcommand};
use ledger_core::domain::ids::PeriodId;
use ledger_core::domain::{Date, Party};

use super::ReceiptArgs;
use crate::keyfile::KeyArgs;

/// Periods.
#[derive(Debug, Subcommand)]
pub(crate) enum PeriodCommand {
    /// Fix the cut-off of a period: size and root of the ledger at the end of its last day, computed here
    ///
    /// It counts once the payment authoriser and the property-book officer of every member have signed.
    #[command(after_help = "Example:
  jointledger --ledger baltic period fix 2026-01 --last-day 2026-01-31 --key ee-fin
  jointledger --ledger baltic countersign 412 --key ee-pbo")]
    Fix(PeriodFixArgs),
    /// Confirm what one's party and another owe one another at the cut-off, computed here from the ledger
    ///
    /// It counts once the payment authoriser and the property-book officer of the party have signed. When one's own
    /// books say something else, record BalanceConfirmed with what they say.
    #[command(after_help = "Example:
  jointledger --ledger baltic period confirm 2026-01 --with LV --key ee-fin
  jointledger --ledger baltic record BalanceConfirmed --period 2026-01 --party EE \\
      --counterparty LV --balances 'debtor=EE; creditor=LV; amount=10.00 EUR' --key ee-fin")]
    Confirm(PeriodConfirmArgs),
    /// Show a period: its cut-off, who owes whom at it, and where ledger and confirmations differ
    ///
    /// Exit code 0, also when they differ.
    #[command(after_help = "Example:
  jointledger --ledger baltic period show 2026-01")]
    Show(PeriodArgs),
    /// List the acts that occurred in or before a period and were recorded after its cut-off
    #[command(after_help = "Example:
  jointledger --ledger baltic period late 2026-01")]
    Late(PeriodArgs),
}

/// Arguments of `period fix`.
#[derive(Debug, Args)]
pub(crate) struct PeriodFixArgs {
    /// Name of the period
    pub(crate) period: PeriodId,
    /// Its last day, in UTC; it must be over
    #[arg(long, value_name = "DAY")]
    pub(crate) last_day: Date,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Arguments of `period confirm`.
#[derive(Debug, Args)]
pub(crate) struct PeriodConfirmArgs {
    /// Name of the period
    pub(crate) period: PeriodId,
    /// The other party
    #[arg(long, value_name = "PARTY")]
    pub(crate) with: Party,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Arguments of `period show` and `period late`.
#[derive(Debug, Args)]
pub(crate) struct PeriodArgs {
    /// Name of the period
    pub(crate) period: PeriodId,
}
