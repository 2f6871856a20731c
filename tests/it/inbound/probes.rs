//! Probes: a relay that brings home what we write to ourselves, or does not, and what waits for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use forenotice::actions::{announce, deliver, prove_reply_path, receive_mail, sort_mail};
use forenotice::demo::mailbox::{Mail, Mailbox};
use forenotice::mail::inbox::listener::Bounds;
use forenotice::store::inbox::{self, Filter};
use forenotice::store::simulated;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::listener::Post;
use super::sorted::comes;
use crate::support::World;
use crate::support::builders::addition;

const DPO: &str = "dpo@processor.example";
const JANE: &str = "jane@acme.example";
const ONE: &str =
    "reference,customer,email,customer_since,role\nC-1,Acme,jane@acme.example,2024-03-01,privacy\n";
const DOOR: (&str, &str) = ("inbound.listen", "127.0.0.1:0");
const LISTEN: &str = "FORENOTICE__INBOUND__LISTEN";
const PROBES: &str =
    "select way || ' ' || case when home_at is not null then 'home' when flaw is not null then flaw
    when told_at is not null then 'out' else 'untold' end from probe order by id";

/// What the relay does with what comes for our own addresses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Home,
    Lost,
    /// It gives mails ids of its own.
    Renames,
    /// It hands them back as they are.
    AsTheyWere,
    /// What bounces is dropped.
    NoBounces,
}

/// A relay in front of our listener: what the mailbox has taken for our domains is brought there.
struct Homeward(Arc<Mutex<Way>>);

impl Homeward {
    fn of(mailbox: &Mailbox, listener: SocketAddr, way: Way) -> Self {
        let (way, mailbox) = (Arc::new(Mutex::new(way)), mailbox.clone());
        let kept = Arc::clone(&way);
        tokio::spawn(async move {
            let mut seen = 0;
            loop {
                for mail in mailbox.wait_for(seen + 1).await.into_iter().skip(usize::try_from(seen).unwrap())
                {
                    seen = mail.serial;
                    let way = *kept.lock().unwrap();
                    let ours = mail.envelope_to.iter().any(|to| {
                        to.address.ends_with("processor.example") && !to.address.starts_with("dpo@")
                    });
                    if ours && way != Way::Lost {
                        bring(&mail, listener, way).await;
                    }
                }
            }
        });
        Self(way)
    }

    fn turn_to(&self, way: Way) {
        *self.0.lock().unwrap() = way;
    }
}

async fn bring(mail: &Mail, listener: SocketAddr, way: Way) {
    let received =
        "Received: from forenotice by relay.example with ESMTP id 4kx; Tue, 24 Nov 2026 12:00:00 +0000\r\n";
    let mut content = String::from_utf8(mail.bytes.to_vec()).unwrap();
    if way != Way::AsTheyWere {
        content.insert_str(0, received);
    }
    if way == Way::Renames {
        content = content.replacen("Message-ID: <m-", "Message-ID: <x-", 1);
    }
    let to = &mail.envelope_to[0].address;
    if taken(listener, &mail.envelope_from, to, &content).await || way == Way::NoBounces {
        return;
    }
    let report = format!(
        "{received}From: MAILER-DAEMON@relay.example\r\nTo: {from}\r\nSubject: Undelivered\r\nMessage-ID: <bounce.{serial}@relay.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n",
        from = mail.envelope_from,
        serial = mail.serial,
    );
    assert!(taken(listener, "", &mail.envelope_from, &report).await);
}

/// One mail by SMTP; false: its recipient is refused.
async fn taken(listener: SocketAddr, from: &str, to: &str, content: &str) -> bool {
    let mut stream = BufReader::new(TcpStream::connect(listener).await.unwrap());
    let mut codes = Vec::new();
    let stuffed = content.replace("\r\n.", "\r\n..");
    let commands = [
        String::new(),
        "HELO relay.example\r\n".to_owned(),
        format!("MAIL FROM:<{from}>\r\n"),
        format!("RCPT TO:<{to}>\r\n"),
        "DATA\r\n".to_owned(),
        format!("{stuffed}.\r\n"),
    ];
    for command in commands {
        stream.write_all(command.as_bytes()).await.unwrap();
        let mut line = String::new();
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
        }
        codes.push(line);
        if codes.last().is_some_and(|line| line.starts_with('5')) {
            return false;
        }
    }
    true
}

