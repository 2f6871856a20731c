//! No objection, bounce or new obligation slips past a gate that decides at the same moment.
//!
//! Goal: after each round, whatever reached us before the instant the verdict stands for was weighed by it. Method: one change a
//! round, its day come, its gate open; objectors write through `lodge`, others bounce both letters of one customer at once, others
//! record new customers, while several deciders vouch for the door and make the pass of `take_effect`. The clock moves with every
//! first byte and every vouching, by most of the second that clocks may differ: a request is on its way for seconds, without anybody
//! waiting for one. Who goes first is arranged, in a round of each kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::actions::lodge_objection::{Statement, lodge};
use forenotice::actions::{self, Context, take_effect};
use forenotice::domain::change::{ChangeId, State};
use forenotice::domain::ledger::Actor;
use forenotice::domain::notice::NoticeKind;
use forenotice::domain::objection::Channel;
use forenotice::domain::recipient::RecipientId;
use forenotice::store::door::{self, DoorId};
use forenotice::store::{self, change, simulated};
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::task::JoinSet;

use crate::support::World;

const ROUNDS: i64 = 12;
const OBJECTORS: i64 = 5;
const BOUNCES: i64 = 2;
const DECIDERS: i64 = 3;
const TRIES: usize = 50;
const TICK: TimeDelta = TimeDelta::milliseconds(700);
const DOOR: DoorId = DoorId(uuid::Uuid::from_u128(7));

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    AllAtOnce,
    /// First bytes are in; what they say comes when somebody has tried to decide.
    BytesThenDeciders,
    WritersFirst,
    DecidersFirst,
}

const ORDERS: [Order; 4] =
    [Order::AllAtOnce, Order::BytesThenDeciders, Order::WritersFirst, Order::DecidersFirst];

/// The clock, and what is on its way in: the first byte of each, by which the door says how far it has read.
#[derive(Clone)]
struct Door {
    cx: Context,
    clock: Arc<Mutex<Clock>>,
}

struct Clock {
    now: DateTime<Utc>,
    number: u64,
    first_bytes: BTreeMap<u64, DateTime<Utc>>,
}

impl Clock {
    async fn tick(&mut self, cx: &Context) {
        self.now += TICK;
        simulated::move_to(cx.db.pool(), self.now).await.unwrap();
    }
}

impl Door {
    async fn open(cx: &Context) -> Self {
        let mut tx = cx.begin(Actor::Daemon).await.unwrap();
        door::open(&mut tx, DOOR, door::Kind::Web, "web", TimeDelta::zero()).await.unwrap();
        let now = tx.now();
        tx.commit_unrecorded().await.unwrap();
        let clock = Clock { now, number: 0, first_bytes: BTreeMap::new() };
        Self { cx: cx.clone(), clock: Arc::new(Mutex::new(clock)) }
    }

    /// A first byte: its instant, taken and noted in one step.
    async fn begin(&self) -> (u64, DateTime<Utc>) {
        let mut clock = self.clock.lock().await;
        clock.tick(&self.cx).await;
        clock.number += 1;
        let (number, now) = (clock.number, clock.now);
        clock.first_bytes.insert(number, now);
        (number, now)
    }

    async fn end(&self, number: u64) {
        self.clock.lock().await.first_bytes.remove(&number);
    }

    /// As the daemon does it: the least first byte on its way, else now.
    async fn vouch(&self) {
        let mut clock = self.clock.lock().await;
        clock.tick(&self.cx).await;
        let read_to = clock.first_bytes.values().copied().min().unwrap_or(clock.now);
        drop(clock);
        let mut tx = self.cx.begin(Actor::Daemon).await.unwrap();
        door::beat(&mut tx, DOOR, read_to).await.unwrap();
        tx.commit_unrecorded().await.unwrap();
    }
}

/// A change whose day has come: six customers served and clear, the last with two letters.
const ROUND: &str = "
insert into subprocessor (id, slug) overriding system value values (:r, 'sub-:r');
insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, go_live,
                    published_at, author_id, needs_approval, next_look_at)
values (:r, 'CHG-2026-:r', 'addition', 'in_notice', :r, jsonb_build_object('facts', jsonb_build_object('name', 'Sub :r')), 'because', '{}', '2026-01-01', '2026-01-01', 'together',
        '2025-11-01', 1, false, '2026-01-01');
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
update door set state = 'closed';
-- The rounds take the first numbers, held letters those behind them.
select setval('notice_no', 1000)";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_came_before_the_verdict_is_missed_by_it() {
    let world = World::configured("2026-11-24T09:00Z", &[("database.max_connections", "24")]).await;
    world.as_superuser(WORLD).await;
    let door = Door::open(&world.cx).await;
    let (mut effective, mut held) = (0, 0);
    for round in 1..=ROUNDS {
        world.as_superuser(&ROUND.replace(":r", &round.to_string())).await;
        freeze_announcement(&world, ChangeId(round)).await;
        let order = ORDERS[usize::try_from(round).unwrap() % ORDERS.len()];
        play(&door, ChangeId(round), order).await;
        let mut snapshot = world.cx.snapshot().await.unwrap();
        assert_eq!(missed(snapshot.conn(), round).await, Vec::<String>::new(), "round {round}, {order:?}");
        match change::by_id(snapshot.conn(), ChangeId(round)).await.unwrap().state {
            State::Effective => effective += 1,
            State::Held => held += 1,
            state => panic!("round {round}, {order:?}: nobody decided, it is {state}"),
        }
    }
    // Both ways must have been gone, or nothing was tried.
    assert!(effective > 0 && held > 0, "effective {effective}, held {held}");
    let broken = world.broken_promises().await;
    assert!(broken.is_empty(), "{broken:?}");
}

