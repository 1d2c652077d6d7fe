//! Mutual support: what is ordered and handed over at once, and how it is repaid.

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;
use serde_json::json;

use super::materiel_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

/// A second batch of the rounds.
const ROUNDS2: &str = "batch:1376-38-123-4567:LV-26-01";

/// EE has 100 rounds, and the ministers have agreed on clocks.
fn stocked(w: &mut World) {
    *w = World::with_regime();
    w.accept((EE, PBO), register(&of(ROUNDS, "100 EA"), EE));
}

/// LV ordered from EE, and both signed.
fn ordered(w: &mut World, id: &str, repay: &str, items: &[&str]) {
    w.agree(&[(LV, PBO), (EE, PBO)], order(id, repay, items));
}

/// Both sides sign a hand-over from EE to LV.
const OVER: [Who; 2] = [(EE, HRH), (LV, HRH)];
/// Both sides sign a hand-over from LV to EE.
const BACK: [Who; 2] = [(LV, HRH), (EE, HRH)];

fn status(w: &World, id: &str) -> String {
    let known = w.state.support_order(&id.parse().unwrap()).expect("an order");
    serde_json::to_value(known.status()).unwrap().as_str().unwrap().into()
}

/// What is owed: order, and the day after which it is overdue.
fn debts(w: &World) -> Vec<String> {
    w.state.support_debts().map(|(id, _, delivery)| format!("{id} {}", delivery.due.date())).collect()
}

scenario!(support_is_ordered_by_one_side_and_promised_by_the_other, [I03, I04], [SupportOrdered], |w| {
    stocked(w);
    let rounds = of(ROUNDS, "40 EA");
    for who in [(LV, HRH), (LV, DTY), (LT, PBO), (LV, MIN)] {
        w.refuse(Rule::I03, who, order("S-1", "CASH", &[&rounds]));
    }
    w.refuse_lacking(Rule::I04, DocumentKind::SupportForm, (LV, PBO), order("S-1", "CASH", &[&rounds]));
    let entry = w.begin((LV, PBO), order("S-1", "CASH", &[&rounds]));
    assert_eq!(w.state.support_orders().count(), 0);
    w.sign((EE, PBO), entry);
    assert_eq!(status(w, "S-1"), "ordered");
    // Above a million both ministers sign too.
    let dear = order("S-2", "CASH", &[&rounds]).with("value", "1000000.01 EUR");
    w.agree(&[(LV, PBO), (LV, MIN), (EE, PBO), (EE, MIN)], dear);
});

scenario!(nothing_is_ordered_before_its_clocks_are_agreed, [S03], [SupportOrdered], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "100 EA"), EE));
    w.refuse(Rule::S03, (LV, PBO), order("S-1", "CASH", &[&of(ROUNDS, "1 EA")]));
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
    ordered(w, "S-1", "CASH", &[&of(ROUNDS, "1 EA")]);
});

scenario!(an_order_names_two_parties_goods_and_a_value, [S01, S02, S05, T13], [SupportOrdered], |w| {
    stocked(w);
    let rounds = of(ROUNDS, "40 EA");
    let good = order("S-1", "IN_KIND", &[&rounds]);
    w.refuse(Rule::S05, (LV, PBO), good.clone().with("supplier", LV));
    w.refuse(Rule::S01, (LV, PBO), good.clone().with("supplier", "PL"));
    w.refuse(Rule::S05, (LV, PBO), good.clone().with("value", "0.00 EUR"));
    w.refuse(Rule::S05, (LV, PBO), order("S-1", "IN_KIND", &[]));
    w.refuse(Rule::S01, (LV, PBO), order("S-1", "IN_KIND", &[GUN]));
    // What has no stock number cannot be replaced in kind; in value it can.
    w.accept((EE, PBO), register(GUN, EE));
    w.refuse(Rule::T13, (LV, PBO), order("S-1", "IN_KIND", &[GUN]));
    ordered(w, "S-0", "EQUAL_VALUE", &[GUN]);
    ordered(w, "S-1", "IN_KIND", &[&rounds]);
    w.refuse(Rule::S02, (LV, PBO), good);
});

