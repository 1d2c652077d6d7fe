//! A joint procurement: arrangement, contract, delivery, invoice, payment.

use serde_json::json;

use super::super::world::World;

pub(in crate::evidence) fn procurement(w: &mut World) {
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
pub(in crate::evidence) fn arrangement(w: &mut World) {
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
