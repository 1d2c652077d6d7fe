//! The sections of a report, one file each.

mod books;
mod consent;
mod entries;
mod findings;
mod goods;
mod matters;
mod meaning;
mod money;
mod office;
mod summary;
mod timeline;

use ledger_core::domain::{Date, Party, State, Timestamp};

use super::escape::Html;
use super::gather::Gathered;

pub(super) use entries::Rows;

/// What every section is made from.
pub(super) struct Subject<'a> {
    pub(super) gathered: &'a Gathered,
    pub(super) now: Option<Timestamp>,
    pub(super) party: Option<Party>,
    pub(super) title: &'a str,
    pub(super) first: u64,
    pub(super) state_digest: String,
    pub(super) rows: Rows,
}

impl Subject<'_> {
    fn state(&self) -> &State {
        &self.gathered.report.state
    }

    /// True when a thing between these parties is to be told.
    fn asks_for(&self, parties: &[Party]) -> bool {
        self.party.is_none_or(|party| parties.contains(&party))
    }

    /// The day at which things are judged; none before the first entry.
    fn day(&self) -> Option<Date> {
        self.now.map(Timestamp::date)
    }

    /// A sentence that there is nothing: of anybody, or of the party that is asked for.
    fn nothing(&self, of_anybody: &str, of_party: impl Fn(Party) -> String) -> String {
        self.party.map_or_else(|| of_anybody.to_owned(), of_party)
    }
}

/// A section: its anchor, its heading and what makes it.
type Section = (&'static str, &'static str, fn(&Subject<'_>) -> Html);

/// In their order.
const SECTIONS: [Section; 12] = [
    ("summary", "Summary", summary::section),
    ("findings", "Findings and doubts", findings::section),
    ("books", "Books compared and periods closed", books::section),
    ("audit-office", "Audit office", office::section),
    ("timeline", "History", timeline::section),
    ("goods", "Who holds and who owns what", goods::section),
    ("money", "Who owes whom", money::section),
    ("matters", "Open and overdue", matters::section),
    ("consent", "Ratifications, crises, authorisations", consent::section),
    ("pending", "Acts that wait for signatures", consent::pending),
    ("entries", "Entries", entries::section),
    ("meaning", "What the check proves, and what not", meaning::section),
];

/// The links to all sections.
pub(super) fn navigation() -> Html {
    let mut list = Html::raw("<ol>");
    for (anchor, heading, _) in SECTIONS {
        list.push(&Html::element("li", &Html::of(&format!("a href=\"#{anchor}\""), heading)));
    }
    list.push_raw("</ol>");
    list
}

/// All sections.
pub(super) fn all(subject: &Subject<'_>) -> Html {
    SECTIONS
        .iter()
        .map(|(anchor, heading, make)| {
            let mut inside = Html::of(&format!("h2 id=\"{anchor}-h\""), heading);
            inside.push(&make(subject));
            inside.push_raw("\n");
            Html::element(&format!("section id=\"{anchor}\" aria-labelledby=\"{anchor}-h\""), &inside)
        })
        .collect()
}

/// A paragraph.
fn paragraph(text: impl std::fmt::Display) -> Html {
    Html::of("p", text)
}

/// How many of a list are not told.
fn not_told(all: usize, listed: usize, whose: &str) -> Html {
    match all.checked_sub(listed) {
        Some(more @ 1..) => paragraph(format!("And {} {whose}.", grouped(more))),
        _ => Html::default(),
    }
}

/// Something that can be unfolded.
fn folded(summary: impl std::fmt::Display, inside: &Html) -> Html {
    let mut html = Html::of("summary", summary);
    html.push(inside);
    Html::element("details", &html)
}

/// A number with the digits in groups of three, so that it can be read.
pub(super) fn grouped(number: impl std::fmt::Display) -> String {
    let number = number.to_string();
    let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    let mut text = String::new();
    for (at, letter) in number.char_indices() {
        if at > 0 && at < end && end.saturating_sub(at).checked_rem(3) == Some(0) {
            text.push('\u{202f}');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped_by_threes() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1\u{202f}000"),
            ("1234567.50 EUR", "1\u{202f}234\u{202f}567.50 EUR"),
        ] {
            assert_eq!(super::grouped(number), text);
        }
    }
}
