//! The ledger's side of R9: the ministry's keys, and the standing authorisations that it granted.

use std::collections::BTreeMap;

use super::shapes::{Listed, ListedStatus};
use super::{Facts, Note, Record, Terms, Value};
use crate::domain::consent::Basis;
use crate::domain::ids::AuthorisationId;
use crate::domain::party::{KeyRecord, KeyStatus};
use crate::domain::state::State;
use crate::domain::time::{Date, Timestamp};

/// R9: every key that was ever enrolled for the ministry, and every authorisation that it granted.
pub(super) fn registers(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let keys = state.keys().filter(|(_, record)| record.party == terms.party).map(|(key, record)| {
        let (status, until) = status_of(record, facts, terms);
        let uses = state.signed_by(key).iter().map(|signed| (signed.at, signed.entry)).collect();
        let since = facts.recorded(record.enrolled_in);
        let note = Note { since, uses, ..Note::default() };
        let role = record.role.to_string();
        line(terms, Listed::Key, key.to_string(), role, status, until, note)
    });
    let mut relied = relied(state, facts);
    let granted = state.authorisations().filter(|(_, known)| known.terms.grantor == terms.party);
    let authorisations = granted.map(|(id, known)| {
        let recorded = |entry: Option<u64>| entry.and_then(|entry| facts.recorded(entry));
        let ends = known.terms.valid_to;
        let (status, until) = if let Some(revoked) = recorded(known.revoked_in) {
            (ListedStatus::Revoked, revoked.date())
        } else if ends < terms.span.to {
            (ListedStatus::Expired, ends)
        } else if let Some(suspended) = recorded(known.suspended_in) {
            (ListedStatus::Suspended, suspended.date())
        } else {
            (ListedStatus::Active, ends)
        };
        let uses = relied.remove(id).unwrap_or_default();
        let note = Note { since: Some(known.terms.occurred_at), uses, ..Note::default() };
        let family = known.terms.family.to_string();
        line(terms, Listed::Authorisation, id.to_string(), family, status, Some(until), note)
    });
    let mut records: Vec<Record> = keys.collect();
    records.extend(authorisations);
    records
}

fn line(
    terms: &Terms,
    kind: Listed,
    id: String,
    role: String,
    status: ListedStatus,
    until: Option<Date>,
    note: Note,
) -> Record {
    Record {
        values: vec![
            Value::Day(terms.span.to),
            Value::word(kind),
            Value::word(id),
            Value::word(terms.party),
            Value::word(role),
            Value::word(status),
            until.map_or(Value::Blank, Value::Day),
        ],
        row: 0,
        note: Some(Box::new(note)),
    }
}

/// Whether a key still signs, and the day on which it ended or ends.
fn status_of(record: &KeyRecord, facts: &Facts, terms: &Terms) -> (ListedStatus, Option<Date>) {
    let recorded = |entry: u64| facts.recorded(entry).map(Timestamp::date);
    match record.status {
        KeyStatus::Active => match record.valid_until {
            Some(until) if until <= terms.now() => (ListedStatus::Expired, Some(until.date())),
            until => (ListedStatus::Active, until.map(Timestamp::date)),
        },
        KeyStatus::Rotated { entry, .. } => (ListedStatus::Rotated, recorded(entry)),
        KeyStatus::Revoked { entry } => (ListedStatus::Revoked, recorded(entry)),
        KeyStatus::Compromised { since, .. } => (ListedStatus::Compromised, Some(since.date())),
    }
}

/// By authorisation: the acts that rest on it, when each was recorded and its entry, in order.
fn relied<'a>(state: &'a State, facts: &Facts) -> BTreeMap<&'a AuthorisationId, Vec<(Timestamp, u64)>> {
    let mut relied: BTreeMap<&AuthorisationId, Vec<(Timestamp, u64)>> = BTreeMap::new();
    for (entry, reliances) in state.all_reliances() {
        for reliance in reliances {
            let Basis::Standing { authorisation } = &reliance.basis else { continue };
            let Some(at) = facts.recorded(*entry) else { continue };
            let uses = relied.entry(authorisation).or_default();
            if uses.last() != Some(&(at, *entry)) {
                uses.push((at, *entry));
            }
        }
    }
    relied
}
