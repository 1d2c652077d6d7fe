//! From funds to an order under a framework, and who joins and leaves a programme.

use serde_json::json;

use super::super::world::{World, time};

/// A procedure of programme `JP-1`, its awards, framework and first call-off.
pub(super) fn tender(w: &mut World) {
    w.record_with(
        &["LT MIN", "EE MIN", "LV MIN"],
        "admit a participant",
        &["memorandum"],
        json!([{"ParticipantAdmitted": {"programme": "JP-1", "party": "LT", "shares": [
            {"party": "EE", "quantity_share": "1/2", "common_cost_share": "1/3", "fee_share": "1/2"},
            {"party": "LT", "quantity_share": "1/6", "common_cost_share": "1/3", "fee_share": "1/6"},
            {"party": "LV", "quantity_share": "1/3", "common_cost_share": "1/3", "fee_share": "1/3"},
        ]}}]),
    );
    for (party, instrument) in [("EE", "NATIONAL"), ("LV", "SAFE")] {
        w.record(
            &format!("{party} FIN"),
            "commit funds",
            &["funding_decision"],
            json!([{"FundingCommitted": {
                "commitment": format!("FC-{party}"), "programme": "JP-1", "party": party,
                "amount": "1000000.00 EUR", "budget_line": "16.02.3", "year": 2026, "instrument": instrument,
            }}]),
        );
    }
    w.record(
        "EE PCO",
        "launch a procedure",
        &[],
        json!([{"ProcedureLaunched": {
            "procedure": "PR-1", "programme": "JP-1", "legal_basis": "32009L0081", "method": "RESTRICTED",
            "notice_ref": "2026/S-021-55",
            "tender_lots": [
                {"lot": "1", "title": "Rounds and sights", "multi_supplier": false},
                {"lot": "2", "title": "Training rounds", "multi_supplier": true},
            ],
            "governing_law": "EE",
        }}]),
    );
    let award = |lot: &str| {
        json!({"TenderLotAwarded": {
            "procedure": "PR-1", "lot": lot, "supplier": "0AA1J", "value": "300000.00 EUR",
            "standstill_until": "2026-01-31",
        }})
    };
    w.record_with(&["EE PCO", "EE NAD"], "award", &[], json!([award("1"), award("2")]));
    w.record_with(
        &["EE NAD", "EE PCO"],
        "cancel an award",
        &[],
        json!([{"AwardCancelled": {
            "procedure": "PR-1", "lot": "2", "supplier": "0AA1J", "reason": "Offer withdrawn",
        }}]),
    );
    w.now = time("2026-02-02T08:00:00Z");
    framework(w);
    w.record(
        "EE NAD",
        "cancel a programme",
        &[],
        json!([{"ProgrammeCancelled": {"programme": "JP-2", "reason": "No offers"}}]),
    );
    w.record_with(
        &["LT MIN", "EE MIN", "LV MIN"],
        "leave a programme",
        &["amendment"],
        json!([{"ParticipantWithdrew": {
            "programme": "JP-1", "party": "LT", "effective": "2026-12-01",
            "settled_liability": "1000.00 EUR", "reallocation": [
                {"party": "EE", "quantity_share": "3/5", "common_cost_share": "1/2", "fee_share": "1/2"},
                {"party": "LV", "quantity_share": "2/5", "common_cost_share": "1/2", "fee_share": "1/2"},
            ],
        }}]),
    );
}

fn framework(w: &mut World) {
    w.record(
        "EE PCO",
        "sign a framework",
        &["framework"],
        json!([{"FrameworkSigned": {
            "framework": "FW-1", "procedure": "PR-1", "lot": "1", "suppliers": ["0AA1J"],
            "ceiling": "200000.00 EUR",
            "lines": [
                {
                    "line": 1, "description": "Cartridge 84 mm HE", "nsn": "1376-38-123-9999", "ml": "ML3",
                    "hazard": "1.2E", "neq_g_per_unit": 590, "restricted_by": "US", "ceiling": "1000 EA",
                    "unit_price": "100.00 EUR",
                },
                {"line": 2, "description": "Sight", "ceiling": "5 EA", "unit_price": "20.01 EUR"},
            ],
            "start": "2026-02-02", "end": "2030-01-31", "extensions": ["2031-01-31", "2032-01-31"],
            "who_may_order": ["EE", "LV"],
        }}]),
    );
    w.record(
        "EE PCO",
        "extend a framework",
        &["amendment"],
        json!([{"FrameworkExtended": {"framework": "FW-1", "end": "2031-01-31"}}]),
    );
    w.record(
        "EE PCO",
        "call off",
        &["contract"],
        json!([{"CallOffOrdered": {
            "contract": "JP-1/C-2", "framework": "FW-1", "supplier": "0AA1J", "buyer": "EE",
            "lines": [
                {"line": 1, "quantity": "10 EA", "per_party": [
                    {"party": "EE", "quantity": "6 EA"}, {"party": "LV", "quantity": "4 EA"},
                ]},
                {"line": 2, "quantity": "2 EA", "per_party": [{"party": "EE", "quantity": "2 EA"}]},
            ],
            "payment_terms": "30 days net",
            "supply": {
                "supplier_nation": "SE", "quality_assurance": true, "advance_cap": "500.00 EUR",
                "warranty_days": 730,
            },
            "schedule": [{"line": 1, "party": "LV", "quantity": "4 EA", "due": "2026-09-30"}],
        }}]),
    );
}
