//! The ledger's procurements as the Open Contracting Data Standard 1.1.5 writes them (domain.md 9.1).
//!
//! An act that takes effect becomes a release of each contracting process that it touches: what it says, and nothing
//! that was said before. A record is all releases of a process, and what they come to when they are merged. So the
//! standard's merge is the fold that gives our state, told in its words.
//!
//! A programme is a contracting process. Its first published procedure is the process's tender; every further one is
//! a process of its own that names the programme's as its planning. `docs/exports.md` has the whole table.

mod contracts;
mod goods;
mod merge;
mod package;
mod papers;
mod planning;
mod process;
mod progress;
mod sheet;
mod spending;
mod tender;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::effect::Effects;
use crate::domain::ids::{ContractId, InvoiceId, ProcedureId, ProgrammeId};
use crate::domain::{Event, Party, State};
use crate::journal::Visit;
use crate::ledger::Head;

pub use merge::{Gone, compile, merge};
pub use package::{EXTENSIONS, Published};

use process::Process;
use sheet::Sheet;

/// The publisher's part of an ocid, such as `ocds-213czf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

impl FromStr for Prefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("ocds-").unwrap_or_default();
        let sound = rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        sound.then(|| Self(text.to_owned())).ok_or_else(|| {
            format!(
                "{text:?} is no prefix of an ocid: it is `ocds-` and six letters or digits, such as ocds-213czf"
            )
        })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How procurements are published.
#[derive(Debug, Clone)]
pub struct Options {
    /// The publisher's part of an ocid.
    pub prefix: Prefix,
    /// Only processes in which this party has a part.
    pub party: Option<Party>,
    /// Also what is marked restricted, and what hangs on procedures that the directive excludes.
    pub restricted: bool,
}

/// What an act did that a correction may take back.
#[derive(Debug, Clone)]
pub(super) enum Reversible {
    /// It registered an invoice.
    Invoice(ContractId, InvoiceId),
    /// It recorded a payment: its number in the transactions.
    Payment(ContractId, String),
}

/// Releases while they are gathered from the entries.
#[derive(Debug)]
pub struct Publication {
    options: Options,
    effects: Effects,
    processes: Vec<Process>,
    programmes: BTreeMap<ProgrammeId, usize>,
    procedures: BTreeMap<ProcedureId, usize>,
    reversible: BTreeMap<u64, Vec<Reversible>>,
    left_out: u64,
}

