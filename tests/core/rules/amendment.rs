//! What changes on the way: amendments and options of a contract, who joins a programme late and who leaves it.

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::procurement::{Contract, CostBasis, ProgrammeStatus};
use serde_json::json;

use super::tender_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

/// How the parties share when Lithuania has left.
const WITHOUT_LT: &[(&str, &str)] = &[(EE, "3/4"), (LV, "1/4")];

fn known<'a>(w: &'a World, contract: &str) -> &'a Contract {
    w.state.contract(&contract.parse().unwrap()).unwrap()
}

/// What is contracted of a line, party by party.
fn contracted(w: &World, contract: &str, line: u32) -> Vec<String> {
    let rows = known(w, contract).progress.iter().filter(|((number, _), _)| *number == line);
    rows.map(|((_, party), progress)| format!("{party} {}", progress.contracted)).collect()
}

/// Line 1 of the contract with other parts, at its price.
fn rounds(quantity: &str, of: &[(&str, &str)]) -> serde_json::Value {
    rounds_line(1, quantity, "2500.00 EUR", of)
}

// --------------------------------------------------------------------------- terms of supply, amendments

scenario!(
    terms_of_supply_are_agreed_once_and_fit_the_contract,
    [I03, P04, S01, S03, S05],
    [SupplyTermsAgreed],
    |w| {
        w.arranged("P-1");
        w.agree(&[(LV, PCO), (EE, PCO)], contract("C-1", "P-1").with("buyer", LV));
        let good = supply_terms("C-1");
        let scheduled = |of: &[(u32, &str, &str, &str)]| -> serde_json::Value {
            let row = |(line, party, quantity, due): &(u32, &str, &str, &str)| json!({ "line": line, "party": party, "quantity": quantity, "due": due });
            of.iter().map(row).collect()
        };
        let capped = |cap: &str| json!({ "supplier_nation": "SE", "quality_assurance": true, "advance_cap": cap, "warranty_days": 0 });
        w.refuse(Rule::S01, (LV, PCO), supply_terms("C-9"));
        w.refuse(Rule::S05, (LV, PCO), good.clone().with("supply", capped("1.00 USD")));
        let twice = [(1, LT, "1 EA", "2026-09-30"), (1, LT, "1 EA", "2026-09-30")];
        w.refuse(Rule::S05, (LV, PCO), good.clone().with("schedule", scheduled(&twice)));
        let nobody = [(1, "PL", "1 EA", "2026-09-30")];
        w.refuse(Rule::P04, (LV, PCO), good.clone().with("schedule", scheduled(&nobody)));
        let much = [(1, LT, "1 EA", "2026-09-30"), (1, LT, "200 EA", "2026-10-30")];
        w.refuse(Rule::P04, (LV, PCO), good.clone().with("schedule", scheduled(&much)));
        w.refuse(Rule::I03, (LT, PCO), good.clone());
        let most = [(1, LT, "1 EA", "2026-09-30"), (1, LT, "199 EA", "2026-10-30")];
        w.agree(
            &[(EE, PCO), (LV, PCO)],
            good.clone().with("schedule", scheduled(&most)).with("supply", capped("1.00 EUR")),
        );
        w.refuse(Rule::S03, (LV, PCO), good);
    }
);

scenario!(
    an_amendment_makes_a_new_version_that_holds_from_then_on,
    [I03, I04, P04],
    [ContractAmended, DeliveryDispatched],
    |w| {
        w.arranged("P-1");
        w.accept((EE, PCO), contract("C-1", "P-1"));
        assert_eq!(known(w, "C-1").version(), 1);
        let more = rounds("600 EA", &[(EE, "250 EA"), (LT, "200 EA"), (LV, "150 EA")]);
        let fresh = rounds_line(5, "10 EA", "2400.00 EUR", &[(EE, "10 EA")]);
        let draft = amend("C-1", vec![more, fresh]);
        w.refuse(Rule::P04, (EE, PCO), ship("D-1", "C-1", LV, &[(1, &of(ROUNDS, "150 EA"))]));
        w.refuse(Rule::I03, (EE, FIN), draft.clone());
        w.refuse(Rule::I03, (LV, PCO), draft.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::Amendment, (EE, PCO), draft.clone());
        w.accept((EE, PCO), draft);
        let amended = known(w, "C-1");
        assert_eq!((amended.version(), amended.terms.lines.len()), (2, 3));
        assert_eq!(contracted(w, "C-1", 1), ["EE 250 EA", "LT 200 EA", "LV 150 EA"]);
        assert_eq!(contracted(w, "C-1", 5), ["EE 10 EA"]);
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &of(ROUNDS, "150 EA"))]));
        w.refuse(Rule::P04, (EE, PCO), ship("D-2", "C-1", EE, &[(1, &of(ROUNDS, "251 EA"))]));
    }
);

