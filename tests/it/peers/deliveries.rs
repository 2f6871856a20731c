//! Postfix in front of our listener and behind a pipe, and `swaks` as a rude client.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use forenotice::mail::inbox::listener::Bounds;
use forenotice::mail::relay::{Encryption, Post as Relay, Route};

use super::postfix::{Postfix, obstacle};
use crate::inbound::listener::Post;
use crate::inbound::probes::{probe, until};
use crate::inbound::{Stored, stored};
use crate::support::{World, left_out};

const PATIENCE: Duration = Duration::from_mins(1);

impl Postfix {
    /// Hands a mail to it as a server elsewhere does.
    async fn submit(&self, sender: &str, to: &str, content: &str) {
        let mut client = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let talk = format!("EHLO out.acme.example\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{to}>\r\nDATA\r\n");
        client.write_all(talk.as_bytes()).await.unwrap();
        let mut heard = String::new();
        let mut piece = [0; 4096];
        while !heard.contains("\r\n354 ") {
            let read = timeout(PATIENCE, client.read(&mut piece)).await.unwrap().unwrap();
            assert!(read > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&piece[..read]));
        }
        client.write_all(format!("{content}\r\n.\r\nQUIT\r\n").as_bytes()).await.unwrap();
        client.read_to_string(&mut heard).await.unwrap();
        assert!(heard.contains("250 2.0.0 Ok: queued"), "{heard}");
    }
}

async fn come(post: &Post, count: usize) -> Vec<Stored> {
    come_to(&post.world, count).await
}

