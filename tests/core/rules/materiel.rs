//! What is installed in what, hand receipts, condition and physical counts.

use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::{Rule, Timestamp};
use serde_json::json;

use super::materiel_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

/// EE has a vehicle and a radio, and the radio is installed in the vehicle.
fn fitted(w: &mut World) {
    w.accept_all((EE, PBO), &[register(VEHICLE, EE), register(RADIO, EE)]);
    w.accept((EE, PBO), install(VEHICLE, RADIO));
}

/// What an item is installed in, if it is.
fn parent_of(w: &World, child: &str) -> Option<String> {
    w.state.installed_in(&child.parse().unwrap()).map(|known| known.parent.to_string())
}

/// What is still out on a hand receipt.
fn outstanding(w: &World, receipt: &str) -> Vec<String> {
    w.state.outstanding_on(&receipt.parse().unwrap()).iter().map(ToString::to_string).collect()
}

// --------------------------------------------------------------------------------------- associations

scenario!(
    what_is_installed_travels_with_what_it_is_installed_in,
    [T16],
    [ItemInstalled, ItemRemoved, ItemsReserved, ConsignmentDispatched, ReturnDispatched],
    |w| {
        fitted(w);
        w.accept((EE, PBO), register(GUN, EE));
        for torn in [[VEHICLE, GUN], [GUN, RADIO]] {
            w.refuse(Rule::T16, (EE, PBO), propose("LOAN", "T-1", EE, LV, &torn));
        }
        w.agreed("LOAN", "T-1", EE, LV, &[VEHICLE, RADIO]);
        w.refuse(Rule::T16, (EE, PBO), reserve("T-1", &[VEHICLE], "Tapa"));
        w.accept((EE, PBO), reserve("T-1", &[RADIO, VEHICLE], "Tapa"));
        w.refuse(Rule::T16, (EE, HRH), dispatch("K-1", "T-1", &[RADIO], "Tapa"));
        w.accept((EE, HRH), dispatch("K-1", "T-1", &[VEHICLE, RADIO], "Tapa"));
        w.accept((LV, HRH), receive("K-1", &[VEHICLE, RADIO], "Adazi"));
        assert_eq!(parent_of(w, RADIO), Some(VEHICLE.into()));
        let no = w.refuse(Rule::T16, (LV, HRH), send_back("K-2", "T-1", &[VEHICLE], "Adazi"));
        assert!(no.to_string().contains("list serial:0AA1J:VHF:R-9 too, or record the removal"), "{no}");
        w.accept((LV, PBO), remove(VEHICLE, RADIO));
        w.accept((LV, HRH), send_back("K-2", "T-1", &[VEHICLE], "Adazi"));
        assert_eq!((parent_of(w, RADIO), w.state.associations().count()), (None, 0));
        assert_eq!(w.state.fittings_of(&VEHICLE.parse().unwrap()).count(), 0);
    }
);

scenario!(an_item_is_installed_in_one_other_and_never_in_itself, [T16], [ItemInstalled], |w| {
    fitted(w);
    w.accept_all((EE, PBO), &[register(TURRET, EE), register(GUN, EE)]);
    w.refuse(Rule::T16, (EE, PBO), install(TURRET, RADIO));
    w.refuse(Rule::T16, (EE, PBO), install(TURRET, TURRET));
    w.accept((EE, PBO), install(TURRET, GUN));
    w.accept((EE, PBO), install(VEHICLE, TURRET));
    // A ring: the vehicle would be in the gun that is in its own turret.
    w.refuse(Rule::T16, (EE, PBO), install(GUN, VEHICLE));
    w.refuse(Rule::T16, (EE, PBO), propose("SALE", "T-1", EE, LV, &[VEHICLE, TURRET, RADIO]));
    w.accept((EE, PBO), propose("SALE", "T-1", EE, LV, &[VEHICLE, TURRET, RADIO, GUN]));
});

