//! Arguments of looking: things, entries, states, open matters, books.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command, Subcommand};
use ledger_core::domain::ids::{
    AuditFindingId, AuthorisationId, BreakId, ContractId, CrisisId, EngagementId, FrameworkId, MovementId,
    PeriodId, ProgrammeId, Reference, RunId, SupportOrderId, TransferId,
};
use ledger_core::domain::item::ItemId;
use ledger_core::domain::reconcile::RunKind;
use ledger_core::domain::reconcile::run::Rate;
use ledger_core::domain::{ActId, Date, Event, Party, Role, Subject, Timestamp};

use super::ReceiptArgs;
use super::moment::Moment;
use crate::keyfile::KeyArgs;

/// What to show.
#[derive(Debug, Subcommand)]
pub(crate) enum ShowCommand {
    /// Show an item: owner, holder, location, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show item batch:1376-38-123-4567:EA-22-07")]
    Item {
        /// The item: serial:MAKER:PART:NUMBER, batch:NSN:NUMBER or bulk:NSN
        id: ItemId,
    },
    /// Show a transfer: terms, status, consignments, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show transfer L-1")]
    Transfer {
        /// Number of the transfer
        id: TransferId,
    },
    /// Show a procurement programme: participants, contracts, cost shares, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show programme P-1")]
    Programme {
        /// Number of the programme
        id: ProgrammeId,
    },
    /// Show a contract: lines, deliveries, invoices, payments, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show contract K-1")]
    Contract {
        /// Number of the contract
        id: ContractId,
    },
    /// Show a framework agreement: lines, ceiling, what was called off, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show framework F-1")]
    Framework {
        /// Number of the framework
        id: FrameworkId,
    },
    /// Show a movement: route, permissions, crossings, deviations, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show movement M-1")]
    Movement {
        /// Number of the movement
        id: MovementId,
    },
    /// Show an order of mutual support: what was given and repaid, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show support S-1")]
    Support {
        /// Number of the order
        id: SupportOrderId,
    },
    /// Show a standing authorisation: for whom, within which limits, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show authorisation SA-1")]
    Authorisation {
        /// Number of the authorisation
        id: AuthorisationId,
    },
    /// Show a crisis: who declared it, what was done under it, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show crisis CR-1")]
    Crisis {
        /// Number of the crisis
        id: CrisisId,
    },
    /// Show a party: membership, keys, delegations, authorisations, crises, exclusions, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show party EE")]
    Party {
        /// Its country code
        id: Party,
    },
    /// Show a run of a reconciliation: what was compared, its breaks, who signed it off, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show run EE-R1-2026-01")]
    Run {
        /// Number of the run
        id: RunId,
    },
    /// Show a break: by how much books and ledger differ, who has to act, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show break B-17")]
    Break {
        /// Number of the break
        id: BreakId,
    },
    /// Show a period: its cut-off, who confirmed what, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show period 2026-01
`jointledger period show` also computes who owes whom at the cut-off.")]
    Period {
        /// Name of the period
        id: PeriodId,
    },
    /// Show an audit engagement: its commitment, samples and findings, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show engagement RK-2026-1")]
    Engagement {
        /// Number of the engagement
        id: EngagementId,
    },
    /// Show a finding of an auditor: what was found, what was answered, and its history
    #[command(after_help = "Example:
  jointledger --ledger baltic show finding RK-2026-1.F1")]
    Finding {
        /// Number of the finding
        id: AuditFindingId,
    },
    /// Show one entry: what was done, by whom, on whose consent it rests, and what became of it
    #[command(after_help = "Example:
  jointledger --ledger baltic show entry 12")]
    Entry {
        /// Position of the entry
        position: u64,
    },
}

