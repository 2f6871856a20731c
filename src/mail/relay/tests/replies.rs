//! The table "reply at each point" of the mail chapter, row by row: what the relay does, what is reported of the letter,
//! who has it in the end, and how the next letter travels.

use std::collections::BTreeMap;

use self::Does::{Closes, IsSilent, Says, SaysAndCloses};
use self::Letter::{AtOnce, Elsewhere, OnceMore, Stays};
use self::Next::{Anew, Follows, FollowsReset, GoesElsewhere};
use super::*;

#[derive(Clone, Copy, Debug)]
enum Does {
    Says(&'static str),
    SaysAndCloses(&'static str),
    Closes,
    IsSilent,
}

/// What becomes of the letter that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    /// It was reported, and no relay was asked again.
    Stays,
    /// The same relay took it over another connection.
    AtOnce,
    /// The same relay took it over the same connection, a little later.
    OnceMore,
    /// The next relay took it.
    Elsewhere,
}

/// How the letter after it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Over the same connection.
    Follows,
    /// Over the same connection, behind an RSET.
    FollowsReset,
    /// Over another connection to the same relay.
    Anew,
    /// Over the next relay: this one is left alone.
    GoesElsewhere,
}

type Row = (&'static str, Does, &'static str, Letter, Next);

/// Before a letter is spoken of, on the relay's first connection.
const BEFORE_A_LETTER: &[Row] = &[
    ("greeting", Says("421 4.3.2 too busy"), "relay fault 421", Elsewhere, GoesElsewhere),
    ("greeting", Says("554 5.7.1 no mail from you"), "relay fault 554", Elsewhere, GoesElsewhere),
    ("greeting", Says("HTTP/1.1 400 Bad Request"), "relay fault", Elsewhere, GoesElsewhere),
    ("greeting", Closes, "relay fault", Elsewhere, GoesElsewhere),
    ("greeting", IsSilent, "relay fault", Elsewhere, GoesElsewhere),
    ("EHLO", Says("502 5.5.1 not implemented"), "relay fault 502", Elsewhere, GoesElsewhere),
    ("EHLO", Says("450 4.3.2 later"), "relay fault 450", Elsewhere, GoesElsewhere),
    ("EHLO", Closes, "relay fault", Elsewhere, GoesElsewhere),
    ("STARTTLS", Says("454 4.7.0 TLS not available"), "relay fault 454", Elsewhere, GoesElsewhere),
    ("STARTTLS", Closes, "relay fault", Elsewhere, GoesElsewhere),
    ("AUTH", Says("535 5.7.8 bad credentials"), "relay fault 535", Elsewhere, GoesElsewhere),
    ("AUTH", Says("454 4.7.0 temporary failure"), "relay fault 454", Elsewhere, GoesElsewhere),
    ("AUTH", Closes, "relay fault", Elsewhere, GoesElsewhere),
    ("AUTH", IsSilent, "relay fault", Elsewhere, GoesElsewhere),
];

