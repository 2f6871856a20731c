//! Promise 5: in time is decided by the first byte of the request, and the gate waits for a request that has begun; over
//! real sockets, with clients that are slow on purpose.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use forenotice::web::router;
use forenotice::web::serve::{Bounds, serve};
use forenotice::web::watermark::Line;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::edges::visitor::{ACME, path_of, schedule};
use crate::support::World;

const PATIENCE: Duration = Duration::from_mins(1);

/// The site of a world on a port of its own; Nimbus is announced to Acme, which may object until it takes effect.
struct Site {
    world: World,
    address: SocketAddr,
    object: String,
    stopping: CancellationToken,
    served: JoinHandle<()>,
}

impl Site {
    async fn open(bounds: Bounds) -> Self {
        let world = World::on("2026-11-23T06:00Z").await;
        world.as_superuser(&ACME.replace(r#""objection": {"n": 14}"#, r#""objection": null"#)).await;
        schedule(&world, "Nimbus").await;
        world.advance_to("2026-11-24T12:00Z").await;
        let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
        let object = path_of(&letter.link("/object/").unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pages = router(world.cx.clone(), world.daemon.door().unwrap());
        let (in_flight, clock) = (world.in_flight.clone(), world.cx.clock.clone());
        let new_line = move || Line::new(in_flight.clone(), clock.clone());
        let stopping = CancellationToken::new();
        let served = tokio::spawn(serve(listener, pages, new_line, bounds, stopping.clone()));
        Self { world, address, object, stopping, served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// An objection as bytes.
    fn objection(&self, text: &str) -> String {
        let (path, body) = (&self.object, format!("text={text}"));
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Returns once a request has begun and is not answered.
    async fn has_begun(&self) {
        while self.world.in_flight.read_to(DateTime::<Utc>::MAX_UTC) == DateTime::<Utc>::MAX_UTC {
            yield_now().await;
        }
    }

    async fn change_state(&self) -> String {
        sqlx::query_scalar("select state from change").fetch_one(self.world.cx.db.pool()).await.unwrap()
    }

    async fn lodged(&self) -> Vec<(DateTime<Utc>, bool)> {
        sqlx::query_as("select received_at, in_time from objection_change order by received_at")
            .fetch_all(self.world.cx.db.pool())
            .await
            .unwrap()
    }
}

/// Reads one answer that has a length.
async fn answer(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&said).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let read = timeout(PATIENCE, stream.read_buf(&mut said)).await.unwrap().unwrap();
        assert!(read > 0, "cut after {text:?}");
    }
}

#[tokio::test]
async fn what_began_in_time_is_in_time_and_no_change_takes_effect_before_it_is_read() {
    let site = Site::open(Bounds::default()).await;
    site.world.advance_to("2027-02-14T22:59:59Z").await;
    let whole = site.objection("No.");
    let (first, rest) = whole.split_at(1);
    let mut client = site.connect().await;
    client.write_all(first.as_bytes()).await.unwrap();
    site.has_begun().await;

    // Effective at 23:00:00; a door that did not know of the byte would let it.
    site.world.advance_to("2027-02-14T23:00:05Z").await;
    assert_eq!(site.change_state().await, "in_notice");

    client.write_all(rest.as_bytes()).await.unwrap();
    let said = answer(&mut client).await;
    assert!(said.starts_with("HTTP/1.1 303"), "{said}");
    assert_eq!(site.lodged().await, [("2027-02-14T22:59:59Z".parse().unwrap(), true)]);
    site.world.advance_to("2027-02-14T23:00:10Z").await;
    assert_eq!(site.change_state().await, "held");
    site.world.finish().await;
}

#[tokio::test]
async fn a_connection_kept_open_brings_each_request_its_own_instant() {
    let site = Site::open(Bounds::default()).await;
    let mut client = site.connect().await;
    let page = format!("GET {} HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", site.object);
    client.write_all(page.as_bytes()).await.unwrap();
    assert!(answer(&mut client).await.starts_with("HTTP/1.1 200"));
    site.world.advance_to("2026-11-25T10:00Z").await;
    client.write_all(site.objection("No.").as_bytes()).await.unwrap();
    assert!(answer(&mut client).await.starts_with("HTTP/1.1 303"));
    assert_eq!(site.lodged().await, [("2026-11-25T10:00:00Z".parse().unwrap(), true)]);
    site.world.finish().await;
}

#[tokio::test]
async fn whoever_dribbles_a_head_is_cut_and_the_gate_goes_on() {
    let head_within = Duration::from_millis(100);
    let site = Site::open(Bounds { head_within, ..Bounds::default() }).await;
    site.world.advance_to("2027-02-14T22:59:59Z").await;
    let (mut said, mut speaker) = site.connect().await.into_split();
    speaker.write_all(b"POST / HTTP/1.1\r\nX-Slow: ").await.unwrap();
    let dribbling = tokio::spawn(async move {
        let mut drops = interval(Duration::from_millis(5));
        while speaker.write_all(b"x").await.is_ok() {
            drops.tick().await;
        }
    });
    let mut heard = Vec::new();
    let cut =
        timeout(PATIENCE, said.read_to_end(&mut heard)).await.expect("nobody cuts a head that dribbles");
    assert!(cut.is_err() || heard.is_empty(), "{heard:?}");
    dribbling.await.unwrap();
    while site.world.in_flight.read_to(DateTime::<Utc>::MAX_UTC) != DateTime::<Utc>::MAX_UTC {
        yield_now().await;
    }
    site.world.advance_to("2027-02-14T23:00:05Z").await;
    assert_eq!(site.change_state().await, "effective");
    site.world.finish().await;
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_its_place_comes_free() {
    let site = Site::open(Bounds { connections: 1, ..Bounds::default() }).await;
    let mut first = site.connect().await;
    first.write_all(b"G").await.unwrap();
    site.has_begun().await;
    let mut second = site.connect().await;
    let mut heard = Vec::new();
    let closed = timeout(PATIENCE, second.read_to_end(&mut heard)).await.unwrap();
    assert!(closed.is_err() || heard.is_empty(), "{heard:?}");
    first.write_all(b"ET /assets/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    timeout(PATIENCE, first.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert!(heard.starts_with(b"HTTP/1.1 404"));
    // The place is free a moment after the connection has ended.
    let third = async {
        loop {
            let mut third = site.connect().await;
            let request = site.objection("No.");
            let mut said = [0; 12];
            if third.write_all(request.as_bytes()).await.is_ok() && third.read_exact(&mut said).await.is_ok()
            {
                return said;
            }
        }
    };
    assert_eq!(&timeout(PATIENCE, third).await.unwrap(), b"HTTP/1.1 303");
    site.world.finish().await;
}

#[tokio::test]
async fn what_has_begun_when_we_stop_is_answered_and_nothing_new_is_taken() {
    let site = Site::open(Bounds::default()).await;
    let _idle = site.connect().await;
    let mut client = site.connect().await;
    let whole = site.objection("No.");
    let (first, rest) = whole.split_at(20);
    client.write_all(first.as_bytes()).await.unwrap();
    site.has_begun().await;
    site.stopping.cancel();
    client.write_all(rest.as_bytes()).await.unwrap();
    assert!(answer(&mut client).await.starts_with("HTTP/1.1 303"));
    timeout(PATIENCE, site.served).await.unwrap().unwrap();
    assert!(TcpStream::connect(site.address).await.is_err());
    site.world.finish().await;
}
