//! Acts without end, for load: about thirty officers of three ministries at work, deterministically.
//!
//! A [`Generator`] founds a ledger and then gives one lawful act after the other, each with its author and its
//! time. The same seed gives the same acts, the same keys and so the same links, on every machine. Every act is
//! accepted: the generator keeps its own small account of what is free, what is under way and which signature is
//! missing, and never asks the ledger.
//!
//! ```text
//! arrival ──▶ a matter begins: a transfer, a contract, a loss, a new key …          (its first act)
//! queue   ──▶ a matter goes on when its next step is due: answered, dispatched,
//!             counted, countersigned, returned, invoiced, paid …                    (one act a step)
//! ```
//!
//! Matters overlap as they do in life: a loan runs for weeks while others begin and end. They end, too, and what
//! they bound is free again, so the state grows much more slowly than the history. Goods that are used up are
//! bought or registered anew.
//!
//! About four in a hundred receipts are short, one loan in eight is to be extended, some things are lost.
//! Prices, quantities and numbers are made up; papers are random digests. **The keys are made from the seed: test
//! only.**
//!
//! ```
//! use ledger_core::exchange::generator::Generator;
//! use ledger_core::store::memory::MemoryStore;
//!
//! let mut generator = Generator::new(7)?;
//! let mut journal = generator.found(MemoryStore::new())?;
//! for _ in 0..100 {
//!     generator.stage_next(&mut journal)?;
//! }
//! journal.commit()?;
//! assert_eq!(journal.head().size, 101);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chance;
mod founding;
mod losses;
mod offices;
mod purchases;
mod stock;
mod transfers;

use std::collections::{BTreeMap, VecDeque};
use std::str::FromStr;

use super::scenario::Actor;
use crate::domain::codes::{DocumentKind, Marking};
use crate::domain::ids::LicenceId;
use crate::domain::pending::{ActCountersigned, ActRefused};
use crate::domain::{Act, ActId, Charter, Date, Digest, Document, Event, Party, Role, Text, Timestamp};
use crate::journal::{Journal, JournalError, Stamp};
use crate::ledger::charter::{self, CharterError};
use crate::ledger::signer::SeedSigner;
use crate::store::Store;

use chance::Chance;
use losses::Loss;
use offices::NewHand;
use purchases::{Delivery, Programme};
use stock::{Intake, Stock, Taken};
use transfers::Transfer;

/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;
/// Minutes of an hour.
const HOUR: u64 = 60;
/// Minutes of a day.
const DAY: u64 = 24 * HOUR;
/// When the ledger is founded: 2016-01-04T06:00:00Z. Early enough that a million acts lie in the past, since an
/// audit finds what was recorded in the future.
const FOUNDED_MS: u64 = 1_451_887_200_000;

/// The next act of the stream: who signs it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// What the author's clock says.
    pub now: Timestamp,
    /// The author.
    pub by: Actor,
    /// What is done.
    pub act: Act,
}

/// The generator made what is no value of the domain, or lost track of its account: a fault in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the generator is at fault: {0}")]
pub struct Fault(String);

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self(why)
    }
}

/// Why a generated act is not in the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The generator is at fault.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The charter is not signed.
    #[error(transparent)]
    Charter(#[from] CharterError),
    /// The ledger did not take it.
    #[error("the act of {by} at {now}: {source}")]
    Journal {
        /// Its author.
        by: Box<Actor>,
        /// Its time.
        now: Timestamp,
        /// Why not.
        source: Box<JournalError>,
    },
}

/// A founder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nation {
    Ee,
    Lt,
    Lv,
}

impl Nation {
    /// In the order of their country codes, as the domain wants them.
    const ALL: [Nation; 3] = [Nation::Ee, Nation::Lt, Nation::Lv];

    const fn code(self) -> &'static str {
        match self {
            Nation::Ee => "EE",
            Nation::Lt => "LT",
            Nation::Lv => "LV",
        }
    }

    /// The next one round the table: who countersigns for this one.
    const fn neighbour(self) -> Nation {
        match self {
            Nation::Ee => Nation::Lv,
            Nation::Lv => Nation::Lt,
            Nation::Lt => Nation::Ee,
        }
    }
}

