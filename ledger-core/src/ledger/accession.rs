//! The accession: a new ministry's own signature under its admission.
//!
//! The members admit it with one voice; that it wants to be admitted, and has the root key that the act names, its
//! signature says. It is made for one ledger, before the act is recorded, and verified at the gate.

use crate::domain::membership::MinistryAdmitted;
use crate::domain::{Origin, Party, PublicKey, Signature, Text};

use super::codec::{CodecError, encode_accession};
use super::keys;
use super::signer::{Signer, SignerError};

/// Stands before the accession's bytes in what the new ministry signs.
const CONTEXT: &[u8] = b"jointledger/accession/v1\n";

/// What a new ministry signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accession {
    /// The ledger that it joins.
    pub origin: Origin,
    /// Its country code.
    pub party: Party,
    /// Its name.
    pub name: Text,
    /// Its root key.
    pub root_key: PublicKey,
}

/// Why an accession is not signed.
#[derive(Debug, thiserror::Error)]
pub enum AccessionError {
    /// It does not fit into an entry.
    #[error("the accession does not fit into an entry: {0}")]
    Encoding(#[from] CodecError),
    /// The signer did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

fn signed_bytes(accession: &Accession) -> Result<Vec<u8>, CodecError> {
    Ok([CONTEXT, &encode_accession(accession)?].concat())
}

/// Signs for a ministry that joins the ledger `origin`; the signer has its root key.
///
/// # Errors
/// The signer does not sign.
pub fn sign(
    origin: Origin,
    party: Party,
    name: Text,
    signer: &dyn Signer,
) -> Result<(Accession, Signature), AccessionError> {
    let accession = Accession { origin, party, name, root_key: PublicKey::new(signer.public_key()) };
    let signature = Signature::new(signer.sign(&signed_bytes(&accession)?)?);
    Ok((accession, signature))
}

/// Says why the admission of a ministry to the ledger `origin` does not carry its signature, if it does not.
pub(crate) fn unsigned(admitted: &MinistryAdmitted, origin: &Origin) -> Option<String> {
    let accession = Accession {
        origin: origin.clone(),
        party: admitted.party,
        name: admitted.name.clone(),
        root_key: admitted.root_key,
    };
    let signed = signed_bytes(&accession)
        .is_ok_and(|message| keys::verify(&admitted.root_key, &message, &admitted.accession));
    (!signed).then(|| {
        format!(
            "{} has not signed its accession to ledger {origin}, or its signature is false",
            admitted.party
        )
    })
}
