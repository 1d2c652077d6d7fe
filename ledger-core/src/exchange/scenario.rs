//! A story as data: who does what, when, and what the ledger must answer.
//!
//! A scenario is two files. `charter.json` is the charter; `steps.jsonl` has one step a line:
//!
//! ```json
//! {"now":"2024-03-04T08:00:00Z","by":"EE/PBO","tell":"One plain sentence.","documents":[],"events":[…]}
//! {"now":"2024-03-04T09:00:00Z","by":"LV/PBO","tell":"Another.","events":[…],"refused":"T09"}
//! ```
//!
//! The first step founds the ledger: it has no events, because its event is made from the charter. Every other
//! step is one act. A step with `refused` must be refused, with that rule; every other step must be recorded.
//! The player holds the ledger to it, so a scenario is also a test of the rules.
//!
//! Actors are roles, never names: `EE/PBO`, and `EE/PBO/2` for the next holder of the same role. **Their keys are
//! published**: the seed is SHA-256 of `jointledger scenario, test only: ` and the actor. Nobody may enrol such a
//! key in a ledger that counts.
//!
//! The files come in as text, so that a program can carry them inside itself.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::acts::{BadLine, MAX_LINE, bad_line, parse_line};
use crate::domain::consent::Signer as MissingSignature;
use crate::domain::pattern;
use crate::domain::text::text_form;
use crate::domain::{
    Act, ActId, Charter, Digest, Document, Event, Party, PublicKey, Rejection, Role, Rule, Text, Timestamp,
};
use crate::journal::{Journal, JournalError, Stamp};
use crate::ledger::charter::{self, CharterError};
use crate::ledger::digest::sha256;
use crate::ledger::signer::{SeedSigner, Signer as _};
use crate::store::Store;

/// Most steps of a scenario.
pub const MAX_STEPS: usize = 10_000;
/// Stands before the actor in what his seed is made of, and before a step's number in what its act id is made of.
const CONTEXT: &str = "jointledger scenario, test only: ";

/// Who acts: a party, a role, and which of its holders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Actor {
    /// The party served.
    pub party: Party,
    /// The role.
    pub role: Role,
    /// 1 for the first holder of the role in the story.
    pub holder: u8,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.party, self.role)?;
        if self.holder > 1 {
            write!(f, "/{}", self.holder)?;
        }
        Ok(())
    }
}

impl FromStr for Actor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an actor such as EE/PBO or EE/PBO/2");
        let mut parts = text.split('/');
        let (Some(party), Some(role)) = (parts.next(), parts.next()) else { return Err(wrong()) };
        let holder = match parts.next() {
            None => 1,
            Some(holder) => holder.parse().ok().filter(|holder| *holder > 1).ok_or_else(wrong)?,
        };
        let actor = Self { party: party.parse()?, role: role.parse()?, holder };
        // One actor has one form, because his key is made of it.
        if actor.to_string() == text { Ok(actor) } else { Err(wrong()) }
    }
}

/// The form of an actor: of holders, the first is not counted.
fn actors() -> String {
    let roles: Vec<&str> = Role::ALL.iter().map(|(_, role)| role.code()).collect();
    let holder = "[2-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]";
    format!("[A-Z]{{2}}/({})(/({holder}))?", roles.join("|"))
}

text_form!(
    Actor,
    "an actor, such as EE/PBO or EE/PBO/2",
    once { "pattern": pattern::whole(&actors()) }
);

impl Actor {
    /// The seed of the actor's key. It is no secret.
    pub fn seed(&self) -> [u8; 32] {
        *sha256(&[CONTEXT.as_bytes(), self.to_string().as_bytes()]).as_bytes()
    }
}

/// The keys of all who act.
#[derive(Debug, Default)]
pub struct Cast(BTreeMap<Actor, SeedSigner>);

impl Cast {
    /// The keys of these actors.
    pub fn of(actors: impl IntoIterator<Item = Actor>) -> Self {
        Self(
            actors
                .into_iter()
                .map(|actor| {
                    let signer = SeedSigner::from_seed(actor.seed());
                    (actor, signer)
                })
                .collect(),
        )
    }

    /// The key of one of them.
    pub fn signer(&self, actor: &Actor) -> Option<&SeedSigner> {
        self.0.get(actor)
    }

    /// Who has which key.
    pub fn keys(&self) -> impl Iterator<Item = (&Actor, PublicKey)> {
        self.0.iter().map(|(actor, signer)| (actor, PublicKey::new(signer.public_key())))
    }
}

/// One step of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the clock says.
    pub now: Timestamp,
    /// Who acts.
    pub by: Actor,
    /// What happens, in one sentence.
    pub tell: Text,
    /// The papers the act rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// What is done; empty in the first step alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The rule with which the ledger must refuse the act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Rule>,
}

