//! That a ledger was forked: two checkpoints of one name, of which none extends the other. Such a proof needs no
//! ledger and no trust in who brings it; whoever signed both sides vouched for two histories.
//!
//! A file of JSON (`*.fork.json`):
//!
//! ```text
//! kind                 "jointledger/fork/v1"
//! left                 signed checkpoint of size n, as text
//! right                signed checkpoint of size m ≤ n, as text
//! old_root             root of the left history at size m, base64
//! consistency          the proof that old_root at m leads to the left root at n (RFC 6962 §2.1.2), base64
//! first_difference     optional: { entry, left: { link, path }, right: { link, path } }
//! ```
//!
//! `old_root` is not the right root, although it is of the same size: so left and right are two histories. The first
//! difference names an entry below m, its two links, and the audit path of each to its root (RFC 6962 §2.1.1). The left
//! siblings in a path are the hashes of all that stands before the entry: they are the same on both sides, so the
//! entry is the first that differs, and nobody need be believed for that either.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::domain::Digest;

use super::checkpoint::{CheckpointError, SignedCheckpoint, decode_hash, encode_hash};
use super::note::{KeyName, MAX_NOTE_BYTES, NoteError, Verified, VerifierKey};
use super::tree::{self, FromEmpty, MAX_PATH, Nodes, ProofError, ProveError};

/// Longest fork proof, in bytes. Nothing that is longer is read.
pub const MAX_FORK_BYTES: usize = 4 * MAX_NOTE_BYTES;

/// Why a fork proof is not read, or proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    /// It is no fork proof.
    #[error("it is no fork proof: {0}; ask for it again")]
    Malformed(String),
    /// A checkpoint in it cannot be read.
    #[error("the {0} checkpoint cannot be read: {1}; ask for the proof again")]
    Checkpoint(Side, CheckpointError),
    /// A checkpoint in it is not signed by anybody who is known, or by a false signature.
    #[error("the {0} checkpoint accuses nobody: {1}; check with which keys you verify")]
    Note(Side, NoteError),
    /// The checkpoints are of two ledgers.
    #[error("the checkpoints are of two ledgers, {0} and {1}; that is no fork")]
    TwoLedgers(String, String),
    /// The left checkpoint is smaller.
    #[error(
        "the left checkpoint, of size {left}, is smaller than the right one, of size {right}; exchange them"
    )]
    Order {
        /// Size of the left checkpoint.
        left: u64,
        /// Size of the right checkpoint.
        right: u64,
    },
    /// The left root does not follow from `old_root`.
    #[error("the consistency proof does not hold: {0}; the file proves nothing")]
    Consistency(ProofError),
    /// The roots at the smaller size are equal.
    #[error("both histories have the same root at size {0}: there is no fork")]
    NoFork(u64),
    /// The two links of the first difference are equal.
    #[error("entry {0} is the same on both sides: it is not where the histories differ")]
    NoDifference(u64),
    /// A path of the first difference does not lead to its root.
    #[error(
        "the path of entry {1} on the {0} side does not hold: {2}; the file does not prove where they differ"
    )]
    Path(Side, u64, ProofError),
    /// The histories differ already before.
    #[error("the histories differ before entry {0} already: it is not the first that differs")]
    NotFirst(u64),
}

/// Which of the two histories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The larger one.
    Left,
    /// The smaller one.
    Right,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Side::Left => "left",
            Side::Right => "right",
        })
    }
}

/// Two checkpoints, and the proof that none extends the other. Read, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkProof {
    /// The larger checkpoint, or one of two of the same size.
    pub left: SignedCheckpoint,
    /// The smaller checkpoint.
    pub right: SignedCheckpoint,
    /// The root of the left history at the right size.
    pub old_root: Digest,
    /// That the left history leads from there to its checkpoint.
    pub consistency: Vec<Digest>,
    /// Where the histories part, if it is known.
    pub first_difference: Option<Difference>,
}

/// An entry that is not the same in two histories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Its position.
    pub entry: u64,
    /// What stands there in the left history.
    pub left: Leaf,
    /// What stands there in the right history.
    pub right: Leaf,
}

/// An entry in a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Its link.
    #[serde(with = "base64_hash")]
    pub link: Digest,
    /// Its audit path.
    #[serde(with = "base64_hashes")]
    pub path: Vec<Digest>,
}

/// A fork that is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forked {
    /// The ledger's name.
    pub origin: String,
    /// Who signed the left history.
    pub left: Vec<Verified>,
    /// Who signed the right history.
    pub right: Vec<Verified>,
    /// Who signed both, by the names of the keys: they vouched for two histories.
    pub both: BTreeSet<KeyName>,
    /// The size at which the two are not the same.
    pub size: u64,
    /// The first entry that differs, if it was proven.
    pub first_difference: Option<u64>,
}

