//! The command line: one verb per intention.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use ledger_core::domain::ids::{
    AuthorisationId, ContractId, CrisisId, FrameworkId, MovementId, ProgrammeId, SupportOrderId, TransferId,
};
use ledger_core::domain::item::ItemId;
use ledger_core::domain::{Digest, Party, Role, Text, Timestamp};
use ledger_core::ledger::state_digest::StateClaim;

use crate::commands::demo::Story;
use crate::keyfile::{KeyArgs, any_path};

/// Record, verify, replay and reconcile a ledger that several ministries keep together
///
/// Every act is signed by the officer who did it and linked to everything before it. Nobody edits; the state is
/// what the replay of all entries gives; anyone who holds a copy can check all of it.
///
/// Exit codes: 0 done · 1 the answer is no (a rule said no, differences were found) · 2 wrong call ·
/// 3 could not find out (key, lock, disk) · 4 the evidence does not hold.
#[derive(Debug, Parser)]
#[command(name = "jointledger", version, max_term_width = 110)]
#[command(after_help = "Examples:
  jointledger demo /tmp/demo                    see two years of three ministries in a minute
  jointledger --ledger /tmp/demo verify         check every byte, link, signature and rule
  jointledger --ledger /tmp/demo log --limit 5  the last five entries")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct GlobalArgs {
    /// The ledger's folder
    #[arg(long, global = true, value_name = "DIR", env = "JOINTLEDGER_DIR", value_parser = any_path())]
    pub(crate) ledger: Option<PathBuf>,
    /// Answer in JSON Lines, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// Say nothing but the answer
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Wait so many seconds when another process has the ledger
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) wait: u64,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write, sign and show the charter on which a ledger is founded
    #[command(subcommand)]
    Charter(CharterCommand),
    /// Found a ledger from a charter that every founding party has signed
    #[command(after_help = "Example:
  jointledger --ledger baltic found charter.json --key ee-root")]
    Found(FoundArgs),
    /// Make keys, and enrol, rotate, revoke and list them
    #[command(subcommand)]
    Key(KeyCommand),
    /// Record an act: one subcommand for each kind of event
    ///
    /// Text forms: an amount is `1234.50 EUR`, a quantity `500 EA`, a share `1/3`, an item
    /// `serial:MAKER:PART:NUMBER`, `batch:NSN:NUMBER=500 EA` or `bulk:NSN=20000 LTR`, a time
    /// `2026-01-30T09:00:00Z`. A flag that takes a list is given once for each element. A flag that takes a
    /// structure is given as `field=value; field=value`, with a list inside it as `EE:200 EA, LV:300 EA`; or as
    /// JSON.
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Record,
    /// Say what would come of an act before anyone signs it: one subcommand for each kind of event
    ///
    /// Is it lawful now, on whose consent does it rest (own word, standing authorisation, crisis), what would be owed
    /// afterwards, whose signature is missing, and what is the shortest lawful way. Nothing is recorded and no key
    /// is needed. Exit code 1: it would be refused.
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Explain,
    /// Countersign an act that waits for your signature
    #[command(after_help = "Example:
  jointledger --ledger baltic countersign 12 --key lv-pbo")]
    Countersign(CountersignArgs),
    /// Refuse an act that waits for your signature
    #[command(after_help = "Example:
  jointledger --ledger baltic refuse 12 --reason 'the count is wrong' --key lv-pbo")]
    Refuse(RefuseArgs),
    /// Record acts from JSON Lines: one line, one act, one entry
    ///
    /// Each line is recorded whole or not at all. The first line that is wrong or refused stops the run; what
    /// was recorded so far stays and is said. Give the acts ids of their own, and the same file can be sent
    /// again without recording anything twice.
    #[command(after_help = "Examples:
  jointledger --ledger baltic append acts.jsonl --key ee-pbo
  jointledger schema > act.schema.json          the schema of a line")]
    Append(AppendArgs),
    /// List the acts that wait for signatures
    #[command(after_help = "Example:
  jointledger --ledger baltic pending")]
    Pending,
    /// Show one thing with its history: an item, a transfer, a movement, a contract, a party, an entry
    #[command(subcommand)]
    Show(ShowCommand),
    /// List entries
    #[command(after_help = "Examples:
  jointledger --ledger baltic log --limit 20
  jointledger --ledger baltic log --party LV --kind ConsignmentReceived")]
    Log(LogArgs),
    /// Show the state at the end, at an earlier position, or at a time
    #[command(after_help = "Examples:
  jointledger --ledger baltic state --party LT
  jointledger --ledger baltic state --at 120
  jointledger --ledger baltic state --at-time 2025-06-30T23:59:59Z")]
    State(StateArgs),
    /// Show what waits for a party's signature, what is overdue, owed and in transit, and who owes whom
    ///
    /// Overdue is judged by the clock of this machine, or, at an earlier position, by the time of its last entry;
    /// `--as-of` names another moment. Exit code 0, also when something is overdue.
    #[command(after_help = "Examples:
  jointledger --ledger baltic status --party LV
  jointledger --ledger baltic status --party LV --at 120
  jointledger --ledger baltic status --party LV --as-of 2026-12-31T23:59:59Z")]
    Status(StatusArgs),
    /// Count the paper: signatures an act took, in peace, under standing authorisation, in a crisis
    ///
    /// First for each kind of act; then for each undertaking (transfer, movement, call-off, support order): how many
    /// signatures it took before it might lawfully start, and how many minutes.
    #[command(after_help = "Example:
  jointledger --ledger baltic signatures")]
    Signatures,
    /// Verify everything: bytes, links, signatures, roles, every rule, and the head file
    ///
    /// Works on a copy: not a byte of the ledger's folder changes. Uses no snapshot and nothing derived. Goes
    /// on after a finding. Exit code 0: sound; 4: it is not.
    #[command(after_help = "Examples:
  jointledger --ledger baltic verify
  jointledger --ledger baltic verify \\
      --charter 0d4309ea36fd1476b9e436ada2e2da3be847ca191e71d813ed339cbc5205629f

  jointledger --ledger baltic verify \\
      --against 120:4be1d0c7b2f3a8e6951d3c0f7a2b4e8d6c1f9a3b5d7e0f2a4c6b8d1e3f5a7c9b

