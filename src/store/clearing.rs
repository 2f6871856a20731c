//! What serves or clears one customer without a letter: words said under a contract, services by other means, waivers.
//!
//! Whoever writes here holds the change's row `for update`, then the obligation's; [`facts`] is the statement after.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx, exactly_one};
use crate::domain::change::ChangeId;
use crate::domain::clearing::{Letter, Said, ServiceChannel, Version, Waivable};
use crate::domain::customer::{ContractId, CustomerId};
use crate::domain::delivery::DeliveryId;
use crate::domain::objection::Channel;
use crate::domain::obligation::{Clearance, Consent, ExemptWhy, Standing, Told};

/// What is owed to one customer, as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    pub contract: Option<ContractId>,
    pub standing: Standing,
    pub served_by: Option<DeliveryId>,
    pub consent: Consent,
    pub told: Told,
    /// Its own start, where changes go live for each customer.
    pub in_force_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
pub(super) struct ObligationRow {
    contract_id: Option<i64>,
    state: String,
    exempt_why: Option<String>,
    consent: String,
    window_shuts: bool,
    served_by: Option<i64>,
    served_at: Option<DateTime<Utc>>,
    notice_started_at: Option<DateTime<Utc>>,
    earliest_by_notice: Option<DateTime<Utc>>,
    window_closes_at: Option<DateTime<Utc>>,
    clear_at: Option<DateTime<Utc>>,
    in_force_at: Option<DateTime<Utc>>,
    told_until: Option<DateTime<Utc>>,
}

impl ObligationRow {
    pub(super) fn read(self) -> Result<Obligation, Error> {
        let unreadable = |why| Error::unreadable("obligation", &why);
        let standing = match (&self.exempt_why, self.clearance()) {
            (Some(why), _) => Standing::Exempt { why: why.parse::<ExemptWhy>().map_err(unreadable)? },
            (None, Some(clearance)) if self.state == "served" => Standing::Served(clearance),
            (None, _) => Standing::Owed,
        };
        Ok(Obligation {
            contract: self.contract_id.map(ContractId),
            standing,
            served_by: self.served_by.map(DeliveryId),
            consent: self.consent.parse().map_err(unreadable)?,
            // The day on which its notice began is the sign that it was told.
            told: match (self.window_closes_at, self.notice_started_at) {
                (None, None) => Told::Nothing,
                (Some(day), _) => Told::Until(day),
                (None, Some(_)) => Told::UntilEffect(self.told_until),
            },
            in_force_at: self.in_force_at,
        })
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

macro_rules! of_customer {
    () => {
        "select contract_id, state, exempt_why, consent, window_shuts, served_by, served_at, notice_started_at,
                earliest_by_notice, window_closes_at, clear_at, in_force_at, told_until
         from obligation where change_id = $1 and customer_id = $2"
    };
}

/// Locks what is owed to the customer. None: the change does not concern it, or is not announced yet.
pub async fn lock(tx: &mut Tx, change: ChangeId, customer: CustomerId) -> Result<Option<Obligation>, Error> {
    let row: Option<ObligationRow> = sqlx::query_as(concat!(of_customer!(), " for update"))
        .bind(change.0)
        .bind(customer.0)
        .fetch_optional(tx.conn())
        .await?;
    row.map(ObligationRow::read).transpose()
}

/// [`lock`] without the lock.
pub async fn read(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
) -> Result<Option<Obligation>, Error> {
    let row: Option<ObligationRow> =
        sqlx::query_as(of_customer!()).bind(change.0).bind(customer.0).fetch_optional(conn).await?;
    row.map(ObligationRow::read).transpose()
}

/// A contract by its reference, with its customer.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Called {
    pub contract_id: i64,
    pub customer_id: i64,
    pub customer: String,
}

impl Called {
    pub fn contract(&self) -> ContractId {
        ContractId(self.contract_id)
    }

