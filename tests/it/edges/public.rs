//! The public site: what anybody sees, subscribing, and objecting by a letter's link.

use axum::body::Body;
use axum::http::Request;
use forenotice::actions::admit_objection;

use super::visitor::{ACME, STRIPE, Visitor, announced, path_of, schedule};
use crate::support::World;

pub async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(world.cx.db.pool()).await.unwrap()
}

/// A page without its block of data, out of which nothing can break.
fn without_data(path: &str, page: &str) -> String {
    let Some((before, after)) = page.split_once("<script type=\"application/ld+json\">") else {
        return page.to_owned();
    };
    let (data, after) = after.split_once("</script>").unwrap();
    assert!(!data.contains(['<', '>', '&']), "{path}: {data}");
    serde_json::from_str::<serde_json::Value>(data).unwrap();
    format!("{before}{after}")
}

#[tokio::test]
async fn nothing_is_public_before_its_announcement_starts() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    let reference = schedule(&world, "Nimbus").await;
    let visitor = Visitor::of(&world);
    let page = format!("/changes/{reference}");

    for path in ["/", "/changes.json", "/changes.atom", "/register.json", "/register.csv"] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("Nimbus"), "{path}");
    }
    assert_eq!(visitor.get(&page).await.status, 404);

    world.advance_to("2026-11-24T12:00Z").await;
    for path in ["/", "/changes.json", "/changes.atom", &page] {
        assert!(visitor.get(path).await.body.contains("Nimbus"), "{path}");
    }
    assert!(!visitor.get("/register.json").await.body.contains("Nimbus"));
    world.finish().await;
}

#[tokio::test]
async fn the_register_answers_for_any_day_and_says_so_where_it_cannot() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(STRIPE).await;
    let visitor = Visitor::of(&world);

    let past = visitor.get("/?on=2026-05-01").await;
    assert!(past.body.contains("You see the register as it was on Friday 1 May 2026"), "{}", past.body);
    assert!(past.body.contains("Stripe"));
    let before = visitor.get("/?on=2025-12-31").await;
    assert_eq!(before.status, 200);
    assert!(before.body.contains("Its first entry is of 1 January 2026"));
    for refused in ["/?on=2026-11-24", "/?on=tomorrow", "/register.json?on=2026-11-24", "/register.csv?on=0"]
    {
        assert_eq!(visitor.get(refused).await.status, 422, "{refused}");
    }
    assert!(visitor.get("/?on=2026-11-24").await.body.contains("Choose 23 November 2026 or earlier"));
    assert!(visitor.get("/?q=paypal").await.body.contains("Nothing found"));
    assert!(
        visitor.get("/?country=US&category=Payments&q=billing&sort=-where").await.body.contains("Stripe")
    );
}

#[tokio::test]
async fn feeds_are_revalidated_and_a_csv_cell_never_runs() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&STRIPE.replace("billing data", "=cmd|calc")).await;
    let visitor = Visitor::of(&world);
    for path in
        ["/", "/register.json", "/register.csv", "/changes.json", "/changes.atom", "/register.schema.json"]
    {
        let first = visitor.get(path).await;
        let again = Request::get(path).header("if-none-match", first.header("etag"));
        assert_eq!(visitor.send(again.body(Body::empty()).unwrap()).await.status, 304, "{path}");
    }
    let csv = visitor.get("/register.csv").await.body;
    assert!(csv.contains(",'=cmd|calc,"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&visitor.get("/register.json").await.body).unwrap();
    assert_eq!(json["subprocessors"][0]["data_types"][0], "=cmd|calc");
}

