//! The tender: by which law and method the lead nation asks for offers, and to whom it awards each lot.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Procurement;
use crate::domain::codes::{Country, DocumentKind, Ncage, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ProcedureId, ProgrammeId, Reference, TenderLotId};
use crate::domain::money::Money;
use crate::domain::party::{BUYER, DIRECTOR};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::table::pairs;
use crate::domain::text::{Text, code_list};
use crate::domain::time::Date;

code_list! {
    /// The law under which a procedure runs.
    LegalBasis: "a legal basis of a procedure" {
        /// The defence procurement directive.
        1 DefenceDirective "32009L0081";
        /// Its exclusion of joint research and development, Article 13(c).
        2 JointDevelopment "32009L0081-13C";
        /// Its exclusion of contracts between governments, Article 13(f).
        3 BetweenGovernments "32009L0081-13F";
        /// Essential security interests, Article 346 of the Treaty.
        4 EssentialSecurity "TFEU-346";
    }
}

code_list! {
    /// How offers are asked for.
    ProcedureMethod: "a method of a procedure" {
        /// Anyone may offer.
        1 Open "OPEN";
        /// Those invited may offer.
        2 Restricted "RESTRICTED";
        /// Negotiated after a notice.
        3 Negotiated "NEGOTIATED";
        /// Negotiated without a notice.
        4 NegotiatedWithoutNotice "NEGOTIATED_WITHOUT_NOTICE";
        /// Competitive dialogue.
        5 CompetitiveDialogue "COMPETITIVE_DIALOGUE";
        /// One supplier is asked.
        6 Direct "DIRECT";
    }
}

impl ProcedureMethod {
    /// True when offers are asked for without telling the public.
    const fn is_silent(self) -> bool {
        matches!(self, ProcedureMethod::NegotiatedWithoutNotice | ProcedureMethod::Direct)
    }
}

/// A lot of a tender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenderLot {
    /// Number of the lot
    pub lot: TenderLotId,
    /// Its title
    pub title: Text,
    /// Whether it goes to several suppliers, for a framework with all of them
    pub multi_supplier: bool,
}

events! {
    /// Launch a procurement procedure, as the lead nation
    ProcedureLaunched {
        /// Number of the procedure
        procedure: ProcedureId,
        /// Number of the programme
        programme: ProgrammeId,
        /// The law under which it runs
        legal_basis: LegalBasis,
        /// How offers are asked for
        method: ProcedureMethod,
        /// The published notice
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice_ref: Option<Reference>,
        /// The lots of the tender, in the order of their numbers
        tender_lots: Vec<TenderLot>,
        /// The state whose law governs it
        governing_law: Country,
    }

    /// Award a lot to a supplier; the lead nation's contracting officer and armaments director sign
    TenderLotAwarded {
        /// Number of the procedure
        procedure: ProcedureId,
        /// Number of the lot
        lot: TenderLotId,
        /// The supplier
        supplier: Ncage,
        /// What it offered to do it for
        value: Money,
        /// The last day on which nothing may be signed yet
        standstill_until: Date,
    }

    /// Take back an award on which no framework rests, with the signatures that gave it
    AwardCancelled {
        /// Number of the procedure
        procedure: ProcedureId,
        /// Number of the lot
        lot: TenderLotId,
        /// The supplier
        supplier: Ncage,
        /// Why
        reason: Text,
    }
}

/// A procedure and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Procedure {
    /// How it was launched.
    pub terms: ProcedureLaunched,
    /// The entry that launched it.
    pub launched_in: u64,
    /// To whom each lot is awarded.
    #[serde(serialize_with = "pairs")]
    pub awards: BTreeMap<(TenderLotId, Ncage), Award>,
}

/// That a lot is awarded to a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Award {
    /// What the supplier offered to do it for.
    pub value: Money,
    /// The last day on which nothing may be signed yet.
    pub standstill_until: Date,
    /// The entry that awarded it.
    pub entry: u64,
}

impl Procedure {
    /// The lot of this number.
    pub(super) fn lot(&self, id: &TenderLotId) -> Result<&TenderLot, Rejection> {
        let known = self.terms.tender_lots.iter().find(|lot| lot.lot == *id);
        known.ok_or_else(|| Rejection::unknown("lot", format!("{id} in procedure {}", self.terms.procedure)))
    }

    /// The award of a lot to a supplier.
    pub(super) fn award(&self, lot: &TenderLotId, supplier: Ncage) -> Result<&Award, Rejection> {
        self.awards.get(&(lot.clone(), supplier)).ok_or_else(|| {
            let procedure = &self.terms.procedure;
            Rejection::new(
                Rule::S03,
                format!("lot {lot} of procedure {procedure} is not awarded to {supplier}"),
            )
        })
    }
}

