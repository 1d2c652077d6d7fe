//! A SHA-256 value: of an entry, of a document, of a charter. Making one is the ledger layer's work; the
//! domain only carries and compares it.

use std::fmt;
use std::str::FromStr;

use super::text::text_form;

/// 32 bytes of SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The value that stands where nothing came before: the previous link of entry 0.
    pub const ZERO: Digest = Digest([0; 32]);

    /// Wraps 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut bytes = [0; 32];
        let lower = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if text.len() != 64 || !lower || hex::decode_to_slice(text, &mut bytes).is_err() {
            return Err("a SHA-256 digest is 64 lower-case hexadecimal digits".into());
        }
        Ok(Self(bytes))
    }
}

text_form!(Digest, "SHA-256 as 64 lower-case hexadecimal digits", "^[0-9a-f]{64}$");
