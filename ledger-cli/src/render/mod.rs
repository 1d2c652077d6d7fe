//! How answers look.

pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod progress;
pub(crate) mod since;
pub(crate) mod timeline;
