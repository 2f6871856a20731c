//! What this process's web door has read: everything that reached it before `read_to` is answered, so committed.
//!
//! [`serve`](super::serve) counts a request in when its first byte is read; its
//! instant is its [`Arrived`] extension.

mod line;

use axum::Extension;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};

pub use line::{Begun, Line};

/// When the first byte of this request was here. Later checks measure against it, never against their own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived(pub DateTime<Utc>);

/// The outermost layer: stamps the request with the instant of its first byte and keeps it counted until it is answered.
///
/// A request that only reads cannot shut a gate: from here on it is not counted, so a slow reader holds nothing up.
pub async fn note_arrival(Extension(line): Extension<Line>, mut request: Request, next: Next) -> Response {
    let Begun { under_way, last } = line.begun(request.body().size_hint().exact());
    request.extensions_mut().insert(Arrived(under_way.arrived()));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let under_way = (!reads).then_some(under_way);
    let mut response = next.run(request).await;
    drop(under_way);
    if last {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
