//! After the contract: quality, acceptance, invoices, exemptions, warranty and closing.

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;
use serde_json::json;

use super::money_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

fn rounds(quantity: &str) -> String {
    of(ROUNDS, quantity)
}

// -------------------------------------------------------------------------------- quality, acceptance

scenario!(
    nothing_is_accepted_before_agreed_quality_assurance_is_closed_as_conforming,
    [P12, S01, S02, S03, S05, I03],
    [QualityRequested, QualityAccepted, QualityClosed, DeliveryAccepted],
    |w| {
        *w = World::with_regime();
        w.contracted("P-1", "C-1");
        w.refuse(Rule::S03, (EE, QAR), ask_quality("Q-1", "C-1"));
        w.accept((EE, PCO), supply_with("C-1", json!({ "quality_assurance": true })));
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(2, GUN)]));
        w.accept((LV, PBO), land("D-1", &[(2, GUN)]));
        let taken = take_over("D-1", &[(2, GUN)], "Adazi");
        w.refuse(Rule::P12, (LV, QAR), taken.clone());
        w.refuse(Rule::I03, (LV, QAR), ask_quality("Q-1", "C-1"));
        w.refuse(Rule::S05, (EE, QAR), ask_quality("Q-1", "C-1").with("supplier_nation", "FI"));
        w.accept((EE, QAR), ask_quality("Q-1", "C-1"));
        w.refuse(Rule::S02, (EE, QAR), ask_quality("Q-1", "C-1"));
        w.refuse(Rule::S01, (EE, QAR), take_on("Q-9"));
        w.refuse(Rule::I03, (EE, PBO), take_on("Q-1"));
        w.refuse(Rule::S03, (EE, QAR), close_quality("Q-1", "CONFORMING"));
        w.accept((EE, QAR), close_quality("Q-1", "DECLINED"));
        w.refuse(Rule::S03, (EE, QAR), take_on("Q-1"));
        w.refuse(Rule::P12, (LV, QAR), taken.clone());
        w.accept((EE, QAR), ask_quality("Q-2", "C-1"));
        w.accept((EE, QAR), take_on("Q-2"));
        w.refuse(Rule::S03, (EE, QAR), take_on("Q-2"));
        w.refuse(Rule::S03, (EE, QAR), close_quality("Q-2", "DECLINED"));
        w.accept((EE, QAR), close_quality("Q-2", "NONCONFORMING"));
        w.refuse(Rule::S03, (EE, QAR), close_quality("Q-2", "CONFORMING"));
        w.refuse(Rule::P12, (LV, QAR), taken.clone());
        w.accept((EE, QAR), ask_quality("Q-3", "C-1"));
        w.accept((EE, QAR), take_on("Q-3"));
        w.accept((EE, QAR), close_quality("Q-3", "CONFORMING"));
        // Another question is open: the answer may be another.
        w.accept((EE, QAR), ask_quality("Q-4", "C-1"));
        w.refuse(Rule::P12, (LV, QAR), taken.clone());
        w.accept((EE, QAR), close_quality("Q-4", "DECLINED"));
        w.agree(&[(LV, QAR), (LV, PBO)], taken);
        assert_eq!(w.state.quality_requests().count(), 4);
    }
);

scenario!(
    a_certificate_of_conformity_covers_goods_of_its_delivery,
    [S01, S05, I03, I04],
    [ConformityCertified],
    |w| {
        w.contracted("P-1", "C-1");
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("60 EA")), (2, GUN)]));
        let paper =
            certify("D-1", &[GUN, &rounds("60 EA")]).with("deviations", json!(["later year of make"]));
        w.refuse(Rule::I03, (EE, QAR), paper.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::ConformityCertificate, (LV, QAR), paper.clone());
        w.refuse(Rule::S01, (LV, QAR), paper.clone().with("delivery", "D-9"));
        w.refuse(Rule::S05, (LV, QAR), certify("D-1", &[GUN2]));
        w.refuse(Rule::S05, (LV, QAR), certify("D-1", &[&rounds("61 EA")]));
        w.refuse(Rule::S05, (LV, QAR), certify("D-1", &[GUN, GUN]));
        w.refuse(Rule::S05, (LV, QAR), certify("D-1", &[]));
        w.accept((LV, QAR), paper);
        let certified = &w.state.delivery(&"D-1".parse().unwrap()).unwrap().certified;
        assert_eq!((certified.len(), certified[0].deviations.len()), (1, 1));
    }
);

