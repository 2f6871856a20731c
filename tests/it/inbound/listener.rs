//! The listener over real sockets: what it takes, what it says, and when the gate waits for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use forenotice::actions::receive_mail::Intake;
use forenotice::in_flight::InFlight;
use forenotice::mail::inbox::listener::{Arrive, Bounds, Listener};
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::{at, mail, open_door, stored};
use crate::support::World;

const PATIENCE: Duration = Duration::from_secs(30);
const ENVELOPE: &str = "MAIL FROM:<jane@acme.example>\r\nRCPT TO:<r-x@replies.processor.example>\r\nDATA\r\n";

/// A world with a listener.
pub struct Post {
    pub world: World,
    in_flight: InFlight,
    pub address: SocketAddr,
    stopping: CancellationToken,
    served: JoinHandle<()>,
}

impl Post {
    pub async fn open() -> Self {
        Self::with(&[], Bounds::default()).await
    }

    pub async fn with(settings: &[(&str, &str)], bounds: Bounds) -> Self {
        let world = World::configured("2026-11-24T12:00Z", settings).await;
        let door = open_door(&world, 1).await;
        let in_flight = InFlight::default();
        let (inbound, smtp) = (&world.cx.settings.inbound, &world.cx.settings.smtp);
        let (clock, counted) = (world.cx.clock.clone(), in_flight.clone());
        let listener = Listener {
            name: "mail.processor.example".to_owned(),
            domains: inbound.domains(smtp),
            bounce_probe: "bounce-probe@replies.processor.example".to_owned(),
            bytes_max: inbound.bytes_max,
            mails_per_minute: inbound.mails_per_minute,
            trusted_servers: Vec::new(),
            tls: inbound.tls.clone(),
            bounds,
            arrive: Arrive::new(move || counted.enter(&clock)),
            keep: Intake::of(&world.cx, door).keep(),
        };
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let stopping = CancellationToken::new();
        let served = tokio::spawn(listener.serve(socket, stopping.clone()));
        Self { world, in_flight, address, stopping, served }
    }

    async fn greeted(&self, greeting: &str) -> Client<TcpStream> {
        let mut client = Client(TcpStream::connect(self.address).await.unwrap());
        assert!(client.hear().await.starts_with("220 "));
        client.say(greeting).await;
        assert!(client.hear().await.ends_with("250 ENHANCEDSTATUSCODES\r\n"));
        client
    }

    pub fn nothing_under_way(&self) -> bool {
        self.in_flight.read_to(DateTime::<Utc>::MAX_UTC) == DateTime::<Utc>::MAX_UTC
    }
}

struct Client<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// One reply with all its lines; empty: the connection is closed.
    async fn hear(&mut self) -> String {
        let mut reply = Vec::new();
        loop {
            let mut byte = [0];
            match timeout(PATIENCE, self.0.read(&mut byte)).await.expect("no reply") {
                Ok(1) => reply.push(byte[0]),
                _ => return String::from_utf8(reply).unwrap(),
            }
            let last_line = reply.rsplitn(3, |byte| *byte == b'\n').nth(1).unwrap_or_default();
            if reply.ends_with(b"\r\n") && last_line.get(3) == Some(&b' ') {
                return String::from_utf8(reply).unwrap();
            }
        }
    }

    /// The codes of so many replies.
    async fn codes(&mut self, count: usize) -> Vec<String> {
        let mut codes = Vec::new();
        for _ in 0..count {
            codes.push(self.hear().await.get(..3).unwrap_or_default().to_owned());
        }
        codes
    }
}

#[tokio::test]
async fn a_mail_by_smtp_is_answered_when_it_is_committed() {
    let post = Post::open().await;
    let mut client = post.greeted("EHLO out.acme.example\r\n").await;
    client.say(format!("{ENVELOPE}Subject: No\r\n\r\n..No.\r\n.\r\n")).await;
    assert_eq!(client.codes(4).await, ["250", "250", "354", "250"]);
    let rows = stored(&post.world).await;
    assert_eq!(rows[0].raw, b"Subject: No\r\n\r\n.No.\r\n");
    assert_eq!(rows[0].senders, [Some("jane@acme.example".to_owned())]);
    assert_eq!(rows[0].recipients, ["r-x@replies.processor.example"]);
    client.say("MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n.\r\nQUIT\r\n").await;
    assert_eq!(client.codes(6).await, ["250", "250", "354", "250", "221", ""]);
    let rows = stored(&post.world).await;
    assert_eq!((rows.len(), rows[1].senders.as_slice()), (2, [Some(String::new())].as_slice()));
    assert!(post.nothing_under_way());
}

