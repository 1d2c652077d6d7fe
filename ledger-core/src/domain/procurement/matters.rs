//! What is open of procurement: advances, goods that did not come or are not judged, invoices, quality, warranty, and
//! what the parties owe one another.

use super::ContractOption;
use crate::domain::codes::Party;
use crate::domain::ids::ContractId;
use crate::domain::state::State;
use crate::domain::status::{Matter, MatterKind};
use crate::domain::time::Date;

impl State {
    pub(crate) fn matters_of_procurement(&self, matters: &mut Vec<Matter>) {
        self.matters_of_goods(matters);
        self.matters_of_invoices(matters);
        self.matters_of_quality(matters);
        for (id, advance) in self.advances() {
            let open = advance.open();
            if !open.is_zero() {
                let what = format!(
                    "settle {open} of advance {id} on {}, under {}",
                    advance.terms.contract, advance.terms.agreement
                );
                matters.push(
                    Matter::new(MatterKind::Advance, id, advance.terms.payer, what)
                        .since(advance.terms.occurred_at)
                        .due(advance.terms.settle_by.end()),
                );
            }
        }
        for (id, settlement) in self.settlements() {
            for net in settlement.nets.iter().filter(|net| !net.open().is_zero()) {
                let what = format!("pay {} of settlement {id}", net.open());
                matters.push(
                    Matter::new(MatterKind::Settlement, id, net.debtor, what)
                        .to(net.creditor)
                        .since(settlement.since)
                        .due(settlement.due),
                );
            }
        }
        for (id, option) in self.contract_options().filter(|(_, option)| ContractOption::is_open(option)) {
            let Some(buyer) = self.buyer_of(&option.terms.contract) else { continue };
            let what = format!("exercise option {id} of {}, or let it lapse", option.terms.contract);
            matters.push(Matter::new(MatterKind::Option, id, buyer, what).due(option.terms.expires.end()));
        }
    }

    fn buyer_of(&self, contract: &ContractId) -> Option<Party> {
        self.contract(contract).map(|contract| contract.terms.buyer)
    }

    fn matters_of_goods(&self, matters: &mut Vec<Matter>) {
        // On the last day of all, everything that is scheduled and not received is late.
        let Ok(last) = Date::from_number(99_991_231) else { return };
        for late in self.late_deliveries(last) {
            let subject = format!("{} line {}", late.contract, late.line);
            let what = format!("{} of {subject} are to come", late.missing);
            matters.push(Matter::new(MatterKind::Delivery, subject, late.party, what).due(late.due.end()));
        }
        for (id, delivery) in self.procurement.deliveries.iter() {
            let consignee = delivery.terms.consignee;
            let since = delivery.received_at.unwrap_or(delivery.terms.occurred_at);
            if delivery.received_in.is_none() {
                let what = format!("receive delivery {id} of {}", delivery.terms.contract);
                matters.push(Matter::new(MatterKind::Transit, id, consignee, what).since(since));
            } else if delivery.waiting.values().any(|quantity| !quantity.is_zero()) {
                let what = format!("accept or reject what delivery {id} brought");
                matters.push(Matter::new(MatterKind::Acceptance, id, consignee, what).since(since));
            }
            if let Some(reservation) = delivery.open_reservation() {
                let what = format!("clear the reservation on {id}: {}", reservation.words);
                matters.push(
                    Matter::new(MatterKind::Reservation, id, consignee, what)
                        .since(since)
                        .due(reservation.due.end()),
                );
            }
            if delivery.rejected.values().any(|quantity| !quantity.is_zero()) {
                let what = format!("return what was rejected of {id}");
                matters.push(Matter::new(MatterKind::Rejection, id, consignee, what).since(since));
            }
        }
    }

    fn matters_of_invoices(&self, matters: &mut Vec<Matter>) {
        for (id, invoice) in self.procurement.invoices.iter() {
            let Some(buyer) = self.buyer_of(&invoice.terms.contract) else { continue };
            if let Some(dispute) = &invoice.dispute {
                let what = format!("resolve the dispute about invoice {id}: {}", dispute.reason);
                matters.push(Matter::new(MatterKind::Dispute, id, buyer, what).since(dispute.since));
            } else if invoice.approved.is_none() {
                let what = format!("approve invoice {id} of {}, or dispute it", invoice.terms.net);
                let since = invoice.terms.occurred_at;
                matters.push(Matter::new(MatterKind::Payment, id, buyer, what).since(since));
            } else if !invoice.unpaid().is_zero() {
                let what = format!("pay {} of invoice {id}", invoice.unpaid());
                let since = invoice.terms.occurred_at;
                matters.push(Matter::new(MatterKind::Payment, id, buyer, what).since(since));
            }
        }
    }

    fn matters_of_quality(&self, matters: &mut Vec<Matter>) {
        for (id, request) in self.quality_requests().filter(|(_, request)| request.closed.is_none()) {
            let Some(buyer) = self.buyer_of(&request.terms.contract) else { continue };
            let what = format!("close quality assurance {id} of {}", request.terms.contract);
            matters.push(Matter::new(MatterKind::Quality, id, buyer, what).since(request.since));
        }
        for (id, claim) in self.warranty_claims().filter(|(_, claim)| claim.resolved.is_none()) {
            let Some(buyer) = self.buyer_of(&claim.terms.contract) else { continue };
            let what = format!("have {} put right: {}", claim.terms.item, claim.terms.defect);
            matters.push(
                Matter::new(MatterKind::Warranty, id, buyer, what)
                    .to(claim.terms.owner)
                    .since(claim.since)
                    .due(claim.terms.deadline.end()),
            );
        }
    }
}
