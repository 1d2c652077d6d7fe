//! The stranger's verifier (`tests/stranger`), which shares nothing with this program, and our auditor find the same
//! first, in every bundle that there is. Rules of the domain are out of the stranger's reach: where only such were broken
//! he finds the evidence sound.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use ledger_core::domain::PublicKey;
use ledger_core::ledger::Signer as _;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::{Code, Finding, Flaw};
use ledger_core::ledger::note::{Algorithm, VerifierKey};
use ledger_core::store::StoreError;
use ledger_core::store::bundle::BundleWriter;
use rayon::prelude::*;
use serde::Deserialize;

use super::bundle_fixtures::{Auditing, SHOWN, audit};
use super::bundle_ledger::{Signers, bundle, checkpoint, files_in, write};
use super::fixtures::{expected_in, folder, tampered, unpack};
use super::world::{ORIGIN, officer};

/// Code and entry.
type First = Option<(String, u64)>;

/// What the stranger answers.
#[derive(Debug, Deserialize)]
struct Answer {
    sound: bool,
    findings: Vec<Found>,
}

#[derive(Debug, Deserialize)]
struct Found {
    entry: u64,
    code: String,
}

fn stranger(bundle: &Path, auditing: &Auditing, more: &[&str]) -> Answer {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/stranger/verify.py");
    let mut command = Command::new("python3");
    command.arg("-B").arg(script).arg("--json").args(more).arg(bundle);
    if let Some(charter) = auditing.charter {
        command.arg("--charter").arg(charter.to_string());
    }
    if let Some(now) = auditing.now {
        command.arg("--now").arg(now.to_string());
    }
    if let Some(quorum) = auditing.quorum {
        command.arg("--quorum").arg(quorum.to_string());
    }
    let output = command.output().unwrap();
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(output.status.code(), Some(if answer.sound { 0 } else { 4 }));
    assert_eq!(answer.sound, answer.findings.is_empty());
    answer
}

fn is_rule(finding: &Finding) -> bool {
    matches!(finding.code, Code::Rule(_))
}

/// What our auditor finds first of what no rule of the domain is needed for.
fn first_of_ours(findings: &[Finding]) -> First {
    let flaw = findings.iter().find(|finding| !is_rule(finding));
    flaw.map(|finding| (finding.code.to_string(), finding.entry))
}

/// What the stranger finds first, but for the keys that he does not know where our auditor does not either: that is
/// the part of the rule I03 that he can see.
fn first_of_his(answer: &Answer, ours: &[Finding]) -> First {
    let same = |one: &Found| ours.iter().any(|f| f.entry == one.entry && f.code.to_string() == one.code);
    let flaw = answer.findings.iter().find(|one| !(one.code == "I03" && same(one)));
    flaw.map(|one| (one.code.clone(), one.entry))
}

/// A comparison: the fixture, whether our auditor found anything, what each found first.
struct Compared {
    name: String,
    /// Our auditor found broken rules and nothing else.
    rules_only: bool,
    ours: First,
    his: First,
}

fn compared(name: &str, ours: &[Finding], answer: &Answer) -> Compared {
    Compared {
        name: name.into(),
        rules_only: !ours.is_empty() && ours.iter().all(is_rule),
        ours: first_of_ours(ours),
        his: first_of_his(answer, ours),
    }
}

/// A ledger in a folder, handed out as a bundle. Its entries name no log, so the one who hands it out signs, and the
/// stranger is told of his key in a policy; our auditor, who asks the entries, finds nobody that he knows.
fn as_bundle(name: &str, path: &Path) -> Compared {
    let root = tempfile::tempdir().unwrap();
    let entries = unpack(&std::fs::read(path.join("entries")).unwrap());
    let signed: SignedCheckpoint = Signers::log().sign(checkpoint(&entries));
    let folder = root.path().join("bundle");
    write(&folder, &bundle(&entries, &[signed]));
    let log = VerifierKey {
        name: ORIGIN.parse().unwrap(),
        algorithm: Algorithm::Ed25519,
        key: PublicKey::new(officer("EE LOG").public_key()),
    };
    let policy = root.path().join("policy");
    std::fs::write(&policy, format!("log {log}\nquorum none\n")).unwrap();
    let auditing = Auditing::in_folder(path);
    let mut ours = audit(&folder, &auditing);
    let unsigned = |finding: &Finding| finding.code == Code::Flaw(Flaw::Checkpoint);
    assert_eq!(ours.iter().filter(|finding| unsigned(finding)).count(), 1, "{name}");
    ours.retain(|finding| !unsigned(finding));
    let answer = stranger(&folder, &auditing, &["--policy", policy.to_str().unwrap()]);
    compared(name, &ours, &answer)
}

/// A bundle of the fixtures.
fn of_bundle(name: &str, path: &Path, within: &str) -> Compared {
    let (auditing, folder) = (Auditing::in_folder(path), path.join(within));
    let shown = path.join(SHOWN);
    let more = if shown.exists() { vec!["--shown", shown.to_str().unwrap()] } else { Vec::new() };
    compared(name, &audit(&folder, &auditing), &stranger(&folder, &auditing, &more))
}

