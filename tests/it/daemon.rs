//! When things happen: bells, the simulated clock, replicas side by side, health, shutdown.
//!
//! The tasks here are small ones of the tests' own, over `batch` rows; each notes in `wire_id` what it did and when.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::actions::{Context, Report};
use forenotice::daemon::admin::{self, Admin, Enlisted};
use forenotice::daemon::{self, ClockError, Daemon, Health, Pass, PassError, ReadTo, Role, Task};
use forenotice::store::bell::Bells;
use forenotice::store::freshness::Freshness;
use forenotice::store::{Db, bell, replica};
use forenotice::telemetry::Metrics;
use sqlx::Row;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::World;
use crate::support::world::parse_instant;

/// Nothing here takes that long; what does hangs.
const PATIENCE: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_hours(1);

/// Closes the batches that are due. One that ends in minute 7 has a follower two hours later.
async fn close_due(cx: Context) -> Result<Report, PassError> {
    let now = cx.now().await?;
    let due: Vec<i64> = sqlx::query_scalar(
        "update batch set open = false where open and due_at <= $1 returning extract(minute from due_at)::bigint",
    )
    .bind(now)
    .fetch_all(cx.db.pool())
    .await?;
    for minute in &due {
        note(&cx, "closed", now).await?;
        if *minute == 7 {
            add_batch(&cx, now + TimeDelta::minutes(113)).await?;
        }
    }
    Ok(Report::did("close_due", due.len() as u64, format!("closed {} batches", due.len())))
}

async fn note(cx: &Context, what: &str, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query("insert into wire_id (relay, id, delivery_id) select $1, $2, count(*) from wire_id")
        .bind(what)
        .bind(at.format("%d %H:%M").to_string())
        .execute(cx.db.pool())
        .await
        .map(drop)
}

async fn add_batch(cx: &Context, due_at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query("insert into batch (lane, due_at, latest_at) values (0, $1, $1)")
        .bind(due_at)
        .execute(cx.db.pool())
        .await
        .map(drop)
}

/// What was noted, in order.
async fn noted(cx: &Context, what: &str) -> Vec<String> {
    sqlx::query_scalar("select id from wire_id where relay = $1 order by delivery_id")
        .bind(what)
        .fetch_all(cx.db.pool())
        .await
        .unwrap()
}

const CLOSE_DUE: Task = Task {
    name: "close_due",
    role: Role::Send,
    period: HOUR,
    fires: None,
    rings: &["heard"],
    run: |cx| Box::pin(close_due(cx)) as Pass,
};
static CLOSING: &[Task] = &[CLOSE_DUE];

async fn enlist(cx: &Context, tasks: &'static [Task]) -> Daemon {
    Daemon::enlist(cx.clone(), Role::ALL, tasks, None, Health::default()).await.unwrap()
}

/// A world without its replica: the tests enlist their own.
async fn world() -> World {
    let world = World::on("2026-11-23T09:00Z").await;
    world.daemon.dismiss().await.unwrap();
    sqlx::query("update door set state = 'fenced'").execute(world.cx.db.pool()).await.unwrap();
    world
}

/// Another process on the same database: bells of its own.
fn another_process(cx: &Context) -> Context {
    Context { bells: Bells::default(), freshness: Freshness::default(), ..cx.clone() }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it never happened")
}

#[tokio::test]
async fn the_clock_stops_wherever_something_is_due_and_in_that_order() {
    let world = world().await;
    let cx = &world.cx;
    for due in ["2026-11-24T10:30Z", "2026-11-23T09:00Z", "2026-11-23T12:07Z", "2026-11-26T00:00Z"] {
        add_batch(cx, parse_instant(due)).await.unwrap();
    }
    let daemon = enlist(cx, CLOSING).await;

    let now = daemon.advance_to(parse_instant("2026-11-25T00:00Z")).await.unwrap();

    assert_eq!(now, parse_instant("2026-11-25T00:00Z"));
    assert_eq!(cx.now().await.unwrap(), now);
    // 14:00 was not there at the start: it fell due on the way.
    assert_eq!(noted(cx, "closed").await, ["23 09:00", "23 12:07", "23 14:00", "24 10:30"]);
    assert_eq!(daemon.next_event(now).await.unwrap(), Some(parse_instant("2026-11-26T00:00Z")));

    assert_eq!(daemon.advance_to_next_event().await.unwrap(), Some(parse_instant("2026-11-26T00:00Z")));
    assert_eq!(daemon.advance_to_next_event().await.unwrap(), None);
    assert_eq!(cx.now().await.unwrap(), parse_instant("2026-11-26T00:00Z"));
}

