//! SQL: one function is one statement with one name.

pub mod migrate;
