//! `sample check`: a sample is drawn again.

use ledger_core::store::durable;
use serde_json::json;

use crate::cli::SampleCheckArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

pub(crate) fn run(args: &SampleCheckArgs, context: &Context) -> Result<Answer, CommandError> {
    let sample = super::sample(&args.sample)?;
    let store = context.look()?;
    let taken = super::population_of(&sample, &store, context)?;
    if let Some(list) = &args.list {
        durable::replace(list, taken.population.list().as_bytes())?;
    }
    let differ = super::wrong(&sample, &taken);
    let told = if context.json {
        let line = json!({
            "holds": differ.is_empty(),
            "sha256": sample.digest(),
            "members": sample.population.members,
            "drawn": sample.drawn.len(),
            "committed_in": sample.engagement,
            "differences": differ,
        });
        context.emit("sample_check", line)
    } else {
        tell(&sample, &differ, context)
    };
    CommandError::after(told, if differ.is_empty() { Answer::Done } else { Answer::Unsound })
}

fn tell(
    sample: &ledger_core::ledger::sample::SampleFile,
    differ: &[String],
    context: &Context,
) -> Result<(), CommandError> {
    if !differ.is_empty() {
        context.say(format_args!("{}: the sample is not what is drawn", human::bad("does not hold")))?;
        return differ.iter().try_for_each(|different| context.say(format_args!("  {different}")));
    }
    let drawn = human::count(sample.drawn.len() as u64, "member", "members");
    context.say(format_args!(
        "{}: drawn again, {drawn} of {} ({})",
        human::good("holds"),
        sample.population.members,
        sample.population.rule
    ))?;
    match (&sample.engagement, sample.commitment) {
        (Some(engagement), _) => context.say(format_args!(
            "  the secret was committed to in entry {} (engagement {}), before the population was fixed",
            engagement.entry, engagement.id
        )),
        (None, Some(commitment)) => context.say(format_args!(
            "  the secret gives the commitment {commitment}; that it was known before the population, the ledger does not say"
        )),
        (None, None) => context.say("  nothing shows that the secret was chosen before the population was fixed"),
    }
}
