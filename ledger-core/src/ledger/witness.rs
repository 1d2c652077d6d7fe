//! What a witness cosigns: only a tree that extends everything that it cosigned before (C2SP tlog-witness).
//!
//! Each ministry is a witness of the ledger. Who wants its cosignature sends the checkpoint, and the proof that it
//! extends the last one that the witness cosigned:
//!
//! ```text
//! old <size>                     the size of the last checkpoint that the witness cosigned, 0 if none
//! <base64>                       the consistency proof from there (RFC 6962 §2.1.2); 0 to 63 lines
//!
//! <signed checkpoint>
//! ```
//!
//! Refusals, in the order in which they are looked for, each with its status for HTTP:
//!
//! | status | what is wrong |
//! |---|---|
//! | 400 | the request cannot be read |
//! | 404 | it is about another ledger |
//! | 403 | the log did not sign the checkpoint, or its signature does not hold |
//! | 400 | the old size is larger than the checkpoint's |
//! | 409 | the old size is not the one that was cosigned last; the answer says which was |
//! | 422 | the checkpoint does not extend what was cosigned |
//!
//! A witness that forgets is no witness: with two cosignatures of which none extends the other it vouches for two
//! histories. So [`Witness::cosign`] goes this way only: decide, sign, remember, and only then answer. What a crash
//! means:
//!
//! 1. before it is remembered: nobody has the signature, and the old checkpoint stands;
//! 2. after that, before the answer: nobody has the signature, the new checkpoint stands; whoever asks again is told
//!    its size (409), asks from there, and gets his cosignature.
//!
//! The key of a log obeys the same rule ([`Witness::sign`]): it never signs two checkpoints without a proof between.

use std::fmt::{self, Display};

use crate::domain::Digest;

use super::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, decimal, decode_hash, encode_hash};
use super::note::{self, Algorithm, KeyName, MAX_NOTE_BYTES, NoteError, SignatureLine, VerifierKey};
use super::signer::{Signer, SignerError};
use super::tree::{self, FromEmpty, ProofError};

/// Most hashes in a request (C2SP tlog-witness).
pub const MAX_PROOF: usize = 63;
/// Longest request, in bytes. Nothing that is longer is read.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 4_000;
/// Longest text of a checkpoint, in bytes. Ours has three lines; what is signed must be short enough to be remembered.
pub const MAX_TEXT_BYTES: usize = 65_536;

/// The kind of the answer to a request from another size than the last (C2SP tlog-witness).
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// Asks for a cosignature. Read, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The size of the checkpoint that the witness cosigned last, as the asker believes.
    pub old: u64,
    /// The proof that the checkpoint extends that one.
    pub proof: Vec<Digest>,
    /// What is to be cosigned.
    pub checkpoint: SignedCheckpoint,
}

/// Why there is no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request cannot be read.
    #[error("the request cannot be read: {0}; send it as C2SP tlog-witness describes")]
    Malformed(&'static str),
    /// The checkpoint in it cannot be read.
    #[error("the checkpoint in the request cannot be read: {0}; send it as the log signed it")]
    Checkpoint(#[from] CheckpointError),
    /// It is about another ledger.
    #[error("this is a witness of another ledger; ask one of the ledger that the checkpoint names")]
    UnknownOrigin,
    /// The log's signature is not there, or does not hold.
    #[error("the log did not sign the checkpoint: {0}; have it signed by the ledger's log first")]
    NotSigned(NoteError),
    /// A beginning is not larger than the whole.
    #[error("the old size {old} is larger than the checkpoint's, {new}; take a newer checkpoint")]
    OldAboveNew {
        /// The old size.
        old: u64,
        /// The size of the checkpoint.
        new: u64,
    },
    /// The request begins from another size than the last.
    #[error("the last checkpoint that was cosigned has the size {latest}, not {old}; prove it from there")]
    Conflict {
        /// The size in the request.
        old: u64,
        /// The right one.
        latest: u64,
    },
    /// The checkpoint does not extend the last one.
    #[error(
        "the checkpoint does not extend the one of size {old} that was cosigned last: {why}; if the proof was made \
         rightly, the log shows two histories: keep both checkpoints and compare them"
    )]
    Inconsistent {
        /// The size of the last checkpoint.
        old: u64,
        /// What the proof lacks.
        why: ProofError,
    },
}

