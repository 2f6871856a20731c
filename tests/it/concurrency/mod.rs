//! Several writers and several deciders at once, on one database.

mod verdict_under_fire;
