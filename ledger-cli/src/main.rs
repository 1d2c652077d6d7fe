//! `jointledger`: record, verify, replay and reconcile the joint ledger.
//!
//! Arguments, rendering, key files and exit codes; no rule, no hash, no disk format. Data goes to stdout, talk
//! to stderr.

mod agent;
mod cli;
mod commands;
mod context;
mod error;
mod form;
mod hashes;
mod kept;
mod keyfile;
mod looked;
mod recording;
mod render;
mod report;

use std::panic;

use anstream::ColorChoice as Stream;
use error::{Answer, CommandError};

fn main() {
    panic::set_hook(Box::new(|fault| {
        // The store turns the panics of its engine into errors; those have their own words.
        if !ledger_core::store::sled::panic_is_caught() {
            let place = fault.location().map_or_else(String::new, |place| format!(" at {place}"));
            let _ = std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!(
                    "error: a fault in the program{place}; nothing more was recorded; please report it\n"
                ),
            );
        }
    }));
    let answer = panic::catch_unwind(run).unwrap_or(Answer::Unknown);
    // Not by returning: after a write that failed, threads of the store may still be at work.
    std::process::exit(answer.code());
}

fn run() -> Answer {
    let (cli, matches) = match cli::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are answers; nothing can be done when they cannot be written.
            let _ = error.print();
            if !error.use_stderr() {
                return Answer::Done;
            }
            // What was asked for is not known, except this.
            if std::env::args_os().any(|arg| arg == "--json") {
                let text = error.to_string();
                let message = text.split("\n\n").next().unwrap_or(&text).trim_start_matches("error: ");
                let _ = context::emit("error", render::json::Error::from(&CommandError::usage(message)));
            }
            return Answer::Usage;
        }
    };
    match cli.global.color {
        cli::ColorChoice::Auto => {}
        cli::ColorChoice::Always => Stream::Always.write_global(),
        cli::ColorChoice::Never => Stream::Never.write_global(),
    }
    let context = context::Context::new(&cli.global);
    commands::run(cli.command, &matches, &context).unwrap_or_else(|error| report(&context, &error))
}

/// Says on stderr what happened and what to do.
fn report(context: &context::Context, error: &CommandError) -> Answer {
    if error.is_gone {
        return error.answer;
    }
    if context.json {
        // The error is an answer too; when it cannot be written, the exit code still says it.
        let _ = context.emit("error", render::json::Error::from(error));
    }
    let _ = std::io::Write::write_fmt(
        &mut anstream::stderr().lock(),
        format_args!("{}\n", render::human::error(error)),
    );
    error.answer
}
