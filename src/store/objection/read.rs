//! Reading objections: for the list, for one in full, and for whoever lodges or answers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Party;
use crate::domain::change::ChangeId;
use crate::domain::customer::{CustomerId, Lapse, Regime};
use crate::domain::objection::{ObjectionId, Resolution};
use crate::domain::recipient::{PRIVACY_ROLE, RecipientId};
use crate::store::Error;

/// Who speaks, and the customer it speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// On file; none: somebody who wrote by hand, or an address we do not know.
    pub recipient: Option<RecipientId>,
    /// Whose contact or subscriber it is on file, or whom the DPO says it speaks for.
    pub of: Option<CustomerId>,
    pub is_subscriber: bool,
    /// The customer that a subscriber is linked to.
    pub linked_to: Option<CustomerId>,
    /// Empty: nobody's.
    pub customer_name: String,
    pub address: Option<String>,
    pub name: Option<String>,
}

impl Speaker {
    /// An address that is on no file.
    pub fn unknown(address: &str) -> Self {
        Self {
            recipient: None,
            of: None,
            is_subscriber: false,
            linked_to: None,
            customer_name: String::new(),
            address: Some(address.to_owned()),
            name: None,
        }
    }
}

#[derive(FromRow)]
struct SpeakerRow {
    recipient_id: Option<i64>,
    customer_id: i64,
    is_subscriber: bool,
    linked_to: Option<i64>,
    customer_name: String,
    address: Option<String>,
    name: Option<String>,
}

impl From<SpeakerRow> for Speaker {
    fn from(row: SpeakerRow) -> Self {
        Self {
            recipient: row.recipient_id.map(RecipientId),
            of: Some(CustomerId(row.customer_id)),
            is_subscriber: row.is_subscriber,
            linked_to: row.linked_to.map(CustomerId),
            customer_name: row.customer_name,
            address: row.address,
            name: row.name,
        }
    }
}

/// The columns of a [`Speaker`].
macro_rules! speakers {
    () => {
        "select r.id as recipient_id, c.id as customer_id, c.kind = 'subscriber' as is_subscriber, c.linked_to,
                coalesce(linked.name, c.name) as customer_name, r.address, r.name "
    };
}

/// Whoever holds the link of this recipient.
pub async fn speaker(conn: &mut PgConnection, recipient: RecipientId) -> Result<Speaker, Error> {
    let row: Option<SpeakerRow> = sqlx::query_as(concat!(
        speakers!(),
        "from recipient r join customer c on c.id = r.customer_id left join customer linked on linked.id = c.linked_to
         where r.id = $1"
    ))
    .bind(recipient.0)
    .fetch_optional(conn)
    .await?;
    let row = row.ok_or_else(|| Error::NotFound { what: "recipient", key: recipient.to_string() })?;
    Ok(row.into())
}

/// Everybody on file with this address: it may be a contact of several customers.
pub async fn speakers_at(conn: &mut PgConnection, address: &str) -> Result<Vec<Speaker>, Error> {
    let rows: Vec<SpeakerRow> = sqlx::query_as(concat!(
        speakers!(),
        "from recipient r join customer c on c.id = r.customer_id left join customer linked on linked.id = c.linked_to
         where lower(r.address) = lower($1) order by r.id"
    ))
    .bind(address)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Speaker::from).collect())
}

/// Somebody of the customer called `reference`: its contact at `address`, if that is one.
pub async fn speaker_of(
    conn: &mut PgConnection,
    reference: &str,
    address: Option<&str>,
) -> Result<Speaker, Error> {
    let row: Option<SpeakerRow> = sqlx::query_as(concat!(
        speakers!(),
        "from customer c left join recipient r on r.customer_id = c.id and lower(r.address) = lower($2)
         left join customer linked on linked.id = c.linked_to where c.reference = $1"
    ))
    .bind(reference)
    .bind(address)
    .fetch_optional(conn)
    .await?;
    let row = row.ok_or_else(|| Error::NotFound { what: "customer", key: reference.to_owned() })?;
    let speaker = Speaker::from(row);
    Ok(Speaker { address: speaker.address.or(address.map(str::to_owned)), ..speaker })
}