impl ForkProof {
    /// Proves that the history whose hashes are `nodes`, and to which the checkpoint `left` belongs, does not extend
    /// `right`. What comes out is not checked here: [`verify`](Self::verify) it before it is shown to anybody.
    ///
    /// # Errors
    /// The left checkpoint is smaller than the right one, or a hash is not there.
    pub fn new<N: Nodes + ?Sized>(
        left: SignedCheckpoint,
        right: SignedCheckpoint,
        nodes: &N,
    ) -> Result<Self, ProveError<N::Error>> {
        let (new, old) = (left.checkpoint().size, right.checkpoint().size);
        let consistency = tree::consistency(nodes, old, new)?;
        let old_root = tree::root(nodes, old)?;
        Ok(Self { left, right, old_root, consistency, first_difference: None })
    }

    /// Adds the first entry that differs, found in the hashes of both histories. Nothing is added when they do not
    /// differ below the smaller size.
    ///
    /// # Errors
    /// A hash is not there.
    pub fn locate<L, R, E>(mut self, left: &L, right: &R) -> Result<Self, ProveError<E>>
    where
        L: Nodes<Error = E> + ?Sized,
        R: Nodes<Error = E> + ?Sized,
    {
        let (new, old) = (self.left.checkpoint().size, self.right.checkpoint().size);
        self.first_difference = match first_difference(left, right, old.min(new))? {
            None => None,
            Some(entry) => Some(Difference {
                entry,
                left: Leaf { link: left.node(0, entry)?, path: tree::inclusion(left, entry, new)? },
                right: Leaf { link: right.node(0, entry)?, path: tree::inclusion(right, entry, old)? },
            }),
        };
        Ok(self)
    }

    /// Reads a fork proof strictly. Whether it holds is what [`verify`](Self::verify) says.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ForkError> {
        if bytes.len() > MAX_FORK_BYTES {
            return Err(ForkError::Malformed("it is longer than 4,000,000 bytes".into()));
        }
        let malformed = |error: serde_json::Error| ForkError::Malformed(error.to_string());
        let file: File = serde_json::from_slice(bytes).map_err(malformed)?;
        // Derived readers take more than one form of the same: a list for an object, null for nothing.
        let (one, read) =
            (serde_json::to_value(&file).map_err(malformed)?, serde_json::from_slice::<Value>(bytes));
        if read.map_err(malformed)? != one {
            return Err(ForkError::Malformed("it is not written in the one form that is allowed".into()));
        }
        if file.kind != KIND {
            return Err(ForkError::Malformed(format!("its kind is not {KIND}")));
        }
        let checkpoint = |side, text: &str| {
            SignedCheckpoint::parse(text.as_bytes()).map_err(|error| ForkError::Checkpoint(side, error))
        };
        Ok(Self {
            left: checkpoint(Side::Left, &file.left)?,
            right: checkpoint(Side::Right, &file.right)?,
            old_root: file.old_root,
            consistency: file.consistency,
            first_difference: file.first_difference,
        })
    }

    /// The text of the file, with a newline at its end.
    pub fn render(&self) -> String {
        let file = File {
            kind: KIND.to_owned(),
            left: self.left.to_string(),
            right: self.right.to_string(),
            old_root: self.old_root,
            consistency: self.consistency.clone(),
            first_difference: self.first_difference.clone(),
        };
        // Strings, numbers and lists always have a JSON form.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Whether it proves a fork, to somebody who knows `keys`. Whoever signed with one of them is accused.
    ///
    /// # Errors
    /// In this order: a checkpoint that nobody known signed, or with a false signature; two ledgers; the left one
    /// smaller; a consistency proof that does not hold; no fork; a first difference that is none.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Forked, ForkError> {
        let opened = |side, signed: &SignedCheckpoint| {
            signed.note().open(keys).map_err(|error| ForkError::Note(side, error))
        };
        let left_by = opened(Side::Left, &self.left)?.by;
        let right_by = opened(Side::Right, &self.right)?.by;
        let (left, right) = (self.left.checkpoint(), self.right.checkpoint());
        if left.origin != right.origin {
            return Err(ForkError::TwoLedgers(left.origin.clone(), right.origin.clone()));
        }
        if left.size < right.size {
            return Err(ForkError::Order { left: left.size, right: right.size });
        }
        tree::verify_consistency(
            right.size,
            left.size,
            &self.consistency,
            &self.old_root,
            &left.root,
            FromEmpty::Refused,
        )
        .map_err(ForkError::Consistency)?;
        if self.old_root == right.root {
            return Err(ForkError::NoFork(right.size));
        }
        if let Some(difference) = &self.first_difference {
            self.verify_difference(difference)?;
        }
        let names = |by: &[Verified]| by.iter().map(|by| by.key.name.clone()).collect::<BTreeSet<_>>();
        Ok(Forked {
            origin: left.origin.clone(),
            both: names(&left_by).intersection(&names(&right_by)).cloned().collect(),
            left: left_by,
            right: right_by,
            size: right.size,
            first_difference: self.first_difference.as_ref().map(|difference| difference.entry),
        })
    }

    fn verify_difference(&self, difference: &Difference) -> Result<(), ForkError> {
        let entry = difference.entry;
        let sides = [
            (Side::Left, self.left.checkpoint(), &difference.left),
            (Side::Right, self.right.checkpoint(), &difference.right),
        ];
        for (side, checkpoint, leaf) in sides {
            tree::verify_inclusion(entry, checkpoint.size, &leaf.link, &leaf.path, &checkpoint.root)
                .map_err(|error| ForkError::Path(side, entry, error))?;
        }
        if difference.left.link == difference.right.link {
            return Err(ForkError::NoDifference(entry));
        }
        let before = sides.map(|(_, checkpoint, leaf)| left_siblings(entry, checkpoint.size, &leaf.path));
        let [left, right] = before;
        if left == right { Ok(()) } else { Err(ForkError::NotFirst(entry)) }
    }
}