scenario!(an_amendment_takes_the_signatures_of_the_contract, [I03], [ContractAmended], |w| {
    w.arranged("P-1");
    w.agree(&[(LV, PCO), (EE, PCO)], contract("C-1", "P-1").with("buyer", LV));
    let draft = amend("C-1", vec![rounds("600 EA", &[(EE, "300 EA"), (LV, "300 EA")])]);
    let entry = w.begin((LV, PCO), draft);
    assert_eq!(known(w, "C-1").version(), 1);
    w.refuse(Rule::I03, (LT, PCO), countersign(entry));
    w.sign((EE, PCO), entry);
    // Lithuania is not named any more: nothing is contracted for it.
    assert_eq!(contracted(w, "C-1", 1), ["EE 300 EA", "LT 0 EA", "LV 300 EA"]);
});

scenario!(
    an_amendment_is_complete_and_changes_no_goods,
    [P02, P04, S01, S02, S03, S05, T17],
    [ContractAmended],
    |w| {
        w.arranged("P-1");
        w.accept((EE, PCO), contract("C-1", "P-1"));
        let refuse = |w: &mut World, rule: Rule, lines: Vec<serde_json::Value>| {
            w.refuse(rule, (EE, PCO), amend("C-1", lines));
        };
        let good = rounds("600 EA", &[(EE, "600 EA")]);
        let changed = |field: &str, value: serde_json::Value| {
            let mut line = good.clone();
            line[field] = value;
            line
        };
        w.refuse(Rule::S01, (EE, PCO), amend("C-9", vec![good.clone()]));
        refuse(w, Rule::S05, vec![]);
        refuse(w, Rule::S05, vec![good.clone(), good.clone()]);
        refuse(w, Rule::S05, vec![changed("nsn", json!(GUN_NSN))]);
        refuse(w, Rule::S05, vec![changed("ml", json!("ML4"))]);
        refuse(w, Rule::S05, vec![changed("hazard", json!("1.4S"))]);
        refuse(w, Rule::S05, vec![changed("neq_g_per_unit", json!(1))]);
        refuse(w, Rule::S05, vec![changed("restricted_by", json!("SE"))]);
        refuse(w, Rule::S05, vec![rounds("600 KGM", &[(EE, "600 KGM")])]);
        refuse(w, Rule::S05, vec![changed("unit_price", json!("1.00 USD"))]);
        refuse(w, Rule::P02, vec![rounds("600 EA", &[(EE, "599 EA")])]);
        let mut unmarked = rounds_line(3, "1 EA", "1.00 EUR", &[(EE, "1 EA")]);
        unmarked.as_object_mut().unwrap().remove("hazard");
        refuse(w, Rule::T17, vec![unmarked]);
        // A new line does not take the number that an option has.
        w.accept((EE, PCO), option("N-1", "C-1", rounds_line(3, "1 EA", "1.00 EUR", &[(EE, "1 EA")])));
        let line = rounds_line(3, "2 EA", "1.00 EUR", &[(EE, "2 EA")]);
        refuse(w, Rule::S02, vec![line]);
        // A schedule stands beside terms of supply, and within what is contracted.
        let scheduled =
            |quantity: &str| json!([{ "line": 1, "party": LT, "quantity": quantity, "due": "2026-09-30" }]);
        let timed = |quantity: &str| amend("C-1", vec![]).with("schedule", scheduled(quantity));
        w.refuse(Rule::S03, (EE, PCO), timed("50 EA"));
        w.accept((EE, PCO), supply_terms("C-1").without("schedule"));
        w.refuse(Rule::P04, (EE, PCO), timed("201 EA"));
        w.accept((EE, PCO), timed("200 EA"));
        assert_eq!(known(w, "C-1").schedule[0].quantity.to_string(), "200 EA");
        // The schedule that stays must still fit.
        let less = rounds("500 EA", &[(EE, "350 EA"), (LT, "150 EA")]);
        refuse(w, Rule::P04, vec![less.clone()]);
        w.accept((EE, PCO), amend("C-1", vec![less]).with("schedule", scheduled("150 EA")));
        assert_eq!((known(w, "C-1").version(), known(w, "C-1").schedule.len()), (3, 1));
    }
);