scenario!(
    what_is_accepted_with_reservation_is_charged_once_the_reservation_is_cleared,
    [P04, P05, P12, S01, S03, S05, T01, I03],
    [DeliveryAcceptedWithReservation, ReservationCleared, InvoiceRegistered],
    |w| {
        *w = World::supplied();
        w.stocked("D-0", "C-1", EE, &[(1, &rounds("5 EA"))]);
        let (lot, part) = (rounds("20 EA"), rounds("15 EA"));
        w.accept((EE, PCO), ship("D-1", "C-1", EE, &[(1, &lot), (2, GUN)]));
        let taken = |lines: &[(u32, &str)]| take_over_with_reservation("D-1", lines, "Tapa");
        w.refuse(Rule::S03, (EE, QAR), taken(&[(1, &part)]));
        w.accept((EE, PBO), land("D-1", &[(1, &lot), (2, GUN)]));
        w.refuse(Rule::S05, (EE, QAR), taken(&[(1, &part)]).with("cleared_by", "2026-01-29"));
        w.refuse(Rule::P04, (EE, QAR), taken(&[(1, &rounds("21 EA"))]));
        w.refuse(Rule::I03, (LV, QAR), taken(&[(1, &part)]));
        w.refuse_lacking(Rule::P12, DocumentKind::ConformityCertificate, (EE, QAR), taken(&[(1, &part)]));
        w.refuse(Rule::S03, (EE, QAR), clear_reservation("D-1"));
        w.refuse(Rule::S01, (EE, QAR), clear_reservation("D-9"));
        w.agree(&[(EE, QAR), (EE, PBO)], taken(&[(1, &part)]));
        w.stands(ROUNDS, &["EE EE Tapa in-service A 5 EA", "EE EE Tapa in-service B 15 EA"]);
        w.refuse(Rule::S03, (EE, QAR), taken(&[(1, &rounds("5 EA"))]));
        w.agree(&[(EE, QAR), (EE, PBO)], take_over("D-1", &[(1, &rounds("5 EA"))], "Tapa"));
        // Ten are accepted plainly, fifteen with a reservation.
        let bill = |quantity: &str| invoice("I-1", "C-1", &[(1, quantity)], "25000.00 EUR", "0.00 EUR");
        w.refuse(Rule::P05, (EE, FIN), bill("11 EA"));
        w.accept((EE, FIN), bill("10 EA"));
        let due = w.state.open_reservations().map(|(_, open)| open.due.to_string()).collect::<Vec<_>>();
        assert_eq!(due, ["2026-02-28"]);
        w.agree(&[(EE, PBO), (EE, QAR)], clear_reservation("D-1"));
        assert_eq!(w.state.open_reservations().count(), 0);
        let rest = invoice("I-2", "C-1", &[(1, "15 EA")], "37500.00 EUR", "0.00 EUR");
        w.refuse(
            Rule::P05,
            (EE, FIN),
            rest.clone().with("lines", json!([{ "line": 1, "quantity": "16 EA" }])),
        );
        w.accept((EE, FIN), rest);
        // A second reservation may follow; and a gun that is in the register is not bought as new.
        w.agree(&[(EE, QAR), (EE, PBO)], taken(&[(2, GUN)]));
        w.accept((EE, PCO), ship("D-2", "C-1", LT, &[(2, GUN)]));
        w.accept((LT, PBO), land("D-2", &[(2, GUN)]));
        w.refuse(Rule::T01, (LT, QAR), take_over_with_reservation("D-2", &[(2, GUN)], "Rukla"));
    }
);

