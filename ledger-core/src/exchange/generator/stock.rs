//! What there is: sorts of goods, things with serial numbers, lots; and the acts that register and use it.

use super::{Deed, Fault, Generator, Nation, Three, made, words};
use crate::domain::codes::{Condition, Country, DocumentKind, Hazard, MlCategory, Nsn};
use crate::domain::ids::{Place, Reference};
use crate::domain::item::{Item, ItemId};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::register::{ConsumptionReported, ItemRegistered};
use crate::domain::{Date, Event, Text};

/// How goods are kept and told apart. One consignment has goods of one class, because they lie in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Serial,
    Ammunition,
    Bulk,
}

/// A sort of goods, as it stands in the table below.
struct Row(&'static str, &'static str, Class, Option<&'static str>, Option<(&'static str, u64)>, u64, u64);

/// Stock number, words, class, list category, hazard and net explosive quantity, usual quantity, price in cents.
const SORTS: [Row; 11] = [
    Row("2320-38-900-0201", "Truck, cargo, 4x4, 5 t", Class::Serial, Some("ML6"), None, 1, 11_400_000),
    Row("5820-47-900-0301", "Radio set, VHF, vehicle mounted", Class::Serial, Some("ML11"), None, 1, 960_000),
    Row("1055-01-900-0101", "Air-defence launcher", Class::Serial, Some("ML2"), None, 1, 48_000_000),
    Row("6115-55-900-0501", "Generator set, diesel, 30 kVA", Class::Serial, None, None, 1, 2_350_000),
    Row(
        "1305-38-900-0801",
        "Cartridge 5.56 mm ball",
        Class::Ammunition,
        Some("ML3"),
        Some(("1.4S", 2)),
        5_000,
        42,
    ),
    Row(
        "1305-38-900-0802",
        "Cartridge 5.56 mm blank",
        Class::Ammunition,
        Some("ML3"),
        Some(("1.4S", 1)),
        4_000,
        31,
    ),
    Row(
        "1315-38-900-0804",
        "Cartridge 120 mm HE",
        Class::Ammunition,
        Some("ML3"),
        Some(("1.2E", 2_950)),
        60,
        41_000,
    ),
    Row(
        "1375-38-900-1001",
        "Demolition charge, 1 kg",
        Class::Ammunition,
        Some("ML4"),
        Some(("1.1D", 1_000)),
        120,
        8_450,
    ),
    Row("9130-38-900-0701", "Fuel F-34", Class::Bulk, None, None, 3_000, 118),
    Row("8970-38-900-0602", "Combat ration pack, 24 h", Class::Bulk, None, None, 300, 1_290),
    Row("8340-55-900-0601", "Tent, heated, for ten persons", Class::Bulk, None, None, 12, 184_000),
];

/// How many of the sorts, the first of the table, have serial numbers.
const SERIAL_SORTS: u64 = 4;

/// How things with serial numbers come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Intake {
    /// With fewer free things than this a nation registers more.
    few: usize,
    /// At most so many in one act.
    most: u64,
}

impl Intake {
    /// As much as the business of the day needs: the register grows much more slowly than the history.
    pub(super) const USUAL: Self = Self { few: 250, most: 6 };

    /// Depots of so many things for each nation, filled by the shipment.
    pub(super) const fn depots_of(things: usize) -> Self {
        Self { few: things, most: 40 }
    }
}

/// A sort of goods.
#[derive(Debug)]
pub(super) struct Sort {
    pub(super) nsn: Nsn,
    pub(super) words: Text,
    pub(super) class: Class,
    pub(super) ml: Option<MlCategory>,
    pub(super) hazard: Option<Hazard>,
    pub(super) neq: Option<u64>,
    pub(super) restricted_by: Option<Country>,
    pub(super) unit: Unit,
    /// What is usually moved at once.
    pub(super) pack: u64,
    pub(super) price_cents: u64,
}

#[derive(Debug)]
struct Thing {
    id: ItemId,
    sort: usize,
}

