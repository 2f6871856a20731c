//! What people do from beginning to end.

mod after_start;
mod approved;
mod cleared;
mod held;
mod held_and_postponed;
mod kinds_of_change;
mod moved;
mod object_and_resolve;
mod per_customer;
mod told_by_itself;
mod withdrawn;
mod objections_in_time;
