//! What tests stand on. [`World`] is where they begin.

pub mod bent_clock;
pub mod builders;
pub mod cluster;
pub mod command;
pub mod forwarder;
pub mod postgres;
pub mod world;

pub use world::World;
