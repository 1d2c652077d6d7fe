//! The entries that the file carries, each in a row that the check compares with its bytes.

use std::collections::BTreeMap;

use ledger_core::domain::State;

use super::super::escape::{Html, base64};
use super::super::gather::{Read, each};
use super::super::table::{Cell, Table};
use super::super::words::{self, DIGITS};
use super::{Subject, grouped, paragraph};
use crate::error::CommandError;
use crate::looked::Looked;

/// So many rows are unfolded when the page opens.
const UNFOLDED: usize = 60;
/// A month with more rows stays folded.
const UNFOLDABLE: usize = 400;

/// The embedded entries: their rows by month, and their bytes.
#[derive(Default)]
pub(crate) struct Rows {
    months: Vec<(String, Table, usize)>,
    /// The bytes in base64.
    pub(in super::super) bytes: Vec<String>,
}

impl Rows {
    /// Reads the entries from `first` on. `found` has the codes that the audit found, by entry.
    pub(in super::super) fn of(
        looked: &Looked,
        state: &State,
        (first, size): (u64, u64),
        found: &BTreeMap<u64, Vec<String>>,
    ) -> Result<Self, CommandError> {
        let mut rows = Self::default();
        each(looked, first, size, &mut |read| {
            rows.take(&read, state, found.get(&read.position).map_or(&[], Vec::as_slice));
        })?;
        Ok(rows)
    }

    fn take(&mut self, read: &Read, state: &State, found: &[String]) {
        self.bytes.push(base64(&read.bytes));
        let month = match &read.content {
            Some(content) => content.recorded_at.to_string().chars().take(7).collect(),
            None => {
                self.months.last().map_or_else(|| "without a time".to_owned(), |(month, ..)| month.clone())
            }
        };
        if self.months.last().is_none_or(|(last, ..)| *last != month) {
            let caption = format!("Entries of {month}");
            self.months.push((month, Table::new(caption, &HEADS).class("entries"), 0));
        }
        if let Some((_, table, count)) = self.months.last_mut() {
            row(table, read, state, found);
            *count = count.saturating_add(1);
        }
    }
}

/// The heads of a table of entries.
pub(super) const HEADS: [&str; 6] = ["Entry#", "Recorded", "By", "What", "Act", "Link"];

/// The row of an entry.
pub(super) fn row(table: &mut Table, read: &Read, state: &State, found: &[String]) {
    let link = read.link.to_string();
    let attributes = format!(
        "class=\"entry{}\" data-entry=\"{}\" data-link=\"{link}\"",
        if found.is_empty() { "" } else { " found" },
        read.position
    );
    let short = |digits: &str| digits.chars().take(DIGITS).collect::<String>();
    let (recorded, by, what, act) = match &read.content {
        Some(content) => (
            content.recorded_at.to_string(),
            words::by(content.by(state)),
            words::what(&content.events),
            short(&content.act.to_string()),
        ),
        None => ("?".into(), "?".into(), "its bytes are no entry".into(), "?".into()),
    };
    let mut told = Html::element("span data-fact=\"what\"", &Html::text(what));
    if !found.is_empty() {
        told.push(&Html::of("strong class=\"mark bad\"", format!("found: {}", found.join(", "))));
    }
    table.row_with(
        &attributes,
        [
            Cell::text(read.position).fact("position"),
            Cell::text(recorded).fact("recorded").class("nowrap"),
            Cell::text(by).fact("by").class("nowrap"),
            Cell::html(told),
            Cell::text(act).fact("act").class("hex"),
            Cell::text(short(&link)).fact("link").class("hex"),
        ],
    );
}

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let size = subject.gathered.size();
    let carried = size.saturating_sub(subject.first);
    let mut html = paragraph(match (carried, subject.first) {
        (0, _) => {
            "This file carries no entries: only the root, and the entries by which keys came to be known."
                .to_owned()
        }
        (all, 0) => format!(
            "All {} entries, with their bytes. Links and acts are shown with their first {DIGITS} digits. After the check, \
             the number of an entry opens all its fields as this page reads them from the bytes.",
            grouped(all)
        ),
        (some, first) => format!(
            "The newest {} of {} entries, from {first} on, with their bytes; those before are represented by hashes of the \
             tree. Links and acts are shown with their first {DIGITS} digits. After the check, the number of an entry opens \
             all its fields as this page reads them from the bytes.",
            grouped(some),
            grouped(size)
        ),
    });
    if carried > 0 {
        html.push_raw(
            "<p class=\"screen\"><button type=\"button\" id=\"unfold\">Unfold all months</button> \
             <button type=\"button\" id=\"fold\">Fold all months</button> \
             <span class=\"quiet\">Only what is unfolded is printed.</span></p>",
        );
    }
    let months = &subject.rows.months;
    let mut shown = 0_usize;
    let mut parts = Vec::new();
    for (month, table, count) in months.iter().rev() {
        let open = if shown < UNFOLDED && *count <= UNFOLDABLE { " open" } else { "" };
        shown = shown.saturating_add(*count);
        let mut inside = Html::of(
            "summary",
            format!("{month}: {}", crate::render::human::count(*count as u64, "entry", "entries")),
        );
        inside.push(&table.markup());
        parts.push(Html::element(&format!("details class=\"month\"{open}"), &inside));
    }
    // The months as they passed, and the newest of them unfolded.
    parts.reverse();
    html.push(&parts.into_iter().collect());
    html
}