/// What is wrong with the files of a scenario, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScenario {
    /// The charter does not read.
    #[error("the charter, line {line}, {bad}")]
    Charter {
        /// Its line, from 1.
        line: usize,
        /// What is wrong there.
        bad: BadLine,
    },
    /// A step does not read.
    #[error("step {line}, {bad}")]
    Step {
        /// Its line, from 1.
        line: usize,
        /// What is wrong there.
        bad: BadLine,
    },
    /// A step does not fit into the story.
    #[error("step {line}: {reason}")]
    Story {
        /// Its line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// What the ledger answered to a step.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The step's line, from 1.
    pub line: usize,
    /// The step.
    pub step: &'a Step,
    /// The answer, which is the expected one.
    pub answer: Answer,
}

/// An answer of the ledger.
#[derive(Debug)]
pub enum Answer {
    /// The act was taken; it is durable when the play has ended.
    Recorded {
        /// Where it stands.
        entry: u64,
        /// Its link.
        link: Digest,
        /// The signatures for which it waits.
        missing: Vec<MissingSignature>,
    },
    /// The rules refused the act, as the story wants it.
    Refused(Rejection),
}

/// Why a story could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The charter does not name the root keys of the story's actors, or does not fit into an entry.
    #[error("the charter: {0}")]
    Charter(#[from] CharterError),
    /// The rules refused what they were to allow.
    #[error("step {line} was to be recorded, but the ledger refused it: {rejection}")]
    Refused {
        /// The step's line.
        line: usize,
        /// The refusal.
        rejection: Rejection,
    },
    /// The rules refused an act, but with another rule.
    #[error("step {line} was to be refused with {expected}, but the ledger says {rejection}")]
    OtherRule {
        /// The step's line.
        line: usize,
        /// The rule of the story.
        expected: Rule,
        /// The refusal.
        rejection: Rejection,
    },
    /// The rules allowed what they were to refuse.
    #[error("step {line} was to be refused with {expected}, but the ledger took it")]
    Recorded {
        /// The step's line.
        line: usize,
        /// The rule of the story.
        expected: Rule,
    },
    /// Something else than a rule stood in the way.
    #[error("step {line}: {source}")]
    Journal {
        /// The step's line.
        line: usize,
        /// What it was.
        source: Box<JournalError>,
    },
}

/// A story that can be played.
#[derive(Debug)]
pub struct Scenario {
    charter: Charter,
    steps: Vec<Step>,
    cast: Cast,
}

impl Scenario {
    /// Reads the text of `charter.json` and of `steps.jsonl`.
    ///
    /// # Errors
    /// What is wrong, with line, column and field.
    pub fn parse(charter: &str, steps: &str) -> Result<Self, BadScenario> {
        let charter = parse_charter(charter)?;
        let mut read: Vec<Step> = Vec::new();
        for (index, text) in steps.lines().enumerate() {
            let line = index.saturating_add(1);
            let step = parse_line(text).map_err(|bad| BadScenario::Step { line, bad })?;
            fits(&step, read.last(), line).map_err(|reason| BadScenario::Story { line, reason })?;
            read.push(step);
        }
        if read.is_empty() {
            return Err(BadScenario::Story { line: 1, reason: "there is no step" });
        }
        let founders = charter.parties.iter().map(|founder| root_of(founder.party));
        let cast = Cast::of(founders.chain(read.iter().map(|step| step.by.clone())));
        Ok(Self { charter, steps: read, cast })
    }

    /// The charter.
    pub const fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The steps in their order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The keys of all who act.
    pub const fn cast(&self) -> &Cast {
        &self.cast
    }

    /// Plays the story into an empty store and shows the answer to each step. All of it is durable when this
    /// returns: a story has no reason to wait for the disk at every step.
    ///
    /// # Errors
    /// The first answer that is not the expected one.
    pub fn play<S: Store>(
        &self,
        store: S,
        mut on_step: impl FnMut(&Outcome<'_>),
    ) -> Result<Journal<S>, PlayError> {
        let mut steps = (1..).zip(&self.steps);
        let Some((line, first)) = steps.next() else { return Err(CharterError::NotAFounder.into()) };
        let mut signatures = Vec::new();
        for founder in &self.charter.parties {
            let root = self.cast.signer(&root_of(founder.party)).ok_or(CharterError::NotAFounder)?;
            signatures.push(charter::sign(&self.charter, root)?);
        }
        let stamp = self.stamp(first)?;
        let (mut journal, _) = Journal::found(store, self.charter.clone(), signatures, act_id(line), stamp)
            .map_err(|error| unexpected(line, None, error))?;
        on_step(&Outcome { line, step: first, answer: recorded(&journal) });
        for (line, step) in steps {
            let act =
                Act { id: act_id(line), documents: step.documents.clone(), events: step.events.clone() };
            let answer = match (journal.stage(act, self.stamp(step)?), step.refused) {
                (Ok(()), None) => recorded(&journal),
                (Ok(()), Some(expected)) => return Err(PlayError::Recorded { line, expected }),
                (Err(JournalError::Rejected(rejection)), Some(expected)) if rejection.rule == expected => {
                    Answer::Refused(rejection)
                }
                (Err(error), expected) => return Err(unexpected(line, expected, error)),
            };
            on_step(&Outcome { line, step, answer });
        }
        journal.commit().map_err(|error| unexpected(self.steps.len(), None, error))?;
        Ok(journal)
    }

    fn stamp(&self, step: &Step) -> Result<Stamp<'_>, PlayError> {
        // parse() made a key for everybody who acts.
        let signer = self.cast.signer(&step.by).ok_or(CharterError::NotAFounder)?;
        Ok(Stamp { signer, now: step.now })
    }
}

