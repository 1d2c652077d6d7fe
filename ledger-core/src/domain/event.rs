//! The catalogue of events and the act that carries them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::association::{ItemInstalled, ItemRemoved};
use super::authority::{
    StandingAuthorisationAmended, StandingAuthorisationGranted, StandingAuthorisationResumed,
    StandingAuthorisationRevoked, StandingAuthorisationSuspended,
};
use super::books::{
    BreakAccepted, BreakClosed, BreakCorrected, BreakExplained, BreakFoundAgain, BreakOpened,
    ExternalStatementIngested, ReconciliationRun, ReconciliationSignedOff, ReconciliationTolerancesSet,
};
use super::codes::{DocumentKind, Marking, Party};
use super::compromise::{DoubtCleared, KeyCompromised};
use super::condition::ConditionChanged;
use super::consent::Signer;
use super::consignment::{
    ConsignmentDispatched, ConsignmentReceived, ItemsReserved, ReturnDispatched, ReturnReceived,
};
use super::correction::{CorrectionRecorded, Effect};
use super::count::{CountVarianceResolved, PhysicalCountRecorded};
use super::crisis::{CrisisDeclared, CrisisEnded, CrisisExtended};
use super::custody::{SubCustodyIssued, SubCustodyReturned};
use super::delegation::{DelegationEnded, RoleDelegated};
use super::digest::Digest;
use super::discrepancy::{DiscrepancyReported, DiscrepancyResolved};
use super::engagement::{
    AuditEngagementOpened, EvidenceBundleIssued, FindingClosed, FindingRaised, ManagementReplied, SampleDrawn,
};
use super::exclusion::{NationalExclusionDeclared, NationalExclusionEnded};
use super::ids::{ActId, PublicKey};
use super::licence::{RetransferConsentRecorded, TransferLicenceRecorded};
use super::loss::{ItemFound, LossInvestigated, LossReported, WriteOffApproved};
use super::membership::{MinistryAdmitted, MinistryReinstated, MinistrySuspended, MinistryWithdrew};
use super::movement::{
    BorderCrossed, CrossingPointListed, CustomsCovered, DeviationReported, IncidentReported, LegCompleted,
    MovementAcknowledged, MovementAmended, MovementCancelled, MovementCompleted, MovementHalted,
    MovementNotified, MovementPlanned, MovementReleased, MovementStarted, PermissionExtended,
    PermissionGranted, PermissionRefused, PermissionRequested, ReturnCompleted, StayRegistered,
};
use super::party::{KeyEnrolled, KeyRevoked, KeyRotated, LedgerConstituted};
use super::pending::{ActCountersigned, ActRefused};
use super::period::{BalanceConfirmed, PeriodCutoffFixed};
use super::procurement::{
    AdvancePaid, AdvanceSettled, ArrangementEffective, AwardCancelled, CallOffOrdered, ConformityCertified,
    ContractAmended, ContractClosed, ContractSigned, CostShareAssessed, DeliveryAccepted,
    DeliveryAcceptedWithReservation, DeliveryDispatched, DeliveryReceived, DeliveryRejected,
    DeliveryReturned, FrameworkExtended, FrameworkSigned, FundingCommitted, InvoiceApproved,
    InvoiceDisputeResolved, InvoiceDisputed, InvoiceRegistered, InvoiceVatExempted, OptionAgreed,
    OptionExercised, OptionLapsed, ParticipantAdmitted, ParticipantJoined, ParticipantWithdrew,
    PaymentExecuted, ProcedureLaunched, ProgrammeCancelled, ProgrammeProposed, QualityAccepted,
    QualityClosed, QualityRequested, RefundReceived, ReservationCleared, SettlementPaid, SettlementRunClosed,
    SupplyTermsAgreed, TenderLotAwarded, VatCertificateRecorded, WarrantyClaimed, WarrantyResolved,
};
use super::ratification::{ActRatified, RatificationRefused, UnwindingClosed};
use super::regime::RegimeParametersSet;
use super::register::{ConsumptionReported, ItemRegistered};
use super::rejection::{Rejection, Rule};
use super::state::State;
use super::subject::Subject;
use super::support::{
    SupportCancelled, SupportDelivered, SupportInvoiced, SupportOrdered, SupportPaid, SupportReciprocated,
};
use super::text::{Text, text_form};
use super::time::Timestamp;
use super::transfer::{
    LoanExtended, LoanRecalled, TitlePassed, TransferApproved, TransferCancelled, TransferProposed,
    TransferRefused,
};

