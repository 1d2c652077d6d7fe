//! What becomes of a contract: quality assurance, deliveries and warranty, as milestones.

use std::collections::BTreeMap;

use super::Publication;
use super::contracts::{Spot, schedule};
use super::sheet::{Section, Sheet, moment, with_id};
use crate::domain::ids::{DeliveryId, QualityRequestId, WarrantyId};
use crate::domain::procurement::{Contract, Delivery, QualityResult, VatCertificateRecorded};
use crate::domain::quantity::Quantity;
use crate::exchange::json::Json;

/// A milestone.
pub(super) struct Milestone {
    /// Its number in the contract.
    pub(super) id: String,
    /// The kind, of the standard's list.
    pub(super) kind: &'static str,
    /// What it is.
    pub(super) title: String,
    /// How it is, in words.
    pub(super) description: Option<String>,
    /// How it is, of the standard's list.
    pub(super) status: &'static str,
}

impl Milestone {
    fn json(self, now: Json) -> Json {
        let Self { id, kind, title, description, status } = self;
        with_id(
            id,
            Json::object([
                ("title", Some(Json::Text(title))),
                ("type", Some(Json::text(kind))),
                ("description", description.map(Json::Text)),
                ("status", Some(Json::text(status))),
                ("dateModified", Some(now.clone())),
                ("dateMet", (status == "met").then_some(now)),
            ]),
        )
    }
}

/// How far a delivery is.
fn status(delivery: &Delivery) -> &'static str {
    let none = |left: &BTreeMap<_, Quantity>| left.values().all(|quantity| quantity.is_zero());
    match delivery.received_in {
        None => "scheduled",
        Some(_) if delivery.is_settled() => "met",
        Some(_) if none(&delivery.waiting) && delivery.open_reservation().is_none() => "notMet",
        Some(_) => "partiallyMet",
    }
}

/// How much of which line, without naming a batch or a serial number.
fn sums(delivery: &Delivery) -> String {
    let mut sums: BTreeMap<u32, Quantity> = BTreeMap::new();
    for sent in &delivery.terms.items {
        let quantity = sent.item.quantity();
        let sum = sums.entry(sent.line).or_insert(quantity.none());
        *sum = sum.plus(quantity).unwrap_or(*sum);
    }
    let words: Vec<String> = sums.iter().map(|(line, quantity)| format!("line {line}: {quantity}")).collect();
    words.join("; ")
}

impl Publication {
    /// Says how far something of a contract is, in a release on its implementation.
    pub(super) fn progress(
        &mut self,
        contract: &Contract,
        milestones: impl IntoIterator<Item = Milestone>,
        sheet: &mut Sheet<'_>,
    ) -> Option<(usize, Spot)> {
        let (index, spot) = self.spot(contract, sheet.state)?;
        let first = self.processes.get_mut(index)?.begun.insert(spot.id.clone());
        let now = moment(sheet.now);
        let draft = sheet.draft(index);
        draft.tag(if first { "implementation" } else { "implementationUpdate" });
        draft.papers(Section::Implementation(spot.id.clone(), spot.award.clone()));
        let milestones: Vec<Json> =
            milestones.into_iter().map(|milestone| milestone.json(now.clone())).collect();
        if !milestones.is_empty() {
            draft.add(&spot.milestones(milestones));
        }
        Some((index, spot))
    }

    pub(super) fn quality(&mut self, id: &QualityRequestId, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let Some((_, request)) = state.quality_requests().find(|(known, _)| *known == id) else { return };
        let Some(contract) = state.contract(&request.terms.contract) else { return };
        let (status, words) = match request.closed {
            Some((_, QualityResult::Conforming)) => ("met", "The goods conform"),
            Some((_, QualityResult::Nonconforming)) => ("notMet", "The goods do not conform"),
            Some((_, QualityResult::Declined)) => ("notMet", "The authority declined"),
            None if request.accepted_in.is_some() => ("scheduled", "The authority has taken it on"),
            None => ("scheduled", "Requested"),
        };
        let milestone = Milestone {
            id: format!("quality:{id}"),
            kind: "assessment",
            title: format!("Government quality assurance {id} in {}", request.terms.supplier_nation),
            description: Some(words.to_owned()),
            status,
        };
        self.progress(contract, [milestone], sheet);
    }

    /// A delivery, and the rows of the schedule that it may meet.
    pub(super) fn delivery(&mut self, id: &DeliveryId, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let Some(delivery) = state.delivery(id) else { return };
        let Some(contract) = state.contract(&delivery.terms.contract) else { return };
        let to = delivery.terms.consignee;
        let open = delivery.open_reservation().map_or("", |_| "; accepted with a reservation that is open");
        let milestone = Milestone {
            id: format!("delivery:{id}"),
            kind: "delivery",
            title: format!("Delivery {id} to {to}"),
            description: Some(format!("{}{open}", sums(delivery))),
            status: status(delivery),
        };
        let Some((index, spot)) = self.progress(contract, [milestone], sheet) else { return };
        let lines: Vec<u32> = delivery.terms.items.iter().map(|sent| sent.line).collect();
        let rows = schedule(contract, |row| row.party == to && lines.contains(&row.line));
        if !rows.is_empty() {
            let rows = rows.into_iter().map(|(_, row)| row).collect();
            sheet.draft(index).add(&spot.milestones(rows));
        }
    }

    pub(super) fn warranty(&mut self, id: &WarrantyId, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let Some((_, claim)) = state.warranty_claims().find(|(known, _)| *known == id) else { return };
        let Some(contract) = state.contract(&claim.terms.contract) else { return };
        let result = claim.resolved.map(|(_, result)| result.to_string().to_lowercase());
        let milestone = Milestone {
            id: format!("warranty:{id}"),
            kind: "assessment",
            title: format!("Claim {id} of {} under the warranty", claim.terms.owner),
            status: if result.is_some() { "met" } else { "scheduled" },
            description: Some(
                result.unwrap_or_else(|| format!("To be answered by {}", claim.terms.deadline)),
            ),
        };
        self.progress(contract, [milestone], sheet);
    }

    pub(super) fn vat_certificate(&mut self, event: &VatCertificateRecorded, sheet: &mut Sheet<'_>) {
        let Some(contract) = sheet.state.contract(&event.contract) else { return };
        let milestone = Milestone {
            id: format!("exemption:{}", event.certificate),
            kind: "approval",
            title: format!("Exemption from value added tax for {}", event.party),
            description: Some(format!("Regime {}", event.regime)),
            status: "met",
        };
        self.progress(contract, [milestone], sheet);
    }
}
