//! Keys in wrong hands, and officers who sign in another's place (G05, G08).

use ledger_core::domain::Rule;
use ledger_core::domain::party::KeyStatus;
use ledger_core::domain::status::MatterKind;
use serde_json::json;

use super::governance_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

/// The acts in doubt that nobody has cleared.
fn doubtful(world: &World) -> Vec<u64> {
    let open = world.state.doubts().filter(|(_, doubt)| doubt.cleared_in.is_none());
    let open: Vec<u64> = open.map(|((entry, _), _)| *entry).collect();
    let matters = world.state.matters(world.now).into_iter();
    let listed = matters.filter(|matter| matter.kind == MatterKind::Doubt && matter.by == party(EE));
    let mut listed: Vec<String> = listed.map(|matter| matter.subject).collect();
    let mut expected: Vec<String> = open.iter().map(|entry| format!("entry {entry}")).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    open
}

fn status(world: &World, who: Who) -> KeyStatus {
    world.state.keys().find(|(known, _)| **known == key_of(who)).unwrap().1.status
}

// ---------------------------------------------------------------------------------------- compromise

scenario!(
    what_a_compromised_key_signed_since_stands_and_is_doubtful,
    [I03, G08, S01, S03],
    [KeyCompromised, DoubtCleared],
    |w| {
        let key = key_of((EE, PBO));
        w.accept((EE, PBO), register(GUN, EE));
        w.accept((LV, PBO), register(&of(FUEL, "9 LTR"), LV));
        w.day("2026-02-02");
        let second = w.accept((EE, PBO), register(GUN2, EE));
        // It countersigned as well: goods of EE in LV's hands.
        let third = w.agree(
            &[(LV, PBO), (EE, PBO)],
            register(&of(ROUNDS, "5 EA"), EE).with("holder", LV).with("location", "Adazi"),
        );
        let declared = w.begin((EE, REG), compromise(key, "2026-02-01T00:00:00Z"));
        // Until the second party has signed the key is in use, and that is in doubt too.
        let fourth = w.accept((EE, PBO), register(&of(FUEL, "1 LTR"), EE));
        w.sign((LV, REG), declared);
        assert_eq!(doubtful(w), [second, third, fourth]);
        assert_eq!(
            status(w, (EE, PBO)),
            KeyStatus::Compromised { entry: declared, since: "2026-02-01T00:00:00Z".parse().unwrap() }
        );
        let no = w.refuse(Rule::I03, (EE, PBO), register(&of(FUEL, "1 LTR"), EE));
        assert!(no.to_string().contains("is compromised since"), "{no}");
        w.stands(GUN2, &["EE EE Tapa in-service A 1 EA"]);
        // Both sides' ministers look at it.
        w.refuse(Rule::G08, (EE, NAD), clear_doubt(second, key));
        w.refuse(Rule::S01, (EE, MIN), clear_doubt(second + 100, key));
        w.refuse(Rule::S01, (EE, MIN), clear_doubt(second, key_of((EE, HRH))));
        let entry = w.begin((EE, MIN), clear_doubt(second, key));
        w.refuse(Rule::G08, (EE, MIN), countersign(entry));
        w.sign((LT, MIN), entry);
        assert_eq!(doubtful(w), [third, fourth]);
        w.refuse(Rule::S03, (EE, MIN), clear_doubt(second, key));
    }
);

scenario!(a_compromise_is_declared_by_two_parties_and_reaches_back, [G08, S03, S01], [KeyCompromised], |w| {
    let key = key_of((EE, PBO));
    let first = w.accept((EE, PBO), register(GUN, EE));
    w.day("2026-02-02");
    let second = w.accept((EE, PBO), register(GUN2, EE));
    let stolen = compromise(key, "2026-02-01T00:00:00Z");
    for who in [(EE, MIN), (EE, PBO), (LV, PBO)] {
        w.refuse(Rule::G08, who, stolen.clone());
    }
    w.refuse(Rule::S01, (EE, REG), compromise(fresh_key(9), "2026-02-01T00:00:00Z"));
    w.refuse(Rule::G08, (EE, REG), compromise(key, "2026-02-03T00:00:00Z"));
    // The key is stopped at once by one signature, and called compromised by two.
    w.accept((EE, REG), revoke(key));
    let entry = w.begin((EE, REG), stolen.clone());
    w.refuse(Rule::G08, (EE, ROOT), countersign(entry));
    w.sign((LT, ROOT), entry);
    assert_eq!(doubtful(w), [second]);
    // A later finding moves the moment back, and only back.
    w.refuse(Rule::S03, (EE, REG), stolen);
    w.refuse(Rule::S03, (EE, REG), compromise(key, "2026-02-02T00:00:00Z"));
    w.agree(&[(EE, REG), (LV, REG)], compromise(key, "2026-01-30T00:00:00Z"));
    assert_eq!(doubtful(w), [first, second]);
});

