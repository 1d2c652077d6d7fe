//! Signing through ssh-agent: the private key stays where it is, this program sees a signature.
//!
//! Two exchanges of the agent protocol (draft-miller-ssh-agent) are enough, so they are written out here:
//! the crate `ssh-agent-client-rs` 1.1 brings ssh-key 0.6 and with it a second ed25519-dalek.
//!
//! ```text
//! frame                 uint32 length ‖ byte type ‖ fields
//! 11 REQUEST_IDENTITIES (no fields)
//! 12 IDENTITIES_ANSWER  uint32 count ‖ count × (string blob ‖ string comment)
//! 13 SIGN_REQUEST       string blob ‖ string message ‖ uint32 flags (0)
//! 14 SIGN_RESPONSE      string (string "ssh-ed25519" ‖ string 64 bytes)
//!  5 FAILURE            (no fields, no reason)
//! blob                  string "ssh-ed25519" ‖ string 32 bytes         RFC 8709 §4
//! string                uint32 length ‖ bytes                          RFC 4251 §5
//! ```
//!
//! The agent is not trusted. Its answer is at most 256 KiB, checked before room is made for it; fields are
//! read to the last byte; a signature must be named Ed25519 and have 64 bytes. Whether it holds is decided by
//! the ledger's gate, as for every signature. Each exchange has a time limit for all of it, so an agent that
//! sends a byte now and then gains nothing. The one wait without a limit is the system's `connect`, which
//! returns at once for a socket of this machine unless its queue is full.
//!
//! A locked agent says that it holds no keys, and a declined confirmation, an expired key and a lock all look
//! like the same FAILURE: the errors name the possibilities instead of guessing.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger_core::ledger::signer::{Signer, SignerError};

use crate::keyfile::fingerprint;

#[cfg(test)]
mod tests;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

const ALGORITHM: &[u8] = b"ssh-ed25519";

/// The largest frame either side sends: OpenSSH's own limit.
const FRAME_LIMIT: usize = 256 * 1024;

/// The most keys an agent may list: OpenSSH's client stops there too.
const COUNT_LIMIT: u32 = 2048;

/// Why ssh-agent did not sign. Each text says what happened, and after the colon what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    /// No agent in this session.
    #[error(
        "the key named is a public key, so ssh-agent must sign, and SSH_AUTH_SOCK is not set: \
         start one (`eval \"$(ssh-agent)\"`) and run `ssh-add {file}`, or give the private key file as --key",
        file = Named(.file)
    )]
    NoSocket { file: Option<PathBuf> },
    /// Nobody listens there.
    #[error("ssh-agent cannot be reached at {socket} ({source}): \
             check SSH_AUTH_SOCK or --agent-socket, or start it (`eval \"$(ssh-agent)\"`)",
            socket = .socket.display())]
    Unreachable { socket: PathBuf, source: io::Error },
    /// It hung up, or the connection broke.
    #[error("ssh-agent at {socket} broke off ({source}): try again, and restart the agent if it happens again",
            socket = .socket.display())]
    BrokeOff { socket: PathBuf, source: io::Error },
    /// It took too long.
    #[error("ssh-agent at {socket} did not answer within {} seconds: \
             look for a window or token that waits for you, and try again", .waited.as_secs_f32(),
            socket = .socket.display())]
    TimedOut { socket: PathBuf, waited: Duration },
    /// What it sent is not the protocol.
    #[error("what answers at {socket} does not speak as ssh-agent does ({what}): \
             check SSH_AUTH_SOCK or --agent-socket", socket = .socket.display())]
    Garbled { socket: PathBuf, what: &'static str },
    /// The key is not there.
    #[error(
        "ssh-agent does not hold the key {fingerprint} (it shows {held} Ed25519 keys): run `ssh-add {file}`{unlock}",
        file = Named(.file),
        unlock = if *.held == 0 { ", or `ssh-add -X` if the agent is locked" } else { "" }
    )]
    NotHeld { fingerprint: String, held: usize, file: Option<PathBuf> },
    /// It said no and gave no reason: the protocol has none.
    #[error(
        "ssh-agent refused to sign with {fingerprint}: confirm when it asks; \
         if the agent is locked run `ssh-add -X`, if the key has expired run `ssh-add {file}`",
        file = Named(.file)
    )]
    Refused { fingerprint: String, file: Option<PathBuf> },
    /// It refuses even to list its keys.
    #[error("ssh-agent at {socket} refused to list its keys: unlock it (`ssh-add -X`) or restart it",
            socket = .0.display())]
    NotListed(PathBuf),
    /// Larger than the protocol carries; no entry is.
    #[error("{0} bytes are more than ssh-agent takes: sign with the private key file")]
    TooLarge(usize),
}

