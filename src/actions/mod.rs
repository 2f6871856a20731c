//! What the daemon does: one verb a file. Steps hand over by rows, never by calls.
