//! Transfers: what may be proposed, who answers, loans and their due dates, title.

use ledger_core::domain::Rule;
use serde_json::json;

use super::world::*;
use super::{scenario, scenarios};

scenario!(a_party_lends_only_what_it_owns_and_holds, [T02, T05], [TransferProposed], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("CUSTODY", "T-0", EE, LV, &[GUN]);
    // LV holds the gun and does not own it; EE owns it and does not hold it.
    for kind in ["LOAN", "DONATION", "SALE"] {
        w.refuse(Rule::T02, (LV, PBO), propose(kind, "T-1", LV, LT, &[GUN]));
        w.refuse(Rule::T02, (LV, PBO), propose(kind, "T-1", LV, LT, &[GUN]).with("owner", EE));
        w.refuse(Rule::T02, (EE, PBO), propose(kind, "T-1", EE, LT, &[GUN]));
    }
    w.refuse(Rule::T05, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "11 EA")]));
    w.refuse(Rule::T05, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "1 KGM")]));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "10 EA")]));
    w.transfer_is("T-1", "proposed");
    assert_eq!(w.state.transfer(&"T-1".parse().unwrap()).unwrap().due, Some("2026-06-30".parse().unwrap()));
});

scenario!(what_is_lent_is_not_lent_on, [T02, T06], [ReturnReceived], |w| {
    w.accept_all((EE, PBO), &[register(GUN, EE), register(&of(ROUNDS, "10 EA"), EE)]);
    w.delivered("LOAN", "T-1", EE, LV, &[GUN, &of(ROUNDS, "10 EA")]);
    let on = propose("CUSTODY", "T-2", LV, LT, &[&of(ROUNDS, "1 EA")]).with("owner", EE);
    w.refuse(Rule::T02, (LV, PBO), on);
    w.refuse(Rule::T06, (LV, PBO), propose("CUSTODY", "T-2", LV, LT, &[GUN]).with("owner", EE));
    w.accept((LV, PBO), send_back("K-2", "T-1", &[GUN, &of(ROUNDS, "10 EA")], "Adazi"));
    w.accept((EE, PBO), take_back("K-2", &[GUN, &of(ROUNDS, "10 EA")], "Tapa"));
    w.accept((EE, PBO), propose("LOAN", "T-2", EE, LT, &[GUN, &of(ROUNDS, "10 EA")]));
});

scenario!(a_custodian_gives_custody_back, [], [TransferProposed, ConsignmentReceived], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("CUSTODY", "T-1", EE, LV, &[GUN]);
    w.stands(GUN, &["EE LV Adazi in-service A 1 EA"]);
    w.transfer_is("T-1", "complete");
    w.accept((LV, PBO), propose("CUSTODY", "T-2", LV, EE, &[GUN]).with("owner", EE));
    w.accept((EE, PBO), approve("T-2"));
    w.accept((LV, HRH), dispatch("K-2", "T-2", &[GUN], "Adazi"));
    w.stands(GUN, &["EE LV Adazi in-transit:K-2 A 1 EA"]);
    w.accept((EE, HRH), receive("K-2", &[GUN], "Tapa"));
    w.stands(GUN, &["EE EE Tapa in-service A 1 EA"]);
});

// A custodian could hand the owner's goods on to a third party, and the owner was not asked.
scenario!(custody_passes_to_a_third_party_with_the_owners_signature, [], [TransferProposed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("CUSTODY", "T-1", EE, LV, &[GUN]);
    let entry = w.begin((LV, PBO), propose("CUSTODY", "T-2", LV, LT, &[GUN]).with("owner", EE));
    w.refuse(Rule::S01, (LT, PBO), approve("T-2"));
    w.sign((EE, PBO), entry);
    w.accept((LT, PBO), approve("T-2"));
});

scenario!(a_loan_has_a_due_date_not_before_its_start, [T03], [TransferProposed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    let loan = propose("LOAN", "T-1", EE, LV, &[GUN]);
    w.refuse(Rule::T03, (EE, PBO), loan.clone().without("loan"));
    let backwards = json!({ "start": "2026-03-02", "due": "2026-03-01" });
    w.refuse(Rule::T03, (EE, PBO), loan.clone().with("loan", backwards));
    let custody = propose("CUSTODY", "T-1", EE, LV, &[GUN]);
    w.refuse(
        Rule::T03,
        (EE, PBO),
        custody.with("loan", json!({ "start": "2026-03-01", "due": "2026-03-02" })),
    );
    w.accept((EE, PBO), loan.with("loan", json!({ "start": "2026-03-01", "due": "2026-03-01" })));
});

