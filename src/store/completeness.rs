//! What is on record of a change for each customer with a contract: its obligation and its letters.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::Error;
use crate::domain::change::ChangeId;
use crate::domain::completeness::Recorded;
use crate::domain::customer::CustomerId;

/// A letter of the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub notice: String,
    pub kind: String,
    pub address: Option<String>,
    pub state: String,
    pub accepted_at: Option<DateTime<Utc>>,
    pub code: Option<i16>,
    pub text: Option<String>,
}

/// Another way the customer had the notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherMeans {
    pub channel: String,
    pub received_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnRecord {
    pub customer: CustomerId,
    pub recorded: Recorded,
    pub served_at: Option<DateTime<Utc>>,
    pub clear_at: Option<DateTime<Utc>>,
    pub letters: Vec<Letter>,
    pub other_means: Option<OtherMeans>,
}

#[derive(FromRow)]
struct Row {
    customer_id: i64,
    state: Option<String>,
    exempt_why: Option<String>,
    served_at: Option<DateTime<Utc>>,
    clear_at: Option<DateTime<Utc>>,
    letters: Json<Vec<Letter>>,
    other_means: Option<Json<OtherMeans>>,
}

/// The record of the customers by contract with an id in `(after, up_to]`, in order of id.
pub async fn on_record(
    conn: &mut PgConnection,
    change: ChangeId,
    after: i64,
    up_to: i64,
) -> Result<Vec<OnRecord>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select c.id as customer_id, o.state, o.exempt_why, o.served_at, o.clear_at,
                coalesce((select jsonb_agg(jsonb_build_object('notice', n.reference, 'kind', n.kind, 'address', r.address,
                              'state', d.state, 'accepted_at', d.accepted_at, 'code', d.relay_code, 'text', d.relay_words)
                              order by d.id)
                          from recipient r join delivery d on d.recipient_id = r.id
                          join notice_change nc on nc.notice_id = d.notice_id and nc.change_id = $1
                          join notice n on n.id = d.notice_id
                          where r.customer_id = c.id), '[]') as letters,
                (select jsonb_build_object('channel', s.channel, 'received_at', s.received_at) from service s
                 where s.change_id = $1 and s.customer_id = c.id) as other_means
         from customer c left join obligation o on o.change_id = $1 and o.customer_id = c.id
         where c.kind = 'contract' and c.id > $2 and c.id <= $3 order by c.id",
    )
    .bind(change.0)
    .bind(after)
    .bind(up_to)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

impl Row {
    fn read(self) -> Result<OnRecord, Error> {
        let in_state = |state: &str| self.letters.iter().any(|letter| letter.state == state);
        let recorded = match (self.state.as_deref(), &self.exempt_why) {
            (None, _) => Recorded::Nothing,
            (Some(_), Some(why)) => {
                Recorded::Exempt(why.parse().map_err(|why| Error::unreadable("obligation's reason", &why))?)
            }
            (Some("served"), None) => Recorded::Served,
            (Some(_), None) => Recorded::Owed { waiting: in_state("queued"), failed: in_state("failed") },
        };
        Ok(OnRecord {
            customer: CustomerId(self.customer_id),
            recorded,
            served_at: self.served_at,
            clear_at: self.clear_at,
            letters: self.letters.0,
            other_means: self.other_means.map(|means| means.0),
        })
    }
}
