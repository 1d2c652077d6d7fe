//! Keys that a few entries prove, to whoever knows the charter's fingerprint and nothing else.

use std::ops::ControlFlow;

use ledger_core::domain::{Act, Digest, PublicKey, RecordedAct, Role, Timestamp};
use ledger_core::journal::{Until, replay};
use ledger_core::ledger::accession;
use ledger_core::ledger::key_history::{KeyHistory, Unprovable};
use ledger_core::ledger::keyring::{Keyring, KeyringError, MAX_EVIDENCE};
use ledger_core::ledger::{Code, Flaw, Head, Signer};
use serde_json::{Value, json};

use super::small::registered;
use super::story::tell;
use super::witnesses::{keys_of, party, witnessed};
use super::world::{Forge, World, act_id, events, key, officer, time};

fn public(name: &str) -> PublicKey {
    PublicKey::new(officer(name).public_key())
}

fn history(w: &World) -> KeyHistory {
    let mut history = KeyHistory::new();
    replay(w.journal.store(), Until::End, &mut |_, _| (), |visit| {
        history.note(visit.entry.act());
        ControlFlow::Continue(())
    })
    .unwrap();
    history
}

/// The positions that prove the keys of these officers.
fn positions(w: &World, names: &[&str]) -> Vec<u64> {
    let keys = names.iter().map(|name| public(name));
    history(w).evidence(w.journal.state(), keys).unwrap().into_iter().collect()
}

/// The entries at these positions.
fn taken(w: &World, positions: &[u64]) -> Vec<Vec<u8>> {
    let entries = w.entries();
    positions.iter().map(|position| entries[*position as usize].clone()).collect()
}

fn evidence(w: &World, names: &[&str]) -> Vec<Vec<u8>> {
    taken(w, &positions(w, names))
}

fn ring(w: &World, entries: &[Vec<u8>]) -> Result<Keyring, KeyringError> {
    Keyring::from_evidence(entries, w.fingerprint())
}

/// The code of the finding that refuses.
#[track_caller]
fn refused(result: Result<Keyring, KeyringError>) -> Code {
    match result {
        Err(KeyringError::Flawed(finding)) => finding.code,
        other => panic!("{other:?}"),
    }
}

fn enrolment(name: &str, of: &str, role: &str) -> Value {
    json!([{"KeyEnrolled": {"key": key(name), "party": of, "role": role}}])
}

fn countersign(entry: u64) -> Value {
    json!([{"ActCountersigned": {"entry": entry}}])
}

/// A ledger whose witnesses were enrolled by registrars, with business before, between and after.
fn busy() -> World {
    let mut w = World::new();
    w.enrol(&["EE REG", "EE PBO", "EE LOG"], "LV ROOT");
    w.enrol(&["LV REG"], "LT ROOT");
    w.record("EE PBO", "register", &[], registered("1"));
    // Refused, and still waiting: they prove nothing.
    let refused = w.record("LV REG", "enrol", &[], enrolment("LV WIT", "LV", "WIT"));
    w.record("EE REG", "refuse", &[], json!([{"ActRefused": {"entry": refused, "reason": "Wrong form"}}]));
    w.record_with(&["LV REG", "EE REG"], "enrol", &[], enrolment("LV WIT", "LV", "WIT"));
    w.record("LV REG", "enrol", &[], enrolment("LV WIT 2", "LV", "WIT"));
    w.record("EE PBO", "register", &[], registered("2"));
    let rotation = json!([{"KeyRotated": {
        "old_key": key("LV WIT"), "new_key": key("LV WIT new"), "reason": "New machine",
    }}]);
    w.record("LV WIT", "rotate", &[], rotation);
    w.record("EE PBO", "register", &[], registered("3"));
    w
}

