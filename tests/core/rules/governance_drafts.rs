//! Drafts for the stories of `governance.rs`.

use ledger_core::domain::PublicKey;
use serde_json::json;

use super::drafts::{Draft, draft};
use super::world::fresh_key;

/// Admits a ministry; the domain does not look at its signature.
pub(crate) fn admit(party: &str, root_key: PublicKey) -> Draft {
    draft(
        "MinistryAdmitted",
        json!({
            "party": party, "name": format!("Ministry of {party}"), "root_key": root_key,
            "accession": "5".repeat(128),
        }),
    )
}

pub(crate) fn suspend(party: &str) -> Draft {
    draft("MinistrySuspended", json!({ "party": party, "reason": "obligations unmet" }))
}

pub(crate) fn reinstate(party: &str) -> Draft {
    draft("MinistryReinstated", json!({ "party": party }))
}

pub(crate) fn withdraw(party: &str) -> Draft {
    draft("MinistryWithdrew", json!({ "party": party, "reason": "another way" }))
}

pub(crate) fn compromise(key: PublicKey, since: &str) -> Draft {
    draft("KeyCompromised", json!({ "key": key, "since": since, "reason": "token stolen" }))
}

pub(crate) fn clear_doubt(entry: u64, key: PublicKey) -> Draft {
    draft("DoubtCleared", json!({ "entry": entry, "key": key, "finding": "the officer did it himself" }))
}

/// Lends a role for all that it signs.
pub(crate) fn delegate(id: &str, from: PublicKey, to: PublicKey, until: &str) -> Draft {
    draft("RoleDelegated", json!({ "delegation": id, "from": from, "to": to, "until": until }))
}

pub(crate) fn end_delegation(id: &str) -> Draft {
    draft("DelegationEnded", json!({ "delegation": id }))
}

pub(crate) fn correct(entry: u64, reason: &str) -> Draft {
    draft("CorrectionRecorded", json!({ "entry": entry, "reason": reason, "remark": "wrong box read" }))
}

pub(crate) fn exclude(id: &str, party: &str, family: &str) -> Draft {
    draft(
        "NationalExclusionDeclared",
        json!({ "exclusion": id, "party": party, "family": family, "ground": "resolution of parliament" }),
    )
}

pub(crate) fn end_exclusion(id: &str) -> Draft {
    draft("NationalExclusionEnded", json!({ "exclusion": id }))
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    let (key, other) = (fresh_key(1), fresh_key(2));
    vec![
        admit("PL", key),
        suspend("LV"),
        reinstate("LV"),
        withdraw("LV"),
        compromise(key, "2026-01-30T09:00:00Z"),
        clear_doubt(7, key),
        delegate("D-1", key, other, "2026-02-28T09:00:00Z")
            .with("scope", json!(["KeyRevoked", "TitlePassed"])),
        end_delegation("D-1"),
        correct(7, "INCORRECT_DATA"),
        exclude("NX-1", "LV", "CALL_OFF").with("until", "2026-12-31"),
        end_exclusion("NX-1"),
    ]
}