/// To the second letter of a connection that has taken one.
const WITH_A_LETTER: &[Row] = &[
    ("MAIL", Says("454 Throttling failure"), "accepted 250", OnceMore, Follows),
    ("MAIL", Says("450 4.2.1 Peak SMTP relay limit exceeded"), "accepted 250", OnceMore, Follows),
    ("MAIL", Says("550 5.7.60 not your address"), "relay fault 550", Elsewhere, GoesElsewhere),
    ("MAIL", Says("554 Message rejected: not verified"), "relay fault 554", Elsewhere, GoesElsewhere),
    ("MAIL", Says("552 5.3.4 message size exceeds limit"), "letter fault 552", Stays, FollowsReset),
    ("MAIL", SaysAndCloses("421 4.7.0 enough"), "accepted 250", AtOnce, Anew),
    ("MAIL", Closes, "accepted 250", AtOnce, Follows),
    ("MAIL", IsSilent, "accepted 250", AtOnce, Follows),
    ("RCPT", Says("450 4.2.0 greylisted"), "deferred 450", Stays, FollowsReset),
    ("RCPT", Says("451 4.7.1 greylisted"), "deferred 451", Stays, FollowsReset),
    ("RCPT", Says("550 5.1.1 no such user"), "address dead 550", Stays, FollowsReset),
    ("RCPT", Says("550 5.1.10 null MX"), "address dead 550", Stays, FollowsReset),
    ("RCPT", Says("550 5.2.1 disabled"), "address dead 550", Stays, FollowsReset),
    ("RCPT", Says("550 no such user"), "address dead 550", Stays, FollowsReset),
    ("RCPT", Says("551 moved"), "address dead 551", Stays, FollowsReset),
    ("RCPT", Says("553 no such mailbox"), "address dead 553", Stays, FollowsReset),
    ("RCPT", Says("552 5.2.2 mailbox full, over quota"), "refused 552", Stays, FollowsReset),
    ("RCPT", Says("554 5.7.1 relay access denied"), "policy 554", Elsewhere, FollowsReset),
    ("RCPT", Says("550 5.4.5 Daily sending quota exceeded"), "policy 550", Elsewhere, FollowsReset),
    ("RCPT", Says("550 5.3.2 not accepting"), "policy 550", Elsewhere, FollowsReset),
    ("RCPT", Says("550 daily limit reached"), "policy 550", Elsewhere, FollowsReset),
    ("RCPT", Says("550 quota exceeded"), "policy 550", Elsewhere, FollowsReset),
    ("RCPT", SaysAndCloses("421 4.7.0 enough"), "accepted 250", AtOnce, Follows),
    ("RCPT", Closes, "accepted 250", AtOnce, Follows),
    ("RCPT", IsSilent, "accepted 250", AtOnce, Follows),
    ("DATA", Says("451 4.3.0 later"), "deferred 451", Stays, FollowsReset),
    ("DATA", Says("550 5.1.1 no such user"), "address dead 550", Stays, FollowsReset),
    ("DATA", Says("550 no such user"), "address dead 550", Stays, FollowsReset),
    ("DATA", Says("554 5.7.1 no"), "policy 554", Elsewhere, FollowsReset),
    ("DATA", SaysAndCloses("421 4.7.0 enough"), "accepted 250", AtOnce, Follows),
    ("DATA", Closes, "accepted 250", AtOnce, Follows),
    ("DATA", IsSilent, "accepted 250", AtOnce, Follows),
    (".", Says("250 2.0.0 Ok: queued as 4F1A"), "accepted 250", Stays, Follows),
    (".", Says("451 4.3.0 queue file write error"), "deferred 451", Stays, FollowsReset),
    (".", Says("452 4.3.1 insufficient storage"), "deferred 452", Stays, FollowsReset),
    (".", Says("454 Throttling failure: Maximum sending rate exceeded."), "accepted 250", OnceMore, Follows),
    (".", SaysAndCloses("421 4.3.2 shutting down"), "deferred 421", Stays, Anew),
    (".", Says("552 message too large"), "letter fault 552", Stays, FollowsReset),
    (".", Says("554 5.3.4 too big"), "letter fault 554", Stays, FollowsReset),
    (".", Says("554 5.6.0 malformed"), "letter fault 554", Stays, FollowsReset),
    (".", Says("550 5.1.1 no such user"), "address dead 550", Stays, FollowsReset),
    (".", Says("550 5.7.1 spam"), "policy 550", Elsewhere, FollowsReset),
    (".", Says("550 5.4.5 daily quota"), "policy 550", Elsewhere, FollowsReset),
    (".", Says("554 5.3.0 local policy"), "policy 554", Elsewhere, FollowsReset),
    (".", Says("550 hourly limit reached"), "policy 550", Elsewhere, FollowsReset),
    (".", Closes, "in doubt", Stays, Anew),
    (".", IsSilent, "in doubt", Stays, Anew),
];

fn in_short(said: &Said) -> String {
    let (what, code) = match said {
        Said::Accepted { code, .. } => ("accepted", Some(*code)),
        Said::Deferred { code, .. } => ("deferred", *code),
        Said::Refused { address_dead: true, code, .. } => ("address dead", *code),
        Said::Refused { address_dead: false, code, .. } => ("refused", *code),
        Said::Policy { code, .. } => ("policy", Some(*code)),
        Said::LetterFault { code, .. } => ("letter fault", *code),
        Said::RelayFault { code, .. } => ("relay fault", *code),
        Said::Arrived | Said::TakenBack => ("no reply", None),
        Said::InDoubt { .. } => ("in doubt", None),
    };
    code.map_or(what.to_owned(), |code| format!("{what} {code}"))
}

