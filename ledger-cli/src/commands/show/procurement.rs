//! Programmes, frameworks and contracts, for people.

use ledger_core::domain::State;
use ledger_core::domain::ids::ProgrammeId;
use ledger_core::domain::procurement::{Contract, Framework, Programme};

use super::{list, rows as table, word};
use crate::render::human;

pub(super) fn programme_lines(state: &State, programme: &Programme) -> Vec<String> {
    let terms = &programme.terms;
    let effective = programme
        .effective_in
        .map_or_else(|| "not in effect".into(), |entry| format!("in effect since entry {entry}"));
    let status = state.programme_status(&terms.programme).map(word).unwrap_or_default();
    let rows = programme.participants.iter().map(|(party, shares)| {
        let committed = state.committed(&terms.programme, *party);
        vec![
            party.to_string(),
            shares.quantity.to_string(),
            shares.common_cost.to_string(),
            shares.fee.to_string(),
            committed.map_or_else(|| "-".into(), |amount| amount.to_string()),
        ]
    });
    let head = ["PARTY", "QUANTITY", "COMMON COST", "FEE", "FUNDS"];
    let mut lines = vec![
        format!("{}  {}", human::strong(&terms.programme), terms.title),
        format!("  status {}", human::strong(status)),
        format!("  lead {} · estimate {} · arrangement {effective}", terms.lead, terms.estimate),
        human::indented(&human::table(&head, rows)),
    ];
    for left in &programme.withdrawals {
        lines.push(format!(
            "  {} withdrew from {} on, in entry {}, and pays {}",
            left.party, left.effective, left.entry, left.settled_liability
        ));
    }
    let mine = |id: &ProgrammeId| *id == terms.programme;
    let procedures = state.procurement_procedures().filter(|(_, procedure)| mine(&procedure.terms.programme));
    let procedures = list(procedures.map(|(id, _)| id));
    let frameworks = list(state.frameworks().filter(|(_, known)| mine(&known.programme)).map(|(id, _)| id));
    for (what, ids) in [("procedures", procedures), ("frameworks", frameworks)] {
        if !ids.is_empty() {
            lines.push(format!("  {what} {ids}"));
        }
    }
    if !programme.contracts.is_empty() {
        lines.push(format!("  contracts {}", list(&programme.contracts)));
    }
    for (pool, parts) in &programme.pools {
        let parts: Vec<_> = parts.iter().map(|part| format!("{} {}", part.party, part.amount)).collect();
        lines.push(format!("  cost pool {pool}: {}", parts.join(", ")));
    }
    lines
}

pub(super) fn contract_lines(state: &State, contract: &Contract) -> Vec<String> {
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
    let mut lines = vec![format!(
        "{}  supplier {}, buyer {}",
        human::strong(&terms.contract),
        terms.supplier,
        terms.buyer
    )];
    lines.extend(contract_facts(contract));
    lines.push(human::indented(&human::table(&head, rows)));
    let schedule = contract.schedule.iter().map(|due| {
        vec![due.line.to_string(), due.party.to_string(), due.quantity.to_string(), due.due.to_string()]
    });
    lines.extend(table(&["LINE", "FOR", "PROMISED", "DUE"], schedule.collect()));
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
                invoice
                    .dispute
                    .as_ref()
                    .map_or_else(|| "-".into(), |dispute| format!("entry {}", dispute.entry)),
            ]
        });
        let head = ["INVOICE", "NET", "VAT", "APPROVED", "PAID", "DISPUTED IN"];
        lines.push(human::indented(&human::table(&head, rows)));
    }
    lines.extend(contract_dossier(state, contract));
    lines
}

