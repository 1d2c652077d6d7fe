//! The sound ledger that the attacks begin with.

use ledger_core::domain::Digest;
use ledger_core::store::Anchor;
use serde_json::{Value, json};

use super::story::arrangement;
use super::world::{World, key};

/// Batch that the attacks are about.
pub(super) const CARTRIDGES: &str = "batch:1305-38-555-0001:LOT-7";

/// A sound ledger: what the attacker finds.
pub(super) struct Sound {
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) anchor: Anchor,
    /// The fingerprint that the auditor pins.
    pub(super) charter: Digest,
}

/// A serial item, registered by EE.
pub(super) fn registered(number: &str) -> Value {
    json!([{"ItemRegistered": {
        "item": format!("serial:0AA1J:RADIO-5:{number}"), "description": "Field radio", "condition": "A",
        "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
    }}])
}

/// EE's ledger with LV and LT: keys of every fate, goods, a loan on its way, a contract.
pub(super) fn sound() -> Sound {
    sound_with("", |_| {})
}

/// The same with `more` behind it.
pub(super) fn sound_with(prefix: &str, more: impl FnOnce(&mut World)) -> Sound {
    let mut w = World::with_roots(prefix);
    w.enrol(&["EE MIN", "EE NAD", "EE PCO", "EE FIN", "EE QAR", "EE PBO", "EE HRH"], "LV ROOT");
    w.enrol(&["LV MIN", "LV PBO", "LV REG"], "EE ROOT");
    let enrol = |name: &str, party: &str, until: Option<&str>| {
        let mut event = json!({"key": key(&format!("{prefix}{name}")), "party": party, "role": "PBO"});
        if let Some(until) = until {
            event["valid_until"] = json!(until);
        }
        json!([{"KeyEnrolled": event}])
    };
    w.record_with(
        &["EE ROOT", "LT ROOT"],
        "enrol for an hour",
        &[],
        enrol("EE PBO guest", "EE", Some("2026-01-30T09:20:00Z")),
    );
    w.record_with(&["EE ROOT", "LT ROOT"], "enrol for a while", &[], enrol("EE PBO lost", "EE", None));
    w.record(
        "EE ROOT",
        "revoke",
        &[],
        json!([{"KeyRevoked": {"key": key(&format!("{prefix}EE PBO lost")), "reason": "Card lost"}}]),
    );
    w.record("LT ROOT", "enrol, not countersigned", &[], enrol("LT PBO", "LT", None));
    w.record(
        "EE PBO",
        "register cartridges",
        &[],
        json!([{"ItemRegistered": {
            "item": format!("{CARTRIDGES}=1000 EA"), "description": "Cartridge 5.56 mm blank",
            "hazard": "1.4S", "neq_g_per_unit": 1,
            "condition": "A", "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]),
    );
    for number in ["0001", "0002", "0003"] {
        w.record("EE PBO", "register a radio", &[], registered(number));
    }
    w.record(
        "EE PBO",
        "propose",
        &["voucher"],
        json!([{"TransferProposed": {
            "transfer": "LOAN-7", "kind": "LOAN", "from": "EE", "to": "LV", "owner": "EE",
            "items": [format!("{CARTRIDGES}=400 EA")], "purpose": "Exercise",
            "loan": {"start": "2026-01-30", "due": "2026-06-30"}, "risk_passes_at": "RECEIPT",
        }}]),
    );
    w.record("LV PBO", "approve", &[], json!([{"TransferApproved": {"transfer": "LOAN-7"}}]));
    w.record(
        "EE HRH",
        "dispatch",
        &[],
        json!([{"ConsignmentDispatched": {
            "consignment": "C-7", "transfer": "LOAN-7", "items": [format!("{CARTRIDGES}=400 EA")],
            "from_location": "EE-TAPA-1",
        }}]),
    );
    arrangement(&mut w);
    w.record("EE PBO", "register a radio", &[], registered("0004"));
    w.record("EE PBO", "register a radio", &[], registered("0005"));
    more(&mut w);
    let charter = w.fingerprint();
    let (entries, anchor) = w.into_parts();
    Sound { entries, anchor, charter }
}
