//! What a replica knows of its own condition: `/readyz` shows it, the loop works only in good health.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use sqlx::PgPool;

use super::SKEW_MAX;
use crate::store::migrate;

/// Why a replica does not work, and what would help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("not looked yet")]
    Starting,
    #[error("the database is not reached: {cause}")]
    NotReached { cause: String },
    #[error("the database lacks {missing} migrations, from {first:?} on; run `forenotice migrate`")]
    Behind { missing: usize, first: String },
    #[error("the schema: {cause}")]
    Schema { cause: String },
    #[error("this machine's clock is {} {} the database's; nothing is done until they agree", seconds(*skew), direction(*skew))]
    Skewed { skew: TimeDelta },
    #[error("this door was silent and is fenced; a new one is opened")]
    Fenced,
}

fn direction(skew: TimeDelta) -> &'static str {
    if skew > TimeDelta::zero() { "behind" } else { "ahead of" }
}

fn seconds(skew: TimeDelta) -> String {
    let tenths = skew.abs().num_milliseconds() / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

/// The condition of one replica. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Health(Arc<Mutex<Condition>>);

/// Each part good, or why not.
#[derive(Clone, Debug)]
pub struct Condition {
    pub database: Result<(), NotReady>,
    pub migrations: Result<(), NotReady>,
    /// How far the database's clock is ahead of ours.
    pub skew: TimeDelta,
    pub door: Result<(), NotReady>,
}

impl Default for Health {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Condition {
            database: Err(NotReady::Starting),
            migrations: Err(NotReady::Starting),
            skew: TimeDelta::zero(),
            door: Ok(()),
        })))
    }
}

impl Health {
    pub fn condition(&self) -> Condition {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn note(&self, note: impl FnOnce(&mut Condition)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Condition {
    /// Whether our clock and the database's agree.
    pub fn clocks_agree(&self) -> Result<(), NotReady> {
        if self.skew.abs() <= SKEW_MAX { Ok(()) } else { Err(NotReady::Skewed { skew: self.skew }) }
    }

    /// Whether tasks may run.
    pub fn may_work(&self) -> Result<(), NotReady> {
        self.database.clone()?;
        self.clocks_agree()
    }
}

/// Whether the database has this program's schema. A newer one will do: the release before works on it.
pub async fn migrated(pool: &PgPool) -> Result<(), NotReady> {
    let not_reached = |error: sqlx::Error| NotReady::NotReached { cause: error.to_string() };
    let mut conn = pool.acquire().await.map_err(not_reached)?;
    match migrate::pending(&mut conn).await {
        Err(migrate::Error::TooNew { .. }) => Ok(()),
        Err(migrate::Error::Database(error)) => Err(not_reached(error)),
        Err(error) => Err(NotReady::Schema { cause: error.to_string() }),
        Ok(pending) => match pending.first() {
            None => Ok(()),
            Some(first) => Err(NotReady::Behind { missing: pending.len(), first: first.clone() }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_whose_clock_is_off_by_more_than_a_second_does_not_work_and_says_why() {
        let with = |millis| Condition {
            database: Ok(()),
            skew: TimeDelta::milliseconds(millis),
            ..Health::default().condition()
        };
        for agreeing in [0, 1_000, -1_000] {
            assert_eq!(with(agreeing).may_work(), Ok(()));
        }
        assert_eq!(
            with(-3_600_000).may_work().unwrap_err().to_string(),
            "this machine's clock is 3600.0 s ahead of the database's; nothing is done until they agree"
        );
        assert!(with(1_250).may_work().unwrap_err().to_string().contains("1.2 s behind"));
    }

    #[test]
    fn a_replica_that_has_not_reached_the_database_does_not_work() {
        assert_eq!(Health::default().condition().may_work(), Err(NotReady::Starting));
    }
}