scenario!(
    agreed_quality_assurance_holds_for_acceptance_with_reservation_too,
    [P12],
    [DeliveryAcceptedWithReservation],
    |w| {
        *w = World::supplied_with(json!({ "quality_assurance": true }));
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(2, GUN)]));
        w.accept((LV, PBO), land("D-1", &[(2, GUN)]));
        let taken = take_over_with_reservation("D-1", &[(2, GUN)], "Adazi");
        w.refuse(Rule::P12, (LV, QAR), taken.clone());
        w.accept((EE, QAR), ask_quality("Q-1", "C-1"));
        w.accept((EE, QAR), take_on("Q-1"));
        w.accept((EE, QAR), close_quality("Q-1", "CONFORMING"));
        w.agree(&[(LV, QAR), (LV, PBO)], taken);
    }
);

scenario!(
    rejected_goods_go_back_and_others_come_for_them,
    [P04, S01, S03, S05, I03, I04],
    [DeliveryRejected, DeliveryReturned, DeliveryDispatched],
    |w| {
        w.contracted("P-1", "C-1");
        let lot = rounds("100 EA");
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &lot), (2, GUN)]));
        w.refuse(Rule::S03, (LV, QAR), reject("D-1", &[(2, GUN)]));
        w.accept((LV, PBO), land("D-1", &[(1, &lot), (2, GUN)]));
        let bad = rounds("30 EA");
        w.refuse(Rule::P04, (LV, QAR), reject("D-1", &[(1, &rounds("101 EA"))]));
        w.refuse(Rule::S05, (LV, QAR), reject("D-1", &[]));
        w.refuse(Rule::I03, (EE, QAR), reject("D-1", &[(1, &bad)]));
        w.refuse(Rule::P04, (LV, PBO), give_back("D-1", &[(1, &bad)]));
        w.agree(&[(LV, QAR), (LV, PBO)], reject("D-1", &[(1, &bad), (2, GUN)]));
        w.stands(GUN, &[]);
        w.refuse(Rule::P04, (LV, QAR), take_over("D-1", &[(2, GUN)], "Adazi"));
        w.refuse(Rule::P04, (LV, QAR), take_over("D-1", &[(1, &rounds("71 EA"))], "Adazi"));
        w.agree(&[(LV, QAR), (LV, PBO)], take_over("D-1", &[(1, &rounds("70 EA"))], "Adazi"));
        // Only as many come again as were rejected.
        w.refuse(Rule::P04, (EE, PCO), ship("D-2", "C-1", LV, &[(1, &rounds("31 EA"))]));
        assert_eq!(w.state.unreturned_deliveries().count(), 1);
        let back = give_back("D-1", &[(1, &bad), (2, GUN)]);
        w.refuse(Rule::I03, (EE, PBO), back.clone());
        w.refuse(Rule::S01, (LV, PBO), back.clone().with("delivery", "D-9"));
        w.refuse(Rule::S05, (LV, PBO), give_back("D-1", &[]));
        w.refuse(Rule::P04, (LV, PBO), give_back("D-1", &[(1, &rounds("31 EA"))]));
        w.refuse_lacking(Rule::I04, DocumentKind::Voucher, (LV, PBO), back.clone());
        w.accept((LV, PBO), back.clone());
        w.refuse(Rule::P04, (LV, PBO), back);
        assert_eq!(w.state.unreturned_deliveries().count(), 0);
        // The same gun may come back, repaired.
        w.stocked("D-2", "C-1", LV, &[(1, &bad), (2, GUN)]);
        w.stands(GUN, &["LV LV Adazi in-service A 1 EA"]);
    }
);

