//! What a personal link shows: who it belongs to, what was sent, what is owed, what was said.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::word;
use crate::domain::change::ChangeId;
use crate::domain::customer::{CustomerId, CustomerKind, Terms, Wishes};
use crate::domain::obligation::Consent;
use crate::domain::recipient::{self, RecipientId};
use crate::domain::zone::Zone;
use crate::store::Error;
use crate::store::objection::{Version, terms_held};
use crate::store::subscriber::wishes;

/// Whom a link belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub recipient: RecipientId,
    pub customer: CustomerId,
    pub customer_name: String,
    pub kind: CustomerKind,
    /// The customer that the DPO knows a subscriber to belong to.
    pub linked_to: Option<CustomerId>,
    /// Empty once forgotten.
    pub address: String,
    pub name: Option<String>,
    pub language: String,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub suppressed_at: Option<DateTime<Utc>>,
    pub suppressed_why: Option<String>,
    pub link_epoch: i16,
    pub role: String,
    pub notice_address: bool,
    /// What a subscriber asked to be told of.
    pub wishes: Wishes,
}

impl Addressee {
    /// As whoever addresses its letters sees it.
    pub fn contact(&self) -> recipient::Addressee {
        recipient::Addressee {
            recipient: self.recipient,
            customer: self.customer,
            role: self.role.clone(),
            notice_address: self.notice_address,
        }
    }
}

#[derive(FromRow)]
pub(super) struct AddresseeRow {
    recipient: i64,
    customer: i64,
    customer_name: String,
    kind: String,
    linked_to: Option<i64>,
    address: Option<String>,
    name: Option<String>,
    language: String,
    confirmed_at: Option<DateTime<Utc>>,
    suppressed_at: Option<DateTime<Utc>>,
    suppressed_why: Option<String>,
    link_epoch: i16,
    role: String,
    notice_address: bool,
    wanted_products: Vec<String>,
    wanted_kinds: Vec<String>,
}

impl AddresseeRow {
    pub(super) fn read(self) -> Result<Addressee, Error> {
        Ok(Addressee {
            recipient: RecipientId(self.recipient),
            customer: CustomerId(self.customer),
            customer_name: self.customer_name,
            kind: word::<CustomerKind>("kind of a customer", &self.kind)?,
            linked_to: self.linked_to.map(CustomerId),
            address: self.address.unwrap_or_default(),
            name: self.name.filter(|name| !name.is_empty()),
            language: self.language,
            confirmed_at: self.confirmed_at,
            suppressed_at: self.suppressed_at,
            suppressed_why: self.suppressed_why,
            link_epoch: self.link_epoch,
            role: self.role,
            notice_address: self.notice_address,
            wishes: wishes(self.wanted_products, &self.wanted_kinds)?,
        })
    }
}

/// The recipient with its customer.
pub async fn addressee(conn: &mut PgConnection, recipient: RecipientId) -> Result<Option<Addressee>, Error> {
    let row: Option<AddresseeRow> = sqlx::query_as(
        "select r.id as recipient, c.id as customer, c.name as customer_name, c.kind, c.linked_to, r.address, r.name,
                r.language, r.confirmed_at, r.suppressed_at, r.suppressed_why, r.link_epoch,
                r.role, r.notice_address, c.wanted_products, c.wanted_kinds
         from recipient r join customer c on c.id = r.customer_id
         where r.id = $1",
    )
    .bind(recipient.0)
    .fetch_optional(conn)
    .await?;
    row.map(AddresseeRow::read).transpose()
}

/// The recipient that a letter was for; none of a letter to somebody not on file.
pub async fn addressee_of_delivery(
    conn: &mut PgConnection,
    delivery: i64,
) -> Result<Option<Addressee>, Error> {
    let row: Option<AddresseeRow> = sqlx::query_as(
        "select r.id as recipient, c.id as customer, c.name as customer_name, c.kind, c.linked_to, r.address, r.name,
                r.language, r.confirmed_at, r.suppressed_at, r.suppressed_why, r.link_epoch,
                r.role, r.notice_address, c.wanted_products, c.wanted_kinds
         from delivery d join recipient r on r.id = d.recipient_id join customer c on c.id = r.customer_id
         where d.id = $1",
    )
    .bind(delivery)
    .fetch_optional(conn)
    .await?;
    row.map(AddresseeRow::read).transpose()
}

/// A letter, as far as a page says something of it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Sent {
    pub id: i64,
    pub letter_key: Option<String>,
    /// Of the notice it is a copy of.
    pub notice_reference: Option<String>,
    pub notice_kind: Option<String>,
    pub accepted_at: Option<DateTime<Utc>>,
    /// Its Date.
    pub composed_at: Option<DateTime<Utc>>,
}

pub async fn sent(conn: &mut PgConnection, delivery: i64) -> Result<Option<Sent>, Error> {
    let sent = sqlx::query_as(
        "select d.id, d.letter_key, n.reference as notice_reference, n.kind as notice_kind, d.accepted_at, d.composed_at
         from delivery d left join notice n on n.id = d.notice_id
         where d.id = $1",
    )
    .bind(delivery)
    .fetch_optional(conn)
    .await?;
    Ok(sent)
}

