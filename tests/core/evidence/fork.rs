//! Fork proofs: they hold without trust in who brings them, name whom they accuse, and any change spoils them.

use std::cell::Cell;

use ledger_core::domain::Digest;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::fork::{
    Difference, ForkError, ForkProof, Leaf, MAX_FORK_BYTES, Side, first_difference,
};
use ledger_core::ledger::note::VerifierKey;
use ledger_core::ledger::policy::Policy;
use ledger_core::ledger::tree::{self, Leaves, NoSuchNode, Nodes};
use serde_json::{Value, json};

use super::policy::{ORIGIN, log_key, signed, witness_key};
use super::witness::{checkpoint_of, leaves};
use crate::laws::law;

fn keys() -> Vec<VerifierKey> {
    vec![log_key(), witness_key("EE1"), witness_key("EE2"), witness_key("LV"), witness_key("LT")]
}

/// Histories of these sizes that part at an entry, and the proof of it.
fn fork(parts_at: u64, left: u64, right: u64) -> ForkProof {
    let (left, right) = (leaves("left", parts_at, left), leaves("right", parts_at, right));
    let signed_left = signed(&checkpoint_of(&left), "log", &[("EE1", 100), ("LV", 101)]);
    let signed_right = signed(&checkpoint_of(&right), "log", &[("EE2", 100), ("LT", 101)]);
    let proof = ForkProof::new(signed_left, signed_right, &Leaves(&left)).unwrap();
    proof.locate(&Leaves(&left), &Leaves(&right)).unwrap()
}

#[test]
fn every_fork_of_small_histories_is_proven_with_its_first_entry() {
    for left in 1..=17 {
        for right in 1..=left {
            for parts_at in 0..right {
                let forked = fork(parts_at, left, right).verify(&keys()).unwrap();
                assert_eq!(forked.first_difference, Some(parts_at), "{left} {right}");
                assert_eq!((forked.size, forked.origin.as_str()), (right, ORIGIN));
            }
        }
    }
}

#[test]
fn what_extends_is_no_fork() {
    for left in 1..=17 {
        for right in 1..=left {
            // They part behind the smaller one.
            let proof = fork(right, left, right);
            assert_eq!(proof.first_difference, None);
            assert_eq!(proof.verify(&keys()), Err(ForkError::NoFork(right)));
        }
    }
    let nothing = fork(0, 5, 1);
    let empty = signed(&checkpoint_of(&[]), "log", &[]);
    let all = leaves("left", 0, 5);
    let proof = ForkProof::new(nothing.left, empty, &Leaves(&all)).unwrap();
    assert!(matches!(proof.verify(&keys()), Err(ForkError::Consistency(_))));
}

#[test]
fn whoever_signed_both_sides_is_named() {
    let proof = fork(5, 13, 11);
    let forked = proof.verify(&keys()).unwrap();
    let names = |name: &str| name.parse().unwrap();
    // EE signed with two keys; it is one ministry.
    assert_eq!(forked.both, [names(ORIGIN), names("baltic.example/EE")].into());
    assert_eq!((forked.left.len(), forked.right.len()), (3, 3));
    // Who knows fewer keys accuses fewer.
    let forked = proof.verify(&[witness_key("LV"), witness_key("LT")]).unwrap();
    assert!(forked.both.is_empty());
    let outcome = proof.verify(&[witness_key("LV")]);
    assert!(matches!(outcome, Err(ForkError::Note(Side::Right, _))), "{outcome:?}");
    let outcome = proof.verify(&[witness_key("LT")]);
    assert!(matches!(outcome, Err(ForkError::Note(Side::Left, _))), "{outcome:?}");
}

#[test]
fn is_written_in_one_form_and_read_again() {
    let mut proof = fork(5, 13, 11);
    for proof in [proof.clone(), {
        proof.first_difference = None;
        proof
    }] {
        let text = proof.render();
        assert!(text.starts_with("{\n  \"kind\": \"jointledger/fork/v1\",\n"), "{text}");
        assert_eq!(ForkProof::parse(text.as_bytes()), Ok(proof));
    }
}

/// The place of every value inside a JSON value, itself included.
fn places(value: &Value) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, inner)| (name.clone(), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, inner)| (at.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    let below = inner
        .into_iter()
        .flat_map(|(name, inner)| places(inner).into_iter().map(move |place| format!("/{name}{place}")));
    std::iter::once(String::new()).chain(below).collect()
}

