//! `state` and `replay`: what the entries give.

use std::io::{self, Write as _};

use ledger_core::domain::register::Standing;
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
            context.emit("programme", json::programme(programme))?;
        }
        for (_, contract) in state.contracts() {
            context.emit("contract", json::contract(state, contract))?;
        }
        return Ok(Answer::Done);
    }
    let at = tip.head().recorded_at.map_or_else(String::new, |time| format!(", recorded at {time}"));
    context.say(format_args!("{} {} entries{at}", human::strong("state after"), tip.head().size))?;
    holdings(state, args.party, context)?;
    open_transfers(state, context)?;
    contracts(state, context)?;
    let waiting = state.pending().count();
    if waiting > 0 {
        context.say(format_args!("{waiting} acts wait for signatures: `jointledger pending` lists them"))?;
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
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort();
    context.say(human::strong("Holdings"))?;
    let head = ["HOLDER", "OWNER", "ITEM", "QUANTITY", "LOCATION", "STANDING"];
    context.say(human::indented(&human::table(&head, rows)))
}

fn open_transfers(state: &State, context: &Context) -> Result<(), CommandError> {
    let rows: Vec<_> = state
        .transfers()
        .filter(|(id, _)| state.transfer_is_open(id))
        .map(|(id, transfer)| {
            let status = json!(state.transfer_status(id));
            vec![
                id.to_string(),
                transfer.terms.kind.to_string(),
                format!("{} to {}", transfer.terms.from, transfer.terms.to),
                status.as_str().unwrap_or_default().replace('_', " "),
                transfer.due.map_or_else(|| "-".into(), |due| due.to_string()),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    context.say(human::strong("Open transfers"))?;
    context.say(human::indented(&human::table(&["TRANSFER", "KIND", "WAY", "STATUS", "DUE"], rows)))
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
    if rows.is_empty() {
        return Ok(());
    }
    context.say(human::strong("Contracts"))?;
    let head = ["CONTRACT", "LINE", "FOR", "CONTRACTED", "RECEIVED", "ACCEPTED"];
    context.say(human::indented(&human::table(&head, rows)))
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
        ("programmes", state.programmes().count()),
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
