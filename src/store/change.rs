//! Changes: their rows, the lock that a deciding gate takes, and the moves of their state by compare-and-set.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx, exactly_one};
use crate::domain::change::{Change, ChangeId, Draft, InUse, State, reference};
use crate::domain::customer::GoLive;
use crate::domain::subprocessor::{Facts, SubprocessorId};

/// What `change.facts` holds: the sheet as it will be, as it was, and the name of who is replaced.
#[derive(Serialize, Deserialize)]
pub(super) struct Sheet {
    pub(super) facts: Facts,
    pub(super) before: Option<Facts>,
    pub(super) replaces: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    reference: String,
    kind: String,
    state: String,
    subprocessor_id: i64,
    replaces_id: Option<i64>,
    facts: Json<Sheet>,
    reason: String,
    effective_on: NaiveDate,
    effective_at: DateTime<Utc>,
    go_live: String,
    emergency: Option<String>,
    published_at: Option<DateTime<Utc>>,
    in_use_since: Option<NaiveDate>,
    in_use_why: Option<String>,
    needs_approval: bool,
    approved: bool,
    first_in_force_at: Option<DateTime<Utc>>,
    took_effect_at: Option<DateTime<Utc>>,
}

/// The columns of a [`Row`], of the table alias `change`.
macro_rules! columns {
    () => {
        "change.id, change.reference, change.kind, change.state, subprocessor_id, replaces_id, change.facts, change.reason, \
         effective_on, effective_at, go_live, emergency, published_at, in_use_since, in_use_why, needs_approval, \
         approver_id is not null as approved, first_in_force_at, took_effect_at"
    };
}

impl TryFrom<Row> for Change {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let unreadable = |why| Error::unreadable("change", &why);
        let sheet = row.facts.0;
        Ok(Self {
            id: ChangeId(row.id),
            reference: row.reference,
            state: row.state.parse().map_err(unreadable)?,
            subprocessor_id: SubprocessorId(row.subprocessor_id),
            replaces_id: row.replaces_id.map(SubprocessorId),
            draft: Draft {
                kind: row.kind.parse().map_err(unreadable)?,
                facts: sheet.facts,
                before: sheet.before,
                replaces: sheet.replaces,
                reason: row.reason,
                effective_on: row.effective_on,
                emergency: row.emergency,
            },
            effective_at: row.effective_at,
            go_live: row.go_live.parse().map_err(unreadable)?,
            published_at: row.published_at,
            needs_approval: row.needs_approval,
            approved: row.approved,
            in_use: row.in_use_since.zip(row.in_use_why).map(|(since, why)| InUse { since, why }),
            first_in_force_at: row.first_in_force_at,
            took_effect_at: row.took_effect_at,
        })
    }
}

/// A change to be scheduled.
#[derive(Debug)]
pub struct New<'a> {
    pub draft: &'a Draft,
    pub subprocessor: SubprocessorId,
    pub replaces: Option<SubprocessorId>,
    pub effective_at: DateTime<Utc>,
    pub go_live: GoLive,
    pub author: i64,
    pub needs_approval: bool,
    /// When its gate is asked first; none = announcing says when.
    pub next_look_at: Option<DateTime<Utc>>,
}

