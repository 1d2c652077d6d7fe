//! One suite for every store: what [`Store`] promises, as far as it can be seen without cutting the power.
//!
//! Test support, exported so that a store outside this crate can be held to the same words. It reports the
//! first promise that was broken, in words.

use super::{Anchor, MAX_COMMIT_BYTES, MAX_COMMIT_ENTRIES, MAX_ENTRY_BYTES, Store, StoreError};
use crate::domain::Digest;

/// How the suite gets at one kind of store.
pub trait Harness {
    /// A new place with no entries in it.
    ///
    /// # Errors
    /// The place could not be made.
    fn fresh(&mut self) -> Result<Box<dyn Store>, StoreError>;

    /// Closes `store` and opens the same place again.
    ///
    /// # Errors
    /// The place could not be opened.
    fn reopen(&mut self, store: Box<dyn Store>) -> Result<Box<dyn Store>, StoreError>;

    /// A place where `acknowledged` were committed one by one, and where `tail` stands behind them: the
    /// entries of a commit that died before its acknowledgement.
    ///
    /// # Errors
    /// The place could not be made.
    fn with_tail(&mut self, acknowledged: &[Vec<u8>], tail: &[Vec<u8>])
    -> Result<Box<dyn Store>, StoreError>;
}

/// The anchor that the suite gives to a log of `size` entries. The link is any value: a store does not check
/// it.
pub fn anchor(size: u64) -> Anchor {
    if size == 0 {
        return Anchor::EMPTY;
    }
    let mut link = [0x5a; 32];
    link.iter_mut().zip(size.to_be_bytes()).for_each(|(to, from)| *to = from);
    Anchor { size, link: Digest::new(link) }
}

/// The entry that the suite puts at `position`: `len` bytes, different for every position.
pub fn entry(position: u64, len: usize) -> Vec<u8> {
    position.to_be_bytes().into_iter().chain(b"entry".iter().copied().cycle()).take(len).collect()
}

/// Runs the whole suite.
///
/// # Errors
/// The first promise that was broken, and how.
pub fn check(harness: &mut dyn Harness) -> Result<(), String> {
    let parts: [(&str, Part); 8] = [
        ("an empty store", empty),
        ("commits are kept, in order", commits),
        ("a commit from another anchor is refused", conflicts),
        ("sizes must add up", sizes),
        ("bounds of a commit", bounds),
        ("reading in pieces", pieces),
        ("a tail", tail),
        ("a long log", long),
    ];
    for (name, part) in parts {
        part(harness).map_err(|broken| format!("{name}: {broken}"))?;
    }
    Ok(())
}

type Part = fn(&mut dyn Harness) -> Result<(), String>;

fn empty(harness: &mut dyn Harness) -> Result<(), String> {
    let store = harness.fresh().map_err(text)?;
    holds(&*store, &[])?;
    let mut store = harness.reopen(store).map_err(text)?;
    holds(&*store, &[])?;
    // Nothing from nowhere to nowhere: allowed, and nothing.
    store.commit(Anchor::EMPTY, &[], Anchor::EMPTY).map_err(text)?;
    store.adopt_tail(Anchor::EMPTY, Anchor::EMPTY).map_err(text)?;
    holds(&*store, &[])
}

fn commits(harness: &mut dyn Harness) -> Result<(), String> {
    let mut store = harness.fresh().map_err(text)?;
    let mut all = Vec::new();
    for count in [1_usize, 1, 2, 7, MAX_COMMIT_ENTRIES] {
        // An entry of no bytes is an entry.
        append(&mut *store, &mut all, count, |position| if position == 3 { 0 } else { 300 })?;
        holds(&*store, &all)?;
        store = harness.reopen(store).map_err(text)?;
        holds(&*store, &all)?;
    }
    Ok(())
}

fn conflicts(harness: &mut dyn Harness) -> Result<(), String> {
    let mut store = harness.fresh().map_err(text)?;
    let mut all = Vec::new();
    append(&mut *store, &mut all, 3, |_| 100)?;
    let other_link = Anchor { size: 3, link: Digest::new([7; 32]) };
    for expected in [Anchor::EMPTY, anchor(2), anchor(4), other_link] {
        let next = anchor(expected.size.saturating_add(1));
        let refused = store.commit(expected, &[entry(9, 50)], next);
        match refused {
            Err(StoreError::Conflict { expected: e, actual }) if e == expected && actual == anchor(3) => {}
            other => return Err(format!("commit from {expected:?} gave {other:?}")),
        }
        match store.adopt_tail(expected, next) {
            Err(StoreError::Conflict { .. }) => {}
            other => return Err(format!("adoption from {expected:?} gave {other:?}")),
        }
        holds(&*store, &all)?;
    }
    // A refusal is no failure: the store goes on, and nothing of it is there after reopening.
    append(&mut *store, &mut all, 1, |_| 100)?;
    let store = harness.reopen(store).map_err(text)?;
    holds(&*store, &all)
}

