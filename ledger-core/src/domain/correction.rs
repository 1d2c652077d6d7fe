//! Corrections: nothing is edited; an act says that an earlier one was wrong, and takes its effect back
//! (domain.md section 3, rule 6).
//!
//! Only what nothing was built on can be taken back, and only what stands for itself: goods that were entered, used
//! up or lost, invoices and payments. Whatever another party has answered to is undone by acts of its own: a return,
//! a refund, a discrepancy report. The correction takes the signatures that the wrong act took.

use serde::Serialize;

use super::codes::Party;
use super::consent::Signer;
use super::event::{Event, RecordedAct, Rules, events};
use super::ids::{InvoiceId, LossId, PaymentId, Place, TransferId};
use super::item::Item;
use super::register::{Position, Standing, at_hand, subjects_of};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::text::{Text, code_list};

code_list! {
    /// Why an act is corrected.
    CorrectionReason: "a reason for a correction" {
        /// What it says did not occur.
        1 DidNotOccur "DID_NOT_OCCUR";
        /// It occurred, and what it says of it is wrong: the right data follow in the same act.
        2 IncorrectData "INCORRECT_DATA";
    }
}

events! {
    /// Correct an earlier act, as its signers: its effect is taken back, and the right events follow in the same act
    CorrectionRecorded {
        /// Position of the act that was wrong
        entry: u64,
        /// Why it is corrected
        reason: CorrectionReason,
        /// What was wrong
        remark: Text,
    }
}

/// What an event did, as far as it is needed to take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// It entered goods into the register.
    Registered {
        /// The goods.
        item: Item,
        /// Where they were put.
        position: Position,
    },
    /// It used goods up.
    Consumed {
        /// The goods.
        item: Item,
        /// Who owned them.
        owner: Party,
        /// Who held them.
        holder: Party,
        /// Where they were kept.
        location: Place,
        /// The loan under which they were held.
        loan: Option<TransferId>,
    },
    /// It reported goods lost.
    Lost {
        /// Number of the loss.
        loss: LossId,
    },
    /// It registered an invoice.
    Invoiced {
        /// Number of the invoice.
        invoice: InvoiceId,
    },
    /// It recorded a payment.
    Paid {
        /// Number of the payment.
        payment: PaymentId,
    },
}

/// An act that can be taken back, while nothing was built on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reversible {
    /// What it did, in the order of its events.
    pub effects: Vec<Effect>,
    /// The signatures that it took: the correction takes them too.
    pub signers: Vec<Signer>,
}

/// What became of an act that was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// The entry that corrected it.
    pub by: u64,
    /// Why.
    pub reason: CorrectionReason,
    /// What the corrected act was about.
    pub about: Vec<Subject>,
}

tables! {
    /// What can be corrected, and what was.
    pub(crate) struct Corrections {
        reversible: u64 => Reversible,
        corrections: u64 => Correction,
    }
}

