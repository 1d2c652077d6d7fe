//! Books compared with the ledger: breaks and what became of them, runs and who signed them off; and periods closed:
//! their cut-off, and what the parties confirm that they owed one another at it.

use std::collections::BTreeMap;

use ledger_core::domain::books::{BreakStatus, KnownBreak, Run};
use ledger_core::domain::period::{Accord, Confirmation, Period};
use ledger_core::domain::reconcile::BreakClass;
use ledger_core::domain::{Date, Party};

use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::{Subject, folded, grouped, not_told, paragraph};
use crate::commands::show::closing::{difference, standing};
use crate::render::human;

/// So many rows of a list are told.
const LISTED: usize = 300;

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let breaks: Vec<&KnownBreak> = subject
        .state()
        .known_breaks()
        .map(|(_, known)| known)
        .filter(|known| subject.asks_for(&concerned(known)))
        .collect();
    let mut runs: Vec<&Run> = subject
        .state()
        .reconciliation_runs()
        .map(|(_, run)| run)
        .filter(|run| subject.asks_for(&run.sides().collect::<Vec<_>>()))
        .collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.recorded_in));
    let mut html = Html::default();
    if !runs.is_empty() {
        html.push(&overview(subject, &breaks, &runs));
        html.push(&tally(subject, &breaks));
        html.push(&live(subject, &breaks, runs.iter().all(|run| run.is_complete())));
        html.push(&closed(&breaks));
    }
    html.push(&compared(subject, &runs));
    html.push(&periods(subject));
    html
}

/// Who is concerned by a break: those whose books meet, and who has to act.
fn concerned(known: &KnownBreak) -> Vec<Party> {
    [known.scope.party, known.party()].into_iter().chain(known.scope.counterparty).collect()
}

/// True when a side of a run that is asked for has not signed it off.
fn waits(subject: &Subject<'_>, run: &Run) -> bool {
    run.sides().any(|side| subject.asks_for(&[side]) && run.signed_off_by(side).is_none())
}

/// How much was compared, and how much of it waits for somebody.
fn overview(subject: &Subject<'_>, breaks: &[&KnownBreak], runs: &[&Run]) -> Html {
    let Some(now) = subject.now else { return Html::default() };
    let live = breaks.iter().filter(|known| !known.is_closed());
    let unanswered = live.clone().filter(|known| known.is_unanswered(now.date()));
    paragraph(format!(
        "As of {now}: {}, {} of them not signed off; {} not closed, {} of them without an answer that holds.",
        human::count(runs.len() as u64, "comparison", "comparisons"),
        grouped(runs.iter().filter(|run| waits(subject, run)).count()),
        human::count(live.count() as u64, "break", "breaks"),
        grouped(unanswered.count()),
    ))
}

/// Where breaks are in their life, as they are counted.
const STATUSES: [&str; 6] = ["Open", "Explained", "Accepted", "No longer accepted", "Corrected", "Closed"];

/// Which of [`STATUSES`] it is at a day.
fn status(known: &KnownBreak, day: Option<Date>) -> &'static str {
    let at = match &known.status {
        BreakStatus::Open => 0,
        BreakStatus::Explained { .. } => 1,
        BreakStatus::Accepted { .. } if day.is_some_and(|day| known.is_unanswered(day)) => 3,
        BreakStatus::Accepted { .. } => 2,
        BreakStatus::Corrected { .. } => 4,
        BreakStatus::Closed { .. } => 5,
    };
    STATUSES.get(at).copied().unwrap_or_default()
}

/// How many breaks of each class each party has, by where they are in their life.
fn tally(subject: &Subject<'_>, breaks: &[&KnownBreak]) -> Html {
    let mut counts: BTreeMap<(BreakClass, Party), BTreeMap<&str, u64>> = BTreeMap::new();
    for known in breaks {
        let row = counts.entry((known.class(), known.party())).or_default();
        let count = row.entry(status(known, subject.day())).or_default();
        *count = count.saturating_add(1);
    }
    let mut table = Table::new(
        "Breaks by class and by the party that has to act",
        &[
            "Class",
            "Party",
            "Open#",
            "Explained#",
            "Accepted#",
            "No longer accepted#",
            "Corrected#",
            "Closed#",
        ],
    );
    for ((class, party), row) in &counts {
        let numbers = STATUSES.iter().map(|status| match row.get(status) {
            None => Cell::text("\u{2013}"),
            Some(count) => Cell::text(grouped(count)),
        });
        table.row([Cell::text(class_in_words(*class)), Cell::text(party)].into_iter().chain(numbers));
    }
    if table.is_empty() { Html::default() } else { table.markup() }
}

fn class_in_words(class: BreakClass) -> String {
    format!("{class} {}", class.meaning())
}

