//! Joint procurement: shares, contract, deliveries in tranches, invoices, payments, and common cost to the cent.

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::procurement::{CostBasis, Progress};
use serde_json::{Value, json};

use super::world::*;
use super::{scenario, scenarios};

/// How far line 1 of C-1 is for a party: contracted, dispatched, received, accepted.
fn progress(w: &World, code: &str) -> [String; 4] {
    let contract = w.state.contract(&"C-1".parse().unwrap()).unwrap();
    let Progress { contracted, dispatched, received, accepted } = contract.progress[&(1, party(code))];
    [contracted, dispatched, received, accepted].map(|quantity| quantity.to_string())
}

/// The contract with its first line changed.
fn contract_with(field: &str, value: Value) -> Draft {
    let mut lines = contract_lines();
    lines[0][field] = value;
    contract("C-1", "P-1").with("lines", lines)
}

fn contract_lines() -> Value {
    let event = contract("C-1", "P-1").event("2026-01-30T09:00:00Z".parse().unwrap());
    serde_json::to_value(event).unwrap()["ContractSigned"]["lines"].clone()
}

fn rounds(quantity: &str) -> String {
    of(ROUNDS, quantity)
}

scenario!(
    a_programme_runs_from_proposal_to_cost_share,
    [],
    [
        ProgrammeProposed,
        ParticipantJoined,
        ArrangementEffective,
        ContractSigned,
        DeliveryDispatched,
        DeliveryReceived,
        DeliveryAccepted,
        InvoiceRegistered,
        InvoiceApproved,
        PaymentExecuted,
        CostShareAssessed
    ],
    |w| {
        w.contracted("P-1", "C-1");
        let programme = w.state.programme(&"P-1".parse().unwrap()).unwrap();
        assert_eq!(programme.participants.len(), 3);
        assert_eq!(programme.currency.unwrap().code(), "EUR");
        assert_eq!(programme.contracts, ["C-1".parse().unwrap()]);
        assert_eq!(progress(w, LT), ["200 EA", "0 EA", "0 EA", "0 EA"]);

        // One batch in two tranches: the first to Lithuania, short by five, then accepted in two parts.
        w.accept((EE, PCO), ship("D-1", "C-1", LT, &[(1, &rounds("120 EA"))]));
        assert_eq!(progress(w, LT), ["200 EA", "120 EA", "0 EA", "0 EA"]);
        w.stands(ROUNDS, &[]);
        w.accept((LT, PBO), land("D-1", &[(1, &rounds("115 EA"))]));
        w.agree(&[(LT, QAR), (LT, PBO)], take_over("D-1", &[(1, &rounds("100 EA"))], "Rukla"));
        w.stands(ROUNDS, &["LT LT Rukla in-service A 100 EA"]);
        w.agree(&[(LT, PBO), (LT, QAR)], take_over("D-1", &[(1, &rounds("15 EA"))], "Rukla"));
        w.stocked("D-2", "C-1", EE, &[(1, &rounds("300 EA")), (2, GUN)]);
        w.stands(ROUNDS, &["EE EE Tapa in-service A 300 EA", "LT LT Rukla in-service A 115 EA"]);
        w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
        let master = &w.state.item(&GUN.parse().unwrap()).unwrap().master;
        assert_eq!(
            (master.nsn, master.description.as_str()),
            (Some(GUN_NSN.parse().unwrap()), "84 mm rifle")
        );

        // 415 rounds at 2,500.00 and one gun at 20,000.00; Estonia pays a part, Lithuania the rest.
        let bill = invoice("I-1", "C-1", &[(1, "415 EA"), (2, "1 EA")], "1057500.00 EUR", "232650.00 EUR");
        w.accept((EE, FIN), bill);
        w.accept((EE, FIN), clear("I-1", "1290150.00 EUR"));
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "1000000.00 EUR"));
        w.accept((LT, FIN), pay("Y-2", "I-1", LT, "290150.00 EUR"));
        let known = w.state.invoice(&"I-1".parse().unwrap()).unwrap();
        assert_eq!((known.paid.to_string().as_str(), known.payments.len()), ("1290150.00 EUR", 2));

        // One half, one third, one sixth of a hundred euro: the odd cents go to the largest remainders.
        let parts = [(EE, "50.00 EUR"), (LT, "33.33 EUR"), (LV, "16.67 EUR")];
        w.accept((EE, FIN), pool("O-1", "P-1", "COMMON", "100.00 EUR", &parts));
        let programme = w.state.programme(&"P-1".parse().unwrap()).unwrap();
        let shared = &programme.pools[&"O-1".parse().unwrap()];
        assert_eq!(shared.iter().map(|part| part.amount.to_string()).collect::<Vec<_>>(), parts.map(|p| p.1));
        assert_eq!(programme.allocate(CostBasis::Fee, "100.00 EUR".parse().unwrap()).as_ref(), Some(shared));
    }
);

