//! Which language a reader gets: what was asked for in the address (`?lang=`), else what was chosen with the switch in
//! this browser, else the language that a personal link's reader has on file, else what the browser asks for, else
//! the first configured.
//!
//! A choice is kept in a cookie that ends with the browser and holds nothing but the language; it is set only when
//! somebody presses the switch, so no page needs a consent for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use url::form_urlencoded;

use super::Site;
use super::words::Words;

const COOKIE: &str = "lang";

/// One request, as far as it decides the language.
#[derive(Debug, Default)]
pub struct Visit {
    path: String,
    /// What stands in the address besides the language.
    query: Vec<(String, String)>,
    /// The language of the answer, by its place among those configured.
    speaks: AtomicUsize,
    /// Whether the reader has chosen, in the address or by the switch.
    chosen: bool,
    /// Whether the address itself says so.
    named: bool,
}

/// A language that the reader may change to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub tag: String,
    pub own_name: String,
    pub href: String,
    pub here: bool,
}

/// What a request says of the language, each by its place among those configured.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    /// In the address.
    asked: Option<usize>,
    /// By the switch, before.
    kept: Option<usize>,
    /// By the browser's settings.
    wanted: Option<usize>,
}

impl Said {
    fn by(all: &[Arc<Words>], request: &Request) -> Self {
        let given = request.uri().query().unwrap_or_default();
        let asked = form_urlencoded::parse(given.as_bytes()).find(|(name, _)| name == COOKIE);
        let asked = asked.and_then(|(_, tag)| best(all, &tag));
        let kept = kept(request.headers()).and_then(|tag| exactly(all, tag));
        let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let chosen = asked.or(kept).is_some();
        Self { asked, kept, wanted: wanted.filter(|_| !chosen).and_then(|wanted| negotiated(all, wanted)) }
    }

    fn speaks(self) -> usize {
        self.asked.or(self.kept).or(self.wanted).unwrap_or_default()
    }
}

impl Visit {
    fn of(site: &Site, request: &Request) -> Self {
        let given = request.uri().query().unwrap_or_default();
        let said = Said::by(site.languages(), request);
        let besides =
            form_urlencoded::parse(given.as_bytes()).into_owned().filter(|(name, _)| name != COOKIE);
        Self {
            path: request.uri().path().to_owned(),
            query: besides.collect(),
            speaks: AtomicUsize::new(said.speaks()),
            chosen: said.asked.or(said.kept).is_some(),
            named: said.asked.is_some(),
        }
    }

    pub fn speaks(&self) -> usize {
        self.speaks.load(Ordering::Relaxed)
    }

    pub fn is_named(&self) -> bool {
        self.named
    }

    /// The reader is known, and reads `tag`.
    pub fn read_by(&self, all: &[Arc<Words>], tag: &str) {
        if let Some(place) = best(all, tag).filter(|_| !self.chosen) {
            self.speaks.store(place, Ordering::Relaxed);
        }
    }

    /// The address of this page in the language `tag`.
    fn in_language(&self, tag: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(&self.query).append_pair(COOKIE, tag).finish();
        format!("{}?{query}", self.path)
    }

    pub fn others(&self, all: &[Arc<Words>]) -> Vec<Other> {
        let other = |(place, words): (usize, &Arc<Words>)| Other {
            tag: words.language().to_owned(),
            own_name: own_name(words.language()).to_owned(),
            href: self.in_language(words.language()),
            here: place == self.speaks(),
        };
        all.iter().enumerate().map(other).collect()
    }
}

/// The language that a request for what anybody may see is answered in, by its place among those configured.
pub fn spoken(site: &Site, request: &Request) -> usize {
    Said::by(site.languages(), request).speaks()
}

/// The language by its own name.
pub fn own_name(tag: &str) -> &str {
    match tag {
        "en" => "English",
        "de" => "Deutsch",
        "fr" => "Français",
        "es" => "Español",
        other => other,
    }
}

fn kept(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, tag)| tag)
}

fn exactly(all: &[Arc<Words>], tag: &str) -> Option<usize> {
    all.iter().position(|words| words.language().eq_ignore_ascii_case(tag))
}

/// The language itself, else another of its kind: German for `de-AT`, Brazilian Portuguese for `pt`.
fn best(all: &[Arc<Words>], tag: &str) -> Option<usize> {
    let kind = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    exactly(all, tag).or_else(|| all.iter().position(|words| kind(words.language()) == kind(tag)))
}

/// What serves an `Accept-Language` best (RFC 9110, 12.5.4), its weights in mind.
fn negotiated(all: &[Arc<Words>], wanted: &str) -> Option<usize> {
    let mut ranges: Vec<(f32, &str)> = wanted
        .split(',')
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>).ok()?;
            (weight > 0.0).then_some((weight, tag.trim()))
        })
        .collect();
    ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranges.into_iter().find_map(|(_, tag)| if tag == "*" { Some(0) } else { best(all, tag) })
}

/// The layer that decides the language, and says in the answer which one it was and what it depended on.
pub async fn choose(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let visit = Arc::new(Visit::of(&site, &request));
    if visit.path.starts_with("/assets/") || visit.path.starts_with("/inbound/") {
        return next.run(request).await;
    }
    let pressed = request.uri().query().is_some_and(|query| query.contains("lang=")) && visit.chosen;
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    let Some(words) = site.languages().get(visit.speaks()) else { return response };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    if let Ok(tag) = HeaderValue::from_str(words.language()) {
        headers.entry(header::CONTENT_LANGUAGE).or_insert(tag);
    }
    let secure = if site.is_https() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax{secure}", words.language());
    if let Some(cookie) = HeaderValue::from_str(&cookie).ok().filter(|_| pressed) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

impl FromRequestParts<Self> for Site {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Self) -> Result<Self, Self::Rejection> {
        Ok(site.visited(parts.extensions.get::<Arc<Visit>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Arc<Words>> {
        ["en", "de", "fr"].map(|tag| Arc::new(Words::of(tag))).into()
    }

    #[test]
    fn the_weightiest_language_that_there_is_wins() {
        let spoken = |wanted| negotiated(&all(), wanted).map(|place| all()[place].language().to_owned());
        assert_eq!(spoken("de-AT,de;q=0.8,en;q=0.5").as_deref(), Some("de"));
        assert_eq!(spoken("it, fr;q=0.3, de;q=0.7").as_deref(), Some("de"));
        assert_eq!(spoken("de;q=0, fr;q=0.1").as_deref(), Some("fr"));
        assert_eq!(spoken("it, *;q=0.1").as_deref(), Some("en"));
        assert_eq!(spoken("it"), None);
        assert_eq!(spoken("de;q=high"), None);
    }

    #[test]
    fn a_reader_on_file_is_answered_in_its_language_unless_it_chose_another() {
        let visit = Visit::default();
        visit.read_by(&all(), "de-CH");
        assert_eq!(visit.speaks(), 1);
        let visit = Visit { chosen: true, ..Visit::default() };
        visit.read_by(&all(), "de");
        assert_eq!(visit.speaks(), 0);
    }

    #[test]
    fn the_switch_keeps_what_else_was_asked() {
        let query = vec![("q".to_owned(), "a&b".to_owned())];
        let visit = Visit { path: "/".to_owned(), query, ..Visit::default() };
        assert_eq!(visit.in_language("de"), "/?q=a%26b&lang=de");
    }
}
