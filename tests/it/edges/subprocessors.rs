//! `/subprocessors/{slug}`: an address that holds, and says what was, is and will be.

use axum::body::Body;
use axum::http::Request;
use forenotice::actions::schedule_change;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request as Wanted;

use super::visitor::{Answer, STRIPE, Visitor, announced, schedule};
use crate::support::World;

/// A change of Stripe on `day`, with nothing else to it.
pub fn of_stripe(kind: ChangeKind, day: &str, facts: &[(&str, &str)]) -> Wanted {
    Wanted {
        kind,
        name: "Stripe".to_owned(),
        replaces: None,
        facts: facts.iter().map(|(fact, value)| ((*fact).to_owned(), (*value).to_owned())).collect(),
        reason: "as they say".to_owned(),
        effective: day.parse().ok(),
        emergency: None,
        attested: (kind == ChangeKind::Correction).then(|| "their register of companies".to_owned()),
    }
}

fn says(answer: &Answer, parts: &[&str]) {
    let text = answer.body.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[tokio::test]
async fn a_subprocessor_has_a_page_with_its_history_that_stays_when_it_is_renamed_and_when_it_leaves() {
    let (world, visitor, _) = announced().await;
    let stripe = visitor.get("/subprocessors/stripe").await;
    says(
        &stripe,
        &[
            "<h1>Stripe</h1>",
            "In use</span>",
            "SCC (2021)",
            "On the list when it was opened",
            "<link rel=\"canonical\" href=\"http://localhost:8080/subprocessors/stripe\">",
        ],
    );
    says(&visitor.get("/").await, &["<a href=\"/subprocessors/stripe\">Stripe</a>"]);
    // The address says which language the address is of; a cookie is nobody else's.
    let german = "<link rel=\"canonical\" href=\"http://localhost:8080/subprocessors/stripe?lang=de\">";
    says(&visitor.get("/subprocessors/stripe?lang=de").await, &[german]);
    let by_cookie =
        Request::get("/subprocessors/stripe").header("cookie", "lang=de").body(Body::empty()).unwrap();
    let by_cookie = visitor.send(by_cookie).await;
    says(
        &by_cookie,
        &["lang=\"de\"", "<link rel=\"canonical\" href=\"http://localhost:8080/subprocessors/stripe\">"],
    );
    let again = Request::get("/subprocessors/stripe").header("if-none-match", stripe.header("etag"));
    assert_eq!(visitor.send(again.body(Body::empty()).unwrap()).await.status, 304);

    let as_spoken = visitor.get("/subprocessors/Stripe").await;
    assert_eq!((as_spoken.status.as_u16(), as_spoken.header("location")), (308, "/subprocessors/stripe"));

    let renamed = of_stripe(ChangeKind::Correction, "2026-11-24", &[("name", "Streifen Zahlung")]);
    schedule_change::schedule(&world.cx, world.dpo.clone(), &renamed).await.unwrap();
    world.settle().await;
    let page = visitor.get("/subprocessors/stripe").await;
    says(
        &page,
        &[
            "<h1>Streifen Zahlung</h1>",
            "Name: from <del>Stripe</del> to <ins>Streifen Zahlung</ins>.",
            "<a href=\"/changes/CHG-2026-0002\">Streifen Zahlung: entry corrected</a>",
        ],
    );
    let by_new_name = visitor.get("/subprocessors/streifen-zahlung").await;
    assert_eq!(by_new_name.status, 308);
    assert_eq!(by_new_name.header("location"), "/subprocessors/stripe");

    let mut removal = of_stripe(ChangeKind::Removal, "2027-02-15", &[]);
    removal.name = "Streifen Zahlung".to_owned();
    let done = schedule_change::schedule(&world.cx, world.dpo.clone(), &removal).await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    says(&visitor.get("/subprocessors/stripe").await, &["Coming", "Streifen Zahlung leaves", ">Leaves<"]);
    schedule_change::withdraw(&world.cx, world.dpo.clone(), &done.reference, "", None).await.unwrap();
    let stopped = Wanted { effective: "2026-11-25".parse().ok(), ..removal };
    schedule_change::schedule(&world.cx, world.dpo.clone(), &stopped).await.unwrap();
    // Announced at once, and in force a moment later.
    world.advance_to("2026-11-25T12:00:01Z").await;
    says(
        &visitor.get("/subprocessors/stripe").await,
        &[
            "No longer in use</span>",
            "has not been in use since Wednesday 25 November 2026",
            "Facts as they were last",
            "SCC (2021)",
        ],
    );
    world.finish().await;
}

#[tokio::test]
async fn what_is_announced_has_its_page_and_what_is_only_planned_has_none() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, super::visitor::ACME].concat()).await;
    let reference = schedule(&world, "Nimbus").await;
    let visitor = Visitor::of(&world);
    let unknown = visitor.get("/subprocessors/nimbus").await;
    assert_eq!(unknown.status, 404);
    says(&unknown, &["We have no subprocessor of that name", "<a href=\"/#today\">register</a>"]);
    assert_eq!(visitor.get("/subprocessors/nobody").await.body, unknown.body.replace("nimbus", "nobody"));

    world.advance_to("2026-11-24T12:00Z").await;
    says(
        &visitor.get("/subprocessors/nimbus").await,
        &[
            "Nimbus is announced and not in use yet",
            "Nimbus joins",
            "Facts as announced",
            "<time datetime=\"2027-02-15\">Mon 15 Feb 2027</time>",
            "hosting of the service",
        ],
    );
    says(
        &visitor.get(&format!("/changes/{reference}")).await,
        &["<a href=\"/subprocessors/nimbus\">Nimbus</a>"],
    );
    schedule_change::withdraw(&world.cx, world.dpo.clone(), &reference, "not needed", None).await.unwrap();
    world.settle().await;
    says(&visitor.get("/subprocessors/nimbus").await, &["it was never in use"]);
    world.finish().await;
}

