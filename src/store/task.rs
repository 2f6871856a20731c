//! How far tasks that follow the calendar have run.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Error, Tx};

/// The instant a task has run through; none = it never ran.
pub async fn ran_through(conn: &mut PgConnection, name: &str) -> Result<Option<DateTime<Utc>>, Error> {
    let through = sqlx::query_scalar("select ran_through from task where name = $1")
        .bind(name)
        .fetch_optional(conn)
        .await?;
    Ok(through)
}

/// Marks a task as run through until the act's instant, and gives the instant it had run through before. Locks the
/// task's row, so that replicas go one after the other.
pub async fn run_through(tx: &mut Tx, name: &str) -> Result<Option<DateTime<Utc>>, Error> {
    let before = sqlx::query_scalar("select ran_through from task where name = $1 for update")
        .bind(name)
        .fetch_optional(tx.conn())
        .await?;
    let now = tx.now();
    sqlx::query(
        "insert into task (name, ran_through) values ($1, $2)
         on conflict (name) do update set ran_through = greatest(task.ran_through, excluded.ran_through)",
    )
    .bind(name)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(before)
}