fn sizes(harness: &mut dyn Harness) -> Result<(), String> {
    let mut store = harness.fresh().map_err(text)?;
    let mut all = Vec::new();
    append(&mut *store, &mut all, 2, |_| 100)?;
    let other_link = Anchor { size: 2, link: Digest::new([7; 32]) };
    let one = [entry(2, 10)];
    let none: [Vec<u8>; 0] = [];
    for (entries, next) in [
        (&one[..], anchor(2)),
        (&one[..], anchor(1)),
        (&one[..], anchor(4)),
        (&one[..], anchor(0)),
        (&none[..], anchor(3)),
        // The anchor never goes back, and never moves without an entry.
        (&none[..], anchor(1)),
        (&none[..], other_link),
    ] {
        match store.commit(anchor(2), entries, next) {
            Err(StoreError::WrongSize { .. }) => {}
            other => return Err(format!("{} entries to {next:?} gave {other:?}", entries.len())),
        }
        holds(&*store, &all)?;
    }
    for next in [anchor(1), anchor(3), other_link] {
        match store.adopt_tail(anchor(2), next) {
            Err(StoreError::WrongSize { .. }) => {}
            other => return Err(format!("adoption of nothing to {next:?} gave {other:?}")),
        }
    }
    holds(&*harness.reopen(store).map_err(text)?, &all)
}

fn bounds(harness: &mut dyn Harness) -> Result<(), String> {
    let mut store = harness.fresh().map_err(text)?;
    let mut all = Vec::new();
    let too_many: Vec<_> =
        (0_u64..).take(MAX_COMMIT_ENTRIES.saturating_add(1)).map(|p| entry(p, 9)).collect();
    let too_heavy =
        vec![entry(0, 60_000), entry(1, 60_000), entry(2, MAX_COMMIT_BYTES.saturating_sub(119_999))];
    let too_large = vec![entry(0, MAX_ENTRY_BYTES.saturating_add(1))];
    for entries in [too_many, too_heavy, too_large] {
        let next = anchor(u64::try_from(entries.len()).map_err(|e| e.to_string())?);
        match store.commit(Anchor::EMPTY, &entries, next) {
            Err(StoreError::TooLarge { .. }) => {}
            other => return Err(format!("{} entries above the bounds gave {other:?}", entries.len())),
        }
        holds(&*store, &all)?;
    }
    // What is just within them is taken: the largest entry alone, and the heaviest commit.
    append(&mut *store, &mut all, 1, |_| MAX_ENTRY_BYTES)?;
    append(&mut *store, &mut all, 2, |_| MAX_COMMIT_BYTES / 2 - 1)?;
    append(&mut *store, &mut all, MAX_COMMIT_ENTRIES, |_| MAX_COMMIT_BYTES / MAX_COMMIT_ENTRIES)?;
    for _ in 0..4 {
        append(&mut *store, &mut all, 1, |_| MAX_ENTRY_BYTES)?;
    }
    holds(&*store, &all)?;
    holds(&*harness.reopen(store).map_err(text)?, &all)
}

/// Whether a store gives exactly `all`, however it is asked: for a store that takes no entries, too.
///
/// # Errors
/// The first promise that was broken, and how.
pub fn check_reading(store: &dyn Store, all: &[Vec<u8>]) -> Result<(), String> {
    let size = u64::try_from(all.len()).map_err(|e| e.to_string())?;
    if store.anchor().size != size || store.len() != size || store.is_empty() != all.is_empty() {
        return Err(format!(
            "of {size} entries the anchor says {:?}, the length {}",
            store.anchor(),
            store.len()
        ));
    }
    // Everywhere in a short log, at the edges of a long one.
    let edges = [0, all.len() / 2, all.len(), 256, 512];
    let near = |place: &usize| all.len() <= 30 || edges.iter().any(|edge| place.abs_diff(*edge) <= 2);
    let places = (0..=all.len().saturating_add(2)).filter(near);
    for from in places {
        for max in [0, 1, 3, 255, 257, all.len().saturating_sub(1), all.len(), usize::MAX] {
            let expected = all.iter().skip(from).take(max);
            let position = u64::try_from(from).map_err(|e| e.to_string())?;
            if !store.read(position, max).map_err(text)?.iter().eq(expected) {
                return Err(format!("reading {max} entries from {from} gave others"));
            }
        }
    }
    match store.read(u64::MAX, usize::MAX) {
        Ok(read) if read.is_empty() => Ok(()),
        other => Err(format!("reading far behind the end gave {other:?}")),
    }
}

