//! The log by question, the life of a thing, and what differs between two states, as programs read them.

use serde_json::{Value, json};

use super::support::{World, fuel};
use super::transcripts::play;

fn log(world: &World, filters: &str) -> Vec<u64> {
    let lines = world.line(&format!("--json log {filters}")).done().json();
    lines.iter().map(|line| line["entry"].as_u64().unwrap()).collect()
}

const CHARGES: &str = "item:batch:1376-38-123-4567:EA-22-07";

#[test]
fn filters_of_the_log_are_combined() {
    let world = play("02-loan");
    let life = [7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18];
    assert_eq!(log(&world, &format!("--about {CHARGES}")), life);
    assert_eq!(log(&world, "--about transfer:L-1"), life[1..]);
    assert_eq!(log(&world, &format!("--about {CHARGES} --party LV")), [9, 12, 13, 14, 16]);
    assert_eq!(log(&world, &format!("--about {CHARGES} --party LV --role HRH --from 13")), [16]);
    assert_eq!(log(&world, &format!("--about {CHARGES} --limit 2")), [17, 18]);
    assert_eq!(log(&world, &format!("--about {CHARGES} --limit 3 --reverse")), [18, 17, 16]);
    assert_eq!(log(&world, "--about transfer:L-1 --reverse")[..2], [18, 17]);
    assert_eq!(log(&world, "--kind TransferProposed --kind TransferApproved"), [8, 9]);
    assert_eq!(log(&world, "--kind TransferProposed --party LV"), [0_u64; 0]);
    assert_eq!(log(&world, "--about entry:14"), [14, 15]);
    assert_eq!(log(&world, "--pending"), [0_u64; 0]);
    world.line("log --kind TransferProposed --party LV").done().says(&["no entry matches"]);

    let all = world.log();
    let (id, key) = (all[9]["act"].as_str().unwrap(), all[9]["author"].as_str().unwrap());
    assert_eq!(log(&world, &format!("--act {id}")), [9]);
    assert!(log(&world, &format!("--about key:{key}")).len() >= 2);
    let digest = all[10]["documents"][0]["sha256"].as_str().unwrap();
    assert_eq!(log(&world, &format!("--document {}", &digest[..8])), [10]);
    assert_eq!(log(&world, &format!("--document {digest} --party EE")), [10]);
    assert_eq!(log(&world, "--document 00000000"), [0_u64; 0]);
}

#[test]
fn times_of_recording_and_of_occurring_are_two_questions() {
    let world = play("05-append");
    let recorded = |entry: usize| world.log()[entry]["recorded_at"].as_str().unwrap().to_owned();
    assert_eq!(log(&world, "--occurred-since 2026-01-31 --occurred-until 2026-01-31 --from 7"), [8]);
    assert_eq!(log(&world, "--occurred-until 2026-01-30T09:00:00Z --from 7"), [7]);
    assert_eq!(log(&world, "--occurred-until 2026-01-30T08:59:59Z --from 7"), [0_u64; 0]);
    // Two entries may be recorded within one millisecond.
    let all = world.log();
    let times: Vec<&str> = all.iter().map(|entry| entry["recorded_at"].as_str().unwrap()).collect();
    let which = |holds: &dyn Fn(&str) -> bool| -> Vec<u64> {
        (0..).zip(&times).filter(|(_, time)| holds(time)).map(|(entry, _)| entry).collect()
    };
    let seventh = times[7];
    assert_eq!(log(&world, &format!("--since {seventh}")), which(&|time| time >= seventh));
    assert_eq!(log(&world, &format!("--until {seventh}")), which(&|time| time <= seventh));
    assert!(which(&|time| time < seventh).contains(&5));
    let day = &recorded(7)[..10];
    assert!(log(&world, &format!("--since {day} --until {day} --kind ItemRegistered")).contains(&7));
    assert_eq!(log(&world, "--until 2026-01-01"), [0_u64; 0]);
}

