//! The auditor's secret, what is recorded of it beforehand, and the seed that it gives with a root.

use std::fmt;

use zeroize::Zeroizing;

use crate::domain::Digest;

use super::super::digest::sha256;

/// Before the root and the secret, where a seed is made.
const SEED: &[u8] = b"jointledger/sample-seed/v1\n";
/// Longest file with a secret, in bytes: 64 digits and a newline.
pub const MAX_SECRET_FILE_BYTES: usize = 65;

/// Thirty-two bytes that the auditor alone knows until the sample is drawn. Wiped when it is let go.
#[derive(Clone)]
pub struct SampleSecret(Zeroizing<[u8; 32]>);

impl SampleSecret {
    /// Takes bytes that nobody can guess.
    pub const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Reads the file that [`to_file`](Self::to_file) makes: 64 lower-case hexadecimal digits and a newline.
    ///
    /// # Errors
    /// It is something else. What it is, is not said: it may be a secret.
    pub fn from_file(bytes: &[u8]) -> Result<Self, NoSecret> {
        let digits = bytes.strip_suffix(b"\n").ok_or(NoSecret)?;
        if digits.len() != 64 || !digits.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)) {
            return Err(NoSecret);
        }
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, secret.as_mut_slice()).map_err(|_| NoSecret)?;
        Ok(Self(secret))
    }

    /// The content of its file.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(vec![b'\n'; MAX_SECRET_FILE_BYTES]);
        if let Some(digits) = text.get_mut(..64) {
            // The lengths agree, so it cannot fail.
            let _ = hex::encode_to_slice(self.0.as_slice(), digits);
        }
        text
    }

    /// The secret that a sample reveals.
    pub fn from_revealed(revealed: Digest) -> Self {
        Self(Zeroizing::new(*revealed.as_bytes()))
    }

    /// Gives the secret away, as a sample must so that others can draw it again.
    pub fn reveal(&self) -> Digest {
        Digest::new(*self.0)
    }
}

/// Never its bytes.
impl fmt::Debug for SampleSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SampleSecret(..)")
    }
}

/// A file that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no secret of a sample: 64 lower-case hexadecimal digits and a newline; make one with `jointledger sample commit`"
)]
pub struct NoSecret;

/// What is recorded of a secret before the population is fixed: its SHA-256. The one derivation: the gate, a draw and a
/// check ask this.
pub fn commitment(secret: &SampleSecret) -> Digest {
    sha256(&[secret.0.as_slice()])
}

/// The seed for the population whose ledger has this root.
pub fn seed(root: &Digest, secret: &SampleSecret) -> Digest {
    sha256(&[SEED, root.as_bytes(), secret.0.as_slice()])
}
