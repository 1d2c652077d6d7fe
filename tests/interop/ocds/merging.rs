//! Records: what the releases come to, held against the state, which knows nothing of them.

use std::collections::BTreeMap;

use ledger_core::domain::Event;
use ledger_core::exchange::json::Json;
use ledger_core::exchange::ocds::{Gone, compile, merge};
use ledger_core::store::memory::MemoryStore;
use serde_json::Value;

use super::super::ledgers::{generated, story, told, vectors};
use super::{list, records};

/// An amount of a document in cents: read from its digits.
fn minor(value: &Value) -> i128 {
    let amount = value["amount"].to_string();
    let (whole, part) = amount.split_once('.').unwrap_or((&amount, ""));
    let digits = match value["currency"].as_str().unwrap() {
        "JPY" => 0,
        "KWD" => 3,
        _ => 2,
    };
    // serde_json reads an amount as a float: below 2^53 its shortest text has the digits that were written.
    format!("{whole}{part:0<digits$}").parse().unwrap_or_else(|_| panic!("{amount}"))
}

fn contracts(package: &Value) -> BTreeMap<String, Value> {
    let compiled = list(&package["records"]).iter().map(|record| &record["compiledRelease"]);
    let contracts = compiled.flat_map(|release| list(&release["contracts"]));
    contracts.map(|contract| (contract["id"].as_str().unwrap().to_owned(), contract.clone())).collect()
}

/// What was paid on each contract by each payer, less what came back, from the acts themselves.
fn holds(store: &MemoryStore) {
    let package = records(store);
    let merged = contracts(&package);
    let mut advances: BTreeMap<String, i128> = BTreeMap::new();
    let tip = told(store, |visit| {
        for event in &visit.entry.act().act.events {
            if let (Event::AdvancePaid(paid), true) = (event, visit.missing.is_empty()) {
                *advances.entry(paid.contract.to_string()).or_default() += i128::from(paid.amount.minor());
            }
        }
    });
    let state = tip.state();
    assert!(state.contracts().count() > 0);
    for (id, contract) in state.contracts() {
        let shown = merged.get(id.as_str()).unwrap_or_else(|| panic!("contract {id} is not there"));
        if contract.value().is_some_and(|value| value.minor() < 1 << 50) {
            assert_eq!(minor(&shown["value"]), i128::from(contract.value().unwrap().minor()), "{id}");
        }
        let mut items: BTreeMap<String, String> = BTreeMap::new();
        for line in &contract.terms.lines {
            for part in &line.per_party {
                let (number, _) = part
                    .quantity
                    .to_string()
                    .split_once(' ')
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .unwrap();
                items.insert(format!("{}:{}", line.line, part.party), number);
            }
        }
        let there = list(&shown["items"]).iter().filter(|item| item["quantity"].as_u64() != Some(0));
        let there: BTreeMap<String, String> = there
            .map(|item| (item["id"].as_str().unwrap().to_owned(), item["quantity"].to_string()))
            .collect();
        if items.values().all(|quantity| quantity.len() < 15) {
            assert_eq!(there, items, "{id}");
        }
        let transactions = list(&shown["implementation"]["transactions"]);
        let sum = |kind: &str| -> i128 {
            let of = transactions.iter().filter(|one| one["id"].as_str().unwrap().starts_with(kind));
            of.map(|one| minor(&one["value"])).sum()
        };
        let invoices: Vec<_> = contract.invoices.iter().filter_map(|id| state.invoice(id)).collect();
        let paid: i128 = invoices.iter().map(|i| i128::from(i.paid.minor() + i.refunded.minor())).sum();
        assert_eq!(sum("payment:"), paid, "{id}");
        assert_eq!(sum("advance:"), advances.get(id.as_str()).copied().unwrap_or(0), "{id}");
        let closed = if contract.dossier.closed_in.is_some() { "terminated" } else { "active" };
        assert_eq!(shown["status"], closed, "{id}");
        for id in &contract.deliveries {
            let delivery = state.delivery(id).unwrap();
            let known = list(&shown["milestones"]).iter().find(|one| one["id"] == format!("delivery:{id}"));
            let met = known.unwrap()["status"] == "met";
            assert_eq!(met, delivery.is_settled(), "delivery {id}");
        }
    }
}

#[test]
fn records_come_to_what_the_state_says() {
    for store in [story("baltic"), story("regimes"), story("findings"), vectors()] {
        holds(&store);
    }
}

#[test]
fn records_of_a_generated_ledger_come_to_what_the_state_says() {
    holds(&generated(5, 2_000));
}

#[test]
fn a_record_holds_its_releases_and_is_as_old_as_the_newest() {
    let package = records(&story("baltic"));
    assert_eq!(package["version"], "1.1");
    assert_eq!(list(&package["extensions"]).len(), 9);
    assert!(package["ledger"]["root"].is_string() && package["ledger"]["entries"].is_u64());
    for record in list(&package["records"]) {
        let newest = list(&record["releases"]).last().unwrap();
        let compiled = &record["compiledRelease"];
        assert_eq!(compiled["tag"], serde_json::json!(["compiled"]));
        assert_eq!(compiled["date"], newest["date"]);
        assert_eq!(compiled["ocid"], record["ocid"]);
    }
}

fn object(members: &[(&str, Json)]) -> Json {
    Json::Object(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

#[test]
fn releases_are_merged_as_the_standard_says() {
    let party = |id: &str, name: Json| object(&[("id", Json::text(id)), ("name", name)]);
    let address = |country: &str| object(&[("countryName", Json::text(country))]);
    let release = |date: &str, more: &[(&str, Json)]| {
        let mut all = vec![
            ("ocid", Json::text("o")),
            ("id", Json::text(date)),
            ("date", Json::text(date)),
            ("tag", Json::List(vec![])),
        ];
        all.extend(more.iter().cloned());
        object(&all)
    };
    let first = release(
        "1",
        &[
            ("parties", Json::List(vec![party("a", Json::text("A")), party("b", Json::text("B"))])),
            ("tender", object(&[("status", Json::text("active")), ("value", Json::whole(1_u32))])),
            ("deliveryAddresses", Json::List(vec![address("EE"), address("LV")])),
            ("roles", Json::List(vec![Json::text("x"), Json::text("y")])),
        ],
    );
    let second = release(
        "2",
        &[
            (
                "parties",
                Json::List(vec![
                    party("c", Json::Null),
                    party("b", Json::text("B2")),
                    party("a", Json::Null),
                ]),
            ),
            ("tender", object(&[("value", Json::Null), ("id", Json::text("t"))])),
            ("deliveryAddresses", Json::List(vec![address("LT")])),
            ("roles", Json::List(vec![Json::text("z")])),
        ],
    );
    let mut out = Vec::new();
    compile(&[first.clone(), second.clone()]).write(&mut out, 0).unwrap();
    let merged: Value = serde_json::from_slice(&out).unwrap();
    let expected = serde_json::json!({
        "ocid": "o", "id": "o-2", "date": "2", "tag": ["compiled"],
        "parties": [{"id": "a"}, {"id": "b", "name": "B2"}, {"id": "c"}],
        "tender": {"status": "active", "id": "t"},
        "deliveryAddresses": [{"countryName": "LT"}],
        "roles": ["z"],
    });
    assert_eq!(merged, expected);
    // A release that is being written keeps what it takes away.
    let mut said = first;
    merge(&mut said, &second, Gone::Said);
    assert_eq!(said.get("tender").unwrap().get("value"), Some(&Json::Null));
}
