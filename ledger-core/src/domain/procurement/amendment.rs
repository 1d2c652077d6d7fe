//! Amendments: a contract is never rewritten, it gets a new version that its signers sign again.

use super::contract::{contract_signers, require_rising};
use super::{Contract, ContractLine, ScheduledDelivery};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::ContractId;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

events! {
    /// Amend a contract, as its signers: quantities, prices and parts of lines, new lines, the delivery schedule
    ContractAmended {
        /// Number of the contract
        contract: ContractId,
        /// The changed lines as they are from here on, and new ones, in the order of their numbers
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<ContractLine>,
        /// The whole delivery schedule from here on; without it the schedule stays
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        schedule: Vec<ScheduledDelivery>,
        /// Why
        reason: Text,
    }
}

impl State {
    /// The contract with these lines changed or added, if everything that is true of a contract is true of it.
    pub(super) fn amended(
        &self,
        contract: &Contract,
        lines: &[ContractLine],
        occurred_at: Timestamp,
        act: &RecordedAct,
    ) -> Result<Contract, Rejection> {
        let procurement = &self.procurement;
        let programme = procurement.programme(&contract.terms.programme)?;
        for line in lines {
            let before = contract.line(line.line);
            require(before.is_none_or(|before| before.goods() == line.goods()), Rule::S05, || {
                format!("line {} would buy other goods: that takes a line of its own", line.line)
            })?;
            line.admit(programme, act.recorded_at.date(), before)?;
        }
        let amended = contract.with_lines(lines);
        for ((line, party), progress) in &amended.progress {
            require(progress.dispatched.at_most(progress.contracted), Rule::P04, || {
                format!(
                    "line {line}: {} are dispatched to {party} already, more than {}",
                    progress.dispatched, progress.contracted
                )
            })?;
        }
        let more = amended.orders_more_than(contract);
        if more {
            programme.require_part(contract.terms.buyer, act.recorded_at.date(), || {
                format!("{} does not take part any more", contract.terms.buyer)
            })?;
        }
        if let Some(framework) = &contract.framework {
            let framework = procurement.framework(framework)?;
            if more {
                framework.require_term(self, occurred_at, act)?;
            }
            procurement.require_ceiling(framework, &amended)?;
        }
        procurement.require_funds(programme, &amended)?;
        Ok(amended)
    }

    /// Refuses a new line under a number that is taken, by the contract or by one of its options.
    pub(super) fn require_free_line(&self, contract: &Contract, number: u32) -> Result<(), Rejection> {
        let options = contract.options.iter().filter_map(|id| self.contract_option(id));
        let mut taken = options.filter(|option| option.is_open()).map(|option| option.terms.line.line);
        let free = contract.line(number).is_none() && !taken.any(|line| line == number);
        if free {
            return Ok(());
        }
        Err(Rejection::taken("line", format!("{number} of contract {}", contract.terms.contract)))
    }
}

impl Contract {
    /// True when a line is new, or orders more than before.
    fn orders_more_than(&self, before: &Contract) -> bool {
        self.terms.lines.iter().any(|line| {
            let had = before.line(line.line);
            !had.is_some_and(|had| line.quantity.at_most(had.quantity))
        })
    }
}

impl ContractAmended {
    /// The schedule that holds afterwards.
    fn schedule_of<'a>(&'a self, contract: &'a Contract) -> &'a [ScheduledDelivery] {
        if self.schedule.is_empty() { &contract.schedule } else { &self.schedule }
    }
}

impl Rules for ContractAmended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        contract_signers(state, state.procurement.contract(&self.contract)?)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Amendment]
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        state.contract(&self.contract).map_or_else(Vec::new, |contract| contract.newly_bound(&self.lines))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let contract = state.procurement.contract(&self.contract)?;
        require(!self.lines.is_empty() || !self.schedule.is_empty(), Rule::S05, || {
            "an amendment changes a line or the schedule".into()
        })?;
        require_rising(&self.lines)?;
        for line in self.lines.iter().filter(|line| contract.line(line.line).is_none()) {
            state.require_free_line(contract, line.line)?;
        }
        require(self.schedule.is_empty() || contract.supply.is_some(), Rule::S03, || {
            format!("the terms of supply of contract {} are not agreed", self.contract)
        })
        .map_err(|no| no.remedy("record SupplyTermsAgreed, with the schedule"))?;
        let amended = state.amended(contract, &self.lines, self.occurred_at, act)?;
        amended.admit_schedule(self.schedule_of(contract))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            let schedule = self.schedule_of(contract).to_vec();
            *contract = Contract { schedule, ..contract.with_lines(&self.lines) };
            contract.amended_in.push(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}
