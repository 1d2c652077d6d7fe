//! Corrections: what was wrong is taken back by another act, while nothing was built on it.

use ledger_core::domain::Rule;
use serde_json::json;

use super::governance_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

const WRONG: &str = "INCORRECT_DATA";
const NEVER: &str = "DID_NOT_OCCUR";

scenario!(
    a_wrong_registration_is_taken_back_and_replaced_in_one_act,
    [S05, S02, I03],
    [CorrectionRecorded, ItemRegistered],
    |w| {
        let entry = w.accept((EE, PBO), register(GUN, EE));
        let no = w.refuse(Rule::S05, (EE, PBO), correct(entry, WRONG));
        assert!(no.to_string().contains("DID_NOT_OCCUR"), "{no}");
        w.refuse(Rule::I03, (EE, HRH), correct(entry, NEVER));
        w.refuse(Rule::I03, (LV, PBO), correct(entry, NEVER));
        let first = w.accept_all((EE, PBO), &[correct(entry, WRONG), register(GUN2, EE)]);
        w.stands(GUN, &[]);
        w.stands(GUN2, &["EE EE Tapa in-service A 1 EA"]);
        assert_eq!(w.state.correction(entry).unwrap().by, first);
        let no = w.refuse(Rule::S02, (EE, PBO), correct(entry, NEVER));
        assert!(no.to_string().contains("correct that one"), "{no}");
        // The replacement was wrong as well; what the first correction took back stays taken back.
        let right = register(GUN, EE).with("condition", "B");
        w.accept_all((EE, PBO), &[correct(first, WRONG), right]);
        w.stands(GUN, &["EE EE Tapa in-service B 1 EA"]);
        w.stands(GUN2, &[]);
    }
);

scenario!(
    goods_that_moved_on_are_not_unregistered,
    [S03],
    [CorrectionRecorded, TransferCancelled, ConsignmentDispatched],
    |w| {
        let gun = w.accept((EE, PBO), register(GUN, EE));
        let rounds = w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
        // In an open transfer.
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, &of(ROUNDS, "10 EA")]));
        let no = w.refuse(Rule::S03, (EE, PBO), correct(gun, NEVER));
        assert!(no.to_string().contains("is in transfer T-1"), "{no}");
        w.accept((LV, PBO), approve("T-1"));
        w.accept((EE, HRH), dispatch("K-1", "T-1", &[&of(ROUNDS, "1 EA")], "Tapa"));
        // One of ten is under way.
        let no = w.refuse(Rule::S03, (EE, PBO), correct(rounds, NEVER));
        assert!(no.to_string().contains("brought back first"), "{no}");
        w.accept((LV, HRH), receive("K-1", &[&of(ROUNDS, "1 EA")], "Adazi"));
        w.accept((LV, PBO), send_back("K-2", "T-1", &[&of(ROUNDS, "1 EA")], "Adazi"));
        w.accept((EE, PBO), take_back("K-2", &[&of(ROUNDS, "1 EA")], "Tapa"));
        w.accept((EE, PBO), correct(rounds, NEVER));
        w.stands(ROUNDS, &[]);
        w.accept((EE, PBO), cancel("T-1"));
        w.accept((EE, PBO), correct(gun, NEVER));
        w.stands(GUN, &[]);
    }
);

scenario!(
    only_what_stands_for_itself_is_taken_back,
    [S01, S03],
    [CorrectionRecorded, TransferCancelled],
    |w| {
        w.accept((EE, PBO), register(GUN, EE));
        let proposed = w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
        let no = w.refuse(Rule::S01, (EE, PBO), correct(proposed, NEVER));
        assert!(no.to_string().contains("a return, a refund"), "{no}");
        w.refuse(Rule::S01, (EE, PBO), correct(proposed + 100, NEVER));
        w.accept((EE, PBO), cancel("T-1"));
        // What else stands in the act cannot be taken back: nothing of it can.
        let mixed = w.accept_all((EE, PBO), &[register(GUN2, EE), propose("SALE", "T-2", EE, LV, &[GUN2])]);
        w.refuse(Rule::S01, (EE, PBO), correct(mixed, NEVER));
        // What waits is refused, not corrected.
        let waiting = w.begin((EE, PBO), register(&of(FUEL, "9 LTR"), EE).with("holder", LV));
        let no = w.refuse(Rule::S03, (EE, PBO), correct(waiting, NEVER));
        assert!(no.to_string().contains("ActRefused"), "{no}");
        w.accept((EE, PBO), refusal(waiting));
        let fuel = w.accept((EE, PBO), register(&of(FUEL, "9 LTR"), EE));
        w.accept((EE, PBO), correct(fuel, NEVER));
    }
);

scenario!(a_correction_takes_the_signatures_of_the_wrong_act, [I03], [CorrectionRecorded], |w| {
    let held = register(&of(FUEL, "9 LTR"), EE).with("holder", LV).with("location", "Adazi");
    let entry = w.agree(&[(EE, PBO), (LV, PBO)], held);
    w.refuse(Rule::I03, (LT, PBO), correct(entry, NEVER));
    let correction = w.begin((LV, PBO), correct(entry, NEVER));
    w.stands(FUEL, &["EE LV Adazi in-service A 9 LTR"]);
    w.sign((EE, PBO), correction);
    w.stands(FUEL, &[]);
});

