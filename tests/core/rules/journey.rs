//! Movements on their way: borders, windows, counts, customs, stops, stays, and what a crisis changes.

use ledger_core::domain::Rule;
use ledger_core::ledger::state_digest::write_document;
use serde_json::json;

use super::movement_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

scenarios!(
    a_border_is_crossed_inside_its_window,
    states_are_visited_in_their_order,
    who_went_out_comes_in_or_is_reported,
    a_host_stops_a_movement_at_any_time,
    in_a_crisis_of_the_host_the_start_is_the_notice,
    a_state_that_refused_to_ratify_is_not_entered,
    in_a_crisis_of_its_own_the_duty_officer_moves_the_force,
    goods_without_union_status_carry_a_form_302,
    in_a_crisis_the_form_302_may_follow,
    what_is_open_of_movements_is_listed,
    who_sends_goods_plans_their_carriage,
    a_movement_changes_nobodys_owner_or_holder,
    a_stay_beyond_a_movement_is_registered_by_the_host,
);

scenario!(
    a_border_is_crossed_inside_its_window,
    [M02],
    [BorderCrossed, DeviationReported, PermissionExtended],
    |w| {
        *w = World::with_borders();
        w.accept((LT, MIN), authorise("SA-2", "MOVE", LT, EE, convoy_limits()));
        w.accept((EE, NMC), plan("M-1"));
        w.accept((EE, NMC), ask("M-1", LV));
        // Latvia gives from six to twelve, Lithuania was notified of two to eight in the afternoon.
        let morning = permit("M-1", LV).with("window_from", "2026-02-10T06:00:00Z");
        w.accept((LV, NMC), morning.with("window_to", "2026-02-10T12:00:00Z"));
        w.accept((EE, NMC), notify("M-1", &[LT]));
        w.clock("2026-02-10T04:00:00Z");
        w.accept((EE, TFC), start("M-1"));
        // Half an hour was agreed on; what is agreed on later does not change what is under way.
        w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime_with(json!({ "crossing_tolerance_min": 0 })));
        w.clock("2026-02-10T13:00:00Z");
        let at = |point: &str, moment: &str| cross("M-1", point).occurred(moment);
        let no = w.refuse(Rule::M02, (EE, TFC), at(IKLA, "2026-02-10T05:29:59Z"));
        assert!(no.why.contains("may enter LV from 2026-02-10T06:00:00Z to 2026-02-10T12:00:00Z"), "{no}");
        w.refuse(Rule::M02, (EE, TFC), at(IKLA, "2026-02-10T12:30:01Z"));
        w.accept((EE, TFC), at(IKLA, "2026-02-10T12:30:00Z"));
        // A deviation that is reported permits nothing.
        w.clock("2026-02-11T01:00:00Z");
        w.accept((EE, TFC), deviate("M-1"));
        w.refuse(Rule::M02, (EE, TFC), cross("M-1", GRENCTALE));
        w.accept((LT, NMC), give_time("M-1", LT));
        w.refuse(Rule::M02, (EE, TFC), at(GRENCTALE, "2026-02-10T20:30:01Z"));
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        let deviations = &w.state.movement(&"M-1".parse().unwrap()).unwrap().deviations;
        assert_eq!(deviations.len(), 1);
    }
);

