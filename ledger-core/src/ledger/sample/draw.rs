//! The three ways to draw. Whole numbers alone.
//!
//! - [`Method::Random`]: so many members, none twice, each as likely as any other. A larger number draws the same
//!   members and more.
//! - [`Method::MonetaryUnit`]: so many units of money in each currency, and with each the member that it belongs to. Every
//!   unit is as likely as any other, and a member that is as large as the interval is certainly drawn.
//! - [`Method::All`]: every member.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::Digest;
use crate::domain::money::Currency;

use super::chance::Chance;
use super::population::{Member, Population};

/// Most members or units that are drawn.
pub const MAX_COUNT: u64 = 1_000_000;
/// What the numbers of a random sample are labelled with.
const RANDOM: &str = "random";

/// How a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// So many members, each as likely as any other.
    Random {
        /// How many; all, when there are fewer.
        count: u64,
    },
    /// So many units of money in each currency.
    MonetaryUnit {
        /// How many units in each currency.
        count: u64,
    },
    /// Every member.
    All {},
}

/// Why nothing can be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// There is nobody in the population.
    #[error("the population is empty, so there is nothing to draw; name another rule or a later size")]
    Empty,
    /// Nothing is to be drawn, or more than anybody looks at.
    #[error("a sample has 1 to {MAX_COUNT} members, not {0}; give --count")]
    Count(u64),
    /// A member has no amount.
    #[error(
        "entry {0} of the population has no amount, so no unit of money can be drawn; draw at random, or of payments"
    )]
    NoAmount(u64),
    /// All amounts of a currency are zero.
    #[error("the amounts in {0} sum to nothing, so no unit of money can be drawn; draw at random")]
    Nothing(Currency),
    /// The amounts do not fit into 128 bits.
    #[error("the amounts of the population are too large to be added")]
    TooLarge,
}

/// Why a member was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Why {
    /// It was the so-manieth to be drawn.
    Random {
        /// From 1.
        draw: u64,
        /// The block of the stream that named it.
        block: u64,
    },
    /// A unit of money belongs to it.
    Unit {
        /// The so-manieth in its currency, from 1.
        hit: u64,
        /// The unit, from 0, in decimal: the first of the currency's first member is 0.
        unit: String,
    },
    /// It is as large as the interval, so it was certain.
    Certain {
        /// The so-manieth in its currency, from 1.
        hit: u64,
        /// The unit, as above.
        unit: String,
    },
    /// All are drawn.
    All {},
}

/// A member that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Its number in the population, from 0.
    pub number: u64,
    /// Why: several reasons, when several units belong to it.
    pub why: Vec<Why>,
}

impl Method {
    /// Draws, in the order of the population.
    ///
    /// # Errors
    /// Nothing can be drawn.
    pub fn draw(self, population: &Population, seed: Digest) -> Result<Vec<Drawn>, DrawError> {
        // That there is none of a class is an answer too; by chance nothing can be drawn of nothing.
        if population.is_empty() && self != (Method::All {}) {
            return Err(DrawError::Empty);
        }
        let drawn = match self {
            Method::Random { count } => random(population.len(), counted(count)?, seed),
            Method::MonetaryUnit { count } => monetary_unit(population.members(), counted(count)?, seed)?,
            Method::All {} => (0..population.len()).map(|number| (number, vec![Why::All {}])).collect(),
        };
        Ok(drawn.into_iter().map(|(number, why)| Drawn { number, why }).collect())
    }
}

fn counted(count: u64) -> Result<u64, DrawError> {
    if (1..=MAX_COUNT).contains(&count) { Ok(count) } else { Err(DrawError::Count(count)) }
}

/// Numbers below `members`, in the order of the stream; one that stands there already is passed over.
fn random(members: u64, count: u64, seed: Digest) -> BTreeMap<u64, Vec<Why>> {
    let mut chance = Chance::new(seed, RANDOM);
    let mut drawn = BTreeMap::new();
    let wanted = count.min(members);
    let mut draw: u64 = 0;
    while draw < wanted {
        let Some(next) = chance.below(u128::from(members)) else { break };
        let Ok(number) = u64::try_from(next.value) else { break };
        if let std::collections::btree_map::Entry::Vacant(place) = drawn.entry(number) {
            draw = draw.saturating_add(1);
            place.insert(vec![Why::Random { draw, block: next.block }]);
        }
    }
    drawn
}

/// In each currency: with `total` units and a start below `total`, hit i of `count` is the unit
/// ⌊(i · total + start) / count⌋. The hits lie ⌊total/count⌋ or ⌈total/count⌉ apart, so whatever has ⌈total/count⌉ units
/// has a hit; and of the `total · count` pairs of a hit and a start each unit has `count`.
fn monetary_unit(members: &[Member], count: u64, seed: Digest) -> Result<BTreeMap<u64, Vec<Why>>, DrawError> {
    let mut drawn: BTreeMap<u64, Vec<Why>> = BTreeMap::new();
    let currencies = currencies(members)?;
    for currency in currencies {
        let amounts = || {
            (0..).zip(members).filter_map(move |(number, member)| {
                let amount = member.amount.filter(|amount| amount.currency() == currency)?;
                Some((number, u128::from(amount.minor())))
            })
        };
        let total = amounts()
            .try_fold(0_u128, |sum, (_, minor)| sum.checked_add(minor))
            .ok_or(DrawError::TooLarge)?;
        let start =
            Chance::new(seed, currency.code()).below(total).ok_or(DrawError::Nothing(currency))?.value;
        let count = u128::from(count);
        let unit = |hit: u128| hit.checked_mul(total)?.checked_add(start)?.checked_div(count);
        let (mut hit, mut end) = (0_u128, 0_u128);
        for (number, minor) in amounts() {
            end = end.checked_add(minor).ok_or(DrawError::TooLarge)?;
            let certain = minor.checked_mul(count).ok_or(DrawError::TooLarge)? >= total;
            while hit < count {
                let at = unit(hit).ok_or(DrawError::TooLarge)?;
                if at >= end {
                    break;
                }
                hit = hit.saturating_add(1);
                let which = u64::try_from(hit).map_err(|_| DrawError::TooLarge)?;
                let unit = at.to_string();
                let why =
                    if certain { Why::Certain { hit: which, unit } } else { Why::Unit { hit: which, unit } };
                drawn.entry(number).or_default().push(why);
            }
        }
    }
    Ok(drawn)
}

/// The currencies of a population, in the order of their codes.
fn currencies(members: &[Member]) -> Result<BTreeSet<Currency>, DrawError> {
    let mut currencies = BTreeSet::new();
    for member in members {
        let amount = member.amount.ok_or(DrawError::NoAmount(member.entry))?;
        currencies.insert(amount.currency());
    }
    Ok(currencies)
}
