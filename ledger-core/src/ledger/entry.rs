//! The entry: one signed act, from raw bytes to something that may be read.
//!
//! `entry = body ‖ signature`, at most 65,535 bytes; what is signed, hashed, stored, exported and served are
//! the same bytes, and nothing is ever encoded again in order to verify it. Bytes become readable in two steps,
//! each a type, and there is no other way:
//!
//! ```text
//! RawEntry ── open() ──▶ OpenedEntry ── Tip::check() ──▶ VerifiedEntry
//!   bytes     strict      signature      head, origin,      may be read
//!             decoding    verified       link, time, charter
//! ```

use std::sync::Arc;

use crate::domain::{Act, Digest, Origin, PublicKey, RecordedAct, Signature, Timestamp};

use super::codec::{CodecError, decode_body, encode_body};
use super::digest::link;
use super::finding::{Code, Flaw};
use super::head::Head;
use super::keys;
use super::signer::{Signer, SignerError};

/// Most bytes of an entry: what the two-byte length of a C2SP tlog-tiles entry bundle can say.
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// Bytes of the signature at the end.
const SIGNATURE_BYTES: usize = 64;
/// Stands before the body in what the author signs.
const CONTEXT: &[u8] = b"jointledger/entry/v1\n";

/// What the author signs: the act, where it stands, and everything before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The ledger's name.
    pub origin: Origin,
    /// Position in the ledger, from 0.
    pub seq: u64,
    /// Link of the entry before.
    pub previous: Digest,
    /// When it was recorded, as the author says.
    pub recorded_at: Timestamp,
    /// The author's key.
    pub author: PublicKey,
    /// What was done.
    pub act: Act,
}

/// The bytes of an entry, of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry(Vec<u8>);

/// Whether the signature of an entry is verified when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// It is: for every entry from outside, and in every audit.
    Verify,
    /// It was verified before, on this machine: the caller holds the link of the last entry from a place that
    /// only this program writes, and so every byte before it.
    VerifiedBefore,
}

/// Why an entry cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unopenable {
    /// What kind of flaw it is.
    pub flaw: Flaw,
    /// What is wrong, in words.
    pub reason: String,
}

impl Unopenable {
    fn new(flaw: Flaw, reason: impl Into<String>) -> Self {
        Self { flaw, reason: reason.into() }
    }

    /// The code of a finding.
    pub const fn code(&self) -> Code {
        Code::Flaw(self.flaw)
    }
}

/// Why an act could not be made into an entry.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It does not fit.
    #[error("{0}")]
    Encoding(#[from] CodecError),
    /// The signer did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

impl RawEntry {
    /// Takes bytes from wherever they come.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The link that the next entry carries.
    pub fn link(&self) -> Digest {
        link(&self.0)
    }

    /// Makes the entry that follows `head`: encodes the act and has it signed.
    ///
    /// # Errors
    /// The act is too long, or the signer does not sign.
    pub fn seal(
        origin: &Origin,
        head: &Head,
        recorded_at: Timestamp,
        act: Act,
        signer: &dyn Signer,
    ) -> Result<Self, SealError> {
        let body = Body {
            origin: origin.clone(),
            seq: head.size,
            previous: head.link,
            recorded_at,
            author: PublicKey::new(signer.public_key()),
            act,
        };
        let mut bytes = encode_body(&body)?;
        if bytes.len().saturating_add(SIGNATURE_BYTES) > MAX_ENTRY_BYTES {
            return Err(CodecError::TooLong.into());
        }
        let signature = signer.sign(&[CONTEXT, &bytes].concat())?;
        bytes.extend_from_slice(&signature);
        Ok(Self(bytes))
    }

    /// Decodes the entry strictly and verifies its signature. Looks at nothing but these bytes, so many entries
    /// can be opened at once.
    ///
    /// # Errors
    /// The first flaw: size, encoding, form, signature.
    pub fn open(&self, signatures: Signatures) -> Result<OpenedEntry, Unopenable> {
        if self.0.len() > MAX_ENTRY_BYTES {
            let reason = format!("{} bytes, an entry has at most {MAX_ENTRY_BYTES}", self.0.len());
            return Err(Unopenable::new(Flaw::Size, reason));
        }
        let Some((body, signature)) = self.0.split_last_chunk::<SIGNATURE_BYTES>() else {
            return Err(Unopenable::new(Flaw::Size, "shorter than a signature"));
        };
        let content = decode_body(body).map_err(|error| match error {
            CodecError::Malformed(why) => Unopenable::new(Flaw::Encoding, why),
            CodecError::NotCanonical(why) => Unopenable::new(Flaw::NotCanonical, why),
            CodecError::TooLong => Unopenable::new(Flaw::Size, error.to_string()),
        })?;
        let opened = OpenedEntry { link: self.link(), body: content };
        if signatures == Signatures::Verify {
            let message = [CONTEXT, body].concat();
            if !keys::verify(&opened.body.author, &message, &Signature::new(*signature)) {
                let reason = format!("not signed by key {}, which it names", opened.body.author.short());
                return Err(Unopenable::new(Flaw::Signature, reason));
            }
        }
        Ok(opened)
    }
}

/// An entry that is well formed and signed by the key that it names. Whether it belongs here is not known.
#[derive(Debug, Clone)]
pub struct OpenedEntry {
    pub(super) link: Digest,
    pub(super) body: Body,
}

impl OpenedEntry {
    /// Its link.
    pub(crate) const fn link(&self) -> Digest {
        self.link
    }

    /// The ledger to which it says it belongs.
    pub(crate) const fn origin(&self) -> &Origin {
        &self.body.origin
    }

    /// The link of the entry before, as it says.
    pub(crate) const fn previous(&self) -> Digest {
        self.body.previous
    }

    /// The act, to be compared with one that is sent again.
    pub(crate) const fn act(&self) -> &Act {
        &self.body.act
    }

    /// The key that signed it.
    pub(crate) const fn author(&self) -> PublicKey {
        self.body.author
    }

    /// When it was recorded.
    pub(crate) const fn recorded_at(&self) -> Timestamp {
        self.body.recorded_at
    }
}

/// An entry that passed the gate at its position. Only this one can be read.
#[derive(Debug, Clone)]
pub struct VerifiedEntry {
    link: Digest,
    origin: Origin,
    act: Arc<RecordedAct>,
}

impl VerifiedEntry {
    /// Made by the gate alone. `seq` is the position at which the entry stands: what it says itself when the
    /// gate let it pass, and what an auditor goes on with when it says something else.
    pub(super) fn at(seq: u64, entry: OpenedEntry) -> Self {
        let Body { origin, recorded_at, author, act, .. } = entry.body;
        Self {
            link: entry.link,
            origin,
            act: Arc::new(RecordedAct { seq, recorded_at, author, act, countersigned_by: Vec::new() }),
        }
    }

    /// Its link.
    pub const fn link(&self) -> Digest {
        self.link
    }

    /// The act, with its position, time and author.
    pub const fn act(&self) -> &Arc<RecordedAct> {
        &self.act
    }

    /// The ledger to which it says it belongs.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}
