//! `export --as epcis` and `--as entries`: where they go, what is said, and that nothing half is left.

use std::fs;

use serde_json::Value;

use crate::support::*;

/// The demo, in the folder `told` of a bare world.
fn demo(scenario: &str) -> World {
    let world = World::bare();
    world.run(["demo", "told", "--scenario", scenario]).done();
    world
}

#[test]
fn goods_go_into_a_file_and_what_is_left_out_is_counted() {
    let world = demo("regimes");
    let call = ["--ledger", "told", "export", "goods.json", "--as", "epcis"];
    let out = world.run(call).done().says(&["left out as restricted or sensitive"]);
    assert!(out.stdout.contains("events from 166 entries, in goods.json"), "{out:?}");
    let read = || fs::read_to_string(world.path().join("goods.json")).unwrap();
    let document: Value = serde_json::from_str(&read()).unwrap();
    assert_eq!(document["type"], "EPCISDocument");
    assert!(document["jl:withheldEvents"].as_u64().unwrap() > 0 && !read().contains("IKLA"));

    // What is there is not overwritten unless that is asked for.
    world.run(call).code(2).says(&["goods.json is there already", "--force"]);
    let whole = world.run([&call[..], &["--force", "--restricted"]].concat()).done();
    assert!(!whole.stderr.contains("left out"), "{whole:?}");
    assert!(read().contains("crossing-point:IKLA") && read().contains("\"jl:withheldEvents\":0"));
}

#[test]
fn entries_go_to_stdout_as_they_are_and_end_where_they_are_asked_to() {
    let world = demo("findings");
    let out = world.run(["--ledger", "told", "export", "-", "--as", "entries", "--at", "20"]).done();
    assert!(out.stdout.starts_with("entry,event,link,"), "{}", out.stdout);
    assert!(out.stdout.lines().last().unwrap().starts_with("19,"), "{}", out.stdout);
    let out = world.run(["--ledger", "told", "--json", "export", "table.csv", "--as", "entries"]).done();
    let table = fs::read_to_string(world.path().join("table.csv")).unwrap();
    assert_eq!(out.json()[0]["count"].as_u64().unwrap(), table.lines().count() as u64 - 1);
}

#[test]
fn an_end_that_is_not_there_leaves_no_file() {
    let world = demo("findings");
    for form in ["epcis", "entries"] {
        let call = ["--ledger", "told", "export", "x", "--as", form, "--at", "100000"];
        world.run(call).code(2).says(&["the ledger has 69 entries"]);
    }
    let left = fs::read_dir(world.path()).unwrap().map(|file| file.unwrap().file_name());
    let left: Vec<_> = left.map(|name| name.into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.starts_with('x') && !name.starts_with(".x")), "{left:?}");
}

#[test]
fn what_means_nothing_in_a_form_is_refused() {
    let world = demo("findings");
    let call = ["--ledger", "told", "export", "x", "--as", "entries", "--party", "EE"];
    world.run(call).code(2).says(&["--party means nothing in the form entries"]);
}