scenario!(a_standing_authorisation_of_the_supplier_is_his_word, [], [SupportOrdered], |w| {
    stocked(w);
    let limits = json!({
        "nsns": [ROUNDS_NSN], "hazards": ["1.4S"], "neq_g": 1200, "value": "5000000.00 EUR",
    });
    w.accept((EE, MIN), authorise("SA-1", "MUTUAL_SUPPORT", EE, LV, limits));
    let entry = w.accept((LV, PBO), order("S-1", "CASH", &[&of(ROUNDS, "40 EA")]));
    assert_eq!(w.state.reliances(entry).len(), 1);
    // Beyond its limits the supplier signs himself.
    ordered(w, "S-2", "CASH", &[&of(ROUNDS, "41 EA")]);
    // The supplier's minister gave his word beforehand; the receiver's has not.
    let dear = order("S-3", "CASH", &[&of(ROUNDS, "40 EA")]).with("value", "2000000.00 EUR");
    w.agree(&[(LV, PBO), (LV, MIN)], dear);
    assert_eq!(w.state.ratifications().count(), 0);
});

scenario!(
    in_a_crisis_of_both_one_duty_officer_orders_and_the_supplier_ratifies_later,
    [G03],
    [SupportOrdered, SupportDelivered, RatificationRefused, UnwindingClosed],
    |w| {
        stocked(w);
        let until = "2026-02-01T00:00:00Z";
        let start = w.now.to_string();
        w.accept((LV, DTY), declare("C-1", LV, &["MUTUAL_SUPPORT"], &start, until));
        // The receiver's own crisis gives nobody else's consent.
        w.begin((LV, DTY), order("S-0", "CASH", &[&of(ROUNDS, "1 EA")]));
        let start = w.now.to_string();
        w.accept((EE, DTY), declare("C-1", EE, &["MUTUAL_SUPPORT"], &start, until));
        let dear = order("S-1", "EQUAL_VALUE", &[&of(ROUNDS, "40 EA")]).with("value", "2000000.00 EUR");
        let entry = w.accept((LV, DTY), dear.clone());
        assert_eq!(w.state.ratifications().count(), 1);
        // Beyond what a crisis covers the ministers are asked as ever.
        let dearer = dear.with("order", "S-2").with("value", "6000000.00 EUR");
        w.agree(&[(LV, DTY), (LV, MIN), (EE, PBO), (EE, MIN)], dearer);
        let handed = supply("S-1", &[&of(ROUNDS, "30 EA")], "1000.00 EUR");
        w.agree(&[(EE, DTY), (LV, DTY)], handed);
        w.day("2026-02-02");
        let answer =
            draft("RatificationRefused", json!({ "entry": entry, "party": EE, "reason": "not ours" }));
        w.accept((EE, PBO), answer);
        // Nothing more is delivered, and what was is owed at once.
        w.refuse(Rule::S03, (EE, HRH), supply("S-1", &[&of(ROUNDS, "10 EA")], "1.00 EUR"));
        assert_eq!(debts(w), ["S-1 2026-02-02"]);
        let close = draft(
            "UnwindingClosed",
            json!({ "entry": entry, "party": EE, "remedy": "RETURN", "finding": "the rounds are back" }),
        );
        w.refuse(Rule::G03, (EE, PBO), close.clone());
        let back = give_back("S-1", &[&of(ROUNDS, "30 EA")]).with("value", "1000.00 EUR");
        w.agree(&BACK, back);
        w.agree(&[(EE, PBO), (LV, PBO)], close);
        assert_eq!(status(w, "S-1"), "settled");
    }
);

