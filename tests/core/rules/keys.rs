//! Who signs: the charter, how keys come and go, and keys that do not sign (I03, G05, G07, SOD-5).

use ledger_core::domain::party::KeyStatus;
use ledger_core::domain::{PublicKey, Role, Rule, State};
use serde_json::{Value, json};

use super::governance_drafts::{compromise, delegate};
use super::world::*;
use super::{scenario, scenarios};

/// The charter with its `charter` object changed.
fn charter_with(field: &str, value: Value) -> Draft {
    let Value::Object(mut charter) = written_charter() else { unreachable!() };
    charter.insert(field.into(), value);
    charter_of(charter.into())
}

fn charter_of(charter: Value) -> Draft {
    super::world::charter().with("charter", charter)
}

fn written_charter() -> Value {
    let event = super::world::charter().event("2026-01-30T09:00:00Z".parse().unwrap());
    serde_json::to_value(event).unwrap()["LedgerConstituted"]["charter"].clone()
}

fn founders(order: &[&str]) -> Value {
    order
        .iter()
        .map(|code| json!({ "party": code, "name": "Ministry", "root_key": key_of((*code_of(code), ROOT)) }))
        .collect()
}

fn code_of<'a>(code: &'a &'a str) -> &'a &'static str {
    [&EE, &LV, &LT].into_iter().find(|known| *known == code).unwrap()
}

fn status(state: &State, who: Who) -> KeyStatus {
    let key = key_of(who);
    state.keys().find(|(known, _)| **known == key).unwrap().1.status
}

scenario!(the_charter_founds_the_ledger_with_its_parties_keys_and_limits, [], [LedgerConstituted], |w| {
    *w = World::empty();
    w.accept((LV, ROOT), charter());
    assert_eq!(w.state.parties().map(|(party, _)| party.to_string()).collect::<Vec<_>>(), [EE, LT, LV]);
    for code in [EE, LV, LT] {
        let officer = w.state.officer(&key_of((code, ROOT))).unwrap();
        assert_eq!((officer.party, officer.role), (party(code), ROOT));
    }
    assert_eq!(w.state.parameters().in_transit_limit_h, 72);
});

scenario!(a_ledger_is_founded_once, [S02], [LedgerConstituted], |w| {
    *w = World::empty();
    w.accept((EE, ROOT), charter());
    w.refuse(Rule::S02, (EE, ROOT), charter());
});

scenario!(a_ledger_is_founded_in_entry_0_and_nowhere_else, [S02], [], |w| {
    let fresh = State::new();
    let act = w.act_with((EE, ROOT), &[charter()], all_documents());
    assert_eq!(fresh.admit(&act).unwrap_err().rule, Rule::S02, "entry {}", act.seq);
    w.refuse(Rule::S02, (EE, ROOT), charter());
});

scenario!(nothing_else_comes_first, [I03], [], |w| {
    *w = World::empty();
    w.refuse(Rule::I03, (EE, ROOT), enrol(fresh_key(1), EE, REG));
});

scenario!(the_charter_is_the_only_event_of_its_act, [S05], [LedgerConstituted], |w| {
    *w = World::empty();
    w.refuse_all(Rule::S05, (EE, ROOT), &[charter(), enrol(fresh_key(1), EE, REG)]);
    w.accept((EE, ROOT), charter());
});

scenario!(a_charter_needs_two_founders_in_order_each_once, [S05], [LedgerConstituted], |w| {
    *w = World::empty();
    for order in [vec![EE], vec![LV, EE], vec![EE, EE, LV], vec![]] {
        w.refuse(Rule::S05, (EE, ROOT), charter_with("parties", founders(&order)));
    }
    w.accept((EE, ROOT), charter());
});

scenario!(two_founders_have_two_root_keys, [G05], [LedgerConstituted], |w| {
    *w = World::empty();
    let mut twins = founders(&[EE, LT, LV]);
    twins[1]["root_key"] = json!(key_of((EE, ROOT)));
    w.refuse(Rule::G05, (EE, ROOT), charter_with("parties", twins));
    w.accept((EE, ROOT), charter());
});

