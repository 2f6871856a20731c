//! SQL: one function is one statement with one name.
//!
//! A write needs a [`Tx`]: one actor, one instant, and the ledger entries that say what happened. A read for a page
//! needs a [`Snapshot`], which Postgres itself keeps from writing. Readers take `&mut PgConnection`, so both serve.

pub mod account;
pub mod bell;
pub mod freshness;
pub mod delivery;
pub mod completeness;
pub mod customer;
pub mod customer_export;
pub mod door;
pub mod inbound;
pub mod inbox;
pub mod due;
pub mod invariants;
pub mod change;
pub mod delay;
pub mod digest;
pub mod entitlement;
pub mod fan_out;
pub mod gate;
pub mod go_live;
pub mod ledger;
pub mod letter;
pub mod notice;
pub mod obligation;
pub mod clearing;
pub mod clearance;
pub mod subprocessor;
pub mod task;
pub mod mail_told;
pub mod migrate;
pub mod objection;
pub mod replica;
pub mod silence;
pub mod simulated;
pub mod page;
pub mod recipient;
pub mod reply_path;
pub mod subscriber;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult};
use sqlx::{Connection as _, Executor, PgConnection, PgPool, Postgres, Transaction};

use crate::domain::ledger::{Actor, Entry, Event, entries};

/// How long a caller waits for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that has not been used for this long is asked whether it still is one.
const IDLE_UNASKED: Duration = Duration::from_secs(1);

/// What `set role` does not bring along: the settings that `alter role forenotice_app` gives its own logins.
const SESSION: &str = "set role forenotice_app; set search_path = forenotice, pg_temp; set statement_timeout = '30s'; \
    set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '15s'; \
    set default_transaction_isolation = 'read committed'; set timezone = 'UTC'; set jit = off";

/// Begins a transaction whose statements look up what they are given by its keys. A mailing fills tables faster than Postgres
/// counts them: planned by what they were before, recording a group of letters would read every obligation of the change.
macro_rules! by_key {
    ($begin:literal) => {
        concat!(
            $begin,
            "; set local enable_seqscan = off; set local enable_bitmapscan = off; \
             set local enable_hashjoin = off; set local enable_mergejoin = off"
        )
    };
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed the row first.
    #[error("this {what} has changed meanwhile; look at it again")]
    Stale { what: &'static str },
    #[error("there is no {what} {key:?}")]
    NotFound { what: &'static str, key: String },
    /// A row that does not say what the program expects of it.
    #[error("the {what} in the database cannot be read: {why}")]
    Unreadable { what: &'static str, why: String },
    #[error("a ledger entry cannot be written: {0}")]
    Ledger(#[from] serde_json::Error),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// The constraint that refused, by which callers tell what was wrong.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Database(sqlx::Error::Database(refusal)) => refusal.constraint(),
            _ => None,
        }
    }

    /// Whether the whole unit of work is worth another try: deadlock, lock timeout or serialization failure.
    pub fn is_transient(&self) -> bool {
        let Self::Database(sqlx::Error::Database(refusal)) = self else { return false };
        matches!(refusal.code().as_deref(), Some("40P01" | "55P03" | "40001"))
    }

    /// Whether the database cannot be had at the moment, or is too busy: the same call may succeed a minute later.
    pub fn is_away(&self) -> bool {
        self.is_out_of_reach() || self.is_transient()
    }

    /// Whether the database cannot be had at the moment, or has no room: whatever is asked of it.
    pub fn is_out_of_reach(&self) -> bool {
        match self {
            // What is cut while it says hello, behind a balancer, is no protocol to sqlx.
            Self::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut,
            ) => true,
            // Shutting down, starting up, a standby, out of connections, out of disk; too slow for us; a pooler that has lost it.
            Self::Database(sqlx::Error::Database(refusal)) => matches!(
                refusal.code().as_deref(),
                Some(
                    "57P01"
                        | "57P02"
                        | "57P03"
                        | "25006"
                        | "53100"
                        | "53200"
                        | "53300"
                        | "57014"
                        | "25P03"
                        | "08P01"
                )
            ),
            _ => false,
        }
    }

    /// A stored value that does not parse.
    pub fn unreadable(what: &'static str, why: &impl ToString) -> Self {
        Self::Unreadable { what, why: why.to_string() }
    }
}

/// The database, as the daemon's own role sees it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
}

