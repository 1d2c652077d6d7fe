//! Money and goods as an accounting journal.

mod expected;
mod hledger; // read by hledger itself; needs it

use std::collections::BTreeMap;

use ledger_core::domain::{Party, State};
use ledger_core::exchange::accounts::{Accounts, Closed};
use ledger_core::store::memory::MemoryStore;

use super::ledgers::{generated, story, told, vectors};
use expected::{Facts, decimal};

/// The journal of a ledger, its state, and what its acts say that the state does not tell.
fn journal(store: &MemoryStore, party: Option<Party>) -> (String, State, Facts) {
    let mut accounts = Accounts::new(party);
    let mut facts = Facts::default();
    let tip = told(store, |visit| {
        accounts.take(visit);
        facts.take(visit);
    });
    let closed: Closed = accounts.close(tip.state(), tip.head());
    let mut out = Vec::new();
    closed.write(&mut out).unwrap();
    (String::from_utf8(out).unwrap(), tip.state().clone(), facts)
}

/// The sums of all postings, by account and commodity, read from the text; each transaction has to balance in itself.
fn sums(text: &str) -> BTreeMap<(String, String), i128> {
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut open: BTreeMap<String, i128> = BTreeMap::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            for (commodity, sum) in std::mem::take(&mut open) {
                assert_eq!(sum, 0, "{commodity} does not balance before a line");
            }
            continue;
        }
        let Some(posting) = line.strip_prefix("    ").filter(|posting| !posting.starts_with(';')) else {
            continue;
        };
        let (account, amount) = posting.split_once("  ").unwrap();
        let amount = amount.split(" = ").next().unwrap();
        let (number, commodity) = amount.split_once(' ').unwrap();
        *open.entry(commodity.to_owned()).or_default() += decimal(number);
        *sums.entry((account.to_owned(), commodity.trim_matches('"').to_owned())).or_default() +=
            decimal(number);
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

#[test]
fn the_postings_come_to_the_balances_of_the_state() {
    for (name, store) in [
        ("baltic", story("baltic")),
        ("regimes", story("regimes")),
        ("findings", story("findings")),
        ("vectors", vectors()),
        ("generated", generated(3, 2_000)),
    ] {
        let (text, state, facts) = journal(&store, None);
        let (ours, theirs) = (sums(&text), facts.expected(&state));
        for key in ours.keys().chain(theirs.keys()) {
            assert_eq!(ours.get(key), theirs.get(key), "{name}: {key:?}");
        }
        assert!(ours.len() > 5, "{name}");
    }
}

#[test]
fn a_transaction_names_its_entry_its_act_and_its_time() {
    let (text, ..) = journal(&story("baltic"), None);
    let lines: Vec<&str> = text.lines().collect();
    let heads: Vec<usize> = (0..lines.len())
        .filter(|index| lines[*index].contains(" * (") && !lines[*index].starts_with(' '))
        .collect();
    assert!(heads.len() > 100);
    let mut last = 0;
    for index in heads {
        let entry: u64 = lines[index].split(['(', ')']).nth(1).unwrap().parse().unwrap();
        assert!(entry > last, "entry {entry} after {last}");
        last = entry;
        let about = lines[index + 1];
        assert!(
            about.contains(&format!("entry: {entry}, act: ")) && about.contains("recorded: 20"),
            "{about}"
        );
    }
    assert_eq!(text, journal(&story("baltic"), None).0);
}

#[test]
fn a_ministrys_journal_has_its_money_alone_and_the_goods_that_it_owns_or_holds() {
    let (text, state, facts) = journal(&story("baltic"), Some("LV".parse().unwrap()));
    let ours = sums(&text);
    assert!(ours.keys().any(|(account, _)| account == "LV:bank"));
    for (account, _) in ours.keys() {
        let other = account.starts_with("EE:") || account.starts_with("LT:");
        assert!(!other, "{account}");
        let concerns = account.starts_with("goods:LV:") || account.contains(":held by LV:");
        assert!(
            !account.starts_with("goods:") || concerns || account == "goods:registered, or with others",
            "{account}"
        );
    }
    for (key, amount) in facts.expected(&state) {
        if key.0.starts_with("LV:") || key.0.starts_with("goods:LV:") {
            assert_eq!(ours.get(&key), Some(&amount), "{key:?}");
        }
    }
}
