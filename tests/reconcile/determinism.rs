//! The same inputs give the same output; the order of the rows shows in nothing but their numbers.

use ledger_core::domain::reconcile::RunKind;

use super::support::Story;

/// The report without the numbers of rows.
fn without_rows(mut lines: Vec<serde_json::Value>) -> Vec<String> {
    for line in &mut lines {
        line["rows"] = serde_json::Value::Null;
        line["hint"] = serde_json::Value::Null;
        if let Some(candidate) = line.get_mut("candidate").filter(|candidate| !candidate.is_null()) {
            candidate["row"] = serde_json::Value::Null;
        }
    }
    let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.sort();
    lines
}

#[test]
fn the_order_of_rows_shows_in_their_numbers_only() {
    let story = Story::baltic();
    for (_, run) in RunKind::ALL.iter().filter(|(_, run)| *run != RunKind::Inventory) {
        let mut book = story.book(*run, "EE");
        if book.len() < 2 {
            continue;
        }
        // Something of everything: a row less, one twice, one of which a value is another.
        book.remove(0);
        book.push(book[0].clone());
        let said = |book: &[String]| {
            let report = story.against(*run, "EE", book);
            let breaks: Vec<serde_json::Value> =
                report.breaks.iter().map(|found| serde_json::to_value(found).unwrap()).collect();
            (serde_json::to_string(&report.breaks).unwrap(), breaks)
        };
        let (first, breaks) = said(&book);
        assert_eq!(first, said(&book).0, "{run}");
        assert!(!breaks.is_empty(), "{run}");
        let mut turned = book.clone();
        turned.reverse();
        turned.rotate_left(1);
        assert_eq!(without_rows(said(&turned).1), without_rows(breaks), "{run}");
    }
}
