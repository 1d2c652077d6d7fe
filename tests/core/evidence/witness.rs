//! Witnesses (C2SP tlog-witness): what is cosigned, what is refused and in which order, and that a witness or a log
//! whose memory fails at any moment never vouches for two histories.

use std::cell::RefCell;

use ledger_core::domain::Digest;
use ledger_core::ledger::Signer;
use ledger_core::ledger::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use ledger_core::ledger::digest::link;
use ledger_core::ledger::note::{self, NoteError, SignatureLine};
use ledger_core::ledger::signer::SignerError;
use ledger_core::ledger::tree::{self, FromEmpty, Leaves, ProofError};
use ledger_core::ledger::witness::{CosignError, MAX_PROOF, MemoryLost, Refusal, Request, Witness};
use proptest::collection::vec;
use proptest::prelude::any;

use super::policy::{ORIGIN, log_key, signed, signer, witness_key};
use crate::laws::law;

/// A history: its entries from `parts_at` on are not those of another one.
pub(crate) fn leaves(history: &str, parts_at: u64, size: u64) -> Vec<Digest> {
    let name = |at| if at < parts_at { "common" } else { history };
    (0..size).map(|at| link(format!("{} {at}", name(at)).as_bytes())).collect()
}

pub(crate) fn checkpoint_of(leaves: &[Digest]) -> Checkpoint {
    let size = leaves.len() as u64;
    Checkpoint::new(ORIGIN, size, tree::root(&Leaves(leaves), size).unwrap())
}

fn request(leaves: &[Digest], old: u64) -> Request {
    let proof = tree::consistency(&Leaves(leaves), old, leaves.len() as u64).unwrap();
    Request { old, proof, checkpoint: signed(&checkpoint_of(leaves), "log", &[]) }
}

fn witness(latest: Option<&[Digest]>) -> Witness {
    let latest = latest.map(|leaves| {
        let checkpoint = checkpoint_of(leaves);
        (checkpoint.size, checkpoint.root)
    });
    Witness { origin: ORIGIN.into(), logs: vec![log_key()], latest }
}

/// The same request with another checkpoint under the log's signature.
fn resigned(mut request: Request, change: impl Fn(&mut Checkpoint)) -> Request {
    let mut checkpoint = request.checkpoint.checkpoint().clone();
    change(&mut checkpoint);
    request.checkpoint = signed(&checkpoint, "log", &[]);
    request
}

#[test]
fn a_request_is_written_in_one_form_and_read_again() {
    let all = leaves("", 0, 13);
    for old in [0, 1, 5, 8, 13] {
        let request = request(&all, old);
        assert_eq!(Request::parse(request.to_string().as_bytes()), Ok(request));
    }
    let good = request(&all, 5).to_string();
    let hash = good.lines().nth(1).unwrap();
    for bad in [
        good.replace("old 5", "old 05"),
        good.replace("old 5", "old +5"),
        good.replace("old 5", "old  5"),
        good.replace("old 5", "OLD 5"),
        good.replace("old 5", "old"),
        good.replace("old 5", "old -1"),
        good.replace("old 5", "old 18446744073709551616"),
        good.replacen(hash, &hash[..43], 1),
        good.replacen(hash, &format!("{hash} "), 1),
        good.replacen(hash, "AAAA", 1),
        good.replacen("\n\n", "\n", 2),
        good.replacen("\n\n", "\n\n\n", 1),
        good.replace('\n', "\r\n"),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!(" {good}"),
        String::new(),
        "old 0\n\n".to_owned(),
    ] {
        let refusal = Request::parse(bad.as_bytes()).unwrap_err();
        assert_eq!(refusal.status(), 400, "{bad:?}");
    }
    assert_eq!(Request::parse(b"old 0\n\n\xff").unwrap_err().status(), 400);

    let with = |hashes: usize| good.replacen(hash, &vec![hash; hashes].join("\n"), 1);
    let further = good.split("\n\n").next().unwrap().lines().count() - 2;
    assert!(Request::parse(with(MAX_PROOF - further).as_bytes()).is_ok());
    let refusal = Request::parse(with(MAX_PROOF - further + 1).as_bytes()).unwrap_err();
    assert_eq!(refusal, Refusal::Malformed("it has more than 63 hashes"));

    let long = resigned(request(&all, 5), |checkpoint| checkpoint.extensions.push("x".repeat(65_536)));
    assert!(matches!(Request::parse(long.to_string().as_bytes()), Err(Refusal::Malformed(_))));
    let huge = format!("old 0\n{}", "x".repeat(1_004_000));
    assert!(matches!(Request::parse(huge.as_bytes()), Err(Refusal::Malformed(_))));
}

