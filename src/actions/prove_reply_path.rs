//! Proves that what customers answer reaches us: writes to ourselves by each relay, daily, and looks whether it comes home.
//!
//! Only where a door for mail is configured: without one nothing could come home, and links are the way. [`sort_mail`](super::sort_mail)
//! notes what came home; announcements wait in [`deliver`](super::deliver) by [`Context::unproven_relays`]. A probe is on record before it
//! is handed over: whoever dies in between has left a probe that nobody was told of, which is followed by another within minutes.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use metrics::gauge;
use tracing::{info, warn};

use super::{Context, Error, Report};
use crate::config::{Mailbox, Profile};
use crate::domain::access::MailPurpose;
use crate::domain::delivery::{BatchId, DeliveryId, Lane, Said};
use crate::domain::ledger::Actor;
use crate::domain::reply_path::{self, Proof, ReplyPath, Standing, VALID, Way};
use crate::mail::compose::{ComposeError, Envelope, Office, compose};
use crate::mail::letter::{Alarm, Letter, Occasional, Test};
use crate::mail::relay::profile;
use crate::store::reply_path as rows;
use crate::store::{self, Tx};

/// The pass, and its bell.
pub const PASS: &str = "prove_reply_path";
/// A relay that is away is tried again after this.
const AWAY: TimeDelta = TimeDelta::minutes(5);

/// One pass over the relays that are due for a look.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    let relays = cx.probed_relays();
    let mut tx = cx.begin(Actor::Daemon).await?;
    let new = rows::look_at(&mut tx, &relays).await?;
    tx.commit_unrecorded().await?;
    let mut looked = u64::from(new);
    for relay in &relays {
        looked += u64::from(look(cx, relay).await?);
    }
    cx.show_reply_paths().await?;
    if looked == 0 {
        return Ok(Report::idle(PASS));
    }
    Ok(Report::did(PASS, looked, format!("looked at {looked} reply paths")))
}

/// Probes every relay now, whenever the next ones are due. None: nothing could bring them home.
pub async fn probe_now(cx: &Context) -> Result<Vec<Arc<str>>, Error> {
    let relays = cx.probed_relays();
    let mut tx = cx.begin(Actor::Daemon).await?;
    rows::want(&mut tx, &relays).await?;
    tx.commit_unrecorded().await?;
    for relay in &relays {
        look(cx, relay).await?;
    }
    Ok(relays)
}

/// What is due for one relay. False: nothing, or another replica does it.
async fn look(cx: &Context, relay: &Arc<str>) -> Result<bool, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let now = tx.now();
    let Some(wanted) = rows::take(&mut tx, relay).await? else { return Ok(false) };
    let probes = rows::probes(tx.conn(), relay, now - VALID * 2).await?;
    let next_probe_at = reply_path::next_probe_at(&probes, cx.takes_events(), now);
    let path = ReplyPath::of(&probes, cx.takes_events(), now);
    for standing in path.standings() {
        tell(cx, &mut tx, relay, standing).await?;
    }
    if !wanted && next_probe_at > now {
        let turn = path.next_turn(now).map_or(next_probe_at, |turn| turn.min(next_probe_at));
        rows::look_again_at(&mut tx, relay, turn, false).await?;
        tx.commit_unrecorded().await?;
        return Ok(true);
    }
    let batch = store::fan_out::batch_ids(&mut tx, 1).await?.first().copied().unwrap_or_default();
    let letters: Vec<(DeliveryId, Way)> =
        (0..).zip(Way::ALL).filter_map(|(place, way)| Some((BatchId(batch).letter(place)?, *way))).collect();
    rows::begin(&mut tx, relay, &letters).await?;
    // Until it is written what the relay said, nobody else has anything to do here.
    rows::look_again_at(&mut tx, relay, now + AWAY, false).await?;
    tx.commit_unrecorded().await?;
    let mut all_left = true;
    for (id, way) in letters {
        all_left &= hand_over(cx, relay, id, way, now).await?;
    }
    note_next_look(cx, relay, all_left).await?;
    Ok(true)
}

/// Now that the relay has answered.
async fn note_next_look(cx: &Context, relay: &str, all_left: bool) -> Result<(), Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let now = tx.now();
    if !all_left {
        rows::look_again_at(&mut tx, relay, now + AWAY, true).await?;
        tx.commit_unrecorded().await?;
        return Ok(());
    }
    let probes = rows::probes(tx.conn(), relay, now - VALID * 2).await?;
    let next_probe_at = reply_path::next_probe_at(&probes, cx.takes_events(), now);
    let turn = ReplyPath::of(&probes, cx.takes_events(), now).next_turn(now);
    let next = turn.map_or(next_probe_at, |turn| turn.min(next_probe_at));
    rows::look_again_at(&mut tx, relay, next, false).await?;
    tx.commit_unrecorded().await?;
    Ok(())
}

/// False: the relay is away, and nothing has left.
async fn hand_over(
    cx: &Context,
    relay: &Arc<str>,
    id: DeliveryId,
    way: Way,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let said = match composed(cx, id, way, at) {
        Ok(letter) => cx.post.hand_over_to(relay, &letter, Lane::Single).await.said,
        Err(error) => Said::LetterFault { code: None, words: error.to_string() },
    };
    let mut tx = cx.begin(Actor::Daemon).await?;
    let left = !matches!(said, Said::RelayFault { .. } | Said::TakenBack);
    if left {
        rows::told(&mut tx, id, said.code(), said.words()).await?;
    } else {
        rows::never_left(&mut tx, id).await?;
        info!(relay.name = %relay, "the {way} probe waits for the relay: {}", said.words());
    }
    tx.commit_unrecorded().await?;
    Ok(left)
}

