//! The simulated clock of demo and tests: one instant in the database, which every process reads.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::Error;

/// The simulated clock's instant; none where the installation has no simulated clock.
pub async fn instant(pool: &PgPool) -> Result<Option<DateTime<Utc>>, Error> {
    let instant =
        sqlx::query_scalar("select simulated_at from installation where one").fetch_optional(pool).await?;
    Ok(instant.flatten())
}

/// Starts the clock at `start`, unless it has been started; returns where it stands.
pub async fn start(pool: &PgPool, start: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Error> {
    sqlx::query("update installation set simulated_at = $1 where one and simulated_at is null")
        .bind(start)
        .execute(pool)
        .await?;
    instant(pool).await
}

/// Moves the clock on to `to`. False: it stands there or later already.
pub async fn move_to(pool: &PgPool, to: DateTime<Utc>) -> Result<bool, Error> {
    let done = sqlx::query("update installation set simulated_at = $1 where one and simulated_at < $1")
        .bind(to)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() == 1)
}