#[tokio::test]
async fn a_subscription_takes_a_letter_and_a_button_and_ends_with_one_click() {
    let world = World::on("2026-11-23T06:00Z").await;
    let visitor = Visitor::of(&world);

    let asked = visitor.post("/subscribe", &[("mail", "Jane@Northwind.example")]).await;
    assert_eq!(asked.status, 200);
    world.settle().await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    let confirm = path_of(&letter.link("/confirm/").unwrap());

    assert!(visitor.get(&confirm).await.body.contains(">Confirm</button>"));
    assert_eq!(count(&world, "select count(*) from recipient").await, 0);
    for _ in 0..2 {
        let done = visitor.post(&confirm, &[]).await;
        assert!(done.body.contains("You are subscribed"), "{}", done.body);
    }
    assert_eq!(count(&world, "select count(*) from recipient where confirmed_at is not null").await, 1);
    assert!(visitor.get(&confirm).await.body.contains("This link has done its work already"));

    let done = visitor.post(&confirm, &[]).await.body;
    let manage = done.split("href=\"").find(|part| part.starts_with("/manage/")).unwrap();
    let manage = visitor.get(manage.split('"').next().unwrap()).await;
    let leave = manage.body.split("action=\"").find(|part| part.starts_with("/unsubscribe/")).unwrap();
    let leave = leave.split('"').next().unwrap();
    assert!(visitor.get(leave).await.body.contains(">Unsubscribe</button>"));
    assert_eq!(count(&world, "select count(*) from recipient where suppressed_at is not null").await, 0);

    // A mail provider's click: from another site, without cookie (RFC 8058).
    let provider = [("origin", "https://mail.example"), ("sec-fetch-site", "cross-site")];
    for _ in 0..2 {
        let left = visitor.post_with(leave, &[("List-Unsubscribe", "One-Click")], &provider).await;
        assert_eq!(left.status, 200);
        assert!(left.body.contains("You have left"));
    }
    assert_eq!(
        count(&world, "select count(*) from recipient where suppressed_why = 'unsubscribed'").await,
        1
    );
    assert!(visitor.post(&confirm, &[]).await.body.contains("Subscribe again to get notices"));
    world.finish().await;
}

#[tokio::test]
async fn a_confirmation_link_expires_after_seven_days_and_offers_a_new_one() {
    let world = World::on("2026-11-23T06:00Z").await;
    let visitor = Visitor::of(&world);
    visitor.post("/subscribe", &[("mail", "jane@northwind.example")]).await;
    world.settle().await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    let confirm = path_of(&letter.link("/confirm/").unwrap());
    world.advance_to("2026-11-30T06:01Z").await;

    assert!(visitor.post(&confirm, &[]).await.body.contains("This link has expired"));
    visitor.post(&confirm, &[("again", "yes")]).await;
    world.settle().await;
    let letters = world.mailbox.mails_to("jane@northwind.example");
    assert_eq!(letters.len(), 2);
    let fresh = path_of(&letters[1].link("/confirm/").unwrap());
    assert!(visitor.post(&fresh, &[]).await.body.contains("You are subscribed"));
    world.finish().await;
}

#[tokio::test]
async fn the_answer_to_a_known_address_is_that_to_an_unknown_one() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(ACME).await;
    let visitor = Visitor::of(&world);
    let known = visitor.post("/subscribe", &[("mail", "dpo@acme.example")]).await;
    let unknown = visitor.post("/subscribe", &[("mail", "xyz@acme.example")]).await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.body.replace("dpo@acme", "xyz@acme"), unknown.body);
    assert_eq!(count(&world, "select count(*) from delivery where letter_key like 'confirm:%'").await, 2);
    let refused = visitor.post("/subscribe", &[("mail", "nonsense")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("aria-invalid=\"true\""));
}

#[tokio::test]
async fn a_contact_cannot_leave_into_silence_but_names_a_successor() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(ACME).await;
    let visitor = Visitor::of(&world);
    let token = world.cx.keys.link(forenotice::domain::access::LinkPurpose::Unsubscribe, 1, 0);
    let path = format!("/unsubscribe/{token}");

    let one_click = visitor.post(&path, &[("List-Unsubscribe", "One-Click")]).await;
    assert_eq!(one_click.status, 200);
    assert!(one_click.body.contains("Acme &lt;Ltd&gt;") || one_click.body.contains("Acme &#60;Ltd&#62;"));
    assert_eq!(count(&world, "select count(*) from recipient where suppressed_at is not null").await, 0);

    let empty = visitor.post(&path, &[("successor", ""), ("name", "")]).await;
    assert_eq!(empty.status, 422);
    let named = visitor.post(&path, &[("successor", "jonas@acme.example"), ("name", "Jonas")]).await;
    assert!(named.body.contains("Thank you, we see to it"), "{}", named.body);
    world.settle().await;
    let alert = world.mailbox.mails_to("dpo@processor.example").pop().unwrap();
    assert!(alert.text().contains("jonas@acme.example"), "{}", alert.text());
    world.finish().await;
}

