//! Every byte of the sound bundle counts: each is changed, one at a time, and is found at the entry to which it belongs.
//! Which entry that is follows here from where the byte stands, not from what the auditor says.

use std::fs;

use rayon::prelude::*;

use super::bundle_fixtures::{Auditing, audit};
use super::bundle_ledger::{Witnessed, witnessed, write};

/// One byte of one file, and what it becomes.
#[derive(Debug, Clone)]
struct Flip<'a> {
    file: &'a str,
    at: usize,
    byte: u8,
    /// Where the first finding has to stand.
    entry: u64,
    /// The codes that it may have.
    codes: &'static [&'static str],
}

/// What an entry can be found to be when a byte of it, or of the length before it, is another.
const OF_ENTRIES: &[&str] = &["E01", "E02", "E03", "E09", "E25"];

/// The entry to which a byte belongs, and the codes with which it can be found.
fn owner(sound: &Witnessed, file: &str, at: usize) -> (u64, &'static [&'static str]) {
    let bytes = &sound.files[file];
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    if file.starts_with("tile/entries/") {
        // The entries one behind the other, each behind its length of two bytes. When the length is another, the entry
        // has other bytes, too few or too many, or the file ends inside it; so it is found there, not behind.
        let mut end = 0;
        let entry = sound.entries.iter().position(|entry| {
            end += 2 + entry.len();
            at < end
        });
        return (entry.unwrap() as u64, OF_ENTRIES);
    }
    if file.starts_with("tile/0/") {
        return ((at / 32) as u64, &["E24"]);
    }
    if file == "documents" {
        let line = bytes.split(|byte| *byte == b'\n').nth(line).unwrap();
        let number = line.split(|byte| *byte == b' ').next().unwrap();
        return (std::str::from_utf8(number).unwrap().parse().unwrap(), &["E26"]);
    }
    if file == "checkpoint" {
        let first_line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        // Exception: its second line says how large the bundle is, and a newline at its ends where that stands. When
        // it says something else, the bundle is not whole from its first file on, or nothing of it can be said.
        return if at == first_line || line == 1 { (0, &["E25"]) } else { (59, &["E22"]) };
    }
    let size: u64 = file.strip_prefix("checkpoints/").unwrap().parse().unwrap();
    (size - 1, &["E22"])
}

/// Every `step`-th byte of every file: one bit of it flipped, and in a text also another digit in its place.
fn flips(sound: &Witnessed, step: usize) -> Vec<Flip<'_>> {
    let mut flips = Vec::new();
    for (file, bytes) in &sound.files {
        for at in (0..bytes.len()).step_by(step) {
            let (entry, codes) = owner(sound, file, at);
            let mut changed = vec![bytes[at] ^ (1 << (at % 8))];
            if !file.starts_with("tile") {
                changed.push(if bytes[at] == b'0' { b'1' } else { b'0' });
            }
            flips.extend(changed.into_iter().map(|byte| Flip { file, at, byte, entry, codes }));
        }
    }
    flips
}

/// What is wrong with the findings of the flips; each thread works in a folder of its own.
fn not_found(sound: &Witnessed, flips: &[Flip<'_>]) -> Vec<String> {
    let auditing = Auditing::of(sound);
    let part = flips.len().div_ceil(rayon::current_num_threads() * 8).max(1);
    let wrong = flips.par_chunks(part).flat_map_iter(|part| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &sound.files);
        let mut wrong = Vec::new();
        for flip in part {
            let (path, mut bytes) = (folder.path().join(flip.file), sound.files[flip.file].clone());
            bytes[flip.at] = flip.byte;
            fs::write(&path, &bytes).unwrap();
            let findings = audit(folder.path(), &auditing);
            let right = findings.first().is_some_and(|finding| {
                finding.entry == flip.entry && flip.codes.contains(&finding.code.to_string().as_str())
            });
            if !right {
                wrong.push(format!("{flip:?}: {:?}", findings.first()));
            }
            fs::write(&path, &sound.files[flip.file]).unwrap();
        }
        wrong
    });
    wrong.collect()
}

fn find_all(step: usize) -> usize {
    let sound = witnessed();
    let flips = flips(&sound, step);
    let wrong = not_found(&sound, &flips);
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        flips.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    flips.len()
}

#[test]
fn a_changed_byte_is_found_at_its_entry() {
    assert!(find_all(SAMPLE) > 3_000);
}

/// Every how manieth byte is changed where time counts. Odd, so that every bit has its turn.
const SAMPLE: usize = 7;

#[test]
#[ignore = "takes minutes"]
fn many_changed_bytes_are_found_each_at_its_entry() {
    let flipped = find_all(1);
    assert!(flipped > 22_000, "{flipped}");
}
