//! Acts that wait for signatures, and the acts that give or refuse them.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::consent::{Signer, signer_list};
use super::event::{RecordedAct, Rules, events};
use super::party::ANY_ROLE;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::Text;

events! {
    /// Countersign an act that waits for this signature
    ActCountersigned {
        /// Position of the act that waits
        entry: u64,
        /// A remark
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Text>,
    }

    /// Refuse an act that waits for this signature, or withdraw one's own; it never takes effect
    ActRefused {
        /// Position of the act that waits
        entry: u64,
        /// Why
        reason: Text,
    }
}

/// An act that was recorded and has no effect yet.
#[derive(Debug, Clone, Serialize)]
pub struct Pending {
    /// The act.
    #[serde(serialize_with = "inside")]
    pub act: Arc<RecordedAct>,
    /// The signatures that are missing.
    pub missing: Vec<Signer>,
    /// The signatures that it waited for when it was recorded.
    pub asked: Vec<Signer>,
}

fn inside<S: Serializer>(act: &Arc<RecordedAct>, out: S) -> Result<S::Ok, S::Error> {
    act.as_ref().serialize(out)
}

fn pending(state: &State, entry: u64) -> Result<&Pending, Rejection> {
    state.pending.get(&entry).ok_or_else(|| {
        Rejection::new(Rule::S01, format!("entry {entry} does not wait for a signature"))
            .remedy("list what waits, or record the act first")
    })
}

/// The one missing signature that the author can give; all of them when he can give none.
fn signers_for(state: &State, entry: u64, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
    let pending = pending(state, entry)?;
    let missing = &pending.missing;
    let his = state.directory.officer(&act.author).and_then(|officer| {
        let capacities = state.capacities_for(officer, act, &pending.act.act.kinds());
        missing.iter().find(|signer| signer.accepts_any(&capacities))
    });
    Ok(his.map_or_else(|| missing.clone(), |signer| vec![*signer]))
}

/// The rule that the waiting act names for a wrong signature.
fn rule_of(state: &State, entry: u64) -> Rule {
    let first = state.pending.get(&entry).and_then(|pending| pending.act.act.events.first());
    first.map_or(Rule::I03, |event| event.rules().signer_rule(state))
}

/// A countersignature stands alone, so that no chain of acts waits for one another.
fn require_alone(act: &RecordedAct) -> Result<(), Rejection> {
    require(act.act.events.len() == 1, Rule::S05, || {
        "a countersignature or a refusal is the only event of its act".into()
    })
}

impl Rules for ActCountersigned {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        signers_for(state, self.entry, act)
    }

    fn signer_rule(&self, state: &State) -> Rule {
        rule_of(state, self.entry)
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        require_alone(act)?;
        let pending = pending(state, self.entry)?;
        require(!state.has_signed(&act.author, &pending.act), Rule::G05, || {
            format!("key {} has signed entry {} already, in another capacity", act.author.short(), self.entry)
        })
        .map_err(|rejection| rejection.remedy("another officer gives the signature that is missing"))?;
        if pending.missing.len() > 1 {
            return Ok(());
        }
        // The last signature gives the act its effect: it must be lawful now, not only when it was written.
        let now = state.admit_events(&pending.taking_effect(act)).map_err(|rejection| Rejection {
            why: format!("entry {} can no longer take effect: {}", self.entry, rejection.why),
            ..rejection
        })?;
        let unasked: Vec<Signer> =
            now.missing().iter().filter(|signer| !pending.asked.contains(signer)).copied().collect();
        require(unasked.is_empty(), Rule::S03, || {
            format!(
                "entry {} needs by now a signature for which nobody was asked: {}",
                self.entry,
                signer_list(&unasked)
            )
        })
        .map_err(|rejection| rejection.remedy("refuse the entry and record the act anew"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(pending) = state.pending.get(&self.entry).cloned() else { return };
        let given = signers_for(state, self.entry, act).ok().and_then(|signers| signers.first().copied());
        let missing: Vec<Signer> = match pending.missing.iter().position(|signer| Some(*signer) == given) {
            Some(index) => {
                let others = pending.missing.iter().enumerate().filter(|(other, _)| *other != index);
                others.map(|(_, signer)| *signer).collect()
            }
            None => pending.missing.clone(),
        };
        let mut signed = RecordedAct::clone(&pending.act);
        signed.countersigned_by.push(act.author);
        if missing.is_empty() {
            state.pending.remove(&self.entry);
            signed.recorded_at = act.recorded_at;
            state.apply_events(&signed);
        } else {
            state.pending.insert(self.entry, Pending { act: Arc::new(signed), missing, ..pending });
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Entry(self.entry)]
    }
}

impl Rules for ActRefused {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let waiting = pending(state, self.entry)?;
        match state.directory.officer(&act.author) {
            Some(author) if waiting.act.author == author.key => Ok(vec![Signer::of(author.party, ANY_ROLE)]),
            _ => signers_for(state, self.entry, act),
        }
    }

    fn signer_rule(&self, state: &State) -> Rule {
        rule_of(state, self.entry)
    }

    fn admit(&self, _: &State, act: &RecordedAct) -> Result<(), Rejection> {
        require_alone(act)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.pending.remove(&self.entry);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Entry(self.entry)]
    }
}

