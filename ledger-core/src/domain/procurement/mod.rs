//! Joint procurement, from the programme to the payment (domain.md 5.1).

mod advance;
mod amendment;
mod balance;
mod call_off;
mod closing;
mod contract;
mod delivery;
mod dispute;
mod dues;
mod exemption;
mod framework;
mod funding;
mod judgement;
mod matters;
mod option;
mod participation;
mod payment;
mod programme;
mod quality;
mod schedule;
mod settlement;
mod status;
mod tender;
mod warranty;

pub use advance::{Advance, AdvancePaid, AdvanceSettled, RefundReceived};
pub use closing::{ContractClosed, Dossier};

pub use amendment::ContractAmended;
pub use balance::{Balances, as_debt};
pub use call_off::{CallOffLine, CallOffOrdered};
pub use contract::{
    Contract, ContractLine, ContractSigned, PartyQuantity, Progress, ScheduledDelivery, SupplyTerms,
    SupplyTermsAgreed,
};
pub use delivery::{DeliveredItem, Delivery, DeliveryAccepted, DeliveryDispatched, DeliveryReceived};
pub use dispute::{Dispute, InvoiceDisputeResolved, InvoiceDisputed};
pub use dues::{Due, MoneyFact, NetAmount, Positions};
pub use exemption::{ExemptLine, InvoiceVatExempted, VatCertificate, VatCertificateRecorded, VatRegime};
pub use framework::{Framework, FrameworkExtended, FrameworkLine, FrameworkSigned};
pub use funding::{FundingCommitted, Instrument};
pub use judgement::{
    DeliveryAcceptedWithReservation, DeliveryRejected, DeliveryReturned, Reservation, ReservationCleared,
};
pub use option::{ContractOption, OptionAgreed, OptionExercised, OptionLapsed};
pub use participation::{EarlierShares, ParticipantAdmitted, ParticipantWithdrew, PartyShares, Withdrawal};
pub use payment::{Invoice, InvoiceApproved, InvoiceLine, InvoiceRegistered, PaymentExecuted};
pub use programme::{
    ArrangementEffective, CostBasis, CostShareAssessed, ParticipantJoined, PartyAmount, Programme,
    ProgrammeCancelled, ProgrammeProposed, Shares,
};
pub use quality::{
    Certified, ConformityCertified, QualityAccepted, QualityClosed, QualityRequest, QualityRequested,
    QualityResult,
};
pub use schedule::LateDelivery;
pub use settlement::{Net, Settlement, SettlementPaid, SettlementRunClosed};
pub use status::ProgrammeStatus;
pub use tender::{
    Award, AwardCancelled, LegalBasis, Procedure, ProcedureLaunched, ProcedureMethod, TenderLot,
    TenderLotAwarded,
};
pub use warranty::{WarrantyClaim, WarrantyClaimed, WarrantyResolved, WarrantyResult};

use super::codes::Ncage;
use super::ids::{
    AdvanceId, CertificateId, CommitmentId, ContractId, DeliveryId, FrameworkId, InvoiceId, OptionId,
    PaymentId, PoolId, ProcedureId, ProgrammeId, QualityRequestId, Reference, RefundId, SettlementId,
    WarrantyId,
};
use super::item::ItemId;
use super::money::Money;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::time::Date;

tables! {
    /// All programmes, contracts and what hangs on them.
    pub(crate) struct Procurement {
        programmes: ProgrammeId => Programme,
        contracts: ContractId => Contract,
        deliveries: DeliveryId => Delivery,
        invoices: InvoiceId => Invoice,
        invoice_numbers: (Ncage, Reference) => InvoiceId,
        payments: PaymentId => PaymentExecuted,
        bank_refs: Reference => MoneyFact,
        pools: PoolId => ProgrammeId,
        /// The day on which goods were last accepted under a contract: warranty counts from there.
        accepted_on: (ContractId, ItemId) => Date,
        advances: AdvanceId => Advance,
        refunds: RefundId => RefundReceived,
        quality_requests: QualityRequestId => QualityRequest,
        vat_certificates: CertificateId => VatCertificate,
        warranty_claims: WarrantyId => WarrantyClaim,
        settlements: SettlementId => Settlement,
        /// Who owes whom by which fact, by entry.
        dues: u64 => Vec<Due>,
        commitments: CommitmentId => FundingCommitted,
        procedures: ProcedureId => Procedure,
        frameworks: FrameworkId => Framework,
        options: OptionId => ContractOption,
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

    /// A programme whose arrangement is in effect and in which something new may begin.
    fn running(&self, id: &ProgrammeId) -> Result<&Programme, Rejection> {
        let programme = self.effective(id)?;
        programme.require_uncancelled()?;
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

    fn payment(&self, id: &PaymentId) -> Result<&PaymentExecuted, Rejection> {
        self.payments.get(id).ok_or_else(|| Rejection::unknown("payment", id))
    }

    /// What was refunded of a payment of `paid`.
    fn refunded(&self, id: &PaymentId, paid: Money) -> Money {
        let refunds = self.refunds.iter().filter(|(_, refund)| refund.payment.as_ref() == Some(id));
        let nothing = Money::zero(paid.currency());
        refunds.fold(nothing, |sum, (_, refund)| sum.plus(refund.amount).unwrap_or(sum))
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
        let framework = self.contract(id).and_then(|contract| contract.framework.clone());
        let programme =
            self.contract(id).map(|contract| Subject::Programme(contract.terms.programme.clone()));
        let above = framework.map(Subject::Framework).into_iter().chain(programme);
        std::iter::once(Subject::Contract(id.clone())).chain(above).collect()
    }
}
