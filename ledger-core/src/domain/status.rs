//! Overdue and owed, at a glance: everything that is open, who has to act on it, and since and until when.
//!
//! A matter is derived from the state alone; only whether it is overdue depends on the moment that is asked for. Due
//! moments were fixed when a matter began, by the clocks that held then (domain.md G06).

use serde::Serialize;

use super::codes::Party;
use super::consent::{Side, Signer};
use super::pending::Pending;
use super::ratification::RatificationStatus;
use super::state::State;
use super::text::code_list;
use super::time::Timestamp;

code_list! {
    /// What kind of thing is open.
    MatterKind: "a kind of open matter" {
        /// A loan that is not back.
        1 Loan "LOAN";
        /// An answer that is owed to what was done in a crisis.
        2 Ratification "RATIFICATION";
        /// What a refused ratification leaves to be unwound.
        3 Unwinding "UNWINDING";
        /// A discrepancy that is not settled.
        4 Discrepancy "DISCREPANCY";
        /// Goods that are on their way.
        5 Transit "TRANSIT";
        /// Goods that arrived and await title.
        6 Title "TITLE";
        /// A loss that the owner has not decided on.
        7 Loss "LOSS";
        /// A permission to move that is asked for and not answered.
        8 Permission "PERMISSION";
        /// A movement under way.
        9 Movement "MOVEMENT";
        /// An advance that is not settled.
        10 Advance "ADVANCE";
        /// Goods that a schedule has and that did not come.
        11 Delivery "DELIVERY";
        /// Goods received and neither accepted nor rejected.
        12 Acceptance "ACCEPTANCE";
        /// A reservation under which goods were accepted.
        13 Reservation "RESERVATION";
        /// A disputed invoice.
        14 Dispute "DISPUTE";
        /// An approved invoice that is not paid.
        15 Payment "PAYMENT";
        /// A net amount of a settlement that is not paid.
        16 Settlement "SETTLEMENT";
        /// A warranty claim.
        17 Warranty "WARRANTY";
        /// Mutual support that is not given back.
        18 Support "SUPPORT";
        /// A physical count that is due.
        19 Count "COUNT";
        /// A count that differs from the book.
        20 Variance "VARIANCE";
        /// Quality assurance that is asked for and not closed.
        21 Quality "QUALITY";
        /// An act signed with a key that was no longer its officer's alone.
        22 Doubt "DOUBT";
        /// Rejected goods that are not sent back.
        23 Rejection "REJECTION";
        /// An option that can be exercised.
        24 Option "OPTION";
        /// A difference between books and ledger that is not closed.
        25 Break "BREAK";
        /// A run that a side has not signed off.
        26 SignOff "SIGN_OFF";
        /// A balance that two parties have not both confirmed, or on which they do not agree.
        27 Balance "BALANCE";
        /// A finding of an auditor that is not closed.
        28 Finding "FINDING";
    }
}

/// Something open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matter {
    /// What kind of thing it is.
    pub kind: MatterKind,
    /// What it is about: a loan, an advance, an entry.
    pub subject: String,
    /// Who has to act.
    pub by: Party,
    /// Towards whom, where it is another party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Party>,
    /// Since when it is open, where the ledger knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// By when it is due, where a clock was agreed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What is to be done.
    pub what: String,
}

impl Matter {
    /// A matter for one party.
    pub(crate) fn new(kind: MatterKind, subject: impl ToString, by: Party, what: impl Into<String>) -> Self {
        Self { kind, subject: subject.to_string(), by, to: None, since: None, due: None, what: what.into() }
    }

    /// Towards another.
    pub(crate) fn to(mut self, to: Party) -> Self {
        self.to = Some(to).filter(|to| *to != self.by);
        self
    }

    /// Open since then.
    pub(crate) fn since(mut self, since: Timestamp) -> Self {
        self.since = Some(since);
        self
    }

    /// Due by then.
    pub(crate) fn due(mut self, due: impl Into<Option<Timestamp>>) -> Self {
        self.due = due.into();
        self
    }

