//! What a first view weighs does not grow with what has happened.

use axum::body::Body;
use axum::http::Request;

use super::visitor::{Answer, STRIPE, Visitor, schedule};
use crate::support::World;

/// Everything that the register's page loads, heads included.
const BYTES_MAX: usize = 60_000;

#[tokio::test]
async fn a_first_view_of_the_register_is_light_with_500_changes_behind_it() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(STRIPE).await;
    world.as_superuser(include_str!("../../fixtures/register-of-500-changes.sql")).await;
    schedule(&world, "Nimbus").await;
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    let page = visitor.get("/").await.body;
    assert!(page.contains("Subprocessor 100") && page.contains("Nimbus"), "{page}");
    let loaded = page.split('"').filter(|part| part.starts_with("/assets/"));
    let mut bytes = 0;
    for path in std::iter::once("/").chain(loaded) {
        let request = Request::get(path).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
        let answer = visitor.send(request).await;
        assert_eq!(answer.status, 200, "{path}");
        bytes += weight(&answer);
    }
    assert!(bytes < BYTES_MAX, "{bytes} bytes");
}

fn weight(answer: &Answer) -> usize {
    let heads = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    heads.sum::<usize>() + answer.bytes
}
