//! What is ordered, on what terms, and when nothing more of it comes.

use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::{Demand, Family, Load, Signer};
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::SupportOrderId;
use crate::domain::item::Item;
use crate::domain::money::Money;
use crate::domain::party::{BOOK, BOOK_OR_DUTY, MINISTER};
use crate::domain::register::check_list;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;

use super::{ByKind, Repayment, SupportOrder};

events! {
    /// Order mutual support from another party; the supplier signs too, unless his authorisation or his crisis
    /// stands in
    SupportOrdered {
        /// Number of the order
        order: SupportOrderId,
        /// The party that supplies
        supplier: Party,
        /// The party that receives
        receiver: Party,
        /// What, and how much of it
        items: Vec<Item>,
        /// What it is worth
        value: Money,
        /// How it is repaid
        repay: Repayment,
        /// What for
        purpose: Text,
    }

    /// End an order of mutual support: what was not delivered does not come any more, what was delivered stays owed
    SupportCancelled {
        /// Number of the order
        order: SupportOrderId,
        /// The party that ends it, supplier or receiver
        party: Party,
        /// Why
        reason: Text,
    }
}

impl SupportOrdered {
    /// The supplier's consent that the receiver asks for.
    fn demand(&self, state: &State, act: &RecordedAct) -> Result<Demand, Rejection> {
        let goods = Load::of_goods(&state.with_masters(&self.items)?);
        Ok(Demand {
            family: Family::MutualSupport,
            of: self.supplier,
            by: self.receiver,
            occurred_at: self.occurred_at,
            recorded_at: act.recorded_at,
            load: Load { value: Some(self.value), ..goods },
            what: format!("support order {}", self.order),
        })
    }
}

impl Rules for SupportOrdered {
    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.supplier, self.receiver]
    }

    /// The receiver's book keeper, and the supplier's when nothing stands in for his word. Above the limit the
    /// ministers sign too: the receiver's unless his party is in a crisis that goes so far, the supplier's where the
    /// supplier gives his own word.
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let regime = state.directory.regime.as_ref();
        let dear = regime.is_some_and(|regime| regime.needs_minister(self.value));
        let crisis = state
            .crisis_of(self.receiver, Family::MutualSupport, self.occurred_at, act.recorded_at)
            .is_some();
        let mut signers = vec![Signer::of(self.receiver, if crisis { BOOK_OR_DUTY } else { BOOK })];
        let lifted = crisis && regime.is_some_and(|regime| regime.crisis_covers(Some(self.value)));
        if dear && !lifted {
            signers.push(Signer::of(self.receiver, MINISTER));
        }
        if let Some(word) = state.signers_for(&self.demand(state, act)?) {
            signers.push(word);
            if dear {
                signers.push(Signer::of(self.supplier, MINISTER));
            }
        }
        Ok(signers)
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::SupportForm]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.support_order(&self.order).is_some() {
            return Err(Rejection::taken("support order", &self.order));
        }
        state.regime("mutual support")?;
        require(self.supplier != self.receiver, Rule::S05, || {
            "supplier and receiver are the same party".into()
        })?;
        check_list(&self.items)?;
        require(!self.value.is_zero(), Rule::S05, || {
            "support has a value: what is free is a donation".into()
        })?;
        match self.repay {
            Repayment::InKind => state.kinds(&self.items).map(drop),
            Repayment::Cash | Repayment::EqualValue => Ok(()),
        }
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let demand = self.demand(state, act).ok();
        let relied = demand.and_then(|demand| Some((state.consent(None, &demand).ok()?, demand)));
        if let Some((basis, demand)) = relied {
            state.rely(act, &demand, &basis, Subject::Support(self.order.clone()));
        }
        let none = Money::zero(self.value.currency());
        let order = SupportOrder {
            terms: self.clone(),
            ordered_in: act.seq,
            ended_in: None,
            deliveries: Vec::new(),
            replaced: ByKind::default(),
            invoiced: none,
            repaid: none,
        };
        state.support.support_orders.insert(self.order.clone(), order);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_support(&self.order, &[])
    }
}

impl Rules for SupportCancelled {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.party, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let order = state.known_support(&self.order)?;
        require([order.terms.supplier, order.terms.receiver].contains(&self.party), Rule::S05, || {
            format!("{} has no part in support order {}", self.party, self.order)
        })?;
        require(order.ended_in.is_none() && order.has_rest(), Rule::S03, || {
            format!("nothing of support order {} is left to cancel", self.order)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(order) = state.support.support_orders.get_mut(&self.order) {
            order.ended_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_support(&self.order, &[])
    }
}
