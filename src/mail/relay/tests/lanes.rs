//! Single letters beside a mailing.

use super::*;

const MAILING: usize = 500;

fn contents(relay: &Relay) -> usize {
    relay.heard().iter().filter(|line| line.starts_with('.')).count()
}

fn is_known(relay: &Relay, name: &str) -> bool {
    let rcpt = format!("RCPT TO:<{name}");
    relay.heard().iter().any(|line| line.starts_with(&rcpt))
}

/// A mailing waits whole for the one connection there is, and its first letters are under way.
async fn mailing_under_way(relay: &Relay, route: Route) -> (Post, Vec<tokio::task::JoinHandle<Handed>>) {
    let post = Post::new(route);
    let mailing = (0..MAILING).map(|n| {
        let post = post.clone();
        tokio::spawn(
            async move { post.hand_over(&letter(&format!("{n}@acme.example")), Lane::Mailing).await },
        )
    });
    let mailing = mailing.collect();
    while contents(relay) < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (post, mailing)
}

#[tokio::test]
async fn a_single_letter_overtakes_a_mailing_that_waits_for_a_slow_relay() {
    for offer in ["250-relay\n250 PIPELINING", "250 relay"] {
        let relay = Relay::start(move |_, line| match line {
            _ if line.starts_with("EHLO") => Some(say(offer)),
            _ if line.starts_with('.') => {
                Some(Act::SayAfter(Duration::from_millis(10), "250 2.0.0 Ok: queued as 4F1A".to_owned()))
            }
            _ => None,
        })
        .await;
        let (post, mailing) = mailing_under_way(&relay, relay.route()).await;
        let before = contents(&relay);
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
        let overtaken_by = contents(&relay) - before;
        // Itself, the letter in flight and the one whose envelope stood behind its dot.
        assert!(overtaken_by <= 3, "{offer}: {overtaken_by} letters left first");
        for letter in mailing {
            letter.abort();
        }
    }
}

#[tokio::test]
async fn a_single_letter_takes_the_turn_that_a_mailing_waits_for() {
    let relay = Relay::start(|_, _| None).await;
    let route = Route { rate_per_second: Some(4.0), ..relay.route() };
    let (post, mailing) = mailing_under_way(&relay, route).await;
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    assert!(!is_known(&relay, "2@"), "the mailing's third letter waited for the turn, and did not get it");
    for letter in mailing {
        letter.abort();
    }
}

#[tokio::test]
async fn a_letter_for_whose_fate_nobody_waits_stays_here() {
    let relay = Relay::start(|_, _| None).await;
    let route = Route { rate_per_second: Some(20.0), ..relay.route() };
    let (post, mailing) = mailing_under_way(&relay, route).await;
    for letter in mailing {
        letter.abort();
        let _ = letter.await;
    }
    let last = post.hand_over(&letter("jane@acme.example"), Lane::Mailing).await;
    assert_eq!(last.said, accepted());
    assert_eq!(contents(&relay), 3, "two letters of the mailing, and this one");
}

#[tokio::test]
async fn letters_that_have_not_begun_to_leave_when_we_stop_come_back_as_they_were() {
    // The first connection falls silent after the content, the second after the recipient.
    let relay = Relay::start(|connection, line| match line {
        _ if line.starts_with('.') => Some(Act::Silence),
        _ if line.starts_with("RCPT") && connection == 2 => Some(Act::Silence),
        _ => None,
    })
    .await;
    let post = Post::new(Route { connections: 2, ..relay.route() });
    let hand_over = |address: &'static str| {
        let post = post.clone();
        tokio::spawn(async move { post.hand_over(&letter(address), Lane::Mailing).await.said })
    };
    let left = hand_over("left@acme.example");
    while contents(&relay) < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let announced = hand_over("announced@acme.example");
    while !is_known(&relay, "announced@") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let waits = hand_over("waits@acme.example");
    tokio::task::yield_now().await;
    post.end(Duration::ZERO).await;
    assert_eq!(waits.await.unwrap(), Said::TakenBack);
    assert_eq!(announced.await.unwrap(), Said::TakenBack);
    let said = left.await.unwrap();
    assert!(matches!(said, Said::InDoubt { .. }), "{said:?}");
    assert_eq!(post.tell(&letter("late@acme.example")).await, Said::TakenBack);
    assert!(!is_known(&relay, "waits@") && !is_known(&relay, "late@"));
    assert!(!post.is_busy());
}
