//! Where borders may be crossed, and what is planned: route, times, and what travels.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Movement, planners, subjects_of};
use crate::domain::codes::{Hazard, Mode, MovementNumber, Party, Purpose};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{CrossingPointId, MovementId, Place, Reference, TransferId};
use crate::domain::item::ItemId;
use crate::domain::party::MOVEMENTS;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::Timestamp;

code_list! {
    /// What a vehicle is, as movement tables count them.
    VehicleClass: "a class of vehicles" {
        /// Passenger car or light utility vehicle.
        1 Light "LIGHT";
        /// Lorry.
        2 Truck "TRUCK";
        /// Trailer, counted apart from what draws it.
        3 Trailer "TRAILER";
        /// Armoured, on wheels.
        4 ArmouredWheeled "ARMOURED_WHEELED";
        /// Armoured, on tracks.
        5 ArmouredTracked "ARMOURED_TRACKED";
        /// Engineer or recovery vehicle.
        6 Engineer "ENGINEER";
        /// Tank transporter.
        7 Transporter "TRANSPORTER";
        /// Railway wagon.
        8 Wagon "WAGON";
        /// Ship or boat.
        9 Vessel "VESSEL";
        /// Aircraft.
        10 Aircraft "AIRCRAFT";
        /// Anything else.
        11 Other "OTHER";
    }
}

/// One leg of a route: across one border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Where it crosses the border
    pub point: CrossingPointId,
    /// The state it leaves
    pub from: Party,
    /// The state it enters
    pub to: Party,
    /// When it leaves; the border is crossed later
    pub etd: Timestamp,
    /// When it arrives; the border is crossed before
    pub eta: Timestamp,
}

/// So many vehicles of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VehicleCount {
    /// What they are
    pub class: VehicleClass,
    /// How many
    pub count: u32,
}

/// Explosives that travel along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DangerousGoods {
    /// Hazard division and compatibility group
    pub hazard: Hazard,
    /// Net explosive quantity of all of it, in grams
    pub neq_g: u64,
}

events! {
    /// List a place where borders may be crossed; the movement centres of both states sign
    CrossingPointListed {
        /// Code of the point
        point: CrossingPointId,
        /// Its name
        name: Text,
        /// How it may be crossed, in the order of the codes
        modes: Vec<Mode>,
        /// The state on one side, first in the order of country codes
        first: Party,
        /// The state on the other side
        second: Party,
    }

    /// Plan a movement across borders; the states on its way follow from the legs
    MovementPlanned {
        /// Number of the movement in the ledger
        movement: MovementId,
        /// Movement number (march credit): day of start, office, serial
        number: MovementNumber,
        /// The state whose unit moves
        sending: Party,
        /// The unit, by a name that says nothing to strangers
        unit: Reference,
        /// How it travels
        mode: Mode,
        /// What for
        purpose: Purpose,
        /// Where it starts
        origin: Place,
        /// Where it ends
        destination: Place,
        /// When it starts
        starts_at: Timestamp,
        /// The route, one leg a border, from the sending state on
        legs: Vec<Leg>,
        /// Persons
        persons: u32,
        /// Vehicles, in the order of their classes
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        vehicles: Vec<VehicleCount>,
        /// Military load class of the heaviest vehicle
        load_class: u16,
        /// Whether a load is oversize
        oversize: bool,
        /// Whether persons carry arms
        armed: bool,
        /// Explosives, in the order of their hazards
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dangerous_goods: Vec<DangerousGoods>,
        /// Whether all goods have the customs status of Union goods
        union_goods: bool,
        /// Registered items that travel along, in the order of their names
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<ItemId>,
        /// Transfers whose goods it carries, in the order of their numbers
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        transfers: Vec<TransferId>,
    }

    /// Change the plan of a movement that has not started. A permission that does not go so far is asked for again
    MovementAmended {
        /// Number of the movement
        movement: MovementId,
        /// When it starts
        starts_at: Timestamp,
        /// The route, one leg a border, from the sending state on
        legs: Vec<Leg>,
        /// Persons
        persons: u32,
        /// Vehicles, in the order of their classes
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        vehicles: Vec<VehicleCount>,
        /// Military load class of the heaviest vehicle
        load_class: u16,
        /// Whether a load is oversize
        oversize: bool,
        /// Whether persons carry arms
        armed: bool,
        /// Explosives, in the order of their hazards
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dangerous_goods: Vec<DangerousGoods>,
        /// Whether all goods have the customs status of Union goods
        union_goods: bool,
        /// Registered items that travel along, in the order of their names
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<ItemId>,
        /// Transfers whose goods it carries, in the order of their numbers
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        transfers: Vec<TransferId>,
        /// Why
        reason: Text,
    }

    /// Cancel a movement that has not started
    MovementCancelled {
        /// Number of the movement
        movement: MovementId,
        /// Why
        reason: Text,
    }
}

