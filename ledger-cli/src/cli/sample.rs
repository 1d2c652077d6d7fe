//! Arguments of sampling and of the evidence for what was drawn.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ledger_core::domain::event::EventKind;
use ledger_core::domain::ids::{EngagementId, SampleId};
use ledger_core::domain::money::Currency;
use ledger_core::domain::{Date, Digest};
use ledger_core::ledger::sample::class::{USUAL_HOURS, USUAL_UNIT};

use super::{LogKeyArgs, ReceiptArgs, TrustArgs};
use crate::keyfile::{KeyArgs, any_path};

/// Samples.
#[derive(Debug, Subcommand)]
pub(crate) enum SampleCommand {
    /// Make a secret and print its commitment, which is recorded before the population is fixed
    ///
    /// The secret is written into a file that only you can read, and is never printed. Whoever knows it before the
    /// population is fixed can shape what is drawn; a sample reveals it.
    #[command(after_help = "Example:
  jointledger sample commit --out secret.sample")]
    Commit(SampleCommitArgs),
    /// Draw a sample of the ledger as it was at a size or at the end of a day
    ///
    /// The seed follows from the root of the ledger there and from the secret. The same draw gives the same file, to the
    /// last byte, and anybody draws it again with `sample check`.
    #[command(after_help = "Examples:
  jointledger --ledger baltic sample draw --day 2025-12-31 --population payments \\
      --method monetary-unit --count 25 --secret-file secret.sample -o sample.json
  jointledger --ledger baltic sample draw --at 340 --population class --class sensitive \\
      --method all --secret-file secret.sample -o sensitive.json")]
    Draw(SampleDrawArgs),
    /// Draw a sample again from a ledger or a bundle, and say what differs
    ///
    /// Exit code 0: it is the same; 4: it is not.
    #[command(after_help = "Example:
  jointledger --ledger baltic sample check sample.json")]
    Check(SampleCheckArgs),
    /// Gather the evidence for every act of a sample in one folder that holds without the ledger
    ///
    /// For each act its bytes, what they say, the proof that it stands under a checkpoint with the keys from which that
    /// follows, the documents that it binds, the acts before and after, and the rows of other books that name it. What is
    /// not found is listed. Prints the digest that names the bundle.
    #[command(after_help = "Example:
  jointledger --ledger baltic sample bundle sample.json --documents /mnt/documents \\
      --books bank.csv -o evidence")]
    Bundle(SampleBundleArgs),
    /// Record that a sample was drawn, and tell its secret; the auditor signs
    ///
    /// The sample has to name the engagement, and its population to end with a day that is over.
    #[command(after_help = "Example:
  jointledger --ledger baltic sample record sample.json --id S-1 --key ee-aud")]
    Record(SampleRecordArgs),
    /// Record that evidence was issued for every act in a bundle; the auditor signs
    #[command(after_help = "Example:
  jointledger --ledger baltic sample issue evidence --id S-1 --key ee-aud")]
    Issue(SampleIssueArgs),
    /// Verify a bundle of evidence offline, without a ledger
    ///
    /// Every file, every proof, that the sample follows from its list and secret, that what was drawn is what is here, and
    /// that its population is part of the history under the checkpoint. Exit code 0: it holds; 4: it does not.
    #[command(after_help = "Examples:
  jointledger sample verify evidence \\
      --charter 0d4309ea36fd1476b9e436ada2e2da3be847ca191e71d813ed339cbc5205629f
  jointledger sample verify evidence --policy policy.txt")]
    Verify(SampleVerifyArgs),
}

/// Arguments of `sample commit`.
#[derive(Debug, Args)]
pub(crate) struct SampleCommitArgs {
    /// The file for the secret; it must not be there yet
    #[arg(long, value_name = "FILE", value_parser = any_path())]
    pub(crate) out: PathBuf,
}

/// Of what a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PopulationName {
    /// Every act, or those with --kind
    Acts,
    /// Every payment with its amount
    Payments,
    /// Every place at which goods of the register stand
    Items,
    /// Every contract and call-off, with its value
    Contracts,
    /// Every movement that was planned
    Movements,
    /// A targeted class: --class
    Class,
}

/// A targeted class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClassName {
    /// Acts that went ahead because a crisis stood in for another party's consent
    Crisis,
    /// Acts by which an ordinary control was set aside, or what the ledger said was changed
    Overrides,
    /// Acts recorded more than --over-hours after they occurred
    Late,
    /// Payments of a multiple of --round-to whole units
    Round,
    /// Payments of one payer to one payee on one day
    SameDay,
    /// Acts recorded on a Saturday or Sunday (UTC)
    Weekend,
    /// Ammunition, explosives, and what is on the military list
    Sensitive,
    /// What is overdue when the last entry was recorded
    Overdue,
}

