//! The state document and its digest: 32 bytes that are equal on two machines exactly when the states are.
//!
//! The document is text, one line a row: `{"table":"stocks","key":"bulk:9140-38-000-0001","row":{…}}`, tables in a
//! fixed order, rows in the order of their keys, no other white space. The digest is SHA-256 over a line of context
//! and all of these lines, so that two auditors who disagree can compare the documents and see where.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::domain::table::Rows;
use crate::domain::{Digest, State};

/// What somebody says that the state is: its digest, and after how many entries; at the end if he does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateClaim {
    /// After how many entries.
    pub entries: Option<u64>,
    /// The digest.
    pub digest: Digest,
}

impl FromStr for StateClaim {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not DIGEST or ENTRIES:DIGEST, as `replay` prints it");
        let (entries, digest) = match text.split_once(':') {
            Some((entries, digest)) => (Some(entries.parse().map_err(|_| wrong())?), digest),
            None => (None, text),
        };
        Ok(Self { entries, digest: digest.parse().map_err(|_| wrong())? })
    }
}

impl fmt::Display for StateClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entries {
            Some(entries) => write!(f, "{entries}:{}", self.digest),
            None => write!(f, "{}", self.digest),
        }
    }
}

/// The first line of the document.
const CONTEXT: &[u8] = b"jointledger/state/v1\n";

#[derive(Serialize)]
struct Line<'a, K, V> {
    table: &'static str,
    key: &'a K,
    row: &'a V,
}

struct Document<W>(W);

impl<W: io::Write> Rows for Document<W> {
    type Error = io::Error;

    fn row<K: Serialize, V: Serialize>(&mut self, table: &'static str, key: &K, row: &V) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, &Line { table, key, row })?;
        self.0.write_all(b"\n")
    }
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the state document.
///
/// # Errors
/// It cannot be written.
pub fn write_document(state: &State, mut out: impl io::Write) -> io::Result<()> {
    out.write_all(CONTEXT)?;
    state.rows(&mut Document(out))
}

/// The digest of a state: SHA-256 of its document.
///
/// # Errors
/// A row has no JSON form: a fault of the program.
pub fn state_digest(state: &State) -> io::Result<Digest> {
    let mut hasher = Hashing(Sha256::new());
    write_document(state, &mut hasher)?;
    Ok(Digest::new(hasher.0.finalize().into()))
}