#[tokio::test]
async fn the_clock_does_not_go_back() {
    let world = world().await;
    let daemon = enlist(&world.cx, CLOSING).await;
    let refused = daemon.advance_to(parse_instant("2026-11-23T08:59Z")).await.unwrap_err();
    assert!(matches!(refused, ClockError::Backwards { .. }), "{refused}");
    assert_eq!(world.now().await, parse_instant("2026-11-23T09:00Z"));
    // Where it stands is not back.
    daemon.advance_to(parse_instant("2026-11-23T09:00Z")).await.unwrap();
}

#[tokio::test]
async fn the_clock_stops_where_a_task_fires_by_the_calendar() {
    static NOTING: &[Task] = &[Task {
        name: "noon",
        role: Role::Schedule,
        period: HOUR,
        fires: Some(|_, after| {
            let noon = after.date_naive().and_hms_opt(12, 0, 0)?.and_utc();
            Some(if noon > after { noon } else { noon + TimeDelta::days(1) })
        }),
        rings: &[],
        run: |cx| {
            Box::pin(async move {
                let now = cx.now().await?;
                note(&cx, "seen", now).await.or_else(|error| match error {
                    // Seen before at this instant.
                    sqlx::Error::Database(refusal) if refusal.is_unique_violation() => Ok(()),
                    error => Err(error),
                })?;
                Ok(Report::idle("noon"))
            })
        },
    }];
    let world = world().await;
    let daemon = enlist(&world.cx, NOTING).await;
    daemon.advance_to(world.now().await + TimeDelta::days(2)).await.unwrap();
    assert_eq!(noted(&world.cx, "seen").await, ["23 09:00", "23 12:00", "24 12:00", "25 09:00"]);
}

#[tokio::test]
async fn a_pass_that_fails_stops_the_clock_at_its_instant_and_says_which() {
    static FAILING: &[Task] = &[Task {
        name: "torn",
        run: |cx| {
            Box::pin(async move {
                let due: bool = sqlx::query_scalar("select exists (select from batch where due_at <= $1)")
                    .bind(cx.now().await?)
                    .fetch_one(cx.db.pool())
                    .await?;
                if due { Err("the paper is torn".into()) } else { Ok(Report::idle("torn")) }
            })
        },
        ..CLOSE_DUE
    }];
    let world = world().await;
    add_batch(&world.cx, parse_instant("2026-11-23T10:00Z")).await.unwrap();
    let daemon = enlist(&world.cx, FAILING).await;
    let stopped = daemon.advance_to(world.now().await + TimeDelta::days(1)).await.unwrap_err();
    assert_eq!(stopped.to_string(), "torn failed at 2026-11-23 10:00:00 UTC: the paper is torn");
    assert_eq!(world.now().await, parse_instant("2026-11-23T10:00Z"));
}

#[tokio::test]
async fn the_clock_waits_for_what_another_replica_has_to_do() {
    static NOTHING: &[Task] = &[];
    let world = world().await;
    let cx = &world.cx;
    add_batch(cx, parse_instant("2026-11-23T10:00Z")).await.unwrap();
    let sender = enlist(&another_process(cx), CLOSING).await;
    let stopping = CancellationToken::new();
    let running = tokio::spawn({
        let (sender, stopping) = (sender.clone(), stopping.clone());
        async move { sender.run(stopping).await }
    });
    let mover = enlist(cx, NOTHING).await;

    soon(mover.advance_to(world.now().await + TimeDelta::days(1))).await.unwrap();

    assert_eq!(noted(cx, "closed").await, ["23 10:00"]);
    stopping.cancel();
    soon(running).await.unwrap();
}

