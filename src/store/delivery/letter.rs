//! What a sender needs to compose the letters of a batch: the letters, their notice, each reader's duties, the thread.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::lease::Lease;
use crate::domain::change::{ChangeId, State};
use crate::domain::customer::{ContractId, CustomerId, CustomerKind, Terms};
use crate::domain::delivery::DeliveryId;
use crate::domain::notice::{NoticeFacts, NoticeId};
use crate::domain::obligation::{Consent, ExemptWhy};
use crate::domain::recipient::RecipientId;
use crate::store::Error;

/// Who reads a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub recipient: RecipientId,
    pub customer: CustomerId,
    /// None: forgotten, so nothing can go there.
    pub address: Option<String>,
    pub name: Option<String>,
    pub language: String,
    pub link_epoch: i16,
    pub suppressed: bool,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Whether a letter to it serves its customer: not, where another address is the notice address.
    pub serves: bool,
    pub customer_name: String,
    pub customer_reference: String,
    pub customer_kind: CustomerKind,
}

/// One letter to compose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub id: DeliveryId,
    pub notice: Option<NoticeId>,
    /// None: it goes to an address that is on no file, in `facts`.
    pub to: Option<Addressee>,
    /// Of a single letter: what it is for, and its facts.
    pub key: Option<String>,
    pub facts: Option<serde_json::Value>,
    /// Since when it waits to be handed over.
    pub due_at: DateTime<Utc>,
    pub latest_at: DateTime<Utc>,
    /// Of the last attempt.
    pub composed_at: Option<DateTime<Utc>>,
    pub in_doubt: bool,
    /// A report says that the recipient's server has it, whatever the relay has said to us.
    pub arrived_at: Option<DateTime<Utc>>,
    pub attempts: i16,
}

#[derive(FromRow)]
struct LetterRow {
    id: i64,
    notice_id: Option<i64>,
    recipient_id: Option<i64>,
    customer_id: Option<i64>,
    letter_key: Option<String>,
    facts: Option<serde_json::Value>,
    due_at: DateTime<Utc>,
    latest_at: DateTime<Utc>,
    composed_at: Option<DateTime<Utc>>,
    in_doubt: bool,
    received_at: Option<DateTime<Utc>>,
    attempts: i16,
    address: Option<String>,
    contact_name: Option<String>,
    language: Option<String>,
    link_epoch: Option<i16>,
    suppressed: bool,
    confirmed_at: Option<DateTime<Utc>>,
    serves: bool,
    customer_name: Option<String>,
    customer_reference: Option<String>,
    customer_kind: Option<String>,
}

macro_rules! letters {
    ($which:literal) => {
        concat!(
            "select d.id, d.notice_id, d.recipient_id, d.customer_id, d.letter_key, d.facts, d.due_at, d.latest_at, d.composed_at, d.in_doubt,
                    d.received_at, d.attempts, r.address, case when k.delivery_id is null then r.name else k.name end as contact_name,
                    coalesce(k.language, r.language) as language, r.link_epoch, r.suppressed_at is not null as suppressed,
                    case when k.delivery_id is null then r.confirmed_at else k.confirmed_at end as confirmed_at,
                    coalesce(r.notice_address, false) or not exists (
                        select from recipient n where n.customer_id = d.customer_id and n.notice_address) as serves,
                    coalesce(k.customer_name, c.name) as customer_name, c.reference as customer_reference, c.kind as customer_kind
             from delivery d
             left join recipient r on r.id = d.recipient_id
             left join customer c on c.id = d.customer_id
             left join letter_reader k on k.delivery_id = d.id and d.in_doubt
             where ",
            $which
        )
    };
}

/// The letters of a leased batch that are due at `now`, in the order of their places. The reader of one that may be out is
/// as it was then.
pub async fn of_batch(
    conn: &mut PgConnection,
    held: &Lease,
    now: DateTime<Utc>,
) -> Result<Vec<Letter>, Error> {
    let (first, end) = held.batch.range();
    let rows: Vec<LetterRow> = sqlx::query_as(letters!(
        "d.id >= $1 and d.id < $2 and d.state = 'queued' and d.due_at <= $3 order by d.id"
    ))
    .bind(first)
    .bind(end)
    .bind(now)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LetterRow::read).collect()
}

/// One letter, whatever has become of it.
pub async fn one(conn: &mut PgConnection, id: DeliveryId) -> Result<Option<Letter>, Error> {
    let row: Option<LetterRow> =
        sqlx::query_as(letters!("d.id = $1")).bind(id.0).fetch_optional(conn).await?;
    row.map(LetterRow::read).transpose()
}

