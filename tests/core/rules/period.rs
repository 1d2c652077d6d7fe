//! Closing a period: cut-offs that follow one another, and balances that both sides confirm.

use ledger_core::domain::Rule;
use ledger_core::domain::period::Accord;
use ledger_core::domain::status::MatterKind;
use serde_json::json;

use super::books_drafts::*;
use super::governance_drafts::suspend;
use super::world::*;
use super::{scenario, scenarios};

/// How two parties stand to one another's confirmations.
fn accord(w: &World, one: &str, other: &str) -> Accord {
    w.state.accord(&"2026-02".parse().unwrap(), party(one), party(other))
}

fn unconfirmed(w: &World) -> Vec<String> {
    let matters = w.state.matters(w.now);
    let of_kind = matters.iter().filter(|matter| matter.kind == MatterKind::Balance);
    of_kind.map(|m| format!("{} {} {}", m.by, m.to.unwrap(), m.what.split(' ').next().unwrap())).collect()
}

scenario!(
    a_cut_off_is_fixed_by_every_member_when_its_day_is_over_and_periods_follow_one_another,
    [C09, C08, S02, S05, I03],
    [PeriodCutoffFixed],
    |w| {
        *w = World::with_books();
        let size = w.size();
        w.refuse(Rule::C09, (EE, FIN), cut_off("2026-02", "2026-02-02", size));
        w.refuse(Rule::I03, (EE, MIN), cut_off("2026-01", "2026-02-01", size));
        w.refuse(Rule::S05, (EE, FIN), cut_off("2026-01", "2026-02-01", 0));
        w.refuse(Rule::S05, (EE, FIN), cut_off("2026-01", "2026-02-01", size + 1));
        let entry = w.fixed("2026-01", "2026-02-01");
        let period = w.state.period(&"2026-01".parse().unwrap()).unwrap();
        assert_eq!((period.fixed_in, period.parties.len()), (entry, 3));
        w.refuse(Rule::S02, (EE, FIN), cut_off("2026-01", "2026-02-01", size));
        w.day("2026-03-02");
        w.refuse(Rule::C09, (EE, FIN), cut_off("2026-00", "2026-02-01", size));
        w.refuse(Rule::C09, (EE, FIN), cut_off("2026-00", "2026-01-31", size));
        // Whoever is suspended is not asked.
        let paper = w.begin((EE, MIN), suspend(LT));
        w.sign((LV, MIN), paper);
        let size = w.size();
        let four = [(EE, FIN), (EE, PBO), (LV, FIN), (LV, PBO)];
        w.agree(&four, cut_off("2026-02", "2026-02-28", size));
        let february = w.state.period(&"2026-02".parse().unwrap()).unwrap();
        assert_eq!(february.pairs().count(), 1);
        let before = w.state.period_before(&"2026-02".parse().unwrap()).unwrap();
        assert_eq!(before.terms.period.as_str(), "2026-01");
        // One person does not sign for two.
        let (book, pay) = (fresh_key(0x71), fresh_key(0x72));
        for (key, role) in [(book, PBO), (pay, FIN)] {
            w.agree(&[(EE, ROOT), (LV, ROOT)], enrol(key, EE, role).with("person_ref", "HR-7"));
        }
        w.day("2026-04-01");
        let (entry, size) = (w.size(), w.size());
        let act = w.act_signed_by(book, &[cut_off("2026-03", "2026-03-31", size)]);
        w.record(act).unwrap();
        for who in &four[2..] {
            w.sign(*who, entry);
        }
        w.refuse_by(Rule::C08, pay, &[countersign(entry)]);
        w.sign((EE, FIN), entry);
    }
);

scenario!(
    a_balance_is_agreed_when_both_sides_say_the_same_and_stands_then,
    [C10, C08, S01, S05, I03],
    [BalanceConfirmed],
    |w| {
        *w = World::with_books();
        w.day("2026-03-02");
        let owed = [(EE, LV, "10.00 EUR"), (LV, EE, "3.00 USD")];
        let mine = confirm("2026-02", EE, LV, &owed);
        w.refuse(Rule::S01, (EE, FIN), mine.clone());
        w.fixed("2026-02", "2026-02-28");
        assert_eq!(unconfirmed(w).len(), 6);
        for wrong in [
            confirm("2026-02", EE, EE, &[]),
            confirm("2026-02", EE, LV, &[(EE, LT, "1.00 EUR")]),
            confirm("2026-02", EE, LV, &[(EE, LV, "0.00 EUR")]),
            confirm("2026-02", EE, LV, &[(EE, LV, "1.00 USD"), (EE, LV, "1.00 EUR")]),
            confirm("2026-02", EE, LV, &[(EE, LV, "1.00 EUR"), (LV, EE, "1.00 EUR")]),
        ] {
            w.refuse(Rule::S05, (EE, FIN), wrong);
        }
        w.refuse(Rule::S01, (EE, FIN), mine.clone().with("counterparty", "PL"));
        w.refuse(Rule::I03, (LV, FIN), mine.clone());
        w.refuse(Rule::I03, (EE, PCO), mine.clone());
        w.agree(&both(EE), mine.clone());
        assert_eq!(accord(w, LV, EE), Accord::Half(party(EE)));
        assert_eq!(unconfirmed(w).iter().filter(|line| line.contains("EE LV")).count(), 0);
        // Latvia forgets the dollars.
        w.agree(&both(LV), confirm("2026-02", LV, EE, &[(EE, LV, "10.00 EUR")]));
        assert_eq!(accord(w, EE, LV), Accord::Disputed);
        assert!(unconfirmed(w).contains(&"EE LV agree".to_owned()));
        // A corrected one takes the place of one's own, and the other side's stays.
        w.agree(&both(LV), confirm("2026-02", LV, EE, &owed));
        assert_eq!(accord(w, EE, LV), Accord::Agreed);
        let latvian = w.state.confirmation(&"2026-02".parse().unwrap(), party(LV), party(EE)).unwrap();
        assert_eq!(latvian.replaced.len(), 1);
        for (who, draft) in [((EE, FIN), mine), ((LV, FIN), confirm("2026-02", LV, EE, &[]))] {
            w.refuse(Rule::C10, who, draft);
        }
        // Nobody owes anything: that is agreed on too.
        w.agree(&both(EE), confirm("2026-02", EE, LT, &[]));
        w.agree(&both(LT), confirm("2026-02", LT, EE, &[]));
        assert_eq!(accord(w, EE, LT), Accord::Agreed);
        assert_eq!(unconfirmed(w), ["LT LV confirm", "LV LT confirm"]);
        let (book, pay) = (fresh_key(0x71), fresh_key(0x72));
        for (key, role) in [(book, PBO), (pay, FIN)] {
            w.agree(&[(LT, ROOT), (LV, ROOT)], enrol(key, LT, role).with("person_ref", "HR-7"));
        }
        let entry = w.size();
        let act = w.act_signed_by(book, &[confirm("2026-02", LT, LV, &[])]);
        w.record(act).unwrap();
        w.refuse_by(Rule::C08, pay, &[countersign(entry)]);
        assert_eq!(json!(accord(w, LT, LV)), json!("unconfirmed"));
    }
);

scenarios! {
    a_cut_off_is_fixed_by_every_member_when_its_day_is_over_and_periods_follow_one_another,
    a_balance_is_agreed_when_both_sides_say_the_same_and_stands_then,
}
