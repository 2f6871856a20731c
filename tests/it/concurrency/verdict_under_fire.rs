//! No objection, bounce or new obligation slips past a gate that decides at the same moment.
//!
//! Goal: after each round, whatever reached us before the instant the verdict stands for was weighed by it. Method: one change a
//! round, its day come, its gate open; objectors write through `lodge`, others bounce both letters of one customer at once, others
//! record new customers, while several deciders ask and decide. The door's watermark is the least first byte of what is in flight,
//! as the daemon publishes it; the clock is the system's, for with a standing one nothing would be before or after.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::actions::Context;
use forenotice::actions::lodge_objection::{Statement, lodge};
use forenotice::clock::Clock;
use forenotice::domain::change::{ChangeId, State};
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::Channel;
use forenotice::domain::recipient::RecipientId;
use forenotice::store::door::{self, DoorId};
use forenotice::store::{self, change, gate};
use tokio::task::JoinSet;

use crate::support::World;

const ROUNDS: i64 = 12;
const OBJECTORS: i64 = 5;
const DECIDERS: i64 = 3;
const DOOR: DoorId = DoorId(uuid::Uuid::from_u128(7));

/// What is on its way in: the first byte of each, by which the door says how far it has read.
#[derive(Clone, Default)]
struct InFlight {
    first_bytes: Arc<Mutex<BTreeMap<u64, DateTime<Utc>>>>,
    number: Arc<AtomicU64>,
}

impl InFlight {
    /// The instant of the first byte, taken and noted in one step.
    fn begin(&self, clock: &Clock) -> (u64, DateTime<Utc>) {
        let mut first_bytes = self.first_bytes.lock().unwrap();
        let number = self.number.fetch_add(1, Ordering::SeqCst);
        let received_at = clock.now();
        first_bytes.insert(number, received_at);
        (number, received_at)
    }

    fn end(&self, number: u64) {
        self.first_bytes.lock().unwrap().remove(&number);
    }

    fn read_to(&self, clock: &Clock) -> DateTime<Utc> {
        let first_bytes = self.first_bytes.lock().unwrap();
        first_bytes.values().copied().min().unwrap_or_else(|| clock.now())
    }
}

/// A change whose day has come: six customers served and clear, the last with two letters.
const ROUND: &str = "
insert into subprocessor (id, slug) overriding system value values (:r, 'sub-:r');
insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, go_live,
                    published_at, author_id, needs_approval)
values (:r, 'CHG-2026-:r', 'addition', 'in_notice', :r, '{}', 'because', '{}', '2026-01-01', '2026-01-01', 'together',
        '2025-11-01', 1, false);
insert into notice (id, reference, kind, facts, template_hash, due_at, fanned_out_at, valid_until)
values (:r, 'NTC-2026-:r', 'announcement', '{}', sha256('templates'), '2025-11-01', '2025-11-01', '2999-01-01');
insert into notice_change values (:r, :r);
insert into batch (id, lane, notice_id, due_at, latest_at, open) overriding system value
values (1000000 + :r, 1, :r, '2025-11-01', '2025-12-01', false);
insert into delivery (id, notice_id, recipient_id, customer_id, latest_at, due_at, state, accepted_at)
select (1000000 + :r) * 1024 + r.id, :r, r.id, r.customer_id, '2025-12-01', '2025-11-01', 'accepted', '2025-11-01' from recipient r;
insert into obligation (change_id, customer_id, state, served_by, served_at, notice_started_at, earliest_by_notice, clear_at)
select :r, c.id, 'served', (1000000 + :r) * 1024 + (select min(id) from recipient where customer_id = c.id), '2025-11-01',
       '2025-11-01', '2025-12-02', '2025-12-02'
from customer c where c.id <= 6;";

