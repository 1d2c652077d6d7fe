//! The dice: splitmix64 (Steele, Lea, Flood 2014). Good enough to mix acts, and the same everywhere.

use super::Nation;

#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `end - 1`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // The bias of the remainder is far below what anybody could count here.
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// `least` to `most`, both included.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least.saturating_add(self.below(most.saturating_sub(least).saturating_add(1)))
    }

    /// True in so many cases of a hundred.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A place in a list of this length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap_or(0))).unwrap_or(0)
    }

    pub(super) fn nation(&mut self) -> Nation {
        match self.below(3) {
            0 => Nation::Ee,
            1 => Nation::Lt,
            _ => Nation::Lv,
        }
    }

    /// Another nation than this one.
    pub(super) fn other_than(&mut self, nation: Nation) -> Nation {
        let neighbour = nation.neighbour();
        if self.percent(50) { neighbour } else { neighbour.neighbour() }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for piece in bytes.chunks_mut(8) {
            let fresh = self.next().to_be_bytes();
            piece.iter_mut().zip(fresh).for_each(|(byte, fresh)| *byte = fresh);
        }
        bytes
    }
}