scenario!(a_sale_has_a_price_and_only_a_sale, [S05], [TransferProposed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    let sale = propose("SALE", "T-1", EE, LV, &[GUN]);
    w.refuse(Rule::S05, (EE, PBO), sale.clone().without("price"));
    w.refuse(Rule::S05, (EE, PBO), propose("DONATION", "T-1", EE, LV, &[GUN]).with("price", "1.00 EUR"));
    w.accept((EE, PBO), sale);
});

scenario!(a_transfer_names_two_parties_and_each_item_once, [S01, S05], [TransferProposed], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    let (three, four) = (of(ROUNDS, "3 EA"), of(ROUNDS, "4 EA"));
    w.refuse(Rule::S05, (EE, PBO), propose("LOAN", "T-1", EE, EE, &[&three]));
    w.refuse(Rule::S01, (EE, PBO), propose("LOAN", "T-1", EE, "PL", &[&three]));
    w.refuse(Rule::S05, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[&three, &four]));
    w.refuse(Rule::S05, (EE, PBO), propose("LOAN", "T-1", EE, LV, &[]));
    w.refuse(Rule::I03, (LV, PBO), propose("LOAN", "T-1", EE, LV, &[&three]));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[&three]));
});

scenario!(
    a_serial_number_is_in_one_open_transfer,
    [T06],
    [TransferProposed, TransferRefused, TransferCancelled],
    |w| {
        w.accept((EE, PBO), register(GUN, EE));
        w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
        w.refuse(Rule::T06, (EE, PBO), propose("SALE", "T-2", EE, LT, &[GUN]));
        w.accept((LV, PBO), turn_down("T-1"));
        w.transfer_is("T-1", "refused");
        w.accept((EE, PBO), propose("SALE", "T-2", EE, LT, &[GUN]));
        w.refuse(Rule::T06, (EE, PBO), propose("LOAN", "T-3", EE, LV, &[GUN]));
        w.accept((EE, PBO), cancel("T-2"));
        w.transfer_is("T-2", "cancelled");
        w.accept((EE, PBO), propose("LOAN", "T-3", EE, LV, &[GUN]));
    }
);

scenario!(the_receiver_answers_once, [S03, I03], [TransferApproved], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    for who in [(EE, PBO), (LT, PBO), (LV, HRH)] {
        w.refuse(Rule::I03, who, approve("T-1"));
        w.refuse(Rule::I03, who, turn_down("T-1"));
    }
    w.accept((LV, PBO), approve("T-1"));
    w.transfer_is("T-1", "approved");
    w.refuse(Rule::S03, (LV, PBO), approve("T-1"));
    w.refuse(Rule::S03, (LV, PBO), turn_down("T-1"));
});

scenario!(a_cancelled_transfer_is_not_approved, [S03], [TransferCancelled], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.accept((EE, PBO), propose("LOAN", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::I03, (LV, PBO), cancel("T-1"));
    w.accept((EE, PBO), cancel("T-1"));
    w.refuse(Rule::S03, (LV, PBO), approve("T-1"));
    w.refuse(Rule::S03, (EE, PBO), cancel("T-1"));
});

scenario!(cancelling_frees_what_was_reserved, [S03], [ItemsReserved, TransferCancelled], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    w.agreed("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "6 EA")]);
    w.accept((EE, PBO), reserve("T-1", &[&of(ROUNDS, "6 EA")], "Tapa"));
    w.stands(ROUNDS, &["EE EE Tapa in-service A 4 EA", "EE EE Tapa reserved:T-1 A 6 EA"]);
    w.accept((EE, PBO), cancel("T-1"));
    w.stands(ROUNDS, &["EE EE Tapa in-service A 10 EA"]);
    w.refuse(Rule::S03, (EE, PBO), dispatch("K-1", "T-1", &[&of(ROUNDS, "6 EA")], "Tapa"));
});