/// How a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodName {
    /// Each member is as likely as any other
    Random,
    /// Each unit of money is as likely as any other, in each currency
    MonetaryUnit,
    /// Every member
    All,
}

/// Arguments of `sample draw`.
#[derive(Debug, Args)]
pub(crate) struct SampleDrawArgs {
    #[command(flatten)]
    pub(crate) end: PopulationEndArgs,
    /// Of what
    #[arg(long, value_enum)]
    pub(crate) population: PopulationName,
    /// Only acts with an event of this kind, such as TransferProposed. May be given several times
    #[arg(long = "kind", value_name = "EVENT")]
    pub(crate) kinds: Vec<EventKind>,
    /// Only payments in this currency
    #[arg(long)]
    pub(crate) currency: Option<Currency>,
    /// Which class
    #[arg(long, value_enum, required_if_eq("population", "class"))]
    pub(crate) class: Option<ClassName>,
    /// From how many hours on an act is late
    #[arg(long, value_name = "HOURS", default_value_t = USUAL_HOURS)]
    pub(crate) over_hours: u32,
    /// To what amounts are round, in whole units of the currency
    #[arg(long, value_name = "UNITS", default_value_t = USUAL_UNIT, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) round_to: u64,
    /// How
    #[arg(long, value_enum)]
    pub(crate) method: MethodName,
    /// How many members, or units of money in each currency
    #[arg(long, required_if_eq_any([("method", "random"), ("method", "monetary-unit")]))]
    pub(crate) count: Option<u64>,
    /// The file with the secret, as `sample commit` made it
    #[arg(long, value_name = "FILE", value_parser = any_path())]
    pub(crate) secret_file: PathBuf,
    /// What `sample commit` printed, where it was published elsewhere than in the ledger
    #[arg(long, value_name = "COMMITMENT", conflicts_with = "engagement")]
    pub(crate) commitment: Option<Digest>,
    /// The engagement in which the commitment is recorded
    #[arg(long, value_name = "ENGAGEMENT")]
    pub(crate) engagement: Option<EngagementId>,
    /// The file for the sample; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write the list of the population into this file too
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
}

/// Where a population ends.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct PopulationEndArgs {
    /// So many entries
    #[arg(long, value_name = "SIZE")]
    pub(crate) at: Option<u64>,
    /// All entries recorded by the end of this day, in UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) day: Option<Date>,
}

/// Arguments of `sample check`.
#[derive(Debug, Args)]
pub(crate) struct SampleCheckArgs {
    /// The sample
    pub(crate) sample: PathBuf,
    /// Write the list of the population into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
}

/// Arguments of `sample bundle`.
#[derive(Debug, Args)]
pub(crate) struct SampleBundleArgs {
    /// The sample
    pub(crate) sample: PathBuf,
    /// The folder for the evidence: new or empty
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// A folder in which documents are looked for by their digests. May be given several times
    #[arg(long, value_name = "DIR")]
    pub(crate) documents: Vec<PathBuf>,
    /// Copy documents under restriction too
    #[arg(long)]
    pub(crate) restricted: bool,
    /// A book of somebody else, as CSV: a bank statement, an inventory, a movement log
    #[arg(long, value_name = "FILE")]
    pub(crate) books: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) log: LogKeyArgs,
}

/// Arguments of `sample verify`.
#[derive(Debug, Args)]
pub(crate) struct SampleVerifyArgs {
    /// The folder with the evidence
    pub(crate) folder: PathBuf,
    /// The fingerprint of the ledger's charter: the keys then follow from the entries that the proofs bring
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) charter: Option<Digest>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

/// Arguments of `sample record`.
#[derive(Debug, Args)]
pub(crate) struct SampleRecordArgs {
    /// The sample
    pub(crate) sample: PathBuf,
    /// The number that it gets in the ledger
    #[arg(long, value_name = "SAMPLE")]
    pub(crate) id: SampleId,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Arguments of `sample issue`.
#[derive(Debug, Args)]
pub(crate) struct SampleIssueArgs {
    /// The folder with the evidence
    pub(crate) folder: PathBuf,
    /// The number of the sample in the ledger
    #[arg(long, value_name = "SAMPLE")]
    pub(crate) id: SampleId,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}
