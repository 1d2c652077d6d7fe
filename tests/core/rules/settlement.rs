//! Money that moves: advances, refunds, who may pay, and what the parties owe one another.

use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::procurement::{Invoice, NetAmount};
use ledger_core::domain::{PublicKey, Role, Rule};
use serde_json::{Value, json};

use super::money_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

fn rounds(quantity: &str) -> String {
    of(ROUNDS, quantity)
}

/// Who pays whom, a line a net.
fn shown(nets: &[NetAmount]) -> Vec<String> {
    nets.iter().map(|net| format!("{} {} {}", net.debtor, net.creditor, net.amount)).collect()
}

fn bill<'a>(w: &'a World, id: &str) -> &'a Invoice {
    w.state.invoice(&id.parse().unwrap()).unwrap()
}

// ------------------------------------------------------------------------------------------ advances

scenario!(
    an_advance_is_paid_within_the_cap_against_a_guarantee,
    [P06, P07, S01, S02, S05, I03, I04],
    [AdvancePaid],
    |w| {
        *w = World::with_regime();
        w.contracted("P-1", "C-1");
        w.refuse(Rule::P06, (EE, FIN), advance("V-1", "C-1", EE, "1.00 EUR"));
        w.accept((EE, PCO), supply("C-1"));
        let paid = advance("V-1", "C-1", EE, "60000.00 EUR");
        w.refuse(Rule::I03, (EE, PCO), paid.clone());
        w.refuse(Rule::I03, (LV, FIN), paid.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::Guarantee, (EE, FIN), paid.clone());
        w.refuse(Rule::S01, (EE, FIN), paid.clone().with("contract", "C-9"));
        w.refuse(Rule::S05, (EE, FIN), paid.clone().with("amount", "0.00 EUR"));
        w.refuse(Rule::S05, (EE, FIN), paid.clone().with("settle_by", "2026-01-29"));
        w.refuse(Rule::P06, (EE, FIN), paid.clone().with("amount", "100000.01 EUR"));
        w.refuse(Rule::P06, (EE, FIN), paid.clone().with("amount", "1.00 USD"));
        w.accept((EE, FIN), paid.clone());
        w.refuse(Rule::S02, (EE, FIN), paid);
        // The cap is one for all payers.
        let more = advance("V-2", "C-1", LV, "40000.00 EUR");
        w.refuse(Rule::P06, (LV, FIN), more.clone().with("amount", "40000.01 EUR"));
        w.refuse(Rule::P07, (LV, FIN), more.clone().with("bank_ref", "BANK-V-1"));
        w.accept((LV, FIN), more);
    }
);

scenario!(only_participants_pay_advances, [S05, P06], [AdvancePaid], |w| {
    w.accept((EE, NAD), programme("P-1", EE));
    w.accept((EE, MIN), join("P-1", EE, "1/2"));
    w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
    w.agree(&[(EE, MIN), (LV, MIN)], arrangement("P-1"));
    w.accept((EE, PCO), contract("C-1", "P-1").with("lines", json!([rifle_for_lv()])));
    w.accept((EE, PCO), supply_with("C-1", json!({ "advance_cap": null })));
    w.refuse(Rule::S05, (LT, FIN), advance("V-1", "C-1", LT, "1.00 EUR"));
    // Terms without a cap allow no advance.
    w.refuse(Rule::P06, (LV, FIN), advance("V-1", "C-1", LV, "1.00 EUR"));
    w.accept((EE, PCO), contract("C-2", "P-1").with("lines", json!([rifle_for_lv()])));
    w.accept((EE, PCO), supply("C-2"));
    w.accept((LV, FIN), advance("V-1", "C-2", LV, "1.00 EUR"));
});

fn rifle_for_lv() -> Value {
    json!({
        "line": 1, "description": "rifle", "nsn": GUN_NSN, "quantity": "1 EA", "unit_price": "20000.00 EUR",
        "per_party": [{ "party": LV, "quantity": "1 EA" }],
    })
}

