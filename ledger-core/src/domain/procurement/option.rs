//! Options: lines that a buyer may add to a contract at a price agreed on beforehand, until a day.

use serde::Serialize;

use super::contract::contract_signers;
use super::{Contract, ContractLine, Procurement};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, OptionId};
use crate::domain::party::BUYER;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Date;

events! {
    /// Agree on an option of a contract, as its signers
    OptionAgreed {
        /// Number of the option
        option: OptionId,
        /// Number of the contract
        contract: ContractId,
        /// The line that it adds
        line: ContractLine,
        /// The last day on which it may be exercised
        expires: Date,
    }

    /// Exercise an option: its line becomes one of the contract
    OptionExercised {
        /// Number of the option
        option: OptionId,
    }

    /// Record that an option has lapsed
    OptionLapsed {
        /// Number of the option
        option: OptionId,
    }
}

/// An option and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct ContractOption {
    /// What was agreed.
    pub terms: OptionAgreed,
    /// The entry that agreed on it.
    pub agreed_in: u64,
    /// The entry that exercised it.
    pub exercised_in: Option<u64>,
    /// The entry that recorded that it has lapsed.
    pub lapsed_in: Option<u64>,
}

impl ContractOption {
    /// True while it was neither exercised nor recorded as lapsed.
    pub const fn is_open(&self) -> bool {
        self.exercised_in.is_none() && self.lapsed_in.is_none()
    }
}

impl Procurement {
    /// The option, if it is open, and its contract.
    fn open_option(&self, id: &OptionId) -> Result<(&ContractOption, &Contract), Rejection> {
        let option = self.option(id)?;
        require(option.is_open(), Rule::S03, || {
            let end = if option.exercised_in.is_some() { "exercised" } else { "lapsed" };
            format!("option {id} is {end} already")
        })?;
        Ok((option, self.contract(&option.terms.contract)?))
    }

    fn option(&self, id: &OptionId) -> Result<&ContractOption, Rejection> {
        self.options.get(id).ok_or_else(|| Rejection::unknown("option", id))
    }

    /// The buyer of the option's contract signs.
    fn option_signer(&self, id: &OptionId) -> Result<Vec<Signer>, Rejection> {
        let contract = self.contract(&self.option(id)?.terms.contract)?;
        Ok(vec![Signer::of(contract.terms.buyer, BUYER)])
    }
}

impl Rules for OptionAgreed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        contract_signers(state, state.procurement.contract(&self.contract)?)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Contract]
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let contract = state.contract(&self.contract);
        contract.map_or_else(Vec::new, |known| known.newly_bound(std::slice::from_ref(&self.line)))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.options.contains(&self.option) {
            return Err(Rejection::taken("option", &self.option));
        }
        let contract = state.procurement.contract(&self.contract)?;
        let programme = state.procurement.programme(&contract.terms.programme)?;
        state.require_free_line(contract, self.line.line)?;
        let today = act.recorded_at.date();
        require(today <= self.expires, Rule::S05, || {
            format!("the option would expire on {}, before it is agreed", self.expires)
        })?;
        // Its price binds nobody before it is exercised; then ceiling, term and funds are asked.
        self.line.admit(programme, today, None)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let option =
            ContractOption { terms: self.clone(), agreed_in: act.seq, exercised_in: None, lapsed_in: None };
        state.procurement.options.insert(self.option.clone(), option);
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.options.push(self.option.clone());
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for OptionExercised {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.procurement.option_signer(&self.option)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let Ok((option, contract)) = state.procurement.open_option(&self.option) else { return Vec::new() };
        contract.newly_bound(std::slice::from_ref(&option.terms.line))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let (option, contract) = state.procurement.open_option(&self.option)?;
        let expires = option.terms.expires;
        require(act.recorded_at.date() <= expires, Rule::S03, || {
            format!("option {} expired on {expires}", self.option)
        })
        .map_err(|no| no.remedy("amend the contract instead; all its signers sign"))?;
        let line = std::slice::from_ref(&option.terms.line);
        state.amended(contract, line, self.occurred_at, act).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(option) = state.procurement.options.get_mut(&self.option) else { return };
        option.exercised_in = Some(act.seq);
        let terms = option.terms.clone();
        if let Some(contract) = state.procurement.contracts.get_mut(&terms.contract) {
            *contract = contract.with_lines(&[terms.line]);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_option(&self.option)
    }
}

impl Rules for OptionLapsed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.procurement.option_signer(&self.option)
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let expires = state.procurement.open_option(&self.option)?.0.terms.expires;
        require(act.recorded_at.date() > expires, Rule::S03, || {
            format!("option {} may be exercised until {expires}", self.option)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(option) = state.procurement.options.get_mut(&self.option) {
            option.lapsed_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_option(&self.option)
    }
}

impl State {
    /// One option of a contract.
    pub fn contract_option(&self, id: &OptionId) -> Option<&ContractOption> {
        self.procurement.options.get(id)
    }

    /// All options of contracts.
    pub fn contract_options(&self) -> impl Iterator<Item = (&OptionId, &ContractOption)> {
        self.procurement.options.iter()
    }

    fn subjects_of_option(&self, id: &OptionId) -> Vec<Subject> {
        self.contract_option(id)
            .map_or_else(Vec::new, |option| self.subjects_of_contract(&option.terms.contract))
    }
}
