//! Each edge where people or programs touch forenotice, with hostile values.

mod calendar;
mod compare;
mod genuine;
mod languages;
mod public;
mod sent_again;
mod several_changes;
mod subprocessors;
pub mod visitor;
