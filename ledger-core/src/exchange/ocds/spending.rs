//! What is paid: transactions; and invoices, which the standard does not know, as milestones of kind `payment`.

use super::progress::Milestone;
use super::sheet::{Org, Sheet, first_of, value, with_id};
use super::{Publication, Reversible};
use crate::domain::correction::CorrectionRecorded;
use crate::domain::ids::{ContractId, InvoiceId};
use crate::domain::money::Money;
use crate::domain::procurement::{
    AdvancePaid, Contract, Invoice, InvoiceRegistered, PaymentExecuted, RefundReceived,
};
use crate::domain::time::Date;
use crate::exchange::json::Json;

/// Money that moved.
struct Transaction {
    id: String,
    day: Date,
    amount: Money,
    payer: Org,
    payee: Org,
}

/// How far an invoice is paid.
fn milestone(invoice: &Invoice) -> Milestone {
    let terms = &invoice.terms;
    let covered = invoice.covered().is_some_and(|covered| !covered.is_zero());
    let status = match invoice.approved {
        Some(_) if invoice.unpaid().is_zero() => "met",
        _ if covered => "partiallyMet",
        _ => "scheduled",
    };
    let approved = invoice.approved.map_or_else(String::new, |amount| format!("; {amount} approved"));
    let dispute = invoice.dispute.as_ref().map_or("", |_| "; in dispute");
    Milestone {
        id: format!("invoice:{}", terms.invoice),
        kind: "payment",
        title: format!("Invoice {} of the supplier", terms.supplier_invoice_no),
        description: Some(format!("{} and value added tax {}{approved}{dispute}", terms.net, terms.vat)),
        status,
    }
}

impl Publication {
    pub(super) fn invoice_registered(&mut self, event: &InvoiceRegistered, sheet: &mut Sheet<'_>) {
        let did = Reversible::Invoice(event.contract.clone(), event.invoice.clone());
        self.reversible.entry(sheet.act.seq).or_default().push(did);
        self.invoice(&event.invoice, sheet);
    }

    /// How an invoice is now.
    pub(super) fn invoice(&mut self, id: &InvoiceId, sheet: &mut Sheet<'_>) {
        let Some(invoice) = sheet.state.invoice(id) else { return };
        let Some(contract) = sheet.state.contract(&invoice.terms.contract) else { return };
        self.progress(contract, [milestone(invoice)], sheet);
    }

    pub(super) fn advance_paid(&mut self, event: &AdvancePaid, sheet: &mut Sheet<'_>) {
        let Some(contract) = sheet.state.contract(&event.contract) else { return };
        let transaction = Transaction {
            id: format!("advance:{}", event.advance),
            day: event.value_date,
            amount: event.amount,
            payer: Org::Party(event.payer),
            payee: Org::Supplier(contract.terms.supplier),
        };
        self.transaction(contract, transaction, sheet);
    }

    pub(super) fn payment(&mut self, event: &PaymentExecuted, sheet: &mut Sheet<'_>) {
        let Some(invoice) = sheet.state.invoice(&event.invoice) else { return };
        let Some(contract) = sheet.state.contract(&invoice.terms.contract) else { return };
        let id = format!("payment:{}", event.payment);
        let did = Reversible::Payment(contract.terms.contract.clone(), id.clone());
        self.reversible.entry(sheet.act.seq).or_default().push(did);
        let transaction = Transaction {
            id,
            day: event.value_date,
            amount: event.amount,
            payer: Org::Party(event.payer),
            payee: Org::Supplier(contract.terms.supplier),
        };
        self.transaction(contract, transaction, sheet);
        self.invoice(&event.invoice, sheet);
    }

    pub(super) fn refund(&mut self, event: &RefundReceived, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let payment = event.payment.as_ref().and_then(|id| state.payment(id));
        let advance = event.advance.as_ref().and_then(|id| state.advance(id));
        let of_payment =
            payment.and_then(|paid| Some((&state.invoice(&paid.invoice)?.terms.contract, paid.payer)));
        let of_advance = advance.map(|known| (&known.terms.contract, known.terms.payer));
        let Some((contract, to)) = of_payment.or(of_advance) else { return };
        let Some(contract) = state.contract(contract) else { return };
        let transaction = Transaction {
            id: format!("refund:{}", event.refund),
            day: event.value_date,
            amount: event.amount,
            payer: Org::Supplier(contract.terms.supplier),
            payee: Org::Party(to),
        };
        self.transaction(contract, transaction, sheet);
        if let Some(paid) = payment {
            self.invoice(&paid.invoice, sheet);
        }
    }

    fn transaction(&mut self, contract: &Contract, transaction: Transaction, sheet: &mut Sheet<'_>) {
        let Some((index, spot)) = self.progress(contract, [], sheet) else { return };
        let state = sheet.state;
        let draft = sheet.draft(index);
        let payer = draft.org(transaction.payer, &["payer"], state);
        let payee = draft.org(transaction.payee, &["payee"], state);
        let said = Json::object([
            ("date", Some(first_of(transaction.day))),
            ("value", Some(value(transaction.amount))),
            ("payer", Some(payer)),
            ("payee", Some(payee)),
        ]);
        let list = Json::List(vec![with_id(transaction.id, said)]);
        let implementation = Json::object([("transactions", Some(list))]);
        draft.add(&spot.contract(Json::object([("implementation", Some(implementation))])));
    }

    /// What a correction took back: a payment is one of nothing from here on, an invoice stands for nothing.
    pub(super) fn correction(&mut self, event: &CorrectionRecorded, sheet: &mut Sheet<'_>) {
        for wrong in self.reversible.remove(&event.entry).unwrap_or_default() {
            match wrong {
                Reversible::Payment(contract, id) => self.payment_taken_back(&contract, id, sheet),
                Reversible::Invoice(contract, id) => self.invoice_taken_back(&contract, &id, sheet),
            }
        }
    }

    fn payment_taken_back(&mut self, contract: &ContractId, id: String, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let Some(contract) = state.contract(contract) else { return };
        let Some((index, spot)) = self.progress(contract, [], sheet) else { return };
        let nothing = Json::object([("value", Some(Json::object([("amount", Some(Json::whole(0_u32)))])))]);
        let list = Json::List(vec![with_id(id, nothing)]);
        let implementation = Json::object([("transactions", Some(list))]);
        sheet.draft(index).add(&spot.contract(Json::object([("implementation", Some(implementation))])));
        // Which invoice it was on is not known any more: all of the contract say how they are.
        for invoice in &contract.invoices {
            self.invoice(invoice, sheet);
        }
    }

    fn invoice_taken_back(&mut self, contract: &ContractId, id: &InvoiceId, sheet: &mut Sheet<'_>) {
        let Some(contract) = sheet.state.contract(contract) else { return };
        let Some((index, spot)) = self.progress(contract, [], sheet) else { return };
        let words = format!("Taken back in entry {}: it was recorded wrongly", sheet.entry);
        let off = Json::object([("description", Some(Json::Text(words))), ("status", Some(Json::Null))]);
        let milestones = vec![with_id(format!("invoice:{id}"), off)];
        sheet.draft(index).add(&spot.milestones(milestones));
    }
}
