//! Who owes whom, in each currency.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::Party;
use ledger_core::domain::money::{Currency, Money};

use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::{Subject, grouped, paragraph};

/// Steps of the heat of a cell; 0 is nothing.
const HEAT: [&str; 6] = ["heat0", "heat1", "heat2", "heat3", "heat4", "heat5"];

type Matrix = BTreeMap<(Party, Party), u64>;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let state = subject.state();
    let mut owed: BTreeMap<Currency, Matrix> = BTreeMap::new();
    let mut lines =
        Table::new("Each debt", &["Debtor", "Creditor", "Amount#", "Rests on", "Due"]).class("tight");
    let mut add = |debtor: Party, creditor: Party, amount: Money, on: String, due: String| {
        if amount.is_zero() || !subject.asks_for(&[debtor, creditor]) {
            return;
        }
        let cell = owed.entry(amount.currency()).or_default().entry((debtor, creditor)).or_default();
        *cell = cell.saturating_add(amount.minor());
        lines.row([
            Cell::text(debtor),
            Cell::text(creditor),
            Cell::text(grouped(amount)).class("nowrap"),
            Cell::text(on),
            Cell::text(due),
        ]);
    };
    for debt in state.debts() {
        add(debt.debtor, debt.creditor, debt.amount, "what stands in no settlement yet".into(), "-".into());
    }
    for (id, settlement) in state.settlements() {
        for net in &settlement.nets {
            let due = settlement.due.map_or_else(|| "-".to_owned(), |due| due.date().to_string());
            add(net.debtor, net.creditor, net.open(), format!("settlement {id}"), due);
        }
    }
    let mut html = Html::default();
    if owed.is_empty() {
        html.push(&Html::of("p class=\"none\"", "Nobody owes anybody money."));
    }
    let parties: BTreeSet<Party> = state.parties().map(|(party, _)| *party).collect();
    for (currency, matrix) in &owed {
        html.push(&heat(*currency, matrix, &parties));
    }
    if !owed.is_empty() {
        html.push(&lines.markup());
    }
    html.push(&balances(subject));
    html.push(&settlements(subject));
    html
}

/// Debtors by creditors, the darker the more.
fn heat(currency: Currency, matrix: &Matrix, parties: &BTreeSet<Party>) -> Html {
    let most = matrix.values().copied().max().unwrap_or(0);
    let mut html = Html::raw("<div class=\"wide\"><table class=\"heat\"><caption>");
    html.push_text(format!("Not yet paid, in {currency}: each row owes to each column"));
    html.push_raw("</caption><thead><tr><th scope=\"col\">Owes \u{2193} to \u{2192}</th>");
    parties.iter().for_each(|party| html.push(&Html::of("th scope=\"col\" class=\"n\"", party)));
    html.push_raw("<th scope=\"col\" class=\"n\">Together</th></tr></thead><tbody>");
    for debtor in parties {
        html.push_raw("<tr>");
        html.push(&Html::of("th scope=\"row\"", debtor));
        let mut sum = 0_u64;
        for creditor in parties {
            let minor = matrix.get(&(*debtor, *creditor)).copied().unwrap_or(0);
            sum = sum.saturating_add(minor);
            let opening = format!("td class=\"n {}\"", step(minor, most));
            html.push(&Html::of(
                &opening,
                if minor == 0 { "\u{2013}".into() } else { amount(minor, currency) },
            ));
        }
        let sum = if sum == 0 { "\u{2013}".into() } else { amount(sum, currency) };
        html.push(&Html::of("td class=\"n sum\"", sum));
        html.push_raw("</tr>");
    }
    html.push_raw("</tbody></table></div>");
    html
}

fn step(minor: u64, most: u64) -> &'static str {
    let fifth = minor.saturating_mul(5).checked_div(most).unwrap_or(0);
    let at = if minor == 0 { 0 } else { usize::try_from(fifth).unwrap_or(5).clamp(1, 5) };
    HEAT.get(at).copied().unwrap_or("heat0")
}

fn amount(minor: u64, currency: Currency) -> String {
    Money::new(minor, currency).map_or_else(|_| format!("more than can be written, {currency}"), grouped)
}

/// What each party is owed on balance.
fn balances(subject: &Subject<'_>) -> Html {
    let mut table = Table::new(
        "Net position of each party, over all facts and all that was paid",
        &["Party", "Is owed (+) or owes (\u{2212})#"],
    )
    .class("tight");
    for (currency, parties) in subject.state().net_positions() {
        for (party, minor) in parties.into_iter().filter(|(party, _)| subject.asks_for(&[*party])) {
            let sign = match minor {
                0 => "",
                1.. => "+",
                _ => "\u{2212}",
            };
            let minor = u64::try_from(minor.unsigned_abs()).unwrap_or(u64::MAX);
            table.row([Cell::text(party), Cell::text(format!("{sign}{}", amount(minor, currency)))]);
        }
    }
    if table.is_empty() { Html::default() } else { table.markup() }
}

fn settlements(subject: &Subject<'_>) -> Html {
    let mut table = Table::new(
        "Settlements",
        &["Settlement", "Closed in entry#", "Debtor", "Creditor", "Amount#", "Paid#", "Open#"],
    );
    for (id, settlement) in subject.state().settlements() {
        for net in settlement.nets.iter().filter(|net| subject.asks_for(&[net.debtor, net.creditor])) {
            table.row([
                Cell::text(id),
                Cell::text(settlement.closed_in),
                Cell::text(net.debtor),
                Cell::text(net.creditor),
                Cell::text(grouped(net.amount)).class("nowrap"),
                Cell::text(grouped(net.paid)).class("nowrap"),
                Cell::text(grouped(net.open())).class("nowrap"),
            ]);
        }
    }
    if table.is_empty() { paragraph("No settlement was closed.") } else { table.markup() }
}