scenario!(what_is_dispatched_stays_contracted, [P04], [ContractAmended], |w| {
    w.arranged("P-1");
    w.accept((EE, PCO), contract("C-1", "P-1"));
    w.accept((EE, PCO), ship("D-1", "C-1", LT, &[(1, &of(ROUNDS, "120 EA"))]));
    let less = |lt: &str, all: &str| amend("C-1", vec![rounds(all, &[(EE, "300 EA"), (LT, lt)])]);
    w.refuse(Rule::P04, (EE, PCO), less("119 EA", "419 EA"));
    w.refuse(Rule::P04, (EE, PCO), amend("C-1", vec![rounds("300 EA", &[(EE, "300 EA")])]));
    w.accept((EE, PCO), less("120 EA", "420 EA"));
});

scenario!(
    an_amended_call_off_stays_within_framework_and_funds,
    [P03, P11, S01],
    [ContractAmended, CallOffOrdered],
    |w| {
        w.awarded("P-1");
        w.funded("P-1");
        w.accept((EE, PCO), framework("F-1", "T-1").with("end", "2026-06-30"));
        w.accept((EE, PCO), call_off("C-1", "F-1", EE, "300 EA", &[(EE, "300 EA")]));
        w.accept((EE, PCO), call_off("C-2", "F-1", EE, "300 EA", &[(LV, "300 EA")]));
        let line = |quantity: &str, of: &[(&str, &str)]| amend("C-1", vec![rounds(quantity, of)]);
        w.refuse(Rule::P11, (EE, PCO), line("401 EA", &[(EE, "401 EA")]));
        w.refuse(Rule::P11, (EE, PCO), line("401 EA", &[(EE, "300 EA"), (LV, "101 EA")]));
        w.refuse(Rule::P03, (EE, PCO), line("701 EA", &[(EE, "400 EA"), (LT, "301 EA")]));
        w.accept((EE, FIN), fund("M-9", "P-1", EE, "9000000.00 EUR"));
        // 1,000 rounds are offered; the 2 million are reached before.
        w.refuse(Rule::P03, (EE, PCO), line("501 EA", &[(EE, "501 EA")]));
        let dearer = rounds_line(1, "300 EA", "2500.01 EUR", &[(EE, "300 EA")]);
        w.refuse(Rule::P03, (EE, PCO), amend("C-1", vec![dearer]));
        let foreign = rounds_line(2, "1 EA", "1.00 EUR", &[(EE, "1 EA")]);
        w.refuse(Rule::P03, (EE, PCO), amend("C-1", vec![foreign]));
        let unknown = rounds_line(3, "1 EA", "1.00 EUR", &[(EE, "1 EA")]);
        w.refuse(Rule::S01, (EE, PCO), amend("C-1", vec![unknown]));
        w.accept((EE, PCO), line("500 EA", &[(EE, "500 EA")]));
        // After its term a framework gives no more, but less or cheaper is always lawful.
        w.day("2026-07-02");
        w.refuse(Rule::P03, (EE, PCO), amend("C-2", vec![rounds("301 EA", &[(EE, "1 EA"), (LV, "300 EA")])]));
        w.accept((EE, PCO), line("450 EA", &[(EE, "450 EA")]));
        let cheaper = rounds_line(1, "300 EA", "2400.00 EUR", &[(LV, "300 EA")]);
        w.accept((EE, PCO), amend("C-2", vec![cheaper]));
        let ordered = w.state.called_off(&"F-1".parse().unwrap()).unwrap();
        assert_eq!(ordered.to_string(), "1845000.00 EUR");
    }
);

