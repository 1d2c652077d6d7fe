//! The sound ledger of 60 entries that is handed out as a bundle: what the attackers on bundles begin with. Its log and
//! the witnesses of three ministries signed it at 20, 41 and 60 entries.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ledger_core::domain::{Digest, Timestamp};
use ledger_core::journal;
use ledger_core::ledger::audit::Auditor;
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::note::{self, KeyName, SignatureLine};
use ledger_core::ledger::tree::Frontier;
use ledger_core::ledger::{Expectations, RawEntry};
use ledger_core::store::Store as _;
use ledger_core::store::bundle::BundleWriter;
use serde_json::{Value, json};

use super::small::registered;
use super::world::{DAWN, ORIGIN, World, key, officer, time};

/// The first entry that is another when the loans have another purpose.
pub(super) const FORK: usize = 46;
/// Sizes of the checkpoints of the sound ledger.
pub(super) const SIZES: [u64; 3] = [20, 41, 60];
/// The witnesses at the first of them. Latvia's was replaced since.
const FIRST_WITNESSES: [&str; 3] = ["EE WIT", "LV WIT", "LT WIT"];
/// The witnesses since then.
pub(super) const WITNESSES: [&str; 3] = ["EE WIT", "LV WIT new", "LT WIT"];

/// The files of a bundle by their paths.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// The sound ledger and what was signed of it.
pub(super) struct Witnessed {
    pub(super) entries: Vec<Vec<u8>>,
    /// The signed checkpoints, by rising size.
    pub(super) signed: Vec<SignedCheckpoint>,
    /// The fingerprint that the auditor pins.
    pub(super) charter: Digest,
    /// The bundle.
    pub(super) files: Files,
    /// Another history, as lawful, of the same ledger up to entry [`FORK`].
    pub(super) other: Vec<Vec<u8>>,
}

/// Who signs a checkpoint: the log's key, and witnesses with the seconds since 1970 that they name.
pub(super) struct Signers<'a> {
    pub(super) log: Option<&'a str>,
    pub(super) witnesses: Vec<(&'a str, u64)>,
}

