//! `show`: one thing, with its history.

use std::ops::ControlFlow;

use ledger_core::domain::consignment::Consignment;
use ledger_core::domain::register::Stock;
use ledger_core::domain::transfer::Transfer;
use ledger_core::domain::{State, Subject};
use ledger_core::journal::{self, Thread, Until};
use ledger_core::ledger::Tip;
use serde_json::Value;

use crate::cli::ShowCommand;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::json::Entry;
use crate::render::{human, json};

pub(crate) fn run(what: ShowCommand, context: &Context) -> Result<Answer, CommandError> {
    match what {
        ShowCommand::Entry { position } => entry(position, context),
        ShowCommand::Item { id } => {
            let (tip, history) = history(context, Subject::Item(id.clone()))?;
            let stock = tip.state().item(&id).ok_or_else(|| unknown("item", &id))?;
            answer(context, "item", json::item(&id, stock), &history, || item_lines(&id.to_string(), stock))
        }
        ShowCommand::Transfer { id } => {
            let (tip, history) = history(context, Subject::Transfer(id.clone()))?;
            let state = tip.state();
            let transfer = state.transfer(&id).ok_or_else(|| unknown("transfer", &id))?;
            let view = json::transfer(state, transfer);
            answer(context, "transfer", view, &history, || transfer_lines(state, transfer))
        }
        ShowCommand::Programme { id } => {
            let (tip, history) = history(context, Subject::Programme(id.clone()))?;
            let programme = tip.state().programme(&id).ok_or_else(|| unknown("programme", &id))?;
            answer(context, "programme", json::programme(programme), &history, || programme_lines(programme))
        }
        ShowCommand::Contract { id } => {
            let (tip, history) = history(context, Subject::Contract(id.clone()))?;
            let state = tip.state();
            let contract = state.contract(&id).ok_or_else(|| unknown("contract", &id))?;
            let view = json::contract(state, contract);
            answer(context, "contract", view, &history, || contract_lines(state, contract))
        }
    }
}

fn unknown(kind: &str, id: impl std::fmt::Display) -> CommandError {
    let lists = if kind == "entry" { "log" } else { "state" };
    CommandError::new(Answer::No, format!("there is no {kind} {id} in this ledger"))
        .hint(format!("`jointledger {lists}` lists what there is"))
}

/// The end of the ledger, and the entries of one thing's history.
fn history(context: &Context, subject: Subject) -> Result<(Tip, Vec<Entry>), CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let (mut thread, mut entries) = (Thread::of(subject), Vec::new());
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        if thread.takes(&visit) {
            entries.push(Entry::of(&visit));
        }
        ControlFlow::Continue(())
    })?;
    json::settle(&mut entries, tip.state());
    Ok((tip, entries))
}

fn answer(
    context: &Context,
    kind: &str,
    view: Value,
    history: &[Entry],
    lines: impl FnOnce() -> Vec<String>,
) -> Result<Answer, CommandError> {
    if context.json {
        context.emit(kind, view)?;
        for entry in history {
            context.emit("entry", entry)?;
        }
        return Ok(Answer::Done);
    }
    for line in lines() {
        context.say(line)?;
    }
    context.say(human::strong("History"))?;
    context.say(human::indented(&human::entries(history)))?;
    Ok(Answer::Done)
}

fn item_lines(id: &str, stock: &Stock) -> Vec<String> {
    let master = &stock.master;
    let mut facts = vec![format!("registered {}", stock.registered)];
    facts.extend(master.nsn.map(|nsn| format!("NSN {nsn}")));
    facts.extend(master.ml.map(|ml| ml.to_string()));
    facts.extend(master.hazard.map(|hazard| format!("hazard {hazard}")));
    facts.extend(master.neq_g_per_unit.map(|neq| format!("NEQ {neq} g each")));
    facts.extend(master.expiry.map(|expiry| format!("expires {expiry}")));
    facts.extend(master.restricted_by.map(|state| format!("re-transfer needs the consent of {state}")));
    let rows = stock.positions.iter().map(|(position, quantity)| {
        vec![
            quantity.to_string(),
            position.owner.to_string(),
            position.holder.to_string(),
            position.location.to_string(),
            human::standing(&position.standing),
            position.condition.to_string(),
        ]
    });
    let head = ["QUANTITY", "OWNER", "HOLDER", "LOCATION", "STANDING", "CONDITION"];
    vec![
        format!("{}  {}", human::strong(id), master.description),
        format!("  {}", facts.join(" · ")),
        human::indented(&human::table(&head, rows)),
    ]
}

/// A word of the JSON form, for people.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(|word| word.replace('_', " ")))
        .unwrap_or_default()
}

fn transfer_lines(state: &State, transfer: &Transfer) -> Vec<String> {
    let terms = &transfer.terms;
    let status = word(state.transfer_status(&terms.transfer));
    let mut lines = vec![
        format!(
            "{}  {} from {} to {}: {}",
            human::strong(&terms.transfer),
            terms.kind,
            terms.from,
            terms.to,
            terms.purpose
        ),
        format!("  status {}", human::strong(&status)),
    ];
    if let Some(due) = transfer.due {
        lines.push(format!("  due {due}"));
    }
    if let Some(price) = terms.price {
        lines.push(format!("  price {price}"));
    }
    let rows = terms.items.iter().map(|item| {
        let sent = transfer.dispatched.get(item.id()).map_or_else(|| "-".into(), ToString::to_string);
        vec![item.id().to_string(), item.quantity().to_string(), sent]
    });
    lines.push(human::indented(&human::table(&["ITEM", "AGREED", "DISPATCHED"], rows)));
    if !transfer.consignments.is_empty() {
        let known = transfer.consignments.iter().filter_map(|id| Some((id, state.consignment(id)?)));
        let rows = known.map(|(id, consignment)| consignment_row(&id.to_string(), consignment));
        let head = ["CONSIGNMENT", "WAY", "DISPATCHED", "RECEIVED IN"];
        lines.push(human::indented(&human::table(&head, rows)));
    }
    lines
}

