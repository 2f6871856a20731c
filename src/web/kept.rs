//! Answers that are the same for everybody, kept as they went out until what they say has changed.
//!
//! An answer is kept if it may be stored and has a validator, for the minute of the clock in which it was made, and only while this process
//! would hear of a change ([`Freshness`](crate::store::freshness::Freshness)). A clock that is set by hand is asked each time, so
//! nothing is kept under one. Search words are not kept: there is no end of them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use tower::ServiceExt as _;

use super::error::PageError;
use super::public::feed;
use super::{REQUEST_ID, Site, language};

/// Everything kept together, heads not counted.
const BYTES_MAX: usize = 32 * 1024 * 1024;
const ANSWERS_MAX: usize = 2048;
/// What is said of an answer only where its body goes with it.
const OF_BODY: [HeaderName; 3] = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING];

/// The answers that hold now.
#[derive(Debug, Default)]
pub struct Kept(RwLock<Room>);

#[derive(Debug, Default)]
struct Room {
    now: Moment,
    bytes: usize,
    count: usize,
    /// By what was asked for, path and query.
    answers: HashMap<String, Vec<(Form, Arc<Answer>)>>,
}

/// Answers of another moment hold no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moment {
    generation: u64,
    minute: i64,
}

/// In which form it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    language: usize,
    gzip: bool,
}

#[derive(Debug)]
struct Answer {
    etag: String,
    headers: HeaderMap,
    /// For whom its body would be nothing new.
    headers_alone: HeaderMap,
    body: Bytes,
}

impl Kept {
    fn find(&self, moment: Moment, target: &str, form: Form) -> Option<Arc<Answer>> {
        let room = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let answers = room.answers.get(target).filter(|_| room.now == moment)?;
        answers.iter().find(|(of, _)| *of == form).map(|(_, answer)| Arc::clone(answer))
    }

    /// Keeps what was made in `moment`, unless a later one has begun or there is no room.
    fn keep(&self, moment: Moment, target: String, form: Form, answer: &Arc<Answer>) {
        let mut room = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if room.now != moment {
            if (moment.generation, moment.minute) < (room.now.generation, room.now.minute) {
                return;
            }
            *room = Room { now: moment, ..Room::default() };
        }
        let bytes = room.bytes + answer.body.len();
        if bytes > BYTES_MAX || room.count >= ANSWERS_MAX {
            return;
        }
        let answers = room.answers.entry(target).or_default();
        // Two may have made it at the same time.
        if answers.iter().all(|(of, _)| *of != form) {
            answers.push((form, Arc::clone(answer)));
            room.bytes = bytes;
            room.count += 1;
        }
    }
}

/// Answers from what is kept, else by the page, and keeps what may be. Before the pages are looked up, with their layers: an answer that
/// is only handed out pays for none of them.
pub async fn serve(site: &Site, pages: Router, mut request: Request) -> Response {
    let Some((moment, form)) = wanted(site, &request) else { return by(pages, request).await };
    let known = request.headers_mut().remove(header::IF_NONE_MATCH);
    // The page reads this header by itself, and must not come to another reading.
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    if form.gzip {
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let target = request.uri().path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    if let Some(answer) = site.kept().find(moment, target, form) {
        return answer.given(known.as_ref());
    }
    let target = target.to_owned();
    match kept_of(by(pages, request).await).await {
        Ok(answer) => {
            site.kept().keep(moment, target, form, &answer);
            answer.given(known.as_ref())
        }
        Err(response) => response,
    }
}

async fn by(pages: Router, request: Request) -> Response {
    let Ok(response) = pages.oneshot(request).await;
    response
}

/// In which form the answer to a request would be kept; none: it would not.
fn wanted(site: &Site, request: &Request) -> Option<(Moment, Form)> {
    let cx = site.cx();
    let (uri, headers) = (request.uri(), request.headers());
    let searches = uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("q=")));
    let by_date =
        headers.contains_key(header::IF_MODIFIED_SINCE) && !headers.contains_key(header::IF_NONE_MATCH);
    if request.method() != Method::GET || searches || by_date || cx.clock.simulated().is_some() {
        return None;
    }
    // Known before anything is read: what changes from here on makes the answer one of another moment.
    let generation = cx.freshness.generation()?;
    let form = Form { language: language::spoken(site, request), gzip: unpacks_gzip(headers) };
    Some((Moment { generation, minute: minute_of(cx.clock.now()) }, form))
}

/// Whether the reader can unpack gzip (RFC 9110, 12.5.3).
fn unpacks_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut any) = (None, None);
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    for coding in lines.flat_map(|line| line.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let wanted = weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            gzip = Some(wanted);
        } else if name == "*" {
            any = Some(wanted);
        }
    }
    gzip.or(any).unwrap_or_default()
}

fn minute_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(60)
}

/// The answer, if it may be kept; else the response as it was.
async fn kept_of(response: Response) -> Result<Arc<Answer>, Response> {
    let headers = response.headers();
    let is_for_all = headers.get(header::CACHE_CONTROL).is_some_and(|value| value == feed::FOR_ALL)
        && !headers.contains_key(header::SET_COOKIE);
    let etag = headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let Some(etag) = etag.filter(|_| is_for_all && response.status() == StatusCode::OK) else {
        return Err(response);
    };
    let (mut parts, body) = response.into_parts();
    match to_bytes(body, feed::BODY_BYTES_MAX).await {
        Ok(body) => {
            parts.headers.remove(REQUEST_ID);
            let mut headers_alone = parts.headers.clone();
            for name in OF_BODY {
                headers_alone.remove(name);
            }
            Ok(Arc::new(Answer { etag, headers: parts.headers, headers_alone, body }))
        }
        Err(fault) => Err(PageError::broke(&fault).into_response()),
    }
}

impl Answer {
    /// The answer for a reader who knows the version `known`.
    fn given(&self, known: Option<&HeaderValue>) -> Response {
        let known = known.and_then(|known| known.to_str().ok());
        if known.is_some_and(|known| feed::matches(known, &self.etag)) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = self.headers_alone.clone();
            return response;
        }
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.headers_mut() = self.headers.clone();
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_given_to_whoever_says_that_it_can_be_unpacked() {
        let unpacks = |lines: &[&'static str]| {
            let lines = lines.iter().map(|line| (header::ACCEPT_ENCODING, HeaderValue::from_static(line)));
            unpacks_gzip(&lines.collect::<Vec<_>>().into_iter().fold(
                HeaderMap::new(),
                |mut all, (name, line)| {
                    all.append(name, line);
                    all
                },
            ))
        };
        for can in
            [["gzip"].as_slice(), &["br", "GZIP;q=0.5"], &["*"], &["deflate, gzip ; q=1"], &["*;q=0, x-gzip"]]
        {
            assert!(unpacks(can), "{can:?}");
        }
        for cannot in
            [[].as_slice(), &["identity"], &["gzip;q=0"], &["gzip; q=0.0, *"], &["gzipped"], &["*;q=0"]]
        {
            assert!(!unpacks(cannot), "{cannot:?}");
        }
    }
}