/// Breaks that are not over: first those on which their party has to say something, then the oldest.
/// `complete` when all breaks of all runs are posted.
fn live(subject: &Subject<'_>, breaks: &[&KnownBreak], complete: bool) -> Html {
    let day = subject.day();
    let mut live: Vec<_> = breaks.iter().filter(|known| !known.is_closed()).collect();
    live.sort_by_key(|known| (!day.is_some_and(|day| known.is_unanswered(day)), known.since()));
    let mut table = Table::new(
        "Breaks that are not closed",
        &["Break", "Class", "Party", "About", "Difference", "Age", "Found last by", "Where it stands"],
    );
    for known in live.iter().take(LISTED) {
        let age = day
            .map_or_else(|| "-".to_owned(), |day| human::count(known.since().days_until(day), "day", "days"));
        let (words, class) = standing_at(subject, known);
        table.row([
            Cell::text(&known.terms.break_id).class("id"),
            Cell::text(class_in_words(known.class())),
            Cell::text(known.party()),
            Cell::text(&known.terms.subject),
            Cell::text(difference(known)),
            Cell::text(age).class("nowrap"),
            Cell::text(&known.found_in).class("id"),
            Cell::text(words).class(class),
        ]);
    }
    let mut html = table.or(match (breaks.is_empty(), complete) {
        (true, true) => "Nothing differed from the ledger.",
        (true, false) => "Nothing differed from the ledger, as far as it is posted.",
        (false, _) => "All breaks are closed.",
    });
    html.push(&not_told(live.len(), LISTED, "more; `jointledger status` lists all"));
    html
}

/// Where a break stands at the day of the report, and how that looks.
fn standing_at(subject: &Subject<'_>, known: &KnownBreak) -> (String, &'static str) {
    let words = standing(known);
    let day = subject.day();
    let over = |last: Option<Date>| day.zip(last).is_some_and(|(day, last)| day > last);
    if subject.state().closing_ground(&known.terms.break_id).is_some() {
        return (format!("may be closed; {words}"), "");
    }
    match &known.status {
        BreakStatus::Open => (words, "bad"),
        BreakStatus::Accepted { until, .. } if over(Some(*until)) => {
            (format!("acceptance is over; {words}"), "bad")
        }
        BreakStatus::Accepted { .. } if day.is_some_and(|day| known.is_unanswered(day)) => {
            (format!("differs by more than is accepted; {words}"), "bad")
        }
        BreakStatus::Explained { resolved_by, .. } if over(*resolved_by) => {
            (format!("not resolved in time; {words}"), "bad")
        }
        _ => (words, ""),
    }
}

fn closed(breaks: &[&KnownBreak]) -> Html {
    let mut over: Vec<_> = breaks.iter().filter(|known| known.is_closed()).collect();
    over.sort_by_key(|known| std::cmp::Reverse(known.opened_in));
    if over.is_empty() {
        return Html::default();
    }
    let title = "Breaks that are closed";
    let mut table = Table::new(
        title,
        &["Break", "Class", "Party", "About", "Difference", "Opened in entry#", "Where it stands"],
    );
    for known in over.iter().take(LISTED) {
        table.row([
            Cell::text(&known.terms.break_id).class("id"),
            Cell::text(class_in_words(known.class())),
            Cell::text(known.party()),
            Cell::text(&known.terms.subject),
            Cell::text(difference(known)),
            Cell::text(known.opened_in),
            Cell::text(standing(known)),
        ]);
    }
    let mut inside = table.markup();
    inside.push(&not_told(over.len(), LISTED, "older ones"));
    folded(format!("{title}: {}", grouped(over.len())), &inside)
}

/// Runs, the newest first.
fn compared(subject: &Subject<'_>, runs: &[&Run]) -> Html {
    let mut table = Table::new(
        "What was compared, and who signed it off",
        &["Run", "What", "Statement", "As of", "At size#", "Matched#", "Broken#", "Entry#", "Signed off"],
    );
    for run in runs.iter().take(LISTED) {
        let terms = &run.terms;
        let sides: Vec<_> = run.sides().map(|side| side.to_string()).collect();
        let broken = if run.is_complete() {
            grouped(terms.broken)
        } else {
            format!("{}, {} posted", grouped(terms.broken), grouped(run.found.len()))
        };
        let signed: Html = run
            .sides()
            .map(|side| match run.signed_off_by(side) {
                Some(entry) => line(format!("{side} in entry {entry}")),
                None => line(format!("{side} not yet")),
            })
            .collect();
        let missing = run.sides().any(|side| run.signed_off_by(side).is_none());
        table.row([
            Cell::text(&terms.run).class("id"),
            Cell::text(format!("{} {}, {}", terms.kind, terms.kind.word(), sides.join(" and "))),
            Cell::text(format!("{} from {}", terms.statement, run.scope.source)).class("id"),
            Cell::text(run.as_of).class("nowrap"),
            Cell::text(grouped(terms.size)),
            Cell::text(grouped(terms.matched)),
            Cell::text(broken),
            Cell::text(run.recorded_in),
            Cell::html(signed).class(if missing { "open" } else { "" }),
        ]);
    }
    let nothing = subject.nothing("No books were compared with the ledger.", |party| {
        format!("No books of {party} were compared with the ledger.")
    });
    let mut html = table.or(&nothing);
    html.push(&not_told(runs.len(), LISTED, "older ones"));
    html
}