/// Defines events: each a struct whose first field is the moment it happened.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// When it happened, in UTC, as the signer says
            pub occurred_at: $crate::domain::time::Timestamp,
            $($(#[$fdoc])* pub $field: $type,)*
        }
    )*};
}
pub(crate) use events;

/// What one kind of event asks for and does. One implementation an event, beside the event.
pub(crate) trait Rules {
    /// Whose signatures the event needs; the author's must be among them.
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection>;

    /// The rule that a signature by the wrong officer breaks.
    fn signer_rule(&self, _: &State) -> Rule {
        if self.attests() { Rule::Sod4 } else { Rule::I03 }
    }

    /// The documents that the act must bind.
    fn documents(&self) -> &'static [DocumentKind] {
        &[]
    }

    /// The rule that a missing document breaks.
    fn document_rule(&self) -> Rule {
        Rule::I04
    }

    /// True for what auditors and reconciliation services attest: they sign it, and nobody else (domain.md SOD-4).
    fn attests(&self) -> bool {
        false
    }

    /// The parties that take on something new by the event: each must be a member in good standing
    /// ([`Rule::S06`]). What follows from earlier acts (to receive, to return, to pay, to ratify) binds nobody
    /// anew.
    fn binds(&self, _: &State) -> Vec<Party> {
        Vec::new()
    }

    /// Says no when the event breaks a rule. Changes nothing.
    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection>;

    /// Changes the state as the event says. Knows no rule and cannot fail: it meets admitted events only.
    fn apply(&self, state: &mut State, act: &RecordedAct);

    /// What a correction takes back when the event turns out to be wrong. Nothing can be taken back of most kinds:
    /// there the lawful way is another act.
    fn effect(&self) -> Option<Effect> {
        None
    }

    /// What the event is about, as the state after it knows.
    fn subjects(&self, state: &State) -> Vec<Subject>;
}

macro_rules! catalogue {
    ($($number:literal $name:ident)*) => {
        /// One fact, in the past tense. The number of a kind in the bytes of an entry never changes, nor does
        /// its shape: the catalogue only grows.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum Event {
            $(#[allow(missing_docs, reason = "the struct of the same name says it")] $name(Box<$name>),)*
        }

        impl Event {
            /// Every kind of event: its number in the bytes of an entry, and its name.
            pub const CATALOGUE: &'static [(u16, &'static str)] = &[$(($number, stringify!($name)),)*];

            /// The name of the kind.
            pub const fn name(&self) -> &'static str {
                match self { $(Event::$name(_) => stringify!($name),)* }
            }

            /// Its kind.
            pub const fn kind(&self) -> EventKind {
                match self { $(Event::$name(_) => EventKind($number),)* }
            }

            /// When it happened, as the signer says.
            pub fn occurred_at(&self) -> Timestamp {
                match self { $(Event::$name(event) => event.occurred_at,)* }
            }

            pub(crate) fn rules(&self) -> &dyn Rules {
                match self { $(Event::$name(event) => event.as_ref(),)* }
            }
        }

        $(impl From<$name> for Event {
            fn from(event: $name) -> Self {
                Event::$name(Box::new(event))
            }
        })*
    };
}

