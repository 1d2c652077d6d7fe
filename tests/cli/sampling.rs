//! Samples and the evidence for them: from the secret to the folder that holds without a ledger, and everything that is
//! done to either.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use ledger_core::domain::{Act, ActId, Event, PublicKey, Timestamp};
use ledger_core::exchange::scenario::Actor;
use ledger_core::journal::{Journal, Stamp};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::sample::evidence::{ListedFile, Manifest};
use ledger_core::ledger::{SeedSigner, Signer as _};
use ledger_core::store::sled::SledStore;
use serde_json::{Value, json};

use super::seals::{policy_of, put_key, seal, seed};
use super::support::{Ran, World};

/// The day at whose end the population is fixed: the last of the demo.
const DAY: &str = "2026-02-27";

fn moment(clock: &str) -> Timestamp {
    format!("{DAY}T{clock}Z").parse().unwrap()
}

/// Records at a moment of that day, which no command can.
fn append(journal: &mut Journal<SledStore>, by: &SeedSigner, clock: &str, events: &[Value]) -> u64 {
    let events: Vec<Event> =
        events.iter().map(|event| serde_json::from_value(event.clone()).unwrap()).collect();
    let id = sha256(&[serde_json::to_string(&events).unwrap().as_bytes()]);
    let id = ActId::new(id.as_bytes()[..16].try_into().unwrap());
    let act = Act { id, documents: Vec::new(), events };
    journal.append(act, Stamp { signer: by, now: moment(clock) }).unwrap().entry
}

/// The demo, with keys of the log, the witnesses and an auditor, an engagement that is committed to `secret.sample`, and
/// one act more on the next day.
fn engaged() -> World {
    let world = World::bare();
    world.line("demo baltic").done();
    let commitment = world.line("sample commit --out secret.sample").done().stdout.trim().to_owned();
    put_key(&world, "aud", seed("aud"));
    let root = |party: &str| {
        let actor: Actor = format!("{party}/ROOT").parse().unwrap();
        SeedSigner::from_seed(actor.seed())
    };
    let store = SledStore::open(&world.ledger(), std::time::Duration::ZERO).unwrap();
    let mut journal = Journal::open(store, &mut |_, _| ()).unwrap();
    for (party, other, keys) in [
        ("EE", "LV", vec![("ee", "WIT"), ("log", "LOG"), ("aud", "AUD")]),
        ("LV", "LT", vec![("lv", "WIT")]),
        ("LT", "EE", vec![("lt", "WIT")]),
    ] {
        let enrolled: Vec<Value> = keys
            .iter()
            .map(|(name, role)| {
                let key = PublicKey::new(SeedSigner::from_seed(seed(name)).public_key());
                json!({ "KeyEnrolled": {
                    "occurred_at": moment("13:00:00"), "key": key, "party": party, "role": role,
                }})
            })
            .collect();
        let entry = append(&mut journal, &root(party), "13:00:00", &enrolled);
        let yes = json!({ "ActCountersigned": { "occurred_at": moment("13:00:00"), "entry": entry } });
        append(&mut journal, &root(other), "13:00:00", &[yes]);
    }
    let opened = json!({ "AuditEngagementOpened": {
        "occurred_at": moment("14:00:00"), "engagement": "RK-2026-1", "from": "2024-01-01", "until": DAY,
        "scope": "Payments and sensitive goods", "commitment": commitment,
    }});
    append(&mut journal, &SeedSigner::from_seed(seed("aud")), "14:00:00", &[opened]);
    drop(journal);
    world
}

/// As [`engaged`], with a sample of payments in `sample.json`, recorded as S-1, and a checkpoint of all.
fn drawn() -> World {
    let world = engaged();
    world
        .line(&format!(
            "sample draw --day {DAY} --population payments --method monetary-unit --count 5 \
             --engagement RK-2026-1 --secret-file secret.sample -o sample.json"
        ))
        .done();
    world.line("sample record sample.json --id S-1 --key aud").done();
    seal(&world, "baltic");
    world
}

/// What a command answers, on stdout.
#[track_caller]
fn answers(ran: &Ran, words: &[&str]) {
    words.iter().for_each(|word| assert!(ran.stdout.contains(word), "no {word:?} in {ran:?}"));
}

fn read(world: &World, file: &str) -> Value {
    serde_json::from_slice(&fs::read(world.path().join(file)).unwrap()).unwrap()
}