impl<'a> Signers<'a> {
    /// The log and these witnesses, seconds after `since`, one behind the other.
    pub(super) fn all(witnesses: &[&'a str], since: u64) -> Self {
        Self { log: Some("EE LOG"), witnesses: witnesses.iter().copied().zip(since + 10..).collect() }
    }

    /// The log alone.
    pub(super) fn log() -> Self {
        Self { log: Some("EE LOG"), witnesses: Vec::new() }
    }

    /// Their signatures under a checkpoint.
    pub(super) fn sign(&self, checkpoint: Checkpoint) -> SignedCheckpoint {
        let text = checkpoint.to_string();
        let mut lines: Vec<SignatureLine> = Vec::new();
        if let Some(log) = self.log {
            let name = checkpoint.origin.parse().unwrap();
            lines.push(note::sign(&name, &text, &officer(log)).unwrap());
        }
        for (witness, time) in &self.witnesses {
            let name =
                KeyName::of_witness(&checkpoint.origin.parse().unwrap(), witness[..2].parse().unwrap());
            lines.push(note::cosign(&name, &text, *time, &officer(witness)).unwrap());
        }
        let mut lines = lines.into_iter();
        let mut signed = SignedCheckpoint::new(checkpoint, lines.next().unwrap()).unwrap();
        lines.for_each(|line| signed.add(line));
        signed
    }
}

/// The root of these entries.
pub(super) fn root(entries: &[Vec<u8>]) -> Digest {
    let mut tree = Frontier::EMPTY;
    entries.iter().for_each(|entry| tree.push(RawEntry::new(entry.clone()).link()));
    tree.root()
}

/// The checkpoint of these entries.
pub(super) fn checkpoint(entries: &[Vec<u8>]) -> Checkpoint {
    Checkpoint::new(ORIGIN, entries.len() as u64, root(entries))
}

/// The second in which the last of so many entries of the sound ledger was recorded.
pub(super) fn second_of(size: u64) -> u64 {
    time(DAWN).later_by(60_000 * size).as_millis() / 1_000
}

/// The ledger of three ministries, a log and their witnesses, told up to its last entry.
pub(super) fn told() -> World {
    told_with("Exercise")
}

/// The same with another purpose of all loans behind the third: two lawful histories that part in entry [`FORK`].
fn told_with(purpose: &str) -> World {
    let mut w = World::new();
    w.enrol(&["EE MIN", "EE PBO", "EE REG", "EE LOG", "EE WIT"], "LV ROOT");
    w.enrol(&["LV MIN", "LV PBO", "LV REG", "LV WIT"], "LT ROOT");
    w.enrol(&["LT MIN", "LT PBO", "LT WIT"], "EE ROOT");
    let careless = json!([{"KeyEnrolled": {"key": key("EE PBO careless"), "party": "EE", "role": "PBO"}}]);
    w.record_with(&["EE REG", "LV REG"], "enrol", &[], careless);
    for number in 1..=11 {
        // What stands with a paper is in the index of documents; two of one entry, too.
        let papers: &[&str] = match number {
            3 => &["voucher"],
            7 => &["voucher", "memorandum"],
            _ => &[],
        };
        w.record("EE PBO", "register a radio", papers, registered(&format!("{number:04}")));
    }
    // 20 entries: the first checkpoint. Then Latvia gets a new witness.
    let rotation = json!([{"KeyRotated": {
        "old_key": key("LV WIT"), "new_key": key("LV WIT new"), "reason": "New machine",
    }}]);
    w.record("LV WIT", "rotate", &[], rotation);
    let since = w.now;
    for number in 12..=14 {
        w.record("EE PBO careless", "register a radio", &[], registered(&format!("{number:04}")));
    }
    w.record_with(
        &["EE REG", "LV REG"],
        "declare a key compromised",
        &[],
        compromised("EE PBO careless", since),
    );
    let cleared = json!([{"DoubtCleared": {
        "entry": 21, "key": key("EE PBO careless"), "finding": "The officer did it himself",
    }}]);
    w.record_with(&["EE MIN", "LV MIN"], "clear a doubt", &["other"], cleared);
    for number in 15..=26 {
        w.record("EE PBO", "register a radio", &[], registered(&format!("{number:04}")));
    }
    // 40 entries.
    for number in 1..=10 {
        let loan = json!([{"TransferProposed": {
            "transfer": format!("LOAN-{number}"), "kind": "LOAN", "from": "EE", "to": "LV", "owner": "EE",
            "items": [format!("serial:0AA1J:RADIO-5:{number:04}")],
            "purpose": if number > 3 { purpose } else { "Exercise" },
            "loan": {"start": "2026-01-30", "due": "2026-06-30"}, "risk_passes_at": "RECEIPT",
        }}]);
        let papers: &[&str] = if number == 4 { &["voucher"] } else { &[] };
        w.record("EE PBO", "propose", papers, loan);
        let approval = json!([{"TransferApproved": {"transfer": format!("LOAN-{number}")}}]);
        let papers: &[&str] = if number == 9 { &["memorandum"] } else { &[] };
        w.record("LV PBO", "approve", papers, approval);
    }
    w
}

/// A key's compromise.
pub(super) fn compromised(name: &str, since: Timestamp) -> Value {
    json!([{"KeyCompromised": {"key": key(name), "since": since, "reason": "Kaart varastati"}}])
}

/// The sound ledger.
pub(super) fn witnessed() -> Witnessed {
    let w = told();
    let charter = w.fingerprint();
    let entries = w.entries();
    let signed: Vec<_> = SIZES
        .iter()
        .map(|size| {
            let witnesses = if *size <= 20 { FIRST_WITNESSES } else { WITNESSES };
            let part = &entries[..usize::try_from(*size).unwrap()];
            Signers::all(&witnesses, second_of(*size)).sign(checkpoint(part))
        })
        .collect();
    let files = bundle(&entries, &signed);
    Witnessed { entries, signed, charter, files, other: told_with("Drill").entries() }
}

/// The files in a folder by their paths from it.
pub(super) fn files_in(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(within) = folders.pop() {
        for item in fs::read_dir(&within).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Writes files into a folder.
pub(super) fn write(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The lines of the index of documents, each with its entry. Entries that cannot be read name none.
pub(super) fn document_lines(entries: &[Vec<u8>]) -> Vec<(u64, String)> {
    let mut lines = Vec::new();
    Auditor::new(Expectations::default(), None).feed(entries.to_vec(), &mut |passed| {
        for document in passed.documents {
            let (entry, kind, sha256) = (passed.entry, document.kind, document.sha256);
            lines
                .push((entry, format!("{entry} {kind} {sha256} {} {}", document.bytes, document.media_type)));
        }
    });
    lines
}

/// The bundle of any entries, whatever they are worth, with these checkpoints; the last is the bundle's own.
pub(super) fn bundle(entries: &[Vec<u8>], signed: &[SignedCheckpoint]) -> Files {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("bundle");
    let mut writer = BundleWriter::open(&folder).unwrap();
    for entry in entries {
        writer.append(entry, RawEntry::new(entry.clone()).link()).unwrap();
    }
    document_lines(entries).iter().for_each(|(_, line)| writer.document(line).unwrap());
    for checkpoint in signed {
        writer.keep_checkpoint(checkpoint.checkpoint().size, checkpoint.to_string().as_bytes()).unwrap();
    }
    writer.finish(signed.last().unwrap().to_string().as_bytes()).unwrap();
    files_in(&folder)
}

#[test]
fn the_ledger_exports_the_bundle_that_the_tests_write() {
    let Witnessed { entries, signed, files, other, .. } = witnessed();
    let w = told();
    let parted = entries.iter().zip(&other).position(|(here, there)| here != there);
    assert_eq!((parted, other.len()), (Some(FORK), 60));
    assert_eq!((entries.len(), w.journal.store().anchor().size), (60, 60));
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("bundle");
    let hashes = journal::fresh_hashes(w.journal.store(), &mut |_, _| {}).unwrap();
    let kept: Vec<_> =
        signed.iter().map(|one| (one.checkpoint().size, one.to_string().into_bytes())).collect();
    let writer = BundleWriter::open(&folder).unwrap();
    journal::export(w.journal.store(), &hashes, signed.last().unwrap(), &kept, writer, &mut |_, _| {})
        .unwrap();
    assert!(files_in(&folder) == files);
}

#[test]
fn the_ledger_has_what_an_attacker_would_look_for() {
    let w = told();
    let state = w.journal.state();
    let doubtful: Vec<u64> = state.doubts().map(|((entry, _), _)| *entry).collect();
    assert_eq!(doubtful, [21, 22, 23]);
    let signed = witnessed().signed;
    assert_eq!(signed.iter().map(|one| one.checkpoint().size).collect::<Vec<_>>(), SIZES);
    let documents: Vec<u64> = document_lines(&w.entries()).iter().map(|(entry, _)| *entry).collect();
    assert_eq!(documents, [11, 15, 15, 26, 46, 57]);
}

/// Regression: an act that named a paper with a long media type could never be exported, nor anything behind it.
#[test]
fn the_longest_line_of_the_index_is_written_and_audited() {
    let entries = super::story::tell().entries();
    let lines = document_lines(&entries);
    assert!(lines.iter().any(|(_, line)| line.len() > 8_000));
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &bundle(&entries, &[Signers::log().sign(checkpoint(&entries))]));
    let findings = super::bundle_fixtures::audit(root.path(), &super::bundle_fixtures::Auditing::default());
    let codes: Vec<String> = findings.iter().map(|finding| finding.code.to_string()).collect();
    assert_eq!(codes, ["E22"], "only nobody known has signed: {findings:?}");
}
