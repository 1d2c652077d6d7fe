//! What differs between two states: applied to the first document it gives the second one, byte for byte; and an
//! item's history has every entry after which the item stands elsewhere.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use ledger_core::domain::station::{Positions, shifts};
use ledger_core::domain::{Event, RecordedAct, State, Subject};
use ledger_core::ledger::difference::{Change, Difference, differences};
use ledger_core::ledger::state_digest::write_document;
use proptest::prelude::any;

use super::law;
use super::random::{Tally, beginning, play, steps};

fn document(state: &State) -> String {
    let mut document = Vec::new();
    write_document(state, &mut document).unwrap();
    String::from_utf8(document).unwrap()
}

fn between(before: &State, after: &State) -> Vec<Difference> {
    let mut found = Vec::new();
    differences::<Infallible>(before, after, &mut |difference| {
        found.push(difference);
        Ok(())
    })
    .unwrap();
    found
}

fn line(table: &str, key: &str, row: &str) -> String {
    format!(r#"{{"table":"{table}","key":{key},"row":{row}}}"#)
}

/// The document that a document becomes by differences: what is not named is copied, in its order.
fn apply(document: &str, found: &[Difference]) -> String {
    let mut lines = document.lines().peekable();
    let mut out: Vec<String> = vec![lines.next().unwrap().to_owned()];
    for difference in found {
        let start = line(difference.row.table, &difference.row.key, "");
        let start = start.strip_suffix('}').unwrap();
        if let Some(before) = &difference.before {
            while !lines.peek().unwrap().starts_with(start) {
                out.push(lines.next().unwrap().to_owned());
            }
            assert_eq!(lines.next().unwrap(), line(difference.row.table, &difference.row.key, before));
        } else if let Some(behind) = &difference.behind {
            let place = line(behind.table, &behind.key, "");
            while !out.last().unwrap().starts_with(place.strip_suffix('}').unwrap()) {
                out.push(lines.next().unwrap().to_owned());
            }
        }
        let after = difference.after.as_ref();
        out.extend(after.map(|after| line(difference.row.table, &difference.row.key, after)));
    }
    out.extend(lines.map(str::to_owned));
    out.join("\n") + "\n"
}

/// The states of a story, one before each of its acts and one at the end.
fn states(history: &[Arc<RecordedAct>]) -> Vec<State> {
    let mut state = State::new();
    let mut states = vec![state.clone()];
    for act in history {
        let admitted = state.admit(act).unwrap();
        state.apply(act, admitted);
        states.push(state.clone());
    }
    states
}

#[test]
fn differences_applied_to_the_first_document_give_the_second_one() {
    let beginning = beginning();
    law(16, (steps(80), any::<u16>(), any::<u16>()), |(steps, first, second)| {
        let mut w = beginning.clone();
        play(&mut w, steps, &mut Tally::default());
        let states = states(&w.history);
        let (a, b) = (usize::from(first) % states.len(), usize::from(second) % states.len());
        for (a, b) in [(a, b), (b, a), (0, b), (states.len() - 1, a)] {
            let found = between(&states[a], &states[b]);
            assert_eq!(apply(&document(&states[a]), &found), document(&states[b]), "from {a} to {b}");
            for difference in &found {
                let fields = difference.fields();
                assert_eq!(difference.change() == Change::Changed, !fields.is_empty(), "{difference:?}");
                assert!(fields.iter().all(|field| field.before != field.after));
            }
        }
        assert_eq!(between(&states[a], &states[a].clone()), []);
        // Also when no table is shared, and every row has to be looked at.
        let again = self::states(&w.history);
        assert_eq!(between(&states[b], &again[b]), []);
    });
}

/// Tables that say what an act did as such: who signed, what waits, what can be taken back.
const OF_ACTS: [&str; 3] = ["signed", "pending", "reversible"];

#[test]
fn an_act_that_waits_or_is_refused_changes_only_what_is_kept_of_acts_and_goods_only_go_where_their_history_says()
 {
    let beginning = beginning();
    let moved = Cell::new(0);
    law(12, steps(120), |steps| {
        let mut w = beginning.clone();
        play(&mut w, steps, &mut Tally::default());
        let states = states(&w.history);
        for (act, pair) in w.history.iter().zip(states.windows(2)) {
            let [before, after] = pair else { panic!("two states") };
            let found = between(before, after);
            assert!(!found.is_empty(), "entry {} leaves no trace", act.seq);
            let acts = acts_of(act, before);
            let waits = after.waiting(act.seq).is_some() || matches!(act.act.events[0], Event::ActRefused(_));
            for difference in &found {
                let table = difference.row.table;
                assert!(!waits || OF_ACTS.contains(&table), "entry {} waits, yet changes {table}", act.seq);
                if table != "stocks" {
                    continue;
                }
                moved.set(moved.get() + 1);
                let item = Subject::Item(difference.row.key.trim_matches('"').parse().unwrap());
                let concerned: BTreeSet<Subject> = acts
                    .iter()
                    .flat_map(|act| act.act.events.iter())
                    .flat_map(|e| e.concerns(after))
                    .collect();
                assert!(concerned.contains(&item), "{item} moved by {acts:?}");
            }
            stations_add_up(before, after);
        }
    });
    assert!(moved.get() >= 100, "goods moved {} times", moved.get());
}

/// The act, and the one to which it gives its effect.
fn acts_of(act: &RecordedAct, before: &State) -> Vec<RecordedAct> {
    let given = match act.act.events.as_slice() {
        [Event::ActCountersigned(event)] => before.waiting(event.entry).map(|pending| (*pending.act).clone()),
        _ => None,
    };
    std::iter::once(act.clone()).chain(given).collect()
}

/// What the shifts take from each position and put into it is what the stocks say.
fn stations_add_up(before: &State, after: &State) {
    for (id, stock) in after.items() {
        let nothing = Positions::new();
        let was = before.item(id).map_or(&nothing, |stock| &stock.positions);
        let mut positions = was.clone();
        for shift in shifts(was, &stock.positions) {
            if let Some(from) = &shift.from {
                let left = positions.remove(from).unwrap().minus(shift.quantity).unwrap();
                if !left.is_zero() {
                    positions.insert(from.clone(), left);
                }
            }
            if let Some(to) = shift.to {
                let there =
                    positions.get(&to).map_or(Some(shift.quantity), |there| there.plus(shift.quantity));
                positions.insert(to, there.unwrap());
            }
        }
        assert_eq!(positions, stock.positions, "{id}");
    }
}