#[tokio::test]
async fn by_lmtp_each_recipient_taken_has_its_reply() {
    let post = Post::open().await;
    let mut client = post.greeted("LHLO mx.processor.example\r\n").await;
    let to = [
        "b-x@Bounces.Processor.example",
        "x@elsewhere.example",
        "privacy@processor.example",
        "bounce-probe@replies.processor.example",
    ];
    client.say("MAIL FROM:<>\r\n").await;
    assert_eq!(client.codes(1).await, ["250"]);
    for to in to {
        client.say(format!("RCPT TO:<{to}>\r\n")).await;
    }
    assert_eq!(client.codes(4).await, ["250", "550", "250", "550"]);
    client.say([b"DATA\r\n", mail("a").as_slice(), b".\r\n"].concat()).await;
    assert_eq!(client.codes(3).await, ["354", "250", "250"]);
    client.say("QUIT\r\n").await;
    assert_eq!(client.codes(2).await, ["221", ""]);
    assert_eq!(
        stored(&post.world).await[0].recipients,
        ["b-x@Bounces.Processor.example", "privacy@processor.example"]
    );
}

/// A neighbour that takes one of these for the end of a mail would make two of what we keep as one.
#[tokio::test]
async fn a_mail_has_so_many_recipients_at_once_and_comes_again_for_the_others() {
    let post = Post::open().await;
    let mut client = post.greeted("EHLO out.acme.example\r\n").await;
    let to = |numbers: std::ops::Range<usize>| {
        let lines: Vec<_> =
            numbers.map(|n| format!("RCPT TO:<r-{n}@replies.processor.example>\r\n")).collect();
        lines.concat()
    };
    // Far more than commands that may go by without a mail.
    client.say(format!("MAIL FROM:<jane@acme.example>\r\n{}", to(0..400))).await;
    let mut codes = client.codes(401).await;
    assert_eq!((codes.split_off(101), codes), (vec!["452".to_owned(); 300], vec!["250".to_owned(); 101]));
    client.say("DATA\r\nSubject: No\r\n\r\nNo.\r\n.\r\n").await;
    assert_eq!(client.codes(2).await, ["354", "250"]);
    client.say(format!("MAIL FROM:<jane@acme.example>\r\n{}DATA\r\n", to(100..120))).await;
    client.say("Subject: No\r\n\r\nNo.\r\n.\r\n").await;
    assert_eq!(client.codes(23).await.last().unwrap(), "250");
    let rows = stored(&post.world).await;
    assert_eq!((rows.len(), rows[0].recipients.len()), (1, 120));
}

#[tokio::test]
async fn nothing_is_smuggled_in_behind_an_odd_line_end() {
    let post = Post::open().await;
    let ends = [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\r\n\0.\r\n",
        "\r\n.\0\r\n",
        "\r\n.\r\r\n",
        "\n.\r\r\n",
        "\r\n.\n\r\n",
    ];
    let mut client = post.greeted("EHLO out.acme.example\r\n").await;
    for end in ends {
        let smuggled = format!(
            "MAIL FROM:<dpo@acme.example>\r\nRCPT TO:<r-y@replies.processor.example>\r\nDATA\r\nfor {end:?}"
        );
        client.say(format!("{ENVELOPE}Subject: {end:?}\r\n\r\nNo.{end}{smuggled}\r\n.\r\n")).await;
        assert_eq!(client.codes(4).await, ["250", "250", "354", "250"], "{end:?}");
        let row = stored(&post.world).await.pop().unwrap();
        let raw = String::from_utf8(row.raw).unwrap();
        assert!(raw.ends_with(&format!("{smuggled}\r\n")), "{raw:?}");
        // What is in the text is kept as it is; of CRLF dot, the dot is the line's.
        let kept = if end.starts_with("\r\n.") { end.replacen('.', "", 1) } else { end.to_owned() };
        assert!(raw.contains(&format!("No.{kept}MAIL")), "{end:?}: {raw:?}");
        assert_eq!(row.recipients, ["r-x@replies.processor.example"]);
    }
    assert_eq!(stored(&post.world).await.len(), ends.len());
}

#[tokio::test]
async fn while_the_database_is_away_the_sender_keeps_the_mail() {
    let post = Post::open().await;
    post.world.as_superuser("alter table inbound_message rename to elsewhere").await;
    let mut client = post.greeted("LHLO mx.processor.example\r\n").await;
    let two = "MAIL FROM:<>\r\nRCPT TO:<b-x@bounces.processor.example>\r\nRCPT TO:<r-x@replies.processor.example>\r\nDATA\r\n";
    client.say([two.as_bytes(), &mail("a"), b".\r\n"].concat()).await;
    assert_eq!(client.codes(6).await, ["250", "250", "250", "354", "451", "451"]);
    post.world.as_superuser("alter table elsewhere rename to inbound_message").await;
    // The same connection goes on.
    client.say([two.as_bytes(), &mail("a"), b".\r\n"].concat()).await;
    assert_eq!(client.codes(6).await, ["250", "250", "250", "354", "250", "250"]);
    assert_eq!(stored(&post.world).await.len(), 1);
    assert!(post.nothing_under_way());
}

