//! Every line of the mapping of domain.md 9.1 has a release that shows it, in the ledger that has every kind of event.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::ledgers::{story, vectors};
use super::{list, published, releases, text_of};

/// The releases with a tag.
fn tagged<'a>(package: &'a Value, tag: &str) -> Vec<&'a Value> {
    let with = |release: &&Value| list(&release["tag"]).iter().any(|known| known == tag);
    let found: Vec<&Value> = list(&package["releases"]).iter().filter(with).collect();
    assert!(!found.is_empty(), "no release is tagged {tag}");
    found
}

/// True when something in one of the releases lies at the path; `*` stands for every element of a list.
fn found<'a>(values: Vec<&'a Value>, path: &str) -> Vec<&'a Value> {
    path.split('.').fold(values, |values, step| {
        let inside = values.into_iter().flat_map(|value| match step {
            "*" => list(value).iter().collect::<Vec<_>>(),
            name => value.get(name).into_iter().collect(),
        });
        inside.collect()
    })
}

fn require(package: &Value, tag: &str, path: &str, expected: &str) {
    let there = found(tagged(package, tag), path);
    let said = |value: &&Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words: BTreeSet<String> = there.iter().map(said).collect();
    assert!(words.iter().any(|word| word.contains(expected)), "{tag} {path}: {expected} is not in {words:?}");
}

#[test]
fn each_line_of_the_mapping_is_shown() {
    let all = releases(&vectors());
    for (tag, path, expected) in [
        ("planning", "planning.budget.amount.amount", ""),
        ("planning", "planning.budget.projectID", ""),
        ("planningUpdate", "planning.budget.budgetBreakdown.*.amount.amount", ""),
        ("planningUpdate", "planning.budget.budgetBreakdown.*.sourceParty.id", "EE"),
        ("planning", "parties.*.roles.*", "leadBuyer"),
        ("planning", "parties.*.roles.*", "procuringEntity"),
        ("planning", "parties.*.roles.*", "centralPurchasingBody"),
        ("planningUpdate", "parties.*.roles.*", "sourceParty"),
        ("planning", "buyer.id", "EE"),
        ("award", "awards.*.buyers.*.id", "LV"),
        ("contract", "contracts.*.buyer.id", ""),
        ("tender", "tender.legalBasis.scheme", "CELEX"),
        ("tender", "tender.crossBorderLaw", ""),
        ("tenderUpdate", "tender.techniques.hasFrameworkAgreement", "true"),
        ("tenderUpdate", "tender.techniques.frameworkAgreement.method", "withoutReopeningCompetition"),
        ("tender", "tender.lots.*.id", ""),
        ("award", "awards.*.relatedLots.*", ""),
        ("awardCancellation", "awards.*.status", "cancelled"),
        ("contract", "contracts.*.signatories.*.id", "NCAGE-"),
        ("contract", "contracts.*.options.description", "extended"),
        ("contract", "contracts.*.suppliers.*.id", "NCAGE-"),
        ("contract", "contracts.*.relatedProcesses.*.relationship.*", "framework"),
        ("contract", "contracts.*.items.*.deliveryAddresses.*.countryName", "LV"),
        ("contract", "contracts.*.items.*.classification.scheme", "CPV"),
        ("contract", "contracts.*.items.*.additionalClassifications.*.scheme", "NSN"),
        ("contract", "contracts.*.items.*.additionalClassifications.*.scheme", "EUCML"),
        ("contract", "contracts.*.items.*.additionalClassifications.*.scheme", "UNHD"),
        ("contractAmendment", "contracts.*.amendments.*.rationale", "withdraws"),
        ("contractAmendment", "contracts.*.amendments.*.rationale", "Option"),
        ("implementation", "contracts.*.milestones.*.type", "delivery"),
        ("implementationUpdate", "contracts.*.milestones.*.type", "assessment"),
        ("implementationUpdate", "contracts.*.milestones.*.type", "payment"),
        ("implementationUpdate", "contracts.*.milestones.*.type", "approval"),
        (
            "implementationUpdate",
            "contracts.*.implementation.documents.*.documentType",
            "completionCertificate",
        ),
        ("implementationUpdate", "contracts.*.implementation.transactions.*.payer.id", "EE"),
        ("implementationUpdate", "contracts.*.implementation.transactions.*.payee.id", "NCAGE-"),
        ("implementationUpdate", "contracts.*.implementation.transactions.*.value.amount", ""),
        ("implementationUpdate", "contracts.*.implementation.transactions.*.id", "advance:"),
        ("implementationUpdate", "contracts.*.implementation.transactions.*.id", "refund:"),
        ("contractTermination", "contracts.*.status", "terminated"),
    ] {
        require(&all, tag, path, expected);
    }
}

