//! The matching of all runs but the inventory's: its order, its rules, and each class of break in each run that can give
//! it (the table in docs/books.md).

use ledger_core::domain::reconcile::run::{Note, RunReport, Terms, compare};
use ledger_core::domain::reconcile::{BreakClass, MatchRule, RunKind};
use proptest::prelude::*;

use super::support::{classes, compared, flaw, ledger, read, shape, terms};

use RunKind::{Advances, Bank, Contract, GoodsIn, Intergovernmental, Loans, Movements, Registers};

/// A row of each run that agrees with itself, and one that is another thing.
const ROWS: [(RunKind, &str, &str); 8] = [
    (
        GoodsIn,
        "2026-01-12,K-1,1,DEL-1,500,EA,1375-38-900-1001",
        "2026-01-13,K-7,4,REC-9,40,LTR,9130-38-900-0701",
    ),
    (
        Contract,
        "2026-01-31,K-1,1,EE,1375-38-900-1001,EA,900,600,2026-06-30",
        "2026-01-31,KZ-44,3,LT,9130-38-900-0701,LTR,70,20,2026-08-31",
    ),
    (Bank, "2026-01-12,100000,EUR,EE,7Z0E1,EE0001,INV-1", "2026-01-20,777,EUR,LV,EE,PQRSTU,SET-1"),
    (
        Advances,
        "2026-01-31,ADV-1,K-1,7Z0E1,EE,EUR,5000,2026-12-31",
        "2026-01-31,PRE-909,KZ-9,0AA1J,EE,EUR,70,2027-01-31",
    ),
    (Intergovernmental, "2026-01-31,SET-1,LV,EE,EUR,10000", "2026-01-31,UNSETTLED,EE,LT,EUR,77"),
    (
        Loans,
        "2026-01-31,L-1,EE,LV,1376-38-123-4567,,EA-22-07,500,EA,2026-06-30",
        "2026-01-31,LOAN-77,LT,EE,1055-01-900-0101,7Z0A1:PL-2:L-0105,,1,EA,2026-07-31",
    ),
    (
        Movements,
        "2026-01-12T09:00:00Z,VALKA,OUT,12-ABC-01,8,40",
        "2026-01-13T15:00:00Z,IKLA,IN,13-XYZ-07,2,9",
    ),
    (
        Registers,
        "2026-01-31,AUTHORISATION,SA-1,EE,LOAN,ACTIVE,2026-12-31",
        "2026-01-31,KEY,f055a98173e13d71734a2cd363c48a8758fe957b6115141a7f4aed235278baa5,EE,PBO,ACTIVE,",
    ),
];

fn rows(run: RunKind) -> (String, String) {
    let (_, one, other) = ROWS.iter().find(|(of, _, _)| *of == run).unwrap();
    ((*one).into(), (*other).into())
}

/// What comes of a book in which one value of the row is another.
fn changed(run: RunKind, from: &str, to: &str) -> RunReport {
    let (row, _) = rows(run);
    assert!(row.contains(from), "{run}: {from}");
    compared(run, std::slice::from_ref(&row), &[row.replacen(from, to, 1)], &terms("2026-01-31"))
}

#[test]
fn equal_books_have_no_breaks() {
    for (run, one, other) in ROWS {
        let both = [one.to_owned(), other.to_owned()];
        let report = compared(run, &both, &both, &terms("2026-01-31"));
        assert_eq!(classes(&report), Vec::<&str>::new(), "{run}");
        assert_eq!(report.matched[&MatchRule::Exact], 2, "{run}");
        assert_eq!((report.ledger_lines, report.book_rows), (2, 2));
    }
}

#[test]
fn what_one_side_lacks_is_missing_there_in_every_run() {
    for (run, one, other) in ROWS {
        let terms = terms("2026-01-31");
        let missing = compared(run, &[one.into(), other.into()], &[other.into()], &terms);
        assert_eq!(classes(&missing), ["B01"], "{run}");
        assert!(missing.breaks[0].ledger.is_some() && missing.breaks[0].book.is_none());
        let missing = compared(run, &[one.into()], &[one.into(), other.into()], &terms);
        assert_eq!(classes(&missing), ["B02"], "{run}");
        assert_eq!(missing.breaks[0].rows, [3], "{run}");
        let both = compared(run, &[one.into()], &[other.into()], &terms);
        assert_eq!(classes(&both), ["B01", "B02"], "{run}: {:?}", both.breaks);
    }
}

