//! Policies (C2SP tlog-policy): read strictly, written in one form, held against checkpoints; and what they tolerate,
//! compared with every possible quorum.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::{Digest, Origin, Party, PublicKey};
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::note::{self, Algorithm, NoteError, VerifierKey};
use ledger_core::ledger::policy::{MAX_LINES, Policy, PolicyError, Tolerance};
use ledger_core::ledger::{SeedSigner, Signer};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;

use crate::laws::law;

pub(crate) const ORIGIN: &str = "baltic.example/ledger";

pub(crate) fn signer(seed: &str) -> SeedSigner {
    SeedSigner::from_seed(*sha256(&[b"test-only policy key: ", seed.as_bytes()]).as_bytes())
}

pub(crate) fn key(name: &str, algorithm: Algorithm, seed: &str) -> VerifierKey {
    let key = PublicKey::new(signer(seed).public_key());
    VerifierKey { name: name.parse().unwrap(), algorithm, key }
}

pub(crate) fn log_key() -> VerifierKey {
    key(ORIGIN, Algorithm::Ed25519, "log")
}

/// The key of a party's witness; `seed` begins with the party.
pub(crate) fn witness_key(seed: &str) -> VerifierKey {
    key(&format!("baltic.example/{}", &seed[..2]), Algorithm::CosignatureV1, seed)
}

pub(crate) fn signed(checkpoint: &Checkpoint, log: &str, cosigners: &[(&str, u64)]) -> SignedCheckpoint {
    let text = checkpoint.to_string();
    let line = note::sign(&checkpoint.origin.parse().unwrap(), &text, &signer(log)).unwrap();
    let mut signed = SignedCheckpoint::new(checkpoint.clone(), line).unwrap();
    for (seed, time) in cosigners {
        signed.add(note::cosign(&witness_key(seed).name, &text, *time, &signer(seed)).unwrap());
    }
    signed
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, 13, Digest::new([7; 32]))
}

fn text(lines: &[&str]) -> String {
    let keys = [("LOG", log_key()), ("EE1", witness_key("EE1")), ("EE2", witness_key("EE2"))];
    let more = [("LV", witness_key("LV")), ("LT", witness_key("LT")), ("SE", witness_key("SE"))];
    let mut text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    for (name, key) in keys.into_iter().chain(more) {
        text = text.replace(&format!("<{name}>"), &key.to_string());
    }
    text
}

fn policy(lines: &[&str]) -> Policy {
    text(lines).parse().unwrap()
}

const BALTIC: &[&str] = &[
    "log <LOG>",
    "witness EE-1 <EE1>",
    "witness EE-2 <EE2> https://ee.example/",
    "witness LV <LV>",
    "witness LT <LT>",
    "group EE any EE-1 EE-2",
    "group ministries 2 EE LV LT",
    "quorum ministries",
];

#[test]
fn is_written_in_one_form_and_read_again() {
    assert_eq!(policy(BALTIC).to_string(), text(BALTIC));
    let loose = policy(&[
        "# whom we trust",
        "",
        " \t ",
        "\twitness  LV \t <LV>  ",
        "witness EE-1 <EE1>",
        "log <LOG> https://log.example/",
        "  # the end",
        "group one 1 EE-1",
        "group both 2 one LV",
        "quorum both",
        "#",
    ]);
    let strict = text(&[
        "log <LOG> https://log.example/",
        "witness LV <LV>",
        "witness EE-1 <EE1>",
        "group one all EE-1",
        "group both all one LV",
        "quorum both",
    ]);
    assert_eq!(loose.to_string(), strict);
    assert_eq!(strict.parse::<Policy>().unwrap(), loose);
    assert_eq!(policy(&["quorum none"]).to_string(), "quorum none\n");
    assert_eq!(policy(&["witness LV <LV>", "quorum LV"]).witnesses().len(), 1);
}

