//! R4 on the stories: what the ledger expects of the bank, and what a statement that says otherwise gives.

use ledger_core::domain::reconcile::RunKind::Bank;

use super::support::{Story, classes};

#[test]
fn the_book_that_the_ledger_expects_is_clean() {
    for who in ["EE", "LV", "LT"] {
        let book = Story::baltic().book(Bank, who);
        assert!(book.len() >= 5, "{who}");
        assert_eq!(classes(&Story::baltic().against(Bank, who, &book)), Vec::<&str>::new());
    }
}

#[test]
fn every_movement_of_money_is_in_it() {
    let story = Story::findings();
    let book = story.book(Bank, "EE").join("\n");
    for reference in ["ADV-2018-01", "BANK-2018-0320-1"] {
        assert!(book.contains(reference), "{book}");
    }
    // A refund comes from the supplier.
    assert!(book.lines().any(|row| row.split(',').nth(4) == Some("EE")), "{book}");
}

#[test]
fn differences_planted_in_a_statement_are_found_and_no_other() {
    let story = Story::baltic();
    let mut book = story.book(Bank, "EE");
    let last = book.pop().unwrap();
    let (first, second) = (book[0].clone(), book[1].clone());
    let amount = first.split(',').nth(1).unwrap().to_owned();
    book[0] = first.replace(&amount, &format!("{}", amount.parse::<u64>().unwrap() + 500));
    book[1] = second.replacen(",EUR,", ",SEK,", 1);
    book.push("2025-03-03,4200,EUR,EE,0AA1J,BANKFEE-1,".into());
    let third = book[2].clone();
    book.push(third);
    let report = story.against(Bank, "EE", &book);
    assert_eq!(classes(&report), ["B01", "B02", "B04", "B05", "B07"], "{:?}", report.breaks);
    assert!(last.contains(report.breaks[0].ledger.as_ref().unwrap().get("bank_ref")));
    assert_eq!(report.breaks[2].delta.as_deref(), Some("+500 EUR"));
    assert!(report.breaks[0].days > 0, "a payment ages from when it occurred");
}
