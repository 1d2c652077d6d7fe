//! The breaks of the inventory (R1) in the words of all runs, and what the ledger itself knows to be wrong there.

use std::collections::BTreeMap;

use super::flaws::Known;
use super::{ColumnDifference, Facts, Nearest, RunBreak, RunMatch, RunReport, Side, Terms};
use crate::domain::codes::Party;
use crate::domain::item::ItemId;
use crate::domain::reconcile::{Break, BreakClass, Candidate, Holding, Reconciliation, RunKind};
use crate::domain::register::{Position, Standing};
use crate::domain::state::State;

/// Puts what came of the inventory into the words of all runs.
pub fn report(found: &Reconciliation, state: &State, facts: &Facts, terms: &Terms) -> RunReport {
    let mut breaks: Vec<RunBreak> = found.breaks.iter().map(|found| in_words(found, state, terms)).collect();
    let mut spoken = Spoken::of(&breaks);
    variances(state, terms, &mut breaks, &mut spoken);
    baseless(state, facts, terms, &mut breaks, &mut spoken);
    let matches = found.matches.iter().map(|matched| RunMatch {
        subject: matched.item.to_string(),
        rows: matched.rows.clone(),
        rule: matched.rule,
        without: None,
    });
    let report = RunReport {
        run: RunKind::Inventory,
        party: found.ministry,
        as_of: Some(terms.span.to),
        from: None,
        tolerances: found.tolerances,
        ledger_lines: found.ledger_lines,
        book_rows: found.book_rows,
        rows_of_others: found.rows_of_others,
        outside: 0,
        matched: found.matched.clone(),
        broken: found.broken.clone(),
        ages: Vec::new(),
        ageing: Vec::new(),
        matches: matches.collect(),
        breaks,
    };
    report.count(&terms.ages)
}

fn in_words(found: &Break, state: &State, terms: &Terms) -> RunBreak {
    let side = found.ledger.as_ref().or(found.book.as_ref());
    let mark = side.map_or_else(String::new, mark);
    let since = (found.class == BreakClass::Timing).then(|| sent(&found.item, state, terms.party)).flatten();
    let differences = found.differences.iter().map(|difference| ColumnDifference {
        field: difference.field.code(),
        ledger: difference.ledger.clone(),
        book: difference.book.clone(),
    });
    RunBreak {
        rows: found.rows.clone(),
        differences: differences.collect(),
        ledger: found.ledger.as_ref().map(side_of),
        book: found.book.as_ref().map(side_of),
        delta: found.delta.map(|delta| delta.to_string()),
        candidate: found.candidate.as_ref().map(nearest),
        hint: found.hint.clone(),
        ..terms.aged(RunKind::Inventory, found.class, found.item.to_string(), mark, since)
    }
}

/// What tells a holding from others of its item: all but how much it is, so that a difference that grows stays the
/// same difference.
fn mark(holding: &Holding) -> String {
    let Holding { condition, location, holder, owner, .. } = holding;
    format!("condition {condition}, location {location}, holder {holder}, owner {owner}")
}

/// When goods of the item that are on their way to or from the party left.
fn sent(item: &ItemId, state: &State, party: Party) -> Option<crate::domain::Timestamp> {
    let positions = state.item(item)?.positions.keys();
    let consignments = positions.filter_map(|position| match &position.standing {
        Standing::InTransit(id) => state.consignment(id),
        _ => None,
    });
    let ours = consignments.filter(|sent| [sent.sender, sent.receiver].contains(&party));
    ours.map(|sent| sent.dispatched_at).min()
}

fn nearest(candidate: &Candidate) -> Nearest {
    Nearest { row: candidate.row, side: side_of(&candidate.holding) }
}

