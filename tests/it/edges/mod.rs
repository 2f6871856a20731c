//! Each edge where people or programs touch forenotice, with hostile values.

mod public;
pub mod visitor;
