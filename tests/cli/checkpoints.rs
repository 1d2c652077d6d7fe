//! What a log and a witness sign and refuse, what is kept of it, and receipts that hold without the ledger.

use std::fs;
use std::path::Path;

use ledger_core::ledger::checkpoint::SignedCheckpoint;
use serde_json::Value;

use super::support::{FOUNDED, PARTIES, Ran, Talk, World, copy_all, fuel, refused};

/// The fingerprint of the charter of the ledger.
fn charter(world: &World) -> String {
    let shown = World::chartered().line("charter show charter.json --json").done().json();
    assert_eq!(world.line("show entry 0 --json").done().json()[0]["entry"], 0);
    shown[0]["fingerprint"].as_str().unwrap().to_owned()
}

/// Another copy of the ledger, beside it.
fn another(world: &World, name: &str) {
    copy_all(&world.ledger(), &world.path().join(name));
}

fn read(world: &World, file: &str) -> String {
    fs::read_to_string(world.path().join(file)).unwrap()
}

fn write(world: &World, file: &str, text: &str) {
    fs::write(world.path().join(file), text).unwrap();
}

fn is_there(world: &World, file: &str) -> bool {
    world.path().join(file).exists()
}

/// The verifier keys in the ledger's policy, by the word before them and, for witnesses, the name.
fn vkey(world: &World, start: &str) -> String {
    let policy = world.line("checkpoint policy").done().stdout;
    let line = policy.lines().find(|line| line.starts_with(start)).unwrap();
    line.split(' ').next_back().unwrap().to_owned()
}

/// The verifier key of the log that signed the checkpoint of `ee-log`.
fn vkey_of_signer(world: &World, checkpoint: &str) -> String {
    let signed = SignedCheckpoint::parse(read(world, checkpoint).as_bytes()).unwrap();
    let id = signed.note().signatures()[0].id.to_string();
    vkey(world, &format!("log baltic.example/ledger+{id}"))
}

#[track_caller]
fn error(ran: &Ran) -> Value {
    let error = ran.json().pop().unwrap();
    assert_eq!(error["kind"], "error", "{ran:?}");
    error
}

#[test]
fn a_log_s_key_never_signs_two_histories() {
    let world = World::founded();
    another(&world, "restored");
    another(&world, "other");
    world.append("ee-pbo", &[fuel(1)]).done();
    let made = world.line("checkpoint make --key ee-log").done();
    assert_eq!(made.stdout, read(&world, "baltic/checkpoints/8"));

    // The same ledger again: the same words, nothing new.
    let again = world.line("checkpoint make --key ee-log").done();
    assert_eq!(again.stdout, made.stdout);

    // A copy from before, and one that went another way: to the same size, and further.
    let ran = world.line("--ledger restored checkpoint make --key ee-log --json").code(4);
    assert_eq!(error(&ran)["code"], "E20");
    world.line("--ledger other append --key ee-pbo").done();
    for number in [2, 3] {
        world.run_with(["--ledger", "other", "append", "--key", "ee-pbo"], fuel(number).as_bytes()).done();
        let ran = world.line("--ledger other checkpoint make --key ee-log --json").code(4);
        assert_eq!(error(&ran)["code"], "E21");
        ran.says(&["does not extend the 8 entries that this key signed last", "hint:"]);
        assert!(!is_there(&world, "other/checkpoints"));
    }
    assert_eq!(read(&world, "ee-log.signed"), made.stdout);

    // Another key of the log does not know; but where a checkpoint is kept it does not go another way either.
    copy_all(&world.ledger().join("checkpoints"), &world.path().join("other/checkpoints"));
    let ran = world.line("--ledger other checkpoint make --key lv-log --json").code(4);
    assert_eq!(error(&ran)["code"], "E21");
    copy_all(&world.ledger().join("checkpoints"), &world.path().join("restored/checkpoints"));
    let ran = world.line("--ledger restored checkpoint make --key lv-log --json").code(4);
    assert_eq!(error(&ran)["code"], "E20");
    world.line("checkpoint make --key lv-log").done();
}

