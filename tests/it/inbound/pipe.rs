//! `forenotice receive`: what an MTA's pipe is told, and that the gate waits while it hands over.

use std::time::Duration;

use forenotice::store::door;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::{at, mail, stored};
use crate::support::World;

const NOBODY: (&str, &str) = ("FORENOTICE__DATABASE__URL", "postgres://postgres@127.0.0.1:9/none");

#[tokio::test]
async fn a_mail_on_standard_input_is_committed_with_its_envelope() {
    let world = World::on("2026-11-24T12:00Z").await;
    // What an address looks like is the sender's choice.
    let words = ["receive", "--from=", "--to=-odd@x", "--to=b-x@bounces.processor.example"];
    let ran = world.fed(&words, &mail("a"), &[]).await;
    assert_eq!((ran.code, ran.printed.as_str(), ran.said.as_str()), (Some(0), "", ""), "{ran:?}");
    let rows = stored(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0].raw, rows[0].received_at), (&mail("a"), at("2026-11-24T12:00:00Z")));
    assert_eq!(rows[0].senders, [Some(String::new())]);
    assert_eq!(rows[0].recipients, ["-odd@x", "b-x@bounces.processor.example"]);
}

#[tokio::test]
async fn the_gate_waits_for_a_mail_that_is_being_handed_over() {
    let world = World::on("2026-11-24T12:00Z").await;
    let vouched = async || {
        let mut snapshot = world.cx.snapshot().await.unwrap();
        door::list_open(snapshot.conn()).await.unwrap()
    };
    let mut running = world.running(&["receive"], &[]);
    let mut stdin = running.child.stdin.take().unwrap();
    stdin.write_all(b"Subject: ").await.unwrap();
    let opened = async {
        while !vouched().await.iter().any(|open| open.name.starts_with("pipe ")) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), opened).await.unwrap();
    world.advance_to("2026-11-24T12:00:10Z").await;
    let doors = vouched().await;
    assert_eq!((doors.len(), doors[0].vouches_until), (2, at("2026-11-24T12:00:00Z")), "{doors:?}");

    stdin.write_all(b"No\r\n\r\nNo.\r\n").await.unwrap();
    drop(stdin);
    assert_eq!(running.ended().await.code, Some(0));
    let doors = vouched().await;
    assert_eq!(doors.len(), 1, "{doors:?}");
    assert_eq!(stored(&world).await[0].received_at, at("2026-11-24T12:00:00Z"));
}

#[tokio::test]
async fn whatever_may_pass_makes_the_mta_keep_the_mail() {
    let world = World::on("2026-11-24T12:00Z").await;
    let away = world.fed(&["receive"], &mail("a"), &[NOBODY]).await;
    assert_eq!(away.code, Some(75), "{away:?}");
    let misconfigured = world.fed(&["receive"], &mail("a"), &[("FORENOTICE__INBOUND__LISTEN", "here")]).await;
    assert_eq!(misconfigured.code, Some(75), "{misconfigured:?}");
    for odd in [["receive", "--nonsense"], ["receive", "word"], ["--nonsense", "receive"]] {
        let misunderstood = world.fed(&odd, &mail("a"), &[]).await;
        assert_eq!(misunderstood.code, Some(75), "{misunderstood:?}");
    }
    world.as_superuser("alter table inbound_message rename to elsewhere").await;
    let broken = world.fed(&["receive"], &mail("a"), &[]).await;
    assert_eq!(broken.code, Some(75), "{broken:?}");
    world.as_superuser("alter table elsewhere rename to inbound_message").await;
    assert!(stored(&world).await.is_empty());
    // None of them left the gate waiting.
    let mut snapshot = world.cx.snapshot().await.unwrap();
    assert_eq!(door::list_open(snapshot.conn()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_will_never_be_taken_is_said_so() {
    let world = World::on("2026-11-24T12:00Z").await;
    let empty = world.fed(&["receive"], b"", &[]).await;
    assert_eq!((empty.code, empty.said.as_str()), (Some(65), "error: there is no mail on standard input\n"));
    let one = ("FORENOTICE__INBOUND__MEGABYTES_MAX", "1");
    let large = vec![b'x'; 1024 * 1024];
    assert_eq!(world.fed(&["receive"], &large, &[one]).await.code, Some(0));
    let larger = world.fed(&["receive"], &[large.as_slice(), b"x"].concat(), &[one]).await;
    assert_eq!(larger.code, Some(65), "{larger:?}");
    assert_eq!(stored(&world).await.len(), 1);
}
