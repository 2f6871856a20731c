//! The shell around every page, the page that says one thing, and how a page becomes a response.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Site;
use super::assets::{Assets, Own};
use super::error::{PageError, Worded};
use super::language::Other;
use super::words::{Html, Words};

/// What surrounds each page.
#[derive(Clone, Debug)]
pub struct Shell {
    pub words: Arc<Words>,
    pub languages: Vec<Other>,
    pub base_url: String,
    /// The address of this page in its language, whatever else was asked; empty where it does not matter.
    pub canonical: String,
    pub assets: &'static Assets,
    /// What the processor's brand adds.
    pub own: Arc<Own>,
    pub legal: Vec<Back>,
    pub processor: String,
    pub dpo_address: String,
    /// The entry of the navigation that this page is.
    pub here: &'static str,
    /// Kept out of search engines and out of every cache.
    pub personal: bool,
}

impl Shell {
    /// The page whose one address is `path`.
    #[must_use]
    pub fn canonical(self, site: &Site, path: &str) -> Self {
        let asked =
            if site.language_is_named() { format!("?lang={}", self.words.language()) } else { String::new() };
        Self { canonical: format!("{}{path}{asked}", self.base_url), ..self }
    }

    pub fn title_of_site(&self) -> String {
        self.words.with("title-of-site", [("processor", &self.processor)])
    }
}

/// A page that says one thing and offers at most one act.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct Message {
    pub shell: Shell,
    pub title: String,
    pub lede: Option<Html>,
    pub paragraphs: Vec<Html>,
    pub act: Option<Act>,
    pub notice: Option<Notice>,
    pub small: Option<String>,
    pub back: Back,
}

impl Message {
    pub fn new(site: &Site) -> Self {
        Self {
            shell: site.shell("", true),
            title: String::new(),
            lede: None,
            paragraphs: Vec::new(),
            act: None,
            notice: None,
            small: None,
            back: Back::register(site),
        }
    }
}

/// The one button of a page.
#[derive(Debug)]
pub struct Act {
    pub action: String,
    pub label: String,
    pub hidden: Vec<(&'static str, String)>,
    /// Outlined: the page would rather not be obeyed by reflex.
    pub plain: bool,
}

#[derive(Debug)]
pub struct Notice {
    pub heading: String,
    pub text: Html,
}

/// A link with its words.
#[derive(Clone, Debug)]
pub struct Back {
    pub href: String,
    pub text: String,
}

impl Back {
    pub fn register(site: &Site) -> Self {
        Self { href: "/".to_owned(), text: site.words().get("back-to-register") }
    }
}

/// The page with that status. Never cached unless the caller says so afterwards.
pub fn rendered(status: StatusCode, page: &impl Template) -> Result<Response, PageError> {
    let html = page.render()?;
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, html).into_response();
    response.extensions_mut().insert(Worded);
    Ok(response)
}

/// To `path` with a GET: what a browser sends again is then a reading.
pub fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(path) => {
            // A personal page's address is as personal as the page.
            let headers =
                [(header::LOCATION, path), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(fault) => PageError::broke(&fault).into_response(),
    }
}

/// A sentence of ours for a program: its markup taken out.
pub fn without_markup(html: &str) -> String {
    let mut text = String::new();
    let mut within_tag = false;
    for c in html.chars() {
        match c {
            '<' => within_tag = true,
            '>' => within_tag = false,
            c if !within_tag => text.push(c),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