/// Hands the catalogue, each kind of event with its number in the bytes of an entry, to a macro. Numbers are
/// given once and for ever; families leave room between them.
macro_rules! with_catalogue {
    ($then:ident) => {
        $then! {
            0x0001 LedgerConstituted
            0x0002 KeyEnrolled
            0x0003 KeyRotated
            0x0004 KeyRevoked
            0x0005 ActCountersigned
            0x0006 ActRefused
            0x0007 RegimeParametersSet
            0x0008 StandingAuthorisationGranted
            0x0009 StandingAuthorisationAmended
            0x000a StandingAuthorisationSuspended
            0x000b StandingAuthorisationResumed
            0x000c StandingAuthorisationRevoked
            0x000d CrisisDeclared
            0x000e CrisisExtended
            0x000f CrisisEnded
            0x0010 ActRatified
            0x0011 RatificationRefused
            0x0012 UnwindingClosed

            0x0020 MinistryAdmitted
            0x0021 MinistrySuspended
            0x0022 MinistryReinstated
            0x0023 MinistryWithdrew
            0x0024 KeyCompromised
            0x0025 DoubtCleared
            0x0026 RoleDelegated
            0x0027 DelegationEnded
            0x0028 CorrectionRecorded
            0x0029 NationalExclusionDeclared
            0x002a NationalExclusionEnded

            0x0101 ItemRegistered
            0x0102 ConsumptionReported
            0x0103 LossReported
            0x0104 LossInvestigated
            0x0105 WriteOffApproved
            0x0106 ItemFound
            0x0110 ItemInstalled
            0x0111 ItemRemoved
            0x0112 SubCustodyIssued
            0x0113 SubCustodyReturned
            0x0114 ConditionChanged
            0x0115 PhysicalCountRecorded
            0x0116 CountVarianceResolved

            0x0201 TransferProposed
            0x0202 TransferApproved
            0x0203 TransferRefused
            0x0204 TransferCancelled
            0x0205 RetransferConsentRecorded
            0x0206 TransferLicenceRecorded
            0x0207 ItemsReserved
            0x0208 ConsignmentDispatched
            0x0209 ConsignmentReceived
            0x020a DiscrepancyReported
            0x020b DiscrepancyResolved
            0x020c TitlePassed
            0x020d LoanExtended
            0x020e LoanRecalled
            0x020f ReturnDispatched
            0x0210 ReturnReceived
            0x0230 SupportOrdered
            0x0231 SupportDelivered
            0x0232 SupportReciprocated
            0x0233 SupportInvoiced
            0x0234 SupportPaid
            0x0235 SupportCancelled

            0x0301 CrossingPointListed
            0x0302 MovementPlanned
            0x0303 MovementAmended
            0x0304 MovementCancelled
            0x0305 PermissionRequested
            0x0306 PermissionGranted
            0x0307 PermissionRefused
            0x0308 PermissionExtended
            0x0309 MovementNotified
            0x030a MovementAcknowledged
            0x030b MovementHalted
            0x030c MovementReleased
            0x030d CustomsCovered
            0x030e MovementStarted
            0x030f BorderCrossed
            0x0310 LegCompleted
            0x0311 MovementCompleted
            0x0312 IncidentReported
            0x0313 DeviationReported
            0x0314 StayRegistered
            0x0315 ReturnCompleted

            0x0401 ProgrammeProposed
            0x0402 ParticipantJoined
            0x0403 ArrangementEffective
            0x0404 ContractSigned
            0x0405 DeliveryDispatched
            0x0406 DeliveryReceived
            0x0407 DeliveryAccepted
            0x0408 InvoiceRegistered
            0x0409 InvoiceApproved
            0x040a PaymentExecuted
            0x040b CostShareAssessed
            0x040c SupplyTermsAgreed

            0x0440 AdvancePaid
            0x0441 AdvanceSettled
            0x0442 RefundReceived
            0x0443 QualityRequested
            0x0444 QualityAccepted
            0x0445 QualityClosed
            0x0446 ConformityCertified
            0x0447 DeliveryAcceptedWithReservation
            0x0448 ReservationCleared
            0x0449 DeliveryRejected
            0x044a DeliveryReturned
            0x044b InvoiceDisputed
            0x044c InvoiceDisputeResolved
            0x044d VatCertificateRecorded
            0x044e InvoiceVatExempted
            0x044f SettlementRunClosed
            0x0450 SettlementPaid
            0x0451 WarrantyClaimed
            0x0452 WarrantyResolved
            0x0453 ContractClosed
            0x0420 FundingCommitted
            0x0421 ProcedureLaunched
            0x0422 TenderLotAwarded
            0x0423 FrameworkSigned
            0x0424 FrameworkExtended
            0x0425 CallOffOrdered
            0x0426 ContractAmended
            0x0427 OptionAgreed
            0x0428 OptionExercised
            0x0429 OptionLapsed
            0x042a ParticipantAdmitted
            0x042b ParticipantWithdrew
            0x042c ProgrammeCancelled
            0x042d AwardCancelled

            0x0500 ExternalStatementIngested
            0x0501 ReconciliationRun
            0x0502 BreakOpened
            0x0503 BreakExplained
            0x0504 BreakAccepted
            0x0505 BreakCorrected
            0x0506 BreakClosed
            0x0507 ReconciliationSignedOff
            0x0508 ReconciliationTolerancesSet
            0x0509 BreakFoundAgain
            0x0510 PeriodCutoffFixed
            0x0511 BalanceConfirmed
            0x0520 AuditEngagementOpened
            0x0521 SampleDrawn
            0x0522 EvidenceBundleIssued
            0x0523 FindingRaised
            0x0524 ManagementReplied
            0x0525 FindingClosed
        }
    };
}
pub(crate) use with_catalogue;

