//! How the history is made evident: bytes, digests, signatures.
pub mod signer;
