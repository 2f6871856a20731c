//! `/inbound/…`: mails and events that other programs bring. They prove who they are before their body is believed, and are answered
//! once it is committed. Their door is this replica's, which vouches for every POST from its first byte.

use axum::Extension;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tracing::warn;

use super::Site;
use super::error::{PageError, Worded};
use super::watermark::Arrived;
use crate::actions::receive_mail::{self, Arrival, Error, EventError, Head, NotAuthentic, What};
use crate::domain::relay_event::EventRelay;

/// A POST of events; `SendGrid`'s hold several hundred.
const EVENTS_BYTES_MAX: usize = 4 * 1024 * 1024;

pub fn routes() -> Router<Site> {
    Router::new()
        .route("/inbound/mime", post(mime))
        .route("/inbound/events/{relay}", post(events))
        .layer(DefaultBodyLimit::disable())
}

/// `POST /inbound/mime`: a raw mail; `?from=…&to=…&to=…` is its envelope, where it is known.
async fn mime(
    State(site): State<Site>,
    Extension(Arrived(first_byte_at)): Extension<Arrived>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let inbound = &site.cx().settings.inbound;
    let secret = inbound.mime_secret.as_ref().ok_or(PageError::NotFound)?;
    if !bearer(&headers).is_some_and(|given| receive_mail::is_secret(secret, given.as_bytes())) {
        return Ok(unauthorized("Bearer"));
    }
    let raw = whole(body, inbound.bytes_max).await?;
    if raw.is_empty() {
        return Err(PageError::Form);
    }
    let (mut sender, mut recipients) = (None, Vec::new());
    for (key, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*key {
            "from" => sender = Some(value.into_owned()),
            "to" => recipients.push(value.into_owned()),
            _ => {}
        }
    }
    let arrival = Arrival {
        what: What::Mail,
        raw: raw.to_vec(),
        first_byte_at,
        by_our_server: true,
        sender,
        recipients,
    };
    receive_mail::receive(site.cx(), site.door(), vec![arrival]).await.map_err(not_now)?;
    Ok(kept())
}

/// `POST /inbound/events/{relay}`: as the relay signs them.
async fn events(
    State(site): State<Site>,
    Path(relay): Path<String>,
    Extension(Arrived(first_byte_at)): Extension<Arrived>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let relay: EventRelay = relay.parse().map_err(|_| PageError::NotFound)?;
    let text = |value: &header::HeaderValue| value.to_str().ok().map(str::to_owned);
    let head: Head =
        headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect();
    if let Err(refused) = receive_mail::admitted(relay, &site.cx().settings.inbound.events, &head) {
        return not_authentic(refused);
    }
    let body = whole(body, EVENTS_BYTES_MAX).await?;
    match receive_mail::receive_events(site.cx(), site.door(), relay, &head, &body, first_byte_at).await {
        Ok(_) => Ok(kept()),
        Err(EventError::NotAuthentic(refused)) => not_authentic(refused),
        Err(EventError::NotNow(why)) => {
            warn!("an event of {relay} cannot be proved now, and may come again: {why}");
            Err(PageError::Away)
        }
        Err(EventError::Receive(error)) => Err(not_now(error)),
    }
}

fn not_authentic(refused: NotAuthentic) -> Result<Response, PageError> {
    match refused {
        NotAuthentic::NotConfigured => Err(PageError::NotFound),
        NotAuthentic::NotProved => Ok(unauthorized("Basic")),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, given) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| given.trim())
}

async fn whole(body: Body, bytes_max: usize) -> Result<Bytes, PageError> {
    to_bytes(body, bytes_max).await.map_err(|_| PageError::TooLarge)
}

fn kept() -> Response {
    (StatusCode::OK, "kept\n").into_response()
}

fn unauthorized(scheme: &'static str) -> Response {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, scheme)], Extension(Worded), "not authorized\n")
        .into_response()
}

fn not_now(error: Error) -> PageError {
    match error {
        Error::DoorClosed | Error::TokenSpent => PageError::Away,
        Error::Store(cause) => cause.into(),
        Error::Begin(cause) => cause.into(),
    }
}
