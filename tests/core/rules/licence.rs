//! What states must allow: transfer licences (T10), a third state's consent (T09), and ammunition that has
//! expired (T18).

use ledger_core::domain::Rule;
use serde_json::json;

use super::world::*;
use super::{scenario, scenarios};

/// EE agreed to lend LV 500 rounds of ML3; the dispatch of so many of them.
fn ammunition(w: &mut World) {
    w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "500 EA"), EE));
    w.agreed("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "500 EA")]);
}

fn send(consignment: &str, quantity: &str, licence: &str) -> Draft {
    dispatch(consignment, "T-1", &[&of(ROUNDS, quantity)], "Tapa").with("licence", licence)
}

scenario!(
    controlled_goods_cross_under_a_licence_for_that_way_day_and_category,
    [T10, S01],
    [TransferLicenceRecorded, ConsignmentDispatched],
    |w| {
        ammunition(w);
        w.refuse(Rule::T10, (EE, HRH), dispatch("K-1", "T-1", &[&of(ROUNDS, "500 EA")], "Tapa"));
        w.refuse(Rule::S01, (EE, HRH), send("K-1", "500 EA", "LIC-1"));
        w.accept((EE, LIC), licence("way", EE, LT));
        w.refuse(Rule::T10, (EE, HRH), send("K-1", "500 EA", "way"));
        w.accept((LV, LIC), licence("back", LV, EE));
        w.refuse(Rule::T10, (EE, HRH), send("K-1", "500 EA", "back"));
        w.accept((EE, LIC), licence("other", EE, LV).with("ml", json!(["ML1", "ML4"])));
        w.refuse(Rule::T10, (EE, HRH), send("K-1", "500 EA", "other"));
        w.accept((EE, LIC), licence("early", EE, LV).with("expiry", "2026-01-29"));
        w.refuse(Rule::T10, (EE, HRH), send("K-1", "500 EA", "early"));
        w.accept((EE, LIC), licence("late", EE, LV).with("valid_from", "2026-01-31"));
        w.refuse(Rule::T10, (EE, HRH), send("K-1", "500 EA", "late"));
        let today = licence("today", EE, LV).with("valid_from", "2026-01-30").with("expiry", "2026-01-30");
        w.accept((EE, LIC), today);
        w.accept((EE, HRH), send("K-1", "500 EA", "today"));
        w.stands(ROUNDS, &["EE EE Tapa in-transit:K-1 A 500 EA"]);
    }
);

scenario!(goods_of_no_category_need_no_licence, [], [ConsignmentDispatched], |w| {
    w.accept((EE, PBO), register(&of(FUEL, "10 LTR"), EE));
    w.delivered("DONATION", "T-1", EE, LV, &[&of(FUEL, "10 LTR")]);
});

scenario!(
    a_licence_is_recorded_by_the_liaison_of_the_state_that_gives_it,
    [I03, S05],
    [TransferLicenceRecorded],
    |w| {
        let paper = licence("LIC-1", EE, LV);
        for who in [(LV, LIC), (EE, PBO), (EE, MIN)] {
            w.refuse(Rule::I03, who, paper.clone());
        }
        w.refuse(Rule::S05, (EE, LIC), paper.clone().with("ml", json!([])));
        w.refuse(Rule::S05, (EE, LIC), paper.clone().with("to", EE));
        w.refuse(Rule::S05, (EE, LIC), paper.clone().with("expiry", "2025-12-31"));
        w.refuse(
            Rule::S05,
            (EE, LIC),
            paper.clone().with("caps", json!([{ "ml": "ML4", "quantity": "5 EA" }])),
        );
        w.accept((EE, LIC), paper);
    }
);

scenario!(two_dispatches_use_up_one_cap, [T10], [ConsignmentDispatched], |w| {
    ammunition(w);
    let cap = json!([{ "ml": "ML3", "quantity": "300 EA" }]);
    w.accept((EE, LIC), licence("LIC-1", EE, LV).with("caps", cap));
    w.refuse(Rule::T10, (EE, HRH), send("K-1", "301 EA", "LIC-1"));
    w.accept((EE, HRH), send("K-1", "200 EA", "LIC-1"));
    w.refuse(Rule::T10, (EE, HRH), send("K-2", "101 EA", "LIC-1"));
    w.accept((EE, HRH), send("K-2", "100 EA", "LIC-1"));
    w.refuse(Rule::T10, (EE, HRH), send("K-3", "1 EA", "LIC-1"));
    w.accept((EE, LIC), licence("LIC-2", EE, LV));
    w.accept((EE, HRH), send("K-3", "200 EA", "LIC-2"));
});

