//! Transfers: what is agreed, set aside, sent, received, found short, and whose it becomes; mutual support.

use super::super::event::{Draft, goods};
use super::super::names::PREFIX;
use super::super::rows;
use super::super::vocabulary::{Disposition, Shape, Side, TransactionType};
use super::register::{Sides, is_damaged};
use super::{Memory, Scene, short};
use crate::domain::Party;
use crate::domain::codes::Condition;
use crate::domain::consignment::{
    Consignment, ConsignmentDispatched, Counted, ItemsReserved, ReturnDispatched,
};
use crate::domain::discrepancy::{DiscrepancyKind, DiscrepancyReported, DiscrepancyResolved, Outcome};
use crate::domain::ids::{ConsignmentId, LicenceId, Place, Reference, TransferId};
use crate::domain::item::Item;
use crate::domain::quantity::Quantity;
use crate::domain::support::{
    SupportCancelled, SupportDelivered, SupportInvoiced, SupportOrdered, SupportReciprocated,
};
use crate::domain::transfer::{TitlePassed, Transfer, TransferProposed};
use crate::exchange::json::Json;

/// What leaves, from where.
struct Leaving<'a> {
    consignment: &'a ConsignmentId,
    transfer: &'a TransferId,
    items: &'a [Item],
    from: &'a Place,
    licence: Option<&'a LicenceId>,
    seals: &'a [Reference],
}

