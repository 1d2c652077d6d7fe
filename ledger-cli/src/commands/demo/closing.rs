//! A month that is compared, closed and examined; then the period as the ledger shows it, and what is open.

use std::path::Path;

use serde_json::Map;

use super::{broken, play};
use crate::commands::period;
use crate::context::Context;
use crate::error::{Answer, CommandError};

const CHARTER: &str = include_str!("../../../../fixtures/scenarios/closing/charter.json");
const STEPS: &str = include_str!("../../../../fixtures/scenarios/closing/steps.jsonl");
/// The month.
const PERIOD: &str = "2026-01";

pub(super) fn run(dir: &Path, context: &Context) -> Result<Answer, CommandError> {
    let played = play(CHARTER, STEPS, dir, context)?;
    if !context.json {
        context.say("")?;
    }
    let month = PERIOD.parse().map_err(broken)?;
    period::show(&month, &played.folder)?;
    period::late(&month, &played.folder)?;
    played.end(Map::new(), &[], dir, context)?;
    Ok(Answer::Done)
}
