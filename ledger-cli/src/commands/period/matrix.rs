//! `period show`: the cut-off, who owes whom at it, and where ledger and confirmations differ.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use ledger_core::domain::ids::PeriodId;
use ledger_core::domain::money::Currency;
use ledger_core::domain::period::{Accord, Confirmation};
use ledger_core::domain::procurement::NetAmount;
use ledger_core::domain::{Party, State};
use ledger_core::journal::{self, Until};
use serde::Serialize;
use serde_json::json;

use super::{at_cut_off, known};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

/// What ledger and both parties say of a balance in one currency.
#[derive(Debug, Serialize)]
struct Line {
    one: Party,
    other: Party,
    currency: Currency,
    /// Who owes whom by the ledger at the cut-off; nothing when it is even.
    ledger: Option<NetAmount>,
    /// As the first party confirmed it.
    by_one: Said,
    /// As the second party confirmed it.
    by_other: Said,
    /// True when nobody who said something said otherwise than the ledger.
    same: bool,
}

/// What a party confirmed in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Said {
    /// It has confirmed nothing yet.
    Nothing { confirmed: bool },
    /// It has.
    Something { confirmed: bool, debt: Option<NetAmount> },
}

impl Said {
    fn of(confirmation: Option<&Confirmation>, currency: Currency) -> Self {
        match confirmation {
            None => Said::Nothing { confirmed: false },
            Some(known) => Said::Something { confirmed: true, debt: of_currency(&known.balances, currency) },
        }
    }

    fn agrees_with(&self, ledger: Option<&NetAmount>) -> bool {
        match self {
            Said::Nothing { .. } => true,
            Said::Something { debt, .. } => debt.as_ref() == ledger,
        }
    }

    fn words(&self) -> String {
        match self {
            Said::Nothing { .. } => "-".into(),
            Said::Something { debt, .. } => words(debt.as_ref()),
        }
    }
}

fn of_currency(balances: &[NetAmount], currency: Currency) -> Option<NetAmount> {
    balances.iter().find(|net| net.amount.currency() == currency).cloned()
}

fn words(debt: Option<&NetAmount>) -> String {
    debt.map_or_else(|| "even".into(), |net| format!("{} owes {}", net.debtor, net.amount))
}

fn accord_in_words(accord: Accord) -> String {
    match accord {
        Accord::Unconfirmed => "not confirmed".into(),
        Accord::Half(party) => format!("confirmed by {party} alone"),
        Accord::Agreed => "agreed".into(),
        Accord::Disputed => "disputed".into(),
    }
}

/// The balances of two parties, a line a currency that anybody names.
fn lines(now: &State, then: &State, period: &PeriodId, one: Party, other: Party) -> Vec<Line> {
    let ledger = then.balance_between(one, other);
    let (mine, theirs) = (now.confirmation(period, one, other), now.confirmation(period, other, one));
    let confirmed = [mine, theirs].into_iter().flatten().flat_map(|known| &known.balances);
    let currencies: BTreeSet<Currency> =
        ledger.iter().chain(confirmed).map(|net| net.amount.currency()).collect();
    let line = |currency| {
        let ledger = of_currency(&ledger, currency);
        let (by_one, by_other) = (Said::of(mine, currency), Said::of(theirs, currency));
        let same = by_one.agrees_with(ledger.as_ref()) && by_other.agrees_with(ledger.as_ref());
        Line { one, other, currency, ledger, by_one, by_other, same }
    };
    currencies.into_iter().map(line).collect()
}

pub(super) fn show(id: &PeriodId, context: &Context) -> Result<Answer, CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |_| {
        ControlFlow::Continue(())
    })?;
    drop(bar);
    let period = known(tip.state(), id)?;
    let then = at_cut_off(&store, period.terms.size, context)?;
    let pairs: Vec<_> =
        period.pairs().map(|(one, other)| (one, other, tip.state().accord(id, one, other))).collect();
    let all: Vec<Line> =
        pairs.iter().flat_map(|(one, other, _)| lines(tip.state(), then.state(), id, *one, *other)).collect();
    if context.json {
        context.emit("period", period)?;
        for (one, other, accord) in &pairs {
            context.emit("accord", json!({ "one": one, "other": other, "accord": accord }))?;
        }
        for line in &all {
            context.emit("balance", line)?;
        }
        return Ok(Answer::Done);
    }
    let terms = &period.terms;
    context.say(format_args!("{}  until the end of {}", human::strong(&terms.period), terms.last_day))?;
    context.say(format_args!("  {} entries, root {}", terms.size, terms.root))?;
    context.say(format_args!("  fixed in entry {}", period.fixed_in))?;
    context.say(human::strong("Confirmed"))?;
    let rows = pairs
        .iter()
        .map(|(one, other, accord)| vec![one.to_string(), other.to_string(), accord_in_words(*accord)]);
    context.say(human::indented(&human::table(&["ONE", "OTHER", "BALANCE"], rows)))?;
    context.say(human::strong("Who owes whom at the cut-off"))?;
    if all.is_empty() {
        return context.say("  nobody owes anybody anything").map(|()| Answer::Done);
    }
    let rows = all.iter().map(|line| {
        vec![
            format!("{} {}", line.one, line.other),
            line.currency.to_string(),
            words(line.ledger.as_ref()),
            line.by_one.words(),
            line.by_other.words(),
            if line.same { String::new() } else { human::bad("they differ") },
        ]
    });
    let head = ["BETWEEN", "CURRENCY", "LEDGER", "THE FIRST SAYS", "THE SECOND SAYS", ""];
    context.say(human::indented(&human::table(&head, rows)))?;
    Ok(Answer::Done)
}
