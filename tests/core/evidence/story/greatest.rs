//! The greatest values of each kind, and an entry of the greatest size.

use serde_json::json;

use super::super::world::World;

/// The greatest values of each kind, and an entry of exactly 65,535 bytes.
pub(super) fn greatest(w: &mut World) {
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
