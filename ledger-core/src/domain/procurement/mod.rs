//! Joint procurement, from the programme to the payment (domain.md 5.1).

mod contract;
mod delivery;
mod payment;
mod programme;

pub use contract::{
    Contract, ContractLine, ContractSigned, PartyQuantity, Progress, ScheduledDelivery, SupplyTerms,
    SupplyTermsAgreed,
};
pub use delivery::{DeliveredItem, Delivery, DeliveryAccepted, DeliveryDispatched, DeliveryReceived};
pub use payment::{Invoice, InvoiceApproved, InvoiceLine, InvoiceRegistered, PaymentExecuted};
pub use programme::{
    ArrangementEffective, CostBasis, CostShareAssessed, ParticipantJoined, PartyAmount, Programme,
    ProgrammeProposed, Shares,
};

use super::codes::Ncage;
use super::ids::{ContractId, DeliveryId, InvoiceId, PaymentId, PoolId, ProgrammeId, Reference};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;

tables! {
    /// All programmes, contracts and what hangs on them.
    pub(crate) struct Procurement {
        programmes: ProgrammeId => Programme,
        contracts: ContractId => Contract,
        deliveries: DeliveryId => Delivery,
        invoices: InvoiceId => Invoice,
        invoice_numbers: (Ncage, Reference) => InvoiceId,
        payments: PaymentId => PaymentExecuted,
        bank_refs: Reference => PaymentId,
        pools: PoolId => ProgrammeId,
    }
}

impl Procurement {
    fn programme(&self, id: &ProgrammeId) -> Result<&Programme, Rejection> {
        self.programmes.get(id).ok_or_else(|| Rejection::unknown("programme", id))
    }

    fn effective(&self, id: &ProgrammeId) -> Result<&Programme, Rejection> {
        let programme = self.programme(id)?;
        require(programme.effective_in.is_some(), Rule::S03, || {
            format!("the arrangement of programme {id} is not in effect")
        })?;
        Ok(programme)
    }

    fn contract(&self, id: &ContractId) -> Result<&Contract, Rejection> {
        self.contracts.get(id).ok_or_else(|| Rejection::unknown("contract", id))
    }

    fn delivery(&self, id: &DeliveryId) -> Result<&Delivery, Rejection> {
        self.deliveries.get(id).ok_or_else(|| Rejection::unknown("delivery", id))
    }

    fn invoice(&self, id: &InvoiceId) -> Result<&Invoice, Rejection> {
        self.invoices.get(id).ok_or_else(|| Rejection::unknown("invoice", id))
    }

    /// The contract of a delivery, and the delivery.
    fn of_delivery(&self, id: &DeliveryId) -> Result<(&Contract, &Delivery), Rejection> {
        let delivery = self.delivery(id)?;
        Ok((self.contract(&delivery.terms.contract)?, delivery))
    }

    /// The contract of an invoice, and the invoice.
    fn of_invoice(&self, id: &InvoiceId) -> Result<(&Contract, &Invoice), Rejection> {
        let invoice = self.invoice(id)?;
        Ok((self.contract(&invoice.terms.contract)?, invoice))
    }
}

impl State {
    /// One delivery.
    pub fn delivery(&self, id: &DeliveryId) -> Option<&Delivery> {
        self.procurement.deliveries.get(id)
    }

    /// One invoice.
    pub fn invoice(&self, id: &InvoiceId) -> Option<&Invoice> {
        self.procurement.invoices.get(id)
    }

    /// One payment.
    pub fn payment(&self, id: &PaymentId) -> Option<&PaymentExecuted> {
        self.procurement.payments.get(id)
    }

    /// The contract that a delivery belongs to.
    fn subjects_of_delivery(&self, id: &DeliveryId) -> Vec<Subject> {
        self.delivery(id)
            .map_or_else(Vec::new, |delivery| self.subjects_of_contract(&delivery.terms.contract))
    }

    pub(crate) fn subjects_of_invoice(&self, id: &InvoiceId) -> Vec<Subject> {
        self.invoice(id).map_or_else(Vec::new, |invoice| self.subjects_of_contract(&invoice.terms.contract))
    }

    fn subjects_of_contract(&self, id: &ContractId) -> Vec<Subject> {
        let programme =
            self.contract(id).map(|contract| Subject::Programme(contract.terms.programme.clone()));
        std::iter::once(Subject::Contract(id.clone())).chain(programme).collect()
    }
}
