//! Movements: where borders are, what is planned, whose consent a route takes and on what it rests.

use ledger_core::domain::Rule;
use ledger_core::domain::consent::Basis;
use ledger_core::domain::ratification::Reliance;
use serde_json::json;

use super::movement_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

scenarios!(
    a_crossing_point_is_listed_by_both_its_states,
    a_route_runs_over_listed_points_from_state_to_state,
    a_plan_counts_all_that_travels_and_names_what_is_there,
    from_estonia_to_lithuania_by_road_latvia_consents_too,
    a_permission_is_asked_for_once_and_answered_once_by_who_was_asked,
    a_host_has_its_time_to_answer_and_less_of_it_in_a_crisis,
    a_refusal_stands_until_the_plan_changes,
    a_permission_goes_as_far_as_what_was_asked,
    within_a_standing_authorisation_a_notice_is_enough,
    beyond_each_limit_of_an_authorisation_the_host_is_asked,
    so_many_move_at_once_under_an_authorisation,
    what_has_started_stays_lawful_when_its_authorisation_is_suspended,
    an_authorisation_to_move_goes_one_way,
    a_movement_is_cancelled_before_it_starts,
);

scenario!(a_crossing_point_is_listed_by_both_its_states, [S01, S02, S05, I03], [CrossingPointListed], |w| {
    *w = World::with_regime();
    let ikla = || list_point(IKLA, EE, LV, &["ROAD"]);
    w.refuse(Rule::I03, (EE, PBO), ikla());
    w.refuse(Rule::I03, (LT, NMC), ikla());
    w.refuse(Rule::S01, (EE, NMC), list_point("Narva", EE, "RU", &["ROAD"]));
    w.refuse(Rule::S01, (EE, NMC), list_point("Terehova", "BY", EE, &["ROAD"]));
    w.refuse(Rule::S05, (EE, NMC), list_point(IKLA, LV, EE, &["ROAD"]));
    w.refuse(Rule::S05, (EE, NMC), list_point(IKLA, EE, EE, &["ROAD"]));
    w.refuse(Rule::S05, (EE, NMC), list_point(IKLA, EE, LV, &[]));
    w.refuse(Rule::S05, (EE, NMC), list_point(IKLA, EE, LV, &["RAIL", "ROAD"]));
    let entry = w.begin((EE, NMC), ikla());
    w.refuse(Rule::S01, (EE, NMC), plan("M-1"));
    w.sign((LV, NMC), entry);
    w.refuse(Rule::S02, (EE, NMC), ikla());
    let points: Vec<String> = w.state.crossing_points().map(|(id, _)| id.to_string()).collect();
    assert_eq!(points, [IKLA]);
});

scenario!(a_route_runs_over_listed_points_from_state_to_state, [M03, S01, S05], [MovementPlanned], |w| {
    *w = World::with_borders();
    let by = |legs: serde_json::Value| plan("M-1").with("legs", legs);
    let leg = |point: &str, from: &str, to: &str| {
        let mut leg = first_leg();
        (leg["point"], leg["from"], leg["to"]) = (json!(point), json!(from), json!(to));
        leg
    };
    w.refuse(Rule::S05, (EE, NMC), by(json!([])));
    // No road leads from Estonia to Lithuania; the ledger says which way there is.
    let no = w.refuse(Rule::M03, (EE, NMC), by(json!([leg(IKLA, EE, LT)])));
    assert_eq!(no.remedy.as_deref(), Some("by ROAD the way is EE, LV, LT"));
    let no = w.refuse(Rule::M03, (EE, NMC), by(json!([leg(KLAIPEDA, EE, LT)])));
    assert_eq!(no.remedy.as_deref(), Some("by ROAD the way is EE, LV, LT"));
    let no = w.refuse(Rule::M03, (EE, NMC), by(json!([leg(IKLA, EE, LV)])).with("mode", "AIR"));
    assert_eq!(no.remedy.as_deref(), Some("no way by AIR is listed: list the crossing points"));
    w.refuse(Rule::S01, (EE, NMC), by(json!([leg("Narva", EE, LV)])));
    w.refuse(Rule::M03, (EE, NMC), by(json!([second_leg(), first_leg()])));
    w.refuse(Rule::M03, (EE, NMC), by(json!([first_leg(), first_leg()])));
    // Times rise along the way.
    let early = plan("M-1").with("starts_at", "2026-02-10T06:00:01Z");
    w.refuse(Rule::S05, (EE, NMC), early);
    let mut overlapping = second_leg();
    overlapping["etd"] = json!("2026-02-10T11:59:59Z");
    w.refuse(Rule::S05, (EE, NMC), by(json!([first_leg(), overlapping])));
    let mut instant = second_leg();
    instant["eta"] = instant["etd"].clone();
    w.refuse(Rule::S05, (EE, NMC), by(json!([first_leg(), instant])));
    w.accept((EE, NMC), plan("M-1"));
    w.movement_is("M-1", "planned");
    // By sea no other state is on the way, and a route may lead home again.
    let sea = plan("M-2").with("number", "10-EENMC-02").with("mode", "SEA");
    w.accept((EE, NMC), sea.with("legs", json!([leg(KLAIPEDA, EE, LT)])));
    let mut home = second_leg();
    (home["point"], home["to"]) = (json!(IKLA), json!(EE));
    let there_and_back = plan("M-3").with("number", "10-EENMC-03");
    w.accept((EE, NMC), there_and_back.with("legs", json!([first_leg(), home])));
    let states = |id: &str| w.state.movement(&id.parse().unwrap()).unwrap().foreign_states();
    assert_eq!(
        [states("M-1"), states("M-2"), states("M-3")].map(|list| json!(list)),
        [json!([LV, LT]), json!([LT]), json!([LV])]
    );
});

