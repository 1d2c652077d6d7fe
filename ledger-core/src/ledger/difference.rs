//! What differs between two states, row by row of the [state document](super::state_digest).
//!
//! The rows of both are walked in step, in the order of the document; no table is copied and nothing is hashed. Each
//! difference says behind which row of the second document an added row stands. So the differences, applied to the first
//! document in their order, give the second one, byte for byte.

use serde::Serialize;
use serde_json::Value;

use crate::domain::State;
use crate::domain::table::Pairs;

/// A row's place in the state document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowName {
    /// The table.
    pub table: &'static str,
    /// The key as it stands in the document: JSON.
    pub key: String,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the second state has it.
    Added,
    /// Only the first state has it.
    Removed,
    /// Both have it, with other content.
    Changed,
}

/// One row that is not the same in both states. Rows are given as they stand in the documents: JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The row.
    pub row: RowName,
    /// What the first state has.
    pub before: Option<String>,
    /// What the second state has.
    pub after: Option<String>,
    /// The row before it in the second document; `None`: it is the first.
    pub behind: Option<RowName>,
}

/// A field of a row that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Its name; names of nested fields are joined by dots.
    pub field: String,
    /// What it was; `null`: it was not there.
    pub before: Value,
    /// What it is; `null`: it is not there any more.
    pub after: Value,
}

impl Difference {
    /// What became of the row.
    pub const fn change(&self) -> Change {
        match (&self.before, &self.after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        }
    }

    /// The fields of a changed row that are not the same, by name. Lists are compared as a whole.
    pub fn fields(&self) -> Vec<FieldChange> {
        let mut fields = Vec::new();
        if let (Some(before), Some(after)) = (&self.before, &self.after) {
            compare("", &value(before), &value(after), &mut fields);
        }
        fields
    }
}

/// A row or key of the document, parsed.
pub fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}

fn compare(name: &str, before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let (Value::Object(first), Value::Object(second)) = (before, after) else {
        let field = name.to_owned();
        found.push(FieldChange { field, before: before.clone(), after: after.clone() });
        return;
    };
    let mut names: Vec<&String> = first.keys().chain(second.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for inner in names {
        let path = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
        let of = |fields: &serde_json::Map<String, Value>| fields.get(inner).cloned().unwrap_or(Value::Null);
        compare(&path, &of(first), &of(second), found);
    }
}

/// Compares row by row and tells what differs.
struct Walker<'a, E> {
    tell: &'a mut dyn FnMut(Difference) -> Result<(), E>,
    /// The last row of the second document so far.
    last: Option<RowName>,
    /// Room for the two forms of a row.
    room: (Vec<u8>, Vec<u8>),
}

/// Why a comparison ended early.
#[derive(Debug, thiserror::Error)]
pub enum DifferenceError<E> {
    /// A row has no JSON form: a fault of the program.
    #[error("a row cannot be written: {0}")]
    Row(#[from] serde_json::Error),
    /// Whoever is told wants no more.
    #[error("{0}")]
    Told(E),
}

impl<E> Pairs for Walker<'_, E> {
    type Error = DifferenceError<E>;

    fn same<K: Serialize>(&mut self, table: &'static str, last: Option<&K>) -> Result<(), Self::Error> {
        if let Some(key) = last {
            self.last = Some(RowName { table, key: serde_json::to_string(key)? });
        }
        Ok(())
    }

    fn pair<K: Serialize, V: Serialize>(
        &mut self,
        table: &'static str,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) -> Result<(), Self::Error> {
        let (first, second) = (&mut self.room.0, &mut self.room.1);
        write(first, before)?;
        write(second, after)?;
        let row = RowName { table, key: serde_json::to_string(key)? };
        if before.is_some() != after.is_some() || first != second {
            let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
            let difference = Difference {
                row: row.clone(),
                before: before.is_some().then(|| text(first)),
                after: after.is_some().then(|| text(second)),
                behind: self.last.clone(),
            };
            (self.tell)(difference).map_err(DifferenceError::Told)?;
        }
        if after.is_some() {
            self.last = Some(row);
        }
        Ok(())
    }
}

fn write<V: Serialize>(into: &mut Vec<u8>, row: Option<&V>) -> serde_json::Result<()> {
    into.clear();
    row.map_or(Ok(()), |row| serde_json::to_writer(into, row))
}

/// Tells every row that is not the same in both states, in the order of the document.
///
/// # Errors
/// Those of `tell`, which end the walk; a row without a JSON form.
pub fn differences<E>(
    before: &State,
    after: &State,
    tell: &mut dyn FnMut(Difference) -> Result<(), E>,
) -> Result<(), DifferenceError<E>> {
    before.rows_beside(after, &mut Walker { tell, last: None, room: (Vec::new(), Vec::new()) })
}