/// Inserts a change as `scheduled`.
pub async fn insert_scheduled(tx: &mut Tx, new: &New<'_>) -> Result<(ChangeId, String), Error> {
    let id: i64 = sqlx::query_scalar("select nextval('change_no')").fetch_one(tx.conn()).await?;
    let id = ChangeId(id);
    let reference = reference(tx.now().year(), id);
    let draft = new.draft;
    let sheet =
        Sheet { facts: draft.facts.clone(), before: draft.before.clone(), replaces: draft.replaces.clone() };
    sqlx::query(
        "insert into change (id, reference, kind, state, subprocessor_id, replaces_id, facts, reason, products,
                             effective_on, effective_at, go_live, emergency, author_id, needs_approval, next_look_at)
         values ($1, $2, $3, 'scheduled', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(id.0)
    .bind(&reference)
    .bind(draft.kind.as_str())
    .bind(new.subprocessor.0)
    .bind(new.replaces.map(|id| id.0))
    .bind(Json(sheet))
    .bind(&draft.reason)
    .bind(draft.products())
    .bind(draft.effective_on)
    .bind(new.effective_at)
    .bind(new.go_live.as_str())
    .bind(&draft.emergency)
    .bind(new.author)
    .bind(new.needs_approval)
    .bind(new.next_look_at)
    .execute(tx.conn())
    .await?;
    Ok((id, reference))
}

/// The change called `reference`.
pub async fn by_reference(conn: &mut PgConnection, reference: &str) -> Result<Change, Error> {
    let row: Option<Row> =
        sqlx::query_as(concat!("select ", columns!(), " from change where reference = upper($1)"))
            .bind(reference)
            .fetch_optional(conn)
            .await?;
    row.ok_or_else(|| Error::NotFound { what: "change", key: reference.to_owned() })?.try_into()
}

/// The change with this id, unlocked.
pub async fn by_id(conn: &mut PgConnection, id: ChangeId) -> Result<Change, Error> {
    let row: Option<Row> =
        sqlx::query_as(concat!("select ", columns!(), " from change where change.id = $1"))
            .bind(id.0)
            .fetch_optional(conn)
            .await?;
    row.ok_or_else(|| Error::NotFound { what: "change", key: id.to_string() })?.try_into()
}

/// All changes, newest first.
pub async fn list(conn: &mut PgConnection, limit: i64) -> Result<Vec<Change>, Error> {
    let rows: Vec<Row> =
        sqlx::query_as(concat!("select ", columns!(), " from change order by change.id desc limit $1"))
            .bind(limit)
            .fetch_all(conn)
            .await?;
    rows.into_iter().map(Change::try_from).collect()
}

/// The changes that may still take effect, in the order in which they would.
pub async fn open(conn: &mut PgConnection) -> Result<Vec<Change>, Error> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from change where state in ('scheduled', 'in_notice', 'held') order by effective_at, change.id"
    ))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Change::try_from).collect()
}

/// The changes about these subprocessors that are planned or were put into effect, in the order in which they are.
pub async fn about(conn: &mut PgConnection, subprocessors: &[SubprocessorId]) -> Result<Vec<Change>, Error> {
    let ids: Vec<i64> = subprocessors.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from change where subprocessor_id = any($1) and state in ('scheduled', 'in_notice', 'held', 'effective')
          order by coalesce(took_effect_at, effective_at), change.id"
    ))
    .bind(ids)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Change::try_from).collect()
}

/// The changes a notice covers, in the order in which they were scheduled.
pub async fn of_notice(conn: &mut PgConnection, notice: i64) -> Result<Vec<Change>, Error> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from change join notice_change on change_id = change.id where notice_id = $1 order by change.id"
    ))
    .bind(notice)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Change::try_from).collect()
}

/// Locks the change `for update` and reads it: from here on no fact that shuts its gate can be committed by
/// anybody else. Look at such facts in the NEXT statement.
pub async fn lock(tx: &mut Tx, id: ChangeId) -> Result<Change, Error> {
    let row: Option<Row> =
        sqlx::query_as(concat!("select ", columns!(), " from change where change.id = $1 for update"))
            .bind(id.0)
            .fetch_optional(tx.conn())
            .await?;
    row.ok_or_else(|| Error::NotFound { what: "change", key: id.to_string() })?.try_into()
}

/// Locks the open changes of the same subprocessors, by id, so that their order is decided one at a time.
pub async fn lock_open_of(tx: &mut Tx, subprocessors: &[SubprocessorId]) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from change
         where state in ('scheduled', 'in_notice', 'held') and array[subprocessor_id, replaces_id] && $1
         order by id for update",
    )
    .bind(subprocessors.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// When a change was first scheduled, as the ledger has it; none: it never was.
pub async fn scheduled_at(conn: &mut PgConnection, change: ChangeId) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar(
        "select min(a.at) from ledger_entry e join act a on a.id = e.act_id
         where e.change_id = $1 and e.kind = 'change_scheduled'",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?;
    Ok(at)
}

/// When the first of the changes that may still take effect was announced.
pub async fn oldest_published_at(conn: &mut PgConnection) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar(
        "select min(published_at) from change where state in ('scheduled', 'in_notice', 'held')",
    )
    .fetch_one(conn)
    .await?;
    Ok(at)
}