scenario!(
    a_plan_counts_all_that_travels_and_names_what_is_there,
    [S01, S02, S03, S05, T17, I03],
    [MovementPlanned, MovementAmended],
    |w| {
        *w = World::with_borders();
        w.accept((EE, PBO), register(GUN, EE));
        w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "500 EA"), EE));
        w.accept((EE, PBO), propose("LOAN", "LOAN-1", EE, LT, &[GUN]));
        w.accept((LT, PBO), register(GUN2, LT));
        w.accept((LT, PBO), propose("DONATION", "GIFT-1", LT, EE, &[GUN2]));
        w.refuse(Rule::I03, (LV, NMC), plan("M-1"));
        w.refuse(Rule::I03, (EE, PBO), plan("M-1"));
        w.refuse(Rule::S05, (EE, NMC), plan("M-1").with("number", "11-EENMC-01"));
        let wrong = |field: &str, value: serde_json::Value| {
            [plan("M-1"), amend("M-0")].map(|d| d.with(field, value.clone()))
        };
        w.accept((EE, NMC), plan("M-0").with("number", "10-EENMC-09"));
        let truck = json!({ "class": "TRUCK", "count": 4_000_000_000_u32 });
        let light = json!({ "class": "LIGHT", "count": 4_000_000_000_u32 });
        let heavy = |hazard: &str| json!({ "hazard": hazard, "neq_g": u64::MAX });
        for (rule, field, value) in [
            (Rule::S05, "persons", json!(0)),
            (Rule::S05, "vehicles", json!([{ "class": "LIGHT", "count": 0 }])),
            (Rule::S05, "vehicles", json!([truck, light])),
            (Rule::S05, "vehicles", json!([truck, truck])),
            (Rule::S05, "vehicles", json!([light, truck])),
            (Rule::S05, "dangerous_goods", json!([heavy("1.4S"), heavy("1.2E")])),
            (Rule::S05, "dangerous_goods", json!([heavy("1.2E"), heavy("1.4S")])),
            (Rule::T17, "dangerous_goods", json!([{ "hazard": "1.2E", "neq_g": 0 }])),
            (Rule::S01, "items", json!([GUN2.replace('3', "9")])),
            (Rule::S05, "items", json!([GUN, ROUNDS])),
            (Rule::S01, "transfers", json!(["LOAN-9"])),
            (Rule::S05, "transfers", json!(["LOAN-1", "LOAN-1"])),
            (Rule::S05, "transfers", json!(["GIFT-1"])),
        ] {
            for draft in wrong(field, value) {
                w.refuse(rule, (EE, NMC), draft);
            }
        }
        w.accept((EE, PBO), propose("LOAN", "LOAN-2", EE, LT, &[&of(ROUNDS, "1 EA")]));
        w.accept((EE, PBO), cancel("LOAN-2"));
        w.refuse(Rule::S03, (EE, PBO), plan("M-1").with("transfers", json!(["LOAN-2"])));
        // Explosives that travel along are named by their hazard.
        let rounds = |draft: Draft| draft.with("items", json!([ROUNDS]));
        w.refuse(Rule::T17, (EE, NMC), rounds(plan("M-1")).without("dangerous_goods"));
        w.refuse(
            Rule::T17,
            (EE, NMC),
            rounds(plan("M-1")).with("dangerous_goods", json!([{ "hazard": "1.4S", "neq_g": 1 }])),
        );
        w.accept((EE, NMC), rounds(plan("M-1")).with("transfers", json!(["LOAN-1"])));
        w.accept((EE, NMC), rounds(amend("M-1")));
        // Nothing is planned twice; the same number comes back in another month.
        w.refuse(Rule::S02, (EE, NMC), plan("M-1").with("number", "10-EENMC-02"));
        w.refuse(Rule::S02, (EE, NMC), plan("M-2"));
        let march = json!([{
            "point": IKLA, "from": EE, "to": LV, "etd": "2026-03-10T06:00:00Z", "eta": "2026-03-10T12:00:00Z",
        }]);
        w.accept((EE, NMC), plan("M-2").with("starts_at", "2026-03-10T04:00:00Z").with("legs", march));
        w.refuse(Rule::S01, (EE, NMC), amend("M-9"));
    }
);