#[test]
fn cosigns_whatever_extends_the_last() {
    let all = leaves("", 0, 40);
    for new in 0..=40 {
        for old in 0..=new {
            let (before, now) = (&all[..old as usize], &all[..new as usize]);
            let witness = witness((old > 0).then_some(before));
            assert_eq!(witness.decide(&request(now, old)), Ok(checkpoint_of(now)), "{old} to {new}");
        }
    }
    // A checkpoint may have lines of which the witness knows nothing; they are cosigned too.
    let extended = resigned(request(&all, 0), |checkpoint| checkpoint.extensions.push("more".into()));
    assert_eq!(witness(None).decide(&extended).unwrap().to_string(), extended.checkpoint.note().text());
}

#[test]
fn refuses_with_the_status_of_the_standard() {
    let all = leaves("", 0, 13);
    let other = leaves("other", 5, 13);
    let witness = witness(Some(&all[..8]));
    let refused = |request: &Request| {
        let refusal = witness.decide(request).unwrap_err();
        (refusal.status(), refusal)
    };
    let good = request(&all, 8);
    assert!(witness.decide(&good).is_ok());

    let elsewhere = resigned(good.clone(), |checkpoint| checkpoint.origin = "other.example/ledger".into());
    assert_eq!(refused(&elsewhere), (404, Refusal::UnknownOrigin));

    let mut unsigned = good.clone();
    unsigned.checkpoint = signed(&checkpoint_of(&all), "stranger", &[("EE1", 1), ("LV", 1)]);
    assert_eq!(refused(&unsigned), (403, Refusal::NotSigned(NoteError::NobodyKnown)));
    let mut forged = good.clone();
    forged.checkpoint.add(note::sign(&log_key().name, "another text\n", &signer("log")).unwrap());
    assert!(matches!(refused(&forged), (403, Refusal::NotSigned(NoteError::FalseSignature { .. }))));

    let mut above = good.clone();
    above.old = 14;
    assert_eq!(refused(&above), (400, Refusal::OldAboveNew { old: 14, new: 13 }));

    for old in [0, 7, 9, 13] {
        let (status, refusal) = refused(&request(&all, old));
        assert_eq!((status, refusal.body().as_str()), (409, "8\n"), "{old}");
        assert_eq!(refusal, Refusal::Conflict { old, latest: 8 });
    }

    let inconsistent = |request: &Request| match refused(request) {
        (422, Refusal::Inconsistent { old: 8, why }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(inconsistent(&request(&other, 8)), ProofError::OtherRoot);
    let mut short = request(&all, 8);
    short.proof.pop();
    assert!(matches!(inconsistent(&short), ProofError::Length(_)));
    let mut long = request(&all, 8);
    long.proof.push(Digest::ZERO);
    assert!(matches!(inconsistent(&long), ProofError::Length(_)));
    let root = resigned(good.clone(), |checkpoint| checkpoint.root = Digest::ZERO);
    assert_eq!(inconsistent(&root), ProofError::OtherRoot);

    // The same size: the same root, and nothing to prove.
    let same = request(&all[..8], 8);
    assert!(witness.decide(&same).is_ok());
    assert_eq!(inconsistent(&request(&other[..8], 8)), ProofError::OtherRoot);
    let mut proven = same;
    proven.proof.push(Digest::ZERO);
    assert!(matches!(inconsistent(&proven), ProofError::Length(1)));
}

#[test]
fn begins_with_an_empty_proof() {
    let all = leaves("", 0, 13);
    let fresh = witness(None);
    let mut proven = request(&all, 0);
    proven.proof.push(Digest::ZERO);
    assert_eq!(fresh.decide(&proven).unwrap_err().status(), 422);
    let refusal = fresh.decide(&request(&all, 8)).unwrap_err();
    assert_eq!((refusal.status(), refusal.body().as_str()), (409, "0\n"));
    // Nothing has one root only.
    assert!(fresh.decide(&request(&[], 0)).is_ok());
    let nothing = resigned(request(&[], 0), |checkpoint| checkpoint.root = Digest::ZERO);
    assert_eq!(fresh.decide(&nothing).unwrap_err().status(), 422);
    assert_eq!(witness(Some(&[])).decide(&nothing).unwrap_err().status(), 422);
    assert!(witness(Some(&[])).decide(&request(&all, 0)).is_ok());
}

#[test]
fn says_the_first_thing_that_is_wrong() {
    // Everything is wrong at once; what is mended uncovers the next.
    let all = leaves("", 0, 13);
    let witness = witness(Some(&all[..8]));
    let other = leaves("other", 5, 13);
    let mut request = request(&other, 8);
    request.old = 14;
    let mut checkpoint = checkpoint_of(&other);
    checkpoint.origin = "other.example/ledger".into();
    request.checkpoint = signed(&checkpoint, "stranger", &[]);
    let mut statuses = Vec::new();
    let mut next =
        |request: &Request| statuses.push(witness.decide(request).map_or_else(|no| no.status(), |_| 200));
    next(&request);
    request.checkpoint = signed(&checkpoint_of(&other), "stranger", &[]);
    next(&request);
    request.checkpoint = signed(&checkpoint_of(&other), "log", &[]);
    next(&request);
    request.old = 7;
    next(&request);
    request.old = 8;
    next(&request);
    request.checkpoint = signed(&checkpoint_of(&all), "log", &[]);
    request.proof = tree::consistency(&Leaves(&all), 8, 13).unwrap();
    next(&request);
    assert_eq!(statuses, [404, 403, 400, 409, 422, 200]);
}

#[test]
fn a_witness_key_among_the_logs_is_no_log() {
    let all = leaves("", 0, 13);
    let mut witness = witness(None);
    witness.logs.push(witness_key("EE1"));
    let mut request = request(&all, 0);
    request.checkpoint = signed(&checkpoint_of(&all), "stranger", &[("EE1", 1)]);
    assert_eq!(witness.decide(&request).unwrap_err().status(), 403);
}

/// A key that is locked.
struct Locked;

impl Signer for Locked {
    fn public_key(&self) -> [u8; 32] {
        signer("EE1").public_key()
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignerError> {
        Err(SignerError::Refused("locked".into()))
    }
}

#[test]
fn nothing_is_given_out_that_is_not_remembered() {
    let all = leaves("", 0, 13);
    let name = witness_key("EE1").name;
    let mut witness = witness(None);
    let memory = RefCell::new(Vec::new());
    let keep = |bytes: &[u8]| -> Result<(), &str> {
        memory.borrow_mut().push(bytes.to_vec());
        Ok(())
    };
    let line = witness.cosign(&request(&all[..8], 0), &name, 100, &signer("EE1"), keep).unwrap();
    assert_eq!(witness.latest, Some((8, checkpoint_of(&all[..8]).root)));
    let remembered = SignedCheckpoint::parse(memory.borrow().last().unwrap()).unwrap();
    assert_eq!(remembered.checkpoint(), &checkpoint_of(&all[..8]));
    assert_eq!(remembered.note().signatures(), [line]);

    // Not remembered, not signed, refused: nothing changes.
    let before = witness.clone();
    let outcome = witness.cosign(&request(&all, 8), &name, 101, &signer("EE1"), |_| Err("the disk is full"));
    assert!(matches!(outcome, Err(CosignError::Memory("the disk is full"))));
    assert!(matches!(
        witness.cosign(&request(&all, 8), &name, 101, &Locked, keep),
        Err(CosignError::Signer(_))
    ));
    let outcome = witness.cosign(&request(&all, 7), &name, 101, &signer("EE1"), keep);
    assert!(matches!(outcome, Err(CosignError::Refused(Refusal::Conflict { old: 7, latest: 8 }))));
    assert_eq!((witness, memory.borrow().len()), (before, 1));
}

#[test]
fn a_log_keeps_the_same_rule() {
    let all = leaves("", 0, 13);
    let other = leaves("other", 5, 13);
    let mut log = witness(None);
    let memory = RefCell::new(Vec::new());
    let mut sign = |leaves: &[Digest], old: u64| {
        let proof = tree::consistency(&Leaves(leaves), old, leaves.len() as u64).unwrap();
        log.sign(&checkpoint_of(leaves), &proof, &signer("log"), |bytes| -> Result<(), &str> {
            *memory.borrow_mut() = bytes.to_vec();
            Ok(())
        })
    };
    let line = sign(&all[..8], 0).unwrap();
    let signed = SignedCheckpoint::new(checkpoint_of(&all[..8]), line).unwrap();
    assert!(signed.note().open(&[log_key()]).is_ok());
    assert_eq!(signed.to_string().as_bytes(), *memory.borrow());
    assert!(sign(&all[..8], 8).is_ok(), "the same again");
    for (leaves, old) in [(&other[..], 8), (&other[..8], 8), (&all[..], 5), (&all[..5], 5)] {
        assert!(matches!(sign(leaves, old), Err(CosignError::Refused(_))), "{old} to {}", leaves.len());
    }
    assert!(sign(&all, 8).is_ok());
    let mut elsewhere = checkpoint_of(&all);
    elsewhere.origin = "other.example/ledger".into();
    let outcome = log.sign(&elsewhere, &[], &signer("log"), |_| Ok::<(), &str>(()));
    assert!(matches!(outcome, Err(CosignError::Refused(Refusal::UnknownOrigin))));
}

#[test]
fn a_memory_that_is_damaged_or_anothers_is_never_taken_for_none() {
    let all = leaves("", 0, 13);
    let own = [witness_key("EE1"), witness_key("EE2")];
    let resume = |bytes: Option<&[u8]>| Witness::resume(ORIGIN, vec![log_key()], &own, bytes);
    let text = |checkpoint: &Checkpoint, seed: &str| {
        let line = note::cosign(&witness_key(seed).name, &checkpoint.to_string(), 7, &signer(seed)).unwrap();
        SignedCheckpoint::new(checkpoint.clone(), line).unwrap().to_string()
    };
    let good = text(&checkpoint_of(&all), "EE2");
    assert_eq!(resume(None).unwrap(), witness(None));
    assert_eq!(resume(Some(good.as_bytes())).unwrap(), witness(Some(&all)));

    assert!(matches!(resume(Some(b"")), Err(MemoryLost::Unreadable(CheckpointError::Note(_)))));
    assert!(matches!(resume(Some(text(&checkpoint_of(&all), "LV").as_bytes())), Err(MemoryLost::NotOurs(_))));
    let mut elsewhere = checkpoint_of(&all);
    elsewhere.origin = "other.example/ledger".into();
    assert!(matches!(resume(Some(text(&elsewhere, "EE2").as_bytes())), Err(MemoryLost::OtherOrigin(_))));
    for cut in 0..good.len() {
        assert!(resume(Some(&good.as_bytes()[..cut])).is_err(), "cut at {cut}");
    }
    for at in 0..good.len() {
        for bit in [1, 128] {
            let mut bad = good.clone().into_bytes();
            bad[at] ^= bit;
            assert!(resume(Some(&bad)).is_err(), "byte {at}");
        }
    }
}

#[test]
fn an_old_copy_of_the_memory_is_noticed() {
    let all = leaves("", 0, 13);
    let other = leaves("other", 5, 13);
    let own = [witness_key("EE1")];
    let compare = |latest: Option<&[Digest]>, found: &[Digest], by: &str| {
        witness(latest).compare(&own, &signed(&checkpoint_of(found), "log", &[(by, 1)]))
    };
    assert_eq!(compare(Some(&all), &all, "EE1"), Ok(()));
    assert_eq!(compare(Some(&all), &all[..5], "EE1"), Ok(()));
    assert_eq!(compare(Some(&all[..5]), &all, "LV"), Ok(()), "another's");
    assert_eq!(compare(Some(&all[..5]), &all, "EE1"), Err(MemoryLost::Behind { remembered: 5, signed: 13 }));
    assert_eq!(compare(None, &all, "EE1"), Err(MemoryLost::Behind { remembered: 0, signed: 13 }));
    assert_eq!(compare(Some(&all), &other, "EE1"), Err(MemoryLost::Contradicted(13)));
    let mut elsewhere = checkpoint_of(&all);
    elsewhere.origin = "other.example/ledger".into();
    assert_eq!(witness(None).compare(&own, &signed(&elsewhere, "log", &[("EE1", 1)])), Ok(()));
}

/// What happens to one request.
#[derive(Debug, Clone, Copy)]
struct Turn {
    forked: bool,
    old: u64,
    new: u64,
    /// 0: killed before anything is kept; 1: kept, and killed before the answer; else: answered.
    fate: u8,
}

#[test]
fn whatever_is_asked_and_whenever_it_is_killed_all_cosignatures_extend_one_another() {
    const SIZE: u64 = 12;
    let (main, other) = (leaves("", 0, SIZE), leaves("other", 3, SIZE));
    let turns = (any::<bool>(), 0..=SIZE, 0..=SIZE, 0..4_u8);
    law(300, vec(turns, 1..20), |turns| {
        let own = [witness_key("EE1")];
        let mut disk: Option<Vec<u8>> = None;
        let mut given: Vec<(Checkpoint, SignatureLine)> = Vec::new();
        for (forked, old, new, fate) in turns {
            let turn = Turn { forked, old, new, fate };
            let history = if turn.forked { &other } else { &main };
            // A new process every time.
            let mut witness = Witness::resume(ORIGIN, vec![log_key()], &own, disk.as_deref()).unwrap();
            // Half of the askers know where the witness stands.
            let old = if turn.fate.is_multiple_of(2) {
                turn.old
            } else {
                witness.latest.map_or(0, |(size, _)| size)
            };
            let history = &history[..turn.new as usize];
            let proof = tree::consistency(&Leaves(history), old, turn.new).unwrap_or_default();
            let request = Request { old, proof, checkpoint: signed(&checkpoint_of(history), "log", &[]) };
            let outcome =
                witness.cosign(&request, &own[0].name, 100, &signer("EE1"), |bytes| match turn.fate {
                    0 => Err("killed"),
                    _ => {
                        disk = Some(bytes.to_vec());
                        if turn.fate == 1 { Err("killed") } else { Ok(()) }
                    }
                });
            if let Ok(line) = outcome {
                given.push((checkpoint_of(history), line));
            }
        }
        for (one, _) in &given {
            for (two, _) in given.iter().filter(|(two, _)| two.size >= one.size) {
                let extends = [&main, &other].into_iter().any(|history| {
                    let history = &history[..two.size as usize];
                    let proof = tree::consistency(&Leaves(history), one.size, two.size).unwrap();
                    let accepted = FromEmpty::Accepted;
                    tree::verify_consistency(one.size, two.size, &proof, &one.root, &two.root, accepted)
                        .is_ok()
                });
                assert!(extends, "cosigned {one} and {two}");
            }
        }
    });
}
