//! The kinds of events without their data: for tables that have to say something about each of them.
//!
//! A `match` on [`Kind`] has no arm for "all others", so a kind that is added to the catalogue stops the compiler
//! until somebody has decided about it.

use crate::domain::Event;
use crate::domain::event::with_catalogue;

macro_rules! kinds {
    ($($number:literal $name:ident)*) => {
        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the event of the same name says it")]
        pub enum Kind {
            $($name,)*
        }

        impl Kind {
            /// All of them, in the order of the catalogue.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The kind of an event.
            pub const fn of(event: &Event) -> Self {
                match event { $(Event::$name(_) => Kind::$name,)* }
            }

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$name => stringify!($name),)* }
            }
        }
    };
}
with_catalogue!(kinds);
