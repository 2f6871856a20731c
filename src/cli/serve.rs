//! `serve`: the daemon, in all roles or some; any number of replicas of any role on one Postgres.

pub mod doors;

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Failure, Global, OrHint as _, context, print};
use crate::actions::Context;
use crate::daemon::admin::{self, Admin, Enlisted};
use crate::daemon::{self, Daemon, Health, ReadTo, Role, TASKS};
use crate::in_flight::InFlight;
use crate::store::door::DoorId;
use crate::telemetry::{self, Metrics, UPKEEP_EVERY};
use crate::web;
use crate::web::serve::{self, Bounds};
use crate::web::watermark::Line;

/// Requests under way when we are told to stop have this long to be answered.
const DRAIN_WITHIN: Duration = Duration::from_secs(30);
const ENLIST_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Run the daemon
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Waits for its database and says so. SIGTERM and SIGINT end what is in flight, then it stops.

Example:
  forenotice serve --roles web
  forenotice serve --roles schedule,send,receive,seal")]
pub struct Args {
    /// What this process does: web, schedule, send, receive, seal (default: all)
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    roles: Vec<Role>,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let roles = if args.roles.is_empty() { Role::ALL.to_vec() } else { args.roles.clone() };
    telemetry::log(&cx.settings.telemetry)?;
    let metrics = Metrics::install()?;
    let stopping = cx.stopping.clone();
    stop_on_signals(stopping.clone())?;

    let health = Health::default();
    let enlisted = Enlisted::default();
    let admin_listener = listen(cx.settings.admin.listen, "admin.listen").await?;
    print(format_args!("admin: http://{}", admin_listener.local_addr()?))?;
    let admin = Admin {
        cx: cx.clone(),
        roles: roles.clone(),
        health: health.clone(),
        metrics: Some(metrics.clone()),
        enlisted: enlisted.clone(),
    };
    // It answers until the very end: who asks whether we are ready while we stop is told.
    tokio::spawn(axum::serve(admin_listener, admin::router(admin)).into_future());
    tokio::spawn(keep_up(metrics));

    // A door that was silent is fenced for ever: whoever came by it is turned away, and a new replica opens a new one.
    while !stopping.is_cancelled() {
        let in_flight = InFlight::default();
        let Some(daemon) = enlist(&cx, &roles, &in_flight, &health, &stopping).await? else { break };
        enlisted.set(daemon.clone());
        let watch = stopping.child_token();
        let mut served = Vec::new();
        if let Some(door) = daemon.door() {
            served.push(serve_pages(&cx, door, in_flight, watch.clone()).await?);
        }
        if roles.contains(&Role::Receive) {
            served.extend(doors::open(&cx, &daemon, &watch).await?);
        }
        tell_systemd(NotifyState::Ready);
        work(&daemon, served, &watch).await;
    }
    Ok(())
}

/// Works until told to stop, or until a door is fenced. What came last is answered before its door is closed.
async fn work(daemon: &Daemon, served: Vec<JoinHandle<()>>, watch: &CancellationToken) {
    let door_may_close = CancellationToken::new();
    let working = tokio::spawn({
        let (daemon, door_may_close) = (daemon.clone(), door_may_close.clone());
        async move { daemon.run(door_may_close).await }
    });
    tokio::select! {
        () = watch.cancelled() => tell_systemd(NotifyState::Stopping),
        () = daemon.fenced().cancelled() => {
            warn!("a door was silent and is fenced; new ones are opened");
            watch.cancel();
        }
    }
    if timeout(DRAIN_WITHIN, join_all(served)).await.is_err() {
        warn!("some requests or mails were not answered within {} s and are cut", DRAIN_WITHIN.as_secs());
    }
    door_may_close.cancel();
    if let Err(error) = working.await {
        warn!("the daemon did not stop cleanly: {error}");
    }
}

/// Waits for the database and puts this replica on the list; refused with a key that is not the installation's. None: told
/// to stop before there was one.
async fn enlist(
    cx: &Context,
    roles: &[Role],
    in_flight: &InFlight,
    health: &Health,
    stopping: &CancellationToken,
) -> Result<Option<Daemon>, Failure> {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return Ok(None),
            () = daemon::wait_for_database(cx, health) => {}
        }
        // A database that is away again is waited for again.
        if let Ok(mut snapshot) = cx.snapshot().await {
            super::key::refuse_another(&mut snapshot, &cx.keys).await?;
        }
        let read_to = roles.contains(&Role::Web).then(|| {
            let in_flight = in_flight.clone();
            ReadTo::new(move |now| in_flight.read_to(now))
        });
        let enlisted = async {
            daemon::start_clock(cx).await?;
            Daemon::enlist(cx.clone(), roles, TASKS, read_to, health.clone()).await
        };
        match enlisted.await {
            Ok(daemon) => return Ok(Some(daemon)),
            Err(error) => warn!("not on the list of replicas yet: {error}"),
        }
        sleep(ENLIST_AGAIN_AFTER).await;
    }
}

async fn serve_pages(
    cx: &Context,
    door: DoorId,
    in_flight: InFlight,
    watch: CancellationToken,
) -> Result<JoinHandle<()>, Failure> {
    let listener = listen(cx.settings.web.listen, "web.listen").await?;
    print(format_args!("site:  http://{}", listener.local_addr()?))?;
    let pages = web::router(cx.clone(), door);
    let clock = cx.clock.clone();
    let bounds = Bounds::default();
    Ok(tokio::spawn(async move {
        serve::serve(listener, pages, move || Line::new(in_flight.clone(), clock.clone()), bounds, watch)
            .await;
    }))
}

async fn listen(address: SocketAddr, key: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure::new(format!("{address} cannot be listened on: {error}")))
        .or_hint(format!("set {key}, or stop what listens there"))
}

/// The first SIGTERM or SIGINT cancels `stopping`.
pub(super) fn stop_on_signals(stopping: CancellationToken) -> Result<(), Failure> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        stopping.cancel();
    });
    Ok(())
}

async fn keep_up(metrics: Metrics) {
    let mut ticks = interval(UPKEEP_EVERY);
    loop {
        ticks.tick().await;
        metrics.upkeep();
    }
}

/// Where systemd did not start us there is nobody to tell.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        warn!("systemd was not told: {error}");
    }
}
