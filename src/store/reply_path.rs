//! Probes of the relays' reply paths: which left, which came home, when each relay is looked at next.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::inbound::MessageId;
use super::{Error, Tx, exactly_one};
use crate::domain::delivery::DeliveryId;
use crate::domain::reply_path::{Probe, Proof, Way};

/// These relays are looked at from now on, and no others. True: some were not before.
pub async fn look_at(tx: &mut Tx, relays: &[Arc<str>]) -> Result<bool, Error> {
    let now = tx.now();
    let names: Vec<&str> = relays.iter().map(|name| &**name).collect();
    sqlx::query("update relay set next_look_at = null where next_look_at is not null and name <> all($1)")
        .bind(&names)
        .execute(tx.conn())
        .await?;
    let new = sqlx::query(
        "insert into relay (name, next_look_at) select name, $2 from unnest($1::text[]) as r(name)
         on conflict (name) do update set next_look_at = excluded.next_look_at where relay.next_look_at is null",
    )
    .bind(&names)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(new.rows_affected() > 0)
}

/// Takes a relay that is due for a look, until the end of the transaction; none: it is not due, or another replica looks. `Some(true)`: a
/// person wants it probed now.
pub async fn take(tx: &mut Tx, relay: &str) -> Result<Option<bool>, Error> {
    let now = tx.now();
    Ok(sqlx::query_scalar(
        "select probe_wanted from relay where name = $1 and next_look_at <= $2 for update skip locked",
    )
    .bind(relay)
    .bind(now)
    .fetch_optional(tx.conn())
    .await?)
}

/// `to_probe`: whatever stands by then, for something did not leave.
pub async fn look_again_at(tx: &mut Tx, relay: &str, at: DateTime<Utc>, to_probe: bool) -> Result<(), Error> {
    sqlx::query(
        "update relay set next_look_at = $2, probe_wanted = probe_wanted or $3 where name = $1 and next_look_at is not null",
    )
    .bind(relay)
    .bind(at)
    .bind(to_probe)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A person wants these relays probed now.
pub async fn want(tx: &mut Tx, relays: &[Arc<str>]) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "insert into relay (name, next_look_at, probe_wanted) select name, $2, true from unnest($1::text[]) as r(name)
         on conflict (name) do update set next_look_at = excluded.next_look_at, probe_wanted = true",
    )
    .bind(relays.iter().map(|name| &**name).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct ProbeRow {
    way: String,
    begun_at: DateTime<Utc>,
    told_at: Option<DateTime<Utc>>,
    home_at: Option<DateTime<Utc>>,
    event_at: Option<DateTime<Utc>>,
}

impl TryFrom<ProbeRow> for Probe {
    type Error = Error;

    fn try_from(row: ProbeRow) -> Result<Self, Error> {
        Ok(Self {
            way: row.way.parse().map_err(|why| Error::unreadable("probe", &why))?,
            begun_at: row.begun_at,
            told_at: row.told_at,
            home_at: row.home_at,
            event_at: row.event_at,
        })
    }
}

/// The probes of a relay that have left since.
pub async fn probes(conn: &mut PgConnection, relay: &str, since: DateTime<Utc>) -> Result<Vec<Probe>, Error> {
    let rows: Vec<ProbeRow> = sqlx::query_as(
        "select way, begun_at, told_at, home_at, event_at from probe where relay = $1 and begun_at >= $2 order by begun_at, id",
    )
    .bind(relay)
    .bind(since)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Probe::try_from).collect()
}

/// What is known of the newest probe of a way that is missing: the relay's words, and why what came back does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Missing {
    pub relay_code: Option<i16>,
    pub relay_words: Option<String>,
    pub flaw: Option<String>,
}

pub async fn missing(conn: &mut PgConnection, relay: &str, proof: Proof) -> Result<Option<Missing>, Error> {
    let event = proof == Proof::Event;
    let way = if event { Way::Reply.as_str() } else { proof.as_str() };
    Ok(sqlx::query_as(
        "select relay_code, relay_words, flaw from probe
         where relay = $1 and way = $2 and told_at is not null and case when $3 then event_at else home_at end is null
         order by begun_at desc limit 1",
    )
    .bind(relay)
    .bind(way)
    .bind(event)
    .fetch_optional(conn)
    .await?)
}

