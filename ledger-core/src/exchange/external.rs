//! The rows of other people's books that name an act: bank statements, exports of an inventory, movement logs.
//!
//! Kept simple and exact. A book is CSV with a header row. A row names an act when a cell in one of the columns
//! [`COLUMNS`] is, as a whole, a reference of the act: a text in its events, or the serial or batch number of an item in
//! them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::Event;

/// Longest book that is read, in bytes.
pub const MAX_BOOK_BYTES: usize = 268_435_456;

/// The columns that are looked at.
pub const COLUMNS: &[&str] = &[
    "advance",
    "bank_ref",
    "batch",
    "contract",
    "delivery",
    "invoice",
    "loan",
    "movement_no",
    "payment",
    "refund",
    "remittance",
    "serial",
    "settlement",
    "supplier_invoice_no",
    "transfer",
];

/// A book whose rows can be found.
#[derive(Debug)]
pub struct ExternalBook {
    header: csv::ByteRecord,
    rows: Vec<csv::ByteRecord>,
    /// The rows with each cell of the columns that are looked at.
    cells: BTreeMap<Vec<u8>, BTreeSet<usize>>,
}

/// Why a file is no book.
#[derive(Debug, thiserror::Error)]
pub enum BadBook {
    /// It is not CSV.
    #[error("it is not CSV: {0}")]
    Csv(#[from] csv::Error),
    /// It has none of the columns.
    #[error("it has none of the columns by which rows are found: {}", COLUMNS.join(", "))]
    Columns,
}

impl ExternalBook {
    /// Reads a book.
    ///
    /// # Errors
    /// It is none.
    pub fn read(bytes: &[u8]) -> Result<Self, BadBook> {
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
        let header = reader.byte_headers()?.clone();
        let wanted: Vec<usize> = header
            .iter()
            .enumerate()
            .filter(|(_, name)| COLUMNS.iter().any(|column| column.as_bytes() == *name))
            .map(|(column, _)| column)
            .collect();
        if wanted.is_empty() {
            return Err(BadBook::Columns);
        }
        let mut book = Self { header, rows: Vec::new(), cells: BTreeMap::new() };
        for row in reader.byte_records() {
            let row = row?;
            for cell in wanted.iter().filter_map(|column| row.get(*column)).filter(|cell| !cell.is_empty()) {
                book.cells.entry(cell.to_vec()).or_default().insert(book.rows.len());
            }
            book.rows.push(row);
        }
        Ok(book)
    }

    /// The rows that name one of these references, in their order and under the book's header, as CSV; `None` when there
    /// are none.
    pub fn rows_with(&self, references: &BTreeSet<String>) -> Option<Vec<u8>> {
        let found: BTreeSet<usize> = references
            .iter()
            .filter_map(|reference| self.cells.get(reference.as_bytes()))
            .flatten()
            .copied()
            .collect();
        if found.is_empty() {
            return None;
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        let rows = found.iter().filter_map(|row| self.rows.get(*row));
        for row in std::iter::once(&self.header).chain(rows) {
            // Writing into memory does not fail.
            writer.write_byte_record(row).ok()?;
        }
        writer.into_inner().ok()
    }
}

/// The references of an act's events.
pub fn references<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for event in events {
        gather(&serde_json::to_value(event).unwrap_or_default(), &mut found);
    }
    found
}

fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            // serial:MAKER:PART:NUMBER, batch:NSN:NUMBER=500 EA
            if text.starts_with("serial:") || text.starts_with("batch:") {
                let number = text.rsplit(':').next().unwrap_or(text);
                found.insert(number.split('=').next().unwrap_or(number).to_owned());
            }
            found.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| gather(value, found)),
        _ => {}
    }
}
