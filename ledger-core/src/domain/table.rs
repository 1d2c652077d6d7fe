//! An ordered table that can be forked for a trial.
//!
//! Whether an act of several events is lawful can only be said by trying one event after the other, and the
//! true state must not notice. So a table forks in constant time: the fork shares the rows and keeps its own
//! changes beside them. The true state has no fork alive when it is changed, so it changes in place.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// Who walks over the rows of the state, table by table, each in the order of its keys.
pub trait Rows {
    /// What can go wrong on the way.
    type Error;

    /// Takes one row.
    ///
    /// # Errors
    /// Those of the walker; the walk ends there.
    fn row<K: Serialize, V: Serialize>(
        &mut self,
        table: &'static str,
        key: &K,
        row: &V,
    ) -> Result<(), Self::Error>;
}

/// Who walks over the rows of two states side by side, table by table, each in the order of its keys.
pub trait Pairs {
    /// What can go wrong on the way.
    type Error;

    /// Passes over a table that is the same in both, whose last row has this key.
    ///
    /// # Errors
    /// Those of the walker; the walk ends there.
    fn same<K: Serialize>(&mut self, table: &'static str, last: Option<&K>) -> Result<(), Self::Error>;

    /// Takes what one key has in the first state and in the second; it is in one of them at least.
    ///
    /// # Errors
    /// Those of the walker; the walk ends there.
    fn pair<K: Serialize, V: Serialize>(
        &mut self,
        table: &'static str,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) -> Result<(), Self::Error>;
}

/// Defines a part of the state: its tables, then, if there are, single `values` and `parts` with tables of their
/// own. The names of tables and values stand in the state document: each is used once in the whole state.
macro_rules! tables {
    (
        $(#[$doc:meta])*
        $vis:vis struct $name:ident {
            $($(#[$tdoc:meta])* $table:ident: $key:ty => $row:ty,)*
        }
        $(values { $($(#[$vdoc:meta])* $value:ident: $type:ty,)* })?
        $(parts { $($(#[$pdoc:meta])* $part:ident: $inner:ty,)* })?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        $vis struct $name {
            $($(#[$tdoc])* pub(crate) $table: $crate::domain::table::Table<$key, $row>,)*
            $($($(#[$vdoc])* pub(crate) $value: $type,)*)?
            $($($(#[$pdoc])* pub(crate) $part: $inner,)*)?
        }

        impl $name {
            /// A copy for a trial: what happens to it stays with it.
            pub(crate) fn fork(&self) -> Self {
                Self {
                    $($table: self.$table.fork(),)*
                    $($($value: self.$value.clone(),)*)?
                    $($($part: self.$part.fork(),)*)?
                }
            }

            /// Shows every row.
            pub(crate) fn walk<R: $crate::domain::table::Rows>(&self, rows: &mut R) -> Result<(), R::Error> {
                $(for (key, row) in self.$table.iter() {
                    rows.row(stringify!($table), key, row)?;
                })*
                $($(rows.row(stringify!($value), &(), &self.$value)?;)*)?
                $($(self.$part.walk(rows)?;)*)?
                Ok(())
            }

            /// Adds the names of all tables and values, in the order in which they are shown.
            pub(crate) fn name_tables(names: &mut Vec<&'static str>) {
                $(names.push(stringify!($table));)*
                $($(names.push(stringify!($value));)*)?
                $($(<$inner>::name_tables(names);)*)?
            }

            /// Shows every row beside the one of the same key in another state.
            pub(crate) fn walk_beside<P: $crate::domain::table::Pairs>(
                &self,
                other: &Self,
                pairs: &mut P,
            ) -> Result<(), P::Error> {
                $(self.$table.beside(&other.$table, stringify!($table), pairs)?;)*
                $($(pairs.pair(stringify!($value), &(), Some(&self.$value), Some(&other.$value))?;)*)?
                $($(self.$part.walk_beside(&other.$part, pairs)?;)*)?
                Ok(())
            }
        }
    };
}
pub(crate) use tables;

/// Serialises a map whose keys are no text as a list of pairs, in key order.
pub(crate) fn pairs<'a, K, V, S>(map: &'a BTreeMap<K, V>, out: S) -> Result<S::Ok, S::Error>
where
    K: Serialize + 'a,
    V: Serialize + 'a,
    S: Serializer,
{
    out.collect_seq(map)
}

/// Rows by key, in key order.
#[derive(Debug, Clone)]
pub(crate) struct Table<K, V> {
    rows: Arc<BTreeMap<K, V>>,
    /// What a fork changed; `None` as value: removed. Absent in the true state.
    trial: Option<BTreeMap<K, Option<V>>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: Arc::new(BTreeMap::new()), trial: None }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// A table that begins with these rows and whose changes touch nothing else.
    pub(crate) fn fork(&self) -> Self {
        Self { rows: Arc::clone(&self.rows), trial: Some(self.trial.clone().unwrap_or_default()) }
    }

    /// The row of `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        match self.trial.as_ref().and_then(|trial| trial.get(key)) {
            Some(changed) => changed.as_ref(),
            None => self.rows.get(key),
        }
    }

    /// True when there is a row of `key`.
    pub(crate) fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Sets the row of `key`.
    pub(crate) fn insert(&mut self, key: K, row: V) {
        match &mut self.trial {
            Some(trial) => {
                trial.insert(key, Some(row));
            }
            None => {
                Arc::make_mut(&mut self.rows).insert(key, row);
            }
        }
    }

    /// Takes the row of `key` away.
    pub(crate) fn remove(&mut self, key: &K) {
        match &mut self.trial {
            Some(trial) => {
                trial.insert(key.clone(), None);
            }
            None => {
                Arc::make_mut(&mut self.rows).remove(key);
            }
        }
    }

    /// The row of `key`, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match &mut self.trial {
            Some(trial) => {
                if !trial.contains_key(key) {
                    trial.insert(key.clone(), self.rows.get(key).cloned());
                }
                trial.get_mut(key).and_then(Option::as_mut)
            }
            None => Arc::make_mut(&mut self.rows).get_mut(key),
        }
    }

    /// The row of `key`, made by `new` if there is none.
    pub(crate) fn get_or_insert(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        match &mut self.trial {
            Some(trial) => {
                let rows = &self.rows;
                let row = trial.entry(key).or_insert_with_key(|key| rows.get(key).cloned());
                row.get_or_insert_with(new)
            }
            None => Arc::make_mut(&mut self.rows).entry(key).or_insert_with(new),
        }
    }

    /// All rows in key order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let trial = self.trial.as_ref();
        let kept = self.rows.iter().filter(move |(key, _)| !trial.is_some_and(|t| t.contains_key(key)));
        let changed = trial.into_iter().flatten().filter_map(|(key, row)| Some((key, row.as_ref()?)));
        merge(kept, changed)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        if self.trial.is_none() { self.rows.len() } else { self.iter().count() }
    }
}

impl<K: Ord + Clone + Serialize, V: Clone + Serialize> Table<K, V> {
    /// Shows every row beside the one of the same key in another table. A table that nobody has written to since the
    /// other was made of it is passed over.
    pub(crate) fn beside<P: Pairs>(
        &self,
        other: &Self,
        name: &'static str,
        pairs: &mut P,
    ) -> Result<(), P::Error> {
        if Arc::ptr_eq(&self.rows, &other.rows) && self.trial.is_none() && other.trial.is_none() {
            return pairs.same(name, self.rows.last_key_value().map(|(key, _)| key));
        }
        let (mut before, mut after) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((first, _)), Some((second, _))) => first.cmp(second),
            };
            let gone = if order.is_le() { before.next() } else { None };
            let come = if order.is_ge() { after.next() } else { None };
            let key = gone.or(come).map(|(key, _)| key);
            if let Some(key) = key {
                pairs.pair(name, key, gone.map(|(_, row)| row), come.map(|(_, row)| row))?;
            }
        }
    }
}

/// Two iterators in key order, without common keys, as one in key order.
fn merge<'a, K: Ord + 'a, V: 'a>(
    left: impl Iterator<Item = (&'a K, &'a V)>,
    right: impl Iterator<Item = (&'a K, &'a V)>,
) -> impl Iterator<Item = (&'a K, &'a V)> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some((a, _)), Some((b, _))) if a > b => right.next(),
        (Some(_), _) => left.next(),
        (None, _) => right.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_changes_only_itself() {
        let mut table: Table<u8, &str> = Table::default();
        table.insert(1, "one");
        table.insert(3, "three");
        let mut fork = table.fork();
        fork.insert(2, "two");
        fork.remove(&3);
        *fork.get_mut(&1).unwrap() = "uno";
        *fork.get_or_insert(9, || "nine") = "neun";
        assert_eq!(fork.iter().collect::<Vec<_>>(), [(&1, &"uno"), (&2, &"two"), (&9, &"neun")]);
        assert_eq!((fork.len(), fork.get(&3), fork.contains(&2)), (3, None, true));
        assert_eq!(table.iter().collect::<Vec<_>>(), [(&1, &"one"), (&3, &"three")]);
        let again = fork.fork();
        drop(fork);
        assert_eq!(again.get(&1), Some(&"uno"));
    }
}
