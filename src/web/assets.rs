//! What pages load besides themselves: a style sheet and an icon, and what the processor's brand adds to them. Each has a
//! name that changes with its content.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Site;
use crate::config::{Brand, Image, Palette};

const STYLE: &str = include_str!("assets/style.css");
const ICON: &str = include_str!("assets/icon.svg");
const CSS: &str = "text/css; charset=utf-8";
/// A year: another content has another name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The addresses of the files.
#[derive(Debug)]
pub struct Assets {
    pub style: String,
    pub icon: String,
}

pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: format!("/assets/style-{}.css", hash(STYLE.as_bytes())),
    icon: format!("/assets/icon-{}.svg", hash(ICON.as_bytes())),
});

/// A file of the processor's own.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    kind: &'static str,
    body: Bytes,
}

/// The files that a brand adds.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Colours in the place of ours.
    pub style: Option<File>,
    pub logo: Option<File>,
    /// In the place of the logo on dark paper.
    pub logo_dark: Option<File>,
}

impl Own {
    pub fn of(brand: &Brand) -> Self {
        let image = |image: &Image| File {
            path: format!("/assets/logo-{}.{}", hash(&image.bytes), image.extension),
            kind: image.kind,
            body: Bytes::from_owner(image.bytes.clone()),
        };
        let style = brand.light.as_ref().zip(brand.dark.as_ref()).map(|(light, dark)| colours(light, dark));
        Self {
            style: style.map(|css| File {
                path: format!("/assets/brand-{}.css", hash(css.as_bytes())),
                kind: CSS,
                body: css.into(),
            }),
            logo: brand.logo.as_ref().map(image),
            logo_dark: brand.logo_dark.as_ref().map(image),
        }
    }

    fn file(&self, path: &str) -> Option<&File> {
        let all = [&self.style, &self.logo, &self.logo_dark];
        all.into_iter().flatten().find(|file| file.path == path)
    }
}

/// For screens only: printed pages stay black on white.
fn colours(light: &Palette, dark: &Palette) -> String {
    let mut css = String::new();
    for (media, Palette { key, deep, on_key, tint }) in
        [("screen", light), ("screen and (prefers-color-scheme:dark)", dark)]
    {
        let _ = writeln!(
            css,
            "@media {media}{{:root{{--key:{key};--deep:{deep};--on-key:{on_key};--key-tint:{tint}}}}}"
        );
    }
    css
}

/// `/assets/{file}`
pub async fn asset(site: Site, Path(file): Path<String>) -> Response {
    let path = format!("/assets/{file}");
    let (kind, body) = if path == ASSETS.style {
        (CSS, Bytes::from_static(STYLE.as_bytes()))
    } else if path == ASSETS.icon {
        ("image/svg+xml", Bytes::from_static(ICON.as_bytes()))
    } else if let Some(own) = site.own_files().file(&path) {
        (own.kind, own.body.clone())
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: [(HeaderName, &str); 2] = [(CONTENT_TYPE, kind), (CACHE_CONTROL, FOR_EVER)];
    (headers, body).into_response()
}

fn hash(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..6])
}