/// One for each nation.
#[derive(Debug, Clone, Default)]
struct Three<T> {
    ee: T,
    lt: T,
    lv: T,
}

impl<T> Three<T> {
    const fn of(&self, nation: Nation) -> &T {
        match nation {
            Nation::Ee => &self.ee,
            Nation::Lt => &self.lt,
            Nation::Lv => &self.lv,
        }
    }

    const fn of_mut(&mut self, nation: Nation) -> &mut T {
        match nation {
            Nation::Ee => &mut self.ee,
            Nation::Lt => &mut self.lt,
            Nation::Lv => &mut self.lv,
        }
    }
}

/// An act without its id and time.
#[derive(Debug)]
struct Deed {
    by: Actor,
    events: Vec<Event>,
    documents: Vec<Document>,
}

/// A matter under way. Each step gives one act and says what comes next.
#[derive(Debug)]
enum Flow {
    Transfer(Box<Transfer>),
    Loss(Box<Loss>),
    Delivery(Box<Delivery>),
    Signatures(Box<Signatures>),
    Renewal(Nation, Nation),
    NewHand(NewHand),
}

/// An act that waits for signatures, and what follows when it has them.
#[derive(Debug)]
struct Signatures {
    entry: u64,
    by: VecDeque<Actor>,
    refuse: bool,
    then: Then,
}

/// What follows an act when it has all its signatures.
#[derive(Debug)]
enum Then {
    /// Nothing.
    Nothing,
    /// The matter goes on.
    Go(Flow),
    /// A part of this transfer has ended, with these goods at a nation.
    End(u64, Nation, Vec<Taken>),
}

/// The stream of acts. See the [module](self).
#[derive(Debug)]
pub struct Generator {
    chance: Chance,
    seed: u64,
    charter: Charter,
    parties: Three<Party>,
    signers: BTreeMap<Actor, SeedSigner>,
    /// The key that takes an officer's old one's place once the act that says so is signed with the old one.
    fresh: Option<(Actor, SeedSigner)>,
    /// How often each officer's key was replaced.
    replaced: BTreeMap<Actor, u32>,
    /// Which holder of the role has the store's key now.
    hands: Three<u8>,
    now: Timestamp,
    /// Position of the next act.
    seq: u64,
    /// For numbers of transfers, invoices, batches.
    count: u64,
    opening: VecDeque<Deed>,
    arrival: Timestamp,
    queue: BTreeMap<(Timestamp, u64), Flow>,
    queued: u64,
    stock: Stock,
    intake: Intake,
    /// Transfers of which a part is under way: how many parts, and the goods that are free when all have ended.
    parts: BTreeMap<u64, (u32, Vec<(Nation, Taken)>)>,
    licences: BTreeMap<(Nation, Nation), LicenceId>,
    programmes: Vec<Programme>,
    pdf: Text,
}

impl Generator {
    /// The stream of this seed.
    ///
    /// # Errors
    /// A fault in the generator.
    pub fn new(seed: u64) -> Result<Self, Fault> {
        founding::generator(seed)
    }

    /// The stream of this seed in which each nation first fills its depots with about `things` things that have serial
    /// numbers, up to forty in one act: the register is large, not only the history.
    ///
    /// # Errors
    /// A fault in the generator.
    pub fn with_depots(seed: u64, things: usize) -> Result<Self, Fault> {
        Ok(Self { intake: Intake::depots_of(things), ..Self::new(seed)? })
    }

    /// The charter of the ledger that the acts are for.
    pub const fn charter(&self) -> &Charter {
        &self.charter
    }

