//! What must hold of every state, whatever was recorded: looked at from outside, after every step.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::consent::Basis;
use ledger_core::domain::ids::ProgrammeId;
use ledger_core::domain::item::{Item, ItemId};
use ledger_core::domain::money::{Money, Share, common_weights};
use ledger_core::domain::party::KeyStatus;
use ledger_core::domain::procurement::{CostBasis, Shares};
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
            Event::DeliveryAcceptedWithReservation(event) => {
                event.items.iter().for_each(|line| self.enter(&line.item));
            }
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

    /// An event was taken back.
    pub(crate) fn take_back(&mut self, event: &Event) {
        if let Event::ItemRegistered(event) = event {
            let id = event.item.id();
            let left = self.registered[id].minus(event.item.quantity()).expect("it was registered");
            if left.is_zero() {
                self.registered.remove(id);
            } else {
                self.registered.insert(id.clone(), left);
            }
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
    advances(state);
    debts(state);
    frameworks(state);
    movements(state);
    keys(state, &parties);
    agreements(state);
    papers(state);
}

/// Authorisations go from one party to others for a time; a crisis is declared by its own state; and what went ahead
/// in a crisis is answered for.
fn agreements(state: &State) {
    for (id, authorisation) in state.authorisations() {
        let terms = &authorisation.terms;
        assert!(!terms.grantees.contains(&terms.grantor) && terms.valid_from <= terms.valid_to, "G02: {id}");
    }
    for crisis in state.crises() {
        let terms = &crisis.terms;
        let lasts = crisis.ended_in.is_some() || terms.starts_at < terms.expires_at;
        assert!(lasts && !crisis.declared_by.is_empty(), "G04: {}", terms.crisis);
        for key in &crisis.declared_by {
            assert_eq!(
                state.officer(key).map(|officer| officer.party),
                Some(terms.party),
                "G04: {}",
                terms.crisis
            );
        }
    }
    let mut passed_over = BTreeSet::new();
    for (entry, reliances) in state.all_reliances() {
        for reliance in reliances {
            match &reliance.basis {
                Basis::Crisis { crisis } => {
                    let declared = state.crisis(crisis, reliance.party).expect("G03: the crisis");
                    assert!(declared.terms.families.contains(&reliance.family), "M08: entry {entry}");
                    passed_over.insert((*entry, reliance.party));
                }
                Basis::Standing { authorisation } => {
                    let terms = &state.authorisation(authorisation).expect("G01: the authorisation").terms;
                    assert_eq!(
                        (terms.grantor, terms.family),
                        (reliance.party, reliance.family),
                        "G02: {entry}"
                    );
                }
                _ => {}
            }
        }
    }
    let owed: BTreeSet<_> = state.ratifications().map(|(row, _)| *row).collect();
    assert_eq!(owed, passed_over, "G03: what was passed over in a crisis is answered for, and nothing else");
    for ((entry, party), duty) in state.ratifications() {
        assert!(duty.by != *party && duty.since < duty.due, "G03: entry {entry} of {party}");
    }
    for (entry, correction) in state.corrections() {
        assert!(
            *entry < correction.by
                && state.correction(correction.by).is_none_or(|next| next.by > correction.by)
        );
    }
}

/// What refers to something says no more than that allows.
fn papers(state: &State) {
    let mut used: BTreeMap<_, BTreeMap<u32, Quantity>> = BTreeMap::new();
    for (_, contract) in state.contracts() {
        for invoice in contract.invoices.iter().filter_map(|id| state.invoice(id)) {
            let Some(certificate) = &invoice.exempted_by else { continue };
            assert!(invoice.terms.vat.is_zero(), "P16: {}", invoice.terms.invoice);
            let lines = used.entry(certificate.clone()).or_default();
            for charged in &invoice.terms.lines {
                let sum = lines.entry(charged.line).or_insert(charged.quantity.none());
                *sum = sum.plus(charged.quantity).expect("one unit");
            }
        }
    }
    for (id, certificate) in state.vat_certificates() {
        let lines = used.remove(id).unwrap_or_default();
        let said = certificate.used.iter().filter(|(_, quantity)| !quantity.is_zero());
        let said: BTreeMap<u32, Quantity> = said.map(|(line, quantity)| (*line, *quantity)).collect();
        assert_eq!(lines, said, "P16: {id}");
        for (line, quantity) in lines {
            let exempt = certificate.terms.lines.iter().find(|exempt| exempt.line == line).expect("a line");
            assert!(quantity.at_most(exempt.quantity), "P16: line {line} of {id}");
        }
    }
    assert!(used.is_empty(), "P16: invoices rest on {used:?}");
    for (id, option) in state.contract_options() {
        assert!(option.exercised_in.is_none() || option.lapsed_in.is_none(), "{id} was exercised and lapsed");
    }
    for (id, settlement) in state.settlements() {
        assert!(settlement.nets.iter().all(|net| net.paid <= net.amount), "P10: {id}");
    }
    for ((count, item), variance) in state.variances() {
        assert_ne!(variance.book, variance.counted, "T15: {item} in {count}");
    }
}

/// Who moves has the consent of every foreign state on the way, goes the way that was planned, and is counted under
/// the authorisations on which it rests.
fn movements(state: &State) {
    let mut counted = BTreeSet::new();
    for (id, movement) in state.movements() {
        let foreign = movement.foreign_states();
        assert!(movement.hosts.keys().all(|host| foreign.contains(host) || movement.amended_in.is_some()));
        let crossed: Vec<_> = movement.crossings.iter().map(|crossing| &crossing.point).collect();
        let planned: Vec<_> = movement.plan.legs.iter().map(|leg| &leg.point).take(crossed.len()).collect();
        assert_eq!(crossed, planned, "M03: {id}");
        for permission in movement.hosts.values().flat_map(|hosting| &hosting.permissions) {
            let Some(answer) = &permission.answer else { continue };
            assert_eq!(answer.late, answer.at > permission.answer_due, "M07: {id}");
        }
        for serial in &movement.forms {
            assert_eq!(state.form_302(serial).map(|form| &form.movement), Some(id), "M06: {serial}");
        }
        if movement.started.is_none() {
            assert!(crossed.is_empty() && movement.completed_in.is_none(), "M01: {id}");
            continue;
        }
        assert!(movement.cancelled_in.is_none(), "{id} was cancelled and goes");
        let lost =
            state.incidents().map(|(_, incident)| &incident.terms).filter(|terms| terms.movement == *id);
        let lost = lost.fold((0, 0), |sum, terms| (sum.0 + terms.persons_lost, sum.1 + terms.vehicles_lost));
        let vehicles: u32 = movement.plan.vehicles.iter().map(|line| line.count).sum();
        let out =
            movement.persons + lost.0 <= movement.plan.persons && movement.vehicles + lost.1 <= vehicles;
        assert!(out, "M04: {id}");
        for host in foreign {
            let basis = movement.hosts.get(&host).and_then(|hosting| hosting.basis.as_ref());
            let basis = basis.unwrap_or_else(|| panic!("M01: {id} goes through {host} without its consent"));
            if let Basis::Standing { authorisation } = basis
                && movement.is_under_way()
            {
                counted.insert((authorisation.clone(), id.clone()));
            }
        }
    }
    let under_way: BTreeSet<_> = state
        .authorisations()
        .flat_map(|(id, row)| row.under_way.iter().map(move |movement| (id.clone(), movement.clone())))
        .collect();
    assert_eq!(under_way, counted, "M05: who is under way under an authorisation");
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
            assert!(transfer.refused_in.is_none() && transfer.cancelled_in.is_none(), "T02: {id}");
            let family = matches!(transfer.terms.kind, TransferKind::Loan | TransferKind::Custody);
            assert!(transfer.approved_in.is_some() || family, "T12: title is agreed to by both sides: {id}");
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
            assert!(transfer.approved_in.is_none(), "{id} was approved and refused");
        }
        for consignment in &transfer.consignments {
            let consignment = state.consignment(consignment).expect("the consignment");
            assert_eq!(&consignment.transfer, id);
            if consignment.is_return {
                continue;
            }
            let sent = consignment.dispatched_in;
            let explicit = transfer.approved_in.is_some_and(|entry| entry <= sent);
            let relied = state.reliances(sent).iter().any(|reliance| reliance.party == transfer.terms.to);
            assert!(explicit || relied, "S04: {id} went without the receiver's consent");
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
        let earlier = programme.earlier.iter().map(|shares| &shares.participants);
        for participants in earlier.chain([&programme.participants]) {
            whole(id, participants);
        }
        for (number, withdrawal) in programme.withdrawals.iter().enumerate() {
            let then = programme.participants_on(withdrawal.effective);
            let back = programme.participants.contains_key(&withdrawal.party);
            // Who came back on that day may have withdrawn once more.
            let again =
                programme.withdrawals.iter().skip(number + 1).any(|next| next.party == withdrawal.party);
            assert!(back || again || !then.contains_key(&withdrawal.party), "P13: {id}");
            assert!(then.len() >= 2, "P17: {id}");
        }
    }
}

