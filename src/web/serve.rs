//! The connections: accepted, bounded, and listened to from the first byte of each request.
//!
//! Whoever opens a connection and dribbles holds the door's watermark back, so everything has an end: the wait for a
//! head, the body with its answer ([`router`](super::router)), a reader that does not read, the number of connections.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use super::watermark::Line;

/// From the end of an answer, or the beginning of a connection, to the end of a request's head.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// How long somebody may take no byte of an answer.
const TAKE_WITHIN: Duration = Duration::from_secs(30);
/// Fewer than the files that a process may usually have open. One more is closed unread: a request left waiting in the
/// kernel would have reached us without our knowing when.
const CONNECTIONS_MAX: usize = 512;
/// A head is a path with a link's secret and what a browser adds to it.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// After the system had no file for a connection.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// What one visitor may take of us.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub head_within: Duration,
    pub take_within: Duration,
    pub connections: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { head_within: HEAD_WITHIN, take_within: TAKE_WITHIN, connections: CONNECTIONS_MAX }
    }
}

/// Serves `pages` until `stopping`, then answers what is under way. `new_line` is called for each connection.
pub async fn serve(
    listener: TcpListener,
    pages: Router,
    new_line: impl Fn() -> Line,
    bounds: Bounds,
    stopping: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!("a connection was not accepted: {error}");
                sleep(ACCEPT_AGAIN_AFTER).await;
                continue;
            }
        };
        let Ok(place) = room.clone().try_acquire_owned() else {
            counter!("forenotice_connections_refused_total").increment(1);
            continue;
        };
        let (pages, line, stopping) = (pages.clone(), new_line(), stopping.clone());
        connections.spawn(async move {
            converse(stream, peer, pages, line, bounds, stopping).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// One connection from its beginning to its end.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    pages: Router,
    line: Line,
    bounds: Bounds,
    stopping: CancellationToken,
) {
    let wire = Wire { stream, line: line.clone(), take_within: bounds.take_within, stuck: None };
    let service = pages.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(line.clone());
        request.map(Body::new)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head_within).max_buf_size(HEAD_BYTES_MAX);
    let mut talk = pin!(http.serve_connection(TokioIo::new(wire), TowerToHyperService::new(service)));
    let ended = tokio::select! {
        ended = talk.as_mut() => ended,
        () = stopping.cancelled() => {
            talk.as_mut().graceful_shutdown();
            talk.await
        }
    };
    if let Err(error) = ended {
        debug!("a connection broke off: {error}");
    }
}

/// A connection whose bytes are counted as they are read, and which ends when nobody takes what is written.
struct Wire {
    stream: TcpStream,
    line: Line,
    take_within: Duration,
    /// Since the stream took no more.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    fn unless_stuck(
        &mut self,
        cx: &mut Context<'_>,
        took: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if took.is_ready() {
            self.stuck = None;
            return took;
        }
        let take_within = self.take_within;
        ready!(self.stuck.get_or_insert_with(|| Box::pin(sleep(take_within))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.line.read(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let took = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stuck(cx, took)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let took = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.unless_stuck(cx, took)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
