//! The client against a relay that follows a script: what it says on the wire, and what it reports.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::dialogue::Wire;
use super::*;

mod fallback;
mod lanes;
mod oauth;
mod pipelining;
mod replies;
mod slower;
mod tls;

enum Act {
    Say(String),
    SayAfter(Duration, String),
    SayAndClose(String),
    /// Says it together with what it says next: it never comes to the client that waits for it.
    SayLater(String),
    /// Says it, and hears nothing any more.
    SayAndGoDeaf(String),
    Close,
    /// Closes where another command has come already.
    HangUpIfMoreComes,
    Silence,
}

impl Post {
    async fn tell(&self, letter: &Composed) -> Said {
        self.hand_over(letter, Lane::Single).await.said
    }
}

fn say(words: &str) -> Act {
    Act::Say(words.to_owned())
}

/// A relay that answers every command as its script says; `greeting` and `.` stand for connection and content.
struct Relay {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

type Script = dyn Fn(usize, &str) -> Option<Act> + Send + Sync;

impl Relay {
    async fn start(script: impl Fn(usize, &str) -> Option<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (heard, connections) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let relay = Self { url, heard: Arc::clone(&heard), connections: Arc::clone(&connections) };
        let script: Arc<Script> = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = connections.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::spawn(converse(stream, number, Arc::clone(&script), Arc::clone(&heard)));
            }
        });
        relay
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn route(&self) -> Route {
        Route { encryption: Encryption::None, connections: 1, ..Route::parse(&self.url).unwrap() }
    }

    fn post(&self) -> Post {
        Post::new(self.route())
    }
}

async fn converse(stream: impl Wire, number: usize, script: Arc<Script>, heard: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut line = "greeting".to_owned();
    let mut later = String::new();
    loop {
        if line != "greeting" {
            heard.lock().unwrap().push(line.clone());
        }
        let act = script(number, &line).unwrap_or_else(|| say(usual(&line)));
        let (words, close) = match act {
            Act::Say(words) => (words, false),
            Act::SayAfter(wait, words) => {
                tokio::time::sleep(wait).await;
                (words, false)
            }
            Act::SayAndClose(words) => (words, true),
            Act::SayLater(words) => {
                later += &format!("{words}\r\n");
                (String::new(), false)
            }
            Act::SayAndGoDeaf(words) => {
                stream.write_all(format!("{words}\r\n").as_bytes()).await.unwrap();
                std::future::pending().await
            }
            Act::Close => return,
            Act::HangUpIfMoreComes if !stream.buffer().is_empty() => return,
            Act::HangUpIfMoreComes => (usual(&line).to_owned(), false),
            Act::Silence => std::future::pending().await,
        };
        if !words.is_empty() {
            stream.write_all(std::mem::take(&mut later).as_bytes()).await.unwrap();
        }
        for part in words.lines() {
            stream.write_all(format!("{part}\r\n").as_bytes()).await.unwrap();
        }
        if close {
            return;
        }
        let content = words.starts_with("354");
        line = String::new();
        loop {
            let before = line.len();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if !content {
                line = line.trim_end().to_owned();
                break;
            }
            if &line[before..] == ".\r\n" {
                line = ".".to_owned() + &line;
                break;
            }
        }
    }
}

fn usual(line: &str) -> &'static str {
    match line.split([' ', '\r']).next().unwrap_or_default() {
        "greeting" => "220 relay.example ESMTP",
        "EHLO" => "250-relay.example\n250-SIZE 100000\n250 DSN",
        "DATA" => "354 go ahead",
        "QUIT" => "221 bye",
        "MAIL" | "RCPT" | "RSET" | "NOOP" => "250 2.0.0 ok",
        _ => "250 2.0.0 Ok: queued as 4F1A",
    }
}

const BYTES: &str = "Subject: x\r\nX-Forenotice-Delivery: d-4k7m2q9wr6v0jz2pqe\r\n\r\n.hidden\r\nHello\r\n";

fn letter(to: &str) -> Composed {
    Composed {
        bytes: BYTES.as_bytes().to_vec(),
        envelope_from: "b-4k7m2q9wxh3t8c5d1n@bounces.processor.example".to_owned(),
        envelope_to: to.to_owned(),
        message_id: "m-1@replies.processor.example".to_owned(),
        hash: [0; 32],
        date: chrono::DateTime::UNIX_EPOCH,
        smtputf8: false,
    }
}

