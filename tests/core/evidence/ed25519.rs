//! The one Ed25519 rule: its verdict on every edge case, made here with the curve itself.

use std::path::Path;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as B, EIGHT_TORSION};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use ledger_core::domain::{PublicKey, Signature};
use ledger_core::ledger::keys::{UnsoundKey, require_sound, verify};
use serde::Deserialize;
use sha2::{Digest as _, Sha512};

const MESSAGE: &[u8] = b"an act";
/// The secret scalar and the nonce of all signatures here.
const SECRET: u64 = 0x5EC2_E7A1;
const NONCE: u64 = 0x0123_4567_89AB;

fn challenge(r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let digest: [u8; 64] =
        Sha512::new().chain_update(r).chain_update(a).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&digest)
}

/// A signature under `a = secret·B + torsion`, with `r = nonce·B + torsion`, in the given encodings.
fn signature(r: &[u8; 32], a: &[u8; 32], nonce: Scalar, secret: Scalar, message: &[u8]) -> [u8; 64] {
    let s = nonce + challenge(r, a, message) * secret;
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s.as_bytes());
    bytes
}

fn accepted(a: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    verify(&PublicKey::new(*a), message, &Signature::new(*signature))
}

fn sound(a: &[u8; 32]) -> Result<(), UnsoundKey> {
    require_sound(&PublicKey::new(*a))
}

fn key() -> (Scalar, EdwardsPoint) {
    let secret = Scalar::from(SECRET);
    (secret, secret * B)
}

fn torsion() -> impl Iterator<Item = EdwardsPoint> {
    EIGHT_TORSION.into_iter().skip(1)
}

/// The equation with cofactor, which other verifiers use.
fn accepted_with_cofactor(a: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let r: [u8; 32] = signature[..32].try_into().unwrap();
    let s = Scalar::from_bytes_mod_order(signature[32..].try_into().unwrap());
    let (Some(point_a), Some(point_r)) =
        (CompressedEdwardsY(*a).decompress(), CompressedEdwardsY(r).decompress())
    else {
        return false;
    };
    (s * B - challenge(&r, a, message) * point_a - point_r).is_small_order()
}

#[test]
fn a_plain_signature_is_accepted_and_its_key_is_sound() {
    let (secret, point) = key();
    let nonce = Scalar::from(NONCE);
    let (a, r) = (point.compress().0, (nonce * B).compress().0);
    let good = signature(&r, &a, nonce, secret, MESSAGE);
    assert!(accepted(&a, MESSAGE, &good));
    assert!(!accepted(&a, b"another act", &good));
    assert_eq!(sound(&a), Ok(()));
}

#[test]
fn a_key_of_small_order_signs_nothing_and_is_not_enrolled() {
    for point in EIGHT_TORSION {
        let a = point.compress().0;
        assert_eq!(sound(&a), Err(UnsoundKey::SmallOrder));
        // Whoever looks for a message whose challenge is a multiple of eight can sign it without any secret.
        let nonce = Scalar::from(NONCE);
        let r = (nonce * B).compress().0;
        let mut forgeable = 0;
        for message in (0_u16..64).map(u16::to_be_bytes) {
            let forged = signature(&r, &a, nonce, Scalar::ZERO, &message);
            forgeable += usize::from(accepted_with_cofactor(&a, &message, &forged));
            assert!(!accepted(&a, &message, &forged));
        }
        assert_eq!(forgeable, 64, "the edge case is none");
    }
}

#[test]
fn a_signature_whose_r_is_of_small_order_is_refused() {
    let (secret, point) = key();
    let a = point.compress().0;
    for r in EIGHT_TORSION {
        let r = r.compress().0;
        // Nonce zero: S = k·a, and with cofactor the equation holds.
        let odd = signature(&r, &a, Scalar::ZERO, secret, MESSAGE);
        assert!(accepted_with_cofactor(&a, MESSAGE, &odd), "the edge case is none");
        assert!(!accepted(&a, MESSAGE, &odd));
    }
}

#[test]
fn a_key_with_torsion_is_not_enrolled_because_its_verdict_depends_on_the_message() {
    let (secret, point) = key();
    let nonce = Scalar::from(NONCE);
    let r = (nonce * B).compress().0;
    for torsion in torsion() {
        let a = (point + torsion).compress().0;
        assert_eq!(sound(&a), Err(UnsoundKey::Torsion));
        let mut verdicts = (0, 0);
        for message in (0_u16..64).map(u16::to_be_bytes) {
            let odd = signature(&r, &a, nonce, secret, &message);
            assert!(accepted_with_cofactor(&a, &message, &odd));
            // Without cofactor it holds only where the challenge is a multiple of the torsion's order.
            let holds = (challenge(&r, &a, &message) * torsion).compress() == EIGHT_TORSION[0].compress();
            assert_eq!(accepted(&a, &message, &odd), holds);
            if holds { verdicts.0 += 1 } else { verdicts.1 += 1 }
        }
        assert!(verdicts.0 > 0 && verdicts.1 > 0, "{verdicts:?}");
    }
}