fn pieces(harness: &mut dyn Harness) -> Result<(), String> {
    let mut store = harness.fresh().map_err(text)?;
    let mut all = Vec::new();
    append(&mut *store, &mut all, 20, |position| usize::try_from(position).unwrap_or(0).saturating_add(10))?;
    check_reading(&*store, &all)
}

fn tail(harness: &mut dyn Harness) -> Result<(), String> {
    for tail_size in [1_usize, 5, MAX_COMMIT_ENTRIES] {
        let acknowledged: Vec<_> = (0..4).map(|position| entry(position, 200)).collect();
        let tail: Vec<_> = (4..).take(tail_size).map(|position| entry(position, 200)).collect();
        let mut all = [acknowledged.clone(), tail.clone()].concat();
        let size = u64::try_from(all.len()).map_err(|e| e.to_string())?;
        let mut store = harness.with_tail(&acknowledged, &tail).map_err(text)?;

        let seen = |store: &dyn Store, anchor: Anchor| {
            let read = store.read(0, usize::MAX).map_err(text)?;
            if store.anchor() != anchor || store.len() != size || read != all {
                return Err(format!("{} entries behind anchor {:?}", store.len(), store.anchor()));
            }
            Ok(())
        };
        seen(&*store, anchor(4))?;
        // Nothing is appended behind, or in place of, entries that nobody has checked yet.
        match store.commit(anchor(4), &[entry(4, 50)], anchor(5)) {
            Err(StoreError::TailPending { acknowledged: 4, have }) if have == size => {}
            other => return Err(format!("a commit before the tail was adopted gave {other:?}")),
        }
        // All of it or none of it.
        match store.adopt_tail(anchor(4), anchor(size.saturating_sub(1))) {
            Err(StoreError::WrongSize { .. }) => {}
            other => return Err(format!("adopting a part of the tail gave {other:?}")),
        }
        // Looking does not adopt.
        store = harness.reopen(store).map_err(text)?;
        seen(&*store, anchor(4))?;
        store.adopt_tail(anchor(4), anchor(size)).map_err(text)?;
        seen(&*store, anchor(size))?;
        store = harness.reopen(store).map_err(text)?;
        seen(&*store, anchor(size))?;
        append(&mut *store, &mut all, 2, |_| 80)?;
        holds(&*store, &all)?;
    }
    Ok(())
}

fn long(harness: &mut dyn Harness) -> Result<(), String> {
    let mut store = harness.fresh().map_err(text)?;
    let mut all = Vec::new();
    for round in 0..12 {
        append(&mut *store, &mut all, MAX_COMMIT_ENTRIES, |_| 600)?;
        if round % 5 == 0 {
            store = harness.reopen(store).map_err(text)?;
        }
    }
    holds(&*harness.reopen(store).map_err(text)?, &all)
}

/// Commits `count` more entries, `all` being those that are there.
fn append(
    store: &mut dyn Store,
    all: &mut Vec<Vec<u8>>,
    count: usize,
    len: impl Fn(u64) -> usize,
) -> Result<(), String> {
    let from = u64::try_from(all.len()).map_err(|e| e.to_string())?;
    let entries: Vec<_> = (from..).take(count).map(|position| entry(position, len(position))).collect();
    all.extend_from_slice(&entries);
    let size = u64::try_from(all.len()).map_err(|e| e.to_string())?;
    store.commit(anchor(from), &entries, anchor(size)).map_err(text)
}

/// True words about a store without a tail that should hold `all`.
fn holds(store: &dyn Store, all: &[Vec<u8>]) -> Result<(), String> {
    let size = u64::try_from(all.len()).map_err(|e| e.to_string())?;
    if store.anchor() != anchor(size) || store.len() != size || store.is_empty() != all.is_empty() {
        let (anchor, len) = (store.anchor(), store.len());
        return Err(format!("of {size} entries the anchor says {anchor:?} and the length {len}"));
    }
    if store.read(0, usize::MAX).map_err(text)? != all {
        return Err(format!("other bytes than the {size} entries that were committed"));
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the argument of map_err")]
fn text(error: StoreError) -> String {
    format!("{error} ({error:?})")
}
