//! What the verification found, and which signatures are in doubt.

use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::{Subject, grouped, paragraph};
use crate::commands::verify::doubts;

/// So many findings are listed.
const LISTED: usize = 500;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let report = &subject.gathered.report;
    let mut table = Table::new("Findings of the verifier", &["Entry#", "Code", "What is wrong"]);
    for finding in report.findings.iter().take(LISTED) {
        table.row([
            Cell::text(finding.entry),
            Cell::text(finding.code).class("bad"),
            Cell::text(&finding.reason),
        ]);
    }
    let mut html = table.or("No finding: bytes, links, signatures, roles and rules hold.");
    let listed = u64::try_from(report.findings.len().min(LISTED)).unwrap_or(0);
    if let more @ 1.. = report.found.saturating_sub(listed) {
        html.push(&paragraph(format!(
            "And {} more; `jointledger verify --max-findings` lists them.",
            grouped(more)
        )));
    }
    let mut table = Table::new(
        "Signatures in doubt: made with a key that was declared compromised, and not cleared",
        &["Entry#", "Key", "Whose", "Signed", "Declared in entry#"],
    );
    for doubt in doubts(subject.state()) {
        let whose = match (doubt.party, doubt.role) {
            (Some(party), Some(role)) => format!("{party} {role}"),
            _ => "?".into(),
        };
        table.row([
            Cell::text(doubt.entry),
            Cell::text(doubt.key.short()).class("hex"),
            Cell::text(whose),
            Cell::text(doubt.signed_at),
            Cell::text(doubt.declared_in),
        ]);
    }
    html.push(&table.or("No signature is in doubt."));
    html
}
