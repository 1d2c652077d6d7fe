//! The register: entering materiel, using it up, losing it, writing it off, finding it again.

use ledger_core::domain::Rule;

use super::world::*;
use super::{scenario, scenarios};

scenario!(a_serial_item_is_registered_once, [T01], [ItemRegistered], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
    w.refuse(Rule::T01, (EE, PBO), register(GUN, EE));
    w.refuse(Rule::T01, (LV, PBO), register(GUN, LV));
    w.accept((LV, PBO), register(GUN2, LV));
});

scenario!(a_batch_grows_by_registration_and_keeps_its_nature, [S05, T04], [ItemRegistered], |w| {
    w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "500 EA"), EE));
    let more = register_ammunition(&of(ROUNDS, "100 EA"), LV);
    w.refuse(Rule::S05, (LV, PBO), more.clone().with("expiry", "2030-01-01"));
    w.refuse(Rule::S05, (LV, PBO), more.clone().with("neq_g_per_unit", 1));
    w.refuse(Rule::S05, (LV, PBO), more.clone().with("hazard", "1.4S"));
    w.refuse(Rule::S05, (LV, PBO), more.clone().with("restricted_by", "US"));
    w.refuse(Rule::T04, (LV, PBO), more.clone().with("item", of(ROUNDS, "100 KGM")));
    w.accept((LV, PBO), more);
    w.stands(ROUNDS, &["EE EE Tapa in-service A 500 EA", "LV LV Adazi in-service A 100 EA"]);
});

scenario!(goods_in_foreign_hands_are_registered_by_both, [I03], [ItemRegistered], |w| {
    let abroad = register(GUN, EE).with("holder", LV).with("location", "Adazi");
    w.refuse(Rule::I03, (LT, PBO), abroad.clone());
    let entry = w.begin((EE, PBO), abroad);
    w.stands(GUN, &[]);
    w.sign((LV, PBO), entry);
    w.stands(GUN, &["EE LV Adazi in-service A 1 EA"]);
});

scenario!(owner_and_holder_are_parties, [S01], [ItemRegistered], |w| {
    w.refuse(Rule::S01, (EE, PBO), register(GUN, EE).with("holder", "PL"));
    w.refuse(Rule::S01, (EE, PBO), register(GUN, EE).with("owner", "PL"));
    w.accept((EE, PBO), register(GUN, EE));
});

scenario!(a_stock_number_is_said_once, [S05], [ItemRegistered], |w| {
    w.refuse(Rule::S05, (EE, PBO), register(&of(ROUNDS, "5 EA"), EE).with("nsn", ROUNDS_NSN));
    w.accept((EE, PBO), register(&of(ROUNDS, "5 EA"), EE));
    w.accept((EE, PBO), register(GUN, EE).with("nsn", GUN_NSN));
    let master = &w.state.item(&GUN.parse().unwrap()).unwrap().master;
    assert_eq!(master.nsn, Some(GUN_NSN.parse().unwrap()));
});

scenario!(a_restricted_item_has_a_stock_number_for_the_consent, [S05], [ItemRegistered], |w| {
    let restricted = register(GUN, EE).with("restricted_by", "US");
    w.refuse(Rule::S05, (EE, PBO), restricted.clone());
    w.accept((EE, PBO), restricted.with("nsn", GUN_NSN));
});

scenario!(ammunition_has_hazard_code_and_net_explosive_quantity, [T17], [ItemRegistered], |w| {
    let rounds = register_ammunition(&of(ROUNDS, "5 EA"), EE);
    w.refuse(Rule::T17, (EE, PBO), rounds.clone().without("hazard"));
    w.refuse(Rule::T17, (EE, PBO), rounds.clone().without("neq_g_per_unit"));
    w.refuse(Rule::T17, (EE, PBO), register(GUN, EE).with("ml", "ML4"));
    w.accept((EE, PBO), rounds);
    // A launcher that is no ammunition needs neither.
    w.accept((EE, PBO), register(GUN, EE).with("ml", "ML2"));
});

