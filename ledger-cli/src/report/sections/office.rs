//! The audit office: what it examines, what it drew and issued, what it found, and what the ministries answered.

use std::cmp::Reverse;

use ledger_core::domain::engagement::{AuditFinding, Engagement, Sample};

use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::{Subject, grouped, not_told};

/// So many rows of a list are told.
const LISTED: usize = 300;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let state = subject.state();
    let mut known: Vec<&Engagement> =
        state.engagements().map(|(_, known)| known).filter(|known| concerns(subject, known)).collect();
    known.sort_by_key(|known| Reverse(known.opened_in));
    if known.is_empty() {
        let nothing = subject.nothing("No audit engagement was opened.", |party| {
            format!("No auditors of {party} opened an engagement, and none has a finding for it.")
        });
        return Html::of("p class=\"none\"", nothing);
    }
    let samples: Vec<&Sample> =
        known.iter().flat_map(|known| &known.samples).filter_map(|id| state.sample(id)).collect();
    let mut html = findings(subject);
    html.push(&engagements(&known));
    html.push(&drawn(&samples));
    html.push(&bundles(&samples));
    html
}

/// True when an engagement is of a party's auditors, or has a finding that the party answers. Which ministries the rest of
/// it concerns stands in words only.
fn concerns(subject: &Subject<'_>, known: &Engagement) -> bool {
    let found = known.findings.iter().filter_map(|id| subject.state().audit_finding(id));
    let parties: Vec<_> = found.map(|finding| finding.terms.party).chain([known.auditor]).collect();
    subject.asks_for(&parties)
}

/// Findings: those that are not closed first, of these the gravest.
fn findings(subject: &Subject<'_>) -> Html {
    let mut known: Vec<&AuditFinding> = subject
        .state()
        .audit_findings()
        .map(|(_, known)| known)
        .filter(|known| subject.asks_for(&[known.terms.party, known.auditor]))
        .collect();
    known.sort_by_key(|known| (known.closed_in.is_some(), Reverse(known.terms.severity), known.raised_in));
    let mut table = Table::new(
        "Findings of auditors, and what the ministries answered",
        &["Finding", "Severity", "Ministry", "Raised", "What was found", "Answer", "Due", "Where it stands"],
    );
    for known in known.iter().take(LISTED) {
        let terms = &known.terms;
        let (due, stands, class) = standing(subject, known);
        table.row([
            Cell::text(&terms.finding).class("id"),
            Cell::text(terms.severity),
            Cell::text(terms.party),
            Cell::text(format!("by {} in entry {}", known.auditor, known.raised_in)),
            Cell::html(with_below(&terms.text, &about(known))),
            Cell::html(answer(known)),
            Cell::text(due).class("nowrap"),
            Cell::text(stands).class(class),
        ]);
    }
    let mut html = table.or("No auditor has raised a finding.");
    html.push(&not_told(known.len(), LISTED, "more"));
    html
}

/// Words, and quieter ones below them.
fn with_below(words: impl std::fmt::Display, below: &str) -> Html {
    let mut html = Html::text(words);
    if !below.is_empty() {
        html.push(&Html::of("span class=\"under\"", below));
    }
    html
}

/// What a finding is about.
fn about(known: &AuditFinding) -> String {
    let entries = known.terms.entries.iter().map(|entry| format!("entry {entry}"));
    let about: Vec<_> = entries.chain(known.terms.subjects.iter().map(ToString::to_string)).collect();
    if about.is_empty() { String::new() } else { format!("About {}", about.join(", ")) }
}

/// The last answer, which holds, and how many there were before.
fn answer(known: &AuditFinding) -> Html {
    match known.replies.as_slice() {
        [] => Html::text("-"),
        [.., last] => {
            let before: Vec<_> =
                known.replies.iter().rev().skip(1).map(|reply| reply.entry.to_string()).collect();
            let below = if before.is_empty() {
                String::new()
            } else {
                format!("Instead of entry {}", before.join(", "))
            };
            with_below(&last.terms.reply, &below)
        }
    }
}

