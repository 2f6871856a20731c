//! What only the demo and the tests use: an embedded Postgres and a mailbox.

pub mod embedded_postgres;
pub mod mailbox;