#[tokio::test]
async fn an_objection_by_the_letters_link_gets_a_receipt_and_a_second_click_adds_nothing() {
    let (world, visitor, object) = announced().await;
    let page = visitor.get(&object).await;
    assert!(page.body.contains("You can object until"), "{}", page.body);
    assert!(page.body.contains("Berlin time"));
    assert!(page.body.contains("href=\"#object\">Object</a>"), "{}", page.body);

    let form = [("change", "CHG-2026-0001"), ("text", "Not <b>with</b> our data."), ("ground", "transfer")];
    for _ in 0..2 {
        let sent = visitor.post(&object, &form).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert_eq!(sent.header("location"), format!("{object}/objection"));
    }
    assert_eq!(count(&world, "select count(*) from objection").await, 1);
    assert_eq!(count(&world, "select count(*) from correspondence").await, 0);

    let status = visitor.get(&format!("{object}/objection")).await.body;
    assert!(status.contains("OBJ-2026-0001") && status.contains("<b>In time</b>"), "{status}");
    assert!(!status.contains("<b>with</b>"));
    world.settle().await;
    assert!(
        world
            .mailbox
            .mails_to("dpo@acme.example")
            .iter()
            .any(|mail| mail.subject().contains("OBJ-2026-0001"))
    );

    visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", "One thing more.")]).await;
    assert_eq!(count(&world, "select count(*) from objection").await, 1);
    assert!(visitor.get(&format!("{object}/objection")).await.body.contains("One thing more."));
    let page = visitor.get(&object).await.body;
    assert!(page.contains("What you write now is added to it"), "{page}");
    assert!(page.contains("href=\"#object\">Add to your objection</a>"), "{page}");
    world.finish().await;
}

#[tokio::test]
async fn a_late_objection_is_told_so_before_it_is_written_and_taken_all_the_same() {
    let (world, visitor, object) = announced().await;
    world.advance_to("2026-12-20T12:00Z").await;
    let page = visitor.get(&object).await.body;
    assert!(page.contains("Your deadline was") && page.contains("Send late objection"), "{page}");
    let sent = visitor.post(&object, &[("text", "Late, but no.")]).await;
    assert_eq!(sent.status, 303);
    let status = visitor.get(&format!("{object}/objection")).await.body;
    assert!(status.contains("After your deadline"), "{status}");
    world.finish().await;
}