#[test]
fn a_few_entries_prove_the_keys() {
    let w = busy();
    let names = ["EE LOG", "LV WIT new"];
    assert_eq!(positions(&w, &names), [0, 1, 2, 3, 4, 8, 9, 12]);
    let ring = ring(&w, &evidence(&w, &names)).unwrap();
    // The same as the ledger says of them.
    assert_eq!(ring.checkpoint_keys(), keys_of(&w));
    assert_eq!(ring.officer(&public("LV WIT new")).map(|officer| officer.party), Some(party("LV")));
    assert_eq!(ring.officer(&public("LV REG")).map(|officer| officer.role), Some(Role::Registrar));
    assert_eq!(ring.origin(), keys_of(&w).origin());
    assert_eq!(positions(&w, &["LV ROOT"]), [0]);
    assert_eq!(positions(&w, &["EE PBO"]), [0, 1, 2]);
}

#[test]
fn what_was_never_brought_into_use_has_no_proof() {
    let w = busy();
    for name in ["LV WIT 2", "nobody"] {
        let refused = history(&w).evidence(w.journal.state(), [public(name)]);
        assert_eq!(refused, Err(Unprovable::Unknown(public(name))), "{name}");
    }
}

#[test]
fn an_act_that_does_other_business_too_cannot_be_judged_apart() {
    let w = busy();
    let mut list = enrolment("EE WIT", "EE", "WIT");
    list.as_array_mut().unwrap().push(registered("4")[0].clone());
    let mixed = RecordedAct {
        seq: 14,
        recorded_at: w.now,
        author: public("EE REG"),
        act: Act { id: act_id("mixed"), documents: Vec::new(), events: events(w.now, list) },
        countersigned_by: Vec::new(),
    };
    let mut history = history(&w);
    history.note(&mixed);
    let refused = history.evidence(w.journal.state(), [public("EE WIT")]);
    assert_eq!(refused, Err(Unprovable::Mixed { entry: 14, event: "ItemRegistered" }));
}

/// Each entry of the evidence is needed: the rest alone does not prove the keys.
#[test]
fn no_entry_can_be_dropped() {
    let w = busy();
    let names = ["EE LOG", "LV WIT new"];
    let (sound, whole) = (keys_of(&w), evidence(&w, &names));
    for dropped in 0..whole.len() {
        let mut rest = whole.clone();
        rest.remove(dropped);
        let proven = ring(&w, &rest).map(|ring| ring.checkpoint_keys());
        assert!(proven.as_ref().map_or(true, |keys| *keys != sound), "without number {dropped}: {proven:?}");
    }
    assert!(matches!(ring(&w, &[]), Err(KeyringError::Empty)));
}

#[test]
fn another_charter_proves_nothing() {
    let (w, other) = (busy(), World::with_roots("false "));
    let whole = evidence(&w, &["EE LOG"]);
    let genesis = Code::Flaw(Flaw::Genesis);
    assert_eq!(refused(Keyring::from_evidence(&whole, other.fingerprint())), genesis);
    // Nor the other founding before the same entries.
    let mut mixed = whole;
    mixed[0] = other.entries().remove(0);
    assert_eq!(refused(Keyring::from_evidence(&mixed, w.fingerprint())), genesis);
}

#[test]
fn a_forged_enrolment_is_refused() {
    let w = witnessed();
    let entries = w.entries();
    let whole = |last: Vec<u8>| {
        let mut whole = evidence(&w, &["EE LOG", "EE WIT", "LV REG", "EE REG"]);
        whole.push(last);
        whole
    };
    // Changed behind the signature.
    let mut changed = entries[1].clone();
    let at = changed.windows(32).position(|window| window == public("EE LOG").as_bytes()).unwrap();
    changed[at..at + 32].copy_from_slice(public("thief").as_bytes());
    let mut forged = evidence(&w, &["EE LOG"]);
    forged[1] = changed;
    assert!(matches!(ring(&w, &forged), Err(KeyringError::Unopenable { number: 2, .. })));
    // Signed by somebody who is no registrar, or whose key the evidence does not prove.
    let mut forge = Forge::behind(&entries, entries.len());
    for (by, rule) in [("EE WIT", "SOD-4"), ("thief", "I03"), ("LT WIT", "I03")] {
        let mut forge = forge.clone();
        forge.sign(by, "forged", &[], enrolment("thief", "EE", "WIT"));
        let code = refused(ring(&w, &whole(forge.entries.pop().unwrap())));
        assert_eq!(code.to_string(), rule, "{by}");
    }
    // A key under which anybody can sign.
    let mut weak = forge.clone();
    let list = json!([{"KeyEnrolled": {"key": "00".repeat(32), "party": "EE", "role": "WIT"}}]);
    weak.sign("EE REG", "weak", &[], list);
    assert_eq!(refused(ring(&w, &whole(weak.entries.pop().unwrap()))), Code::Flaw(Flaw::UnsoundKey));
    // One registrar alone: it waits, and proves nothing.
    forge.sign("EE REG", "alone", &[], enrolment("thief", "EE", "WIT"));
    let alone = whole(forge.entries.last().unwrap().clone());
    assert!(ring(&w, &alone).unwrap().officer(&public("thief")).is_none());
}

