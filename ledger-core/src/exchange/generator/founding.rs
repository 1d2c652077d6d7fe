//! The opening: the charter, the officers, licences, programmes and first stocks. About two hundred acts.

use std::collections::{BTreeMap, VecDeque};

use super::chance::Chance;
use super::purchases::Programme;
use super::stock::{Class, Intake, Stock};
use super::{Deed, Fault, Generator, Nation, Three, made, start, words};
use crate::domain::codes::DocumentKind;
use crate::domain::ids::ProgrammeId;
use crate::domain::licence::RetransferConsentRecorded;
use crate::domain::money::{Currency, Money, Share};
use crate::domain::party::{FoundingParty, Parameters};
use crate::domain::pending::ActCountersigned;
use crate::domain::procurement::{ArrangementEffective, ParticipantJoined, ProgrammeProposed};
use crate::domain::{Charter, Document, Event, PublicKey, Role};
use crate::exchange::scenario::Actor;
use crate::ledger::signer::Signer as _;

/// What a registrar enrols for each nation: with the root key and the registrar, eleven keys.
const OFFICERS: [(Role, u8); 9] = [
    (Role::Minister, 1),
    (Role::ArmamentsDirector, 1),
    (Role::ContractingOfficer, 1),
    (Role::PaymentAuthoriser, 1),
    (Role::QualityRepresentative, 1),
    (Role::PropertyBookOfficer, 1),
    (Role::PropertyBookOfficer, 2),
    (Role::HandReceiptHolder, 1),
    (Role::LicenceLiaison, 1),
];

/// A generator with its opening prepared.
pub(super) fn generator(seed: u64) -> Result<Generator, Fault> {
    let parties = Three { ee: made("EE")?, lt: made("LT")?, lv: made("LV")? };
    let charter = Charter {
        origin: made("load.jointledger.example/test")?,
        purpose: words("Load for tests, made from a seed")?,
        parties: Vec::new(),
        parameters: Parameters::default(),
    };
    let mut generator = Generator {
        chance: Chance::new(seed),
        seed,
        charter,
        parties,
        signers: BTreeMap::new(),
        fresh: None,
        replaced: BTreeMap::new(),
        hands: Three { ee: 1, lt: 1, lv: 1 },
        now: start()?,
        seq: 1,
        count: 0,
        opening: VecDeque::new(),
        arrival: start()?,
        queue: BTreeMap::new(),
        queued: 0,
        stock: Stock::new()?,
        intake: Intake::USUAL,
        parts: BTreeMap::new(),
        licences: BTreeMap::new(),
        programmes: Vec::new(),
        pdf: words("application/pdf")?,
    };
    generator.write_charter()?;
    generator.open_offices()?;
    generator.open_programmes()?;
    generator.open_registers()?;
    Ok(generator)
}

impl Generator {
    fn write_charter(&mut self) -> Result<(), Fault> {
        for nation in Nation::ALL {
            let root = self.officer(nation, Role::Root);
            let signer = self.fresh_key(&root);
            self.charter.parties.push(FoundingParty {
                party: root.party,
                name: words(&format!("Ministry of Defence, {}", nation.code()))?,
                root_key: PublicKey::new(signer.public_key()),
            });
            self.signers.insert(root, signer);
        }
        Ok(())
    }

    /// Puts an act at the end of the opening, with the countersignatures that it needs.
    fn open(&mut self, deed: Deed, second: &[Actor]) {
        // Entry 0 is the founding, and nothing else comes in between.
        let entry = u64::try_from(self.opening.len()).unwrap_or(0).saturating_add(1);
        self.opening.push_back(deed);
        for by in second {
            let event = ActCountersigned { occurred_at: self.now, entry, remark: None };
            self.opening.push_back(Deed {
                by: by.clone(),
                events: vec![event.into()],
                documents: Vec::new(),
            });
        }
    }

