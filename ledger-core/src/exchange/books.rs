//! A ministry's book of inventory as CSV (RFC 4180), as it leaves the ministry's own system.
//!
//! ```csv
//! as_of,ministry,nsn,serial,batch,qty,uom,condition,location,holder,owner
//! 2026-03-31,EE,1055-38-111-2222,0AA1J:M3E1:SN-0042,,1,EA,A,Tapa,EE,EE
//! 2026-03-31,EE,1376-38-123-4567,,EA-22-07,500,EA,A,Tapa,EE,EE
//! 2026-03-31,EE,9140-38-000-0001,,,12.5,LTR,A,Tapa,EE,LV
//! ```
//!
//! - The first line names the columns: exactly these, each once, in any order. Between values stand commas.
//! - What a row is about: one thing with `serial` (`MAKER:PART:NUMBER`, always `1`, `EA`; the `nsn` may be
//!   left out), a batch with `nsn` and `batch`, or bulk goods with `nsn` alone.
//! - `qty` has digits and at most one point, no sign, no other separator; zeros behind the point do not count. For
//!   batches and bulk goods it may be zero.
//! - Spaces around a value do not count, nor do lines without any value, a byte order mark at the beginning, and
//!   carriage returns at the ends of lines: spreadsheets write all of those.
//! - One line, one row: a value has no line break, so an unclosed quotation mark spoils its own line only. A
//!   line has at most [`MAX_LINE`] bytes.
//! - All rows are of one day: that of the first row that can be read.
//!
//! Rows of other ministries are counted and not looked at further. A row that cannot be read is reported with
//! its line, its column and the reason, and hides no other.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};

use serde::Serialize;

use crate::domain::codes::{Nsn, Party};
use crate::domain::item::ItemId;
use crate::domain::quantity::Quantity;
use crate::domain::reconcile::{BookRow, BreakClass, Reconciliation, Tolerances, reconcile};
use crate::domain::state::State;
use crate::domain::time::Date;

/// Longest line, in bytes. The longest row that can be read is well below it.
pub const MAX_LINE: usize = 4_096;

/// The columns, as they are written.
pub const COLUMNS: [&str; 11] =
    ["as_of", "ministry", "nsn", "serial", "batch", "qty", "uom", "condition", "location", "holder", "owner"];

/// A book as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// Whose book it is.
    pub ministry: Party,
    /// The day that it describes; none when there are no rows.
    pub as_of: Option<Date>,
    /// The rows of the ministry, in the order of the file.
    pub rows: Vec<BookRow>,
    /// The rows that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// How many rows of other ministries the file has.
    pub rows_of_others: u64,
}

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
    #[error("the first line must name the columns {}: {reason}", COLUMNS.join(","))]
    Header {
        /// What is wrong with it.
        reason: String,
    },
}

/// A book against the ledger, and how much of the book could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BooksReport {
    /// The day that the book describes.
    pub as_of: Option<Date>,
    /// The rows that could not be read: they were not compared, and what they are about may be among the breaks.
    pub bad_rows: Vec<BadRow>,
    /// What came of the others.
    #[serde(flatten)]
    pub reconciliation: Reconciliation,
}

impl BooksReport {
    /// True when every row could be read and nothing differs.
    pub fn is_clean(&self) -> bool {
        self.bad_rows.is_empty() && self.reconciliation.breaks.is_empty()
    }
}

