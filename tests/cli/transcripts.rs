//! The tutorial: every command in cmd/*.md is run as it is written and must answer as it is written. Links, times
//! and process numbers differ from run to run and stand there as `[..]`.
//!
//! `TRYCMD=overwrite cargo test -p ledger-cli --test cli transcripts` writes the answers of the program into
//! the files, with `[..]` for times and links; what else differs from run to run (new keys, days that are counted from
//! today) is then to be replaced by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ledger_core::domain::Timestamp;
use tempfile::TempDir;

use super::seals::{checkpoint, clock, keep, policy, seal, sealed};
use super::support::{PARTIES, World, copy_all, fuel, officers_of, words};

/// The papers that acts bind; what stands in them does not matter.
const PAPERS: [&str; 8] =
    ["advice", "certificate", "contract", "deed", "form", "invoice", "licence", "memorandum"];

fn sources() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cli/cmd")).to_owned()
}

/// Lays out what a chapter finds in its folder.
fn lay_out(folder: &Path, world: &World) {
    copy_all(world.path(), folder);
    copy_all(&sources().join("files"), folder);
    for paper in PAPERS {
        fs::write(folder.join(format!("{paper}.pdf")), format!("test paper: {paper}\n")).unwrap();
    }
    for party in PARTIES {
        let line = officers_of(folder, party) + "\n";
        fs::write(folder.join(format!("officers-{party}.jsonl")), line).unwrap();
    }
    fs::write(folder.join("crisis.jsonl"), crisis() + "\n").unwrap();
}

/// Lays out a ledger under a checkpoint that all have cosigned, and what became of copies of it: `older` lacks the last
/// entry, `other` has another one in its place, under a checkpoint of its own, and `damaged` is a bundle with a bit that
/// was turned in its last entry.
fn lay_out_copies(folder: &Path) {
    let world = sealed();
    policy(&world);
    copy_all(&world.ledger(), &world.path().join("older"));
    copy_all(&world.ledger(), &world.path().join("other"));
    world.append("ee-pbo", &[fuel(1)]).done();
    seal(&world, "baltic");
    let two = fuel(2) + "\n";
    world.run_with(["--ledger", "other", "append", "--key", "ee-pbo"], two.as_bytes()).done();
    keep(&world, "other", &checkpoint(&world, "other", &[("ee", clock())]));
    world.line("export damaged").done();
    let last = world.path().join("damaged/tile/entries/000.p/14");
    let mut bytes = fs::read(&last).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&last, bytes).unwrap();
    fs::remove_dir_all(folder).unwrap();
    copy_all(world.path(), folder);
}

/// A ledger in which every act of a chapter was recorded.
pub(crate) fn play(chapter: &str) -> World {
    let world = World::bare();
    lay_out(world.path(), &World::founded());
    let text = fs::read_to_string(sources().join(format!("{chapter}.md"))).unwrap();
    let mut calls: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(call) = line.strip_prefix("$ jointledger ") {
            calls.push(call.to_owned());
        } else if let Some(more) = line.strip_prefix("> ") {
            calls.last_mut().unwrap().push_str(&format!(" {more}"));
        }
    }
    let acts = ["record", "append", "countersign", "refuse"];
    for call in calls.iter().filter(|call| acts.iter().any(|act| call.starts_with(act))) {
        world.run(words(call));
    }
    world
}

/// Latvia declares a crisis. None may begin before it is declared, so this one begins now.
fn crisis() -> String {
    let now = UNIX_EPOCH.elapsed().unwrap().as_millis().try_into().unwrap();
    let starts = Timestamp::from_millis(now).unwrap();
    serde_json::json!({ "events": [{ "CrisisDeclared": {
        "occurred_at": starts,
        "crisis": "CR-1",
        "party": "LV",
        "scope": "NATIONAL",
        "families": ["MUTUAL_SUPPORT"],
        "starts_at": starts,
        "expires_at": starts.later_by(60 * 60 * 60 * 1000),
        "ground": "attack on a neighbour",
    }}]})
    .to_string()
}

/// A transcript with `[..]` in place of the times at which something was recorded, and of links.
fn blurred(text: &str) -> String {
    let mut blurred = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        // The head of a column of times is as wide as they are.
        for (head, width) in [("RECORDED", 18), ("DISPATCHED", 16)] {
            line = line.replace(&format!("{head}{} ", " ".repeat(width - 1)), &format!("{head} [..] "));
        }
        while let Some(place) = (0..line.len()).find(|place| is_time(line.get(*place..*place + 24))) {
            line.replace_range(place..place + 24, "[..]");
        }
        // How much later an act was recorded than it occurred: chapters are played on any day.
        if let (Some(from), Some(to)) = (line.find("recorded [..] ("), line.find(" later)")) {
            line.replace_range(from + "recorded [..] (".len()..to, "[..]");
        }
        if let Some(at) = line.find("recorded_later_ms\":").map(|at| at + "recorded_later_ms\":".len()) {
            let digits = line[at..].bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                line.replace_range(at..at + digits, "[..]");
            }
        }
        // Signatures, roots and times of checkpoints.
        if let Some(at) = line.rfind(' ').filter(|_| line.starts_with("\u{2014} ")) {
            line.replace_range(at + 1.., "[..]");
        }
        if line.len() == 44 && line.ends_with('=') {
            line = "[..]".into();
        }
        if line.contains("cosigned by") {
            let is_moment = |text: &str| text.parse::<Timestamp>().is_ok();
            while let Some(place) =
                (0..line.len()).find(|place| line.get(*place..*place + 20).is_some_and(is_moment))
            {
                line.replace_range(place..place + 20, "[..]");
            }
        }
        let links = ["holds", "recorded: entry", "head ", "state ", "  link ", "  act ", "{"];
        if links.iter().any(|start| line.starts_with(start)) {
            let is_hex = |piece: &str| {
                [64, 32].contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_hexdigit())
            };
            // Keys and the ids in the tutorial's own files are always the same.
            let kept =
                |piece: &str| line.contains(&format!("author\":\"{piece}")) || piece.starts_with("0000");
            let pieces = line.split([' ', '"']).filter(|piece| is_hex(piece) && !kept(piece));
            let found: Vec<String> = pieces.map(str::to_owned).collect();
            for piece in found {
                line = line.replace(&piece, "[..]");
            }
        }
        blurred.push_str(&line);
        blurred.push('\n');
    }
    blurred
}

/// True for `2026-01-30T09:00:00.123Z`: only the program's own clock has thousandths.
fn is_time(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.contains('.') && text.parse::<Timestamp>().is_ok())
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
        let folder = copy.with_extension("in");
        lay_out(&folder, &if first { World::bare() } else { World::founded() });
        if source.ends_with("12-checkpoint.md") {
            copy_all(&folder.join("baltic"), &folder.join("baltic-lv"));
            copy_all(&folder.join("baltic"), &folder.join("baltic-lt"));
        }
        if source.ends_with("13-bundle.md") {
            lay_out_copies(&folder);
        }
        chapters.push((source, copy));
    }
    assert_eq!(chapters.len(), 14, "a chapter is missing, or a new one is not counted");

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
            fs::write(source, blurred(&fs::read_to_string(copy).unwrap())).unwrap();
        }
    }
    if let Err(failed) = ran {
        std::panic::resume_unwind(failed);
    }
}
