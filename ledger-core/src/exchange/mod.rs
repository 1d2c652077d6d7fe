//! What goes in and out in other people's forms: acts as JSON, books as CSV, stories and generated acts
//! as data.

pub mod accounts;
pub mod acts;
pub mod books;
pub mod effect;
pub mod entries;
pub mod epcis;
pub mod external;
pub mod generator;
pub mod json;
pub mod kinds;
pub mod ocds;
pub mod posting;
pub mod rows;
pub mod scenario;
pub(crate) mod strict;
mod table;
pub mod withheld;
