//! Funds: what each party has set aside for a programme, and that contracts stay within it (domain.md P11, P17).

use super::{Contract, Procurement, Programme};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{CommitmentId, ProgrammeId, Reference};
use crate::domain::money::{Currency, Money};
use crate::domain::party::PAYER;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::code_list;

code_list! {
    /// From where funds come.
    Instrument: "an instrument of funding" {
        /// The party's own budget.
        1 National "NATIONAL";
        /// Loans under Regulation (EU) 2025/1106.
        2 Safe "SAFE";
        /// Grants under Regulation (EU) 2025/2643.
        3 Edip "EDIP";
        /// Grants for common procurement under Regulation (EU) 2023/2418.
        4 Edirpa "EDIRPA";
    }
}

impl Instrument {
    /// The least number of states that a programme keeps while it draws on this instrument. The law sets it, not
    /// an agreement of the parties: three under EDIRPA (Reg. (EU) 2023/2418); a joint programme has two in any case.
    pub const fn least_states(self) -> usize {
        match self {
            Instrument::Edirpa => 3,
            Instrument::National | Instrument::Safe | Instrument::Edip => 2,
        }
    }
}

events! {
    /// Commit funds of one's own party to a programme, as its payment authoriser
    FundingCommitted {
        /// Number of the commitment
        commitment: CommitmentId,
        /// Number of the programme
        programme: ProgrammeId,
        /// The party that commits them
        party: Party,
        /// How much
        amount: Money,
        /// The line of its budget
        budget_line: Reference,
        /// The budget year
        year: u32,
        /// From where the funds come
        instrument: Instrument,
    }
}

impl Procurement {
    /// What a party has committed to a programme in a currency. An admitted commitment never makes it too large.
    pub(super) fn committed(&self, programme: &Programme, party: Party, currency: Currency) -> Money {
        let commitments = programme.commitments.iter().filter_map(|id| self.commitments.get(id));
        let amounts = commitments.filter(|known| known.party == party).map(|known| known.amount);
        amounts.fold(Money::zero(currency), |sum, amount| sum.plus(amount).unwrap_or(sum))
    }

    /// What the contracts of a programme cost a party, but for one; `None` when it is too much to be added up.
    fn bound(
        &self,
        programme: &Programme,
        party: Party,
        but: &Contract,
        currency: Currency,
    ) -> Option<Money> {
        let others = programme.contracts.iter().filter(|id| **id != but.terms.contract);
        others.filter_map(|id| self.contracts.get(id)).try_fold(Money::zero(currency), |sum, contract| {
            contract.parts()?.get(&party).map_or(Some(sum), |part| sum.plus(*part))
        })
    }

    /// Refuses a contract, as it is or is to become, that costs a party more than it has committed and not yet bound
    /// (domain.md P11). A part that has not grown is not asked again.
    ///
    /// Orders under a framework are always asked; another contract as soon as anybody has committed funds to its
    /// programme: before, its participants keep their funds outside the ledger.
    pub(super) fn require_funds(&self, programme: &Programme, contract: &Contract) -> Result<(), Rejection> {
        if contract.framework.is_none() && programme.commitments.is_empty() {
            return Ok(());
        }
        let id = &contract.terms.contract;
        let parts = contract.parts().ok_or_else(|| {
            Rejection::new(Rule::P11, format!("what contract {id} costs is too much to be added up"))
        })?;
        let before = self.contracts.get(id).and_then(Contract::parts).unwrap_or_default();
        for (party, part) in parts {
            if before.get(&party).is_some_and(|before| part <= *before) {
                continue;
            }
            let committed = self.committed(programme, party, part.currency());
            let bound = self.bound(programme, party, contract, part.currency());
            let total = bound.and_then(|bound| bound.plus(part));
            require(total.is_some_and(|total| total <= committed), Rule::P11, || {
                let bound = bound.map_or_else(|| "too much".into(), |bound| bound.to_string());
                format!(
                    "{party}'s part of contract {id} is {part}; it has committed {committed} to programme {}, of \
                     which other contracts bind {bound}",
                    programme.terms.programme
                )
            })
            .map_err(|no| no.remedy(format!("a FIN of {party} records FundingCommitted first")))?;
        }
        Ok(())
    }

    /// Refuses that a programme has so few states, by the instruments from which it is funded (domain.md P17).
    pub(super) fn require_states(&self, programme: &Programme, states: usize) -> Result<(), Rejection> {
        let commitments = programme.commitments.iter().filter_map(|id| self.commitments.get(id));
        commitments.map(|known| known.instrument).try_for_each(|from| require_states(programme, from, states))
    }
}

fn require_states(programme: &Programme, from: Instrument, states: usize) -> Result<(), Rejection> {
    let least = from.least_states();
    require(states >= least, Rule::P17, || {
        format!(
            "programme {} draws on {from}: it takes {least} states, and would have {states}",
            programme.terms.programme
        )
    })
}

impl Rules for FundingCommitted {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.party, PAYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::FundingDecision]
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.party]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let procurement = &state.procurement;
        if procurement.commitments.contains(&self.commitment) {
            return Err(Rejection::taken("commitment", &self.commitment));
        }
        let programme = procurement.programme(&self.programme)?;
        programme.require_uncancelled()?;
        let today = act.recorded_at.date();
        programme.require_part(self.party, today, || {
            format!("{} does not take part in programme {}", self.party, self.programme)
        })?;
        // Before the arrangement names a currency, the estimate does.
        let currency = programme.currency.unwrap_or(programme.terms.estimate.currency());
        require(self.amount.currency() == currency, Rule::S05, || {
            format!("the funds are in another currency than programme {}: {currency}", self.programme)
        })?;
        require(!self.amount.is_zero(), Rule::S05, || "a commitment of nothing".into())?;
        require((1000..=9999).contains(&self.year), Rule::S05, || "a year has four digits".into())?;
        let sum = procurement.committed(programme, self.party, currency).plus(self.amount);
        require(sum.is_some(), Rule::S05, || "the commitments are too much to be added up".into())?;
        if programme.effective_in.is_none() {
            // Others may still join; the number is asked when the arrangement takes effect.
            return Ok(());
        }
        let states = programme.participants_on(today).len().min(programme.participants.len());
        require_states(programme, self.instrument, states)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.commitments.push(self.commitment.clone());
        }
        state.procurement.commitments.insert(self.commitment.clone(), self.clone());
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

impl State {
    /// One commitment of funds.
    pub fn commitment(&self, id: &CommitmentId) -> Option<&FundingCommitted> {
        self.procurement.commitments.get(id)
    }

    /// What a party has committed to a programme, in the programme's currency.
    pub fn committed(&self, programme: &ProgrammeId, party: Party) -> Option<Money> {
        let known = self.programme(programme)?;
        Some(self.procurement.committed(known, party, known.currency?))
    }
}
