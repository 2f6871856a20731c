//! Customers, their contracts and the versions of their terms. Written in groups, as files bring them; whoever writes
//! holds the lock of [`entitlement`](super::entitlement) shared.

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::customer::{Contract, ContractId, CustomerId, CustomerKind, Terms};

/// What a group's statement did to one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Changed,
    Unchanged,
}

impl Outcome {
    fn of(created: bool, changed: bool) -> Self {
        match (created, changed) {
            (true, _) => Self::Created,
            (false, true) => Self::Changed,
            (false, false) => Self::Unchanged,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenCustomer {
    pub id: CustomerId,
    pub reference: String,
    pub outcome: Outcome,
}

/// Inserts or renames customers by contract, by their reference; each reference once in a group. The order of the
/// result is not that of the group.
pub async fn upsert(
    tx: &mut Tx,
    references: &[String],
    names: &[String],
) -> Result<Vec<WrittenCustomer>, Error> {
    let rows: Vec<(i64, String, bool, bool)> = sqlx::query_as(
        "with given as (select reference, name from unnest($1::text[], $2::text[]) as g(reference, name)),
         before as (select c.id, c.reference from customer c join given using (reference)),
         written as (
             insert into customer (reference, name) select reference, name from given order by reference
             on conflict (reference) do update set name = excluded.name, version = customer.version + 1
             where customer.name <> excluded.name
             returning id, reference)
         select id, reference, not exists (select from before where before.id = written.id), true from written
         union all
         select id, reference, false, false from before
         where not exists (select from written where written.id = before.id)",
    )
    .bind(references)
    .bind(names)
    .fetch_all(tx.conn())
    .await?;
    // A reference that another transaction wrote meanwhile is neither in the snapshot nor rewritten.
    if rows.len() != references.len() {
        return Err(Error::Stale { what: "customer" });
    }
    let written = |(id, reference, created, changed)| WrittenCustomer {
        id: CustomerId(id),
        reference,
        outcome: Outcome::of(created, changed),
    };
    Ok(rows.into_iter().map(written).collect())
}

/// A contract as a file gives it; what is none stays as it is, or is the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GivenContract {
    pub customer_id: CustomerId,
    pub reference: String,
    pub clause: Option<String>,
    pub products: Option<Vec<String>>,
    pub signed_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenContract {
    pub id: ContractId,
    pub customer_id: CustomerId,
    pub reference: String,
    pub signed_on: NaiveDate,
    pub outcome: Outcome,
}

/// Inserts or alters contracts, by customer and reference; each once in a group. `since_ever` is the day on which a
/// contract counts as signed where nothing says when.
pub async fn upsert_contracts(
    tx: &mut Tx,
    contracts: &[GivenContract],
    since_ever: NaiveDate,
) -> Result<Vec<WrittenContract>, Error> {
    let rows: Vec<(i64, i64, String, NaiveDate, bool, bool)> = sqlx::query_as(
        "with given as (
             select customer_id, reference, clause, signed_on,
                    case when jsonb_typeof(products) = 'array' then array(select jsonb_array_elements_text(products)) end as products
             from jsonb_to_recordset($1) as g(customer_id bigint, reference text, clause text, products jsonb, signed_on date)),
         before as (
             select k.id, k.customer_id, k.reference, k.signed_on
             from contract k join given g on g.customer_id = k.customer_id and g.reference = k.reference),
         written as (
             insert into contract (customer_id, reference, clause, products, signed_on)
             select g.customer_id, g.reference, coalesce(g.clause, k.clause), coalesce(g.products, k.products, '{}'),
                    coalesce(g.signed_on, k.signed_on, $2)
             from given g left join contract k on k.customer_id = g.customer_id and k.reference = g.reference
             order by g.customer_id, g.reference
             on conflict on constraint contract_reference_once do update
             set clause = excluded.clause, products = excluded.products, signed_on = excluded.signed_on
             where (contract.clause, contract.products, contract.signed_on)
                   is distinct from (excluded.clause, excluded.products, excluded.signed_on)
             returning id, customer_id, reference, signed_on)
         select id, customer_id, reference, signed_on,
                not exists (select from before where before.id = written.id), true from written
         union all
         select id, customer_id, reference, signed_on, false, false from before
         where not exists (select from written where written.id = before.id)",
    )
    .bind(Json(contracts))
    .bind(since_ever)
    .fetch_all(tx.conn())
    .await?;
    if rows.len() != contracts.len() {
        return Err(Error::Stale { what: "contract" });
    }
    let written = |(id, customer, reference, signed_on, created, changed)| WrittenContract {
        id: ContractId(id),
        customer_id: CustomerId(customer),
        reference,
        signed_on,
        outcome: Outcome::of(created, changed),
    };
    Ok(rows.into_iter().map(written).collect())
}

/// The contracts that these customers have, by customer: the reference and the last day of each.
pub async fn contract_references(
    conn: &mut PgConnection,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, String, Option<NaiveDate>)>, Error> {
    let ids: Vec<i64> = customers.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, String, Option<NaiveDate>)> = sqlx::query_as(
        "select customer_id, reference, ended_on from contract where customer_id = any($1) order by customer_id, id",
    )
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id, reference, ended_on)| (CustomerId(id), reference, ended_on)).collect())
}