#[test]
fn is_read_strictly() {
    let at = |lines: &[&str]| match text(lines).parse::<Policy>() {
        Err(PolicyError::Line { line, .. }) => line,
        other => panic!("{lines:?}: {other:?}"),
    };
    let witness = "witness EE <EE1>";
    let bad: &[&[&str]] = &[
        &["log"],
        &["log <LOG> url more"],
        &["log <EE1>"],
        &["log nonsense"],
        &["logs <LOG>"],
        &["LOG <LOG>"],
        &["log\u{a0}<LOG>"],
        &["log <LOG>\r"],
        &["# a bell \u{7}"],
        &["witness EE"],
        &["witness <EE1>"],
        &["witness EE <LOG>"],
        &["witness EE <EE1> url more"],
        &["witness none <EE1>"],
        &["group g"],
        &["group g all"],
        &["group g any"],
        &["group g any EE"],
        &["quorum EE"],
        &["quorum"],
        &["quorum none none"],
    ];
    for lines in bad {
        assert_eq!(at(lines), 1, "{lines:?}");
    }
    for second in [
        "witness EE <LV>",
        "witness other <EE1>",
        "group g 0 EE",
        "group g 2 EE",
        "group g 01 EE",
        "group g +1 EE",
        "group g most EE",
        "group g 1",
        "group g any none",
        "group g any g",
        "group g all EE EE",
        "group EE all EE",
        "group none all EE",
        "quorum ee",
    ] {
        assert_eq!(at(&[witness, second, "quorum none"]), 2, "{second}");
    }
    assert_eq!(at(&["log <LOG>", "log <LOG>", "quorum none"]), 2);
    assert_eq!(at(&[witness, "group g any EE", "group h any EE", "quorum none"]), 3);
    assert_eq!(at(&[witness, "group g any EE", "group h any g", "group i any g", "quorum none"]), 4);
    assert_eq!(at(&["quorum none", "quorum none"]), 2);
    assert_eq!(at(&["quorum EE", witness]), 1, "a name is defined before it is used");
    let long = format!("witness {} <EE1>", "x".repeat(256));
    assert_eq!(at(&[&long, "quorum none"]), 1);

    let malformed = |text: &str| matches!(text.parse::<Policy>(), Err(PolicyError::Malformed(_)));
    assert!(malformed(""), "nothing");
    assert!(malformed("quorum none"), "the last line has no end");
    assert!(malformed("\n"), "no quorum");
    assert!(malformed(&format!("#{}\nquorum none\n", "x".repeat(1_000_000))));
    let lines = |count: usize| format!("{}quorum none\n", "\n".repeat(count - 1));
    assert!(lines(MAX_LINES).parse::<Policy>().is_ok());
    assert!(malformed(&lines(MAX_LINES + 1)));
}

#[test]
fn one_key_is_not_two_witnesses_whatever_it_is_called() {
    for (first, second) in [
        (
            format!("log {}", key(ORIGIN, Algorithm::Ed25519, "x")),
            witness("a", &key("a", Algorithm::CosignatureV1, "x")),
        ),
        (
            witness("a", &key("a", Algorithm::CosignatureV1, "x")),
            witness("b", &key("b", Algorithm::CosignatureV1, "x")),
        ),
    ] {
        let outcome = format!("{first}\n{second}\nquorum none\n").parse::<Policy>();
        assert!(matches!(outcome, Err(PolicyError::Line { line: 2, .. })), "{outcome:?}");
    }
}

fn witness(name: &str, key: &VerifierKey) -> String {
    format!("witness {name} {key}")
}

