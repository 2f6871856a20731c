//! Notices: frozen once, fanned out in batches by a cursor, cancelled when their change moves on.

use chrono::{DateTime, Datelike, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx, exactly_one};
use crate::domain::change::{Change, ChangeId, State};
use crate::domain::notice::{NoticeFacts, NoticeId, NoticeKind, reference};

/// A notice to be frozen.
#[derive(Debug)]
pub struct New<'a> {
    pub facts: &'a NoticeFacts,
    /// The announcement whose thread it goes on.
    pub follows: Option<NoticeId>,
    pub template_hash: [u8; 32],
    pub due_at: DateTime<Utc>,
    /// Of an announcement: too old for what takes effect from here on.
    pub valid_until: Option<DateTime<Utc>>,
}

/// The number of the next notice and its reference: facts name themselves before they are frozen.
pub async fn next_number(tx: &mut Tx) -> Result<(NoticeId, String), Error> {
    let id: i64 = sqlx::query_scalar("select nextval('notice_no')").fetch_one(tx.conn()).await?;
    Ok((NoticeId(id), reference(tx.now().year(), NoticeId(id))))
}

/// Freezes a notice about the changes its facts name. Locks those changes for key share by its foreign keys.
pub async fn insert(tx: &mut Tx, id: NoticeId, new: &New<'_>) -> Result<(), Error> {
    let changes: Vec<i64> = new.facts.changes.iter().map(|change| change.id.0).collect();
    sqlx::query(
        "with frozen as (
             insert into notice (id, reference, kind, follows_id, facts, template_hash, due_at, valid_until)
             values ($1, $2, $3, $4, $5, $6, $7, $8) returning id)
         insert into notice_change (notice_id, change_id) select frozen.id, c from frozen, unnest($9::bigint[]) c",
    )
    .bind(id.0)
    .bind(&new.facts.reference)
    .bind(new.facts.kind.as_str())
    .bind(new.follows.map(|id| id.0))
    .bind(Json(new.facts))
    .bind(new.template_hash.as_slice())
    .bind(new.due_at)
    .bind(new.valid_until)
    .bind(changes)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps bytes by their SHA-256; the same bytes twice are one row.
pub async fn keep_file(tx: &mut Tx, hash: [u8; 32], name: &str, body: &[u8]) -> Result<(), Error> {
    sqlx::query("insert into file (hash, name, body) values ($1, $2, $3) on conflict (hash) do nothing")
        .bind(hash.as_slice())
        .bind(name)
        .bind(body)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The bytes kept under a hash.
pub async fn file(conn: &mut PgConnection, hash: &[u8]) -> Result<Vec<u8>, Error> {
    let body: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select body from file where hash = $1").bind(hash).fetch_optional(conn).await?;
    body.flatten().ok_or_else(|| Error::NotFound { what: "file", key: hex::encode(hash) })
}

/// A notice whose fan-out is not over.
#[derive(Debug, Clone)]
pub struct ToFanOut {
    pub id: NoticeId,
    pub facts: NoticeFacts,
    pub follows: Option<NoticeId>,
    pub due_at: DateTime<Utc>,
    pub barrier_at: Option<DateTime<Utc>>,
    /// The last customer done.
    pub fanned_out_to: i64,
}

#[derive(FromRow)]
struct FanOutRow {
    id: i64,
    facts: Json<NoticeFacts>,
    follows_id: Option<i64>,
    due_at: DateTime<Utc>,
    barrier_at: Option<DateTime<Utc>>,
    fanned_out_to: i64,
}

impl From<FanOutRow> for ToFanOut {
    fn from(row: FanOutRow) -> Self {
        Self {
            id: NoticeId(row.id),
            facts: row.facts.0,
            follows: row.follows_id.map(NoticeId),
            due_at: row.due_at,
            barrier_at: row.barrier_at,
            fanned_out_to: row.fanned_out_to,
        }
    }
}

/// The notices due whose fan-out is not over and whose changes are approved where they must be, oldest first.
/// A follow-up waits until no batch of the notice it follows is open: nobody hears of a withdrawal of what he
/// never got.
pub async fn due(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<NoticeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select n.id from notice n
         where n.fanned_out_at is null and n.cancelled_at is null and n.due_at <= $1
           and not exists (select from notice_change nc join change c on c.id = nc.change_id
                           where nc.notice_id = n.id and c.needs_approval and c.approver_id is null
                             and n.kind = 'announcement')
           and (n.kind = 'announcement' or not exists (select from batch b where b.notice_id = n.follows_id and b.open))
         order by n.due_at, n.id limit $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(NoticeId).collect())
}

/// Takes a notice's cursor: one replica fans out a notice. None: another has it, or it is over or cancelled.
pub async fn take_cursor(tx: &mut Tx, id: NoticeId) -> Result<Option<ToFanOut>, Error> {
    let row: Option<FanOutRow> = sqlx::query_as(
        "select id, facts, follows_id, due_at, barrier_at, fanned_out_to from notice
         where id = $1 and fanned_out_at is null and cancelled_at is null for update skip locked",
    )
    .bind(id.0)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(ToFanOut::from))
}

