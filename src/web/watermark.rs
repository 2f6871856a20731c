//! What this process's web door has read: everything that reached it before `read_to` is answered, so committed.
//!
//! [`serve`](super::serve) counts a request in when its first byte is read; its
//! instant is its [`Arrived`] extension.

mod line;

use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use chrono::{DateTime, Utc};

pub use line::{Begun, Line};

use crate::in_flight::UnderWay;

/// When the first byte of this request was here. Later checks measure against it, never against their own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived(pub DateTime<Utc>);

/// A request that is counted from the instant of its first byte until it is answered, or given up.
#[derive(Debug)]
pub struct Counted {
    /// None: it only reads and cannot shut a gate, so a slow reader holds nothing up.
    under_way: Option<UnderWay>,
    last: bool,
}

impl Counted {
    /// Stamps the request with that instant.
    pub fn of(line: &Line, request: &mut Request) -> Self {
        let Begun { under_way, last } = line.begun(request.body().size_hint().exact());
        request.extensions_mut().insert(Arrived(under_way.arrived()));
        let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        Self { under_way: (!reads).then_some(under_way), last }
    }

    pub fn answered(self, mut response: Response) -> Response {
        drop(self.under_way);
        if self.last {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