scenario!(
    a_programme_is_proposed_by_the_armaments_director_of_its_lead,
    [I03, S05],
    [ProgrammeProposed],
    |w| {
        w.refuse(Rule::I03, (EE, PCO), programme("P-1", EE));
        w.refuse(Rule::I03, (LV, NAD), programme("P-1", EE));
        w.refuse(Rule::S05, (EE, NAD), programme("P-1", EE).with("cpv", json!([])));
        w.accept((EE, NAD), programme("P-1", EE));
    }
);

scenario!(a_party_joins_once_with_its_minister_and_the_leads, [I03, S02, S03], [ParticipantJoined], |w| {
    w.accept((EE, NAD), programme("P-1", EE));
    w.accept((EE, MIN), join("P-1", EE, "1/2"));
    w.refuse(Rule::I03, (LV, NAD), join("P-1", LV, "1/2"));
    let entry = w.begin((LV, MIN), join("P-1", LV, "1/2"));
    assert_eq!(w.state.programme(&"P-1".parse().unwrap()).unwrap().participants.len(), 1);
    w.refuse(Rule::I03, (LT, MIN), countersign(entry));
    w.sign((EE, MIN), entry);
    w.refuse(Rule::S02, (LV, MIN), join("P-1", LV, "1/2"));
    w.agree(&[(EE, MIN), (LV, MIN)], arrangement("P-1"));
    w.refuse(Rule::S03, (LT, MIN), join("P-1", LT, "0/1"));
});

scenario!(every_vector_of_shares_sums_to_exactly_one, [P01], [ArrangementEffective], |w| {
    w.accept((EE, NAD), programme("P-1", EE));
    w.refuse(Rule::P01, (EE, MIN), arrangement("P-1"));
    w.accept((EE, MIN), join("P-1", EE, "1/3"));
    w.refuse(Rule::P01, (EE, MIN), arrangement("P-1"));
    w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/3"));
    w.refuse(Rule::P01, (EE, MIN), arrangement("P-1"));
    for (id, field) in [("P-2", "quantity_share"), ("P-3", "common_cost_share"), ("P-4", "fee_share")] {
        w.accept((EE, NAD), programme(id, EE));
        w.accept((EE, MIN), join(id, EE, "1/3"));
        w.agree(&[(LV, MIN), (EE, MIN)], join(id, LV, "2/3").with(field, "333333333/500000000"));
        w.refuse(Rule::P01, (EE, MIN), arrangement(id));
    }
    w.agree(&[(LT, MIN), (EE, MIN)], join("P-1", LT, "1/3"));
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], arrangement("P-1"));
    assert!(w.state.programme(&"P-1".parse().unwrap()).unwrap().effective_in.is_some());
});

scenario!(
    an_arrangement_takes_effect_once_with_every_minister_and_the_lead,
    [S03, I03],
    [ArrangementEffective],
    |w| {
        w.accept((EE, NAD), programme("P-1", EE));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
        w.agree(&[(LT, MIN), (EE, MIN)], join("P-1", LT, "1/2"));
        w.refuse(Rule::S03, (LV, MIN), arrangement("P-1"));
        w.arranged("P-2");
        w.refuse(Rule::S03, (EE, MIN), arrangement("P-2"));
        w.refuse(Rule::I03, (EE, NAD), arrangement("P-2"));
    }
);

