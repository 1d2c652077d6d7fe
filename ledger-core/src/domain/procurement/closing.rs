//! The end of a contract: nothing under it is open any more.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Contract, Procurement, SupplyTerms};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{AdvanceId, CertificateId, ContractId, QualityRequestId, WarrantyId};
use crate::domain::party::{BUYER, PAYER};
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;

events! {
    /// Close a contract under which nothing is open; contracting officer and payment authoriser of the buyer sign
    ContractClosed {
        /// Number of the contract
        contract: ContractId,
    }
}

/// What hangs on a contract besides its deliveries and invoices.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Dossier {
    /// The entry that closed the contract.
    pub closed_in: Option<u64>,
    /// How much of each line was accepted under a reservation that is open.
    pub reserved: BTreeMap<u32, Quantity>,
    /// Its advances.
    pub advances: Vec<AdvanceId>,
    /// Its requests for government quality assurance.
    pub quality_requests: Vec<QualityRequestId>,
    /// Its certificates of exemption from value added tax.
    pub vat_certificates: Vec<CertificateId>,
    /// Its warranty claims.
    pub warranty_claims: Vec<WarrantyId>,
}

impl Contract {
    /// Refuses a closed contract.
    pub(super) fn require_open(&self) -> Result<(), Rejection> {
        match self.dossier.closed_in {
            None => Ok(()),
            Some(entry) => Err(Rejection::new(
                Rule::S03,
                format!("contract {} was closed in entry {entry}", self.terms.contract),
            )),
        }
    }

    /// The terms of supply.
    pub(super) fn supply_terms(&self) -> Result<&SupplyTerms, Rejection> {
        self.supply.as_ref().ok_or_else(|| {
            let id = &self.terms.contract;
            Rejection::new(Rule::S03, format!("no terms of supply are agreed for contract {id}"))
                .remedy("record SupplyTermsAgreed")
        })
    }
}

impl Procurement {
    /// A contract that is not closed.
    pub(super) fn open_contract(&self, id: &ContractId) -> Result<&Contract, Rejection> {
        let contract = self.contract(id)?;
        contract.require_open()?;
        Ok(contract)
    }

    /// Refuses to close a contract while one of its invoices is open.
    fn require_paid(&self, contract: &Contract) -> Result<(), Rejection> {
        for (id, invoice) in contract.invoices.iter().filter_map(|id| Some((id, self.invoices.get(id)?))) {
            invoice.require_undisputed()?;
            require(invoice.approved.is_some(), Rule::S03, || format!("invoice {id} is not answered"))
                .map_err(|rejection| rejection.remedy("approve what of it is right, if only 0"))?;
            let unpaid = invoice.unpaid();
            require(unpaid.is_zero(), Rule::P06, || {
                format!("{unpaid} approved on invoice {id} are not paid")
            })?;
        }
        Ok(())
    }
}

impl Rules for ContractClosed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let buyer = state.procurement.contract(&self.contract)?.terms.buyer;
        Ok(vec![Signer::of(buyer, BUYER), Signer::of(buyer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let procurement = &state.procurement;
        let contract = procurement.open_contract(&self.contract)?;
        let advance = procurement.advances_of(contract).find(|advance| !advance.open().is_zero());
        if let Some(advance) = advance {
            return Err(Rejection::new(
                Rule::P08,
                format!("{} of advance {} are open", advance.open(), advance.terms.advance),
            )
            .remedy("settle it against an invoice, or record its refund"));
        }
        let unsettled = contract
            .deliveries
            .iter()
            .find(|id| procurement.deliveries.get(id).is_some_and(|delivery| !delivery.is_settled()));
        if let Some(delivery) = unsettled {
            return Err(Rejection::new(
                Rule::S03,
                format!("delivery {delivery} is under way, or goods or a reservation of it are open"),
            ));
        }
        if let Some(request) = procurement.open_quality_request(contract) {
            return Err(Rejection::new(
                Rule::S03,
                format!("request {request} for quality assurance is not closed"),
            ));
        }
        let claim = contract
            .dossier
            .warranty_claims
            .iter()
            .find(|id| procurement.warranty_claims.get(id).is_some_and(|claim| claim.resolved.is_none()));
        if let Some(claim) = claim {
            return Err(Rejection::new(Rule::S03, format!("warranty claim {claim} is not resolved")));
        }
        procurement.require_paid(contract)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.dossier.closed_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}
