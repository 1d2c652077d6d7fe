//! What is open, who has to act on it and since when; and what would come of an act before anyone signs it.

use std::sync::Arc;

use ledger_core::domain::explain::Verdict;
use ledger_core::domain::status::MatterKind;
use ledger_core::domain::{RecordedAct, Rule, Timestamp};
use serde_json::json;

use super::consent_drafts::{ratify, refuse_to_ratify, unwind};
use super::materiel_drafts::{order, supply, take_stock};
use super::money_drafts::{advance, ask_quality, claim, dispute, take_over_with_reservation};
use super::world::*;
use super::{scenario, scenarios};

/// What is open of a kind at a moment: about what, who acts towards whom, when it is due and whether it is overdue.
fn open(w: &World, kind: MatterKind, now: &str) -> Vec<String> {
    let now: Timestamp = now.parse().unwrap();
    let matters = w.state.matters(now);
    let of_kind = matters.iter().filter(|matter| matter.kind == kind);
    of_kind
        .map(|matter| {
            let to = matter.to.map_or("-".to_owned(), |to| to.to_string());
            let due = matter.due.map_or("-".to_owned(), |due| due.date().to_string());
            let late = if matter.is_overdue(now) {
                format!(" {} over", matter.days_overdue(now))
            } else {
                String::new()
            };
            format!("{} {} {to} {due}{late}", matter.subject, matter.by)
        })
        .collect()
}

/// What would come of an act of this officer now.
fn asked(w: &World, who: Who, drafts: &[Draft]) -> Verdict {
    let act: RecordedAct = w.act_with(who, drafts, all_documents());
    w.state.explain(&Arc::new(act)).verdict
}

// domain.md T14.
scenario!(an_overdue_loan_is_listed_with_its_age, [], [LoanExtended, ReturnReceived], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
    let loans = |w: &World, now| open(w, MatterKind::Loan, now);
    assert_eq!(loans(w, "2026-06-30T23:59:59Z"), ["T-1 LV EE 2026-06-30"]);
    assert_eq!(loans(w, "2026-07-10T00:00:00Z"), ["T-1 LV EE 2026-06-30 9 over"]);
    w.agree(&[(LV, PBO), (EE, PBO)], extend("T-1", "2026-09-30"));
    assert_eq!(loans(w, "2026-07-10T00:00:00Z"), ["T-1 LV EE 2026-09-30"]);
    w.accept((LV, PBO), send_back("K-2", "T-1", &[GUN], "Adazi"));
    assert_eq!(open(w, MatterKind::Transit, "2026-02-01T00:00:00Z").len(), 1);
    w.accept((EE, PBO), take_back("K-2", &[GUN], "Tapa"));
    assert_eq!(loans(w, "2027-01-01T00:00:00Z").len(), 0);
});