scenario!(
    from_estonia_to_lithuania_by_road_latvia_consents_too,
    [M01],
    [PermissionRequested, PermissionGranted, MovementStarted, BorderCrossed, LegCompleted, MovementCompleted],
    |w| {
        *w = World::with_borders();
        w.accept((EE, NMC), plan("M-1"));
        w.refuse(Rule::M01, (EE, TFC), start("M-1"));
        w.permitted("M-1", LT);
        // Lithuania alone is not enough: the road leads through Latvia.
        let no = w.refuse(Rule::M01, (EE, TFC), start("M-1"));
        assert_eq!(no.why, "LV has not consented to movement M-1");
        assert_eq!(no.remedy.as_deref(), Some("the shortest lawful way: a NMC of LV approves movement M-1"));
        w.accept((EE, NMC), ask("M-1", LV));
        w.movement_is("M-1", "requested");
        let no = w.refuse(Rule::M01, (EE, TFC), start("M-1"));
        assert!(no.why.contains("LV has not consented to movement M-1; the request of entry"), "{no}");
        w.accept((LV, NMC), permit("M-1", LV));
        w.movement_is("M-1", "granted");
        w.clock("2026-02-10T04:00:00Z");
        let started = w.accept((EE, TFC), start("M-1"));
        w.movement_is("M-1", "started");
        let own_word = |reliance: &Reliance| matches!(reliance.basis, Basis::Explicit { .. });
        assert_eq!(w.state.reliances(started).iter().filter(|reliance| own_word(reliance)).count(), 2);
        w.clock("2026-02-10T08:00:00Z");
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.movement_is("M-1", "crossed");
        w.clock("2026-02-10T12:00:00Z");
        w.accept((EE, TFC), rest("M-1", "Riga"));
        w.clock("2026-02-10T16:00:00Z");
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        w.accept((EE, NMC), rest("M-1", "Kaunas"));
        w.accept((EE, TFC), arrive("M-1"));
        w.movement_is("M-1", "completed");
        assert_eq!(w.basis("M-1", LV)["basis"], "explicit");
    }
);

