//! The command line: one verb per intention.

mod audit;
mod charter;
mod diff;
mod evidence;
mod export;
mod key;
mod look;
pub(crate) mod moment;
mod program;
mod record;
mod report;
mod sample;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub(crate) use audit::*;
pub(crate) use charter::*;
pub(crate) use diff::*;
pub(crate) use evidence::*;
pub(crate) use export::*;
pub(crate) use key::*;
pub(crate) use look::*;
pub(crate) use program::*;
pub(crate) use record::*;
pub(crate) use report::*;
pub(crate) use sample::*;

use crate::keyfile::any_path;

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
    /// List entries: all, or those of a thing, a party, a time, a kind
    ///
    /// Filters are combined: an entry is listed when it passes all of them. A thing is written as KIND:ID, with one of the
    /// kinds item, transfer, contract, framework, programme, movement, support, authorisation, crisis, party, key, entry. A
    /// day counts from midnight to midnight UTC. Entries are read twice, first to learn what became of each, then to list
    /// them one by one.
    #[command(after_help = "Examples:
  jointledger --ledger baltic log --limit 20
  jointledger --ledger baltic log --party LV --kind ConsignmentReceived
  jointledger --ledger baltic log --about transfer:L-1 --reverse
  jointledger --ledger baltic log --about item:batch:1376-38-123-4567:EA-22-07 --since 2026-01-30
  jointledger --ledger baltic log --document 9f86d081 --until 2026-06-30T12:00:00Z
  jointledger --ledger baltic log --pending")]
    Log(LogArgs),
    /// Show what changed between two positions or times: goods, money, open matters, keys, and every row
    ///
    /// FROM and TO are each a number of entries, a day (to its end, UTC) or a time. With --json every row of the state
    /// document that is not the same is a line, with what it was and what it is. Exit code 0, also when something changed.
    #[command(after_help = "Examples:
  jointledger --ledger baltic diff 120 180
  jointledger --ledger baltic diff 2025-06-30 2025-09-30 --party LV
  jointledger --ledger baltic diff 120 --about transfer:L-1
  jointledger --ledger baltic diff 120 180 --table stocks --json")]
    Diff(DiffArgs),
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
    /// on after a finding. The checkpoints that are kept with the ledger are held against it; acts that a compromised
    /// key may have signed are listed and are no findings. Of a bundle also every tile and the index of documents.
    /// Exit code 0: sound; 4: it is not.
    #[command(after_help = "Examples:
  jointledger --ledger baltic verify
  jointledger --ledger baltic verify \\
      --charter 0d4309ea36fd1476b9e436ada2e2da3be847ca191e71d813ed339cbc5205629f

  jointledger --ledger baltic verify \\
      --against 120:4be1d0c7b2f3a8e6951d3c0f7a2b4e8d6c1f9a3b5d7e0f2a4c6b8d1e3f5a7c9b

  jointledger --ledger baltic verify --checkpoint from-lv.txt --quorum 2

The second also checks that it is the ledger of this charter: pin the fingerprint that the ministries gave you.
The third also checks that its first 120 entries give the state that another replica printed with `replay`.
The fourth finds out whether it was cut off, rewritten or forked since somebody else saw it.")]
    Verify(VerifyArgs),
    /// Write the audit report: one HTML file that opens without a network and checks its own evidence
    ///
    /// What the ledger says at a position, for people: verdict, findings, breaks and periods of the books, the audit office,
    /// history, who holds and owns what, who owes whom, what is open and overdue. The file carries entries, hashes and
    /// checkpoints; the button in it verifies them in the browser and marks what does not hold. Works on a copy, or on a
    /// bundle. No clock is asked: the same ledger and the same arguments give the same bytes. Exit code 0: sound; 4: written
    /// all the same, and the ledger does not verify.
    #[command(after_help = "Examples:
  jointledger --ledger baltic report audit.html
  jointledger --ledger baltic report audit.html --at 120 --as-of 2026-12-31T23:59:59Z
  jointledger --ledger baltic report audit.html --party LV --entries 500")]
    Report(ReportArgs),
    /// Make, cosign, merge, show and check checkpoints: the small texts that pin the whole history
    #[command(subcommand)]
    Checkpoint(CheckpointCommand),
    /// Prove that an entry stands in the ledger, to whoever has no ledger (C2SP tlog-proof)
    #[command(after_help = "Examples:
  jointledger --ledger baltic prove 12 -o 12.tlog-proof
  jointledger --ledger baltic prove 12 --bare")]
    Prove(ProveArgs),
    /// Check a proof offline, without a ledger: a receipt, a checkpoint, or the proof of a fork
    ///
    /// With the charter's fingerprint alone, when the proof brings the entries from which its keys follow; or with a
    /// policy. Exit code 0: it holds; 4: it does not.
    #[command(after_help = "Examples:
  jointledger check 12.tlog-proof \\
      --charter 0d4309ea36fd1476b9e436ada2e2da3be847ca191e71d813ed339cbc5205629f
  jointledger check 12.tlog-proof --policy policy.txt
  jointledger check fork.json --policy policy.txt")]
    Check(CheckArgs),
    /// Compare two copies of a ledger: same, ahead, behind, or forked, and from which entry on
    ///
    /// Each is a ledger's folder, a bundle, or a checkpoint. Where they are forked, --fork-proof writes one file that
    /// proves it to anybody and names who cosigned both sides. Exit code 0: the same, or one continues the other;
    /// 4: forked.
    #[command(after_help = "Examples:
  jointledger compare baltic /mnt/lv/baltic
  jointledger compare baltic checkpoint.txt --fork-proof fork.json")]
    Compare(CompareArgs),
    /// Write the ledger as a bundle of plain files that any verifier can read (C2SP tlog-tiles), or in another form
    ///
    /// A bundle is the backup: only what it does not have yet is written, and it ends at a checkpoint: sign one in the
    /// same call with --log-key, or make one before. The other forms of --as are for other people's programs; each is one
    /// file, there whole or not at all, and none can be imported. What is marked restricted or sensitive stays out of
    /// them unless --restricted asks for it, and how much stayed out is said.
    #[command(after_help = "Examples:
  jointledger --ledger baltic export /mnt/backup/baltic --log-key ee-log
  jointledger --ledger baltic export procurements.json --as ocds
  jointledger --ledger baltic export records.json --as ocds --compiled --ocid-prefix ocds-abc123
  jointledger --ledger baltic export - --as ocds --at 120
  jointledger --ledger baltic export goods.json --as epcis
  jointledger --ledger baltic export entries.csv --as entries --restricted
  jointledger --ledger baltic export baltic.journal --as accounts
  jointledger --ledger baltic export lv.journal --as accounts --party LV --force
