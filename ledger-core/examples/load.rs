//! Founds a ledger in a new folder, fills it from the generator, verifies and replays it, and says how fast.
//!
//! ```text
//! cargo run --release -p ledger-core --example load -- --acts 100000 --seed 1 [--scratch DIR] [--json] DIR
//! ```
//!
//! Speeds of a machine that does other things, too, say little by themselves. So signing and strict verification
//! of the same messages are measured in the same run, on one core: compare with those.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a program that measures: it prints, counts, divides, and looks at the clock"
)]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use ledger_core::domain::{Origin, PublicKey, Signature};
use ledger_core::exchange::generator::Generator;
use ledger_core::journal::{self, Until};
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::note::KeyName;
use ledger_core::ledger::signer::{SeedSigner, Signer as _};
use ledger_core::ledger::{Expectations, Head, keys, note};
use ledger_core::store::Store as _;
use ledger_core::store::nodes::NodeFiles;
use ledger_core::store::sled::SledStore;

const USAGE: &str = "usage: load [--acts N] [--seed N] [--scratch DIR] [--json] DIR";

/// How many signatures the comparison takes.
const SAMPLE: u32 = 2_000;

struct Wish {
    acts: u64,
    seed: u64,
    json: bool,
    scratch: PathBuf,
    dir: PathBuf,
}

fn wish() -> Result<Wish, String> {
    let mut wish = Wish { acts: 100_000, seed: 1, json: false, scratch: PathBuf::new(), dir: PathBuf::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"));
        let number = |text: String| text.parse().map_err(|_| format!("{text:?} is not a number; {USAGE}"));
        match argument.as_str() {
            "--acts" => wish.acts = number(value()?)?,
            "--seed" => wish.seed = number(value()?)?,
            "--scratch" => wish.scratch = value()?.into(),
            "--json" => wish.json = true,
            dir if !dir.starts_with('-') && wish.dir.as_os_str().is_empty() => wish.dir = dir.into(),
            other => return Err(format!("{other:?} is not understood; {USAGE}")),
        }
    }
    if wish.dir.as_os_str().is_empty() {
        return Err(USAGE.into());
    }
    if wish.scratch.as_os_str().is_empty() {
        wish.scratch =
            wish.dir.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).into();
    }
    Ok(wish)
}

