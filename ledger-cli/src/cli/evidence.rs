//! Arguments of the evidence: verifying.

use clap::Args;
use ledger_core::domain::Digest;
use ledger_core::ledger::state_digest::StateClaim;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The charter's fingerprint that the ledger must have
    #[arg(long, value_name = "FINGERPRINT")]
    pub(crate) charter: Option<Digest>,
    /// The digest of the state that the ledger must give, as `replay` prints it: after so many entries, or at the end
    #[arg(long, value_name = "[ENTRIES:]DIGEST")]
    pub(crate) against: Option<StateClaim>,
    /// List at most so many findings
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) max_findings: usize,
}