/// What is owed to a customer for one change, as its own page says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub change: ChangeId,
    /// `owed`, `served` or `exempt`
    pub state: String,
    pub consent: Consent,
    pub served_at: Option<DateTime<Utc>>,
    pub notice_started_at: Option<DateTime<Utc>>,
    pub window_closes_at: Option<DateTime<Utc>>,
    /// From when on this customer stands in nobody's way.
    pub clear_at: Option<DateTime<Utc>>,
    pub in_force_at: Option<DateTime<Utc>>,
    /// The document and clause that decide, as letters quote them.
    pub document: Option<String>,
    pub clause: Option<String>,
    /// The terms of the day on which the notice began; while nothing is served, those of the day of reading.
    pub terms: Option<Terms>,
}

#[derive(Deserialize)]
pub(super) struct DutyRow {
    change_id: ChangeId,
    state: String,
    consent: Consent,
    served_at: Option<DateTime<Utc>>,
    notice_started_at: Option<DateTime<Utc>>,
    window_closes_at: Option<DateTime<Utc>>,
    clear_at: Option<DateTime<Utc>>,
    in_force_at: Option<DateTime<Utc>>,
    document: Option<String>,
    clause: Option<String>,
    versions: Vec<Version>,
}

impl DutyRow {
    pub(super) fn read(self, zone: &Zone, day: NaiveDate) -> Duty {
        Duty {
            terms: terms_held(&self.versions, self.notice_started_at, zone, day).cloned(),
            change: self.change_id,
            state: self.state,
            consent: self.consent,
            served_at: self.served_at,
            notice_started_at: self.notice_started_at,
            window_closes_at: self.window_closes_at,
            clear_at: self.clear_at,
            in_force_at: self.in_force_at,
            document: self.document,
            clause: self.clause,
        }
    }
}

impl Duty {
    /// Whether the customer is owed notice, or was.
    pub fn is_owed(&self) -> bool {
        self.state != "exempt"
    }
}

/// What is owed to the customer for each of `changes`, with the terms of its notice day in the policy's zone, while nothing is served those of
/// `day`; by change.
pub async fn duties(
    conn: &mut PgConnection,
    customer: CustomerId,
    changes: &[ChangeId],
    zone: &Zone,
    day: NaiveDate,
) -> Result<Vec<Duty>, Error> {
    let ids: Vec<i64> = changes.iter().map(|id| id.0).collect();
    let rows: Vec<Json<DutyRow>> = sqlx::query_scalar(
        "select row_to_json(duty)
         from (select o.change_id, o.state, o.consent, o.served_at, o.clear_at, o.in_force_at,
                      case when o.state = 'served' then o.notice_started_at end as notice_started_at,
                      case when o.state = 'served' then o.window_closes_at end as window_closes_at,
                      k.document, k.clause,
                      (select coalesce(json_agg(json_build_object('valid_from', t.valid_from, 'terms', t.terms) order by t.valid_from), '[]')
                       from contract_terms t where t.contract_id = k.id) as versions
               from obligation o left join contract k on k.id = o.contract_id
               where o.customer_id = $1 and o.change_id = any($2)
               order by o.change_id) duty",
    )
    .bind(customer.0)
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|Json(duty)| duty.read(zone, day)).collect())
}

/// A letter that a customer had, as its own page lists it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Had {
    pub delivery_id: i64,
    pub recipient_id: i64,
    pub address: Option<String>,
    pub notice_reference: String,
    /// `announcement`, `rescheduled`, ...
    pub notice_kind: String,
    pub accepted_at: DateTime<Utc>,
}

/// The letters of the last `notices` that left for the customer's contacts, newest first: found by notice and recipient, for there is no way by
/// customer into millions of letters.
pub async fn letters(conn: &mut PgConnection, customer: CustomerId, notices: i64) -> Result<Vec<Had>, Error> {
    let rows = sqlx::query_as(
        "select d.id as delivery_id, d.recipient_id, r.address, n.reference as notice_reference, n.kind as notice_kind, d.accepted_at
         from (select id, reference, kind from notice order by id desc limit $2) n
         cross join recipient r
         join delivery d on d.notice_id = n.id and d.recipient_id = r.id
         where r.customer_id = $1 and d.accepted_at is not null
         order by d.accepted_at desc, d.id desc",
    )
    .bind(customer.0)
    .bind(notices)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The recipient's last letter about each of `changes`: its page is where to object.
pub async fn pages_of(
    conn: &mut PgConnection,
    recipient: RecipientId,
    changes: &[ChangeId],
) -> Result<Vec<(ChangeId, i64)>, Error> {
    let ids: Vec<i64> = changes.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "select nc.change_id, max(d.id) from delivery d join notice_change nc on nc.notice_id = d.notice_id
         where d.recipient_id = $1 and nc.change_id = any($2)
         group by nc.change_id",
    )
    .bind(recipient.0)
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(change, delivery)| (ChangeId(change), delivery)).collect())
}
