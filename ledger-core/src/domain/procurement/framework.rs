//! Framework agreements: terms under which parties may order, without a duty to buy (domain.md P03, P14).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contract::Goods;
use super::{Contract, Procurement};
use crate::domain::codes::{Country, DocumentKind, Hazard, MlCategory, Ncage, Nsn, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, FrameworkId, ProcedureId, ProgrammeId, TenderLotId};
use crate::domain::money::Money;
use crate::domain::party::BUYER;
use crate::domain::quantity::Quantity;
use crate::domain::regime::hours;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::{Date, Timestamp};

/// A line of a framework: what may be ordered, up to how much, at which price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameworkLine {
    /// Number of the line
    pub line: u32,
    /// What it is, in words
    pub description: Text,
    /// Stock number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nsn: Option<Nsn>,
    /// Category of the EU Common Military List
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ml: Option<MlCategory>,
    /// UN hazard division and compatibility group, for explosives
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazard: Option<Hazard>,
    /// Net explosive quantity of one unit, in grams
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neq_g_per_unit: Option<u64>,
    /// The state whose consent a re-transfer needs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted_by: Option<Country>,
    /// How much may be ordered over all call-offs
    pub ceiling: Quantity,
    /// The price of one unit at most, without value added tax
    pub unit_price: Money,
}

events! {
    /// Sign a framework agreement with the suppliers to whom a lot was awarded, as the lead nation
    FrameworkSigned {
        /// Number of the framework
        framework: FrameworkId,
        /// Number of the procedure
        procedure: ProcedureId,
        /// Number of the lot
        lot: TenderLotId,
        /// The suppliers, in the order of their codes
        suppliers: Vec<Ncage>,
        /// What may be ordered over all call-offs, in value
        ceiling: Money,
        /// What may be ordered, in the order of the numbers
        lines: Vec<FrameworkLine>,
        /// The first day on which may be ordered
        start: Date,
        /// The last day on which may be ordered
        end: Date,
        /// The days to which its end may be put off, one after the other
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        extensions: Vec<Date>,
        /// The parties that may order, in the order of their codes
        who_may_order: Vec<Party>,
    }

    /// Put off the end of a framework agreement, as it foresees
    FrameworkExtended {
        /// Number of the framework
        framework: FrameworkId,
        /// The last day on which may be ordered, from here on
        end: Date,
    }
}

/// A framework and what was ordered under it.
#[derive(Debug, Clone, Serialize)]
pub struct Framework {
    /// What was signed.
    pub terms: FrameworkSigned,
    /// The programme.
    pub programme: ProgrammeId,
    /// The entry that signed it.
    pub signed_in: u64,
    /// The last day on which may be ordered, as extended.
    pub end: Date,
    /// The entries that extended it.
    pub extended_in: Vec<u64>,
    /// What was ordered under it.
    pub call_offs: Vec<ContractId>,
}

impl FrameworkLine {
    fn goods(&self) -> Goods {
        Goods {
            nsn: self.nsn,
            ml: self.ml,
            hazard: self.hazard,
            neq_g_per_unit: self.neq_g_per_unit,
            restricted_by: self.restricted_by,
            unit: self.ceiling.unit(),
        }
    }
}

impl Framework {
    /// The line of this number.
    pub(super) fn line(&self, number: u32) -> Result<&FrameworkLine, Rejection> {
        let lines = &self.terms.lines;
        let known = lines.binary_search_by_key(&number, |line| line.line).ok();
        let known = known.and_then(|index| lines.get(index));
        known.ok_or_else(|| Rejection::unknown("line", format!("{number} in {}", self.terms.framework)))
    }

    /// Refuses an order outside the framework's term: done on a day in it, and recorded within the agreed time.
    pub(super) fn require_term(
        &self,
        state: &State,
        occurred_at: Timestamp,
        act: &RecordedAct,
    ) -> Result<(), Rejection> {
        let late = hours(state.regime("orders under a framework")?.late_recording_h);
        let (start, end) = (self.terms.start, self.end);
        let done = (start..=end).contains(&occurred_at.date());
        require(done && act.recorded_at <= end.end().later_by(late), Rule::P03, || {
            format!("framework {} is open from {start} to {end}", self.terms.framework)
        })
    }
}

