//! Exit codes, row by row: 0 done, 1 the answer is no, 2 the call was wrong, 3 it could not be found out, 4
//! the evidence does not hold. Each with its words on stderr and, with `--json`, as an object on stdout.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::note;
use ledger_core::ledger::signer::SeedSigner;

use super::support::{FOUNDED, World, fuel, words};

/// Every row leaves the ledger as it is.
const ROWS: &[(i32, &str, &[&str])] = &[
    (0, "log", &[]),
    (0, "verify", &[]),
    (0, "pending", &["nothing waits for a signature"]),
    (0, "log --kind TransferProposed", &["no entry matches"]),
    (0, "log --kind MovementPlanned", &["no entry matches"]),
    (0, "log --kind KeyEnrolled --party LT", &[]),
    (0, "show party LT", &[]),
    (0, "status --party EE", &[]),
    (0, "status --party EE --at 3 --as-of 2026-01-30T09:00:00Z", &[]),
    (0, "signatures", &[]),
    (0, "replay --document", &[]),
    // What may be recorded is explained, also when it waits for others.
    (
        0,
        "explain item-registered --item 'bulk:9140-38-000-0001=1 LTR' --description diesel --condition A --owner EE --holder EE --location TAPA",
        &[],
    ),
    (
        0,
        "explain ministry-suspended --party LT --reason x --document membership_act:charter.json --as EE:MIN",
        &[],
    ),
    (1, "explain transfer-approved --transfer L-9", &[]),
    (1, "explain ministry-suspended --party LT --reason x", &[]),
    (0, "checkpoint list", &["no checkpoint is kept with this ledger"]),
    (0, "--ledger '' checkpoint show signed.txt", &["not verified", "baltic.example/ledger"]),
    (0, "checkpoint policy --quorum 2", &["2 of 3 ministries must cosign", "1 may be offline"]),
    (1, "checkpoint show", &["no checkpoint is kept with this ledger", "hint:", "checkpoint make"]),
    (1, "checkpoint show --size 3", &["no checkpoint of 3 entries", "checkpoint list"]),
    (1, "checkpoint request --since 0", &["no checkpoint is kept"]),
    (
        1,
        "checkpoint make --key ee-pbo",
        &["not signed: key 27dbd161 is a PBO of EE, this takes a LOG", "hint:"],
    ),
    (1, "checkpoint make --key ee-wit", &["is a WIT of EE, this takes a LOG"]),
    (1, "checkpoint make --key guest", &["I03", "not signed", "is not enrolled"]),
    (
        1,
        "record transfer-approved --transfer L-1 --key lv-pbo --log-key lv-pbo",
        &["not signed: key", "is a PBO of LV", "nothing was recorded"],
    ),
    // A rule said no.
    (1, "record transfer-approved --transfer L-9 --key lv-pbo", &["S01", "not recorded", "no transfer L-9"]),
    (1, "countersign 1 --key lv-root", &["S01", "entry 1 does not wait for a signature", "hint:"]),
    (1, "refuse 99 --reason 'not ours' --key lv-root", &["S01", "not recorded"]),
    (
        1,
        "key enrol ee-pbo.pub --party EE --role FIN --key ee-root",
        &["G05", "known already", "one key, one role"],
    ),
    (1, "key enrol guest.pub --party EE --role REG --key ee-reg", &["SOD-5", "it takes ROOT of EE"]),
    (1, "key revoke lv-pbo.pub --reason 'not ours' --key ee-root", &["I03", "not recorded"]),
    // Reading takes no key at all.
    (2, "log --key guest", &["unexpected argument '--key'"]),
    (
        1,
        "record transfer-approved --transfer L-9 --key guest",
        &["I03", "is not enrolled", "have a registrar enrol it"],
    ),
    (1, "show item bulk:9140-38-000-0001", &["there is no item", "hint:"]),
    (1, "show transfer L-9", &["there is no transfer L-9"]),
    (1, "show movement M-9", &["there is no movement M-9", "hint:"]),
    (1, "show framework F-9", &["there is no framework F-9"]),
    (1, "show support S-9", &["there is no support order S-9"]),
    (1, "show authorisation SA-9", &["there is no authorisation SA-9"]),
    (1, "show crisis CR-9", &["there is no crisis CR-9"]),
    (1, "show party PL", &["there is no party PL"]),
    (1, "show entry 99", &["there is no entry 99", "jointledger log"]),
    (1, "--ledger other found unsigned.json --key ee-root", &["lacks the signature of EE and LT and LV"]),
    // The call was wrong.
    (2, "", &["Usage:"]),
    (2, "lgo", &["unrecognized subcommand 'lgo'"]),
    (2, "log --limit many", &["invalid value 'many'"]),
    (2, "log --party EST", &["EST"]),
    (2, "log --kind Transfer", &["there is no kind of event Transfer", "hint:"]),
    (2, "state --at 99", &["the ledger has 7 entries, not 99"]),
    (2, "state --at 1 --at-time 2026-01-30T09:00:00Z", &["cannot be used with"]),
    (2, "state --at-time yesterday", &["yesterday"]),
    (2, "replay --until 99", &["the ledger has 7 entries, not 99"]),
    (2, "show item tank", &["tank"]),
    (2, "show party Estonia", &["Estonia"]),
    (2, "status", &["--party <PARTY>"]),
    (2, "status --party PL", &["PL is no party to this ledger", "the parties are EE, LT, LV"]),
    (2, "status --party EE --at 99", &["the ledger has 7 entries, not 99"]),
    (2, "explain", &["Usage:"]),
    (2, "explain transfer-approved", &["--transfer <TRANSFER>"]),
    (2, "explain transfer-approved --transfer L-1 --as EE", &["write PARTY:ROLE"]),
    (2, "explain transfer-approved --transfer L-1 --as EE:AUD", &["EE has no AUD", "hint:"]),
    (1, "export bundle", &["no checkpoint is kept with this ledger", "hint:", "checkpoint make"]),
    (2, "export baltic", &["inside the folder that is exported"]),
    (2, "import baltic", &["baltic is not empty"]),
    (2, "--ledger new import baltic", &["not a bundle", "hint: export it"]),
    (2, "compare baltic", &["<RIGHT>"]),
    (3, "compare baltic nothing", &["nothing"]),
    (3, "verify --checkpoint nothing.txt", &["could not read nothing.txt"]),
    (4, "compare baltic charter.json", &["E22"]),
    (4, "verify --checkpoint charter.json", &["E22", "charter.json"]),
    (0, "compare baltic baltic", &[]),
    (2, "verify --against 3f", &["3f"]),
    (2, "verify --charter 3f", &["64 lower-case hexadecimal digits"]),
    (2, "schema Transfer", &["there is no kind of event Transfer"]),
    (2, "--ledger nowhere log", &["there is no ledger in nowhere", "hint: check the path"]),
    (2, "--ledger '' log", &["no ledger was named", "JOINTLEDGER_DIR"]),
    (2, "record", &["Usage:"]),
    (2, "record transfer-approved --key lv-pbo", &["--transfer <TRANSFER>"]),
    (2, "record transfer-approved --transfer L-1", &["no key was named", "JOINTLEDGER_KEY"]),
    (
        2,
        "record transfer-approved --transfer L-1 --act-id 12 --key lv-pbo",
        &["32 lower-case hexadecimal digits"],
    ),
    (2, "record transfer-approved --transfer L-1 --document paper --key lv-pbo", &["write KIND:FILE"]),
    (2, "record transfer-approved --transfer L-1 --document paper:x --key lv-pbo", &["paper"]),
    (
        2,
        "record loan-extended --transfer L-1 --new-due 31.12.2026 --key lv-pbo",
        &["--new-due:", "31.12.2026"],
    ),
    (2, "key new guest.pub --no-passphrase", &["leave out .pub"]),
    (2, "found charter.json --key ee-root", &["is not empty", "hint: choose another one"]),
    (2, "--ledger other found ee-root.pub --key ee-root", &["is not a charter"]),
    (2, "charter new other.json --origin 'a b' --purpose x --party EE=x=ee-root.pub", &["--origin"]),
    (2, "charter new other.json --origin a --purpose x --party EE", &["write CODE=NAME=KEY"]),
    (2, "checkpoint", &["Usage:"]),
    (2, "checkpoint make", &["no key was named"]),
    (
        2,
        "checkpoint make --key 0000000000000000000000000000000000000000000000000000000000000000",
        &["where this key remembers what it signed last", "--memory FILE"],
    ),
    (2, "checkpoint cosign signed.txt --key ee-wit --name EE", &["for a witness without a ledger", "hint:"]),
    (2, "checkpoint cosign signed.txt --key ee-wit --log EE", &["NAME+ID+KEY"]),
    (2, "--ledger '' checkpoint cosign signed.txt --key ee-wit", &["whose checkpoints this witness cosigns"]),
    (2, "--ledger '' checkpoint check signed.txt", &["whose signatures count", "--policy FILE"]),
    (2, "--ledger '' checkpoint policy", &["no ledger was named"]),
    (2, "checkpoint policy --quorum 4", &["4 of the 3 members"]),
    (2, "checkpoint policy signed.txt", &["the policy signed.txt"]),
    (2, "checkpoint show signed.txt --size 3", &["cannot be used with"]),
    (2, "record transfer-approved --transfer L-1 --key lv-pbo --receipts receipts", &["--log-key"]),
    (
        2,
        "record transfer-approved --transfer L-1 --key lv-pbo --receipts receipts --log-key ''",
        &["no key of the log was named", "JOINTLEDGER_LOG_KEY"],
    ),
    // It could not be found out.
    (3, "record transfer-approved --transfer L-1 --key nobody", &["nobody could not be read"]),
    (3, "record transfer-approved --transfer L-1 --key charter.json", &["is not a key"]),
    (
        3,
        "record transfer-approved --transfer L-1 --key open",
        &["may be read by other users", "hint: run `chmod 600 open`"],
    ),
    (3, "record transfer-approved --transfer L-1 --key lv-pbo.pub", &["SSH_AUTH_SOCK is not set", "ssh-add"]),
    (
        3,
        "record transfer-approved --transfer L-1 --document voucher:nothing --key lv-pbo",
        &["could not open nothing"],
    ),
    (3, "append nothing.jsonl --key ee-pbo", &["could not open nothing.jsonl"]),
    (3, "checkpoint show nothing.txt", &["could not read nothing.txt"]),
    (3, "checkpoint make --key nobody", &["nobody could not be read"]),
    (
        3,
        "record transfer-approved --transfer L-1 --key lv-pbo --receipts charter.json --log-key lv-log",
        &["could not make the folder charter.json", "nothing was recorded"],
    ),
    (3, "charter show nothing.json", &["could not open nothing.json"]),
    (
        3,
        "charter new charter.json --origin a --purpose x --party EE=x=ee-root.pub",
        &["could not create charter.json"],
    ),
    (3, "key new ee-pbo --no-passphrase", &["a key is never overwritten", "hint: choose another name"]),
    // The evidence does not hold.
    (4, "checkpoint show charter.json", &[]),
    (4, "checkpoint check charter.json", &["E22"]),
    (4, "checkpoint merge charter.json", &["E22"]),
    (4, "checkpoint check signed.txt", &["E22", "nobody whose key is known signed it"]),
    (4, "checkpoint show signed.txt", &["E22"]),
    (4, "checkpoint cosign signed.txt --key ee-wit", &["E22", "not cosigned", "hint:"]),
    (4, "verify --charter 0000000000000000000000000000000000000000000000000000000000000000", &[]),
    (4, "verify --against 0000000000000000000000000000000000000000000000000000000000000000", &[]),
    (4, "verify --against 3:0000000000000000000000000000000000000000000000000000000000000000", &[]),
];