scenario!(
    a_permission_is_asked_for_once_and_answered_once_by_who_was_asked,
    [M07, S01, S03, S05, I03],
    [PermissionRequested, PermissionGranted, PermissionRefused, PermissionExtended],
    |w| {
        w.list_borders();
        w.accept((EE, NMC), plan("M-1"));
        w.refuse(Rule::S03, (EE, NMC), ask("M-1", LV));
        *w = World::with_borders();
        w.accept((EE, NMC), plan("M-1"));
        w.refuse(Rule::M07, (LV, NMC), permit("M-1", LV));
        w.refuse(Rule::M07, (LV, NMC), deny("M-1", LV));
        w.refuse(Rule::S01, (LV, NMC), permit("M-9", LV));
        w.refuse(Rule::S01, (EE, NMC), ask("M-9", LV));
        w.refuse(Rule::S05, (EE, NMC), ask("M-1", EE));
        w.refuse(Rule::I03, (LV, NMC), ask("M-1", LV));
        w.accept((EE, NMC), ask("M-1", LV));
        w.refuse(Rule::S03, (EE, NMC), ask("M-1", LV));
        // Nobody answers for Latvia but its movement centre.
        w.refuse(Rule::M07, (LT, NMC), permit("M-1", LV));
        w.refuse(Rule::M07, (LV, MIN), permit("M-1", LV));
        w.refuse(Rule::M07, (EE, NMC), deny("M-1", LV));
        w.refuse(Rule::M07, (LT, NMC), permit("M-1", LT));
        let backwards = permit("M-1", LV).with("window_to", "2026-02-10T00:00:00Z");
        w.refuse(Rule::S05, (LV, NMC), backwards);
        // There is nothing to extend yet.
        w.refuse(Rule::M07, (LV, NMC), give_time("M-1", LV));
        w.accept((LV, NMC), permit("M-1", LV));
        let no = w.refuse(Rule::M07, (LV, NMC), deny("M-1", LV));
        assert!(no.why.contains("LV has answered for movement M-1"), "{no}");
        w.refuse(Rule::S03, (EE, NMC), ask("M-1", LV));
        w.refuse(Rule::M07, (LT, NMC), give_time("M-1", LV));
        w.refuse(Rule::S05, (LV, NMC), give_time("M-1", LV).with("window_to", "2026-02-11T00:00:00Z"));
        w.accept((LV, NMC), give_time("M-1", LV));
        // A refused request may be made again.
        w.accept((EE, NMC), ask("M-1", LT));
        w.accept((LT, NMC), deny("M-1", LT));
        w.refuse(Rule::M07, (LT, NMC), give_time("M-1", LT));
        w.movement_is("M-1", "refused");
        w.permitted("M-1", LT);
        w.movement_is("M-1", "granted");
        // A request for a movement that is over needs no answer.
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02"));
        w.accept((EE, NMC), ask("M-2", LV));
        w.accept((EE, NMC), call_off("M-2"));
        w.refuse(Rule::S03, (LV, NMC), permit("M-2", LV));
        w.refuse(Rule::S03, (LV, NMC), give_time("M-2", LV));
        assert_eq!(w.state.unanswered_permissions().count(), 0);
    }
);

scenario!(
    a_host_has_its_time_to_answer_and_less_of_it_in_a_crisis,
    [],
    [PermissionRequested, PermissionGranted, PermissionRefused],
    |w| {
        *w = World::with_borders();
        w.accept((EE, NMC), plan("M-1"));
        let crisis = declare("CR-1", LT, &["LOAN"], "2026-01-30T09:00:00Z", "2026-02-01T09:00:00Z");
        w.accept((LT, DTY), crisis.with("starts_at", json!(w.now)));
        w.accept((EE, NMC), ask("M-1", LV));
        w.accept((EE, NMC), ask("M-1", LT));
        let waiting: Vec<(String, u64)> = w
            .state
            .unanswered_permissions()
            .map(|(id, host, last)| (format!("{id} {host}"), last.answer_due.since(last.since)))
            .collect();
        let hours = 3_600_000;
        assert_eq!(waiting, [("M-1 LT".to_owned(), 6 * hours), ("M-1 LV".to_owned(), 72 * hours)]);
        // An answer after its time counts, and is flagged. What was agreed later changes no clock that runs.
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime_with(json!({ "permission_answer_h": 1 })));
        w.clock("2026-01-31T09:00:00Z");
        w.accept((LV, NMC), permit("M-1", LV));
        w.accept((LT, NMC), deny("M-1", LT));
        let movement = w.state.movement(&"M-1".parse().unwrap()).unwrap();
        let late = |host: &str| movement.hosts[&party(host)].permissions[0].answer.as_ref().unwrap().late;
        assert_eq!([late(LV), late(LT)], [false, true]);
        assert_eq!(w.state.unanswered_permissions().count(), 0);
    }
);

scenario!(a_refusal_stands_until_the_plan_changes, [M01], [PermissionRefused, MovementAmended], |w| {
    *w = World::with_borders();
    w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
    w.accept((EE, NMC), plan("M-1"));
    w.permitted("M-1", LT);
    w.accept((EE, NMC), ask("M-1", LV));
    w.accept((LV, NMC), deny("M-1", LV));
    // Latvia's standing authorisation covers the convoy, and yet its own word goes first.
    w.refuse(Rule::M01, (EE, NMC), notify("M-1", &[LV]));
    let no = w.refuse(Rule::M01, (EE, TFC), start("M-1"));
    assert!(no.why.contains("LV has refused movement M-1 in entry"), "{no}");
    w.accept((EE, NMC), amend("M-1").with("load_class", 20));
    w.accept((EE, NMC), notify("M-1", &[LV]));
    w.movement_is("M-1", "notified");
    w.accept((EE, TFC), start("M-1"));
    assert_eq!(w.basis("M-1", LV)["basis"], "standing");
});

