//! Several commands at once (RFC 2920): what is said together, and what happens where the relay loses its step.

use super::*;

fn pipelines(line: &str) -> Option<Act> {
    line.starts_with("EHLO").then(|| say("250-relay\n250 PIPELINING"))
}

/// The commands by their first words; content is `.`.
fn commands(relay: &Relay) -> Vec<String> {
    relay
        .heard()
        .iter()
        .map(|line| {
            line.replace("Subject", " ").chars().take_while(|c| c.is_alphabetic() || *c == '.').collect()
        })
        .collect()
}

#[tokio::test]
async fn a_letters_commands_go_together_and_the_next_letters_behind_its_dot() {
    // Answers MAIL and RCPT only once it has DATA, and the first letter only once it has the second one's DATA.
    let relay = Relay::start({
        let dots = AtomicUsize::new(0);
        move |_, line| match line.split(' ').next().unwrap_or_default() {
            "MAIL" | "RCPT" | "RSET" => Some(Act::SayLater("250 ok".to_owned())),
            _ if line.starts_with('.') && dots.fetch_add(1, Ordering::SeqCst) == 0 => {
                Some(Act::SayLater("250 2.0.0 Ok: queued as 4F1A".to_owned()))
            }
            _ => pipelines(line),
        }
    })
    .await;
    let patience =
        Patience { command: Duration::from_secs(5), content: Duration::from_secs(5), ..Patience::default() };
    let post = Post::new(Route { patience, ..relay.route() });
    let (jane, joe) = (letter("jane@acme.example"), letter("joe@acme.example"));
    let both = tokio::join!(post.tell(&jane), post.tell(&joe));
    assert_eq!(both, (accepted(), accepted()));
    assert_eq!(commands(&relay), ["EHLO", "MAIL", "RCPT", "DATA", ".", "RSET", "MAIL", "RCPT", "DATA", "."]);
}

#[tokio::test]
async fn a_relay_that_drops_what_follows_the_dot_is_soon_asked_no_more_of_it() {
    let relay = Relay::start(|number, line| match number {
        1 if line.starts_with('.') => Some(Act::SayAndGoDeaf("250 2.0.0 Ok: queued as 4F1A".to_owned())),
        _ => pipelines(line),
    })
    .await;
    let patience = Patience { behind_the_dot: Duration::from_millis(50), ..Patience::default() };
    let post = Post::new(Route { patience, ..relay.route() });
    let letters: Vec<Composed> = (0..4).map(|n| letter(&format!("{n}@acme.example"))).collect();
    let said = futures_util::future::join_all(letters.iter().map(|letter| post.tell(letter))).await;
    assert_eq!(said, vec![accepted(); 4], "nothing is lost and nothing in doubt");
    assert_eq!(relay.connections(), 2);
    let contents = relay.heard().iter().filter(|line| line.starts_with('.')).count();
    assert_eq!(contents, 4, "no letter twice");
    let group = ["MAIL", "RCPT", "DATA", "."];
    assert_eq!(
        commands(&relay)[5..],
        [&["EHLO"], &group[..], &group[..], &group[..]].concat(),
        "no RSET, so nothing behind a dot"
    );
}

#[tokio::test]
async fn a_refusal_in_a_group_sends_no_content_and_the_next_group_begins_with_rset() {
    let relay = Relay::start(|_, line| match line {
        _ if line.starts_with("RCPT TO:<gone") => Some(say("550 5.1.1 no such user")),
        "DATA" => None,
        _ => pipelines(line),
    })
    .await;
    let post = relay.post();
    let refused =
        Said::Refused { address_dead: true, code: Some(550), words: "5.1.1 no such user".to_owned() };
    // This relay answers DATA by 354 though it took no recipient: a lone dot, which it takes here for a letter.
    assert_eq!(post.tell(&letter("gone@acme.example")).await, refused);
    assert_eq!(relay.heard().last().unwrap(), "..\r\n", "a lone dot, no content");
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    assert_eq!(relay.connections(), 2, "who takes an empty letter is not talked to any further");

    let relay = Relay::start(|_, line| match line {
        _ if line.starts_with("RCPT TO:<gone") => Some(say("550 5.1.1 no such user")),
        "..\r\n" => Some(say("554 5.5.1 no valid recipients")),
        _ => pipelines(line),
    })
    .await;
    let post = relay.post();
    assert_eq!(post.tell(&letter("gone@acme.example")).await, refused);
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    assert_eq!(relay.connections(), 1);
    assert_eq!(commands(&relay)[1..], ["MAIL", "RCPT", "DATA", "..", "RSET", "MAIL", "RCPT", "DATA", "."]);
}