fn charter(world: &World) -> String {
    read(world, "sample.json")["charter"].as_str().unwrap().to_owned()
}

/// What `sample verify` finds, file and words.
fn faults(world: &World) -> Vec<(String, String)> {
    let line = format!("sample verify evidence --json --charter {}", charter(world));
    let ran = world.line(&line);
    let said = ran.json();
    if said[0]["kind"] == "error" {
        ran.code(4);
        return vec![(String::new(), said[0]["message"].as_str().unwrap().to_owned())];
    }
    let text = |fault: &Value, field: &str| fault[field].as_str().unwrap().to_owned();
    let faults = said[0]["faults"].as_array().unwrap().iter();
    let faults: Vec<_> = faults.map(|fault| (text(fault, "file"), text(fault, "what"))).collect();
    ran.code(if faults.is_empty() { 0 } else { 4 });
    faults
}

fn paths(world: &World) -> Vec<String> {
    let files = super::seals::files(&world.path().join("evidence"));
    files.into_keys().map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// Makes the manifest say what is in the folder, as whoever tampers would.
fn list_again(world: &World, change: impl Fn(&mut Manifest)) {
    let folder = world.path().join("evidence");
    let bytes = fs::read(folder.join("manifest.json")).unwrap();
    let mut manifest = Manifest::parse(&bytes).unwrap();
    let files: BTreeMap<String, ListedFile> = super::seals::files(&folder)
        .into_iter()
        .filter(|(path, _)| path != Path::new("manifest.json"))
        .map(|(path, bytes)| {
            let path = path.to_str().unwrap().to_owned();
            (path.clone(), ListedFile { path, bytes: bytes.len() as u64, sha256: sha256(&[&bytes]) })
        })
        .collect();
    manifest.files = files.into_values().collect();
    change(&mut manifest);
    fs::write(folder.join("manifest.json"), manifest.render()).unwrap();
}

#[test]
fn a_secret_is_committed_to_and_told_to_nobody() {
    let world = World::bare();
    let ran = world.line("sample commit --out s.sample").done();
    let file = world.path().join("s.sample");
    let secret = fs::read_to_string(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!format!("{ran:?}").contains(secret.trim()));
    // The commitment is the SHA-256 of its 32 bytes.
    let bytes: Vec<u8> =
        (0..32).map(|n| u8::from_str_radix(&secret[2 * n..2 * n + 2], 16).unwrap()).collect();
    assert_eq!(ran.stdout.trim(), sha256(&[&bytes]).to_string());
    world.line("sample commit --out s.sample").code(3).says(&["exists"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), secret, "never written over");
}

#[test]
fn a_sample_is_drawn_checked_recorded_and_its_evidence_holds_without_the_ledger() {
    let world = drawn();
    let sample = read(&world, "sample.json");
    assert_eq!(sample["engagement"]["id"], "RK-2026-1");
    assert_eq!(sample["day"], DAY);
    assert_eq!(sample["population"]["totals"][0]["currency"], "EUR");
    let hits: usize =
        sample["drawn"].as_array().unwrap().iter().map(|m| m["why"].as_array().unwrap().len()).sum();
    assert_eq!(hits, 5);
    answers(
        &world.line("sample check sample.json").done(),
        &["holds: drawn again", "was committed to in entry"],
    );

    // From a bundle, too.
    world.line("export bundle").done();
    world.line("--ledger bundle sample check sample.json").done();

    fs::create_dir(world.path().join("papers")).unwrap();
    fs::write(world.path().join("papers/x"), "not one of them").unwrap();
    let payment = &sample["drawn"][0];
    let shown = world.line(&format!("show entry {} --json", payment["entry"])).done().stdout;
    let bank_ref = shown.split("\"bank_ref\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    fs::write(
        world.path().join("bank.csv"),
        format!("value_date,bank_ref\n2025-01-01,OTHER\n2025-01-02,{bank_ref}\n"),
    )
    .unwrap();
    let said =
        world.line("sample bundle sample.json --documents papers --books bank.csv -o evidence --json").done();
    let said = said.json().pop().unwrap();
    assert_eq!(said["external"], 1);
    let rows =
        fs::read_to_string(world.path().join(format!("evidence/{}/external.csv", payment["entry"]))).unwrap();
    assert_eq!(rows, format!("value_date,bank_ref\n2025-01-02,{bank_ref}\n"));
    assert_eq!(faults(&world), []);

    // By the fingerprint alone, in another place, without the ledger; and by a policy.
    let away = World::bare();
    super::support::copy_all(&world.path().join("evidence"), &away.path().join("evidence"));
    let held = away.line(&format!("sample verify evidence --charter {}", charter(&world))).done().stdout;
    assert!(held.contains("signed by FIN of"), "{held}");
    assert!(held.contains(said["digest"].as_str().unwrap()), "{held}");
    let policy = policy_of(&world, sample["ledger"].as_str().unwrap());
    away.run(["sample", "verify", "evidence", "--policy", policy.to_str().unwrap()]).done();
    away.line(&format!("sample verify evidence --charter {}", "0".repeat(64))).code(4);
    away.line(&format!("sample verify evidence --charter {} --quorum 4", charter(&world))).code(4);
    away.line("sample verify evidence").code(2);

    // The stranger draws it again of the list.
    world.line("sample check sample.json --list list.txt").done();
    let list = fs::read(world.path().join("list.txt")).unwrap();
    assert_eq!(list, fs::read(world.path().join("evidence/population.txt")).unwrap());

    world.line("sample issue evidence --id S-1 --key aud").done();
    let entries = world.log();
    let issued = entries.last().unwrap()["events"].as_array().unwrap();
    assert_eq!(issued.len(), sample["drawn"].as_array().unwrap().len());
    assert_eq!(issued[0]["EvidenceBundleIssued"]["bundle"], said["digest"]);
    world.verify();
    // Once told, a secret is good for no later population.
    world
        .line(
            "sample draw --at 362 --population payments --method random --count 1 --engagement RK-2026-1 \
         --secret-file secret.sample",
        )
        .code(1)
        .says(&["was told in entry"]);
}

#[test]
fn whatever_is_done_to_the_evidence_is_found() {
    let world = drawn();
    world.line("sample bundle sample.json -o evidence").done();
    assert_eq!(faults(&world), []);
    for (number, path) in paths(&world).into_iter().enumerate() {
        // Every file loses a bit and is gone once; the other ways are tried on some.
        let all = number % 7 == 0 || !path.contains('/');
        let file = world.path().join("evidence").join(&path);
        let sound = fs::read(&file).unwrap();
        let named = |found: &[(String, String)], what: &str| {
            // A manifest that says something else of a file is found at that file.
            let here = |(file, _): &(String, String)| *file == path || path == "manifest.json";
            assert!(found.iter().any(here), "{path} {what}: {found:?}");
        };
        if !sound.is_empty() {
            let mut changed = sound.clone();
            changed[sound.len() / 2] ^= 1;
            fs::write(&file, changed).unwrap();
            named(&faults(&world), "flipped");
        }
        if all && !sound.is_empty() {
            fs::write(&file, &sound[..sound.len() - 1]).unwrap();
            named(&faults(&world), "cut");
        }
        if all {
            fs::write(&file, [&sound[..], b"\n"].concat()).unwrap();
            named(&faults(&world), "longer");
        }
        fs::remove_file(&file).unwrap();
        named(&faults(&world), "removed");
        if all {
            symlink("/etc/hostname", &file).unwrap();
            assert!(!faults(&world).is_empty(), "{path}: a link");
            fs::remove_file(&file).unwrap();
        }
        fs::write(&file, sound).unwrap();
    }
    assert_eq!(faults(&world), []);
    for (stray, refused) in
        [("x.json", false), ("1/entry", false), ("Big", true), (".hidden", true), ("a b", true)]
    {
        let file = world.path().join("evidence").join(stray);
        let new_folder = !file.parent().unwrap().exists();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "x").unwrap();
        let found = faults(&world);
        assert_eq!(found.len(), 1, "{stray}: {found:?}");
        assert_eq!(found[0].0 != stray, refused, "{found:?}");
        fs::remove_file(&file).unwrap();
        if new_folder {
            fs::remove_dir(file.parent().unwrap()).unwrap();
        }
    }
    fs::create_dir_all(world.path().join("evidence/linked/1/2/3")).unwrap();
    assert!(faults(&world)[0].1.contains("neither a file nor a folder"));
}

