//! The tampered ledgers in `fixtures/tampered`: each gives exactly its code at its entry as the first finding.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ledger_core::domain::{Digest, Timestamp};
use ledger_core::journal::{flaw_of_store, verify};
use ledger_core::ledger::Flaw;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::Finding;
use ledger_core::ledger::tip::Expectations;
use ledger_core::store::{Anchor, Store, StoreError, head_file};
use serde::{Deserialize, Serialize};

use super::attacks::{self, Attacked};
use super::bundle_attacks;
use super::bundle_fixtures::{self, Auditing, SHOWN};
use super::bundle_ledger::{Files, files_in, witnessed, write};
use super::small::{Sound, sound};

/// `expected.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// What the attacker did.
    attack: String,
    /// Code of the first finding; none for the sound ledger.
    pub(super) code: Option<String>,
    /// Its entry.
    entry: Option<u64>,
    /// The fingerprint that the auditor pins.
    pub(super) charter: Digest,
    /// The auditor's clock, if he trusts it.
    pub(super) now: Option<Timestamp>,
    /// Of a bundle: how many ministries must have cosigned its checkpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) quorum: Option<usize>,
}

/// A ledger as the auditor is handed it: whatever entries, whatever head.
pub(super) struct Handed {
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) anchor: Anchor,
}

impl Store for Handed {
    fn anchor(&self) -> Anchor {
        self.anchor
    }

    fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let from = usize::try_from(from).unwrap();
        Ok(self.entries.iter().skip(from).take(max).cloned().collect())
    }

    fn commit(&mut self, _: Anchor, _: &[Vec<u8>], _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn adopt_tail(&mut self, _: Anchor, _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }
}

/// All that an auditor finds.
pub(super) fn audit(entries: &[Vec<u8>], anchor: Anchor, expected: Expectations) -> Vec<Finding> {
    let store = Handed { entries: entries.to_vec(), anchor };
    verify(&store, expected, &mut |_, _| {}).unwrap().findings
}

/// Where the fixtures are.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures"))
}

/// The container: each entry behind its length, four bytes, big-endian.
fn pack(entries: &[Vec<u8>]) -> Vec<u8> {
    entries.iter().flat_map(|e| [&u32::try_from(e.len()).unwrap().to_be_bytes()[..], e].concat()).collect()
}

pub(super) fn unpack(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (entry, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        entries.push(entry.to_vec());
        bytes = rest;
    }
    assert!(bytes.is_empty());
    entries
}

fn written(expected: &Expected) -> Vec<u8> {
    format!("{}\n", serde_json::to_string_pretty(expected).unwrap()).into_bytes()
}

/// The files of a ledger in a folder.
fn files(attacked: &Attacked, expected: &Expected) -> Files {
    let mut files = Files::new();
    files.insert("entries".into(), pack(&attacked.entries));
    files.insert("expected.json".into(), written(expected));
    files.extend(attacked.head.as_ref().map(|head| ("head".into(), head.clone().into_bytes())));
    files
}

/// The files of a bundle, in a folder of this name.
fn bundle_files(
    within: &str,
    bundle: &Files,
    shown: Option<&SignedCheckpoint>,
    expected: &Expected,
) -> Files {
    let inside = bundle.iter().map(|(name, bytes)| (format!("{within}/{name}"), bytes.clone()));
    let mut files: Files = inside.collect();
    files.insert("expected.json".into(), written(expected));
    files.extend(shown.map(|shown| (SHOWN.into(), shown.to_string().into_bytes())));
    files
}

/// Every fixture there has to be: folder and files.
fn all() -> Vec<(PathBuf, Files)> {
    let sound = sound();
    let Sound { entries, anchor, charter } = &sound;
    let expected = |attack: &str, attacked: Option<&Attacked>| Expected {
        attack: attack.trim().into(),
        code: attacked.map(|a| a.code.into()),
        entry: attacked.map(|a| a.entry),
        charter: *charter,
        now: attacked.and_then(|a| a.now),
        quorum: None,
    };
    let untouched = Attacked {
        entries: entries.clone(),
        head: Some(head_file::render(anchor)),
        now: None,
        code: "",
        entry: 0,
    };
    let mut all = vec![(folder().join("sound"), files(&untouched, &expected("Nothing.", None)))];
    for attack in attacks::ALL {
        let attacked = (attack.make)(&sound);
        let expected = expected(attack.sentence, Some(&attacked));
        all.push((folder().join("tampered").join(attack.name), files(&attacked, &expected)));
    }
    all.extend(all_bundles());
    all
}

