//! The vectors of `fixtures/vectors/c2sp`: RFC 6962 trees, C2SP notes, checkpoints, proofs, tiles and a policy that
//! another program made. Each case gets the verdict that its maker expects, for the reason that he gives.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::Digest;
use ledger_core::ledger::SeedSigner;
use ledger_core::ledger::checkpoint::{CheckpointError, SignedCheckpoint};
use ledger_core::ledger::digest::{link, sha256};
use ledger_core::ledger::note::{self, NoteError, VerifierKey};
use ledger_core::ledger::policy::{Policy, PolicyError};
use ledger_core::ledger::proof::{Proof, ProofFileError, join_entries, split_entries};
use ledger_core::ledger::tree::{self, FromEmpty, Frontier, Leaves, ProofError};
use serde_json::Value;

const LOG: &str = "ledger.example/joint";

fn read(name: &str) -> Vec<u8> {
    let path = format!("{}/../fixtures/vectors/c2sp/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&read(name)).unwrap()
}

fn policy() -> Policy {
    std::str::from_utf8(&read("policy.txt")).unwrap().parse().unwrap()
}

/// The policy with another number of witnesses.
fn policy_of(enough: &str) -> Policy {
    let text = String::from_utf8(read("policy.txt")).unwrap();
    text.replace("group ministries all", &format!("group ministries {enough}")).parse().unwrap()
}

fn leaf(index: u64) -> Digest {
    link(format!("entry {index}").as_bytes())
}

fn leaves(size: u64) -> Vec<Digest> {
    (0..size).map(leaf).collect()
}

fn digest(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

fn path(value: &Value) -> Vec<Digest> {
    value.as_array().unwrap().iter().map(digest).collect()
}

/// Why a checkpoint of the cases is not trusted.
#[derive(Debug)]
enum Verdict {
    Read(CheckpointError),
    Trusted(PolicyError),
}

fn judge(name: &str, policy: &Policy) -> Result<SignedCheckpoint, Verdict> {
    let bytes = read(name);
    let signed = SignedCheckpoint::parse(&bytes).map_err(Verdict::Read)?;
    assert_eq!(signed.to_string().as_bytes(), bytes, "{name} is written as it was read");
    policy.check(&signed).map_err(Verdict::Trusted)?;
    Ok(signed)
}

#[test]
fn keys_and_policy_are_read_and_written_as_they_stand() {
    let keys = json("keys.json");
    for (name, key) in keys.as_object().unwrap() {
        let vkey = key["vkey"].as_str().unwrap();
        let read: VerifierKey = vkey.parse().unwrap();
        assert_eq!(read.to_string(), vkey, "{name}");
        assert_eq!(read.id().to_string(), key["key_id_hex"].as_str().unwrap());
        assert_eq!(read.key.to_string(), key["public_hex"].as_str().unwrap());
        assert_eq!(read.name.as_str(), key["name"].as_str().unwrap());
    }
    let text = String::from_utf8(read("policy.txt")).unwrap();
    let without_comment = text.strip_prefix("# C2SP tlog-policy\n").unwrap();
    assert_eq!(policy().to_string(), without_comment);
    assert_eq!(policy().tolerance().faulty, Some(2));
    assert_eq!((policy().tolerance().offline, policy_of("2").tolerance().faulty), (0, Some(0)));
}

#[test]
fn checkpoints_are_those_of_the_tree_and_signed_with_our_functions() {
    let keys = json("keys.json");
    let signer = |who: &str| {
        let seed = hex::decode(keys[who]["seed_hex"].as_str().unwrap()).unwrap();
        SeedSigner::from_seed(seed.try_into().unwrap())
    };
    let name = |who: &str| keys[who]["name"].as_str().unwrap().parse().unwrap();
    for size in [0, 1, 13, 257, 70_000] {
        let signed = judge(&format!("checkpoint.{size}"), &policy()).unwrap();
        let checkpoint = signed.checkpoint();
        let mut frontier = Frontier::EMPTY;
        (0..size).for_each(|at| frontier.push(leaf(at)));
        assert_eq!((checkpoint.size, checkpoint.root), (size, frontier.root()));
        // Ed25519 is deterministic: we write the same lines.
        let text = signed.note().text();
        let times: BTreeMap<_, _> =
            policy().check(&signed).unwrap().cosigned.into_iter().map(|by| (by.witness, by.time)).collect();
        let mut lines = vec![note::sign(&name("log"), text, &signer("log")).unwrap()];
        for who in ["ee", "lv", "lt"] {
            lines.push(note::cosign(&name(who), text, times[who], &signer(who)).unwrap());
        }
        assert_eq!(signed.note().signatures(), lines);
    }
}

#[test]
fn every_case_gets_its_verdict() {
    use CheckpointError::{Malformed, Note};
    let policy = policy();
    let mut judged = BTreeSet::new();
    let mut verdict = |case: &str| {
        judged.insert(case.to_owned());
        judge(&format!("bad-{case}.txt"), &policy).expect_err(case)
    };
    let size = verdict("leading-zero-size");
    assert!(matches!(size, Verdict::Read(Malformed("its second line is no size in decimal digits"))));
    for case in ["short-root", "noncanonical-base64"] {
        let root = verdict(case);
        let expected = "its third line is no SHA-256 digest in base64";
        assert!(matches!(root, Verdict::Read(Malformed(why)) if why == expected), "{case}: {root:?}");
    }
    let origin = verdict("empty-origin");
    assert!(matches!(origin, Verdict::Read(Malformed("its first line, the origin, is empty"))), "{origin:?}");
    let note = |case: Verdict| match case {
        Verdict::Read(Note(error)) | Verdict::Trusted(PolicyError::Note(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(note(verdict("no-final-newline")), NoteError::Malformed("its last line has no end"));
    // With carriage returns the empty line is none either.
    for case in ["no-blank-line", "crlf"] {
        let blank = note(verdict(case));
        assert_eq!(blank, NoteError::Malformed("no empty line stands before the signatures"), "{case}");
    }
    let false_one = note(verdict("known-key-bad-sig"));
    assert!(
        matches!(&false_one, NoteError::FalseSignature { name, .. } if name.as_str() == LOG),
        "{false_one:?}"
    );
    assert_eq!(note(verdict("only-unknown-key")), NoteError::NobodyKnown);
    // Signed by our log's key: only who knows which ledger he means refuses it.
    let other = verdict("other-origin");
    assert!(matches!(other, Verdict::Trusted(PolicyError::Origin { .. })), "{other:?}");
    // A witness's key as a plain one has another id, and so is not known.
    assert_eq!(note(verdict("cosig-as-plain")), NoteError::NobodyKnown);
    let time = note(verdict("cosig-time-changed"));
    assert!(matches!(&time, NoteError::FalseSignature { name, .. } if name.as_str() == "ee.mod.example/w1"));

    // 17 lines are read; the log's is among them, the other 16 are of keys that nobody knows.
    let many = SignedCheckpoint::parse(&read("seventeen-sigs.txt")).unwrap();
    assert_eq!(many.note().signatures().len(), 17);
    let by = many.note().open(&policy.keys()).unwrap();
    assert!(by.by.iter().any(|by| by.key.name.as_str() == LOG), "{by:?}");

    // Two views, each good for two of three; three of three trusts neither.
    for view in ["split-view-A.txt", "split-view-B.txt"] {
        assert!(judge(view, &policy_of("2")).is_ok());
        let missing = judge(view, &policy);
        assert!(matches!(missing, Err(Verdict::Trusted(PolicyError::Quorum { .. }))), "{missing:?}");
    }

    let cases = json("cases.json");
    let known = cases
        .as_object()
        .unwrap()
        .keys()
        .map(|case| case.split_once(' ').map_or(&case[..], |(case, _)| case));
    let expected: BTreeSet<String> = known
        .filter(|case| {
            !case.starts_with("tlog-proof") && !["seventeen-sigs", "split-view-A.txt"].contains(case)
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(judged, expected, "every case of cases.json is judged");
}

#[test]
fn proofs_get_their_verdict() {
    let proof = |name: &str| Proof::parse(&read(name));
    for (name, index, extra) in [
        ("good.tlog-proof", 5, None),
        ("good-size1.tlog-proof", 0, None),
        ("good-extra.tlog-proof", 256, Some(&b"ministry ref 7"[..])),
    ] {
        let proof = proof(name).unwrap();
        assert_eq!(proof.to_string().as_bytes(), read(name), "{name}");
        assert_eq!((proof.index, proof.extra.as_deref()), (index, extra), "{name}");
        policy().check(&proof.checkpoint).unwrap();
        assert_eq!(proof.verify_leaf(&leaf(index)), Ok(()), "{name}");
        assert!(proof.verify_leaf(&leaf(index + 1)).is_err(), "{name}");
    }
    let outcome = proof("bad-tlog-proof-index.txt");
    assert_eq!(outcome, Err(ProofFileError::Malformed("it has no index in decimal digits")));
    let refused = |name: &str, index: u64| {
        let proof = proof(name).unwrap();
        policy().check(&proof.checkpoint).unwrap();
        proof.verify_leaf(&leaf(index)).unwrap_err()
    };
    let wrong = proof("bad-tlog-proof-wrong-index.txt").unwrap().index;
    assert_ne!(wrong, 5);
    // Neither as the entry that it is of, nor as the one that it names.
    assert_eq!(refused("bad-tlog-proof-wrong-index.txt", 5), ProofError::OtherRoot);
    assert_eq!(refused("bad-tlog-proof-wrong-index.txt", wrong), ProofError::OtherRoot);
    assert_eq!(refused("bad-tlog-proof-truncated.txt", 5), ProofError::Length(3));
    assert_eq!(refused("bad-tlog-proof-extra-hash.txt", 5), ProofError::Length(5));
}

#[test]
fn tiles_and_entry_bundles_are_the_tree_and_the_entries() {
    let all = leaves(257);
    let bytes = |hashes: &[Digest]| hashes.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>();
    assert_eq!(read("tile-0-000"), bytes(&all[..256]));
    assert_eq!(read("tile-0-001.p-1"), bytes(&all[256..]));
    assert_eq!(read("tile-1-000.p-1"), bytes(&[tree::root(&Leaves(&all), 256).unwrap()]));
    let entries: Vec<_> = (0..13).map(|at| format!("entry {at}").into_bytes()).collect();
    let bundle = read("entries-000.p-13");
    assert_eq!(split_entries(&bundle).unwrap(), entries);
    assert_eq!(join_entries(entries.iter().map(Vec::as_slice)).unwrap(), bundle);
}

#[test]
fn the_tree_has_the_roots_and_proofs_of_the_vectors() {
    let vectors = json("merkle.json");
    let object = |name: &str| vectors[name].as_object().unwrap_or_else(|| panic!("{name}")).clone();
    for (index, hash) in object("leaf_hash") {
        assert_eq!(leaf(index.parse().unwrap()), digest(&hash));
    }
    let roots = object("roots");
    let largest: u64 = roots.keys().map(|size| size.parse().unwrap()).max().unwrap();
    let (mut frontier, mut seen) = (Frontier::EMPTY, 0);
    for size in 0..=largest {
        if let Some(root) = roots.get(&size.to_string()) {
            assert_eq!(frontier.root(), digest(root), "{size}");
            seen += 1;
        }
        frontier.push(leaf(size));
    }
    assert_eq!(seen, roots.len());

    let all = leaves(largest);
    let root = |size: &Value| digest(&roots[&size.to_string()]);
    let list = |name: &str| vectors[name].as_array().unwrap_or_else(|| panic!("{name}")).clone();
    let inclusion = list("inclusion");
    for case in &inclusion {
        let (index, size) = (case["index"].as_u64().unwrap(), case["size"].as_u64().unwrap());
        let path = path(&case["proof"]);
        assert_eq!(tree::inclusion(&Leaves(&all), index, size).unwrap(), path, "{index} in {size}");
        assert_eq!(tree::verify_inclusion(index, size, &leaf(index), &path, &root(&case["size"])), Ok(()));
    }
    let consistency = list("consistency");
    for case in &consistency {
        let (old, new) = (case["old"].as_u64().unwrap(), case["new"].as_u64().unwrap());
        let proof = path(&case["proof"]);
        assert_eq!(tree::consistency(&Leaves(&all), old, new).unwrap(), proof, "{old} to {new}");
        let (old_root, new_root) = (root(&case["old"]), root(&case["new"]));
        let held = tree::verify_consistency(old, new, &proof, &old_root, &new_root, FromEmpty::Refused);
        assert_eq!(held, Ok(()), "{old} to {new}");
    }
    assert!(inclusion.len() > 10 && consistency.len() > 10);
}

#[test]
fn all_proofs_of_small_trees_together_have_the_digest_of_the_vectors() {
    let vectors = json("merkle.json");
    let all = leaves(130);
    let (mut inclusion, mut consistency) = (String::new(), String::new());
    let line = |text: &mut String, from: u64, size: u64, proof: Vec<Digest>| {
        let hashes: String = proof.iter().map(|hash| format!(" {hash}")).collect();
        text.push_str(&format!("{from} {size}{hashes}\n"));
    };
    for size in 1..=130 {
        for index in 0..size {
            line(&mut inclusion, index, size, tree::inclusion(&Leaves(&all), index, size).unwrap());
        }
        for old in 1..=size {
            line(&mut consistency, old, size, tree::consistency(&Leaves(&all), old, size).unwrap());
        }
    }
    let accumulated = &vectors["accumulated"];
    assert_eq!(sha256(&[inclusion.as_bytes()]), digest(&accumulated["inclusion"]));
    assert_eq!(sha256(&[consistency.as_bytes()]), digest(&accumulated["consistency"]));
}