scenario!(a_cap_counts_all_items_of_its_category_in_one_dispatch, [T10], [ConsignmentDispatched], |w| {
    let other = ROUNDS.replace("EA-22-07", "EA-23-01");
    w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "60 EA"), EE));
    w.accept((EE, PBO), register_ammunition(&of(&other, "60 EA"), EE));
    w.agreed("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "60 EA"), &of(&other, "60 EA")]);
    let cap = json!([{ "ml": "ML3", "quantity": "100 EA" }]);
    w.accept((EE, LIC), licence("LIC-1", EE, LV).with("caps", cap));
    let both = |n: &str| {
        dispatch("K-1", "T-1", &[&of(ROUNDS, "60 EA"), &of(&other, n)], "Tapa").with("licence", "LIC-1")
    };
    w.refuse(Rule::T10, (EE, HRH), both("41 EA"));
    w.accept((EE, HRH), both("40 EA"));
});

scenario!(a_cap_in_another_unit_covers_nothing, [T10], [ConsignmentDispatched], |w| {
    ammunition(w);
    let cap = json!([{ "ml": "ML3", "quantity": "300 KGM" }]);
    w.accept((EE, LIC), licence("LIC-1", EE, LV).with("caps", cap));
    w.refuse(Rule::T10, (EE, HRH), send("K-1", "1 EA", "LIC-1"));
    w.accept((EE, LIC), licence("LIC-2", EE, LV));
    w.accept((EE, HRH), send("K-1", "1 EA", "LIC-2"));
});

scenario!(the_way_back_is_licensed_too, [T10], [ReturnDispatched], |w| {
    ammunition(w);
    let cap = json!([{ "ml": "ML3", "quantity": "500 EA" }]);
    w.accept((EE, LIC), licence("both", EE, LV).with("caps", cap));
    w.accept((EE, LIC), licence("out", EE, LV).with("covers_return", false));
    w.accept((EE, HRH), send("K-1", "500 EA", "both"));
    w.accept((LV, HRH), receive("K-1", &[&of(ROUNDS, "500 EA")], "Adazi"));
    let back = send_back("K-2", "T-1", &[&of(ROUNDS, "500 EA")], "Adazi");
    w.refuse(Rule::T10, (LV, HRH), back.clone());
    w.refuse(Rule::T10, (LV, HRH), back.clone().with("licence", "out"));
    // The cap is used up by the way out; the way back is covered by the same licence.
    w.accept((LV, HRH), back.with("licence", "both"));
});

// A return under a licence of the borrower's state used nothing of its cap.
scenario!(a_return_uses_up_the_cap_of_a_licence_for_that_way, [T10], [ReturnDispatched], |w| {
    ammunition(w);
    w.accept((EE, LIC), licence("out", EE, LV));
    w.accept((EE, HRH), send("K-1", "500 EA", "out"));
    w.accept((LV, HRH), receive("K-1", &[&of(ROUNDS, "500 EA")], "Adazi"));
    let cap = json!([{ "ml": "ML3", "quantity": "300 EA" }]);
    w.accept((LV, LIC), licence("home", LV, EE).with("caps", cap));
    let back = |id: &str, n: &str| send_back(id, "T-1", &[&of(ROUNDS, n)], "Adazi").with("licence", "home");
    w.accept((LV, HRH), back("K-2", "200 EA"));
    w.refuse(Rule::T10, (LV, HRH), back("K-3", "101 EA"));
    w.accept((LV, HRH), back("K-3", "100 EA"));
});

// One round within the cap, and the rest as an accepted overage: the licence was not asked.
scenario!(an_accepted_overage_is_within_the_licence_of_its_consignment, [T10], [DiscrepancyResolved], |w| {
    ammunition(w);
    let cap = json!([{ "ml": "ML3", "quantity": "100 EA" }]);
    w.accept((EE, LIC), licence("LIC-1", EE, LV).with("caps", cap));
    w.accept((EE, HRH), send("K-1", "80 EA", "LIC-1"));
    w.accept((LV, HRH), receive("K-1", &[&of(ROUNDS, "80 EA")], "Adazi"));
    w.accept((LV, PBO), report("X-1", "K-1", "OVERAGE", &[&of(ROUNDS, "21 EA")]));
    w.accept((LV, PBO), report("X-2", "K-1", "OVERAGE", &[&of(ROUNDS, "20 EA")]));
    let accept = |id| resolve(id, "OVERAGE_ACCEPTED").with("location", "Adazi");
    w.refuse(Rule::T10, (EE, PBO), accept("X-1"));
    w.agree(&[(EE, PBO), (LV, PBO)], accept("X-2"));
    w.refuse(Rule::T10, (EE, HRH), send("K-2", "1 EA", "LIC-1"));
});

