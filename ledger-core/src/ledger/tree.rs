//! The Merkle tree over the entries (RFC 6962 §2.1). Its leaves are the links of the chain: the same 32 bytes, so
//! chain and tree cannot disagree.
//!
//! ```text
//! root of nothing   SHA-256("")
//! leaf              SHA-256(0x00 ‖ entry) = the entry's link
//! node(l, r)        SHA-256(0x01 ‖ l ‖ r)
//! MTH(D[n])         node(MTH(D[0:k]), MTH(D[k:n])),  k = the largest power of two below n
//! ```
//!
//! A ledger carries its [`Frontier`], at most 64 hashes, from which the root follows and which one more leaf extends
//! in O(log n). Proofs need hashes of the inside; whoever keeps them is a [`Nodes`]. Nothing that comes from there is
//! believed: a proof is checked against a root that somebody signed.
//!
//! ```
//! use ledger_core::ledger::digest::link;
//! use ledger_core::ledger::tree::{self, Frontier, Leaves};
//!
//! let leaves: Vec<_> = (0..13).map(|i| link(format!("entry {i}").as_bytes())).collect();
//! let mut frontier = Frontier::EMPTY;
//! leaves.iter().for_each(|leaf| frontier.push(*leaf));
//!
//! let path = tree::inclusion(&Leaves(&leaves), 5, 13)?;
//! assert!(tree::verify_inclusion(5, 13, &leaves[5], &path, &frontier.root()).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::Serialize;

use crate::domain::Digest;

use super::digest::sha256;

/// Most hashes that a proof can have: one for each level of a tree of 2⁶⁴ leaves.
pub const MAX_PATH: usize = 64;

/// The hash of an inner node (RFC 6962 §2.1).
pub fn node(left: &Digest, right: &Digest) -> Digest {
    sha256(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// The root of a tree without leaves (RFC 6962 §2.1).
pub fn empty_root() -> Digest {
    sha256(&[])
}

/// The right edge of a tree: the roots of the complete subtrees of which it is made, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frontier {
    size: u64,
    /// One for each bit of `size` that is set.
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The frontier of a tree without leaves.
    pub const EMPTY: Frontier = Frontier { size: 0, peaks: Vec::new() };

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next leaf in.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // Each bit that is set below the lowest zero is a complete subtree that now becomes a left child.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The root.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else { return empty_root() };
        peaks.fold(*smallest, |right, left| node(left, &right))
    }
}

/// The hashes of complete subtrees, wherever they are kept.
pub trait Nodes {
    /// Why a hash cannot be given.
    type Error;

    /// The hash of the complete subtree of 2^`level` leaves, the `index`-th of that size; level 0 are the leaves.
    ///
    /// # Errors
    /// It is not there.
    fn node(&self, level: u8, index: u64) -> Result<Digest, Self::Error>;
}

/// The leaves themselves, for small trees: every node is hashed anew.
#[derive(Debug, Clone, Copy)]
pub struct Leaves<'a>(pub &'a [Digest]);

/// A leaf that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree has no subtree {index} of 2^{level} leaves")]
pub struct NoSuchNode {
    /// The logarithm of its size.
    pub level: u8,
    /// Its number among those of its size.
    pub index: u64,
}

impl Nodes for Leaves<'_> {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Digest, NoSuchNode> {
        let absent = NoSuchNode { level, index };
        let size = 1_usize.checked_shl(level.into()).ok_or(absent)?;
        let from = usize::try_from(index).ok().and_then(|index| index.checked_mul(size)).ok_or(absent)?;
        let leaves = from.checked_add(size).and_then(|to| self.0.get(from..to)).ok_or(absent)?;
        let mut frontier = Frontier::EMPTY;
        leaves.iter().for_each(|leaf| frontier.push(*leaf));
        Ok(frontier.root())
    }
}