scenario!(
    what_had_not_arrived_when_it_was_due_is_known,
    [P04],
    [SupplyTermsAgreed, DeliveryReceived, DeliveryRejected],
    |w| {
        *w = World::with_regime();
        w.contracted("P-1", "C-1");
        let row = |line: u32, party: &str, quantity: &str, due: &str| json!({ "line": line, "party": party, "quantity": quantity, "due": due });
        let schedule = json!([
            row(1, EE, "100 EA", "2026-03-01"),
            row(1, LV, "40 EA", "2026-03-01"),
            row(1, LV, "60 EA", "2026-06-01"),
            row(2, LV, "1 EA", "2026-06-01"),
        ]);
        let mut beyond = schedule.clone();
        beyond[2]["quantity"] = json!("61 EA");
        w.refuse(Rule::P04, (EE, PCO), supply("C-1").with("schedule", beyond));
        w.accept((EE, PCO), supply("C-1").with("schedule", schedule));
        let late = |w: &World, day: &str| -> Vec<String> {
            let late = w.state.late_deliveries(day.parse().unwrap());
            late.iter()
                .map(|l| format!("{}/{} {} {} {}", l.contract, l.line, l.party, l.due, l.missing))
                .collect()
        };
        assert!(late(w, "2026-03-01").is_empty());
        assert_eq!(late(w, "2026-03-02"), ["C-1/1 EE 2026-03-01 100 EA", "C-1/1 LV 2026-03-01 40 EA"]);
        w.accept((EE, PCO), ship("D-1", "C-1", LV, &[(1, &rounds("50 EA"))]));
        assert_eq!(late(w, "2026-03-02").len(), 2, "what is on its way has not arrived");
        w.accept((LV, PBO), land("D-1", &[(1, &rounds("50 EA"))]));
        let summer = ["C-1/1 EE 2026-03-01 100 EA", "C-1/1 LV 2026-06-01 50 EA", "C-1/2 LV 2026-06-01 1 EA"];
        assert_eq!(late(w, "2026-06-02"), summer);
        w.agree(&[(LV, QAR), (LV, PBO)], reject("D-1", &[(1, &rounds("20 EA"))]));
        let after = [
            "C-1/1 EE 2026-03-01 100 EA",
            "C-1/1 LV 2026-03-01 10 EA",
            "C-1/1 LV 2026-06-01 60 EA",
            "C-1/2 LV 2026-06-01 1 EA",
        ];
        assert_eq!(late(w, "2026-06-02"), after);
    }
);

// ----------------------------------------------------------------------------------- invoices and tax

scenario!(
    a_disputed_invoice_is_neither_approved_nor_paid,
    [S01, S03, I03],
    [InvoiceDisputed, InvoiceDisputeResolved, InvoiceApproved, PaymentExecuted],
    |w| {
        w.contracted("P-1", "C-1");
        w.stocked("D-1", "C-1", EE, &[(1, &rounds("10 EA"))]);
        w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR"));
        w.refuse(Rule::S01, (EE, PCO), dispute("I-9"));
        w.refuse(Rule::I03, (EE, FIN), dispute("I-1"));
        w.refuse(Rule::S03, (EE, PCO), resolve_dispute("I-1"));
        w.accept((EE, PCO), dispute("I-1"));
        w.refuse(Rule::S03, (EE, PCO), dispute("I-1"));
        w.refuse(Rule::S03, (EE, FIN), clear("I-1", "25000.00 EUR"));
        w.refuse(Rule::I03, (LV, PCO), resolve_dispute("I-1"));
        w.accept((EE, PCO), resolve_dispute("I-1"));
        w.accept((EE, FIN), clear("I-1", "25000.00 EUR"));
        w.accept((EE, PCO), dispute("I-1"));
        w.refuse(Rule::S03, (EE, FIN), pay("Y-1", "I-1", EE, "25000.00 EUR"));
        w.accept((EE, PCO), resolve_dispute("I-1"));
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "25000.00 EUR"));
    }
);

