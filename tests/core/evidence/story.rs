//! The ledger of the frozen vectors: every kind of event at least once, and the greatest values, as one sound
//! history that all rules accept in order. A new kind of event goes into a new chapter at the end: what stands
//! before it is frozen.

mod agreements;
mod closing;
mod contract;
mod greatest;
mod materiel;
mod membership;
mod movement;
mod procurement;
mod register;
mod support;
mod tender;
mod transfers;

pub(super) use procurement::{arrangement, procurement};

use super::world::World;

/// Ammunition of Estonia.
const AMMO: &str = "batch:1376-38-123-4567:EA-22-07";
/// A recoilless rifle.
const GUN: &str = "serial:0AA1J:M3E1:SN-0042";
/// Diesel.
const FUEL: &str = "bulk:9140-38-000-0001";

/// The whole story.
pub(super) fn tell() -> World {
    let mut w = World::new();
    register::keys(&mut w);
    register::register(&mut w);
    transfers::loan(&mut w);
    transfers::loan_ends(&mut w);
    transfers::other_transfers(&mut w);
    procurement(&mut w);
    greatest::greatest(&mut w);
    agreements::clocks(&mut w);
    agreements::authorisations(&mut w);
    agreements::crisis(&mut w);
    agreements::arrivals(&mut w);
    materiel::materiel(&mut w);
    support::support(&mut w);
    tender::tender(&mut w);
    contract::settlement(&mut w);
    contract::changes(&mut w);
    contract::quality(&mut w);
    contract::money(&mut w);
    movement::movements(&mut w);
    membership::who_takes_part(&mut w);
    membership::doubts(&mut w);
    closing::tolerances(&mut w);
    closing::comparing(&mut w);
    closing::month(&mut w);
    closing::audit(&mut w);
    w
}