#[test]
#[ignore = "needs Python and its package cryptography"]
fn the_stranger_finds_what_our_auditor_finds() {
    let mut folders =
        vec![("bundle".to_owned(), folder().join("bundle")), ("sound".into(), folder().join("sound"))];
    let names = tampered().into_iter().map(|(name, _)| name);
    folders.extend(names.map(|name| (name.clone(), folder().join("tampered").join(&name))));
    // One does not fit into a bundle, which counts the bytes of an entry in 16 bits: see the next test.
    folders.retain(|(name, _)| name != "oversize");
    let all: Vec<Compared> = folders
        .par_iter()
        .map(|(name, path)| match name.as_str() {
            "bundle" => of_bundle(name, path, "sound"),
            _ if path.join("bundle").is_dir() => of_bundle(name, path, "bundle"),
            _ => as_bundle(name, path),
        })
        .collect();
    let differ: Vec<String> = all
        .iter()
        .filter(|one| one.ours != one.his)
        .map(|one| format!("{}: ours {:?}, his {:?}", one.name, one.ours, one.his))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(all.iter().filter(|one| one.ours.is_some()).count() >= 75, "{} compared", all.len());
    // Where he is blind is where our auditor names a rule, and nothing else.
    let blind: BTreeSet<&str> =
        all.iter().filter(|one| one.rules_only).map(|one| one.name.as_str()).collect();
    let rules: BTreeSet<&str> = all
        .iter()
        .map(|one| one.name.as_str())
        .filter(|name| expected_of(name).is_some_and(|code| !code.starts_with('E')))
        .collect();
    assert_eq!(blind, rules);
    assert!(all.iter().filter(|one| one.rules_only).all(|one| one.his.is_none()));
}

/// What is done to a folder.
type Broken = (&'static str, fn(&Path));

/// Folders that are broken in ways of which no fixture can be made.
const BROKEN: &[Broken] = &[
    ("checkpoint", link),
    ("documents", link),
    ("checkpoints/20", link),
    ("checkpoints/60", link),
    ("checkpoints", link),
    ("tile/0/000.p/60", link),
    ("tile/entries/000.p", link),
    ("tile/0", link),
    ("tile", link),
    ("checkpoints/20", folder_instead),
    ("tile/0/000.p/60", folder_instead),
    ("checkpoints/20", too_long),
    ("checkpoint", too_long),
    ("documents", too_long),
    ("documents", left_over),
    ("tile/0/000.p/61", left_over),
    ("tile/entries/001.p/1", left_over),
    ("checkpoints/61", left_over),
    ("documents.new", left_over),
    ("tile/x", left_over),
    ("checkpoints/020", left_over),
];

/// A link to what is there.
fn link(path: &Path) {
    let aside = path.ancestors().find(|up| up.join("checkpoint").exists()).unwrap().with_extension("aside");
    std::fs::rename(path, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, path).unwrap();
}

fn folder_instead(path: &Path) {
    std::fs::remove_file(path).unwrap();
    std::fs::create_dir(path).unwrap();
}

fn too_long(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes.resize(bytes.len() + 1_000_000, b'x');
    std::fs::write(path, bytes).unwrap();
}

/// A line behind what is there, or a file of one line.
fn left_over(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap_or_default();
    bytes.extend(b"60 other\n");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

#[test]
#[ignore = "needs Python and its package cryptography"]
fn the_stranger_finds_the_same_in_broken_folders() {
    let fixture = folder().join("bundle");
    let auditing = Auditing::in_folder(&fixture);
    let sound = files_in(&fixture.join("sound"));
    let differ: Vec<String> = BROKEN
        .par_iter()
        .filter_map(|(file, spoil)| {
            let root = tempfile::tempdir().unwrap();
            let bundle = root.path().join("bundle");
            write(&bundle, &sound);
            spoil(&bundle.join(file));
            let ours = audit(&bundle, &auditing);
            let answer = stranger(&bundle, &auditing, &[]);
            let (ours, his) = (first_of_ours(&ours), first_of_his(&answer, &ours));
            (ours != his).then(|| format!("{file}: ours {ours:?}, his {his:?}"))
        })
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// The code that stands in a fixture.
fn expected_of(name: &str) -> Option<String> {
    let path = match name {
        "bundle" | "sound" => folder().join(name),
        _ => folder().join("tampered").join(name),
    };
    expected_in(&path).code
}

#[test]
fn an_entry_that_is_too_long_for_an_entry_does_not_fit_into_a_bundle() {
    let entries = unpack(&std::fs::read(folder().join("tampered/oversize/entries")).unwrap());
    let root = tempfile::tempdir().unwrap();
    let mut writer = BundleWriter::open(&root.path().join("bundle")).unwrap();
    let link = checkpoint(&entries[..1]).root;
    let refused = writer.append(entries.last().unwrap(), link);
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
}
