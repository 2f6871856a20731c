//! What pages load besides themselves: one style sheet and one icon, under names that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("assets/style.css");
const ICON: &str = include_str!("assets/icon.svg");
/// A year: another content has another name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The addresses of the files.
#[derive(Debug)]
pub struct Assets {
    pub style: String,
    pub icon: String,
}

pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: format!("/assets/style-{}.css", hash(STYLE)),
    icon: format!("/assets/icon-{}.svg", hash(ICON)),
});

/// `/assets/{file}`
pub async fn asset(Path(file): Path<String>) -> Response {
    let path = format!("/assets/{file}");
    let (kind, body) = if path == ASSETS.style {
        ("text/css; charset=utf-8", STYLE)
    } else if path == ASSETS.icon {
        ("image/svg+xml", ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: [(HeaderName, &str); 2] = [(CONTENT_TYPE, kind), (CACHE_CONTROL, FOR_EVER)];
    (headers, body).into_response()
}

fn hash(content: &str) -> String {
    hex::encode(&Sha256::digest(content.as_bytes())[..6])
}
