//! Each edge where people or programs touch forenotice, with hostile values.

mod as_sent;
pub mod attacks;
mod authorised;
mod brand;
mod bytes;
mod calendar;
mod choices;
mod commands;
mod compare;
mod dates;
mod dkim;
mod enclosed;
mod genuine;
mod kept;
mod kinds;
mod languages;
mod mine;
mod not_kept;
mod public;
mod schemas;
mod sent_again;
mod several_changes;
mod subprocessors;
mod taken_back;
pub mod visitor;
mod weight;