scenario!(
    an_exemption_certificate_covers_no_more_than_the_partys_lines,
    [P16, S01, S02, S05, I03, I04],
    [VatCertificateRecorded],
    |w| {
        w.contracted("P-1", "C-1");
        let paper = exemption("X-1", "C-1", LV, &[(1, "60 EA"), (2, "1 EA")]);
        w.refuse(Rule::I03, (EE, FIN), paper.clone());
        w.refuse(Rule::I03, (LV, PCO), paper.clone());
        w.refuse_lacking(Rule::I04, DocumentKind::TaxExemption, (LV, CUS), paper.clone());
        w.refuse(Rule::S01, (LV, CUS), paper.clone().with("contract", "C-9"));
        w.refuse(Rule::S05, (LV, CUS), paper.clone().with("host_stamp", false));
        w.refuse(Rule::S05, (LV, CUS), paper.clone().with("waiver", "W-1"));
        w.refuse(Rule::S05, (LV, CUS), exemption("X-1", "C-1", LV, &[]));
        w.refuse(Rule::S05, (LV, CUS), exemption("X-1", "C-1", LV, &[(2, "1 EA"), (1, "60 EA")]));
        w.refuse(Rule::P16, (LV, CUS), exemption("X-1", "C-1", LV, &[(3, "1 EA")]));
        w.refuse(Rule::P16, (LV, CUS), exemption("X-1", "C-1", LV, &[(1, "101 EA")]));
        w.refuse(Rule::P16, (LV, CUS), exemption("X-1", "C-1", LV, &[(1, "1 KGM")]));
        w.accept((LV, CUS), paper.clone());
        w.refuse(Rule::S02, (LV, CUS), paper.clone());
        w.refuse(Rule::S02, (LV, FIN), exemption("X-2", "C-1", LV, &[(1, "1 EA")]).with("serial", "V-X-1"));
        let waived = |quantity: &str| {
            let paper = exemption("X-2", "C-1", LV, &[(1, quantity)]);
            paper.with("host_stamp", false).with("waiver", "W-1").with("regime", "ART151_NATO")
        };
        w.refuse(Rule::P16, (LV, FIN), waived("41 EA"));
        w.accept((LV, FIN), waived("40 EA").with("serial", "V-X-1"));
        // Each party has its own quantity.
        w.accept((EE, CUS), exemption("X-3", "C-1", EE, &[(1, "300 EA")]));
    }
);

scenario!(
    an_invoice_rests_on_a_certificate_of_its_contract_that_covers_it,
    [P16, S01, S03, I03],
    [InvoiceVatExempted],
    |w| {
        w.contracted("P-1", "C-1");
        w.accept((EE, PCO), contract("C-2", "P-1"));
        w.stocked("D-1", "C-1", EE, &[(1, &rounds("30 EA"))]);
        let charge =
            |id: &str, quantity: &str, vat: &str| invoice(id, "C-1", &[(1, quantity)], "2500.00 EUR", vat);
        w.accept((EE, FIN), charge("I-1", "10 EA", "0.00 EUR"));
        w.accept((EE, FIN), charge("I-2", "5 EA", "500.00 EUR"));
        w.accept((EE, FIN), charge("I-3", "6 EA", "0.00 EUR"));
        w.accept((EE, FIN), charge("I-4", "5 EA", "0.00 EUR"));
        w.accept((EE, CUS), exemption("X-1", "C-1", EE, &[(1, "15 EA")]));
        w.accept((EE, CUS), exemption("X-2", "C-2", EE, &[(1, "15 EA")]));
        w.accept((EE, CUS), exemption("X-3", "C-1", EE, &[(2, "1 EA")]));
        w.refuse(Rule::S01, (EE, FIN), exempt("I-1", "X-9"));
        w.refuse(Rule::I03, (EE, CUS), exempt("I-1", "X-1"));
        w.refuse(Rule::P16, (EE, FIN), exempt("I-1", "X-2"));
        w.refuse(Rule::P16, (EE, FIN), exempt("I-1", "X-3"));
        w.refuse(Rule::P16, (EE, FIN), exempt("I-2", "X-1"));
        w.accept((EE, FIN), exempt("I-1", "X-1"));
        w.refuse(Rule::S03, (EE, FIN), exempt("I-1", "X-1"));
        // Five are left of fifteen.
        w.refuse(Rule::P16, (EE, FIN), exempt("I-3", "X-1"));
        w.accept((EE, FIN), exempt("I-4", "X-1"));
    }
);

// -------------------------------------------------------------------------------- warranty and closing