// Leaving the control-list category out let a batch, which is ammunition by definition, travel without its
// hazard data.
scenario!(a_batch_without_category_is_ammunition_all_the_same, [T17], [ItemRegistered], |w| {
    let rounds = register(&of(ROUNDS, "5 EA"), EE);
    w.refuse(Rule::T17, (EE, PBO), rounds.clone().without("hazard"));
    w.refuse(Rule::T17, (EE, PBO), rounds.clone().without("neq_g_per_unit"));
    w.refuse(Rule::T17, (EE, PBO), register(GUN, EE).with("hazard", "1.1D"));
    w.accept((EE, PBO), rounds);
});

scenario!(consumption_stays_within_what_is_in_hand, [T05], [ConsumptionReported], |w| {
    w.accept((EE, PBO), register(&of(FUEL, "100.5 LTR"), EE));
    w.refuse(Rule::T05, (EE, PBO), consume(&of(FUEL, "100.6 LTR"), EE));
    w.refuse(Rule::T05, (EE, PBO), consume(&of(FUEL, "1 KGM"), EE));
    w.refuse(Rule::T05, (EE, PBO), consume(&of(FUEL, "1 LTR"), EE).with("location", "Voru"));
    w.refuse(Rule::T05, (LV, PBO), consume(&of(FUEL, "1 LTR"), LV));
    w.refuse(Rule::I03, (EE, HRH), consume(&of(FUEL, "1 LTR"), EE));
    w.accept((EE, PBO), consume(&of(FUEL, "100.5 LTR"), EE));
    w.stands(FUEL, &["EE EE Tapa consumed A 100.5 LTR"]);
    w.refuse(Rule::T05, (EE, PBO), consume(&of(FUEL, "0.1 LTR"), EE));
});

scenario!(a_serial_item_is_lost_not_consumed, [S05], [LossReported], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.refuse(Rule::S05, (EE, PBO), consume(GUN, EE));
    w.accept((EE, HRH), lose("L-1", &[GUN], EE));
    w.stands(GUN, &["EE EE Tapa lost:L-1 A 1 EA"]);
});

scenario!(a_borrower_uses_up_what_he_holds_on_loan, [T05], [ConsumptionReported], |w| {
    w.accept((EE, PBO), register(&of(FUEL, "100 LTR"), EE));
    w.delivered("LOAN", "T-1", EE, LV, &[&of(FUEL, "60 LTR")]);
    let used = consume(&of(FUEL, "50 LTR"), LV).with("owner", EE).with("loan", "T-1");
    w.refuse(Rule::T05, (LV, PBO), used.clone().without("loan"));
    w.refuse(Rule::T05, (LV, PBO), used.clone().with("owner", LV));
    w.refuse(Rule::I03, (EE, PBO), used.clone());
    w.accept((LV, PBO), used);
    w.stands(
        FUEL,
        &[
            "EE EE Tapa in-service A 40 LTR",
            "EE LV Adazi on-loan:T-1 A 10 LTR",
            "EE LV Adazi consumed A 50 LTR",
        ],
    );
    w.transfer_is("T-1", "running");
});

// Custody gives no right of use, yet the custodian could report the owner's goods consumed, alone.
scenario!(a_custodian_does_not_use_up_the_owners_goods_alone, [], [ConsumptionReported], |w| {
    w.accept((EE, PBO), register(&of(FUEL, "100 LTR"), EE));
    w.delivered("CUSTODY", "T-1", EE, LV, &[&of(FUEL, "60 LTR")]);
    let used = consume(&of(FUEL, "50 LTR"), LV).with("owner", EE);
    let entry = w.begin((LV, PBO), used);
    w.stands(FUEL, &["EE EE Tapa in-service A 40 LTR", "EE LV Adazi in-service A 60 LTR"]);
    w.sign((EE, PBO), entry);
    w.stands(
        FUEL,
        &[
            "EE EE Tapa in-service A 40 LTR",
            "EE LV Adazi in-service A 10 LTR",
            "EE LV Adazi consumed A 50 LTR",
        ],
    );
});