#[test]
fn a_manifest_that_was_made_to_fit_does_not_help() {
    let world = drawn();
    world.line("sample bundle sample.json -o evidence").done();
    let folder = world.path().join("evidence");
    let sound = super::seals::files(&folder);
    let restore = || {
        fs::remove_dir_all(&folder).unwrap();
        for (path, bytes) in &sound {
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            fs::write(folder.join(path), bytes).unwrap();
        }
        assert_eq!(faults(&world), []);
    };
    let says = |words: &str| {
        let found = faults(&world);
        assert!(found.iter().any(|(_, what)| what.contains(words)), "{words}: {found:?}");
    };
    let sample = read(&world, "sample.json");
    let entry = |number: usize| sample["drawn"][number]["entry"].to_string();

    list_again(&world, |_| ());
    assert_eq!(faults(&world), [], "nothing was changed");

    // Two acts change places.
    let (one, two) = (folder.join(entry(0)), folder.join(entry(1)));
    fs::rename(&one, folder.join("0")).unwrap();
    fs::rename(&two, &one).unwrap();
    fs::rename(folder.join("0"), &two).unwrap();
    list_again(&world, |_| ());
    says("and stands with entry");
    restore();

    // Other words beside the same bytes.
    let shown = folder.join(entry(0)).join("entry.json");
    let text = fs::read_to_string(&shown).unwrap();
    fs::write(&shown, text.replace("EUR\"", "USD\"")).unwrap();
    list_again(&world, |_| ());
    says("it does not say what the entry's bytes say");
    restore();

    // Other bytes, with the same proof.
    let bytes = folder.join(entry(0)).join("entry");
    let mut changed = fs::read(&bytes).unwrap();
    changed[90] ^= 1;
    fs::write(&bytes, changed).unwrap();
    list_again(&world, |_| ());
    says("does not stand under the checkpoint");
    restore();

    // An act is left out, with and without the sample saying so.
    let left_out: u64 = entry(0).parse().unwrap();
    let without = |manifest: &mut Manifest| {
        manifest.acts.retain(|act| act.entry != left_out);
        let linked: std::collections::BTreeSet<u64> =
            manifest.acts.iter().flat_map(|act| &act.links).map(|link| link.entry).collect();
        manifest.linked.retain(|entry| linked.contains(entry));
        let paths = manifest.paths();
        manifest.files.retain(|file| paths.contains(&file.path));
    };
    list_again(&world, without);
    says("was drawn, and its evidence is not here");
    let mut fewer = sample.clone();
    fewer["drawn"].as_array_mut().unwrap().remove(0);
    let fewer: ledger_core::ledger::sample::SampleFile = serde_json::from_value(fewer).unwrap();
    fs::write(folder.join("sample.json"), fewer.render()).unwrap();
    list_again(&world, without);
    says("is drawn and is not named");
    restore();

    // A population of another history.
    let mut other = sample.clone();
    other["root"] = json!("1".repeat(64));
    let other: ledger_core::ledger::sample::SampleFile = serde_json::from_value(other).unwrap();
    fs::write(folder.join("sample.json"), other.render()).unwrap();
    list_again(&world, |_| ());
    says("the population's root does not lead to the checkpoint's");
    restore();

    // A shorter population.
    let list = fs::read_to_string(folder.join("population.txt")).unwrap();
    fs::write(folder.join("population.txt"), list.split_once('\n').unwrap().1).unwrap();
    list_again(&world, |_| ());
    says("the number of members");
    restore();

    // Another sample.
    world.line("sample draw --at 100 --population acts --method random --count 3 --secret-file secret.sample -o other.json").done();
    fs::copy(world.path().join("other.json"), folder.join("sample.json")).unwrap();
    list_again(&world, |_| ());
    says("was not drawn");
}

