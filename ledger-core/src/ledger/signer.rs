//! Who signs: the one thing that the ledger asks of an officer's key.
//!
//! The ledger never sees where a key is kept. A file, ssh-agent, a token: each is a [`Signer`], and an
//! append takes one as a value. What it returns is not believed: the entry goes through the same gate as
//! an entry that came from a stranger.
//!
//! [`SeedSigner`] is the signer in this process. It holds the 32-byte seed of RFC 8032 §5.1.5, signs
//! deterministically (§5.1.6: no randomness, so no bad randomness) and wipes the seed when it is dropped.
//!
//! ```
//! use ledger_core::ledger::signer::{SeedSigner, Signer};
//!
//! let officer = SeedSigner::from_seed([7; 32]);
//! assert_eq!(officer.sign(b"an act")?, officer.sign(b"an act")?);
//! # Ok::<(), ledger_core::ledger::signer::SignerError>(())
//! ```

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroize as _;

/// Signs for one officer.
pub trait Signer {
    /// The officer's Ed25519 public key. The same one at every call.
    fn public_key(&self) -> [u8; 32];

    /// The Ed25519 signature (RFC 8032, not prehashed) of exactly these bytes under [`Signer::public_key`].
    ///
    /// May take long: a person may be asked to confirm. Nothing is kept of a call that failed, so it may be
    /// repeated.
    ///
    /// # Errors
    /// [`SignerError`] says by whose fault there is no signature.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError>;
}

/// Why there is no signature. The text says what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The keeper of the key cannot be reached, or does not have the key.
    #[error("{0}")]
    Unavailable(String),
    /// The keeper has the key and said no: it is locked, or its owner declined.
    #[error("{0}")]
    Refused(String),
    /// The keeper answered with something that is not a signature.
    #[error("{0}")]
    Faulty(String),
}

/// Signs with a seed that is held in this process.
pub struct SeedSigner {
    // Wiped on drop: ed25519-dalek's feature `zeroize`.
    key: SigningKey,
}

impl SeedSigner {
    /// Takes the 32-byte seed of an Ed25519 key. Wipes its own copy; the caller's is the caller's to wipe.
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        Self { key }
    }
}

impl Signer for SeedSigner {
    fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.key.sign(message).to_bytes())
    }
}

/// Shows the public key only.
impl fmt::Debug for SeedSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeedSigner")
            .field("public_key", &hex::encode(self.public_key()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(digits: &str) -> [u8; N] {
        hex::decode(digits).unwrap().try_into().unwrap()
    }

    // RFC 8032 §7.1, TEST 1 to 3: seed, public key, message, signature.
    const RFC_8032: [[&str; 4]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
             d25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
             387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
             4a7c15e9716ed28dc027beceea1ec40a",
        ],
    ];

    #[test]
    fn signs_as_rfc_8032_says() {
        for [seed, public_key, message, signature] in RFC_8032 {
            let signer = SeedSigner::from_seed(bytes(seed));
            assert_eq!(signer.public_key(), bytes::<32>(public_key));
            assert_eq!(signer.sign(&hex::decode(message).unwrap()).unwrap(), bytes::<64>(signature));
        }
    }

    #[test]
    fn debug_shows_the_public_key_and_never_the_seed() {
        let signer = SeedSigner::from_seed(bytes(RFC_8032[0][0]));
        assert_eq!(
            format!("{signer:?}"),
            "SeedSigner { public_key: \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\", .. }"
        );
    }
}
