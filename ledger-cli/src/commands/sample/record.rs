//! `sample record` and `sample issue`: that a sample was drawn, and that evidence was issued for it, as entries.

use std::path::Path;

use ledger_core::domain::engagement::{EvidenceBundleIssued, SampleDrawn, SampleMethod};
use ledger_core::domain::ids::Reference;
use ledger_core::domain::{Act, Event, Timestamp};
use ledger_core::ledger::sample::evidence::manifest::MAX_MANIFEST_BYTES;
use ledger_core::ledger::sample::evidence::{MANIFEST, Manifest};
use ledger_core::ledger::sample::{Method, SampleFile};

use crate::cli::{SampleIssueArgs, SampleRecordArgs};
use crate::commands::check::read;
use crate::commands::record::record;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form::fresh_id;

/// Most positions that stand in the entry itself; more are left to the list.
const MAX_POSITIONS: usize = 4_000;
/// Most acts whose evidence one entry names: it has at most 65,535 bytes.
const MAX_ISSUED: usize = 400;

pub(crate) fn drawn(args: &SampleRecordArgs, context: &Context) -> Result<Answer, CommandError> {
    let sample = super::sample(&args.sample)?;
    let event = event(args, &sample, context.now()?)?;
    let act = Act { id: fresh_id()?, documents: Vec::new(), events: vec![event.into()] };
    record(act, &args.key, &args.receipt, context)
}

fn event(args: &SampleRecordArgs, sample: &SampleFile, now: Timestamp) -> Result<SampleDrawn, CommandError> {
    let lacks = |what: &str, how: &str| Err(CommandError::usage(what).hint(how));
    let Some(engagement) = &sample.engagement else {
        return lacks(
            "the sample names no engagement, so nothing is recorded of its secret",
            "draw it with --engagement",
        );
    };
    let Some(day) = sample.day else {
        return lacks("the population of the sample does not end with a day", "draw it with --day");
    };
    let currency = match (sample.method, sample.population.totals.as_slice()) {
        (Method::MonetaryUnit { .. }, [only]) => Some(only.currency),
        (Method::MonetaryUnit { .. }, _) => {
            return lacks(
                "units of money of several currencies are drawn, and an entry names one",
                "draw one sample for each, with --currency",
            );
        }
        _ => None,
    };
    let few = |count: u64| {
        u32::try_from(count).map_err(|_| CommandError::usage("the population is too large to be recorded"))
    };
    let mut positions = sample.entries();
    if positions.len() > MAX_POSITIONS {
        positions.clear();
    }
    let word = sample.population.rule.word();
    let population: Reference =
        word.parse().map_err(|error: String| CommandError::new(Answer::Unknown, error))?;
    Ok(SampleDrawn {
        occurred_at: now,
        sample: args.id.clone(),
        engagement: engagement.id.clone(),
        day,
        size: sample.size,
        root: sample.root,
        population,
        method: match sample.method {
            Method::Random { .. } => SampleMethod::Random,
            Method::MonetaryUnit { .. } => SampleMethod::MonetaryUnit,
            Method::All {} => SampleMethod::All,
        },
        currency,
        secret: sample.secret,
        units: few(sample.population.members)?,
        drawn: few(sample.drawn.len() as u64)?,
        positions,
        list: Some(sample.digest()),
    })
}

pub(crate) fn issued(args: &SampleIssueArgs, context: &Context) -> Result<Answer, CommandError> {
    let manifest = manifest(&args.folder)?;
    let bundle = manifest.digest();
    let now = context.now()?;
    let entries: Vec<u64> = manifest.acts.iter().map(|act| act.entry).collect();
    for some in entries.chunks(MAX_ISSUED) {
        let issue = |entry: &u64| {
            let sample = args.id.clone();
            Event::from(EvidenceBundleIssued { occurred_at: now, sample, entry: *entry, bundle })
        };
        let act = Act { id: fresh_id()?, documents: Vec::new(), events: some.iter().map(issue).collect() };
        record(act, &args.key, &args.receipt, context)?;
    }
    Ok(Answer::Done)
}

fn manifest(folder: &Path) -> Result<Manifest, CommandError> {
    let file = folder.join(MANIFEST);
    Manifest::parse(&read(&file, MAX_MANIFEST_BYTES)?)
        .map_err(|error| CommandError::new(Answer::Unsound, format!("{}: {error}", file.display())))
}
