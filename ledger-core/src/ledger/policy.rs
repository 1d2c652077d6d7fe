//! Whom one trusts: which logs' checkpoints, and whose cosignatures are enough (C2SP tlog-policy).
//!
//! ```text
//! log baltic.example/ledger+…+…                             a log, by its verifier key
//! witness EE-1 baltic.example/ledger/EE+…+…                 a witness: a name inside this file, and its key
//! witness EE-2 baltic.example/ledger/EE+…+…
//! witness LV baltic.example/ledger/LV+…+…
//! witness LT baltic.example/ledger/LT+…+…
//! group EE any EE-1 EE-2                                    any, all, or how many of its members
//! group ministries all EE LV LT
//! quorum ministries                                         the witness or group that must have cosigned, or none
//! ```
//!
//! Items are separated by spaces and tabs; empty lines and lines that begin with `#` say nothing. A name stands for
//! what a line before it defined, and is a member of at most one group, so that each witness counts in one way only.
//!
//! [`Policy::check`] holds a checkpoint against it. [`Policy::tolerance`] says what it is worth: how many witnesses may
//! lie together with the log, and how many may be silent. A policy of `k` of `n` ministries is safe with `f` liars when
//! `2k > n + f`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::str::FromStr;

use crate::domain::{Origin, Party, PublicKey};

use super::checkpoint::{SignedCheckpoint, decimal};
use super::note::{Algorithm, KeyName, MAX_NAME_BYTES, NoteError, VerifierKey};

mod tolerance;

pub use tolerance::Tolerance;

/// Longest policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 1_000_000;
/// Most lines of a policy. The standard asks for at least 32 logs, witnesses and groups.
pub const MAX_LINES: usize = 1_000;
/// The name of no quorum at all.
const NONE: &str = "none";
/// The group of all parties in a policy that [`Policy::of_parties`] makes.
const MINISTRIES: &str = "ministries";

/// Why a policy is not read, or a checkpoint not trusted under it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy as a whole cannot be read.
    #[error("the policy cannot be read: {0}; ask the one who gave it to you for a whole copy")]
    Malformed(&'static str),
    /// A line of the policy is wrong.
    #[error("line {line} of the policy is wrong: {why}; mend it, then try again")]
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// There is no policy of these parties, keys and this number.
    #[error("there is no such policy: {0}")]
    Parties(String),
    /// The checkpoint is of another ledger.
    #[error("the checkpoint is of {origin}, not of {expected}; check which ledger you mean")]
    Origin {
        /// What the checkpoint says.
        origin: String,
        /// What the policy, or the reader, expects.
        expected: String,
    },
    /// A signature does not hold, or nobody known signed.
    #[error("{0}; do not rely on this checkpoint")]
    Note(#[from] NoteError),
    /// The log did not sign it.
    #[error("the log {0} did not sign the checkpoint; do not rely on it, and ask the log for a signed one")]
    NoLog(String),
    /// The policy names no log, so it cannot say of which ledger a checkpoint has to be.
    #[error("the policy names no log; say of which ledger the checkpoint has to be")]
    NoLogNamed,
    /// Too few witnesses cosigned it.
    #[error(
        "too few cosigned the checkpoint: {quorum} asks for {needed}, there are {}, missing are {}; ask the missing to \
         cosign it",
        names(.have), names(.missing)
    )]
    Quorum {
        /// The name of the quorum.
        quorum: String,
        /// How many of its members are needed.
        needed: u64,
        /// Its members that cosigned.
        have: Vec<String>,
        /// Its members that did not.
        missing: Vec<String>,
    },
}

/// Logs, witnesses, and the rule by which cosignatures are enough. A policy that exists is well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Node>,
}

/// A log whose checkpoints are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key; the name of the key is the origin of its checkpoints.
    pub key: VerifierKey,
    /// Where it can be reached.
    pub url: Option<String>,
}

/// A witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name in the policy. It means nothing outside.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it can be reached.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    /// How many members are enough: 1 to as many as there are.
    enough: usize,
    /// Witnesses, and groups that stand before this one.
    members: Vec<Node>,
}

/// What a name stands for: a position in [`Policy::witnesses`] or [`Policy::groups`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Witness(usize),
    Group(usize),
}

/// A checkpoint's signatures that count, of a checkpoint that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// The log's key that signed it; `None` when the policy names no log.
    pub log: Option<VerifierKey>,
    /// The cosignatures of known witnesses, in the order of their lines.
    pub cosigned: Vec<Cosigned>,
}

