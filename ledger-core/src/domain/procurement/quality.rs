//! Quality: government assurance at the supplier's works (STANAG 4107), and what was certified of a delivery.

use serde::Serialize;

use super::{Contract, Procurement};
use crate::domain::codes::{Country, DocumentKind};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, DeliveryId, QualityRequestId, Reference};
use crate::domain::item::Item;
use crate::domain::party::QUALITY;
use crate::domain::register::check_list;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::Timestamp;

code_list! {
    /// How a request for government quality assurance ended.
    QualityResult: "a result of quality assurance" {
        /// The goods conform to the contract.
        1 Conforming "CONFORMING";
        /// They do not.
        2 Nonconforming "NONCONFORMING";
        /// The authority did not take the request on.
        3 Declined "DECLINED";
    }
}

events! {
    /// Ask the supplier's nation for government quality assurance of a contract
    QualityRequested {
        /// Number of the request
        request: QualityRequestId,
        /// Number of the contract
        contract: ContractId,
        /// The nation that is asked; the one that the terms of supply name
        supplier_nation: Country,
        /// The risks that it shall look at
        risks: Text,
    }

    /// Record that the nation's authority took a request on
    QualityAccepted {
        /// Number of the request
        request: QualityRequestId,
        /// The authority's own reference
        authority_ref: Reference,
    }

    /// Close a request for quality assurance with its result
    QualityClosed {
        /// Number of the request
        request: QualityRequestId,
        /// The result
        result: QualityResult,
        /// What was found
        finding: Text,
    }

    /// Record the supplier's certificate of conformity for goods of a delivery
    ConformityCertified {
        /// Number of the delivery
        delivery: DeliveryId,
        /// The batches, serial numbers and bulk goods that it covers
        items: Vec<Item>,
        /// Where they deviate from the contract
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        deviations: Vec<Text>,
    }
}

/// A request for government quality assurance and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct QualityRequest {
    /// What was asked.
    pub terms: QualityRequested,
    /// The entry that asked.
    pub requested_in: u64,
    /// When it was recorded.
    pub since: Timestamp,
    /// The entry that says that the authority took it on.
    pub accepted_in: Option<u64>,
    /// The entry that closed it, and how.
    pub closed: Option<(u64, QualityResult)>,
}

/// What a certificate says of a delivery.
#[derive(Debug, Clone, Serialize)]
pub struct Certified {
    /// The entry that recorded it.
    pub entry: u64,
    /// What it covers.
    pub items: Vec<Item>,
    /// Where it deviates from the contract.
    pub deviations: Vec<Text>,
}

impl Procurement {
    fn quality_request(&self, id: &QualityRequestId) -> Result<&QualityRequest, Rejection> {
        let request = self.quality_requests.get(id);
        request.ok_or_else(|| Rejection::unknown("request for quality assurance", id))
    }

    /// The first request of a contract that is not closed.
    pub(super) fn open_quality_request<'a>(&self, contract: &'a Contract) -> Option<&'a QualityRequestId> {
        contract
            .dossier
            .quality_requests
            .iter()
            .find(|id| self.quality_requests.get(id).is_some_and(|request| request.closed.is_none()))
    }

    /// Refuses to accept goods of a contract whose agreed quality assurance is not done (domain.md P12).
    pub(super) fn require_assured(&self, contract: &Contract) -> Result<(), Rejection> {
        if !contract.supply.as_ref().is_some_and(|supply| supply.quality_assurance) {
            return Ok(());
        }
        let id = &contract.terms.contract;
        if let Some(open) = self.open_quality_request(contract) {
            return Err(Rejection::new(
                Rule::P12,
                format!("request {open} for quality assurance of contract {id} is not closed"),
            )
            .remedy("close it with its result"));
        }
        let conforming = contract.dossier.quality_requests.iter().any(|id| {
            let closed = self.quality_requests.get(id).and_then(|request| request.closed);
            closed.is_some_and(|(_, result)| result == QualityResult::Conforming)
        });
        require(conforming, Rule::P12, || {
            format!("quality assurance was agreed for contract {id}, and none was closed as conforming")
        })
        .map_err(|rejection| rejection.remedy("record QualityRequested, and close it as CONFORMING"))
    }

    fn quality_signers(&self, id: &QualityRequestId) -> Result<Vec<Signer>, Rejection> {
        let request = self.quality_request(id)?;
        Ok(vec![Signer::of(self.contract(&request.terms.contract)?.terms.buyer, QUALITY)])
    }
}

