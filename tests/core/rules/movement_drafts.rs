//! Drafts for the stories of `movement.rs`.

use ledger_core::domain::status::MatterKind;
use serde_json::{Value, json};

use super::drafts::{Draft, draft};
use super::world::{EE, LT, LV, NMC, World};

/// From Estonia to Latvia by road.
pub(crate) const IKLA: &str = "Ikla";
/// From Estonia to Latvia, by road and by rail.
pub(crate) const VALGA: &str = "Valga";
/// From Latvia to Lithuania by road.
pub(crate) const GRENCTALE: &str = "Grenctale";
/// From Estonia to Lithuania by sea.
pub(crate) const KLAIPEDA: &str = "Klaipeda";

pub(crate) fn list_point(point: &str, first: &str, second: &str, modes: &[&str]) -> Draft {
    draft(
        "CrossingPointListed",
        json!({ "point": point, "name": point, "modes": modes, "first": first, "second": second }),
    )
}

/// The leg from Estonia to Latvia, on the morning of 10 February.
pub(crate) fn first_leg() -> Value {
    json!({ "point": IKLA, "from": EE, "to": LV, "etd": "2026-02-10T06:00:00Z", "eta": "2026-02-10T12:00:00Z" })
}

/// The leg from Latvia to Lithuania, that afternoon.
pub(crate) fn second_leg() -> Value {
    json!({
        "point": GRENCTALE, "from": LV, "to": LT, "etd": "2026-02-10T14:00:00Z", "eta": "2026-02-10T20:00:00Z",
    })
}

/// Adds to `fields` what 120 persons with 30 vehicles take along by road from Estonia over Latvia to Lithuania.
fn convoy(mut fields: Value) -> Value {
    let plan = json!({
        "starts_at": "2026-02-10T04:00:00Z", "legs": [first_leg(), second_leg()], "persons": 120,
        "vehicles": [{ "class": "LIGHT", "count": 10 }, { "class": "TRUCK", "count": 20 }],
        "load_class": 30, "oversize": false, "armed": true,
        "dangerous_goods": [{ "hazard": "1.2E", "neq_g": 50_000 }], "union_goods": true,
    });
    for (name, value) in plan.as_object().unwrap() {
        fields[name] = value.clone();
    }
    fields
}

/// An Estonian company goes to an exercise in Lithuania by road.
pub(crate) fn plan(id: &str) -> Draft {
    draft(
        "MovementPlanned",
        convoy(json!({
            "movement": id, "number": "10-EENMC-01", "sending": EE, "unit": "U-7", "mode": "ROAD",
            "purpose": "EXERCISE", "origin": "Tapa", "destination": "Rukla",
        })),
    )
}

/// The same plan again, to be changed.
pub(crate) fn amend(id: &str) -> Draft {
    draft("MovementAmended", convoy(json!({ "movement": id, "reason": "another order" })))
}

pub(crate) fn call_off(id: &str) -> Draft {
    draft("MovementCancelled", json!({ "movement": id, "reason": "the exercise is off" }))
}

pub(crate) fn ask(id: &str, host: &str) -> Draft {
    draft("PermissionRequested", json!({ "movement": id, "host": host }))
}

/// Permits a movement for the whole of 10 February.
pub(crate) fn permit(id: &str, host: &str) -> Draft {
    draft(
        "PermissionGranted",
        json!({
            "movement": id, "host": host, "window_from": "2026-02-10T00:00:00Z",
            "window_to": "2026-02-10T23:59:00Z", "credit": "10-LVNMC-44", "escort": false,
        }),
    )
}

pub(crate) fn deny(id: &str, host: &str) -> Draft {
    draft(
        "PermissionRefused",
        json!({ "movement": id, "host": host, "ground": "INFRASTRUCTURE", "reason": "the bridge is closed" }),
    )
}

/// Gives another window: the morning of 11 February.
pub(crate) fn give_time(id: &str, host: &str) -> Draft {
    draft(
        "PermissionExtended",
        json!({
            "movement": id, "host": host, "window_from": "2026-02-11T00:00:00Z",
            "window_to": "2026-02-11T12:00:00Z", "reason": "late by snow",
        }),
    )
}

pub(crate) fn notify(id: &str, hosts: &[&str]) -> Draft {
    draft("MovementNotified", json!({ "movement": id, "hosts": hosts }))
}

pub(crate) fn acknowledge(id: &str, host: &str) -> Draft {
    draft("MovementAcknowledged", json!({ "movement": id, "host": host }))
}

pub(crate) fn halt(id: &str, host: &str) -> Draft {
    draft(
        "MovementHalted",
        json!({ "movement": id, "host": host, "ground": "SAFETY", "reason": "ice on the road" }),
    )
}

pub(crate) fn release(id: &str, host: &str) -> Draft {
    draft("MovementReleased", json!({ "movement": id, "host": host }))
}

pub(crate) fn cover(id: &str, serial: &str) -> Draft {
    draft(
        "CustomsCovered",
        json!({ "movement": id, "serial": serial, "copies": 5, "final_destination": "Rukla" }),
    )
}

/// All 120 persons and 30 vehicles start.
pub(crate) fn start(id: &str) -> Draft {
    draft("MovementStarted", json!({ "movement": id, "place": "Tapa", "persons": 120, "vehicles": 30 }))
}

pub(crate) fn cross(id: &str, point: &str) -> Draft {
    draft("BorderCrossed", json!({ "movement": id, "point": point, "persons": 120, "vehicles": 30 }))
}

