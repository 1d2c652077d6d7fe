//! Numbers from a seed: each as likely as any other, the same on every machine, and easy to make with other tools.
//!
//! ```text
//! block(i)   = SHA-256( "jointledger/sample-stream/v1\n" ‖ seed ‖ label ‖ 0x0A ‖ i as u64, big-endian )    i = 0, 1, 2, …
//! number(i)  = the first 16 bytes of block(i), big-endian
//! below(n)   = number(i) mod n for the next i with number(i) < 2^128 − (2^128 mod n)
//! ```
//!
//! Numbers above that bound are passed over, so no remainder is more likely than another.

use crate::domain::Digest;

use super::super::digest::sha256;

/// Before the seed.
const STREAM: &[u8] = b"jointledger/sample-stream/v1\n";

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Chance {
    seed: Digest,
    label: String,
    next: u64,
}

/// A number, and the block of which it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The number.
    pub value: u128,
    /// The block, from 0.
    pub block: u64,
}

impl Chance {
    /// The stream of a seed for one purpose.
    pub fn new(seed: Digest, label: &str) -> Self {
        Self { seed, label: label.to_owned(), next: 0 }
    }

    /// The next number below `bound`; `None` below nothing.
    pub fn below(&mut self, bound: u128) -> Option<Number> {
        let most = last_fair(bound)?;
        loop {
            let block = self.next;
            self.next = block.checked_add(1)?;
            let value = self.number(block);
            if value <= most {
                return Some(Number { value: value.checked_rem(bound)?, block });
            }
        }
    }

    fn number(&self, block: u64) -> u128 {
        let label = self.label.as_bytes();
        let hash = sha256(&[STREAM, self.seed.as_bytes(), label, b"\n", &block.to_be_bytes()]);
        let first: [u8; 16] = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        u128::from_be_bytes(first)
    }
}

/// The greatest number that is not passed over: 2^128 − (2^128 mod bound) − 1.
fn last_fair(bound: u128) -> Option<u128> {
    // 2^128 mod bound, in 128 bits.
    let left_over = u128::MAX.checked_rem(bound)?.checked_add(1)?.checked_rem(bound)?;
    u128::MAX.checked_sub(left_over)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_numbers_lead_to_each_remainder() {
        // Of 2^128 numbers the last 2^128 mod n are passed over; what is left is a multiple of n.
        assert_eq!(last_fair(0), None);
        assert_eq!(last_fair(1), Some(u128::MAX));
        assert_eq!(last_fair(2), Some(u128::MAX));
        assert_eq!(last_fair(3), Some(u128::MAX - 1));
        assert_eq!(last_fair(u128::MAX), Some(u128::MAX - 1));
        assert_eq!(last_fair(1 << 127), Some(u128::MAX));
        for bound in [5_u128, 7, 1000, (1 << 64) + 13, (1 << 127) + 1] {
            assert_eq!((last_fair(bound).unwrap() % bound) + 1, bound, "{bound}");
            assert!(u128::MAX - last_fair(bound).unwrap() < bound);
        }
    }

    #[test]
    fn a_number_that_is_not_fair_is_passed_over() {
        // With a bound just above half of all numbers, about every second one is.
        let mut chance = Chance::new(Digest::ZERO, "random");
        let bound = (1_u128 << 127) + 1;
        let blocks: Vec<_> = (0..64).map(|_| chance.below(bound).unwrap().block).collect();
        assert!(blocks.last().copied().unwrap() > 90, "{blocks:?}");
        for block in blocks {
            assert!(Chance::new(Digest::ZERO, "random").number(block) < bound);
        }
    }
}