scenario!(
    the_owner_claims_within_warranty_whoever_he_is_by_now,
    [S01, S02, S03, S05, I03],
    [WarrantyClaimed, WarrantyResolved],
    |w| {
        *w = World::with_regime();
        w.contracted("P-1", "C-1");
        w.stocked("D-1", "C-1", EE, &[(2, GUN)]);
        w.refuse(Rule::S03, (EE, PBO), claim("W-1", "C-1", GUN, EE));
        w.accept((EE, PCO), supply("C-1"));
        w.refuse(Rule::I03, (LV, PBO), claim("W-1", "C-1", GUN, EE));
        w.refuse(Rule::S01, (EE, PBO), claim("W-1", "C-9", GUN, EE));
        w.refuse(Rule::S01, (EE, PBO), claim("W-1", "C-1", GUN2, EE));
        w.refuse(Rule::S05, (LV, PBO), claim("W-1", "C-1", GUN, LV));
        w.refuse(Rule::S05, (EE, PBO), claim("W-1", "C-1", GUN, EE).with("deadline", "2026-01-29"));
        w.accept((EE, PBO), claim("W-1", "C-1", GUN, EE));
        w.refuse(Rule::S02, (EE, PBO), claim("W-1", "C-1", GUN, EE));
        w.refuse(Rule::S01, (EE, PCO), resolve_claim("W-9", "REPAIRED"));
        w.refuse(Rule::I03, (EE, PBO), resolve_claim("W-1", "REPAIRED"));
        w.accept((EE, PCO), resolve_claim("W-1", "REPAIRED"));
        w.refuse(Rule::S03, (EE, PCO), resolve_claim("W-1", "REJECTED"));
        // The claim goes with the title.
        w.delivered("DONATION", "T-1", EE, LV, &[GUN]);
        w.agree(&[(EE, PBO), (LV, PBO)], pass_title("T-1"));
        w.refuse(Rule::S05, (EE, PBO), claim("W-2", "C-1", GUN, EE));
        w.accept((LV, PBO), claim("W-2", "C-1", GUN, LV));
        // Accepted on 30 January 2026: 730 days later is 30 January 2028.
        w.day("2028-01-30");
        w.accept((LV, PBO), claim("W-3", "C-1", GUN, LV));
        w.day("2028-01-31");
        w.refuse(Rule::S03, (LV, PBO), claim("W-4", "C-1", GUN, LV));
        let open = w.state.warranty_claims().filter(|(_, claim)| claim.resolved.is_none()).count();
        assert_eq!(open, 2);
    }
);

scenario!(
    a_contract_is_closed_when_nothing_under_it_is_open,
    [P06, P08, S01, S03, I03],
    [ContractClosed],
    |w| {
        *w = World::supplied();
        let done = close_contract("C-1");
        w.refuse(Rule::S01, (EE, PCO), close_contract("C-9"));
        w.refuse(Rule::I03, (LV, PCO), done.clone());
        w.accept((EE, FIN), advance("V-1", "C-1", EE, "10000.00 EUR"));
        w.refuse(Rule::P08, (EE, PCO), done.clone());
        let lot = rounds("10 EA");
        w.accept((EE, PCO), ship("D-1", "C-1", EE, &[(1, &lot), (2, GUN)]));
        w.accept((EE, PBO), land("D-1", &[(1, &lot), (2, GUN)]));
        w.agree(&[(EE, QAR), (EE, PBO)], take_over_with_reservation("D-1", &[(1, &lot)], "Tapa"));
        w.agree(&[(EE, QAR), (EE, PBO)], clear_reservation("D-1"));
        w.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR"));
        w.accept((EE, FIN), clear("I-1", "25000.00 EUR"));
        w.accept((EE, FIN), settle("V-1", "I-1", "4000.00 EUR"));
        w.refuse(Rule::P08, (EE, PCO), done.clone());
        w.accept((EE, FIN), refund("R-1", "advance", "V-1", "6000.00 EUR"));
        // A gun waits for acceptance, is rejected, and goes back.
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.agree(&[(EE, QAR), (EE, PBO)], reject("D-1", &[(2, GUN)]));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.accept((EE, PBO), give_back("D-1", &[(2, GUN)]));
        w.accept((EE, PCO), ship("D-2", "C-1", LV, &[(2, GUN2)]));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.accept((LV, PBO), land("D-2", &[(2, GUN2)]));
        w.agree(&[(LV, QAR), (LV, PBO)], take_over_with_reservation("D-2", &[(2, GUN2)], "Adazi"));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.agree(&[(LV, QAR), (LV, PBO)], clear_reservation("D-2"));
        w.accept((EE, QAR), ask_quality("Q-1", "C-1"));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.accept((EE, QAR), close_quality("Q-1", "DECLINED"));
        w.accept((LV, PBO), claim("W-1", "C-1", GUN2, LV));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.accept((EE, PCO), resolve_claim("W-1", "REPLACED"));
        w.refuse(Rule::P06, (EE, PCO), done.clone());
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "21000.00 EUR"));
        w.accept((EE, PCO), dispute("I-1"));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.accept((EE, PCO), resolve_dispute("I-1"));
        w.accept((EE, FIN), invoice("I-2", "C-1", &[(2, "1 EA")], "20000.00 EUR", "0.00 EUR"));
        w.refuse(Rule::S03, (EE, PCO), done.clone());
        w.accept((EE, FIN), clear("I-2", "0.00 EUR"));
        // What was paid and refunded is not owed.
        w.accept((EE, FIN), refund("R-2", "payment", "Y-1", "1000.00 EUR"));
        w.agree(&[(EE, PCO), (EE, FIN)], done);
    }
);