scenario!(
    no_advance_follows_one_that_is_overdue,
    [P08],
    [AdvancePaid, AdvanceSettled, RefundReceived],
    |w| {
        *w = World::supplied();
        w.accept((EE, FIN), advance("V-1", "C-1", EE, "30000.00 EUR"));
        w.charged();
        w.day("2026-03-31");
        let next = |id: &str| advance(id, "C-1", LV, "10.00 EUR").with("settle_by", "2026-12-31");
        w.accept((LV, FIN), next("V-2"));
        w.day("2026-04-01");
        w.refuse(Rule::P08, (LV, FIN), next("V-3"));
        // Of another contract it may be paid.
        w.accept((EE, PCO), contract("C-2", "P-1"));
        w.accept((EE, PCO), supply("C-2"));
        w.accept((LV, FIN), next("V-4").with("contract", "C-2"));
        w.accept((EE, FIN), settle("V-1", "I-1", "25000.00 EUR"));
        w.refuse(Rule::P08, (LV, FIN), next("V-3"));
        w.accept((EE, FIN), refund("R-1", "advance", "V-1", "5000.00 EUR"));
        w.accept((LV, FIN), next("V-3"));
        let overdue = |day: &str| {
            let day = day.parse().unwrap();
            w.state.advances().filter(|(_, advance)| advance.is_overdue(day)).count()
        };
        assert_eq!((overdue("2026-12-31"), overdue("2027-01-01")), (0, 3));
    }
);

scenario!(
    an_advance_is_settled_once_against_an_approved_invoice_of_its_contract,
    [P06, P08, S01, S03, S05, I03],
    [AdvanceSettled, PaymentExecuted],
    |w| {
        *w = World::supplied();
        w.accept((EE, FIN), advance("V-1", "C-1", EE, "30000.00 EUR"));
        w.stocked("D-1", "C-1", EE, &[(1, &rounds("10 EA"))]);
        w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), settle("V-1", "I-1", "1.00 EUR"));
        w.accept((EE, FIN), clear("I-1", "20000.00 EUR"));
        w.refuse(Rule::S01, (EE, FIN), settle("V-9", "I-1", "1.00 EUR"));
        w.refuse(Rule::I03, (LV, FIN), settle("V-1", "I-1", "1.00 EUR"));
        w.refuse(Rule::S05, (EE, FIN), settle("V-1", "I-1", "0.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), settle("V-1", "I-1", "20000.01 EUR"));
        w.refuse(Rule::P08, (EE, FIN), settle("V-1", "I-1", "30000.01 EUR"));
        w.refuse(Rule::P08, (EE, FIN), settle("V-1", "I-1", "1.00 USD"));
        w.accept((EE, PCO), contract("C-2", "P-1"));
        w.stocked("D-2", "C-2", EE, &[(1, &rounds("1 EA"))]);
        w.accept((EE, FIN), invoice("I-2", "C-2", &[(1, "1 EA")], "2500.00 EUR", "0.00 EUR"));
        w.accept((EE, FIN), clear("I-2", "2500.00 EUR"));
        w.refuse(Rule::S05, (EE, FIN), settle("V-1", "I-2", "1.00 EUR"));
        w.accept((EE, PCO), dispute("I-1"));
        w.refuse(Rule::S03, (EE, FIN), settle("V-1", "I-1", "15000.00 EUR"));
        w.accept((EE, PCO), resolve_dispute("I-1"));
        w.accept((EE, FIN), settle("V-1", "I-1", "15000.00 EUR"));
        // What is settled is not paid again.
        w.refuse(Rule::P06, (EE, FIN), pay("Y-1", "I-1", EE, "5000.01 EUR"));
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "5000.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), settle("V-1", "I-1", "0.01 EUR"));
        w.refuse(Rule::P08, (EE, FIN), refund("R-1", "advance", "V-1", "15000.01 EUR"));
        w.accept((EE, FIN), refund("R-1", "advance", "V-1", "15000.00 EUR"));
        assert!(w.state.advance(&"V-1".parse().unwrap()).unwrap().open().is_zero());
    }
);

