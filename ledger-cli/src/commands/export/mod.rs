//! `export`: the ledger as a bundle, or in a form of other people's programs.

mod accounts;
mod bundle;
mod file;
mod ocds;
mod streamed;

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, ValueEnum as _};
use ledger_core::domain::Origin;
use serde_json::json;

use crate::cli::{ExportArgs, ExportForm};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

/// Arguments that not every form takes, and the forms that take them. An argument that is not here goes with all.
const FORMS_OF: &[(&str, &[ExportForm])] = &[
    ("to_checkpoint", &[ExportForm::Bundle]),
    ("log_key", &[ExportForm::Bundle]),
    ("log_passphrase_file", &[ExportForm::Bundle]),
    ("log_memory", &[ExportForm::Bundle]),
    ("at", OTHERS),
    ("at_time", OTHERS),
    ("party", &[ExportForm::Ocds, ExportForm::Accounts]),
    ("restricted", &[ExportForm::Ocds, ExportForm::Epcis, ExportForm::Entries]),
    ("force", OTHERS),
    ("compiled", &[ExportForm::Ocds]),
    ("ocid_prefix", &[ExportForm::Ocds]),
];

/// All forms that are one file.
const OTHERS: &[ExportForm] =
    &[ExportForm::Ocds, ExportForm::Accounts, ExportForm::Epcis, ExportForm::Entries];

pub(crate) fn run(
    args: &ExportArgs,
    matches: &ArgMatches,
    context: &Context,
) -> Result<Answer, CommandError> {
    if let Some(matches) = matches.subcommand_matches("export") {
        refuse_unfit(args.form, matches)?;
    }
    match args.form {
        ExportForm::Bundle => bundle::run(args, context),
        ExportForm::Ocds => ocds::run(args, context),
        ExportForm::Epcis => streamed::goods(args, context),
        ExportForm::Entries => streamed::entries(args, context),
        ExportForm::Accounts => accounts::run(args, context),
    }
}

/// What was given on the command line has to mean something in the form; what the environment says may be for others.
fn refuse_unfit(form: ExportForm, matches: &ArgMatches) -> Result<(), CommandError> {
    for (id, forms) in FORMS_OF {
        let given = matches.value_source(id) == Some(ValueSource::CommandLine);
        if given && !forms.contains(&form) {
            let (flag, form) = (id.replace('_', "-"), name(form));
            let names: Vec<_> = forms.iter().map(|form| name(*form)).collect();
            let words = format!("--{flag} means nothing in the form {form}");
            return Err(CommandError::usage(words).hint(format!("it goes with --as {}", names.join(", "))));
        }
    }
    Ok(())
}

/// The form as --as names it.
fn name(form: ExportForm) -> String {
    form.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Nothing is written into the ledger's own folder.
fn refuse_inside(dir: &Path, ledger: &Path) -> Result<(), CommandError> {
    let Ok(ledger) = ledger.canonicalize() else { return Ok(()) };
    let there = dir.ancestors().map(|part| if part.as_os_str().is_empty() { Path::new(".") } else { part });
    let nearest: Option<PathBuf> = there.into_iter().find_map(|part| part.canonicalize().ok());
    if nearest.is_some_and(|nearest| nearest.starts_with(ledger)) {
        let words = format!("{} is inside the folder that is exported", dir.display());
        return Err(CommandError::usage(words).hint("name a folder outside"));
    }
    Ok(())
}

/// What went into an export, for whoever asked for it.
struct Exported<'a> {
    /// The ledger's name.
    origin: Option<&'a Origin>,
    /// So many entries were read.
    entries: u64,
    /// What was written, in words: one of them, and several.
    unit: (&'static str, &'static str),
    /// How many of those.
    count: u64,
    /// How many things are restricted or sensitive and were left out.
    left_out: u64,
}

/// Says what was written. Where the export itself is on standard output, it stands there alone.
fn tell(args: &ExportArgs, exported: &Exported<'_>, context: &Context) -> Result<Answer, CommandError> {
    let Exported { origin, entries, unit, count, left_out } = *exported;
    if left_out > 0 {
        let words = human::count(left_out, "thing", "things");
        context.talk(format_args!(
            "left out as restricted or sensitive: {words}; with --restricted they are there too"
        ));
    }
    if file::is_stdout(&args.to) {
        return Ok(Answer::Done);
    }
    let (form, words) = (name(args.form), human::count(count, unit.0, unit.1));
    if context.json {
        let line = json!({
            "origin": origin,
            "form": form,
            "entries": entries,
            "count": count,
            "left_out": left_out,
            "file": args.to,
        });
        context.emit("export", line)?;
    } else {
        let (entries, file) = (human::count(entries, "entry", "entries"), args.to.display());
        context.say(format_args!("{}: {words} from {entries}, in {file}", human::good("exported")))?;
    }
    Ok(Answer::Done)
}
