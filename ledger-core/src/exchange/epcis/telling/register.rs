//! The register: what is entered, used up, lost and found, built in, issued, counted.

use super::super::event::{Draft, goods};
use super::super::rows;
use super::super::vocabulary::{Disposition, Shape, Side, TransactionType};
use super::{Memory, Scene};
use crate::domain::association::{ItemInstalled, ItemRemoved};
use crate::domain::codes::Condition;
use crate::domain::condition::ConditionChanged;
use crate::domain::count::{CountScope, PhysicalCountRecorded};
use crate::domain::custody::{SubCustodyIssued, SubCustodyReturned};
use crate::domain::item::{Item, ItemId};
use crate::domain::loss::{ItemFound, LossReported, WriteOffApproved};
use crate::domain::register::{ConsumptionReported, ItemRegistered, Standing};
use crate::exchange::json::Json;

/// How goods in a condition are, in the words of the standard.
pub(super) const fn disposition_of(condition: Condition) -> Disposition {
    match condition {
        Condition::Issuable | Condition::IssuableWithLimit | Condition::EmergencyUseOnly => {
            Disposition::Active
        }
        Condition::RepairableLimited | Condition::Repairable => Disposition::Damaged,
        Condition::Incomplete => Disposition::NonConformant,
        Condition::Condemned | Condition::Suspended => Disposition::Unavailable,
    }
}

/// True for goods that came damaged.
pub(super) const fn is_damaged(condition: Condition) -> bool {
    !matches!(disposition_of(condition), Disposition::Active)
}