impl Procurement {
    pub(super) fn procedure(&self, id: &ProcedureId) -> Result<&Procedure, Rejection> {
        self.procedures.get(id).ok_or_else(|| Rejection::unknown("procedure", id))
    }
}

impl Rules for ProcedureLaunched {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.programme(&self.programme)?.terms.lead, BUYER)])
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        state.programme(&self.programme).map(|programme| programme.terms.lead).into_iter().collect()
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.procedures.contains(&self.procedure) {
            return Err(Rejection::taken("procedure", &self.procedure));
        }
        state.procurement.running(&self.programme)?;
        require(!self.tender_lots.is_empty(), Rule::S05, || "a procedure has at least one lot".into())?;
        let rising = self.tender_lots.windows(2).all(|pair| matches!(pair, [a, b] if a.lot < b.lot));
        require(rising, Rule::S05, || "the lots stand in the order of their numbers, each once".into())?;
        let directive = self.legal_basis == LegalBasis::DefenceDirective;
        require(!directive || self.method != ProcedureMethod::Direct, Rule::S05, || {
            "the directive knows no direct award: name the exclusion on which it rests".into()
        })?;
        let notice = self.notice_ref.is_some() || self.method.is_silent() || !directive;
        require(notice, Rule::S05, || format!("a procedure of method {} names its notice", self.method))?;
        require(!self.method.is_silent() || act.has_document(DocumentKind::Justification), Rule::I04, || {
            format!("method {} needs a document of kind {}", self.method, DocumentKind::Justification)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let procedure = Procedure { terms: self.clone(), launched_in: act.seq, awards: BTreeMap::new() };
        state.procurement.procedures.insert(self.procedure.clone(), procedure);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

/// The lead nation's contracting officer and armaments director sign.
fn award_signers(state: &State, id: &ProcedureId) -> Result<Vec<Signer>, Rejection> {
    let procedure = state.procurement.procedure(id)?;
    let lead = state.procurement.programme(&procedure.terms.programme)?.terms.lead;
    Ok(vec![Signer::of(lead, BUYER), Signer::of(lead, DIRECTOR)])
}

impl Rules for TenderLotAwarded {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        award_signers(state, &self.procedure)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let procedure = state.procurement.procedure(&self.procedure)?;
        let programme = state.procurement.running(&procedure.terms.programme)?;
        let lot = procedure.lot(&self.lot)?;
        let known = procedure.awards.keys().find(|(known, supplier)| {
            *known == self.lot && (*supplier == self.supplier || !lot.multi_supplier)
        });
        require(known.is_none(), Rule::S03, || {
            let supplier = known.map_or_else(String::new, |(_, supplier)| format!(" to {supplier}"));
            format!("lot {} of procedure {} is awarded already{supplier}", self.lot, self.procedure)
        })?;
        require(programme.currency == Some(self.value.currency()), Rule::S05, || {
            "the award is in another currency than the programme".into()
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(procedure) = state.procurement.procedures.get_mut(&self.procedure) {
            let award = Award { value: self.value, standstill_until: self.standstill_until, entry: act.seq };
            procedure.awards.insert((self.lot.clone(), self.supplier), award);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_procedure(&self.procedure)
    }
}

impl Rules for AwardCancelled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        award_signers(state, &self.procedure)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let procedure = state.procurement.procedure(&self.procedure)?;
        procedure.award(&self.lot, self.supplier)?;
        let mut frameworks = state.procurement.frameworks.iter().map(|(_, framework)| &framework.terms);
        let rests = frameworks.find(|terms| {
            let lot = terms.procedure == self.procedure && terms.lot == self.lot;
            lot && terms.suppliers.contains(&self.supplier)
        });
        require(rests.is_none(), Rule::S03, || {
            let framework = rests.map_or_else(String::new, |terms| terms.framework.to_string());
            format!("framework {framework} rests on the award of lot {} to {}", self.lot, self.supplier)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(procedure) = state.procurement.procedures.get_mut(&self.procedure) {
            procedure.awards.remove(&(self.lot.clone(), self.supplier));
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_procedure(&self.procedure)
    }
}

impl State {
    /// One procurement procedure.
    pub fn procurement_procedure(&self, id: &ProcedureId) -> Option<&Procedure> {
        self.procurement.procedures.get(id)
    }

    fn subjects_of_procedure(&self, id: &ProcedureId) -> Vec<Subject> {
        let procedure = self.procurement_procedure(id);
        procedure.map(|known| Subject::Programme(known.terms.programme.clone())).into_iter().collect()
    }

    /// All procurement procedures.
    pub fn procurement_procedures(&self) -> impl Iterator<Item = (&ProcedureId, &Procedure)> {
        self.procurement.procedures.iter()
    }
}