impl Db {
    /// A pool of up to `max_connections`, opened as they are needed: it does not ask whether anybody is there.
    pub fn open(url: &str, max_connections: u32) -> Result<Self, Error> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // Asking whether it still lives costs each act a round trip: one that has just served does.
            .test_before_acquire(false)
            .before_acquire(|conn, about| {
                Box::pin(async move { Ok(about.idle_for < IDLE_UNASKED || conn.ping().await.is_ok()) })
            })
            .after_connect(|conn, _| Box::pin(async move { conn.execute(SESSION).await.map(drop) }))
            .connect_lazy_with(options.application_name("forenotice"));
        Ok(Self { pool })
    }

    /// A unit of work at `now` by `actor`. `seed` is fresh randomness for the nonces of its ledger entries.
    pub async fn begin(&self, now: DateTime<Utc>, actor: Actor, seed: [u8; 32]) -> Result<Tx, Error> {
        let inner = self.begun("begin isolation level read committed").await?;
        Ok(Tx { inner, now, actor, seed })
    }

    /// [`begin`](Self::begin) for many rows that are looked up by their keys, in tables that grow meanwhile.
    pub async fn begin_by_key(&self, now: DateTime<Utc>, actor: Actor, seed: [u8; 32]) -> Result<Tx, Error> {
        let inner = self.begun(by_key!("begin isolation level read committed")).await?;
        Ok(Tx { inner, now, actor, seed })
    }

    /// An act at `now` by `actor` that will be one statement. `seed` as for [`begin`](Self::begin).
    pub async fn single(&self, now: DateTime<Utc>, actor: Actor, seed: [u8; 32]) -> Result<Single, Error> {
        Ok(Single { conn: self.pool.acquire().await?, now, actor, seed })
    }

    /// To read with one statement, which is of one state by itself.
    pub async fn reading(&self) -> Result<Reading, Error> {
        Ok(Reading { conn: self.pool.acquire().await? })
    }

    /// One consistent state of everything, to read from.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let inner = self.begun("begin isolation level repeatable read read only").await?;
        Ok(Snapshot { inner })
    }

    /// [`snapshot`](Self::snapshot), as [`begin_by_key`](Self::begin_by_key).
    pub async fn snapshot_by_key(&self) -> Result<Snapshot, Error> {
        let inner = self.begun(by_key!("begin isolation level repeatable read read only")).await?;
        Ok(Snapshot { inner })
    }

    /// In a task of its own: whoever asks may be gone before the server answers (a reader who closes the page), and sqlx
    /// would give the connection back as it stands, in a transaction that the next to have it would write into.
    async fn begun(&self, statement: &'static str) -> Result<Transaction<'static, Postgres>, Error> {
        let pool = self.pool.clone();
        match tokio::spawn(async move { pool.begin_with(statement).await }).await {
            Ok(begun) => Ok(begun?),
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is going down.
                Err(_) => Err(sqlx::Error::PoolClosed.into()),
            },
        }
    }

    /// The pool itself: for `LISTEN`, heartbeats and probes, which are no acts.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// One act: all of it or nothing, with the ledger entries that say what happened.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    now: DateTime<Utc>,
    actor: Actor,
    seed: [u8; 32],
}

impl Tx {
    /// The business instant of this act.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Writes everything and what it means. An act that says nothing is not an act: use [`Tx::commit_unrecorded`].
    pub async fn commit(mut self, events: impl IntoIterator<Item = Event>) -> Result<(), Error> {
        let events: Vec<Event> = events.into_iter().collect();
        if !events.is_empty() {
            let entries = entries(self.seed, self.now, &self.actor, &events)?;
            ledger::insert_act(&mut self.inner, self.now, &self.actor.to_string(), &entries).await?;
        }
        Ok(self.inner.commit().await?)
    }

    /// For leases, cursors and heartbeats only: what nobody will ever ask about.
    pub async fn commit_unrecorded(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }

    pub async fn rollback(self) -> Result<(), Error> {
        Ok(self.inner.rollback().await?)
    }
}

/// An act that is one statement: it writes its ledger entries itself, and is committed with it. For what comes thousands of times a
/// second, as a [`Tx`] takes a round trip to begin, one for its entries and one to end.
#[derive(Debug)]
pub struct Single {
    conn: PoolConnection<Postgres>,
    now: DateTime<Utc>,
    actor: Actor,
    seed: [u8; 32],
}

impl Single {
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }

    fn entries(&self, events: &[Event]) -> Result<Vec<Entry>, Error> {
        Ok(entries(self.seed, self.now, &self.actor, events)?)
    }
}

/// One consistent state of everything; Postgres refuses any write in it (invariant 8).
#[derive(Debug)]
pub struct Snapshot {
    inner: Transaction<'static, Postgres>,
}

impl Snapshot {
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}

/// A read that is one statement: a [`Snapshot`] takes round trips of its own to begin and to end. What may be read so stands in
/// [`page`], where tests/tidy finds what writes.
#[derive(Debug)]
pub struct Reading {
    conn: PoolConnection<Postgres>,
}

impl Reading {
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }
}

/// A compare-and-set that must have found its row.
pub fn exactly_one(done: &PgQueryResult, what: &'static str) -> Result<(), Error> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Stale { what }) }
}