impl Refusal {
    /// The status of the answer (HTTP, C2SP tlog-witness).
    pub const fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) | Refusal::Checkpoint(_) | Refusal::OldAboveNew { .. } => 400,
            Refusal::NotSigned(_) => 403,
            Refusal::UnknownOrigin => 404,
            Refusal::Conflict { .. } => 409,
            Refusal::Inconsistent { .. } => 422,
        }
    }

    /// The body of the answer: to a [`Conflict`](Refusal::Conflict) the size to begin from, of the type
    /// [`SIZE_CONTENT_TYPE`]; to all else a sentence for people.
    pub fn body(&self) -> String {
        match self {
            Refusal::Conflict { latest, .. } => format!("{latest}\n"),
            other => format!("{other}\n"),
        }
    }
}

impl Request {
    /// Reads a request strictly.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], [`Refusal::Checkpoint`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed = Refusal::Malformed;
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(malformed("it is longer than 1,004,000 bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, note) =
            text.split_once("\n\n").ok_or(malformed("no empty line stands before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or(malformed("its first line is not \"old\" and a size in decimal digits"))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() >= MAX_PROOF {
                return Err(malformed("it has more than 63 hashes"));
            }
            let hash = decode_hash(line);
            proof.push(hash.ok_or(malformed("one of its hashes is no SHA-256 digest in base64"))?);
        }
        let checkpoint = SignedCheckpoint::parse(note.as_bytes())?;
        if checkpoint.note().text().len() > MAX_TEXT_BYTES {
            return Err(malformed("the text of its checkpoint is longer than 65,536 bytes"));
        }
        Ok(Self { old, proof, checkpoint })
    }
}

/// The exact text of the request.
impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", encode_hash(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// What a key that signs checkpoints of one ledger knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The ledger's name.
    pub origin: String,
    /// The keys of its log.
    pub logs: Vec<VerifierKey>,
    /// Size and root of the checkpoint that was signed last; `None` before the first.
    pub latest: Option<(u64, Digest)>,
}

/// Why what is remembered is not to be relied on. Never taken for "nothing yet".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryLost {
    /// It cannot be read.
    #[error(
        "what this key signed last cannot be read: {0}; sign nothing with it until the file itself is \
         back, not an older copy of it; else have the key revoked and another one enrolled"
    )]
    Unreadable(#[from] CheckpointError),
    /// It is of another ledger.
    #[error("what is remembered was signed for {0}, another ledger; name the right file")]
    OtherOrigin(String),
    /// The signature under it is not this key's.
    #[error("what is remembered was not signed with this key: {0}; name the right file, or the right key")]
    NotOurs(#[from] NoteError),
    /// The key signed a later checkpoint than is remembered.
    #[error(
        "this key signed a checkpoint of size {signed}, but only size {remembered} is remembered: the file is an old \
         copy; sign nothing with it until the right one is back"
    )]
    Behind {
        /// The size that is remembered.
        remembered: u64,
        /// The size that was signed.
        signed: u64,
    },
    /// The key signed another history.
    #[error(
        "this key signed two checkpoints of size {0} with different roots; sign nothing more with it, keep both \
         checkpoints, and find out who used it"
    )]
    Contradicted(u64),
}

/// Why there is no signature under a checkpoint. `E` is what the memory says.
#[derive(Debug, thiserror::Error)]
pub enum CosignError<E> {
    /// The checkpoint must not be signed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key does not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// It could not be remembered, so the signature was thrown away.
    #[error("the signature could not be remembered, so it is not given out: {0}")]
    Memory(E),
}

impl Witness {
    /// A witness that goes on from what it remembers: the bytes that [`cosign`](Self::cosign) or
    /// [`sign`](Self::sign) gave to its memory. `own` are the keys that it signs with, and signed with.
    ///
    /// # Errors
    /// What is remembered is damaged, of another ledger, or not signed by one of its own keys.
    pub fn resume(
        origin: impl Into<String>,
        logs: Vec<VerifierKey>,
        own: &[VerifierKey],
        remembered: Option<&[u8]>,
    ) -> Result<Self, MemoryLost> {
        let mut witness = Self { origin: origin.into(), logs, latest: None };
        if let Some(bytes) = remembered {
            let signed = SignedCheckpoint::parse(bytes)?;
            let checkpoint = signed.checkpoint();
            if checkpoint.origin != witness.origin {
                return Err(MemoryLost::OtherOrigin(checkpoint.origin.clone()));
            }
            signed.note().open(own)?;
            witness.latest = Some((checkpoint.size, checkpoint.root));
        }
        Ok(witness)
    }