/// Under what a contract stands, how it was changed, and its terms of supply.
fn contract_facts(contract: &Contract) -> Vec<String> {
    let mut facts = vec![format!("signed in entry {}", contract.signed_in)];
    facts.extend(contract.framework.as_ref().map(|framework| format!("called off under {framework}")));
    if !contract.amended_in.is_empty() {
        facts.push(format!("amended in entries {}", list(&contract.amended_in)));
    }
    facts.extend(contract.dossier.closed_in.map(|entry| format!("closed in entry {entry}")));
    let mut lines = vec![format!("  {}", facts.join(" · "))];
    if let Some(supply) = &contract.supply {
        let mut facts = vec![format!("supplied from {}", supply.supplier_nation)];
        facts.extend(supply.quality_assurance.then(|| "government quality assurance".to_owned()));
        facts.extend(supply.advance_cap.map(|cap| format!("advances up to {cap}")));
        facts.push(format!("warranty {} days", supply.warranty_days));
        lines.push(format!("  {}", facts.join(" · ")));
    }
    lines
}

/// What hangs on a contract besides its deliveries and invoices.
fn contract_dossier(state: &State, contract: &Contract) -> Vec<String> {
    let dossier = &contract.dossier;
    let options = contract.options.iter().filter_map(|id| Some((id, state.contract_option(id)?)));
    let options = options.map(|(id, option)| {
        let became = match (option.exercised_in, option.lapsed_in) {
            (Some(entry), _) => format!("exercised in entry {entry}"),
            (_, Some(entry)) => format!("lapsed in entry {entry}"),
            _ => format!("open until {}", option.terms.expires),
        };
        vec![id.to_string(), option.terms.line.quantity.to_string(), became]
    });
    let advances = dossier.advances.iter().filter_map(|id| Some((id, state.advance(id)?)));
    let advances = advances.map(|(id, advance)| {
        let terms = &advance.terms;
        let (settled, refunded) = (advance.settled.to_string(), advance.refunded.to_string());
        vec![id.to_string(), terms.payer.to_string(), terms.amount.to_string(), settled, refunded]
    });
    let held: Vec<_> = contract
        .deliveries
        .iter()
        .filter_map(|id| Some((id, state.delivery(id)?)))
        .flat_map(|(id, delivery)| delivery.reservations.iter().map(move |reservation| (id, reservation)))
        .map(|(id, reservation)| {
            let became = match reservation.cleared_in {
                Some(entry) => format!("cleared in entry {entry}"),
                None => format!("to be cleared by {}", reservation.due),
            };
            vec![id.to_string(), reservation.words.to_string(), became]
        })
        .collect();
    let mut lines = Vec::new();
    lines.extend(table(&["OPTION", "QUANTITY", "STATUS"], options.collect()));
    lines.extend(table(&["ADVANCE", "PAYER", "AMOUNT", "SETTLED", "REFUNDED"], advances.collect()));
    lines.extend(table(&["RESERVATION ON", "WHAT", "STATUS"], held));
    for (what, ids) in [
        ("quality assurance", list(&dossier.quality_requests)),
        ("tax certificates", list(&dossier.vat_certificates)),
        ("warranty claims", list(&dossier.warranty_claims)),
    ] {
        if !ids.is_empty() {
            lines.push(format!("  {what} {ids}"));
        }
    }
    lines
}

pub(super) fn framework_lines(state: &State, framework: &Framework) -> Vec<String> {
    let terms = &framework.terms;
    let called = state.called_off(&terms.framework).map_or_else(|| "-".into(), |amount| amount.to_string());
    let extended = if framework.extended_in.is_empty() { "" } else { ", as extended" };
    let lines = terms.lines.iter().map(|line| {
        let (ceiling, price) = (line.ceiling.to_string(), line.unit_price.to_string());
        vec![line.line.to_string(), line.description.to_string(), ceiling, price]
    });
    let mut shown = vec![
        format!(
            "{}  of {} under {} and lot {} of {}",
            human::strong(&terms.framework),
            list(&terms.suppliers),
            framework.programme,
            terms.lot,
            terms.procedure
        ),
        format!("  called off {called} of {}", terms.ceiling),
        format!(
            "  from {} to {}{extended} · may order: {}",
            terms.start,
            framework.end,
            list(&terms.who_may_order)
        ),
    ];
    shown.extend(table(&["LINE", "WHAT", "AT MOST", "UNIT PRICE"], lines.collect()));
    if !framework.call_offs.is_empty() {
        shown.push(format!("  call-offs {}", list(&framework.call_offs)));
    }
    shown
}
