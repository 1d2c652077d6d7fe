//! Drafts for the stories of `consent.rs`.

use serde_json::{Value, json};

use super::drafts::{Draft, GUN_NSN, authorise, declare, draft, regime};
use super::world::{EE, LV};

/// An authorisation with other limits, until the end of the year.
pub(crate) fn amend(id: &str, limits: Value) -> Draft {
    draft(
        "StandingAuthorisationAmended",
        json!({ "authorisation": id, "limits": limits, "notice_h": 0, "valid_to": "2026-12-31" }),
    )
}

pub(crate) fn suspend(id: &str) -> Draft {
    draft("StandingAuthorisationSuspended", json!({ "authorisation": id, "reason": "Bridge closed" }))
}

pub(crate) fn resume(id: &str) -> Draft {
    draft("StandingAuthorisationResumed", json!({ "authorisation": id }))
}

pub(crate) fn withdraw_authorisation(id: &str) -> Draft {
    draft("StandingAuthorisationRevoked", json!({ "authorisation": id, "reason": "Replaced by another" }))
}

pub(crate) fn prolong(id: &str, party: &str, end: &str) -> Draft {
    draft(
        "CrisisExtended",
        json!({ "crisis": id, "party": party, "expires_at": end, "ground": "It goes on" }),
    )
}

pub(crate) fn end_crisis(id: &str, party: &str) -> Draft {
    draft("CrisisEnded", json!({ "crisis": id, "party": party, "reason": "It is over" }))
}

pub(crate) fn ratify(entry: u64, party: &str) -> Draft {
    draft("ActRatified", json!({ "entry": entry, "party": party }))
}

pub(crate) fn refuse_to_ratify(entry: u64, party: &str) -> Draft {
    draft("RatificationRefused", json!({ "entry": entry, "party": party, "reason": "Not ours to take" }))
}

pub(crate) fn unwind(entry: u64, party: &str, remedy: &str) -> Draft {
    draft(
        "UnwindingClosed",
        json!({ "entry": entry, "party": party, "remedy": remedy, "finding": "Settled between the depots" }),
    )
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    let limits = json!({
        "persons": 300, "vehicles": 60, "at_once": 2, "load_class": 70, "oversize": true, "armed": true,
        "neq_g": 500_000, "hazards": ["1.1D"], "value": "5.00 EUR", "nsns": [GUN_NSN], "ml": ["ML2"],
        "crossing_points": ["IKLA"], "purposes": ["EXERCISE"], "modes": ["ROAD"],
    });
    vec![
        regime(),
        authorise("SA-1", "MOVE", LV, EE, limits.clone()),
        amend("SA-1", limits),
        suspend("SA-1"),
        resume("SA-1"),
        withdraw_authorisation("SA-1"),
        declare("CR-1", EE, &["MOVE"], "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"),
        prolong("CR-1", EE, "2026-02-03T00:00:00Z"),
        end_crisis("CR-1", EE),
        ratify(7, EE).with("remark", "seen"),
        refuse_to_ratify(7, EE),
        unwind(7, EE, "RETURN"),
    ]
}
