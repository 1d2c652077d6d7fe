//! Money: for each ministry what it paid, bears, is owed and owes, and, as memoranda, what it has bound itself to.

use std::collections::BTreeMap;

use super::{Account, Balances, Book, Commodity, add};
use crate::domain::ids::{ContractId, ProgrammeId, SupportOrderId};
use crate::domain::money::{Currency, Money};
use crate::domain::procurement::{Contract, Invoice};
use crate::domain::support::Repayment;
use crate::domain::{Event, Party, State};

/// What leaves and enters a ministry's bank.
const BANK: &str = "bank";
/// The other side of memoranda.
const CONTRA: &str = "memo:contra";
/// What a payer bears alone, because it could not be shared out.
const UNSHARED: &str = "cost:not shared";

/// Adds to a ministry's account.
fn post(balances: &mut Balances, party: Party, name: impl Into<String>, amount: Money, sign: i128) {
    let account = Account {
        book: Book::Money(party),
        name: name.into(),
        commodity: Commodity::Money(amount.currency()),
    };
    add(balances, account, i128::from(amount.minor()).saturating_mul(sign));
}

/// Notes what a ministry is bound to. No money has moved.
fn note(balances: &mut Balances, party: Party, name: String, amount: Money) {
    post(balances, party, format!("memo:{name}"), amount, 1);
    post(balances, party, CONTRA, amount, -1);
}

/// True when an event may change what the parties owe one another.
pub(super) const fn is_between(event: &Event) -> bool {
    matches!(
        event,
        Event::PaymentExecuted(_)
            | Event::AdvanceSettled(_)
            | Event::RefundReceived(_)
            | Event::CostShareAssessed(_)
            | Event::CorrectionRecorded(_)
            | Event::SettlementRunClosed(_)
            | Event::SettlementPaid(_)
    )
}

/// What was paid to the supplier and came back, and what each party bears of it.
pub(super) fn of_contract(state: &State, id: &ContractId, balances: &mut Balances) {
    let Some(contract) = state.contract(id) else { return };
    for (party, part) in contract.parts().unwrap_or_default() {
        note(balances, party, format!("ordered:contract:{id}"), part);
    }
    for invoice in contract.invoices.iter().filter_map(|id| state.invoice(id)) {
        of_invoice(state, contract, invoice, balances);
    }
    for (number, advance) in state.advances_of(contract) {
        let (payer, paid) = (advance.terms.payer, advance.terms.amount);
        post(balances, payer, BANK, paid, -1);
        post(balances, payer, BANK, advance.refunded, 1);
        post(balances, payer, format!("advance:contract:{id}:{number}"), advance.open(), 1);
    }
}

fn of_invoice(state: &State, contract: &Contract, invoice: &Invoice, balances: &mut Balances) {
    let id = &contract.terms.contract;
    let to_pay = format!("to pay:contract:{id}:invoice {}", invoice.terms.invoice);
    note(balances, contract.terms.buyer, to_pay, invoice.unpaid());
    for (number, payment) in invoice.payments.iter().filter_map(|id| Some((id, state.payment(id)?))) {
        post(balances, payment.payer, BANK, payment.amount, -1);
        let refunded = state.refunded(number).unwrap_or(Money::zero(payment.amount.currency()));
        post(balances, payment.payer, BANK, refunded, 1);
    }
    for part in &invoice.borne {
        post(balances, part.party, format!("cost:contract:{id}"), part.amount, 1);
    }
}

/// What the parties have set aside for a programme, and how its common cost is shared.
pub(super) fn of_programme(state: &State, id: &ProgrammeId, balances: &mut Balances) {
    let Some(programme) = state.programme(id) else { return };
    for commitment in programme.commitments.iter().filter_map(|id| state.commitment(id)) {
        note(balances, commitment.party, format!("committed:programme:{id}"), commitment.amount);
    }
    for withdrawal in &programme.withdrawals {
        note(balances, withdrawal.party, format!("leaving:programme:{id}"), withdrawal.settled_liability);
    }
    let lead = programme.terms.lead;
    for part in programme.pools.values().flatten().filter(|part| part.party != lead) {
        let name = format!("cost:common:programme:{id}");
        post(balances, part.party, name.as_str(), part.amount, 1);
        // The lead nation laid it out, outside the ledger, and gets it back.
        post(balances, lead, name, part.amount, -1);
    }
}

/// Mutual support that is repaid in cash. Other support moves goods alone.
pub(super) fn of_support(state: &State, id: &SupportOrderId, balances: &mut Balances) {
    let Some(order) = state.support_order(id) else { return };
    if order.terms.repay != Repayment::Cash {
        return;
    }
    let (supplier, receiver) = (order.terms.supplier, order.terms.receiver);
    let open = order.invoiced.minus(order.repaid).unwrap_or(Money::zero(order.invoiced.currency()));
    post(balances, supplier, format!("income:support:{id}"), order.invoiced, -1);
    post(balances, supplier, format!("receivable:{receiver}:support:{id}"), open, 1);
    post(balances, supplier, BANK, order.repaid, 1);
    post(balances, receiver, format!("cost:support:{id}"), order.invoiced, 1);
    post(balances, receiver, format!("payable:{supplier}:support:{id}"), open, -1);
    post(balances, receiver, BANK, order.repaid, -1);
}

/// What the parties owe one another by facts, what of it was netted, and what of that was paid.
pub(super) fn between(state: &State, balances: &mut Balances) {
    for due in state.dues().flat_map(|(_, dues)| dues) {
        post(balances, due.creditor, format!("receivable:{}", due.debtor), due.amount, 1);
        post(balances, due.debtor, format!("payable:{}", due.creditor), due.amount, -1);
    }
    for (id, settlement) in state.settlements() {
        for net in &settlement.nets {
            let (debtor, creditor, open) = (net.debtor, net.creditor, net.open());
            post(balances, creditor, format!("receivable:{debtor}:settlement:{id}"), open, 1);
            post(balances, creditor, BANK, net.paid, 1);
            post(balances, creditor, "netted", net.amount, -1);
            post(balances, debtor, format!("payable:{creditor}:settlement:{id}"), open, -1);
            post(balances, debtor, BANK, net.paid, -1);
            post(balances, debtor, "netted", net.amount, 1);
        }
    }
}

/// Closes each book in each currency: what is paid and neither borne by the parties nor owed by anybody is the payer's
/// own cost. There is such a thing only where the parts of an invoice cannot be said.
pub(super) fn close_books(balances: &mut Balances) {
    let mut sums: BTreeMap<(Party, Currency), i128> = BTreeMap::new();
    for (account, amount) in balances.iter() {
        if let (Book::Money(party), Commodity::Money(currency)) = (account.book, &account.commodity) {
            let sum = sums.entry((party, *currency)).or_insert(0);
            *sum = sum.saturating_add(*amount);
        }
    }
    for ((party, currency), sum) in sums {
        let commodity = Commodity::Money(currency);
        add(
            balances,
            Account { book: Book::Money(party), name: UNSHARED.to_owned(), commodity },
            sum.saturating_neg(),
        );
    }
}