/// The private key file for `ssh-add`, or a word in its place.
struct Named<'a>(&'a Option<PathBuf>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(file) => file.display().fmt(f),
            None => f.write_str("FILE"),
        }
    }
}

impl From<AgentError> for SignerError {
    fn from(error: AgentError) -> Self {
        let text = error.to_string();
        match error {
            AgentError::Refused { .. } | AgentError::NotListed(_) => Self::Refused(text),
            AgentError::Garbled { .. } => Self::Faulty(text),
            _ => Self::Unavailable(text),
        }
    }
}

/// How long the agent may take.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// To list its keys: no person is asked.
    list: Duration,
    /// To sign: a person may have to confirm, or to touch a token.
    sign: Duration,
}

const PATIENCE: Patience = Patience { list: Duration::from_secs(10), sign: Duration::from_secs(120) };

/// Signs with a key that ssh-agent holds. Every signature is a connection of its own, so a restarted agent
/// does no harm.
#[derive(Debug)]
pub(crate) struct AgentSigner {
    public_key: [u8; 32],
    socket: PathBuf,
    /// For the remedy: the private key file, if its name is known.
    file: Option<PathBuf>,
    patience: Patience,
}

impl AgentSigner {
    /// Asks the agent at `socket` whether it holds the key. `file` is the private key's file for `ssh-add`,
    /// if known.
    ///
    /// # Errors
    /// The agent cannot be reached, does not answer in time or in form, or does not hold the key.
    pub(crate) fn find(
        public_key: [u8; 32],
        socket: &Path,
        file: Option<PathBuf>,
    ) -> Result<Self, AgentError> {
        Self::find_within(PATIENCE, public_key, socket, file)
    }

    fn find_within(
        patience: Patience,
        public_key: [u8; 32],
        socket: &Path,
        file: Option<PathBuf>,
    ) -> Result<Self, AgentError> {
        let held = list(socket, patience.list)?;
        if !held.contains(&public_key) {
            let fingerprint = fingerprint(&public_key);
            return Err(AgentError::NotHeld { fingerprint, held: held.len(), file });
        }
        Ok(Self { public_key, socket: socket.to_owned(), file, patience })
    }

    fn request(&self, message: &[u8]) -> Result<[u8; 64], AgentError> {
        let mut fields = Vec::new();
        put_string(&mut fields, &blob(&self.public_key))
            .and_then(|()| put_string(&mut fields, message))
            .ok_or(AgentError::TooLarge(message.len()))?;
        fields.extend(0_u32.to_be_bytes());
        let (kind, answer) = exchange(&self.socket, self.patience.sign, SIGN_REQUEST, &fields)?;
        let garbled = |what| AgentError::Garbled { socket: self.socket.clone(), what };
        match kind {
            SIGN_RESPONSE => {}
            FAILURE => {
                let fingerprint = fingerprint(&self.public_key);
                return Err(AgentError::Refused { fingerprint, file: self.file.clone() });
            }
            _ => return Err(garbled("no answer to a request for a signature")),
        }
        let (algorithm, signature) =
            parse_signature(&answer).ok_or_else(|| garbled("a malformed signature"))?;
        if algorithm != ALGORITHM {
            return Err(garbled("a signature of another algorithm than Ed25519"));
        }
        signature.try_into().map_err(|_| garbled("an Ed25519 signature that has not 64 bytes"))
    }
}

impl Signer for AgentSigner {
    fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.request(message)?)
    }
}

/// The Ed25519 keys that the agent shows; keys of other kinds are passed over.
fn list(socket: &Path, patience: Duration) -> Result<Vec<[u8; 32]>, AgentError> {
    let (kind, answer) = exchange(socket, patience, REQUEST_IDENTITIES, &[])?;
    let garbled = |what| AgentError::Garbled { socket: socket.to_owned(), what };
    match kind {
        IDENTITIES_ANSWER => parse_list(&answer).ok_or_else(|| garbled("a malformed list of keys")),
        FAILURE => Err(AgentError::NotListed(socket.to_owned())),
        _ => Err(garbled("no answer to a request for its keys")),
    }
}

fn parse_list(answer: &[u8]) -> Option<Vec<[u8; 32]>> {
    let mut fields = Fields(answer);
    let mut keys = Vec::new();
    let count = fields.number()?;
    if count > COUNT_LIMIT {
        return None;
    }
    for _ in 0..count {
        let blob = fields.string()?;
        let _comment = fields.string()?;
        keys.extend(parse_blob(blob));
    }
    fields.end()?;
    Some(keys)
}

