//! Two processes on one folder: the second is told at once who has it, or waits for its turn.

use std::thread;
use std::time::{Duration, Instant};

use super::support::{FOUNDED, Talk, World, fuel};

/// Well above what a refusal takes, and well below any waiting.
const AT_ONCE: Duration = Duration::from_secs(20);

/// A feeding `append` that has the ledger.
fn writer(world: &World) -> Talk {
    let mut talk = Talk::with(&mut world.command(["append", "--json", "--key", "ee-pbo"]));
    talk.record(&fuel(1));
    talk
}

#[test]
fn a_second_process_is_told_at_once_who_has_the_ledger() {
    let world = World::founded();
    let mut first = writer(&world);
    let process = format!("in use by process {}", first.id());
    let begun = Instant::now();
    for second in [
        "append --key ee-pbo",
        "record transfer-approved --transfer L-1 --key lv-pbo",
        "countersign 1 --key lv-root",
        "key enrol lv-pbo.pub --party LV --role PBO --key lv-root",
        "log",
        "state",
        "verify",
        "replay",
        "pending",
        "key list",
        "show entry 0",
    ] {
        world.line(second).code(3).says(&[&process, "hint:", "--wait SECONDS"]);
    }
    assert!(begun.elapsed() < AT_ONCE);
    // The first never noticed.
    first.record(&fuel(2));
    first.end().done();
    assert_eq!(world.verify(), FOUNDED + 2);
}

#[test]
fn a_second_process_gets_its_turn_when_the_first_ends() {
    let world = World::founded();
    let mut first = writer(&world);
    let mut appending =
        Talk::with(&mut world.command(["append", "--json", "--key", "ee-pbo", "--wait", "100"]));
    let reading = Talk::with(&mut world.command(["log", "--json", "--wait", "100"]));
    appending.write(format!("{}\n", fuel(3)).as_bytes());
    first.record(&fuel(2));
    first.end().done();
    assert!(appending.read().contains("receipt"));
    appending.end().done();
    let seen = reading.end().done().json().len() as u64;
    assert!((FOUNDED + 2..=FOUNDED + 3).contains(&seen), "{seen}");
    assert_eq!(world.verify(), FOUNDED + 3);
}

#[test]
fn waiting_ends_when_it_was_said_to_end() {
    let world = World::founded();
    let first = writer(&world);
    let begun = Instant::now();
    world.line("log --wait 1").code(3).says(&["in use by process"]);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert!(begun.elapsed() < AT_ONCE);
    first.end().done();
}

#[test]
fn a_killed_process_does_not_keep_the_ledger() {
    let world = World::founded();
    writer(&world).kill();
    world.append("ee-pbo", &[fuel(2)]).done();
    assert_eq!(world.verify(), FOUNDED + 2);
}

#[test]
fn many_processes_that_wait_for_one_another_all_record() {
    let world = World::founded();
    thread::scope(|scope| {
        for clerk in 0..4_u64 {
            let world = &world;
            scope.spawn(move || {
                for act in 1..=5 {
                    let line = fuel(100 * clerk + act);
                    let args = ["append", "--json", "--key", "ee-pbo", "--wait", "100"];
                    world.run_with(args, line.as_bytes()).done();
                }
            });
        }
    });
    assert_eq!(world.verify(), FOUNDED + 20);
}

#[test]
fn readers_do_not_stand_in_one_another_s_way() {
    let world = World::founded();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for command in ["log", "verify", "state"] {
                    world.line(command).done();
                }
            });
        }
    });
}
