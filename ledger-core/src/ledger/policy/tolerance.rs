//! What a policy is worth: by how many liars it can be cheated, and how many silent witnesses it can spare.
//!
//! A log forks a ledger when it gets enough cosignatures for two histories. An honest witness cosigns one of them only,
//! so whoever stands in both quorums lies. The least number of actors that any two quorums share is therefore the
//! number of liars that a fork needs beside the log.
//!
//! Actors are counted, not keys: two keys of one name are one actor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use crate::ledger::note::KeyName;

use super::{Node, Policy};

/// How far a policy can be relied on.
///
/// The numbers are exact when every actor stands in one place of the policy: as one witness, or as one group of his
/// own keys. An actor in several places makes them a safe estimate: no more than what is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// The fewest actors that two quorums have in common.
    pub intersect: u64,
    /// How many of them may lie, together with the log, and no fork is trusted by anybody: one less than
    /// [`intersect`](Self::intersect). `None`: two quorums need have nobody in common, and the log alone can fork the
    /// ledger.
    pub faulty: Option<u64>,
    /// How many actors may be silent, whichever they are, and checkpoints still find a quorum.
    pub offline: u64,
}

impl Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faulty {
            None => f.write_str(
                "not safe: two quorums need have no witness in common, so the log alone can show two histories",
            )?,
            Some(0) => f.write_str(
                "a log that lies alone is found out; one witness that lies with it can show two histories",
            )?,
            Some(faulty) => write!(
                f,
                "no fork while at most {faulty} of the witnesses {} with the log",
                if faulty == 1 { "lies" } else { "lie" }
            )?,
        }
        match self.offline {
            0 => f.write_str("; one witness that cannot be reached can be enough to stop it"),
            offline => write!(f, "; goes on while at most {offline} of the witnesses cannot be reached"),
        }
    }
}

/// Of a part of the policy: the fewest places that any two sets which satisfy it share, and the fewest without which
/// nothing satisfies it.
#[derive(Clone, Copy)]
struct Places {
    shared: u64,
    breaking: u64,
}

const ONE: Places = Places { shared: 1, breaking: 1 };

impl Policy {
    /// What the policy tolerates.
    pub fn tolerance(&self) -> Tolerance {
        let Some(quorum) = self.quorum else {
            let actors: BTreeSet<_> = self.witnesses.iter().map(|witness| &witness.key.name).collect();
            return Tolerance { intersect: 0, faulty: None, offline: count(actors.len()) };
        };
        let actors = self.actors();
        let mut groups: Vec<Places> = Vec::new();
        for (at, group) in self.groups.iter().enumerate() {
            let places = match actors.get(at) {
                Some(Some(_)) => ONE,
                _ => {
                    let members = group.members.iter().map(|member| of(&groups, *member)).collect();
                    of_group(members, group.enough)
                }
            };
            groups.push(places);
        }
        let whole = of(&groups, quorum);
        let repeated = self.repeated(quorum, &actors);
        let intersect = repeated.actors(whole.shared);
        Tolerance {
            intersect,
            faulty: intersect.checked_sub(1),
            offline: repeated.actors(whole.breaking).saturating_sub(1),
        }
    }

    /// Of each group: whose keys all its members are, when they are those of one actor.
    fn actors(&self) -> Vec<Option<&KeyName>> {
        let mut actors: Vec<Option<&KeyName>> = Vec::new();
        for group in &self.groups {
            let mut members = group.members.iter().map(|member| self.actor(&actors, *member));
            let first = members.next().flatten();
            actors.push(first.filter(|_| members.all(|member| member == first)));
        }
        actors
    }

    fn actor<'a>(&'a self, groups: &[Option<&'a KeyName>], node: Node) -> Option<&'a KeyName> {
        match node {
            Node::Witness(at) => self.witnesses.get(at).map(|witness| &witness.key.name),
            Node::Group(at) => groups.get(at).copied().flatten(),
        }
    }

    /// How often one actor stands below `quorum`.
    fn repeated(&self, quorum: Node, actors: &[Option<&KeyName>]) -> Repeated {
        let mut places: BTreeMap<&KeyName, u64> = BTreeMap::new();
        let mut below = vec![quorum];
        while let Some(node) = below.pop() {
            match (self.actor(actors, node), node) {
                (Some(actor), _) => {
                    let places = places.entry(actor).or_default();
                    *places = places.saturating_add(1);
                }
                (None, Node::Group(at)) => {
                    below.extend(self.groups.get(at).into_iter().flat_map(|group| &group.members));
                }
                (None, Node::Witness(_)) => {}
            }
        }
        let more = places.values().map(|places| places.saturating_sub(1)).fold(0, u64::saturating_add);
        Repeated { most: places.values().copied().max().unwrap_or(1), more }
    }
}

fn of(groups: &[Places], node: Node) -> Places {
    match node {
        Node::Witness(_) => ONE,
        Node::Group(at) => groups.get(at).copied().unwrap_or(ONE),
    }
}

/// `enough` of `members`. Two choices of `enough` members have at least 2·enough - n members in common, and share at
/// least what the cheapest of those share. Nothing is left to choose when all but `enough` - 1 members are broken.
fn of_group(members: Vec<Places>, enough: usize) -> Places {
    let common = enough.saturating_mul(2).saturating_sub(members.len());
    let broken = members.len().saturating_sub(enough).saturating_add(1);
    let cheapest = |mut costs: Vec<u64>, how_many| {
        costs.sort_unstable();
        costs.into_iter().take(how_many).fold(0, u64::saturating_add)
    };
    Places {
        shared: cheapest(members.iter().map(|member| member.shared).collect(), common),
        breaking: cheapest(members.iter().map(|member| member.breaking).collect(), broken),
    }
}

/// How much fewer the actors are than their places.
struct Repeated {
    /// In how many places one actor stands at the most.
    most: u64,
    /// How many places there are more than actors.
    more: u64,
}

impl Repeated {
    /// How many actors stand in so many places, at the least.
    fn actors(&self, places: u64) -> u64 {
        places.saturating_sub(self.more).max(places.div_ceil(self.most.max(1)))
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