// What of a transfer was not sent could not be cancelled while what was sent is on loan or awaits its title;
// so the title to a part delivery could never pass.
scenario!(
    the_rest_is_cancelled_and_title_passes_to_what_came,
    [S03],
    [TransferCancelled, TitlePassed],
    |w| {
        w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
        w.agreed("DONATION", "T-1", EE, LV, &[&of(ROUNDS, "10 EA")]);
        w.accept((EE, PBO), dispatch("K-1", "T-1", &[&of(ROUNDS, "6 EA")], "Tapa"));
        w.transfer_is("T-1", "dispatched");
        w.refuse(Rule::S03, (EE, PBO), cancel("T-1"));
        w.accept((LV, PBO), receive("K-1", &[&of(ROUNDS, "6 EA")], "Adazi"));
        w.transfer_is("T-1", "partly_done");
        w.refuse(Rule::S03, (EE, PBO), pass_title("T-1"));
        w.accept((EE, PBO), cancel("T-1"));
        w.transfer_is("T-1", "awaiting_title");
        w.refuse(Rule::S03, (EE, PBO), dispatch("K-2", "T-1", &[&of(ROUNDS, "4 EA")], "Tapa"));
        w.agree(&[(EE, PBO), (LV, PBO)], pass_title("T-1"));
        w.transfer_is("T-1", "complete");
        w.stands(ROUNDS, &["EE EE Tapa in-service A 4 EA", "LV LV Adazi in-service A 6 EA"]);
    }
);

scenario!(the_rest_of_a_loan_is_cancelled_while_the_loan_runs, [S03], [TransferCancelled], |w| {
    w.accept((EE, PBO), register(&of(ROUNDS, "10 EA"), EE));
    w.agreed("LOAN", "T-1", EE, LV, &[&of(ROUNDS, "10 EA")]);
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[&of(ROUNDS, "6 EA")], "Tapa"));
    w.accept((LV, PBO), receive("K-1", &[&of(ROUNDS, "6 EA")], "Adazi"));
    w.accept((EE, PBO), cancel("T-1"));
    w.transfer_is("T-1", "running");
    w.accept((LV, PBO), send_back("K-2", "T-1", &[&of(ROUNDS, "6 EA")], "Adazi"));
    w.refuse(Rule::S03, (EE, PBO), cancel("T-1"));
    w.accept((EE, PBO), take_back("K-2", &[&of(ROUNDS, "6 EA")], "Tapa"));
    w.transfer_is("T-1", "complete");
    w.stands(ROUNDS, &["EE EE Tapa in-service A 10 EA"]);
});

scenario!(title_to_a_donation_passes_when_both_sides_sign, [T12], [TitlePassed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("DONATION", "T-1", EE, LV, &[GUN]);
    w.stands(GUN, &["EE LV Adazi awaiting-title:T-1 A 1 EA"]);
    for who in [(LT, PBO), (EE, HRH), (LV, FIN)] {
        w.refuse(Rule::T12, who, pass_title("T-1"));
    }
    w.refuse(Rule::T12, (EE, PBO), pass_title("T-1").with("price", "1.00 EUR"));
    w.agree(&[(LV, PBO), (EE, PBO)], pass_title("T-1"));
    w.stands(GUN, &["LV LV Adazi in-service A 1 EA"]);
    w.transfer_is("T-1", "complete");
    // The new owner disposes of it.
    w.accept((LV, PBO), propose("LOAN", "T-2", LV, EE, &[GUN]));
});

scenario!(title_to_a_sale_passes_at_the_price_and_the_buyer_pays, [T12, S03], [TitlePassed], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("SALE", "T-1", EE, LV, &[GUN]);
    let deed = pass_title("T-1").with("price", "1000.00 EUR");
    w.refuse(Rule::T12, (EE, PBO), pass_title("T-1"));
    w.refuse(Rule::T12, (EE, PBO), deed.clone().with("price", "999.99 EUR"));
    w.refuse(Rule::T12, (EE, FIN), deed.clone());
    let entry = w.begin((EE, PBO), deed.clone());
    w.sign((LV, PBO), entry);
    w.stands(GUN, &["EE LV Adazi awaiting-title:T-1 A 1 EA"]);
    w.refuse(Rule::T12, (EE, FIN), countersign(entry));
    w.sign((LV, FIN), entry);
    w.stands(GUN, &["LV LV Adazi in-service A 1 EA"]);
    w.refuse(Rule::S03, (EE, PBO), deed);
});

scenario!(title_passes_only_to_what_was_received, [S03, T12], [TitlePassed], |w| {
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
    w.accept((EE, PBO), propose("DONATION", "T-1", EE, LV, &[GUN]));
    w.refuse(Rule::T12, (EE, PBO), pass_title("T-1"));
    w.accept((LV, PBO), approve("T-1"));
    w.refuse(Rule::S03, (EE, PBO), pass_title("T-1"));
    w.accept((EE, PBO), dispatch("K-1", "T-1", &[GUN], "Tapa"));
    w.refuse(Rule::S03, (EE, PBO), pass_title("T-1"));
    w.accept((LV, PBO), receive("K-1", &[GUN], "Adazi"));
    w.agree(&[(EE, PBO), (LV, PBO)], pass_title("T-1"));
    w.delivered("LOAN", "T-2", EE, LV, &[GUN2]);
    w.refuse(Rule::T12, (EE, PBO), pass_title("T-2"));
});

