//! Ledgers to export: the stories of the demo, two of them told further.

use std::ops::ControlFlow;

use ledger_core::exchange::scenario::Scenario;
use ledger_core::journal::{self, Journal, Until, Visit};
use ledger_core::store::memory::MemoryStore;

/// All of them.
pub(crate) const STORIES: [&str; 5] = ["baltic", "regimes", "findings", "roads", "stores"];

/// A file of the repository.
pub(crate) fn file(name: &str) -> String {
    let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The ledger at the end of a story.
///
/// `stores` goes on where `findings` ends, with what happens in a store; `roads` where `regimes` ends, with a
/// movement that loses a vehicle.
pub(crate) fn played(story: &str) -> Journal<MemoryStore> {
    let (first, more) = match story {
        "roads" => ("regimes", file("tests/interop/stories/roads.jsonl")),
        "stores" => ("findings", file("tests/interop/stories/stores.jsonl")),
        first => (first, String::new()),
    };
    let charter = file(&format!("fixtures/scenarios/{first}/charter.json"));
    let steps = file(&format!("fixtures/scenarios/{first}/steps.jsonl"));
    let scenario = Scenario::parse(&charter, &format!("{steps}{more}")).unwrap();
    scenario.play(MemoryStore::new(), |_| ()).unwrap_or_else(|error| panic!("{story}: {error}"))
}

/// Shows all entries of a ledger.
pub(crate) fn told(journal: &Journal<MemoryStore>, mut visit: impl FnMut(&Visit<'_>)) {
    let shown = |seen: Visit<'_>| {
        visit(&seen);
        ControlFlow::Continue(())
    };
    journal::replay(journal.store(), Until::End, &mut |_, _| {}, shown).unwrap();
}
