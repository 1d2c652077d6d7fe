//! `demo`: two years of three ministries, played from data into a real ledger, then verified, replayed and
//! reconciled.

use std::ops::ControlFlow;

use ledger_core::domain::reconcile::{BreakClass, Tolerances};
use ledger_core::domain::{Party, State};
use ledger_core::exchange::books::Books;
use ledger_core::exchange::scenario::{Answer as Said, Outcome, Scenario};
use ledger_core::journal::{self, Until};
use ledger_core::ledger::Expectations;
use ledger_core::ledger::charter::fingerprint;
use ledger_core::store::sled::SledStore;
use serde::Deserialize;
use serde_json::json;

use super::reconcile;

use crate::cli::DemoArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::{human, json};

const CHARTER: &str = include_str!("../../../fixtures/scenarios/baltic/charter.json");
const STEPS: &str = include_str!("../../../fixtures/scenarios/baltic/steps.jsonl");
/// Each ministry's own book, with the differences that were planted in it.
const BOOKS: [(&str, &str); 3] = [
    ("EE", include_str!("../../../fixtures/scenarios/baltic/books-ee.csv")),
    ("LV", include_str!("../../../fixtures/scenarios/baltic/books-lv.csv")),
    ("LT", include_str!("../../../fixtures/scenarios/baltic/books-lt.csv")),
];
const PLANTED: &str = include_str!("../../../fixtures/scenarios/baltic/expected-breaks.json");

/// A difference that was planted in a book.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Planted {
    ministry: Party,
    class: BreakClass,
    item: String,
}

pub(crate) fn run(args: &DemoArgs, context: &Context) -> Result<Answer, CommandError> {
    let scenario = Scenario::parse(CHARTER, STEPS).map_err(broken)?;
    let store = SledStore::create(&args.dir)?;
    let mut counts = Counts::default();
    let mut told = Ok(());
    let journal = scenario
        .play(store, |outcome| {
            counts.add(outcome);
            if told.is_ok() {
                told = tell(outcome, context);
            }
        })
        .map_err(broken)?;
    told?;
    let played = journal.head().clone();
    drop(journal);

    // From here on as anybody would: with a copy of the folder and nothing else.
    let demo = context.at(&args.dir);
    let store = demo.look()?;
    let charter = fingerprint(scenario.charter()).map_err(broken)?;
    let expected = Expectations { charter: Some(charter), now: Some(context.now()?) };
    let report = journal::verify(&store, expected, &mut |_, _| ())?;
    let tip = journal::replay(&store, Until::End, &mut |_, _| (), |_| ControlFlow::Continue(()))?;
    if !report.is_sound() || *tip.head() != played {
        return Err(CommandError::new(Answer::Unsound, "the ledger that was just written does not hold")
            .hint(format!("look at it with `jointledger --ledger {} verify`", args.dir.display())));
    }
    let found = compare(tip.state(), context)?;
    if context.json {
        context.emit(
            "demo",
            json!({
                "recorded": counts.recorded,
                "refused": counts.refused,
                "head": played,
                "charter": charter,
                "sound": report.is_sound(),
                "planted_differences_found": found,
            }),
        )?;
        return Ok(Answer::Done);
    }
    context.say("")?;
    context.say(format_args!(
        "{} acts recorded, {} refused by rule. All keys of this story are published: test only.",
        counts.recorded, counts.refused
    ))?;
    context.say(format_args!(
        "{}    {} entries, every byte, link, signature and rule",
        human::good("verified"),
        report.entries
    ))?;
    context.say(format_args!("{}    head {} {}", human::good("replayed"), played.size, played.link))?;
    context.say(format_args!(
        "{}  all {found} differences that were planted in the three books, and no other",
        human::good("reconciled")
    ))?;
    context.say(format_args!("Look around: jointledger --ledger {} log", args.dir.display()))?;
    Ok(Answer::Done)
}

/// Reconciles the three ministries' books and sees to it that exactly the planted differences are found.
fn compare(state: &State, context: &Context) -> Result<usize, CommandError> {
    let mut found = Vec::new();
    for (ministry, book) in BOOKS {
        let ministry: Party = ministry.parse().map_err(broken)?;
        let book = Books::read(book.as_bytes(), ministry).map_err(broken)?;
        let report = book.reconcile(state, Tolerances::default());
        if !context.json {
            context.say("")?;
        }
        reconcile::tell(&report, context)?;
        found.extend(report.reconciliation.breaks.iter().map(|found| Planted {
            ministry,
            class: found.class,
            item: found.item.to_string(),
        }));
    }
    let mut planted: Vec<Planted> = serde_json::from_str(PLANTED).map_err(broken)?;
    planted.sort();
    found.sort();
    if found == planted {
        Ok(found.len())
    } else {
        Err(broken(format_args!("the books differ in {found:?}, planted were {planted:?}")))
    }
}

/// A story that does not play is a fault of the program, not of who runs it.
fn broken(error: impl std::fmt::Display) -> CommandError {
    CommandError::new(Answer::Unknown, format!("the demo does not play: {error}"))
}

/// What became of the steps.
#[derive(Debug, Default)]
struct Counts {
    recorded: u64,
    refused: u64,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome<'_>) {
        let count = match outcome.answer {
            Said::Recorded { .. } => &mut self.recorded,
            Said::Refused(_) => &mut self.refused,
        };
        *count = count.saturating_add(1);
    }
}

/// Tells one step of the story.
fn tell(outcome: &Outcome<'_>, context: &Context) -> Result<(), CommandError> {
    let step = outcome.step;
    if context.json {
        let answer = match &outcome.answer {
            Said::Recorded { entry, link, missing } => {
                json!({ "entry": entry, "link": link, "waits_for": json::wanted(missing) })
            }
            Said::Refused(rejection) => json!({ "refused": rejection.rule, "why": rejection.why }),
        };
        return context
            .emit("step", json!({ "now": step.now, "by": step.by, "tell": step.tell, "answer": answer }));
    }
    let by = step.by.to_string();
    match &outcome.answer {
        Said::Recorded { entry, .. } => {
            context.say(format_args!("{} {:>4}  {by:<9} {}", step.now.date(), entry, step.tell))
        }
        Said::Refused(rejection) => {
            context.say(format_args!("{}       {by:<9} {}", step.now.date(), step.tell))?;
            let no = human::bad(format_args!("refused, {}", rejection.rule));
            context.say(format_args!("{:27}{no}: {}", "", rejection.why))
        }
    }
}
