//! Public pages are kept in the process until what they say has changed.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use forenotice::actions::Context;
use forenotice::clock::Clock;
use forenotice::store::bell::Ear;
use forenotice::store::freshness::{CHANNEL, Freshness};
use secrecy::ExposeSecret as _;

use super::visitor::{STRIPE, Visitor, announced};
use crate::support::World;

const RENAME: &str = r#"update subprocessor_version set facts = facts || '{"name": "Renamed"}'"#;
const PATHS: [&str; 7] = [
    "/",
    "/?on=2021-05-01",
    "/register.json",
    "/register.csv",
    "/changes.json",
    "/changes.atom",
    "/?country=US",
];

/// Whoever visits a site whose clock runs, as far as `freshness` knows of changes.
fn visitor(world: &World, freshness: &Freshness) -> Visitor {
    let cx = Context { clock: Clock::System, freshness: freshness.clone(), ..world.cx.clone() };
    Visitor::with(world, cx)
}

/// Runs `visit` within one minute of the clock: with the next one everything is read anew.
async fn within_a_minute<T>(visit: impl AsyncFn() -> T) -> T {
    let minute = || Clock::System.now().timestamp() / 60;
    loop {
        let began = minute();
        let done = visit().await;
        if minute() == began {
            return done;
        }
    }
}

fn vouched() -> Freshness {
    let freshness = Freshness::default();
    freshness.vouch(Instant::now() + Duration::from_mins(10));
    freshness
}

#[tokio::test]
async fn what_was_answered_is_answered_again_until_something_changes() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&STRIPE.replace("2026-01-01", "2020-01-01")).await;
    let freshness = vouched();
    let visitor = visitor(&world, &freshness);
    for path in PATHS {
        let (first, second) = within_a_minute(async || {
            let undo = r#"update subprocessor_version set facts = facts || '{"name": "Stripe"}'"#;
            world.as_superuser(undo).await;
            freshness.changed();
            let first = visitor.get(path).await;
            // Nobody hears of it in this world: only so can a kept answer be told from a new one.
            world.as_superuser(RENAME).await;
            (first, visitor.get(path).await)
        })
        .await;
        assert_eq!((first.status.as_u16(), &first.body), (200, &second.body), "{path}");
        assert_eq!(first.headers.get("etag"), second.headers.get("etag"), "{path}");
        assert_eq!(second.header("x-request-id"), "", "an answer that was kept has no request of its own");
        freshness.changed();
        if path.contains("register") || path == "/" {
            assert!(visitor.get(path).await.body.contains("Renamed"), "{path}");
        }
    }
}

#[tokio::test]
async fn nothing_is_kept_while_nobody_would_hear_of_a_change_nor_under_a_clock_set_by_hand() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&STRIPE.replace("2026-01-01", "2020-01-01")).await;
    let freshness = vouched();
    let simulated = Visitor::with(&world, Context { freshness: freshness.clone(), ..world.cx.clone() });
    let unheard = visitor(&world, &Freshness::default());
    for visitor in [&simulated, &unheard] {
        assert!(visitor.get("/register.json").await.body.contains("Stripe"));
    }
    world.as_superuser(RENAME).await;
    for visitor in [&simulated, &unheard] {
        assert!(visitor.get("/register.json").await.body.contains("Renamed"));
    }
}

#[tokio::test]
async fn each_reader_gets_its_own_language_and_what_it_does_not_have_already() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&STRIPE.replace("2026-01-01", "2020-01-01")).await;
    let visitor = visitor(&world, &vouched());
    let ask = |headers: &[(&str, &str)]| {
        let request =
            headers.iter().fold(Request::get("/"), |request, (name, value)| request.header(*name, *value));
        visitor.send(request.body(Body::empty()).unwrap())
    };
    within_a_minute(async || {
        for _ in 0..2 {
            assert_eq!(ask(&[("accept-language", "de")]).await.header("content-language"), "de");
            assert_eq!(ask(&[("accept-language", "fr")]).await.header("content-language"), "fr");
            assert_eq!(
                ask(&[("cookie", "lang=es"), ("accept-language", "fr")]).await.header("content-language"),
                "es"
            );
            let packed = ask(&[("accept-encoding", "gzip")]).await;
            assert_eq!(packed.header("content-encoding"), "gzip");
            let plain = ask(&[]).await;
            assert_eq!(plain.header("content-encoding"), "");
            let known = ask(&[("if-none-match", plain.header("etag"))]).await;
            assert_eq!((known.status.as_u16(), known.body.as_str()), (304, ""));
            assert_eq!(known.header("content-type"), "");
            assert_eq!(known.header("etag"), plain.header("etag"));
            assert_eq!(ask(&[("if-none-match", "\"other\"")]).await.status, 200);
            // Whoever chooses a language keeps it: that is nobody else's answer.
            assert!(visitor.get("/?lang=de").await.header("set-cookie").starts_with("lang=de"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_one_reader_is_never_kept() {
    let (world, _, object) = announced().await;
    let freshness = vouched();
    let visitor = visitor(&world, &freshness);
    assert!(visitor.get(&object).await.body.contains("Acme"));
    world.as_superuser("update customer set name = 'Bolt'").await;
    let again = visitor.get(&object).await;
    assert!(again.body.contains("Bolt") && again.header("cache-control") == "no-store");
    for path in ["/?q=stripe", "/nothing", "/?on=2099-01-01"] {
        let answers = [visitor.get(path).await, visitor.get(path).await];
        assert!(answers.iter().all(|answer| !answer.header("x-request-id").is_empty()), "{path}");
    }
    world.as_superuser("update customer set name = 'Acme <Ltd>'").await;
    world.finish().await;
}

#[tokio::test]
async fn the_tables_that_public_pages_read_tell_of_every_change_and_of_nothing_else() {
    let (world, ..) = announced().await;
    let mut ear =
        Ear::open(world.cx.settings.database.direct_url().expose_secret(), &[CHANNEL]).await.unwrap();
    let told = [
        RENAME,
        "update change set published_at = published_at",
        "update notice set due_at = due_at",
        "insert into subprocessor (slug) values ('other')",
        "delete from subprocessor where slug = 'other'",
    ];
    for statement in told {
        world.as_superuser(statement).await;
        let heard = tokio::time::timeout(Duration::from_secs(30), ear.hear()).await.expect(statement);
        assert_eq!(heard.unwrap().as_deref(), Some(CHANNEL), "{statement}");
    }
    // What a mailing does with every batch, and statements that change no row.
    world
        .as_superuser(
            "update notice set fanned_out_to = fanned_out_to; update delivery set attempts = attempts",
        )
        .await;
    world.as_superuser("update change set state = 'held' where id = 0").await;
    world.as_superuser("insert into subprocessor (slug) values ('last')").await;
    assert_eq!(ear.hear().await.unwrap().as_deref(), Some(CHANNEL));
    ear.ask().await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(200), ear.hear()).await.is_err(), "one more was told");
}

/// It says which day it is of, and nothing need have happened overnight.
#[tokio::test]
async fn who_asks_by_date_hears_of_a_new_day() {
    let (world, visitor, _) = announced().await;
    world.advance_to("2026-11-25T12:00Z").await;
    let told = visitor.get("/register.json").await.header("last-modified").to_owned();
    assert!(!told.is_empty());
    let since = async |told: &str| {
        let asked = Request::get("/register.json").header("if-modified-since", told);
        visitor.send(asked.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(since(&told).await, 304);
    world.as_superuser("update installation set simulated_at = '2026-11-26T12:00Z'").await;
    assert_eq!(since(&told).await, 200);
    world.finish().await;
}