scenario!(a_part_that_does_not_grow_is_asked_for_no_funds, [P11], [ContractAmended], |w| {
    w.arranged("P-1");
    w.accept((EE, PCO), contract("C-1", "P-1"));
    w.accept((EE, FIN), fund("M-1", "P-1", EE, "770000.00 EUR"));
    // Latvia has committed nothing, and takes over nothing.
    let more = rounds("601 EA", &[(EE, "301 EA"), (LT, "200 EA"), (LV, "100 EA")]);
    w.refuse(Rule::P11, (EE, PCO), amend("C-1", vec![more]));
    let less = rounds("500 EA", &[(EE, "300 EA"), (LT, "150 EA"), (LV, "50 EA")]);
    w.accept((EE, PCO), amend("C-1", vec![less]));
});

// ----------------------------------------------------------------------------------------------- options

scenario!(
    an_option_is_exercised_once_before_it_expires,
    [I03, I04, S01, S02, S03, S05],
    [OptionAgreed, OptionExercised],
    |w| {
        w.arranged("P-1");
        w.agree(&[(LV, PCO), (EE, PCO)], contract("C-1", "P-1").with("buyer", LV));
        let line = |number: u32| rounds_line(number, "10 EA", "2400.00 EUR", &[(LV, "10 EA")]);
        let good = option("N-1", "C-1", line(3));
        w.refuse(Rule::S01, (LV, PCO), option("N-1", "C-9", line(3)));
        w.refuse(Rule::S02, (LV, PCO), option("N-1", "C-1", line(1)));
        w.refuse(Rule::S05, (LV, PCO), good.clone().with("expires", "2026-01-29"));
        w.refuse(Rule::S05, (LV, PCO), option("N-1", "C-1", rounds_line(3, "0 EA", "1.00 EUR", &[])));
        w.refuse(Rule::I03, (LT, PCO), good.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::Contract, (LV, PCO), good.clone());
        w.refuse(Rule::S01, (LV, PCO), exercise("N-1"));
        w.agree(&[(LV, PCO), (EE, PCO)], good.clone());
        w.refuse(Rule::S02, (LV, PCO), good);
        w.refuse(Rule::S02, (LV, PCO), option("N-2", "C-1", line(3)));
        w.agree(&[(LV, PCO), (EE, PCO)], option("N-2", "C-1", line(4)));
        w.day("2026-06-30");
        // The buyer alone decides.
        w.refuse(Rule::I03, (EE, PCO), exercise("N-1"));
        w.accept((LV, PCO), exercise("N-1"));
        assert_eq!(contracted(w, "C-1", 3), ["LV 10 EA"]);
        assert_eq!(known(w, "C-1").version(), 1);
        w.refuse(Rule::S03, (LV, PCO), exercise("N-1"));
        w.refuse(Rule::S03, (LV, PCO), lapse("N-1"));
        w.accept((EE, NAD), programme("P-2", EE));
        w.day("2026-07-01");
        w.refuse(Rule::S03, (LV, PCO), exercise("N-2"));
    }
);

scenario!(an_option_lapses_after_its_day, [I03, S01, S03], [OptionLapsed, OptionAgreed], |w| {
    w.contracted("P-1", "C-1");
    let line = rounds_line(3, "10 EA", "2400.00 EUR", &[(LV, "10 EA")]);
    w.accept((EE, PCO), option("N-1", "C-1", line.clone()));
    w.refuse(Rule::S01, (EE, PCO), lapse("N-2"));
    w.day("2026-06-30");
    w.refuse(Rule::S03, (EE, PCO), lapse("N-1"));
    w.day("2026-07-01");
    w.refuse(Rule::I03, (LV, PCO), lapse("N-1"));
    w.accept((EE, PCO), lapse("N-1"));
    w.refuse(Rule::S03, (EE, PCO), lapse("N-1"));
    w.refuse(Rule::S03, (EE, PCO), exercise("N-1"));
    assert!(!w.state.contract_option(&"N-1".parse().unwrap()).unwrap().is_open());
    // Its line is free again.
    w.accept((EE, PCO), option("N-2", "C-1", line).with("expires", "2026-12-31"));
});

