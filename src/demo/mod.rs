//! What only the demo and the tests use: an embedded Postgres, a mailbox, and the stage that has both.

pub mod controls;
pub mod embedded_postgres;
pub mod mailbox;
pub mod stage;
