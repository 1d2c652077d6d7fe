//! What is bought, as items: for a contract one for each line and nation.

use super::sheet::{value, with_id};
use crate::domain::codes::{Cpv, Hazard, MlCategory, Nsn, Party};
use crate::domain::money::Money;
use crate::domain::procurement::{ContractLine, FrameworkLine};
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;
use crate::exchange::json::Json;

/// The goods of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goods<'a> {
    description: &'a Text,
    nsn: Option<Nsn>,
    ml: Option<MlCategory>,
    hazard: Option<Hazard>,
    unit_price: Money,
}

impl<'a> From<&'a ContractLine> for Goods<'a> {
    fn from(line: &'a ContractLine) -> Self {
        let ContractLine { description, nsn, ml, hazard, unit_price, .. } = line;
        Self { description, nsn: *nsn, ml: *ml, hazard: *hazard, unit_price: *unit_price }
    }
}

impl<'a> From<&'a FrameworkLine> for Goods<'a> {
    fn from(line: &'a FrameworkLine) -> Self {
        let FrameworkLine { description, nsn, ml, hazard, unit_price, .. } = line;
        Self { description, nsn: *nsn, ml: *ml, hazard: *hazard, unit_price: *unit_price }
    }
}

impl Goods<'_> {
    /// So much of the goods, for one nation when it is named.
    pub(super) fn item(self, id: &str, quantity: Quantity, cpv: &[Cpv], party: Option<Party>) -> Json {
        let main = cpv.first().map(|code| classification("CPV", code));
        let unit = Json::object([
            ("scheme", Some(Json::text("UNCEFACT"))),
            ("id", Some(Json::text(quantity.unit()))),
            ("value", Some(value(self.unit_price))),
        ]);
        let codes = self.codes(cpv);
        let address =
            |party: Party| Json::List(vec![Json::object([("countryName", Some(Json::text(party)))])]);
        with_id(
            id,
            Json::object([
                ("description", Some(Json::text(self.description))),
                ("classification", main),
                ("additionalClassifications", (!codes.is_empty()).then_some(Json::List(codes))),
                ("quantity", Some(Json::quantity(quantity))),
                ("unit", Some(unit)),
                ("deliveryAddresses", party.map(address)),
            ]),
        )
    }

    /// The codes of other schemes. NSN, EUCML and UNHD stand in no list of the standard, which is an open one.
    fn codes(&self, cpv: &[Cpv]) -> Vec<Json> {
        let mut codes: Vec<Json> = cpv.iter().skip(1).map(|code| classification("CPV", code)).collect();
        codes.extend(self.nsn.map(|code| classification("NSN", code)));
        codes.extend(self.ml.map(|code| classification("EUCML", code)));
        codes.extend(self.hazard.map(|code| classification("UNHD", code)));
        codes
    }
}

/// A code of a scheme.
pub(super) fn classification(scheme: &str, code: impl ToString) -> Json {
    Json::object([("scheme", Some(Json::text(scheme))), ("id", Some(Json::text(code)))])
}