scenario!(entry_0_is_signed_by_a_root_key_of_the_charter, [I03], [LedgerConstituted], |w| {
    *w = World::empty();
    w.refuse(Rule::I03, (EE, PBO), charter());
    w.accept((LT, ROOT), charter());
});

scenario!(the_charter_is_signed_by_every_founder_in_order, [G07], [LedgerConstituted], |w| {
    *w = World::empty();
    let signature = |code: &str| json!({ "party": code, "signature": "5".repeat(128) });
    for signers in [vec![EE, LT], vec![EE, LV, LT], vec![EE, LT, LV, LV], vec![]] {
        let signatures: Value = signers.into_iter().map(signature).collect();
        w.refuse(Rule::G07, (EE, ROOT), charter().with("signatures", signatures));
    }
    w.accept((EE, ROOT), charter());
});

scenario!(a_key_signs_when_a_registrar_of_another_party_has_countersigned, [I03], [KeyEnrolled], |w| {
    let key = fresh_key(7);
    let entry = w.begin((EE, REG), enrol(key, EE, PBO));
    w.refuse_by(Rule::I03, key, &[register(GUN, EE)]);
    w.sign((LV, REG), entry);
    w.accept_by(key, &[register(GUN, EE)]);
    assert_eq!(w.state.officer(&key).unwrap().role, PBO);
});

scenario!(a_registrar_of_the_own_party_is_no_second_ministry, [G07], [KeyEnrolled], |w| {
    let entry = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    w.refuse(Rule::G07, (EE, REG), countersign(entry));
    w.refuse(Rule::G07, (EE, ROOT), countersign(entry));
    w.refuse(Rule::G07, (LV, PBO), countersign(entry));
    w.sign((LV, ROOT), entry);
    assert!(!w.waits(entry));
});

scenario!(only_registrars_enrol, [G07], [KeyEnrolled], |w| {
    for who in [(EE, MIN), (EE, PBO), (LV, LIC)] {
        w.refuse(Rule::G07, who, enrol(fresh_key(7), EE, PBO));
    }
    w.agree(&[(EE, REG), (LT, REG)], enrol(fresh_key(7), EE, PBO));
});

scenario!(
    the_second_ministry_may_write_the_enrolment_and_the_own_one_countersign,
    [G07],
    [KeyEnrolled],
    |w| {
        let entry = w.begin((LV, REG), enrol(fresh_key(7), EE, PBO));
        w.refuse(Rule::G07, (LT, REG), countersign(entry));
        w.sign((EE, REG), entry);
        assert_eq!(w.state.officer(&fresh_key(7)).unwrap().party, party(EE));
    }
);

scenario!(a_key_for_an_unknown_party_is_refused, [S01], [KeyEnrolled], |w| {
    w.refuse(Rule::S01, (EE, REG), enrol(fresh_key(7), "PL", PBO));
    w.agree(&[(EE, REG), (LV, REG)], enrol(fresh_key(7), EE, PBO));
});

scenario!(one_key_has_one_role_for_ever, [G05], [KeyEnrolled, KeyRevoked], |w| {
    w.refuse(Rule::G05, (EE, REG), enrol(key_of((EE, PBO)), EE, FIN));
    w.refuse(Rule::G05, (LV, REG), enrol(key_of((EE, PBO)), LV, PBO));
    w.accept((EE, REG), revoke(key_of((EE, PBO))));
    w.refuse(Rule::G05, (EE, REG), enrol(key_of((EE, PBO)), EE, PBO));
    w.agree(&[(EE, REG), (LV, REG)], enrol(fresh_key(7), EE, PBO));
});

scenario!(of_two_waiting_enrolments_of_one_key_the_second_fails, [G05], [KeyEnrolled], |w| {
    let first = w.begin((EE, REG), enrol(fresh_key(7), EE, PBO));
    let second = w.begin((EE, REG), enrol(fresh_key(7), EE, FIN));
    w.sign((LV, REG), first);
    w.refuse(Rule::G05, (LV, REG), countersign(second));
});

