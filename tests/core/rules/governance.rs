//! Membership, and national exclusions (S06).

use ledger_core::domain::Rule;
use ledger_core::domain::codes::DocumentKind;
use ledger_core::domain::membership::Membership;
use serde_json::{Value, json};

use super::governance_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

const PL: &str = "PL";

fn membership(world: &World, code: &str) -> Membership {
    world.state.parties().find(|(known, _)| **known == party(code)).unwrap().1.membership
}

// ---------------------------------------------------------------------------------------- membership

scenario!(
    a_ministry_is_admitted_with_one_voice_and_enrols_its_officers,
    [S02, G05, I03, I04],
    [MinistryAdmitted, KeyEnrolled, ItemRegistered, TransferApproved],
    |w| {
        let root = key_of((PL, ROOT));
        w.refuse(Rule::S02, (EE, MIN), admit(LV, root));
        w.refuse(Rule::G05, (EE, MIN), admit(PL, key_of((LV, PBO))));
        w.refuse(Rule::I03, (EE, NAD), admit(PL, root));
        w.refuse_lacking(Rule::I04, DocumentKind::MembershipAct, (EE, MIN), admit(PL, root));
        let entry = w.begin((EE, MIN), admit(PL, root));
        w.sign((LT, MIN), entry);
        w.refuse(Rule::I03, (LT, MIN), countersign(entry));
        w.refuse(Rule::I03, (PL, ROOT), enrol(key_of((PL, PBO)), PL, PBO));
        w.sign((LV, MIN), entry);
        assert_eq!(membership(w, PL), Membership::Member);
        w.agree(&[(PL, ROOT), (EE, ROOT)], enrol(key_of((PL, PBO)), PL, PBO));
        w.accept((PL, PBO), register(GUN, PL));
        w.agreed("LOAN", "T-1", PL, LV, &[GUN]);
        // From now on the fourth is asked as well.
        let entry = w.begin((EE, MIN), regime());
        w.sign((LV, MIN), entry);
        w.sign((LT, MIN), entry);
        assert!(w.waits(entry));
    }
);

scenario!(
    a_suspended_party_takes_on_nothing_new_and_fulfils_what_it_took_on,
    [S06, S03],
    [MinistrySuspended, MinistryReinstated, ReturnReceived, LossReported],
    |w| {
        *w = World::with_regime();
        w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
        w.accept((LV, PBO), register(&of(FUEL, "9 LTR"), LV));
        w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
        w.accept((EE, PBO), propose("LOAN", "T-2", EE, LV, &[GUN2]));
        w.accept((EE, NAD), programme("P-1", EE));
        let entry = w.agree(&[(EE, MIN), (LT, MIN)], suspend(LV));
        assert_eq!(membership(w, LV), Membership::Suspended { entry });
        w.refuse(Rule::S03, (EE, MIN), suspend(LV));
        // Nothing new: neither by its own act nor by another's, nor by what is open.
        let no = w.refuse(Rule::S06, (LV, PBO), propose("SALE", "T-3", LV, EE, &[&of(FUEL, "1 LTR")]));
        assert!(no.to_string().contains(&format!("LV is suspended since entry {entry}")), "{no}");
        w.refuse(Rule::S06, (EE, PBO), propose("SALE", "T-3", EE, LV, &[GUN2]));
        w.refuse(Rule::S06, (LV, PBO), approve("T-2"));
        w.refuse(Rule::S06, (LV, PBO), extend("T-1", "2026-09-30"));
        w.refuse(Rule::S06, (LV, PBO), register(&of(ROUNDS, "5 EA"), LV));
        w.refuse(Rule::S06, (LV, NAD), programme("P-2", LV));
        w.refuse(Rule::S06, (LV, MIN), join("P-1", LV, "1/2"));
        w.refuse(Rule::S06, (LV, MIN), authorise("SA-1", "LOAN", LV, EE, json!({})));
        // What it took on before.
        w.accept((LV, PBO), consume(&of(FUEL, "1 LTR"), LV));
        w.accept((LV, HRH), lose("L-1", &[&of(FUEL, "1 LTR")], LV));
        w.accept((LV, PBO), send_back("K-2", "T-1", &[GUN], "Adazi"));
        w.accept((EE, PBO), take_back("K-2", &[GUN], "Tapa"));
        w.accept((LV, PBO), turn_down("T-2"));
        // The others act on without it.
        w.accept((EE, PBO), propose("LOAN", "T-4", EE, LT, &[GUN]));
        w.agree(&[(EE, MIN), (LT, MIN)], regime());
        w.agree(&[(LT, MIN), (EE, MIN)], reinstate(LV));
        assert_eq!(membership(w, LV), Membership::Member);
        w.refuse(Rule::S03, (EE, MIN), reinstate(LV));
        w.accept((EE, PBO), propose("SALE", "T-5", EE, LV, &[GUN2]));
    }
);

