//! Who is entitled: customers with the contracts and terms of a day, read in ranges of ids, and the barrier
//! between those who write them and those who scan them.
//!
//! Whoever writes customers, contracts, terms or contacts holds the lock `entitlement` shared; announce takes it
//! exclusively once, so that every writer of before is scanned and every later one sees the change.

use chrono::NaiveDate;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::subscriber::wishes;
use super::{Error, Tx};
use crate::domain::change::ChangeId;
use crate::domain::customer::{Contract, ContractId, CustomerId, CustomerKind, Terms};
use crate::domain::plan::Candidate;
use crate::domain::recipient::{Addressee, RecipientId};
use crate::domain::subprocessor::SubprocessorId;

/// Customers read, or fanned out to, at once: memory stays flat from ten customers to a million.
pub const CUSTOMERS_PER_RANGE: i64 = 4096;

/// For those who write customers, contracts, terms or contacts; held until the transaction ends.
pub async fn lock_shared(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("select pg_advisory_xact_lock_shared(hashtext('entitlement'))").execute(tx.conn()).await?;
    Ok(())
}

/// For announce, once a notice: waits for every writer under way.
pub async fn lock_exclusive(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('entitlement'))").execute(tx.conn()).await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    id: i64,
    reference: String,
    name: String,
    kind: String,
    reachable: bool,
    has_notice_address: bool,
    excluded: Vec<i64>,
    contract_id: Option<i64>,
    contract: Option<String>,
    document: Option<String>,
    clause: Option<String>,
    products: Option<Vec<String>>,
    signed_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    terms: Option<Json<Terms>>,
    wanted_products: Vec<String>,
    wanted_kinds: Vec<String>,
}

impl Row {
    fn contract(self) -> Option<Contract> {
        Some(Contract {
            id: ContractId(self.contract_id?),
            reference: self.contract?,
            document: self.document,
            clause: self.clause,
            products: self.products?,
            signed_on: self.signed_on?,
            ended_on: self.ended_on,
            terms: self.terms?.0,
        })
    }
}

/// Customers with their contracts as of day `$1`, of those that `$where` names.
macro_rules! candidates_where {
    ($where:literal) => {
        concat!(
            "select c.id, c.reference, c.name, c.kind,
                    exists (select from recipient r where r.customer_id = c.id and r.suppressed_at is null
                            and r.address is not null
                            and (r.notice_address or not exists (select from recipient n
                                 where n.customer_id = c.id and n.notice_address))) as reachable,
                    exists (select from recipient n where n.customer_id = c.id and n.notice_address) as has_notice_address,
                    array(select subprocessor_id from exclusion x where x.customer_id = c.id
                          and x.confirmed_at is not null and x.until is null) as excluded,
                    k.id as contract_id, k.reference as contract, k.document, k.clause, k.products, k.signed_on, k.ended_on,
                    t.terms, c.wanted_products, c.wanted_kinds
             from customer c
             left join contract k on k.customer_id = c.id
             left join lateral (select terms from contract_terms where contract_id = k.id and valid_from <= $1
                                order by valid_from desc limit 1) t on true
             where ",
            $where,
            "  and (c.kind = 'contract' or exists (select from recipient r where r.customer_id = c.id
                    and r.confirmed_at is not null and r.suppressed_at is null))
             order by c.id, k.id"
        )
    };
}

/// The customers with an id in `(after, up_to]`, each with its contracts as of `day`, in order of id. Subscribers
/// are among them, without contracts, if they have confirmed.
pub async fn candidates(
    conn: &mut PgConnection,
    day: NaiveDate,
    after: i64,
    up_to: i64,
) -> Result<Vec<Candidate>, Error> {
    let rows: Vec<Row> = sqlx::query_as(candidates_where!("c.id > $2 and c.id <= $3"))
        .bind(day)
        .bind(after)
        .bind(up_to)
        .fetch_all(conn)
        .await?;
    grouped(rows)
}

/// [`candidates`] by their ids.
pub async fn candidates_of(
    conn: &mut PgConnection,
    day: NaiveDate,
    customers: &[CustomerId],
) -> Result<Vec<Candidate>, Error> {
    let rows: Vec<Row> = sqlx::query_as(candidates_where!("c.id = any($2)"))
        .bind(day)
        .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    grouped(rows)
}