scenario!(
    what_is_installed_is_single_at_hand_and_beside_what_it_is_installed_in,
    [S01, S03, S05, T16, I03],
    [ItemInstalled],
    |w| {
        w.accept_all((EE, PBO), &[register(VEHICLE, EE), register(&of(ROUNDS, "5 EA"), EE)]);
        w.accept((EE, PBO), register(RADIO, EE).with("location", "Voru"));
        w.accept((LV, PBO), register(GUN, LV));
        w.refuse(Rule::S05, (EE, PBO), install(VEHICLE, ROUNDS));
        w.refuse(Rule::S05, (EE, PBO), install(ROUNDS, VEHICLE));
        w.refuse(Rule::S01, (EE, PBO), install(VEHICLE, TURRET));
        w.refuse(Rule::S01, (EE, PBO), install(TURRET, VEHICLE));
        w.refuse(Rule::T16, (EE, PBO), install(VEHICLE, RADIO));
        w.refuse(Rule::T16, (EE, PBO), install(VEHICLE, GUN));
        w.accept((EE, PBO), register(TURRET, EE));
        w.refuse(Rule::I03, (EE, HRH), install(VEHICLE, TURRET));
        w.accept((EE, HRH), lose("L-1", &[VEHICLE, TURRET], EE));
        w.refuse(Rule::S03, (EE, PBO), install(VEHICLE, TURRET));
        w.accept((EE, PBO), find("L-1", &[VEHICLE, TURRET], "Tapa"));
        w.accept((EE, PBO), install(VEHICLE, TURRET));
    }
);

scenario!(
    a_custodian_fits_nothing_without_the_owner_and_a_borrower_does,
    [I03],
    [ItemInstalled, ItemRemoved],
    |w| {
        w.accept_all((EE, PBO), &[register(VEHICLE, EE), register(RADIO, EE)]);
        w.delivered("CUSTODY", "T-1", EE, LV, &[VEHICLE, RADIO]);
        w.agree(&[(LV, PBO), (EE, PBO)], install(VEHICLE, RADIO));
        let entry = w.begin((LV, PBO), remove(VEHICLE, RADIO));
        w.refuse(Rule::I03, (LT, PBO), countersign(entry));
        assert_eq!(parent_of(w, RADIO), Some(VEHICLE.into()));
        w.sign((EE, PBO), entry);
        assert_eq!(parent_of(w, RADIO), None);
        w.accept_all((EE, PBO), &[register(TURRET, EE), register(GUN, EE)]);
        w.delivered("LOAN", "T-2", EE, LV, &[TURRET, GUN]);
        w.refuse(Rule::I03, (EE, PBO), install(TURRET, GUN));
        w.accept((LV, PBO), install(TURRET, GUN));
    }
);

scenario!(what_is_under_way_is_not_taken_apart, [S03], [ItemRemoved], |w| {
    fitted(w);
    w.accept((EE, PBO), register(GUN, EE));
    w.refuse(Rule::S03, (EE, PBO), remove(VEHICLE, GUN));
    w.refuse(Rule::S03, (EE, PBO), remove(GUN, RADIO));
    w.agreed("LOAN", "T-1", EE, LV, &[VEHICLE, RADIO]);
    w.accept((EE, HRH), dispatch("K-1", "T-1", &[VEHICLE, RADIO], "Tapa"));
    w.refuse(Rule::S03, (EE, PBO), remove(VEHICLE, RADIO));
    w.accept((LV, HRH), receive("K-1", &[VEHICLE, RADIO], "Adazi"));
    w.accept((LV, PBO), remove(VEHICLE, RADIO));
});

scenario!(
    what_arrives_without_what_was_installed_in_it_has_parted_from_it,
    [],
    [ConsignmentReceived, DiscrepancyResolved],
    |w| {
        fitted(w);
        w.agreed("LOAN", "T-1", EE, LV, &[VEHICLE, RADIO]);
        w.accept((EE, HRH), dispatch("K-1", "T-1", &[VEHICLE, RADIO], "Tapa"));
        w.accept((LV, HRH), receive("K-1", &[VEHICLE], "Adazi"));
        assert_eq!(parent_of(w, RADIO), None);
        w.accept((LV, PBO), report("D-1", "K-1", "SHORTAGE", &[RADIO]));
        let late = resolve("D-1", "RECEIVED_LATE").with("location", "Adazi");
        w.agree(&[(EE, PBO), (LV, PBO)], late);
        // Side by side again, it is installed anew by who installs it.
        assert_eq!(parent_of(w, RADIO), None);
        w.accept((LV, PBO), install(VEHICLE, RADIO));
    }
);

scenario!(what_is_missing_together_parts_when_one_of_them_turns_up, [], [DiscrepancyResolved], |w| {
    fitted(w);
    w.agreed("LOAN", "T-1", EE, LV, &[VEHICLE, RADIO]);
    w.accept((EE, HRH), dispatch("K-1", "T-1", &[VEHICLE, RADIO], "Tapa"));
    w.accept((LV, HRH), receive("K-1", &[], "Adazi"));
    assert_eq!(parent_of(w, RADIO), Some(VEHICLE.into()));
    w.accept((LV, PBO), report("D-1", "K-1", "SHORTAGE", &[VEHICLE]));
    w.agree(&[(EE, PBO), (LV, PBO)], resolve("D-1", "RECEIVED_LATE").with("location", "Adazi"));
    assert_eq!(parent_of(w, RADIO), None);
});

