//! Closing a period of the books: the cut-off, and what the parties confirm that they owed one another at it (domain.md
//! sections 5.5 and 11).
//!
//! A cut-off names the size and the root that the ledger had at the end of a day, so that everybody who computes a
//! balance or draws a sample afterwards does it from the same entries. That they are those of that day no rule here can
//! say: the gate of the ledger does, which has seen the entries (flaw E27).

use serde::Serialize;

use super::books::{both_of, require_two_persons};
use super::codes::Party;
use super::consent::Signer;
use super::digest::Digest;
use super::event::{RecordedAct, Rules, events};
use super::ids::PeriodId;
use super::money::Currency;
use super::procurement::NetAmount;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::status::{Matter, MatterKind};
use super::subject::Subject;
use super::table::tables;
use super::time::{Date, Timestamp};

events! {
    /// Fix the cut-off of a period: size and root of the ledger at the end of its last day; the payment authoriser and
    /// the property-book officer of every member sign
    PeriodCutoffFixed {
        /// Name of the period
        period: PeriodId,
        /// Its last day, in UTC; it begins where the period before it ends
        last_day: Date,
        /// How many entries the ledger had at the end of that day
        size: u64,
        /// The root of the ledger at that size
        root: Digest,
    }

    /// Confirm what one's party and another owed one another at the cut-off of a period, by one's own books; the
    /// payment authoriser and the property-book officer sign
    BalanceConfirmed {
        /// Name of the period
        period: PeriodId,
        /// The party that confirms
        party: Party,
        /// The other party
        counterparty: Party,
        /// Who owes whom, one amount a currency in the order of the currencies; none when nobody owes anything
        balances: Vec<NetAmount>,
    }
}

/// A period whose cut-off is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// What was fixed.
    pub terms: PeriodCutoffFixed,
    /// The entry that fixed it.
    pub fixed_in: u64,
    /// When it was fixed.
    pub since: Timestamp,
    /// The members then: between any two of them there is a balance to confirm.
    pub parties: Vec<Party>,
}

/// A balance as one party confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confirmation {
    /// The entry that confirms it.
    pub entry: u64,
    /// Who owes whom.
    pub balances: Vec<NetAmount>,
    /// The entries that confirmed it before, and were replaced.
    pub replaced: Vec<u64>,
}

/// How the confirmations of two parties stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Accord {
    /// Neither has confirmed.
    Unconfirmed,
    /// Only this one has.
    Half(Party),
    /// Both say the same.
    Agreed,
    /// They say different things.
    Disputed,
}

tables! {
    /// Periods and what was confirmed for them.
    pub(crate) struct Periods {
        periods: PeriodId => Period,
        /// By period, the party that confirms, and the other.
        confirmations: (PeriodId, Party, Party) => Confirmation,
    }
}

impl State {
    /// All periods whose cut-off is fixed, in the order of their names.
    pub fn periods(&self) -> impl Iterator<Item = (&PeriodId, &Period)> {
        self.periods.periods.iter()
    }

    /// One period.
    pub fn period(&self, id: &PeriodId) -> Option<&Period> {
        self.periods.periods.get(id)
    }

    /// The period before this one, if there is one.
    pub fn period_before(&self, id: &PeriodId) -> Option<&Period> {
        let last_day = self.period(id)?.terms.last_day;
        let earlier = self.periods().map(|(_, known)| known).filter(|known| known.terms.last_day < last_day);
        earlier.max_by_key(|known| known.terms.last_day)
    }

    /// What a party confirmed towards another.
    pub fn confirmation(&self, period: &PeriodId, of: Party, towards: Party) -> Option<&Confirmation> {
        self.periods.confirmations.get(&(period.clone(), of, towards))
    }

    /// How the confirmations of two parties stand.
    pub fn accord(&self, period: &PeriodId, one: Party, other: Party) -> Accord {
        match (self.confirmation(period, one, other), self.confirmation(period, other, one)) {
            (None, None) => Accord::Unconfirmed,
            (Some(_), None) => Accord::Half(one),
            (None, Some(_)) => Accord::Half(other),
            (Some(here), Some(there)) if here.balances == there.balances => Accord::Agreed,
            (Some(_), Some(_)) => Accord::Disputed,
        }
    }

    fn known_period(&self, id: &PeriodId) -> Result<&Period, Rejection> {
        self.period(id).ok_or_else(|| {
            Rejection::new(Rule::S01, format!("the cut-off of period {id} is not fixed"))
                .remedy("fix it first; every member's payment authoriser and property-book officer sign")
        })
    }

