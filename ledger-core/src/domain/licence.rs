//! What states must allow before materiel crosses to another: transfer licences (Directive 2009/43/EC) and a
//! third state's consent to a re-transfer, which nobody here can waive (domain.md section 3, rule 7).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Country, DocumentKind, MlCategory, Nsn, Party};
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{ConsentId, LicenceId};
use super::item::Item;
use super::party::LIAISON;
use super::quantity::{Quantity, Unit};
use super::register::Master;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::{pairs, tables};
use super::text::{Text, code_list};
use super::time::Date;

code_list! {
    /// The kinds of transfer licence under Directive 2009/43/EC.
    LicenceKind: "a kind of transfer licence" {
        /// Open to all who meet its terms.
        1 General "GENERAL";
        /// For one supplier, many transfers.
        2 Global "GLOBAL";
        /// For one transfer.
        3 Individual "INDIVIDUAL";
        /// Exempt: between governments or armed forces, cooperation programmes, emergency, repair.
        4 Exempt "EXEMPT";
    }
}

/// The most of one category that a licence covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceCap {
    /// The category
    pub ml: MlCategory,
    /// The most of it, over all transfers, in this unit
    pub quantity: Quantity,
}

events! {
    /// Record a transfer licence, or the ground on which a transfer is exempt
    TransferLicenceRecorded {
        /// Number of the licence
        licence: LicenceId,
        /// Its kind
        kind: LicenceKind,
        /// The law and article it rests on
        legal_ground: Text,
        /// The state whose authority gives it
        from: Party,
        /// The state that it lets goods go to
        to: Party,
        /// Whether it also covers the way back
        covers_return: bool,
        /// The categories it covers
        ml: Vec<MlCategory>,
        /// The first day it holds
        valid_from: Date,
        /// The last day it holds
        expiry: Date,
        /// The most it covers; a category without cap has none
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        caps: Vec<LicenceCap>,
    }

    /// Record a third state's consent that restricted items go to another holder
    RetransferConsentRecorded {
        /// Number of the consent
        consent: ConsentId,
        /// The party that asked for it
        obtained_by: Party,
        /// The state that consents
        consenting_state: Country,
        /// The stock numbers it covers
        nsns: Vec<Nsn>,
        /// The parties that may become holders
        recipients: Vec<Party>,
        /// Conditions, if there are any
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conditions: Option<Text>,
        /// The last day it holds; without it, it holds until withdrawn
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expiry: Option<Date>,
    }
}

/// A licence, and how much of it was used.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Licence {
    terms: TransferLicenceRecorded,
    #[serde(serialize_with = "pairs")]
    used: BTreeMap<(MlCategory, Unit), Quantity>,
}

tables! {
    /// All licences and consents.
    pub(crate) struct Licences {
        licences: LicenceId => Licence,
        consents: ConsentId => RetransferConsentRecorded,
    }
}

/// A passage of goods from one state to another.
pub(crate) struct Passage<'a> {
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) on: Date,
    pub(crate) is_return: bool,
    pub(crate) licence: Option<&'a LicenceId>,
}

impl Licences {
    /// Refuses items with a military-list category that the named licence does not cover (domain.md T10).
    pub(crate) fn require_licence(
        &self,
        passage: &Passage<'_>,
        items: &[(&Item, &Master)],
    ) -> Result<(), Rejection> {
        let Some((first, _)) = items.iter().find(|(_, master)| master.ml.is_some()) else { return Ok(()) };
        let Some(id) = passage.licence else {
            return Err(Rejection::new(
                Rule::T10,
                format!("{} goes from {} to {} without a licence", first.id(), passage.from, passage.to),
            )
            .remedy("record the licence or the ground of exemption, and name it"));
        };
        let Some(licence) = self.licences.get(id) else { return Err(Rejection::unknown("licence", id)) };
        let terms = &licence.terms;
        let out = (terms.from, terms.to) == (passage.from, passage.to);
        let back =
            terms.covers_return && passage.is_return && (terms.to, terms.from) == (passage.from, passage.to);
        require(out || back, Rule::T10, || {
            format!(
                "licence {id} covers {} to {}, not {} to {}",
                terms.from, terms.to, passage.from, passage.to
            )
        })?;
        require((terms.valid_from..=terms.expiry).contains(&passage.on), Rule::T10, || {
            format!("licence {id} holds from {} to {}, not on {}", terms.valid_from, terms.expiry, passage.on)
        })?;
        let mut used = licence.used.clone();
        for (item, master) in items {
            let Some(ml) = master.ml else { continue };
            require(terms.ml.contains(&ml), Rule::T10, || {
                format!("licence {id} does not cover {ml} ({})", item.id())
            })?;
            if back {
                continue;
            }
            let total = add(&mut used, ml, item.quantity());
            let unit = item.quantity().unit();
            for cap in terms.caps.iter().filter(|cap| cap.ml == ml) {
                require(cap.quantity.unit() == unit, Rule::T10, || {
                    format!("licence {id} caps {ml} in {}, not in {unit}", cap.quantity.unit())
                })?;
                require(total.is_some_and(|total| total.at_most(cap.quantity)), Rule::T10, || {
                    format!("licence {id} covers at most {} of {ml}; this would be more", cap.quantity)
                })?;
            }
        }
        Ok(())
    }

