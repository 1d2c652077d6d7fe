//! A month that is closed: the story of it, and what officers and programs see of it afterwards.

use std::fs;

use ledger_core::domain::Timestamp;
use ledger_core::ledger::digest::sha256;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use super::support::{Ran, World};

/// The played story, with the keys of these actors as files such as `EE-FIN`.
pub(super) fn played(actors: &[&str]) -> World {
    let world = World::bare();
    world.line("demo closing --scenario closing").done();
    for actor in actors {
        let seed = sha256(&[b"jointledger scenario, test only: ", actor.as_bytes()]);
        let pair = Ed25519Keypair::from_seed(seed.as_bytes());
        let key = PrivateKey::new(KeypairData::Ed25519(pair), *actor).unwrap();
        let file = world.path().join(actor.replace('/', "-"));
        fs::write(&file, key.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
        private(&file);
    }
    world
}

#[cfg(unix)]
fn private(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

fn line(world: &World, line: &str) -> Ran {
    world.line(&format!("--ledger closing {line}"))
}

#[test]
fn the_story_ends_with_the_month_as_the_ledger_shows_it() {
    let world = World::bare();
    let told = world.line("demo closing --scenario closing").done().stdout;
    for words in
        ["refused, SOD-4:", "refused, C07:", "refused, A01:", "confirmed by EE alone", "LV owes 3333.33 EUR"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    line(&world, "verify").done();
    let shown = line(&world, "period show 2026-01").done().stdout;
    assert!(told.contains(shown.trim_end()), "{shown}");
    let late = line(&world, "period late 2026-01 --json").done().json();
    let [late] = late.as_slice() else { panic!("{late:?}") };
    assert_eq!(
        (&late["kind"], &late["days"], &late["beyond_tolerance"]),
        (&"late".into(), &13.into(), &true.into())
    );
}

#[test]
fn runs_breaks_periods_engagements_and_findings_are_shown_with_their_history() {
    let world = played(&[]);
    for (what, kind, words) in [
        ("run EE-R1-2026-01", "run", "EE-B-0002"),
        ("break EE-B-0001", "break", "accepted in entry"),
        ("period 2026-01", "period", "confirmed by EE alone"),
        ("engagement RK-2026-1", "engagement", "RK-2026-1.A"),
        ("finding RK-2026-1.F1", "finding", "accepted in entry"),
    ] {
        line(&world, &format!("show {what}")).done().says(&[]);
        let shown = line(&world, &format!("show {what}")).done().stdout;
        assert!(shown.contains(words) && shown.contains("History"), "{what}: {shown}");
        let lines = line(&world, &format!("show {what} --json")).done().json();
        assert_eq!(lines[0]["kind"], kind);
        assert!(lines.iter().skip(1).any(|line| line["kind"] == "entry"), "{lines:?}");
    }
    line(&world, "show break EE-B-9").code(1).says(&["there is no break EE-B-9"]);
    let open = line(&world, "status --party LT --as-of 2026-03-10T00:00:00Z --json").done().json();
    assert!(open.iter().any(|line| line["matter"] == "BALANCE" && line["by"] == "LT"), "{open:?}");
}

#[test]
fn an_officer_confirms_what_the_ledger_says_and_the_other_side_sees_it_agreed() {
    let world = played(&["LT/FIN", "LT/PBO"]);
    let confirmed = line(&world, "period confirm 2026-01 --with EE --key LT-FIN").done();
    assert!(confirmed.stderr.contains("LT owes EE 3333.33 EUR"), "{confirmed:?}");
    line(&world, "countersign 67 --key LT-PBO").done();
    let lines = line(&world, "period show 2026-01 --json").done().json();
    let accord =
        lines.iter().find(|line| line["kind"] == "accord" && line["one"] == "EE" && line["other"] == "LT");
    assert_eq!(accord.unwrap()["accord"], "agreed");
    let balances: Vec<_> = lines.iter().filter(|line| line["kind"] == "balance").collect();
    assert!(balances.len() == 2 && balances.iter().all(|line| line["same"] == true), "{balances:?}");
    line(&world, "period confirm 2026-09 --with EE --key LT-FIN")
        .code(1)
        .says(&["2026-09", "there are 2026-01"]);
}

#[test]
fn a_cut_off_is_computed_for_the_officer_and_a_false_one_is_refused_with_the_right_words() {
    let world = played(&["EE/FIN"]);
    line(&world, "period fix 2026-01A --last-day 2026-01-31 --key EE-FIN").code(1).says(&["C09"]);
    line(&world, "period fix 2025 --last-day 2025-12-31 --key EE-FIN")
        .code(1)
        .says(&["nothing was recorded until"]);
    let root = "00".repeat(32);
    let wrong = format!(
        "record period-cutoff-fixed --period 2026-02 --last-day 2026-02-28 --size 67 --root {root} --key EE-FIN"
    );
    let refused = line(&world, &wrong);
    assert!(
        refused.stderr.contains("E27") && refused.stderr.contains("the ledger had 67 entries then"),
        "{refused:?}"
    );
    let fixed = line(&world, "period fix 2026-02 --last-day 2026-02-28 --key EE-FIN").done();
    assert!(fixed.stderr.contains("the ledger had 67 entries and root"), "{fixed:?}");
    line(&world, "verify").done();
}

#[test]
fn a_run_is_put_on_record_once_and_what_was_accepted_counts_no_more() {
    let world = played(&["EE/REC", "EE/FIN", "EE/PBO"]);
    let book = line(&world, "books --party EE").done().stdout;
    let (kept, dropped) = book.trim_end().rsplit_once('\n').unwrap();
    fs::write(world.path().join("book.csv"), format!("{kept}\n")).unwrap();
    let compare = "reconcile book.csv --party EE";
    let recorded = line(&world, &format!("{compare} --source DEPOT-TAPA --record --key EE-REC")).code(1);
    assert!(recorded.stdout.contains("recorded: run "), "{dropped}: {recorded:?}");
    let size = || line(&world, "log --json").done().json().len();
    let entries = size();
    let again = line(&world, &format!("{compare} --source DEPOT-TAPA --record --key EE-REC")).code(1);
    assert!(again.stderr.contains("is on record; nothing new"), "{again:?}");
    assert_eq!(size(), entries);
    // Officers of the books sign no attestation.
    line(&world, &format!("{compare} --source OTHER --record --key EE-FIN")).code(1).says(&["SOD-4"]);

    let known = line(&world, &format!("{compare} --source DEPOT-TAPA --json")).code(1).json();
    let found = known.iter().find(|line| line["kind"] == "break").unwrap();
    let (number, delta) = (found["id"].as_str().unwrap(), found["delta"].as_str().unwrap());
    let shown = line(&world, &format!("show break {number}")).done().stdout;
    assert!(shown.contains("B01"), "{shown}");
    let last =
        line(&world, "log --limit 1 --json").done().json()[0]["recorded_at"].as_str().unwrap().to_owned();
    let until = last.parse::<Timestamp>().unwrap().later_by(10 * 24 * 60 * 60 * 1000).date().to_string();
    let limit = delta.trim_start_matches(['-', '+']);
    let waiting = world.run(
        [
            ["--ledger", "closing"],
            ["record", "break-accepted"],
            ["--break-id", number],
            ["--reason", "found in the next depot"],
            ["--limit-quantity", limit],
            ["--until", &until],
            ["--key", "EE-FIN"],
        ]
        .concat(),
    );
    assert_eq!(waiting.code, Some(0), "{waiting:?}");
    line(&world, &format!("countersign {entries} --key EE-PBO")).done();

    let accepted = line(&world, &format!("{compare} --source DEPOT-TAPA")).code(0);
    assert!(accepted.stdout.contains("known") && accepted.stdout.contains("accepted"), "{accepted:?}");
    line(&world, "verify").done();
}
