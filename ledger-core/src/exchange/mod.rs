//! What goes in and out in other people's forms: acts as JSON, books as CSV, stories and generated acts
//! as data.

pub mod acts;
pub mod books;
pub mod generator;
pub mod posting;
pub mod rows;
pub mod scenario;
pub(crate) mod strict;
mod table;