`jointledger --ledger /mnt/backup/baltic verify` verifies the bundle itself; all that only looks works on it.")]
    Export(ExportArgs),
    /// Make a ledger from a bundle, after verifying all of it
    #[command(after_help = "Example:
  jointledger --ledger baltic-new import /mnt/backup/baltic")]
    Import(ImportArgs),
    /// Rebuild the state from the entries, and say what it is and its digest
    ///
    /// Two replicas with the same digest after the same number of entries have the same state, to the last field.
    /// Where they differ, compare their state documents line by line: the digest is the SHA-256 of that text.
    #[command(after_help = "Example:
  jointledger --ledger baltic replay --until 120
  jointledger --ledger baltic replay --document | sha256sum")]
    Replay(ReplayArgs),
    /// Compare the ledger with a ministry's own book, and list the differences
    ///
    /// The book is CSV. Its columns, for each run, are in ledger-core/docs/books.md; `books --run RUN` writes what
    /// the ledger expects in it. The inventory, the run without `--run`, has as_of, ministry, nsn, serial, batch, qty, uom,
    /// condition, location, holder, owner: one row for what the ministry holds of one item, for one owner, at one
    /// location. A book with a column as_of is compared with the ledger as it was at the end of that day; one that
    /// lists what happened, with what the ledger has of the days from `--from` to `--as-of`. Exit code 1: they differ.
    /// What the ministry has accepted is listed as known and does not count.
    ///
    /// With `--record`, the statement, the run and its breaks are put on record; doing it again records nothing new.
    #[command(after_help = "Examples:
  jointledger --ledger baltic reconcile books-ee.csv --party EE
  jointledger --ledger baltic reconcile statement.csv --party EE --run bank --from 2026-01-01 --as-of 2026-01-31
  jointledger --ledger baltic reconcile bcp.csv --party LV --run movements --csv > breaks.csv
  jointledger --ledger baltic reconcile statement.csv --party EE --run bank --record --key ee-rec")]
    Reconcile(ReconcileArgs),
    /// Write what the ledger expects in a ministry's book as CSV, in the form that `reconcile` reads
    #[command(after_help = "Examples:
  jointledger --ledger baltic books --party EE > books-ee.csv
  jointledger --ledger baltic books --party EE --run bank > statement.csv")]
    Books(BooksArgs),
    /// Close a period: fix its cut-off, confirm what is owed at it, see what came late
    #[command(subcommand)]
    Period(PeriodCommand),
    /// Draw samples that anybody draws again, and gather the evidence for what was drawn
    #[command(subcommand)]
    Sample(SampleCommand),
    /// Print the JSON Schema of an act, or of one kind of event
    #[command(after_help = "Examples:
  jointledger schema                   an act, as `append` reads it
  jointledger schema TransferProposed  one kind of event")]
    Schema(SchemaArgs),
    /// Found a ledger in a new folder and play a story into it
    #[command(after_help = "Examples:
  jointledger demo /tmp/demo                          two years of three ministries
  jointledger demo /tmp/regimes --scenario regimes    how much paper peace, authorisations and a crisis take
  jointledger demo /tmp/findings --scenario findings  nine findings of an audit, answered
  jointledger demo /tmp/closing --scenario closing    a month that is compared, closed and examined")]
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
