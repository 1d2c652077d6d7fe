//! One EPCIS event: what of it the kind of act decides, and how it is written.

use super::names::{Names, PREFIX};
use super::vocabulary::{EventType, Shape, Side, TransactionType};
use crate::domain::item::{Item, ItemId};
use crate::domain::quantity::Quantity;
use crate::exchange::json::Json;

/// Objects of an event: which, and how much of them where somebody said so.
pub(super) type Goods = Vec<(ItemId, Option<Quantity>)>;

/// Goods of which it is known how much there is.
pub(super) fn goods<'a>(items: impl IntoIterator<Item = &'a Item>) -> Goods {
    items.into_iter().map(|item| (item.id().clone(), Some(item.quantity()))).collect()
}

/// What the kind of an act says of an event; who did it and when is added to all events alike.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) shape: Shape,
    /// What the objects are put into, built into, or named together by.
    pub(super) parent: Option<String>,
    /// Objects that are none of the ledger's items: a movement.
    pub(super) others: Vec<String>,
    pub(super) goods: Goods,
    pub(super) read_point: Option<String>,
    pub(super) location: Option<String>,
    pub(super) transactions: Vec<(TransactionType, String)>,
    pub(super) sources: Vec<(Side, String)>,
    pub(super) destinations: Vec<(Side, String)>,
    /// What goes with objects that get their identity.
    pub(super) master: Vec<(&'static str, Json)>,
    pub(super) own: Vec<(&'static str, Json)>,
}

impl Draft {
    pub(super) fn new(shape: Shape, goods: Goods) -> Self {
        Self {
            shape,
            goods,
            parent: None,
            others: Vec::new(),
            read_point: None,
            location: None,
            transactions: Vec::new(),
            sources: Vec::new(),
            destinations: Vec::new(),
            master: Vec::new(),
            own: Vec::new(),
        }
    }

    /// Where it was seen.
    pub(super) fn seen_at(mut self, place: String) -> Self {
        self.read_point = Some(place);
        self
    }

    /// Where the book has it from then on; it was seen there.
    pub(super) fn kept_at(mut self, place: String) -> Self {
        self.read_point = Some(place.clone());
        self.location = Some(place);
        self
    }

    pub(super) fn under(mut self, kind: TransactionType, name: String) -> Self {
        self.transactions.push((kind, name));
        self
    }

    pub(super) fn from(mut self, side: Side, name: String) -> Self {
        self.sources.push((side, name));
        self
    }

    pub(super) fn to(mut self, side: Side, name: String) -> Self {
        self.destinations.push((side, name));
        self
    }

    pub(super) fn own(mut self, name: &'static str, value: Json) -> Self {
        self.own.push((name, value));
        self
    }

    /// A field, when there is something to say.
    pub(super) fn own_if(self, name: &'static str, value: Option<Json>) -> Self {
        match value {
            Some(value) => self.own(name, value),
            None => self,
        }
    }

    /// The fields that follow from the kind of act, in their order.
    pub(super) fn fields(&self, names: &Names) -> Vec<(String, Json)> {
        let mut fields = vec![("action".to_owned(), Json::text(self.shape.action.word()))];
        let mut put = |name: &str, value: Option<Json>| {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("bizStep", self.shape.step.map(|step| Json::text(step.word())));
        put("disposition", self.shape.disposition.map(|word| Json::text(word.word())));
        let (single, many) = self.lists(names);
        put("parentID", self.parent.as_ref().map(Json::text));
        let (singles, classes) = match self.shape.kind {
            EventType::Aggregation | EventType::Association => ("childEPCs", "childQuantityList"),
            EventType::Object | EventType::Transaction => ("epcList", "quantityList"),
        };
        // The standard asks for one of the two lists at least.
        put(singles, (!single.is_empty() || many.is_empty()).then_some(Json::List(single)));
        put(classes, (!many.is_empty()).then_some(Json::List(many)));
        let place = |name: &String| Json::object([("id", Some(Json::text(name)))]);
        put("readPoint", self.read_point.as_ref().map(place));
        put("bizLocation", self.location.as_ref().map(place));
        put("bizTransactionList", typed(&self.transactions, TransactionType::word, "bizTransaction"));
        put("sourceList", typed(&self.sources, Side::word, "source"));
        put("destinationList", typed(&self.destinations, Side::word, "destination"));
        put("ilmd", (!self.master.is_empty()).then(|| Json::Object(prefixed(&self.master))));
        fields
    }

    /// The single things, and the classes of things with how much of them.
    fn lists(&self, names: &Names) -> (Vec<Json>, Vec<Json>) {
        let mut single: Vec<Json> = self.others.iter().map(Json::text).collect();
        let mut many = Vec::new();
        for (id, quantity) in &self.goods {
            let name = Json::text(names.item(id));
            if id.is_serial() {
                // Each once: the standard has sets there.
                if !single.contains(&name) {
                    single.push(name);
                }
                continue;
            }
            many.push(Json::object([
                ("epcClass", Some(name)),
                ("quantity", quantity.map(Json::quantity)),
                ("uom", quantity.map(|quantity| Json::text(quantity.unit()))),
            ]));
        }
        (single, many)
    }
}

/// Fields of the ledger's own, under its prefix.
pub(super) fn prefixed(fields: &[(&'static str, Json)]) -> Vec<(String, Json)> {
    fields.iter().map(|(name, value)| (format!("{PREFIX}:{name}"), value.clone())).collect()
}

/// Names with their types; nothing when there is none.
fn typed<T: Copy>(all: &[(T, String)], word: fn(T) -> &'static str, field: &'static str) -> Option<Json> {
    let pair = |(kind, name): &(T, String)| {
        Json::object([("type", Some(Json::text(word(*kind)))), (field, Some(Json::text(name)))])
    };
    (!all.is_empty()).then(|| Json::List(all.iter().map(pair).collect()))
}
