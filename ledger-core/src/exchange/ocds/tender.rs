//! The tender: procedures, awards and frameworks.

use super::Publication;
use super::contracts::{Spot, amendment};
use super::goods::{Goods, classification};
use super::planning::{LEAD, participants};
use super::process::Process;
use super::sheet::{Org, Section, Sheet, first_of, last_of, moment, value, with_id};
use crate::domain::State;
use crate::domain::codes::Ncage;
use crate::domain::ids::{ProcedureId, TenderLotId};
use crate::domain::procurement::{
    AwardCancelled, Framework, FrameworkExtended, FrameworkSigned, LegalBasis, ProcedureLaunched,
    ProcedureMethod, TenderLotAwarded,
};
use crate::exchange::json::Json;

/// The number of an award. Colons stand in no number of the ledger, so no two things get the same.
pub(super) fn award_id(procedure: &ProcedureId, lot: &TenderLotId, supplier: Ncage) -> String {
    format!("lot:{procedure}:{lot}:{supplier}")
}

/// The spot of a framework among the contracts. Its award is the first supplier's; all stand under `suppliers`.
fn framework_spot(framework: &FrameworkSigned) -> Spot {
    let first = framework.suppliers.first();
    let award = first.map(|supplier| award_id(&framework.procedure, &framework.lot, *supplier));
    Spot { id: format!("framework:{}", framework.framework), award: award.unwrap_or_default() }
}

/// The law of a procedure: its CELEX number, and which provision of it.
fn legal_basis(basis: LegalBasis) -> Json {
    let (celex, words) = match basis {
        LegalBasis::DefenceDirective => ("32009L0081", "Directive 2009/81/EC"),
        LegalBasis::JointDevelopment => ("32009L0081", "Directive 2009/81/EC, excluded by Article 13(c)"),
        LegalBasis::BetweenGovernments => ("32009L0081", "Directive 2009/81/EC, excluded by Article 13(f)"),
        LegalBasis::EssentialSecurity => ("12016E346", "Article 346 TFEU"),
    };
    let mut code = classification("CELEX", celex);
    code.set("description", Json::text(words));
    code
}

/// True when no contract of the procedure is published: the directive excludes it.
const fn is_excluded(basis: LegalBasis) -> bool {
    !matches!(basis, LegalBasis::DefenceDirective)
}

const fn method(method: ProcedureMethod) -> &'static str {
    match method {
        ProcedureMethod::Open => "open",
        ProcedureMethod::Restricted | ProcedureMethod::Negotiated | ProcedureMethod::CompetitiveDialogue => {
            "selective"
        }
        ProcedureMethod::NegotiatedWithoutNotice => "limited",
        ProcedureMethod::Direct => "direct",
    }
}

impl Publication {
    /// The process of a new procedure: the programme's own for the first that is published, one of its own for others.
    fn enter_procedure(&mut self, event: &ProcedureLaunched, state: &State) -> Option<usize> {
        let main = self.of_programme(&event.programme)?;
        let excluded = is_excluded(event.legal_basis);
        let taken = self.procedures.values().any(|index| *index == main);
        let programme = self.processes.get_mut(main)?;
        let index = if excluded || taken {
            let ocid = format!("{}:{}", programme.ocid(), event.procedure);
            let planned_in = programme.ocid().to_owned();
            let lead = state.programme(&event.programme)?.terms.lead;
            programme.only_excluded |= excluded && !taken;
            self.processes.push(Process::new(ocid, lead, excluded, Some(planned_in)));
            self.processes.len().saturating_sub(1)
        } else {
            programme.only_excluded = false;
            main
        };
        self.procedures.insert(event.procedure.clone(), index);
        Some(index)
    }

