//! The books of all runs as CSV: what is read, what is refused and where, what is written and read again.

use ledger_core::domain::reconcile::RunKind;
use ledger_core::exchange::rows::{self, RunBook};

use super::support::{party, read, shape};

/// A row for each run: the examples of docs/books.md.
const EXAMPLES: [(RunKind, &str); 8] = [
    (RunKind::GoodsIn, "2026-01-30,CO-2025-004,1,DEL-7,1500,EA,1375-38-900-1001"),
    (RunKind::Contract, "2026-01-31,CO-2025-004,1,LV,1375-38-900-1001,EA,890,600,2026-06-30"),
    (RunKind::Bank, "2026-01-29,24915000,EUR,EE,7Z0E1,EE20260129411,EAN-2026-0007"),
    (RunKind::Advances, "2026-01-31,ADV-2025-02,CO-2025-004,7Z0E1,EE,EUR,5000000,2026-12-31"),
    (RunKind::Intergovernmental, "2026-01-31,SET-2025-4,LV,EE,EUR,10563515"),
    (RunKind::Loans, "2026-01-31,LOAN-2025-05,EE,LT,1055-01-900-0101,7Z0A1:PL-2:L-0105,,1,EA,2026-06-30"),
    (RunKind::Movements, "2026-01-30T09:10:00Z,VALKA,OUT,30-ABC-01,8,40"),
    (RunKind::Registers, "2026-01-31,AUTHORISATION,SA-EE-1,EE,LOAN,ACTIVE,2026-12-31"),
];

fn example(run: RunKind) -> &'static str {
    EXAMPLES.iter().find(|(of, _)| *of == run).unwrap().1
}

#[test]
fn every_run_has_a_shape_an_example_and_a_word() {
    for (_, run) in RunKind::ALL.iter().filter(|(_, run)| *run != RunKind::Inventory) {
        assert_eq!(read(*run, &[example(*run).into()]).len(), 1, "{run}");
        assert_eq!(RunKind::from_word(run.word()).unwrap(), *run);
        assert_eq!(RunKind::from_word(run.code()).unwrap(), *run);
    }
    assert!(RunKind::from_word("stock").unwrap_err().contains("inventory"));
}

#[test]
fn the_document_of_the_books_has_every_column_and_the_examples() {
    let document = include_str!("../../ledger-core/docs/books.md");
    for (run, row) in EXAMPLES {
        let header = shape(run).names().join(",");
        assert!(document.contains(&header), "{run}: {header}");
        assert!(document.contains(row), "{run}: {row}");
        assert!(document.contains(&format!("--run {}", run.word())), "{run}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    for (run, row) in EXAMPLES {
        let rows = read(run, &[row.into()]);
        let mut out = Vec::new();
        rows::write(&mut out, shape(run), &rows).unwrap();
        let again = RunBook::read(out.as_slice(), shape(run), party("EE")).unwrap();
        assert_eq!(again.rows, rows, "{run}");
    }
}

#[test]
fn every_value_is_checked_and_a_broken_row_hides_no_other() {
    for (run, row) in EXAMPLES {
        let good: Vec<&str> = row.split(',').collect();
        for (at, column) in shape(run).columns.iter().enumerate() {
            if column.name == "remittance" {
                continue;
            }
            let mut bad = good.clone();
            bad[at] = "~~";
            let text = format!("{}\n{row}\n{}\n{row}\n", shape(run).names().join(","), bad.join(","));
            let book = RunBook::read(text.as_bytes(), shape(run), party("EE")).unwrap();
            assert_eq!(book.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 4], "{run}");
            assert_eq!(book.bad_rows.len(), 1, "{run} {}", column.name);
            assert_eq!((book.bad_rows[0].line, book.bad_rows[0].column), (3, Some(column.name)), "{run}");
        }
    }
}

#[test]
fn only_what_may_be_blank_may_be_blank() {
    for (run, row) in EXAMPLES {
        for (at, column) in shape(run).columns.iter().enumerate() {
            let mut cells: Vec<&str> = row.split(',').collect();
            cells[at] = "";
            let text = format!("{}\n{}\n", shape(run).names().join(","), cells.join(","));
            let book = RunBook::read(text.as_bytes(), shape(run), party("EE")).unwrap();
            assert_eq!(book.bad_rows.is_empty(), column.may_be_blank, "{run} {}", column.name);
        }
    }
}

#[test]
fn rows_of_others_are_counted_and_rows_of_another_day_are_refused() {
    let names = shape(RunKind::Bank).names().join(",");
    let other = "2026-01-29,1,EUR,LV,7Z0E1,X-1,";
    let text = format!("{names}\n{other}\n{}\n", example(RunKind::Bank));
    let book = RunBook::read(text.as_bytes(), shape(RunKind::Bank), party("EE")).unwrap();
    assert_eq!((book.rows.len(), book.rows_of_others), (1, 1));

    let names = shape(RunKind::Contract).names().join(",");
    let first = example(RunKind::Contract);
    let text = format!("{names}\n{first}\n{}\n", first.replace("2026-01-31", "2026-02-01"));
    let book = RunBook::read(text.as_bytes(), shape(RunKind::Contract), party("EE")).unwrap();
    assert_eq!((book.rows.len(), book.bad_rows[0].line), (1, 3));
    assert!(book.bad_rows[0].reason.contains("2026-02-01"), "{}", book.bad_rows[0]);
}
