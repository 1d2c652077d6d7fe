//! From the funds to the order: commitments, tender, framework, call-offs.

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::consent::Basis;
use ledger_core::domain::procurement::{Contract, ProgrammeStatus};
use serde_json::json;

use super::tender_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

const ALL_THREE: &[(&str, &str)] = &[(EE, "100 EA"), (LT, "100 EA"), (LV, "100 EA")];
const WITHOUT_LT: &[(&str, &str)] = &[(EE, "3/4"), (LV, "1/4")];

fn known<'a>(w: &'a World, contract: &str) -> &'a Contract {
    w.state.contract(&contract.parse().unwrap()).unwrap()
}

fn status(w: &World) -> ProgrammeStatus {
    w.state.programme_status(&"P-1".parse().unwrap()).unwrap()
}

/// What is contracted of a line, party by party.
fn contracted(w: &World, contract: &str, line: u32) -> Vec<String> {
    let rows = known(w, contract).progress.iter().filter(|((number, _), _)| *number == line);
    rows.map(|((_, party), progress)| format!("{party} {}", progress.contracted)).collect()
}

/// Everything but the documents of this kind.
fn refuse_lacking(w: &mut World, kind: DocumentKind, who: Who, draft: Draft) {
    w.refuse_lacking(Rule::I04, kind, who, draft);
}

// ------------------------------------------------------------------------------------------------- funds

scenario!(
    a_party_commits_funds_to_a_programme_in_which_it_takes_part,
    [I03, I04, S01, S02, S05],
    [FundingCommitted],
    |w| {
        w.accept((EE, NAD), programme("P-1", EE));
        w.accept((EE, MIN), join("P-1", EE, "1/2"));
        let good = fund("M-1", "P-1", EE, "500.00 EUR");
        w.refuse(Rule::S01, (EE, FIN), fund("M-1", "P-9", EE, "500.00 EUR"));
        w.refuse(Rule::S01, (EE, FIN), fund("M-1", "P-1", "PL", "500.00 EUR"));
        w.refuse(Rule::S05, (LV, FIN), fund("M-1", "P-1", LV, "500.00 EUR"));
        let no = w.refuse(Rule::S05, (EE, FIN), fund("M-1", "P-1", EE, "500.00 USD"));
        assert!(no.to_string().contains("in another currency than programme P-1: EUR"), "{no}");
        w.refuse(Rule::S05, (EE, FIN), fund("M-1", "P-1", EE, "0.00 EUR"));
        w.refuse(Rule::S05, (EE, FIN), good.clone().with("year", 26));
        w.refuse(Rule::I03, (EE, PCO), good.clone());
        w.refuse(Rule::I03, (LV, FIN), good.clone());
        refuse_lacking(w, DocumentKind::FundingDecision, (EE, FIN), good.clone());
        w.accept((EE, FIN), good.clone());
        w.refuse(Rule::S02, (EE, FIN), good);
        w.refuse(Rule::S05, (EE, FIN), fund("M-2", "P-1", EE, "92233720368547758.07 EUR"));
        w.accept((EE, FIN), fund("M-2", "P-1", EE, "92233720368547258.07 EUR"));
        assert_eq!(w.state.commitment(&"M-1".parse().unwrap()).unwrap().year, 2026);
    }
);

