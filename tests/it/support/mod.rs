//! What tests stand on. [`World`] is where they begin.

pub mod builders;
mod command;
pub mod postgres;
pub mod world;

pub use world::World;
