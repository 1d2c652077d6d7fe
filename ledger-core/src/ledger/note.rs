//! Signed notes: a text, and under it one line for everybody who signed it (C2SP signed-note). The signatures are
//! Ed25519 over the text (type 0x01), or cosignatures with a time (C2SP tlog-cosignature, cosignature/v1, type 0x04).
//!
//! ```text
//! note       = text ‖ "\n" ‖ line…          text ends with a newline; at least one line
//! line       = "— " ‖ key name ‖ " " ‖ base64( key id[4] ‖ signature ) ‖ "\n"
//! key id     = SHA-256( key name ‖ "\n" ‖ type ‖ public key )[0..4]
//! 0x01       signature = Ed25519( text ), 64 bytes
//! 0x04       signature = time[8] ‖ Ed25519( "cosignature/v1\ntime " ‖ time in decimal ‖ "\n" ‖ text ), 72 bytes
//! vkey       = key name ‖ "+" ‖ key id in hexadecimal ‖ "+" ‖ base64( type ‖ public key )
//! ```
//!
//! To read is not to believe: [`Note::parse`] looks at the form, [`Note::open`] at the signatures. A line of a key that
//! the reader does not know is nobody's business; one of a key that he knows must hold, or the whole note is refused.
//! The signature rule is the ledger's own ([`keys`]), stricter than the standard asks.

use std::fmt::{self, Display};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::{Origin, Party, PublicKey, Signature};

use super::digest::sha256;
use super::keys;
use super::signer::{Signer, SignerError};

/// Longest note, in bytes. Nothing that is longer is read.
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// Most signature lines of a note. The standard asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;
/// Longest key name, in bytes (C2SP tlog-cosignature).
pub const MAX_NAME_BYTES: usize = 255;
/// What begins a signature line: an em dash and a space.
const DASH: &str = "\u{2014} ";
/// Bytes of an Ed25519 signature.
const ED25519_BYTES: usize = 64;

/// Why a note is not read, or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is no signed note.
    #[error("it is no signed note: {0}")]
    Malformed(&'static str),
    /// A signature line cannot be read.
    #[error("signature line {line} cannot be read: {why}")]
    MalformedLine {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The signature of a known key does not hold, so nothing of the note counts.
    #[error(
        "the signature of {name} ({id}) does not hold: the note was changed, or the signature was never made"
    )]
    FalseSignature {
        /// The name of the key.
        name: KeyName,
        /// Its id.
        id: KeyId,
    },
    /// Nobody whose key is known signed it.
    #[error("nobody whose key is known signed it")]
    NobodyKnown,
}

/// The name of a key: who signs. Not empty, without spaces and `+` (C2SP signed-note).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name under which a ledger's log signs: the ledger's own (C2SP tlog-checkpoint).
    pub fn of_log(origin: &Origin) -> Self {
        // An identifier has 1 to 64 bytes, without spaces and `+`.
        Self(origin.to_string())
    }

    /// The name under which a party's witness cosigns the checkpoints of a ledger: the ledger's, with the party in place
    /// of its last part, so `baltic.example/EE` for `baltic.example/ledger`. Short, because it stands in every proof.
    pub fn of_witness(origin: &Origin, party: Party) -> Self {
        let origin = origin.as_str();
        let host = origin.rsplit_once('/').map_or(origin, |(host, _)| host);
        Self(format!("{host}/{party}"))
    }
}

impl FromStr for KeyName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err("a key name has 1 to 255 bytes");
        }
        if name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
            return Err("a key name has no spaces, no control characters and no plus sign");
        }
        Ok(Self(name.to_owned()))
    }
}

impl Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The short id by which a line names its key. It finds the key; it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; 4]);

impl Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a key's signatures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// Ed25519 over the text (C2SP signed-note, type 0x01): a log signs so.
    Ed25519 = 0x01,
    /// Ed25519 over the text and a time (C2SP tlog-cosignature, type 0x04): a witness signs so.
    CosignatureV1 = 0x04,
}