scenario!(
    a_contract_is_signed_under_an_arrangement_by_buyer_and_lead,
    [S03, S05, I03],
    [ContractSigned],
    |w| {
        w.accept((EE, NAD), programme("P-1", EE));
        w.accept((EE, MIN), join("P-1", EE, "1/2"));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
        w.refuse(Rule::S03, (EE, PCO), contract("C-1", "P-1"));
        w.agree(&[(EE, MIN), (LV, MIN)], arrangement("P-1"));
        // Lithuania takes no part: neither as buyer nor on a line.
        w.refuse(Rule::S05, (EE, PCO), contract("C-1", "P-1"));
        w.refuse(Rule::S05, (LT, PCO), contract("C-1", "P-1").with("buyer", LT));
        let halves = json!([{ "party": EE, "quantity": "300 EA" }, { "party": LV, "quantity": "300 EA" }]);
        let mut lines = json!([contract_lines()[0].clone()]);
        lines[0]["per_party"] = halves;
        let good = contract("C-1", "P-1").with("lines", lines);
        w.refuse(Rule::I03, (EE, FIN), good.clone());
        w.refuse(Rule::S05, (LT, PCO), good.clone().with("buyer", LT));
        let entry = w.begin((LV, PCO), good.clone().with("buyer", LV));
        w.refuse(Rule::I03, (LT, PCO), countersign(entry));
        w.sign((EE, PCO), entry);
        w.accept((EE, PCO), good.with("contract", "C-2"));
    }
);

scenario!(the_parties_quantities_sum_to_the_line, [P02], [ContractSigned], |w| {
    w.arranged("P-1");
    w.refuse(Rule::P02, (EE, PCO), contract_with("quantity", json!("601 EA")));
    w.refuse(Rule::P02, (EE, PCO), contract_with("quantity", json!("600 KGM")));
    w.refuse(Rule::P02, (EE, PCO), contract_with("per_party", json!([])));
    w.accept((EE, PCO), contract("C-1", "P-1"));
});

scenario!(the_lines_of_a_contract_are_in_order_and_complete, [S05, T17], [ContractSigned], |w| {
    w.arranged("P-1");
    let zero = json!([{ "party": EE, "quantity": "0 EA" }]);
    let twice = json!([{ "party": EE, "quantity": "300 EA" }, { "party": EE, "quantity": "300 EA" }]);
    w.refuse(Rule::S05, (EE, PCO), contract("C-1", "P-1").with("lines", json!([])));
    w.refuse(Rule::S05, (EE, PCO), contract_with("line", json!(2)));
    w.refuse(Rule::S05, (EE, PCO), contract_with("unit_price", json!("2500.00 USD")));
    w.refuse(Rule::S05, (EE, PCO), contract_with("unit_price", json!("92233720368547758.07 EUR")));
    w.refuse(Rule::S05, (EE, PCO), contract_with("per_party", twice));
    let mut lines = contract_lines();
    lines[0]["quantity"] = json!("0 EA");
    lines[0]["per_party"] = zero;
    w.refuse(Rule::S05, (EE, PCO), contract("C-1", "P-1").with("lines", lines));
    w.refuse(Rule::T17, (EE, PCO), contract_with("hazard", Value::Null));
    w.refuse(Rule::T17, (EE, PCO), contract_with("neq_g_per_unit", Value::Null));
    w.accept((EE, PCO), contract("C-1", "P-1"));
});

scenario!(dispatched_is_within_contracted, [P04, S01, S05, I03], [DeliveryDispatched], |w| {
    w.contracted("P-1", "C-1");
    w.refuse(Rule::P04, (EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("101 EA"))]));
    w.refuse(Rule::P04, (EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("1 KGM"))]));
    w.refuse(Rule::P04, (EE, PCO), ship("D-1", "C-1", LV, &[(2, GUN), (2, GUN2)]));
    w.refuse(Rule::P04, (EE, PCO), ship("D-1", "C-1", "PL", &[(2, GUN)]));
    w.refuse(Rule::S01, (EE, PCO), ship("D-1", "C-1", LV, &[(3, GUN)]));
    w.refuse(Rule::S05, (EE, PCO), ship("D-1", "C-1", LV, &[(2, GUN), (2, GUN)]));
    w.refuse(Rule::S05, (EE, PCO), ship("D-1", "C-1", LV, &[(1, &of(FUEL, "1 EA"))]));
    w.refuse(Rule::S05, (EE, PCO), ship("D-1", "C-1", LV, &[]));
    w.refuse(Rule::I03, (LV, PCO), ship("D-1", "C-1", LV, &[(2, GUN)]));
    w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("60 EA"))]));
    w.refuse(Rule::P04, (EE, PCO), ship("D-2", "C-1", LV, &[(1, &rounds("41 EA"))]));
    w.accept((EE, PCO), ship("D-2", "C-1", LV, &[(1, &rounds("40 EA"))]));
    assert_eq!(progress(w, LV), ["100 EA", "100 EA", "0 EA", "0 EA"]);
});

