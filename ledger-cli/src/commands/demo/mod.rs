//! `demo`: a story that is data, played into a real ledger, which is then verified and replayed from the folder alone.
//! Each story ends with what it is told for.

mod baltic;
mod closing;
mod findings;
mod regimes;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use clap::ValueEnum;
use ledger_core::domain::{Digest, Rejection, State};
use ledger_core::exchange::scenario::{Answer as Said, Outcome, Scenario};
use ledger_core::journal::{self, Until};
use ledger_core::ledger::charter::fingerprint;
use ledger_core::ledger::{Expectations, Tip};
use ledger_core::store::sled::SledStore;
use serde_json::{Map, Value, json};

use crate::cli::DemoArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::{human, json};

/// Which story.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Story {
    /// Two years of three ministries, and their own books against the ledger
    #[default]
    Baltic,
    /// The same undertakings in peace, under standing authorisations and in a crisis, and the signatures they took
    Regimes,
    /// Nine findings of an audit, and what the ledger answers to each
    Findings,
    /// A month that is compared, closed and examined: breaks, cut-off, balances, sample, finding
    Closing,
}

pub(crate) fn run(args: &DemoArgs, context: &Context) -> Result<Answer, CommandError> {
    match args.scenario {
        Story::Baltic => baltic::run(&args.dir, context),
        Story::Regimes => regimes::run(&args.dir, context),
        Story::Findings => findings::run(&args.dir, context),
        Story::Closing => closing::run(&args.dir, context),
    }
}

/// A story that was played, and the ledger that it left, as anybody reads it who has the folder.
struct Played {
    recorded: u64,
    /// What was refused, by the line of the step.
    refusals: BTreeMap<usize, Rejection>,
    /// Where what was recorded stands, by the line of the step.
    entries: BTreeMap<usize, u64>,
    charter: Digest,
    verified: u64,
    tip: Tip,
    /// Looks into the folder and nowhere else.
    folder: Context,
}

/// Plays the story into a new folder, telling each step; then verifies and replays the folder.
fn play(charter: &str, steps: &str, dir: &Path, context: &Context) -> Result<Played, CommandError> {
    let scenario = Scenario::parse(charter, steps).map_err(broken)?;
    let store = SledStore::create(dir)?;
    let (mut refusals, mut entries) = (BTreeMap::new(), BTreeMap::new());
    let mut told = Ok(());
    let journal = scenario
        .play(store, |outcome| {
            match &outcome.answer {
                Said::Recorded { entry, .. } => drop(entries.insert(outcome.line, *entry)),
                Said::Refused(rejection) => drop(refusals.insert(outcome.line, rejection.clone())),
            }
            if told.is_ok() {
                told = tell(outcome, context);
            }
        })
        .map_err(broken)?;
    told?;
    let head = journal.head().clone();
    drop(journal);

    // From here on as anybody would: with a copy of the folder and nothing else.
    let folder = context.at(dir);
    let store = folder.look()?;
    let charter = fingerprint(scenario.charter()).map_err(broken)?;
    let expected = Expectations { charter: Some(charter), now: Some(context.now()?) };
    let report = journal::verify(&store, expected, &mut |_, _| ())?;
    let tip = journal::replay(&store, Until::End, &mut |_, _| (), |_| ControlFlow::Continue(()))?;
    if !report.is_sound() || *tip.head() != head {
        return Err(CommandError::new(Answer::Unsound, "the ledger that was just written does not hold")
            .hint(format!("look at it with `jointledger --ledger {} verify`", dir.display())));
    }
    let recorded = entries.len() as u64;
    Ok(Played { recorded, refusals, entries, charter, verified: report.entries, tip, folder })
}

impl Played {
    fn state(&self) -> &State {
        self.tip.state()
    }

    /// What every story ends with; `special` is what the story found, for programs and for people.
    fn end(
        &self,
        special: Map<String, Value>,
        words: &[String],
        dir: &Path,
        context: &Context,
    ) -> Result<(), CommandError> {
        let head = self.tip.head();
        if context.json {
            let mut line = json!({
                "recorded": self.recorded,
                "refused": self.refusals.len(),
                "head": head,
                "charter": self.charter,
                "sound": true,
            });
            if let Value::Object(fields) = &mut line {
                fields.extend(special);
            }
            return context.emit("demo", line);
        }
        context.say("")?;
        context.say(format_args!(
            "{} acts recorded, {} refused by rule. All keys of this story are published: test only.",
            self.recorded,
            self.refusals.len()
        ))?;
        context.say(format_args!(
            "{}    {} entries, every byte, link, signature and rule",
            human::good("verified"),
            self.verified
        ))?;
        context.say(format_args!("{}    head {} {}", human::good("replayed"), head.size, head.link))?;
        for line in words {
            context.say(line)?;
        }
        context.say(format_args!("Look around: jointledger --ledger {} log", dir.display()))
    }
}

/// A story that does not play is a fault of the program, not of who runs it.
fn broken(error: impl std::fmt::Display) -> CommandError {
    CommandError::new(Answer::Unknown, format!("the demo does not play: {error}"))
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
