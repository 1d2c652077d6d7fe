//! Random histories: accepted or refused, no act breaks an invariant.
//!
//! [`World::record`] checks after each step that all invariants hold, and after each refusal that nothing changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger_core::domain::{Event, RecordedAct, State};
use ledger_core::ledger::state_digest::{state_digest, write_document};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::law;
use super::random::{Dice, Tally, act, act_by, beginning, families, play, steps};
use crate::rules::world::*;

fn replay(history: &[Arc<RecordedAct>]) -> State {
    let mut state = State::new();
    for act in history {
        let admitted = state.admit(act).unwrap_or_else(|no| panic!("entry {}: {no}", act.seq));
        state.apply(act, admitted);
    }
    state
}

/// A second run through the same acts gives the same state, and the same digest of it.
fn replay_agrees(w: &World) {
    let again = replay(&w.history);
    assert_eq!(format!("{again:?}"), format!("{:?}", w.state));
    assert_eq!(state_digest(&again).unwrap(), state_digest(&w.state).unwrap());
}

#[test]
fn no_act_breaks_an_invariant_and_replay_gives_the_same_state() {
    let beginning = beginning();
    law(12, steps(60), |steps| {
        let mut w = beginning.clone();
        play(&mut w, steps, &mut Tally::default());
        replay_agrees(&w);
    });
}

/// The same, for minutes.
#[test]
#[ignore = "takes minutes: .ci/run"]
fn many_random_histories_break_no_invariant() {
    let beginning = beginning();
    law(40, steps(150), |steps| {
        let mut w = beginning.clone();
        play(&mut w, steps, &mut Tally::default());
        replay_agrees(&w);
    });
}

/// What a state says, but for what it keeps of acts as such: who signed which, and which can be corrected.
fn matters(state: &State) -> Vec<String> {
    let mut document = Vec::new();
    write_document(state, &mut document).unwrap();
    let document = String::from_utf8(document).unwrap();
    let of_acts =
        |line: &&str| line.contains(r#""table":"signed""#) || line.contains(r#""table":"reversible""#);
    document.lines().filter(|line| !of_acts(line)).map(str::to_owned).collect()
}

#[test]
fn an_act_of_two_events_is_both_or_neither() {
    let beginning = beginning();
    law(20, (steps(20), vec(any::<u8>(), 40), vec(any::<u8>(), 40)), |(steps, first, second)| {
        let mut w = beginning.clone();
        play(&mut w, steps, &mut Tally::default());
        let (_, author, a) = act(&w, None, &mut Dice::new(first));
        let (_, _, b) = act(&w, None, &mut Dice::new(second));
        let alone = |draft: &Draft| act_by(&w, author, draft);
        let mut both = w.act_with((EE, PBO), &[a.clone(), b.clone()], all_documents());
        both.author = author;
        let (a, b) = (alone(&a), alone(&b));
        if both.act.events.iter().any(|event| event.name().starts_with("Act")) {
            return; // Countersignatures stand alone.
        }
        match w.state.admit(&a) {
            Err(no) => assert_eq!(w.state.admit(&both).unwrap_err(), no),
            Ok(admitted) if admitted.missing().is_empty() => {
                let mut after = w.state.clone();
                after.apply(&Arc::new(a), admitted);
                match (w.state.admit(&both), after.admit(&b)) {
                    (Ok(whole), Ok(second)) => {
                        assert_eq!(whole.missing(), second.missing());
                        if whole.missing().is_empty() {
                            let mut at_once = w.state.clone();
                            at_once.apply(&Arc::new(both), whole);
                            after.apply(&Arc::new(b), second);
                            assert_eq!(matters(&at_once), matters(&after));
                        }
                    }
                    (Err(whole), Err(second)) => assert_eq!(whole, second),
                    (whole, second) => panic!("together {whole:?}, one after the other {second:?}"),
                }
            }
            Ok(_) => {}
        }
    });
}

/// Kinds of event that random acts reach seldom, or never; each takes effect in a story of `rules`.
const SELDOM: &[&str] = &[
    "AdvanceSettled",
    "AwardCancelled",
    "ConformityCertified",
    "DeliveryRejected",
    "DeliveryReturned",
    "DiscrepancyResolved",
    "EvidenceBundleIssued",
    "InvoiceVatExempted",
    "KeyRevoked",
    "KeyRotated",
    "LedgerConstituted",
    "LegCompleted",
    "LoanRecalled",
    "MovementAcknowledged",
    "MovementCompleted",
    "RefundReceived",
    "ReservationCleared",
    "ReturnCompleted",
    "ReturnReceived",
    "SampleDrawn",
    "StayRegistered",
    "SupportInvoiced",
    "SupportPaid",
    "TitlePassed",
    "WarrantyClaimed",
    "WarrantyResolved",
];

/// The laws above say little when nearly everything is refused, or nothing.
#[test]
fn random_acts_of_each_family_are_accepted_often_enough_and_refused_too() {
    let beginning = beginning();
    let mut runner = TestRunner::deterministic();
    let mut tally = Tally::default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for _ in 0..8 {
        let mut w = beginning.clone();
        play(&mut w, steps(900).new_tree(&mut runner).unwrap().current(), &mut tally);
        replay_agrees(&w);
        seen.extend(w.effects());
    }
    let unseen = |name: &&str| !seen.contains(name) && !SELDOM.contains(name);
    let missing: Vec<&str> = Event::CATALOGUE.iter().map(|(_, name)| *name).filter(unseen).collect();
    assert!(seen.len() * 100 >= Event::CATALOGUE.len() * 85, "{} kinds took effect", seen.len());
    assert!(missing.is_empty(), "never accepted: {missing:?}");
    for family in families() {
        let (tried, accepted) = tally.families.get(family).copied().unwrap_or_default();
        assert!(tried >= 40 && accepted >= 15, "{family}: {accepted} of {tried}; {:?}", tally.families);
        assert!(tally.rules.get(family).is_some_and(|rules| rules.len() >= 2), "{family} refuses nothing");
    }
}
