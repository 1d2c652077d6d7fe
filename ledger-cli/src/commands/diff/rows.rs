//! Differences in words: goods, money, open matters and keys first, then the rest row by row.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::item::ItemId;
use ledger_core::domain::register::Position;
use ledger_core::domain::station::{Positions, shifts};
use ledger_core::domain::status::{Matter, MatterKind};
use ledger_core::domain::{Party, State};
use ledger_core::journal::Moment;
use ledger_core::ledger::difference::{Change, Difference, value};
use serde_json::Value;

use crate::cli::DiffArgs;
use crate::context::Context;
use crate::error::CommandError;
use crate::render::{human, timeline};

/// The table of goods.
const GOODS: &str = "stocks";
/// The table of keys.
const KEYS: &str = "keys";
/// Tables that say of acts who signed them and which can be taken back: something for nearly every act. Their rows are
/// counted.
const COUNTED: [&str; 2] = ["signed", "reversible"];
/// So many characters of a value are shown.
const SHOWN: usize = 60;

/// Tells the differences. Matters and money, which follow from rows of many tables, are told when no table was asked
/// for.
pub(super) fn tell(
    found: &[Difference],
    args: &DiffArgs,
    (from, to): (&Moment, &Moment),
    context: &Context,
) -> Result<(), CommandError> {
    let of = |table: &'static str| found.iter().filter(move |difference| difference.row.table == table);
    section("Items", of(GOODS).flat_map(|row| goods(row, (&from.state, &to.state))).collect(), context)?;
    if args.table.is_empty() && args.about.is_none() {
        section("Money owed", money(&from.state, &to.state, args.party), context)?;
        section("Open matters", matters(from, to, args.party), context)?;
    }
    section("Keys", of(KEYS).map(key).collect(), context)?;
    let counted = |row: &&Difference| args.table.is_empty() && COUNTED.contains(&row.row.table);
    let rest = found.iter().filter(|row| ![GOODS, KEYS].contains(&row.row.table) && !counted(row));
    section("Rows", rest.map(|row| plain(row, row.row.table)).collect(), context)?;
    for table in COUNTED {
        let rows = found.iter().filter(counted).filter(|row| row.row.table == table).count();
        if rows > 0 {
            let rows = human::count(rows as u64, "row", "rows");
            context.say(format_args!("  {table}: {rows}; `--table {table}` lists them"))?;
        }
    }
    Ok(())
}

/// A key: whose it is, or what became of it.
fn key(difference: &Difference) -> String {
    let short: String = text(&value(&difference.row.key)).chars().take(8).collect();
    let row = difference.after.as_deref().or(difference.before.as_deref()).map_or(Value::Null, value);
    let whose = |name: &str| row.get(name).map(text).unwrap_or_default();
    let became = if difference.change() == Change::Changed { changes(difference) } else { String::new() };
    format!("{} {short}  {} of {}  {became}", mark(difference.change()), whose("role"), whose("party"))
        .trim_end()
        .to_owned()
}

fn section(title: &str, lines: Vec<String>, context: &Context) -> Result<(), CommandError> {
    if lines.is_empty() {
        return Ok(());
    }
    context.say(human::strong(title))?;
    lines.iter().try_for_each(|line| context.say(format_args!("  {line}")))
}

const fn mark(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}

/// Where goods went, and what else is new about them.
fn goods(difference: &Difference, (before, after): (&State, &State)) -> Vec<String> {
    let mark = mark(difference.change());
    let key = value(&difference.row.key);
    let Some(id) = key.as_str().and_then(|text| text.parse::<ItemId>().ok()) else {
        return vec![plain(difference, GOODS)];
    };
    let stands = |state: &State| state.item(&id).map_or_else(Positions::new, |stock| stock.positions.clone());
    let (was, is) = (stands(before), stands(after));
    let ways = if id.is_serial() { shifts(&was, &is) } else { Vec::new() };
    let mut lines: Vec<_> =
        ways.iter().map(|shift| format!("{mark} {id}  {}", timeline::station(shift))).collect();
    if !id.is_serial() {
        lines = amounts(&was, &is).into_iter().map(|words| format!("{mark} {id}  {words}")).collect();
    }
    if lines.is_empty() { vec![plain(difference, "")] } else { lines }
}

/// How much stands where, position by position: over several acts nobody can say which part of a quantity went which
/// way.
fn amounts(was: &Positions, is: &Positions) -> Vec<String> {
    let all: BTreeSet<&Position> = was.keys().chain(is.keys()).collect();
    let changed = all.into_iter().filter(|position| was.get(*position) != is.get(*position));
    let told = changed.filter_map(|position| {
        let (before, after) = (was.get(position), is.get(position));
        let nothing = before.or(after)?.none();
        let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        Some(format!("{before} \u{2192} {after}: {}", timeline::all(position)))
    });
    told.collect()
}

