//! Subscribers: who asked on the public page and confirmed. Each is a customer of kind `subscriber` with one recipient.
//!
//! [`subscribe`](crate::actions::subscribe) writes them. The customer's reference is derived from the address, so two
//! confirmations at once meet on its unique index and one address is one subscriber.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::change::ChangeKind;
use crate::domain::customer::{CustomerId, Wishes};
use crate::domain::delivery::DeliveryId;
use crate::domain::recipient::RecipientId;

/// By which act an address was confirmed: what a supervisory authority asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmedBy {
    /// The letter whose link was used.
    pub delivery: DeliveryId,
    /// The network it came from: an IPv4 address or an IPv6 /64.
    pub from: String,
}

/// A subscription that a letter asks to confirm.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AskedFor {
    pub address: String,
    pub language: String,
    pub asked_at: DateTime<Utc>,
    /// When language and wishes were last chosen: perhaps after the letter was queued.
    pub chosen_at: DateTime<Utc>,
    #[sqlx(json)]
    pub wishes: Wishes,
}

/// A subscriber on file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    pub recipient: RecipientId,
    pub customer: CustomerId,
    pub confirmed_by: Option<ConfirmedBy>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Since when no letter goes there.
    pub suppressed_at: Option<DateTime<Utc>>,
    pub link_epoch: i16,
    pub language: String,
    pub wishes: Wishes,
}

#[derive(FromRow)]
struct Row {
    recipient: i64,
    customer: i64,
    confirmed_by: Option<Json<ConfirmedBy>>,
    confirmed_at: Option<DateTime<Utc>>,
    suppressed_at: Option<DateTime<Utc>>,
    link_epoch: i16,
    language: String,
    wanted_products: Vec<String>,
    wanted_kinds: Vec<String>,
}

/// Notes beside a letter that asks to confirm what was chosen last: its link confirms that. The letter itself stays as it is.
pub async fn choose_again(
    tx: &mut Tx,
    letter_key: &str,
    language: &str,
    wishes: &Wishes,
) -> Result<(), Error> {
    let newest = serde_json::json!({ "at": tx.now(), "language": language, "wishes": wishes });
    sqlx::query("update delivery set facts = jsonb_set(facts, '{newest}', $2) where letter_key = $1")
        .bind(letter_key)
        .bind(newest)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The subscription that the letter asks to confirm; none: it asks for nothing of the kind.
pub async fn asked_for(conn: &mut PgConnection, letter: DeliveryId) -> Result<Option<AskedFor>, Error> {
    let asked = sqlx::query_as(
        "select facts ->> 'address' as address, said ->> 'language' as language, due_at as asked_at,
                coalesce((said ->> 'at')::timestamptz, due_at) as chosen_at, coalesce(said -> 'wishes', '{}') as wishes
         from delivery cross join lateral (select coalesce(facts -> 'newest', facts -> 'letter') as said) chosen
         where id = $1 and letter_key like 'confirm:%' and facts ->> 'address' is not null",
    )
    .bind(letter.0)
    .fetch_optional(conn)
    .await?;
    Ok(asked)
}

/// The subscriber with this address, whichever way it is spelt.
pub async fn by_address(conn: &mut PgConnection, address: &str) -> Result<Option<Subscriber>, Error> {
    let row: Option<Row> = sqlx::query_as(
        "select r.id as recipient, c.id as customer, r.confirmed_by, r.confirmed_at, r.suppressed_at, r.link_epoch, r.language,
                c.wanted_products, c.wanted_kinds
         from recipient r join customer c on c.id = r.customer_id and c.kind = 'subscriber'
         where lower(r.address) = lower($1)
         order by r.id limit 1",
    )
    .bind(address)
    .fetch_optional(conn)
    .await?;
    let read = |row: Row| {
        Ok(Subscriber {
            recipient: RecipientId(row.recipient),
            customer: CustomerId(row.customer),
            confirmed_by: row.confirmed_by.map(|by| by.0),
            confirmed_at: row.confirmed_at,
            suppressed_at: row.suppressed_at,
            link_epoch: row.link_epoch,
            language: row.language,
            wishes: wishes(row.wanted_products, &row.wanted_kinds)?,
        })
    };
    row.map(read).transpose()
}

/// A subscriber in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Listed {
    #[serde(skip)]
    pub recipient: i64,
    pub address: String,
    pub language: String,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The reference of the customer that it is known to belong to.
    pub linked_to: Option<String>,
    pub suppressed_at: Option<DateTime<Utc>>,
    pub suppressed_why: Option<String>,
    /// What it asked to be told of; empty = everything.
    pub products: Vec<String>,
    pub kinds: Vec<String>,
}

