//! What a ledger is held to: checkpoints that an audit is shown, proofs that are handed out, copies in other places.

use ledger_core::domain::{Digest, Timestamp};
use ledger_core::journal::{
    Against, JournalError, Until, audit, audit_bundle, copy, export, fresh_hashes, hashes, keep_up, prove,
    replay, with_keys,
};
use ledger_core::ledger::audit::Report;
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::keyring::Keyring;
use ledger_core::ledger::note;
use ledger_core::ledger::proof::{NotProven, Proof};
use ledger_core::ledger::shown::{Lineup, Shown};
use ledger_core::ledger::tip::Tip;
use ledger_core::ledger::tree::Nodes;
use ledger_core::ledger::{Code, Flaw};
use ledger_core::store::Store;
use ledger_core::store::bundle::{BundleStore, BundleWriter};
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::nodes::NodeFiles;
use std::ops::ControlFlow;

use super::small::registered;
use super::witnesses::witnessed;
use super::world::{Forge, ORIGIN, World, act_id, events, officer};

/// A ledger with a log, three witnesses, and acts of a property book officer, with papers.
pub(super) fn busy() -> World {
    let mut w = witnessed();
    w.enrol(&["EE PBO"], "LV ROOT");
    for number in 0..12 {
        w.record("EE PBO", "register", &["other"], registered(&format!("{number:04}")));
    }
    w
}

/// Seconds of a moment.
fn seconds(moment: Timestamp) -> u64 {
    moment.as_millis() / 1_000
}

/// The checkpoint, signed by the log and cosigned by these witnesses at these times.
fn signed(checkpoint: Checkpoint, cosigned: &[(&str, u64)]) -> SignedCheckpoint {
    let text = checkpoint.to_string();
    let log = note::sign(&ORIGIN.parse().unwrap(), &text, &officer("EE LOG")).unwrap();
    let mut signed = SignedCheckpoint::new(checkpoint, log).unwrap();
    for (name, time) in cosigned {
        let cosigner = format!("ledger.test/{}", &name[..2]).parse().unwrap();
        signed.add(note::cosign(&cosigner, &text, *time, &officer(name)).unwrap());
    }
    signed
}

/// The checkpoint of a ledger as it is, cosigned by all three a second later.
pub(super) fn of_now(w: &World) -> SignedCheckpoint {
    let time = seconds(w.now) + 1;
    signed(w.journal.head().checkpoint().unwrap(), &[("EE WIT", time), ("LV WIT", time), ("LT WIT", time)])
}

pub(super) fn shown(checkpoints: Vec<SignedCheckpoint>, quorum: Option<usize>) -> Against {
    let shown = |signed| Shown { place: "from elsewhere".into(), kept: false, signed };
    let lineup = Lineup { shown: checkpoints.into_iter().map(shown).collect(), quorum, ..Lineup::default() };
    Against { lineup, ..Against::default() }
}

fn audited<S: Store>(store: &S, against: Against) -> Report {
    audit(store, against, &mut |_, _| ()).unwrap()
}

pub(super) fn codes(report: &Report) -> Vec<(u64, String)> {
    report.findings.iter().map(|finding| (finding.entry, finding.code.to_string())).collect()
}

fn tip_of<S: Store>(store: &S) -> Tip {
    replay(store, Until::End, &mut |_, _| (), |_| ControlFlow::Continue(())).unwrap()
}

/// The same history up to `size`, and then another one.
fn twin(w: &World, size: usize) -> MemoryStore {
    let mut forge = Forge::behind(&w.entries(), size);
    for number in 0..w.entries().len() - size {
        let now = forge.now();
        let list = events(now, registered(&format!("other-{number}")));
        let act = ledger_core::domain::Act {
            id: act_id(&format!("other {number}")),
            documents: vec![],
            events: list,
        };
        let bytes = forge.seal(&forge.head.clone(), now, act, &officer("EE PBO"));
        forge.push(bytes);
    }
    let anchor = forge.anchor();
    MemoryStore::from_parts(forge.entries, anchor).unwrap()
}

#[test]
fn a_ledger_agrees_with_its_own_checkpoints_and_says_who_signed_them() {
    let mut w = busy();
    let first = of_now(&w);
    w.record("EE PBO", "register", &[], registered("later"));
    let second = of_now(&w);
    let report = audited(w.journal.store(), shown(vec![first, second], Some(3)));
    assert!(report.is_sound(), "{:?}", report.findings);
    assert!(report.checkpoints.iter().all(|verdict| verdict.holds));
    let by = report.checkpoints[0].signed_by.as_ref().unwrap();
    assert!(by.log && by.cosigned.len() == 3 && by.unknown == 0);
}

#[test]
fn a_ledger_that_was_cut_off_together_with_its_head_is_behind_a_checkpoint() {
    let w = busy();
    let mut entries = w.entries();
    entries.truncate(entries.len() - 3);
    let forge = Forge::behind(&entries, entries.len());
    let cut = MemoryStore::from_parts(entries, forge.anchor()).unwrap();
    assert!(audited(&cut, Against::default()).is_sound(), "nothing in the copy tells");
    let report = audited(&cut, shown(vec![of_now(&w)], Some(3)));
    assert_eq!(codes(&report), [(cut.len(), "E20".to_owned())]);
}

