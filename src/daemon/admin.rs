//! The admin listener, on loopback by default: is it alive, is it ready, what does it measure; and, in a demo or a
//! test, the simulated clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use tracing::error;

use super::{ClockError, Condition, Daemon, Health, NotReady, Role, health};
use crate::actions::Context;
use crate::config::instant_after;
use crate::telemetry::Metrics;

/// `/readyz` answers within this time, whatever the database does.
const LOOK_WITHIN: Duration = Duration::from_secs(2);

/// What the admin listener stands on. It answers before there is a database, so before there is a [`Daemon`].
#[derive(Clone, Debug)]
pub struct Admin {
    pub cx: Context,
    pub roles: Vec<Role>,
    pub health: Health,
    pub metrics: Option<Metrics>,
    pub enlisted: Enlisted,
}

/// The daemon that works in this process; none before there is a database, another one after its door was fenced.
#[derive(Clone, Debug, Default)]
pub struct Enlisted(Arc<Mutex<Option<Daemon>>>);

impl Enlisted {
    pub fn set(&self, daemon: Daemon) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(daemon);
    }

    pub fn get(&self) -> Option<Daemon> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/clock", get(clock).post(move_clock))
        .with_state(admin)
}

async fn readyz(State(admin): State<Admin>) -> Response {
    let looked = timeout(LOOK_WITHIN, health::migrated(admin.cx.db.pool())).await;
    let migrations = looked.unwrap_or_else(|_| {
        Err(NotReady::NotReached { cause: format!("no answer within {} s", LOOK_WITHIN.as_secs()) })
    });
    let condition = Condition { migrations, ..admin.health.condition() };
    let enlisted = admin.enlisted.get().is_some();
    let (ready, body) = readiness(&condition, &admin.roles, enlisted);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

/// Each part by its name, ready or why not.
fn readiness(condition: &Condition, roles: &[Role], enlisted: bool) -> (bool, Value) {
    let database = match (&condition.migrations, &condition.database) {
        (Err(away @ NotReady::NotReached { .. }), _) => Err(away.clone()),
        (_, Err(NotReady::Starting) | Ok(())) => Ok(()),
        (_, Err(away)) => Err(away.clone()),
    };
    let role = |role: Role| {
        if !enlisted {
            return Err(NotReady::Starting);
        }
        condition.may_work()?;
        if role == Role::Web { condition.door.clone() } else { Ok(()) }
    };
    let mut ready = database.is_ok() && condition.migrations.is_ok();
    let mut of_roles = Map::new();
    for name in roles {
        let state = role(*name);
        ready &= state.is_ok();
        of_roles.insert(name.to_string(), part(&state));
    }
    let body = json!({
        "ready": ready,
        "database": part(&database),
        "migrations": part(&condition.migrations),
        "roles": of_roles,
    });
    (ready, body)
}

fn part(state: &Result<(), NotReady>) -> Value {
    match state {
        Ok(()) => json!({ "ready": true }),
        Err(why) => json!({ "ready": false, "why": why.to_string() }),
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    match &admin.metrics {
        Some(metrics) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Serialize)]
struct Now {
    now: String,
}

impl From<DateTime<Utc>> for Now {
    fn from(now: DateTime<Utc>) -> Self {
        Self { now: now.to_rfc3339_opts(SecondsFormat::AutoSi, true) }
    }
}

/// How far, or until when; one of them.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Move {
    /// An ISO 8601 duration; days and months are UTC's.
    Advance(String),
    /// An RFC 3339 instant.
    Set(DateTime<Utc>),
}

/// Why the clock did not answer, or did not move.
struct Refusal {
    status: StatusCode,
    sentence: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.sentence }))).into_response()
    }
}

impl From<ClockError> for Refusal {
    fn from(error: ClockError) -> Self {
        let status = match &error {
            ClockError::NotSimulated => StatusCode::NOT_FOUND,
            ClockError::Backwards { .. } => StatusCode::CONFLICT,
            ClockError::Pass { .. }
            | ClockError::Endless { .. }
            | ClockError::Action(_)
            | ClockError::Store(_) => {
                error!("the simulated clock did not move: {error}");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self { status, sentence: error.to_string() }
    }
}

impl Admin {
    fn daemon(&self) -> Result<Daemon, Refusal> {
        self.enlisted.get().ok_or_else(|| Refusal {
            status: StatusCode::SERVICE_UNAVAILABLE,
            sentence: "the daemon waits for its database; /readyz says why".to_owned(),
        })
    }
}

async fn clock(State(admin): State<Admin>) -> Result<Json<Now>, Refusal> {
    Ok(Json(admin.daemon()?.simulated_now().await?.into()))
}

async fn move_clock(State(admin): State<Admin>, body: Bytes) -> Result<Json<Now>, Refusal> {
    let unreadable = |why: String| Refusal { status: StatusCode::BAD_REQUEST, sentence: why };
    // Whatever content type it comes under: scripts say what they mean by its form.
    let wanted = serde_json::from_slice(&body).map_err(|error| {
        unreadable(format!("{error}; send {{\"advance\": \"P1D\"}} or {{\"set\": \"2026-11-24T09:00:00Z\"}}"))
    })?;
    let daemon = admin.daemon()?;
    // In a task of its own: a client that hangs up must not stop the clock between two instants.
    let moved = tokio::spawn(async move {
        match wanted {
            Move::Set(instant) => Ok(daemon.advance_to(instant).await?),
            Move::Advance(text) if text == "next" => match daemon.advance_to_next_event().await? {
                Some(now) => Ok(now),
                None => Ok(daemon.simulated_now().await?),
            },
            Move::Advance(text) => match instant_after(daemon.simulated_now().await?, &text) {
                Some(instant) => Ok(daemon.advance_to(instant).await?),
                None => {
                    Err(unreadable(format!("{text:?} is no ISO 8601 duration, as in \"P1D\" or \"PT1H\"")))
                }
            },
        }
    });
    let stopped = |error: tokio::task::JoinError| Refusal {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        sentence: format!("the clock stopped: {error}"),
    };
    Ok(Json(moved.await.map_err(stopped)??.into()))
}
