//! Obligations as pages and commands show them. Deliver serves them, the gate reads them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::change::ChangeId;
use crate::domain::customer::{ContractId, CustomerId};
use crate::domain::delivery::DeliveryId;
use crate::domain::entitlement::Known;
use crate::domain::notice::NoticeId;
use crate::domain::obligation::{Clearance, Consent, Standing};

/// The instant from which nobody's period, window or remedy stands in the way, as far as it is known who is served and
/// what was resolved; none = nothing is, or nobody can say when a remedy ends or an exclusion is confirmed.
pub async fn clear_on(conn: &mut PgConnection, change: ChangeId) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar(
        "select case when not exists (select from objection_change where change_id = $1 and counts
                                        and resolved_at is not null and clear_at is null)
                   and not exists (select from obligation where change_id = $1 and consent = 'silent' and state <> 'exempt')
         then greatest(
             (select max(clear_at) from obligation where change_id = $1 and state = 'served'),
             (select max(clear_at) from objection_change where change_id = $1 and counts and resolved_at is not null))
         end",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?;
    Ok(at)
}

#[derive(FromRow)]
struct KnownRow {
    customer_id: i64,
    contract_id: Option<i64>,
    state: String,
    exempt_why: Option<String>,
    consent: String,
    window_shuts: bool,
    served_at: Option<DateTime<Utc>>,
    notice_started_at: Option<DateTime<Utc>>,
    earliest_by_notice: Option<DateTime<Utc>>,
    window_closes_at: Option<DateTime<Utc>>,
    clear_at: Option<DateTime<Utc>>,
    told_until: Option<DateTime<Utc>>,
    served_elsewhere: bool,
    notice_letter: Option<i64>,
    notice_letter_at: Option<DateTime<Utc>>,
    by_more: bool,
}

impl KnownRow {
    fn read(self) -> Result<(CustomerId, Known), Error> {
        let consent: Consent =
            self.consent.parse().map_err(|why| Error::unreadable("obligation's consent", &why))?;
        let letter = self.notice_letter.map(DeliveryId).zip(self.notice_letter_at);
        let known = Known {
            standing: self.standing()?,
            consent,
            contract: self.contract_id.map(ContractId),
            told_until: self.told_until,
            served_elsewhere: self.served_elsewhere,
            at_notice_address: letter,
            by_more: self.by_more,
        };
        Ok((CustomerId(self.customer_id), known))
    }

    fn standing(&self) -> Result<Standing, Error> {
        if let Some(why) = &self.exempt_why {
            let why = why.parse().map_err(|why| Error::unreadable("obligation's reason", &why))?;
            return Ok(Standing::Exempt { why });
        }
        let instants = (self.served_at, self.notice_started_at, self.earliest_by_notice, self.clear_at);
        Ok(match instants {
            (Some(served_at), Some(notice_started_at), Some(earliest_by_notice), Some(clear_at))
                if self.state == "served" =>
            {
                Standing::Served(Clearance {
                    served_at,
                    notice_started_at,
                    earliest_by_notice,
                    window_closes_at: self.window_closes_at,
                    window_shuts: self.window_shuts,
                    clear_at,
                })
            }
            _ => Standing::Owed,
        })
    }
}

/// What stands for these customers and a change announced by `notice`, locked until the transaction ends.
pub async fn known(
    tx: &mut Tx,
    change: ChangeId,
    notice: NoticeId,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, Known)>, Error> {
    let rows: Vec<KnownRow> = sqlx::query_as(
        "select o.customer_id, o.contract_id, o.state, o.exempt_why, o.consent, o.window_shuts, o.served_at, o.notice_started_at,
                o.earliest_by_notice, o.window_closes_at, o.clear_at, o.told_until,
                exists (select from delivery d join recipient r on r.id = d.recipient_id
                        where d.id = o.served_by and not r.notice_address) as served_elsewhere,
                letter.id as notice_letter, letter.accepted_at as notice_letter_at,
                exists (select from consent s join contract k on k.id = s.contract_id
                        where s.change_id = o.change_id and k.customer_id = o.customer_id)
                    or exists (select from service s where s.change_id = o.change_id and s.customer_id = o.customer_id)
                    or exists (select from override v where v.change_id = o.change_id and v.customer_id = o.customer_id)
                    or o.state = 'owed' and exists (select from recipient r join delivery d on d.notice_id = $2 and d.recipient_id = r.id
                                                    where r.customer_id = o.customer_id and d.state = 'accepted')
                    as by_more
         from obligation o
         left join lateral (
             select d.id, d.accepted_at from recipient r join delivery d on d.notice_id = $2 and d.recipient_id = r.id
             where r.customer_id = o.customer_id and r.notice_address and d.state = 'accepted' and d.bounced_at is null
             order by d.accepted_at limit 1) letter on true
         where o.change_id = $1 and o.customer_id = any($3)
         order by o.customer_id for update of o",
    )
    .bind(change.0)
    .bind(notice.0)
    .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(KnownRow::read).collect()
}