#[tokio::test]
async fn no_letter_leaves_under_another_letters_sender() {
    let relay = Relay::start(|_, line| match line {
        _ if line.starts_with("MAIL") => Some(say("503 5.5.1 nested MAIL command")),
        _ => pipelines(line),
    })
    .await;
    let said = relay.post().tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { code: Some(503), .. }), "{said:?}");
    assert_eq!(commands(&relay), ["EHLO", "MAIL", "RCPT", "DATA"], "354 was answered by no dot");
}

#[tokio::test]
async fn a_session_that_ends_between_a_dot_and_what_stood_behind_it_costs_nothing() {
    for last in ["250 2.0.0 Ok: queued as 4F1A", "250 2.0.0 Ok: queued as 4F1A\n421 4.7.0 enough"] {
        let relay = Relay::start(move |number, line| match number {
            1 if line.starts_with('.') => Some(Act::SayAndClose(last.to_owned())),
            _ => pipelines(line),
        })
        .await;
        let post = relay.post();
        let (jane, joe) = (letter("jane@acme.example"), letter("joe@acme.example"));
        let both = tokio::join!(post.tell(&jane), post.tell(&joe));
        assert_eq!(both, (accepted(), accepted()), "{last}");
        assert_eq!(relay.connections(), 2);
    }
}

/// Whether any group stood behind a dot.
fn looked_ahead(relay: &Relay) -> bool {
    commands(relay).iter().any(|command| command == "RSET")
}

#[tokio::test]
async fn a_connection_that_breaks_says_nothing_of_how_much_a_relay_takes_at_once() {
    let relay = Relay::start(|number, line| match number {
        1 if line.starts_with("RCPT") => Some(Act::Close),
        _ => pipelines(line),
    })
    .await;
    let post = relay.post();
    let letters: Vec<Composed> = (0..3).map(|n| letter(&format!("{n}@acme.example"))).collect();
    let said = futures_util::future::join_all(letters.iter().map(|letter| post.tell(letter))).await;
    assert_eq!(said, vec![accepted(); 3]);
    assert!(looked_ahead(&relay), "{:?}", commands(&relay));
}

#[tokio::test]
async fn a_relay_that_breaks_off_every_group_is_asked_command_by_command_in_the_end() {
    // Breaks off whatever comes behind MAIL before it has been answered.
    let relay = Relay::start(|_, line| match line {
        _ if line.starts_with("MAIL") => Some(Act::HangUpIfMoreComes),
        _ => pipelines(line),
    })
    .await;
    let post = relay.post();
    // Two break, the third is kept, first with a letter's commands together, then without.
    for connections in [3, 5, 5] {
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
        assert_eq!(relay.connections(), connections);
    }
    assert!(!looked_ahead(&relay), "{:?}", commands(&relay));
}

#[tokio::test]
async fn a_reply_out_of_step_lowers_what_is_said_at_once() {
    // Of the first letter: to DATA, then to the dot.
    for (to, words, doubt) in [("DATA", "250 2.1.5 ok", false), (".", "354 go on", true)] {
        let relay = Relay::start(move |number, line| match number {
            1 if line.starts_with(to) => Some(say(words)),
            _ => pipelines(line),
        })
        .await;
        let post = relay.post();
        let first = post.tell(&letter("first@acme.example")).await;
        if doubt {
            assert!(matches!(first, Said::InDoubt { .. }), "{first:?}");
        } else {
            assert_eq!(first, accepted(), "the relay had nothing of it, and got it by another connection");
        }
        let letters: Vec<Composed> = (0..3).map(|n| letter(&format!("{n}@acme.example"))).collect();
        let said = futures_util::future::join_all(letters.iter().map(|letter| post.tell(letter))).await;
        assert_eq!(said, vec![accepted(); 3]);
        assert!(!looked_ahead(&relay), "{to}: {:?}", commands(&relay));
    }
}