scenario!(
    support_is_delivered_in_parts_and_replaced_in_kind,
    [T13, I03, I04, S01],
    [SupportDelivered, SupportReciprocated],
    |w| {
        stocked(w);
        ordered(w, "S-1", "IN_KIND", &[&of(ROUNDS, "40 EA")]);
        let ten = supply("S-1", &[&of(ROUNDS, "10 EA")], "250.00 EUR");
        w.refuse(Rule::S01, (EE, HRH), supply("S-2", &[&of(ROUNDS, "10 EA")], "250.00 EUR"));
        w.refuse(Rule::I03, (LT, HRH), ten.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::SupportForm, (EE, HRH), ten.clone());
        w.agree(&OVER, ten);
        w.stands(ROUNDS, &["EE EE Tapa in-service A 90 EA", "LV LV Adazi in-service A 10 EA"]);
        assert_eq!((status(w, "S-1"), debts(w)), ("owed".into(), vec!["S-1 2027-01-30".into()]));
        w.day("2026-02-10");
        w.refuse(Rule::T13, (EE, HRH), supply("S-1", &[&of(ROUNDS, "31 EA")], "750.00 EUR"));
        w.refuse(Rule::T13, (EE, HRH), supply("S-1", &[&of(ROUNDS, "30 EA")], "750.01 EUR"));
        w.refuse(Rule::T13, (EE, HRH), supply("S-1", &[&of(ROUNDS, "30 EA")], "750.00 USD"));
        w.refuse(Rule::S05, (EE, HRH), supply("S-1", &[&of(ROUNDS, "30 EA")], "0.00 EUR"));
        w.accept((EE, PBO), register(&of(ROUNDS2, "5 EA"), EE));
        w.refuse(Rule::T13, (EE, HRH), supply("S-1", &[&of(ROUNDS2, "5 EA")], "1.00 EUR"));
        w.agree(&OVER, supply("S-1", &[&of(ROUNDS, "30 EA")], "750.00 EUR"));
        w.refuse(Rule::T13, (EE, HRH), supply("S-1", &[&of(ROUNDS, "1 EA")], "1.00 EUR"));
        // Another batch of the same item will do; another item, more of it, or money will not.
        w.accept_all((LV, PBO), &[register(&of(ROUNDS2, "50 EA"), LV), register(&of(FUEL, "50 LTR"), LV)]);
        w.accept((LV, PBO), register("batch:1376-38-123-4567:KG-1=5 KGM", LV));
        let back = |item: &str| give_back("S-1", &[item]);
        w.refuse(Rule::T13, (LV, HRH), back(&of(ROUNDS2, "41 EA")));
        w.refuse(Rule::T13, (LV, HRH), back(&of(FUEL, "10 LTR")));
        w.refuse(Rule::T13, (LV, HRH), back("batch:1376-38-123-4567:KG-1=5 KGM"));
        w.refuse(Rule::T13, (LV, HRH), back(&of(ROUNDS2, "15 EA")).with("value", "1.00 EUR"));
        w.refuse(Rule::T13, (EE, FIN), bill("S-1", "I-1", "1.00 EUR"));
        w.refuse_lacking(Rule::I04, DocumentKind::SupportForm, (LV, HRH), back(&of(ROUNDS2, "15 EA")));
        w.agree(&BACK, back(&of(ROUNDS2, "15 EA")));
        // The first ten are replaced; the debt that is left began later.
        assert_eq!(debts(w), ["S-1 2027-02-10"]);
        w.refuse(Rule::T13, (LV, HRH), back("batch:1376-38-123-4567:KG-1=5 KGM"));
        w.refuse(Rule::T13, (LV, HRH), back(&of(ROUNDS2, "26 EA")));
        w.agree(&BACK, back(&of(ROUNDS2, "25 EA")));
        assert_eq!((status(w, "S-1"), debts(w).len()), ("settled".into(), 0));
        w.stands(ROUNDS2, &["EE EE Tapa in-service A 45 EA", "LV LV Adazi in-service A 10 EA"]);
    }
);

scenario!(support_is_repaid_in_goods_of_equal_value, [T13], [SupportReciprocated], |w| {
    stocked(w);
    ordered(w, "S-1", "EQUAL_VALUE", &[&of(ROUNDS, "40 EA")]);
    w.accept((LV, PBO), register(&of(FUEL, "900 LTR"), LV));
    let fuel = |quantity: &str| give_back("S-1", &[&of(FUEL, quantity)]);
    w.refuse(Rule::T13, (LV, HRH), fuel("10 LTR").with("value", "1.00 EUR"));
    w.agree(&OVER, supply("S-1", &[&of(ROUNDS, "40 EA")], "1000.00 EUR"));
    w.refuse(Rule::T13, (LV, HRH), fuel("10 LTR"));
    w.refuse(Rule::T13, (LV, HRH), fuel("10 LTR").with("value", "0.00 EUR"));
    w.refuse(Rule::T13, (LV, HRH), fuel("10 LTR").with("value", "1000.01 EUR"));
    w.refuse(Rule::T13, (LV, HRH), fuel("10 LTR").with("value", "10.00 USD"));
    w.agree(&BACK, fuel("400 LTR").with("value", "600.00 EUR"));
    assert_eq!(debts(w), ["S-1 2027-01-30"]);
    w.refuse(Rule::T13, (LV, HRH), fuel("10 LTR").with("value", "400.01 EUR"));
    w.agree(&BACK, fuel("300 LTR").with("value", "400.00 EUR"));
    w.stands(FUEL, &["EE EE Tapa in-service A 700 LTR", "LV LV Adazi in-service A 200 LTR"]);
    assert_eq!(status(w, "S-1"), "settled");
});

