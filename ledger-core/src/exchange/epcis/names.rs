//! How things are named outside: URIs that are made of the ledger's own names, and the identity scheme of aerospace
//! and defence for what has a serial number.

use std::fmt;

use crate::domain::codes::{Form302Serial, Ncage, Party};
use crate::domain::ids::{
    ActId, ConsignmentId, ContractId, CrossingPointId, DeliveryId, HandReceiptId, MovementId, Origin,
    PartNumber, Place, Reference, SerialNumber, SupportOrderId, TransferId, WarrantyId,
};
use crate::domain::item::ItemId;
use crate::ledger::digest::sha256;

/// The prefix of the ledger's own fields.
pub(super) const PREFIX: &str = "jl";

/// Most characters of a part number in the scheme (GS1 EPC Tag Data Standard, ADI).
const MAX_PART: usize = 32;
/// Most characters of a serial number in the scheme.
const MAX_SERIAL: usize = 30;

/// What the digest of an event's identity is made with, so that it is none of anything else.
const CONTEXT: &str = "jointledger/epcis-event/v1\n";

/// The names of one ledger's things.
#[derive(Debug, Clone)]
pub(super) struct Names {
    origin: Origin,
}

impl Names {
    pub(super) fn of(origin: &Origin) -> Self {
        Self { origin: origin.clone() }
    }

    /// The ledger.
    pub(super) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What the ledger's own fields belong to.
    pub(super) fn namespace(&self) -> String {
        format!("https://{}/ns#", self.origin)
    }

    /// A thing of a kind. The kind stands before its number in one segment, so that a number such as `..` is no step
    /// in a path.
    fn thing(&self, kind: &str, id: impl fmt::Display) -> String {
        format!("https://{}/id/{kind}:{}", self.origin, escaped(&id.to_string()))
    }

    pub(super) fn party(&self, id: Party) -> String {
        self.thing("party", id)
    }

    pub(super) fn supplier(&self, id: Ncage) -> String {
        self.thing("ncage", id)
    }

    pub(super) fn place(&self, id: &Place) -> String {
        self.thing("place", id)
    }

    pub(super) fn crossing_point(&self, id: &CrossingPointId) -> String {
        self.thing("crossing-point", id)
    }

    pub(super) fn transfer(&self, id: &TransferId) -> String {
        self.thing("transfer", id)
    }

    pub(super) fn consignment(&self, id: &ConsignmentId) -> String {
        self.thing("consignment", id)
    }

    /// The receipt of a consignment; there is one at most.
    pub(super) fn receipt(&self, id: &ConsignmentId) -> String {
        self.thing("receipt", id)
    }

    pub(super) fn hand_receipt(&self, id: &HandReceiptId) -> String {
        self.thing("hand-receipt", id)
    }

    pub(super) fn support(&self, id: &SupportOrderId) -> String {
        self.thing("support-order", id)
    }

    /// An invoice for mutual support: numbered by its supplier.
    pub(super) fn support_invoice(&self, supplier: Party, number: &Reference) -> String {
        self.thing("support-invoice", format_args!("{supplier}:{number}"))
    }

    pub(super) fn contract(&self, id: &ContractId) -> String {
        self.thing("contract", id)
    }

    pub(super) fn delivery(&self, id: &DeliveryId) -> String {
        self.thing("delivery", id)
    }

    /// The receipt of a delivery; there is one at most.
    pub(super) fn delivery_receipt(&self, id: &DeliveryId) -> String {
        self.thing("delivery-receipt", id)
    }

    /// The certificate of conformity in an act.
    pub(super) fn certificate(&self, act: &ActId) -> String {
        self.thing("conformity-certificate", act)
    }

    pub(super) fn claim(&self, id: &WarrantyId) -> String {
        self.thing("warranty-claim", id)
    }

    pub(super) fn movement(&self, id: &MovementId) -> String {
        self.thing("movement", id)
    }

    pub(super) fn form_302(&self, serial: &Form302Serial) -> String {
        self.thing("form-302", serial)
    }

    /// An item: by the scheme of aerospace and defence where that has a word for it, else by a name of the ledger's.
    /// Of a batch or bulk good it is the name of a class.
    pub(super) fn item(&self, id: &ItemId) -> String {
        match id {
            ItemId::Serial { ncage, part, serial } => adi(*ncage, part, serial)
                .unwrap_or_else(|| format!("https://{}/id/{}", self.origin, named(id))),
            ItemId::Batch { .. } | ItemId::Bulk { .. } => {
                format!("https://{}/id/{}", self.origin, named(id))
            }
        }
    }

