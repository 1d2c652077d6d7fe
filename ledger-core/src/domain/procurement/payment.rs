//! Invoices and payments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Procurement;
use super::contract::priced;
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::correction::Effect;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, InvoiceId, PaymentId, Reference};
use crate::domain::money::Money;
use crate::domain::party::PAYER;
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Date;

/// How much of a contract line an invoice charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceLine {
    /// Number of the contract line
    pub line: u32,
    /// How much of it is charged
    pub quantity: Quantity,
}

events! {
    /// Register a supplier's invoice
    InvoiceRegistered {
        /// Number of the invoice in this ledger
        invoice: InvoiceId,
        /// Number of the contract
        contract: ContractId,
        /// The supplier's own invoice number
        supplier_invoice_no: Reference,
        /// What is charged
        lines: Vec<InvoiceLine>,
        /// The amount without value added tax
        net: Money,
        /// Value added tax
        vat: Money,
    }

    /// Approve an amount of an invoice for payment
    InvoiceApproved {
        /// Number of the invoice
        invoice: InvoiceId,
        /// The amount that may be paid on it, over all payments
        amount: Money,
    }

    /// Record an executed payment on an approved invoice
    PaymentExecuted {
        /// Number of the payment
        payment: PaymentId,
        /// Number of the invoice
        invoice: InvoiceId,
        /// The party that paid
        payer: Party,
        /// The amount
        amount: Money,
        /// The day on which the bank booked it
        value_date: Date,
        /// The bank's reference
        bank_ref: Reference,
    }
}

/// An invoice and what was paid on it.
#[derive(Debug, Clone, Serialize)]
pub struct Invoice {
    /// What was registered.
    pub terms: InvoiceRegistered,
    /// The amount that may be paid.
    pub approved: Option<Money>,
    /// The amount that was paid.
    pub paid: Money,
    /// Its payments.
    pub payments: Vec<PaymentId>,
}

impl Procurement {
    /// Takes back an invoice that nobody approved.
    pub(crate) fn forget_invoice(&mut self, id: &InvoiceId) {
        let Some(Invoice { terms, .. }) = self.invoices.get(id).cloned() else { return };
        self.invoices.remove(id);
        let Some(contract) = self.contracts.get_mut(&terms.contract) else { return };
        contract.invoices.retain(|known| known != id);
        for charged in &terms.lines {
            if let Some(sum) = contract.invoiced.get_mut(&charged.line) {
                *sum = sum.minus(charged.quantity).unwrap_or(*sum);
            }
        }
        self.invoice_numbers.remove(&(contract.terms.supplier, terms.supplier_invoice_no));
    }

    /// Takes back a payment.
    pub(crate) fn forget_payment(&mut self, id: &PaymentId) {
        let Some(payment) = self.payments.get(id).cloned() else { return };
        self.payments.remove(id);
        self.bank_refs.remove(&payment.bank_ref);
        if let Some(invoice) = self.invoices.get_mut(&payment.invoice) {
            invoice.paid = invoice.paid.minus(payment.amount).unwrap_or(invoice.paid);
            invoice.payments.retain(|known| known != id);
        }
    }
}

