//! `sample commit`: a secret, and what is recorded of it.

use ledger_core::ledger::sample::{SampleSecret, commitment};
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::SampleCommitArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::keyfile;

pub(crate) fn run(args: &SampleCommitArgs, context: &Context) -> Result<Answer, CommandError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| {
        CommandError::new(Answer::Unknown, format!("the operating system gave no random numbers: {error}"))
    })?;
    let secret = SampleSecret::new(bytes);
    // The file first: a commitment to a secret that is gone would be worth nothing.
    keyfile::write_secret(&args.out, &secret.to_file())?;
    let commitment = commitment(&secret);
    if context.json {
        context.emit("commitment", json!({ "commitment": commitment, "file": args.out }))?;
    } else {
        context.say(commitment)?;
    }
    context.talk(format_args!(
        "the secret is in {}: keep it, and tell it nobody before the sample is drawn; record the commitment with \
         `jointledger record AuditEngagementOpened`",
        args.out.display()
    ));
    Ok(Answer::Done)
}