impl LetterRow {
    fn read(self) -> Result<Letter, Error> {
        Ok(Letter {
            id: DeliveryId(self.id),
            notice: self.notice_id.map(NoticeId),
            key: self.letter_key.clone(),
            facts: self.facts.clone(),
            due_at: self.due_at,
            latest_at: self.latest_at,
            composed_at: self.composed_at,
            in_doubt: self.in_doubt,
            arrived_at: self.received_at,
            attempts: self.attempts,
            to: self.addressee()?,
        })
    }

    fn addressee(self) -> Result<Option<Addressee>, Error> {
        let (Some(recipient), Some(customer)) = (self.recipient_id, self.customer_id) else {
            return Ok(None);
        };
        let gone = || Error::NotFound { what: "recipient of a letter", key: recipient.to_string() };
        let kind = self.customer_kind.ok_or_else(gone)?;
        Ok(Some(Addressee {
            recipient: RecipientId(recipient),
            customer: CustomerId(customer),
            address: self.address,
            name: self.contact_name,
            language: self.language.ok_or_else(gone)?,
            link_epoch: self.link_epoch.unwrap_or_default(),
            suppressed: self.suppressed,
            confirmed_at: self.confirmed_at,
            serves: self.serves,
            customer_name: self.customer_name.ok_or_else(gone)?,
            customer_reference: self.customer_reference.ok_or_else(gone)?,
            customer_kind: kind.parse().map_err(|why| Error::unreadable("customer", &why))?,
        }))
    }
}

/// The notice that a batch belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub facts: NoticeFacts,
    pub template_hash: Vec<u8>,
    pub cancelled: bool,
    /// The changes of it that still wait for their first accepted announcement.
    pub not_yet_in_notice: Vec<ChangeId>,
}

#[derive(FromRow)]
struct NoticeRow {
    facts: Json<NoticeFacts>,
    template_hash: Vec<u8>,
    cancelled: bool,
    not_yet_in_notice: Vec<i64>,
}

pub async fn notice(conn: &mut PgConnection, id: NoticeId) -> Result<Notice, Error> {
    let row: Option<NoticeRow> = sqlx::query_as(
        "select facts, template_hash, cancelled_at is not null as cancelled,
                array(select c.id from notice_change n join change c on c.id = n.change_id
                      where n.notice_id = notice.id and c.state = $2 order by c.id) as not_yet_in_notice
         from notice where id = $1",
    )
    .bind(id.0)
    .bind(State::Scheduled.as_str())
    .fetch_optional(conn)
    .await?;
    let row = row.ok_or_else(|| Error::NotFound { what: "notice", key: id.to_string() })?;
    Ok(Notice {
        id,
        facts: row.facts.0,
        template_hash: row.template_hash,
        cancelled: row.cancelled,
        not_yet_in_notice: row.not_yet_in_notice.into_iter().map(ChangeId).collect(),
    })
}

/// What one customer is owed for one change, by the contract that decides, with its terms as of the day the letter
/// is composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub letter: DeliveryId,
    pub change: ChangeId,
    pub exempt_why: Option<ExemptWhy>,
    pub consent: Consent,
    /// Of a customer that was served: by what reached it first.
    pub served_at: Option<DateTime<Utc>>,
    /// Of a customer that was served: the deadline promised.
    pub window_closes_at: Option<DateTime<Utc>>,
    /// Of a customer that was served: from when on it stands in nobody's way.
    pub clear_at: Option<DateTime<Utc>>,
    pub served: bool,
    pub in_force_at: Option<DateTime<Utc>>,
    /// None: a subscriber, under the policy's terms.
    pub contract: Option<Contract>,
    /// The customer's newest objection to the change.
    pub objection: Option<String>,
    pub excluded: bool,
    pub authorised_at: Option<DateTime<Utc>>,
}

/// The contract that decides, as letters quote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    pub id: ContractId,
    pub document: Option<String>,
    pub clause: Option<String>,
    pub signed_on: NaiveDate,
    pub terms: Terms,
}

#[derive(FromRow)]
struct DutyRow {
    letter: i64,
    change_id: i64,
    state: String,
    exempt_why: Option<String>,
    consent: String,
    served_at: Option<DateTime<Utc>>,
    window_closes_at: Option<DateTime<Utc>>,
    clear_at: Option<DateTime<Utc>>,
    in_force_at: Option<DateTime<Utc>>,
    contract_id: Option<i64>,
    document: Option<String>,
    clause: Option<String>,
    signed_on: Option<NaiveDate>,
    terms: Option<Json<Terms>>,
    objection: Option<String>,
    excluded: bool,
    authorised_at: Option<DateTime<Utc>>,
}

