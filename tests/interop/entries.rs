//! All events as a table.

use std::collections::BTreeSet;

use ledger_core::domain::Event;
use ledger_core::exchange::entries::{COLUMNS, Summary, Table};
use ledger_core::exchange::withheld::Readers;
use serde_json::Value;

use crate::stories::{STORIES, file, played, told};

fn written(story: &str, readers: Readers) -> (String, Summary) {
    let journal = played(story);
    let mut out = Vec::new();
    let mut table = Table::new(&mut out, readers).unwrap();
    told(&journal, |visit| table.take(visit).unwrap());
    let summary = table.close().unwrap();
    (String::from_utf8(out).unwrap(), summary)
}

fn rows(table: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn column(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).unwrap()
}

#[test]
fn a_reader_of_csv_reads_every_event_back() {
    for story in STORIES {
        let (table, summary) = written(story, Readers::Restricted);
        let mut read = rows(&table).into_iter();
        let mut count = 0;
        told(&played(story), |visit| {
            let act = visit.entry.act();
            for (index, event) in act.act.events.iter().enumerate() {
                let row = read.next().unwrap();
                let fields: Value = serde_json::from_str(&row[column("fields")]).unwrap();
                let again: Event =
                    serde_json::from_value(serde_json::json!({ (event.name()): fields })).unwrap();
                assert_eq!(again, *event, "{story}");
                let expected = [
                    ("entry", act.seq.to_string()),
                    ("event", index.to_string()),
                    ("link", visit.entry.link().to_string()),
                    ("recorded_at", act.recorded_at.to_string()),
                    ("occurred_at", event.occurred_at().to_string()),
                    ("party", visit.officer().unwrap().party.to_string()),
                    ("role", visit.officer().unwrap().role.to_string()),
                    ("key", act.author.to_string()),
                    ("act", act.act.id.to_string()),
                    ("kind", event.name().to_owned()),
                    ("waits", (!visit.missing.is_empty()).to_string()),
                    ("withheld", String::new()),
                    ("documents_withheld", "0".to_owned()),
                ];
                for (name, value) in expected {
                    assert_eq!(row[column(name)], value, "{story}, entry {}: {name}", act.seq);
                }
                assert_eq!(row[column("documents")].split_whitespace().count(), act.act.documents.len());
                count += 1;
            }
        });
        assert_eq!((read.next(), summary.rows), (None, count), "{story}");
        assert_eq!((summary.withheld_rows, summary.withheld_documents), (0, 0));
    }
}

/// A program that is set to another separator, or takes a cell for a formula, finds nothing to take.
#[test]
fn no_cell_is_a_formula_whatever_the_separator() {
    let (table, _) = written("stores", Readers::Restricted);
    assert!(table.contains("=HYPERLINK"), "the story has a text that would be one");
    for row in rows(&table) {
        for cell in &row {
            assert!(
                cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '{'),
                "{cell}"
            );
            assert!(!cell.contains([';', '\t', '\r', '\n', '|']), "{cell}");
        }
    }
    for separator in [b';', b'\t', b'|'] {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator).quoting(false).from_reader(table.as_bytes());
        assert!(reader.records().all(|row| row.unwrap().len() == 1));
    }
}

#[test]
fn without_leave_no_row_tells_of_a_movement_s_way() {
    let (whole, _) = written("roads", Readers::Restricted);
    let (open, summary) = written("roads", Readers::Anybody);
    for word in
        ["EE-ROUTE-START", "LV-ROUTE-HALT", "LT-ROUTE-END", "06-EENMC-77", "2026-10-06", "06-LVNMC-01"]
    {
        assert!(whole.contains(word) && !open.contains(word), "{word}");
    }
    let (whole, open) = (rows(&whole), rows(&open));
    assert_eq!(whole.len(), open.len(), "a row stays where something was left out");
    let mut kinds = BTreeSet::new();
    for (all, shown) in whole.iter().zip(&open) {
        let withheld = &shown[column("withheld")];
        if withheld.is_empty() {
            // All but the documents, which have a marking of their own.
            let rest = |row: &[String]| {
                let papers = [column("documents"), column("documents_withheld")];
                let rest = row.iter().enumerate().filter(|(index, _)| !papers.contains(index));
                rest.map(|(_, cell)| cell.clone()).collect::<Vec<_>>()
            };
            assert_eq!(rest(all), rest(shown));
            continue;
        }
        for name in ["entry", "event", "link", "party", "role", "key", "act", "kind", "waits"] {
            assert_eq!(all[column(name)], shown[column(name)]);
        }
        if withheld.contains("content") {
            kinds.insert(shown[column("kind")].clone());
            assert_eq!((shown[column("fields")].as_str(), shown[column("occurred_at")].as_str()), ("{}", ""));
            assert!(!shown[column("subjects")].contains("transfer:"), "what it carries");
        }
        assert_eq!(withheld.contains("time"), shown[column("recorded_at")].is_empty());
    }
    assert!(kinds.len() >= 10, "{kinds:?}");
    assert_eq!(
        summary.withheld_rows,
        open.iter().filter(|row| !row[column("withheld")].is_empty()).count() as u64
    );
}

#[test]
fn every_column_is_explained_in_the_manual() {
    let manual = file("ledger-core/docs/exports-goods.md");
    for column in COLUMNS {
        assert!(manual.contains(&format!("| `{column}` |")), "{column}");
    }
}
