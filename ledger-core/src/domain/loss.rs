//! Losses: what is lost, what the investigation finds, how the holder is relieved, and what is found again.
//!
//! A loss changes neither owner nor holder, and a loan stays a loan; only the owner can write off (domain.md T11).

use serde::Serialize;

use super::codes::{DocumentKind, Party};
use super::consent::Signer;
use super::correction::Effect;
use super::event::{RecordedAct, Rules, events};
use super::ids::{LossId, Place, TransferId};
use super::item::Item;
use super::party::{BOOK, HANDS, MINISTER};
use super::register::{Hand, Position, Register, Standing, at_hand, check_list, subjects_of};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::Text;
use super::time::Date;

events! {
    /// Report that goods in hand are lost; the owner stays owner, and a loan stays a loan
    LossReported {
        /// Number of the loss
        loss: LossId,
        /// What, and how much of it
        items: Vec<Item>,
        /// Who owns it
        owner: Party,
        /// Who held it
        holder: Party,
        /// Where it was kept
        location: Place,
        /// The loan under which it was held, if it was
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loan: Option<TransferId>,
        /// What happened
        circumstances: Text,
        /// The day on which it was noticed
        noticed_on: Date,
    }

    /// Close the investigation of a loss with a finding and who is liable
    LossInvestigated {
        /// Number of the loss
        loss: LossId,
        /// What was found
        finding: Text,
        /// Who is liable, if anybody
        #[serde(default, skip_serializing_if = "Option::is_none")]
        liable: Option<Party>,
    }

    /// Relieve the holder of accountability for what was lost; only the owner can
    WriteOffApproved {
        /// Number of the loss
        loss: LossId,
        /// Why
        reason: Text,
    }

    /// Report that lost goods were found again, even after they were written off
    ItemFound {
        /// Number of the loss
        loss: LossId,
        /// What, and how much of it
        items: Vec<Item>,
        /// Where it is now
        location: Place,
    }
}

/// What was lost, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What was lost.
    pub items: Vec<Item>,
    /// Who owns it.
    pub owner: Party,
    /// Who held it.
    pub holder: Party,
    /// The loan under which it was held.
    pub loan: Option<TransferId>,
    /// The entry that reported it.
    pub reported_in: u64,
    /// The entry that closed the investigation.
    pub investigated_in: Option<u64>,
    /// The entry that wrote it off.
    pub written_off_in: Option<u64>,
}

impl Register {
    pub(crate) fn loss(&self, id: &LossId) -> Result<&Loss, Rejection> {
        self.losses.get(id).ok_or_else(|| Rejection::unknown("loss", id))
    }
}

impl State {
    /// One loss.
    pub fn known_loss(&self, id: &LossId) -> Option<&Loss> {
        self.register.losses.get(id)
    }
}

/// True for goods that can be reported lost there. A serial item is known whoever has it, and stays on its hand
/// receipt; of a batch, which a unit has in part, only what is on none.
fn loses(hand: &Hand<'_>, item: &Item, position: &Position) -> bool {
    if item.id().is_serial() { hand.answers_for(position) } else { hand.keeps(position) }
}

impl LossReported {
    fn hand(&self) -> Hand<'_> {
        Hand { owner: self.owner, holder: self.holder, location: &self.location, loan: self.loan.as_ref() }
    }

    fn admit_item(&self, state: &State, item: &Item) -> Result<(), Rejection> {
        let hand = self.hand();
        let there = |position: &Position| loses(&hand, item, position);
        state.register.require_there(item, Rule::T05, || hand.to_string(), there).map_err(|rejection| {
            let out = |position: &Position| position.receipt.is_some() && hand.answers_for(position);
            let is_out = state.register.stock(item.id()).is_ok_and(|stock| !stock.amount(out).is_zero());
            if is_out {
                rejection.remedy("take what a unit lost off its hand receipt first")
            } else {
                rejection
            }
        })
    }
}

