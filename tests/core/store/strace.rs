//! The real system calls, seen and spoiled by strace: what the injected steps promise is what the kernel is
//! asked for.
//!
//! These tests are ignored unless asked for, because they need a program; they are never passed in silence.

use std::fs;
use std::path::Path;

use super::child::{LEN, Running};
use super::support::{check_sound, copy_folder, ledger, open, without_snapshots};

/// One system call.
#[derive(Debug)]
struct Call {
    /// Line of the trace where it begins, and where it ends.
    begun: usize,
    ended: usize,
    name: String,
    arguments: String,
    result: String,
}

impl Call {
    fn is(&self, name: &str, argument: &str) -> bool {
        self.name.starts_with(name) && self.arguments.contains(argument)
    }

    /// The number of the descriptor that is the first argument.
    fn descriptor(&self) -> &str {
        self.arguments.split_once('<').unwrap().0
    }
}

/// Reads a trace of many threads: a call that was interrupted by another thread's is on two lines.
fn parse(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut open: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let call = &mut calls[open.remove(thread).unwrap()];
            call.ended = at;
            call.result = resumed.rsplit_once(" = ").map_or("?", |(_, result)| result).to_owned();
        } else if let Some((name, rest)) = rest.split_once('(') {
            let (arguments, result) = rest.rsplit_once(" = ").unwrap_or((rest, "?"));
            if rest.ends_with("<unfinished ...>") {
                open.insert(thread, calls.len());
            }
            calls.push(Call {
                begun: at,
                ended: at,
                name: name.to_owned(),
                arguments: arguments.to_owned(),
                result: result.to_owned(),
            });
        }
    }
    calls
}

/// Runs `job` under strace; gives the calls and what the child printed.
fn traced(root: &Path, job: &str, folder: &Path) -> (Vec<Call>, Vec<String>) {
    let file = root.join("trace");
    let calls = "trace=openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,mkdir";
    let wrapper = ["strace", "-f", "-y", "-s", "200", "-e", calls, "-o", file.to_str().unwrap()];
    let (lines, status) = Running::start_under(&wrapper, job, folder).finish();
    assert!(status.success(), "{status}");
    (parse(&fs::read_to_string(file).unwrap()), lines)
}

/// Rules 1, 2 and 6 as the kernel sees them.
#[test]
#[ignore = "needs strace; .ci/run runs it"]
fn the_kernel_syncs_before_an_acknowledgement_is_printed() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 5, LEN);
    for batch in [1, 40] {
        let (calls, lines) = traced(root.path(), &format!("append {batch} 6"), &folder);
        assert_eq!(lines.iter().filter(|line| line.starts_with("ack ")).count(), 6, "{lines:?}");
        let db = format!("{}/entries/db>", folder.display());
        let path = |name: &str| format!("{}{name}>", folder.display());

        // Rule 2: one descriptor, opened before sled's first write, and before sled itself opens the file.
        let opened: Vec<_> = calls
            .iter()
            .filter(|call| call.is("openat", "entries/db\"") && call.result.contains(&db))
            .collect();
        assert_eq!(opened.len(), 2, "ours and sled's, and never again: {opened:#?}");
        assert!(opened[0].arguments.contains("O_RDONLY") && opened[1].arguments.contains("O_RDWR"));
        let ours = opened[0].result.split_once('<').unwrap().0;
        let first_write = calls.iter().find(|call| call.is("pwrite64", &db)).unwrap();
        assert!(opened[0].ended < first_write.begun);

        let mut from = 0;
        for number in 1..=6 {
            let ack = calls
                .iter()
                .position(|call| call.begun > from && call.is("write", "JOB ack "))
                .unwrap_or_else(|| panic!("no acknowledgement {number}"));
            let ack = &calls[ack];
            let before: Vec<_> =
                calls.iter().filter(|call| call.begun > from && call.ended < ack.begun).collect();
            let last = |name: &str, argument: &str| {
                *before.iter().rfind(|call| call.is(name, argument)).unwrap_or_else(|| {
                    panic!("no {name} of {argument} before acknowledgement {number}: {before:#?}")
                })
            };
            let chain = [
                last("pwrite64", &db),
                last("fsync", &db),
                last("write", &path("/HEAD.new")),
                last("fsync", &path("/HEAD.new")),
                last("rename", "/HEAD\""),
                last("fsync", &path("")),
            ];
            for pair in chain.windows(2) {
                assert!(pair[0].ended < pair[1].begun, "{pair:#?}");
            }
            for call in &chain[1..] {
                assert!(!call.result.starts_with('-') && call.result != "?", "{call:?}");
            }
            assert_eq!(chain[1].descriptor(), ours, "fsync of the descriptor that was held");
            // Nothing reaches the log between its fsync and the acknowledgement.
            assert!(!calls.iter().any(|call| {
                call.is("pwrite64", &db) && call.ended > chain[1].begun && call.begun < ack.begun
            }));
            from = ack.ended;
        }
    }
}

