//! Auditors: a secret committed to before the population is fixed and told with the sample, evidence, and findings that
//! a ministry answers.

use ledger_core::domain::Rule;
use ledger_core::domain::status::MatterKind;
use serde_json::json;

use super::books_drafts::*;
use super::world::*;
use super::{scenario, scenarios};

/// Open findings: number, who acts, until when.
fn findings(w: &World) -> Vec<String> {
    let matters = w.state.matters(w.now);
    let of_kind = matters.iter().filter(|matter| matter.kind == MatterKind::Finding);
    of_kind
        .map(|m| format!("{} {} {}", m.subject, m.by, m.due.map_or("-".into(), |due| due.date().to_string())))
        .collect()
}

scenario!(
    an_engagement_examines_a_period_or_a_span_under_a_secret_of_its_own,
    [A01, S01, S02, S05, Sod4],
    [AuditEngagementOpened],
    |w| {
        *w = World::with_books();
        w.refuse(Rule::S05, (LV, AUD), engage("E-1").without("until"));
        w.refuse(Rule::S05, (LV, AUD), engage("E-1").with("until", "2025-12-31"));
        w.refuse(Rule::S05, (LV, AUD), engage("E-1").with("period", "2026-01"));
        let by_period = engage("E-1").without("from").without("until").with("period", "2026-01");
        w.refuse(Rule::S01, (LV, AUD), by_period.clone());
        w.refuse(Rule::Sod4, (LV, REC), engage("E-1"));
        w.fixed("2026-01", "2026-02-01");
        w.accept((LV, AUD), by_period);
        w.refuse(Rule::S02, (LV, AUD), engage("E-1"));
        let engagement = w.state.engagement(&"E-1".parse().unwrap()).unwrap();
        assert_eq!(engagement.auditor, party(LV));
        // A secret that is used twice would be known for the second.
        let same = json!(engagement.terms.commitment);
        w.refuse(Rule::A01, (EE, AUD), engage("E-2").with("commitment", same));
        w.accept((EE, AUD), engage("E-2"));
    }
);

scenario!(
    a_population_is_fixed_after_the_commitment_and_before_the_secret_is_told,
    [A01, A02, S01, S02, S05, Sod4],
    [SampleDrawn],
    |w| {
        *w = World::with_books();
        let before = w.size();
        w.accept((LV, AUD), engage("E-1"));
        w.accept((EE, PBO), register(GUN, EE));
        let size = w.size();
        w.day("2026-03-02");
        let sample = |id, day, size| drawn(id, "E-1", day, size);
        w.refuse(Rule::S01, (LV, AUD), drawn("SA-1", "E-9", "2026-02-28", size));
        for who in [(EE, AUD), (LV, REC), (LV, FIN)] {
            w.refuse(Rule::Sod4, who, sample("SA-1", "2026-02-28", size));
        }
        w.refuse(Rule::A01, (LV, AUD), sample("SA-1", "2026-03-02", size));
        // The entry that commits is not in it.
        w.refuse(Rule::A01, (LV, AUD), sample("SA-1", "2026-02-28", before));
        w.refuse(Rule::S05, (LV, AUD), sample("SA-1", "2026-02-28", size + 1));
        let right = sample("SA-1", "2026-02-28", before + 1);
        for (rule, wrong) in [
            (Rule::S05, right.clone().with("method", "MONETARY_UNIT")),
            (Rule::S05, right.clone().with("currency", "EUR")),
            (Rule::S05, right.clone().with("positions", json!([5, 3]))),
            (Rule::S05, right.clone().with("positions", json!([5, 5]))),
            (Rule::S05, right.clone().without("positions")),
            (Rule::A02, right.clone().with("positions", json!([3, before + 1]))),
            (Rule::A02, right.clone().with("positions", json!([1, 2, 3]))),
            (Rule::A02, right.clone().with("drawn", 21)),
            (Rule::A02, right.clone().with("method", "ALL")),
        ] {
            w.refuse(rule, (LV, AUD), wrong);
        }
        let told = w.accept((LV, AUD), right.clone());
        w.refuse(Rule::S02, (LV, AUD), right);
        // Of what was there when the secret was told, more may be drawn; of what came after, not.
        w.day("2026-03-04");
        w.accept((EE, PBO), register(GUN2, EE));
        let money =
            sample("SA-2", "2026-03-03", told).with("method", "MONETARY_UNIT").with("currency", "EUR");
        w.accept((LV, AUD), money.without("positions").with("list", "4".repeat(64)));
        let size = w.size();
        w.refuse(Rule::A01, (LV, AUD), sample("SA-3", "2026-03-03", told + 1));
        w.refuse(Rule::A01, (LV, AUD), sample("SA-3", "2026-03-03", size));
        w.accept((LV, AUD), sample("SA-3", "2026-02-28", told).with("method", "ALL").with("units", 2));
        assert_eq!(w.state.engagement(&"E-1".parse().unwrap()).unwrap().samples.len(), 3);
    }
);