/// A relay that takes what comes but for the `nth` command that begins with `at`. As real ones do, it gives no 354 without
/// sender and recipient.
async fn relay(extensions: &'static str, at: &'static str, nth: usize, does: Does) -> Relay {
    let state = Mutex::new((0, false));
    Relay::start(move |_, line| {
        let mut state = state.lock().unwrap();
        let (met, refused) = &mut *state;
        if line.starts_with("MAIL") {
            *refused = false;
        }
        if line.starts_with(at) {
            *met += 1;
            if *met == nth {
                *refused = true;
                return Some(match does {
                    Says(words) => say(words),
                    SaysAndCloses(words) => Act::SayAndClose(words.to_owned()),
                    Closes => Act::Close,
                    IsSilent => Act::Silence,
                });
            }
        }
        match line {
            _ if line.starts_with("EHLO") => Some(say(extensions)),
            _ if line.starts_with("AUTH") => Some(say("235 2.7.0 welcome")),
            "DATA" | "RCPT" if *refused => Some(say("503 5.5.1 bad sequence of commands")),
            _ => None,
        }
    })
    .await
}

/// Hands over one letter that meets the row and one after it; `before`: another that was taken over the same connection.
async fn holds(row: &Row, extensions: &'static str, before: bool, arrange: impl Fn(Route) -> Route) {
    let (at, does, word, letter_goes, next_goes) = *row;
    let case = format!("{at} {does:?} of {extensions:?}");
    let first = relay(extensions, at, 1 + usize::from(before), does).await;
    let second = Relay::start(|_, _| None).await;
    let mut patience = Patience::default();
    if matches!(does, IsSilent) {
        let short = Duration::from_millis(100);
        patience =
            Patience { greeting: short, command: short, data: short, content: short, ..Patience::default() };
    }
    let post = Post::with_fallbacks(arrange(Route { patience, ..first.route() }), vec![second.route()]);
    if before {
        assert_eq!(post.tell(&letter("joe@acme.example")).await, accepted(), "{case}");
    }
    let handed = post.hand_over(&letter("jane@acme.example"), Lane::Single).await;
    let of_first = if letter_goes == Elsewhere { &handed.passed_by[0].1 } else { &handed.said };
    assert_eq!(in_short(of_first), word, "{case}");
    let connections = first.connections();
    let contents = |relay: &Relay| relay.heard().iter().filter(|line| line.starts_with('.')).count();
    assert_eq!(connections, if letter_goes == AtOnce { 2 } else { 1 }, "{case}");
    assert_eq!(contents(&second), usize::from(letter_goes == Elsewhere), "{case}");
    assert_eq!(&*handed.relay == post.relay_name().as_ref(), letter_goes != Elsewhere, "{case}");

    let heard_before = first.heard().len();
    let after = post.hand_over(&letter("jim@acme.example"), Lane::Single).await;
    assert_eq!(after.said, accepted(), "{case}: the letter after it");
    let elsewhere = &*after.relay != post.relay_name().as_ref();
    let resets = first.heard()[heard_before..].iter().filter(|line| *line == "RSET").count();
    let went = match (elsewhere, first.connections() - connections, resets) {
        (true, 0, _) => GoesElsewhere,
        (false, 1, _) => Anew,
        (false, 0, 0) => Follows,
        (false, 0, 1) => FollowsReset,
        other => panic!("{case}: elsewhere, connections, resets: {other:?}"),
    };
    assert_eq!(went, next_goes, "{case}");
}

#[tokio::test]
async fn before_a_letter_is_spoken_of_any_failure_is_the_relays() {
    for row in BEFORE_A_LETTER {
        holds(row, "250-relay\n250-STARTTLS\n250 AUTH PLAIN", false, |route| Route {
            encryption: if row.0 == "STARTTLS" { Encryption::Required } else { Encryption::None },
            login: Some(Login { user: "api".into(), password: "secret".to_owned().into() }),
            ..route
        })
        .await;
    }
}