fn accepted() -> Said {
    Said::Accepted { code: 250, words: "2.0.0 Ok: queued as 4F1A".into(), wire_id: Some("4F1A".into()) }
}

#[tokio::test]
async fn a_letter_travels_with_its_dsn_wishes_and_exactly_its_bytes() {
    let relay = Relay::start(|_, _| None).await;
    let post = Post::new(Route { helo_name: Some("mail.processor.example".into()), ..relay.route() });
    assert_eq!(post.tell(&letter("jane@b\u{fc}cher.example")).await, accepted());
    let size = BYTES.len() + 4;
    assert_eq!(
        relay.heard(),
        [
            "EHLO mail.processor.example".to_owned(),
            format!(
                "MAIL FROM:<b-4k7m2q9wxh3t8c5d1n@bounces.processor.example> SIZE={size} RET=HDRS \
                 ENVID=d-4k7m2q9wr6v0jz2pqe"
            ),
            "RCPT TO:<jane@xn--bcher-kva.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=utf-8;jane@b\\x{FC}cher.example"
                .to_owned(),
            "DATA".to_owned(),
            format!(".{}.\r\n", BYTES.replace(".hidden", "..hidden")),
        ]
    );
}

#[tokio::test]
async fn a_refused_recipient_costs_a_reset_and_keeps_the_connection() {
    let relay =
        Relay::start(|_, line| line.starts_with("RCPT TO:<gone").then(|| say("550 5.1.1 no such user")))
            .await;
    let post = relay.post();
    let refused =
        Said::Refused { address_dead: true, code: Some(550), words: "5.1.1 no such user".to_owned() };
    for _ in 0..25 {
        assert_eq!(post.tell(&letter("gone@acme.example")).await, refused);
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    }
    assert_eq!(relay.connections(), 1);
    let commands: Vec<String> = relay.heard()[1..7].iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(commands, ["MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]);
}

#[tokio::test]
async fn a_bare_550_is_the_addresss_death_only_while_others_pass() {
    let relay = Relay::start(|_, line| line.starts_with("RCPT TO:<gone").then(|| say("550 rejected"))).await;
    let post = relay.post();
    let words = "rejected".to_owned();
    let policy = Said::Policy { code: 550, words: words.clone() };
    assert_eq!(post.tell(&letter("gone@acme.example")).await, policy);
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    let refused = Said::Refused { address_dead: true, code: Some(550), words };
    assert_eq!(post.tell(&letter("gone@acme.example")).await, refused);
}

#[tokio::test]
async fn a_connection_that_ends_before_the_dot_costs_the_letter_nothing() {
    for (at, act) in [("MAIL", 0), ("RCPT", 1), ("DATA", 0), ("DATA", 2), ("MAIL", 1)] {
        let relay = Relay::start(move |number, line| {
            (number == 1 && line.starts_with(at)).then(|| match act {
                0 => Act::Close,
                1 => Act::SayAndClose("421 4.3.2 shutting down".to_owned()),
                _ => Act::SayAndClose("421-4.3.2 shutting\n421 4.3.2 down".to_owned()),
            })
        })
        .await;
        assert_eq!(relay.post().tell(&letter("jane@acme.example")).await, accepted(), "{at} {act}");
        assert_eq!(relay.connections(), 2);
    }
}

#[tokio::test]
async fn a_connection_that_ends_after_the_dot_leaves_the_letter_in_doubt() {
    let relay = Relay::start(|_, line| line.starts_with('.').then_some(Act::Close)).await;
    assert!(matches!(relay.post().tell(&letter("jane@acme.example")).await, Said::InDoubt { .. }));
    assert_eq!(relay.connections(), 1, "a letter in doubt is not sent again behind our caller's back");
}

#[tokio::test]
async fn no_reply_after_the_dot_is_in_doubt_when_the_wait_is_over() {
    let relay = Relay::start(|_, line| line.starts_with('.').then_some(Act::Silence)).await;
    let patience = Patience { content: Duration::from_millis(50), ..Patience::default() };
    let post = Post::new(Route { patience, ..relay.route() });
    assert!(matches!(post.tell(&letter("jane@acme.example")).await, Said::InDoubt { .. }));
}

#[tokio::test]
async fn replies_after_the_dot_are_reported_word_for_word() {
    let cases = [
        ("451 4.3.0 try again", Said::Deferred { code: Some(451), words: "4.3.0 try again".into() }),
        ("421 closing", Said::Deferred { code: Some(421), words: "closing".into() }),
        ("552 5.3.4 too big", Said::LetterFault { code: Some(552), words: "5.3.4 too big".into() }),
        (
            "554-5.7.1 spam\n554 5.7.1 go away",
            Said::Policy { code: 554, words: "5.7.1 spam 5.7.1 go away".into() },
        ),
        (
            "250 Übernommen als \u{e9}",
            Said::Accepted { code: 250, words: "Übernommen als \u{e9}".into(), wire_id: None },
        ),
    ];
    for (reply, expected) in cases {
        let relay = Relay::start(move |_, line| line.starts_with('.').then(|| say(reply))).await;
        assert_eq!(relay.post().tell(&letter("jane@acme.example")).await, expected);
    }
}

#[tokio::test]
async fn a_relay_that_is_away_leaves_the_letter_untouched_and_is_left_alone() {
    let relay =
        Relay::start(|_, line| (line == "greeting").then(|| Act::SayAndClose("421 full".into()))).await;
    let post = relay.post();
    let said = post.tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { code: Some(421), words, retry_after } = said else { panic!("{said:?}") };
    assert!(words.contains("421 full"), "{words}");
    assert_eq!(retry_after, TimeDelta::seconds(2));
    let said = post.tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { code: None, .. }), "{said:?}");
    assert_eq!(relay.connections(), 1, "the breaker asked the relay a second time");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_relay_that_is_away() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let route = Route { encryption: Encryption::None, ..Route::parse(&format!("smtp://{free}")).unwrap() };
    let said = Post::new(route).tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { code: None, .. }), "{said:?}");
}