scenario!(
    a_contract_is_within_what_each_party_has_committed_as_soon_as_anybody_has,
    [P11],
    [FundingCommitted, ContractSigned],
    |w| {
        w.arranged("P-1");
        // Nobody has committed anything here: the funds are kept elsewhere.
        w.accept((EE, PCO), contract("C-1", "P-1"));
        w.accept((EE, FIN), fund("M-1", "P-1", EE, "1540000.00 EUR"));
        let no = w.refuse(Rule::P11, (EE, PCO), contract("C-2", "P-1"));
        assert!(no.to_string().contains("a FIN of LT records FundingCommitted first"), "{no}");
        // Both contracts cost Estonia 770,000.00, Lithuania 520,000.00 and Latvia 270,000.00 each.
        w.accept((LT, FIN), fund("M-2", "P-1", LT, "1040000.00 EUR"));
        w.accept((LV, FIN), fund("M-3", "P-1", LV, "539999.99 EUR"));
        w.refuse(Rule::P11, (EE, PCO), contract("C-2", "P-1"));
        w.accept((LV, FIN), fund("M-4", "P-1", LV, "0.01 EUR"));
        w.accept((EE, PCO), contract("C-2", "P-1"));
        w.refuse(Rule::P11, (EE, PCO), contract("C-3", "P-1"));
        let parts: Vec<_> =
            known(w, "C-2").parts().unwrap().iter().map(|(party, part)| format!("{party} {part}")).collect();
        assert_eq!(parts, ["EE 770000.00 EUR", "LT 520000.00 EUR", "LV 270000.00 EUR"]);
        let committed = w.state.committed(&"P-1".parse().unwrap(), party(LV)).unwrap();
        assert_eq!(committed.to_string(), "540000.00 EUR");
    }
);

scenario!(what_cannot_be_added_up_is_within_no_commitment, [P11], [FundingCommitted], |w| {
    w.arranged("P-1");
    let most = "92233720368547758.07 EUR";
    let line = |number| rounds_line(number, "1 EA", most, &[(EE, "1 EA")]);
    let dear = contract("C-1", "P-1").with("lines", json!([line(1), line(2)]));
    w.accept((EE, FIN), fund("M-1", "P-1", EE, most));
    w.refuse(Rule::P11, (EE, PCO), dear.clone());
    let one = contract("C-2", "P-1").with("lines", json!([line(1)]));
    w.accept((EE, PCO), one);
});

scenario!(
    a_programme_with_a_grant_for_three_has_three_states_at_all_times,
    [P17],
    [FundingCommitted, ArrangementEffective, ParticipantWithdrew],
    |w| {
        let grant =
            |id: &str, programme: &str| fund(id, programme, EE, "1000.00 EUR").with("instrument", "EDIRPA");
        w.accept((EE, NAD), programme("P-1", EE));
        w.accept((EE, MIN), join("P-1", EE, "1/2"));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
        // Before the arrangement others may still join.
        w.accept((EE, FIN), grant("M-1", "P-1"));
        w.refuse(Rule::P17, (EE, MIN), arrangement("P-1"));
        w.agree(&[(LT, MIN), (EE, MIN)], join("P-1", LT, "0/1"));
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], arrangement("P-1"));
        w.refuse(Rule::P17, (LT, MIN), withdraw("P-1", LT, "2026-06-01", WITHOUT_LT));
        // Another programme loses its third state; from then on it cannot draw on the grant.
        w.arranged("P-2");
        w.accept((EE, FIN), grant("M-2", "P-2").with("instrument", "SAFE"));
        w.agree(&[(LT, MIN), (EE, MIN), (LV, MIN)], withdraw("P-2", LT, "2026-06-01", WITHOUT_LT));
        w.refuse(Rule::P17, (EE, FIN), grant("M-3", "P-2"));
        w.arranged("P-3");
        w.accept((EE, FIN), grant("M-3", "P-3"));
    }
);

// ------------------------------------------------------------------------------------------------ tender

