//! The ledger of the frozen vectors: every kind of event at least once, and the greatest values, as one sound
//! history that all rules accept in order.

use serde_json::{Value, json};

use super::world::{World, key};

const AMMO: &str = "batch:1376-38-123-4567:EA-22-07";
const GUN: &str = "serial:0AA1J:M3E1:SN-0042";
const FUEL: &str = "bulk:9140-38-000-0001";

/// The whole story.
pub(super) fn tell() -> World {
    let mut w = World::new();
    keys(&mut w);
    register(&mut w);
    loan(&mut w);
    loan_ends(&mut w);
    other_transfers(&mut w);
    procurement(&mut w);
    greatest(&mut w);
    w
}

fn keys(w: &mut World) {
    w.enrol(&["EE MIN", "EE NAD", "EE PCO", "EE FIN", "EE QAR", "EE PBO", "EE HRH", "EE LIC"], "LV ROOT");
    w.enrol(&["LV MIN", "LV FIN", "LV QAR", "LV PBO", "LV REG"], "LT ROOT");
    let entry = w.record(
        "LT ROOT",
        "enrol with an end",
        &[],
        json!([{"KeyEnrolled": {
            "key": key("LT PBO"), "party": "LT", "role": "PBO",
            "valid_until": "2026-12-31T23:59:59.999Z", "person_ref": "HR/2026-0017",
        }}]),
    );
    w.record(
        "EE ROOT",
        "countersign",
        &[],
        json!([{"ActCountersigned": {"entry": entry, "remark": "Isik tuvastatud, õige võti"}}]),
    );
    w.record(
        "LV PBO",
        "rotate",
        &[],
        json!([{"KeyRotated": {
            "old_key": key("LV PBO"), "new_key": key("LV PBO 2"), "reason": "New smart card",
        }}]),
    );
    w.record(
        "LV REG",
        "revoke",
        &[],
        json!([{"KeyRevoked": {"key": key("LV QAR"), "reason": "Atslēga pazaudēta"}}]),
    );
    let entry = w.record(
        "LT ROOT",
        "enrol in vain",
        &[],
        json!([{"KeyEnrolled": {"key": key("LT HRH"), "party": "LT", "role": "HRH"}}]),
    );
    w.record(
        "EE ROOT",
        "refuse to countersign",
        &[],
        json!([{"ActRefused": {"entry": entry, "reason": "Nobody called us about this key"}}]),
    );
}

