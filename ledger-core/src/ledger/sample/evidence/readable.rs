//! An entry, to be read: JSON that follows from its bytes, so that nobody is shown other words than were signed.

use serde::Serialize;

use crate::domain::{Act, Digest, PublicKey, Timestamp};

use super::super::super::proof::Proven;

/// The text of `entry.json`.
pub fn readable(ledger: &str, proven: &Proven) -> String {
    #[derive(Serialize)]
    struct Readable<'a> {
        ledger: &'a str,
        entry: u64,
        link: Digest,
        recorded_at: Timestamp,
        author: PublicKey,
        act: &'a Act,
    }
    let Proven { entry, link, recorded_at, author, act } = proven;
    let readable =
        Readable { ledger, entry: *entry, link: *link, recorded_at: *recorded_at, author: *author, act };
    // Acts always have a JSON form.
    let mut text = serde_json::to_string_pretty(&readable).unwrap_or_default();
    text.push('\n');
    text
}
