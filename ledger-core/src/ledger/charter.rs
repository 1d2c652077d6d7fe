//! The charter's bytes, its fingerprint, and the founders' signatures under it.

use crate::domain::party::{CharterSignature, LedgerConstituted};
use crate::domain::{Charter, Digest, Signature};

use super::codec::{CodecError, encode_charter};
use super::digest::sha256;
use super::keys;
use super::signer::{Signer, SignerError};

/// Stands before the charter's bytes in what a founder signs and in what is fingerprinted.
const CONTEXT: &[u8] = b"jointledger/charter/v1\n";

/// Why a charter is not signed.
#[derive(Debug, thiserror::Error)]
pub enum CharterError {
    /// It does not fit into an entry.
    #[error("the charter does not fit into an entry: {0}")]
    Encoding(#[from] CodecError),
    /// The key is none of the charter's root keys.
    #[error("the key is none of the root keys that the charter names; sign with one of those")]
    NotAFounder,
    /// The signer did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

fn signed_bytes(charter: &Charter) -> Result<Vec<u8>, CodecError> {
    Ok([CONTEXT, &encode_charter(charter)?].concat())
}

/// The fingerprint that an auditor pins: SHA-256 over what the founders sign.
///
/// # Errors
/// The charter does not fit into an entry.
pub fn fingerprint(charter: &Charter) -> Result<Digest, CodecError> {
    Ok(sha256(&[&signed_bytes(charter)?]))
}

/// Signs the charter for the party whose root key the signer has.
///
/// # Errors
/// The signer has none of the root keys, or does not sign.
pub fn sign(charter: &Charter, signer: &dyn Signer) -> Result<CharterSignature, CharterError> {
    let key = signer.public_key();
    let founder = charter.parties.iter().find(|founder| *founder.root_key.as_bytes() == key);
    let founder = founder.ok_or(CharterError::NotAFounder)?;
    let signature = Signature::new(signer.sign(&signed_bytes(charter)?)?);
    Ok(CharterSignature { party: founder.party, signature })
}

/// Says which founder's signature does not hold, if one does not.
pub(crate) fn unsigned_founder(founding: &LedgerConstituted) -> Option<String> {
    let Ok(message) = signed_bytes(&founding.charter) else {
        return Some("the charter does not fit into an entry".into());
    };
    founding.charter.parties.iter().find_map(|founder| {
        let signed = founding.signatures.iter().any(|signature| {
            signature.party == founder.party
                && keys::verify(&founder.root_key, &message, &signature.signature)
        });
        (!signed).then(|| format!("{} has not signed the charter, or its signature is false", founder.party))
    })
}
