//! What holds of every act: its time (I05), its papers (I04), its author; acts of several events; acts that
//! wait for signatures, are completed, or are refused.

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;

use super::world::*;
use super::{scenario, scenarios};

scenario!(an_event_does_not_occur_after_it_is_recorded, [I05], [ItemRegistered], |w| {
    w.day("2026-02-01");
    // The founders tolerate five minutes.
    w.refuse(Rule::I05, (EE, PBO), register(GUN, EE).occurred("2026-02-01T09:05:00.001Z"));
    w.accept((EE, PBO), register(GUN, EE).occurred("2026-02-01T09:05:00Z"));
    w.accept((EE, PBO), register(GUN2, EE).occurred("2025-01-01T00:00:00Z"));
});

scenario!(every_event_of_an_act_is_in_time, [I05], [ItemRegistered], |w| {
    w.day("2026-02-01");
    let late = register(GUN2, EE).occurred("2026-02-02T00:00:00Z");
    w.refuse_all(Rule::I05, (EE, PBO), &[register(GUN, EE), late]);
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
});

scenario!(time_is_judged_before_the_author_and_the_author_before_the_papers, [I05, I03, I04], [], |w| {
    w.day("2026-02-01");
    let late = licence("LIC-1", EE, LV).occurred("2027-01-01T00:00:00Z");
    let act = w.act_with((EE, PBO), &[late], Vec::new());
    w.refuse_act(Rule::I05, act);
    let act = w.act_with((EE, PBO), &[licence("LIC-1", EE, LV)], Vec::new());
    w.refuse_act(Rule::I03, act);
    let act = w.act_with((EE, LIC), &[licence("LIC-1", EE, LV)], Vec::new());
    w.refuse_act(Rule::I04, act);
});

scenario!(an_act_has_at_least_one_event, [S05], [ItemRegistered], |w| {
    w.refuse_all(Rule::S05, (EE, PBO), &[]);
    w.accept((EE, PBO), register(GUN, EE));
});

scenario!(
    a_licence_and_a_consent_are_bound_to_their_paper,
    [I04],
    [TransferLicenceRecorded, RetransferConsentRecorded],
    |w| {
        w.refuse_lacking(Rule::I04, DocumentKind::Licence, (EE, LIC), licence("LIC-1", EE, LV));
        w.accept((EE, LIC), licence("LIC-1", EE, LV));
        let paper = consent("C-1", EE, "US", LV);
        w.refuse_lacking(Rule::I04, DocumentKind::RetransferConsent, (EE, LIC), paper.clone());
        w.accept((EE, LIC), paper);
    }
);

scenario!(
    papers_of_a_programme_are_bound,
    [I04],
    [ParticipantJoined, ArrangementEffective, ContractSigned, DeliveryDispatched, InvoiceRegistered],
    |w| {
        use DocumentKind::{Contract, DespatchAdvice, Invoice, Memorandum};
        w.accept((EE, NAD), programme("P-1", EE));
        w.refuse_lacking(Rule::I04, Memorandum, (EE, MIN), join("P-1", EE, "1/2"));
        w.accept((EE, MIN), join("P-1", EE, "1/2"));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/6"));
        w.agree(&[(LT, MIN), (EE, MIN)], join("P-1", LT, "1/3"));
        w.refuse_lacking(Rule::I04, Memorandum, (EE, MIN), arrangement("P-1"));
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], arrangement("P-1"));
        w.refuse_lacking(Rule::I04, Contract, (EE, PCO), contract("C-1", "P-1"));
        w.accept((EE, PCO), contract("C-1", "P-1"));
        let lines: &[(u32, &str)] = &[(1, &of(ROUNDS, "10 EA"))];
        w.refuse_lacking(Rule::I04, DespatchAdvice, (EE, PCO), ship("D-1", "C-1", EE, lines));
        w.stocked("D-1", "C-1", EE, lines);
        let bill = invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR");
        w.refuse_lacking(Rule::I04, Invoice, (EE, FIN), bill.clone());
        w.accept((EE, FIN), bill);
    }
);

scenario!(a_finding_and_a_deed_are_bound, [I04], [LossInvestigated, TitlePassed], |w| {
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
    w.accept((EE, HRH), lose("L-1", &[GUN], EE));
    w.refuse_lacking(Rule::I04, DocumentKind::InvestigationReport, (EE, MIN), investigate("L-1"));
    w.agree(&[(EE, MIN), (EE, PBO)], investigate("L-1"));
    w.delivered("DONATION", "T-1", EE, LV, &[GUN2]);
    w.refuse_lacking(Rule::I04, DocumentKind::TitleDeed, (EE, PBO), pass_title("T-1"));
    w.agree(&[(EE, PBO), (LV, PBO)], pass_title("T-1"));
});

