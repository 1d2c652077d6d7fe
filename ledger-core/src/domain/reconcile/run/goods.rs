//! The ledger's side of the runs about goods: R2 goods received, R3 contracts, R7 loans.

use std::collections::{BTreeMap, BTreeSet};

use super::flaws::{Known, overdue_by};
use super::{Facts, Flaw, Note, Record, Terms, Value};
use crate::domain::codes::{Nsn, Party};
use crate::domain::event::Event;
use crate::domain::ids::{DeliveryId, TransferId};
use crate::domain::item::ItemId;
use crate::domain::procurement::{Contract, DeliveredItem, Delivery};
use crate::domain::quantity::Unit;
use crate::domain::reconcile::BreakClass;
use crate::domain::register::Standing;
use crate::domain::state::State;
use crate::domain::time::{Date, Timestamp};

/// What tells the goods of a delivery apart in a store's book.
type Posted = (u32, Unit, Option<Nsn>);

/// R2: what the ministry accepted of deliveries. What it received and did not accept yet is no more than a hint of
/// what a row of the store means: no certificate was bound to it (domain.md P12).
pub(super) fn goods_in(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let mut records = Vec::new();
    // Of these, an act that waits for a signature says more than that they were received.
    let mut judged: BTreeSet<&DeliveryId> = BTreeSet::new();
    for fact in facts.standing(state) {
        let (delivery, items, occurred_at) = match fact.event {
            Event::DeliveryAccepted(event) => (&event.delivery, &event.items, event.occurred_at),
            Event::DeliveryAcceptedWithReservation(event) => {
                (&event.delivery, &event.items, event.occurred_at)
            }
            _ => continue,
        };
        let Some((contract, _)) = ours(state, delivery, terms.party) else { continue };
        let note = if fact.waits {
            judged.insert(delivery);
            known.waiting(fact.entry, occurred_at)
        } else {
            known.note(fact.entry, occurred_at)
        };
        records.extend(posted(contract, delivery, items, occurred_at.date(), &note));
    }
    for fact in facts.standing(state) {
        let Event::DeliveryReceived(event) = fact.event else { continue };
        if judged.contains(&event.delivery) {
            continue;
        }
        let Some((contract, delivery)) = ours(state, &event.delivery, terms.party) else { continue };
        let waiting: Vec<DeliveredItem> = event
            .items
            .iter()
            .filter(|item| {
                delivery.waiting.get(&(item.line, item.item.id().clone())) == Some(&item.item.quantity())
            })
            .cloned()
            .collect();
        let words =
            format!("entry {} received it; no certificate is bound, it is not accepted yet", fact.entry);
        let flaw = Flaw {
            class: BreakClass::MissingDocument,
            by: terms.party,
            since: Some(event.occurred_at),
            words,
        };
        let note = Note { since: Some(event.occurred_at), shadow: Some(flaw), ..Note::default() };
        records.extend(posted(contract, &event.delivery, &waiting, event.occurred_at.date(), &note));
    }
    records
}

/// The contract of a delivery to the party, and the delivery.
fn ours<'a>(state: &'a State, id: &DeliveryId, party: Party) -> Option<(&'a Contract, &'a Delivery)> {
    let delivery = state.delivery(id)?;
    (delivery.terms.consignee == party).then_some(())?;
    Some((state.contract(&delivery.terms.contract)?, delivery))
}

fn posted(
    contract: &Contract,
    delivery: &DeliveryId,
    items: &[DeliveredItem],
    day: Date,
    note: &Note,
) -> Vec<Record> {
    let mut sums: BTreeMap<Posted, u128> = BTreeMap::new();
    for delivered in items {
        let quantity = delivered.item.quantity();
        let line = contract.line(delivered.line);
        let nsn = delivered.item.id().nsn().or(line.and_then(|line| line.nsn));
        let sum = sums.entry((delivered.line, quantity.unit(), nsn)).or_default();
        *sum = sum.saturating_add(quantity.millionths());
    }
    sums.into_iter()
        .map(|((line, unit, nsn), sum)| Record {
            values: vec![
                Value::Day(day),
                Value::word(&contract.terms.contract),
                Value::word(line),
                Value::word(delivery),
                Value::Number(sum),
                Value::word(unit),
                nsn.map_or(Value::Blank, Value::word),
            ],
            row: 0,
            note: Some(Box::new(note.clone())),
        })
        .collect()
}