scenario!(a_permission_goes_as_far_as_what_was_asked, [M01], [MovementAmended, PermissionRequested], |w| {
    *w = World::with_borders();
    w.planned("M-1");
    let valga = || {
        let mut leg = first_leg();
        leg["point"] = json!(VALGA);
        json!([leg, second_leg()])
    };
    let late = || {
        let mut leg = second_leg();
        leg["eta"] = json!("2026-02-10T23:59:01Z");
        json!([first_leg(), leg])
    };
    let hazards = json!([{ "hazard": "1.2E", "neq_g": 1 }, { "hazard": "1.4S", "neq_g": 1 }]);
    for (field, value, words) in [
        ("persons", json!(121), "persons: 121, asked were 120"),
        ("vehicles", json!([{ "class": "LIGHT", "count": 31 }]), "vehicles: 31, asked were 30"),
        ("load_class", json!(31), "load class: 31, asked were 30"),
        ("dangerous_goods", json!([{ "hazard": "1.2E", "neq_g": 50_001 }]), "50001, asked were 50000"),
        ("dangerous_goods", hazards, "explosives 1.4S were not named"),
        ("oversize", json!(true), "oversize loads were not named"),
        ("union_goods", json!(false), "goods without Union status were not named"),
        ("legs", valga(), "the crossing points were others"),
        ("legs", late(), "the leg over Grenctale is planned from"),
    ] {
        w.accept((EE, NMC), amend("M-1").with(field, value));
        let no = w.refuse(Rule::M01, (EE, TFC), start("M-1"));
        assert!(no.why.contains(words), "{no}");
        w.movement_is("M-1", "planned");
    }
    // Arms that were not named are refused as well.
    w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02").with("armed", false));
    w.permitted("M-2", LV);
    w.permitted("M-2", LT);
    w.accept((EE, NMC), amend("M-2"));
    let no = w.refuse(Rule::M01, (EE, TFC), start("M-2"));
    assert!(no.why.contains("arms were not named"), "{no}");
    // A window that the host adds makes room for the late leg; less than what was asked is covered.
    w.accept((LT, NMC), give_time("M-1", LT).with("window_from", "2026-02-10T00:00:00Z"));
    w.accept((EE, TFC), start("M-1"));
    // What goes further is asked for again, even while the first request waits.
    w.accept((EE, NMC), ask("M-2", LV));
    w.accept((EE, NMC), amend("M-2").with("persons", 130));
    w.permitted("M-2", LV);
    w.permitted("M-2", LT);
    w.accept((EE, NMC), amend("M-2").with("persons", 100));
    w.refuse(Rule::M05, (EE, TFC), start("M-2"));
    w.accept((EE, TFC), start("M-2").with("persons", 100));
});