    pub(super) fn procedure_launched(&mut self, event: &ProcedureLaunched, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let Some(index) = self.enter_procedure(event, state) else { return };
        let Some(programme) = state.programme(&event.programme) else { return };
        let draft = sheet.draft(index);
        draft.tag("tender");
        draft.papers(Section::Tender);
        for party in participants(state, &event.programme) {
            draft.org(Org::Party(party), &["buyer"], state);
        }
        let lead = draft.org(Org::Party(programme.terms.lead), &LEAD, state);
        let lots = event.tender_lots.iter().map(|lot| {
            let words = [("title", Some(Json::text(&lot.title))), ("status", Some(Json::text("active")))];
            with_id(&lot.lot, Json::object(words))
        });
        let notice = event.notice_ref.as_ref().map(|notice| {
            let words =
                [("documentType", Some(Json::text("tenderNotice"))), ("title", Some(Json::text(notice)))];
            Json::List(vec![with_id(format!("notice:{notice}"), Json::object(words))])
        });
        let mut tender = Json::object([
            ("title", Some(Json::text(&programme.terms.title))),
            ("status", Some(Json::text("active"))),
            ("procuringEntity", Some(lead)),
            ("value", Some(value(programme.terms.estimate))),
            ("procurementMethod", Some(Json::text(method(event.method)))),
            ("procurementMethodDetails", Some(Json::text(event.method))),
            ("mainProcurementCategory", Some(Json::text("goods"))),
            ("legalBasis", Some(legal_basis(event.legal_basis))),
            ("crossBorderLaw", Some(Json::text(event.governing_law))),
            ("lots", Some(Json::List(lots.collect()))),
        ]);
        if let Some(notice) = notice {
            tender.set("documents", notice);
        }
        draft.add(&Json::object([("tender", Some(with_id(&event.procedure, tender)))]));
    }

    pub(super) fn lot_awarded(&self, event: &TenderLotAwarded, sheet: &mut Sheet<'_>) {
        let Some(index) = self.procedures.get(&event.procedure).copied() else { return };
        let state = sheet.state;
        let Some(procedure) = state.procurement_procedure(&event.procedure) else { return };
        let (now, id) = (sheet.now, award_id(&event.procedure, &event.lot, event.supplier));
        let draft = sheet.draft(index);
        draft.tag("award");
        draft.papers(Section::Award(id.clone()));
        let supplier = draft.org(Org::Supplier(event.supplier), &["tenderer", "supplier"], state);
        let buyers = participants(state, &procedure.terms.programme);
        let buyers =
            buyers.into_iter().map(|party| draft.org(Org::Party(party), &["buyer"], state)).collect();
        let award = Json::object([
            ("status", Some(Json::text("active"))),
            ("date", Some(moment(now))),
            ("description", Some(Json::Text(format!("Standstill until {}", event.standstill_until)))),
            ("value", Some(value(event.value))),
            ("suppliers", Some(Json::List(vec![supplier]))),
            ("buyers", Some(Json::List(buyers))),
            ("relatedLots", Some(Json::List(vec![Json::text(&event.lot)]))),
        ]);
        draft.add(&Json::object([("awards", Some(Json::List(vec![with_id(id, award)])))]));
    }

    pub(super) fn award_cancelled(&self, event: &AwardCancelled, sheet: &mut Sheet<'_>) {
        let Some(index) = self.procedures.get(&event.procedure).copied() else { return };
        let id = award_id(&event.procedure, &event.lot, event.supplier);
        let draft = sheet.draft(index);
        draft.tag("awardCancellation");
        draft.papers(Section::Award(id.clone()));
        let award = Json::object([
            ("status", Some(Json::text("cancelled"))),
            ("description", Some(Json::text(&event.reason))),
        ]);
        draft.add(&Json::object([("awards", Some(Json::List(vec![with_id(id, award)])))]));
    }