#[tokio::test]
async fn a_mail_counts_from_its_data_and_the_gate_waits_for_it() {
    let post = Post::open().await;
    let mut client = post.greeted("EHLO out.acme.example\r\n").await;
    client.say("MAIL FROM:<jane@acme.example>\r\nRCPT TO:<r-x@replies.processor.example>\r\n").await;
    assert_eq!(client.codes(2).await, ["250", "250"]);
    assert!(post.nothing_under_way());
    client.say("DATA\r\n").await;
    assert_eq!(client.codes(1).await, ["354"]);
    post.world.advance_to("2026-11-24T12:00:09Z").await;
    assert_eq!(post.in_flight.read_to(at("2026-11-24T12:00:09Z")), at("2026-11-24T12:00:00Z"));
    client.say(".\r\n").await;
    assert_eq!(client.codes(1).await, ["250"]);
    assert!(post.nothing_under_way());
    assert_eq!(stored(&post.world).await[0].received_at, at("2026-11-24T12:00:00Z"));
    // A client that leaves in the middle holds nothing up.
    client.say(ENVELOPE).await;
    assert_eq!(client.codes(3).await, ["250", "250", "354"]);
    assert!(!post.nothing_under_way());
    drop(client);
    timeout(PATIENCE, async {
        while !post.nothing_under_way() {
            yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(stored(&post.world).await.len(), 1);
}

#[tokio::test]
async fn odd_clients_are_understood_and_bad_ones_are_told_and_closed() {
    let post =
        Post::with(&[("inbound.megabytes_max", "1")], Bounds { recipients: 2, ..Bounds::default() }).await;
    let mut client = post.greeted("EHLO [192.0.2.1]\r\n").await;
    // Blank behind the colon, an unknown parameter, a bare LF as a command's end.
    client
        .say("MAIL FROM: <a..b.@acme.example> XODD=1\nRCPT TO: <r-x@replies.processor.example>\nRSET\n")
        .await;
    assert_eq!(client.codes(3).await, ["250", "250", "250"]);
    client.say("RCPT TO:<r-x@replies.processor.example>\r\nMAIL FROM:<> SIZE=99999999\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\n").await;
    assert_eq!(client.codes(5).await, ["503", "552", "250", "503", "503"]);
    let to = "RCPT TO:<r-x@replies.processor.example>\r\n";
    client.say(format!("{to}{to}{to}VRFY x\r\nBDAT 3 LAST\r\nSTARTTLS\r\nNONSENSE\r\n")).await;
    assert_eq!(client.codes(7).await, ["250", "250", "452", "252", "502", "502", "500"]);
    let large = vec![b'x'; 1024 * 1024 + 1];
    client.say([b"DATA\r\n", large.as_slice(), b"\r\n.\r\n"].concat()).await;
    assert_eq!(client.codes(2).await, ["354", "552"]);
    client.say("NONSENSE\r\n".repeat(20)).await;
    let heard = client.codes(16).await;
    assert!(heard.contains(&"421".to_owned()) && heard.last().unwrap().is_empty(), "{heard:?}");

    let mut endless = post.greeted("EHLO x\r\n").await;
    endless.say("x".repeat(5_000)).await;
    assert_eq!(endless.codes(2).await, ["500", ""]);
    let mut impatient = Client(TcpStream::connect(post.address).await.unwrap());
    impatient.say("MAIL FROM:<>\r\n").await;
    assert_eq!(impatient.codes(2).await, ["220", "503"]);
    assert!(stored(&post.world).await.is_empty());
}

#[tokio::test]
async fn slow_clients_are_closed_and_the_gate_goes_on() {
    let soon = Duration::from_millis(150);
    let slow = Bounds {
        command_within: soon,
        piece_within: Duration::from_secs(9),
        content_within: soon,
        ..Bounds::default()
    };
    let post = Post::with(&[], slow).await;
    let mut silent = post.greeted("EHLO x\r\n").await;
    assert_eq!(silent.codes(2).await, ["421", ""]);
    let mut dribbling = post.greeted("EHLO x\r\n").await;
    dribbling.say(ENVELOPE).await;
    assert_eq!(dribbling.codes(3).await, ["250", "250", "354"]);
    let (mut said, mut speaker) = dribbling.0.into_split();
    let drops = tokio::spawn(async move {
        while speaker.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut heard = Vec::new();
    // The end may be a reset: it still says something while nobody reads.
    let _ = timeout(PATIENCE, said.read_to_end(&mut heard)).await.unwrap();
    drops.await.unwrap();
    assert!(heard.is_empty() || heard.starts_with(b"421"), "{heard:?}");
    assert!(post.nothing_under_way());
}

#[tokio::test]
async fn one_connection_too_many_is_told_to_come_again() {
    // One that anybody may have, and one more of our own machine's.
    let post = Post::with(&[], Bounds { connections: 1, connections_own: 1, ..Bounds::default() }).await;
    let first = post.greeted("EHLO x\r\n").await;
    let second = post.greeted("EHLO x\r\n").await;
    let mut third = Client(TcpStream::connect(post.address).await.unwrap());
    assert_eq!(third.codes(2).await, ["421", ""]);
    drop((first, second));
}

#[tokio::test]
async fn a_client_that_brings_no_mail_is_closed() {
    let post = Post::with(&[], Bounds { commands: 5, ..Bounds::default() }).await;
    let mut client = post.greeted("EHLO x\r\n").await;
    let to = "RCPT TO:<r-x@replies.processor.example>\r\n".repeat(9);
    client.say(format!("MAIL FROM:<>\r\n{to}DATA\r\n.\r\n")).await;
    assert_eq!(client.codes(12).await.last().unwrap(), "250");
    client.say("NOOP\r\n".repeat(6)).await;
    assert_eq!(client.codes(7).await, ["250", "250", "250", "250", "250", "421", ""]);

    let soon = Duration::from_millis(150);
    let post = Post::with(&[], Bounds { mail_within: soon, ..Bounds::default() }).await;
    let mut idle = post.greeted("EHLO x\r\n").await;
    assert_eq!(idle.codes(2).await, ["421", ""]);
}

#[tokio::test]
async fn a_mail_that_may_still_be_committed_holds_the_gate_though_its_sender_was_told_to_come_again() {
    let post = Post::with(&[], Bounds { keep_within: Duration::from_millis(200), ..Bounds::default() }).await;
    let mut lock = post.world.cx.db.pool().begin().await.unwrap();
    sqlx::query("select from door for update").execute(&mut *lock).await.unwrap();
    let mut client = post.greeted("EHLO x\r\n").await;
    client.say([ENVELOPE.as_bytes(), &mail("a"), b".\r\n"].concat()).await;
    assert_eq!(client.codes(4).await, ["250", "250", "354", "451"]);
    assert!(!post.nothing_under_way());
    lock.rollback().await.unwrap();
    let done = async {
        while !post.nothing_under_way() {
            yield_now().await;
        }
    };
    timeout(PATIENCE, done).await.unwrap();
    assert_eq!(stored(&post.world).await.len(), 1);
}

#[tokio::test]
async fn when_we_stop_the_mail_that_comes_is_taken_and_nothing_new_is() {
    let post = Post::open().await;
    let mut idle = post.greeted("EHLO x\r\n").await;
    let mut client = post.greeted("EHLO x\r\n").await;
    client.say(ENVELOPE).await;
    assert_eq!(client.codes(3).await, ["250", "250", "354"]);
    post.stopping.cancel();
    assert_eq!(idle.codes(2).await, ["421", ""]);
    client.say(".\r\n").await;
    assert_eq!(client.codes(3).await, ["250", "421", ""]);
    timeout(PATIENCE, post.served).await.unwrap().unwrap();
    assert!(TcpStream::connect(post.address).await.is_err());
    assert_eq!(stored(&post.world).await.len(), 1);
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn starttls_is_offered_where_there_is_a_certificate_and_nothing_said_before_it_counts() {
    let (certificate, key) = (fixture("relay.pem"), fixture("relay.key"));
    let settings =
        [("inbound.tls_certificate_file", certificate.as_str()), ("inbound.tls_key_file", key.as_str())];
    let post = Post::with(&settings, Bounds::default()).await;
    let mut plain = Client(TcpStream::connect(post.address).await.unwrap());
    plain.say("EHLO x\r\n").await;
    assert!(plain.hear().await.starts_with("220"));
    assert!(plain.hear().await.contains("250-STARTTLS\r\n"));
    // What somebody on the way puts behind it.
    plain.say("STARTTLS\r\nMAIL FROM:<dpo@acme.example>\r\n").await;
    assert_eq!(plain.codes(1).await, ["220"]);
    let mut roots = RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_file(fixture("ca.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let encrypted = TlsConnector::from(Arc::new(config)).connect(name, plain.0).await.unwrap();
    let mut client = Client(encrypted);
    client.say("MAIL FROM:<jane@acme.example>\r\nEHLO x\r\n").await;
    assert_eq!(client.codes(1).await, ["503"]);
    assert!(!client.hear().await.contains("STARTTLS"));
    client.say([ENVELOPE.as_bytes(), &mail("a"), b".\r\n"].concat()).await;
    assert_eq!(client.codes(4).await, ["250", "250", "354", "250"]);
    assert_eq!(stored(&post.world).await[0].senders, [Some("jane@acme.example".to_owned())]);
}