#[tokio::test]
async fn each_reply_to_a_letter_does_what_its_row_says() {
    for row in WITH_A_LETTER {
        for extensions in ["250 relay", "250-relay\n250 PIPELINING"] {
            holds(row, extensions, true, |route| route).await;
        }
    }
}

#[tokio::test]
async fn a_bare_refusal_says_nothing_of_the_address_while_no_recipient_has_passed() {
    for at in ["RCPT", "DATA"] {
        let row = (at, Says("550 no such user"), "policy 550", Elsewhere, FollowsReset);
        holds(&row, "250 relay", false, |route| route).await;
    }
}

/// Ends every connection at `at` of the letters to `gone…`.
async fn ends_at(extensions: &'static str, at: &'static str, words: Option<&'static str>) -> Relay {
    let recipients = Mutex::new(BTreeMap::new());
    Relay::start(move |connection, line| {
        let mut recipients = recipients.lock().unwrap();
        if line.starts_with("RCPT") {
            recipients.insert(connection, line.to_owned());
        }
        let of_whom = recipients.get(&connection).is_some_and(|line| line.contains("<gone"));
        match line {
            _ if line.starts_with(at) && of_whom => {
                Some(words.map_or(Act::Close, |words| Act::SayAndClose(words.to_owned())))
            }
            _ if line.starts_with("EHLO") => Some(say(extensions)),
            _ => None,
        }
    })
    .await
}

#[tokio::test]
async fn a_recipient_at_whom_every_connection_ends_is_deferred_and_the_relay_goes_on() {
    for (at, words, expected) in [
        ("RCPT", Some("421 4.7.0 try later"), "deferred 421"),
        ("DATA", Some("421 4.7.0 try later"), "deferred 421"),
        ("RCPT", None, "deferred"),
        ("DATA", None, "deferred"),
    ] {
        for extensions in ["250 relay", "250-relay\n250 PIPELINING"] {
            let relay = ends_at(extensions, at, words).await;
            let post = relay.post();
            let case = format!("{at} {words:?} of {extensions:?}");
            let said = post.tell(&letter("gone@acme.example")).await;
            assert_eq!(in_short(&said), expected, "{case}");
            assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted(), "{case}");
        }
    }
}

#[tokio::test]
async fn a_relay_that_ends_connections_at_several_recipients_in_a_row_is_away() {
    let relay = ends_at("250 relay", "RCPT", None).await;
    let post = relay.post();
    let mut said = Vec::new();
    for n in 0..6 {
        said.push(in_short(&post.tell(&letter(&format!("gone{n}@acme.example"))).await));
    }
    assert_eq!(said, ["deferred", "deferred", "deferred", "deferred", "relay fault", "relay fault"]);
    assert_eq!(relay.connections(), 15, "who is away is asked nothing");
}

#[tokio::test]
async fn at_whom_one_relay_ends_the_connection_another_may_take() {
    let (first, second) = (ends_at("250 relay", "RCPT", None).await, Relay::start(|_, _| None).await);
    let post = Post::with_fallbacks(first.route(), vec![second.route()]);
    let handed = post.hand_over(&letter("gone@acme.example"), Lane::Single).await;
    assert_eq!(handed.said, accepted());
    let away = Relay::start(|_, line| (line == "greeting").then_some(Act::Close)).await;
    let post = Post::with_fallbacks(first.route(), vec![away.route()]);
    let handed = post.hand_over(&letter("gone@acme.example"), Lane::Single).await;
    assert_eq!(in_short(&handed.said), "deferred", "that keeps no other letter back");
}

#[tokio::test]
async fn a_relay_that_shuts_down_teaches_no_limit_of_letters_a_connection() {
    for (words, connections) in [("421 4.3.2 shutting down", 2), ("421 4.7.0 enough", 3)] {
        let first = relay("250 relay", "MAIL", 2, SaysAndCloses(words)).await;
        let post = first.post();
        for _ in 0..3 {
            assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
        }
        assert_eq!(first.connections(), connections, "{words}");
    }
}