// What is used up between the correction and the second signature is not taken back.
scenario!(
    a_correction_is_lawful_when_it_takes_effect,
    [S03],
    [CorrectionRecorded, ConsumptionReported],
    |w| {
        let held = register(&of(FUEL, "9 LTR"), EE).with("holder", LV).with("location", "Adazi");
        let entry = w.agree(&[(EE, PBO), (LV, PBO)], held);
        let correction = w.begin((LV, PBO), correct(entry, NEVER));
        let used = consume(&of(FUEL, "1 LTR"), EE).with("holder", LV).with("location", "Adazi");
        let used = w.agree(&[(LV, PBO), (EE, PBO)], used);
        w.refuse(Rule::S03, (EE, PBO), countersign(correction));
        // The consumption did not occur either.
        w.agree(&[(LV, PBO), (EE, PBO)], correct(used, NEVER));
        w.sign((EE, PBO), correction);
        w.stands(FUEL, &[]);
    }
);

scenario!(
    what_was_not_used_up_and_not_lost_is_at_hand_again,
    [S03],
    [CorrectionRecorded, ConsumptionReported, LossReported, ItemFound, LossInvestigated],
    |w| {
        w.accept_all((EE, PBO), &[register(GUN, EE), register(&of(ROUNDS, "10 EA"), EE)]);
        let used = w.accept((EE, PBO), consume(&of(ROUNDS, "4 EA"), EE));
        let lost = w.accept((EE, HRH), lose("L-1", &[GUN, &of(ROUNDS, "2 EA")], EE));
        w.accept_all((EE, PBO), &[correct(used, WRONG), consume(&of(ROUNDS, "3 EA"), EE)]);
        w.stands(
            ROUNDS,
            &["EE EE Tapa in-service A 5 EA", "EE EE Tapa lost:L-1 A 2 EA", "EE EE Tapa consumed A 3 EA"],
        );
        w.accept((EE, HRH), correct(lost, NEVER));
        w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
        // Its number is free again; once something was found or the investigation is closed, it stands.
        let lost = w.accept((EE, HRH), lose("L-1", &[GUN, &of(ROUNDS, "2 EA")], EE));
        w.accept((EE, PBO), find("L-1", &[&of(ROUNDS, "1 EA")], "Tapa"));
        w.refuse(Rule::S03, (EE, HRH), correct(lost, NEVER));
        let lost = w.accept((EE, HRH), lose("L-2", &[&of(ROUNDS, "2 EA")], EE));
        w.agree(&[(EE, PBO), (EE, MIN)], investigate("L-2"));
        let no = w.refuse(Rule::S03, (EE, HRH), correct(lost, NEVER));
        assert!(no.to_string().contains("ItemFound"), "{no}");
    }
);

scenario!(what_was_used_up_under_a_loan_is_on_loan_again, [], [CorrectionRecorded], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    w.delivered("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "10 EA")]);
    let of_loan = |draft: Draft| draft.with("holder", LV).with("location", "Adazi").with("loan", "T-1");
    let used = w.accept((LV, PBO), of_loan(consume(&of(ROUNDS, "4 EA"), EE)));
    let lost = w.accept((LV, PBO), of_loan(lose("L-1", &[&of(ROUNDS, "6 EA")], EE)));
    w.accept_all((LV, PBO), &[correct(used, NEVER), correct(lost, NEVER)]);
    w.stands(ROUNDS, &["EE LV Adazi on-loan:T-1 A 10 EA"]);
    w.transfer_is("T-1", "running");
});

scenario!(an_act_is_taken_back_whole_and_from_its_end, [S03], [CorrectionRecorded], |w| {
    let act = [register(&of(ROUNDS, "10 EA"), EE), consume(&of(ROUNDS, "4 EA"), EE)];
    let entry = w.accept_all((EE, PBO), &act);
    let later = w.accept((EE, PBO), consume(&of(ROUNDS, "1 EA"), EE));
    w.refuse(Rule::S03, (EE, PBO), correct(entry, NEVER));
    w.stands(ROUNDS, &["EE EE Tapa in-service A 5 EA", "EE EE Tapa consumed A 5 EA"]);
    w.accept((EE, PBO), correct(later, NEVER));
    w.accept((EE, PBO), correct(entry, NEVER));
    w.stands(ROUNDS, &[]);
});

