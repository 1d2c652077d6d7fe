//! The documents against the schema that GS1 publishes. It is not ours to pass on, so it is read from a folder of the
//! reader's: `JOINTLEDGER_SCHEMAS`, with `epcis-2.0/EPCIS-JSON-Schema.json` in it.

use ledger_core::exchange::withheld::Readers;
use serde_json::Value;

use super::written;
use crate::stories::STORIES;

#[allow(clippy::disallowed_methods, reason = "the folder is the reader's own")]
fn schema() -> jsonschema::Validator {
    let folder = std::env::var("JOINTLEDGER_SCHEMAS")
        .expect("JOINTLEDGER_SCHEMAS has to name the folder with the official schemas");
    let path = std::path::Path::new(&folder).join("epcis-2.0/EPCIS-JSON-Schema.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
#[ignore = "needs the official schemas: JOINTLEDGER_SCHEMAS"]
fn every_story_is_valid_by_the_official_schema() {
    let schema = schema();
    for story in STORIES {
        for readers in [Readers::Anybody, Readers::Restricted] {
            let document: Value = serde_json::from_str(&written(story, readers).0).unwrap();
            let found: Vec<String> = schema
                .iter_errors(&document)
                .take(5)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(found.is_empty(), "{story}, {readers:?}: {found:#?}");
        }
    }
}

/// That the schema can say no, and that its formats are looked at.
#[test]
#[ignore = "needs the official schemas: JOINTLEDGER_SCHEMAS"]
fn what_is_spoilt_is_not_valid() {
    let schema = schema();
    let (text, _) = written("stores", Readers::Restricted);
    for (what, from, to) in [
        ("a word", r#""bizStep":"commissioning""#, r#""bizStep":"comissioning""#),
        ("a name", "urn:epc:id:adi:7Z0H1.RL-6.EE-01", "urn epc id adi"),
        ("a time", r#""eventTime":"2"#, r#""eventTime":"x2"#),
        ("an action", r#""action":"ADD""#, r#""action":"PUT""#),
        ("a number", r#""quantity":1000,"#, r#""quantity":"1000","#),
    ] {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "{what}");
        let spoilt: Value = serde_json::from_str(&spoilt).unwrap();
        assert!(!schema.is_valid(&spoilt), "{what}");
    }
}
