//! Several relays: what one cannot take the next one does, and no letter goes to two.

use super::*;

fn post(first: Route, second: &Relay) -> Post {
    Post::with_fallbacks(first, vec![second.route()])
}

fn name(relay: &Relay) -> &str {
    relay.url.trim_start_matches("smtp://")
}

fn contents(relay: &Relay) -> usize {
    relay.heard().iter().filter(|line| line.starts_with('.')).count()
}

async fn hand_over(post: &Post) -> Handed {
    post.hand_over(&letter("jane@acme.example"), Lane::Single).await
}

#[tokio::test]
async fn a_relay_that_is_away_is_passed_by_until_it_may_be_asked_again() {
    let first = Relay::start({
        let greetings = AtomicUsize::new(0);
        move |_, line| {
            let away = line == "greeting" && greetings.fetch_add(1, Ordering::SeqCst) == 0;
            away.then(|| Act::SayAndClose("421 4.3.2 down for maintenance".to_owned()))
        }
    })
    .await;
    let second = Relay::start(|_, _| None).await;
    let patience = Patience { away_first: Duration::from_millis(300), ..Patience::default() };
    let post = post(Route { patience, ..first.route() }, &second);

    let handed = hand_over(&post).await;
    assert_eq!((&handed.said, &*handed.relay), (&accepted(), name(&second)));
    let [(passed_by, Said::RelayFault { code: Some(421), .. })] = &handed.passed_by[..] else {
        panic!("{:?}", handed.passed_by)
    };
    assert_eq!(&**passed_by, name(&first));

    assert_eq!(&*hand_over(&post).await.relay, name(&second));
    assert_eq!(first.connections(), 1, "it was not asked in the meantime");
    tokio::time::sleep(Duration::from_millis(310)).await;
    let back = hand_over(&post).await;
    assert_eq!((back.said, &*back.relay, back.passed_by), (accepted(), name(&first), Vec::new()));
    assert_eq!((contents(&first), contents(&second)), (1, 2));
}

#[tokio::test]
async fn what_one_relays_policy_refuses_the_other_may_take() {
    for (at, reply) in [("RCPT", "550 5.7.1 Daily SMTP relay limit exceeded"), (".", "554 5.7.1 spam")] {
        let first = Relay::start(move |_, line| line.starts_with(at).then(|| say(reply))).await;
        let second = Relay::start(|_, _| None).await;
        let handed = hand_over(&post(first.route(), &second)).await;
        assert_eq!((&handed.said, &*handed.relay), (&accepted(), name(&second)), "{at}");
        assert!(matches!(&handed.passed_by[..], [(_, Said::Policy { .. })]), "{at}: {:?}", handed.passed_by);

        let second = Relay::start(|_, line| (line == "greeting").then_some(Act::Close)).await;
        let handed = hand_over(&post(first.route(), &second)).await;
        assert!(matches!(handed.said, Said::Policy { .. }), "{at}: {:?}", handed.said);
        assert_eq!(&*handed.relay, name(&first), "{at}: who refused it is told");
    }
}

#[tokio::test]
async fn a_relay_that_refuses_our_sender_is_left_alone_while_the_other_works() {
    let first = Relay::start(|_, line| line.starts_with("MAIL").then(|| say("550 5.7.60 not yours"))).await;
    let second = Relay::start(|_, _| None).await;
    let post = post(first.route(), &second);
    for _ in 0..3 {
        assert_eq!(&*hand_over(&post).await.relay, name(&second));
    }
    let asked = first.heard().iter().filter(|line| line.starts_with("MAIL")).count();
    assert_eq!(asked, 1, "once, until somebody has had time to mend it");
}

#[tokio::test]
async fn what_the_relay_itself_decides_is_no_other_relays() {
    for (at, act) in [(".", None), (".", Some("451 4.3.0 later")), ("RCPT", Some("550 5.1.1 no such user"))] {
        let first =
            Relay::start(move |_, line| line.starts_with(at).then(|| act.map_or(Act::Close, say))).await;
        let second = Relay::start(|_, _| None).await;
        let handed = hand_over(&post(first.route(), &second)).await;
        assert_ne!(handed.said, accepted(), "{at} {act:?}");
        assert_eq!(&*handed.relay, name(&first));
        assert_eq!(second.connections(), 0, "{at} {act:?}: a second copy, or a second opinion");
    }
}

#[tokio::test]
async fn an_address_that_one_relay_cannot_carry_goes_by_the_other() {
    let plain = Relay::start(|_, _| None).await;
    let able = Relay::start(|_, line| line.starts_with("EHLO").then(|| say("250-relay\n250 SMTPUTF8"))).await;
    let letter = letter("j\u{f6}rg@acme.example");
    let handed = post(plain.route(), &able).hand_over(&letter, Lane::Single).await;
    assert_eq!((handed.said, &*handed.relay), (accepted(), name(&able)));

    let away = Relay::start(|_, line| (line == "greeting").then_some(Act::Close)).await;
    let handed = post(plain.route(), &away).hand_over(&letter, Lane::Single).await;
    assert!(matches!(handed.said, Said::RelayFault { .. }), "who could carry it may come back: {handed:?}");
}
