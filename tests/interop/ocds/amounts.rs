//! Amounts are written digit by digit: no binary fraction comes near them.

use ledger_core::exchange::json::Json;

use serde_json::Value;

use super::super::ledgers::{file, story};
use super::{list, published, text_of};

fn written(json: &Json) -> String {
    let mut out = Vec::new();
    json.write(&mut out, 0).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn an_amount_has_the_digits_of_its_currency_and_no_others() {
    for (money, digits) in [
        ("0.07 EUR", "0.07"),
        ("0.00 EUR", "0.00"),
        ("1234.50 EUR", "1234.50"),
        ("0.10 EUR", "0.10"),
        ("5 JPY", "5"),
        ("1.005 KWD", "1.005"),
        ("90071992547409.93 EUR", "90071992547409.93"),
        ("92233720368547758.07 EUR", "92233720368547758.07"),
        ("9223372036854775807 JPY", "9223372036854775807"),
        ("9223372036854775.807 KWD", "9223372036854775.807"),
    ] {
        assert_eq!(written(&Json::amount(money.parse().unwrap())), digits, "{money}");
    }
}

#[test]
fn a_quantity_has_the_digits_that_it_has() {
    for (quantity, digits) in [
        ("500 EA", "500"),
        ("12.5 LTR", "12.5"),
        ("0.000001 TNE", "0.000001"),
        ("9223372036854775807 LTR", "9223372036854775807"),
    ] {
        assert_eq!(written(&Json::quantity(quantity.parse().unwrap())), digits, "{quantity}");
    }
}

#[test]
fn texts_are_escaped_and_members_keep_their_order() {
    let json =
        Json::object([("z", Some(Json::text("a \"b\"\n\\"))), ("none", None), ("a", Some(Json::Bool(true)))]);
    assert_eq!(written(&json), "{\n  \"z\": \"a \\\"b\\\"\\n\\\\\",\n  \"a\": true\n}");
    assert_eq!(written(&Json::List(Vec::new())), "[]");
}

#[test]
fn every_amount_that_was_paid_stands_in_the_releases_as_it_was_written() {
    let text = text_of(&published(&story("baltic"), true, None), false);
    let mut paid = 0;
    for step in file("fixtures/scenarios/baltic/steps.jsonl").lines() {
        let step: Value = serde_json::from_str(step).unwrap();
        let taken = step["refused"].is_null();
        for event in list(&step["events"]).iter().filter(|_| taken) {
            if let Some(amount) = event["PaymentExecuted"]["amount"].as_str() {
                let digits = amount.strip_suffix(" EUR").unwrap();
                assert!(text.contains(&format!("\"amount\": {digits},\n")), "{amount}");
                paid += 1;
            }
        }
    }
    assert!(paid > 10, "{paid}");
}