scenario!(a_programme_binds_no_suspended_participant, [S06], [ArrangementEffective, ContractSigned], |w| {
    w.accept((EE, NAD), programme("P-1", EE));
    w.accept((EE, MIN), join("P-1", EE, "1/2"));
    w.agree(&[(LV, MIN), (EE, MIN)], join("P-1", LV, "1/6"));
    w.agree(&[(LT, MIN), (EE, MIN)], join("P-1", LT, "1/3"));
    w.agree(&[(EE, MIN), (LT, MIN)], suspend(LV));
    w.refuse(Rule::S06, (EE, MIN), arrangement("P-1"));
    w.agree(&[(EE, MIN), (LT, MIN)], reinstate(LV));
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], arrangement("P-1"));
    w.agree(&[(EE, MIN), (LV, MIN)], suspend(LT));
    w.refuse(Rule::S06, (EE, PCO), contract("C-1", "P-1"));
    w.agree(&[(EE, MIN), (LV, MIN)], reinstate(LT));
    w.accept((EE, PCO), contract("C-1", "P-1"));
});

scenario!(
    a_party_is_suspended_by_all_others_and_never_by_itself,
    [I03, I04, S01, S03],
    [MinistrySuspended],
    |w| {
        w.refuse(Rule::I03, (LV, MIN), suspend(LV));
        w.refuse(Rule::I03, (EE, NAD), suspend(LV));
        w.refuse(Rule::S01, (EE, MIN), suspend(PL));
        w.refuse(Rule::S01, (EE, MIN), reinstate(PL));
        w.refuse_lacking(Rule::I04, DocumentKind::MembershipAct, (EE, MIN), suspend(LV));
        w.agree(&[(EE, MIN), (LT, MIN)], suspend(LV));
        w.refuse(Rule::I03, (LV, MIN), reinstate(LV));
        w.refuse_lacking(Rule::I04, DocumentKind::MembershipAct, (EE, MIN), reinstate(LV));
        w.accept((EE, MIN), suspend(LT));
        // Nobody is left who could decide about the last one.
        let no = w.refuse(Rule::S03, (LT, MIN), suspend(EE));
        assert!(no.to_string().contains("besides EE there is no member"), "{no}");
        w.accept((EE, MIN), reinstate(LV));
        assert_eq!(membership(w, LV), Membership::Member);
    }
);

scenario!(
    nobody_can_be_held_and_obligations_survive,
    [I03, I04, S01, S03, S06],
    [MinistryWithdrew, MinistryReinstated, ReturnDispatched],
    |w| {
        w.accept((EE, PBO), register(GUN, EE));
        w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
        w.refuse(Rule::I03, (EE, MIN), withdraw(LV));
        w.refuse(Rule::I03, (LV, ROOT), withdraw(LV));
        w.refuse(Rule::S01, (LV, MIN), withdraw(PL));
        w.refuse_lacking(Rule::I04, DocumentKind::MembershipAct, (LV, MIN), withdraw(LV));
        // Suspended or not, a party may go.
        w.agree(&[(EE, MIN), (LT, MIN)], suspend(LV));
        let entry = w.accept((LV, MIN), withdraw(LV));
        assert_eq!(membership(w, LV), Membership::Withdrawn { entry });
        w.refuse(Rule::S03, (LV, MIN), withdraw(LV));
        w.refuse(Rule::S03, (EE, MIN), suspend(LV));
        let no = w.refuse(Rule::S06, (LV, PBO), register(GUN2, LV));
        assert!(no.to_string().contains("has withdrawn"), "{no}");
        w.accept((LV, PBO), send_back("K-2", "T-1", &[GUN], "Adazi"));
        // It comes back by its own will, never by the others' alone.
        let entry = w.begin((EE, MIN), reinstate(LV));
        w.sign((LT, MIN), entry);
        assert!(w.waits(entry));
        w.sign((LV, MIN), entry);
        w.accept((LV, PBO), register(GUN2, LV));
    }
);

// ---------------------------------------------------------------------------------------- exclusions

/// What lets anybody lend rifles.
fn rifles() -> Value {
    json!({ "nsns": [GUN_NSN] })
}

/// Two rifles that EE offers to LV on loan.
fn offered(w: &mut World) {
    *w = World::with_regime();
    w.accept_all(
        (EE, PBO),
        &[register(GUN, EE).with("nsn", GUN_NSN), register(GUN2, EE).with("nsn", GUN_NSN)],
    );
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN, GUN2]));
}