scenario!(received_is_within_dispatched, [P04, S03, S05, I03], [DeliveryReceived], |w| {
    w.contracted("P-1", "C-1");
    w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("60 EA")), (2, GUN)]));
    w.refuse(Rule::P04, (LV, PBO), land("D-1", &[(1, &rounds("61 EA"))]));
    w.refuse(Rule::P04, (LV, PBO), land("D-1", &[(2, &rounds("60 EA"))]));
    w.refuse(Rule::P04, (LV, PBO), land("D-1", &[(2, GUN2)]));
    w.refuse(Rule::P04, (LV, PBO), land("D-1", &[(1, &rounds("60 KGM"))]));
    w.refuse(Rule::S05, (LV, PBO), land("D-1", &[(2, GUN), (2, GUN)]));
    w.refuse(Rule::I03, (EE, PBO), land("D-1", &[(2, GUN)]));
    w.accept((LV, PBO), land("D-1", &[(1, &rounds("60 EA")), (2, GUN)]));
    w.refuse(Rule::S03, (LV, PBO), land("D-1", &[(1, &rounds("60 EA"))]));
    assert_eq!(progress(w, LV), ["100 EA", "60 EA", "60 EA", "0 EA"]);
});

scenario!(accepted_is_within_received, [P04, S03, I03, T01], [DeliveryAccepted], |w| {
    w.contracted("P-1", "C-1");
    w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("60 EA")), (2, GUN)]));
    w.refuse(Rule::S03, (LV, QAR), take_over("D-1", &[(2, GUN)], "Adazi"));
    w.accept((LV, PBO), land("D-1", &[(1, &rounds("50 EA")), (2, GUN)]));
    w.refuse(Rule::P04, (LV, QAR), take_over("D-1", &[(1, &rounds("51 EA"))], "Adazi"));
    w.refuse(Rule::I03, (EE, QAR), take_over("D-1", &[(1, &rounds("50 EA"))], "Adazi"));
    let entry = w.begin((LV, QAR), take_over("D-1", &[(1, &rounds("50 EA")), (2, GUN)], "Adazi"));
    w.stands(ROUNDS, &[]);
    let rival = w.begin((LV, PBO), take_over("D-1", &[(1, &rounds("1 EA"))], "Adazi"));
    w.refuse(Rule::I03, (EE, PBO), countersign(entry));
    w.sign((LV, PBO), entry);
    w.refuse(Rule::P04, (LV, QAR), countersign(rival));
    w.stands(ROUNDS, &["LV LV Adazi in-service A 50 EA"]);
    // A gun that is in the register cannot be bought as new.
    w.accept((EE, PCO), ship("D-2", "C-1", LT, &[(2, GUN)]));
    w.accept((LT, PBO), land("D-2", &[(2, GUN)]));
    w.refuse(Rule::T01, (LT, QAR), take_over("D-2", &[(2, GUN)], "Rukla"));
});

scenario!(nothing_is_accepted_without_certificate_of_conformity, [P12], [DeliveryAccepted], |w| {
    w.contracted("P-1", "C-1");
    w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(2, GUN)]));
    w.accept((LV, PBO), land("D-1", &[(2, GUN)]));
    let taken = take_over("D-1", &[(2, GUN)], "Adazi");
    w.refuse_lacking(Rule::P12, DocumentKind::ConformityCertificate, (LV, QAR), taken.clone());
    w.agree(&[(LV, QAR), (LV, PBO)], taken);
    w.stands(GUN, &["LV LV Adazi in-service A 1 EA"]);
});