/// A cosignature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's name in the policy.
    pub witness: String,
    /// Its key.
    pub key: VerifierKey,
    /// When, in seconds since 1970 (POSIX), as the witness says.
    pub time: u64,
}

impl Policy {
    /// The policy of a ledger: `enough` of its parties must cosign, each with any one of its keys.
    ///
    /// # Errors
    /// A key has another name than the ledger's or the party's, a party has no key, a key stands twice, or `enough` is
    /// none or more than there are.
    pub fn of_parties(
        origin: &Origin,
        logs: &[VerifierKey],
        parties: &BTreeMap<Party, Vec<VerifierKey>>,
        enough: usize,
    ) -> Result<Self, PolicyError> {
        let wrong = |why| PolicyError::Parties(why);
        let mut policy = Builder::default();
        for key in logs {
            if key.name != KeyName::of_log(origin) {
                return Err(wrong(format!("the log's key is called {}, the ledger {origin}", key.name)));
            }
            policy.log(key.clone(), None).map_err(wrong)?;
        }
        for (party, keys) in parties {
            let name = KeyName::of_witness(origin, *party);
            if let Some(key) = keys.iter().find(|key| key.name != name) {
                return Err(wrong(format!("a key of {party} is called {}, not {name}", key.name)));
            }
            match keys.as_slice() {
                [] => return Err(wrong(format!("{party} has no key; enrol a witness of {party} first"))),
                [key] => policy.witness(&party.to_string(), key.clone(), None).map_err(wrong)?,
                several => {
                    let names: Vec<_> =
                        (1..=several.len()).map(|number| format!("{party}-{number}")).collect();
                    for (name, key) in names.iter().zip(several) {
                        policy.witness(name, key.clone(), None).map_err(wrong)?;
                    }
                    policy
                        .group(&party.to_string(), "any", names.iter().map(String::as_str))
                        .map_err(wrong)?;
                }
            }
        }
        let names: Vec<_> = parties.keys().map(Party::to_string).collect();
        policy.group(MINISTRIES, &enough.to_string(), names.iter().map(String::as_str)).map_err(wrong)?;
        policy.quorum(MINISTRIES).map_err(wrong)?;
        policy.finish()
    }

    /// The logs.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Every key that it knows: those of the logs, then those of the witnesses.
    pub fn keys(&self) -> Vec<VerifierKey> {
        let logs = self.logs.iter().map(|log| &log.key);
        logs.chain(self.witnesses.iter().map(|witness| &witness.key)).cloned().collect()
    }

    /// Whether a checkpoint is to be trusted: its origin is that of a log in the policy, which signed it; every
    /// signature of a known key holds; enough witnesses cosigned it.
    ///
    /// Which of several logs it is of is in what it says: whoever means one ledger uses
    /// [`check_origin`](Self::check_origin).
    ///
    /// # Errors
    /// In this order: another origin, a false signature, no signature of the log, too few cosignatures.
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<Trusted, PolicyError> {
        let origin = &signed.checkpoint().origin;
        if self.logs.is_empty() {
            return Err(PolicyError::NoLogNamed);
        }
        if !self.logs.iter().any(|log| log.key.name.as_str() == origin) {
            let expected: BTreeSet<_> = self.logs.iter().map(|log| log.key.name.to_string()).collect();
            let expected = expected.into_iter().collect::<Vec<_>>().join(" or ");
            return Err(PolicyError::Origin { origin: origin.clone(), expected });
        }
        self.check_signatures(signed)
    }