impl Rules for InvoiceRegistered {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.contract(&self.contract)?.terms.buyer, PAYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Invoice]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.invoices.contains(&self.invoice) {
            return Err(Rejection::taken("invoice", &self.invoice));
        }
        let contract = state.procurement.contract(&self.contract)?;
        let number = (contract.terms.supplier, self.supplier_invoice_no.clone());
        if let Some(known) = state.procurement.invoice_numbers.get(&number) {
            return Err(Rejection::new(
                Rule::P07,
                format!("supplier {} sent invoice {} before: it is {known}", number.0, number.1),
            ));
        }
        require(!self.lines.is_empty(), Rule::S05, || "an invoice charges at least one line".into())?;
        let rising = self.lines.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
        require(rising, Rule::S05, || "the lines stand in the order of their numbers, each once".into())?;
        let mut allowed = Money::zero(self.net.currency());
        for charged in &self.lines {
            let line = contract.known_line(charged.line)?;
            let before = contract.invoiced.get(&charged.line).copied().unwrap_or(line.quantity.none());
            let total = before.plus(charged.quantity);
            let accepted = contract.accepted(charged.line).unwrap_or(line.quantity.none());
            require(total.is_some_and(|total| total.at_most(accepted)), Rule::P05, || {
                format!(
                    "line {}: {} more are charged, {before} were before, {accepted} are accepted",
                    charged.line, charged.quantity
                )
            })?;
            // The price of all that is charged by then, less the price of what was charged before: rounding
            // each invoice for itself would let many small ones exceed the whole.
            let price = total
                .and_then(|total| priced(total, line.unit_price))
                .zip(priced(before, line.unit_price))
                .and_then(|(all, before)| all.minor().checked_sub(before.minor()))
                .and_then(|minor| Money::new(minor, line.unit_price.currency()).ok())
                .and_then(|price| allowed.plus(price));
            allowed = price.ok_or_else(|| {
                Rejection::new(
                    Rule::S05,
                    "the invoice is in another currency than the contract, or too large",
                )
            })?;
        }
        require(self.net.minor() <= allowed.minor(), Rule::P05, || {
            format!("{} are charged for goods worth {allowed}", self.net)
        })?;
        require(self.net.plus(self.vat).is_some(), Rule::S05, || {
            "net amount and value added tax have different currencies".into()
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(contract) = state.procurement.contracts.get_mut(&self.contract) else { return };
        contract.invoices.push(self.invoice.clone());
        for charged in &self.lines {
            let sum = contract.invoiced.entry(charged.line).or_insert(charged.quantity.none());
            *sum = sum.plus(charged.quantity).unwrap_or(*sum);
        }
        let number = (contract.terms.supplier, self.supplier_invoice_no.clone());
        state.procurement.invoice_numbers.insert(number, self.invoice.clone());
        let paid = Money::zero(self.net.currency());
        let invoice = Invoice { terms: self.clone(), approved: None, paid, payments: Vec::new() };
        state.procurement.invoices.insert(self.invoice.clone(), invoice);
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Invoiced { invoice: self.invoice.clone() })
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for InvoiceApproved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let (contract, _) = state.procurement.of_invoice(&self.invoice)?;
        Ok(vec![Signer::of(contract.terms.buyer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (_, invoice) = state.procurement.of_invoice(&self.invoice)?;
        require(invoice.approved.is_none(), Rule::S03, || {
            format!("invoice {} is approved already", self.invoice)
        })?;
        let total = invoice.terms.net.plus(invoice.terms.vat);
        let within = total.is_some_and(|total| {
            total.currency() == self.amount.currency() && self.amount.minor() <= total.minor()
        });
        require(within, Rule::P06, || {
            format!("{} is more than invoice {} asks for", self.amount, self.invoice)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.approved = Some(self.amount);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}

impl Rules for PaymentExecuted {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.payer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.payments.contains(&self.payment) {
            return Err(Rejection::taken("payment", &self.payment));
        }
        let (contract, invoice) = state.procurement.of_invoice(&self.invoice)?;
        let programme = state.procurement.programme(&contract.terms.programme)?;
        require(programme.participants.contains_key(&self.payer), Rule::S05, || {
            format!("{} does not take part in programme {}", self.payer, contract.terms.programme)
        })?;
        if let Some(known) = state.procurement.bank_refs.get(&self.bank_ref) {
            return Err(Rejection::new(
                Rule::P07,
                format!("bank reference {} stands for payment {known} already", self.bank_ref),
            ));
        }
        require(!self.amount.is_zero(), Rule::S05, || "a payment of nothing".into())?;
        let approved = invoice.approved.ok_or_else(|| {
            Rejection::new(Rule::P06, format!("invoice {} is not approved for payment", self.invoice))
        })?;
        let total = invoice.paid.plus(self.amount);
        require(total.is_some_and(|total| total.minor() <= approved.minor()), Rule::P06, || {
            format!(
                "{} more would exceed the {approved} approved on invoice {}; {} are paid",
                self.amount, self.invoice, invoice.paid
            )
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.paid = invoice.paid.plus(self.amount).unwrap_or(invoice.paid);
            invoice.payments.push(self.payment.clone());
        }
        state.procurement.bank_refs.insert(self.bank_ref.clone(), self.payment.clone());
        state.procurement.payments.insert(self.payment.clone(), self.clone());
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Paid { payment: self.payment.clone() })
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}
