//! Movements and orders of mutual support, for people.

use ledger_core::domain::Party;
use ledger_core::domain::movement::{Hosting, Movement, Verdict};
use ledger_core::domain::support::SupportOrder;

use super::{list, rows, word};
use crate::render::human;

pub(super) fn movement_lines(movement: &Movement) -> Vec<String> {
    let (terms, plan) = (&movement.terms, &movement.plan);
    let (persons, vehicles) = match movement.started {
        Some(_) => (movement.persons, movement.vehicles),
        None => (plan.persons, plan.vehicle_count()),
    };
    let mut lines = vec![
        format!(
            "{}  {} of {}, {} by {}, from {} to {}",
            human::strong(&terms.movement),
            terms.unit,
            terms.sending,
            terms.purpose,
            terms.mode,
            terms.origin,
            terms.destination
        ),
        format!("  status {} · in {}", human::strong(word(movement.status())), movement.whereabouts()),
        format!("  number {} · starts {}", terms.number, plan.starts_at),
        format!("  {} · load class {}", human::counts(persons, vehicles), plan.load_class),
    ];
    let mut facts = Vec::new();
    facts.extend(plan.armed.then(|| "armed".to_owned()));
    facts.extend(plan.oversize.then(|| "oversize".to_owned()));
    if !plan.dangerous_goods.is_empty() {
        facts.push(format!("explosives, NEQ {} g", plan.neq_g()));
    }
    if !movement.forms.is_empty() {
        facts.push(format!("form 302 {}", list(&movement.forms)));
    }
    facts.extend(movement.customs_due.map(|due| format!("form 302 due {due}")));
    if !facts.is_empty() {
        lines.push(format!("  {}", facts.join(" · ")));
    }
    let legs = plan.legs.iter().enumerate().map(|(index, leg)| {
        let crossed = movement.crossings.get(index);
        let crossed = crossed
            .map_or_else(|| "-".into(), |crossing| format!("{}, entry {}", crossing.at, crossing.entry));
        let way = format!("{} to {}", leg.from, leg.to);
        vec![leg.point.to_string(), way, leg.etd.to_string(), leg.eta.to_string(), crossed]
    });
    lines.extend(rows(&["POINT", "WAY", "LEAVES", "ARRIVES", "CROSSED"], legs.collect()));
    let hosts = movement.hosts.iter().map(|(party, hosting)| host_row(*party, hosting));
    lines.extend(rows(&["HOST", "ANSWER", "RESTS ON", "STAY"], hosts.collect()));
    let deviations = movement
        .deviations
        .iter()
        .map(|deviation| vec![deviation.at.to_string(), word(deviation.kind), deviation.entry.to_string()]);
    lines.extend(rows(&["DEVIATION", "KIND", "ENTRY"], deviations.collect()));
    lines
}

fn host_row(party: Party, hosting: &Hosting) -> Vec<String> {
    let answer = match (hosting.permission(), &hosting.notice) {
        (Some(permission), _) => {
            match permission.answer.as_ref().map(|answer| (answer.entry, &answer.verdict)) {
                None => format!(
                    "asked in entry {}, answer due {}",
                    permission.requested_in, permission.answer_due
                ),
                Some((entry, Verdict::Granted { window, credit })) => {
                    format!("permitted in entry {entry}, credit {credit}, {} to {}", window.from, window.to)
                }
                Some((entry, Verdict::Refused { ground })) => format!("refused in entry {entry}: {ground}"),
            }
        }
        (None, Some(notice)) => format!("notified in entry {}", notice.entry),
        (None, None) => "not asked yet".into(),
    };
    let answer = match &hosting.halt {
        Some(halt) => format!("{answer}; halted in entry {}", halt.entry),
        None => answer,
    };
    let basis = hosting.basis.as_ref().map_or_else(|| "-".into(), ToString::to_string);
    let stay = hosting.stay.as_ref().map_or_else(
        || "-".into(),
        |stay| match stay.returned_in {
            Some(entry) => format!("ended in entry {entry}"),
            None => format!("until {}", stay.until),
        },
    );
    vec![party.to_string(), answer, basis, stay]
}

pub(super) fn support_lines(order: &SupportOrder) -> Vec<String> {
    let terms = &order.terms;
    let mut lines = vec![
        format!(
            "{}  from {} to {}: {}",
            human::strong(&terms.order),
            terms.supplier,
            terms.receiver,
            terms.purpose
        ),
        format!("  status {}", human::strong(word(order.status()))),
        format!("  ordered {} worth {}, repaid {}", list(&terms.items), terms.value, terms.repay),
        format!(
            "  delivered {} · invoiced {} · repaid {}",
            order.delivered_value(),
            order.invoiced,
            order.repaid
        ),
    ];
    let deliveries = order.deliveries.iter().map(|delivery| {
        let entry = delivery.delivered_in.to_string();
        vec![entry, list(&delivery.items), delivery.value.to_string(), delivery.due.to_string()]
    });
    lines.extend(rows(&["DELIVERED IN", "ITEMS", "VALUE", "REPAYMENT DUE"], deliveries.collect()));
    lines
}
