//! Checkpoints: one small text that pins a whole history (C2SP tlog-checkpoint).
//!
//! ```text
//! baltic.example/ledger                            origin: the ledger's name
//! 353                                              size: number of entries
//! wMEonwBgX419h4C59CZMc2zPuEzpFwjCsn5kJr/H2Kg=     root of the Merkle tree over them, base64
//! ```
//!
//! Signed by the log under its origin, and cosigned by witnesses, each at a time: "this is the largest tree of this
//! ledger that I have seen, and it extends all that I saw before". Whoever holds one such text notices when the history
//! is rewritten, cut off or forked.

use std::fmt::{self, Display};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::Digest;

use super::note::{Note, NoteError, SignatureLine};

/// Why a checkpoint is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text is no checkpoint.
    #[error("its text is no checkpoint: {0}")]
    Malformed(&'static str),
    /// Two checkpoints were to be merged that are not the same.
    #[error("they are two different checkpoints: only signatures under the same text can be merged")]
    Different,
}

/// What a ledger is at a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the Merkle tree over them (RFC 6962 §2.1).
    pub root: Digest,
    /// Further lines. Ours has none; other logs may.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without further lines.
    pub fn new(origin: impl Into<String>, size: u64, root: Digest) -> Self {
        Self { origin: origin.into(), size, root, extensions: Vec::new() }
    }
}

impl Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, encode_hash(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let malformed = CheckpointError::Malformed;
        let text = text.strip_suffix('\n').ok_or(malformed("its last line has no end"))?;
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty());
        let origin = origin.ok_or(malformed("its first line, the origin, is empty"))?.to_owned();
        let size = lines.next().and_then(decimal);
        let size = size.ok_or(malformed("its second line is no size in decimal digits"))?;
        let root = lines.next().and_then(decode_hash);
        let root = root.ok_or(malformed("its third line is no SHA-256 digest in base64"))?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(malformed("it has an empty line"));
        }
        Ok(Self { origin, size, root, extensions })
    }
}

/// A number as the formats of C2SP write it: ASCII digits, without leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A digest as the formats of C2SP write it: 44 characters of base64.
pub(crate) fn encode_hash(hash: &Digest) -> String {
    STANDARD.encode(hash.as_bytes())
}

/// Reads what [`encode_hash`] writes, and nothing else.
pub(crate) fn decode_hash(text: &str) -> Option<Digest> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(Digest::new(bytes.try_into().ok()?))
}

/// A checkpoint with signatures, well formed. Whether they hold is what [`Note::open`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// A checkpoint with its first signature, which was made over its text.
    ///
    /// # Errors
    /// The text of the checkpoint cannot stand in a note.
    pub fn new(checkpoint: Checkpoint, signature: SignatureLine) -> Result<Self, CheckpointError> {
        let note = Note::new(checkpoint.to_string(), signature)?;
        Self::try_from(note)
    }

    /// Reads a signed checkpoint strictly.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::try_from(Note::parse(bytes)?)
    }

    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note: text and signatures.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Puts a signature under it.
    pub fn add(&mut self, signature: SignatureLine) {
        self.note.add(signature);
    }

    /// The same checkpoint with those signatures only that `keep` wants. A note without any is none: check that
    /// something is left.
    #[must_use]
    pub fn retaining(mut self, keep: impl FnMut(&SignatureLine) -> bool) -> Self {
        self.note.retain(keep);
        self
    }

    /// Takes over the signatures that another copy of the same checkpoint has.
    ///
    /// # Errors
    /// It is another checkpoint.
    pub fn merge(&mut self, other: &SignedCheckpoint) -> Result<(), CheckpointError> {
        if self.note.text() != other.note.text() {
            return Err(CheckpointError::Different);
        }
        other.note.signatures().iter().for_each(|line| self.note.add(line.clone()));
        Ok(())
    }
}

impl TryFrom<Note> for SignedCheckpoint {
    type Error = CheckpointError;

    fn try_from(note: Note) -> Result<Self, CheckpointError> {
        Ok(Self { checkpoint: note.text().parse()?, note })
    }
}

/// The exact bytes of the note.
impl Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
