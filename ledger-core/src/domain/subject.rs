//! What an event is about: the threads by which people follow the history.

use std::fmt;

use super::ids::{ContractId, ProgrammeId, PublicKey, TransferId};
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
        }
    }
}
