//! A contract after it is signed: terms, changes, options, quality, acceptance, money, warranty, closing.

use serde_json::{Value, json};

use super::super::world::{World, time};

/// Rounds of the call-off.
const ROUNDS: &str = "batch:1376-38-123-9999:NM-26-02=6 EA";

fn sight(number: u32) -> String {
    format!("serial:0BB2K:SIGHT-7:{number:04}")
}

/// What EE and LV owe one another, and its payment.
pub(super) fn settlement(w: &mut World) {
    let last = w.journal.head().size - 1;
    w.record_with(
        &["EE FIN", "LV FIN", "LT FIN"],
        "close a settlement",
        &[],
        json!([{"SettlementRunClosed": {
            "settlement": "ST-1", "period": "2026 Q1", "up_to_entry": last,
            "nets": [{"debtor": "EE", "creditor": "LV", "amount": "17704.80 EUR"}],
        }}]),
    );
    w.record_with(
        &["EE FIN", "LV FIN"],
        "pay a settlement",
        &[],
        json!([{"SettlementPaid": {
            "settlement": "ST-1", "from": "EE", "to": "LV", "amount": "17704.80 EUR",
            "value_date": "2026-02-02", "bank_ref": "EE-2026-000001",
        }}]),
    );
}

/// Terms of supply, an amendment, an option that is taken and one that is not.
pub(super) fn changes(w: &mut World) {
    let line = |number: u32| {
        json!({
            "line": number, "description": "Spare part", "quantity": "2 EA", "unit_price": "1.50 EUR",
            "per_party": [{"party": "EE", "quantity": "1 EA"}, {"party": "LV", "quantity": "1 EA"}],
        })
    };
    w.record(
        "EE PCO",
        "agree on terms of supply",
        &["contract"],
        json!([{"SupplyTermsAgreed": {
            "contract": "JP-1/C-1",
            "supply": {"supplier_nation": "SE", "quality_assurance": false, "warranty_days": 365},
            "schedule": [{"line": 1, "party": "LV", "quantity": "40 EA", "due": "2026-09-30"}],
        }}]),
    );
    w.record(
        "EE PCO",
        "amend a contract",
        &["amendment"],
        json!([{"ContractAmended": {
            "contract": "JP-1/C-1", "lines": [line(3)], "reason": "Spare parts are needed",
            "schedule": [{"line": 3, "party": "EE", "quantity": "1 EA", "due": "2026-10-31"}],
        }}]),
    );
    let option = |id: &str, number: u32| {
        json!({"OptionAgreed": {
            "option": id, "contract": "JP-1/C-1", "line": line(number), "expires": "2026-02-02",
        }})
    };
    w.record(
        "EE PCO",
        "agree on options and take one",
        &["contract"],
        json!([option("OP-1", 4), option("OP-2", 5), {"OptionExercised": {"option": "OP-1"}}]),
    );
    w.now = time("2026-02-03T08:00:00Z");
    w.record("EE PCO", "let an option lapse", &[], json!([{"OptionLapsed": {"option": "OP-2"}}]));
}

/// Quality assurance, delivery, judgement.
pub(super) fn quality(w: &mut World) {
    w.record(
        "EE QAR",
        "ask for quality assurance",
        &[],
        json!([
            {"QualityRequested": {
                "request": "QA-1", "contract": "JP-1/C-2", "supplier_nation": "SE",
                "risks": "Fuzes of a new maker",
            }},
            {"QualityAccepted": {"request": "QA-1", "authority_ref": "SE-RGQA-11"}},
            {"QualityClosed": {"request": "QA-1", "result": "CONFORMING", "finding": "Tested at the works"}},
        ]),
    );
    let items = |goods: &[(u32, String)]| -> Value {
        goods.iter().map(|(line, item)| json!({"line": line, "item": item})).collect()
    };
    let (good, bad) = ([(1, ROUNDS.to_owned()), (2, sight(2))], [(2, sight(3))]);
    let all = [&good[..], &bad].concat();
    w.record(
        "EE PCO",
        "supplier dispatches",
        &["despatch_advice"],
        json!([{"DeliveryDispatched": {
            "delivery": "DEL-2", "contract": "JP-1/C-2", "consignee": "EE", "items": items(&all),
        }}]),
    );
    w.record(
        "EE PBO",
        "receive a delivery",
        &[],
        json!([{"DeliveryReceived": {"delivery": "DEL-2", "items": items(&all)}}]),
    );
    w.record(
        "EE QAR",
        "certify",
        &["conformity_certificate"],
        json!([{"ConformityCertified": {
            "delivery": "DEL-2", "items": [ROUNDS, sight(2)], "deviations": ["Another varnish"],
        }}]),
    );
    w.record_with(
        &["EE QAR", "EE PBO"],
        "judge a delivery",
        &["conformity_certificate"],
        json!([
            {"DeliveryAcceptedWithReservation": {
                "delivery": "DEL-2", "items": items(&good), "condition": "B", "location": "EE-TAPA-1",
                "reservation": "The manuals are missing", "cleared_by": "2026-02-28",
            }},
            {"DeliveryRejected": {"delivery": "DEL-2", "items": items(&bad), "reason": "Cracked lens"}},
        ]),
    );
    w.record_with(
        &["EE PBO", "EE QAR"],
        "clear a reservation",
        &[],
        json!([{"ReservationCleared": {"delivery": "DEL-2", "finding": "The manuals came"}}]),
    );
    w.record(
        "EE PBO",
        "give back to the supplier",
        &["voucher"],
        json!([{"DeliveryReturned": {"delivery": "DEL-2", "items": items(&bad)}}]),
    );
}