scenario!(
    a_refund_gives_back_no_more_than_was_paid,
    [P06, P07, S01, S02, S05, I03],
    [RefundReceived, PaymentExecuted],
    |w| {
        *w = World::supplied();
        w.charged();
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "20000.00 EUR"));
        w.accept((EE, FIN), pay("Y-2", "I-1", EE, "5000.00 EUR"));
        let back = refund("R-1", "payment", "Y-1", "15000.00 EUR");
        w.refuse(Rule::I03, (LV, FIN), back.clone());
        w.refuse(Rule::S01, (EE, FIN), refund("R-1", "payment", "Y-9", "1.00 EUR"));
        w.refuse(Rule::S01, (EE, FIN), refund("R-1", "advance", "V-9", "1.00 EUR"));
        w.refuse(Rule::S05, (EE, FIN), back.clone().with("advance", "V-1"));
        w.refuse(Rule::S05, (EE, FIN), back.clone().without("payment"));
        w.refuse(Rule::S05, (EE, FIN), back.clone().with("amount", "0.00 EUR"));
        w.refuse(Rule::P06, (EE, FIN), back.clone().with("amount", "20000.01 EUR"));
        w.refuse(Rule::P06, (EE, FIN), back.clone().with("amount", "1.00 USD"));
        w.refuse(Rule::P07, (EE, FIN), back.clone().with("bank_ref", "BANK-Y-2"));
        w.accept((EE, FIN), back.clone());
        w.refuse(Rule::S02, (EE, FIN), back);
        w.refuse(Rule::P06, (EE, FIN), refund("R-2", "payment", "Y-1", "5000.01 EUR"));
        w.accept((EE, FIN), refund("R-2", "payment", "Y-1", "5000.00 EUR"));
        assert_eq!(bill(w, "I-1").paid.to_string(), "5000.00 EUR");
        // What was refunded may be paid again, and is not owed.
        assert!(bill(w, "I-1").unpaid().is_zero());
        w.refuse(Rule::P06, (EE, FIN), pay("Y-3", "I-1", EE, "20000.01 EUR"));
        w.accept((EE, FIN), pay("Y-3", "I-1", EE, "20000.00 EUR"));
    }
);

// ------------------------------------------------------------------------------ separation of duties

/// Enrols a key of a person.
fn enrol_person(w: &mut World, key: PublicKey, party: &'static str, role: Role, person: &str) {
    let witness = if party == EE { LV } else { EE };
    w.agree(&[(party, ROOT), (witness, ROOT)], enrol(key, party, role).with("person_ref", person));
}

scenario!(
    who_signed_a_contract_neither_approves_nor_makes_its_payments,
    [Sod1, P15],
    [ContractSigned, InvoiceApproved, PaymentExecuted, AdvancePaid, AdvanceSettled],
    |w| {
        *w = World::with_regime();
        w.arranged("P-1");
        let (buys, pays, other) = (fresh_key(0x71), fresh_key(0x72), fresh_key(0x73));
        enrol_person(w, buys, LV, PCO, "PERSON-1");
        enrol_person(w, pays, LV, FIN, "PERSON-1");
        enrol_person(w, other, LV, FIN, "PERSON-2");
        // The same entry in another party's register is another person.
        let (lead_buys, lead_pays) = (fresh_key(0x74), fresh_key(0x75));
        enrol_person(w, lead_buys, EE, PCO, "PERSON-2");
        enrol_person(w, lead_pays, EE, FIN, "PERSON-2");
        let act = contract("C-1", "P-1").with("buyer", LV);
        let entry = w.begin((LV, PCO), act);
        // The countersigner signed it as much as the author.
        w.accept_by(lead_buys, &[countersign(entry)]);
        let agreed = w.begin((EE, PCO), supply("C-1"));
        w.accept_by(buys, &[countersign(agreed)]);
        w.accept((LV, PCO), ship("D-1", "C-1", EE, &[(1, &rounds("10 EA"))]));
        w.accept((EE, PBO), land("D-1", &[(1, &rounds("10 EA"))]));
        w.agree(&[(EE, QAR), (EE, PBO)], take_over("D-1", &[(1, &rounds("10 EA"))], "Tapa"));
        let sent = invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR");
        w.accept_by(pays, &[sent]);
        w.refuse_by(Rule::Sod1, pays, &[clear("I-1", "25000.00 EUR")]);
        w.accept_by(other, &[clear("I-1", "25000.00 EUR")]);
        let first = |payer: &str| pay("Y-1", "I-1", payer, "1000.00 EUR");
        w.refuse_by(Rule::P15, pays, &[first(LV)]);
        w.refuse_by(Rule::P15, lead_pays, &[first(EE)]);
        w.refuse_by(Rule::P15, lead_pays, &[advance("V-1", "C-1", EE, "1000.00 EUR")]);
        w.accept((EE, FIN), advance("V-1", "C-1", EE, "1000.00 EUR"));
        w.refuse_by(Rule::P15, lead_pays, &[settle("V-1", "I-1", "1000.00 EUR")]);
        w.accept((EE, FIN), settle("V-1", "I-1", "1000.00 EUR"));
        // A new token makes no new person.
        let token = fresh_key(0x76);
        w.accept_by(pays, &[rotate(pays, token)]);
        w.refuse_by(Rule::P15, token, &[first(LV)]);
        w.accept_by(other, &[first(LV)]);
    }
);

