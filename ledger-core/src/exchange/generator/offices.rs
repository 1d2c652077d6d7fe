//! Papers and keys: licences that are renewed, keys that are replaced, store keepers that come and go.

use super::{DAY, Deed, Fault, Flow, Generator, HOUR, Nation, Then, made, words};
use crate::domain::codes::{DocumentKind, MlCategory};
use crate::domain::ids::LicenceId;
use crate::domain::licence::{LicenceKind, TransferLicenceRecorded};
use crate::domain::party::{KeyEnrolled, KeyRevoked, KeyRotated};
use crate::domain::{PublicKey, Role};
use crate::exchange::scenario::Actor;
use crate::ledger::digest::sha256;
use crate::ledger::signer::{SeedSigner, Signer as _};

/// Days before its end on which a licence is renewed at the latest.
const RENEWAL_DAYS: u64 = 330;

/// A store keeper who is followed by another.
#[derive(Debug)]
pub(super) struct NewHand {
    nation: Nation,
    old: Actor,
    new: Actor,
}

impl Generator {
    /// A fresh key for an officer: his first, or one more.
    pub(super) fn fresh_key(&mut self, by: &Actor) -> SeedSigner {
        let replaced = self.replaced.entry(by.clone()).or_default();
        let name = format!("jointledger generator, test only: {}/{by}/{replaced}", self.seed);
        *replaced = replaced.saturating_add(1);
        SeedSigner::from_seed(*sha256(&[name.as_bytes()]).as_bytes())
    }

    pub(super) fn enrolled(&mut self, officer: Actor) -> KeyEnrolled {
        let signer = self.fresh_key(&officer);
        let event = KeyEnrolled {
            occurred_at: self.now,
            key: PublicKey::new(signer.public_key()),
            party: officer.party,
            role: officer.role,
            valid_until: None,
            person_ref: None,
        };
        self.signers.insert(officer, signer);
        event
    }

    /// A registrar replaces an officer's key.
    pub(super) fn rotate_key(&mut self, nation: Nation) -> Result<Deed, Fault> {
        let role = match self.chance.below(4) {
            0 => Role::PaymentAuthoriser,
            1 => Role::QualityRepresentative,
            2 => Role::ContractingOfficer,
            _ => Role::PropertyBookOfficer,
        };
        let officer = self.officer(nation, role);
        let new = self.fresh_key(&officer);
        let new_key = PublicKey::new(new.public_key());
        let old = self.signers.insert(officer, new).ok_or_else(|| Fault(format!("no {role} has a key")))?;
        let old_key = PublicKey::new(old.public_key());
        let reason = words("Token at the end of its service life")?;
        let event = KeyRotated { occurred_at: self.now, old_key, new_key, reason };
        let by = self.officer(nation, Role::Registrar);
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    /// A new store keeper is enrolled; the old one's key ends when the new one's counts.
    pub(super) fn enrol_hand(&mut self, nation: Nation) -> Result<Deed, Fault> {
        let old = self.officer(nation, Role::HandReceiptHolder);
        let holder = old.holder.checked_rem(200).unwrap_or(0).saturating_add(1);
        let new = Actor { holder, ..old.clone() };
        if self.signers.contains_key(&new) {
            return self.rotate_key(nation);
        }
        let event = self.enrolled(new.clone());
        let by = self.officer(nation, Role::Registrar);
        let second = self.officer(nation.neighbour(), Role::Registrar);
        self.await_signatures([second], Then::Go(Flow::NewHand(NewHand { nation, old, new })));
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    pub(super) fn step_hand(&mut self, hand: NewHand) -> Result<Deed, Fault> {
        let by = self.officer(hand.nation, Role::Registrar);
        let current = *self.hands.of(hand.nation);
        if current != hand.old.holder {
            // Somebody else took over in between; this one's key is not needed after all.
            return self.revoked(by, &hand.new);
        }
        *self.hands.of_mut(hand.nation) = hand.new.holder;
        self.revoked(by, &hand.old)
    }

    fn revoked(&mut self, by: Actor, officer: &Actor) -> Result<Deed, Fault> {
        let signer = self.signers.remove(officer).ok_or_else(|| Fault(format!("{officer} has no key")))?;
        let reason = words("Posted elsewhere")?;
        let event = KeyRevoked { occurred_at: self.now, key: PublicKey::new(signer.public_key()), reason };
        Ok(Deed { by, events: vec![event.into()], documents: Vec::new() })
    }

    /// A year's licence for all that goes from one nation to another.
    pub(super) fn renew_licence(&mut self, from: Nation, to: Nation) -> Result<Deed, Fault> {
        let number = self.number();
        let licence: LicenceId = made(format!("GEN-{}-{}-{number}", from.code(), to.code()))?;
        let mut ml = Vec::new();
        for category in [2, 3, 4, 6, 11] {
            ml.push(MlCategory::new(category)?);
        }
        let event = TransferLicenceRecorded {
            occurred_at: self.now,
            licence: licence.clone(),
            kind: LicenceKind::General,
            legal_ground: words("Directive 2009/43/EC Art. 5: general licence for armed forces")?,
            from: self.party(from),
            to: self.party(to),
            covers_return: true,
            ml,
            valid_from: self.now.date(),
            expiry: self.in_days(RENEWAL_DAYS.saturating_add(35)),
            caps: Vec::new(),
        };
        self.licences.insert((from, to), licence);
        let days = RENEWAL_DAYS.saturating_mul(DAY);
        self.later(days.saturating_sub(DAY), days.saturating_sub(HOUR), Flow::Renewal(from, to));
        let by = self.officer(from, Role::LicenceLiaison);
        let documents = vec![self.paper(DocumentKind::Licence)];
        Ok(Deed { by, events: vec![event.into()], documents })
    }
}
