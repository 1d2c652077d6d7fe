//! `sample`: samples that anybody draws again, and the evidence for what was drawn.

mod bundle;
mod check;
mod commit;
mod draw;
mod record;
mod verify;

use std::path::Path;

use ledger_core::domain::Date;
use ledger_core::journal::{self, Taken, Until};
use ledger_core::ledger::sample::file::MAX_SAMPLE_BYTES;
use ledger_core::ledger::sample::{Rule, SampleFile};
use ledger_core::store::Store;

use crate::cli::{PopulationEndArgs, SampleCommand};
use crate::commands::check::read;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn run(command: SampleCommand, context: &Context) -> Result<Answer, CommandError> {
    match command {
        SampleCommand::Commit(args) => commit::run(&args, context),
        SampleCommand::Draw(args) => draw::run(&args, context),
        SampleCommand::Check(args) => check::run(&args, context),
        SampleCommand::Bundle(args) => bundle::run(&args, context),
        SampleCommand::Record(args) => record::drawn(&args, context),
        SampleCommand::Issue(args) => record::issued(&args, context),
        SampleCommand::Verify(args) => verify::run(&args, context),
    }
}

impl From<&PopulationEndArgs> for Until {
    fn from(end: &PopulationEndArgs) -> Self {
        match (end.at, end.day) {
            (Some(size), _) => Until::Size(size),
            (None, Some(day)) => Until::Time(Date::end(day)),
            (None, None) => Until::End,
        }
    }
}

/// Reads a sample.
fn sample(file: &Path) -> Result<SampleFile, CommandError> {
    SampleFile::parse(&read(file, MAX_SAMPLE_BYTES)?)
        .map_err(|error| CommandError::new(Answer::Unsound, format!("{}: {error}", file.display())))
}

/// The population of a sample that exists, of the ledger as it was.
fn population_of(sample: &SampleFile, store: &dyn Store, context: &Context) -> Result<Taken, CommandError> {
    if store.anchor().size < sample.size {
        let words = format!("the ledger has {} entries here, not {}", store.anchor().size, sample.size);
        return Err(CommandError::new(Answer::Unknown, words).hint("ask a copy that has them"));
    }
    let until = sample.day.map_or(Until::Size(sample.size), |day| Until::Time(day.end()));
    let mut taken = population(store, until, &sample.population.rule, context)?;
    taken.ground.day = sample.day;
    Ok(taken)
}

/// All that is wrong with a sample, by the ledger of which it is said to be drawn.
fn wrong(sample: &SampleFile, taken: &Taken) -> Vec<String> {
    let mut wrong = sample.contradictions();
    wrong.extend(sample.uncommitted(taken.tip.state()));
    wrong.extend(sample.differences(&taken.ground, &taken.population));
    wrong
}

/// The population of a rule, of the ledger as it was.
fn population(
    store: &dyn Store,
    until: Until,
    rule: &Rule,
    context: &Context,
) -> Result<Taken, CommandError> {
    let mut bar = context.progress("reading");
    let taken = journal::population(store, until, rule, &mut |done, total| bar.at(done, total))?;
    drop(bar);
    let taken = taken.ok_or_else(|| CommandError::usage("the ledger has no entry there"))?;
    if let Until::Size(size) = until
        && taken.ground.size < size
    {
        return Err(CommandError::new(
            Answer::Unknown,
            format!("the ledger has {} entries here, not {size}", taken.ground.size),
        )
        .hint("ask a copy that has them"));
    }
    Ok(taken)
}
