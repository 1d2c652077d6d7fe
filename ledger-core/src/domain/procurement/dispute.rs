//! Disputes about invoices: what is in dispute is neither approved nor paid.

use serde::Serialize;

use super::Procurement;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::InvoiceId;
use crate::domain::party::BUYER;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

events! {
    /// Dispute an invoice: it is neither approved nor paid until the dispute is resolved
    InvoiceDisputed {
        /// Number of the invoice
        invoice: InvoiceId,
        /// Why
        reason: Text,
    }

    /// Resolve the dispute about an invoice
    InvoiceDisputeResolved {
        /// Number of the invoice
        invoice: InvoiceId,
        /// What was found, and agreed with the supplier
        finding: Text,
    }
}

/// An open dispute about an invoice.
#[derive(Debug, Clone, Serialize)]
pub struct Dispute {
    /// Why.
    pub reason: Text,
    /// The entry that opened it.
    pub entry: u64,
    /// When it was recorded.
    pub since: Timestamp,
}

impl Procurement {
    /// The contracting officer of the buyer argues with the supplier.
    fn disputants(&self, invoice: &InvoiceId) -> Result<Vec<Signer>, Rejection> {
        let (contract, _) = self.of_invoice(invoice)?;
        Ok(vec![Signer::of(contract.terms.buyer, BUYER)])
    }
}

impl Rules for InvoiceDisputed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.procurement.disputants(&self.invoice)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (contract, invoice) = state.procurement.of_invoice(&self.invoice)?;
        contract.require_open()?;
        invoice.require_undisputed()
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.dispute =
                Some(Dispute { reason: self.reason.clone(), entry: act.seq, since: act.recorded_at });
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}

impl Rules for InvoiceDisputeResolved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.procurement.disputants(&self.invoice)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let invoice = state.procurement.invoice(&self.invoice)?;
        require(invoice.dispute.is_some(), Rule::S03, || {
            format!("invoice {} is not in dispute", self.invoice)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.dispute = None;
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}
