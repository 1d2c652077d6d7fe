//! How answers look to people: short lines, plain tables.

use anstyle::{AnsiColor, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ContentArrangement, Table};
use ledger_core::domain::consent::{Signer, signer_list};
use ledger_core::domain::money::Money;
use ledger_core::domain::quantity::Quantity;
use ledger_core::domain::ratification::Reliance;
use ledger_core::domain::register::Standing;
use ledger_core::domain::{Event, Text, Timestamp};
use ledger_core::journal::Receipt;
use serde_json::{Value, json};
use terminal_size::{Width, terminal_size_of};

use super::json::Entry;
use crate::error::CommandError;

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const STRONG: Style = Style::new().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();

fn styled(style: Style, words: impl std::fmt::Display) -> String {
    format!("{style}{words}{style:#}")
}

/// Words that matter.
pub(crate) fn strong(words: impl std::fmt::Display) -> String {
    styled(STRONG, words)
}

/// Words that say that all is well.
pub(crate) fn good(words: impl std::fmt::Display) -> String {
    styled(GREEN, words)
}

/// Words that say that something is wrong.
pub(crate) fn bad(words: impl std::fmt::Display) -> String {
    styled(RED, words)
}

/// An error: what happened, then what to do.
pub(crate) fn error(error: &CommandError) -> String {
    let code = error.code.as_ref().map_or_else(String::new, |code| format!(" {}", bad(code)));
    let hint =
        error.hint.as_ref().map_or_else(String::new, |hint| format!("\n{} {hint}", styled(CYAN, "hint:")));
    let so_far = error.so_far.as_ref().map_or_else(String::new, |so_far| format!("\n{so_far}"));
    format!("{}{code} {}{so_far}{hint}", bad("error:"), error.message)
}

/// A table with a head and without lines.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    // On a terminal long cells wrap within their column; into a pipe every row is one line.
    if let Some((Width(width), _)) = terminal_size_of(std::io::stdout()) {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.saturating_sub(2));
    }
    table.set_header(head.iter().map(Cell::new));
    for row in rows {
        table.add_row(row);
    }
    table
}