/// The hashes of an audit path that stand to the left of it: the complete subtrees of which all that is before the leaf
/// is made. There is one for each bit of `index` that is set, so trees of different sizes have the same.
fn left_siblings(index: u64, size: u64, path: &[Digest]) -> Vec<Digest> {
    // From the root down, as RFC 6962 §2.1.1 defines the path.
    let (mut index, mut size) = (index, size);
    let mut left = Vec::new();
    for beside in path.iter().rev() {
        let Some(power) = size.saturating_sub(1).checked_ilog2() else { break };
        let half = 1_u64 << power;
        if index < half {
            size = half;
        } else {
            left.push(*beside);
            index = index.saturating_sub(half);
            size = size.saturating_sub(half);
        }
    }
    left
}

/// The first leaf below `size` that is not the same in two trees, found in O(log size) hashes; `None` when all are.
///
/// # Errors
/// A hash is not there.
pub fn first_difference<L, R, E>(left: &L, right: &R, size: u64) -> Result<Option<u64>, E>
where
    L: Nodes<Error = E> + ?Sized,
    R: Nodes<Error = E> + ?Sized,
{
    let differ = |level: u8, index: u64| Ok::<_, E>(left.node(level, index)? != right.node(level, index)?);
    // The complete subtrees of which the first `size` leaves are made, the largest first.
    let mut from: u64 = 0;
    for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
        let mut index = from >> level;
        let mut level = u8::try_from(level).unwrap_or(u8::MAX);
        if differ(level, index)? {
            while let Some(below) = level.checked_sub(1) {
                level = below;
                index = index.saturating_mul(2);
                if !differ(level, index)? {
                    index = index.saturating_add(1);
                }
            }
            return Ok(Some(index));
        }
        from = from.saturating_add(1_u64 << level);
    }
    Ok(None)
}

const KIND: &str = "jointledger/fork/v1";

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: String,
    left: String,
    right: String,
    #[serde(with = "base64_hash")]
    old_root: Digest,
    #[serde(with = "base64_hashes")]
    consistency: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_difference: Option<Difference>,
}

/// A hash as in the proofs of C2SP: base64.
mod base64_hash {
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Digest, Serializer, decode_hash, encode_hash};

    pub(super) fn serialize<S: Serializer>(hash: &Digest, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&encode_hash(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(input)?;
        decode_hash(&text).ok_or_else(|| D::Error::custom("expected a SHA-256 digest in base64"))
    }
}

/// A list of hashes, no longer than a proof can be.
mod base64_hashes {
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Digest, MAX_PATH, Serializer, decode_hash, encode_hash};

    pub(super) fn serialize<S: Serializer>(hashes: &[Digest], out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(hashes.iter().map(encode_hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Digest>, D::Error> {
        let texts = Vec::<String>::deserialize(input)?;
        if texts.len() > MAX_PATH {
            return Err(D::Error::custom("expected at most 64 hashes"));
        }
        let hashes: Option<Vec<_>> = texts.iter().map(|text| decode_hash(text)).collect();
        hashes.ok_or_else(|| D::Error::custom("expected SHA-256 digests in base64"))
    }
}
