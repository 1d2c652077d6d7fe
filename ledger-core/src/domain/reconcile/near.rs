//! Identities that differ by one slip of the hand: a character too many, too few or wrong, or two neighbours
//! swapped.
//!
//! Comparing every identity with every other would take hours for a large inventory. Two identities that are
//! one slip apart become equal when at most one character is left out of each (which one may differ), so
//! everything is filed under itself and under what is left of it without one character; only what meets in a
//! file is compared.

use crate::domain::item::ItemId;

/// The characters of an identity, with what makes two of them comparable in front.
pub(super) fn spelling(id: &ItemId) -> Vec<u8> {
    match id {
        ItemId::Serial { ncage, part, serial } => format!("s{ncage}:{part}:{serial}"),
        ItemId::Batch { nsn, batch } => format!("b{:013}:{batch}", nsn.digits()),
        ItemId::Bulk { nsn } => format!("n{:013}", nsn.digits()),
    }
    .into_bytes()
}

/// True when one slip makes `b` out of `a`.
pub(super) fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (Some(a), Some(b)) = (a.get(front..), b.get(front..)) else { return false };
    match (a, b) {
        ([], []) => false,
        ([_, rest @ ..], _) if rest == b => true,
        (_, [_, rest @ ..]) if rest == a => true,
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([a1, a2, x @ ..], [b1, b2, y @ ..]) => a1 == b2 && a2 == b1 && x == y,
        _ => false,
    }
}

/// Identities by what is left of them without one character.
pub(super) struct Neighbours {
    files: Vec<(u64, usize)>,
}

impl Neighbours {
    /// Files each identity under its number. What differs in `apart` never meets.
    pub(super) fn new<'a>(identities: impl Iterator<Item = (usize, &'a [u8], u64)>) -> Self {
        let mut files: Vec<(u64, usize)> = identities
            .flat_map(|(number, spelling, apart)| {
                variants(spelling, apart).into_iter().map(move |variant| (variant, number))
            })
            .collect();
        files.sort_unstable();
        files.dedup();
        Self { files }
    }

    /// The numbers of identities that may be one slip apart, in order; more than are, never fewer.
    pub(super) fn of(&self, spelling: &[u8], apart: u64) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for variant in variants(spelling, apart) {
            let from = self.files.partition_point(|(filed, _)| *filed < variant);
            let files = self.files.get(from..).unwrap_or_default();
            found.extend(files.iter().take_while(|(filed, _)| *filed == variant).map(|(_, number)| *number));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What an identity is filed under: digests of itself and of what is left without each character. Two
/// different ones may share a digest; then they are compared in vain.
///
/// A digest is the value of the bytes as digits to an odd base, in 64 bits, so that those of all variants come
/// from the values of the fronts and the backs without going over the bytes once more for each.
fn variants(spelling: &[u8], apart: u64) -> Vec<u64> {
    let mut front = apart;
    let mut fronts = Vec::with_capacity(spelling.len());
    for byte in spelling {
        fronts.push(front);
        front = digit(front, *byte);
    }
    let mut found = vec![front];
    let (mut back, mut power): (u64, u64) = (0, 1);
    for (byte, front) in spelling.iter().zip(fronts).rev() {
        found.push(front.wrapping_mul(power).wrapping_add(back));
        back = back.wrapping_add(power.wrapping_mul(u64::from(*byte)));
        power = power.wrapping_mul(BASE);
    }
    found
}

/// An odd number without a pattern in its bits.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

fn digit(value: u64, byte: u8) -> u64 {
    value.wrapping_mul(BASE).wrapping_add(u64::from(byte))
}

/// A digest of some bytes: the same on every machine.
pub(super) fn digest(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0, digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_character_more_less_or_other_or_two_swapped() {
        for (a, b) in [("SN-0042", "SN-0043"), ("SN-0042", "SN-042"), ("SN-0042", "SN-0402"), ("A", "AB")] {
            assert!(one_slip(a.as_bytes(), b.as_bytes()), "{a} {b}");
            assert!(one_slip(b.as_bytes(), a.as_bytes()), "{b} {a}");
        }
        for (a, b) in [("SN-0042", "SN-0042"), ("SN-0042", "SN-0053"), ("1234", "3214"), ("AB", "CDA")] {
            assert!(!one_slip(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
    }

    #[test]
    fn whatever_is_one_slip_apart_meets() {
        let words = ["AB", "BA", "ABC", "AC", "A", "ABCD", "XY", "ABD"];
        let files = Neighbours::new(words.iter().enumerate().map(|(i, word)| (i, word.as_bytes(), 7)));
        for word in words.iter().chain(&["ACB", "B", "AXBC"]) {
            let met = files.of(word.as_bytes(), 7);
            for (i, other) in words.iter().enumerate() {
                if one_slip(word.as_bytes(), other.as_bytes()) {
                    assert!(met.contains(&i), "{word} {other}");
                }
            }
            assert!(files.of(word.as_bytes(), 8).is_empty());
        }
    }
}