The second also checks that it is the ledger of this charter: pin the fingerprint that the ministries gave you.
The third also checks that its first 120 entries give the state that another replica printed with `replay`.")]
    Verify(VerifyArgs),
    /// Rebuild the state from the entries, and say what it is and its digest
    ///
    /// Two replicas with the same digest after the same number of entries have the same state, to the last field.
    /// Where they differ, compare their state documents line by line: the digest is the SHA-256 of that text.
    #[command(after_help = "Example:
  jointledger --ledger baltic replay --until 120
  jointledger --ledger baltic replay --document | sha256sum")]
    Replay(ReplayArgs),
    /// Compare the ledger with a ministry's own inventory, and list the differences
    ///
    /// The book is CSV with the columns as_of, ministry, nsn, serial, batch, qty, uom, condition, location, holder,
    /// owner: one row for what the ministry holds of one item, for one owner, at one location. It is compared with
    /// the ledger as it was at the end of the day that the book describes. Exit code 1: they differ.
    #[command(after_help = "Example:
  jointledger --ledger baltic reconcile books-ee.csv --party EE")]
    Reconcile(ReconcileArgs),
    /// Write what a ministry holds as CSV, in the form that `reconcile` reads
    #[command(after_help = "Example:
  jointledger --ledger baltic books --party EE > books-ee.csv")]
    Books(BooksArgs),
    /// Print the JSON Schema of an act, or of one kind of event
    #[command(after_help = "Examples:
  jointledger schema                   an act, as `append` reads it
  jointledger schema TransferProposed  one kind of event")]
    Schema(SchemaArgs),
    /// Found a ledger in a new folder and play a story into it
    #[command(after_help = "Examples:
  jointledger demo /tmp/demo                          two years of three ministries
  jointledger demo /tmp/regimes --scenario regimes    how much paper peace, authorisations and a crisis take
  jointledger demo /tmp/findings --scenario findings  nine findings of an audit, answered")]
    Demo(DemoArgs),
    /// Found a ledger in a new folder and fill it with generated acts
    #[command(hide = true)]
    Generate(GenerateArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example:
  jointledger completions bash > ~/.local/share/bash-completion/completions/jointledger")]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one page a command into a folder
    #[command(after_help = "Examples:
  jointledger man > jointledger.1
  jointledger man ~/.local/share/man/man1")]
    Man(ManArgs),
}

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

/// Keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a new OpenSSH Ed25519 key file
    #[command(after_help = "Example:
  jointledger key new ee-pbo --comment 'EE property book'
`ssh-keygen -t ed25519 -f ee-pbo` makes a key that works as well.")]
    New(KeyNewArgs),
    /// Show the public key of a key file in all its forms
    #[command(after_help = "Example:
  jointledger key show ee-pbo.pub")]
    Show(KeyShowArgs),
    /// Enrol an officer's key; counts once a registrar of another party has countersigned
    #[command(after_help = "Example:
  jointledger --ledger baltic key enrol ee-pbo.pub --party EE --role PBO --key ee-root
  jointledger --ledger baltic countersign 1 --key lv-root")]
    Enrol(KeyEnrolArgs),
    /// Replace a key by a new one with the same role
    #[command(after_help = "Example:
  jointledger --ledger baltic key rotate ee-pbo.pub ee-pbo-2.pub \\
      --reason 'yearly change' --key ee-pbo")]
    Rotate(KeyRotateArgs),
    /// End a key; what it signed before stays valid
    #[command(after_help = "Example:
  jointledger --ledger baltic key revoke ee-pbo.pub \\
      --reason 'left the service' --key ee-reg")]
    Revoke(KeyRevokeArgs),
    /// List the keys of the ledger
    #[command(after_help = "Example:
  jointledger --ledger baltic key list --party EE --all")]
    List(KeyListArgs),
}

/// Arguments of `key new`.
#[derive(Debug, Args)]
pub(crate) struct KeyNewArgs {
    /// The file to write; the public key goes to FILE.pub
    pub(crate) file: PathBuf,
    /// A comment in the public key
    #[arg(long, default_value = "")]
    pub(crate) comment: String,
    /// Read the new passphrase from this file instead of the terminal
    #[arg(long, value_name = "FILE", env = "JOINTLEDGER_PASSPHRASE_FILE", value_parser = any_path())]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Do not protect the key with a passphrase
    #[arg(long)]
    pub(crate) no_passphrase: bool,
}

/// Arguments of `key show`.
#[derive(Debug, Args)]
pub(crate) struct KeyShowArgs {
    /// A key file, private or public
    pub(crate) public_key: OsString,
}