#[tokio::test]
async fn a_bell_wakes_a_task_of_another_process_long_before_its_period() {
    let world = world().await;
    let cx = &world.cx;
    let theirs = another_process(cx);
    let mut ear =
        bell::Ear::open(secrecy::ExposeSecret::expose_secret(&cx.settings.database.url), &["heard"])
            .await
            .unwrap();
    let stopping = CancellationToken::new();
    let daemon = enlist(&theirs, CLOSING).await;
    let running = tokio::spawn({
        let stopping = stopping.clone();
        async move { daemon.run(stopping).await }
    });

    // Rings until it is heard: the daemon may not be listening yet, and a bell may be lost.
    add_batch(cx, parse_instant("2026-11-23T09:00Z")).await.unwrap();
    let heard = soon(async {
        loop {
            cx.bells.ring("close_due");
            cx.bells.tell(&cx.db).await.unwrap();
            if let Ok(heard) = tokio::time::timeout(Duration::from_millis(200), ear.hear()).await {
                return heard.unwrap();
            }
        }
    })
    .await;

    // Its pass closed the batch and rang on, by NOTIFY, to us.
    assert_eq!(heard.as_deref(), Some("heard"));
    assert_eq!(noted(cx, "closed").await, ["23 09:00"]);
    stopping.cancel();
    soon(running).await.unwrap();
}

#[tokio::test]
async fn bells_rung_together_are_told_once() {
    let world = world().await;
    let bells = &world.cx.bells;
    bells.ring("announce");
    bells.ring("deliver");
    bells.ring("announce");
    assert_eq!(bells.tell(&world.cx.db).await.unwrap(), 2);
    assert_eq!(bells.tell(&world.cx.db).await.unwrap(), 0);
    // Here they were heard at once.
    soon(bells.wait("announce")).await;
    soon(bells.wait("deliver")).await;
}

#[tokio::test]
async fn a_task_that_fails_or_panics_is_tried_again_and_holds_up_no_other() {
    static TASKS: &[Task] = &[
        Task {
            name: "broken",
            run: |cx| {
                Box::pin(async move {
                    let tries = noted(&cx, "tried").await.len();
                    note(&cx, "tried", cx.now().await? + TimeDelta::minutes(i64::try_from(tries)?)).await?;
                    match tries {
                        0 => panic!("a bug"),
                        1 => Err("a fault".into()),
                        _ => {
                            cx.bells.ring("over");
                            Ok(Report::idle("broken"))
                        }
                    }
                })
            },
            ..CLOSE_DUE
        },
        CLOSE_DUE,
    ];
    let world = world().await;
    let cx = &world.cx;
    add_batch(cx, parse_instant("2026-11-23T09:00Z")).await.unwrap();
    let daemon = enlist(cx, TASKS).await;
    let stopping = CancellationToken::new();
    // Under the system's clock, which nobody moves: else the daemon would settle, and stop at the fault.
    let running = tokio::spawn({
        let stopping = stopping.clone();
        async move { daemon.run(stopping).await }
    });
    soon(cx.bells.wait("over")).await;
    soon(cx.bells.wait("heard")).await;
    assert_eq!(noted(cx, "closed").await, ["23 09:00"]);
    assert!(noted(cx, "tried").await.len() >= 3);
    stopping.cancel();
    soon(running).await.unwrap();
}

#[tokio::test]
async fn a_daemon_told_to_stop_ends_what_is_in_flight_and_leaves_the_list() {
    static SLOW: &[Task] = &[Task {
        name: "slow",
        run: |cx| {
            Box::pin(async move {
                cx.bells.ring("begun");
                cx.bells.wait("go on").await;
                note(&cx, "ended", cx.now().await?).await?;
                Ok(Report::idle("slow"))
            })
        },
        ..CLOSE_DUE
    }];
    let world = world().await;
    let cx = &world.cx;
    let door = Some(ReadTo::new(|now| now));
    let daemon = Daemon::enlist(cx.clone(), Role::ALL, SLOW, door, Health::default()).await.unwrap();
    let stopping = CancellationToken::new();
    let running = tokio::spawn({
        let (daemon, stopping) = (daemon.clone(), stopping.clone());
        async move { daemon.run(stopping).await }
    });
    soon(cx.bells.wait("begun")).await;

    stopping.cancel();
    cx.bells.ring("go on");
    soon(running).await.unwrap();

    assert_eq!(noted(cx, "ended").await.len(), 1);
    let row =
        sqlx::query("select (select count(*) from replica) as replicas, (select state from door where state <> 'fenced') as door")
            .fetch_one(cx.db.pool())
            .await
            .unwrap();
    assert_eq!((row.get::<i64, _>("replicas"), row.get::<String, _>("door")), (0, "closed".to_owned()));
}