/// Those of them that are bundles.
fn all_bundles() -> Vec<(PathBuf, Files)> {
    let sound = witnessed();
    let expected = |attack: &str, found: Option<(&str, u64)>| Expected {
        attack: attack.trim().into(),
        code: found.map(|(code, _)| code.into()),
        entry: found.map(|(_, entry)| entry),
        charter: sound.charter,
        now: None,
        quorum: Some(3),
    };
    let untouched = bundle_files("sound", &sound.files, None, &expected("Nothing.", None));
    let mut all = vec![(folder().join("bundle"), untouched)];
    for attack in bundle_attacks::ALL {
        let attacked = (attack.make)(&sound);
        let expected = expected(attack.sentence, Some((attacked.code, attacked.entry)));
        let files = bundle_files("bundle", &attacked.files, attacked.shown.as_ref(), &expected);
        all.push((folder().join("tampered").join(attack.name), files));
    }
    all
}

#[test]
#[ignore = "writes fixtures/sound, fixtures/bundle and fixtures/tampered"]
fn write_the_tampered_ledgers() {
    for (folder, files) in all() {
        let _ = std::fs::remove_dir_all(&folder);
        write(&folder, &files);
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// What stands in the fixture.
pub(super) fn expected_in(folder: &Path) -> Expected {
    serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap()
}

/// The attacks that have a folder, and what an auditor has to find first in it.
pub(super) fn tampered() -> Vec<(String, Expected)> {
    let folders = folder().join("tampered");
    names_in(&folders).into_iter().map(|name| (name.clone(), expected_in(&folders.join(name)))).collect()
}

/// What an auditor finds in a folder, as the fixture itself describes him.
fn findings_of(folder: &Path) -> (Expected, Vec<Finding>) {
    let read = |name: &str| std::fs::read(folder.join(name));
    let expected = expected_in(folder);
    if folder.join("bundle").is_dir() {
        let findings = bundle_fixtures::audit(&folder.join("bundle"), &Auditing::in_folder(folder));
        return (expected, findings);
    }
    let head = match read("head") {
        Ok(head) => head_file::parse(&head)
            .map_err(|reason| StoreError::HeadFile { path: folder.join("head"), reason }),
        Err(_) => Err(StoreError::UnfinishedCreation { folder: folder.to_owned() }),
    };
    let findings = match head {
        Ok(anchor) => {
            let expectations = Expectations { charter: Some(expected.charter), now: expected.now };
            audit(&unpack(&read("entries").unwrap()), anchor, expectations)
        }
        Err(error) => vec![flaw_of_store(&error).unwrap()],
    };
    (expected, findings)
}

#[test]
fn every_tampered_ledger_gives_its_code_at_its_entry_first() {
    let folders = names_in(&folder().join("tampered"));
    let mut wrong = Vec::new();
    for name in &folders {
        let (expected, findings) = findings_of(&folder().join("tampered").join(name));
        let first = findings.first().map(|finding| (finding.code.to_string(), finding.entry));
        if first != expected.code.zip(expected.entry) {
            wrong.push(format!("{name}: {first:?}, {:?}", findings.iter().take(3).collect::<Vec<_>>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(folders.len() >= 90, "{} attacks", folders.len());
}

#[test]
fn no_attack_is_without_its_folder_and_no_folder_without_its_attack() {
    let bundles = bundle_attacks::ALL.iter().map(|attack| attack.name);
    let all: Vec<&str> = attacks::ALL.iter().map(|attack| attack.name).chain(bundles).collect();
    let names: BTreeSet<String> = all.iter().map(|name| (*name).into()).collect();
    assert_eq!(names.len(), all.len());
    assert_eq!(names_in(&folder().join("tampered")), names);
}

#[test]
fn the_sound_ledger_gives_no_finding() {
    let (expected, findings) = findings_of(&folder().join("sound"));
    assert_eq!((expected.code, findings), (None, Vec::new()));
    let bundle = folder().join("bundle");
    let findings = bundle_fixtures::audit(&bundle.join("sound"), &Auditing::in_folder(&bundle));
    assert_eq!((expected_in(&bundle).code, findings), (None, Vec::new()));
}

#[test]
fn the_fixtures_are_what_the_attacks_make_today() {
    for (folder, files) in all() {
        let there = files_in(&folder);
        let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&there), names(&files), "{}", folder.display());
        for (name, content) in files {
            assert!(there[&name] == content, "{}/{name} is stale", folder.display());
        }
    }
}

#[test]
fn every_flaw_but_that_of_a_store_has_a_tampered_ledger() {
    let shown: BTreeSet<String> = tampered().into_iter().filter_map(|(_, expected)| expected.code).collect();
    for (_, flaw) in ledger_core::ledger::Flaw::ALL {
        let elsewhere = match flaw {
            // A damaged disk: tests/core/evidence/gate.rs.
            Flaw::Store => true,
            // What is wrong comes from outside, not out of the entries: tests/core/evidence/state_digest.rs.
            Flaw::State => true,
            _ => false,
        };
        assert!(shown.contains(flaw.code()) != elsewhere, "{flaw}");
    }
}
