//! Waiting for what the daemon does meanwhile.

use std::time::{Duration, Instant};

use anyhow::bail;
use sqlx::{Connection, Executor, PgConnection};

/// What a bench waits for is there by then, or something is broken.
pub const GIVE_UP_AFTER: Duration = Duration::from_mins(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until the statement counts that many.
pub async fn wait_until(database: &str, count: &'static str, wanted: i64) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(database).await?;
    conn.execute("set search_path = forenotice").await?;
    let started = Instant::now();
    loop {
        let counted: i64 = sqlx::query_scalar(count).fetch_one(&mut conn).await?;
        if counted == wanted {
            return Ok(());
        }
        if started.elapsed() > GIVE_UP_AFTER {
            bail!("{count}: {counted} and not {wanted}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
