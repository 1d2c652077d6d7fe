//! Words that people write: identifiers and prose, bounded and in one form.
//!
//! Equal words must have equal bytes, and what an auditor reads must be what was signed. So text is
//! Unicode NFC, has no control characters, and none of the invisible marks that hide or reorder what is shown.
//! Every character is assigned in the version of Unicode that `docs/format.md` names: only of those is it
//! certain that what is NFC today is NFC for every later reader.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::char::is_public_assigned;
use unicode_normalization::is_nfc;

use super::pattern;

/// Gives a type whose only outside form is a line of text its JSON form and JSON Schema: the text of
/// `Display`, read by `FromStr`.
///
/// The schema is a pattern that stands wherever the type is used; or, behind `once`, the keywords of a
/// definition of its own, when they are long. It accepts what `FromStr` accepts (tests/core/laws/schemas.rs).
macro_rules! text_form {
    ($type:ty, $what:literal, once { $($keywords:tt)* }) => {
        $crate::domain::text::text_form!(@ $type, $what, false, { $($keywords)* });
    };
    ($type:ty, $what:literal, $pattern:expr) => {
        $crate::domain::text::text_form!(@ $type, $what, true, { "pattern": $pattern });
    };
    (@ $type:ty, $what:literal, $inline:literal, { $($keywords:tt)* }) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                input.deserialize_str(Visitor)
            }
        }

        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                $inline
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "title": $what, $($keywords)* })
            }
        }
    };
}
pub(crate) use text_form;

/// Defines a closed list of codes: each with the number that stands for it in the bytes of an entry, the
/// word that people write, and its meaning. Numbers and words never change; the list only grows.
macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident: $what:literal { $($(#[$vdoc:meta])* $number:literal $variant:ident $code:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// Every code with its number in the bytes of an entry.
            pub const ALL: &'static [(u8, $name)] = &[$(($number, $name::$variant),)*];

            /// The word that people write.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }

            /// The number in the bytes of an entry.
            pub const fn number(self) -> u8 {
                match self { $($name::$variant => $number,)* }
            }

            /// The code with this number.
            ///
            /// # Errors
            /// There is none.
            pub fn from_number(number: u8) -> Result<Self, String> {
                Self::ALL
                    .iter()
                    .find(|(known, _)| *known == number)
                    .map(|(_, code)| *code)
                    .ok_or_else(|| format!(concat!("{} is not ", $what), number))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().find(|(_, code)| code.code() == text).map(|(_, code)| *code).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|(_, code)| code.code()).collect();
                    format!(concat!("{:?} is not ", $what, "; known are {}"), text, known.join(", "))
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "title": $what, "enum": [$($code),*] })
            }
        }
    };
}
pub(crate) use code_list;

/// Defines a fixed number of bytes that people write in hexadecimal.
macro_rules! hex_form {
    ($(#[$doc:meta])* $name:ident: $bytes:literal, $what:literal, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Wraps the bytes.
            pub const fn new(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let mut bytes = [0; $bytes];
                let lower = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                if !lower || hex::decode_to_slice(text, &mut bytes).is_err() {
                    return Err(concat!("expected ", $what).into());
                }
                Ok(Self(bytes))
            }
        }

        $crate::domain::text::text_form!($name, $what, $pattern);
    };
}
pub(crate) use hex_form;

/// Longest identifier, in bytes (domain.md section 5).
pub const MAX_ID: usize = 64;
/// Longest prose, in characters (domain.md section 5).
pub const MAX_TEXT: usize = 2_000;

/// Checks an identifier: 1 to 64 of `A-Z a-z 0-9 . / -` (domain.md section 5).
///
/// # Errors
/// A sentence that says what is wrong.
pub fn check_id(text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > MAX_ID {
        return Err(format!("an identifier has 1 to {MAX_ID} characters, this one has {}", text.len()));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-'))) {
        Some(c) => Err(format!("an identifier is made of letters, digits, '.', '/' and '-', not {c:?}")),
        None => Ok(()),
    }
}

/// Defines identifier types: one type a kind of thing, so that a loan cannot be looked up as a contract.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                $crate::domain::text::check_id(text)?;
                Ok(Self(text.into()))
            }
        }

        $crate::domain::text::text_form!(
            $name,
            "an identifier: 1 to 64 letters, digits, '.', '/' or '-'",
            $crate::domain::pattern::whole($crate::domain::pattern::ID)
        );
    )*};
}
pub(crate) use ids;

/// Prose: a title, a reason, a finding. 1 to 2,000 characters, NFC, one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// True for characters that are invisible or change how the text around them is shown: Unicode's
/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt), the two separators of lines and paragraphs, and
/// the marks of interlinear notes.
fn reorders_or_hides(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

impl FromStr for Text {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let length = text.chars().take(MAX_TEXT.saturating_add(1)).count();
        if length == 0 || length > MAX_TEXT {
            return Err(format!("text has 1 to {MAX_TEXT} characters"));
        }
        if let Some(c) = text.chars().find(|c| c.is_control() || reorders_or_hides(*c)) {
            return Err(format!("text has no control or invisible characters, this one has {c:?}"));
        }
        if let Some(c) = text.chars().find(|c| !is_public_assigned(*c)) {
            return Err(format!("text has no private or unassigned characters, this one has {c:?}"));
        }
        if text.trim() != text {
            return Err("text does not begin or end with a space".into());
        }
        if !is_nfc(text) {
            return Err("text is in Unicode normal form C (NFC), this one is not".into());
        }
        Ok(Self(text.into()))
    }
}

text_form!(
    Text,
    "text of 1 to 2,000 characters on one line, in Unicode NFC",
    once { "minLength": 1, "maxLength": MAX_TEXT, "pattern": pattern::text() }
);
