//! The state document and its digest: 32 bytes that are equal on two machines exactly when the states are.
//!
//! The document is text, one line a row: `{"table":"stocks","key":"bulk:9140-38-000-0001","row":{…}}`, tables in a
//! fixed order, rows in the order of their keys, no other white space. The digest is SHA-256 over a line of context
//! and all of these lines, so that two auditors who disagree can compare the documents and see where.

use std::io;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::domain::table::Rows;
use crate::domain::{Digest, State};

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