fn whole(id: &ProgrammeId, participants: &BTreeMap<Party, Shares>) {
    for (_, basis) in CostBasis::ALL {
        let shares: Vec<Share> = participants
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

fn frameworks(state: &State) {
    for (id, framework) in state.frameworks() {
        let call_offs: Vec<_> =
            framework.call_offs.iter().map(|id| state.contract(id).expect("the call-off")).collect();
        for line in &framework.terms.lines {
            let ordered = call_offs.iter().filter_map(|call_off| Some(call_off.line(line.line)?.quantity));
            let ordered = ordered.fold(line.ceiling.none(), |sum, next| sum.plus(next).expect("one unit"));
            assert!(ordered.at_most(line.ceiling), "P03: line {} of {id}", line.line);
        }
        let ceiling = framework.terms.ceiling;
        let value = call_offs.iter().fold(Money::zero(ceiling.currency()), |sum, call_off| {
            sum.plus(call_off.value().expect("a value")).expect("one currency")
        });
        assert!(value <= ceiling, "P03: {id}");
        assert_eq!(state.called_off(id), Some(value), "{id}");
        for call_off in call_offs {
            assert_eq!(call_off.framework.as_ref(), Some(id), "{id}");
            assert!(framework.terms.who_may_order.contains(&call_off.terms.buyer), "P14: {id}");
            for (party, part) in call_off.parts().expect("parts") {
                let committed = state.committed(&framework.programme, party).expect("a programme");
                assert!(part <= committed, "P11: {party}'s part of {}", call_off.terms.contract);
            }
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
            let covered = known.covered().expect("fits");
            assert!(covered.at_most(approved), "P06: {invoice}");
            let borne =
                known.borne.iter().try_fold(Money::zero(asked.currency()), |sum, part| sum.plus(part.amount));
            assert!(known.borne.is_empty() || borne == Some(covered), "P09: who bears {invoice}");
            let payments = known.payments.iter().map(|payment| state.payment(payment).expect("it").amount);
            let sum = payments.fold(Money::zero(asked.currency()), |sum, next| sum.plus(next).expect("fits"));
            assert_eq!(Some(sum), known.paid.plus(known.refunded), "P06: {invoice}");
        }
    }
}

fn advances(state: &State) {
    for (id, advance) in state.advances() {
        let used = advance.settled.plus(advance.refunded).and_then(|used| used.plus(advance.open()));
        assert_eq!(used, Some(advance.terms.amount), "P08: {id}");
    }
}

/// What the parties owe one another sums to zero, and the nets bring each of them to zero.
fn debts(state: &State) {
    let mut positions = state.net_positions();
    for (currency, of) in &positions {
        assert_eq!(of.values().sum::<i128>(), 0, "P10: {currency}");
    }
    let open = state.settlements().flat_map(|(_, settlement)| &settlement.nets);
    let open = open.map(|net| (net.debtor, net.creditor, net.open()));
    let new = state.debts().into_iter().map(|net| (net.debtor, net.creditor, net.amount));
    for (debtor, creditor, amount) in open.chain(new) {
        let of = positions.entry(amount.currency()).or_default();
        *of.entry(debtor).or_default() += i128::from(amount.minor());
        *of.entry(creditor).or_default() -= i128::from(amount.minor());
    }
    for (currency, of) in &positions {
        assert!(of.values().all(|net| *net == 0), "P10: the nets in {currency} leave {of:?}");
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
    for ((entry, key), _) in state.doubts() {
        let (_, record) = state.keys().find(|(known, _)| *known == key).expect("the key");
        assert!(matches!(record.status, KeyStatus::Compromised { .. }), "G08: {key:?}");
        assert!(state.signed_by(key).iter().any(|signed| signed.entry == *entry), "G08: {entry}");
    }
    for (id, delegation) in state.delegations() {
        let keys = [delegation.terms.from, delegation.terms.to];
        let officers = keys.map(|key| state.officer(&key).expect("an officer"));
        assert_eq!(officers.map(|officer| officer.party), [delegation.party; 2], "G05: {id}");
        assert_eq!(officers[0].role, delegation.role, "G05: {id}");
    }
}
