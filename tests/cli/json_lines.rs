//! What `append` takes, refuses and says: in whole files, and line by line.

use serde_json::{Value, json};

use super::support::{FOUNDED, Ran, Talk, World, act_id, fuel, fuel_id, refused, registered};

fn append(world: &World, input: &[u8]) -> Ran {
    world.run_with(["append", "--json", "--key", "ee-pbo"], input)
}

fn receipts(ran: &Ran) -> Vec<Value> {
    ran.json().into_iter().filter(|line| line["kind"] == "receipt").collect()
}

/// The error object of a run.
fn error(ran: &Ran) -> Value {
    let lines = ran.json();
    let error = lines.last().unwrap();
    assert_eq!(error["kind"], "error", "{ran:?}");
    error.clone()
}

#[test]
fn what_is_wrong_with_a_line_is_named_by_line_column_and_field() {
    let world = World::founded();
    let one = |field: &str, value: Value| {
        let mut event = registered(2);
        event["ItemRegistered"][field] = value;
        json!({ "events": [event] }).to_string()
    };
    let cases: [(String, &[&str]); 14] = [
        ("{\"events\":[}".into(), &["line 2: column 12", "expected value"]),
        ("not json".into(), &["line 2: column 2", "expected ident"]),
        ("[]".into(), &["line 2: column"]),
        ("7".into(), &["line 2: column", "invalid type: integer `7`"]),
        ("{}".into(), &["line 2: column", "missing field `events`"]),
        (r#"{"events":[],"comment":"x"}"#.into(), &["line 2: column", "unknown field `comment`"]),
        (
            r#"{"events":[{"TransferAproved":{}}]}"#.into(),
            &["line 2: column", "unknown variant `TransferAproved`"],
        ),
        (
            one("colour", "green".into()),
            &["line 2: column", "events[0].ItemRegistered", "unknown field `colour`"],
        ),
        (one("owner", "EST".into()), &["line 2: column", "events[0].ItemRegistered.owner", "EST"]),
        (one("owner", json!(1)), &["line 2: column", "events[0].ItemRegistered.owner"]),
        (
            one("item", "bulk:9140-38-000-0002=99999999999999999999999999 LTR".into()),
            &["line 2: column", "events[0].ItemRegistered.item"],
        ),
        (
            one("occurred_at", "30.01.2026".into()),
            &["line 2: column", "events[0].ItemRegistered.occurred_at", "30.01.2026"],
        ),
        (
            r#"{"act":"12","events":[]}"#.into(),
            &["line 2: column", "act", "32 lower-case hexadecimal digits"],
        ),
        (format!("{} {}", fuel(3), fuel(4)), &["line 2: column", "trailing characters"]),
    ];
    for (wrong, words) in cases {
        let ran = append(&world, format!("{}\n{wrong}\n{}\n", fuel(1), fuel(5)).as_bytes()).code(2);
        let ran = ran.says(words).says(&["mend line 2"]);
        assert_eq!(receipts(&ran).len(), 1, "the line before the wrong one is recorded: {ran:?}");
        assert_eq!(error(&ran)["answer"], "usage");
        assert_eq!(world.log().len() as u64, FOUNDED + 1, "nothing behind the wrong line is recorded");
    }
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn a_rule_in_the_middle_of_a_file_stops_the_run_and_what_was_recorded_is_said() {
    let world = World::founded();
    let lines = [fuel(1), fuel(2), fuel(3), refused(4), fuel(5)];
    let ran = world
        .append("ee-pbo", &lines)
        .code(1)
        .says(&["line 4: not recorded:", "3 acts were recorded, the last is entry 9"]);
    assert_eq!(receipts(&ran).len(), 3);
    let error = error(&ran);
    assert_eq!(error["answer"], "no");
    assert_eq!(error["code"], "S01");
    assert_eq!(error["so_far"], "3 acts were recorded, the last is entry 9");

    let log = world.log();
    let links: Vec<&Value> = log[FOUNDED as usize..].iter().map(|entry| &entry["link"]).collect();
    let acknowledged = receipts(&ran);
    assert_eq!(links, acknowledged.iter().map(|receipt| &receipt["link"]).collect::<Vec<_>>());
    world.line(&format!("show item {}", fuel_id(5))).code(1).says(&["there is no item"]);

    // The officer mends the line and sends the whole file again.
    let mended = [fuel(1), fuel(2), fuel(3), fuel(4), fuel(5)];
    let ran = world
        .append("ee-pbo", &mended)
        .done()
        .says(&["2 acts were recorded, the last is entry 11", "3 acts were recorded before"]);
    let repeated: Vec<bool> =
        receipts(&ran).iter().map(|receipt| receipt["repeated"].as_bool().unwrap()).collect();
    assert_eq!(repeated, [true, true, true, false, false]);
    assert_eq!(world.verify(), FOUNDED + 5);
}

#[test]
fn the_same_act_sent_twice_is_recorded_once_and_other_content_under_its_id_is_refused() {
    let world = World::founded();
    let first = receipts(&world.append("ee-pbo", &[fuel(1)]).done());
    let again = receipts(&world.append("ee-pbo", &[fuel(1), fuel(1)]).done());
    for receipt in &again {
        assert_eq!(receipt["link"], first[0]["link"]);
        assert_eq!(receipt["repeated"], true);
    }
    let other = json!({ "act": act_id(1), "events": [registered(2)] }).to_string();
    world
        .append("ee-pbo", &[other])
        .code(1)
        .says(&["was recorded in entry 7 with other content", "give this act an id of its own"]);
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn line_ends_of_windows_a_byte_order_mark_blank_lines_and_a_missing_last_end_are_taken() {
    let world = World::founded();
    let mut input = b"\xEF\xBB\xBF".to_vec();
    input.extend(format!("{}\r\n\r\n   \n{}\n\t\n  {}  ", fuel(1), fuel(2), fuel(3)).into_bytes());
    assert_eq!(receipts(&append(&world, &input).done()).len(), 3);
    for empty in ["", "\n", "\r\n", "  \n\n", "\u{feff}", "\u{feff}\n"] {
        append(&world, empty.as_bytes()).done().says(&["nothing new was recorded"]);
    }
    assert_eq!(world.verify(), FOUNDED + 3);
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let world = World::founded();
    let mut latin = fuel(1).into_bytes();
    let at = latin.windows(6).position(|word| word == b"diesel").unwrap();
    latin[at] = 0xE4;
    append(&world, &latin).code(2).says(&[&format!("line 1: column {}: the line is not UTF-8", at + 1)]);

    append(&world, format!("{}\0\n", fuel(1)).as_bytes())
        .code(2)
        .says(&["line 1: column", "trailing characters"]);
    append(&world, b"\0\0\0\n").code(2).says(&["line 1: column 1"]);
    append(&world, format!("{}\n\u{feff}{}\n", fuel(1), fuel(2)).as_bytes())
        .code(2)
        .says(&["line 2: column 1"]);
    let control = fuel(1).replace("diesel", "die\\u0000sel");
    append(&world, control.as_bytes()).code(2).says(&["events[0].ItemRegistered.description"]);
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn lines_have_a_greatest_length_and_it_is_one_mebibyte() {
    let world = World::founded();
    const LIMIT: usize = 1024 * 1024;
    let padded = |length: usize| {
        let line = fuel(1);
        format!("{}{}\n", line, " ".repeat(length - line.len()))
    };
    for length in [LIMIT + 1, LIMIT + 2, 3 * LIMIT] {
        append(&world, padded(length).as_bytes())
            .code(2)
            .says(&["line 1: column 1048576", "longer than 1048576 bytes"]);
    }
    append(&world, padded(LIMIT).as_bytes()).done();
    let endless = "x".repeat(2 * LIMIT);
    append(&world, endless.as_bytes()).code(2).says(&["longer than 1048576 bytes"]);
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn json_that_is_meant_to_hurt_is_refused_like_any_other() {
    let world = World::founded();
    let deep = 100_000;
    for hostile in [
        format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{{\"events\":{}{}}}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}1{}", "{\"events\":".repeat(deep / 10), "}".repeat(deep / 10)),
        format!("{{\"events\":[],\"act\":{}}}", "9".repeat(10_000)),
        "{\"events\":[1e999999999]}".to_owned(),
        "{\"events\":[-0.000001]}".to_owned(),
        "{\"events\":[{\"ActCountersigned\":{\"occurred_at\":\"2026-01-30T09:00:00Z\",\"entry\":18446744073709551616}}]}".to_owned(),
        "{\"events\":[{\"ActCountersigned\":{\"occurred_at\":\"2026-01-30T09:00:00Z\",\"entry\":-1}}]}".to_owned(),
        format!("{{\"events\":[{}]}}", vec!["null"; 100_000].join(",")),
        "{\"events\":[],\"events\":[]}".to_owned(),
    ] {
        append(&world, hostile.as_bytes()).code(2).says(&["line 1: column"]);
    }
    // An act without events, and one that is larger than an entry can be.
    append(&world, b"{\"events\":[]}\n").code(1);
    let large: Vec<Value> = (0..3_000).map(registered).collect();
    let ran = append(&world, json!({ "events": large }).to_string().as_bytes());
    assert!(matches!(ran.code, Some(1 | 2)), "{ran:?}");
    ran.says(&["65535"]);
    assert_eq!(world.verify(), FOUNDED);
}

#[test]
fn whoever_writes_line_by_line_gets_each_receipt_before_writing_the_next() {
    let world = World::founded();
    let mut talk = Talk::with(&mut world.command(["append", "--json", "--key", "ee-pbo"]));
    for number in 1..=5 {
        let receipt = talk.record(&fuel(number));
        assert_eq!(receipt["entry"], FOUNDED + number - 1);
        assert_eq!(receipt["act"], act_id(number));
    }
    // Also when what follows the line is a blank one, and the line comes in pieces.
    talk.write(format!("{}\r\n\r\n", fuel(6)).as_bytes());
    assert!(talk.read().contains(&act_id(6)));
    let (first, second) = (fuel(7), fuel(8));
    let (head, tail) = second.split_at(40);
    talk.write(format!("{first}\n{head}").as_bytes());
    talk.write(format!("{tail}\n").as_bytes());
    assert!(talk.read().contains(&act_id(7)));
    assert!(talk.read().contains(&act_id(8)));
    talk.end().done().says(&["8 acts were recorded, the last is entry 14"]);
    assert_eq!(world.verify(), FOUNDED + 8);
}

#[test]
fn a_wrong_line_ends_the_talk_and_all_before_it_is_acknowledged() {
    let world = World::founded();
    let mut talk = Talk::with(&mut world.command(["append", "--json", "--key", "ee-pbo"]));
    talk.record(&fuel(1));
    talk.write(format!("{}\n{}\n{}\n", fuel(2), refused(3), fuel(4)).as_bytes());
    assert!(talk.read().contains(&act_id(2)));
    let ran = talk.end().code(1).says(&["line 3: not recorded", "2 acts were recorded, the last is entry 8"]);
    assert_eq!(error(&ran)["code"], "S01");
    assert_eq!(world.verify(), FOUNDED + 2);
}

#[test]
fn a_file_of_many_lines_is_recorded_in_order() {
    let world = World::founded();
    let lines: Vec<String> = (1..=450).map(fuel).collect();
    let ran = world.append("ee-pbo", &lines).done().says(&["450 acts were recorded, the last is entry 456"]);
    for (receipt, entry) in receipts(&ran).iter().zip(FOUNDED..) {
        assert_eq!(receipt["entry"], entry);
    }
    assert_eq!(world.verify(), FOUNDED + 450);
}

#[test]
fn a_file_may_be_named_and_a_folder_is_none() {
    let world = World::founded();
    std::fs::write(world.path().join("acts.jsonl"), fuel(1) + "\n").unwrap();
    world.line("append acts.jsonl --key ee-pbo").done();
    world.line("append nowhere.jsonl --key ee-pbo").code(3).says(&["could not open nowhere.jsonl"]);
    world.line("append baltic --key ee-pbo").code(3).says(&["could not read the input"]);
    assert_eq!(world.verify(), FOUNDED + 1);
}
