//! `/compare`: the registers of two days side by side, for people and for programs.

use serde_json::json;

use super::visitor::{STRIPE, Visitor};
use crate::support::World;

/// Stripe, which moved on 1 March; Old, which left on 1 May; New, which came on 1 June.
async fn world() -> World {
    let world = World::on("2026-11-23T06:00Z").await;
    let sql = r#"
        insert into subprocessor (slug) values ('old'), ('new');
        insert into subprocessor_version (subprocessor_id, valid_from, listed, facts)
        select id, d::date, l, f::jsonb from subprocessor join (values
            ('stripe', '2026-03-01', true, '{"name": "Stripe", "category": "Payments", "countries": ["US", "IE"],
                "data_types": ["billing data"], "transfer_mechanism": "SCC (2021)"}'),
            ('old', '2026-01-01', true, '{"name": "Old <b>"}'),
            ('old', '2026-05-01', false, '{"name": "Old <b>"}'),
            ('new', '2026-06-01', true, '{"name": "New", "category": "Mail", "countries": ["DE"]}')) v(s, d, l, f) on s = slug;"#;
    world.as_superuser(&[STRIPE, sql].concat()).await;
    world
}

#[tokio::test]
async fn two_days_are_compared_whichever_comes_first() {
    let world = world().await;
    let visitor = Visitor::of(&world);
    let page = visitor.get("/compare?from=2026-02-01&to=2026-11-23").await;
    assert_eq!(page.status, 200);
    for said in [
        "What changed between 1 February 2026 and 23 November 2026",
        "One subprocessor joined, one left, the entry of one is different.",
        "<a href=\"/subprocessors/new\">New</a>",
        "Mail · Germany",
        "<del>United States</del>",
        "<ins>United States, Ireland</ins>",
        "On 1 February 2026",
    ] {
        assert!(page.body.contains(said), "{said} is not in {}", page.body);
    }
    assert!(!page.body.contains("<b>\""), "{}", page.body);
    assert_eq!(visitor.get("/compare?to=2026-02-01&from=2026-11-23").await.body.matches("<ins>").count(), 1);
    // Without days: from the first of the register to today.
    let all = visitor.get("/compare").await.body;
    assert!(all.contains("What changed between 1 January 2026 and 23 November 2026"), "{all}");
    assert!(visitor.get("/compare?from=2026-11-23").await.body.contains("Nothing is different."));
    for from in ["/", "/?on=2026-02-01"] {
        assert!(visitor.get(from).await.body.contains("href=\"/compare"), "{from}");
    }
    assert!(visitor.get("/?on=2026-02-01").await.body.contains("href=\"/compare?from=2026-02-01\""));
}

#[tokio::test]
async fn a_day_that_cannot_be_is_refused_beside_its_field_and_what_was_typed_stays() {
    let world = world().await;
    let visitor = Visitor::of(&world);
    for (query, said) in [
        ("from=2026-11-24", "Choose 23 November 2026 or earlier"),
        ("from=2025-12-31", "Choose 1 January 2026 or later"),
        ("from=%3Cscript%3E", "Choose a day, for example 2026-11-23"),
    ] {
        let refused = visitor.get(&format!("/compare?{query}&to=2026-06-01")).await;
        assert_eq!(refused.status, 422, "{query}");
        assert!(
            refused.body.contains(said) && refused.body.contains("aria-describedby=\"from-error\""),
            "{}",
            refused.body
        );
        assert!(!refused.body.contains("to-error") && refused.body.contains("value=\"2026-06-01\""));
        assert!(!refused.body.contains("<script"));
        let problem = visitor.get(&format!("/compare.json?{query}&to=2026-06-01")).await;
        assert_eq!(
            (problem.status.as_u16(), problem.header("content-type")),
            (422, "application/problem+json")
        );
        assert!(problem.body.contains("\"field\":\"from\""), "{}", problem.body);
    }
    let empty = World::on("2026-11-23T06:00Z").await;
    assert!(Visitor::of(&empty).get("/compare").await.body.contains("Nothing is different."));
}

#[tokio::test]
async fn programs_get_the_same() {
    let world = world().await;
    let visitor = Visitor::of(&world);
    let answer = visitor.get("/compare.json?from=2026-02-01&to=2026-11-23").await;
    let found: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&found["from"], &found["to"]), (&json!("2026-02-01"), &json!("2026-11-23")));
    assert_eq!((&found["joined"][0]["id"], &found["left"][0]["name"]), (&json!("new"), &json!("Old <b>")));
    let altered = json!([{"id": "stripe", "name": "Stripe", "differences":
        [{"field": "countries", "before": "US", "after": "US;IE"}]}]);
    assert_eq!(found["altered"], altered);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}
