//! What the ministers agree on: clocks, standing authorisations, exclusions, delegations, and a crisis.

use serde_json::json;

use super::super::world::{World, key};

/// More officers, and the clocks and limits of all three.
pub(super) fn clocks(w: &mut World) {
    w.enrol(&["EE REG", "EE NMC", "EE TFC", "EE CUS", "EE DTY"], "LV ROOT");
    w.enrol(&["LV NMC", "LV HRH", "LV DTY"], "LT ROOT");
    w.enrol(&["LT MIN", "LT NMC", "LT FIN"], "EE ROOT");
    w.record_with(
        &["EE MIN", "LV MIN", "LT MIN"],
        "agree on clocks",
        &[],
        json!([{"RegimeParametersSet": {"parameters": {
            "clock_skew_ms": 300_000, "in_transit_limit_h": 72, "discrepancy_answer_days": 30,
            "permission_answer_h": 48, "crisis_permission_answer_h": 6, "crossing_tolerance_min": 15,
            "crisis_first_h": 96, "crisis_extension_h": 168, "ratification_h": 54, "standing_days": 366,
            "late_recording_h": 24, "minister_limits": ["1000000.00 EUR", "2000000.00 USD"],
            "crisis_limits": ["5000000.00 EUR"], "count_cadence_days": 180, "support_in_kind_days": 365,
            "support_cash_days": 60, "framework_days": 2557, "settlement_days": 45,
            "bulk_tolerance_bp": 50, "ageing_days": [30, 60, 90, 365],
        }}}]),
    );
}

/// Standing authorisations of every fate, an exclusion and a delegation that end.
pub(super) fn authorisations(w: &mut World) {
    let limits = json!({
        "persons": 300, "vehicles": 60, "at_once": 2, "load_class": 70, "oversize": true, "armed": true,
        "neq_g": 500_000, "hazards": ["1.1D", "1.2E"], "value": "5.00 EUR", "nsns": ["1376-38-123-4567"],
        "ml": ["ML2"], "crossing_points": ["IKLA"], "purposes": ["EXERCISE"], "modes": ["ROAD", "RAIL"],
    });
    let grant = |id: &str| {
        json!({"StandingAuthorisationGranted": {
            "authorisation": id, "grantor": "LV", "grantees": ["EE", "LT"], "family": "MOVE",
            "limits": limits, "notice_h": 12, "valid_from": "2026-01-01", "valid_to": "2026-06-30",
        }})
    };
    w.record("LV MIN", "authorise", &[], json!([grant("SA-1"), grant("SA-2")]));
    w.record(
        "LV MIN",
        "change what is authorised",
        &[],
        json!([
            {"StandingAuthorisationAmended": {
                "authorisation": "SA-1",
                "limits": {
                    "persons": 200, "vehicles": 40, "at_once": 1, "load_class": 30, "oversize": false, "armed": true, "neq_g": 100_000,
                    "hazards": ["1.2E"], "crossing_points": ["IKLA"], "purposes": ["EXERCISE"],
                    "modes": ["ROAD"],
                },
                "notice_h": 0, "valid_to": "2026-12-31",
            }},
            {"StandingAuthorisationSuspended": {"authorisation": "SA-1", "reason": "Tilts slēgts"}},
            {"StandingAuthorisationResumed": {"authorisation": "SA-1"}},
            {"StandingAuthorisationRevoked": {"authorisation": "SA-2", "reason": "SA-1 says it all"}},
        ]),
    );
    w.record(
        "EE MIN",
        "exclude for a while",
        &[],
        json!([
            {"NationalExclusionDeclared": {
                "exclusion": "NX-1", "party": "EE", "family": "CALL_OFF", "until": "2026-12-31",
                "ground": "Riigikogu otsus",
            }},
            {"NationalExclusionEnded": {"exclusion": "NX-1"}},
        ]),
    );
    w.record(
        "EE MIN",
        "delegate",
        &[],
        json!([{"RoleDelegated": {
            "delegation": "DG-1", "from": key("EE MIN"), "to": key("EE NAD"),
            "until": "2026-02-28T09:00:00Z", "scope": ["LossInvestigated", "WriteOffApproved"],
        }}]),
    );
    w.record("EE MIN", "end a delegation", &[], json!([{"DelegationEnded": {"delegation": "DG-1"}}]));
}