scenario!(
    support_is_invoiced_as_delivered_and_paid_as_invoiced,
    [T13, P07, S05, I03, I04],
    [SupportInvoiced, SupportPaid],
    |w| {
        stocked(w);
        ordered(w, "S-1", "CASH", &[&of(ROUNDS, "40 EA")]);
        ordered(w, "S-2", "CASH", &[&of(ROUNDS, "40 EA")]);
        w.refuse(Rule::T13, (EE, FIN), bill("S-1", "I-1", "1.00 EUR"));
        w.agree(&OVER, supply("S-1", &[&of(ROUNDS, "20 EA")], "500.00 EUR"));
        w.agree(&OVER, supply("S-2", &[&of(ROUNDS, "40 EA")], "1000.00 EUR"));
        assert_eq!(debts(w), ["S-1 2026-03-31", "S-2 2026-03-31"]);
        w.refuse(Rule::T13, (LV, HRH), give_back("S-1", &[&of(ROUNDS, "20 EA")]));
        w.refuse(Rule::T13, (LV, FIN), settle("S-1", "B-1", "1.00 EUR"));
        w.refuse(Rule::I03, (LV, FIN), bill("S-1", "I-1", "500.00 EUR"));
        w.refuse(Rule::T13, (EE, FIN), bill("S-1", "I-1", "500.01 EUR"));
        w.refuse(Rule::T13, (EE, FIN), bill("S-1", "I-1", "5.00 USD"));
        w.refuse(Rule::S05, (EE, FIN), bill("S-1", "I-1", "0.00 EUR"));
        w.refuse_lacking(Rule::I04, DocumentKind::Invoice, (EE, FIN), bill("S-1", "I-1", "500.00 EUR"));
        w.accept((EE, FIN), bill("S-1", "I-1", "300.00 EUR"));
        w.refuse(Rule::P07, (EE, FIN), bill("S-2", "I-1", "300.00 EUR"));
        w.accept((EE, FIN), bill("S-1", "I-2", "200.00 EUR"));
        w.refuse(Rule::T13, (LV, FIN), settle("S-1", "B-1", "500.01 EUR"));
        w.refuse(Rule::S05, (LV, FIN), settle("S-1", "B-1", "0.00 EUR"));
        w.refuse(Rule::I03, (LT, FIN), settle("S-1", "B-1", "400.00 EUR"));
        w.agree(&[(LV, FIN), (EE, FIN)], settle("S-1", "B-1", "400.00 EUR"));
        assert_eq!(status(w, "S-1"), "owed");
        w.refuse(Rule::P07, (LV, FIN), settle("S-1", "B-1", "100.00 EUR"));
        w.agree(&[(EE, FIN), (LV, FIN)], settle("S-1", "B-2", "100.00 EUR"));
        assert_eq!((status(w, "S-1"), debts(w)), ("partly_delivered".into(), vec!["S-2 2026-03-31".into()]));
    }
);

scenario!(a_bank_reference_of_a_contract_pays_no_support, [P07], [SupportPaid], |w| {
    stocked(w);
    w.contracted("P-1", "C-1");
    let line = [(1, of(ROUNDS2, "1 EA"))];
    let lines: Vec<(u32, &str)> = line.iter().map(|(number, item)| (*number, item.as_str())).collect();
    w.stocked("D-1", "C-1", EE, &lines);
    w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "1 EA")], "2500.00 EUR", "0.00 EUR"));
    w.accept((EE, FIN), clear("I-1", "2500.00 EUR"));
    w.accept((EE, FIN), pay("PAY-1", "I-1", EE, "2500.00 EUR"));
    ordered(w, "S-1", "CASH", &[&of(ROUNDS, "40 EA")]);
    w.agree(&OVER, supply("S-1", &[&of(ROUNDS, "40 EA")], "1000.00 EUR"));
    w.accept((EE, FIN), bill("S-1", "I-1", "1000.00 EUR"));
    w.refuse(Rule::P07, (LV, FIN), settle("S-1", "BANK-PAY-1", "1000.00 EUR"));
    w.agree(&[(LV, FIN), (EE, FIN)], settle("S-1", "BANK-2", "1000.00 EUR"));
});