with_catalogue!(catalogue);

impl Event {
    /// What the event is about, as the state after it knows.
    pub fn subjects(&self, state: &State) -> Vec<Subject> {
        self.rules().subjects(state)
    }

    /// The papers that an act with this event must bind.
    pub fn documents(&self) -> &'static [DocumentKind] {
        self.rules().documents()
    }

    /// The keys that the event brings into use: each must be a sound Ed25519 key.
    pub fn new_keys(&self) -> Vec<PublicKey> {
        match self {
            Event::LedgerConstituted(event) => {
                event.charter.parties.iter().map(|party| party.root_key).collect()
            }
            Event::KeyEnrolled(event) => vec![event.key],
            Event::KeyRotated(event) => vec![event.new_key],
            Event::MinistryAdmitted(event) => vec![event.root_key],
            _ => Vec::new(),
        }
    }
}

/// A kind of event: in the bytes of an entry its number, for people its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKind(u16);

impl EventKind {
    /// The number in the bytes of an entry.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The kind with this number.
    ///
    /// # Errors
    /// There is none.
    pub fn from_number(number: u16) -> Result<Self, String> {
        let known = Event::CATALOGUE.iter().any(|(known, _)| *known == number);
        known.then_some(Self(number)).ok_or_else(|| format!("{number:#06x} is no kind of event"))
    }

    /// The name.
    pub fn name(self) -> &'static str {
        Event::CATALOGUE.iter().find(|(known, _)| *known == self.0).map_or("?", |(_, name)| name)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Event::CATALOGUE.iter().find(|(_, name)| *name == text);
        known.map(|(number, _)| Self(*number)).ok_or_else(|| format!("{text:?} is no kind of event"))
    }
}

text_form!(
    EventKind,
    "a kind of event",
    once { "enum": Event::CATALOGUE.iter().map(|(_, name)| *name).collect::<Vec<_>>() }
);

/// A paper that the act rests on. The paper stays outside; its digest binds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is
    pub kind: DocumentKind,
    /// SHA-256 of its bytes
    pub sha256: Digest,
    /// Its size in bytes
    pub bytes: u64,
    /// Its media type, such as application/pdf
    pub media_type: Text,
    /// Who may read it
    pub marking: Marking,
}

/// What an officer does in one go: events that are admitted together or not at all, and the papers they
/// rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// The author's own name for it: the idempotency key.
    pub id: ActId,
    /// The papers it rests on.
    pub documents: Vec<Document>,
    /// One event or more.
    pub events: Vec<Event>,
}

impl Act {
    /// The kinds of its events.
    pub(crate) fn kinds(&self) -> Vec<EventKind> {
        self.events.iter().map(Event::kind).collect()
    }
}

/// An act at its place in the ledger, as the domain sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedAct {
    /// Position in the ledger.
    pub seq: u64,
    /// When the author says that it was recorded.
    pub recorded_at: Timestamp,
    /// Whose key signed it.
    pub author: PublicKey,
    /// What was done.
    pub act: Act,
    /// Whose keys have countersigned it by now, in the order in which they did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countersigned_by: Vec<PublicKey>,
}

impl RecordedAct {
    /// Everybody who has signed it by now, the author first.
    pub(crate) fn signed_by(&self) -> Vec<PublicKey> {
        std::iter::once(self.author).chain(self.countersigned_by.iter().copied()).collect()
    }

    /// True when a document of this kind is bound.
    pub(crate) fn has_document(&self, kind: DocumentKind) -> bool {
        self.act.documents.iter().any(|document| document.kind == kind)
    }
}
