//! What ledger this is, how far it goes, who vouches for it, and what our own verification says.

use ledger_core::ledger::shown::Verdict;

use super::super::embed::CHECKPOINTS;
use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::{Subject, grouped, paragraph};
use crate::render::human;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let mut html = verdict(subject);
    html.push(&check());
    html.push(&facts(subject));
    html.push(&checkpoints(subject));
    html
}

/// What the program found that wrote the report.
fn verdict(subject: &Subject<'_>) -> Html {
    let report = &subject.gathered.report;
    let entries = human::count(report.entries, "entry", "entries");
    let mut inside = Html::default();
    if report.is_sound() {
        inside.push(&Html::of("strong", "Sound."));
        inside.push_text(format!(
            " The program that wrote this report verified {entries}: bytes, links, signatures, roles at their positions, \
             every rule{}.",
            if subject.gathered.pinned { ", and that the charter is the one it was told to expect" } else { "" }
        ));
    } else {
        inside.push(&Html::of("strong", "Not sound."));
        let first = report.findings.first().map_or(0, |finding| finding.entry);
        inside.push_text(format!(
            " The program that wrote this report verified {entries} and found {}; the first at entry {first}. \
             What follows is what the entries say as far as they could be read.",
            human::count(report.found, "flaw", "flaws")
        ));
    }
    if report.entries < subject.gathered.there {
        inside.push_text(format!(
            " The copy has {} entries; only the first {} are told of here.",
            grouped(subject.gathered.there),
            grouped(report.entries)
        ));
    }
    let class = if report.is_sound() { "verdict good" } else { "verdict bad" };
    Html::element(&format!("p class=\"{class}\""), &inside)
}

/// Where the check in the browser begins and says what came of it. Whoever prints sees that it was not asked for.
fn check() -> Html {
    Html::raw(
        "<div id=\"check\" class=\"check\">\
         <p><button type=\"button\" id=\"run\" disabled>Check this report</button> \
         <span id=\"state\" role=\"status\" aria-live=\"polite\">Not checked in this browser.</span></p>\
         <div id=\"result\"></div>\
         <noscript><p>The check needs JavaScript. Everything else can be read without it.</p></noscript>\
         </div>\n",
    )
}

fn facts(subject: &Subject<'_>) -> Html {
    let gathered = subject.gathered;
    let head = &gathered.report.head;
    let unknown = || "-".to_owned();
    let mut list = Html::raw("<dl class=\"facts\">");
    let mut fact = |name: &str, fact: &str, value: String, class: &str| {
        list.push(&Html::of("dt", name));
        let attribute = if fact.is_empty() { String::new() } else { format!(" data-summary=\"{fact}\"") };
        list.push(&Html::of(&format!("dd class=\"{class}\"{attribute}"), value));
    };
    fact("Ledger", "origin", head.origin.as_ref().map_or_else(unknown, ToString::to_string), "");
    if let Some((_, purpose)) = &gathered.charter {
        fact("Purpose", "", purpose.clone(), "");
    }
    let members = subject.state().parties().map(|(party, record)| format!("{party} {}", record.name));
    fact("Parties", "", members.collect::<Vec<_>>().join(" · "), "");
    fact("Entries", "size", gathered.size().to_string(), "");
    fact(
        "Last entry recorded",
        "recorded",
        head.recorded_at.map_or_else(unknown, |time| time.to_string()),
        "",
    );
    fact("Overdue is judged as of", "", subject.now.map_or_else(unknown, |time| time.to_string()), "");
    if let Some(party) = subject.party {
        fact("Goods, money and matters of", "", party.to_string(), "");
    }
    let charter = gathered.charter.as_ref().map_or_else(unknown, |(print, _)| print.to_string());
    fact("Charter fingerprint", "charter", charter, "hex");
    fact("Link of the last entry", "link", head.link.to_string(), "hex");
    fact("Root of the tree", "root", head.frontier.root().to_string(), "hex");
    fact("State digest", "", subject.state_digest.clone(), "hex");
    list.push_raw("</dl>");
    list
}

fn checkpoints(subject: &Subject<'_>) -> Html {
    let verdicts = &subject.gathered.report.checkpoints;
    let mut kept: Vec<&Verdict> = verdicts.iter().collect();
    kept.sort_by_key(|verdict| std::cmp::Reverse(verdict.size));
    let mut table =
        Table::new("Checkpoints", &["Size#", "Root", "Signed by the log", "Cosigned by", "Does it hold?"]);
    for verdict in kept.iter().take(CHECKPOINTS) {
        let (log, by) = match &verdict.signed_by {
            None => ("unknown".to_owned(), "-".to_owned()),
            Some(by) => {
                let mut voices: Vec<_> = by
                    .cosigned
                    .iter()
                    .map(|(party, time)| format!("{party} at {}", human::seconds(*time)))
                    .collect();
                voices.extend(by.doubtful.iter().map(|(party, _)| format!("{party}, which does not count")));
                (if by.log { "yes" } else { "no" }.to_owned(), voices.join("; "))
            }
        };
        let holds = if verdict.holds { ("holds", "good") } else { ("does not hold", "bad") };
        table.row_with(
            &format!("data-checkpoint=\"{}\"", verdict.size),
            [
                Cell::text(verdict.size).fact("size"),
                Cell::text(verdict.root).fact("root").class("hex"),
                Cell::text(log),
                Cell::text(if by.is_empty() { "nobody".to_owned() } else { by }),
                Cell::text(holds.0).class(holds.1),
            ],
        );
    }
    let mut html = table.or(
        "No checkpoint is kept with this copy: nobody has cosigned this history, and only what the reader knows from \
         elsewhere (the root, the charter's fingerprint) ties it to the ledger of the ministries.",
    );
    if let Some(more @ 1..) = kept.len().checked_sub(CHECKPOINTS) {
        html.push(&paragraph(format!("And {more} smaller ones; `jointledger verify` judges all.")));
    }
    html
}
