//! Arguments of recording: countersigning, refusing, appending, and asking beforehand.

use std::path::PathBuf;

use clap::Args;
use ledger_core::domain::{Party, Role, Text, Timestamp};

use super::ReceiptArgs;
use crate::keyfile::KeyArgs;

/// Arguments of `countersign`.
#[derive(Debug, Args)]
pub(crate) struct CountersignArgs {
    /// Position of the act that waits
    pub(crate) entry: u64,
    /// A remark
    #[arg(long)]
    pub(crate) remark: Option<Text>,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Arguments of `refuse`.
#[derive(Debug, Args)]
pub(crate) struct RefuseArgs {
    /// Position of the act that waits
    pub(crate) entry: u64,
    /// Why
    #[arg(long)]
    pub(crate) reason: Text,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Arguments of `append`.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    /// The file to read, `-` for standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// What a command that records one act takes besides it.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Who would sign the act that is explained.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The officer who would record it; without it, whoever brings it furthest
    #[arg(long = "as", value_name = "PARTY:ROLE", value_parser = office)]
    pub(crate) office: Option<(Party, Role)>,
    /// Explain it as of this time, not now
    #[arg(long, value_name = "TIME")]
    pub(crate) when: Option<Timestamp>,
}

/// `EE:PBO`.
fn office(text: &str) -> Result<(Party, Role), String> {
    let (party, role) = text.split_once(':').ok_or("write PARTY:ROLE, such as EE:PBO")?;
    Ok((party.parse()?, role.parse()?))
}
