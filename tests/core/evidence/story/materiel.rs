//! Materiel in one book: what is built in, who signed for it, its condition, counts and corrections.

use serde_json::json;

use super::super::world::World;

const VEHICLE: &str = "serial:0AA1J:V6X6:V-7";
const RADIO: &str = "serial:0AA1J:VHF:R-9";
const SPARE: &str = "serial:0AA1J:VHF:R-8";
const STORE: &str = "EE-VORU-4";

/// A vehicle and its radio, and a radio to spare.
pub(super) fn materiel(w: &mut World) {
    let registered = |item: &str| {
        json!({"ItemRegistered": {
            "item": item, "description": "Vehicle or radio", "condition": "A", "owner": "EE",
            "holder": "EE", "location": STORE,
        }})
    };
    w.record(
        "EE PBO",
        "build in, take out, grade",
        &[],
        json!([
            registered(VEHICLE),
            registered(RADIO),
            registered(SPARE),
            {"ItemInstalled": {"parent": VEHICLE, "child": RADIO}},
            {"ItemRemoved": {"parent": VEHICLE, "child": RADIO}},
            {"ConditionChanged": {
                "item": RADIO, "owner": "EE", "holder": "EE", "location": STORE, "from": "A", "to": "B",
                "reason": "Antenna bent",
            }},
        ]),
    );
    w.record_with(
        &["EE PBO", "EE HRH"],
        "issue to a unit",
        &["hand_receipt"],
        json!([{"SubCustodyIssued": {
            "receipt": "HR-1", "items": [RADIO], "owner": "EE", "holder": "EE", "location": STORE,
            "unit": "U-17",
        }}]),
    );
    w.record_with(
        &["EE HRH", "EE PBO"],
        "turn in",
        &["hand_receipt"],
        json!([{"SubCustodyReturned": {"receipt": "HR-1", "items": [RADIO]}}]),
    );
    w.record_with(
        &["EE PBO", "EE QAR"],
        "count",
        &["count_sheet"],
        json!([{"PhysicalCountRecorded": {
            "count": "CN-1", "holder": "EE", "location": STORE, "counted_on": "2026-01-30", "scope": "ALL",
            "counted": [SPARE], "absent": [VEHICLE, RADIO],
        }}]),
    );
    w.record_with(
        &["EE PBO", "EE MIN"],
        "explain a variance",
        &[],
        json!([{"CountVarianceResolved": {
            "count": "CN-1", "item": VEHICLE, "finding": "Stood in the workshop next door",
        }}]),
    );
    w.record(
        "EE PBO",
        "report a loss that a count showed",
        &[],
        json!([
            {"LossReported": {
                "loss": "LOSS-3", "items": [RADIO], "owner": "EE", "holder": "EE", "location": STORE,
                "circumstances": "Not found at the count", "noticed_on": "2026-01-30",
            }},
            {"CountVarianceResolved": {
                "count": "CN-1", "item": RADIO, "finding": "Reported as lost", "loss": "LOSS-3",
            }},
        ]),
    );
    let wrong = "serial:0AA1J:VHF:R-10";
    let entry = w.record("EE PBO", "misread a number", &[], json!([registered(wrong)]));
    w.record(
        "EE PBO",
        "correct",
        &[],
        json!([
            {"CorrectionRecorded": {"entry": entry, "reason": "INCORRECT_DATA", "remark": "R-10 is R-11"}},
            registered("serial:0AA1J:VHF:R-11"),
        ]),
    );
}