scenario!(what_is_lost_is_lost_with_what_is_installed_in_it, [T16], [LossReported, ItemFound], |w| {
    fitted(w);
    w.refuse(Rule::T16, (EE, HRH), lose("L-1", &[VEHICLE], EE));
    w.refuse(Rule::T16, (EE, HRH), lose("L-1", &[RADIO], EE));
    w.accept((EE, HRH), lose("L-1", &[RADIO, VEHICLE], EE));
    w.accept((EE, PBO), find("L-1", &[RADIO, VEHICLE], "Voru"));
    assert_eq!(parent_of(w, RADIO), Some(VEHICLE.into()));
    w.accept((EE, HRH), lose("L-2", &[RADIO, VEHICLE], EE).with("location", "Voru"));
    w.accept((EE, PBO), find("L-2", &[VEHICLE], "Voru"));
    assert_eq!(parent_of(w, RADIO), None);
    // A radio that is gone from its vehicle: taken out, and lost.
    w.accept((EE, PBO), find("L-2", &[RADIO], "Voru"));
    w.accept((EE, PBO), install(VEHICLE, RADIO));
    let gone = lose("L-3", &[RADIO], EE).with("location", "Voru");
    w.accept_all((EE, PBO), &[remove(VEHICLE, RADIO), gone]);
});

// -------------------------------------------------------------------------------------- hand receipts

scenario!(
    goods_on_hand_receipt_are_out_of_reach_until_they_are_back,
    [T02, T05, I03],
    [SubCustodyIssued, SubCustodyReturned],
    |w| {
        w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
        w.agreed("CUSTODY", "T-0", EE, LT, &[&of(ROUNDS, "10 EA")]);
        let (four, five, six) = (of(ROUNDS, "4 EA"), of(ROUNDS, "5 EA"), of(ROUNDS, "6 EA"));
        w.refuse(Rule::I03, (EE, MIN), issue("HR-1", EE, &[&six]));
        w.refuse(Rule::I03, (LV, PBO), issue("HR-1", EE, &[&six]));
        w.refuse(Rule::T05, (EE, PBO), issue("HR-1", EE, &[&of(ROUNDS, "11 EA")]));
        let entry = w.begin((EE, HRH), issue("HR-1", EE, &[&six]));
        w.refuse(Rule::I03, (EE, HRH), countersign(entry));
        w.sign((EE, PBO), entry);
        w.stands(ROUNDS, &["EE EE Tapa in-service A 4 EA", "EE EE Tapa in-service on HR-1 A 6 EA"]);
        assert_eq!(outstanding(w, "HR-1"), std::slice::from_ref(&six));
        w.refuse(Rule::T05, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[&five]));
        w.refuse(Rule::T05, (EE, PBO), reserve("T-0", &[&five], "Tapa"));
        w.refuse(Rule::T05, (EE, HRH), dispatch("K-1", "T-0", &[&five], "Tapa"));
        w.refuse(Rule::T05, (EE, PBO), consume(&five, EE));
        w.refuse(Rule::T05, (EE, PBO), issue("HR-2", EE, &[&five]));
        let no = w.refuse(Rule::T05, (EE, HRH), lose("L-1", &[&five], EE));
        assert!(no.to_string().contains("off its hand receipt first"), "{no}");
        let no = w.refuse(Rule::T05, (EE, HRH), lose("L-1", &[&four], EE).with("location", "Voru"));
        assert_eq!(no.remedy, None);
        w.issued("HR-2", EE, &[&four]);
        w.refuse(Rule::T02, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "1 EA")]));
        w.refuse(Rule::T05, (EE, PBO), turn_in("HR-1", &[&of(ROUNDS, "7 EA")]));
        w.refuse(Rule::I03, (EE, MIN), turn_in("HR-1", &[&six]));
        w.agree(&[(EE, PBO), (EE, HRH)], turn_in("HR-1", &[&four]));
        assert_eq!(outstanding(w, "HR-1"), [of(ROUNDS, "2 EA")]);
        // Used up by the unit: off the receipt and off the book in one act.
        let used = w.begin_all(
            (EE, PBO),
            &[turn_in("HR-1", &[&of(ROUNDS, "2 EA")]), consume(&of(ROUNDS, "2 EA"), EE)],
        );
        w.sign((EE, HRH), used);
        assert!(outstanding(w, "HR-1").is_empty());
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[&four]));
    }
);

