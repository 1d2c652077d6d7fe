//! The clocks, limits and tolerances that the parties agree on. They are data in the ledger, by position: what
//! was done before keeps the values that held then (domain.md G06).
//!
//! The charter sets three of them ([`Parameters`]). What needs another one cannot be
//! done before the parties have agreed on it: no default of this program stands in for an agreement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::money::Money;
use super::party::{MINISTER, Parameters};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::time::Timestamp;

/// Milliseconds of a minute.
pub(crate) const MINUTE_MS: u64 = 60_000;
/// Milliseconds of an hour.
pub(crate) const HOUR_MS: u64 = 3_600_000;
/// Milliseconds of a day.
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

/// Every clock, limit and tolerance by which the parties work together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegimeParameters {
    /// How far a claimed time may lie ahead of the time it is compared with, in milliseconds
    pub clock_skew_ms: u64,
    /// How long goods may be in transit before it is a break, in hours
    pub in_transit_limit_h: u32,
    /// How long an answer to a discrepancy report may take, in days
    pub discrepancy_answer_days: u32,
    /// How long a host may take to answer a request to move, in hours
    pub permission_answer_h: u32,
    /// How long a host that is in a crisis may take to answer it, in hours
    pub crisis_permission_answer_h: u32,
    /// How far from its permitted window a border may be crossed, in minutes
    pub crossing_tolerance_min: u32,
    /// How long the first declaration of a crisis holds at most, in hours
    pub crisis_first_h: u32,
    /// By how much one extension prolongs a crisis at most, in hours
    pub crisis_extension_h: u32,
    /// How long a ratification may be owed, in hours
    pub ratification_h: u32,
    /// How long a standing authorisation holds at most, in days
    pub standing_days: u32,
    /// How long after an authorisation or crisis has ended what was done under it may still be recorded, in hours
    pub late_recording_h: u32,
    /// Values above which the minister signs too, one a currency; a currency without one has no limit
    pub minister_limits: Vec<Money>,
    /// Values up to which a crisis stands in for a consent, one a currency; without one it stands in for nothing
    /// that has a value
    pub crisis_limits: Vec<Money>,
    /// How old the last physical count of a sensitive item may be, in days
    pub count_cadence_days: u32,
    /// How long a mutual support order may wait for replacement in kind or in value, in days
    pub support_in_kind_days: u32,
    /// How long a mutual support order may wait for payment, in days
    pub support_cash_days: u32,
    /// How long a framework agreement runs at most without justification, in days
    pub framework_days: u32,
    /// How long a net amount of a closed settlement may stay unpaid, in days
    pub settlement_days: u32,
    /// By how much a count of bulk goods may differ from the book without being a break, in basis points
    pub bulk_tolerance_bp: u32,
    /// The upper ends of the age groups in which open matters are listed, in days, rising
    pub ageing_days: Vec<u32>,
}

events! {
    /// Agree on clocks, limits and tolerances; the minister of every party signs. What was done before keeps the
    /// values that held then
    RegimeParametersSet {
        /// All of them, as they hold from here on
        parameters: RegimeParameters,
    }
}

/// The limit of a list in the currency of `value`.
fn limit(limits: &[Money], value: Money) -> Option<Money> {
    limits.iter().find(|limit| limit.currency() == value.currency()).copied()
}

impl RegimeParameters {
    /// True when `value` is above the minister's limit in its currency.
    pub(crate) fn needs_minister(&self, value: Money) -> bool {
        limit(&self.minister_limits, value).is_some_and(|limit| value > limit)
    }

    /// True when a crisis may stand in for a consent to something of this value.
    pub(crate) fn crisis_covers(&self, value: Option<Money>) -> bool {
        value.is_none_or(|value| limit(&self.crisis_limits, value).is_some_and(|limit| value <= limit))
    }
}

/// `hours` in milliseconds.
pub(crate) fn hours(hours: u32) -> u64 {
    u64::from(hours).saturating_mul(HOUR_MS)
}

/// `days` in milliseconds.
pub(crate) fn days(days: u32) -> u64 {
    u64::from(days).saturating_mul(DAY_MS)
}

impl State {
    /// The clocks and limits that the parties have agreed on since the founding, if they have.
    pub fn agreed_regime(&self) -> Option<&RegimeParameters> {
        self.directory.regime.as_ref()
    }

    /// The clocks and limits that `what` needs.
    ///
    /// # Errors
    /// [`Rule::S03`] while the parties have not agreed on them.
    pub(crate) fn regime(&self, what: &str) -> Result<&RegimeParameters, Rejection> {
        self.directory.regime.as_ref().ok_or_else(|| {
            Rejection::new(
                Rule::S03,
                format!("the parties have not agreed on the clocks and limits for {what}"),
            )
            .remedy("record RegimeParametersSet; the minister of every party signs it")
        })
    }

    /// When something that began at `from` is overdue by a clock of the regime; never, while none is agreed on.
    pub(crate) fn due_by(
        &self,
        from: Timestamp,
        clock: impl Fn(&RegimeParameters) -> u64,
    ) -> Option<Timestamp> {
        self.directory.regime.as_ref().map(|regime| from.later_by(clock(regime)))
    }
}

/// The minister of every member signs: of those suspended or gone none is asked.
pub(crate) fn every_minister(state: &State) -> Vec<Signer> {
    state.directory.active_parties().map(|party| Signer::of(party, MINISTER)).collect()
}

impl Rules for RegimeParametersSet {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(every_minister(state))
    }

    fn admit(&self, _: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let parameters = &self.parameters;
        for (name, limits) in
            [("minister_limits", &parameters.minister_limits), ("crisis_limits", &parameters.crisis_limits)]
        {
            let rising = limits.windows(2).all(|pair| matches!(pair, [a, b] if a.currency() < b.currency()));
            require(rising, Rule::S05, || {
                format!("{name} stand in the order of their currencies, one for each")
            })?;
        }
        let clocks = [
            ("crisis_first_h", parameters.crisis_first_h),
            ("ratification_h", parameters.ratification_h),
            ("standing_days", parameters.standing_days),
            ("framework_days", parameters.framework_days),
        ];
        for (name, clock) in clocks {
            require(clock > 0, Rule::S05, || format!("{name} is zero: what it bounds could never be done"))?;
        }
        let ages = &parameters.ageing_days;
        require(ages.windows(2).all(|pair| matches!(pair, [a, b] if a < b)), Rule::S05, || {
            "the ends of the age groups rise".into()
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.directory.parameters = Parameters {
            clock_skew_ms: self.parameters.clock_skew_ms,
            in_transit_limit_h: self.parameters.in_transit_limit_h,
            discrepancy_answer_days: self.parameters.discrepancy_answer_days,
        };
        state.directory.regime = Some(self.parameters.clone());
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        Vec::new()
    }
}