scenario!(
    a_procedure_is_launched_by_the_lead_when_the_arrangement_is_in_effect,
    [I03, S01, S02, S03, S05, I04],
    [ProcedureLaunched],
    |w| {
        w.accept((EE, NAD), programme("P-1", EE));
        w.refuse(Rule::S03, (EE, PCO), launch("T-1", "P-1"));
        w.refuse(Rule::S01, (EE, PCO), launch("T-1", "P-9"));
        w.arranged("P-2");
        let good = launch("T-1", "P-2");
        w.refuse(Rule::I03, (LV, PCO), good.clone());
        w.refuse(Rule::I03, (EE, NAD), good.clone());
        w.refuse(Rule::S05, (EE, PCO), good.clone().with("tender_lots", json!([])));
        let lot = json!({ "lot": "1", "title": "Rounds", "multi_supplier": false });
        w.refuse(Rule::S05, (EE, PCO), good.clone().with("tender_lots", json!([lot, lot])));
        // Under the directive there is a notice, or a method without one and the reason for it.
        w.refuse(Rule::S05, (EE, PCO), good.clone().without("notice_ref"));
        w.refuse(Rule::S05, (EE, PCO), good.clone().with("method", "DIRECT"));
        let silent = good.clone().without("notice_ref").with("method", "NEGOTIATED_WITHOUT_NOTICE");
        refuse_lacking(w, DocumentKind::Justification, (EE, PCO), silent.clone());
        w.accept((EE, PCO), silent.with("procedure", "T-2"));
        let outside = good.clone().without("notice_ref").with("legal_basis", "32009L0081-13F");
        w.accept((EE, PCO), outside.clone().with("procedure", "T-3").with("method", "DIRECT"));
        w.accept((EE, PCO), outside.with("procedure", "T-4"));
        w.accept((EE, PCO), good.clone());
        w.refuse(Rule::S02, (EE, PCO), good);
    }
);

scenario!(
    a_lot_is_awarded_to_one_supplier_unless_it_is_for_several,
    [I03, S01, S03, S05],
    [TenderLotAwarded, AwardCancelled],
    |w| {
        w.arranged("P-1");
        assert_eq!(status(w), ProgrammeStatus::ArrangementEffective);
        w.refuse(Rule::S01, (EE, PCO), award("T-1", "1", MAKER));
        w.accept((EE, PCO), launch("T-1", "P-1"));
        assert_eq!(status(w), ProgrammeStatus::Procedure);
        w.refuse(Rule::S01, (EE, PCO), award("T-1", "7", MAKER));
        w.refuse(Rule::S05, (EE, PCO), award("T-1", "1", MAKER).with("value", "1.00 USD"));
        w.refuse(Rule::I03, (LV, PCO), award("T-1", "1", MAKER));
        w.agree(&[(EE, NAD), (EE, PCO)], award("T-1", "1", MAKER));
        assert_eq!(status(w), ProgrammeStatus::Awarded);
        w.refuse(Rule::S03, (EE, PCO), award("T-1", "1", RIVAL));
        w.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "2", MAKER));
        w.refuse(Rule::S03, (EE, PCO), award("T-1", "2", MAKER));
        w.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "2", RIVAL));
        // The first award is taken back, and the lot goes to the next.
        w.refuse(Rule::S03, (EE, PCO), take_back_award("T-1", "1", RIVAL));
        w.refuse(Rule::I03, (EE, MIN), take_back_award("T-1", "1", MAKER));
        w.agree(&[(EE, PCO), (EE, NAD)], take_back_award("T-1", "1", MAKER));
        w.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "1", RIVAL));
    }
);

// --------------------------------------------------------------------------------------------- framework

scenario!(
    a_framework_is_signed_with_awarded_suppliers_after_the_standstill,
    [I03, I04, S01, S02, S03],
    [FrameworkSigned],
    |w| {
        *w = World::with_regime();
        w.arranged("P-1");
        w.refuse(Rule::S01, (EE, PCO), framework("F-1", "T-1"));
        w.accept((EE, PCO), launch("T-1", "P-1"));
        w.refuse(Rule::S03, (EE, PCO), framework("F-1", "T-1"));
        w.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "1", MAKER));
        w.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "2", RIVAL));
        w.day("2026-02-28");
        w.refuse(Rule::S03, (EE, PCO), framework("F-1", "T-1"));
        w.day("2026-03-01");
        w.refuse(Rule::S01, (EE, PCO), framework("F-1", "T-1").with("lot", "7"));
        // The rival was awarded the other lot.
        w.refuse(Rule::S03, (EE, PCO), framework("F-1", "T-1").with("suppliers", json!([RIVAL])));
        w.refuse(Rule::I03, (LV, PCO), framework("F-1", "T-1"));
        refuse_lacking(w, DocumentKind::Framework, (EE, PCO), framework("F-1", "T-1"));
        w.accept((EE, PCO), framework("F-1", "T-1"));
        assert_eq!(status(w), ProgrammeStatus::Contracted);
        w.refuse(Rule::S02, (EE, PCO), framework("F-1", "T-1"));
        w.refuse(Rule::S03, (EE, PCO), take_back_award("T-1", "1", MAKER));
        w.agree(&[(EE, PCO), (EE, NAD)], take_back_award("T-1", "2", RIVAL));
    }
);

