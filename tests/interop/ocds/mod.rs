//! Procurements as OCDS releases and records.

mod amounts; // exact, however large
mod mapping; // every line of domain.md 9.1 has a release that shows it
mod merging; // records, and what releases come to
mod official; // against the official schemas and ocdsmerge; needs them
mod redaction; // what is restricted is not there

use ledger_core::domain::Party;
use ledger_core::exchange::ocds::{Options, Publication, Published};
use ledger_core::store::memory::MemoryStore;
use serde_json::Value;

use super::ledgers::told;

/// A publication of a ledger.
fn published(store: &MemoryStore, restricted: bool, party: Option<Party>) -> Published {
    let prefix = "ocds-213czf".parse().unwrap();
    let mut publication = Publication::new(Options { prefix, party, restricted });
    let tip = told(store, |visit| publication.take(visit));
    publication.close(tip.state(), tip.head())
}

fn text_of(published: &Published, compiled: bool) -> String {
    let mut out = Vec::new();
    if compiled { published.write_records(&mut out) } else { published.write_releases(&mut out) }.unwrap();
    String::from_utf8(out).unwrap()
}

/// The release package of all there is.
fn releases(store: &MemoryStore) -> Value {
    serde_json::from_str(&text_of(&published(store, true, None), false)).unwrap()
}

/// The record package of all there is.
fn records(store: &MemoryStore) -> Value {
    serde_json::from_str(&text_of(&published(store, true, None), true)).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