    /// True when its time is over.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| now > due)
    }

    /// True when the party has to act, or another has to towards it.
    pub fn concerns(&self, party: Party) -> bool {
        self.by == party || self.to == Some(party)
    }

    /// How many whole days its time is over.
    pub fn days_overdue(&self, now: Timestamp) -> u64 {
        let over = self.due.map_or(0, |due| now.since(due));
        over.checked_div(super::regime::DAY_MS).unwrap_or(0)
    }

    /// How many whole days it is open.
    pub fn days_open(&self, now: Timestamp) -> u64 {
        let open = self.since.map_or(0, |since| now.since(since));
        open.checked_div(super::regime::DAY_MS).unwrap_or(0)
    }
}

impl Pending {
    /// True when an officer of `party` can give one of the missing signatures.
    pub fn waits_for(&self, party: Party) -> bool {
        self.missing.iter().any(|signer: &Signer| match signer.side {
            Side::Of(of) => of == party,
            Side::OtherThan(not) => not != party,
        })
    }
}

impl State {
    /// Everything that is open at `now`, kind by kind, in the order of what it is about.
    pub fn matters(&self, now: Timestamp) -> Vec<Matter> {
        let mut matters = Vec::new();
        self.matters_of_transfers(&mut matters);
        self.matters_of_consent(&mut matters);
        self.matters_of_movements(&mut matters);
        self.matters_of_doubt(&mut matters);
        self.matters_of_procurement(&mut matters);
        self.matters_of_materiel(now, &mut matters);
        self.matters_of_books(now, &mut matters);
        self.matters_of_periods(&mut matters);
        self.matters_of_engagements(&mut matters);
        matters.sort_by(|a, b| (a.kind, &a.subject, a.by, a.due).cmp(&(b.kind, &b.subject, b.by, b.due)));
        matters
    }

    /// Of support orders and counts. Of counts only those whose time is over at `now`: every sensitive item is counted
    /// some day.
    fn matters_of_materiel(&self, now: Timestamp, matters: &mut Vec<Matter>) {
        for (id, order, delivery) in self.support_debts() {
            let what = format!("repay {} for support order {id}", order.terms.repay);
            matters.push(
                Matter::new(MatterKind::Support, id, order.terms.receiver, what)
                    .to(order.terms.supplier)
                    .since(delivery.since)
                    .due(delivery.due),
            );
        }
        for (item, holder, place, duty) in self.overdue_counts(now) {
            let what = format!("count {item} at {place}");
            matters.push(Matter::new(MatterKind::Count, item, holder, what).since(duty.since).due(duty.due));
        }
        for ((count, item), variance) in self.variances().filter(|(_, v)| v.resolved_in.is_none()) {
            let (book, counted) = (variance.book, variance.counted);
            let what = format!("explain {item} at {}: book {book}, counted {counted}", variance.location);
            let matter = Matter::new(MatterKind::Variance, count, variance.holder, what);
            matters.push(matter.since(variance.since));
        }
    }

    fn matters_of_consent(&self, matters: &mut Vec<Matter>) {
        for ((entry, party), debt) in self.ratifications() {
            let subject = format!("entry {entry}");
            match debt.status {
                RatificationStatus::Owed => matters.push(
                    Matter::new(
                        MatterKind::Ratification,
                        subject,
                        *party,
                        format!("ratify or refuse {} ({})", debt.subject, debt.families_in_words()),
                    )
                    .to(debt.by)
                    .since(debt.since)
                    .due(debt.due),
                ),
                RatificationStatus::Refused { entry: refused } => matters.push(
                    Matter::new(
                        MatterKind::Unwinding,
                        subject,
                        debt.by,
                        format!("unwind {}, not ratified in entry {refused}", debt.subject),
                    )
                    .to(*party)
                    .since(debt.since)
                    .due(debt.due),
                ),
                RatificationStatus::Ratified { .. } | RatificationStatus::Unwound { .. } => {}
            }
        }
    }
}
