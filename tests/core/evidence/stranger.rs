//! The stranger's verifier (`tests/stranger`), which knows the bytes from `docs/format.md` alone, and the program come to
//! the same verdicts about the same bundles.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ledger_core::journal::{JournalError, audit_bundle, export, flaw_of_store, fresh_hashes};
use ledger_core::store::StoreError;
use ledger_core::store::bundle::{BundleStore, BundleWriter};

use super::held::{busy, codes, of_now, shown};
use super::small::registered;

/// What is found first, and at which entry. Rules of the domain are not for a stranger.
type First = Option<(u64, String)>;

fn exported(folder: &Path) {
    let mut w = busy();
    let mut kept = Vec::new();
    for more in [0, 3] {
        for number in 0..more {
            w.record("EE PBO", "register", &["other"], registered(&format!("more-{number}")));
        }
        let checkpoint = of_now(&w);
        kept.push((checkpoint.checkpoint().size, checkpoint.to_string().into_bytes()));
        let hashes = fresh_hashes(w.journal.store(), &mut |_, _| ()).unwrap();
        let writer = BundleWriter::open(folder).unwrap();
        export(w.journal.store(), &hashes, &checkpoint, &kept, writer, &mut |_, _| ()).unwrap();
    }
}

fn ours(folder: &Path) -> First {
    let audited = BundleStore::salvage(folder)
        .map_err(JournalError::from)
        .and_then(|bundle| audit_bundle(&bundle, shown(vec![], Some(3)), &mut |_, _| ()));
    match audited {
        Ok(report) => codes(&report).into_iter().find(|(_, code)| code.starts_with('E')),
        // The program says that it is no bundle at all.
        Err(JournalError::Store(StoreError::NotABundle { .. })) => Some((0, "E25".into())),
        Err(JournalError::Store(error)) => {
            let finding = flaw_of_store(&error).unwrap_or_else(|| panic!("{error}"));
            Some((finding.entry, finding.code.to_string()))
        }
        Err(error) => panic!("{error}"),
    }
}

fn strangers(folder: &Path) -> First {
    let verifier = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stranger/verify.py");
    let answer =
        Command::new("python3").arg(verifier).arg(folder).args(["--quorum", "3", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    let first = report["findings"].as_array().unwrap().iter();
    let first =
        first.map(|found| (found["entry"].as_u64().unwrap(), found["code"].as_str().unwrap().to_owned()));
    first.into_iter().find(|(_, code)| code.starts_with('E'))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Needs Python with the package `cryptography`.
#[test]
#[ignore = "runs another verifier"]
fn the_strangers_verifier_finds_first_what_the_program_finds_first() {
    let folder = tempfile::tempdir().unwrap();
    exported(folder.path());
    assert_eq!((ours(folder.path()), strangers(folder.path())), (None, None));
    let mut differences = Vec::new();
    let mut compare = |what: String| {
        let (ours, strangers) = (ours(folder.path()), strangers(folder.path()));
        if ours != strangers {
            differences.push(format!("{what}: {ours:?}, the stranger: {strangers:?}"));
        }
    };
    for path in files(folder.path()) {
        let sound = fs::read(&path).unwrap();
        let name = path.strip_prefix(folder.path()).unwrap().display();
        for at in (0..sound.len()).step_by(sound.len() / 24 + 1) {
            let mut changed = sound.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&path, changed).unwrap();
            compare(format!("{name}, bit flipped in byte {at}"));
        }
        fs::write(&path, &sound[..sound.len() - 1]).unwrap();
        compare(format!("{name}, cut"));
        fs::write(&path, [&sound[..], b"x\n"].concat()).unwrap();
        compare(format!("{name}, longer"));
        fs::remove_file(&path).unwrap();
        compare(format!("{name}, deleted"));
        fs::write(&path, sound).unwrap();
    }
    for stray in ["x", "tile/0/001", "checkpoints/999", "checkpoints/05", "documents.new", "tile/entries/x"] {
        fs::write(folder.path().join(stray), b"").unwrap();
        compare(format!("{stray} is there"));
        fs::remove_file(folder.path().join(stray)).unwrap();
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
