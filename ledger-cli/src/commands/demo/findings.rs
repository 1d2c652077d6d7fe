//! Nine findings of an audit, and what a ledger answers to each. `findings.json` says only where to look; the answer is
//! computed from the play and from the folder that it left.

use std::ops::ControlFlow;
use std::path::Path;

use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::ids::ContractId;
use ledger_core::domain::reconcile::BreakClass;
use ledger_core::domain::reconcile::run::RunBreak;
use ledger_core::domain::status::{Matter, MatterKind};
use ledger_core::domain::{Act, Document, Event, Party, Rejection, Timestamp};
use ledger_core::exchange::books::Books;
use ledger_core::journal::{self, Until, Visit};
use ledger_core::ledger::Expectations;
use ledger_core::ledger::finding::Finding as Flaw;
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::{Anchor, Store as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::{Played, broken, play};
use crate::commands::reconcile;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

const CHARTER: &str = include_str!("../../../../fixtures/scenarios/findings/charter.json");
const STEPS: &str = include_str!("../../../../fixtures/scenarios/findings/steps.jsonl");
const FINDINGS: &str = include_str!("../../../../fixtures/scenarios/findings/findings.json");
/// The ministries' own books of the story, by the names that the findings give them.
const BOOKS: [(&str, &str); 1] =
    [("books-ee.csv", include_str!("../../../../fixtures/scenarios/findings/books-ee.csv"))];

/// What an audit found, and where the ledger's answers are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    number: u8,
    finding: String,
    facts: String,
    control: String,
    answers: Vec<Sought>,
}

/// Where an answer is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Sought {
    /// The refusal of the step in this line.
    Step(usize),
    /// An open matter of a party's `status`.
    Status { party: Party, kind: MatterKind, subject: String, as_of: Timestamp },
    /// What the step in this line recorded.
    Entry(usize),
    /// A paper that an act binds.
    Papers { step: usize, kind: DocumentKind },
    /// What `verify` says of a copy from which the entry of a contract was taken.
    Verify { without: ContractId },
    /// A break that `reconcile` finds in a book.
    Reconcile { party: Party, book: String, class: BreakClass, item: String },
}

/// What the ledger answers.
#[derive(Debug, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Found {
    Refused {
        step: usize,
        #[serde(flatten)]
        rejection: Rejection,
    },
    Listed {
        #[serde(flatten)]
        matter: Matter,
        as_of: Timestamp,
        days_overdue: u64,
        days_open: u64,
    },
    Recorded {
        entry: u64,
        events: Vec<Event>,
    },
    Bound {
        entry: u64,
        document: Document,
    },
    Unsound {
        without: ContractId,
        #[serde(flatten)]
        flaw: Flaw,
    },
    Differs {
        #[serde(flatten)]
        found: Box<RunBreak>,
    },
}

pub(super) fn run(dir: &Path, context: &Context) -> Result<Answer, CommandError> {
    let findings: Vec<Finding> = serde_json::from_str(FINDINGS).map_err(broken)?;
    let played = play(CHARTER, STEPS, dir, context)?;
    let mut answered = 0_usize;
    for finding in &findings {
        let found = finding
            .answers
            .iter()
            .map(|sought| {
                let found = played.find(sought)?;
                found.ok_or_else(|| {
                    broken(format_args!("finding {} has no answer: {sought:?}", finding.number))
                })
            })
            .collect::<Result<Vec<Found>, _>>()?;
        tell(finding, &found, context)?;
        answered = answered.saturating_add(usize::from(!found.is_empty()));
    }
    let special = Map::from_iter([("findings_answered".to_owned(), json!(answered))]);
    let words = format!("{}    {answered} of {} findings", human::good("answered"), findings.len());
    played.end(special, &[words], dir, context)?;
    let all = answered == findings.len();
    Ok(if all { Answer::Done } else { Answer::No })
}

impl Played {
    /// The answer, if the ledger gives it.
    fn find(&self, sought: &Sought) -> Result<Option<Found>, CommandError> {
        Ok(match sought {
            Sought::Step(step) => {
                let rejection = self.refusals.get(step).cloned();
                rejection.map(|rejection| Found::Refused { step: *step, rejection })
            }
            Sought::Status { party, kind, subject, as_of } => {
                let matters = self.state().matters(*as_of);
                let matter = matters
                    .into_iter()
                    .find(|m| m.kind == *kind && m.subject == *subject && m.concerns(*party));
                matter.map(|matter| Found::Listed {
                    as_of: *as_of,
                    days_overdue: matter.days_overdue(*as_of),
                    days_open: matter.days_open(*as_of),
                    matter,
                })
            }
            Sought::Entry(step) => {
                self.act_of(*step)?.map(|(entry, act)| Found::Recorded { entry, events: act.events })
            }
            Sought::Papers { step, kind } => self.act_of(*step)?.and_then(|(entry, act)| {
                let document = act.documents.into_iter().find(|document| document.kind == *kind)?;
                Some(Found::Bound { entry, document })
            }),
            Sought::Verify { without } => self.cut(without)?,
            Sought::Reconcile { party, book, class, item } => {
                let text = BOOKS.iter().find(|(name, _)| name == book).map(|(_, text)| *text);
                let text = text.ok_or_else(|| broken(format_args!("there is no book {book}")))?;
                let read = Books::read(text.as_bytes(), *party).map_err(broken)?;
                let day = self.tip.head().recorded_at.map(Timestamp::date);
                let day = day.ok_or_else(|| broken("the story records nothing"))?;
                let breaks = reconcile::inventory(&read, self.state(), day)?.report.breaks.into_iter();
                let found = breaks.into_iter().find(|b| b.class == *class && b.subject == *item);
                found.map(|found| Found::Differs { found: Box::new(found) })
            }
        })
    }

