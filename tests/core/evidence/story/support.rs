//! Mutual support: fuel for cash, fuel for its value, and an order that is called off.

use serde_json::json;

use super::super::world::World;
use super::FUEL;

/// Estonia supplies Latvia.
pub(super) fn support(w: &mut World) {
    let fuel = format!("{FUEL}=100.5 LTR");
    let order = |id: &str, repay: &str| {
        json!({"SupportOrdered": {
            "order": id, "supplier": "EE", "receiver": "LV", "items": [fuel], "value": "150.75 EUR",
            "repay": repay, "purpose": "Exercise Namejs 2026",
        }})
    };
    let deliver = |id: &str| {
        json!({"SupportDelivered": {
            "order": id, "items": [fuel], "value": "150.75 EUR", "from_location": "EE-TAPA-1",
            "location": "LV-RIGA-7", "condition": "A", "licence": "ICT/2026-9",
        }})
    };
    w.record_with(
        &["LV PBO 2", "EE PBO"],
        "order support",
        &["support_form"],
        json!([order("SO-1", "CASH"), order("SO-2", "EQUAL_VALUE"), order("SO-3", "IN_KIND")]),
    );
    w.record(
        "LV PBO 2",
        "call off an order",
        &[],
        json!([{"SupportCancelled": {"order": "SO-3", "party": "LV", "reason": "No longer needed"}}]),
    );
    w.record_with(
        &["EE HRH", "LV HRH"],
        "support and give back",
        &["support_form"],
        json!([
            deliver("SO-1"),
            deliver("SO-2"),
            {"SupportReciprocated": {
                "order": "SO-2", "items": [fuel], "from_location": "LV-RIGA-7", "location": "EE-TAPA-1",
                "condition": "A", "value": "150.75 EUR", "licence": "ICT/2026-9",
            }},
        ]),
    );
    w.record(
        "EE FIN",
        "charge support",
        &["invoice"],
        json!([{"SupportInvoiced": {"order": "SO-1", "invoice": "SI-1", "amount": "150.75 EUR"}}]),
    );
    w.record_with(
        &["LV FIN", "EE FIN"],
        "pay support",
        &[],
        json!([{"SupportPaid": {
            "order": "SO-1", "amount": "150.75 EUR", "value_date": "2026-01-30",
            "bank_ref": "LV-2026-000018",
        }}]),
    );
    // What Latvia keeps for Estonia goes on to Lithuania.
    w.record_with(
        &["LV PBO 2", "EE PBO"],
        "pass on what belongs to another",
        &[],
        json!([{"TransferProposed": {
            "transfer": "CUST-2", "kind": "CUSTODY", "from": "LV", "to": "LT", "owner": "EE",
            "items": [format!("{FUEL}=50 LTR")], "purpose": "Storage", "risk_passes_at": "RECEIPT",
        }}]),
    );
}