scenario!(what_an_act_speaks_of_exists, [S01], [], |w| {
    w.refuse(Rule::S01, (EE, PBO), approve("T-9"));
    w.refuse(Rule::S01, (EE, PBO), turn_down("T-9"));
    w.refuse(Rule::S01, (EE, PBO), cancel("T-9"));
    w.refuse(Rule::S01, (EE, PBO), reserve("T-9", &[GUN], "Tapa"));
    w.refuse(Rule::S01, (EE, PBO), dispatch("K-9", "T-9", &[GUN], "Tapa"));
    w.refuse(Rule::S01, (EE, PBO), receive("K-9", &[GUN], "Tapa"));
    w.refuse(Rule::S01, (EE, PBO), send_back("K-9", "T-9", &[GUN], "Tapa"));
    w.refuse(Rule::S01, (EE, PBO), take_back("K-9", &[GUN], "Tapa"));
    w.refuse(Rule::S01, (EE, PBO), report("X-9", "K-9", "SHORTAGE", &[GUN]));
    w.refuse(Rule::S01, (EE, PBO), resolve("X-9", "NO_ADJUSTMENT"));
    w.refuse(Rule::S01, (EE, PBO), pass_title("T-9"));
    w.refuse(Rule::S01, (EE, PBO), extend("T-9", "2026-07-01"));
    w.refuse(Rule::S01, (EE, PBO), recall("T-9", "2026-03-01"));
    w.refuse(Rule::S01, (EE, PBO), lose("L-9", &[GUN], EE));
    w.refuse(Rule::S01, (EE, PBO), consume(&of(FUEL, "5 LTR"), EE));
    w.refuse(Rule::S01, (EE, PBO), investigate("L-9"));
    w.refuse(Rule::S01, (EE, PBO), write_off("L-9"));
    w.refuse(Rule::S01, (EE, PBO), find("L-9", &[GUN], "Tapa"));
    w.refuse(Rule::S01, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::S01, (EE, PBO), countersign(9));
    w.refuse(Rule::S01, (EE, PBO), refusal(9));
    w.refuse(Rule::S01, (EE, MIN), join("P-9", EE, "1/2"));
    w.refuse(Rule::S01, (EE, MIN), arrangement("P-9"));
    w.refuse(Rule::S01, (EE, PCO), contract("C-9", "P-9"));
    w.refuse(Rule::S01, (EE, PCO), ship("D-9", "C-9", EE, &[(2, GUN)]));
    w.refuse(Rule::S01, (EE, PBO), land("D-9", &[(2, GUN)]));
    w.refuse(Rule::S01, (EE, PBO), take_over("D-9", &[(2, GUN)], "Tapa"));
    w.refuse(Rule::S01, (EE, FIN), invoice("I-9", "C-9", &[(1, "1 EA")], "1.00 EUR", "0.00 EUR"));
    w.refuse(Rule::S01, (EE, FIN), clear("I-9", "1.00 EUR"));
    w.refuse(Rule::S01, (EE, FIN), pay("Y-9", "I-9", EE, "1.00 EUR"));
    w.refuse(Rule::S01, (EE, FIN), pool("O-9", "P-9", "FEE", "1.00 EUR", &[(EE, "1.00 EUR")]));
});

