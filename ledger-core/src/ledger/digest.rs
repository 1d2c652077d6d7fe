//! SHA-256: of entries (RFC 6962), of charters, of documents.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use crate::domain::Digest;

/// The link of an entry: its RFC 6962 §2.1 leaf hash, SHA-256 over `0x00` and the bytes of the entry,
/// signature included. The chain and any tree over it are made of the same 32 bytes.
pub fn link(entry: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(entry);
    Digest::new(hasher.finalize().into())
}

/// SHA-256 over several pieces as one.
pub fn sha256(pieces: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece);
    }
    Digest::new(hasher.finalize().into())
}

/// SHA-256 and size of a document that is read to its end in small pieces.
///
/// # Errors
/// It cannot be read.
pub fn of_document(mut document: impl Read) -> io::Result<(Digest, u64)> {
    let mut hasher = Sha256::new();
    let mut size: u64 = 0;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = match document.read(&mut piece) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if length == 0 {
            return Ok((Digest::new(hasher.finalize().into()), size));
        }
        hasher.update(piece.get(..length).unwrap_or(&piece));
        size = size.saturating_add(length as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_leaf_hashes_of_rfc_6962() {
        assert_eq!(link(b"").to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(
            link(b"L123456").to_string(),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
        );
    }

    #[test]
    fn a_document_is_read_whole() {
        let (digest, size) = of_document(&b"abc"[..]).unwrap();
        assert_eq!((digest, size), (sha256(&[b"a", b"bc"]), 3));
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
