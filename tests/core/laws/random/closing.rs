//! What is compared, closed and examined.

use ledger_core::domain::books::{BreakStatus, KnownBreak, Run};
use ledger_core::domain::period::Accord;
use ledger_core::domain::{Date, Timestamp};
use serde_json::json;

use super::{Dice, Idea, by, code, day};
use crate::rules::books_drafts::*;
use crate::rules::world::*;

/// How many entries there were at the end of a day: the gate of a ledger takes nothing else.
fn size_at_end(w: &World, day: Date) -> u64 {
    w.history.iter().filter(|act| act.recorded_at.date() <= day).count() as u64
}

pub(super) fn closing(w: &World, dice: &mut Dice) -> Option<Idea> {
    match dice.roll(24) {
        0 | 1 => {
            let party = dice.party();
            let id = format!("S-{}", w.state.statements().count());
            by((party, REC), statement(&id, party, &day(w, dice.roll(8).saturating_sub(6) as u64)))
        }
        2 | 3 => compared(w, dice),
        4..=9 => posted(w, dice),
        10..=14 => answered(w, dice),
        15 => {
            let (id, run) = dice.recent(w.state.reconciliation_runs(), 4)?;
            by((code(run.terms.party), PBO), sign_off(&id.to_string(), code(run.terms.party)))
        }
        16 if dice.roll(3) == 0 => by((EE, MIN), tolerances_with(json!({ "late_days": dice.roll(9) }))),
        16 | 17 => {
            let id = format!("PER-{}", w.state.periods().count());
            let back = 24 * 3_600_000 * (1 + dice.roll(3) as u64);
            let last_day = Timestamp::from_millis(w.now.as_millis() - back).ok()?.date();
            by((EE, FIN), cut_off(&id, &last_day.to_string(), size_at_end(w, last_day)))
        }
        18 | 19 => {
            let (period, _) = dice.recent(w.state.periods(), 2)?;
            let (one, other) = dice.pair();
            let amount = ["1.00 EUR", "2.00 EUR"][usize::from(dice.roll(4) == 0)];
            let balances = [(EE, LV, amount)];
            let balances = if one == LT || other == LT { &[][..] } else { &balances[..] };
            let open = w.state.accord(period, party(one), party(other)) != Accord::Agreed;
            (open || dice.roll(3) == 0).then_some(())?;
            by((one, FIN), confirm(&period.to_string(), one, other, balances))
        }
        _ => examined(w, dice),
    }
}

fn compared(w: &World, dice: &mut Dice) -> Option<Idea> {
    let (id, known) = dice.recent(w.state.statements(), 3)?;
    let party = code(known.terms.party);
    let number = format!("R-{}", w.state.reconciliation_runs().count());
    let size = w.size() + dice.roll(8).saturating_sub(6) as u64;
    by((party, REC), run(&number, party, &id.to_string(), size, u32::try_from(dice.roll(4)).unwrap()))
}

/// A break of the run that is not posted yet: found again, or new.
fn posted(w: &World, dice: &mut Dice) -> Option<Idea> {
    let incomplete = |run: &&Run| !run.is_complete() || run.found.len() > 40;
    let runs: Vec<&Run> = w.state.reconciliation_runs().map(|(_, run)| run).filter(incomplete).collect();
    let run = dice.recent(runs.into_iter(), 3)?;
    let (id, party) = (run.terms.run.to_string(), code(run.terms.party));
    let known =
        w.state.known_breaks().filter(|(id, known)| known.scope == run.scope && !run.found.contains(id));
    let known: Vec<_> = known.collect();
    let draft = match dice.recent(known.into_iter(), 3).filter(|_| dice.roll(2) == 0) {
        Some((again, known)) if !known.is_closed() => {
            found_again(&again.to_string(), &id, &format!("{} EA", 1 + dice.roll(20)))
        }
        Some((again, _)) => broken(&again.to_string(), &id, party),
        None => broken(&format!("B-{}", w.state.known_breaks().count()), &id, party),
    };
    by((party, REC), draft)
}

/// What its party does about a break.
fn answered(w: &World, dice: &mut Dice) -> Option<Idea> {
    let live: Vec<_> = w.state.known_breaks().filter(|(_, known)| !known.is_closed()).collect();
    let closable = live.iter().find(|(id, _)| w.state.closing_ground(id).is_some()).copied();
    let (id, known): (_, &KnownBreak) = match closable.filter(|_| dice.roll(2) == 0) {
        Some(closable) => closable,
        None => dice.recent(live.into_iter(), 6)?,
    };
    let (party, name) = (code(known.party()), id.to_string());
    let corrected_now = matches!(known.status, BreakStatus::Corrected { .. });
    match dice.roll(6) {
        0 | 1 if w.state.closing_ground(id).is_some() || corrected_now => by((party, PBO), close(&name)),
        0 => by((party, PBO), close(&name)),
        1 | 2 => by((party, FIN), explain(&name)),
        3 | 4 => {
            let limit = format!("{} EA", 8 + dice.roll(20));
            by((party, PBO), live_with(&name, &limit, &day(w, dice.roll(100) as u64)))
        }
        _ => by((party, PBO), corrected(&name, w.size().saturating_sub(1 + dice.roll(6) as u64))),
    }
}

/// What auditors do, and what a ministry answers.
fn examined(w: &World, dice: &mut Dice) -> Option<Idea> {
    let engagements: Vec<_> = w.state.engagements().collect();
    if engagements.is_empty() || dice.roll(6) == 0 {
        let id = format!("E-{}", engagements.len());
        let secret = format!("{:064x}", engagements.len() + 1);
        return by((dice.party(), AUD), engage(&id).with("commitment", secret));
    }
    let (id, engagement) = dice.recent(engagements.into_iter(), 2)?;
    let auditor = (code(engagement.auditor), AUD);
    match dice.roll(6) {
        0 | 1 => {
            let yesterday = w.now.as_millis() - 24 * 3_600_000;
            let yesterday = Timestamp::from_millis(yesterday).ok()?.date();
            let name = format!("SA-{}", w.state.samples().count());
            by(auditor, drawn(&name, &id.to_string(), &yesterday.to_string(), size_at_end(w, yesterday)))
        }
        2 => {
            let (name, sample) = dice.recent(w.state.samples(), 3)?;
            let of = w.state.engagement(&sample.terms.engagement)?;
            by((code(of.auditor), AUD), bundle(&name.to_string(), [3, 5, 7][dice.roll(3)]))
        }
        3 => {
            let name = format!("F-{}", w.state.audit_findings().count());
            by(auditor, finding(&name, &id.to_string(), dice.party()).with("answer_by", day(w, 30)))
        }
        _ => {
            let open: Vec<_> =
                w.state.audit_findings().filter(|(_, known)| known.closed_in.is_none()).collect();
            let (name, known) = dice.recent(open.into_iter(), 3)?;
            if dice.roll(2) == 0 {
                return by((code(known.auditor), AUD), close_finding(&name.to_string()));
            }
            by((code(known.terms.party), NAD), reply(&name.to_string()).with("due", day(w, 60)))
        }
    }
}