/// The subscribers with an id behind `after`, by id.
pub async fn page(conn: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query_as(
        "select r.id as recipient, r.address, r.language, r.confirmed_at, linked.reference as linked_to, r.suppressed_at,
                r.suppressed_why, c.wanted_products as products, c.wanted_kinds as kinds
         from recipient r join customer c on c.id = r.customer_id and c.kind = 'subscriber'
         left join customer linked on linked.id = c.linked_to
         where r.id > $1 and r.address is not null order by r.id limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Says whose a subscriber is. False: it is that customer's already.
pub async fn link(tx: &mut Tx, subscriber: CustomerId, customer: CustomerId) -> Result<bool, Error> {
    let done = sqlx::query(
        "update customer set linked_to = $2, version = version + 1
         where id = $1 and kind = 'subscriber' and linked_to is distinct from $2",
    )
    .bind(subscriber.0)
    .bind(customer.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Inserts a confirmed subscriber. None: another transaction has just inserted the same.
pub async fn insert(
    tx: &mut Tx,
    reference: &str,
    asked: &AskedFor,
    by: &ConfirmedBy,
) -> Result<Option<(CustomerId, RecipientId)>, Error> {
    let now = tx.now();
    let ids: Option<(i64, i64)> = sqlx::query_as(
        "with added as (
             insert into customer (reference, name, kind, wanted_products, wanted_kinds)
             values ($1, $2, 'subscriber', $6, $7)
             on conflict (reference) do nothing
             returning id)
         insert into recipient (customer_id, address, language, confirmed_at, confirmed_by)
         select id, $2, $3, $4, $5 from added
         returning customer_id, id",
    )
    .bind(reference)
    .bind(&asked.address)
    .bind(&asked.language)
    .bind(now)
    .bind(Json(by))
    .bind(&asked.wishes.products)
    .bind(words(&asked.wishes.kinds))
    .fetch_optional(tx.conn())
    .await?;
    Ok(ids.map(|(customer, recipient)| (CustomerId(customer), RecipientId(recipient))))
}

/// Takes a subscriber back who had left, in the language now asked for. False: somebody else did.
pub async fn take_back(
    tx: &mut Tx,
    recipient: RecipientId,
    language: &str,
    by: &ConfirmedBy,
) -> Result<bool, Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update recipient set suppressed_at = null, suppressed_why = null, language = $2, confirmed_at = $3, confirmed_by = $4
         where id = $1 and suppressed_at is not null",
    )
    .bind(recipient.0)
    .bind(language)
    .bind(now)
    .bind(Json(by))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Letters to this recipient are written in `language` from now on. False: they are already.
pub async fn set_language(tx: &mut Tx, recipient: RecipientId, language: &str) -> Result<bool, Error> {
    let done = sqlx::query("update recipient set language = $2 where id = $1 and language <> $2")
        .bind(recipient.0)
        .bind(language)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The subscriber is told of what it chose from now on. False: it is already.
pub async fn set_wishes(tx: &mut Tx, customer: CustomerId, wishes: &Wishes) -> Result<bool, Error> {
    let done = sqlx::query(
        "update customer set wanted_products = $2, wanted_kinds = $3, version = version + 1
         where id = $1 and kind = 'subscriber' and (wanted_products, wanted_kinds) is distinct from ($2, $3)",
    )
    .bind(customer.0)
    .bind(&wishes.products)
    .bind(words(&wishes.kinds))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

fn words(kinds: &[ChangeKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

/// Wishes as the columns have them.
pub(in crate::store) fn wishes(products: Vec<String>, kinds: &[String]) -> Result<Wishes, Error> {
    let kind = |word: &String| word.parse().map_err(|why| Error::unreadable("kind of a change", &why));
    Ok(Wishes { products, kinds: kinds.iter().map(kind).collect::<Result<_, _>>()? })
}

/// A subscriber who has left is owed nothing any more; what was served stays served.
pub async fn exempt_owed(tx: &mut Tx, customer: CustomerId) -> Result<u64, Error> {
    let done = sqlx::query(
        "update obligation set state = 'exempt', exempt_why = 'undeliverable_subscriber'
         from customer
         where customer.id = $1 and customer.kind = 'subscriber' and obligation.customer_id = customer.id
           and obligation.state = 'owed'",
    )
    .bind(customer.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// A subscriber who counts as a customer of its own and came, or came back, after the announcement has no claim on it.
pub async fn exempt_from_open(tx: &mut Tx, customer: CustomerId) -> Result<u64, Error> {
    let done = sqlx::query(
        "insert into obligation (change_id, customer_id, state, exempt_why)
         select id, $1, 'exempt', 'joined_after_announcement' from change
         where state in ('scheduled', 'in_notice', 'held') and published_at is not null
         on conflict (change_id, customer_id) do nothing",
    )
    .bind(customer.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