scenario!(
    states_are_visited_in_their_order,
    [M03, S01, S03, S05, I03],
    [BorderCrossed, LegCompleted, MovementCompleted],
    |w| {
        *w = World::with_borders();
        w.planned("M-1");
        w.clock("2026-02-10T06:00:00Z");
        w.refuse(Rule::S03, (EE, TFC), cross("M-1", IKLA));
        w.refuse(Rule::S03, (EE, TFC), rest("M-1", "Tartu"));
        w.refuse(Rule::S03, (EE, TFC), arrive("M-1"));
        w.refuse(Rule::S01, (EE, TFC), start("M-9"));
        w.refuse(Rule::I03, (LV, TFC), start("M-1"));
        w.accept((EE, TFC), start("M-1"));
        w.refuse(Rule::S01, (EE, TFC), cross("M-9", IKLA));
        w.refuse(Rule::I03, (LV, NMC), cross("M-1", IKLA));
        let no = w.refuse(Rule::M03, (EE, TFC), cross("M-1", GRENCTALE));
        assert_eq!(no.why, "movement M-1 crosses from EE to LV over Ikla, not over Grenctale");
        w.refuse(Rule::M03, (EE, TFC), cross("M-1", VALGA));
        w.refuse(Rule::M03, (EE, TFC), rest("M-1", "Tartu"));
        w.refuse(Rule::M03, (EE, TFC), arrive("M-1"));
        w.clock("2026-02-10T08:00:00Z");
        // Nobody is at the border before the start, nor at the next one before the first.
        w.refuse(Rule::S05, (EE, TFC), cross("M-1", IKLA).occurred("2026-02-10T05:59:00Z"));
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.refuse(Rule::M03, (EE, TFC), cross("M-1", IKLA));
        w.refuse(Rule::S05, (EE, TFC), rest("M-1", "Riga").occurred("2026-02-10T07:00:00Z"));
        w.accept((EE, TFC), rest("M-1", "Riga"));
        w.refuse(Rule::M03, (EE, TFC), rest("M-1", "Riga"));
        w.refuse(Rule::M03, (EE, TFC), arrive("M-1"));
        w.refuse(Rule::S05, (EE, TFC), cross("M-1", GRENCTALE).occurred("2026-02-10T07:30:00Z"));
        w.clock("2026-02-10T15:00:00Z");
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        w.refuse(Rule::M03, (EE, TFC), cross("M-1", GRENCTALE));
        w.refuse(Rule::S05, (EE, TFC), arrive("M-1").occurred("2026-02-10T14:00:00Z"));
        w.accept((EE, TFC), arrive("M-1"));
        for over in [cross("M-1", GRENCTALE), rest("M-1", "Kaunas"), arrive("M-1")] {
            w.refuse(Rule::S03, (EE, TFC), over);
        }
        w.refuse(Rule::S03, (LV, NMC), give_time("M-1", LV));
    }
);

scenario!(
    who_went_out_comes_in_or_is_reported,
    [M04, M05, S01, S02, S03, S05, I03, I04],
    [MovementStarted, IncidentReported, BorderCrossed, LegCompleted, MovementCompleted],
    |w| {
        *w = World::with_borders();
        w.accept((EE, PBO), register(GUN, EE));
        w.planned("M-1");
        w.refuse(Rule::S03, (EE, TFC), incident("M-1", "I-1"));
        w.refuse(Rule::S03, (EE, TFC), deviate("M-1"));
        w.clock("2026-02-10T06:00:00Z");
        let counted = |draft: Draft, persons: u32, vehicles: u32| {
            draft.with("persons", persons).with("vehicles", vehicles)
        };
        w.refuse(Rule::M05, (EE, TFC), counted(start("M-1"), 121, 30));
        w.refuse(Rule::M05, (EE, TFC), counted(start("M-1"), 120, 31));
        w.accept((EE, TFC), counted(start("M-1"), 119, 29));
        for (persons, vehicles) in [(120, 29), (119, 30), (118, 29), (119, 28)] {
            w.refuse(Rule::M04, (EE, TFC), counted(cross("M-1", IKLA), persons, vehicles));
        }
        // An incident accounts for those who stay behind.
        w.refuse_lacking(
            Rule::I04,
            ledger_core::domain::codes::DocumentKind::IncidentReport,
            (EE, TFC),
            incident("M-1", "I-1"),
        );
        w.refuse(Rule::I03, (EE, HRH), incident("M-1", "I-1"));
        w.refuse(Rule::S01, (EE, TFC), incident("M-9", "I-1"));
        w.refuse(Rule::S01, (EE, TFC), incident("M-1", "I-1").with("items", json!([GUN2])));
        w.refuse(Rule::M04, (EE, TFC), incident("M-1", "I-1").with("persons_lost", 120));
        w.refuse(Rule::M04, (EE, TFC), incident("M-1", "I-1").with("vehicles_lost", 30));
        w.refuse(Rule::S05, (EE, TFC), incident("M-1", "I-1").with("items", json!([GUN, GUN])));
        w.accept((EE, TFC), incident("M-1", "I-1").with("items", json!([GUN])));
        w.refuse(Rule::S02, (EE, TFC), incident("M-1", "I-1"));
        w.refuse(Rule::M04, (EE, TFC), counted(cross("M-1", IKLA), 119, 29));
        w.accept((EE, TFC), counted(cross("M-1", IKLA), 117, 28));
        w.refuse(Rule::M04, (EE, TFC), counted(rest("M-1", "Riga"), 116, 28));
        w.accept((EE, TFC), counted(rest("M-1", "Riga"), 117, 28));
        w.accept((EE, NMC), incident("M-1", "I-2").with("kind", "ABSENCE").with("vehicles_lost", 0));
        w.clock("2026-02-10T15:00:00Z");
        w.accept((EE, TFC), counted(cross("M-1", GRENCTALE), 115, 28));
        w.refuse(Rule::M04, (EE, TFC), counted(arrive("M-1"), 117, 28));
        w.accept((EE, TFC), counted(arrive("M-1"), 115, 28));
        w.refuse(Rule::S03, (EE, TFC), incident("M-1", "I-3"));
        w.refuse(Rule::I03, (LV, NMC), deviate("M-1"));
        w.refuse(Rule::S03, (EE, TFC), deviate("M-1"));
        assert_eq!(w.state.incidents().count(), 2);
    }
);