scenario!(
    under_a_closed_contract_only_warranty_goes_on,
    [S03],
    [ContractClosed, WarrantyClaimed, WarrantyResolved, RefundReceived],
    |w| {
        *w = World::with_regime();
        w.contracted("P-1", "C-1");
        w.charged();
        w.accept((EE, FIN), pay("Y-1", "I-1", EE, "25000.00 EUR"));
        let late = supply("C-1")
            .with("schedule", json!([{ "line": 2, "party": LV, "quantity": "1 EA", "due": "2026-01-01" }]));
        let mut closed_early = w.clone();
        closed_early.agree(&[(EE, FIN), (EE, PCO)], close_contract("C-1"));
        closed_early.refuse(Rule::S03, (EE, PCO), late.clone());
        w.accept((EE, PCO), late);
        assert_eq!(w.state.late_deliveries("2026-02-01".parse().unwrap()).len(), 1);
        w.agree(&[(EE, FIN), (EE, PCO)], close_contract("C-1"));
        assert!(w.state.late_deliveries("2026-02-01".parse().unwrap()).is_empty(), "nothing comes any more");
        w.accept((EE, FIN), refund("R-1", "payment", "Y-1", "1000.00 EUR"));
        w.refuse(Rule::S03, (EE, PCO), close_contract("C-1"));
        w.refuse(Rule::S03, (EE, PCO), ship("D-2", "C-1", LV, &[(2, GUN)]));
        let bill = invoice("I-2", "C-1", &[(1, "1 EA")], "1.00 EUR", "0.00 EUR");
        w.refuse(Rule::S03, (EE, FIN), bill);
        w.refuse(Rule::S03, (EE, FIN), pay("Y-2", "I-1", EE, "1000.00 EUR"));
        w.refuse(Rule::S03, (EE, FIN), advance("V-1", "C-1", EE, "1.00 EUR"));
        w.refuse(Rule::S03, (EE, PCO), dispute("I-1"));
        w.refuse(Rule::S03, (EE, QAR), ask_quality("Q-1", "C-1"));
        w.refuse(Rule::S03, (EE, CUS), exemption("X-1", "C-1", EE, &[(1, "1 EA")]));
        w.accept((EE, PBO), claim("W-1", "C-1", &rounds("1 EA"), EE));
        w.accept((EE, PCO), resolve_claim("W-1", "REFUNDED"));
    }
);

scenarios!(
    nothing_is_accepted_before_agreed_quality_assurance_is_closed_as_conforming,
    a_certificate_of_conformity_covers_goods_of_its_delivery,
    what_is_accepted_with_reservation_is_charged_once_the_reservation_is_cleared,
    agreed_quality_assurance_holds_for_acceptance_with_reservation_too,
    rejected_goods_go_back_and_others_come_for_them,
    what_had_not_arrived_when_it_was_due_is_known,
    a_disputed_invoice_is_neither_approved_nor_paid,
    an_exemption_certificate_covers_no_more_than_the_partys_lines,
    an_invoice_rests_on_a_certificate_of_its_contract_that_covers_it,
    the_owner_claims_within_warranty_whoever_he_is_by_now,
    a_contract_is_closed_when_nothing_under_it_is_open,
    under_a_closed_contract_only_warranty_goes_on,
);