// domain.md G03.
scenario!(
    a_ratification_is_listed_with_its_age_until_it_is_answered,
    [],
    [ActRatified, RatificationRefused, UnwindingClosed],
    |w| {
        *w = World::with_regime();
        w.accept_all((EE, PBO), &[register(GUN, EE).with("nsn", GUN_NSN), register(GUN2, EE)]);
        w.day("2026-02-01");
        let crisis = declare("CR-1", LV, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-04T09:00:00Z");
        w.accept((LV, MIN), crisis);
        let send = |w: &mut World, id: &str, item: &str| {
            let act =
                [propose("LOAN", id, EE, LV, &[item]), dispatch(&format!("K-{id}"), id, &[item], "Tapa")];
            w.accept_all((EE, PBO), &act)
        };
        let (first, second) = (send(w, "T-1", GUN), send(w, "T-2", GUN2));
        let owed = |w: &World, now| open(w, MatterKind::Ratification, now);
        assert_eq!(
            owed(w, "2026-02-09T09:30:00Z"),
            [
                format!("entry {first} LV EE 2026-02-04 5 over"),
                format!("entry {second} LV EE 2026-02-04 5 over")
            ]
        );
        w.accept((LV, PBO), ratify(first, LV));
        w.accept((LV, PBO), refuse_to_ratify(second, LV));
        assert_eq!(owed(w, "2026-02-09T09:30:00Z").len(), 0);
        let unwinding = open(w, MatterKind::Unwinding, "2026-02-02T09:00:00Z");
        assert_eq!(unwinding, [format!("entry {second} EE LV 2026-02-04")]);
        w.agree(&[(LV, PBO), (EE, PBO)], unwind(second, LV, "APOLOGY"));
        assert_eq!(open(w, MatterKind::Unwinding, "2026-02-09T09:00:00Z").len(), 0);
    }
);

// The findings of an audit: an advance that nobody settles, goods that did not come, goods that nobody counts.
scenario!(what_is_open_is_listed_for_who_has_to_act, [], [PhysicalCountRecorded, SupportDelivered], |w| {
    *w = World::with_regime();
    w.contracted("P-1", "C-1");
    w.accept(
        (EE, PCO),
        terms_of_supply("C-1", &[(1, LV, "60 EA", "2026-03-01"), (2, EE, "1 EA", "2026-09-01")]),
    );
    w.accept((LV, FIN), advance("A-1", "C-1", LV, "1000.00 EUR"));
    w.accept((EE, QAR), ask_quality("Q-1", "C-1"));
    let late = "2026-05-01T00:00:00Z";
    assert_eq!(open(w, MatterKind::Advance, late), ["A-1 LV - 2026-03-31 30 over"]);
    assert_eq!(
        open(w, MatterKind::Delivery, late),
        ["C-1 line 1 LV - 2026-03-01 60 over", "C-1 line 2 EE - 2026-09-01"]
    );
    assert_eq!(open(w, MatterKind::Quality, late), ["Q-1 EE - -"]);

    *w = World::supplied();
    let lot = of(ROUNDS, "10 EA");
    w.accept((EE, PCO), ship("D-1", "C-1", EE, &[(1, &lot)]));
    assert_eq!(open(w, MatterKind::Transit, late), ["D-1 EE - -"]);
    let received = w.now;
    w.accept((EE, PBO), land("D-1", &[(1, &lot)]));
    assert_eq!(open(w, MatterKind::Acceptance, late), ["D-1 EE - -"]);
    let matters = w.state.matters(received);
    let waiting = matters.iter().find(|matter| matter.kind == MatterKind::Acceptance);
    assert_eq!(waiting.unwrap().since, Some(received), "open since the receipt, not since the dispatch");
    w.agree(&[(EE, QAR), (EE, PBO)], take_over_with_reservation("D-1", &[(1, &lot)], "Tapa"));
    assert_eq!(open(w, MatterKind::Acceptance, late).len(), 0);
    assert_eq!(open(w, MatterKind::Reservation, late).len(), 1);
    w.stocked("D-2", "C-1", EE, &[(1, &of("batch:1376-38-123-4567:EA-22-08", "5 EA"))]);
    w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "5 EA")], "12500.00 EUR", "0.00 EUR"));
    assert_eq!(open(w, MatterKind::Payment, late), ["I-1 EE - -"]);
    w.accept((EE, PCO), dispute("I-1"));
    assert_eq!((open(w, MatterKind::Dispute, late).len(), open(w, MatterKind::Payment, late).len()), (1, 0));
    let defective = "batch:1376-38-123-4567:EA-22-08=1 EA";
    w.accept((EE, PBO), claim("W-1", "C-1", defective, EE));
    assert_eq!(open(w, MatterKind::Warranty, late).len(), 1);

    *w = World::with_regime();
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    let counts = |w: &World, now| open(w, MatterKind::Count, now).len();
    assert_eq!((counts(w, "2026-07-01T00:00:00Z"), counts(w, "2026-09-01T00:00:00Z")), (0, 1));
    let today = w.now.date().to_string();
    w.agree(&[(EE, PBO), (EE, DTY)], take_stock("N-1", EE, &today, &[&of(ROUNDS, "9 EA")]));
    assert_eq!(open(w, MatterKind::Variance, late), ["N-1 EE - -"]);
    w.agree(&[(LV, PBO), (EE, PBO)], order("O-1", "IN_KIND", &[&of(ROUNDS, "2 EA")]));
    w.agree(&[(EE, PBO), (LV, PBO)], supply("O-1", &[&of(ROUNDS, "2 EA")], "10.00 EUR"));
    let owed = open(w, MatterKind::Support, "2027-03-01T00:00:00Z");
    assert!(
        owed.len() == 1 && owed[0].starts_with("O-1 LV EE 2027-") && owed[0].ends_with("over"),
        "{owed:?}"
    );
});