/// Arguments of `log`.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// The first position to list
    #[arg(long, value_name = "POSITION")]
    pub(crate) from: Option<u64>,
    /// List at most so many, the latest
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
    /// List the latest first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// Only the history of one thing: item:ITEM, transfer:L-1, contract:K-1, movement:M-1, party:LV, key:DIGITS, entry:12 …
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) about: Option<Subject>,
    /// Only acts of officers of this party
    #[arg(long)]
    pub(crate) party: Option<Party>,
    /// Only acts of officers with this role
    #[arg(long)]
    pub(crate) role: Option<Role>,
    /// Only acts with an event of this kind, such as TransferProposed; of one of these, when given several times
    #[arg(long, value_name = "EVENT", value_parser = KindName, hide_possible_values = true)]
    pub(crate) kind: Vec<String>,
    /// Only acts recorded on this day, at this time, or later
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Moment>,
    /// Only acts recorded on this day, at this time, or earlier
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Moment>,
    /// Only acts of which something occurred on this day, at this time, or later
    #[arg(long, value_name = "TIME")]
    pub(crate) occurred_since: Option<Moment>,
    /// Only acts of which something occurred on this day, at this time, or earlier
    #[arg(long, value_name = "TIME")]
    pub(crate) occurred_until: Option<Moment>,
    /// Only acts that bind a document whose SHA-256 begins with these hexadecimal digits
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub(crate) document: Option<String>,
    /// Only the act with this id
    #[arg(long, value_name = "ID")]
    pub(crate) act: Option<ActId>,
    /// Only acts that still wait for signatures
    #[arg(long)]
    pub(crate) pending: bool,
    /// Only acts that were corrected
    #[arg(long, conflicts_with = "pending")]
    pub(crate) corrected: bool,
}

/// The name of a kind of event. Shells are told all names to complete; one that is not known is refused by the command,
/// in a sentence and not in a list of two hundred names.
#[derive(Debug, Clone)]
struct KindName;

impl TypedValueParser for KindName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Event::CATALOGUE.iter().map(|(_, name)| PossibleValue::new(*name))))
    }
}

/// The beginning of a digest.
fn digits(text: &str) -> Result<String, String> {
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let some = (4..=64).contains(&text.len());
    (hexadecimal && some).then(|| text.to_owned()).ok_or_else(|| {
        "4 to 64 lower-case hexadecimal digits, as `show entry` and `sha256sum` print them".into()
    })
}

/// How far to replay.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct AtArgs {
    /// At this position: the state that so many entries give
    #[arg(long, value_name = "SIZE")]
    pub(crate) at: Option<u64>,
    /// At this time: all entries recorded by then
    #[arg(long, value_name = "TIME")]
    pub(crate) at_time: Option<Timestamp>,
}

/// Arguments of `state`.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    pub(crate) at: AtArgs,
    /// Only what this party owns or holds
    #[arg(long)]
    pub(crate) party: Option<Party>,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The party whose matters these are
    #[arg(long)]
    pub(crate) party: Party,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    /// The moment by which overdue is judged
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<Timestamp>,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Replay so many entries
    #[arg(long, value_name = "SIZE")]
    pub(crate) until: Option<u64>,
    /// Write the state document instead: one line of JSON a row, of which the state digest is the SHA-256
    #[arg(long)]
    pub(crate) document: bool,
}

/// Arguments of `reconcile`.
#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// The ministry's book as CSV, `-` for standard input
    pub(crate) books: PathBuf,
    /// The ministry whose book it is
    #[arg(long)]
    pub(crate) party: Party,
    /// Which book it is: inventory, goods-in, contract, bank, advances, intergovernmental, loans, movements or registers
    #[arg(long, value_name = "RUN", default_value = "inventory", value_parser = RunKind::from_word)]
    pub(crate) run: RunKind,
    /// The first day that is compared, of a book that lists what happened; without it, from the beginning
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Date>,
    /// The last day that is compared, of a book that lists what happened; without it, the last day in the book
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<Date>,
    /// An agreed rate of exchange, such as EUR/USD=1.0870: one EUR is so many USD; may be given several times
    #[arg(long = "rate", value_name = "RATE")]
    pub(crate) rates: Vec<Rate>,
    /// How much quantities of fuel may differ, in basis points; without it, as the parties agreed (50 until they have)
    #[arg(long, value_name = "BASIS POINTS")]
    pub(crate) fuel_tolerance: Option<u32>,
    /// Leave only what is between the ministry and this one, of a book of loans or of debts
    #[arg(long, value_name = "PARTY")]
    pub(crate) with: Option<Party>,
    /// Where the book comes from: the account, the depot, the supplier; without it, the word of the run
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) source: Option<Reference>,
    /// Write the breaks as CSV, one a line
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Put the statement, the run and its breaks on record, as the ministry's reconciliation service
    #[arg(long)]
    pub(crate) record: bool,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) receipt: ReceiptArgs,
}

/// Arguments of `books`.
#[derive(Debug, Args)]
pub(crate) struct BooksArgs {
    /// The ministry
    #[arg(long)]
    pub(crate) party: Party,
    /// Which book: inventory, goods-in, contract, bank, advances, intergovernmental, loans, movements or registers
    #[arg(long, value_name = "RUN", default_value = "inventory", value_parser = RunKind::from_word)]
    pub(crate) run: RunKind,
    /// The first day of a book that lists what happened; without it, from the beginning
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Date>,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}
