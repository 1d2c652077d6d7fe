//! Replaying, opening and following the history of one thing.

use std::ops::ControlFlow;

use ledger_core::domain::{ActId, Subject};
use ledger_core::journal::{Journal, JournalError, Moment, Stamp, Thread, Until, moments, replay};
use ledger_core::ledger::RawEntry;
use ledger_core::ledger::tip::Tip;
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::{Anchor, Store, StoreError};
use serde_json::json;

use super::fixtures::Handed;
use super::small::{CARTRIDGES, Sound, registered, sound, sound_with};
use super::story;
use super::world::{DAWN, Forge, World, act_id, events, officer, time};

fn store(sound: &Sound) -> MemoryStore {
    MemoryStore::from_parts(sound.entries.clone(), sound.anchor).unwrap()
}

fn run(store: &impl Store, until: Until) -> Result<Tip, JournalError> {
    replay(store, until, &mut |_, _| {}, |_| ControlFlow::Continue(()))
}

fn code(error: JournalError) -> String {
    match error {
        JournalError::Evidence(finding) => format!("{}@{}", finding.code, finding.entry),
        other => other.to_string(),
    }
}

#[test]
fn a_replay_gives_the_state_to_the_end_to_a_size_or_to_a_time() {
    let sound = sound();
    let store = store(&sound);
    let size = sound.anchor.size;
    let replayed = |until| run(&store, until).unwrap().head().size;
    assert_eq!(replayed(Until::End), size);
    for wanted in [0, 1, 13, size] {
        assert_eq!(replayed(Until::Size(wanted)), wanted);
    }
    assert_eq!(replayed(Until::Size(size + 7)), size);
    // Entry n is recorded n minutes after dawn.
    assert_eq!(replayed(Until::Time(time(DAWN))), 1);
    assert_eq!(replayed(Until::Time(time(DAWN).later_by(5 * 60_000))), 6);
    assert_eq!(replayed(Until::Time(time(DAWN).later_by(5 * 60_000 - 1))), 5);
    assert_eq!(replayed(Until::Time(time("1999-01-01T00:00:00Z"))), 0);
    let tip = run(&store, Until::End).unwrap();
    assert_eq!((tip.head().size, tip.head().link), (size, sound.anchor.link));
}

#[test]
fn two_moments_of_one_replay_are_what_two_replays_give() {
    let sound = sound();
    let store = store(&sound);
    let size = sound.anchor.size;
    let alike = |moment: &Moment, until| {
        let tip = run(&store, until).unwrap();
        assert_eq!(moment.head, *tip.head(), "{until:?}");
        assert_eq!(format!("{:?}", moment.state), format!("{:?}", tip.state()), "{until:?}");
    };
    let at = |minutes: u64| Until::Time(time(DAWN).later_by(minutes * 60_000));
    let places =
        [Until::Size(0), Until::Size(13), at(5), Until::Size(size), Until::End, Until::Size(size + 7)];
    for first in places {
        for second in places {
            let (a, b) = moments(&store, (first, second), &mut |_, _| {}).unwrap();
            alike(&a, first);
            alike(&b, second);
        }
    }
}

