//! Processes that are killed: every acknowledged entry is there afterwards.

use std::fs;
use std::time::{Duration, Instant};

use ledger_core::store::Store;

use super::child::{LEN, Running};
use super::support::{check_sound, ledger, open};

/// A small generator, so that a failure can be repeated: xorshift64*.
fn random(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_F491_4F6C_DD1D)
}

/// Kills a process that appends, at moments drawn from a seed, again and again in the same folder; sometimes
/// with a left-over of sled's snapshot writing put beside, as a kill at that moment leaves it.
fn kill_often(seed: u64, rounds: u64) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ledger");
    ledger(&folder, 0, LEN);
    let mut state = seed;
    let mut acknowledged = 0;
    for round in 0..rounds {
        let batch = [1, 1, 3, 20, 150][usize::try_from(random(&mut state) % 5).unwrap()];
        let mut child = Running::start(&format!("append {batch} 1000000"), &folder);
        let life = Duration::from_micros(random(&mut state) % 60_000);
        let started = child.line().expect("the child opens the ledger");
        let opened: u64 = started.strip_prefix("open ").expect("the child opens").parse().unwrap();
        assert!(opened >= acknowledged, "seed {seed} round {round}: opened {opened} of {acknowledged}");
        std::thread::sleep(life);
        child.kill();
        while let Some(line) = child.line() {
            acknowledged = line.strip_prefix("ack ").expect("acknowledgements only").parse().unwrap();
        }
        if random(&mut state).is_multiple_of(3) {
            let left_over = format!("entries/snap.{:016X}.generating", random(&mut state));
            let rubbish: Vec<u8> = (0..random(&mut state) % 3_000).map(|byte| byte as u8).collect();
            fs::write(folder.join(left_over), rubbish).unwrap();
        }
        if round.is_multiple_of(4) {
            let store = open(&folder).unwrap();
            check_sound(&store, acknowledged, LEN);
            assert!(store.len() <= store.anchor().size + batch, "seed {seed} round {round}");
        }
    }
    let store = open(&folder).unwrap();
    check_sound(&store, acknowledged, LEN);
    assert!(acknowledged > 0, "nothing was ever acknowledged: this test tested nothing");
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    kill_often(1, 25);
}

#[test]
#[ignore = "takes minutes; .ci/run runs it"]
fn many_killed_processes_lose_nothing_acknowledged() {
    for seed in 2..12 {
        kill_often(seed, 60);
    }
}

/// Killed while the ledger is made: a whole empty ledger, or a clear word, never half of one.
#[test]
fn a_killed_creation_is_whole_or_refused() {
    let mut state = 7;
    for round in 0..20 {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("ledger");
        let mut child = Running::start("create", &folder);
        let started = Instant::now();
        while !folder.exists() && started.elapsed() < Duration::from_secs(20) {
            std::hint::spin_loop();
        }
        std::thread::sleep(Duration::from_micros(random(&mut state) % 6_000));
        child.kill();
        use ledger_core::store::StoreError::{NotALedger, UnfinishedCreation};
        match open(&folder) {
            Ok(store) => check_sound(&store, 0, 0),
            Err(NotALedger { .. }) | Err(UnfinishedCreation { .. }) => {
                assert_eq!(child.line(), None, "round {round}: said to be created");
            }
            Err(other) => panic!("round {round}: {other:?}"),
        }
    }
}
