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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{Act, ActId, Timestamp};
    use crate::ledger::{Code, Expectations, Flaw, Head, RawEntry, SeedSigner, Signatures, Tip};

    fn officer(digit: u8) -> SeedSigner {
        SeedSigner::from_seed([digit; 32])
    }

    fn time(minute: u64) -> Timestamp {
        let dawn: Timestamp = "2026-01-30T09:00:00Z".parse().unwrap();
        dawn.later_by(minute * 60_000)
    }

    fn origin() -> Origin {
        "baltic.example/ledger".parse().unwrap()
    }

    /// Admits PL with root key 3; the accession is as it signed it for this ledger.
    fn admission() -> MinistryAdmitted {
        let (party, name) = ("PL".parse().unwrap(), "Ministry of PL".parse().unwrap());
        let (accession, signature) = sign(origin(), party, name, &officer(3)).unwrap();
        MinistryAdmitted {
            occurred_at: time(1),
            party: accession.party,
            name: accession.name,
            root_key: accession.root_key,
            accession: signature,
        }
    }

    #[test]
    fn an_accession_holds_for_one_ledger_and_every_field() {
        let admitted = admission();
        assert_eq!(unsigned(&admitted, &origin()), None);
        assert!(unsigned(&admitted, &"other.example/ledger".parse().unwrap()).is_some());
        let changed = [
            MinistryAdmitted { party: "FI".parse().unwrap(), ..admitted.clone() },
            MinistryAdmitted { name: "Another".parse().unwrap(), ..admitted.clone() },
            MinistryAdmitted { root_key: PublicKey::new(officer(4).public_key()), ..admitted.clone() },
            MinistryAdmitted { accession: Signature::new([5; 64]), ..admitted },
        ];
        for changed in changed {
            assert!(unsigned(&changed, &origin()).is_some(), "{changed:?}");
        }
    }

    /// Whether the gate finds fault with the signature. A ledger that is not founded has other faults.
    fn is_stopped(admitted: MinistryAdmitted) -> bool {
        let act = Act { id: ActId::new([1; 16]), documents: Vec::new(), events: vec![admitted.into()] };
        let raw = RawEntry::seal(&origin(), &Head::EMPTY, time(1), act, &officer(1)).unwrap();
        let flawed =
            Tip::new().check(raw.open(Signatures::Verify).unwrap(), Expectations::default()).unwrap_err();
        flawed.others.iter().any(|finding| finding.code == Code::Flaw(Flaw::Accession))
    }

    #[test]
    fn the_gate_lets_no_ministry_in_without_its_own_signature() {
        assert!(is_stopped(MinistryAdmitted { accession: Signature::new([5; 64]), ..admission() }));
        assert!(!is_stopped(admission()));
    }
}