scenario!(nobody_enrols_his_own_key, [Sod5], [KeyEnrolled], |w| {
    w.refuse(Rule::Sod5, (EE, REG), enrol(key_of((EE, REG)), EE, PBO));
    w.agree(&[(EE, REG), (LV, REG)], enrol(fresh_key(7), EE, PBO));
});

scenario!(a_registrar_is_enrolled_by_the_root_key_of_the_party, [Sod5], [KeyEnrolled], |w| {
    w.refuse(Rule::Sod5, (EE, REG), enrol(fresh_key(7), EE, REG));
    w.agree(&[(EE, ROOT), (LV, REG)], enrol(fresh_key(7), EE, REG));
});

// The check looked at the author alone: a foreign root key could write the enrolment, and a registrar of the
// party, who must not make registrars, completed it with the countersignature.
scenario!(a_foreign_root_key_does_not_stand_in_for_the_root_key_of_the_party, [Sod5], [KeyEnrolled], |w| {
    let entry = w.begin((LV, ROOT), enrol(fresh_key(7), EE, REG));
    w.refuse(Rule::Sod5, (EE, REG), countersign(entry));
    w.sign((EE, ROOT), entry);
    assert_eq!(w.state.officer(&fresh_key(7)).unwrap().role, REG);
});

scenario!(root_keys_are_not_enrolled, [S05], [KeyEnrolled], |w| {
    w.refuse(Rule::S05, (EE, ROOT), enrol(fresh_key(7), EE, ROOT));
    w.agree(&[(EE, ROOT), (LV, ROOT)], enrol(fresh_key(7), EE, REG));
});

scenario!(a_key_that_would_be_expired_is_not_enrolled, [S05], [KeyEnrolled], |w| {
    let brief = enrol(fresh_key(7), EE, PBO);
    w.refuse(Rule::S05, (EE, REG), brief.clone().with("valid_until", "2026-01-30T09:00:00Z"));
    w.agree(&[(EE, REG), (LV, REG)], brief.with("valid_until", "2026-12-31T00:00:00Z"));
});

scenario!(a_key_that_was_never_enrolled_does_not_sign, [I03], [ItemRegistered], |w| {
    w.refuse_by(Rule::I03, fresh_key(9), &[register(GUN, EE)]);
    w.accept((EE, PBO), register(GUN, EE));
});

scenario!(an_expired_key_does_not_sign, [I03], [ItemRegistered], |w| {
    let key = fresh_key(7);
    let until = enrol(key, EE, PBO).with("valid_until", "2026-03-01T09:00:00Z");
    w.agree(&[(EE, REG), (LV, REG)], until);
    w.day("2026-02-28");
    w.accept_by(key, &[register(GUN, EE)]);
    w.day("2026-03-01");
    w.refuse_by(Rule::I03, key, &[register(GUN2, EE)]);
});

scenario!(a_revoked_key_does_not_sign_and_what_it_signed_stays, [I03], [KeyRevoked], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    let entry = w.accept((EE, REG), revoke(key_of((EE, PBO))));
    assert_eq!(status(&w.state, (EE, PBO)), KeyStatus::Revoked { entry });
    w.refuse(Rule::I03, (EE, PBO), register(GUN2, EE));
    w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
});

scenario!(a_role_signs_only_what_is_its_own, [I03], [ItemRegistered], |w| {
    for role in [ROOT, REG, MIN, NAD, PCO, FIN, QAR, HRH, LIC, NMC, TFC, CUS, DTY] {
        w.refuse(Rule::I03, (EE, role), register(GUN, EE));
    }
    w.refuse(Rule::I03, (LV, PBO), register(GUN, EE));
    w.accept((EE, PBO), register(GUN, EE));
});

scenario!(who_reads_and_attests_signs_no_business, [Sod4], [ItemRegistered, KeyRotated], |w| {
    let service = fresh_key(8);
    w.agree(&[(EE, REG), (LV, REG)], enrol(service, EE, ledger_core::domain::Role::Reconciliation));
    w.refuse(Rule::Sod4, (EE, AUD), register(GUN, EE));
    w.refuse_by(Rule::Sod4, service, &[register(GUN, EE)]);
    let entry = w.begin((EE, PBO), register(GUN, EE).with("holder", LV));
    w.refuse(Rule::Sod4, (LV, AUD), countersign(entry));
    w.sign((LV, PBO), entry);
    // A new token is no business.
    w.accept_by(service, &[rotate(service, fresh_key(9))]);
});

