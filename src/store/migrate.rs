//! The schema: made and brought up to date by `forenotice migrate`, never by the daemon.
//!
//! The migrations lie in `migrations/`, are embedded at build time and run as `forenotice_owner`, whom nobody can log in as; the
//! daemon is `forenotice_app` and owns nothing. Promise: any number of `migrate` at once, on one database or on several of one
//! cluster, end as one did; what has run is never run again, and a file that was changed after it ran is refused.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::Tx;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Where `sqlx` keeps which migrations ran.
const APPLIED_TABLE: &str = "forenotice._sqlx_migrations";
const ONE_AT_A_TIME: &str = "select pg_advisory_lock(hashtext('forenotice migrate'))";
/// A migration that waits longer than this for a table's lock would make everybody queue behind it: it gives up and tries again.
const LOCK_TIMEOUT: &str = "set lock_timeout = '2s'";
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(500);
/// SHA-256 of nothing: the root of a tree without leaves (RFC 6962, 2.1).
const EMPTY_ROOT: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database is not reachable: {0}")]
    Unreachable(#[source] sqlx::Error),
    #[error(
        "{user} may not make forenotice's roles or schema: {reason}. It needs CREATEROLE and CREATE on the database"
    )]
    NotAllowed { user: String, reason: String },
    #[error(
        "migration {version} was changed after it ran on this database: this program and the database are of different releases"
    )]
    Changed { version: i64 },
    #[error(
        "the database has migration {version}, which this program does not know: it is older than the database"
    )]
    TooNew { version: i64 },
    #[error(
        "a table was in use each time a migration asked for it; nothing half-done remains. Run it again when the daemons are quieter"
    )]
    Busy,
    #[error("migration failed: {0}")]
    Failed(#[source] MigrateError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What a run of [`migrate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The names of the migrations that ran now, in order.
    pub applied: Vec<String>,
    /// The installation was written now: this database had none.
    pub installed: bool,
    /// The daemon's login was made a member of `forenotice_app` now.
    pub let_in: Option<String>,
}

/// What [`migrate`] is to do, and where.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The database, as a user who may create roles and schemas.
    pub url: &'a str,
    /// The database as the daemon logs in: it must be able to become `forenotice_app`.
    pub serve_url: &'a str,
    /// The ledger's name of a new installation; one that exists keeps its own.
    pub origin: &'a str,
    pub now: DateTime<Utc>,
}

/// Brings the database up to this program's schema: roles, schema, migrations, the installation's row.
pub async fn migrate(order: Order<'_>) -> Result<Migrated, Error> {
    let mut conn = PgConnection::connect(order.url).await.map_err(Error::Unreachable)?;
    make_roles(&mut conn).await?;
    let let_in = let_in(&mut conn, order.serve_url).await?;
    conn.execute("set role forenotice_owner").await?;
    conn.execute("set search_path = forenotice, pg_temp").await?;
    // One at a time: who waited here finds nothing left to do. Let go when the connection ends.
    conn.execute(ONE_AT_A_TIME).await?;
    conn.execute(LOCK_TIMEOUT).await?;
    let applied = pending(&mut conn).await?;
    run(&mut conn).await?;
    let installed = install(&mut conn, order.origin, order.now).await?;
    conn.close().await?;
    Ok(Migrated { applied, installed, let_in })
}

/// The migrations that this program has and the database has not, in order. Empty: up to date.
///
/// Errs where the database is newer than the program, or a migration was changed after it ran.
pub async fn pending(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let known: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(APPLIED_TABLE)
        .fetch_one(&mut *conn)
        .await?;
    let applied: Vec<(i64, Vec<u8>)> = if known {
        sqlx::query_as(
            "select version, checksum from forenotice._sqlx_migrations where success order by version",
        )
        .fetch_all(&mut *conn)
        .await?
    } else {
        Vec::new()
    };
    for (version, checksum) in &applied {
        match MIGRATIONS.iter().find(|migration| migration.version == *version) {
            None => return Err(Error::TooNew { version: *version }),
            Some(migration) if migration.checksum.as_ref() != checksum.as_slice() => {
                return Err(Error::Changed { version: *version });
            }
            Some(_) => {}
        }
    }
    let missing = MIGRATIONS
        .iter()
        .filter(|migration| applied.iter().all(|(version, _)| *version != migration.version));
    Ok(missing.map(|migration| format!("{:04} {}", migration.version, migration.description)).collect())
}

async fn make_roles(conn: &mut PgConnection) -> Result<(), Error> {
    let Err(error) = conn.execute(include_str!("sql/roles.sql")).await else { return Ok(()) };
    match error.as_database_error() {
        Some(refusal) if refusal.code().as_deref() == Some("42501") => {
            let reason = refusal.message().to_owned();
            let user = sqlx::query_scalar("select session_user::text").fetch_one(conn).await?;
            Err(Error::NotAllowed { user, reason })
        }
        _ => Err(error.into()),
    }
}

