//! What is said to an objection after its first statement, by either side.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use crate::domain::objection::{ObjectionId, Voice};
use crate::store::inbound::MessageId;
use crate::store::{Error, Tx};

/// What is added, in its author's own words.
#[derive(Clone, Copy, Debug)]
pub struct Added<'a> {
    pub voice: Voice,
    /// Theirs: a name or an address.
    pub said_by: Option<&'a str>,
    pub body: &'a str,
    pub grounds: &'a [String],
    pub condition: Option<&'a str>,
    pub on_behalf_of: Option<&'a str>,
    pub mail: Option<MessageId>,
    /// By its hash.
    pub file: Option<[u8; 32]>,
}

impl<'a> Added<'a> {
    pub fn by(voice: Voice, said_by: Option<&'a str>, body: &'a str) -> Self {
        Self {
            voice,
            said_by,
            body,
            grounds: &[],
            condition: None,
            on_behalf_of: None,
            mail: None,
            file: None,
        }
    }

    #[must_use]
    pub fn with_mail(self, mail: MessageId) -> Self {
        Self { mail: Some(mail), ..self }
    }
}

/// One piece of it, as it is on file.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct Correspondence {
    pub at: DateTime<Utc>,
    pub voice: String,
    pub said_by: Option<String>,
    pub body: Option<String>,
    pub grounds: Vec<String>,
    pub condition: Option<String>,
    pub on_behalf_of: Option<String>,
    /// The name of the file that came with it.
    pub file: Option<String>,
}

/// Call with the objection held.
pub async fn insert_correspondence(
    tx: &mut Tx,
    objection: ObjectionId,
    at: DateTime<Utc>,
    added: &Added<'_>,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar(
        "insert into correspondence (objection_id, at, voice, said_by, body, grounds, condition, on_behalf_of, message_id, file_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(objection.0)
    .bind(at)
    .bind(added.voice.as_str())
    .bind(added.said_by)
    .bind(added.body)
    .bind(added.grounds)
    .bind(added.condition)
    .bind(added.on_behalf_of)
    .bind(added.mail.map(|mail| mail.0))
    .bind(added.file.as_ref().map(<[u8; 32]>::as_slice))
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// What was said after the statement, in order.
pub async fn correspondence(conn: &mut PgConnection, id: ObjectionId) -> Result<Vec<Correspondence>, Error> {
    let rows = sqlx::query_as(
        "select at, voice, said_by, body, grounds, condition, on_behalf_of,
                (select name from file where hash = file_hash) as file
         from correspondence where objection_id = $1 order by id",
    )
    .bind(id.0)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