async fn come_to(world: &World, count: usize) -> Vec<Stored> {
    let all_there = async {
        loop {
            let rows = stored(world).await;
            if rows.len() >= count {
                return rows;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, all_there).await.expect("it did not come")
}

#[tokio::test]
async fn what_postfix_took_for_our_domains_reaches_us_and_what_we_cannot_take_it_keeps() {
    if let Some(obstacle) = obstacle() {
        left_out(obstacle);
        return;
    }
    let post = Post::open().await;
    let settings = format!(
        "relay_domains = replies.processor.example, bounces.processor.example
transport_maps = inline:{{ {{replies.processor.example = lmtp:inet:127.0.0.1:{port}}} {{bounces.processor.example = lmtp:inet:127.0.0.1:{port}}} }}
smtpd_relay_restrictions = permit_auth_destination, reject
minimal_backoff_time = 300s
",
        port = post.address.port()
    );
    let postfix = Postfix::with(&settings);
    postfix.submit("jane@acme.example", "r-x@replies.processor.example", "Subject: No\r\n\r\n..No.").await;
    let rows = come(&post, 1).await;
    let raw = String::from_utf8(rows[0].raw.clone()).unwrap();
    assert!(
        raw.contains("for <r-x@replies.processor.example>") && raw.ends_with("\r\n\r\n.No.\r\n"),
        "{raw}"
    );
    assert_eq!(rows[0].recipients, ["r-x@replies.processor.example"]);

    // It keeps what we cannot commit, and brings it again.
    post.world.as_superuser("alter table inbound_message rename to elsewhere").await;
    postfix
        .submit("jane@acme.example", "r-y@replies.processor.example", "Subject: Still no\r\n\r\nNo.")
        .await;
    let deferred = async {
        while !postfix.ask("/usr/sbin/postqueue", &["-p"]).contains("451 4.3.0") {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, deferred).await.expect("it was not put off");
    post.world.as_superuser("alter table elsewhere rename to inbound_message").await;
    postfix.ask("/usr/sbin/postqueue", &["-f"]);
    come(&post, 2).await;

    // The way of bounces: the probe's address is refused, and the report about it comes home.
    postfix
        .submit(
            "b-x@bounces.processor.example",
            "bounce-probe@replies.processor.example",
            "Subject: probe\r\n\r\n",
        )
        .await;
    let rows = come(&post, 3).await;
    let report = String::from_utf8_lossy(&rows[2].raw);
    assert!(
        report.contains("Status: 5.1.1") && report.contains("bounce-probe@replies.processor.example"),
        "{report}"
    );
    assert_eq!(
        (rows[2].senders.as_slice(), rows[2].recipients.as_slice()),
        (&[Some(String::new())][..], &["b-x@bounces.processor.example".to_owned()][..])
    );
    post.world.finish().await;
}

#[tokio::test]
async fn what_postfix_gives_to_the_pipe_is_committed_and_what_is_not_it_keeps() {
    if let Some(obstacle) = obstacle() {
        left_out(obstacle);
        return;
    }
    let world = World::without_probes("2026-11-24T12:00Z", &[]).await;
    let postfix = Postfix::with(
        "relay_domains = replies.processor.example, bounces.processor.example
transport_maps = inline:{ {replies.processor.example = forenotice:} {bounces.processor.example = forenotice:} }
smtpd_relay_restrictions = permit_auth_destination, reject
minimal_backoff_time = 300s
",
    );
    world.write_program(&postfix.path("receive"), "receive");
    let (jane, reply) = ("jane@acme.example", "r-x@replies.processor.example");
    postfix.submit(jane, reply, "Subject: No\r\n\r\n..No.\r\nFrom us").await;
    let rows = come_to(&world, 1).await;
    let raw = String::from_utf8(rows[0].raw.clone()).unwrap();
    assert!(raw.starts_with("Received: ") && raw.ends_with("\n\n.No.\nFrom us\n"), "{raw}");
    assert_eq!(
        (rows[0].senders.as_slice(), rows[0].recipients[0].as_str()),
        (&[Some(jane.into())][..], reply)
    );
    // A bounce, by the null sender.
    postfix.submit("", "b-x@bounces.processor.example", "Subject: failed\r\n\r\nNo.").await;
    assert_eq!(come_to(&world, 2).await[1].senders, [Some(String::new())]);

    world.as_superuser("alter table inbound_message rename to elsewhere").await;
    postfix.submit(jane, reply, "Subject: Still no\r\n\r\nNo.").await;
    queue_says(&postfix, "temporary failure").await;
    world.as_superuser("alter table elsewhere rename to inbound_message").await;
    postfix.ask("/usr/sbin/postqueue", &["-f"]);
    come_to(&world, 3).await;
    // It is committed before Postfix hears so.
    queue_says(&postfix, "empty").await;
}

async fn queue_says(postfix: &Postfix, words: &str) {
    let said = async {
        while !postfix.ask("/usr/sbin/postqueue", &["-p"]).contains(words) {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("the queue does not say {words:?}"));
}

#[tokio::test]
async fn probes_come_home_through_a_postfix_that_is_relay_and_mx_and_so_does_the_bounce() {
    if let Some(obstacle) = obstacle() {
        left_out(obstacle);
        return;
    }
    let settings = [("inbound.listen", "127.0.0.1:0"), ("smtp.profile", "postfix")];
    let mut post = Post::with(&settings, Bounds::default()).await;
    let domains = ["replies.processor.example", "bounces.processor.example", "processor.example"];
    let home = post.address;
    let transports = domains.map(|domain| format!("{{{domain} = lmtp:inet:127.0.0.1:{}}}", home.port()));
    let postfix = Postfix::with(&format!(
        "relay_domains = {}\ntransport_maps = inline:{{ {} }}\n",
        domains.join(", "),
        transports.join(" ")
    ));
    let route = Route::parse(&format!("smtp://127.0.0.1:{}", postfix.port)).unwrap();
    post.world.cx.post = Relay::new(Route { encryption: Encryption::None, ..route });
    probe(&post.world).await;
    until(&post.world, &["reply home", "from home", "bounce home"]).await;
    assert!(!post.world.cx.announcements_wait().await.unwrap());
}

/// The exit status of `swaks` and what it printed.
async fn swaks(post: &Post, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("swaks")
        .args(["--server", "127.0.0.1", "--port", &post.address.port().to_string()])
        .args(["--from", "jane@acme.example", "--helo", "out.acme.example"])
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = timeout(PATIENCE, output).await.unwrap().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test]
async fn a_rude_client_gets_its_due_and_its_mail_is_kept_once() {
    if !Path::new("/usr/bin/swaks").exists() {
        left_out("swaks is missing; script/bootstrap installs it where it may");
        return;
    }
    let post = Post::open().await;
    let to = ["--to", "r-x@replies.processor.example"];
    let with = |more: &[&'static str]| [&to, more].concat();
    for (arguments, kept) in [
        (with(&["--protocol", "ESMTP", "--header", "Subject: 1"]), 1),
        (with(&["--protocol", "SMTP", "--header", "Subject: 2"]), 2),
        (with(&["--protocol", "LMTP", "--header", "Subject: 3"]), 3),
        (with(&["--pipeline", "--header", "Subject: 4"]), 4),
    ] {
        let (status, said) = swaks(&post, &arguments).await;
        assert_eq!(status, Some(0), "{said}");
        assert_eq!(stored(&post.world).await.len(), kept, "{said}");
    }
    for arguments in [
        with(&["--drop-after", "RCPT"]),
        with(&["--drop-after-send", "DATA"]),
        with(&["--quit-after", "RCPT"]),
        vec!["--to", "dpo@elsewhere.example"],
        with(&["--tls"]),
    ] {
        swaks(&post, &arguments).await;
        assert_eq!(stored(&post.world).await.len(), 4, "{arguments:?}");
    }
    // Still at work, and nobody holds it up.
    let (status, said) = swaks(&post, &with(&["--header", "Subject: 5"])).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(post.nothing_under_way());
    post.world.finish().await;
}
