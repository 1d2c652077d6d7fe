//! What the parties owe one another: a part of a pool that the lead nation laid out, and a part of an invoice that
//! another party paid.
//!
//! Each fact that moves money leaves its [`Due`]s behind, with the entry that recorded it. Every due takes from one
//! party what it gives to another, and so does every amount of a settlement: so the net positions of all parties sum
//! to zero in each currency, whatever was recorded (domain.md P10).

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contract::priced;
use super::{Contract, InvoiceLine, PartyAmount, Procurement};
use crate::domain::codes::Party;
use crate::domain::ids::{AdvanceId, InvoiceId, PaymentId, PoolId, RefundId, SettlementId, SupportOrderId};
use crate::domain::money::{Currency, Money};
use crate::domain::state::State;

/// A fact that moved money, or that says who bears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fact", content = "id", rename_all = "snake_case")]
pub enum MoneyFact {
    /// A pool of common cost was shared out.
    Pool(PoolId),
    /// A payment on an invoice.
    Payment(PaymentId),
    /// An advance was paid, or settled against an invoice.
    Advance(AdvanceId),
    /// A refund.
    Refund(RefundId),
    /// A payment between parties.
    Settlement(SettlementId),
    /// A payment for mutual support.
    Support(SupportOrderId),
}

impl fmt::Display for MoneyFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyFact::Pool(id) => write!(f, "pool {id}"),
            MoneyFact::Payment(id) => write!(f, "payment {id}"),
            MoneyFact::Advance(id) => write!(f, "advance {id}"),
            MoneyFact::Refund(id) => write!(f, "refund {id}"),
            MoneyFact::Settlement(id) => write!(f, "a payment under settlement {id}"),
            MoneyFact::Support(id) => write!(f, "a payment for support order {id}"),
        }
    }
}

/// What one party owes another by one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Who owes.
    pub debtor: Party,
    /// Who is owed.
    pub creditor: Party,
    /// How much.
    pub amount: Money,
    /// By which fact.
    pub fact: MoneyFact,
}

/// What one party owes another, over many facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetAmount {
    /// Who owes
    pub debtor: Party,
    /// Who is owed
    pub creditor: Party,
    /// How much
    pub amount: Money,
}

/// By currency, what each party is owed (above zero) or owes (below), in minor units. Each currency sums to zero.
pub type Positions = BTreeMap<Currency, BTreeMap<Party, i128>>;

/// Moves `amount` in the positions: the debtor is owed less, the creditor more.
fn shift(positions: &mut Positions, debtor: Party, creditor: Party, amount: Money) {
    // No sum of 64-bit amounts that a ledger can hold comes near the end of 128 bits.
    let minor = i128::from(amount.minor());
    let of = positions.entry(amount.currency()).or_default();
    let owes = of.entry(debtor).or_insert(0);
    *owes = owes.saturating_sub(minor);
    let owed = of.entry(creditor).or_insert(0);
    *owed = owed.saturating_add(minor);
}

/// The fewest payments that bring all positions to zero: debtors in the order of their codes pay creditors in the
/// order of theirs.
fn nets(positions: &Positions) -> Vec<NetAmount> {
    let mut nets = Vec::new();
    for (currency, of) in positions {
        let mut owed: Vec<(Party, i128)> =
            of.iter().filter(|(_, net)| **net > 0).map(|(party, net)| (*party, *net)).collect();
        for (debtor, net) in of.iter().filter(|(_, net)| **net < 0) {
            let mut left = net.saturating_neg();
            for (creditor, due) in &mut owed {
                // What is above the largest amount waits for the next run.
                let minor = left.min(*due).min(i128::from(i64::MAX));
                let amount = u64::try_from(minor).ok().and_then(|minor| Money::new(minor, *currency).ok());
                let Some(amount) = amount.filter(|amount| !amount.is_zero()) else { continue };
                left = left.saturating_sub(minor);
                *due = due.saturating_sub(minor);
                nets.push(NetAmount { debtor: *debtor, creditor: *creditor, amount });
            }
        }
    }
    nets
}

