//! The same undertakings in peace, under standing authorisations and in a crisis; then the signatures that they took.

use std::path::Path;

use serde_json::Map;

use super::play;
use crate::commands::signatures;
use crate::context::Context;
use crate::error::{Answer, CommandError};

const CHARTER: &str = include_str!("../../../../fixtures/scenarios/regimes/charter.json");
const STEPS: &str = include_str!("../../../../fixtures/scenarios/regimes/steps.jsonl");

pub(super) fn run(dir: &Path, context: &Context) -> Result<Answer, CommandError> {
    let played = play(CHARTER, STEPS, dir, context)?;
    if !context.json {
        context.say("")?;
    }
    signatures::run(&played.folder)?;
    played.end(Map::new(), &[], dir, context)?;
    Ok(Answer::Done)
}
