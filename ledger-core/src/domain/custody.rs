//! Hand receipts: goods that a party's book keeper issues to one of its own units (domain.md 5.2).
//!
//! A hand receipt moves neither owner nor holder nor place: the party answers for the goods as before, and the unit
//! answers to the party. What is out on one is in nobody else's reach: it is not proposed, reserved, dispatched,
//! used up or issued again before it is back.

use serde::Serialize;

use super::codes::{DocumentKind, Party};
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{HandReceiptId, Place, Reference, TransferId};
use super::item::Item;
use super::party::{BOOK, RECEIPT_HOLDER};
use super::register::{Hand, Position, Standing, check_list, subjects_of};
use super::rejection::{Rejection, Rule};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::time::Timestamp;

events! {
    /// Issue goods in hand to a unit on a hand receipt; the book keeper and the hand-receipt holder sign
    SubCustodyIssued {
        /// Number of the hand receipt
        receipt: HandReceiptId,
        /// What, and how much of it
        items: Vec<Item>,
        /// Who owns it
        owner: Party,
        /// Who holds it; the unit is one of this party's
        holder: Party,
        /// Where it is kept
        location: Place,
        /// The loan under which it is held, if it is
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loan: Option<TransferId>,
        /// The unit, by a pseudonym
        unit: Reference,
    }

    /// Take goods off a hand receipt; the book keeper and the hand-receipt holder sign
    SubCustodyReturned {
        /// Number of the hand receipt
        receipt: HandReceiptId,
        /// What, and how much of it
        items: Vec<Item>,
    }
}

/// A hand receipt. What is still out on it the positions of its items say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandReceipt {
    /// What was issued, to whom.
    pub terms: SubCustodyIssued,
    /// The entry that issued it.
    pub issued_in: u64,
    /// When it was issued.
    pub since: Timestamp,
}

tables! {
    /// All hand receipts.
    pub(crate) struct Custody {
        hand_receipts: HandReceiptId => HandReceipt,
    }
}

impl State {
    /// All hand receipts.
    pub fn hand_receipts(&self) -> impl Iterator<Item = (&HandReceiptId, &HandReceipt)> {
        self.custody.hand_receipts.iter()
    }

    /// What a unit still answers for under a hand receipt: what it has, and what it lost that is not written off.
    pub fn outstanding_on(&self, id: &HandReceiptId) -> Vec<Item> {
        let Some(receipt) = self.custody.hand_receipts.get(id) else { return Vec::new() };
        let outstanding = |position: &Position| {
            position.receipt.as_ref() == Some(id) && !matches!(position.standing, Standing::WrittenOff(_))
        };
        let items = receipt.terms.items.iter().filter_map(|item| {
            let amount = self.register.stocks.get(item.id())?.amount(outstanding);
            Item::new(item.id().clone(), amount).ok()
        });
        items.collect()
    }

    fn hand_receipt(&self, id: &HandReceiptId) -> Result<&HandReceipt, Rejection> {
        self.custody.hand_receipts.get(id).ok_or_else(|| Rejection::unknown("hand receipt", id))
    }
}

/// One party signs twice: who keeps the book, and who takes or gives the goods.
fn both_sign(holder: Party) -> Vec<Signer> {
    vec![Signer::of(holder, BOOK), Signer::of(holder, RECEIPT_HOLDER)]
}

impl SubCustodyIssued {
    fn hand(&self) -> Hand<'_> {
        Hand { owner: self.owner, holder: self.holder, location: &self.location, loan: self.loan.as_ref() }
    }

    /// True for what is out under this receipt.
    fn is_out(&self, position: &Position) -> bool {
        position.receipt.as_ref() == Some(&self.receipt)
            && matches!(position.standing, Standing::InService | Standing::OnLoan(_))
    }
}

impl Rules for SubCustodyIssued {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(both_sign(self.holder))
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::HandReceipt]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.custody.hand_receipts.contains(&self.receipt) {
            return Err(Rejection::taken("hand receipt", &self.receipt));
        }
        check_list(&self.items)?;
        let (hand, today) = (self.hand(), self.occurred_at.date());
        for item in &self.items {
            let kept = |position: &Position| hand.keeps(position);
            state.register.require_there(item, Rule::T05, || format!("{hand}, on no hand receipt"), kept)?;
            state.register.require_fit(item, kept)?;
            state.register.require_fresh(item, today)?;
        }
        state.associations.require_whole(&self.items)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let hand = self.hand();
        for item in &self.items {
            state.register.shift(
                item,
                |position| hand.keeps(position) && position.condition.is_fit(),
                |position| Position { receipt: Some(self.receipt.clone()), ..position.clone() },
            );
        }
        let receipt = HandReceipt { terms: self.clone(), issued_in: act.seq, since: act.recorded_at };
        state.custody.hand_receipts.insert(self.receipt.clone(), receipt);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects_of(&self.items, self.loan.as_ref())
    }
}

impl Rules for SubCustodyReturned {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(both_sign(state.hand_receipt(&self.receipt)?.terms.holder))
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::HandReceipt]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let receipt = state.hand_receipt(&self.receipt)?;
        check_list(&self.items)?;
        for item in &self.items {
            let place = || format!("out on hand receipt {}", self.receipt);
            state
                .register
                .require_there(item, Rule::T05, place, |position| receipt.terms.is_out(position))?;
        }
        state.associations.require_whole(&self.items)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(receipt) = state.custody.hand_receipts.get(&self.receipt) else { return };
        let terms = receipt.terms.clone();
        for item in &self.items {
            state.register.shift(
                item,
                |position| terms.is_out(position),
                |position| Position { receipt: None, ..position.clone() },
            );
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let receipt = state.custody.hand_receipts.get(&self.receipt);
        subjects_of(&self.items, receipt.and_then(|receipt| receipt.terms.loan.as_ref()))
    }
}