/// Rule 4 as the kernel sees it.
#[test]
#[ignore = "needs strace; .ci/run runs it"]
fn the_kernel_syncs_all_of_a_new_ledger_before_its_head() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    let (calls, lines) = traced(root.path(), "create", &folder);
    assert_eq!(lines, ["created"]);
    let rename = calls.iter().find(|call| call.is("rename", "/HEAD\"")).unwrap();
    let last = |name: &str, argument: &str| {
        calls
            .iter()
            .rfind(|call| call.is(name, argument) && call.ended < rename.begun && call.result == "0")
            .unwrap_or_else(|| panic!("no {name} of {argument} before HEAD is there"))
    };
    for name in ["/entries/conf>", "/entries/blobs>", "/entries/db>", "/entries>", "/HEAD.new>"] {
        last("fsync", &format!("{}{name}", folder.display()));
    }
    last("fsync", &format!("{}>", root.path().canonicalize().unwrap().display()));
    let written = |call: &&Call| call.is("pwrite64", "/entries/db>") && call.begun < rename.begun;
    let last_write = calls.iter().rfind(written).unwrap();
    assert!(last_write.ended < last("fsync", "/entries/db>").begun, "written after it was synced");
    let created = calls.iter().find(|call| call.is("write", "JOB created")).unwrap();
    let folder = format!("{}>", folder.display());
    assert!(
        calls.iter().any(|call| {
            call.is("fsync", &folder) && call.begun > rename.ended && call.ended < created.begun
        }),
        "the new name of the head was not synced"
    );
}

/// A folder in doubt: every byte of the log is written over itself and synced before sled opens it.
#[test]
#[ignore = "needs strace; .ci/run runs it"]
fn the_kernel_is_given_again_what_is_in_doubt() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 400, LEN);
    let db = fs::read(folder.join("entries/db")).unwrap();
    fs::write(folder.join("IN-DOUBT"), "").unwrap();
    let (calls, lines) = traced(root.path(), "append 1 1", &folder);
    assert_eq!(lines, ["open 400", "ack 401"]);
    let sled =
        calls.iter().find(|call| call.is("openat", "/entries/db\"") && call.arguments.contains("O_CREAT"));
    let sled = sled.unwrap();
    let before: Vec<_> = calls.iter().take_while(|call| call.begun < sled.begun).collect();
    let written: Vec<_> = before.iter().filter(|call| call.is("write", "/entries/db>")).collect();
    let bytes: usize = written.iter().map(|call| call.result.parse::<usize>().unwrap()).sum();
    assert_eq!(bytes, db.len());
    let synced = before.iter().rfind(|call| call.is("fsync", "/entries/db>")).unwrap();
    assert!(synced.begun > written.last().unwrap().ended && synced.result == "0");
    assert!(fs::read(folder.join("entries/db")).unwrap().starts_with(&db));
}

