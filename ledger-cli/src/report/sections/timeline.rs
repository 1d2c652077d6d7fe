//! The history at a glance: acts by month and family, and the entries that an auditor wants to have seen.

use std::collections::BTreeMap;

use super::super::escape::Html;
use super::super::family::Family;
use super::super::gather::NOTABLE;
use super::super::svg::{self, Bar};
use super::super::table::{Cell, Table};
use super::entries::{HEADS, row};
use super::{Subject, folded, grouped, paragraph};
use crate::render::human;

/// More months than so many are told by years.
const MONTHS: usize = 60;
/// More periods than so many are not drawn, only the newest.
const PERIODS: usize = 100;

type Counts = BTreeMap<Family, u64>;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let gathered = subject.gathered;
    let (unit, periods) = periods(&gathered.months);
    let mut html = Html::default();
    if periods.is_empty() {
        return Html::of("p class=\"none\"", "There is no entry.");
    }
    let used: Vec<Family> = Family::ALL
        .into_iter()
        .filter(|family| periods.iter().any(|(_, counts)| counts.contains_key(family)))
        .collect();
    let bars: Vec<Bar> = periods
        .iter()
        .map(|(period, counts)| Bar {
            label: period.clone(),
            parts: used.iter().map(|f| (f.class(), counts.get(f).copied().unwrap_or(0))).collect(),
        })
        .collect();
    let most = periods.iter().max_by_key(|(_, counts)| total(counts));
    let summary = format!(
        "{} acts in {}{}. The table below has the numbers.",
        periods.iter().map(|(_, counts)| total(counts)).fold(0, u64::saturating_add),
        human::count(periods.len() as u64, unit, &format!("{unit}s")),
        most.map_or_else(String::new, |(period, counts)| format!(", most in {period}: {}", total(counts)))
    );
    let title = format!("Acts per {unit} by family");
    let mut figure = svg::columns("acts", &title, &summary, &bars);
    figure.push(&svg::legend(used.iter().map(|family| (family.class(), family.to_string()))));
    figure.push(&Html::of("figcaption", format!("{title}. {summary}")));
    html.push(&Html::element("figure", &figure));
    html.push(&folded(format!("{title} as a table"), &numbers(&title, &used, &periods)));
    let mut kinds = Table::new("How often each kind of event was recorded", &["Family", "Event", "Times#"])
        .class("tight");
    for ((family, name), count) in &gathered.kinds {
        kinds.row([Cell::text(family), Cell::text(name), Cell::text(count)]);
    }
    html.push(&folded("Events by kind", &kinds.markup()));
    html.push(&notable(subject));
    html
}

/// The months, or the years when there are too many; empty ones in between too, as long as they are few.
fn periods(months: &BTreeMap<String, Counts>) -> (&'static str, Vec<(String, Counts)>) {
    let filled = filled(months);
    if filled.len() <= MONTHS {
        return ("month", filled);
    }
    let mut years: BTreeMap<String, Counts> = BTreeMap::new();
    for (month, counts) in months {
        let year = years.entry(month.chars().take(4).collect()).or_default();
        for (family, count) in counts {
            let sum = year.entry(*family).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
    let skipped = years.len().saturating_sub(PERIODS);
    ("year", years.into_iter().skip(skipped).collect())
}

/// The months from the first to the last, stopping where they get too many to be drawn.
fn filled(months: &BTreeMap<String, Counts>) -> Vec<(String, Counts)> {
    let number = |month: &str| -> Option<u32> {
        let (year, month) = month.split_once('-')?;
        Some(
            year.parse::<u32>()
                .ok()?
                .saturating_mul(12)
                .saturating_add(month.parse::<u32>().ok()?.saturating_sub(1)),
        )
    };
    let ends = |month: Option<&String>| month.and_then(|month| number(month));
    let (Some(first), Some(last)) = (ends(months.keys().next()), ends(months.keys().next_back())) else {
        return Vec::new();
    };
    let too_many = u32::try_from(MONTHS).unwrap_or(u32::MAX);
    (first..=last.min(first.saturating_add(too_many)))
        .map(|number| {
            let month = format!("{:04}-{:02}", number / 12, (number % 12).saturating_add(1));
            let counts = months.get(&month).cloned().unwrap_or_default();
            (month, counts)
        })
        .collect()
}

fn total(counts: &Counts) -> u64 {
    counts.values().fold(0, |sum, count| sum.saturating_add(*count))
}

fn numbers(title: &str, used: &[Family], periods: &[(String, Counts)]) -> Html {
    const HEADS: [&str; 7] = [
        "Parties, keys and consent#",
        "Items and stocks#",
        "Transfers and support#",
        "Movements#",
        "Procurement and money#",
        "Other#",
        "All#",
    ];
    let heads =
        Family::ALL.iter().zip(HEADS).filter(|(family, _)| used.contains(family)).map(|(_, head)| head);
    let heads: Vec<_> = ["Period"].into_iter().chain(heads).chain(HEADS.last().copied()).collect();
    let mut table = Table::new(title, &heads);
    for (period, counts) in periods {
        let own = used.iter().map(|family| Cell::text(counts.get(family).copied().unwrap_or(0)));
        table.row([Cell::text(period)].into_iter().chain(own).chain([Cell::text(total(counts))]));
    }
    table.markup()
}

fn notable(subject: &Subject<'_>) -> Html {
    let gathered = subject.gathered;
    let mut table =
        Table::new("Notable entries: who may do what, and what went wrong", &HEADS).class("entries");
    for read in gathered.notable.iter().rev() {
        row(&mut table, read, subject.state(), &[]);
    }
    let mut html = table.or("No notable entry.");
    if gathered.notables > NOTABLE as u64 {
        html.push(&paragraph(format!("The newest {NOTABLE} of {}.", grouped(gathered.notables))));
    }
    html
}
