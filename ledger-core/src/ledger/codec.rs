//! Canonical bytes: the only file that names bincode.
//!
//! The bytes are described for strangers in `docs/format.md`; this file is the same description for the
//! compiler. Integers are big-endian and of fixed width. Text and lists carry a length of two bytes. There are
//! no maps and no floats. bincode contributes the reading and writing of integers under a limit; every choice
//! of what comes where is written out below, so neither an attribute of serde nor another encoder can change
//! a byte.
//!
//! Decoding is strict: each value passes the constructor of its type, nothing may be left over, and what was
//! read is written again and compared, so that no value has a second encoding. No length is believed before
//! it is checked: text is bounded by its type, and a list grows only as its elements are really there.

use bincode::config::{self, Config};
use bincode::de::read::{Reader, SliceReader};
use bincode::de::{Decode as _, Decoder, DecoderImpl};
use bincode::enc::write::{SizeWriter, Writer};
use bincode::enc::{Encode as _, Encoder, EncoderImpl};
use bincode::error::{DecodeError, EncodeError};

use crate::domain::Digest;
use crate::domain::association::{ItemInstalled, ItemRemoved};
use crate::domain::authority::{
    Limits, StandingAuthorisationAmended, StandingAuthorisationGranted, StandingAuthorisationResumed,
    StandingAuthorisationRevoked, StandingAuthorisationSuspended,
};
use crate::domain::books::{
    BreakAccepted, BreakClosed, BreakCorrected, BreakExplained, BreakFoundAgain, BreakOpened,
    ExternalStatementIngested, MoreIn, ReconciliationRun, ReconciliationSignedOff, ReconciliationTolerances,
    ReconciliationTolerancesSet,
};
use crate::domain::codes::{
    Condition, Country, Cpv, DocumentKind, Form302Serial, Hazard, Marking, MlCategory, Mode, MovementNumber,
    Ncage, Nsn, Party, Purpose,
};
use crate::domain::compromise::{DoubtCleared, KeyCompromised};
use crate::domain::condition::ConditionChanged;
use crate::domain::consent::Family;
use crate::domain::consignment::{
    ConsignmentDispatched, ConsignmentReceived, Counted, ItemsReserved, ReturnDispatched, ReturnReceived,
};
use crate::domain::correction::{CorrectionReason, CorrectionRecorded};
use crate::domain::count::{CountScope, CountVarianceResolved, PhysicalCountRecorded};
use crate::domain::crisis::{CrisisDeclared, CrisisEnded, CrisisExtended, CrisisScope};
use crate::domain::custody::{SubCustodyIssued, SubCustodyReturned};
use crate::domain::delegation::{DelegationEnded, RoleDelegated};
use crate::domain::discrepancy::{
    DiscrepancyKind, DiscrepancyReported, DiscrepancyResolved, Liability, Outcome,
};
use crate::domain::engagement::{
    AuditEngagementOpened, EvidenceBundleIssued, FindingClosed, FindingRaised, ManagementReplied,
    SampleDrawn, SampleMethod, Severity,
};
use crate::domain::event::{Act, Document, Event, EventKind, with_catalogue};
use crate::domain::exclusion::{NationalExclusionDeclared, NationalExclusionEnded};
use crate::domain::ids::{
    ActId, AdvanceId, AuditFindingId, AuthorisationId, BatchNumber, BreakId, CertificateId, CommitmentId,
    ConsentId, ConsignmentId, ContractId, CountId, CrisisId, CrossingPointId, DelegationId, DeliveryId,
    DiscrepancyId, EngagementId, ExclusionId, FrameworkId, HandReceiptId, IncidentId, InvoiceId, LicenceId,
    LossId, MovementId, OptionId, Origin, PartNumber, PaymentId, PeriodId, Place, PoolId, ProcedureId,
    ProgrammeId, PublicKey, QualityRequestId, Reference, RefundId, RunId, SampleId, SerialNumber,
    SettlementId, Signature, StatementId, SupportOrderId, TenderLotId, TransferId, WarrantyId,
};
use crate::domain::item::{Item, ItemId};
use crate::domain::licence::{LicenceCap, LicenceKind, RetransferConsentRecorded, TransferLicenceRecorded};
use crate::domain::loss::{ItemFound, LossInvestigated, LossReported, WriteOffApproved};
use crate::domain::membership::{MinistryAdmitted, MinistryReinstated, MinistrySuspended, MinistryWithdrew};
use crate::domain::money::{Currency, Money, Share};
use crate::domain::movement::{
    BorderCrossed, CrossingPointListed, CustomsCovered, DangerousGoods, DeviationKind, DeviationReported,
    Ground, IncidentKind, IncidentReported, Leg, LegCompleted, MovementAcknowledged, MovementAmended,
    MovementCancelled, MovementCompleted, MovementHalted, MovementNotified, MovementPlanned,
    MovementReleased, MovementStarted, PermissionExtended, PermissionGranted, PermissionRefused,
    PermissionRequested, ReturnCompleted, StayRegistered, VehicleClass, VehicleCount,
};
use crate::domain::party::{
    Charter, CharterSignature, FoundingParty, KeyEnrolled, KeyRevoked, KeyRotated, LedgerConstituted,
    Parameters, Role,
};
use crate::domain::pending::{ActCountersigned, ActRefused};
use crate::domain::period::{BalanceConfirmed, PeriodCutoffFixed};
use crate::domain::procurement::{
    AdvancePaid, AdvanceSettled, ArrangementEffective, AwardCancelled, CallOffLine, CallOffOrdered,
    ConformityCertified, ContractAmended, ContractClosed, ContractLine, ContractSigned, CostBasis,
    CostShareAssessed, DeliveredItem, DeliveryAccepted, DeliveryAcceptedWithReservation, DeliveryDispatched,
    DeliveryReceived, DeliveryRejected, DeliveryReturned, ExemptLine, FrameworkExtended, FrameworkLine,
    FrameworkSigned, FundingCommitted, Instrument, InvoiceApproved, InvoiceDisputeResolved, InvoiceDisputed,
    InvoiceLine, InvoiceRegistered, InvoiceVatExempted, LegalBasis, NetAmount, OptionAgreed, OptionExercised,
    OptionLapsed, ParticipantAdmitted, ParticipantJoined, ParticipantWithdrew, PartyAmount, PartyQuantity,
    PartyShares, PaymentExecuted, ProcedureLaunched, ProcedureMethod, ProgrammeCancelled, ProgrammeProposed,
    QualityAccepted, QualityClosed, QualityRequested, QualityResult, RefundReceived, ReservationCleared,
    ScheduledDelivery, SettlementPaid, SettlementRunClosed, SupplyTerms, SupplyTermsAgreed, TenderLot,
    TenderLotAwarded, VatCertificateRecorded, VatRegime, WarrantyClaimed, WarrantyResolved, WarrantyResult,
};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::ratification::{ActRatified, RatificationRefused, Remedy, UnwindingClosed};
use crate::domain::reconcile::{BreakClass, RunKind};
use crate::domain::regime::{RegimeParameters, RegimeParametersSet};
use crate::domain::register::{ConsumptionReported, ItemRegistered};
use crate::domain::support::{
    Repayment, SupportCancelled, SupportDelivered, SupportInvoiced, SupportOrdered, SupportPaid,
    SupportReciprocated,
};
use crate::domain::text::{MAX_ID, MAX_TEXT, Text};
use crate::domain::time::{Date, Timestamp};
use crate::domain::transfer::{
    LoanExtended, LoanRecalled, LoanTerms, RiskPoint, TitlePassed, TransferApproved, TransferCancelled,
    TransferKind, TransferProposed, TransferRefused,
};

