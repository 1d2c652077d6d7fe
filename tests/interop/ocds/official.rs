//! Against what is not ours: the official schemas, and the merge of the Open Contracting Partnership.
//!
//! `JOINTLEDGER_SCHEMAS` names a folder with `ocds-1.1.5/schema/*.json` (standard.open-contracting.org) and
//! `ocds-extensions/NAME/release-schema.json` for the extensions that we name. They are not ours to keep here.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use jsonschema::{Draft, Validator};
use ledger_core::store::memory::MemoryStore;
use serde_json::{Map, Value};

use super::super::ledgers::{generated, story, vectors};
use super::{list, published, records, releases, text_of};

const EXTENSIONS: [&str; 9] = [
    "lots",
    "techniques",
    "options",
    "contract_suppliers",
    "contract_buyer",
    "contract_signatories",
    "budget_breakdown",
    "legalBasis",
    "eu",
];

fn folder() -> PathBuf {
    let folder = std::env::var_os("JOINTLEDGER_SCHEMAS");
    folder.expect("set JOINTLEDGER_SCHEMAS to the folder with ocds-1.1.5/ and ocds-extensions/").into()
}

fn schema(name: &str) -> Value {
    let path = folder().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// JSON Merge Patch (RFC 7396).
fn patch(target: &mut Value, more: &Value) {
    let Value::Object(members) = more else {
        *target = more.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let known = target.as_object_mut().unwrap();
    for (name, value) in members {
        if value.is_null() {
            known.remove(name);
        } else {
            patch(known.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The schema of a release, with our extensions.
fn release_schema() -> Value {
    let mut release = schema("ocds-1.1.5/schema/release-schema.json");
    for extension in EXTENSIONS {
        patch(&mut release, &schema(&format!("ocds-extensions/{extension}/release-schema.json")));
    }
    // A currency of 2024; the list of the standard is older.
    let currencies =
        release["definitions"]["Value"]["properties"]["currency"]["enum"].as_array_mut().unwrap();
    assert!(!currencies.contains(&"ZWG".into()), "the list has ZWG by now: leave this out");
    currencies.push("ZWG".into());
    release
}

/// Takes references to other documents out: releases are checked one by one.
fn local(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("$ref").and_then(Value::as_str).is_some_and(|to| to.starts_with("http")) {
                members.remove("$ref");
            }
            members.values_mut().for_each(local);
        }
        Value::Array(elements) => elements.iter_mut().for_each(local),
        _ => {}
    }
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true).build(schema).unwrap()
}

fn require(validator: &Validator, document: &Value, what: &str) {
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{what}: {}", wrong.join("\n"));
}

fn all_ledgers() -> Vec<(&'static str, MemoryStore)> {
    vec![
        ("baltic", story("baltic")),
        ("regimes", story("regimes")),
        ("findings", story("findings")),
        ("vectors", vectors()),
        ("generated", generated(9, 1_500)),
    ]
}

#[test]
#[ignore = "needs the official schemas: JOINTLEDGER_SCHEMAS"]
fn official_schemas_accept_every_release_and_package() {
    let release = validator(&release_schema());
    let mut package = schema("ocds-1.1.5/schema/release-package-schema.json");
    local(&mut package);
    let package = validator(&package);
    for (name, store) in all_ledgers() {
        let document = releases(&store);
        require(&package, &document, name);
        assert!(!list(&document["releases"]).is_empty(), "{name}");
        for one in list(&document["releases"]) {
            require(&release, one, &format!("{name} {}", one["id"]));
        }
    }
    // That it can say no.
    let mut wrong = releases(&story("regimes"));
    wrong["releases"][0]["tag"] = serde_json::json!(["purchase"]);
    assert!(!release.is_valid(&wrong["releases"][0]));
    wrong["version"] = Value::Null;
    assert!(!package.is_valid(&wrong));
}

#[test]
#[ignore = "needs the official schemas: JOINTLEDGER_SCHEMAS"]
fn official_schemas_accept_every_record_and_package() {
    let release = validator(&release_schema());
    let mut package = schema("ocds-1.1.5/schema/record-package-schema.json");
    local(&mut package);
    let package = validator(&package);
    for (name, store) in all_ledgers() {
        let document = records(&store);
        require(&package, &document, name);
        for record in list(&document["records"]) {
            require(&release, &record["compiledRelease"], &format!("{name} {}", record["ocid"]));
        }
    }
}

#[test]
#[ignore = "needs the official schemas and python3 with ocdsmerge: JOINTLEDGER_SCHEMAS, JOINTLEDGER_PYTHON"]
fn ocdsmerge_comes_to_the_same_records() {
    let python = std::env::var_os("JOINTLEDGER_PYTHON").unwrap_or_else(|| "python3".into());
    let scratch = tempfile::tempdir().unwrap();
    let schema = scratch.path().join("release-schema.json");
    fs::write(&schema, release_schema().to_string()).unwrap();
    for (name, store) in all_ledgers() {
        let file = scratch.path().join(format!("{name}.json"));
        fs::write(&file, text_of(&published(&store, true, None), true)).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/merge.py");
        let ran = Command::new(&python).arg(script).arg(&schema).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{name}: {said}");
    }
}
