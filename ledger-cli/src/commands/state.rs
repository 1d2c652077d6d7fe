//! `state` and `replay`: what the entries give.

use std::io::{self, Write as _};

use ledger_core::domain::movement::MovementStatus;
use ledger_core::domain::register::Standing;
use ledger_core::domain::support::SupportStatus;
use ledger_core::domain::{Party, State};
use ledger_core::journal::Until;
use ledger_core::ledger::state_digest::{state_digest, write_document};
use serde_json::json;

use crate::cli::{ReplayArgs, StateArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::{human, json};

pub(crate) fn run(args: &StateArgs, context: &Context) -> Result<Answer, CommandError> {
    let tip = super::state_at(context, Until::from(&args.at))?;
    let state = tip.state();
    if context.json {
        context.emit("head", tip.head())?;
        for (party, record) in state.parties() {
            context.emit("party", json!({ "party": party, "record": record }))?;
        }
        for (id, stock) in state.items().filter(|(_, stock)| concerns(stock, args.party)) {
            context.emit("item", json::item(id, stock))?;
        }
        for (_, transfer) in state.transfers() {
            context.emit("transfer", json::transfer(state, transfer))?;
        }
        for (_, programme) in state.programmes() {
            context.emit("programme", json::programme(state, programme))?;
        }
        for (_, framework) in state.frameworks() {
            context.emit("framework", json::framework(state, framework))?;
        }
        for (_, contract) in state.contracts() {
            context.emit("contract", json::contract(state, contract))?;
        }
        for (_, movement) in state.movements() {
            context.emit("movement", json::movement(movement))?;
        }
        for (_, order) in state.support_orders() {
            context.emit("support_order", json::support(order))?;
        }
        return Ok(Answer::Done);
    }
    let at = tip.head().recorded_at.map_or_else(String::new, |time| format!(", recorded at {time}"));
    context.say(format_args!("{} {} entries{at}", human::strong("state after"), tip.head().size))?;
    holdings(state, args.party, context)?;
    open_transfers(state, context)?;
    movements(state, context)?;
    support(state, context)?;
    frameworks(state, context)?;
    contracts(state, context)?;
    let waiting = state.pending().count();
    if waiting > 0 {
        let words = human::count(waiting as u64, "act waits", "acts wait");
        context.say(format_args!("{words} for signatures: `jointledger pending` lists them"))?;
    }
    Ok(Answer::Done)
}

/// True when the party owns or holds some of it, or when no party is asked for.
fn concerns(stock: &ledger_core::domain::register::Stock, party: Option<Party>) -> bool {
    party.is_none_or(|party| stock.positions.keys().any(|p| p.owner == party || p.holder == party))
}

fn holdings(state: &State, party: Option<Party>, context: &Context) -> Result<(), CommandError> {
    let mut rows = Vec::new();
    for (id, stock) in state.items() {
        for (position, quantity) in &stock.positions {
            let gone = matches!(position.standing, Standing::Consumed | Standing::WrittenOff(_));
            let asked = party.is_none_or(|party| position.owner == party || position.holder == party);
            if gone || !asked {
                continue;
            }
            rows.push(vec![
                position.holder.to_string(),
                position.owner.to_string(),
                id.to_string(),
                quantity.to_string(),
                position.location.to_string(),
                human::standing(&position.standing),
            ]);
        }
    }
    rows.sort();
    let head = ["HOLDER", "OWNER", "ITEM", "QUANTITY", "LOCATION", "STANDING"];
    listed("Holdings", &head, rows, context)
}

fn open_transfers(state: &State, context: &Context) -> Result<(), CommandError> {
    let rows: Vec<_> = state
        .transfers()
        .filter(|(id, _)| state.transfer_is_open(id))
        .map(|(id, transfer)| {
            vec![
                id.to_string(),
                transfer.terms.kind.to_string(),
                format!("{} to {}", transfer.terms.from, transfer.terms.to),
                status(state.transfer_status(id)),
                transfer.due.map_or_else(|| "-".into(), |due| due.to_string()),
            ]
        })
        .collect();
    listed("Open transfers", &["TRANSFER", "KIND", "WAY", "STATUS", "DUE"], rows, context)
}

/// A list under its title, unless it is empty.
fn listed(title: &str, head: &[&str], rows: Vec<Vec<String>>, context: &Context) -> Result<(), CommandError> {
    if rows.is_empty() {
        return Ok(());
    }
    context.say(human::strong(title))?;
    context.say(human::indented(&human::table(head, rows)))
}

/// A status as people read it.
fn status(status: impl serde::Serialize) -> String {
    json!(status).as_str().unwrap_or_default().replace('_', " ")
}

/// The movements that are neither completed nor cancelled.
fn movements(state: &State, context: &Context) -> Result<(), CommandError> {
    let open = state.movements().filter(|(_, movement)| {
        !matches!(movement.status(), MovementStatus::Completed | MovementStatus::Cancelled)
    });
    let rows = open.map(|(id, movement)| {
        let way = movement
            .foreign_states()
            .iter()
            .fold(movement.terms.sending.to_string(), |way, party| format!("{way}, {party}"));
        let (starts, whereabouts) = (movement.plan.starts_at.to_string(), movement.whereabouts().to_string());
        vec![
            id.to_string(),
            movement.terms.unit.to_string(),
            way,
            status(movement.status()),
            starts,
            whereabouts,
        ]
    });
    listed("Movements", &["MOVEMENT", "UNIT", "THROUGH", "STATUS", "STARTS", "IN"], rows.collect(), context)
}

/// The orders of mutual support under which something is to come or to be repaid.
fn support(state: &State, context: &Context) -> Result<(), CommandError> {
    let open = state
        .support_orders()
        .filter(|(_, order)| !matches!(order.status(), SupportStatus::Settled | SupportStatus::Cancelled));
    let rows = open.map(|(id, order)| {
        let way = format!("{} to {}", order.terms.supplier, order.terms.receiver);
        let (given, repaid) = (order.delivered_value().to_string(), order.repaid.to_string());
        vec![id.to_string(), way, status(order.status()), given, repaid, order.terms.repay.to_string()]
    });
    listed("Mutual support", &["ORDER", "WAY", "STATUS", "GIVEN", "REPAID", "IN"], rows.collect(), context)
}

fn frameworks(state: &State, context: &Context) -> Result<(), CommandError> {
    let rows = state.frameworks().map(|(id, framework)| {
        let called = state.called_off(id).map_or_else(|| "-".into(), |amount| amount.to_string());
        let (ceiling, end) = (framework.terms.ceiling.to_string(), framework.end.to_string());
        vec![id.to_string(), framework.programme.to_string(), called, ceiling, end]
    });
    listed(
        "Frameworks",
        &["FRAMEWORK", "PROGRAMME", "CALLED OFF", "CEILING", "ENDS"],
        rows.collect(),
        context,
    )
}

fn contracts(state: &State, context: &Context) -> Result<(), CommandError> {
    let mut rows = Vec::new();
    for (id, contract) in state.contracts() {
        for ((line, party), progress) in &contract.progress {
            rows.push(vec![
                id.to_string(),
                line.to_string(),
                party.to_string(),
                progress.contracted.to_string(),
                progress.received.to_string(),
                progress.accepted.to_string(),
            ]);
        }
    }
    let head = ["CONTRACT", "LINE", "FOR", "CONTRACTED", "RECEIVED", "ACCEPTED"];
    listed("Contracts", &head, rows, context)
}

pub(crate) fn replay(args: &ReplayArgs, context: &Context) -> Result<Answer, CommandError> {
    let tip = super::state_at(context, args.until.map_or(Until::End, Until::Size))?;
    let (head, state) = (tip.head(), tip.state());
    if args.document {
        return document(state, context);
    }
    let digest = state_digest(state).map_err(CommandError::io("write the state document"))?;
    let counts = [
        ("parties", state.parties().count()),
        ("keys", state.keys().count()),
        ("items", state.items().count()),
        ("transfers", state.transfers().count()),
        ("open transfers", state.transfers().filter(|(id, _)| state.transfer_is_open(id)).count()),
        ("movements", state.movements().count()),
        ("support orders", state.support_orders().count()),
        ("programmes", state.programmes().count()),
        ("frameworks", state.frameworks().count()),
        ("contracts", state.contracts().count()),
        ("acts that wait for signatures", state.pending().count()),
    ];
    if context.json {
        let counts: serde_json::Map<_, _> =
            counts.iter().map(|(what, count)| (what.replace(' ', "_"), json!(count))).collect();
        context.emit("replay", json!({ "head": head, "state_digest": digest, "counts": counts }))?;
        return Ok(Answer::Done);
    }
    context.say(format_args!("replayed {} entries", head.size))?;
    context.say(format_args!("head {} {}", head.size, head.link))?;
    context.say(format_args!("state {} {digest}", head.size))?;
    for (what, count) in counts {
        context.say(format_args!("  {count:>6} {what}"))?;
    }
    Ok(Answer::Done)
}

/// The state document, as it is: so `sha256sum` gives the state digest.
fn document(state: &State, context: &Context) -> Result<Answer, CommandError> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = write_document(state, &mut out).and_then(|()| out.flush());
    context.ended(written)?;
    Ok(Answer::Done)
}
