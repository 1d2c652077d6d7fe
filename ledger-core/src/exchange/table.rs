//! One strict reader of CSV (RFC 4180) for the books of all runs.
//!
//! - The first line names the columns: exactly those of the book, each once, in any order. Between values stand commas.
//! - Spaces around a value do not count, nor do lines without any value, a byte order mark at the beginning, and
//!   carriage returns at the ends of lines: spreadsheets write all of those.
//! - One line, one row: a value has no line break, so an unclosed quotation mark spoils its own line only. A
//!   line has at most [`MAX_LINE`] bytes.
//!
//! A row that cannot be read is reported with its line, its column and the reason, and hides no other. Rows are read
//! line by line: no more than one line of the file is in memory.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use serde::Serialize;

use crate::domain::item::ItemId;

/// Longest line, in bytes. The longest row that can be read is well below it.
pub const MAX_LINE: usize = 4_096;

/// A row that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}{}: {reason}", .column.map_or_else(String::new, |column| format!(", column {column}")))]
pub struct BadRow {
    /// Its line in the file, counted from 1.
    pub line: u64,
    /// The column, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'static str>,
    /// What is wrong.
    pub reason: String,
    /// What it is about, when that much could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
}

/// Why a file could not be read as a book at all.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The bytes could not be had.
    #[error("the book could not be read: {0}")]
    Read(#[from] io::Error),
    /// The first line does not name the columns.
    #[error("the first line must name the columns {columns}: {reason}")]
    Header {
        /// The columns that it must name.
        columns: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// What is wrong with a row, and in which column.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) column: Option<&'static str>,
    pub(super) reason: String,
}

impl Bad {
    pub(super) fn of(column: &'static str, reason: impl Into<String>) -> Self {
        Self { column: Some(column), reason: reason.into() }
    }

    /// The same with the line in which it is.
    pub(super) fn at(self, line: u64, item: Option<ItemId>) -> BadRow {
        BadRow { line, column: self.column, reason: self.reason, item }
    }
}

/// The line of a row, and its values in the order of the columns, or what is wrong with it.
pub(super) type Row<'a> = (u64, Result<Vec<&'a str>, Bad>);

/// The rows of a file, one after the other.
pub(super) struct Table<R> {
    reader: csv::Reader<Lines<R>>,
    record: csv::ByteRecord,
    columns: Vec<&'static str>,
    /// Where each column stands.
    at: Vec<usize>,
}

impl<R: Read> Table<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// The bytes cannot be had, or the first line does not name the columns.
    pub(super) fn open(input: R, columns: &[&'static str]) -> Result<Self, BooksError> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(Lines::new(input));
        let record = csv::ByteRecord::new();
        let mut table = Self { reader, record, columns: columns.to_vec(), at: Vec::new() };
        let wrong = |reason: String| Err(BooksError::Header { columns: columns.join(","), reason });
        let first = table.next_record()?;
        if let Some(bad) = table.reader.get_ref().bad.first() {
            return wrong(bad.reason.clone());
        }
        if first.is_none() {
            return wrong("the file is empty".into());
        }
        table.at = match places(&table.record, columns) {
            Ok(places) => places,
            Err(reason) => return wrong(reason),
        };
        Ok(table)
    }

    /// The next row that has any value: its line, and its values in the order of the columns, or what is wrong with
    /// it.
    ///
    /// # Errors
    /// The bytes cannot be had.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, BooksError> {
        loop {
            let Some(line) = self.next_record()? else { return Ok(None) };
            if self.record.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some((line, self.values())));
            }
        }
    }

    fn values(&self) -> Result<Vec<&str>, Bad> {
        if self.record.len() != self.columns.len() {
            let (has, needed) = (self.record.len(), self.columns.len());
            return Err(Bad {
                column: None,
                reason: format!("the row has {has} values, {needed} are needed"),
            });
        }
        let cells = self.columns.iter().zip(&self.at);
        cells
            .map(|(column, at)| {
                let bytes = self.record.get(*at).unwrap_or_default();
                std::str::from_utf8(bytes).map_err(|_| Bad::of(column, "the value is not UTF-8"))
            })
            .collect()
    }

    /// The next record and its line.
    fn next_record(&mut self) -> Result<Option<u64>, BooksError> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => Ok(Some(self.reader.get_mut().passed.pop_front().unwrap_or(0))),
            Ok(false) => Ok(None),
            Err(error) => Err(BooksError::Read(error.into())),
        }
    }

    /// The lines that are not one record each.
    pub(super) fn bad_lines(&mut self) -> Vec<BadRow> {
        std::mem::take(&mut self.reader.get_mut().bad)
    }
}

