//! Arguments of `key`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger_core::domain::{Party, Role, Text, Timestamp};

use crate::keyfile::{KeyArgs, any_path};

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
