//! Roles apart: the only process that takes mail in is restarted while others decide.

use std::net::SocketAddr;
use std::time::Duration;

use forenotice::store::simulated;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::killed::{Doors, hears};
use super::sorted::{JANE, OBJECTIONS, TWO, letter_to, person, reasons, reply_to, strings};
use super::stored;
use crate::support::World;
use crate::support::builders::addition;

const PATIENCE: Duration = Duration::from_mins(1);
const SOURCES: &str = "select name || ' ' || state from door where beat_at = 'infinity' order by name";

/// The doors of processes themselves.
const OPEN: &str =
    "select name from door where beat_at <> 'infinity' and kind = 'listener' and state = 'open'";

/// Time goes on without a stop: while a gate waits, the clock would stop every few seconds of the whole day.
async fn jump(world: &World, instant: &str) {
    simulated::move_to(world.cx.db.pool(), super::at(instant)).await.unwrap();
    world.settle().await;
}

/// A change announced to two customers, its mail taken in by a process of its own, which is started and stopped.
async fn announced() -> (World, String, SocketAddr) {
    announced_with("together").await
}

async fn announced_with(go_live: &str) -> (World, String, SocketAddr) {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = [
        ("policy.notice_days", "30"),
        ("policy.objection_days", "14"),
        ("policy.go_live", go_live),
        ("inbound.trusted_hops", "1"),
    ];
    let world = World::without_probes("2026-11-23T09:00Z", &settings).await;
    world.customers(TWO).await;
    let planned = world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    (world, planned.reference, address)
}

async fn receiving(world: &World, address: SocketAddr) -> Doors {
    let doors = Doors::open(world, &[("FORENOTICE__INBOUND__LISTEN", address.to_string())]);
    let open = async {
        while strings(world, OPEN).await.is_empty() || TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, open).await.expect("it does not listen");
    doors
}

/// As the MTA before us does once it can: it had the mail on that day.
async fn hand_over(to: SocketAddr, mail: &str, recipient: &str) {
    let mut client = BufReader::new(TcpStream::connect(to).await.unwrap());
    hears(&mut client, "220").await.unwrap();
    for command in ["LHLO mx.processor.example", "MAIL FROM:<>", &format!("RCPT TO:<{recipient}>"), "DATA"] {
        client.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        hears(&mut client, if command == "DATA" { "354" } else { "250" }).await.unwrap();
    }
    let received = "Received: from acme.example by mx.processor.example; Tue, 1 Dec 2026 10:00:00 +0000\n";
    let mail = format!("{received}{mail}.\n").replace('\n', "\r\n");
    client.write_all(mail.as_bytes()).await.unwrap();
    hears(&mut client, "250").await.unwrap();
}

#[tokio::test]
async fn no_gate_opens_while_nobody_takes_mail_in_and_what_waited_is_weighed() {
    let (world, reference, address) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    receiving(&world, address).await.stop().await;
    assert_eq!(strings(&world, SOURCES).await, ["inbound.listen open"]);

    // The day is over, and nobody knows what the MTA holds.
    jump(&world, "2027-01-16T12:00:00Z").await;
    assert_eq!(world.change(&reference).await.state.as_str(), "held");
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new(), "nothing else stands in the way");
    let said = world.command(&["gate", &reference]).await.printed;
    assert!(
        said.contains("inbound.listen is read up to 2026-11-24 12:00 UTC: nothing later is decided"),
        "{said}"
    );

    let doors = receiving(&world, address).await;
    hand_over(address, &person(JANE, "OBJECT", "No."), &to).await;
    doors.stop().await;
    assert_eq!(stored(&world).await.len(), 1);
    jump(&world, "2027-01-17T12:00:00Z").await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true No."]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    assert_eq!(world.change(&reference).await.state.as_str(), "held");
    let found = "select count(*)::text from objection_change where found_after_effect";
    assert_eq!(strings(&world, found).await, ["0"]);
    world.finish().await;
}

#[tokio::test]
async fn what_nobody_reads_holds_a_change_that_starts_for_each_as_well() {
    let (world, reference, address) = announced_with("per_customer").await;
    receiving(&world, address).await.stop().await;
    jump(&world, "2027-01-15T12:00:00Z").await;
    assert_eq!(world.change(&reference).await.state.as_str(), "in_notice", "its day is not over");
    jump(&world, "2027-01-16T12:00:00Z").await;
    assert_eq!(world.change(&reference).await.state.as_str(), "held");
    let started = "select count(*)::text from obligation where in_force_at is not null";
    assert_eq!(strings(&world, started).await, ["0"]);
    world.finish().await;
}

#[tokio::test]
async fn a_killed_process_holds_the_gate_until_another_takes_mail_in() {
    let (world, reference, address) = announced().await;
    let mut doors = receiving(&world, address).await;
    doors.kill().await;
    // Its own door and its name go with the time; what it took in is still a source.
    let silent = "update door set beat_at = clock_timestamp() - interval '31 seconds' where state = 'open' and beat_at <> 'infinity' and kind = 'listener'";
    world.as_superuser(silent).await;
    world.as_superuser("delete from replica where 'receive' = any(roles) and not 'web' = any(roles)").await;
    jump(&world, "2027-01-15T12:00:00Z").await;
    assert_eq!(world.change(&reference).await.state.as_str(), "in_notice");
    receiving(&world, address).await.stop().await;
    jump(&world, "2027-01-15T12:01:00Z").await;
    assert_eq!(world.change(&reference).await.state.as_str(), "effective");
    world.finish().await;
}

#[tokio::test]
async fn what_is_configured_no_more_is_waited_for_no_more() {
    let (world, _, address) = announced().await;
    receiving(&world, address).await.stop().await;
    let settings = [
        ("FORENOTICE__INBOUND__IMAP__URL", "imap://127.0.0.1:9".to_owned()),
        ("FORENOTICE__INBOUND__IMAP__USER", "x".to_owned()),
        ("FORENOTICE__INBOUND__IMAP__PASSWORD", "0123456789abcdef".to_owned()),
    ];
    let doors = Doors::open(&world, &settings);
    let closed = ["inbound.imap x@127.0.0.1 open", "inbound.listen closed"];
    let noticed = async {
        while strings(&world, SOURCES).await != closed {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, noticed).await.expect("it is still waited for");
    doors.stop().await;
}
