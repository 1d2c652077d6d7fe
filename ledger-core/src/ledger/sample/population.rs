//! The list of a population: what a sample is drawn of, in one order and in one form.
//!
//! One line a member, in the order of entry and index, with a tab between the fields and a newline at the end:
//!
//! ```text
//! <entry> TAB <index> TAB <minor units, or -> TAB <currency, or -> TAB <what> LF
//! ```
//!
//! The digest of a population is the SHA-256 of this text, as `sha256sum` prints it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::domain::Digest;
use crate::domain::money::{Currency, Money};

use super::super::checkpoint::decimal;
use super::super::digest::sha256;

/// Longest list that is read, in bytes.
pub const MAX_LIST_BYTES: usize = 268_435_456;
/// Longest `what`, in bytes.
const MAX_WHAT_BYTES: usize = 4_096;

/// One of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The entry that is looked at.
    pub entry: u64,
    /// Which of the members with this entry, from 0.
    pub index: u64,
    /// How much money it is about, where the rule says so.
    pub amount: Option<Money>,
    /// What it is, for people; no tab, no newline.
    pub what: String,
}

/// Members in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Population {
    members: Vec<Member>,
}

/// Why a text is no list of a population.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the population: {reason}")]
pub struct BadList {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Population {
    /// Puts members into their order. Members of one entry keep the order in which they are given, and are numbered in it.
    pub fn new(mut members: Vec<Member>) -> Self {
        members.sort_by_key(|member| member.entry);
        let mut before: Option<(u64, u64)> = None;
        for member in &mut members {
            member.index = match before {
                Some((entry, index)) if entry == member.entry => index.saturating_add(1),
                _ => 0,
            };
            before = Some((member.entry, member.index));
        }
        Self { members }
    }

    /// The members in their order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        u64::try_from(self.members.len()).unwrap_or(u64::MAX)
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The member with this number.
    pub fn member(&self, number: u64) -> Option<&Member> {
        self.members.get(usize::try_from(number).ok()?)
    }

    /// The sum of the amounts in each currency, in minor units; `None` when it does not fit.
    pub fn totals(&self) -> Option<BTreeMap<Currency, u128>> {
        let mut totals: BTreeMap<Currency, u128> = BTreeMap::new();
        for amount in self.members.iter().filter_map(|member| member.amount) {
            let total = totals.entry(amount.currency()).or_default();
            *total = total.checked_add(u128::from(amount.minor()))?;
        }
        Some(totals)
    }

    /// The list.
    pub fn list(&self) -> String {
        let mut list = String::new();
        for Member { entry, index, amount, what } in &self.members {
            let (minor, currency) = match amount {
                Some(amount) => (amount.minor().to_string(), amount.currency().code()),
                None => ("-".into(), "-"),
            };
            // Writing into a text does not fail.
            let _ = writeln!(list, "{entry}\t{index}\t{minor}\t{currency}\t{what}");
        }
        list
    }

    /// SHA-256 of the list.
    pub fn digest(&self) -> Digest {
        sha256(&[self.list().as_bytes()])
    }

    /// Reads a list strictly.
    ///
    /// # Errors
    /// The first line that is not what it must be.
    pub fn parse(list: &str) -> Result<Self, BadList> {
        let mut members: Vec<Member> = Vec::new();
        let mut rest = list;
        let mut line: u64 = 0;
        while !rest.is_empty() {
            line = line.saturating_add(1);
            let bad = |reason| BadList { line, reason };
            let (text, after) = rest.split_once('\n').ok_or(bad("it has no end"))?;
            rest = after;
            let member = member(text).ok_or(bad(
                "it is not entry, index, minor units, currency and description, with tabs between them",
            ))?;
            let expected = match members.last() {
                Some(before) if before.entry == member.entry => before.index.saturating_add(1),
                Some(before) if before.entry > member.entry => {
                    return Err(bad("its entry comes before that of the line above"));
                }
                _ => 0,
            };
            if member.index != expected {
                return Err(bad("its index does not follow that of the line above"));
            }
            members.push(member);
        }
        Ok(Self { members })
    }
}

fn member(line: &str) -> Option<Member> {
    let mut fields = line.splitn(5, '\t');
    let (entry, index) = (decimal(fields.next()?)?, decimal(fields.next()?)?);
    let amount = match (fields.next()?, fields.next()?) {
        ("-", "-") => None,
        (minor, currency) => Some(Money::new(decimal(minor)?, currency.parse().ok()?).ok()?),
    };
    let what = fields.next()?;
    let sound = !what.is_empty() && what.len() <= MAX_WHAT_BYTES && !what.contains(['\t', '\r']);
    sound.then(|| Member { entry, index, amount, what: what.to_owned() })
}
