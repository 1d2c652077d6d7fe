//! Two movements from Estonia to Latvia: one that is permitted and arrives, one that is called off.

use serde_json::{Value, json};

use super::super::world::{World, time};
use super::GUN;

/// What a movement takes along by road to Latvia.
fn convoy(load_class: u16, union_goods: bool) -> Value {
    json!({
        "starts_at": "2026-02-10T04:00:00Z",
        "legs": [{
            "point": "IKLA", "from": "EE", "to": "LV", "etd": "2026-02-10T06:00:00Z",
            "eta": "2026-02-10T12:00:00Z",
        }],
        "persons": 120,
        "vehicles": [{"class": "LIGHT", "count": 10}, {"class": "TRUCK", "count": 20}],
        "load_class": load_class, "oversize": false, "armed": true,
        "dangerous_goods": [{"hazard": "1.2E", "neq_g": 50_000}], "union_goods": union_goods, "items": [GUN],
        "transfers": ["LOAN-11"],
    })
}

/// The fields `more` together with those of the convoy.
fn with_convoy(more: Value, load_class: u16, union_goods: bool) -> Value {
    let mut fields = convoy(load_class, union_goods);
    fields.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    fields
}

fn plan(id: &str, number: &str, union_goods: bool) -> Value {
    let more = json!({
        "movement": id, "number": number, "sending": "EE", "unit": "U-7", "mode": "ROAD",
        "purpose": "EXERCISE", "origin": "EE-TAPA-1", "destination": "LV-ADAZI-2",
    });
    json!({"MovementPlanned": with_convoy(more, 30, union_goods)})
}

fn amend(id: &str, union_goods: bool) -> Value {
    json!({"MovementAmended": with_convoy(json!({"movement": id, "reason": "Lighter lorries"}), 20, union_goods)})
}

/// Both movements.
pub(super) fn movements(w: &mut World) {
    w.record_with(
        &["EE NMC", "LV NMC"],
        "list a crossing point",
        &[],
        json!([{"CrossingPointListed": {
            "point": "IKLA", "name": "Ikla – Ainaži", "modes": ["ROAD"], "first": "EE", "second": "LV",
        }}]),
    );
    permitted(w);
    called_off(w);
    journey(w);
}

fn permitted(w: &mut World) {
    w.record(
        "EE NMC",
        "plan and ask",
        &[],
        json!([
            plan("MV-1", "10-EENMC-01", false),
            amend("MV-1", false),
            {"PermissionRequested": {"movement": "MV-1", "host": "LV"}},
        ]),
    );
    w.record(
        "LV NMC",
        "permit",
        &[],
        json!([
            {"PermissionGranted": {
                "movement": "MV-1", "host": "LV", "window_from": "2026-02-10T00:00:00Z",
                "window_to": "2026-02-10T12:00:00Z", "credit": "10-LVNMC-44", "conditions": "Pa nakti",
                "escort": true,
            }},
            {"PermissionExtended": {
                "movement": "MV-1", "host": "LV", "window_from": "2026-02-10T00:00:00Z",
                "window_to": "2026-02-10T23:59:00Z", "reason": "Late by snow",
            }},
            {"MovementHalted": {
                "movement": "MV-1", "host": "LV", "ground": "SAFETY", "reason": "Ice on the road",
            }},
            {"MovementReleased": {"movement": "MV-1", "host": "LV"}},
        ]),
    );
    w.record(
        "EE CUS",
        "make out a form 302",
        &["form_302"],
        json!([{"CustomsCovered": {
            "movement": "MV-1", "serial": "EE20260203NO000123", "copies": 5, "final_destination": "LV-ADAZI-2",
        }}]),
    );
}

fn called_off(w: &mut World) {
    w.record(
        "EE NMC",
        "plan another and ask",
        &[],
        json!([
            plan("MV-2", "10-EENMC-02", true),
            {"PermissionRequested": {"movement": "MV-2", "host": "LV"}},
        ]),
    );
    w.record(
        "LV NMC",
        "refuse a permission",
        &[],
        json!([{"PermissionRefused": {
            "movement": "MV-2", "host": "LV", "ground": "INFRASTRUCTURE", "reason": "The bridge is closed",
        }}]),
    );
    w.record(
        "EE NMC",
        "change it and notify",
        &[],
        json!([amend("MV-2", true), {"MovementNotified": {"movement": "MV-2", "hosts": ["LV"]}}]),
    );
    w.record(
        "LV NMC",
        "acknowledge",
        &[],
        json!([{"MovementAcknowledged": {"movement": "MV-2", "host": "LV"}}]),
    );
    w.record(
        "EE NMC",
        "call a movement off",
        &[],
        json!([{"MovementCancelled": {"movement": "MV-2", "reason": "One convoy is enough"}}]),
    );
}

fn journey(w: &mut World) {
    w.now = time("2026-02-10T04:00:00Z");
    w.record(
        "EE TFC",
        "start",
        &["incident_report"],
        json!([
            {"MovementStarted": {"movement": "MV-1", "place": "EE-TAPA-1", "persons": 120, "vehicles": 30}},
            {"IncidentReported": {
                "movement": "MV-1", "incident": "IN-1", "kind": "BREAKDOWN", "persons_lost": 2,
                "vehicles_lost": 1, "items": [GUN], "finding": "A lorry with a broken axle",
            }},
        ]),
    );
    w.now = time("2026-02-10T08:00:00Z");
    w.record(
        "EE TFC",
        "cross and arrive",
        &[],
        json!([
            {"BorderCrossed": {"movement": "MV-1", "point": "IKLA", "persons": 118, "vehicles": 29}},
            {"DeviationReported": {"movement": "MV-1", "kind": "LATE", "actual": "An hour late"}},
            {"LegCompleted": {"movement": "MV-1", "place": "LV-SALACGRIVA", "persons": 118, "vehicles": 29}},
            {"MovementCompleted": {"movement": "MV-1", "place": "LV-ADAZI-2", "persons": 118, "vehicles": 29}},
        ]),
    );
    w.record(
        "LV NMC",
        "register a stay and its end",
        &[],
        json!([
            {"StayRegistered": {
                "movement": "MV-1", "host": "LV", "from": "2026-02-10", "until": "2026-03-10",
            }},
            {"ReturnCompleted": {"movement": "MV-1", "host": "LV"}},
        ]),
    );
}
