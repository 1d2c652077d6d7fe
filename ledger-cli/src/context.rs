//! What every command has: where the ledger is, how to speak, what the time is.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ledger_core::domain::Timestamp;
use ledger_core::journal::{Journal, Stamp};
use ledger_core::ledger::Signer;
use ledger_core::store::sled::SledStore;
use serde::Serialize;

use crate::cli::GlobalArgs;
use crate::error::{Answer, CommandError};
use crate::looked::{self, Looked};
use crate::render::progress::Bar;

/// Version of the JSON lines; goes up when a field changes its meaning.
const JSON_VERSION: u32 = 1;

/// The surroundings of a command.
#[derive(Debug)]
pub(crate) struct Context {
    ledger: Option<PathBuf>,
    wait: Duration,
    pub(crate) json: bool,
    quiet: bool,
}

/// Writes a line, in one piece.
fn write_line(mut out: impl Write, line: &dyn Display) -> io::Result<()> {
    writeln!(out, "{line}").and_then(|()| out.flush())
}

impl Context {
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        Self {
            ledger: args.ledger.clone().filter(|ledger| !ledger.as_os_str().is_empty()),
            wait: Duration::from_secs(args.wait),
            json: args.json,
            quiet: args.quiet,
        }
    }

    /// The same surroundings, at another ledger.
    pub(crate) fn at(&self, ledger: &Path) -> Self {
        Self { ledger: Some(ledger.to_owned()), wait: self.wait, json: self.json, quiet: self.quiet }
    }

    /// The ledger's folder.
    pub(crate) fn ledger(&self) -> Result<&Path, CommandError> {
        self.ledger.as_deref().ok_or_else(|| {
            CommandError::usage("no ledger was named").hint("give --ledger DIR, or set JOINTLEDGER_DIR")
        })
    }

    /// How long whoever else has the ledger, or a key's memory, is waited for.
    pub(crate) const fn wait(&self) -> Duration {
        self.wait
    }

    /// Whether a ledger was named.
    pub(crate) const fn has_ledger(&self) -> bool {
        self.ledger.is_some()
    }

    /// Opens the ledger to record in it.
    pub(crate) fn open(&self) -> Result<Journal<SledStore>, CommandError> {
        let folder = self.ledger()?;
        if looked::is_bundle(folder) {
            let folder = folder.display();
            return Err(CommandError::usage(format!("{folder} is a bundle, and nothing is recorded in one"))
                .hint(format!("make a ledger of it: `jointledger --ledger NEW import {folder}`")));
        }
        let store = SledStore::open(folder, self.wait)?;
        let mut bar = self.progress("reading");
        Ok(Journal::open(store, &mut |done, total| bar.at(done, total))?)
    }

    /// Opens a copy of the ledger, or a bundle, to look at it; not a byte of its folder changes.
    pub(crate) fn look(&self) -> Result<Looked, CommandError> {
        let folder = self.ledger()?;
        let looked = Looked::open(folder, self.wait)?;
        if matches!(looked, Looked::Bundle(_)) {
            self.talk(format_args!(
                "{} is a bundle; its entries are checked, who signed its checkpoint is for `verify` to say",
                folder.display()
            ));
        }
        Ok(looked)
    }

    /// As [`look`](Self::look), also when a part of it is missing.
    pub(crate) fn salvage(&self) -> Result<Looked, CommandError> {
        Looked::salvage(self.ledger()?, self.wait)
    }

    /// Progress of long work, on stderr, if somebody looks.
    pub(crate) fn progress(&self, what: &'static str) -> Bar {
        Bar::new(what, self.quiet || self.json)
    }

    /// What the clock of this machine says.
    pub(crate) fn now(&self) -> Result<Timestamp, CommandError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = since.ok().and_then(|since| u64::try_from(since.as_millis()).ok());
        millis
            .and_then(|millis| Timestamp::from_millis(millis).ok())
            .ok_or_else(|| CommandError::new(Answer::Unknown, "the clock of this machine is not set"))
    }

    /// A signature of `signer` at this moment.
    pub(crate) fn stamp<'a>(&self, signer: &'a dyn Signer) -> Result<Stamp<'a>, CommandError> {
        Ok(Stamp { signer, now: self.now()? })
    }

    /// Data for people, on stdout.
    pub(crate) fn say(&self, line: impl Display) -> Result<(), CommandError> {
        write_line(anstream::stdout().lock(), &line).or_else(ended)
    }

    /// Data for programs, on stdout: one JSON object a line, with its kind and version.
    pub(crate) fn emit(&self, kind: &str, value: impl Serialize) -> Result<(), CommandError> {
        emit(kind, value)
    }

    /// A whole text, on stdout.
    pub(crate) fn write(&self, text: &[u8]) -> Result<(), CommandError> {
        let mut out = io::stdout().lock();
        out.write_all(text).and_then(|()| out.flush()).or_else(ended)
    }

    /// What became of writing on stdout: that nobody reads any more is no error.
    pub(crate) fn ended(&self, written: io::Result<()>) -> Result<(), CommandError> {
        written.or_else(ended)
    }

    /// Talk, on stderr, unless asked to be quiet.
    pub(crate) fn talk(&self, line: impl Display) {
        if !self.quiet {
            // When nobody hears it, nothing is lost.
            let _ = write_line(anstream::stderr().lock(), &line);
        }
    }
}

/// One JSON object on a line of stdout, with its kind and version.
pub(crate) fn emit(kind: &str, value: impl Serialize) -> Result<(), CommandError> {
    #[derive(Serialize)]
    struct Line<'a, T> {
        kind: &'a str,
        version: u32,
        #[serde(flatten)]
        value: T,
    }
    let line = serde_json::to_string(&Line { kind, version: JSON_VERSION, value })
        .map_err(|error| CommandError::new(Answer::Unknown, format!("could not write JSON: {error}")))?;
    write_line(io::stdout().lock(), &line).or_else(ended)
}

fn ended(error: io::Error) -> Result<(), CommandError> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Err(CommandError::gone());
    }
    Err(CommandError::io("write the answer")(error))
}
