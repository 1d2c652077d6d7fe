//! The ledger's procurements as the Open Contracting Data Standard 1.1.5 writes them (domain.md 9.1).

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::json::Json;
use crate::domain::{Party, State};
use crate::journal::Visit;
use crate::ledger::Head;

/// The publisher's part of an ocid, such as `ocds-213czf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

impl FromStr for Prefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("ocds-").unwrap_or_default();
        let sound = rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        sound.then(|| Self(text.to_owned())).ok_or_else(|| {
            format!("{text:?} is no prefix of an ocid: it is `ocds-` and six letters or digits, such as ocds-213czf")
        })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How procurements are published.
#[derive(Debug, Clone)]
pub struct Options {
    /// The publisher's part of an ocid.
    pub prefix: Prefix,
    /// Only procurements in which this party takes part.
    pub party: Option<Party>,
    /// Also what is marked restricted.
    pub restricted: bool,
}

/// Releases while they are gathered from the entries.
#[derive(Debug)]
pub struct Publication {
    options: Options,
}

/// A publication that is complete.
#[derive(Debug)]
pub struct Published {
    prefix: Prefix,
}

impl Publication {
    /// A publication without releases.
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    /// Takes the next entry.
    pub fn take(&mut self, _: &Visit<'_>) {}

    /// Ends it with the state and head after the last entry.
    pub fn close(self, _: &State, _: &Head) -> Published {
        Published { prefix: self.options.prefix }
    }
}

impl Published {
    /// How many releases there are.
    pub const fn releases(&self) -> u64 {
        0
    }

    /// How many records there are.
    pub const fn records(&self) -> u64 {
        0
    }

    /// How many things are restricted and were left out.
    pub const fn left_out(&self) -> u64 {
        0
    }

    /// Writes a release package.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_releases(&self, out: &mut dyn Write) -> io::Result<()> {
        Json::object([("version", Some(Json::text("1.1"))), ("prefix", Some(Json::text(&self.prefix)))])
            .write(out, 0)
    }

    /// Writes a record package.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_records(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_releases(out)
    }
}