impl Procurement {
    pub(super) fn framework(&self, id: &FrameworkId) -> Result<&Framework, Rejection> {
        self.frameworks.get(id).ok_or_else(|| Rejection::unknown("framework", id))
    }

    /// Refuses a call-off, as it is or is to become, whose goods or prices are not those of its framework, or that
    /// goes beyond the framework's ceilings together with the other call-offs (domain.md P03).
    pub(super) fn require_ceiling(
        &self,
        framework: &Framework,
        call_off: &Contract,
    ) -> Result<(), Rejection> {
        let id = &framework.terms.framework;
        let others = framework.call_offs.iter().filter(|other| **other != call_off.terms.contract);
        let others: Vec<&Contract> = others.filter_map(|other| self.contracts.get(other)).collect();
        for ordered in &call_off.terms.lines {
            let line = framework.line(ordered.line)?;
            let number = line.line;
            require(ordered.goods() == line.goods(), Rule::P03, || {
                format!("line {number} orders other goods than framework {id} offers")
            })?;
            require(ordered.unit_price <= line.unit_price, Rule::P03, || {
                format!("line {number} is dearer than the {} of framework {id}", line.unit_price)
            })?;
            let before = others.iter().filter_map(|other| Some(other.line(number)?.quantity));
            let total = Quantity::sum(before.chain(std::iter::once(ordered.quantity)));
            require(total.is_some_and(|total| total.at_most(line.ceiling)), Rule::P03, || {
                format!(
                    "line {number}: with {} more the call-offs exceed the {} of framework {id}",
                    ordered.quantity, line.ceiling
                )
            })?;
        }
        let total = others.iter().try_fold(call_off.value(), |sum, other| Some(sum?.plus(other.value()?)));
        require(total.flatten().is_some_and(|total| total <= framework.terms.ceiling), Rule::P03, || {
            format!("the call-offs are worth more than the {} of framework {id}", framework.terms.ceiling)
        })
    }
}

impl FrameworkSigned {
    /// Refuses lines that are incomplete.
    fn admit_lines(&self) -> Result<(), Rejection> {
        require(!self.lines.is_empty(), Rule::S05, || "a framework has at least one line".into())?;
        let rising = self.lines.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
        require(rising, Rule::S05, || "the lines stand in the order of their numbers, each once".into())?;
        self.lines.iter().try_for_each(|line| {
            require(line.unit_price.currency() == self.ceiling.currency(), Rule::S05, || {
                format!("line {} is priced in another currency than the ceiling", line.line)
            })?;
            line.goods().admit(line.line)
        })
    }

    /// Refuses suppliers who were not awarded the lot, or who must wait until the standstill is over.
    fn admit_suppliers(&self, state: &State) -> Result<(), Rejection> {
        let procedure = state.procurement.procedure(&self.procedure)?;
        procedure.lot(&self.lot)?;
        require(!self.suppliers.is_empty(), Rule::S05, || "a framework has at least one supplier".into())?;
        let rising = self.suppliers.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        require(rising, Rule::S05, || "the suppliers stand in the order of their codes, each once".into())?;
        for supplier in &self.suppliers {
            let award = procedure.award(&self.lot, *supplier)?;
            require(self.occurred_at.date() > award.standstill_until, Rule::S03, || {
                format!("the standstill of the award to {supplier} lasts until {}", award.standstill_until)
            })?;
        }
        Ok(())
    }

    /// Refuses a term that is empty, or longer than agreed without a paper that says why.
    fn admit_term(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let days = std::iter::once(&self.start).chain(std::iter::once(&self.end)).chain(&self.extensions);
        let days: Vec<Date> = days.copied().collect();
        let (first, later) = (self.start, self.extensions.last().copied().unwrap_or(self.end));
        let rising =
            self.start <= self.end && days.windows(2).skip(1).all(|pair| matches!(pair, [a, b] if a < b));
        require(rising, Rule::S05, || {
            "a framework begins before it ends, and each extension is later".into()
        })?;
        let most = state.regime("frameworks")?.framework_days;
        let within = first.days_until(later) < u64::from(most);
        require(within || act.has_document(DocumentKind::Justification), Rule::I04, || {
            format!(
                "a framework from {first} to {later} is longer than {most} days: it needs a justification"
            )
        })
        .map_err(|no| no.remedy(format!("bind a document of kind {}", DocumentKind::Justification)))
    }
}

