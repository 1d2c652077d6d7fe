//! What every account must hold: from the state and from the acts, and not by the code that writes the journal.

use std::collections::BTreeMap;

use ledger_core::domain::money::Money;
use ledger_core::domain::support::Repayment;
use ledger_core::domain::{Event, State};
use ledger_core::exchange::effect::Effects;
use ledger_core::journal::Visit;

/// Account and commodity, and how much, in millionths.
pub(super) type Expected = BTreeMap<(String, String), i128>;

/// Money that the bank moved, from the acts that took effect.
#[derive(Default)]
pub(super) struct Facts {
    effects: Effects,
    /// By bank reference: who got (above zero) or gave how much.
    moved: BTreeMap<String, Vec<(String, String, i128)>>,
    /// By entry: the bank references of its payments, which a correction takes back.
    payments: BTreeMap<u64, Vec<String>>,
}

/// A decimal in millionths.
pub(super) fn decimal(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{part:0<6}").parse::<i128>().unwrap_or_else(|_| panic!("{text}"))
}

fn money(money: Money) -> (String, i128) {
    let text = money.to_string();
    let (number, currency) = text.split_once(' ').unwrap();
    (currency.to_owned(), decimal(number))
}

impl Facts {
    pub(super) fn take(&mut self, visit: &Visit<'_>) {
        let Some(act) = self.effects.take(visit) else { return };
        let state = visit.state;
        for event in &act.act.events {
            match event {
                Event::PaymentExecuted(paid) => {
                    self.payments.entry(act.seq).or_default().push(paid.bank_ref.to_string());
                    self.moved(paid.bank_ref.to_string(), &[(paid.payer.to_string(), -1)], paid.amount);
                }
                Event::AdvancePaid(paid) => {
                    self.moved(paid.bank_ref.to_string(), &[(paid.payer.to_string(), -1)], paid.amount);
                }
                Event::RefundReceived(back) => {
                    let payment = back.payment.as_ref().map(|id| state.payment(id).unwrap().payer);
                    let advance = back.advance.as_ref().map(|id| state.advance(id).unwrap().terms.payer);
                    let to = payment.or(advance).unwrap().to_string();
                    self.moved(back.bank_ref.to_string(), &[(to, 1)], back.amount);
                }
                Event::SettlementPaid(paid) => {
                    let sides = [(paid.from.to_string(), -1), (paid.to.to_string(), 1)];
                    self.moved(paid.bank_ref.to_string(), &sides, paid.amount);
                }
                Event::SupportPaid(paid) => {
                    let terms = &state.support_order(&paid.order).unwrap().terms;
                    let sides = [(terms.receiver.to_string(), -1), (terms.supplier.to_string(), 1)];
                    self.moved(paid.bank_ref.to_string(), &sides, paid.amount);
                }
                Event::CorrectionRecorded(wrong) => {
                    for bank_ref in self.payments.remove(&wrong.entry).unwrap_or_default() {
                        self.moved.remove(&bank_ref);
                    }
                }
                _ => {}
            }
        }
    }

    fn moved(&mut self, bank_ref: String, sides: &[(String, i128)], amount: Money) {
        let (currency, number) = money(amount);
        let sides = sides.iter().map(|(party, sign)| (party.clone(), currency.clone(), sign * number));
        let before = self.moved.insert(bank_ref.clone(), sides.collect());
        assert!(before.is_none(), "bank reference {bank_ref} twice");
    }

    /// What the accounts hold.
    pub(super) fn expected(&self, state: &State) -> Expected {
        let mut all = Expected::new();
        for (party, currency, number) in self.moved.values().flatten() {
            *all.entry((format!("{party}:bank"), currency.clone())).or_default() += number;
        }
        contracts(state, &mut all);
        programmes(state, &mut all);
        support(state, &mut all);
        between(state, &mut all);
        close(&mut all);
        goods(state, &mut all);
        all.retain(|_, number| *number != 0);
        all
    }
}

fn post(all: &mut Expected, account: String, amount: Money, sign: i128) {
    let (currency, number) = money(amount);
    *all.entry((account, currency)).or_default() += sign * number;
}

fn contracts(state: &State, all: &mut Expected) {
    for (id, contract) in state.contracts() {
        for (party, part) in contract.parts().unwrap_or_default() {
            post(all, format!("{party}:memo:ordered:contract:{id}"), part, 1);
            post(all, format!("{party}:memo:contra"), part, -1);
        }
        for number in &contract.invoices {
            let invoice = state.invoice(number).unwrap();
            let buyer = contract.terms.buyer;
            post(all, format!("{buyer}:memo:to pay:contract:{id}:invoice {number}"), invoice.unpaid(), 1);
            post(all, format!("{buyer}:memo:contra"), invoice.unpaid(), -1);
            for part in &invoice.borne {
                post(all, format!("{}:cost:contract:{id}", part.party), part.amount, 1);
            }
        }
    }
    for (id, advance) in state.advances() {
        let (payer, contract) = (advance.terms.payer, &advance.terms.contract);
        post(all, format!("{payer}:advance:contract:{contract}:{id}"), advance.open(), 1);
    }
}