#[tokio::test]
async fn the_web_door_vouches_for_no_more_than_it_has_read() {
    static NOTHING: &[Task] = &[];
    let world = world().await;
    let under_way = Arc::new(OnceLock::new());
    let read_to = ReadTo::new({
        let under_way = under_way.clone();
        move |now| under_way.get().copied().unwrap_or(now)
    });
    let daemon = Daemon::enlist(world.cx.clone(), &[Role::Web], NOTHING, Some(read_to), Health::default())
        .await
        .unwrap();
    let vouched = async || -> DateTime<Utc> {
        sqlx::query_scalar("select read_to from door where state = 'open'")
            .fetch_one(world.cx.db.pool())
            .await
            .unwrap()
    };

    daemon.advance_to(parse_instant("2026-11-23T10:00Z")).await.unwrap();
    assert_eq!(vouched().await, parse_instant("2026-11-23T10:00Z"));

    under_way.set(parse_instant("2026-11-23T10:00Z")).unwrap();
    daemon.advance_to(parse_instant("2026-11-23T11:00Z")).await.unwrap();
    assert_eq!(vouched().await, parse_instant("2026-11-23T10:00Z"));
}

#[tokio::test]
async fn silent_doors_are_fenced_and_silent_replicas_forgotten() {
    static NOTHING: &[Task] = &[];
    let world = world().await;
    let cx = &world.cx;
    let door = || Some(ReadTo::new(|now| now));
    let silent = Daemon::enlist(cx.clone(), &[Role::Web], NOTHING, door(), Health::default()).await.unwrap();
    world.as_superuser("update door set beat_at = now() - interval '31 s'; update replica set beat_at = now() - interval '31 s'").await;
    let living = Daemon::enlist(cx.clone(), &[Role::Web], NOTHING, door(), Health::default()).await.unwrap();

    assert_eq!(daemon::sweep(cx).await.unwrap().done, 2);
    assert_eq!(daemon::sweep(cx).await.unwrap().done, 0);

    // Who was fenced finds out at its next beat; who lives is not touched.
    silent.beat().await.unwrap();
    living.beat().await.unwrap();
    assert!(silent.health().condition().door.is_err() && silent.fenced().is_cancelled());
    assert!(living.health().condition().door.is_ok() && !living.fenced().is_cancelled());
}

#[tokio::test]
async fn a_replica_is_listed_with_its_roles_and_its_skew() {
    let world = world().await;
    let daemon =
        Daemon::enlist(world.cx.clone(), &[Role::Send], CLOSING, None, Health::default()).await.unwrap();
    let row = sqlx::query("select roles, skew_ms from replica").fetch_one(world.cx.db.pool()).await.unwrap();
    assert_eq!(row.get::<Vec<String>, _>("roles"), ["send"]);
    assert!(row.get::<i32, _>("skew_ms").abs() < 1_000);
    assert!(daemon.health().condition().may_work().is_ok());
    let clock = replica::database_clock(world.cx.db.pool()).await.unwrap();
    assert!(clock > parse_instant("2026-01-01T00:00Z"));
}

/// The admin listener, and a way to ask it.
struct Listener {
    address: std::net::SocketAddr,
    enlisted: Enlisted,
}

impl Listener {
    async fn open(cx: Context) -> Self {
        let enlisted = Enlisted::default();
        let admin = Admin {
            cx,
            roles: vec![Role::Web, Role::Send],
            health: Health::default(),
            metrics: Metrics::install().ok(),
            enlisted: enlisted.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, admin::router(admin)).await });
        Self { address, enlisted }
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

