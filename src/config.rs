//! Settings: file and environment, all faults reported at once.
