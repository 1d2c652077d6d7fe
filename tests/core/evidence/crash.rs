//! A store that fails at any one operation: the journal stops, and what is found afterwards is the old ledger
//! or the new one, never something between, and never less than was acknowledged.

use ledger_core::domain::{Act, Charter, Event, Timestamp};
use ledger_core::journal::{Journal, JournalError, Receipt, Stamp, verify};
use ledger_core::ledger::codec::decode_body;
use ledger_core::ledger::tip::Expectations;
use ledger_core::store::faulty::{Faulty, Kept};
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::{Store, StoreError};

use super::small::{Sound, sound};
use super::world::{World, body, officer};

/// One thing that a clerk's program asks of the journal.
enum Request {
    Append(usize),
    Stage(usize),
    Commit,
}

struct Script {
    sound: Sound,
    /// Acts with author and time, by position.
    acts: Vec<(Act, String, Timestamp)>,
    requests: Vec<Request>,
}

impl Script {
    /// The acts of the sound ledger, some recorded one by one and some in batches.
    fn new() -> Self {
        let sound = sound();
        let names =
            ["EE ROOT", "LT ROOT", "LV ROOT", "EE MIN", "EE NAD", "EE PCO", "EE PBO", "EE HRH", "LV MIN"];
        let names = names.into_iter().chain(["LV PBO", "EE FIN"]);
        let names: Vec<(String, String)> =
            names.map(|name| (super::world::key(name), name.to_owned())).collect();
        let acts: Vec<(Act, String, Timestamp)> = sound
            .entries
            .iter()
            .map(|bytes| {
                let body = decode_body(body(bytes)).unwrap();
                let author = body.author.to_string();
                let name = names.iter().find(|(key, _)| *key == author).map(|(_, name)| name.clone());
                (body.act, name.unwrap_or_else(|| panic!("{author}")), body.recorded_at)
            })
            .collect();
        let mut requests: Vec<Request> = (1..8).map(Request::Append).collect();
        requests.extend((8..15).map(Request::Stage));
        requests.push(Request::Commit);
        requests.push(Request::Append(15));
        // Sent again: it is read, not written.
        requests.push(Request::Append(9));
        requests.extend((16..20).map(Request::Stage));
        requests.push(Request::Append(20));
        requests.extend((21..acts.len()).map(Request::Stage));
        requests.push(Request::Commit);
        Self { sound, acts, requests }
    }

    fn founding(&self) -> (Charter, Vec<ledger_core::domain::party::CharterSignature>) {
        let Event::LedgerConstituted(founding) = &self.acts[0].0.events[0] else { panic!() };
        (founding.charter.clone(), founding.signatures.clone())
    }

    /// Runs all requests, or those up to a failure; gives the receipts, the error, and the store.
    fn run<S: Store>(&self, store: S) -> (Vec<Receipt>, Option<JournalError>, Option<Journal<S>>) {
        let (charter, signatures) = self.founding();
        let (act, author, now) = &self.acts[0];
        let stamp = Stamp { signer: &officer(author), now: *now };
        let (mut journal, receipt) = match Journal::found(store, charter, signatures, act.id, stamp) {
            Ok(founded) => founded,
            Err(error) => return (Vec::new(), Some(error), None),
        };
        let mut receipts = vec![receipt];
        for request in &self.requests {
            let result = match request {
                Request::Append(at) => {
                    let (act, author, now) = &self.acts[*at];
                    let stamp = Stamp { signer: &officer(author), now: *now };
                    journal.append(act.clone(), stamp).map(|receipt| vec![receipt])
                }
                Request::Stage(at) => {
                    let (act, author, now) = &self.acts[*at];
                    let stamp = Stamp { signer: &officer(author), now: *now };
                    journal.stage(act.clone(), stamp).map(|()| Vec::new())
                }
                Request::Commit => journal.commit(),
            };
            match result {
                Ok(more) => receipts.extend(more),
                Err(error) => return (receipts, Some(error), Some(journal)),
            }
        }
        (receipts, None, Some(journal))
    }
}

fn faulty(at: u64, kept: Kept) -> Faulty<MemoryStore> {
    Faulty::new(MemoryStore::new(), at, kept, MemoryStore::leave_tail)
}

#[test]
fn the_script_gives_the_sound_ledger_when_nothing_fails() {
    let script = Script::new();
    let (receipts, error, journal) = script.run(faulty(u64::MAX, Kept::Nothing));
    assert!(error.is_none(), "{error:?}");
    let store = journal.unwrap().into_store();
    assert!(store.operations() > 12, "{}", store.operations());
    assert_eq!(store.into_inner().into_parts(), (script.sound.entries, script.sound.anchor));
    assert_eq!(receipts.iter().filter(|receipt| receipt.repeated).count(), 1);
}

