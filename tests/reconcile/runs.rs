//! The runs but R4 on the stories: what the ledger expects, and what it knows to be wrong.

use ledger_core::domain::reconcile::RunKind::{
    self, Advances, Contract, GoodsIn, Intergovernmental, Loans, Movements, Registers,
};

use super::support::{Story, classes};

/// The classes that need no book to be seen.
const OF_THE_LEDGER: [&str; 4] = ["B13", "B14", "B16", "B17"];

#[test]
fn every_book_that_the_ledger_expects_agrees_with_it() {
    let mut rows = std::collections::BTreeMap::new();
    for story in [Story::baltic(), Story::regimes(), Story::findings()] {
        for (_, run) in RunKind::ALL.iter().filter(|(_, run)| *run != RunKind::Inventory) {
            for who in ["EE", "LV", "LT"] {
                let book = story.book(*run, who);
                *rows.entry(*run).or_insert(0) += book.len();
                let report = story.against(*run, who, &book);
                let differing: Vec<_> = report
                    .breaks
                    .iter()
                    .filter(|found| !OF_THE_LEDGER.contains(&found.class.code()))
                    .collect();
                assert!(differing.is_empty(), "{run} {who}: {differing:?}");
                assert!(report.breaks.iter().all(|found| found.differences.is_empty()), "{run} {who}");
            }
        }
    }
    // No run is green because there is nothing to compare.
    for (run, rows) in rows {
        assert!(rows > 0, "{run}");
    }
}

#[test]
fn a_loan_that_is_overdue_is_one_break_whatever_it_lent() {
    let story = Story::baltic();
    let book = story.book(Loans, "LV");
    let report = story.against(Loans, "LV", &book);
    assert_eq!(classes(&report), ["B17"]);
    assert_eq!(report.breaks[0].subject, "LOAN-2025-06");
    assert_eq!(report.breaks[0].by.as_str(), "LV");
}

#[test]
fn an_advance_that_is_overdue_is_a_break_of_a_book_that_agrees() {
    let story = Story::findings();
    let book = story.book(Advances, "EE");
    let report = story.against(Advances, "EE", &book);
    assert_eq!(classes(&report), ["B17"]);
    assert_eq!(report.breaks[0].subject, "ADV-2018-01");
    assert_eq!(report.breaks[0].age, ">365");
    // It is missing in an empty statement, and that it is overdue is the hint: one break.
    let report = story.against(Advances, "EE", &[]);
    assert_eq!(classes(&report), ["B01"]);
    assert!(report.breaks[0].hint.as_ref().unwrap().contains("overdue"), "{:?}", report.breaks);
}

#[test]
fn a_schedule_that_is_late_is_overdue() {
    let story = Story::findings();
    let report = story.against(Contract, "EE", &story.book(Contract, "EE"));
    assert_eq!(classes(&report), ["B17"]);
    assert!(report.breaks[0].subject.contains("C-AID-1"), "{:?}", report.breaks);
}

#[test]
fn goods_that_wait_for_a_signature_are_timing_in_the_stores_book() {
    // The igniters came, and the book keeper has not signed their acceptance.
    let story = Story::baltic();
    let mut book = story.book(GoodsIn, "LT");
    let waiting = story.state.pending().next().unwrap();
    book.push("2026-02-25,CO-2025-009,1,DEL-2025-009-1-LT,600,EA,1375-99-900-1007".into());
    let report = story.against(GoodsIn, "LT", &book);
    assert_eq!(report.breaks.len(), 1, "{:?}", report.breaks);
    let hint = report.breaks[0].hint.clone().unwrap_or_default();
    assert!(hint.contains(&format!("entry {}", waiting.0)), "{hint}");
    assert_eq!(classes(&report), ["B06"]);
}

#[test]
fn a_debt_that_the_other_side_sees_otherwise_is_found() {
    let story = Story::baltic();
    let book = story.book(Intergovernmental, "LV");
    let row = book[0].clone();
    let amount: u64 = row.split(',').nth(5).unwrap().parse().unwrap();
    let with = |amount: u64| {
        let (front, _) = row.rsplit_once(',').unwrap();
        classes(&story.against(Intergovernmental, "LV", &[format!("{front},{amount}")]))
    };
    assert_eq!(with(amount + 1), ["B15"]);
    assert_eq!(with(amount + 100_000), ["B04"]);
}

#[test]
fn a_crossing_is_in_the_logs_of_both_sides() {
    let story = Story::regimes();
    let (ee, lv) = (story.book(Movements, "EE").join("\n"), story.book(Movements, "LV").join("\n"));
    assert!(ee.contains(",OUT,"), "{ee}");
    assert!(lv.contains(",IN,"), "{lv}");
}

#[test]
fn a_key_that_the_ministry_says_was_revoked_earlier_is_a_matter_of_authority() {
    let story = Story::baltic();
    let book = story.book(Registers, "EE");
    let pbo = book.iter().position(|row| row.contains(",PBO,ACTIVE")).unwrap();
    let mut earlier = book.clone();
    earlier[pbo] = book[pbo].replace(",ACTIVE,", ",REVOKED,2025-01-31");
    let report = story.against(Registers, "EE", &earlier);
    assert_eq!(classes(&report), ["B16"], "{:?}", report.breaks);
    assert!(report.breaks[0].hint.as_ref().unwrap().starts_with("used "));
}