    /// The identity of the `part`th event that tells of event `index` of an act: the same in every export, and
    /// another for every event of every ledger. A UUID of version 8 (RFC 9562): the first bits of a SHA-256.
    pub(super) fn event(&self, act: &ActId, index: u64, part: u64) -> String {
        let words = format!("{CONTEXT}{}\n{act}\n{index}\n{part}", self.origin);
        let digest = sha256(&[words.as_bytes()]);
        let mut bytes: [u8; 16] = *digest.as_bytes().first_chunk().unwrap_or(&[0; 16]);
        if let Some(version) = bytes.get_mut(6) {
            *version = 0x80 | (*version & 0x0f);
        }
        if let Some(variant) = bytes.get_mut(8) {
            *variant = 0x80 | (*variant & 0x3f);
        }
        let hex = hex::encode(bytes);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }
}

/// An item's name in the ledger, as one segment of a path.
fn named(id: &ItemId) -> String {
    id.to_string().split(':').map(escaped).collect::<Vec<_>>().join(":")
}

/// Words as a part of a path: whatever is not unreserved (RFC 3986) or a colon is escaped.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for byte in words.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `urn:epc:id:adi:…`, where the scheme has a word for it: a maker's code without I and O, capital letters, digits,
/// hyphens and slashes, and not too many of them. The ledger allows more.
pub(super) fn adi(ncage: Ncage, part: &PartNumber, serial: &SerialNumber) -> Option<String> {
    let maker = ncage.as_str();
    let known =
        maker.bytes().all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && b != b'I' && b != b'O'));
    let (part, serial) = (part.as_str(), serial.as_str());
    let fits = |words: &str, most: usize| {
        words.len() <= most
            && words.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'/'))
    };
    (known && fits(part, MAX_PART) && fits(serial, MAX_SERIAL)).then(|| {
        format!("urn:epc:id:adi:{maker}.{}.{}", part.replace('/', "%2F"), serial.replace('/', "%2F"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::of(&"x.example/l".parse().unwrap())
    }

    fn item(words: &str) -> String {
        names().item(&words.parse().unwrap())
    }

    #[test]
    fn what_the_scheme_can_say_is_said_in_it_and_nothing_else() {
        assert_eq!(item("serial:0AA1J:M3E1:SN-0042"), "urn:epc:id:adi:0AA1J.M3E1.SN-0042");
        assert_eq!(item("serial:0AA1J:M3/E1:7"), "urn:epc:id:adi:0AA1J.M3%2FE1.7");
        let long = "A".repeat(31);
        for (words, name) in [
            ("serial:0AA1J:M3.1:7", "serial:0AA1J:M3.1:7"),
            ("serial:0AA1J:m3:7", "serial:0AA1J:m3:7"),
            ("serial:0AI1J:M3:7", "serial:0AI1J:M3:7"),
            ("serial:0AA1J:M3.1:7/8", "serial:0AA1J:M3.1:7%2F8"),
            ("batch:1376-38-123-4567:EA/22", "batch:1376-38-123-4567:EA%2F22"),
            ("bulk:9140-38-000-0001", "bulk:9140-38-000-0001"),
        ] {
            assert_eq!(item(words), format!("https://x.example/l/id/{name}"));
        }
        assert!(item(&format!("serial:0AA1J:M3:{long}")).starts_with("https://"));
        let most = format!("serial:0AA1J:{}:{}", "P".repeat(32), "S".repeat(30));
        assert!(item(&most).starts_with("urn:epc:id:adi:"));
    }

    #[test]
    fn no_number_is_a_step_in_a_path() {
        let name = names().place(&"../..".parse().unwrap());
        assert_eq!(name, "https://x.example/l/id/place:..%2F..");
    }

    #[test]
    fn an_event_has_one_identity() {
        let act = ActId::new([7; 16]);
        let one = names().event(&act, 0, 0);
        assert_eq!(one, names().event(&act, 0, 0));
        assert_eq!(one.len(), "urn:uuid:".len() + 36);
        assert_eq!((&one[23..24], one[28..29].contains(['8', '9', 'a', 'b'])), ("8", true), "{one}");
        let others =
            [names().event(&act, 0, 1), names().event(&act, 1, 0), names().event(&ActId::new([8; 16]), 0, 0)];
        assert!(others.iter().all(|other| *other != one));
        assert_ne!(one, Names::of(&"y.example/l".parse().unwrap()).event(&act, 0, 0));
    }
}