#[test]
fn whatever_operation_fails_the_ledger_is_the_old_one_or_the_new_one() {
    let script = Script::new();
    let operations = script.run(faulty(u64::MAX, Kept::Nothing)).2.unwrap().into_store().operations();
    let (mut tails, mut stops) = (0, 0);
    for at in 0..operations {
        for kept in [Kept::Nothing, Kept::Everything, Kept::Tail(1), Kept::Tail(3), Kept::Tail(usize::MAX)] {
            let (receipts, error, journal) = script.run(faulty(at, kept));
            let stopped = matches!(error, Some(JournalError::Store(StoreError::MustReopen { .. })));
            assert!(stopped, "operation {at}, {kept:?}: {error:?}");
            // The first commit is the founding: who fails there has no journal to ask again.
            let Some(mut journal) = journal else {
                assert!(receipts.is_empty());
                continue;
            };
            // A read that failed stops nothing by itself; a commit that failed stops all.
            if matches!(journal.commit(), Err(JournalError::MustReopen)) {
                stops += 1;
                assert_must_reopen(&mut journal, &script);
            }
            let store = journal.into_store().into_inner();
            // Nothing that was acknowledged is gone, nothing is there that was not asked for, in that order.
            let acknowledged = receipts.iter().map(|receipt| receipt.entry + 1).max().unwrap_or(0);
            let (entries, anchor) = store.clone().into_parts();
            assert!(entries.len() as u64 >= acknowledged, "operation {at}, {kept:?}");
            assert_eq!(entries, script.sound.entries[..entries.len()], "operation {at}, {kept:?}");
            assert!(anchor.size >= acknowledged);
            tails += usize::from(entries.len() as u64 > anchor.size);
            check_and_go_on(&script, store);
        }
    }
    assert!(tails > 10 && stops > 10, "{tails} tails, {stops} stops");
}

/// After a failed commit every call says so.
fn assert_must_reopen(journal: &mut Journal<Faulty<MemoryStore>>, script: &Script) {
    let (act, author, now) = &script.acts[9];
    let stamp = Stamp { signer: &officer(author), now: *now };
    for _ in 0..2 {
        assert!(matches!(journal.append(act.clone(), stamp), Err(JournalError::MustReopen)));
        assert!(matches!(journal.stage(act.clone(), stamp), Err(JournalError::MustReopen)));
        assert!(matches!(journal.commit(), Err(JournalError::MustReopen)));
    }
}

/// What is found verifies; opening takes a tail in; sending every act again completes the ledger, each act
/// recorded once.
fn check_and_go_on(script: &Script, store: MemoryStore) {
    let expected = Expectations { charter: Some(script.sound.charter), now: None };
    assert_eq!(verify(&store, expected, &mut |_, _| {}).unwrap().findings, []);
    let mut journal = Journal::open(store, &mut |_, _| {}).unwrap();
    assert_eq!(journal.store().len(), journal.store().anchor().size);
    let found = journal.head().size;
    for (at, (act, author, now)) in script.acts.iter().enumerate().skip(1) {
        let stamp = Stamp { signer: &officer(author), now: *now };
        let receipt = journal.append(act.clone(), stamp).unwrap();
        assert_eq!((receipt.entry, receipt.repeated), (at as u64, (at as u64) < found));
    }
    let whole = (script.sound.entries.clone(), script.sound.anchor);
    assert_eq!(journal.into_store().into_parts(), whole);
}

#[test]
fn a_failure_while_opening_leaves_a_ledger_that_opens_the_next_time() {
    let sound = sound();
    let size = sound.entries.len() - 2;
    let link = ledger_core::ledger::RawEntry::new(sound.entries[size - 1].clone()).link();
    let anchor = ledger_core::store::Anchor { size: size as u64, link };
    let store = MemoryStore::from_parts(sound.entries.clone(), anchor).unwrap();
    for kept in [Kept::Nothing, Kept::Everything] {
        // One read of the acknowledged entries, one of the tail, one adoption.
        for at in 0..3 {
            let faulty = Faulty::new(store.clone(), at, kept, MemoryStore::leave_tail);
            let shared = std::rc::Rc::new(std::cell::RefCell::new(faulty));
            let error = Journal::open(Lent(shared.clone()), &mut |_, _| {}).map(drop).unwrap_err();
            assert!(matches!(error, JournalError::Store(StoreError::MustReopen { .. })), "{error}");
            let store = std::rc::Rc::into_inner(shared).unwrap().into_inner().into_inner();
            let journal = Journal::open(store, &mut |_, _| {}).unwrap();
            assert_eq!(journal.store().anchor(), sound.anchor);
        }
    }
}

/// A store that is given back when the journal is gone.
struct Lent(std::rc::Rc<std::cell::RefCell<Faulty<MemoryStore>>>);

impl Store for Lent {
    fn anchor(&self) -> ledger_core::store::Anchor {
        self.0.borrow().anchor()
    }

    fn len(&self) -> u64 {
        self.0.borrow().len()
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.0.borrow().read(from, max)
    }

    fn commit(
        &mut self,
        expected: ledger_core::store::Anchor,
        entries: &[Vec<u8>],
        next: ledger_core::store::Anchor,
    ) -> Result<(), StoreError> {
        self.0.borrow_mut().commit(expected, entries, next)
    }

    fn adopt_tail(
        &mut self,
        expected: ledger_core::store::Anchor,
        next: ledger_core::store::Anchor,
    ) -> Result<(), StoreError> {
        self.0.borrow_mut().adopt_tail(expected, next)
    }
}

#[test]
fn an_act_sent_again_is_read_and_nothing_is_written() {
    let mut world = World::found_in(faulty(u64::MAX, Kept::Nothing), "", super::world::charter(""));
    world.enrol(&["EE PBO"], "LV ROOT");
    let before = world.journal.store().operations();
    let act = decode_body(body(&sound().entries[0])).unwrap().act;
    let stamp = Stamp { signer: &officer("EE ROOT"), now: world.now };
    assert!(world.journal.append(act, stamp).unwrap().repeated);
    assert_eq!(world.journal.store().operations(), before + 1);
}
