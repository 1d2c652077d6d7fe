//! What comes of comparing, closing and examining: a run, a break, a period, an engagement, a finding, for people.

use ledger_core::domain::State;
use ledger_core::domain::books::{BreakStatus, KnownBreak, Run};
use ledger_core::domain::engagement::{AuditFinding, Engagement};
use ledger_core::domain::period::{Accord, Period};

use super::{list, rows};
use crate::render::human;

/// Where a break is in its life.
pub(crate) fn standing(known: &KnownBreak) -> String {
    match &known.status {
        BreakStatus::Open => "open".into(),
        BreakStatus::Explained { entry, reason, resolved_by } => {
            let by = resolved_by.map_or_else(String::new, |day| format!(", resolved by {day}"));
            format!("explained in entry {entry}: {reason}{by}")
        }
        BreakStatus::Accepted { entry, reason, limit, until } => {
            let limit = limit.map_or_else(String::new, |limit| format!(" up to {limit}"));
            format!("accepted in entry {entry}{limit} until {until}: {reason}")
        }
        BreakStatus::Corrected { entry, by } => format!("corrected by entry {by}, says entry {entry}"),
        BreakStatus::Closed { entry, ground } => {
            format!("closed in entry {entry}: {}", ground.code().to_lowercase().replace('_', " "))
        }
    }
}

/// By how much ledger and book differ, and which has more.
pub(crate) fn difference(known: &KnownBreak) -> String {
    let more = known
        .more_in
        .map_or_else(String::new, |side| format!(", more in the {}", side.code().to_lowercase()));
    known.difference.map_or_else(|| "-".into(), |difference| format!("{difference}{more}"))
}

pub(super) fn run_lines(state: &State, run: &Run) -> Vec<String> {
    let terms = &run.terms;
    let sides = run.sides().map(|side| match run.signed_off_by(side) {
        Some(entry) => format!("{side} in entry {entry}"),
        None => format!("{side} not yet"),
    });
    let posted =
        if run.is_complete() { String::new() } else { format!(", {} of them posted", run.found.len()) };
    let mut lines = vec![
        format!(
            "{}  {} ({}) of {}",
            human::strong(&terms.run),
            terms.kind,
            terms.kind.word(),
            list(run.sides())
        ),
        format!("  statement {} of {}, source {}", terms.statement, run.as_of, run.scope.source),
        format!("  compared at {} entries by rules of version {}", terms.size, terms.rules_version),
        format!("  {} matched, {} broken{posted}", terms.matched, terms.broken),
        format!("  signed off by {}", list(sides)),
    ];
    let found = run.found.iter().filter_map(|id| state.known_break(id));
    let found = found.map(|known| {
        vec![
            known.terms.break_id.to_string(),
            known.class().to_string(),
            known.party().to_string(),
            difference(known),
            standing(known),
            known.terms.subject.to_string(),
        ]
    });
    lines.extend(rows(&["BREAK", "CLASS", "BY", "DIFFERENCE", "STATUS", "ABOUT"], found.collect()));
    lines
}

pub(super) fn break_lines(known: &KnownBreak) -> Vec<String> {
    let terms = &known.terms;
    let mut lines = vec![
        format!(
            "{}  {} ({}): {}",
            human::strong(&terms.break_id),
            terms.class,
            terms.class.meaning(),
            terms.subject
        ),
        format!("  status {}", human::strong(standing(known))),
        format!("  {} has to act · ages from {}", terms.party, terms.since),
        format!("  difference {}", difference(known)),
        format!(
            "  found last by run {} at {} entries, opened in entry {}",
            known.found_in, known.found_at, known.opened_in
        ),
    ];
    if !known.earlier.is_empty() {
        lines.push(format!("  it was there before: opened in entries {}", list(&known.earlier)));
    }
    lines
}

