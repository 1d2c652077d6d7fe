//! What two sets of books may differ by, and how long a difference may be accepted. Agreed on the ledger, as all clocks
//! and limits are: what was compared before was compared by what held then.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::regime::every_minister;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;

/// By how much two sides may differ without being a break (domain.md section 11.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationTolerances {
    /// By how much a quantity of bulk goods may differ, in basis points of the ledger's quantity
    pub bulk_bp: u32,
    /// How many working days the value date of a payment may lie before or after the ledger's
    pub value_date_days: u32,
    /// How many minutes the time of a crossing may lie before or after the ledger's
    pub crossing_min: u32,
    /// How many minor units the share of a party may differ by what rounding explains
    pub rounding_minor: u32,
    /// From how many days after it occurred an act counts as recorded late
    pub late_days: u32,
    /// How long the acceptance of a break holds at most, in days
    pub acceptance_days: u32,
}

events! {
    /// Agree on what books and ledger may differ by; the minister of every party signs. What was compared before keeps
    /// the values that held then
    ReconciliationTolerancesSet {
        /// All of them, as they hold from here on
        tolerances: ReconciliationTolerances,
    }
}

/// Ten thousand basis points are the whole.
const WHOLE_BP: u32 = 10_000;

impl State {
    /// What books and ledger may differ by, if the parties have agreed on it.
    pub fn reconciliation_tolerances(&self) -> Option<&ReconciliationTolerances> {
        self.books.tolerances.iter().last().map(|(_, tolerances)| tolerances)
    }

    /// What was ever agreed on, numbered in the order in which it took effect.
    pub fn all_reconciliation_tolerances(&self) -> impl Iterator<Item = (&u64, &ReconciliationTolerances)> {
        self.books.tolerances.iter()
    }

    /// By how much a quantity of bulk goods may differ from a book, in basis points: what was agreed for comparing, else
    /// what the regime says; `None` while neither is agreed on.
    pub fn bulk_tolerance_bp(&self) -> Option<u32> {
        let agreed = self.reconciliation_tolerances().map(|tolerances| tolerances.bulk_bp);
        agreed.or_else(|| self.agreed_regime().map(|regime| regime.bulk_tolerance_bp))
    }

    /// The tolerances that `what` needs.
    ///
    /// # Errors
    /// [`Rule::S03`] while the parties have not agreed on them.
    pub(super) fn tolerances_for(&self, what: &str) -> Result<&ReconciliationTolerances, Rejection> {
        self.reconciliation_tolerances().ok_or_else(|| {
            Rejection::new(Rule::S03, format!("the parties have not agreed on the tolerances for {what}"))
                .remedy("record ReconciliationTolerancesSet; the minister of every party signs it")
        })
    }
}

impl Rules for ReconciliationTolerancesSet {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(every_minister(state))
    }

    fn admit(&self, _: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let tolerances = &self.tolerances;
        require(tolerances.bulk_bp <= WHOLE_BP, Rule::S05, || {
            format!("bulk_bp is {}: more than the whole ({WHOLE_BP})", tolerances.bulk_bp)
        })?;
        require(tolerances.acceptance_days > 0, Rule::S05, || {
            "acceptance_days is zero: no break could ever be accepted".into()
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        // By the order in which they take effect: what waited for signatures may come behind what was written later.
        let number = u64::try_from(state.books.tolerances.len()).unwrap_or(u64::MAX);
        state.books.tolerances.insert(number, self.tolerances.clone());
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        Vec::new()
    }
}
