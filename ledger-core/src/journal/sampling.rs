//! Populations of samples, from the ledger (docs/sampling.md).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::domain::item::ItemId;
use crate::domain::{Digest, Event, Origin, Subject};
use crate::ledger::charter::fingerprint;
use crate::ledger::sample::evidence::{Link, Relation};
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
    let ground = Ground { origin, charter, size: head.size, root: head.frontier.root(), day: None };
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

/// The acts that belong to others, and where the ledger ends.
#[derive(Debug)]
pub struct Linked {
    /// The links of each act that was asked for, in their order.
    pub links: BTreeMap<u64, Vec<Link>>,
    /// Where the ledger ends.
    pub tip: Tip,
}

/// Finds the acts before and after these in the histories of what they are about, those that speak of them and of which
/// they speak, and the last counts of the goods that they are about; all among the first `size` entries.
///
/// # Errors
/// The store cannot be read, or what is in it is not what was acknowledged.
pub fn linked<S: Store + ?Sized>(
    store: &S,
    entries: &BTreeSet<u64>,
    size: u64,
    progress: Progress<'_>,
) -> Result<Linked, JournalError> {
    let mut threads = Threads::of(entries);
    let tip = replay(store, Until::End, progress, |visit| {
        if visit.entry.act().seq < size {
            threads.note(&visit);
        }
        ControlFlow::Continue(())
    })?;
    Ok(Linked { links: threads.finish(), tip })
}

/// The histories of things, as far as they were followed.
struct Threads<'a> {
    entries: &'a BTreeSet<u64>,
    /// The last act about each thing.
    last: BTreeMap<Subject, u64>,
    /// The act whose successor in a thing's history is looked for.
    open: BTreeMap<Subject, u64>,
    /// The last count of each item.
    counts: BTreeMap<ItemId, u64>,
    /// The items that the acts which are asked for are about.
    items: BTreeMap<u64, BTreeSet<ItemId>>,
    links: BTreeMap<u64, BTreeSet<Link>>,
}

impl<'a> Threads<'a> {
    const fn of(entries: &'a BTreeSet<u64>) -> Self {
        Self {
            entries,
            last: BTreeMap::new(),
            open: BTreeMap::new(),
            counts: BTreeMap::new(),
            items: BTreeMap::new(),
            links: BTreeMap::new(),
        }
    }

    fn note(&mut self, visit: &Visit<'_>) {
        let act = visit.entry.act();
        let seq = act.seq;
        let wanted = self.entries.contains(&seq);
        let counts = act.act.events.iter().any(|event| matches!(event, Event::PhysicalCountRecorded(_)));
        for subject in visit.subjects() {
            if let Subject::Entry(other) = subject {
                if wanted {
                    self.link(seq, Relation::SpeaksOf, other, None);
                }
                if self.entries.contains(&other) {
                    self.link(other, Relation::SpokenOf, seq, None);
                }
                continue;
            }
            let about = Some(subject.to_string());
            if let Some(before) = self.open.remove(&subject) {
                self.link(before, Relation::Next, seq, about.clone());
            }
            let before = self.last.insert(subject.clone(), seq);
            if wanted {
                if let Some(before) = before {
                    self.link(seq, Relation::Previous, before, about);
                }
                self.open.insert(subject.clone(), seq);
            }
            if let Subject::Item(item) = subject {
                if counts {
                    self.counts.insert(item.clone(), seq);
                }
                if wanted {
                    self.items.entry(seq).or_default().insert(item);
                }
            }
        }
    }

    fn link(&mut self, entry: u64, relation: Relation, other: u64, about: Option<String>) {
        if entry != other {
            self.links.entry(entry).or_default().insert(Link { relation, entry: other, about });
        }
    }

    fn finish(mut self) -> BTreeMap<u64, Vec<Link>> {
        for (entry, items) in std::mem::take(&mut self.items) {
            for item in items {
                if let Some(count) = self.counts.get(&item).copied() {
                    self.link(entry, Relation::Count, count, Some(Subject::Item(item).to_string()));
                }
            }
        }
        self.links.into_iter().map(|(entry, links)| (entry, links.into_iter().collect())).collect()
    }
}