scenario!(
    what_is_handed_over_is_ones_own_free_fit_and_whole,
    [T02, T05, T06, T16, T18, S03, S05],
    [SupportDelivered],
    |w| {
        *w = World::with_regime();
        w.accept_all(
            (EE, PBO),
            &[
                register(&of(ROUNDS, "10 EA"), EE).with("expiry", "2026-03-01"),
                register(GUN, EE),
                register(VEHICLE, EE),
                register(RADIO, EE),
                install(VEHICLE, RADIO),
            ],
        );
        w.accept((LT, PBO), register(GUN2, LT));
        w.delivered("CUSTODY", "T-0", LT, EE, &[GUN2]);
        ordered(w, "S-1", "CASH", &[&of(ROUNDS, "20 EA"), GUN, GUN2, VEHICLE, RADIO]);
        let hand = |items: &[&str]| supply("S-1", items, "1.00 EUR");
        w.refuse(Rule::S05, (EE, HRH), hand(&[]));
        w.refuse(Rule::T02, (EE, HRH), hand(&[GUN2]));
        w.refuse(Rule::T02, (EE, HRH), hand(&[GUN]).with("from_location", "Voru"));
        w.refuse(Rule::T05, (EE, HRH), hand(&[&of(ROUNDS, "11 EA")]));
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LT, &[GUN]));
        w.refuse(Rule::T06, (EE, HRH), hand(&[GUN]));
        w.accept((EE, PBO), cancel("T-1"));
        w.refuse(Rule::T16, (EE, HRH), hand(&[VEHICLE]));
        w.refuse(Rule::T16, (EE, HRH), hand(&[RADIO]));
        w.agree(&OVER, hand(&[VEHICLE, RADIO]));
        w.issued("HR-1", EE, &[GUN]);
        w.refuse(Rule::T02, (EE, HRH), hand(&[GUN]));
        w.agree(&[(EE, PBO), (EE, HRH)], turn_in("HR-1", &[GUN]));
        w.accept((EE, PBO), regrade(&of(ROUNDS, "4 EA"), EE, "A", "J"));
        w.refuse(Rule::S03, (EE, HRH), hand(&[&of(ROUNDS, "7 EA")]));
        w.agree(&OVER, hand(&[&of(ROUNDS, "6 EA"), GUN]));
        w.accept((EE, PBO), regrade(&of(ROUNDS, "1 EA"), EE, "J", "N"));
        w.agree(&OVER, hand(&[&of(ROUNDS, "1 EA")]));
        w.stands(ROUNDS, &["EE EE Tapa in-service J 3 EA", "LV LV Adazi in-service A 7 EA"]);
        w.accept((EE, PBO), regrade(&of(ROUNDS, "3 EA"), EE, "J", "A"));
        w.day("2026-03-01");
        w.refuse(Rule::T18, (EE, HRH), hand(&[&of(ROUNDS, "3 EA")]));
        w.stands(ROUNDS, &["EE EE Tapa in-service A 3 EA", "LV LV Adazi in-service A 7 EA"]);
    }
);