/// A letter, its customer, when it is composed, and the local day of that, whose terms hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub letter: DeliveryId,
    pub customer: CustomerId,
    pub at: DateTime<Utc>,
    pub on: NaiveDate,
}

/// The duties of a notice's changes to the readers of these letters, by letter, then change. A customer without an
/// obligation (an unlinked subscriber) has none.
pub async fn duties(
    conn: &mut PgConnection,
    notice: NoticeId,
    readings: &[Reading],
) -> Result<Vec<Duty>, Error> {
    let rows: Vec<DutyRow> = sqlx::query_as(include_str!("../sql/duties.sql"))
        .bind(notice.0)
        .bind(readings.iter().map(|r| r.letter.0).collect::<Vec<_>>())
        .bind(readings.iter().map(|r| r.customer.0).collect::<Vec<_>>())
        .bind(readings.iter().map(|r| r.on).collect::<Vec<_>>())
        .bind(readings.iter().map(|r| r.at).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(DutyRow::read).collect()
}

impl DutyRow {
    fn read(self) -> Result<Duty, Error> {
        let unreadable = |why| Error::unreadable("obligation", &why);
        let contract = match (self.contract_id, self.signed_on) {
            (Some(id), Some(signed_on)) => Some(Contract {
                id: ContractId(id),
                document: self.document,
                clause: self.clause,
                signed_on,
                terms: self.terms.map(|terms| terms.0).unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(Duty {
            letter: DeliveryId(self.letter),
            change: ChangeId(self.change_id),
            exempt_why: self.exempt_why.map(|why| why.parse()).transpose().map_err(unreadable)?,
            consent: self.consent.parse().map_err(unreadable)?,
            served_at: self.served_at.filter(|_| self.state == "served"),
            window_closes_at: self.window_closes_at,
            clear_at: self.clear_at,
            served: self.state == "served",
            in_force_at: self.in_force_at,
            contract,
            objection: self.objection,
            excluded: self.excluded,
            authorised_at: self.authorised_at,
        })
    }
}

/// An earlier letter to the same recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub id: DeliveryId,
    /// Since when a relay has it, which one, and what it said.
    pub taken: Option<(DateTime<Utc>, String, String)>,
}

impl Earlier {
    fn of((recipient, id, at, relay, words): EarlierRow) -> (RecipientId, Self) {
        let taken = at.zip(relay).zip(words).map(|((at, relay), words)| (at, relay, words));
        (RecipientId(recipient), Self { id: DeliveryId(id), taken })
    }
}

type EarlierRow = (i64, i64, Option<DateTime<Utc>>, Option<String>, Option<String>);

/// The earlier letters to the same recipient about the same changes, the oldest first: a reply names any of them.
pub async fn threads(
    conn: &mut PgConnection,
    notice: NoticeId,
    recipients: &[RecipientId],
) -> Result<Vec<(RecipientId, Earlier)>, Error> {
    let rows: Vec<EarlierRow> = sqlx::query_as(
        "select distinct d.recipient_id, d.id, d.accepted_at, d.relay, d.relay_words
         from notice_change mine join notice_change other on other.change_id = mine.change_id
         join delivery d on d.notice_id = other.notice_id and d.recipient_id = any($2)
         where mine.notice_id = $1 and other.notice_id < $1 and (d.state = 'accepted' or d.in_doubt)
         order by d.recipient_id, d.id",
    )
    .bind(notice.0)
    .bind(recipients.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Earlier::of).collect())
}

/// The letters before `letter` to the same recipient about what its letter `told` is about, the oldest first.
pub async fn thread(
    conn: &mut PgConnection,
    letter: DeliveryId,
    told: DeliveryId,
    recipient: RecipientId,
) -> Result<Vec<Earlier>, Error> {
    let rows: Vec<EarlierRow> = sqlx::query_as(
        "select distinct d.recipient_id, d.id, d.accepted_at, d.relay, d.relay_words
         from delivery told join notice_change mine on mine.notice_id = told.notice_id
         join notice_change other on other.change_id = mine.change_id
         join delivery d on d.notice_id = other.notice_id and d.recipient_id = told.recipient_id
         where told.id = $1 and told.recipient_id = $2 and d.id < $3 and (d.state = 'accepted' or d.in_doubt)
         order by d.id",
    )
    .bind(told.0)
    .bind(recipient.0)
    .bind(letter.0)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Earlier::of(row).1).collect())
}
