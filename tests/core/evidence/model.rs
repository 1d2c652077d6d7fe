//! The same requests on sled and in memory: the same answers and the same bytes, through every reopening.

use std::time::Duration;

use ledger_core::domain::Act;
use ledger_core::journal::{Journal, JournalError, Receipt, Stamp, verify};
use ledger_core::ledger::tip::Expectations;
use ledger_core::store::Store;
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::sled::SledStore;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::small::{CARTRIDGES, registered};
use super::world::{World, act_id, charter, events, officer};

/// What a clerk may ask; unlawful things too.
#[derive(Debug, Clone)]
enum Request {
    Append(usize, u8, u8),
    Stage(usize, u8, u8),
    Commit,
    Reopen,
}

const OFFICERS: [&str; 4] = ["EE PBO", "LV PBO", "EE HRH", "stranger"];

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let act = (0_usize..4, 0_u8..6, 0_u8..6);
    let request = prop_oneof![
        4 => act.clone().prop_map(|(by, what, number)| Request::Append(by, what, number)),
        6 => act.prop_map(|(by, what, number)| Request::Stage(by, what, number)),
        2 => Just(Request::Commit),
        1 => Just(Request::Reopen),
    ];
    prop::collection::vec(request, 1..40)
}

/// One of a few acts; the small numbers make them meet.
fn what(kind: u8, number: u8) -> Value {
    let transfer = format!("T{number}");
    match kind {
        0 => registered(&format!("{number}")),
        1 => json!([{"ItemRegistered": {
            "item": format!("{CARTRIDGES}={} EA", u32::from(number) + 1), "description": "Cartridge",
            "hazard": "1.4S", "neq_g_per_unit": 1,
            "condition": "A", "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]),
        2 => json!([{"ConsumptionReported": {
            "item": format!("{CARTRIDGES}={} EA", u32::from(number) + 2), "owner": "EE", "holder": "EE",
            "location": "EE-TAPA-1", "activity": "X",
        }}]),
        3 => json!([{"TransferProposed": {
            "transfer": transfer, "kind": "DONATION", "from": "EE", "to": "LV", "owner": "EE",
            "items": [format!("serial:0AA1J:RADIO-5:{number}")], "purpose": "x", "risk_passes_at": "RECEIPT",
        }}]),
        4 => json!([{"TransferApproved": {"transfer": transfer}}]),
        _ => json!([{"ConsignmentDispatched": {
            "consignment": format!("C{number}"), "transfer": transfer,
            "items": [format!("serial:0AA1J:RADIO-5:{number}")], "from_location": "EE-TAPA-1",
        }}]),
    }
}

type Answer = Result<Vec<Receipt>, String>;

fn said(answer: Result<Vec<Receipt>, JournalError>) -> Answer {
    answer.map_err(|error| error.to_string())
}

fn ask<S: Store>(world: &mut World<S>, request: &Request, turn: usize) -> Answer {
    let (by, kind, number) = match request {
        Request::Append(by, kind, number) | Request::Stage(by, kind, number) => (*by, *kind, *number),
        Request::Commit | Request::Reopen => return said(world.journal.commit()),
    };
    world.tick();
    // Every third id was used before, with this content or another.
    let id = act_id(&format!("{}", if turn.is_multiple_of(3) { turn / 2 } else { turn }));
    let act = Act { id, documents: Vec::new(), events: events(world.now, what(kind, number)) };
    let signer = officer(OFFICERS[by]);
    let stamp = Stamp { signer: &signer, now: world.now };
    match request {
        Request::Append(..) => said(world.journal.append(act, stamp).map(|receipt| vec![receipt])),
        _ => said(world.journal.stage(act, stamp).map(|()| Vec::new())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_on_sled_is_a_journal_in_memory(requests in requests()) {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("ledger");
        let mut disk = World::found_in(SledStore::create(&folder).unwrap(), "", charter(""));
        let mut memory = World::found_in(MemoryStore::new(), "", charter(""));
        disk.enrol(&["EE PBO", "EE HRH"], "LV ROOT");
        memory.enrol(&["EE PBO", "EE HRH"], "LV ROOT");
        disk.enrol(&["LV PBO"], "LT ROOT");
        memory.enrol(&["LV PBO"], "LT ROOT");
        // The plainest model: entries that were acknowledged, and nothing else.
        let mut acknowledged = memory.journal.store().anchor().size;
        for (turn, request) in requests.iter().enumerate() {
            let answer = ask(&mut memory, request, turn);
            prop_assert_eq!(&ask(&mut disk, request, turn), &answer, "{:?}", request);
            for receipt in answer.iter().flatten() {
                if !receipt.repeated {
                    acknowledged = acknowledged.max(receipt.entry + 1);
                }
            }
            prop_assert_eq!(disk.journal.head(), memory.journal.head());
            if matches!(request, Request::Reopen) {
                let World { journal, now, .. } = memory;
                let journal = Journal::open(journal.into_store(), &mut |_, _| {}).unwrap();
                memory = World::reopened(journal, now);
                let World { journal, now, .. } = disk;
                drop(journal);
                let store = SledStore::open(&folder, Duration::ZERO).unwrap();
                disk = World::reopened(Journal::open(store, &mut |_, _| {}).unwrap(), now);
            }
            prop_assert!(memory.journal.store().anchor().size >= acknowledged);
            prop_assert_eq!(disk.journal.store().anchor(), memory.journal.store().anchor());
        }
        let _ = (memory.journal.commit(), disk.journal.commit());
        let entries = memory.entries();
        prop_assert_eq!(disk.journal.store().read(0, usize::MAX).unwrap(), entries);
        prop_assert_eq!(format!("{:?}", disk.journal.state()), format!("{:?}", memory.journal.state()));
        let expected = Expectations { charter: Some(memory.fingerprint()), now: Some(memory.now) };
        prop_assert_eq!(verify(disk.journal.store(), expected, &mut |_, _| {}).unwrap().findings, []);
    }
}