scenario!(
    a_registrars_key_is_called_compromised_by_the_root_key_and_a_root_key_once_replaced,
    [G08, S03],
    [KeyCompromised, KeyRotated],
    |w| {
        let since = "2026-01-30T09:00:00Z";
        w.refuse(Rule::G08, (EE, REG), compromise(key_of((EE, REG)), since));
        w.agree(&[(EE, ROOT), (LV, REG)], compromise(key_of((EE, REG)), since));
        let root = key_of((EE, ROOT));
        w.refuse(Rule::S03, (LV, REG), compromise(root, since));
        w.accept((EE, ROOT), rotate(root, fresh_key(8)));
        let entry = w.begin((LV, REG), compromise(root, since));
        w.accept_by(fresh_key(8), &[countersign(entry)]);
        assert!(matches!(status(w, (EE, ROOT)), KeyStatus::Compromised { .. }));
        assert_eq!(w.state.parties().next().unwrap().1.root_key, fresh_key(8));
    }
);

scenario!(
    an_act_that_waits_does_not_outlive_the_compromise_of_its_authors_key,
    [I03],
    [KeyCompromised],
    |w| {
        let entry = w.begin((EE, PBO), register(GUN, EE).with("holder", LV));
        w.agree(&[(EE, REG), (LV, REG)], compromise(key_of((EE, PBO)), "2026-01-30T09:00:00Z"));
        w.refuse(Rule::I03, (LV, PBO), countersign(entry));
        w.accept((LV, PBO), refusal(entry));
        assert_eq!(w.state.pending().count(), 0);
    }
);

// ---------------------------------------------------------------------------------------- delegation

const UNTIL: &str = "2026-02-28T09:00:00Z";

scenario!(
    an_officer_signs_in_anothers_place_until_the_time_is_over,
    [I03],
    [RoleDelegated, NationalExclusionDeclared],
    |w| {
        let (minister, director) = (key_of((EE, MIN)), key_of((EE, NAD)));
        w.refuse(Rule::I03, (EE, NAD), exclude("NX-1", EE, "LOAN"));
        w.accept((EE, MIN), delegate("D-1", minister, director, UNTIL));
        w.accept((EE, NAD), exclude("NX-1", EE, "LOAN"));
        // He keeps his own role, and the minister his.
        w.accept((EE, NAD), programme("P-1", EE));
        w.accept((EE, MIN), exclude("NX-2", EE, "MOVE"));
        // It is the minister of EE whom he stands for, and nobody else.
        w.refuse(Rule::I03, (EE, NAD), exclude("NX-3", LV, "LOAN"));
        w.refuse(Rule::I03, (EE, NAD), register(GUN, EE));
        w.day("2026-02-28");
        w.refuse(Rule::I03, (EE, NAD), exclude("NX-3", EE, "LOAN"));
    }
);

scenario!(
    a_delegate_countersigns_what_is_within_the_scope,
    [I03],
    [RoleDelegated, RegimeParametersSet],
    |w| {
        let lend = |id, from: Who, to: Who, kinds| {
            delegate(id, key_of(from), key_of(to), UNTIL).with("scope", kinds)
        };
        w.accept((EE, MIN), lend("D-1", (EE, MIN), (EE, NAD), json!(["RegimeParametersSet"])));
        w.accept(
            (LV, MIN),
            lend("D-2", (LV, MIN), (LV, NAD), json!(["MinistrySuspended", "MinistryWithdrew"])),
        );
        w.refuse(Rule::I03, (EE, NAD), exclude("NX-1", EE, "LOAN"));
        let entry = w.begin((EE, NAD), regime());
        w.refuse(Rule::I03, (LV, NAD), countersign(entry));
        w.refuse(Rule::I03, (LV, NAD), refusal(entry));
        w.sign((LT, MIN), entry);
        w.sign((LV, MIN), entry);
        // And the other way round: the delegate gives the last signature, or refuses it.
        let entry = w.begin((LT, MIN), regime());
        w.sign((LV, MIN), entry);
        w.sign((EE, NAD), entry);
        let entry = w.begin((LT, MIN), regime());
        w.accept((EE, NAD), refusal(entry));
    }
);