#[test]
fn documents_are_found_by_their_digests_and_restricted_ones_stay_where_they_are() {
    let world = super::seals::sealed();
    let papers = world.path().join("papers/deep");
    fs::create_dir_all(&papers).unwrap();
    let paper = |name: &str, marking: &str| {
        let bytes = format!("paper {name}");
        if name != "gone" {
            fs::write(papers.join(format!("{name}.pdf")), &bytes).unwrap();
        }
        json!({
            "kind": "other", "sha256": sha256(&[bytes.as_bytes()]), "bytes": bytes.len(),
            "media_type": "application/pdf", "marking": marking,
        })
    };
    let act = json!({
        "documents": [
            paper("open", "unclassified"), paper("secret", "restricted_reference"), paper("gone", "unclassified"),
        ],
        "events": [super::support::registered(1)],
    });
    let entry = world.append("ee-pbo", &[act.to_string()]).done().json()[0]["entry"].as_u64().unwrap();
    world.line("sample commit --out s").done();
    let draw = format!(
        "sample draw --at {} --population items --method all --secret-file s -o sample.json",
        entry + 1
    );
    world.line(&draw).done();
    seal(&world, "baltic");
    for (flags, copied, restricted) in [("", 1, 1), ("--restricted", 2, 0)] {
        let _ = fs::remove_dir_all(world.path().join("evidence"));
        let line = format!("sample bundle sample.json --documents papers {flags} -o evidence --json");
        let said = world.line(&line).done().json().pop().unwrap();
        assert_eq!((&said["documents"], &said["restricted"]), (&json!(copied), &json!(restricted)));
        assert_eq!(said["missing"].as_array().unwrap().len(), 1);
        assert_eq!(faults(&world), []);
    }
    // What is not there cannot be made to look as if it had not been bound.
    list_again(&world, |manifest| {
        manifest.acts[0].documents.pop().unwrap();
    });
    assert!(faults(&world)[0].1.contains("are not those that it binds"));
    world.line("sample bundle sample.json -o evidence").code(3).says(&["it is not empty"]);
}

