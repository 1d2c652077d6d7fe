//! Examples in the help: a call that an officer can start from.

use ledger_core::domain::Event;
use serde_json::Value;

use super::shape::{Shape, fields, is_required, part, words};
use super::{NOW, definitions, flag, kebab, read_event};
use crate::error::CommandError;

/// What an example gives besides the needed fields, because a rule asks for it, or otherwise than other kinds do.
const ALSO: &[(&str, &str, &str)] = &[
    ("ActRefused", "reason", "the count is wrong"),
    ("RegimeParametersSet", "parameters", REGIME),
    ("StandingAuthorisationGranted", "limits", LIMITS),
    ("StandingAuthorisationAmended", "limits", LIMITS),
    ("MinistryAdmitted", "party", "PL"),
    ("MinistryAdmitted", "name", "Ministry of National Defence of Poland"),
    ("RoleDelegated", "until", "2026-02-28T22:00:00Z"),
    ("ItemRegistered", "ml", "ML4"),
    ("ItemRegistered", "hazard", "1.1D"),
    ("ItemRegistered", "neq_g_per_unit", "1000"),
    ("ItemInstalled", "parent", "serial:0AA1J:V6X6:V-7"),
    ("ItemInstalled", "child", "serial:0AA1J:VHF:R-9"),
    ("ItemRemoved", "parent", "serial:0AA1J:V6X6:V-7"),
    ("ItemRemoved", "child", "serial:0AA1J:VHF:R-9"),
    ("PhysicalCountRecorded", "counted", "batch:1376-38-123-4567:EA-22-07=500 EA"),
    ("TransferProposed", "loan", "start=2026-02-01; due=2026-04-30"),
    ("ConsignmentReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("ReturnReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("DiscrepancyResolved", "location", "ADAZI"),
    ("SupportDelivered", "location", "ADAZI"),
    ("SupportReciprocated", "location", "ADAZI"),
    ("MovementPlanned", "number", "01-EEN-01"),
    ("MovementPlanned", "vehicles", "class=TRUCK; count=12"),
    ("MovementPlanned", "dangerous_goods", "hazard=1.1D; neq_g=500000"),
    ("MovementPlanned", "legs", LEG),
    ("MovementAmended", "legs", LEG),
    ("RefundReceived", "payment", "PAYMENT-1"),
    ("ReconciliationTolerancesSet", "tolerances", TOLERANCES),
    ("BreakOpened", "since", "2026-01-20"),
    ("BreakOpened", "quantity", "10 EA"),
    ("BreakOpened", "more_in", "LEDGER"),
    ("BreakFoundAgain", "quantity", "10 EA"),
    ("BreakAccepted", "limit_quantity", "12 EA"),
    ("BalanceConfirmed", "period", "2026-01"),
    ("BalanceConfirmed", "counterparty", "LV"),
    ("PeriodCutoffFixed", "period", "2026-01"),
    ("AuditEngagementOpened", "from", "2026-01-01"),
    ("AuditEngagementOpened", "until", "2026-01-31"),
    ("SampleDrawn", "positions", "12"),
    ("FindingRaised", "finding", "F-1"),
    ("FindingRaised", "entries", "12"),
    ("ManagementReplied", "finding", "F-1"),
    ("FindingClosed", "finding", "F-1"),
    ("ManagementReplied", "accepted", "true"),
    ("ManagementReplied", "due", "2026-06-30"),
    ("ContractAmended", "lines", LINE),
];

/// Clocks and limits, as neighbours agree on them.
const REGIME: &str = "clock_skew_ms=300000; in_transit_limit_h=72; discrepancy_answer_days=30;
          permission_answer_h=72; crisis_permission_answer_h=6; crossing_tolerance_min=120;
          crisis_first_h=72; crisis_extension_h=168; ratification_h=72;
          standing_days=365; late_recording_h=24;
          minister_limits=1000000.00 EUR; crisis_limits=250000.00 EUR;
          count_cadence_days=180; support_in_kind_days=365; support_cash_days=60;
          framework_days=2557; settlement_days=30; bulk_tolerance_bp=50;
          ageing_days=30, 60, 90, 365";

/// What books and ledger may differ by.
const TOLERANCES: &str = "bulk_bp=50; value_date_days=3; crossing_min=30;
          rounding_minor=1; late_days=7; acceptance_days=90";

/// What a neighbour may move without asking.
const LIMITS: &str = "persons=200; vehicles=60; at_once=2; load_class=60; armed=true;
          crossing_points=VALKA; purposes=EXERCISE; modes=ROAD";

/// A leg of a route.
const LEG: &str = "point=VALKA; from=EE; to=LV;
          etd=2026-03-01T06:00:00Z; eta=2026-03-01T18:00:00Z";

/// A line of a contract as it reads once it is amended.
const LINE: &str = "line=1; description=charge, demolition, 1 kg;
          quantity=600 EA; unit_price=1234.50 EUR; per_party=EE:350 EA, LV:250 EA";

/// An example of what is written in a field of this name.
fn known(field: &str) -> Option<&'static str> {
    Some(match field {
        "to" | "consignee" | "recipients" | "receiver" | "host" | "hosts" | "second" | "creditor"
        | "grantees" => "LV",
        "lead" | "buyer" | "first" | "debtor" => "EE",
        "consenting_state" => "US",
        "expiry" | "new_due" | "expires" | "valid_to" => "2026-12-31",
        "end" => "2029-12-31",
        "until" | "deadline" | "cleared_by" | "settle_by" | "standstill_until" => "2026-02-28",
        "expires_at" => "2026-02-05T09:00:00Z",
        "starts_at" | "window_from" => "2026-03-01T06:00:00Z",
        "window_to" => "2026-03-01T18:00:00Z",
        "since" => "2026-01-20T00:00:00Z",
        "year" => "2026",
        "persons" => "40",
        "vehicles" => "12",
        "load_class" => "60",
        "notice_h" => "24",
        "warranty_days" => "730",
        "persons_lost" | "vehicles_lost" => "0",
        "count" => "COUNT-1",
        "oversize" | "armed" => "false",
        "ml" => "ML3",
        "nsn" | "nsns" => "1376-38-123-4567",
        "role" => "PBO",
        "point" | "crossing_points" => "VALKA",
        "name" => "Valka",
        "location" | "from_location" | "origin" => "TAPA",
        "destination" | "final_destination" | "place" => "ADAZI",
        "unit" => "EE-ENG-1",
        "serial" => "EE20260120UO000123",
        "purpose" => "exercise Spring Storm",
        "activity" => "SPRING-STORM-26",
        "reason" => "as agreed on 29 January",
        "finding" => "20 were left in the depot",
        "remark" => "entered twice",
        "ground" => "attack on the neighbour",
        "actual" => "two hours late, a bridge was closed",
        "risks" => "new supplier of the fuze",
        "reservation" => "the manual is missing",
        "defect" => "does not fire",
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
        _ => return None,
    })
}

