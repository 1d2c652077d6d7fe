//! `export --as`: other people's forms, as files that are there whole or not at all, or on standard output.

use std::fs;

use serde_json::Value;

use super::support::{FOUNDED, Ran, World, run};

/// The ledger of the demo.
fn played() -> World {
    let world = World::bare();
    world.line("demo baltic").done();
    world
}

fn read(world: &World, name: &str) -> String {
    fs::read_to_string(world.path().join(name)).unwrap()
}

/// Nothing but these files is in the folder besides the keys and the ledger.
fn made(world: &World) -> Vec<String> {
    let names =
        fs::read_dir(world.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut made: Vec<String> = names.filter(|name| name.contains(".out")).collect();
    made.sort();
    made
}

#[test]
fn a_form_is_a_new_file_and_the_same_on_standard_output() {
    let world = played();
    for (name, options) in [
        ("releases.out", "--as ocds"),
        ("records.out", "--as ocds --compiled --restricted --ocid-prefix ocds-abc123"),
        ("lv.out", "--as ocds --party LV"),
        ("accounts.out", "--as accounts"),
        ("accounts-lv.out", "--as accounts --party LV --at 200"),
    ] {
        let told = world.line(&format!("export {name} {options}")).done();
        assert!(told.stdout.starts_with("exported: ") && told.stdout.contains(name), "{}", told.stdout);
        let written = read(&world, name);
        assert!(written.len() > 1_000, "{name}");
        let piped = world.line(&format!("export - {options}")).done();
        assert_eq!(piped.stdout, written, "{name}");
        // It is there: it stays, unless it is to go.
        world.line(&format!("export {name} {options}")).code(2).says(&["is there already", "--force"]);
        fs::write(world.path().join(name), "old").unwrap();
        world.line(&format!("export {name} {options}")).code(2);
        assert_eq!(read(&world, name), "old");
        world.line(&format!("export {name} {options} --force")).done();
        assert_eq!(read(&world, name), written);
    }
    assert_eq!(made(&world).len(), 5, "{:?}", made(&world));
    let records: Value = serde_json::from_str(&read(&world, "records.out")).unwrap();
    assert_eq!(records["records"][0]["ocid"], "ocds-abc123-PRG-EXCH");
    assert_eq!(records["ledger"]["entries"].as_u64(), Some(world.log().len() as u64));
}

#[test]
fn what_was_written_is_said_to_programs() {
    let world = played();
    let said = world.line("export releases.out --as ocds --json").done().json();
    let [line] = said.as_slice() else { panic!("{said:?}") };
    let releases: Value = serde_json::from_str(&read(&world, "releases.out")).unwrap();
    assert_eq!((line["kind"].as_str(), line["form"].as_str()), (Some("export"), Some("ocds")));
    assert_eq!(line["count"].as_u64(), Some(releases["releases"].as_array().unwrap().len() as u64));
    assert_eq!((line["left_out"].as_u64(), line["file"].as_str()), (Some(0), Some("releases.out")));
}

#[test]
fn an_export_ends_where_it_is_told_to() {
    let world = played();
    let releases = |options: &str| -> Vec<Value> {
        let text = world.line(&format!("export - --as ocds {options}")).done().stdout;
        let package: Value = serde_json::from_str(&text).unwrap();
        package["releases"].as_array().unwrap().clone()
    };
    let all = releases("");
    let early = releases("--at 200");
    assert!(!early.is_empty() && early.len() < all.len());
    assert_eq!(all[..early.len()], early, "what is published once stays");
    let by_time = releases("--at-time 2024-12-31T23:59:59Z");
    assert!(by_time.iter().all(|release| release["date"].as_str().unwrap() < "2025"));
    assert!(!by_time.is_empty());
    world.line("export late.out --as accounts --at 99999").code(2).says(&["the ledger has"]);
    world.line("export both.out --as accounts --at 3 --at-time 2024-12-31T23:59:59Z").code(2);
    assert!(made(&world).is_empty(), "{:?}", made(&world));
}

#[test]
fn what_means_nothing_in_a_form_is_refused() {
    let world = World::founded();
    for (line, words) in [
        ("export x.out --compiled", "--compiled means nothing in the form bundle"),
        ("export x.out --force", "--force means nothing in the form bundle"),
        ("export x.out --at 3", "--at means nothing in the form bundle"),
        ("export x.out --as ocds --to-checkpoint", "--to-checkpoint means nothing in the form ocds"),
        ("export x.out --as ocds --log-key ee-log", "--log-key means nothing in the form ocds"),
        ("export x.out --as accounts --restricted", "--restricted means nothing in the form accounts"),
        ("export x.out --as accounts --ocid-prefix ocds-abc123", "it goes with --as ocds"),
        ("export x.out --as ocds --ocid-prefix abc", "is no prefix of an ocid"),
        ("export x.out --as pdf", "pdf"),
        ("export baltic/x.out --as ocds", "inside the folder that is exported"),
        ("export baltic --as ocds", "inside the folder that is exported"),
    ] {
        world.line(line).code(2).says(&[words]);
    }
    fs::create_dir(world.path().join("folder")).unwrap();
    world.line("export folder --as accounts --force").code(2).says(&["is no file"]);
    world.line("export nowhere/x.out --as accounts").code(3);
    assert!(made(&world).is_empty(), "{:?}", made(&world));
    // What the environment says may be meant for other commands.
    let mut command = world.command(["export", "x.out", "--as", "accounts"]);
    let told: Ran = run(command.env("JOINTLEDGER_LOG_KEY", "no-such-key"), b"");
    told.done();
}

#[test]
fn a_bundle_is_exported_as_the_ledger_is() {
    let world = World::founded();
    world.line("export bundle --log-key ee-log").done();
    for form in ["ocds", "accounts"] {
        let of_ledger = world.line(&format!("export - --as {form}")).done().stdout;
        let of_bundle = world.line(&format!("--ledger bundle export - --as {form}")).done().stdout;
        assert_eq!(of_ledger, of_bundle);
        assert!(of_ledger.contains(&FOUNDED.to_string()));
    }
}
