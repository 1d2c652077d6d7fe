//! Warranty: defects of accepted goods for which the supplier answers. The claim is the owner's, whoever he is by
//! now.

use serde::Serialize;

use super::Procurement;
use crate::domain::codes::Party;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, WarrantyId};
use crate::domain::item::Item;
use crate::domain::party::{BOOK, BUYER};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::{Date, Timestamp};

code_list! {
    /// What became of a warranty claim.
    WarrantyResult: "a result of a warranty claim" {
        /// The supplier repaired the goods.
        1 Repaired "REPAIRED";
        /// The supplier delivered others.
        2 Replaced "REPLACED";
        /// The supplier gave money back.
        3 Refunded "REFUNDED";
        /// The claim was not justified.
        4 Rejected "REJECTED";
    }
}

events! {
    /// Claim that the supplier answers for a defect of goods, as their owner
    WarrantyClaimed {
        /// Number of the claim
        claim: WarrantyId,
        /// Number of the contract under which they were accepted
        contract: ContractId,
        /// What is defective, and how much of it
        item: Item,
        /// The party that owns it
        owner: Party,
        /// What the defect is
        defect: Text,
        /// The day by which the supplier is to put it right
        deadline: Date,
    }

    /// Resolve a warranty claim
    WarrantyResolved {
        /// Number of the claim
        claim: WarrantyId,
        /// What became of it
        result: WarrantyResult,
        /// What was found
        finding: Text,
    }
}

/// A warranty claim and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct WarrantyClaim {
    /// What was claimed, and by when it is put right.
    pub terms: WarrantyClaimed,
    /// The entry that claimed it.
    pub claimed_in: u64,
    /// When it was recorded.
    pub since: Timestamp,
    /// The entry that resolved it, and how.
    pub resolved: Option<(u64, WarrantyResult)>,
}

impl Procurement {
    fn warranty_claim(&self, id: &WarrantyId) -> Result<&WarrantyClaim, Rejection> {
        self.warranty_claims.get(id).ok_or_else(|| Rejection::unknown("warranty claim", id))
    }
}

impl State {
    /// All warranty claims.
    pub fn warranty_claims(&self) -> impl Iterator<Item = (&WarrantyId, &WarrantyClaim)> {
        self.procurement.warranty_claims.iter()
    }

    /// One warranty claim.
    pub fn warranty_claim(&self, id: &WarrantyId) -> Option<&WarrantyClaim> {
        self.procurement.warranty_claims.get(id)
    }
}

impl Rules for WarrantyClaimed {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.owner, BOOK)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let procurement = &state.procurement;
        if procurement.warranty_claims.contains(&self.claim) {
            return Err(Rejection::taken("warranty claim", &self.claim));
        }
        let supply = procurement.contract(&self.contract)?.supply_terms()?;
        let key = (self.contract.clone(), self.item.id().clone());
        let accepted = procurement.accepted_on.get(&key).copied().ok_or_else(|| {
            let item = self.item.id();
            Rejection::new(Rule::S01, format!("{item} was not accepted under contract {}", self.contract))
                .remedy("name the contract under which it was accepted")
        })?;
        state.register.require_there(
            &self.item,
            Rule::S05,
            || format!("{}'s own", self.owner),
            |position| position.owner == self.owner,
        )?;
        let today = act.recorded_at.date();
        let within = accepted.days_until(today) <= u64::from(supply.warranty_days);
        require(within, Rule::S03, || {
            format!(
                "{} was accepted on {accepted}; the supplier answers for defects for {} days",
                self.item.id(),
                supply.warranty_days
            )
        })?;
        require(self.deadline >= today, Rule::S05, || {
            format!("the defect would have been put right by {}, before it is claimed", self.deadline)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.dossier.warranty_claims.push(self.claim.clone());
        }
        let claim = WarrantyClaim {
            terms: self.clone(),
            claimed_in: act.seq,
            since: act.recorded_at,
            resolved: None,
        };
        state.procurement.warranty_claims.insert(self.claim.clone(), claim);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let item = Subject::Item(self.item.id().clone());
        std::iter::once(item).chain(state.subjects_of_contract(&self.contract)).collect()
    }
}

impl Rules for WarrantyResolved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let claim = state.procurement.warranty_claim(&self.claim)?;
        Ok(vec![Signer::of(state.procurement.contract(&claim.terms.contract)?.terms.buyer, BUYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let claim = state.procurement.warranty_claim(&self.claim)?;
        require(claim.resolved.is_none(), Rule::S03, || {
            format!("warranty claim {} is resolved already", self.claim)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(claim) = state.procurement.warranty_claims.get_mut(&self.claim) {
            claim.resolved = Some((act.seq, self.result));
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let claim = state.procurement.warranty_claims.get(&self.claim);
        claim.map_or_else(Vec::new, |claim| claim.terms.subjects(state))
    }
}