scenario!(a_hand_receipt_has_its_paper_its_number_and_its_goods, [I04, S01, S02, S05], [], |w| {
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
    let paper = DocumentKind::HandReceipt;
    w.refuse_lacking(Rule::I04, paper, (EE, PBO), issue("HR-1", EE, &[GUN]));
    w.refuse(Rule::S05, (EE, PBO), issue("HR-1", EE, &[]));
    w.issued("HR-1", EE, &[GUN]);
    w.refuse(Rule::S02, (EE, PBO), issue("HR-1", EE, &[GUN2]));
    w.refuse(Rule::S01, (EE, PBO), turn_in("HR-2", &[GUN]));
    w.refuse(Rule::S05, (EE, PBO), turn_in("HR-1", &[GUN, GUN]));
    w.refuse(Rule::T05, (EE, PBO), turn_in("HR-1", &[GUN2]));
    w.refuse_lacking(Rule::I04, paper, (EE, PBO), turn_in("HR-1", &[GUN]));
    w.agree(&[(EE, HRH), (EE, PBO)], turn_in("HR-1", &[GUN]));
    assert_eq!(w.state.hand_receipts().count(), 1);
});

scenario!(what_is_condemned_or_expired_is_not_issued_to_a_unit, [S03, T18], [SubCustodyIssued], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE).with("expiry", "2026-02-02"));
    w.accept((EE, PBO), regrade(&of(ROUNDS, "3 EA"), EE, "A", "H"));
    w.accept((EE, PBO), regrade(&of(ROUNDS, "3 EA"), EE, "A", "J"));
    w.refuse(Rule::S03, (EE, PBO), issue("HR-1", EE, &[&of(ROUNDS, "5 EA")]));
    w.issued("HR-1", EE, &[&of(ROUNDS, "3 EA")]);
    w.refuse(Rule::S03, (EE, PBO), issue("HR-3", EE, &[&of(ROUNDS, "2 EA")]));
    // What is kept for emergencies is fit, and what is condemned stays when it is issued.
    w.accept((EE, PBO), regrade(&of(ROUNDS, "3 EA"), EE, "J", "N"));
    w.issued("HR-3", EE, &[&of(ROUNDS, "2 EA")]);
    w.stands(
        ROUNDS,
        &[
            "EE EE Tapa in-service on HR-1 A 3 EA",
            "EE EE Tapa in-service on HR-3 A 1 EA",
            "EE EE Tapa in-service H 3 EA",
            "EE EE Tapa in-service N 2 EA",
            "EE EE Tapa in-service on HR-3 N 1 EA",
        ],
    );
    w.day("2026-02-02");
    w.refuse(Rule::T18, (EE, PBO), issue("HR-2", EE, &[&of(ROUNDS, "2 EA")]));
    w.accept((EE, PBO), register(GUN, EE).with("expiry", "2026-02-03"));
    w.issued("HR-2", EE, &[GUN]);
});

scenario!(what_is_issued_is_issued_whole, [T16], [SubCustodyIssued, SubCustodyReturned], |w| {
    fitted(w);
    w.refuse(Rule::T16, (EE, PBO), issue("HR-1", EE, &[VEHICLE]));
    w.issued("HR-1", EE, &[VEHICLE, RADIO]);
    w.refuse(Rule::T16, (EE, PBO), turn_in("HR-1", &[VEHICLE]));
    w.agree(&[(EE, PBO), (EE, HRH)], turn_in("HR-1", &[VEHICLE, RADIO]));
    assert_eq!(parent_of(w, RADIO), Some(VEHICLE.into()));
});

scenario!(borrowed_goods_are_off_their_hand_receipt_before_they_go_back, [T05], [SubCustodyReturned], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
    let lent = issue("HR-1", LV, &[GUN]).with("owner", EE);
    w.refuse(Rule::T05, (LV, PBO), lent.clone());
    w.agree(&[(LV, PBO), (LV, HRH)], lent.with("loan", "T-1"));
    w.stands(GUN, &["EE LV Adazi on-loan:T-1 on HR-1 A 1 EA"]);
    w.transfer_is("T-1", "running");
    w.refuse(Rule::T05, (LV, HRH), send_back("K-2", "T-1", &[GUN], "Adazi"));
    w.agree(&[(LV, PBO), (LV, HRH)], turn_in("HR-1", &[GUN]));
    w.accept((LV, HRH), send_back("K-2", "T-1", &[GUN], "Adazi"));
});

