//! Quality, acceptance, invoices, advances, exemptions, refunds, settlement and warranty.

use super::scenarios;

scenarios!();
