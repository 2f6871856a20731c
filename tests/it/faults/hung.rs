//! A relay that says nothing to a letter for minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use forenotice::actions::deliver;
use forenotice::domain::ledger::Actor;
use forenotice::mail::letter::{Occasional, Test};
use forenotice::store::letter::{self, To};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::World;

/// Long enough for any machine; what is waited for comes in a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// Its port, and a word for each final dot; the first of them is never answered.
async fn relay() -> (u16, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    let first = Arc::new(AtomicBool::new(true));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, Arc::clone(&first), tell.clone()));
        }
    });
    (port, told)
}

async fn talk(stream: TcpStream, first: Arc<AtomicBool>, tell: mpsc::UnboundedSender<()>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 relay.example\r\n").await.ok()?;
    let (mut line, mut in_letter) = (String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let answer = match line.get(..4).unwrap_or_default() {
            _ if in_letter && line != ".\r\n" => continue,
            _ if in_letter => {
                in_letter = false;
                tell.send(()).ok()?;
                if first.swap(false, Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                "250 taken"
            }
            "DATA" => {
                in_letter = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 relay.example",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

async fn queue(world: &World, key: &str) {
    let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
    let processor = world.cx.settings.site.processor();
    let test = Occasional::Test(Test { processor, zone: world.cx.policy.zone.clone(), at: tx.now() });
    let latest = tx.now() + TimeDelta::days(1);
    letter::queue(&mut tx, key, To::Address("anna@processor.example"), &test, latest).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
}

#[tokio::test]
async fn a_letter_that_hangs_at_the_relay_holds_no_other_up() {
    let (port, mut dots) = relay().await;
    let url = format!("smtp://127.0.0.1:{port}");
    let world = World::without_probes("2026-11-23T06:00Z", &[("smtp.url", &url)]).await;
    queue(&world, "test:1").await;
    let cx = world.cx.clone();
    let pass = tokio::spawn(async move { deliver::singles(&cx).await });
    timeout(PATIENCE, dots.recv()).await.expect("the first letter went").unwrap();
    queue(&world, "test:2").await;
    timeout(PATIENCE, dots.recv()).await.expect("the second letter waits for the first").unwrap();
    assert!(!pass.is_finished());
    pass.abort();
}
