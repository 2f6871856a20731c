//! What is due next: the simulated clock stops at each of these instants. One index probe a table.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Error;

/// The first instant after `after` at which a row falls due.
pub async fn next_after(
    conn: &mut PgConnection,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(sqlx::query_scalar(
        "select least(
             (select min(next_look_at) from change where next_look_at > $1),
             (select min(due_at) from notice where fanned_out_at is null and cancelled_at is null and due_at > $1),
             (select min(due_at) from batch where open and due_at > $1),
             (select min(next_look_at) from objection where state <> 'resolved' and next_look_at > $1),
             (select min(next_look_at) from relay where next_look_at > $1),
             (select min(tried_until) from delayed_letter where asked_at is null and tried_until > $1)
         )",
    )
    .bind(after)
    .fetch_one(conn)
    .await?)
}

/// Whether a row is due at `now` that nobody has moved on. Where announcements wait for their reply path, their letters are not.
pub async fn any_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    announcements_wait: bool,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select from change where next_look_at <= $1)
             or exists (select from notice where fanned_out_at is null and cancelled_at is null and due_at <= $1)
             or exists (select from batch where open and due_at <= $1
                        and not ($2 and exists (select from notice n where n.id = notice_id and n.kind = 'announcement')))
             or exists (select from objection where state <> 'resolved' and next_look_at <= $1)
             or exists (select from relay where next_look_at <= $1)
             or exists (select from delayed_letter where asked_at is null and tried_until <= $1)",
    )
    .bind(now)
    .bind(announcements_wait)
    .fetch_one(conn)
    .await?)
}

/// Whether a sender holds a batch at this moment, by the database's clock.
pub async fn any_leased(conn: &mut PgConnection) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select from batch where open and leased_until > clock_timestamp())",
    )
    .fetch_one(conn)
    .await?)
}