/// Words that stay on a line of their own.
fn line(words: impl std::fmt::Display) -> Html {
    Html::of("span class=\"line\"", words)
}

/// Periods and what is confirmed for them, the newest first.
fn periods(subject: &Subject<'_>) -> Html {
    let mut known: Vec<&Period> = subject
        .state()
        .periods()
        .map(|(_, period)| period)
        .filter(|period| subject.asks_for(&period.parties))
        .collect();
    known.sort_by_key(|period| std::cmp::Reverse(period.terms.last_day));
    let mut cut_offs = Table::new(
        "Periods whose cut-off is fixed: the ledger as it was at the end of a day",
        &["Period", "Last day", "Entries#", "Root at that size", "Fixed in entry#"],
    );
    let mut balances = Table::new(
        "What the parties confirm that they owed one another at a cut-off",
        &["Period", "Between", "Where it stands", "Balance", "Confirmed"],
    );
    for period in known.iter().take(LISTED) {
        let terms = &period.terms;
        cut_offs.row([
            Cell::text(&terms.period).class("nowrap"),
            Cell::text(terms.last_day).class("nowrap"),
            Cell::text(grouped(terms.size)),
            Cell::text(terms.root).class("hex"),
            Cell::text(period.fixed_in),
        ]);
        for pair in period.pairs().filter(|(one, other)| subject.asks_for(&[*one, *other])) {
            balances.row(pair_row(subject, period, pair));
        }
    }
    let nothing = subject.nothing("The cut-off of no period is fixed.", |party| {
        format!("No period of {party} has a cut-off.")
    });
    let mut html = cut_offs.or(&nothing);
    if !balances.is_empty() {
        html.push(&balances.markup());
        html.push(&Html::of(
            "p class=\"quiet\"",
            "These are the parties\u{2019} words; `jointledger period show` holds them against the ledger at the cut-off.",
        ));
    }
    html.push(&not_told(known.len(), LISTED, "older periods"));
    html
}

/// A balance between two parties.
fn pair_row(subject: &Subject<'_>, period: &Period, (one, other): (Party, Party)) -> [Cell; 5] {
    let (state, id) = (subject.state(), &period.terms.period);
    let (stands, class) = match state.accord(id, one, other) {
        Accord::Agreed => ("agreed".to_owned(), "good"),
        Accord::Disputed => ("disputed".to_owned(), "bad"),
        Accord::Half(party) => (format!("{} is awaited", if party == one { other } else { one }), "open"),
        Accord::Unconfirmed => ("both are awaited".to_owned(), "open"),
    };
    let sides = [(one, state.confirmation(id, one, other)), (other, state.confirmation(id, other, one))];
    let given: Vec<(Party, &Confirmation)> =
        sides.into_iter().filter_map(|(party, given)| given.map(|given| (party, given))).collect();
    let balance = match given.as_slice() {
        [] => "-".to_owned(),
        [(_, here), (_, there)] if here.balances == there.balances => owed(here),
        _ => {
            let said: Vec<_> =
                given.iter().map(|(party, said)| format!("{party} says {}", owed(said))).collect();
            said.join("; ")
        }
    };
    let confirmed: Vec<_> = given.iter().map(|(party, given)| confirmed(*party, given)).collect();
    [
        Cell::text(id).class("nowrap"),
        Cell::text(format!("{one} and {other}")).class("nowrap"),
        Cell::text(stands).class(class),
        Cell::text(balance),
        Cell::text(if confirmed.is_empty() { "-".to_owned() } else { confirmed.join(", ") }),
    ]
}

/// Who confirmed in which entry, and how often before.
fn confirmed(party: Party, given: &Confirmation) -> String {
    let before = match given.replaced.as_slice() {
        [] => String::new(),
        replaced => {
            let entries: Vec<_> = replaced.iter().map(ToString::to_string).collect();
            format!(" (instead of {})", entries.join(", "))
        }
    };
    format!("{party} in entry {}{before}", given.entry)
}

/// Who owes whom, by one side's books.
fn owed(confirmation: &Confirmation) -> String {
    let nets: Vec<_> = confirmation
        .balances
        .iter()
        .map(|net| format!("{} owes {} {}", net.debtor, net.creditor, grouped(net.amount)))
        .collect();
    if nets.is_empty() { "nobody owes anything".to_owned() } else { nets.join(", ") }
}
