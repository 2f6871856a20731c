//! Answers that are the same for everybody, kept as they went out until what they say has changed.
//!
//! An answer is kept if it may be stored and has a validator, for the minute of the clock in which it was made, and only while this process
//! would hear of a change ([`Freshness`](crate::store::freshness::Freshness)). A clock that is set by hand is asked each time, so
//! nothing is kept under one. Search words are not kept: there is no end of them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

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
    answers: HashMap<Key, Arc<Answer>>,
}

/// Answers of another moment hold no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moment {
    generation: u64,
    minute: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    target: String,
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
    fn find(&self, moment: Moment, key: &Key) -> Option<Arc<Answer>> {
        let room = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (room.now == moment).then(|| room.answers.get(key).cloned()).flatten()
    }

    /// Keeps what was made in `moment`, unless a later one has begun or there is no room.
    fn keep(&self, moment: Moment, key: Key, answer: &Arc<Answer>) {
        let mut room = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if room.now != moment {
            if (moment.generation, moment.minute) < (room.now.generation, room.now.minute) {
                return;
            }
            *room = Room { now: moment, ..Room::default() };
        }
        let bytes = room.bytes + answer.body.len();
        if bytes <= BYTES_MAX && room.answers.len() < ANSWERS_MAX {
            room.bytes = bytes;
            room.answers.insert(key, Arc::clone(answer));
        }
    }
}

/// The layer: answers from what is kept, and keeps what may be.
pub async fn serve(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let Some((moment, key)) = wanted(&site, &request) else { return next.run(request).await };
    let known = request.headers_mut().remove(header::IF_NONE_MATCH);
    if let Some(answer) = site.kept().find(moment, &key) {
        return answer.given(known.as_ref());
    }
    match kept_of(next.run(request).await).await {
        Ok(answer) => {
            site.kept().keep(moment, key, &answer);
            answer.given(known.as_ref())
        }
        Err(response) => response,
    }
}

/// Under which name the answer to a request would be kept; none: it would not.
fn wanted(site: &Site, request: &Request) -> Option<(Moment, Key)> {
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
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let key = Key {
        target: uri.path_and_query()?.as_str().to_owned(),
        language: language::spoken(site, request),
        gzip: accepted.is_some_and(|accepted| accepted.contains("gzip")),
    };
    Some((Moment { generation, minute: minute_of(cx.clock.now()) }, key))
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