fn parse_blob(blob: &[u8]) -> Option<[u8; 32]> {
    let mut fields = Fields(blob);
    let algorithm = fields.string()?;
    let key = fields.string()?;
    fields.end()?;
    if algorithm == ALGORITHM { key.try_into().ok() } else { None }
}

fn parse_signature(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = Fields(answer);
    let mut inner = Fields(outer.string()?);
    outer.end()?;
    let parts = (inner.string()?, inner.string()?);
    inner.end()?;
    Some(parts)
}

fn blob(key: &[u8; 32]) -> Vec<u8> {
    let mut blob = Vec::new();
    // Both are short: neither can fail.
    let _ = put_string(&mut blob, ALGORITHM).and_then(|()| put_string(&mut blob, key));
    blob
}

fn put_string(fields: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    fields.extend(u32::try_from(bytes.len()).ok()?.to_be_bytes());
    fields.extend(bytes);
    Some(())
}

/// What is left to read of an answer. Nothing is copied, so a false length costs nothing.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let size = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(string)
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Sends one frame and receives one: its type and fields.
fn exchange(socket: &Path, patience: Duration, kind: u8, fields: &[u8]) -> Result<(u8, Vec<u8>), AgentError> {
    let size = fields.len().saturating_add(1);
    let prefix = match u32::try_from(size) {
        Ok(prefix) if size <= FRAME_LIMIT => prefix,
        _ => return Err(AgentError::TooLarge(fields.len())),
    };
    let mut frame = Vec::with_capacity(size.saturating_add(4));
    frame.extend(prefix.to_be_bytes());
    frame.push(kind);
    frame.extend(fields);

    let stream = UnixStream::connect(socket)
        .map_err(|source| AgentError::Unreachable { socket: socket.to_owned(), source })?;
    let line = Line { stream, socket, patience, since: Instant::now() };
    line.send(&frame)?;

    let mut prefix = [0; 4];
    line.receive(&mut prefix)?;
    // The limit comes before the room.
    let size = match usize::try_from(u32::from_be_bytes(prefix)) {
        Ok(size) if (1..=FRAME_LIMIT).contains(&size) => size,
        _ => return Err(line.garbled("an answer of impossible length")),
    };
    let mut answer = vec![0; size];
    line.receive(&mut answer)?;
    match answer.split_first() {
        Some((kind, fields)) => Ok((*kind, fields.to_vec())),
        None => Err(line.garbled("an answer of impossible length")),
    }
}

/// A connection with a time limit for everything that goes over it.
struct Line<'a> {
    stream: UnixStream,
    socket: &'a Path,
    patience: Duration,
    since: Instant,
}

impl Line<'_> {
    fn send(&self, mut bytes: &[u8]) -> Result<(), AgentError> {
        while !bytes.is_empty() {
            let left = self.left()?;
            let step = self.stream.set_write_timeout(Some(left)).and_then(|()| (&self.stream).write(bytes));
            let sent = self.moved(step)?;
            bytes = bytes.get(sent..).unwrap_or_default();
        }
        Ok(())
    }

    fn receive(&self, mut buffer: &mut [u8]) -> Result<(), AgentError> {
        while !buffer.is_empty() {
            let left = self.left()?;
            let step = self.stream.set_read_timeout(Some(left)).and_then(|()| (&self.stream).read(buffer));
            let received = self.moved(step)?;
            buffer = buffer.get_mut(received..).unwrap_or_default();
        }
        Ok(())
    }

    /// The time that is left: never zero, which would mean "for ever" to the system.
    fn left(&self) -> Result<Duration, AgentError> {
        match self.patience.checked_sub(self.since.elapsed()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(self.timed_out()),
        }
    }

    /// How many bytes a step moved; an interrupted step moved none and is repeated.
    fn moved(&self, step: io::Result<usize>) -> Result<usize, AgentError> {
        match step {
            Ok(0) => Err(self.broke_off(io::ErrorKind::UnexpectedEof.into())),
            Ok(size) => Ok(size),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Err(self.timed_out())
            }
            Err(e) => Err(self.broke_off(e)),
        }
    }

    fn timed_out(&self) -> AgentError {
        AgentError::TimedOut { socket: self.socket.to_owned(), waited: self.patience }
    }

    fn broke_off(&self, source: io::Error) -> AgentError {
        AgentError::BrokeOff { socket: self.socket.to_owned(), source }
    }

    fn garbled(&self, what: &'static str) -> AgentError {
        AgentError::Garbled { socket: self.socket.to_owned(), what }
    }
}