const WORLD: &str = "
insert into file (hash) values (sha256('templates'));
insert into customer (reference, name) select 'C-' || n, 'Customer ' || n from generate_series(1, 6) n;
insert into recipient (customer_id, address) select n, 'privacy@c' || n || '.example' from generate_series(1, 6) n;
insert into recipient (customer_id, address) values (6, 'legal@c6.example');
update door set state = 'closed'";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_came_before_the_verdict_is_missed_by_it() {
    let world = World::configured("2026-11-24T09:00Z", &[("database.max_connections", "24")]).await;
    world.as_superuser(WORLD).await;
    let cx = Context { clock: Clock::System, ..world.cx.clone() };
    let flight = InFlight::default();
    let mut tx = cx.begin(Actor::Daemon).await.unwrap();
    door::open(&mut tx, DOOR, door::Kind::Web, "web", TimeDelta::zero()).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    let beating = tokio::spawn(beat(cx.clone(), flight.clone()));
    let (mut effective, mut held_back) = (0, 0);
    for round in 1..=ROUNDS {
        world.as_superuser(&ROUND.replace(":r", &round.to_string())).await;
        play(&cx, &flight, ChangeId(round)).await;
        let mut snapshot = cx.snapshot().await.unwrap();
        assert_eq!(missed(snapshot.conn(), round).await, Vec::<String>::new(), "round {round}");
        let (state,): (String,) = sqlx::query_as("select state from change where id = $1")
            .bind(round)
            .fetch_one(snapshot.conn())
            .await
            .unwrap();
        if state == "effective" { effective += 1 } else { held_back += 1 }
    }
    beating.abort();
    // Both ways must have been gone, or nothing was tried.
    assert!(effective > 0 && held_back > 0, "effective {effective}, held back {held_back}");
    let broken = world.broken_promises().await;
    assert!(broken.is_empty(), "{broken:?}");
}