/// A listed crossing point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrossingPoint {
    /// What both states listed.
    pub terms: CrossingPointListed,
    /// The entry that listed it.
    pub listed_in: u64,
}

/// What of a movement can be changed before it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// When it starts.
    pub starts_at: Timestamp,
    /// The route, one leg a border.
    pub legs: Vec<Leg>,
    /// Persons.
    pub persons: u32,
    /// Vehicles, in the order of their classes.
    pub vehicles: Vec<VehicleCount>,
    /// Military load class of the heaviest vehicle.
    pub load_class: u16,
    /// Whether a load is oversize.
    pub oversize: bool,
    /// Whether persons carry arms.
    pub armed: bool,
    /// Explosives, in the order of their hazards.
    pub dangerous_goods: Vec<DangerousGoods>,
    /// Whether all goods have the customs status of Union goods.
    pub union_goods: bool,
    /// Registered items that travel along.
    pub items: Vec<ItemId>,
    /// Transfers whose goods it carries.
    pub transfers: Vec<TransferId>,
}

/// The plan that an event states.
macro_rules! plan_of {
    ($event:expr) => {
        Plan {
            starts_at: $event.starts_at,
            legs: $event.legs.clone(),
            persons: $event.persons,
            vehicles: $event.vehicles.clone(),
            load_class: $event.load_class,
            oversize: $event.oversize,
            armed: $event.armed,
            dangerous_goods: $event.dangerous_goods.clone(),
            union_goods: $event.union_goods,
            items: $event.items.clone(),
            transfers: $event.transfers.clone(),
        }
    };
}

/// Refuses a list that is not in its one order.
fn require_rising<T: Ord>(values: &[T], what: &str) -> Result<(), Rejection> {
    let rising = values.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    require(rising, Rule::S05, || format!("{what} stand in order, each once"))
}

/// Refuses items that are not in the order of their names, as they are written.
pub(super) fn require_items(items: &[ItemId]) -> Result<(), Rejection> {
    let names: Vec<String> = items.iter().map(ToString::to_string).collect();
    require_rising(&names, "the items")
}

impl Plan {
    /// All vehicles; more than can be counted are the most that can.
    pub fn vehicle_count(&self) -> u32 {
        self.vehicles.iter().fold(0, |sum, line| sum.saturating_add(line.count))
    }

    /// Net explosive quantity of all explosives, in grams; more than can be counted is the most that can.
    pub fn neq_g(&self) -> u64 {
        self.dangerous_goods.iter().fold(0, |sum, line| sum.saturating_add(line.neq_g))
    }

    /// Where it crosses a border of `state`, in order.
    pub(super) fn points_of(&self, state: Party) -> impl Iterator<Item = &CrossingPointId> {
        self.legs.iter().filter(move |leg| leg.from == state || leg.to == state).map(|leg| &leg.point)
    }

    /// The legs that enter `state`.
    pub(super) fn legs_into(&self, state: Party) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(move |leg| leg.to == state)
    }

    /// By what it goes beyond a plan to which `state` was asked to say something, in words.
    pub(super) fn exceeds(&self, asked: &Plan, state: Party) -> Option<String> {
        let numbers = [
            ("persons", u64::from(self.persons), u64::from(asked.persons)),
            ("vehicles", u64::from(self.vehicle_count()), u64::from(asked.vehicle_count())),
            ("load class", u64::from(self.load_class), u64::from(asked.load_class)),
            ("grams of net explosive quantity", self.neq_g(), asked.neq_g()),
        ];
        if let Some((name, now, then)) = numbers.iter().find(|(_, now, then)| now > then) {
            return Some(format!("{name}: {now}, asked were {then}"));
        }
        let known: BTreeSet<Hazard> = asked.dangerous_goods.iter().map(|line| line.hazard).collect();
        if let Some(line) = self.dangerous_goods.iter().find(|line| !known.contains(&line.hazard)) {
            return Some(format!("explosives {} were not named", line.hazard));
        }
        let flags = [
            (self.oversize && !asked.oversize, "oversize loads were not named"),
            (self.armed && !asked.armed, "arms were not named"),
            (!self.union_goods && asked.union_goods, "goods without Union status were not named"),
            (!self.points_of(state).eq(asked.points_of(state)), "the crossing points were others"),
        ];
        flags.iter().find(|(beyond, _)| *beyond).map(|(_, words)| (*words).to_owned())
    }
}