scenario!(the_expiry_of_a_delivery_is_the_one_that_was_dispatched, [P04, S05], [DeliveryAccepted], |w| {
    w.contracted("P-1", "C-1");
    let item = |expiry: &str| json!([{ "line": 1, "item": rounds("10 EA"), "expiry": expiry }]);
    w.accept((EE, PCO), ship("D-1", "C-1", LV, &[]).with("items", item("2030-01-01")));
    w.refuse(Rule::P04, (LV, PBO), land("D-1", &[]).with("items", item("2031-01-01")));
    w.accept((LV, PBO), land("D-1", &[]).with("items", item("2030-01-01")));
    let taken = take_over("D-1", &[], "Adazi");
    w.refuse(Rule::S05, (LV, QAR), taken.clone().with("items", item("2031-01-01")));
    w.agree(&[(LV, QAR), (LV, PBO)], taken.with("items", item("2030-01-01")));
    let stock = w.state.item(&ROUNDS.parse().unwrap()).unwrap();
    assert_eq!(stock.master.expiry, Some("2030-01-01".parse().unwrap()));
});

// What a delivery was short of counted as dispatched for ever, so the supplier's replacement of it could not be
// recorded, and the line never be filled.
scenario!(
    what_a_delivery_was_short_of_may_be_delivered_again,
    [P04],
    [DeliveryDispatched, DeliveryReceived],
    |w| {
        w.contracted("P-1", "C-1");
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("100 EA")), (2, GUN)]));
        w.refuse(Rule::P04, (EE, PCO), ship("D-2", "C-1", LV, &[(1, &rounds("1 EA"))]));
        w.accept((LV, PBO), land("D-1", &[(1, &rounds("90 EA"))]));
        assert_eq!(progress(w, LV), ["100 EA", "90 EA", "90 EA", "0 EA"]);
        w.refuse(Rule::P04, (EE, PCO), ship("D-2", "C-1", LV, &[(1, &rounds("11 EA"))]));
        w.stocked("D-2", "C-1", LV, &[(1, &rounds("10 EA")), (2, GUN)]);
        assert_eq!(progress(w, LV), ["100 EA", "100 EA", "100 EA", "10 EA"]);
    }
);

scenario!(invoiced_is_within_accepted_times_price, [P05, S05, S01, I03], [InvoiceRegistered], |w| {
    w.contracted("P-1", "C-1");
    w.stocked("D-1", "C-1", LV, &[(1, &rounds("60 EA"))]);
    w.accept((EE, PCO), ship("D-2", "C-1", EE, &[(1, &rounds("10 EA"))]));
    w.accept((EE, PBO), land("D-2", &[(1, &rounds("10 EA"))]));
    let bill = |lines: &[(u32, &str)], net: &str| invoice("I-1", "C-1", lines, net, "0.00 EUR");
    w.refuse(Rule::P05, (EE, FIN), bill(&[(1, "61 EA")], "1.00 EUR"));
    w.refuse(Rule::P05, (EE, FIN), bill(&[(1, "1 KGM")], "1.00 EUR"));
    w.refuse(Rule::P05, (EE, FIN), bill(&[(1, "60 EA")], "150000.01 EUR"));
    w.refuse(Rule::S01, (EE, FIN), bill(&[(7, "1 EA")], "1.00 EUR"));
    w.refuse(Rule::S05, (EE, FIN), bill(&[], "1.00 EUR"));
    w.refuse(Rule::S05, (EE, FIN), bill(&[(1, "1 EA"), (1, "1 EA")], "1.00 EUR"));
    w.refuse(Rule::S05, (EE, FIN), bill(&[(1, "1 EA")], "1.00 USD"));
    w.refuse(Rule::S05, (EE, FIN), bill(&[(1, "1 EA")], "1.00 EUR").with("vat", "1.00 USD"));
    w.refuse(Rule::I03, (LV, FIN), bill(&[(1, "60 EA")], "150000.00 EUR"));
    w.refuse(Rule::I03, (EE, PCO), bill(&[(1, "60 EA")], "150000.00 EUR"));
    w.accept((EE, FIN), bill(&[(1, "20 EA")], "50000.00 EUR"));
    let next = invoice("I-2", "C-1", &[(1, "40 EA")], "100000.00 EUR", "0.00 EUR");
    w.refuse(Rule::P05, (EE, FIN), next.clone().with("lines", json!([{ "line": 1, "quantity": "41 EA" }])));
    w.accept((EE, FIN), next);
    let known = w.state.contract(&"C-1".parse().unwrap()).unwrap();
    assert_eq!((known.invoiced[&1].to_string(), known.invoices.len()), ("60 EA".into(), 2));
});