scenario!(
    within_a_standing_authorisation_a_notice_is_enough,
    [M05, S03, S05, I03, S01],
    [MovementNotified, MovementAcknowledged, MovementStarted, MovementAmended],
    |w| {
        *w = World::with_borders();
        w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
        w.accept((LT, MIN), authorise("SA-2", "MOVE", LT, EE, convoy_limits()));
        w.accept((EE, NMC), plan("M-1"));
        let no = w.refuse(Rule::M05, (EE, TFC), start("M-1"));
        assert_eq!(no.why, "LV was not notified of movement M-1 as it is planned");
        w.refuse(Rule::S01, (EE, NMC), notify("M-9", &[LT, LV]));
        w.refuse(Rule::S05, (EE, NMC), notify("M-1", &[]));
        w.refuse(Rule::S05, (EE, NMC), notify("M-1", &[LV, LT]));
        w.refuse(Rule::S05, (EE, NMC), notify("M-1", &[EE, LV]));
        w.refuse(Rule::I03, (LV, NMC), notify("M-1", &[LT, LV]));
        w.refuse(Rule::S03, (LV, NMC), acknowledge("M-1", LV));
        w.accept((EE, NMC), notify("M-1", &[LT, LV]));
        w.movement_is("M-1", "notified");
        // A receipt is no consent, and there is one for one notice.
        w.refuse(Rule::I03, (LT, NMC), acknowledge("M-1", LV));
        w.refuse(Rule::S01, (LV, NMC), acknowledge("M-9", LV));
        w.accept((LV, NMC), acknowledge("M-1", LV));
        w.refuse(Rule::S03, (LV, NMC), acknowledge("M-1", LV));
        // Of a plan that goes further the hosts are notified anew.
        let grown = || amend("M-1").with("dangerous_goods", json!([{ "hazard": "1.2E", "neq_g": 1 }]));
        w.accept((EE, NMC), grown());
        w.accept((EE, NMC), notify("M-1", &[LT, LV]));
        w.accept((EE, NMC), amend("M-1"));
        w.refuse(Rule::M05, (EE, TFC), start("M-1"));
        // Who has permitted the movement needs no notice.
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02"));
        w.permitted("M-2", LV);
        let no = w.refuse(Rule::S03, (EE, NMC), notify("M-2", &[LT, LV]));
        assert_eq!(no.why, "LV has permitted movement M-2 and needs no notice");
        w.accept((EE, NMC), notify("M-2", &[LT]));
        w.movement_is("M-2", "notified");
        // The notice and the start go in one act of one officer.
        let started = w.accept_all((EE, NMC), &[notify("M-1", &[LT, LV]), start("M-1")]);
        assert_eq!(w.state.reliances(started).len(), 2);
        assert_eq!(w.state.ratifications().count(), 0);
        w.refuse(Rule::S03, (EE, NMC), notify("M-1", &[LT, LV]));
    }
);

scenario!(
    beyond_each_limit_of_an_authorisation_the_host_is_asked,
    [M05],
    [StandingAuthorisationAmended, MovementNotified, PermissionGranted, MovementStarted],
    |w| {
        *w = World::with_borders();
        w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
        w.accept((EE, NMC), plan("M-1"));
        w.permitted("M-1", LT);
        let change = |limits: serde_json::Value, notice_h: u32| {
            draft(
                "StandingAuthorisationAmended",
                json!({
                    "authorisation": "SA-1", "limits": limits, "notice_h": notice_h, "valid_to": "2026-12-31",
                }),
            )
        };
        for (limit, least) in [
            ("persons", json!(119)),
            ("vehicles", json!(29)),
            ("load_class", json!(29)),
            ("neq_g", json!(49_999)),
            ("armed", json!(false)),
            ("hazards", json!(["1.4S"])),
            ("crossing_points", json!([IKLA])),
            ("crossing_points", json!([GRENCTALE])),
            ("purposes", json!(["TRAINING"])),
            ("modes", json!(["RAIL"])),
            ("at_once", json!(0)),
        ] {
            let mut limits = convoy_limits();
            limits[limit] = least;
            w.accept((LV, MIN), change(limits, 0));
            let no = w.refuse(Rule::M05, (EE, NMC), notify("M-1", &[LV]));
            assert!(
                no.why.contains("LV has not consented to movement M-1; authorisation SA-1 of LV"),
                "{no}"
            );
            w.refuse(Rule::M05, (EE, TFC), start("M-1"));
        }
        w.accept((LV, MIN), change(convoy_limits(), 0));
        w.accept((EE, NMC), amend("M-1").with("oversize", true));
        w.refuse(Rule::M05, (EE, NMC), notify("M-1", &[LV]));
        w.accept((EE, NMC), amend("M-1"));
        // The convoy enters Latvia at six; twelve hours before that is six o'clock on the day before.
        w.accept((LV, MIN), change(convoy_limits(), 12));
        w.clock("2026-02-09T18:00:01Z");
        // That the notice was written in time, as its author says, does not help: it could not be read.
        let early = notify("M-1", &[LV]).occurred("2026-02-09T12:00:00Z");
        let no = w.refuse(Rule::M05, (EE, NMC), early);
        assert!(no.why.contains("notice: 719 minutes, at least 12 hours"), "{no}");
        w.now = "2026-02-09T18:00:00Z".parse().unwrap();
        w.accept((EE, NMC), notify("M-1", &[LV]));
        // What is beyond a limit is lawful when the host says so.
        w.accept((EE, NMC), amend("M-1").with("oversize", true));
        w.refuse(Rule::M05, (EE, TFC), start("M-1").occurred("2026-02-09T18:00:00Z"));
        w.permitted("M-1", LV);
        w.permitted("M-1", LT);
        w.accept((EE, TFC), start("M-1"));
        assert_eq!(w.basis("M-1", LV)["basis"], "explicit");
    }
);

