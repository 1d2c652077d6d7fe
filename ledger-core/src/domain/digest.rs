//! A SHA-256 value: of an entry, of a document, of a charter. Making one is the ledger layer's work; the
//! domain only carries and compares it.

use super::text::hex_form;

hex_form! {
    /// A SHA-256 value.
    Digest: 32, "a SHA-256 digest: 64 lower-case hexadecimal digits", "^[0-9a-f]{64}$"
}

impl Digest {
    /// The value that stands where nothing came before: the previous link of entry 0.
    pub const ZERO: Digest = Digest::new([0; 32]);
}
