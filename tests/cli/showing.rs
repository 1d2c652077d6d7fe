//! One thing with its history, as programs read it: what stands in each answer of `show`, and that what the acts
//! rest on is said where they are listed.

use serde_json::{Value, json};

use super::support::{ROLES, World};
use super::transcripts::play;

/// What `show` says first, and the history below it.
fn show(world: &World, what: &str) -> (Value, Vec<Value>) {
    let mut lines = world.line(&format!("--json show {what}")).done().json();
    let thing = lines.remove(0);
    assert!(lines.iter().all(|line| line["kind"] == "entry"), "{what}: {lines:?}");
    (thing, lines)
}

fn positions(history: &[Value]) -> Vec<u64> {
    history.iter().map(|entry| entry["entry"].as_u64().unwrap()).collect()
}

#[test]
fn what_was_done_on_consent_and_in_a_crisis_is_shown_with_what_it_rests_on() {
    let world = play("09-consent");

    let (movement, history) = show(&world, "movement M-1");
    assert_eq!((&movement["status"], &movement["whereabouts"]), (&json!("started"), &json!("EE")));
    assert_eq!(positions(&history), [12, 14, 15]);
    assert_eq!(history[2]["rests_on"][0]["party"], "LV");
    assert_eq!(history[2]["rests_on"][0]["authorisation"], "SA-1");

    let (authorisation, history) = show(&world, "authorisation SA-1");
    assert_eq!(authorisation["terms"]["limits"]["vehicles"], 60);
    assert_eq!(authorisation["under_way"], json!(["M-1"]));
    assert_eq!(positions(&history), [13, 15]);

    let (order, history) = show(&world, "support S-1");
    assert_eq!((&order["status"], &order["delivered_value"]), (&json!("ordered"), &json!("0.00 EUR")));
    assert_eq!(history[0]["rests_on"][0]["crisis"], "CR-1");
    assert_eq!(history[0]["ratifications"][0]["party"], "LV");
    assert_eq!(history[0]["ratifications"][0]["status"], "ratified");

    let (crisis, _) = show(&world, "crisis CR-1");
    assert_eq!(crisis["declared"][0]["terms"]["party"], "LV");
    assert_eq!(crisis["ratifications"][0]["entry"], 18);

    let (party, _) = show(&world, "party LV");
    assert_eq!(party["keys"].as_array().unwrap().len(), ROLES.len());
    assert_eq!(party["authorisations_given"][0]["terms"]["authorisation"], "SA-1");
    assert_eq!(party["authorisations_held"], json!([]));
    assert_eq!(party["crises"][0]["terms"]["crisis"], "CR-1");
    let (party, _) = show(&world, "party EE");
    assert_eq!(party["authorisations_held"][0]["terms"]["authorisation"], "SA-1");

    let (entry, _) = show(&world, "entry 18");
    assert_eq!(entry["rests_on"][0]["family"], "MUTUAL_SUPPORT");
    assert_eq!((&entry["corrected"], &entry["doubts"]), (&Value::Null, &json!([])));

    let state = world.line("--json state").done().json();
    for kind in ["movement", "support_order"] {
        assert_eq!(state.iter().filter(|line| line["kind"] == kind).count(), 1, "{kind}");
    }
}

#[test]
fn a_programme_and_a_contract_are_shown_with_all_that_hangs_on_them() {
    let world = play("04-procurement");
    let (programme, _) = show(&world, "programme P-1");
    assert_eq!(programme["status"], "delivering");
    for name in ["withdrawals", "commitments", "procedures", "frameworks"] {
        assert_eq!(programme[name], json!([]), "{name}");
    }
    let (contract, _) = show(&world, "contract K-1");
    assert_eq!(contract["deliveries"][0]["delivery"], "DEL-1");
    assert_eq!(contract["invoices"][0]["invoice"], "I-1");
    assert_eq!(contract["invoices"][0]["paid"], "10000.00 EUR");
    for name in ["schedule", "options", "advances", "quality_requests", "vat_certificates", "warranty_claims"]
    {
        assert_eq!(contract[name], json!([]), "{name}");
    }
    assert_eq!((&contract["framework"], &contract["closed_in"]), (&Value::Null, &Value::Null));
}

#[test]
fn entries_of_new_kinds_are_listed_by_kind_and_by_party() {
    let world = play("10-movement");
    let list = |line: &str| positions(&world.line(&format!("--json log {line}")).done().json());
    assert_eq!(list("--kind BorderCrossed"), [16]);
    assert_eq!(list("--kind PermissionGranted --party LV"), [14]);
    assert_eq!(list("--kind PermissionGranted --party EE"), [0_u64; 0]);
    assert_eq!(list("--role TFC"), [15, 16, 17, 18]);
}
