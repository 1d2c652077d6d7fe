//! Every "no" of the domain, numbered.
//!
//! The numbers are those of the invariants that the rules protect (I, P, T, G, SOD), and S for acts that do
//! not fit the state they meet. Where several rules are broken the first in the order of [`Rule::ALL`] that
//! the act reaches is named: time and author first, then what the act speaks of, then papers, then the
//! subject's own rules.

use std::fmt;

use super::text::code_list;

code_list! {
    /// A rule, by the number under which auditors know it.
    Rule: "a rule" {
        /// Time never runs backwards: `occurred_at` is not later than `recorded_at` plus the tolerated skew.
        1 I05 "I05";
        /// The signer's key is enrolled and active, and its role may sign this act.
        2 I03 "I03";
        /// What the act speaks of exists.
        3 S01 "S01";
        /// What the act brings into being is new.
        4 S02 "S02";
        /// What the act speaks of is in a state that allows it.
        5 S03 "S03";
        /// The other party's consent is there.
        6 S04 "S04";
        /// The act is complete and its fields agree with one another.
        7 S05 "S05";
        /// Every mandatory document is bound by its digest.
        8 I04 "I04";
        /// A key is enrolled by two ministries.
        9 G07 "G07";
        /// No key holds conflicting roles.
        10 G05 "G05";
        /// A registrar does not enrol himself, and registrars are enrolled by the root key.
        11 Sod5 "SOD-5";
        /// Each vector of shares sums to exactly one.
        20 P01 "P01";
        /// The quantities of the parties sum to the quantity of the line.
        21 P02 "P02";
        /// Dispatched is within contracted, received within dispatched, accepted within received.
        22 P04 "P04";
        /// Invoiced is within accepted times price.
        23 P05 "P05";
        /// Paid is within approved.
        24 P06 "P06";
        /// No invoice and no bank reference counts twice.
        25 P07 "P07";
        /// Cost shares of a pool sum to the pool, to the cent.
        26 P09 "P09";
        /// No acceptance without a certificate of conformity.
        27 P12 "P12";
        /// Every item has exactly one owner and one holder.
        40 T01 "T01";
        /// A ministry transfers only what it holds (custody) or owns and holds (loan, title).
        41 T02 "T02";
        /// Every loan has an owner, a borrower and a due date.
        42 T03 "T03";
        /// What was registered is held, in transit, consumed, lost or written off: nothing more, nothing less.
        43 T04 "T04";
        /// No balance is negative.
        44 T05 "T05";
        /// A serial number is in at most one open transfer.
        45 T06 "T06";
        /// A receipt refers to one dispatch and to what was dispatched.
        46 T07 "T07";
        /// Goods do not stay in transit beyond the limit unreported.
        47 T08 "T08";
        /// Restricted items change holder only with the restricting state's recorded consent.
        48 T09 "T09";
        /// A licence or exemption covers each transfer between states by date, category and amount.
        49 T10 "T10";
        /// Only the owner's authority writes off.
        50 T11 "T11";
        /// Title passes only when both sides sign.
        51 T12 "T12";
        /// Explosives never travel without hazard code and net explosive quantity.
        52 T17 "T17";
        /// Expired ammunition is not issued.
        53 T18 "T18";
    }
}

/// The rules of the domain refused an act. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The rule that was broken.
    pub rule: Rule,
    /// What is wrong, in the words of the act.
    pub why: String,
    /// What to do instead, where there is a lawful way.
    pub remedy: Option<String>,
}

impl Rejection {
    pub(crate) fn new(rule: Rule, why: impl Into<String>) -> Self {
        Self { rule, why: why.into(), remedy: None }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// An act that speaks of something unknown.
    pub(crate) fn unknown(kind: &str, id: impl fmt::Display) -> Self {
        Self::new(Rule::S01, format!("there is no {kind} {id}")).remedy("check the identifier")
    }

    /// An act that uses an identifier twice.
    pub(crate) fn taken(kind: &str, id: impl fmt::Display) -> Self {
        Self::new(Rule::S02, format!("{kind} {id} exists already")).remedy("choose another identifier")
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.why)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}

/// Refuses with `rule` unless `holds`; the reason is only worded when it is needed.
pub(crate) fn require(holds: bool, rule: Rule, why: impl FnOnce() -> String) -> Result<(), Rejection> {
    if holds { Ok(()) } else { Err(Rejection::new(rule, why())) }
}
