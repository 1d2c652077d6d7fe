//! Advances: money paid before the goods, what it was settled against, and what came back.

use serde::Serialize;

use super::payment::{require_participant, require_second_person};
use super::{Contract, MoneyFact, Procurement};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{AdvanceId, ContractId, InvoiceId, PaymentId, Reference, RefundId};
use crate::domain::money::Money;
use crate::domain::party::PAYER;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::Date;

events! {
    /// Record an advance paid under a contract that allows it, against a guarantee
    AdvancePaid {
        /// Number of the advance
        advance: AdvanceId,
        /// Number of the contract
        contract: ContractId,
        /// The party that paid
        payer: Party,
        /// The amount
        amount: Money,
        /// The day by which it is settled against an invoice or refunded
        settle_by: Date,
        /// The grant or funding agreement out of which it is paid
        agreement: Reference,
        /// The day on which the bank booked it
        value_date: Date,
        /// The bank's reference
        bank_ref: Reference,
    }

    /// Settle an advance against an approved invoice: so much less is paid on it
    AdvanceSettled {
        /// Number of the advance
        advance: AdvanceId,
        /// Number of the invoice
        invoice: InvoiceId,
        /// The amount
        amount: Money,
    }

    /// Record that the supplier refunded a payment or an advance
    RefundReceived {
        /// Number of the refund
        refund: RefundId,
        /// The payment that it is a refund of, if it is of one
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payment: Option<PaymentId>,
        /// The advance that it is a refund of, if it is of one
        #[serde(default, skip_serializing_if = "Option::is_none")]
        advance: Option<AdvanceId>,
        /// The amount
        amount: Money,
        /// Why
        reason: Text,
        /// The day on which the bank booked it
        value_date: Date,
        /// The bank's reference
        bank_ref: Reference,
    }
}

/// An advance and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Advance {
    /// What was paid, and by when it is settled.
    pub terms: AdvancePaid,
    /// The entry that paid it.
    pub paid_in: u64,
    /// How much was settled against invoices.
    pub settled: Money,
    /// How much was refunded.
    pub refunded: Money,
}

impl Advance {
    /// How much is neither settled nor refunded.
    pub fn open(&self) -> Money {
        let nothing = Money::zero(self.terms.amount.currency());
        let left = self.terms.amount.minus(self.settled).and_then(|left| left.minus(self.refunded));
        left.unwrap_or(nothing)
    }

    /// True when something of it was to be settled before `day` (domain.md P08).
    pub fn is_overdue(&self, day: Date) -> bool {
        !self.open().is_zero() && self.terms.settle_by < day
    }

    fn admit_less(&self, amount: Money) -> Result<(), Rejection> {
        let open = self.open();
        require(amount.at_most(open), Rule::P08, || {
            format!("{amount} is more than the {open} of advance {} that are open", self.terms.advance)
        })
    }
}

impl Procurement {
    fn advance(&self, id: &AdvanceId) -> Result<&Advance, Rejection> {
        self.advances.get(id).ok_or_else(|| Rejection::unknown("advance", id))
    }

    /// The advances of a contract.
    pub(super) fn advances_of(&self, contract: &Contract) -> impl Iterator<Item = &Advance> {
        contract.dossier.advances.iter().filter_map(|id| self.advances.get(id))
    }

    /// What is paid in advance under a contract, over all payers, less what was refunded.
    fn advanced(&self, contract: &Contract, more: Money) -> Option<Money> {
        self.advances_of(contract)
            .try_fold(more, |sum, advance| sum.plus(advance.terms.amount.minus(advance.refunded)?))
    }

    /// Refuses a bank reference that stands for a fact already (domain.md P07).
    pub(crate) fn require_new_bank_ref(&self, bank_ref: &Reference) -> Result<(), Rejection> {
        match self.bank_refs.get(bank_ref) {
            None => Ok(()),
            Some(fact) => {
                Err(Rejection::new(Rule::P07, format!("bank reference {bank_ref} stands for {fact} already")))
            }
        }
    }
}

impl State {
    /// All advances.
    pub fn advances(&self) -> impl Iterator<Item = (&AdvanceId, &Advance)> {
        self.procurement.advances.iter()
    }

    /// One advance.
    pub fn advance(&self, id: &AdvanceId) -> Option<&Advance> {
        self.procurement.advances.get(id)
    }

    /// The advances of a contract, in the order in which they were paid.
    pub fn advances_of<'a>(
        &'a self,
        contract: &'a Contract,
    ) -> impl Iterator<Item = (&'a AdvanceId, &'a Advance)> {
        contract.dossier.advances.iter().filter_map(|id| Some((id, self.advance(id)?)))
    }

    /// How much of a payment was refunded; `None` when there is no such payment.
    pub fn refunded(&self, id: &PaymentId) -> Option<Money> {
        Some(self.procurement.refunded(id, self.payment(id)?.amount))
    }

    fn subjects_of_advance(&self, id: &AdvanceId) -> Vec<Subject> {
        self.advance(id).map_or_else(Vec::new, |advance| self.subjects_of_contract(&advance.terms.contract))
    }
}

