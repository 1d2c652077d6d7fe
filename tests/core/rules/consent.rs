//! The three bases of consent: own word, standing authorisation, crisis; and what is owed afterwards.

use super::scenarios;

scenarios!();
