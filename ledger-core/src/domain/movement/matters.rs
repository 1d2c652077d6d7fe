//! What is open of movements: answers, arrivals, customs papers, returns.

use crate::domain::State;
use crate::domain::status::{Matter, MatterKind};

impl State {
    pub(crate) fn matters_of_movements(&self, matters: &mut Vec<Matter>) {
        for (id, host, request) in self.unanswered_permissions() {
            let Some(movement) = self.movement(id) else { continue };
            matters.push(
                Matter::new(MatterKind::Permission, id, host, format!("permit or refuse movement {id}"))
                    .to(movement.terms.sending)
                    .since(request.since)
                    .due(request.answer_due),
            );
        }
        for (id, movement) in self.movements() {
            let sending = movement.terms.sending;
            let Some(start) = &movement.started else { continue };
            if movement.is_under_way() {
                let what = match movement.halted_by() {
                    Some(host) => format!("complete movement {id}, stopped by {host}"),
                    None => format!("complete movement {id}, now in {}", movement.whereabouts()),
                };
                let arrival = movement.plan.legs.last().map(|leg| leg.eta.later_by(start.tolerance_ms));
                let arrive = Matter::new(MatterKind::Movement, id, sending, what);
                matters.push(arrive.to(movement.whereabouts()).since(start.at).due(arrival));
            }
            if let Some(due) = movement.customs_due {
                let what = format!("record the form 302 of movement {id}");
                matters.push(Matter::new(MatterKind::Movement, id, sending, what).since(start.at).due(due));
            }
        }
        for (id, host, stay) in self.open_stays() {
            let Some(movement) = self.movement(id) else { continue };
            let what = format!("leave {host}, where the unit of movement {id} stays");
            let leave = Matter::new(MatterKind::Movement, id, movement.terms.sending, what);
            matters.push(leave.to(host).due(stay.until.end()));
        }
    }
}