scenario!(only_a_registrar_of_the_party_revokes, [I03], [KeyRevoked], |w| {
    let key = key_of((EE, PBO));
    for who in [(LV, REG), (EE, PBO), (EE, MIN), (LV, ROOT)] {
        w.refuse(Rule::I03, who, revoke(key));
    }
    w.accept((EE, REG), revoke(key));
});

scenario!(a_key_is_revoked_once_and_must_exist, [S01, S03], [KeyRevoked], |w| {
    w.refuse(Rule::S01, (EE, REG), revoke(fresh_key(9)));
    w.accept((EE, REG), revoke(key_of((EE, PBO))));
    w.refuse(Rule::S03, (EE, REG), revoke(key_of((EE, PBO))));
});

scenario!(a_root_key_is_replaced_never_revoked, [S03], [KeyRotated], |w| {
    w.refuse(Rule::S03, (EE, REG), revoke(key_of((EE, ROOT))));
    w.refuse(Rule::S03, (EE, ROOT), revoke(key_of((EE, ROOT))));
    w.accept((EE, ROOT), rotate(key_of((EE, ROOT)), fresh_key(8)));
    let record = w.state.parties().find(|(code, _)| **code == party(EE)).unwrap().1;
    assert_eq!(record.root_key, fresh_key(8));
    assert_eq!(w.state.officer(&fresh_key(8)).unwrap().role, ROOT);
});

scenario!(a_registrar_is_revoked_by_the_root_key, [Sod5], [KeyRevoked], |w| {
    w.refuse(Rule::Sod5, (EE, REG), revoke(key_of((EE, REG))));
    w.accept((EE, ROOT), revoke(key_of((EE, REG))));
});

scenario!(an_officer_replaces_his_own_key, [I03, G07], [KeyRotated], |w| {
    let (old, new) = (key_of((EE, PBO)), fresh_key(8));
    for who in [(EE, FIN), (EE, MIN), (LV, PBO)] {
        w.refuse(Rule::G07, who, rotate(old, new));
    }
    let entry = w.accept((EE, PBO), rotate(old, new));
    assert_eq!(status(&w.state, (EE, PBO)), KeyStatus::Rotated { entry, by: new });
    w.refuse_by(Rule::I03, old, &[register(GUN, EE)]);
    w.accept_by(new, &[register(GUN, EE)]);
});

scenario!(a_key_that_is_no_longer_in_use_is_not_replaced, [S01, S03], [KeyRevoked, KeyRotated], |w| {
    w.accept((EE, REG), revoke(key_of((EE, PBO))));
    w.refuse(Rule::S03, (EE, REG), rotate(key_of((EE, PBO)), fresh_key(8)));
    w.refuse(Rule::S01, (EE, REG), rotate(fresh_key(9), fresh_key(8)));
    w.accept((EE, HRH), rotate(key_of((EE, HRH)), fresh_key(8)));
});

scenario!(a_key_is_replaced_by_a_fresh_one, [G05], [KeyRotated], |w| {
    w.refuse(Rule::G05, (EE, PBO), rotate(key_of((EE, PBO)), key_of((EE, HRH))));
    w.refuse(Rule::G05, (EE, PBO), rotate(key_of((EE, PBO)), key_of((EE, PBO))));
    w.accept((EE, PBO), rotate(key_of((EE, PBO)), fresh_key(8)));
});

// A registrar could replace any officer's key by one of his own making, alone: an enrolment by another name.
scenario!(a_registrar_who_replaces_a_key_needs_a_second_ministry, [G07], [KeyRotated], |w| {
    let entry = w.begin((EE, REG), rotate(key_of((EE, PBO)), fresh_key(8)));
    w.accept((EE, PBO), register(GUN, EE));
    w.refuse(Rule::G07, (EE, ROOT), countersign(entry));
    w.sign((LV, REG), entry);
    w.accept_by(fresh_key(8), &[register(GUN2, EE)]);
});

