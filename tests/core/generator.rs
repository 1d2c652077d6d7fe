//! The generator of load: every act is accepted, all families are there, nothing is lost, and the same seed
//! gives the same links.

use std::collections::BTreeMap;

use ledger_core::exchange::generator::Generator;
use ledger_core::journal::{self, Journal};
use ledger_core::ledger::Expectations;
use ledger_core::store::Store as _;
use ledger_core::store::memory::MemoryStore;

fn ledger(seed: u64, acts: usize) -> (Journal<MemoryStore>, BTreeMap<&'static str, u64>, u64) {
    let mut generator = Generator::new(seed).unwrap();
    let mut journal = generator.found(MemoryStore::new()).unwrap();
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut several = 0;
    for act in 0..acts {
        let turn = generator.next_turn().unwrap();
        turn.act.events.iter().for_each(|event| *kinds.entry(event.name()).or_default() += 1);
        several += u64::from(turn.act.events.len() > 1);
        let signer = generator.signer(&turn.by).unwrap_or_else(|| panic!("{} has no key", turn.by));
        let stamp = journal::Stamp { signer, now: turn.now };
        if let Err(error) = journal.stage(turn.act.clone(), stamp) {
            panic!("act {act} of {} at {} is refused: {error}\n{:?}", turn.by, turn.now, turn.act.events);
        }
    }
    journal.commit().unwrap();
    (journal, kinds, several)
}

/// The kinds of event that the generator makes: registers, transfers, losses and purchases. The other kinds are
/// proved by stories (`rules`) and by random histories (`laws`).
const GENERATED: &[&str] = &[
    "KeyEnrolled",
    "KeyRotated",
    "KeyRevoked",
    "ActCountersigned",
    "ActRefused",
    "ItemRegistered",
    "ConsumptionReported",
    "LossReported",
    "LossInvestigated",
    "WriteOffApproved",
    "ItemFound",
    "TransferProposed",
    "TransferApproved",
    "TransferRefused",
    "TransferCancelled",
    "RetransferConsentRecorded",
    "TransferLicenceRecorded",
    "ItemsReserved",
    "ConsignmentDispatched",
    "ConsignmentReceived",
    "DiscrepancyReported",
    "DiscrepancyResolved",
    "TitlePassed",
    "LoanExtended",
    "LoanRecalled",
    "ReturnDispatched",
    "ReturnReceived",
    "ProgrammeProposed",
    "ParticipantJoined",
    "ArrangementEffective",
    "ContractSigned",
    "DeliveryDispatched",
    "DeliveryReceived",
    "DeliveryAccepted",
    "InvoiceRegistered",
    "InvoiceApproved",
    "PaymentExecuted",
    "CostShareAssessed",
];

#[test]
fn twenty_thousand_of_twenty_thousand_acts_are_accepted() {
    const ACTS: usize = 20_000;
    let (journal, kinds, several) = ledger(1, ACTS);
    assert_eq!(journal.head().size, 1 + ACTS as u64);

    // The daily business: the kinds of which two years of three ministries are made.
    for name in GENERATED {
        let least = match *name {
            "ProgrammeProposed" | "ParticipantJoined" | "ArrangementEffective" => 3,
            "RetransferConsentRecorded" => 1,
            "TransferLicenceRecorded" => 6,
            "KeyEnrolled" | "TransferRefused" | "TransferCancelled" => 15,
            "KeyRotated" | "KeyRevoked" | "LoanRecalled" | "ActRefused" | "WriteOffApproved"
            | "CostShareAssessed" => 8,
            "DiscrepancyReported" | "DiscrepancyResolved" | "LoanExtended" | "ContractSigned" => 30,
            "LossReported" | "LossInvestigated" | "ItemFound" => 40,
            _ => 100,
        };
        let count = kinds.get(name).copied().unwrap_or(0);
        assert!(count >= least, "{count} of {name}, at least {least}: {kinds:?}");
    }
    assert!(several > 500, "{several} acts of several events");

    for (id, stock) in journal.state().items() {
        assert!(stock.is_conserved(), "{id}");
    }
    // Loans end and things are used again: the state grows more slowly than the history.
    let open = journal.state().transfers().filter(|(id, _)| journal.state().transfer_is_open(id)).count();
    let all = journal.state().transfers().count();
    assert!(open * 2 < all, "{open} of {all} transfers are open");
    assert!(journal.state().items().count() * 4 < ACTS, "{} items", journal.state().items().count());

    let report = journal::verify(journal.store(), Expectations::default(), &mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    let bytes: usize = (0..journal.store().len())
        .step_by(500)
        .flat_map(|from| journal.store().read(from, 500).unwrap())
        .map(|entry| entry.len())
        .sum();
    let average = bytes / (ACTS + 1);
    assert!((400..=500).contains(&average), "{average} bytes an entry");
}

#[test]
fn the_same_seed_gives_the_same_links_and_another_seed_others() {
    let link = |seed| ledger(seed, 600).0.head().link;
    assert_eq!(link(7), link(7));
    assert_ne!(link(7), link(8));
}
