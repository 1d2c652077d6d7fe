//! How answers look.

pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod progress;