    /// The first that `pick` picks of the entries in the folder.
    fn seek<T>(&self, mut pick: impl FnMut(&Visit<'_>) -> Option<T>) -> Result<Option<T>, CommandError> {
        let mut picked = None;
        let store = self.folder.look()?;
        journal::replay(&store, Until::End, &mut |_, _| (), |visit| {
            picked = pick(&visit);
            if picked.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(picked)
    }

    /// What the step in this line recorded, as it stands in the folder.
    fn act_of(&self, step: usize) -> Result<Option<(u64, Act)>, CommandError> {
        let Some(entry) = self.entries.get(&step).copied() else { return Ok(None) };
        self.seek(|visit| {
            let recorded = visit.entry.act();
            (recorded.seq == entry).then(|| (entry, recorded.act.clone()))
        })
    }

    /// Takes the entry of a contract out of a copy in memory, head and all, and verifies the copy.
    fn cut(&self, contract: &ContractId) -> Result<Option<Found>, CommandError> {
        let signs = |event: &Event| match event {
            Event::ContractSigned(signed) => signed.contract == *contract,
            Event::CallOffOrdered(ordered) => ordered.contract == *contract,
            _ => false,
        };
        let entry = self.seek(|visit| {
            let act = visit.entry.act();
            act.act.events.iter().any(signs).then_some(act.seq)
        })?;
        let Some(entry) = entry else { return Ok(None) };
        let store = self.folder.look()?;
        let anchor = store.anchor();
        let mut copy = store.read(0, usize::MAX)?;
        copy.remove(usize::try_from(entry).map_err(broken)?);
        let shorter = Anchor { size: anchor.size.saturating_sub(1), ..anchor };
        let copy = MemoryStore::from_parts(copy, shorter)?;
        let expected = Expectations { charter: Some(self.charter), now: None };
        let report = journal::verify(&copy, expected, &mut |_, _| ())?;
        let flaw = report.findings.into_iter().next();
        Ok(flaw.map(|flaw| Found::Unsound { without: contract.clone(), flaw }))
    }
}

fn tell(finding: &Finding, found: &[Found], context: &Context) -> Result<(), CommandError> {
    let Finding { number, finding, facts, control, .. } = finding;
    if context.json {
        let line = json!({
            "number": number, "finding": finding, "facts": facts, "control": control, "answers": found,
        });
        return context.emit("finding", line);
    }
    context.say("")?;
    context.say(format_args!(
        "{} {} ({facts})",
        human::strong(format_args!("{number}.")),
        human::strong(finding)
    ))?;
    context.say(format_args!("   {control}"))?;
    found.iter().try_for_each(|found| context.say(format_args!("   {}", in_words(found))))
}

fn in_words(found: &Found) -> String {
    match found {
        Found::Refused { step, rejection } => {
            let refused = human::good(format_args!("refused {}", rejection.rule));
            let remedy = rejection.remedy.as_ref().map_or_else(String::new, |remedy| format!("; {remedy}"));
            format!("{refused}  {}{remedy} (step {step})", rejection.why)
        }
        Found::Listed { matter, as_of, days_overdue, days_open } => {
            let age = match (days_overdue, days_open) {
                (0, open) => format!("{open} days open"),
                (over, _) => format!("{over} days over"),
            };
            let listed = human::good(format_args!("status {}", matter.kind));
            format!("{listed}  {} {}: {}, {age} on {}", matter.by, matter.subject, matter.what, as_of.date())
        }
        Found::Recorded { entry, events } => {
            let recorded = human::good("recorded");
            let events: Vec<_> = events.iter().map(human::event).collect();
            format!("{recorded}  entry {entry}: {}", events.join("; "))
        }
        Found::Bound { entry, document } => {
            let bound = human::good("bound");
            format!(
                "{bound}  entry {entry} carries {} {}, {} bytes",
                document.kind, document.sha256, document.bytes
            )
        }
        Found::Unsound { without, flaw } => {
            let unsound = human::good(format_args!("verify {}", flaw.code));
            format!("{unsound}  a copy without the entry of {without}: entry {}: {}", flaw.entry, flaw.reason)
        }
        Found::Differs { found } => {
            let differs = human::good(format_args!("reconcile {}", found.class));
            format!("{differs}  {}: {}", found.subject, reconcile::what(found))
        }
    }
}