/// An example of a text, after what its title says.
pub(super) fn example_text(field: &str, title: &str) -> String {
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

/// A value that could stand in a field: what is known under its name, if the field takes it.
fn value_of(shape: &Shape<'_>, field: &str) -> Value {
    let known = known(field);
    match shape {
        Shape::Text(schema) => {
            let title = part(schema, "title").as_str().unwrap_or_default();
            let known = known.filter(|_| !title.contains("hexadecimal"));
            match words(schema) {
                Some(words) => {
                    let known = words.iter().find(|word| known.is_some_and(|known| *word == known));
                    // From one to another: not to itself.
                    let other = if field == "to" { words.get(1) } else { words.first() };
                    known.or(other).cloned().unwrap_or_default()
                }
                None => known.map_or_else(|| example_text(field, title), str::to_owned).into(),
            }
        }
        Shape::Number => known.and_then(|known| known.parse::<u64>().ok()).unwrap_or(1).into(),
        Shape::Flag => (known != Some("false")).into(),
        Shape::List(element) => Value::Array(vec![value_of(element, field)]),
        Shape::Structure(schema, definitions) => fields(schema)
            .filter(|(name, _)| is_required(schema, name))
            .map(|(name, property)| (name.to_owned(), value_of(&Shape::of(property, definitions), name)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The fields of an event of this kind with a value for each: all that are needed, and those that [`ALSO`] gives.
fn given(name: &str) -> Vec<(&str, String)> {
    let schema = part(definitions(), name);
    let own: Vec<_> = ALSO.iter().filter(|(event, ..)| *event == name).collect();
    let mut given = Vec::new();
    for (field, property) in fields(schema).filter(|(field, _)| *field != NOW) {
        let values = own.iter().filter(|(_, known, _)| *known == field).map(|(.., value)| *value);
        let before = given.len();
        given.extend(values.map(|value| (field, value.to_owned())));
        if given.len() == before && is_required(schema, field) {
            let shape = match Shape::of(property, definitions()) {
                Shape::List(element) => *element,
                shape => shape,
            };
            given.push((field, shape.write(&value_of(&shape, field))));
        }
    }
    given
}

/// The event of the example.
fn event(name: &str, given: &[(&str, String)]) -> Result<Event, CommandError> {
    read_event(name, |field| {
        let moment = (field == NOW).then(|| "2026-01-30T09:00:00Z".to_owned());
        let texts = given.iter().filter(|(known, _)| *known == field).map(|(_, text)| text.clone());
        moment.into_iter().chain(texts).collect()
    })
}

/// A call of a verb that an officer can start from, with the papers that such an act must bind; it ends with
/// `last`.
pub(super) fn example(verb: &str, name: &str, last: &str) -> String {
    let given = given(name);
    let papers = event(name, &given).map_or(&[][..], |event| event.documents());
    let mut line = format!("Example:\n  jointledger --ledger DIR {verb} {}", kebab(name));
    for (field, value) in &given {
        line.push_str(&format!(" \\\n      --{} {}", flag(field), quoted(value)));
    }
    for paper in papers.iter().map(ToString::to_string) {
        line.push_str(&format!(" \\\n      --document {paper}:{paper}.pdf"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_every_kind_is_an_event_of_this_kind() {
        let wrong: Vec<_> = super::super::kinds()
            .filter_map(|name| Some((name, event(name, &given(name)).err()?.message)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
