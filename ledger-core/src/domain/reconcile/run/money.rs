//! The ledger's side of the runs about money: R4 bank, R5 advances, R6 what parties owe one another.

use super::facts::Fact;
use super::flaws::Known;
use super::{Facts, Note, Record, Terms, Value};
use crate::domain::codes::{Ncage, Party};
use crate::domain::event::Event;
use crate::domain::ids::{ContractId, InvoiceId};
use crate::domain::money::Money;
use crate::domain::procurement::{NetAmount, RefundReceived};
use crate::domain::state::State;
use crate::domain::status::MatterKind;
use crate::domain::support::Repayment;
use crate::domain::time::{Date, Timestamp};

/// What stands for facts that are in no settlement yet.
pub(super) const UNSETTLED: &str = "UNSETTLED";

/// One movement of money.
struct Paid {
    value_date: Date,
    amount: Money,
    debtor: String,
    creditor: String,
    bank_ref: String,
    remittance: String,
    occurred_at: Timestamp,
    shares: u32,
}

/// R4: what the ministry paid and was paid.
pub(super) fn bank(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let paid = facts.standing(state).filter_map(|fact| Some((fact, paid(state, fact)?)));
    let ours = |paid: &Paid| [&paid.debtor, &paid.creditor].iter().any(|side| *side == terms.party.as_str());
    paid.filter(|(_, paid)| ours(paid))
        .map(|(Fact { entry, waits, .. }, paid)| {
            let note = if waits {
                known.waiting(entry, paid.occurred_at)
            } else {
                known.note(entry, paid.occurred_at)
            };
            let note = Note { shares: paid.shares, ..note };
            let values = vec![
                Value::Day(paid.value_date),
                Value::Number(paid.amount.minor().into()),
                Value::word(paid.amount.currency()),
                Value::word(paid.debtor),
                Value::word(paid.creditor),
                Value::word(paid.bank_ref),
                Value::word(paid.remittance),
            ];
            Record { values, row: 0, note: Some(Box::new(note)) }
        })
        .collect()
}

fn supplier(state: &State, contract: &ContractId) -> Option<Ncage> {
    state.contract(contract).map(|contract| contract.terms.supplier)
}

fn supplier_of_invoice(state: &State, invoice: &InvoiceId) -> Option<Ncage> {
    supplier(state, &state.invoice(invoice)?.terms.contract)
}

fn paid(state: &State, fact: Fact<'_>) -> Option<Paid> {
    let paid = match fact.event {
        Event::PaymentExecuted(event) => {
            let invoice = state.invoice(&event.invoice)?;
            Paid {
                value_date: event.value_date,
                amount: event.amount,
                debtor: event.payer.to_string(),
                creditor: supplier_of_invoice(state, &event.invoice)?.to_string(),
                bank_ref: event.bank_ref.to_string(),
                remittance: invoice.terms.supplier_invoice_no.to_string(),
                occurred_at: event.occurred_at,
                shares: u32::try_from(invoice.borne.len()).unwrap_or(u32::MAX).max(1),
            }
        }
        Event::AdvancePaid(event) => Paid {
            value_date: event.value_date,
            amount: event.amount,
            debtor: event.payer.to_string(),
            creditor: supplier(state, &event.contract)?.to_string(),
            bank_ref: event.bank_ref.to_string(),
            remittance: event.advance.to_string(),
            occurred_at: event.occurred_at,
            shares: 1,
        },
        Event::RefundReceived(event) => {
            let (payer, supplier) = refunded(state, event)?;
            Paid {
                value_date: event.value_date,
                amount: event.amount,
                debtor: supplier.to_string(),
                creditor: payer.to_string(),
                bank_ref: event.bank_ref.to_string(),
                remittance: event.refund.to_string(),
                occurred_at: event.occurred_at,
                shares: 1,
            }
        }
        Event::SettlementPaid(event) => Paid {
            value_date: event.value_date,
            amount: event.amount,
            debtor: event.from.to_string(),
            creditor: event.to.to_string(),
            bank_ref: event.bank_ref.to_string(),
            remittance: event.settlement.to_string(),
            occurred_at: event.occurred_at,
            shares: 1,
        },
        Event::SupportPaid(event) => {
            let order = state.support_order(&event.order)?;
            Paid {
                value_date: event.value_date,
                amount: event.amount,
                debtor: order.terms.receiver.to_string(),
                creditor: order.terms.supplier.to_string(),
                bank_ref: event.bank_ref.to_string(),
                remittance: event.order.to_string(),
                occurred_at: event.occurred_at,
                shares: 1,
            }
        }
        _ => return None,
    };
    Some(paid)
}

