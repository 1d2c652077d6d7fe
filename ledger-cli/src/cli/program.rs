//! Arguments about the program itself: schemas, stories, manuals.

use std::path::PathBuf;

use clap::Args;

use crate::commands::demo::Story;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The kind of event, such as TransferProposed; without it, the schema of a whole act
    pub(crate) event: Option<String>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// A new or empty folder
    pub(crate) dir: PathBuf,
    /// Which story
    #[arg(long, value_enum, default_value_t)]
    pub(crate) scenario: Story,
}

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// A new or empty folder
    pub(crate) dir: PathBuf,
    /// How many acts
    #[arg(long, default_value_t = 100_000)]
    pub(crate) acts: u64,
    /// The seed: the same seed gives the same acts
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for one page a command
    pub(crate) dir: Option<PathBuf>,
}