impl Effect {
    /// Refuses to take back what something was built on.
    fn require_untouched(&self, state: &State) -> Result<(), Rejection> {
        match self {
            Effect::Registered { item, position } => {
                let open = state.transfers.claims.get(item.id());
                let open = open.filter(|transfer| state.transfer_is_open(transfer));
                require(open.is_none(), Rule::S03, || {
                    let open = open.map_or_else(String::new, ToString::to_string);
                    format!("{} is in transfer {open}, which is open", item.id())
                })
                .map_err(|rejection| rejection.remedy("cancel or end the transfer first"))?;
                let fitted =
                    state.installed_in(item.id()).is_some() || state.fittings_of(item.id()).next().is_some();
                require(!fitted, Rule::T16, || {
                    format!("{} is installed in something, or something in it", item.id())
                })
                .map_err(|rejection| rejection.remedy("record the removal first"))?;
                let place = || format!("still where they were entered, at {}", position.location);
                let there = state.register.require_there(item, Rule::S03, place, |other| other == position);
                there.map_err(|rejection| {
                    rejection.remedy(
                        "what has moved is brought back first; what is gone is reported lost, used up or \
                         transferred",
                    )
                })
            }
            Effect::Lost { loss } => {
                let known = state.register.loss(loss)?;
                require(known.investigated_in.is_none(), Rule::S03, || {
                    format!("the investigation of loss {loss} is closed")
                })
                .map_err(|rejection| rejection.remedy("report with ItemFound what was found"))?;
                let lost = Standing::Lost(loss.clone());
                known.items.iter().try_for_each(|item| {
                    let place = || format!("still lost under {loss}");
                    let there = state
                        .register
                        .require_there(item, Rule::S03, place, |position| position.standing == lost);
                    there.map_err(|rejection| rejection.remedy("report with ItemFound what else was found"))
                })
            }
            Effect::Invoiced { invoice } => {
                let known = state.invoice(invoice);
                let disputed = known.is_some_and(|known| known.dispute.is_some());
                require(!disputed, Rule::S03, || format!("invoice {invoice} is in dispute"))
                    .map_err(|rejection| rejection.remedy("resolve the dispute first"))?;
                let approved = known.is_some_and(|known| known.approved.is_some());
                require(!approved, Rule::S03, || format!("invoice {invoice} is approved")).map_err(
                    |rejection| rejection.remedy("the supplier credits or refunds what was too much"),
                )
            }
            Effect::Paid { payment } => state.procurement.require_sole(payment),
            Effect::Consumed { .. } => Ok(()),
        }
    }

    /// Takes it back, by the correction at `entry`.
    fn take_back(&self, state: &mut State, entry: u64) {
        match self {
            Effect::Registered { item, position } => state.register.take_out(item, position),
            Effect::Consumed { item, owner, holder, location, loan } => state.register.shift(
                item,
                |position| {
                    position.standing == Standing::Consumed
                        && (position.owner, position.holder) == (*owner, *holder)
                        && position.location == *location
                },
                |position| Position { standing: at_hand(loan.as_ref()), ..position.clone() },
            ),
            Effect::Lost { loss } => {
                let Some(known) = state.register.losses.get(loss).cloned() else { return };
                let lost = Standing::Lost(loss.clone());
                for item in &known.items {
                    state.register.shift(
                        item,
                        |position| position.standing == lost,
                        |position| Position { standing: at_hand(known.loan.as_ref()), ..position.clone() },
                    );
                }
                state.register.losses.remove(loss);
            }
            Effect::Invoiced { invoice } => state.procurement.forget_invoice(invoice),
            Effect::Paid { payment } => state.procurement.forget_payment(payment, entry),
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        match self {
            Effect::Registered { item, .. } => vec![Subject::Item(item.id().clone())],
            Effect::Consumed { item, loan, .. } => subjects_of(std::slice::from_ref(item), loan.as_ref()),
            Effect::Lost { loss } => {
                let loss = state.register.losses.get(loss);
                loss.map_or_else(Vec::new, |loss| subjects_of(&loss.items, loss.loan.as_ref()))
            }
            Effect::Invoiced { invoice } => state.subjects_of_invoice(invoice),
            Effect::Paid { payment } => {
                let payment = state.payment(payment);
                payment.map_or_else(Vec::new, |payment| state.subjects_of_invoice(&payment.invoice))
            }
        }
    }
}

impl State {
    /// All acts that were corrected, by position.
    pub fn corrections(&self) -> impl Iterator<Item = (&u64, &Correction)> {
        self.corrections.corrections.iter()
    }

    /// How the act at this position was corrected, if it was.
    pub fn correction(&self, entry: u64) -> Option<&Correction> {
        self.corrections.corrections.get(&entry)
    }

    /// True for an act that can be taken back, as long as nothing is built on it.
    pub fn is_reversible(&self, entry: u64) -> bool {
        self.corrections.reversible.contains(&entry)
    }

