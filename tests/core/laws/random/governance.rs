//! Who is a member and in good standing, who lends whose power, whose keys are in doubt, what was recorded wrongly.

use ledger_core::domain::Event;
use ledger_core::domain::membership::Membership;
use ledger_core::domain::party::PartyRecord;

use super::{Dice, Idea, PL, by, code, day, moment, second_keeper};
use crate::rules::governance_drafts::*;
use crate::rules::world::*;

pub(super) fn governance(w: &World, dice: &mut Dice) -> Option<Idea> {
    match dice.roll(16) {
        0 | 14 => poland(w, dice),
        1 if dice.roll(3) == 0 => {
            let (party, other) = dice.pair();
            let suspended = w.state.parties().find(|(_, record)| is_suspended(record));
            match suspended {
                Some((party, _)) => by((other, MIN), reinstate(code(*party))),
                None => by((other, MIN), suspend(party)),
            }
        }
        1..=3 => {
            let suspended = w.state.parties().find(|(_, record)| is_suspended(record));
            let party = code(*suspended?.0);
            let other = if party == EE { LV } else { EE };
            by((other, MIN), reinstate(party))
        }
        4 => {
            let since = w.now.as_millis().saturating_sub(3_600_000 * (1 + dice.roll(90) as u64));
            let since = ledger_core::domain::Timestamp::from_millis(since).ok()?.to_string();
            let party = dice.party();
            by((party, REG), compromise(second_keeper(party), &since))
        }
        5 | 6 => {
            let open = w.state.doubts().filter(|(_, doubt)| doubt.cleared_in.is_none());
            let ((entry, key), _) = dice.recent(open, 8)?;
            let party = w.state.officer(key)?.party;
            by((code(party), MIN), clear_doubt(*entry, *key))
        }
        7 | 8 => {
            let party = dice.party();
            let roles = [MIN, PBO, FIN, NMC, LIC, QAR];
            let (from, to) = (roles[dice.roll(roles.len())], roles[dice.roll(roles.len())]);
            let id = format!("D-{}", w.state.delegations().count());
            let until = moment(w, 60 * (1 + dice.roll(200) as u64));
            by((party, from), delegate(&id, key_of((party, from)), key_of((party, to)), &until))
        }
        9 => {
            let open = w.state.delegations().filter(|(_, known)| known.ended_in.is_none());
            let (id, known) = dice.recent(open, 4)?;
            let himself = dice.roll(2) == 0;
            let author = if himself { known.terms.from } else { key_of((code(known.party), REG)) };
            Some((author, end_delegation(&id.to_string())))
        }
        10..=12 => {
            let reversible = w.history.iter().filter(|act| {
                matches!(
                    act.act.events.first(),
                    Some(
                        Event::ItemRegistered(_)
                            | Event::ConsumptionReported(_)
                            | Event::LossReported(_)
                            | Event::InvoiceRegistered(_)
                            | Event::PaymentExecuted(_)
                    )
                )
            });
            let act = dice.recent(reversible, 6)?;
            Some((act.author, correct(act.seq, dice.pick(&["DID_NOT_OCCUR", "INCORRECT_DATA"]))))
        }
        13 => {
            let party = dice.party();
            let family = dice.pick(&["MOVE", "LOAN", "CUSTODY", "MUTUAL_SUPPORT", "CALL_OFF"]);
            let id = format!("NX-{}", w.state.exclusions().count());
            by((party, MIN), exclude(&id, party, family).with("until", day(w, dice.roll(5) as u64)))
        }
        _ => {
            let open = w.state.exclusions().filter(|(_, known)| known.ended_in.is_none());
            let (id, known) = dice.recent(open, 3)?;
            by((code(known.terms.party), MIN), end_exclusion(&id.to_string()))
        }
    }
}

fn is_suspended(record: &PartyRecord) -> bool {
    matches!(record.membership, Membership::Suspended { .. })
}

/// Poland comes in, gets officers, and goes again.
fn poland(w: &World, dice: &mut Dice) -> Option<Idea> {
    let member = w.state.parties().any(|(party, _)| party.as_str() == PL);
    let minister = w.state.officer(&key_of((PL, MIN))).is_some();
    match (member, minister) {
        (false, _) => by((dice.party(), MIN), admit(PL, key_of((PL, ROOT)))),
        (true, false) => by((PL, ROOT), enrol(key_of((PL, MIN)), PL, MIN)),
        _ => by((PL, MIN), withdraw(PL)),
    }
}