    pub(super) fn framework_signed(&self, event: &FrameworkSigned, sheet: &mut Sheet<'_>) {
        let Some(index) = self.procedures.get(&event.procedure).copied() else { return };
        let state = sheet.state;
        let known = state.framework(&event.framework).and_then(|known| state.programme(&known.programme));
        let Some(programme) = known else { return };
        let spot = framework_spot(event);
        let draft = sheet.draft(index);
        draft.tag("contract");
        draft.tag("tenderUpdate");
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        let lead = draft.org(Org::Party(programme.terms.lead), &LEAD, state);
        let suppliers: Vec<Json> = event
            .suppliers
            .iter()
            .map(|supplier| draft.org(Org::Supplier(*supplier), &["supplier"], state))
            .collect();
        for party in &event.who_may_order {
            draft.org(Org::Party(*party), &["buyer"], state);
        }
        let items = event.lines.iter().map(|line| {
            let mut item =
                Goods::from(line).item(&line.line.to_string(), line.ceiling, &programme.terms.cpv, None);
            item.set("relatedLot", Json::text(&event.lot));
            item
        });
        let options = (!event.extensions.is_empty()).then(|| {
            let days: Vec<String> = event.extensions.iter().map(ToString::to_string).collect();
            let words = format!("May be extended to {}", days.join(", then to "));
            Json::object([("description", Some(Json::Text(words)))])
        });
        let contract = Json::object([
            ("title", Some(Json::Text(format!("Framework agreement {}", event.framework)))),
            ("status", Some(Json::text("active"))),
            ("dateSigned", Some(moment(event.occurred_at))),
            ("period", Some(period(event))),
            ("value", Some(value(event.ceiling))),
            ("buyer", Some(lead.clone())),
            ("suppliers", Some(Json::List(suppliers.clone()))),
            ("signatories", Some(Json::List(std::iter::once(lead).chain(suppliers).collect()))),
            ("hasOptions", Some(Json::Bool(options.is_some()))),
            ("options", options),
            ("items", Some(Json::List(items.collect()))),
        ]);
        draft.add(&spot.contract(contract));
        draft.add(&Json::object([("tender", Some(tendered(event, state)))]));
    }

    pub(super) fn framework_extended(&self, event: &FrameworkExtended, sheet: &mut Sheet<'_>) {
        let Some(Framework { terms, .. }) = sheet.state.framework(&event.framework) else { return };
        let Some(index) = self.procedures.get(&terms.procedure).copied() else { return };
        let (entry, now, spot) = (sheet.entry, sheet.now, framework_spot(terms));
        let draft = sheet.draft(index);
        draft.tag("contractAmendment");
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        let words = format!("Extended to {}, as agreed on", event.end);
        draft.add(&spot.contract(Json::object([
            ("period", Some(Json::object([("endDate", Some(last_of(event.end)))]))),
            ("amendments", Some(amendment(entry, now, &words))),
        ])));
    }
}

/// How long a framework runs, and how long at most.
fn period(framework: &FrameworkSigned) -> Json {
    let most = framework.extensions.last().copied();
    Json::object([
        ("startDate", Some(first_of(framework.start))),
        ("endDate", Some(last_of(framework.end))),
        ("maxExtentDate", most.map(last_of)),
    ])
}

/// What a signed framework says of its tender: the lot is complete, and the tender when all its lots are.
fn tendered(event: &FrameworkSigned, state: &State) -> Json {
    let signed = |lot: &TenderLotId| {
        state
            .frameworks()
            .any(|(_, known)| known.terms.procedure == event.procedure && known.terms.lot == *lot)
    };
    let procedure = state.procurement_procedure(&event.procedure);
    let complete = procedure.is_some_and(|known| known.terms.tender_lots.iter().all(|lot| signed(&lot.lot)));
    let agreement = Json::object([
        ("method", Some(Json::text("withoutReopeningCompetition"))),
        ("value", Some(value(event.ceiling))),
        ("period", Some(period(event))),
    ]);
    let techniques = |agreement: Json| {
        Json::object([
            ("hasFrameworkAgreement", Some(Json::Bool(true))),
            ("frameworkAgreement", Some(agreement)),
        ])
    };
    let lot =
        Json::object([("status", Some(Json::text("complete"))), ("techniques", Some(techniques(agreement)))]);
    let kind = Json::object([("method", Some(Json::text("withoutReopeningCompetition")))]);
    with_id(
        &event.procedure,
        Json::object([
            ("status", complete.then(|| Json::text("complete"))),
            ("techniques", Some(techniques(kind))),
            ("lots", Some(Json::List(vec![with_id(&event.lot, lot)]))),
        ]),
    )
}
