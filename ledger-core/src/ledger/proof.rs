//! Proofs that an entry stands in a ledger, for whoever has no ledger (C2SP tlog-proof; files end in `.tlog-proof`).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>                 optional; not authenticated by the format
//! index <decimal>                the entry's position
//! <base64>                       the audit path, the sibling of the leaf first; one line a hash
//!
//! <signed checkpoint>
//! ```
//!
//! In `extra` this ledger puts entries, each with its length before it in two bytes, big-endian: first the entry that
//! is proven; then, where the proof is to be checked with the charter's fingerprint alone, the entries by which the keys
//! under the checkpoint came to be trusted. Both prove themselves: the first by its hash, the others by their signatures.

use std::fmt::{self, Display};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::{Act, Digest, Origin, PublicKey, Timestamp};

use super::checkpoint::{CheckpointError, SignedCheckpoint, decimal, decode_hash, encode_hash};
use super::entry::{MAX_ENTRY_BYTES, OpenedEntry, RawEntry, Signatures, Unopenable};
use super::note::MAX_NOTE_BYTES;
use super::tree::{self, MAX_PATH, ProofError};

/// The first line of a proof.
const TITLE: &str = "c2sp.org/tlog-proof@v1";
/// Longest proof, in bytes, entries included. Nothing that is longer is read.
pub const MAX_PROOF_BYTES: usize = 2 * MAX_NOTE_BYTES;

/// Why a proof is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// It is no proof.
    #[error("it is no proof: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it.
    #[error("the checkpoint in it cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Entries that do not fit.
    #[error("an entry has at most 65,535 bytes, this one has {0}")]
    LongEntry(usize),
}

/// That an entry stands at a position under a checkpoint. Read, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Entries that come with it: the proven one, then those by which keys are known. See the module's words.
    pub extra: Option<Vec<u8>>,
    /// The position of the entry.
    pub index: u64,
    /// The audit path.
    pub path: Vec<Digest>,
    /// The checkpoint to whose root it leads.
    pub checkpoint: SignedCheckpoint,
}

impl Proof {
    /// Reads a proof strictly: there is one way to write it.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let malformed = ProofFileError::Malformed;
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(malformed("it is longer than 2,000,000 bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, note) =
            text.split_once("\n\n").ok_or(malformed("no empty line stands before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(TITLE) {
            return Err(malformed("its first line is not \"c2sp.org/tlog-proof@v1\""));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            None => None,
            Some(line) => {
                let data = line.strip_prefix("extra ").unwrap_or(line);
                Some(STANDARD.decode(data).map_err(|_| malformed("its extra data is not base64"))?)
            }
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(malformed("it has no index in decimal digits"))?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() >= MAX_PATH {
                return Err(malformed("it has more hashes than any tree"));
            }
            path.push(
                decode_hash(line).ok_or(malformed("one of its hashes is no SHA-256 digest in base64"))?,
            );
        }
        Ok(Self { extra, index, path, checkpoint: SignedCheckpoint::parse(note.as_bytes())? })
    }

    /// Whether it leads from a leaf, the link of the entry, to the root of its checkpoint. Who signed that is another
    /// question.
    ///
    /// # Errors
    /// It does not.
    pub fn verify_leaf(&self, leaf: &Digest) -> Result<(), ProofError> {
        let checkpoint = self.checkpoint.checkpoint();
        tree::verify_inclusion(self.index, checkpoint.size, leaf, &self.path, &checkpoint.root)
    }

    /// What the entry says that is proven, when these are its bytes: that its author signed it, for this ledger and this
    /// position, and that it stands under the checkpoint.
    ///
    /// # Errors
    /// These are not its bytes, or they are no entry that its author signed.
    pub fn verify_entry(&self, bytes: &[u8]) -> Result<Proven, NotProven> {
        let raw = RawEntry::new(bytes.to_vec());
        self.verify_leaf(&raw.link())?;
        let OpenedEntry { link, body } = raw.open(Signatures::Verify)?;
        if body.origin.as_str() != self.checkpoint.checkpoint().origin || body.seq != self.index {
            return Err(NotProven::OtherPlace { seq: body.seq, origin: body.origin });
        }
        Ok(Proven {
            entry: body.seq,
            link,
            recorded_at: body.recorded_at,
            author: body.author,
            act: body.act,
        })
    }

    /// The entries that came with it; `None` when what came is no run of entries.
    pub fn entries(&self) -> Option<Vec<&[u8]>> {
        split_entries(self.extra.as_deref().unwrap_or_default())
    }
}

/// An entry that stands in a ledger, as its author signed it. Whether the rules let it take effect, only the whole ledger
/// says.
#[derive(Debug, Clone)]
pub struct Proven {
    /// Its position.
    pub entry: u64,
    /// Its link.
    pub link: Digest,
    /// When it was recorded, as its author says.
    pub recorded_at: Timestamp,
    /// The key that signed it.
    pub author: PublicKey,
    /// What it says.
    pub act: Act,
}

/// Why a proof does not prove an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// The path does not lead from the entry to the checkpoint.
    #[error("the entry does not stand under the checkpoint: {0}")]
    Path(#[from] ProofError),
    /// The bytes are no entry that its author signed.
    #[error("what stands under the checkpoint is no sound entry: {0}")]
    Unopenable(#[from] Unopenable),
    /// The entry was signed for another place.
    #[error("the entry was signed for position {seq} of {origin}, and stands elsewhere")]
    OtherPlace {
        /// The position for which it was signed.
        seq: u64,
        /// The ledger for which it was signed.
        origin: Origin,
    },
}

/// The exact text of the proof.
impl Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", encode_hash(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Entries one behind the other, each with its length before it (as in the entry bundles of C2SP tlog-tiles).
///
/// # Errors
/// One is longer than an entry can be.
pub fn join_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, ProofFileError> {
    let mut joined = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| ProofFileError::LongEntry(entry.len()))?;
        joined.extend_from_slice(&length.to_be_bytes());
        joined.extend_from_slice(entry);
    }
    Ok(joined)
}

/// The entries that [`join_entries`] joined; `None` when the bytes do not end with an entry.
pub fn split_entries(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry);
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

const _: () = assert!(MAX_ENTRY_BYTES <= u16::MAX as usize, "the length of an entry stands in two bytes");
