//! Accounts of the processor's people.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx, exactly_one};
use crate::domain::account::{Account, AccountId, Role};

#[derive(FromRow)]
struct Row {
    id: i64,
    email: String,
    name: String,
    role: String,
    disabled_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Account {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let role: Role = row.role.parse().map_err(|why| Error::unreadable("account", &why))?;
        Ok(Self {
            id: AccountId(row.id),
            email: row.email,
            name: row.name,
            role,
            disabled_at: row.disabled_at,
        })
    }
}

/// Every account, by address, the disabled ones included.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Account>, Error> {
    let rows: Vec<Row> =
        sqlx::query_as("select id, email, name, role, disabled_at from account order by lower(email)")
            .fetch_all(conn)
            .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// The account with that address, whatever its case.
pub async fn by_email(conn: &mut PgConnection, email: &str) -> Result<Option<Account>, Error> {
    let row: Option<Row> = sqlx::query_as(
        "select id, email, name, role, disabled_at from account where lower(email) = lower($1)",
    )
    .bind(email)
    .fetch_optional(conn)
    .await?;
    row.map(Account::try_from).transpose()
}

/// The account of the operating system's user: `migrate` gives the first admin that user's name.
pub async fn of_os_user(conn: &mut PgConnection, user: &str) -> Result<Option<Account>, Error> {
    let row: Option<Row> = sqlx::query_as(
        "select id, email, name, role, disabled_at from account
         where email = $1 or name = $1
         order by (email = $1) desc, id limit 1",
    )
    .bind(user)
    .fetch_optional(conn)
    .await?;
    row.map(Account::try_from).transpose()
}

/// A new account. None: the address has one already.
pub async fn insert(tx: &mut Tx, email: &str, name: &str, role: Role) -> Result<Option<AccountId>, Error> {
    let id: Option<i64> = sqlx::query_scalar(
        "insert into account (email, name, role) values ($1, $2, $3)
         on conflict (lower(email)) do nothing returning id",
    )
    .bind(email)
    .bind(name)
    .bind(role.as_str())
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(AccountId))
}

/// From `tx.now()` on it acts no more. Stale: it was disabled before.
pub async fn disable(tx: &mut Tx, id: AccountId) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query("update account set disabled_at = $2 where id = $1 and disabled_at is null")
        .bind(id.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "account")
}

/// How many admins can still act, `id` left out. Their rows are locked, so that two don't disable each other.
pub async fn other_admins(tx: &mut Tx, id: AccountId) -> Result<usize, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from account where role = 'admin' and disabled_at is null order by id for update",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().filter(|other| *other != id.0).count())
}
