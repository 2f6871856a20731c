//! The demo's clock as a page: one day on, or to the next event. It asks the admin listener, as a script would.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use serde_json::{Value, json};

/// The admin listener's clock.
#[derive(Clone, Debug)]
pub struct Remote {
    clock: String,
    client: reqwest::Client,
}

impl Remote {
    /// `admin`: the admin listener's address, `http://127.0.0.1:9090`.
    pub fn new(admin: &str) -> Self {
        Self { clock: format!("{admin}/clock"), client: reqwest::Client::new() }
    }

    /// What the clock shows, as RFC 3339.
    pub async fn now(&self) -> Result<String, reqwest::Error> {
        said(self.client.get(&self.clock).send().await?.error_for_status()?).await
    }

    /// Moves it by an ISO 8601 length, or to `next`, the next instant at which something is due.
    pub async fn advance(&self, by: &str) -> Result<String, reqwest::Error> {
        self.post(&json!({ "advance": by })).await
    }

    /// Moves it to an instant.
    pub async fn set(&self, instant: &str) -> Result<String, reqwest::Error> {
        self.post(&json!({ "set": instant })).await
    }

    async fn post(&self, body: &Value) -> Result<String, reqwest::Error> {
        said(self.client.post(&self.clock).json(body).send().await?.error_for_status()?).await
    }
}

async fn said(response: reqwest::Response) -> Result<String, reqwest::Error> {
    let body: Value = response.json().await?;
    Ok(body.get("now").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// The page with the buttons.
pub fn router(remote: Remote) -> Router {
    Router::new().route("/", get(show).post(advance)).with_state(remote)
}

#[derive(Debug, serde::Deserialize)]
struct Advance {
    by: String,
}

async fn show(State(remote): State<Remote>) -> Response {
    let now = remote.now().await.unwrap_or_else(|error| error.to_string());
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>The demo's clock</title>\
         <h1>The demo's clock</h1><p>It is <time datetime=\"{now}\">{now}</time>.</p>\
         <form method=post><button name=by value=P1D>+1 day</button> \
         <button name=by value=next>To the next event</button></form></html>"
    );
    let policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, policy)], page)
        .into_response()
}

async fn advance(State(remote): State<Remote>, Form(form): Form<Advance>) -> Response {
    match remote.advance(if form.by == "next" { "next" } else { "P1D" }).await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(error) => (axum::http::StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
