//! The text of a journal.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Account, Balances, Closed, Commodity, Transaction};

/// Digits behind the point of goods.
const MILLIONTHS: u32 = 6;

pub(super) fn journal(closed: &Closed, out: &mut dyn Write) -> io::Result<()> {
    about(closed, out)?;
    for transaction in &closed.transactions {
        write_transaction(transaction, out)?;
    }
    assertions(closed, out)
}

fn about(closed: &Closed, out: &mut dyn Write) -> io::Result<()> {
    let head = &closed.head;
    let origin = head.origin.as_ref().map(ToString::to_string).unwrap_or_default();
    writeln!(out, "; {origin} after {} entries, root {}", head.size, head.frontier.root())?;
    match closed.party {
        Some(party) => writeln!(out, "; The money of {party}, and the goods that it owns or holds.")?,
        None => writeln!(out, "; The money of each ministry, and the goods of all.")?,
    }
    writeln!(out, "; Each transaction is what one entry of the ledger changed: its position is the code.")?;
    writeln!(out, "decimal-mark .\n")?;
    let accounts: BTreeSet<&Account> = accounts(closed);
    let names: BTreeSet<String> = accounts.iter().map(ToString::to_string).collect();
    for name in names {
        writeln!(out, "account {name}")?;
    }
    let commodities: BTreeSet<&Commodity> = accounts.iter().map(|account| &account.commodity).collect();
    for commodity in commodities {
        writeln!(out, "commodity {}", sample(commodity))?;
    }
    writeln!(out)
}

/// Every account that is ever posted to.
fn accounts(closed: &Closed) -> BTreeSet<&Account> {
    let posted = closed.transactions.iter().flat_map(|transaction| transaction.postings.keys());
    posted.chain(closed.balances.keys()).collect()
}

fn write_transaction(transaction: &Transaction, out: &mut dyn Write) -> io::Result<()> {
    let Transaction { day, entry, act, acted_in, recorded_at, what, postings } = transaction;
    writeln!(out, "{day} * ({entry}) {what}")?;
    writeln!(out, "    ; entry: {entry}, act: {act}, recorded: {recorded_at}")?;
    if acted_in != entry {
        writeln!(out, "    ; written-in: {acted_in}, it waited for signatures until this entry")?;
    }
    for (account, value) in postings {
        writeln!(out, "    {account}  {}", amount(*value, &account.commodity))?;
    }
    writeln!(out)
}

/// The balances of the last state, account by account, also those that are nothing by now.
fn assertions(closed: &Closed, out: &mut dyn Write) -> io::Result<()> {
    let all = accounts(closed);
    let Some(time) = closed.head.recorded_at.filter(|_| !all.is_empty()) else { return Ok(()) };
    let balances: &Balances = &closed.balances;
    writeln!(
        out,
        "{} * The balances that the state has after entry {}",
        time.date(),
        closed.head.size.saturating_sub(1)
    )?;
    for account in all {
        let is = balances.get(account).copied().unwrap_or(0);
        let commodity = &account.commodity;
        writeln!(out, "    {account}  {} = {}", amount(0, commodity), amount(is, commodity))?;
    }
    Ok(())
}

/// An amount with its commodity.
fn amount(value: i128, commodity: &Commodity) -> String {
    let digits = match commodity {
        Commodity::Money(currency) => decimal(value, currency.minor_digits(), false),
        Commodity::Item(..) => decimal(value, MILLIONTHS, true),
    };
    format!("{digits} {}", name(commodity))
}

/// How a commodity is named: an item in quotes, since its name has more than letters.
fn name(commodity: &Commodity) -> String {
    match commodity {
        Commodity::Money(currency) => currency.to_string(),
        Commodity::Item(id, unit) => format!("\"{id} {unit}\""),
    }
}

/// An amount that shows how many digits of a commodity stand behind the point; the point itself stands always.
fn sample(commodity: &Commodity) -> String {
    let digits = match commodity {
        Commodity::Money(currency) => currency.minor_digits(),
        Commodity::Item(..) => MILLIONTHS,
    };
    format!("1000.{} {}", "0".repeat(digits as usize), name(commodity))
}

/// A number with `places` digits behind the point, without trailing zeros when `short`.
fn decimal(value: i128, places: u32, short: bool) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let places = places as usize;
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places.saturating_add(1));
    let (whole, part) = digits.split_at(digits.len().saturating_sub(places));
    let part = if short { part.trim_end_matches('0') } else { part };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}