    /// Founds the ledger in an empty store.
    ///
    /// # Errors
    /// As [`Journal::found`].
    pub fn found<S: Store>(&self, store: S) -> Result<Journal<S>, LoadError> {
        let root = |party| Actor { party, role: Role::Root, holder: 1 };
        let signer = |by: &Actor| self.signer(by).ok_or(CharterError::NotAFounder);
        let mut signatures = Vec::new();
        for founder in &self.charter.parties {
            signatures.push(charter::sign(&self.charter, signer(&root(founder.party))?)?);
        }
        let (by, now) = (root(*self.parties.of(Nation::Ee)), start()?);
        let stamp = Stamp { signer: signer(&by)?, now };
        Journal::found(store, self.charter.clone(), signatures, ActId::new([0; 16]), stamp)
            .map(|(journal, _)| journal)
            .map_err(|source| LoadError::Journal { by: Box::new(by), now, source: Box::new(source) })
    }

    /// The key of an officer, as it is now: the one that signs the last [`Turn`].
    pub fn signer(&self, by: &Actor) -> Option<&SeedSigner> {
        self.signers.get(by)
    }

    /// The next act. It is lawful when all before it were recorded, in their order and nothing else.
    ///
    /// # Errors
    /// A fault in the generator.
    pub fn next_turn(&mut self) -> Result<Turn, Fault> {
        self.signers.extend(self.fresh.take());
        let deed = self.next_deed()?;
        let id = ActId::new(self.chance.bytes());
        self.seq = self.seq.saturating_add(1);
        Ok(Turn {
            now: self.now,
            by: deed.by,
            act: Act { id, documents: deed.documents, events: deed.events },
        })
    }

    /// Stages the next act; [`Journal::commit`] makes it durable with the others.
    ///
    /// # Errors
    /// The ledger did not take it. The generator goes on as if it had: begin anew with both.
    pub fn stage_next<S: Store>(&mut self, journal: &mut Journal<S>) -> Result<(), LoadError> {
        let Turn { now, by, act } = self.next_turn()?;
        let signer = self.signer(&by).ok_or_else(|| Fault(format!("{by} has no key")))?;
        journal.stage(act, Stamp { signer, now }).map_err(|source| LoadError::Journal {
            by: Box::new(by),
            now,
            source: Box::new(source),
        })
    }

    fn next_deed(&mut self) -> Result<Deed, Fault> {
        if let Some(deed) = self.opening.pop_front() {
            self.now = self.now.later_by(MINUTE_MS);
            self.arrival = self.now;
            return Ok(deed);
        }
        match self.queue.first_entry() {
            Some(first) if first.key().0 <= self.arrival => {
                let ((due, _), flow) = first.remove_entry();
                self.now = self.now.max(due);
                self.go_on(flow)
            }
            _ => {
                self.now = self.now.max(self.arrival);
                self.arrival = self.in_minutes(2, 18);
                self.begin()
            }
        }
    }

    /// A new matter begins.
    fn begin(&mut self) -> Result<Deed, Fault> {
        let nation = self.chance.nation();
        match self.chance.below(1_000) {
            0..=289 => self.begin_transfer(nation),
            290..=699 => self.consume(nation),
            700..=914 => self.register(nation),
            915..=939 => self.begin_loss(nation),
            940..=979 => self.begin_contract(),
            980..=987 => self.assess_pool(),
            988..=996 => self.rotate_key(nation),
            _ => self.enrol_hand(nation),
        }
    }

    fn go_on(&mut self, flow: Flow) -> Result<Deed, Fault> {
        match flow {
            Flow::Transfer(transfer) => self.step_transfer(*transfer),
            Flow::Loss(loss) => self.step_loss(*loss),
            Flow::Delivery(delivery) => self.step_delivery(*delivery),
            Flow::Signatures(signatures) => self.step_signatures(*signatures),
            Flow::Renewal(from, to) => self.renew_licence(from, to),
            Flow::NewHand(hand) => self.step_hand(hand),
        }
    }