#[test]
fn trusts_what_the_log_and_enough_ministries_signed() {
    let baltic = policy(BALTIC);
    let good = signed(&checkpoint(), "log", &[("EE2", 100), ("LV", 101), ("SE", 102)]);
    let trusted = baltic.check(&good).unwrap();
    assert_eq!(trusted.log, Some(log_key()));
    let cosigned: Vec<_> = trusted.cosigned.iter().map(|by| (by.witness.as_str(), by.time)).collect();
    assert_eq!(cosigned, [("EE-2", 100), ("LV", 101)], "SE is nobody here");
    assert_eq!(baltic.check_origin(&good, ORIGIN).unwrap(), trusted);

    // Two keys of one ministry are one ministry; so is one key at two times.
    for cosigners in [&[("EE1", 100), ("EE2", 101)][..], &[("LV", 100), ("LV", 101)]] {
        let Err(PolicyError::Quorum { quorum, needed, have, missing }) =
            baltic.check(&signed(&checkpoint(), "log", cosigners))
        else {
            panic!("{cosigners:?}")
        };
        assert_eq!((quorum.as_str(), needed, have.len(), missing.len()), ("ministries", 2, 1, 2));
    }
}

#[test]
fn says_who_is_missing() {
    let error = policy(BALTIC).check(&signed(&checkpoint(), "log", &[("LT", 100)])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "too few cosigned the checkpoint: ministries asks for 2, there are LT, missing are EE, LV; ask the missing to \
         cosign it"
    );
    let alone = policy(&["log <LOG>", "witness LV <LV>", "quorum LV"]);
    assert!(alone.check(&signed(&checkpoint(), "log", &[("LV", 1)])).is_ok());
    let error = alone.check(&signed(&checkpoint(), "log", &[])).unwrap_err();
    assert!(error.to_string().contains("there are none, missing are LV"), "{error}");
}

#[test]
fn refuses_in_this_order() {
    let baltic = policy(BALTIC);
    let mut other = checkpoint();
    other.origin = "other.example/ledger".into();
    // Another ledger, though its log's signature is false too.
    let stolen = SignedCheckpoint::new(
        other,
        note::sign(&ORIGIN.parse().unwrap(), &checkpoint().to_string(), &signer("log")).unwrap(),
    )
    .unwrap();
    assert!(matches!(baltic.check(&stolen), Err(PolicyError::Origin { .. })));
    assert!(matches!(baltic.check_origin(&stolen, ORIGIN), Err(PolicyError::Origin { .. })));

    // A known key's signature that does not hold, though a quorum's do.
    let mut false_one = signed(&checkpoint(), "log", &[("EE1", 1), ("LV", 1)]);
    let mut line = note::cosign(&witness_key("LT").name, "another text\n", 1, &signer("LT")).unwrap();
    false_one.add(line.clone());
    let outcome = baltic.check(&false_one);
    assert!(matches!(outcome, Err(PolicyError::Note(NoteError::FalseSignature { .. }))), "{outcome:?}");
    line.name = "somebody.else/LT".parse().unwrap();
    let mut unknown = signed(&checkpoint(), "log", &[("EE1", 1), ("LV", 1)]);
    unknown.add(line);
    assert!(baltic.check(&unknown).is_ok(), "a key of another name is not known");

    // Nobody known; known witnesses, but no log; the log, but no quorum.
    let nobody = signed(&checkpoint(), "stranger", &[("SE", 1)]);
    assert_eq!(baltic.check(&nobody), Err(PolicyError::Note(NoteError::NobodyKnown)));
    let unsigned = signed(&checkpoint(), "stranger", &[("EE1", 1), ("LV", 1), ("LT", 1)]);
    assert_eq!(baltic.check(&unsigned), Err(PolicyError::NoLog(ORIGIN.into())));
    assert!(matches!(baltic.check(&signed(&checkpoint(), "log", &[])), Err(PolicyError::Quorum { .. })));
}

