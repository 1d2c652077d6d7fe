//! What a comparison leaves on record: who may post what, how a break lives, and when a run is signed off.

use ledger_core::domain::books::{BreakStatus, ClosingGround, Difference, KnownBreak};
use ledger_core::domain::status::MatterKind;
use ledger_core::domain::{Date, Rule, Timestamp};
use serde_json::{Value, json};

use super::books_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

fn known<'a>(w: &'a World, id: &str) -> &'a KnownBreak {
    w.state.known_break(&id.parse().unwrap()).unwrap()
}

/// Where a break is in its life.
fn status(w: &World, id: &str) -> String {
    serde_json::to_value(&known(w, id).status).unwrap()["status"].as_str().unwrap().to_owned()
}

fn ea(text: &str) -> Option<Difference> {
    Some(Difference::Quantity(text.parse().unwrap()))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The open matters of a kind: about what, and who acts.
fn open(w: &World, kind: MatterKind) -> Vec<String> {
    let matters = w.state.matters(w.now);
    matters.iter().filter(|m| m.kind == kind).map(|m| format!("{} {}", m.subject, m.by)).collect()
}

// domain.md SOD-4.
scenario!(
    who_attests_signs_no_business_and_who_does_business_does_not_attest,
    [Sod4],
    [ExternalStatementIngested, ReconciliationRun, BreakOpened, AuditEngagementOpened],
    |w| {
        *w = World::with_books();
        let stock = statement("S-1", EE, "2026-02-02");
        for who in [(EE, PBO), (EE, FIN), (EE, MIN), (EE, REG), (EE, ROOT), (EE, AUD), (LV, REC)] {
            w.refuse(Rule::Sod4, who, stock.clone());
        }
        w.accept((EE, REC), stock);
        let size = w.size();
        let compared = run("R-1", EE, "S-1", size, 1);
        for who in [(EE, PBO), (EE, AUD), (LV, REC)] {
            w.refuse(Rule::Sod4, who, compared.clone());
        }
        w.accept((EE, REC), compared);
        w.refuse(Rule::Sod4, (EE, PBO), broken("B-1", "R-1", EE));
        w.accept((EE, REC), broken("B-1", "R-1", EE));
        for who in [(EE, PBO), (EE, MIN), (EE, REC)] {
            w.refuse(Rule::Sod4, who, engage("E-1"));
        }
        w.accept((EE, AUD), engage("E-1"));
        // Nor do they sign what officers do, not even beside an attestation.
        for (role, draft) in [(REC, explain("B-1")), (AUD, explain("B-1")), (REC, register(GUN, EE))] {
            w.refuse(Rule::Sod4, (EE, role), draft);
        }
        w.refuse_all(Rule::Sod4, (EE, REC), &[statement("S-2", EE, "2026-02-02"), explain("B-1")]);
        w.refuse_all(Rule::Sod4, (EE, PBO), &[explain("B-1"), statement("S-2", EE, "2026-02-02")]);
        let waiting = w.begin((EE, PBO), live_with("B-1", "10 EA", "2026-03-01"));
        w.refuse(Rule::Sod4, (EE, REC), countersign(waiting));
    }
);

scenario!(
    tolerances_are_agreed_by_all_ministers_and_no_default_stands_in,
    [S03, S05, I03],
    [ReconciliationTolerancesSet],
    |w| {
        *w = World::with_regime();
        w.agree(&[(EE, ROOT), (LV, ROOT)], enrol(key_of((EE, REC)), EE, REC));
        assert_eq!(w.state.reconciliation_tolerances(), None);
        assert_eq!(w.state.bulk_tolerance_bp(), Some(50), "what the regime says, until there is more");
        w.accept((EE, REC), statement("S-1", EE, "2026-01-30"));
        let size = w.size();
        w.refuse(Rule::S03, (EE, REC), run("R-1", EE, "S-1", size, 0));
        w.refuse(Rule::I03, (EE, FIN), tolerances());
        w.refuse(Rule::S05, (EE, MIN), tolerances_with(json!({ "bulk_bp": 10_001 })));
        w.refuse(Rule::S05, (EE, MIN), tolerances_with(json!({ "acceptance_days": 0 })));
        let entry = w.begin((EE, MIN), tolerances_with(json!({ "bulk_bp": 20 })));
        w.sign((LV, MIN), entry);
        assert_eq!(w.state.reconciliation_tolerances(), None);
        w.sign((LT, MIN), entry);
        assert_eq!(w.state.bulk_tolerance_bp(), Some(20));
        w.accept((EE, REC), run("R-1", EE, "S-1", size, 0));
        // The last agreement to take effect holds, whichever was written first.
        let first = w.begin((EE, MIN), tolerances_with(json!({ "bulk_bp": 30 })));
        let second = w.begin((EE, MIN), tolerances_with(json!({ "bulk_bp": 40 })));
        for entry in [second, first] {
            w.sign((LV, MIN), entry);
            w.sign((LT, MIN), entry);
        }
        assert_eq!(w.state.bulk_tolerance_bp(), Some(30));
        assert_eq!(w.state.all_reconciliation_tolerances().count(), 3);
    }
);

scenario!(
    a_run_compares_a_statement_of_its_own_books_at_a_size_that_was,
    [S01, S02, S05, C03],
    [ExternalStatementIngested, ReconciliationRun],
    |w| {
        *w = World::with_books();
        w.refuse(Rule::S05, (EE, REC), statement("S-1", EE, "2026-02-03"));
        w.accept((EE, REC), statement("S-1", EE, "2026-02-02"));
        w.refuse(Rule::S02, (EE, REC), statement("S-1", EE, "2026-02-02"));
        let size = w.size();
        w.refuse(Rule::S01, (EE, REC), run("R-1", EE, "S-9", size, 0));
        w.refuse(Rule::S05, (LV, REC), run("R-1", LV, "S-1", size, 0));
        w.refuse(Rule::S05, (EE, REC), run("R-1", EE, "S-1", size, 0).with("kind", "R2"));
        w.refuse(Rule::S05, (EE, REC), run("R-1", EE, "S-1", size, 0).with("counterparty", LV));
        w.refuse(Rule::S05, (EE, REC), run("R-1", EE, "S-1", 0, 0));
        w.refuse(Rule::S05, (EE, REC), run("R-1", EE, "S-1", size + 1, 0));
        w.accept((EE, REC), run("R-1", EE, "S-1", size, 0));
        w.refuse(Rule::S02, (EE, REC), run("R-1", EE, "S-1", size, 0));
        // Forward in entries and in days, of one source.
        w.accept((EE, REC), statement("S-2", EE, "2026-02-01"));
        w.refuse(Rule::C03, (EE, REC), run("R-2", EE, "S-2", size, 0));
        w.refuse(Rule::C03, (EE, REC), run("R-2", EE, "S-1", size - 1, 0));
        w.accept((EE, REC), statement("S-3", EE, "2026-02-01").with("source", "DEPOT-2"));
        w.accept((EE, REC), run("R-2", EE, "S-3", size - 1, 0));
        // Two parties' books meet in R6 and R7 alone.
        w.accept((LV, REC), statement("S-4", LV, "2026-02-02").with("kind", "R7"));
        let loans = run("R-4", EE, "S-4", size, 0).with("kind", "R7");
        w.refuse(Rule::S05, (EE, REC), loans.clone());
        w.refuse(Rule::S05, (EE, REC), loans.clone().with("counterparty", EE));
        w.refuse(Rule::S05, (EE, REC), loans.clone().with("counterparty", LT));
        w.refuse(Rule::S01, (EE, REC), loans.clone().with("counterparty", "PL"));
        w.accept((EE, REC), loans.with("counterparty", LV));
    }
);

scenario!(
    a_run_posts_as_many_breaks_as_it_counted_each_once,
    [C01, C02, C03, S01, S05],
    [BreakOpened, BreakFoundAgain],
    |w| {
        *w = World::with_books();
        w.compared("R-1", 2);
        let first = broken("B-1", "R-1", EE);
        w.refuse(Rule::S01, (EE, REC), first.clone().with("run", "R-9"));
        w.refuse(Rule::S05, (EE, REC), first.clone().with("party", LV));
        w.refuse(Rule::S05, (EE, REC), first.clone().with("since", "2026-02-03"));
        w.refuse(Rule::S05, (EE, REC), first.clone().with("amount", "1.00 EUR"));
        w.refuse(Rule::S05, (EE, REC), first.clone().with("quantity", "0 EA"));
        w.refuse(Rule::S05, (EE, REC), first.clone().without("quantity"));
        w.accept((EE, REC), first.clone());
        w.refuse(Rule::C01, (EE, REC), first.clone());
        w.refuse(Rule::C02, (EE, REC), found_again("B-1", "R-1", "10 EA"));
        w.refuse(Rule::S01, (EE, REC), found_again("B-9", "R-1", "10 EA"));
        // The next run waits until this one is complete.
        w.accept((EE, REC), statement("S-2", EE, "2026-02-02"));
        let size = w.size();
        w.refuse(Rule::C03, (EE, REC), run("R-2", EE, "S-2", size, 1));
        w.refuse(Rule::C02, (EE, PBO), sign_off("R-1", EE));
        let place = broken("B-2", "R-1", EE).with("class", "B11").without("quantity").without("more_in");
        w.accept((EE, REC), place);
        w.refuse(Rule::C02, (EE, REC), broken("B-3", "R-1", EE));
        w.accept((EE, REC), run("R-2", EE, "S-2", size, 1));
        w.refuse(Rule::C01, (EE, REC), broken("B-1", "R-2", EE));
        w.accept((EE, REC), found_again("B-1", "R-2", "7 EA"));
        let again = known(w, "B-1");
        assert_eq!((again.difference, again.found_in.as_str()), (ea("7 EA"), "R-2"));
        // Another book's run does not find it.
        w.accept((EE, REC), statement("S-3", EE, "2026-02-02").with("source", "DEPOT-2"));
        let size = w.size();
        w.accept((EE, REC), run("R-3", EE, "S-3", size, 1));
        w.refuse(Rule::S05, (EE, REC), found_again("B-1", "R-3", "7 EA"));
        assert_eq!(open(w, MatterKind::Break), ["B-1 EE", "B-2 EE"]);
        assert_eq!(known(w, "B-1").since(), day("2026-01-31"));
    }
);

scenario!(
    a_break_is_explained_by_who_answers_for_the_books_and_stays_until_it_is_gone,
    [I03, S01, S03, S05, C06],
    [BreakExplained, BreakClosed],
    |w| {
        *w = World::with_books();
        w.broken("R-1", "B-1");
        w.refuse(Rule::S01, (EE, PBO), explain("B-9"));
        for who in [(LV, PBO), (EE, PCO), (EE, MIN)] {
            w.refuse(Rule::I03, who, explain("B-1"));
        }
        w.refuse(Rule::S05, (EE, PBO), explain("B-1").with("resolved_by", "2026-02-01"));
        w.accept((EE, PBO), explain("B-1").with("resolved_by", "2026-02-05"));
        assert_eq!(status(w, "B-1"), "explained");
        // A better reason takes its place.
        w.accept((EE, FIN), explain("B-1"));
        w.refuse(Rule::C06, (EE, PBO), close("B-1"));
        w.compared("R-2", 1);
        w.refuse(Rule::C06, (EE, PBO), close("B-1"));
        w.accept((EE, REC), found_again("B-1", "R-2", "10 EA"));
        assert_eq!(status(w, "B-1"), "explained", "it was said why");
        w.refuse(Rule::C06, (EE, PBO), close("B-1"));
        w.compared("R-3", 0);
        w.refuse(Rule::I03, (LV, PBO), close("B-1"));
        w.agree(&both(EE), close("B-1").with("remark", "booked"));
        let BreakStatus::Closed { ground, .. } = known(w, "B-1").status else { panic!("it is closed") };
        assert_eq!(ground, ClosingGround::NotFound);
        for draft in
            [explain("B-1"), corrected("B-1", 1), live_with("B-1", "10 EA", "2026-03-01"), close("B-1")]
        {
            w.refuse(Rule::S03, (EE, PBO), draft);
        }
        assert!(open(w, MatterKind::Break).is_empty());
        // It is there again: the same number, opened anew.
        w.compared("R-4", 1);
        w.refuse(Rule::S03, (EE, REC), found_again("B-1", "R-4", "10 EA"));
        w.accept((EE, REC), broken("B-1", "R-4", EE));
        assert_eq!((status(w, "B-1"), known(w, "B-1").earlier.len()), ("open".to_owned(), 1));
    }
);

scenario!(a_break_is_accepted_within_a_limit_for_a_time_by_two, [C04, I03, S03], [BreakAccepted], |w| {
    *w = World::with_books();
    w.broken("R-1", "B-1");
    let accepted = live_with("B-1", "12 EA", "2026-05-03");
    w.refuse(Rule::I03, (LV, PBO), accepted.clone());
    for wrong in [
        accepted.clone().with("limit_quantity", "9 EA"),
        accepted.clone().with("limit_quantity", "12 LTR"),
        accepted.clone().without("limit_quantity"),
        accepted.clone().without("limit_quantity").with("limit_amount", "12.00 EUR"),
        accepted.clone().with("until", "2026-02-01"),
        // 90 days from 2 February.
        accepted.clone().with("until", "2026-05-04"),
    ] {
        w.refuse(Rule::C04, (EE, PBO), wrong);
    }
    let entry = w.begin((EE, FIN), accepted.clone());
    assert_eq!(status(w, "B-1"), "open", "it takes two");
    w.refuse(Rule::I03, (EE, FIN), countersign(entry));
    w.sign((EE, PBO), entry);
    let covers = |w: &World, difference, at: &str| known(w, "B-1").covers(difference, day(at));
    assert!(covers(w, ea("10 EA"), "2026-02-02") && covers(w, ea("12 EA"), "2026-05-03"));
    assert!(!covers(w, ea("12.1 EA"), "2026-02-02"), "above the limit");
    assert!(!covers(w, ea("10 EA"), "2026-05-04"), "its last day is over");
    assert!(!covers(w, ea("10 LTR"), "2026-02-02") && !covers(w, None, "2026-02-02"));
    w.refuse(Rule::S03, (EE, PBO), explain("B-1"));
    // Found again within the limit it stays accepted, beyond it it is open.
    w.compared("R-2", 1);
    w.accept((EE, REC), found_again("B-1", "R-2", "12 EA"));
    assert_eq!(status(w, "B-1"), "accepted");
    w.compared("R-3", 1);
    w.accept((EE, REC), found_again("B-1", "R-3", "13 EA"));
    assert_eq!(status(w, "B-1"), "open");
    // What has no measure is accepted without a limit.
    w.compared("R-4", 2);
    w.accept((EE, REC), found_again("B-1", "R-4", "13 EA"));
    let place = broken("B-2", "R-4", EE).with("class", "B11").without("quantity").without("more_in");
    w.accept((EE, REC), place);
    w.refuse(Rule::C04, (EE, PBO), live_with("B-2", "1 EA", "2026-03-01"));
    w.agree(&both(EE), live_with("B-2", "1 EA", "2026-03-01").without("limit_quantity"));
    assert!(
        known(w, "B-2").covers(None, day("2026-03-01"))
            && !known(w, "B-2").covers(ea("1 EA"), day("2026-03-01"))
    );
});

scenario!(
    a_correction_was_recorded_after_the_run_had_looked_and_stands,
    [C05, S01, S03, I03, C06],
    [BreakCorrected, BreakClosed],
    |w| {
        *w = World::with_books();
        let seen = w.accept((EE, PBO), register(GUN, EE));
        w.broken("R-1", "B-1");
        w.refuse(Rule::C05, (EE, PBO), corrected("B-1", seen));
        let next = w.size();
        w.refuse(Rule::S01, (EE, PBO), corrected("B-1", next));
        let waiting = w.begin((EE, MIN), tolerances());
        w.refuse(Rule::S03, (EE, PBO), corrected("B-1", waiting));
        let taken_back = w.accept((EE, PBO), register(GUN2, EE));
        w.accept(
            (EE, PBO),
            draft(
                "CorrectionRecorded",
                json!({
                    "entry": taken_back, "reason": "DID_NOT_OCCUR", "remark": "wrong serial",
                }),
            ),
        );
        w.refuse(Rule::S03, (EE, PBO), corrected("B-1", taken_back));
        w.refuse(Rule::I03, (LV, PBO), corrected("B-1", taken_back + 1));
        let right = w.accept((EE, PBO), register("serial:0AA1J:M3E1:SN-0100", EE));
        w.accept((EE, FIN), corrected("B-1", right));
        assert_eq!(status(w, "B-1"), "corrected");
        w.refuse(Rule::S03, (EE, PBO), explain("B-1"));
        // A run that saw the correction and finds the break all the same opens it.
        w.compared("R-2", 1);
        w.accept((EE, REC), found_again("B-1", "R-2", "10 EA"));
        assert_eq!(status(w, "B-1"), "open");
        w.refuse(Rule::C05, (EE, PBO), corrected("B-1", right));
        w.refuse(Rule::C06, (EE, PBO), close("B-1"));
        let right = w.accept((EE, PBO), register("serial:0AA1J:M3E1:SN-0101", EE));
        w.accept((EE, PBO), corrected("B-1", right));
        w.agree(&both(EE), close("B-1"));
        let BreakStatus::Closed { ground, .. } = known(w, "B-1").status else { panic!("it is closed") };
        assert_eq!(ground, ClosingGround::Corrected);
    }
);

scenario!(
    each_side_signs_its_own_half_of_a_run_when_nothing_is_unanswered,
    [C07, I03, S01, S03, S05],
    [ReconciliationSignedOff],
    |w| {
        *w = World::with_books();
        w.mutual("R-1", 2);
        w.accept((EE, REC), broken("B-1", "R-1", EE));
        w.accept((EE, REC), broken("B-2", "R-1", LV).without("quantity").with("amount", "3.00 EUR"));
        assert_eq!(open(w, MatterKind::SignOff), ["R-1 EE", "R-1 LV"]);
        w.refuse(Rule::S01, (EE, PBO), sign_off("R-9", EE));
        w.refuse(Rule::S05, (LT, PBO), sign_off("R-1", LT));
        w.refuse(Rule::I03, (LV, PBO), sign_off("R-1", EE));
        let why = w.refuse(Rule::C07, (EE, PBO), sign_off("R-1", EE)).why;
        assert!(why.contains("break B-1 of EE"), "{why}");
        w.accept((EE, PBO), explain("B-1"));
        w.agree(&both(EE), sign_off("R-1", EE));
        w.refuse(Rule::S03, (EE, PBO), sign_off("R-1", EE));
        assert_eq!(open(w, MatterKind::SignOff), ["R-1 LV"]);
        // What was accepted and is over is unanswered again.
        let accepted = draft(
            "BreakAccepted",
            json!({
                "break_id": "B-2", "reason": "rounding", "limit_amount": "3.00 EUR", "until": "2026-02-10",
            }),
        );
        w.agree(&both(LV), accepted);
        w.day("2026-02-11");
        w.refuse(Rule::C07, (LV, PBO), sign_off("R-1", LV));
        w.accept((LV, FIN), explain("B-2"));
        w.agree(&both(LV), sign_off("R-1", LV));
        let run = w.state.reconciliation_run(&"R-1".parse().unwrap()).unwrap();
        assert_eq!(run.signed_off.len(), 2);
        assert!(open(w, MatterKind::SignOff).is_empty());
    }
);

// domain.md 11.2: preparer ≠ approver.
scenario!(
    who_prepares_does_not_approve_even_with_another_key,
    [C08],
    [BreakAccepted, BreakClosed, ReconciliationSignedOff],
    |w| {
        *w = World::with_books();
        let (book, pay) = (fresh_key(0x71), fresh_key(0x72));
        for (key, role) in [(book, PBO), (pay, FIN)] {
            w.agree(&[(EE, ROOT), (LV, ROOT)], enrol(key, EE, role).with("person_ref", "HR-7"));
        }
        w.broken("R-1", "B-1");
        let twice = |w: &mut World, draft: Draft| {
            let entry = w.size();
            let act = w.act_signed_by(book, &[draft]);
            assert_eq!(w.record(act).unwrap().len(), 1);
            w.refuse_by(Rule::C08, pay, &[countersign(entry)]);
            w.sign((EE, FIN), entry);
        };
        twice(w, live_with("B-1", "10 EA", "2026-03-01"));
        twice(w, sign_off("R-1", EE));
        w.compared("R-2", 0);
        twice(w, close("B-1"));
    }
);

#[test]
fn a_break_ages_from_the_day_on_which_it_occurred_and_is_overdue_when_its_acceptance_is() {
    let mut w = World::with_books();
    w.broken("R-1", "B-1");
    w.agree(&both(EE), live_with("B-1", "10 EA", "2026-02-10"));
    let matter = |now: &str| {
        let now: Timestamp = now.parse().unwrap();
        let matters = w.state.matters(now);
        let matter = matters.into_iter().find(|matter| matter.kind == MatterKind::Break).unwrap();
        json!([matter.since, matter.is_overdue(now), matter.what])
    };
    let before: Value = matter("2026-02-10T12:00:00Z");
    assert_eq!(before, json!(["2026-01-31T00:00:00Z", false, "accepted: R1 batch LOT-7 at Tapa (quantity)"]));
    let after = matter("2026-02-11T12:00:00Z");
    assert_eq!(after[1], json!(true));
    assert!(after[2].as_str().unwrap().starts_with("accept anew, correct or explain"), "{after}");
}

scenarios! {
    who_attests_signs_no_business_and_who_does_business_does_not_attest,
    tolerances_are_agreed_by_all_ministers_and_no_default_stands_in,
    a_run_compares_a_statement_of_its_own_books_at_a_size_that_was,
    a_run_posts_as_many_breaks_as_it_counted_each_once,
    a_break_is_explained_by_who_answers_for_the_books_and_stays_until_it_is_gone,
    a_break_is_accepted_within_a_limit_for_a_time_by_two,
    a_correction_was_recorded_after_the_run_had_looked_and_stands,
    each_side_signs_its_own_half_of_a_run_when_nothing_is_unanswered,
    who_prepares_does_not_approve_even_with_another_key,
}