scenario!(the_terms_of_a_framework_are_complete, [S05, T17], [FrameworkSigned], |w| {
    w.awarded("P-1");
    let good = framework("F-1", "T-1");
    let refuse = |w: &mut World, rule: Rule, field: &str, value: serde_json::Value| {
        w.refuse(rule, (EE, PCO), framework("F-1", "T-1").with(field, value));
    };
    for (field, wrong) in [
        ("suppliers", json!([])),
        ("suppliers", json!([MAKER, MAKER])),
        ("lines", json!([])),
        ("lines", json!([framework_lines()[0], framework_lines()[0]])),
        ("ceiling", json!("1.00 USD")),
        ("who_may_order", json!([])),
        ("who_may_order", json!([LV, EE])),
        ("who_may_order", json!([EE, "PL"])),
        ("end", json!("2026-02-28")),
        ("extensions", json!(["2030-02-28"])),
        ("extensions", json!(["2032-02-28", "2031-02-28"])),
    ] {
        refuse(w, Rule::S05, field, wrong);
    }
    let mut lines = framework_lines();
    lines[1]["unit_price"] = json!("1.00 USD");
    refuse(w, Rule::S05, "lines", lines);
    let mut lines = framework_lines();
    for line in lines.as_array_mut().unwrap() {
        line["unit_price"] = json!("1.00 USD");
    }
    w.refuse(Rule::S05, (EE, PCO), good.clone().with("ceiling", "1.00 USD").with("lines", lines));
    let mut lines = framework_lines();
    lines[1]["restricted_by"] = json!("SE");
    lines[1].as_object_mut().unwrap().remove("nsn");
    refuse(w, Rule::S05, "lines", lines);
    let mut lines = framework_lines();
    lines[0].as_object_mut().unwrap().remove("hazard");
    refuse(w, Rule::T17, "lines", lines);
    w.accept((EE, PCO), good);
});

scenario!(a_framework_longer_than_agreed_needs_a_justification, [I04, S03], [FrameworkSigned], |w| {
    // Without agreed clocks there is no longest term.
    w.arranged("P-1");
    w.accept((EE, PCO), launch("T-1", "P-1"));
    w.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "1", MAKER));
    w.day("2026-03-01");
    w.refuse(Rule::S03, (EE, PCO), framework("F-1", "T-1"));
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
    // Seven years with the extension; one day more is too long.
    let seven = framework("F-1", "T-1").with("extensions", json!(["2033-02-28"]));
    let more = framework("F-2", "T-1").with("extensions", json!(["2033-02-28", "2033-03-02"]));
    refuse_lacking(w, DocumentKind::Justification, (EE, PCO), more.clone());
    let papers: Vec<_> =
        all_documents().into_iter().filter(|d| d.kind != DocumentKind::Justification).collect();
    w.record(w.act_with((EE, PCO), &[seven], papers)).unwrap();
    w.accept((EE, PCO), more);
});