/// Rule 7 as the kernel sees it: nothing below the folder is opened for writing or renamed.
#[test]
#[ignore = "needs strace; .ci/run runs it"]
fn the_kernel_is_asked_to_change_nothing_by_looking() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 30, LEN);
    let (calls, lines) = traced(root.path(), "look", &folder);
    assert_eq!(lines, ["looked 30"]);
    let inside = format!("{}/", folder.display());
    let touched: Vec<_> = calls.iter().filter(|call| call.arguments.contains(&inside)).collect();
    assert!(touched.iter().any(|call| call.is("openat", "/entries/db\"")), "the trace shows nothing");
    for call in touched {
        assert!(call.name == "openat" && call.arguments.contains("O_RDONLY"), "{call:?}");
    }
}

/// Rule 3 with real errors: whatever the kernel refuses, from the n-th time on, no acknowledgement follows,
/// the right to acknowledge is gone, and the folder opens again with all that was acknowledged.
#[test]
#[ignore = "needs strace; .ci/run runs it"]
fn an_error_of_the_kernel_ends_the_right_to_acknowledge() {
    for (call, name, error) in [
        ("fsync", "/entries/db", "EIO"),
        ("fsync", "/HEAD.new", "EIO"),
        ("fsync", "", "EIO"),
        ("write", "/HEAD.new", "ENOSPC"),
        ("rename", "/HEAD.new", "EIO"),
        ("pwrite64", "/entries/db", "ENOSPC"),
        ("pwrite64", "/entries/db", "EIO"),
        ("sync_file_range", "/entries/db", "EIO"),
        ("openat", "/HEAD.new", "EMFILE"),
    ] {
        let mut past_opening = 0;
        for when in [2, 4, 9] {
            for batch in [1, 30] {
                let context =
                    format!("{call} of {name:?} fails with {error} from time {when}, {batch} at once");
                let root = tempfile::tempdir().unwrap();
                let folder = root.path().join("ledger");
                ledger(&folder, 5, LEN);
                let path = format!("{}{name}", folder.display());
                let (trace, inject) =
                    (format!("trace={call}"), format!("inject={call}:error={error}:when={when}+"));
                let wrapper = ["strace", "-f", "-o", "/dev/null", "-P", &path, "-e", &trace, "-e", &inject];
                let (lines, status) =
                    Running::start_under(&wrapper, &format!("append {batch} 100"), &folder).finish();

                assert_eq!(status.code(), Some(3), "{context}: {lines:?}");
                let mut acknowledged = 5;
                let mut lines = lines.iter();
                let opened = lines.next().unwrap_or_else(|| panic!("{context}: no word"));
                if opened.starts_with("refused: ") {
                    check_sound(&open(&folder).unwrap(), acknowledged, LEN);
                    continue;
                }
                past_opening += 1;
                assert_eq!(opened, "open 5", "{context}");
                let stopped = loop {
                    let line = lines.next().unwrap_or_else(|| panic!("{context}: never failed"));
                    match line.strip_prefix("ack ") {
                        Some(size) => acknowledged = size.parse().unwrap(),
                        None => break line,
                    }
                };
                assert!(stopped.starts_with("must reopen: "), "{context}: {stopped}");
                assert_eq!(lines.collect::<Vec<_>>(), ["again: true"], "{context}");

                // The same folder, in a process that the disk obeys; and as sled finds it without snapshots.
                let copy = root.path().join("copy");
                copy_folder(&folder, &copy);
                without_snapshots(&copy);
                for folder in [&folder, &copy] {
                    let store = open(folder).unwrap_or_else(|error| panic!("{context}: {error:?}"));
                    check_sound(&store, acknowledged, LEN);
                }
            }
        }
        assert!(past_opening > 2, "{call} of {name:?} always failed while opening: nothing was tested");
    }
}