#[test]
fn a_memory_that_is_gone_old_or_damaged_is_noticed() {
    let world = World::founded();
    world.line("checkpoint make --key ee-log").done();
    fs::rename(world.path().join("ee-log.signed"), world.path().join("old.signed")).unwrap();
    world
        .line("checkpoint make --key ee-log")
        .code(3)
        .says(&["ee-log.signed remembers nothing of it", "hint:"]);
    world.line("checkpoint make --key ee-log --memory old.signed").done();
    world.append("ee-pbo", &[fuel(1)]).done();
    fs::copy(world.path().join("old.signed"), world.path().join("older.signed")).unwrap();
    world.line("checkpoint make --key ee-log --memory old.signed").done();
    world
        .line("checkpoint make --key ee-log --memory older.signed")
        .code(3)
        .says(&["only size 7 is remembered"]);
    write(&world, "old.signed", "");
    world.line("checkpoint make --key ee-log --memory old.signed").code(3).says(&["cannot be read"]);
    // Of another key.
    world
        .line("checkpoint make --key lv-log --memory older.signed")
        .code(3)
        .says(&["not signed with this key"]);
    // A public key in a file stands for its private half beside it.
    world.line("checkpoint make --key ee-log.pub").code(3).says(&["SSH_AUTH_SOCK"]);
}

#[test]
fn a_replaced_key_of_the_log_hands_its_memory_on() {
    let world = World::founded();
    world.line("checkpoint make --key ee-log").done();
    world.line("key new ee-log-2 --no-passphrase").done();
    world.line("key rotate ee-log.pub ee-log-2.pub --reason yearly --key ee-reg").done();
    if world.line("pending --json").done().stdout.contains("entry") {
        world.line(&format!("countersign {FOUNDED} --key lv-reg")).done();
    }
    world.line("checkpoint make --key ee-log").code(1).says(&["I03", "was replaced by"]);
    fs::rename(world.path().join("ee-log.signed"), world.path().join("ee-log-2.signed")).unwrap();
    world.line("checkpoint make --key ee-log-2").done();
    world.line("verify").done();
}

#[test]
fn a_witness_cosigns_what_its_own_sound_copy_says_and_nothing_else() {
    let world = World::founded();
    another(&world, "other");
    let seven = world.line("checkpoint make --key ee-log").done().stdout;
    fs::remove_dir_all(world.path().join("baltic/checkpoints")).unwrap();
    let cosign = |ledger: &str, file: &str| {
        world.line(&format!("--ledger {ledger} checkpoint cosign {file} --key lv-wit --json"))
    };
    world.append("ee-pbo", &[fuel(1)]).done();
    world.line("checkpoint make --key ee-log").done();
    // It does not reach so far.
    cosign("other", "baltic/checkpoints/8").code(3).says(&["is of 8 entries, this copy has 7"]);
    // It went another way.
    world.run_with(["--ledger", "other", "append", "--key", "ee-pbo"], fuel(2).as_bytes()).done();
    let ran = cosign("other", "baltic/checkpoints/8").code(4);
    assert_eq!(error(&ran)["code"], "E21");
    assert!(error(&ran)["so_far"].as_str().unwrap().contains("the first 8 entries had the root"));
    // Its entries do not hold.
    let mut head = fs::read(world.path().join("other/HEAD")).unwrap();
    let last = head.len() - 1;
    head[last] ^= 1;
    fs::write(world.path().join("other/HEAD"), head).unwrap();
    cosign("other", "baltic/checkpoints/8").code(4);
    assert!(!is_there(&world, "lv-wit.signed"), "what is not cosigned is not remembered");
    assert!(!is_there(&world, "other/checkpoints"));

    // What the log did not sign.
    let made = read(&world, "baltic/checkpoints/8");
    let ran = cosign("baltic", "baltic/checkpoints/8").done();
    let line = ran.json()[0]["body"].as_str().unwrap().to_owned();
    assert_eq!(ran.json()[0]["status"], 200);
    let text = made.split_once("\n\n").unwrap().0;
    write(&world, "no-log.txt", &format!("{text}\n\n{line}"));
    world
        .line("checkpoint cosign no-log.txt --key ee-wit")
        .code(1)
        .says(&["not cosigned (403)", "the log did not sign the checkpoint"]);
    // One that is older than what it cosigned.
    write(&world, "seven.txt", &seven);
    let ran = cosign("baltic", "seven.txt").code(1).says(&["(400)", "has cosigned 8 entries"]);
    assert_eq!(ran.json()[0]["status"], 400);
    // It is kept with the log's signature.
    assert_eq!(read(&world, "baltic/checkpoints/8"), format!("{made}{line}"));
    world.line("verify").done();
}

