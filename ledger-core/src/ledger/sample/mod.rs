//! Samples that an auditor draws and anybody draws again (domain.md 11.3, docs/sampling.md).
//!
//! ```text
//! commitment   = SHA-256( secret )     recorded before the population is fixed
//! population   = a rule, and the size and root of the ledger that it is asked of
//! seed         = SHA-256( "jointledger/sample-seed/v1\n" ‖ root ‖ secret )
//! sample       = what the method draws of the population with the seed
//! ```
//!
//! The commitment stands in an entry that the root covers. So nobody could shape the population knowing the seed, for
//! nobody but the auditor knew the secret; and the auditor could not choose a secret knowing the root. What is left to
//! the auditor is where the population ends: that is for the plan of the audit to say beforehand.
//!
//! - [`secret`]: the secret, its commitment, the seed.
//! - [`chance`]: numbers from a seed, each as likely as any other.
//! - [`rule`]: which populations there are. [`class`] are the targeted ones of domain.md 11.3.
//! - [`population`]: the list of a population, and [`collect`] how the ledger gives it.
//! - [`draw`]: random, monetary unit, all.
//! - [`mod@file`]: the sample as a file. [`evidence`]: the bundle of evidence for what was drawn.

pub mod chance;
pub mod class;
pub mod collect;
pub mod draw;
pub mod evidence;
pub mod file;
pub(crate) mod payment;
pub mod population;
pub mod rule;
pub mod secret;

pub use collect::Collector;
pub use draw::{Drawn, Method, Why};
pub use file::SampleFile;
pub use population::{Member, Population};
pub use rule::Rule;
pub use secret::{SampleSecret, commitment, seed};