#[test]
fn the_log_that_signed_is_the_one_of_the_origin() {
    let two = format!(
        "log {}\nlog {}\nquorum none\n",
        log_key(),
        key("other.example/ledger", Algorithm::Ed25519, "other")
    );
    let two: Policy = two.parse().unwrap();
    assert!(two.check(&signed(&checkpoint(), "log", &[])).is_ok());
    // The other log signs a checkpoint of this ledger, under its own name.
    let line =
        note::sign(&"other.example/ledger".parse().unwrap(), &checkpoint().to_string(), &signer("other"))
            .unwrap();
    let foreign = SignedCheckpoint::new(checkpoint(), line).unwrap();
    assert_eq!(two.check(&foreign), Err(PolicyError::NoLog(ORIGIN.into())));
    // Both ledgers are in the policy, one is meant.
    let mut other = checkpoint();
    other.origin = "other.example/ledger".into();
    let other = signed(&other, "other", &[]);
    assert!(two.check(&other).is_ok());
    assert!(matches!(two.check_origin(&other, ORIGIN), Err(PolicyError::Origin { .. })));
}

#[test]
fn without_a_log_the_reader_says_which_ledger() {
    let lines = &BALTIC[1..];
    let good = signed(&checkpoint(), "whoever", &[("EE1", 1), ("LT", 2)]);
    assert_eq!(policy(lines).check(&good), Err(PolicyError::NoLogNamed));
    let trusted = policy(lines).check_origin(&good, ORIGIN).unwrap();
    assert_eq!((trusted.log, trusted.cosigned.len()), (None, 2));
    assert!(policy(lines).check_origin(&good, "other.example/ledger").is_err());
    assert!(policy(lines).check_origin(&signed(&checkpoint(), "whoever", &[("LT", 2)]), ORIGIN).is_err());
    assert!(policy(&["quorum none"]).check_origin(&good, ORIGIN).unwrap().cosigned.is_empty());
}

fn parties(keys: &[&str]) -> BTreeMap<Party, Vec<VerifierKey>> {
    let mut parties: BTreeMap<Party, Vec<VerifierKey>> = BTreeMap::new();
    for seed in keys {
        parties.entry(seed[..2].parse().unwrap()).or_default().push(witness_key(seed));
    }
    parties
}

#[test]
fn a_ledgers_policy_follows_from_its_parties() {
    let origin: Origin = ORIGIN.parse().unwrap();
    let of = |keys: &[&str], enough| Policy::of_parties(&origin, &[log_key()], &parties(keys), enough);
    let two = of(&["EE1", "EE2", "LV", "LT"], 2).unwrap();
    let expected = text(&[
        "log <LOG>",
        "witness EE-1 <EE1>",
        "witness EE-2 <EE2>",
        "witness LT <LT>",
        "witness LV <LV>",
        "group EE any EE-1 EE-2",
        "group ministries 2 EE LT LV",
        "quorum ministries",
    ]);
    assert_eq!(two.to_string(), expected);
    assert_eq!(expected.parse::<Policy>().unwrap(), two);
    assert!(of(&["EE1", "LV", "LT"], 3).unwrap().to_string().contains("group ministries all EE LT LV\n"));

    let wrong = |outcome: Result<Policy, PolicyError>| matches!(outcome, Err(PolicyError::Parties(_)));
    assert!(wrong(of(&["EE1", "LV", "LT"], 0)));
    assert!(wrong(of(&["EE1", "LV", "LT"], 4)));
    assert!(wrong(of(&["EE1", "EE1", "LV", "LT"], 2)), "one key twice");
    assert!(wrong(of(&[], 1)), "nobody");
    let mut without = parties(&["EE1", "LV"]);
    without.insert("LT".parse().unwrap(), Vec::new());
    assert!(wrong(Policy::of_parties(&origin, &[log_key()], &without, 2)));
    let mut other = parties(&["EE1", "LV"]);
    other.get_mut(&"LV".parse::<Party>().unwrap()).unwrap().push(witness_key("EE2"));
    assert!(wrong(Policy::of_parties(&origin, &[log_key()], &other, 2)), "a key of EE as LV's");
    let log = key("other.example/ledger", Algorithm::Ed25519, "log");
    assert!(wrong(Policy::of_parties(&origin, &[log], &parties(&["EE1"]), 1)));
    let log = key(ORIGIN, Algorithm::CosignatureV1, "log");
    assert!(wrong(Policy::of_parties(&origin, &[log], &parties(&["EE1"]), 1)));
}

