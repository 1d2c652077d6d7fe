//! On what terms a run compares: the day or the time, tolerances, rates of exchange, groups of ages.

use std::str::FromStr;

use super::RunBreak;
use crate::domain::codes::Party;
use crate::domain::money::Currency;
use crate::domain::reconcile::{BreakClass, RunKind, Tolerances};
use crate::domain::regime::DAY_MS;
use crate::domain::state::State;
use crate::domain::time::{Date, Timestamp};

/// The days that a run compares, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day; none: from the beginning.
    pub from: Option<Date>,
    /// The last day.
    pub to: Date,
}

impl Span {
    /// True when the day is one of them.
    pub fn holds(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && day <= self.to
    }
}

/// An agreed rate of exchange: one unit of the first currency is so much of the second.
///
/// Written `EUR/USD=1.0870`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What is changed.
    pub from: Currency,
    /// Into what.
    pub to: Currency,
    /// In millionths.
    pub millionths: u128,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a rate such as EUR/USD=1.0870");
        let (pair, rate) = text.split_once('=').ok_or_else(wrong)?;
        let (from, to) = pair.split_once('/').ok_or_else(wrong)?;
        let (from, to) = (from.parse()?, to.parse()?);
        let millionths = super::decimal(rate).map_err(|_| wrong())?.number().unwrap_or(0);
        if millionths == 0 || from == to {
            return Err(wrong());
        }
        Ok(Self { from, to, millionths })
    }
}

/// Ten to the power of the digits behind the point.
fn minor_units(currency: Currency) -> u128 {
    10_u128.saturating_pow(currency.minor_digits())
}

impl Rate {
    /// True when `other` minor units of one currency are `amount` minor units of the other at this rate, to the
    /// nearest minor unit in either direction.
    pub fn is_met(self, (amount, currency): (u128, Currency), (other, changed): (u128, Currency)) -> bool {
        let (from, to) = match (currency, changed) {
            pair if pair == (self.from, self.to) => (amount, other),
            pair if pair == (self.to, self.from) => (other, amount),
            _ => return false,
        };
        // from / minor(from) * rate = to / minor(to), all times a million and both minor units.
        let left = from.saturating_mul(self.millionths).saturating_mul(minor_units(self.to));
        let right = to.saturating_mul(1_000_000).saturating_mul(minor_units(self.from));
        // One minor unit of the coarser side.
        let step = u128::max(
            minor_units(self.from).saturating_mul(1_000_000),
            self.millionths.saturating_mul(minor_units(self.to)),
        );
        left.abs_diff(right).saturating_mul(2) <= step
    }
}

/// The groups of ages in which breaks are listed (domain.md 11.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ages {
    /// The last day of each group but the last, rising.
    ends: Vec<u32>,
}

impl Ages {
    /// As the parties agreed; 0 to 30, to 60, to 90, to 365 days and above until they have.
    pub fn agreed(state: &State) -> Self {
        let agreed = state.agreed_regime().map(|regime| regime.ageing_days.clone());
        Self { ends: agreed.filter(|ends| !ends.is_empty()).unwrap_or_else(|| vec![30, 60, 90, 365]) }
    }

    /// The number of the group of an age.
    pub fn group(&self, days: u64) -> usize {
        self.ends.iter().filter(|end| days > u64::from(**end)).count()
    }

    /// The names of the groups: `0-30`, `31-60`, …, `>365`.
    pub fn names(&self) -> Vec<String> {
        let firsts = std::iter::once(0).chain(self.ends.iter().map(|end| end.saturating_add(1)));
        let groups = firsts.zip(&self.ends).map(|(first, end)| format!("{first}-{end}"));
        groups.chain(self.ends.last().map(|last| format!(">{last}"))).collect()
    }
}