/// A letter as all others are, but that answers to it are the probe's.
fn composed(
    cx: &Context,
    delivery: DeliveryId,
    way: Way,
    date: DateTime<Utc>,
) -> Result<crate::mail::Composed, ComposeError> {
    let office = Office::of(&cx.settings);
    let token = cx.keys.mail_token(MailPurpose::Probe, delivery)?;
    let address = match way {
        Way::Reply => office.reply_address.with(&token),
        Way::From => office.from.address.clone(),
        Way::Bounce => cx.bounces_at(),
    };
    let processor = cx.settings.site.processor();
    let letter =
        Letter::occasional(Occasional::Probe(Test { processor, zone: cx.policy.zone.clone(), at: date }));
    let envelope = Envelope {
        office: &office,
        keys: &cx.keys,
        delivery,
        recipient: None,
        link_epoch: 0,
        to: Mailbox { name: None, address },
        thread: None,
        earlier: &[],
        in_reply_to: None,
        date,
    };
    compose(&cx.templates, &letter, &envelope)
}

/// Warns of a probe that is late; of one that is lost the DPO is told, once a day. A bounce that is lost is shown, and holds nothing.
async fn tell(cx: &Context, tx: &mut Tx, relay: &Arc<str>, standing: &Standing) -> Result<(), Error> {
    let (now, proof) = (tx.now(), standing.proof);
    let Some(since) = standing.missing_since.filter(|_| standing.is_late(now)) else { return Ok(()) };
    if !standing.is_lost(now) {
        warn!(relay.name = %relay, "the {proof} probe of {relay} is late: it left at {since}");
        return Ok(());
    }
    if !proof.is_needed() {
        warn!(relay.name = %relay, "bounce path unproven: what bounces behind {relay} does not come home");
        return Ok(());
    }
    warn!(relay.name = %relay, "the {proof} probe of {relay} is lost: announcements by this relay wait");
    let missing = rows::missing(tx.conn(), relay, proof).await?.unwrap_or_default();
    let address = match proof {
        Proof::From => cx.settings.smtp.from.address.clone(),
        Proof::Reply | Proof::Event | Proof::Bounce => cx.settings.inbound.reply_address.with("p-…"),
    };
    let alarm = Alarm::ReplyPathLost {
        relay: relay.to_string(),
        proof,
        address,
        since,
        flaw: missing.flaw,
        code: missing.relay_code.and_then(|code| u16::try_from(code).ok()),
        words: missing.relay_words.unwrap_or_default(),
    };
    let key = format!("reply-path:{relay}:{proof}:{}", cx.policy.zone.day_of(now));
    if cx.alert(tx, &key, alarm).await? {
        cx.bells.ring("deliver");
    }
    Ok(())
}

impl Context {
    /// The relays whose reply path is to be proven: all, where a door could bring a probe home.
    pub fn probed_relays(&self) -> Vec<Arc<str>> {
        if self.settings.inbound.has_door() { self.post.relay_names().cloned().collect() } else { Vec::new() }
    }

    /// How each of them stands now.
    pub async fn reply_paths(&self) -> Result<Vec<(Arc<str>, ReplyPath)>, store::Error> {
        let mut paths = Vec::new();
        let relays = self.probed_relays();
        if relays.is_empty() {
            return Ok(paths);
        }
        let now = self.now().await?;
        let mut snapshot = self.snapshot().await?;
        for relay in relays {
            let probes = rows::probes(snapshot.conn(), &relay, now - VALID * 2).await?;
            paths.push((relay, ReplyPath::of(&probes, self.takes_events(), now)));
        }
        Ok(paths)
    }

    /// The relays by which no announcement may leave now.
    pub async fn unproven_relays(&self) -> Result<Vec<Arc<str>>, store::Error> {
        let now = self.now().await?;
        let paths = self.reply_paths().await?;
        Ok(paths.into_iter().filter(|(_, path)| !path.is_proven(now)).map(|(relay, _)| relay).collect())
    }

    /// Whether no relay may have an announcement now.
    pub async fn announcements_wait(&self) -> Result<bool, store::Error> {
        let unproven = self.unproven_relays().await?;
        Ok(!unproven.is_empty() && unproven.len() == self.post.relay_names().count())
    }

    /// Where the probe goes that is to bounce.
    pub(super) fn bounces_at(&self) -> String {
        let smtp = &self.settings.smtp;
        profile::bounces_at(smtp.profile).map_or_else(|| self.settings.inbound.bounce_probe(), str::to_owned)
    }

    /// Whether our relay tells of what it delivers.
    pub fn takes_events(&self) -> bool {
        let profile: Profile = self.settings.smtp.profile;
        self.settings.inbound.events.are_taken_of(profile)
    }

    /// For those who watch: 1, proven; 0, not.
    async fn show_reply_paths(&self) -> Result<(), Error> {
        let now = self.now().await?;
        for (relay, path) in self.reply_paths().await? {
            for standing in path.standings() {
                let proven = if standing.is_proven(now) { 1.0 } else { 0.0 };
                gauge!("forenotice_reply_path_proven", "relay" => relay.to_string(), "proof" => standing.proof.as_str())
                    .set(proven);
            }
        }
        Ok(())
    }
}