impl Books {
    /// Reads the rows of `ministry`.
    ///
    /// # Errors
    /// The bytes cannot be had, or the first line does not name the columns. Bad rows are no error.
    pub fn read(input: impl Read, ministry: Party) -> Result<Self, BooksError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(Lines::new(input));
        let mut books =
            Self { ministry, as_of: None, rows: Vec::new(), bad_rows: Vec::new(), rows_of_others: 0 };
        let mut record = csv::ByteRecord::new();
        let first = next(&mut reader, &mut record)?;
        if let Some(bad) = reader.get_ref().bad.first() {
            return Err(BooksError::Header { reason: bad.reason.clone() });
        }
        if first.is_none() {
            return Err(BooksError::Header { reason: "the file is empty".into() });
        }
        let header = Header::of(&record)?;
        while let Some(line) = next(&mut reader, &mut record)? {
            if record.iter().any(|cell| !cell.is_empty()) {
                books.take(line, &header, &record);
            }
        }
        books.bad_rows.append(&mut reader.get_mut().bad);
        books.bad_rows.sort_by_key(|bad| bad.line);
        Ok(books)
    }

    fn take(&mut self, line: u64, header: &Header, record: &csv::ByteRecord) {
        let mut cells = match Cells::of(header, record) {
            Ok(cells) => cells,
            Err(Bad { column, reason }) => {
                self.bad_rows.push(BadRow { line, column, reason, item: None });
                return;
            }
        };
        match cells.row(line, self.ministry, self.as_of) {
            Ok(None) => self.rows_of_others = self.rows_of_others.saturating_add(1),
            Ok(Some((as_of, row))) => {
                self.as_of = Some(as_of);
                self.rows.push(row);
            }
            Err(Bad { column, reason }) => {
                self.bad_rows.push(BadRow { line, column, reason, item: cells.item });
            }
        }
    }

    /// Compares the rows that could be read with what the ministry holds by the ledger. A thing that is
    /// missing in the book, but named in a row that could not be read, has that in its hint.
    pub fn reconcile(&self, state: &State, tolerances: Tolerances) -> BooksReport {
        let mut reconciliation = reconcile(state, self.ministry, &self.rows, tolerances);
        reconciliation.rows_of_others = self.rows_of_others;
        let mut spoilt: Vec<(&ItemId, u64)> =
            self.bad_rows.iter().filter_map(|bad| Some((bad.item.as_ref()?, bad.line))).collect();
        spoilt.sort_unstable();
        for found in &mut reconciliation.breaks {
            let at = spoilt.partition_point(|(item, _)| **item < found.item);
            let spoilt = spoilt.get(at).filter(|(item, _)| **item == found.item);
            if let (Some((_, line)), BreakClass::MissingInBook | BreakClass::Quantity) = (spoilt, found.class)
            {
                let more = format!("line {line} of the book names it and could not be read");
                found.hint = Some(match found.hint.take() {
                    Some(hint) => format!("{hint}; {more}"),
                    None => more,
                });
            }
        }
        BooksReport { as_of: self.as_of, bad_rows: self.bad_rows.clone(), reconciliation }
    }
}

/// Writes rows as a book of that day, with the line of columns.
///
/// # Errors
/// The bytes cannot be written.
pub fn write(out: impl Write, as_of: Date, rows: &[BookRow]) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(COLUMNS)?;
    for row in rows {
        let (serial, batch) = match &row.item {
            ItemId::Serial { ncage, part, serial } => (format!("{ncage}:{part}:{serial}"), String::new()),
            ItemId::Batch { batch, .. } => (String::new(), batch.to_string()),
            ItemId::Bulk { .. } => (String::new(), String::new()),
        };
        let quantity = row.quantity.to_string();
        let (qty, uom) = quantity.split_once(' ').unwrap_or((&quantity, ""));
        out.write_record([
            as_of.to_string().as_str(),
            row.ministry.as_str(),
            &row.item.nsn().or(row.nsn).map_or_else(String::new, |nsn| nsn.to_string()),
            &serial,
            &batch,
            qty,
            uom,
            row.condition.code(),
            row.location.as_str(),
            row.holder.as_str(),
            row.owner.as_str(),
        ])?;
    }
    out.flush()
}

/// The next record and its line.
fn next<R: Read>(
    reader: &mut csv::Reader<Lines<R>>,
    record: &mut csv::ByteRecord,
) -> Result<Option<u64>, BooksError> {
    match reader.read_byte_record(record) {
        Ok(true) => Ok(Some(reader.get_mut().passed.pop_front().unwrap_or(0))),
        Ok(false) => Ok(None),
        Err(error) => Err(BooksError::Read(error.into())),
    }
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

/// Where each column stands.
struct Header {
    /// Positions in the order of [`COLUMNS`].
    at: [usize; 11],
}

impl Header {
    fn of(record: &csv::ByteRecord) -> Result<Self, BooksError> {
        let names: Vec<String> =
            record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let wrong = |reason: String| Err(BooksError::Header { reason });
        if names.iter().any(|name| name.contains('\0') || name.starts_with('\u{FFFD}')) {
            return wrong("the file is not UTF-8; save it as CSV UTF-8".into());
        }
        if let [one] = names.as_slice()
            && let Some(mark) = [';', '\t'].into_iter().find(|mark| one.contains(*mark))
        {
            return wrong(format!("{mark:?} stands between the names; save it with commas"));
        }
        if let Some(other) = names.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
            return wrong(format!("{other:?} is none of them"));
        }
        let mut at = [0; 11];
        for (column, place) in COLUMNS.iter().zip(&mut at) {
            let mut found = names.iter().enumerate().filter(|(_, name)| name == column).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(only), None) => *place = only,
                (None, _) => return wrong(format!("{column} is missing")),
                (Some(_), Some(_)) => return wrong(format!("{column} stands there twice")),
            }
        }
        Ok(Self { at })
    }
}