#[test]
fn a_replay_shows_every_entry_once_with_what_it_waited_for() {
    let sound = sound();
    let mut seen = Vec::new();
    let mut waited = Vec::new();
    let mut progress = Vec::new();
    replay(&store(&sound), Until::End, &mut |done, all| progress.push((done, all)), |visit| {
        seen.push(visit.entry.act().seq);
        assert_eq!(visit.entry.link(), RawEntry::new(sound.entries[seen.len() - 1].clone()).link());
        if !visit.missing.is_empty() {
            waited.push(visit.entry.act().seq);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let size = sound.anchor.size;
    assert_eq!(seen, (0..size).collect::<Vec<_>>());
    assert_eq!(progress, (1..=size).map(|done| (done, size)).collect::<Vec<_>>());
    assert!(waited.starts_with(&[1, 3, 5, 7, 10]), "{waited:?}");
}

/// Regression: the answer of the visitor was thrown away, and the replay went on.
#[test]
fn a_visitor_can_end_the_replay() {
    let sound = sound();
    let mut seen = 0;
    let tip = replay(&store(&sound), Until::End, &mut |_, _| {}, |_| {
        seen += 1;
        if seen == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!((seen, tip.head().size), (4, 4));
}

/// Regression: signatures are not verified in a replay, because the last link is compared with the head file.
/// But a replay that ended before the last entry compared nothing, and showed what somebody had written into
/// the store.
#[test]
fn a_replay_that_ends_early_does_not_show_an_entry_that_the_head_does_not_vouch_for() {
    let sound = sound();
    let mut entries = sound.entries.clone();
    let at = entries[13].windows(11).position(|window| window == b"Field radio").unwrap();
    entries[13][at] ^= 1;
    let store = Handed { entries, anchor: sound.anchor };
    for until in [Until::End, Until::Size(14), Until::Time(time(DAWN).later_by(13 * 60_000))] {
        assert_eq!(code(run(&store, until).unwrap_err()), "E06@14", "{until:?}");
    }
    let broken = replay(&store, Until::End, &mut |_, _| {}, |visit| match visit.entry.act().seq {
        13 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(code(broken.unwrap_err()), "E06@14");
    // The last entry itself has nothing behind it but the head file.
    let mut entries = sound.entries.clone();
    let last = entries.len() - 1;
    let at = entries[last].windows(11).position(|window| window == b"Field radio").unwrap();
    entries[last][at] ^= 1;
    let store = Handed { entries, anchor: sound.anchor };
    for until in [Until::End, Until::Size(2)] {
        assert_eq!(code(run(&store, until).unwrap_err()), format!("E14@{last}"), "{until:?}");
    }
}

#[test]
fn a_replay_refuses_a_store_with_fewer_entries_than_were_acknowledged() {
    let sound = sound();
    let mut entries = sound.entries.clone();
    entries.truncate(20);
    let store = Handed { entries, anchor: sound.anchor };
    let error = run(&store, Until::End).unwrap_err();
    let missing = matches!(error, JournalError::Store(StoreError::MissingEntries { have: 20, .. }));
    assert!(missing, "{error}");
}

#[test]
fn a_replay_stops_at_the_first_entry_that_does_not_hold() {
    let sound = sound();
    for (spoil, expected) in [
        (0, "E02@9"), // No entry at all.
        (1, "E05@9"), // The next one in its place.
    ] {
        let mut entries = sound.entries.clone();
        if spoil == 0 {
            entries[9][0] = 9;
        } else {
            entries.remove(9);
            entries.push(Vec::new());
        }
        let error = run(&Handed { entries, anchor: sound.anchor }, Until::End).unwrap_err();
        assert_eq!(code(error), expected);
    }
    let mut forge = Forge::behind(&sound.entries, sound.entries.len());
    forge.sign("EE PBO", "unlawful", &[], registered("0001"));
    let error = run(&Handed { anchor: forge.anchor(), entries: forge.entries }, Until::End).unwrap_err();
    assert_eq!(code(error), format!("T01@{}", sound.anchor.size));
}

/// The sound ledger with its last `tail` entries not acknowledged.
fn with_tail(sound: &Sound, tail: usize) -> MemoryStore {
    let size = sound.entries.len() - tail;
    let link = RawEntry::new(sound.entries[size - 1].clone()).link();
    let anchor = Anchor { size: size as u64, link };
    MemoryStore::from_parts(sound.entries.clone(), anchor).unwrap()
}

#[test]
fn opening_takes_in_the_tail_of_a_commit_that_nobody_was_told_about() {
    let sound = sound();
    for tail in [0, 1, 5, sound.entries.len() - 1] {
        let journal = Journal::open(with_tail(&sound, tail), &mut |_, _| {}).unwrap();
        assert_eq!(journal.head().size, sound.anchor.size);
        assert_eq!(journal.store().anchor(), sound.anchor, "tail of {tail}");
    }
    // Even of the commit that founded the ledger.
    let founding = sound.entries[..1].to_vec();
    let store = MemoryStore::from_parts(founding, Anchor::EMPTY).unwrap();
    let journal = Journal::open(store, &mut |_, _| {}).unwrap();
    assert_eq!(journal.store().anchor().size, 1);
}

#[test]
fn a_tail_that_does_not_verify_in_full_is_refused_and_left_alone() {
    let sound = sound();
    let last = sound.entries.len() - 1;
    let flipped = |at: usize| {
        let mut entries = sound.entries.clone();
        *entries[at].last_mut().unwrap() ^= 1;
        entries
    };
    let mut unlawful = Forge::behind(&sound.entries, last);
    unlawful.sign("EE PBO", "unlawful", &[], registered("0001"));
    let dropped = [&sound.entries[..last - 2], &sound.entries[last - 1..]].concat();
    for (entries, expected) in [
        // In the tail the signature counts; before it the head file vouches.
        (flipped(last), format!("E09@{last}")),
        (unlawful.entries, format!("T01@{last}")),
        (dropped, format!("E05@{}", last - 2)),
    ] {
        let link = RawEntry::new(sound.entries[last - 3].clone()).link();
        let anchor = Anchor { size: last as u64 - 2, link };
        let store = super::journal::Shared::default();
        *store.inner.borrow_mut() = MemoryStore::from_parts(entries.clone(), anchor).unwrap();
        let error = Journal::open(store.clone(), &mut |_, _| {}).map(drop).unwrap_err();
        assert_eq!(code(error), expected);
        assert_eq!(store.inner.borrow().clone().into_parts(), (entries, anchor));
    }
}

#[test]
fn a_journal_that_is_opened_goes_on_where_it_ended() {
    let sound = sound();
    let mut journal = Journal::open(store(&sound), &mut |_, _| {}).unwrap();
    let now = time(DAWN).later_by(3_600_000);
    let act = ledger_core::domain::Act {
        id: act_id("goes on"),
        documents: Vec::new(),
        events: events(now, registered("GO")),
    };
    let receipt = journal.append(act, Stamp { signer: &officer("EE PBO"), now }).unwrap();
    assert_eq!(receipt.entry, sound.anchor.size);
    let tip = run(journal.store(), Until::End).unwrap();
    assert_eq!(tip.position_of(&act_id("goes on")), Some(sound.anchor.size));
}

#[test]
fn what_an_act_finds_on_opening_is_what_it_found_while_it_was_open() {
    let world = story::tell();
    let state = format!("{:?}", world.journal.state());
    let acts: Vec<ActId> = world.labels.iter().map(|(_, label)| act_id(label)).collect();
    let head = world.journal.head().clone();
    let (entries, anchor) = world.into_parts();
    let store = MemoryStore::from_parts(entries, anchor).unwrap();
    let journal = Journal::open(store, &mut |_, _| {}).unwrap();
    assert_eq!(*journal.head(), head);
    assert_eq!(format!("{:?}", journal.state()), state);
    let tip = run(journal.store(), Until::End).unwrap();
    assert_eq!(tip.position_of(&acts[0]), Some(0));
}

/// The labels of the entries in the history of one thing.
fn history(world: &World, subject: Subject) -> Vec<&str> {
    let mut thread = Thread::of(subject);
    let mut picked = Vec::new();
    replay(world.journal.store(), Until::End, &mut |_, _| {}, |visit| {
        if thread.takes(&visit) {
            picked.push(world.labels[usize::try_from(visit.entry.act().seq).unwrap()].1.as_str());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    picked
}

#[test]
fn the_history_of_a_transfer_has_its_consignments_discrepancies_losses_and_countersignatures() {
    let world = story::tell();
    let loan = [
        "propose a loan",
        "approve",
        "reserve",
        "dispatch",
        "receive",
        "report a shortage",
        "settle the shortage",
        "countersign",
        "consume",
        "lose",
        "extend",
        "countersign",
        "recall",
        "send back",
        "receive back",
    ];
    assert_eq!(history(&world, Subject::Transfer("LOAN-1".parse().unwrap())), loan);
    let sale =
        ["propose a sale", "approve", "dispatch", "receive", "pass title", "countersign", "countersign"];
    assert_eq!(history(&world, Subject::Transfer("SALE-1".parse().unwrap())), sale);
}

#[test]
fn the_history_of_an_item_has_its_transfers_and_their_countersignatures() {
    let world = story::tell();
    let gun = history(&world, Subject::Item("serial:0AA1J:M3E1:SN-0043".parse().unwrap()));
    let expected =
        ["register three serial items", "propose a donation", "refuse", "propose custody", "cancel"];
    assert_eq!(gun, expected);
    let fuel = history(&world, Subject::Item("bulk:9140-38-000-0001".parse().unwrap()));
    assert_eq!(fuel[..3], ["register at another holder", "countersign", "register fuel"]);
}

#[test]
fn the_history_of_a_contract_has_its_deliveries_invoices_and_payments() {
    let world = story::tell();
    let expected = [
        "sign a contract",
        "supplier dispatches",
        "receive a delivery",
        "accept a delivery",
        "countersign",
        "register an invoice",
        "approve an invoice",
        "pay",
        "agree on terms of supply",
        "amend a contract",
        "agree on options and take one",
        "let an option lapse",
    ];
    assert_eq!(history(&world, Subject::Contract("JP-1/C-1".parse().unwrap())), expected);
    let called_off = [
        "call off",
        "ask for quality assurance",
        "supplier dispatches",
        "receive a delivery",
        "certify",
        "judge a delivery",
        "countersign",
        "clear a reservation",
        "countersign",
        "give back to the supplier",
        "pay an advance",
        "register an exempt invoice",
        "dispute and settle it",
        "approve, settle, pay, take back",
        "claim warranty",
        "resolve a claim",
        "close a contract",
        "countersign",
    ];
    assert_eq!(history(&world, Subject::Contract("JP-1/C-2".parse().unwrap())), called_off);
}

/// Regression: a contract whose buyer is not the lead nation waits for the lead's signature, and while it
/// waited it was missing from the history of its programme.
#[test]
fn a_contract_that_waits_for_a_signature_is_part_of_its_programmes_history() {
    let mut world = World::new();
    world.enrol(&["EE NAD", "EE MIN", "EE PCO"], "LV ROOT");
    world.enrol(&["LV MIN", "LV PCO"], "EE ROOT");
    story::arrangement(&mut world);
    let lines = json!([{
        "line": 1, "description": "Sight", "quantity": "1 EA", "unit_price": "9.99 EUR",
        "per_party": [{"party": "LV", "quantity": "1 EA"}],
    }]);
    let contract = json!([{"ContractSigned": {
        "contract": "JP-1/C-2", "programme": "JP-1", "supplier": "0AA1J", "buyer": "LV",
        "lines": lines, "payment_terms": "30 days net",
    }}]);
    world.record_with(&["LV PCO", "EE PCO"], "buy as LV", &["contract"], contract);
    let programme = history(&world, Subject::Programme("JP-1".parse().unwrap()));
    assert_eq!(programme[programme.len() - 2..], ["buy as LV", "countersign"]);
}

#[test]
fn the_history_of_a_key_has_its_enrolment_and_what_countersigned_or_refused_it() {
    let world = story::tell();
    let key = |name: &str| Subject::Key(super::world::key(name).parse().unwrap());
    assert_eq!(history(&world, key("LT HRH")), ["enrol in vain", "refuse to countersign"]);
    assert_eq!(history(&world, key("LV PBO 2")), ["rotate"]);
    assert_eq!(history(&world, key("LV PBO")), ["enrol", "countersign", "rotate"]);
    assert_eq!(history(&world, key("LV QAR")), ["enrol", "countersign", "revoke"]);
}

#[test]
fn a_history_does_not_take_what_is_about_something_else() {
    let sound = sound_with("", |_| {});
    let mut thread = Thread::of(Subject::Item(CARTRIDGES.parse().unwrap()));
    let mut picked = Vec::new();
    replay(&store(&sound), Until::End, &mut |_, _| {}, |visit| {
        if thread.takes(&visit) {
            picked.push(visit.entry.act().seq);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(picked, [11, 15, 16, 17]);
}
