//! Items and transfers, for people.

use ledger_core::domain::State;
use ledger_core::domain::consignment::Consignment;
use ledger_core::domain::register::Stock;
use ledger_core::domain::transfer::Transfer;

use super::word;
use crate::render::human;

pub(super) fn item_lines(id: &str, stock: &Stock) -> Vec<String> {
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

pub(super) fn transfer_lines(state: &State, transfer: &Transfer) -> Vec<String> {
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