impl Rules for AdvancePaid {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.payer, PAYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Guarantee]
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.payer]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let procurement = &state.procurement;
        if procurement.advances.contains(&self.advance) {
            return Err(Rejection::taken("advance", &self.advance));
        }
        let contract = procurement.open_contract(&self.contract)?;
        require_participant(procurement, contract, self.payer)?;
        procurement.require_new_bank_ref(&self.bank_ref)?;
        require(!self.amount.is_zero(), Rule::S05, || "an advance of nothing".into())?;
        let today = act.recorded_at.date();
        require(self.settle_by >= today, Rule::S05, || {
            format!("the advance would have been settled by {}, before it is recorded", self.settle_by)
        })?;
        let cap = contract.supply.as_ref().and_then(|supply| supply.advance_cap).ok_or_else(|| {
            Rejection::new(Rule::P06, format!("contract {} allows no advance", self.contract))
                .remedy("agree on an advance cap in SupplyTermsAgreed")
        })?;
        let total = procurement.advanced(contract, self.amount);
        require(total.is_some_and(|total| total.at_most(cap)), Rule::P06, || {
            format!("{} more would exceed the {cap} that may be paid in advance", self.amount)
        })?;
        if let Some(late) = procurement.advances_of(contract).find(|advance| advance.is_overdue(today)) {
            return Err(Rejection::new(
                Rule::P08,
                format!(
                    "advance {} was to be settled by {}, and {} of it are open",
                    late.terms.advance,
                    late.terms.settle_by,
                    late.open()
                ),
            )
            .remedy("settle it against an invoice, or record its refund"));
        }
        require_second_person(state, contract, &act.author, Rule::P15)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.dossier.advances.push(self.advance.clone());
        }
        let fact = MoneyFact::Advance(self.advance.clone());
        state.procurement.bank_refs.insert(self.bank_ref.clone(), fact);
        let nothing = Money::zero(self.amount.currency());
        let advance = Advance { terms: self.clone(), paid_in: act.seq, settled: nothing, refunded: nothing };
        state.procurement.advances.insert(self.advance.clone(), advance);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for AdvanceSettled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.advance(&self.advance)?.terms.payer, PAYER)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let advance = state.procurement.advance(&self.advance)?;
        let (contract, invoice) = state.procurement.of_invoice(&self.invoice)?;
        require(advance.terms.contract == contract.terms.contract, Rule::S05, || {
            format!("advance {} and invoice {} belong to different contracts", self.advance, self.invoice)
        })?;
        require(!self.amount.is_zero(), Rule::S05, || "a settlement of nothing".into())?;
        advance.admit_less(self.amount)?;
        invoice.require_undisputed()?;
        invoice.admit_more(self.amount)?;
        require_second_person(state, contract, &act.author, Rule::P15)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(advance) = state.procurement.advances.get_mut(&self.advance) else { return };
        advance.settled = advance.settled.plus(self.amount).unwrap_or(advance.settled);
        let payer = advance.terms.payer;
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.settled = invoice.settled.plus(self.amount).unwrap_or(invoice.settled);
        }
        let fact = MoneyFact::Advance(self.advance.clone());
        state.procurement.bear(act.seq, &self.invoice, payer, &fact);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_advance(&self.advance)
    }
}

/// What a refund gives back.
enum Source<'a> {
    Payment(&'a PaymentId),
    Advance(&'a AdvanceId),
}

impl RefundReceived {
    fn source(&self) -> Result<Source<'_>, Rejection> {
        match (&self.payment, &self.advance) {
            (Some(payment), None) => Ok(Source::Payment(payment)),
            (None, Some(advance)) => Ok(Source::Advance(advance)),
            _ => Err(Rejection::new(Rule::S05, "a refund is of one payment or of one advance")),
        }
    }
}

impl Rules for RefundReceived {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let payer = match self.source()? {
            Source::Payment(id) => state.procurement.payment(id)?.payer,
            Source::Advance(id) => state.procurement.advance(id)?.terms.payer,
        };
        Ok(vec![Signer::of(payer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.refunds.contains(&self.refund) {
            return Err(Rejection::taken("refund", &self.refund));
        }
        state.procurement.require_new_bank_ref(&self.bank_ref)?;
        require(!self.amount.is_zero(), Rule::S05, || "a refund of nothing".into())?;
        match self.source()? {
            Source::Payment(id) => {
                let paid = state.procurement.payment(id)?.amount;
                let before = state.procurement.refunded(id, paid);
                let total = before.plus(self.amount);
                require(total.is_some_and(|total| total.at_most(paid)), Rule::P06, || {
                    format!("{} more than the {paid} of payment {id} would be refunded", self.amount)
                })
            }
            Source::Advance(id) => state.procurement.advance(id)?.admit_less(self.amount),
        }
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let procurement = &mut state.procurement;
        let fact = MoneyFact::Refund(self.refund.clone());
        procurement.bank_refs.insert(self.bank_ref.clone(), fact.clone());
        procurement.refunds.insert(self.refund.clone(), self.clone());
        match self.source() {
            Ok(Source::Payment(id)) => {
                let Some(paid) = procurement.payments.get(id).cloned() else { return };
                if let Some(invoice) = procurement.invoices.get_mut(&paid.invoice) {
                    invoice.paid = invoice.paid.minus(self.amount).unwrap_or(invoice.paid);
                    invoice.refunded = invoice.refunded.plus(self.amount).unwrap_or(invoice.refunded);
                }
                procurement.bear(act.seq, &paid.invoice, paid.payer, &fact);
            }
            Ok(Source::Advance(id)) => {
                if let Some(advance) = procurement.advances.get_mut(id) {
                    advance.refunded = advance.refunded.plus(self.amount).unwrap_or(advance.refunded);
                }
            }
            Err(_) => {}
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        match self.source() {
            Ok(Source::Payment(id)) => {
                state.payment(id).map_or_else(Vec::new, |payment| state.subjects_of_invoice(&payment.invoice))
            }
            Ok(Source::Advance(id)) => state.subjects_of_advance(id),
            Err(_) => Vec::new(),
        }
    }
}