/// Why there is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The tree of this size has no such leaf, or no such beginning.
    #[error("a tree of {size} entries has no {what} {index}")]
    OutOfRange {
        /// What was asked for.
        what: &'static str,
        /// Its position or size.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A hash is not there.
    #[error(transparent)]
    Nodes(#[from] E),
}

/// The root of the tree over the first `size` leaves.
///
/// # Errors
/// A hash is not there.
pub fn root<N: Nodes + ?Sized>(nodes: &N, size: u64) -> Result<Digest, N::Error> {
    if size == 0 { Ok(empty_root()) } else { hash(nodes, Range { from: 0, to: size }) }
}

/// The audit path of leaf `index` in the tree over the first `size` leaves: the sibling of the leaf first
/// (RFC 6962 §2.1.1, `PATH`).
///
/// # Errors
/// The leaf is not in the tree, or a hash is not there.
pub fn inclusion<N: Nodes + ?Sized>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, ProveError<N::Error>> {
    if index >= size {
        return Err(ProveError::OutOfRange { what: "entry", index, size });
    }
    let mut path = Vec::new();
    let mut range = Range { from: 0, to: size };
    while let Some((left, right)) = range.halves() {
        let (inside, beside) = if index < left.to { (left, right) } else { (right, left) };
        path.push(hash(nodes, beside)?);
        range = inside;
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree over the first `new` leaves extends the one over the first `old` (RFC 6962 §2.1.2,
/// `PROOF`). Empty when the two are the same, and from no leaf at all.
///
/// # Errors
/// `old` is more than `new`, or a hash is not there.
pub fn consistency<N: Nodes + ?Sized>(
    nodes: &N,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, ProveError<N::Error>> {
    if old > new {
        return Err(ProveError::OutOfRange { what: "beginning of size", index: old, size: new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut proof = Vec::new();
    let mut range = Range { from: 0, to: new };
    // `range` always ends behind the old tree or with it, and begins inside.
    while range.to != old {
        let Some((left, right)) = range.halves() else { break };
        let (inside, beside) = if old <= left.to { (left, right) } else { (right, left) };
        proof.push(hash(nodes, beside)?);
        range = inside;
    }
    // The old tree as a whole is known to whoever checks the proof.
    if range.from > 0 {
        proof.push(hash(nodes, range)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Leaves from `from` up to and without `to`, as a subtree: at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    from: u64,
    to: u64,
}

impl Range {
    const fn size(self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// The two children: the left one has the largest power of two of leaves below the size. `None` for a leaf.
    const fn halves(self) -> Option<(Range, Range)> {
        let Some(power) = self.size().saturating_sub(1).checked_ilog2() else { return None };
        let middle = self.from.saturating_add(1_u64 << power);
        Some((Range { from: self.from, to: middle }, Range { from: middle, to: self.to }))
    }
}

/// The hash of a subtree.
fn hash<N: Nodes + ?Sized>(nodes: &N, range: Range) -> Result<Digest, N::Error> {
    let size = range.size();
    match range.halves() {
        // The right child of a tree is as deep as the tree at the most, so this ends.
        Some((left, right)) if !size.is_power_of_two() => Ok(node(&hash(nodes, left)?, &hash(nodes, right)?)),
        _ => {
            // Complete, and so at a multiple of its size.
            let level = size.trailing_zeros();
            nodes.node(u8::try_from(level).unwrap_or(u8::MAX), range.from.checked_shr(level).unwrap_or(0))
        }
    }
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The positions do not fit together.
    #[error("a tree of {size} entries has nothing to prove for {index}")]
    OutOfRange {
        /// The position, or the size of the beginning.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// It has too many hashes or too few.
    #[error("the proof has {0} hashes, too many or too few for its sizes")]
    Length(usize),
    /// It leads to another root than the larger tree's.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// It leads to another root than the smaller tree's.
    #[error("the proof leads to another root of the smaller tree")]
    OtherOldRoot,
}

/// Whether the audit path of a leaf leads to the root (RFC 9162 §2.1.3.2).
///
/// # Errors
/// It does not.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Digest,
    path: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange { index, size });
    }
    let wrong = ProofError::Length(path.len());
    let mut climb = Climb { at: index, last: size.saturating_sub(1) };
    let mut hash = *leaf;
    for beside in path {
        hash = match climb.step().ok_or(wrong)? {
            Side::Left => node(beside, &hash),
            Side::Right => node(&hash, beside),
        };
    }
    match (climb.last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::OtherRoot),
        _ => Err(wrong),
    }
}

/// What is said of a proof that begins with a tree without leaves. RFC 6962 does not define one; C2SP tlog-witness
/// takes an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromEmpty {
    /// There is nothing to prove: refused.
    Refused,
    /// Every tree extends the empty one, with an empty proof (C2SP tlog-witness).
    Accepted,
}

/// Whether the tree of `new` leaves extends the one of `old` leaves (RFC 9162 §2.1.4.2).
///
/// # Errors
/// It does not.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Digest],
    old_root: &Digest,
    new_root: &Digest,
    from_empty: FromEmpty,
) -> Result<(), ProofError> {
    let wrong = ProofError::Length(proof.len());
    if old > new || (old == 0 && from_empty == FromEmpty::Refused) {
        return Err(ProofError::OutOfRange { index: old, size: new });
    }
    if old == new || old == 0 {
        if !proof.is_empty() {
            return Err(wrong);
        }
        if old == 0 && *old_root != empty_root() {
            return Err(ProofError::OtherOldRoot);
        }
        return if old == new && old_root != new_root { Err(ProofError::OtherRoot) } else { Ok(()) };
    }
    if proof.is_empty() {
        return Err(wrong);
    }
    // A complete old tree is a node of the new one, and its root need not be said.
    let known = old.is_power_of_two().then_some(*old_root);
    let mut hashes = known.into_iter().chain(proof.iter().copied());
    let start = hashes.next().ok_or(wrong)?;
    let mut climb = Climb { at: old.saturating_sub(1), last: new.saturating_sub(1) };
    climb.skip_right_children();
    let (mut old_hash, mut new_hash) = (start, start);
    for beside in hashes {
        match climb.step().ok_or(wrong)? {
            Side::Left => {
                old_hash = node(&beside, &old_hash);
                new_hash = node(&beside, &new_hash);
            }
            Side::Right => new_hash = node(&new_hash, &beside),
        }
    }
    if climb.last != 0 {
        Err(wrong)
    } else if old_hash != *old_root {
        Err(ProofError::OtherOldRoot)
    } else if new_hash != *new_root {
        Err(ProofError::OtherRoot)
    } else {
        Ok(())
    }
}

/// On which side of the hash so far the next one of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a leaf to the root: the position of the node at its level, and the last position of that level.
struct Climb {
    at: u64,
    last: u64,
}

impl Climb {
    /// Goes up to the next node that has a sibling; `None` above the root.
    const fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.at & 1 == 1 || self.at == self.last {
            // A last node without a right sibling stands for its parents, up to the first that is a right child.
            while self.at != 0 && self.at & 1 == 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }

    /// Goes up while the node is a right child: up to the root of the largest complete subtree that ends here.
    const fn skip_right_children(&mut self) {
        while self.at & 1 == 1 {
            self.up();
        }
    }

    const fn up(&mut self) {
        self.at >>= 1;
        self.last >>= 1;
    }
}
