//! What goes in and out in other people's forms: acts as JSON, books as CSV.

pub mod acts;
pub mod generator;
pub mod scenario;