scenario!(
    a_host_stops_a_movement_at_any_time,
    [S01, S03, S05, I03],
    [MovementHalted, MovementReleased, BorderCrossed],
    |w| {
        *w = World::with_borders();
        w.planned("M-1");
        w.clock("2026-02-10T06:00:00Z");
        w.refuse(Rule::I03, (EE, NMC), halt("M-1", LV));
        w.refuse(Rule::S05, (EE, NMC), halt("M-1", EE));
        w.refuse(Rule::S01, (LV, NMC), halt("M-9", LV));
        w.refuse(Rule::S03, (LV, NMC), release("M-1", LV));
        // Before the start, on the way and in the host's own state.
        w.accept((LT, NMC), halt("M-1", LT));
        let no = w.refuse(Rule::S03, (EE, TFC), start("M-1"));
        assert_eq!(no.why, "LT has stopped movement M-1");
        w.refuse(Rule::I03, (LV, NMC), release("M-1", LT));
        w.accept((LT, NMC), release("M-1", LT));
        w.accept((EE, TFC), start("M-1"));
        w.accept((LV, NMC), halt("M-1", LV));
        w.refuse(Rule::S03, (LV, NMC), halt("M-1", LV));
        w.movement_is("M-1", "halted");
        w.refuse(Rule::S03, (EE, TFC), cross("M-1", IKLA));
        w.accept((LT, NMC), halt("M-1", LT));
        w.accept((LV, NMC), release("M-1", LV));
        w.refuse(Rule::S03, (EE, TFC), cross("M-1", IKLA));
        w.accept((LT, NMC), release("M-1", LT));
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.accept((LV, NMC), halt("M-1", LV));
        w.refuse(Rule::S03, (EE, TFC), rest("M-1", "Riga"));
        w.accept((LV, NMC), release("M-1", LV));
        w.clock("2026-02-10T15:00:00Z");
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        // Who was left behind has nothing to stop.
        w.refuse(Rule::S03, (LV, NMC), halt("M-1", LV));
        w.accept((LT, NMC), halt("M-1", LT));
        w.refuse(Rule::S03, (EE, TFC), arrive("M-1"));
        w.accept((LT, NMC), release("M-1", LT));
        w.accept((EE, TFC), arrive("M-1"));
        w.refuse(Rule::S03, (LT, NMC), halt("M-1", LT));
    }
);

/// A crisis in which consents to move are given up, from the ninth to the eleventh of February.
fn crisis(party: &str) -> Draft {
    declare("CR-1", party, &["MOVE"], "2026-02-09T09:00:00Z", "2026-02-11T00:00:00Z")
}