/// All of one round at once; in some the deciders come first, in some the writers, in most nobody can tell.
async fn play(cx: &Context, flight: &InFlight, id: ChangeId) {
    let mut tasks = JoinSet::new();
    let late = Duration::from_millis(if id.0 % 4 == 3 { 300 } else { 0 });
    let head_start = Duration::from_millis([0, 20, 150][usize::try_from(id.0 % 3).unwrap()]);
    for objector in 1..=OBJECTORS {
        let (cx, flight) = (cx.clone(), flight.clone());
        tasks.spawn(async move {
            tokio::time::sleep(late + Duration::from_millis(u64::try_from(objector).unwrap() * 3)).await;
            let (number, received_at) = flight.begin(&cx.clock);
            let said = statement(id, objector, received_at);
            lodge(&cx, &said).await.unwrap();
            flight.end(number);
        });
    }
    for letter in 6..=7 {
        let (cx, flight) = (cx.clone(), flight.clone());
        tasks.spawn(async move {
            tokio::time::sleep(late).await;
            let (number, received_at) = flight.begin(&cx.clock);
            bounce(&cx, id, 6, (1_000_000 + id.0) * 1024 + letter, received_at).await;
            flight.end(number);
        });
    }
    let recorder = cx.clone();
    tasks.spawn(async move {
        tokio::time::sleep(late).await;
        record_customer(&recorder, id).await;
    });
    for _ in 0..DECIDERS {
        let cx = cx.clone();
        tasks.spawn(async move {
            tokio::time::sleep(head_start).await;
            for _ in 0..20 {
                if decide(&cx, id).await {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        });
    }
    tasks.join_all().await;
}

fn statement(change: ChangeId, recipient: i64, received_at: DateTime<Utc>) -> Statement {
    Statement {
        recipient: RecipientId(recipient),
        page: None,
        changes: vec![change],
        channel: Channel::Link,
        door: Some(DOOR),
        received_at,
        text: "We object.".to_owned(),
        grounds: Vec::new(),
        condition: None,
        on_behalf_of: None,
    }
}

async fn beat(cx: Context, flight: InFlight) {
    loop {
        let mut tx = cx.begin(Actor::Daemon).await.unwrap();
        let read_to = flight.read_to(&cx.clock);
        door::beat(&mut tx, DOOR, read_to).await.unwrap();
        tx.commit_unrecorded().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Chapter 9 "Gate and effect": lock, then look in the next statement. True: it is decided.
async fn decide(cx: &Context, id: ChangeId) -> bool {
    let mut tx = cx.begin(Actor::Daemon).await.unwrap();
    let state: String = sqlx::query_scalar("select state from change where id = $1 for update")
        .bind(id.0)
        .fetch_one(tx.conn())
        .await
        .unwrap();
    if state == "effective" {
        return true;
    }
    let at = door::decidable_until(tx.conn()).await.unwrap().unwrap();
    let reasons = gate::shut_by(tx.conn(), id, at).await.unwrap();
    if !reasons.is_empty() {
        return false;
    }
    gate::insert_verdict(&mut tx, id, at, &reasons).await.unwrap();
    change::set_effective(&mut tx, id, State::InNotice, at).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    true
}

/// Chapter 9 "Bounce", step by step.
async fn bounce(cx: &Context, id: ChangeId, customer: i64, delivery: i64, at: DateTime<Utc>) {
    let mut tx = cx.begin(Actor::Daemon).await.unwrap();
    let effect: Option<DateTime<Utc>> =
        sqlx::query_scalar("select took_effect_at from change where id = $1 for key share")
            .bind(id.0)
            .fetch_one(tx.conn())
            .await
            .unwrap();
    sqlx::query("update delivery set bounced_at = least(bounced_at, $2) where id = $1")
        .bind(delivery)
        .bind(at)
        .execute(tx.conn())
        .await
        .unwrap();
    if effect.is_none() {
        sqlx::query("select from obligation where change_id = $1 and customer_id = $2 for update")
            .bind(id.0)
            .bind(customer)
            .execute(tx.conn())
            .await
            .unwrap();
        sqlx::query(
            "update obligation o set served_by = other.id, state = case when other.id is null then 'owed' else 'served' end,
                    served_at = case when other.id is not null then served_at end,
                    notice_started_at = case when other.id is not null then notice_started_at end,
                    earliest_by_notice = case when other.id is not null then earliest_by_notice end,
                    clear_at = case when other.id is not null then clear_at end
             from (select (select min(d.id) from delivery d where d.notice_id = $1 and d.customer_id = $2 and d.state = 'accepted'
                           and d.bounced_at is null) as id) other
             where o.change_id = $1 and o.customer_id = $2",
        )
        .bind(id.0)
        .bind(customer)
        .execute(tx.conn())
        .await
        .unwrap();
    }
    tx.commit_unrecorded().await.unwrap();
}

/// A customer recorded while the change is open is owed notice; one recorded after the effect is not.
async fn record_customer(cx: &Context, id: ChangeId) {
    let mut tx = cx.begin(Actor::Daemon).await.unwrap();
    let effect: Option<DateTime<Utc>> =
        sqlx::query_scalar("select took_effect_at from change where id = $1 for key share")
            .bind(id.0)
            .fetch_one(tx.conn())
            .await
            .unwrap();
    let customer: i64 =
        sqlx::query_scalar("insert into customer (reference, name) values ($1, 'New') returning id")
            .bind(format!("NEW-{id}"))
            .fetch_one(tx.conn())
            .await
            .unwrap();
    if effect.is_none() && id.0 % 2 == 0 {
        sqlx::query("insert into obligation (change_id, customer_id, state) values ($1, $2, 'owed')")
            .bind(id.0)
            .bind(customer)
            .execute(tx.conn())
            .await
            .unwrap();
    }
    tx.commit_unrecorded().await.map_err(|error: store::Error| error.to_string()).unwrap();
}

/// What the verdict of an effective change should have weighed and did not; and what is late though it came before.
async fn missed(conn: &mut sqlx::PgConnection, change: i64) -> Vec<String> {
    sqlx::query_scalar(
        "select 'objection of ' || x.customer_id from objection_change x join change c on c.id = x.change_id
         where c.id = $1 and c.state = 'effective' and x.received_at < c.took_effect_at
         union all
         select 'objection in time after the effect: ' || x.customer_id from objection_change x join change c on c.id = x.change_id
         where c.id = $1 and x.in_time and x.received_at >= c.took_effect_at
         union all
         select 'never told: ' || o.customer_id from obligation o join change c on c.id = o.change_id
         where c.id = $1 and c.state = 'effective' and o.state = 'owed'
         union all
         select 'served by a bounced letter: ' || o.customer_id from obligation o join change c on c.id = o.change_id
         join delivery d on d.id = o.served_by where c.id = $1 and d.bounced_at < coalesce(c.took_effect_at, 'infinity')",
    )
    .bind(change)
    .fetch_all(conn)
    .await
    .unwrap()
}
