//! Movements: crossing points, plans, consents, the journey and what happens on the way.

use ledger_core::domain::movement::Movement;
use serde_json::{Value, json};

use super::{Dice, Idea, by, code, moment};
use crate::rules::movement_drafts::*;
use crate::rules::world::*;

/// A way: where from, by what, and over which points into which states.
type Way = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const WAYS: &[Way] = &[
    (EE, "ROAD", &[(IKLA, LV), (GRENCTALE, LT)]),
    (EE, "ROAD", &[(IKLA, LV)]),
    (LT, "ROAD", &[(GRENCTALE, LV), (IKLA, EE)]),
    (LV, "ROAD", &[(GRENCTALE, LT)]),
    (EE, "SEA", &[(KLAIPEDA, LT)]),
];

/// The legs of a way, one after the other, from a quarter of an hour after now.
fn legs(w: &World, (sending, _, points): Way, slow: u64) -> Value {
    let mut from = sending;
    let mut legs = Vec::new();
    for (number, (point, to)) in points.iter().enumerate() {
        let start = 15 + number as u64 * slow;
        legs.push(json!({
            "point": point, "from": from, "to": to, "etd": moment(w, start), "eta": moment(w, start + slow),
        }));
        from = to;
    }
    legs.into()
}

fn new_plan(w: &World, dice: &mut Dice) -> Option<Idea> {
    let count = w.state.movements().count();
    let way = WAYS[dice.roll(WAYS.len())];
    let starts = w.now.later_by(10 * 60_000);
    let number = format!("{:02}-{}NMC-{:02}", starts.date().number() % 100, way.0, count % 100);
    let draft = plan(&format!("M-{count}"))
        .with("number", number)
        .with("sending", way.0)
        .with("mode", way.1)
        .with("starts_at", starts.to_string())
        .with("legs", legs(w, way, 180 + 60 * dice.roll(10) as u64))
        .with("purpose", dice.pick(&["EXERCISE", "EXERCISE", "ROTATION"]))
        .with("union_goods", dice.roll(3) > 0);
    let transfers = w
        .state
        .transfers()
        .filter(|(id, transfer)| code(transfer.terms.from) == way.0 && w.state.transfer_is_open(id));
    let carried = dice.recent(transfers, 3).filter(|_| dice.roll(4) == 0);
    let draft = match carried {
        Some((id, _)) => draft.with("transfers", json!([id])),
        None => draft,
    };
    by((way.0, NMC), draft)
}

/// From now until a while after the arrival.
fn window(w: &World, known: &Movement, draft: Draft) -> Draft {
    let end = known.plan.legs.last().map_or(w.now, |leg| leg.eta).max(w.now).later_by(3_600_000 * 6);
    draft.with("window_from", w.now.to_string()).with("window_to", end.to_string())
}

/// What those on the way and their hosts do while nobody has started.
fn before(w: &World, id: &str, known: &Movement, dice: &mut Dice) -> Option<Idea> {
    let sending = code(known.terms.sending);
    let foreign = known.foreign_states();
    let asked = |host| known.hosts.get(host).and_then(|hosting| hosting.permissions.last());
    let noticed = |host| known.hosts.get(host).is_some_and(|hosting| hosting.notice.is_some());
    let mut open = Vec::new();
    for host in &foreign {
        if !noticed(host) && asked(host).is_none_or(|asked| asked.answer.is_none()) {
            open.push(host);
        }
    }
    let host = open.first().copied().or(foreign.first())?;
    let unanswered = asked(host).is_some_and(|asked| asked.answer.is_none());
    let name = code(*host);
    match dice.roll(16) {
        0 if dice.roll(3) == 0 => by((sending, NMC), call_off(id)),
        0 | 1 => by((sending, NMC), changed(w, id, known, dice)),
        2 if known.hosts.values().any(|hosting| hosting.halt.is_some()) => by((name, NMC), release(id, name)),
        2 => by((name, NMC), halt(id, name)),
        4 => by((name, NMC), acknowledge(id, name)),
        5 if unanswered => by((name, NMC), deny(id, name)),
        6 => by((sending, CUS), customs(w, id, known, sending)),
        7 => by((name, NMC), window(w, known, give_time(id, name))),
        8..=10 if !open.is_empty() => {
            let mut hosts: Vec<&str> = foreign.iter().map(|host| code(*host)).collect();
            hosts.sort_unstable();
            let one = [name];
            by((sending, NMC), notify(id, if dice.roll(2) == 0 { &one } else { &hosts }))
        }
        _ if unanswered => by((name, NMC), window(w, known, permit(id, name))),
        _ if !open.is_empty() => by((sending, NMC), ask(id, name)),
        _ => {
            let vehicles: u32 = known.plan.vehicles.iter().map(|line| line.count).sum();
            let draft = start(id).with("persons", known.plan.persons).with("vehicles", vehicles);
            by((sending, [TFC, NMC][dice.roll(2)]), draft)
        }
    }
}