scenario!(what_an_act_brings_into_being_is_new, [S02], [TransferProposed, ProgrammeProposed], |w| {
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE), register(&of(ROUNDS, "9 EA"), EE)]);
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::S02, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN2]));
    w.accept((LV, PBO), approve("T-1"));
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    w.agreed("LOAN", "T-2", EE, LV, &[&of(ROUNDS, "9 EA")]);
    w.refuse(Rule::S02, (EE, PBO), dispatch("K-1", "T-2", &[&of(ROUNDS, "9 EA")], "Tapa"));
    w.accept((LV, PBO), receive("K-1", &[], "Adazi"));
    w.accept((LV, PBO), report("X-1", "K-1", "SHORTAGE", &[GUN]));
    w.refuse(Rule::S02, (LV, PBO), report("X-1", "K-1", "DOCS", &[GUN]));
    w.accept((EE, PBO), lose("L-1", &[GUN2], EE));
    w.refuse(Rule::S02, (EE, PBO), lose("L-1", &[&of(ROUNDS, "1 EA")], EE));
    w.refuse(Rule::S02, (LV, PBO), resolve("X-1", "LOST").with("loss", "L-1"));
    w.accept((EE, LIC), licence("LIC-1", EE, LV));
    w.refuse(Rule::S02, (EE, LIC), licence("LIC-1", EE, LV));
    w.accept((EE, LIC), consent("C-1", EE, "US", LV));
    w.refuse(Rule::S02, (LV, LIC), consent("C-1", LV, "US", LT));
    w.contracted("P-1", "C-1");
    w.refuse(Rule::S02, (EE, NAD), programme("P-1", EE));
    w.refuse(Rule::S02, (EE, PCO), contract("C-1", "P-1"));
    let line = of(ROUNDS, "10 EA");
    let foreign = line.replace("EA-22-07", "EA-22-08");
    w.stocked("D-1", "C-1", EE, &[(1, &foreign)]);
    w.refuse(Rule::S02, (EE, PCO), ship("D-1", "C-1", EE, &[(1, &foreign)]));
    let bill = invoice("I-1", "C-1", &[(1, "1 EA")], "2500.00 EUR", "0.00 EUR");
    w.accept((EE, FIN), bill.clone());
    w.refuse(Rule::S02, (EE, FIN), bill.with("supplier_invoice_no", "another"));
    w.accept((EE, FIN), clear("I-1", "2500.00 EUR"));
    w.accept((EE, FIN), pay("Y-1", "I-1", EE, "1.00 EUR"));
    w.refuse(Rule::S02, (EE, FIN), pay("Y-1", "I-1", EE, "1.00 EUR").with("bank_ref", "another"));
    let parts = [(EE, "3.00 EUR"), (LT, "2.00 EUR"), (LV, "1.00 EUR")];
    w.accept((EE, FIN), pool("O-1", "P-1", "FEE", "6.00 EUR", &parts));
    w.refuse(Rule::S02, (EE, FIN), pool("O-1", "P-1", "FEE", "6.00 EUR", &parts));
});

scenario!(an_act_takes_effect_as_a_whole_or_not_at_all, [T01], [ItemRegistered], |w| {
    w.refuse_all(Rule::T01, (EE, PBO), &[register(GUN, EE), register(GUN2, EE), register(GUN, EE)]);
    w.stands(GUN, &[]);
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
    w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
    w.stands(GUN2, &["EE EE Tapa in-service A 1 EA"]);
});

scenario!(an_event_sees_what_those_before_it_in_the_act_did, [S01, T05], [ConsumptionReported], |w| {
    let (got, used) = (register(&of(FUEL, "100 LTR"), EE), consume(&of(FUEL, "60 LTR"), EE));
    w.refuse_all(Rule::S01, (EE, PBO), &[used.clone(), got.clone()]);
    w.refuse_all(Rule::T05, (EE, PBO), &[got.clone(), used.clone(), used.clone()]);
    w.accept_all((EE, PBO), &[got, used]);
    w.stands(FUEL, &["EE EE Tapa in-service A 40 LTR", "EE EE Tapa consumed A 60 LTR"]);
});

scenario!(every_event_of_an_act_is_one_that_its_author_signs, [I03], [TransferProposed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    let offer = propose("LOAN", "T-1", EE, LV, &[GUN]);
    w.refuse_all(Rule::I03, (EE, PBO), &[offer.clone(), approve("T-1")]);
    w.accept((EE, PBO), offer);
});

scenario!(an_act_of_several_events_waits_for_the_signatures_of_all, [], [ItemRegistered], |w| {
    let abroad = register(GUN, EE).with("holder", LV).with("location", "Adazi");
    let further = register(GUN2, EE).with("holder", LT).with("location", "Rukla");
    let entry = w.begin_all((EE, PBO), &[register(&of(FUEL, "5 LTR"), EE), abroad, further]);
    w.stands(FUEL, &[]);
    w.sign((LT, PBO), entry);
    assert!(w.waits(entry));
    w.sign((LV, PBO), entry);
    w.stands(FUEL, &["EE EE Tapa in-service A 5 LTR"]);
    w.stands(GUN, &["EE LV Adazi in-service A 1 EA"]);
    w.stands(GUN2, &["EE LT Rukla in-service A 1 EA"]);
});

scenario!(a_waiting_act_has_no_effect_until_it_is_countersigned, [T12], [ActCountersigned], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("DONATION", "T-1", EE, LV, &[GUN]);
    let entry = w.begin((EE, PBO), pass_title("T-1"));
    w.stands(GUN, &["EE LV Adazi awaiting-title:T-1 A 1 EA"]);
    w.refuse(Rule::T12, (EE, PBO), countersign(entry));
    w.refuse(Rule::T12, (LT, PBO), countersign(entry));
    w.sign((LV, PBO), entry);
    w.stands(GUN, &["LV LV Adazi in-service A 1 EA"]);
});

scenario!(an_act_is_not_countersigned_twice, [S01], [ActCountersigned], |w| {
    let entry = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    w.sign((LV, REG), entry);
    w.refuse(Rule::S01, (LT, REG), countersign(entry));
});

