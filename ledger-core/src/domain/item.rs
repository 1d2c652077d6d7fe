//! Materiel: one thing by its serial number, so many of a batch, so much of a bulk good (domain.md
//! section 3, rule 3).

use std::fmt;
use std::str::FromStr;

use super::codes::{Ncage, Nsn};
use super::ids::{BatchNumber, PartNumber, SerialNumber};
use super::pattern::{self, ID, NCAGE, NSN};
use super::quantity::Quantity;
use super::text::text_form;

/// Which materiel, without how much.
///
/// Written `serial:0AA1J:M3E1:SN-0042`, `batch:1376-38-123-4567:EA-22-07` or `bulk:9140-38-000-0001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemId {
    /// One thing: its maker, part number and serial number.
    Serial {
        /// The maker.
        ncage: Ncage,
        /// The maker's part number.
        part: PartNumber,
        /// The maker's serial number.
        serial: SerialNumber,
    },
    /// A batch of ammunition: its stock number and batch number.
    Batch {
        /// The stock number.
        nsn: Nsn,
        /// The maker's batch number; kept when the batch is split.
        batch: BatchNumber,
    },
    /// Fuel, rations: its stock number alone.
    Bulk {
        /// The stock number.
        nsn: Nsn,
    },
}

impl ItemId {
    /// The stock number that is part of the identity; serial items have none there.
    pub const fn nsn(&self) -> Option<Nsn> {
        match self {
            ItemId::Serial { .. } => None,
            ItemId::Batch { nsn, .. } | ItemId::Bulk { nsn } => Some(*nsn),
        }
    }

    /// True for one thing with a serial number.
    pub const fn is_serial(&self) -> bool {
        matches!(self, ItemId::Serial { .. })
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ItemId::Serial { ncage, part, serial } => write!(f, "serial:{ncage}:{part}:{serial}"),
            ItemId::Batch { nsn, batch } => write!(f, "batch:{nsn}:{batch}"),
            ItemId::Bulk { nsn } => write!(f, "bulk:{nsn}"),
        }
    }
}

impl FromStr for ItemId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["serial", ncage, part, serial] => {
                Ok(ItemId::Serial { ncage: ncage.parse()?, part: part.parse()?, serial: serial.parse()? })
            }
            ["batch", nsn, batch] => Ok(ItemId::Batch { nsn: nsn.parse()?, batch: batch.parse()? }),
            ["bulk", nsn] => Ok(ItemId::Bulk { nsn: nsn.parse()? }),
            _ => Err(format!(
                "{text:?} names no item; write serial:MAKER:PART:NUMBER, batch:NSN:NUMBER or bulk:NSN"
            )),
        }
    }
}

/// The form of an item with a serial number.
fn serial() -> String {
    format!("serial:{NCAGE}:{ID}:{ID}")
}

/// The form of an item of which there may be much.
fn bulk_or_batch() -> String {
    format!("batch:{NSN}:{ID}|bulk:{NSN}")
}

text_form!(
    ItemId,
    "an item: serial:MAKER:PART:NUMBER, batch:NSN:NUMBER or bulk:NSN",
    once { "pattern": pattern::whole(&format!("{}|{}", serial(), bulk_or_batch())) }
);

/// So much of an item. A serial item is always one.
///
/// Written as its [`ItemId`], and for batch and bulk `=` and the quantity: `batch:1376-38-123-4567:EA-22-07=500 EA`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    id: ItemId,
    quantity: Quantity,
}

impl Item {
    /// `quantity` of `id`.
    ///
    /// # Errors
    /// A quantity of zero, or anything but one for a serial item.
    pub fn new(id: ItemId, quantity: Quantity) -> Result<Self, String> {
        if id.is_serial() && quantity != Quantity::ONE {
            return Err(format!("{id}: an item with a serial number is always 1 EA"));
        }
        if quantity.is_zero() {
            return Err(format!("{id}: a quantity of zero says nothing"));
        }
        Ok(Self { id, quantity })
    }

    /// Which materiel.
    pub const fn id(&self) -> &ItemId {
        &self.id
    }

    /// How much of it.
    pub const fn quantity(&self) -> Quantity {
        self.quantity
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.id.is_serial() {
            write!(f, "{}", self.id)
        } else {
            write!(f, "{}={}", self.id, self.quantity)
        }
    }
}

impl FromStr for Item {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, quantity) = match text.split_once('=') {
            Some((id, quantity)) => (id, Some(quantity)),
            None => (text, None),
        };
        let id: ItemId = id.parse()?;
        match (id.is_serial(), quantity) {
            (true, None) => Ok(Item { id, quantity: Quantity::ONE }),
            (true, Some(_)) => Err(format!("{id}: an item with a serial number is written without quantity")),
            (false, Some(quantity)) => Item::new(id, quantity.parse()?),
            (false, None) => Err(format!("{id}: say how much, as in {id}=500 EA")),
        }
    }
}

text_form!(
    Item,
    "an item and how much of it: serial:MAKER:PART:NUMBER, batch:NSN:NUMBER=500 EA or bulk:NSN=20000 LTR",
    once { "pattern": pattern::whole(&format!("{}|({})={}", serial(), bulk_or_batch(), Quantity::some())) }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_as_they_are_written() {
        for text in [
            "serial:0AA1J:M3E1:SN-0042",
            "batch:1376-38-123-4567:EA-22-07=500 EA",
            "bulk:9140-38-000-0001=12.5 LTR",
        ] {
            assert_eq!(text.parse::<Item>().unwrap().to_string(), text);
        }
        for wrong in [
            "serial:0AA1J:M3E1:SN-0042=1 EA",
            "batch:1376-38-123-4567:X",
            "bulk:9140-38-000-0001=0 LTR",
            "tank:1",
            "serial:a:b",
        ] {
            assert!(wrong.parse::<Item>().is_err(), "{wrong}");
        }
        let serial: ItemId = "serial:0AA1J:M3E1:SN-0042".parse().unwrap();
        assert!(Item::new(serial, "2 EA".parse().unwrap()).is_err());
    }
}