    fn open_offices(&mut self) -> Result<(), Fault> {
        for nation in Nation::ALL {
            let registrar = self.officer(nation, Role::Registrar);
            let events = vec![self.enrolled(registrar).into()];
            let deed = Deed { by: self.officer(nation, Role::Root), events, documents: Vec::new() };
            let second = self.officer(nation.neighbour(), Role::Root);
            self.open(deed, &[second]);
        }
        for nation in Nation::ALL {
            let party = self.party(nation);
            let mut events: Vec<Event> = Vec::new();
            for (role, holder) in OFFICERS {
                events.push(self.enrolled(Actor { party, role, holder }).into());
            }
            let deed = Deed { by: self.officer(nation, Role::Registrar), events, documents: Vec::new() };
            let second = self.officer(nation.neighbour(), Role::Registrar);
            self.open(deed, &[second]);
        }
        for from in Nation::ALL {
            for to in Nation::ALL.into_iter().filter(|to| *to != from) {
                let deed = self.renew_licence(from, to)?;
                self.open(deed, &[]);
            }
        }
        let restricted = self.stock.sorts.iter().filter(|sort| sort.restricted_by.is_some());
        let event = RetransferConsentRecorded {
            occurred_at: self.now,
            consent: made("US-RTC-0001")?,
            obtained_by: self.party(Nation::Ee),
            consenting_state: made("US")?,
            nsns: restricted.map(|sort| sort.nsn).collect(),
            recipients: Nation::ALL.iter().map(|nation| self.party(*nation)).collect(),
            conditions: None,
            expiry: None,
        };
        let documents = vec![self.paper(DocumentKind::RetransferConsent)];
        let by = self.officer(Nation::Ee, Role::LicenceLiaison);
        self.open(Deed { by, events: vec![event.into()], documents }, &[]);
        Ok(())
    }

    /// One programme a nation, led by it: half of it its own.
    fn open_programmes(&mut self) -> Result<(), Fault> {
        for lead in Nation::ALL {
            let programme: ProgrammeId = made(format!("PRG-{}", lead.code()))?;
            let event = ProgrammeProposed {
                occurred_at: self.now,
                programme: programme.clone(),
                title: words("Ammunition, fuel and vehicles: joint call-offs")?,
                capability: words("Sustainment")?,
                estimate: Money::new(50_000_000_000, Currency::EUR)?,
                cpv: vec![made("35330000")?],
                ml: Vec::new(),
                lead: self.party(lead),
            };
            let by = self.officer(lead, Role::ArmamentsDirector);
            self.open(Deed { by, events: vec![event.into()], documents: Vec::new() }, &[]);
            let minister = self.officer(lead, Role::Minister);
            let shares = [
                (lead, Share::new(1, 2)?),
                (lead.neighbour(), Share::new(3, 10)?),
                (lead.neighbour().neighbour(), Share::new(1, 5)?),
            ];
            for (nation, share) in shares {
                let event = ParticipantJoined {
                    occurred_at: self.now,
                    programme: programme.clone(),
                    party: self.party(nation),
                    quantity_share: share,
                    common_cost_share: share,
                    fee_share: share,
                };
                let documents: Vec<Document> = vec![self.paper(DocumentKind::Memorandum)];
                let deed =
                    Deed { by: self.officer(nation, Role::Minister), events: vec![event.into()], documents };
                let second: &[Actor] = if nation == lead { &[] } else { std::slice::from_ref(&minister) };
                self.open(deed, second);
            }
            let event = ArrangementEffective {
                occurred_at: self.now,
                programme: programme.clone(),
                decision_rule: words("Unanimity")?,
                audit_clause: true,
                withdrawal_terms: words("Six months' notice; obligations entered into survive")?,
                currency: Currency::EUR,
            };
            let documents = vec![self.paper(DocumentKind::Memorandum)];
            let others = [lead.neighbour(), lead.neighbour().neighbour()];
            let others = others.map(|nation| self.officer(nation, Role::Minister));
            self.open(Deed { by: minister, events: vec![event.into()], documents }, &others);
            self.programmes.push(Programme { id: programme, lead, shares });
        }
        Ok(())
    }

    fn open_registers(&mut self) -> Result<(), Fault> {
        for nation in Nation::ALL {
            for sort in 0..self.stock.sorts.len() {
                let rounds = if self.stock.sort(sort)?.class == Class::Serial { 5 } else { 3 };
                for _ in 0..rounds {
                    let deed = if rounds == 5 {
                        self.register_things(nation, sort, 20)?
                    } else {
                        self.register_lot(nation, sort)?
                    };
                    self.open(deed, &[]);
                }
            }
        }
        Ok(())
    }
}
