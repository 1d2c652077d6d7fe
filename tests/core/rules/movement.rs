//! Movements: permissions, crossings, customs, and whose consent a route takes.

use super::scenarios;

scenarios!();
