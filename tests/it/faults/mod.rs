//! What can go wrong on the way, each *not done* and *done but reported failed*: nothing is lost, nobody is told twice
//! but by the same bytes.

mod away;
mod clock;
mod database;
pub mod fleet;
mod hung;
mod lease;
pub mod mailing;
mod memory;
mod processes;
mod races;
mod readers;
mod reckoning;
mod recorded_first;
mod relay;
mod renamed;
mod rewritten;
mod signed;
mod steps;
mod summer_time;
