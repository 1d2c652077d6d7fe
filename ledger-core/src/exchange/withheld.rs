//! What an export leaves out unless it is asked to show restricted data.
//!
//! Movement data is sensitive (domain.md section 3, rule 9): where a unit goes, when it crosses a border and what
//! it carries. And a document that is marked restricted is known by its digest to who may read the ledger, and to
//! nobody else. `docs/exports-goods.md` says what can still be inferred.

use super::kinds::Kind;
use crate::domain::Document;
use crate::domain::codes::Marking;

/// Whether an export shows restricted data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readers {
    /// Anybody: it does not.
    #[default]
    Anybody,
    /// Those who may read the ledger: everything is there.
    Restricted,
}

/// What of a kind of event is sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sensitive {
    /// Nothing.
    Nothing,
    /// Its content: it tells of a movement's route, times or load.
    Content,
    /// Its content, and when it was recorded: that is when something happened on the way.
    ContentAndTime,
}

impl Kind {
    /// What of it is sensitive.
    pub(crate) const fn sensitive(self) -> Sensitive {
        use Kind::*;
        match self {
            // What is planned, asked, permitted: before the start, with the route and the load in it.
            MovementPlanned | MovementAmended | MovementCancelled | PermissionRequested
            | PermissionGranted | PermissionRefused | PermissionExtended | MovementNotified
            | MovementAcknowledged | CustomsCovered | StayRegistered => Sensitive::Content,
            // A difference may be about a crossing: then it names the movement, the point and the time.
            BreakOpened => Sensitive::Content,
            // What is reported from the way while it happens.
            MovementHalted | MovementReleased | MovementStarted | BorderCrossed | LegCompleted
            | MovementCompleted | IncidentReported | DeviationReported | ReturnCompleted => {
                Sensitive::ContentAndTime
            }
            LedgerConstituted
            | KeyEnrolled
            | KeyRotated
            | KeyRevoked
            | ActCountersigned
            | ActRefused
            | RegimeParametersSet
            | StandingAuthorisationGranted
            | StandingAuthorisationAmended
            | StandingAuthorisationSuspended
            | StandingAuthorisationResumed
            | StandingAuthorisationRevoked
            | CrisisDeclared
            | CrisisExtended
            | CrisisEnded
            | ActRatified
            | RatificationRefused
            | UnwindingClosed
            | MinistryAdmitted
            | MinistrySuspended
            | MinistryReinstated
            | MinistryWithdrew
            | KeyCompromised
            | DoubtCleared
            | RoleDelegated
            | DelegationEnded
            | CorrectionRecorded
            | NationalExclusionDeclared
            | NationalExclusionEnded
            | ExternalStatementIngested
            | ReconciliationRun
            | BreakExplained
            | BreakAccepted
            | BreakCorrected
            | BreakClosed
            | ReconciliationSignedOff
            | ReconciliationTolerancesSet
            | BreakFoundAgain
            | PeriodCutoffFixed
            | BalanceConfirmed
            | AuditEngagementOpened
            | SampleDrawn
            | EvidenceBundleIssued
            | FindingRaised
            | ManagementReplied
            | FindingClosed
            | ItemRegistered
            | ConsumptionReported
            | LossReported
            | LossInvestigated
            | WriteOffApproved
            | ItemFound
            | ItemInstalled
            | ItemRemoved
            | SubCustodyIssued
            | SubCustodyReturned
            | ConditionChanged
            | PhysicalCountRecorded
            | CountVarianceResolved
            | TransferProposed
            | TransferApproved
            | TransferRefused
            | TransferCancelled
            | RetransferConsentRecorded
            | TransferLicenceRecorded
            | ItemsReserved
            | ConsignmentDispatched
            | ConsignmentReceived
            | DiscrepancyReported
            | DiscrepancyResolved
            | TitlePassed
            | LoanExtended
            | LoanRecalled
            | ReturnDispatched
            | ReturnReceived
            | SupportOrdered
            | SupportDelivered
            | SupportReciprocated
            | SupportInvoiced
            | SupportPaid
            | SupportCancelled
            | CrossingPointListed
            | ProgrammeProposed
            | ParticipantJoined
            | ArrangementEffective
            | ContractSigned
            | DeliveryDispatched
            | DeliveryReceived
            | DeliveryAccepted
            | InvoiceRegistered
            | InvoiceApproved
            | PaymentExecuted
            | CostShareAssessed
            | SupplyTermsAgreed
            | AdvancePaid
            | AdvanceSettled
            | RefundReceived
            | QualityRequested
            | QualityAccepted
            | QualityClosed
            | ConformityCertified
            | DeliveryAcceptedWithReservation
            | ReservationCleared
            | DeliveryRejected
            | DeliveryReturned
            | InvoiceDisputed
            | InvoiceDisputeResolved
            | VatCertificateRecorded
            | InvoiceVatExempted
            | SettlementRunClosed
            | SettlementPaid
            | WarrantyClaimed
            | WarrantyResolved
            | ContractClosed
            | FundingCommitted
            | ProcedureLaunched
            | TenderLotAwarded
            | FrameworkSigned
            | FrameworkExtended
            | CallOffOrdered
            | ContractAmended
            | OptionAgreed
            | OptionExercised
            | OptionLapsed
            | ParticipantAdmitted
            | ParticipantWithdrew
            | ProgrammeCancelled
            | AwardCancelled => Sensitive::Nothing,
        }
    }
}

impl Readers {
    /// True when the content of a kind is shown to them.
    pub(crate) fn see(self, kind: Kind) -> bool {
        self == Self::Restricted || kind.sensitive() == Sensitive::Nothing
    }

    /// True when they learn when an event of a kind was recorded.
    pub(crate) fn see_time_of(self, kind: Kind) -> bool {
        self == Self::Restricted || kind.sensitive() != Sensitive::ContentAndTime
    }

    /// The documents that are shown to them, and how many are not.
    pub(crate) fn documents(self, all: &[Document]) -> (Vec<&Document>, usize) {
        let open =
            |document: &&Document| self == Self::Restricted || document.marking == Marking::Unclassified;
        let shown: Vec<&Document> = all.iter().filter(open).collect();
        let withheld = all.len().saturating_sub(shown.len());
        (shown, withheld)
    }
}