#[test]
fn tolerates_what_the_words_say() {
    let tolerance = |lines: &[&str]| policy(lines).tolerance();
    let of = |intersect: u64, offline| Tolerance { intersect, faulty: intersect.checked_sub(1), offline };
    assert_eq!(tolerance(BALTIC), of(1, 1), "two of three");
    let all = [&BALTIC[..6], &["group ministries all EE LV LT", "quorum ministries"]].concat();
    assert_eq!(tolerance(&all), of(3, 0), "three of three");
    let any = [&BALTIC[..6], &["group ministries any EE LV LT", "quorum ministries"]].concat();
    assert_eq!(tolerance(&any), of(0, 2), "one of three");
    assert_eq!(tolerance(&["witness LV <LV>", "witness LT <LT>", "quorum LV"]), of(1, 0));
    assert_eq!(tolerance(&["witness LV <LV>", "witness LT <LT>", "quorum none"]), of(0, 2));
    // Two keys of one ministry are not two.
    let flat = ["witness a <EE1>", "witness b <EE2>", "witness c <LV>", "group g all a b c", "quorum g"];
    assert_eq!(tolerance(&flat), of(2, 0), "three keys, two ministries");

    let words = |lines: &[&str]| tolerance(lines).to_string();
    assert!(
        words(BALTIC).starts_with("a log that lies alone is found out; one witness"),
        "{}",
        words(BALTIC)
    );
    assert!(
        words(&all).starts_with("no fork while at most 2 of the witnesses lie with the log; one witness")
    );
    assert!(words(&any).starts_with("not safe"));
}

/// A policy as a tree, to be tried with every set of witnesses.
#[derive(Debug, Clone)]
enum Tree {
    /// A witness of this actor.
    Leaf(u8),
    Group(usize, Vec<Tree>),
}

impl Tree {
    fn write(&self, lines: &mut Vec<String>, keys: &mut Vec<u8>) -> String {
        match self {
            Tree::Leaf(actor) => {
                let (name, seed) = (format!("w{}", keys.len()), format!("key {}", keys.len()));
                keys.push(*actor);
                let key = key(&format!("actor/{actor}"), Algorithm::CosignatureV1, &seed);
                lines.push(format!("witness {name} {key}"));
                name
            }
            Tree::Group(enough, members) => {
                let members: Vec<_> = members.iter().map(|member| member.write(lines, keys)).collect();
                let name = format!("g{}", lines.len());
                lines.push(format!("group {name} {enough} {}", members.join(" ")));
                name
            }
        }
    }

    /// Whether a set of keys, numbered as they are written, is enough.
    fn holds(&self, set: u32, next: &mut u32) -> bool {
        match self {
            Tree::Leaf(_) => {
                *next += 1;
                set >> (*next - 1) & 1 == 1
            }
            Tree::Group(enough, members) => {
                members.iter().map(|member| member.holds(set, next)).filter(|held| *held).count() >= *enough
            }
        }
    }
}

/// What [`Policy::tolerance`] says, found by trying: the fewest actors in two quorums, and how many may be silent.
fn tried(tree: &Tree, keys: &[u8]) -> (u64, u64) {
    let everybody = 1_u32 << keys.len();
    let actors = |set: u32| {
        keys.iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1)
            .map(|(_, actor)| *actor)
            .collect::<BTreeSet<u8>>()
    };
    let quorums: BTreeSet<BTreeSet<u8>> =
        (0..everybody).filter(|set| tree.holds(*set, &mut 0)).map(actors).collect();
    let intersect =
        quorums.iter().flat_map(|a| quorums.iter().map(|b| a.intersection(b).count())).min().unwrap();
    let all = actors(everybody - 1);
    let breaking = (0..everybody)
        .map(actors)
        .filter(|silent| {
            let there =
                (0..keys.len()).filter(|at| !silent.contains(&keys[*at])).fold(0, |set, at| set | 1 << at);
            !tree.holds(there, &mut 0)
        })
        .map(|silent| silent.len())
        .min()
        .unwrap_or(all.len());
    (intersect as u64, breaking as u64 - 1)
}

