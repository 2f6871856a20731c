//! What people do from beginning to end.

mod object_and_resolve;