#[test]
fn every_mangled_field_is_refused() {
    let good: Value = serde_json::from_str(&fork(5, 13, 11).render()).unwrap();
    let refused = |value: &Value| match ForkProof::parse(value.to_string().as_bytes()) {
        Err(_) => true,
        Ok(proof) => proof.verify(&keys()).is_err(),
    };
    assert!(!refused(&good));
    let places = places(&good);
    assert!(places.len() > 20, "{places:?}");
    let other_hash = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for place in places {
        let optional = place == "/first_difference";
        for other in [json!(null), json!(7), json!("x"), json!({}), json!([]), other_hash.clone()] {
            let mut bad = good.clone();
            *bad.pointer_mut(&place).unwrap() = other.clone();
            assert!(refused(&bad), "{place} as {other}");
        }
        // Taken away, and one more of it.
        if let Some((parent, name)) = place.rsplit_once('/') {
            let mut bad = good.clone();
            match bad.pointer_mut(parent).unwrap() {
                Value::Object(fields) => {
                    let field = fields.remove(name).unwrap();
                    let mut more = good.clone();
                    more.pointer_mut(parent).unwrap()[format!("{name}_")] = field;
                    assert!(refused(&more), "{place} twice");
                }
                Value::Array(items) => {
                    let item = items.remove(name.parse().unwrap());
                    let mut more = good.clone();
                    more.pointer_mut(parent).unwrap().as_array_mut().unwrap().push(item);
                    assert!(refused(&more), "{place} twice");
                }
                _ => unreachable!(),
            }
            assert_eq!(refused(&bad), !optional, "without {place}");
        }
    }
}

#[test]
fn every_changed_character_of_a_checkpoint_is_refused() {
    let good = fork(5, 13, 11);
    for side in ["left", "right"] {
        let value: Value = serde_json::from_str(&good.render()).unwrap();
        let note = value[side].as_str().unwrap().to_owned();
        for (at, _) in note.char_indices() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let mut bad = value.clone();
            bad[side] = json!(changed);
            let proof = ForkProof::parse(bad.to_string().as_bytes());
            let forked = proof.and_then(|proof| proof.verify(&keys()));
            // A line that names nobody known any more accuses nobody; what is left must hold all the same.
            if let Ok(forked) = forked {
                assert_eq!(forked.left.len() + forked.right.len(), 5, "{side} {at}: {changed}");
            }
        }
    }
}

#[test]
fn only_one_form_is_read() {
    let good = fork(5, 13, 11).render();
    let malformed = |text: &str| matches!(ForkProof::parse(text.as_bytes()), Err(ForkError::Malformed(_)));
    assert!(!malformed(&good));
    let value: Value = serde_json::from_str(&good).unwrap();
    let fields = ["kind", "left", "right", "old_root", "consistency", "first_difference"];
    let list: Vec<_> = fields.iter().map(|field| value[field].clone()).collect();
    assert!(malformed(&json!(list).to_string()), "a list for an object");
    let mut inner = value.clone();
    inner["first_difference"]["left"] = json!([value["first_difference"]["left"]["link"], []]);
    assert!(malformed(&inner.to_string()), "a list for an object inside");
    let mut null = value.clone();
    null["first_difference"] = json!(null);
    assert!(malformed(&null.to_string()), "null for nothing");
    assert!(malformed(&good.replacen("{", "{\"kind\": \"jointledger/fork/v1\",", 1)), "a field twice");
    assert!(malformed(&good.replace("fork/v1", "fork/v2")));
    assert!(malformed(&good.replacen("\"entry\": 5", "\"entry\": 5.0", 1)));
    assert!(malformed(&format!("{good}x")));
    assert!(malformed(""));
    assert!(malformed(&" ".repeat(MAX_FORK_BYTES + 1)));
    let mut many = value;
    many["consistency"] = json!(vec![many["old_root"].clone(); 65]);
    assert!(malformed(&many.to_string()), "more hashes than a proof has");
}