impl Scene<'_> {
    fn one(shape: Shape, item: &Item) -> Draft {
        Draft::new(shape, goods([item]))
    }

    pub(super) fn registered(self, event: &ItemRegistered) -> Draft {
        let mut draft = Self::one(rows::REGISTERED, &event.item).kept_at(self.names.place(&event.location));
        let mut put = |name: &'static str, value: Option<Json>| {
            draft.master.extend(value.map(|value| (name, value)));
        };
        put("description", Some(Json::text(&event.description)));
        put("nsn", event.nsn.or(event.item.id().nsn()).map(Json::text));
        put("ml", event.ml.map(Json::text));
        put("hazard", event.hazard.map(Json::text));
        put("neqGramsPerUnit", event.neq_g_per_unit.map(Json::whole));
        put("expiry", event.expiry.map(Json::text));
        put("restrictedBy", event.restricted_by.map(Json::text));
        draft
            .own("owner", Json::text(self.names.party(event.owner)))
            .own("holder", Json::text(self.names.party(event.holder)))
            .own("condition", Json::text(event.condition))
    }

    pub(super) fn consumed(self, event: &ConsumptionReported) -> Draft {
        let loan = event.loan.as_ref().map(|loan| Json::text(self.names.transfer(loan)));
        Self::one(rows::CONSUMED, &event.item)
            .seen_at(self.names.place(&event.location))
            .own("owner", Json::text(self.names.party(event.owner)))
            .own("holder", Json::text(self.names.party(event.holder)))
            .own_if("loan", loan)
            .own("activity", Json::text(&event.activity))
    }

    pub(super) fn lost(self, event: &LossReported) -> Draft {
        let loan = event.loan.as_ref().map(|loan| Json::text(self.names.transfer(loan)));
        Draft::new(rows::LOST, goods(&event.items))
            .seen_at(self.names.place(&event.location))
            .own("owner", Json::text(self.names.party(event.owner)))
            .own("holder", Json::text(self.names.party(event.holder)))
            .own_if("loan", loan)
            .own("loss", Json::text(&event.loss))
            .own("noticedOn", Json::text(event.noticed_on))
    }

    /// What stands written off under the loss: all that was lost and not found before.
    pub(super) fn written_off(self, event: &WriteOffApproved, memory: &mut Memory) -> Vec<Draft> {
        memory.written_off.insert(event.loss.clone());
        let Some(loss) = self.state.known_loss(&event.loss) else { return Vec::new() };
        let gone = Standing::WrittenOff(event.loss.clone());
        let amount = |item: &Item| {
            let stock = self.state.item(item.id())?;
            Item::new(item.id().clone(), stock.amount(|position| position.standing == gone)).ok()
        };
        let items: Vec<Item> = loss.items.iter().filter_map(amount).collect();
        if items.is_empty() {
            return Vec::new();
        }
        vec![Draft::new(rows::WRITTEN_OFF, goods(&items)).own("loss", Json::text(&event.loss))]
    }

    pub(super) fn found(self, event: &ItemFound, memory: &Memory) -> Draft {
        let again = memory.written_off.contains(&event.loss);
        let draft = Draft::new(if again { rows::REGISTERED } else { rows::FOUND }, goods(&event.items))
            .kept_at(self.names.place(&event.location));
        let loss = self.state.known_loss(&event.loss);
        draft
            .own_if("owner", loss.map(|loss| Json::text(self.names.party(loss.owner))))
            .own_if("holder", loss.map(|loss| Json::text(self.names.party(loss.holder))))
            .own("loss", Json::text(&event.loss))
    }

    fn fitted(self, shape: Shape, parent: &ItemId, child: &ItemId) -> Draft {
        let draft = Draft::new(shape, vec![(child.clone(), None)]);
        let place = self.state.item(parent).and_then(|stock| stock.positions.keys().next());
        let draft = match place {
            Some(position) => draft.seen_at(self.names.place(&position.location)),
            None => draft,
        };
        Draft { parent: Some(self.names.item(parent)), ..draft }
    }

    pub(super) fn installed(self, event: &ItemInstalled) -> Draft {
        self.fitted(rows::INSTALLED, &event.parent, &event.child)
    }

    pub(super) fn removed(self, event: &ItemRemoved) -> Draft {
        self.fitted(rows::REMOVED, &event.parent, &event.child)
    }

    pub(super) fn issued(self, event: &SubCustodyIssued) -> Draft {
        let loan = event.loan.as_ref().map(|loan| Json::text(self.names.transfer(loan)));
        Draft::new(rows::OPENED, goods(&event.items))
            .seen_at(self.names.place(&event.location))
            .under(TransactionType::Certificate, self.names.hand_receipt(&event.receipt))
            .own("owner", Json::text(self.names.party(event.owner)))
            .own("holder", Json::text(self.names.party(event.holder)))
            .own_if("loan", loan)
            .own("unit", Json::text(&event.unit))
    }

    pub(super) fn handed_back(self, event: &SubCustodyReturned) -> Draft {
        Draft::new(rows::CLOSED, goods(&event.items))
            .under(TransactionType::Certificate, self.names.hand_receipt(&event.receipt))
    }

    pub(super) fn condition_changed(self, event: &ConditionChanged) -> Draft {
        Self::one(rows::INSPECTED.with(disposition_of(event.to)), &event.item)
            .seen_at(self.names.place(&event.location))
            .own("owner", Json::text(self.names.party(event.owner)))
            .own("holder", Json::text(self.names.party(event.holder)))
            .own("conditionBefore", Json::text(event.from))
            .own("condition", Json::text(event.to))
    }

    pub(super) fn counted(self, event: &PhysicalCountRecorded) -> Draft {
        let shape = match event.scope {
            CountScope::All => rows::COUNTED_ALL,
            CountScope::Sensitive | CountScope::Listed => rows::COUNTED_SOME,
        };
        let absent = event.absent.iter().map(|id| self.names.item(id));
        Draft::new(shape, goods(&event.counted))
            .seen_at(self.names.place(&event.location))
            .own("holder", Json::text(self.names.party(event.holder)))
            .own("count", Json::text(&event.count))
            .own("scope", Json::text(event.scope))
            .own("countedOn", Json::text(event.counted_on))
            .own_if("absent", (!event.absent.is_empty()).then(|| Json::texts(absent)))
    }

    /// Owner and holder on both sides of a hand-over, and from where.
    pub(super) fn hand_over(self, draft: Draft, sides: &Sides) -> Draft {
        let party = |party| self.names.party(party);
        draft
            .from(Side::Owner, party(sides.owner_before))
            .from(Side::Holder, party(sides.holder_before))
            .to(Side::Owner, party(sides.owner_after))
            .to(Side::Holder, party(sides.holder_after))
    }
}

/// Who owns and who holds, before and after.
pub(super) struct Sides {
    pub(super) owner_before: crate::domain::Party,
    pub(super) holder_before: crate::domain::Party,
    pub(super) owner_after: crate::domain::Party,
    pub(super) holder_after: crate::domain::Party,
}