use super::accession::Accession;
use super::entry::{Body, MAX_ENTRY_BYTES};

/// Why bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// They end too early, or a value in them is impossible.
    #[error("{0}")]
    Malformed(String),
    /// They can be read, but this is not the one way in which the value is written.
    #[error("{0}")]
    NotCanonical(String),
    /// The value does not fit into an entry.
    #[error("the value takes more than the {MAX_ENTRY_BYTES} bytes that an entry may have")]
    TooLong,
}

fn settings() -> impl Config {
    config::standard().with_big_endian().with_fixed_int_encoding().with_limit::<MAX_ENTRY_BYTES>()
}

/// The body of an entry in bytes.
///
/// # Errors
/// [`CodecError::TooLong`].
pub fn encode_body(body: &Body) -> Result<Vec<u8>, CodecError> {
    encode(body)
}

/// The body that `bytes` are, all of them.
///
/// # Errors
/// [`CodecError::Malformed`] or [`CodecError::NotCanonical`].
pub fn decode_body(bytes: &[u8]) -> Result<Body, CodecError> {
    decode(bytes)
}

/// A charter in bytes: what the founders sign.
///
/// # Errors
/// [`CodecError::TooLong`].
pub fn encode_charter(charter: &Charter) -> Result<Vec<u8>, CodecError> {
    encode(charter)
}

/// An accession in bytes: what a new ministry signs.
///
/// # Errors
/// [`CodecError::TooLong`].
pub fn encode_accession(accession: &Accession) -> Result<Vec<u8>, CodecError> {
    encode(accession)
}

fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut size = EncoderImpl::new(SizeWriter::default(), settings());
    value.put(&mut size).map_err(|_| CodecError::TooLong)?;
    let length = size.into_writer().bytes_written;
    if length > MAX_ENTRY_BYTES {
        return Err(CodecError::TooLong);
    }
    let mut encoder = EncoderImpl::new(Growing(Vec::with_capacity(length)), settings());
    value.put(&mut encoder).map_err(|_| CodecError::TooLong)?;
    Ok(encoder.into_writer().0)
}

fn decode<T: Wire>(bytes: &[u8]) -> Result<T, CodecError> {
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(CodecError::TooLong);
    }
    let mut decoder = DecoderImpl::new(SliceReader::new(bytes), settings(), ());
    let value = T::take(&mut decoder).map_err(|error| CodecError::Malformed(in_words(&error)))?;
    if decoder.reader().peek_read(1).is_some() {
        return Err(CodecError::NotCanonical("bytes follow behind the last value".into()));
    }
    if encode(&value).as_deref() != Ok(bytes) {
        return Err(CodecError::NotCanonical("a value is not written in its one form".into()));
    }
    Ok(value)
}

fn in_words(error: &DecodeError) -> String {
    match error {
        DecodeError::OtherString(words) => words.clone(),
        DecodeError::UnexpectedEnd { .. } | DecodeError::LimitExceeded => "the bytes end too early".into(),
        other => other.to_string(),
    }
}

/// A writer into memory.
struct Growing(Vec<u8>);

impl Writer for Growing {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// A type with a place in the bytes.
trait Wire: Sized {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError>;
    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError>;
}

fn impossible(why: String) -> DecodeError {
    DecodeError::OtherString(why)
}

/// Puts the name of a field before what is wrong with it.
fn within(field: &'static str, error: &DecodeError) -> DecodeError {
    DecodeError::OtherString(format!("{field}: {}", in_words(error)))
}

macro_rules! integers {
    ($($name:ty),*) => {$(impl Wire for $name {
        fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
            self.encode(out)
        }

        fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
            <$name>::decode(input)
        }
    })*};
}

integers!(u8, u16, u32, u64);

impl<const N: usize> Wire for [u8; N] {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        out.writer().write(self)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        input.claim_bytes_read(N)?;
        let mut bytes = [0; N];
        input.reader().read(&mut bytes)?;
        Ok(bytes)
    }
}

impl Wire for bool {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        u8::from(*self).put(out)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        match u8::take(input)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(impossible(format!("{other} is neither 0 (no) nor 1 (yes)"))),
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        self.is_some().put(out)?;
        self.as_ref().map_or(Ok(()), |value| value.put(out))
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        bool::take(input)?.then(|| T::take(input)).transpose()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        let count =
            u16::try_from(self.len()).map_err(|_| EncodeError::Other("a list of more than 65,535"))?;
        count.put(out)?;
        self.iter().try_for_each(|value| value.put(out))
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let count = u16::take(input)?;
        let mut values = Vec::new();
        for _ in 0..count {
            // Every element takes at least one byte, so a false count ends where the bytes end.
            values.push(T::take(input)?);
        }
        Ok(values)
    }
}

/// Writes text behind its length.
fn put_text<E: Encoder>(text: &str, out: &mut E) -> Result<(), EncodeError> {
    let length =
        u16::try_from(text.len()).map_err(|_| EncodeError::Other("text of more than 65,535 bytes"))?;
    length.put(out)?;
    out.writer().write(text.as_bytes())
}