/// When something is due, where a finding stands, and how that looks.
fn standing(subject: &Subject<'_>, known: &AuditFinding) -> (String, String, &'static str) {
    let dash = || "-".to_owned();
    if let Some(entry) = known.closed_in {
        let conclusion = known.conclusion.as_ref().map_or_else(String::new, |text| format!(": {text}"));
        return (dash(), format!("closed in entry {entry}{conclusion}"), "");
    }
    let (due, words) = match known.replies.last() {
        None => (Some(known.terms.answer_by), "not answered".to_owned()),
        Some(reply) if reply.terms.accepted => {
            (reply.terms.due, format!("accepted in entry {}, to be mended", reply.entry))
        }
        Some(reply) => {
            (None, format!("not accepted in entry {}; the auditors have to look at it", reply.entry))
        }
    };
    let over = subject.day().zip(due).is_some_and(|(day, due)| day > due);
    let words = if over { format!("{words}, overdue") } else { words };
    (due.map_or_else(dash, |due| due.to_string()), words, if over { "bad" } else { "open" })
}

/// Engagements, the newest first.
fn engagements(known: &[&Engagement]) -> Html {
    let mut table = Table::new(
        "Engagements",
        &[
            "Engagement",
            "Auditors of",
            "What is examined",
            "Period or days",
            "Opened in entry#",
            "Secret of its samples",
            "Samples#",
            "Findings#",
        ],
    );
    for known in known.iter().take(LISTED) {
        let terms = &known.terms;
        let span = match (&terms.period, terms.from, terms.until) {
            (Some(period), ..) => format!("period {period}"),
            (None, Some(from), Some(until)) => format!("{from} to {until}"),
            _ => "-".to_owned(),
        };
        let secret =
            known.told_in.map_or_else(|| "not told".to_owned(), |entry| format!("told in entry {entry}"));
        table.row([
            Cell::text(&terms.engagement).class("id"),
            Cell::text(known.auditor),
            Cell::text(&terms.scope),
            Cell::text(span),
            Cell::text(known.opened_in),
            Cell::text(secret),
            Cell::text(grouped(known.samples.len())),
            Cell::text(grouped(known.findings.len())),
        ]);
    }
    let mut html = table.markup();
    html.push(&not_told(known.len(), LISTED, "older ones"));
    html
}

fn drawn(samples: &[&Sample]) -> Html {
    let mut table = Table::new(
        "Samples drawn",
        &[
            "Sample",
            "Engagement",
            "Population",
            "At the end of",
            "Size#",
            "Method",
            "Drawn",
            "Drawn in entry#",
            "Bundles#",
        ],
    );
    for sample in samples.iter().take(LISTED) {
        let terms = &sample.terms;
        let of = terms.currency.map_or_else(String::new, |currency| format!(", by {currency}"));
        table.row([
            Cell::text(&terms.sample).class("id"),
            Cell::text(&terms.engagement).class("id"),
            Cell::text(&terms.population).class("id"),
            Cell::text(terms.day).class("nowrap"),
            Cell::text(grouped(terms.size)),
            Cell::text(format!("{}{of}", terms.method.code().to_lowercase().replace('_', " "))),
            Cell::text(format!("{} of {}", grouped(terms.drawn), grouped(terms.units))),
            Cell::text(sample.drawn_in),
            Cell::text(grouped(sample.bundles.len())),
        ]);
    }
    let mut html = table.or("No sample was drawn.");
    html.push(&not_told(samples.len(), LISTED, "more"));
    html
}

/// The bundles by which somebody without the ledger can check an act of a sample.
fn bundles(samples: &[&Sample]) -> Html {
    let issued: Vec<_> =
        samples.iter().flat_map(|sample| sample.bundles.iter().map(move |bundle| (sample, bundle))).collect();
    let mut table = Table::new(
        "Bundles of evidence issued",
        &["Sample", "For entry#", "SHA-256 of the bundle", "Issued in entry#"],
    );
    for (sample, bundle) in issued.iter().take(LISTED) {
        table.row([
            Cell::text(&sample.terms.sample).class("id"),
            Cell::text(bundle.entry),
            Cell::text(bundle.bundle).class("hex"),
            Cell::text(bundle.issued_in),
        ]);
    }
    let mut html = table.or("No bundle of evidence was issued.");
    html.push(&not_told(issued.len(), LISTED, "more"));
    html
}