#[test]
fn what_does_not_hold_is_said() {
    let world = engaged();
    let draw =
        |flags: &str| world.line(&format!("sample draw {flags} --secret-file secret.sample -o sample.json"));
    draw("--at 100 --population acts --method random --count 3").done().says(&["no engagement is named"]);
    let sound = fs::read_to_string(world.path().join("sample.json")).unwrap();
    answers(
        &world.line("sample check sample.json").done(),
        &["nothing shows that the secret was chosen before"],
    );
    draw("--at 100 --population acts --method random --count 3").done();
    assert_eq!(fs::read_to_string(world.path().join("sample.json")).unwrap(), sound, "the same bytes");

    let wrong = sound.replacen("\"size\": 100", "\"size\": 101", 1);
    fs::write(world.path().join("wrong.json"), wrong).unwrap();
    answers(&world.line("sample check wrong.json").code(4), &["the root is", "the number of members is 101"]);
    fs::write(world.path().join("wrong.json"), sound.replacen("\"size\": 100", "\"size\": 9999", 1)).unwrap();
    world.line("sample check wrong.json").code(3).says(&["not 9999", "ask a copy that has them"]);
    fs::write(world.path().join("wrong.json"), sound.replacen("\"size\": 100", "\"size\":100", 1)).unwrap();
    world.line("sample check wrong.json").code(4).says(&["in the one form"]);

    let random = "--population acts --method random --count 3";
    draw(&format!("--at 100 {random} --engagement RK-2026-1"))
        .code(1)
        .says(&["no engagement RK-2026-1 was opened before the population was fixed"]);
    draw(&format!("--at 100 {random} --commitment {}", "0".repeat(64)))
        .code(1)
        .says(&["gives the commitment"]);
    world.line("sample commit --out other.sample").done();
    world
        .line(&format!("sample draw --day {DAY} {random} --engagement RK-2026-1 --secret-file other.sample"))
        .code(1)
        .says(&["gives the commitment"]);
    world.line("sample record sample.json --id S-1 --key aud").code(2).says(&["names no engagement"]);
    draw("--at 9999 --population acts --method all").code(3);
    draw("--at 100 --population acts --method monetary-unit --count 3").code(2).says(&["has no amount"]);
    draw("--at 100 --population acts --method random").code(2);
    draw("--at 100 --population acts --method all --class late").code(2);
    world.line("sample bundle sample.json -o evidence").code(1).says(&["no checkpoint is kept"]);
    fs::set_permissions(world.path().join("secret.sample"), fs::Permissions::from_mode(0o644)).unwrap();
    draw(&format!("--at 100 {random}")).code(3).says(&["chmod 600"]);
}