/// A crisis in Latvia: two loans rest on it, one is ratified and one is not.
pub(super) fn crisis(w: &mut World) {
    w.record(
        "LV DTY",
        "declare a crisis",
        &[],
        json!([{"CrisisDeclared": {
            "crisis": "CR-1", "party": "LV", "scope": "NATIONAL", "families": ["LOAN"],
            "starts_at": w.now.later_by(120_000), "expires_at": w.now.later_by(24 * 3_600_000),
            "ground": "Naidīga kustība pie robežas",
        }}]),
    );
    let guns = ["SN-0061", "SN-0062"];
    let gun = |number: &str| format!("serial:0AA1J:M3E1:{number}");
    let registered = guns.map(|number| {
        json!({"ItemRegistered": {
            "item": gun(number), "description": "Recoilless rifle 84 mm", "condition": "A", "owner": "EE",
            "holder": "EE", "location": "EE-TAPA-1",
        }})
    });
    w.record("EE PBO", "register two rifles", &[], json!(registered));
    let mut send = |loan: &str, consignment: &str, number: &str| {
        w.record(
            "EE PBO",
            "lend under a crisis",
            &[],
            json!([
                {"TransferProposed": {
                    "transfer": loan, "kind": "LOAN", "from": "EE", "to": "LV", "owner": "EE",
                    "items": [gun(number)], "purpose": "Crisis",
                    "loan": {"start": "2026-01-30", "due": "2026-06-30"}, "risk_passes_at": "RECEIPT",
                }},
                {"ConsignmentDispatched": {
                    "consignment": consignment, "transfer": loan, "items": [gun(number)],
                    "from_location": "EE-TAPA-1",
                }},
            ]),
        )
    };
    let first = send("LOAN-11", "C-11", "SN-0061");
    let second = send("LOAN-12", "C-12", "SN-0062");
    w.record(
        "LV PBO 2",
        "ratify one of two",
        &[],
        json!([
            {"ActRatified": {"entry": first, "party": "LV", "remark": "Saņemts"}},
            {"RatificationRefused": {"entry": second, "party": "LV", "reason": "Not ours to take"}},
        ]),
    );
    w.record_with(
        &["LV PBO 2", "EE PBO"],
        "unwind",
        &[],
        json!([{"UnwindingClosed": {
            "entry": second, "party": "LV", "remedy": "APOLOGY", "finding": "Kept on loan, asked first next time",
        }}]),
    );
    w.record(
        "LV MIN",
        "extend and end a crisis",
        &[],
        json!([
            {"CrisisExtended": {
                "crisis": "CR-1", "party": "LV", "expires_at": w.now.later_by(48 * 3_600_000),
                "ground": "It goes on",
            }},
            {"CrisisEnded": {"crisis": "CR-1", "party": "LV", "reason": "It is over"}},
        ]),
    );
}

/// One loan is received; what is missing of the other comes late.
pub(super) fn arrivals(w: &mut World) {
    w.record(
        "LV PBO 2",
        "receive and report a shortage",
        &[],
        json!([
            {"ConsignmentReceived": {
                "consignment": "C-11",
                "counted": [{"item": "serial:0AA1J:M3E1:SN-0061", "condition": "A"}],
                "location": "LV-ADAZI-2", "seals_intact": true,
            }},
            {"ConsignmentReceived": {
                "consignment": "C-12", "counted": [], "location": "LV-ADAZI-2", "seals_intact": true,
            }},
            {"DiscrepancyReported": {
                "discrepancy": "D-2", "consignment": "C-12", "kind": "SHORTAGE",
                "items": ["serial:0AA1J:M3E1:SN-0062"], "finding": "Nothing on the lorry",
            }},
        ]),
    );
    w.record_with(
        &["EE PBO", "LV PBO 2"],
        "settle a late arrival",
        &[],
        json!([{"DiscrepancyResolved": {
            "discrepancy": "D-2", "outcome": "RECEIVED_LATE", "liable": "CARRIER",
            "finding": "Came on the next lorry",
            "location": "LV-ADAZI-2",
        }}]),
    );
    w.record_with(
        &["LV PBO 2", "LV HRH"],
        "issue what is on loan",
        &["hand_receipt"],
        json!([{"SubCustodyIssued": {
            "receipt": "HR-2", "items": ["serial:0AA1J:M3E1:SN-0061"], "owner": "EE", "holder": "LV",
            "location": "LV-ADAZI-2", "unit": "U-99", "loan": "LOAN-11",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "grade what is on loan",
        &[],
        json!([{"ConditionChanged": {
            "item": "serial:0AA1J:M3E1:SN-0061", "owner": "EE", "holder": "LV", "location": "LV-ADAZI-2",
            "loan": "LOAN-11", "receipt": "HR-2", "from": "A", "to": "E", "reason": "Sight bracket cracked",
        }}]),
    );
}