    /// Balances that are not confirmed, or that two parties see differently.
    pub(super) fn matters_of_periods(&self, matters: &mut Vec<Matter>) {
        for (id, period) in self.periods() {
            for (one, other) in period.pairs() {
                let (parties, what): (Vec<_>, _) = match self.accord(id, one, other) {
                    Accord::Agreed => continue,
                    Accord::Unconfirmed => (vec![(one, other), (other, one)], "confirm"),
                    Accord::Half(party) if party == one => (vec![(other, one)], "confirm"),
                    Accord::Half(_) => (vec![(one, other)], "confirm"),
                    Accord::Disputed => (vec![(one, other), (other, one)], "agree on"),
                };
                for (by, to) in parties {
                    let words =
                        format!("{what} the balance with {to} at the end of {}", period.terms.last_day);
                    let matter = Matter::new(MatterKind::Balance, format!("period {id}"), by, words);
                    matters.push(matter.to(to).since(period.since));
                }
            }
        }
    }
}

impl Period {
    /// Every two of its members, in the order of their codes.
    pub fn pairs(&self) -> impl Iterator<Item = (Party, Party)> {
        self.parties.iter().enumerate().flat_map(|(index, one)| {
            let others = self.parties.iter().skip(index.saturating_add(1));
            others.map(|other| (*one, *other))
        })
    }
}

impl Rules for PeriodCutoffFixed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(state.directory.active_parties().flat_map(both_of).collect())
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.periods.periods.contains(&self.period) {
            return Err(Rejection::taken("period", &self.period));
        }
        require(self.last_day < act.recorded_at.date(), Rule::C09, || {
            format!("{} is not over: its cut-off can be fixed on the day after", self.last_day)
        })?;
        let last = state.periods().map(|(_, known)| &known.terms).max_by_key(|terms| terms.last_day);
        if let Some(last) = last.filter(|last| last.last_day >= self.last_day) {
            let why = format!("period {} goes until {} already", last.period, last.last_day);
            return Err(Rejection::new(Rule::C09, why).remedy("periods follow one another in time"));
        }
        require(self.size > 0 && self.size <= act.seq, Rule::S05, || {
            format!("the ledger never had {} entries before this one", self.size)
        })?;
        require_two_persons(state, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let period = Period {
            terms: self.clone(),
            fixed_in: act.seq,
            since: act.recorded_at,
            parties: state.directory.active_parties().collect(),
        };
        state.periods.periods.insert(self.period.clone(), period);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Period(self.period.clone())]
    }
}

impl Rules for BalanceConfirmed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        Ok(both_of(self.party))
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.known_period(&self.period)?;
        state.directory.require_party(self.counterparty)?;
        let (party, other) = (self.party, self.counterparty);
        require(party != other, Rule::S05, || format!("{party} owes itself nothing"))?;
        for net in &self.balances {
            let between = [(party, other), (other, party)].contains(&(net.debtor, net.creditor));
            require(between && !net.amount.is_zero(), Rule::S05, || {
                format!(
                    "{} owes {} {}: that is no balance between {party} and {other}",
                    net.debtor, net.creditor, net.amount
                )
            })?;
        }
        let currencies: Vec<Currency> = self.balances.iter().map(|net| net.amount.currency()).collect();
        require(currencies.is_sorted_by(|a, b| a < b), Rule::S05, || {
            "the balances stand in the order of their currencies, one for each".into()
        })?;
        require(state.accord(&self.period, party, other) != Accord::Agreed, Rule::C10, || {
            format!("{party} and {other} agree on their balance of period {} already", self.period)
        })
        .map_err(|rejection| rejection.remedy("what changed since belongs to the next period"))?;
        require_two_persons(state, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let key = (self.period.clone(), self.party, self.counterparty);
        let before = state.periods.confirmations.get(&key);
        let replaced = before.map_or_else(Vec::new, |before| {
            before.replaced.iter().copied().chain(std::iter::once(before.entry)).collect()
        });
        let confirmation = Confirmation { entry: act.seq, balances: self.balances.clone(), replaced };
        state.periods.confirmations.insert(key, confirmation);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![
            Subject::Period(self.period.clone()),
            Subject::Party(self.party),
            Subject::Party(self.counterparty),
        ]
    }
}