/// What the demo has of each population: counted once by hand from `log`, `state` and `status`.
#[test]
fn each_population_is_what_its_rule_says() {
    let world = engaged();
    let members = |population: &str| -> Vec<String> {
        world
            .line(&format!(
                "sample draw --at 353 --population {population} --method all --secret-file secret.sample -o s.json --list l.txt"
            ))
            .done();
        fs::read_to_string(world.path().join("l.txt")).unwrap().lines().map(str::to_owned).collect()
    };
    let log = world.log();
    let log = &log[..353];
    let with = |wanted: &dyn Fn(&str) -> bool| {
        log.iter()
            .flat_map(|entry| entry["events"].as_array().unwrap())
            .filter(|event| event.as_object().unwrap().keys().any(|kind| wanted(kind)))
            .count()
    };
    assert_eq!(members("acts").len(), 353);
    assert_eq!(members("acts --kind ItemRegistered").len(), {
        let registers = |entry: &&Value| entry["events"].to_string().contains("\"ItemRegistered\"");
        log.iter().filter(registers).count()
    });
    let paid = ["PaymentExecuted", "AdvancePaid", "SettlementPaid", "SupportPaid"];
    let payments = members("payments");
    assert_eq!(payments.len(), with(&|kind| paid.contains(&kind)));
    assert_eq!(members("payments --currency USD").len(), 0);
    assert_eq!(members("movements").len(), with(&|kind| kind == "MovementPlanned"));
    let orders = ["ContractSigned", "CallOffOrdered"];
    assert_eq!(members("contracts").len(), with(&|kind| orders.contains(&kind)));

    let sensitive = members("class --class sensitive");
    let items = members("items");
    assert!(sensitive.len() < items.len());
    assert!(
        items.iter().any(|line| line.contains("bulk:"))
            && !sensitive.iter().any(|line| line.contains("bulk:"))
    );
    let hours = |entry: &Value| -> u64 {
        let at = |value: &Value| value.as_str().unwrap().parse::<Timestamp>().unwrap();
        let recorded = at(&entry["recorded_at"]);
        let events = entry["events"].as_array().unwrap().iter();
        let since =
            events.map(|event| at(&event.as_object().unwrap().values().next().unwrap()["occurred_at"]));
        recorded.since(since.min().unwrap()) / 3_600_000
    };
    assert_eq!(
        members("class --class late --over-hours 24").len(),
        log.iter().filter(|entry| hours(entry) >= 24).count()
    );
    let round = members("class --class round --round-to 100");
    let is_round =
        |line: &&String| line.split('\t').nth(2).unwrap().parse::<u64>().unwrap().is_multiple_of(10_000);
    assert_eq!(round.len(), payments.iter().filter(is_round).count());
    let weekend = members("class --class weekend");
    assert!(weekend.iter().all(|line| line.ends_with("Saturday") || line.ends_with("Sunday")));
    for class in ["overrides", "same-day", "overdue"] {
        let listed = members(&format!("class --class {class}"));
        assert!(listed.iter().all(|line| line.split('\t').next().unwrap().parse::<u64>().unwrap() < 353));
    }
    let overdue = members("class --class overdue");
    assert!(!overdue.is_empty() && overdue.iter().all(|line| line.contains(": due ")), "{overdue:?}");
}

/// What the other stories of the demo have, and the first does not.
#[test]
fn classes_are_seen_where_there_is_something_to_be_seen() {
    let world = World::bare();
    world.line("sample commit --out secret.sample").done();
    for (scenario, at, population, members, first) in [
        ("regimes", 166, "class --class crisis", 6, "121\t"),
        ("regimes", 166, "movements", 9, "48\t0\t-\t-\tMovementPlanned MV-PEACE"),
        ("regimes", 166, "contracts", 3, "67\t0\t7400000\tEUR\tcall-off CO-PEACE of LT"),
        ("regimes", 166, "class --class overrides", 2, "13\t0\t-\t-\tRegimeParametersSet"),
        ("regimes", 166, "class --class weekend", 5, "62\t0\t-\t-\tActCountersigned: Saturday"),
        (
            "findings",
            69,
            "payments",
            3,
            "24\t0\t960000000\tEUR\tAdvancePaid ADV-2018-01 on contract C-2018-07 by EE",
        ),
        ("findings", 69, "payments --currency USD", 2, "51\t0\t7910000000\tUSD\t"),
        (
            "findings",
            69,
            "class --class overdue",
            13,
            "25\t0\t-\t-\tADVANCE ADV-2018-01 of EE: due 2018-12-31",
        ),
    ] {
        if !world.path().join(scenario).exists() {
            world.line(&format!("demo {scenario} --scenario {scenario}")).done();
        }
        world
            .line(&format!(
                "--ledger {scenario} sample draw --at {at} --population {population} --method all \
                 --secret-file secret.sample -o s.json --list l.txt"
            ))
            .done();
        let list = fs::read_to_string(world.path().join("l.txt")).unwrap();
        assert_eq!(list.lines().count(), members, "{scenario}: {population}: {list}");
        assert!(list.starts_with(first), "{scenario}: {population}: {list}");
        world.line(&format!("--ledger {scenario} sample check s.json")).done();
    }
}