#[derive(Debug)]
struct Lot {
    id: ItemId,
    sort: usize,
    /// In service at home and promised to nobody.
    free: Three<u64>,
    /// Whether it stands in the list of live lots.
    is_live: bool,
}

/// Goods that a matter has to itself: a thing, or so much of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Thing(usize),
    Lot(usize, u64),
}

#[derive(Debug, Default)]
pub(super) struct Stock {
    pub(super) sorts: Vec<Sort>,
    things: Vec<Thing>,
    free: Three<Vec<usize>>,
    lots: Vec<Lot>,
    /// Lots of which there is something left.
    live: Vec<usize>,
    expiry: Option<Date>,
}

fn gone(what: &str) -> Fault {
    Fault(format!("there is no such {what}"))
}

impl Stock {
    pub(super) fn new() -> Result<Self, Fault> {
        let mut stock = Self { expiry: Some(made("2099-12-31")?), ..Self::default() };
        for Row(nsn, text, class, ml, hazard, pack, price_cents) in SORTS {
            stock.sorts.push(Sort {
                nsn: made(nsn)?,
                words: words(text)?,
                class,
                ml: ml.map(made).transpose()?,
                hazard: hazard.map(|(code, _)| made(code)).transpose()?,
                neq: hazard.map(|(_, neq)| neq),
                restricted_by: if ml == Some("ML2") { Some(made("US")?) } else { None },
                unit: if nsn.starts_with("9130") { Unit::Litre } else { Unit::Each },
                pack,
                price_cents,
            });
        }
        Ok(stock)
    }

    pub(super) fn sort(&self, sort: usize) -> Result<&Sort, Fault> {
        self.sorts.get(sort).ok_or_else(|| gone("sort"))
    }

    pub(super) fn sort_of(&self, taken: Taken) -> Result<&Sort, Fault> {
        match taken {
            Taken::Thing(thing) => self.sort(self.things.get(thing).ok_or_else(|| gone("thing"))?.sort),
            Taken::Lot(lot, _) => self.sort(self.lots.get(lot).ok_or_else(|| gone("lot"))?.sort),
        }
    }

    pub(super) fn item(&self, taken: Taken) -> Result<Item, Fault> {
        let item = match taken {
            Taken::Thing(thing) => {
                Item::new(self.things.get(thing).ok_or_else(|| gone("thing"))?.id.clone(), Quantity::ONE)
            }
            Taken::Lot(lot, amount) => {
                let known = self.lots.get(lot).ok_or_else(|| gone("lot"))?;
                Item::new(known.id.clone(), Quantity::whole(amount, self.sort(known.sort)?.unit))
            }
        };
        Ok(item?)
    }

    /// The day after which a sort is not issued.
    pub(super) fn expiry(&self, sort: &Sort) -> Option<Date> {
        self.expiry.filter(|_| sort.class == Class::Ammunition)
    }

    /// Gives goods back to the free stock of a nation.
    pub(super) fn release(&mut self, nation: Nation, taken: Taken) {
        match taken {
            Taken::Thing(thing) => self.free.of_mut(nation).push(thing),
            Taken::Lot(lot, amount) => {
                if let Some(known) = self.lots.get_mut(lot) {
                    let free = known.free.of_mut(nation);
                    *free = free.saturating_add(amount);
                    if !std::mem::replace(&mut known.is_live, true) {
                        self.live.push(lot);
                    }
                }
            }
        }
    }

    fn take(&mut self, nation: Nation, lot: usize, amount: u64) -> Option<Taken> {
        let free = self.lots.get_mut(lot)?.free.of_mut(nation);
        *free = free.checked_sub(amount)?;
        Some(Taken::Lot(lot, amount))
    }

    /// A new thing, which is nobody's yet.
    pub(super) fn new_thing(&mut self, sort: usize, number: u64) -> Result<Taken, Fault> {
        let maker = if sort == 2 { "7Z0A1" } else { "SZ0T1" };
        let id = made(format!("serial:{maker}:P-{sort}:S-{number:07}"))?;
        self.things.push(Thing { id, sort });
        Ok(Taken::Thing(self.things.len().saturating_sub(1)))
    }

