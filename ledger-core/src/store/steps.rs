//! The steps between an entry and its acknowledgement, each with a name.
//!
//! Durability is an order of events: what was fsynced before what. So that a test can see that order, and
//! can let any one step fail, every step of a store on disk is taken through [`Steps`]. In real life that is
//! [`RealSteps`], which does nothing but take it.

use super::StoreError;

/// One step towards "durable".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Write the files of a folder in doubt over themselves.
    Rewrite,
    /// Hand one entry to sled.
    WriteEntry,
    /// fsync one new file below `entries/blobs/`.
    SyncBlob,
    /// fsync the folder `entries/blobs/`.
    SyncBlobsFolder,
    /// Let sled write out what it holds in memory.
    Flush,
    /// fsync the file `entries/db`, through the descriptor held since before the first write.
    SyncDb,
    /// fsync `entries/conf`, once, at creation.
    SyncConf,
    /// fsync the folder `entries/`.
    SyncEntriesFolder,
    /// fsync the folder that the ledger's folder is in, once, at creation.
    SyncParent,
    /// Write the new head beside the old one.
    WriteHead,
    /// fsync the new head.
    SyncHead,
    /// Put the new head in the place of the old one.
    RenameHead,
    /// fsync the ledger's folder.
    SyncFolder,
    /// Write a file beside its place, outside sled and the head: a checkpoint, a file of a bundle.
    WriteFile,
    /// fsync such a file.
    SyncFile,
    /// Put it in its place.
    RenameFile,
    /// fsync the folder that it is in.
    SyncNames,
    /// Remove a file that another one has superseded.
    RemoveFile,
}

/// Takes steps.
pub trait Steps: Send + Sync {
    /// Takes `step` by calling `act`, once.
    ///
    /// # Errors
    /// What `act` returned. A test may fail without calling it, or fail after it succeeded.
    fn take(&mut self, step: Step, act: &mut dyn FnMut() -> Result<(), StoreError>)
    -> Result<(), StoreError>;
}

/// Takes every step, as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealSteps;

impl Steps for RealSteps {
    fn take(&mut self, _: Step, act: &mut dyn FnMut() -> Result<(), StoreError>) -> Result<(), StoreError> {
        act()
    }
}