#[test]
fn a_row_that_stands_twice_is_a_duplicate_in_every_run() {
    for (run, one, _) in ROWS {
        let report = compared(run, &[one.into()], &[one.into(), one.into()], &terms("2026-01-31"));
        assert_eq!(classes(&report), ["B07"], "{run}");
        assert_eq!(report.breaks[0].rows, [3]);
        assert_eq!(report.breaks[0].hint.as_deref(), Some("row 2 says the same already"));
    }
}

#[test]
fn each_difference_has_the_class_of_its_column() {
    let cases: &[(RunKind, &str, &str, &str)] = &[
        (GoodsIn, "500,EA", "480,EA", "B03"),
        (GoodsIn, ",EA,", ",LTR,", "B03"),
        (GoodsIn, "1375-38-900-1001", "1375-38-900-1002", "B09"),
        (GoodsIn, "DEL-1", "DEL-2", "B09"),
        (GoodsIn, "DEL-1", "RCV-77", "B12"),
        (GoodsIn, "K-1", "ORD-93", "B12"),
        (GoodsIn, ",1,DEL", ",2,DEL", "B12"),
        (GoodsIn, "2026-01-12", "2026-01-19", "B06"),
        (Contract, ",900,", ",901,", "B03"),
        (Contract, "600", "500", "B03"),
        (Contract, ",EE,", ",LT,", "B08"),
        (Contract, "1375-38-900-1001", "1375-38-900-1002", "B09"),
        (Contract, "K-1", "K-2", "B09"),
        (Contract, ",1,EE", ",2,EE", "B12"),
        (Contract, "2026-06-30", "2026-07-31", "B06"),
        (Bank, "100000", "90000", "B04"),
        (Bank, "100000", "100003", "B15"),
        (Bank, "100000", "99997", "B15"),
        (Bank, "100000", "100004", "B04"),
        (Bank, "EUR", "USD", "B05"),
        (Bank, "100000,EUR", "108700,USD", "B05"),
        (Bank, "7Z0E1", "0AA1J", "B08"),
        (Bank, "EE0001", "EE0010", "B09"),
        (Bank, "EE0001", "BANK-77", "B12"),
        (Bank, "2026-01-12", "2026-01-19", "B06"),
        (Advances, "5000", "4900", "B04"),
        (Advances, "EUR", "USD", "B05"),
        (Advances, "7Z0E1", "0AA1J", "B08"),
        (Advances, ",EE,", ",LV,", "B08"),
        (Advances, "ADV-1", "ADV-2", "B09"),
        (Advances, "ADV-1", "P-77", "B12"),
        (Advances, "2026-12-31", "2026-11-30", "B06"),
        (Intergovernmental, "10000", "9000", "B04"),
        (Intergovernmental, "10000", "10002", "B15"),
        (Intergovernmental, "EUR", "USD", "B05"),
        (Intergovernmental, "LV,EE", "LT,EE", "B08"),
        (Intergovernmental, "LV,EE", "EE,LV", "B08"),
        (Intergovernmental, "SET-1", "SET-2", "B09"),
        (Loans, "500", "480", "B03"),
        (Loans, ",LV,", ",LT,", "B08"),
        (Loans, "1376-38-123-4567", "1376-38-123-4576", "B09"),
        (Loans, "EA-22-07", "EA-22-70", "B09"),
        (Loans, "L-1", "L-2", "B09"),
        (Loans, "L-1", "VOUCHER-7", "B12"),
        (Loans, "2026-06-30", "2026-07-31", "B06"),
        (Movements, ",8,", ",7,", "B03"),
        (Movements, ",40", ",39", "B03"),
        (Movements, "OUT", "IN", "B08"),
        (Movements, "VALKA", "IKLA", "B11"),
        (Movements, "12-ABC-01", "12-ABC-02", "B09"),
        (Movements, "12-ABC-01", "13-QQQ-44", "B12"),
        (Movements, "09:00:00", "10:00:00", "B06"),
        (Registers, ",EE,", ",LV,", "B08"),
        (Registers, "LOAN", "CUSTODY", "B16"),
        (Registers, "SA-1", "SA-2", "B09"),
        (Registers, "2026-12-31", "2026-11-30", "B06"),
        (Registers, "ACTIVE", "SUSPENDED", "B06"),
    ];
    for (run, from, to, class) in cases {
        let report = changed(*run, from, to);
        assert_eq!(classes(&report), [*class], "{run} {from} {to}: {:?}", report.breaks);
        assert_eq!(report.breaks[0].rows, [2]);
        assert!(!report.breaks[0].differences.is_empty(), "{run} {from} {to}");
    }
}

