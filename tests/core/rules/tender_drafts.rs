//! Drafts for the stories of `tender.rs`.

use super::drafts::Draft;

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    Vec::new()
}
