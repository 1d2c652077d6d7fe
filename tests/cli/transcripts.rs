//! The tutorial: every command in cmd/*.md is run as it is written and must answer as it is written. Links, times
//! and process numbers differ from run to run and stand there as `[..]`.
//!
//! `TRYCMD=overwrite cargo test -p ledger-cli --test cli transcripts` writes the answers of the program into
//! the files; what differs from run to run is then to be replaced by `[..]` again.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::support::{PARTIES, World, copy_all, officers_of};

/// The papers that acts bind; what stands in them does not matter.
const PAPERS: [&str; 7] = ["advice", "certificate", "contract", "deed", "invoice", "licence", "memorandum"];

pub(crate) fn sources() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cli/cmd")).to_owned()
}

/// Lays out what a chapter finds in its folder.
pub(crate) fn lay_out(folder: &Path, world: &World) {
    copy_all(world.path(), folder);
    copy_all(&sources().join("files"), folder);
    for paper in PAPERS {
        fs::write(folder.join(format!("{paper}.pdf")), format!("test paper: {paper}\n")).unwrap();
    }
    for party in PARTIES {
        let line = officers_of(folder, party) + "\n";
        fs::write(folder.join(format!("officers-{party}.jsonl")), line).unwrap();
    }
}

#[test]
fn the_program_answers_as_the_tutorial_says() {
    let scratch = TempDir::new().unwrap();
    let mut chapters = Vec::new();
    for file in fs::read_dir(sources()).unwrap() {
        let source = file.unwrap().path();
        if source.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let copy = scratch.path().join(source.file_name().unwrap());
        fs::copy(&source, &copy).unwrap();
        let first = source.file_name().unwrap().to_str().unwrap().starts_with("01");
        lay_out(&copy.with_extension("in"), &if first { World::bare() } else { World::founded() });
        chapters.push((source, copy));
    }
    assert_eq!(chapters.len(), 8, "a chapter is missing, or a new one is not counted");

    let cases = trycmd::TestCases::new();
    cases.default_bin_path(env!("CARGO_BIN_EXE_jointledger"));
    cases.env("JOINTLEDGER_DIR", "baltic");
    for unset in ["JOINTLEDGER_KEY", "JOINTLEDGER_PASSPHRASE_FILE", "SSH_AUTH_SOCK"] {
        cases.env(unset, "");
    }
    cases.case(scratch.path().join("*.md"));
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cases.run()));
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        for (source, copy) in chapters {
            fs::copy(copy, source).unwrap();
        }
    }
    if let Err(failed) = ran {
        std::panic::resume_unwind(failed);
    }
}
