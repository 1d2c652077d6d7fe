//! The three bases of consent: own word, standing authorisation, crisis; and what is owed afterwards.

use ledger_core::domain::Rule;
use ledger_core::domain::consent::{Basis, Family};
use ledger_core::domain::ratification::RatificationStatus;
use ledger_core::domain::reconcile::Tolerances;
use serde_json::{Value, json};

use super::consent_drafts::*;
use super::movement_drafts::{plan, start};
use super::world::*;
use super::{scenario, scenarios};

/// What the word "gun" and a few rounds ask of a receiver.
fn small_arms() -> Value {
    json!({ "nsns": [GUN_NSN, ROUNDS_NSN], "neq_g": 10_000, "hazards": ["1.4S"] })
}

/// The bases other than own words on which an entry went ahead.
fn bases(w: &World, entry: u64) -> Vec<(String, Basis)> {
    w.state.reliances(entry).iter().map(|r| (r.party.to_string(), r.basis.clone())).collect()
}

fn standing(id: &str) -> Basis {
    Basis::Standing { authorisation: id.parse().unwrap() }
}

fn status_of(w: &World, entry: u64, code: &str) -> RatificationStatus {
    let found = w.state.ratifications().find(|(key, _)| **key == (entry, party(code)));
    found.expect("a ratification is owed").1.status
}

/// EE lends guns, with their stock number.
fn gun(id: &str) -> Draft {
    register(id, EE).with("nsn", GUN_NSN)
}

// ------------------------------------------------------------------------------------------- regime

scenario!(clocks_are_agreed_by_every_minister, [I03, S05], [RegimeParametersSet], |w| {
    w.refuse(Rule::I03, (EE, DTY), regime());
    for wrong in [
        json!({ "minister_limits": ["1.00 USD", "1.00 EUR"] }),
        json!({ "crisis_limits": ["1.00 EUR", "2.00 EUR"] }),
        json!({ "crisis_first_h": 0 }),
        json!({ "ratification_h": 0 }),
        json!({ "standing_days": 0 }),
        json!({ "framework_days": 0 }),
        json!({ "ageing_days": [60, 30] }),
    ] {
        w.refuse(Rule::S05, (EE, MIN), regime_with(wrong));
    }
    assert_eq!(w.state.agreed_regime(), None);
    let entry = w.begin((LV, MIN), regime());
    w.sign((EE, MIN), entry);
    assert_eq!(w.state.agreed_regime(), None, "two of three are not all");
    w.sign((LT, MIN), entry);
    assert_eq!(w.state.agreed_regime().unwrap().ratification_h, 72);
    // The tolerance of reconciliation is one of them.
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime_with(json!({ "bulk_tolerance_bp": 7 })));
    assert_eq!(Tolerances::agreed(&w.state).fuel_bp, 7);
});

scenario!(nothing_stands_in_for_a_clock_that_is_not_agreed_on, [S03], [CrisisDeclared], |w| {
    let crisis = declare("CR-1", EE, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-02T09:00:00Z");
    w.day("2026-02-01");
    let no = w.refuse(Rule::S03, (EE, MIN), crisis.clone());
    assert!(no.to_string().contains("RegimeParametersSet"), "{no}");
    w.refuse(Rule::S03, (LV, MIN), authorise("SA-1", "LOAN", LV, EE, small_arms()));
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
    w.accept((EE, MIN), crisis);
});

// domain.md G06: a change holds from its position on.
scenario!(new_clocks_leave_old_acts_alone, [T08], [RegimeParametersSet, ConsignmentDispatched], |w| {
    *w = World::with_regime();
    w.accept_all((EE, PBO), &[gun(GUN), gun(GUN2), register(&of(ROUNDS, "10 EA"), EE)]);
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, GUN2, &of(ROUNDS, "10 EA")]));
    w.accept((LV, PBO), approve("T-1"));
    w.day("2026-02-01");
    w.accept((EE, HRH), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    let due = w.state.consignment(&"K-1".parse().unwrap()).unwrap().overdue_after;
    assert_eq!(due.to_string(), "2026-02-04T09:00:00Z");
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime_with(json!({ "in_transit_limit_h": 1 })));
    w.day("2026-02-04");
    assert_eq!(w.state.consignment(&"K-1".parse().unwrap()).unwrap().overdue_after, due);
    w.accept((EE, HRH), dispatch("K-2", "T-1", &[GUN2], "Tapa"));
    // K-1 keeps its three days, K-2 has an hour.
    w.day("2026-02-05");
    w.accept((LV, PBO), receive("K-1", &[GUN], "Adazi"));
    w.refuse(Rule::T08, (EE, HRH), dispatch("K-3", "T-1", &[&of(ROUNDS, "10 EA")], "Tapa"));
});