/// What is wrong with a row, and in which column.
struct Bad {
    column: Option<&'static str>,
    reason: String,
}

impl Bad {
    fn of(column: &'static str, reason: impl Into<String>) -> Self {
        Self { column: Some(column), reason: reason.into() }
    }
}

/// The values of a row in the order of [`COLUMNS`].
struct Cells<'a> {
    values: [&'a str; 11],
    /// What the row is about, once that is read.
    item: Option<ItemId>,
}

impl<'a> Cells<'a> {
    fn of(header: &Header, record: &'a csv::ByteRecord) -> Result<Self, Bad> {
        if record.len() != COLUMNS.len() {
            let reason = format!("the row has {} values, {} are needed", record.len(), COLUMNS.len());
            return Err(Bad { column: None, reason });
        }
        let mut values = [""; 11];
        for ((column, at), value) in COLUMNS.iter().zip(header.at).zip(&mut values) {
            let bytes = record.get(at).unwrap_or_default();
            *value = std::str::from_utf8(bytes).map_err(|_| Bad::of(column, "the value is not UTF-8"))?;
        }
        Ok(Self { values, item: None })
    }

    /// The row, unless it is another ministry's.
    fn row(&mut self, line: u64, ours: Party, day: Option<Date>) -> Result<Option<(Date, BookRow)>, Bad> {
        let [as_of, ministry, nsn, serial, batch, qty, uom, condition, location, holder, owner] = self.values;
        let ministry: Party = parse("ministry", ministry)?;
        if ministry != ours {
            return Ok(None);
        }
        let (item, nsn) = what(nsn, serial, batch)?;
        self.item = Some(item.clone());
        let as_of: Date = parse("as_of", as_of)?;
        if let Some(day) = day.filter(|day| *day != as_of) {
            return Err(Bad::of("as_of", format!("the book is of {day}, this row is of {as_of}")));
        }
        let quantity = how_much(qty, uom)?;
        if item.is_serial() && quantity != Quantity::ONE {
            return Err(Bad::of("qty", "a row with a serial number is always 1 EA"));
        }
        let row = BookRow {
            row: line,
            ministry,
            item,
            nsn,
            quantity,
            condition: parse("condition", condition)?,
            location: parse("location", location)?,
            holder: parse("holder", holder)?,
            owner: parse("owner", owner)?,
        };
        Ok(Some((as_of, row)))
    }
}

fn parse<T: std::str::FromStr<Err = String>>(column: &'static str, value: &str) -> Result<T, Bad> {
    if value.is_empty() {
        return Err(Bad::of(column, "the value is missing"));
    }
    value.parse().map_err(|reason| Bad::of(column, reason))
}

/// Which materiel a row is about, and its stock number.
fn what(nsn: &str, serial: &str, batch: &str) -> Result<(ItemId, Option<Nsn>), Bad> {
    if !serial.is_empty() {
        if !batch.is_empty() {
            return Err(Bad::of("batch", "a row has a serial number or a batch number, not both"));
        }
        let mut parts = serial.split(':');
        let (Some(ncage), Some(part), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Bad::of("serial", format!("{serial:?} is not written MAKER:PART:NUMBER")));
        };
        let id = ItemId::Serial {
            ncage: parse("serial", ncage)?,
            part: parse("serial", part)?,
            serial: parse("serial", number)?,
        };
        let nsn = if nsn.is_empty() { None } else { Some(parse("nsn", nsn)?) };
        return Ok((id, nsn));
    }
    let nsn: Nsn = parse("nsn", nsn)?;
    let id = if batch.is_empty() {
        ItemId::Bulk { nsn }
    } else {
        ItemId::Batch { nsn, batch: parse("batch", batch)? }
    };
    Ok((id, Some(nsn)))
}