// Each invoice was rounded for itself: many small ones charged more than the goods are worth.
scenario!(invoices_in_tranches_charge_no_more_than_the_whole, [P05], [InvoiceRegistered], |w| {
    w.arranged("P-1");
    let line = json!([{
        "line": 1, "description": "diesel", "quantity": "1 LTR", "unit_price": "0.03 EUR",
        "per_party": [{ "party": EE, "quantity": "1 LTR" }],
    }]);
    let mut lines = line;
    lines[0]["nsn"] = json!("9140-38-000-0001");
    w.accept((EE, PCO), contract("C-1", "P-1").with("lines", lines));
    w.stocked("D-1", "C-1", EE, &[(1, &of(FUEL, "1 LTR"))]);
    let half = |id: &str, net: &str| invoice(id, "C-1", &[(1, "0.5 LTR")], net, "0.00 EUR");
    w.refuse(Rule::P05, (EE, FIN), half("I-1", "0.03 EUR"));
    w.accept((EE, FIN), half("I-1", "0.02 EUR"));
    w.refuse(Rule::P05, (EE, FIN), half("I-2", "0.02 EUR"));
    w.accept((EE, FIN), half("I-2", "0.01 EUR"));
});

scenario!(no_invoice_and_no_bank_reference_counts_twice, [P07], [InvoiceRegistered, PaymentExecuted], |w| {
    w.contracted("P-1", "C-1");
    w.accept((EE, PCO), contract("C-2", "P-1"));
    w.stocked("D-1", "C-1", EE, &[(1, &rounds("10 EA"))]);
    w.stocked("D-2", "C-2", EE, &[(1, &rounds("10 EA"))]);
    let bill = invoice("I-1", "C-1", &[(1, "1 EA")], "2500.00 EUR", "0.00 EUR");
    w.accept((EE, FIN), bill.clone());
    let again = bill.clone().with("invoice", "I-2");
    w.refuse(Rule::P07, (EE, FIN), again.clone());
    // The supplier is the same, under whichever contract.
    w.refuse(Rule::P07, (EE, FIN), again.clone().with("contract", "C-2"));
    w.accept((EE, FIN), again.with("supplier_invoice_no", "S-2"));
    w.accept((EE, FIN), clear("I-1", "2500.00 EUR"));
    w.accept((EE, FIN), clear("I-2", "2500.00 EUR"));
    w.accept((EE, FIN), pay("Y-1", "I-1", EE, "1000.00 EUR"));
    let double = pay("Y-2", "I-2", EE, "1000.00 EUR");
    w.refuse(Rule::P07, (EE, FIN), double.clone().with("bank_ref", "BANK-Y-1"));
    w.accept((EE, FIN), double);
});

