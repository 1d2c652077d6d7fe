//! All events of all entries as one table: CSV (RFC 4180), a row an event, for whoever counts and compares with
//! programs of his own. Written entry by entry; nothing of an entry is kept when the next one comes.
//!
//! A cell that a spreadsheet might take for a formula does not exist in it. Every cell begins with a letter or digit of
//! ours, `{`, or is empty; and nowhere is there a semicolon, a tab or a line break, at which a program that is set to
//! another separator would begin a cell: in the JSON of the last column a semicolon is written `\u003b` (and a vertical
//! bar `\u007c`), which says the same.

use std::io::{self, Write};

use super::kinds::Kind;
use super::withheld::Readers;
use crate::domain::consent::Basis;
use crate::domain::{Event, Subject};
use crate::journal::Visit;

/// The columns, in their order.
pub const COLUMNS: [&str; 19] = [
    "entry",
    "event",
    "link",
    "recorded_at",
    "occurred_at",
    "party",
    "role",
    "key",
    "act",
    "kind",
    "waits",
    "completes",
    "basis",
    "subjects",
    "documents",
    "documents_withheld",
    "withheld",
    "schema",
    "fields",
];

/// The version of the columns and their meaning.
pub const SCHEMA: u32 = 1;

/// What went into a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows, without the heading.
    pub rows: u64,
    /// Rows of which something was left out, because they tell of a movement.
    pub withheld_rows: u64,
    /// Documents that were left out, because they are marked restricted: each once.
    pub withheld_documents: u64,
}

/// A table that is being written, entry by entry.
pub struct Table<W: Write> {
    out: csv::Writer<W>,
    readers: Readers,
    summary: Summary,
}

impl<W: Write> Table<W> {
    /// A table for these readers, written to `out`, with its heading.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(out: W, readers: Readers) -> io::Result<Self> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { out, readers, summary: Summary::default() })
    }

    /// Takes the next entry in: a row for each of its events.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn take(&mut self, visit: &Visit<'_>) -> io::Result<()> {
        let (act, officer) = (visit.entry.act(), visit.officer());
        let events = &act.act.events;
        // When one event of an act happened on the way, the act's own time tells when.
        let timed = events.iter().all(|event| self.readers.see_time_of(Kind::of(event)));
        let of_movement = events.iter().any(|event| !self.readers.see(Kind::of(event)));
        let (documents, restricted) = self.readers.documents(&act.act.documents);
        let restricted = u64::try_from(restricted).unwrap_or(u64::MAX);
        self.summary.withheld_documents = self.summary.withheld_documents.saturating_add(restricted);
        let documents: Vec<String> =
            documents.iter().map(|document| format!("{}:{}", document.kind, document.sha256)).collect();
        let bases = visit.state.reliances(act.seq).iter().map(|reliance| match &reliance.basis {
            Basis::Explicit { entry } => format!("{}:explicit:{entry}", reliance.party),
            Basis::Standing { authorisation } => format!("{}:standing:{authorisation}", reliance.party),
            Basis::Crisis { crisis } => format!("{}:crisis:{crisis}", reliance.party),
        });
        let bases = bases.collect::<Vec<_>>().join(" ");
        for (index, event) in events.iter().enumerate() {
            let seen = self.readers.see(Kind::of(event));
            let withheld = match (seen, timed) {
                (true, true) => "",
                (true, false) => "time",
                (false, true) => "content",
                (false, false) => "content time",
            };
            let when = |shown: bool, moment: crate::domain::Timestamp| match shown {
                true => moment.to_string(),
                false => String::new(),
            };
            let row: [String; COLUMNS.len()] = [
                act.seq.to_string(),
                index.to_string(),
                visit.entry.link().to_string(),
                when(timed, act.recorded_at),
                when(seen, event.occurred_at()),
                officer.map_or_else(String::new, |officer| officer.party.to_string()),
                officer.map_or_else(String::new, |officer| officer.role.to_string()),
                act.author.to_string(),
                act.act.id.to_string(),
                event.name().to_owned(),
                (!visit.missing.is_empty()).to_string(),
                completes(event, visit),
                bases.clone(),
                subjects(event, visit, seen),
                if of_movement { String::new() } else { documents.join(" ") },
                if of_movement { act.act.documents.len().to_string() } else { restricted.to_string() },
                withheld.to_owned(),
                SCHEMA.to_string(),
                if seen { fields(event)? } else { "{}".to_owned() },
            ];
            self.out.write_record(&row)?;
            self.summary.rows = self.summary.rows.saturating_add(1);
            if !withheld.is_empty() {
                self.summary.withheld_rows = self.summary.withheld_rows.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn close(mut self) -> io::Result<Summary> {
        self.out.flush()?;
        Ok(self.summary)
    }
}

/// The entry that takes effect with this one, when it is its last signature.
fn completes(event: &Event, visit: &Visit<'_>) -> String {
    match event {
        Event::ActCountersigned(given)
            if !visit.state.pending().any(|(waiting, _)| *waiting == given.entry) =>
        {
            given.entry.to_string()
        }
        _ => String::new(),
    }
}

/// What an event is about. Of a movement its number alone: what it carries is left out.
fn subjects(event: &Event, visit: &Visit<'_>, seen: bool) -> String {
    let all = event.subjects(visit.state);
    let shown = all.iter().filter(|subject| seen || matches!(subject, Subject::Movement(_)));
    // "item bulk:…" becomes "item:bulk:…", so that a space stands between two subjects and nowhere else.
    shown.map(|subject| subject.to_string().replacen(' ', ":", 1)).collect::<Vec<_>>().join(" ")
}

/// The event's own fields, as the act was written, on one line.
fn fields(event: &Event) -> io::Result<String> {
    let mut value = serde_json::to_value(event)?;
    let inner = value.get_mut(event.name()).map(serde_json::Value::take).unwrap_or_default();
    Ok(inner.to_string().replace(';', "\\u003b").replace('|', "\\u007c"))
}
