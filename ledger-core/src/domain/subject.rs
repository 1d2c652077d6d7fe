//! What an event is about: the threads by which people follow the history.

use std::fmt;

use serde::{Serialize, Serializer};

use super::codes::Party;
use super::ids::{
    AuditFindingId, AuthorisationId, BreakId, ContractId, CrisisId, EngagementId, FrameworkId, MovementId,
    PeriodId, ProgrammeId, PublicKey, RunId, StatementId, SupportOrderId, TransferId,
};
use super::item::ItemId;

/// A thing that has a history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The act at this position, when another act speaks of it.
    Entry(u64),
    /// An officer's key.
    Key(PublicKey),
    /// An item, batch or bulk good.
    Item(ItemId),
    /// A transfer with its consignments, discrepancies and losses.
    Transfer(TransferId),
    /// A procurement programme.
    Programme(ProgrammeId),
    /// A contract with its deliveries, invoices and payments.
    Contract(ContractId),
    /// A framework agreement with its call-offs.
    Framework(FrameworkId),
    /// A movement with its permissions and crossings.
    Movement(MovementId),
    /// An order of mutual support and what was given for it.
    Support(SupportOrderId),
    /// A standing authorisation.
    Authorisation(AuthorisationId),
    /// A crisis, over all states that declared it.
    Crisis(CrisisId),
    /// A party's membership.
    Party(Party),
    /// A statement from outside and the runs that were made with it.
    Statement(StatementId),
    /// A run of a reconciliation with its breaks.
    Run(RunId),
    /// A break, over all runs that found it.
    Break(BreakId),
    /// A period of the books with its cut-off and balances.
    Period(PeriodId),
    /// An audit engagement with its samples and findings.
    Engagement(EngagementId),
    /// A finding of an auditor and what was answered.
    AuditFinding(AuditFindingId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Entry(seq) => write!(f, "entry {seq}"),
            Subject::Key(key) => write!(f, "key {}", key.short()),
            Subject::Item(id) => write!(f, "item {id}"),
            Subject::Transfer(id) => write!(f, "transfer {id}"),
            Subject::Programme(id) => write!(f, "programme {id}"),
            Subject::Contract(id) => write!(f, "contract {id}"),
            Subject::Framework(id) => write!(f, "framework {id}"),
            Subject::Movement(id) => write!(f, "movement {id}"),
            Subject::Support(id) => write!(f, "support order {id}"),
            Subject::Authorisation(id) => write!(f, "authorisation {id}"),
            Subject::Crisis(id) => write!(f, "crisis {id}"),
            Subject::Party(id) => write!(f, "party {id}"),
            Subject::Statement(id) => write!(f, "statement {id}"),
            Subject::Run(id) => write!(f, "run {id}"),
            Subject::Break(id) => write!(f, "break {id}"),
            Subject::Period(id) => write!(f, "period {id}"),
            Subject::Engagement(id) => write!(f, "engagement {id}"),
            Subject::AuditFinding(id) => write!(f, "finding {id}"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}
