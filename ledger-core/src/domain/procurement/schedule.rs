//! What had not arrived when it was due. Derived from the day alone, never an event (domain.md section 6).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::codes::Party;
use crate::domain::ids::ContractId;
use crate::domain::quantity::Quantity;
use crate::domain::state::State;
use crate::domain::time::Date;

/// A line of a delivery schedule that was not received by its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateDelivery {
    /// The contract.
    pub contract: ContractId,
    /// Number of the contract line.
    pub line: u32,
    /// The party that waits for it.
    pub party: Party,
    /// The day by which it was to be received.
    pub due: Date,
    /// How much of it was not.
    pub missing: Quantity,
}

impl State {
    /// What was due before `day` and is not received, in the order of contract, line, party and day. What a party
    /// received fills its schedule from the first day on; what it rejected counts as not received.
    pub fn late_deliveries(&self, day: Date) -> Vec<LateDelivery> {
        let mut late = Vec::new();
        for (id, contract) in self.procurement.contracts.iter() {
            if contract.dossier.closed_in.is_some() {
                continue;
            }
            let mut left: BTreeMap<(u32, Party), Quantity> =
                contract.progress.iter().map(|(key, progress)| (*key, progress.received)).collect();
            for scheduled in contract.schedule.iter().filter(|scheduled| scheduled.due < day) {
                let Some(received) = left.get_mut(&(scheduled.line, scheduled.party)) else { continue };
                match scheduled.quantity.minus(*received) {
                    Some(missing) if !missing.is_zero() => {
                        *received = received.none();
                        late.push(LateDelivery {
                            contract: id.clone(),
                            line: scheduled.line,
                            party: scheduled.party,
                            due: scheduled.due,
                            missing,
                        });
                    }
                    _ => *received = received.minus(scheduled.quantity).unwrap_or(received.none()),
                }
            }
        }
        late
    }
}