// ---------------------------------------------------------------------------------------- settlement

scenario!(
    a_settlement_says_what_the_parties_owe_one_another_to_the_cent,
    [P10, S02, S03, S05, I03],
    [CostShareAssessed, PaymentExecuted, SettlementRunClosed],
    |w| {
        w.contracted("P-1", "C-1");
        w.refuse(Rule::S03, (EE, FIN), close_settlement("S-1", 3, &[]));
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
        w.agree(&[(EE, FIN), (LV, FIN), (LT, FIN)], close_settlement("S-0", 3, &[]));
        let parts = [(EE, "50.00 EUR"), (LT, "33.33 EUR"), (LV, "16.67 EUR")];
        let assessed = w.accept((EE, FIN), pool("O-1", "P-1", "FEE", "100.00 EUR", &parts));
        assert_eq!(shown(&w.state.debts()), ["LT EE 33.33 EUR", "LV EE 16.67 EUR"]);
        w.charged();
        // Of 10,000.00 for rounds EE bears 300/600, LT 200/600, LV 100/600: LV paid it all.
        let paid = w.accept((LV, FIN), pay("Y-1", "I-1", LV, "10000.00 EUR"));
        let nets = [net(EE, LV, "4966.66 EUR"), net(LT, LV, "3349.99 EUR")];
        let all = [net(EE, LV, "4950.00 EUR"), net(LT, LV, "3366.66 EUR")];
        assert_eq!(shown(&w.state.debts()), ["EE LV 4950.00 EUR", "LT LV 3366.66 EUR"]);
        let first = [net(LT, EE, "33.33 EUR"), net(LV, EE, "16.67 EUR")];
        w.refuse(Rule::P10, (EE, FIN), close_settlement("S-1", paid, &nets));
        w.refuse(Rule::P10, (EE, FIN), close_settlement("S-1", paid, &[]));
        w.refuse(Rule::P10, (EE, FIN), close_settlement("S-1", paid, &[all[1].clone(), all[0].clone()]));
        w.refuse(Rule::S05, (EE, FIN), close_settlement("S-1", paid + 99, &all));
        w.refuse(Rule::I03, (EE, PCO), close_settlement("S-1", paid, &all));
        let mut foreign = all.clone();
        foreign[1]["amount"] = json!("3366.66 USD");
        w.refuse(Rule::P10, (EE, FIN), close_settlement("S-1", paid, &foreign));
        // It looks at entries up to one, whatever comes while the others sign.
        let entry = w.begin((EE, FIN), close_settlement("S-1", assessed, &first));
        w.sign((LT, FIN), entry);
        w.refuse(Rule::I03, (LV, PCO), countersign(entry));
        w.accept((EE, FIN), pay("Y-2", "I-1", EE, "5000.00 EUR"));
        w.sign((LV, FIN), entry);
        let closed = w.state.settlement(&"S-1".parse().unwrap()).unwrap();
        assert_eq!(closed.due.unwrap().since(closed.since), 30 * 24 * 3_600_000);
        w.refuse(Rule::S02, (EE, FIN), close_settlement("S-1", paid, &all));
        w.refuse(Rule::S05, (EE, FIN), close_settlement("S-2", assessed - 1, &[]));
        // What one settlement says no other says again.
        w.refuse(Rule::P10, (EE, FIN), close_settlement("S-2", paid, &all));
        let rest = [net(EE, LV, "5000.00 EUR"), net(LT, LV, "3333.33 EUR")];
        w.agree(&[(LV, FIN), (LT, FIN), (EE, FIN)], close_settlement("S-2", paid, &rest));
        assert_eq!(shown(&w.state.debts()), ["LT EE 1666.67 EUR", "LV EE 833.33 EUR"]);
    }
);

