//! The page of one letter: everything it says is one statement, which needs no transaction around it to be of one state.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::personal::{AddresseeRow, DutyRow};
use super::public::{ChangeRow, read_all};
use super::{Addressee, Duty, PublicChange, Sent};
use crate::domain::change::ChangeId;
use crate::domain::zone::Zone;
use crate::store::Error;

/// What a letter's page says of it, of its reader, and of what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub who: Addressee,
    pub sent: Sent,
    /// What it is about: the changes of its notice that it told, or of the objection that it answers, by number.
    pub changes: Vec<PublicChange>,
    /// Those of them for which no announcement counts: withdrawn, or to be announced anew.
    pub waiting: Vec<ChangeId>,
    /// To the reader's customer, by change.
    pub duties: Vec<Duty>,
    /// What the customer, or this recipient where it is nobody's customer, has said against the changes; oldest first.
    pub objections: Vec<Statement>,
    /// The correspondence of these after the first statement, in order.
    pub spoken: Vec<Spoken>,
}

/// An objection against one change, as the customer's own page tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Statement {
    pub objection_id: i64,
    pub reference: String,
    pub change_id: i64,
    pub recipient_id: Option<i64>,
    pub address: Option<String>,
    pub channel: String,
    pub on_behalf_of: Option<String>,
    pub statement: String,
    pub grounds: Vec<String>,
    pub condition: Option<String>,
    pub received_at: DateTime<Utc>,
    pub state: String,
    pub answer_due_on: NaiveDate,
    pub deadline_at: Option<DateTime<Utc>>,
    pub in_time: bool,
    /// Late, and let in by the DPO: it counts like one in time.
    pub admitted: bool,
    /// Whose it counts as; none: nobody's until the DPO has linked the address.
    pub customer_id: Option<i64>,
    pub outcome: Option<String>,
    pub resolution: Option<serde_json::Value>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// The name of the file that came with it.
    pub file: Option<String>,
    /// Where a receipt went or is going.
    pub receipt_addresses: Vec<String>,
    /// A receipt has left.
    pub receipt_left: bool,
}

impl Statement {
    /// After its deadline, and nobody has let it in.
    pub fn is_late(&self) -> bool {
        !self.in_time && !self.admitted
    }
}

/// One piece of correspondence.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Spoken {
    pub objection_id: i64,
    pub at: DateTime<Utc>,
    pub body: String,
    /// It left as a letter.
    pub ours: bool,
    /// A name or an address.
    pub said_by: Option<String>,
    pub grounds: Vec<String>,
    pub condition: Option<String>,
    pub on_behalf_of: Option<String>,
    /// The name of the file that came with it.
    pub file: Option<String>,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    who: AddresseeRow,
    #[sqlx(flatten)]
    sent: Sent,
    changes: Json<Vec<ChangeRow>>,
    waiting: Vec<i64>,
    duties: Json<Vec<DutyRow>>,
    objections: Json<Vec<Statement>>,
    spoken: Json<Vec<Spoken>>,
}

impl Row {
    fn read(self, zone: &Zone, day: NaiveDate) -> Result<Letter, Error> {
        Ok(Letter {
            who: self.who.read()?,
            sent: self.sent,
            changes: read_all(self.changes.0)?,
            waiting: self.waiting.into_iter().map(ChangeId).collect(),
            duties: self.duties.0.into_iter().map(|duty| duty.read(zone, day)).collect(),
            objections: self.objections.0,
            spoken: self.spoken.0,
        })
    }
}

/// Each of these letters that went to somebody on file, with the terms of its notice day in the policy's zone; while nothing is served, those
/// of `day`.
pub async fn letters_called(
    conn: &mut PgConnection,
    deliveries: &[i64],
    zone: &Zone,
    day: NaiveDate,
) -> Result<Vec<Letter>, Error> {
    let rows: Vec<Row> = sqlx::query_as(include_str!("letter.sql")).bind(deliveries).fetch_all(conn).await?;
    rows.into_iter().map(|row| row.read(zone, day)).collect()
}
