//! The officers of the first day, and what they enter in their books.

use serde_json::{Value, json};

use super::super::world::{World, key};
use super::{AMMO, FUEL};

pub(super) fn keys(w: &mut World) {
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

pub(super) fn register(w: &mut World) {
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