// A registrar could replace another registrar's key: SOD-5 was checked at enrolment and revocation only.
scenario!(
    a_registrars_key_is_replaced_by_itself_or_by_the_root_key,
    [Sod5],
    [KeyEnrolled, KeyRotated],
    |w| {
        w.agree(&[(EE, ROOT), (LV, REG)], enrol(fresh_key(7), EE, REG));
        w.refuse_by(Rule::Sod5, fresh_key(7), &[rotate(key_of((EE, REG)), fresh_key(8))]);
        w.agree(&[(EE, ROOT), (LV, REG)], rotate(key_of((EE, REG)), fresh_key(8)));
        w.accept_by(fresh_key(7), &[rotate(fresh_key(7), fresh_key(9))]);
    }
);

scenario!(a_root_key_is_replaced_by_itself_alone, [I03], [KeyRotated], |w| {
    w.refuse(Rule::I03, (EE, REG), rotate(key_of((EE, ROOT)), fresh_key(8)));
    w.accept((EE, ROOT), rotate(key_of((EE, ROOT)), fresh_key(8)));
});

// ------------------------------------------------------------------------------------ checkpoint keys

/// EE enrols the key of a machine; LV countersigns.
fn enrolled(w: &mut World, key: PublicKey, role: Role) -> u64 {
    w.agree(&[(EE, REG), (LV, REG)], enrol(key, EE, role))
}

/// The keys that sign checkpoints, with their status.
fn checkpoint_keys(w: &World) -> Vec<(PublicKey, KeyStatus)> {
    w.state.checkpoint_keys().map(|(key, record)| (*key, record.status)).collect()
}

/// The life of a key that signs checkpoints: enrolled by two ministries, replaced by itself, good for no act.
fn signs_checkpoints_and_no_act(w: &mut World, role: Role) {
    let (key, next) = (fresh_key(7), fresh_key(8));
    w.refuse(Rule::G07, (EE, PBO), enrol(key, EE, role));
    let entry = w.begin((EE, REG), enrol(key, EE, role));
    assert_eq!(checkpoint_keys(w), [], "it waits for a second ministry");
    w.sign((LV, REG), entry);
    assert_eq!(checkpoint_keys(w), [(key, KeyStatus::Active)]);
    let no = w.refuse_by(Rule::Sod4, key, &[register(GUN, EE)]);
    assert!(no.to_string().contains(&format!("({role} of EE) signs checkpoints, not acts")), "{no}");
    // Neither as the second signature, nor to stop or end anything.
    let entry = w.begin((LV, PBO), register(GUN, EE).with("holder", LV).with("location", "Adazi"));
    w.refuse_by(Rule::Sod4, key, &[countersign(entry)]);
    w.refuse_by(Rule::Sod4, key, &[refusal(entry)]);
    w.refuse_by(Rule::Sod4, key, &[enrol(next, EE, role)]);
    w.refuse_by(Rule::Sod4, key, &[revoke(key)]);
    w.sign((EE, PBO), entry);
    // It replaces itself and nobody else.
    w.refuse_by(Rule::G07, key, &[rotate(key_of((EE, PBO)), next)]);
    let entry = w.accept_by(key, &[rotate(key, next)]);
    assert_eq!(
        checkpoint_keys(w),
        [(key, KeyStatus::Rotated { entry, by: next }), (next, KeyStatus::Active)]
    );
    w.refuse_by(Rule::I03, key, &[rotate(key, fresh_key(9))]);
    let entry = w.accept((EE, REG), revoke(next));
    assert_eq!(checkpoint_keys(w)[1], (next, KeyStatus::Revoked { entry }));
}

scenario!(
    a_witness_signs_checkpoints_and_no_act,
    [Sod4, G07, I03],
    [KeyEnrolled, KeyRotated, KeyRevoked],
    |w| {
        signs_checkpoints_and_no_act(w, WIT);
    }
);

