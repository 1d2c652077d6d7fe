//! What must hold of every state, whatever was recorded: looked at from outside, after every step.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::item::{Item, ItemId};
use ledger_core::domain::money::{Money, Share, common_weights};
use ledger_core::domain::procurement::CostBasis;
use ledger_core::domain::quantity::Quantity;
use ledger_core::domain::register::{Position, Standing};
use ledger_core::domain::transfer::{Transfer, TransferKind};
use ledger_core::domain::{Event, Party, State};

/// What came into being and what was shared out, added up beside the state from the events alone.
#[derive(Clone, Default)]
pub(crate) struct Books {
    registered: BTreeMap<ItemId, Quantity>,
}

impl Books {
    /// An event took effect.
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::ItemRegistered(event) => self.enter(&event.item),
            Event::DeliveryAccepted(event) => event.items.iter().for_each(|line| self.enter(&line.item)),
            Event::CostShareAssessed(event) => {
                let sum = event
                    .parts
                    .iter()
                    .try_fold(Money::zero(event.total.currency()), |sum, part| sum.plus(part.amount));
                assert_eq!(sum, Some(event.total), "P09: pool {}", event.pool);
            }
            _ => {}
        }
    }

    fn enter(&mut self, item: &Item) {
        let sum = self.registered.entry(item.id().clone()).or_insert(item.quantity().none());
        *sum = sum.plus(item.quantity()).expect("one unit an item");
    }
}

/// Panics where an invariant does not hold.
pub(crate) fn check(state: &State, books: &Books) {
    let parties: BTreeSet<Party> = state.parties().map(|(party, _)| *party).collect();
    goods(state, books, &parties);
    materiel(state);
    transfers(state);
    programmes(state);
    contracts(state);
    keys(state, &parties);
}

fn goods(state: &State, books: &Books, parties: &BTreeSet<Party>) {
    let mut known = 0;
    for (id, stock) in state.items() {
        known += 1;
        assert!(stock.is_conserved(), "T04: {id} is {:?}, registered {}", stock.positions, stock.registered);
        assert_eq!(books.registered.get(id), Some(&stock.registered), "T04: {id}");
        if id.is_serial() {
            assert_eq!(stock.positions.len(), 1, "T01: {id} stands in {:?}", stock.positions);
        }
        for (position, quantity) in &stock.positions {
            assert!(!quantity.is_zero(), "T05: {id} has an empty position");
            assert!(parties.contains(&position.owner) && parties.contains(&position.holder), "T01: {id}");
            standing(state, id, position);
        }
    }
    assert_eq!(known, books.registered.len(), "T04: items without registration");
}

/// What a position refers to says the same as the position.
fn standing(state: &State, id: &ItemId, position: &Position) {
    match &position.standing {
        Standing::OnLoan(loan) => {
            let terms = &state.transfer(loan).expect("the loan").terms;
            assert_eq!(terms.kind, TransferKind::Loan, "T03: {id}");
            assert_eq!((position.owner, position.holder), (terms.from, terms.to), "T03: {id}");
        }
        Standing::AwaitingTitle(transfer) => {
            let terms = &state.transfer(transfer).expect("the transfer").terms;
            assert!(terms.kind.passes_title(), "T12: {id}");
            assert_eq!((position.owner, position.holder), (terms.from, terms.to), "T12: {id}");
        }
        Standing::Reserved(transfer) => {
            let transfer = state.transfer(transfer).expect("the transfer");
            assert!(transfer.approved_in.is_some() && transfer.cancelled_in.is_none(), "T02: {id}");
            assert_eq!(
                (position.owner, position.holder),
                (transfer.terms.owner, transfer.terms.from),
                "{id}"
            );
            let reserved =
                state.item(id).expect("the item").amount(|other| other.standing == position.standing);
            assert!(reserved.at_most(rest(transfer, id)), "T05: {id} is reserved beyond its transfer");
        }
        Standing::InTransit(consignment) => {
            let consignment = state.consignment(consignment).expect("the consignment");
            assert!(consignment.received_in.is_none(), "T07: {id}");
            assert_eq!(position.holder, consignment.sender, "T07: {id}");
        }
        Standing::Missing(consignment) => {
            let consignment = state.consignment(consignment).expect("the consignment");
            assert!(consignment.received_in.is_some(), "T07: {id}");
        }
        Standing::InService | Standing::Lost(_) | Standing::Consumed | Standing::WrittenOff(_) => {}
    }
}