#[test]
fn a_witness_without_a_ledger_answers_as_the_standard_says() {
    let world = World::founded();
    world.line("checkpoint make --key ee-log").done();
    world.append("ee-pbo", &[fuel(1), fuel(2)]).done();
    world.line("checkpoint make --key ee-log").done();
    let log = vkey_of_signer(&world, "baltic/checkpoints/7");
    for (name, arguments) in
        [("all", "--since 0 --size 7"), ("more", "--since 7"), ("wrong", "--since 3"), ("new", "--since 0")]
    {
        let request = world.line(&format!("checkpoint request {arguments}")).done().stdout;
        write(&world, name, &request);
    }
    let ask = |file: &str, log: &str| {
        let line =
            format!("--ledger= checkpoint cosign {file} --key lv-wit --name baltic.example/LV --log {log}");
        let plain = world.line(&line);
        let plain_code = plain.code;
        let ran = world.line(&format!("{line} --json"));
        // Whoever is refused is refused again.
        assert!(plain_code == Some(0) || plain_code == ran.code, "{plain:?} {ran:?}");
        let status = ran.json()[0]["status"].as_u64().unwrap();
        if plain_code != Some(0) {
            assert!(plain.stdout.is_empty() && plain.stderr.contains(&format!("({status})")), "{plain:?}");
        }
        (status, ran.json()[0]["body"].as_str().unwrap().to_owned(), ran.code)
    };
    // The second asking is from another size than the last.
    assert_eq!(ask("all", &log), (409, "7\n".into(), Some(1)));
    assert_eq!(ask("wrong", &log), (409, "7\n".into(), Some(1)));
    let remembered = read(&world, "lv-wit.signed");
    let tampered =
        read(&world, "more").replacen("old 7\n", "old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1);
    write(&world, "tampered", &tampered);
    assert_eq!(ask("tampered", &log).0, 422);
    write(&world, "malformed", "old\n\n");
    assert_eq!(ask("malformed", &log).0, 400);
    let stranger = vkey(&world, "log baltic.example/ledger+2d414096");
    assert_eq!(ask("more", &stranger).0, 403);
    let other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    assert_eq!(ask("more", other).0, 404);
    assert_eq!(read(&world, "lv-wit.signed"), remembered, "a refusal changes nothing");
    assert_eq!(ask("more", &log), (409, "9\n".into(), Some(1)));

    // The line holds for whoever has the ledger.
    let remembered = read(&world, "lv-wit.signed");
    write(&world, "line.txt", &remembered);
    world.line("checkpoint merge line.txt baltic/checkpoints/9").done();
    let list = world.line("checkpoint list").done().stdout;
    assert!(list.contains("9     signed  LV"), "{list}");
}

#[test]
fn false_signatures_and_other_checkpoints_are_not_merged() {
    let world = World::founded();
    world.line("checkpoint make --key ee-log").done();
    let kept = read(&world, "baltic/checkpoints/7");
    let line = |party: &str| {
        world.line(&format!("checkpoint cosign baltic/checkpoints/7 --key {party}-wit")).done().stdout
    };
    let lines = PARTIES.map(line);
    let all = read(&world, "baltic/checkpoints/7");
    let (text, _) = kept.split_once("\n\n").unwrap();
    // Of the first witness, a signature of another time.
    let at = lines[0].rfind(' ').unwrap() + 12;
    let changed = if &lines[0][at..=at] == "B" { "C" } else { "B" };
    let mut wrong = lines[0].clone();
    wrong.replace_range(at..=at, changed);
    write(&world, "false.txt", &format!("{text}\n\n{wrong}"));
    let ran = world.line("checkpoint merge false.txt baltic/checkpoints/7 --json").code(4);
    assert_eq!(error(&ran)["code"], "E22");
    ran.says(&["false.txt", "the signature of baltic.example/EE"]);
    assert_eq!(read(&world, "baltic/checkpoints/7"), all);
    for command in ["show", "check"] {
        world.line(&format!("checkpoint {command} false.txt")).code(4).says(&["false.txt"]);
    }
    // Without the ledger nobody knows.
    world.line("--ledger= checkpoint merge false.txt baltic/checkpoints/7").done().says(&["not verified"]);

    // Of another size, and without the log.
    world.append("ee-pbo", &[fuel(1)]).done();
    world.line("checkpoint make --key ee-log").done();
    world
        .line("checkpoint merge baltic/checkpoints/7 baltic/checkpoints/8")
        .code(2)
        .says(&["are different checkpoints"]);
    write(&world, "witnesses.txt", &format!("{text}\n\n{}", lines.concat()));
    world.line("checkpoint merge witnesses.txt").code(1).says(&["the log has not signed"]);
    world.line("checkpoint merge witnesses.txt baltic/checkpoints/7").done();
    world.line("checkpoint check baltic/checkpoints/7").done();
    let ran = world.line("checkpoint check baltic/checkpoints/8").code(4);
    ran.says(&["0 ministries have cosigned it, 3 are asked for"]);
    world.line("checkpoint check baltic/checkpoints/8 --quorum 0").done();

    // A kept file that was changed is told apart from the others.
    write(&world, "baltic/checkpoints/8", "nothing\n");
    let ran = world.line("checkpoint list --json").code(4);
    let sizes: Vec<_> = ran.json().iter().map(|line| (line["size"].clone(), line["code"].clone())).collect();
    assert_eq!(sizes, [(7.into(), Value::Null), (8.into(), "E22".into())]);
    world.line("checkpoint make --key ee-log").code(4).says(&["E22", "checkpoint of 8 entries"]);
}

#[test]
fn a_checkpoint_of_another_history_is_neither_merged_nor_checked() {
    let world = World::founded();
    another(&world, "other");
    world.append("ee-pbo", &[fuel(1)]).done();
    world.run_with(["--ledger", "other", "append", "--key", "ee-pbo"], fuel(2).as_bytes()).done();
    world.line("checkpoint make --key ee-log").done();
    world.line("--ledger other checkpoint make --key lv-log").done();
    for line in ["checkpoint check other/checkpoints/8 --quorum 0", "checkpoint merge other/checkpoints/8"] {
        let ran = world.line(&format!("{line} --json")).code(4);
        assert_eq!(error(&ran)["code"], "E21", "{line}");
    }
    let ran = world.line("checkpoint merge other/checkpoints/8 baltic/checkpoints/8 --json").code(4);
    assert_eq!(error(&ran)["code"], "E21");
    ran.says(&["with different roots", "jointledger compare"]);
    world.line("verify").done();
}

#[test]
fn the_kept_hashes_are_brought_up_to_date_and_believed_by_nobody() {
    let world = World::founded();
    let hashes = || fs::read(world.path().join("baltic/tree/0")).unwrap();
    assert_eq!(hashes().len() as u64, 32 * FOUNDED);
    world.append("ee-pbo", &[fuel(1), fuel(2)]).done();
    assert_eq!(hashes().len() as u64, 32 * (FOUNDED + 2));
    world.line("checkpoint make --key ee-log").done();
    let whole = hashes();

    // Others in their place, fewer, none, and no folder at all: a receipt and a request hold all the same.
    let fingerprint = charter(&world);
    let wrong: [&dyn Fn(&Path); 4] = [
        &|file| fs::write(file, [7; 32 * 9]).unwrap(),
        &|file| fs::write(file, [7; 32 * 3 + 5]).unwrap(),
        &|file| fs::remove_file(file).unwrap(),
        &|file| fs::remove_dir_all(file.parent().unwrap()).unwrap(),
    ];
    for (number, spoil) in (3..).zip(wrong) {
        spoil(&world.path().join("baltic/tree/0"));
        world.line("checkpoint request --since 7").done();
        spoil_again(&world, spoil);
        let args = ["append", "--key", "ee-pbo", "--receipts", "receipts", "--log-key", "ee-log"];
        world.run_with(args, fuel(number).as_bytes()).done();
        let entry = FOUNDED + number - 1;
        world.line(&format!("check receipts/{entry}.tlog-proof --charter {fingerprint}")).done();
        assert_eq!(hashes()[..whole.len()], whole[..], "they are mended");
    }
    // Something else is in their place: it is said, and that is all.
    fs::remove_dir_all(world.path().join("baltic/tree")).unwrap();
    write(&world, "baltic/tree", "");
    world.append("ee-pbo", &[fuel(9)]).done().says(&["the hashes of the tree could not be kept"]);
    world.line("checkpoint make --key ee-log").done();
}

/// Spoils what is there, whatever is left of it.
fn spoil_again(world: &World, spoil: &dyn Fn(&Path)) {
    let file = world.path().join("baltic/tree/0");
    if file.exists() {
        spoil(&file);
    }
}

#[test]
fn receipts_hold_without_the_ledger() {
    let world = World::founded();
    let fingerprint = charter(&world);
    let lines = format!("{}\n{}\n", fuel(1), fuel(2));
    let with = ["--receipts", "out/receipts", "--log-key", "ee-log", "--json"];
    let args = ["append", "--key", "ee-pbo"].into_iter().chain(with);
    let ran = world.run_with(args.clone(), lines.as_bytes()).done();
    let kinds: Vec<_> = ran.json().iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["receipt", "receipt", "checkpoint", "proof", "proof"]);
    for (line, entry) in ran.json()[3..].iter().zip(FOUNDED..) {
        assert_eq!((&line["entry"], &line["size"]), (&entry.into(), &9.into()));
        assert_eq!(line["file"], format!("out/receipts/{entry}.tlog-proof"));
    }
    // The same acts sent again bring their receipts again.
    fs::remove_dir_all(world.path().join("out")).unwrap();
    world.run_with(args, lines.as_bytes()).done();
    // Countersigning and refusing too.
    world.line("key new guest --no-passphrase").done();
    world.line("key enrol guest.pub --party EE --role AUD --key ee-reg").done();
    let tail = "--receipts out/receipts --log-key ee-log";
    let ran = world.line(&format!("countersign 9 --key lv-reg {tail}")).done();
    assert!(ran.stdout.contains("\nreceipt: entry 10  out/receipts/10.tlog-proof\n"), "{ran:?}");
    let act = "transfer-approved --transfer L-9";
    world.line(&format!("record {act} --key lv-pbo {tail}")).code(1).says(&["S01"]);
    assert_eq!(fs::read_dir(world.path().join("out/receipts")).unwrap().count(), 3);

    // The ledger is gone.
    fs::remove_dir_all(world.ledger()).unwrap();
    for (entry, size) in [(7, 9), (8, 9), (10, 11)] {
        let line = format!("check out/receipts/{entry}.tlog-proof --charter {fingerprint}");
        let ran = world.line(&line).done();
        assert!(ran.stdout.contains(&format!("stands under the checkpoint of {size} entries")), "{ran:?}");
    }
}