/// A quantity; `500.000` is 500.
fn how_much(qty: &str, uom: &str) -> Result<Quantity, Bad> {
    let unit: crate::domain::quantity::Unit = parse("uom", uom)?;
    let bare = match qty.split_once('.') {
        Some((_, fraction)) if !fraction.is_empty() => qty.trim_end_matches('0').trim_end_matches('.'),
        _ => qty,
    };
    let reason = |_| {
        format!("{qty:?} is not a quantity: digits, at most one point and six digits behind it, such as 12.5")
    };
    let quantity: Result<Quantity, String> = format!("{bare} {unit}").parse();
    quantity.map_err(|error| Bad::of("qty", reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "as_of,ministry,nsn,serial,batch,qty,uom,condition,location,holder,owner\n";
    const GUN: &str = "2026-03-31,EE,,0AA1J:M3E1:SN-0042,,1,EA,A,Tapa,EE,EE\n";

    fn read(file: impl AsRef<[u8]>) -> Result<Books, BooksError> {
        Books::read(file.as_ref(), "EE".parse().unwrap())
    }

    /// The book of these lines behind the header.
    fn book(lines: &str) -> Books {
        read(format!("{HEADER}{lines}")).unwrap()
    }

    /// What is wrong with the only row.
    fn bad(line: &str) -> BadRow {
        let books = book(line);
        assert_eq!(books.rows, [], "{line}");
        let [bad] = books.bad_rows.as_slice() else { panic!("{line}: {:?}", books.bad_rows) };
        bad.clone()
    }

    #[test]
    fn a_row_is_one_thing_a_batch_or_bulk_goods() {
        let books = book(
            "2026-03-31,EE,1055-38-111-2222,0AA1J:M3E1:SN-0042,,1,EA,A,Tapa,EE,EE\n\
             2026-03-31,EE,1376381234567,,EA-22-07,500.000,EA,F,Voru,EE,LV\n\
             2026-03-31,EE,9140-38-000-0001,,,0.50,LTR,A,Tapa,EE,EE\n",
        );
        assert_eq!(books.bad_rows, []);
        let items: Vec<String> = books.rows.iter().map(|row| row.item.to_string()).collect();
        assert_eq!(
            items,
            ["serial:0AA1J:M3E1:SN-0042", "batch:1376-38-123-4567:EA-22-07", "bulk:9140-38-000-0001"]
        );
        let amounts: Vec<String> = books.rows.iter().map(|row| row.quantity.to_string()).collect();
        assert_eq!(amounts, ["1 EA", "500 EA", "0.5 LTR"]);
        assert_eq!(books.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(books.rows.iter().all(|row| row.nsn.is_some()));
        assert_eq!(books.as_of.unwrap().to_string(), "2026-03-31");
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        let plain = book(GUN);
        let lines = format!("{HEADER}{GUN}").replace('\n', "\r\n");
        assert_eq!(read(format!("\u{FEFF}{lines}")).unwrap(), plain);
        let quoted = HEADER.replacen("as_of", "\"as_of\"", 1);
        assert_eq!(read(format!("\u{FEFF}{quoted}{GUN}")).unwrap(), plain);
        assert_eq!(read(format!("{HEADER}{GUN}").trim_end()).unwrap(), plain);
        assert_eq!(book(&GUN.replace("Tapa", "\"Tapa\"")), plain);
        assert_eq!(book(&GUN.replace(",A,", ", A ,")), plain);
        let spaced = book(&format!("\n{GUN},,,,,,,,,,\n \n"));
        assert_eq!((spaced.rows.len(), spaced.rows[0].row, spaced.bad_rows), (1, 3, vec![]));
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        let turned = "owner,holder,location,condition,uom,qty,batch,serial,nsn,ministry,as_of\n\
                      EE,EE,Tapa,A,EA,1,,0AA1J:M3E1:SN-0042,,EE,2026-03-31\n";
        assert_eq!(read(turned).unwrap(), book(GUN));
    }

    #[test]
    fn a_first_line_that_does_not_name_the_columns_is_refused_with_the_reason() {
        for (file, reason) in [
            (String::new(), "empty"),
            (GUN.into(), "none of them"),
            (HEADER.replace("owner", "Owner"), "\"Owner\" is none of them"),
            (HEADER.replace(",owner", ""), "owner is missing"),
            (HEADER.replace(",owner", ",holder"), "holder stands there twice"),
            (HEADER.replace(",owner", ",owner,owner"), "twice"),
            (HEADER.replace(',', ";"), "';' stands between"),
            (HEADER.replace("as_of", "\"as_of"), "not closed"),
            (" ".repeat(MAX_LINE + 1), "at most"),
        ] {
            let error = read(&file).unwrap_err().to_string();
            assert!(error.contains(reason), "{file}: {error}");
        }
        let utf16: Vec<u8> =
            std::iter::once(0xFEFF).chain(HEADER.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let error = read(utf16).unwrap_err().to_string();
        assert!(error.contains("not UTF-8"), "{error}");
    }

    #[test]
    fn a_bad_row_is_reported_with_its_line_and_column() {
        for (from, to, column) in [
            ("2026-03-31", "31.03.2026", "as_of"),
            (",EE,,", ",Estonia,,", "ministry"),
            (",EE,,0", ",EE,12,0", "nsn"),
            ("0AA1J:M3E1:SN-0042", "SN-0042", "serial"),
            ("SN-0042", "SN_0042", "serial"),
            ("0AA1J:M3E1:SN-0042", "", "nsn"),
            ("SN-0042,,", "SN-0042,B-1,", "batch"),
            (",1,EA", ",2,EA", "qty"),
            (",1,EA", ",1,H87", "qty"),
            (",1,EA", ",,EA", "qty"),
            (",1,EA", ",-1,EA", "qty"),
            (",1,EA", ",1,each", "uom"),
            (",A,", ",X,", "condition"),
            ("Tapa", "", "location"),
            ("Tapa", "Võru", "location"),
            ("Tapa,EE", "Tapa,ee", "holder"),
            ("EE,EE\n", "EE,\n", "owner"),
        ] {
            assert!(GUN.contains(from), "{from}");
            let bad = bad(&GUN.replacen(from, to, 1));
            assert_eq!((bad.line, bad.column), (2, Some(column)), "{from} {to} {bad}");
            assert!(bad.to_string().starts_with(&format!("line 2, column {column}: ")), "{bad}");
        }
        let few = bad(&GUN.replace(",EE\n", "\n"));
        assert_eq!(few.to_string(), "line 2: the row has 10 values, 11 are needed");
    }

    #[test]
    fn a_bad_row_names_its_item_when_that_can_be_read() {
        assert_eq!(bad(&GUN.replace("Tapa", "")).item.unwrap().to_string(), "serial:0AA1J:M3E1:SN-0042");
        assert_eq!(bad(&GUN.replace("SN-0042", "")).item, None);
    }

    #[test]
    fn a_bad_row_hides_no_other() {
        let long = GUN.replace("Tapa", &"T".repeat(MAX_LINE));
        let mut file = format!("{HEADER}{}", GUN.replace("Tapa", "\"Tapa"));
        file.push_str(GUN);
        file.push_str(&long);
        file.push_str(&GUN.replace("Tapa", "Ta\"pa"));
        file.push_str(&GUN.replace("Tapa", "\"Tapa\"x"));
        file.push_str(&GUN.replace("Tapa", "Ta\rpa"));
        file.push_str("\"a\nb\"\n");
        let mut bytes = file.into_bytes();
        bytes.extend(GUN.replace("Tapa", "T#pa").bytes().map(|byte| if byte == b'#' { 0xFF } else { byte }));
        bytes.extend(GUN.bytes());
        let books = read(&bytes).unwrap();
        let lines: Vec<u64> = books.bad_rows.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [2, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(books.bad_rows[7].column, Some("location"));
        assert_eq!(books.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [3, 11]);
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
        let padded = |length: usize| {
            let spaces = " ".repeat(length - (GUN.len() - 1));
            GUN.replace("Tapa", &format!("Tapa{spaces}")).replace('\n', "\r\n")
        };
        assert_eq!(book(&padded(MAX_LINE)).rows.len(), 1);
        assert_eq!(bad(&padded(MAX_LINE + 1)).reason, "the line has 4097 bytes, at most 4096 are read");
    }

    #[test]
    fn all_rows_are_of_the_day_of_the_first() {
        let books = book(&format!("{GUN}{}", GUN.replace("03-31", "03-30")));
        assert_eq!((books.rows.len(), books.as_of.unwrap().to_string()), (1, "2026-03-31".into()));
        assert_eq!(
            books.bad_rows[0].to_string(),
            "line 3, column as_of: the book is of 2026-03-31, this row is of 2026-03-30"
        );
    }

    #[test]
    fn rows_of_other_ministries_are_counted_even_when_they_are_broken() {
        let books = book(&format!("{}{GUN}", GUN.replace(",EE,,", ",LV,x,").replace("2026", "2025")));
        assert_eq!((books.rows.len(), books.bad_rows.len(), books.rows_of_others), (1, 0, 1));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let books = book(
            "2026-03-31,EE,1055-38-111-2222,0AA1J:M3E1:SN-0042,,1,EA,A,Tapa,EE,EE\n\
             2026-03-31,EE,1376-38-123-4567,,EA-22-07,500,EA,F,Voru,EE,LV\n\
             2026-03-31,EE,9140-38-000-0001,,,0.5,LTR,A,Tapa,LT,EE\n",
        );
        let mut out = Vec::new();
        write(&mut out, books.as_of.unwrap(), &books.rows).unwrap();
        assert_eq!(read(&out).unwrap(), books);
    }

    #[test]
    fn a_failing_disk_is_an_error_of_its_own() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no disk"))
            }
        }
        let input = HEADER.as_bytes().chain(GUN.as_bytes()).chain(Broken);
        assert!(matches!(Books::read(input, "EE".parse().unwrap()), Err(BooksError::Read(_))));
    }
}
