//! The books of the runs R2 to R9 as CSV: what each row says, what the ledger expects, and what a break is called.
//!
//! What each column means is in docs/books.md; how they are written, in [`crate::domain::reconcile::run`]. The rows of
//! a book that describes a day are all of that day: that of the first row that can be read.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use super::table::{Bad, BadRow, BooksError, Table};
use crate::domain::codes::Party;
use crate::domain::digest::Digest;
use crate::domain::ids::{BreakId, Reference};
use crate::domain::reconcile::run::{Part, Record, RunReport, Shape, Value};
use crate::domain::reconcile::{BreakClass, RunKind};
use crate::domain::time::Date;
use crate::ledger::digest::sha256;

/// A book of one of the runs R2 to R9, as it was read.
#[derive(Debug, Clone)]
pub struct RunBook {
    /// The day that it describes; of a book that lists what happened, the last day on which something did. None when
    /// there are no rows.
    pub as_of: Option<Date>,
    /// The rows of the ministry, in the order of the file.
    pub rows: Vec<Record>,
    /// The rows that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// How many rows of others the file has.
    pub rows_of_others: u64,
}

impl RunBook {
    /// Reads the rows of `ministry`.
    ///
    /// # Errors
    /// The bytes cannot be had, or the first line does not name the columns. Bad rows are no error.
    pub fn read(input: impl Read, shape: &Shape, ministry: Party) -> Result<Self, BooksError> {
        let mut table = Table::open(input, &shape.names())?;
        let mut book = Self { as_of: None, rows: Vec::new(), bad_rows: Vec::new(), rows_of_others: 0 };
        while let Some((line, values)) = table.next_row()? {
            match values.and_then(|values| values_of(shape, &values)) {
                Err(bad) => book.bad_rows.push(bad.at(line, None)),
                Ok(values) if !shape.concerns(&values, ministry) => {
                    book.rows_of_others = book.rows_of_others.saturating_add(1);
                }
                Ok(values) => match book.day(shape, &values) {
                    Err(bad) => book.bad_rows.push(bad.at(line, None)),
                    Ok(day) => {
                        book.as_of = day;
                        book.rows.push(Record { values, row: line, note: None });
                    }
                },
            }
        }
        book.bad_rows.append(&mut table.bad_lines());
        book.bad_rows.sort_by_key(|bad| bad.line);
        Ok(book)
    }

    /// The day of the book with one row more. In a book of a day all rows are of it.
    fn day(&self, shape: &Shape, values: &[Value]) -> Result<Option<Date>, Bad> {
        let as_of = shape.columns.iter().zip(values).find(|(column, _)| column.part == Part::AsOf);
        if let Some((column, value)) = as_of {
            let day = value.day();
            if let (Some(known), Some(day)) = (self.as_of, day)
                && known != day
            {
                return Err(Bad::of(column.name, format!("the book is of {known}, this row is of {day}")));
            }
            return Ok(day);
        }
        let day = shape.when().and_then(|at| values.get(at)).and_then(Value::day);
        Ok(self.as_of.max(day))
    }
}

fn values_of(shape: &Shape, cells: &[&str]) -> Result<Vec<Value>, Bad> {
    let columns = shape.columns.iter().zip(cells);
    columns
        .map(|(column, cell)| {
            if cell.is_empty() && !column.may_be_blank {
                return Err(Bad::of(column.name, "the value is missing"));
            }
            column.form.read(cell).map_err(|reason| Bad::of(column.name, reason))
        })
        .collect()
}

/// Writes rows as a book, with the line of columns.
///
/// # Errors
/// The bytes cannot be written.
pub fn write(out: impl Write, shape: &Shape, rows: &[Record]) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(shape.names())?;
    for row in rows {
        let cells = shape.columns.iter().zip(&row.values);
        out.write_record(cells.map(|(column, value)| column.form.write(value)))?;
    }
    out.flush()
}

/// A row by the names of its columns, without those that are blank.
pub fn in_columns(shape: &Shape, row: &Record) -> BTreeMap<&'static str, String> {
    let cells = shape.columns.iter().zip(&row.values).filter(|(_, value)| **value != Value::Blank);
    cells.map(|(column, value)| (column.name, column.form.write(value))).collect()
}

/// Gives every break of a report its number. It is made of the run, the ministry, the source of the book, the class and
/// what the break is about, so the same difference has the same number in every run, whatever else the book says and in
/// whichever order: `B-` and the first 16 hexadecimal digits of SHA-256 over those, each with its length before it.
pub fn number(report: &mut RunReport, source: &Reference) {
    let mut seen: BTreeMap<(BreakClass, String, String), u64> = BTreeMap::new();
    let party = report.party.to_string();
    for found in &mut report.breaks {
        // Two rows that say exactly the same are told apart by which of them it is.
        let key = (found.class, found.subject.clone(), found.mark.clone());
        let again = seen.entry(key).or_default();
        let which = again.to_string();
        *again = again.saturating_add(1);
        let parts = [
            found.run.code(),
            &party,
            source.as_str(),
            found.class.code(),
            &found.subject,
            &found.mark,
            &which,
        ];
        let digest = digest_of("joint-ledger/break/v1", &parts).to_string();
        found.id = format!("B-{}", digest.get(..16).unwrap_or_default()).parse::<BreakId>().ok();
    }
}

/// SHA-256 over words, each with its length before it, so that no two lists of words give the same bytes.
pub(super) fn digest_of(what: &str, parts: &[&str]) -> Digest {
    let mut bytes: Vec<u8> = format!("{what}\n").into_bytes();
    for part in parts {
        bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend(part.bytes());
    }
    sha256(&[&bytes])
}

/// The source of a book that nobody named: the word of its run.
///
/// # Errors
/// None: every word of a run is a reference.
pub fn usual_source(run: RunKind) -> Result<Reference, String> {
    run.word().parse()
}
