//! Standing authorisations: consent that a party gives once for a class of acts (domain.md 5.4).
//!
//! An authorisation goes one way: what its grantor lets its grantees do. It is bounded in time and by measures, and
//! what it does not name it does not allow. The grantor can suspend it at once.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Hazard, MlCategory, Mode, Nsn, Party, Purpose};
use super::consent::{Demand, Family, Signer};
use super::crisis::Crisis;
use super::event::{RecordedAct, Rules, events};
use super::ids::{AuthorisationId, CrisisId, CrossingPointId, MovementId};
use super::money::Money;
use super::party::{MINISTER, SUSPENDERS};
use super::ratification::{Ratification, Reliance};
use super::regime::{MINUTE_MS, hours};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::text::Text;
use super::time::{Date, Timestamp};

/// What an authorisation allows at most. What is not named is not allowed: an absent number is zero, an absent list
/// is empty. Persons, vehicles, load class, crossing points, purposes and modes bound movements; stock numbers and
/// categories bound goods; the value bounds orders; explosives are bounded everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Persons in one movement
    #[serde(default)]
    pub persons: u32,
    /// Vehicles in one movement
    #[serde(default)]
    pub vehicles: u32,
    /// Movements under way at any one time
    #[serde(default)]
    pub at_once: u32,
    /// Military load class of the heaviest vehicle
    #[serde(default)]
    pub load_class: u16,
    /// Whether loads may be oversize
    #[serde(default)]
    pub oversize: bool,
    /// Whether persons may carry arms
    #[serde(default)]
    pub armed: bool,
    /// Net explosive quantity of one act, in grams
    #[serde(default)]
    pub neq_g: u64,
    /// Hazard codes of explosives
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<Hazard>,
    /// Value of one act
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// Stock numbers of goods
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nsns: Vec<Nsn>,
    /// Categories of goods on the EU Common Military List
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ml: Vec<MlCategory>,
    /// Crossing points
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crossing_points: Vec<CrossingPointId>,
    /// Purposes of movements
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// Modes of movement
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<Mode>,
}

events! {
    /// Grant a standing authorisation: what other parties may do without asking, within limits and for a time
    StandingAuthorisationGranted {
        /// Number of the authorisation
        authorisation: AuthorisationId,
        /// The party that grants it
        grantor: Party,
        /// The parties that may act under it
        grantees: Vec<Party>,
        /// For which kind of consent it stands
        family: Family,
        /// What it allows at most
        limits: Limits,
        /// How long before it starts a movement is notified, in hours
        notice_h: u32,
        /// The first day it holds
        valid_from: Date,
        /// The last day it holds
        valid_to: Date,
    }

    /// Change the limits or the time of a standing authorisation; what was begun before stays lawful
    StandingAuthorisationAmended {
        /// Number of the authorisation
        authorisation: AuthorisationId,
        /// What it allows at most from here on
        limits: Limits,
        /// How long before it starts a movement is notified, in hours
        notice_h: u32,
        /// The last day it holds
        valid_to: Date,
    }

    /// Suspend a standing authorisation at once; what was begun before stays lawful
    StandingAuthorisationSuspended {
        /// Number of the authorisation
        authorisation: AuthorisationId,
        /// Why
        reason: Text,
    }

    /// Let a suspended standing authorisation hold again
    StandingAuthorisationResumed {
        /// Number of the authorisation
        authorisation: AuthorisationId,
    }

    /// Revoke a standing authorisation for good; what was begun before stays lawful
    StandingAuthorisationRevoked {
        /// Number of the authorisation
        authorisation: AuthorisationId,
        /// Why
        reason: Text,
    }
}

/// A standing authorisation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Authorisation {
    /// What was granted, as amended.
    pub terms: StandingAuthorisationGranted,
    /// The entry that granted it.
    pub granted_in: u64,
    /// The entry that suspended it, while it is suspended.
    pub suspended_in: Option<u64>,
    /// The entry that revoked it.
    pub revoked_in: Option<u64>,
    /// The movements that are under way under it.
    pub under_way: BTreeSet<MovementId>,
}

tables! {
    /// On what consent may rest besides a party's own word, and what rests on it.
    pub(crate) struct Authority {
        authorisations: AuthorisationId => Authorisation,
        crises: (CrisisId, Party) => Crisis,
        /// On whose consents acts went ahead, by position.
        reliances: u64 => Vec<Reliance>,
        /// What was done in a crisis, by entry and by the party that owes the ratification.
        ratifications: (u64, Party) => Ratification,
    }
}

impl Authorisation {
    /// Why the authorisation does not hold for what occurred at one moment and was recorded at another.
    fn not_live(&self, occurred_at: Timestamp, recorded_at: Timestamp, late: u64) -> Option<String> {
        let (from, to) = (self.terms.valid_from, self.terms.valid_to);
        if let Some(entry) = self.revoked_in {
            return Some(format!("was revoked in entry {entry}"));
        }
        if let Some(entry) = self.suspended_in {
            return Some(format!("is suspended since entry {entry}"));
        }
        let recorded_in_time = recorded_at <= to.end().later_by(late);
        let in_time = (from..=to).contains(&occurred_at.date()) && recorded_in_time;
        (!in_time).then(|| format!("holds from {from} to {to}"))
    }

