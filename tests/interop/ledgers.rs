//! Ledgers whose money is exported: stories, the frozen vectors with every kind of event, generated ones.

use std::fs;
use std::ops::ControlFlow;

use ledger_core::domain::Digest;
use ledger_core::exchange::generator::Generator;
use ledger_core::exchange::scenario::Scenario;
use ledger_core::journal::{self, Until, Visit};
use ledger_core::ledger::Tip;
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::{Anchor, Store as _};
use serde_json::Value;

/// A file of the repository.
pub(crate) fn file(name: &str) -> String {
    let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A story of the demo.
pub(crate) fn story(name: &str) -> MemoryStore {
    changed(name, |steps| steps)
}

/// A story of the demo, told otherwise.
pub(crate) fn changed(name: &str, change: impl FnOnce(String) -> String) -> MemoryStore {
    let charter = file(&format!("fixtures/scenarios/{name}/charter.json"));
    let steps = change(file(&format!("fixtures/scenarios/{name}/steps.jsonl")));
    let scenario = Scenario::parse(&charter, &steps).unwrap();
    let journal = scenario.play(MemoryStore::new(), |_| ()).unwrap_or_else(|error| panic!("{error}"));
    copy(journal.store())
}

/// The entries of the frozen vectors: every kind of event at least once.
pub(crate) fn vectors() -> MemoryStore {
    let mut entries = Vec::new();
    let mut link = Digest::ZERO;
    for seq in 0.. {
        let path = format!("{}/../fixtures/vectors/entry-{seq:03}.json", env!("CARGO_MANIFEST_DIR"));
        let Ok(text) = fs::read_to_string(path) else { break };
        let vector: Value = serde_json::from_str(&text).unwrap();
        entries.push(hex::decode(vector["bytes"].as_str().unwrap()).unwrap());
        link = vector["link"].as_str().unwrap().parse().unwrap();
    }
    let size = entries.len() as u64;
    MemoryStore::from_parts(entries, Anchor { size, link }).unwrap()
}

/// A generated ledger.
pub(crate) fn generated(seed: u64, acts: usize) -> MemoryStore {
    let mut generator = Generator::new(seed).unwrap();
    let mut journal = generator.found(MemoryStore::new()).unwrap();
    for _ in 0..acts {
        generator.stage_next(&mut journal).unwrap();
    }
    journal.commit().unwrap();
    copy(journal.store())
}

fn copy(store: &MemoryStore) -> MemoryStore {
    let anchor = store.anchor();
    let mut entries = Vec::new();
    while (entries.len() as u64) < anchor.size {
        let from = entries.len() as u64;
        entries.extend(store.read(from, usize::try_from(anchor.size - from).unwrap()).unwrap());
    }
    MemoryStore::from_parts(entries, anchor).unwrap()
}

/// Shows all entries of a ledger, and gives where it ends.
pub(crate) fn told(store: &MemoryStore, mut visit: impl FnMut(&Visit<'_>)) -> Tip {
    let shown = |seen: Visit<'_>| {
        visit(&seen);
        ControlFlow::Continue(())
    };
    journal::replay(store, Until::End, &mut |_, _| {}, shown).unwrap()
}
