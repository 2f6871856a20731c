//! The inbox as a person reads it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use crate::domain::inbound::Reading;
use crate::domain::objection::ObjectionId;
use crate::domain::recipient::RecipientId;
use crate::store::Error;
use crate::store::door::DoorId;
use crate::store::inbound::MessageId;

/// Which mails a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait for a person.
    Waiting,
    All,
}

/// A mail with what is known of it.
#[derive(Clone, Debug, FromRow, Serialize)]
pub struct Item {
    pub id: i64,
    pub received_at: DateTime<Utc>,
    pub state: String,
    pub class: Option<String>,
    pub ruling: Option<String>,
    pub ruled_by: Option<String>,
    pub matched_by: Option<String>,
    /// The customer's own reference, and its name.
    pub customer: Option<String>,
    pub customer_name: Option<String>,
    /// References of the changes that it holds back.
    pub holds: Vec<String>,
    /// Reference.
    pub objection: Option<String>,
    pub findings: Option<Json<Reading>>,
}

macro_rules! items {
    () => {
        "select m.id, m.received_at, m.state, m.class, m.ruling, m.ruled_by, m.matched_by, c.reference as customer, c.name as customer_name,
                array(select change.reference from inbound_hold h join change on change.id = h.change_id
                      where h.message_id = m.id and h.released_at is null order by change.id) as holds,
                o.reference as objection, m.findings
         from inbound_message m left join customer c on c.id = m.customer_id left join objection o on o.id = m.objection_id "
    };
}

/// The newest first, those that wait the oldest first.
pub async fn list(conn: &mut PgConnection, filter: Filter, limit: i64) -> Result<Vec<Item>, Error> {
    let statement = match filter {
        Filter::Waiting => {
            concat!(items!(), "where m.state = 'untriaged' order by m.received_at, m.id limit $1")
        }
        Filter::All => concat!(items!(), "order by m.received_at desc, m.id desc limit $1"),
    };
    Ok(sqlx::query_as(statement).bind(limit).fetch_all(conn).await?)
}

pub async fn by_id(conn: &mut PgConnection, id: MessageId) -> Result<Item, Error> {
    let item = sqlx::query_as(concat!(items!(), "where m.id = $1")).bind(id.0).fetch_optional(conn).await?;
    item.ok_or_else(|| Error::NotFound { what: "mail", key: id.0.to_string() })
}

/// Whom and what the letters are about that the mail names by any token: what one rule was not believed for is a suggestion.
pub async fn names(conn: &mut PgConnection, id: MessageId) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar(
        "select distinct concat_ws(' ', c.reference, change.reference, d.facts -> 'letter' ->> 'objection_ref')
         from inbound_message m
         cross join lateral jsonb_array_elements(m.findings -> 'identifiers') as i(identifier)
         join delivery d on d.id = (identifier #>> '{delivery,id}')::bigint
         join customer c on c.id = d.customer_id
         left join notice_change nc on nc.notice_id = d.notice_id left join change on change.id = nc.change_id
         where m.id = $1 order by 1",
    )
    .bind(id.0)
    .fetch_all(conn)
    .await?;
    Ok(names)
}

/// The mail as it came.
pub async fn raw(conn: &mut PgConnection, id: MessageId) -> Result<Vec<u8>, Error> {
    Ok(sqlx::query_scalar("select raw from inbound_message where id = $1").bind(id.0).fetch_one(conn).await?)
}

/// The door by which it was seen first.
pub async fn first_door(conn: &mut PgConnection, id: MessageId) -> Result<Option<DoorId>, Error> {
    let door: Option<uuid::Uuid> = sqlx::query_scalar(
        "select door_id from inbound_sighting where message_id = $1 order by received_at, door_id limit 1",
    )
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    Ok(door.map(DoorId))
}

/// Message-ID of the last mail of this recipient in a case: the objection itself, or what was added to it.
pub async fn last_mail_of(
    conn: &mut PgConnection,
    case: ObjectionId,
    recipient: RecipientId,
) -> Result<Option<String>, Error> {
    let id = sqlx::query_scalar(
        "select m.findings ->> 'message_id' from inbound_message m
         where m.id in (select message_id from objection where id = $1
                        union select message_id from correspondence where objection_id = $1)
           and m.recipient_id = $2
         order by m.received_at desc, m.id desc limit 1",
    )
    .bind(case.0)
    .bind(recipient.0)
    .fetch_optional(conn)
    .await?;
    Ok(id.flatten())
}

/// What became of the mail that a receipt asks about.
#[derive(Clone, Debug, FromRow)]
pub struct Asked {
    pub message: i64,
    pub waits: bool,
    pub ruling: Option<String>,
    /// Reference.
    pub objection: Option<String>,
    /// Of the first change that the receipt names.
    pub subprocessor: String,
}

/// The mail that this letter, a reply's receipt, asks about; none: it asks nothing.
pub async fn asked_by(conn: &mut PgConnection, letter: i64) -> Result<Option<Asked>, Error> {
    let asked = sqlx::query_as(
        "select m.id as message, m.state = 'untriaged' and m.ruling is null as waits, m.ruling, o.reference as objection,
                coalesce(d.facts #>> '{letter,changes,0,subprocessor}', '') as subprocessor
         from delivery d join inbound_message m on m.id = (d.facts -> 'letter' ->> 'message')::bigint
         left join objection o on o.id = m.objection_id
         where d.id = $1 and d.letter_key like 'reply:%'",
    )
    .bind(letter)
    .fetch_optional(conn)
    .await?;
    Ok(asked)
}