scenario!(
    a_framework_is_extended_as_it_foresees_while_it_runs,
    [I03, I04, S01, S03, P03],
    [FrameworkExtended],
    |w| {
        w.awarded("P-1");
        w.funded("P-1");
        let short = framework("F-1", "T-1").with("end", "2026-06-30");
        w.accept((EE, PCO), short.with("extensions", json!(["2026-09-30", "2026-12-31"])));
        w.refuse(Rule::S01, (EE, PCO), prolong("F-9", "2026-09-30"));
        w.refuse(Rule::S03, (EE, PCO), prolong("F-1", "2026-12-31"));
        w.refuse(Rule::S03, (EE, PCO), prolong("F-1", "2027-12-31"));
        w.refuse(Rule::I03, (LV, PCO), prolong("F-1", "2026-09-30"));
        refuse_lacking(w, DocumentKind::Amendment, (EE, PCO), prolong("F-1", "2026-09-30"));
        w.accept((EE, PCO), prolong("F-1", "2026-09-30"));
        w.refuse(Rule::S03, (EE, PCO), prolong("F-1", "2026-09-30"));
        w.day("2026-09-30");
        w.accept((EE, PCO), call_off("C-1", "F-1", EE, "1 EA", &[(EE, "1 EA")]));
        w.day("2026-10-01");
        w.refuse(Rule::S03, (EE, PCO), prolong("F-1", "2026-12-31"));
        w.refuse(Rule::P03, (EE, PCO), call_off("C-2", "F-1", EE, "1 EA", &[(EE, "1 EA")]));
    }
);

// --------------------------------------------------------------------------------------------- call-offs

scenario!(
    a_call_off_is_a_contract_that_is_delivered_and_paid_like_any_other,
    [S02],
    [CallOffOrdered, DeliveryAccepted, PaymentExecuted],
    |w| {
        w.framed("P-1");
        let order = call_off("C-1", "F-1", EE, "300 EA", ALL_THREE)
            .with("schedule", json!([{ "line": 1, "party": LV, "quantity": "100 EA", "due": "2026-09-30" }]));
        w.accept((EE, PCO), order.clone());
        w.refuse(Rule::S02, (EE, PCO), order);
        let made = known(w, "C-1");
        assert_eq!(made.framework, Some("F-1".parse().unwrap()));
        assert_eq!((made.schedule.len(), made.supply.as_ref().unwrap().warranty_days), (1, 730));
        assert_eq!(made.value().unwrap().to_string(), "750000.00 EUR");
        assert_eq!(w.state.called_off(&"F-1".parse().unwrap()), made.value());
        assert_eq!(contracted(w, "C-1", 1), ["EE 100 EA", "LT 100 EA", "LV 100 EA"]);
        w.stocked("D-1", "C-1", LV, &[(1, &of(ROUNDS, "100 EA"))]);
        assert_eq!(status(w), ProgrammeStatus::Delivering);
        w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "100 EA")], "250000.00 EUR", "0.00 EUR"));
        w.accept((EE, FIN), clear("I-1", "250000.00 EUR"));
        w.accept((LV, FIN), pay("Y-1", "I-1", LV, "250000.00 EUR"));
        // Whatever becomes of it is part of the history of its framework.
        let payment = &w.history.last().unwrap().act.events[0];
        let about: Vec<_> = payment.subjects(&w.state).iter().map(ToString::to_string).collect();
        assert_eq!(about, ["contract C-1", "framework F-1", "programme P-1"]);
    }
);