impl Publication {
    /// A publication without releases.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            effects: Effects::default(),
            processes: Vec::new(),
            programmes: BTreeMap::new(),
            procedures: BTreeMap::new(),
            reversible: BTreeMap::new(),
            left_out: 0,
        }
    }

    /// Takes the next entry. Every entry is to be shown, in order.
    pub fn take(&mut self, visit: &Visit<'_>) {
        let Some(act) = self.effects.take(visit) else { return };
        let own = visit.entry.act();
        let mut sheet = Sheet::new(visit.state, &act, own.seq, own.recorded_at);
        for event in &act.act.events {
            self.tell(event, &mut sheet);
        }
        let papers = papers::of(&act, own.recorded_at, self.options.restricted);
        let mut bound = false;
        for (index, draft) in sheet.into_drafts() {
            let Some(process) = self.processes.get_mut(index) else { continue };
            let hidden = process.is_excluded() && !self.options.restricted;
            if hidden {
                self.left_out = self.left_out.saturating_add(1);
                continue;
            }
            bound = true;
            process.release(draft, &papers.shown, visit.state, own.seq, own.recorded_at);
        }
        if bound {
            self.left_out = self.left_out.saturating_add(papers.left_out);
        }
    }

    /// Ends it with the head after the last entry.
    pub fn close(self, _: &State, head: &Head) -> Published {
        let party = self.options.party;
        let has_part = |process: &Process| party.is_none_or(|party| process.has_part(party));
        let (processes, hidden): (Vec<_>, Vec<_>) =
            self.processes.into_iter().partition(|process| self.options.restricted || !process.is_excluded());
        // What was written of a plan before its procedure turned out to be an excluded one.
        let hidden = hidden.iter().map(|process| process.releases().len() as u64);
        let left_out = hidden.fold(self.left_out, u64::saturating_add);
        let told = processes.into_iter().filter(|process| process.is_told() && has_part(process));
        Published::new(told.collect(), head.clone(), left_out)
    }

    fn tell(&mut self, event: &Event, sheet: &mut Sheet<'_>) {
        match event {
            Event::ProgrammeProposed(event) => self.programme_proposed(event, sheet),
            Event::ParticipantJoined(event) => self.joined(&event.programme, event.party, sheet),
            Event::ParticipantAdmitted(event) => self.joined(&event.programme, event.party, sheet),
            Event::ArrangementEffective(event) => self.arranged(&event.programme, sheet),
            Event::FundingCommitted(event) => self.funding_committed(event, sheet),
            Event::ParticipantWithdrew(event) => self.withdrew(event, sheet),
            Event::ProgrammeCancelled(event) => self.programme_cancelled(event, sheet),
            Event::ProcedureLaunched(event) => self.procedure_launched(event, sheet),
            Event::TenderLotAwarded(event) => self.lot_awarded(event, sheet),
            Event::AwardCancelled(event) => self.award_cancelled(event, sheet),
            Event::FrameworkSigned(event) => self.framework_signed(event, sheet),
            Event::FrameworkExtended(event) => self.framework_extended(event, sheet),
            Event::ContractSigned(event) => self.contract_signed(&event.contract, sheet),
            Event::CallOffOrdered(event) => self.contract_signed(&event.contract, sheet),
            Event::SupplyTermsAgreed(event) => self.supply_agreed(&event.contract, sheet),
            Event::ContractAmended(event) => self.amended(&event.contract, event.reason.as_str(), sheet),
            Event::OptionAgreed(event) => self.option(&event.option, "contractUpdate", sheet),
            Event::OptionExercised(event) => self.option_exercised(&event.option, sheet),
            Event::OptionLapsed(event) => self.option(&event.option, "contractUpdate", sheet),
            Event::ContractClosed(event) => self.contract_closed(&event.contract, sheet),
            _ => self.tell_progress(event, sheet),
        }
    }

    /// What becomes of a contract once it is signed.
    fn tell_progress(&mut self, event: &Event, sheet: &mut Sheet<'_>) {
        match event {
            Event::QualityRequested(event) => self.quality(&event.request, sheet),
            Event::QualityAccepted(event) => self.quality(&event.request, sheet),
            Event::QualityClosed(event) => self.quality(&event.request, sheet),
            Event::ConformityCertified(event) => self.delivery(&event.delivery, sheet),
            Event::DeliveryDispatched(event) => self.delivery(&event.delivery, sheet),
            Event::DeliveryReceived(event) => self.delivery(&event.delivery, sheet),
            Event::DeliveryAccepted(event) => self.delivery(&event.delivery, sheet),
            Event::DeliveryAcceptedWithReservation(event) => self.delivery(&event.delivery, sheet),
            Event::ReservationCleared(event) => self.delivery(&event.delivery, sheet),
            Event::DeliveryRejected(event) => self.delivery(&event.delivery, sheet),
            Event::DeliveryReturned(event) => self.delivery(&event.delivery, sheet),
            Event::WarrantyClaimed(event) => self.warranty(&event.claim, sheet),
            Event::WarrantyResolved(event) => self.warranty(&event.claim, sheet),
            Event::VatCertificateRecorded(event) => self.vat_certificate(event, sheet),
            Event::InvoiceRegistered(event) => self.invoice_registered(event, sheet),
            Event::InvoiceApproved(event) => self.invoice(&event.invoice, sheet),
            Event::InvoiceDisputed(event) => self.invoice(&event.invoice, sheet),
            Event::InvoiceDisputeResolved(event) => self.invoice(&event.invoice, sheet),
            Event::InvoiceVatExempted(event) => self.invoice(&event.invoice, sheet),
            Event::AdvanceSettled(event) => self.invoice(&event.invoice, sheet),
            Event::AdvancePaid(event) => self.advance_paid(event, sheet),
            Event::PaymentExecuted(event) => self.payment(event, sheet),
            Event::RefundReceived(event) => self.refund(event, sheet),
            Event::CorrectionRecorded(event) => self.correction(event, sheet),
            _ => {}
        }
    }
}