/// The entitlement barrier is passed: every writer of customers from before has committed, and is scanned.
pub async fn pass_barrier(tx: &mut Tx, id: NoticeId) -> Result<(), Error> {
    super::entitlement::lock_exclusive(tx).await?;
    let now = tx.now();
    sqlx::query("update notice set barrier_at = $2 where id = $1 and barrier_at is null")
        .bind(id.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The cursor after a batch; `over` = there is nobody left.
pub async fn move_cursor(tx: &mut Tx, id: NoticeId, to: i64, over: bool) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "update notice set fanned_out_to = $2, fanned_out_at = case when $3 then $4 end where id = $1",
    )
    .bind(id.0)
    .bind(to)
    .bind(over)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The live announcement of a change: the newest that was not cancelled.
pub async fn live_announcement(
    conn: &mut PgConnection,
    change: ChangeId,
) -> Result<Option<(NoticeId, NoticeFacts)>, Error> {
    newest_announcement(conn, change, false).await
}

/// The newest announcement of a change that began to go out: what those who know of it were told, also while it is to be given anew.
pub async fn told_announcement(
    conn: &mut PgConnection,
    change: ChangeId,
) -> Result<Option<(NoticeId, NoticeFacts)>, Error> {
    newest_announcement(conn, change, true).await
}

/// Of those that have begun, or of those that were not cancelled.
async fn newest_announcement(
    conn: &mut PgConnection,
    change: ChangeId,
    begun: bool,
) -> Result<Option<(NoticeId, NoticeFacts)>, Error> {
    let row: Option<(i64, Json<NoticeFacts>)> = sqlx::query_as(
        "select n.id, n.facts from notice n join notice_change nc on nc.notice_id = n.id
         where nc.change_id = $1 and n.kind = 'announcement'
           and case when $2 then n.barrier_at is not null else n.cancelled_at is null end
         order by n.id desc limit 1",
    )
    .bind(change.0)
    .bind(begun)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(id, facts)| (NoticeId(id), facts.0)))
}

/// The live announcement of a change, when it is due, and when it began to go out; none: it has none.
pub async fn announcement_times(
    conn: &mut PgConnection,
    change: ChangeId,
) -> Result<Option<(NoticeId, DateTime<Utc>, Option<DateTime<Utc>>)>, Error> {
    let row: Option<(i64, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select n.id, n.due_at, n.barrier_at from notice n join notice_change nc on nc.notice_id = n.id
         where nc.change_id = $1 and n.kind = 'announcement' and n.cancelled_at is null
         order by n.id desc limit 1",
    )
    .bind(change.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(id, due_at, began_at)| (NoticeId(id), due_at, began_at)))
}

/// The live announcement of a change and when it began; none = it has not begun, and will scan whoever is written until then.
pub async fn begun_announcement(
    conn: &mut PgConnection,
    change: ChangeId,
) -> Result<Option<(NoticeId, DateTime<Utc>)>, Error> {
    let times = announcement_times(conn, change).await?;
    Ok(times.and_then(|(id, _, began_at)| Some((id, began_at?))))
}

/// An announcement that a change shares with others that are still open.
#[derive(Debug, Clone)]
pub struct Shared {
    pub id: NoticeId,
    pub facts: NoticeFacts,
    pub follows: Option<NoticeId>,
    pub due_at: DateTime<Utc>,
    pub has_begun: bool,
    /// Begun, and letters of it still wait.
    pub is_going_out: bool,
}

#[derive(FromRow)]
struct SharedRow {
    id: i64,
    facts: Json<NoticeFacts>,
    follows_id: Option<i64>,
    due_at: DateTime<Utc>,
    has_begun: bool,
    is_going_out: bool,
}

/// The live announcement of a change, if it tells of others that are still open.
pub async fn shared_announcement(conn: &mut PgConnection, change: ChangeId) -> Result<Option<Shared>, Error> {
    let row: Option<SharedRow> = sqlx::query_as(
        "select n.id, n.facts, n.follows_id, n.due_at, n.barrier_at is not null as has_begun,
                n.barrier_at is not null and (n.fanned_out_at is null
                    or exists (select from batch b where b.notice_id = n.id and b.open)) as is_going_out
         from notice n join notice_change nc on nc.notice_id = n.id
         where nc.change_id = $1 and n.kind = 'announcement' and n.cancelled_at is null
           and exists (select from notice_change o join change c on c.id = o.change_id
                       where o.notice_id = n.id and c.id <> $1 and c.state in ('scheduled', 'in_notice', 'held'))
         order by n.id desc limit 1",
    )
    .bind(change.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Shared {
        id: NoticeId(row.id),
        facts: row.facts.0,
        follows: row.follows_id.map(NoticeId),
        due_at: row.due_at,
        has_begun: row.has_begun,
        is_going_out: row.is_going_out,
    }))
}