scenario!(
    a_call_off_comes_from_who_may_order_and_is_complete,
    [I03, I04, P02, P04, P14, S01, S05],
    [CallOffOrdered],
    |w| {
        w.awarded("P-1");
        w.funded("P-1");
        w.accept((EE, PCO), framework("F-1", "T-1").with("who_may_order", json!([EE, LV])));
        let good = call_off("C-1", "F-1", EE, "300 EA", ALL_THREE);
        let no = w.refuse(Rule::P14, (LT, PCO), call_off("C-1", "F-1", LT, "300 EA", ALL_THREE));
        assert!(no.to_string().contains("EE, LV may order for it"), "{no}");
        w.refuse(Rule::S01, (EE, PCO), call_off("C-1", "F-9", EE, "300 EA", ALL_THREE));
        w.refuse(Rule::S01, (EE, PCO), call_off("C-1", "F-1", EE, "1 EA", &[("PL", "1 EA")]));
        w.refuse(Rule::P02, (EE, PCO), call_off("C-1", "F-1", EE, "301 EA", ALL_THREE));
        w.refuse(Rule::S05, (EE, PCO), good.clone().with("supplier", RIVAL));
        w.refuse(Rule::S05, (EE, PCO), good.clone().with("lines", json!([])));
        let line =
            |number: u32| json!({ "line": number, "quantity": "1 EA", "per_party": parts(&[(EE, "1 EA")]) });
        w.refuse(Rule::S05, (EE, PCO), good.clone().with("lines", json!([line(1), line(1)])));
        w.refuse(Rule::S01, (EE, PCO), good.clone().with("lines", json!([line(3)])));
        let late = json!([{ "line": 1, "party": LV, "quantity": "101 EA", "due": "2026-09-30" }]);
        w.refuse(Rule::P04, (EE, PCO), good.clone().with("schedule", late));
        w.refuse(Rule::I03, (EE, FIN), good.clone());
        refuse_lacking(w, DocumentKind::Contract, (EE, PCO), good.clone());
        w.accept((EE, PCO), good.with("lines", json!([line(1), line(2)])));
    }
);

scenario!(call_offs_stay_within_the_ceilings_and_the_term, [P03, P11], [CallOffOrdered], |w| {
    w.awarded("P-1");
    w.accept((EE, PCO), framework("F-1", "T-1").with("start", "2026-03-02").with("end", "2026-06-30"));
    let order = |id: &str, line: u32, quantity: &str| {
        let part = parts(&[(EE, quantity)]);
        let lines = json!([{ "line": line, "quantity": quantity, "per_party": part }]);
        call_off(id, "F-1", EE, quantity, &[]).with("lines", lines)
    };
    w.refuse(Rule::P03, (EE, PCO), order("C-1", 2, "1 EA"));
    w.day("2026-03-02");
    // For call-offs funds are always asked.
    w.refuse(Rule::P11, (EE, PCO), order("C-1", 2, "1 EA"));
    w.accept((EE, FIN), fund("M-1", "P-1", EE, "9000000.00 EUR"));
    w.accept((EE, PCO), order("C-1", 2, "3 EA"));
    w.refuse(Rule::P03, (EE, PCO), order("C-2", 2, "3 EA"));
    w.refuse(Rule::P03, (EE, PCO), order("C-2", 2, "2 KGM"));
    w.accept((EE, PCO), order("C-2", 2, "2 EA"));
    // 1,000 rounds are offered, but 100,000.00 of the 2 million are gone.
    w.refuse(Rule::P03, (EE, PCO), order("C-3", 1, "761 EA"));
    w.accept((EE, PCO), order("C-3", 1, "760 EA"));
    w.refuse(Rule::P03, (EE, PCO), order("C-4", 1, "1 EA"));
    assert_eq!(w.state.called_off(&"F-1".parse().unwrap()).unwrap().to_string(), "2000000.00 EUR");
});

scenario!(an_order_of_the_last_day_is_recorded_within_the_agreed_time, [P03], [CallOffOrdered], |w| {
    w.awarded("P-1");
    w.funded("P-1");
    w.accept((EE, PCO), framework("F-1", "T-1").with("end", "2026-06-30"));
    let order = |id: &str| call_off(id, "F-1", EE, "1 EA", &[(EE, "1 EA")]).occurred("2026-06-30T20:00:00Z");
    w.day("2026-07-01");
    w.accept((EE, PCO), order("C-1"));
    w.day("2026-07-02");
    w.refuse(Rule::P03, (EE, PCO), order("C-2"));
});

/// What Latvia may order for itself under Estonia's frameworks without asking.
fn small_orders() -> Draft {
    let limits = json!({
        "value": "250000.00 EUR", "nsns": [ROUNDS_NSN], "hazards": ["1.2E"], "neq_g": 100_000
    });
    authorise("A-1", "CALL_OFF", EE, LV, limits)
}

