//! What is wrong with a configuration: every fault at once, each with its key, its reason and its place.

use std::fmt;

use super::source::Origin;

/// One fault, printed as `section.key: why (where)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// None where the file as a whole is no configuration.
    pub key: Option<String>,
    pub why: String,
    /// None where a value is missing.
    pub origin: Option<Origin>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.why)?;
        match &self.origin {
            Some(Origin::Default) | None => Ok(()),
            Some(origin) => write!(f, " ({origin})"),
        }
    }
}

/// All faults of one configuration, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn of(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "the configuration has a fault:")?,
            n => write!(f, "the configuration has {n} faults:")?,
        }
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}
