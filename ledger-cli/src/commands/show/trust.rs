//! What the parties let each other do: authorisations, crises, and a party with all of it, for people.

use ledger_core::domain::authority::Authorisation;
use ledger_core::domain::crisis::Crisis;
use ledger_core::domain::ids::CrisisId;
use ledger_core::domain::membership::Membership;
use ledger_core::domain::party::{KeyStatus, PartyRecord};
use ledger_core::domain::ratification::RatificationStatus;
use ledger_core::domain::{Party, State};

use super::{list, rows};
use crate::render::human;

/// What became of an authorisation.
fn standing(authorisation: &Authorisation) -> String {
    match (authorisation.revoked_in, authorisation.suspended_in) {
        (Some(entry), _) => format!("revoked in entry {entry}"),
        (_, Some(entry)) => format!("suspended in entry {entry}"),
        _ => "in force".into(),
    }
}

pub(super) fn authorisation_lines(authorisation: &Authorisation) -> Vec<String> {
    let terms = &authorisation.terms;
    let mut lines = vec![
        format!(
            "{}  {} lets {} {}",
            human::strong(&terms.authorisation),
            terms.grantor,
            list(&terms.grantees),
            terms.family
        ),
        format!("  status {}", human::strong(standing(authorisation))),
        format!("  from {} to {} · notice {} h", terms.valid_from, terms.valid_to, terms.notice_h),
        format!("  at most {}", human::facts(&terms.limits)),
    ];
    if !authorisation.under_way.is_empty() {
        lines.push(format!("  under way {}", list(&authorisation.under_way)));
    }
    lines
}

/// How long a declaration holds, and whether it still does.
fn duration(crisis: &Crisis) -> String {
    match crisis.ended_in {
        Some(entry) => format!("ended in entry {entry}"),
        None => format!("until {}", crisis.terms.expires_at),
    }
}

pub(super) fn crisis_lines(state: &State, id: &CrisisId, declared: &[&Crisis]) -> Vec<String> {
    let declarations = declared.iter().map(|crisis| {
        let terms = &crisis.terms;
        vec![
            terms.party.to_string(),
            terms.scope.to_string(),
            list(&terms.families),
            terms.starts_at.to_string(),
            duration(crisis),
        ]
    });
    let owed = state.ratifications().filter(|(_, ratification)| ratification.crisis == *id);
    let owed = owed.map(|((entry, party), ratification)| {
        let became = match ratification.status {
            RatificationStatus::Owed => format!("owed until {}", ratification.due),
            RatificationStatus::Ratified { entry } => format!("ratified in entry {entry}"),
            RatificationStatus::Refused { entry } => format!("refused in entry {entry}"),
            RatificationStatus::Unwound { entry } => format!("refused, undone in entry {entry}"),
        };
        vec![
            entry.to_string(),
            ratification.subject.to_string(),
            ratification.by.to_string(),
            party.to_string(),
            became,
        ]
    });
    let mut lines = vec![human::strong(id)];
    lines.extend(rows(&["PARTY", "SCOPE", "FOR", "FROM", "HOLDS"], declarations.collect()));
    lines.extend(rows(&["ACT", "ABOUT", "DONE BY", "RATIFIED BY", "STATUS"], owed.collect()));
    lines
}

pub(super) fn party_lines(state: &State, id: Party, record: &PartyRecord) -> Vec<String> {
    let membership = match record.membership {
        Membership::Member => format!("a member since entry {}", record.member_since),
        Membership::Suspended { entry } => format!("suspended in entry {entry}"),
        Membership::Withdrawn { entry } => format!("left in entry {entry}"),
    };
    let mut lines =
        vec![format!("{}  {}", human::strong(id), record.name), format!("  {}", human::strong(membership))];
    let mut keys: Vec<_> = state.keys().filter(|(_, key)| key.party == id).collect();
    keys.sort_by_key(|(_, key)| (key.role, key.enrolled_in));
    let keys = keys.into_iter().map(|(key, record)| {
        let status = match record.status {
            KeyStatus::Active => "active".into(),
            KeyStatus::Rotated { entry, .. } => format!("replaced in entry {entry}"),
            KeyStatus::Revoked { entry } => format!("revoked in entry {entry}"),
            KeyStatus::Compromised { entry, .. } => format!("compromised, entry {entry}"),
        };
        vec![record.role.to_string(), key.short().to_string(), record.enrolled_in.to_string(), status]
    });
    lines.extend(rows(&["ROLE", "KEY", "ENTRY", "STATUS"], keys.collect()));
    let delegations = state.delegations().filter(|(_, known)| known.party == id).map(|(number, known)| {
        let until = match known.ended_in {
            Some(entry) => format!("ended in entry {entry}"),
            None => format!("until {}", known.terms.until),
        };
        let to = known.terms.to.short().to_string();
        vec![number.to_string(), known.role.to_string(), known.terms.from.short().to_string(), to, until]
    });
    lines.extend(rows(&["DELEGATION", "ROLE", "FROM", "TO", "HOLDS"], delegations.collect()));
    let concerns = |known: &Authorisation| known.terms.grantor == id || known.terms.grantees.contains(&id);
    let authorisations =
        state.authorisations().filter(|(_, known)| concerns(known)).map(|(number, known)| {
            let terms = &known.terms;
            let days = format!("{} to {}", terms.valid_from, terms.valid_to);
            let who = (terms.grantor.to_string(), list(&terms.grantees));
            vec![number.to_string(), who.0, who.1, terms.family.to_string(), days, standing(known)]
        });
    lines.extend(rows(&["AUTHORISATION", "OF", "TO", "FOR", "DAYS", "STATUS"], authorisations.collect()));
    let crises = state.crises().filter(|known| known.terms.party == id).map(|known| {
        let terms = &known.terms;
        let (scope, families) = (terms.scope.to_string(), list(&terms.families));
        vec![terms.crisis.to_string(), scope, families, terms.starts_at.to_string(), duration(known)]
    });
    lines.extend(rows(&["CRISIS", "SCOPE", "FOR", "FROM", "HOLDS"], crises.collect()));
    let exclusions =
        state.exclusions().filter(|(_, known)| known.terms.party == id).map(|(number, known)| {
            let until = match (known.ended_in, known.ends) {
                (Some(entry), _) => format!("ended in entry {entry}"),
                (None, Some(ends)) => format!("until {ends}"),
                (None, None) => "until further notice".into(),
            };
            vec![number.to_string(), known.terms.family.to_string(), known.since.to_string(), until]
        });
    lines.extend(rows(&["EXCLUSION", "FROM", "SINCE", "HOLDS"], exclusions.collect()));
    lines
}