#[tokio::test]
async fn an_objection_that_was_let_in_late_says_that_it_counts() {
    let (world, visitor, object) = announced().await;
    world.advance_to("2026-12-20T12:00Z").await;
    visitor.post(&object, &[("text", "Late, but no.")]).await;
    let status = format!("{object}/objection");
    let late = visitor.get(&status).await.body;
    assert!(late.contains("after your deadline</h1>") && late.contains("marked late"), "{late}");

    admit_objection::admit(&world.cx, world.dpo.clone(), "OBJ-2026-0001").await.unwrap();

    let admitted = visitor.get(&status).await.body;
    assert!(admitted.contains("We have let it in</b>: it counts as if it had come in time"), "{admitted}");
    assert!(admitted.contains("Nimbus is not used for your data while this is open."), "{admitted}");
    assert!(
        !admitted.contains("marked late") && !admitted.contains("after your deadline</h1>"),
        "{admitted}"
    );
    assert!(
        admitted.contains("class=\"notice ok") && !admitted.contains("class=\"notice warn"),
        "{admitted}"
    );
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_sent_stays_in_the_form() {
    let (world, visitor, object) = announced().await;
    let long = "x".repeat(70_000);
    let refused = visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", &long)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(&long));
    let empty = visitor.post(&object, &[]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.body.contains("Write a sentence or tick a change"));
    // A fenced door takes no statement: nothing is saved, nothing is lost.
    world.as_superuser("update door set state = 'fenced'").await;
    let fenced = visitor.post(&object, &[("text", "Keep these words.")]).await;
    assert_eq!(fenced.status, 503);
    assert!(fenced.body.contains("Keep these words.") && fenced.body.contains("<b>not</b> saved"));
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
}

#[tokio::test]
async fn a_link_opens_its_own_page_and_no_other_and_a_revoked_one_only_the_form() {
    let (world, visitor, object) = announced().await;
    visitor.post(&object, &[("text", "Private words.")]).await;
    let token = object.trim_start_matches("/object/");
    for path in ["letter", "manage", "unsubscribe", "confirm"] {
        assert_eq!(visitor.get(&format!("/{path}/{token}")).await.status, 404, "{path}");
    }
    assert_eq!(visitor.get(&format!("/object/{}x", &token[..token.len() - 1])).await.status, 404);
    world.as_superuser("update recipient set link_epoch = 1").await;
    let former = visitor.get(&object).await;
    assert_eq!(former.status, 200);
    assert!(former.body.contains("an address that Acme") && former.body.contains("no longer uses"));
    assert!(!visitor.get(&format!("{object}/objection")).await.body.contains("Private words."));
}

#[tokio::test]
async fn the_letter_is_shown_as_ours() {
    let (world, visitor, _) = announced().await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let page = visitor.get(&path_of(&letter.link("/letter/").unwrap())).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Genuine.") && page.body.contains("NTC-2026-0001"), "{}", page.body);
    world.finish().await;
}

#[tokio::test]
async fn hostile_values_are_text_everywhere() {
    let hostile = r#"<script>alert(1)</script>"' onmouseover=x {{7*7}}"#;
    let (world, visitor, object) = announced().await;
    let row = serde_json::json!({"name": hostile, "category": hostile, "website": "javascript:alert(1)",
        "data_types": [hostile], "countries": ["US"], "regions": [hostile], "purpose": hostile});
    world
        .as_superuser(&format!(
            "update subprocessor_version set facts = $json${row}$json$;
             update change set reason = $json${hostile}$json$, facts = jsonb_set(facts, '{{facts,name}}', to_jsonb($json${hostile}$json$::text));
             update customer set name = $json${hostile}$json$"
        ))
        .await;
    visitor.post(&object, &[("text", hostile), ("behalf", hostile), ("name", hostile)]).await;
    let status = format!("{object}/objection");
    let search = format!(
        "/?{}",
        url::form_urlencoded::Serializer::new(String::new()).append_pair("q", hostile).finish()
    );
    for path in [
        "/",
        "/changes/CHG-2026-0001",
        "/subprocessors/stripe",
        "/subprocessors/nimbus",
        &object,
        &status,
        &search,
    ] {
        let body = visitor.get(path).await.body;
        let body = without_data(path, &body);
        assert!(!body.contains("<script") && !body.contains("\"' onmouseover"), "{path}: {body}");
        assert!(!body.contains("href=\"javascript"), "{path}");
    }
}

#[tokio::test]
async fn every_page_forbids_what_it_does_not_need() {
    let (_world, visitor, object) = announced().await;
    for path in ["/", "/nowhere", "/subscribe", &object, "/register.json"] {
        let answer = visitor.get(path).await;
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let body = without_data(path, &answer.body);
        assert!(!body.contains("style=\"") && !body.contains("<script"), "{path}");
    }
    assert_eq!(visitor.get(&object).await.header("cache-control"), "no-store");
    let page = visitor.get("/").await.body;
    let style = page.split('"').find(|part| part.starts_with("/assets/style-")).unwrap();
    assert!(visitor.get(style).await.header("cache-control").contains("immutable"));
    assert_eq!(visitor.get("/nowhere").await.status, 404);
    assert_eq!(visitor.get("/register.json?on=x").await.header("content-type"), "application/problem+json");
    let method = visitor.post("/", &[]).await;
    assert_eq!(method.status, 405);
}

#[tokio::test]
async fn other_sites_may_read_the_data_and_nothing_else() {
    let (_world, visitor, object) = announced().await;
    for path in [
        "/register.json",
        "/register.csv",
        "/register.schema.json",
        "/changes.json",
        "/compare.json",
        "/compare.schema.json",
        "/changes.atom",
        "/changes.ics",
    ] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
    for path in ["/", "/subscribe", "/genuine", &object, "/nowhere"] {
        let answer = visitor.get(path).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let (world, visitor, object) = announced().await;
    let foreign =
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("host", "localhost:8080")];
    for path in ["/subscribe", &object] {
        let form = [("mail", "jane@northwind.example"), ("text", "x")];
        assert_eq!(visitor.post_with(path, &form, &foreign).await.status, 403, "{path}");
    }
    assert_eq!(count(&world, "select count(*) from objection").await, 0);
    assert_eq!(count(&world, "select count(*) from delivery where letter_key like 'confirm:%'").await, 0);
    // An old browser knows no Sec-Fetch-Site; its own origin is enough.
    let own = [("origin", "http://localhost:8080"), ("host", "localhost:8080")];
    assert_eq!(visitor.post_with(&object, &[("text", "Ours.")], &own).await.status, 303);
}
