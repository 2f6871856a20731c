//! When things happen: the table of tasks, bells, roles, shutdown.