scenario!(so_many_move_at_once_under_an_authorisation, [M05], [MovementStarted, MovementCompleted], |w| {
    *w = World::with_borders();
    w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
    w.accept((EE, NMC), plan("M-1").with("legs", json!([first_leg()])));
    let second = plan("M-2").with("number", "10-EENMC-02");
    w.accept((EE, NMC), second.with("legs", json!([first_leg()])));
    w.accept((EE, NMC), notify("M-1", &[LV]));
    w.accept((EE, NMC), notify("M-2", &[LV]));
    w.accept((EE, TFC), start("M-1"));
    let no = w.refuse(Rule::M05, (EE, TFC), start("M-2"));
    assert!(no.why.contains("1 movements are under way, at most 1"), "{no}");
    w.clock("2026-02-10T07:00:00Z");
    w.accept((EE, TFC), cross("M-1", IKLA));
    w.refuse(Rule::M05, (EE, TFC), start("M-2"));
    w.accept((EE, TFC), arrive("M-1"));
    w.accept((EE, TFC), start("M-2"));
});

scenario!(
    what_has_started_stays_lawful_when_its_authorisation_is_suspended,
    [G01],
    [StandingAuthorisationSuspended, BorderCrossed],
    |w| {
        *w = World::with_borders();
        let suspend = || {
            draft("StandingAuthorisationSuspended", json!({ "authorisation": "SA-1", "reason": "unrest" }))
        };
        w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
        let legs = || json!([first_leg()]);
        w.accept((EE, NMC), plan("M-1").with("legs", legs()));
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02").with("legs", legs()));
        w.accept((EE, NMC), notify("M-1", &[LV]));
        w.accept((EE, NMC), notify("M-2", &[LV]));
        w.accept((EE, TFC), start("M-1"));
        w.accept((LV, NMC), suspend());
        let no = w.refuse(Rule::G01, (EE, TFC), start("M-2"));
        assert!(no.why.contains("authorisation SA-1 of LV is suspended since entry"), "{no}");
        w.clock("2026-02-10T07:00:00Z");
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.accept((EE, TFC), arrive("M-1"));
    }
);

scenario!(an_authorisation_to_move_goes_one_way, [G02], [MovementNotified], |w| {
    *w = World::with_borders();
    w.accept((EE, MIN), authorise("SA-1", "MOVE", EE, LV, convoy_limits()));
    w.accept((EE, NMC), plan("M-1").with("legs", json!([first_leg()])));
    let no = w.refuse(Rule::G02, (EE, NMC), notify("M-1", &[LV]));
    assert!(no.why.contains("authorisation SA-1 goes from EE to LV"), "{no}");
    let mut back = first_leg();
    (back["from"], back["to"]) = (json!(LV), json!(EE));
    let latvian = plan("M-2").with("sending", LV).with("number", "10-LVNMC-01");
    w.accept((LV, NMC), latvian.with("legs", json!([back])).with("vehicles", json!([])));
    w.accept((LV, NMC), notify("M-2", &[EE]));
});

scenario!(
    a_movement_is_cancelled_before_it_starts,
    [S03, I03, S01],
    [MovementCancelled, MovementStarted],
    |w| {
        *w = World::with_borders();
        w.planned("M-1");
        w.refuse(Rule::I03, (LV, NMC), call_off("M-1"));
        w.refuse(Rule::S01, (EE, NMC), call_off("M-9"));
        w.accept((EE, NMC), call_off("M-1"));
        w.movement_is("M-1", "cancelled");
        w.refuse(Rule::S03, (EE, NMC), call_off("M-1"));
        w.refuse(Rule::S03, (EE, NMC), amend("M-1"));
        w.refuse(Rule::S03, (EE, NMC), ask("M-1", LV));
        w.refuse(Rule::S03, (EE, TFC), start("M-1"));
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02"));
        w.permitted("M-2", LV);
        w.permitted("M-2", LT);
        w.accept((EE, TFC), start("M-2"));
        w.refuse(Rule::S03, (EE, NMC), call_off("M-2"));
        w.refuse(Rule::S03, (EE, NMC), amend("M-2"));
        w.refuse(Rule::S03, (EE, TFC), start("M-2"));
    }
);
