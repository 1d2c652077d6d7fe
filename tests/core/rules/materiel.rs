//! What is installed in what, hand receipts, condition, counts and mutual support.

use super::scenarios;

scenarios!();
