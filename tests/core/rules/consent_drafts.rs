//! Drafts for the stories of `consent.rs`.

use super::drafts::Draft;

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    Vec::new()
}