scenario!(
    evidence_is_issued_for_what_was_drawn_each_bundle_once,
    [A03, S01, S02, Sod4],
    [EvidenceBundleIssued],
    |w| {
        *w = World::with_books();
        w.accept((LV, AUD), engage("E-1"));
        let size = w.size();
        w.day("2026-03-02");
        w.accept((LV, AUD), drawn("SA-1", "E-1", "2026-02-28", size));
        let listed = drawn("SA-2", "E-1", "2026-02-28", size).without("positions");
        w.accept((LV, AUD), listed.with("list", "4".repeat(64)));
        w.refuse(Rule::S01, (LV, AUD), bundle("SA-9", 3));
        w.refuse(Rule::Sod4, (EE, AUD), bundle("SA-1", 3));
        w.refuse(Rule::A03, (LV, AUD), bundle("SA-1", 4));
        w.accept((LV, AUD), bundle("SA-1", 3));
        w.refuse(Rule::S02, (LV, AUD), bundle("SA-1", 3));
        w.accept((LV, AUD), bundle("SA-1", 3).with("bundle", "7".repeat(64)));
        // What a list names stands outside; beyond the population nothing does.
        w.accept((LV, AUD), bundle("SA-2", 4));
        w.refuse(Rule::A03, (LV, AUD), bundle("SA-2", size));
        assert_eq!(w.state.sample(&"SA-1".parse().unwrap()).unwrap().bundles.len(), 2);
    }
);

scenario!(
    a_finding_is_answered_by_the_ministry_before_it_is_closed,
    [A04, S01, S02, S03, S05, I03, Sod4],
    [FindingRaised, ManagementReplied, FindingClosed],
    |w| {
        *w = World::with_books();
        w.accept((LV, AUD), engage("E-1"));
        let raised = finding("F-1", "E-1", EE);
        w.refuse(Rule::S01, (LV, AUD), finding("F-1", "E-9", EE));
        w.refuse(Rule::S01, (LV, AUD), finding("F-1", "E-1", "PL"));
        for who in [(EE, AUD), (LV, FIN)] {
            w.refuse(Rule::Sod4, who, raised.clone());
        }
        let next = w.size();
        for (rule, wrong) in [
            (Rule::S05, raised.clone().without("entries")),
            (Rule::S05, raised.clone().with("entries", json!([3, 3]))),
            (Rule::S01, raised.clone().with("entries", json!([3, next]))),
            (Rule::S05, raised.clone().with("answer_by", "2026-02-01")),
        ] {
            w.refuse(rule, (LV, AUD), wrong);
        }
        w.accept((LV, AUD), raised.clone().with("subjects", json!(["contract C-1"])));
        w.refuse(Rule::S02, (LV, AUD), raised);
        assert_eq!(findings(w), ["F-1 EE 2026-04-30"]);
        w.refuse(Rule::A04, (LV, AUD), close_finding("F-1"));
        w.refuse(Rule::S01, (EE, MIN), reply("F-9"));
        for who in [(LV, MIN), (EE, FIN)] {
            w.refuse(Rule::I03, who, reply("F-1"));
        }
        w.refuse(Rule::Sod4, (EE, AUD), reply("F-1"));
        w.refuse(Rule::S05, (EE, MIN), reply("F-1").without("due"));
        w.refuse(Rule::S05, (EE, MIN), reply("F-1").with("accepted", false));
        w.refuse(Rule::S05, (EE, MIN), reply("F-1").with("due", "2026-02-01"));
        w.accept((EE, NAD), reply("F-1").with("accepted", false).without("due"));
        assert_eq!(findings(w), ["F-1 LV -"]);
        // On second thoughts.
        w.accept((EE, MIN), reply("F-1"));
        assert_eq!(findings(w), ["F-1 EE 2026-06-30"]);
        w.refuse(Rule::Sod4, (EE, AUD), close_finding("F-1"));
        w.refuse(Rule::S01, (LV, AUD), close_finding("F-9"));
        w.accept((LV, AUD), close_finding("F-1"));
        w.refuse(Rule::S03, (LV, AUD), close_finding("F-1"));
        w.refuse(Rule::S03, (EE, MIN), reply("F-1"));
        assert!(findings(w).is_empty());
    }
);

scenarios! {
    an_engagement_examines_a_period_or_a_span_under_a_secret_of_its_own,
    a_population_is_fixed_after_the_commitment_and_before_the_secret_is_told,
    evidence_is_issued_for_what_was_drawn_each_bundle_once,
    a_finding_is_answered_by_the_ministry_before_it_is_closed,
}