fn consignment_row(id: &str, consignment: &Consignment) -> Vec<String> {
    let received =
        consignment.received_in.map_or_else(|| "in transit".into(), |entry| format!("entry {entry}"));
    let way = format!("{} to {}", consignment.sender, consignment.receiver);
    vec![id.to_owned(), way, consignment.dispatched_at.to_string(), received]
}

fn programme_lines(programme: &ledger_core::domain::procurement::Programme) -> Vec<String> {
    let terms = &programme.terms;
    let effective = programme
        .effective_in
        .map_or_else(|| "not in effect".into(), |entry| format!("in effect since entry {entry}"));
    let rows = programme.participants.iter().map(|(party, shares)| {
        vec![
            party.to_string(),
            shares.quantity.to_string(),
            shares.common_cost.to_string(),
            shares.fee.to_string(),
        ]
    });
    let mut lines = vec![
        format!("{}  {}", human::strong(&terms.programme), terms.title),
        format!("  lead {} · estimate {} · arrangement {effective}", terms.lead, terms.estimate),
        human::indented(&human::table(&["PARTY", "QUANTITY", "COMMON COST", "FEE"], rows)),
    ];
    if !programme.contracts.is_empty() {
        let contracts: Vec<_> = programme.contracts.iter().map(ToString::to_string).collect();
        lines.push(format!("  contracts {}", contracts.join(", ")));
    }
    for (pool, parts) in &programme.pools {
        let parts: Vec<_> = parts.iter().map(|part| format!("{} {}", part.party, part.amount)).collect();
        lines.push(format!("  cost pool {pool}: {}", parts.join(", ")));
    }
    lines
}

fn contract_lines(state: &State, contract: &ledger_core::domain::procurement::Contract) -> Vec<String> {
    let terms = &contract.terms;
    let rows = contract.progress.iter().map(|((line, party), progress)| {
        vec![
            line.to_string(),
            party.to_string(),
            progress.contracted.to_string(),
            progress.dispatched.to_string(),
            progress.received.to_string(),
            progress.accepted.to_string(),
        ]
    });
    let head = ["LINE", "FOR", "CONTRACTED", "DISPATCHED", "RECEIVED", "ACCEPTED"];
    let mut lines = vec![
        format!("{}  supplier {}, buyer {}", human::strong(&terms.contract), terms.supplier, terms.buyer),
        human::indented(&human::table(&head, rows)),
    ];
    let invoices: Vec<_> = contract.invoices.iter().filter_map(|id| state.invoice(id)).collect();
    if !invoices.is_empty() {
        let rows = invoices.iter().map(|invoice| {
            let approved = invoice.approved.map_or_else(|| "-".into(), |amount| amount.to_string());
            vec![
                invoice.terms.invoice.to_string(),
                invoice.terms.net.to_string(),
                invoice.terms.vat.to_string(),
                approved,
                invoice.paid.to_string(),
            ]
        });
        lines.push(human::indented(&human::table(&["INVOICE", "NET", "VAT", "APPROVED", "PAID"], rows)));
    }
    lines
}

fn entry(position: u64, context: &Context) -> Result<Answer, CommandError> {
    let store = context.look()?;
    let mut found = None;
    let mut bar = context.progress("reading");
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        if visit.entry.act().seq == position {
            found = Some(Entry::of(&visit));
        }
        ControlFlow::Continue(())
    })?;
    drop(bar);
    json::settle(&mut found, tip.state());
    let entry = found.ok_or_else(|| unknown("entry", position))?;
    if context.json {
        context.emit("entry", &entry)?;
        return Ok(Answer::Done);
    }
    let by = match (entry.party, entry.role) {
        (Some(party), Some(role)) => format!("{role} of {party}"),
        _ => "?".into(),
    };
    context.say(format_args!("{} {}", human::strong("entry"), human::strong(entry.entry)))?;
    context.say(format_args!("  recorded at  {}", entry.recorded_at))?;
    context.say(format_args!("  by           {by}, key {}", entry.author))?;
    context.say(format_args!("  act          {}", entry.act))?;
    context.say(format_args!("  link         {}", entry.link))?;
    for document in &entry.documents {
        context.say(format_args!(
            "  document     {} {} ({} bytes)",
            document.kind, document.sha256, document.bytes
        ))?;
    }
    if !entry.waits_for.is_empty() {
        context.say(format_args!("  waits for    {}", entry.waits_for.join("; ")))?;
    } else if !entry.waited_for.is_empty() {
        context.say(format_args!("  waited for   {}", entry.waited_for.join("; ")))?;
    }
    for line in entry.events.iter().flat_map(human::fields) {
        context.say(line)?;
    }
    Ok(Answer::Done)
}
