//! What the rule itself reads, as values: for a verdict derived in full, and for one customer's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use crate::domain::change::{Change, ChangeId};
use crate::domain::customer::CustomerId;
use crate::domain::gate::{Announcement, Facts, Objection, OfCustomer, Place};
use crate::domain::obligation::{Clearance, Standing};
use crate::domain::subprocessor::SubprocessorId;
use crate::store::Error;

#[derive(FromRow)]
struct PlaceRow {
    id: i64,
    state: String,
    effective_at: DateTime<Utc>,
    subprocessor_id: i64,
    replaces_id: Option<i64>,
}

impl TryFrom<PlaceRow> for Place {
    type Error = Error;

    fn try_from(row: PlaceRow) -> Result<Self, Error> {
        Ok(Self {
            change: ChangeId(row.id),
            state: row.state.parse().map_err(|why| Error::unreadable("change", &why))?,
            effective_at: row.effective_at,
            subprocessor: SubprocessorId(row.subprocessor_id),
            replaces: row.replaces_id.map(SubprocessorId),
        })
    }
}

/// What lies with the change and with no customer of its.
pub async fn facts(conn: &mut PgConnection, change: &Change) -> Result<Facts, Error> {
    let found = facts_of(conn, &[change]).await?.remove(&change.id);
    found.ok_or_else(|| Error::NotFound { what: "change", key: change.reference.clone() })
}

/// Change, when it was in the queue as a whole, whether it is cancelled, and until when it is valid.
type AnnouncementRow = (i64, Option<DateTime<Utc>>, bool, DateTime<Utc>);

/// The same of several changes, by change, with as many statements.
pub async fn facts_of(
    conn: &mut PgConnection,
    changes: &[&Change],
) -> Result<BTreeMap<ChangeId, Facts>, Error> {
    let ids: Vec<i64> = changes.iter().map(|change| change.id.0).collect();
    let announcements: Vec<AnnouncementRow> = sqlx::query_as(
        "select nc.change_id, n.fanned_out_at, n.cancelled_at is not null, n.valid_until
         from notice_change nc join notice n on n.id = nc.notice_id where nc.change_id = any($1) and n.kind = 'announcement'",
    )
    .bind(&ids)
    .fetch_all(&mut *conn)
    .await?;
    let (doors, unread_since): (Vec<DateTime<Utc>>, Option<DateTime<Utc>>) = sqlx::query_as(
        "select array(select read_to - settle from door where state = 'open'),
                (select min(received_at) from inbound_message where state = 'stored' or look_again)",
    )
    .fetch_one(&mut *conn)
    .await?;
    let replies: Vec<(i64, i64)> = sqlx::query_as(
        "select change_id, count(*) from inbound_hold
         where change_id = any($1) and customer_id is null and released_at is null group by change_id",
    )
    .bind(&ids)
    .fetch_all(&mut *conn)
    .await?;
    let open: Vec<PlaceRow> = sqlx::query_as(
        "select id, state, effective_at, subprocessor_id, replaces_id from change
         where state in ('scheduled', 'in_notice', 'held')",
    )
    .fetch_all(conn)
    .await?;
    let open: Vec<Place> = open.into_iter().map(Place::try_from).collect::<Result<_, _>>()?;
    let replies: BTreeMap<i64, i64> = replies.into_iter().collect();
    let of_one = |change: &&Change| Facts {
        place: Place {
            change: change.id,
            state: change.state,
            effective_at: change.effective_at,
            subprocessor: change.subprocessor_id,
            replaces: change.replaces_id,
        },
        kind: change.draft.kind,
        needs_approval: change.needs_approval,
        approved: change.approved,
        announcements: announcements
            .iter()
            .filter(|(of, ..)| *of == change.id.0)
            .map(|&(_, fanned_out_at, cancelled, valid_until)| Announcement {
                fanned_out_at,
                cancelled,
                valid_until,
            })
            .collect(),
        doors: doors.clone(),
        unread_since,
        strangers_replies: replies
            .get(&change.id.0)
            .and_then(|count| u64::try_from(*count).ok())
            .unwrap_or_default(),
        others: open.iter().filter(|place| place.change != change.id).copied().collect(),
    };
    Ok(changes.iter().map(|change| (change.id, of_one(change))).collect())
}

#[derive(FromRow)]
struct ObligationRow {
    change_id: i64,
    customer_id: i64,
    state: String,
    exempt_why: Option<String>,
    consent: String,
    served_at: Option<DateTime<Utc>>,
    notice_started_at: Option<DateTime<Utc>>,
    earliest_by_notice: Option<DateTime<Utc>>,
    window_closes_at: Option<DateTime<Utc>>,
    window_shuts: bool,
    clear_at: Option<DateTime<Utc>>,
}

