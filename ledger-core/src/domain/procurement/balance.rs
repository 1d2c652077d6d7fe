//! What any two parties owe one another: the balance that both confirm at the end of a period.
//!
//! A settlement nets over all parties, so it replaces what any two owed until then by its own net amounts. The balance of
//! two parties is therefore what they owe by facts that stand in no settlement yet, and what is unpaid of the nets
//! between them. Over all others, a party's balances sum to its net position.

use std::collections::BTreeMap;

use super::{NetAmount, Procurement};
use crate::domain::codes::Party;
use crate::domain::money::{Currency, Money};
use crate::domain::state::State;

/// By two parties, the first of them before the second, and by currency: what the first owes the second in minor units;
/// below zero when it is owed.
pub type Balances = BTreeMap<(Party, Party), BTreeMap<Currency, i128>>;

/// Books that `debtor` owes `creditor` so much more.
fn owe(balances: &mut Balances, debtor: Party, creditor: Party, amount: Money) {
    let minor = i128::from(amount.minor());
    let (pair, minor) = if debtor < creditor {
        ((debtor, creditor), minor)
    } else {
        ((creditor, debtor), minor.saturating_neg())
    };
    let of = balances.entry(pair).or_default().entry(amount.currency()).or_insert(0);
    *of = of.saturating_add(minor);
}

impl Procurement {
    fn balances(&self) -> Balances {
        let mut balances = Balances::new();
        let settled = self.settlements.iter().map(|(_, settlement)| settlement.terms.up_to_entry).max();
        for (_, dues) in self.dues.iter().filter(|(entry, _)| settled.is_none_or(|settled| **entry > settled))
        {
            for due in dues {
                owe(&mut balances, due.debtor, due.creditor, due.amount);
            }
        }
        for (_, settlement) in self.settlements.iter() {
            for net in &settlement.nets {
                owe(&mut balances, net.debtor, net.creditor, net.open());
            }
        }
        balances
    }
}

impl State {
    /// What any two parties owe one another.
    pub fn balances(&self) -> Balances {
        self.procurement.balances()
    }

    /// The same, as it is confirmed: who owes whom, in the order of the currencies; nothing where it is even.
    pub fn balance_between(&self, one: Party, other: Party) -> Vec<NetAmount> {
        let balances = self.balances();
        let (first, second) = if one < other { (one, other) } else { (other, one) };
        let of = balances.get(&(first, second)).into_iter().flatten();
        of.filter_map(|(currency, minor)| as_debt(first, second, *currency, *minor)).collect()
    }
}

/// A balance as a debt; `None` when it is even, or beyond what an amount can say.
pub fn as_debt(first: Party, second: Party, currency: Currency, minor: i128) -> Option<NetAmount> {
    let (debtor, creditor) = if minor > 0 { (first, second) } else { (second, first) };
    let amount = Money::new(u64::try_from(minor.unsigned_abs()).ok()?, currency).ok()?;
    (!amount.is_zero()).then_some(NetAmount { debtor, creditor, amount })
}
