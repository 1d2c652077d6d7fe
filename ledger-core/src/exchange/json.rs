//! A JSON document whose numbers are exact: written digit by digit, never by way of a binary fraction.

use std::fmt;
use std::io::{self, Write};

use crate::domain::money::{self, Money};
use crate::domain::quantity::Quantity;

/// A value of a JSON document. Members of an object keep the order in which they were set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json {
    /// Nothing.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// A text.
    pub fn text(text: impl ToString) -> Self {
        Json::Text(text.to_string())
    }

    /// A whole number.
    pub fn whole(number: impl Into<u64>) -> Self {
        Json::Number(number.into().to_string())
    }

    /// The amount without its currency, with as many digits behind the point as the currency has.
    pub fn amount(money: Money) -> Self {
        Json::Number(money::decimal(money.minor(), money.currency().minor_digits()))
    }

    /// The quantity without its unit.
    pub fn quantity(quantity: Quantity) -> Self {
        Json::Number(money::decimal(quantity.number(), u32::from(quantity.scale())))
    }

    /// An object of these members, without those that are not there.
    pub fn object<const N: usize>(members: [(&str, Option<Json>); N]) -> Self {
        let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Json::Object(there.collect())
    }

    /// Texts in a list.
    pub fn texts(all: impl IntoIterator<Item = impl ToString>) -> Self {
        Json::List(all.into_iter().map(Json::text).collect())
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The words of a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Sets a member of an object, in its old place or at the end; anything else becomes an object of it.
    pub fn set(&mut self, name: &str, value: Json) {
        if let Json::Object(members) = self {
            match members.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => members.push((name.to_owned(), value)),
            }
        } else {
            *self = Json::Object(vec![(name.to_owned(), value)]);
        }
    }

    /// Writes the document, each member on a line of its own, `depth` steps in.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn Write, depth: usize) -> io::Result<()> {
        match self {
            Json::Null => out.write_all(b"null"),
            Json::Bool(yes) => write!(out, "{yes}"),
            Json::Number(digits) => out.write_all(digits.as_bytes()),
            Json::Text(text) => write_text(out, text),
            Json::List(list) => {
                enclosed(out, depth, (b"[", b"]"), list, |out, value, depth| value.write(out, depth))
            }
            Json::Object(members) => {
                enclosed(out, depth, (b"{", b"}"), members, |out, (name, value), depth| {
                    write_text(out, name)?;
                    out.write_all(b": ")?;
                    value.write(out, depth)
                })
            }
        }
    }
}

/// The document on one line.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(yes) => write!(f, "{yes}"),
            Json::Number(digits) => f.write_str(digits),
            Json::Text(words) => f.write_str(&text(words)),
            Json::List(list) => {
                f.write_str("[")?;
                for (index, value) in list.iter().enumerate() {
                    write!(f, "{}{value}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index == 0 { "" } else { "," }, text(name))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Writes `text` as JSON writes it.
fn write_text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}

/// Writes what stands between brackets, one on a line.
fn enclosed<T>(
    out: &mut dyn Write,
    depth: usize,
    (open, close): (&[u8], &[u8]),
    inside: &[T],
    mut each: impl FnMut(&mut dyn Write, &T, usize) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(open)?;
    let deeper = depth.saturating_add(1);
    for (index, value) in inside.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        indent(out, deeper)?;
        each(out, value, deeper)?;
    }
    if !inside.is_empty() {
        out.write_all(b"\n")?;
        indent(out, depth)?;
    }
    out.write_all(close)
}

/// Begins a line `depth` steps in.
pub fn indent(out: &mut dyn Write, depth: usize) -> io::Result<()> {
    (0..depth).try_for_each(|_| out.write_all(b"  "))
}
