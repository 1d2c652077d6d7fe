//! What the ministries may do. Pure: values in, values out.
//!
//! An officer records an *act* of one or more *events*; [`State::admit`] says whether the rules allow it, and
//! [`State::apply`] takes it in. Everything else here is vocabulary for that: values that are validated when
//! they are made, one file a subject with its events, its part of the state and its rules, and one list of all
//! refusals.
//!
//! Nothing here reads a clock, a disk or a random number, and nothing depends on the order of a hash map: the
//! same acts give the same state on every machine.

pub mod association;
pub mod authority;
pub mod books;
pub mod codes;
pub mod compromise;
pub mod condition;
pub mod consent;
pub mod consignment;
pub mod correction;
pub mod count;
pub mod crisis;
pub mod custody;
pub mod delegation;
pub mod digest;
pub mod discrepancy;
pub mod engagement;
pub mod event;
pub mod exclusion;
pub mod explain;
pub mod ids;
pub mod item;
pub mod licence;
pub mod loss;
pub mod membership;
pub mod money;
pub mod movement;
pub mod paperwork;
pub mod party;
pub(crate) mod pattern;
pub mod pending;
pub mod period;
pub mod procurement;
pub mod quantity;
pub mod ratification;
pub mod reconcile;
pub mod regime;
pub mod register;
pub mod rejection;
pub mod state;
pub mod status;
pub mod subject;
pub mod support;
pub mod table;
pub mod text;
pub mod time;
pub mod transfer;

pub use codes::Party;
pub use digest::Digest;
pub use event::{Act, Document, Event, RecordedAct};
pub use ids::{ActId, Origin, PublicKey, Signature};
pub use party::{Charter, Officer, Role};
pub use rejection::{Rejection, Rule};
pub use state::{Admitted, State};
pub use subject::Subject;
pub use text::Text;
pub use time::{Date, Timestamp};
