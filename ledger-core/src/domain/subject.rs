//! What an event is about: the threads by which people follow the history.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::codes::Party;
use super::consent::Basis;
use super::event::Event;
use super::ids::{
    AuditFindingId, AuthorisationId, BreakId, ContractId, CrisisId, EngagementId, FrameworkId, MovementId,
    PeriodId, ProgrammeId, PublicKey, RunId, StatementId, SupportOrderId, TransferId,
};
use super::item::{Item, ItemId};
use super::state::State;

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

/// The kinds of things that have a history: the word by which each is written, and the form of what follows it.
pub const KINDS: &[(&str, &str)] = &[
    ("item", "serial:MAKER:PART:NUMBER, batch:NSN:NUMBER or bulk:NSN"),
    ("transfer", "NUMBER"),
    ("contract", "NUMBER"),
    ("framework", "NUMBER"),
    ("programme", "NUMBER"),
    ("movement", "NUMBER"),
    ("support", "NUMBER"),
    ("authorisation", "NUMBER"),
    ("crisis", "NUMBER"),
    ("party", "CODE"),
    ("key", "64 HEXADECIMAL DIGITS"),
    ("statement", "NUMBER"),
    ("run", "NUMBER"),
    ("break", "NUMBER"),
    ("period", "NAME"),
    ("engagement", "NUMBER"),
    ("finding", "NUMBER"),
    ("entry", "POSITION"),
];

impl Subject {
    /// The one form in which it is written and read: `item:bulk:9140-38-000-0001`, `transfer:L-1`, `entry:12`. The
    /// [`Display`](fmt::Display) form is for sentences.
    pub fn written(&self) -> String {
        match self {
            Subject::Entry(seq) => format!("entry:{seq}"),
            Subject::Key(key) => format!("key:{key}"),
            Subject::Item(id) => format!("item:{id}"),
            Subject::Transfer(id) => format!("transfer:{id}"),
            Subject::Programme(id) => format!("programme:{id}"),
            Subject::Contract(id) => format!("contract:{id}"),
            Subject::Framework(id) => format!("framework:{id}"),
            Subject::Movement(id) => format!("movement:{id}"),
            Subject::Support(id) => format!("support:{id}"),
            Subject::Authorisation(id) => format!("authorisation:{id}"),
            Subject::Crisis(id) => format!("crisis:{id}"),
            Subject::Party(id) => format!("party:{id}"),
            Subject::Statement(id) => format!("statement:{id}"),
            Subject::Run(id) => format!("run:{id}"),
            Subject::Break(id) => format!("break:{id}"),
            Subject::Period(id) => format!("period:{id}"),
            Subject::Engagement(id) => format!("engagement:{id}"),
            Subject::AuditFinding(id) => format!("finding:{id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, id) = text.split_once(':').unwrap_or((text, ""));
        let form = KINDS.iter().find(|(known, _)| *known == kind).map(|(_, form)| *form);
        let form = form.ok_or_else(|| {
            let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
            format!(
                "{text:?} names nothing that has a history; write KIND:ID with one of {}",
                kinds.join(", ")
            )
        })?;
        let wrong = |why: String| format!("write {kind}:{form}: {why}");
        match kind {
            "item" => id.parse().map(Subject::Item),
            "transfer" => id.parse().map(Subject::Transfer),
            "contract" => id.parse().map(Subject::Contract),
            "framework" => id.parse().map(Subject::Framework),
            "programme" => id.parse().map(Subject::Programme),
            "movement" => id.parse().map(Subject::Movement),
            "support" => id.parse().map(Subject::Support),
            "authorisation" => id.parse().map(Subject::Authorisation),
            "crisis" => id.parse().map(Subject::Crisis),
            "party" => id.parse().map(Subject::Party),
            "key" => id.parse().map(Subject::Key),
            "statement" => id.parse().map(Subject::Statement),
            "run" => id.parse().map(Subject::Run),
            "break" => id.parse().map(Subject::Break),
            "period" => id.parse().map(Subject::Period),
            "engagement" => id.parse().map(Subject::Engagement),
            "finding" => id.parse().map(Subject::AuditFinding),
            _ => position(id).map(Subject::Entry),
        }
        .map_err(wrong)
    }
}

/// A position: digits alone, without needless zeros, so that each has one form.
fn position(text: &str) -> Result<u64, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| format!("{text:?} is no position"))
}

fn named(items: &[Item]) -> impl Iterator<Item = Subject> {
    items.iter().map(|item| Subject::Item(item.id().clone()))
}

impl Event {
    /// All things to whose history the event belongs, as the state after it knows: what it is
    /// [about](Event::subjects), and what is carried or named by that. An act that waits is not in the state yet: what it
    /// names itself counts.
    pub fn concerns(&self, state: &State) -> BTreeSet<Subject> {
        let mut all: BTreeSet<Subject> = self.subjects(state).into_iter().collect();
        match self {
            Event::LedgerConstituted(event) => {
                all.extend(event.charter.parties.iter().map(|founder| Subject::Party(founder.party)));
            }
            Event::TransferProposed(event) => all.extend(named(&event.items)),
            Event::SupportOrdered(event) => all.extend(named(&event.items)),
            Event::MovementPlanned(event) => {
                all.extend(event.items.iter().cloned().map(Subject::Item));
                all.extend(event.transfers.iter().cloned().map(Subject::Transfer));
            }
            _ => {}
        }
        // A movement's goods go where it goes.
        let movements = all.iter().filter_map(|subject| match subject {
            Subject::Movement(id) => state.movement(id),
            _ => None,
        });
        for movement in movements.collect::<Vec<_>>() {
            all.extend(movement.plan.items.iter().cloned().map(Subject::Item));
            let carried = movement.plan.transfers.iter().filter_map(|id| state.transfer(id));
            all.extend(
                carried
                    .flat_map(|transfer| transfer.terms.items.iter())
                    .map(|item| Subject::Item(item.id().clone())),
            );
        }
        all
    }
}

/// The authorisations and crises on which the act at `entry` went ahead, as far as it took effect.
pub fn relied_on(state: &State, entry: u64) -> impl Iterator<Item = Subject> {
    state.reliances(entry).iter().filter_map(|reliance| match &reliance.basis {
        Basis::Standing { authorisation } => Some(Subject::Authorisation(authorisation.clone())),
        Basis::Crisis { crisis } => Some(Subject::Crisis(crisis.clone())),
        Basis::Explicit { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_history_is_read_as_it_is_written() {
        for text in [
            "item:serial:0AA1J:M3E1:SN-0042",
            "item:bulk:9140-38-000-0001",
            "transfer:L-1",
            "contract:K/2026.1",
            "framework:F-1",
            "programme:P-1",
            "movement:M-1",
            "support:S-1",
            "authorisation:SA-1",
            "crisis:CR-1",
            "party:LV",
            "key:27dbd161ad4cac96ce7c2dfc8274769499ad11b8af1fb328ded505cc078add2e",
            "entry:0",
            "entry:12",
        ] {
            assert_eq!(text.parse::<Subject>().unwrap().written(), text);
        }
        for (wrong, says) in [
            ("", "KIND:ID"),
            ("loan:L-1", "transfer, contract"),
            ("transfer", "write transfer:NUMBER"),
            ("item:L-1", "serial:MAKER:PART:NUMBER"),
            ("entry:012", "is no position"),
            ("entry:+1", "is no position"),
            ("key:27dbd161", "64"),
            ("party:Latvia", "write party:CODE"),
        ] {
            let error = wrong.parse::<Subject>().unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }
}