scenario!(a_unit_answers_for_what_it_lost_until_that_is_written_off, [], [LossReported, ItemFound], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.issued("HR-1", EE, &[GUN]);
    w.accept((EE, HRH), lose("L-1", &[GUN], EE));
    w.stands(GUN, &["EE EE Tapa lost:L-1 on HR-1 A 1 EA"]);
    w.refuse(Rule::T05, (EE, PBO), turn_in("HR-1", &[GUN]));
    assert_eq!(outstanding(w, "HR-1"), [GUN]);
    w.agree(&[(EE, PBO), (EE, MIN)], investigate("L-1"));
    w.agree(&[(EE, PBO), (EE, MIN)], write_off("L-1"));
    assert!(outstanding(w, "HR-1").is_empty());
    // Found again, it is the unit's again.
    w.accept((EE, PBO), find("L-1", &[GUN], "Voru"));
    w.stands(GUN, &["EE EE Voru in-service on HR-1 A 1 EA"]);
    w.agree(&[(EE, PBO), (EE, HRH)], turn_in("HR-1", &[GUN]));
});

// ------------------------------------------------------------------------------------------ condition

scenario!(condition_changes_where_the_goods_are, [T05, S05, S01, I03], [ConditionChanged], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    let three = of(ROUNDS, "3 EA");
    w.refuse(Rule::S05, (EE, PBO), regrade(&three, EE, "A", "A"));
    w.refuse(Rule::T05, (EE, PBO), regrade(&three, EE, "B", "H"));
    w.refuse(Rule::T05, (EE, PBO), regrade(&of(ROUNDS, "11 EA"), EE, "A", "H"));
    w.refuse(Rule::T05, (EE, PBO), regrade(&three, EE, "A", "H").with("location", "Voru"));
    w.refuse(Rule::S01, (EE, PBO), regrade(GUN, EE, "A", "H"));
    w.refuse(Rule::I03, (EE, HRH), regrade(&three, EE, "A", "H"));
    w.accept((EE, PBO), regrade(&three, EE, "A", "H"));
    w.stands(ROUNDS, &["EE EE Tapa in-service A 7 EA", "EE EE Tapa in-service H 3 EA"]);
    // What a unit has, and what is set aside, keeps its footing.
    w.issued("HR-1", EE, &[&of(ROUNDS, "2 EA")]);
    let at_the_unit = regrade(&of(ROUNDS, "2 EA"), EE, "A", "J").with("receipt", "HR-1");
    w.refuse(Rule::T05, (EE, PBO), at_the_unit.clone().with("receipt", "HR-2"));
    w.accept((EE, PBO), at_the_unit);
    w.agreed("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "5 EA")]);
    w.accept((EE, PBO), reserve("T-1", &[&of(ROUNDS, "5 EA")], "Tapa"));
    w.accept((EE, PBO), regrade(&of(ROUNDS, "1 EA"), EE, "A", "J"));
    w.stands(
        ROUNDS,
        &[
            "EE EE Tapa in-service H 3 EA",
            "EE EE Tapa in-service on HR-1 J 2 EA",
            "EE EE Tapa reserved:T-1 A 4 EA",
            "EE EE Tapa reserved:T-1 J 1 EA",
        ],
    );
    w.refuse(Rule::S03, (EE, HRH), dispatch("K-1", "T-1", &[&of(ROUNDS, "5 EA")], "Tapa"));
    w.accept((EE, HRH), dispatch("K-1", "T-1", &[&of(ROUNDS, "4 EA")], "Tapa"));
    w.accept((LV, HRH), receive("K-1", &[&of(ROUNDS, "4 EA")], "Adazi"));
    let lent = regrade(&of(ROUNDS, "4 EA"), LV, "A", "F").with("owner", EE);
    w.refuse(Rule::T05, (LV, PBO), lent.clone());
    w.accept((LV, PBO), lent.with("loan", "T-1"));
});

