//! What counts as a payment: the events that say that a party paid, and to whom.

use crate::domain::money::Money;
use crate::domain::time::Date;
use crate::domain::{Event, State};

/// A payment as a population sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paid {
    /// The amount.
    pub(super) amount: Money,
    /// The day on which the bank booked it.
    pub(super) value_date: Date,
    /// Who paid, for comparing; empty where the ledger does not know it (an act that waits for a signature).
    pub(super) payer: String,
    /// To whom or for what: payments with the same are to one payee.
    pub(super) payee: String,
    /// What it is, for people.
    pub(super) what: String,
}

/// The payment that an event records, as the state after it knows it. Money that comes back ([`Event::RefundReceived`])
/// is none, nor is an advance that is settled.
pub(super) fn of(event: &Event, state: &State) -> Option<Paid> {
    let name = event.name();
    Some(match event {
        Event::PaymentExecuted(paid) => Paid {
            amount: paid.amount,
            value_date: paid.value_date,
            payer: paid.payer.to_string(),
            // Where the invoice was corrected away, the number says it.
            payee: state.invoice(&paid.invoice).map_or_else(
                || format!("invoice {}", paid.invoice),
                |invoice| format!("contract {}", invoice.terms.contract),
            ),
            what: format!("{name} {} on invoice {} by {}", paid.payment, paid.invoice, paid.payer),
        },
        Event::AdvancePaid(paid) => Paid {
            amount: paid.amount,
            value_date: paid.value_date,
            payer: paid.payer.to_string(),
            payee: format!("contract {}", paid.contract),
            what: format!("{name} {} on contract {} by {}", paid.advance, paid.contract, paid.payer),
        },
        Event::SettlementPaid(paid) => Paid {
            amount: paid.amount,
            value_date: paid.value_date,
            payer: paid.from.to_string(),
            payee: format!("party {}", paid.to),
            what: format!("{name} {} by {} to {}", paid.settlement, paid.from, paid.to),
        },
        Event::SupportPaid(paid) => {
            let order = state.support_order(&paid.order);
            let party = |pick: fn(&crate::domain::support::SupportOrdered) -> crate::domain::Party| {
                order.map_or_else(String::new, |order| pick(&order.terms).to_string())
            };
            Paid {
                amount: paid.amount,
                value_date: paid.value_date,
                payer: party(|terms| terms.receiver),
                payee: format!("party {}", party(|terms| terms.supplier)),
                what: format!("{name} for support order {}", paid.order),
            }
        }
        _ => return None,
    })
}
