//! A relay that wants us slower, and one that does not answer at all.

use super::*;

const THROTTLED: &str = "454 Throttling failure: Maximum sending rate exceeded";

/// Throttles the first `times` MAILs.
async fn throttling(times: usize) -> Relay {
    let mails = AtomicUsize::new(0);
    Relay::start(move |_, line| {
        (line.starts_with("MAIL") && mails.fetch_add(1, Ordering::SeqCst) < times).then(|| say(THROTTLED))
    })
    .await
}

fn mails(relay: &Relay) -> usize {
    relay.heard().iter().filter(|line| line.starts_with("MAIL")).count()
}

#[tokio::test]
async fn a_relay_that_throttles_is_served_slower_over_the_same_connection() {
    let relay = throttling(1).await;
    let post = relay.post();
    let start = Instant::now();
    for _ in 0..5 {
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    }
    assert!(start.elapsed() >= Duration::from_millis(75), "half of 100 a second: {:?}", start.elapsed());
    assert_eq!((relay.connections(), mails(&relay)), (1, 6), "who throttles is neither away nor left");
}

#[tokio::test]
async fn a_throttled_mailing_is_handed_over_whole_within_its_patience() {
    let relay = throttling(3).await;
    let post = Post::new(Route { connections: 3, rate_per_second: Some(400.0), ..relay.route() });
    let letters: Vec<Composed> = (0..30).map(|n| letter(&format!("{n}@acme.example"))).collect();
    let said =
        futures_util::future::join_all(letters.iter().map(|letter| post.hand_over(letter, Lane::Mailing)))
            .await;
    assert!(said.iter().all(|handed| handed.said == accepted()), "{said:?}");
    assert_eq!(mails(&relay), 33);
}

#[tokio::test]
async fn a_relay_that_throttles_beyond_patience_rests_and_the_next_one_takes_over() {
    let relay = throttling(usize::MAX).await;
    let patience = Patience { slow: Duration::from_millis(200), ..Patience::default() };
    let post = Post::new(Route { patience, ..relay.route() });
    let said = post.tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { code: Some(454), words, retry_after } = said else { panic!("{said:?}") };
    assert_eq!((words.as_str(), retry_after), (&THROTTLED[4..], TimeDelta::milliseconds(200)));
    let asked = mails(&relay);
    assert!(asked >= 2, "it was tried again before it was given up");
    let said = post.tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { code: None, .. }), "{said:?}");
    assert_eq!(mails(&relay), asked, "a relay that rests is asked nothing");

    let second = Relay::start(|_, _| None).await;
    let post = Post::with_fallbacks(Route { patience, ..relay.route() }, vec![second.route()]);
    let handed = post.hand_over(&letter("jane@acme.example"), Lane::Single).await;
    assert_eq!((handed.said, &*handed.relay), (accepted(), second.url.trim_start_matches("smtp://")));
}

#[tokio::test]
async fn a_single_letter_does_not_wait_behind_throttled_ones() {
    let relay = Relay::start(|_, line| line.contains("b-throttled").then(|| say(THROTTLED))).await;
    let patience = Patience { slow: Duration::from_mins(1), ..Patience::default() };
    let post = Post::new(Route { patience, ..relay.route() });
    let slow = Composed {
        envelope_from: "b-throttled@bounces.processor.example".into(),
        ..letter("x@acme.example")
    };
    let waiting = tokio::spawn({
        let post = post.clone();
        async move { post.hand_over(&slow, Lane::Mailing).await }
    });
    while mails(&relay) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn a_name_without_address_is_a_relay_that_is_away() {
    let route = Route { encryption: Encryption::None, ..Route::parse("smtp://relay.invalid").unwrap() };
    let said = Post::new(route).tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { code: None, words, retry_after } = said else { panic!("{said:?}") };
    assert!(words.starts_with("dns: "), "{words}");
    assert_eq!(retry_after, TimeDelta::seconds(2));
}

#[tokio::test]
async fn a_relay_that_takes_no_further_connection_gets_the_letters_over_those_it_has() {
    let first = Relay::start(|number, line| match line {
        "greeting" if number > 1 => Some(Act::SayAndClose("421 4.7.0 too many connections".to_owned())),
        _ if line.starts_with('.') => {
            Some(Act::SayAfter(Duration::from_millis(5), "250 2.0.0 Ok: queued as 4F1A".to_owned()))
        }
        _ => None,
    })
    .await;
    let second = Relay::start(|_, _| None).await;
    let post = Post::with_fallbacks(Route { connections: 3, ..first.route() }, vec![second.route()]);
    let letters: Vec<Composed> = (0..20).map(|n| letter(&format!("{n}@acme.example"))).collect();
    assert_eq!(post.tell(&letters[0]).await, accepted());
    let said = letters[1..].iter().map(|letter| post.hand_over(letter, Lane::Mailing));
    let said = futures_util::future::join_all(said).await;
    assert!(said.iter().all(|handed| handed.said == accepted() && handed.passed_by.is_empty()), "{said:?}");
    assert_eq!((first.connections(), second.connections()), (3, 0), "each was asked for once");
}
