//! Whose signatures under a checkpoint count: the ledger's own keys, by what became of them.

use ledger_core::domain::{Digest, Party, PublicKey};
use ledger_core::ledger::Signer;
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::note::{self, Algorithm, KeyName, NoteError, SignatureLine, VerifierKey};
use ledger_core::ledger::witnesses::{CheckpointKeys, JudgeError, Judged};
use serde_json::{Value, json};

use super::world::{ORIGIN, World, key, officer, time};

/// Seconds since 1970 of the first moment of the ledger, about.
const NOW: u64 = 1_769_763_600;

pub(super) fn party(code: &str) -> Party {
    code.parse().unwrap()
}

/// A ledger with a log operator (EE) and a witness of each founder.
pub(super) fn witnessed() -> World {
    let mut w = World::new();
    w.enrol(&["EE LOG", "EE WIT", "EE REG"], "LV ROOT");
    w.enrol(&["LV WIT", "LV REG"], "LT ROOT");
    w.enrol(&["LT WIT"], "EE ROOT");
    w
}

pub(super) fn keys_of(w: &World) -> CheckpointKeys {
    CheckpointKeys::of(w.journal.state(), &ORIGIN.parse().unwrap())
}

fn checkpoint_of(origin: &str, size: u64) -> Checkpoint {
    Checkpoint::new(origin, size, Digest::new([7; 32]))
}

/// A checkpoint of this size, with the lines of these signers: the log, then witnesses and their times.
struct Under {
    checkpoint: Checkpoint,
    lines: Vec<SignatureLine>,
}

impl Under {
    fn size(size: u64) -> Self {
        Self { checkpoint: checkpoint_of(ORIGIN, size), lines: Vec::new() }
    }

    fn log(mut self, name: &str) -> Self {
        let text = self.checkpoint.to_string();
        self.lines.push(note::sign(&ORIGIN.parse().unwrap(), &text, &officer(name)).unwrap());
        self
    }

    fn witness(mut self, name: &str, time: u64) -> Self {
        let text = self.checkpoint.to_string();
        let cosigner: KeyName = format!("ledger.test/{}", &name[..2]).parse().unwrap();
        self.lines.push(note::cosign(&cosigner, &text, time, &officer(name)).unwrap());
        self
    }

    fn signed(self) -> SignedCheckpoint {
        let mut lines = self.lines.into_iter();
        let mut signed = SignedCheckpoint::new(self.checkpoint, lines.next().unwrap()).unwrap();
        lines.for_each(|line| signed.add(line));
        signed
    }

    fn judged(self, keys: &CheckpointKeys) -> Judged {
        keys.judge(&self.signed()).unwrap()
    }
}

fn cosigned(list: &[(&str, u64)]) -> std::collections::BTreeMap<Party, u64> {
    list.iter().map(|(code, time)| (party(code), *time)).collect()
}

fn since(w: &World) -> Value {
    json!(w.now)
}

#[test]
fn log_and_witnesses_sign_under_the_names_that_the_ledger_gives_them() {
    let keys = keys_of(&witnessed());
    let of = |name: &str, algorithm, officer_name: &str| VerifierKey {
        name: name.parse().unwrap(),
        algorithm,
        key: PublicKey::new(officer(officer_name).public_key()),
    };
    let log = of(ORIGIN, Algorithm::Ed25519, "EE LOG");
    let witness = of("ledger.test/LT", Algorithm::CosignatureV1, "LT WIT");
    assert_eq!(keys.keys().len(), 4, "the log and three witnesses; no officer");
    assert!(keys.keys().contains(&log) && keys.keys().contains(&witness));
    assert_eq!((keys.party_of(&log), keys.party_of(&witness)), (Some(party("EE")), Some(party("LT"))));
    assert_eq!(keys.party_of(&of(ORIGIN, Algorithm::Ed25519, "EE WIT")), None);
    assert_eq!(keys.parties(), ["EE", "LT", "LV"].map(party).into());
    assert_eq!(keys.origin().as_str(), ORIGIN);
}

#[test]
fn parties_are_counted_each_with_its_earliest_time() {
    let mut w = witnessed();
    w.enrol(&["EE WIT 2"], "LV ROOT");
    let keys = keys_of(&w);
    let judged = Under::size(9)
        .log("EE LOG")
        .witness("EE WIT", NOW + 60)
        .witness("EE WIT 2", NOW + 30)
        .witness("LV WIT", NOW + 40)
        .witness("LV WIT", NOW + 90)
        .witness("LV WIT unknown", NOW)
        .judged(&keys);
    let expected = Judged {
        log: true,
        cosigned: cosigned(&[("EE", NOW + 30), ("LV", NOW + 40)]),
        unknown: 1,
        ..Judged::default()
    };
    assert_eq!(judged, expected);
}

#[test]
fn a_witness_is_no_log_and_a_log_no_witness() {
    let keys = keys_of(&witnessed());
    let judged = Under::size(9).witness("EE WIT", NOW).log("EE WIT").judged(&keys);
    assert_eq!((judged.log, judged.unknown), (false, 1));
    let judged = Under::size(9).log("EE LOG").witness("EE LOG", NOW).judged(&keys);
    assert_eq!((judged.log, judged.cosigned.len(), judged.unknown), (true, 0, 1));
    // Nor does a witness speak for another party.
    let mut under = Under::size(9).log("EE LOG").witness("EE WIT", NOW);
    under.lines[1].name = "ledger.test/LV".parse().unwrap();
    assert_eq!(under.judged(&keys).unknown, 1);
}

