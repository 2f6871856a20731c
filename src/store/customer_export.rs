//! The customers as a file has them: one row for each contact of each contract, read in pages.

use chrono::NaiveDate;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::Error;
use crate::domain::customer::Terms;
use crate::domain::customer_file::Exported;

#[derive(FromRow)]
struct Row {
    customer_id: i64,
    reference: String,
    customer: String,
    contract: Option<String>,
    clause: Option<String>,
    products: Option<Vec<String>>,
    signed_on: Option<NaiveDate>,
    terms: Option<Json<Terms>>,
    address: Option<String>,
    contact_name: Option<String>,
    language: Option<String>,
    role: Option<String>,
    rank: Option<i16>,
    notice_address: Option<bool>,
}

impl Row {
    /// None: a customer without a contract or a contact, of which a file can say nothing.
    fn exported(self) -> Option<Exported> {
        Some(Exported {
            reference: self.reference,
            customer: self.customer,
            contract: self.contract?,
            clause: self.clause.unwrap_or_default(),
            products: self.products?,
            since: self.signed_on?,
            terms: self.terms?.0,
            address: self.address?,
            contact_name: self.contact_name.unwrap_or_default(),
            language: self.language?,
            role: self.role?,
            rank: self.rank?,
            notice_address: self.notice_address?,
        })
    }
}

/// The rows of up to `customers` customers by contract behind `after` (an id), with the terms of `day`; and the id to
/// go on behind, none at the end. Contracts that have ended and contacts that are forgotten are left out.
pub async fn page(
    conn: &mut PgConnection,
    day: NaiveDate,
    after: i64,
    customers: i64,
) -> Result<(Vec<Exported>, Option<i64>), Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select c.id as customer_id, c.reference, c.name as customer, k.reference as contract, k.clause, k.products,
                k.signed_on, t.terms, r.address, r.name as contact_name, r.language, r.role, r.rank, r.notice_address
         from (select id, reference, name from customer where kind = 'contract' and id > $2 order by id limit $3) c
         left join contract k on k.customer_id = c.id and (k.ended_on is null or k.ended_on >= $1)
         left join lateral (select terms from contract_terms where contract_id = k.id
                            order by (valid_from <= $1) desc, abs(valid_from - $1) limit 1) t on true
         left join recipient r on r.customer_id = c.id and r.address is not null
         order by c.id, k.id, (r.role = 'privacy') desc, r.rank, r.id",
    )
    .bind(day)
    .bind(after)
    .bind(customers)
    .fetch_all(conn)
    .await?;
    let last = rows.last().map(|row| row.customer_id);
    Ok((rows.into_iter().filter_map(Row::exported).collect(), last))
}
