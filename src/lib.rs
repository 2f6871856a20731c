//! forenotice keeps a processor's promise to its customers: no subprocessor change takes effect until every
//! customer entitled to notice has had it for the full period of its contract, every objection lodged in time
//! has been answered, and there is evidence of both that a third party can check.
//!
//! Floors, from the ground up; each may use those before it as chapter "Floors" of ARCHITECTURE.md says:
//! [`clock`] and [`entropy`] hand in time and randomness, [`in_flight`] counts what comes in; [`domain`] is the rules, values in, values out;
//! [`config`] the settings; [`store`] the SQL; [`mail`] the post; [`actions`] what the daemon does, one verb a
//! file; [`daemon`] when it does it; [`web`] the pages; [`cli`] puts it all together.

pub mod clock;
pub mod in_flight;
pub mod entropy;
pub mod domain;
pub mod config;
pub mod telemetry;
pub mod store;
pub mod mail;
pub mod actions;
pub mod daemon;
pub mod web;
pub mod demo;
pub mod cli;
