//! Arguments of founding: the charter, and the ledger on it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger_core::domain::Text;

use crate::keyfile::KeyArgs;

/// The charter.
#[derive(Debug, Subcommand)]
pub(crate) enum CharterCommand {
    /// Write a charter that the founders can sign
    #[command(after_help = "Example:
  jointledger charter new charter.json --origin baltic.example/ledger \\
      --purpose 'Joint ledger of the Baltic Military Mobility Area' \\
      --party 'EE=Ministry of Defence of Estonia=ee-root.pub' \\
      --party 'LV=Ministry of Defence of Latvia=lv-root.pub' \\
      --party 'LT=Ministry of National Defence of Lithuania=lt-root.pub'")]
    New(CharterNewArgs),
    /// Sign a charter with a founding party's root key
    #[command(after_help = "Example:
  jointledger charter sign charter.json --key ee-root")]
    Sign(CharterSignArgs),
    /// Show a charter, its fingerprint, and who has signed it
    #[command(after_help = "Example:
  jointledger charter show charter.json")]
    Show(CharterShowArgs),
    /// Sign, with a new ministry's root key, that it joins a ledger; the members record it with the admission
    #[command(after_help = "Example:
  jointledger charter accession --origin baltic.example/ledger --party PL \\
      --name 'Ministry of National Defence of Poland' --key pl-root
There, the members record it, with the act of accession, and countersign:
  jointledger --ledger baltic record ministry-admitted --party PL --name '...' --root-key '...' \\
      --accession '...' --document membership_act:accession.pdf --key ee-min")]
    Accession(CharterAccessionArgs),
}

/// Arguments of `charter accession`.
#[derive(Debug, Args)]
pub(crate) struct CharterAccessionArgs {
    /// The name of the ledger that the ministry joins
    #[arg(long)]
    pub(crate) origin: ledger_core::domain::Origin,
    /// The ministry's country code
    #[arg(long)]
    pub(crate) party: ledger_core::domain::Party,
    /// The ministry's name
    #[arg(long)]
    pub(crate) name: Text,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `charter new`.
#[derive(Debug, Args)]
pub(crate) struct CharterNewArgs {
    /// The file to write
    pub(crate) file: PathBuf,
    /// The ledger's name, a URL without scheme
    #[arg(long)]
    pub(crate) origin: ledger_core::domain::Origin,
    /// What the ledger is for
    #[arg(long)]
    pub(crate) purpose: Text,
    /// A founding party: its code, the ministry's name, and its root key (a public key file, line or digits)
    #[arg(long = "party", value_name = "CODE=NAME=KEY", required = true)]
    pub(crate) parties: Vec<String>,
    /// Tolerated difference of clocks, in seconds
    #[arg(long, default_value_t = 300)]
    pub(crate) clock_skew: u32,
    /// How long goods may be in transit, in hours
    #[arg(long, default_value_t = 72)]
    pub(crate) in_transit_limit: u32,
    /// How long an answer to a discrepancy report may take, in days
    #[arg(long, default_value_t = 30)]
    pub(crate) discrepancy_answer: u32,
}

/// Arguments of `charter sign`.
#[derive(Debug, Args)]
pub(crate) struct CharterSignArgs {
    /// The charter file; the signature is added to it
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `charter show`.
#[derive(Debug, Args)]
pub(crate) struct CharterShowArgs {
    /// The charter file
    pub(crate) file: PathBuf,
}

/// Arguments of `found`.
#[derive(Debug, Args)]
pub(crate) struct FoundArgs {
    /// The charter file, signed by every founder
    pub(crate) charter: PathBuf,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}
