//! `reconcile` and `books` of all runs: what is written agrees, what is changed is found, and how it is told.

use crate::support::World;

const RUNS: [&str; 9] = [
    "inventory",
    "goods-in",
    "contract",
    "bank",
    "advances",
    "intergovernmental",
    "loans",
    "movements",
    "registers",
];

fn played() -> World {
    let world = World::bare();
    world.line("demo baltic").done();
    world
}

#[test]
fn every_book_that_is_written_is_read_again() {
    let world = played();
    for run in RUNS {
        let book = world.run(["books", "--party", "EE", "--run", run]).done().stdout;
        let again = world.run_with(["reconcile", "-", "--party", "EE", "--run", run], book.as_bytes());
        if run == "loans" {
            // One loan of the story is overdue, whatever a book says.
            assert!(again.code(1).stdout.contains("1 B17 overdue"));
        } else {
            assert!(again.done().stdout.starts_with("agreed"), "{run}");
        }
    }
}

#[test]
fn a_changed_statement_is_told_in_three_ways_and_twice_alike() {
    let world = played();
    let book = world.run(["books", "--party", "EE", "--run", "bank"]).done().stdout;
    let book = book.replacen(",EUR,", ",USD,", 1);
    let reconcile = |more: &[&str]| {
        let mut words = vec!["reconcile", "-", "--party", "EE", "--run", "bank"];
        words.extend(more);
        world.run_with(words, book.as_bytes()).code(1)
    };
    let table = reconcile(&[]).stdout;
    assert!(table.contains("B05") && table.contains("days old:"), "{table}");
    let csv = reconcile(&["--csv"]).stdout;
    assert!(csv.starts_with("id,run,class,subject,rows,"), "{csv}");
    assert_eq!(csv, reconcile(&["--csv"]).stdout);
    let lines = reconcile(&["--json"]).json();
    assert_eq!(
        (&lines[0]["kind"], &lines[0]["class"], &lines[0]["run"]),
        (&"break".into(), &"B05".into(), &"R4".into())
    );
    assert!(lines[0]["id"].as_str().unwrap().starts_with("B-"), "{lines:?}");
    assert_eq!(lines.last().unwrap()["broken"]["B05"], 1);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let world = played();
    world.line("reconcile - --party EE --run stock").code(2).says(&["inventory"]);
    world.line("reconcile - --party EE --run loans --from 2026-01-01").code(2).says(&["as_of"]);
    world.line("reconcile - --party EE --run bank --with LV").code(2).says(&["intergovernmental"]);
    world.line("reconcile - --party EE --run bank --record").code(2).says(&["standard input"]);
    world.line("reconcile x.csv --party EE --run loans --record").code(2).says(&["--with"]);
}
