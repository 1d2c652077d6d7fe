//! kill -9 while acts are recorded: every act whose receipt was given is there afterwards, nothing is there
//! half, and the next act is recorded.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{FOUNDED, Random, Talk, World, act_id, fuel};

/// Kills a feeding `append` again and again in the same folder, at moments drawn from a seed: while it opens,
/// after some receipts, and in the middle of a burst. Each time the feeder sends again, from the first act
/// for which it has no receipt.
fn kill_often(seed: u64, kills: u64) {
    let world = World::founded();
    let mut random = Random(seed);
    let mut acknowledged: Vec<(u64, String)> = Vec::new();
    let mut set_aside = 0;
    for kill in 0..kills {
        if random.below(4) == 0 {
            // What a kill leaves while sled writes a snapshot.
            let rubbish: Vec<u8> = (0..random.below(3_000)).map(|byte| byte as u8).collect();
            let name = format!("entries/snap.{:016X}.generating", kill);
            fs::write(world.ledger().join(name), rubbish).unwrap();
            set_aside += 1;
        }
        let mut next = acknowledged.len() as u64 + 1;
        let mut talk = Talk::with(&mut world.command(["append", "--json", "--key", "ee-pbo"]));
        for _ in 0..random.below(4) {
            let receipt = talk.record(&fuel(next));
            take(&mut acknowledged, &receipt);
            next += 1;
        }
        let burst: String = (next..next + random.below(60)).map(|number| fuel(number) + "\n").collect();
        talk.write(burst.as_bytes());
        let moment = Duration::from_micros(random.below(30_000));
        let begun = Instant::now();
        while begun.elapsed() < moment {
            std::hint::spin_loop();
        }
        for line in talk.kill() {
            // The last line may have been cut off: then nobody was told.
            if let Ok(receipt) = serde_json::from_str::<Value>(&line) {
                take(&mut acknowledged, &receipt);
            }
        }
        check(&world, &acknowledged, &format!("seed {seed}, kill {kill}"));
    }
    let next = acknowledged.len() as u64 + 1;
    world.append("ee-pbo", &[fuel(next)]).done();
    assert_eq!(world.verify(), FOUNDED + next.max(recorded(&world)));
    let kept = fs::read_dir(world.ledger().join("set-aside")).map_or(0, Iterator::count);
    // Also what sled itself left behind when it was killed at that very moment.
    assert!(kept >= set_aside, "unfinished snapshots are evidence: {kept} of {set_aside} were kept");
    assert!(acknowledged.len() as u64 > kills, "too little was acknowledged for this to test anything");
}

fn take(acknowledged: &mut Vec<(u64, String)>, receipt: &Value) {
    assert_eq!(receipt["kind"], "receipt", "{receipt}");
    let number = acknowledged.len() as u64 + 1;
    assert_eq!(receipt["act"], act_id(number), "receipts come in the order of the acts");
    acknowledged.push((receipt["entry"].as_u64().unwrap(), receipt["link"].as_str().unwrap().to_owned()));
}

fn recorded(world: &World) -> u64 {
    world.log().len() as u64 - FOUNDED
}

/// What a reader sees: every acknowledged entry, and behind them at most what was sent; each act once, whole
/// and in order.
fn check(world: &World, acknowledged: &[(u64, String)], when: &str) {
    let log = world.log();
    for (entry, link) in acknowledged {
        let found = log.get(*entry as usize).unwrap_or_else(|| panic!("{when}: entry {entry} is gone"));
        assert_eq!(found["link"], *link, "{when}: entry {entry} is another one");
    }
    for (entry, number) in log[FOUNDED as usize..].iter().zip(1..) {
        assert_eq!(entry["act"], act_id(number), "{when}");
        assert_eq!(entry["events"].as_array().unwrap().len(), 1, "{when}");
    }
    assert!(world.verify() >= log.len() as u64, "{when}");
}

#[test]
fn what_was_acknowledged_is_there_after_fifty_kills() {
    kill_often(7, 50);
}

#[test]
#[ignore = "takes minutes; run it by name"]
fn what_was_acknowledged_is_there_after_five_hundred_kills() {
    for seed in 1..=5 {
        kill_often(seed, 100);
    }
}

#[test]
fn a_kill_while_the_ledger_is_founded_leaves_a_ledger_or_says_what_to_do() {
    let mut random = Random(11);
    let mut unfinished = 0;
    for _ in 0..20 {
        let world = World::chartered();
        let talk = Talk::with(&mut world.command(["found", "charter.json", "--key", "ee-root"]));
        let moment = Duration::from_micros(random.below(25_000));
        let begun = Instant::now();
        while begun.elapsed() < moment {
            std::hint::spin_loop();
        }
        let told = talk.kill();
        let log = world.line("log --json");
        match log.code {
            Some(0) => assert!(log.json().len() <= 1),
            Some(2) => drop(log.code(2).says(&["there is no ledger in baltic", "hint:"])),
            _ => {
                unfinished += 1;
                drop(log.code(3).says(&["its creation did not finish", "move the folder away"]));
                fs::rename(world.ledger(), world.path().join("set-apart")).unwrap();
                world.line("found charter.json --key ee-root").done();
            }
        }
        assert!(told.is_empty() || world.log().len() == 1, "a receipt was given, and the entry is not there");
    }
    println!("{unfinished} of 20 kills left an unfinished creation");
}
