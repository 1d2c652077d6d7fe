//! `generate`: a ledger of any size, for trying out and measuring.

use ledger_core::exchange::generator::Generator;
use ledger_core::store::sled::SledStore;
use serde_json::json;

use crate::cli::GenerateArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn run(args: &GenerateArgs, context: &Context) -> Result<Answer, CommandError> {
    let failed = |error: &dyn std::fmt::Display| CommandError::new(Answer::Unknown, error.to_string());
    let mut generator = Generator::new(args.seed).map_err(|error| failed(&error))?;
    let mut journal = generator.found(SledStore::create(&args.dir)?).map_err(|error| failed(&error))?;
    let mut bar = context.progress("generating");
    for done in 0..args.acts {
        generator.stage_next(&mut journal).map_err(|error| failed(&error))?;
        bar.at(done, args.acts);
    }
    journal.commit()?;
    drop(bar);
    let head = journal.head();
    if context.json {
        context.emit("generated", json!({ "head": head, "seed": args.seed }))?;
    } else {
        context.say(format_args!("generated {} entries", head.size))?;
        context.say(format_args!("head {} {}", head.size, head.link))?;
    }
    Ok(Answer::Done)
}