    /// As [`check`](Self::check), for one ledger. When the policy names no log, the cosignatures alone decide.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_origin(&self, signed: &SignedCheckpoint, expected: &str) -> Result<Trusted, PolicyError> {
        let origin = &signed.checkpoint().origin;
        if origin != expected {
            return Err(PolicyError::Origin { origin: origin.clone(), expected: expected.to_owned() });
        }
        if self.logs.is_empty() { self.check_signatures(signed) } else { self.check(signed) }
    }

    fn check_signatures(&self, signed: &SignedCheckpoint) -> Result<Trusted, PolicyError> {
        let origin = &signed.checkpoint().origin;
        let by = match signed.note().open(&self.keys()) {
            Ok(opened) => opened.by,
            // Without a log and without a quorum nobody has to sign.
            Err(NoteError::NobodyKnown) if self.logs.is_empty() && self.quorum.is_none() => Vec::new(),
            Err(why) => return Err(why.into()),
        };
        let signed_by = |log: &&Log| by.iter().any(|signature| signature.key == log.key);
        let mut logs = self.logs.iter().filter(|log| log.key.name.as_str() == origin);
        let log = logs.find(signed_by).map(|log| log.key.clone());
        if log.is_none() && !self.logs.is_empty() {
            return Err(PolicyError::NoLog(origin.clone()));
        }
        let cosigned: Vec<_> = by
            .into_iter()
            .filter_map(|signature| {
                let witness = self.witnesses.iter().find(|witness| witness.key == signature.key)?;
                Some(Cosigned { witness: witness.name.clone(), key: signature.key, time: signature.time? })
            })
            .collect();
        self.require_quorum(&cosigned)?;
        Ok(Trusted { log, cosigned })
    }

    fn require_quorum(&self, cosigned: &[Cosigned]) -> Result<(), PolicyError> {
        let Some(quorum) = self.quorum else { return Ok(()) };
        let witnesses: Vec<bool> = self
            .witnesses
            .iter()
            .map(|witness| cosigned.iter().any(|signature| signature.key == witness.key))
            .collect();
        // A group's members stand before it.
        let mut groups = Vec::new();
        for group in &self.groups {
            let have = group.members.iter().filter(|member| holds(&witnesses, &groups, **member)).count();
            groups.push(have >= group.enough);
        }
        if holds(&witnesses, &groups, quorum) {
            return Ok(());
        }
        let group = match quorum {
            Node::Witness(_) => None,
            Node::Group(at) => self.groups.get(at),
        };
        let members = group.map_or_else(|| vec![quorum], |group| group.members.clone());
        let (have, missing): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| holds(&witnesses, &groups, *member));
        let named = |nodes: Vec<Node>| nodes.into_iter().map(|node| self.name(node).to_owned()).collect();
        Err(PolicyError::Quorum {
            quorum: self.name(quorum).to_owned(),
            needed: u64::try_from(group.map_or(1, |group| group.enough)).unwrap_or(u64::MAX),
            have: named(have),
            missing: named(missing),
        })
    }

    fn name(&self, node: Node) -> &str {
        let name = match node {
            Node::Witness(at) => self.witnesses.get(at).map(|witness| &witness.name),
            Node::Group(at) => self.groups.get(at).map(|group| &group.name),
        };
        name.map_or("", String::as_str)
    }
}

/// Whether a witness cosigned, or a group has enough members that did.
fn holds(witnesses: &[bool], groups: &[bool], node: Node) -> bool {
    let held = match node {
        Node::Witness(at) => witnesses.get(at),
        Node::Group(at) => groups.get(at),
    };
    held.copied().unwrap_or(false)
}

fn names(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The policy as text, in one form: logs, witnesses, groups, quorum.
impl Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map_or_else(String::new, |url| format!(" {url}"));
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key, url(&log.url))?;
        }
        for witness in &self.witnesses {
            writeln!(f, "witness {} {}{}", witness.name, witness.key, url(&witness.url))?;
        }
        for group in &self.groups {
            let enough = match group.enough {
                all if all == group.members.len() => "all".to_owned(),
                1 => "any".to_owned(),
                some => some.to_string(),
            };
            write!(f, "group {} {enough}", group.name)?;
            group.members.iter().try_for_each(|member| write!(f, " {}", self.name(*member)))?;
            writeln!(f)?;
        }
        writeln!(f, "quorum {}", self.quorum.map_or(NONE, |quorum| self.name(quorum)))
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::Malformed("it is longer than 1,000,000 bytes"));
        }
        // A policy that was cut off must not be taken for a weaker one.
        let text = text.strip_suffix('\n').ok_or(PolicyError::Malformed("its last line has no end"))?;
        if text.bytes().filter(|byte| *byte == b'\n').count() >= MAX_LINES {
            return Err(PolicyError::Malformed("it has more than 1,000 lines"));
        }
        let mut policy = Builder::default();
        for (line, text) in (1..).zip(text.split('\n')) {
            policy.line(text).map_err(|why| PolicyError::Line { line, why })?;
        }
        policy.finish()
    }
}

/// A policy that is being read.
#[derive(Default)]
struct Builder {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Option<Node>>,
    names: BTreeMap<String, Node>,
    /// What is a member of a group already.
    members: BTreeSet<Node>,
    keys: BTreeSet<PublicKey>,
}

