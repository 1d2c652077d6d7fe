//! The audit report as a file: what is in it, what it is called for, and that it is the same each time. What it does in a
//! browser is tested in tests/report.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{FOUNDED, World, copy_all, fixtures, fuel, now, program, run};

/// The page that a call writes.
fn page(world: &World, args: &str) -> String {
    world.line(&format!("--quiet report out.html {args}")).done();
    read(world)
}

fn read(world: &World) -> String {
    fs::read_to_string(world.path().join("out.html")).unwrap()
}

/// The evidence in a page.
fn evidence(page: &str) -> Value {
    let start = "<script type=\"application/json\" id=\"evidence\">";
    let text = page.split_once(start).unwrap().1.split_once("</script>").unwrap().0;
    assert!(!text.contains(['<', '>', '&']), "it cannot leave its element");
    serde_json::from_str(text).unwrap()
}

/// A line that registers something under a description.
fn described(description: &str) -> String {
    serde_json::json!({ "events": [{ "ItemRegistered": {
        "occurred_at": now(),
        "item": "bulk:9140-38-000-0077=1 LTR",
        "description": description,
        "condition": "A",
        "owner": "EE",
        "holder": "EE",
        "location": "TAPA",
    }}]})
    .to_string()
}

/// A bundle in a folder, with one bit of an entry changed.
fn damaged(folder: &Path) {
    copy_all(&fixtures("bundle/sound"), folder);
    let tile = folder.join("tile/entries/000.p/60");
    let mut bytes = fs::read(&tile).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(tile, bytes).unwrap();
}

#[test]
fn one_file_that_needs_nothing_else() {
    let world = World::founded();
    let page = page(&world, "");
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert!(page.ends_with("</html>\n"));
    // Nothing is loaded from anywhere: no address, no reference to another file.
    for never in ["http://", "https://", " src=", "url(", "@import", "<link", "<img", "<iframe"] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.contains("default-src 'none'; script-src 'sha256-"));
    // No attribute runs anything, and no style stands in one: the policy forbids both.
    for never in [" onclick=", " onload=", " onerror=", " style="] {
        assert!(!page.contains(never), "{never}");
    }
    for section in
        ["summary", "findings", "timeline", "goods", "money", "matters", "consent", "pending", "entries"]
    {
        assert!(page.contains(&format!("<section id=\"{section}\" ")), "{section}");
        assert!(page.contains(&format!("href=\"#{section}\"")), "{section}");
    }
}

#[test]
fn the_same_ledger_gives_the_same_bytes_and_no_clock_is_asked() {
    let world = World::founded();
    let first = page(&world, "");
    std::fs::remove_file(world.path().join("out.html")).unwrap();
    assert_eq!(page(&world, ""), first);
    // The moment is that of the last entry, and not that of this machine.
    let last = world.log().last().unwrap()["recorded_at"].as_str().unwrap().to_owned();
    assert!(first.contains(&format!("as of {last}")));
    let later = page(&world, "--as-of 2031-05-06T07:08:09Z");
    assert!(later.contains("as of 2031-05-06T07:08:09Z") && !first.contains("2031"));
    // A copy at another place is the same ledger.
    copy_all(&world.ledger(), &world.path().join("copy"));
    world.line("--quiet --ledger copy report out.html").done();
    assert_eq!(read(&world), first);
}

#[test]
fn text_from_the_ledger_and_the_caller_is_escaped() {
    let world = World::founded();
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
    world.append("ee-pbo", &[described(hostile)]).done();
    world.run(["--quiet", "report", "out.html", "--title", hostile]).done();
    let page = read(&world);
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    let escaped = "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;";
    // As the title of the page, its heading, and the description of the goods.
    assert_eq!(page.matches(escaped).count(), 3);
    assert_eq!(page.matches("<script").count(), 2, "the evidence and the verifier");
    assert_eq!(page.matches("</script").count(), 2);
}

#[test]
fn so_many_entries_are_embedded_as_are_asked_for() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    let size = FOUNDED + 1;
    for (args, first) in [
        ("", 0),
        ("--entries all", 0),
        ("--entries none", size),
        ("--entries 3", size - 3),
        ("--entries 900", 0),
    ] {
        let evidence = evidence(&page(&world, args));
        assert_eq!(evidence["size"], size, "{args}");
        assert_eq!(evidence["first"], first, "{args}");
        assert_eq!(evidence["entries"].as_array().unwrap().len() as u64, size - first, "{args}");
        assert_eq!(evidence["peaks"].as_array().unwrap().len() as u32, first.count_ones(), "{args}");
        // All entries that name keys are there: among the embedded ones, or by themselves.
        let naming: Vec<_> = evidence["naming"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["position"].as_u64().unwrap())
            .collect();
        let expected: Vec<_> = [0, 1, 3, 5].into_iter().filter(|position| *position < first).collect();
        assert_eq!(naming, expected, "{args}");
        assert_eq!(evidence["all_named"], true);
    }
    world.line("report out.html --entries some").code(2).says(&["all, none, or how many"]);
}