/// A phase: what was done, how often, how long it took.
struct Phase(&'static str, u64, Duration);

impl Phase {
    fn per_second(&self) -> f64 {
        self.1 as f64 / self.2.as_secs_f64()
    }

    fn microseconds(&self) -> f64 {
        self.2.as_secs_f64() * 1e6 / self.1 as f64
    }
}

/// How many proofs are made.
const PROOFS: u64 = 1_000;

/// The largest proof of those that were made: without the entry, with the signatures of the log and of three witnesses.
#[derive(Default)]
struct Proven {
    hashes: usize,
    bytes: usize,
    bare_bytes: usize,
}

/// Keeps the hashes of the tree, signs a checkpoint, and proves entries all over the ledger.
fn prove(
    wish: &Wish,
    store: &SledStore,
    head: &Head,
    phases: &mut Vec<Phase>,
) -> Result<Proven, Box<dyn Error>> {
    let clock = Instant::now();
    let mut kept = NodeFiles::open(&wish.dir, true)?;
    journal::keep_up(store, &mut kept, &mut |_, _| {})?;
    phases.push(Phase("hash and keep the tree", head.size, clock.elapsed()));

    let checkpoint = head.checkpoint().ok_or("the ledger has no entry")?;
    let (origin, text) = (checkpoint.origin.clone(), checkpoint.to_string());
    let ledger: Origin = origin.parse()?;
    let key = |seed| SeedSigner::from_seed([seed; 32]);
    let mut signed = SignedCheckpoint::new(checkpoint, note::sign(&origin.parse()?, &text, &key(1))?)?;
    for (seed, party) in (2..).zip(["EE", "LV", "LT"]) {
        signed.add(note::cosign(
            &KeyName::of_witness(&ledger, party.parse()?),
            &text,
            1_790_000_000,
            &key(seed),
        )?);
    }
    let clock = Instant::now();
    let kept = NodeFiles::open(&wish.dir, false)?;
    let hashes = journal::hashes(store, &kept, &mut |_, _| {})?;
    phases.push(Phase("open the kept tree", 1, clock.elapsed()));

    let mut proofs = Vec::new();
    let clock = Instant::now();
    for number in 0..PROOFS {
        // All over the ledger, in no order.
        let entry = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % head.size;
        proofs.push(journal::prove(store, &hashes, entry, &signed)?);
    }
    phases.push(Phase("prove one entry", PROOFS, clock.elapsed()));

    let mut largest = Proven::default();
    for mut proof in proofs {
        proof.extra = None;
        let bytes = proof.to_string().len();
        let hashes = proof.path.len();
        proof.checkpoint = proof.checkpoint.retaining(|line| line.name.as_str() != origin);
        if bytes > largest.bytes {
            largest = Proven { hashes, bytes, bare_bytes: proof.to_string().len() };
        }
    }
    Ok(largest)
}

fn main() -> ExitCode {
    match wish().map_err(Into::into).and_then(|wish| run(&wish)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(wish: &Wish) -> Result<(), Box<dyn Error>> {
    let mut phases = vec![generate(wish)?];
    phases.extend(compare()?);

    let clock = Instant::now();
    let mut generator = Generator::new(wish.seed)?;
    let mut journal = generator.found(SledStore::create(&wish.dir)?)?;
    for _ in 0..wish.acts {
        generator.stage_next(&mut journal)?;
    }
    journal.commit()?;
    phases.push(Phase("append, in bulk", wish.acts, clock.elapsed()));
    let head = journal.head().clone();
    drop(journal);

    let clock = Instant::now();
    let store = SledStore::inspect(&wish.dir, &wish.scratch, Duration::ZERO)?;
    phases.push(Phase("copy to look at", head.size, clock.elapsed()));
    let clock = Instant::now();
    let report = journal::verify(&store, Expectations::default(), &mut |_, _| {})?;
    phases.push(Phase("verify, all cores", report.entries, clock.elapsed()));
    if !report.is_sound() || report.head != head {
        return Err(format!("the ledger does not verify: {:?}", report.findings.first()).into());
    }
    drop(report);

    let clock = Instant::now();
    let tip = journal::replay(&store, Until::End, &mut |_, _| {}, |_| ControlFlow::Continue(()))?;
    phases.push(Phase("replay", tip.head().size, clock.elapsed()));

    let proven = prove(wish, &store, tip.head(), &mut phases)?;

    let mut payload = 0;
    let mut from = 0;
    while from < store.len() {
        let run = store.read(from, 1_000)?;
        from += run.len() as u64;
        payload += run.iter().map(Vec::len).sum::<usize>() as u64;
    }
    let per_entry = |bytes: u64| bytes as f64 / head.size as f64;
    let (payload, disk) = (per_entry(payload), per_entry(size_of(&wish.dir)?));
    let state = tip.state();
    let open = state.transfers().filter(|(id, _)| state.transfer_is_open(id)).count();
    let (items, transfers) = (state.items().count(), state.transfers().count());

    if wish.json {
        let phases: Vec<_> = phases
            .iter()
            .map(|phase| {
                serde_json::json!({
                    "phase": phase.0, "count": phase.1, "seconds": phase.2.as_secs_f64(),
                    "per_second": phase.per_second(),
                })
            })
            .collect();
        let report = serde_json::json!({
            "entries": head.size, "seed": wish.seed, "head": head.link, "phases": phases,
            "payload_bytes_per_entry": payload, "disk_bytes_per_entry": disk,
            "proof_bytes": proven.bytes, "bare_proof_bytes": proven.bare_bytes, "proof_hashes": proven.hashes,
            "items": items, "transfers": transfers, "open_transfers": open,
        });
        println!("{report}");
        return Ok(());
    }
    println!("{:<22} {:>9} {:>9} {:>12} {:>9}", "phase", "count", "seconds", "per second", "us each");
    for phase in &phases {
        let (each, rate) = (phase.microseconds(), phase.per_second());
        println!("{:<22} {:>9} {:>9.2} {rate:>12.0} {each:>9.2}", phase.0, phase.1, phase.2.as_secs_f64());
    }
    println!("\n{} entries, head {}", head.size, head.link);
    println!("{payload:.0} bytes an entry, {disk:.0} on disk");
    println!(
        "largest proof of {} with three cosignatures: {} hashes, {} bytes; {} without the log's own signature",
        PROOFS, proven.hashes, proven.bytes, proven.bare_bytes
    );
    println!("{items} items, {transfers} transfers, {open} of them open");
    Ok(())
}

/// The generator alone.
fn generate(wish: &Wish) -> Result<Phase, Box<dyn Error>> {
    let clock = Instant::now();
    let mut generator = Generator::new(wish.seed)?;
    for _ in 0..wish.acts {
        generator.next_turn()?;
    }
    Ok(Phase("generate", wish.acts, clock.elapsed()))
}

/// Signing and strict verification of messages as long as an entry, on one core.
fn compare() -> Result<[Phase; 2], Box<dyn Error>> {
    let signer = SeedSigner::from_seed([7; 32]);
    let key = PublicKey::new(signer.public_key());
    let messages: Vec<[u8; 400]> = (0..SAMPLE).map(|index| [index.to_le_bytes()[0]; 400]).collect();
    let clock = Instant::now();
    let mut signatures = Vec::new();
    for message in &messages {
        signatures.push(Signature::new(signer.sign(message)?));
    }
    let signing = Phase("sign, one core", SAMPLE.into(), clock.elapsed());
    let clock = Instant::now();
    if !messages.iter().zip(&signatures).all(|(message, signature)| keys::verify(&key, message, signature)) {
        return Err("a signature does not verify".into());
    }
    Ok([signing, Phase("verify, one core", SAMPLE.into(), clock.elapsed())])
}

fn size_of(dir: &Path) -> std::io::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        sum += if meta.is_dir() { size_of(&entry.path())? } else { meta.len() };
    }
    Ok(sum)
}