#[test]
fn the_demo_shows_what_it_tells() {
    let all = releases(&story("baltic"));
    for (tag, path, expected) in [
        ("planning", "planning.budget.project", ""),
        ("award", "awards.*.value.currency", "EUR"),
        ("contract", "contracts.*.items.*.deliveryAddresses.*.countryName", "LT"),
        ("implementation", "contracts.*.milestones.*.status", "scheduled"),
        ("implementationUpdate", "contracts.*.milestones.*.status", "met"),
        ("implementationUpdate", "contracts.*.implementation.transactions.*.payer.id", "LV"),
    ] {
        require(&all, tag, path, expected);
    }
    let call_offs = releases(&story("regimes"));
    require(&call_offs, "contract", "contracts.*.relatedProcesses.*.title", "Framework agreement");
    require(&call_offs, "tenderUpdate", "tender.lots.*.techniques.frameworkAgreement.value.amount", "");
}

#[test]
fn ids_are_unique_and_dates_rise_and_every_organisation_is_introduced() {
    for store in [vectors(), story("baltic"), story("regimes"), story("findings")] {
        let all = releases(&store);
        let mut ids = BTreeSet::new();
        let mut last: Option<(String, String)> = None;
        for release in list(&all["releases"]) {
            let of = |name: &str| release[name].as_str().unwrap().to_owned();
            assert!(ids.insert(of("id")), "{} twice", of("id"));
            assert!(!list(&release["tag"]).is_empty(), "{} has no tag", of("id"));
            if let Some((ocid, date)) = last.replace((of("ocid"), of("date"))) {
                assert!(ocid != of("ocid") || date <= of("date"), "{} is older", of("id"));
            }
            let known: BTreeSet<&str> =
                found(vec![release], "parties.*.id").into_iter().filter_map(Value::as_str).collect();
            for path in [
                "buyer.id",
                "awards.*.suppliers.*.id",
                "awards.*.buyers.*.id",
                "contracts.*.buyer.id",
                "contracts.*.signatories.*.id",
                "contracts.*.implementation.transactions.*.payee.id",
            ] {
                for id in found(vec![release], path) {
                    assert!(known.contains(id.as_str().unwrap()), "{}: {id} is not introduced", of("id"));
                }
            }
        }
    }
}

#[test]
fn the_same_ledger_gives_the_same_bytes_and_a_party_gets_its_own() {
    let store = story("baltic");
    for compiled in [false, true] {
        let once = text_of(&published(&store, false, None), compiled);
        assert_eq!(once, text_of(&published(&store, false, None), compiled));
    }
    let findings = story("findings");
    let all = published(&findings, false, None);
    let of = |party: &str| published(&findings, false, Some(party.parse().unwrap()));
    assert!(of("LT").records() < all.records(), "{} of {}", of("LT").records(), all.records());
    assert!(!text_of(&of("LT"), false).contains("PRG-LV-1\""));
    assert_eq!(of("EE").left_out(), 0);
}

#[test]
fn an_act_that_waits_is_no_release_before_its_last_signature() {
    // Entries that wait for a signature have no release of their own; the entry that completes them has.
    let store = story("baltic");
    let mut waited = BTreeSet::new();
    super::told(&store, |visit| {
        if !visit.missing.is_empty() {
            waited.insert(visit.entry.act().seq.to_string());
        }
    });
    assert!(waited.len() > 10);
    for release in list(&releases(&store)["releases"]) {
        let id = release["id"].as_str().unwrap();
        let entry = id.rsplit('-').next().unwrap();
        assert!(!waited.contains(entry), "{id}");
    }
}