/// What is installed is where its parent is; what is out on a hand receipt was issued under it, and only goods at hand
/// or lost are out.
fn materiel(state: &State) {
    let stands =
        |id: &ItemId| state.item(id).expect("registered").positions.keys().next().expect("one").clone();
    for (child, association) in state.associations() {
        let (mut one, other) = (stands(child), stands(&association.parent));
        one.condition = other.condition;
        assert_eq!(one, other, "T16: {child} in {}", association.parent);
        assert!(state.fittings_of(&association.parent).any(|fitting| fitting == child), "T16: {child}");
    }
    for (id, stock) in state.items() {
        for position in stock.positions.keys() {
            let Some(out) = &position.receipt else { continue };
            let (_, receipt) =
                state.hand_receipts().find(|(known, _)| *known == out).expect("a hand receipt");
            assert!(
                receipt.terms.items.iter().any(|item| item.id() == id),
                "{id} was not issued under {out}"
            );
            assert_eq!(
                (position.owner, position.holder),
                (receipt.terms.owner, receipt.terms.holder),
                "{id}"
            );
            let at_hand = matches!(position.standing, Standing::InService | Standing::OnLoan(_));
            let gone = matches!(position.standing, Standing::Lost(_) | Standing::WrittenOff(_));
            assert!(at_hand || gone, "{id} is {:?} while out on {out}", position.standing);
        }
    }
    for (id, order) in state.support_orders() {
        assert!(order.delivered_value() <= order.terms.value, "T13: {id}");
        assert!(
            order.invoiced <= order.delivered_value() && order.repaid <= order.delivered_value(),
            "T13: {id}"
        );
    }
}

/// What of an item was agreed and not sent.
fn rest(transfer: &Transfer, id: &ItemId) -> Quantity {
    let agreed = transfer.terms.items.iter().find(|item| item.id() == id).expect("in the terms").quantity();
    let sent = transfer.dispatched.get(id).copied().unwrap_or(agreed.none());
    agreed.minus(sent).unwrap_or(agreed.none())
}

fn transfers(state: &State) {
    let mut claimed = BTreeSet::new();
    for (id, transfer) in state.transfers() {
        let loan = transfer.terms.kind == TransferKind::Loan;
        assert_eq!(transfer.due.is_some(), loan, "T03: {id}");
        assert_ne!(transfer.terms.from, transfer.terms.to, "T03: {id}");
        let open = state.transfer_is_open(id);
        for item in transfer.terms.items.iter().filter(|item| open && item.id().is_serial()) {
            assert!(claimed.insert(item.id().clone()), "T06: {} is in two open transfers", item.id());
        }
        if transfer.refused_in.is_some() {
            assert!(transfer.approved_in.is_none() && transfer.consignments.is_empty(), "{id}");
        }
        for consignment in &transfer.consignments {
            let consignment = state.consignment(consignment).expect("the consignment");
            assert_eq!(&consignment.transfer, id);
            assert!(
                transfer.approved_in.is_some_and(|entry| entry <= consignment.dispatched_in),
                "S04: {id}"
            );
        }
    }
}

fn programmes(state: &State) {
    for (id, programme) in state.programmes() {
        if programme.effective_in.is_none() {
            assert!(programme.contracts.is_empty() && programme.pools.is_empty(), "{id}");
            continue;
        }
        assert!(programme.participants.contains_key(&programme.terms.lead), "{id}");
        for (_, basis) in CostBasis::ALL {
            let shares: Vec<Share> = programme
                .participants
                .values()
                .map(|shares| match basis {
                    CostBasis::Quantity => shares.quantity,
                    CostBasis::CommonCost => shares.common_cost,
                    CostBasis::Fee => shares.fee,
                })
                .collect();
            let (weights, whole) = common_weights(&shares).expect("a common denominator");
            assert_eq!(weights.iter().sum::<u64>(), whole, "P01: {basis} of {id}");
        }
    }
}

fn contracts(state: &State) {
    for (id, contract) in state.contracts() {
        for line in &contract.terms.lines {
            let parts = Quantity::sum(line.per_party.iter().map(|part| part.quantity));
            assert_eq!(parts, Some(line.quantity), "P02: line {} of {id}", line.line);
            let accepted = contract.progress.iter().filter(|((number, _), _)| *number == line.line);
            let accepted = Quantity::sum(accepted.map(|(_, progress)| progress.accepted));
            assert!(contract.invoiced[&line.line].at_most(accepted.expect("one unit")), "P05: {id}");
        }
        for ((line, party), progress) in &contract.progress {
            let said = format!("P04: line {line} of {id} for {party}: {progress:?}");
            assert!(progress.accepted.at_most(progress.received), "{said}");
            assert!(progress.received.at_most(progress.dispatched), "{said}");
            assert!(progress.dispatched.at_most(progress.contracted), "{said}");
        }
        for invoice in &contract.invoices {
            let known = state.invoice(invoice).expect("the invoice");
            let asked = known.terms.net.plus(known.terms.vat).expect("one currency");
            let approved = known.approved.unwrap_or(Money::zero(asked.currency()));
            assert!(approved.minor() <= asked.minor(), "P06: {invoice}");
            assert!(known.paid.minor() <= approved.minor(), "P06: {invoice}");
            let payments = known.payments.iter().map(|payment| state.payment(payment).expect("it").amount);
            let sum = payments.fold(Money::zero(asked.currency()), |sum, next| sum.plus(next).expect("fits"));
            assert_eq!(sum, known.paid, "P06: {invoice}");
        }
    }
}

fn keys(state: &State, parties: &BTreeSet<Party>) {
    for (key, record) in state.keys() {
        assert!(parties.contains(&record.party), "G07: {key:?}");
    }
    for (party, record) in state.parties() {
        let officer = state.officer(&record.root_key).expect("a root key");
        assert_eq!(officer.party, *party, "G07");
    }
}
