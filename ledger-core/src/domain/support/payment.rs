//! Support that is repaid in cash: what the supplier invoices, and what the receiver pays.

use crate::domain::codes::DocumentKind;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{Reference, SupportOrderId};
use crate::domain::money::Money;
use crate::domain::party::PAYER;
use crate::domain::procurement::MoneyFact;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Date;

use super::{Repayment, SupportOrder};

events! {
    /// Invoice mutual support that was delivered, as the supplier
    SupportInvoiced {
        /// Number of the order
        order: SupportOrderId,
        /// The supplier's number of the invoice
        invoice: Reference,
        /// What is to be paid
        amount: Money,
    }

    /// Record that mutual support was paid; the payer's and the payee's payment authorisers sign
    SupportPaid {
        /// Number of the order
        order: SupportOrderId,
        /// What was paid
        amount: Money,
        /// The day on which the bank booked it
        value_date: Date,
        /// The bank's reference
        bank_ref: Reference,
    }
}

/// Refuses an amount of nothing, or one that brings what was counted so far above `most` (domain.md T13).
fn require_within(so_far: Money, amount: Money, most: Money, what: &str) -> Result<(), Rejection> {
    require(!amount.is_zero(), Rule::S05, || "an amount of nothing".into())?;
    let total = so_far.plus(amount);
    require(total.is_some_and(|total| total <= most), Rule::T13, || {
        format!("{amount} more would exceed the {most} {what}; {so_far} are counted already")
    })
}

impl Rules for SupportInvoiced {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.known_support(&self.order)?.terms.supplier, PAYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Invoice]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let order = state.known_support(&self.order)?;
        let repay = order.terms.repay;
        require(repay == Repayment::Cash, Rule::T13, || {
            format!("support order {} is repaid {repay}: nothing of it is invoiced", self.order)
        })?;
        let key = (order.terms.supplier, self.invoice.clone());
        if let Some(known) = state.support.support_invoices.get(&key) {
            let words = format!("invoice {} of {} stands for {known} already", self.invoice, key.0);
            return Err(Rejection::new(Rule::P07, words));
        }
        require_within(order.invoiced, self.amount, order.delivered_value(), "delivered")
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(order) = state.support.support_orders.get_mut(&self.order) else { return };
        order.invoiced = order.invoiced.plus(self.amount).unwrap_or(order.invoiced);
        let key = (order.terms.supplier, self.invoice.clone());
        state.support.support_invoices.insert(key, self.order.clone());
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Support(self.order.clone())]
    }
}

impl Rules for SupportPaid {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let SupportOrder { terms, .. } = state.known_support(&self.order)?;
        Ok(vec![Signer::of(terms.receiver, PAYER), Signer::of(terms.supplier, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let order = state.known_support(&self.order)?;
        state.procurement.require_new_bank_ref(&self.bank_ref)?;
        require_within(order.repaid, self.amount, order.invoiced, "invoiced")
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(order) = state.support.support_orders.get_mut(&self.order) {
            order.repaid = order.repaid.plus(self.amount).unwrap_or(order.repaid);
        }
        let fact = MoneyFact::Support(self.order.clone());
        state.procurement.bank_refs.insert(self.bank_ref.clone(), fact);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Support(self.order.clone())]
    }
}