// domain.md SOD-2: giver and receiver are two parties, and each has its own officer.
scenario!(the_giver_does_not_approve_for_the_receiver, [I03], [TransferApproved], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::I03, (EE, PBO), approve("T-1"));
    w.accept((LV, PBO), approve("T-1"));
});

scenario!(
    before_anyone_signs_it_is_said_what_would_come_of_it,
    [S04],
    [StandingAuthorisationGranted, ConsignmentDispatched],
    |w| {
        *w = World::with_regime();
        w.accept((EE, PBO), register(GUN, EE).with("nsn", GUN_NSN));
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
        let act = [dispatch("K-1", "T-1", &[GUN], "Tapa")];
        // What is explained is what the refusal says.
        let no = w.refuse(Rule::S04, (EE, PBO), act[0].clone());
        assert_eq!(asked(w, (EE, PBO), &act), Verdict::Refused { rejection: no });
        w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, json!({ "nsns": [GUN_NSN] })));
        let unasked = format!("{:?}", w.state);
        let Verdict::Lawful { bases, owes } = asked(w, (EE, PBO), &act) else { panic!("not lawful") };
        assert_eq!(
            (bases.len(), bases[0].basis.to_string(), owes.len()),
            (1, "standing authorisation SA-1".into(), 0)
        );
        // Whoever brings it furthest, when nobody is named.
        let draft = w.act_with((LT, AUD), &act, all_documents());
        let anyone = w.state.explain_for_anyone(&draft).unwrap();
        assert_eq!(anyone.officer.map(|officer| (officer.party, officer.role)), Some((party(EE), PBO)));
        let two = [register(GUN2, EE).with("holder", LV)];
        let Verdict::Waits { missing } = asked(w, (EE, PBO), &two) else { panic!("does not wait") };
        assert_eq!(missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["PBO of LV"]);
        assert_eq!(format!("{:?}", w.state), unasked, "explaining changed the state");
        let entry = w.accept((EE, PBO), act[0].clone());
        assert_eq!(w.state.reliances(entry), bases, "what was explained is what was done");
    }
);

scenario!(a_crisis_and_what_it_would_owe_is_said_beforehand, [], [CrisisDeclared], |w| {
    *w = World::with_regime();
    w.accept((EE, PBO), register(GUN, EE));
    w.day("2026-02-01");
    w.accept((LV, MIN), declare("CR-1", LV, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-04T09:00:00Z"));
    let act = [propose("LOAN", "T-1", EE, LV, &[GUN]), dispatch("K-1", "T-1", &[GUN], "Tapa")];
    let Verdict::Lawful { bases, owes } = asked(w, (EE, PBO), &act) else { panic!("not lawful") };
    assert_eq!(bases[0].basis.to_string(), "crisis CR-1, to be ratified");
    assert_eq!((owes.len(), owes[0].party), (1, party(LV)));
    // The last signature of an act that waits says on what that act rests.
    let entry = w.begin((EE, PBO), register(GUN2, EE).with("holder", LV));
    let given = asked(w, (LV, PBO), &[countersign(entry)]);
    assert!(matches!(given, Verdict::Lawful { .. }), "{given:?}");
});

scenarios!(
    an_overdue_loan_is_listed_with_its_age,
    a_ratification_is_listed_with_its_age_until_it_is_answered,
    what_is_open_is_listed_for_who_has_to_act,
    the_giver_does_not_approve_for_the_receiver,
    before_anyone_signs_it_is_said_what_would_come_of_it,
    a_crisis_and_what_it_would_owe_is_said_beforehand,
);