scenario!(a_price_above_the_limit_takes_both_ministers, [S04], [TransferProposed, TransferApproved], |w| {
    *w = World::with_regime();
    w.accept_all((EE, PBO), &[gun(GUN), gun(GUN2)]);
    w.accept((EE, PBO), propose("SALE", "T-1", EE, LV, &[GUN]).with("price", "1000000.00 EUR"));
    w.accept((LV, PBO), approve("T-1"));
    let dear = propose("SALE", "T-2", EE, LV, &[GUN2]).with("price", "1000000.01 EUR");
    w.agree(&[(EE, PBO), (EE, MIN)], dear);
    let entry = w.begin((LV, PBO), approve("T-2"));
    w.refuse(Rule::S04, (EE, HRH), dispatch("K-1", "T-2", &[GUN2], "Tapa"));
    w.sign((LV, MIN), entry);
    w.accept((EE, HRH), dispatch("K-1", "T-2", &[GUN2], "Tapa"));
});

// ----------------------------------------------------------------------------------- authorisations

scenario!(
    a_loan_within_a_standing_authorisation_needs_no_approval,
    [S04],
    [StandingAuthorisationGranted, ConsignmentDispatched, ConsignmentReceived],
    |w| {
        *w = World::with_regime();
        w.accept_all((EE, PBO), &[gun(GUN), register(&of(ROUNDS, "10 EA"), EE)]);
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, &of(ROUNDS, "10 EA")]));
        w.refuse(Rule::S04, (EE, PBO), reserve("T-1", &[GUN], "Tapa"));
        w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, small_arms()));
        w.accept((EE, PBO), reserve("T-1", &[GUN], "Tapa"));
        let entry = w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN, &of(ROUNDS, "10 EA")], "Tapa"));
        assert_eq!(bases(w, entry), [("LV".into(), standing("SA-1"))]);
        w.transfer_is("T-1", "dispatched");
        w.accept((LV, PBO), receive("K-1", &[GUN, &of(ROUNDS, "10 EA")], "Adazi"));
        w.transfer_is("T-1", "running");
        assert_eq!(w.state.ratifications().count(), 0, "nothing is owed");
    }
);