/// Who gets a refund, and from whom.
fn refunded(state: &State, refund: &RefundReceived) -> Option<(Party, Ncage)> {
    if let Some(payment) = refund.payment.as_ref().and_then(|id| state.payment(id)) {
        return Some((payment.payer, supplier_of_invoice(state, &payment.invoice)?));
    }
    let advance = state.advance(refund.advance.as_ref()?)?;
    Some((advance.terms.payer, supplier(state, &advance.terms.contract)?))
}

/// R5: the advances of the ministry that are open.
pub(super) fn advances(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let overdue = super::flaws::overdue(state, terms, &[MatterKind::Advance]);
    let open = state
        .advances()
        .filter(|(_, advance)| advance.terms.payer == terms.party && !advance.open().is_zero());
    open.filter_map(|(id, advance)| {
        let open = advance.open();
        let late = overdue.iter().find(|(subject, _)| *subject == id.to_string());
        let note = known.note(advance.paid_in, advance.terms.occurred_at);
        let values = vec![
            Value::Day(terms.span.to),
            Value::word(id),
            Value::word(&advance.terms.contract),
            Value::word(supplier(state, &advance.terms.contract)?),
            Value::word(advance.terms.payer),
            Value::word(open.currency()),
            Value::Number(open.minor().into()),
            Value::Day(advance.terms.settle_by),
        ];
        let note = note.with(late.map(|(_, flaw)| flaw.clone()));
        Some(Record { values, row: 0, note: Some(Box::new(note)) })
    })
    .collect()
}

/// R6: what the ministry owes other parties and they owe it: net amounts of settlements that are not paid, what
/// stands in no settlement yet, and mutual support that was invoiced.
pub(super) fn intergovernmental(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let overdue = super::flaws::overdue(state, terms, &[MatterKind::Settlement, MatterKind::Support]);
    let flaw = |reference: &str, by: Party| {
        let same = overdue.iter().find(|(subject, flaw)| subject == reference && flaw.by == by);
        same.map(|(_, flaw)| flaw.clone())
    };
    let record = |reference: String, net: &NetAmount, note: Note| {
        let note = note.with(flaw(&reference, net.debtor));
        let values = vec![
            Value::Day(terms.span.to),
            Value::word(reference),
            Value::word(net.debtor),
            Value::word(net.creditor),
            Value::word(net.amount.currency()),
            Value::Number(net.amount.minor().into()),
        ];
        Record { values, row: 0, note: Some(Box::new(note)) }
    };
    let ours = |net: &NetAmount| [net.debtor, net.creditor].contains(&terms.party) && !net.amount.is_zero();
    let mut records = Vec::new();
    for (id, settlement) in state.settlements() {
        let shares = shares(state, terms.party, settlement.terms.up_to_entry);
        for net in &settlement.nets {
            let open = NetAmount { debtor: net.debtor, creditor: net.creditor, amount: net.open() };
            if ours(&open) {
                let mut note = known.note(settlement.closed_in, settlement.terms.occurred_at);
                note.shares = shares;
                records.push(record(id.to_string(), &open, note));
            }
        }
    }
    for net in state.debts().iter().filter(|net| ours(net)) {
        let note = Note { shares: shares(state, terms.party, u64::MAX), ..Note::default() };
        records.push(record(UNSETTLED.into(), net, note));
    }
    for (id, order) in state.support_orders().filter(|(_, order)| order.terms.repay == Repayment::Cash) {
        let Some(amount) = order.invoiced.minus(order.repaid) else { continue };
        let net = NetAmount { debtor: order.terms.receiver, creditor: order.terms.supplier, amount };
        if ours(&net) {
            let since = order.owed().map(|owed| owed.since);
            let mut note = Note { since, shares: 1, ..Note::default() };
            note.flaws.extend(known.baseless(order.ordered_in));
            records.push(record(id.to_string(), &net, note));
        }
    }
    records
}

/// Into how many parts of the party the amounts were divided that parties owe one another by entries up to this one.
fn shares(state: &State, party: Party, entry: u64) -> u32 {
    let dues = state.dues().filter(|(at, _)| **at <= entry).flat_map(|(_, dues)| dues);
    let of_party = dues.filter(|due| [due.debtor, due.creditor].contains(&party));
    u32::try_from(of_party.count()).unwrap_or(u32::MAX)
}