/// Of these customers those with more than one contract.
pub async fn with_several_contracts(
    conn: &mut PgConnection,
    customers: &[CustomerId],
) -> Result<Vec<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select customer_id from contract where customer_id = any($1)
         group by customer_id having count(*) > 1 order by customer_id",
    )
    .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// The terms of these contracts in force on `day` (or when signed, if that is later), locked against another writer
/// of terms until the transaction ends.
pub async fn terms_on(
    tx: &mut Tx,
    contracts: &[ContractId],
    day: NaiveDate,
) -> Result<Vec<(ContractId, Terms)>, Error> {
    let ids: Vec<i64> = contracts.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, Json<Terms>)> = sqlx::query_as(
        "select k.id, t.terms from contract k
         cross join lateral (select terms from contract_terms where contract_id = k.id and valid_from <= greatest($2, k.signed_on)
                             order by valid_from desc limit 1) t
         where k.id = any($1) order by k.id for no key update of k",
    )
    .bind(ids)
    .bind(day)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id, terms)| (ContractId(id), terms.0)).collect())
}

/// A version of a contract's terms from its day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenTerms {
    pub contract_id: ContractId,
    pub valid_from: NaiveDate,
    pub terms: Terms,
}

/// New versions of terms; one of the same day is replaced.
pub async fn insert_terms(tx: &mut Tx, versions: &[GivenTerms]) -> Result<(), Error> {
    sqlx::query(
        "insert into contract_terms (contract_id, valid_from, terms)
         select contract_id, valid_from, terms
         from unnest($1::bigint[], $2::date[], $3::jsonb[]) as g(contract_id, valid_from, terms)
         order by contract_id
         on conflict (contract_id, valid_from) do update set terms = excluded.terms",
    )
    .bind(versions.iter().map(|version| version.contract_id.0).collect::<Vec<_>>())
    .bind(versions.iter().map(|version| version.valid_from).collect::<Vec<_>>())
    .bind(versions.iter().map(|version| Json(&version.terms)).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes the last day of a contract.
pub async fn end_contract(tx: &mut Tx, contract: ContractId, last_day: NaiveDate) -> Result<(), Error> {
    sqlx::query("update contract set ended_on = $2 where id = $1")
        .bind(contract.0)
        .bind(last_day)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A customer by contract or a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    pub reference: String,
    pub name: String,
    pub kind: CustomerKind,
}

/// The processor's own number for it.
pub async fn reference(conn: &mut PgConnection, id: CustomerId) -> Result<String, Error> {
    Ok(sqlx::query_scalar("select reference from customer where id = $1").bind(id.0).fetch_one(conn).await?)
}

/// What it is called.
pub async fn name(conn: &mut PgConnection, id: CustomerId) -> Result<String, Error> {
    Ok(sqlx::query_scalar("select name from customer where id = $1").bind(id.0).fetch_one(conn).await?)
}

/// The customer with that reference.
pub async fn by_reference(conn: &mut PgConnection, reference: &str) -> Result<Option<Customer>, Error> {
    let row: Option<(i64, String, String, String)> =
        sqlx::query_as("select id, reference, name, kind from customer where reference = $1")
            .bind(reference)
            .fetch_optional(conn)
            .await?;
    let customer = |(id, reference, name, kind): (i64, String, String, String)| {
        let kind = kind.parse().map_err(|why| Error::unreadable("customer", &why))?;
        Ok(Customer { id: CustomerId(id), reference, name, kind })
    };
    row.map(customer).transpose()
}

/// References of customers whose reference or name has that in it, for a hint; at most five.
pub async fn references_like(conn: &mut PgConnection, reference: &str) -> Result<Vec<String>, Error> {
    let rows = sqlx::query_scalar(
        "select reference from customer
         where kind = 'contract' and (position(lower($1) in lower(reference)) > 0 or position(lower($1) in lower(name)) > 0)
         order by reference limit 5",
    )
    .bind(reference)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Whether any contract allows an emergency its shorter notice.
pub async fn any_allows_emergency(conn: &mut PgConnection) -> Result<bool, Error> {
    let allows =
        sqlx::query_scalar("select exists (select from contract_terms where terms -> 'emergency' <> 'null')")
            .fetch_one(conn)
            .await?;
    Ok(allows)
}

/// That reference as it is on file where it is written in other letters, small or capital, and only one is; else as it was given.
pub async fn as_on_file(conn: &mut PgConnection, given: &str) -> Result<String, Error> {
    let exact: bool = sqlx::query_scalar("select exists (select from customer where reference = $1)")
        .bind(given)
        .fetch_one(&mut *conn)
        .await?;
    if exact {
        return Ok(given.to_owned());
    }
    let alike: Vec<String> =
        sqlx::query_scalar("select reference from customer where lower(reference) = lower($1) limit 2")
            .bind(given)
            .fetch_all(conn)
            .await?;
    Ok(<[String; 1]>::try_from(alike).map_or_else(|_| given.to_owned(), |[one]| one))
}

#[derive(FromRow)]
struct ContractRow {
    id: i64,
    reference: String,
    document: Option<String>,
    clause: Option<String>,
    products: Vec<String>,
    signed_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    valid_from: NaiveDate,
    terms: Json<Terms>,
}

/// A contract with the terms of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractVersion {
    pub valid_from: NaiveDate,
    pub contract: Contract,
}

/// The contracts of a customer in every version of their terms, newest first.
pub async fn contract_versions(
    conn: &mut PgConnection,
    customer: CustomerId,
) -> Result<Vec<ContractVersion>, Error> {
    let rows: Vec<ContractRow> = sqlx::query_as(
        "select k.id, k.reference, k.document, k.clause, k.products, k.signed_on, k.ended_on, t.valid_from, t.terms
         from contract k join contract_terms t on t.contract_id = k.id
         where k.customer_id = $1 order by k.id, t.valid_from desc",
    )
    .bind(customer.0)
    .fetch_all(conn)
    .await?;
    let version = |row: ContractRow| ContractVersion {
        valid_from: row.valid_from,
        contract: Contract {
            id: ContractId(row.id),
            reference: row.reference,
            document: row.document,
            clause: row.clause,
            products: row.products,
            signed_on: row.signed_on,
            ended_on: row.ended_on,
            terms: row.terms.0,
        },
    };
    Ok(rows.into_iter().map(version).collect())
}
