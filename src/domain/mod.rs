//! Rules: values in, values out. The order of this list is the order of dependency and of reading.

pub mod table;
pub mod country;
