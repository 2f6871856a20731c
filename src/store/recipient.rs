//! Recipients: customers' contacts and subscribers. An address never changes: another one is another recipient.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::customer::Outcome;
use super::{Error, Tx};
use crate::domain::customer::CustomerId;
use crate::domain::recipient::{PRIVACY_ROLE, Recipient, RecipientId, Unreached};

/// A contact as a file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenContact {
    pub customer_id: CustomerId,
    pub address: String,
    pub name: Option<String>,
    pub language: Option<String>,
    pub role: Option<String>,
    pub rank: Option<i16>,
    pub notice_address: Option<bool>,
}

/// Inserts or alters contacts, by customer and address whatever its case; each once in a group. A suppressed one
/// stays suppressed. Gives what became of each that was written; the others stood as they are.
pub async fn upsert(tx: &mut Tx, contacts: &[GivenContact]) -> Result<Vec<(CustomerId, Outcome)>, Error> {
    let rows: Vec<(i64, bool)> = sqlx::query_as(
        "with given as (
             select customer_id, address, name, language, role, rank, notice_address
             from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::boolean[])
                  as g(customer_id, address, name, language, role, rank, notice_address)),
         before as (
             select r.id, r.customer_id, r.address, r.name, r.language, r.role, r.rank, r.notice_address
             from recipient r join given g on g.customer_id = r.customer_id and lower(g.address) = lower(r.address)),
         written as (
             insert into recipient (customer_id, address, name, language, role, rank, notice_address)
             select g.customer_id, g.address, coalesce(g.name, b.name, ''), coalesce(g.language, b.language, 'en'),
                    coalesce(g.role, b.role, $8), coalesce(g.rank, b.rank, 0), coalesce(g.notice_address, b.notice_address, false)
             from given g left join before b on b.customer_id = g.customer_id and lower(b.address) = lower(g.address)
             order by g.customer_id, g.address
             on conflict (customer_id, lower(address)) do update
             set name = excluded.name, language = excluded.language, role = excluded.role, rank = excluded.rank,
                 notice_address = excluded.notice_address
             where (recipient.name, recipient.language, recipient.role, recipient.rank, recipient.notice_address)
                   is distinct from (excluded.name, excluded.language, excluded.role, excluded.rank, excluded.notice_address)
             returning id, customer_id)
         select customer_id, not exists (select from before where before.id = written.id) from written",
    )
    .bind(contacts.iter().map(|contact| contact.customer_id.0).collect::<Vec<_>>())
    .bind(contacts.iter().map(|contact| contact.address.as_str()).collect::<Vec<_>>())
    .bind(contacts.iter().map(|contact| contact.name.as_deref()).collect::<Vec<_>>())
    .bind(contacts.iter().map(|contact| contact.language.as_deref()).collect::<Vec<_>>())
    .bind(contacts.iter().map(|contact| contact.role.as_deref()).collect::<Vec<_>>())
    .bind(contacts.iter().map(|contact| contact.rank).collect::<Vec<_>>())
    .bind(contacts.iter().map(|contact| contact.notice_address).collect::<Vec<_>>())
    .bind(PRIVACY_ROLE)
    .fetch_all(tx.conn())
    .await?;
    let written = |(customer, created)| {
        (CustomerId(customer), if created { Outcome::Created } else { Outcome::Changed })
    };
    Ok(rows.into_iter().map(written).collect())
}

#[derive(FromRow)]
struct Row {
    id: i64,
    customer_id: i64,
    address: Option<String>,
    name: Option<String>,
    language: String,
    role: String,
    rank: i16,
    notice_address: bool,
    confirmed_at: Option<DateTime<Utc>>,
    suppressed_why: Option<String>,
    link_epoch: i16,
}

impl From<Row> for Recipient {
    fn from(row: Row) -> Self {
        Self {
            id: RecipientId(row.id),
            customer_id: CustomerId(row.customer_id),
            address: row.address.unwrap_or_default(),
            name: row.name.unwrap_or_default(),
            language: row.language,
            role: row.role,
            rank: row.rank,
            notice_address: row.notice_address,
            confirmed_at: row.confirmed_at,
            suppressed_why: row.suppressed_why,
            link_epoch: row.link_epoch,
        }
    }
}

/// The recipients of a customer, those of the privacy role first, then by rank.
pub async fn of_customer(conn: &mut PgConnection, customer: CustomerId) -> Result<Vec<Recipient>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, customer_id, address, name, language, role, rank, notice_address, confirmed_at, suppressed_why, link_epoch
         from recipient where customer_id = $1 order by (role = 'privacy') desc, rank, id",
    )
    .bind(customer.0)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Recipient::from).collect())
}

/// One recipient.
pub async fn by_id(conn: &mut PgConnection, id: RecipientId) -> Result<Option<Recipient>, Error> {
    let row: Option<Row> = sqlx::query_as(
        "select id, customer_id, address, name, language, role, rank, notice_address, confirmed_at, suppressed_why, link_epoch
         from recipient where id = $1",
    )
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Recipient::from))
}

/// Of these customers those whom a letter would not reach as it should.
pub async fn unreached(
    conn: &mut PgConnection,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, Unreached)>, Error> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = customers.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, bool)> = sqlx::query_as(
        "select g.id, bool_or(r.id is not null)
         from unnest($1::bigint[]) as g(id)
         left join recipient r on r.customer_id = g.id and r.suppressed_why is null and r.address is not null
         group by g.id
         having not bool_or(r.id is not null and (r.role = 'privacy' or r.notice_address))",
    )
    .bind(ids)
    .fetch_all(conn)
    .await?;
    let how = |(id, anybody)| {
        (CustomerId(id), if anybody { Unreached::NoPrivacyContact } else { Unreached::Nobody })
    };
    Ok(rows.into_iter().map(how).collect())
}

/// Of these addresses (lower case), those that are contacts of customers other than the one given beside each:
/// (address, the other customer's reference), at most one each.
pub async fn shared_addresses(
    conn: &mut PgConnection,
    addresses: &[String],
    customers: &[CustomerId],
) -> Result<Vec<(String, String)>, Error> {
    let ids: Vec<i64> = customers.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as(
        "select g.address, min(c.reference)
         from unnest($1::text[], $2::bigint[]) as g(address, customer_id)
         -- One look for each address: offset 0 keeps this from becoming a join with all recipients.
         cross join lateral (select customer_id from recipient
                             where lower(address) = g.address and customer_id <> g.customer_id offset 0) r
         join customer c on c.id = r.customer_id and c.kind = 'contract'
         group by g.address",
    )
    .bind(addresses)
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
