//! The audit report: one HTML file that needs no network, and in which the evidence checks itself.
//!
//! ```text
//! gather    the audit up to a position, entries as far as they can be read, hashes
//! sections  what people read, each from the state at that position
//! embed     the evidence as JSON: entries, hashes, checkpoints, how entries lie in their bytes
//! page/     style and verifier, as they stand in the file
//! ```
//!
//! The same ledger and the same arguments give the same bytes: no clock is asked, no order is by chance.

mod embed;
mod escape;
mod family;
mod gather;
mod layout;
mod sections;
mod svg;
mod table;
mod words;

use std::collections::BTreeMap;

use ledger_core::domain::{Party, Timestamp};
use ledger_core::journal::Until;
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::state_digest::state_digest;

use crate::cli::{Embedded, ReportArgs};
use crate::context::Context;
use crate::error::CommandError;
use crate::looked::Looked;
use escape::{Html, base64, json_in_script};
use gather::Gathered;
use sections::{Rows, Subject};

/// The verifier, piece by piece: small functions without side effects, and the page's own part at the end.
const SCRIPT: [&str; 8] = [
    include_str!("page/bytes.js"),
    include_str!("page/signature.js"),
    include_str!("page/entry.js"),
    include_str!("page/words.js"),
    include_str!("page/tree.js"),
    include_str!("page/note.js"),
    include_str!("page/audit.js"),
    include_str!("page/page.js"),
];
const STYLE: &str = include_str!("page/style.css");

/// What is asked of a report.
pub(crate) struct Asked<'a> {
    until: Until,
    as_of: Option<Timestamp>,
    party: Option<Party>,
    title: Option<&'a str>,
    entries: Option<Embedded>,
}

impl<'a> From<&'a ReportArgs> for Asked<'a> {
    fn from(args: &'a ReportArgs) -> Self {
        Self {
            until: Until::from(&args.at),
            as_of: args.as_of,
            party: args.party,
            title: args.title.as_deref(),
            entries: args.entries,
        }
    }
}

/// A report, and what it says of itself.
pub(crate) struct Made {
    /// The file.
    pub(crate) html: String,
    /// How many entries it is about.
    pub(crate) entries: u64,
    /// From which position on entries are in it.
    pub(crate) first: u64,
    /// How many findings the audit had.
    pub(crate) findings: u64,
}

/// Makes the report of what `looked` has.
pub(crate) fn make(
    looked: &Looked,
    asked: &Asked<'_>,
    charter: Option<ledger_core::domain::Digest>,
    context: &Context,
) -> Result<Made, CommandError> {
    let gathered = Gathered::of(looked, asked.until, charter, context)?;
    known(asked.party, &gathered)?;
    let first = embed::first(&gathered, asked.entries);
    let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for finding in &gathered.report.findings {
        found.entry(finding.entry).or_default().push(finding.code.to_string());
    }
    let state = &gathered.report.state;
    let mut rows = Rows::of(looked, state, (first, gathered.size()), &found)?;
    let evidence = embed::evidence(&gathered, looked, first, std::mem::take(&mut rows.bytes))?;
    let origin = gathered.report.head.origin.as_ref().map_or_else(String::new, ToString::to_string);
    let title = asked.title.map_or_else(|| format!("Audit report: {origin}"), str::to_owned);
    let subject = Subject {
        now: asked.as_of.or(gathered.report.head.recorded_at),
        party: asked.party,
        title: &title,
        first,
        state_digest: state_digest(state).map_err(CommandError::io("write the state document"))?.to_string(),
        gathered: &gathered,
        rows,
    };
    Ok(Made {
        html: page(&subject, &evidence.to_string()),
        entries: gathered.size(),
        first,
        findings: gathered.report.found,
    })
}

/// A party that is asked for is one of the ledger.
fn known(party: Option<Party>, gathered: &Gathered) -> Result<(), CommandError> {
    let Some(party) = party else { return Ok(()) };
    let parties: Vec<_> = gathered.report.state.parties().map(|(party, _)| *party).collect();
    if parties.contains(&party) {
        return Ok(());
    }
    let words: Vec<_> = parties.iter().map(ToString::to_string).collect();
    Err(CommandError::usage(format!("{party} is no party to this ledger"))
        .hint(format!("the parties are {}", words.join(", "))))
}

/// The whole file.
fn page(subject: &Subject<'_>, evidence: &str) -> String {
    let layout = json_in_script(&layout::layout().to_string());
    let script =
        format!("'use strict';\n(() => {{\nconst LAYOUT = {layout};\n{}\n}})();\n", SCRIPT.join("\n"));
    let mut html = Html::raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.push_raw(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; \
         base-uri 'none'; form-action 'none'\">\n",
        hash(&script),
        hash(STYLE)
    ));
    html.push_raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.push_raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    html.push(&Html::of("title", subject.title));
    html.push_raw(&format!("\n<style>{STYLE}</style>\n</head>\n<body>\n"));
    html.push_raw("<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>");
    html.push(&Html::of("h1", subject.title));
    let size = subject.gathered.size();
    let now = subject.now.map_or_else(String::new, |now| format!(", as of {now}"));
    html.push(&Html::of(
        "p",
        format!("{} {}{now}", sections::grouped(size), if size == 1 { "entry" } else { "entries" }),
    ));
    html.push_raw("</header>\n<nav aria-label=\"Sections\">");
    html.push(&sections::navigation());
    html.push_raw("</nav>\n<main id=\"main\" tabindex=\"-1\">\n");
    html.push(&sections::all(subject));
    html.push_raw("</main>\n<footer><p>Written by jointledger ");
    html.push_text(env!("CARGO_PKG_VERSION"));
    html.push_raw(". One file, no network.</p></footer>\n<script type=\"application/json\" id=\"evidence\">");
    html.push_raw(&json_in_script(evidence));
    html.push_raw("</script>\n");
    html.push_raw(&format!("<script>{script}</script>\n</body>\n</html>\n"));
    html.into_string()
}

/// What a Content-Security-Policy calls a piece of a page.
fn hash(piece: &str) -> String {
    format!("sha256-{}", base64(sha256(&[piece.as_bytes()]).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_and_the_style_cannot_end_their_elements_or_reach_out() {
        for piece in SCRIPT.iter().chain(&[STYLE]) {
            for never in
                ["</", "<!--", "http:", "https:", "innerHTML", "eval(", "fetch(", "XMLHttp", "import("]
            {
                assert!(!piece.contains(never), "{never}");
            }
        }
    }
}