/// Reads text of at most `limit` bytes, where it stands: nothing is allocated for a length that is too long or
/// for bytes that are not there.
fn take_text<D: Decoder, T: std::str::FromStr<Err = String>>(
    input: &mut D,
    limit: usize,
) -> Result<T, DecodeError> {
    let length = usize::from(u16::take(input)?);
    if length > limit {
        return Err(impossible(format!("text of {length} bytes, at most {limit} are allowed")));
    }
    input.claim_bytes_read(length)?;
    let bytes = input.reader().peek_read(length).ok_or(DecodeError::UnexpectedEnd { additional: length })?;
    let text = std::str::from_utf8(bytes).map_err(|_| impossible("text is not UTF-8".into()))?;
    let value = text.parse().map_err(impossible)?;
    input.reader().consume(length);
    Ok(value)
}

macro_rules! texts {
    ($limit:expr; $($name:ident),*) => {$(impl Wire for $name {
        fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
            put_text(self.as_str(), out)
        }

        fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
            take_text(input, $limit)
        }
    })*};
}

texts!(MAX_ID; Origin, ProgrammeId, ContractId, DeliveryId, InvoiceId, PaymentId, PoolId, TransferId,
    ConsignmentId, DiscrepancyId, LossId, ConsentId, LicenceId, Place, Reference, PartNumber, SerialNumber,
    BatchNumber, AdvanceId, AuthorisationId, CertificateId, CommitmentId, CountId, CrisisId, CrossingPointId,
    DelegationId, ExclusionId, FrameworkId, HandReceiptId, IncidentId, MovementId, OptionId, ProcedureId,
    QualityRequestId, RefundId, SettlementId, SupportOrderId, TenderLotId, WarrantyId, StatementId, RunId,
    BreakId, PeriodId, EngagementId, SampleId, AuditFindingId);
// A character has at most four bytes.
texts!(MAX_TEXT * 4; Text);
texts!(MovementNumber::MAX; MovementNumber);

macro_rules! raw_bytes {
    ($($name:ident),*) => {$(impl Wire for $name {
        fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
            self.as_bytes().put(out)
        }

        fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
            Wire::take(input).map($name::new)
        }
    })*};
}

raw_bytes!(Digest, ActId, PublicKey, Signature);

/// Codes of a fixed number of ASCII characters, written as these characters.
macro_rules! ascii_codes {
    ($($name:ident: $length:literal, $as_str:ident;)*) => {$(impl Wire for $name {
        fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
            out.writer().write(self.$as_str().as_bytes())
        }

        fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
            let bytes = <[u8; $length]>::take(input)?;
            let text = std::str::from_utf8(&bytes).map_err(|_| impossible("a code is not ASCII".into()))?;
            text.parse().map_err(impossible)
        }
    })*};
}

ascii_codes! {
    Party: 2, as_str;
    Ncage: 5, as_str;
    Currency: 3, code;
    Form302Serial: 18, as_str;
}

/// Types that are one integer, checked by their constructor.
macro_rules! numbers {
    ($($name:ident: $integer:ty, $put:ident, $take:ident;)*) => {$(impl Wire for $name {
        fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
            self.$put().put(out)
        }

        fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
            <$integer>::take(input).and_then(|number| $name::$take(number).map_err(impossible))
        }
    })*};
}

numbers! {
    Timestamp: u64, as_millis, from_millis;
    Date: u32, number, from_number;
    Nsn: u64, digits, from_digits;
    Cpv: u32, digits, from_digits;
    MlCategory: u8, number, new;
    Unit: u8, number, from_number;
    Condition: u8, number, from_number;
    DocumentKind: u8, number, from_number;
    Marking: u8, number, from_number;
    Role: u8, number, from_number;
    LicenceKind: u8, number, from_number;
    TransferKind: u8, number, from_number;
    RiskPoint: u8, number, from_number;
    DiscrepancyKind: u8, number, from_number;
    Liability: u8, number, from_number;
    Outcome: u8, number, from_number;
    CostBasis: u8, number, from_number;
    QualityResult: u8, number, from_number;
    VatRegime: u8, number, from_number;
    WarrantyResult: u8, number, from_number;
    Family: u8, number, from_number;
    CrisisScope: u8, number, from_number;
    Remedy: u8, number, from_number;
    Purpose: u8, number, from_number;
    Mode: u8, number, from_number;
    Instrument: u8, number, from_number;
    LegalBasis: u8, number, from_number;
    ProcedureMethod: u8, number, from_number;
    VehicleClass: u8, number, from_number;
    Ground: u8, number, from_number;
    IncidentKind: u8, number, from_number;
    DeviationKind: u8, number, from_number;
    EventKind: u16, number, from_number;
    CorrectionReason: u8, number, from_number;
    CountScope: u8, number, from_number;
    Repayment: u8, number, from_number;
    RunKind: u8, number, from_number;
    BreakClass: u8, number, from_number;
    MoreIn: u8, number, from_number;
    SampleMethod: u8, number, from_number;
    Severity: u8, number, from_number;
}

impl Wire for Hazard {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        [self.division(), self.group()].put(out)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let [division, group] = Wire::take(input)?;
        Hazard::new(division, group).map_err(impossible)
    }
}

impl Wire for Money {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        self.minor().put(out)?;
        self.currency().put(out)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let minor = u64::take(input)?;
        Money::new(minor, Currency::take(input)?).map_err(impossible)
    }
}

impl Wire for Share {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        self.numerator().put(out)?;
        self.denominator().put(out)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let numerator = u64::take(input)?;
        Share::new(numerator, u64::take(input)?).map_err(impossible)
    }
}

impl Wire for Quantity {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        self.number().put(out)?;
        self.scale().put(out)?;
        self.unit().put(out)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let number = u64::take(input)?;
        let scale = u8::take(input)?;
        Quantity::new(number, scale, Unit::take(input)?).map_err(impossible)
    }
}

impl Wire for ItemId {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        match self {
            ItemId::Serial { ncage, part, serial } => {
                1_u8.put(out)?;
                ncage.put(out)?;
                part.put(out)?;
                serial.put(out)
            }
            ItemId::Batch { nsn, batch } => {
                2_u8.put(out)?;
                nsn.put(out)?;
                batch.put(out)
            }
            ItemId::Bulk { nsn } => {
                3_u8.put(out)?;
                nsn.put(out)
            }
        }
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        match u8::take(input)? {
            1 => {
                let (ncage, part) = (Wire::take(input)?, Wire::take(input)?);
                Ok(ItemId::Serial { ncage, part, serial: Wire::take(input)? })
            }
            2 => Ok(ItemId::Batch { nsn: Wire::take(input)?, batch: Wire::take(input)? }),
            3 => Ok(ItemId::Bulk { nsn: Wire::take(input)? }),
            other => Err(impossible(format!("{other} is no kind of item"))),
        }
    }
}

