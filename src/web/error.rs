//! Errors meet people here, and only here: a known one is its sentence, an unknown one a reference whose cause is in
//! the log once.
//!
//! Handlers return a [`PageError`]; layers below them only leave a status. Both become a page (for programs a
//! problem document, RFC 9457) in [`render`], which wraps them all.

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tracing::error;

use super::Site;
use super::page::{Back, Message, rendered};
use super::words::{Html, Words};
use crate::actions;
use crate::store;

/// When a database that was away may be back.
const AWAY_SECONDS: u64 = 30;

/// Why a page cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageError {
    NotFound,
    /// A personal link that is none of ours, or of a purpose that this page does not serve.
    UnknownLink,
    /// The form lacks what its page always sends.
    Form,
    TooMany {
        seconds: u64,
    },
    /// The database is away, or this replica may take no more statements.
    Away,
    /// A fault of ours; the log has the cause under the same reference.
    Broke {
        reference: String,
    },
    Method,
    TooLarge,
    Cross,
    Slow,
}

/// A response that a handler has put into words itself.
#[derive(Clone, Copy, Debug)]
pub struct Worded;

impl PageError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broke { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Cross => StatusCode::FORBIDDEN,
            Self::Slow => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// After how many seconds another try may go better.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { seconds } => Some(*seconds),
            Self::Away => Some(AWAY_SECONDS),
            Self::NotFound
            | Self::UnknownLink
            | Self::Form
            | Self::Broke { .. }
            | Self::Method
            | Self::TooLarge
            | Self::Cross
            | Self::Slow => None,
        }
    }

    /// How long to wait, as the end of "again in".
    pub fn wait(&self, words: &Words) -> String {
        match self.retry_after().unwrap_or_default().div_ceil(60) {
            0 | 1 => words.get("wait-a-minute"),
            minutes => words.with("wait-minutes", [("minutes", &minutes.to_string())]),
        }
    }

    /// A page that a handler gives in the place of the error's own, with what was typed still in it.
    pub fn answered_by(&self, page: &impl askama::Template) -> Result<Response, Self> {
        let mut response = rendered(self.status(), page)?;
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Ok(response)
    }

    /// A fault of ours: its cause goes to the log, its reference to the person.
    pub fn broke(cause: &dyn std::error::Error) -> Self {
        let reference = format!("E-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
        error!(error.reference = %reference, cause = %chain(cause), "a page broke");
        Self::Broke { reference }
    }

    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::FORBIDDEN => Self::Cross,
            StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => Self::Slow,
            StatusCode::SERVICE_UNAVAILABLE => Self::Away,
            status if status.is_server_error() => Self::broke(&Bare(status)),
            _ => Self::Form,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a layer answered {0} without a cause")]
struct Bare(StatusCode);

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<store::Error> for PageError {
    fn from(cause: store::Error) -> Self {
        if cause.is_away() {
            error!(cause = %chain(&cause), "the database is away");
            return Self::Away;
        }
        Self::broke(&cause)
    }
}

impl From<actions::Error> for PageError {
    fn from(cause: actions::Error) -> Self {
        match cause {
            actions::Error::Store(cause) => cause.into(),
            cause @ (actions::Error::Entropy(_)
            | actions::Error::Illegal(_)
            | actions::Error::Disagreement(_)) => Self::broke(&cause),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(cause: askama::Error) -> Self {
        Self::broke(&cause)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer that puts every failure into words.
pub async fn render(
    State(site): State<Site>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let site = site.visited(request.extensions().get::<std::sync::Arc<super::language::Visit>>());
    let response = next.run(request).await;
    let (status, extensions) = (response.status(), response.extensions());
    if status.as_u16() < 400 || extensions.get::<Worded>().is_some() {
        return response;
    }
    let error = extensions.get::<PageError>().cloned().unwrap_or_else(|| PageError::of_status(status));
    let kept = [header::RETRY_AFTER, header::ALLOW]
        .map(|name| response.headers().get(&name).cloned().map(|value| (name, value)));
    let mut worded = if is_for_programs(uri.path()) { problem(&site, &error) } else { page(&site, &error) };
    worded.headers_mut().extend(kept.into_iter().flatten());
    worded.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    worded
}

fn is_for_programs(path: &str) -> bool {
    [".json", ".csv", ".atom", ".ics"].iter().any(|ending| path.ends_with(ending))
        || path.starts_with("/api/")
        || path.starts_with("/inbound/")
}

fn page(site: &Site, error: &PageError) -> Response {
    let (title, lede) = sentence(site, error);
    let message = Message {
        shell: site.shell("", true),
        title,
        lede: Some(lede),
        back: Back::register(site),
        ..Message::new(site)
    };
    rendered(error.status(), &message).unwrap_or_else(|_| error.status().into_response())
}

fn problem(site: &Site, error: &PageError) -> Response {
    let (title, detail) = sentence(site, error);
    let body = json!({"status": error.status().as_u16(), "title": title, "detail": super::page::without_markup(&detail.0)});
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    (error.status(), headers, body.to_string()).into_response()
}

fn sentence(site: &Site, error: &PageError) -> (String, Html) {
    let words = site.words();
    let of = |key: &str| (words.get(key), words.rich(&format!("{key}-lede"), []));
    match error {
        PageError::NotFound => of("error-not-found"),
        PageError::UnknownLink => (words.get("unknown-link-title"), site.with_dpo("unknown-link-lede")),
        PageError::Form => of("error-form"),
        PageError::TooMany { .. } => {
            (words.get("error-too-many"), words.rich("error-too-many-lede", [("wait", &error.wait(words))]))
        }
        PageError::Away => of("error-away"),
        PageError::Broke { reference } => {
            (words.get("error-broke"), words.rich("error-broke-lede", [("reference", reference)]))
        }
        PageError::Method => of("error-method"),
        PageError::TooLarge => of("error-too-large"),
        PageError::Cross => of("error-cross"),
        PageError::Slow => of("error-slow"),
    }
}