/// Whether a contract of the customer is under this regime, by any version of its terms.
pub async fn is_under(conn: &mut PgConnection, customer: CustomerId, regime: Regime) -> Result<bool, Error> {
    let found = sqlx::query_scalar(
        "select exists (select from contract k join contract_terms t on t.contract_id = k.id
                        where k.customer_id = $1 and t.terms -> 'regimes' ? $2)",
    )
    .bind(customer.0)
    .bind(regime.as_str())
    .fetch_one(conn)
    .await?;
    Ok(found)
}

/// The open objection of a party against a change, if there is one: a further statement joins it.
pub async fn open_of(
    conn: &mut PgConnection,
    change: ChangeId,
    party: Party,
) -> Result<Option<Objection>, Error> {
    let reference: Option<String> = sqlx::query_scalar(
        "select objection.reference from objection_change x join objection on objection.id = x.objection_id
         where x.change_id = $1 and x.resolved_at is null
           and (x.customer_id = $2 or (x.customer_id is null and x.recipient_id = $3))",
    )
    .bind(change.0)
    .bind(party.customer().map(|id| id.0))
    .bind(party.unlinked().map(|id| id.0))
    .fetch_optional(&mut *conn)
    .await?;
    match reference {
        Some(reference) => Ok(Some(by_reference(conn, &reference).await?)),
        None => Ok(None),
    }
}

/// Somebody who is written to about an objection.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Receiver {
    pub recipient_id: i64,
    pub customer_id: i64,
    pub address: String,
    pub name: Option<String>,
    pub language: String,
    /// Its letter about the change: whoever holds that letter's link may read and add to the objection.
    pub page: Option<i64>,
}

/// The sender, then the customer's privacy contacts that can be reached, by id; each once, with its latest letter about `change`.
pub async fn receivers(
    conn: &mut PgConnection,
    sender: Option<RecipientId>,
    customer: Option<CustomerId>,
    change: ChangeId,
) -> Result<Vec<Receiver>, Error> {
    let rows = sqlx::query_as(
        "select r.id as recipient_id, r.customer_id, r.address, r.name, r.language,
                (select max(d.id) from notice_change nc join delivery d on d.notice_id = nc.notice_id and d.recipient_id = r.id
                 where nc.change_id = $4) as page
         from recipient r
         where (r.id = $1 or (r.customer_id = $2 and r.role = $3)) and r.address is not null and r.suppressed_at is null
         order by r.id is distinct from $1, r.id",
    )
    .bind(sender.map(|id| id.0))
    .bind(customer.map(|id| id.0))
    .bind(PRIVACY_ROLE)
    .bind(change.0)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// An objection in full.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct Objection {
    pub id: i64,
    pub reference: String,
    pub customer_id: Option<i64>,
    /// The customer's own reference; none while the address is not linked.
    pub customer: Option<String>,
    pub customer_name: Option<String>,
    pub recipient_id: Option<i64>,
    pub address: Option<String>,
    pub on_behalf_of: Option<String>,
    pub channel: String,
    pub statement: String,
    pub grounds: Vec<String>,
    pub condition: Option<String>,
    pub received_at: DateTime<Utc>,
    pub entered_at: DateTime<Utc>,
    pub state: String,
    pub answer_due_on: NaiveDate,
    /// When the time that the contract gives to settle it is over.
    pub lapses_at: Option<DateTime<Utc>>,
    /// What the contract says then.
    pub lapse_then: Option<String>,
    #[sqlx(json)]
    pub changes: Vec<Change>,
}

/// What an objection says against one change, and how that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Change {
    pub change_id: i64,
    pub change: String,
    pub subprocessor_id: i64,
    pub in_time: bool,
    pub admitted: bool,
    pub found_after_effect: bool,
    /// The start after which it came, in time all the same: the window of this emergency runs on.
    pub after_start_at: Option<DateTime<Utc>>,
    pub deadline_at: Option<DateTime<Utc>>,
    pub resolution: Option<Resolution>,
    pub resolver_id: Option<i64>,
    pub approver_id: Option<i64>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub clear_at: Option<DateTime<Utc>>,
    /// The objection of the same customer to which this was added.
    #[serde(default)]
    pub joined: Option<String>,
}

impl Change {
    pub fn id(&self) -> ChangeId {
        ChangeId(self.change_id)
    }
}