#[test]
fn it_stands_at_a_position_or_a_time() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    let at = evidence(&page(&world, "--at 3"));
    assert_eq!((at["size"].as_u64(), at["entries"].as_array().map(Vec::len)), (Some(3), Some(3)));
    let state = world.line("replay --until 3 --json").done().json();
    let page = read(&world);
    assert!(page.contains(state[0]["state_digest"].as_str().unwrap()), "the state is that of the position");
    assert!(page.contains("only the first 3 are told of here"));
    assert_eq!(at["link"], world.log()[2]["link"]);
    world.line("report out.html --at 99").code(2).says(&["the ledger has 8 entries, not 99"]);
    world.line("--quiet report out.html --at-time 2020-01-01T00:00:00Z").done();
    assert_eq!(evidence(&read(&world))["size"], 0);
    world.line("report out.html --at 3 --at-time 2020-01-01T00:00:00Z").code(2);
}

#[test]
fn one_party_is_told_of_alone() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    assert!(page(&world, "--party EE").contains("All positions (1)"));
    assert!(page(&world, "--party LV").contains("No goods are registered."));
    let refused = world.line("report out.html --party FR").code(2);
    refused.says(&["FR is no party to this ledger", "EE, LT, LV"]);
}

#[test]
fn it_says_what_it_wrote() {
    let world = World::founded();
    let said = world.line("report out.html").done().stdout;
    assert!(
        said.starts_with(&format!("sound: report of {FOUNDED} entries, all in the file: out.html\n")),
        "{said}"
    );
    let lines = world.line("--json report out.html").done().json();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let bytes = fs::read(world.path().join("out.html")).unwrap();
    assert_eq!(line["kind"], "report");
    assert_eq!(line["bytes"], bytes.len());
    assert_eq!(line["sha256"], ledger_core::ledger::digest::sha256(&[&bytes]).to_string());
    assert_eq!((&line["sound"], &line["findings"]), (&Value::Bool(true), &0.into()));
}

#[test]
fn what_does_not_verify_is_reported_all_the_same() {
    let world = World::bare();
    damaged(&world.path().join("bundle"));
    let ran = world.line("--json --ledger bundle report out.html").code(4);
    assert_eq!(ran.json()[0]["sound"], false);
    let page = read(&world);
    assert!(page.contains("<strong>Not sound.</strong>") && page.contains(">E09<"));
    let first = world.line("--json --ledger bundle verify").code(4).json();
    assert!(page.contains(&format!("the first at entry {}.", first[0]["entry"])), "as verify says");
    // Before the damage all is well.
    world.line("--quiet --ledger bundle report out.html --at 59").done();
    assert!(read(&world).contains("<strong>Sound.</strong>"));
}

#[test]
fn the_charter_can_be_pinned() {
    let world = World::founded();
    let other = "0".repeat(64);
    world.line(&format!("--quiet report out.html --charter {other}")).code(4);
    assert!(read(&world).contains(">E11<"));
    let print = evidence(&read(&world))["charter"].as_str().unwrap().to_owned();
    world.line(&format!("--quiet report out.html --charter {print}")).done();
    assert!(read(&world).contains("the charter is the one it was told to expect"));
}

#[test]
fn a_report_is_not_put_among_the_evidence() {
    let world = World::founded();
    copy_all(&fixtures("bundle/sound"), &world.path().join("bundle"));
    for (ledger, file) in [("baltic", "baltic/out.html"), ("bundle", "bundle/tile/out.html")] {
        let refused = world.line(&format!("--ledger {ledger} report {file}")).code(2);
        refused.says(&["is in the ledger's folder"]);
        assert!(!world.path().join(file).exists());
    }
    world.line("report nowhere/out.html").code(3);
}

#[test]
fn a_bundle_and_the_ledger_that_is_made_of_it_have_the_same_report() {
    let world = World::bare();
    copy_all(&fixtures("bundle/sound"), &world.path().join("bundle"));
    world.line("--quiet --ledger bundle report out.html").done();
    let of_bundle = read(&world);
    run(program().current_dir(world.path()).args(["--quiet", "--ledger", "made", "import", "bundle"]), b"")
        .done();
    world.line("--quiet --ledger made report out.html").done();
    assert_eq!(read(&world), of_bundle);
    assert_eq!(evidence(&of_bundle)["checkpoints"].as_array().unwrap().len(), 3);
}