scenario!(a_loss_names_what_was_in_hand_and_a_day_that_is_past, [T05, I05, S05], [LossReported], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    let loss = lose("L-1", &[&of(ROUNDS, "3 EA")], EE);
    w.refuse(Rule::T05, (EE, HRH), lose("L-1", &[&of(ROUNDS, "11 EA")], EE));
    w.refuse(Rule::T05, (EE, HRH), loss.clone().with("owner", LV));
    w.refuse(Rule::T05, (EE, HRH), loss.clone().with("location", "Voru"));
    w.refuse(Rule::I05, (EE, HRH), loss.clone().with("noticed_on", "2026-01-31"));
    w.refuse(Rule::S05, (EE, HRH), lose("L-1", &[], EE));
    w.refuse(Rule::S05, (EE, HRH), lose("L-1", &[&of(ROUNDS, "1 EA"), &of(ROUNDS, "2 EA")], EE));
    w.refuse(Rule::I03, (LV, HRH), loss.clone());
    w.accept((EE, HRH), loss);
    w.stands(ROUNDS, &["EE EE Tapa in-service A 7 EA", "EE EE Tapa lost:L-1 A 3 EA"]);
});

scenario!(
    the_owner_writes_off_after_an_investigation,
    [T11, S03],
    [LossReported, LossInvestigated, WriteOffApproved],
    |w| {
        w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
        w.delivered("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "10 EA")]);
        w.accept((LV, HRH), lose("L-1", &[&of(ROUNDS, "4 EA")], LV).with("owner", EE).with("loan", "T-1"));
        // The loan still has an owner, and the loss is his to judge.
        w.stands(ROUNDS, &["EE LV Adazi on-loan:T-1 A 6 EA", "EE LV Adazi lost:L-1 A 4 EA"]);
        w.refuse(Rule::S03, (EE, MIN), write_off("L-1"));
        for who in [(LV, MIN), (LV, PBO), (EE, HRH)] {
            w.refuse(Rule::T11, who, investigate("L-1"));
        }
        w.agree(&[(EE, PBO), (EE, MIN)], investigate("L-1"));
        w.refuse(Rule::S03, (EE, PBO), investigate("L-1"));
        for who in [(LV, MIN), (LV, PBO)] {
            w.refuse(Rule::T11, who, write_off("L-1"));
        }
        let entry = w.begin((EE, PBO), write_off("L-1"));
        w.refuse(Rule::T11, (LV, MIN), countersign(entry));
        w.stands(ROUNDS, &["EE LV Adazi on-loan:T-1 A 6 EA", "EE LV Adazi lost:L-1 A 4 EA"]);
        w.sign((EE, MIN), entry);
        w.stands(ROUNDS, &["EE LV Adazi on-loan:T-1 A 6 EA", "EE LV Adazi written-off:L-1 A 4 EA"]);
        w.refuse(Rule::S03, (EE, PBO), write_off("L-1"));
    }
);

scenario!(what_was_lost_is_found_in_parts_and_never_more_of_it, [T04, S05], [ItemFound], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    w.accept((EE, HRH), lose("L-1", &[&of(ROUNDS, "4 EA")], EE));
    w.refuse(Rule::T04, (EE, PBO), find("L-1", &[&of(ROUNDS, "5 EA")], "Tapa"));
    w.refuse(Rule::S05, (EE, PBO), find("L-1", &[], "Tapa"));
    w.refuse(Rule::I03, (EE, HRH), find("L-1", &[&of(ROUNDS, "1 EA")], "Tapa"));
    w.accept((EE, PBO), find("L-1", &[&of(ROUNDS, "1 EA")], "Voru"));
    w.stands(
        ROUNDS,
        &["EE EE Tapa in-service A 6 EA", "EE EE Tapa lost:L-1 A 3 EA", "EE EE Voru in-service A 1 EA"],
    );
    w.agree(&[(EE, PBO), (EE, MIN)], investigate("L-1"));
    w.agree(&[(EE, PBO), (EE, MIN)], write_off("L-1"));
    w.accept((EE, PBO), find("L-1", &[&of(ROUNDS, "3 EA")], "Tapa"));
    w.refuse(Rule::T04, (EE, PBO), find("L-1", &[&of(ROUNDS, "1 EA")], "Tapa"));
    w.stands(ROUNDS, &["EE EE Tapa in-service A 9 EA", "EE EE Voru in-service A 1 EA"]);
});

