//! Subprocessors and the versions of their facts.

use chrono::NaiveDate;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::change::ChangeId;
use crate::domain::register::Version;
use crate::domain::subprocessor::{Facts, KnownAs, SubprocessorId, slug};

#[derive(FromRow)]
struct VersionRow {
    subprocessor_id: i64,
    slug: String,
    valid_from: NaiveDate,
    listed: bool,
    facts: Json<Facts>,
    change: Option<String>,
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        Self {
            subprocessor_id: SubprocessorId(row.subprocessor_id),
            slug: row.slug,
            valid_from: row.valid_from,
            listed: row.listed,
            facts: row.facts.0,
            change: row.change,
        }
    }
}

/// Every version of every subprocessor, oldest first: a register is some hundred rows in its life.
pub async fn versions(conn: &mut PgConnection) -> Result<Vec<Version>, Error> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        "select v.subprocessor_id, s.slug, v.valid_from, v.listed, v.facts, c.reference as change
         from subprocessor_version v join subprocessor s on s.id = v.subprocessor_id
         left join change c on c.id = v.change_id
         order by v.valid_from, v.subprocessor_id",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Version::from).collect())
}

/// The facts of a subprocessor as they stand on `day`.
pub async fn facts_on(conn: &mut PgConnection, id: SubprocessorId, day: NaiveDate) -> Result<Facts, Error> {
    let facts: Option<Json<Facts>> = sqlx::query_scalar(
        "select facts from subprocessor_version where subprocessor_id = $1 and valid_from <= $2
         order by valid_from desc limit 1",
    )
    .bind(id.0)
    .bind(day)
    .fetch_optional(conn)
    .await?;
    facts.map(|facts| facts.0).ok_or_else(|| Error::NotFound { what: "subprocessor", key: id.to_string() })
}

/// The subprocessor with that id on the register (its slug) or that name, be it of old: the latest of those so called.
pub async fn called(conn: &mut PgConnection, name: &str) -> Result<Option<SubprocessorId>, Error> {
    let id: Option<i64> = sqlx::query_scalar(
        "select s.id from subprocessor s
         where s.slug = $1 or exists (select from subprocessor_version v where v.subprocessor_id = s.id
                                      and lower(v.facts ->> 'name') = lower($2))
            or exists (select from change c where c.subprocessor_id = s.id and lower(c.facts #>> '{facts,name}') = lower($2))
         order by (s.slug = $1) desc, s.id desc limit 1",
    )
    .bind(slug(name))
    .bind(name.trim())
    .fetch_optional(conn)
    .await?;
    Ok(id.map(SubprocessorId))
}

/// What every subprocessor is and was called, and what changes call it; by name.
pub async fn known_as(conn: &mut PgConnection) -> Result<Vec<KnownAs>, Error> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "select subprocessor_id as id, facts ->> 'name' as name, coalesce(facts ->> 'legal_entity', '') as legal_entity
         from subprocessor_version
         union
         select subprocessor_id, facts #>> '{facts,name}', coalesce(facts #>> '{facts,legal_entity}', '') from change
         order by name, id",
    )
    .fetch_all(conn)
    .await?;
    let known = |(id, name, legal_entity)| KnownAs { id: SubprocessorId(id), name, legal_entity };
    Ok(rows.into_iter().map(known).collect())
}

/// A new subprocessor, on no register yet. Its slug is its name's, with a number behind it where that is taken.
pub async fn insert(tx: &mut Tx, name: &str) -> Result<SubprocessorId, Error> {
    let id = sqlx::query_scalar(
        "insert into subprocessor (slug)
         select case when not exists (select from subprocessor where slug = $1) then $1 else $1 || '-' || (
             select min(n) from generate_series(2, 10000) n
             where not exists (select from subprocessor where slug = $1 || '-' || n)) end
         returning id",
    )
    .bind(slug(name))
    .fetch_one(tx.conn())
    .await?;
    Ok(SubprocessorId(id))
}

/// A state of the facts from `valid_from` on; `change` is what brought it about, none = stated at an import.
pub async fn insert_version(
    tx: &mut Tx,
    id: SubprocessorId,
    valid_from: NaiveDate,
    listed: bool,
    facts: &Facts,
    change: Option<ChangeId>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into subprocessor_version (subprocessor_id, valid_from, listed, facts, change_id)
         values ($1, $2, $3, $4, $5)
         on conflict (subprocessor_id, valid_from) do update
         set listed = excluded.listed, facts = excluded.facts, change_id = excluded.change_id",
    )
    .bind(id.0)
    .bind(valid_from)
    .bind(listed)
    .bind(Json(facts))
    .bind(change.map(|change| change.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// For those who state the register from a file: one at a time, until the transaction ends.
pub async fn lock_register(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('register'))").execute(tx.conn()).await?;
    Ok(())
}

/// Whether any change was ever recorded: from then on the register is written by changes only.
pub async fn changes_begun(conn: &mut PgConnection) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select exists (select from change)").fetch_one(conn).await?)
}