/// Where each column stands, by the first line.
fn places(record: &csv::ByteRecord, columns: &[&str]) -> Result<Vec<usize>, String> {
    let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    if names.iter().any(|name| name.contains('\0') || name.starts_with('\u{FFFD}')) {
        return Err("the file is not UTF-8; save it as CSV UTF-8".into());
    }
    if let [one] = names.as_slice()
        && let Some(mark) = [';', '\t'].into_iter().find(|mark| one.contains(*mark))
    {
        return Err(format!("{mark:?} stands between the names; save it with commas"));
    }
    if let Some(other) = names.iter().find(|name| !columns.contains(&name.as_str())) {
        return Err(format!("{other:?} is none of them"));
    }
    let place = |column: &&str| {
        let mut found = names.iter().enumerate().filter(|(_, name)| name == column).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(format!("{column} is missing")),
            (Some(_), Some(_)) => Err(format!("{column} stands there twice")),
        }
    };
    columns.iter().map(place).collect()
}

/// Lets through the lines that are one record each, and keeps the others back.
struct Lines<R> {
    input: BufReader<R>,
    line: u64,
    /// What was let through and not read yet.
    ready: Vec<u8>,
    read: usize,
    /// The lines let through whose records were not taken yet.
    passed: VecDeque<u64>,
    bad: Vec<BadRow>,
}

impl<R: Read> Lines<R> {
    fn new(input: R) -> Self {
        Self {
            input: BufReader::new(input),
            line: 0,
            ready: Vec::new(),
            read: 0,
            passed: VecDeque::new(),
            bad: Vec::new(),
        }
    }

    /// Reads the next line without its end into `ready`, at most so much of it as is read at all. Says how long
    /// it is, or `None` at the end of the file.
    fn next_line(&mut self) -> io::Result<Option<usize>> {
        self.ready.clear();
        self.read = 0;
        let mut length: usize = 0;
        let mut any = false;
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            any = true;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let piece = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            length = length.saturating_add(piece.len());
            let room = MAX_LINE.saturating_add(4).saturating_sub(self.ready.len());
            self.ready.extend(piece.iter().take(room));
            let used = piece.len().saturating_add(usize::from(end.is_some()));
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        if self.line == 1 && self.ready.starts_with(BYTE_ORDER_MARK) {
            self.ready.drain(..BYTE_ORDER_MARK.len());
            length = length.saturating_sub(BYTE_ORDER_MARK.len());
        }
        if self.ready.last() == Some(&b'\r') {
            self.ready.pop();
            length = length.saturating_sub(1);
        }
        Ok(Some(length))
    }
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read >= self.ready.len() {
            let Some(length) = self.next_line()? else { return Ok(0) };
            let fault = if length > MAX_LINE {
                Err(format!("the line has {length} bytes, at most {MAX_LINE} are read"))
            } else {
                check_quotes(&self.ready)
            };
            match fault {
                Err(reason) => {
                    self.bad.push(BadRow { line: self.line, column: None, reason, item: None });
                    self.ready.clear();
                }
                Ok(()) if self.ready.iter().all(u8::is_ascii_whitespace) => self.ready.clear(),
                Ok(()) => {
                    self.ready.push(b'\n');
                    self.passed.push_back(self.line);
                }
            }
        }
        let rest = self.ready.get(self.read..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.read = self.read.saturating_add(count);
        Ok(count)
    }
}

/// Refuses a line that is not one record by itself (RFC 4180, section 2): a quoted value is quoted from its
/// first to its last character, and a quotation mark inside stands twice.
fn check_quotes(line: &[u8]) -> Result<(), String> {
    if line.contains(&b'\r') {
        return Err("there is a carriage return inside the line".into());
    }
    let mut rest = line;
    loop {
        let (quoted, tail) = match rest {
            [b'"', value @ ..] => {
                let mut inside = value;
                loop {
                    match inside {
                        [] => return Err("a quotation mark is not closed on its line".into()),
                        [b'"', b'"', more @ ..] => inside = more,
                        [b'"', more @ ..] => break (true, more),
                        [_, more @ ..] => inside = more,
                    }
                }
            }
            _ => {
                let length = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
                let (value, more) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                if value.contains(&b'"') {
                    return Err("there is a quotation mark inside a value that is not quoted".into());
                }
                (false, more)
            }
        };
        match tail {
            [] => return Ok(()),
            [b',', more @ ..] => rest = more,
            _ if quoted => return Err("there is something between a quoted value and the next comma".into()),
            _ => return Ok(()),
        }
    }
}