/// Makes the daemon's login a member of `forenotice_app`, if it is another user and cannot become it yet.
async fn let_in(conn: &mut PgConnection, serve_url: &str) -> Result<Option<String>, Error> {
    let options: PgConnectOptions = serve_url.parse()?;
    let user = options.get_username().to_owned();
    let outside: bool = sqlx::query_scalar(
        "select exists (select from pg_roles where rolname = $1 and rolname not like 'forenotice\\_%'
                        and not pg_has_role(rolname, 'forenotice_app', 'member'))",
    )
    .bind(&user)
    .fetch_one(&mut *conn)
    .await?;
    if !outside {
        return Ok(None);
    }
    let grant: String = sqlx::query_scalar("select format('grant forenotice_app to %I', $1::text)")
        .bind(&user)
        .fetch_one(&mut *conn)
        .await?;
    conn.execute(AssertSqlSafe(grant)).await?;
    Ok(Some(user))
}

/// Makes the first account, an admin, if there is none yet. True if it was made now.
pub async fn first_admin(tx: &mut Tx, email: &str, name: &str) -> Result<bool, super::Error> {
    let done = sqlx::query(
        "insert into account (email, name, role) select $1, $2, 'admin' where not exists (select from account)
         on conflict do nothing",
    )
    .bind(email)
    .bind(name)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The mark of the installation's key; none: it was never marked.
pub async fn key_mark(conn: &mut PgConnection) -> Result<Option<Vec<u8>>, super::Error> {
    let mark: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select key_mark from installation where one").fetch_optional(conn).await?;
    Ok(mark.flatten())
}

/// Whether anything was ever written by the installation's key: from then on there is no other.
pub async fn has_used_its_key(conn: &mut PgConnection) -> Result<bool, super::Error> {
    let used = sqlx::query_scalar(
        "select exists (select from act) or exists (select from checkpoint)
             or exists (select from installation where key_mark is not null)",
    )
    .fetch_one(conn)
    .await?;
    Ok(used)
}

/// Marks the installation by its key, if it is not marked yet.
pub async fn keep_key_mark(url: &str, mark: [u8; 32]) -> Result<(), Error> {
    let mut conn = PgConnection::connect(url).await.map_err(Error::Unreachable)?;
    conn.execute("set role forenotice_owner").await?;
    conn.execute("set search_path = forenotice, pg_temp").await?;
    sqlx::query("update installation set key_mark = $1 where key_mark is null")
        .bind(mark.as_slice())
        .execute(&mut conn)
        .await?;
    conn.close().await?;
    Ok(())
}

async fn run(conn: &mut PgConnection) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match MIGRATIONS.run_direct(None, conn, false).await {
            Ok(()) => return Ok(()),
            Err(MigrateError::VersionMismatch(version)) => return Err(Error::Changed { version }),
            Err(MigrateError::VersionMissing(version)) => return Err(Error::TooNew { version }),
            Err(error) if waited_in_vain(&error) && tries < LOCK_TRIES => {
                // sqlx keeps its own advisory lock when it fails; the next try takes it once more, which a session may.
                tokio::time::sleep(LOCK_PAUSE).await;
            }
            Err(error) if waited_in_vain(&error) => return Err(Error::Busy),
            Err(error) => return Err(Error::Failed(error)),
        }
    }
}

/// 55P03: a lock was not had within `lock_timeout`.
fn waited_in_vain(error: &MigrateError) -> bool {
    let (MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)) = error else {
        return false;
    };
    cause.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some("55P03")
}

/// Writes which database this is and an empty ledger, once. True if it was written now.
async fn install(conn: &mut PgConnection, origin: &str, now: DateTime<Utc>) -> Result<bool, Error> {
    let installed = sqlx::query(
        "insert into installation (origin, system_identifier, timeline)
         select $1, s.system_identifier, c.timeline_id from pg_control_system() s, pg_control_checkpoint() c
         on conflict (one) do nothing",
    )
    .bind(origin)
    .execute(&mut *conn)
    .await?;
    sqlx::query("insert into ledger_head (size, root, at) values (0, $1, $2) on conflict (one) do nothing")
        .bind(EMPTY_ROOT.as_slice())
        .bind(now)
        .execute(&mut *conn)
        .await?;
    Ok(installed.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gap_and_say_their_idea_first() {
        for (expected, migration) in (1_i64..).zip(MIGRATIONS.iter()) {
            assert_eq!(migration.version, expected);
            let first = migration.sql.as_str().lines().next().unwrap_or_default();
            assert!(first.starts_with("-- ") && first.len() > 20, "{expected}: {first}");
        }
    }

    #[test]
    fn the_root_of_an_empty_ledger_is_the_hash_of_nothing() {
        use sha2::Digest;
        assert_eq!(EMPTY_ROOT.as_slice(), sha2::Sha256::digest([]).as_slice());
    }
}
