//! Who is a member, and a key that was stolen.

use ledger_core::ledger::accession::sign;
use serde_json::{Value, json};

use super::super::world::{ORIGIN, World, key, officer};

/// The admission of Poland, signed by its root key.
fn admission() -> Value {
    let name = "Ministerstwo Obrony Narodowej";
    let root = officer("PL ROOT");
    let (_, signature) =
        sign(ORIGIN.parse().unwrap(), "PL".parse().unwrap(), name.parse().unwrap(), &root).unwrap();
    json!([{"MinistryAdmitted": {
        "party": "PL", "name": name, "root_key": key("PL ROOT"), "accession": signature,
    }}])
}

/// Lithuania is suspended for a while; Poland joins and leaves.
pub(super) fn who_takes_part(w: &mut World) {
    let paper = &["membership_act"];
    w.record_with(
        &["EE MIN", "LV MIN"],
        "suspend a ministry",
        paper,
        json!([{"MinistrySuspended": {"party": "LT", "reason": "Obligations unmet"}}]),
    );
    w.record_with(
        &["EE MIN", "LV MIN"],
        "reinstate a ministry",
        paper,
        json!([{"MinistryReinstated": {"party": "LT"}}]),
    );
    w.record_with(&["EE MIN", "LT MIN", "LV MIN"], "admit a ministry", paper, admission());
    w.enrol(&["PL MIN"], "EE ROOT");
    w.record(
        "PL MIN",
        "withdraw",
        paper,
        json!([{"MinistryWithdrew": {"party": "PL", "reason": "Another way"}}]),
    );
}

/// A key of an Estonian officer was in the hands of another; what it signed since is looked at.
pub(super) fn doubts(w: &mut World) {
    let signed = w.labels.iter().position(|(author, _)| author == "EE CUS").unwrap();
    w.record_with(
        &["EE REG", "LV REG"],
        "declare a key compromised",
        &[],
        json!([{"KeyCompromised": {
            "key": key("EE CUS"), "since": "2026-02-03T00:00:00Z", "reason": "Kaart varastati",
        }}]),
    );
    w.record_with(
        &["EE MIN", "LV MIN"],
        "clear a doubt",
        &[],
        json!([{"DoubtCleared": {
            "entry": signed, "key": key("EE CUS"), "finding": "The officer did it himself",
        }}]),
    );
}
