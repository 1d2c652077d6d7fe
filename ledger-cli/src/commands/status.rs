//! `status`: what waits, what is overdue, what is owed, for one party.

use ledger_core::domain::money::{Currency, Money};
use ledger_core::domain::pending::Pending;
use ledger_core::domain::procurement::NetAmount;
use ledger_core::domain::status::{Matter, MatterKind};
use ledger_core::domain::{Party, State, Timestamp};
use ledger_core::journal::Until;
use serde::Serialize;
use serde_json::json;

use crate::cli::StatusArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::{human, json};

pub(crate) fn run(args: &StatusArgs, context: &Context) -> Result<Answer, CommandError> {
    let until = Until::from(&args.at);
    let tip = super::state_at(context, until)?;
    let (state, head) = (tip.state(), tip.head());
    if state.parties().all(|(party, _)| *party != args.party) {
        let known: Vec<_> = state.parties().map(|(party, _)| party.to_string()).collect();
        return Err(CommandError::usage(format!("{} is no party to this ledger", args.party))
            .hint(format!("the parties are {}", known.join(", "))));
    }
    let now = match (args.as_of, until, head.recorded_at) {
        (Some(moment), ..) => moment,
        (None, Until::Time(moment), _) => moment,
        (None, Until::Size(_), Some(last)) => last,
        (None, ..) => context.now()?,
    };
    let waiting: Vec<(u64, &Pending)> = state
        .pending()
        .filter(|(_, pending)| pending.waits_for(args.party))
        .map(|(entry, pending)| (*entry, pending))
        .collect();
    let matters: Vec<Matter> =
        state.matters(now).into_iter().filter(|matter| matter.concerns(args.party)).collect();
    if context.json {
        return emit(args.party, now, head.size, &waiting, &matters, state, context);
    }
    context.say(format_args!(
        "{} of {} after {} entries, as of {now}",
        human::strong("status"),
        args.party,
        head.size
    ))?;
    waits(&waiting, context)?;
    let (transit, rest): (Vec<_>, Vec<_>) =
        matters.into_iter().partition(|matter| matter.kind == MatterKind::Transit && !matter.is_overdue(now));
    let (overdue, open): (Vec<_>, Vec<_>) = rest.into_iter().partition(|matter| matter.is_overdue(now));
    listed("Overdue", &overdue, now, context)?;
    listed("In transit", &transit, now, context)?;
    listed("Open", &open, now, context)?;
    nets(args.party, state, context)?;
    Ok(Answer::Done)
}

fn waits(waiting: &[(u64, &Pending)], context: &Context) -> Result<(), CommandError> {
    let words = human::count(waiting.len() as u64, "act waits", "acts wait");
    context.say(format_args!("{}: {words}", human::strong("For its signature")))?;
    if waiting.is_empty() {
        return Ok(());
    }
    let rows = waiting.iter().map(|(entry, pending)| {
        vec![
            entry.to_string(),
            pending.act.recorded_at.date().to_string(),
            human::events(&pending.act.act.events),
            pending.wants(),
        ]
    });
    context.say(human::indented(&human::table(&["ENTRY", "SINCE", "WHAT", "MISSING"], rows)))
}

fn listed(title: &str, matters: &[Matter], now: Timestamp, context: &Context) -> Result<(), CommandError> {
    context.say(format_args!("{}: {}", human::strong(title), matters.len()))?;
    if matters.is_empty() {
        return Ok(());
    }
    let rows = matters.iter().map(|matter| {
        let age = if matter.is_overdue(now) {
            format!("{} days over", matter.days_overdue(now))
        } else if matter.since.is_some() {
            format!("{} days open", matter.days_open(now))
        } else {
            "-".into()
        };
        vec![
            matter.kind.to_string(),
            matter.subject.clone(),
            matter.by.to_string(),
            matter.to.map_or_else(|| "-".into(), |to| to.to_string()),
            matter.due.map_or_else(|| "-".into(), |due| due.date().to_string()),
            age,
            matter.what.clone(),
        ]
    });
    let head = ["KIND", "ABOUT", "BY", "TO", "DUE", "AGE", "WHAT IS TO BE DONE"];
    context.say(human::indented(&human::table(&head, rows)))
}

/// What a party is owed on balance in a currency, or owes: `+12.00 EUR`, `-12.00 EUR`.
fn signed(minor: i128, currency: Currency) -> String {
    let sign = if minor < 0 { '-' } else { '+' };
    let amount = u64::try_from(minor.unsigned_abs()).ok().and_then(|minor| Money::new(minor, currency).ok());
    amount.map_or_else(|| format!("{minor} minor units {currency}"), |amount| format!("{sign}{amount}"))
}

/// The balance of a party in each currency in which it has one.
fn balances(party: Party, state: &State) -> Vec<String> {
    let positions = state.net_positions();
    let own = positions.iter().filter_map(|(currency, parties)| Some((*currency, *parties.get(&party)?)));
    own.filter(|(_, minor)| *minor != 0).map(|(currency, minor)| signed(minor, currency)).collect()
}

fn debts(party: Party, state: &State) -> Vec<NetAmount> {
    state.debts().into_iter().filter(|debt| debt.debtor == party || debt.creditor == party).collect()
}

fn nets(party: Party, state: &State, context: &Context) -> Result<(), CommandError> {
    let balances = balances(party, state);
    let balance = if balances.is_empty() { "even".into() } else { balances.join(", ") };
    context.say(format_args!("{}: {balance}", human::strong("Net position")))?;
    let rows: Vec<_> = debts(party, state)
        .iter()
        .map(|debt| vec![debt.debtor.to_string(), debt.creditor.to_string(), debt.amount.to_string()])
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    context.say(human::indented(&human::table(&["DEBTOR", "CREDITOR", "NOT YET SETTLED"], rows)))
}

/// A matter as programs read it.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    matter: &'a Matter,
    overdue: bool,
    days_overdue: u64,
}

fn emit(
    party: Party,
    now: Timestamp,
    entries: u64,
    waiting: &[(u64, &Pending)],
    matters: &[Matter],
    state: &State,
    context: &Context,
) -> Result<Answer, CommandError> {
    for (entry, pending) in waiting {
        let events: Vec<_> = pending.act.act.events.iter().map(|event| event.name()).collect();
        context.emit(
            "waiting",
            json!({
                "entry": entry,
                "since": pending.act.recorded_at,
                "events": events,
                "waits_for": json::wanted(&pending.missing),
            }),
        )?;
    }
    for matter in matters {
        let (overdue, days_overdue) = (matter.is_overdue(now), matter.days_overdue(now));
        context.emit("matter", Line { matter, overdue, days_overdue })?;
    }
    for debt in debts(party, state) {
        context.emit("debt", debt)?;
    }
    let overdue = matters.iter().filter(|matter| matter.is_overdue(now)).count();
    context.emit(
        "status",
        json!({
            "party": party,
            "as_of": now,
            "entries": entries,
            "waiting": waiting.len(),
            "overdue": overdue,
            "open": matters.len().saturating_sub(overdue),
            "net_position": balances(party, state),
        }),
    )?;
    Ok(Answer::Done)
}