#[tokio::test]
async fn a_sender_that_is_refused_is_the_relays_fault_not_the_letters() {
    let relay =
        Relay::start(|_, line| line.starts_with("MAIL").then(|| say("550 5.7.60 not your address"))).await;
    let said = relay.post().tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { code: Some(550), retry_after, .. } = said else { panic!("{said:?}") };
    assert_eq!(retry_after, TimeDelta::minutes(5));
}

#[tokio::test]
async fn a_refusal_of_data_is_the_recipients_or_a_policy_and_keeps_the_connection() {
    for (reply, expected) in [
        ("451 4.3.0 later", Said::Deferred { code: Some(451), words: "4.3.0 later".into() }),
        ("554 5.7.1 no", Said::Policy { code: 554, words: "5.7.1 no".into() }),
        ("550 5.1.1 gone", Said::Refused { address_dead: true, code: Some(550), words: "5.1.1 gone".into() }),
    ] {
        let datas = AtomicUsize::new(0);
        let relay = Relay::start(move |_, line| {
            (line == "DATA" && datas.fetch_add(1, Ordering::SeqCst) == 0).then(|| say(reply))
        })
        .await;
        let post = relay.post();
        assert_eq!(post.tell(&letter("jane@acme.example")).await, expected);
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted(), "{reply}");
        assert_eq!(relay.connections(), 1, "{reply}");
        let commands: Vec<String> = relay.heard()[3..6].iter().map(|line| line[..4].to_owned()).collect();
        assert_eq!(commands, ["DATA", "RSET", "MAIL"], "{reply}");
    }
}

#[tokio::test]
async fn the_relays_limit_of_letters_a_connection_is_learnt() {
    let relay = Relay::start({
        let letters = Mutex::new((0, 0));
        move |number, line| {
            let mut letters = letters.lock().unwrap();
            if letters.0 != number {
                *letters = (number, 0);
            }
            letters.1 += usize::from(line.starts_with('.'));
            (line.starts_with("MAIL") && letters.1 >= 3).then(|| Act::SayAndClose("421 enough".into()))
        }
    })
    .await;
    let post = relay.post();
    for _ in 0..9 {
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    }
    assert_eq!(relay.connections(), 3);
    let heard = relay.heard();
    let quits = heard.iter().filter(|line| *line == "QUIT").count();
    assert_eq!(quits, 1, "the second connection was ended by us, before the relay had to: {heard:?}");
}

#[tokio::test]
async fn a_relay_out_of_step_never_gets_a_dot() {
    let relay = Relay::start(|_, line| line.starts_with("RCPT").then(|| say("354 too early"))).await;
    let said = relay.post().tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { .. }), "{said:?}");
    assert!(!relay.heard().iter().any(|line| line.starts_with('.') || line == "DATA"), "{:?}", relay.heard());
}