#[test]
fn a_filter_that_nothing_can_pass_is_a_wrong_call() {
    let world = World::founded();
    for (filters, says) in [
        ("--kind TransferApprovd", "there is no kind of event TransferApprovd"),
        ("--party PL", "PL is no party of this ledger"),
        ("--about party:PL", "the parties are: EE, LT, LV"),
        ("--about loan:L-1", "write KIND:ID with one of item, transfer"),
        ("--about entry:7", "the ledger has 7 entries"),
        ("--about key:27dbd161", "64 lower-case"),
        ("--document xyz1", "4 to 64 lower-case hexadecimal digits"),
        ("--document abc", "4 to 64 lower-case hexadecimal digits"),
        ("--act 12", "32 lower-case"),
        ("--since yesterday", "neither a day such as"),
        ("--since 2026-02-02 --until 2026-02-01", "leave no time between them"),
        ("--occurred-since 2026-02-02 --occurred-until 2026-02-01T10:00:00Z", "leave no time between them"),
        ("--pending --corrected", "cannot be used with"),
    ] {
        world.line(&format!("log {filters}")).code(2).says(&[says]);
    }
    // What is not there yet may come: that is no wrong call.
    world.line("log --about transfer:L-1").done().says(&["no entry matches"]);
}

#[test]
fn what_became_of_an_act_is_said_where_it_is_listed() {
    let world = play("14-history");
    let all = world.log();
    assert_eq!((&all[8]["status"], &all[8]["corrected_by"]), (&json!("corrected"), &json!(9)));
    assert_eq!(all[8]["occurred_at"], "2026-01-31T17:00:00Z");
    assert!(all[8]["recorded_later_ms"].as_u64().unwrap() > 3_600_000);
    let signers = |entry: &Value| -> Vec<String> {
        let each = entry["signers"].as_array().unwrap().iter();
        each.map(|s| format!("{} {} {}", s["entry"], s["party"], s["role"]).replace('"', "")).collect()
    };
    assert_eq!(signers(&all[14]), ["14 EE NMC", "15 LV NMC"]);
    assert_eq!((&all[14]["status"], &all[14]["in_effect_since"]), (&json!("in_effect"), &json!(15)));
    assert_eq!(all[14]["waited_for"], json!(["NMC of LV"]));
    assert_eq!((&all[16]["status"], &all[16]["in_effect_since"]), (&json!("refused"), &Value::Null));
    assert_eq!(
        (&all[16]["refused_by"]["entry"], &all[16]["refused_by"]["party"]),
        (&json!(17), &json!("LV"))
    );
    assert_eq!(log(&world, "--corrected"), [8]);

    let row = |entry: &str| {
        let listed = world.line("log").done().stdout;
        listed.lines().find(|line| line.trim_start().starts_with(entry)).unwrap().to_owned()
    };
    assert!(row("8 ").ends_with("(corrected by entry 9)"));
    assert!(row("16 ").ends_with("(refused in entry 17)"));
    // Each row is a line, and its columns stand below the head.
    let listed = world.line("log").done().stdout;
    let head = listed.lines().next().unwrap();
    let what = head.find("WHAT").unwrap();
    assert!(listed.lines().skip(1).all(|line| line.as_bytes()[what - 1] == b' '), "{listed}");
    assert_eq!(listed.lines().count(), all.len() + 1);
}

#[test]
fn an_items_life_says_where_it_went_by_each_entry() {
    let world = play("14-history");
    let lines = world.line("--json show item bulk:9140-38-000-0001").done().json();
    let moved = |entry: u64| lines.iter().find(|line| line["entry"] == entry).unwrap()["moved"].clone();
    assert_eq!(moved(7)[0]["from"], Value::Null);
    assert_eq!(moved(7)[0]["changed"].as_array().unwrap().len(), 6);
    assert_eq!(moved(10), Value::Null, "a proposal moves nothing");
    assert_eq!(moved(12)[0]["changed"], json!(["standing"]));
    let received = moved(13);
    assert_eq!(received[0]["quantity"], "5000 LTR");
    assert_eq!(received[0]["changed"], json!(["holder", "location", "standing"]));
    assert_eq!((&received[0]["from"]["holder"], &received[0]["to"]["holder"]), (&json!("EE"), &json!("LV")));

    let told = world.line("show item bulk:9140-38-000-0001").done().stdout;
    for words in [
        "holder EE \u{2192} LV \u{b7} location TAPA \u{2192} ADAZI",
        "Consignment received: C-1",
        "signed by  HRH of LV",
        "rests on   consent of LV (LOAN): its own word in entry 11",
        "corrected  by entry 9: DID_NOT_OCCUR",
        "later)",
    ] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 110), "{told}");
}

#[test]
fn what_an_authorisation_or_a_crisis_stood_in_for_is_in_its_history() {
    let world = play("09-consent");
    assert_eq!(log(&world, "--about authorisation:SA-1"), [13, 15]);
    assert_eq!(log(&world, "--about crisis:CR-1"), [17, 18, 19]);
    assert_eq!(log(&world, "--about support:S-1"), [18, 19]);
    let told = world.line("show support S-1").done().stdout;
    assert!(told.contains("ratified   by LV in entry 19"), "{told}");
}

