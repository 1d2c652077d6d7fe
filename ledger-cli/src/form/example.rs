//! Examples in the help: a call that an officer can start from.

use serde_json::Value;

use super::{Shape, fields, flag, is_required, kebab};

/// What an example gives besides the needed fields, because a rule asks for it.
const ALSO: &[(&str, &str, &str)] = &[
    ("ItemRegistered", "ml", "ML4"),
    ("ItemRegistered", "hazard", "1.1D"),
    ("ItemRegistered", "neq_g_per_unit", "1000"),
    ("TransferProposed", "loan", "start=2026-02-01; due=2026-04-30"),
    ("ConsignmentReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("ReturnReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("DiscrepancyResolved", "location", "ADAZI"),
    ("TitlePassed", "document", "title_deed:deed.pdf"),
    ("TransferLicenceRecorded", "document", "licence:licence.pdf"),
    ("RetransferConsentRecorded", "document", "retransfer_consent:consent.pdf"),
    ("LossInvestigated", "document", "investigation_report:report.pdf"),
    ("ParticipantJoined", "document", "memorandum:mou.pdf"),
    ("ArrangementEffective", "document", "memorandum:mou.pdf"),
    ("ContractSigned", "document", "contract:contract.pdf"),
    ("DeliveryDispatched", "document", "despatch_advice:advice.pdf"),
    ("DeliveryAccepted", "document", "conformity_certificate:certificate.pdf"),
    ("InvoiceRegistered", "document", "invoice:invoice.pdf"),
];

/// An example of a text: by the name of its field, or after what its title says.
pub(super) fn example_text(field: &str, title: &str) -> String {
    let known = match field {
        "to" | "consignee" | "recipients" => "LV",
        "consenting_state" => "US",
        "expiry" | "new_due" => "2026-12-31",
        "ml" => "ML3",
        "nsn" | "nsns" => "1376-38-123-4567",
        "role" => "PBO",
        "location" | "from_location" => "TAPA",
        "purpose" => "exercise Spring Storm",
        "activity" => "SPRING-STORM-26",
        "reason" => "the count is wrong",
        "finding" => "20 were left in the depot",
        "title" => "Explosive charges 2026",
        "capability" => "mobility and counter-mobility",
        "description" => "charge, demolition, 1 kg",
        "decision_rule" => "by consensus",
        "withdrawal_terms" => "with six months' notice, own liabilities stay",
        "payment_terms" => "30 days after acceptance",
        "legal_ground" => "2009/43/EC Art. 4(2)(a): armed forces",
        "period" => "first half of 2026",
        "circumstances" => "not found at the yearly count",
        "vat" => "0.00 EUR",
        _ => "",
    };
    if !known.is_empty() {
        return known.into();
    }
    if let Some((_, example)) = title.split_once("such as ") {
        return example.split(" or ").next().unwrap_or(example).to_owned();
    }
    if title.starts_with("an item") {
        let batch = "batch:1376-38-123-4567:EA-22-07";
        return if title.contains('=') { format!("{batch}=500 EA") } else { batch.to_owned() };
    }
    if title.starts_with("text") {
        return "in words".into();
    }
    if let Some(digits) = title.split_ascii_whitespace().find_map(|word| word.parse::<usize>().ok())
        && title.contains("hexadecimal")
    {
        return "3f".repeat(digits / 2);
    }
    format!("{}-1", field.to_ascii_uppercase().replace('_', "-"))
}

/// A call of a verb that an officer can start from; it ends with `last`.
pub(super) fn example(verb: &str, name: &str, schema: &Value, definitions: &Value, last: &str) -> String {
    let mut line = format!("Example:\n  jointledger --ledger DIR {verb} {}", kebab(name));
    let needed = fields(schema)
        .filter(|(field, _)| is_required(schema, field) && *field != "occurred_at")
        .map(|(field, property)| (field, Shape::of(property, definitions).example(field)));
    let also = ALSO.iter().filter(|(event, ..)| *event == name);
    for (field, value) in needed.chain(also.map(|(_, field, value)| (*field, (*value).to_owned()))) {
        line.push_str(&format!(" \\\n      --{} {}", flag(field), quoted(&value)));
    }
    format!("{line} \\\n      {last}")
}

/// A word of a shell's command line.
fn quoted(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "-./:_=".contains(c));
    if plain {
        value.to_owned()
    } else if value.contains('\'') {
        format!("\"{value}\"")
    } else {
        format!("'{value}'")
    }
}
