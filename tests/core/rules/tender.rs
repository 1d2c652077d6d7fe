//! Frameworks, call-offs, awards, amendments, options, funds and withdrawal.

use super::scenarios;

scenarios!();
