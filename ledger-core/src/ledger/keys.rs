//! One Ed25519 rule for the ledger's life: canonical S, no small-order A or R, the equation without cofactor.
//! That is what ed25519-dalek calls `verify_strict`. Other functions of the same library accept other
//! signatures; none of them is ever the verdict.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::VerifyingKey;

use crate::domain::{PublicKey, Signature};

/// True when `signature` is `key`'s over `message`.
pub fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key.as_bytes()) else { return false };
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature.as_bytes())).is_ok()
}

/// Why a key is not fit to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundKey {
    /// The 32 bytes are no point of the curve.
    #[error("the key is no point of the curve")]
    NoPoint,
    /// The point has another, shorter encoding.
    #[error("the key is not in its canonical form")]
    NotCanonical,
    /// The point is of small order: anybody can sign under it.
    #[error("the key is weak: its point has a small order")]
    SmallOrder,
    /// The point has a part of small order: verifiers would disagree about its signatures.
    #[error("the key is not free of torsion: verifiers could disagree about its signatures")]
    Torsion,
}

/// Refuses a key on whose signatures two honest verifiers could disagree. Checked once, where the key is
/// enrolled.
///
/// # Errors
/// What is wrong with the key.
pub fn require_sound(key: &PublicKey) -> Result<(), UnsoundKey> {
    let compressed = CompressedEdwardsY(*key.as_bytes());
    let point = compressed.decompress().ok_or(UnsoundKey::NoPoint)?;
    if point.compress() != compressed {
        return Err(UnsoundKey::NotCanonical);
    }
    if point.is_small_order() {
        return Err(UnsoundKey::SmallOrder);
    }
    if !point.is_torsion_free() {
        return Err(UnsoundKey::Torsion);
    }
    Ok(())
}