impl Builder {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(c) = line.chars().find(|c| c.is_ascii_control() && *c != '\t') {
            return Err(format!("it has the control character {c:?}"));
        }
        let mut items = line.split([' ', '\t']).filter(|item| !item.is_empty());
        let Some(kind) = items.next().filter(|kind| !kind.starts_with('#')) else { return Ok(()) };
        let items: Vec<_> = items.collect();
        match (kind, items.as_slice()) {
            ("log", [key, url @ ..]) if url.len() <= 1 => self.log(vkey(key)?, url.first().copied()),
            ("witness", [name, key, url @ ..]) if url.len() <= 1 => {
                self.witness(name, vkey(key)?, url.first().copied())
            }
            ("group", [name, enough, members @ ..]) => self.group(name, enough, members.iter().copied()),
            ("quorum", [name]) => self.quorum(name),
            ("log", _) => Err("a log is written: log VKEY [URL]".into()),
            ("witness", _) => Err("a witness is written: witness NAME VKEY [URL]".into()),
            ("group", _) => Err("a group is written: group NAME all|any|NUMBER MEMBER...".into()),
            ("quorum", _) => Err("a quorum is written: quorum NAME, or quorum none".into()),
            _ => Err("it begins with none of log, witness, group and quorum".into()),
        }
    }

    fn log(&mut self, key: VerifierKey, url: Option<&str>) -> Result<(), String> {
        if key.algorithm != Algorithm::Ed25519 {
            return Err("the key is a witness's (type 0x04); a log signs with type 0x01".into());
        }
        self.require_new(&key)?;
        self.logs.push(Log { key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn witness(&mut self, name: &str, key: VerifierKey, url: Option<&str>) -> Result<(), String> {
        if key.algorithm != Algorithm::CosignatureV1 {
            return Err("the key is a log's (type 0x01); a witness cosigns with type 0x04".into());
        }
        self.require_new(&key)?;
        self.define(name, Node::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: name.to_owned(), key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn group<'a>(
        &mut self,
        name: &str,
        enough: &str,
        members: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        let mut nodes = Vec::new();
        for member in members {
            let node = self.find(member)?;
            if !self.members.insert(node) {
                return Err(format!("{member} is a member of a group already"));
            }
            nodes.push(node);
        }
        let enough = match enough {
            "any" => 1,
            "all" => nodes.len(),
            number => decimal(number)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or("a group asks for all, any, or a number without leading zeros")?,
        };
        if nodes.is_empty() {
            return Err(format!("the group {name} has no members"));
        }
        if enough == 0 || enough > nodes.len() {
            return Err(format!("{enough} of the {} members of {name} cannot be asked for", nodes.len()));
        }
        self.define(name, Node::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_owned(), enough, members: nodes });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), String> {
        if self.quorum.is_some() {
            return Err("the quorum stands twice".into());
        }
        self.quorum = Some(if name == NONE { None } else { Some(self.find(name)?) });
        Ok(())
    }

    fn define(&mut self, name: &str, node: Node) -> Result<(), String> {
        if name == NONE {
            return Err("the name none means that nobody has to cosign, and nothing else is called so".into());
        }
        if name.len() > MAX_NAME_BYTES {
            return Err("a name has at most 255 bytes".into());
        }
        match self.names.insert(name.to_owned(), node) {
            None => Ok(()),
            Some(_) => Err(format!("the name {name} stands for something else already")),
        }
    }

    fn find(&self, name: &str) -> Result<Node, String> {
        // It may be as long as the file, so it is not said again.
        self.names
            .get(name)
            .copied()
            .ok_or_else(|| "it names something that no line before it defines".into())
    }

    /// Refuses a key that stands here under any name: it would count twice (C2SP tlog-policy, "duplicate"), or a log
    /// would be its own witness.
    fn require_new(&mut self, key: &VerifierKey) -> Result<(), String> {
        if self.keys.insert(key.key) { Ok(()) } else { Err("its key stands here already".into()) }
    }

    fn finish(self) -> Result<Policy, PolicyError> {
        let quorum = self.quorum.ok_or(PolicyError::Malformed("it has no quorum line"))?;
        Ok(Policy { logs: self.logs, witnesses: self.witnesses, groups: self.groups, quorum })
    }
}

fn vkey(text: &str) -> Result<VerifierKey, String> {
    text.parse().map_err(|why| format!("the verifier key cannot be read: {why}"))
}