impl Rules for LossReported {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.holder, HANDS)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.register.losses.contains(&self.loss) {
            return Err(Rejection::taken("loss", &self.loss));
        }
        check_list(&self.items)?;
        require(self.noticed_on <= act.recorded_at.date(), Rule::I05, || {
            format!("the loss was noticed on {}, after it was recorded", self.noticed_on)
        })?;
        state.associations.require_whole(&self.items)?;
        self.items.iter().try_for_each(|item| self.admit_item(state, item))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let hand = self.hand();
        for item in &self.items {
            state.register.shift(
                item,
                |position| loses(&hand, item, position),
                |position| Position { standing: Standing::Lost(self.loss.clone()), ..position.clone() },
            );
        }
        let loss = Loss {
            items: self.items.clone(),
            owner: self.owner,
            holder: self.holder,
            loan: self.loan.clone(),
            reported_in: act.seq,
            investigated_in: None,
            written_off_in: None,
        };
        state.register.losses.insert(self.loss.clone(), loss);
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Lost { loss: self.loss.clone() })
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects_of(&self.items, self.loan.as_ref())
    }
}

/// The owner decides over a loss: its minister and its book keeper.
fn owners_signatures(state: &State, loss: &LossId) -> Result<Vec<Signer>, Rejection> {
    let owner = state.register.loss(loss)?.owner;
    Ok(vec![Signer::of(owner, BOOK), Signer::of(owner, MINISTER)])
}

fn subjects_of_loss(state: &State, loss: &LossId) -> Vec<Subject> {
    state.register.losses.get(loss).map_or_else(Vec::new, |loss| subjects_of(&loss.items, loss.loan.as_ref()))
}

impl Rules for LossInvestigated {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        owners_signatures(state, &self.loss)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::T11
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::InvestigationReport]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let loss = state.register.loss(&self.loss)?;
        require(loss.investigated_in.is_none(), Rule::S03, || {
            format!("loss {} is investigated already", self.loss)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(loss) = state.register.losses.get_mut(&self.loss) {
            loss.investigated_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_loss(state, &self.loss)
    }
}

impl Rules for WriteOffApproved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        owners_signatures(state, &self.loss)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::T11
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let loss = state.register.loss(&self.loss)?;
        require(loss.investigated_in.is_some(), Rule::S03, || {
            format!("loss {} is not investigated: the finding comes before the write-off", self.loss)
        })?;
        require(loss.written_off_in.is_none(), Rule::S03, || {
            format!("loss {} is written off already", self.loss)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(loss) = state.register.losses.get_mut(&self.loss) else { return };
        loss.written_off_in = Some(act.seq);
        let (items, lost) = (loss.items.clone(), Standing::Lost(self.loss.clone()));
        for item in &items {
            state.register.shift(
                item,
                |position| position.standing == lost,
                |position| Position { standing: Standing::WrittenOff(self.loss.clone()), ..position.clone() },
            );
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_loss(state, &self.loss)
    }
}

/// The positions of what is lost, or was written off, under `loss`.
fn gone(loss: &LossId) -> impl Fn(&Position) -> bool {
    let (lost, written_off) = (Standing::Lost(loss.clone()), Standing::WrittenOff(loss.clone()));
    move |position| position.standing == lost || position.standing == written_off
}

impl Rules for ItemFound {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.register.loss(&self.loss)?.holder, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        check_list(&self.items)?;
        self.items.iter().try_for_each(|item| {
            let place = || format!("lost or written off under {}", self.loss);
            state.register.require_there(item, Rule::T04, place, gone(&self.loss))
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(loss) = state.register.losses.get(&self.loss) else { return };
        let loan = loss.loan.clone();
        for item in &self.items {
            state.register.shift(item, gone(&self.loss), |position| Position {
                location: self.location.clone(),
                standing: at_hand(loan.as_ref()),
                ..position.clone()
            });
        }
        state.end_parted(&self.items);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_loss(state, &self.loss)
    }
}
