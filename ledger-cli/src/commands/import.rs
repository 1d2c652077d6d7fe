//! `import`: a ledger made of a bundle, after all of it was verified.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ledger_core::journal;
use ledger_core::ledger::audit::Report;
use ledger_core::ledger::tree;
use ledger_core::store::StoreError;
use ledger_core::store::bundle::BundleStore;
use ledger_core::store::checkpoints::CheckpointFiles;
use ledger_core::store::nodes::NodeFiles;
use ledger_core::store::sled::SledStore;
use serde_json::json;

use super::verify::{self, Asked};
use crate::cli::ImportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::looked::Looked;
use crate::render::human;

/// So many findings are listed of a bundle that is not sound.
const MAX_FINDINGS: usize = 100;

pub(crate) fn run(args: &ImportArgs, context: &Context) -> Result<Answer, CommandError> {
    let target = Target::new(context.ledger()?)?;
    let Looked::Bundle(bundle) = Looked::salvage(&args.bundle, context.wait())? else {
        let words = format!("{} is a ledger's folder, not a bundle", args.bundle.display());
        return Err(CommandError::usage(words).hint("export it into a bundle, and import that"));
    };
    let against = verify::against(args.charter, &args.shown, context)?;
    let looked = Looked::Bundle(bundle);
    let report = verify::audit(&looked, against, context)?;
    let Looked::Bundle(bundle) = &looked else { return Ok(Answer::Unknown) };
    if !report.is_sound() {
        let asked = Asked { max_findings: MAX_FINDINGS, claim: None, pinned: args.charter.is_some() };
        context.talk("the bundle does not hold, so no ledger is made of it");
        return CommandError::after(verify::tell(&report, &looked, asked, context), Answer::Unsound);
    }

    let making = target.make()?;
    let checkpoints = fill(&making.folder, bundle, &report, context)?;
    making.settle(&target)?;
    tell(&report, checkpoints, &target, context)?;
    Ok(Answer::Done)
}

/// Makes a ledger in an empty folder. Gives the number of checkpoints that it keeps.
fn fill(
    folder: &Path,
    bundle: &BundleStore,
    report: &Report,
    context: &Context,
) -> Result<usize, CommandError> {
    let checkpoints = kept::of_bundle(bundle)?;
    let mut store = SledStore::create(folder)?;
    let mut bar = context.progress("importing");
    journal::copy(bundle, &mut store, &mut |done, total| bar.at(done, total))?;
    drop(bar);
    let mut hashes = NodeFiles::open(folder, true)?;
    let mut bar = context.progress("hashing");
    journal::keep_up(&store, &mut hashes, &mut |done, total| bar.at(done, total))?;
    drop(bar);
    // What was written is what was verified, also when the bundle was changed in between.
    if hashes.size() != report.head.size || tree::root(&hashes, hashes.size())? != report.head.frontier.root()
    {
        let words = "the bundle was changed while it was imported; no ledger was made";
        return Err(CommandError::new(Answer::Unsound, words).hint("import a copy that nobody writes to"));
    }
    let files = CheckpointFiles::open(folder);
    for (size, signed) in &checkpoints {
        files.write(*size, signed.to_string().as_bytes())?;
    }
    Ok(checkpoints.len())
}

/// Where the ledger comes to be.
struct Target {
    folder: PathBuf,
    parent: PathBuf,
    /// Where it is made, so that the folder is there as a whole or not at all.
    making: PathBuf,
}

impl Target {
    fn new(folder: &Path) -> Result<Self, CommandError> {
        let occupied = match fs::read_dir(folder) {
            Ok(mut inside) => inside.next().is_some(),
            Err(absent) if absent.kind() == ErrorKind::NotFound => folder.symlink_metadata().is_ok(),
            Err(_) => true,
        };
        if occupied {
            return Err(StoreError::AlreadyExists { folder: folder.to_owned() }.into());
        }
        let Some(name) = folder.file_name() else {
            return Err(CommandError::usage(format!("{} names no new folder", folder.display())));
        };
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).to_owned();
        let mut beside = name.to_owned();
        beside.push(".importing");
        Ok(Self { folder: folder.to_owned(), making: parent.join(beside), parent })
    }

    fn make(&self) -> Result<Making, CommandError> {
        let folder = self.making.clone();
        match fs::create_dir(&folder) {
            Ok(()) => Ok(Making { folder, settled: false }),
            Err(there) if there.kind() == ErrorKind::AlreadyExists => {
                let words = format!(
                    "{} is there: an import is under way, or one was interrupted and left it",
                    folder.display()
                );
                Err(CommandError::new(Answer::Unknown, words)
                    .hint("if no import is under way, remove it and import again: it is not a ledger yet"))
            }
            Err(error) => Err(CommandError::io(format_args!("create {}", folder.display()))(error)),
        }
    }
}

/// A ledger that is being made. Dropped before it is settled, it is removed.
struct Making {
    folder: PathBuf,
    settled: bool,
}

impl Making {
    /// Gives it its name, durably. The store must be closed.
    fn settle(mut self, target: &Target) -> Result<(), CommandError> {
        let (from, to) = (&self.folder, &target.folder);
        fs::rename(from, to).map_err(CommandError::io(format_args!(
            "name {} as {}",
            from.display(),
            to.display()
        )))?;
        self.settled = true;
        let sync = File::open(&target.parent).and_then(|parent| parent.sync_all());
        sync.map_err(CommandError::io(format_args!("fsync {}", target.parent.display())))
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.settled {
            // What cannot be removed, the next import names.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn tell(report: &Report, checkpoints: usize, target: &Target, context: &Context) -> Result<(), CommandError> {
    let head = &report.head;
    if context.json {
        let line = json!({
            "entries": report.entries,
            "head": head,
            "checkpoints": checkpoints,
            "folder": target.folder,
        });
        return context.emit("import", line);
    }
    let entries = human::count(report.entries, "entry", "entries");
    let origin = head.origin.as_ref().map_or_else(String::new, |origin| format!(" of {origin}"));
    let folder = target.folder.display();
    context.say(format_args!(
        "{}: {entries}{origin}, all of them verified, in {folder}",
        human::good("imported")
    ))?;
    let checkpoints = human::count(checkpoints as u64, "checkpoint", "checkpoints");
    context.say(format_args!("head {} {} root {}; {checkpoints}", head.size, head.link, head.frontier.root()))
}
