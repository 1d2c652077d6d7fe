//! What becomes of each kind of act: the table of `docs/exports-goods.md`, which a test holds against this.

use super::vocabulary::{Action, BizStep, Disposition, EventType, Shape};
use crate::exchange::kinds::Kind;

/// What becomes of a kind.
#[derive(Debug, Clone, Copy)]
pub enum Row {
    /// Events of these shapes, one or some of them an act.
    Told(&'static [Shape], &'static str),
    /// None, for this reason.
    Silent(&'static str),
}

use Action::{Add, Delete, Observe};
use BizStep::{
    Accepting, Arriving, Commissioning, CycleCounting, Decommissioning, Departing, Destroying, Inspecting,
    Installing, Loading, Other, Receiving, Removing, Reserving, Shipping, StockTaking, Transporting,
    Unloading, VoidShipping,
};
use Disposition::{
    Active, Conformant, Damaged, Destroyed, InProgress, InTransit, Inactive, MismatchInstance,
    MismatchQuantity, NonConformant, Reserved, Returned, Unavailable, Unknown,
};

pub(super) const REGISTERED: Shape = Shape::object(Add, Commissioning, Active);
pub(super) const CONSUMED: Shape = Shape::object(Delete, Destroying, Destroyed);
pub(super) const LOST: Shape = Shape::object(Observe, Other, Unknown);
pub(super) const WRITTEN_OFF: Shape = Shape::object(Delete, Decommissioning, Inactive);
pub(super) const FOUND: Shape = Shape::object(Observe, Other, Active);
pub(super) const INSTALLED: Shape =
    Shape { kind: EventType::Association, ..Shape::object(Add, Installing, Active) };
pub(super) const REMOVED: Shape =
    Shape { kind: EventType::Association, ..Shape::object(Delete, Removing, Active) };
pub(super) const OPENED: Shape = Shape::dossier(Add);
pub(super) const CLOSED: Shape = Shape::dossier(Delete);
pub(super) const INSPECTED: Shape = Shape::object(Observe, Inspecting, Active);
pub(super) const COUNTED_ALL: Shape = Shape::counted(StockTaking);
pub(super) const COUNTED_SOME: Shape = Shape::counted(CycleCounting);
pub(super) const RESERVED: Shape = Shape::object(Observe, Reserving, Reserved);
pub(super) const SHIPPED: Shape = Shape::object(Observe, Shipping, InTransit);
pub(super) const SENT_BACK: Shape = Shape::object(Observe, Shipping, Returned);
pub(super) const RECEIVED: Shape = Shape::object(Observe, Receiving, Active);
pub(super) const NEVER_SENT: Shape = Shape::object(Observe, VoidShipping, Active);
pub(super) const TITLE: Shape =
    Shape { kind: EventType::Transaction, ..Shape::object(Add, Accepting, Active) };
pub(super) const LOADED: Shape =
    Shape { kind: EventType::Aggregation, ..Shape::object(Add, Loading, InProgress) };
pub(super) const UNLOADED: Shape =
    Shape { kind: EventType::Aggregation, ..Shape::object(Delete, Unloading, InProgress) };
pub(super) const DEPARTED: Shape = Shape::object(Observe, Departing, InTransit);
pub(super) const CROSSED: Shape = Shape::object(Observe, Transporting, InTransit);
pub(super) const ARRIVED: Shape = Shape::object(Observe, Arriving, InTransit);
pub(super) const INCIDENT: Shape = Shape::object(Observe, Other, Unknown);
pub(super) const ACCEPTED: Shape = Shape::object(Add, Accepting, Conformant);
pub(super) const ACCEPTED_SO_FAR: Shape = Shape::object(Add, Accepting, NonConformant);
pub(super) const CLEARED: Shape = Shape::object(Observe, Inspecting, Conformant);
pub(super) const REJECTED: Shape = Shape::object(Observe, Inspecting, NonConformant);

const RECEIPT: &[Shape] =
    &[RECEIVED, RECEIVED.with(Damaged), RECEIVED.with(MismatchQuantity), RECEIVED.with(MismatchInstance)];
const RETURN: &[Shape] = &[
    RECEIVED.with(Returned),
    RECEIVED.with(Damaged),
    RECEIVED.with(MismatchQuantity),
    RECEIVED.with(MismatchInstance),
];

const CONDITIONS: &[Shape] =
    &[INSPECTED, INSPECTED.with(Damaged), INSPECTED.with(NonConformant), INSPECTED.with(Unavailable)];
const DISCREPANCIES: &[Shape] = &[
    INSPECTED.with(MismatchQuantity),
    INSPECTED.with(MismatchInstance),
    INSPECTED.with(Damaged),
    INSPECTED.with(NonConformant),
];
const OUTCOMES: &[Shape] = &[RECEIVED, RECEIVED.with(Returned), NEVER_SENT, LOST];
const AT_ONCE: &[Shape] = &[RECEIVED, RECEIVED.with(Damaged)];
const DELIVERY: &[Shape] =
    &[RECEIVED.with(InProgress), RECEIVED.with(MismatchQuantity), RECEIVED.with(MismatchInstance)];

const KEYS: &str = "who may act; no goods";
const CONSENT: &str = "consent; `jl:basis` of what it allows names it";
const MONEY: &str = "money; no goods";
const PURCHASE: &str = "a purchase before its goods; it is exported as OCDS";
const PLAN: &str = "nothing has moved yet; the load is told at the start";
const HOST: &str = "a host's word about a journey; no goods";
const UNIT: &str = "where a unit is; no goods";

/// What becomes of a kind.
pub const fn row(kind: Kind) -> Row {
    use Row::{Silent, Told};
    match kind {
        Kind::LedgerConstituted
        | Kind::KeyEnrolled
        | Kind::KeyRotated
        | Kind::KeyRevoked
        | Kind::MinistryAdmitted
        | Kind::MinistrySuspended
        | Kind::MinistryReinstated
        | Kind::MinistryWithdrew
        | Kind::KeyCompromised
        | Kind::DoubtCleared
        | Kind::RoleDelegated
        | Kind::DelegationEnded => Silent(KEYS),
        Kind::ActCountersigned => {
            Silent("with the last signature the events of the act appear that waited for it")
        }
        Kind::ActRefused => Silent("the act never took effect: it has no events"),
        Kind::RegimeParametersSet | Kind::NationalExclusionDeclared | Kind::NationalExclusionEnded => {
            Silent("a rule; no goods")
        }
        Kind::ExternalStatementIngested
        | Kind::ReconciliationRun
        | Kind::BreakOpened
        | Kind::BreakExplained
        | Kind::BreakAccepted
        | Kind::BreakCorrected
        | Kind::BreakClosed
        | Kind::ReconciliationSignedOff
        | Kind::ReconciliationTolerancesSet
        | Kind::BreakFoundAgain
        | Kind::PeriodCutoffFixed
        | Kind::BalanceConfirmed
        | Kind::AuditEngagementOpened
        | Kind::SampleDrawn
        | Kind::EvidenceBundleIssued
        | Kind::FindingRaised
        | Kind::ManagementReplied
        | Kind::FindingClosed => Silent("what was compared, closed or examined; nothing happened to goods"),
        Kind::StandingAuthorisationGranted
        | Kind::StandingAuthorisationAmended
        | Kind::StandingAuthorisationSuspended
        | Kind::StandingAuthorisationResumed
        | Kind::StandingAuthorisationRevoked
        | Kind::CrisisDeclared
        | Kind::CrisisExtended
        | Kind::CrisisEnded
        | Kind::TransferApproved => Silent(CONSENT),
        Kind::RetransferConsentRecorded => Silent("a third state's consent; no goods move by it"),
        Kind::ActRatified | Kind::RatificationRefused | Kind::UnwindingClosed => {
            Silent("consent afterwards; what follows of it is told by its own acts")
        }
        Kind::CorrectionRecorded => Silent(
            "each event of the corrected act again, equal but for `recordTime`, with `errorDeclaration`: reason, and \
             `correctiveEventIDs` of the events in the same act that say it better",
        ),
        Kind::ItemRegistered => Told(&[REGISTERED], "`jl:owner`, `jl:holder`; what it is in `ilmd`"),
        Kind::ConsumptionReported => Told(&[CONSUMED], ""),
        Kind::LossReported => Told(&[LOST], "never `stolen`: a report says what is missing, not who has it"),
        Kind::LossInvestigated => Silent("a finding about a loss; nothing moves"),
        Kind::WriteOffApproved => {
            Told(&[WRITTEN_OFF], "what is lost by then; it may be found again, so it is not `disposed`")
        }
        Kind::ItemFound => Told(&[FOUND, REGISTERED], "`ADD` when it had been written off"),
        Kind::ItemInstalled => Told(&[INSTALLED], ""),
        Kind::ItemRemoved => Told(&[REMOVED], ""),
        Kind::SubCustodyIssued => Told(&[OPENED], "`cert` is the hand receipt; `jl:unit`"),
        Kind::SubCustodyReturned => Told(&[CLOSED], "`cert` is the hand receipt"),
        Kind::ConditionChanged => {
            Told(CONDITIONS, "A B N: active, E F: damaged, G: non_conformant, H J: unavailable")
        }
        Kind::PhysicalCountRecorded => Told(
            &[COUNTED_ALL, COUNTED_SOME],
            "`stock_taking` when the scope is all; `jl:absent` is what was not found at all",
        ),
        Kind::CountVarianceResolved => Silent("an explanation; nothing moves"),
        Kind::TransferProposed => {
            Told(&[OPENED], "`po` is the transfer; `jl:transferKind`, the parties, `jl:due`")
        }
        Kind::TransferRefused => Told(&[CLOSED], "what of it was not sent"),
        Kind::TransferCancelled => Told(&[CLOSED], "what of it was not sent"),
        Kind::TransferLicenceRecorded => Silent("a paper; `jl:licence` of what travels under it names it"),
        Kind::ItemsReserved => Told(&[RESERVED], ""),
        Kind::ConsignmentDispatched => Told(
            &[SHIPPED],
            "`owning_party` equal on both sides: title passes by itself; where it goes is known at the receipt",
        ),
        Kind::ConsignmentReceived => Told(
            RECEIPT,
            "one event for what is sound, one for what is damaged; `jl:missing` is what did not come",
        ),
        Kind::DiscrepancyReported => {
            Told(DISCREPANCIES, "shortage or overage, wrong item or a serial item missing, damage, papers")
        }
        Kind::DiscrepancyResolved => {
            Told(OUTCOMES, "received late or too much, never sent, lost; no event when nothing moves")
        }
        Kind::TitlePassed => {
            Told(&[TITLE], "`owning_party` differs; all that was received under the transfer")
        }
        Kind::LoanExtended | Kind::LoanRecalled => Silent("a day; no goods"),
        Kind::ReturnDispatched => Told(&[SHIPPED], "as dispatched, the other way"),
        Kind::ReturnReceived => Told(RETURN, "as received, the other way"),
        Kind::SupportOrdered => Told(&[OPENED], "`po` is the order"),
        Kind::SupportDelivered => Told(AT_ONCE, "one hand-over: owner, holder and place change together"),
        Kind::SupportReciprocated => Told(AT_ONCE, "as delivered, the other way"),
        Kind::SupportInvoiced => {
            Told(&[OPENED], "`inv`, with all that was delivered under the order by then")
        }
        Kind::SupportPaid => Silent(MONEY),
        Kind::SupportCancelled => Told(&[CLOSED], "what of it was not delivered"),
        Kind::CrossingPointListed => Silent("a place; no goods"),
        Kind::MovementPlanned | Kind::MovementAmended | Kind::MovementCancelled => Silent(PLAN),
        Kind::PermissionRequested
        | Kind::PermissionGranted
        | Kind::PermissionRefused
        | Kind::PermissionExtended
        | Kind::MovementNotified
        | Kind::MovementAcknowledged
        | Kind::MovementHalted
        | Kind::MovementReleased => Silent(HOST),
        Kind::CustomsCovered => Silent("`cert` of the movement's events is the form 302"),
        Kind::MovementStarted => Told(
            &[LOADED, DEPARTED],
            "`parentID` is the movement; loaded are the items of the plan and the consignments under way that it carries",
        ),
        Kind::BorderCrossed => Told(&[CROSSED], "`readPoint` is the crossing point"),
        Kind::LegCompleted => Told(&[ARRIVED], ""),
        Kind::MovementCompleted => Told(&[ARRIVED, UNLOADED], "unloaded is what was loaded"),
        Kind::IncidentReported => Told(&[INCIDENT], "when it names items"),
        Kind::DeviationReported | Kind::StayRegistered | Kind::ReturnCompleted => Silent(UNIT),
        Kind::ProgrammeProposed
        | Kind::ParticipantJoined
        | Kind::ArrangementEffective
        | Kind::ContractSigned
        | Kind::SupplyTermsAgreed
        | Kind::ProcedureLaunched
        | Kind::TenderLotAwarded
        | Kind::FrameworkSigned
        | Kind::FrameworkExtended
        | Kind::CallOffOrdered
        | Kind::ContractAmended
        | Kind::OptionAgreed
        | Kind::OptionExercised
        | Kind::OptionLapsed
        | Kind::ParticipantAdmitted
        | Kind::ParticipantWithdrew
        | Kind::ProgrammeCancelled
        | Kind::AwardCancelled
        | Kind::ContractClosed => Silent(PURCHASE),
        Kind::InvoiceRegistered
        | Kind::InvoiceApproved
        | Kind::PaymentExecuted
        | Kind::CostShareAssessed
        | Kind::AdvancePaid
        | Kind::AdvanceSettled
        | Kind::RefundReceived
        | Kind::InvoiceDisputed
        | Kind::InvoiceDisputeResolved
        | Kind::VatCertificateRecorded
        | Kind::InvoiceVatExempted
        | Kind::SettlementRunClosed
        | Kind::SettlementPaid
        | Kind::FundingCommitted => Silent(MONEY),
        Kind::DeliveryDispatched => {
            Told(&[SHIPPED], "from the supplier; `po` is the contract, `desadv` the delivery")
        }
        Kind::DeliveryReceived => Told(DELIVERY, "waits for acceptance; `jl:missing` is what did not come"),
        Kind::DeliveryAccepted => {
            Told(&[ACCEPTED], "from then on the register has it: `owning_party` differs")
        }
        Kind::DeliveryAcceptedWithReservation => Told(
            &[ACCEPTED_SO_FAR],
            "as accepted; the supplier has to put something right, by `jl:clearedBy`",
        ),
        Kind::ReservationCleared => Told(&[CLEARED], ""),
        Kind::DeliveryRejected => Told(&[REJECTED], ""),
        Kind::DeliveryReturned => Told(&[SENT_BACK], "to the supplier"),
        Kind::QualityRequested | Kind::QualityAccepted | Kind::QualityClosed => {
            Silent("supervision of a supplier; no goods")
        }
        Kind::ConformityCertified => Told(&[OPENED], "`cert` is the certificate of conformity"),
        Kind::WarrantyClaimed => Told(&[OPENED], "`rma` is the claim"),
        Kind::WarrantyResolved => Told(&[CLOSED], "`rma` is the claim"),
    }
}

/// The table in Markdown.
pub fn table() -> String {
    let mut lines = vec![
        "| kind | EPCIS event | action | bizStep | disposition | remark |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    for kind in Kind::ALL {
        let name = kind.name();
        lines.push(match row(*kind) {
            Row::Told(shapes, remark) => {
                let words = |word: fn(&Shape) -> &'static str| {
                    let mut all: Vec<&str> = Vec::new();
                    for shape in shapes {
                        let word = word(shape);
                        if !all.contains(&word) {
                            all.push(word);
                        }
                    }
                    all.join(" / ")
                };
                let kinds = words(|shape| shape.kind.word());
                let actions = words(|shape| shape.action.word());
                let steps = words(|shape| shape.step.map_or("–", BizStep::word));
                let dispositions = words(|shape| shape.disposition.map_or("–", Disposition::word));
                format!("| {name} | {kinds} | {actions} | {steps} | {dispositions} | {remark} |")
            }
            Row::Silent(why) => format!("| {name} | – | | | | {why} |"),
        });
    }
    lines.push(String::new());
    lines.join("\n")
}
