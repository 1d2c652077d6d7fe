//! Arguments of the evidence: verifying, checkpoints, proofs, comparing copies, bundles.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger_core::domain::Digest;
use ledger_core::ledger::note::VerifierKey;
use ledger_core::ledger::state_digest::StateClaim;

use crate::keyfile::{KeyArgs, any_path};

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The charter's fingerprint that the ledger must have
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) charter: Option<Digest>,
    /// The digest of the state that the ledger must give, as `replay` prints it: after so many entries, or at the end
    #[arg(long, value_name = "[ENTRIES:]DIGEST")]
    pub(crate) against: Option<StateClaim>,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
    /// List at most so many findings
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) max_findings: usize,
}

/// Checkpoints that an audit holds the ledger against.
#[derive(Debug, Default, Args)]
pub(crate) struct ShownArgs {
    /// A checkpoint that the ledger must reach and agree with: a file. May be given several times
    ///
    /// The checkpoints that are kept with the ledger are held against it in any case.
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// So many ministries must have cosigned each checkpoint
    #[arg(long, value_name = "COUNT")]
    pub(crate) quorum: Option<usize>,
    /// How many days late an entry may be shown to witnesses before it is a finding
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub(crate) late: u32,
}

/// Checkpoints.
#[derive(Debug, Subcommand)]
pub(crate) enum CheckpointCommand {
    /// Sign a checkpoint of the ledger as it is, with the key of its log, and keep it
    #[command(after_help = "Example:
  jointledger --ledger baltic checkpoint make --key ee-log > checkpoint.txt

The key has the role LOG on the ledger. What it signed last is remembered beside the key file, or in --memory FILE:
it never signs a checkpoint that does not extend the one before.")]
    Make(CheckpointMakeArgs),
    /// Cosign a checkpoint as a ministry's witness, after verifying all that is under it
    ///
    /// With --ledger, the ministry's own copy is verified in full, and must have the root that the checkpoint says.
    /// Without, the file is a request as C2SP tlog-witness describes it: it brings a proof that the checkpoint extends
    /// the one that this witness signed last. Either way a witness never signs backwards. Prints the cosignature line;
    /// a refusal has the status of tlog-witness (400, 403, 404, 409, 422) and exit code 1.
    #[command(after_help = "Examples:
  jointledger --ledger baltic-lv checkpoint cosign checkpoint.txt --key lv-wit >> checkpoint.txt
  jointledger checkpoint cosign request.txt --key lv-wit \\
      --name baltic.example/LV --log \"$(cat log.vkey)\"
The key of a log stands in the policy that `jointledger checkpoint policy` prints.")]
    Cosign(CheckpointCosignArgs),
    /// Write the request by which a witness without a ledger is asked to cosign (C2SP tlog-witness)
    #[command(after_help = "Example:
  jointledger --ledger baltic checkpoint request --since 340 > request.txt")]
    Request(CheckpointRequestArgs),
    /// Merge the signatures of several copies of one checkpoint, and keep them with the ledger
    ///
    /// Each signature is verified first, with the keys that the ledger names; a false one is refused, exit code 4.
    #[command(after_help = "Examples:
  jointledger --ledger baltic checkpoint merge from-lv.txt from-lt.txt
  jointledger checkpoint merge a.txt b.txt > merged.txt      without a ledger")]
    Merge(CheckpointMergeArgs),
    /// Show a checkpoint that is kept with the ledger, or one from a file, and who signed it
    #[command(after_help = "Examples:
  jointledger --ledger baltic checkpoint show
  jointledger --ledger baltic checkpoint show --size 120
  jointledger --ledger baltic checkpoint show checkpoint.txt")]
    Show(CheckpointShowArgs),
    /// List the checkpoints that are kept with the ledger, and who signed each
    ///
    /// Exit code 4: one of them is not what it must be.
    #[command(after_help = "Example:
  jointledger --ledger baltic checkpoint list")]
    List,
    /// Check a checkpoint against a policy, or against the ledger
    ///
    /// With a policy no ledger is needed. With --ledger its keys count, and it must have the root that the checkpoint
    /// says. Exit code 0: it holds; 4: it does not.
    #[command(after_help = "Examples:
  jointledger checkpoint check checkpoint.txt --policy policy.txt
  jointledger --ledger baltic checkpoint check checkpoint.txt --quorum 3")]
    Check(CheckpointCheckArgs),
    /// Say whose cosignatures are asked for, and what that tolerates: how many liars, how many offline
    ///
    /// From the ledger: a policy of C2SP tlog-policy with the keys that the ledger names, for whoever checks without it;
    /// what it tolerates goes to stderr. With a file: what the policy in it tolerates. `k` of `n` ministries survive `f`
    /// that lie together with the log when 2k > n + f: with three, only three of three survive one.
    #[command(after_help = "Examples:
  jointledger --ledger baltic checkpoint policy --quorum 3 > policy.txt
  jointledger checkpoint policy policy.txt")]
    Policy(CheckpointPolicyArgs),
}

/// Where a key that signs checkpoints keeps what it signed last.
#[derive(Debug, Default, Args)]
pub(crate) struct MemoryArgs {
    /// Where the key remembers what it signed last; by default beside the key file, with the ending .signed
    #[arg(long, value_name = "FILE", value_parser = any_path())]
    pub(crate) memory: Option<PathBuf>,
}