/// R3: how far each nation's part of each contract is in which the ministry takes part, and when the next goods are
/// due.
pub(super) fn contracts(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let late = state.late_deliveries(terms.span.to);
    let mut records = Vec::new();
    for (id, contract) in state.contracts() {
        let takes_part = contract.terms.buyer == terms.party
            || contract.progress.keys().any(|(_, party)| *party == terms.party);
        if !takes_part {
            continue;
        }
        for ((number, nation), progress) in &contract.progress {
            let Some(line) = contract.line(*number) else { continue };
            let mut note = Note { since: Some(contract.terms.occurred_at), ..Note::default() };
            note.flaws.extend(known.baseless(contract.signed_in));
            let missing = late
                .iter()
                .filter(|late| late.contract == *id && late.line == *number && late.party == *nation);
            if let Some(first) = missing.min_by_key(|late| late.due) {
                let words = format!("{} were due by {} and are not received", first.missing, first.due);
                note.flaws.push(overdue_by(*nation, Some(first.due.end()), words));
            }
            records.push(Record {
                values: vec![
                    Value::Day(terms.span.to),
                    Value::word(id),
                    Value::word(number),
                    Value::word(nation),
                    line.nsn.map_or(Value::Blank, Value::word),
                    Value::word(progress.contracted.unit()),
                    Value::Number(progress.contracted.millionths()),
                    Value::Number(progress.accepted.millionths()),
                    next_due(contract, *number, *nation).map_or(Value::Blank, Value::Day),
                ],
                row: 0,
                note: Some(Box::new(note)),
            });
        }
    }
    records
}

/// The first day of the schedule for which not all is received.
fn next_due(contract: &Contract, line: u32, nation: Party) -> Option<Date> {
    let mut received = contract.progress.get(&(line, nation))?.received.millionths();
    let scheduled = contract.schedule.iter().filter(|part| (part.line, part.party) == (line, nation));
    for part in scheduled {
        let quantity = part.quantity.millionths();
        if received < quantity {
            return Some(part.due);
        }
        received = received.saturating_sub(quantity);
    }
    None
}

/// What tells lent goods apart: the loan, the item, the lender, the borrower, the unit.
type Lent<'a> = (&'a TransferId, &'a ItemId, Party, Party, Unit);

/// R7: what the ministry lent and borrowed, and has not come back.
pub(super) fn loans(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let arrivals = arrivals(state, facts);
    let mut sums: BTreeMap<Lent<'_>, (u128, Option<Nsn>)> = BTreeMap::new();
    for (id, stock) in state.items() {
        for (position, held) in &stock.positions {
            let Standing::OnLoan(loan) = &position.standing else { continue };
            if position.owner != terms.party && position.holder != terms.party {
                continue;
            }
            let key = (loan, id, position.owner, position.holder, held.unit());
            let sum = sums.entry(key).or_insert((0, id.nsn().or(stock.master.nsn)));
            sum.0 = sum.0.saturating_add(held.millionths());
        }
    }
    let record = |((loan, item, lender, borrower, unit), (sum, nsn)): (Lent<'_>, (u128, Option<Nsn>))| {
        let transfer = state.transfer(loan);
        let entries = transfer
            .into_iter()
            .flat_map(|transfer| [Some(transfer.proposed_in), transfer.approved_in].into_iter().flatten());
        let mut note = match arrivals.get(loan) {
            Some((entry, at)) => known.note(*entry, *at),
            None => Note::default(),
        };
        note.flaws.extend(entries.filter_map(|entry| known.baseless(entry)).take(1));
        let (serial, batch) = match item {
            ItemId::Serial { ncage, part, serial } => {
                (Value::word(format_args!("{ncage}:{part}:{serial}")), Value::Blank)
            }
            ItemId::Batch { batch, .. } => (Value::Blank, Value::word(batch)),
            ItemId::Bulk { .. } => (Value::Blank, Value::Blank),
        };
        let due = transfer.and_then(|transfer| transfer.due);
        Record {
            values: vec![
                Value::Day(terms.span.to),
                Value::word(loan),
                Value::word(lender),
                Value::word(borrower),
                nsn.map_or(Value::Blank, Value::word),
                serial,
                batch,
                Value::Number(sum),
                Value::word(unit),
                due.map_or(Value::Blank, Value::Day),
            ],
            row: 0,
            note: Some(Box::new(note)),
        }
    };
    sums.into_iter().map(record).collect()
}

/// By loan: the entry that received its first consignment, and when that was.
fn arrivals<'a>(state: &'a State, facts: &Facts) -> BTreeMap<&'a TransferId, (u64, Timestamp)> {
    let mut arrivals = BTreeMap::new();
    for fact in facts.standing(state).filter(|fact| !fact.waits) {
        let Event::ConsignmentReceived(event) = fact.event else { continue };
        let Some(consignment) = state.consignment(&event.consignment) else { continue };
        arrivals.entry(&consignment.transfer).or_insert((fact.entry, event.occurred_at));
    }
    arrivals
}