scenario!(
    what_an_authorisation_does_not_name_it_does_not_allow,
    [S04],
    [StandingAuthorisationAmended, ConsignmentDispatched],
    |w| {
        *w = World::with_regime();
        w.accept_all((EE, PBO), &[gun(GUN), register(GUN2, EE), register(&of(ROUNDS, "10 EA"), EE)]);
        let guns = json!({ "nsns": [GUN_NSN] });
        w.accept((LV, MIN), authorise("SA-1", "CUSTODY", LV, EE, guns));
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
        // Another family is another consent.
        w.refuse(Rule::S04, (EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
        w.accept((EE, PBO), propose("CUSTODY", "T-2", EE, LV, &[GUN2]));
        // Goods without a listed number or category.
        let no = w.refuse(Rule::S04, (EE, PBO), dispatch("K-1", "T-2", &[GUN2], "Tapa"));
        assert!(no.to_string().contains("not listed"), "{no}");
        let rounds = of(ROUNDS, "10 EA");
        let mut tight = small_arms();
        let neq = w.state.item(&ROUNDS.parse().unwrap()).unwrap().master.neq_g_per_unit.unwrap() * 10;
        let hazard = w.state.item(&ROUNDS.parse().unwrap()).unwrap().master.hazard.unwrap();
        tight["hazards"] = json!([hazard]);
        tight["neq_g"] = json!(neq - 1);
        w.accept((LV, MIN), authorise("SA-2", "CUSTODY", LV, EE, tight.clone()));
        w.accept((EE, PBO), propose("CUSTODY", "T-3", EE, LV, &[&rounds]));
        let no = w.refuse(Rule::S04, (EE, PBO), dispatch("K-1", "T-3", &[&rounds], "Tapa"));
        assert!(no.to_string().contains("net explosive quantity"), "{no}");
        tight["neq_g"] = json!(neq);
        tight["hazards"] = json!([]);
        w.accept((LV, MIN), amend("SA-2", tight.clone()));
        let no = w.refuse(Rule::S04, (EE, PBO), dispatch("K-1", "T-3", &[&rounds], "Tapa"));
        assert!(no.to_string().contains("explosives"), "{no}");
        tight["hazards"] = json!([hazard]);
        w.accept((LV, MIN), amend("SA-2", tight));
        w.accept((EE, PBO), dispatch("K-1", "T-3", &[&rounds], "Tapa"));
    }
);

scenario!(an_authorisation_goes_one_way, [G02, S05, I03], [StandingAuthorisationGranted], |w| {
    *w = World::with_regime();
    w.accept((EE, PBO), gun(GUN));
    w.refuse(Rule::I03, (EE, MIN), authorise("SA-1", "LOAN", LV, EE, small_arms()));
    w.refuse(Rule::G02, (LV, MIN), authorise("SA-1", "LOAN", LV, LV, small_arms()));
    let nobody = authorise("SA-1", "LOAN", LV, EE, small_arms()).with("grantees", json!([]));
    w.refuse(Rule::S05, (LV, MIN), nobody);
    let twice = authorise("SA-1", "LOAN", LV, EE, small_arms()).with("grantees", json!([LT, EE]));
    w.refuse(Rule::S05, (LV, MIN), twice);
    w.accept((EE, MIN), authorise("SA-1", "LOAN", EE, LV, small_arms()));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    let no = w.refuse(Rule::G02, (EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    assert!(no.to_string().contains("goes from EE to LV"), "{no}");
    w.accept((LV, MIN), authorise("SA-2", "LOAN", LV, EE, small_arms()));
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
});

scenario!(an_authorisation_ends_within_the_agreed_time, [G02, S02], [StandingAuthorisationGranted], |w| {
    *w = World::with_regime();
    let year = authorise("SA-1", "LOAN", LV, EE, small_arms());
    w.refuse(Rule::G02, (LV, MIN), year.clone().with("valid_to", "2027-01-01"));
    w.refuse(Rule::G02, (LV, MIN), year.clone().with("valid_to", "2025-12-31"));
    w.accept((LV, MIN), year.clone());
    w.refuse(Rule::S02, (LV, MIN), year);
    w.refuse(Rule::G02, (LV, MIN), amend("SA-1", small_arms()).with("valid_to", "2027-01-01"));
});

scenario!(
    nothing_rests_on_what_is_suspended_revoked_or_over,
    [G01, S03, I03, S01],
    [StandingAuthorisationSuspended, StandingAuthorisationResumed, StandingAuthorisationRevoked],
    |w| {
        *w = World::with_regime();
        w.accept_all((EE, PBO), &[gun(GUN), gun(GUN2)]);
        w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, small_arms()));
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, GUN2]));
        w.refuse(Rule::I03, (EE, MIN), suspend("SA-1"));
        w.refuse(Rule::I03, (LV, PBO), suspend("SA-1"));
        w.refuse(Rule::S01, (LV, MIN), suspend("SA-9"));
        w.refuse(Rule::S03, (LV, MIN), resume("SA-1"));
        // The night's duty officer can stop it; letting it go on is the minister's.
        w.accept((LV, DTY), suspend("SA-1"));
        w.refuse(Rule::S03, (LV, NMC), suspend("SA-1"));
        let no = w.refuse(Rule::G01, (EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
        assert!(no.to_string().contains("is suspended since entry"), "{no}");
        w.refuse(Rule::I03, (LV, DTY), resume("SA-1"));
        w.accept((LV, MIN), resume("SA-1"));
        let entry = w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
        w.accept((LV, MIN), withdraw_authorisation("SA-1"));
        // What was begun before stays lawful.
        w.accept((LV, PBO), receive("K-1", &[GUN], "Adazi"));
        assert_eq!(bases(w, entry).len(), 1);
        w.refuse(Rule::G01, (EE, PBO), dispatch("K-2", "T-1", &[GUN2], "Tapa"));
        for later in
            [suspend("SA-1"), resume("SA-1"), withdraw_authorisation("SA-1"), amend("SA-1", json!({}))]
        {
            w.refuse(Rule::G01, (LV, MIN), later);
        }
        let short = authorise("SA-2", "LOAN", LV, EE, small_arms()).with("valid_to", "2026-02-10");
        w.accept((LV, MIN), short);
        w.day("2026-02-11");
        let no = w.refuse(Rule::G01, (EE, PBO), dispatch("K-2", "T-1", &[GUN2], "Tapa"));
        assert!(no.to_string().contains("holds from"), "{no}");
        // Done on its last day, recorded within the agreed hours.
        w.accept((EE, PBO), dispatch("K-2", "T-1", &[GUN2], "Tapa").occurred("2026-02-10T20:00:00Z"));
    }
);

scenario!(a_record_that_is_too_late_rests_on_nothing, [G01], [ConsignmentDispatched], |w| {
    *w = World::with_regime();
    w.accept((EE, PBO), gun(GUN));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    let short = authorise("SA-1", "LOAN", LV, EE, small_arms()).with("valid_to", "2026-02-10");
    w.accept((LV, MIN), short);
    w.day("2026-02-12");
    let late = dispatch("K-1", "T-1", &[GUN], "Tapa").occurred("2026-02-10T20:00:00Z");
    w.refuse(Rule::G01, (EE, PBO), late);
    w.accept((LV, PBO), approve("T-1"));
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
});

// -------------------------------------------------------------------------------------------- crises

/// A world in which LV and EE are in a crisis for loans on 1 February.
fn in_crisis() -> World {
    let mut w = World::with_regime();
    w.accept_all((EE, PBO), &[gun(GUN), gun(GUN2)]);
    w.day("2026-02-01");
    for code in [EE, LV] {
        let crisis = declare("CR-1", code, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-04T09:00:00Z");
        w.accept((code, MIN), crisis.with("scope", "JOINT"));
    }
    w
}

scenario!(
    in_a_crisis_one_signature_sends_a_loan_and_the_receipt_is_still_signed,
    [I03],
    [CrisisDeclared, TransferProposed, ConsignmentDispatched, ConsignmentReceived, ActRatified],
    |w| {
        *w = in_crisis();
        let act = [propose("LOAN", "T-1", EE, LV, &[GUN]), dispatch("K-1", "T-1", &[GUN], "Tapa")];
        let entry = w.accept_all((EE, DTY), &act);
        let crisis = Basis::Crisis { crisis: "CR-1".parse().unwrap() };
        assert_eq!(bases(w, entry), [("LV".into(), crisis)]);
        w.refuse(Rule::I03, (LV, DTY), receive("K-1", &[GUN], "Adazi"));
        w.accept((LV, HRH), receive("K-1", &[GUN], "Adazi"));
        let ((_, by), debt) = w.state.ratifications().next().unwrap();
        assert_eq!(
            (by.to_string(), debt.families.clone(), debt.status),
            ("LV".into(), vec![Family::Loan], RatificationStatus::Owed)
        );
        assert_eq!(debt.due.since(debt.since), 72 * 3_600_000);
        let ratified = w.accept((LV, PBO), ratify(entry, LV));
        assert_eq!(status_of(w, entry, LV), RatificationStatus::Ratified { entry: ratified });
    }
);

scenario!(without_a_crisis_of_its_own_state_the_duty_officer_sends_nothing, [I03], [TransferProposed], |w| {
    *w = World::with_regime();
    w.accept((EE, PBO), gun(GUN));
    w.day("2026-02-01");
    let crisis = declare("CR-1", LV, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-04T09:00:00Z");
    w.accept((LV, DTY), crisis);
    w.refuse(Rule::I03, (EE, DTY), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::I03, (EE, DTY), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
});

scenario!(a_crisis_binds_only_the_state_that_signs_it, [G04, S04], [CrisisDeclared], |w| {
    *w = World::with_regime();
    w.accept((EE, PBO), gun(GUN));
    w.day("2026-02-01");
    let of_lv = declare("CR-1", LV, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-04T09:00:00Z");
    w.refuse(Rule::G04, (EE, MIN), of_lv.clone());
    w.refuse(Rule::G04, (LV, NMC), of_lv.clone());
    let of_ee = declare("CR-1", EE, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-04T09:00:00Z");
    w.accept((EE, MIN), of_ee);
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::S04, (EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    w.accept((LV, DTY), of_lv);
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
});

scenario!(
    a_crisis_is_short_begins_now_and_ends_by_itself,
    [G04, S04, S02, S05, S01],
    [CrisisDeclared, CrisisExtended, CrisisEnded],
    |w| {
        *w = World::with_regime();
        w.accept_all((EE, PBO), &[gun(GUN), gun(GUN2)]);
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, GUN2]));
        w.day("2026-02-01");
        let crisis = |start: &str, end: &str| declare("CR-1", LV, &["LOAN"], start, end);
        let now = "2026-02-01T09:00:00Z";
        w.refuse(Rule::G04, (LV, MIN), crisis(now, "2026-02-04T09:00:00.001Z"));
        w.refuse(Rule::G04, (LV, MIN), crisis(now, now));
        w.refuse(Rule::G04, (LV, MIN), crisis("2026-01-31T09:00:00Z", "2026-02-02T09:00:00Z"));
        let nothing = crisis(now, "2026-02-04T09:00:00Z").with("families", json!([]));
        w.refuse(Rule::S05, (LV, MIN), nothing);
        w.refuse(Rule::S01, (LV, MIN), prolong("CR-1", LV, "2026-02-05T09:00:00Z"));
        w.accept((LV, MIN), crisis(now, "2026-02-04T09:00:00Z"));
        w.refuse(Rule::S02, (LV, MIN), crisis("2026-02-02T09:00:00Z", "2026-02-04T09:00:00Z"));
        w.refuse(Rule::G04, (LV, MIN), prolong("CR-1", LV, "2026-02-04T09:00:00Z"));
        w.refuse(Rule::G04, (LV, MIN), prolong("CR-1", LV, "2026-02-12T09:00:00Z"));
        w.refuse(Rule::G04, (LV, DTY), prolong("CR-1", LV, "2026-02-05T09:00:00Z"));
        w.accept((LV, MIN), prolong("CR-1", LV, "2026-02-05T09:00:00Z"));
        w.day("2026-02-05");
        w.refuse(Rule::S04, (EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
        // Done an hour before its end, recorded within the agreed hours.
        w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa").occurred("2026-02-05T08:00:00Z"));
        w.refuse(Rule::G04, (LV, MIN), prolong("CR-1", LV, "2026-02-06T09:00:00Z"));
        w.refuse(Rule::G04, (LV, MIN), end_crisis("CR-1", LV));
        w.day("2026-02-07");
        let late = dispatch("K-2", "T-1", &[GUN2], "Tapa").occurred("2026-02-05T08:00:00Z");
        w.refuse(Rule::S04, (EE, PBO), late);
        let again = declare("CR-2", LV, &["LOAN"], "2026-02-07T09:01:00Z", "2026-02-08T09:00:00Z");
        w.accept((LV, MIN), again);
        w.refuse(Rule::G04, (LV, DTY), end_crisis("CR-2", LV));
        w.accept((LV, MIN), end_crisis("CR-2", LV));
        w.refuse(Rule::S04, (EE, PBO), dispatch("K-2", "T-1", &[GUN2], "Tapa"));
    }
);

// domain.md section 3, rule 7, and section 8: what is never waived.
scenario!(
    no_crisis_waives_a_third_states_consent_the_licence_or_the_hazard_data,
    [T09, T10, T17, S04],
    [CrisisDeclared, RetransferConsentRecorded, ConsignmentDispatched],
    |w| {
        *w = in_crisis();
        w.accept(
            (EE, PBO),
            register("serial:0AA1J:JAV:1", EE).with("nsn", GUN_NSN).with("restricted_by", "US"),
        );
        let javelin = "serial:0AA1J:JAV:1";
        w.accept((EE, DTY), propose("LOAN", "T-1", EE, LV, &[javelin]));
        w.refuse(Rule::T09, (EE, DTY), dispatch("K-1", "T-1", &[javelin], "Tapa"));
        w.accept((EE, LIC), consent("C-1", EE, "US", LV).with("nsns", json!([GUN_NSN])));
        w.accept((EE, DTY), dispatch("K-1", "T-1", &[javelin], "Tapa"));
        w.refuse(Rule::T17, (EE, PBO), register(GUN, EE).with("item", "batch:1376-38-999-4567:X=1 EA"));
        w.accept((EE, PBO), register("serial:0AA1J:ML:1", EE).with("ml", "ML2"));
        w.accept((EE, DTY), propose("LOAN", "T-2", EE, LV, &["serial:0AA1J:ML:1"]));
        w.refuse(Rule::T10, (EE, DTY), dispatch("K-2", "T-2", &["serial:0AA1J:ML:1"], "Tapa"));
        // Title goes by both sides' own word alone.
        w.accept((EE, PBO), propose("DONATION", "T-3", EE, LV, &[GUN]));
        w.refuse(Rule::S04, (EE, PBO), dispatch("K-3", "T-3", &[GUN], "Tapa"));
    }
);

scenario!(
    who_declared_the_crisis_does_not_ratify_and_an_answer_is_given_once,
    [Sod6, G03, S01],
    [ActRatified],
    |w| {
        *w = in_crisis();
        let act = [propose("LOAN", "T-1", EE, LV, &[GUN]), dispatch("K-1", "T-1", &[GUN], "Tapa")];
        let entry = w.accept_all((EE, PBO), &act);
        w.refuse(Rule::S01, (EE, PBO), ratify(entry, EE));
        w.refuse(Rule::S01, (LV, PBO), ratify(entry + 1, LV));
        w.refuse(Rule::Sod6, (LV, MIN), ratify(entry, LV));
        w.refuse(Rule::Sod6, (LV, MIN), refuse_to_ratify(entry, LV));
        w.refuse(Rule::G03, (EE, PBO), ratify(entry, LV));
        w.refuse(Rule::G03, (LV, HRH), ratify(entry, LV));
        w.refuse(Rule::G03, (LV, PBO), unwind(entry, LV, "APOLOGY"));
        w.accept((LV, PBO), ratify(entry, LV));
        w.refuse(Rule::G03, (LV, PBO), ratify(entry, LV));
        w.refuse(Rule::G03, (LV, PBO), refuse_to_ratify(entry, LV));
    }
);

// Two consents of one party were passed over, and one officer's ratification was taken for both.
scenario!(
    each_consent_that_was_passed_over_is_ratified_by_who_would_have_given_it,
    [Sod6],
    [MovementStarted, ActRatified],
    |w| {
        *w = World::with_borders();
        w.accept((EE, PBO), gun(GUN));
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LT, &[GUN]));
        w.accept((EE, NMC), plan("M-1").with("transfers", json!(["T-1"])));
        w.clock("2026-02-10T03:00:00Z");
        let crisis =
            |code| declare("CR-1", code, &["LOAN", "MOVE"], "2026-02-10T03:00:00Z", "2026-02-12T03:00:00Z");
        w.accept((LV, DTY), crisis(LV));
        w.accept((LT, MIN), crisis(LT));
        w.clock("2026-02-10T04:00:00Z");
        let entry = w.accept_all((EE, PBO), &[dispatch("K-1", "T-1", &[GUN], "Tapa"), start("M-1")]);
        let families = |code: &str| {
            let found = w.state.ratifications().find(|(key, _)| **key == (entry, party(code)));
            found.unwrap().1.families.clone()
        };
        assert_eq!((families(LT), families(LV)), (vec![Family::Loan, Family::Move], vec![Family::Move]));
        w.accept((LV, NMC), ratify(entry, LV));
        // One no is enough.
        let mut other = w.clone();
        other.accept((LT, NMC), refuse_to_ratify(entry, LT));
        assert!(matches!(status_of(&other, entry, LT), RatificationStatus::Refused { .. }));
        let waits = w.begin((LT, PBO), ratify(entry, LT));
        assert_eq!(status_of(w, entry, LT), RatificationStatus::Owed);
        w.refuse(Rule::Sod6, (LT, MIN), countersign(waits));
        w.sign((LT, NMC), waits);
        assert_eq!(status_of(w, entry, LT), RatificationStatus::Ratified { entry: waits });
    }
);

scenario!(
    a_refusal_erases_nothing_and_opens_the_unwinding,
    [S03, G03],
    [RatificationRefused, ReturnReceived, UnwindingClosed],
    |w| {
        *w = in_crisis();
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, GUN2]));
        w.accept((EE, PBO), reserve("T-1", &[GUN2], "Tapa"));
        let entry = w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
        w.accept((LV, PBO), receive("K-1", &[GUN], "Adazi"));
        w.day("2026-02-03");
        let refused = w.accept((LV, PBO), refuse_to_ratify(entry, LV));
        assert_eq!(status_of(w, entry, LV), RatificationStatus::Refused { entry: refused });
        w.stands(GUN, &["EE LV Adazi on-loan:T-1 A 1 EA"]);
        w.stands(GUN2, &["EE EE Tapa in-service A 1 EA"]);
        let loan = w.state.transfer(&"T-1".parse().unwrap()).unwrap();
        assert_eq!(loan.due, Some("2026-02-03".parse().unwrap()), "the loan is due at once");
        w.refuse(Rule::S03, (EE, PBO), dispatch("K-2", "T-1", &[GUN2], "Tapa"));
        w.refuse(Rule::G03, (LV, PBO), unwind(entry, LV, "RETURN"));
        w.accept((LV, PBO), send_back("K-3", "T-1", &[GUN], "Adazi"));
        w.accept((EE, PBO), take_back("K-3", &[GUN], "Tapa"));
        w.transfer_is("T-1", "complete");
        let closing = w.begin((LV, PBO), unwind(entry, LV, "RETURN"));
        assert_eq!(status_of(w, entry, LV), RatificationStatus::Refused { entry: refused });
        w.sign((EE, MIN), closing);
        assert!(matches!(status_of(w, entry, LV), RatificationStatus::Unwound { .. }));
        w.refuse(Rule::G03, (LV, PBO), unwind(entry, LV, "APOLOGY"));
    }
);

scenarios!(
    each_consent_that_was_passed_over_is_ratified_by_who_would_have_given_it,
    clocks_are_agreed_by_every_minister,
    nothing_stands_in_for_a_clock_that_is_not_agreed_on,
    new_clocks_leave_old_acts_alone,
    a_price_above_the_limit_takes_both_ministers,
    a_loan_within_a_standing_authorisation_needs_no_approval,
    what_an_authorisation_does_not_name_it_does_not_allow,
    an_authorisation_goes_one_way,
    an_authorisation_ends_within_the_agreed_time,
    nothing_rests_on_what_is_suspended_revoked_or_over,
    a_record_that_is_too_late_rests_on_nothing,
    in_a_crisis_one_signature_sends_a_loan_and_the_receipt_is_still_signed,
    without_a_crisis_of_its_own_state_the_duty_officer_sends_nothing,
    a_crisis_binds_only_the_state_that_signs_it,
    a_crisis_is_short_begins_now_and_ends_by_itself,
    no_crisis_waives_a_third_states_consent_the_licence_or_the_hazard_data,
    who_declared_the_crisis_does_not_ratify_and_an_answer_is_given_once,
    a_refusal_erases_nothing_and_opens_the_unwinding,
);