pub(super) fn period_lines(state: &State, period: &Period) -> Vec<String> {
    let terms = &period.terms;
    let pairs = period.pairs().map(|(one, other)| {
        let accord = match state.accord(&terms.period, one, other) {
            Accord::Unconfirmed => "not confirmed".into(),
            Accord::Half(party) => format!("confirmed by {party} alone"),
            Accord::Agreed => "agreed".into(),
            Accord::Disputed => "disputed".into(),
        };
        vec![one.to_string(), other.to_string(), accord]
    });
    let mut lines = vec![
        format!("{}  until the end of {}", human::strong(&terms.period), terms.last_day),
        format!("  {} entries, root {}", terms.size, terms.root),
        format!("  fixed in entry {}", period.fixed_in),
    ];
    lines.extend(rows(&["ONE", "OTHER", "BALANCE"], pairs.collect()));
    lines
}

pub(super) fn engagement_lines(state: &State, engagement: &Engagement) -> Vec<String> {
    let terms = &engagement.terms;
    let span = match (&terms.period, terms.from, terms.until) {
        (Some(period), ..) => format!("period {period}"),
        (None, Some(from), Some(until)) => format!("{from} to {until}"),
        _ => "-".into(),
    };
    let secret =
        engagement.told_in.map_or_else(|| "not told".into(), |entry| format!("told in entry {entry}"));
    let mut lines = vec![
        format!("{}  {}", human::strong(&terms.engagement), terms.scope),
        format!("  auditors of {} examine {span}", engagement.auditor),
        format!("  opened in entry {}, committed to {}", engagement.opened_in, terms.commitment),
        format!("  secret {secret}"),
    ];
    let samples = engagement.samples.iter().filter_map(|id| state.sample(id)).map(|sample| {
        let drawn = &sample.terms;
        vec![
            drawn.sample.to_string(),
            drawn.day.to_string(),
            drawn.size.to_string(),
            drawn.population.to_string(),
            drawn.method.to_string(),
            format!("{} of {}", drawn.drawn, drawn.units),
            sample.bundles.len().to_string(),
        ]
    });
    let head = ["SAMPLE", "DAY", "ENTRIES", "POPULATION", "METHOD", "DRAWN", "BUNDLES"];
    lines.extend(rows(&head, samples.collect()));
    let findings = engagement.findings.iter().filter_map(|id| state.audit_finding(id)).map(|known| {
        let found = &known.terms;
        vec![found.finding.to_string(), found.severity.to_string(), found.party.to_string(), answered(known)]
    });
    lines.extend(rows(&["FINDING", "SEVERITY", "FOR", "STATUS"], findings.collect()));
    lines
}

/// Where a finding stands.
fn answered(known: &AuditFinding) -> String {
    if let Some(entry) = known.closed_in {
        return format!("closed in entry {entry}");
    }
    match known.replies.last().map(|reply| (&reply.terms, reply.entry)) {
        None => format!("to be answered by {}", known.terms.answer_by),
        Some((reply, entry)) => match reply.due {
            Some(due) => format!("accepted in entry {entry}, mended by {due}"),
            None => format!("not accepted, entry {entry}"),
        },
    }
}

pub(super) fn finding_lines(known: &AuditFinding) -> Vec<String> {
    let terms = &known.terms;
    let mut about: Vec<String> = terms.entries.iter().map(|entry| format!("entry {entry}")).collect();
    about.extend(terms.subjects.iter().map(ToString::to_string));
    let mut lines = vec![
        format!("{}  {} for {}: {}", human::strong(&terms.finding), terms.severity, terms.party, terms.text),
        format!("  status {}", human::strong(answered(known))),
        format!("  about {}", list(about)),
        format!(
            "  engagement {} of {}, raised in entry {}",
            terms.engagement, known.auditor, known.raised_in
        ),
    ];
    lines.extend(
        known.replies.iter().map(|reply| format!("  {} answers: {}", terms.party, reply.terms.reply)),
    );
    lines.extend(known.conclusion.iter().map(|conclusion| format!("  conclusion: {conclusion}")));
    lines
}
