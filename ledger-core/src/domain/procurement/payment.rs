//! Invoices and payments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contract::priced;
use super::{Contract, Dispute, MoneyFact, PartyAmount, Procurement};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::correction::Effect;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{CertificateId, ContractId, InvoiceId, PaymentId, PublicKey, Reference};
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
    /// The amount that was paid, less what was refunded.
    pub paid: Money,
    /// Its payments.
    pub payments: Vec<PaymentId>,
    /// The amount of payments that was refunded.
    pub refunded: Money,
    /// The amount of advances that was settled against it.
    pub settled: Money,
    /// What each party bears of what is paid and settled, by its quantities of the goods that are charged.
    pub borne: Vec<PartyAmount>,
    /// The dispute about it, while it is open.
    pub dispute: Option<Dispute>,
    /// The certificate that exempts it from value added tax.
    pub exempted_by: Option<CertificateId>,
}

impl Invoice {
    /// What is paid and settled on it; `None` when it is too large to be said.
    pub fn covered(&self) -> Option<Money> {
        self.paid.plus(self.settled)
    }

    /// What was approved and neither paid nor settled. What was paid and refunded later is not owed any more.
    pub fn unpaid(&self) -> Money {
        let done = self.covered().and_then(|covered| covered.plus(self.refunded));
        let nothing = Money::zero(self.paid.currency());
        self.approved.zip(done).and_then(|(approved, done)| approved.minus(done)).unwrap_or(nothing)
    }

    /// Refuses while it is in dispute.
    pub(super) fn require_undisputed(&self) -> Result<(), Rejection> {
        require(self.dispute.is_none(), Rule::S03, || format!("invoice {} is in dispute", self.terms.invoice))
            .map_err(|rejection| rejection.remedy("resolve the dispute first"))
    }

    /// The amount that may be paid, when `more` still fits into it.
    pub(super) fn admit_more(&self, more: Money) -> Result<(), Rejection> {
        let id = &self.terms.invoice;
        let approved = self
            .approved
            .ok_or_else(|| Rejection::new(Rule::P06, format!("invoice {id} is not approved for payment")))?;
        let total = self.covered().and_then(|covered| covered.plus(more));
        require(total.is_some_and(|total| total.at_most(approved)), Rule::P06, || {
            let settled = match self.settled.is_zero() {
                true => String::new(),
                false => format!(", {} are settled from advances", self.settled),
            };
            format!(
                "{more} more would exceed the {approved} approved on invoice {id}; {} are paid{settled}",
                self.paid
            )
        })
    }
}

/// Refuses the word of an officer who signed the contract (domain.md SOD-1, P15).
pub(super) fn require_second_person(
    state: &State,
    contract: &Contract,
    author: &PublicKey,
    rule: Rule,
) -> Result<(), Rejection> {
    let himself = contract.signed_by.iter().any(|key| state.directory.same_person(key, author));
    require(!himself, rule, || {
        format!("who signed contract {} neither approves nor makes its payments", contract.terms.contract)
    })
    .map_err(|rejection| rejection.remedy("another officer of the party does it"))
}

/// Refuses a party that does not take part in the contract's programme.
pub(super) fn require_participant(
    procurement: &Procurement,
    contract: &Contract,
    party: Party,
) -> Result<(), Rejection> {
    let id = &contract.terms.programme;
    require(procurement.programme(id)?.ever_took_part(party), Rule::S05, || {
        format!("{party} does not take part in programme {id}")
    })
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

    /// Refuses to take back a payment of which something was refunded, or of a contract that is closed.
    pub(crate) fn require_sole(&self, id: &PaymentId) -> Result<(), Rejection> {
        let payment = self.payments.get(id).ok_or_else(|| Rejection::unknown("payment", id))?;
        self.of_invoice(&payment.invoice)?.0.require_open()?;
        let refund = self.refunds.iter().find(|(_, refund)| refund.payment.as_ref() == Some(id));
        match refund {
            None => Ok(()),
            Some((refund, _)) => {
                Err(Rejection::new(Rule::S03, format!("part of payment {id} came back in refund {refund}"))
                    .remedy("it was made; what is wrong with it is refunded"))
            }
        }
    }

    /// Takes back a payment by the correction in `entry`: what the parties bear of its invoice is less from there on.
    pub(crate) fn forget_payment(&mut self, id: &PaymentId, entry: u64) {
        let Some(payment) = self.payments.get(id).cloned() else { return };
        self.payments.remove(id);
        self.bank_refs.remove(&payment.bank_ref);
        if let Some(invoice) = self.invoices.get_mut(&payment.invoice) {
            invoice.paid = invoice.paid.minus(payment.amount).unwrap_or(invoice.paid);
            invoice.payments.retain(|known| known != id);
        }
        self.bear(entry, &payment.invoice, payment.payer, &MoneyFact::Payment(id.clone()));
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
        let contract = state.procurement.open_contract(&self.contract)?;
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
            let accepted = contract.chargeable(charged.line).unwrap_or(line.quantity.none());
            require(total.is_some_and(|total| total.at_most(accepted)), Rule::P05, || {
                format!(
                    "line {}: {} more are charged, {before} were before, {accepted} are accepted without reservation",
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
        let nothing = Money::zero(self.net.currency());
        let invoice = Invoice {
            terms: self.clone(),
            approved: None,
            paid: nothing,
            payments: Vec::new(),
            refunded: nothing,
            settled: nothing,
            borne: Vec::new(),
            dispute: None,
            exempted_by: None,
        };
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

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let (contract, invoice) = state.procurement.of_invoice(&self.invoice)?;
        require(invoice.approved.is_none(), Rule::S03, || {
            format!("invoice {} is approved already", self.invoice)
        })?;
        invoice.require_undisputed()?;
        require_second_person(state, contract, &act.author, Rule::Sod1)?;
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

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.payments.contains(&self.payment) {
            return Err(Rejection::taken("payment", &self.payment));
        }
        let (contract, invoice) = state.procurement.of_invoice(&self.invoice)?;
        contract.require_open()?;
        require_participant(&state.procurement, contract, self.payer)?;
        state.procurement.require_new_bank_ref(&self.bank_ref)?;
        require(!self.amount.is_zero(), Rule::S05, || "a payment of nothing".into())?;
        invoice.require_undisputed()?;
        invoice.admit_more(self.amount)?;
        require_second_person(state, contract, &act.author, Rule::P15)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.paid = invoice.paid.plus(self.amount).unwrap_or(invoice.paid);
            invoice.payments.push(self.payment.clone());
        }
        let fact = MoneyFact::Payment(self.payment.clone());
        state.procurement.bank_refs.insert(self.bank_ref.clone(), fact.clone());
        state.procurement.bear(act.seq, &self.invoice, self.payer, &fact);
        state.procurement.payments.insert(self.payment.clone(), self.clone());
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Paid { payment: self.payment.clone() })
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}
