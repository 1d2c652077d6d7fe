//! The tree of RFC 6962: roots, frontier and proofs against the definition, written out naively.

use ledger_core::domain::Digest;
use ledger_core::ledger::digest::{link, sha256};
use ledger_core::ledger::tree::{
    self, FromEmpty, Frontier, Leaves, ProofError, ProveError, empty_root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;

/// MTH as RFC 6962 §2.1 defines it.
fn naive(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(middle);
            sha256(&[&[1], naive(left).as_bytes(), naive(right).as_bytes()])
        }
    }
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|i| link(format!("entry {i}").as_bytes())).collect()
}

fn changed(digest: &Digest) -> Digest {
    let mut bytes = *digest.as_bytes();
    bytes[31] ^= 1;
    Digest::new(bytes)
}

#[test]
fn the_frontier_and_the_nodes_give_the_root_of_the_definition() {
    let all = leaves(300);
    let mut frontier = Frontier::EMPTY;
    assert_eq!(frontier.root(), empty_root());
    for size in 0..=300_u64 {
        let so_far = &all[..usize::try_from(size).unwrap()];
        assert_eq!(frontier.size(), size);
        assert_eq!(frontier.root(), naive(so_far), "size {size}");
        assert_eq!(tree::root(&Leaves(&all), size).unwrap(), naive(so_far), "size {size}");
        if let Some(next) = all.get(so_far.len()) {
            frontier.push(*next);
        }
    }
}

#[test]
fn every_entry_is_proven_at_every_size_and_nothing_else_is() {
    let all = leaves(40);
    for size in 1..=40_u64 {
        let root = naive(&all[..usize::try_from(size).unwrap()]);
        for index in 0..size {
            let path = tree::inclusion(&Leaves(&all), index, size).unwrap();
            let leaf = &all[usize::try_from(index).unwrap()];
            assert_eq!(verify_inclusion(index, size, leaf, &path, &root), Ok(()));
            assert_eq!(
                verify_inclusion(index, size, &changed(leaf), &path, &root),
                Err(ProofError::OtherRoot)
            );
            for other in (0..=size).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(other, size, leaf, &path, &root).is_err(),
                    "{index} as {other} of {size}"
                );
            }
            for at in 0..path.len() {
                let mut mangled = path.clone();
                mangled[at] = changed(&mangled[at]);
                assert_eq!(verify_inclusion(index, size, leaf, &mangled, &root), Err(ProofError::OtherRoot));
                mangled.remove(at);
                assert!(verify_inclusion(index, size, leaf, &mangled, &root).is_err());
            }
            let longer = [path, vec![root]].concat();
            assert_eq!(
                verify_inclusion(index, size, leaf, &longer, &root),
                Err(ProofError::Length(longer.len()))
            );
        }
        assert_eq!(
            tree::inclusion(&Leaves(&all), size, size),
            Err(ProveError::OutOfRange { what: "entry", index: size, size })
        );
    }
}

#[test]
fn every_beginning_is_proven_and_nothing_else_is() {
    let all = leaves(40);
    for new in 1..=40_u64 {
        let new_root = naive(&all[..usize::try_from(new).unwrap()]);
        for old in 1..=new {
            let old_root = naive(&all[..usize::try_from(old).unwrap()]);
            let proof = tree::consistency(&Leaves(&all), old, new).unwrap();
            let verify = |old, new, proof: &[Digest], old_root: &Digest, new_root: &Digest| {
                verify_consistency(old, new, proof, old_root, new_root, FromEmpty::Refused)
            };
            assert_eq!(verify(old, new, &proof, &old_root, &new_root), Ok(()));
            assert!(verify(old, new, &proof, &changed(&old_root), &new_root).is_err());
            assert!(verify(old, new, &proof, &old_root, &changed(&new_root)).is_err());
            for at in 0..proof.len() {
                let mut mangled = proof.clone();
                mangled[at] = changed(&mangled[at]);
                assert!(
                    verify(old, new, &mangled, &old_root, &new_root).is_err(),
                    "{old} of {new}, hash {at}"
                );
                mangled.remove(at);
                assert!(verify(old, new, &mangled, &old_root, &new_root).is_err());
            }
            let longer = [proof, vec![new_root]].concat();
            assert!(verify(old, new, &longer, &old_root, &new_root).is_err());
        }
        assert_eq!(
            tree::consistency(&Leaves(&all), new + 1, new),
            Err(ProveError::OutOfRange { what: "beginning of size", index: new + 1, size: new })
        );
    }
}

/// RFC 6962 says nothing of a proof from no entry; transparency-dev's library refuses it, tlog-witness takes it.
#[test]
fn from_nothing_to_something_is_the_callers_choice() {
    let (empty, root) = (empty_root(), naive(&leaves(3)));
    assert_eq!(tree::consistency(&Leaves(&leaves(3)), 0, 3), Ok(vec![]));
    assert_eq!(verify_consistency(0, 3, &[], &empty, &root, FromEmpty::Accepted), Ok(()));
    assert!(verify_consistency(0, 3, &[], &empty, &root, FromEmpty::Refused).is_err());
    assert!(verify_consistency(0, 3, &[root], &empty, &root, FromEmpty::Accepted).is_err());
    assert_eq!(
        verify_consistency(0, 3, &[], &root, &root, FromEmpty::Accepted),
        Err(ProofError::OtherOldRoot)
    );
    assert_eq!(verify_consistency(0, 0, &[], &empty, &root, FromEmpty::Accepted), Err(ProofError::OtherRoot));
}

proptest! {
    /// At sizes that nobody tries by hand: what is proven verifies, at the far ends of the tree too.
    #[test]
    fn proofs_of_larger_trees_hold(size in 1_u64..3_000, at in any::<u64>(), old in any::<u64>()) {
        let all = leaves(size);
        let (index, old) = (at % size, old % size + 1);
        let root = naive(&all);
        let path = tree::inclusion(&Leaves(&all), index, size).unwrap();
        prop_assert_eq!(
            verify_inclusion(index, size, &all[usize::try_from(index).unwrap()], &path, &root),
            Ok(())
        );
        let old_root = naive(&all[..usize::try_from(old).unwrap()]);
        let proof = tree::consistency(&Leaves(&all), old, size).unwrap();
        prop_assert_eq!(
            verify_consistency(old, size, &proof, &old_root, &root, FromEmpty::Refused),
            Ok(())
        );
    }

    /// Hostile sizes end with an answer.
    #[test]
    fn no_size_makes_a_verifier_hang(
        index in any::<u64>(),
        size in any::<u64>(),
        length in 0_usize..70,
    ) {
        let (leaf, proof) = (empty_root(), vec![empty_root(); length]);
        prop_assert!(verify_inclusion(index, size, &leaf, &proof, &leaf).is_err() || (size == 1 && length == 0));
        let verdict = verify_consistency(index, size, &proof, &leaf, &leaf, FromEmpty::Accepted);
        prop_assert!(verdict.is_err() || length == 0);
    }
}