#[tokio::test]
async fn the_chain_of_engagement_leads_both_ways() {
    let world = World::on("2026-11-23T06:00Z").await;
    let cloud =
        STRIPE.replace("'stripe'", "'cloud'").replace("\"Stripe\"", "\"Cloud\", \"engaged_by\": \"stripe\"");
    world.as_superuser(&[STRIPE, &cloud].concat()).await;
    let visitor = Visitor::of(&world);
    let by = "<dt>Engaged by</dt><dd><a href=\"/subprocessors/stripe\">stripe</a></dd>";
    says(&visitor.get("/subprocessors/cloud").await, &[by]);
    let engages = "<dt>Engages in turn</dt><dd><a href=\"/subprocessors/cloud\">Cloud</a></dd>";
    says(&visitor.get("/subprocessors/stripe").await, &[engages]);
}

#[tokio::test]
async fn search_engines_are_told_what_the_pages_are() {
    let world = World::on("2026-11-23T06:00Z").await;
    world
        .as_superuser(&STRIPE.replace("\"Payments\"", "\"Payments\", \"website\": \"stripe.example\""))
        .await;
    let visitor = Visitor::of(&world);
    let items = async |path| {
        let page = visitor.get(path).await.body;
        let data = page.split_once("ld+json\">").unwrap().1.split_once("</script>").unwrap().0.to_owned();
        let data: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(data["@context"], "https://schema.org");
        move |kind: &str| {
            let of_kind = |item: &&serde_json::Value| item["@type"] == kind;
            data["@graph"].as_array().unwrap().iter().find(of_kind).cloned().unwrap_or_default()
        }
    };
    let register = items("/").await;
    assert_eq!(register("Dataset")["distribution"][1]["contentUrl"], "http://localhost:8080/register.csv");
    let first = &register("ItemList")["itemListElement"][0];
    assert_eq!(first["url"], "http://localhost:8080/subprocessors/stripe");
    let stripe = items("/subprocessors/stripe").await;
    let company = stripe("Organization");
    assert_eq!((&company["name"], &company["url"]), (&"Stripe".into(), &"https://stripe.example/".into()));
    assert_eq!(stripe("WebPage")["mainEntity"]["@id"], company["@id"]);
    assert!(!visitor.get("/?on=2026-05-01").await.body.contains("ld+json"));
}

#[tokio::test]
async fn the_register_is_filtered_by_product_where_there_are_any() {
    let without = World::on("2026-11-23T06:00Z").await;
    without.as_superuser(STRIPE).await;
    assert!(!Visitor::of(&without).get("/").await.body.contains("name=\"product\""));

    let world = World::configured("2026-11-23T06:00Z", &[("site.products", "api;chat")]).await;
    let of_api = STRIPE.replace("\"Stripe\"", "\"Stripe\", \"products\": [\"api\"]");
    let of_all =
        STRIPE.replace("'stripe'", "'cloud'").replace("\"Stripe\"", "\"Cloud\", \"products\": [\"all\"]");
    world.as_superuser(&[of_api, of_all].concat()).await;
    let visitor = Visitor::of(&world);
    let listed = async |path| {
        let page = visitor.get(path).await.body;
        ["stripe", "cloud"].map(|slug| page.contains(&format!("<tr id=\"{slug}\"")))
    };
    assert_eq!(listed("/").await, [true, true]);
    assert_eq!(listed("/?product=api").await, [true, true]);
    assert_eq!(listed("/?product=chat").await, [false, true]);
    let page = visitor.get("/?product=chat").await.body;
    assert!(
        page.contains("<option value=\"chat\" selected>chat</option>") && !page.contains("value=\"all\""),
        "{page}"
    );
    assert!(page.contains("product=chat&#38;sort=") || page.contains("product=chat&amp;sort="), "{page}");
}
