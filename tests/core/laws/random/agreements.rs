//! Clocks, standing authorisations, crises, and the answers that they leave owed.

use ledger_core::domain::consent::Family;
use ledger_core::domain::ratification::RatificationStatus;
use serde_json::{Value, json};

use super::{Dice, Idea, by, code, day, moment};
use crate::rules::consent_drafts::*;
use crate::rules::movement_drafts::convoy_limits;
use crate::rules::world::*;

const FAMILIES: [&str; 5] = ["MOVE", "LOAN", "CUSTODY", "MUTUAL_SUPPORT", "CALL_OFF"];

fn limits(family: &str, dice: &mut Dice) -> Value {
    let mut limits = match family {
        "MOVE" => convoy_limits(),
        _ => json!({
            "neq_g": 100_000, "hazards": ["1.2E", "1.4S"], "value": "5000000.00 EUR", "ml": ["ML3"],
            "nsns": [GUN_NSN, "1320-38-555-0001", ROUNDS_NSN, "9140-38-000-0001"],
        }),
    };
    limits["at_once"] = json!(if family == "MOVE" { dice.roll(3) + 1 } else { 0 });
    if family == "MOVE" {
        limits["crossing_points"] = json!(["Grenctale", "Ikla", "Klaipeda"]);
        limits["modes"] = json!(["ROAD", "SEA"]);
    }
    limits
}

pub(super) fn agreements(w: &World, dice: &mut Dice) -> Option<Idea> {
    let state = &w.state;
    match dice.roll(20) {
        0 => {
            let changed =
                json!({ "ratification_h": 24 + dice.roll(72), "crossing_tolerance_min": dice.roll(60) });
            by((dice.party(), MIN), regime_with(changed))
        }
        1..=4 => {
            let (grantor, grantee) = dice.pair();
            let family = if dice.roll(2) == 0 { "MOVE" } else { dice.pick(&FAMILIES) };
            let id = format!("SA-{}", state.authorisations().count());
            let draft = authorise(&id, family, grantor, grantee, limits(family, dice));
            by(
                (grantor, MIN),
                draft.with("valid_from", day(w, 0)).with("valid_to", day(w, 60 + dice.roll(400) as u64)),
            )
        }
        choice @ 5..=9 => {
            let (id, known) = dice.recent(state.authorisations(), 4)?;
            let (id, grantor) = (id.to_string(), code(known.terms.grantor));
            let family = json!(known.terms.family);
            match (choice, known.suspended_in) {
                (_, Some(_)) if dice.roll(2) == 0 => by((grantor, MIN), resume(&id)),
                (5 | 6, _) => by((grantor, MIN), amend(&id, limits(family.as_str()?, dice))),
                (7 | 8, _) => by((grantor, [MIN, NMC, DTY][dice.roll(3)]), suspend(&id)),
                _ => by((grantor, MIN), withdraw_authorisation(&id)),
            }
        }
        10..=13 => {
            let party = dice.party();
            let families = &FAMILIES[dice.roll(3)..3 + dice.roll(3)];
            let id = format!("CR-{}", state.crises().count() / 2);
            let start = w.now.to_string();
            by((party, [MIN, DTY][dice.roll(2)]), declare(&id, party, families, &start, &moment(w, 60 * 48)))
        }
        choice @ 14..=15 => {
            let known = dice.recent(state.crises(), 3)?;
            let (id, party) = (known.terms.crisis.to_string(), code(known.terms.party));
            let draft = match choice {
                14 => prolong(&id, party, &moment(w, 60 * (60 + dice.roll(120) as u64))),
                _ => end_crisis(&id, party),
            };
            by((party, MIN), draft)
        }
        _ => {
            let open = state.ratifications().filter(|(_, duty)| {
                matches!(duty.status, RatificationStatus::Owed | RatificationStatus::Refused { .. })
            });
            let ((entry, party), duty) = dice.recent(open, 6)?;
            let party = code(*party);
            let draft = match (duty.status, dice.roll(3)) {
                (RatificationStatus::Refused { .. }, _) => {
                    unwind(*entry, party, dice.pick(&["RETURN", "PAYMENT", "APOLOGY"]))
                }
                (_, 0) => refuse_to_ratify(*entry, party),
                _ => ratify(*entry, party),
            };
            let helper = match duty.families[0] {
                Family::Move => NMC,
                Family::CallOff => PCO,
                Family::Loan | Family::Custody | Family::MutualSupport => PBO,
            };
            by((party, if dice.roll(3) == 0 { MIN } else { helper }), draft)
        }
    }
}