scenario!(
    paid_is_within_approved_and_approved_within_invoiced,
    [P06, S03, S05, I03],
    [InvoiceApproved, PaymentExecuted],
    |w| {
        w.contracted("P-1", "C-1");
        w.stocked("D-1", "C-1", EE, &[(1, &rounds("10 EA"))]);
        w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "5500.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), pay("Y-1", "I-1", EE, "1.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), clear("I-1", "30500.01 EUR"));
        w.refuse(Rule::P06, (EE, FIN), clear("I-1", "30500.00 USD"));
        w.refuse(Rule::I03, (LV, FIN), clear("I-1", "30500.00 EUR"));
        w.refuse(Rule::I03, (EE, PCO), clear("I-1", "30500.00 EUR"));
        w.accept((EE, FIN), clear("I-1", "30000.00 EUR"));
        w.refuse(Rule::S03, (EE, FIN), clear("I-1", "30500.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), pay("Y-1", "I-1", EE, "30000.01 EUR"));
        w.refuse(Rule::P06, (EE, FIN), pay("Y-1", "I-1", EE, "1.00 USD"));
        w.refuse(Rule::S05, (EE, FIN), pay("Y-1", "I-1", EE, "0.00 EUR"));
        w.refuse(Rule::I03, (LV, FIN), pay("Y-1", "I-1", EE, "1.00 EUR"));
        w.accept((LV, FIN), pay("Y-1", "I-1", LV, "20000.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), pay("Y-2", "I-1", EE, "10000.01 EUR"));
        w.accept((EE, FIN), pay("Y-2", "I-1", EE, "10000.00 EUR"));
    }
);

scenario!(only_participants_pay, [S05], [PaymentExecuted], |w| {
    w.accept((EE, NAD), programme("P-1", EE));
    w.accept((EE, MIN), join("P-1", EE, "1/2"));
    w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
    w.agree(&[(EE, MIN), (LV, MIN)], arrangement("P-1"));
    let mut lines = json!([contract_lines()[1].clone()]);
    lines[0]["quantity"] = json!("1 EA");
    lines[0]["per_party"] = json!([{ "party": EE, "quantity": "1 EA" }]);
    w.accept((EE, PCO), contract("C-1", "P-1").with("lines", lines));
    w.stocked("D-1", "C-1", EE, &[(2, GUN)]);
    w.accept((EE, FIN), invoice("I-1", "C-1", &[(2, "1 EA")], "20000.00 EUR", "0.00 EUR"));
    w.accept((EE, FIN), clear("I-1", "20000.00 EUR"));
    w.refuse(Rule::S05, (LT, FIN), pay("Y-1", "I-1", LT, "1.00 EUR"));
    w.accept((LV, FIN), pay("Y-1", "I-1", LV, "1.00 EUR"));
});

scenario!(
    a_pool_is_shared_out_to_the_cent_by_the_programmes_shares,
    [P09, S03, S05, I03],
    [CostShareAssessed],
    |w| {
        w.accept((EE, NAD), programme("P-0", EE));
        w.refuse(Rule::S03, (EE, FIN), pool("O-1", "P-0", "FEE", "1.00 EUR", &[(EE, "1.00 EUR")]));
        w.arranged("P-1");
        let share = |parts: &[(&str, &str)]| pool("O-1", "P-1", "QTY", "0.05 EUR", parts);
        // 2.5, 1.67 and 0.83 cents: one goes to LV, one to LT.
        w.refuse(Rule::P09, (EE, FIN), share(&[(EE, "0.03 EUR"), (LT, "0.02 EUR"), (LV, "0.01 EUR")]));
        w.refuse(Rule::P09, (EE, FIN), share(&[(EE, "0.02 EUR"), (LT, "0.02 EUR")]));
        w.refuse(Rule::P09, (EE, FIN), share(&[(EE, "0.03 EUR"), (LT, "0.01 EUR"), (LV, "0.01 EUR")]));
        w.refuse(Rule::P09, (EE, FIN), share(&[(LT, "0.02 EUR"), (EE, "0.02 EUR"), (LV, "0.01 EUR")]));
        w.refuse(Rule::P09, (EE, FIN), share(&[(EE, "0.02 EUR"), (LT, "0.02 USD"), (LV, "0.01 EUR")]));
        w.refuse(Rule::P09, (EE, FIN), share(&[]));
        let good = share(&[(EE, "0.02 EUR"), (LT, "0.02 EUR"), (LV, "0.01 EUR")]);
        w.refuse(Rule::S05, (EE, FIN), good.clone().with("total", "0.05 USD"));
        w.refuse(Rule::I03, (LV, FIN), good.clone());
        w.accept((EE, FIN), good);
    }
);

// A delivery that was lost whole could not be closed: a count of nothing was refused, and its goods stayed dispatched.
// Goods bought under a third state's restriction lost it on the way into the register.
scenario!(restricted_goods_stay_restricted_when_they_are_bought, [T09, S05], [DeliveryAccepted], |w| {
    w.arranged("P-1");
    let mut lines = contract_lines();
    lines[1]["restricted_by"] = json!("US");
    let signed = contract("C-1", "P-1").with("lines", lines.clone());
    lines[1]["nsn"] = Value::Null;
    w.refuse(Rule::S05, (EE, PCO), contract("C-1", "P-1").with("lines", lines));
    w.accept((EE, PCO), signed);
    w.stocked("D-1", "C-1", EE, &[(2, GUN)]);
    w.agreed("LOAN", "T-1", EE, LV, &[GUN]);
    let leave = dispatch("K-1", "T-1", &[GUN], "Tapa");
    w.refuse(Rule::T09, (EE, HRH), leave.clone());
    w.accept((EE, LIC), consent("A-1", EE, "US", LV));
    w.accept((EE, HRH), leave);
});

scenario!(a_delivery_that_brought_nothing_is_received_as_such, [S05], [DeliveryReceived], |w| {
    w.contracted("P-1", "C-1");
    w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(2, GUN)]));
    w.accept((LV, PBO), land("D-1", &[]).with("remark", "lost at sea"));
    w.refuse(Rule::S05, (LV, QAR), take_over("D-1", &[], "Adazi"));
    w.stocked("D-2", "C-1", LV, &[(2, GUN2)]);
});

