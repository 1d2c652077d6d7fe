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

use super::authority::Cover;
use super::codes::{Hazard, MlCategory, Mode, Nsn, Party, Purpose};
use super::ids::{AuthorisationId, CrisisId, CrossingPointId, MovementId};
use super::item::Item;
use super::money::Money;
use super::party::{BOOK, BUYER, MOVEMENTS, Officer, Role};
use super::register::Master;
use super::rejection::{Rejection, Rule};
use super::state::State;
use super::text::code_list;
use super::time::Timestamp;

code_list! {
    /// A kind of consent that one party needs of another, and for which standing authorisations and crises can
    /// stand in. Title has none: it passes by both sides' own word alone.
    Family: "a kind of consent" {
        /// To move through a state or into it.
        1 Move "MOVE";
        /// To take goods on loan.
        2 Loan "LOAN";
        /// To take goods into custody.
        3 Custody "CUSTODY";
        /// To support, and to be supported.
        4 MutualSupport "MUTUAL_SUPPORT";
        /// To order under a framework for which another party leads.
        5 CallOff "CALL_OFF";
    }
}

impl Family {
    /// Who of a party gives this consent by its own word.
    pub(crate) const fn consenters(self) -> &'static [Role] {
        match self {
            Family::Move => MOVEMENTS,
            Family::Loan | Family::Custody | Family::MutualSupport => BOOK,
            Family::CallOff => BUYER,
        }
    }

    /// Who of a party ratifies what went ahead without it.
    pub(crate) const fn ratifiers(self) -> &'static [Role] {
        match self {
            Family::Move => &[Role::MovementCentre, Role::Minister],
            Family::Loan | Family::Custody | Family::MutualSupport => {
                &[Role::PropertyBookOfficer, Role::Minister]
            }
            Family::CallOff => &[Role::ContractingOfficer, Role::Minister],
        }
    }

    /// The rule that a missing consent breaks.
    const fn rule(self) -> Rule {
        match self {
            Family::Move => Rule::M01,
            Family::Loan | Family::Custody | Family::MutualSupport | Family::CallOff => Rule::S04,
        }
    }

    /// The rule that an act beyond the limits of an authorisation breaks.
    const fn limit_rule(self) -> Rule {
        match self {
            Family::Move => Rule::M05,
            Family::Loan | Family::Custody | Family::MutualSupport | Family::CallOff => Rule::S04,
        }
    }
}

/// On what a party's consent rests. Bases are tried in this order; an explicit consent is the first and
/// strongest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum Basis {
    /// The party said so itself.
    Explicit {
        /// The entry in which it did.
        entry: u64,
    },
    /// The party said so beforehand, for a class of acts.
    Standing {
        /// The authorisation that covers the act.
        authorisation: AuthorisationId,
    },
    /// The party is in a crisis that it declared itself, and owes a ratification.
    Crisis {
        /// The crisis.
        crisis: CrisisId,
    },
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Basis::Explicit { entry } => write!(f, "its own word in entry {entry}"),
            Basis::Standing { authorisation } => write!(f, "standing authorisation {authorisation}"),
            Basis::Crisis { crisis } => write!(f, "crisis {crisis}, to be ratified"),
        }
    }
}

/// What an act amounts to, in the measures by which authorisations are bounded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Load {
    pub(crate) persons: u32,
    pub(crate) vehicles: u32,
    pub(crate) load_class: u16,
    pub(crate) oversize: bool,
    pub(crate) armed: bool,
    pub(crate) neq_g: u64,
    pub(crate) hazards: Vec<Hazard>,
    pub(crate) value: Option<Money>,
    /// Goods by stock number and category; each must be listed under one of them.
    pub(crate) goods: Vec<(Option<Nsn>, Option<MlCategory>)>,
    pub(crate) crossing_points: Vec<CrossingPointId>,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) mode: Option<Mode>,
    /// The movement itself, when it is one: others under the same authorisation are counted.
    pub(crate) movement: Option<MovementId>,
    /// How long before its start it was notified, in milliseconds, when it is a movement.
    pub(crate) notice_ms: Option<u64>,
}

impl Load {
    /// What goods amount to.
    pub(crate) fn of_goods(items: &[(&Item, &Master)]) -> Self {
        let mut load = Load::default();
        for (item, master) in items {
            load.goods.push((master.nsn, master.ml));
            load.hazards.extend(master.hazard);
            load.neq_g = load.neq_g.saturating_add(net_explosive(item, master));
        }
        load.hazards.sort_unstable();
        load.hazards.dedup();
        load
    }
}