scenario!(
    condemned_goods_are_lent_to_nobody_and_taken_by_who_agrees,
    [S03],
    [ConditionChanged, ConsignmentDispatched, ReturnDispatched],
    |w| {
        w.accept_all((EE, PBO), &[register(GUN, EE).with("condition", "H"), register(GUN2, EE)]);
        w.accept((EE, PBO), register(VEHICLE, EE).with("condition", "J"));
        w.agreed("LOAN", "T-1", EE, LV, &[GUN, GUN2]);
        w.refuse(Rule::S03, (EE, HRH), dispatch("K-1", "T-1", &[GUN], "Tapa"));
        w.accept((EE, HRH), dispatch("K-1", "T-1", &[GUN2], "Tapa"));
        w.accept((LV, HRH), receive("K-1", &[GUN2], "Adazi"));
        let broken = regrade(GUN2, LV, "A", "H").with("owner", EE).with("loan", "T-1");
        w.accept((LV, PBO), broken);
        w.accept((LV, HRH), send_back("K-2", "T-1", &[GUN2], "Adazi"));
        w.accept((EE, HRH), take_back("K-2", &[GUN2], "Tapa"));
        w.accept((EE, PBO), cancel("T-1"));
        w.delivered("CUSTODY", "T-2", EE, LV, &[GUN]);
        // Of a batch, what is condemned stays.
        w.accept((EE, PBO), register(&of(ROUNDS, "5 EA"), EE).with("condition", "H"));
        w.accept((EE, PBO), register(&of(ROUNDS, "5 EA"), EE).with("condition", "N"));
        w.agreed("LOAN", "T-4", EE, LV, &[&of(ROUNDS, "5 EA")]);
        w.accept((EE, HRH), dispatch("K-4", "T-4", &[&of(ROUNDS, "5 EA")], "Tapa"));
        w.stands(ROUNDS, &["EE EE Tapa in-service H 5 EA", "EE EE Tapa in-transit:K-4 N 5 EA"]);
        w.delivered("DONATION", "T-3", EE, LV, &[VEHICLE]);
    }
);

// --------------------------------------------------------------------------------------------- counts

/// EE has 100 rounds, a gun that is on no list, and 1,000 litres.
fn stocked(w: &mut World) {
    *w = World::with_regime();
    w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "100 EA"), EE));
    w.accept_all((EE, PBO), &[register(GUN, EE), register(&of(FUEL, "1000 LTR"), EE)]);
}

/// The variances that are open: count, item, what the book said, what was counted.
fn variances(w: &World) -> Vec<String> {
    let open = w.state.variances().filter(|(_, variance)| variance.resolved_in.is_none());
    open.map(|((count, item), variance)| format!("{count} {item} {} {}", variance.book, variance.counted))
        .collect()
}

scenario!(nothing_is_counted_before_a_cadence_is_agreed, [S03], [PhysicalCountRecorded], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    let count = take_stock("C-1", EE, "2026-01-30", &[GUN]);
    w.refuse(Rule::S03, (EE, PBO), count.clone());
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
    w.counted(EE, count);
});

scenario!(
    who_keeps_the_book_does_not_count_alone,
    [Sod3, Sod4, I04, S01, S02],
    [PhysicalCountRecorded],
    |w| {
        *w = World::with_regime();
        w.accept((EE, PBO), register(GUN, EE));
        let count = take_stock("C-1", EE, "2026-01-30", &[GUN]);
        w.refuse(Rule::S01, (EE, PBO), count.clone().with("holder", "PL"));
        w.refuse_lacking(Rule::I04, DocumentKind::CountSheet, (EE, PBO), count.clone());
        w.refuse(Rule::Sod4, (EE, AUD), count.clone());
        w.refuse(Rule::Sod3, (LV, PBO), count.clone());
        let entry = w.begin((EE, PBO), count.clone());
        for who in [(EE, PBO), (EE, MIN), (LV, QAR)] {
            w.refuse(Rule::Sod3, who, countersign(entry));
        }
        assert_eq!(w.state.counts().count(), 0);
        w.sign((EE, HRH), entry);
        assert_eq!(w.state.counts().count(), 1);
        w.refuse(Rule::S02, (EE, PBO), count);
    }
);