/// A service whose instants, contract or letter are others from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServedAnew {
    pub change: ChangeId,
    pub customer: CustomerId,
    pub contract: Option<ContractId>,
    pub consent: Consent,
    pub clearance: Clearance,
    /// None: the letter that served it is the same.
    pub by: Option<DeliveryId>,
}

/// Writes them. Call with the changes locked: a later instant shuts the gate.
pub async fn serve_anew(tx: &mut Tx, served: &[ServedAnew]) -> Result<(), Error> {
    for anew in served {
        sqlx::query(
            "update obligation
             set contract_id = $3, consent = $4, served_by = coalesce($5, served_by), served_at = $6, notice_started_at = $7,
                 earliest_by_notice = $8, window_closes_at = $9, clear_at = $10, told_until = greatest(told_until, window_closes_at)
             where change_id = $1 and customer_id = $2 and state = 'served' and in_force_at is null",
        )
        .bind(anew.change.0)
        .bind(anew.customer.0)
        .bind(anew.contract.map(|id| id.0))
        .bind(anew.consent.as_str())
        .bind(anew.by.map(|id| id.0))
        .bind(anew.clearance.served_at)
        .bind(anew.clearance.notice_started_at)
        .bind(anew.clearance.earliest_by_notice)
        .bind(anew.clearance.window_closes_at)
        .bind(anew.clearance.clear_at)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Where one customer stands with one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct OfCustomer {
    pub reference: String,
    pub name: String,
    pub state: String,
    /// From when on it stands in nobody's way; none while something of its own does, and no end of that is known.
    pub clear_at: Option<DateTime<Utc>>,
    pub window_closes_at: Option<DateTime<Utc>>,
    /// Its word under specific authorisation, where that is not a yes.
    pub consent: Option<String>,
    /// An objection of its own is open, or its remedy runs.
    pub objects: bool,
}

/// The customers of a change by reference, behind the one called `after`.
pub async fn of_change(
    conn: &mut PgConnection,
    change: ChangeId,
    after: &str,
    limit: i64,
) -> Result<Vec<OfCustomer>, Error> {
    let rows = sqlx::query_as(
        "select c.reference, c.name, o.state,
                case when o.state = 'exempt' or o.consent not in ('awaited', 'refused', 'silent') and not coalesce(said.is_open, false)
                     then greatest(o.clear_at, said.clear_at) end as clear_at,
                case when o.state = 'served' then o.window_closes_at end as window_closes_at,
                case when o.state <> 'exempt' and o.consent in ('awaited', 'refused', 'silent') then o.consent end as consent,
                coalesce(said.is_open, false) as objects
         from obligation o join customer c on c.id = o.customer_id
         left join lateral (select bool_or(x.clear_at is null) as is_open, max(x.clear_at) as clear_at from objection_change x
                            where x.change_id = o.change_id and x.customer_id = o.customer_id and x.counts) said on true
         where o.change_id = $1 and c.reference > $2 order by c.reference limit $3",
    )
    .bind(change.0)
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The deliveries of a change's notices by state; one that came back has failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, FromRow)]
pub struct Counts {
    pub queued: i64,
    pub accepted: i64,
    pub failed: i64,
    pub cancelled: i64,
}

/// How many letters of a change's notices stand where.
pub async fn counts(conn: &mut PgConnection, change: ChangeId) -> Result<Counts, Error> {
    let counts = sqlx::query_as(
        "select count(*) filter (where d.state = 'queued') as queued, count(*) filter (where d.state = 'accepted' and d.bounced_at is null) as accepted,
                count(*) filter (where d.state = 'failed' or d.bounced_at is not null) as failed, count(*) filter (where d.state = 'cancelled') as cancelled
         from notice_change nc join delivery d on d.notice_id = nc.notice_id where nc.change_id = $1",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?;
    Ok(counts)
}

/// A letter of a change that the relay refused for good, or that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Failure {
    pub address: String,
    pub customer: String,
    /// Of the relay's refusal; none: it came back later.
    pub code: Option<i16>,
    pub text: String,
}

/// The failed letters of a change, oldest first.
pub async fn failures(conn: &mut PgConnection, change: ChangeId, limit: i64) -> Result<Vec<Failure>, Error> {
    let rows = sqlx::query_as(
        "select coalesce(r.address, '') as address, c.reference as customer, 
                case when d.bounced_at is null then d.relay_code end as code,
                coalesce(case when d.bounced_at is null then d.relay_words else (select concat_ws(' ', 'came back:',
                    m.findings ->> 'status', m.findings ->> 'diagnostic') from inbound_message m
                    where m.delivery_id = d.id and m.findings ->> 'letter' = 'failed' order by m.id limit 1) end, '') as text
         from notice_change nc join delivery d on d.notice_id = nc.notice_id
         join recipient r on r.id = d.recipient_id join customer c on c.id = d.customer_id
         where nc.change_id = $1 and (d.state = 'failed' or d.bounced_at is not null) order by d.id limit $2",
    )
    .bind(change.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
