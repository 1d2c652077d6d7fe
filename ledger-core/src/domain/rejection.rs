//! Every "no" of the domain, numbered.
//!
//! The numbers are those of the invariants that the rules protect (I, P, T, G, SOD), C for closing the
//! books, A for audit, and S for acts that do not fit the state they meet. Where several rules are broken the first in the order of [`Rule::ALL`] that
//! the act reaches is named: time and author first, then what the act speaks of, then papers, then the
//! subject's own rules.

use std::fmt;

use serde::Serialize;

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
        /// Who takes on something new is a member in good standing: neither suspended nor gone.
        12 S06 "S06";
        /// Every mandatory document is bound by its digest.
        8 I04 "I04";
        /// A key is enrolled by two ministries.
        9 G07 "G07";
        /// No key holds conflicting roles.
        10 G05 "G05";
        /// A registrar does not enrol himself, and registrars are enrolled by the root key.
        11 Sod5 "SOD-5";
        /// Who signs a contract does not authorise its payment.
        13 Sod1 "SOD-1";
        /// Who holds goods does not count them alone.
        15 Sod3 "SOD-3";
        /// Auditors, reconciliation services and keys that sign checkpoints sign no business.
        16 Sod4 "SOD-4";
        /// Who declares a crisis does not ratify what was done under it.
        17 Sod6 "SOD-6";
        /// No act rests on an authorisation that is expired, revoked or suspended.
        30 G01 "G01";
        /// Authorisations go from one grantor to named grantees, and end within the agreed time.
        31 G02 "G02";
        /// What was done in a crisis is ratified or refused by the party that owes it, once.
        32 G03 "G03";
        /// A crisis binds a state by that state's own signature, for a limited time.
        33 G04 "G04";
        /// A compromise is declared by two parties; what the key signed since is listed as doubtful.
        35 G08 "G08";
        /// Each vector of shares sums to exactly one.
        20 P01 "P01";
        /// The quantities of the parties sum to the quantity of the line.
        21 P02 "P02";
        /// Call-offs stay within the framework's ceiling, quantity and term.
        28 P03 "P03";
        /// Dispatched is within contracted, received within dispatched, accepted within received.
        22 P04 "P04";
        /// Invoiced is within accepted times price.
        23 P05 "P05";
        /// Paid is within approved.
        24 P06 "P06";
        /// No invoice and no bank reference counts twice.
        25 P07 "P07";
        /// An advance is settled or refunded; until then no further one is paid past its day.
        60 P08 "P08";
        /// Cost shares of a pool sum to the pool, to the cent.
        26 P09 "P09";
        /// Net settlement sums to zero in each currency, and nobody pays more than he owes.
        61 P10 "P10";
        /// A contract is worth no more than the paying states have committed.
        62 P11 "P11";
        /// No acceptance without a certificate of conformity, nor without closed quality assurance where it was
        /// agreed.
        27 P12 "P12";
        /// Who has withdrawn takes on nothing new; what was taken on before stays.
        63 P13 "P13";
        /// Orders come from those who may order.
        64 P14 "P14";
        /// Contracting officer and payment authoriser of one contract are two persons.
        65 P15 "P15";
        /// A tax exemption certificate covers lines of the contract, and no more than them.
        66 P16 "P16";
        /// A programme with a union grant keeps its least number of states.
        67 P17 "P17";
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
        /// What is given back for support is alike in kind and quantity, or equal in value.
        54 T13 "T13";
        /// A count of sensitive items covers what the book says, and is done in its time.
        55 T15 "T15";
        /// What is installed in an item goes where the item goes.
        56 T16 "T16";
        /// Explosives never travel without hazard code and net explosive quantity.
        52 T17 "T17";
        /// Expired ammunition is not issued.
        53 T18 "T18";
        /// Every foreign state on the route has consented, by its own word, authorisation or crisis.
        70 M01 "M01";
        /// A border is crossed inside the permitted window, within the tolerance.
        71 M02 "M02";
        /// The states visited are those permitted, in their order.
        72 M03 "M03";
        /// Who went out came in, or is reported.
        73 M04 "M04";
        /// A movement stays within the limits of the authorisation on which it rests.
        74 M05 "M05";
        /// Goods without Union status carry a form 302, each serial once.
        75 M06 "M06";
        /// A permission is answered once, by the state that was asked.
        76 M07 "M07";
        /// In a crisis one moves only through states that are bound by it, in its time.
        77 M08 "M08";
        /// A break is opened once while it lasts; a later run finds it again.
        80 C01 "C01";
        /// A run posts as many breaks as it counted, each once.
        81 C02 "C02";
        /// Runs over the same books go forward, one after the other.
        82 C03 "C03";
        /// A break is accepted within a limit that covers it, until a day within the agreed time.
        83 C04 "C04";
        /// What corrects a break was recorded after the run that found it had looked.
        84 C05 "C05";
        /// A break is closed when an entry corrected it, or when a later run found it no more.
        85 C06 "C06";
        /// A side signs its half of a run off when none of its breaks is open and unexplained.
        86 C07 "C07";
        /// Who prepares does not approve: two signatures are two persons.
        87 C08 "C08";
        /// Periods follow one another, and a cut-off is fixed when its day is over.
        88 C09 "C09";
        /// A balance on which both parties agree stands.
        89 C10 "C10";
        /// A population is fixed after the auditor has committed himself to his secret, and before he tells it.
        90 A01 "A01";
        /// What was drawn belongs to the population.
        91 A02 "A02";
        /// Evidence is issued for what was drawn.
        92 A03 "A03";
        /// A finding is closed when the ministry has answered.
        93 A04 "A04";
    }
}

/// The rules of the domain refused an act. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The rule that was broken.
    pub rule: Rule,
    /// What is wrong, in the words of the act.
    pub why: String,
    /// What to do instead, where there is a lawful way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// True when the act failed at who signed it: another officer might do the same act.
    #[serde(skip)]
    pub(crate) at_author: bool,
}

impl Rejection {
    pub(crate) fn new(rule: Rule, why: impl Into<String>) -> Self {
        Self { rule, why: why.into(), remedy: None, at_author: false }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The same, as one that another officer might not meet.
    pub(crate) fn at_author(mut self) -> Self {
        self.at_author = true;
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
