//! Replicas: the daemons running on this database. Heartbeats and skew are by the database's clock.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{Error, Tx};

/// A replica not heard of for this long is dead.
pub const SILENT_SECONDS: i32 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplicaId(pub Uuid);

/// The database's clock, to measure ours by. Two readings in one answer would tell nothing more.
pub async fn database_clock(pool: &PgPool) -> Result<DateTime<Utc>, Error> {
    Ok(sqlx::query_scalar("select clock_timestamp()").fetch_one(pool).await?)
}

/// This replica lives: its row is made or moved on. `letters_per_minute`: what its relay takes.
pub async fn beat(
    pool: &PgPool,
    id: ReplicaId,
    roles: &[String],
    version: &str,
    skew_ms: i32,
    letters_per_minute: u32,
) -> Result<(), Error> {
    sqlx::query(
        "insert into replica (id, roles, version, started_at, beat_at, skew_ms, letters_per_minute)
         values ($1, $2, $3, clock_timestamp(), clock_timestamp(), $4, $5)
         on conflict (id) do update set beat_at = excluded.beat_at, skew_ms = excluded.skew_ms,
                                        letters_per_minute = excluded.letters_per_minute",
    )
    .bind(id.0)
    .bind(roles)
    .bind(version)
    .bind(skew_ms)
    .bind(i32::try_from(letters_per_minute).unwrap_or(i32::MAX))
    .execute(pool)
    .await?;
    Ok(())
}

/// Simulated clock: everything due until `instant` is done here.
pub async fn settled(pool: &PgPool, id: ReplicaId, instant: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("update replica set settled_at = greatest(settled_at, $2) where id = $1")
        .bind(id.0)
        .bind(instant)
        .execute(pool)
        .await?;
    Ok(())
}

/// The other living replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Others {
    pub living: i64,
    /// Those that have not settled everything due until the instant asked for.
    pub unsettled: i64,
}

/// How many other replicas live, and how many of them have not settled everything due until `instant`.
pub async fn others(pool: &PgPool, id: ReplicaId, instant: DateTime<Utc>) -> Result<Others, Error> {
    let others = sqlx::query_as(
        "select count(*) as living, count(*) filter (where settled_at is null or settled_at < $2) as unsettled
         from replica
         where id <> $1 and beat_at > clock_timestamp() - make_interval(secs => $3::double precision)",
    )
    .bind(id.0)
    .bind(instant)
    .bind(SILENT_SECONDS)
    .fetch_one(pool)
    .await?;
    Ok(others)
}

/// How many letters a minute all living replicas hand over; 0: none goes, or nobody knows.
pub async fn letters_per_minute(conn: &mut PgConnection) -> Result<u64, Error> {
    let sum: i64 = sqlx::query_scalar(
        "select coalesce(sum(letters_per_minute), 0)::bigint from replica
         where beat_at > clock_timestamp() - make_interval(secs => $1::double precision)",
    )
    .bind(SILENT_SECONDS)
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(sum).unwrap_or_default())
}

/// What the living replicas do among them.
pub async fn living_roles(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let roles = sqlx::query_scalar(
        "select distinct unnest(roles) from replica
         where beat_at > clock_timestamp() - make_interval(secs => $1::double precision)",
    )
    .bind(SILENT_SECONDS)
    .fetch_all(conn)
    .await?;
    Ok(roles)
}

/// This replica has stopped.
pub async fn remove(pool: &PgPool, id: ReplicaId) -> Result<(), Error> {
    sqlx::query("delete from replica where id = $1").bind(id.0).execute(pool).await?;
    Ok(())
}

/// Removes the replicas not heard of for [`SILENT_SECONDS`]; returns how many.
pub async fn remove_silent(tx: &mut Tx) -> Result<u64, Error> {
    let done = sqlx::query(
        "delete from replica where beat_at < clock_timestamp() - make_interval(secs => $1::double precision)",
    )
    .bind(SILENT_SECONDS)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