/// The same plan with fewer people, somewhat later.
fn changed(w: &World, id: &str, known: &Movement, dice: &mut Dice) -> Draft {
    let same = |way: &&Way| {
        code(known.terms.sending) == way.0
            && way.2.len() == known.plan.legs.len()
            && json!(known.terms.mode) == way.1
    };
    let way = WAYS.iter().find(same).copied().unwrap_or(WAYS[0]);
    amend(id)
        .with("starts_at", moment(w, 10))
        .with("legs", legs(w, way, 240))
        .with("persons", 100 + dice.roll(40))
        .with("union_goods", known.plan.union_goods)
}

fn customs(w: &World, id: &str, known: &Movement, sending: &str) -> Draft {
    let status = if known.plan.union_goods { 'U' } else { 'N' };
    let number = w.state.movements().map(|(_, movement)| movement.forms.len()).sum::<usize>();
    cover(id, &format!("{sending}{}{status}N{number:06}", w.now.date().number()))
}

/// What happens on the way.
fn on_the_way(w: &World, id: &str, known: &Movement, dice: &mut Dice) -> Option<Idea> {
    let sending = code(known.terms.sending);
    let here = code(known.whereabouts());
    let foreign = known.foreign_states();
    let host = match dice.roll(3) {
        0 => code(*foreign.get(dice.roll(foreign.len()))?),
        _ => here,
    };
    let convoy = (sending, TFC);
    let counts = |draft: Draft| draft.with("persons", known.persons).with("vehicles", known.vehicles);
    match dice.roll(14) {
        0 => by((host, NMC), halt(id, host)),
        1 => by((host, NMC), release(id, host)),
        2 => by((sending, CUS), customs(w, id, known, sending)),
        3 => by(convoy, incident(id, &format!("I-{}", w.state.incidents().count()))),
        4 => by(convoy, deviate(id)),
        5 => by((host, NMC), window(w, known, give_time(id, host))),
        6 => by(convoy, counts(rest(id, "Riga"))),
        7 => {
            let until = super::day(w, 10 + dice.roll(30) as u64);
            by((host, NMC), stay(id, host).with("from", super::day(w, 0)).with("until", until))
        }
        8 => by((host, NMC), acknowledge(id, host)),
        _ => match known.next_leg() {
            _ if known.hosts.values().any(|hosting| hosting.halt.is_some()) && dice.roll(2) == 0 => {
                by((here, NMC), release(id, here))
            }
            Some(leg) => by(convoy, counts(cross(id, leg.point.as_str()))),
            None => by(convoy, counts(arrive(id))),
        },
    }
}

pub(super) fn movement(w: &World, dice: &mut Dice) -> Option<Idea> {
    match dice.roll(12) {
        0 | 1 => return new_plan(w, dice),
        2 if dice.roll(3) == 0 => {
            let (first, second) = dice.pair();
            let (first, second) = if first < second { (first, second) } else { (second, first) };
            let point = format!("X{}", w.state.crossing_points().count());
            return by((first, NMC), list_point(&point, first, second, &["ROAD"]));
        }
        3 => {
            let (id, host, _) = dice.recent(w.state.open_stays(), 4)?;
            return by((code(host), NMC), leave(&id.to_string(), code(host)));
        }
        _ => {}
    }
    let open =
        w.state.movements().filter(|(_, known)| known.completed_in.is_none() && known.cancelled_in.is_none());
    let Some((id, known)) = dice.recent(open, 2) else { return new_plan(w, dice) };
    let id = id.to_string();
    match known.started {
        None => before(w, &id, known, dice),
        Some(_) => on_the_way(w, &id, known, dice),
    }
}