/// Advance, invoice, exemption, dispute, payment, refunds, warranty, and the end of the contract.
pub(super) fn money(w: &mut World) {
    w.record(
        "EE FIN",
        "pay an advance",
        &["guarantee"],
        json!([{"AdvancePaid": {
            "advance": "ADV-1", "contract": "JP-1/C-2", "payer": "EE", "amount": "300.00 EUR",
            "settle_by": "2026-03-31", "agreement": "GRANT-7", "value_date": "2026-02-03",
            "bank_ref": "EE-2026-000002",
        }}]),
    );
    w.record(
        "EE FIN",
        "register an exempt invoice",
        &["invoice", "tax_exemption"],
        json!([
            {"VatCertificateRecorded": {
                "certificate": "VAT-1", "contract": "JP-1/C-2", "regime": "SAFE", "serial": "V-0001",
                "party": "EE", "lines": [{"line": 1, "quantity": "6 EA"}], "host_stamp": false,
                "waiver": "W-2026-3",
            }},
            {"InvoiceRegistered": {
                "invoice": "INV-2", "contract": "JP-1/C-2", "supplier_invoice_no": "2026/00418",
                "lines": [{"line": 1, "quantity": "6 EA"}], "net": "600.00 EUR", "vat": "0.00 EUR",
            }},
            {"InvoiceVatExempted": {"invoice": "INV-2", "certificate": "VAT-1"}},
        ]),
    );
    w.record(
        "EE PCO",
        "dispute and settle it",
        &[],
        json!([
            {"InvoiceDisputed": {"invoice": "INV-2", "reason": "The price is another"}},
            {"InvoiceDisputeResolved": {"invoice": "INV-2", "finding": "The price is right"}},
        ]),
    );
    w.record(
        "EE FIN",
        "approve, settle, pay, take back",
        &[],
        json!([
            {"InvoiceApproved": {"invoice": "INV-2", "amount": "600.00 EUR"}},
            {"AdvanceSettled": {"advance": "ADV-1", "invoice": "INV-2", "amount": "200.00 EUR"}},
            {"PaymentExecuted": {
                "payment": "PAY-2", "invoice": "INV-2", "payer": "EE", "amount": "400.00 EUR",
                "value_date": "2026-02-03", "bank_ref": "EE-2026-000003",
            }},
            {"RefundReceived": {
                "refund": "RF-1", "advance": "ADV-1", "amount": "100.00 EUR", "reason": "Not used",
                "value_date": "2026-02-03", "bank_ref": "EE-2026-000004",
            }},
            {"RefundReceived": {
                "refund": "RF-2", "payment": "PAY-2", "amount": "0.01 EUR", "reason": "Paid too much",
                "value_date": "2026-02-03", "bank_ref": "EE-2026-000005",
            }},
        ]),
    );
    w.record(
        "EE PBO",
        "claim warranty",
        &[],
        json!([{"WarrantyClaimed": {
            "claim": "WC-1", "contract": "JP-1/C-2", "item": sight(2), "owner": "EE",
            "defect": "The lens is loose", "deadline": "2026-06-30",
        }}]),
    );
    w.record(
        "EE PCO",
        "resolve a claim",
        &[],
        json!([{"WarrantyResolved": {"claim": "WC-1", "result": "REPAIRED", "finding": "A loose screw"}}]),
    );
    w.record_with(
        &["EE PCO", "EE FIN"],
        "close a contract",
        &[],
        json!([{"ContractClosed": {"contract": "JP-1/C-2"}}]),
    );
}