/// Who owes whom, where that is not what it was.
fn money(before: &State, after: &State, party: Option<Party>) -> Vec<String> {
    let mut owed: BTreeMap<(String, String, String), (String, String)> = BTreeMap::new();
    let concerns = |one: Party, other: Party| party.is_none_or(|party| party == one || party == other);
    for (state, second) in [(before, false), (after, true)] {
        for net in state.debts().iter().filter(|net| concerns(net.debtor, net.creditor)) {
            let amount = net.amount.to_string();
            let currency = amount.split(' ').next_back().unwrap_or_default().to_owned();
            let sums = owed.entry((net.debtor.to_string(), net.creditor.to_string(), currency)).or_default();
            *(if second { &mut sums.1 } else { &mut sums.0 }) = amount;
        }
    }
    let shown = |amount: &str| if amount.is_empty() { "nothing".to_owned() } else { amount.to_owned() };
    let changed = owed.into_iter().filter(|(_, (was, is))| was != is);
    changed
        .map(|((debtor, creditor, _), (was, is))| {
            format!("~ {debtor} owes {creditor}  {} \u{2192} {}", shown(&was), shown(&is))
        })
        .collect()
}

/// What makes a matter the same one at another time.
type Identity = (MatterKind, String, Party, Option<Party>, String);

/// What is open in the second state and was not in the first, and the other way; each is judged by the time of its last
/// entry.
fn matters(from: &Moment, to: &Moment, party: Option<Party>) -> Vec<String> {
    let open = |moment: &Moment| -> BTreeMap<Identity, Matter> {
        let all = moment.head.recorded_at.map_or_else(Vec::new, |now| moment.state.matters(now));
        let asked = all.into_iter().filter(|matter| party.is_none_or(|party| matter.concerns(party)));
        asked.map(|m| ((m.kind, m.subject.clone(), m.by, m.to, m.what.clone()), m)).collect()
    };
    let (was, is) = (open(from), open(to));
    let line = |mark: char, matter: &Matter| {
        let due = matter.due.map_or_else(String::new, |due| format!(", due {due}"));
        format!("{mark} {} {}  {}: {}{due}", matter.kind, matter.subject, matter.by, matter.what)
    };
    let gone = was.iter().filter(|(identity, _)| !is.contains_key(*identity)).map(|(_, m)| line('-', m));
    let come = is.iter().filter(|(identity, _)| !was.contains_key(*identity)).map(|(_, m)| line('+', m));
    gone.chain(come).collect()
}

/// A row with the fields that changed; of a new row, what it says.
fn plain(difference: &Difference, table: &str) -> String {
    let key = text(&value(&difference.row.key));
    let name = [table, &key].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let says = match difference.change() {
        Change::Added => difference.after.as_deref().map(|row| text(&gist(value(row)))).unwrap_or_default(),
        Change::Removed => String::new(),
        Change::Changed => changes(difference),
    };
    format!("{} {name}  {says}", mark(difference.change())).trim_end().to_owned()
}

/// What a new row says: the terms of what was agreed, where it has terms.
fn gist(mut row: Value) -> Value {
    let mut gist = row.get_mut("terms").map_or(Value::Null, Value::take);
    if gist.is_null() {
        gist = row;
    }
    if let Some(fields) = gist.as_object_mut() {
        fields.remove("occurred_at");
    }
    gist
}

/// The fields that changed, each with what it was and is; of a list, what came and what went.
fn changes(difference: &Difference) -> String {
    let each = difference.fields().into_iter().map(|field| {
        let words = match (&field.before, &field.after) {
            (Value::Array(before), Value::Array(after)) => {
                let gone = before
                    .iter()
                    .filter(|value| !after.contains(value))
                    .map(|value| format!("- {}", text(value)));
                let come = after
                    .iter()
                    .filter(|value| !before.contains(value))
                    .map(|value| format!("+ {}", text(value)));
                gone.chain(come).collect::<Vec<_>>().join(", ")
            }
            (before, after) => format!("{} \u{2192} {}", text(before), text(after)),
        };
        format!("{} {words}", field.field.replace('_', " ")).trim_start().to_owned()
    });
    each.collect::<Vec<_>>().join(" \u{b7} ")
}

/// A value as an officer would write it, as far as a line has room for it.
fn text(value: &Value) -> String {
    let words = match value {
        Value::Null => "-".into(),
        value => human::inside(value),
    };
    if words.chars().count() <= SHOWN {
        return words;
    }
    words.chars().take(SHOWN).chain(['\u{2026}']).collect()
}
