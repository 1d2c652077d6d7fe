//! The merge of releases (OCDS 1.1, "Merging"), for what we publish.

use crate::exchange::json::Json;

/// Lists that the schema marks `wholeListMerge`, of those that we publish: the newer list takes the older's place.
const WHOLE: [&str; 1] = ["deliveryAddresses"];

/// What of a release no record has.
const OWN: [&str; 3] = ["id", "date", "tag"];

/// What a `null` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It takes away what was there: what a record shows.
    Taken,
    /// It stands there: a release says it.
    Said,
}

/// Lays a newer release, or a part of one, over `old`.
///
/// Objects are merged member by member. A list of objects with ids is merged object by object; any other list, and
/// every plain value, is replaced by the newer.
pub fn merge(old: &mut Json, new: &Json, gone: Gone) {
    match new {
        Json::Object(members) => {
            if !matches!(old, Json::Object(_)) {
                *old = Json::Object(Vec::new());
            }
            members.iter().for_each(|(name, value)| merge_member(old, name, value, gone));
        }
        other => *old = other.clone(),
    }
}

fn merge_member(old: &mut Json, name: &str, value: &Json, gone: Gone) {
    let Json::Object(members) = old else { return };
    if *value == Json::Null && gone == Gone::Taken {
        members.retain(|(known, _)| known != name);
        return;
    }
    let index = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        let empty = if matches!(value, Json::List(_)) { Json::List(Vec::new()) } else { Json::Null };
        members.push((name.to_owned(), empty));
        members.len().saturating_sub(1)
    });
    let Some((_, slot)) = members.get_mut(index) else { return };
    match (slot, value) {
        (Json::List(there), Json::List(more)) if !WHOLE.contains(&name) && more.iter().all(has_id) => {
            more.iter().for_each(|element| merge_element(there, element, gone));
        }
        (slot, value) => merge(slot, value, gone),
    }
}

fn has_id(element: &Json) -> bool {
    element.get("id").is_some()
}

fn merge_element(there: &mut Vec<Json>, element: &Json, gone: Gone) {
    let known = there.iter_mut().find(|known| known.get("id") == element.get("id"));
    if let Some(known) = known {
        merge(known, element, gone);
    } else {
        let mut first = Json::Null;
        merge(&mut first, element, gone);
        there.push(first);
    }
}

/// What the releases of one process, oldest first, come to.
pub fn compile(releases: &[Json]) -> Json {
    let newest = releases.last();
    let of =
        |name: &str| newest.and_then(|release| release.get(name)).and_then(Json::as_text).unwrap_or_default();
    let (ocid, date) = (of("ocid"), of("date"));
    let mut compiled = Json::object([
        ("tag", Some(Json::List(vec![Json::text("compiled")]))),
        ("id", Some(Json::Text(format!("{ocid}-{date}")))),
        ("date", Some(Json::text(date))),
    ]);
    for release in releases {
        if let Json::Object(members) = release {
            let shared = members.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
            shared.for_each(|(name, value)| merge_member(&mut compiled, name, value, Gone::Taken));
        }
    }
    compiled
}