scenario!(
    a_log_operator_signs_checkpoints_and_no_act,
    [Sod4, G07, I03],
    [KeyEnrolled, KeyRotated, KeyRevoked],
    |w| {
        signs_checkpoints_and_no_act(w, LOG);
    }
);

scenario!(checkpoint_keys_lend_and_are_lent_no_role, [Sod4, G05], [KeyEnrolled], |w| {
    let (until, minister, book) = ("2026-12-31T00:00:00Z", key_of((EE, MIN)), key_of((EE, PBO)));
    for (number, role) in [(7, WIT), (8, LOG)] {
        let key = fresh_key(number);
        enrolled(w, key, role);
        let no = w.refuse(Rule::G05, (EE, MIN), delegate("D-1", minister, key, until));
        assert!(no.to_string().contains(&format!("MIN and {role} are not held by one officer")), "{no}");
        w.refuse_by(Rule::Sod4, key, &[delegate("D-1", key, book, until)]);
    }
});

scenario!(a_checkpoint_key_in_wrong_hands_is_declared_by_two_ministries, [G08, I03], [KeyCompromised], |w| {
    for (number, role) in [(7, WIT), (8, LOG)] {
        let (key, since) = (fresh_key(number), "2026-01-30T09:00:00Z");
        enrolled(w, key, role);
        w.refuse(Rule::G08, (EE, PBO), compromise(key, since));
        let entry = w.agree(&[(EE, REG), (LV, REG)], compromise(key, since));
        let status = KeyStatus::Compromised { entry, since: since.parse().unwrap() };
        assert!(checkpoint_keys(w).contains(&(key, status)));
        w.refuse_by(Rule::I03, key, &[rotate(key, fresh_key(9))]);
    }
    assert_eq!(w.state.doubts().count(), 0, "it signed no act");
});

scenarios!(
    the_charter_founds_the_ledger_with_its_parties_keys_and_limits,
    a_ledger_is_founded_once,
    a_ledger_is_founded_in_entry_0_and_nowhere_else,
    nothing_else_comes_first,
    the_charter_is_the_only_event_of_its_act,
    a_charter_needs_two_founders_in_order_each_once,
    two_founders_have_two_root_keys,
    entry_0_is_signed_by_a_root_key_of_the_charter,
    the_charter_is_signed_by_every_founder_in_order,
    a_key_signs_when_a_registrar_of_another_party_has_countersigned,
    a_registrar_of_the_own_party_is_no_second_ministry,
    only_registrars_enrol,
    the_second_ministry_may_write_the_enrolment_and_the_own_one_countersign,
    a_key_for_an_unknown_party_is_refused,
    one_key_has_one_role_for_ever,
    of_two_waiting_enrolments_of_one_key_the_second_fails,
    nobody_enrols_his_own_key,
    a_registrar_is_enrolled_by_the_root_key_of_the_party,
    a_foreign_root_key_does_not_stand_in_for_the_root_key_of_the_party,
    root_keys_are_not_enrolled,
    a_key_that_would_be_expired_is_not_enrolled,
    a_key_that_was_never_enrolled_does_not_sign,
    an_expired_key_does_not_sign,
    a_revoked_key_does_not_sign_and_what_it_signed_stays,
    a_role_signs_only_what_is_its_own,
    only_a_registrar_of_the_party_revokes,
    who_reads_and_attests_signs_no_business,
    a_key_is_revoked_once_and_must_exist,
    a_root_key_is_replaced_never_revoked,
    a_registrar_is_revoked_by_the_root_key,
    an_officer_replaces_his_own_key,
    a_key_that_is_no_longer_in_use_is_not_replaced,
    a_key_is_replaced_by_a_fresh_one,
    a_registrar_who_replaces_a_key_needs_a_second_ministry,
    a_registrars_key_is_replaced_by_itself_or_by_the_root_key,
    a_root_key_is_replaced_by_itself_alone,
    a_witness_signs_checkpoints_and_no_act,
    a_log_operator_signs_checkpoints_and_no_act,
    checkpoint_keys_lend_and_are_lent_no_role,
    a_checkpoint_key_in_wrong_hands_is_declared_by_two_ministries,
);
