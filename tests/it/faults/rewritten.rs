//! A relay that makes a letter its own, as Amazon SES does: other Message-ID, other Return-Path, other Date. What comes back
//! must find its delivery all the same.

use std::sync::{Arc, Mutex};

use forenotice::actions::{announce, schedule_change};
use forenotice::domain::access::MailPurpose;
use forenotice::domain::delivery::DeliveryId;
use forenotice::mail::relay::{Encryption, Post, Route};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::mailing::{DPO, Mailing};

const WIRE_ID: &str = "0102018f3c5e7a91-2b1f6c1e-7f0a-4a55-9d5e-1c2f3a4b5c6d-000000";

/// What the relay was given, and what it delivered.
#[derive(Clone, Debug)]
struct Passed {
    envelope_from: String,
    delivered: String,
}

/// `says`: in its 250.
async fn relay(says: &'static str) -> (String, Arc<Mutex<Vec<Passed>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let passed: Arc<Mutex<Vec<Passed>>> = Arc::default();
    let kept = Arc::clone(&passed);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&kept), says));
        }
    });
    (url, passed)
}

async fn converse(stream: TcpStream, passed: Arc<Mutex<Vec<Passed>>>, says: &'static str) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 email-smtp.example ESMTP\r\n").await.unwrap();
    let (mut line, mut envelope_from) = (String::new(), String::new());
    while {
        line.clear();
        stream.read_line(&mut line).await.unwrap_or(0) > 0
    } {
        let mut reply = "250 Ok".to_owned();
        if let Some(from) = line.strip_prefix("MAIL FROM:<") {
            from.split('>').next().unwrap().clone_into(&mut envelope_from);
        }
        if line.starts_with("DATA") {
            stream.write_all(b"354 End data with <CR><LF>.<CR><LF>\r\n").await.unwrap();
            let mut content = String::new();
            while !content.ends_with("\r\n.\r\n") {
                stream.read_line(&mut content).await.unwrap();
            }
            passed
                .lock()
                .unwrap()
                .push(Passed { envelope_from: envelope_from.clone(), delivered: made_its_own(&content) });
            reply = format!("250 {says}");
        }
        stream.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
    }
}

fn made_its_own(content: &str) -> String {
    let of_ours = |line: &&str| !["Message-ID:", "Date:"].iter().any(|name| line.starts_with(name));
    let rest: Vec<&str> = content.split("\r\n").filter(of_ours).collect();
    let id = format!("{WIRE_ID}@eu-west-1.amazonses.com");
    format!(
        "Return-Path: <{id}>\r\nMessage-ID: <{id}>\r\nDate: Mon, 23 Nov 2026 09:01:02 +0000\r\n{}",
        rest.join("\r\n")
    )
}

#[tokio::test]
async fn what_comes_back_to_a_letter_that_the_relay_rewrote_finds_its_delivery() {
    let (url, passed) = relay("Ok 0102018f3c5e7a91-2b1f6c1e-7f0a-4a55-9d5e-1c2f3a4b5c6d-000000").await;
    let mut mailing = Mailing::configured(&[("smtp.profile", "ses")], &[("acme", &[DPO])]).await;
    mailing.world.cx.post = Post::new(Route { encryption: Encryption::None, ..Route::parse(&url).unwrap() });
    assert_eq!(mailing.send().await, 1);
    let passed = passed.lock().unwrap().clone();
    let [Passed { envelope_from, delivered }] = &passed[..] else { panic!("{} letters", passed.len()) };
    let header = |name: &str| {
        let begin = delivered.find(&format!("\r\n{name}: ")).unwrap() + name.len() + 4;
        let value = delivered[begin..].split("\r\n").take_while(|line| !line.is_empty());
        let mut lines = value.enumerate().take_while(|(at, line)| *at == 0 || line.starts_with(' '));
        lines.by_ref().map(|(_, line)| line).collect::<String>()
    };
    let row = mailing.row("dpo@acme.example").await;
    let ours = |purpose| Some((purpose, DeliveryId(row.id)));
    let keys = &mailing.world.cx.keys;
    let found = |address: &str| {
        let inner = address.split(['<', '>']).nth(1).unwrap_or(address);
        keys.find_mail_token(inner)
    };
    assert_eq!(found(&header("Message-ID")), None, "the relay's own id holds no token");
    assert_eq!(found(&header("Reply-To")), ours(MailPurpose::Reply), "an answer");
    assert_eq!(found(&header("References")), ours(MailPurpose::Thread), "an answer that keeps no Reply-To");
    assert_eq!(found(envelope_from), ours(MailPurpose::Bounce), "a bounce that the relay forwards");
    let token = header("X-SES-MESSAGE-TAGS");
    assert_eq!(keys.read_mail_token(token.trim_start_matches("d=")), ours(MailPurpose::Delivery), "an event");

    let kept: (String, String, i64) = sqlx::query_as("select relay, id, delivery_id from wire_id")
        .fetch_one(mailing.world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(kept, ("127.0.0.1".to_owned(), WIRE_ID.to_owned(), row.id));
    assert!(
        header("Message-ID").starts_with(&format!("<{}@", kept.1)),
        "an event that names the relay's id alone"
    );
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_follow_up_names_the_earlier_letter_as_its_recipient_saw_it() {
    const SEEN: &str = "AM0PR01MB1@eurprd01.prod.outlook.example";
    let (url, passed) =
        relay("2.6.0 <AM0PR01MB1@eurprd01.prod.outlook.example> [InternalId=1] Queued mail for delivery")
            .await;
    let mut mailing = Mailing::configured(&[("smtp.profile", "generic")], &[("acme", &[DPO])]).await;
    mailing.world.cx.post = Post::new(Route { encryption: Encryption::None, ..Route::parse(&url).unwrap() });
    mailing.send().await;
    let world = &mailing.world;
    schedule_change::withdraw(&world.cx, world.dpo.clone(), "CHG-2026-0001", "", None).await.unwrap();
    announce::run_once(&world.cx).await.unwrap();
    mailing.send().await;
    let passed = passed.lock().unwrap().clone();
    let unfolded = |letter: &Passed| letter.delivered.replace("\r\n ", " ");
    let to_acme: Vec<String> =
        passed.iter().map(unfolded).filter(|text| text.contains("dpo@acme.example")).collect();
    let [first, second] = &to_acme[..] else { panic!("{} letters", to_acme.len()) };
    let references = |text: &str| {
        text.lines().find_map(|line| line.strip_prefix("References: ")).map(str::to_owned).unwrap_or_default()
    };
    assert!(!references(first).contains(SEEN));
    let ids: Vec<String> = references(second).split(' ').map(str::to_owned).collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    assert!(ids[0].starts_with("<t-") && ids[1].starts_with("<m-"), "{ids:?}");
    assert_eq!(ids[2], format!("<{SEEN}>"));
    mailing.world.finish().await;
}
