//! The evidence in the file: entries, hashes and checkpoints, from which a browser, or a stranger with another program,
//! computes the root again. `ledger-core/docs/report.md` describes it.

use ledger_core::domain::Digest;
use ledger_core::ledger::tree::{self, Nodes};
use ledger_core::store::nodes::MemoryNodes;
use serde_json::{Map, Value, json};

use super::escape::base64;
use super::gather::{Gathered, each};
use crate::cli::Embedded;
use crate::error::{Answer, CommandError};
use crate::looked::Looked;

/// Most bytes that entries may take in the file when nobody says how many there are to be.
const BUDGET: usize = 18 * 1_000 * 1_000;
/// What a row in the table of entries takes, about.
const ROW: usize = 700;
/// Most entries that stand before the embedded ones and bring keys into use; of more, the newest.
const NAMING: usize = 2_000;
/// Most checkpoints that are told and embedded, the largest.
pub(super) const CHECKPOINTS: usize = 8;

/// From which position on entries are embedded.
pub(super) fn first(gathered: &Gathered, wanted: Option<Embedded>) -> u64 {
    let size = gathered.size();
    match wanted {
        Some(Embedded::All) => 0,
        Some(Embedded::None) => size,
        Some(Embedded::Newest(count)) => size.saturating_sub(count),
        None => fitting(&gathered.lengths),
    }
}

/// The position from which on all entries fit into the budget.
fn fitting(lengths: &[usize]) -> u64 {
    let mut taken = 0_usize;
    let mut first = lengths.len();
    for length in lengths.iter().rev() {
        taken = taken.saturating_add(length.div_ceil(3).saturating_mul(4)).saturating_add(ROW);
        if taken > BUDGET {
            break;
        }
        first = first.saturating_sub(1);
    }
    u64::try_from(first).unwrap_or(u64::MAX)
}

/// What the bytes of an entry are called in the evidence.
fn hashed(error: impl std::fmt::Display) -> CommandError {
    CommandError::new(Answer::Unknown, format!("the hashes of the tree end too early: {error}"))
}

/// The roots of the complete subtrees of which the tree of the first `size` entries is made, the largest first.
fn peaks(nodes: &MemoryNodes, size: u64) -> Result<Vec<Digest>, CommandError> {
    let bits = (0..64_u8).rev().filter(|bit| (size >> bit) & 1 == 1);
    // Before the subtree of a bit stand those of the higher bits: as many leaves as these bits say.
    bits.map(|bit| nodes.node(bit, (size >> bit) ^ 1).map_err(hashed)).collect()
}

/// The evidence, as JSON. `rows` are the bytes of the embedded entries.
pub(super) fn evidence(
    gathered: &Gathered,
    looked: &Looked,
    first: u64,
    entries: Vec<String>,
) -> Result<Value, CommandError> {
    let size = gathered.size();
    let nodes = &gathered.nodes;
    let before = match first.checked_sub(1) {
        Some(last) if first < size => Some(proven(nodes, last, size)?),
        _ => None,
    };
    let mut checkpoints = Vec::new();
    for signed in gathered.checkpoints.iter().take(CHECKPOINTS) {
        let at = signed.checkpoint().size;
        let mut value = json!({ "size": at, "note": signed.to_string() });
        // Below the embedded entries the root cannot be computed: that it is a beginning is proven instead.
        if at < first && at > 0 {
            let proof = tree::consistency(nodes, at, size).map_err(hashed)?;
            insert(&mut value, "consistency", json!(proof));
        }
        checkpoints.push(value);
    }
    let (naming, all_named) = naming(gathered, looked, first)?;
    Ok(json!({
        "kind": "jointledger/report/v1",
        "origin": gathered.report.head.origin,
        "charter": gathered.charter.as_ref().map(|(print, _)| print),
        "size": size,
        "root": gathered.report.head.frontier.root(),
        "link": gathered.report.head.link,
        "first": first,
        "peaks": peaks(nodes, first)?,
        "before": before,
        "entries": entries,
        "naming": naming,
        "all_named": all_named,
        "checkpoints": checkpoints,
    }))
}

fn insert(value: &mut Value, name: &str, member: Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert(name.to_owned(), member);
    }
}

/// A link with the audit path that shows that it stands there.
fn proven(nodes: &MemoryNodes, position: u64, size: u64) -> Result<Value, CommandError> {
    let link = nodes.node(0, position).map_err(hashed)?;
    let path = tree::inclusion(nodes, position, size).map_err(hashed)?;
    Ok(json!({ "position": position, "link": link, "path": path }))
}

/// The entries before `first` that bring keys into use, each with its audit path; and whether these are all.
fn naming(gathered: &Gathered, looked: &Looked, first: u64) -> Result<(Vec<Value>, bool), CommandError> {
    let before: Vec<u64> = gathered.naming.iter().copied().filter(|position| *position < first).collect();
    let skipped = before.len().saturating_sub(NAMING);
    // The charter in any case: it names the ledger.
    let founding = before.first().copied().filter(|_| skipped > 0);
    let mut values = Vec::new();
    for position in founding.into_iter().chain(before.iter().copied().skip(skipped)) {
        let mut value = proven(&gathered.nodes, position, gathered.size())?;
        each(looked, position, position.saturating_add(1), &mut |read| {
            insert(&mut value, "entry", json!(base64(&read.bytes)));
        })?;
        if let Some(fields) = value.as_object_mut().map(|fields: &mut Map<_, _>| fields) {
            // It follows from the bytes.
            fields.remove("link");
        }
        values.push(value);
    }
    Ok((values, skipped == 0))
}

#[cfg(test)]
mod tests {
    use ledger_core::ledger::digest::link;
    use ledger_core::ledger::tree::{Frontier, Leaves, node, root};

    use super::*;

    #[test]
    fn peaks_are_those_of_the_frontier() {
        let links: Vec<_> = (0..70).map(|i| link(format!("entry {i}").as_bytes())).collect();
        let mut nodes = MemoryNodes::default();
        nodes.extend(&links);
        for size in 0..=70_u64 {
            let mut frontier = Frontier::EMPTY;
            links.iter().take(size as usize).for_each(|link| frontier.push(*link));
            let peaks = peaks(&nodes, size).unwrap();
            assert_eq!(peaks.len() as u32, size.count_ones());
            let folded = peaks.iter().rev().copied().reduce(|right, left| node(&left, &right));
            if let Some(folded) = folded {
                assert_eq!(folded, frontier.root());
                assert_eq!(folded, root(&Leaves(&links), size).unwrap());
            }
        }
    }

    #[test]
    fn what_fits_is_the_newest() {
        assert_eq!(fitting(&[]), 0);
        assert_eq!(fitting(&[300; 1_000]), 0);
        let many = fitting(&[300; 100_000]);
        assert!(many > 80_000 && many < 90_000, "{many}");
        assert_eq!(fitting(&[BUDGET]), 1);
    }
}