impl Objection {
    pub fn id(&self) -> ObjectionId {
        ObjectionId(self.id)
    }

    pub fn customer(&self) -> Option<CustomerId> {
        self.customer_id.map(CustomerId)
    }

    pub fn recipient(&self) -> Option<RecipientId> {
        self.recipient_id.map(RecipientId)
    }

    /// What the contract says when its time is over.
    pub fn lapse(&self) -> Result<Option<Lapse>, Error> {
        let word = |then: &String| then.parse().map_err(|why| Error::unreadable("objection", &why));
        self.lapse_then.as_ref().map(word).transpose()
    }

    /// In time against one change at least, whose gate then waits for it.
    pub fn in_time(&self) -> bool {
        self.changes.iter().any(|change| change.in_time)
    }

    /// Whether a resolution was proposed that waits for a second person.
    pub fn waits_for_approval(&self) -> bool {
        self.changes.iter().any(|change| change.resolution.is_some() && change.resolved_at.is_none())
    }
}

/// The columns of an [`Objection`], and what they are read from.
macro_rules! objections {
    () => {
        "select o.id, o.reference, o.customer_id, c.reference as customer, c.name as customer_name, o.recipient_id, o.address,
                o.on_behalf_of, o.channel, o.statement, o.grounds, o.condition, o.received_at, o.entered_at, o.state, o.answer_due_on, o.lapses_at,
                o.lapse_then,
                (select coalesce(json_agg(json_build_object('change_id', x.change_id, 'change', change.reference,
                     'subprocessor_id', change.subprocessor_id, 'in_time', x.in_time, 'admitted', x.admitted_by is not null,
                     'found_after_effect', x.found_after_effect, 'deadline_at', x.deadline_at, 'resolution', x.resolution,
                     'resolver_id', x.resolver_id, 'approver_id', x.approver_id, 'resolved_at', x.resolved_at,
                     'clear_at', x.clear_at,
                     'after_start_at', case when x.after_start then least(change.took_effect_at, (select i.in_force_at from obligation i
                         where i.change_id = x.change_id and i.customer_id = x.customer_id)) end,
                     'joined', (select j.reference from objection j where j.id = x.joined_id)) order by x.change_id), '[]')
                 from objection_change x join change on change.id = x.change_id where x.objection_id = o.id) as changes
         from objection o left join customer c on c.id = o.customer_id "
    };
}

/// The objection called `reference`.
pub async fn by_reference(conn: &mut PgConnection, reference: &str) -> Result<Objection, Error> {
    sqlx::query_as(concat!(objections!(), "where o.reference = upper($1)"))
        .bind(reference)
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| Error::NotFound { what: "objection", key: reference.to_owned() })
}

/// Which objections to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those against this change.
    pub change: Option<ChangeId>,
    /// Only those of this customer.
    pub customer: Option<CustomerId>,
    /// Only those that are not resolved.
    pub open_only: bool,
}

/// The objections that fit, those whose answer is due first on top.
pub async fn list(conn: &mut PgConnection, filter: &Filter, limit: i64) -> Result<Vec<Objection>, Error> {
    let rows = sqlx::query_as(concat!(
        objections!(),
        "where ($1::bigint is null or exists (select from objection_change x where x.objection_id = o.id and x.change_id = $1))
           and ($2::bigint is null or o.customer_id = $2) and (not $3 or o.state <> 'resolved')
         order by o.state = 'resolved', o.answer_due_on, o.id limit $4"
    ))
    .bind(filter.change.map(|id| id.0))
    .bind(filter.customer.map(|id| id.0))
    .bind(filter.open_only)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A file that came with a statement.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Enclosed {
    pub hash: Vec<u8>,
    pub name: String,
    /// None once erased.
    pub bytes: Option<i32>,
}

/// The files of an objection: of its statement, and of what was added to it.
pub async fn enclosed(conn: &mut PgConnection, id: ObjectionId) -> Result<Vec<Enclosed>, Error> {
    let rows = sqlx::query_as(
        "select hash, coalesce(name, '') as name, octet_length(body) as bytes from file
         where hash in (select file_hash from objection where id = $1
                        union all select file_hash from correspondence where objection_id = $1)
         order by name, hash",
    )
    .bind(id.0)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