/// Trees of at most two levels of groups above witnesses, of at most seven keys.
fn trees(actors: impl Strategy<Value = u8> + Clone + 'static) -> impl Strategy<Value = Tree> {
    let group = |members: Vec<Tree>, pick: usize| Tree::Group(pick % members.len() + 1, members);
    let leaf = actors.prop_map(Tree::Leaf);
    let inner =
        (vec(leaf.clone(), 1..4), any::<usize>()).prop_map(move |(members, pick)| group(members, pick));
    let member = proptest::prop_oneof![leaf, inner];
    let outer = (vec(member, 1..5), any::<usize>()).prop_map(move |(members, pick)| group(members, pick));
    outer.prop_filter("at most seven keys", |tree| count(tree) <= 7)
}

fn count(tree: &Tree) -> usize {
    match tree {
        Tree::Leaf(_) => 1,
        Tree::Group(_, members) => members.iter().map(count).sum(),
    }
}

fn written(tree: &Tree) -> (Policy, Vec<u8>) {
    let (mut lines, mut keys) = (Vec::new(), Vec::new());
    let quorum = tree.write(&mut lines, &mut keys);
    let text = format!("{}\nquorum {quorum}\n", lines.join("\n"));
    (text.parse().unwrap(), keys)
}

/// The tree with a new actor for every key.
fn all_different(tree: &Tree, next: &mut u8) -> Tree {
    match tree {
        Tree::Leaf(_) => {
            *next += 1;
            Tree::Leaf(*next)
        }
        Tree::Group(enough, members) => {
            Tree::Group(*enough, members.iter().map(|member| all_different(member, next)).collect())
        }
    }
}

#[test]
fn tolerance_is_what_trying_every_quorum_gives() {
    law(300, trees(0..1_u8), |tree| {
        let tree = all_different(&tree, &mut 0);
        let (policy, keys) = written(&tree);
        let tolerance = policy.tolerance();
        assert_eq!((tolerance.intersect, tolerance.offline), tried(&tree, &keys), "{policy}");
    });
}

#[test]
fn tolerance_never_promises_too_much_when_an_actor_has_several_keys() {
    law(300, trees(0..4_u8), |tree| {
        let (policy, keys) = written(&tree);
        let tolerance = policy.tolerance();
        let (intersect, offline) = tried(&tree, &keys);
        assert!(tolerance.intersect <= intersect, "{policy}: {tolerance:?}, not {intersect}");
        assert!(tolerance.offline <= offline, "{policy}: {tolerance:?}, not {offline}");
    });
    // A group of one actor's keys is one place, however many it asks for.
    for enough in 1..=3 {
        let own = Tree::Group(enough, vec![Tree::Leaf(1), Tree::Leaf(1), Tree::Leaf(1)]);
        let tree = Tree::Group(2, vec![own, Tree::Leaf(2), Tree::Leaf(3)]);
        let (policy, keys) = written(&tree);
        let tolerance = policy.tolerance();
        assert_eq!((tolerance.intersect, tolerance.offline), tried(&tree, &keys), "{policy}");
    }
}

#[test]
fn a_deep_and_wide_policy_costs_nothing() {
    let mut lines: Vec<_> = (0..400)
        .map(|at| {
            witness(
                &format!("w{at}"),
                &key(&format!("actor/{at}"), Algorithm::CosignatureV1, &at.to_string()),
            )
        })
        .collect();
    lines.push("group g0 all w0".into());
    lines.extend((1..400).map(|at| format!("group g{at} all g{} w{at}", at - 1)));
    lines.push("quorum g399".into());
    let policy: Policy = format!("{}\n", lines.join("\n")).parse().unwrap();
    assert_eq!(policy.tolerance(), Tolerance { intersect: 400, faulty: Some(399), offline: 0 });
    assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
}