#[test]
fn a_ledger_with_another_history_is_forked_from_a_checkpoint() {
    let w = busy();
    let other = twin(&w, w.entries().len() - 4);
    assert!(audited(&other, Against::default()).is_sound(), "nothing in the copy tells");
    let report = audited(&other, shown(vec![of_now(&w)], Some(3)));
    assert_eq!(codes(&report), [(w.journal.head().size - 1, "E21".to_owned())]);
}

#[test]
fn a_checkpoint_counts_only_with_the_signatures_that_are_asked_for() {
    let w = busy();
    let last = w.journal.head().size - 1;
    let found = |signed, quorum| codes(&audited(w.journal.store(), shown(vec![signed], quorum)));
    let checkpoint = w.journal.head().checkpoint().unwrap();
    let time = seconds(w.now);
    let two = signed(checkpoint.clone(), &[("EE WIT", time), ("LV WIT", time)]);
    assert_eq!(found(two.clone(), Some(2)), []);
    assert_eq!(found(two, Some(3)), [(last, "E22".to_owned())]);
    // The same ministry twice is one ministry.
    let twice = signed(checkpoint.clone(), &[("EE WIT", time), ("EE WIT", time + 1)]);
    assert_eq!(found(twice, Some(2)), [(last, "E22".to_owned())]);
    // Signed by a key that the ledger does not name.
    let name: note::KeyName = ORIGIN.parse().unwrap();
    let line = note::sign(&name, &checkpoint.to_string(), &officer("EE PBO")).unwrap();
    let stranger = SignedCheckpoint::new(checkpoint.clone(), line).unwrap();
    assert_eq!(found(stranger, None), [(last, "E22".to_owned())]);
    // A signature that belongs to another text.
    let mut other = checkpoint.clone();
    other.size -= 1;
    let line = signed(other, &[]).note().signatures()[0].clone();
    assert_eq!(found(SignedCheckpoint::new(checkpoint, line).unwrap(), None), [(last, "E22".to_owned())]);
}

#[test]
fn a_clock_that_lies_by_a_year_is_found_by_the_cosignatures_around() {
    let w = busy();
    let year = 365 * 24 * 60 * 60;
    let late = |time: u64| {
        signed(
            w.journal.head().checkpoint().unwrap(),
            &[("EE WIT", time), ("LV WIT", time), ("LT WIT", time)],
        )
    };
    let entries = w.journal.head().size;
    // All ministries had seen all entries a year before the entries say that they were recorded.
    let report = audited(w.journal.store(), shown(vec![late(seconds(w.now) - year)], None));
    assert_eq!(report.found, entries);
    assert!(report.findings.iter().all(|finding| finding.code == Code::Flaw(Flaw::ClockFalse)));

    // A year later they had seen none but the first: the others were shown a year late.
    let first = Checkpoint::new(ORIGIN, 1, fresh_root(&w, 1));
    let time = seconds(w.now) + year;
    let early = signed(first, &[("EE WIT", time), ("LV WIT", time), ("LT WIT", time)]);
    let report = audited(w.journal.store(), shown(vec![early.clone()], None));
    assert_eq!((report.found, codes(&report)[0].clone()), (entries - 1, (1, "E23".to_owned())));
    assert!(report.findings.iter().all(|finding| finding.code == Code::Flaw(Flaw::ClockFalse)));

    // Shown late is not written late: how late is too late, the auditor says.
    let mut patient = shown(vec![early], None);
    patient.lineup.late_ms = 2 * year * 1_000;
    assert!(audited(w.journal.store(), patient).is_sound());
}

fn fresh_root(w: &World, size: u64) -> Digest {
    let hashes = fresh_hashes(w.journal.store(), &mut |_, _| ()).unwrap();
    ledger_core::ledger::tree::root(&hashes, size).unwrap()
}

#[test]
fn every_entry_is_proven_to_whoever_has_the_fingerprint_alone() {
    let w = busy();
    let checkpoint = of_now(&w);
    let hashes = fresh_hashes(w.journal.store(), &mut |_, _| ()).unwrap();
    let tip = tip_of(w.journal.store());
    for (entry, bytes) in (0..).zip(w.entries()) {
        let proof = prove(w.journal.store(), &hashes, entry, &checkpoint).unwrap();
        let proof = with_keys(w.journal.store(), &tip, proof).unwrap();
        let read = Proof::parse(proof.to_string().as_bytes()).unwrap();
        assert_eq!(read, proof);
        let brought = read.entries().unwrap();
        let (first, evidence) = brought.split_first().unwrap();
        assert_eq!(*first, bytes);
        let proven = read.verify_entry(first).unwrap();
        assert_eq!(proven.entry, entry);
        let evidence: Vec<_> = evidence.iter().map(|entry| entry.to_vec()).collect();
        let keys = Keyring::from_evidence(&evidence, w.fingerprint()).unwrap().checkpoint_keys();
        let judged = keys.judge(&read.checkpoint).unwrap();
        assert!(judged.log && judged.cosigned.len() == 3);
        // Another entry is not proven by it.
        let other = &w.entries()[usize::from(entry == 0)];
        assert!(matches!(read.verify_entry(other), Err(NotProven::Path(_))));
    }
    let size = w.journal.head().size;
    let after = prove(w.journal.store(), &hashes, size, &checkpoint);
    assert!(matches!(after, Err(JournalError::NotUnder { .. })));
}