scenario!(a_refused_act_never_takes_effect, [S01, T12], [ActRefused], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("DONATION", "T-1", EE, LV, &[GUN]);
    let entry = w.begin((EE, PBO), pass_title("T-1"));
    w.refuse(Rule::T12, (LT, PBO), refusal(entry));
    w.accept((LV, PBO), refusal(entry));
    assert!(!w.waits(entry));
    w.refuse(Rule::S01, (LV, PBO), countersign(entry));
    w.stands(GUN, &["EE LV Adazi awaiting-title:T-1 A 1 EA"]);
    w.agree(&[(LV, PBO), (EE, PBO)], pass_title("T-1"));
});

scenario!(a_countersignature_stands_alone, [S05], [ActCountersigned, ActRefused], |w| {
    let entry = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    let other = w.begin((EE, REG), enrol(fresh_key(8), EE, PBO));
    w.refuse_all(Rule::S05, (LV, REG), &[countersign(entry), countersign(other)]);
    w.refuse_all(Rule::S05, (LV, REG), &[refusal(entry), countersign(other)]);
    w.sign((LV, REG), entry);
    w.accept((LV, REG), refusal(other));
});

scenario!(a_waiting_act_must_still_be_lawful_when_it_is_completed, [S03], [TitlePassed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("DONATION", "T-1", EE, LV, &[GUN]);
    let first = w.begin((EE, PBO), pass_title("T-1"));
    let second = w.begin((LV, PBO), pass_title("T-1"));
    w.sign((LV, PBO), first);
    w.refuse(Rule::S03, (EE, PBO), countersign(second));
});

scenario!(the_waiting_act_of_a_revoked_author_never_takes_effect, [I03], [KeyRevoked], |w| {
    let entry = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    w.accept((EE, ROOT), revoke(key_of((EE, REG))));
    w.refuse(Rule::I03, (LV, REG), countersign(entry));
    w.accept((LV, REG), refusal(entry));
});

scenario!(a_countersigner_whose_key_does_not_sign_is_refused, [I03], [KeyRevoked, KeyEnrolled], |w| {
    let entry = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    w.accept((LV, ROOT), revoke(key_of((LV, REG))));
    w.refuse(Rule::I03, (LV, REG), countersign(entry));
    w.refuse(Rule::I03, (LV, REG), refusal(entry));
    w.sign((LT, REG), entry);
});

// The arrangement waited for LV alone; LT joined meanwhile, with a share of nothing, and was bound unasked.
scenario!(
    a_waiting_act_that_needs_more_signatures_by_now_is_not_completed,
    [S03],
    [ArrangementEffective],
    |w| {
        w.accept((EE, NAD), programme("P-1", EE));
        w.accept((EE, MIN), join("P-1", EE, "1/2"));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
        let entry = w.begin((EE, MIN), arrangement("P-1"));
        w.agree(&[(LT, MIN), (EE, MIN)], join("P-1", LT, "0/1"));
        w.refuse(Rule::S03, (LV, MIN), countersign(entry));
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], arrangement("P-1"));
    }
);

// Only those who were asked could refuse: an author who had made a mistake could not take it back, and the other
// side could complete it at any later time.
scenario!(an_author_withdraws_his_own_waiting_act, [S01, G07], [ActRefused], |w| {
    let entry = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    w.refuse(Rule::G07, (EE, ROOT), refusal(entry));
    w.refuse(Rule::G07, (EE, REG), countersign(entry));
    w.accept((EE, REG), refusal(entry));
    w.refuse(Rule::S01, (LV, REG), countersign(entry));
});

scenarios!(
    an_event_does_not_occur_after_it_is_recorded,
    every_event_of_an_act_is_in_time,
    time_is_judged_before_the_author_and_the_author_before_the_papers,
    an_act_has_at_least_one_event,
    a_licence_and_a_consent_are_bound_to_their_paper,
    papers_of_a_programme_are_bound,
    a_finding_and_a_deed_are_bound,
    what_an_act_speaks_of_exists,
    what_an_act_brings_into_being_is_new,
    an_act_takes_effect_as_a_whole_or_not_at_all,
    an_event_sees_what_those_before_it_in_the_act_did,
    every_event_of_an_act_is_one_that_its_author_signs,
    an_act_of_several_events_waits_for_the_signatures_of_all,
    a_waiting_act_has_no_effect_until_it_is_countersigned,
    an_act_is_not_countersigned_twice,
    a_refused_act_never_takes_effect,
    a_countersignature_stands_alone,
    a_waiting_act_must_still_be_lawful_when_it_is_completed,
    the_waiting_act_of_a_revoked_author_never_takes_effect,
    a_countersigner_whose_key_does_not_sign_is_refused,
    a_waiting_act_that_needs_more_signatures_by_now_is_not_completed,
    an_author_withdraws_his_own_waiting_act,
);
