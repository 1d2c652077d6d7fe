//! What the ministries may do.
pub mod digest;
pub mod text;
pub use digest::Digest;