#[tokio::test]
async fn a_capability_line_of_blanks_stops_nobody() {
    let relay =
        Relay::start(|_, line| line.starts_with("EHLO").then(|| say("250-relay\n250-   \n250 HELP"))).await;
    assert_eq!(relay.post().tell(&letter("jane@acme.example")).await, accepted());
    assert!(relay.heard()[2].ends_with("RCPT TO:<jane@acme.example>"), "no DSN where none is offered");
}

#[tokio::test]
async fn what_the_relay_cannot_carry_fails_at_once_with_the_reason() {
    let relay = Relay::start(|_, line| line.starts_with("EHLO").then(|| say("250-relay\n250 SIZE 20"))).await;
    let post = relay.post();
    let said = post.tell(&letter("j\u{f6}rg@acme.example")).await;
    let Said::Refused { address_dead: false, code: None, words } = said else { panic!("{said:?}") };
    assert!(words.contains("SMTPUTF8"), "{words}");
    let said = post.tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::LetterFault { code: None, .. }), "{said:?}");
    assert_eq!(relay.heard().len(), 1, "nothing but EHLO was said: {:?}", relay.heard());
    let split = Composed { bytes: b"A: b\r\n\r\nx\n.\r\n".to_vec(), ..letter("jane@acme.example") };
    assert!(matches!(post.tell(&split).await, Said::LetterFault { .. }));
}

#[tokio::test]
async fn no_letter_leaves_in_plain_text_where_tls_is_required() {
    let relay = Relay::start(|_, _| None).await;
    let post = Post::new(Route { encryption: Encryption::Required, ..relay.route() });
    let said = post.tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { words, .. } = said else { panic!("{said:?}") };
    assert!(words.contains("does not offer STARTTLS"), "{words}");
    let post = Post::new(Route { encryption: Encryption::Opportunistic, ..relay.route() });
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
}

#[tokio::test]
async fn a_login_is_given_in_one_line_and_its_refusal_waits_for_a_person() {
    let offers = |line: &str| line.starts_with("EHLO").then(|| say("250-relay\n250 AUTH PLAIN LOGIN"));
    let relay =
        Relay::start(
            move |_, line| {
                if line.starts_with("AUTH") { Some(say("235 2.7.0 welcome")) } else { offers(line) }
            },
        )
        .await;
    let with_login = |relay: &Relay| {
        let login = Some(Login { user: "api".into(), password: "secret".to_owned().into() });
        Post::new(Route { login, ..relay.route() })
    };
    assert_eq!(with_login(&relay).tell(&letter("jane@acme.example")).await, accepted());
    assert_eq!(relay.heard()[1], "AUTH PLAIN AGFwaQBzZWNyZXQ=");

    let relay = Relay::start(
        move |_, line| {
            if line.starts_with("AUTH") { Some(say("535 5.7.8 no")) } else { offers(line) }
        },
    )
    .await;
    let said = with_login(&relay).tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { code: Some(535), retry_after, words } = said else { panic!("{said:?}") };
    assert_eq!(retry_after, TimeDelta::minutes(5));
    assert!(!words.contains("secret") && !words.contains("AGFw"), "{words}");
}

#[tokio::test]
async fn many_letters_at_once_use_as_many_connections_as_allowed_and_no_more() {
    let relay = Relay::start(|_, _| None).await;
    let post = Post::new(Route { connections: 3, ..relay.route() });
    let letters = (0..60).map(|_| {
        let post = post.clone();
        tokio::spawn(async move { post.tell(&letter("jane@acme.example")).await })
    });
    for handed in letters.collect::<Vec<_>>() {
        assert_eq!(handed.await.unwrap(), accepted());
    }
    assert!((1..=3).contains(&relay.connections()), "{}", relay.connections());
}

#[tokio::test]
async fn letters_keep_the_configured_rate() {
    let relay = Relay::start(|_, _| None).await;
    let post = Post::new(Route { rate_per_second: Some(50.0), ..relay.route() });
    let start = Instant::now();
    for _ in 0..6 {
        post.tell(&letter("jane@acme.example")).await;
    }
    assert!(
        start.elapsed() >= Duration::from_millis(100),
        "6 letters at 50 a second in {:?}",
        start.elapsed()
    );
}
