//! `sample draw`.

use std::path::Path;

use ledger_core::domain::Digest;
use ledger_core::journal::{Taken, Until};
use ledger_core::ledger::sample::class::Class;
use ledger_core::ledger::sample::file::Engagement;
use ledger_core::ledger::sample::secret::MAX_SECRET_FILE_BYTES;
use ledger_core::ledger::sample::{Method, Rule, SampleFile, SampleSecret, commitment};
use ledger_core::store::durable;
use serde_json::json;

use crate::cli::{ClassName, MethodName, PopulationName, SampleDrawArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::keyfile;
use crate::render::human;

pub(crate) fn run(args: &SampleDrawArgs, context: &Context) -> Result<Answer, CommandError> {
    let (rule, method) = (rule(args)?, method(args));
    // Before the ledger is read: what is wrong with the secret is said at once.
    let secret = secret(&args.secret_file)?;
    let store = context.look()?;
    let until = Until::from(&args.end);
    let mut taken = super::population(&store, until, &rule, context)?;
    taken.ground.day = args.end.day;
    let sample = SampleFile::draw(&taken.ground, &rule, &taken.population, method, &secret)
        .map_err(|error| CommandError::usage(error.to_string()))?;
    let sample = committed(args, sample, &secret, &taken, context)?;
    if let Some(list) = &args.list {
        durable::replace(list, taken.population.list().as_bytes())?;
    }
    tell(args.output.as_deref(), &sample, context)
}

fn secret(file: &Path) -> Result<SampleSecret, CommandError> {
    let bytes = keyfile::read_secret(file, MAX_SECRET_FILE_BYTES)?;
    SampleSecret::from_file(&bytes)
        .map_err(|error| CommandError::usage(format!("{}: {error}", file.display())))
}

fn rule(args: &SampleDrawArgs) -> Result<Rule, CommandError> {
    let only = |given: bool, what: &str, with: PopulationName| {
        if given && args.population != with {
            return Err(CommandError::usage(format!("{what} does not go with this population")));
        }
        Ok(())
    };
    only(!args.kinds.is_empty(), "--kind", PopulationName::Acts)?;
    only(args.currency.is_some(), "--currency", PopulationName::Payments)?;
    only(args.class.is_some(), "--class", PopulationName::Class)?;
    Ok(match (args.population, args.class) {
        (PopulationName::Acts, _) => Rule::acts(args.kinds.clone()),
        (PopulationName::Payments, _) => Rule::Payments { currency: args.currency },
        (PopulationName::Items, _) => Rule::Items {},
        (PopulationName::Contracts, _) => Rule::Contracts {},
        (PopulationName::Movements, _) => Rule::Movements {},
        (PopulationName::Class, Some(class)) => Rule::Class(named(class, args)),
        (PopulationName::Class, None) => return Err(CommandError::usage("say which class: --class")),
    })
}

const fn named(class: ClassName, args: &SampleDrawArgs) -> Class {
    match class {
        ClassName::Crisis => Class::Crisis {},
        ClassName::Overrides => Class::Overrides {},
        ClassName::Late => Class::Late { over_hours: args.over_hours },
        ClassName::Round => Class::Round { to: args.round_to },
        ClassName::SameDay => Class::SameDay {},
        ClassName::Weekend => Class::Weekend {},
        ClassName::Sensitive => Class::Sensitive {},
        ClassName::Overdue => Class::Overdue {},
    }
}

fn method(args: &SampleDrawArgs) -> Method {
    let count = args.count.unwrap_or_default();
    match args.method {
        MethodName::Random => Method::Random { count },
        MethodName::MonetaryUnit => Method::MonetaryUnit { count },
        MethodName::All => Method::All {},
    }
}

/// Holds the secret against what was known of it beforehand.
fn committed(
    args: &SampleDrawArgs,
    sample: SampleFile,
    secret: &SampleSecret,
    taken: &Taken,
    context: &Context,
) -> Result<SampleFile, CommandError> {
    if let Some(id) = &args.engagement {
        let state = taken.tip.state();
        let Some(known) = state.engagement(id) else {
            let words = format!("no engagement {id} was opened before the population was fixed");
            return Err(CommandError::new(Answer::No, words)
                .hint("record its commitment first, and draw of a population that ends behind that entry"));
        };
        require_committed(known.terms.commitment, secret)?;
        let engagement = Engagement { id: id.clone(), entry: known.opened_in };
        let sample = sample.committed(Some(known.terms.commitment), Some(engagement));
        return match sample.uncommitted(state) {
            None => Ok(sample),
            Some(why) => {
                Err(CommandError::new(Answer::No, why).hint("open another engagement with a fresh secret"))
            }
        };
    }
    let Some(known) = args.commitment else {
        context.talk(
            "no engagement is named, so no commitment is recorded: whoever knows this secret could have chosen it after the population was fixed",
        );
        return Ok(sample);
    };
    require_committed(known, secret)?;
    context.talk(
        "the commitment is given, and is not recorded in the ledger: who reads the sample has to know elsewhere that it \
         was there before the population",
    );
    Ok(sample.committed(Some(known), None))
}

/// The secret is the one that was committed to.
pub(super) fn require_committed(known: Digest, secret: &SampleSecret) -> Result<(), CommandError> {
    let made = commitment(secret);
    if made == known {
        return Ok(());
    }
    Err(CommandError::new(Answer::No, format!("the secret gives the commitment {made}, not {known}"))
        .hint("draw with the secret that was committed to"))
}

fn tell(file: Option<&Path>, sample: &SampleFile, context: &Context) -> Result<Answer, CommandError> {
    let text = sample.render();
    if let Some(file) = file {
        durable::replace(file, text.as_bytes())?;
    }
    let entries = sample.entries().len() as u64;
    if context.json {
        let line = json!({
            "members": sample.population.members,
            "drawn": sample.drawn.len(),
            "entries": entries,
            "size": sample.size,
            "root": sample.root,
            "sha256": sample.digest(),
            "file": file,
            "sample": file.is_none().then_some(sample),
        });
        context.emit("sample", line)?;
    } else if let Some(file) = file {
        context.say(format_args!(
            "{} of {}, in {}: {}",
            human::count(sample.drawn.len() as u64, "member", "members"),
            sample.population.members,
            human::count(entries, "entry", "entries"),
            file.display()
        ))?;
        context.say(format_args!(
            "of {} at size {}, root {}",
            sample.population.rule, sample.size, sample.root
        ))?;
        context.say(format_args!("sha256 {}", sample.digest()))?;
    } else {
        context.write(text.as_bytes())?;
    }
    Ok(Answer::Done)
}
