//! Several writers and several deciders at once, on one database.

mod two_contacts;
mod verdict_under_fire;
