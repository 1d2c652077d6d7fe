//! Membership, delegation, compromise, corrections and exclusions.

use super::scenarios;

scenarios!();
