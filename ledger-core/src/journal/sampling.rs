//! Populations of samples, from the ledger (docs/sampling.md).

use std::ops::ControlFlow;

use crate::domain::{Digest, Event, Origin};
use crate::ledger::charter::fingerprint;
use crate::ledger::sample::file::Ground;
use crate::ledger::sample::{Collector, Population, Rule};
use crate::ledger::tip::Tip;
use crate::store::Store;

use super::replay::{Progress, Until, replay};
use super::{JournalError, Visit};

/// A population, the ledger of which it was taken, and that ledger's tip.
#[derive(Debug)]
pub struct Taken {
    /// The ledger.
    pub ground: Ground,
    /// Its members.
    pub population: Population,
    /// Where the ledger ended there.
    pub tip: Tip,
}

/// Takes a population of the first entries of a store; `None` when there is no entry.
///
/// # Errors
/// The store cannot be read, or what is in it is not what was acknowledged.
pub fn population<S: Store + ?Sized>(
    store: &S,
    until: Until,
    rule: &Rule,
    progress: Progress<'_>,
) -> Result<Option<Taken>, JournalError> {
    let mut collector = Collector::new(rule);
    let mut founded: Option<(Origin, Digest)> = None;
    let tip = replay(store, until, progress, |visit| {
        if founded.is_none() {
            founded = founding(&visit);
        }
        collector.note(visit.entry.act(), visit.state);
        ControlFlow::Continue(())
    })?;
    let head = tip.head();
    let (Some((origin, charter)), Some(as_of)) = (founded, head.recorded_at) else { return Ok(None) };
    let ground = Ground { origin, charter, size: head.size, root: head.frontier.root() };
    let population = collector.finish(tip.state(), as_of);
    Ok(Some(Taken { ground, population, tip }))
}

/// The name of the ledger and the fingerprint of its charter, of the entry that founds it.
pub(super) fn founding(visit: &Visit<'_>) -> Option<(Origin, Digest)> {
    visit.entry.act().act.events.iter().find_map(|event| match event {
        Event::LedgerConstituted(founded) => {
            // It was decoded of an entry, so it can be encoded.
            Some((founded.charter.origin.clone(), fingerprint(&founded.charter).ok()?))
        }
        _ => None,
    })
}
