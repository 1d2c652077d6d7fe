//! Tests of the program from outside, as an officer, an auditor and a night operator use it: one binary, one
//! module a subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail loudly"
)]

mod accession;
mod bundles; // export, import, a bundle as a ledger, checkpoints in an audit
mod checkpoints; // what a log and a witness sign and refuse, and receipts that hold without the ledger
mod closing; // a month that is compared, closed and examined, as officers and programs see it
mod comparing; // copies of a ledger, and the proof of a fork
mod damage; // restored backups, broken and missing files: refused in words, never a panic
mod demo; // what the README promises of it, and looking around in what it leaves
mod exit_codes; // 0 to 4, each with a cause and its words
mod exporting; // other forms than a bundle: files that are there whole or not at all, standard output
mod exporting_goods; // goods as EPCIS and entries as a table: files, stdout, what is left out
mod help; // descriptions, examples that parse, completions, manual pages, colour, quiet, pipes
mod history; // the log by question, differences of states, and how the life of a thing is told
mod json_lines; // what `append` takes, refuses and says, in files and line by line
mod keys; // passphrases, modes, ssh-agent; nothing secret is said
mod kills; // what was acknowledged is there after kill -9
mod looking; // reading commands change no byte of the folder
mod officers; // the fixed test keys are what their seeds give
mod reconciling; // the books of all runs: written, compared, told and refused
mod reporting; // the audit report: flags, exit codes, the same bytes each time, hostile text
mod sampling; // samples that anybody draws again, and evidence that holds without the ledger
mod schema; // the printed schemas accept what `log --json` prints, and nothing else
mod seals; // checkpoints, signed in the process of the tests
mod sharing; // two processes on one folder: in use, waiting, reading
mod showing; // movements, authorisations, crises, parties and entries, as programs read them
mod support; // ledgers to test on, and running the program
mod transcripts; // the tutorial in cmd/*.md, played as it is written

#[test]
fn no_file_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cli");
    let source = std::fs::read_to_string(format!("{folder}/main.rs")).unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") {
            assert!(source.contains(&format!("\nmod {module};")), "{name} is in no `mod` line of main.rs");
        }
    }
}