#[test]
fn what_lies_within_the_tolerance_agrees() {
    for (run, from, to) in [
        (Bank, "2026-01-12", "2026-01-15"),
        (Bank, "2026-01-12", "2026-01-07"),
        (GoodsIn, "2026-01-12", "2026-01-14"),
        (Movements, "09:00:00", "09:30:00"),
        (Movements, "09:00:00", "08:30:00"),
    ] {
        let report = changed(run, from, to);
        assert_eq!(classes(&report), Vec::<&str>::new(), "{run} {to}");
        assert_eq!(report.matched[&MatchRule::Tolerance], 1);
    }
    for (run, from, to) in [(Bank, "2026-01-12", "2026-01-16"), (Movements, "09:00:00", "09:30:01")] {
        assert_eq!(classes(&changed(run, from, to)), ["B06"], "{run} {to}");
    }
}

#[test]
fn a_bank_that_leaves_the_reference_away_is_believed() {
    let report = changed(Bank, "EE0001", "");
    assert_eq!(classes(&report), Vec::<&str>::new());
    assert_eq!(report.matches[0].without, Some("bank_ref"));
    assert_eq!(report.matches[0].rule, MatchRule::WithoutField);
}

#[test]
fn an_agreed_rate_is_met_or_a_break() {
    let (row, _) = rows(Bank);
    let dollars = |amount: &str| row.replace("100000,EUR", &format!("{amount},USD"));
    let terms = Terms { rates: vec!["EUR/USD=1.0870".parse().unwrap()], ..terms("2026-01-31") };
    let met = compared(Bank, std::slice::from_ref(&row), &[dollars("108700")], &terms);
    assert_eq!(classes(&met), Vec::<&str>::new(), "{:?}", met.breaks);
    assert_eq!(met.matched[&MatchRule::AgreedRate], 1);
    let missed = compared(Bank, std::slice::from_ref(&row), &[dollars("109000")], &terms);
    assert_eq!(classes(&missed), ["B05"]);
}

#[test]
fn several_rows_may_make_one_payment_and_one_row_several() {
    let (row, _) = rows(Bank);
    let part = |amount: &str| row.replace("100000", amount);
    let terms = terms("2026-01-31");
    let parts = compared(Bank, std::slice::from_ref(&row), &[part("60000"), part("40000")], &terms);
    assert_eq!(classes(&parts), Vec::<&str>::new(), "{:?}", parts.breaks);
    assert_eq!(parts.matches[0].rows, [2, 3]);
    assert_eq!(parts.matched[&MatchRule::SumOfRows], 1);
    // A batch: one booking of the bank under its own reference for two payments on one day.
    let batch = [part("60000"), part("40000").replace("EE0001", "EE9999")];
    let whole = compared(Bank, &batch, &[row.replace("EE0001", "COLLECTIVE")], &terms);
    assert_eq!(classes(&whole), Vec::<&str>::new(), "{:?}", whole.breaks);
    assert_eq!(whole.matched[&MatchRule::SumOfLines], 1);
    // A part that stands twice is left over.
    let twice =
        compared(Bank, std::slice::from_ref(&row), &[part("60000"), part("40000"), part("40000")], &terms);
    assert_eq!(classes(&twice), ["B07"]);
    // Parts that do not add up are a wrong amount and a payment more.
    let wrong = compared(Bank, std::slice::from_ref(&row), &[part("60000"), part("30000")], &terms);
    assert_eq!(classes(&wrong), ["B02", "B04"], "{:?}", wrong.breaks);
}

#[test]
fn a_payment_that_the_ledger_has_under_two_references_is_a_duplicate() {
    let (row, _) = rows(Bank);
    let twice = [row.clone(), row.replace("EE0001", "PAYMENT-77")];
    let report = compared(Bank, &twice, &[row], &terms("2026-01-31"));
    assert_eq!(classes(&report), ["B07"], "{:?}", report.breaks);
    assert!(report.breaks[0].hint.as_ref().unwrap().contains("EE0001"), "{:?}", report.breaks);
}

#[test]
fn two_columns_that_differ_are_one_break_under_the_graver() {
    let (row, _) = rows(Bank);
    let report = compared(
        Bank,
        std::slice::from_ref(&row),
        &[row.replace("7Z0E1", "0AA1J").replace("100000", "90000").replace("01-12", "01-20")],
        &terms("2026-01-31"),
    );
    assert_eq!(classes(&report), ["B08"]);
    let fields: Vec<&str> = report.breaks[0].differences.iter().map(|found| found.field).collect();
    assert_eq!(fields, ["creditor", "amount_minor", "value_date"]);
    assert_eq!(report.breaks[0].delta.as_deref(), Some("-10000 EUR"));
}