#[test]
fn what_is_recorded_stays_recorded_when_its_receipt_cannot_be_written() {
    let world = World::founded();
    fs::create_dir_all(world.path().join("receipts/7.tlog-proof/x")).unwrap();
    let args = ["append", "--key", "ee-pbo", "--receipts", "receipts", "--log-key", "ee-log", "--json"];
    let ran = world.run_with(args, fuel(1).as_bytes()).code(3);
    let lines = ran.json();
    assert_eq!((&lines[0]["kind"], &lines[0]["entry"]), (&"receipt".into(), &7.into()), "it comes first");
    let error = error(&ran);
    assert_eq!(error["so_far"], "entry 7 is recorded and stays");
    assert!(error["hint"].as_str().unwrap().contains("jointledger prove 7"), "{error}");
    assert_eq!(world.verify(), FOUNDED + 1);
    let left: Vec<_> = fs::read_dir(world.path().join("receipts")).unwrap().collect();
    assert!(left.len() <= 2, "{left:?}");
    // As the hint says.
    world.line("checkpoint make --key ee-log").done();
    world.line("prove 7 -o 7.tlog-proof").done();
    world.line(&format!("check 7.tlog-proof --charter {}", charter(&world))).done();
    // Nothing is recorded for which the log's key will not sign.
    for log in ["ee-pbo", "nobody"] {
        let args = ["append", "--key", "ee-pbo", "--log-key", log];
        let ran = world.run_with(args, fuel(2).as_bytes());
        assert!(matches!(ran.code, Some(1 | 3)), "{ran:?}");
        ran.says(&["nothing was recorded"]);
    }
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn a_run_that_stops_gives_the_receipts_of_what_it_recorded() {
    let world = World::founded();
    let input = format!("{}\n{}\n{}\n{}\n", fuel(1), fuel(2), refused(3), fuel(4));
    let args = ["append", "--key", "ee-pbo", "--receipts", "receipts", "--log-key", "ee-log"];
    world.run_with(args, input.as_bytes()).code(1).says(&["line 3", "the last is entry 8"]);
    for entry in [7, 8] {
        assert!(is_there(&world, &format!("receipts/{entry}.tlog-proof")));
    }
    // Line by line: each is acknowledged at once, and the proofs come at the end.
    let mut talk = Talk::with(&mut world.command(args.into_iter().chain(["--json"])));
    talk.record(&fuel(5));
    assert!(!is_there(&world, "receipts/9.tlog-proof"));
    talk.record(&fuel(6));
    talk.end().done();
    assert!(is_there(&world, "receipts/9.tlog-proof") && is_there(&world, "receipts/10.tlog-proof"));
    let text = read(&world, "receipts/9.tlog-proof");
    assert!(text.contains("\nbaltic.example/ledger\n11\n"), "one checkpoint for the run: {text}");
}

#[test]
fn two_processes_with_one_key_sign_one_after_the_other() {
    let world = World::founded();
    std::thread::scope(|scope| {
        for clerk in 0..3_u64 {
            let world = &world;
            scope.spawn(move || {
                for act in 1..=2 {
                    let args = ["append", "--key", "ee-pbo", "--log-key", "ee-log", "--wait", "100"];
                    world.run_with(args, fuel(100 * clerk + act).as_bytes()).done();
                }
            });
        }
    });
    let sizes: Vec<_> = world
        .line("checkpoint list --json")
        .done()
        .json()
        .iter()
        .map(|line| line["size"].as_u64().unwrap())
        .collect();
    assert_eq!(sizes, (FOUNDED + 1..=FOUNDED + 6).collect::<Vec<_>>());
    for size in sizes {
        world.line(&format!("checkpoint check baltic/checkpoints/{size} --quorum 0")).done();
    }
}