scenario!(a_count_leaves_out_nothing_that_the_book_has, [T15, S05, S01], [PhysicalCountRecorded], |w| {
    stocked(w);
    w.now = "2026-02-10T09:00:00Z".parse().unwrap();
    let (rounds, fuel) = (of(ROUNDS, "100 EA"), of(FUEL, "1000 LTR"));
    let all = take_stock("C-1", EE, "2026-02-10", &[&rounds, GUN, &fuel]);
    let short = take_stock("C-1", EE, "2026-02-10", &[&rounds, GUN]);
    w.refuse(Rule::T15, (EE, PBO), short.clone());
    w.refuse(Rule::T15, (EE, PBO), all.clone().with("counted_on", "2026-02-11"));
    w.refuse(Rule::S05, (EE, PBO), all.clone().with("absent", absent(&[GUN])));
    w.refuse(
        Rule::S05,
        (EE, PBO),
        all.clone().with("absent", absent(&[ROUNDS, ROUNDS])).with("counted", json!([])),
    );
    w.refuse(Rule::S05, (EE, PBO), take_stock("C-1", EE, "2026-02-10", &[GUN, GUN, &rounds, &fuel]));
    w.refuse(Rule::S05, (EE, PBO), take_stock("C-1", EE, "2026-02-10", &[&of(ROUNDS, "1 KGM"), GUN, &fuel]));
    w.refuse(Rule::S05, (EE, PBO), take_stock("C-1", EE, "2026-02-10", &[]).with("scope", "LISTED"));
    w.refuse(Rule::S01, (EE, PBO), all.clone().with("absent", absent(&[GUN2])));
    // A sensitive count covers ammunition; a list covers what it lists.
    w.counted(EE, take_stock("C-0", EE, "2026-02-10", &[&rounds]).with("scope", "SENSITIVE"));
    let other = take_stock("C-2", EE, "2026-02-10", &[GUN]);
    w.refuse(Rule::T15, (EE, PBO), other.clone().with("scope", "SENSITIVE"));
    w.counted(EE, other.with("scope", "LISTED"));
    w.counted(EE, all.with("count", "C-3"));
    assert!(variances(w).is_empty());
    w.refuse(Rule::T15, (EE, PBO), short.with("count", "C-4").with("counted_on", "2026-02-09"));
});

scenario!(
    a_count_adjusts_nothing_and_its_variances_stay_open_until_they_are_explained,
    [S01, S03, S05, I03],
    [PhysicalCountRecorded, CountVarianceResolved],
    |w| {
        stocked(w);
        w.accept((EE, PBO), register(GUN2, EE).with("location", "Voru"));
        w.accept((EE, HRH), lose("L-0", &[&of(ROUNDS, "10 EA")], EE));
        let found = [&of(ROUNDS, "85 EA"), GUN2, TURRET, &of(FUEL, "1005 LTR")];
        let entry = w.counted(EE, take_stock("C-1", EE, "2026-01-30", &found).with("absent", absent(&[GUN])));
        // Five rounds short, a gun gone, one that belongs elsewhere, one that nobody knows; fuel within tolerance.
        let open = [
            format!("C-1 {GUN} 1 EA 0 EA"),
            format!("C-1 {GUN2} 0 EA 1 EA"),
            format!("C-1 {TURRET} 0 EA 1 EA"),
            format!("C-1 {ROUNDS} 90 EA 85 EA"),
        ];
        assert_eq!(variances(w), open);
        assert!(w.state.variances().all(|(_, variance)| variance.found_in == entry));
        w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
        w.refuse(Rule::S01, (EE, PBO), explain("C-1", FUEL));
        w.refuse(Rule::S01, (EE, PBO), explain("C-2", GUN));
        w.refuse(Rule::I03, (EE, HRH), explain("C-1", GUN));
        // By a loss: one reported since, of this item, and of as much.
        let by = |item, loss| explain("C-1", item).with("loss", loss);
        w.refuse(Rule::S01, (EE, PBO), by(ROUNDS, "L-1"));
        w.refuse(Rule::S05, (EE, PBO), by(ROUNDS, "L-0"));
        w.accept((EE, HRH), lose("L-1", &[&of(ROUNDS, "4 EA"), GUN], EE));
        w.refuse(Rule::S05, (EE, PBO), by(ROUNDS, "L-1"));
        w.refuse(Rule::S05, (EE, PBO), by(GUN2, "L-1"));
        w.accept((EE, PBO), by(GUN, "L-1"));
        w.refuse(Rule::S03, (EE, PBO), by(GUN, "L-1"));
        // Otherwise the minister signs what was found.
        for item in [ROUNDS, GUN2, TURRET] {
            w.agree(&[(EE, PBO), (EE, MIN)], explain("C-1", item));
        }
        assert!(variances(w).is_empty());
    }
);

scenario!(a_loss_of_another_party_explains_nothing, [S05], [CountVarianceResolved], |w| {
    stocked(w);
    w.accept((LV, PBO), register_ammunition(&of(ROUNDS, "50 EA"), LV));
    w.counted(EE, take_stock("C-1", EE, "2026-01-30", &[&of(ROUNDS, "99 EA"), GUN, &of(FUEL, "994 LTR")]));
    assert_eq!(variances(w), [format!("C-1 {ROUNDS} 100 EA 99 EA"), format!("C-1 {FUEL} 1000 LTR 994 LTR")]);
    w.accept((LV, HRH), lose("L-1", &[&of(ROUNDS, "1 EA")], LV));
    w.refuse(Rule::S05, (EE, PBO), explain("C-1", ROUNDS).with("loss", "L-1"));
    w.accept((EE, HRH), lose("L-2", &[&of(ROUNDS, "1 EA")], EE));
    w.accept((EE, PBO), explain("C-1", ROUNDS).with("loss", "L-2"));
});