/// A key whose signatures a reader knows. Written as a `vkey`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifierKey {
    /// Whose it is.
    pub name: KeyName,
    /// What its signatures are.
    pub algorithm: Algorithm,
    /// The key.
    pub key: PublicKey,
}

impl VerifierKey {
    /// The id that stands in its lines.
    pub fn id(&self) -> KeyId {
        let digest = sha256(&[self.name.0.as_bytes(), b"\n", &[self.algorithm as u8], self.key.as_bytes()]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        KeyId([a, b, c, d])
    }

    /// What the signature over `text` says, if it holds.
    fn verify(&self, text: &str, signature: &[u8]) -> Option<Verified> {
        let (time, signature) = match self.algorithm {
            Algorithm::Ed25519 => (None, signature),
            Algorithm::CosignatureV1 => {
                let (time, signature) = signature.split_first_chunk()?;
                (Some(u64::from_be_bytes(*time)), signature)
            }
        };
        let signature = Signature::new(<[u8; ED25519_BYTES]>::try_from(signature).ok()?);
        let message = match time {
            None => text.to_owned(),
            // C2SP tlog-cosignature: at most 2⁶³ - 1.
            Some(time) if i64::try_from(time).is_err() => return None,
            Some(time) => cosigned_message(text, time),
        };
        keys::verify(&self.key, message.as_bytes(), &signature).then(|| Verified { key: self.clone(), time })
    }
}

impl Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm as u8];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, self.id(), STANDARD.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = &'static str;

    fn from_str(vkey: &str) -> Result<Self, Self::Err> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("a verifier key is written NAME+ID+KEY");
        };
        let bytes = STANDARD.decode(key).map_err(|_| "the key behind the second plus sign is not base64")?;
        let (algorithm, key) = match bytes.split_first() {
            Some((0x01, key)) => (Algorithm::Ed25519, key),
            Some((0x04, key)) => (Algorithm::CosignatureV1, key),
            _ => return Err("the key is neither of type 0x01 (Ed25519) nor 0x04 (cosignature/v1)"),
        };
        let key = PublicKey::new(key.try_into().map_err(|_| "an Ed25519 key has 32 bytes")?);
        keys::require_sound(&key).map_err(|_| "the key is weak or not in its canonical form")?;
        let vkey = Self { name: name.parse()?, algorithm, key };
        if vkey.id().to_string() != id {
            return Err("the id is not the one of this name and key");
        }
        Ok(vkey)
    }
}

/// A line under a note: who signed, as he says, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: KeyName,
    /// The id of the key.
    pub id: KeyId,
    /// What the key's algorithm makes of the text.
    pub signature: Vec<u8>,
}

impl Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.0[..], &self.signature].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = &'static str;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let rest = line.strip_prefix(DASH).ok_or("it does not begin with an em dash and a space")?;
        let (name, bytes) = rest.split_once(' ').ok_or("it has no signature behind the name")?;
        let bytes = STANDARD.decode(bytes).map_err(|_| "its signature is not base64 in its one form")?;
        let (id, signature) = bytes.split_first_chunk().ok_or("its signature has no key id")?;
        if signature.is_empty() {
            return Err("there is nothing behind the key id");
        }
        Ok(Self { name: name.parse()?, id: KeyId(*id), signature: signature.to_vec() })
    }
}

/// A text with signatures, well formed. Whether they hold is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The key.
    pub key: VerifierKey,
    /// Of a cosignature, its time in seconds since 1970 (POSIX).
    pub time: Option<u64>,
}

/// Who signed a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The signatures of known keys, in the order of their lines; all of them hold, and there is at least one.
    pub by: Vec<Verified>,
    /// Number of lines of keys that are not known.
    pub unknown: usize,
}

impl Note {
    /// A note with its first signature.
    ///
    /// # Errors
    /// The text has no newline at its end, or control characters.
    pub fn new(text: impl Into<String>, signature: SignatureLine) -> Result<Self, NoteError> {
        let text = text.into();
        check_text(&text)?;
        Ok(Self { text, signatures: vec![signature] })
    }

