//! The ledger's money and materiel as a plain-text accounting journal, as hledger and its relatives read it.
//!
//! What an entry is posted as does not follow from its kind. The balances that the state gives are taken before and
//! after it, and the difference is posted, with the entry as its reason. So whatever moves money or goods is posted,
//! in the same accounts as the state shows them. At the end stand the balances of the last state as assertions: a
//! posting that is missing or wrong is found by whoever reads the journal, and not by us.
//!
//! Every ministry has a book of its own for money, and each book balances in each transaction. The goods of all are
//! one book, because they move from one ministry to another. `docs/exports.md` lists the accounts.

mod goods;
mod money;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use super::effect::Effects;
use crate::domain::ids::{ContractId, ProgrammeId, SupportOrderId};
use crate::domain::item::ItemId;
use crate::domain::money::Currency;
use crate::domain::quantity::Unit;
use crate::domain::{Date, Party, RecordedAct, State, Subject};
use crate::journal::Visit;
use crate::ledger::Head;

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Book {
    /// A ministry's money.
    Money(Party),
    /// The goods of all.
    Goods,
}

/// What is counted in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Commodity {
    /// Money, in minor units.
    Money(Currency),
    /// Goods, in millionths of their unit.
    Item(ItemId, Unit),
}

/// An account, and what is counted in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// Whose it is.
    pub book: Book,
    /// Its name in the book.
    pub name: String,
    /// What is counted.
    pub commodity: Commodity,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.book {
            Book::Money(party) => write!(f, "{party}:{}", self.name),
            Book::Goods => write!(f, "goods:{}", self.name),
        }
    }
}

/// How much is in which account. An account with nothing in it is not there.
pub type Balances = BTreeMap<Account, i128>;

/// Adds to an account.
pub(super) fn add(balances: &mut Balances, account: Account, amount: i128) {
    let sum = balances.entry(account).or_insert(0);
    *sum = sum.saturating_add(amount);
}

/// A part of the state that has balances of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Item(ItemId),
    Contract(ContractId),
    Programme(ProgrammeId),
    Support(SupportOrderId),
    /// What the parties owe one another.
    Between,
}

impl Part {
    fn balances(&self, state: &State, party: Option<Party>) -> Balances {
        let mut balances = Balances::new();
        match self {
            Part::Item(id) => goods::of_item(state, id, party, &mut balances),
            Part::Contract(id) => money::of_contract(state, id, &mut balances),
            Part::Programme(id) => money::of_programme(state, id, &mut balances),
            Part::Support(id) => money::of_support(state, id, &mut balances),
            Part::Between => money::between(state, &mut balances),
        }
        if let Some(party) = party {
            balances.retain(|account, _| !matches!(account.book, Book::Money(other) if other != party));
        }
        balances.retain(|_, amount| *amount != 0);
        balances
    }
}

/// What an entry changed.
#[derive(Debug)]
struct Transaction {
    day: Date,
    entry: u64,
    act: String,
    acted_in: u64,
    recorded_at: String,
    what: String,
    postings: Balances,
}

/// A journal while it is written.
#[derive(Debug)]
pub struct Accounts {
    party: Option<Party>,
    effects: Effects,
    known: BTreeMap<Part, Balances>,
    transactions: Vec<Transaction>,
}

impl Accounts {
    /// A journal without transactions; with a party, of its money, and of the goods that it owns or holds.
    pub fn new(party: Option<Party>) -> Self {
        Self { party, effects: Effects::default(), known: BTreeMap::new(), transactions: Vec::new() }
    }

    /// Takes the next entry. Every entry is to be shown, in order.
    pub fn take(&mut self, visit: &Visit<'_>) {
        let Some(act) = self.effects.take(visit) else { return };
        let mut postings = Balances::new();
        for part in parts_of(&act, visit.state) {
            let new = part.balances(visit.state, self.party);
            for (account, amount) in &new {
                add(&mut postings, account.clone(), *amount);
            }
            for (account, amount) in self.known.insert(part, new).unwrap_or_default() {
                add(&mut postings, account, amount.saturating_neg());
            }
        }
        money::close_books(&mut postings);
        postings.retain(|_, amount| *amount != 0);
        if postings.is_empty() {
            return;
        }
        let (entry, at) = (visit.entry.act().seq, visit.entry.act().recorded_at);
        let mut names: Vec<&str> = act.act.events.iter().map(|event| event.name()).collect();
        names.dedup();
        self.transactions.push(Transaction {
            day: at.date(),
            entry,
            act: act.act.id.to_string(),
            acted_in: act.seq,
            recorded_at: at.to_string(),
            what: names.join(", "),
            postings,
        });
    }

    /// Ends the journal with the balances of the last state.
    pub fn close(self, state: &State, head: &Head) -> Closed {
        let balances = balances(state, self.party);
        Closed { transactions: self.transactions, balances, head: head.clone(), party: self.party }
    }
}

/// All balances that the state gives.
pub fn balances(state: &State, party: Option<Party>) -> Balances {
    let mut all = Balances::new();
    for part in all_parts(state) {
        for (account, amount) in part.balances(state, party) {
            add(&mut all, account, amount);
        }
    }
    money::close_books(&mut all);
    all.retain(|_, amount| *amount != 0);
    all
}

fn all_parts(state: &State) -> Vec<Part> {
    let items = state.items().map(|(id, _)| Part::Item(id.clone()));
    let contracts = state.contracts().map(|(id, _)| Part::Contract(id.clone()));
    let programmes = state.programmes().map(|(id, _)| Part::Programme(id.clone()));
    let support = state.support_orders().map(|(id, _)| Part::Support(id.clone()));
    items.chain(contracts).chain(programmes).chain(support).chain([Part::Between]).collect()
}

/// The parts of the state that an act may have changed.
fn parts_of(act: &RecordedAct, state: &State) -> BTreeSet<Part> {
    let mut parts = BTreeSet::new();
    for event in &act.act.events {
        for subject in event.subjects(state) {
            match subject {
                Subject::Item(id) => drop(parts.insert(Part::Item(id))),
                Subject::Contract(id) => drop(parts.insert(Part::Contract(id))),
                Subject::Programme(id) => drop(parts.insert(Part::Programme(id))),
                Subject::Support(id) => drop(parts.insert(Part::Support(id))),
                _ => {}
            }
        }
        parts.extend(goods::named_in(event, state).into_iter().map(Part::Item));
        if money::is_between(event) {
            parts.insert(Part::Between);
        }
    }
    let fitted: Vec<ItemId> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Item(id) => Some(goods::fitted_in(state, id)),
            _ => None,
        })
        .flatten()
        .collect();
    parts.extend(fitted.into_iter().map(Part::Item));
    parts
}

/// A journal that is complete.
#[derive(Debug)]
pub struct Closed {
    transactions: Vec<Transaction>,
    balances: Balances,
    head: Head,
    party: Option<Party>,
}

impl Closed {
    /// How many transactions there are.
    pub const fn transactions(&self) -> u64 {
        self.transactions.len() as u64
    }

    /// Writes the journal.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write::journal(self, out)
    }
}