fn register(w: &mut World) {
    w.record(
        "EE PBO",
        "register ammunition",
        &[],
        json!([{"ItemRegistered": {
            "item": format!("{AMMO}=500 EA"), "description": "84 mm HE cartridge, lot of 2022",
            "ml": "ML3", "hazard": "1.1D", "neq_g_per_unit": 590, "expiry": "2032-06-30",
            "restricted_by": "FI", "condition": "A", "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]),
    );
    let gun = |number: &str| {
        json!({"ItemRegistered": {
            "item": format!("serial:0AA1J:M3E1:{number}"), "description": "Recoilless rifle 84 mm",
            "nsn": "1015-38-765-4321", "condition": "B", "owner": "EE", "holder": "EE",
            "location": "EE-TAPA-1",
        }})
    };
    let guns: Vec<Value> = ["SN-0042", "SN-0043", "SN-0044"].into_iter().map(gun).collect();
    w.record("EE PBO", "register three serial items", &["photograph", "other"], Value::Array(guns));
    w.record_with(
        &["EE PBO", "LV PBO 2"],
        "register at another holder",
        &[],
        json!([{"ItemRegistered": {
            "item": format!("{FUEL}=20000.125 LTR"), "description": "Diesel F-54", "condition": "A",
            "owner": "EE", "holder": "LV", "location": "LV-RIGA-7",
        }}]),
    );
    w.record(
        "EE PBO",
        "register fuel",
        &[],
        json!([{"ItemRegistered": {
            "item": format!("{FUEL}=5000 LTR"), "description": "Diesel F-54", "condition": "A",
            "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]),
    );
}

fn loan(w: &mut World) {
    w.record(
        "EE LIC",
        "record a licence",
        &["licence"],
        json!([{"TransferLicenceRecorded": {
            "licence": "ICT/2026-9", "kind": "EXEMPT", "legal_ground": "Directive 2009/43/EC Art. 4(2)(a)",
            "from": "EE", "to": "LV", "covers_return": true, "ml": ["ML3", "ML4"],
            "valid_from": "2026-01-01", "expiry": "2026-12-31",
            "caps": [{"ml": "ML3", "quantity": "1000 EA"}],
        }}]),
    );
    w.record(
        "EE LIC",
        "record a consent",
        &["retransfer_consent"],
        json!([{"RetransferConsentRecorded": {
            "consent": "FI-PLM-77", "obtained_by": "EE", "consenting_state": "FI",
            "nsns": ["1376-38-123-4567"], "recipients": ["LT", "LV"],
            "conditions": "Training only", "expiry": "2027-01-31",
        }}]),
    );
    w.record(
        "EE PBO",
        "propose a loan",
        &["voucher"],
        json!([{"TransferProposed": {
            "transfer": "LOAN-1", "kind": "LOAN", "from": "EE", "to": "LV", "owner": "EE",
            "items": [format!("{AMMO}=200 EA"), GUN], "purpose": "Exercise Namejs 2026",
            "loan": {"start": "2026-01-30", "due": "2026-06-30", "care": "As EE instruction 84-1"},
            "risk_passes_at": "DISPATCH",
        }}]),
    );
    w.record("LV PBO 2", "approve", &[], json!([{"TransferApproved": {"transfer": "LOAN-1"}}]));
    w.record(
        "EE PBO",
        "reserve",
        &[],
        json!([{"ItemsReserved": {
            "transfer": "LOAN-1", "items": [format!("{AMMO}=100 EA")], "location": "EE-TAPA-1",
        }}]),
    );
    w.record(
        "EE HRH",
        "dispatch",
        &["voucher"],
        json!([{"ConsignmentDispatched": {
            "consignment": "C-1", "transfer": "LOAN-1", "items": [format!("{AMMO}=120 EA"), GUN],
            "from_location": "EE-TAPA-1", "licence": "ICT/2026-9", "seals": ["EE-1001", "EE-1002"],
            "carrier": "Logistikapataljon",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "receive",
        &[],
        json!([{"ConsignmentReceived": {
            "consignment": "C-1",
            "counted": [
                {"item": format!("{AMMO}=108 EA"), "condition": "A"},
                {"item": format!("{AMMO}=2 EA"), "condition": "J"},
                {"item": GUN, "condition": "B"},
            ],
            "location": "LV-ADAZI-2", "seals_intact": false,
        }}]),
    );
}

fn loan_ends(w: &mut World) {
    w.record(
        "LV PBO 2",
        "report a shortage",
        &[],
        json!([{"DiscrepancyReported": {
            "discrepancy": "D-1", "consignment": "C-1", "kind": "SHORTAGE",
            "items": [format!("{AMMO}=10 EA")], "finding": "Seal EE-1002 broken, ten rounds missing",
        }}]),
    );
    w.record_with(
        &["EE PBO", "LV PBO 2"],
        "settle the shortage",
        &[],
        json!([{"DiscrepancyResolved": {
            "discrepancy": "D-1", "outcome": "LOST", "finding": "Lost on the road", "liable": "CARRIER",
            "loss": "LOSS-1",
        }}]),
    );
    w.record_with(
        &["EE PBO", "EE MIN"],
        "close the investigation",
        &["investigation_report"],
        json!([{"LossInvestigated": {"loss": "LOSS-1", "finding": "Box fell off at Valga", "liable": "EE"}}]),
    );
    w.record_with(
        &["EE MIN", "EE PBO"],
        "write off",
        &[],
        json!([{"WriteOffApproved": {"loss": "LOSS-1", "reason": "Not found in two searches"}}]),
    );
    w.record(
        "EE PBO",
        "find again",
        &[],
        json!([{"ItemFound": {
            "loss": "LOSS-1", "items": [format!("{AMMO}=3 EA")], "location": "EE-VALGA-3",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "consume",
        &[],
        json!([{"ConsumptionReported": {
            "item": format!("{AMMO}=20 EA"), "owner": "EE", "holder": "LV", "location": "LV-ADAZI-2",
            "loan": "LOAN-1", "activity": "NAMEJS-26/D3",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "lose",
        &["photograph"],
        json!([{"LossReported": {
            "loss": "LOSS-2", "items": [format!("{AMMO}=5 EA")], "owner": "EE", "holder": "LV",
            "location": "LV-ADAZI-2", "loan": "LOAN-1", "circumstances": "Fire in the store",
            "noticed_on": "2026-01-30",
        }}]),
    );
    w.record_with(
        &["LV PBO 2", "EE PBO"],
        "extend",
        &[],
        json!([{"LoanExtended": {"transfer": "LOAN-1", "new_due": "2026-09-30"}}]),
    );
    w.record(
        "EE PBO",
        "recall",
        &[],
        json!([{"LoanRecalled": {"transfer": "LOAN-1", "new_due": "2026-03-31", "reason": "Own exercise"}}]),
    );
    w.record(
        "LV PBO 2",
        "send back",
        &["voucher"],
        json!([{"ReturnDispatched": {
            "consignment": "C-2", "transfer": "LOAN-1", "items": [format!("{AMMO}=50 EA"), GUN],
            "from_location": "LV-ADAZI-2", "licence": "ICT/2026-9", "seals": ["LV-7"],
        }}]),
    );
    w.record(
        "EE HRH",
        "receive back",
        &[],
        json!([{"ReturnReceived": {
            "consignment": "C-2",
            "counted": [{"item": format!("{AMMO}=50 EA"), "condition": "A"}, {"item": GUN, "condition": "F"}],
            "location": "EE-TAPA-1", "seals_intact": true,
        }}]),
    );
}

fn other_transfers(w: &mut World) {
    let propose = |transfer: &str, kind: &str, to: &str, item: &str, price: Option<&str>| {
        let mut terms = json!({
            "transfer": transfer, "kind": kind, "from": "EE", "to": to, "owner": "EE", "items": [item],
            "purpose": "Support", "risk_passes_at": "RECEIPT",
        });
        if let Some(price) = price {
            terms["price"] = json!(price);
        }
        json!([{"TransferProposed": terms}])
    };
    let gun = "serial:0AA1J:M3E1:SN-0043";
    w.record("EE PBO", "propose a donation", &[], propose("DON-1", "DONATION", "LT", gun, None));
    w.record(
        "LT PBO",
        "refuse",
        &[],
        json!([{"TransferRefused": {"transfer": "DON-1", "reason": "Nėra vietos sandėlyje"}}]),
    );
    w.record("EE PBO", "propose custody", &[], propose("CUST-1", "CUSTODY", "LT", gun, None));
    w.record(
        "EE PBO",
        "cancel",
        &[],
        json!([{"TransferCancelled": {"transfer": "CUST-1", "reason": "Needed at home"}}]),
    );
    let fuel = format!("{FUEL}=1000.5 LTR");
    w.record("EE PBO", "propose a sale", &[], propose("SALE-1", "SALE", "LV", &fuel, Some("1480.74 EUR")));
    w.record("LV PBO 2", "approve", &[], json!([{"TransferApproved": {"transfer": "SALE-1"}}]));
    w.record(
        "EE HRH",
        "dispatch",
        &[],
        json!([{"ConsignmentDispatched": {
            "consignment": "C-3", "transfer": "SALE-1", "items": [fuel], "from_location": "EE-TAPA-1",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "receive",
        &[],
        json!([{"ConsignmentReceived": {
            "consignment": "C-3", "counted": [{"item": fuel, "condition": "A"}], "location": "LV-RIGA-7",
            "seals_intact": true,
        }}]),
    );
    w.record_with(
        &["EE PBO", "LV PBO 2", "LV FIN"],
        "pass title",
        &["title_deed"],
        json!([{"TitlePassed": {"transfer": "SALE-1", "price": "1480.74 EUR"}}]),
    );
}

pub(super) fn procurement(w: &mut World) {
    arrangement(w);
    w.record(
        "EE PCO",
        "supplier dispatches",
        &["despatch_advice"],
        json!([{"DeliveryDispatched": {
            "delivery": "DEL-1", "contract": "JP-1/C-1", "consignee": "EE",
            "items": [
                {"line": 1, "item": "batch:1376-38-123-9999:NM-26-01=60 EA", "expiry": "2036-01-31"},
                {"line": 2, "item": "serial:0BB2K:SIGHT-7:0001"},
            ],
        }}]),
    );
    w.record(
        "EE PBO",
        "receive a delivery",
        &[],
        json!([{"DeliveryReceived": {
            "delivery": "DEL-1",
            "items": [
                {"line": 1, "item": "batch:1376-38-123-9999:NM-26-01=60 EA", "expiry": "2036-01-31"},
                {"line": 2, "item": "serial:0BB2K:SIGHT-7:0001"},
            ],
            "remark": "One pallet wet outside, dry inside",
        }}]),
    );
    w.record_with(
        &["EE QAR", "EE PBO"],
        "accept a delivery",
        &["conformity_certificate"],
        json!([{"DeliveryAccepted": {
            "delivery": "DEL-1",
            "items": [{"line": 1, "item": "batch:1376-38-123-9999:NM-26-01=60 EA", "expiry": "2036-01-31"}],
            "condition": "A", "location": "EE-TAPA-1",
        }}]),
    );
    w.record(
        "EE FIN",
        "register an invoice",
        &["invoice"],
        json!([{"InvoiceRegistered": {
            "invoice": "INV-1", "contract": "JP-1/C-1", "supplier_invoice_no": "2026/00417",
            "lines": [{"line": 1, "quantity": "60 EA"}], "net": "74047.80 EUR", "vat": "0.00 EUR",
        }}]),
    );
    w.record(
        "EE FIN",
        "approve an invoice",
        &[],
        json!([{"InvoiceApproved": {"invoice": "INV-1", "amount": "74047.80 EUR"}}]),
    );
    w.record(
        "LV FIN",
        "pay",
        &[],
        json!([{"PaymentExecuted": {
            "payment": "PAY-1", "invoice": "INV-1", "payer": "LV", "amount": "29619.12 EUR",
            "value_date": "2026-01-30", "bank_ref": "LV-2026-000017",
        }}]),
    );
    w.record(
        "EE FIN",
        "share out a cost",
        &[],
        json!([{"CostShareAssessed": {
            "pool": "JP-1/2026-Q1", "programme": "JP-1", "period": "2026 Q1", "basis": "FEE",
            "total": "100.00 EUR",
            "parts": [{"party": "EE", "amount": "33.33 EUR"}, {"party": "LV", "amount": "66.67 EUR"}],
        }}]),
    );
}

/// A programme of EE and LV, and its contract.
pub(super) fn arrangement(w: &mut World) {
    w.record(
        "EE NAD",
        "propose a programme",
        &[],
        json!([{"ProgrammeProposed": {
            "programme": "JP-1", "title": "84 mm ammunition", "capability": "Anti-armour",
            "estimate": "4000000.00 EUR", "cpv": ["35330000", "35331500"], "ml": ["ML3"], "lead": "EE",
        }}]),
    );
    let join = |party: &str, quantity: &str, fee: &str| {
        json!([{"ParticipantJoined": {
            "programme": "JP-1", "party": party, "quantity_share": quantity, "common_cost_share": "1/2",
            "fee_share": fee,
        }}])
    };
    w.record("EE MIN", "join", &["memorandum"], join("EE", "3/5", "1/3"));
    w.record_with(&["LV MIN", "EE MIN"], "join", &["memorandum"], join("LV", "2/5", "2/3"));
    w.record_with(
        &["EE MIN", "LV MIN"],
        "put into effect",
        &["memorandum"],
        json!([{"ArrangementEffective": {
            "programme": "JP-1", "decision_rule": "Unanimity", "audit_clause": true,
            "withdrawal_terms": "Who leaves bears the cost of leaving", "currency": "EUR",
        }}]),
    );
    w.record(
        "EE PCO",
        "sign a contract",
        &["contract"],
        json!([{"ContractSigned": {
            "contract": "JP-1/C-1", "programme": "JP-1", "supplier": "0AA1J", "buyer": "EE",
            "lines": [
                {
                    "line": 1, "description": "Cartridge 84 mm HE", "nsn": "1376-38-123-9999", "ml": "ML3",
                    "hazard": "1.2E", "neq_g_per_unit": 590, "restricted_by": "US", "quantity": "100 EA",
                    "unit_price": "1234.13 EUR",
                    "per_party": [{"party": "EE", "quantity": "60 EA"}, {"party": "LV", "quantity": "40 EA"}],
                },
                {
                    "line": 2, "description": "Sight", "quantity": "1 EA", "unit_price": "9.99 EUR",
                    "per_party": [{"party": "EE", "quantity": "1 EA"}],
                },
            ],
            "payment_terms": "30 days net",
        }}]),
    );
}

/// The greatest values of each kind, and an entry of exactly 65,535 bytes.
fn greatest(w: &mut World) {
    let long = "Z".repeat(64);
    w.record(
        "EE PBO",
        "greatest numbers",
        &[],
        json!([
            {"ItemRegistered": {
                "occurred_at": "1970-01-01T00:00:00Z",
                "item": format!("serial:ZZZZZ:{long}:{long}"), "description": "\u{10348}".repeat(2000),
                "nsn": "9999-99-999-9999", "ml": "ML22", "hazard": "1.6N", "neq_g_per_unit": u64::MAX,
                "expiry": "9999-12-31", "restricted_by": "ZZ", "condition": "N", "owner": "EE",
                "holder": "EE", "location": long,
            }},
            {"ItemRegistered": {
                "occurred_at": "1970-01-01T00:00:00.001Z",
                "item": format!("batch:0000-00-000-0000:{long}=9223372036854.775807 KGM"),
                "hazard": "1.6N", "neq_g_per_unit": 0,
                "description": "x", "condition": "N", "owner": "EE", "holder": "EE", "location": "-",
            }},
            {"ItemRegistered": {
                "item": "bulk:0000-00-000-0001=9223372036854775807 NAR", "description": "x", "condition": "A",
                "owner": "EE", "holder": "EE", "location": ".",
            }},
        ]),
    );
    w.record(
        "EE NAD",
        "greatest amount",
        &[],
        json!([{"ProgrammeProposed": {
            "programme": "JP-2", "title": "x", "capability": "y", "estimate": "92233720368547758.07 ZWG",
            "cpv": ["00000000", "99999999"], "lead": "EE",
        }}]),
    );
    w.record(
        "EE MIN",
        "greatest shares",
        &["memorandum"],
        json!([{"ParticipantJoined": {
            "programme": "JP-2", "party": "EE", "quantity_share": "999999999/1000000000",
            "common_cost_share": "0/1", "fee_share": "1/1",
        }}]),
    );
    w.tick();
    let mut act = w.draft(
        "greatest entry",
        &["voucher"; 8],
        json!([{"TransferProposed": {
            "transfer": "FULL-1", "kind": "DONATION", "from": "EE", "to": "LV", "owner": "EE",
            "items": ["serial:0AA1J:M3E1:SN-0044"], "purpose": "x", "risk_passes_at": "BORDER",
        }}]),
    );
    for document in &mut act.documents {
        document.media_type = "\u{10348}".repeat(2000).parse().unwrap();
        document.bytes = u64::MAX;
    }
    let short = w.weigh(&act, "EE PBO");
    if let Some(ledger_core::domain::Event::TransferProposed(terms)) = act.events.first_mut() {
        terms.purpose = "x".repeat(65_535 - short + 1).parse().unwrap();
    }
    assert_eq!(w.weigh(&act, "EE PBO"), 65_535);
    w.append(act, "EE PBO", "greatest entry");
}
