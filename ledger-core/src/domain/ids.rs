//! Identifiers. One type a kind of thing, so that a loan cannot be looked up as a contract.

use super::text::{hex_form, ids};

ids! {
    /// The ledger's own name: the origin of every entry, a URL without scheme.
    Origin;
    /// A joint procurement programme.
    ProgrammeId;
    /// A contract with a supplier.
    ContractId;
    /// One delivery under a contract.
    DeliveryId;
    /// An invoice as the buyer registered it.
    InvoiceId;
    /// One payment.
    PaymentId;
    /// A pool of common cost that is shared out once.
    PoolId;
    /// A transfer between parties: loan, donation, sale, custody or mutual support.
    TransferId;
    /// One shipment under a transfer, out or back.
    ConsignmentId;
    /// A discrepancy that the receiver reported.
    DiscrepancyId;
    /// A reported loss.
    LossId;
    /// A third state's consent to a re-transfer.
    ConsentId;
    /// A transfer licence or exemption.
    LicenceId;
    /// A movement of a unit across borders.
    MovementId;
    /// A place where movements cross a border.
    CrossingPointId;
    /// An incident on a movement.
    IncidentId;
    /// A standing authorisation.
    AuthorisationId;
    /// A crisis, declared by each state for itself.
    CrisisId;
    /// A delegation of a role.
    DelegationId;
    /// A state's exclusion of a class of acts from a rule.
    ExclusionId;
    /// A commitment of funds.
    CommitmentId;
    /// A procurement procedure.
    ProcedureId;
    /// A lot of a tender. Not a batch.
    TenderLotId;
    /// A framework agreement.
    FrameworkId;
    /// An option of a contract.
    OptionId;
    /// An advance payment.
    AdvanceId;
    /// A request for government quality assurance.
    QualityRequestId;
    /// A certificate of exemption from value added tax.
    CertificateId;
    /// A refund of a payment.
    RefundId;
    /// A run that nets what the parties owe one another.
    SettlementId;
    /// A warranty claim.
    WarrantyId;
    /// A physical count.
    CountId;
    /// A hand receipt.
    HandReceiptId;
    /// An order of mutual support.
    SupportOrderId;
    /// An external statement that a ministry's books were compared from.
    StatementId;
    /// A recorded run of a reconciliation.
    RunId;
    /// A difference that a run found; the same difference has the same number in every run.
    BreakId;
    /// A period of the books: a month, a quarter, a year.
    PeriodId;
    /// An engagement of an audit office.
    EngagementId;
    /// A sample that an auditor drew.
    SampleId;
    /// A finding of an audit office. Not one of the verifier's.
    AuditFindingId;
    /// A place: depot, range, port. A code, never a description.
    Place;
    /// A reference to something outside the ledger: an activity, a seal, a bank reference, a person's entry
    /// in an erasable register.
    Reference;
    /// A maker's part number.
    PartNumber;
    /// A maker's serial number.
    SerialNumber;
    /// A maker's batch (ammunition lot) number.
    BatchNumber;
}

hex_form! {
    /// The author's own name for an act: the idempotency key. Sending the same act twice records it once.
    ActId: 16, "an act id: 32 lower-case hexadecimal digits", "^[0-9a-f]{32}$"
}

hex_form! {
    /// An Ed25519 public key. That it is a sound key is checked where it is enrolled.
    PublicKey: 32, "an Ed25519 public key: 64 lower-case hexadecimal digits", "^[0-9a-f]{64}$"
}

hex_form! {
    /// An Ed25519 signature, not yet verified.
    Signature: 64, "an Ed25519 signature: 128 lower-case hexadecimal digits", "^[0-9a-f]{128}$"
}

impl PublicKey {
    /// The first eight digits: enough to tell officers apart in a list.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}