scenario!(
    while_a_party_excludes_it_nothing_stands_in_for_its_own_word,
    [S04, S01, S02, S03, I03],
    [NationalExclusionDeclared, NationalExclusionEnded, ItemsReserved],
    |w| {
        offered(w);
        w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, rifles()));
        w.day("2026-02-01");
        let crisis = declare("CR-1", LV, &["LOAN"], "2026-02-01T09:00:00Z", "2026-02-03T09:00:00Z");
        w.accept((LV, MIN), crisis);
        for who in [(EE, MIN), (LV, PBO), (LV, DTY)] {
            w.refuse(Rule::I03, who, exclude("NX-1", LV, "LOAN"));
        }
        w.refuse(Rule::S01, (LV, MIN), exclude("NX-1", PL, "LOAN"));
        let entry = w.accept((LV, MIN), exclude("NX-1", LV, "LOAN"));
        w.refuse(Rule::S02, (LV, MIN), exclude("NX-1", LV, "CUSTODY"));
        let no = w.refuse(Rule::S04, (EE, PBO), reserve("T-1", &[GUN], "Tapa"));
        assert!(no.to_string().contains(&format!("by exclusion NX-1 (entry {entry})")), "{no}");
        assert!(no.to_string().contains("a PBO of LV approves transfer T-1"), "{no}");
        w.refuse(Rule::I03, (EE, MIN), end_exclusion("NX-1"));
        w.refuse(Rule::S01, (LV, MIN), end_exclusion("NX-2"));
        w.accept((LV, MIN), end_exclusion("NX-1"));
        w.refuse(Rule::S03, (LV, MIN), end_exclusion("NX-1"));
        w.accept((EE, PBO), reserve("T-1", &[GUN], "Tapa"));
        // Another kind of consent and another party's are not touched.
        w.accept((LV, MIN), exclude("NX-2", LV, "CUSTODY"));
        w.accept((EE, MIN), exclude("NX-3", EE, "LOAN"));
        w.accept((EE, PBO), reserve("T-1", &[GUN2], "Tapa"));
    }
);

scenario!(the_own_word_counts_under_an_exclusion, [S04], [TransferApproved, ConsignmentDispatched], |w| {
    offered(w);
    w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, rifles()));
    w.accept((LV, MIN), exclude("NX-1", LV, "LOAN"));
    w.refuse(Rule::S04, (EE, HRH), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    w.accept((LV, PBO), approve("T-1"));
    w.accept((EE, HRH), dispatch("K-1", "T-1", &[GUN], "Tapa"));
});

scenario!(an_exclusion_ends_by_itself, [S05, S03, S04], [NationalExclusionDeclared, ItemsReserved], |w| {
    offered(w);
    w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, rifles()));
    w.day("2026-02-01");
    w.refuse(Rule::S05, (LV, MIN), exclude("NX-1", LV, "LOAN").with("until", "2026-01-31"));
    w.accept((LV, MIN), exclude("NX-1", LV, "LOAN").with("until", "2026-02-01"));
    w.refuse(Rule::S04, (EE, PBO), reserve("T-1", &[GUN], "Tapa"));
    w.day("2026-02-02");
    w.refuse(Rule::S03, (LV, MIN), end_exclusion("NX-1"));
    w.accept((EE, PBO), reserve("T-1", &[GUN], "Tapa"));
});

// Whoever waits with the record until the exclusion is over, or says that it was before, gains nothing.
scenario!(late_recording_is_no_way_around_an_exclusion, [S04], [ConsignmentDispatched], |w| {
    offered(w);
    w.accept((LV, MIN), authorise("SA-1", "LOAN", LV, EE, rifles()));
    w.day("2026-02-01");
    w.accept((LV, MIN), exclude("NX-1", LV, "LOAN"));
    let sent = dispatch("K-1", "T-1", &[GUN], "Tapa");
    w.refuse(Rule::S04, (EE, HRH), sent.clone().occurred("2026-02-01T08:00:00Z"));
    w.day("2026-02-02");
    w.accept((LV, MIN), end_exclusion("NX-1"));
    w.refuse(Rule::S04, (EE, HRH), sent.clone().occurred("2026-02-01T12:00:00Z"));
    w.accept((EE, HRH), sent.occurred("2026-02-01T08:00:00Z"));
});

scenarios!(
    a_ministry_is_admitted_with_one_voice_and_enrols_its_officers,
    a_suspended_party_takes_on_nothing_new_and_fulfils_what_it_took_on,
    a_programme_binds_no_suspended_participant,
    a_party_is_suspended_by_all_others_and_never_by_itself,
    nobody_can_be_held_and_obligations_survive,
    while_a_party_excludes_it_nothing_stands_in_for_its_own_word,
    the_own_word_counts_under_an_exclusion,
    an_exclusion_ends_by_itself,
    late_recording_is_no_way_around_an_exclusion,
);