/// Cancels a notice whose fan-out has not begun: there are no letters of it.
pub async fn cancel_unbegun(tx: &mut Tx, id: NoticeId) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update notice set cancelled_at = $2 where id = $1 and barrier_at is null and cancelled_at is null",
    )
    .bind(id.0)
    .bind(now)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "notice")
}

/// Whether what a change was announced by is not too old for an effect at `at`.
pub async fn is_valid_at(
    conn: &mut PgConnection,
    change: ChangeId,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let valid = sqlx::query_scalar(
        "select exists (select from notice n join notice_change nc on nc.notice_id = n.id
                        where nc.change_id = $1 and n.kind = 'announcement' and n.cancelled_at is null
                          and n.valid_until > $2)",
    )
    .bind(change.0)
    .bind(at)
    .fetch_one(conn)
    .await?;
    Ok(valid)
}

/// Until when the youngest announcement of a change is not too old; none: there is none.
pub async fn valid_until(conn: &mut PgConnection, change: ChangeId) -> Result<Option<DateTime<Utc>>, Error> {
    let until = sqlx::query_scalar(
        "select max(n.valid_until) from notice n join notice_change nc on nc.notice_id = n.id
         where nc.change_id = $1 and n.kind = 'announcement' and n.cancelled_at is null",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?;
    Ok(until)
}

/// Since when what announced a change that waits is too old for it; none: it is not.
pub async fn too_old_since(
    conn: &mut PgConnection,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    match change.state {
        State::InNotice | State::Held => {
            Ok(valid_until(conn, change.id).await?.filter(|until| *until <= now))
        }
        State::Draft | State::Scheduled | State::Effective | State::Withdrawn | State::Discarded => Ok(None),
    }
}

/// A notice that has not begun goes out from `due_at` on, unless it is to go out later anyhow.
pub async fn set_due(
    tx: &mut Tx,
    id: NoticeId,
    due_at: DateTime<Utc>,
    valid_until: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update notice set due_at = $2, valid_until = $3
         where id = $1 and barrier_at is null and due_at < $2 and kind = 'announcement'",
    )
    .bind(id.0)
    .bind(due_at)
    .bind(valid_until)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Cancels the notices of a change that are not sent to the end, and their letters that no lease holds; letters
/// in doubt stay so, and those of a lease that ran out are in doubt from now on. A notice that tells of other open changes, too, goes on. Call with the change locked
/// `for update`.
pub async fn cancel_of(tx: &mut Tx, change: ChangeId, kinds: &[NoticeKind]) -> Result<u64, Error> {
    let now = tx.now();
    let cancelled: i64 = sqlx::query_scalar(
        "with gone as (
             update notice set cancelled_at = $2
             from notice_change nc
             where nc.notice_id = notice.id and nc.change_id = $1 and notice.kind = any($3)
               and notice.cancelled_at is null
               and not exists (select from notice_change o join change c on c.id = o.change_id
                               where o.notice_id = notice.id and c.id <> $1
                                 and c.state in ('scheduled', 'in_notice', 'held'))
             returning notice.id),
         held as (
             select b.id, b.composed_at, b.leased_until is not null as ran_out from batch b join gone on gone.id = b.notice_id
             where b.open and (b.leased_until is null or b.leased_until < clock_timestamp()) for update of b),
         dropped as (
             update delivery d set state = 'cancelled', in_doubt = held.ran_out and d.due_at <= $2,
                    composed_at = case when held.ran_out and d.due_at <= $2 then coalesce(d.composed_at, held.composed_at)
                                       else d.composed_at end
             from held
             where d.id >= held.id * 1024 and d.id < (held.id + 1) * 1024 and d.state = 'queued' and not d.in_doubt
             returning 1),
         closed as (
             update batch set open = false from held
             where batch.id = held.id and not exists (select from delivery d
                 where d.id >= held.id * 1024 and d.id < (held.id + 1) * 1024 and d.in_doubt and d.state = 'queued')
             returning 1)
         select count(*) from dropped, (select count(*) from closed) c",
    )
    .bind(change.0)
    .bind(now)
    .bind(kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>())
    .fetch_one(tx.conn())
    .await?;
    Ok(u64::try_from(cancelled).unwrap_or_default())
}

/// Whether an announcement of the change in force was in the queue as a whole only after `at`.
pub async fn announced_after(
    conn: &mut PgConnection,
    change: ChangeId,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let after = sqlx::query_scalar(
        "select exists (select from notice_change nc join notice n on n.id = nc.notice_id
                        where nc.change_id = $1 and n.kind = 'announcement' and n.cancelled_at is null and n.fanned_out_at > $2)",
    )
    .bind(change.0)
    .bind(at)
    .fetch_one(conn)
    .await?;
    Ok(after)
}
