//! Another process: the test binary, run again with a job in its environment.
//!
//! Locks, kills and real system calls need one. [`job`] is a test only in name: without a job it has nothing
//! to do and passes.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use ledger_core::store::conformance::{anchor, entry};
use ledger_core::store::sled::SledStore;
use ledger_core::store::{Store, StoreError};

use super::support::check_sound;

const JOB: &str = "JOINT_LEDGER_STORE_JOB";
/// Bytes of the entries that children append.
pub(super) const LEN: usize = 700;

/// A running child. Killed when dropped.
pub(super) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// The command that does `job` on `folder`, behind `wrapper` if there is one (strace and its arguments).
fn command(wrapper: &[&str], job: &str, folder: &Path) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match wrapper {
        [] => Command::new(this),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(this);
            command
        }
    };
    command.args(["--exact", "store::child::job", "--nocapture", "--test-threads=1"]);
    command.env(JOB, format!("{job}\t{}", folder.display()));
    command.env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

impl Running {
    pub(super) fn start(job: &str, folder: &Path) -> Self {
        Self::start_under(&[], job, folder)
    }

    pub(super) fn start_under(wrapper: &[&str], job: &str, folder: &Path) -> Self {
        let mut child = command(wrapper, job, folder).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that the job printed, without those of the test harness.
    pub(super) fn line(&mut self) -> Option<String> {
        // The harness writes "test store::child::job ... " without ending the line.
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| line.split_once("JOB ").map(|(_, line)| line.to_owned()))
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets a waiting job end, and gives its remaining lines.
    pub(super) fn finish(mut self) -> (Vec<String>, ExitStatus) {
        drop(self.child.stdin.take());
        let lines = std::iter::from_fn(|| self.line()).collect();
        (lines, self.child.wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "JOB {line}").unwrap();
    out.flush().unwrap();
}

#[test]
fn job() {
    let Ok(job) = std::env::var(JOB) else { return };
    let (job, folder) = job.split_once('\t').unwrap();
    let folder = Path::new(folder);
    match job.split(' ').collect::<Vec<_>>()[..] {
        ["hold"] => {
            let _store = SledStore::open(folder, Duration::ZERO).unwrap();
            say("holding");
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
        ["create"] => {
            SledStore::create(folder).unwrap();
            say("created");
        }
        ["look"] => {
            let scratch = folder.parent().unwrap();
            let store = SledStore::inspect(folder, scratch, Duration::ZERO).unwrap();
            say(&format!("looked {}", store.read(0, usize::MAX).unwrap().len()));
        }
        ["append", batch, times] => append_batches(folder, batch.parse().unwrap(), times.parse().unwrap()),
        ["try", ref files @ ..] => super::damage::try_all(folder, files),
        ref other => panic!("no such job: {other:?}"),
    }
    std::process::exit(0);
}

/// Appends batches and prints each acknowledgement, as the command line would; after a failure it leaves
/// without dropping anything (rule 3).
fn append_batches(folder: &Path, batch: u64, times: u64) {
    let mut store = match SledStore::open(folder, Duration::from_secs(10)) {
        Ok(store) => store,
        Err(error) => {
            say(&format!("refused: {error}"));
            std::process::exit(3);
        }
    };
    check_sound(&store, 0, LEN);
    let (acknowledged, all) = (store.anchor(), anchor(store.len()));
    store.adopt_tail(acknowledged, all).unwrap();
    say(&format!("open {}", all.size));
    for _ in 0..times {
        let size = store.anchor().size;
        let entries: Vec<_> = (size..size + batch).map(|position| entry(position, LEN)).collect();
        match store.commit(anchor(size), &entries, anchor(size + batch)) {
            Ok(()) => say(&format!("ack {}", size + batch)),
            Err(StoreError::MustReopen { cause }) => {
                say(&format!("must reopen: {cause}"));
                let again = store.commit(anchor(size), &entries, anchor(size + batch));
                say(&format!("again: {}", matches!(again, Err(StoreError::MustReopen { .. }))));
                std::process::exit(3);
            }
            Err(error) => {
                say(&format!("error: {error}"));
                std::process::exit(4);
            }
        }
    }
}