    /// A new lot of which nobody has anything yet. Of a bulk good there is only one.
    pub(super) fn new_lot(&mut self, sort: usize, number: u64) -> Result<usize, Fault> {
        let known = self.sort(sort)?;
        let (nsn, bulk) = (known.nsn, known.class == Class::Bulk);
        if bulk && let Some(lot) = self.lots.iter().position(|lot| lot.sort == sort) {
            return Ok(lot);
        }
        let id = if bulk { ItemId::Bulk { nsn } } else { made(format!("batch:{nsn}:B-{number:06}"))? };
        self.lots.push(Lot { id, sort, free: Three::default(), is_live: false });
        Ok(self.lots.len().saturating_sub(1))
    }
}

impl Generator {
    /// The place where a nation keeps goods of a class.
    pub(super) fn place(nation: Nation, class: Class) -> Result<Place, Fault> {
        let kind = match class {
            Class::Serial => "DEP",
            Class::Ammunition => "AMM",
            Class::Bulk => "POL",
        };
        made(format!("{}-{kind}-01", nation.code()))
    }

    /// Takes up to `most` free things of a nation.
    pub(super) fn take_things(&mut self, nation: Nation, most: u64) -> Vec<Taken> {
        let mut taken = Vec::new();
        for _ in 0..most {
            let free = self.stock.free.of_mut(nation);
            if free.is_empty() {
                break;
            }
            let index = self.chance.index(free.len());
            taken.push(Taken::Thing(free.swap_remove(index)));
        }
        taken
    }

    /// A lot, of this class if one is named, of which a nation has something to spare.
    fn find_lot(&mut self, nation: Nation, class: Option<Class>) -> Option<usize> {
        for _ in 0..12 {
            let index = self.chance.index(self.stock.live.len());
            let lot = *self.stock.live.get(index)?;
            let known = self.stock.lots.get_mut(lot)?;
            let sort = self.stock.sorts.get(known.sort)?;
            if class.is_none_or(|class| class == sort.class) && *known.free.of(nation) >= sort.pack {
                return Some(lot);
            }
            let left = Nation::ALL.iter().all(|nation| *known.free.of(*nation) < sort.pack);
            if left && sort.class != Class::Bulk && self.stock.live.len() > 60 {
                // Nearly used up: what is left stays in the depot.
                known.is_live = false;
                self.stock.live.swap_remove(index);
            }
        }
        None
    }

    /// Takes some of up to `most` lots of one class.
    pub(super) fn take_lots(&mut self, nation: Nation, most: u64) -> Vec<Taken> {
        let mut taken: Vec<Taken> = Vec::new();
        let mut class = None;
        for _ in 0..most {
            let Some(lot) = self.find_lot(nation, class) else { break };
            if taken.iter().any(|known| matches!(known, Taken::Lot(known, _) if *known == lot)) {
                continue;
            }
            let Some((pack, of)) =
                self.stock.sort_of(Taken::Lot(lot, 0)).ok().map(|sort| (sort.pack, sort.class))
            else {
                break;
            };
            let amount = self.chance.between(1, pack);
            class = Some(of);
            taken.extend(self.stock.take(nation, lot, amount));
        }
        taken
    }

    pub(super) fn items(&self, taken: &[Taken]) -> Result<Vec<Item>, Fault> {
        taken.iter().map(|taken| self.stock.item(*taken)).collect()
    }

    pub(super) fn class_of(&self, taken: &[Taken]) -> Result<Class, Fault> {
        let first = taken.first().ok_or_else(|| gone("good"))?;
        Ok(self.stock.sort_of(*first)?.class)
    }

    /// True when a licence must be named: something stands on the military list.
    pub(super) fn is_listed(&self, taken: &[Taken]) -> bool {
        taken.iter().any(|taken| self.stock.sort_of(*taken).is_ok_and(|sort| sort.ml.is_some()))
    }