scenario!(no_key_holds_conflicting_roles_by_delegation, [G05], [RoleDelegated, DelegationEnded], |w| {
    let lend = |id, from: Who, to: Who| delegate(id, key_of(from), key_of(to), UNTIL);
    let no = w.refuse(Rule::G05, (EE, PCO), lend("D-1", (EE, PCO), (EE, FIN)));
    assert!(no.to_string().contains("PCO and FIN are not held by one officer"), "{no}");
    w.refuse(Rule::G05, (EE, FIN), lend("D-1", (EE, FIN), (EE, PCO)));
    w.refuse(Rule::G05, (EE, PBO), lend("D-1", (EE, PBO), (EE, AUD)));
    w.refuse(Rule::G05, (EE, MIN), lend("D-1", (EE, MIN), (EE, REG)));
    w.refuse(Rule::G05, (EE, REG), lend("D-1", (EE, REG), (EE, MIN)));
    w.refuse(Rule::G05, (EE, ROOT), lend("D-1", (EE, ROOT), (EE, MIN)));
    // Nor over a third officer, for as long as he has the one.
    w.accept((EE, PCO), lend("D-1", (EE, PCO), (EE, QAR)));
    w.refuse(Rule::G05, (EE, FIN), lend("D-2", (EE, FIN), (EE, QAR)));
    w.accept((EE, PCO), end_delegation("D-1"));
    w.accept((EE, FIN), lend("D-2", (EE, FIN), (EE, QAR)));
});

scenario!(
    a_delegation_is_no_wider_than_the_officers_own_power,
    [I03, S01, S02, S03, S05],
    [RoleDelegated],
    |w| {
        let (minister, director, book) = (key_of((EE, MIN)), key_of((EE, NAD)), key_of((EE, PBO)));
        let own = delegate("D-1", minister, director, UNTIL);
        // Nobody gives away what is not his, and what is lent is not lent on.
        w.refuse(Rule::I03, (EE, REG), own.clone());
        w.accept((EE, MIN), own.clone());
        let no = w.refuse(Rule::I03, (EE, NAD), delegate("D-2", minister, book, UNTIL));
        assert!(no.to_string().contains("what is lent is not lent on"), "{no}");
        w.accept((EE, NAD), delegate("D-2", director, book, UNTIL));
        w.refuse(Rule::I03, (EE, PBO), exclude("NX-1", EE, "LOAN"));
        w.accept((EE, PBO), programme("P-1", EE));
        // To whom, until when, for what.
        w.refuse(Rule::S02, (EE, MIN), own.clone());
        let another = |to, until| delegate("D-3", minister, to, until);
        w.refuse(Rule::S01, (EE, MIN), another(fresh_key(9), UNTIL));
        w.refuse(Rule::S05, (EE, MIN), another(key_of((LV, NAD)), UNTIL));
        w.refuse(Rule::S05, (EE, MIN), another(minister, UNTIL));
        w.refuse(Rule::S05, (EE, MIN), another(book, "2026-01-30T09:00:00Z"));
        for scope in [json!(["TitlePassed", "KeyRevoked"]), json!(["KeyRevoked", "KeyRevoked"])] {
            w.refuse(Rule::S05, (EE, MIN), another(book, UNTIL).with("scope", scope));
        }
        w.refuse_all(Rule::S05, (EE, MIN), &[another(book, UNTIL), exclude("NX-1", EE, "LOAN")]);
        w.accept((EE, REG), revoke(book));
        w.refuse(Rule::S03, (EE, MIN), another(book, UNTIL));
        w.accept((EE, MIN), another(key_of((EE, QAR)), UNTIL));
        // A key that ends soon is lent no longer than that.
        let short = enrol(fresh_key(7), EE, MIN).with("valid_until", "2026-02-15T00:00:00Z");
        w.agree(&[(EE, REG), (LV, REG)], short);
        let lend = |until| delegate("D-4", fresh_key(7), key_of((EE, QAR)), until);
        w.refuse_by(Rule::S05, fresh_key(7), &[lend("2026-02-15T00:00:01Z")]);
        w.accept_by(fresh_key(7), &[lend("2026-02-15T00:00:00Z")]);
    }
);

scenario!(one_officer_gives_one_of_the_signatures_of_an_act, [G05], [RoleDelegated, LossInvestigated], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.accept((EE, PBO), lose("L-1", &[GUN], EE));
    w.accept((EE, MIN), delegate("D-1", key_of((EE, MIN)), key_of((EE, PBO)), UNTIL));
    let entry = w.begin((EE, PBO), investigate("L-1"));
    let no = w.refuse(Rule::G05, (EE, PBO), countersign(entry));
    assert!(no.to_string().contains("has signed"), "{no}");
    w.sign((EE, MIN), entry);
    assert!(!w.waits(entry));
});