#[test]
fn false_hashes_make_no_proof_and_are_made_again() {
    let w = busy();
    let folder = tempfile::tempdir().unwrap();
    let mut kept = NodeFiles::open(folder.path(), true).unwrap();
    keep_up(w.journal.store(), &mut kept, &mut |_, _| ()).unwrap();
    assert_eq!(kept.size(), w.journal.head().size);
    drop(kept);
    let file = folder.path().join("tree/0");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[64] ^= 1;
    std::fs::write(&file, bytes).unwrap();

    let kept = NodeFiles::open(folder.path(), false).unwrap();
    let wrong = hashes(w.journal.store(), &kept, &mut |_, _| ()).unwrap();
    let checkpoint = of_now(&w);
    let refused = prove(w.journal.store(), &wrong, 3, &checkpoint);
    assert!(matches!(refused, Err(JournalError::Evidence(_))), "{refused:?}");
    let fresh = fresh_hashes(w.journal.store(), &mut |_, _| ()).unwrap();
    assert!(prove(w.journal.store(), &fresh, 3, &checkpoint).is_ok());

    let mut kept = NodeFiles::open(folder.path(), true).unwrap();
    kept.clear().unwrap();
    keep_up(w.journal.store(), &mut kept, &mut |_, _| ()).unwrap();
    assert_eq!(kept.node(0, 2).unwrap(), fresh.node(0, 2).unwrap());
}

#[test]
fn a_bundle_holds_and_makes_the_same_ledger_again_to_the_byte() {
    let mut w = busy();
    let folder = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    for more in [0, 3] {
        for number in 0..more {
            w.record("EE PBO", "register", &["other"], registered(&format!("more-{number}")));
        }
        let checkpoint = of_now(&w);
        kept.push((checkpoint.checkpoint().size, checkpoint.to_string().into_bytes()));
        let hashes = fresh_hashes(w.journal.store(), &mut |_, _| ()).unwrap();
        let writer = BundleWriter::open(folder.path()).unwrap();
        export(w.journal.store(), &hashes, &checkpoint, &kept, writer, &mut |_, _| ()).unwrap();

        let bundle = BundleStore::open(folder.path()).unwrap();
        let report = audit_bundle(&bundle, shown(vec![], Some(3)), &mut |_, _| ()).unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!((report.entries, &report.head), (w.journal.head().size, w.journal.head()));

        let mut again = MemoryStore::new();
        copy(&bundle, &mut again, &mut |_, _| ()).unwrap();
        assert_eq!(again.read(0, usize::MAX).unwrap(), w.entries());
        assert_eq!(again.anchor(), w.journal.store().anchor());
    }
}

#[test]
fn who_looks_at_a_bundle_verifies_its_signatures() {
    let w = busy();
    let folder = tempfile::tempdir().unwrap();
    let mut entries = w.entries();
    // The last byte of the last signature: nothing follows that would carry its link.
    let last = entries.last_mut().unwrap();
    let end = last.len() - 1;
    last[end] ^= 1;
    let mut hashes = ledger_core::store::nodes::MemoryNodes::default();
    let links: Vec<Digest> = entries.iter().map(|entry| ledger_core::ledger::digest::link(entry)).collect();
    hashes.extend(&links);
    let size = links.len() as u64;
    let root = ledger_core::ledger::tree::root(&hashes, size).unwrap();
    let mut writer = BundleWriter::open(folder.path()).unwrap();
    entries.iter().zip(&links).for_each(|(entry, link)| writer.append(entry, *link).unwrap());
    writer.finish(signed(Checkpoint::new(ORIGIN, size, root), &[]).to_string().as_bytes()).unwrap();

    let bundle = BundleStore::open(folder.path()).unwrap();
    let refused = replay(&bundle, Until::End, &mut |_, _| (), |_| ControlFlow::Continue(()));
    let Err(JournalError::Evidence(finding)) = refused else { panic!("{refused:?}") };
    assert_eq!((finding.entry, finding.code), (size - 1, Code::Flaw(Flaw::Signature)));
}

#[test]
fn nothing_is_exported_under_a_checkpoint_of_another_history() {
    let w = busy();
    let other = twin(&w, w.entries().len() - 2);
    let folder = tempfile::tempdir().unwrap();
    let hashes = fresh_hashes(&other, &mut |_, _| ()).unwrap();
    let writer = BundleWriter::open(folder.path()).unwrap();
    let refused = export(&other, &hashes, &of_now(&w), &[], writer, &mut |_, _| ());
    assert!(
        matches!(&refused, Err(JournalError::Evidence(finding)) if finding.code == Code::Flaw(Flaw::Forked))
    );
    assert!(BundleStore::open(folder.path()).is_err(), "there is no bundle");
}