scenario!(a_loan_is_extended_by_both_before_it_is_due, [T03], [LoanExtended], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
    w.refuse(Rule::I03, (LT, PBO), extend("T-1", "2026-09-30"));
    w.refuse(Rule::T03, (LV, PBO), extend("T-1", "2026-06-30"));
    w.agree(&[(LV, PBO), (EE, PBO)], extend("T-1", "2026-09-30"));
    let due = |w: &World| w.state.transfer(&"T-1".parse().unwrap()).unwrap().due.unwrap().to_string();
    assert_eq!(due(w), "2026-09-30");
    w.day("2026-09-30");
    w.agree(&[(EE, PBO), (LV, PBO)], extend("T-1", "2026-10-31"));
    assert_eq!(due(w), "2026-10-31");
    w.day("2026-11-01");
    w.refuse(Rule::T03, (EE, PBO), extend("T-1", "2026-12-31"));
});

scenario!(a_loan_is_recalled_by_its_owner_to_an_earlier_day, [T03, I03], [LoanRecalled], |w| {
    w.accept((EE, PBO), register(GUN, EE));
    w.delivered("LOAN", "T-1", EE, LV, &[GUN]);
    w.day("2026-03-01");
    w.refuse(Rule::I03, (LV, PBO), recall("T-1", "2026-04-01"));
    w.refuse(Rule::T03, (EE, PBO), recall("T-1", "2026-06-30"));
    w.refuse(Rule::T03, (EE, PBO), recall("T-1", "2026-02-28"));
    let entry = w.accept((EE, PBO), recall("T-1", "2026-03-01"));
    let transfer = w.state.transfer(&"T-1".parse().unwrap()).unwrap();
    assert_eq!((transfer.due, transfer.recalled_in), (Some("2026-03-01".parse().unwrap()), Some(entry)));
});

scenario!(only_a_running_loan_is_extended_or_recalled, [T03, S03], [LoanExtended, LoanRecalled], |w| {
    w.accept_all((EE, PBO), &[register(GUN, EE), register(GUN2, EE)]);
    w.agreed("CUSTODY", "T-1", EE, LV, &[GUN]);
    for attempt in [extend("T-1", "2026-09-30"), recall("T-1", "2026-03-01")] {
        let no = w.refuse(Rule::T03, (EE, PBO), attempt);
        assert_eq!(no.why, "transfer T-1 is not a loan");
    }
    w.accept((EE, PBO), propose("LOAN", "T-2", EE, LV, &[GUN2]));
    w.refuse(Rule::S03, (EE, PBO), extend("T-2", "2026-09-30"));
    w.refuse(Rule::S03, (EE, PBO), recall("T-2", "2026-03-01"));
    w.accept((LV, PBO), approve("T-2"));
    w.agree(&[(EE, PBO), (LV, PBO)], extend("T-2", "2026-09-30"));
    w.accept((EE, PBO), recall("T-2", "2026-03-01"));
    w.accept((EE, PBO), cancel("T-2"));
    w.refuse(Rule::S03, (EE, PBO), extend("T-2", "2026-09-30"));
});

scenarios!(
    a_party_lends_only_what_it_owns_and_holds,
    what_is_lent_is_not_lent_on,
    a_custodian_gives_custody_back,
    custody_passes_to_a_third_party_with_the_owners_signature,
    a_loan_has_a_due_date_not_before_its_start,
    a_sale_has_a_price_and_only_a_sale,
    a_transfer_names_two_parties_and_each_item_once,
    a_serial_number_is_in_one_open_transfer,
    the_receiver_answers_once,
    a_cancelled_transfer_is_not_approved,
    cancelling_frees_what_was_reserved,
    the_rest_is_cancelled_and_title_passes_to_what_came,
    the_rest_of_a_loan_is_cancelled_while_the_loan_runs,
    title_to_a_donation_passes_when_both_sides_sign,
    title_to_a_sale_passes_at_the_price_and_the_buyer_pays,
    title_passes_only_to_what_was_received,
    a_loan_is_extended_by_both_before_it_is_due,
    a_loan_is_recalled_by_its_owner_to_an_earlier_day,
    only_a_running_loan_is_extended_or_recalled,
);
