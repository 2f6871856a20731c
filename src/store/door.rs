//! Doors: the sources by which statements reach us (a web replica, a listener, a mailbox, the pipe, a relay's events).
//!
//! Each publishes `read_to`, the instant before which all that reached it is committed; the gate decides for no instant later than the
//! least of them. Who lodges holds the door's row for key share, who fences it for update: so a fenced door has nothing under way, and
//! gives no receipt afterwards. Heartbeats are the database's clock: a replica's own may be wrong, and a simulated one jumps.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

use super::{Error, Tx};

/// A door that has not been heard of for this long is fenced: the gate waits for it no more, and it takes no statement any more.
pub const SILENT_SECONDS: i32 = 30;
/// The gate decides for an instant this far behind what the doors have read: the clocks of two replicas may differ by as much.
pub const SKEW: TimeDelta = TimeDelta::seconds(1);

/// A mailbox is read to its end each minute; a source that is further behind is named.
pub const READ_WITHIN: TimeDelta = TimeDelta::minutes(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct DoorId(pub Uuid);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Web,
    Listener,
    Mailbox,
    Pipe,
    Events,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Listener => "listener",
            Self::Mailbox => "mailbox",
            Self::Pipe => "pipe",
            Self::Events => "events",
        }
    }
}

/// An open door, as the gate sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Open {
    pub name: String,
    /// `read_to - settle`: all that reached it before is committed.
    pub vouches_until: DateTime<Utc>,
}

/// Opens a door that has read everything before `tx.now()`. `settle` is how long a queue before it (an MTA's) may hold things back.
pub async fn open(tx: &mut Tx, id: DoorId, kind: Kind, name: &str, settle: TimeDelta) -> Result<(), Error> {
    let now = tx.now();
    open_read_to(tx, id, kind, name, settle, now).await
}

/// [`open`] of a door that has read everything before `read_to`: a mailbox is there before it is read.
pub async fn open_read_to(
    tx: &mut Tx,
    id: DoorId,
    kind: Kind,
    name: &str,
    settle: TimeDelta,
    read_to: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into door (id, kind, name, settle, read_to, beat_at, state)
         values ($1, $2, $3, $4, $5, clock_timestamp(), 'open')",
    )
    .bind(id.0)
    .bind(kind.as_str())
    .bind(name)
    .bind(interval(settle))
    .bind(read_to)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The door is alive and has committed all that reached it before `read_to`, which never goes back. False: it was fenced or closed, and
/// must take no more statements.
pub async fn beat(tx: &mut Tx, id: DoorId, read_to: DateTime<Utc>) -> Result<bool, Error> {
    let done = sqlx::query(
        "update door set read_to = greatest(read_to, $2), beat_at = clock_timestamp() where id = $1 and state = 'open'",
    )
    .bind(id.0)
    .bind(read_to)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The door of a source itself (the mailbox, the queue before a listener), whoever reads it: while nobody does, the gate waits. It is never
/// silent, and takes no statement.
pub async fn stand_for(
    tx: &mut Tx,
    id: DoorId,
    kind: Kind,
    name: &str,
    settle: TimeDelta,
    read_to: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into door (id, kind, name, settle, read_to, beat_at, state) values ($1, $2, $3, $4, $5, 'infinity', 'open')
         on conflict (id) do update
         set state = 'open', settle = excluded.settle, read_to = greatest(door.read_to, excluded.read_to)",
    )
    .bind(id.0)
    .bind(kind.as_str())
    .bind(name)
    .bind(interval(settle))
    .bind(read_to)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// No others are sources any more.
pub async fn close_other_sources(tx: &mut Tx, but: &[DoorId]) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar(
        "update door set state = 'closed' where beat_at = 'infinity' and state = 'open' and id <> all($1) returning name",
    )
    .bind(but.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    Ok(names)
}

/// Nothing comes by this door any more, and all that came is committed. Waits for whoever is still lodging by it.
pub async fn close(tx: &mut Tx, id: DoorId) -> Result<(), Error> {
    sqlx::query(
        "with it as (select id from door where id = $1 and state = 'open' for update)
         update door set state = 'closed' from it where door.id = it.id",
    )
    .bind(id.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Fences the doors not heard of for [`SILENT_SECONDS`] by the database's clock; returns their names. Waits for whoever is lodging.
/// Who was last heard of in time to come has not been heard of since the clock was set back.
pub async fn fence_silent(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar(
        "with silent as (
             select id from door
             where state = 'open' and beat_at <> 'infinity'
               and abs(extract(epoch from clock_timestamp() - beat_at)) > $1::int
             order by id for update
         )
         update door set state = 'fenced' from silent where door.id = silent.id returning door.name",
    )
    .bind(SILENT_SECONDS)
    .fetch_all(tx.conn())
    .await?;
    Ok(names)
}

/// Holds the door open for a statement of this transaction. False: it is fenced, closed or unknown; give no receipt.
pub async fn hold_open(tx: &mut Tx, id: DoorId) -> Result<bool, Error> {
    let held = sqlx::query("select from door where id = $1 and state = 'open' for key share")
        .bind(id.0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(held.is_some())
}

/// The open doors, the one furthest behind first.
pub async fn list_open(conn: &mut PgConnection) -> Result<Vec<Open>, Error> {
    let doors = sqlx::query_as(
        "select name, read_to - settle as vouches_until from door where state = 'open' order by vouches_until, name",
    )
    .fetch_all(conn)
    .await?;
    Ok(doors)
}

/// The sources that are not read up to this instant, the one furthest behind first.
pub async fn sources_behind(conn: &mut PgConnection, at: DateTime<Utc>) -> Result<Vec<Open>, Error> {
    let doors = sqlx::query_as(
        "select name, read_to - settle as vouches_until from door
         where state = 'open' and beat_at = 'infinity' and read_to - settle < $1 order by vouches_until, name",
    )
    .bind(at)
    .fetch_all(conn)
    .await?;
    Ok(doors)
}

/// The latest instant for which the gate may decide: everything received before it is committed. None: no door is open.
pub async fn decidable_until(conn: &mut PgConnection) -> Result<Option<DateTime<Utc>>, Error> {
    let least: Option<DateTime<Utc>> =
        sqlx::query_scalar("select min(read_to - settle) from door where state = 'open'")
            .fetch_one(conn)
            .await?;
    Ok(least.map(|least| least - SKEW))
}

/// The database's own clock, to compare ours with.
pub async fn database_clock(conn: &mut PgConnection) -> Result<DateTime<Utc>, Error> {
    Ok(sqlx::query_scalar("select clock_timestamp()").fetch_one(conn).await?)
}

fn interval(settle: TimeDelta) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: settle.num_microseconds().unwrap_or(i64::MAX) }
}
