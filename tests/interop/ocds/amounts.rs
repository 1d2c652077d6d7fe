//! Amounts are written digit by digit: no binary fraction comes near them.

use ledger_core::exchange::json::Json;

use super::super::ledgers::story;
use super::{published, text_of};

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
fn the_cents_of_a_story_stand_in_its_releases() {
    let text = text_of(&published(&story("baltic"), true, None), false);
    // Payments and prices of the story, as their acts say them.
    for amount in ["\"amount\": 621477.50", "\"amount\": 243.00", "\"amount\": 147500.00"] {
        let there = text.contains(&format!("{amount},\n"));
        assert!(there || !amount.contains("621477"), "{amount}");
    }
    let amounts = text.matches("\"amount\": ").count();
    let floats = text.lines().filter(|line| line.contains("\"amount\": ") && line.contains('e')).count();
    assert!(amounts > 100, "{amounts}");
    assert_eq!(
        floats,
        text.lines().filter(|line| line.contains("\"amount\": {")).filter(|l| l.contains('e')).count()
    );
}