impl Contract {
    /// Divides what is paid on an invoice among the parties: by the value of their contracted quantities of what it
    /// charges, largest remainder, in the order of their codes. `None` when that value is nothing or too large.
    fn borne(&self, lines: &[InvoiceLine], total: Money) -> Option<Vec<PartyAmount>> {
        let mut values: BTreeMap<Party, u64> = BTreeMap::new();
        for charged in lines {
            let line = self.line(charged.line)?;
            let weights: Result<Vec<u64>, _> =
                line.per_party.iter().map(|part| u64::try_from(part.quantity.millionths())).collect();
            let parts = priced(charged.quantity, line.unit_price)?.allocate(&weights.ok()?)?;
            for (part, value) in line.per_party.iter().zip(parts) {
                let sum = values.entry(part.party).or_insert(0);
                *sum = sum.checked_add(value.minor())?;
            }
        }
        let weights: Vec<u64> = values.values().copied().collect();
        let amounts = total.allocate(&weights)?;
        Some(values.into_keys().zip(amounts).map(|(party, amount)| PartyAmount { party, amount }).collect())
    }
}

/// The amount of a party in a list.
fn amount_of(parts: &[PartyAmount], party: Party) -> u64 {
    parts.iter().find(|part| part.party == party).map_or(0, |part| part.amount.minor())
}

impl Procurement {
    fn owe(&mut self, entry: u64, debtor: Party, creditor: Party, amount: Money, fact: &MoneyFact) {
        if debtor != creditor && !amount.is_zero() {
            let due = Due { debtor, creditor, amount, fact: fact.clone() };
            self.dues.get_or_insert(entry, Vec::new).push(due);
        }
    }

    /// A pool is shared out: each party owes its part to the lead nation, which laid it out.
    pub(super) fn share_out(&mut self, entry: u64, pool: &PoolId, lead: Party, parts: &[PartyAmount]) {
        let fact = MoneyFact::Pool(pool.clone());
        for part in parts {
            self.owe(entry, part.party, lead, part.amount, &fact);
        }
    }

    /// More or less than before is paid on an invoice, by `payer`: the others owe him their parts of more, he owes
    /// them theirs of less. Where the parts cannot be said, the payer bears it himself.
    pub(super) fn bear(&mut self, entry: u64, invoice: &InvoiceId, payer: Party, fact: &MoneyFact) {
        let Ok((contract, known)) = self.of_invoice(invoice) else { return };
        let Some(total) = known.covered() else { return };
        let Some(now) = contract.borne(&known.terms.lines, total) else { return };
        let before = known.borne.clone();
        for party in now.iter().map(|part| part.party) {
            let (old, new) = (amount_of(&before, party), amount_of(&now, party));
            let (debtor, creditor) = if new > old { (party, payer) } else { (payer, party) };
            if let Ok(amount) = Money::new(new.abs_diff(old), total.currency()) {
                self.owe(entry, debtor, creditor, amount, fact);
            }
        }
        if let Some(known) = self.invoices.get_mut(invoice) {
            known.borne = now;
        }
    }

    /// What stands in no settlement yet, of facts up to `entry`.
    pub(super) fn unsettled(&self, entry: u64) -> Vec<NetAmount> {
        let mut positions = Positions::new();
        for (_, dues) in self.dues.iter().filter(|(at, _)| **at <= entry) {
            for due in dues {
                shift(&mut positions, due.debtor, due.creditor, due.amount);
            }
        }
        for (_, settlement) in self.settlements.iter() {
            for net in &settlement.terms.nets {
                shift(&mut positions, net.creditor, net.debtor, net.amount);
            }
        }
        nets(&positions)
    }
}

impl State {
    /// What each party is owed and owes by all facts so far, less what was paid between the parties.
    pub fn net_positions(&self) -> Positions {
        let mut positions = Positions::new();
        for due in self.dues().flat_map(|(_, dues)| dues) {
            shift(&mut positions, due.debtor, due.creditor, due.amount);
        }
        for (_, settlement) in self.procurement.settlements.iter() {
            for net in &settlement.nets {
                shift(&mut positions, net.creditor, net.debtor, net.paid);
            }
        }
        positions
    }

    /// Who pays whom to settle all that stands in no settlement yet: what [`SettlementRunClosed`] of the newest
    /// entry says.
    ///
    /// [`SettlementRunClosed`]: super::SettlementRunClosed
    pub fn debts(&self) -> Vec<NetAmount> {
        self.debts_up_to(u64::MAX)
    }

    /// The same of facts up to an entry.
    pub fn debts_up_to(&self, entry: u64) -> Vec<NetAmount> {
        self.procurement.unsettled(entry)
    }

    /// Who owes whom by which fact, by entry.
    pub fn dues(&self) -> impl Iterator<Item = (&u64, &Vec<Due>)> {
        self.procurement.dues.iter()
    }
}