scenario!(an_exercised_option_stays_within_funds_and_framework, [P03, P11], [OptionExercised], |w| {
    w.framed("P-1");
    w.accept((EE, PCO), call_off("C-1", "F-1", EE, "200 EA", &[(EE, "200 EA")]));
    let rifles = |quantity: &str| {
        json!({
            "line": 2, "description": "84 mm rifle", "nsn": GUN_NSN, "quantity": quantity,
            "unit_price": "20000.00 EUR", "per_party": [{ "party": EE, "quantity": quantity }],
        })
    };
    w.accept((EE, PCO), option("N-1", "C-1", rifles("6 EA")));
    w.refuse(Rule::P03, (EE, PCO), exercise("N-1"));
    w.accept((EE, PCO), call_off("C-2", "F-1", EE, "200 EA", &[(EE, "160 EA"), (LV, "40 EA")]));
    w.accept((EE, PCO), option("N-2", "C-2", rifles("5 EA")));
    // 900,000.00 of Estonia's million are bound, and then 975,000.00.
    w.accept((EE, PCO), call_off("C-3", "F-1", EE, "30 EA", &[(EE, "30 EA")]));
    w.refuse(Rule::P11, (EE, PCO), exercise("N-2"));
    w.accept((EE, FIN), fund("M-9", "P-1", EE, "75000.00 EUR"));
    w.accept((EE, PCO), exercise("N-2"));
});

// --------------------------------------------------------------------------------------- who takes part

scenario!(
    a_party_is_admitted_late_when_every_participant_signs_the_new_shares,
    [I03, I04, P01, S01, S02, S03, S05],
    [ParticipantAdmitted, CostShareAssessed, ContractSigned],
    |w| {
        w.accept((EE, NAD), programme("P-1", EE));
        w.accept((EE, MIN), join("P-1", EE, "1/2"));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/2"));
        let thirds = [(EE, "1/3"), (LT, "1/3"), (LV, "1/3")];
        w.refuse(Rule::S03, (LT, MIN), admit("P-1", LT, &thirds));
        w.agree(&[(EE, MIN), (LV, MIN)], arrangement("P-1"));
        w.refuse(Rule::S05, (EE, PCO), contract("C-1", "P-1"));
        w.refuse(Rule::S01, (EE, MIN), admit("P-1", "PL", &thirds));
        w.refuse(Rule::S02, (LV, MIN), admit("P-1", LV, &thirds));
        w.refuse(Rule::S05, (LT, MIN), admit("P-1", LT, &[(EE, "1/2"), (LV, "1/2")]));
        w.refuse(Rule::S05, (LT, MIN), admit("P-1", LT, &[thirds[1], thirds[0], thirds[2]]));
        w.refuse(Rule::P01, (LT, MIN), admit("P-1", LT, &[(EE, "1/3"), (LT, "1/3"), (LV, "1/2")]));
        let mut fee = admit("P-1", LT, &thirds);
        let mut unlike = shares(&thirds);
        unlike[2]["fee_share"] = json!("1/2");
        fee = fee.with("shares", unlike);
        w.refuse(Rule::P01, (LT, MIN), fee);
        w.refuse(Rule::I03, (LT, NAD), admit("P-1", LT, &thirds));
        w.refuse_lacking(Rule::I04, DocumentKind::Memorandum, (LT, MIN), admit("P-1", LT, &thirds));
        w.day("2026-02-10");
        let entry = w.begin((LT, MIN), admit("P-1", LT, &thirds));
        w.sign((EE, MIN), entry);
        w.refuse(Rule::S05, (EE, PCO), contract("C-1", "P-1"));
        w.sign((LV, MIN), entry);
        w.accept((EE, PCO), contract("C-1", "P-1"));
        let parts = [(EE, "33.34 EUR"), (LT, "33.33 EUR"), (LV, "33.33 EUR")];
        w.accept((EE, FIN), pool("O-1", "P-1", "FEE", "100.00 EUR", &parts));
        let programme = w.state.programme(&"P-1".parse().unwrap()).unwrap();
        let on = |day: &str| programme.participants_on(day.parse().unwrap()).len();
        assert_eq!([on("2026-02-09"), on("2026-02-10")], [2, 3]);
    }
);

