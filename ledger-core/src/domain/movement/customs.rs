//! Customs: goods without Union status travel under a form 302, each serial number once (domain.md M06).
//!
//! The form covers a force's own goods. Goods that are sold or given away do not travel under it. In a crisis of the
//! sending state it may follow; then it is owed, by the clock of what is owed after a crisis.

use serde::Serialize;

use super::{Movement, subjects_of};
use crate::domain::codes::{DocumentKind, Form302Serial};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{MovementId, Place};
use crate::domain::party::Role;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::time::Timestamp;

events! {
    /// Cover the goods of a movement by a form 302; own goods of the force only
    CustomsCovered {
        /// Number of the movement
        movement: MovementId,
        /// Serial number of the form
        serial: Form302Serial,
        /// How many copies were made out
        copies: u8,
        /// Where the goods end
        final_destination: Place,
    }
}

/// A form 302 that covers the goods of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form302 {
    /// The movement.
    pub movement: MovementId,
    /// The entry that recorded it.
    pub entry: u64,
}

/// Who makes out customs declarations of the force.
const CUSTOMS: &[Role] = &[Role::Customs];

/// The copies of a form 302 are numbered from 1 to 5 (domain.md section 2).
const MOST_COPIES: u8 = 5;

impl Movement {
    /// True when a form 302 covers its goods without Union status, or it carries none.
    pub(super) fn is_covered(&self) -> bool {
        self.plan.union_goods || self.forms.iter().any(|serial| !serial.union_goods())
    }
}

impl State {
    /// Refuses goods that do not travel under a form 302: they are sold or given away.
    fn require_own_goods(&self, movement: &Movement) -> Result<(), Rejection> {
        let passes_title =
            |id: &&_| self.transfer(id).is_some_and(|transfer| transfer.terms.kind.passes_title());
        match movement.plan.transfers.iter().find(passes_title) {
            None => Ok(()),
            Some(transfer) => Err(Rejection::new(
                Rule::M06,
                format!("the goods of transfer {transfer} change their owner: a form 302 is for own goods"),
            )
            .remedy("they take a civil customs declaration, or travel apart")),
        }
    }

    /// Refuses to start with goods whose customs papers are missing.
    pub(super) fn admit_goods(
        &self,
        movement: &Movement,
        occurred_at: Timestamp,
        act: &RecordedAct,
    ) -> Result<(), Rejection> {
        if movement.plan.union_goods {
            return Ok(());
        }
        self.require_own_goods(movement)?;
        require(
            movement.is_covered() || self.in_haste(movement.terms.sending, occurred_at, act),
            Rule::M06,
            || {
                format!(
                    "movement {} carries goods without Union status and no form 302",
                    movement.terms.movement
                )
            },
        )
        .map_err(|no| no.remedy(format!("a CUS of {} records CustomsCovered", movement.terms.sending)))
    }
}

impl Rules for CustomsCovered {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.known_movement(&self.movement)?.terms.sending, CUSTOMS)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Form302]
    }

    fn document_rule(&self) -> Rule {
        Rule::M06
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let movement = state.known_movement(&self.movement)?;
        if movement.customs_due.is_none() {
            movement.require_open()?;
        }
        let (serial, sending) = (self.serial, movement.terms.sending);
        if let Some(used) = state.form_302(&serial) {
            return Err(Rejection::new(
                Rule::M06,
                format!("form 302 {serial} covers movement {} already: each serial once", used.movement),
            ));
        }
        require(serial.country() == sending, Rule::M06, || {
            format!("form 302 {serial} was not made out by {sending}")
        })?;
        require(serial.union_goods() == movement.plan.union_goods, Rule::M06, || {
            format!("form 302 {serial} does not say what the plan says of the status of the goods")
        })?;
        require((1..=MOST_COPIES).contains(&self.copies), Rule::S05, || {
            format!("a form 302 has one to {MOST_COPIES} copies")
        })?;
        state.require_own_goods(movement)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let form = Form302 { movement: self.movement.clone(), entry: act.seq };
        state.movements.forms_302.insert(self.serial, form);
        if let Some(movement) = state.movements.movements.get_mut(&self.movement) {
            movement.forms.push(self.serial);
            movement.customs_due = None;
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of(state, &self.movement)
    }
}