    /// Notes what a passage used up of its licence.
    pub(crate) fn use_up(&mut self, passage: &Passage<'_>, items: &[(Item, Option<MlCategory>)]) {
        let Some(licence) = passage.licence.and_then(|id| self.licences.get_mut(id)) else { return };
        if (licence.terms.from, licence.terms.to) != (passage.from, passage.to) {
            return;
        }
        for (item, ml) in items {
            if let Some(ml) = ml {
                add(&mut licence.used, *ml, item.quantity());
            }
        }
    }

    /// Refuses restricted items for which the restricting state's consent is not recorded (domain.md T09).
    pub(crate) fn require_consent(
        &self,
        passage: &Passage<'_>,
        items: &[(&Item, &Master)],
    ) -> Result<(), Rejection> {
        for (item, master) in items {
            let (Some(state), Some(nsn)) = (master.restricted_by, master.nsn) else { continue };
            let given = self.consents.iter().any(|(_, consent)| {
                consent.consenting_state == state
                    && consent.nsns.iter().any(|named| named.niin() == nsn.niin())
                    && consent.recipients.contains(&passage.to)
                    && consent.expiry.is_none_or(|expiry| passage.on <= expiry)
            });
            if !given && passage.to != state {
                return Err(Rejection::new(
                    Rule::T09,
                    format!("{} needs the consent of {state} before {} holds it", item.id(), passage.to),
                )
                .remedy("record the consent; it is never waived"));
            }
        }
        Ok(())
    }
}

fn add(
    used: &mut BTreeMap<(MlCategory, Unit), Quantity>,
    ml: MlCategory,
    quantity: Quantity,
) -> Option<Quantity> {
    let so_far = used.entry((ml, quantity.unit())).or_insert(quantity.none());
    *so_far = so_far.plus(quantity)?;
    Some(*so_far)
}

impl Rules for TransferLicenceRecorded {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.from, LIAISON)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Licence]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.transfers.licences.licences.contains(&self.licence) {
            return Err(Rejection::taken("licence", &self.licence));
        }
        require(!self.ml.is_empty(), Rule::S05, || "a licence covers at least one category".into())?;
        require(self.from != self.to, Rule::S05, || "a licence lets goods go to another state".into())?;
        require(self.valid_from <= self.expiry, Rule::S05, || "the licence ends before it begins".into())?;
        require(self.caps.iter().all(|cap| self.ml.contains(&cap.ml)), Rule::S05, || {
            "a cap names a category that the licence does not cover".into()
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let licence = Licence { terms: self.clone(), used: BTreeMap::new() };
        state.transfers.licences.licences.insert(self.licence.clone(), licence);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        Vec::new()
    }
}

impl Rules for RetransferConsentRecorded {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.obtained_by, LIAISON)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::RetransferConsent]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.transfers.licences.consents.contains(&self.consent) {
            return Err(Rejection::taken("consent", &self.consent));
        }
        require(!self.nsns.is_empty() && !self.recipients.is_empty(), Rule::S05, || {
            "a consent names stock numbers and recipients".into()
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.transfers.licences.consents.insert(self.consent.clone(), self.clone());
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        Vec::new()
    }
}
