//! Random histories as real entries: sealed and signed, through the gate, audited.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger_core::domain::{Act, Event, PublicKey, RecordedAct, State};
use ledger_core::journal::{Against, Journal, Stamp, audit};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::state_digest::{StateClaim, state_digest};
use ledger_core::ledger::{SeedSigner, Signer, Tip, accession, charter};
use ledger_core::store::memory::MemoryStore;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::random::{Tally, beginning, play, steps};
use crate::rules::world::World;

/// The officer who stands for a key that is no real one.
fn signer(key: &PublicKey) -> SeedSigner {
    SeedSigner::from_seed(*key.as_bytes())
}

/// The acts of a history with a real key for each that only looks like one, and real signatures of those who found
/// the ledger or accede to it.
fn with_real_keys(w: &World) -> Vec<RecordedAct> {
    let keys: BTreeMap<String, String> = w
        .state
        .keys()
        .map(|(key, _)| (key.to_string(), PublicKey::new(signer(key).public_key()).to_string()))
        .collect();
    let mut origin = None;
    let mut secrets = BTreeMap::new();
    let mut acts = Vec::new();
    for act in &w.history {
        let mut text = serde_json::to_string(&act.act.events).unwrap();
        for (old, new) in &keys {
            text = text.replace(old, new);
        }
        let mut events: Vec<Event> = serde_json::from_str(&text).unwrap();
        for (event, before) in events.iter_mut().zip(&act.act.events) {
            match (event, before) {
                (Event::LedgerConstituted(event), Event::LedgerConstituted(before)) => {
                    origin = Some(event.charter.origin.clone());
                    let roots = before.charter.parties.iter().map(|founder| signer(&founder.root_key));
                    event.signatures =
                        roots.map(|root| charter::sign(&event.charter, &root).unwrap()).collect();
                }
                (Event::MinistryAdmitted(event), Event::MinistryAdmitted(before)) => {
                    let root = signer(&before.root_key);
                    let origin = origin.clone().expect("a charter");
                    let signed = accession::sign(origin, event.party, event.name.clone(), &root);
                    event.accession = signed.unwrap().1;
                }
                // What is secret to a story is committed to by its digest.
                (Event::AuditEngagementOpened(event), Event::AuditEngagementOpened(before)) => {
                    event.commitment = sha256(&[before.commitment.as_bytes()]);
                    secrets.insert(before.engagement.clone(), before.commitment);
                }
                (Event::SampleDrawn(event), _) => {
                    event.secret = secrets.get(&event.engagement).copied().expect("an engagement");
                }
                _ => {}
            }
        }
        acts.push(RecordedAct {
            author: PublicKey::new(signer(&act.author).public_key()),
            act: Act { events, ..act.act.clone() },
            ..(**act).clone()
        });
    }
    acts
}

/// Sets the roots that a story of the domain cannot know.
fn name_roots(events: &mut [Event], tip: &Tip) {
    for event in events {
        match event {
            Event::PeriodCutoffFixed(fixed) => fixed.root = tip.at_end_of(fixed.last_day).1,
            Event::SampleDrawn(drawn) => drawn.root = tip.at_end_of(drawn.day).1,
            _ => {}
        }
    }
}

#[test]
fn a_random_history_is_sealed_and_passes_the_audit_of_the_state_that_it_gives() {
    let beginning = beginning();
    let mut runner = TestRunner::deterministic();
    for _ in 0..2 {
        let mut w = beginning.clone();
        let drawn = steps(150).new_tree(&mut runner).unwrap().current();
        play(&mut w, drawn, &mut Tally::default());
        let mut acts = with_real_keys(&w);

        let authors: Vec<SeedSigner> = w.history.iter().map(|act| signer(&act.author)).collect();
        let [Event::LedgerConstituted(founding)] = acts[0].act.events.as_slice() else {
            panic!("no founding")
        };
        let stamp = Stamp { signer: &authors[0], now: acts[0].recorded_at };
        let (store, signatures) = (MemoryStore::new(), founding.signatures.clone());
        let (mut journal, _) =
            Journal::found(store, founding.charter.clone(), signatures, acts[0].act.id, stamp).unwrap();
        for (act, author) in acts.iter_mut().zip(&authors).skip(1) {
            name_roots(&mut act.act.events, journal.tip());
            let stamp = Stamp { signer: author, now: act.recorded_at };
            journal
                .stage(act.act.clone(), stamp)
                .unwrap_or_else(|error| panic!("entry {}: {error}", act.seq));
        }
        journal.commit().unwrap();

        // What the domain makes of the acts, without a ledger.
        let mut state = State::new();
        for act in &acts {
            let admitted = state.admit(act).unwrap_or_else(|no| panic!("entry {}: {no}", act.seq));
            state.apply(&Arc::new(act.clone()), admitted);
        }
        let digest = state_digest(&state).unwrap();
        assert_eq!(format!("{:?}", journal.state()), format!("{state:?}"));

        let claim = StateClaim { entries: None, digest };
        let report =
            audit(journal.store(), Against { claim: Some(claim), ..Against::default() }, &mut |_, _| {})
                .unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!(report.entries, acts.len() as u64);
        assert_eq!(state_digest(&report.state).unwrap(), digest);
    }
}
