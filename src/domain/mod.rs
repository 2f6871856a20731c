//! Rules: values in, values out; no I/O, no current time. The order of this list is the order of dependency and
//! of reading: a module may use those above it. Where two nouns meet, the function lives in the later one.

/// A row's identity, so that a customer's id cannot be taken for a change's.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

/// A closed set of words that rows, files and flags spell the same way: `FromStr`, `Display`, serde, and the
/// list of all of them for error sentences.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::UnknownWord;

            fn from_str(given: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|w| w.as_str() == given).ok_or_else(|| $crate::domain::UnknownWord {
                    given: given.to_owned(),
                    known: Self::ALL.iter().map(|w| w.as_str()).collect(),
                })
            }
        }
    };
}

pub(crate) use words;

pub mod table;
pub mod country;
pub mod zone;
pub mod holidays;
pub mod calendar;
pub mod subprocessor;
pub mod customer;
pub mod recipient;
pub mod account;
pub mod change;
pub mod register;
pub mod register_file;
pub mod customer_file;
pub mod obligation;
pub mod plan;
pub mod request;
pub mod notice;
pub mod delivery;
pub mod access;
pub mod inbound;
pub mod relay_event;
pub mod inbox;
pub mod reply_path;
pub mod objection;
pub mod entitlement;
pub mod clearing;
pub mod completeness;
pub mod gate;
pub mod go_live;
pub mod clearance;
pub mod ledger;

/// A word outside a closed set; the sentence names the set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is none of {}", known.join(", "))]
pub struct UnknownWord {
    pub given: String,
    pub known: Vec<&'static str>,
}
