//! Where a programme is in its life.

use serde::Serialize;

use crate::domain::ids::ProgrammeId;
use crate::domain::state::State;

/// Where a programme is in its life (domain.md section 6), up to its deliveries; how each contract ends, the contract
/// says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgrammeStatus {
    /// Parties may join.
    Proposed,
    /// The arrangement is in effect; nothing is tendered.
    ArrangementEffective,
    /// A procedure is launched; nothing is awarded.
    Procedure,
    /// A lot is awarded; nothing is signed.
    Awarded,
    /// A framework or a contract is signed; nothing was dispatched.
    Contracted,
    /// Something was dispatched.
    Delivering,
    /// Cancelled before anything was contracted.
    Cancelled,
}

impl State {
    /// Where a programme is in its life.
    pub fn programme_status(&self, id: &ProgrammeId) -> Option<ProgrammeStatus> {
        let programme = self.programme(id)?;
        let mut contracts = programme.contracts.iter().filter_map(|id| self.contract(id));
        let procedures =
            || self.procurement_procedures().map(|(_, known)| known).filter(|p| p.terms.programme == *id);
        Some(if programme.cancelled_in.is_some() {
            ProgrammeStatus::Cancelled
        } else if programme.effective_in.is_none() {
            ProgrammeStatus::Proposed
        } else if contracts.any(|contract| !contract.deliveries.is_empty()) {
            ProgrammeStatus::Delivering
        } else if !programme.contracts.is_empty()
            || self.frameworks().any(|(_, known)| known.programme == *id)
        {
            ProgrammeStatus::Contracted
        } else if procedures().any(|procedure| !procedure.awards.is_empty()) {
            ProgrammeStatus::Awarded
        } else if procedures().next().is_some() {
            ProgrammeStatus::Procedure
        } else {
            ProgrammeStatus::ArrangementEffective
        })
    }
}
