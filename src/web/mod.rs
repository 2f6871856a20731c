//! Pages and API, cut by audience.