    fn registration(&mut self, nation: Nation, taken: Taken) -> Result<Event, Fault> {
        let occurred_at = self.a_while_ago();
        let (item, sort) = (self.stock.item(taken)?, self.stock.sort_of(taken)?);
        let party = self.party(nation);
        let event = ItemRegistered {
            occurred_at,
            nsn: item.id().is_serial().then_some(sort.nsn),
            item,
            description: sort.words.clone(),
            ml: sort.ml,
            hazard: sort.hazard,
            neq_g_per_unit: sort.neq,
            expiry: self.stock.expiry(sort),
            restricted_by: sort.restricted_by,
            condition: Condition::Issuable,
            owner: party,
            holder: party,
            location: Self::place(nation, sort.class)?,
        };
        self.stock.release(nation, taken);
        Ok(event.into())
    }

    /// New things of one sort.
    pub(super) fn register_things(&mut self, nation: Nation, sort: usize, many: u64) -> Result<Deed, Fault> {
        let mut events = Vec::new();
        for _ in 0..many {
            let number = self.number();
            let thing = self.stock.new_thing(sort, number)?;
            events.push(self.registration(nation, thing)?);
        }
        let documents = vec![self.paper(DocumentKind::Voucher)];
        Ok(Deed { by: self.book_keeper(nation), events, documents })
    }

    /// More of a lot that there is, or a new one.
    pub(super) fn register_lot(&mut self, nation: Nation, sort: usize) -> Result<Deed, Fault> {
        let number = self.number();
        let index = self.chance.index(self.stock.live.len());
        let known = self.stock.live.get(index).copied();
        let known = known.filter(|lot| self.stock.lots.get(*lot).is_some_and(|lot| lot.sort == sort));
        let lot = known.map_or_else(|| self.stock.new_lot(sort, number), Ok)?;
        let amount = self.stock.sort(sort)?.pack.saturating_mul(self.chance.between(20, 60));
        let events = vec![self.registration(nation, Taken::Lot(lot, amount))?];
        let documents = vec![self.paper(DocumentKind::Voucher)];
        Ok(Deed { by: self.book_keeper(nation), events, documents })
    }

    /// Something comes into a depot: ammunition, fuel, rations, and things when there are few.
    pub(super) fn register(&mut self, nation: Nation) -> Result<Deed, Fault> {
        let many = self.chance.between(1, self.intake.most);
        let few = self.stock.free.of(nation).len() < self.intake.few;
        let sort = if few { self.chance.below(SERIAL_SORTS) } else { self.chance.between(SERIAL_SORTS, 10) };
        let sort = usize::try_from(sort).unwrap_or(0);
        if few {
            return self.register_things(nation, sort, many);
        }
        self.register_lot(nation, sort)
    }

    /// An exercise or a firing is booked.
    pub(super) fn consume(&mut self, nation: Nation) -> Result<Deed, Fault> {
        let most = self.chance.between(1, 5);
        let taken = self.take_lots(nation, most);
        if taken.is_empty() {
            return self.register(nation);
        }
        let events = self.consumption(nation, nation, None, &taken)?;
        let documents = vec![self.paper(DocumentKind::Voucher), self.paper(DocumentKind::Other)];
        Ok(Deed { by: self.book_keeper(nation), events, documents })
    }

    /// Lots that `holder` uses up.
    pub(super) fn consumption(
        &mut self,
        owner: Nation,
        holder: Nation,
        loan: Option<&crate::domain::ids::TransferId>,
        taken: &[Taken],
    ) -> Result<Vec<Event>, Fault> {
        let occurred_at = self.a_while_ago();
        let location = Self::place(holder, self.class_of(taken)?)?;
        let exercise = self.now.date().number().wrapping_div(100);
        let activity: Reference = made(format!("EX-{}-{exercise}", holder.code()))?;
        let (owner, holder) = (self.party(owner), self.party(holder));
        let event = |item| {
            Event::from(ConsumptionReported {
                occurred_at,
                item,
                owner,
                holder,
                location: location.clone(),
                loan: loan.cloned(),
                activity: activity.clone(),
            })
        };
        Ok(self.items(taken)?.into_iter().map(event).collect())
    }
}