    /// Compares what is remembered with a checkpoint that is found elsewhere, such as one that the ledger keeps: if
    /// one of the own keys signed it, it cannot be later. So an old copy of the memory, or none, is noticed.
    ///
    /// # Errors
    /// One's own signature stands under a later checkpoint, or under another of the same size.
    pub fn compare(&self, own: &[VerifierKey], found: &SignedCheckpoint) -> Result<(), MemoryLost> {
        let checkpoint = found.checkpoint();
        if checkpoint.origin != self.origin || found.note().open(own).is_err() {
            return Ok(());
        }
        let signed = checkpoint.size;
        match self.latest {
            Some((size, root)) if size == signed && root != checkpoint.root => {
                Err(MemoryLost::Contradicted(size))
            }
            Some((size, _)) if size >= signed => Ok(()),
            latest => Err(MemoryLost::Behind { remembered: latest.map_or(0, |(size, _)| size), signed }),
        }
    }

    /// Whether the checkpoint of a request may be cosigned; if so, gives it.
    ///
    /// # Errors
    /// The first [`Refusal`], in the order of the module's table.
    pub fn decide(&self, request: &Request) -> Result<Checkpoint, Refusal> {
        let next = request.checkpoint.checkpoint();
        if next.origin != self.origin {
            return Err(Refusal::UnknownOrigin);
        }
        let opened = request.checkpoint.note().open(&self.logs).map_err(Refusal::NotSigned)?;
        if !opened.by.iter().any(|by| by.key.algorithm == Algorithm::Ed25519) {
            return Err(Refusal::NotSigned(NoteError::NobodyKnown));
        }
        if request.old > next.size {
            return Err(Refusal::OldAboveNew { old: request.old, new: next.size });
        }
        let (latest, _) = self.latest();
        if request.old != latest {
            return Err(Refusal::Conflict { old: request.old, latest });
        }
        self.extends(next, &request.proof)?;
        Ok(next.clone())
    }

    /// Whether a checkpoint of this ledger extends the last one that was signed. From nothing the proof is empty.
    ///
    /// # Errors
    /// [`Refusal::OldAboveNew`], [`Refusal::Inconsistent`].
    pub fn extends(&self, next: &Checkpoint, proof: &[Digest]) -> Result<(), Refusal> {
        let (old, root) = self.latest();
        if old > next.size {
            return Err(Refusal::OldAboveNew { old, new: next.size });
        }
        tree::verify_consistency(old, next.size, proof, &root, &next.root, FromEmpty::Accepted)
            .map_err(|why| Refusal::Inconsistent { old, why })
    }

    fn latest(&self) -> (u64, Digest) {
        self.latest.unwrap_or_else(|| (0, tree::empty_root()))
    }

    /// Decides, cosigns under `name` at `time` (seconds since 1970, POSIX), remembers, and only then gives the
    /// signature out. `remember` keeps bytes for [`resume`](Self::resume); they must be durable when it returns.
    ///
    /// # Errors
    /// Refused, not signed, or not remembered. There is no signature then, and the last checkpoint stays what it was.
    pub fn cosign<E>(
        &mut self,
        request: &Request,
        name: &KeyName,
        time: u64,
        signer: &dyn Signer,
        remember: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<SignatureLine, CosignError<E>> {
        let checkpoint = self.decide(request)?;
        let line = note::cosign(name, &checkpoint.to_string(), time, signer)?;
        self.keep(checkpoint, line, remember)
    }

    /// As [`cosign`](Self::cosign), for the log itself: signs a checkpoint that extends the last one it signed.
    ///
    /// # Errors
    /// As [`cosign`](Self::cosign).
    pub fn sign<E>(
        &mut self,
        next: &Checkpoint,
        proof: &[Digest],
        signer: &dyn Signer,
        remember: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<SignatureLine, CosignError<E>> {
        if next.origin != self.origin {
            return Err(Refusal::UnknownOrigin.into());
        }
        self.extends(next, proof)?;
        let name = self.origin.parse().map_err(Refusal::Malformed)?;
        let line = note::sign(&name, &next.to_string(), signer)?;
        self.keep(next.clone(), line, remember)
    }

    fn keep<E>(
        &mut self,
        checkpoint: Checkpoint,
        line: SignatureLine,
        remember: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<SignatureLine, CosignError<E>> {
        let latest = (checkpoint.size, checkpoint.root);
        // One's own signature alone: what others wrote under it could make it too long to be read again.
        let signed = SignedCheckpoint::new(checkpoint, line.clone()).map_err(Refusal::Checkpoint)?;
        remember(signed.to_string().as_bytes()).map_err(CosignError::Memory)?;
        self.latest = Some(latest);
        Ok(line)
    }
}