scenario!(
    who_withdraws_is_let_go_by_all_the_others_for_a_day_to_come,
    [I03, I04, P01, P17, S03, S05],
    [ParticipantWithdrew],
    |w| {
        w.accept((EE, NAD), programme("P-0", EE));
        w.refuse(Rule::S03, (LT, MIN), withdraw("P-0", LT, "2026-06-01", WITHOUT_LT));
        w.arranged("P-1");
        let good = withdraw("P-1", LT, "2026-06-01", WITHOUT_LT);
        w.refuse(Rule::S03, (EE, MIN), withdraw("P-1", "PL", "2026-06-01", WITHOUT_LT));
        w.refuse(Rule::S03, (EE, MIN), withdraw("P-1", EE, "2026-06-01", &[(LT, "1/2"), (LV, "1/2")]));
        w.refuse(Rule::S05, (LT, MIN), withdraw("P-1", LT, "2026-01-29", WITHOUT_LT));
        w.refuse(Rule::S05, (LT, MIN), good.clone().with("settled_liability", "1.00 USD"));
        w.refuse(Rule::S05, (LT, MIN), withdraw("P-1", LT, "2026-06-01", &[(EE, "1/1")]));
        w.refuse(Rule::P01, (LT, MIN), withdraw("P-1", LT, "2026-06-01", &[(EE, "1/2"), (LV, "1/4")]));
        w.refuse(Rule::I03, (LT, NAD), good.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::Amendment, (LT, MIN), good.clone());
        let entry = w.begin((LT, MIN), good);
        w.sign((EE, MIN), entry);
        assert!(w.state.programme(&"P-1".parse().unwrap()).unwrap().withdrawals.is_empty());
        w.sign((LV, MIN), entry);
        let withdrawal = &w.state.programme(&"P-1".parse().unwrap()).unwrap().withdrawals[0];
        assert_eq!(
            (withdrawal.entry, withdrawal.settled_liability.to_string().as_str()),
            (entry, "1000.00 EUR")
        );
        // It leaves once, nobody follows it before its day, and two remain.
        w.refuse(Rule::S03, (LT, MIN), withdraw("P-1", LT, "2026-07-01", WITHOUT_LT));
        w.refuse(Rule::P17, (LV, MIN), withdraw("P-1", LV, "2026-07-01", &[(EE, "1/1")]));
        let back = [(EE, "1/2"), (LT, "1/4"), (LV, "1/4")];
        w.refuse(Rule::S03, (LT, MIN), admit("P-1", LT, &back));
        w.refuse(Rule::S03, (LV, MIN), withdraw("P-1", LV, "2026-05-31", &[(EE, "1/1")]));
        w.day("2026-06-01");
        w.agree(&[(LT, MIN), (EE, MIN), (LV, MIN)], admit("P-1", LT, &back));
        w.accept((EE, PCO), contract("C-1", "P-1"));
    }
);