impl Pending {
    /// The act as it takes effect with its `last` signature: terms, withdrawals, crises and clocks are asked then, not
    /// when it was written.
    fn taking_effect(&self, last: &RecordedAct) -> RecordedAct {
        let mut act = RecordedAct::clone(&self.act);
        act.recorded_at = last.recorded_at;
        act.countersigned_by.push(last.author);
        act
    }

    /// What is missing, in words.
    pub fn wants(&self) -> String {
        signer_list(&self.missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::party::{
        Charter, CharterSignature, FoundingParty, KeyEnrolled, KeyRevoked, KeyRotated, LedgerConstituted,
        Parameters, Role,
    };
    use crate::domain::{Act, ActId, Event, PublicKey, Signature, Timestamp};

    fn key(digit: u8) -> PublicKey {
        PublicKey::new([digit; 32])
    }

    fn record(state: &mut State, seq: u64, author: u8, event: impl Into<Event>) -> Result<(), Rejection> {
        let act = Act { id: ActId::new([0; 16]), documents: Vec::new(), events: vec![event.into()] };
        let recorded_at = Timestamp::from_millis(seq).unwrap();
        let act = Arc::new(RecordedAct {
            seq,
            recorded_at,
            author: key(author),
            act,
            countersigned_by: Vec::new(),
        });
        let admitted = state.admit(&act)?;
        state.apply(&act, admitted);
        Ok(())
    }

    fn enrolled(digit: u8, role: Role) -> KeyEnrolled {
        KeyEnrolled {
            occurred_at: Timestamp::from_millis(0).unwrap(),
            key: key(digit),
            party: "EE".parse().unwrap(),
            role,
            valid_until: None,
            person_ref: None,
        }
    }

    /// EE (root key 1, registrar 3) and LV (root key 2); entry 3 waits for LV, and its author is key 3.
    fn waiting() -> State {
        let parties = ["EE", "LV"].map(|party| party.parse().unwrap());
        let founding = LedgerConstituted {
            occurred_at: Timestamp::from_millis(0).unwrap(),
            charter: Charter {
                origin: "x.example/l".parse().unwrap(),
                purpose: "A test".parse().unwrap(),
                parties: (1..)
                    .zip(parties)
                    .map(|(digit, party)| FoundingParty {
                        party,
                        name: "A ministry".parse().unwrap(),
                        root_key: key(digit),
                    })
                    .collect(),
                parameters: Parameters::default(),
            },
            signatures: parties
                .map(|party| CharterSignature { party, signature: Signature::new([0; 64]) })
                .to_vec(),
        };
        let mut state = State::new();
        let now = founding.occurred_at;
        record(&mut state, 0, 1, founding).unwrap();
        record(&mut state, 1, 1, enrolled(3, Role::Registrar)).unwrap();
        record(&mut state, 2, 2, ActCountersigned { occurred_at: now, entry: 1, remark: None }).unwrap();
        record(&mut state, 3, 3, enrolled(4, Role::Minister)).unwrap();
        state
    }

    fn countersign(state: &mut State, seq: u64) -> Result<(), Rejection> {
        let occurred_at = Timestamp::from_millis(0).unwrap();
        record(state, seq, 2, ActCountersigned { occurred_at, entry: 3, remark: None })
    }

    /// A registrar's token was replaced between his act and the other party's signature, and the act could
    /// never take effect: the old key was looked at as if it signed now.
    #[test]
    fn an_act_that_waits_outlives_the_rotation_of_its_authors_key() {
        let mut state = waiting();
        let occurred_at = Timestamp::from_millis(0).unwrap();
        let reason: Text = "New token".parse().unwrap();
        let rotated = KeyRotated { occurred_at, old_key: key(3), new_key: key(9), reason };
        record(&mut state, 4, 3, rotated).unwrap();
        countersign(&mut state, 5).unwrap();
        assert_eq!(state.pending().count(), 0);
        assert!(state.officer(&key(4)).is_some());
        // What the old key signs from now on is refused.
        assert_eq!(record(&mut state, 6, 3, enrolled(5, Role::Minister)).unwrap_err().rule, Rule::I03);
    }

    #[test]
    fn an_act_that_waits_does_not_outlive_the_revocation_of_its_authors_key() {
        let mut state = waiting();
        let occurred_at = Timestamp::from_millis(0).unwrap();
        let reason: Text = "Token stolen".parse().unwrap();
        record(&mut state, 4, 1, KeyRevoked { occurred_at, key: key(3), reason }).unwrap();
        assert_eq!(countersign(&mut state, 5).unwrap_err().rule, Rule::I03);
    }
}