impl Wire for Item {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        self.id().put(out)?;
        if self.id().is_serial() { Ok(()) } else { self.quantity().put(out) }
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let id = ItemId::take(input)?;
        let quantity = if id.is_serial() { Quantity::ONE } else { Quantity::take(input)? };
        Item::new(id, quantity).map_err(impossible)
    }
}

/// The format of an entry. There is one.
const FORMAT_VERSION: u16 = 1;

impl Wire for Body {
    fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
        FORMAT_VERSION.put(out)?;
        self.origin.put(out)?;
        self.seq.put(out)?;
        self.previous.put(out)?;
        self.recorded_at.put(out)?;
        self.author.put(out)?;
        self.act.id.put(out)?;
        self.act.documents.put(out)?;
        self.act.events.put(out)
    }

    fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
        let version = u16::take(input)?;
        if version != FORMAT_VERSION {
            return Err(impossible(format!("format version {version}; this program knows {FORMAT_VERSION}")));
        }
        Ok(Body {
            origin: field("origin", input)?,
            seq: field("seq", input)?,
            previous: field("previous", input)?,
            recorded_at: field("recorded_at", input)?,
            author: field("author", input)?,
            act: Act {
                id: field("act", input)?,
                documents: field("documents", input)?,
                events: field("events", input)?,
            },
        })
    }
}

fn field<D: Decoder, T: Wire>(name: &'static str, input: &mut D) -> Result<T, DecodeError> {
    T::take(input).map_err(|error| within(name, &error))
}

/// The fields of a structure in the order of its bytes: name and type.
pub type Layout = (&'static str, &'static [(&'static str, &'static str)]);

/// Writes out where each field of a structure comes. The order here is the order of the bytes, for ever.
macro_rules! structures {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })*) => {
        $(impl Wire for $name {
            fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
                $(self.$field.put(out)?;)*
                Ok(())
            }

            fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
                Ok($name { $($field: field::<D, $type>(stringify!($field), input)?),* })
            }
        })*

        /// Every structure with its fields in the order of their bytes, for `docs/format.md` to be held
        /// against.
        pub const LAYOUTS: &[Layout] = &[
            $((stringify!($name), &[$((stringify!($field), stringify!($type))),*])),*
        ];
    };
}

/// Reads and writes an event as its number and its structure.
macro_rules! events {
    ($($number:literal $name:ident)*) => {
        impl Wire for Event {
            fn put<E: Encoder>(&self, out: &mut E) -> Result<(), EncodeError> {
                match self {
                    $(Event::$name(event) => {
                        let number: u16 = $number;
                        number.put(out)?;
                        event.put(out)
                    })*
                }
            }

            fn take<D: Decoder>(input: &mut D) -> Result<Self, DecodeError> {
                match u16::take(input)? {
                    $($number => field::<D, $name>(stringify!($name), input).map(Event::from),)*
                    other => Err(impossible(format!("{other:#06x} is no kind of event"))),
                }
            }
        }
    };
}

