//! A sample as a file: all that is needed to draw it again, in one form. The same draw gives the same bytes.

use serde::{Deserialize, Serialize};

use crate::domain::ids::EngagementId;
use crate::domain::money::{Currency, Money};
use crate::domain::{Date, Digest, Origin, State};

use super::draw::{DrawError, Drawn, Method, Why};
use super::population::{Member, Population};
use super::rule::Rule;
use super::secret::{SampleSecret, commitment, seed};

/// Longest sample that is read, in bytes.
pub const MAX_SAMPLE_BYTES: usize = 268_435_456;
/// What the file says that it is.
const KIND: &str = "jointledger/sample/v1";

/// The ledger of which a population is taken: fixed before the seed is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The ledger's name.
    pub origin: Origin,
    /// The fingerprint of its charter.
    pub charter: Digest,
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Digest,
    /// The day at whose end it had these entries, where that is how they were chosen.
    pub day: Option<Date>,
}

/// A sample that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleFile {
    /// `jointledger/sample/v1`.
    kind: String,
    /// The ledger's name.
    pub ledger: Origin,
    /// The fingerprint of its charter.
    pub charter: Digest,
    /// How many entries the population is taken of.
    pub size: u64,
    /// The root of their tree.
    pub root: Digest,
    /// The day at whose end the ledger had these entries, in UTC, where that is how they were chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// Of what it was drawn.
    pub population: Described,
    /// How.
    pub method: Method,
    /// The engagement in which the commitment is recorded, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<Engagement>,
    /// What was known of the secret beforehand, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Digest>,
    /// The secret, revealed.
    pub secret: Digest,
    /// The seed that it gives with the root.
    pub seed: Digest,
    /// What was drawn, in the order of the population.
    pub drawn: Vec<DrawnMember>,
}

/// A population in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// The rule, with its parameters.
    pub rule: Rule,
    /// How many members it has.
    pub members: u64,
    /// The sum of their amounts in each currency, in the order of the codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<Total>,
    /// SHA-256 of its list.
    pub digest: Digest,
}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// The sum in minor units, in decimal: it may be longer than a number of JSON.
    pub minor: String,
}

/// Where a commitment was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engagement {
    /// The engagement.
    pub id: EngagementId,
    /// The entry that opened it.
    pub entry: u64,
}

/// A member that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawnMember {
    /// Its number in the population, from 0.
    pub number: u64,
    /// The entry that is looked at.
    pub entry: u64,
    /// Which of the members with this entry.
    pub index: u64,
    /// Its amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// What it is.
    pub what: String,
    /// Why it was drawn.
    pub why: Vec<Why>,
}

/// Why bytes are no sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no sample: {0}")]
pub struct BadSample(String);

impl SampleFile {
    /// Draws a sample.
    ///
    /// # Errors
    /// Nothing can be drawn.
    pub fn draw(
        ground: &Ground,
        rule: &Rule,
        population: &Population,
        method: Method,
        secret: &SampleSecret,
    ) -> Result<Self, DrawError> {
        let seed = seed(&ground.root, secret);
        let totals = population.totals().ok_or(DrawError::TooLarge)?;
        let drawn = method.draw(population, seed)?;
        Ok(Self {
            kind: KIND.into(),
            ledger: ground.origin.clone(),
            charter: ground.charter,
            size: ground.size,
            root: ground.root,
            day: ground.day,
            population: Described {
                rule: rule.clone(),
                members: population.len(),
                totals: totals
                    .into_iter()
                    .map(|(currency, minor)| Total { currency, minor: minor.to_string() })
                    .collect(),
                digest: population.digest(),
            },
            method,
            engagement: None,
            commitment: None,
            secret: secret.reveal(),
            seed,
            drawn: drawn.into_iter().filter_map(|drawn| listed(population, drawn)).collect(),
        })
    }

    /// With what was known of the secret beforehand, and where it was recorded.
    #[must_use]
    pub fn committed(mut self, commitment: Option<Digest>, engagement: Option<Engagement>) -> Self {
        self.commitment = commitment;
        self.engagement = engagement;
        self
    }

    /// Reads a sample strictly: there is one way to write it. Whether it holds is another question.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSample> {
        if bytes.len() > MAX_SAMPLE_BYTES {
            return Err(BadSample(format!("it is longer than {MAX_SAMPLE_BYTES} bytes")));
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|error| BadSample(error.to_string()))?;
        if file.kind != KIND {
            return Err(BadSample(format!("its kind is not {KIND}")));
        }
        if file.render().as_bytes() != bytes || !file.population.rule.is_canonical() {
            return Err(BadSample("it is not written in the one form that is allowed".into()));
        }
        Ok(file)
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        // Strings, numbers and lists always have a JSON form.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// SHA-256 of the text.
    pub fn digest(&self) -> Digest {
        super::super::digest::sha256(&[self.render().as_bytes()])
    }

    /// The secret, to draw again.
    pub fn revealed(&self) -> SampleSecret {
        SampleSecret::from_revealed(self.secret)
    }

    /// The ledger of which the population is taken.
    pub fn ground(&self) -> Ground {
        Ground {
            origin: self.ledger.clone(),
            charter: self.charter,
            size: self.size,
            root: self.root,
            day: self.day,
        }
    }