#[test]
fn differences_are_told_by_row_with_what_was_and_what_is() {
    let world = play("14-history");
    let diff = |args: &str| world.line(&format!("--json diff {args}")).done().json();
    let lines = diff("12 14 --table stocks");
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["table"], &lines[0]["change"]), (&json!("stocks"), &json!("changed")));
    assert_eq!(lines[0]["key"], "bulk:9140-38-000-0001");
    assert_eq!(lines[0]["fields"][0]["field"], "positions");
    assert_ne!(lines[0]["before"], lines[0]["after"]);
    assert_eq!(lines[1]["kind"], "differences");
    assert_eq!((&lines[1]["from"]["size"], &lines[1]["to"]["size"]), (&json!(12), &json!(14)));
    assert_eq!(lines[1]["counts"], json!({ "added": 0, "removed": 0, "changed": 1, "tables": ["stocks"] }));

    // Of goods that are counted, positions are told: no way is guessed over several acts.
    let told = world.line("diff 9 14 --table stocks").done().stdout;
    for words in ["19649.5 LTR \u{2192} 15000 LTR", "0 LTR \u{2192} 5000 LTR", "350.5 LTR \u{2192} 0 LTR"] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }

    // Backwards what was added is removed; from a place to itself there is nothing.
    let back = diff("14 12");
    let there = diff("12 14");
    let count = |lines: &[Value], which: &str| lines.last().unwrap()["counts"][which].clone();
    assert_eq!(count(&back, "added"), count(&there, "removed"));
    assert_eq!(count(&back, "removed"), count(&there, "added"));
    assert_eq!(diff("14 14").len(), 1);
    // Without a second place: to the end; a day is taken to its end.
    assert_eq!(diff("14"), diff("14 18"));
    assert_eq!(diff("0 2025-12-31").len(), 1);
    assert_eq!(diff("2025-12-31 2099-12-31").last().unwrap()["to"]["size"], 18);

    let about: Vec<Value> = diff("9 14 --about transfer:L-1");
    assert!(
        about.len() > 2
            && about.iter().all(|line| line.to_string().contains("L-1") || line["kind"] == "differences")
    );
    assert_eq!(diff("9 14 --party LT").len(), 1, "Latvia's loan is no matter of Lithuania");
    assert!(diff("9 14 --party LV").len() > 2);
}

#[test]
fn a_difference_that_cannot_be_told_is_a_wrong_call_and_one_that_is_found_is_no_error() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    for (args, says) in [
        ("diff 1 99", "the ledger has 8 entries, not 99"),
        ("diff 99", "the ledger has 8 entries, not 99"),
        ("diff yesterday", "neither a number of entries, nor a day"),
        ("diff 1 --table stock", "the state has no table stock"),
        ("diff 1 --party PL", "PL is no party of this ledger"),
        ("diff 1 --about loan:1", "write KIND:ID"),
        ("diff 99999999999999999999", "more entries than there can be"),
    ] {
        world.line(args).code(2).says(&[says]);
    }
    let quiet = world.line("diff 7 --quiet").done();
    assert!(
        quiet.stdout.contains("0 LTR \u{2192} 100 LTR: owner EE") && quiet.stderr.is_empty(),
        "{quiet:?}"
    );
    let same = world.line("diff 8").done();
    assert!(same.stdout.contains("no row differs"), "{same:?}");
}

#[test]
fn what_is_listed_comes_while_the_ledger_is_read_and_a_reader_may_leave() {
    let world = World::founded();
    let lines: Vec<String> = (0..400).map(fuel).collect();
    world.append("ee-pbo", &lines).done();
    // Whoever reads one line and leaves ends the listing, and that is no error.
    let script = format!("{} log --json | head -n 1", env!("CARGO_BIN_EXE_jointledger"));
    let ran = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(world.path())
        .env("JOINTLEDGER_DIR", "baltic")
        .output()
        .unwrap();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
    assert_eq!(ran.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
    let all = log(&world, "");
    assert_eq!(all, (0..407).collect::<Vec<u64>>());
    let reversed: Vec<u64> = (0..407).rev().collect();
    assert_eq!(log(&world, "--reverse"), reversed);
    assert_eq!(log(&world, "--limit 1000"), all);
    assert_eq!(log(&world, "--limit 0"), [0_u64; 0]);
}