/// Rows by customer as candidates.
fn grouped(rows: Vec<Row>) -> Result<Vec<Candidate>, Error> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for row in rows {
        if candidates.last().is_none_or(|last| last.customer.0 != row.id) {
            candidates.push(Candidate {
                customer: CustomerId(row.id),
                reference: row.reference.clone(),
                name: row.name.clone(),
                kind: row.kind.parse::<CustomerKind>().map_err(|why| Error::unreadable("customer", &why))?,
                reachable: row.reachable,
                has_notice_address: row.has_notice_address,
                excluded: row.excluded.iter().copied().map(SubprocessorId).collect(),
                contracts: Vec::new(),
                wishes: wishes(row.wanted_products.clone(), &row.wanted_kinds)?,
            });
        }
        if let (Some(last), Some(contract)) = (candidates.last_mut(), row.contract()) {
            last.contracts.push(contract);
        }
    }
    Ok(candidates)
}

/// Those who had the change's notice by post, portal or hand: whoever has no address that works can have it so again.
pub async fn reached_by_hand(conn: &mut PgConnection, change: ChangeId) -> Result<Vec<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar("select customer_id from service where change_id = $1")
        .bind(change.0)
        .fetch_all(conn)
        .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// All of [`candidates`], read in ranges.
pub async fn all(conn: &mut PgConnection, day: NaiveDate) -> Result<Vec<Candidate>, Error> {
    let (mut all, mut after) = (Vec::new(), 0);
    while let Some(end) = range_end(conn, after, CUSTOMERS_PER_RANGE).await? {
        all.append(&mut candidates(conn, day, after, end).await?);
        after = end;
    }
    Ok(all)
}

/// The end of a range of at most `size` customers behind `after`; none when there is nobody left.
pub async fn range_end(conn: &mut PgConnection, after: i64, size: i64) -> Result<Option<i64>, Error> {
    let end: Option<i64> = sqlx::query_scalar(
        "select max(id) from (select id from customer where id > $1 order by id limit $2) range",
    )
    .bind(after)
    .bind(size)
    .fetch_one(conn)
    .await?;
    Ok(end)
}

#[derive(FromRow)]
struct AddresseeRow {
    id: i64,
    customer_id: i64,
    role: String,
    notice_address: bool,
}

impl From<AddresseeRow> for Addressee {
    fn from(row: AddresseeRow) -> Self {
        Self {
            recipient: RecipientId(row.id),
            customer: CustomerId(row.customer_id),
            role: row.role,
            notice_address: row.notice_address,
        }
    }
}

macro_rules! addressees_where {
    ($where:literal) => {
        concat!(
            "select id, customer_id, role, notice_address from recipient where ",
            $where,
            " and suppressed_at is null and address is not null order by customer_id, rank, id"
        )
    };
}

/// Every reachable address of the customers with an id in `(after, up_to]`, by customer, then rank.
pub async fn addressees(conn: &mut PgConnection, after: i64, up_to: i64) -> Result<Vec<Addressee>, Error> {
    let rows: Vec<AddresseeRow> = sqlx::query_as(addressees_where!("customer_id > $1 and customer_id <= $2"))
        .bind(after)
        .bind(up_to)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Addressee::from).collect())
}

/// [`addressees`] of these customers.
pub async fn addressees_of(
    conn: &mut PgConnection,
    customers: &[CustomerId],
) -> Result<Vec<Addressee>, Error> {
    let rows: Vec<AddresseeRow> = sqlx::query_as(addressees_where!("customer_id = any($1)"))
        .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Addressee::from).collect())
}

/// The customers with an id behind `after` of whom a contract or a version of its terms began, or a contract was over, on a day in
/// `(through, today]`, by id.
pub async fn turned(
    conn: &mut PgConnection,
    through: NaiveDate,
    today: NaiveDate,
    after: i64,
    limit: i64,
) -> Result<Vec<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select customer_id from (
             select customer_id from contract where ended_on >= $1 and ended_on < $2
             union select customer_id from contract where signed_on > $1 and signed_on <= $2
             union select k.customer_id from contract_terms t join contract k on k.id = t.contract_id
                   where t.valid_from > $1 and t.valid_from <= $2) turned
         where customer_id > $3 order by customer_id limit $4",
    )
    .bind(through)
    .bind(today)
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// The next day after `today` on which [`turned`] finds somebody.
pub async fn next_turn(conn: &mut PgConnection, today: NaiveDate) -> Result<Option<NaiveDate>, Error> {
    let day = sqlx::query_scalar(
        "select least((select min(ended_on) + 1 from contract where ended_on >= $1),
                      (select min(signed_on) from contract where signed_on > $1),
                      (select min(valid_from) from contract_terms where valid_from > $1))",
    )
    .bind(today)
    .fetch_one(conn)
    .await?;
    Ok(day)
}

/// The changes that customers have been told of and that may still take effect, by id, locked for key share: no gate
/// decides until this transaction ends. Look at their facts in the NEXT statement.
pub async fn lock_published(tx: &mut Tx) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from change where state in ('scheduled', 'in_notice', 'held') and published_at is not null
         order by id for key share",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}