pub(crate) fn rest(id: &str, place: &str) -> Draft {
    draft("LegCompleted", json!({ "movement": id, "place": place, "persons": 120, "vehicles": 30 }))
}

pub(crate) fn arrive(id: &str) -> Draft {
    draft("MovementCompleted", json!({ "movement": id, "place": "Rukla", "persons": 120, "vehicles": 30 }))
}

/// A lorry breaks down; its crew of two stays with it.
pub(crate) fn incident(id: &str, incident: &str) -> Draft {
    draft(
        "IncidentReported",
        json!({
            "movement": id, "incident": incident, "kind": "BREAKDOWN", "persons_lost": 2, "vehicles_lost": 1,
            "finding": "a lorry with a broken axle",
        }),
    )
}

pub(crate) fn deviate(id: &str) -> Draft {
    draft("DeviationReported", json!({ "movement": id, "kind": "LATE", "actual": "five hours late" }))
}

pub(crate) fn stay(id: &str, host: &str) -> Draft {
    draft(
        "StayRegistered",
        json!({ "movement": id, "host": host, "from": "2026-02-11", "until": "2026-03-10" }),
    )
}

pub(crate) fn leave(id: &str, host: &str) -> Draft {
    draft("ReturnCompleted", json!({ "movement": id, "host": host }))
}

/// What a standing authorisation allows that the convoy just fits.
pub(crate) fn convoy_limits() -> Value {
    json!({
        "persons": 120, "vehicles": 30, "at_once": 1, "load_class": 30, "oversize": false, "armed": true,
        "neq_g": 50_000, "hazards": ["1.2E"], "crossing_points": [GRENCTALE, IKLA], "purposes": ["EXERCISE"],
        "modes": ["ROAD"],
    })
}

impl World {
    /// The clocks are agreed on, and the crossing points listed.
    pub(crate) fn with_borders() -> Self {
        let mut world = Self::with_regime();
        world.list_borders();
        world
    }

    /// Lists the crossing points.
    pub(crate) fn list_borders(&mut self) {
        self.agree(&[(EE, NMC), (LV, NMC)], list_point(IKLA, EE, LV, &["ROAD"]));
        self.agree(&[(EE, NMC), (LV, NMC)], list_point(VALGA, EE, LV, &["ROAD", "RAIL"]));
        self.agree(&[(LV, NMC), (LT, NMC)], list_point(GRENCTALE, LT, LV, &["ROAD"]));
        self.agree(&[(EE, NMC), (LT, NMC)], list_point(KLAIPEDA, EE, LT, &["SEA"]));
    }

    /// Moves the clock on.
    pub(crate) fn clock(&mut self, moment: &str) {
        let moment = moment.parse().unwrap();
        assert!(moment >= self.now, "time never runs backwards");
        self.now = moment;
    }

    /// A host is asked and permits the movement.
    pub(crate) fn permitted(&mut self, id: &str, host: &'static str) {
        self.accept((EE, NMC), ask(id, host));
        self.accept((host, NMC), permit(id, host));
    }

    /// The convoy is planned, and both hosts permit it.
    pub(crate) fn planned(&mut self, id: &str) {
        self.accept((EE, NMC), plan(id));
        self.permitted(id, LV);
        self.permitted(id, LT);
    }

    /// Asserts where a movement is in its life.
    #[track_caller]
    pub(crate) fn movement_is(&self, id: &str, expected: &str) {
        let status = self.state.movement_status(&id.parse().unwrap());
        assert_eq!(serde_json::to_value(status).unwrap(), json!(expected), "{id}");
    }

    /// What is open of movements: who acts towards whom, until when, and what.
    pub(crate) fn open_matters(&self) -> Vec<String> {
        let matters = self.state.matters(self.now);
        let ours = matters
            .into_iter()
            .filter(|matter| matches!(matter.kind, MatterKind::Permission | MatterKind::Movement));
        ours.map(|matter| {
            let to = matter.to.map_or("-".to_owned(), |to| to.to_string());
            format!("{} {to} {} {}", matter.by, matter.due.unwrap(), matter.what)
        })
        .collect()
    }

    /// On what a host's consent to a movement rests.
    pub(crate) fn basis(&self, id: &str, host: &str) -> Value {
        let movement = self.state.movement(&id.parse().unwrap()).unwrap();
        let hosting = movement.hosts.get(&host.parse().unwrap());
        json!(hosting.and_then(|hosting| hosting.basis.as_ref()))
    }
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    let goods = |draft: Draft| {
        draft.with("items", json!(["batch:1376-38-123-4567:EA-22-07"])).with("transfers", json!(["LOAN-1"]))
    };
    vec![
        list_point(IKLA, EE, LV, &["ROAD", "RAIL"]),
        goods(plan("M-1")),
        goods(amend("M-1")),
        call_off("M-1"),
        ask("M-1", LV),
        permit("M-1", LV).with("conditions", "by night"),
        deny("M-1", LV),
        give_time("M-1", LV),
        notify("M-1", &[LT, LV]),
        acknowledge("M-1", LV),
        halt("M-1", LV),
        release("M-1", LV),
        cover("M-1", "EE20260210NO000123"),
        start("M-1"),
        cross("M-1", IKLA),
        rest("M-1", "Riga"),
        arrive("M-1"),
        incident("M-1", "I-1").with("items", json!(["bulk:9140-38-000-0001"])),
        deviate("M-1"),
        stay("M-1", LT),
        leave("M-1", LT),
    ]
}