/// The announcement as it would have been frozen: a change that is held writes to those who had it.
async fn freeze_announcement(world: &World, id: ChangeId) {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let change = change::by_id(snapshot.conn(), id).await.unwrap();
    let facts =
        serde_json::to_value(world.cx.notice_about(NoticeKind::Announcement, std::slice::from_ref(&change)))
            .unwrap();
    drop(snapshot);
    sqlx::query("update notice set facts = $2 where id = $1")
        .bind(id.0)
        .bind(facts)
        .execute(world.cx.db.pool())
        .await
        .unwrap();
}

/// All of one round at once, in the order that is arranged.
async fn play(door: &Door, id: ChangeId, order: Order) {
    let writers = usize::try_from(OBJECTORS + BOUNCES + 1).unwrap();
    let gates = Arc::new(Gates::default());
    let mut tasks = JoinSet::new();
    for objector in 1..=OBJECTORS {
        let (door, gates) = (door.clone(), Arc::clone(&gates));
        tasks.spawn(async move {
            let (number, received_at) = gates.first_byte(&door).await;
            lodge(&door.cx, &statement(id, objector, received_at)).await.unwrap();
            gates.last_byte(&door, number).await;
        });
    }
    for letter in 6..6 + BOUNCES {
        let (door, gates) = (door.clone(), Arc::clone(&gates));
        tasks.spawn(async move {
            let (number, received_at) = gates.first_byte(&door).await;
            bounce(&door.cx, id, 6, (1_000_000 + id.0) * 1024 + letter, received_at).await;
            gates.last_byte(&door, number).await;
        });
    }
    tasks.spawn({
        let (door, gates) = (door.clone(), Arc::clone(&gates));
        async move {
            let (number, _) = gates.first_byte(&door).await;
            record_customer(&door.cx, id).await;
            gates.last_byte(&door, number).await;
        }
    });
    for _ in 0..DECIDERS {
        let (door, gates) = (door.clone(), Arc::clone(&gates));
        tasks.spawn(async move {
            wait_for(&gates.may_decide, 1).await;
            decide(&door, id, &gates).await;
        });
    }
    let deciders = usize::try_from(DECIDERS).unwrap();
    match order {
        Order::AllAtOnce => {
            gates.may_decide.add_permits(deciders);
            gates.may_begin.add_permits(writers);
            gates.may_write.add_permits(writers);
        }
        Order::BytesThenDeciders => {
            gates.may_begin.add_permits(writers);
            wait_for(&gates.noted, writers).await;
            gates.may_decide.add_permits(deciders);
            gates.tried.notified().await;
            gates.may_write.add_permits(writers);
        }
        Order::WritersFirst => {
            gates.may_begin.add_permits(writers);
            gates.may_write.add_permits(writers);
            wait_for(&gates.written, writers).await;
            gates.may_decide.add_permits(deciders);
        }
        Order::DecidersFirst => {
            gates.may_decide.add_permits(deciders);
            gates.tried.notified().await;
            gates.may_begin.add_permits(writers);
            gates.may_write.add_permits(writers);
        }
    }
    tasks.join_all().await;
}

/// What the tasks of a round wait for, as permits, and what they say that they have done.
struct Gates {
    may_begin: Semaphore,
    may_write: Semaphore,
    may_decide: Semaphore,
    noted: Semaphore,
    written: Semaphore,
    tried: Notify,
}

impl Default for Gates {
    fn default() -> Self {
        let shut = || Semaphore::new(0);
        Self {
            may_begin: shut(),
            may_write: shut(),
            may_decide: shut(),
            noted: shut(),
            written: shut(),
            tried: Notify::new(),
        }
    }
}

impl Gates {
    async fn first_byte(&self, door: &Door) -> (u64, DateTime<Utc>) {
        wait_for(&self.may_begin, 1).await;
        let begun = door.begin().await;
        self.noted.add_permits(1);
        wait_for(&self.may_write, 1).await;
        begun
    }

    async fn last_byte(&self, door: &Door, number: u64) {
        door.end(number).await;
        self.written.add_permits(1);
    }
}

async fn wait_for(permits: &Semaphore, how_many: usize) {
    let how_many = u32::try_from(how_many).unwrap();
    permits.acquire_many(how_many).await.unwrap().forget();
}

/// Vouches and makes the pass until the change is decided, by whomever.
async fn decide(door: &Door, id: ChangeId, gates: &Gates) {
    for _ in 0..TRIES {
        door.vouch().await;
        match take_effect::run_once(&door.cx).await {
            Ok(_) => {}
            Err(actions::Error::Store(error)) if error.is_transient() => {}
            Err(error) => panic!("{error}"),
        }
        gates.tried.notify_one();
        let mut snapshot = door.cx.snapshot().await.unwrap();
        let change = change::by_id(snapshot.conn(), id).await.unwrap();
        if change.state != State::InNotice {
            return;
        }
    }
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
        file: None,
    }
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