#[test]
fn an_enrolment_that_waits_gives_no_witness() {
    let mut w = witnessed();
    let enrolment = json!([{"KeyEnrolled": {"key": key("LT WIT 2"), "party": "LT", "role": "WIT"}}]);
    let entry = w.record("LT ROOT", "enrol", &[], enrolment);
    let judged = |w: &World| Under::size(9).log("EE LOG").witness("LT WIT 2", NOW).judged(&keys_of(w));
    assert_eq!(judged(&w).unknown, 1);
    w.record("LV REG", "countersign", &[], json!([{"ActCountersigned": {"entry": entry}}]));
    assert_eq!(judged(&w).cosigned, cosigned(&[("LT", NOW)]));
}

#[test]
fn a_key_that_was_replaced_still_counts_and_the_new_one_too() {
    let mut w = witnessed();
    for (old, new) in [("EE WIT", "EE WIT new"), ("EE LOG", "EE LOG new")] {
        let rotation = json!([{"KeyRotated": {
            "old_key": key(old), "new_key": key(new), "reason": "New machine",
        }}]);
        w.record(old, "rotate", &[], rotation);
    }
    let keys = keys_of(&w);
    for (log, witness) in [("EE LOG", "EE WIT"), ("EE LOG new", "EE WIT new")] {
        let judged = Under::size(99).log(log).witness(witness, NOW).judged(&keys);
        assert_eq!((judged.log, judged.cosigned), (true, cosigned(&[("EE", NOW)])), "{log}");
    }
    assert!(keys.parties().contains(&party("EE")));
}

#[test]
fn a_revoked_key_counts_up_to_the_entry_that_ends_it() {
    let mut w = witnessed();
    let mut ended = Vec::new();
    for name in ["EE WIT", "EE LOG"] {
        let revocation = json!([{"KeyRevoked": {"key": key(name), "reason": "Machine retired"}}]);
        ended.push(w.record("EE REG", "revoke", &[], revocation));
        assert!(!keys_of(&w).parties().contains(&party("EE")), "its log operator is no witness");
    }
    let keys = keys_of(&w);
    let judged = |size| Under::size(size).log("EE LOG").witness("EE WIT", NOW).judged(&keys);
    let before = judged(ended[0]);
    assert_eq!((before.log, before.cosigned.len(), before.doubtful.len()), (true, 1, 0));
    let between = judged(ended[0] + 1);
    assert_eq!((between.log, between.cosigned.len()), (true, 0));
    assert_eq!(between.doubtful, [(party("EE"), NOW)]);
    let after = judged(ended[1] + 1);
    assert_eq!((after.log, after.log_doubtful), (false, true));
}

#[test]
fn what_a_compromised_key_signed_never_counts_whatever_time_it_names() {
    let mut w = witnessed();
    for name in ["EE WIT", "EE LOG"] {
        let declared =
            json!([{"KeyCompromised": {"key": key(name), "since": since(&w), "reason": "Machine stolen"}}]);
        w.record_with(&["EE REG", "LV REG"], "compromise", &[], declared);
    }
    let keys = keys_of(&w);
    // Long before it fell into wrong hands, as it says.
    let judged = Under::size(1).log("EE LOG").witness("EE WIT", 1).witness("LV WIT", NOW).judged(&keys);
    let expected = Judged {
        log_doubtful: true,
        cosigned: cosigned(&[("LV", NOW)]),
        doubtful: vec![(party("EE"), 1)],
        ..Judged::default()
    };
    assert_eq!(judged, expected);
    assert_eq!(keys.parties(), ["LT", "LV"].map(party).into());
}

#[test]
fn an_expired_witness_does_not_count_from_the_moment_on() {
    let mut w = witnessed();
    let until = "2026-02-01T00:00:00Z";
    let enrolment = json!([{"KeyEnrolled": {"key": key("LT WIT 2"), "party": "LT", "role": "WIT", "valid_until": until}}]);
    w.record_with(&["LT ROOT", "LV REG"], "enrol", &[], enrolment);
    let keys = keys_of(&w);
    let moment = time(until).as_millis() / 1_000;
    let judged = |time| Under::size(9).log("EE LOG").witness("LT WIT 2", time).judged(&keys);
    assert_eq!(judged(moment - 1).cosigned, cosigned(&[("LT", moment - 1)]));
    for late in [moment, moment + 1, i64::MAX as u64] {
        assert_eq!((judged(late).cosigned.len(), judged(late).doubtful), (0, vec![(party("LT"), late)]));
    }
}

#[test]
fn a_checkpoint_that_is_false_or_of_another_ledger_says_nothing() {
    let keys = keys_of(&witnessed());
    let mut other = Under::size(9);
    other.checkpoint = checkpoint_of("ledger.test/other", 9);
    let other = other.log("EE LOG").witness("EE WIT", NOW).signed();
    assert!(
        matches!(keys.judge(&other), Err(JudgeError::OtherLedger { found, .. }) if found == "ledger.test/other")
    );

    let mut swapped = Under::size(9).log("EE LOG").witness("EE WIT", NOW);
    swapped.checkpoint = checkpoint_of(ORIGIN, 10);
    let refused = keys.judge(&swapped.signed());
    assert!(matches!(refused, Err(JudgeError::Note(NoteError::FalseSignature { .. }))), "{refused:?}");

    let nobody = keys.judge(&Under::size(9).log("EE PBO").signed());
    assert_eq!(nobody, Err(JudgeError::Note(NoteError::NobodyKnown)));
}
