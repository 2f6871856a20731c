//! What was typed is never lost to a limit.

use super::visitor::{announced, path_of};

/// More than a link, or a network, may send in a short time.
const TOO_MANY: usize = 31;

#[tokio::test]
async fn a_statement_over_the_limit_comes_back_in_its_form_with_when_to_try_again() {
    let (world, visitor, object) = announced().await;
    let form = [
        ("change", "CHG-2026-0001"),
        ("ground", "transfer"),
        ("text", "Keep <these>\nwords."),
        ("condition", "EU only"),
        ("name", "Petra"),
    ];
    for _ in 1..TOO_MANY {
        assert_eq!(visitor.post(&object, &form).await.status, 303);
    }
    let refused = visitor.post(&object, &form).await;

    assert_eq!(refused.status, 429);
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=120).contains(&seconds), "{seconds}");
    let body = &refused.body;
    for kept in [
        "Keep &#60;these&#62;\nwords.</textarea>",
        "value=\"transfer\"",
        "value=\"EU only\"",
        "value=\"Petra\"",
    ] {
        assert!(body.contains(kept), "{kept}\n{body}");
    }
    assert!(body.contains("<b>not</b> saved") && body.contains("press the button again in"), "{body}");
    assert!(body.contains(&format!("action=\"{object}\"")));
    world.finish().await;
}

#[tokio::test]
async fn an_address_over_the_limit_stays_in_the_form() {
    let (world, visitor, _) = announced().await;
    for at in 1..TOO_MANY {
        let mail = format!("jane{at}@northwind.example");
        assert_eq!(visitor.post("/subscribe", &[("mail", &mail)]).await.status, 200);
    }
    let refused = visitor.post("/subscribe", &[("mail", "john@northwind.example")]).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after").is_empty()), (429, false));
    assert!(refused.body.contains("value=\"john@northwind.example\""), "{}", refused.body);
    assert!(refused.body.contains("What you typed is still here"));
    world.settle().await;
}

#[tokio::test]
async fn a_successor_over_the_limit_stays_in_the_form() {
    let (world, visitor, _) = announced().await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let manage = visitor.get(&path_of(&letter.link("/manage/").unwrap())).await.body;
    let path = manage.split('"').find(|part| part.starts_with("/unsubscribe/")).unwrap();
    for _ in 1..TOO_MANY {
        assert_eq!(visitor.post(path, &[("successor", "jonas@acme.example")]).await.status, 200);
    }
    let refused = visitor.post(path, &[("successor", "jonas@acme.example"), ("name", "Jonas")]).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after").is_empty()), (429, false));
    assert!(
        refused.body.contains("value=\"jonas@acme.example\"") && refused.body.contains("value=\"Jonas\"")
    );
    world.settle().await;
}
