//! A ministry's book of inventory as CSV (RFC 4180), as it leaves the ministry's own system.
//!
//! ```csv
//! as_of,ministry,nsn,serial,batch,qty,uom,condition,location,holder,owner
//! 2026-03-31,EE,1055-38-111-2222,0AA1J:M3E1:SN-0042,,1,EA,A,Tapa,EE,EE
//! 2026-03-31,EE,1376-38-123-4567,,EA-22-07,500,EA,A,Tapa,EE,EE
//! 2026-03-31,EE,9140-38-000-0001,,,12.5,LTR,A,Tapa,EE,LV
//! ```
//!
//! How lines are read is the same for the books of all runs (`exchange/table.rs`). Of this one:
//!
//! - What a row is about: one thing with `serial` (`MAKER:PART:NUMBER`, always `1`, `EA`; the `nsn` may be
//!   left out), a batch with `nsn` and `batch`, or bulk goods with `nsn` alone.
//! - `qty` has digits and at most one point, no sign, no other separator; zeros behind the point do not count. For
//!   batches and bulk goods it may be zero.
//! - All rows are of one day: that of the first row that can be read.
//!
//! Rows of other ministries are counted and not looked at further. A row that cannot be read is reported with
//! its line, its column and the reason, and hides no other.

use std::io::{self, Read, Write};

use serde::Serialize;

use super::table::{Bad, Table};
pub use super::table::{BadRow, BooksError, MAX_LINE};
use crate::domain::codes::{Nsn, Party};
use crate::domain::ids::Reference;
use crate::domain::item::ItemId;
use crate::domain::quantity::Quantity;
use crate::domain::reconcile::run::{Facts, RunReport, Terms, inventory};
use crate::domain::reconcile::{BookRow, BreakClass, Reconciliation, Tolerances, reconcile};
use crate::domain::state::State;
use crate::domain::time::Date;

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
        let mut table = Table::open(input, &COLUMNS)?;
        let mut books =
            Self { ministry, as_of: None, rows: Vec::new(), bad_rows: Vec::new(), rows_of_others: 0 };
        while let Some((line, values)) = table.next_row()? {
            let mut item = None;
            match values.and_then(|values| row(&values, line, ministry, books.as_of, &mut item)) {
                Ok(None) => books.rows_of_others = books.rows_of_others.saturating_add(1),
                Ok(Some((as_of, row))) => {
                    books.as_of = Some(as_of);
                    books.rows.push(row);
                }
                Err(bad) => books.bad_rows.push(bad.at(line, item)),
            }
        }
        books.bad_rows.append(&mut table.bad_lines());
        books.bad_rows.sort_by_key(|bad| bad.line);
        Ok(books)
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

impl BooksReport {
    /// The report in the words of all runs, with the numbers of its breaks.
    pub fn in_words(&self, state: &State, facts: &Facts, terms: &Terms, source: &Reference) -> RunReport {
        let mut report = inventory::report(&self.reconciliation, state, facts, terms);
        super::rows::number(&mut report, source);
        report
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

/// The row, unless it is another ministry's. What it is about is put into `about` as soon as it is read.
fn row(
    values: &[&str],
    line: u64,
    ours: Party,
    day: Option<Date>,
    about: &mut Option<ItemId>,
) -> Result<Option<(Date, BookRow)>, Bad> {
    let [as_of, ministry, nsn, serial, batch, qty, uom, condition, location, holder, owner] = values else {
        return Err(Bad { column: None, reason: format!("the row has {} values", values.len()) });
    };
    let ministry: Party = parse("ministry", ministry)?;
    if ministry != ours {
        return Ok(None);
    }
    let (item, nsn) = what(nsn, serial, batch)?;
    *about = Some(item.clone());
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