    /// What of `demand` is beyond the limits, in words.
    fn beyond(&self, demand: &Demand) -> Option<String> {
        let (limits, load) = (&self.terms.limits, &demand.load);
        let numbers = [
            ("persons", u64::from(load.persons), u64::from(limits.persons)),
            ("vehicles", u64::from(load.vehicles), u64::from(limits.vehicles)),
            ("load class", u64::from(load.load_class), u64::from(limits.load_class)),
            ("grams of net explosive quantity", load.neq_g, limits.neq_g),
        ];
        if let Some((name, asked, most)) = numbers.iter().find(|(_, asked, most)| asked > most) {
            return Some(format!("{name}: {asked}, at most {most}"));
        }
        if load.oversize && !limits.oversize {
            return Some("oversize loads are not allowed".into());
        }
        if load.armed && !limits.armed {
            return Some("arms are not allowed".into());
        }
        if let Some(hazard) = load.hazards.iter().find(|hazard| !limits.hazards.contains(hazard)) {
            return Some(format!("explosives {hazard} are not allowed"));
        }
        if let Some(value) = load.value {
            let within =
                limits.value.is_some_and(|most| most.currency() == value.currency() && value <= most);
            if !within {
                let most = limits.value.map_or_else(|| "nothing of value".into(), |most| most.to_string());
                return Some(format!("value: {value}, at most {most}"));
            }
        }
        let goods = load.goods.iter().find(|(nsn, ml)| {
            let by_number =
                nsn.is_some_and(|nsn| limits.nsns.iter().any(|listed| listed.niin() == nsn.niin()));
            !by_number && !ml.is_some_and(|ml| limits.ml.contains(&ml))
        });
        if let Some((nsn, ml)) = goods {
            let what = nsn.map(|nsn| nsn.to_string()).or(ml.map(|ml| ml.to_string()));
            let what = what.unwrap_or_else(|| "goods without stock number and category".into());
            return Some(format!("{what} is not listed"));
        }
        if let Some(point) = load.crossing_points.iter().find(|point| !limits.crossing_points.contains(point))
        {
            return Some(format!("crossing point {point} is not listed"));
        }
        if let Some(purpose) = load.purpose
            && !limits.purposes.contains(&purpose)
        {
            return Some(format!("purpose {purpose} is not listed"));
        }
        if let Some(mode) = load.mode
            && !limits.modes.contains(&mode)
        {
            return Some(format!("mode {mode} is not listed"));
        }
        if let Some(movement) = &load.movement {
            let others = self.under_way.iter().filter(|other| *other != movement).count();
            if u32::try_from(others).is_ok_and(|others| others >= limits.at_once) {
                return Some(format!("{others} movements are under way, at most {}", limits.at_once));
            }
        }
        let notice = load.notice_ms.unwrap_or(u64::MAX);
        (notice < hours(self.terms.notice_h)).then(|| {
            let minutes = notice.checked_div(MINUTE_MS).unwrap_or(0);
            format!("notice: {minutes} minutes, at least {} hours", self.terms.notice_h)
        })
    }
}

/// How an authorisation answers a demand.
pub(crate) enum Cover {
    /// It covers it.
    Covered(AuthorisationId),
    /// There is one, but it does not hold, and why.
    NotLive(String),
    /// There is one that holds, but the demand is beyond its limits, and by what.
    Beyond(String),
    /// There is one in the other direction only.
    WrongWay(String),
    /// There is none.
    None,
}

impl State {
    /// One standing authorisation.
    pub fn authorisation(&self, id: &AuthorisationId) -> Option<&Authorisation> {
        self.authority.authorisations.get(id)
    }

    /// All standing authorisations.
    pub fn authorisations(&self) -> impl Iterator<Item = (&AuthorisationId, &Authorisation)> {
        self.authority.authorisations.iter()
    }

    /// The authorisation that covers `demand`, or the nearest that does not.
    pub(crate) fn standing_cover(&self, demand: &Demand) -> Cover {
        let late = self.directory.regime.as_ref().map_or(0, |regime| hours(regime.late_recording_h));
        let mut nearest = Cover::None;
        for (id, authorisation) in self.authority.authorisations.iter() {
            let terms = &authorisation.terms;
            if terms.family != demand.family {
                continue;
            }
            if terms.grantor == demand.by && terms.grantees.contains(&demand.of) {
                if matches!(nearest, Cover::None) {
                    let words = format!("authorisation {id} goes from {} to {}", terms.grantor, demand.of);
                    nearest = Cover::WrongWay(words);
                }
                continue;
            }
            if terms.grantor != demand.of || !terms.grantees.contains(&demand.by) {
                continue;
            }
            let of = terms.grantor;
            if let Some(why) = authorisation.not_live(demand.occurred_at, demand.recorded_at, late) {
                if !matches!(nearest, Cover::Beyond(_)) {
                    nearest = Cover::NotLive(format!("authorisation {id} of {of} {why}"));
                }
                continue;
            }
            match authorisation.beyond(demand) {
                None => return Cover::Covered(id.clone()),
                Some(why) => {
                    nearest = Cover::Beyond(format!("authorisation {id} of {of} does not go so far: {why}"));
                }
            }
        }
        nearest
    }