scenario!(
    the_lead_signs_anothers_call_off_unless_it_has_consented_beforehand,
    [I03],
    [CallOffOrdered],
    |w| {
        w.framed("P-1");
        let order = |id: &str, quantity: &str| call_off(id, "F-1", LV, quantity, &[(LV, quantity)]);
        let entry = w.begin((LV, PCO), order("C-1", "100 EA"));
        assert!(w.state.contract(&"C-1".parse().unwrap()).is_none());
        w.refuse(Rule::I03, (LT, PCO), countersign(entry));
        w.sign((EE, PCO), entry);
        assert_eq!(contracted(w, "C-1", 1), ["LV 100 EA"]);
        assert!(w.state.reliances(entry).is_empty());
        w.accept((EE, MIN), small_orders());
        let entry = w.accept((LV, PCO), order("C-2", "100 EA"));
        let reliance = &w.state.reliances(entry)[0];
        assert_eq!(
            (reliance.party, &reliance.basis),
            (party(EE), &Basis::Standing { authorisation: "A-1".parse().unwrap() })
        );
        // Beyond the value the lead is asked again; so is it for Lithuania, and for goods that are not listed.
        w.agree(&[(LV, PCO), (EE, PCO)], order("C-3", "101 EA"));
        w.agree(&[(EE, PCO), (LT, PCO)], call_off("C-4", "F-1", LT, "1 EA", &[(LT, "1 EA")]));
        let rifle = json!([{ "line": 2, "quantity": "1 EA", "per_party": parts(&[(LV, "1 EA")]) }]);
        w.agree(&[(LV, PCO), (EE, PCO)], order("C-5", "1 EA").with("lines", rifle));
    }
);

scenario!(
    in_a_crisis_of_the_lead_another_orders_at_once_and_ceiling_funds_and_buyer_still_hold,
    [P03, P11, P14],
    [CallOffOrdered],
    |w| {
        w.awarded("P-1");
        w.funded("P-1");
        w.accept((EE, PCO), framework("F-1", "T-1").with("who_may_order", json!([EE, LV])));
        let end = "2026-03-03T09:00:00Z";
        w.accept((EE, DTY), declare("K-1", EE, &["CALL_OFF"], &w.now.to_string(), end));
        let order = |quantity: &str| call_off("C-1", "F-1", LV, quantity, &[(LV, quantity)]);
        w.refuse(Rule::P11, (LV, PCO), order("401 EA"));
        w.refuse(Rule::P03, (LV, PCO), order("1001 EA"));
        w.refuse(Rule::P14, (LT, PCO), call_off("C-1", "F-1", LT, "1 EA", &[(LT, "1 EA")]));
        let entry = w.accept((LV, PCO), order("400 EA"));
        let owed: Vec<_> = w.state.ratifications().map(|(key, _)| *key).collect();
        assert_eq!(owed, [(entry, party(EE))]);
    }
);

scenarios!(
    a_party_commits_funds_to_a_programme_in_which_it_takes_part,
    a_contract_is_within_what_each_party_has_committed_as_soon_as_anybody_has,
    what_cannot_be_added_up_is_within_no_commitment,
    a_programme_with_a_grant_for_three_has_three_states_at_all_times,
    a_procedure_is_launched_by_the_lead_when_the_arrangement_is_in_effect,
    a_lot_is_awarded_to_one_supplier_unless_it_is_for_several,
    a_framework_is_signed_with_awarded_suppliers_after_the_standstill,
    the_terms_of_a_framework_are_complete,
    a_framework_longer_than_agreed_needs_a_justification,
    a_framework_is_extended_as_it_foresees_while_it_runs,
    a_call_off_is_a_contract_that_is_delivered_and_paid_like_any_other,
    a_call_off_comes_from_who_may_order_and_is_complete,
    call_offs_stay_within_the_ceilings_and_the_term,
    an_order_of_the_last_day_is_recorded_within_the_agreed_time,
    the_lead_signs_anothers_call_off_unless_it_has_consented_beforehand,
    in_a_crisis_of_the_lead_another_orders_at_once_and_ceiling_funds_and_buyer_still_hold,
);