#[test]
fn the_own_party_is_no_second_ministry() {
    let w = witnessed();
    let entries = w.entries();
    let entry = entries.len() as u64;
    let prove = |second: &str| {
        let mut forge = Forge::behind(&entries, entries.len());
        forge.sign("EE REG", "alone", &[], enrolment("another", "EE", "WIT"));
        forge.sign(second, "agree", &[], countersign(entry));
        let mut whole = evidence(&w, &["EE REG", "LV REG"]);
        whole.extend(forge.entries.split_off(entries.len()));
        ring(&w, &whole)
    };
    assert_eq!(refused(prove("EE ROOT")).to_string(), "G07");
    assert!(prove("LV REG").unwrap().officer(&public("another")).is_some());
}

#[test]
fn entries_stand_in_their_order_each_once_and_in_one_ledger() {
    let w = witnessed();
    let whole = evidence(&w, &["EE LOG", "LV WIT"]);
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut entries = whole.clone();
        change(&mut entries);
        refused(ring(&w, &entries))
    };
    assert_eq!(with(&|entries| entries.swap(1, 3)), Code::Flaw(Flaw::Sequence));
    assert_eq!(with(&|entries| entries.insert(2, entries[1].clone())), Code::Flaw(Flaw::Sequence));
    assert_eq!(with(&|entries| drop(entries.remove(0))), Code::Flaw(Flaw::Sequence));

    let size = w.entries().len();
    let forge = Forge::behind(&w.entries(), size);
    let last = |change: &dyn Fn(&mut Head, &mut Timestamp)| {
        let (mut head, mut at) = (forge.head.clone(), forge.now());
        change(&mut head, &mut at);
        // The id of entry 1.
        let (id, events) = (act_id("enrol"), events(at, enrolment("another", "EE", "WIT")));
        let act = Act { id, documents: Vec::new(), events };
        let entry = forge.seal(&head, at, act, &officer("EE ROOT"));
        let mut entries = whole.clone();
        entries.push(entry);
        refused(ring(&w, &entries))
    };
    assert_eq!(
        last(&|head, _| head.origin = Some("ledger.test/other".parse().unwrap())),
        Code::Flaw(Flaw::Origin)
    );
    assert_eq!(last(&|_, at| *at = time("2026-01-30T08:00:00Z")), Code::Flaw(Flaw::TimeBack));
    assert_eq!(last(&|_, _| ()), Code::Flaw(Flaw::Repeated));
}

#[test]
fn neighbours_are_linked() {
    let w = witnessed();
    let entries = w.entries();
    let mut forge = Forge::behind(&entries, 1);
    forge.head.link = Digest::new([9; 32]);
    forge.sign("EE ROOT", "forked", &[], enrolment("another", "EE", "WIT"));
    let forked = [entries[0].clone(), forge.entries.pop().unwrap()];
    assert_eq!(refused(ring(&w, &forked)), Code::Flaw(Flaw::Link));
}

#[test]
fn an_entry_about_something_else_is_refused() {
    let w = busy();
    let mut whole = evidence(&w, &["EE PBO"]);
    whole.push(w.entries()[5].clone());
    let refused = ring(&w, &whole);
    assert!(
        matches!(refused, Err(KeyringError::Foreign { entry: 5, event: "ItemRegistered" })),
        "{refused:?}"
    );
    let many = vec![Vec::new(); MAX_EVIDENCE + 1];
    assert!(matches!(ring(&w, &many), Err(KeyringError::TooMany(_))));
}