fn world() -> World {
    let world = World::founded();
    let charter = fs::read_to_string(World::chartered().path().join("charter.json")).unwrap();
    let mut unsigned: serde_json::Value = serde_json::from_str(&charter).unwrap();
    fs::write(world.path().join("charter.json"), charter).unwrap();
    unsigned["signatures"] = serde_json::json!([]);
    fs::write(world.path().join("unsigned.json"), unsigned.to_string()).unwrap();
    world.line("key new guest --no-passphrase").done();
    // A checkpoint as a stranger signs it.
    let checkpoint = Checkpoint::new("baltic.example/ledger", 3, sha256(&[]));
    let stranger = SeedSigner::from_seed([7; 32]);
    let name = "baltic.example/ledger".parse().unwrap();
    let line = note::sign(&name, &checkpoint.to_string(), &stranger).unwrap();
    let signed = SignedCheckpoint::new(checkpoint, line).unwrap();
    fs::write(world.path().join("signed.txt"), signed.to_string()).unwrap();
    fs::copy(world.path().join("ee-pbo"), world.path().join("open")).unwrap();
    fs::set_permissions(world.path().join("open"), Permissions::from_mode(0o644)).unwrap();
    world
}

#[test]
fn each_row_has_its_code_and_its_words() {
    let world = world();
    for (code, line, said) in ROWS {
        let ran = world.run(words(line));
        assert_eq!(ran.code, Some(*code), "{line}: {ran:?}");
        ran.code(*code).says(said);
    }
    assert_eq!(world.verify(), FOUNDED);
}