    fn known_authorisation(&self, id: &AuthorisationId) -> Result<&Authorisation, Rejection> {
        self.authorisation(id).ok_or_else(|| Rejection::unknown("authorisation", id))
    }

    /// The authorisation, if it was not revoked.
    fn unrevoked(&self, id: &AuthorisationId) -> Result<&Authorisation, Rejection> {
        let authorisation = self.known_authorisation(id)?;
        match authorisation.revoked_in {
            None => Ok(authorisation),
            Some(entry) => {
                Err(Rejection::new(Rule::G01, format!("authorisation {id} was revoked in entry {entry}")))
            }
        }
    }

    fn grantor_signs(
        &self,
        id: &AuthorisationId,
        roles: &'static [super::Role],
    ) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.known_authorisation(id)?.terms.grantor, roles)])
    }
}

/// Refuses a term that is empty or longer than agreed (domain.md G02).
fn require_term(state: &State, from: Date, to: Date) -> Result<(), Rejection> {
    let most = state.regime("standing authorisations")?.standing_days;
    require(from <= to, Rule::G02, || "the authorisation ends before it begins".into())?;
    require(from.days_until(to) < u64::from(most), Rule::G02, || {
        format!("an authorisation holds for {most} days at most, this one from {from} to {to}")
    })
}

impl Rules for StandingAuthorisationGranted {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.grantor, MINISTER)])
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        std::iter::once(self.grantor).chain(self.grantees.iter().copied()).collect()
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.authorisation(&self.authorisation).is_some() {
            return Err(Rejection::taken("authorisation", &self.authorisation));
        }
        require(!self.grantees.is_empty(), Rule::S05, || "an authorisation names its grantees".into())?;
        let rising = self.grantees.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        require(rising, Rule::S05, || "the grantees stand in the order of their codes, each once".into())?;
        require(!self.grantees.contains(&self.grantor), Rule::G02, || {
            format!("{} needs no authorisation of its own", self.grantor)
        })?;
        require_term(state, self.valid_from, self.valid_to)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let authorisation = Authorisation {
            terms: self.clone(),
            granted_in: act.seq,
            suspended_in: None,
            revoked_in: None,
            under_way: BTreeSet::new(),
        };
        state.authority.authorisations.insert(self.authorisation.clone(), authorisation);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Authorisation(self.authorisation.clone())]
    }
}

impl Rules for StandingAuthorisationAmended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.grantor_signs(&self.authorisation, MINISTER)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        state.authorisation(&self.authorisation).map(|known| known.terms.grantor).into_iter().collect()
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let authorisation = state.unrevoked(&self.authorisation)?;
        require_term(state, authorisation.terms.valid_from, self.valid_to)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(authorisation) = state.authority.authorisations.get_mut(&self.authorisation) {
            authorisation.terms.limits = self.limits.clone();
            authorisation.terms.notice_h = self.notice_h;
            authorisation.terms.valid_to = self.valid_to;
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Authorisation(self.authorisation.clone())]
    }
}

impl Rules for StandingAuthorisationSuspended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.grantor_signs(&self.authorisation, SUSPENDERS)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let authorisation = state.unrevoked(&self.authorisation)?;
        require(authorisation.suspended_in.is_none(), Rule::S03, || {
            format!("authorisation {} is suspended already", self.authorisation)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(authorisation) = state.authority.authorisations.get_mut(&self.authorisation) {
            authorisation.suspended_in = Some(act.seq);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Authorisation(self.authorisation.clone())]
    }
}

impl Rules for StandingAuthorisationResumed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.grantor_signs(&self.authorisation, MINISTER)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let authorisation = state.unrevoked(&self.authorisation)?;
        require(authorisation.suspended_in.is_some(), Rule::S03, || {
            format!("authorisation {} is not suspended", self.authorisation)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(authorisation) = state.authority.authorisations.get_mut(&self.authorisation) {
            authorisation.suspended_in = None;
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Authorisation(self.authorisation.clone())]
    }
}

impl Rules for StandingAuthorisationRevoked {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.grantor_signs(&self.authorisation, MINISTER)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.unrevoked(&self.authorisation).map(drop)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(authorisation) = state.authority.authorisations.get_mut(&self.authorisation) {
            authorisation.revoked_in = Some(act.seq);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Authorisation(self.authorisation.clone())]
    }
}
