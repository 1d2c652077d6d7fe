//! `period`: close a period, confirm what is owed at its cut-off, and see what came late.

mod late;
mod matrix;

use std::ops::ControlFlow;

use ledger_core::domain::ids::PeriodId;
use ledger_core::domain::period::{BalanceConfirmed, Period, PeriodCutoffFixed};
use ledger_core::domain::procurement::NetAmount;
use ledger_core::domain::{Act, Event, PublicKey, State};
use ledger_core::journal::{self, Until};
use ledger_core::ledger::Tip;
use ledger_core::store::Store;

use super::record;
use crate::cli::{PeriodCommand, PeriodConfirmArgs, PeriodFixArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form::fresh_id;

pub(crate) fn run(command: PeriodCommand, context: &Context) -> Result<Answer, CommandError> {
    match command {
        PeriodCommand::Fix(args) => fix(&args, context),
        PeriodCommand::Confirm(args) => confirm(&args, context),
        PeriodCommand::Show(args) => matrix::show(&args.period, context),
        PeriodCommand::Late(args) => late::list(&args.period, context),
    }
}

fn act(event: impl Into<Event>) -> Result<Act, CommandError> {
    Ok(Act { id: fresh_id()?, documents: Vec::new(), events: vec![event.into()] })
}

fn fix(args: &PeriodFixArgs, context: &Context) -> Result<Answer, CommandError> {
    record::record_made(&args.key, &args.receipt, context, |journal, _| {
        let (size, root) = journal.tip().at_end_of(args.last_day);
        if size == 0 {
            return Err(CommandError::new(
                Answer::No,
                format!("nothing was recorded until {}", args.last_day),
            ));
        }
        context.talk(format_args!(
            "at the end of {} the ledger had {size} entries and root {root}",
            args.last_day
        ));
        let (period, last_day) = (args.period.clone(), args.last_day);
        act(PeriodCutoffFixed { occurred_at: context.now()?, period, last_day, size, root })
    })
}

fn confirm(args: &PeriodConfirmArgs, context: &Context) -> Result<Answer, CommandError> {
    record::record_made(&args.key, &args.receipt, context, |journal, key| {
        let party = officer_of(journal.state(), &key)?;
        let size = known(journal.state(), &args.period)?.terms.size;
        let state = at_cut_off(journal.store(), size, context)?;
        let balances = state.state().balance_between(party, args.with);
        for line in told(&balances) {
            context.talk(line);
        }
        let (period, counterparty) = (args.period.clone(), args.with);
        act(BalanceConfirmed { occurred_at: context.now()?, period, party, counterparty, balances })
    })
}

/// Who owes whom, in words.
fn told(balances: &[NetAmount]) -> Vec<String> {
    if balances.is_empty() {
        return vec!["neither owes the other anything".into()];
    }
    balances.iter().map(|net| format!("{} owes {} {}", net.debtor, net.creditor, net.amount)).collect()
}

fn officer_of(state: &State, key: &PublicKey) -> Result<ledger_core::domain::Party, CommandError> {
    let officer = state.officer(key).ok_or_else(|| {
        CommandError::new(Answer::No, format!("key {} is not enrolled in this ledger", key.short()))
            .hint("`jointledger key list` lists what there is")
    })?;
    Ok(officer.party)
}

/// A period, or the answer that there is none.
fn known<'a>(state: &'a State, id: &PeriodId) -> Result<&'a Period, CommandError> {
    state.period(id).ok_or_else(|| {
        let names: Vec<_> = state.periods().map(|(name, _)| name.to_string()).collect();
        let names = if names.is_empty() {
            "no period is fixed yet".into()
        } else {
            format!("there are {}", names.join(", "))
        };
        CommandError::new(Answer::No, format!("the cut-off of period {id} is not fixed")).hint(format!(
            "{names}; `jointledger period fix` fixes one, and counts when every member has signed"
        ))
    })
}

/// What the ledger said at a cut-off.
fn at_cut_off<S: Store + ?Sized>(store: &S, size: u64, context: &Context) -> Result<Tip, CommandError> {
    let mut bar = context.progress("reading to the cut-off");
    let until = Until::Size(size);
    let tip =
        journal::replay(store, until, &mut |done, total| bar.at(done, total), |_| ControlFlow::Continue(()))?;
    Ok(tip)
}