/// A table, indented, without blanks at the ends of lines.
pub(crate) fn indented(table: &Table) -> String {
    let lines = table.to_string();
    lines
        .lines()
        .map(|line| format!("  {}", line.trim()).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A receipt: one line.
pub(crate) fn receipt(receipt: &Receipt, what: &str) -> String {
    let again = if receipt.repeated { " before, nothing new" } else { "" };
    let waits = waits(&receipt.missing);
    format!("recorded{again}: entry {}  {what}  {}{waits}", strong(receipt.entry), receipt.link)
}

fn waits(missing: &[Signer]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    format!("\n  no effect yet: it waits for {}", signer_list(missing))
}

/// Entries in a list, one a row.
pub(crate) fn entries(entries: &[Entry]) -> Table {
    table(
        &["ENTRY", "RECORDED", "BY", "WHAT"],
        entries.iter().map(|entry| {
            let by = match (entry.party, entry.role) {
                (Some(party), Some(role)) => format!("{party} {role}"),
                _ => "?".into(),
            };
            let mut what = events(&entry.events);
            if !entry.waits_for.is_empty() {
                what.push_str(&format!(" (waits for {})", entry.waits_for.join("; ")));
            }
            vec![entry.entry.to_string(), entry.recorded_at.clone(), by, what]
        }),
    )
}

/// What goods are at present.
pub(crate) fn standing(standing: &Standing) -> String {
    match standing {
        Standing::InService => "in service".into(),
        Standing::Reserved(id) => format!("reserved for {id}"),
        Standing::InTransit(id) => format!("in transit, {id}"),
        Standing::Missing(id) => format!("missing from {id}"),
        Standing::OnLoan(id) => format!("on loan, {id}"),
        Standing::AwaitingTitle(id) => format!("received, title open, {id}"),
        Standing::Lost(id) => format!("lost, {id}"),
        Standing::Consumed => "consumed".into(),
        Standing::WrittenOff(id) => format!("written off, {id}"),
    }
}

/// `1 entry`, `2 entries`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A moment given in seconds since 1970, as times are written.
pub(crate) fn seconds(seconds: u64) -> String {
    Timestamp::from_millis(seconds.saturating_mul(1_000))
        .map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// `40 persons in 12 vehicles`.
pub(crate) fn counts(persons: u32, vehicles: u32) -> String {
    let vehicles = count(vehicles.into(), "vehicle", "vehicles");
    format!("{} in {vehicles}", count(persons.into(), "person", "persons"))
}

/// On what a party's consent rests.
pub(crate) fn reliance(reliance: &Reliance) -> String {
    format!("consent of {} ({}): {}", reliance.party, reliance.family, reliance.basis)
}

/// The members of a structure that say something, in a line.
pub(crate) fn facts(structure: &impl serde::Serialize) -> String {
    let value = json!(structure);
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let facts = value.as_object().into_iter().flatten().filter_map(|(name, value)| {
        let name = name.replace('_', " ");
        match value {
            Value::Null | Value::Bool(false) => None,
            Value::Number(number) if number.as_u64() == Some(0) => None,
            Value::Bool(true) => Some(name),
            Value::Array(elements) => {
                Some(format!("{name} {}", elements.iter().map(words).collect::<Vec<_>>().join(", ")))
            }
            other => Some(format!("{name} {}", words(other))),
        }
    });
    facts.collect::<Vec<_>>().join(" · ")
}

fn items<T>(items: &[T]) -> String {
    count(items.len() as u64, "item", "items")
}

/// The events of an act in one line; of a long act, the first ones.
pub(crate) fn events(events: &[Event]) -> String {
    /// So many are listed at most.
    const LISTED: usize = 3;
    let mut lines: Vec<_> = events.iter().take(LISTED).map(event).collect();
    if let Some(more @ 1..) = events.len().checked_sub(LISTED) {
        lines.push(format!("and {more} more"));
    }
    lines.join("; ")
}

/// An event with all its fields, one a line.
pub(crate) fn fields(event: &Event) -> Vec<String> {
    let mut lines = vec![format!("  {}", event.name())];
    let body = json!(event);
    let fields = body.get(event.name()).and_then(Value::as_object).into_iter().flatten();
    for (name, value) in fields {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            lines.push(format!("    {name:<16} {}", inside(value)));
        }
    }
    lines
}

/// A value as an officer would write it: `field=value; field=value` for a structure.
fn inside(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name}={}", inside(value)))
            .collect::<Vec<_>>()
            .join("; "),
        Value::Array(values) => values.iter().map(inside).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

fn quoted(text: &Text) -> String {
    format!("\u{201c}{text}\u{201d}")
}

/// How much, where it is said.
fn differing(quantity: Option<Quantity>, amount: Option<Money>) -> String {
    let words = quantity.map(|quantity| quantity.to_string()).or(amount.map(|amount| amount.to_string()));
    words.map_or_else(String::new, |words| format!(" {words}"))
}

/// An event in one line.
pub(crate) fn event(event: &Event) -> String {
    let name = event.name();
    let about = match event {
        Event::LedgerConstituted(e) => format!(
            "{}, {}",
            e.charter.origin,
            e.charter.parties.iter().map(|p| p.party.to_string()).collect::<Vec<_>>().join(" ")
        ),
        Event::KeyEnrolled(e) => format!("{} {} of {}", e.key.short(), e.role, e.party),
        Event::KeyRotated(e) => format!("{} by {}", e.old_key.short(), e.new_key.short()),
        Event::KeyRevoked(e) => format!("{}: {}", e.key.short(), quoted(&e.reason)),
        Event::ActCountersigned(e) => format!("entry {}", e.entry),
        Event::ActRefused(e) => format!("entry {}: {}", e.entry, quoted(&e.reason)),
        Event::RegimeParametersSet(e) => format!("ratification within {} h", e.parameters.ratification_h),
        Event::StandingAuthorisationGranted(e) => {
            let grantees: Vec<_> = e.grantees.iter().map(ToString::to_string).collect();
            format!("{} {} {} to {}", e.authorisation, e.family, e.grantor, grantees.join(" "))
        }
        Event::StandingAuthorisationAmended(e) => format!("{} until {}", e.authorisation, e.valid_to),
        Event::StandingAuthorisationSuspended(e) => format!("{}: {}", e.authorisation, quoted(&e.reason)),
        Event::StandingAuthorisationResumed(e) => e.authorisation.to_string(),
        Event::StandingAuthorisationRevoked(e) => format!("{}: {}", e.authorisation, quoted(&e.reason)),
        Event::CrisisDeclared(e) => format!("{} by {} until {}", e.crisis, e.party, e.expires_at),
        Event::CrisisExtended(e) => format!("{} by {} until {}", e.crisis, e.party, e.expires_at),
        Event::CrisisEnded(e) => format!("{} by {}: {}", e.crisis, e.party, quoted(&e.reason)),
        Event::ActRatified(e) => format!("entry {} by {}", e.entry, e.party),
        Event::RatificationRefused(e) => format!("entry {} by {}: {}", e.entry, e.party, quoted(&e.reason)),
        Event::UnwindingClosed(e) => format!("entry {}, {}: {}", e.entry, e.party, e.remedy),
        Event::MinistryAdmitted(e) => {
            format!("{} {}, root key {}", e.party, quoted(&e.name), e.root_key.short())
        }
        Event::MinistrySuspended(e) => format!("{}: {}", e.party, quoted(&e.reason)),
        Event::MinistryReinstated(e) => e.party.to_string(),
        Event::MinistryWithdrew(e) => format!("{}: {}", e.party, quoted(&e.reason)),
        Event::KeyCompromised(e) => format!("{} since {}: {}", e.key.short(), e.since, quoted(&e.reason)),
        Event::DoubtCleared(e) => format!("entry {} by {}: {}", e.entry, e.key.short(), quoted(&e.finding)),
        Event::RoleDelegated(e) => {
            format!("{} {} to {} until {}", e.delegation, e.from.short(), e.to.short(), e.until)
        }
        Event::DelegationEnded(e) => e.delegation.to_string(),
        Event::CorrectionRecorded(e) => format!("entry {} {}: {}", e.entry, e.reason, quoted(&e.remark)),
        Event::NationalExclusionDeclared(e) => {
            format!("{} {} of {}: {}", e.exclusion, e.family, e.party, quoted(&e.ground))
        }
        Event::NationalExclusionEnded(e) => e.exclusion.to_string(),
        Event::ItemRegistered(e) => {
            format!("{}, owner {}, holder {}, at {}", e.item, e.owner, e.holder, e.location)
        }
        Event::ConsumptionReported(e) => format!("{} by {} at {}", e.item, e.holder, e.location),
        Event::LossReported(e) => {
            format!("{}: {} of {} held by {}", e.loss, items(&e.items), e.owner, e.holder)
        }
        Event::LossInvestigated(e) => format!("{}: {}", e.loss, quoted(&e.finding)),
        Event::WriteOffApproved(e) => format!("{}: {}", e.loss, quoted(&e.reason)),
        Event::ItemFound(e) => format!("{}: {} at {}", e.loss, items(&e.items), e.location),
        Event::ItemInstalled(e) => format!("{} in {}", e.child, e.parent),
        Event::ItemRemoved(e) => format!("{} from {}", e.child, e.parent),
        Event::SubCustodyIssued(e) => {
            format!("{}: {} of {} at {} to {}", e.receipt, items(&e.items), e.holder, e.location, e.unit)
        }
        Event::SubCustodyReturned(e) => format!("{}: {}", e.receipt, items(&e.items)),
        Event::ConditionChanged(e) => {
            format!("{} at {} from {} to {}: {}", e.item, e.location, e.from, e.to, quoted(&e.reason))
        }
        Event::PhysicalCountRecorded(e) => {
            format!(
                "{} {} of {} at {}, {} counted",
                e.count,
                e.scope,
                e.holder,
                e.location,
                items(&e.counted)
            )
        }
        Event::CountVarianceResolved(e) => format!("{}, {}: {}", e.count, e.item, quoted(&e.finding)),
        Event::SupportOrdered(e) => {
            format!("{} {} for {}, {}, repaid {}", e.order, e.supplier, e.receiver, e.value, e.repay)
        }
        Event::SupportDelivered(e) => format!("{}, {} at {}", e.order, items(&e.items), e.location),
        Event::SupportReciprocated(e) => format!("{}, {} at {}", e.order, items(&e.items), e.location),
        Event::SupportInvoiced(e) => format!("{}, {} asks {}", e.order, e.invoice, e.amount),
        Event::SupportPaid(e) => format!("{}, {} on {}", e.order, e.amount, e.value_date),
        Event::SupportCancelled(e) => format!("{} by {}: {}", e.order, e.party, quoted(&e.reason)),
        Event::TransferProposed(e) => {
            format!("{} {} {} to {}, {}", e.transfer, e.kind, e.from, e.to, items(&e.items))
        }
        Event::TransferApproved(e) => e.transfer.to_string(),
        Event::TransferRefused(e) => format!("{}: {}", e.transfer, quoted(&e.reason)),
        Event::TransferCancelled(e) => format!("{}: {}", e.transfer, quoted(&e.reason)),
        Event::RetransferConsentRecorded(e) => format!("{} of {}", e.consent, e.consenting_state),
        Event::TransferLicenceRecorded(e) => format!("{} {} {} to {}", e.licence, e.kind, e.from, e.to),
        Event::ItemsReserved(e) => format!("{} for {}", items(&e.items), e.transfer),
        Event::ConsignmentDispatched(e) => {
            format!("{} under {}, {} from {}", e.consignment, e.transfer, items(&e.items), e.from_location)
        }
        Event::ConsignmentReceived(e) => {
            format!("{}, {} counted at {}", e.consignment, items(&e.counted), e.location)
        }
        Event::DiscrepancyReported(e) => format!("{} {} in {}", e.discrepancy, e.kind, e.consignment),
        Event::DiscrepancyResolved(e) => format!("{} {}", e.discrepancy, e.outcome),
        Event::TitlePassed(e) => e.transfer.to_string(),
        Event::LoanExtended(e) => format!("{} to {}", e.transfer, e.new_due),
        Event::LoanRecalled(e) => format!("{} to {}: {}", e.transfer, e.new_due, quoted(&e.reason)),
        Event::ReturnDispatched(e) => {
            format!("{} under {}, {} from {}", e.consignment, e.transfer, items(&e.items), e.from_location)
        }
        Event::ReturnReceived(e) => {
            format!("{}, {} counted at {}", e.consignment, items(&e.counted), e.location)
        }
        Event::CrossingPointListed(e) => format!("{} between {} and {}", e.point, e.first, e.second),
        Event::MovementPlanned(e) => {
            let states: Vec<_> = e.legs.iter().map(|leg| leg.to.to_string()).collect();
            format!(
                "{} {} from {} to {}, {} persons",
                e.movement,
                e.number,
                e.sending,
                states.join(" "),
                e.persons
            )
        }
        Event::MovementAmended(e) => format!("{}: {}", e.movement, quoted(&e.reason)),
        Event::MovementCancelled(e) => format!("{}: {}", e.movement, quoted(&e.reason)),
        Event::PermissionRequested(e) => format!("{} of {}", e.movement, e.host),
        Event::PermissionGranted(e) => {
            format!("{} by {} from {} to {}", e.movement, e.host, e.window_from, e.window_to)
        }
        Event::PermissionRefused(e) => format!("{} by {}: {}", e.movement, e.host, quoted(&e.reason)),
        Event::PermissionExtended(e) => {
            format!("{} by {} from {} to {}", e.movement, e.host, e.window_from, e.window_to)
        }
        Event::MovementNotified(e) => {
            let hosts: Vec<_> = e.hosts.iter().map(ToString::to_string).collect();
            format!("{} to {}", e.movement, hosts.join(" "))
        }
        Event::MovementAcknowledged(e) => format!("{} by {}", e.movement, e.host),
        Event::MovementHalted(e) => format!("{} by {}: {}", e.movement, e.host, quoted(&e.reason)),
        Event::MovementReleased(e) => format!("{} by {}", e.movement, e.host),
        Event::CustomsCovered(e) => format!("{} by form 302 {}", e.movement, e.serial),
        Event::MovementStarted(e) => {
            format!("{} at {}, {}", e.movement, e.place, counts(e.persons, e.vehicles))
        }
        Event::BorderCrossed(e) => {
            format!("{} over {}, {}", e.movement, e.point, counts(e.persons, e.vehicles))
        }
        Event::LegCompleted(e) => format!("{} at {}, {}", e.movement, e.place, counts(e.persons, e.vehicles)),
        Event::MovementCompleted(e) => {
            format!("{} at {}, {}", e.movement, e.place, counts(e.persons, e.vehicles))
        }
        Event::IncidentReported(e) => format!("{} {} on {}", e.incident, e.kind, e.movement),
        Event::DeviationReported(e) => format!("{} {}: {}", e.movement, e.kind, quoted(&e.actual)),
        Event::StayRegistered(e) => format!("{} in {} until {}", e.movement, e.host, e.until),
        Event::ReturnCompleted(e) => format!("{} from {}", e.movement, e.host),
        Event::ProgrammeProposed(e) => format!("{} {}", e.programme, quoted(&e.title)),
        Event::ParticipantJoined(e) => format!("{}: {} with {}", e.programme, e.party, e.quantity_share),
        Event::ArrangementEffective(e) => e.programme.to_string(),
        Event::ContractSigned(e) => {
            format!(
                "{} under {}, supplier {}, {}",
                e.contract,
                e.programme,
                e.supplier,
                count(e.lines.len() as u64, "line", "lines")
            )
        }
        Event::SupplyTermsAgreed(e) => e.contract.to_string(),
        Event::FundingCommitted(e) => {
            format!("{} to {}, {} of {} for {}", e.commitment, e.programme, e.amount, e.party, e.year)
        }
        Event::ProcedureLaunched(e) => {
            let lots = count(e.tender_lots.len() as u64, "lot", "lots");
            format!("{} under {}, {} by {}, {lots}", e.procedure, e.programme, e.method, e.legal_basis)
        }
        Event::TenderLotAwarded(e) => {
            format!("lot {} of {} to {}, {}", e.lot, e.procedure, e.supplier, e.value)
        }
        Event::AwardCancelled(e) => {
            format!("lot {} of {} to {}: {}", e.lot, e.procedure, e.supplier, quoted(&e.reason))
        }
        Event::FrameworkSigned(e) => {
            format!("{} under {}, up to {} until {}", e.framework, e.procedure, e.ceiling, e.end)
        }
        Event::FrameworkExtended(e) => format!("{} until {}", e.framework, e.end),
        Event::CallOffOrdered(e) => {
            let lines = count(e.lines.len() as u64, "line", "lines");
            format!("{} under {} by {}, supplier {}, {lines}", e.contract, e.framework, e.buyer, e.supplier)
        }
        Event::ContractAmended(e) => format!("{}: {}", e.contract, quoted(&e.reason)),
        Event::OptionAgreed(e) => {
            format!("{} of {}, {} until {}", e.option, e.contract, e.line.quantity, e.expires)
        }
        Event::OptionExercised(e) => e.option.to_string(),
        Event::OptionLapsed(e) => e.option.to_string(),
        Event::ParticipantAdmitted(e) => format!("{}: {}", e.programme, e.party),
        Event::ParticipantWithdrew(e) => format!("{}: {} from {}", e.programme, e.party, e.effective),
        Event::ProgrammeCancelled(e) => format!("{}: {}", e.programme, quoted(&e.reason)),
        Event::DeliveryDispatched(e) => format!("{} of {} to {}", e.delivery, e.contract, e.consignee),
        Event::DeliveryReceived(e) => format!("{}, {} counted", e.delivery, items(&e.items)),
        Event::DeliveryAccepted(e) => {
            format!("{}, {} at {}", e.delivery, items(&e.items), e.location)
        }
        Event::InvoiceRegistered(e) => format!("{} of {}, {} net", e.invoice, e.contract, e.net),
        Event::InvoiceApproved(e) => format!("{}, {}", e.invoice, e.amount),
        Event::PaymentExecuted(e) => format!("{} on {}, {} by {}", e.payment, e.invoice, e.amount, e.payer),
        Event::CostShareAssessed(e) => format!("{} of {}, {}", e.pool, e.programme, e.total),
        Event::AdvancePaid(e) => format!("{} of {}, {} by {}", e.advance, e.contract, e.amount, e.payer),
        Event::AdvanceSettled(e) => format!("{} on {}, {}", e.advance, e.invoice, e.amount),
        Event::RefundReceived(e) => {
            let of = e.payment.as_ref().map(ToString::to_string);
            let of = of.or_else(|| e.advance.as_ref().map(ToString::to_string)).unwrap_or_default();
            format!("{} of {of}, {}: {}", e.refund, e.amount, quoted(&e.reason))
        }
        Event::QualityRequested(e) => format!("{} of {} in {}", e.request, e.contract, e.supplier_nation),
        Event::QualityAccepted(e) => format!("{} as {}", e.request, e.authority_ref),
        Event::QualityClosed(e) => format!("{} {}: {}", e.request, e.result, quoted(&e.finding)),
        Event::ConformityCertified(e) => format!("{}, {}", e.delivery, items(&e.items)),
        Event::DeliveryAcceptedWithReservation(e) => {
            format!("{}, {} at {}: {}", e.delivery, items(&e.items), e.location, quoted(&e.reservation))
        }
        Event::ReservationCleared(e) => format!("{}: {}", e.delivery, quoted(&e.finding)),
        Event::DeliveryRejected(e) => {
            format!("{}, {}: {}", e.delivery, items(&e.items), quoted(&e.reason))
        }
        Event::DeliveryReturned(e) => format!("{}, {}", e.delivery, items(&e.items)),
        Event::InvoiceDisputed(e) => format!("{}: {}", e.invoice, quoted(&e.reason)),
        Event::InvoiceDisputeResolved(e) => format!("{}: {}", e.invoice, quoted(&e.finding)),
        Event::VatCertificateRecorded(e) => {
            format!("{} of {} for {}, {} {}", e.certificate, e.contract, e.party, e.regime, e.serial)
        }
        Event::InvoiceVatExempted(e) => format!("{} by {}", e.invoice, e.certificate),
        Event::SettlementRunClosed(e) => {
            let nets = count(e.nets.len() as u64, "net amount", "net amounts");
            format!("{} up to entry {}, {nets}", e.settlement, e.up_to_entry)
        }
        Event::SettlementPaid(e) => format!("{}, {} by {} to {}", e.settlement, e.amount, e.from, e.to),
        Event::WarrantyClaimed(e) => {
            format!("{} of {} by {}: {}", e.claim, e.item, e.owner, quoted(&e.defect))
        }
        Event::WarrantyResolved(e) => format!("{} {}: {}", e.claim, e.result, quoted(&e.finding)),
        Event::ContractClosed(e) => e.contract.to_string(),
        Event::ExternalStatementIngested(e) => {
            format!("{} for {} of {}: {} as of {}", e.statement, e.kind, e.party, e.source, e.as_of)
        }
        Event::ReconciliationRun(e) => {
            let sides: Vec<_> =
                std::iter::once(e.party).chain(e.counterparty).map(|side| side.to_string()).collect();
            let broken = count(e.broken.into(), "break", "breaks");
            format!("{} {} of {} with {}, {broken}", e.run, e.kind, sides.join(" and "), e.statement)
        }
        Event::BreakOpened(e) => {
            let by = differing(e.quantity, e.amount);
            format!("{} in {}, {} of {}{by}: {}", e.break_id, e.run, e.class, e.party, quoted(&e.subject))
        }
        Event::BreakFoundAgain(e) => {
            format!("{} in {}{}", e.break_id, e.run, differing(e.quantity, e.amount))
        }
        Event::BreakExplained(e) => format!("{}: {}", e.break_id, quoted(&e.reason)),
        Event::BreakAccepted(e) => {
            let limit = differing(e.limit_quantity, e.limit_amount);
            format!("{}{limit} until {}: {}", e.break_id, e.until, quoted(&e.reason))
        }
        Event::BreakCorrected(e) => format!("{} by entry {}", e.break_id, e.entry),
        Event::BreakClosed(e) => e.break_id.to_string(),
        Event::ReconciliationSignedOff(e) => format!("{} by {}", e.run, e.party),
        Event::ReconciliationTolerancesSet(e) => format!("bulk goods {} bp", e.tolerances.bulk_bp),
        Event::PeriodCutoffFixed(e) => format!("{} until {}, {} entries", e.period, e.last_day, e.size),
        Event::BalanceConfirmed(e) => {
            let nets =
                e.balances.iter().map(|net| format!(", {} owes {} {}", net.debtor, net.creditor, net.amount));
            format!("{} by {} with {}{}", e.period, e.party, e.counterparty, nets.collect::<String>())
        }
        Event::AuditEngagementOpened(e) => format!("{}: {}", e.engagement, quoted(&e.scope)),
        Event::SampleDrawn(e) => {
            format!(
                "{} for {}, {} of {} {} {}",
                e.sample, e.engagement, e.drawn, e.units, e.population, e.method
            )
        }
        Event::EvidenceBundleIssued(e) => format!("{}, entry {}", e.sample, e.entry),
        Event::FindingRaised(e) => {
            format!("{} {} for {}: {}", e.finding, e.severity, e.party, quoted(&e.text))
        }
        Event::ManagementReplied(e) => {
            let verdict = if e.accepted { "accepted" } else { "not accepted" };
            format!("{} {verdict}: {}", e.finding, quoted(&e.reply))
        }
        Event::FindingClosed(e) => format!("{}: {}", e.finding, quoted(&e.conclusion)),
    };
    format!("{name} {about}")
}