/// The net explosive quantity of goods in grams, rounded up; more than can be counted is the most that can.
pub(crate) fn net_explosive(item: &Item, master: &Master) -> u64 {
    let millionths =
        item.quantity().millionths().saturating_mul(u128::from(master.neq_g_per_unit.unwrap_or(0)));
    u64::try_from(millionths.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// The question whether a party consents to an act of another.
#[derive(Debug, Clone)]
pub(crate) struct Demand {
    /// What kind of consent it takes.
    pub(crate) family: Family,
    /// Whose consent it takes.
    pub(crate) of: Party,
    /// Who acts.
    pub(crate) by: Party,
    /// When the act is said to be done.
    pub(crate) occurred_at: Timestamp,
    /// When it is recorded.
    pub(crate) recorded_at: Timestamp,
    /// What it amounts to.
    pub(crate) load: Load,
    /// What is asked, in words: "transfer LOAN-1".
    pub(crate) what: String,
}

impl State {
    /// Finds the basis of a party's consent, given the entry in which it consented by its own word, if it did.
    ///
    /// # Errors
    /// [`Rule::S04`] or, for a movement, [`Rule::M01`]: there is none. [`Rule::G01`]: there is an authorisation
    /// that does not hold. [`Rule::G02`]: there is one that goes the other way. [`Rule::M05`]: a movement is beyond
    /// the limits of one that holds. The message names the party, the missing role and the shortest lawful way.
    pub(crate) fn consent(&self, explicit: Option<u64>, demand: &Demand) -> Result<Basis, Rejection> {
        if let Some(entry) = explicit {
            return Ok(Basis::Explicit { entry });
        }
        let (of, what, family) = (demand.of, &demand.what, demand.family);
        if let Some(exclusion) = self.exclusion_of(demand) {
            let id = &exclusion.terms.exclusion;
            return Err(Rejection::new(
                family.rule(),
                format!(
                    "{of} has not consented to {what}; by exclusion {id} (entry {}) neither an authorisation nor a \
                     crisis stands in for it",
                    exclusion.declared_in
                ),
            )
            .remedy(own_word(family, of, what)));
        }
        let cover = self.standing_cover(demand);
        if let Cover::Covered(authorisation) = cover {
            return Ok(Basis::Standing { authorisation });
        }
        let crisis = self.crisis_of(of, family, demand.occurred_at, demand.recorded_at);
        let mut too_dear = None;
        if let Some(crisis) = crisis {
            let covers = self.directory.regime.as_ref().is_some_and(|r| r.crisis_covers(demand.load.value));
            if covers {
                return Ok(Basis::Crisis { crisis: crisis.terms.crisis.clone() });
            }
            too_dear = Some(format!("crisis {} of {of} does not go so far in value", crisis.terms.crisis));
        }
        let (rule, nearest) = match cover {
            Cover::NotLive(words) => (Rule::G01, Some(words)),
            Cover::WrongWay(words) => (Rule::G02, Some(words)),
            Cover::Beyond(words) => (family.limit_rule(), Some(words)),
            Cover::None | Cover::Covered(_) => (family.rule(), None),
        };
        let nearest =
            nearest.into_iter().chain(too_dear).map(|words| format!("; {words}")).collect::<String>();
        let why = format!("{of} has not consented to {what}{nearest}");
        Err(Rejection::new(rule, why).remedy(own_word(family, of, what)))
    }

    /// The names of those who must still sign for `demand`: nobody, when an authorisation or a crisis stands in.
    ///
    /// For acts that two parties sign as one fact: a support order, a call-off under another's framework.
    pub(crate) fn signers_for(&self, demand: &Demand) -> Option<Signer> {
        self.consent(None, demand).is_err().then(|| Signer::of(demand.of, demand.family.consenters()))
    }
}

/// How a party consents by its own word, for messages.
fn own_word(family: Family, of: Party, what: &str) -> String {
    format!("the shortest lawful way: a {} of {of} approves {what}", role_list(family.consenters()))
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

    /// True when an officer can give this signature in one of his capacities.
    pub(crate) fn accepts_any(&self, capacities: &[Officer]) -> bool {
        capacities.iter().any(|officer| self.accepts(officer))
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

/// The signatures that are still missing when an officer has signed: he gives one of those that are needed,
/// the first that he can in one of his capacities.
///
/// `None` when he can give none of them.
pub(crate) fn after_signature(needed: &[Signer], capacities: &[Officer]) -> Option<Vec<Signer>> {
    let given = needed.iter().position(|signer| signer.accepts_any(capacities))?;
    Some(needed.iter().enumerate().filter(|(index, _)| *index != given).map(|(_, signer)| *signer).collect())
}

/// The wish list of an act that waits, for messages.
pub fn signer_list(signers: &[Signer]) -> String {
    signers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