impl ObligationRow {
    fn standing(&self) -> Result<Standing, Error> {
        let unreadable = |why: &str| Error::unreadable("obligation", &why);
        match (self.state.as_str(), &self.exempt_why) {
            ("owed", _) => Ok(Standing::Owed),
            ("exempt", Some(why)) => {
                Ok(Standing::Exempt { why: why.parse().map_err(|why| Error::unreadable("exemption", &why))? })
            }
            ("served", _) => self
                .clearance()
                .map(Standing::Served)
                .ok_or_else(|| unreadable("served, but it lacks an instant")),
            (state, _) => Err(unreadable(state)),
        }
    }

    fn clearance(&self) -> Option<Clearance> {
        Some(Clearance {
            served_at: self.served_at?,
            notice_started_at: self.notice_started_at?,
            earliest_by_notice: self.earliest_by_notice?,
            window_closes_at: self.window_closes_at,
            window_shuts: self.window_shuts,
            clear_at: self.clear_at?,
        })
    }
}

#[derive(FromRow)]
struct ObjectionRow {
    change_id: i64,
    customer_id: i64,
    in_time: bool,
    admitted: bool,
    resolved: bool,
    clear_at: Option<DateTime<Utc>>,
}

/// Reads what is owed, was said and came in reply where `$which` holds.
macro_rules! found {
    ($conn:expr, $which:literal, $($bound:expr),+) => {{
        let obligations: Vec<ObligationRow> = sqlx::query_as(concat!(
            "select change_id, customer_id, state, exempt_why, consent, served_at, notice_started_at, earliest_by_notice,
                    window_closes_at, window_shuts, clear_at
             from obligation where ", $which
        ))$(.bind($bound))+.fetch_all(&mut *$conn).await?;
        let objections: Vec<ObjectionRow> = sqlx::query_as(concat!(
            "select change_id, customer_id, in_time, admitted_by is not null as admitted, resolved_at is not null as resolved, clear_at
             from objection_change where ", $which
        ))$(.bind($bound))+.fetch_all(&mut *$conn).await?;
        let replies: Vec<(i64, i64, i64)> = sqlx::query_as(concat!(
            "select change_id, customer_id, count(*) from inbound_hold
             where released_at is null and ", $which, " group by change_id, customer_id"
        ))$(.bind($bound))+.fetch_all(&mut *$conn).await?;
        gathered(obligations, objections, replies)
    }};
}

fn gathered(
    obligations: Vec<ObligationRow>,
    objections: Vec<ObjectionRow>,
    replies: Vec<(i64, i64, i64)>,
) -> Result<BTreeMap<(ChangeId, CustomerId), OfCustomer>, Error> {
    let mut found: BTreeMap<(ChangeId, CustomerId), OfCustomer> = BTreeMap::new();
    let key = |change, customer| (ChangeId(change), CustomerId(customer));
    for row in obligations {
        let consent = row.consent.parse().map_err(|why| Error::unreadable("obligation", &why))?;
        found.entry(key(row.change_id, row.customer_id)).or_default().obligation =
            Some((row.standing()?, consent));
    }
    for row in objections {
        let ObjectionRow { change_id, customer_id, in_time, admitted, resolved, clear_at } = row;
        let said = Objection { in_time, admitted, resolved, clear_at };
        found.entry(key(change_id, customer_id)).or_default().objections.push(said);
    }
    for (change, customer, count) in replies {
        found.entry(key(change, customer)).or_default().replies = u64::try_from(count).unwrap_or_default();
    }
    Ok(found)
}

/// Each customer with an id in `(after, up_to]` that is owed something for the change, or has said something about it.
/// Nobody is `entitled` here: that is a question to its contracts.
pub async fn customers(
    conn: &mut PgConnection,
    change: ChangeId,
    after: i64,
    up_to: i64,
) -> Result<BTreeMap<CustomerId, OfCustomer>, Error> {
    let found =
        found!(conn, "change_id = $1 and customer_id > $2 and customer_id <= $3", change.0, after, up_to)?;
    Ok(found.into_iter().map(|((_, customer), of_customer)| (customer, of_customer)).collect())
}

/// The same of one customer, by change.
pub async fn of_customer(
    conn: &mut PgConnection,
    customer: CustomerId,
    changes: &[ChangeId],
) -> Result<BTreeMap<ChangeId, OfCustomer>, Error> {
    let ids: Vec<i64> = changes.iter().map(|id| id.0).collect();
    let found = found!(conn, "customer_id = $1 and change_id = any($2)", customer.0, &ids)?;
    Ok(found.into_iter().map(|((change, _), of_customer)| (change, of_customer)).collect())
}