fn programmes(state: &State, all: &mut Expected) {
    for (id, programme) in state.programmes() {
        let mut memo = Vec::new();
        for commitment in programme.commitments.iter().map(|id| state.commitment(id).unwrap()) {
            memo.push((commitment.party, "committed", commitment.amount));
        }
        for withdrawal in &programme.withdrawals {
            memo.push((withdrawal.party, "leaving", withdrawal.settled_liability));
        }
        for (party, what, amount) in memo {
            post(all, format!("{party}:memo:{what}:programme:{id}"), amount, 1);
            post(all, format!("{party}:memo:contra"), amount, -1);
        }
        for part in programme.pools.values().flatten().filter(|part| part.party != programme.terms.lead) {
            post(all, format!("{}:cost:common:programme:{id}", part.party), part.amount, 1);
            post(all, format!("{}:cost:common:programme:{id}", programme.terms.lead), part.amount, -1);
        }
    }
}

fn support(state: &State, all: &mut Expected) {
    for (id, order) in state.support_orders().filter(|(_, order)| order.terms.repay == Repayment::Cash) {
        let (supplier, receiver) = (order.terms.supplier, order.terms.receiver);
        post(all, format!("{supplier}:income:support:{id}"), order.invoiced, -1);
        post(all, format!("{receiver}:cost:support:{id}"), order.invoiced, 1);
        for (amount, sign) in [(order.invoiced, 1), (order.repaid, -1)] {
            post(all, format!("{supplier}:receivable:{receiver}:support:{id}"), amount, sign);
            post(all, format!("{receiver}:payable:{supplier}:support:{id}"), amount, -sign);
        }
    }
}

/// What stands between the parties, and that it is what the state nets.
fn between(state: &State, all: &mut Expected) {
    let mut own = Expected::new();
    for due in state.dues().flat_map(|(_, dues)| dues) {
        post(&mut own, format!("{}:receivable:{}", due.creditor, due.debtor), due.amount, 1);
        post(&mut own, format!("{}:payable:{}", due.debtor, due.creditor), due.amount, -1);
    }
    for (id, settlement) in state.settlements() {
        for net in &settlement.nets {
            for (amount, sign) in [(net.amount, 1), (net.paid, -1)] {
                post(
                    &mut own,
                    format!("{}:receivable:{}:settlement:{id}", net.creditor, net.debtor),
                    amount,
                    sign,
                );
                post(
                    &mut own,
                    format!("{}:payable:{}:settlement:{id}", net.debtor, net.creditor),
                    amount,
                    -sign,
                );
            }
            post(&mut own, format!("{}:netted", net.creditor), net.amount, -1);
            post(&mut own, format!("{}:netted", net.debtor), net.amount, 1);
        }
    }
    let mut net: BTreeMap<(String, String), i128> = BTreeMap::new();
    for ((account, currency), number) in &own {
        let party = account.split(':').next().unwrap().to_owned();
        *net.entry((party, currency.clone())).or_default() += number;
    }
    for (currency, positions) in state.net_positions() {
        for (party, minor) in positions {
            let places = 6 - currency.minor_digits();
            let here = net.remove(&(party.to_string(), currency.to_string())).unwrap_or(0);
            assert_eq!(here, minor * 10_i128.pow(places), "net position of {party} in {currency}");
        }
    }
    assert!(net.values().all(|number| *number == 0), "{net:?}");
    for (key, number) in own {
        *all.entry(key).or_default() += number;
    }
}

/// What is paid and neither borne nor owed is the payer's own.
fn close(all: &mut Expected) {
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    for ((account, currency), number) in all.iter() {
        let party = account.split(':').next().unwrap().to_owned();
        *sums.entry((party, currency.clone())).or_default() += number;
    }
    for ((party, currency), sum) in sums {
        *all.entry((format!("{party}:cost:not shared"), currency)).or_default() -= sum;
    }
}

fn goods(state: &State, all: &mut Expected) {
    for (id, stock) in state.items() {
        for (position, quantity) in &stock.positions {
            let standing = serde_json::to_value(&position.standing).unwrap();
            let word = standing["standing"].as_str().unwrap().replace('_', " ");
            let word = if word == "reserved" { "reserved for".to_owned() } else { word };
            let under = standing["under"].as_str().map_or_else(String::new, |under| format!(" {under}"));
            let (owner, holder, place) = (position.owner, position.holder, &position.location);
            let account = format!("goods:{owner}:held by {holder}:{place}:{word}{under}");
            let commodity = format!("{id} {}", quantity.unit());
            let number = i128::try_from(quantity.millionths()).unwrap();
            *all.entry((account, commodity.clone())).or_default() += number;
            *all.entry(("goods:registered".to_owned(), commodity)).or_default() -= number;
        }
    }
}