impl CrossingPointListed {
    fn joins(&self, from: Party, to: Party) -> bool {
        (self.first == from && self.second == to) || (self.first == to && self.second == from)
    }
}

impl State {
    /// The shortest way between two states over listed crossing points, both ends included.
    fn shortest_way(&self, from: Party, to: Party, mode: Mode) -> Option<Vec<Party>> {
        let points = || self.movements.crossing_points.iter().map(|(_, point)| &point.terms);
        let mut came_from: BTreeMap<Party, Party> = BTreeMap::from([(from, from)]);
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            for point in points().filter(|point| point.modes.contains(&mode)) {
                let neighbours = [(point.first, point.second), (point.second, point.first)];
                for (_, next) in neighbours.into_iter().filter(|(side, _)| *side == here) {
                    if let std::collections::btree_map::Entry::Vacant(place) = came_from.entry(next) {
                        place.insert(here);
                        queue.push_back(next);
                    }
                }
            }
        }
        let mut way = vec![to];
        let mut here = to;
        while here != from {
            here = *came_from.get(&here)?;
            way.push(here);
        }
        way.reverse();
        Some(way)
    }

    /// Refuses a route that is not one way from the sending state over listed points (domain.md M03).
    fn admit_route(&self, sending: Party, mode: Mode, plan: &Plan) -> Result<(), Rejection> {
        require(!plan.legs.is_empty(), Rule::S05, || "a movement crosses a border: name its legs".into())?;
        let (mut here, mut now) = (sending, plan.starts_at);
        for leg in &plan.legs {
            require(leg.from == here, Rule::M03, || {
                format!("the route is in {here}, the leg over {} leaves {}", leg.point, leg.from)
            })?;
            let point = self.movements.crossing_points.get(&leg.point);
            let point = &point.ok_or_else(|| Rejection::unknown("crossing point", &leg.point))?.terms;
            if !point.joins(leg.from, leg.to) || !point.modes.contains(&mode) {
                let (from, to) = (leg.from, leg.to);
                let no = Rejection::new(
                    Rule::M03,
                    format!("crossing point {} does not lead from {from} to {to} by {mode}", leg.point),
                );
                return Err(match self.shortest_way(from, to, mode) {
                    Some(way) => {
                        let way: Vec<String> = way.iter().map(ToString::to_string).collect();
                        no.remedy(format!("by {mode} the way is {}", way.join(", ")))
                    }
                    None => no.remedy(format!("no way by {mode} is listed: list the crossing points")),
                });
            }
            require(now <= leg.etd && leg.etd < leg.eta, Rule::S05, || {
                format!("the times of the route rise: the leg over {} leaves at {}", leg.point, leg.etd)
            })?;
            (here, now) = (leg.to, leg.eta);
        }
        Ok(())
    }

    /// Refuses a plan that is not complete or speaks of what is not there.
    fn admit_plan(&self, sending: Party, mode: Mode, plan: &Plan) -> Result<(), Rejection> {
        self.admit_route(sending, mode, plan)?;
        let classes: Vec<VehicleClass> = plan.vehicles.iter().map(|line| line.class).collect();
        require_rising(&classes, "the classes of vehicles")?;
        let hazards: Vec<Hazard> = plan.dangerous_goods.iter().map(|line| line.hazard).collect();
        require_rising(&hazards, "the hazards")?;
        require_items(&plan.items)?;
        require_rising(&plan.transfers, "the transfers")?;
        let counted = plan.vehicles.iter().all(|line| line.count > 0);
        require(counted, Rule::S05, || "a class with no vehicles says nothing".into())?;
        let weighed = plan.dangerous_goods.iter().all(|line| line.neq_g > 0);
        require(weighed, Rule::T17, || "explosives travel with their net explosive quantity".into())?;
        let vehicles = plan.vehicles.iter().try_fold(0_u32, |sum, line| sum.checked_add(line.count));
        let neq = plan.dangerous_goods.iter().try_fold(0_u64, |sum, line| sum.checked_add(line.neq_g));
        require(vehicles.is_some() && neq.is_some(), Rule::S05, || {
            "there is more of it than can be counted".into()
        })?;
        require(plan.persons > 0, Rule::S05, || "somebody leads a movement: count the persons".into())?;
        for item in &plan.items {
            let hazard = self.register.stock(item)?.master.hazard;
            require(hazard.is_none_or(|hazard| hazards.contains(&hazard)), Rule::T17, || {
                format!("{item} is explosive: name its hazard among the dangerous goods")
            })?;
        }
        for transfer in &plan.transfers {
            self.transfers.transfer(transfer)?;
            require(self.gives(sending, transfer), Rule::S05, || {
                format!("the goods of transfer {transfer} are not given by {sending}")
            })?;
            require(self.transfer_is_open(transfer), Rule::S03, || {
                format!("transfer {transfer} has ended: nothing of it is carried")
            })?;
        }
        Ok(())
    }

    /// Who may plan and change a movement.
    pub(super) fn planner_signs(
        &self,
        id: &MovementId,
        occurred_at: Timestamp,
        act: &RecordedAct,
    ) -> Result<Vec<Signer>, Rejection> {
        let movement = self.known_movement(id)?;
        let sending = movement.terms.sending;
        let crisis = self.in_haste(sending, occurred_at, act);
        Ok(vec![Signer::of(sending, planners(!movement.plan.transfers.is_empty(), crisis))])
    }
}