impl Scene<'_> {
    pub(super) fn proposed(self, event: &TransferProposed) -> Draft {
        let draft = Draft::new(rows::OPENED, goods(&event.items))
            .under(TransactionType::Order, self.names.transfer(&event.transfer));
        draft
            .own("transferKind", Json::text(event.kind))
            .own("from", Json::text(self.names.party(event.from)))
            .own("to", Json::text(self.names.party(event.to)))
            .own("owner", Json::text(self.names.party(event.owner)))
            .own_if("due", event.loan.as_ref().map(|loan| Json::text(loan.due)))
            .own("riskPassesAt", Json::text(event.risk_passes_at))
    }

    /// What of a transfer was not sent leaves it.
    pub(super) fn ended(self, id: &TransferId) -> Vec<Draft> {
        let Some(transfer) = self.state.transfer(id) else { return Vec::new() };
        let rest = |item: &Item| Item::new(item.id().clone(), transfer.rest_of(item.id())?).ok();
        let items: Vec<Item> = transfer.terms.items.iter().filter_map(rest).collect();
        vec![Draft::new(rows::CLOSED, goods(&items)).under(TransactionType::Order, self.names.transfer(id))]
    }

    pub(super) fn reserved(self, event: &ItemsReserved) -> Draft {
        Draft::new(rows::RESERVED, goods(&event.items))
            .kept_at(self.names.place(&event.location))
            .under(TransactionType::Order, self.names.transfer(&event.transfer))
    }

    pub(super) fn dispatched(self, event: &ConsignmentDispatched) -> Vec<Draft> {
        self.leaves(&Leaving {
            consignment: &event.consignment,
            transfer: &event.transfer,
            items: &event.items,
            from: &event.from_location,
            licence: event.licence.as_ref(),
            seals: &event.seals,
        })
    }

    pub(super) fn sent_back(self, event: &ReturnDispatched) -> Vec<Draft> {
        self.leaves(&Leaving {
            consignment: &event.consignment,
            transfer: &event.transfer,
            items: &event.items,
            from: &event.from_location,
            licence: event.licence.as_ref(),
            seals: &event.seals,
        })
    }

    fn leaves(self, leaving: &Leaving<'_>) -> Vec<Draft> {
        let Some(transfer) = self.state.transfer(leaving.transfer) else { return Vec::new() };
        let Some(consignment) = self.state.consignment(leaving.consignment) else { return Vec::new() };
        let from = self.names.place(leaving.from);
        let draft = Draft::new(rows::SHIPPED, goods(leaving.items))
            .seen_at(from.clone())
            .under(TransactionType::Order, self.names.transfer(leaving.transfer))
            .under(TransactionType::DespatchAdvice, self.names.consignment(leaving.consignment))
            .own("transferKind", Json::text(transfer.terms.kind))
            .own_if("licence", leaving.licence.map(Json::text))
            .own_if("seals", (!leaving.seals.is_empty()).then(|| Json::texts(leaving.seals)));
        vec![self.hand_over(draft, &passing(transfer, consignment)).from(Side::Place, from)]
    }

    /// What was counted, sound and damaged apart; what did not come is said beside what is sound.
    pub(super) fn received(
        self,
        id: &ConsignmentId,
        counted: &[Counted],
        location: &Place,
        seals_intact: bool,
        memory: &mut Memory,
    ) -> Vec<Draft> {
        let Some(consignment) = self.state.consignment(id) else { return Vec::new() };
        let Some(transfer) = self.state.transfer(&consignment.transfer) else { return Vec::new() };
        if !consignment.is_return {
            memory.awaits_title(transfer, counted.iter().map(|line| &line.item));
        }
        let missing = short(&consignment.items, counted.iter().map(|line| &line.item));
        let (damaged, sound): (Vec<&Counted>, Vec<&Counted>) =
            counted.iter().partition(|line| is_damaged(line.condition));
        let well = if consignment.is_return { Disposition::Returned } else { Disposition::Active };
        let mut drafts = Vec::new();
        if !sound.is_empty() || !missing.is_empty() {
            let lacks =
                (!missing.is_empty()).then(|| Json::texts(missing.iter().map(|item| self.amount(item))));
            let shape = rows::RECEIVED.with(mismatch(&missing).unwrap_or(well));
            let draft = self.arrives(shape, &sound, (id, consignment, transfer), location);
            drafts.push(draft.own("sealsIntact", Json::Bool(seals_intact)).own_if("missing", lacks));
        }
        if !damaged.is_empty() {
            let shape = rows::RECEIVED.with(Disposition::Damaged);
            let draft = self.arrives(shape, &damaged, (id, consignment, transfer), location);
            drafts.push(draft.own("sealsIntact", Json::Bool(seals_intact)));
        }
        drafts
    }

    fn arrives(
        self,
        shape: Shape,
        lines: &[&Counted],
        (id, consignment, transfer): (&ConsignmentId, &Consignment, &Transfer),
        location: &Place,
    ) -> Draft {
        let draft = Draft::new(shape, goods(lines.iter().map(|line| &line.item)));
        let draft = self.arrived(draft, (id, consignment, transfer), location);
        let condition = |line: &&Counted| {
            let field = |name: &str, value: Json| (format!("{PREFIX}:{name}"), value);
            let item = Json::text(self.amount(&line.item));
            Json::Object(vec![field("item", item), field("condition", Json::text(line.condition))])
        };
        let conditions = Json::List(lines.iter().map(condition).collect());
        draft.own_if("conditions", (!lines.is_empty()).then_some(conditions))
    }

    /// What belongs to every arrival of goods of a consignment.
    fn arrived(
        self,
        draft: Draft,
        (id, consignment, transfer): (&ConsignmentId, &Consignment, &Transfer),
        location: &Place,
    ) -> Draft {
        let place = self.names.place(location);
        let draft = draft
            .kept_at(place.clone())
            .under(TransactionType::Order, self.names.transfer(&consignment.transfer))
            .under(TransactionType::DespatchAdvice, self.names.consignment(id))
            .under(TransactionType::ReceivingAdvice, self.names.receipt(id));
        self.hand_over(draft, &passing(transfer, consignment))
            .from(Side::Place, self.names.place(&consignment.from_location))
            .to(Side::Place, place)
            .own("transferKind", Json::text(transfer.terms.kind))
    }

    pub(super) fn discrepancy(self, event: &DiscrepancyReported) -> Vec<Draft> {
        let Some(consignment) = self.state.consignment(&event.consignment) else { return Vec::new() };
        let disposition = match event.kind {
            DiscrepancyKind::Shortage => mismatch(&event.items).unwrap_or(Disposition::MismatchQuantity),
            DiscrepancyKind::Overage => Disposition::MismatchQuantity,
            DiscrepancyKind::WrongItem => Disposition::MismatchInstance,
            DiscrepancyKind::Damage => Disposition::Damaged,
            DiscrepancyKind::Documents => Disposition::NonConformant,
        };
        let draft = Draft::new(rows::INSPECTED.with(disposition), goods(&event.items))
            .under(TransactionType::Order, self.names.transfer(&consignment.transfer))
            .under(TransactionType::DespatchAdvice, self.names.consignment(&event.consignment))
            .under(TransactionType::ReceivingAdvice, self.names.receipt(&event.consignment))
            .own("discrepancy", Json::text(&event.discrepancy))
            .own("discrepancyKind", Json::text(event.kind));
        vec![draft]
    }

    pub(super) fn resolved(self, event: &DiscrepancyResolved, memory: &mut Memory) -> Vec<Draft> {
        let Some(known) = self.state.discrepancy(&event.discrepancy) else { return Vec::new() };
        let Some(consignment) = self.state.consignment(&known.consignment) else { return Vec::new() };
        let Some(transfer) = self.state.transfer(&consignment.transfer) else { return Vec::new() };
        let id = &known.consignment;
        let goods = goods(&known.items);
        let well = if consignment.is_return { Disposition::Returned } else { Disposition::Active };
        let draft = match (event.outcome, &event.location) {
            (Outcome::ReceivedLate | Outcome::OverageAccepted, Some(location)) => {
                if !consignment.is_return {
                    memory.awaits_title(transfer, known.items.iter());
                }
                let draft = Draft::new(rows::RECEIVED.with(well), goods);
                self.arrived(draft, (id, consignment, transfer), location)
            }
            (Outcome::ReturnedToSender, Some(location)) => Draft::new(rows::NEVER_SENT, goods)
                .kept_at(self.names.place(location))
                .under(TransactionType::Order, self.names.transfer(&consignment.transfer))
                .under(TransactionType::DespatchAdvice, self.names.consignment(id))
                .own("owner", Json::text(self.names.party(transfer.terms.owner)))
                .own("holder", Json::text(self.names.party(consignment.sender))),
            (Outcome::Lost, _) => Draft::new(rows::LOST, goods)
                .under(TransactionType::Order, self.names.transfer(&consignment.transfer))
                .under(TransactionType::DespatchAdvice, self.names.consignment(id))
                .own("owner", Json::text(self.names.party(transfer.terms.owner)))
                .own("holder", Json::text(self.names.party(consignment.sender)))
                .own_if("loss", event.loss.as_ref().map(Json::text)),
            _ => return Vec::new(),
        };
        let draft = draft
            .own("discrepancy", Json::text(&event.discrepancy))
            .own("outcome", Json::text(event.outcome))
            .own("liable", Json::text(event.liable));
        vec![draft]
    }

    pub(super) fn title(self, event: &TitlePassed, memory: &mut Memory) -> Vec<Draft> {
        let Some(transfer) = self.state.transfer(&event.transfer) else { return Vec::new() };
        let terms = &transfer.terms;
        let awaiting = memory.titles.remove(&event.transfer).unwrap_or_default();
        let items = awaiting.into_iter().map(|(id, quantity)| (id, Some(quantity))).collect();
        let draft = Draft::new(rows::TITLE, items)
            .under(TransactionType::Order, self.names.transfer(&event.transfer))
            .own("transferKind", Json::text(terms.kind));
        let sides = Sides {
            owner_before: terms.owner,
            holder_before: terms.to,
            owner_after: terms.to,
            holder_after: terms.to,
        };
        vec![self.hand_over(draft, &sides)]
    }

    pub(super) fn support_ordered(self, event: &SupportOrdered) -> Draft {
        Draft::new(rows::OPENED, goods(&event.items))
            .under(TransactionType::Order, self.names.support(&event.order))
            .own("from", Json::text(self.names.party(event.supplier)))
            .own("to", Json::text(self.names.party(event.receiver)))
            .own("repay", Json::text(event.repay))
    }

    pub(super) fn support_delivered(self, event: &SupportDelivered) -> Vec<Draft> {
        let Some(order) = self.state.support_order(&event.order) else { return Vec::new() };
        let (from, to) = (order.terms.supplier, order.terms.receiver);
        let draft = self.handed_over(
            &event.items,
            event.condition,
            (from, to),
            &event.from_location,
            &event.location,
        );
        let licence = event.licence.as_ref().map(Json::text);
        vec![draft.under(TransactionType::Order, self.names.support(&event.order)).own_if("licence", licence)]
    }

    pub(super) fn support_reciprocated(self, event: &SupportReciprocated) -> Vec<Draft> {
        let Some(order) = self.state.support_order(&event.order) else { return Vec::new() };
        let (from, to) = (order.terms.receiver, order.terms.supplier);
        let draft = self.handed_over(
            &event.items,
            event.condition,
            (from, to),
            &event.from_location,
            &event.location,
        );
        let licence = event.licence.as_ref().map(Json::text);
        vec![draft.under(TransactionType::Order, self.names.support(&event.order)).own_if("licence", licence)]
    }

    /// Goods that go over at once, with title.
    fn handed_over(
        self,
        items: &[Item],
        condition: Condition,
        (from, to): (Party, Party),
        from_location: &Place,
        location: &Place,
    ) -> Draft {
        let shape =
            if is_damaged(condition) { rows::RECEIVED.with(Disposition::Damaged) } else { rows::RECEIVED };
        let place = self.names.place(location);
        let draft = Draft::new(shape, goods(items)).kept_at(place.clone());
        let sides = Sides { owner_before: from, holder_before: from, owner_after: to, holder_after: to };
        self.hand_over(draft, &sides)
            .from(Side::Place, self.names.place(from_location))
            .to(Side::Place, place)
            .own("condition", Json::text(condition))
    }

    pub(super) fn support_invoiced(self, event: &SupportInvoiced) -> Vec<Draft> {
        let Some(order) = self.state.support_order(&event.order) else { return Vec::new() };
        let delivered = goods(order.deliveries.iter().flat_map(|delivery| &delivery.items));
        let invoice = self.names.support_invoice(order.terms.supplier, &event.invoice);
        let draft = Draft::new(rows::OPENED, delivered)
            .under(TransactionType::Order, self.names.support(&event.order))
            .under(TransactionType::Invoice, invoice);
        vec![draft]
    }

    pub(super) fn support_cancelled(self, event: &SupportCancelled) -> Vec<Draft> {
        let Some(order) = self.state.support_order(&event.order) else { return Vec::new() };
        let delivered = order.deliveries.iter().flat_map(|delivery| &delivery.items);
        let rest = goods(&short(&order.terms.items, delivered));
        vec![Draft::new(rows::CLOSED, rest).under(TransactionType::Order, self.names.support(&event.order))]
    }

    /// An item by its name, and how much of it where it is not one.
    pub(super) fn amount(self, item: &Item) -> String {
        let name = self.names.item(item.id());
        if item.id().is_serial() { name } else { format!("{name} {}", item.quantity()) }
    }
}

impl Memory {
    fn awaits_title<'a>(&mut self, transfer: &Transfer, items: impl Iterator<Item = &'a Item>) {
        if !transfer.terms.kind.passes_title() {
            return;
        }
        let waiting = self.titles.entry(transfer.terms.transfer.clone()).or_default();
        for item in items {
            let sum: &mut Quantity = waiting.entry(item.id().clone()).or_insert(item.quantity().none());
            *sum = sum.plus(item.quantity()).unwrap_or(*sum);
        }
    }
}

/// A consignment changes the holder. Title passes by an act of its own.
fn passing(transfer: &Transfer, consignment: &Consignment) -> Sides {
    let owner = transfer.terms.owner;
    Sides {
        owner_before: owner,
        holder_before: consignment.sender,
        owner_after: owner,
        holder_after: consignment.receiver,
    }
}

/// What is wrong when these are missing.
pub(super) fn mismatch(missing: &[Item]) -> Option<Disposition> {
    match missing.iter().any(|item| item.id().is_serial()) {
        true => Some(Disposition::MismatchInstance),
        false if missing.is_empty() => None,
        false => Some(Disposition::MismatchQuantity),
    }
}
