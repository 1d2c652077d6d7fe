//! Rows of other books.

use std::collections::BTreeSet;

use ledger_core::exchange::external::{BadBook, ExternalBook};

fn rows(book: &str, references: &[&str]) -> Option<String> {
    let references: BTreeSet<String> = references.iter().map(|text| (*text).to_owned()).collect();
    let found = ExternalBook::read(book.as_bytes()).unwrap().rows_with(&references)?;
    Some(String::from_utf8(found).unwrap())
}

const BANK: &str = "value_date,amount_minor,currency,bank_ref,remittance\n\
    2026-01-30,100,EUR,REF-1,\"INV-1, first part\"\n2026-01-31,200,EUR,REF-2,INV-2\n2026-02-01,5,EUR,REF-1,\n";

#[test]
fn whole_cells_of_the_known_columns_are_compared() {
    let header = "value_date,amount_minor,currency,bank_ref,remittance\n";
    assert_eq!(rows(BANK, &["REF-2"]).unwrap(), format!("{header}2026-01-31,200,EUR,REF-2,INV-2\n"));
    let both = rows(BANK, &["REF-1", "INV-1"]).unwrap();
    assert_eq!(
        both,
        format!("{header}2026-01-30,100,EUR,REF-1,\"INV-1, first part\"\n2026-02-01,5,EUR,REF-1,\n")
    );
    for nothing in ["INV-1", "REF", "200", "EUR", ""] {
        assert_eq!(rows(BANK, &[nothing]), None, "{nothing}");
    }
}

#[test]
fn a_book_without_a_column_to_look_at_is_refused() {
    assert!(matches!(ExternalBook::read(b"a,b\n1,2\n"), Err(BadBook::Columns)));
    assert!(matches!(ExternalBook::read(b"serial,b\n1\n"), Err(BadBook::Csv(_))));
}
