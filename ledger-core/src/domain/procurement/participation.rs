//! Who takes part in a programme after its arrangement is in effect: who joins late, who withdraws, and with which
//! shares the others go on (domain.md P01, P13, P17).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::programme::require_whole;
use super::{Programme, Shares};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::ProgrammeId;
use crate::domain::money::{Money, Share};
use crate::domain::party::MINISTER;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Date;

/// The shares of a participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyShares {
    /// The participant
    pub party: Party,
    /// Its share of the quantity
    pub quantity_share: Share,
    /// Its share of the common, non-recurring cost
    pub common_cost_share: Share,
    /// Its share of the lead nation's fee
    pub fee_share: Share,
}

events! {
    /// Admit a party to a programme that is under way; it and every participant sign the new shares of all
    ParticipantAdmitted {
        /// Number of the programme
        programme: ProgrammeId,
        /// The party that joins
        party: Party,
        /// The shares of all participants from here on, in the order of the country codes
        shares: Vec<PartyShares>,
    }

    /// Withdraw from a programme; the other participants accept the shares with which they go on
    ParticipantWithdrew {
        /// Number of the programme
        programme: ProgrammeId,
        /// The party that withdraws
        party: Party,
        /// The day from which it takes on nothing new; what it took on before stays
        effective: Date,
        /// What it pays for leaving
        settled_liability: Money,
        /// The shares of the other participants from that day on, in the order of the country codes
        reallocation: Vec<PartyShares>,
    }
}

/// Who took part with which shares until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarlierShares {
    /// The first day on which these shares did not hold any more.
    pub until: Date,
    /// The shares.
    pub participants: BTreeMap<Party, Shares>,
}

/// That a party withdrew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawal {
    /// The party.
    pub party: Party,
    /// The day from which it takes on nothing new.
    pub effective: Date,
    /// The entry in which it withdrew.
    pub entry: u64,
    /// What it pays for leaving.
    pub settled_liability: Money,
}

/// The shares by party.
fn by_party(shares: &[PartyShares]) -> BTreeMap<Party, Shares> {
    let row = |shares: &PartyShares| Shares {
        quantity: shares.quantity_share,
        common_cost: shares.common_cost_share,
        fee: shares.fee_share,
    };
    shares.iter().map(|shares| (shares.party, row(shares))).collect()
}

/// Refuses shares of others than `parties`, out of their order, or of which a vector does not sum to one.
fn require_shares(shares: &[PartyShares], parties: &[Party]) -> Result<(), Rejection> {
    require(shares.iter().map(|shares| &shares.party).eq(parties), Rule::S05, || {
        let parties: Vec<_> = parties.iter().map(ToString::to_string).collect();
        format!("the shares are those of {}, in this order, each once", parties.join(", "))
    })?;
    require_whole(&by_party(shares))
}

impl Programme {
    /// Refuses that shares change before a day on which they change already.
    fn require_last(&self, from: Date) -> Result<(), Rejection> {
        let last = self.earlier.last().map(|shares| shares.until);
        require(last.is_none_or(|last| last <= from), Rule::S03, || {
            let last = last.map_or_else(String::new, |last| format!(" on {last}"));
            format!("the shares of programme {} change{last}, not before", self.terms.programme)
        })
        .map_err(|no| no.remedy("let the new shares begin on that day or later"))
    }

    /// Lets other shares hold from a day on.
    fn change_shares(&mut self, from: Date, shares: &[PartyShares]) {
        let participants = std::mem::replace(&mut self.participants, by_party(shares));
        self.earlier.push(EarlierShares { until: from, participants });
    }
}

impl Rules for ParticipantAdmitted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let programme = state.procurement.running(&self.programme)?;
        let others = programme.participants.keys().filter(|party| **party != self.party);
        Ok(std::iter::once(&self.party).chain(others).map(|party| Signer::of(*party, MINISTER)).collect())
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Memorandum]
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.party]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let programme = state.procurement.running(&self.programme)?;
        require(!programme.participants.contains_key(&self.party), Rule::S02, || {
            format!("{} takes part in programme {} already", self.party, self.programme)
        })?;
        programme.require_last(act.recorded_at.date())?;
        let mut parties: Vec<Party> = programme.participants.keys().copied().collect();
        parties.push(self.party);
        parties.sort_unstable();
        require_shares(&self.shares, &parties)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.change_shares(act.recorded_at.date(), &self.shares);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

impl Rules for ParticipantWithdrew {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let programme = state.procurement.effective(&self.programme)?;
        let others = programme.participants.keys().filter(|party| **party != self.party);
        Ok(std::iter::once(&self.party).chain(others).map(|party| Signer::of(*party, MINISTER)).collect())
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Amendment]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let programme = state.procurement.running(&self.programme)?;
        let today = act.recorded_at.date();
        require(programme.participants.contains_key(&self.party), Rule::S03, || {
            format!("{} does not take part in programme {}", self.party, self.programme)
        })?;
        require(self.party != programme.terms.lead, Rule::S03, || {
            format!("{} leads programme {}: the lead nation does not withdraw", self.party, self.programme)
        })?;
        require(self.effective >= today, Rule::S05, || {
            format!("nobody withdraws for the past: {} is before {today}", self.effective)
        })?;
        programme.require_last(self.effective)?;
        require(programme.currency == Some(self.settled_liability.currency()), Rule::S05, || {
            "the liability is in another currency than the programme".into()
        })?;
        let remaining: Vec<Party> =
            programme.participants.keys().filter(|party| **party != self.party).copied().collect();
        require(remaining.len() >= 2, Rule::P17, || {
            format!("of programme {} one participant would remain: it would be joint no more", self.programme)
        })
        .map_err(|no| no.remedy("cancel the programme, or fulfil its contracts together"))?;
        state.procurement.require_states(programme, remaining.len())?;
        require_shares(&self.reallocation, &remaining)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.change_shares(self.effective, &self.reallocation);
            programme.withdrawals.push(Withdrawal {
                party: self.party,
                effective: self.effective,
                entry: act.seq,
                settled_liability: self.settled_liability,
            });
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}