async fn strings(world: &World, sql: &'static str) -> Vec<String> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    sqlx::query_scalar(sql).fetch_all(snapshot.conn()).await.unwrap()
}

/// Time goes on by this, and nothing is done on the way.
async fn later(world: &World, length: TimeDelta) {
    let to = world.now().await + length;
    assert!(simulated::move_to(world.cx.db.pool(), to).await.unwrap());
}

/// Until the newest probes are as expected; what comes in is sorted meanwhile.
pub async fn until(world: &World, expected: &[&str]) {
    let comes = async {
        loop {
            sort_mail::run_once(&world.cx).await.unwrap();
            let all = strings(world, PROBES).await;
            if all.get(all.len().saturating_sub(expected.len())..).is_some_and(|newest| newest == expected) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let all = timeout(Duration::from_secs(20), comes).await;
    assert!(all.is_ok(), "{:?} instead of {expected:?}", strings(world, PROBES).await);
}

pub async fn probe(world: &World) {
    while prove_reply_path::run_once(&world.cx).await.unwrap().done > 0 {}
}

#[tokio::test]
async fn the_clock_waits_for_the_probes_and_the_announcement_leaves_when_they_are_home() {
    let post = Post::with(&[DOOR], Bounds::default()).await;
    let world = &post.world;
    Homeward::of(&world.mailbox, post.address, Way::Home);
    world.customers(ONE).await;
    world.schedule(&addition("Nimbus", "2027-03-15")).await;
    world.settle().await;
    until(world, &["reply home", "from home", "bounce home"]).await;
    world.advance_to("2026-11-25T12:00Z").await;
    assert_eq!(world.subjects(JANE).len(), 1);
    // A day later there were others, and each was used once.
    until(world, &["reply home", "from home", "bounce home", "reply home", "from home", "bounce home"]).await;
    assert_eq!(strings(world, PROBES).await.len(), 6);

    let to_ourselves: Vec<_> = world.mailbox.mails_to("privacy@processor.example");
    assert_eq!(to_ourselves.len(), 2);
    assert!(to_ourselves[0].header("Reply-To").unwrap().contains("p-"));
    assert_eq!(to_ourselves[0].header("Auto-Submitted").as_deref(), Some("auto-generated"));
    // Nobody is shown them, nobody is answered, and nothing waits for them.
    let mut snapshot = world.cx.snapshot().await.unwrap();
    assert!(inbox::list(snapshot.conn(), Filter::Waiting, 10).await.unwrap().is_empty());
    drop(snapshot);
    assert_eq!(
        strings(world, "select class || ' ' || state || ' ' || count(*) from inbound_message group by class, state order by 1").await,
        ["bounce done 2", "probe done 4"]
    );
    assert_eq!(
        strings(world, "select letter_key from delivery where letter_key like 'alert%'").await,
        Vec::<String>::new()
    );
    assert_eq!(strings(world, "select learnt::text from relay").await, [r#"{"renames_letters": false}"#]);
    post.world.finish().await;
}

#[tokio::test]
async fn a_probe_that_is_lost_holds_announcements_tells_the_dpo_and_lets_go_when_one_comes_home() {
    let post = Post::with(&[DOOR], Bounds::default()).await;
    let world = &post.world;
    let homeward = Homeward::of(&world.mailbox, post.address, Way::Lost);
    world.customers(ONE).await;
    world.schedule(&addition("Nimbus", "2027-03-15")).await;
    later(world, TimeDelta::days(1)).await;
    probe(world).await;
    announce::run_once(&world.cx).await.unwrap();
    later(world, TimeDelta::minutes(59)).await;
    probe(world).await;
    deliver::mailings(&world.cx).await.unwrap();
    deliver::singles(&world.cx).await.unwrap();
    assert_eq!((world.subjects(JANE).len(), world.subjects(DPO).len()), (0, 0));
    assert_eq!(strings(world, PROBES).await, ["reply out", "from out", "bounce out"]);

    later(world, TimeDelta::minutes(1)).await;
    probe(world).await;
    deliver::mailings(&world.cx).await.unwrap();
    deliver::singles(&world.cx).await.unwrap();
    let told = world.mailbox.mails_to(DPO);
    let subject = "Answers may not reach us: a test letter by 127.0.0.1 has not come back";
    assert_eq!(told.iter().map(Mail::subject).collect::<Vec<_>>(), [subject, subject]);
    let texts: Vec<String> =
        told.iter().map(|mail| mail.text().split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for words in [
        "A test letter to our own reply address p-…@replies.processor.example by our relay 127.0.0.1 has not come back.",
        "A test letter to our own sender address privacy@processor.example by our relay 127.0.0.1 has not come back.",
        "announcements by this relay wait",
        "forenotice mail probe",
    ] {
        assert!(texts.iter().any(|text| text.contains(words)), "{texts:?}");
    }
    assert!(world.subjects(JANE).is_empty());

    let command = |words: &'static [&'static str]| world.fed(words, b"", &[(LISTEN, "127.0.0.1:0")]);
    let status = command(&["status"]).await;
    assert!(
        status.printed.contains("reply path  127.0.0.1 from: lost: announcements by this relay wait\n"),
        "{status:?}"
    );
    assert!(status.printed.contains("bounce: bounce path unproven\n"), "{status:?}");
    let doctor = command(&["doctor"]).await;
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.printed.contains("FAIL  reply_path: "), "{doctor:?}");

    // The hour's probes are lost as well; then the path is mended, and a person asks for others.
    assert_eq!(strings(world, PROBES).await.len(), 6);
    later(world, TimeDelta::minutes(10)).await;
    homeward.turn_to(Way::NoBounces);
    assert_eq!(prove_reply_path::probe_now(&world.cx).await.unwrap().len(), 1);
    until(world, &["reply home", "from home", "bounce out"]).await;
    deliver::mailings(&world.cx).await.unwrap();
    assert_eq!(world.subjects(JANE).len(), 1);

    // A bounce that does not come home is shown, and neither holds anything nor wakes anybody.
    later(world, TimeDelta::hours(2)).await;
    probe(world).await;
    let doctor = command(&["doctor"]).await;
    assert!(doctor.printed.contains("ok    reply_path: "), "{doctor:?}");
    assert!(doctor.printed.contains("ok    bounce_path: bounce path unproven"), "{doctor:?}");
    assert!(!world.cx.announcements_wait().await.unwrap());
    deliver::singles(&world.cx).await.unwrap();
    assert_eq!(world.subjects(DPO).len(), 2);
    post.world.finish().await;
}

#[tokio::test]
async fn only_the_probe_that_left_counts_and_only_once() {
    let settings = [DOOR, ("smtp.profile", "postfix")];
    let post = Post::with(&settings, Bounds::default()).await;
    let world = &post.world;
    let homeward = Homeward::of(&world.mailbox, post.address, Way::AsTheyWere);
    probe(world).await;
    let never_left = "reply It came back without having passed another mail server.";
    let from_never_left = never_left.replace("reply", "from");
    until(world, &[never_left, &from_never_left, "bounce home"]).await;
    homeward.turn_to(Way::Renames);
    later(world, TimeDelta::seconds(1)).await;
    prove_reply_path::probe_now(&world.cx).await.unwrap();
    let renamed = "reply It came back under another Message-ID, and this relay keeps ours.";
    until(world, &[renamed, &renamed.replace("reply", "from"), "bounce home"]).await;
    assert!(world.cx.announcements_wait().await.unwrap());

    // Of what another writes to that address nothing counts: it does not know what else the letter said.
    let sent = world.mailbox.mails();
    let to_reply = sent.iter().rfind(|mail| mail.envelope_to[0].address.starts_with("p-")).unwrap();
    let address = to_reply.envelope_to[0].address.clone();
    let received = "Received: from forenotice by relay.example; Tue, 24 Nov 2026 12:00:00 +0000\n";
    let forged =
        format!("{received}From: x@acme.example\nTo: {address}\nMessage-ID: <m-1@acme.example>\n\nHello.\n");
    comes(world, &forged, &address, "x@acme.example").await;
    assert!(strings(world, PROBES).await[3].starts_with("reply It came back without the header"));
    // Nor does a token of nobody's making, which is a stranger's mail.
    let wrong = format!("p-{}@replies.processor.example", "0".repeat(18));
    let real = String::from_utf8(to_reply.bytes.to_vec()).unwrap().replace("\r\n", "\n");
    comes(world, &format!("{received}{}", real.replace(&address, &wrong)), &wrong, &to_reply.envelope_from)
        .await;
    assert!(world.cx.announcements_wait().await.unwrap());

    // The very letter, from outside: home, by the first of two.
    let came = format!("{received}{real}");
    comes(world, &came, &address, &to_reply.envelope_from).await;
    let by = "select message_id::text || ' ' || home_at::text from probe where way = 'reply' and home_at is not null";
    let first = strings(world, by).await;
    assert_eq!(first.len(), 1);
    later(world, TimeDelta::minutes(1)).await;
    comes(world, &came.replace("Hello", "Hallo").replace("Subject: ", "Subject: Re: "), &address, "").await;
    assert_eq!(strings(world, by).await, first);
    post.world.finish().await;
}

#[tokio::test]
async fn who_dies_between_sending_and_recording_leaves_another_probe_and_no_hole() {
    let post = Post::with(&[DOOR], Bounds::default()).await;
    let world = &post.world;
    Homeward::of(&world.mailbox, post.address, Way::Lost);
    probe(world).await;
    // The relay's words are lost with the process, and what was to be looked at next as well.
    world
        .as_superuser(
            "update probe set told_at = null; update relay set next_look_at = now() + interval '5 minutes'",
        )
        .await;
    world
        .as_superuser(
            "update relay set next_look_at = simulated_at + interval '5 minutes' from installation where one",
        )
        .await;
    probe(world).await;
    assert_eq!(strings(world, PROBES).await.len(), 3);
    later(world, TimeDelta::minutes(5)).await;
    probe(world).await;
    let probes = strings(world, PROBES).await;
    assert_eq!(probes[..3], ["reply untold", "from untold", "bounce untold"]);
    assert_eq!(probes[3..], ["reply out", "from out", "bounce out"]);
    assert_eq!(world.mailbox.mails_to("privacy@processor.example").len(), 2);
}

#[tokio::test]
async fn of_several_replicas_one_probes_and_a_relay_that_is_away_is_asked_again() {
    let post = Post::with(&[DOOR], Bounds::default()).await;
    let world = &post.world;
    Homeward::of(&world.mailbox, post.address, Way::Lost);
    world.mailbox.go_away().await;
    probe(world).await;
    assert_eq!(strings(world, PROBES).await, Vec::<String>::new());
    world.relay_comes_back().await;
    later(world, TimeDelta::minutes(5)).await;
    let passes = [(); 4].map(|()| prove_reply_path::run_once(&world.cx));
    for pass in futures_util::future::join_all(passes).await {
        pass.unwrap();
    }
    assert_eq!(strings(world, PROBES).await, ["reply out", "from out", "bounce out"]);
    assert_eq!(world.mailbox.mails_to("privacy@processor.example").len(), 1);
}

#[tokio::test]
async fn where_no_door_is_configured_nothing_is_probed_and_nothing_waits() {
    let world = World::on("2026-11-24T12:00Z").await;
    world.settle().await;
    assert_eq!(strings(&world, "select name from relay").await, Vec::<String>::new());
    assert!(!world.cx.announcements_wait().await.unwrap());
    assert!(prove_reply_path::probe_now(&world.cx).await.unwrap().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn an_announcement_leaves_by_the_relay_that_is_proven() {
    let other = Mailbox::start(forenotice::demo::mailbox::Options::default()).await.unwrap();
    let post = Post::with(&[DOOR], Bounds::default()).await;
    let mut cx = post.world.cx.clone();
    let route = |mailbox: &Mailbox| forenotice::mail::relay::Route {
        encryption: forenotice::mail::relay::Encryption::None,
        ..forenotice::mail::relay::Route::parse(&mailbox.smtp_url()).unwrap()
    };
    let world = &post.world;
    cx.post = forenotice::mail::relay::Post::with_fallbacks(route(&world.mailbox), vec![route(&other)]);
    Homeward::of(&world.mailbox, post.address, Way::Lost);
    Homeward::of(&other, post.address, Way::Home);
    world.customers(ONE).await;
    world.schedule(&addition("Nimbus", "2027-03-15")).await;
    later(world, TimeDelta::days(1)).await;
    while prove_reply_path::run_once(&cx).await.unwrap().done > 0 {}
    until(world, &["reply out", "from out", "bounce out", "reply home", "from home", "bounce home"]).await;
    assert_eq!(cx.unproven_relays().await.unwrap().len(), 1);
    announce::run_once(&cx).await.unwrap();
    deliver::mailings(&cx).await.unwrap();
    assert_eq!((world.subjects(JANE).len(), other.mails_to(JANE).len()), (0, 1));
}

#[tokio::test]
async fn the_next_contacts_first_letter_waits_as_well_and_a_report_on_a_letter_is_no_probes() {
    const TWO: &str = "reference,customer,email,customer_since,role\nC-1,Acme,jane@acme.example,2024-03-01,privacy\n\
        C-1,Acme,legal@acme.example,2024-03-01,legal\n";
    let post = Post::with(&[DOOR], Bounds::default()).await;
    let world = &post.world;
    Homeward::of(&world.mailbox, post.address, Way::Home);
    world.customers(TWO).await;
    world.schedule(&addition("Nimbus", "2027-03-15")).await;
    world.advance_to("2026-11-25T12:00Z").await;
    let [letter] = world.mailbox.mails_to(JANE).try_into().unwrap();
    until(world, &["reply home", "from home", "bounce home"]).await;

    // A day without a pass: the proof is over when the letter comes back.
    later(world, TimeDelta::hours(25)).await;
    let probe_address =
        world.mailbox.mails().into_iter().find(|mail| mail.envelope_to[0].address.starts_with("p-"));
    let report = format!(
        "From: MAILER-DAEMON@mx.acme.example\nTo: bounce\nSubject: report\nMessage-ID: <r.1@mx.acme.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nNot delivered, nor was the mail to {}.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.example\n\n\
         Final-Recipient: rfc822; {JANE}\nAction: failed\nStatus: 5.1.1\n\n--b--\n",
        probe_address.unwrap().envelope_to[0].address,
    );
    let door = super::open_door(world, 9).await;
    let now = world.now().await.to_rfc3339();
    let mut mail = super::arrival(report.replace('\n', "\r\n").into_bytes(), &now, &[&letter.envelope_from]);
    mail.sender = Some(String::new());
    receive_mail::receive(&world.cx, door, vec![mail]).await.unwrap();
    while sort_mail::run_once(&world.cx).await.unwrap().done > 0 {}
    let bounced = "select state from delivery where bounced_at is not null";
    assert_eq!(strings(world, bounced).await.len(), 1);
    deliver::singles(&world.cx).await.unwrap();
    assert!(world.subjects("legal@acme.example").is_empty());
    probe(world).await;
    until(world, &["reply home", "from home", "bounce home"]).await;
    deliver::singles(&world.cx).await.unwrap();
    assert_eq!(world.subjects("legal@acme.example").len(), 1);
    post.world.finish().await;
}
