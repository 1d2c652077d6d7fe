//! From what an officer names to something that signs.
//!
//! | `--key` or `JOINTLEDGER_KEY` | who signs |
//! |---|---|
//! | private key file | this program, after the passphrase |
//! | `.pub` file, `ssh-ed25519 AAAA…`, 64 hexadecimal digits | ssh-agent, which must hold the key |
//!
//! The choice is by content, never by the file's name, and there is no falling back from one to the other:
//! the officer knows which key signs and where it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};
use ledger_core::ledger::signer::Signer;

use super::{KeyError, KeyFile, Passphrase, Terminal, WrittenDown, public_text, read};
use crate::agent::{AgentError, AgentSigner};

/// The key of the officer who acts: arguments that every signing command has.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Key")]
pub(crate) struct KeyArgs {
    /// Sign with this key
    ///
    /// An OpenSSH private key file (Ed25519, mode 0600), whose passphrase is asked for. Or a public key: a .pub
    /// file, a line `ssh-ed25519 AAAA…` or 64 hexadecimal digits; then ssh-agent signs.
    #[arg(long, value_name = "FILE", env = "JOINTLEDGER_KEY")]
    pub(crate) key: Option<OsString>,

    /// Reach ssh-agent at this socket
    ///
    /// Needed only if --key names a public key.
    #[arg(long, value_name = "SOCKET", env = "SSH_AUTH_SOCK", hide_env_values = true, value_parser = any_path())]
    pub(crate) agent_socket: Option<PathBuf>,

    /// Read the key's passphrase from this file
    ///
    /// One line, in a file that only its owner may read (mode 0600). Without it, the terminal is asked.
    #[arg(long, value_name = "FILE", env = "JOINTLEDGER_PASSPHRASE_FILE", value_parser = any_path())]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Takes an empty path too: an empty variable is how a shell says "not set", and clap's own parser of paths
/// would then refuse every command.
pub(crate) fn any_path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

impl KeyArgs {
    /// Which key is meant, and where ssh-agent listens.
    pub(crate) fn source(&self) -> KeySource {
        KeySource {
            key: self.key.clone().filter(|key| !key.is_empty()),
            agent_socket: self.agent_socket.clone().filter(|socket| !socket.as_os_str().is_empty()),
        }
    }

    /// Where the passphrase comes from.
    pub(crate) fn passphrase(&self) -> Box<dyn Passphrase> {
        match &self.passphrase_file {
            Some(file) if !file.as_os_str().is_empty() => Box::new(WrittenDown(file.clone())),
            _ => Box::new(Terminal::default()),
        }
    }
}

/// The key that shall sign, as it was named.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeySource {
    /// A file, or a public key in text.
    pub(crate) key: Option<OsString>,
    /// Where ssh-agent listens.
    pub(crate) agent_socket: Option<PathBuf>,
}

/// Opens the signer that `source` names. The passphrase is asked for only if the key is a locked file.
///
/// # Errors
/// No key named, not usable, not unlocked, or not held by ssh-agent.
pub(crate) fn open_signer(
    source: &KeySource,
    prompt: &mut dyn Passphrase,
) -> Result<Box<dyn Signer>, KeyError> {
    let named = source.key.as_ref().ok_or(KeyError::NoKey)?;
    if let Some(key) = public_text(named) {
        return agent_signer(key?, None, source);
    }
    let path = Path::new(named);
    match read(path)? {
        KeyFile::Private(file) => Ok(Box::new(file.unlock(prompt)?)),
        KeyFile::Public(key) => agent_signer(key, Some(path), source),
    }
}

/// Where a key that signs checkpoints remembers what it signed last, unless somebody says otherwise: beside its
/// private half, with the ending `.signed`. `None` for a key that is not in a file, and for a public one whose file does
/// not end in `.pub`: where its private half is, nobody knows.
///
/// # Errors
/// No key named, or not usable.
pub(crate) fn memory_beside(source: &KeySource) -> Result<Option<PathBuf>, KeyError> {
    let named = source.key.as_ref().ok_or(KeyError::NoKey)?;
    if public_text(named).is_some() {
        return Ok(None);
    }
    let path = Path::new(named);
    let private = match read(path)? {
        KeyFile::Private(_) => path.to_owned(),
        KeyFile::Public(_) if path.extension().is_some_and(|end| end == "pub") => path.with_extension(""),
        KeyFile::Public(_) => return Ok(None),
    };
    let mut name = private.into_os_string();
    name.push(".signed");
    Ok(Some(name.into()))
}

fn agent_signer(key: [u8; 32], file: Option<&Path>, source: &KeySource) -> Result<Box<dyn Signer>, KeyError> {
    let private = file.filter(|file| file.extension().is_some_and(|end| end == "pub"));
    let private = private.map(|file| file.with_extension(""));
    let socket =
        source.agent_socket.as_ref().ok_or_else(|| AgentError::NoSocket { file: private.clone() })?;
    Ok(Box::new(AgentSigner::find(key, socket, private)?))
}