/// Arguments of `checkpoint make`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointMakeArgs {
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `checkpoint cosign`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointCosignArgs {
    /// The checkpoint, or without --ledger the request; `-` for standard input
    pub(crate) file: PathBuf,
    /// The key of a log whose checkpoints this witness cosigns, when it has no ledger: NAME+ID+KEY
    #[arg(long = "log", value_name = "VKEY")]
    pub(crate) logs: Vec<VerifierKey>,
    /// The name under which the witness cosigns, when it has no ledger
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// Arguments of `checkpoint request`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointRequestArgs {
    /// The size of the checkpoint that the witness signed last; 0 if it signed none
    #[arg(long, value_name = "SIZE")]
    pub(crate) since: u64,
    /// The size of the checkpoint to be cosigned; by default the newest
    #[arg(long, value_name = "SIZE")]
    pub(crate) size: Option<u64>,
}

/// Arguments of `checkpoint merge`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointMergeArgs {
    /// Copies of a checkpoint, with different signatures; `-` for standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Arguments of `checkpoint show`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointShowArgs {
    /// A checkpoint from elsewhere; by default the newest that is kept with the ledger
    #[arg(conflicts_with = "size")]
    pub(crate) file: Option<PathBuf>,
    /// The one of this size
    #[arg(long, value_name = "SIZE")]
    pub(crate) size: Option<u64>,
}

/// What is asked of the signatures under a checkpoint.
#[derive(Debug, Default, Args)]
pub(crate) struct TrustArgs {
    /// A policy (C2SP tlog-policy) with the keys and the quorum that count
    #[arg(long, value_name = "FILE", conflicts_with = "quorum")]
    pub(crate) policy: Option<PathBuf>,
    /// So many ministries must have cosigned; by default all that have a witness
    #[arg(long, value_name = "COUNT")]
    pub(crate) quorum: Option<usize>,
}

/// Arguments of `checkpoint check`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointCheckArgs {
    /// The checkpoint; `-` for standard input
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

/// Arguments of `checkpoint policy`.
#[derive(Debug, Args)]
pub(crate) struct CheckpointPolicyArgs {
    /// A policy whose tolerance is asked for; by default one is made from the ledger
    #[arg(conflicts_with = "quorum")]
    pub(crate) file: Option<PathBuf>,
    /// How many ministries must cosign; by default all that have a witness
    #[arg(long, value_name = "COUNT")]
    pub(crate) quorum: Option<usize>,
}

/// Arguments of `prove`.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// The entry
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: u64,
    /// Prove it under the checkpoint of this size; by default under the newest one with the most cosignatures
    #[arg(long, value_name = "SIZE")]
    pub(crate) size: Option<u64>,
    /// Leave out the entry, the entries that prove the keys, and the signature of the log: the smallest proof
    ///
    /// Whoever checks it needs the entry or its link, and a policy without a log, or the charter of the ledger's copy.
    #[arg(long)]
    pub(crate) bare: bool,
    /// Write it into this file; by default to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A proof (.tlog-proof), a checkpoint, or the proof of a fork; `-` for standard input
    pub(crate) file: PathBuf,
    /// The fingerprint of the ledger's charter: the keys then follow from the entries that the proof brings
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "policy")]
    pub(crate) charter: Option<Digest>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// The entry that is proven, when the proof does not bring it: a file with its bytes
    #[arg(long, value_name = "FILE", conflicts_with = "link")]
    pub(crate) entry: Option<PathBuf>,
    /// The link of the entry that is proven, when the proof does not bring it
    #[arg(long, value_name = "LINK")]
    pub(crate) link: Option<Digest>,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// A ledger's folder, a bundle, or a checkpoint
    pub(crate) left: PathBuf,
    /// Another one
    pub(crate) right: PathBuf,
    /// Where they are forked, write the proof of it into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) fork_proof: Option<PathBuf>,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The bundle
    pub(crate) bundle: PathBuf,
    /// The charter's fingerprint that the ledger must have
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) charter: Option<Digest>,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
}

/// The key of the ledger's log, for a checkpoint in the same call.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Checkpoint in the same call")]
pub(crate) struct LogKeyArgs {
    /// Sign a checkpoint in the same call with this key of the ledger's log
    ///
    /// A key file or a public key, as for --key.
    #[arg(long, value_name = "FILE", env = "JOINTLEDGER_LOG_KEY")]
    pub(crate) log_key: Option<std::ffi::OsString>,
    /// Read the passphrase of the log's key from this file
    #[arg(long, value_name = "FILE", env = "JOINTLEDGER_LOG_PASSPHRASE_FILE", value_parser = any_path())]
    pub(crate) log_passphrase_file: Option<PathBuf>,
    /// Where the log's key remembers what it signed last; by default beside the key file, with the ending .signed
    #[arg(long, value_name = "FILE", value_parser = any_path())]
    pub(crate) log_memory: Option<PathBuf>,
}

/// Receipts that hold without the ledger.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Receipt")]
pub(crate) struct ReceiptArgs {
    /// Write a proof of each entry that is recorded into this folder, as ENTRY.tlog-proof; needs --log-key
    ///
    /// It holds without the ledger: `jointledger check FILE --charter FINGERPRINT`. The entry is acknowledged first; when
    /// its proof cannot be made, the entry stays, and the exit code is 3.
    #[arg(long, value_name = "DIR", value_parser = any_path(), requires = "log_key")]
    pub(crate) receipts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) log: LogKeyArgs,
}