#[test]
fn what_is_near_the_end_may_come_with_the_next_book() {
    for (run, row, day) in [
        (Bank, "2026-01-29,5,EUR,EE,7Z0E1,R-9,", "2026-01-31"),
        (GoodsIn, "2026-01-29,K-1,1,DEL-5,5,EA,", "2026-01-31"),
        (Movements, "2026-01-31T23:45:00Z,VALKA,OUT,31-ABC-01,8,40", "2026-01-31"),
    ] {
        assert_eq!(classes(&compared(run, &[row.into()], &[], &terms(day))), ["B06"], "{run}");
        assert_eq!(classes(&compared(run, &[], &[row.into()], &terms(day))), ["B06"], "{run}");
        // A week later it is missing.
        assert_eq!(classes(&compared(run, &[row.into()], &[], &terms("2026-02-10"))), ["B01"], "{run}");
        assert_eq!(classes(&compared(run, &[], &[row.into()], &terms("2026-02-10"))), ["B02"], "{run}");
    }
}

#[test]
fn what_lies_outside_of_the_time_is_counted_and_left_alone() {
    let mut terms = terms("2026-01-31");
    terms.span.from = Some("2026-01-01".parse().unwrap());
    let old = "2025-12-01,5,EUR,EE,7Z0E1,R-1,".to_owned();
    let new = "2026-02-20,6,EUR,EE,7Z0E1,R-2,".to_owned();
    let report = compared(Bank, &[old.clone(), new.clone()], &[old, new], &terms);
    assert_eq!((classes(&report).len(), report.outside), (0, 4));
    // Across the end of the time the same payment is still the same.
    let ours = "2026-02-02,5,EUR,EE,7Z0E1,R-3,".to_owned();
    let report = compared(Bank, std::slice::from_ref(&ours), &[ours.replace("02-02", "01-30")], &terms);
    assert_eq!((classes(&report).len(), report.outside), (0, 0));
    let report = compared(Bank, std::slice::from_ref(&ours), &[ours.replace("02-02", "01-20")], &terms);
    assert_eq!(classes(&report), ["B06"]);
}

#[test]
fn what_the_ledger_knows_to_be_wrong_is_a_break_of_what_agrees() {
    let late =
        [BreakClass::Authority, BreakClass::LateRecording, BreakClass::Overdue, BreakClass::MissingDocument];
    for (run, row, _) in ROWS {
        for class in late {
            let mut ours = ledger(run, &[row.into()]);
            ours[0].note = Some(Box::new(Note { flaws: vec![flaw(class)], ..Note::default() }));
            let terms = terms("2026-01-31");
            let report = compare(shape(run), &terms, ours.clone(), read(run, &[row.into()]));
            assert_eq!(classes(&report), [class.code()], "{run}");
            assert_eq!(report.breaks[0].by.as_str(), "LV");
            // What the book lacks is missing there; the rest is a hint.
            let report = compare(shape(run), &terms, ours, Vec::new());
            assert_eq!(report.breaks.len(), 1, "{run}");
            assert!(report.breaks[0].hint.as_ref().unwrap().contains("known to be"), "{run}");
        }
    }
}

#[test]
fn a_grave_flaw_goes_before_a_light_difference_and_a_light_one_behind_a_grave() {
    let (row, _) = rows(Bank);
    let terms = terms("2026-01-31");
    let with = |class: BreakClass, theirs: &str| {
        let mut ours = ledger(Bank, std::slice::from_ref(&row));
        ours[0].note = Some(Box::new(Note { flaws: vec![flaw(class)], ..Note::default() }));
        compare(shape(Bank), &terms, ours, read(Bank, &[theirs.to_owned()]))
    };
    let less = row.replace("100000", "90000");
    assert_eq!(classes(&with(BreakClass::Authority, &less)), ["B16"]);
    assert_eq!(classes(&with(BreakClass::LateRecording, &less)), ["B04"]);
}

#[test]
fn an_act_that_waits_is_timing_and_not_missing() {
    let (row, _) = rows(Bank);
    let terms = terms("2026-01-31");
    let mut ours = ledger(Bank, std::slice::from_ref(&row));
    ours[0].note = Some(Box::new(Note { shadow: Some(flaw(BreakClass::Timing)), ..Note::default() }));
    let report = compare(shape(Bank), &terms, ours.clone(), read(Bank, &[row]));
    assert_eq!((classes(&report), report.ledger_lines), (vec!["B06"], 0));
    assert_eq!(classes(&compare(shape(Bank), &terms, ours, Vec::new())), Vec::<&str>::new());
}