    /// The entries that are looked at, each once, in order.
    pub fn entries(&self) -> Vec<u64> {
        let mut entries: Vec<_> = self.drawn.iter().map(|member| member.entry).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// What does not follow inside the file: of its secret its commitment and seed.
    pub fn contradictions(&self) -> Vec<String> {
        let secret = self.revealed();
        let mut wrong = Vec::new();
        if let Some(said) = self.commitment
            && said != commitment(&secret)
        {
            wrong.push(format!("the secret gives the commitment {}, not {said}", commitment(&secret)));
        }
        if seed(&self.root, &secret) != self.seed {
            wrong.push(format!(
                "the root and the secret give the seed {}, not {}",
                seed(&self.root, &secret),
                self.seed
            ));
        }
        if let Some(engagement) = &self.engagement {
            if self.commitment.is_none() {
                wrong.push(format!("engagement {} is named, and no commitment", engagement.id));
            }
            if engagement.entry >= self.size {
                wrong.push(format!(
                    "the commitment is recorded in entry {}, and the population ends before it, at size {}",
                    engagement.entry, self.size
                ));
            }
        }
        wrong
    }

    /// What the ledger says otherwise of the engagement; `state` is that behind the population.
    pub fn uncommitted(&self, state: &State) -> Option<String> {
        let Engagement { id, entry } = self.engagement.as_ref()?;
        let Some(known) = state.engagement(id) else {
            return Some(format!("no engagement {id} was opened before the population was fixed"));
        };
        if known.opened_in != *entry {
            return Some(format!("engagement {id} was opened in entry {}, not {entry}", known.opened_in));
        }
        if self.commitment != Some(known.terms.commitment) {
            return Some(format!("engagement {id} is committed to {}", known.terms.commitment));
        }
        let told = known.told_in?;
        Some(format!(
            "the secret of engagement {id} was told in entry {told}, before the population was fixed"
        ))
    }

    /// Draws the sample again of a population that somebody else lists, and says what differs from this one. What the
    /// file says of itself is not looked at: see [`contradictions`](Self::contradictions).
    pub fn differences(&self, ground: &Ground, population: &Population) -> Vec<String> {
        let again = match Self::draw(ground, &self.population.rule, population, self.method, &self.revealed())
        {
            Ok(again) => again,
            Err(error) => return vec![error.to_string()],
        };
        let mut differ = Vec::new();
        let mut compare = |what: &str, said: String, found: String| {
            if said != found {
                differ.push(format!("{what} is {found}, the sample says {said}"));
            }
        };
        compare("the ledger", self.ledger.to_string(), again.ledger.to_string());
        compare("the charter", self.charter.to_string(), again.charter.to_string());
        compare("the size", self.size.to_string(), again.size.to_string());
        compare("the root", self.root.to_string(), again.root.to_string());
        let (said, found) = (&self.population, &again.population);
        compare("the number of members", said.members.to_string(), found.members.to_string());
        compare("the total", totals(said), totals(found));
        compare("the digest of the population", said.digest.to_string(), found.digest.to_string());
        compare("the seed", self.seed.to_string(), again.seed.to_string());
        differ.extend(drawn_differently(&self.drawn, &again.drawn));
        differ
    }
}

fn listed(population: &Population, drawn: Drawn) -> Option<DrawnMember> {
    let Member { entry, index, amount, what } = population.member(drawn.number)?.clone();
    Some(DrawnMember { number: drawn.number, entry, index, amount, what, why: drawn.why })
}

fn totals(population: &Described) -> String {
    let each: Vec<_> =
        population.totals.iter().map(|total| format!("{} {}", total.minor, total.currency)).collect();
    if each.is_empty() { "none".into() } else { each.join(", ") }
}

/// The first differences between what is said and what is drawn, so that nobody reads a million.
fn drawn_differently(said: &[DrawnMember], found: &[DrawnMember]) -> Vec<String> {
    const MOST: usize = 20;
    let by_number = |drawn: &[DrawnMember]| -> std::collections::BTreeMap<u64, DrawnMember> {
        drawn.iter().map(|member| (member.number, member.clone())).collect()
    };
    let (left, right) = (by_number(said), by_number(found));
    let mut differ = Vec::new();
    for (number, member) in &right {
        match left.get(number) {
            None => {
                differ.push(format!("member {number} (entry {}) is drawn and is not named", member.entry))
            }
            Some(named) if named != member => {
                differ.push(format!(
                    "member {number} (entry {}) is drawn otherwise than is said",
                    member.entry
                ));
            }
            Some(_) => {}
        }
    }
    let named = left.iter().filter(|(number, _)| !right.contains_key(number));
    differ.extend(named.map(|(number, member)| {
        format!("member {number} (entry {}) is named and is not drawn", member.entry)
    }));
    if differ.is_empty() && said != found {
        differ.push("the members that are drawn do not stand in their order, each once".into());
    }
    let left_out = differ.len().saturating_sub(MOST);
    differ.truncate(MOST);
    if left_out > 0 {
        differ.push(format!("{left_out} more members differ"));
    }
    differ
}
