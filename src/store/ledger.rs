//! The ledger's rows: written once with the act they belong to, ordered later by the sealer.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Error;
use crate::domain::ledger::Entry;

/// Inserts an act and its entries, numbered inside it from 0. Locks nothing: writers never queue behind the ledger.
pub async fn insert_act(
    conn: &mut PgConnection,
    at: DateTime<Utc>,
    actor: &str,
    entries: &[Entry],
) -> Result<(), Error> {
    let count = i32::try_from(entries.len()).map_err(|why| Error::unreadable("ledger act", &why))?;
    let change: Vec<_> = entries.iter().map(|entry| entry.change.map(|id| id.0)).collect();
    let customer: Vec<_> = entries.iter().map(|entry| entry.customer.map(|id| id.0)).collect();
    sqlx::query(
        "with one as (insert into act (at, actor, entries) values ($1, $2, $3) returning id)
         insert into ledger_entry (act_id, ordinal, kind, change_id, customer_id, leaf_hash, nonce, payload)
         select one.id, ordinal - 1, kind, change_id, customer_id, leaf_hash, nonce, payload
         from one, unnest($4::text[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[], $9::bytea[])
              with ordinality as e(kind, change_id, customer_id, leaf_hash, nonce, payload, ordinal)",
    )
    .bind(at)
    .bind(actor)
    .bind(count)
    .bind(entries.iter().map(|entry| entry.kind.clone()).collect::<Vec<_>>())
    .bind(change)
    .bind(customer)
    .bind(entries.iter().map(|entry| entry.leaf_hash.to_vec()).collect::<Vec<_>>())
    .bind(entries.iter().map(|entry| entry.nonce.to_vec()).collect::<Vec<_>>())
    .bind(entries.iter().map(|entry| entry.payload.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
