//! What an audit finds: a code, an entry, a reason. Each code has a heading in `docs/findings.md`.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::Rule;
use crate::domain::text::code_list;

code_list! {
    /// What can be wrong with the evidence, as distinct from what the rules of the domain refuse.
    Flaw: "a flaw of the evidence" {
        /// The entry is longer or shorter than an entry can be.
        1 Size "E01";
        /// The bytes are no entry of a known format.
        2 Encoding "E02";
        /// The bytes are not the one way in which their content is written.
        3 NotCanonical "E03";
        /// The entry belongs to another ledger.
        4 Origin "E04";
        /// The sequence number is not the next one.
        5 Sequence "E05";
        /// The entry does not carry the link of the entry before it.
        6 Link "E06";
        /// Time went back.
        7 TimeBack "E07";
        /// Time is ahead of the clock of the one who checks.
        8 TimeAhead "E08";
        /// The signature is not the author's over this entry.
        9 Signature "E09";
        /// A key on whose signatures verifiers could disagree is brought into use.
        10 UnsoundKey "E10";
        /// The ledger does not begin with a charter that its founders signed, or with another charter.
        11 Genesis "E11";
        /// The same act stands twice.
        12 Repeated "E12";
        /// Entries that were acknowledged are missing.
        13 Missing "E13";
        /// The last acknowledged entry is not the one that the head file names.
        14 Head "E14";
        /// More entries follow behind the head than one commit can have left.
        15 Tail "E15";
        /// The head file cannot be read, or is not there.
        16 HeadFile "E16";
        /// The store cannot give all its entries.
        17 Store "E17";
        /// The entries give another state than the one that was claimed.
        18 State "E18";
        /// A ministry is admitted without the signature of its own root key.
        19 Accession "E19";
        /// The ledger is shorter than it was when a checkpoint was signed.
        20 Behind "E20";
        /// The ledger has another root than a checkpoint of its own says: its history is not the one that was signed.
        21 Forked "E21";
        /// A checkpoint is malformed, another ledger's, falsely signed, or not signed by those who are asked for.
        22 Checkpoint "E22";
        /// The time that an entry claims is not one at which it can have been recorded.
        23 ClockFalse "E23";
        /// A tile of a bundle is not made of the hashes of its entries.
        24 Tile "E24";
        /// A file of a bundle is missing, malformed, or none of its files.
        25 Bundle "E25";
        /// The index of documents of a bundle is not what the entries say.
        26 DocumentIndex "E26";
        /// A cut-off or a population names a size and root that are not the ledger's at the end of that day.
        27 DayEnd "E27";
        /// The secret that a sample tells is not the one to which the auditor had committed himself.
        28 Secret "E28";
    }
}

/// A flaw of the evidence or a broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The evidence does not hold.
    Flaw(Flaw),
    /// A rule of the domain was broken.
    Rule(Rule),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::Flaw(flaw) => flaw.fmt(f),
            Code::Rule(rule) => rule.fmt(f),
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// Something that an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The position that it is about.
    pub entry: u64,
    /// What kind of thing it is.
    pub code: Code,
    /// What is wrong, in words.
    pub reason: String,
}

impl Finding {
    pub(crate) fn flaw(entry: u64, flaw: Flaw, reason: impl Into<String>) -> Self {
        Self { entry, code: Code::Flaw(flaw), reason: reason.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}: {}: {}", self.entry, self.code, self.reason)
    }
}

impl std::error::Error for Finding {}