    pub fn customer(&self) -> CustomerId {
        CustomerId(self.customer_id)
    }
}

/// The contracts with that reference, by their customers' references; two customers may call theirs alike.
pub async fn contracts_called(
    conn: &mut PgConnection,
    reference: &str,
    customer: Option<&str>,
    limit: i64,
) -> Result<Vec<Called>, Error> {
    let rows = sqlx::query_as(
        "select k.id as contract_id, c.id as customer_id, c.reference as customer
         from contract k join customer c on c.id = k.customer_id
         where k.reference = $1 and ($2::text is null or c.reference = $2) order by c.reference limit $3",
    )
    .bind(reference)
    .bind(customer)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// What has reached or freed one customer since an announcement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub versions: Vec<Version>,
    pub said: BTreeMap<ContractId, Said>,
    /// By post, portal or hand.
    pub service: Option<DateTime<Utc>>,
    pub waived: BTreeMap<Waivable, DateTime<Utc>>,
    pub letters: Vec<Letter>,
}

/// Reads them. `proven`: a letter serves only with proof that the recipient's server has it.
pub async fn facts(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
    since: DateTime<Utc>,
    (served_by, proven): (Option<DeliveryId>, bool),
) -> Result<Facts, Error> {
    let versions = super::customer::contract_versions(&mut *conn, customer).await?;
    let versions =
        versions.into_iter().map(|v| Version { valid_from: v.valid_from, contract: v.contract }).collect();
    Ok(Facts {
        versions,
        said: said(&mut *conn, change, customer, since).await?,
        service: service(&mut *conn, change, customer).await?.filter(|at| *at >= since),
        waived: waived(&mut *conn, change, customer, since).await?,
        letters: letters(&mut *conn, change, customer, since, (served_by, proven)).await?,
    })
}

async fn said(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
    since: DateTime<Utc>,
) -> Result<BTreeMap<ContractId, Said>, Error> {
    let rows: Vec<(i64, bool, DateTime<Utc>)> = sqlx::query_as(
        "select s.contract_id, s.yes, s.said_at from consent s join contract k on k.id = s.contract_id
         where s.change_id = $1 and k.customer_id = $2 and s.yes is not null and s.said_at >= $3",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(since)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id, yes, at)| (ContractId(id), Said { yes, at })).collect())
}

/// When the customer received the notice by other means; none = not that we know.
pub async fn service(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar("select received_at from service where change_id = $1 and customer_id = $2")
        .bind(change.0)
        .bind(customer.0)
        .fetch_optional(conn)
        .await?;
    Ok(at)
}

async fn waived(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
    since: DateTime<Utc>,
) -> Result<BTreeMap<Waivable, DateTime<Utc>>, Error> {
    let rows: Vec<(String, DateTime<Utc>)> = sqlx::query_as(
        "select reason, approved_at from override where change_id = $1 and customer_id = $2 and approved_at >= $3",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(since)
    .fetch_all(conn)
    .await?;
    let read = |(reason, at): (String, DateTime<Utc>)| {
        Ok((reason.parse::<Waivable>().map_err(|why| Error::unreadable("override", &why))?, at))
    };
    rows.into_iter().map(read).collect()
}

/// The letters of the announcement in force, which began at `since`, that serve the customer: accepted, not bounced, to its notice
/// address where it has one. The letter that served it already stays among them. Where the clock was set back on the way, letters are older
/// than their announcement.
async fn letters(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
    since: DateTime<Utc>,
    (served_by, proven): (Option<DeliveryId>, bool),
) -> Result<Vec<Letter>, Error> {
    // An answer proves that the letter was there before it, and not since when.
    let rows: Vec<(i64, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select d.id, case when $4 then d.received_at else d.accepted_at end as at,
                case when d.received_at < coalesce(least(d.present_at, d.answered_at), 'infinity')
                     then greatest(d.received_at, d.accepted_at) end
         from recipient r
         join notice_change nc on nc.change_id = $1
         join notice n on n.id = nc.notice_id and n.kind = 'announcement' and n.cancelled_at is null
         join delivery d on d.notice_id = n.id and d.recipient_id = r.id
         where r.customer_id = $2 and d.state = 'accepted' and d.bounced_at is null and (d.accepted_at >= $5 or n.barrier_at >= $5)
           and (d.delayed_at is null or d.received_at is not null)
           and (not $4 or d.received_at is not null)
           and (d.id = $3 or r.notice_address
                or not exists (select from recipient o where o.customer_id = $2 and o.notice_address))
         order by at, d.id",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(served_by.map(|id| id.0))
    .bind(proven)
    .bind(since)
    .fetch_all(conn)
    .await?;
    let letter =
        |(id, handed_over_at, received_at)| Letter { id: DeliveryId(id), handed_over_at, received_at };
    Ok(rows.into_iter().map(letter).collect())
}

/// Where the customer stands from now on. `window_shuts` and `notice_waived_at` count for a service to come, where nothing serves it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    pub served: Option<(Option<DeliveryId>, Clearance)>,
    pub consent: Consent,
    pub window_shuts: bool,
    pub notice_waived_at: Option<DateTime<Utc>>,
}

/// Writes it. What a letter told stays told while nothing serves the customer. Call with change and obligation locked.
pub async fn settle(
    tx: &mut Tx,
    change: ChangeId,
    customer: CustomerId,
    stands: &Stands,
) -> Result<(), Error> {
    let served = stands.served.as_ref().map(|(_, clearance)| *clearance);
    let done = sqlx::query(
        "update obligation set state = case when $3::timestamptz is null then 'owed' else 'served' end, served_at = $3,
             notice_started_at = case when $3 is null and (served_by is not null or state = 'owed') then notice_started_at else $4 end,
             earliest_by_notice = $5, window_closes_at = case when $3 is null then window_closes_at else $6 end, clear_at = $7,
             window_shuts = $8, served_by = $9, consent = $10, told_until = greatest(told_until, window_closes_at)
         where change_id = $1 and customer_id = $2 and state <> 'exempt' and in_force_at is null",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(served.map(|c| c.served_at))
    .bind(served.map(|c| c.notice_started_at))
    .bind(served.map_or(stands.notice_waived_at, |c| Some(c.earliest_by_notice)))
    .bind(served.and_then(|c| c.window_closes_at))
    .bind(served.map(|c| c.clear_at))
    .bind(served.map_or(stands.window_shuts, |c| c.window_shuts))
    .bind(stands.served.as_ref().and_then(|(letter, _)| *letter).map(|id| id.0))
    .bind(stands.consent.as_str())
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "obligation")
}

/// The contract that decides about the customer from now on.
pub async fn name_contract(
    tx: &mut Tx,
    change: ChangeId,
    customer: CustomerId,
    contract: Option<ContractId>,
) -> Result<(), Error> {
    sqlx::query(
        "update obligation set contract_id = $3
         where change_id = $1 and customer_id = $2 and contract_id is distinct from $3",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(contract.map(|id| id.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a customer said, as a person records it.
#[derive(Debug)]
pub struct Statement<'a> {
    pub change: ChangeId,
    pub contract: ContractId,
    /// None: it takes back what it said.
    pub yes: Option<bool>,
    pub said_by: &'a str,
    pub channel: Channel,
    pub said_at: DateTime<Utc>,
    pub file: Option<[u8; 32]>,
    /// None: by their own link.
    pub account: Option<i64>,
}

/// Keeps it as the last word under that contract.
pub async fn say(tx: &mut Tx, statement: &Statement<'_>) -> Result<(), Error> {
    sqlx::query(
        "insert into consent (change_id, contract_id, yes, said_by, channel, said_at, file_hash, account_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (change_id, contract_id) do update set yes = excluded.yes, said_by = excluded.said_by,
             channel = excluded.channel, said_at = excluded.said_at, file_hash = excluded.file_hash,
             account_id = excluded.account_id",
    )
    .bind(statement.change.0)
    .bind(statement.contract.0)
    .bind(statement.yes)
    .bind(statement.said_by)
    .bind(statement.channel.as_str())
    .bind(statement.said_at)
    .bind(statement.file.as_ref().map(<[u8; 32]>::as_slice))
    .bind(statement.account)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The instant of the last word under a contract, whatever it was.
pub async fn last_word_at(
    conn: &mut PgConnection,
    change: ChangeId,
    contract: ContractId,
) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar("select said_at from consent where change_id = $1 and contract_id = $2")
        .bind(change.0)
        .bind(contract.0)
        .fetch_optional(conn)
        .await?;
    Ok(at)
}

/// Keeps a service by other means, with the file that proves it. A later call takes the place of an earlier one.
pub async fn serve(
    tx: &mut Tx,
    (change, customer): (ChangeId, CustomerId),
    channel: ServiceChannel,
    received_at: DateTime<Utc>,
    file: [u8; 32],
    account: i64,
) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "insert into service (change_id, customer_id, channel, received_at, file_hash, account_id, entered_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (change_id, customer_id) do update set channel = excluded.channel, received_at = excluded.received_at,
             file_hash = excluded.file_hash, account_id = excluded.account_id, entered_at = excluded.entered_at",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(channel.as_str())
    .bind(received_at)
    .bind(file.as_slice())
    .bind(account)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a waiver that waits for a second person; one already there for that reason begins anew.
pub async fn propose_waiver(
    tx: &mut Tx,
    (change, customer): (ChangeId, CustomerId),
    reason: Waivable,
    justification: &str,
    waiver: [u8; 32],
    account: i64,
) -> Result<(), Error> {
    sqlx::query(
        "insert into override (change_id, customer_id, reason, justification, waiver_hash, account_id)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (change_id, customer_id, reason) do update set justification = excluded.justification,
             waiver_hash = excluded.waiver_hash, account_id = excluded.account_id, approver_id = null, approved_at = null",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(reason.as_str())
    .bind(justification)
    .bind(waiver.as_slice())
    .bind(account)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Who proposed the waiver that waits for approval; none = none waits.
pub async fn proposer(
    conn: &mut PgConnection,
    change: ChangeId,
    customer: CustomerId,
    reason: Waivable,
) -> Result<Option<i64>, Error> {
    let account = sqlx::query_scalar(
        "select account_id from override
         where change_id = $1 and customer_id = $2 and reason = $3 and approved_at is null",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(reason.as_str())
    .fetch_optional(conn)
    .await?;
    Ok(account)
}

/// The second person's yes to a waiver, as of `tx.now()`. Errs with `override_needs_two` where that is the first.
pub async fn approve_waiver(
    tx: &mut Tx,
    change: ChangeId,
    customer: CustomerId,
    reason: Waivable,
    approver: i64,
) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update override set approver_id = $4, approved_at = $5
         where change_id = $1 and customer_id = $2 and reason = $3 and approved_at is null",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(reason.as_str())
    .bind(approver)
    .bind(now)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "override")
}
