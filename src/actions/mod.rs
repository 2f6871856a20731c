//! What the daemon does: one verb a file. Steps hand over by rows, never by calls: no action uses another.
//!
//! A background action is `run_once(&Context) -> Result<Report, _>`: idempotent, bounded, without input, and it
//! says what it did. [`Context`] is what every action stands on.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::customer::Policy;
use crate::domain::ledger::Actor;
use crate::entropy::{Entropy, NoEntropy};
use crate::store::bell::Bells;
use crate::store::{self, Db, Snapshot, Tx};

/// What every action stands on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    pub clock: Clock,
    pub entropy: Entropy,
    pub db: Db,
    pub settings: Arc<Settings>,
    /// That of the settings.
    pub policy: Arc<Policy>,
    pub bells: Bells,
}

/// Why an action could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

impl Context {
    /// The business instant: the system's clock, or the simulated one as the database has it.
    pub async fn now(&self) -> Result<DateTime<Utc>, store::Error> {
        if let Some(simulated) = self.clock.simulated()
            && let Some(instant) = store::simulated_instant(self.db.pool()).await?
        {
            simulated.set(instant);
        }
        Ok(self.clock.now())
    }

    /// A unit of work by `actor`, at one instant asked of the clock now.
    pub async fn begin(&self, actor: Actor) -> Result<Tx, Error> {
        let now = self.now().await?;
        Ok(self.db.begin(now, actor, self.entropy.bytes()?).await?)
    }

    pub async fn snapshot(&self) -> Result<Snapshot, store::Error> {
        self.db.snapshot().await
    }
}

/// What one pass of a background action did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The action's name.
    pub pass: &'static str,
    /// How many rows it moved; 0 = there was nothing to do.
    pub done: u64,
    /// What it did, in the action's own words, for the log.
    pub said: String,
}

impl Report {
    pub fn idle(pass: &'static str) -> Self {
        Self { pass, done: 0, said: String::new() }
    }

    pub fn did(pass: &'static str, done: u64, said: impl Into<String>) -> Self {
        Self { pass, done, said: said.into() }
    }
}