#[test]
fn each_no_is_an_object_on_stdout_for_programs() {
    let world = world();
    let answers = ["done", "no", "usage", "unknown", "unsound"];
    for (code, line, _) in ROWS.iter().filter(|(code, ..)| (1..4).contains(code)) {
        // A call without a command is answered with the help, which is for people.
        if ["", "record", "explain", "checkpoint"].contains(line) {
            continue;
        }
        let ran = world.run(words(line).into_iter().chain(["--json".to_owned()])).code(*code);
        let lines = ran.json();
        let error = lines.last().unwrap();
        // That an act would be refused is what was asked for.
        if error["kind"] == "explanation" {
            continue;
        }
        assert_eq!(error["kind"], "error", "{line}: {ran:?}");
        assert_eq!(error["answer"], answers[*code as usize], "{line}: {ran:?}");
        let message = error["message"].as_str().unwrap();
        assert!(!message.is_empty() && !message.contains('\u{1b}'), "{line}: {message:?}");
        assert!(ran.stderr.contains(message.lines().next().unwrap()), "{line}: {ran:?}");
    }
}

#[test]
fn a_store_that_is_gone_is_evidence_that_does_not_hold() {
    // Those that need a ledger in trouble: in use (3) is in sharing.rs, damage (3 and 4) in damage.rs.
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    let entries = world.ledger().join("entries");
    fs::rename(&entries, world.path().join("away")).unwrap();
    world.line("log").code(4).says(&["acknowledged entries are missing"]);
    fs::rename(world.path().join("away"), &entries).unwrap();
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn the_digest_of_a_replay_is_that_of_its_document_and_holds_in_every_copy() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    for size in [1, 3, FOUNDED + 1] {
        let until = format!("replay --until {size}");
        let printed = world.line(&format!("{until} --json")).done().json();
        let digest = printed[0]["state_digest"].as_str().unwrap().to_owned();
        let document = world.line(&format!("{until} --document")).done().stdout;
        assert_eq!(sha256(&[document.as_bytes()]).to_string(), digest, "after {size} entries");
        world.line(&format!("verify --against {size}:{digest}")).done();
        if size == FOUNDED + 1 {
            world.line(&format!("verify --against {digest}")).done();
        } else {
            world.line(&format!("verify --against {digest}")).code(4);
        }
    }
}
