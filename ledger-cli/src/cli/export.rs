//! Arguments of `export`: a bundle, or another form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ledger_core::domain::Party;

use super::{AtArgs, LogKeyArgs};

/// A form in which the ledger is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// All of it, as a folder of plain files that any verifier can read (C2SP tlog-tiles)
    Bundle,
    /// Its procurements, as OCDS 1.1.5: a release for each act, or with --compiled records
    Ocds,
    /// Its goods, as EPCIS 2.0: what was registered, sent, received, used up, counted, and whose it became
    Epcis,
    /// Every event of every entry, as CSV: a row an event
    Entries,
    /// Money and goods as a plain-text accounting journal that hledger reads: an entry, a transaction
    Accounts,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// A bundle's folder: new, empty, or an older bundle of this ledger, to which what is new is added. In the other
    /// forms a new file, or `-` for standard output
    pub(crate) to: PathBuf,
    /// The form
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = ExportForm::Bundle)]
    pub(crate) form: ExportForm,
    /// Where the newest checkpoint is older than the newest entries, end at the checkpoint
    #[arg(long)]
    pub(crate) to_checkpoint: bool,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    /// Only what concerns this party
    #[arg(long)]
    pub(crate) party: Option<Party>,
    /// Also what is marked restricted or sensitive
    #[arg(long)]
    pub(crate) restricted: bool,
    /// Take the place of a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) ocds: OcdsArgs,
    #[command(flatten)]
    pub(crate) log: LogKeyArgs,
}

/// What only an export of procurements takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --as ocds")]
pub(crate) struct OcdsArgs {
    /// Records: the releases of each procurement, and what they come to
    #[arg(long)]
    pub(crate) compiled: bool,
    /// The publisher's prefix of an ocid, as the Open Contracting Partnership gave it
    #[arg(long, value_name = "PREFIX", default_value = "ocds-213czf")]
    pub(crate) ocid_prefix: String,
}
