//! What rests on a crisis or a standing authorisation, what is owed for it, and what waits for signatures.

use ledger_core::domain::Party;
use ledger_core::domain::ratification::RatificationStatus;

use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::super::words;
use super::Subject;
use crate::render::human;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let mut html = ratifications(subject);
    html.push(&crises(subject));
    html.push(&authorisations(subject));
    html
}

fn ratifications(subject: &Subject<'_>) -> Html {
    let mut table = Table::new(
        "Ratifications owed, and acts that are to be unwound",
        &["Entry#", "About", "Done by", "Ratification owed by", "Crisis", "Due", "What became of it"],
    );
    let mut answered = 0_u64;
    for ((entry, party), debt) in subject.state().ratifications() {
        if !subject.asks_for(&[*party, debt.by]) {
            continue;
        }
        let (status, class) = match debt.status {
            RatificationStatus::Owed if subject.now.is_some_and(|now| now > debt.due) => {
                ("owed, overdue".to_owned(), "bad")
            }
            RatificationStatus::Owed => ("owed".to_owned(), ""),
            RatificationStatus::Refused { entry } => {
                (format!("refused in entry {entry}, to be unwound"), "bad")
            }
            RatificationStatus::Ratified { .. } | RatificationStatus::Unwound { .. } => {
                answered = answered.saturating_add(1);
                continue;
            }
        };
        table.row([
            Cell::text(entry),
            Cell::text(format!("{} ({})", debt.subject, debt.families_in_words())),
            Cell::text(debt.by),
            Cell::text(party),
            Cell::text(&debt.crisis),
            Cell::text(debt.due.date()).class("nowrap"),
            Cell::text(status).class(class),
        ]);
    }
    let mut html = table.or("No ratification is owed.");
    if answered > 0 {
        let words = human::count(
            answered,
            "ratification was given or settled",
            "ratifications were given or settled",
        );
        html.push(&Html::of("p class=\"quiet\"", format!("{words} before.")));
    }
    html
}

fn crises(subject: &Subject<'_>) -> Html {
    let mut table = Table::new(
        "Crises",
        &["Crisis", "Declared by", "Scope", "For", "From", "Until", "Declared in#", "At this time"],
    );
    for crisis in subject.state().crises().filter(|crisis| subject.asks_for(&[crisis.terms.party])) {
        let terms = &crisis.terms;
        let (now, class) = match subject.now {
            Some(now) if crisis.holds_at(now) => ("holds", "bad"),
            _ if crisis.ended_in.is_some() => ("ended", ""),
            _ => ("over", ""),
        };
        let families: Vec<_> = terms.families.iter().map(ToString::to_string).collect();
        table.row([
            Cell::text(&terms.crisis).class("id"),
            Cell::text(terms.party),
            Cell::text(terms.scope),
            Cell::text(families.join(", ")),
            Cell::text(terms.starts_at).class("nowrap"),
            Cell::text(terms.expires_at).class("nowrap"),
            Cell::text(crisis.declared_in),
            Cell::text(now).class(class),
        ]);
    }
    table.or("No crisis was declared.")
}

fn authorisations(subject: &Subject<'_>) -> Html {
    let mut table = Table::new(
        "Standing authorisations",
        &["Authorisation", "Granted by", "To", "For", "From", "Until", "At this time", "Granted in#"],
    );
    for (id, known) in subject.state().authorisations() {
        let terms = &known.terms;
        let concerned: Vec<Party> = terms.grantees.iter().copied().chain([terms.grantor]).collect();
        if subject.party.is_some_and(|party| !concerned.contains(&party)) {
            continue;
        }
        let day = subject.now.map(|now| now.date());
        let status = match (known.revoked_in, known.suspended_in, day) {
            (Some(entry), ..) => format!("revoked in entry {entry}"),
            (None, Some(entry), _) => format!("suspended in entry {entry}"),
            (None, None, Some(day)) if day > terms.valid_to => "over".to_owned(),
            (None, None, Some(day)) if day < terms.valid_from => "not yet".to_owned(),
            _ => "holds".to_owned(),
        };
        let grantees: Vec<_> = terms.grantees.iter().map(ToString::to_string).collect();
        table.row([
            Cell::text(id).class("id"),
            Cell::text(terms.grantor),
            Cell::text(grantees.join(", ")),
            Cell::text(terms.family),
            Cell::text(terms.valid_from).class("nowrap"),
            Cell::text(terms.valid_to).class("nowrap"),
            Cell::text(status),
            Cell::text(known.granted_in),
        ]);
    }
    table.or("No standing authorisation was granted.")
}

pub(super) fn pending(subject: &Subject<'_>) -> Html {
    let mut table = Table::new(
        "Recorded, and without effect until they are signed",
        &["Entry#", "Recorded", "By", "What", "Missing"],
    );
    for (entry, pending) in subject.state().pending() {
        if subject.party.is_some_and(|party| !pending.waits_for(party)) {
            continue;
        }
        let act = &pending.act;
        let officer = subject.state().officer(&act.author);
        table.row([
            Cell::text(entry),
            Cell::text(act.recorded_at).class("nowrap"),
            Cell::text(words::by(officer.map(|officer| (officer.party, officer.role)))),
            Cell::text(words::what(&act.act.events)),
            Cell::text(pending.wants()),
        ]);
    }
    table.or("No act waits for a signature.")
}