scenario!(
    what_is_handed_over_across_a_border_has_its_licence_and_its_consent,
    [T09, T10],
    [SupportDelivered, SupportReciprocated],
    |w| {
        *w = World::with_regime();
        let gun = register(GUN, EE).with("nsn", GUN_NSN).with("restricted_by", "US");
        w.accept_all((EE, PBO), &[gun, register_ammunition(&of(ROUNDS, "10 EA"), EE)]);
        ordered(w, "S-1", "IN_KIND", &[GUN, &of(ROUNDS, "10 EA")]);
        let rounds = supply("S-1", &[&of(ROUNDS, "10 EA")], "1.00 EUR");
        w.refuse(Rule::T09, (EE, HRH), supply("S-1", &[GUN], "1.00 EUR"));
        w.accept((EE, LIC), consent("CON-1", EE, "US", LV));
        w.agree(&OVER, supply("S-1", &[GUN], "1.00 EUR"));
        w.refuse(Rule::T10, (EE, HRH), rounds.clone());
        let cap = json!([{ "ml": "ML3", "quantity": "10 EA" }]);
        w.accept((EE, LIC), licence("LIC-1", EE, LV).with("caps", cap));
        w.agree(&OVER, rounds.with("licence", "LIC-1"));
        // The way back is a passage of its own, and the licence is used up.
        w.refuse(Rule::T09, (LV, HRH), give_back("S-1", &[GUN]));
        w.accept((LV, LIC), consent("CON-2", LV, "US", EE));
        w.agree(&BACK, give_back("S-1", &[GUN]));
        let rounds = give_back("S-1", &[&of(ROUNDS, "10 EA")]);
        w.refuse(Rule::T10, (LV, HRH), rounds.clone().with("licence", "LIC-1"));
        w.accept((LV, LIC), licence("LIC-2", LV, EE));
        w.agree(&BACK, rounds.with("licence", "LIC-2"));
        assert_eq!(status(w, "S-1"), "settled");
        w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "5 EA"), EE));
        ordered(w, "S-2", "IN_KIND", &[&of(ROUNDS, "1 EA")]);
        let more = supply("S-2", &[&of(ROUNDS, "1 EA")], "1.00 EUR").with("licence", "LIC-1");
        w.refuse(Rule::T10, (EE, HRH), more);
    }
);

scenario!(
    either_side_ends_an_order_and_what_came_stays_owed,
    [S01, S03, S05, I03],
    [SupportCancelled, SupportPaid],
    |w| {
        stocked(w);
        ordered(w, "S-1", "CASH", &[&of(ROUNDS, "40 EA")]);
        ordered(w, "S-2", "CASH", &[&of(ROUNDS, "40 EA")]);
        w.refuse(Rule::S01, (LV, PBO), call_off("S-3", LV));
        w.refuse(Rule::S05, (LT, PBO), call_off("S-1", LT));
        w.refuse(Rule::I03, (EE, PBO), call_off("S-1", LV));
        w.accept((LV, PBO), call_off("S-1", LV));
        assert_eq!(status(w, "S-1"), "cancelled");
        w.refuse(Rule::S03, (EE, PBO), call_off("S-1", EE));
        w.refuse(Rule::S03, (EE, HRH), supply("S-1", &[&of(ROUNDS, "1 EA")], "1.00 EUR"));
        w.agree(&OVER, supply("S-2", &[&of(ROUNDS, "20 EA")], "500.00 EUR"));
        w.accept((EE, PBO), call_off("S-2", EE));
        assert_eq!(status(w, "S-2"), "owed");
        w.accept((EE, FIN), bill("S-2", "I-1", "500.00 EUR"));
        w.agree(&[(LV, FIN), (EE, FIN)], settle("S-2", "B-1", "500.00 EUR"));
        assert_eq!(status(w, "S-2"), "settled");
        ordered(w, "S-3", "CASH", &[&of(ROUNDS, "10 EA")]);
        w.agree(&OVER, supply("S-3", &[&of(ROUNDS, "10 EA")], "1000.00 EUR"));
        w.refuse(Rule::S03, (EE, PBO), call_off("S-3", EE));
    }
);

scenarios!(
    support_is_ordered_by_one_side_and_promised_by_the_other,
    nothing_is_ordered_before_its_clocks_are_agreed,
    an_order_names_two_parties_goods_and_a_value,
    a_standing_authorisation_of_the_supplier_is_his_word,
    in_a_crisis_of_both_one_duty_officer_orders_and_the_supplier_ratifies_later,
    support_is_delivered_in_parts_and_replaced_in_kind,
    support_is_repaid_in_goods_of_equal_value,
    support_is_invoiced_as_delivered_and_paid_as_invoiced,
    a_bank_reference_of_a_contract_pays_no_support,
    what_is_handed_over_is_ones_own_free_fit_and_whole,
    what_is_handed_over_across_a_border_has_its_licence_and_its_consent,
    either_side_ends_an_order_and_what_came_stays_owed,
);
