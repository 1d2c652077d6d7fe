//! Who must agree, and on which basis agreement is there.
//!
//! A party can only give, or give up, its own consent. Two things follow from what an act is:
//!
//! - *Signatures of the act itself.* Some acts are one fact that two or three officers sign. The author's
//!   entry carries the first signature; the act then waits, without effect, until the others have countersigned
//!   it in entries of their own. So nobody is blocked by somebody's absence, and nothing half-signed counts.
//! - *Consent of another party before an act.* For each party whose consent is needed, the state derives a
//!   [`Basis`] when the act is done.

use std::fmt;

use serde::Serialize;

use super::codes::Party;
use super::party::{Officer, Role};
use super::rejection::{Rejection, Rule};

/// On what a party's consent rests. Bases are tried in this order; an explicit consent is the first and
/// strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum Basis {
    /// The party said so itself.
    Explicit {
        /// The entry in which it did.
        entry: u64,
    },
}

/// Finds the basis of `party`'s consent, given the entry in which it consented explicitly, if it did.
///
/// # Errors
/// [`Rule::S04`], naming the party, the missing role and the shortest lawful way.
pub(crate) fn basis(
    party: Party,
    roles: &[Role],
    explicit: Option<u64>,
    what: impl FnOnce() -> String,
) -> Result<Basis, Rejection> {
    explicit.map(|entry| Basis::Explicit { entry }).ok_or_else(|| {
        let what = what();
        Rejection::new(Rule::S04, format!("{party} has not consented to {what}"))
            .remedy(format!("a {} of {party} approves {what} first", role_list(roles)))
    })
}

/// Which party a signature comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// This party.
    Of(Party),
    /// Any party but this one.
    OtherThan(Party),
}

/// A signature that an act needs: from one side, by one of these roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// From which side.
    pub side: Side,
    /// By which role.
    pub roles: &'static [Role],
}

impl Signer {
    pub(crate) const fn of(party: Party, roles: &'static [Role]) -> Self {
        Self { side: Side::Of(party), roles }
    }

    pub(crate) const fn other_than(party: Party, roles: &'static [Role]) -> Self {
        Self { side: Side::OtherThan(party), roles }
    }

    /// True when `officer` can give this signature.
    pub fn accepts(&self, officer: &Officer) -> bool {
        let side = match self.side {
            Side::Of(party) => officer.party == party,
            Side::OtherThan(party) => officer.party != party,
        };
        side && self.roles.contains(&officer.role)
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            Side::Of(party) => write!(f, "{} of {party}", role_list(self.roles)),
            Side::OtherThan(party) => write!(f, "{} of a party other than {party}", role_list(self.roles)),
        }
    }
}

fn role_list(roles: &[Role]) -> String {
    roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(" or ")
}

/// The signatures that are still missing when `officer` has signed: he gives one of those that are needed,
/// the first that he can.
///
/// `None` when he can give none of them.
pub(crate) fn after_signature(needed: &[Signer], officer: &Officer) -> Option<Vec<Signer>> {
    let given = needed.iter().position(|signer| signer.accepts(officer))?;
    Some(needed.iter().enumerate().filter(|(index, _)| *index != given).map(|(_, signer)| *signer).collect())
}

/// The wish list of an act that waits, for messages.
pub fn signer_list(signers: &[Signer]) -> String {
    signers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