structures! {
    Document { kind: DocumentKind, sha256: Digest, bytes: u64, media_type: Text, marking: Marking }
    FoundingParty { party: Party, name: Text, root_key: PublicKey }
    Parameters { clock_skew_ms: u64, in_transit_limit_h: u32, discrepancy_answer_days: u32 }
    Charter { origin: Origin, purpose: Text, parties: Vec<FoundingParty>, parameters: Parameters }
    CharterSignature { party: Party, signature: Signature }
    LoanTerms { start: Date, due: Date, care: Option<Text> }
    LicenceCap { ml: MlCategory, quantity: Quantity }
    Counted { item: Item, condition: Condition }
    PartyQuantity { party: Party, quantity: Quantity }
    PartyAmount { party: Party, amount: Money }
    ContractLine {
        line: u32,
        description: Text,
        nsn: Option<Nsn>,
        ml: Option<MlCategory>,
        hazard: Option<Hazard>,
        neq_g_per_unit: Option<u64>,
        restricted_by: Option<Country>,
        quantity: Quantity,
        unit_price: Money,
        per_party: Vec<PartyQuantity>,
    }
    DeliveredItem { line: u32, item: Item, expiry: Option<Date> }
    InvoiceLine { line: u32, quantity: Quantity }
    LedgerConstituted { occurred_at: Timestamp, charter: Charter, signatures: Vec<CharterSignature> }
    KeyEnrolled {
        occurred_at: Timestamp,
        key: PublicKey,
        party: Party,
        role: Role,
        valid_until: Option<Timestamp>,
        person_ref: Option<Reference>,
    }
    KeyRotated { occurred_at: Timestamp, old_key: PublicKey, new_key: PublicKey, reason: Text }
    KeyRevoked { occurred_at: Timestamp, key: PublicKey, reason: Text }
    ActCountersigned { occurred_at: Timestamp, entry: u64, remark: Option<Text> }
    ActRefused { occurred_at: Timestamp, entry: u64, reason: Text }
    RegimeParameters {
        clock_skew_ms: u64,
        in_transit_limit_h: u32,
        discrepancy_answer_days: u32,
        permission_answer_h: u32,
        crisis_permission_answer_h: u32,
        crossing_tolerance_min: u32,
        crisis_first_h: u32,
        crisis_extension_h: u32,
        ratification_h: u32,
        standing_days: u32,
        late_recording_h: u32,
        minister_limits: Vec<Money>,
        crisis_limits: Vec<Money>,
        count_cadence_days: u32,
        support_in_kind_days: u32,
        support_cash_days: u32,
        framework_days: u32,
        settlement_days: u32,
        bulk_tolerance_bp: u32,
        ageing_days: Vec<u32>,
    }
    RegimeParametersSet { occurred_at: Timestamp, parameters: RegimeParameters }
    Limits {
        persons: u32,
        vehicles: u32,
        at_once: u32,
        load_class: u16,
        oversize: bool,
        armed: bool,
        neq_g: u64,
        hazards: Vec<Hazard>,
        value: Option<Money>,
        nsns: Vec<Nsn>,
        ml: Vec<MlCategory>,
        crossing_points: Vec<CrossingPointId>,
        purposes: Vec<Purpose>,
        modes: Vec<Mode>,
    }
    StandingAuthorisationGranted {
        occurred_at: Timestamp,
        authorisation: AuthorisationId,
        grantor: Party,
        grantees: Vec<Party>,
        family: Family,
        limits: Limits,
        notice_h: u32,
        valid_from: Date,
        valid_to: Date,
    }
    StandingAuthorisationAmended {
        occurred_at: Timestamp,
        authorisation: AuthorisationId,
        limits: Limits,
        notice_h: u32,
        valid_to: Date,
    }
    StandingAuthorisationSuspended { occurred_at: Timestamp, authorisation: AuthorisationId, reason: Text }
    StandingAuthorisationResumed { occurred_at: Timestamp, authorisation: AuthorisationId }
    StandingAuthorisationRevoked { occurred_at: Timestamp, authorisation: AuthorisationId, reason: Text }
    CrisisDeclared {
        occurred_at: Timestamp,
        crisis: CrisisId,
        party: Party,
        scope: CrisisScope,
        families: Vec<Family>,
        starts_at: Timestamp,
        expires_at: Timestamp,
        ground: Text,
    }
    CrisisExtended {
        occurred_at: Timestamp,
        crisis: CrisisId,
        party: Party,
        expires_at: Timestamp,
        ground: Text,
    }
    CrisisEnded { occurred_at: Timestamp, crisis: CrisisId, party: Party, reason: Text }
    ActRatified { occurred_at: Timestamp, entry: u64, party: Party, remark: Option<Text> }
    RatificationRefused { occurred_at: Timestamp, entry: u64, party: Party, reason: Text }
    UnwindingClosed { occurred_at: Timestamp, entry: u64, party: Party, remedy: Remedy, finding: Text }
    Accession { origin: Origin, party: Party, name: Text, root_key: PublicKey }
    MinistryAdmitted {
        occurred_at: Timestamp,
        party: Party,
        name: Text,
        root_key: PublicKey,
        accession: Signature,
    }
    MinistrySuspended { occurred_at: Timestamp, party: Party, reason: Text }
    MinistryReinstated { occurred_at: Timestamp, party: Party }
    MinistryWithdrew { occurred_at: Timestamp, party: Party, reason: Text }
    KeyCompromised { occurred_at: Timestamp, key: PublicKey, since: Timestamp, reason: Text }
    DoubtCleared { occurred_at: Timestamp, entry: u64, key: PublicKey, finding: Text }
    RoleDelegated {
        occurred_at: Timestamp,
        delegation: DelegationId,
        from: PublicKey,
        to: PublicKey,
        until: Timestamp,
        scope: Vec<EventKind>,
    }
    DelegationEnded { occurred_at: Timestamp, delegation: DelegationId }
    CorrectionRecorded { occurred_at: Timestamp, entry: u64, reason: CorrectionReason, remark: Text }
    NationalExclusionDeclared {
        occurred_at: Timestamp,
        exclusion: ExclusionId,
        party: Party,
        family: Family,
        ground: Text,
        until: Option<Date>,
    }
    NationalExclusionEnded { occurred_at: Timestamp, exclusion: ExclusionId }
    ItemRegistered {
        occurred_at: Timestamp,
        item: Item,
        description: Text,
        nsn: Option<Nsn>,
        ml: Option<MlCategory>,
        hazard: Option<Hazard>,
        neq_g_per_unit: Option<u64>,
        expiry: Option<Date>,
        restricted_by: Option<Country>,
        condition: Condition,
        owner: Party,
        holder: Party,
        location: Place,
    }
    ConsumptionReported {
        occurred_at: Timestamp,
        item: Item,
        owner: Party,
        holder: Party,
        location: Place,
        loan: Option<TransferId>,
        activity: Reference,
    }
    LossReported {
        occurred_at: Timestamp,
        loss: LossId,
        items: Vec<Item>,
        owner: Party,
        holder: Party,
        location: Place,
        loan: Option<TransferId>,
        circumstances: Text,
        noticed_on: Date,
    }
    LossInvestigated { occurred_at: Timestamp, loss: LossId, finding: Text, liable: Option<Party> }
    WriteOffApproved { occurred_at: Timestamp, loss: LossId, reason: Text }
    ItemFound { occurred_at: Timestamp, loss: LossId, items: Vec<Item>, location: Place }
    ItemInstalled { occurred_at: Timestamp, parent: ItemId, child: ItemId }
    ItemRemoved { occurred_at: Timestamp, parent: ItemId, child: ItemId }
    SubCustodyIssued {
        occurred_at: Timestamp,
        receipt: HandReceiptId,
        items: Vec<Item>,
        owner: Party,
        holder: Party,
        location: Place,
        loan: Option<TransferId>,
        unit: Reference,
    }
    SubCustodyReturned { occurred_at: Timestamp, receipt: HandReceiptId, items: Vec<Item> }
    ConditionChanged {
        occurred_at: Timestamp,
        item: Item,
        owner: Party,
        holder: Party,
        location: Place,
        loan: Option<TransferId>,
        receipt: Option<HandReceiptId>,
        from: Condition,
        to: Condition,
        reason: Text,
    }
    PhysicalCountRecorded {
        occurred_at: Timestamp,
        count: CountId,
        holder: Party,
        location: Place,
        counted_on: Date,
        scope: CountScope,
        counted: Vec<Item>,
        absent: Vec<ItemId>,
    }
    CountVarianceResolved {
        occurred_at: Timestamp,
        count: CountId,
        item: ItemId,
        finding: Text,
        loss: Option<LossId>,
    }
    TransferProposed {
        occurred_at: Timestamp,
        transfer: TransferId,
        kind: TransferKind,
        from: Party,
        to: Party,
        owner: Party,
        items: Vec<Item>,
        purpose: Text,
        price: Option<Money>,
        loan: Option<LoanTerms>,
        risk_passes_at: RiskPoint,
    }
    TransferApproved { occurred_at: Timestamp, transfer: TransferId }
    TransferRefused { occurred_at: Timestamp, transfer: TransferId, reason: Text }
    TransferCancelled { occurred_at: Timestamp, transfer: TransferId, reason: Text }
    RetransferConsentRecorded {
        occurred_at: Timestamp,
        consent: ConsentId,
        obtained_by: Party,
        consenting_state: Country,
        nsns: Vec<Nsn>,
        recipients: Vec<Party>,
        conditions: Option<Text>,
        expiry: Option<Date>,
    }
    TransferLicenceRecorded {
        occurred_at: Timestamp,
        licence: LicenceId,
        kind: LicenceKind,
        legal_ground: Text,
        from: Party,
        to: Party,
        covers_return: bool,
        ml: Vec<MlCategory>,
        valid_from: Date,
        expiry: Date,
        caps: Vec<LicenceCap>,
    }
    ItemsReserved { occurred_at: Timestamp, transfer: TransferId, items: Vec<Item>, location: Place }
    ConsignmentDispatched {
        occurred_at: Timestamp,
        consignment: ConsignmentId,
        transfer: TransferId,
        items: Vec<Item>,
        from_location: Place,
        licence: Option<LicenceId>,
        seals: Vec<Reference>,
        carrier: Option<Text>,
    }
    ConsignmentReceived {
        occurred_at: Timestamp,
        consignment: ConsignmentId,
        counted: Vec<Counted>,
        location: Place,
        seals_intact: bool,
    }
    DiscrepancyReported {
        occurred_at: Timestamp,
        discrepancy: DiscrepancyId,
        consignment: ConsignmentId,
        kind: DiscrepancyKind,
        items: Vec<Item>,
        finding: Text,
    }
    DiscrepancyResolved {
        occurred_at: Timestamp,
        discrepancy: DiscrepancyId,
        outcome: Outcome,
        finding: Text,
        liable: Liability,
        location: Option<Place>,
        loss: Option<LossId>,
    }
    TitlePassed { occurred_at: Timestamp, transfer: TransferId, price: Option<Money> }
    LoanExtended { occurred_at: Timestamp, transfer: TransferId, new_due: Date }
    LoanRecalled { occurred_at: Timestamp, transfer: TransferId, new_due: Date, reason: Text }
    ReturnDispatched {
        occurred_at: Timestamp,
        consignment: ConsignmentId,
        transfer: TransferId,
        items: Vec<Item>,
        from_location: Place,
        licence: Option<LicenceId>,
        seals: Vec<Reference>,
    }
    ReturnReceived {
        occurred_at: Timestamp,
        consignment: ConsignmentId,
        counted: Vec<Counted>,
        location: Place,
        seals_intact: bool,
    }
    Leg { point: CrossingPointId, from: Party, to: Party, etd: Timestamp, eta: Timestamp }
    VehicleCount { class: VehicleClass, count: u32 }
    DangerousGoods { hazard: Hazard, neq_g: u64 }
    CrossingPointListed {
        occurred_at: Timestamp,
        point: CrossingPointId,
        name: Text,
        modes: Vec<Mode>,
        first: Party,
        second: Party,
    }
    MovementPlanned {
        occurred_at: Timestamp,
        movement: MovementId,
        number: MovementNumber,
        sending: Party,
        unit: Reference,
        mode: Mode,
        purpose: Purpose,
        origin: Place,
        destination: Place,
        starts_at: Timestamp,
        legs: Vec<Leg>,
        persons: u32,
        vehicles: Vec<VehicleCount>,
        load_class: u16,
        oversize: bool,
        armed: bool,
        dangerous_goods: Vec<DangerousGoods>,
        union_goods: bool,
        items: Vec<ItemId>,
        transfers: Vec<TransferId>,
    }
    MovementAmended {
        occurred_at: Timestamp,
        movement: MovementId,
        starts_at: Timestamp,
        legs: Vec<Leg>,
        persons: u32,
        vehicles: Vec<VehicleCount>,
        load_class: u16,
        oversize: bool,
        armed: bool,
        dangerous_goods: Vec<DangerousGoods>,
        union_goods: bool,
        items: Vec<ItemId>,
        transfers: Vec<TransferId>,
        reason: Text,
    }
    MovementCancelled { occurred_at: Timestamp, movement: MovementId, reason: Text }
    PermissionRequested { occurred_at: Timestamp, movement: MovementId, host: Party }
    PermissionGranted {
        occurred_at: Timestamp,
        movement: MovementId,
        host: Party,
        window_from: Timestamp,
        window_to: Timestamp,
        credit: Reference,
        escort: bool,
        conditions: Option<Text>,
    }
    PermissionRefused {
        occurred_at: Timestamp,
        movement: MovementId,
        host: Party,
        ground: Ground,
        reason: Text,
    }
    PermissionExtended {
        occurred_at: Timestamp,
        movement: MovementId,
        host: Party,
        window_from: Timestamp,
        window_to: Timestamp,
        reason: Text,
    }
    MovementNotified { occurred_at: Timestamp, movement: MovementId, hosts: Vec<Party> }
    MovementAcknowledged { occurred_at: Timestamp, movement: MovementId, host: Party }
    MovementHalted {
        occurred_at: Timestamp,
        movement: MovementId,
        host: Party,
        ground: Ground,
        reason: Text,
    }
    MovementReleased { occurred_at: Timestamp, movement: MovementId, host: Party }
    CustomsCovered {
        occurred_at: Timestamp,
        movement: MovementId,
        serial: Form302Serial,
        copies: u8,
        final_destination: Place,
    }
    MovementStarted {
        occurred_at: Timestamp,
        movement: MovementId,
        place: Place,
        persons: u32,
        vehicles: u32,
    }
    BorderCrossed {
        occurred_at: Timestamp,
        movement: MovementId,
        point: CrossingPointId,
        persons: u32,
        vehicles: u32,
    }
    LegCompleted { occurred_at: Timestamp, movement: MovementId, place: Place, persons: u32, vehicles: u32 }
    MovementCompleted {
        occurred_at: Timestamp,
        movement: MovementId,
        place: Place,
        persons: u32,
        vehicles: u32,
    }
    IncidentReported {
        occurred_at: Timestamp,
        movement: MovementId,
        incident: IncidentId,
        kind: IncidentKind,
        persons_lost: u32,
        vehicles_lost: u32,
        items: Vec<ItemId>,
        finding: Text,
    }
    DeviationReported { occurred_at: Timestamp, movement: MovementId, kind: DeviationKind, actual: Text }
    StayRegistered { occurred_at: Timestamp, movement: MovementId, host: Party, from: Date, until: Date }
    ReturnCompleted { occurred_at: Timestamp, movement: MovementId, host: Party }
    SupportOrdered {
        occurred_at: Timestamp,
        order: SupportOrderId,
        supplier: Party,
        receiver: Party,
        items: Vec<Item>,
        value: Money,
        repay: Repayment,
        purpose: Text,
    }
    SupportDelivered {
        occurred_at: Timestamp,
        order: SupportOrderId,
        items: Vec<Item>,
        value: Money,
        from_location: Place,
        location: Place,
        condition: Condition,
        licence: Option<LicenceId>,
    }
    SupportReciprocated {
        occurred_at: Timestamp,
        order: SupportOrderId,
        items: Vec<Item>,
        value: Option<Money>,
        from_location: Place,
        location: Place,
        condition: Condition,
        licence: Option<LicenceId>,
    }
    SupportInvoiced { occurred_at: Timestamp, order: SupportOrderId, invoice: Reference, amount: Money }
    SupportPaid {
        occurred_at: Timestamp,
        order: SupportOrderId,
        amount: Money,
        value_date: Date,
        bank_ref: Reference,
    }
    SupportCancelled { occurred_at: Timestamp, order: SupportOrderId, party: Party, reason: Text }
    ProgrammeProposed {
        occurred_at: Timestamp,
        programme: ProgrammeId,
        title: Text,
        capability: Text,
        estimate: Money,
        cpv: Vec<Cpv>,
        ml: Vec<MlCategory>,
        lead: Party,
    }
    ParticipantJoined {
        occurred_at: Timestamp,
        programme: ProgrammeId,
        party: Party,
        quantity_share: Share,
        common_cost_share: Share,
        fee_share: Share,
    }
    ArrangementEffective {
        occurred_at: Timestamp,
        programme: ProgrammeId,
        decision_rule: Text,
        audit_clause: bool,
        withdrawal_terms: Text,
        currency: Currency,
    }
    ContractSigned {
        occurred_at: Timestamp,
        contract: ContractId,
        programme: ProgrammeId,
        supplier: Ncage,
        buyer: Party,
        lines: Vec<ContractLine>,
        payment_terms: Text,
    }
    DeliveryDispatched {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        contract: ContractId,
        consignee: Party,
        items: Vec<DeliveredItem>,
    }
    DeliveryReceived {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        items: Vec<DeliveredItem>,
        remark: Option<Text>,
    }
    DeliveryAccepted {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        items: Vec<DeliveredItem>,
        condition: Condition,
        location: Place,
    }
    InvoiceRegistered {
        occurred_at: Timestamp,
        invoice: InvoiceId,
        contract: ContractId,
        supplier_invoice_no: Reference,
        lines: Vec<InvoiceLine>,
        net: Money,
        vat: Money,
    }
    InvoiceApproved { occurred_at: Timestamp, invoice: InvoiceId, amount: Money }
    PaymentExecuted {
        occurred_at: Timestamp,
        payment: PaymentId,
        invoice: InvoiceId,
        payer: Party,
        amount: Money,
        value_date: Date,
        bank_ref: Reference,
    }
    CostShareAssessed {
        occurred_at: Timestamp,
        pool: PoolId,
        programme: ProgrammeId,
        period: Text,
        basis: CostBasis,
        total: Money,
        parts: Vec<PartyAmount>,
    }
    SupplyTerms {
        supplier_nation: Country,
        quality_assurance: bool,
        advance_cap: Option<Money>,
        warranty_days: u32,
    }
    ScheduledDelivery { line: u32, party: Party, quantity: Quantity, due: Date }
    SupplyTermsAgreed {
        occurred_at: Timestamp,
        contract: ContractId,
        supply: SupplyTerms,
        schedule: Vec<ScheduledDelivery>,
    }
    NetAmount { debtor: Party, creditor: Party, amount: Money }
    ExemptLine { line: u32, quantity: Quantity }
    AdvancePaid {
        occurred_at: Timestamp,
        advance: AdvanceId,
        contract: ContractId,
        payer: Party,
        amount: Money,
        settle_by: Date,
        agreement: Reference,
        value_date: Date,
        bank_ref: Reference,
    }
    AdvanceSettled {
        occurred_at: Timestamp,
        advance: AdvanceId,
        invoice: InvoiceId,
        amount: Money,
    }
    RefundReceived {
        occurred_at: Timestamp,
        refund: RefundId,
        payment: Option<PaymentId>,
        advance: Option<AdvanceId>,
        amount: Money,
        reason: Text,
        value_date: Date,
        bank_ref: Reference,
    }
    QualityRequested {
        occurred_at: Timestamp,
        request: QualityRequestId,
        contract: ContractId,
        supplier_nation: Country,
        risks: Text,
    }
    QualityAccepted {
        occurred_at: Timestamp,
        request: QualityRequestId,
        authority_ref: Reference,
    }
    QualityClosed {
        occurred_at: Timestamp,
        request: QualityRequestId,
        result: QualityResult,
        finding: Text,
    }
    ConformityCertified {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        items: Vec<Item>,
        deviations: Vec<Text>,
    }
    DeliveryAcceptedWithReservation {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        items: Vec<DeliveredItem>,
        condition: Condition,
        location: Place,
        reservation: Text,
        cleared_by: Date,
    }
    ReservationCleared {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        finding: Text,
    }
    DeliveryRejected {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        items: Vec<DeliveredItem>,
        reason: Text,
    }
    DeliveryReturned {
        occurred_at: Timestamp,
        delivery: DeliveryId,
        items: Vec<DeliveredItem>,
    }
    InvoiceDisputed {
        occurred_at: Timestamp,
        invoice: InvoiceId,
        reason: Text,
    }
    InvoiceDisputeResolved {
        occurred_at: Timestamp,
        invoice: InvoiceId,
        finding: Text,
    }
    VatCertificateRecorded {
        occurred_at: Timestamp,
        certificate: CertificateId,
        contract: ContractId,
        regime: VatRegime,
        serial: Reference,
        party: Party,
        lines: Vec<ExemptLine>,
        host_stamp: bool,
        waiver: Option<Reference>,
    }
    InvoiceVatExempted {
        occurred_at: Timestamp,
        invoice: InvoiceId,
        certificate: CertificateId,
    }
    SettlementRunClosed {
        occurred_at: Timestamp,
        settlement: SettlementId,
        period: Text,
        up_to_entry: u64,
        nets: Vec<NetAmount>,
    }
    SettlementPaid {
        occurred_at: Timestamp,
        settlement: SettlementId,
        from: Party,
        to: Party,
        amount: Money,
        value_date: Date,
        bank_ref: Reference,
    }
    WarrantyClaimed {
        occurred_at: Timestamp,
        claim: WarrantyId,
        contract: ContractId,
        item: Item,
        owner: Party,
        defect: Text,
        deadline: Date,
    }
    WarrantyResolved {
        occurred_at: Timestamp,
        claim: WarrantyId,
        result: WarrantyResult,
        finding: Text,
    }
    ContractClosed {
        occurred_at: Timestamp,
        contract: ContractId,
    }
    FundingCommitted {
        occurred_at: Timestamp,
        commitment: CommitmentId,
        programme: ProgrammeId,
        party: Party,
        amount: Money,
        budget_line: Reference,
        year: u32,
        instrument: Instrument,
    }
    TenderLot { lot: TenderLotId, title: Text, multi_supplier: bool }
    ProcedureLaunched {
        occurred_at: Timestamp,
        procedure: ProcedureId,
        programme: ProgrammeId,
        legal_basis: LegalBasis,
        method: ProcedureMethod,
        notice_ref: Option<Reference>,
        tender_lots: Vec<TenderLot>,
        governing_law: Country,
    }
    TenderLotAwarded {
        occurred_at: Timestamp,
        procedure: ProcedureId,
        lot: TenderLotId,
        supplier: Ncage,
        value: Money,
        standstill_until: Date,
    }
    FrameworkLine {
        line: u32,
        description: Text,
        nsn: Option<Nsn>,
        ml: Option<MlCategory>,
        hazard: Option<Hazard>,
        neq_g_per_unit: Option<u64>,
        restricted_by: Option<Country>,
        ceiling: Quantity,
        unit_price: Money,
    }
    FrameworkSigned {
        occurred_at: Timestamp,
        framework: FrameworkId,
        procedure: ProcedureId,
        lot: TenderLotId,
        suppliers: Vec<Ncage>,
        ceiling: Money,
        lines: Vec<FrameworkLine>,
        start: Date,
        end: Date,
        extensions: Vec<Date>,
        who_may_order: Vec<Party>,
    }
    FrameworkExtended { occurred_at: Timestamp, framework: FrameworkId, end: Date }
    CallOffLine { line: u32, quantity: Quantity, per_party: Vec<PartyQuantity> }
    CallOffOrdered {
        occurred_at: Timestamp,
        contract: ContractId,
        framework: FrameworkId,
        supplier: Ncage,
        buyer: Party,
        lines: Vec<CallOffLine>,
        payment_terms: Text,
        supply: SupplyTerms,
        schedule: Vec<ScheduledDelivery>,
    }
    ContractAmended {
        occurred_at: Timestamp,
        contract: ContractId,
        lines: Vec<ContractLine>,
        schedule: Vec<ScheduledDelivery>,
        reason: Text,
    }
    OptionAgreed {
        occurred_at: Timestamp,
        option: OptionId,
        contract: ContractId,
        line: ContractLine,
        expires: Date,
    }
    OptionExercised { occurred_at: Timestamp, option: OptionId }
    OptionLapsed { occurred_at: Timestamp, option: OptionId }
    PartyShares { party: Party, quantity_share: Share, common_cost_share: Share, fee_share: Share }
    ParticipantAdmitted {
        occurred_at: Timestamp,
        programme: ProgrammeId,
        party: Party,
        shares: Vec<PartyShares>,
    }
    ParticipantWithdrew {
        occurred_at: Timestamp,
        programme: ProgrammeId,
        party: Party,
        effective: Date,
        settled_liability: Money,
        reallocation: Vec<PartyShares>,
    }
    ProgrammeCancelled { occurred_at: Timestamp, programme: ProgrammeId, reason: Text }
    AwardCancelled {
        occurred_at: Timestamp,
        procedure: ProcedureId,
        lot: TenderLotId,
        supplier: Ncage,
        reason: Text,
    }
    ReconciliationTolerances {
        bulk_bp: u32,
        value_date_days: u32,
        crossing_min: u32,
        rounding_minor: u32,
        late_days: u32,
        acceptance_days: u32,
    }
    ExternalStatementIngested {
        occurred_at: Timestamp,
        statement: StatementId,
        kind: RunKind,
        party: Party,
        source: Reference,
        as_of: Date,
        sha256: Digest,
        rows: u32,
    }
    ReconciliationRun {
        occurred_at: Timestamp,
        run: RunId,
        kind: RunKind,
        party: Party,
        counterparty: Option<Party>,
        statement: StatementId,
        size: u64,
        rules_version: u32,
        matched: u32,
        broken: u32,
    }
    BreakOpened {
        occurred_at: Timestamp,
        break_id: BreakId,
        run: RunId,
        class: BreakClass,
        subject: Text,
        quantity: Option<Quantity>,
        amount: Option<Money>,
        more_in: Option<MoreIn>,
        since: Date,
        party: Party,
    }
    BreakFoundAgain {
        occurred_at: Timestamp,
        break_id: BreakId,
        run: RunId,
        quantity: Option<Quantity>,
        amount: Option<Money>,
        more_in: Option<MoreIn>,
    }
    BreakExplained { occurred_at: Timestamp, break_id: BreakId, reason: Text, resolved_by: Option<Date> }
    BreakAccepted {
        occurred_at: Timestamp,
        break_id: BreakId,
        reason: Text,
        limit_quantity: Option<Quantity>,
        limit_amount: Option<Money>,
        until: Date,
    }
    BreakCorrected { occurred_at: Timestamp, break_id: BreakId, entry: u64 }
    BreakClosed { occurred_at: Timestamp, break_id: BreakId, remark: Option<Text> }
    ReconciliationSignedOff { occurred_at: Timestamp, run: RunId, party: Party }
    ReconciliationTolerancesSet { occurred_at: Timestamp, tolerances: ReconciliationTolerances }
    PeriodCutoffFixed { occurred_at: Timestamp, period: PeriodId, last_day: Date, size: u64, root: Digest }
    BalanceConfirmed {
        occurred_at: Timestamp,
        period: PeriodId,
        party: Party,
        counterparty: Party,
        balances: Vec<NetAmount>,
    }
    AuditEngagementOpened {
        occurred_at: Timestamp,
        engagement: EngagementId,
        period: Option<PeriodId>,
        from: Option<Date>,
        until: Option<Date>,
        scope: Text,
        commitment: Digest,
    }
    SampleDrawn {
        occurred_at: Timestamp,
        sample: SampleId,
        engagement: EngagementId,
        day: Date,
        size: u64,
        root: Digest,
        population: Reference,
        method: SampleMethod,
        currency: Option<Currency>,
        secret: Digest,
        units: u32,
        drawn: u32,
        positions: Vec<u64>,
        list: Option<Digest>,
    }
    EvidenceBundleIssued { occurred_at: Timestamp, sample: SampleId, entry: u64, bundle: Digest }
    FindingRaised {
        occurred_at: Timestamp,
        finding: AuditFindingId,
        engagement: EngagementId,
        party: Party,
        severity: Severity,
        entries: Vec<u64>,
        subjects: Vec<Text>,
        text: Text,
        answer_by: Date,
    }
    ManagementReplied {
        occurred_at: Timestamp,
        finding: AuditFindingId,
        reply: Text,
        accepted: bool,
        due: Option<Date>,
    }
    FindingClosed { occurred_at: Timestamp, finding: AuditFindingId, conclusion: Text }
}

with_catalogue!(events);
