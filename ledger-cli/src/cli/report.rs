//! Arguments of the audit report.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use ledger_core::domain::{Digest, Party, Timestamp};

use super::AtArgs;

/// Which entries a report carries, so that whoever reads it can check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Embedded {
    /// All of them.
    All,
    /// None but those by which keys came to be known.
    None,
    /// So many, the newest.
    Newest(u64),
}

impl FromStr for Embedded {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            number => number
                .parse()
                .map(Self::Newest)
                .map_err(|_| "write all, none, or how many of the newest".to_owned()),
        }
    }
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The file to write; what is there is replaced
    #[arg(value_name = "OUT.html")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    /// The moment by which overdue is judged; without it, the time of the last entry
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<Timestamp>,
    /// The heading of the report
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Only the goods, money and open matters that concern this party
    #[arg(long)]
    pub(crate) party: Option<Party>,
    /// The charter's fingerprint that the ledger must have
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) charter: Option<Digest>,
    /// Which entries the file carries to be checked in the browser: all, none, or so many of the newest
    ///
    /// Without it all, as long as the file stays below about 20 MB, and otherwise as many of the newest. What it carries
    /// is verifiable against the root in each case.
    #[arg(long, value_name = "all|none|COUNT")]
    pub(crate) entries: Option<Embedded>,
}