    /// The next signature under an act that waits, or its refusal.
    fn step_signatures(&mut self, mut signatures: Signatures) -> Result<Deed, Fault> {
        let by = signatures.by.pop_front().ok_or_else(|| Fault("nobody is left to sign".into()))?;
        let (occurred_at, entry) = (self.now, signatures.entry);
        let event: Event = if signatures.refuse {
            ActRefused { occurred_at, entry, reason: words("Not agreed with the headquarters")? }.into()
        } else {
            let seen = self.chance.percent(40);
            let remark = if seen { Some(words("Compared with our own papers")?) } else { None };
            ActCountersigned { occurred_at, entry, remark }.into()
        };
        if !signatures.by.is_empty() && !signatures.refuse {
            self.later(30, 8 * HOUR, Flow::Signatures(Box::new(signatures)));
        } else {
            match signatures.then {
                Then::Nothing => {}
                Then::Go(flow) => self.later(HOUR, 20 * HOUR, flow),
                Then::End(number, nation, goods) => self.end_part(number, nation, goods),
            }
        }
        let documents = vec![self.paper(DocumentKind::Other)];
        Ok(Deed { by, events: vec![event], documents })
    }

    /// The act that is being made needs these signatures before `then` goes on.
    fn await_signatures(&mut self, by: impl Into<VecDeque<Actor>>, then: Then) {
        let signatures = Signatures { entry: self.seq, by: by.into(), refuse: false, then };
        self.later(20, 10 * HOUR, Flow::Signatures(Box::new(signatures)));
    }

    /// The act that is being made will be refused by this officer; `then` goes on all the same.
    fn await_refusal(&mut self, by: Actor, then: Flow) {
        let signatures =
            Signatures { entry: self.seq, by: VecDeque::from([by]), refuse: true, then: Then::Go(then) };
        self.later(20, 10 * HOUR, Flow::Signatures(Box::new(signatures)));
    }

    /// Puts the next step of a matter in the queue, so many minutes from now.
    fn later(&mut self, least: u64, most: u64, flow: Flow) {
        let due = self.in_minutes(least, most);
        self.queued = self.queued.saturating_add(1);
        self.queue.insert((due, self.queued), flow);
    }

    fn in_minutes(&mut self, least: u64, most: u64) -> Timestamp {
        let seconds = self.chance.between(least.saturating_mul(60), most.saturating_mul(60));
        self.now.later_by(seconds.saturating_mul(1_000))
    }

    fn in_days(&self, days: u64) -> Date {
        self.now.later_by(days.saturating_mul(DAY).saturating_mul(MINUTE_MS)).date()
    }

    /// When the fact was, that is recorded now: a while ago.
    fn a_while_ago(&mut self) -> Timestamp {
        let ago = self.chance.between(0, 40).saturating_mul(MINUTE_MS);
        Timestamp::from_millis(self.now.as_millis().saturating_sub(ago)).unwrap_or(self.now)
    }

    const fn party(&self, nation: Nation) -> Party {
        *self.parties.of(nation)
    }

    fn officer(&self, nation: Nation, role: Role) -> Actor {
        let holder = if role == Role::HandReceiptHolder { *self.hands.of(nation) } else { 1 };
        Actor { party: self.party(nation), role, holder }
    }

    /// One of the two book keepers.
    fn book_keeper(&mut self, nation: Nation) -> Actor {
        let holder = if self.chance.percent(60) { 1 } else { 2 };
        Actor { party: self.party(nation), role: Role::PropertyBookOfficer, holder }
    }

    /// The store keeper, or a book keeper in his place.
    fn hand(&mut self, nation: Nation) -> Actor {
        if self.chance.percent(70) {
            self.officer(nation, Role::HandReceiptHolder)
        } else {
            self.book_keeper(nation)
        }
    }

    fn number(&mut self) -> u64 {
        self.count = self.count.saturating_add(1);
        self.count
    }

    fn paper(&mut self, kind: DocumentKind) -> Document {
        Document {
            kind,
            sha256: Digest::new(self.chance.bytes()),
            bytes: self.chance.between(20_000, 900_000),
            media_type: self.pdf.clone(),
            marking: Marking::Unclassified,
        }
    }
}

/// A value from its written form.
fn made<T: FromStr<Err = String>>(text: impl AsRef<str>) -> Result<T, Fault> {
    text.as_ref().parse().map_err(Fault)
}

fn words(text: &str) -> Result<Text, Fault> {
    made(text)
}

fn start() -> Result<Timestamp, Fault> {
    Ok(Timestamp::from_millis(FOUNDED_MS)?)
}
