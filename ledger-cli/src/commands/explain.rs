//! `explain`: what would come of an act, before anyone signs it.

use std::sync::Arc;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use ledger_core::domain::explain::{Explanation, Verdict};
use ledger_core::domain::{Party, PublicKey, RecordedAct, Role, State, Timestamp};

use crate::cli::ExplainArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form;
use crate::render::human;

/// Adds a subcommand for each kind of event.
pub(crate) fn with_events(explain: Command) -> Command {
    form::with_events(explain, |event| {
        form::describe(event, "explain", "--as EE:PBO", ExplainArgs::augment_args)
    })
}

/// Runs `explain EVENT …`.
pub(crate) fn run(matches: &ArgMatches, context: &Context) -> Result<Answer, CommandError> {
    let (name, given) = form::chosen("explain", matches)?;
    let act = form::act_of(name, given, context)?;
    let args =
        ExplainArgs::from_arg_matches(given).map_err(|error| CommandError::usage(error.to_string()))?;
    let tip = super::end_of(context)?;
    let (state, head) = (tip.state(), tip.head());
    let now = args.when.map_or_else(|| context.now(), Ok)?;
    // As the journal would record it: never before the last entry.
    let recorded_at = head.recorded_at.map_or(now, |last| last.max(now));
    let nobody = PublicKey::new([0; 32]);
    let mut draft =
        RecordedAct { seq: head.size, recorded_at, author: nobody, act, countersigned_by: Vec::new() };
    let explanation = match args.office {
        Some(office) => {
            draft.author = holder(state, office, recorded_at)?;
            state.explain(&Arc::new(draft))
        }
        None => state
            .explain_for_anyone(&draft)
            .ok_or_else(|| CommandError::new(Answer::No, "no key of this ledger signs at that time"))?,
    };
    tell(&explanation, args.office.is_some(), context)?;
    Ok(match explanation.verdict {
        Verdict::Lawful { .. } | Verdict::Waits { .. } => Answer::Done,
        Verdict::Refused { .. } => Answer::No,
    })
}

/// A key that signs for this office.
fn holder(state: &State, office: (Party, Role), at: Timestamp) -> Result<PublicKey, CommandError> {
    let mut officers = state.keys().filter_map(|(key, _)| state.signing_officer(key, at).ok());
    let found = officers.find(|officer| (officer.party, officer.role) == office);
    found.map(|officer| officer.key).ok_or_else(|| {
        CommandError::usage(format!("{} has no {} whose key signs at {at}", office.0, office.1))
            .hint("`jointledger key list` shows who has which role")
    })
}

/// Says it. Who was found to record it stands there when it matters: not in a refusal that everybody would get.
fn tell(explanation: &Explanation, asked: bool, context: &Context) -> Result<(), CommandError> {
    if context.json {
        return context.emit("explanation", explanation);
    }
    let refused = matches!(explanation.verdict, Verdict::Refused { .. });
    let officer = explanation.officer.filter(|_| asked || !refused);
    let by = officer
        .map_or_else(String::new, |officer| format!(", recorded by a {} of {}", officer.role, officer.party));
    match &explanation.verdict {
        Verdict::Lawful { bases, owes } => {
            context.say(format_args!("{}{by}: it takes effect at once", human::good("lawful")))?;
            for reliance in bases {
                context.say(format_args!("  {}", human::reliance(reliance)))?;
            }
            for debt in owes {
                context.say(format_args!(
                    "  {} then owes a ratification of {} by {}",
                    debt.party, debt.ratification.subject, debt.ratification.due
                ))?;
            }
        }
        Verdict::Waits { missing } => {
            context.say(format_args!(
                "{}{by}: it may be recorded, and has no effect until these sign",
                human::strong("waits")
            ))?;
            for signer in missing {
                context.say(format_args!("  {signer}"))?;
            }
        }
        Verdict::Refused { rejection } => {
            context.say(format_args!(
                "{}{by}: {}: {}",
                human::bad("refused"),
                rejection.rule,
                rejection.why
            ))?;
            if let Some(remedy) = &rejection.remedy {
                context.say(format_args!("  {remedy}"))?;
            }
        }
    }
    Ok(())
}
