//! What is open, who has to act, and since when; the overdue first.

use ledger_core::domain::Timestamp;
use ledger_core::domain::status::Matter;

use super::super::escape::Html;
use super::super::svg::{self, Bar};
use super::super::table::{Cell, Table};
use super::{Subject, folded, grouped, paragraph};
use crate::render::human;

/// So many matters of a list are told.
const LISTED: usize = 300;
/// The steps of age, in days: up to and with.
const AGES: [(u64, &str); 6] = [
    (7, "up to a week"),
    (30, "8 to 30 days"),
    (90, "31 to 90 days"),
    (180, "91 to 180 days"),
    (365, "181 to 365 days"),
    (u64::MAX, "more than a year"),
];
const NOT_KNOWN: &str = "since when is not known";

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let Some(now) = subject.now else {
        return Html::of("p class=\"none\"", "There is no entry, and so nothing open.");
    };
    let matters: Vec<Matter> = subject
        .state()
        .matters(now)
        .into_iter()
        .filter(|matter| subject.party.is_none_or(|party| matter.concerns(party)))
        .collect();
    let (mut overdue, open): (Vec<_>, Vec<_>) = matters.iter().partition(|matter| matter.is_overdue(now));
    overdue.sort_by_key(|matter| std::cmp::Reverse(matter.days_overdue(now)));
    let mut html = paragraph(format!(
        "As of {now}: {} overdue, {} open and not overdue.",
        grouped(overdue.len()),
        grouped(open.len())
    ));
    if !matters.is_empty() {
        html.push(&ages(&matters, now));
    }
    html.push(&list("Overdue", &overdue, now, "Nothing is overdue."));
    html.push(&list("Open and not overdue", &open, now, "Nothing else is open."));
    html
}

fn list(caption: &str, matters: &[&Matter], now: Timestamp, nothing: &str) -> Html {
    let mut table = Table::new(caption, &["Kind", "About", "By", "To", "Due", "Age", "What is to be done"]);
    for matter in matters.iter().take(LISTED) {
        let dash = || "-".to_owned();
        let (age, class) = if matter.is_overdue(now) {
            (format!("{} over", human::count(matter.days_overdue(now), "day", "days")), "bad nowrap")
        } else if matter.since.is_some() {
            (format!("{} open", human::count(matter.days_open(now), "day", "days")), "nowrap")
        } else {
            (dash(), "")
        };
        table.row([
            Cell::text(matter.kind),
            Cell::text(&matter.subject).class("id"),
            Cell::text(matter.by),
            Cell::text(matter.to.map_or_else(dash, |to| to.to_string())),
            Cell::text(matter.due.map_or_else(dash, |due| due.date().to_string())).class("nowrap"),
            Cell::text(age).class(class),
            Cell::text(&matter.what),
        ]);
    }
    let mut html = table.or(nothing);
    if let Some(more @ 1..) = matters.len().checked_sub(LISTED) {
        html.push(&paragraph(format!("And {} more; `jointledger status` lists all.", grouped(more))));
    }
    html
}

/// How long matters are open, overdue or not.
fn ages(matters: &[Matter], now: Timestamp) -> Html {
    let label = |matter: &Matter| match matter.since {
        None => NOT_KNOWN,
        Some(_) => {
            let days = matter.days_open(now);
            AGES.iter().find(|(most, _)| days <= *most).map_or(NOT_KNOWN, |(_, label)| label)
        }
    };
    let labels = AGES.iter().map(|(_, label)| *label).chain([NOT_KNOWN]);
    let counted: Vec<(&str, u64, u64)> = labels
        .map(|wanted| {
            let of_age = matters.iter().filter(|matter| label(matter) == wanted);
            let (over, open): (Vec<_>, Vec<_>) = of_age.partition(|matter| matter.is_overdue(now));
            (wanted, over.len() as u64, open.len() as u64)
        })
        .filter(|(label, over, open)| *label != NOT_KNOWN || over.saturating_add(*open) > 0)
        .collect();
    let bars: Vec<Bar> = counted
        .iter()
        .map(|(label, over, open)| Bar {
            label: (*label).to_owned(),
            parts: vec![("late", *over), ("open", *open)],
        })
        .collect();
    let over = counted.iter().fold(0_u64, |sum, (_, over, _)| sum.saturating_add(*over));
    let summary =
        format!("{} of {} matters are overdue. The table below has the numbers.", over, matters.len());
    let title = "For how long matters are open";
    let mut figure = svg::bars("ages", title, &summary, &bars);
    figure.push(&svg::legend([("late", "overdue".to_owned()), ("open", "not overdue".to_owned())]));
    figure.push(&Html::of("figcaption", format!("{title}. {summary}")));
    let mut table = Table::new(title, &["Open for", "Overdue#", "Not overdue#"]).class("tight");
    for (label, over, open) in counted {
        table.row([Cell::text(label), Cell::text(over), Cell::text(open)]);
    }
    let mut html = Html::element("figure", &figure);
    html.push(&folded(format!("{title} as a table"), &table.markup()));
    html
}