scenario!(
    who_has_withdrawn_takes_on_nothing_new_and_what_it_took_on_stays,
    [P13, P09],
    [ParticipantWithdrew, DeliveryAccepted, PaymentExecuted, CostShareAssessed],
    |w| {
        w.framed("P-1");
        w.accept((EE, PCO), call_off("C-1", "F-1", EE, "100 EA", &[(LT, "100 EA")]));
        let halves = [(EE, "50 EA"), (LT, "50 EA")];
        w.accept((EE, PCO), call_off("C-2", "F-1", EE, "100 EA", &halves));
        w.agree(&[(LT, PCO), (EE, PCO)], call_off("C-3", "F-1", LT, "1 EA", &[(LV, "1 EA")]));
        let late = |number, of| option(&format!("N-{number}"), "C-4", rounds_line(3, "1 EA", "1.00 EUR", of));
        w.accept((EE, PCO), contract("C-4", "P-1").with("lines", json!([rounds("1 EA", &[(EE, "1 EA")])])));
        w.accept((EE, PCO), late(1, &[(LT, "1 EA")]));
        w.agree(&[(LT, MIN), (EE, MIN), (LV, MIN)], withdraw("P-1", LT, "2026-06-01", WITHOUT_LT));
        // Until the day it is a participant like the others.
        w.day("2026-05-31");
        w.accept((LT, FIN), fund("M-8", "P-1", LT, "1.00 EUR"));
        let three = [(EE, "50.00 EUR"), (LT, "33.33 EUR"), (LV, "16.67 EUR")];
        w.accept((EE, FIN), pool("O-1", "P-1", "COMMON", "100.00 EUR", &three));
        w.day("2026-06-01");
        w.refuse(Rule::P13, (LT, FIN), fund("M-9", "P-1", LT, "1.00 EUR"));
        w.refuse(Rule::P13, (EE, PCO), contract("C-9", "P-1"));
        let one = json!([rounds("1 EA", &[(LV, "1 EA")])]);
        w.refuse(Rule::P13, (LT, PCO), contract("C-9", "P-1").with("buyer", LT).with("lines", one));
        w.refuse(Rule::P13, (EE, PCO), call_off("C-9", "F-1", EE, "1 EA", &[(LT, "1 EA")]));
        w.refuse(Rule::P13, (LT, PCO), call_off("C-9", "F-1", LT, "1 EA", &[(LV, "1 EA")]));
        w.refuse(Rule::P13, (EE, PCO), framework("F-2", "T-1"));
        w.refuse(Rule::P13, (EE, PCO), exercise("N-1"));
        w.refuse(
            Rule::P13,
            (EE, PCO),
            late(2, &[(LT, "1 EA")]).with("line", rounds_line(7, "1 EA", "1.00 EUR", &[(LT, "1 EA")])),
        );
        // No more and not dearer for Lithuania, nor for others by its order; less is lawful, and more for others.
        let amended = |lt: &str, ee: &str, all: &str, price: &str| {
            amend("C-2", vec![rounds_line(1, all, price, &[(EE, ee), (LT, lt)])])
        };
        w.refuse(Rule::P13, (EE, PCO), amended("51 EA", "50 EA", "101 EA", "2500.00 EUR"));
        w.accept((EE, PCO), amended("49 EA", "51 EA", "100 EA", "2400.00 EUR"));
        w.refuse(Rule::P13, (EE, PCO), amended("49 EA", "51 EA", "100 EA", "2400.01 EUR"));
        w.refuse(Rule::P13, (LT, PCO), amend("C-3", vec![rounds("2 EA", &[(LV, "2 EA")])]));
        // What it has bought comes, is charged and is paid.
        w.stocked("D-1", "C-1", LT, &[(1, &of(ROUNDS, "100 EA"))]);
        w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "100 EA")], "250000.00 EUR", "0.00 EUR"));
        w.accept((EE, FIN), clear("I-1", "250000.00 EUR"));
        w.accept((LT, FIN), pay("Y-1", "I-1", LT, "250000.00 EUR"));
        // Common cost from that day on is the others'.
        w.refuse(Rule::P09, (EE, FIN), pool("O-2", "P-1", "COMMON", "100.00 EUR", &three));
        w.accept(
            (EE, FIN),
            pool("O-2", "P-1", "COMMON", "100.00 EUR", &[(EE, "75.00 EUR"), (LV, "25.00 EUR")]),
        );
        let programme = w.state.programme(&"P-1".parse().unwrap()).unwrap();
        assert_eq!(programme.allocate(CostBasis::Fee, "4.00 EUR".parse().unwrap()).unwrap().len(), 2);
    }
);