#[test]
fn a_signature_whose_r_has_torsion_is_refused() {
    let (secret, point) = key();
    let a = point.compress().0;
    let nonce = Scalar::from(NONCE);
    for torsion in torsion() {
        let r = (nonce * B + torsion).compress().0;
        let odd = signature(&r, &a, nonce, secret, MESSAGE);
        assert!(accepted_with_cofactor(&a, MESSAGE, &odd), "the edge case is none");
        assert!(!accepted(&a, MESSAGE, &odd));
    }
}

/// L, the order of the base point, little-endian.
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn an_s_that_is_not_canonical_is_refused() {
    let (secret, point) = key();
    let nonce = Scalar::from(NONCE);
    let (a, r) = (point.compress().0, (nonce * B).compress().0);
    let mut odd = signature(&r, &a, nonce, secret, MESSAGE);
    assert!(accepted(&a, MESSAGE, &odd));
    let mut carry = 0;
    for (byte, l) in odd[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(l) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert!(accepted_with_cofactor(&a, MESSAGE, &odd), "the edge case is none");
    assert!(!accepted(&a, MESSAGE, &odd));
}

#[test]
fn an_s_of_zero_is_a_number_like_any_other() {
    let (secret, point) = key();
    let a = point.compress().0;
    // R = -k·A for a k that is not known before R is: S = 0 needs a fixed point of the hash.
    let nonce = Scalar::from(NONCE);
    let r = (nonce * B).compress().0;
    let mut zero = signature(&r, &a, nonce, secret, MESSAGE);
    zero[32..].fill(0);
    assert!(!accepted(&a, MESSAGE, &zero));
    zero[..32].copy_from_slice(&EIGHT_TORSION[0].compress().0);
    assert!(!accepted(&a, MESSAGE, &zero));
    assert!(!accepted(&[0; 32], MESSAGE, &[0; 64]));
}

/// y + p in 32 bytes, for y below 19.
fn above_p(y: u8, sign: bool) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed + y;
    bytes[31] = if sign { 0xff } else { 0x7f };
    bytes
}

#[test]
fn keys_that_are_not_canonical_are_not_enrolled() {
    let mut points = 0;
    for (y, sign) in (0..19).flat_map(|y| [(y, false), (y, true)]) {
        let bytes = above_p(y, sign);
        let verdict = sound(&bytes);
        if CompressedEdwardsY(bytes).decompress().is_some() {
            points += 1;
            assert_eq!(verdict, Err(UnsoundKey::NotCanonical), "y = {y}");
        } else {
            assert_eq!(verdict, Err(UnsoundKey::NoPoint), "y = {y}");
        }
    }
    assert!(points > 4, "{points} of the encodings are points");
    // The sign of x = 0.
    let mut minus_zero = EIGHT_TORSION[0].compress().0;
    minus_zero[31] |= 0x80;
    assert_eq!(sound(&minus_zero), Err(UnsoundKey::NotCanonical));
}

#[test]
fn bytes_that_are_no_point_are_no_key() {
    let none = (0_u8..=255).map(|first| [&[first][..], &[0; 31]].concat().try_into().unwrap());
    let none: Vec<[u8; 32]> =
        none.filter(|bytes| CompressedEdwardsY(*bytes).decompress().is_none()).collect();
    assert!(none.len() > 64);
    for bytes in none {
        assert_eq!(sound(&bytes), Err(UnsoundKey::NoPoint));
        assert!(!accepted(&bytes, MESSAGE, &[1; 64]));
    }
}

#[test]
fn an_r_that_is_not_canonical_is_refused() {
    let (secret, point) = key();
    let a = point.compress().0;
    let mut tried = 0;
    for (y, sign) in (0..19).flat_map(|y| [(y, false), (y, true)]) {
        let r = above_p(y, sign);
        if CompressedEdwardsY(r).decompress().is_some_and(|r| r.is_small_order()) {
            // The nonce of such an R is known: zero.
            let odd = signature(&r, &a, Scalar::ZERO, secret, MESSAGE);
            assert!(accepted_with_cofactor(&a, MESSAGE, &odd), "the edge case is none");
            assert!(!accepted(&a, MESSAGE, &odd));
            tried += 1;
        }
    }
    assert!(tried >= 3, "{tried}");
}

#[derive(Deserialize)]
struct Cctv {
    key: String,
    sig: String,
    msg: String,
}

#[test]
#[ignore = "needs the CCTV vectors; set JOINTLEDGER_SHARED"]
fn of_the_914_vectors_of_the_community_exactly_43_are_accepted() {
    let shared = std::env::var_os("JOINTLEDGER_SHARED").expect("JOINTLEDGER_SHARED names the shared folder");
    let path = Path::new(&shared).join("vectors/cctv-ed25519/ed25519vectors.json");
    let vectors: Vec<Cctv> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let accepted = vectors.iter().filter(|vector| {
        let key: PublicKey = vector.key.parse().unwrap();
        verify(&key, vector.msg.as_bytes(), &vector.sig.parse().unwrap())
    });
    assert_eq!((accepted.count(), vectors.len()), (43, 914));
}