impl Rules for CrossingPointListed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.first)?;
        state.directory.require_party(self.second)?;
        Ok(vec![Signer::of(self.first, MOVEMENTS), Signer::of(self.second, MOVEMENTS)])
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.first, self.second]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.movements.crossing_points.contains(&self.point) {
            return Err(Rejection::taken("crossing point", &self.point));
        }
        require(self.first < self.second, Rule::S05, || {
            "a crossing point joins two states, in the order of their codes".into()
        })?;
        require(!self.modes.is_empty(), Rule::S05, || "say how the point may be crossed".into())?;
        require_rising(&self.modes, "the modes")
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let point = CrossingPoint { terms: self.clone(), listed_in: act.seq };
        state.movements.crossing_points.insert(self.point.clone(), point);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.first), Subject::Party(self.second)]
    }
}

impl Rules for MovementPlanned {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let crisis = state.in_haste(self.sending, self.occurred_at, act);
        Ok(vec![Signer::of(self.sending, planners(!self.transfers.is_empty(), crisis))])
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.sending]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.movement(&self.movement).is_some() {
            return Err(Rejection::taken("movement", &self.movement));
        }
        let day = self.starts_at.date();
        require(day.number().checked_rem(100) == Some(self.number.day()), Rule::S05, || {
            format!("movement number {} does not begin with the day of the start, {day}", self.number)
        })?;
        if state.movements.movement_numbers.contains(&(day, self.number.clone())) {
            return Err(Rejection::taken("movement number", format!("{} of {day}", self.number)));
        }
        state.admit_plan(self.sending, self.mode, &plan_of!(self))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let number = (self.starts_at.date(), self.number.clone());
        state.movements.movement_numbers.insert(number, self.movement.clone());
        let movement = Movement {
            terms: self.clone(),
            plan: plan_of!(self),
            planned_in: act.seq,
            amended_in: None,
            cancelled_in: None,
            hosts: BTreeMap::new(),
            started: None,
            crossings: Vec::new(),
            legs_completed: 0,
            persons: 0,
            vehicles: 0,
            deviations: Vec::new(),
            forms: Vec::new(),
            customs_due: None,
            completed_in: None,
        };
        state.movements.movements.insert(self.movement.clone(), movement);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for MovementAmended {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.planner_signs(&self.movement, self.occurred_at, act)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        state.movement(&self.movement).map(|movement| movement.terms.sending).into_iter().collect()
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        movement.require_not_started()?;
        state.admit_plan(movement.terms.sending, movement.terms.mode, &plan_of!(self))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            movement.plan = plan_of!(self);
            movement.amended_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}

impl Rules for MovementCancelled {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.planner_signs(&self.movement, self.occurred_at, act)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.known_movement(&self.movement)?.require_not_started()
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            movement.cancelled_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}