#[tokio::test]
async fn readyz_names_each_part_and_why_it_is_not_ready() {
    let world = world().await;
    let listener = Listener::open(world.cx.clone()).await;
    assert_eq!(listener.ask("GET", "/healthz", "").await, (200, "alive\n".to_owned()));

    let (status, body) = listener.ask("GET", "/readyz", "").await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["database"]["ready"]), (503, &true.into()), "{body}");
    assert_eq!(body["roles"]["send"]["why"], "not looked yet");

    listener.enlisted.set(enlist(&world.cx, CLOSING).await);
    let (status, body) = listener.ask("GET", "/readyz", "").await;
    assert!(body.contains("\"migrations\":{\"ready\":true}"), "{body}");
    // The listener's own health was never noted: only a daemon that shares it is ready.
    assert_eq!(status, 503);
    let (status, _) = listener.ask("GET", "/metrics", "").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn readyz_says_that_migrations_are_missing_or_the_database_is_away() {
    let world = world().await;
    world.as_superuser("create database forenotice_empty_readyz").await;
    let mut url =
        url::Url::parse(secrecy::ExposeSecret::expose_secret(&world.cx.settings.database.url)).unwrap();
    url.set_path("forenotice_empty_readyz");
    let empty = Context { db: Db::open(url.as_str(), 2).unwrap(), ..world.cx.clone() };
    let (status, body) = Listener::open(empty.clone()).await.ask("GET", "/readyz", "").await;
    empty.db.pool().close().await;
    world.as_superuser("drop database forenotice_empty_readyz with (force)").await;
    assert_eq!(status, 503);
    assert!(body.contains("run `forenotice migrate`"), "{body}");

    // A port that nobody listens on.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let away = Context { db: Db::open(&format!("postgres://a@{gone}/x"), 1).unwrap(), ..world.cx.clone() };
    let (status, body) = Listener::open(away).await.ask("GET", "/readyz", "").await;
    assert_eq!(status, 503);
    assert!(body.contains("\"database\":{\"ready\":false,\"why\":\"the database is not reached"), "{body}");
}

#[tokio::test]
async fn a_database_that_comes_later_is_waited_for() {
    let world = world().await;
    let health = Health::default();
    soon(daemon::wait_for_database(&world.cx, &health)).await;
    assert!(health.condition().migrations.is_ok());
}

#[tokio::test]
async fn the_clock_is_read_and_moved_over_http() {
    let world = world().await;
    let listener = Listener::open(world.cx.clone()).await;
    let (status, body) = listener.ask("GET", "/clock", "").await;
    assert_eq!(status, 503, "{body}");

    listener.enlisted.set(enlist(&world.cx, CLOSING).await);
    let now = |body: &str| (200, format!("{{\"now\":\"{body}\"}}"));
    assert_eq!(listener.ask("GET", "/clock", "").await, now("2026-11-23T09:00:00Z"));
    assert_eq!(listener.ask("POST", "/clock", r#"{"advance": "P1D"}"#).await, now("2026-11-24T09:00:00Z"));
    assert_eq!(listener.ask("POST", "/clock", r#"{"advance": "PT90M"}"#).await, now("2026-11-24T10:30:00Z"));
    assert_eq!(
        listener.ask("POST", "/clock", r#"{"set": "2026-12-01T00:00:00+01:00"}"#).await,
        now("2026-11-30T23:00:00Z")
    );
    assert_eq!(listener.ask("POST", "/clock", r#"{"advance": "P1M"}"#).await, now("2026-12-30T23:00:00Z"));
    for (body, refused) in [
        (r#"{"set": "2026-12-30T22:59:59Z"}"#, 409),
        (r#"{"advance": "-PT1S"}"#, 409),
        (r#"{"advance": "tomorrow"}"#, 400),
        (r#"{"advance": "P9999Y"}"#, 400),
        (r#"{"advance": "P1D", "set": "2026-12-24T00:00:00Z"}"#, 400),
        (r#"{"to": "2026-12-24T00:00:00Z"}"#, 400),
        ("", 400),
    ] {
        let (status, said) = listener.ask("POST", "/clock", body).await;
        assert_eq!(status, refused, "{body}: {said}");
        assert!(said.contains("\"error\""), "{said}");
    }
    assert_eq!(listener.ask("GET", "/clock", "").await, now("2026-12-30T23:00:00Z"));
}