#[test]
fn a_key_that_fell_into_wrong_hands_is_handed_over_with_the_word_of_it() {
    let mut w = witnessed();
    let declared = json!([{"KeyCompromised": {"key": key("EE WIT"), "since": w.now, "reason": "Stolen"}}]);
    let compromised = w.record_with(&["EE REG", "LV REG"], "compromise", &[], declared);
    let revocation = json!([{"KeyRevoked": {"key": key("EE LOG"), "reason": "Machine retired"}}]);
    let revoked = w.record("EE REG", "revoke", &[], revocation);
    let there = positions(&w, &["EE WIT", "EE LOG", "LV WIT", "LT WIT"]);
    assert!([compromised, compromised + 1, revoked].iter().all(|entry| there.contains(entry)), "{there:?}");
    let ring = ring(&w, &taken(&w, &there)).unwrap();
    assert_eq!(ring.checkpoint_keys(), keys_of(&w));
    assert!(!ring.checkpoint_keys().parties().contains(&party("EE")));
}

/// In the story that has everything: each key that was ever brought into use is proven by its evidence, or the reason
/// is that its entry does other business.
#[test]
fn every_key_of_the_story_is_proven() {
    let w = tell();
    let history = history(&w);
    let mut proven = 0;
    for (key, record) in w.journal.state().keys() {
        let positions = history.evidence(w.journal.state(), [*key]).unwrap();
        let positions: Vec<u64> = positions.into_iter().collect();
        let ring = ring(&w, &taken(&w, &positions)).unwrap_or_else(|no| panic!("{key}: {no}"));
        let officer = ring.officer(key).unwrap_or_else(|| panic!("{key} by {positions:?}"));
        assert_eq!((officer.party, officer.role), (record.party, record.role));
        proven += 1;
    }
    assert!(proven > 20, "{proven}");
}

/// Poland joins while Lithuania, which nobody asks, is suspended, and another signs in the Estonian minister's place.
#[test]
fn a_ministry_that_joined_later_is_proven_with_who_was_asked() {
    let mut w = World::new();
    w.enrol(&["EE MIN", "EE NAD"], "LV ROOT");
    w.enrol(&["LV MIN"], "LT ROOT");
    let paper = &["membership_act"];
    w.record_with(
        &["EE MIN", "LV MIN"],
        "suspend",
        paper,
        json!([{"MinistrySuspended": {"party": "LT", "reason": "Obligations unmet"}}]),
    );
    let lent = json!([{"RoleDelegated": {
        "delegation": "D-1", "from": key("EE MIN"), "to": key("EE NAD"), "until": "2026-03-01T00:00:00Z",
    }}]);
    w.record("EE MIN", "delegate", &[], lent);
    let name = "Ministerstwo Obrony Narodowej";
    let root = officer("PL ROOT");
    let origin = super::world::ORIGIN.parse().unwrap();
    let (_, signature) = accession::sign(origin, party("PL"), name.parse().unwrap(), &root).unwrap();
    let admission = |signature: &str| {
        json!([{"MinistryAdmitted": {
            "party": "PL", "name": name, "root_key": key("PL ROOT"), "accession": signature,
        }}])
    };
    let admitted = w.record_with(&["EE NAD", "LV MIN"], "admit", paper, admission(&signature.to_string()));
    w.enrol(&["PL WIT"], "LV ROOT");
    let there = positions(&w, &["PL WIT"]);
    assert_eq!(there, (0..=11).collect::<Vec<_>>());
    assert_eq!(ring(&w, &taken(&w, &there)).unwrap().checkpoint_keys(), keys_of(&w));
    // Without its own signature it is no member, whoever admits it.
    let entries = w.entries();
    let mut forge = Forge::behind(&entries, admitted as usize);
    forge.sign("EE NAD", "admit", paper, admission(&"5".repeat(128)));
    let code = refused(ring(&w, &forge.entries));
    assert_eq!(code, Code::Flaw(Flaw::Accession));
}
