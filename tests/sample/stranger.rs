//! The stranger's program (`tests/stranger/sample.py`), which knows docs/sampling.md alone, draws what this one draws.

use std::fs;
use std::path::Path;
use std::process::Command;

use ledger_core::ledger::sample::file::Ground;
use ledger_core::ledger::sample::{Method, Rule, SampleFile, SampleSecret};

use super::{acts, payments, seed};

/// Needs Python.
#[test]
#[ignore = "runs another program"]
fn stranger_draws_the_same() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stranger/sample.py");
    let folder = tempfile::tempdir().unwrap();
    let (file, list) = (folder.path().join("sample.json"), folder.path().join("population.txt"));
    for number in 0..30 {
        let amounts: Vec<u64> = (0..number + 3).map(|n| (n * n * 7919 + number * 31) % 100_003).collect();
        for (population, method) in [
            (acts(number * number + 1), Method::Random { count: number * 2 + 1 }),
            (payments(&amounts, "EUR"), Method::MonetaryUnit { count: number + 1 }),
            (acts(number), Method::All {}),
        ] {
            let ground = Ground {
                origin: "baltic.example/ledger".parse().unwrap(),
                charter: seed(1),
                size: 5_000,
                root: seed(number),
                day: None,
            };
            let secret = SampleSecret::from_revealed(seed(number + 1_000));
            let sample =
                SampleFile::draw(&ground, &Rule::Payments { currency: None }, &population, method, &secret)
                    .unwrap();
            fs::write(&file, sample.render()).unwrap();
            fs::write(&list, population.list()).unwrap();
            let answer = Command::new("python3").arg(&program).args([&file, &list]).output().unwrap();
            assert!(answer.status.success(), "{number} {method:?}: {answer:?}");
        }
    }
}