scenario!(a_loan_lives_on_when_its_written_off_goods_are_found, [T06], [ItemFound, ReturnReceived], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
    w.accept((LV, HRH), lose("L-1", &[GUN], LV).with("owner", EE).with("loan", "T-1"));
    w.transfer_is("T-1", "running");
    w.agree(&[(EE, PBO), (EE, MIN)], investigate("L-1"));
    w.agree(&[(EE, PBO), (EE, MIN)], write_off("L-1"));
    w.transfer_is("T-1", "complete");
    w.stands(GUN, &["EE LV Adazi written-off:L-1 A 1 EA"]);
    w.accept((LV, PBO), find("L-1", &[GUN], "Cesis"));
    w.transfer_is("T-1", "running");
    w.stands(GUN, &["EE LV Cesis on-loan:T-1 A 1 EA"]);
    w.refuse(Rule::T06, (EE, PBO), propose("CUSTODY", "T-2", EE, LT, &[GUN]));
    w.accept((LV, PBO), send_back("K-2", "T-1", &[GUN], "Cesis"));
    w.accept((EE, PBO), take_back("K-2", &[GUN], "Tapa"));
    w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
    w.accept((EE, PBO), propose("CUSTODY", "T-2", EE, LT, &[GUN]));
});

scenario!(the_same_goods_are_lost_again_under_another_number, [], [LossReported, ItemFound], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.accept((EE, HRH), lose("L-1", &[GUN], EE));
    w.accept((EE, PBO), find("L-1", &[GUN], "Tapa"));
    w.accept((EE, HRH), lose("L-2", &[GUN], EE));
    w.refuse(Rule::T04, (EE, PBO), find("L-1", &[GUN], "Tapa"));
    // The first loss is closed without touching what stands under the second.
    w.agree(&[(EE, PBO), (EE, MIN)], investigate("L-1"));
    w.agree(&[(EE, PBO), (EE, MIN)], write_off("L-1"));
    w.stands(GUN, &["EE EE Tapa lost:L-2 A 1 EA"]);
});

scenarios!(
    a_serial_item_is_registered_once,
    a_batch_grows_by_registration_and_keeps_its_nature,
    goods_in_foreign_hands_are_registered_by_both,
    owner_and_holder_are_parties,
    a_stock_number_is_said_once,
    a_restricted_item_has_a_stock_number_for_the_consent,
    ammunition_has_hazard_code_and_net_explosive_quantity,
    a_batch_without_category_is_ammunition_all_the_same,
    consumption_stays_within_what_is_in_hand,
    a_serial_item_is_lost_not_consumed,
    a_borrower_uses_up_what_he_holds_on_loan,
    a_custodian_does_not_use_up_the_owners_goods_alone,
    a_loss_names_what_was_in_hand_and_a_day_that_is_past,
    the_owner_writes_off_after_an_investigation,
    what_was_lost_is_found_in_parts_and_never_more_of_it,
    a_loan_lives_on_when_its_written_off_goods_are_found,
    the_same_goods_are_lost_again_under_another_number,
);