impl Rules for FrameworkSigned {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let procedure = state.procurement.procedure(&self.procedure)?;
        Ok(vec![Signer::of(state.procurement.programme(&procedure.terms.programme)?.terms.lead, BUYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Framework]
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let procedure = state.procurement_procedure(&self.procedure);
        let programme = procedure.and_then(|known| state.programme(&known.terms.programme));
        programme.map(|programme| programme.terms.lead).into_iter().collect()
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.frameworks.contains(&self.framework) {
            return Err(Rejection::taken("framework", &self.framework));
        }
        let procedure = state.procurement.procedure(&self.procedure)?;
        let programme = state.procurement.running(&procedure.terms.programme)?;
        self.admit_suppliers(state)?;
        require(programme.currency == Some(self.ceiling.currency()), Rule::S05, || {
            "the ceiling is in another currency than the programme".into()
        })?;
        self.admit_lines()?;
        require(!self.who_may_order.is_empty(), Rule::S05, || "a framework names who may order".into())?;
        let rising = self.who_may_order.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        require(rising, Rule::S05, || "who may order stands in the order of the codes, each once".into())?;
        for party in &self.who_may_order {
            programme.require_part(*party, act.recorded_at.date(), || {
                format!("{party} may not order: it does not take part in the programme")
            })?;
        }
        self.admit_term(state, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Ok(procedure) = state.procurement.procedure(&self.procedure) else { return };
        let framework = Framework {
            terms: self.clone(),
            programme: procedure.terms.programme.clone(),
            signed_in: act.seq,
            end: self.end,
            extended_in: Vec::new(),
            call_offs: Vec::new(),
        };
        state.procurement.frameworks.insert(self.framework.clone(), framework);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_framework(&self.framework)
    }
}

impl Rules for FrameworkExtended {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let framework = state.procurement.framework(&self.framework)?;
        Ok(vec![Signer::of(state.procurement.programme(&framework.programme)?.terms.lead, BUYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Amendment]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let framework = state.procurement.framework(&self.framework)?;
        state.procurement.running(&framework.programme)?;
        let next = framework.terms.extensions.iter().find(|day| **day > framework.end);
        require(next == Some(&self.end), Rule::S03, || {
            let next = next.map_or_else(|| "no further day".into(), ToString::to_string);
            format!("framework {} may be extended to {next}", self.framework)
        })?;
        require(act.recorded_at.date() <= framework.end, Rule::S03, || {
            format!("framework {} ended on {}", self.framework, framework.end)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(framework) = state.procurement.frameworks.get_mut(&self.framework) {
            framework.end = self.end;
            framework.extended_in.push(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_framework(&self.framework)
    }
}

impl State {
    /// One framework.
    pub fn framework(&self, id: &FrameworkId) -> Option<&Framework> {
        self.procurement.frameworks.get(id)
    }

    /// All frameworks.
    pub fn frameworks(&self) -> impl Iterator<Item = (&FrameworkId, &Framework)> {
        self.procurement.frameworks.iter()
    }

    /// What was ordered under a framework, in value; `None` for an unknown one.
    pub fn called_off(&self, id: &FrameworkId) -> Option<Money> {
        let framework = self.framework(id)?;
        let call_offs = framework.call_offs.iter().filter_map(|id| self.contract(id)?.value());
        let zero = Money::zero(framework.terms.ceiling.currency());
        Some(call_offs.fold(zero, |sum, value| sum.plus(value).unwrap_or(sum)))
    }

    pub(super) fn subjects_of_framework(&self, id: &FrameworkId) -> Vec<Subject> {
        let programme = self.framework(id).map(|known| Subject::Programme(known.programme.clone()));
        std::iter::once(Subject::Framework(id.clone())).chain(programme).collect()
    }
}