impl QualityRequest {
    fn require_open(&self) -> Result<(), Rejection> {
        require(self.closed.is_none(), Rule::S03, || {
            format!("request {} for quality assurance is closed already", self.terms.request)
        })
    }
}

impl State {
    /// All requests for government quality assurance.
    pub fn quality_requests(&self) -> impl Iterator<Item = (&QualityRequestId, &QualityRequest)> {
        self.procurement.quality_requests.iter()
    }

    fn subjects_of_quality(&self, id: &QualityRequestId) -> Vec<Subject> {
        let request = self.procurement.quality_requests.get(id);
        request.map_or_else(Vec::new, |request| self.subjects_of_contract(&request.terms.contract))
    }
}

impl Rules for QualityRequested {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.contract(&self.contract)?.terms.buyer, QUALITY)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.quality_requests.contains(&self.request) {
            return Err(Rejection::taken("request for quality assurance", &self.request));
        }
        let contract = state.procurement.open_contract(&self.contract)?;
        let supply = contract.supply_terms()?;
        require(supply.supplier_nation == self.supplier_nation, Rule::S05, || {
            format!("the terms of supply name {} as the supplier's nation", supply.supplier_nation)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.dossier.quality_requests.push(self.request.clone());
        }
        let request = QualityRequest {
            terms: self.clone(),
            requested_in: act.seq,
            since: act.recorded_at,
            accepted_in: None,
            closed: None,
        };
        state.procurement.quality_requests.insert(self.request.clone(), request);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for QualityAccepted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.procurement.quality_signers(&self.request)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let request = state.procurement.quality_request(&self.request)?;
        request.require_open()?;
        require(request.accepted_in.is_none(), Rule::S03, || {
            format!("request {} was taken on already", self.request)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(request) = state.procurement.quality_requests.get_mut(&self.request) {
            request.accepted_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_quality(&self.request)
    }
}

impl Rules for QualityClosed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.procurement.quality_signers(&self.request)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let request = state.procurement.quality_request(&self.request)?;
        request.require_open()?;
        let declined = self.result == QualityResult::Declined;
        require(request.accepted_in.is_some() != declined, Rule::S03, || match declined {
            true => format!("the authority took request {} on: it has a finding", self.request),
            false => format!("the authority has not taken request {} on", self.request),
        })
        .map_err(|rejection| rejection.remedy("DECLINED closes what was not taken on, and nothing else"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(request) = state.procurement.quality_requests.get_mut(&self.request) {
            request.closed = Some((act.seq, self.result));
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_quality(&self.request)
    }
}

impl Rules for ConformityCertified {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.delivery(&self.delivery)?.terms.consignee, QUALITY)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::ConformityCertificate]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let delivery = state.procurement.delivery(&self.delivery)?;
        check_list(&self.items)?;
        for item in &self.items {
            let sent = delivery.terms.items.iter().filter(|sent| sent.item.id() == item.id());
            let within = sent.map(|sent| sent.item.quantity()).any(|sent| item.quantity().at_most(sent));
            require(within, Rule::S05, || {
                format!("{item} is more than delivery {} brings of it", self.delivery)
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) {
            delivery.certified.push(Certified {
                entry: act.seq,
                items: self.items.clone(),
                deviations: self.deviations.clone(),
            });
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let items = self.items.iter().map(|item| Subject::Item(item.id().clone()));
        items.chain(state.subjects_of_delivery(&self.delivery)).collect()
    }
}