scenario!(
    who_pays_his_own_part_owes_nothing,
    [P06],
    [PaymentExecuted, AdvanceSettled, RefundReceived],
    |w| {
        *w = World::supplied();
        w.charged();
        w.accept((LT, FIN), advance("V-1", "C-1", LT, "8333.33 EUR"));
        assert!(w.state.debts().is_empty(), "an advance is borne by nobody yet");
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "12500.00 EUR"));
        assert_eq!(shown(&w.state.debts()), ["LT EE 4166.67 EUR", "LV EE 2083.33 EUR"]);
        w.accept((LT, FIN), settle("V-1", "I-1", "8333.33 EUR"));
        w.refuse(Rule::P06, (LV, FIN), pay("Y-2", "I-1", LV, "4166.68 EUR"));
        w.accept((LV, FIN), pay("Y-2", "I-1", LV, "4166.67 EUR"));
        assert_eq!(shown(&w.state.debts()), Vec::<String>::new());
        assert!(w.state.dues().count() > 0);
        // What comes back belongs to all who bore it.
        w.accept((EE, FIN), refund("R-1", "payment", "Y-1", "6000.00 EUR"));
        assert_eq!(shown(&w.state.debts()), ["EE LT 2000.00 EUR", "EE LV 1000.00 EUR"]);
    }
);

scenario!(
    no_more_is_paid_between_parties_than_a_settlement_says,
    [P07, P10, S01, S05, I03],
    [SettlementRunClosed, SettlementPaid],
    |w| {
        *w = World::supplied();
        let parts = [(EE, "50.00 EUR"), (LT, "33.33 EUR"), (LV, "16.67 EUR")];
        let assessed = w.accept((EE, FIN), pool("O-1", "P-1", "FEE", "100.00 EUR", &parts));
        w.charged();
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "1.00 EUR"));
        let nets = [net(LT, EE, "33.33 EUR"), net(LV, EE, "16.67 EUR")];
        w.agree(&[(EE, FIN), (LT, FIN), (LV, FIN)], close_settlement("S-1", assessed, &nets));
        let part = pay_net("S-1", LT, EE, "30.00 EUR");
        w.refuse(Rule::S01, (LT, FIN), pay_net("S-9", LT, EE, "30.00 EUR"));
        w.refuse(Rule::I03, (LV, FIN), part.clone());
        w.refuse(Rule::S05, (LT, FIN), part.clone().with("amount", "0.00 EUR"));
        w.refuse(Rule::P10, (LT, FIN), part.clone().with("amount", "33.34 EUR"));
        w.refuse(Rule::P10, (LT, FIN), part.clone().with("amount", "1.00 USD"));
        w.refuse(Rule::P10, (EE, FIN), pay_net("S-1", EE, LT, "1.00 EUR"));
        w.refuse(Rule::P10, (LT, FIN), pay_net("S-1", LT, LV, "1.00 EUR"));
        w.refuse(Rule::P07, (LT, FIN), part.clone().with("bank_ref", "BANK-Y-1"));
        let rival = w.begin((EE, FIN), part.clone().with("bank_ref", "BANK-RIVAL"));
        w.agree(&[(LT, FIN), (EE, FIN)], part.clone());
        w.refuse(Rule::P07, (LT, FIN), part.clone());
        w.refuse(Rule::P10, (LT, FIN), countersign(rival));
        let rest = part.with("amount", "3.33 EUR").with("bank_ref", "BANK-REST");
        w.agree(&[(EE, FIN), (LT, FIN)], rest.clone());
        w.refuse(Rule::P10, (LT, FIN), rest.with("amount", "0.01 EUR").with("bank_ref", "BANK-MORE"));
        let closed = w.state.settlement(&"S-1".parse().unwrap()).unwrap();
        let open: Vec<_> = closed.nets.iter().map(|net| net.open().to_string()).collect();
        assert_eq!(open, ["0.00 EUR", "16.67 EUR"]);
        assert_eq!(w.state.net_positions().values().next().unwrap()[&party(LT)], -33);
    }
);

scenarios!(
    an_advance_is_paid_within_the_cap_against_a_guarantee,
    only_participants_pay_advances,
    no_advance_follows_one_that_is_overdue,
    an_advance_is_settled_once_against_an_approved_invoice_of_its_contract,
    a_refund_gives_back_no_more_than_was_paid,
    who_signed_a_contract_neither_approves_nor_makes_its_payments,
    a_settlement_says_what_the_parties_owe_one_another_to_the_cent,
    who_pays_his_own_part_owes_nothing,
    no_more_is_paid_between_parties_than_a_settlement_says,
);