scenario!(
    restricted_goods_change_holder_only_with_the_restricting_states_consent,
    [T09],
    [RetransferConsentRecorded, ConsignmentDispatched],
    |w| {
        w.accept((EE, PBO), register(GUN, EE).with("nsn", GUN_NSN).with("restricted_by", "US"));
        w.agreed("LOAN", "T-1", EE, LV, &[GUN]);
        let leave = dispatch("K-1", "T-1", &[GUN], "Tapa");
        w.refuse(Rule::T09, (EE, HRH), leave.clone());
        w.accept((EE, LIC), consent("C-1", EE, "DE", LV));
        w.accept((EE, LIC), consent("C-2", EE, "US", LT));
        w.accept((EE, LIC), consent("C-3", EE, "US", LV).with("nsns", json!([ROUNDS_NSN])));
        w.accept((EE, LIC), consent("C-4", EE, "US", LV).with("expiry", "2026-01-29"));
        w.refuse(Rule::T09, (EE, HRH), leave.clone());
        w.accept((EE, LIC), consent("C-5", EE, "US", LV).with("expiry", "2026-01-30"));
        w.accept((EE, HRH), leave);
    }
);

scenario!(
    a_consent_names_items_and_recipients_and_is_recorded_by_a_liaison,
    [S05, I03],
    [RetransferConsentRecorded],
    |w| {
        let paper = consent("C-1", EE, "US", LV);
        w.refuse(Rule::S05, (EE, LIC), paper.clone().with("nsns", json!([])));
        w.refuse(Rule::S05, (EE, LIC), paper.clone().with("recipients", json!([])));
        w.refuse(Rule::I03, (LV, LIC), paper.clone());
        w.refuse(Rule::I03, (EE, MIN), paper.clone());
        w.accept((EE, LIC), paper);
    }
);

// The supply class in front may change; the item is fixed by the last nine digits (domain.md section 10).
scenario!(a_consent_holds_for_the_item_under_another_supply_class, [T09], [ConsignmentDispatched], |w| {
    w.accept((EE, PBO), register(GUN, EE).with("nsn", GUN_NSN).with("restricted_by", "US"));
    w.agreed("LOAN", "T-1", EE, LV, &[GUN]);
    let leave = dispatch("K-1", "T-1", &[GUN], "Tapa");
    w.accept((EE, LIC), consent("C-1", EE, "US", LV).with("nsns", json!(["1055-38-111-2223"])));
    w.refuse(Rule::T09, (EE, HRH), leave.clone());
    w.accept((EE, LIC), consent("C-2", EE, "US", LV).with("nsns", json!(["1015-38-111-2222"])));
    w.accept((EE, HRH), leave);
});

// Registering restricted goods straight into another party's hands went around the consent.
scenario!(
    restricted_goods_are_not_registered_in_foreign_hands_without_consent,
    [T09],
    [ItemRegistered],
    |w| {
        let restricted = register(GUN, EE).with("nsn", GUN_NSN).with("restricted_by", "US");
        let abroad = restricted.clone().with("holder", LV).with("location", "Adazi");
        w.refuse(Rule::T09, (EE, PBO), abroad.clone());
        w.accept((EE, LIC), consent("C-1", EE, "US", LV));
        w.agree(&[(EE, PBO), (LV, PBO)], abroad);
        w.accept((EE, PBO), restricted.with("item", GUN2));
    }
);

scenario!(expired_ammunition_is_not_issued, [T18], [ConsignmentDispatched], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE).with("expiry", "2026-03-01"));
    w.agreed("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "10 EA")]);
    w.day("2026-02-28");
    w.accept((EE, HRH), dispatch("K-1", "T-1", &[&of(ROUNDS, "4 EA")], "Tapa"));
    w.accept((LV, HRH), receive("K-1", &[&of(ROUNDS, "4 EA")], "Adazi"));
    w.day("2026-03-01");
    let no = w.refuse(Rule::T18, (EE, HRH), dispatch("K-2", "T-1", &[&of(ROUNDS, "6 EA")], "Tapa"));
    assert!(no.why.ends_with("expired on 2026-03-01"), "{no}");
    // It may come home.
    w.accept((LV, HRH), send_back("K-2", "T-1", &[&of(ROUNDS, "4 EA")], "Adazi"));
});

scenarios!(
    controlled_goods_cross_under_a_licence_for_that_way_day_and_category,
    goods_of_no_category_need_no_licence,
    a_licence_is_recorded_by_the_liaison_of_the_state_that_gives_it,
    two_dispatches_use_up_one_cap,
    a_cap_counts_all_items_of_its_category_in_one_dispatch,
    a_cap_in_another_unit_covers_nothing,
    the_way_back_is_licensed_too,
    a_return_uses_up_the_cap_of_a_licence_for_that_way,
    an_accepted_overage_is_within_the_licence_of_its_consignment,
    restricted_goods_change_holder_only_with_the_restricting_states_consent,
    a_consent_names_items_and_recipients_and_is_recorded_by_a_liaison,
    a_consent_holds_for_the_item_under_another_supply_class,
    restricted_goods_are_not_registered_in_foreign_hands_without_consent,
    expired_ammunition_is_not_issued,
);