/// Probes that are about to be handed over to a relay.
pub async fn begin(tx: &mut Tx, relay: &str, probes: &[(DeliveryId, Way)]) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "insert into probe (id, relay, way, begun_at) select id, $1, way, $4 from unnest($2::bigint[], $3::text[]) as p(id, way)",
    )
    .bind(relay)
    .bind(probes.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind(probes.iter().map(|(_, way)| way.as_str()).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.conn())
    .await?;
    sqlx::query("update relay set probe_wanted = false where name = $1")
        .bind(relay)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The relay's answer.
pub async fn told(tx: &mut Tx, id: DeliveryId, code: Option<u16>, words: &str) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query("update probe set told_at = $2, relay_code = $3, relay_words = $4 where id = $1")
        .bind(id.0)
        .bind(now)
        .bind(code.and_then(|code| i16::try_from(code).ok()))
        .bind(words)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "probe")
}

/// The relay is away and has nothing of it.
pub async fn never_left(tx: &mut Tx, id: DeliveryId) -> Result<(), Error> {
    sqlx::query("delete from probe where id = $1 and told_at is null and home_at is null")
        .bind(id.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A probe that something has come back of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub id: DeliveryId,
    pub relay: String,
    pub way: Way,
    pub begun_at: DateTime<Utc>,
    pub is_home: bool,
}

/// Locks the probe of this number; none: it is no probe's.
pub async fn sent(tx: &mut Tx, id: DeliveryId) -> Result<Option<Sent>, Error> {
    let row: Option<(String, String, DateTime<Utc>, bool)> = sqlx::query_as(
        "select relay, way, begun_at, home_at is not null from probe where id = $1 for update",
    )
    .bind(id.0)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|(relay, way, begun_at, is_home)| {
        let way = way.parse().map_err(|why| Error::unreadable("probe", &why))?;
        Ok(Sent { id, relay, way, begun_at, is_home })
    })
    .transpose()
}

/// It is home, by this mail. Call with the probe locked.
pub async fn home(tx: &mut Tx, probe: &Sent, by: MessageId, renamed: Option<bool>) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update probe set home_at = $2, message_id = $3, flaw = null where id = $1 and home_at is null",
    )
    .bind(probe.id.0)
    .bind(now)
    .bind(by.0)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "probe")?;
    sqlx::query(
        "update relay set reply_proven_at = case when $2 = 'reply' then $3 else reply_proven_at end,
                from_proven_at = case when $2 = 'from' then $3 else from_proven_at end,
                bounce_proven_at = case when $2 = 'bounce' then $3 else bounce_proven_at end,
                learnt = case when $4::boolean is null then learnt
                              else learnt || jsonb_build_object('renames_letters', $4::boolean) end,
                next_look_at = case when next_look_at is not null then $3 end
         where name = $1",
    )
    .bind(&probe.relay)
    .bind(probe.way.as_str())
    .bind(now)
    .bind(renamed)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The relay has told of its delivery. Call with the probe locked.
pub async fn reported(tx: &mut Tx, probe: &Sent) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query("update probe set event_at = coalesce(event_at, $2) where id = $1")
        .bind(probe.id.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "update relay set event_proven_at = $2, next_look_at = case when next_look_at is not null then $2 end where name = $1",
    )
    .bind(&probe.relay)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Why what came back of it does not count. Call with the probe locked.
pub async fn flawed(tx: &mut Tx, probe: &Sent, by: MessageId, why: &str) -> Result<(), Error> {
    sqlx::query("update probe set flaw = $2, message_id = $3 where id = $1 and home_at is null")
        .bind(probe.id.0)
        .bind(why)
        .bind(by.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a probe that left at this instant is still to come home; bounces are not waited for.
pub async fn any_out(conn: &mut PgConnection, begun_at: DateTime<Utc>) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select from probe p join relay r on r.name = p.relay and r.next_look_at is not null
                        where begun_at = $1 and way <> 'bounce' and told_at is not null and home_at is null and flaw is null
                          and coalesce(relay_code, 250) < 300)",
    )
    .bind(begun_at)
    .fetch_one(conn)
    .await?)
}