/// Arguments of `key enrol`.
#[derive(Debug, Args)]
pub(crate) struct KeyEnrolArgs {
    /// The officer's public key: a file, a line `ssh-ed25519 …`, or 64 hexadecimal digits
    pub(crate) public_key: OsString,
    /// The party that the officer serves
    #[arg(long)]
    pub(crate) party: Party,
    /// The one role that the key has: MIN NAD PCO FIN QAR PBO HRH NMC TFC CUS LIC DTY REG AUD REC
    #[arg(long)]
    pub(crate) role: Role,
    /// The moment from which the key no longer signs
    #[arg(long, value_name = "TIME")]
    pub(crate) valid_until: Option<Timestamp>,
    /// Where the person's name stands, in a register outside the ledger
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) person_ref: Option<ledger_core::domain::ids::Reference>,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `key rotate`.
#[derive(Debug, Args)]
pub(crate) struct KeyRotateArgs {
    /// The public key that ends
    pub(crate) old: OsString,
    /// The public key that takes its place
    pub(crate) new: OsString,
    /// Why
    #[arg(long)]
    pub(crate) reason: Text,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `key revoke`.
#[derive(Debug, Args)]
pub(crate) struct KeyRevokeArgs {
    /// The public key that ends
    pub(crate) public_key: OsString,
    /// Why
    #[arg(long)]
    pub(crate) reason: Text,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `key list`.
#[derive(Debug, Args)]
pub(crate) struct KeyListArgs {
    /// Only this party's keys
    #[arg(long)]
    pub(crate) party: Option<Party>,
    /// Also keys that no longer sign
    #[arg(long)]
    pub(crate) all: bool,
}

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
}

/// Arguments of `append`.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    /// The file to read, `-` for standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

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
    /// Show one entry: what was done, by whom, on whose consent it rests, and what became of it
    #[command(after_help = "Example:
  jointledger --ledger baltic show entry 12")]
    Entry {
        /// Position of the entry
        position: u64,
    },
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

/// Arguments of `log`.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// The first position to list
    #[arg(long, value_name = "POSITION")]
    pub(crate) from: Option<u64>,
    /// List at most so many, the latest
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
    /// Only acts of officers of this party
    #[arg(long)]
    pub(crate) party: Option<Party>,
    /// Only acts of officers with this role
    #[arg(long)]
    pub(crate) role: Option<Role>,
    /// Only acts with an event of this kind, such as TransferProposed
    #[arg(long, value_name = "EVENT")]
    pub(crate) kind: Option<String>,
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

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The charter's fingerprint that the ledger must have
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) charter: Option<Digest>,
    /// The digest of the state that the ledger must give, as `replay` prints it: after so many entries, or at the end
    #[arg(long, value_name = "[ENTRIES:]DIGEST")]
    pub(crate) against: Option<StateClaim>,
    /// List at most so many findings
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) max_findings: usize,
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
    /// The ministry's inventory as CSV, `-` for standard input
    pub(crate) books: PathBuf,
    /// The ministry whose inventory it is
    #[arg(long)]
    pub(crate) party: Party,
    /// How much quantities of fuel may differ, in basis points; without it, as the parties agreed (50 until they have)
    #[arg(long, value_name = "BASIS POINTS")]
    pub(crate) fuel_tolerance: Option<u32>,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// Arguments of `books`.
#[derive(Debug, Args)]
pub(crate) struct BooksArgs {
    /// The ministry
    #[arg(long)]
    pub(crate) party: Party,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The kind of event, such as TransferProposed; without it, the schema of a whole act
    pub(crate) event: Option<String>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// A new or empty folder
    pub(crate) dir: PathBuf,
    /// Which story
    #[arg(long, value_enum, default_value_t)]
    pub(crate) scenario: Story,
}

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// A new or empty folder
    pub(crate) dir: PathBuf,
    /// How many acts
    #[arg(long, default_value_t = 100_000)]
    pub(crate) acts: u64,
    /// The seed: the same seed gives the same acts
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for one page a command
    pub(crate) dir: Option<PathBuf>,
}

/// The whole command line, with one subcommand of `record` and of `explain` for each kind of event: there are many,
/// so they are made only for a call that needs them.
pub(crate) fn command() -> clap::Command {
    Cli::command()
        .mut_subcommand("record", |record| record.defer(crate::commands::record::with_events))
        .mut_subcommand("explain", |explain| explain.defer(crate::commands::explain::with_events))
}

/// Reads the command line.
///
/// # Errors
/// It is wrong, or asks for help: clap's own text.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Cli, clap::ArgMatches), clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(args)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, matches))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_argument_of_any_command_stands_in_the_way_of_another() {
        super::command().debug_assert();
    }
}