scenario!(
    in_a_crisis_of_the_host_the_start_is_the_notice,
    [M01, M05, M08],
    [MovementStarted, MovementHalted, PermissionExtended, BorderCrossed, ActRatified],
    |w| {
        *w = World::with_borders();
        w.accept((LT, MIN), authorise("SA-2", "MOVE", LT, EE, convoy_limits()));
        w.accept((EE, NMC), plan("M-1"));
        w.day("2026-02-09");
        w.refuse(Rule::M01, (EE, TFC), start("M-1"));
        w.accept((LV, DTY), crisis(LV));
        // Lithuania is in no crisis: it is notified of what rests on its authorisation.
        w.refuse(Rule::M05, (EE, TFC), start("M-1"));
        w.accept((LT, MIN), crisis(LT));
        w.clock("2026-02-10T04:00:00Z");
        let started = w.accept((EE, TFC), start("M-1"));
        assert_eq!(w.basis("M-1", LV), json!({ "basis": "crisis", "crisis": "CR-1" }));
        assert_eq!(w.basis("M-1", LT), json!({ "basis": "crisis", "crisis": "CR-1" }));
        let owed: Vec<String> = w
            .state
            .ratifications()
            .map(|((entry, party), debt)| format!("{entry} {party} {}", debt.subject))
            .collect();
        assert_eq!(owed, [format!("{started} LT movement M-1"), format!("{started} LV movement M-1")]);
        // Even in a crisis the host may stop it.
        w.accept((LV, NMC), halt("M-1", LV));
        w.refuse(Rule::S03, (EE, TFC), cross("M-1", IKLA));
        w.accept((LV, NMC), release("M-1", LV));
        w.clock("2026-02-10T11:00:00Z");
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.accept((LV, NMC), draft("ActRatified", json!({ "entry": started, "party": LV })));
        // The crisis ends before the convoy enters Lithuania.
        w.clock("2026-02-10T14:30:00Z");
        w.accept(
            (LT, MIN),
            draft("CrisisEnded", json!({ "crisis": "CR-1", "party": LT, "reason": "it is over" })),
        );
        let no = w.refuse(Rule::M08, (EE, TFC), cross("M-1", GRENCTALE));
        assert!(no.why.contains("enters LT by its crisis CR-1, which does not hold at"), "{no}");
        w.accept((LT, NMC), give_time("M-1", LT).with("window_from", "2026-02-10T14:00:00Z"));
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        w.accept((EE, TFC), arrive("M-1"));
        let mut document = Vec::new();
        write_document(&w.state, &mut document).unwrap();
        let document = String::from_utf8(document).unwrap();
        let row = document.lines().find(|line| line.starts_with(r#"{"table":"movements""#)).unwrap();
        assert!(row.contains(r#""hosts":{"LT":{"permissions":[]"#), "{row}");
        // Nobody is bound by the crisis of another.
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02").with("purpose", "DEPLOYMENT"));
        w.refuse(Rule::M05, (EE, TFC), start("M-2"));
        w.accept(
            (LT, MIN),
            draft("StandingAuthorisationRevoked", json!({ "authorisation": "SA-2", "reason": "x" })),
        );
        w.refuse(Rule::G01, (EE, TFC), start("M-2"));
    }
);

scenario!(
    a_state_that_refused_to_ratify_is_not_entered,
    [M01, G03],
    [RatificationRefused, UnwindingClosed, StayRegistered, ReturnCompleted],
    |w| {
        *w = World::with_borders();
        w.accept((EE, NMC), plan("M-1"));
        w.day("2026-02-09");
        w.accept((LV, DTY), crisis(LV));
        w.accept((LT, DTY), crisis(LT));
        w.clock("2026-02-10T06:00:00Z");
        let entry = w.accept((EE, TFC), start("M-1"));
        let refuse = |party: &str| {
            draft("RatificationRefused", json!({ "entry": entry, "party": party, "reason": "not agreed" }))
        };
        let close = |party: &str, remedy: &str| {
            draft(
                "UnwindingClosed",
                json!({ "entry": entry, "party": party, "remedy": remedy, "finding": "they went home" }),
            )
        };
        w.accept((LT, NMC), refuse(LT));
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.accept((LV, NMC), refuse(LV));
        w.clock("2026-02-10T15:00:00Z");
        let no = w.refuse(Rule::M01, (EE, TFC), cross("M-1", GRENCTALE));
        assert!(no.why.contains("LT has refused in entry"), "{no}");
        // Lithuania was never entered; in Latvia the unit still is, until Latvia says that it has gone.
        w.agree(&[(LT, NMC), (EE, NMC)], close(LT, "RETURN"));
        w.refuse(Rule::G03, (LV, NMC), close(LV, "RETURN"));
        w.accept((LV, NMC), stay("M-1", LV));
        w.refuse(Rule::G03, (LV, NMC), close(LV, "RETURN"));
        w.accept((LV, NMC), leave("M-1", LV));
        w.agree(&[(LV, NMC), (EE, NMC)], close(LV, "RETURN"));
    }
);

scenario!(
    in_a_crisis_of_its_own_the_duty_officer_moves_the_force,
    [I03],
    [MovementPlanned, PermissionRequested, MovementNotified, MovementStarted, BorderCrossed],
    |w| {
        *w = World::with_borders();
        w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
        w.day("2026-02-09");
        w.refuse(Rule::I03, (EE, DTY), plan("M-1"));
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02"));
        for act in [ask("M-2", LT), notify("M-2", &[LV]), amend("M-2"), start("M-2"), cross("M-2", IKLA)] {
            w.refuse(Rule::I03, (EE, DTY), act);
        }
        w.accept((EE, DTY), crisis(EE));
        w.accept_all((EE, DTY), &[plan("M-1"), ask("M-1", LT), notify("M-1", &[LV])]);
        w.accept((LT, NMC), permit("M-1", LT));
        w.clock("2026-02-10T06:00:00Z");
        w.accept((EE, DTY), start("M-1"));
        w.accept((EE, DTY), cross("M-1", IKLA));
        // Its own crisis binds no other state.
        assert_eq!(w.basis("M-1", LV)["basis"], "standing");
        assert_eq!(w.state.ratifications().count(), 0);
    }
);

scenario!(
    goods_without_union_status_carry_a_form_302,
    [M06, S01, S03, S05, I03],
    [CustomsCovered, MovementStarted],
    |w| {
        *w = World::with_borders();
        let serial = "EE20260210NO000123";
        w.accept((EE, PBO), register(GUN, EE));
        w.agreed("SALE", "SALE-1", EE, LT, &[GUN]);
        w.accept((EE, NMC), plan("M-1").with("union_goods", false).with("transfers", json!(["SALE-1"])));
        w.permitted("M-1", LV);
        w.permitted("M-1", LT);
        // What is sold does not travel under the form, neither when it is made out nor at the start.
        w.refuse(Rule::M06, (EE, CUS), cover("M-1", serial));
        w.refuse(Rule::M06, (EE, TFC), start("M-1"));
        w.accept((EE, NMC), amend("M-1").with("union_goods", false));
        let no = w.refuse(Rule::M06, (EE, TFC), start("M-1"));
        assert_eq!(no.why, "movement M-1 carries goods without Union status and no form 302");
        w.refuse(Rule::I03, (EE, NMC), cover("M-1", serial));
        w.refuse(Rule::S01, (EE, CUS), cover("M-9", serial));
        let paper = ledger_core::domain::codes::DocumentKind::Form302;
        w.refuse_lacking(Rule::M06, paper, (EE, CUS), cover("M-1", serial));
        w.refuse(Rule::M06, (EE, CUS), cover("M-1", "LV20260210NO000123"));
        w.refuse(Rule::M06, (EE, CUS), cover("M-1", "EE20260210UO000123"));
        w.refuse(Rule::S05, (EE, CUS), cover("M-1", serial).with("copies", 0));
        w.refuse(Rule::S05, (EE, CUS), cover("M-1", serial).with("copies", 6));
        w.accept((EE, CUS), cover("M-1", serial));
        // Each serial number is used once.
        w.accept((EE, NMC), plan("M-2").with("number", "10-EENMC-02").with("union_goods", false));
        let no = w.refuse(Rule::M06, (EE, CUS), cover("M-2", serial));
        assert!(no.why.contains("covers movement M-1 already"), "{no}");
        w.refuse(Rule::M06, (EE, CUS), cover("M-1", serial));
        let form = w.state.form_302(&serial.parse().unwrap()).map(|form| form.movement.to_string());
        assert_eq!(form.as_deref(), Some("M-1"));
        w.accept((EE, TFC), start("M-1"));
        w.accept((EE, NMC), call_off("M-2"));
        w.refuse(Rule::S03, (EE, CUS), cover("M-2", "EE20260210NO000124"));
        assert_eq!(w.state.customs_owed().count(), 0);
    }
);

scenario!(in_a_crisis_the_form_302_may_follow, [S03], [CustomsCovered, MovementCompleted], |w| {
    *w = World::with_borders();
    let (first, second) = ("EE20260212NO000123", "EE20260212NO000124");
    w.accept((EE, NMC), plan("M-1").with("union_goods", false));
    w.permitted("M-1", LV);
    w.permitted("M-1", LT);
    w.day("2026-02-09");
    w.accept((EE, DTY), crisis(EE));
    w.clock("2026-02-10T06:00:00Z");
    w.accept((EE, DTY), start("M-1"));
    let owed: Vec<String> = w.state.customs_owed().map(|(id, due)| format!("{id} {due}")).collect();
    assert_eq!(owed, ["M-1 2026-02-13T06:00:00Z"]);
    w.accept((EE, TFC), cross("M-1", IKLA));
    w.clock("2026-02-10T15:00:00Z");
    w.accept((EE, TFC), cross("M-1", GRENCTALE));
    w.accept((EE, TFC), arrive("M-1"));
    // The arrival is a fact; the form is owed all the same.
    assert_eq!(w.state.customs_owed().count(), 1);
    w.day("2026-02-12");
    w.accept((EE, CUS), cover("M-1", first));
    assert_eq!(w.state.customs_owed().count(), 0);
    w.refuse(Rule::S03, (EE, CUS), cover("M-1", second));
});

scenario!(what_is_open_of_movements_is_listed, [], [CustomsCovered, StayRegistered, ReturnCompleted], |w| {
    *w = World::with_borders();
    w.accept((EE, NMC), plan("M-1").with("union_goods", false).with("legs", json!([first_leg()])));
    assert_eq!(w.open_matters(), [""; 0]);
    w.day("2026-02-09");
    w.accept((EE, DTY), crisis(EE));
    w.clock("2026-02-09T10:00:00Z");
    w.accept((EE, NMC), ask("M-1", LV));
    assert_eq!(w.open_matters(), ["LV EE 2026-02-12T10:00:00Z permit or refuse movement M-1"]);
    w.accept((LV, NMC), permit("M-1", LV));
    assert_eq!(w.open_matters(), [""; 0]);
    w.clock("2026-02-10T06:00:00Z");
    w.accept((EE, TFC), start("M-1"));
    let form = "EE - 2026-02-13T06:00:00Z record the form 302 of movement M-1";
    assert_eq!(w.open_matters(), ["EE - 2026-02-10T12:30:00Z complete movement M-1, now in EE", form]);
    w.accept((EE, TFC), cross("M-1", IKLA));
    w.accept((LV, NMC), halt("M-1", LV));
    assert_eq!(w.open_matters(), ["EE LV 2026-02-10T12:30:00Z complete movement M-1, stopped by LV", form]);
    w.accept((LV, NMC), release("M-1", LV));
    w.accept((EE, TFC), arrive("M-1"));
    w.accept((LV, NMC), stay("M-1", LV));
    let leaving = "EE LV 2026-03-10T23:59:59.999Z leave LV, where the unit of movement M-1 stays";
    assert_eq!(w.open_matters(), [form, leaving]);
    w.accept((EE, CUS), cover("M-1", "EE20260210NO000123"));
    w.accept((LV, NMC), leave("M-1", LV));
    assert_eq!(w.open_matters(), [""; 0]);
});

scenario!(
    who_sends_goods_plans_their_carriage,
    [I03],
    [MovementPlanned, PermissionRequested, MovementNotified, MovementAmended, MovementStarted],
    |w| {
        *w = World::with_borders();
        w.accept((EE, PBO), register(GUN, EE));
        w.accept((LV, MIN), authorise("SA-1", "MOVE", LV, EE, convoy_limits()));
        w.accept((LT, MIN), authorise("SA-2", "MOVE", LT, EE, convoy_limits()));
        w.agreed("LOAN", "LOAN-1", EE, LT, &[GUN]);
        let carrying = |draft: Draft| draft.with("transfers", json!(["LOAN-1"])).with("items", json!([GUN]));
        w.refuse(Rule::I03, (EE, PBO), plan("M-1"));
        w.refuse(Rule::I03, (EE, HRH), carrying(plan("M-1")));
        // One officer sends the goods, plans their carriage and notifies both hosts in one act.
        w.accept_all(
            (EE, PBO),
            &[
                dispatch("C-1", "LOAN-1", &[GUN], "Tapa"),
                carrying(plan("M-1")),
                notify("M-1", &[LT, LV]),
                start("M-1"),
            ],
        );
        w.clock("2026-02-10T06:00:00Z");
        w.accept((EE, HRH), cross("M-1", IKLA));
        w.clock("2026-02-10T15:00:00Z");
        w.accept((EE, PBO), cross("M-1", GRENCTALE));
        w.accept((EE, HRH), arrive("M-1"));
        w.accept((LT, HRH), receive("C-1", &[GUN], "Rukla"));
        // The borrower carries the loan back.
        let mut back = first_leg();
        (back["point"], back["from"], back["to"]) = (json!(GRENCTALE), json!(LT), json!(LV));
        let home = carrying(plan("M-2")).with("sending", LT).with("number", "10-LTNMC-01");
        w.accept((LT, PBO), home.with("legs", json!([back.clone()])));
        w.accept((LT, PBO), ask("M-2", LV));
        w.accept((LT, PBO), carrying(amend("M-2")).with("legs", json!([back.clone()])).with("persons", 2));
        // Without goods of a transfer the movement centre plans.
        w.accept((LT, PBO), amend("M-2").with("legs", json!([back])));
        w.refuse(Rule::I03, (LT, PBO), call_off("M-2"));
    }
);

scenario!(
    a_movement_changes_nobodys_owner_or_holder,
    [],
    [MovementPlanned, MovementStarted, BorderCrossed, IncidentReported, MovementCompleted, StayRegistered],
    |w| {
        *w = World::with_borders();
        w.accept((EE, PBO), register(GUN, EE));
        w.accept((EE, PBO), register_ammunition(&of(ROUNDS, "500 EA"), EE));
        w.accept((EE, PBO), register(&of(FUEL, "20000 LTR"), EE));
        let before = [GUN, ROUNDS, FUEL].map(|item| w.positions(item));
        w.accept((EE, NMC), plan("M-1").with("items", json!([ROUNDS, FUEL, GUN])));
        w.permitted("M-1", LV);
        w.permitted("M-1", LT);
        w.clock("2026-02-10T06:00:00Z");
        w.accept((EE, TFC), start("M-1"));
        w.accept((EE, TFC), cross("M-1", IKLA));
        let lost = incident("M-1", "I-1").with("persons_lost", 0).with("vehicles_lost", 0);
        w.accept((EE, TFC), lost.with("kind", "LOSS").with("items", json!([GUN])));
        w.clock("2026-02-10T15:00:00Z");
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        w.accept((EE, TFC), arrive("M-1"));
        w.accept((LT, NMC), stay("M-1", LT));
        assert_eq!([GUN, ROUNDS, FUEL].map(|item| w.positions(item)), before);
    }
);

scenario!(
    a_stay_beyond_a_movement_is_registered_by_the_host,
    [S01, S03, S05, I03],
    [StayRegistered, ReturnCompleted],
    |w| {
        *w = World::with_borders();
        w.planned("M-1");
        w.clock("2026-02-10T06:00:00Z");
        w.accept((EE, TFC), start("M-1"));
        w.refuse(Rule::S03, (LT, NMC), stay("M-1", LT));
        w.accept((EE, TFC), cross("M-1", IKLA));
        w.clock("2026-02-10T15:00:00Z");
        w.accept((EE, TFC), cross("M-1", GRENCTALE));
        w.accept((EE, TFC), arrive("M-1"));
        w.refuse(Rule::I03, (EE, NMC), stay("M-1", LT));
        w.refuse(Rule::S01, (LT, NMC), stay("M-9", LT));
        w.refuse(Rule::S05, (EE, NMC), stay("M-1", EE));
        w.refuse(Rule::S03, (LV, NMC), stay("M-1", LV));
        w.refuse(Rule::S05, (LT, NMC), stay("M-1", LT).with("until", "2026-02-10"));
        w.refuse(Rule::S03, (LT, NMC), leave("M-1", LT));
        w.accept((LT, NMC), stay("M-1", LT));
        w.refuse(Rule::S03, (LT, NMC), stay("M-1", LT));
        w.accept((LT, NMC), stay("M-1", LT).with("until", "2026-03-31"));
        let open: Vec<String> =
            w.state.open_stays().map(|(id, host, stay)| format!("{id} {host} {}", stay.until)).collect();
        assert_eq!(open, ["M-1 LT 2026-03-31"]);
        w.refuse(Rule::I03, (LV, NMC), leave("M-1", LT));
        w.accept((LT, NMC), leave("M-1", LT));
        w.refuse(Rule::S03, (LT, NMC), leave("M-1", LT));
        assert_eq!(w.state.open_stays().count(), 0);
    }
);