#[test]
fn refuses_in_this_order() {
    let good = fork(5, 13, 11);
    let verify = |change: &dyn Fn(&mut ForkProof)| {
        let mut proof = good.clone();
        change(&mut proof);
        proof.verify(&keys()).unwrap_err()
    };
    let mut elsewhere = checkpoint_of(&leaves("right", 5, 11));
    elsewhere.origin = "other.example/ledger".into();
    let elsewhere = signed(&elsewhere, "log", &[("LT", 1)]);
    assert!(matches!(verify(&|proof| proof.right = elsewhere.clone()), ForkError::TwoLedgers(..)));
    let exchanged = verify(&|proof| std::mem::swap(&mut proof.left, &mut proof.right));
    assert_eq!(exchanged, ForkError::Order { left: 11, right: 13 });
    assert!(matches!(verify(&|proof| proof.old_root = Digest::ZERO), ForkError::Consistency(_)));
    assert!(matches!(verify(&|proof| proof.consistency.truncate(1)), ForkError::Consistency(_)));
    // Nobody is accused of a fork with the right root for the left one.
    let right = good.right.checkpoint().root;
    assert!(matches!(verify(&|proof| proof.old_root = right), ForkError::Consistency(_)));

    let (left, right) = (leaves("left", 5, 13), leaves("right", 5, 11));
    let at = |entry: u64| {
        let leaf = |leaves: &[Digest]| Leaf {
            link: leaves[entry as usize],
            path: tree::inclusion(&Leaves(leaves), entry, leaves.len() as u64).unwrap(),
        };
        Some(Difference { entry, left: leaf(&left), right: leaf(&right) })
    };
    for entry in 0..11 {
        let mut proof = good.clone();
        proof.first_difference = at(entry);
        let expected = match entry {
            0..5 => Err(ForkError::NoDifference(entry)),
            5 => Ok(Some(5)),
            _ => Err(ForkError::NotFirst(entry)),
        };
        assert_eq!(proof.verify(&keys()).map(|forked| forked.first_difference), expected);
    }
    let false_link = verify(&|proof| proof.first_difference.as_mut().unwrap().left.link = Digest::ZERO);
    assert!(matches!(false_link, ForkError::Path(Side::Left, 5, _)), "{false_link:?}");
    let other_entry = verify(&|proof| proof.first_difference.as_mut().unwrap().entry = 12);
    assert!(matches!(other_entry, ForkError::Path(..)), "{other_entry:?}");
}

#[test]
fn the_two_views_of_the_vectors_are_a_fork() {
    let read = |name: &str| {
        let path = format!("{}/../fixtures/vectors/c2sp/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    };
    let policy: Policy = String::from_utf8(read("policy.txt")).unwrap().parse().unwrap();
    let view = |name: &str| SignedCheckpoint::parse(&read(name)).unwrap();
    let (a, b) = (view("split-view-A.txt"), view("split-view-B.txt"));
    let old_root = a.checkpoint().root;
    let proof = ForkProof { left: a, right: b, old_root, consistency: vec![], first_difference: None };
    let proof = ForkProof::parse(proof.render().as_bytes()).unwrap();
    let forked = proof.verify(&policy.keys()).unwrap();
    let both: Vec<_> = forked.both.iter().map(ToString::to_string).collect();
    assert_eq!(both, ["ee.mod.example/w1", "ledger.example/joint"]);
    assert_eq!((forked.left.len(), forked.right.len(), forked.size), (3, 3, 13));
    // The log's key alone is enough to accuse the log.
    let log = policy.logs()[0].key.clone();
    assert_eq!(proof.verify(std::slice::from_ref(&log)).unwrap().both, [log.name].into());
}

/// Counts what it is asked for.
struct Counted<'a>(&'a [Vec<Digest>], &'a Cell<usize>);

impl Nodes for Counted<'_> {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Digest, NoSuchNode> {
        self.1.set(self.1.get() + 1);
        self.0[usize::from(level)].get(index as usize).copied().ok_or(NoSuchNode { level, index })
    }
}

/// Every complete subtree of a tree.
fn all_levels(leaves: Vec<Digest>) -> Vec<Vec<Digest>> {
    let mut levels = vec![leaves];
    while levels.last().unwrap().len() > 1 {
        let below = levels.last().unwrap();
        levels.push(below.chunks_exact(2).map(|pair| tree::node(&pair[0], &pair[1])).collect());
    }
    levels
}

#[test]
fn the_first_difference_is_found_in_few_hashes() {
    law(200, (1..5_000_u64, 0..5_000_u64), |(size, parts_at)| {
        let levels = |history| all_levels(leaves(history, parts_at, size));
        let asked = Cell::new(0);
        let (left, right) = (levels("left"), levels("right"));
        let found = first_difference(&Counted(&left, &asked), &Counted(&right, &asked), size).unwrap();
        assert_eq!(found, (parts_at < size).then_some(parts_at));
        assert!(asked.get() <= 2 * 2 * 13, "{} hashes for {size}", asked.get());
    });
    let nothing: &[Digest] = &[];
    assert_eq!(first_difference(&Leaves(nothing), &Leaves(nothing), 0), Ok(None));
    let outcome = first_difference(&Leaves(nothing), &Leaves(nothing), u64::MAX);
    assert!(outcome.is_err(), "a hash that is not there is said to be so");
}