/// Locks every change that may still take effect, by id: whoever is lodging against one is waited for.
pub async fn lock_all_open(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query(
        "select from change where state in ('scheduled', 'in_notice', 'held') order by id for update",
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The changes that the gate is to be asked about now, earliest first.
pub async fn due(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from change where next_look_at <= $1 order by next_look_at, id limit $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// From `from` to `to`, where nobody was faster.
pub async fn move_state(tx: &mut Tx, id: ChangeId, from: State, to: State) -> Result<(), Error> {
    let done =
        sqlx::query("update change set state = $3, version = version + 1 where id = $1 and state = $2")
            .bind(id.0)
            .bind(from.as_str())
            .bind(to.as_str())
            .execute(tx.conn())
            .await?;
    exactly_one(&done, "change")
}

/// Into effect as of `at`; the database asks its gate once more under the lock.
pub async fn set_effective(tx: &mut Tx, id: ChangeId, from: State, at: DateTime<Utc>) -> Result<(), Error> {
    let done = sqlx::query(
        "update change set state = 'effective', took_effect_at = $3, next_look_at = null, version = version + 1
         where id = $1 and state = $2",
    )
    .bind(id.0)
    .bind(from.as_str())
    .bind(at)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "change")
}

/// In force for the first of its customers as of `at`; keeps the first instant.
pub async fn set_first_in_force(tx: &mut Tx, id: ChangeId, at: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "update change set first_in_force_at = $2, version = version + 1 where id = $1 and first_in_force_at is null",
    )
    .bind(id.0)
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// When the gate is asked next; none = not by itself.
pub async fn set_next_look(tx: &mut Tx, id: ChangeId, at: Option<DateTime<Utc>>) -> Result<(), Error> {
    let done = sqlx::query("update change set next_look_at = $2 where id = $1")
        .bind(id.0)
        .bind(at)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "change")
}

/// Its announcement has started: public from here on. Keeps the first instant.
pub async fn publish(tx: &mut Tx, id: ChangeId) -> Result<bool, Error> {
    let now = tx.now();
    let done = sqlx::query("update change set published_at = $2 where id = $1 and published_at is null")
        .bind(id.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The gate is asked now about those of `changes` whose day is past and that waited for nothing but their letters.
pub async fn look_now_at_past(tx: &mut Tx, changes: &[ChangeId]) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "update change set next_look_at = $2
         where id = any($1) and state = 'scheduled' and next_look_at is null and effective_at <= $2",
    )
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Another effective date or other facts; the gate looks again at the first instant of the day.
pub async fn alter(tx: &mut Tx, change: &Change) -> Result<(), Error> {
    let draft = &change.draft;
    let sheet =
        Sheet { facts: draft.facts.clone(), before: draft.before.clone(), replaces: draft.replaces.clone() };
    let done = sqlx::query(
        "update change set effective_on = $2, effective_at = $3, next_look_at = $3, facts = $4, products = $5,
                version = version + 1
         where id = $1",
    )
    .bind(change.id.0)
    .bind(draft.effective_on)
    .bind(change.effective_at)
    .bind(Json(sheet))
    .bind(draft.products())
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "change")
}

/// In use although its gate is shut; what was said of it before is replaced.
pub async fn set_in_use(tx: &mut Tx, id: ChangeId, in_use: &InUse) -> Result<(), Error> {
    let done = sqlx::query(
        "update change set in_use_since = $2, in_use_why = $3, version = version + 1
         where id = $1 and state in ('scheduled', 'in_notice', 'held')",
    )
    .bind(id.0)
    .bind(in_use.since)
    .bind(&in_use.why)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "change")
}

/// The last day of a use without completed notice.
pub async fn set_in_use_until(tx: &mut Tx, id: ChangeId, last_day: NaiveDate) -> Result<(), Error> {
    let done = sqlx::query("update change set in_use_until = $2 where id = $1 and in_use_since is not null")
        .bind(id.0)
        .bind(last_day)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "change")
}

/// The second person's yes. Errs with `change_four_eyes` where that is the author.
pub async fn approve(tx: &mut Tx, id: ChangeId, approver: i64) -> Result<(), Error> {
    let done = sqlx::query(
        "update change set approver_id = $2, version = version + 1
         where id = $1 and approver_id is null and state in ('scheduled', 'in_notice', 'held')",
    )
    .bind(id.0)
    .bind(approver)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "change")
}

/// The second person's yes was to another plan.
pub async fn withdraw_approval(tx: &mut Tx, id: ChangeId) -> Result<(), Error> {
    let done = sqlx::query("update change set approver_id = null where id = $1")
        .bind(id.0)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "change")
}
