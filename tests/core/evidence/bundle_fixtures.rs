//! The bundles in `fixtures/bundle` and `fixtures/tampered`, as an auditor is handed them.

use std::path::Path;

use ledger_core::domain::{Digest, Timestamp};
use ledger_core::journal::{Against, audit_bundle, flaw_of_store};
use ledger_core::ledger::Expectations;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::{Code, Finding, Flaw};
use ledger_core::ledger::shown::{Lineup, Shown};
use ledger_core::store::StoreError;
use ledger_core::store::bundle::BundleStore;

use super::bundle_ledger::Witnessed;
use super::fixtures::{Expected, expected_in};

/// The checkpoint that the auditor brings, in the folder of a fixture.
pub(super) const SHOWN: &str = "shown";

/// What the auditor of a bundle knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Auditing {
    /// The fingerprint that he pins.
    pub(super) charter: Option<Digest>,
    /// His clock.
    pub(super) now: Option<Timestamp>,
    /// How many ministries must have cosigned.
    pub(super) quorum: Option<usize>,
    /// A checkpoint that he brings.
    pub(super) shown: Option<SignedCheckpoint>,
}

impl Auditing {
    /// What is asked of the sound ledger.
    pub(super) fn of(sound: &Witnessed) -> Self {
        Self { charter: Some(sound.charter), quorum: Some(3), ..Self::default() }
    }

    /// As a fixture describes him.
    pub(super) fn in_folder(folder: &Path) -> Self {
        let Expected { charter, now, quorum, .. } = expected_in(folder);
        let shown = std::fs::read(folder.join(SHOWN)).ok();
        let shown = shown.map(|bytes| SignedCheckpoint::parse(&bytes).unwrap());
        Self { charter: Some(charter), now, quorum, shown }
    }
}

/// All that an auditor finds in the bundle in a folder. A folder without a checkpoint is refused
/// before there is an auditor; a verifier that has no other word for it says E25.
pub(super) fn audit(folder: &Path, auditing: &Auditing) -> Vec<Finding> {
    let bundle = match BundleStore::salvage(folder) {
        Ok(bundle) => bundle,
        Err(error @ StoreError::NotABundle { .. }) => {
            return vec![Finding { entry: 0, code: Code::Flaw(Flaw::Bundle), reason: error.to_string() }];
        }
        Err(error) => return vec![flaw_of_store(&error).unwrap()],
    };
    let brought = |signed| Shown { place: "what the auditor brings".into(), kept: false, signed };
    let shown = auditing.shown.clone().map(brought).into_iter().collect();
    let against = Against {
        expected: Expectations { charter: auditing.charter, now: auditing.now },
        lineup: Lineup { shown, quorum: auditing.quorum, ..Lineup::default() },
        ..Against::default()
    };
    audit_bundle(&bundle, against, &mut |_, _| {}).unwrap().findings
}