scenario!(only_members_join, [S01], [ParticipantJoined], |w| {
    w.accept((EE, NAD), programme("P-1", EE));
    w.refuse(Rule::S01, (EE, MIN), join("P-1", "PL", "1/2"));
    w.agree(&[(EE, MIN), (LV, MIN)], join("P-1", LV, "1/2"));
});

scenario!(
    terms_of_supply_are_agreed_once_and_schedule_what_is_contracted,
    [P04, S05, S03, S01, I03],
    [SupplyTermsAgreed],
    |w| {
        w.contracted("P-1", "C-1");
        w.refuse(Rule::S01, (EE, PCO), terms_of_supply("C-9", &[]));
        w.refuse(Rule::I03, (LV, PCO), terms_of_supply("C-1", &[]));
        w.refuse(Rule::P04, (EE, PCO), terms_of_supply("C-1", &[(3, EE, "1 EA", "2026-09-01")]));
        w.refuse(Rule::P04, (EE, PCO), terms_of_supply("C-1", &[(2, EE, "2 EA", "2026-09-01")]));
        w.refuse(
            Rule::P04,
            (EE, PCO),
            terms_of_supply("C-1", &[(1, LV, "60 EA", "2026-09-01"), (1, LV, "60 EA", "2026-10-01")]),
        );
        let twice = [(1, LV, "60 EA", "2026-09-01"), (1, LV, "40 EA", "2026-09-01")];
        w.refuse(Rule::S05, (EE, PCO), terms_of_supply("C-1", &twice));
        let dollars = terms_of_supply("C-1", &[]);
        let mut terms = serde_json::to_value(dollars.event(w.now)).unwrap();
        terms["SupplyTermsAgreed"]["supply"]["advance_cap"] = json!("1.00 USD");
        w.refuse(Rule::S05, (EE, PCO), dollars.with("supply", terms["SupplyTermsAgreed"]["supply"].clone()));
        w.accept(
            (EE, PCO),
            terms_of_supply("C-1", &[(1, LV, "60 EA", "2026-09-01"), (1, LV, "40 EA", "2026-10-01")]),
        );
        assert_eq!(w.state.contract(&"C-1".parse().unwrap()).unwrap().schedule.len(), 2);
        w.refuse(Rule::S03, (EE, PCO), terms_of_supply("C-1", &[]));
    }
);

scenarios!(
    a_programme_runs_from_proposal_to_cost_share,
    a_programme_is_proposed_by_the_armaments_director_of_its_lead,
    a_party_joins_once_with_its_minister_and_the_leads,
    every_vector_of_shares_sums_to_exactly_one,
    an_arrangement_takes_effect_once_with_every_minister_and_the_lead,
    a_contract_is_signed_under_an_arrangement_by_buyer_and_lead,
    the_parties_quantities_sum_to_the_line,
    the_lines_of_a_contract_are_in_order_and_complete,
    dispatched_is_within_contracted,
    received_is_within_dispatched,
    accepted_is_within_received,
    nothing_is_accepted_without_certificate_of_conformity,
    the_expiry_of_a_delivery_is_the_one_that_was_dispatched,
    what_a_delivery_was_short_of_may_be_delivered_again,
    invoiced_is_within_accepted_times_price,
    invoices_in_tranches_charge_no_more_than_the_whole,
    no_invoice_and_no_bank_reference_counts_twice,
    paid_is_within_approved_and_approved_within_invoiced,
    only_participants_pay,
    a_pool_is_shared_out_to_the_cent_by_the_programmes_shares,
    restricted_goods_stay_restricted_when_they_are_bought,
    a_delivery_that_brought_nothing_is_received_as_such,
    only_members_join,
    terms_of_supply_are_agreed_once_and_schedule_what_is_contracted,
);