#[test]
fn an_end_before_the_ledgers_is_a_matter_of_authority_when_acts_came_after() {
    let (row, _) = rows(Registers);
    let terms = terms("2026-01-31");
    let ended = row.replace("ACTIVE,2026-12-31", "REVOKED,2026-01-10");
    let with = |uses: &[(&str, u64)]| {
        let mut ours = ledger(Registers, std::slice::from_ref(&row));
        let uses = uses.iter().map(|(at, entry)| (at.parse().unwrap(), *entry)).collect();
        ours[0].note = Some(Box::new(Note { uses, ..Note::default() }));
        compare(shape(Registers), &terms, ours, read(Registers, std::slice::from_ref(&ended)))
    };
    assert_eq!(classes(&with(&[])), ["B06"]);
    assert_eq!(classes(&with(&[("2026-01-10T23:59:59Z", 7)])), ["B06"]);
    let since =
        with(&[("2026-01-09T09:00:00Z", 6), ("2026-01-11T09:00:00Z", 7), ("2026-01-12T09:00:00Z", 9)]);
    assert_eq!(classes(&since), ["B16"]);
    assert!(since.breaks[0].hint.as_ref().unwrap().contains("used 2 times after that day, first in entry 7"));
}

#[test]
fn the_nearest_is_offered() {
    let ours = ["2026-01-12,100,EUR,EE,7Z0E1,EE0001,".to_owned()];
    // Two columns wrong besides the name: not the same thing, but near.
    let theirs = ["2026-01-20,300,EUR,EE,0AA1J,EE0002,".to_owned()];
    let report = compared(Bank, &ours, &theirs, &terms("2026-01-31"));
    assert_eq!(classes(&report), ["B01", "B02"]);
    assert_eq!(report.breaks[0].candidate.as_ref().unwrap().row, Some(2));
    assert_eq!(report.breaks[1].candidate.as_ref().unwrap().side.get("bank_ref"), "EE0001");
}

#[test]
fn breaks_are_grouped_by_age_class_and_who_has_to_act() {
    let row = |day: &str, reference: &str| format!("{day},5,EUR,EE,7Z0E1,{reference},");
    let ours = [row("2026-01-01", "A-1"), row("2025-12-05", "QQ-2"), row("2024-01-02", "XYZ-3")];
    let report = compared(Bank, &ours, &[], &terms("2026-01-31"));
    assert_eq!(report.ages, ["0-30", "31-60", "61-90", "91-365", ">365"]);
    assert_eq!(report.ageing.len(), 1);
    assert_eq!(report.ageing[0].counts, [1, 1, 0, 0, 1]);
    assert_eq!(report.breaks.iter().map(|found| found.days).max(), Some(760));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the books say: every record is in exactly one match, break or outside, and the sums balance.
    #[test]
    fn no_record_is_lost_and_none_counted_twice(
        ours in prop::collection::vec((1_u8..9, 1_u8..4, 0_u8..3, 0_u8..5), 0..12),
        theirs in prop::collection::vec((1_u8..9, 1_u8..4, 0_u8..3, 0_u8..5), 0..12),
    ) {
        let row = |(day, amount, who, reference): &(u8, u8, u8, u8)| {
            let who = ["7Z0E1", "0AA1J", "DZ0R1"][usize::from(*who)];
            format!("2026-01-0{day},{amount}000,EUR,EE,{who},REF{reference}{reference},")
        };
        let ours: Vec<String> = ours.iter().map(row).collect();
        let theirs: Vec<String> = theirs.iter().map(row).collect();
        let report = compared(Bank, &ours, &theirs, &terms("2026-03-01"));
        let mut rows: Vec<u64> = report.breaks.iter().flat_map(|found| found.rows.clone()).collect();
        rows.extend(report.matches.iter().flat_map(|found| found.rows.clone()));
        rows.sort_unstable();
        prop_assert_eq!(rows, (2..theirs.len() as u64 + 2).collect::<Vec<_>>());
        let lines = report.breaks.iter().filter(|found| found.ledger.is_some()).count();
        let matched = report.matches.iter().filter(|found| found.rule != MatchRule::SumOfLines).count();
        let of_sums = ours.len() - lines - matched;
        let sums = report.matches.len() - matched;
        let even = if sums == 0 { of_sums == 0 } else { of_sums >= 2 * sums };
        prop_assert!(even);
        let mut ids: Vec<_> = report.breaks.iter().map(|found| found.id.clone().unwrap()).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), report.breaks.len());
    }
}