/// What became of the act that was staged last.
fn recorded<S: Store>(journal: &Journal<S>) -> Answer {
    let entry = journal.head().size.saturating_sub(1);
    let waiting = journal.state().pending().find(|(waiting, _)| **waiting == entry);
    let missing = waiting.map_or_else(Vec::new, |(_, pending)| pending.missing.clone());
    Answer::Recorded { entry, link: journal.head().link, missing }
}

/// The founder that a party is in the charter.
fn root_of(party: Party) -> Actor {
    Actor { party, role: Role::Root, holder: 1 }
}

/// The id of the act in this line: the same in every play.
fn act_id(line: usize) -> ActId {
    let digest = sha256(&[CONTEXT.as_bytes(), b"step ", line.to_string().as_bytes()]);
    ActId::new(*digest.as_bytes().first_chunk().unwrap_or(&[0; 16]))
}

fn unexpected(line: usize, expected: Option<Rule>, error: JournalError) -> PlayError {
    match (error, expected) {
        (JournalError::Rejected(rejection), None) => PlayError::Refused { line, rejection },
        (JournalError::Rejected(rejection), Some(expected)) => {
            PlayError::OtherRule { line, expected, rejection }
        }
        (error, _) => PlayError::Journal { line, source: Box::new(error) },
    }
}

fn parse_charter(text: &str) -> Result<Charter, BadScenario> {
    if text.len() > MAX_LINE {
        let reason = format!("it has {} bytes, at most {MAX_LINE} are read", text.len());
        return Err(BadScenario::Charter { line: 1, bad: BadLine { column: MAX_LINE, path: None, reason } });
    }
    let at = |error: &serde_json::Error, path| BadScenario::Charter {
        line: error.line().max(1),
        bad: bad_line(error, path),
    };
    let mut input = serde_json::Deserializer::from_str(text);
    let charter = serde_path_to_error::deserialize(&mut input)
        .map_err(|error| at(error.inner(), Some(error.path().to_string())))?;
    input.end().map_err(|error| at(&error, None))?;
    Ok(charter)
}

/// Whether a step can follow the one before it.
fn fits(step: &Step, before: Option<&Step>, line: usize) -> Result<(), &'static str> {
    match before {
        _ if line > MAX_STEPS => Err("a scenario has at most 10,000 steps"),
        None if !step.events.is_empty() || !step.documents.is_empty() || step.refused.is_some() => {
            Err("the first step founds the ledger: it has no events, no documents, and is not refused")
        }
        None => Ok(()),
        Some(_) if step.events.is_empty() => Err("only the first step has no events"),
        Some(before) if step.now < before.now => Err("time goes back"),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHARTER: &str = r#"{"origin":"x.example/l","purpose":"A test","parties":[],
        "parameters":{"clock_skew_ms":0,"in_transit_limit_h":72,"discrepancy_answer_days":30}}"#;
    const FIRST: &str = r#"{"now":"2024-03-04T08:00:00Z","by":"EE/ROOT","tell":"The ledger is founded."}"#;

    #[test]
    fn one_actor_has_one_form() {
        assert_eq!("EE/PBO/2".parse::<Actor>().unwrap().to_string(), "EE/PBO/2");
        for wrong in ["EE", "EE/PBO/1", "EE/PBO/02", "EE/PBO/+2", "EE/PBO/2/3", "EE/XXX", "ee/PBO", "EE/PBO/"]
        {
            assert!(wrong.parse::<Actor>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_field() {
        let words = |steps: &str| Scenario::parse(CHARTER, steps).unwrap_err().to_string();
        assert_eq!(words(""), "step 1: there is no step");
        let second = FIRST.replace("EE/ROOT", "EE/CHEF");
        let said = words(&format!("{FIRST}\n{second}"));
        assert!(said.starts_with("step 2, column 44, by: ") && said.contains("CHEF"), "{said}");
        assert_eq!(words(&format!("{FIRST}\n{FIRST}")), "step 2: only the first step has no events");
        let charter = CHARTER.replace("\"clock_skew_ms\":0", "\"clock_skew_ms\":-1");
        let said = Scenario::parse(&charter, FIRST).unwrap_err().to_string();
        assert!(said.starts_with("the charter, line 2, column "), "{said}");
        assert!(said.contains("parameters.clock_skew_ms"), "{said}");
    }
}