// An order that was written before Lithuania left, and countersigned after it, bound Lithuania all the same: the waiting
// act was judged by the day on which it was written.
scenario!(an_order_that_waits_is_judged_when_it_takes_effect, [P13], [CallOffOrdered], |w| {
    w.framed("P-1");
    w.agree(&[(LT, MIN), (EE, MIN), (LV, MIN)], withdraw("P-1", LT, "2026-06-01", WITHOUT_LT));
    let in_time = w.begin((LT, PCO), call_off("C-1", "F-1", LT, "1 EA", &[(LT, "1 EA")]));
    let too_late = w.begin((LT, PCO), call_off("C-2", "F-1", LT, "1 EA", &[(LT, "1 EA")]));
    w.day("2026-05-31");
    w.sign((EE, PCO), in_time);
    w.day("2026-06-01");
    w.refuse(Rule::P13, (EE, PCO), countersign(too_late));
    assert!(w.state.contract(&"C-2".parse().unwrap()).is_none());
});

scenario!(
    a_programme_is_cancelled_before_anything_is_contracted,
    [I03, S01, S03],
    [ProgrammeCancelled],
    |w| {
        w.awarded("P-1");
        w.refuse(Rule::S01, (EE, NAD), abandon("P-9"));
        w.refuse(Rule::I03, (EE, PCO), abandon("P-1"));
        w.refuse(Rule::I03, (LV, NAD), abandon("P-1"));
        w.accept((EE, PCO), framework("F-1", "T-1").with("extensions", json!(["2031-02-28"])));
        w.accept((EE, NAD), abandon("P-1"));
        assert_eq!(w.state.programme_status(&"P-1".parse().unwrap()), Some(ProgrammeStatus::Cancelled));
        // Nothing begins in it any more.
        w.refuse(Rule::S03, (EE, NAD), abandon("P-1"));
        w.refuse(Rule::S03, (EE, FIN), fund("M-1", "P-1", EE, "1.00 EUR"));
        w.refuse(Rule::S03, (EE, PCO), contract("C-1", "P-1"));
        w.refuse(Rule::S03, (EE, PCO), launch("T-2", "P-1"));
        w.refuse(Rule::S03, (EE, PCO), award("T-1", "2", MAKER));
        w.refuse(Rule::S03, (EE, PCO), framework("F-2", "T-1"));
        w.refuse(Rule::S03, (EE, PCO), prolong("F-1", "2031-02-28"));
        w.refuse(Rule::S03, (EE, PCO), call_off("C-1", "F-1", EE, "1 EA", &[(EE, "1 EA")]));
        w.refuse(Rule::S03, (LT, MIN), withdraw("P-1", LT, "2026-06-01", WITHOUT_LT));
        w.refuse(Rule::S03, (EE, MIN), admit("P-1", LT, WITHOUT_LT));
        w.accept((EE, NAD), programme("P-2", EE));
        w.accept((EE, MIN), join("P-2", EE, "1/1"));
        w.agree(&[(LV, MIN), (EE, MIN)], join("P-2", LV, "0/1"));
        w.accept((EE, NAD), abandon("P-2"));
        w.refuse(Rule::S03, (LT, MIN), join("P-2", LT, "0/1"));
        w.refuse(Rule::S03, (EE, MIN), arrangement("P-2"));
        w.contracted("P-3", "C-1");
        w.refuse(Rule::S03, (EE, NAD), abandon("P-3"));
    }
);

scenarios!(
    an_order_that_waits_is_judged_when_it_takes_effect,
    terms_of_supply_are_agreed_once_and_fit_the_contract,
    an_amendment_makes_a_new_version_that_holds_from_then_on,
    an_amendment_takes_the_signatures_of_the_contract,
    an_amendment_is_complete_and_changes_no_goods,
    what_is_dispatched_stays_contracted,
    an_amended_call_off_stays_within_framework_and_funds,
    a_part_that_does_not_grow_is_asked_for_no_funds,
    an_option_is_exercised_once_before_it_expires,
    an_option_lapses_after_its_day,
    an_exercised_option_stays_within_funds_and_framework,
    a_party_is_admitted_late_when_every_participant_signs_the_new_shares,
    who_withdraws_is_let_go_by_all_the_others_for_a_day_to_come,
    who_has_withdrawn_takes_on_nothing_new_and_what_it_took_on_stays,
    a_programme_is_cancelled_before_anything_is_contracted,
);