/// A holding by the columns of a book.
fn side_of(holding: &Holding) -> Side {
    let mut said: Vec<(&'static str, String)> = Vec::new();
    said.extend(holding.item.nsn().or(holding.nsn).map(|nsn| ("nsn", nsn.to_string())));
    match &holding.item {
        ItemId::Serial { ncage, part, serial } => said.push(("serial", format!("{ncage}:{part}:{serial}"))),
        ItemId::Batch { batch, .. } => said.push(("batch", batch.to_string())),
        ItemId::Bulk { .. } => {}
    }
    let quantity = holding.quantity.to_string();
    let (qty, uom) = quantity.split_once(' ').unwrap_or((&quantity, ""));
    said.extend([
        ("qty", qty.to_owned()),
        ("uom", uom.to_owned()),
        ("condition", holding.condition.to_string()),
        ("location", holding.location.to_string()),
        ("holder", holding.holder.to_string()),
        ("owner", holding.owner.to_string()),
    ]);
    Side(said)
}

/// Which break speaks first of each item: a ledger with a key in doubt has as many flaws as breaks, and each is looked
/// up once.
struct Spoken(BTreeMap<String, usize>);

impl Spoken {
    fn of(breaks: &[RunBreak]) -> Self {
        let mut first = BTreeMap::new();
        for (at, found) in breaks.iter().enumerate() {
            first.entry(found.subject.clone()).or_insert(at);
        }
        Self(first)
    }

    /// Adds words to the break that speaks of the item. Where none does, the words come back for one of their own, which
    /// is the next of the list.
    fn hint(&mut self, breaks: &mut [RunBreak], subject: &str, words: String) -> Option<String> {
        if let Some(found) = self.0.get(subject).and_then(|at| breaks.get_mut(*at)) {
            found.hint = Some(joined(found.hint.take(), words));
            return None;
        }
        self.0.insert(subject.to_owned(), breaks.len());
        Some(words)
    }
}

/// B18: counts that differ from the ledger and are not explained. Where a break speaks of the item already, the count
/// is its hint: one difference is one break.
fn variances(state: &State, terms: &Terms, breaks: &mut Vec<RunBreak>, spoken: &mut Spoken) {
    let open = state.variances().filter(|(_, variance)| variance.resolved_in.is_none());
    for ((count, item), variance) in open.filter(|(_, variance)| variance.holder == terms.party) {
        let (ledger, counted) = (variance.book, variance.counted);
        let words =
            format!("count {count} at {} found {counted}, the ledger had {ledger}", variance.location);
        let Some(words) = spoken.hint(breaks, &item.to_string(), words) else { continue };
        let mark = format!("{count} {}", variance.location);
        let class = BreakClass::CountVariance;
        let found = terms.aged(RunKind::Inventory, class, item.to_string(), mark, Some(variance.since));
        let difference =
            ColumnDifference { field: "qty", ledger: ledger.to_string(), book: counted.to_string() };
        breaks.push(RunBreak { differences: vec![difference], hint: Some(words), ..found });
    }
}

/// B16: goods that the ministry has under a transfer which was signed with a key in doubt, or which another party
/// refused to ratify.
fn baseless(state: &State, facts: &Facts, terms: &Terms, breaks: &mut Vec<RunBreak>, spoken: &mut Spoken) {
    let known = Known::new(state, facts, terms);
    for (item, stock) in state.items() {
        let held = stock.positions.iter().filter(|(position, _)| position.holder == terms.party);
        for (position, quantity) in held {
            let Some(flaw) = transfer_of(position).and_then(|id| {
                let transfer = state.transfer(id)?;
                let entries = [Some(transfer.proposed_in), transfer.approved_in];
                entries.into_iter().flatten().find_map(|entry| known.baseless(entry))
            }) else {
                continue;
            };
            let Some(words) = spoken.hint(breaks, &item.to_string(), flaw.words) else { continue };
            let holding = Holding {
                item: item.clone(),
                nsn: stock.master.nsn,
                quantity: *quantity,
                condition: position.condition,
                location: position.location.clone(),
                holder: position.holder,
                owner: position.owner,
            };
            let ours = side_of(&holding);
            let class = BreakClass::Authority;
            let found = terms.aged(RunKind::Inventory, class, item.to_string(), mark(&holding), flaw.since);
            breaks.push(RunBreak { ledger: Some(ours), hint: Some(words), by: flaw.by, ..found });
        }
    }
}

/// The transfer under which goods are in hand.
const fn transfer_of(position: &Position) -> Option<&crate::domain::ids::TransferId> {
    match &position.standing {
        Standing::OnLoan(id) | Standing::AwaitingTitle(id) => Some(id),
        _ => None,
    }
}

fn joined(hint: Option<String>, more: String) -> String {
    match hint {
        Some(hint) => format!("{hint}; {more}"),
        None => more,
    }
}