    /// Notes what an act did that took effect, when all of it can be taken back.
    pub(crate) fn note_effects(&mut self, act: &RecordedAct) {
        let (mut effects, mut signers) = (Vec::new(), Vec::new());
        for event in &act.act.events {
            // What a correction took back stays taken back when its replacement is wrong as well.
            if matches!(event, Event::CorrectionRecorded(_)) {
                continue;
            }
            let Some(effect) = event.rules().effect() else { return };
            effects.push(effect);
            for signer in event.rules().signers(self, act).unwrap_or_default() {
                if !signers.contains(&signer) {
                    signers.push(signer);
                }
            }
        }
        if !effects.is_empty() {
            self.corrections.reversible.insert(act.seq, Reversible { effects, signers });
        }
    }

    /// The act at this position, if it is one that can be corrected.
    fn correctable(&self, entry: u64) -> Result<&Reversible, Rejection> {
        if let Some(correction) = self.correction(entry) {
            let why = format!("entry {entry} was corrected in entry {} already", correction.by);
            return Err(Rejection::new(Rule::S02, why).remedy("correct that one, if it is wrong as well"));
        }
        if self.pending.contains(&entry) {
            let why = format!("entry {entry} waits for signatures and has no effect yet");
            return Err(Rejection::new(Rule::S03, why).remedy("refuse or withdraw it with ActRefused"));
        }
        self.corrections.reversible.get(&entry).ok_or_else(|| {
            Rejection::new(Rule::S01, format!("entry {entry} is no act whose effect could be taken back")).remedy(
                "registrations, consumptions, losses, invoices and payments are corrected; everything else is undone \
                 by an act of its own: a return, a refund, a discrepancy report, a cancellation",
            )
        })
    }
}

impl Reversible {
    /// Takes everything back, the last event first; the state is left half-way where it cannot be.
    fn take_back(&self, state: &mut State, entry: u64) -> Result<(), Rejection> {
        self.effects.iter().rev().try_for_each(|effect| {
            effect.require_untouched(state)?;
            effect.take_back(state, entry);
            Ok(())
        })
    }
}

impl CorrectionRecorded {
    /// True when events that say it better follow in the act.
    fn is_replaced_in(&self, act: &RecordedAct) -> bool {
        let itself = |event: &Event| matches!(event, Event::CorrectionRecorded(known) if **known == *self);
        let following = act.act.events.iter().skip_while(|event| !itself(event)).skip(1);
        following.into_iter().any(|event| !matches!(event, Event::CorrectionRecorded(_)))
    }
}

impl Rules for CorrectionRecorded {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(state.correctable(self.entry)?.signers.clone())
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let whole = self.reason != CorrectionReason::IncorrectData || self.is_replaced_in(act);
        require(whole, Rule::S05, || {
            format!("the right data of entry {} do not follow in the same act", self.entry)
        })
        .map_err(|rejection| {
            rejection.remedy("add the events as they should have been, or say DID_NOT_OCCUR")
        })?;
        state.correctable(self.entry)?.take_back(&mut state.fork(), act.seq).map_err(|rejection| Rejection {
            why: format!("entry {} cannot be taken back: {}", self.entry, rejection.why),
            ..rejection
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(wrong) = state.corrections.reversible.get(&self.entry).cloned() else { return };
        let mut about: Vec<Subject> =
            wrong.effects.iter().flat_map(|effect| effect.subjects(state)).collect();
        about.sort_unstable();
        about.dedup();
        for effect in wrong.effects.iter().rev() {
            effect.take_back(state, act.seq);
        }
        state.corrections.reversible.remove(&self.entry);
        let correction = Correction { by: act.seq, reason: self.reason, about };
        state.corrections.corrections.insert(self.entry, correction);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let about = state.correction(self.entry).into_iter().flat_map(|known| known.about.iter().cloned());
        std::iter::once(Subject::Entry(self.entry)).chain(about).collect()
    }
}