scenario!(
    a_payment_that_was_not_made_and_an_invoice_that_was_misread_are_taken_back,
    [S03, P07, I03],
    [CorrectionRecorded, InvoiceRegistered, PaymentExecuted],
    |w| {
        w.contracted("P-1", "C-1");
        w.stocked("D-1", "C-1", EE, &[(1, &of(ROUNDS, "10 EA"))]);
        let read = invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR");
        let misread = w.accept((EE, FIN), read.clone().with("net", "20000.00 EUR"));
        w.refuse(Rule::P07, (EE, FIN), read.clone().with("invoice", "I-2"));
        w.refuse(Rule::I03, (EE, PCO), correct(misread, NEVER));
        let right = w.accept_all((EE, FIN), &[correct(misread, WRONG), read]);
        assert_eq!(w.state.invoice(&"I-1".parse().unwrap()).unwrap().terms.net.to_string(), "25000.00 EUR");
        w.accept((EE, FIN), clear("I-1", "25000.00 EUR"));
        let no = w.refuse(Rule::S03, (EE, FIN), correct(right, NEVER));
        assert!(no.to_string().contains("invoice I-1 is approved"), "{no}");
        // The bank booked it for another payer.
        let paid = w.accept((EE, FIN), pay("Y-1", "I-1", EE, "25000.00 EUR"));
        w.refuse(Rule::I03, (LV, FIN), correct(paid, NEVER));
        w.accept_all((EE, FIN), &[correct(paid, WRONG), pay("Y-1", "I-1", EE, "24000.00 EUR")]);
        assert_eq!(w.state.invoice(&"I-1".parse().unwrap()).unwrap().paid.to_string(), "24000.00 EUR");
        w.accept((EE, FIN), pay("Y-2", "I-1", EE, "1000.00 EUR"));
    }
);

// A payment was taken back, and the others went on owing their parts of it.
scenario!(nobody_owes_for_a_payment_that_was_taken_back, [S03], [CorrectionRecorded, PaymentExecuted], |w| {
    w.contracted("P-1", "C-1");
    w.stocked("D-1", "C-1", EE, &[(1, &of(ROUNDS, "10 EA"))]);
    w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR"));
    w.accept((EE, FIN), clear("I-1", "25000.00 EUR"));
    let paid = w.accept((EE, FIN), pay("Y-1", "I-1", EE, "25000.00 EUR"));
    assert_eq!(w.state.debts().len(), 2, "Latvia and Lithuania owe their parts");
    w.accept((EE, FIN), correct(paid, NEVER));
    assert_eq!(w.state.debts(), []);
    let again = w.accept((EE, FIN), pay("Y-1", "I-1", EE, "25000.00 EUR"));
    let back = json!({
        "refund": "R-1", "payment": "Y-1", "amount": "5.00 EUR", "reason": "discount", "bank_ref": "B-99",
        "value_date": "2026-02-02",
    });
    w.accept((EE, FIN), draft("RefundReceived", back));
    let no = w.refuse(Rule::S03, (EE, FIN), correct(again, NEVER));
    assert!(no.to_string().contains("refund R-1"), "{no}");
});

scenario!(what_is_installed_is_not_unregistered, [S03], [CorrectionRecorded, ItemRemoved], |w| {
    let (entry, other) = (w.accept((EE, PBO), register(GUN, EE)), w.accept((EE, PBO), register(GUN2, EE)));
    w.accept((EE, PBO), draft("ItemInstalled", json!({ "parent": GUN, "child": GUN2 })));
    w.refuse(Rule::S03, (EE, PBO), correct(entry, NEVER));
    w.refuse(Rule::S03, (EE, PBO), correct(other, NEVER));
    w.accept((EE, PBO), draft("ItemRemoved", json!({ "parent": GUN, "child": GUN2 })));
    w.accept((EE, PBO), correct(other, NEVER));
});

scenario!(what_a_correction_is_about_is_known_afterwards, [], [CorrectionRecorded], |w| {
    let entry = w.accept((EE, PBO), register(GUN, EE));
    let by = w.accept((EE, PBO), correct(entry, NEVER));
    let act = w.history.iter().find(|act| act.seq == by).unwrap();
    let about = act.act.events[0].subjects(&w.state);
    let about: Vec<String> = about.iter().map(ToString::to_string).collect();
    assert_eq!(about, [format!("entry {entry}"), format!("item {GUN}")]);
    let known = serde_json::to_value(w.state.correction(entry)).unwrap();
    assert_eq!(known, json!({ "by": by, "reason": "DID_NOT_OCCUR", "about": [format!("item {GUN}")] }));
});

scenarios!(
    nobody_owes_for_a_payment_that_was_taken_back,
    what_is_installed_is_not_unregistered,
    a_wrong_registration_is_taken_back_and_replaced_in_one_act,
    goods_that_moved_on_are_not_unregistered,
    only_what_stands_for_itself_is_taken_back,
    a_correction_takes_the_signatures_of_the_wrong_act,
    a_correction_is_lawful_when_it_takes_effect,
    what_was_not_used_up_and_not_lost_is_at_hand_again,
    what_was_used_up_under_a_loan_is_on_loan_again,
    an_act_is_taken_back_whole_and_from_its_end,
    a_payment_that_was_not_made_and_an_invoice_that_was_misread_are_taken_back,
    what_a_correction_is_about_is_known_afterwards,
);