scenario!(
    a_delegation_ends_with_either_key_or_by_word,
    [I03, S01, S03],
    [DelegationEnded, KeyRevoked, KeyRotated],
    |w| {
        let lend = |id, from: Who, to: Who| delegate(id, key_of(from), key_of(to), UNTIL);
        let mut number = 0;
        let mut exclusion = || {
            number += 1;
            exclude(&format!("NX-{number}"), EE, "LOAN")
        };
        w.accept((EE, MIN), lend("D-1", (EE, MIN), (EE, NAD)));
        w.accept((EE, NAD), exclusion());
        // The one who lent it, or a registrar of the party.
        for who in [(EE, NAD), (EE, PBO), (LV, REG)] {
            w.refuse(Rule::I03, who, end_delegation("D-1"));
        }
        w.refuse(Rule::S01, (EE, MIN), end_delegation("D-9"));
        w.accept((EE, MIN), end_delegation("D-1"));
        w.refuse(Rule::I03, (EE, NAD), exclusion());
        w.refuse(Rule::S03, (EE, MIN), end_delegation("D-1"));
        w.accept((EE, MIN), lend("D-2", (EE, MIN), (EE, NAD)));
        w.accept((EE, REG), end_delegation("D-2"));
        w.refuse(Rule::I03, (EE, NAD), exclusion());
        // The key that lent it ends.
        w.accept((EE, MIN), lend("D-3", (EE, MIN), (EE, NAD)));
        w.accept((EE, NAD), exclusion());
        w.accept((EE, MIN), rotate(key_of((EE, MIN)), fresh_key(7)));
        w.refuse(Rule::I03, (EE, NAD), exclusion());
        w.accept_by(fresh_key(7), &[delegate("D-4", fresh_key(7), key_of((EE, NAD)), UNTIL)]);
        w.accept((EE, NAD), exclusion());
        w.accept((EE, REG), revoke(fresh_key(7)));
        w.refuse(Rule::I03, (EE, NAD), exclusion());
        // The key to which it was lent ends: what is over is over for its successor too.
        w.accept((LV, MIN), lend("D-5", (LV, MIN), (LV, NAD)));
        w.accept((LV, NAD), rotate(key_of((LV, NAD)), fresh_key(8)));
        w.refuse_by(Rule::I03, fresh_key(8), &[exclude("NX-9", LV, "LOAN")]);
        w.day("2026-02-28");
        assert!(w.state.delegations().all(|(_, known)| known.ended_in.is_some()));
        w.accept((LT, MIN), delegate("D-6", key_of((LT, MIN)), key_of((LT, NAD)), "2026-02-28T10:00:00Z"));
        w.day("2026-03-01");
        w.refuse(Rule::S03, (LT, MIN), end_delegation("D-6"));
    }
);

// What was signed while the role was lent counts, also when the act waited for others until it was over.
scenario!(an_act_that_waits_outlives_the_delegation, [], [DelegationEnded, RegimeParametersSet], |w| {
    w.accept((EE, MIN), delegate("D-1", key_of((EE, MIN)), key_of((EE, NAD)), UNTIL));
    let entry = w.begin((EE, NAD), regime());
    w.sign((LT, MIN), entry);
    w.accept((EE, MIN), end_delegation("D-1"));
    w.sign((LV, MIN), entry);
    assert!(!w.waits(entry));
});

// A role that was lent after the author had signed does not change which signature he gave.
scenario!(a_role_lent_later_changes_no_signature, [], [RoleDelegated, LossInvestigated], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.accept((EE, PBO), lose("L-1", &[GUN], EE));
    let entry = w.begin((EE, MIN), investigate("L-1"));
    w.accept((EE, PBO), delegate("D-1", key_of((EE, PBO)), key_of((EE, MIN)), UNTIL));
    w.sign((EE, PBO), entry);
    assert!(!w.waits(entry));
});

scenarios!(
    what_a_compromised_key_signed_since_stands_and_is_doubtful,
    a_compromise_is_declared_by_two_parties_and_reaches_back,
    a_registrars_key_is_called_compromised_by_the_root_key_and_a_root_key_once_replaced,
    an_act_that_waits_does_not_outlive_the_compromise_of_its_authors_key,
    an_officer_signs_in_anothers_place_until_the_time_is_over,
    a_delegate_countersigns_what_is_within_the_scope,
    no_key_holds_conflicting_roles_by_delegation,
    a_delegation_is_no_wider_than_the_officers_own_power,
    one_officer_gives_one_of_the_signatures_of_an_act,
    a_delegation_ends_with_either_key_or_by_word,
    an_act_that_waits_outlives_the_delegation,
    a_role_lent_later_changes_no_signature,
);