/// On what terms two sides are compared.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Whose book it is.
    pub party: Party,
    /// The other party, when only what is between the two is compared.
    pub with: Option<Party>,
    /// The days that are compared.
    pub span: Span,
    /// What may differ.
    pub tolerances: Tolerances,
    /// The agreed rates of exchange.
    pub rates: Vec<Rate>,
    /// The groups of ages.
    pub ages: Ages,
}

impl Terms {
    /// The last moment that is compared.
    pub fn now(&self) -> Timestamp {
        self.span.to.end()
    }

    /// How many whole days old something is at the end of what is compared.
    pub(super) fn days_since(&self, since: Timestamp) -> u64 {
        self.now().since(since).checked_div(DAY_MS).unwrap_or(0)
    }

    /// A break with nothing but its class, subject and age, for the ministry to act on.
    pub(super) fn aged(
        &self,
        run: RunKind,
        class: BreakClass,
        subject: String,
        mark: String,
        since: Option<Timestamp>,
    ) -> RunBreak {
        let since = since.unwrap_or_else(|| self.now());
        let days = self.days_since(since);
        RunBreak {
            run,
            class,
            id: None,
            subject,
            rows: Vec::new(),
            differences: Vec::new(),
            ledger: None,
            book: None,
            delta: None,
            candidate: None,
            hint: None,
            since,
            days,
            age: self.group(days),
            by: self.party,
            mark,
            known: None,
        }
    }

    /// The name of the group of an age.
    fn group(&self, days: u64) -> String {
        self.ages.names().get(self.ages.group(days)).cloned().unwrap_or_default()
    }
}

/// How many working days (Monday to Friday) lie between two days: none between a day and itself, or between a Friday
/// and the Sunday after it.
pub(super) fn working_days_between(one: Date, other: Date) -> u64 {
    working_days(one).abs_diff(working_days(other))
}

/// The working days from Monday, 5 January 1970 to the day, itself included.
fn working_days(day: Date) -> u64 {
    // 1 January 1970, day 0, was a Thursday: the Monday of its week was three days before.
    let since = day.end().as_millis().checked_div(DAY_MS).unwrap_or(0).saturating_add(3);
    let (weeks, days) = (since.checked_div(7).unwrap_or(0), since.checked_rem(7).unwrap_or(0));
    weeks.saturating_mul(5).saturating_add(days.saturating_add(1).min(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(one: &str, other: &str) -> u64 {
        working_days_between(one.parse().unwrap(), other.parse().unwrap())
    }

    #[test]
    fn weekends_are_no_working_days() {
        assert_eq!(between("2026-01-30", "2026-01-30"), 0);
        // Friday to Saturday, Sunday, Monday.
        assert_eq!(between("2026-01-30", "2026-01-31"), 0);
        assert_eq!(between("2026-01-30", "2026-02-01"), 0);
        assert_eq!(between("2026-01-30", "2026-02-02"), 1);
        assert_eq!(between("2026-02-02", "2026-01-30"), 1);
        assert_eq!(between("2026-01-29", "2026-02-03"), 3);
        assert_eq!(between("1970-01-01", "1970-01-08"), 5);
        assert_eq!(between("1970-01-01", "2026-01-29"), 14_630);
    }

    #[test]
    fn a_rate_is_met_to_the_minor_unit() {
        let rate: Rate = "EUR/USD=1.0870".parse().unwrap();
        let (eur, usd) = (Currency::EUR, "USD".parse().unwrap());
        assert!(rate.is_met((10_000, eur), (10_870, usd)));
        assert!(rate.is_met((10_870, usd), (10_000, eur)));
        assert!(!rate.is_met((10_000, eur), (10_871, usd)));
        assert!(!rate.is_met((10_000, eur), (10_870, "SEK".parse().unwrap())));
        let yen: Rate = "EUR/JPY=160".parse().unwrap();
        assert!(yen.is_met((100, eur), (160, "JPY".parse().unwrap())));
        for wrong in ["EUR/USD", "EUR/USD=0", "EUR=1", "EUR/EUR=1", "EUR/USD=-1"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }
}