    /// Reads a note strictly: there is one way to write it.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Malformed("it is longer than 1,000,000 bytes"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        // The text may have empty lines of its own: the last one is the one before the signatures.
        let blank =
            whole.rfind("\n\n").ok_or(NoteError::Malformed("no empty line stands before the signatures"))?;
        let (text, lines) = whole.split_at(blank.saturating_add(1));
        check_text(text)?;
        let lines = lines.strip_prefix('\n').unwrap_or(lines);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("its last line has no end"))?;
        if lines.bytes().filter(|byte| *byte == b'\n').count() >= MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has more than 100 signatures"));
        }
        let mut signatures = Vec::new();
        for (line, text) in (1..).zip(lines.split('\n')) {
            signatures.push(text.parse().map_err(|why| NoteError::MalformedLine { line, why })?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text that was signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines under it.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Puts a line under it, unless it stands there.
    pub fn add(&mut self, signature: SignatureLine) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// Keeps the lines that `keep` wants.
    pub fn retain(&mut self, keep: impl FnMut(&SignatureLine) -> bool) {
        self.signatures.retain(keep);
    }

    /// Verifies it with the keys that the reader knows.
    ///
    /// # Errors
    /// A known key's signature does not hold, or no known key signed.
    pub fn open(&self, known: &[VerifierKey]) -> Result<Opened, NoteError> {
        let ids: Vec<_> = known.iter().map(|key| (key.id(), key)).collect();
        let mut opened = Opened { by: Vec::new(), unknown: 0 };
        for line in &self.signatures {
            let mut named = ids.iter().filter(|(id, key)| *id == line.id && key.name == line.name).peekable();
            if named.peek().is_none() {
                opened.unknown = opened.unknown.saturating_add(1);
                continue;
            }
            // An id has four bytes: whoever likes finds a key with the id of another, which must not hide it.
            let verified = named
                .find_map(|(_, key)| key.verify(&self.text, &line.signature))
                .ok_or_else(|| NoteError::FalseSignature { name: line.name.clone(), id: line.id })?;
            // The same line twice says nothing more; another time of the same witness does.
            if !opened.by.contains(&verified) {
                opened.by.push(verified);
            }
        }
        if opened.by.is_empty() { Err(NoteError::NobodyKnown) } else { Ok(opened) }
    }
}

/// The exact bytes of the note.
impl Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("its text has no newline at the end"));
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Malformed("its text has control characters"));
    }
    Ok(())
}

/// Signs a text under a name, as a log does (type 0x01).
///
/// # Errors
/// The signer does not sign.
pub fn sign(name: &KeyName, text: &str, signer: &dyn Signer) -> Result<SignatureLine, SignerError> {
    let key = VerifierKey {
        name: name.clone(),
        algorithm: Algorithm::Ed25519,
        key: PublicKey::new(signer.public_key()),
    };
    let signature = signer.sign(text.as_bytes())?.to_vec();
    Ok(SignatureLine { name: name.clone(), id: key.id(), signature })
}

/// Cosigns a text under a name, as a witness does (type 0x04); `time` in seconds since 1970 (POSIX).
///
/// # Errors
/// The signer does not sign.
pub fn cosign(
    name: &KeyName,
    text: &str,
    time: u64,
    signer: &dyn Signer,
) -> Result<SignatureLine, SignerError> {
    let key = VerifierKey {
        name: name.clone(),
        algorithm: Algorithm::CosignatureV1,
        key: PublicKey::new(signer.public_key()),
    };
    let signature = signer.sign(cosigned_message(text, time).as_bytes())?;
    let signature = [&time.to_be_bytes()[..], &signature].concat();
    Ok(SignatureLine { name: name.clone(), id: key.id(), signature })
}

/// What a cosigner signs (C2SP tlog-cosignature).
fn cosigned_message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}