/// What is to be counted: item, holder, place, until when.
fn duties(w: &World) -> Vec<String> {
    let due = |due: Option<Timestamp>| due.map_or_else(|| "never".into(), |due| due.date().to_string());
    let duties = w.state.count_duties();
    duties.map(|(item, holder, place, duty)| format!("{item} {holder} {place} {}", due(duty.due))).collect()
}

scenario!(
    sensitive_items_are_due_for_a_count_in_the_agreed_cadence,
    [],
    [PhysicalCountRecorded, RegimeParametersSet],
    |w| {
        // Before the parties agreed on a cadence nothing is due; then the clock of what is there starts.
        w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "100 EA"), EE));
        assert!(duties(w).is_empty());
        w.day("2026-02-01");
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
        assert_eq!(duties(w), [format!("{ROUNDS} EE Tapa 2026-07-31")]);
        w.day("2026-03-01");
        w.accept_all((EE, PBO), &[register(GUN, EE).with("ml", "ML2"), register(GUN2, EE)]);
        assert_eq!(duties(w), [format!("{GUN} EE Tapa 2026-08-28"), format!("{ROUNDS} EE Tapa 2026-07-31")]);
        // What arrives in another place is due there; what has left is not due any more where it was.
        w.accept((EE, LIC), licence("LIC-1", EE, LV).with("ml", json!(["ML2"])));
        w.agreed("CUSTODY", "T-1", EE, LV, &[GUN]);
        w.accept((EE, HRH), dispatch("K-1", "T-1", &[GUN], "Tapa").with("licence", "LIC-1"));
        assert_eq!(duties(w), [format!("{ROUNDS} EE Tapa 2026-07-31")]);
        w.day("2026-04-01");
        w.accept((LV, HRH), receive("K-1", &[GUN], "Adazi"));
        let here = [format!("{GUN} LV Adazi 2026-09-28"), format!("{ROUNDS} EE Tapa 2026-07-31")];
        assert_eq!(duties(w), here);
        // A later cadence does not change what is due already.
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime_with(json!({ "count_cadence_days": 30 })));
        assert_eq!(duties(w), here);
        w.day("2026-08-01");
        let overdue = |w: &World| w.state.overdue_counts(w.now).count();
        assert_eq!(overdue(w), 1);
        w.counted(EE, take_stock("C-1", EE, "2026-07-31", &[&of(ROUNDS, "100 EA"), GUN2]));
        assert_eq!(overdue(w), 0);
        let counted = [
            format!("{GUN} LV Adazi 2026-09-28"),
            format!("{GUN2} EE Tapa never"),
            format!("{ROUNDS} EE Tapa 2026-08-30"),
        ];
        assert_eq!(duties(w), counted);
        w.day("2026-08-31");
        assert_eq!(overdue(w), 1);
        w.accept((EE, PBO), consume(&of(ROUNDS, "100 EA"), EE));
        assert_eq!(overdue(w), 0);
    }
);

scenarios!(
    what_is_installed_travels_with_what_it_is_installed_in,
    an_item_is_installed_in_one_other_and_never_in_itself,
    what_is_installed_is_single_at_hand_and_beside_what_it_is_installed_in,
    a_custodian_fits_nothing_without_the_owner_and_a_borrower_does,
    what_is_under_way_is_not_taken_apart,
    what_arrives_without_what_was_installed_in_it_has_parted_from_it,
    what_is_missing_together_parts_when_one_of_them_turns_up,
    what_is_lost_is_lost_with_what_is_installed_in_it,
    goods_on_hand_receipt_are_out_of_reach_until_they_are_back,
    a_hand_receipt_has_its_paper_its_number_and_its_goods,
    what_is_condemned_or_expired_is_not_issued_to_a_unit,
    what_is_issued_is_issued_whole,
    borrowed_goods_are_off_their_hand_receipt_before_they_go_back,
    a_unit_answers_for_what_it_lost_until_that_is_written_off,
    condition_changes_where_the_goods_are,
    condemned_goods_are_lent_to_nobody_and_taken_by_who_agrees,
    nothing_is_counted_before_a_cadence_is_agreed,
    who_keeps_the_book_does_not_count_alone,
    a_count_leaves_out_nothing_that_the_book_has,
    a_count_adjusts_nothing_and_its_variances_stay_open_until_they_are_explained,
    a_loss_of_another_party_explains_nothing,
    sensitive_items_are_due_for_a_count_in_the_agreed_cadence,
);
